import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from lvm.net.config import Config, encode_scalar
from lvm.net.elvmassnet import ELVMassNet
from lvm.recording import LEAD_GROUPS, LEADS

SMALL = Config(channels=4, kernel=3, blocks=2, embedding=8, dropout=0.0, width_multiplier=0.1, depth_multiplier=0.1)
DEMOGRAPHICS = ("age_years", "sex", "height_cm", "weight_kg")
ECG = ("p_axis_deg", "qrs_axis_deg", "t_axis_deg", "qrs_duration_ms")
WITHOUT_SEX = ("age_years", "height_cm", "weight_kg")


def network(config):
    torch.manual_seed(0)
    return ELVMassNet(config).eval()


@pytest.mark.parametrize(
    ("input_set", "sexes", "scalars"),
    [
        ("ecg", "all", ()),
        ("ecg", "male", ()),
        ("model 1", "all", DEMOGRAPHICS),
        ("model 1", "female", WITHOUT_SEX),
        ("model 2", "all", DEMOGRAPHICS + ECG),
        ("model 2", "male", WITHOUT_SEX + ECG),
        ("model 2", "female", WITHOUT_SEX + ECG),
    ],
)
@pytest.mark.parametrize("lead_groups", [1, 2, 4])
@pytest.mark.parametrize("encoder", ["tcn", "efficientnet"])
def test_every_configuration_gives_grams(input_set, sexes, scalars, lead_groups, encoder):
    config = replace(SMALL, input_set=input_set, sexes=sexes, lead_groups=lead_groups, encoder=encoder)
    assert config.scalars == scalars
    net = network(config)
    grams = net(torch.randn(3, 12, 450), torch.randn(3, len(scalars)))
    assert grams.shape == (3,)
    assert grams.dtype == torch.float32
    assert torch.isfinite(grams).all()
    assert len(net.encoders) == lead_groups


@pytest.mark.parametrize(
    ("lead_groups", "rows"),
    [
        (1, [list(range(12))]),
        (2, [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]),
        (4, [[6, 7, 8, 9], [0, 4, 10, 11], [1, 2, 5], [3]]),
    ],
)
def test_lead_groups_are_rows_of_the_beat_and_use_each_lead_once(lead_groups, rows):
    assert network(replace(SMALL, lead_groups=lead_groups)).rows == rows
    assert sorted(sum(LEAD_GROUPS[lead_groups].values(), ())) == sorted(LEADS)


@pytest.mark.parametrize(
    ("config", "parameters"),
    [
        (Config(), 42081),
        (Config(lead_groups=1), 28177),
        (Config(lead_groups=4), 69889),
        (Config(input_set="ecg"), 33249),
        (Config(input_set="model 1"), 41825),
        (Config(sexes="female"), 42017),
        (Config(view="full signal"), 42081),
        (Config(encoder="efficientnet"), 667957),
        (Config(encoder="efficientnet", lead_groups=1), 340683),
        (Config(encoder="efficientnet", lead_groups=4), 1322505),
    ],
)
def test_parameter_counts(config, parameters):
    """By hand, the default: two encoders of 12432, projection 4160, scalars 4736, regressor 8321.

    With EfficientNet: two encoders of 286458, projection 81984, the rest as it was.
    """
    assert sum(p.numel() for p in network(config).parameters()) == parameters


def test_all_450_samples_of_all_leads_matter():
    """The last step of the default encoder reaches back to the first sample, in every lead."""
    net = network(Config(dropout=0.0))
    for parameter in net.encoders.parameters():
        torch.nn.init.constant_(parameter, 0.05)
    beat = torch.ones(1, 12, 450, requires_grad=True)
    pooled = torch.nn.functional.avg_pool1d(beat, 2)
    for rows, encoder in zip(net.rows, net.encoders, strict=True):
        encoder(pooled[:, rows])[..., -1].sum().backward(retain_graph=True)
    assert (beat.grad > 0).all()


def tcn(encoder, x):
    """(leads, steps) -> (channels, steps), each step of each convolution by itself."""

    def conv(layer, x):
        weight, bias = layer.conv.weight.detach().numpy(), layer.conv.bias.detach().numpy()
        kernel, dilation = weight.shape[2], layer.conv.dilation[0]
        y = np.repeat(bias[:, None], x.shape[1], axis=1)
        for t in range(x.shape[1]):
            for k in range(kernel):
                then = t - (kernel - 1 - k) * dilation
                if then >= 0:
                    y[:, t] += weight[:, :, k] @ x[:, then]
        return np.maximum(y, 0)

    for block in encoder:
        skipped = x
        if isinstance(block.match, torch.nn.Conv1d):
            skipped = block.match.weight.detach().numpy()[:, :, 0] @ x + block.match.bias.detach().numpy()[:, None]
        x = np.maximum(conv(block.second, conv(block.first, x)) + skipped, 0)
    return x


def efficientnet(encoder, x):
    """The encoder itself: its own test compares it with MONAI's."""
    return encoder(torch.from_numpy(x)[None])[0].detach().numpy()


def linear(layer, x):
    return layer.weight.detach().numpy() @ x + layer.bias.detach().numpy()


def plainly(net, groups, encode, signal, scalars):
    """One row's grams, without torch."""
    pairs = signal.shape[1] // 2
    halved = (signal[:, 0 : 2 * pairs : 2] + signal[:, 1 : 2 * pairs : 2]) / 2
    parts = []
    for encoder, leads in zip(net.encoders, groups, strict=True):
        steps = encode(encoder, np.stack([halved[LEADS.index(lead)] for lead in leads.split()]))
        parts += [steps.sum(axis=1) / steps.shape[1], steps.max(axis=1)]
    encoded = np.maximum(linear(net.projection, np.concatenate(parts)), 0)
    standard = (scalars - np.array(net.config.scalar_mean)) / np.array(net.config.scalar_sd)
    for layer in (net.scalar_mlp[0], net.scalar_mlp[2]):
        standard = np.maximum(linear(layer, standard), 0)
    hidden = np.maximum(linear(net.regressor[0], np.concatenate([encoded, standard])), 0)
    return net.config.lvm_mean_g + net.config.lvm_sd_g * linear(net.regressor[3], hidden)[0]


@pytest.mark.parametrize(("encoder", "encode"), [("tcn", tcn), ("efficientnet", efficientnet)])
@pytest.mark.parametrize("times", [450, 451])
@pytest.mark.parametrize(
    ("lead_groups", "groups"),
    [
        (1, ["I II III aVR aVL aVF V1 V2 V3 V4 V5 V6"]),
        (2, ["I II III aVR aVL aVF", "V1 V2 V3 V4 V5 V6"]),
        (4, ["V1 V2 V3 V4", "I aVL V5 V6", "II III aVF", "aVR"]),
    ],
)
def test_equals_the_network_written_plainly(encoder, encode, times, lead_groups, groups):
    config = replace(SMALL, encoder=encoder, lead_groups=lead_groups, embedding=64, input_set="model 1", lvm_sd_g=25)
    net = network(replace(config, scalar_mean=(60, 0.5, 168, 70), scalar_sd=(12, 0.5, 9, 13))).double()
    scalars = torch.tensor([[71, 0, 159, 64], [71, 0, 159, 64]], dtype=torch.float64)  # so that only the signals differ
    signals = torch.randn(2, 12, times, dtype=torch.float64)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # untrained, it would leave nothing of the signals
            module.momentum = None
    net.train()(signals, scalars)
    net.eval()
    plain = [plainly(net, groups, encode, x.numpy(), s.numpy()) for x, s in zip(signals, scalars, strict=True)]
    assert abs(plain[0] - plain[1]) > 0.01
    np.testing.assert_allclose(net(signals, scalars).detach().numpy(), plain, rtol=1e-9)


@pytest.mark.parametrize("encoder", ["tcn", "efficientnet"])
@pytest.mark.parametrize("times", [450, 451, 1234, 2999, 5000])
def test_any_length_gives_grams(encoder, times):
    net = network(Config(encoder=encoder))
    signals, scalars = torch.randn(2, 12, times), torch.randn(2, 8)
    grams = net(signals, scalars)
    assert grams.shape == (2,)
    assert torch.isfinite(grams).all()
    torch.testing.assert_close(net(signals[1:], scalars[1:]), grams[1:])


@pytest.mark.parametrize("encoder", ["tcn", "efficientnet"])
@pytest.mark.parametrize("lead_groups", [1, 2, 4])
def test_gradient_reaches_every_parameter_and_sample(encoder, lead_groups):
    net = network(Config(encoder=encoder, lead_groups=lead_groups))
    signals, scalars = torch.randn(8, 12, 450, requires_grad=True), torch.randn(8, 8, requires_grad=True)
    net(signals, scalars).sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in net.parameters())
    assert (signals.grad != 0).all()
    assert (scalars.grad != 0).all()


def test_scalars_are_standardised_by_the_training_set():
    config = replace(SMALL, input_set="model 1", scalar_mean=(50, 0.5, 170, 70), scalar_sd=(10, 0.5, 8, 12))
    plain = network(replace(config, scalar_mean=(), scalar_sd=()))
    net = network(config)
    beat = torch.randn(2, 12, 450)
    given = torch.tensor([[60.0, 1.0, 178.0, 58.0], [50.0, 0.0, 170.0, 70.0]])
    standard = torch.tensor([[1.0, 1.0, 1.0, -1.0], [0.0, -1.0, 0.0, 0.0]])
    torch.testing.assert_close(net(beat, given), plain(beat, standard))


def test_output_is_scaled_to_the_training_set():
    beat, scalars = torch.randn(2, 12, 450), torch.zeros(2, 8)
    z = network(replace(SMALL, lvm_mean_g=0.0, lvm_sd_g=1.0))(beat, scalars)
    grams = network(replace(SMALL, lvm_mean_g=120.0, lvm_sd_g=25.0))(beat, scalars)
    torch.testing.assert_close(grams, 120 + 25 * z)


def test_forward_is_encode_then_head():
    net, beat, scalars = network(SMALL), torch.randn(2, 12, 450), torch.randn(2, 8)
    encoded = net.encode(beat)
    assert encoded.shape == (2, 8)
    torch.testing.assert_close(net.head(encoded, scalars), net(beat, scalars))


@pytest.mark.parametrize("lead_groups", [1, 2, 4])
def test_encode_is_project_of_every_group_s_own_leads(lead_groups):
    net, beat = network(replace(SMALL, lead_groups=lead_groups)), torch.randn(2, 12, 450)
    groups = [net.encode_group(k, beat) for k in range(lead_groups)]
    assert [group.shape for group in groups] == [(2, 2 * SMALL.channels)] * lead_groups
    assert torch.equal(net.project(groups), net.encode(beat))
    for k, rows in enumerate(net.rows):
        other = beat + 1
        other[:, rows] = beat[:, rows]
        assert torch.equal(net.encode_group(k, other), groups[k])
        assert not torch.equal(net.encode_group(k, beat + other), groups[k])


STANDARDISED = replace(SMALL, input_set="model 1", scalar_mean=(0.5, 1, -1, 2), scalar_sd=(0.3, 2, 0.5, 1), dropout=0.5)


@pytest.mark.parametrize("config", [SMALL, replace(SMALL, input_set="ecg"), STANDARDISED], ids=lambda of: of.input_set)
def test_a_grid_is_the_head_of_every_pair(config):
    net = network(config).double()
    encoded = net.encode(torch.randn(5, 12, 450, dtype=torch.float64))
    scalars = torch.randn(3, len(config.scalars), dtype=torch.float64)
    grid = net.grid(encoded, scalars)
    assert grid.shape == (5, 3)
    for i, k in product(range(5), range(3)):
        torch.testing.assert_close(grid[i, k], net.head(encoded[[i]], scalars[[k]])[0], rtol=1e-12, atol=1e-9)
    assert grid.std(dim=0).min() > 0
    assert (grid.std(dim=1).min() > 0) == bool(config.scalars)


def test_beats_of_a_batch_do_not_mix():
    net, beats, scalars = network(SMALL), torch.randn(4, 12, 450), torch.randn(4, 8)
    alone = torch.cat([net(beats[i : i + 1], scalars[i : i + 1]) for i in range(4)])
    torch.testing.assert_close(net(beats, scalars), alone)


def test_statistics_are_of_the_card_and_not_of_the_weights():
    assert not [name for name in network(SMALL).state_dict() if name.startswith("scalar_m") and "mlp" not in name]
    assert "scalar_sd" not in network(SMALL).state_dict()


def test_configuration_survives_a_round_trip():
    config = replace(SMALL, sexes="male", scalar_mean=(1.0, 2.0), scalar_median=(3.0,), lvm_mean_g=131.5)
    config = replace(config, view="crop", encoder="efficientnet", depth_multiplier=0.5)
    assert Config.from_dict(config.as_dict()) == config
    assert Config.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_a_card_from_before_there_were_views_and_encoders_is_of_a_tcn_on_a_beat():
    card = {"input_set": "ecg", "sexes": "all", "lead_groups": 2, "pool": 2, "channels": 16, "kernel": 5, "blocks": 5}
    card |= {"dropout": 0.1, "embedding": 64, "scalar_mean": [], "scalar_sd": [], "scalar_median": []}
    card |= {"lvm_mean_g": 109.5, "lvm_sd_g": 32.5}
    expected = Config(input_set="ecg", view="beat", encoder="tcn", lvm_mean_g=109.5, lvm_sd_g=32.5)
    assert Config.from_dict(card) == expected


@pytest.mark.parametrize("odd", [{"view": "two beats"}, {"encoder": "resnet"}, {"encoder": ["tcn"]}])
def test_a_card_with_an_unknown_view_or_encoder_is_refused(odd):
    with pytest.raises(ValueError, match=r"two beats|resnet|tcn"):
        Config.from_dict(odd)


@pytest.mark.parametrize(
    ("name", "value", "encoded"),
    [
        ("sex", "male", 1.0),
        ("sex", "female", 0.0),
        ("qrs_axis_deg", -30, 30.0),
        ("p_axis_deg", 52.5, 52.5),
        ("qrs_duration_ms", 104, 104.0),
        ("age_years", np.float64(63), 63.0),
    ],
)
def test_scalars_as_the_network_takes_them(name, value, encoded):
    assert encode_scalar(name, value) == encoded
