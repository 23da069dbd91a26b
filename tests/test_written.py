"""What stands in files is known again: every text of the shipped ones can be said in another language."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lvm import paper, weights, written
from lvm.evaluation import EXTERNAL, PLANTED, SALIENCY, SYSTEMS, Table, read
from lvm.language import speaking
from lvm.written import told
from tests.test_language import SAME, marked, outside_brackets

__all__ = ["marked"]
SHIPPED = Path(__file__).parents[1] / "weights"
# Who, what system and whose data, which are called the same everywhere.
NAMES = re.compile(
    r"eLVMass-Net|ecgAI|LVM-AI|UK Biobank|PTB-XL|deepfake-ecg|CC BY|MIT|MRI|BMI|Smooth ?Grad|Grad-CAM|\bECGs?\b"
    r"|Table S?\d|\((Wagner|Thambawita|CT, Fuchs)[^)]*\)|\b(male|female|all)-\w+ \(\w+\)"
    r"|Sokolow-Lyon|\bAdam\b|\+cpu"
)
CHINESE = {
    "Men": "男性",
    "Women": "女性",
    "model 2": "模型 2",
    "QRS interval": "QRS 間期",
    "limb": "肢體",
    "Bias: estimate minus true mass.": "偏差：估計值減真實質量。",
    written.OVER_FOLDS: "± 為 {n} 折間的 SD。",
    written.WHAT_IT_IS: "{inputs}，{people}",
    written.PEOPLE["male"]: "男",
    written.COMMA: "{name}，{more}",
    written.COLON: "{one}：{other}",
    "{one} {other}": "{one}{other}",
}


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("lvm.language.catalog", lambda language: CHINESE if language == "zh_TW" else {})
    with speaking("zh_TW"):
        yield


def of_tables(tables: tuple[Table, ...]) -> Iterator[str]:
    for table in tables:
        yield from (table.name, table.title)
        for block in table.blocks:
            yield from (*block.columns, *(cell for row in block.rows for cell in row), block.note)


def of_evaluations() -> Iterator[str]:
    yield from of_tables((*paper.TABLES, *paper.SALIENCY))
    for folder in (SYSTEMS, EXTERNAL, SALIENCY, PLANTED):
        found = read(SHIPPED / folder)
        assert found is not None
        yield from (found.title, *found.made, *found.made.values(), *(points.system for points in found.points))
        yield from of_tables(found.tables)


def of_cards() -> Iterator[str]:
    for card in (*weights.cards(), weights.read_fields(SHIPPED / weights.SEGMENTER)):
        fields: dict[str, Any] = card.fields if isinstance(card, weights.Card) else card
        yield from (str(fields[key]) for key in ("title", "what_it_is", "intended_use", "not_for", "training_data"))
        if isinstance(card, weights.Card):
            yield from strings([*fields["choices"].values(), *fields["recipe"].values()])


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from part
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from strings(one)


def test_english_is_what_stands_in_the_file() -> None:
    files = [*SHIPPED.glob("*/card.json"), *SHIPPED.glob("*/evaluation.json")]
    found = {text for file in files for text in strings(json.loads(file.read_text(encoding="utf-8")))}
    assert len(found) > 1000
    assert {text for text in found if told(text) != text} == set()


def test_every_text_of_the_shipped_files_can_be_said_in_another_language(marked: None) -> None:
    found = {*of_evaluations(), *of_cards()}
    assert len(found) > 700
    left = {text: NAMES.sub(" ", SAME.sub(" ", outside_brackets(told(text)))) for text in found}
    assert {text: rest for text, rest in left.items() if re.search("[A-Za-z]{2,}", rest)} == {}


def test_a_text_is_known_by_its_template_its_sentences_or_its_parts(chinese: None) -> None:
    assert (
        told("± is the SD over 5 folds. Bias: estimate minus true mass.")
        == "± 為 5 折間的 SD。偏差：估計值減真實質量。"
    )
    assert told("eLVMass-Net, model 2, for men: LV mass in grams from one ECG beat.") == "模型 2，男"
    assert told("Men, QRS interval") == "男性，QRS 間期"
    assert told("Women: limb") == "女性：肢體"


def test_what_is_not_ours_stays_as_it_is(chinese: None) -> None:
    ward = "Men, women and their ECGs of ward 7: see the paper on limb leads, which holds more than eighty characters."
    for text in ("", "Ward 7", "14.56 ± 0.53 g, 13.03 %", "Notes: limb", "{curly}", "A: b; c and d. E", ward):
        assert told(text) == text


def test_figures_alone_are_no_template_and_words_no_figure(chinese: None) -> None:
    assert told("± is the SD over many folds.") == "± is the SD over many folds."


def test_every_template_has_names_that_a_pattern_can_hold() -> None:
    assert len(written._patterns()) == len(set(written._TEMPLATES)) == len(written._TEMPLATES)
