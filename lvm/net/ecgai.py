"""ecgAI (Tison et al., Circ Cardiovasc Qual Outcomes 2019;12:e005289): a profile of the segments, and trees on it.

The segments are found by this project's own delineator, not by theirs; the profile is in lvm.profile.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from lvm.net.config import Sexes


@dataclass(frozen=True)
class ECGAIConfig:
    """inputs : the original ones are the profile alone; all features add eLVMass-Net's eight. The rest is ours."""

    inputs: Literal["original", "all features"] = "original"
    sexes: Sexes = "all"
    trees: int = 300  # at most; as many as do best on the validation part
    learning_rate: float = 0.05
    leaves: int = 15
    smallest_leaf: int = 20  # recordings
    columns: float = 0.3  # share of the profile that each split may choose from

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
