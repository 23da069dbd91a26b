import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lvm.net.config import Config
from lvm.net.tcn import TCN, CausalConv, ResidualBlock, drop_, receptive_field


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
    torch.testing.assert_close(layer(x[:, :, None])[:, :, 0], torch.tensor([[[1.5, 2.5, 13.5, 24.5]]]))


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


def naive(network, x):
    """The same network written plainly: weight = g v / |v|, zeros to the left, ReLU, residual."""

    def conv(layer, x):
        norm = layer.conv.parametrizations.weight
        g, v = norm.original0, norm.original1  # (outputs, 1, 1), (outputs, inputs, kernel)
        weight = g * v / v.square().sum(dim=(1, 2), keepdim=True).sqrt()
        past = (v.shape[2] - 1) * layer.conv.dilation[0]
        plain = nn.Conv1d(v.shape[1], v.shape[0], v.shape[2], padding=past, dilation=layer.conv.dilation)
        out = torch.func.functional_call(plain, {"weight": weight, "bias": layer.conv.bias}, (x,))
        return F.relu(out[..., : x.shape[2]])

    for block in network:
        x = F.relu(conv(block.second, conv(block.first, x)) + block.match(x))
    return x


def gradients(y, x, network, towards):
    return torch.autograd.grad((y * towards).sum(), [x, *network.parameters()])


@pytest.mark.parametrize("times", [1, 2, 7, 31, 33, 64, 225])
@pytest.mark.parametrize(("inputs", "channels", "kernel"), [(3, 4, 5), (4, 4, 3), (6, 5, 2), (2, 3, 1), (1, 1, 4)])
def test_equals_the_naive_network_with_all_gradients(inputs, channels, kernel, times):
    """In double, so that no ReLU closes in one and not in the other; dilations 1 to 16."""
    torch.manual_seed(times)
    network = TCN(inputs, channels, kernel, 5, 0.0).double()
    for name, parameter in network.named_parameters():
        if name.endswith("original0"):
            parameter.data *= torch.rand_like(parameter) + 0.5  # so that g is not |v|
    x = torch.randn(2, inputs, times, dtype=torch.float64, requires_grad=True)
    ours, plain = network(x), naive(network, x)
    torch.testing.assert_close(ours, plain)
    towards = torch.randn_like(plain)
    for one, other in zip(gradients(ours, x, network, towards), gradients(plain, x, network, towards), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("training", [True, False])
def test_layout_of_input_does_not_matter(training):
    network = TCN(3, 4, 3, 3, 0.0).train(training)
    x = torch.randn(2, 20, 3)
    torch.testing.assert_close(network(x.transpose(1, 2)), network(x.transpose(1, 2).contiguous()))


def test_frozen_network_still_gives_the_gradient_of_its_input():
    network = TCN(3, 4, 3, 3, 0.1).double().eval()
    x = torch.randn(2, 3, 21, dtype=torch.float64, requires_grad=True)
    free = torch.autograd.grad(network(x).sum(), x)
    torch.testing.assert_close(torch.autograd.grad(network.requires_grad_(False)(x).sum(), x), free)


def test_hooks_on_the_last_block_see_activations_and_their_gradient():
    """What Grad-CAM needs."""
    network, seen = TCN(3, 4, 3, 3, 0.0).eval(), {}
    network[-1].register_forward_hook(lambda _m, _i, out: seen.update(out=out))
    network[-1].register_full_backward_hook(lambda _m, _i, grad: seen.update(grad=grad[0]))
    y = network(torch.randn(2, 3, 21, requires_grad=True))
    (2 * y).sum().backward()
    torch.testing.assert_close(seen["out"], y)
    torch.testing.assert_close(seen["grad"], torch.full_like(y, 2))


def test_dropout_drops_its_share_scales_the_rest_and_blocks_the_gradient():
    torch.manual_seed(0)
    layer = CausalConv(4, 8, kernel=3, dilation=2, dropout=0.3).double()
    layer.conv.bias.data += 9  # no ReLU closes
    x = torch.randn(16, 4, 1, 101, dtype=torch.float64, requires_grad=True)
    dropped, whole = layer(x), layer.eval()(x)
    kept = dropped != 0
    assert float(kept.double().mean()) == pytest.approx(0.7, abs=0.01)
    torch.testing.assert_close(dropped[kept], whole[kept] / 0.7)
    through = torch.autograd.grad((kept * whole / 0.7).sum(), [x, *layer.parameters()])
    for one, other in zip(torch.autograd.grad(dropped.sum(), [x, *layer.parameters()]), through, strict=True):
        torch.testing.assert_close(one, other)


def test_dropping_treats_all_channels_and_steps_alike():
    torch.manual_seed(0)
    y = torch.ones(400, 5, 1, 60).contiguous(memory_format=torch.channels_last)
    drop_(y, 0.1)
    for over in [(0, 2, 3), (0, 1, 2)]:  # of 24000 and of 2000 values
        torch.testing.assert_close(y.mean(dim=over), torch.full_like(y.mean(dim=over), 0.9), rtol=0, atol=0.03)
    both = float((y[..., 1:] + y[..., :-1] == 0).float().mean())  # neighbours are dropped independently
    assert both == pytest.approx(0.01, abs=0.002)


def test_same_seed_gives_the_same_step():
    network, x = TCN(3, 4, 3, 3, 0.2), torch.randn(4, 3, 50)

    def step():
        torch.manual_seed(7)
        return torch.autograd.grad(network(x).square().sum(), list(network.parameters()))

    assert all(torch.equal(one, other) for one, other in zip(step(), step(), strict=True))
    torch.manual_seed(7)
    first = network(x)
    assert not torch.equal(first, network(x))
