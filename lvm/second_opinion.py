"""LVM-AI by the authors' own file, where a user has put one into weights/lvm-ai/: a second opinion on LV mass.

| file, published in the model zoo of broadinstitute/ml4h | takes | gives |
|---|---|---|
| ecg_rest_raw_age_sex_bmi_lvm_asymmetric_loss.h5 | ECG, age, sex, BMI | mass and LVH |
| ecg_rest_raw_lvm_asymmetric_loss.h5 | ECG | mass |
| ecg_rest_raw_lvm_symmetric_loss.h5 | ECG | mass |

They are of Keras 2 (HDF5, 2021). Keras 3 reads them on its torch backend; it is optional, and imported only where a
file is in place. What goes in and comes out is in lvm.net.lvmai. A file may come from anywhere, so only layers that
compute and nothing else are loaded, and Keras' safe mode stays on.
"""

import hashlib
import json
import os
import re
import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lvm import weights
from lvm.errors import LvmError, WeightsError
from lvm.estimate import Estimate
from lvm.language import listed, said
from lvm.net.config import BODY
from lvm.net.lvmai import (
    BMI_21001_KG_M2,
    LEAD_ORDER,
    LVH_LIMIT_G_M2,
    MEAN_BMI_KG_M2,
    SAMPLES,
    SD_BMI_KG_M2,
    ecg_input,
    grams,
    person_input,
)
from lvm.recording import Recording, Sex
from lvm.reference import Limit

FOLDER = "lvm-ai"  # in the folder of weights
INSTALL = 'pip install "keras>=3.12"'
SHA256 = "0764989632149590"  # how that of the first published file begins; those of the others are not known
SIZES = {  # bytes, of the published files, the best first
    "ecg_rest_raw_age_sex_bmi_lvm_asymmetric_loss.h5": 14_870_648,
    "ecg_rest_raw_lvm_asymmetric_loss.h5": 12_720_392,
    "ecg_rest_raw_lvm_symmetric_loss.h5": 12_720_392,
}
CMR_LIMITS: dict[Sex, Limit] = {
    sex: Limit(limit_g_m2, "CMR", "Khurshid 2021, Circ Cardiovasc Imaging 14:e012281")
    for sex, limit_g_m2 in LVH_LIMIT_G_M2.items()
}

_OLDEST_KERAS = (3, 12)  # before 3.11.3 its safe mode did not hold for HDF5 (CVE-2025-9905)
_LAYERS = {  # that ml4h can make such a network of
    "InputLayer", "Conv1D", "SeparableConv1D", "Dense", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU",
    "MaxPooling1D", "AveragePooling1D", "GlobalAveragePooling1D", "BatchNormalization", "LayerNormalization", "Dropout",
    "SpatialDropout1D", "Add", "Concatenate", "Flatten", "Reshape",
}  # fmt: skip
_LFS_POINTER = b"version https://git-lfs"
_PERSON = ["age", "bmi", "ecg", "sex"]


@dataclass(frozen=True)
class SecondOpinion:
    """LVM-AI's estimate, or the reason why there is none (`withheld`); numbers that are not known are None.

    published : whether the file is one of the authors'; None where that cannot be told, for want of its hash.
    imputed : what the file takes and nobody knows; it was given the mean instead.
    """

    file: str
    sha256: str | None = None
    published: bool | None = None
    lvm_g: float | None = None
    lvmi_g_m2: float | None = None
    limit: Limit | None = None
    above_limit: bool | None = None
    lvh_probability: float | None = None
    imputed: tuple[str, ...] = ()
    withheld: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Network:
    """A loaded file. takes : what its inputs are, in its order; of "ecg", "age", "sex" and "bmi"."""

    model: Any
    takes: tuple[str, ...]
    bmi_scale: tuple[float, float]
    mass_name: str
    sha256: str
    published: bool | None

    def __call__(self, inputs: dict[str, NDArray[np.float32]]) -> tuple[float, float | None]:
        """ECG (5000, 12) and what else it takes -> mass in z, and the probability of LVH where it gives one."""
        import keras
        import torch

        with keras.device("cpu"), torch.inference_mode():
            given = self.model([inputs[name][np.newaxis] for name in self.takes], training=False)
            z, *lvh = keras.tree.flatten(given)  # (1, 1), (1, 2)
        return float(z[0, 0]), float(lvh[0][0, 1]) if lvh else None


def find(folder: Path | None = None) -> Path | None:
    """The file in place: of several the one that takes age, sex and BMI, then the others published, then by name."""
    files = ((folder or weights.FOLDER) / FOLDER).glob("*.h5")
    order = list(SIZES)
    found = [file for file in files if file.is_file() and not file.name.startswith(".")]
    return min(found, key=lambda f: (order.index(f.name) if f.name in order else len(order), f.name), default=None)


def second_opinion(recording: Recording, estimate: Estimate, file: Path) -> SecondOpinion:
    """LVM-AI on the middle 10 s, from the patient's values that the estimate rests on.

    Withheld where the estimate is, where the recording is shorter, and where the file cannot be used.
    """
    known: dict[str, Any] = {n: None if i.source == "imputed" else i.value for n, i in estimate.inputs.items()}
    sex: Sex | None = known["sex"]
    limit = None if sex is None else CMR_LIMITS[sex]
    nothing = SecondOpinion(file.name, limit=limit)
    if estimate.lvm_g is None:
        return replace(nothing, withheld=estimate.withheld)
    try:
        ecg = ecg_input(recording)
        network = load(file)
    except LvmError as error:
        return replace(nothing, withheld=error.args[0])
    person = (known["age_years"], sex, known["height_cm"], known["weight_kg"])
    z, lvh = network({"ecg": ecg} | person_input(*person, bmi_scale=network.bmi_scale))
    if not np.isfinite([z, 0.0 if lvh is None else lvh]).all():
        none = said("The LVM-AI file {file} gives no number for this ECG.", file=file.name)
        return replace(nothing, withheld=none)
    lvm_g = grams(z)
    lvmi = None if estimate.bsa_m2 is None else lvm_g / estimate.bsa_m2
    warnings: tuple[str, ...] = ()
    if not network.published and not re.search("lvm|mass", network.mass_name.lower()):
        warnings += (
            said("The file calls its output “{name}”. Whether that is LV mass is not known.", name=network.mass_name),
        )
    return replace(
        nothing,
        sha256=network.sha256,
        published=network.published,
        lvm_g=lvm_g,
        lvmi_g_m2=lvmi,
        above_limit=None if lvmi is None or limit is None else lvmi > limit.limit_g_m2,
        lvh_probability=lvh,
        imputed=tuple(name for name in BODY if known[name] is None) if "age" in network.takes else (),
        warnings=warnings,
    )


def _published(name: str, size: int, sha256: str) -> bool | None:
    if sha256.startswith(SHA256):
        return True
    best = next(iter(SIZES))
    return None if name != best and SIZES.get(name) == size else False


def load(file: Path) -> Network:
    """The network in a file, loaded once for as long as the file stays as it is. Raises WeightsError."""
    try:
        now = file.stat()
    except OSError as error:
        raise WeightsError(
            said("The LVM-AI file {file} cannot be opened: {why}.", file=file.name, why=error.strerror)
        ) from None
    return _load(file, now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=2)
def _load(file: Path, size: int, changed_ns: int) -> Network:
    """size and changed_ns tell this version of the file from the next."""
    keras = import_keras()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise WeightsError(
            said("The LVM-AI file {file} cannot be opened: {why}.", file=file.name, why=error.strerror)
        ) from None
    if data.startswith(_LFS_POINTER):
        raise WeightsError(
            said(
                "The LVM-AI file {file} is only a pointer to the file itself. Fetch that with Git LFS: git lfs pull.",
                file=file.name,
            )
        )
    try:
        strange = _layers(file) - _LAYERS
        with keras.device("cpu"):
            model = None if strange else keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception:  # whatever Keras and HDF5 stumble over in a damaged file
        raise WeightsError(
            said("The LVM-AI file {file} is damaged, or no Keras network as of 2021. Fetch it again.", file=file.name)
        ) from None
    if strange:
        raise WeightsError(
            said(
                "The LVM-AI file {file} was not loaded: it has layers of the kind {kinds}, which LVM-AI does not need "
                "and which may run a program. Use one of the published files.",
                file=file.name,
                kinds=listed(sorted(strange)),
            )
        )
    return _checked(file.name, len(data), model, hashlib.sha256(data).hexdigest())


def _layers(file: Path) -> set[str]:
    """The kinds of layers in a file, read without building any."""
    import h5py

    with h5py.File(file, "r") as content:
        return {str(layer["class_name"]) for layer in json.loads(content.attrs["model_config"])["config"]["layers"]}


def import_keras() -> Any:
    """Keras on its torch backend, whatever the user's own settings of it are. Raises WeightsError."""
    if "keras" in sys.modules:
        return _fit_for_use()
    with TemporaryDirectory() as home:  # else it would write into the user's home, and follow what is written there
        settings = {"KERAS_BACKEND": "torch", "KERAS_HOME": home}
        before = {name: os.environ.pop(name, None) for name in settings}
        os.environ |= settings
        try:
            return _fit_for_use()
        finally:
            for name, value in before.items():
                del os.environ[name]
                if value is not None:
                    os.environ[name] = value


def _fit_for_use() -> Any:
    try:
        import h5py  # noqa: F401 - with which Keras reads the files
        import keras
    except ImportError:
        raise WeightsError(
            said("LVM-AI's file needs Keras, which is not installed: {install}", install=INSTALL)
        ) from None
    version = tuple(int(part) for part in re.findall(r"\d+", keras.__version__)[:2])
    if version < _OLDEST_KERAS:
        raise WeightsError(
            said(
                "LVM-AI's file needs a newer Keras than {version}: {install}",
                version=keras.__version__,
                install=INSTALL,
            )
        )
    if keras.config.backend() != "torch":
        raise WeightsError(
            said(
                "LVM-AI's file needs Keras on torch, and here Keras already runs on {backend}. Start the application "
                "by itself, or with KERAS_BACKEND=torch.",
                backend=keras.config.backend(),
            )
        )
    keras.backend.clear_session = _keep_session
    return keras


def _keep_session() -> None:
    """Streamlit calls this after every run of a page once Keras is there. Keras' own would collect all garbage, which
    makes every page wait, and there is nothing of ours to clear."""


def _role(shape: tuple[int | None, ...], name: str) -> str:
    """What an input is, by its shape, and by its name where that leaves two; "" where it is neither."""
    if shape == (None, 1):
        return "bmi" if re.search("bmi|body.?mass", name.lower()) else "age" if "age" in name.lower() else ""
    return {(None, SAMPLES, len(LEAD_ORDER)): "ecg", (None, 2): "sex"}.get(shape, "")


def _checked(name: str, size: int, model: Any, sha256: str) -> Network:
    """The network with its inputs and outputs told apart; raises WeightsError where they are not LVM-AI's."""
    import keras

    takes = tuple(_role(tensor.shape, tensor.name) for tensor in model.inputs)
    if sorted(takes) not in (["ecg"], _PERSON):
        taken = ", ".join(f"{tensor.name} {tensor.shape[1:]}" for tensor in model.inputs)
        raise WeightsError(
            said(
                "The LVM-AI file {name} takes {taken}. LVM-AI takes an ECG {shape}, alone or with age (1,), sex (2,) "
                "and BMI (1,), which is which by their names. Use one of the published files.",
                name=name,
                taken=taken,
                shape=str((SAMPLES, len(LEAD_ORDER))),
            )
        )
    outputs = dict(zip(model.output_names, model.outputs, strict=True))
    masses = [n for n, tensor in outputs.items() if tensor.shape == (None, 1)]
    shares = [n for n, tensor in outputs.items() if tensor.shape == (None, 2) and _softmax(model.get_layer(n))]
    if len(masses) != 1 or len(shares) > 1 or len(masses + shares) != len(outputs):
        given = ", ".join(f"{n} {tensor.shape[1:]}" for n, tensor in outputs.items())
        raise WeightsError(
            said(
                "The LVM-AI file {name} gives {given}. LVM-AI gives the mass (1,), alone or with the probabilities "
                "of no LVH and of LVH (2,). Use one of the published files.",
                name=name,
                given=given,
            )
        )
    of_bmi = [tensor.name for tensor, role in zip(model.inputs, takes, strict=True) if role == "bmi"]
    scale = BMI_21001_KG_M2 if of_bmi and "21001" in of_bmi[0] else (MEAN_BMI_KG_M2, SD_BMI_KG_M2)
    ordered = keras.Model(model.inputs, [outputs[n] for n in masses + shares])
    return Network(ordered, takes, scale, masses[0], sha256, _published(name, size, sha256))


def _softmax(layer: Any) -> bool:
    return bool(layer.get_config().get("activation") == "softmax")
