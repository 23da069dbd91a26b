"""What eLVMass-Net is built from: its configuration, without the network, so that reading a card needs no torch."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

InputSet = Literal["ecg", "model 1", "model 2"]
Sexes = Literal["all", "male", "female"]
View = Literal["beat", "full signal", "crop"]
Encoder = Literal["tcn", "efficientnet"]

DEMOGRAPHICS = ("age_years", "sex", "height_cm", "weight_kg")
BODY = ("age_years", "height_cm", "weight_kg")
ECG_MEASURES = ("p_axis_deg", "qrs_axis_deg", "t_axis_deg", "qrs_duration_ms")


@dataclass(frozen=True)
class Config:
    """All that is needed to build the network. Comments name the choices that are ours, where the paper is silent.

    lead_groups, view and encoder are what the paper compares; their defaults are what it found best, and "crop" is of
    random length. The view says what the network was trained on and is to be given; it takes any length.

    scalar_mean, scalar_sd and scalar_median belong to `scalars`, in the units of their names, and come from the
    training set; lvm_mean_g and lvm_sd_g likewise. Sex is 0 female, 1 male; axes enter as absolute degrees (as the
    abstract says).
    """

    input_set: InputSet = "model 2"
    sexes: Sexes = "all"
    lead_groups: int = 2
    view: View = "beat"
    encoder: Encoder = "tcn"
    pool: int = 2  # ours: the encoder runs at 250 Hz, each step the mean of two samples
    channels: int = 16  # of the TCN, as the next two; ours: 24 and 32 erred as much
    kernel: int = 5  # ours
    blocks: int = 5  # ours: the receptive field, 498 samples, covers the beat's 450
    width_multiplier: float = 0.25  # of EfficientNet, as the next: B0's channels; ours, for training on a CPU
    depth_multiplier: float = 1.0  # B0's blocks
    dropout: float = 0.1  # of the TCN and the regressor; ours
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
        """Of a card; what an older one does not name has its default. Raises TypeError or ValueError."""
        decoded: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        config = cls(**decoded)
        if config.view not in get_args(View) or config.encoder not in get_args(Encoder):
            raise ValueError(f"view {config.view}, encoder {config.encoder}")
        return config


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
