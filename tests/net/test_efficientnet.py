import pytest
import torch
from monai.networks.nets.efficientnet import EfficientNet as Theirs
from torch import nn

from lvm.net.efficientnet import STAGES, EfficientNet, MBConv, SqueezeExcitation, Stage, scaled

OURS = (0.25, 1.0)  # the configuration's multipliers
MULTIPLIERS = [(1.0, 1.0), (1.1, 1.2), OURS, (0.5, 0.4)]  # B0, B2, ours, and one that rounds both


def network(inputs=6, width=0.25, depth=1.0):
    """In double; batch norm's statistics and affine parameters are unlike where they begin."""
    torch.manual_seed(0)
    made = EfficientNet(inputs, width, depth)
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
            nn.init.normal_(module.running_mean, 0, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return made.double().eval()


def signal(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def monai(net, width, depth, drop_connect=0.2):
    """MONAI's, of the same size and with the same weights, as far as the steps before its average over time.

    It pads both ends alike only where a length is odd: built for 225, which is so at every stride, it always does.
    """
    stages = [f"r{s.blocks}_k{s.kernel}_s{s.stride}{s.stride}_e{s.expansion}_o{s.channels}_se0.25" for s in STAGES]
    before = [32, *(s.channels for s in STAGES)]
    theirs = Theirs(
        [stage.replace("_o", f"_i{i}_o") for stage, i in zip(stages, before, strict=False)],
        spatial_dims=1,
        in_channels=net.stem[0].in_channels,
        width_coefficient=width,
        depth_coefficient=depth,
        dropout_rate=0.0,  # which comes after the steps
        image_size=225,
        drop_connect_rate=drop_connect,
    )
    theirs._avg_pooling = theirs._fc = nn.Identity()
    own = theirs.state_dict()
    of_both = zip(own.items(), net.state_dict().values(), strict=True)  # both in the order of the data
    theirs.load_state_dict({name: ours.reshape(t.shape) for (name, t), ours in of_both})
    return theirs.double().eval()


@pytest.mark.parametrize(("width", "depth"), MULTIPLIERS)
@pytest.mark.parametrize("times", [225, 224, 1000])
def test_equals_monai_with_the_same_weights(width, depth, times):
    net = network(12, width, depth)
    x = signal(2, 12, times)
    steps = net(x)
    assert steps.shape == (2, net.channels, -(-times // 32))
    assert steps.abs().max() > 0.1
    torch.testing.assert_close(steps.flatten(1), monai(net, width, depth)(x))


def test_equals_monai_in_training_with_all_gradients():
    """Nothing is dropped; batch norm takes the batch's own statistics."""
    net = network()
    theirs = monai(net, *OURS, drop_connect=0.0).train()
    for block in net.train().blocks:
        block.drop = 0.0
    x = signal(3, 6, 225).requires_grad_()
    ours, plain = net(x).flatten(1), theirs(x).flatten(1)
    torch.testing.assert_close(ours, plain)
    towards = torch.randn_like(plain)
    of_ours = torch.autograd.grad((ours * towards).sum(), [x, *net.parameters()])
    of_theirs = torch.autograd.grad((plain * towards).sum(), [x, *theirs.parameters()])
    for one, other in zip(of_ours, of_theirs, strict=True):
        torch.testing.assert_close(one.reshape(other.shape), other)


def test_drop_connect_grows_as_in_monai():
    net = network()
    theirs = [block.drop_connect_rate for stack in monai(net, *OURS)._blocks for block in stack]
    assert [block.drop for block in net.blocks] == pytest.approx(theirs)
    assert theirs[0] == 0
    assert theirs[-1] == pytest.approx(0.2 * 15 / 16)


def test_b0_has_the_published_number_of_parameters():
    """5,288,548, of which 1,281,000 are of the classifier; a square kernel has as many times more as it is long."""
    parameters = EfficientNet(3, 1.0, 1.0).parameters()
    assert sum(p.numel() * (p.shape[3] if p.ndim == 4 else 1) for p in parameters) == 5288548 - 1281000


@pytest.mark.parametrize(
    ("inputs", "width", "depth", "parameters"), [(6, *OURS, 286458), (12, *OURS, 286602), (6, 1.0, 1.0, 3864796)]
)
def test_parameter_counts(inputs, width, depth, parameters):
    assert sum(p.numel() for p in EfficientNet(inputs, width, depth).parameters()) == parameters


def test_blocks_by_the_table():
    """B0's sixteen, at a quarter of its width; five strides of two, the stem's among them."""
    net = EfficientNet(6, *OURS)
    assert len(net.blocks) == 16
    widths = [block.layers[-1].num_features for block in net.blocks]
    assert widths == [8, 8, 8, 16, 16, 24, 24, 24, 32, 32, 32, 48, 48, 48, 48, 80]
    assert net.stem[0].out_channels == 8
    assert net.channels == 320
    strides = [m.stride[1] for m in net.modules() if isinstance(m, nn.Conv2d)]
    assert strides.count(2) == 5
    assert [len(EfficientNet(6, 0.25, depth).blocks) for depth in (0.3, 0.5, 1.2)] == [8, 10, 23]


@pytest.mark.parametrize(
    ("channels", "width", "rounded"),
    [(32, 1.0, 32), (16, 0.25, 8), (40, 0.25, 16), (112, 0.25, 32), (1280, 0.25, 320), (24, 1.1, 24), (320, 1.1, 352)],
)
def test_channels_are_rounded_to_eights_and_never_below_nine_tenths(channels, width, rounded):
    """40 x 0.25 = 10 is nearer to 8, which is less than 9."""
    assert scaled(channels, width) == rounded


def test_weights_at_the_start():
    """SD sqrt(2 / (kernel x outputs)), where a channel convolved by itself has one output."""
    torch.manual_seed(0)
    net = EfficientNet(6, 1.0, 1.0)
    widen, depthwise = net.blocks[12].layers[0], net.blocks[12].layers[3]
    assert depthwise.groups == widen.out_channels == 6 * 192
    assert float(widen.weight.detach().std()) == pytest.approx((2 / (6 * 192)) ** 0.5, rel=0.05)
    assert float(depthwise.weight.detach().std()) == pytest.approx((2 / 5) ** 0.5, rel=0.05)


def test_squeeze_and_excitation_by_hand():
    layer = SqueezeExcitation(2, 1)
    layer.reduce.weight.data = torch.tensor([2.0, 1.0]).reshape(1, 2, 1, 1)
    layer.expand.weight.data = torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1)
    layer.reduce.bias.data, layer.expand.bias.data = torch.tensor([-1.0]), torch.tensor([0.0, 0.5])
    x = torch.tensor([[[[1.0, 3.0]], [[-4.0, 0.0]]]])
    # Means 2, -2 -> 2 x 2 - 2 - 1 = 1 -> SiLU: s = 1 / (1 + 1 / e) -> sigmoid(s), sigmoid(0.5 - s)
    s = 0.731059
    weights = torch.tensor([1 / (1 + 2.718282**-s), 1 / (1 + 2.718282 ** (s - 0.5))])
    torch.testing.assert_close(layer(x), x * weights.reshape(1, 2, 1, 1))


def test_drop_connect_leaves_out_a_block_a_row_at_a_time_and_scales_the_rest():
    torch.manual_seed(0)
    block = MBConv(8, 8, Stage(6, 3, 1, 8, 1), stride=1, drop=0.3)
    x = torch.randn(2000, 8, 1, 3)
    whole = block.eval()(x) - x
    for module in block.train().modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    added = block(x) - x
    kept = added.abs().amax(dim=(1, 2, 3)) > 1e-6
    assert float(kept.float().mean()) == pytest.approx(0.7, abs=0.03)
    torch.testing.assert_close(added[kept], whole[kept] / 0.7, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("inputs", [1, 2, 3, 4, 6, 12])
def test_gradient_reaches_every_parameter_and_sample(inputs):
    net = network(inputs)
    x = signal(4, inputs, 225).requires_grad_()
    net(x).square().sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in net.parameters())
    assert (x.grad != 0).all()


@pytest.mark.parametrize("times", [1, 2, 31, 33, 225, 226, 2500])
def test_any_length_and_a_row_alone_as_among_others(times):
    net = network()
    x = signal(3, 6, times)
    steps = net(x)
    assert steps.shape == (3, 320, -(-times // 32))
    torch.testing.assert_close(net(x[1:2]), steps[1:2])


def test_layout_of_input_does_not_matter():
    net = network()
    x = signal(2, 60, 6)
    torch.testing.assert_close(net(x.transpose(1, 2)), net(x.transpose(1, 2).contiguous()))


def test_one_beat_alone_can_be_trained_on():
    """A remainder of one: batch norm still has the 8 steps that are left of a beat."""
    assert torch.isfinite(network().train()(signal(1, 6, 225))).all()


def test_same_seed_gives_the_same_training_step():
    net, x = network().train(), signal(4, 6, 225)

    def step():
        torch.manual_seed(7)
        return torch.autograd.grad(net(x).square().sum(), list(net.parameters()))

    assert all(torch.equal(one, other) for one, other in zip(step(), step(), strict=True))
    torch.manual_seed(7)
    first = net(x)
    assert not torch.equal(first, net(x))
