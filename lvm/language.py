"""The words of the screen in another language: English is written in the code, others stand in lvm/languages.

A sentence that the screen makes is `tr("Beat {number} was chosen.", number=3)`: looked up and filled in at once. One
that the library makes is `said(...)`: English as a string, and it remembers what it was made of, so that `tr` of it can
say it in the language of whoever looks at it later. `mark` is for a text in a table of constants, to be given to `tr`
later. What a catalog lacks is said in English. How a catalog is brought up to date: README.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, reduce
from pathlib import Path
from typing import Any, Literal, Self

Language = Literal["en", "zh_TW"]
LANGUAGES: dict[Language, str] = {"en": "English", "zh_TW": "中文"}
FOLDER = Path(__file__).parent / "languages"

_spoken: ContextVar[Language] = ContextVar("language", default="en")


class Said(str):
    """An English sentence of the library that remembers its template and what was filled in."""

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), self.values


def said(template: str, /, **values: Any) -> Said:
    """A sentence of the library: English, to be translated where it is shown."""
    return Said(template, **values)


def mark(text: str) -> str:
    """The text itself, put on the list of what there is to translate."""
    return text


def listed(parts: Iterable[str], by: str = mark("{one}, {other}")) -> str:
    """'V1, V2, V3': joined as a language joins; `by` is a template with these two names."""
    return reduce(lambda one, other: said(by, one=one, other=other), parts) if (parts := list(parts)) else ""


SEMICOLON = mark("{one}; {other}")
SENTENCES = mark("{one} {other}")


def with_and(names: Sequence[str]) -> str:
    """'V1, V2 and V3'."""
    return said("{names} and {last}", names=listed(names[:-1]), last=names[-1]) if len(names) > 1 else "".join(names)


def tr(text: str, /, **values: Any) -> str:
    """The text in the language spoken now, with the values filled in; what of these is text is translated too."""
    if isinstance(text, Said):
        return tr(text.template, **text.values)
    found = catalog(_spoken.get()).get(text, text)
    return found.format(**{name: tr(v) if isinstance(v, str) else v for name, v in values.items()}) if values else found


@cache
def catalog(language: Language) -> Mapping[str, str]:
    """The translations by their English text; none for English."""
    if language == "en":
        return {}
    from babel.messages.pofile import read_po

    with (FOLDER / f"{language}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id and m.string}


def speak(language: Language) -> None:
    """From here on, in this thread."""
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within a block."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)
