"""EfficientNet after Tan & Le 2019 (arXiv:1905.11946) along time: what eLVMass-Net's paper compares the TCN with.

The paper says no more than that. Here it is B0 stage by stage, its square kernels laid along time, scaled by a width
and a depth multiplier. As in B0: squeezing to a quarter of a block's input, batch norm's epsilon, weights at the start,
and drop connect, which grows from block to block. Ours: convolutions pad both ends alike, so that a step's place does
not depend on the signal's length; and batch norm's running statistics follow ten times as fast, for B0's lag so far
behind that, at 17 batches an epoch, the network would estimate as if untrained for its first twenty.
B0's dropout, which comes before its last layer, is that of the network's regressor.

Inside, time is the width of an image of height 1 whose channels lie together in memory ("channels last"), as in the
TCN: so a CPU trains 1.6 times as fast.
"""

from math import ceil, sqrt
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Stage(NamedTuple):
    """A row of B0's table: blocks alike but for the stride, which the first of them has."""

    expansion: int
    kernel: int
    stride: int
    channels: int
    blocks: int


STEM, HEAD = 32, 1280  # channels before and after the stages
STAGES = (
    Stage(1, 3, 1, 16, 1),
    Stage(6, 3, 2, 24, 2),
    Stage(6, 5, 2, 40, 2),
    Stage(6, 3, 2, 80, 3),
    Stage(6, 5, 1, 112, 3),
    Stage(6, 5, 2, 192, 4),
    Stage(6, 3, 1, 320, 1),
)
DROP_CONNECT = 0.2  # of B0; from 0 in the first block it grows towards this


def scaled(channels: int, width: float) -> int:
    """Channels times the width multiplier: the nearest multiple of 8 that is not below 90 % of it, and at least 8."""
    wanted = channels * width
    nearest = max(8, int(wanted + 4) // 8 * 8)
    return nearest if nearest >= 0.9 * wanted else nearest + 8


def _convolution(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    """(batch, inputs, 1, times) -> (batch, outputs, 1, times / stride, rounded up), for an odd kernel."""
    convolution = nn.Conv2d(inputs, outputs, (1, kernel), (1, stride), (0, kernel // 2), groups=groups, bias=False)
    return [convolution, nn.BatchNorm2d(outputs, eps=1e-3)]


class SqueezeExcitation(nn.Module):
    """Weighs each channel by what all of them are on average over time."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, 1, times), and so out."""
        mean = x.mean(dim=3, keepdim=True)  # (batch, channels, 1, 1)
        return x * torch.sigmoid(self.expand(F.silu(self.reduce(mean))))


class MBConv(nn.Module):
    """Widen, convolve each channel by itself, weigh, narrow. What came in is added where it has the same shape."""

    def __init__(self, inputs: int, outputs: int, stage: Stage, stride: int, drop: float) -> None:
        super().__init__()
        wide = inputs * stage.expansion
        widen = [*_convolution(inputs, wide), nn.SiLU(inplace=True)] if stage.expansion > 1 else []
        self.layers = nn.Sequential(
            *widen,
            *_convolution(wide, wide, stage.kernel, stride, groups=wide),
            nn.SiLU(inplace=True),
            SqueezeExcitation(wide, inputs // 4),
            *_convolution(wide, outputs),
        )
        self.adds = stride == 1 and inputs == outputs
        self.drop = drop

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, 1, times) -> (batch, outputs, 1, times / stride, rounded up)"""
        y: Tensor = self.layers(x)
        if not self.adds:
            return y
        if self.training:  # drop connect: some rows of the batch go past the block
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop
            y = y * (kept / (1 - self.drop))
        return x + y


class EfficientNet(nn.Module):
    """(batch, inputs, times) -> (batch, channels, times / 32, rounded up)."""

    def __init__(self, inputs: int, width: float, depth: float) -> None:
        super().__init__()
        self.channels = scaled(HEAD, width)
        rows = [(stage, stage.stride if i == 0 else 1) for stage in STAGES for i in range(ceil(depth * stage.blocks))]
        widths = [scaled(STEM, width), *(scaled(stage.channels, width) for stage, _ in rows)]
        self.stem = nn.Sequential(*_convolution(inputs, widths[0], kernel=3, stride=2), nn.SiLU(inplace=True))
        self.blocks = nn.Sequential(
            *(
                MBConv(widths[i], widths[i + 1], stage, stride, DROP_CONNECT * i / len(rows))
                for i, (stage, stride) in enumerate(rows)
            )
        )
        self.head = nn.Sequential(*_convolution(widths[-1], self.channels), nn.SiLU(inplace=True))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):  # as in the authors' program
                fan_out = module.kernel_size[1] * module.out_channels / module.groups
                nn.init.normal_(module.weight, std=sqrt(2 / fan_out))
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x.unsqueeze(2))  # (batch, stem, 1, times / 2)
        x = self.blocks(x.contiguous(memory_format=torch.channels_last))  # not before the stem: one lead has no layout
        steps: Tensor = self.head(x).squeeze(2)
        return steps
