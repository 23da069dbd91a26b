"""What is wrong with a recording, in lists; the mark that a number made in spite of it carries."""

from dataclasses import replace

import pytest

from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import Estimate, Input, estimate
from lvm.language import said, speaking
from lvm.quality import Issue, Quality
from lvm.read import read
from lvm.recording import Typed
from lvm.show import alts, criteria, networks, quality, words
from lvm.show.distribution import Spread
from lvm.show.mass import beats_of


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(EXAMPLES[0].data()))


@pytest.fixture(scope="module")
def child(analysis) -> Estimate:
    return estimate(analysis, Typed(age_years=12), override=True)


AGE = "Age 12 (set by hand): the paper's patients were adults, and so are those the network was trained on."


def test_every_place_with_an_overridden_number_carries_the_mark(analysis, child):
    grams = f"{child.lvm_g:.0f} g"
    assert quality.marks(child) == "outside scope"
    assert words.mass(child) == f"{grams}, outside scope"
    assert quality.metric_name(child) == "LV mass, outside scope"
    seen, spread = beats_of(analysis, child, analysis.chosen), Spread({}, "normal")
    assert f"LV mass {grams} (outside scope)," in alts.mass(child, seen, spread)
    assert networks.table([(child.card, child)], child.card, "male")["Model 2"][0] == (
        f"**{grams}, outside scope**, in use"
    )
    assert "for this ECG that does not hold" in words.how_sure(child)
    assert "(Du Bois), outside scope: " in words.verdict(child)
    assert "; the estimate (outside scope) is " in criteria.line(child)
    assert quality.with_reasons(child) == f"**Outside scope: shown for teaching only.**\n\n- {AGE}"
    assert not [w for w in quality.other_warnings(child) if "Overridden" in w]


def test_a_number_within_scope_carries_no_mark(analysis):
    within = estimate(analysis, override=True)  # nothing speaks against it
    assert quality.marks(within) == ""
    assert quality.metric_name(within) == "LV mass"
    assert words.mass(within) == f"{within.lvm_g:.0f} g ({words.span(within.interval_g)})"


def test_a_poor_signal_is_told_from_a_patient_out_of_scope(analysis):
    poor = replace(analysis, quality=Quality((Issue("V2 is noisy.", ("V2",), True), Issue("Hum.", (), False))))
    assert quality.marks(estimate(poor, override=True)) == "poor signal"
    assert quality.marks(estimate(poor, Typed(age_years=12), override=True)) == "outside scope, poor signal"
    assert poor.quality.grave == ("V2 is noisy.",)
    assert quality.notes(poor, on_file=True) == [*analysis.recording.warnings, "Hum."]
    assert quality.small_list(["Hum."]) == ":small[Note: Hum.]"
    assert quality.grave_list(["V2 is noisy."], overridden=False) == "**No estimate is made:**\n\n- V2 is noisy."
    assert "in spite of this, for teaching only" in quality.grave_list(["V2 is noisy."], overridden=True)


def test_each_reason_stands_by_itself(analysis):
    patient = replace(analysis.recording.patient, sex=None)
    nobody = replace(analysis, recording=replace(analysis.recording, patient=patient))
    withheld = estimate(nobody, Typed(age_years=12))
    assert withheld.reasons == (AGE, "The sex is not in the file. State it, male or female: the models differ.")
    assert estimate(analysis).reasons == ()


@pytest.mark.parametrize(
    ("sentence", "parted"),
    [
        (AGE, AGE.replace("Age 12 (set by hand): the", "**Age 12 (set by hand)**  \nThe")),
        ("Wide QRS suspected (computed: steep): excluded.", "**Wide QRS suspected (computed: steep)**  \nExcluded."),
        ("The sex is not known. State it: models differ.", "**The sex is not known**  \nState it: models differ."),
        ("Stored more than once: II and V4. Export again.", "**Stored more than once: II and V4**  \nExport again."),
        ("Only 0 of 3 beats can be used.", "**Only 0 of 3 beats can be used.**"),
    ],
)  # fmt: skip
def test_a_reason_begins_with_what_was_found(sentence, parted):
    assert quality.reason(sentence) == parted


def test_source_of_a_value_and_what_stood_there_before():
    file, computed, none = Input(63.0, "device"), Input(104.4, "computed"), Input(None, None)
    assert words.source(file, file) == "from the file"
    assert words.source(computed, computed) == "computed here"
    assert words.source(none, none) == "not known"
    assert words.source(Input(70.25, "imputed"), none) == "imputed: 70.2"
    assert words.source(Input(71.0, "typed"), file) == "typed; file: 63"
    assert words.source(Input(99.0, "typed"), computed) == "typed; computed: 104.4"
    assert words.source(Input(71.0, "typed"), none) == "typed; file: none"
    assert words.source(Input("male", "typed"), Input("female", "device")) == "typed; file: female"


def test_the_receipt_says_what_was_left_out(analysis):
    held = replace(analysis.recording, left_out=("name", "birth date"))
    assert words.left_out(held) == "Left out on purpose, never kept: name, birth date."
    assert words.left_out(replace(held, left_out=())).startswith("The file holds none of the identifying facts")


def test_a_translated_reason_is_parted_too(monkeypatch):
    spoken = {
        "Paced rhythm ({facts}): excluded from the paper's patients.": "起搏心律（{facts}）：不在論文的病人之列。",
        "the file says so": "檔案載明：是",
        "No signal in any of the chest leads. Check the chest electrodes.": "胸前導程皆無訊號。請檢查胸前電極。",
        "The same signal is stored more than once: {leads}. Export the ECG again from the source.": (
            "同一訊號重複儲存：{leads}。請重新匯出。"
        ),
    }
    monkeypatch.setattr("lvm.language.catalog", lambda language: spoken if language == "zh_TW" else {})
    paced, _, flat, twice = (said(text, facts=said("the file says so"), leads="V3") for text in spoken)
    with speaking("zh_TW"):
        assert quality.reason(paced) == "**起搏心律（檔案載明：是）**  \n不在論文的病人之列。"
        assert quality.reason(flat) == "**胸前導程皆無訊號**  \n請檢查胸前電極。"
        assert quality.reason(twice) == "**同一訊號重複儲存：V3**  \n請重新匯出。"
    assert quality.reason(paced) == "**Paced rhythm (the file says so)**  \nExcluded from the paper's patients."


def test_which_paper_is_said_where_reasons_speak_of_it():
    assert quality.which_paper([AGE]) == (
        "The paper: Pan 2026, Eur Heart J Digital Health 7(1):ztaf122; CT cohort of 1,459 patients."
    )
    assert quality.which_paper(["No signal in V4."]) == quality.which_paper([]) == ""
