"""Train the segmenter on LUDB's marks: five networks, each without a fifth of the records, shipped together.

In a second round each network also learns from recordings without marks, with what it said of them in the first round
as the truth, while the signal is disturbed: so it meets the amplitudes and devices that LUDB has not. (Noisy student,
Xie 2020.) No network ever meets a mark, or another network's opinion, of a record that it is tested on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from lvm.clean import SAMPLING_RATE_HZ, clean
from lvm.net.segmenter import CLASSES, STRIDE, Segmenter, SegmenterConfig
from lvm.recording import Signal
from lvm.segmenter import scale, wave_shares
from lvm.train.ludb import Marked

FOLDS = 5


@dataclass(frozen=True)
class Recipe:
    """How to train, all of it our choice. Chances are per sample."""

    steps: int = 5000
    first_steps: int = 2200  # of the first round
    batch: int = 8
    times: int = 2048  # samples at 500 Hz
    learning_rate: float = 4e-3  # at the top of one cycle
    weight_decay: float = 1e-3
    unmarked: float = 0.3  # share of samples from recordings without marks, in the second round
    stretch: tuple[float, float] = (0.75, 1.35)  # of time, three times in four
    far_stretch: tuple[float, float] = (0.5, 1.8)  # else: slow and fast hearts
    erased_p: float = 0.12  # chance that all P waves are wiped out, so that none is expected where there is none
    erased_t: float = 0.04
    moved_p: float = 0.3  # chance that all P waves are moved to an earlier time and scaled, so that a long PR is known
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Example:
    """A cleaned recording (12, T), the shares (4, T) that are true of it, and the samples between which they are."""

    signal_mv: Signal
    shares: NDArray[np.float32]
    first: int
    last: int


def example(marked: Marked) -> Example:
    """What LUDB says of a record; only between its first and its last mark, for the first and last beat have none."""
    recording = marked.recording
    signal = clean(recording.signal_mv, recording.sampling_rate_hz)
    labels = np.zeros((len(marked.leads), signal.shape[1]), dtype=np.intp)
    firsts, lasts = [], []
    for row, marks in zip(labels, marked.leads, strict=True):
        for mark in marks:
            onset, offset = (mark.peak if at is None else at for at in (mark.onset, mark.offset))
            row[onset : offset + 1] = CLASSES.index(mark.wave)
        known = [at for mark in marks for at in (mark.onset, mark.offset) if at is not None]
        firsts.append(min(known))
        lasts.append(max(known))
    shares = np.stack([(labels == k).mean(axis=0) for k in range(len(CLASSES))]).astype(np.float32)
    return Example(signal, shares, int(np.median(firsts)), int(np.median(lasts)))


def unmarked_example(signal_mv: Signal, net: Segmenter) -> Example:
    """A cleaned recording (12, T) with what a network says of it."""
    return Example(signal_mv, wave_shares(signal_mv, (net,)), 0, signal_mv.shape[1])


def folds(numbers: Sequence[int], seed: int = 0) -> tuple[tuple[int, ...], ...]:
    """The test records of each fold; every record, which is a patient of its own in LUDB, is in one."""
    order = np.random.default_rng(seed).permutation(np.array(sorted(numbers)))
    return tuple(tuple(sorted(part.tolist())) for part in np.array_split(order, FOLDS))


def train_fold(
    test: Sequence[int],
    marked: Mapping[int, Example],
    unmarked: Sequence[Signal],
    recipe: Recipe = Recipe(),
    config: SegmenterConfig = SegmenterConfig(),  # noqa: B008 - frozen
    progress: Callable[[int, float], None] = lambda *_: None,
) -> Segmenter:
    """Both rounds of one fold: a network that has not met the records `test`.

    marked : by number, LUDB's records; unmarked : cleaned recordings (12, T).
    """
    own = [marked[number] for number in sorted(marked) if number not in test]
    if unmarked:
        teacher = fit(config, own, [], replace(recipe, steps=recipe.first_steps), progress)
        taught = [unmarked_example(signal, teacher) for signal in unmarked]
    else:
        taught = []
    return fit(config, own, taught, recipe, progress)


def fit(
    config: SegmenterConfig,
    marked: Sequence[Example],
    unmarked: Sequence[Example],
    recipe: Recipe,
    progress: Callable[[int, float], None] = lambda *_: None,
) -> Segmenter:
    """One network, ready for use. `progress(step, loss)` is called every 100 steps."""
    rng = np.random.default_rng(recipe.seed)
    torch.manual_seed(recipe.seed)
    net = Segmenter(config)
    optimiser = torch.optim.AdamW(net.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.learning_rate, recipe.steps)
    share = recipe.unmarked if unmarked else 0.0
    smooth = 0.0
    for step in range(recipe.steps):
        pools = [unmarked if rng.random() < share else marked for _ in range(recipe.batch)]
        drawn = [_draw(pool[int(rng.integers(len(pool)))], recipe, rng) for pool in pools]
        signal, truth, counts = (torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))
        each = -(truth * F.log_softmax(net(signal), dim=1)).sum(dim=1)  # (batch, times / 2)
        loss = (each * counts).sum() / counts.sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        smooth += (float(loss.detach()) - smooth) / min(step + 1, 100)
        if (step + 1) % 100 == 0:
            progress(step + 1, smooth)
    return net.fused()


def _draw(
    from_: Example, recipe: Recipe, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """A disturbed stretch: signal (12, times), shares (4, times / 2), and which of these count (times / 2)."""
    low, high = recipe.stretch if rng.random() < 0.75 else recipe.far_stretch
    factor = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    length = from_.signal_mv.shape[1]
    start = int(rng.integers(0, max(1, length - int(recipe.times * factor) - 2)))
    at = np.minimum(start + np.arange(recipe.times) * factor, length - 1)
    middle = at.reshape(-1, STRIDE).mean(axis=1)
    grid = np.arange(length)
    signal = np.stack([np.interp(at, grid, lead) for lead in from_.signal_mv])
    shares = np.stack([np.interp(middle, grid, share) for share in from_.shares])
    if rng.random() < recipe.moved_p:
        _move_p(signal, shares, rng)
    for wave, chance in (("p", recipe.erased_p), ("t", recipe.erased_t)):
        if rng.random() < chance:
            _erase(signal, shares, CLASSES.index(wave))
    counts = (middle >= from_.first) & (middle <= from_.last)
    return _disturb(signal, shares[CLASSES.index("qrs")], rng), shares.astype(np.float32), counts.astype(np.float32)


def _spans(share: NDArray[np.float64], times: int) -> list[tuple[int, int]]:
    """Where a wave is in any lead, with 10 ms before and after, in samples of the signal."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.repeat(share > 0.02, STRIDE), [0]]).astype(int)))
    return [(max(0, a - 5), min(times, b + 5)) for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]


def _lift(signal: NDArray[np.float64], none: NDArray[np.float64], low: int, high: int) -> NDArray[np.float64]:
    """Take what is between two samples of (leads, times) out of it, and return that.

    What is left is a straight line, with the noise from before, where there was nothing but noise.
    """
    line = np.linspace(0, 1, high - low)
    before, first = signal[:, max(0, 2 * low - high) : low], max(0, 2 * low - high) // STRIDE
    ends = signal[:, low : low + 1], signal[:, high - 1 : high]
    left = ends[0] + (ends[1] - ends[0]) * line
    lifted = signal[:, low:high] - left
    if before.shape[1] == high - low and none[first : low // STRIDE].min(initial=1) > 0.9:
        left += before[:, ::-1] - before[:, -1:] - (before[:, :1] - before[:, -1:]) * line
    signal[:, low:high] = left
    return lifted


def _erase(signal: NDArray[np.float64], shares: NDArray[np.float64], wave: int) -> None:
    """Wipe a wave out of (leads, times) and of its shares (4, times / 2)."""
    for low, high in _spans(shares[wave], signal.shape[1]):
        _lift(signal, shares[0], low, high)
    shares[0] += shares[wave]
    shares[wave] = 0


def _move_p(signal: NDArray[np.float64], shares: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Move every P wave to an earlier time, all by as much, at most to the end of the T wave before; and scale it."""
    p = CLASSES.index("p")
    found = [(a, b) for a, b in _spans(shares[p], signal.shape[1]) if a > 0 and b < signal.shape[1]]
    room = []
    for low, _ in found:
        taken = np.flatnonzero(shares[0, : low // STRIDE] < 0.9)
        room.append(low - (int(taken[-1]) + 1) * STRIDE if taken.size else low)
    shift = min([*room, int(rng.uniform(0, 0.2) * SAMPLING_RATE_HZ)]) // STRIDE * STRIDE
    if not found or shift <= 0:
        return
    gain = rng.uniform(0.4, 1.3)
    for low, high in found:
        signal[:, low - shift : high - shift] += gain * _lift(signal, shares[0], low, high)
        of_p = shares[p, low // STRIDE : high // STRIDE].copy()
        shares[p, low // STRIDE : high // STRIDE] = 0
        shares[p, (low - shift) // STRIDE : (low - shift) // STRIDE + of_p.size] = of_p
    shares[0] = 1 - shares[1:].sum(axis=0)


def _disturb(signal: NDArray[np.float64], qrs: NDArray[np.float64], rng: np.random.Generator) -> Signal:
    """Missing leads, other gains and signs, pacing spikes, noise, hum, wander, a low-pass: (12, times) of SD 1."""
    leads, times = signal.shape
    t = np.arange(times) / SAMPLING_RATE_HZ
    if rng.random() < 0.3:
        kept = rng.permutation(leads)[: rng.integers(4, leads)]
        signal = signal[np.concatenate([kept, rng.choice(kept, leads - len(kept))])]
    signal = signal * np.exp(rng.normal(0, 0.2, (leads, 1))) * rng.choice([-1, 1], (leads, 1), p=[0.3, 0.7])
    signal = scale(signal.astype(np.float32)).astype(np.float64)
    if rng.random() < 0.05:
        onsets = np.flatnonzero(np.diff((qrs >= 0.5).astype(int)) == 1) * STRIDE + STRIDE
        spike = rng.normal(0, rng.uniform(0.5, 4), leads)
        for onset in onsets - int(rng.integers(0, 20)):
            if 1 <= onset < times - 2:
                signal[:, onset - 1 : onset + 2] += np.outer(spike, [0.3, 1.0, 0.6])
    if rng.random() < 0.5:
        signal += rng.normal(0, rng.uniform(0, 0.15), signal.shape)
    if rng.random() < 0.3:
        hum_hz = rng.choice([50, 60])
        signal += rng.uniform(0, 0.1, (leads, 1)) * np.sin(2 * np.pi * hum_hz * t + rng.uniform(0, 2 * np.pi))
    if rng.random() < 0.4:
        phase = rng.uniform(0, 2 * np.pi, (leads, 1))
        signal += rng.normal(0, 0.3, (leads, 1)) * np.sin(2 * np.pi * rng.uniform(0.1, 0.8) * t + phase)
    if rng.random() < 0.3:
        width = int(rng.integers(2, 6))
        signal = np.stack([np.convolve(lead, np.full(width, 1 / width), "same") for lead in signal])
    return signal.astype(np.float32)
