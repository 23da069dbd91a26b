from dataclasses import replace

import numpy as np
import pytest
import torch

from lvm.net.config import Config, encode_scalar
from lvm.net.elvmassnet import ELVMassNet
from lvm.recording import LEAD_GROUPS, LEADS

SMALL = Config(channels=4, kernel=3, blocks=2, embedding=8, dropout=0.0)
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
def test_every_configuration_gives_grams(input_set, sexes, scalars, lead_groups):
    config = replace(SMALL, input_set=input_set, sexes=sexes, lead_groups=lead_groups)
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
    ],
)
def test_parameter_counts(config, parameters):
    """The default by hand: two encoders of 12432, projection 4160, scalars 4736, regressor 8321."""
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


def test_beats_of_a_batch_do_not_mix():
    net, beats, scalars = network(SMALL), torch.randn(4, 12, 450), torch.randn(4, 8)
    alone = torch.cat([net(beats[i : i + 1], scalars[i : i + 1]) for i in range(4)])
    torch.testing.assert_close(net(beats, scalars), alone)


def test_statistics_are_of_the_card_and_not_of_the_weights():
    assert not [name for name in network(SMALL).state_dict() if name.startswith("scalar_m") and "mlp" not in name]
    assert "scalar_sd" not in network(SMALL).state_dict()


def test_configuration_survives_a_round_trip():
    config = replace(SMALL, sexes="male", scalar_mean=(1.0, 2.0), scalar_median=(3.0,), lvm_mean_g=131.5)
    assert Config.from_dict(config.as_dict()) == config
    listed = {k: list(v) if isinstance(v, tuple) else v for k, v in config.as_dict().items()}
    assert Config.from_dict(listed) == config


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
