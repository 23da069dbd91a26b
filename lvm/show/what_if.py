"""The what-if panel: what can be asked, from where to where, and what the answers say."""

from dataclasses import dataclass
from math import floor

import pandas as pd

from lvm.estimate import NAMES, Estimate
from lvm.language import listed, mark, tr
from lvm.net.config import BODY
from lvm.show.quality import marks
from lvm.show.words import input_name, needs_size, number, signed, size_lacking
from lvm.what_if import Answer, Changes

QUESTION = mark(
    "A question to the network, not physiology: each change leaves all else as it is, while a real heart would change "
    "as a whole. Effects need not add up, and how wrong an answer is nobody knows, so it has no interval. The "
    "patient’s estimate stays {grams}, here and on every other page."
)
SEX, LEAD, NO_LEAD = mark("Sex"), mark("Lead removed"), mark("none")
QRS_AMPLITUDE, T_WAVE = mark("QRS amplitude"), mark("T wave amplitude")
LEAD_HELP = mark("The lead is given as a flat line. The network has never seen an ECG without a lead.")
AXIS_HELP = mark("The network is given an axis without its sign: −60° and 60° are the same to it.")
QRS_HELP = mark("In all leads, between QRS onset and offset of this beat; the rest of the beat stays.")
T_HELP = mark("In all leads, between T onset and offset of this beat: 0 is flat, −1 upside down. The rest stays.")
SEX_HELP = mark("Another sex is another network: the same ECG and values, given to the weights for that sex.")
NO_SEX = mark("This network is not told the sex.")
NO_WAVE = mark("This beat has no boundaries of this wave.")


@dataclass(frozen=True)
class Control:
    """A number that can be asked about. low, high : in steps of 1; wider where the patient's value lies outside."""

    name: str
    label: str
    low: float
    high: float
    unit: str
    help: str | None = None

    def ends(self, start: float) -> tuple[float, float]:
        """Lower and upper end, whole steps from the patient's value, so that what is moved away can be moved back."""
        return start - max(floor(start - self.low), 0), start + max(floor(self.high - start), 0)


# Within these nobody is out of scope for it, see lvm.scope.
CONTROLS = (
    Control("age_years", mark("Age, years"), 18, 100, ""),
    Control("height_cm", mark("Height, cm"), 140, 200, "cm"),
    Control("weight_kg", mark("Weight, kg"), 40, 150, "kg"),
    Control("qrs_duration_ms", mark("QRS duration, ms"), 60, 119, "ms"),
    Control("qrs_axis_deg", mark("QRS axis, °"), -180, 180, "°", AXIS_HELP),
    Control("t_axis_deg", mark("T axis, °"), -180, 180, "°", AXIS_HELP),
    Control("p_axis_deg", mark("P axis, °"), -180, 180, "°", AXIS_HELP),
)
_GAINS = {"qrs_gain": QRS_AMPLITUDE, "t_gain": T_WAVE}


def question(estimate: Estimate) -> str:
    return tr(QUESTION, grams=number(estimate.lvm_g, "g"))


def offered(estimate: Estimate) -> tuple[Control, ...]:
    """What the network of the estimate is given."""
    given = () if estimate.card is None else estimate.card.config.scalars
    return tuple(control for control in CONTROLS if control.name in given)


def against(estimate: Estimate) -> str:
    """'Outside scope: for teaching only.', of an estimate made in spite of what speaks against it; "" of any other."""
    found = marks(estimate)
    return tr("{marks}: for teaching only.", marks=found[:1].upper() + found[1:]) if found else ""


def instead_of(estimate: Estimate) -> str:
    """'instead of 188 g', beside the difference."""
    return tr("instead of {value}", value=number(estimate.lvm_g, "g"))


def of_limit(answer: Answer, estimate: Estimate, changes: Changes) -> str:
    """'above the limit, 80 g/m²'."""
    if answer.limit is None or answer.above_limit is None:
        return needs_size([name for name in size_lacking(estimate) if getattr(changes, name) is None])
    limit = number(answer.limit.limit_g_m2, "g/m²")
    return tr("above the limit, {limit}", limit=limit) if answer.above_limit else tr(
        "not above the limit, {limit}", limit=limit
    )  # fmt: skip


def effects(estimate: Estimate, changes: Changes, answer: Answer) -> pd.DataFrame:
    """A row for all that can be asked, so that no row comes and goes: what is asked, and its effect by itself."""
    together = tr("All together")
    rows = [
        _row(answer, "sex", tr(SEX), tr(str(estimate.inputs["sex"].value)), changes.sex and tr(changes.sex)),
        *(_numeric(estimate, changes, answer, control) for control in offered(estimate) if control.name in BODY),
        _row(answer, "without_lead", tr(LEAD), tr(NO_LEAD), changes.without_lead),
        *(_gained(changes, answer, name) for name in _GAINS),
        *(_numeric(estimate, changes, answer, control) for control in offered(estimate) if control.name not in BODY),
        (f"**{together}**", "", f"**{signed(answer.effect_g)}**"),
    ]
    return pd.DataFrame(rows, columns=[tr("If"), tr("Value"), tr("Effect, by itself")])


def _row(answer: Answer, name: str, title: str, before: str, after: str | None) -> tuple[str, str, str]:
    if name not in answer.alone_g:
        return title, before, "–"
    return f"**{title}**", f"{before} → {after}", f"**{signed(answer.alone_g[name])}**"


def _numeric(estimate: Estimate, changes: Changes, answer: Answer, control: Control) -> tuple[str, str, str]:
    start, after = estimate.inputs[control.name].value, getattr(changes, control.name)
    before = None if start is None else float(start)
    return _row(
        answer, control.name, input_name(control.name), _amount(before, control.unit), _amount(after, control.unit)
    )


def _gained(changes: Changes, answer: Answer, name: str) -> tuple[str, str, str]:
    return _row(answer, name, tr(_GAINS[name]), "× 1", f"× {number(getattr(changes, name), digits=2)}")


def _amount(value: float | None, unit: str) -> str:
    return number(value, unit, 0 if value is None or float(value).is_integer() else 1)


def described(estimate: Estimate, changes: Changes, answer: Answer) -> str:
    """For those who do not see the table."""
    asked = [input_name(n) if n in NAMES else tr(_GAINS.get(n, LEAD)) for n in answer.alone_g]
    if not asked:
        return tr("Nothing is changed.")
    return tr(
        "Effect of each change on {grams}: {effects}; together {together}.",
        grams=number(estimate.lvm_g, "g"),
        effects=listed(f"{name} {signed(g)}" for name, g in zip(asked, answer.alone_g.values(), strict=True)),
        together=signed(answer.effect_g),
    )
