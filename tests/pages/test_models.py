"""The page Models, section by section: nothing is lost, no kind of figures is taken for another."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm import paper
from lvm.evaluation import EXTERNAL, PLANTED, SALIENCY, SYSTEMS, Block, Evaluation, Table, write
from lvm.kinds import KINDS, words
from lvm.show.agreement import bland_altman_described, calibration_described
from lvm.ui.frame import BANNER
from tests import bundles, made_up

SECTIONS = (
    "One model",
    "All installed",
    "Systems compared",
    "Agreement",
    "External validation",
    "Saliency",
    "Cohort and waves",
)


def visit(section: str | None = None) -> AppTest:
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()
    app.switch_page("pages/models.py").run()
    return app if section is None else show(app, section)


def show(app: AppTest, section: str) -> AppTest:
    app.segmented_control(key="models_section").set_value(section).run()
    assert not app.exception
    return app


def headings(app: AppTest) -> list[str]:
    return [h.value for h in (*app.header, *app.subheader)]


def said(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.info, *app.error, *app.warning))


@pytest.fixture
def bare(tmp_path):
    """Two bundles, one of them a user's own, and no evaluation."""
    of = bundles.config("male", "model 2")
    bundles.install(tmp_path, "male-model2", of, bundles.fields(of))
    bundles.install_own(tmp_path)
    with bundles.used(tmp_path):
        yield tmp_path


@pytest.fixture
def whole(bare):
    """The same with a made-up evaluation of all systems, and one on a hospital's own table."""
    write(made_up.evaluation(), bare / SYSTEMS)
    found = made_up.evaluation("own")
    ours = Table("Bundles", "On this table", found.tables[0].blocks[1:2])
    write(replace(found, tables=(ours,)), bare / EXTERNAL)
    shares = Block(
        "cohort", paper.TABLE_5.columns, (("QRS interval", *["16.7 ± 2.0 %"] * 6),), "Made up.", "importance"
    )
    table_5 = replace(paper.SALIENCY[0], blocks=(*paper.SALIENCY[0].blocks, shares))
    write(Evaluation("Made-up importance", "cohort", {}, (table_5,), ()), bare / SALIENCY)
    truth = Block("simulated", ("Planted in", "Gradient"), (("T wave, limb", "98 %, 2 of 2"),))
    tables = (Table("Planted truth", "Found or not", (truth,)), Table("Shuffled weights", "Alike or not", (truth,)))
    write(Evaluation("Made-up truth", "simulated", {"Judged": "2 men"}, tables, ()), bare / PLANTED)
    return bare


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("folder", ["bare", "whole"])
def test_every_section_opens_with_the_banner_and_an_alt_for_all_it_shows(folder, section, request):
    request.getfixturevalue(folder)
    app = visit(section)
    assert BANNER in said(app)
    assert "None" not in said(app)
    shown = [*app.table, *app.get("plotly_chart")]
    assert all(element.proto.alt for element in shown)
    assert len({element.proto.alt for element in shown}) == len(shown)


def test_it_begins_with_one_model_and_a_section_is_kept_on_other_pages(bare):
    app = visit()
    assert app.segmented_control(key="models_section").value == "One model"
    assert app.segmented_control(key="models_section").options == list(SECTIONS)
    assert app.selectbox(key="model_card-en").options == ["Men, model 2 (male-model2)", "our-clinic"]
    show(app, "Cohort and waves")
    app.switch_page("pages/ecg.py").run()
    app.switch_page("pages/models.py").run()
    assert app.segmented_control(key="models_section").value == "Cohort and waves"


def test_own_models_stay_in_sight(bare):
    app = visit("All installed")
    assert [h.value for h in app.header] == [
        "Your own, on their own data",
        "Ours, on the semi-synthetic cohort",
        "Ours, on real ECGs",
    ]
    assert set(app.table[0].value["Model"]) == {"our-clinic"}
    assert "our-clinic" not in set(app.table[1].value["Model"])


def test_without_any_weights_it_says_so(tmp_path):
    with bundles.used(tmp_path):
        assert "No weights are installed." in said(visit())
        assert "No standard weights are installed." in said(visit("All installed"))
        assert "No standard weights are installed" in said(visit("Cohort and waves"))


def test_without_an_evaluation_the_papers_tables_stand_and_the_command_is_named(bare):
    app = visit("Systems compared")
    assert "`python -m lvm evaluate`" in app.info[1].value
    table = app.selectbox(key="systems_table-en")
    assert table.options == [f"{one.name}: {one.title}" for one in paper.TABLES]
    for option, of in zip(table.options, paper.TABLES, strict=True):
        app.selectbox(key="systems_table-en").set_value(option).run()
        assert [h.value for h in app.subheader] == [KINDS["paper"].heading]
        assert len(app.table[0].value) == len(of.blocks[0].rows)
    for section in ("Agreement", "External validation"):
        assert "`python -m lvm evaluate`" in show(app, section).info[1].value
        assert not app.table
        assert not app.get("plotly_chart")


def test_the_blocks_of_a_table_stand_apart_each_with_its_words(whole):
    app = visit("Systems compared")
    kinds = ("paper", "cohort", "real")
    assert [h.value for h in app.subheader] == [KINDS[kind].heading for kind in kinds]
    assert len({h.proto.divider for h in app.subheader}) == 3
    assert all(KINDS[kind].beside in said(app) for kind in kinds)
    alts = [f"Table 2: What each set of inputs adds. {KINDS[kind].heading}" for kind in kinds]
    made, *blocks = app.table
    assert [t.proto.alt for t in blocks] == alts
    assert list(made.value["Fact"]) == ["Recordings", "Folds"]
    assert list(blocks[1].value.iloc[:, 0]) == ["Age, sex and body size", "Model 2", "Best possible"]
    assert "Made up for a test" in said(app)


def test_plots_of_the_chosen_system_by_sex(whole):
    app = visit("Agreement")
    assert [h.value for h in app.subheader] == [KINDS["cohort"].heading]
    assert app.selectbox(key="systems_system-en").options == ["Model 2", "LVM-AI <own>"]
    app.selectbox(key="systems_system-en").set_value("LVM-AI <own>").run()
    parts = tuple(made_up.points(sex, "LVM-AI <own>") for sex in ("male", "female"))
    bland, line = (chart.proto.alt for chart in app.get("plotly_chart"))
    assert bland == f"Bland-Altman: estimate minus true mass, LVM-AI <own>. {bland_altman_described(parts)}"
    assert line.endswith(calibration_described(parts))
    assert bland_altman_described(parts) in said(app)


def test_the_external_validation_has_tables_and_plots_of_its_own(whole):
    app = visit("External validation")
    assert app.selectbox(key="external_table-en").options == ["Bundles: On this table"]
    assert [h.value for h in app.subheader] == [KINDS["own"].heading] * 2
    assert KINDS["cohort"].heading not in said(app)
    assert len(app.get("plotly_chart")) == 2


def test_a_damaged_evaluation_is_said_and_the_papers_tables_stay(whole):
    (whole / SYSTEMS / "evaluation.json").write_text('{"title": "x"}')
    app = visit("Systems compared")
    assert "is damaged" in app.error[0].value
    assert [h.value for h in app.subheader] == [KINDS["paper"].heading]
    assert not show(app, "Agreement").get("plotly_chart")
    assert "is damaged" in app.error[0].value


def test_a_table_that_is_gone_is_chosen_no_longer(whole):
    app = visit("Systems compared")
    app.selectbox(key="systems_table-en").set_value("Beat: What a beat adds").run()
    assert [h.value for h in app.subheader] == [KINDS["cohort"].heading]
    (whole / SYSTEMS / "evaluation.json").unlink()
    app.run()
    assert not app.exception
    assert [h.value for h in app.subheader] == [KINDS["paper"].heading]


def test_tables_5_and_6_stand_beside_ours_with_words_of_their_own(whole):
    app = visit("Saliency")
    assert app.selectbox(key="saliency_table-en").options == [f"{one.name}: {one.title}" for one in paper.SALIENCY]
    kinds = ("paper", "cohort", "simulated")
    assert [h.value for h in app.subheader] == [KINDS[kind].heading for kind in kinds]
    for kind in kinds[:2]:
        assert words(kind, "importance").beside in said(app)
        assert KINDS[kind].beside not in said(app)
    papers, ours, made, truth = app.table
    assert len(papers.value) == 6
    assert ours.value.iloc[0, 0] == "QRS interval"
    assert list(made.value["Fact"]) == ["Judged"]
    assert truth.proto.alt == f"Planted truth: Found or not. {KINDS['simulated'].heading}"
    app.selectbox(key="planted_table-en").set_value("Shuffled weights: Alike or not").run()
    assert app.table[3].proto.alt.startswith("Shuffled weights: ")
    app.selectbox(key="saliency_table-en").set_value("Table 6: Importance of each segment, networks of one sex").run()
    assert len(app.table[0].value) == 12  # the paper's alone: ours has none


def test_without_what_was_measured_it_says_how_and_the_papers_tables_stand(bare):
    app = visit("Saliency")
    saliency, planted = (info.value for info in app.info[1:])
    assert "`python -m lvm evaluate TABLE.csv --saliency --out weights/saliency`" in saliency
    assert "`python -m lvm planted-truth --out weights/planted-truth`" in planted
    assert [h.value for h in app.subheader] == [KINDS["paper"].heading]
    assert len(app.table) == 1


def test_how_the_waves_are_found_is_still_told(bare):
    app = visit("Cohort and waves")
    assert [h.value for h in app.header] == ["The cohort", "Wave boundaries"]
    assert len(app.table) == 5
