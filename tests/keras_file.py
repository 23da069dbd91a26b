"""LVM-AI's network in Keras with the weights of ours, files of it as Keras 3 and, in 2021, Keras 2 wrote them, and what
a second opinion is made of."""

import importlib.util
import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lvm.estimate import NAMES, Estimate, Input
from lvm.net.lvmai import LVMAI, LVMAIConfig
from lvm.recording import LEADS, Recording

PUBLISHED = "ecg_rest_raw_age_sex_bmi_lvm_asymmetric_loss.h5"
ECG = "input_ecg_rest_raw_continuous"
PERSON = (  # as ml4h calls them: age, sex, BMI
    "input_21003_Age-when-attended-assessment-centre_2_0_continuous",
    "input_Sex_Male_0_0_categorical",
    "input_21001_Body-mass-index-BMI_0_0_continuous",
)
MASS, LVH = "output_LVM_continuous", "output_lvh_categorical"
SMALL = LVMAIConfig(filters=2, dense=(4, 4))


def need_keras() -> Any:
    """Keras on torch; where it is not installed the test is skipped, or in CI failed."""
    if importlib.util.find_spec("keras") is None:
        if os.environ.get("CI"):
            pytest.fail("needs keras")
        pytest.skip("needs keras, see tests/requirements.txt", allow_module_level=True)
    from lvm.second_opinion import import_keras

    return import_keras()


def random_net(numbers: tuple[int, ...] = (1, 2, 1)) -> LVMAI:
    torch.manual_seed(0)
    net = LVMAI(SMALL, numbers)
    for name, parameter in net.named_parameters():
        if name.endswith("bias"):  # which begin at 0
            nn.init.uniform_(parameter, -0.2, 0.2)
    return net.eval().requires_grad_(False)


def zero_net(numbers: tuple[int, ...] = (1, 2, 1), z: float = 0.0, lvh: tuple[float, float] = (0.0, 0.0)) -> LVMAI:
    """Answers z and these logits to everything."""
    net = LVMAI(SMALL, numbers).eval().requires_grad_(False)
    for parameter in net.parameters():
        parameter.zero_()
    net.mass.bias[0] = z
    net.lvh.bias[:] = torch.tensor(lvh)
    return net


def reading_net(columns: dict[int, float], person: dict[str, float] | None = None) -> LVMAI:
    """Its z is the sum of these columns' means, each times its weight, for signals that do not change and are not below
    0; and of `age`, `female`, `male` and `bmi` where they are not below 0."""
    net = zero_net(() if person is None else (1, 2, 1))
    for column, weight in columns.items():
        net.first.weight[0, column, 35] = weight  # the middle of 71
    for block in net.blocks:
        block[-1].weight[0, 0, 35] = 1.0  # of all it sees, what came into the block
    net.dense[0].weight[0, 0:1250:2] = 1 / 625  # of two filters at each of 625 steps, the first
    at = {"age": (0, 0, 0), "female": (1, 0, 0), "male": (1, 1, 1), "bmi": (2, 0, 0)}
    for name, weight in (person or {}).items():
        which, unit, of = at[name]
        net.each[which].weight[unit, of] = weight
        net.dense[0].weight[0, 1250 + 32 * which + unit] = 1.0
    net.dense[1].weight[0, 0] = net.mass.weight[0, 0] = 1.0
    return net


def network(net: LVMAI, person: tuple[str, str, str] = PERSON) -> Any:
    """The same network as a Keras model, from what is known of ml4h's: ECG (5000, 12), age, sex, BMI -> LVH, mass."""
    keras = need_keras()
    layers = keras.layers

    def dense(ours: nn.Linear, x: Any, **options: Any) -> Any:
        layer = layers.Dense(ours.out_features, **options)
        y = layer(x)
        layer.set_weights([ours.weight.T.numpy(), ours.bias.numpy()])
        return y

    def convolve(ours: nn.Conv1d, x: Any) -> Any:
        layer = layers.Conv1D(ours.out_channels, ours.kernel_size[0], padding="same")
        y = layers.Activation("relu")(layer(x))
        layer.set_weights([ours.weight.permute(2, 1, 0).numpy(), ours.bias.numpy()])
        return y

    ecg = keras.Input((5000, 12), name=ECG)
    x = convolve(net.first, ecg)
    for block in net.blocks:
        x = layers.MaxPooling1D(2)(x)
        seen = [x]
        for ours in block:
            x = convolve(ours, layers.Concatenate()(seen) if len(seen) > 1 else x)
            seen.append(x)
    inputs, parts = [ecg], [layers.Flatten()(x)]
    for ours, name in zip(net.each, person, strict=False):
        inputs.append(keras.Input((ours.in_features,), name=name))
        parts.append(layers.Flatten()(layers.Activation("relu")(dense(ours, inputs[-1]))))
    y = layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    y = layers.Activation("relu")(dense(net.dense[0], y))
    y = layers.Activation("relu")(dense(net.dense[1], y, name="embed"))
    mass = dense(net.mass, y, name=MASS)
    if not net.each:
        return keras.Model(inputs, [mass])
    return keras.Model(inputs, [dense(net.lvh, y, name=LVH, activation="softmax"), mass])


def save(model: Any, path: Path) -> Path:
    """As Keras 3 writes HDF5."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)  # of torch's tensors
        model.save(path)
    return path


def save_2021(model: Any, path: Path) -> Path:
    """As Keras 2 wrote it, compiled with ml4h's own loss, which nobody else has."""
    import h5py

    save(model, path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"] = [_layer_2021(layer) for layer in config["config"]["layers"]]
        file.attrs["model_config"] = json.dumps(config)
        loss = {"loss": "asymmetric_outlier_mse", "optimizer_config": {"class_name": "Adam", "config": {}}}
        file.attrs["training_config"] = json.dumps(loss)
        for group in (file, file["model_weights"]):
            group.attrs["keras_version"], group.attrs["backend"] = "2.4.0", "tensorflow"
        for group in file["model_weights"].values():
            names = list(group.attrs["weight_names"])
            for name in names:
                group.move(name, f"{name}:0")
            if names:
                group.attrs["weight_names"] = [f"{name}:0" for name in names]
    return path


def place(folder: Path, net: LVMAI, name: str = PUBLISHED) -> Path:
    """A file of 2021 in this folder of weights."""
    return save_2021(network(net), folder / "lvm-ai" / name)


def edit(path: Path, old: str, new: str) -> Path:
    """Another description of the layers in a file that is there."""
    import h5py

    with h5py.File(path, "r+") as file:
        text = file.attrs["model_config"]
        assert old in text
        file.attrs["model_config"] = text.replace(old, new)
    return path


def _layer_2021(layer: dict[str, Any]) -> dict[str, Any]:
    config = {key: _plain(value) for key, value in layer["config"].items()}
    for since in ("optional", "quantization_config"):
        config.pop(since, None)
    if layer["class_name"] == "Dense":
        config["activity_regularizer"] = None
    if "batch_shape" in config:
        config = {"batch_input_shape": config.pop("batch_shape")} | config
    came_from = [[name, 0, 0, {}] for node in layer["inbound_nodes"] for name in _senders(node["args"])]
    return layer | {"config": config, "inbound_nodes": [came_from] if came_from else []}


def _plain(value: Any) -> Any:
    """A type by its name alone, and an initializer without its module."""
    if not isinstance(value, dict):
        return value
    if value["class_name"] == "DTypePolicy":
        return value["config"]["name"]
    return {"class_name": value["class_name"], "config": {k: v for k, v in value["config"].items() if k == "seed"}}


def _senders(args: Any) -> Iterator[str]:
    for arg in args:
        if isinstance(arg, list):
            yield from _senders(arg)
        else:
            yield arg["config"]["keras_history"][0]


def recording(by_lead: dict[str, float], samples: int = 5000) -> Recording:
    """So many millivolts throughout in these leads, 0 in the others, at 500 Hz."""
    signal = np.zeros((12, samples), dtype=np.float32)
    for lead, millivolts in by_lead.items():
        signal[LEADS.index(lead)] = millivolts
    return Recording(signal, 500.0, "made", None)


def estimate(**values: Any) -> Estimate:
    """One of 120 g, of a patient of whom only this is known."""
    inputs = {name: Input(values.get(name), "typed" if name in values else None) for name in NAMES}
    return Estimate(120.0, (100.0, 140.0), 0.9, values.get("bsa_m2"), None, None, None, None, inputs)
