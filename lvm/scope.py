"""Whom the network is not for: patients unlike those of the paper, and body sizes that are likely a slip of the pen.

The paper left out bundle branch block, paced rhythm and atrial fibrillation, and its patients were adults. Body size is
held to be implausible outside 120 to 220 cm, 30 to 250 kg, and a body-mass index of 12 to 65 kg/m2: adults beyond that
live, but a slip (inches for cm, a digit too many, height and weight exchanged) is likelier, the formula of the body
surface area was made from nobody like them, and the training cohort holds nobody like them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lvm.analysis import Analysis
from lvm.language import listed, mark, said
from lvm.recording import Recording
from lvm.rhythm import Rhythm

if TYPE_CHECKING:
    from lvm.estimate import Input

QRS_LIMIT_MS = 120
ADULT_YEARS = 18
HEIGHT_CM = (120, 220)
WEIGHT_KG = (30, 250)
BMI_KG_M2 = (12, 65)

_FROM = {"device": mark("{fact} (from the file)"), "typed": mark("{fact} (set by hand)")}


def out_of_scope(analysis: Analysis, inputs: Mapping[str, "Input"]) -> tuple[str, ...]:
    """Why no estimate should be made of this recording: a sentence per reason with what was found, and where."""
    recording, found = analysis.recording, analysis.rhythm
    reasons = (
        _paced(recording, found),
        _wide(recording, inputs),
        _fibrillating(recording, found),
        _young(inputs),
        _size(inputs),
    )
    return tuple(reason for reason in reasons if reason)


def _known(inputs: Mapping[str, "Input"], name: str, told: str) -> tuple[float, str] | None:
    """A number, and how it is told with its source; None where it is not known."""
    value, source = inputs[name].value, inputs[name].source
    if value is None or isinstance(value, str):
        return None
    fact = said(told, value=float(value), whole=int(value))
    return float(value), said(_FROM[source], fact=fact) if source in _FROM else fact


def pacing(recording: Recording, found: Rhythm) -> list[str]:
    """What says that the rhythm is paced."""
    spikes = said("pacing spikes before {spikes} of {beats} beats", spikes=found.spikes, beats=found.beats)
    return [mark("the file says so")] * ("paced rhythm" in recording.findings) + [spikes] * found.paced


def _paced(recording: Recording, found: Rhythm) -> str:
    facts = pacing(recording, found)
    if facts:
        return said("Paced rhythm ({facts}): excluded from the paper's patients.", facts=listed(facts))
    if recording.pacemaker:
        return said("Pacemaker (the file says so): paced rhythm was excluded from the paper's patients.")
    return ""


def wide_qrs(recording: Recording, inputs: Mapping[str, "Input"]) -> list[str]:
    """Which bundle branch block is stated, and which QRS is too long for a heart without one.

    Computed where nobody states it. So all 17 complete bundle branch blocks of PTB-XL 1-350 and LUDB 1-100 are
    caught, the least at 126 ms, and 8 of the other recordings without pacing reach the limit too."""
    qrs, stated = inputs["qrs_duration_ms"], "bundle branch block" in recording.findings
    facts = [mark("Bundle branch block (the file says so)")] * stated
    if qrs.value is not None and float(qrs.value) >= QRS_LIMIT_MS:
        source = mark("set by hand") if qrs.source == "typed" else qrs.source
        facts.append(said("QRS {ms:.0f} ms ({source})", ms=float(qrs.value), source=source))
    return facts


def _wide(recording: Recording, inputs: Mapping[str, "Input"]) -> str:
    facts = wide_qrs(recording, inputs)
    if not facts:
        return ""
    return said(
        "{facts}: bundle branch block and a QRS of {limit_ms} ms or more were excluded from the paper's patients.",
        facts=listed(facts),
        limit_ms=QRS_LIMIT_MS,
    )


def fibrillating(recording: Recording, found: Rhythm) -> bool:
    """Whether atrial fibrillation is stated or suspected."""
    return "atrial fibrillation" in recording.findings or found.fibrillation_suspected


def _fibrillating(recording: Recording, found: Rhythm) -> str:
    if "atrial fibrillation" in recording.findings:
        return said("Atrial fibrillation (the file says so): excluded from the paper's patients.")
    if not found.fibrillation_suspected or found.irregularity is None:
        return ""
    return said(
        "Atrial fibrillation suspected: RR intervals typically change by {percent:.0f} % from beat to beat, and no P "
        "wave is repeatable. Atrial fibrillation was excluded from the paper's patients.",
        percent=100 * found.irregularity,
    )


def _young(inputs: Mapping[str, "Input"]) -> str:
    age = _known(inputs, "age_years", mark("Age {whole}"))
    if age is None or age[0] >= ADULT_YEARS:
        return ""
    return said("{age}: the paper's patients were adults, and so are those the network was trained on.", age=age[1])


def _size(inputs: Mapping[str, "Input"]) -> str:
    height = _known(inputs, "height_cm", mark("a height of {value:.0f} cm"))
    weight = _known(inputs, "weight_kg", mark("a weight of {value:.0f} kg"))
    odd = []
    if height and not HEIGHT_CM[0] <= height[0] <= HEIGHT_CM[1]:
        odd.append(height[1])
    if weight and not WEIGHT_KG[0] <= weight[0] <= WEIGHT_KG[1]:
        odd.append(weight[1])
    if height and weight and not odd and not BMI_KG_M2[0] <= weight[0] / (height[0] / 100) ** 2 <= BMI_KG_M2[1]:
        odd.append(said("{weight} at {height}", weight=weight[1], height=height[1]))
    if not odd:
        return ""
    if len(odd) == 1:
        return said("Body size: {fact} is not plausible in an adult. Check and correct it.", fact=odd[0])
    return said(
        "Body size: {one} and {other} are not plausible in an adult. Check and correct it.", one=odd[0], other=odd[1]
    )
