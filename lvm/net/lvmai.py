"""LVM-AI (Khurshid et al., Circ Cardiovasc Imaging 2021;14:e012281): ten seconds of ECG -> LV mass by CMR, and LVH.

Its preprocessing contract, the same for the authors' Keras files and for the network trained here:

| input | shape | is |
|---|---|---|
| ECG | (5000, 12) | 10 s at 500 Hz, unfiltered, microvolts / 2000, leads in the order of LEAD_ORDER |
| age | (1,) | (years - 63.36) / 7.555 |
| sex | (2,) | female, male |
| BMI | (1,) | (kg/m2 - 27.43) / 4.785; in a file whose input is UK Biobank's field 21001, 27.34 and 4.772 |

The mass comes out as z: grams = 89.70 + 24.80 z. LVH comes out as two shares: no, yes.

The network is that of the authors' library ml4h, with its defaults of that time; for their files they are not
confirmed. Ours is the same without their weights. Only the layer that sex and BMI have for themselves is wider: ml4h
gives them 2 units and 1, which ReLU can silence for good.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from lvm.clean import SAMPLING_RATE_HZ, resample
from lvm.errors import SignalError
from lvm.language import said
from lvm.net.config import Sexes
from lvm.recording import LEADS, Recording, Sex, Signal

LEAD_ORDER = ("I", "II", "III", "V1", "V2", "V3", "V4", "V5", "V6", "aVF", "aVL", "aVR")
SAMPLES = 5000
MILLIVOLTS = 2.0  # 2000 microvolts are 1
MEAN_AGE_YEARS, SD_AGE_YEARS = 63.36, 7.555
MEAN_BMI_KG_M2, SD_BMI_KG_M2 = 27.43, 4.785
BMI_21001_KG_M2 = (27.34, 4.772)  # mean and SD of that field in ml4h
MEAN_LVM_G, SD_LVM_G = 89.70, 24.80
LVH_LIMIT_G_M2: dict[Sex, float] = {"male": 72.0, "female": 55.0}  # CMR, the label that the LVH output was taught

_FROM_OURS = [LEADS.index(lead) for lead in LEAD_ORDER]
_UNITS = 32  # of the layer that each number has for itself


def ecg_input(recording: Recording) -> Signal:
    """(5000, 12) float32: the middle 10 s as LVM-AI takes them. Raises SignalError where there are no 10 s."""
    signal = resample(recording.signal_mv, recording.sampling_rate_hz)
    first = (signal.shape[1] - SAMPLES) // 2
    if first < 0:
        seconds = math.floor(100 * signal.shape[1] / SAMPLING_RATE_HZ) / 100  # 9.998 s are not 10
        raise SignalError(said("LVM-AI needs 10 s of ECG; the recording has {seconds:g} s.", seconds=seconds))
    return np.ascontiguousarray(signal[_FROM_OURS, first : first + SAMPLES].T / np.float32(MILLIVOLTS))


def person_input(
    age_years: float | None,
    sex: Sex | None,
    height_cm: float | None,
    weight_kg: float | None,
    bmi_scale: tuple[float, float] = (MEAN_BMI_KG_M2, SD_BMI_KG_M2),
) -> dict[str, NDArray[np.float32]]:
    """Age (1,), sex (2,) and BMI (1,) as LVM-AI takes them; the mean, or halves, where unknown."""
    age = 0.0 if age_years is None else (age_years - MEAN_AGE_YEARS) / SD_AGE_YEARS
    bmi = None if height_cm is None or weight_kg is None else weight_kg / (height_cm / 100) ** 2
    z = 0.0 if bmi is None else (bmi - bmi_scale[0]) / bmi_scale[1]
    female = 0.5 if sex is None else float(sex == "female")
    values = {"age": [age], "sex": [female, 1 - female], "bmi": [z]}
    return {name: np.array(value, dtype=np.float32) for name, value in values.items()}


def grams(z: float) -> float:
    """The mass output in grams."""
    return MEAN_LVM_G + SD_LVM_G * z


@dataclass(frozen=True)
class LVMAIConfig:
    """The network that is trained here.

    inputs : the original ones are the ECG, age, sex and BMI; all features add height, weight, axes and QRS duration.
    asymmetric : the loss that punishes a large mass called too small; else log-cosh.
    filters : of every convolution. The library's default is 32.
    """

    inputs: Literal["original", "all features"] = "original"
    sexes: Sexes = "all"
    asymmetric: bool = True
    filters: int = 32
    width: int = 71
    blocks: int = 3
    convolutions: int = 3  # in a block
    dense: tuple[int, ...] = (32, 32)
    scalar_mean: tuple[float, ...] = ()  # of the eight of eLVMass-Net, for all features
    scalar_sd: tuple[float, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class _Convolution(nn.Conv1d):
    """As long as what it is given, then ReLU: (batch, inputs, 1, times) -> (batch, filters, 1, times)."""

    def __init__(self, inputs: int, filters: int, width: int) -> None:
        super().__init__(inputs, filters, width, padding=width // 2)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu_(F.conv2d(x, self.weight.unsqueeze(2), self.bias, padding=(0, self.kernel_size[0] // 2)))


class _Block(nn.ModuleList):
    """Each convolution sees all that came before it in the block; what the last one finds goes on."""

    def __init__(self, filters: int, width: int, convolutions: int) -> None:
        super().__init__(_Convolution(filters * (1 + i), filters, width) for i in range(convolutions))

    def forward(self, x: Tensor) -> Tensor:
        seen = [x]
        for layer in self:
            x = layer(torch.cat(seen, 1))
            seen.append(x)
        return x


class LVMAI(nn.Module):
    """ECG (batch, 12, 5000) and numbers (batch, n), n as in `numbers` -> mass in z (batch,), LVH logits (batch, 2)."""

    def __init__(self, config: LVMAIConfig, numbers: tuple[int, ...] = ()) -> None:
        """numbers : widths of the inputs beside the ECG, as (1, 2, 1) for age, sex and BMI."""
        super().__init__()
        self.config, self.numbers = config, numbers
        k, width = config.filters, config.width

        self.first = _Convolution(len(LEADS), k, width)
        self.blocks = nn.ModuleList(_Block(k, width, config.convolutions) for _ in range(config.blocks))
        self.each = nn.ModuleList(nn.Linear(n, _UNITS) for n in numbers)
        steps = SAMPLES // 2**config.blocks
        into = [steps * k + _UNITS * len(numbers), *config.dense]
        self.dense = nn.ModuleList(nn.Linear(a, b) for a, b in zip(into, config.dense, strict=False))
        self.mass = nn.Linear(config.dense[-1], 1)
        self.lvh = nn.Linear(config.dense[-1], 2)
        for layer in self.modules():  # Keras' defaults
            if isinstance(layer, nn.Conv1d | nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, ecg: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        # As an image of height 1 whose channels lie together in memory a CPU convolves twice as fast.
        x = ecg.unsqueeze(2).contiguous(memory_format=torch.channels_last)  # (batch, 12, 1, 5000)
        x = self.first(x)
        for block in self.blocks:
            x = block(F.max_pool2d(x, (1, 2)))  # (batch, filters, 1, steps)
        parts = [x.squeeze(2).transpose(1, 2).flatten(1)]  # (batch, steps x filters), the filters of a step together
        for layer, number in zip(self.each, torch.split(numbers, list(self.numbers), dim=1), strict=True):
            parts.append(F.relu(layer(number)))
        y = torch.cat(parts, 1)
        for layer in self.dense:
            y = F.relu(layer(y))
        return self.mass(y).squeeze(1), self.lvh(y)


def symmetric_loss(truth: Tensor, said: Tensor) -> Tensor:
    """log-cosh (batch,) in z."""
    off = said - truth
    return off + F.softplus(-2 * off) - float(np.log(2))


def asymmetric_loss(truth: Tensor, said: Tensor) -> Tensor:
    """log-cosh, and for masses above one and two SD much more, most of all where they are called too small: (batch,)
    in z."""
    under, over = (truth - said).clamp(min=0), (said - truth).clamp(min=0)
    weight = (40 * (truth - 2).clamp(min=0) + 20 * (truth - 1).clamp(min=0)) * under
    weight = weight + 5 * (truth - 1).clamp(min=0) * over
    return weight * (said - truth).square() + symmetric_loss(truth, said)
