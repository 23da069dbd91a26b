"""The catalogs are whole, and what the library says can be said in another language later."""

import pickle
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file

from lvm.language import FOLDER, LANGUAGES, catalog, said, speak, speaking, tr

ROOT = Path(__file__).parents[1]
KEYWORDS = {"tr": None, "mark": None, "said": None}
CHINESE = {
    "Beat {number} is used.": "使用第 {number} 個心搏。",
    "Because: {reason}": "因為：{reason}",
    "lead {lead} is flat": "導程 {lead} 無訊號",
}


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("lvm.language.catalog", lambda language: CHINESE if language == "zh_TW" else {})
    with speaking("zh_TW"):
        yield


def messages() -> dict[str, str]:
    """Every text that the code marks, and where."""
    found = {
        text: f"{folder}/{file}:{line}"
        for folder in ("lvm", "pages")
        for file, line, text, *_ in extract_from_dir(ROOT / folder, keywords=KEYWORDS)
    }
    return found | {
        text: f"app.py:{line}" for line, text, *_ in extract_from_file("python", ROOT / "app.py", keywords=KEYWORDS)
    }


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_english_is_what_stands_in_the_code() -> None:
    assert tr("Beat {number} is used.", number=3) == "Beat 3 is used."
    assert tr("{curly") == "{curly"  # nothing to fill in
    assert catalog("en") == {}


def test_a_text_is_translated_with_what_is_filled_in(chinese: None) -> None:
    assert tr("Beat {number} is used.", number=3) == "使用第 3 個心搏。"
    assert tr("Nobody translated this.") == "Nobody translated this."


def test_the_librarys_sentences_are_english_until_they_are_shown(chinese: None) -> None:
    sentence = said("Because: {reason}", reason=said("lead {lead} is flat", lead="V2"))
    assert sentence == "Because: lead V2 is flat"
    assert tr(sentence) == "因為：導程 V2 無訊號"
    assert tr(pickle.loads(pickle.dumps(sentence))) == tr(sentence)


def test_a_language_is_spoken_within_its_block() -> None:
    with speaking("zh_TW"):
        pass
    assert tr("ECG") == "ECG"
    speak("zh_TW")
    assert tr("ECG") == "心電圖"
    speak("en")


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_catalog_has_every_text_with_the_same_values(language: str) -> None:
    said_there, written = catalog(language), messages()
    assert len(written) > 5
    assert {where for text, where in written.items() if text not in said_there} == set()
    assert {text for text in said_there if text not in written} == set()
    assert {text for text, other in said_there.items() if "{" in text and fields(text) != fields(other)} == set()
    assert (FOLDER / f"{language}.po").is_file()
