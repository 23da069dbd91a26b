"""Whether an estimate may rest on the signal, and what is wrong with it: which lead, what, and what follows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong with a recording.

    what : a sentence for the user that names the leads.
    leads : those that it concerns, in the order of LEADS; empty where it is the whole recording.
    affects_estimate : whether the estimate is withheld for it.
    """

    what: str
    leads: tuple[str, ...]
    affects_estimate: bool


@dataclass(frozen=True)
class Quality:
    """What is wrong with a recording, the gravest first."""

    issues: tuple[Issue, ...]

    @property
    def usable(self) -> bool:
        return not any(issue.affects_estimate for issue in self.issues)
