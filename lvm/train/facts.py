"""What an evaluation says of how it was made."""

import datetime
import platform
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from lvm import written
from lvm.kinds import Kind
from lvm.language import mark
from lvm.recording import SEXES, Sex

if TYPE_CHECKING:
    from lvm.explain import Method
    from lvm.train.bundle import Data
    from lvm.weights import Card

_DATA: dict[Kind, str] = {
    "own": mark("own table"),
    "cohort": mark("semi-synthetic cohort"),
    "simulated": mark("simulated cohort"),
}


def kind_of(made: dict[str, Any] | None) -> Kind:
    """The kind of a table's masses. made : what cohort.json says of it, None of a user's own."""
    from lvm.cohort.semisynthetic import METHOD

    return "own" if made is None else "cohort" if made["method"] == METHOD else "simulated"


def facts(made: dict[str, Any] | None, sex: Sequence[Sex], patient: Sequence[str], left_out: int) -> dict[str, str]:
    """Of a table's recordings, with the sex and the patient of each."""
    men, women = (sum(one == of for one in sex) for of in SEXES)
    sources = ", ".join(f"{s['name']} ({s['licence']})" for s in (made or {}).get("sources", []))
    data = _DATA[kind_of(made)]
    counts = {"n": len(sex), "n_patients": len(set(patient)), "n_men": men, "n_women": women}
    return {
        mark("Data"): written.MADE_OF.format(data=data, sources=sources) if sources else data,
        mark("Recordings"): written.RECORDINGS.format(**{name: f"{count:,}" for name, count in counts.items()}),
        mark("Left out"): f"{left_out:,}",
    } | made_with()


def of_data(data: "Data") -> dict[str, str]:
    found = data.examples
    men = found.of_sex("male").tolist()
    return facts(data.cohort, ["male" if one else "female" for one in men], found.patient.tolist(), data.left_out)


def made_with() -> dict[str, str]:
    import torch

    from lvm import __version__

    return {
        mark("Date"): datetime.date.today().isoformat(),
        mark("Made with"): written.MADE_WITH.format(
            version=__version__, python=platform.python_version(), torch=torch.__version__
        ),
    }


def cut_offs(methods: "Iterable[Method]") -> str:
    """Below which part of a map's largest value the others counted as zero."""
    by_part: dict[float, list[str]] = {}
    for method in methods:
        by_part.setdefault(method.cut_off, []).append(method.name)
    return "; ".join(
        written.CUT_OFF.format(n=f"{part * 100:g}", methods=", ".join(names)) for part, names in by_part.items()
    )


def weights(cards: "Sequence[Card]") -> str:
    return ", ".join(f"{card.name} ({card.sha256[:12]})" for card in cards)
