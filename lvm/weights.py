"""Bundles of weights: a folder with model.safetensors (all folds), card.json and README.md.

Tensors are named "fold<k>.<parameter>". card.json holds `title` (what it is not), `config`, `folds`, `sha256` of
model.safetensors, `interval` by sex, `training_data` and the rest of the model card; curves.csv, where there is one,
holds how the error fell in training, and average.safetensors, whose hash is in the card, the average patient from whom
estimates are explained. Nothing in a bundle is executed on load. A user's own bundle goes into weights/, beside ours.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from lvm.errors import WeightsError
from lvm.language import listed, mark, said
from lvm.net.config import Config, InputSet, Sexes
from lvm.recording import LEAD_GROUPS, LEADS, Sex, Signal

if TYPE_CHECKING:
    from torch import Tensor

    from lvm.net.elvmassnet import ELVMassNet
    from lvm.net.segmenter import Segmenter

FOLDER = Path(__file__).parent.parent / "weights"
FORMAT, SEGMENTER_FORMAT = 2, 1
MODEL, AVERAGE = "model.safetensors", "average.safetensors"
SEGMENTER = "segmenter"  # finds P, QRS and T and estimates nothing, so it is none of the bundles: see lvm.segmenter
SEXES: dict[Sexes, tuple[Sex, ...]] = {"male": ("male",), "female": ("female",), "all": ("male", "female")}

N = TypeVar("N", "ELVMassNet", "Segmenter")


@dataclass(frozen=True)
class Card:
    """A bundle's description, readable without loading any weights."""

    name: str
    fields: dict[str, Any]

    @cached_property
    def config(self) -> Config:
        return Config.from_dict(self.fields["config"])

    @property
    def sha256(self) -> str:
        return str(self.fields["sha256"])

    @property
    def sexes(self) -> tuple[Sex, ...]:
        """Whom the bundle serves."""
        return SEXES[self.config.sexes]


@dataclass(frozen=True, eq=False)
class Baseline:
    """From whom an estimate is explained: a beat (12, 450) mV and scalars as the network takes them.

    The average patient of the training cohort: each of its patients counts exp(lambda z), z being the standardised
    estimate, with lambda such that the network gives this average the cohort's mean estimate. Averaging beats flattens
    them, and of the plain average the network takes the heart for lighter than the mean, by 2 to 6 g in our bundles.
    A bundle without it is explained from a flat line with the average scalars.
    """

    name: str
    beat_mv: Signal
    scalars: tuple[float, ...]


AVERAGE_PATIENT = mark("average patient of the training cohort, whose estimate is the cohort’s mean estimate")
FLAT_LINE = mark("flat line (0 mV) with the average values of the training cohort")


@dataclass(frozen=True, eq=False)
class Bundle:
    """A card, its folds in evaluation mode, and from whom their estimates are explained."""

    card: Card
    folds: tuple["ELVMassNet", ...]
    baseline: Baseline


class Epoch(NamedTuple):
    """A row of curves.csv: mean absolute errors in grams after an epoch of one fold."""

    fold: int
    epoch: int
    train_mae_g: float
    validation_mae_g: float


# In what follows `folder` is FOLDER where none is given.


def _names(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("*/card.json") if path.parent.name != SEGMENTER)


def cards(folder: Path | None = None) -> tuple[Card, ...]:
    """Every bundle in a folder whose card can be read, by name."""
    return _read(folder)[0]


def broken(folder: Path | None = None) -> tuple[str, ...]:
    """Why each of the others cannot be used, with its name."""
    return _read(folder)[1]


def _read(folder: Path | None) -> tuple[tuple[Card, ...], tuple[str, ...]]:
    folder = folder or FOLDER
    found, faults = list[Card](), list[str]()
    for name in _names(folder):
        try:
            found.append(read_card(folder / name))
        except WeightsError as error:
            faults.append(error.args[0])
    return tuple(found), tuple(faults)


def read_fields(bundle: Path) -> dict[str, Any]:
    """card.json of any bundle, its format checked."""
    try:
        fields: dict[str, Any] = json.loads((bundle / "card.json").read_text(encoding="utf-8"))
        found, count, _ = fields["format"], fields["folds"], fields["sha256"]
        if not (isinstance(count, int) and count >= 1):
            raise ValueError(f"{count} folds")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            said("The card of the weights bundle {bundle} cannot be read: {why}.", bundle=bundle.name, why=_why(error))
        ) from None
    wanted = _format(bundle.name)
    if found != wanted:
        raise WeightsError(
            said(
                "The weights bundle {bundle} has format {found}; this version reads {wanted}.",
                bundle=bundle.name,
                found=found,
                wanted=wanted,
            )
        )
    return fields


def _why(error: Exception) -> str:
    return said("it has no {field}", field=str(error)) if isinstance(error, KeyError) else repr(error)


def _format(name: str) -> int:
    return SEGMENTER_FORMAT if name == SEGMENTER else FORMAT


def read_card(bundle: Path) -> Card:
    """The card of one bundle, with all that the library needs of it checked."""
    fields = read_fields(bundle)
    card = Card(bundle.name, fields)
    missing = [key for key in ("title", "version", "training_data", "sha256") if key not in fields]
    try:
        config, count = card.config, len(card.config.scalars)
        level, by_sex = fields["interval"]["level"], fields["interval"]["truth_to_estimate"]
        ratios = [pair for sex in card.sexes for pair in (by_sex[sex][""], *by_sex[sex].values())]
        lengths = {len(config.scalar_mean), len(config.scalar_sd), len(config.scalar_median)}
        fits = config.lead_groups in LEAD_GROUPS and lengths == {count}
        fits = fits and 0 < level < 1 and all(0 < low < high for low, high in ratios)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            said("The card of the weights bundle {bundle} cannot be read: {why}.", bundle=bundle.name, why=_why(error))
        ) from None
    if missing or not fits:
        what = mark("The card of the weights bundle {bundle} contradicts itself.")
        if missing:
            what = mark("The card of the weights bundle {bundle} has no {missing}.")
        raise WeightsError(said(what, bundle=bundle.name, missing=listed(missing)))
    return card


def choose(sex: Sexes, input_set: InputSet = "model 2", folder: Path | None = None) -> str:
    """Name of the bundle for a sex and an input set."""
    for card in cards(folder):  # a user's broken bundle does not stop the others; the models page names it
        if card.config.sexes == sex and card.config.input_set == input_set and card.fields.get("default") is True:
            return card.name
    raise WeightsError(
        said(
            "No weights bundle for sex {sex} and {input_set} is installed in the weights folder.",
            sex=sex,
            input_set=input_set,
        )
    )


@lru_cache(maxsize=16)
def load(name: str, folder: Path | None = None) -> Bundle:
    """Load, check hash and shapes, and build the folds of a bundle."""
    from lvm.net.elvmassnet import ELVMassNet

    folder = folder or FOLDER
    if name not in _names(folder):
        known = listed(_names(folder)) or mark("none")
        raise WeightsError(said("There is no weights bundle of that name. Installed: {known}.", known=known))
    card = read_card(folder / name)
    return Bundle(
        card, build_folds(folder / name, card, lambda: ELVMassNet(card.config)), _baseline(folder / name, card)
    )


def _baseline(bundle: Path, card: Card) -> Baseline:
    from lvm.beats import WINDOW

    known = card.fields.get("average")
    if known is None:
        flat = np.zeros((len(LEADS), WINDOW), dtype=np.float32)
        return Baseline(FLAT_LINE, flat, tuple(card.config.scalar_mean))
    try:
        tensors = _tensors(bundle / AVERAGE, card, known["sha256"])
        beat, scalars = (tensors[name].numpy() for name in ("beat_mv", "scalars"))
    except (KeyError, TypeError) as error:
        raise WeightsError(
            said("The average patient of {bundle} cannot be read: {why}.", bundle=card.name, why=_why(error))
        ) from None
    fits = beat.shape == (len(LEADS), WINDOW) and scalars.shape == (len(card.config.scalars),)
    if not fits or beat.dtype != np.float32 or not (np.isfinite(beat).all() and np.isfinite(scalars).all()):
        raise WeightsError(
            said("The average patient of the weights bundle {bundle} does not fit its card.", bundle=card.name)
        )
    return Baseline(AVERAGE_PATIENT, beat, tuple(scalars.tolist()))


def read_curves(name: str, folder: Path | None = None) -> tuple[Epoch, ...]:
    """The learning curves beside a card; none where the file is missing or odd."""
    try:
        with ((folder or FOLDER) / name / "curves.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return tuple(
            Epoch(int(r["fold"]), int(r["epoch"]), float(r["train_mae_g"]), float(r["validation_mae_g"])) for r in rows
        )
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return ()


def _tensors(file: Path, card: Card, sha256: str) -> "dict[str, Tensor]":
    """The tensors of a file whose hash is known."""
    from safetensors import SafetensorError
    from safetensors.torch import load as load_tensors

    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise WeightsError(
            said("The weights bundle {bundle} has no {file}.", bundle=card.name, file=file.name)
        ) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsError(
            said("The weights bundle {bundle} was altered: its hash does not match its card.", bundle=card.name)
        )
    try:
        return load_tensors(data)
    except SafetensorError:
        raise WeightsError(
            said("The weights bundle {bundle} is damaged: its tensors cannot be read.", bundle=card.name)
        ) from None


def build_folds(bundle: Path, card: Card, network: Callable[[], N]) -> tuple[N, ...]:
    """The folds of a bundle, each a new network with its tensors, in evaluation mode; hash and shapes are checked."""
    tensors = _tensors(bundle / MODEL, card, card.sha256)
    folds = []
    for k in range(card.fields["folds"]):
        prefix = f"fold{k}."
        net = network()
        try:
            net.load_state_dict({n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)})
        except RuntimeError:
            raise WeightsError(
                said("The weights bundle {bundle} does not fit the network its card describes.", bundle=card.name)
            ) from None
        folds.append(net.eval().requires_grad_(False))
    return tuple(folds)


def save(
    folder: Path,
    folds: Sequence["ELVMassNet | Segmenter"],
    fields: dict[str, Any],
    readme: str,
    average: "dict[str, Tensor] | None" = None,
) -> None:
    """Write a bundle; adds format, config, folds and hashes to the card's fields.

    average : beat_mv (12, 450) and scalars (n,) of the average patient, see Baseline.
    """
    from safetensors.torch import save as save_tensors

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"fold{k}.{n}": t.contiguous() for k, net in enumerate(folds) for n, t in net.state_dict().items()}
    data = save_tensors(tensors)
    own = {
        "format": _format(folder.name),
        "config": folds[0].config.as_dict(),
        "folds": len(folds),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    (folder / MODEL).write_bytes(data)
    fields = {name: value for name, value in fields.items() if name != "average"}  # of another bundle
    if average is not None:
        data = save_tensors(average)
        (folder / AVERAGE).write_bytes(data)
        own["average"] = {"sha256": hashlib.sha256(data).hexdigest()}
    (folder / "card.json").write_text(
        json.dumps(fields | own, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    (folder / "README.md").write_text(readme, encoding="utf-8")
