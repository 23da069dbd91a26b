"""Numbers, sentences and tables: units everywhere, no None, nothing that could name a person."""

from dataclasses import replace

import pytest

from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.criteria import CriterionResult
from lvm.errors import LvmError
from lvm.estimate import Estimate, gather_inputs
from lvm.read import read
from lvm.recording import Patient, Recording
from lvm.reference import CT_LIMITS
from lvm.show import alts, cards, paper_results, tables, words
from lvm.show.colours import LIGHT
from lvm.show.mass import mass
from lvm.weights import cards as installed


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(EXAMPLES[0].data()))


def made_up(analysis: Analysis, lvm_g: float = 180.0) -> Estimate:
    inputs = gather_inputs(analysis)
    index = lvm_g / 1.9
    met = CriterionResult("Sokolow-Lyon", 3.61, "mV", 3.5, False, True, ("SV1", "RV5"), "Sokolow & Lyon 1949")
    product = CriterionResult(
        "Cornell product", None, "mm·ms", 2440, False, None, ("RaVL", "SV3", "QRS duration"), "Molloy"
    )
    return Estimate(
        lvm_g, (150.0, 210.0), 0.9, 1.9, index, CT_LIMITS["male"], index > 80, None, inputs,
        per_beat_g=(179.0, 180.0, 182.0), per_fold_g=(170.0, 175.0, 180.0, 185.0, 190.0), criteria=(met, product),
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
    assert items["PR, QRS, QT (device)"].endswith(" ms")
    assert "LV mass" not in items
    unknown = replace(analysis, recording=replace(analysis.recording, patient=Patient()))
    items = dict(words.header("Uploaded ECG", unknown, gather_inputs(unknown), made_up(analysis)))
    assert items["Uploaded ECG"] == "sex and age not known"
    assert items["Size"] == "not known"
    assert items["LV mass"] == "180 g (150–210 g)"


def test_what_is_missing_is_said_at_once(analysis):
    assert words.missing(analysis) == []
    bare = replace(analysis, recording=replace(analysis.recording, patient=Patient(age_years=50)))
    assert words.missing(bare) == ["Not in the file: sex, height and weight. Enter on the page LV mass."]


def test_verdict_names_limit_modality_and_source(analysis):
    said = words.verdict(made_up(analysis))
    assert "95 g/m² at 1.90 m² (Du Bois)" in said
    assert "**above** the CT limit for men, 80 g/m² (Fuchs 2016" in said
    assert "does not settle it" in said  # 152 g lies between 150 and 210
    assert "**not above**" in words.verdict(made_up(analysis, 140.0))
    assert "enter height and weight" in words.verdict(replace(made_up(analysis), lvmi_g_m2=None, bsa_m2=None))
    assert words.verdict(replace(made_up(analysis), limit=None)).startswith("There is no reference limit")


def test_criteria_in_one_line(analysis):
    assert words.criteria_line(made_up(analysis)) == (
        "1 of 1 met (Sokolow-Lyon); the estimate is above the limit: they agree."
    )
    assert "they disagree" in words.criteria_line(made_up(analysis, 140.0))
    assert "need the sex" in words.criteria_line(replace(made_up(analysis), criteria=()))


def test_a_limit_is_written_as_it_is_judged(analysis):
    estimate = made_up(analysis)
    above = replace(estimate.criteria[0], above=True)
    table = tables.criteria(replace(estimate, criteria=(estimate.criteria[0], above)))
    assert list(table["Met at"]) == ["≥ 3.5 mV", "above 3.5 mV"]


def test_no_table_shows_none(analysis):
    estimate = made_up(analysis)
    withheld = replace(estimate, lvm_g=None, interval_g=None, interval_level=None, lvmi_g_m2=None, above_limit=None)
    bare = replace(analysis, recording=Recording(analysis.recording.signal_mv, 500.0, "GE MUSE XML", None))
    for table in (
        tables.file_facts(bare),
        tables.measurements(bare),
        tables.beats(analysis, analysis.chosen),
        tables.boundaries(analysis, analysis.chosen),
        tables.models({"Model 1": estimate, "Model 2": withheld}),
        tables.criteria(estimate),
        paper_results.input_sets(),
        paper_results.by_sex(),
    ):
        text = table.to_csv()
        assert "None" not in text
        assert "nan" not in text.lower()
        assert len(table)


def test_device_beside_computed(analysis):
    table = tables.measurements(analysis).set_index("Measurement")
    assert table.loc["QRS duration", "Device"].endswith(" ms")
    assert list(table.columns) == ["Device", "Computed here"]
    assert tables.beats(analysis, analysis.chosen)["RR before"][0] == "–"


def test_picture_of_the_estimate(analysis):
    estimate = made_up(analysis)
    figure = mass(estimate, {"Model 1": made_up(analysis, 160.0)}, LIGHT)
    assert list(figure.layout.yaxis.categoryarray) == ["3 beats", "5 folds", "Model 1", "This ECG"]
    assert figure.layout.annotations[0].text == "limit for this body size 152 g"
    low, high = figure.layout.xaxis.range
    assert low < 150
    assert high > 210
    assert not mass(replace(estimate, bsa_m2=None), {}, LIGHT).layout.annotations


def test_cards_of_the_installed_bundles_can_be_read():
    try:
        bundles = installed()
    except LvmError as error:
        pytest.fail(str(error))
    for card in bundles:
        assert cards.facts(card)["Value"].iloc[0].replace(" ", "") == card.sha256
        assert "None" not in cards.facts(card).to_csv()
    assert len(cards.results(bundles)) == len(bundles)


def test_figures_are_described_from_this_patient(analysis):
    said = alts.ecg(analysis, 4, "12 × 1", 5)
    assert "5 mm/mV" in said
    assert "Beat 5 is chosen" in said
    assert words.usable(analysis) in said
    assert "QRS" in alts.beat(analysis, analysis.chosen)
    assert alts.mass(made_up(analysis)) == "LV mass 180 g, 90 % interval 150–210 g; limit for this body size 152 g."
