"""eLVMass-Net (Pan et al., Eur Heart J Digital Health 2026;7(1):ztaf122): one beat and eight scalars -> grams.

One TCN per lead group; the encoded groups are concatenated and projected; the scalars pass their own MLP; an MLP
regressor on both gives grams. What the paper leaves open is a field of `Config` or stated there, and is saved with the
weights.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lvm.beats import WINDOW
from lvm.net.tcn import TCN
from lvm.recording import LEAD_GROUPS, LEADS, Sex

InputSet = Literal["ecg", "model 1", "model 2"]
Sexes = Literal["all", "male", "female"]

DEMOGRAPHICS = ("age_years", "sex", "height_cm", "weight_kg")
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
    channels: int = 32  # ours
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
        """Names of the scalar inputs, in order. A sex-specific network is not told the sex, which is always the same."""
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
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def encode_scalar(name: str, value: float | Sex) -> float:
    """A patient's value as the network takes it, before standardisation."""
    if name == "sex":
        return 1.0 if value == "male" else 0.0
    return abs(float(value)) if name.endswith("_axis_deg") else float(value)


class ELVMassNet(nn.Module):
    """Beat (batch, 12, 450) mV and scalars (batch, n) in their own units -> (batch,) grams."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        groups = LEAD_GROUPS[config.lead_groups].values()
        self.rows = [[LEADS.index(lead) for lead in group] for group in groups]
        self.encoders = nn.ModuleList(
            TCN(len(rows), config.channels, config.kernel, config.blocks, config.dropout) for rows in self.rows
        )
        width = config.embedding
        self.projection = nn.Linear(2 * config.channels * len(self.rows), width)
        count = len(config.scalars)
        self.scalar_mlp = (
            nn.Sequential(nn.Linear(count, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()) if count else None
        )
        self.regressor = nn.Sequential(
            nn.Linear(width * (2 if count else 1), width), nn.ReLU(), nn.Dropout(config.dropout), nn.Linear(width, 1)
        )
        self.register_buffer("scalar_mean", torch.tensor(config.scalar_mean or [0.0] * count), persistent=False)
        self.register_buffer("scalar_sd", torch.tensor(config.scalar_sd or [1.0] * count), persistent=False)

    def encode(self, beat: Tensor) -> Tensor:
        """(batch, 12, 450) mV -> (batch, embedding). Mean and maximum over time: ours, the paper does not say."""
        pooled = F.avg_pool1d(beat, self.config.pool)  # (batch, 12, 225)
        parts = []
        for rows, encoder in zip(self.rows, self.encoders, strict=True):
            steps = encoder(pooled[:, rows])  # (batch, channels, 225)
            parts += [steps.mean(dim=-1), steps.amax(dim=-1)]
        return F.relu(self.projection(torch.cat(parts, dim=1)))

    def head(self, encoded: Tensor, scalars: Tensor) -> Tensor:
        """(batch, embedding), (batch, n) in their own units -> (batch,) grams."""
        if self.scalar_mlp is not None:
            standard = (scalars - self.scalar_mean) / self.scalar_sd
            encoded = torch.cat([encoded, self.scalar_mlp(standard)], dim=1)
        z: Tensor = self.regressor(encoded).squeeze(1)
        return self.config.lvm_mean_g + self.config.lvm_sd_g * z

    def forward(self, beat: Tensor, scalars: Tensor) -> Tensor:
        return self.head(self.encode(beat), scalars)


INPUT_SHAPE = (len(LEADS), WINDOW)
