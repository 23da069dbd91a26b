"""eLVMass-Net (Pan et al., Eur Heart J Digital Health 2026;7(1):ztaf122): one beat and eight scalars -> grams.

One encoder per lead group; the encoded groups are concatenated and projected; the scalars pass their own MLP; an MLP
regressor on both gives grams. The paper's choice is a TCN on one beat; what it compares with, an EfficientNet as the
encoder and a longer signal, differs in the configuration only. What it leaves open is a field of `Config` or stated
here, and goes into the card.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lvm.net.config import Config
from lvm.net.efficientnet import EfficientNet
from lvm.net.tcn import TCN
from lvm.recording import LEAD_GROUPS, LEADS


def _encoder(config: Config, leads: int) -> tuple[nn.Module, int]:
    """(batch, leads, steps) -> (batch, channels, fewer or as many steps); and the number of channels."""
    if config.encoder == "tcn":
        return TCN(leads, config.channels, config.kernel, config.blocks, config.dropout), config.channels
    efficientnet = EfficientNet(leads, config.width_multiplier, config.depth_multiplier)
    return efficientnet, efficientnet.channels


class ELVMassNet(nn.Module):
    """Signal (batch, 12, times) mV at 500 Hz and scalars (batch, n) in their own units -> (batch,) grams.

    A beat is 450 samples long, the full signal 5000; any other length is taken too.
    """

    scalar_mean: Tensor
    scalar_sd: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        groups = LEAD_GROUPS[config.lead_groups].values()
        self.rows = [[LEADS.index(lead) for lead in group] for group in groups]
        encoders, channels = zip(*(_encoder(config, len(rows)) for rows in self.rows), strict=True)
        self.encoders = nn.ModuleList(encoders)
        width = config.embedding
        self.projection = nn.Linear(2 * sum(channels), width)
        count = len(config.scalars)
        self.scalar_mlp = (
            nn.Sequential(nn.Linear(count, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()) if count else None
        )
        first, last = nn.Linear(width * (2 if count else 1), width), nn.Linear(width, 1)
        self.regressor = nn.Sequential(first, nn.ReLU(), nn.Dropout(config.dropout), last)
        self.register_buffer("scalar_mean", torch.tensor(config.scalar_mean or [0.0] * count), persistent=False)
        self.register_buffer("scalar_sd", torch.tensor(config.scalar_sd or [1.0] * count), persistent=False)

    def encode(self, signal: Tensor) -> Tensor:
        """(batch, 12, times) mV -> (batch, embedding).

        Mean and maximum over time: ours, the paper does not say. The same for every encoder, so that only the encoder
        differs in a comparison; EfficientNet's own pooling is the mean alone.
        """
        return self.project([self.encode_group(group, signal) for group in range(len(self.rows))])

    def encode_group(self, group: int, signal: Tensor) -> Tensor:
        """(batch, 12, times) mV -> (batch, 2 channels): what the encoder of one lead group makes of its leads."""
        pooled = F.avg_pool1d(signal[:, self.rows[group]], self.config.pool)  # (batch, leads, 225) of a beat
        steps = self.encoders[group](pooled)  # (batch, channels, 225) of a TCN, (batch, channels, 8) of an EfficientNet
        return torch.cat([steps.mean(dim=-1), steps.max(dim=-1).values], dim=1)  # amax's gradient is slow

    def project(self, groups: list[Tensor]) -> Tensor:
        """What `encode_group` made of every group -> (batch, embedding)."""
        return F.relu(self.projection(torch.cat(groups, dim=1)))

    def head(self, encoded: Tensor, scalars: Tensor) -> Tensor:
        """(batch, embedding), (batch, n) in their own units -> (batch,) grams."""
        if self.scalar_mlp is not None:
            standard = (scalars - self.scalar_mean) / self.scalar_sd
            encoded = torch.cat([encoded, self.scalar_mlp(standard)], dim=1)
        z: Tensor = self.regressor(encoded).squeeze(1)
        return self.config.lvm_mean_g + self.config.lvm_sd_g * z

    def grid(self, encoded: Tensor, scalars: Tensor) -> Tensor:
        """(m, embedding), (k, n) -> (m, k) grams: every encoded signal with every row of scalars, much faster than each
        pair through `head`, for the regressor's first layer adds what comes of the two. Without dropout.
        """
        first, _, _, last = self.regressor
        weight, bias = first.get_parameter("weight"), first.get_parameter("bias")  # (width, 2 embedding), (width,)
        of_signal = F.linear(encoded, weight[:, : encoded.shape[1]], bias)  # (m, width)
        of_scalars = of_signal.new_zeros(len(scalars), 1)
        if self.scalar_mlp is not None:
            standard = self.scalar_mlp((scalars - self.scalar_mean) / self.scalar_sd)  # (k, embedding)
            of_scalars = F.linear(standard, weight[:, encoded.shape[1] :])  # (k, width)
        z: Tensor = torch.cat([last(F.relu_(row + of_scalars)).T for row in of_signal[:, None]])
        return self.config.lvm_mean_g + self.config.lvm_sd_g * z

    def forward(self, signal: Tensor, scalars: Tensor) -> Tensor:
        return self.head(self.encode(signal), scalars)
