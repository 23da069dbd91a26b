"""Temporal convolutional network after Bai, Kolter & Koltun 2018 (arXiv:1803.01271): dilated causal convolutions.

Inside, time is the width of an image of height 1 whose channels lie together in memory ("channels last"): so a CPU
convolves twice as fast, and `conv1d` would undo it.
"""

from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm


class CausalConv(nn.Module):
    """Weight-normalised convolution that sees only the present and the past, then ReLU and dropout."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.past = (kernel - 1) * dilation
        self.dropout = dropout
        self.conv = nn.Conv1d(inputs, outputs, kernel, dilation=dilation)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")
        weight_norm(self.conv)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, 1, times) -> (batch, outputs, 1, times)"""
        before = x.new_zeros(len(x), 1, self.past, x.shape[1]).permute(0, 3, 1, 2)  # (batch, inputs, 1, past)
        padded = torch.cat([before, x], dim=3)  # half the cost of F.pad
        weight, bias = self.conv.weight.unsqueeze(2), self.conv.bias  # (outputs, inputs, 1, kernel), (outputs,)
        drops = self.training and self.dropout > 0
        if drops and bias is not None:  # scaling these few scales what is kept: ReLU(s y) = s ReLU(y)
            weight, bias = weight / (1 - self.dropout), bias / (1 - self.dropout)
        y = F.conv2d(padded, weight, bias, dilation=(1, *self.conv.dilation))
        if drops:
            drop_(y, self.dropout)
        return F.relu_(y)


@torch.no_grad()
def drop_(y: Tensor, p: float) -> None:
    """Set each value to 0 with probability p, in place. The ReLU that follows blocks the gradient of every 0.

    One number per dropped value, drawn with replacement, is far cheaper than one per value: of n values each is missed
    by -n ln(1 - p) draws with probability (1 - 1/n)^(-n ln(1 - p)), which for n of thousands is 1 - p.
    """
    n = y.numel()
    dropped = torch.randint(n, (round(-n * log(1 - p)),), device=y.device)
    y.as_strided((n,), (1,)).index_fill_(0, dropped, 0.0)  # a convolution's result has no gaps, whatever its layout


class ResidualBlock(nn.Module):
    """Two causal convolutions and a residual connection (1x1 where widths differ)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.first = CausalConv(inputs, outputs, kernel, dilation, dropout)
        self.second = CausalConv(outputs, outputs, kernel, dilation, dropout)
        self.match = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, times) -> (batch, outputs, times)"""
        x = x.unsqueeze(2).contiguous(memory_format=torch.channels_last)  # (batch, inputs, 1, times)
        y = self.second(self.first(x))  # (batch, outputs, 1, times)
        if isinstance(self.match, nn.Conv1d):
            x = F.conv2d(x, self.match.weight.unsqueeze(2), self.match.bias)
        return F.relu_(y + x).squeeze(2)


class TCN(nn.Sequential):
    """Residual blocks with dilations 1, 2, 4, ...: (batch, inputs, times) -> (batch, channels, times)."""

    def __init__(self, inputs: int, channels: int, kernel: int, blocks: int, dropout: float) -> None:
        super().__init__(
            *(ResidualBlock(inputs if i == 0 else channels, channels, kernel, 2**i, dropout) for i in range(blocks))
        )


def receptive_field(kernel: int, blocks: int) -> int:
    """Steps that one output step sees, itself included."""
    return 1 + 2 * (kernel - 1) * ((1 << blocks) - 1)
