"""What the statements of an electrocardiograph or its reader say, as far as an estimate depends on it.

Only the finding is kept, never the text: a statement may hold a name. A statement that denies a finding ("not LBBB"),
and an incomplete bundle branch block, are none.
"""

import re
from collections.abc import Iterable

from lvm.recording import Finding

_SAYS: dict[Finding, str] = {
    # not "wandering atrial pacemaker": that is a rhythm of the heart's own
    "paced rhythm": r"electronic\b.{0,40}\bpacemaker|(a-v|av|[av]|dual|\w*-)?[ -]?paced\b|pac(ed|ing) (rhythm|complex)",
    "bundle branch block": r"(bundle[ -]branch[ -]block|[lr]bbb\b|bifascicular block)",
    "atrial fibrillation": r"(atrial fib|a[ -]?fib\b)",
}
_DENIED = r"\b(no|not|non|without|incomplete|inc|previous|prior|resolved|no longer)\b[^.;,]{0,30}$"
_SPOKEN = {finding: re.compile(rf"\b(?:{words})", re.IGNORECASE | re.DOTALL) for finding, words in _SAYS.items()}
_NOT = re.compile(_DENIED, re.IGNORECASE)


def findings(statements: Iterable[str]) -> tuple[Finding, ...]:
    """The findings that any of the statements makes."""
    texts = [" ".join(text.split()) for text in statements]

    def made(spoken: re.Pattern[str]) -> bool:
        return any(not _NOT.search(text[: at.start()]) for text in texts for at in spoken.finditer(text))

    return tuple(finding for finding, spoken in _SPOKEN.items() if made(spoken))


def pacemaker(stated: bool | None, found: tuple[Finding, ...]) -> bool | None:
    """Whether a pacemaker is at work, by a field of the file or by its statements."""
    return True if "paced rhythm" in found else stated
