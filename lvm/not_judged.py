"""Why criteria of left-ventricular hypertrophy are shown and not judged: conduction, and faults of the signal.

Their limits were found where the heart conducts by itself and without a bundle branch block; with one they tell much
less (of the left one: Arq Bras Cardiol 2017;108(1):47), and no other limits are agreed on. Atrial fibrillation and age
change no voltage; with fibrillation there is no P wave to give points for.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lvm import quality
from lvm.analysis import Analysis
from lvm.heart import Doubt
from lvm.language import listed, said
from lvm.quality_issue import Issue, named
from lvm.recording import LEADS, LIMB
from lvm.scope import QRS_LIMIT_MS, pacing, wide_qrs

if TYPE_CHECKING:
    from lvm.estimate import Input

_ALONE = ({"II"}, {"III"})  # it may be the right leg's electrode, which moves the chest leads too: see electrodes.py


def doubts(analysis: Analysis, inputs: Mapping[str, "Input"]) -> tuple[Doubt, ...]:
    """What speaks against judging criteria of this recording."""
    recording, found = analysis.recording, []
    if facts := pacing(recording, analysis.rhythm):
        what = said(
            "Nothing is judged: paced rhythm ({facts}). The limits are for beats that the heart itself conducts.",
            facts=listed(facts),
        )
        found.append(Doubt(what))
    elif recording.pacemaker:
        what = said(
            "Nothing is judged: pacemaker (the file says so). The limits are for beats that the heart itself conducts."
        )
        found.append(Doubt(what))
    if facts := wide_qrs(recording, inputs):
        what = said(
            "Nothing is judged: {facts}. The limits are for a QRS below {limit_ms} ms, without bundle branch block.",
            facts=listed(facts),
            limit_ms=QRS_LIMIT_MS,
        )
        found.append(Doubt(what))
    scale = quality.height(analysis.amplitudes)
    grave = (issue for issue in analysis.quality.issues if issue.affects_estimate)
    return (*found, *(_of_signal(issue, whole=issue in scale) for issue in grave))


def _of_signal(issue: Issue, *, whole: bool) -> Doubt:
    """whole : it concerns every lead, whichever it names."""
    concerned = set(issue.leads)
    if whole or not concerned or concerned in _ALONE:
        return Doubt(said("Nothing is judged, for the signal is in doubt: {fault}", fault=issue.what))
    if concerned & set(LIMB):  # any two of them make the others
        concerned |= set(LIMB)
    leads = tuple(lead for lead in LEADS if lead in concerned)
    which = said("limb leads") if leads == LIMB else named(leads)
    return Doubt(said("What rests on {leads} is not judged: {fault}", leads=which, fault=issue.what), leads)
