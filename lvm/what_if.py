"""What the network would say of another patient or another beat: a question to the network, not physiology.

Whatever is changed leaves the rest as it is: a taller patient keeps the ECG, a scaled QRS keeps its T wave and the
measured axis. So an answer says what the network goes by, not what would become of a heart. For a whole heart changed
together see `lvm.cohort.change`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from lvm.beats import BEFORE_R, BeatWindow
from lvm.estimate import Estimate, Input, scalar_row
from lvm.recording import LEADS, Sex, Signal, Typed
from lvm.reference import CT_LIMITS, Limit, bsa_m2
from lvm.waves import Waves
from lvm.weights import Bundle, Card, choose, load


@dataclass(frozen=True)
class Changes(Typed):
    """What is asked about; a value of None and a gain of 1 leave what there is.

    qrs_gain, t_gain : factors of the amplitude; a T wave of 0 is flat, of -1 upside down.
    without_lead : one of LEADS, given to the network as a flat line.
    """

    qrs_gain: float = 1.0
    t_gain: float = 1.0
    without_lead: str | None = None

    def singly(self) -> "dict[str, Changes]":
        """Each change by itself, by the name of its field."""
        kept = Changes()
        asked = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: replace(kept, **{name: v}) for name, v in asked.items() if v != getattr(kept, name)}


@dataclass(frozen=True)
class Answer:
    """What the network would say. alone_g : the effect of each change by itself; these need not add up."""

    lvm_g: float
    effect_g: float
    alone_g: dict[str, float]
    lvmi_g_m2: float | None
    limit: Limit | None

    @property
    def above_limit(self) -> bool | None:
        return None if self.lvmi_g_m2 is None or self.limit is None else self.lvmi_g_m2 > self.limit.limit_g_m2


def span(waves: Waves, wave: str, r: int, cut: BeatWindow) -> tuple[int, int] | None:
    """First and last sample of the wave "qrs" or "t" within a beat's window; None where it has no boundaries there.

    r : the beat's R peak; as the boundaries, in samples from the recording's start.
    """
    onset, offset = getattr(waves, f"{wave}_onset"), getattr(waves, f"{wave}_offset")
    if onset is None or offset is None:
        return None
    first, last = (min(max(mark - r + BEFORE_R, cut.start), cut.stop - 1) for mark in (onset, offset))
    return (first, last) if last > first else None


def scaled(beat_mv: Signal, between: tuple[int, int], gain: float) -> Signal:
    """A beat (12, 450) mV with one wave scaled: what stands out, between two samples, from the straight line that joins
    them. That is nothing at both ends, so no step arises; all other samples stay as they are, bit by bit.
    """
    first, last = between
    inside = np.s_[:, first : last + 1]
    line = np.linspace(beat_mv[:, first], beat_mv[:, last], last - first + 1, axis=1)  # (12, samples)
    made = beat_mv.copy()
    made[inside] += ((gain - 1) * (beat_mv[inside] - line)).astype(np.float32)
    return made


def changed(beat_mv: Signal, spans: Mapping[str, tuple[int, int] | None], changes: Changes) -> Signal:
    """A beat (12, 450) mV with the changes to its waves. spans : of "qrs" and "t"; what has none cannot be scaled."""
    made = beat_mv
    for wave, gain in (("qrs", changes.qrs_gain), ("t", changes.t_gain)):
        between = spans.get(wave)
        if between is not None and gain != 1:
            made = scaled(made, between, gain)
    if changes.without_lead is not None:
        made = made.copy()
        made[LEADS.index(changes.without_lead)] = 0
    return made


def network_for(card: Card, sex: Sex) -> Bundle:
    """The network of the estimate if it serves that sex, else the installed one of its kind that does.

    Raises WeightsError where there is none.
    """
    return load(card.name if sex in card.sexes else choose(sex, card.config.input_set))


def ask(
    estimate: Estimate,
    changes: Changes,
    window: BeatWindow,
    spans: Mapping[str, tuple[int, int] | None],
) -> Answer:
    """The answer of the network of an estimate; where the sex changes, of the other sex's.

    window : of the beat that the estimate is made of; spans : as for `changed`.
    Without changes it is the estimate itself. Raises ValueError where there is no estimate.
    """
    if estimate.lvm_g is None or estimate.card is None:
        raise ValueError("nothing was estimated")
    alone = changes.singly()
    questions = [Changes(), *alone.values(), changes]
    grams = _grams(estimate, questions, [changed(window.mv, spans, one) for one in questions])
    effects = [of - grams[0] for of in grams]
    lvm_g = estimate.lvm_g + effects[-1] if alone else estimate.lvm_g
    inputs = _inputs(estimate, changes)
    height, weight = inputs["height_cm"], inputs["weight_kg"]
    known = height.value is not None and weight.value is not None and "imputed" not in (height.source, weight.source)
    return Answer(
        lvm_g,
        lvm_g - estimate.lvm_g,
        dict(zip(alone, effects[1:-1], strict=True)),
        lvm_g / bsa_m2(float(height.value or 0), float(weight.value or 0)) if known else None,
        CT_LIMITS[_sex(inputs)],
    )


def _inputs(estimate: Estimate, changes: Changes) -> dict[str, Input]:
    asked = {name: getattr(changes, name) for name in estimate.inputs}
    return estimate.inputs | {name: Input(value, "typed") for name, value in asked.items() if value is not None}


def _sex(inputs: Mapping[str, Input]) -> Sex:
    return "male" if inputs["sex"].value == "male" else "female"


def _grams(estimate: Estimate, questions: Sequence[Changes], beats_mv: Sequence[Signal]) -> list[float]:
    """The mean of the folds for each question. Equal beats, and most are, pass the encoder once."""
    import torch

    if estimate.card is None:
        raise ValueError("nothing was estimated")
    inputs = [_inputs(estimate, one) for one in questions]
    found = [0.0] * len(questions)
    for sex in dict.fromkeys(map(_sex, inputs)):
        own = [i for i, of in enumerate(inputs) if _sex(of) == sex]
        bundle = network_for(estimate.card, sex)
        different = list({beats_mv[i].tobytes(): beats_mv[i] for i in own}.values())
        which = [next(k for k, beat in enumerate(different) if np.array_equal(beat, beats_mv[i])) for i in own]
        rows = torch.tensor([scalar_row(bundle.card.config, inputs[i]) for i in own])
        batch = torch.from_numpy(np.stack(different))  # (different beats, 12, 450)
        with torch.inference_mode():
            folds = [fold.head(fold.encode(batch)[which], rows).double() for fold in bundle.folds]
        for i, grams in zip(own, torch.stack(folds).mean(dim=0).tolist(), strict=True):
            found[i] = grams
    return found
