"""What is wrong with a recording and what speaks against an estimate, as pages list it."""

from collections.abc import Sequence

from lvm.analysis import Analysis
from lvm.estimate import Estimate

_OVERRIDDEN = "Overridden: "
OUTSIDE, POOR = "outside scope", "poor signal"


def notes(analysis: Analysis, *, on_file: bool) -> list[str]:
    """All that does not withhold it; on_file : with what the reader of the file remarked."""
    remarks = analysis.recording.warnings if on_file else ()
    return [*remarks, *(issue.what for issue in analysis.quality.issues if not issue.affects_estimate)]


def bullets(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def small_list(sentences: Sequence[str]) -> str:
    """A few notes in small print, one a line."""
    return "  \n".join(f":small[Note: {sentence}]" for sentence in sentences)


def grave_list(sentences: Sequence[str], *, overridden: bool) -> str:
    """The faults under a line that says what follows from them."""
    follows = "An estimate is shown in spite of this, for teaching only:" if overridden else "No estimate is made:"
    return f"**{follows}**\n\n{bullets(sentences)}"


def marks(estimate: Estimate) -> str:
    """What a number made in spite of the reasons against it carries wherever it stands; "" for any other."""
    if not estimate.overridden:
        return ""
    faults = sum(warning.startswith(_OVERRIDDEN) for warning in estimate.warnings) - len(estimate.out_of_scope)
    return ", ".join([OUTSIDE] * bool(estimate.out_of_scope) + [POOR] * bool(faults))


def metric_name(estimate: Estimate) -> str:
    """'LV mass', or 'LV mass, outside scope'."""
    return ", ".join(filter(None, ("LV mass", marks(estimate))))


def with_reasons(estimate: Estimate) -> str:
    """The mark and the reasons, for a page that shows what was made in spite of them."""
    reasons = [w.removeprefix(_OVERRIDDEN) for w in estimate.warnings if w.startswith(_OVERRIDDEN)]
    return f"**{marks(estimate).capitalize()}: shown for teaching only.**\n\n{bullets(reasons)}"


def other_warnings(estimate: Estimate) -> tuple[str, ...]:
    """The warnings that are no overridden reasons."""
    return tuple(warning for warning in estimate.warnings if not warning.startswith(_OVERRIDDEN))


def reason(sentence: str) -> str:
    """What was found in bold, and on a line of its own what follows from it: parted at the first colon or full stop."""
    depth = 0
    for i, character in enumerate(sentence):
        depth += (character == "(") - (character == ")")
        sign, rest = sentence[i : i + 2], sentence[i + 2 :]
        if not depth and (sign == ". " or (sign == ": " and rest[:1].islower())):  # after a colon may also stand leads
            return f"**{sentence[:i]}**  \n{rest[:1].upper()}{rest[1:]}"
    return f"**{sentence}**"
