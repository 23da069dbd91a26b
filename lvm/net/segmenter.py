"""The network that finds P, QRS and T: a one-dimensional U-Net over what all leads have in common.

Every lead goes through the same small encoder by itself; mean, maximum and variance over the leads go on. So the order
of the leads, their signs and their gains do not matter, and a missing lead does little.

    (batch, leads, times) at 500 Hz -> (batch, 4, times / 2) at 250 Hz, logits of: none, P, QRS, T
"""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

CLASSES = ("none", "p", "qrs", "t")
STRIDE = 2  # samples in for one out


@dataclass(frozen=True)
class SegmenterConfig:
    """Sizes of the network: channels of the encoder of a lead, and of the U-Net from the top down."""

    lead_channels: int = 8
    channels: tuple[int, ...] = (24, 32, 48, 64, 80)
    kernel: int = 9
    dropout: float = 0.1

    @property
    def multiple(self) -> int:
        """The number of samples must be a multiple of this."""
        return int(STRIDE * 2 ** (len(self.channels) - 1))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "SegmenterConfig":
        return cls(**values | {"channels": tuple(values["channels"])})


class _Step(nn.Module):
    """Convolution, batch normalisation (only while training: see `Segmenter.fused`), ReLU."""

    def __init__(self, into: int, out: int, kernel: int, norm: bool, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        padding = kernel // 2 * dilation
        self.conv = nn.Conv1d(into, out, kernel, stride, padding, dilation, bias=not norm)
        self.norm = nn.BatchNorm1d(out) if norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)), inplace=True)


class Segmenter(nn.Module):
    """See the top of this file. `norm=False` is the network as it is used, with its normalisation worked in."""

    def __init__(self, config: SegmenterConfig = SegmenterConfig(), norm: bool = True) -> None:
        super().__init__()
        self.config = config
        one, (top, *_), k = config.lead_channels, config.channels, config.kernel
        levels = list(pairwise(config.channels))
        bottom = config.channels[-1]
        self.lead = nn.Sequential(_Step(1, one, 15, norm, stride=STRIDE), _Step(one, one, k, norm))
        self.fuse = nn.Sequential(_Step(3 * one, top, 5, norm), _Step(top, top, k, norm))
        self.down = nn.ModuleList(nn.Sequential(_Step(a, b, k, norm), _Step(b, b, k, norm)) for a, b in levels)
        self.bottom = nn.Sequential(
            _Step(bottom, bottom, k, norm, dilation=2), _Step(bottom, bottom, k, norm, dilation=4)
        )
        self.dropout = nn.Dropout(config.dropout)
        self.up = nn.ModuleList(_Step(a + b, a, k, norm) for a, b in reversed(levels))
        self.out = nn.Conv1d(top, len(CLASSES), 5, padding=2)

    def forward(self, signal: Tensor) -> Tensor:
        """(batch, leads, times), each lead of about unit SD -> (batch, 4, times / 2) logits."""
        batch, leads, times = signal.shape
        each = self.lead(signal.reshape(batch * leads, 1, times)).reshape(batch, leads, -1, times // STRIDE)
        mean = each.mean(1)
        variance = (each - mean[:, None]).square().mean(1)  # Tensor.var takes thirty times as long
        x = self.fuse(torch.cat([mean, each.amax(1), variance], dim=1))
        skipped = []
        for step in self.down:
            skipped.append(x)
            x = step(F.max_pool1d(x, 2))
        x = self.dropout(self.bottom(x))
        for step, beside in zip(self.up, reversed(skipped), strict=True):
            x = F.interpolate(x, size=beside.shape[-1], mode="linear", align_corners=False)
            x = step(torch.cat([beside, x], dim=1))
        logits: Tensor = self.out(x)
        return logits

    def fused(self) -> "Segmenter":
        """The same network in evaluation mode, its batch normalisation worked into the convolutions."""
        plain = Segmenter(self.config, norm=False).eval()
        own, into = self.eval().modules(), plain.modules()
        for step, fused in zip(own, into, strict=True):
            if isinstance(step, _Step) and isinstance(fused, _Step) and isinstance(step.norm, nn.BatchNorm1d):
                fused.conv.load_state_dict(fuse_conv_bn_eval(step.conv, step.norm).state_dict())
        plain.out.load_state_dict(self.out.state_dict())
        return plain
