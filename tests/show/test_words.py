"""Numbers, sentences and tables: units everywhere, no None, nothing that could name a person."""

import re
from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import Estimate, gather_inputs
from lvm.read import read
from lvm.recording import LEADS, Measurements, Patient, Recording, Typed
from lvm.reference import CT_LIMITS
from lvm.show import alts, boundaries, makers, printed, tables, words
from lvm.show.beat import shown
from lvm.show.ecg import Paper


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(EXAMPLES[0].data()))


def made_up(analysis: Analysis, lvm_g: float = 180.0) -> Estimate:
    inputs = gather_inputs(analysis)
    index = lvm_g / 1.9
    return Estimate(
        lvm_g, (150.0, 210.0), 0.9, 1.9, index, CT_LIMITS["male"], index > 80, None, inputs,
        per_beat_g=(179.0, 180.0, 182.0), per_fold_g=(170.0, 175.0, 180.0, 185.0, 190.0),
    )  # fmt: skip


def test_numbers_have_units_and_true_minus_signs():
    assert words.number(-21.4, "°") == "−21°"
    assert words.number(-0.02, "g", 1) == "0.0 g"
    assert words.number(None, "g") == "–"
    assert words.span((112.2, 157.9)) == "112–158 g"
    assert words.span((123.9, 124.1)) == "124 g"
    assert words.span(None) == "–"


def test_header_follows_the_patient(analysis):
    items = dict(words.header("Uploaded ECG", analysis, gather_inputs(analysis), None))
    assert items["Uploaded ECG"] == "man, 52 years"
    assert items["Size"] == "174 cm, 76 kg"
    assert items["PR, QRS, QT, QTcF (device)"].endswith(" ms")
    assert "LV mass" not in items
    unknown = replace(analysis, recording=replace(analysis.recording, patient=Patient()))
    items = dict(words.header("Uploaded ECG", unknown, gather_inputs(unknown), made_up(analysis)))
    assert items["Uploaded ECG"] == "sex and age not known"
    assert items["Size"] == "not known"
    assert items["LV mass"] == "180 g (150–210 g)"
    items = dict(words.header("Uploaded ECG", unknown, gather_inputs(unknown), made_up(analysis), "our-clinic"))
    assert items["LV mass (our-clinic)"] == "180 g (150–210 g)"


def test_what_is_missing_is_said_at_once(analysis):
    assert words.missing(analysis) == []
    bare = replace(analysis, recording=replace(analysis.recording, patient=Patient(age_years=50)))
    assert words.missing(bare) == ["Not in the file: sex, height and weight. Enter on the page LV mass."]


def test_what_was_typed_is_not_asked_for_again(analysis):
    patient = replace(analysis.recording.patient, height_cm=None, weight_kg=None)
    device = replace(analysis.recording.device, qrs_duration_ms=None)
    bare = replace(analysis, recording=replace(analysis.recording, patient=patient, device=device))
    computed = "Not measured by the device, so computed here: QRS duration."
    assert words.missing(bare, Typed(height_cm=170.0)) == [
        "Not in the file: weight. Enter on the page LV mass.", "Not in the file, but typed: height.", computed,
    ]  # fmt: skip
    assert words.missing(bare, Typed(height_cm=170.0, weight_kg=71.0, qrs_duration_ms=99.0)) == [
        "Not in the file, but typed: height, weight and QRS duration."
    ]


@pytest.mark.parametrize(
    ("height_cm", "weight_kg", "shown"),
    [(None, 71.0, "– cm, 71 kg"), (174.0, None, "174 cm, – kg"), (None, None, "not known")],
)
def test_the_header_says_which_size_is_not_known(analysis, height_cm, weight_kg, shown):
    patient = replace(analysis.recording.patient, height_cm=height_cm, weight_kg=weight_kg)
    assert header(replace(analysis, recording=replace(analysis.recording, patient=patient)))["Size"] == shown


def test_verdict_names_limit_modality_and_source(analysis):
    said = words.verdict(made_up(analysis))
    assert "95 g/m² at 1.90 m² (Du Bois)" in said
    assert "**above** the CT limit for men, 80 g/m² (Fuchs 2016" in said
    assert "does not settle it" in said  # 152 g lies between 150 and 210
    assert "**not above**" in words.verdict(made_up(analysis, 140.0))
    assert "enter height and weight" in words.verdict(replace(made_up(analysis), lvmi_g_m2=None, bsa_m2=None))
    assert words.verdict(replace(made_up(analysis), limit=None)).startswith("There is no reference limit")


def test_no_table_shows_none(analysis):
    bare = replace(analysis, recording=Recording(analysis.recording.signal_mv, 500.0, "GE MUSE XML", None))
    for table in (
        tables.file_facts(bare),
        tables.measurements(bare),
        tables.beats(analysis, analysis.chosen),
        boundaries.table(shown(analysis, analysis.chosen), {}),
        tables.amplitudes(analysis),
    ):
        text = table.to_csv()
        assert "None" not in text
        assert "nan" not in text.lower()
        assert len(table)


def test_device_beside_computed(analysis):
    table = tables.measurements(analysis).set_index("Measurement")
    assert table.loc["QRS duration", "Device"].endswith(" ms")
    assert list(table.columns) == ["Device", "Computed here"]
    assert list(table.index) == [
        "Rate", "RR, mean ± SD, all beats", "RMSSD, without premature beats", "PR interval", "QRS duration",
        "QT interval", "QTc, Bazett", "QTc, Fridericia", "P axis", "QRS axis", "T axis",
        "Intrinsicoid time, V1, V5, V6",
    ]  # fmt: skip
    assert table.loc["QTc, Bazett", "Device"] == "409 ms"  # of 396 ms at 64/min
    assert table.loc["QTc, Fridericia", "Device"] == "405 ms"
    assert re.fullmatch(r"\d{3} ± \d{2} ms", table.loc["RR, mean ± SD, all beats", "Computed here"])
    assert re.fullmatch(r"\d\d, \d\d, \d\d ms", table.loc["Intrinsicoid time, V1, V5, V6", "Computed here"])
    assert (table["Device"] == "–").sum() == 3
    assert not (table["Computed here"] == "–").any()
    assert tables.beats(analysis, analysis.chosen)["RR before"][0] == "–"


def test_measurements_of_a_recording_without_beats():
    silence = analyse(Recording(np.zeros((12, 5000), np.float32), 500.0, "simulated", None))
    table = tables.measurements(silence)
    assert (table["Computed here"] == "–").all()
    assert tables.amplitudes(silence) is None


def test_amplitudes_of_every_lead(analysis):
    table = tables.amplitudes(analysis).set_index("Lead")
    assert list(table.index) == list(LEADS)
    assert list(table.columns) == [
        "P, mV", "Q, mV", "R, mV", "S, mV", "R′, mV", "ST at J, mV", "ST at J + 60 ms, mV", "T, mV"
    ]  # fmt: skip
    assert table.loc["V5", "R, mV"] == f"{analysis.amplitudes.r['V5']:.2f}"
    assert table.loc["aVR", "T, mV"].startswith("−")
    flat = tables.amplitudes(replace(analysis, flat_leads=("V3",))).set_index("Lead")
    assert (flat.loc["V3"] == "–").all()
    assert (flat.loc["V4"] == table.loc["V4"]).all()


@pytest.mark.parametrize(
    ("rate_hz", "low_pass_hz", "said"),
    [
        (500.0, None, "up to 200 Hz (by the sampling rate; no low-pass filter stated)"),
        (500.0, 150.0, "up to 150 Hz (low-pass filter)"),
        (250.0, 150.0, "up to 100 Hz (by the sampling rate; low-pass filter 150 Hz)"),
    ],
)
def test_bandwidth_is_among_the_facts_of_the_file(analysis, rate_hz, low_pass_hz, said):
    recording = replace(analysis.recording, sampling_rate_hz=rate_hz, low_pass_hz=low_pass_hz)
    assert words.bandwidth(recording) == said
    facts = tables.file_facts(replace(analysis, recording=recording)).set_index("Read from the file")
    assert facts.loc["Bandwidth", "Value"] == said


def test_figures_are_described_from_this_patient(analysis):
    said = alts.ecg(analysis, 4, Paper("12 × 1", gain=5))
    assert "5 mm/mV" in said
    assert "Beat 5 is chosen" in said
    assert words.usable(analysis) in said
    assert "QRS" in alts.beat(analysis, analysis.chosen)


def test_what_is_set_by_hand_goes_before_the_device_and_ours() -> None:
    analysis = analyse(read(EXAMPLES[0].data()))
    device = analysis.recording.device
    assert set(makers.best(analysis)[1].values()) == {"device"}
    by_hand = Measurements(qrs_duration_ms=131.0, qrs_axis_deg=7.0)
    found, who = makers.best(analysis, by_hand, Typed(qrs_axis_deg=7.0))
    assert found == replace(device, qrs_duration_ms=131.0, qrs_axis_deg=7.0)
    assert {name: maker for name, maker in who.items() if maker != "device"} == {
        "qrs_duration_ms": "by hand", "qrs_axis_deg": "typed",
    }  # fmt: skip


def header(analysis, **more) -> dict[str, str]:
    return dict(words.header("ECG", analysis, gather_inputs(analysis), None, **more))


def test_the_header_names_the_maker_of_every_measurement(analysis):
    assert header(analysis)["Rate (device)"] == "64 /min"
    assert header(analysis)["PR, QRS, QT, QTcF (device)"].endswith("396, 405 ms")
    of_axis = Measurements(qrs_axis_deg=7.0)
    assert ", 7° (by hand), " in header(analysis, by_hand=of_axis)["P, QRS, T axis (device)"]
    typed = header(analysis, by_hand=of_axis, typed=Typed(qrs_axis_deg=7.0))
    assert ", 7° (typed), " in typed["P, QRS, T axis (device)"]
    bare = replace(analysis, recording=replace(analysis.recording, device=Measurements()))
    assert [title for title in header(bare) if title.endswith("(computed)")] == [
        "Rate (computed)", "PR, QRS, QT, QTcF (computed)", "P, QRS, T axis (computed)",
    ]  # fmt: skip
    silence = analyse(Recording(np.zeros((12, 5000), np.float32), 500.0, "simulated", None))
    assert header(silence)["Rate (not known)"] == "–"
    assert header(silence)["PR, QRS, QT, QTcF (not known)"] == "–, –, –, –"


def test_qtc_is_of_a_qt_and_a_rate_of_one_maker(analysis):
    device = replace(analysis.recording.device, heart_rate_bpm=None)
    unrated = replace(analysis, recording=replace(analysis.recording, device=device))
    shown_ms = header(unrated)["PR, QRS, QT, QTcF (device)"].split(", ")[-1].removesuffix(" (computed)")
    table = tables.measurements(unrated).set_index("Measurement")
    assert table.loc["QTc, Fridericia"].tolist() == ["–", shown_ms]
    by_hand = header(analysis, by_hand=Measurements(qt_interval_ms=420.0))
    assert by_hand["PR, QRS, QT, QTcF (device)"].endswith("420 (by hand), 429 ms (by hand)")  # at 64/min


def test_a_real_file_without_the_devices_rate(shared):
    found = analyse(read((shared / "ecg-files/scp_ecg/ecgtoolkit_Example.scp").read_bytes()))
    facts = header(found)
    assert facts["PR, QRS, QT, QTcF (device)"] == "148, 120, 420, 441 ms (computed)"
    assert facts["Rate (computed)"] == "72 /min"
    assert "PR, QRS, QT, QTcF (device): 148, 120, 420, 441 ms (computed)" in printed.about(
        "ECG", found, gather_inputs(found), Measurements()
    )[1]  # fmt: skip
