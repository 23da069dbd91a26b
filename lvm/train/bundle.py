"""From examples to an installed bundle: five folds, metrics, interval, card."""

import csv
import datetime
import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lvm import __version__, weights, written
from lvm.clean import NETWORK_BAND_HZ
from lvm.cohort.semisynthetic import METHOD
from lvm.cohort.source import Source
from lvm.errors import CohortError
from lvm.language import mark
from lvm.net.config import Config, InputSet, Sexes
from lvm.recording import Sex
from lvm.train.average import average_patient
from lvm.train.crossvalidate import Trained, cross_validate
from lvm.train.examples import Examples
from lvm.train.fit import Recipe
from lvm.train.folds import Fold, split
from lvm.train.interval import interval
from lvm.train.metrics import out_of_fold_metrics, repeatability
from lvm.train.real import real_metrics

SEMI_SYNTHETIC = mark("Not trained on any measured LV mass: a demonstration on a semi-synthetic cohort.")
SIMULATED = mark("Not trained on any LV mass: a test on a simulated cohort whose mass depends on one known thing.")
_NOTE, _FINISHED = "training.json", "finished"
OWN_TABLE = mark("Trained on a user's own table. Nobody but that user has checked it.")

_NOT_FOR = mark(
    "Patient care. Paced rhythm, bundle branch block, atrial fibrillation, anybody under 18 years, any ECG but a "
    "standard resting 12-lead one."
)
_CHOICES = {
    "beat_window": mark("300 ms before to 600 ms after R, 450 samples, nothing of a neighbour's QRS, median is zero"),
    "band_hz": list(NETWORK_BAND_HZ),
    "axes": mark("absolute degrees, after the abstract"),
    "missing": mark("median of all rows, which also give the standardisation"),
    "pooling": mark("mean and maximum over time, projected"),
    "beat": mark("one usable beat of each recording an epoch, by chance; the middle one for validation and test"),
}


@dataclass(frozen=True, eq=False)
class Data:
    """What is trained on: the examples, how many rows were left out, for a cohort of ours how it was made, and the hash
    of the table, by which it is known again."""

    examples: Examples
    left_out: int
    cohort: dict[str, Any] | None
    table_sha256: str = ""

    @property
    def kind(self) -> str:
        if self.cohort is None:
            return "own table"
        return "semi-synthetic cohort" if self.cohort["method"] == METHOD else "simulated cohort"


def name_of(sexes: Sexes, input_set: InputSet, prefix: str = "") -> str:
    """Such as "male-model2"; of an own table "mine-male-model2"."""
    return "-".join([prefix] * bool(prefix) + [sexes, input_set.replace(" ", "")])


def folds_of(examples: Examples, seed: int, sexes: Sexes) -> tuple[Fold, ...]:
    """The same split for every network; one for one sex takes its rows. Raises CohortError where a part is empty."""
    whole = split(examples.patient, examples.lvm_g, seed)
    wanted: tuple[Sex, ...] = ("male", "female") if sexes == "all" else (sexes,)
    for sex in wanted:
        parts = [fold.of(examples.of_sex(sex)) for fold in whole]
        chosen_by = whole if sexes == "all" else parts  # both sexes together choose the epoch of a network of both
        counts = [(len(f.train), len(f.test), len(v.validation)) for f, v in zip(parts, chosen_by, strict=True)]
        if min(map(min, counts)) == 0:
            raise CohortError(
                f"The table has too few {sex} patients for five folds with training, validation and test. Add some, "
                "or leave them out."
            )
    return whole if sexes == "all" else tuple(parts)


def _same_training(folder: Path, examples: Examples, folds: Sequence[Fold], config: Config, recipe: Recipe) -> bool:
    """Note in the folder of checkpoints what they belong to; whether it was noted that it is finished.

    Raises CohortError where they belong to something else.
    """
    data = hashlib.sha256()
    for of in (examples.beats_mv, examples.first, examples.chosen, examples.scalars, examples.lvm_g):
        data.update(np.ascontiguousarray(of).data)
    for fold in folds:  # with other patients, what was trained on may be what is tested on now
        for rows in (fold.train, fold.validation, fold.test):
            data.update(np.ascontiguousarray(rows).data)
    made_with = {"version": __version__, "torch": torch.__version__}
    now = {"data": data.hexdigest(), "config": config.as_dict(), "recipe": asdict(recipe)} | made_with
    note = folder / _NOTE
    folder.mkdir(parents=True, exist_ok=True)
    if not note.is_file():
        note.write_text(json.dumps(now) + "\n", encoding="utf-8")
        return False
    noted = json.loads(note.read_text(encoding="utf-8"))
    finished = bool(noted.pop(_FINISHED, False))
    if noted != json.loads(json.dumps(now)):
        raise CohortError(
            f"The checkpoints in {folder.name} belong to another table, recipe or version. Remove them, or "
            "give another --work."
        )
    return finished


def train_bundle(
    data: Data,
    sexes: Sexes,
    input_set: InputSet,
    folder: Path,
    recipe: Recipe = Recipe(),  # noqa: B008 - frozen
    prefix: str = "",
    real: Sequence[Source] = (),
    checkpoints: Path | None = None,
    workers: int = 1,
    dropout: float = Config.dropout,
) -> weights.Card:
    """Train and install one bundle under `folder`; progress goes to standard error.

    prefix : of its name; without one it is the standard bundle for its sexes and inputs.
    real : recordings without LV mass on which the discrimination is measured.
    checkpoints : a folder from which an interrupted training goes on.
    """
    name, config = name_of(sexes, input_set, prefix), Config(input_set=input_set, sexes=sexes, dropout=dropout)
    examples = data.examples
    folds = folds_of(examples, recipe.seed, sexes)
    if checkpoints is not None:
        checkpoints = checkpoints / name
        if _same_training(checkpoints, examples, folds, config, recipe) and (folder / name).is_dir():
            return weights.read_card(folder / name)
    trained = cross_validate(config, examples, folds, recipe, name, checkpoints, workers)
    fields = _card(data, trained, recipe, prefix, real)
    bundle = folder / name
    average = average_patient(trained.nets, examples, np.concatenate([fold.test for fold in folds]))
    weights.save(bundle, trained.nets, fields, _readme(fields), average)
    _write_curves(bundle / "curves.csv", trained)
    (bundle / "splits.json").write_text(json.dumps(_splits(data, folds)) + "\n", encoding="utf-8")
    if checkpoints is not None:
        _finished(checkpoints)
    return weights.read_card(bundle)


def _finished(checkpoints: Path) -> None:
    """The bundle is what was wanted of the checkpoints; the note stays, so that the same command passes over it."""
    note = checkpoints / _NOTE
    note.write_text(
        json.dumps(json.loads(note.read_text(encoding="utf-8")) | {_FINISHED: True}) + "\n", encoding="utf-8"
    )
    for file in checkpoints.glob("fold*.pt"):
        file.unlink()


def _splits(data: Data, folds: Sequence[Fold]) -> dict[str, Any]:
    """Who was tested in which fold. Of an own table the rows, for a bundle may be passed on and patients may not."""
    if data.cohort is None:
        rows = [data.examples.row[fold.test].tolist() for fold in folds]
        return {"test_rows_by_fold": rows, "table_sha256": data.table_sha256}
    return {"test_patients_by_fold": [sorted({str(p) for p in data.examples.patient[fold.test]}) for fold in folds]}


def _write_curves(file: Path, trained: Trained) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        table = csv.writer(opened)
        table.writerow(["fold", "epoch", "train_mae_g", "validation_mae_g"])
        for fold, curve in enumerate(trained.curves, start=1):
            table.writerows([fold, epoch, f"{t:.2f}", f"{v:.2f}"] for epoch, (t, v) in enumerate(curve, start=1))


def _card(data: Data, trained: Trained, recipe: Recipe, prefix: str, real: Sequence[Source]) -> dict[str, Any]:
    config, examples = trained.config, data.examples
    rows = np.concatenate([fold.test for fold in trained.folds])
    men = int(examples.of_sex("male")[rows].sum())
    return {
        "title": {"own table": OWN_TABLE, "semi-synthetic cohort": SEMI_SYNTHETIC}.get(data.kind, SIMULATED),
        "what_it_is": written.WHAT_IT_IS.format(inputs=config.input_set, people=written.PEOPLE[config.sexes]),
        "intended_use": mark("Research, teaching and demonstration."),
        "not_for": _NOT_FOR,
        "training_data": _sentence(data, len(rows)),
        "default": not prefix,
        "version": __version__,
        "date": datetime.date.today().isoformat(),
        "made_with": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "data": {
            "kind": data.kind,
            "recordings": len(rows),
            "patients": len(np.unique(examples.patient[rows])),
            "by_sex": {"male": men, "female": len(rows) - men},
            "left_out": data.left_out,
        },
        "cohort": data.cohort,
        "choices": _CHOICES,
        "recipe": asdict(recipe)
        | {"loss": mark("mean absolute error"), "optimiser": "Adam", "kept": mark("best validation epoch")},
        "interval": interval(trained, examples),
        "metrics": {
            "out_of_fold": out_of_fold_metrics(trained, examples),
            "real_ecgs_out_of_fold": real_metrics(trained, examples, real) or None,
            "repeatability": repeatability(trained, examples),
        },
    }


def _sentence(data: Data, n: int) -> str:
    if data.cohort is None:
        return written.OWN_TABLE.format(n=n)
    if data.kind == "simulated cohort":
        return written.SIMULATED.format(n=n, method=data.cohort["method"])
    sources = "; ".join(f"{s['name']} ({s['attribution']}, {s['licence']})" for s in data.cohort["sources"])
    return written.SEMI_SYNTHETIC.format(n=n, sources=sources)


def _readme(fields: dict[str, Any]) -> str:
    errors = [
        f"- {kind}: {_grams(of['network'])}; age, sex and body size alone {_grams(of['demographics_only'])}; "
        f"the best that is possible there {_grams(of['oracle'])}"
        for kind, of in fields["metrics"]["out_of_fold"].items()
    ]
    real = [
        f"- {sex}: {of['estimate'][0]} [{of['estimate'][1]}-{of['estimate'][2]}] on {of['recordings']} ECGs, "
        f"{of['lvh']} of them coded; "
        + ", ".join(f"{name} {v[0]}" for name, v in of["criteria"].items() if v)
        + _by_age(of)
        for sex, of in (fields["metrics"]["real_ecgs_out_of_fold"] or {}).items()
        if of["estimate"]
    ]
    about_real = (
        "\n## On real ECGs\n\nArea under the ROC curve for records coded as hypertrophy, largely by voltage, against "
        "normal ones, with its 95 % interval:\n\n" + "\n".join(real) + "\n"
        if real
        else ""
    )
    computed = fields["data"]["kind"] != "own table"
    about_cohort = (
        "\nWhat is measured on masses that a computer drew says nothing about patients.\n" if computed else ""
    )
    newline = "\n"
    return f"""# {fields["title"]}

{fields["what_it_is"]}

For: {fields["intended_use"]} Not for: {fields["not_for"]}

Training data: {fields["training_data"]}

## Mean absolute error, out of fold

{newline.join(errors)}
{about_cohort}{about_real}
All else is in card.json.
"""


def _by_age(of: dict[str, Any]) -> str:
    """Those coded as hypertrophy are older, and an ECG tells age too."""
    alone, near = of["age"], of["within_10_years"]["estimate"]
    if not alone or not near:
        return ""
    return f"; age alone {alone[0]}; the estimate among ages within ten years {near[0]} [{near[1]}-{near[2]}]"


def _grams(errors: dict[str, list[float]] | None) -> str:
    return "unknown" if errors is None else f"{errors['mae_g'][0]} g"
