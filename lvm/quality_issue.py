"""One thing that is wrong with a recording."""

from collections.abc import Sequence
from dataclasses import dataclass

from lvm.language import said, with_and
from lvm.recording import LEADS, LIMB, PRECORDIAL


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong with a recording.

    what : a sentence or two for the user that name the leads.
    leads : those that it concerns, in the order of LEADS; empty where it is the whole recording.
    affects_estimate : whether the estimate is withheld for it.
    """

    what: str
    leads: tuple[str, ...]
    affects_estimate: bool


def named(leads: Sequence[str]) -> str:
    """'V3', 'V3 and V4', 'all chest leads': leads in the order of LEADS, as sentences name them."""
    if len(leads) == len(LEADS):
        return said("all leads")
    if tuple(leads) == LIMB:
        return said("all limb leads")
    if tuple(leads) == PRECORDIAL:
        return said("all chest leads")
    return with_and(leads)
