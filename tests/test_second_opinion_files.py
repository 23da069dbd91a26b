"""Which files of LVM-AI are used, and which are refused."""

import hashlib
import sys

import pytest

from lvm import second_opinion as lvm_ai
from lvm.errors import WeightsError
from lvm.second_opinion import SHA256, SIZES, find, load, second_opinion
from tests import keras_file
from tests.keras_file import ECG, LVH, MASS, PERSON, PUBLISHED, edit, estimate, place, recording, save, zero_net

keras = keras_file.need_keras()
ALONE = "ecg_rest_raw_lvm_symmetric_loss.h5"


def test_no_file_no_second_opinion(tmp_path):
    assert find(tmp_path) is None
    (tmp_path / "lvm-ai" / "folder.h5").mkdir(parents=True)
    (tmp_path / "lvm-ai" / "README.md").touch()
    (tmp_path / "lvm-ai" / f"._{PUBLISHED}").touch()
    assert find(tmp_path) is None


def test_the_file_that_knows_most_goes_first(tmp_path):
    (tmp_path / "lvm-ai").mkdir()
    for name in ("our-own.h5", "another.h5", *reversed(SIZES)):
        (tmp_path / "lvm-ai" / name).touch()
    for name in (*SIZES, "another.h5", "our-own.h5"):
        found = find(tmp_path)
        assert found.name == name
        found.unlink()


def test_whose_file_it_is(tmp_path):
    file = place(tmp_path, zero_net())
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (load(file).sha256, load(file).published) == (sha256, False)
    assert lvm_ai._published("renamed.h5", 1, SHA256 + "0" * 48) is True
    assert lvm_ai._published(PUBLISHED, SIZES[PUBLISHED], sha256) is False
    assert lvm_ai._published(ALONE, SIZES[ALONE], sha256) is None
    assert lvm_ai._published(ALONE, 1, sha256) is False


def refused(file):
    """What is said of a file that cannot be used, instead of a number."""
    with pytest.raises(WeightsError) as error:
        load(file)
    second = second_opinion(recording({}), estimate(sex="male"), file)
    assert second.lvm_g is None
    assert second.withheld == str(error.value)
    assert str(file.parent) not in second.withheld
    return second.withheld


def test_without_keras(tmp_path, monkeypatch):
    file = place(tmp_path, zero_net())
    monkeypatch.setitem(sys.modules, "keras", None)
    assert refused(file) == 'LVM-AI\'s file needs Keras, which is not installed: pip install "keras>=3.12"'


def test_keras_on_something_else_or_too_old(tmp_path, monkeypatch):
    file = place(tmp_path, zero_net())
    with monkeypatch.context() as patch:
        patch.setattr(keras.config, "backend", lambda: "jax")
        assert "here Keras already runs on jax. Start the application by itself" in refused(file)
    monkeypatch.setattr(keras, "__version__", "3.9.2")
    assert refused(file).startswith("LVM-AI's file needs a newer Keras than 3.9.2: pip install")


def damaged(tmp_path, data):
    file = tmp_path / PUBLISHED
    file.write_bytes(data)
    return file


def test_damaged_files(tmp_path):
    whole = place(tmp_path, zero_net()).read_bytes()
    for data in (b"", b"nonsense", whole[:1000], whole[: len(whole) // 2], whole[:-100]):
        assert refused(damaged(tmp_path, data)) == (
            f"The LVM-AI file {PUBLISHED} is damaged, or no Keras network as of 2021. Fetch it again."
        )
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0764989632149590\nsize 14870648\n"
    assert "only a pointer to the file itself. Fetch that with Git LFS" in refused(damaged(tmp_path, pointer))


def test_weights_without_a_network(tmp_path):
    import h5py

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_group("model_weights")
    assert "is damaged, or no Keras network" in refused(tmp_path / "a.h5")


def test_a_file_that_went_away(tmp_path):
    assert refused(tmp_path / "a.h5") == "The LVM-AI file a.h5 cannot be opened: No such file or directory."


def small(inputs, outputs):
    """A network of these inputs and outputs: {name: shape}, {name: (units, activation)}."""
    taken = [keras.Input(shape, name=name) for name, shape in inputs.items()]
    flat = [keras.layers.GlobalAveragePooling1D()(i) if len(i.shape) == 3 else i for i in taken]
    x = keras.layers.Concatenate()(flat) if len(flat) > 1 else flat[0]
    given = [keras.layers.Dense(n, activation=a, name=name)(x) for name, (n, a) in outputs.items()]
    return keras.Model(taken, given)


AN_ECG = {ECG: (5000, 12)}
PERSONS = dict(zip(PERSON, ((1,), (2,), (1,)), strict=True))
A_MASS = {MASS: (1, "linear")}


@pytest.mark.parametrize(
    ("inputs", "listed"),
    [
        ({ECG: (2500, 12)}, f"{ECG} (2500, 12)"),
        ({ECG: (12, 5000)}, f"{ECG} (12, 5000)"),
        (PERSONS, PERSON[2]),
        (AN_ECG | {"other": (5000, 12)}, "other (5000, 12)"),
        (AN_ECG | {PERSON[0]: (1,)}, PERSON[0]),
        (AN_ECG | {PERSON[0]: (1,), PERSON[1]: (2,), "input_3": (1,)}, "input_3 (1,)"),
        (AN_ECG | PERSONS | {"input_bmi": (1,)}, "input_bmi (1,)"),
        (AN_ECG | {PERSON[0]: (1,), PERSON[1]: (1,), PERSON[2]: (1,)}, f"{PERSON[1]} (1,)"),
    ],
)
def test_other_inputs_are_refused(tmp_path, inputs, listed):
    said = refused(save(small(inputs, A_MASS), tmp_path / "a.h5"))
    assert said.startswith("The LVM-AI file a.h5 takes ")
    assert listed in said
    assert "LVM-AI takes an ECG (5000, 12), alone or with age (1,), sex (2,) and BMI (1,)" in said


@pytest.mark.parametrize(
    "outputs",
    [
        {LVH: (2, "softmax")},
        {MASS: (3, "linear")},
        {MASS: (1, "linear"), "again": (1, "linear")},
        {MASS: (1, "linear"), LVH: (2, "linear")},
        {MASS: (1, "linear"), LVH: (2, "softmax"), "again": (2, "softmax")},
    ],
)
def test_other_outputs_are_refused(tmp_path, outputs):
    said = refused(save(small(AN_ECG, outputs), tmp_path / "a.h5"))
    listed = ", ".join(f"{name} ({units},)" for name, (units, _) in outputs.items())
    assert said.startswith(f"The LVM-AI file a.h5 gives {listed}. LVM-AI gives the mass (1,)")


@pytest.mark.parametrize("kind", ["Lambda", "TFSMLayer", "Functional"])
def test_layers_that_can_run_a_program_are_not_even_tried(tmp_path, monkeypatch, kind):
    file = edit(save(small(AN_ECG, A_MASS), tmp_path / "a.h5"), '"GlobalAveragePooling1D"', f'"{kind}"')
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("it was loaded"))
    assert refused(file) == (
        f"The LVM-AI file a.h5 was not loaded: it has layers of the kind {kind}, which LVM-AI does not need and which "
        "may run a program. Use one of the published files."
    )


def test_a_lambda_layer_as_keras_writes_it(tmp_path):
    ecg = keras.Input((5000, 12), name=ECG)
    mean = keras.layers.Lambda(lambda x: x[:, 0], output_shape=(12,))(ecg)
    file = save(keras.Model(ecg, keras.layers.Dense(1, name=MASS)(mean)), tmp_path / "a.h5")
    assert "layers of the kind Lambda" in refused(file)


def test_safe_mode_stays_on_and_nothing_is_compiled(tmp_path, monkeypatch):
    file, given = place(tmp_path, zero_net()), {}
    whole = keras.saving.load_model
    monkeypatch.setattr(
        keras.saving, "load_model", lambda path, **options: given.update(options) or whole(path, **options)
    )
    load(file)
    assert given == {"compile": False, "safe_mode": True}
