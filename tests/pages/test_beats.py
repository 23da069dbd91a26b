"""The page Beats: another beat by list or click, lead groups, and boundaries that carry through to the estimate."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.muse import write_muse
from lvm.cohort.simulate import Heart, simulate
from lvm.recording import Measurements, Patient
from lvm.show.beats import clicked
from lvm.ui.case import by_boundaries, estimate_of, follows_boundaries, given, reasons_against

APP = Path(__file__).parents[2] / "app.py"
PREMATURE = 3  # the fourth beat of the example


def opened(key: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120).run()
    app.button(key=key).click().run()
    app.switch_page("pages/beats.py").run()
    assert not app.exception
    return app


@pytest.fixture
def lvh() -> AppTest:
    return opened("lvh-man")


def case_of(app: AppTest):
    return app.session_state["case"]


def texts(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in app.markdown)


def move(app: AppTest, name: str, by_ms: float) -> float:
    """Moves a boundary of the beat in use; returns where it was."""
    case = case_of(app)
    field = app.number_input(key=f"boundary-{case.number}-{case.beat}-{name}")
    before = field.value
    field.set_value(before + by_ms).run()
    assert not app.exception
    return before


def table(app: AppTest, column: str):
    return next(t.value for t in app.table if column in t.value.columns)


def test_a_moved_boundary_is_carried_through_and_taken_back_exactly(lvh):
    case = case_of(lvh)
    first = estimate_of(case)
    assert (first.inputs["qrs_duration_ms"].value, first.inputs["qrs_duration_ms"].source) == (104, "device")
    found_ms = move(lvh, "qrs_offset", -20)
    now = estimate_of(case)
    width_ms = (case.edited[case.beat].qrs_offset - case.edited[case.beat].qrs_onset) * 2
    assert (now.inputs["qrs_duration_ms"].value, now.inputs["qrs_duration_ms"].source) == (width_ms, "typed")
    assert set(follows_boundaries(case)) == {"qrs_duration_ms", "qrs_axis_deg"}
    assert now.lvm_g != first.lvm_g
    assert now.inputs["p_axis_deg"] == first.inputs["p_axis_deg"]
    assert now.inputs["t_axis_deg"] == first.inputs["t_axis_deg"]
    rows = table(lvh, "Boundary").set_index("Boundary")
    assert rows.loc["QRS offset", "From R"] == f"{found_ms - 20:.0f} ms"
    assert rows.loc["QRS offset", "Margin"] == f"set by hand, found at {found_ms:.0f} ms"
    assert f"By your boundaries, on this beat: QRS duration {width_ms} ms in place of the device’s 104 ms" in texts(lvh)
    assert f"{now.lvm_g:.0f} g (" in texts(lvh)
    assert f"with the boundaries found {first.lvm_g:.0f} g (" in texts(lvh)
    lvh.button(key="boundaries_of_beat").click().run()
    assert estimate_of(case) is first
    assert "By your boundaries" not in texts(lvh)
    assert lvh.button(key="boundaries_of_beat").disabled


def test_what_is_typed_goes_before_the_boundaries(lvh):
    case = case_of(lvh)
    move(lvh, "qrs_offset", -20)
    by_hand_ms = given(case).qrs_duration_ms
    lvh.switch_page("pages/mass.py").run()
    field = lvh.number_input(key=f"qrs_duration_ms-{case.number}")
    field.set_value(99.0).run()
    assert given(case).qrs_duration_ms == 99
    assert follows_boundaries(case) == ("qrs_axis_deg",)
    assert ", 99 (typed), " in texts(lvh)
    assert "° (by hand), " in texts(lvh)
    lvh.number_input(key=f"qrs_duration_ms-{case.number}").set_value(104.0).run()  # the file's: not the same by now
    assert case.typed.qrs_duration_ms == 104
    lvh.number_input(key=f"qrs_duration_ms-{case.number}").set_value(by_hand_ms).run()
    assert case.typed.qrs_duration_ms is None
    assert given(case).qrs_duration_ms == by_hand_ms


def test_every_beat_has_boundaries_of_its_own(lvh):
    case = case_of(lvh)
    first = estimate_of(case)
    move(lvh, "p_onset", -20)
    edited = estimate_of(case)
    assert edited.inputs["p_axis_deg"] != first.inputs["p_axis_deg"]
    beat = case.beat
    lvh.segmented_control(key=f"beat-{case.number}").set_value(2).run()
    assert by_boundaries(case) == Measurements()
    assert estimate_of(case).inputs == first.inputs
    move(lvh, "t_offset", 20)
    assert set(case.edited) == {2, beat}
    assert follows_boundaries(case) == ("t_axis_deg",)
    assert by_boundaries(case).qt_interval_ms is not None
    lvh.segmented_control(key=f"beat-{case.number}").set_value(beat).run()
    assert estimate_of(case) is edited
    lvh.button(key="boundaries_of_all").click().run()
    assert case.edited == {}
    assert estimate_of(case) is first


def test_a_qrs_made_wide_is_out_of_scope_and_an_override_ends_with_it(lvh):
    case = case_of(lvh)
    first = estimate_of(case)
    move(lvh, "qrs_offset", 60)
    assert estimate_of(case).lvm_g is None
    assert "LV mass withheld; with the boundaries found" in texts(lvh)
    case.override = True
    assert estimate_of(case).lvm_g is not None
    lvh.button(key="boundaries_of_beat").click().run()
    assert not reasons_against(case)
    assert not case.override
    assert estimate_of(case) is first


def test_a_boundary_put_where_it_was_found_changes_nothing(lvh):
    case = case_of(lvh)
    first = estimate_of(case)
    move(lvh, "qrs_offset", 20)
    move(lvh, "qrs_offset", -20)
    assert estimate_of(case) is first


def test_a_field_is_set_only_where_it_shows_something_else(lvh):
    """Else what it is set to would take back a key that was pressed meanwhile."""
    case = case_of(lvh)
    key = f"boundary-{case.number}-{case.beat}-qrs_offset"
    found_ms = move(lvh, "qrs_offset", -14)
    assert not lvh.number_input(key=key).proto.set_value
    move(lvh, "qrs_offset", 1)  # samples are 2 ms apart
    assert lvh.number_input(key=key).proto.set_value
    assert lvh.number_input(key=key).proto.value == found_ms - 14
    lvh.button(key="boundaries_of_beat").click().run()
    assert lvh.number_input(key=key).proto.set_value
    assert lvh.number_input(key=key).proto.value == found_ms


def test_boundaries_hold_on_the_page_saliency_and_the_other_way_round(lvh):
    case = case_of(lvh)
    found_ms = move(lvh, "qrs_offset", -14)
    lvh.switch_page("pages/saliency.py").run()
    assert lvh.number_input(key=f"boundary-{case.number}-{case.beat}-qrs_offset").value == found_ms - 14
    lvh.button(key="boundaries_of_beat").click().run()
    lvh.switch_page("pages/beats.py").run()
    assert lvh.number_input(key=f"boundary-{case.number}-{case.beat}-qrs_offset").value == found_ms


def test_of_the_average_beat_no_boundary_is_set(lvh):
    lvh.segmented_control(key="drawn_beat").set_value("Average beat").run()
    assert not lvh.exception
    assert not lvh.number_input


def test_beats_left_out_are_named_with_their_reason():
    app = opened("premature-woman")
    assert "Left out: beats 4, 9 (premature); beat 12 (last: ends after the recording)." in texts(app)
    uses = table(app, "Use")["Use"].tolist()
    assert uses[PREMATURE] == "left out (premature)"
    assert uses.count("in use") == 1
    assert "Dashed traces: the beats that are left out, " in texts(app)


def test_a_click_chooses_and_the_list_wins_when_it_comes_later(monkeypatch):
    app = opened("premature-woman")
    case = case_of(app)

    def click(beat: int) -> None:
        """As Streamlit does it: the selection under the strip's key, then the callback; AppTest cannot."""
        from lvm.ui import beats

        state = {"case": case, "strip": SimpleNamespace(selection={"points": [{"customdata": beat}]})}
        monkeypatch.setattr(beats.st, "session_state", state)
        beats._click("strip")
        assert state[f"clicks-{case.number}"] == 1  # so that the strip begins anew, with nothing selected
        monkeypatch.undo()

    click(6)
    app.run()
    assert (case.beat, case.refused) == (6, None)
    assert app.segmented_control(key=f"beat-{case.number}").value == 6
    assert "Beat 7 was chosen by hand." in texts(app)
    click(PREMATURE)
    app.run()
    assert (case.beat, case.refused) == (6, PREMATURE)
    assert "**Beat 4 cannot be used (premature).** Beat 7 was chosen by hand." in texts(app)
    app.segmented_control(key=f"beat-{case.number}").set_value(2).run()
    assert (case.beat, case.refused) == (2, None)
    assert "cannot be used" not in texts(app)
    app.run()
    assert case.beat == 2


@pytest.mark.parametrize(
    ("selection", "beat"),
    [
        ({}, None),
        ({"points": []}, None),
        ({"points": [{"customdata": 7}]}, 7),
        ({"points": [{"customdata": 0}]}, 0),
    ],
)
def test_clicked(selection, beat):
    assert clicked(selection) == beat


def test_the_lead_groups_are_the_same_on_both_pages(lvh):
    lvh.segmented_control(key="lead_groups").set_value(4).run()
    assert not lvh.exception
    lvh.switch_page("pages/saliency.py").run()
    assert lvh.segmented_control(key="lead_groups").value == 4
    assert "Anterior: V1–V4" in "".join(table(lvh, "All leads").columns)


def test_a_long_recording_has_a_list_that_unfolds_and_sheets_that_follow():
    signal = simulate(Heart(heart_rate_bpm=90), duration_s=60).signal_mv
    app = AppTest.from_file(APP, default_timeout=120).run()
    data = write_muse(signal, 500.0, Patient("male", 50, 170, 70), Measurements(), "nothing")
    app.file_uploader(key="ecg_file").upload("ecg.xml", data, "text/xml").run()
    app.switch_page("pages/beats.py").run()
    assert not app.exception
    case = case_of(app)
    assert len(case.analysis.beats) > 30
    assert app.dataframe[0].value.shape[0] == len(case.analysis.beats)
    last = max(i for i, b in enumerate(case.analysis.beats) if b.usable)
    app.selectbox(key=f"beat-{case.number}").set_value(last).run()
    assert case.beat == last
    assert app.slider(key=f"strip-start-{case.number}").value == 50.0
    assert "Of either 30 are drawn at most." in texts(app)
