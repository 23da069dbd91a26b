import pytest
import torch
from torch import nn

from lvm.net.config import Config
from lvm.net.tcn import TCN, CausalConv, ResidualBlock, receptive_field


def test_receptive_field_by_formula():
    # Two convolutions a block, each adding (kernel - 1) x dilation: 1 + 2 x 2 x (1 + 2 + 4) for kernel 3, 3 blocks.
    assert receptive_field(3, 3) == 29
    assert receptive_field(2, 1) == 3
    assert receptive_field(5, 5) == 249


def test_default_encoder_sees_the_whole_window():
    config = Config()
    assert receptive_field(config.kernel, config.blocks) * config.pool == 498
    assert receptive_field(config.kernel, config.blocks) * config.pool >= 450


def positive(network):
    """All weights 0.1, all biases 1: then no ReLU closes, and every path from input to output shows in the gradient."""
    for module in network.modules():
        if isinstance(module, nn.Conv1d):
            for parameter in module.parameters():
                nn.init.constant_(parameter, 0.1 if parameter.ndim == 3 else 1.0)
    return network.eval()


@pytest.mark.parametrize(("kernel", "blocks"), [(3, 3), (2, 4), (5, 5)])
def test_last_step_sees_exactly_the_receptive_field(kernel, blocks):
    seen = receptive_field(kernel, blocks)
    x = torch.ones(1, 2, seen + 20, requires_grad=True)
    positive(TCN(2, 3, kernel, blocks, 0.0))(x)[0, :, -1].sum().backward()
    reached = x.grad.abs().sum(dim=1)[0] > 0
    assert reached[-seen:].all()
    assert not reached[:-seen].any()


def test_no_step_sees_the_future():
    torch.manual_seed(0)
    encoder = TCN(2, 4, 3, 3, 0.0).eval()
    x = torch.randn(1, 2, 60)
    changed = x.clone()
    changed[..., 40:] += 1
    before, after = encoder(x), encoder(changed)
    torch.testing.assert_close(before[..., :40], after[..., :40], rtol=0, atol=0)
    assert not torch.equal(before[..., 40], after[..., 40])


def set_kernel(layer: CausalConv, weight, bias):
    layer.conv.weight = torch.tensor(weight)
    layer.conv.bias.data = torch.tensor(bias)


def test_causal_convolution_by_hand():
    layer = CausalConv(1, 1, kernel=2, dilation=2)
    set_kernel(layer, [[[10.0, 1.0]]], [0.5])
    x = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
    # y[t] = 10 x[t - 2] + x[t] + 0.5, nothing before the first step
    torch.testing.assert_close(layer(x), torch.tensor([[[1.5, 2.5, 13.5, 24.5]]]))


def test_residual_block_by_hand():
    block = ResidualBlock(1, 1, kernel=2, dilation=1, dropout=0.0).eval()
    set_kernel(block.first, [[[-1.0, 1.0]]], [0.0])
    set_kernel(block.second, [[[1.0, 2.0]]], [0.0])
    x = torch.tensor([[[1.0, 3.0, 2.0, 2.0]]])
    # differences 1, 2, -1, 0 -> ReLU 1, 2, 0, 0 -> y[t-1] + 2 y[t]: 2, 5, 2, 0 -> plus x
    torch.testing.assert_close(block(x), torch.tensor([[[3.0, 8.0, 4.0, 2.0]]]))


def test_widths_are_matched_where_they_differ():
    assert isinstance(ResidualBlock(4, 4, 3, 1, 0.0).match, nn.Identity)
    assert isinstance(ResidualBlock(2, 4, 3, 1, 0.0).match, nn.Conv1d)
    assert TCN(2, 4, 3, 2, 0.0)(torch.zeros(5, 2, 30)).shape == (5, 4, 30)


def test_weight_norm_starts_at_the_initial_weight():
    """Kaiming's scale must survive the parametrisation: sd = sqrt(2 / (inputs x kernel))."""
    torch.manual_seed(0)
    weight = CausalConv(64, 64, kernel=5, dilation=1).conv.weight
    assert float(weight.detach().std()) == pytest.approx((2 / (64 * 5)) ** 0.5, rel=0.05)


def test_dilations_double():
    assert [block.first.conv.dilation[0] for block in TCN(2, 4, 3, 4, 0.0)] == [1, 2, 4, 8]
