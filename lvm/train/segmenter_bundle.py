"""From LUDB to the installed segmenter: five networks, how they do on the records they have not met, a card."""

import datetime
import platform
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from lvm import __version__, weights, written
from lvm.analysis import analyse
from lvm.clean import clean
from lvm.errors import LvmError
from lvm.language import mark
from lvm.net.segmenter import Segmenter, SegmenterConfig
from lvm.read.files import read_file
from lvm.recording import Signal
from lvm.train import delineation, ludb
from lvm.train.segmenter import Recipe, example, folds, train_fold

TITLE = mark("Finds P, QRS and T on an ECG. Says nothing about the heart’s mass.")


def train_segmenter(ludb_folder: Path, unmarked_folder: Path | None, folder: Path, recipe: Recipe) -> dict[str, Any]:
    """Train and install the segmenter under `folder`, return its card; progress goes to standard error.

    Networks that a run with the same seed, steps and number of recordings left behind are taken as they are: so it goes
    on where it stopped, and ends with these parts removed.
    """
    records = {number: ludb.load(ludb_folder, number) for number in ludb.numbers(ludb_folder)}
    if not records:
        raise LvmError("There are no LUDB records in that folder: it needs data/1.hea and so on.")
    marked = {number: example(record) for number, record in records.items()}
    unmarked = list(_signals(unmarked_folder)) if unmarked_folder else []
    tested, config = folds(list(records)), SegmenterConfig()
    parts = folder / f"{weights.SEGMENTER}-parts-seed{recipe.seed}-{recipe.steps}-steps-{len(unmarked)}-unmarked"
    parts.mkdir(parents=True, exist_ok=True)
    nets = []
    for k, test in enumerate(tested):
        part, net = parts / f"fold{k}.safetensors", Segmenter(config, norm=False)
        if not part.exists():
            own = replace(recipe, seed=recipe.seed + k)
            trained = train_fold(test, marked, unmarked, own, config, partial(_progress, k))
            save_file(trained.state_dict(), part.with_suffix(".unfinished"))
            part.with_suffix(".unfinished").rename(part)
        net.load_state_dict(load_file(part))
        nets.append(net.eval())
    scores = [_score(records[number], net) for net, test in zip(nets, tested, strict=True) for number in test]
    fields = _fields(recipe, tested, len(unmarked), delineation.summarise(scores))
    weights.save(folder / weights.SEGMENTER, nets, fields, _readme(fields))
    for part in parts.iterdir():
        part.unlink()
    parts.rmdir()
    return weights.read_fields(folder / weights.SEGMENTER)


def _score(record: ludb.Marked, net: Segmenter) -> delineation.Score:
    found = delineation.beats_of(analyse(record.recording, (net,)))
    return delineation.score(delineation.reference(record), found)


def _signals(folder: Path) -> Iterator[Signal]:
    """Every WFDB recording under a folder, cleaned."""
    for header in sorted(folder.rglob("*.hea")):
        recording = read_file(header)
        yield clean(recording.signal_mv, recording.sampling_rate_hz)


def _progress(fold: int, step: int, loss: float) -> None:
    print(f"segmenter, fold {fold + 1}/5, step {step}: loss {loss:.4f}", file=sys.stderr, flush=True)  # noqa: T201 - progress of a long run


def _fields(
    recipe: Recipe, tested: tuple[tuple[int, ...], ...], unmarked: int, summary: delineation.Summary
) -> dict[str, Any]:
    return {
        "title": TITLE,
        "what_it_is": mark(
            "Five networks of one kind, each trained without a fifth of the recordings; three of them read an ECG "
            "together. For each instant they tell in what part of the leads it lies within P, QRS and T."
        ),
        "intended_use": mark("Research, teaching and demonstration."),
        "not_for": mark("Patient care, monitoring, recordings of fewer than about six leads."),
        "training_data": f"{written.LUDB.format(n=sum(map(len, tested)))}; {written.UNMARKED.format(n=unmarked)}",
        "version": __version__,
        "date": datetime.date.today().isoformat(),
        "made_with": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "recipe": vars(recipe) | {"loss": "cross-entropy against the leads’ shares", "optimiser": "AdamW, one cycle"},
        "test_records_by_fold": [list(test) for test in tested],
        "metrics": {
            "ludb_out_of_fold": {
                name: {
                    "sd_ms": _figure(summary.sd_ms(name), 1),
                    "bias_ms": _figure(summary.bias_ms(name), 1),
                    "p95_ms": _figure(summary.p95_ms(name), 1),
                    "sensitivity": _figure(summary.sensitivity[name], 4),
                }
                for name in delineation.BOUNDARIES
            },
            "qrs_sensitivity": _figure(summary.qrs_sensitivity, 4),
            "qrs_ppv": _figure(summary.qrs_ppv, 4),
            "p_invented": [summary.p_invented, summary.without_p],
        },
    }


def _figure(value: float, digits: int) -> float | None:
    return None if np.isnan(value) else round(value, digits)


def _readme(fields: dict[str, Any]) -> str:
    rows = "\n".join(
        f"| {name.replace('_', ' ')} | {m['sd_ms']} | {m['bias_ms']} | {m['p95_ms']} | {m['sensitivity']} |"
        for name, m in fields["metrics"]["ludb_out_of_fold"].items()
    )
    metrics = fields["metrics"]
    invented, without = metrics["p_invented"]
    return f"""# {fields["title"]}

{fields["what_it_is"]} For: {fields["intended_use"]} Not for: {fields["not_for"]}

Training data: {fields["training_data"]}

On LUDB, each record by the network that has not met it (error of a record: median over its beats):

| boundary | SD over records, ms | bias, ms | 95 % within, ms | sensitivity |
|---|---|---|---|---|
{rows}

QRS: sensitivity {metrics["qrs_sensitivity"]}, positive predictive value {metrics["qrs_ppv"]}. A P wave was reported on
{invented} of {without} beats without one.
"""
