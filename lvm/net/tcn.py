"""Temporal convolutional network after Bai, Kolter & Koltun 2018 (arXiv:1803.01271): dilated causal convolutions."""

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm


class CausalConv(nn.Module):
    """Weight-normalised convolution that sees only the present and the past."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.past = (kernel - 1) * dilation
        conv = nn.Conv1d(inputs, outputs, kernel, dilation=dilation)
        nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        self.conv = weight_norm(conv)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, times) -> (batch, outputs, times)"""
        result: Tensor = self.conv(F.pad(x, (self.past, 0)))
        return result


class ResidualBlock(nn.Module):
    """Two causal convolutions, each with ReLU and dropout, and a residual connection (1x1 where widths differ)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.first = CausalConv(inputs, outputs, kernel, dilation)
        self.second = CausalConv(outputs, outputs, kernel, dilation)
        self.dropout = nn.Dropout(dropout)
        self.match = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, times) -> (batch, outputs, times)"""
        y = self.dropout(F.relu(self.first(x)))
        y = self.dropout(F.relu(self.second(y)))
        return F.relu(y + self.match(x))


class TCN(nn.Sequential):
    """Residual blocks with dilations 1, 2, 4, ...: (batch, inputs, times) -> (batch, channels, times)."""

    def __init__(self, inputs: int, channels: int, kernel: int, blocks: int, dropout: float) -> None:
        super().__init__(
            *(ResidualBlock(inputs if i == 0 else channels, channels, kernel, 2**i, dropout) for i in range(blocks))
        )


def receptive_field(kernel: int, blocks: int) -> int:
    """Steps that one output step sees, itself included."""
    return 1 + 2 * (kernel - 1) * ((1 << blocks) - 1)
