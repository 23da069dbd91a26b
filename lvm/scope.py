"""Whom the network is not for: patients unlike those of the paper, and body sizes that are likely a slip of the pen.

The paper left out bundle branch block, paced rhythm and atrial fibrillation, and its patients were adults. Body size is
held to be implausible outside 120 to 220 cm, 30 to 250 kg, and a body-mass index of 12 to 65 kg/m2: adults beyond that
live, but a slip (inches for cm, a digit too many, height and weight exchanged) is likelier, the formula of the body
surface area was made from nobody like them, and the training cohort holds nobody like them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lvm.analysis import Analysis
from lvm.recording import Recording
from lvm.rhythm import Rhythm, rhythm

if TYPE_CHECKING:
    from lvm.estimate import Input

QRS_LIMIT_MS = 120
ADULT_YEARS = 18
HEIGHT_CM = (120, 220)
WEIGHT_KG = (30, 250)
BMI_KG_M2 = (12, 65)

_EXCLUDED = "excluded from the paper's patients"
_FILE_SAYS = "the file says so"
_FROM = {"device": " (from the file)", "typed": " (typed)"}


def out_of_scope(analysis: Analysis, inputs: Mapping[str, "Input"]) -> tuple[str, ...]:
    """Why no estimate should be made of this recording: a sentence per reason with what was found, and where."""
    recording, found = analysis.recording, rhythm(analysis)
    reasons = (
        _paced(recording, found),
        _wide(recording, inputs),
        _fibrillating(recording, found),
        _young(inputs),
        _size(inputs),
    )
    return tuple(reason for reason in reasons if reason)


def _known(inputs: Mapping[str, "Input"], name: str) -> tuple[float, str] | None:
    """A number and its source in words, None where it is not known."""
    value, source = inputs[name].value, inputs[name].source
    return None if value is None or isinstance(value, str) else (float(value), _FROM.get(source or "", ""))


def _paced(recording: Recording, found: Rhythm) -> str:
    stated, spikes = "paced rhythm" in recording.findings, f"pacing spikes before {found.spikes} of {found.beats} beats"
    facts = [_FILE_SAYS] * stated + [spikes] * found.paced
    if facts:
        return f"Paced rhythm ({', '.join(facts)}): {_EXCLUDED}."
    return f"Pacemaker ({_FILE_SAYS}): paced rhythm was {_EXCLUDED}." if recording.pacemaker else ""


def _wide(recording: Recording, inputs: Mapping[str, "Input"]) -> str:
    """Computed where nobody states it. So all 17 complete bundle branch blocks of PTB-XL 1-350 and LUDB 1-100 are
    caught, the least at 126 ms, and 8 of the other recordings without pacing reach the limit too."""
    qrs, stated = inputs["qrs_duration_ms"], "bundle branch block" in recording.findings
    facts = [f"Bundle branch block ({_FILE_SAYS})"] * stated
    if qrs.value is not None and float(qrs.value) >= QRS_LIMIT_MS:
        facts.append(f"QRS {float(qrs.value):.0f} ms ({qrs.source})")
    what = f"bundle branch block and a QRS of {QRS_LIMIT_MS} ms or more were"
    return f"{', '.join(facts)}: {what} {_EXCLUDED}." if facts else ""


def _fibrillating(recording: Recording, found: Rhythm) -> str:
    if "atrial fibrillation" in recording.findings:
        return f"Atrial fibrillation ({_FILE_SAYS}): {_EXCLUDED}."
    if not found.fibrillation_suspected or found.irregularity is None:
        return ""
    change = f"{100 * found.irregularity:.0f} %"
    return (
        f"Atrial fibrillation suspected: RR intervals typically change by {change} from beat to beat, and no P wave is "
        f"repeatable. Atrial fibrillation was {_EXCLUDED}."
    )


def _young(inputs: Mapping[str, "Input"]) -> str:
    age = _known(inputs, "age_years")
    if age is None or age[0] >= ADULT_YEARS:
        return ""
    return f"Age {int(age[0])}{age[1]}: the paper's patients were adults, and so are those the network was trained on."


def _size(inputs: Mapping[str, "Input"]) -> str:
    height, weight = _known(inputs, "height_cm"), _known(inputs, "weight_kg")
    odd = []
    if height and not HEIGHT_CM[0] <= height[0] <= HEIGHT_CM[1]:
        odd.append(f"a height of {height[0]:.0f} cm{height[1]}")
    if weight and not WEIGHT_KG[0] <= weight[0] <= WEIGHT_KG[1]:
        odd.append(f"a weight of {weight[0]:.0f} kg{weight[1]}")
    if height and weight and not odd and not BMI_KG_M2[0] <= weight[0] / (height[0] / 100) ** 2 <= BMI_KG_M2[1]:
        odd.append(f"a weight of {weight[0]:.0f} kg{weight[1]} at a height of {height[0]:.0f} cm{height[1]}")
    verb = "is" if len(odd) == 1 else "are"
    return f"Body size: {' and '.join(odd)} {verb} not plausible in an adult. Check and correct it." if odd else ""
