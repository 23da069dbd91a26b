"""What stands in a card as text. A user's own card may lack anything or hold something odd: then it is "–"."""

import math
import re
from typing import Any

from lvm.language import mark, tr
from lvm.show.words import UNKNOWN, number
from lvm.weights import Card
from lvm.written import COMMA, told

_MARKUP = re.compile(r"([\\`*_\[\]<$~])")
SEMI_SYNTHETIC = "semi-synthetic cohort"
_PEOPLE = {"male": mark("Men"), "female": mark("Women"), "all": mark("Men and women")}
_GIVEN = {"ecg": mark("ECG only"), "model 1": mark("model 1"), "model 2": mark("model 2")}


def dig(value: Any, *keys: str) -> Any:
    """What lies under these keys, one within the other; None where the way ends early."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def plain(value: Any) -> str:
    """A card's words as they are, without being taken for formatting, links or pictures."""
    text = "" if value is None else str(value).strip()
    return _MARKUP.sub(r"\\\1", text) or UNKNOWN


def translated(value: Any) -> str:
    """A card's words in the language spoken where they are ours, else as they are."""
    return plain(told(value) if isinstance(value, str) else value)


def known(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def figure(value: Any, unit: str = "", digits: int = 0) -> str:
    return number(known(value), unit, digits)


def count(value: Any) -> str:
    """'1,459'."""
    found = known(value)
    return UNKNOWN if found is None else f"{found:,.0f}"


def percent(share: Any) -> str:
    """'90.4 %' of .904."""
    found = known(share)
    return number(None if found is None else 100 * found, "%", 1)


def numbers(value: Any, length: int) -> tuple[float, ...] | None:
    """A list of so many numbers, or None."""
    found = [known(part) for part in value] if isinstance(value, list | tuple) else []
    whole = tuple(part for part in found if part is not None)
    return whole if len(whole) == len(found) == length else None


def mean_sd(value: Any, unit: str = "", digits: int = 2) -> str:
    """'12.34 ± 0.41 g'."""
    pair = numbers(value, 2)
    if pair is None:
        return figure(value, unit, digits)
    return f"{number(pair[0], '', digits)} ± {number(pair[1], unit, digits)}"


def error(value: Any) -> str:
    """A mean absolute error in grams, and what it is in percent: '12.34 ± 0.41 g, 10.1 %'."""
    grams, share = dig(value, "mae_g"), numbers(dig(value, "mape_percent"), 2)
    relative = dig(value, "mape_percent") if share is None else share[0]
    return joined(mean_sd(grams, "g"), figure(relative, "%", 1))


def joined(*parts: str) -> str:
    """What is known of these, with commas; in a narrow cell lines break there alone."""
    return ", ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts if part != UNKNOWN) or UNKNOWN


def span(value: Any, digits: int = 2) -> str:
    """'0.85–0.93'."""
    pair = numbers(value, 2)
    if pair is None:
        return UNKNOWN
    low, high = (number(end, "", digits) for end in pair)
    return tr("{low} to {high}", low=low, high=high) if pair[0] < 0 else f"{low}–{high}"


def with_span(value: Any) -> str:
    """'0.84 (0.70–0.95)' of a value and the ends of its interval; in a narrow cell the bracket stays whole."""
    found = numbers(value, 3)
    if found is None:
        return UNKNOWN
    return f"{number(found[0], '', 2)} ({span(found[1:])})".replace("–", "–\N{WORD JOINER}")


def standard(card: Card) -> bool:
    """Whether it came with the application, trained on the semi-synthetic cohort; all others are a user's own.

    Of a simulated cohort none is, even where its card calls itself the default.
    """
    return card.fields.get("default") is True and dig(card.fields, "data", "kind") == SEMI_SYNTHETIC


def kind(card: Card) -> str:
    """'Men, model 2'."""
    return tr(COMMA, name=_PEOPLE[card.config.sexes], more=_GIVEN[card.config.input_set])


def label(card: Card) -> str:
    """'Men, model 2 (male-model2)', or the name alone of a user's own."""
    return f"{kind(card)} ({card.name})" if standard(card) else card.name


def short(card: Card) -> str:
    """As a table lists it: its kind, or the name of a user's own; formatting signs escaped."""
    return kind(card) if standard(card) else plain(card.name)


def ordered(cards: tuple[Card, ...]) -> tuple[Card, ...]:
    """Ours first; men, women, both; model 2, model 1, ECG only."""
    sexes, sets = list(_PEOPLE), list(_GIVEN)[::-1]
    return tuple(
        sorted(
            cards,
            key=lambda c: (
                not standard(c),
                sexes.index(c.config.sexes),
                sets.index(c.config.input_set),
                c.name,
            ),
        )
    )
