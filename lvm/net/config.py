"""What eLVMass-Net is built from: its configuration, without the network, so that reading a card needs no torch."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal

InputSet = Literal["ecg", "model 1", "model 2"]
Sexes = Literal["all", "male", "female"]

DEMOGRAPHICS = ("age_years", "sex", "height_cm", "weight_kg")
BODY = ("age_years", "height_cm", "weight_kg")
ECG_MEASURES = ("p_axis_deg", "qrs_axis_deg", "t_axis_deg", "qrs_duration_ms")


@dataclass(frozen=True)
class Config:
    """All that is needed to build the network. Comments name the choices that are ours, where the paper is silent.

    scalar_mean, scalar_sd and scalar_median belong to `scalars`, in the units of their names, and come from the
    training set; lvm_mean_g and lvm_sd_g likewise. Sex is 0 female, 1 male; axes enter as absolute degrees (as the
    abstract says).
    """

    input_set: InputSet = "model 2"
    sexes: Sexes = "all"
    lead_groups: int = 2
    pool: int = 2  # ours: the encoder runs at 250 Hz, each step the mean of two samples
    channels: int = 16  # ours: 24 and 32 erred as much
    kernel: int = 5  # ours
    blocks: int = 5  # ours: the receptive field, 498 samples, covers the window of 450
    dropout: float = 0.1  # ours
    embedding: int = 64  # ours: width of projection, scalar MLP and regressor
    scalar_mean: tuple[float, ...] = ()
    scalar_sd: tuple[float, ...] = ()
    scalar_median: tuple[float, ...] = ()
    lvm_mean_g: float = 100.0
    lvm_sd_g: float = 30.0

    @property
    def scalars(self) -> tuple[str, ...]:
        """Names of the scalar inputs, in order. A sex-specific network is not told the sex: it is always the same."""
        names: tuple[str, ...] = {
            "ecg": (),
            "model 1": DEMOGRAPHICS,
            "model 2": DEMOGRAPHICS + ECG_MEASURES,
        }[self.input_set]
        return names if self.sexes == "all" else tuple(n for n in names if n != "sex")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Config":
        decoded: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**decoded)


def encode_scalar(name: str, value: float | str) -> float:
    """A patient's value as the network takes it, before standardisation."""
    if name == "sex":
        return 1.0 if value == "male" else 0.0
    return abs(float(value)) if name.endswith("_axis_deg") else float(value)


def unknown_key(unknown: Collection[str]) -> str:
    """The name under which a card holds its interval for a set of unknown scalars; "" where all are known.

    The axes and QRS duration count together: one of them unknown is taken as all four.
    """
    return "+".join([n for n in BODY if n in unknown] + ["ecg"] * any(n in unknown for n in ECG_MEASURES))
