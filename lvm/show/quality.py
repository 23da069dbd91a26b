"""What is wrong with a recording and what speaks against an estimate, as pages list it."""

from collections.abc import Sequence

from lvm.analysis import Analysis
from lvm.estimate import Estimate
from lvm.language import listed, mark, tr
from lvm.paper import SOURCE

OUTSIDE, POOR = mark("outside scope"), mark("poor signal")


def notes(analysis: Analysis, *, on_file: bool) -> list[str]:
    """All that does not withhold it; on_file : with what the reader of the file remarked."""
    remarks = analysis.recording.warnings if on_file else ()
    return [*remarks, *(issue.what for issue in analysis.quality.issues if not issue.affects_estimate)]


def bullets(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {tr(sentence)}" for sentence in sentences)


def small_list(sentences: Sequence[str]) -> str:
    """A few notes in small print, one a line."""
    noted = (tr("Note: {sentence}", sentence=sentence) for sentence in sentences)
    return "  \n".join(f":small[{note}]" for note in noted)


def grave_list(sentences: Sequence[str], *, overridden: bool) -> str:
    """The faults under a line that says what follows from them."""
    shown, none = mark("An estimate is shown in spite of this, for teaching only:"), mark("No estimate is made:")
    return f"**{tr(shown if overridden else none)}**\n\n{bullets(sentences)}"


def marks(estimate: Estimate) -> str:
    """What a number made in spite of the reasons against it carries wherever it stands; "" for any other."""
    if not estimate.overridden:
        return ""
    faults = len(estimate.against) > len(estimate.out_of_scope)
    return tr(listed([OUTSIDE] * bool(estimate.out_of_scope) + [POOR] * faults))


def metric_name(estimate: Estimate) -> str:
    """'LV mass', or 'LV mass, outside scope'."""
    return tr(listed(filter(None, (mark("LV mass"), marks(estimate)))))


def with_reasons(estimate: Estimate) -> str:
    """The mark and the reasons, for a page that shows what was made in spite of them."""
    against = marks(estimate)
    told = tr("{marks}: shown for teaching only.", marks=against[:1].upper() + against[1:])
    return f"**{told}**\n\n{bullets(estimate.against)}"


def other_warnings(estimate: Estimate) -> tuple[str, ...]:
    """The warnings that are no overridden reasons."""
    return tuple(map(tr, estimate.warnings[len(estimate.against) :]))


def reason(sentence: str) -> str:
    """What was found in bold, and on a line of its own what follows from it: parted at the first colon or full stop."""
    text, depth = tr(sentence), 0
    for i, character in enumerate(text):
        depth += (character in "(（") - (character in ")）")
        sign = text[i : i + 2] if character in ".:" else character
        rest = text[i + len(sign) :]
        leads = rest[:1].isascii() and not rest[:1].islower()  # after a colon these may stand too
        if not depth and rest and (sign in (". ", "。") or (sign in (": ", "：") and not leads)):
            return f"**{text[:i]}**  \n{rest[:1].upper()}{rest[1:]}"
    return f"**{text}**"


def which_paper(reasons: Sequence[str]) -> str:
    """Which paper the reasons speak of; "" where they speak of none."""
    of_paper = any("the paper's patients" in reason for reason in reasons)
    return tr("The paper: {source}", source=SOURCE) if of_paper else ""
