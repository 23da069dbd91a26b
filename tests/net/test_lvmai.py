import math

import numpy as np
import pytest
import torch

from lvm.errors import SignalError
from lvm.net.lvmai import (
    BMI_21001_KG_M2,
    LVH_LIMIT_G_M2,
    LVMAI,
    LVMAIConfig,
    asymmetric_loss,
    ecg_input,
    grams,
    person_input,
    symmetric_loss,
)
from lvm.recording import LEADS, Recording
from tests.keras_file import ECG, PERSON, need_keras, network, random_net, reading_net, zero_net

COLUMNS = ["I", "II", "III", "V1", "V2", "V3", "V4", "V5", "V6", "aVF", "aVL", "aVR"]


def recording(signal_mv, rate_hz=500.0):
    return Recording(np.asarray(signal_mv, dtype=np.float32), rate_hz, "made", None)


@pytest.mark.parametrize("lead", LEADS)
def test_a_millivolt_in_one_lead_is_a_half_in_its_column(lead):
    signal = np.zeros((12, 5000))
    signal[LEADS.index(lead)] = 1
    ecg = ecg_input(recording(signal))
    assert ecg.shape == (5000, 12)
    assert ecg.dtype == np.float32
    expected = np.zeros((5000, 12))
    expected[:, COLUMNS.index(lead)] = 0.5
    np.testing.assert_array_equal(ecg, expected)


def test_of_a_longer_recording_the_middle_ten_seconds():
    signal = np.tile(np.arange(5501) / 1000, (12, 1))
    assert ecg_input(recording(signal[:, :5001]))[[0, -1], 3].tolist() == [0, np.float32(2.4995)]
    assert ecg_input(recording(signal[:, :5500]))[[0, -1], 3].tolist() == [np.float32(0.125), np.float32(2.6245)]


def test_another_rate_becomes_500_hz_and_nothing_is_filtered():
    seconds = np.arange(10000) / 1000
    signal = np.tile(1 + np.sin(2 * np.pi * 100 * seconds), (12, 1))  # with a baseline that a filter would take away
    ecg = ecg_input(recording(signal, 1000.0))
    np.testing.assert_allclose(ecg[500:-500], np.tile(signal[:1, 1000:-1000:2].T / 2, (1, 12)), atol=0.002)


@pytest.mark.parametrize(("samples", "seconds"), [(4999, "9.99"), (4500, "9"), (100, "0.2")])
def test_less_than_ten_seconds_are_refused(samples, seconds):
    with pytest.raises(SignalError, match=rf"^LVM-AI needs 10 s of ECG; the recording has {seconds} s\.$"):
        ecg_input(recording(np.zeros((12, samples))))


def test_the_person_in_numbers_by_hand():
    of_a_man = person_input(70.915, "male", 200, 4 * 32.215)
    assert {name: value.dtype for name, value in of_a_man.items()} == dict.fromkeys(("age", "sex", "bmi"), np.float32)
    assert of_a_man["age"].tolist() == [pytest.approx(1)]
    assert of_a_man["sex"].tolist() == [0, 1]
    assert of_a_man["bmi"].tolist() == [pytest.approx(1)]
    of_a_woman = person_input(63.36, "female", 100, 27.34 - 2 * 4.772, BMI_21001_KG_M2)
    assert of_a_woman["age"].tolist() == [0]
    assert of_a_woman["sex"].tolist() == [1, 0]
    assert of_a_woman["bmi"].tolist() == [pytest.approx(-2)]


def test_who_is_unknown_is_in_the_middle():
    unknown = person_input(None, None, None, None)
    assert {name: value.tolist() for name, value in unknown.items()} == {"age": [0], "sex": [0.5, 0.5], "bmi": [0]}
    assert person_input(None, None, 170, None)["bmi"].tolist() == [0]
    assert person_input(None, None, None, 70)["bmi"].tolist() == [0]


def test_grams_and_limits():
    assert grams(0) == pytest.approx(89.70)
    assert grams(1) == pytest.approx(114.50)
    assert grams(-2) == pytest.approx(40.10)
    assert LVH_LIMIT_G_M2 == {"male": 72, "female": 55}


@pytest.mark.parametrize(
    ("truth", "said", "symmetric", "more"),
    [
        (0, 0, 0, 0),
        (0, 1, 0.4337808, 0),  # log cosh 1
        (0.5, -0.5, 0.4337808, 0),
        (1.5, 1, 0.1201145, (20 * 0.5) * 0.5 * 0.25),  # a large mass called too small
        (3, 1, 1.3250027, (40 * 1 + 20 * 2) * 2 * 4),  # a very large one
        (3, 4, 0.4337808, 5 * 2 * 1 * 1),  # called too large
        (-2, 1, 2.3093285, 0),
        (0, 50, 50 - math.log(2), 0),  # where cosh itself would run over
    ],
)
def test_losses_by_hand(truth, said, symmetric, more):
    y, p = torch.tensor([float(truth)]), torch.tensor([float(said)])
    assert symmetric_loss(y, p).item() == pytest.approx(symmetric, abs=1e-5)
    assert asymmetric_loss(y, p).item() == pytest.approx(symmetric + more, rel=1e-6, abs=1e-5)


def test_losses_equal_the_published_formula():
    def log_cosh(y, p):
        return np.log(np.cosh(p - y))

    def asymmetric(y, p):
        mse = (y - p) ** 2
        return (
            log_cosh(y, p)
            + 40 * np.maximum(y - 2, 0) * np.maximum(y - p, 0) * mse
            + 20 * np.maximum(y - 1, 0) * np.maximum(y - p, 0) * mse
            + 5 * np.maximum(y - 1, 0) * np.maximum(p - y, 0) * mse
        )

    y, p = np.random.default_rng(0).normal(0, 2, (2, 1000))
    for ours, theirs in ((symmetric_loss, log_cosh), (asymmetric_loss, asymmetric)):
        np.testing.assert_allclose(ours(torch.from_numpy(y), torch.from_numpy(p)).numpy(), theirs(y, p), atol=1e-9)


@pytest.mark.parametrize("numbers", [(), (1, 2, 1)])
def test_equals_keras_with_the_same_weights(numbers):
    keras = need_keras()
    net = random_net(numbers)
    theirs = network(net)
    assert [(tensor.name, tensor.shape[1:]) for tensor in theirs.inputs] == [
        (ECG, (5000, 12)),
        *zip(PERSON, ((1,), (2,), (1,)), strict=True),
    ][: 1 + len(numbers)]
    ecg, person = torch.randn(3, 12, 5000), torch.randn(3, sum(numbers))
    z, lvh = net(ecg, person)
    assert z.shape == (3,)
    assert z.std() > 0.01
    with keras.device("cpu"):
        given = keras.tree.flatten(theirs([ecg.transpose(1, 2), *person.split(list(numbers), 1)], training=False))
    *shares, mass = (tensor.detach() for tensor in given)
    torch.testing.assert_close(mass[:, 0], z, atol=1e-4, rtol=0)
    for share in shares:
        torch.testing.assert_close(share, lvh.softmax(1), atol=1e-4, rtol=0)
    assert len(shares) == bool(numbers)


def test_a_network_that_reads_one_column_and_the_person():
    ecg = torch.arange(12.0)[:, None].expand(12, 5000)[None]
    assert reading_net({3: 1.0, 5: 10.0})(ecg, torch.empty(1, 0))[0].item() == pytest.approx(53, rel=1e-5)
    of_all = reading_net({}, {"age": 1.0, "female": 10.0, "male": 100.0, "bmi": 1000.0})
    assert of_all(ecg, torch.tensor([[1.0, 2.0, 3.0, 4.0]]))[0].item() == pytest.approx(4321, rel=1e-5)


def test_another_answer_with_every_input_and_the_size_of_the_library():
    net = random_net()
    ecg, person = torch.randn(1, 12, 5000), torch.randn(1, 4)
    z, _ = net(ecg, person)
    assert zero_net(z=0.5)(ecg, person)[0].item() == 0.5
    for lead in range(12):
        other = ecg.clone()
        other[:, lead] += 1
        assert net(other, person)[0] != z
    for number in range(4):
        other = person.clone()
        other[:, number] += 1
        assert net(ecg, other)[0] != z
    whole = LVMAI(LVMAIConfig())
    first, rest = 12 * 71 * 32 + 32, 3 * ((32 + 64 + 96) * 71 * 32 + 3 * 32)
    assert sum(p.numel() for p in whole.parameters()) == first + rest + (20000 + 1) * 32 + 33 * 32 + 33 + 2 * 33
