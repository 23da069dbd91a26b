"""Speed of the encoder, as ratios to braindecode's TCN of the same size: same process, same run, turn by turn.

    pytest -q -s -o addopts= --import-mode=importlib tests/bench/test_encoder.py

One encoder of the network as it is trained: batches of 64, 6 leads, 225 steps. The least of many turns is compared, for
it is what a batch costs where nothing disturbs. Theirs drops whole channels, ours single values, which costs more.
"""

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from unittest.mock import MagicMock, patch

import pytest
import torch
from torch import nn

from lvm.net.tcn import TCN

BATCH, LEADS, TIMES, KERNEL, BLOCKS, DROPOUT = 64, 6, 225, 5, 5, 0.1
TURNS = 30


@pytest.fixture(autouse=True, params=[1, 2], ids=["one thread", "two threads"])
def _threads(request: pytest.FixtureRequest) -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def their_class() -> type[nn.Module]:
    # Their other models want torchaudio, whose wheel wants CUDA; their TCN does not.
    names = ("torchaudio", "torchaudio.functional", "torchaudio.transforms")
    with warnings.catch_warnings(), patch.dict(sys.modules, {name: MagicMock() for name in names}):
        warnings.simplefilter("ignore")
        reason = "braindecode, which the encoder is compared with, is not installed: pip install braindecode"
        theirs: type[nn.Module] = pytest.importorskip("braindecode.models", reason=reason).TCN
    return theirs


def step(network: nn.Module, x: torch.Tensor) -> None:
    y = network.train()(x)
    y.backward(torch.ones_like(y))


def infer(network: nn.Module, x: torch.Tensor) -> None:
    with torch.inference_mode():
        network.eval()(x)


@pytest.mark.parametrize("channels", [24, 32])
@pytest.mark.parametrize("run", [step, infer])
def test_at_least_one_and_a_half_times_as_fast_as_braindecode(
    benchmark, their_class: type[nn.Module], run: Callable[[nn.Module, torch.Tensor], None], channels: int
):
    torch.manual_seed(0)
    ours = TCN(LEADS, channels, KERNEL, BLOCKS, DROPOUT)
    theirs = their_class(
        n_chans=LEADS, n_outputs=1, n_blocks=BLOCKS, n_filters=channels, kernel_size=KERNEL, drop_prob=DROPOUT
    )
    theirs.min_len = TIMES  # or it refuses what is shorter than its receptive field, 249; it computes all steps anyway
    x = torch.randn(BATCH, LEADS, TIMES)
    run(theirs, x)
    benchmark.pedantic(run, (ours, x), rounds=5, warmup_rounds=2)
    least = [float("inf")] * 2
    for _ in range(TURNS):
        for k, one in enumerate((ours, theirs)):
            start = time.perf_counter()
            run(one, x)
            least[k] = min(least[k], time.perf_counter() - start)
    ratio = least[1] / least[0]
    benchmark.extra_info["ours_samples_per_s"] = round(BATCH / least[0])
    benchmark.extra_info["theirs_samples_per_s"] = round(BATCH / least[1])
    benchmark.extra_info["times_as_fast"] = round(ratio, 2)
    sys.stdout.write(f"\n{run.__name__}, {channels} channels, {torch.get_num_threads()} thread(s): ")
    sys.stdout.write(f"{BATCH / least[0]:.0f} to {BATCH / least[1]:.0f} samples/s, {ratio:.2f} times as fast\n")
    assert ratio >= 1.5
