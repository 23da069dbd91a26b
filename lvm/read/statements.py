"""What the statements of an electrocardiograph or its reader say, as far as an estimate depends on it.

Only the finding is kept, never the text: a statement may hold a name. A statement that denies a finding ("not LBBB") or
speaks of an earlier recording ("sinus rhythm has replaced atrial fibrillation"), and an incomplete bundle branch block,
are none. A doubtful one ("probable", "cannot rule out") is one: it can be overridden, knowingly. English, and the
names of the findings in German, French, Italian and Spanish; every other language says nothing here.
"""

import re
from collections.abc import Iterable
from itertools import islice

from lvm.recording import Finding

_CHAMBER = (
    r"(a-?v|[av]|atrial|ventricular|biventricular|bi-?v|dual([ -]chamber)?|(av |a-?v )?sequential|vvi|ddd|aai|crt)"
)
# "wandering atrial pacemaker" and the like are rhythms of the heart's own: what paces must be named, or what it does
_OWN = "".join(rf"(?<!{word} )" for word in ("wandering", "atrial", "ectopic", "junctional", "sinus", "shifting"))
_SAYS: dict[Finding, str] = {
    "paced rhythm": (
        r"(electronic|artificial|implanted|permanent|demand)\b[^.;]{0,40}\bpacemaker"
        r"|(ventricular|biventricular|dual[ -]chamber|sequential|vvi|ddd|aai|crt) pacemaker"
        rf"|{_OWN}pacemaker[ -](rhythm|ecg|spikes?|arti?e?facts?|complex|beats?|stimul|detected|failure)"
        r"|(\w+-)?paced\b"
        rf"|{_CHAMBER}[ -]pacing\b|pacing[ -](rhythm|complex|spike|arti?e?fact|stimul)"
        r"|\w*schrittmacher|rythme (é|e)lectro-?entra(î|i)n|stimulateur|ritmo (da|de) (pacemaker|marcapasos)"
    ),
    "bundle branch block": (
        r"(bundle[ -]branch[ -]block|c?[lr]bbb|(left|right) bbb|(bi|tri)fascicular block|(links|rechts)schenkelblock"
        r"|bloc (complet )?de branche|blocco (completo )?di branca|bloqueo (completo )?de rama)\b"
    ),
    "atrial fibrillation": (
        r"(atrial|auricular) (flutter ?(/|-|or|and) ?)?fib|fibrillation,? (of the )?atri|a\.?[ -]?fib\b"
        r"|vorhofflimmern|fibrillation auric|fibrillazione atri|fibrilaci(ó|o)n (auric|atri)"
    ),
}
_NOT_BEFORE = (
    r"\b(no|not|non(?![ -]?specific)|nor|without|(?<!cannot )(?<!not )excludes?|absence of|incomplete|partial|inc"
    r"|(previous|prior|former)(?! (ecg|ekg|tracing|recording|study)\b)|resolved|no longer|(replaced|replaces)(?! by\b)"
    r"|history of|h/o|kein|inkompletter|unvollst\w+|pas de|sans|incompleto?)\b((?! - )[^.;,]){0,30}$"
)
_NOT_AFTER = (
    r"^[^.;,]{0,40}\b(no longer|(is|was|are|were) (not|absent)|(has|have) (been replaced|resolved|disappeared))\b"
    r"|^\W{0,3}\b(incomplete|partial|resolved)\b"
)
_SPOKEN = {finding: re.compile(rf"\b(?:{words})", re.IGNORECASE) for finding, words in _SAYS.items()}
_BEFORE, _AFTER = re.compile(_NOT_BEFORE, re.IGNORECASE), re.compile(_NOT_AFTER, re.IGNORECASE)
_REACH = 80  # characters to either side that may deny a finding
_LONGEST, _MOST = 2_000, 300  # characters of a statement, statements: no electrocardiograph says more


def findings(statements: Iterable[str]) -> tuple[Finding, ...]:
    """The findings that any of the statements makes."""
    lines = (line for text in islice(statements, _MOST) for line in text[:_LONGEST].splitlines())
    texts = dict.fromkeys(" ".join(line.split()) for line in lines)

    def made(text: str, start: int, end: int) -> bool:
        return not _BEFORE.search(text[max(0, start - _REACH) : start]) and not _AFTER.search(text[end : end + _REACH])

    return tuple(
        finding
        for finding, spoken in _SPOKEN.items()
        if any(made(text, *at.span()) for text in texts for at in spoken.finditer(text))
    )


def pacemaker(stated: bool | None, found: tuple[Finding, ...]) -> bool | None:
    """Whether a pacemaker is at work, by a field of the file or by its statements."""
    return True if "paced rhythm" in found else stated
