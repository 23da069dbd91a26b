import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lvm import second_opinion as lvm_ai
from lvm import weights
from lvm.__main__ import main
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import Input
from lvm.second_opinion import load, second_opinion
from tests import keras_file
from tests.keras_file import (
    ECG,
    MASS,
    PERSON,
    PUBLISHED,
    edit,
    estimate,
    network,
    place,
    random_net,
    reading_net,
    recording,
    save,
    save_2021,
    zero_net,
)

keras = keras_file.need_keras()
ROOT = Path(__file__).parents[1]
COLUMNS = ["I", "II", "III", "V1", "V2", "V3", "V4", "V5", "V6", "aVF", "aVL", "aVR"]
ALONE = "ecg_rest_raw_lvm_symmetric_loss.h5"


@pytest.mark.parametrize("write", [save, save_2021])
@pytest.mark.parametrize("numbers", [(), (1, 2, 1)])
def test_files_of_keras_3_and_of_2021_give_what_our_network_gives(tmp_path, write, numbers):
    import torch

    net = random_net(numbers)
    file = write(network(net), tmp_path / "a.h5")
    loaded = load(file)
    assert loaded.takes == ("ecg", "age", "sex", "bmi")[: 1 + len(numbers)]
    rng = np.random.default_rng(0)
    shapes = {"ecg": (5000, 12), "age": (1,), "sex": (2,), "bmi": (1,)}
    inputs = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    z, lvh = loaded(inputs)
    person = np.concatenate([np.empty(0, np.float32), *(inputs[name] for name in loaded.takes[1:])])
    ours, logits = net(torch.from_numpy(inputs["ecg"].T[None]), torch.from_numpy(person[None]))
    assert z == pytest.approx(ours.item(), abs=1e-4)
    assert lvh == (pytest.approx(logits.softmax(1)[0, 1].item(), abs=1e-4) if numbers else None)
    assert load(file) is loaded
    os.utime(file, ns=(0, 0))
    assert load(file) is not loaded


def test_what_keras_2_wrote_is_not_what_keras_3_writes(tmp_path):
    import h5py

    with h5py.File(place(tmp_path, random_net())) as file:
        text = file.attrs["model_config"]
        assert file.attrs["keras_version"] == "2.4.0"
        first = next(layer["name"] for layer in json.loads(text)["config"]["layers"] if layer["class_name"] == "Conv1D")
        assert file[f"model_weights/{first}/{first}/kernel:0"].shape == (71, 12, 2)
        assert "asymmetric_outlier_mse" in file.attrs["training_config"]
    assert '"batch_input_shape": [null, 5000, 12]' in text
    assert f'"inbound_nodes": [[["{ECG}", 0, 0, {{}}]]]' in text
    for new in ("module", "registered_name", "__keras_tensor__", "DTypePolicy", '"batch_shape"'):
        assert new not in text


def test_grams_and_limit_by_hand(tmp_path):
    file = place(tmp_path, zero_net(z=0.5, lvh=(0.0, float(np.log(3)))))
    second = second_opinion(recording({}), estimate(sex="female", bsa_m2=1.8), file)
    assert second.lvm_g == pytest.approx(89.70 + 24.80 / 2)
    assert second.lvmi_g_m2 == pytest.approx(102.10 / 1.8)  # 56.7
    assert (second.limit.limit_g_m2, second.limit.modality) == (55, "CMR")
    assert second.above_limit is True
    assert second.lvh_probability == pytest.approx(0.75)
    assert (second.withheld, second.warnings) == (None, ())
    man = second_opinion(recording({}), estimate(sex="male", bsa_m2=1.8), file)
    assert (man.limit.limit_g_m2, man.limit.modality, man.above_limit) == (72, "CMR", False)
    unknown_size = second_opinion(recording({}), estimate(sex="male"), file)
    assert (unknown_size.lvmi_g_m2, unknown_size.above_limit) == (None, None)


def test_units_and_lead_order_from_millivolts_to_grams(tmp_path):
    file = place(tmp_path, reading_net({column: 1.0 + column for column in range(12)}), ALONE)
    for column, lead in enumerate(COLUMNS):
        second = second_opinion(recording({lead: 0.2}, 7000), estimate(sex="male"), file)
        assert second.lvm_g == pytest.approx(89.70 + 24.80 * 0.1 * (1 + column), abs=0.01)
    assert second.lvh_probability is None
    assert second.imputed == ()


@pytest.mark.parametrize(
    ("name", "known", "z"),
    [
        ("age", {"age_years": 63.36 + 2 * 7.555}, 2),
        ("age", {}, 0),
        ("female", {"sex": "female"}, 1),
        ("male", {"sex": "female"}, 0),
        ("male", {"sex": "male"}, 1),
        ("bmi", {"height_cm": 200.0, "weight_kg": 4 * (27.34 + 4.772)}, 1),
        ("bmi", {"height_cm": 200.0}, 0),
    ],
)
def test_the_person_from_years_and_kilograms_to_grams(tmp_path, name, known, z):
    second = second_opinion(
        recording({}), estimate(**({"sex": "male"} | known)), place(tmp_path, reading_net({}, {name: 1.0}))
    )
    assert second.lvm_g == pytest.approx(89.70 + 24.80 * z, abs=0.01)
    assert second.imputed == tuple(n for n in ("age_years", "height_cm", "weight_kg") if n not in known)


def test_the_name_of_the_bmi_input_says_how_it_is_scaled(tmp_path):
    net = reading_net({}, {"bmi": 1.0})
    file = save_2021(network(net, (*PERSON[:2], "input_bmi_continuous")), tmp_path / "a.h5")
    assert load(file).bmi_scale == (27.43, 4.785)
    of = estimate(sex="male", height_cm=200.0, weight_kg=4 * (27.43 + 4.785))
    assert second_opinion(recording({}), of, file).lvm_g == pytest.approx(114.50, abs=0.01)


def test_inputs_are_found_in_any_order(tmp_path):
    net = reading_net({}, {"age": 1.0, "female": 10.0, "bmi": 100.0})
    model = network(net)
    ecg, age, sex, bmi = model.inputs
    file = save(keras.Model([bmi, ecg, sex, age], list(reversed(model.outputs))), tmp_path / "a.h5")
    assert load(file).takes == ("bmi", "ecg", "sex", "age")
    of = estimate(sex="female", age_years=63.36 + 7.555, height_cm=200.0, weight_kg=4 * (27.34 + 4.772))
    assert second_opinion(recording({}), of, file).lvm_g == pytest.approx(89.70 + 24.80 * 111, abs=0.1)


def test_an_imputed_value_of_the_estimate_is_unknown_here(tmp_path):
    file = place(tmp_path, reading_net({}, {"age": 1.0}))
    of = estimate(sex="male")
    of = replace(of, inputs=of.inputs | {"age_years": Input(90.0, "imputed")})
    second = second_opinion(recording({}), of, file)
    assert second.lvm_g == pytest.approx(89.70)
    assert second.imputed[0] == "age_years"


def test_withheld_where_the_estimate_is_and_where_ten_seconds_are_not(tmp_path):
    file = place(tmp_path, zero_net())
    of = replace(estimate(sex="male"), lvm_g=None, withheld="Paced rhythm.")
    second = second_opinion(recording({}), of, file)
    assert (second.lvm_g, second.withheld, second.published) == (None, "Paced rhythm.", None)
    second = second_opinion(recording({}, 4500), estimate(sex="male"), file)
    assert second.lvm_g is None
    assert second.withheld == "LVM-AI needs 10 s of ECG; the recording has 9 s."


def test_no_number_is_said_to_be_none(tmp_path):
    second = second_opinion(recording({}), estimate(sex="male"), place(tmp_path, zero_net(z=float("nan"))))
    assert second.lvm_g is None
    assert second.withheld == f"The LVM-AI file {PUBLISHED} gives no number for this ECG."


def test_an_output_of_another_name_is_remarked(tmp_path):
    model = network(zero_net(()))
    file = save(model, tmp_path / "age.h5")
    edit(file, MASS, "output_age_continuous")
    (warning,) = second_opinion(recording({}), estimate(sex="male"), file).warnings
    assert warning.startswith("The file calls its output “output_age_continuous”.")


def command_line(weights_folder, home, *arguments):
    """`python -m lvm` by itself, with its weights in another folder and the user's home where nothing is yet."""
    code = (
        "import sys; from pathlib import Path; from lvm import weights; from lvm.__main__ import main\n"
        "weights.FOLDER = Path(sys.argv.pop(1)); sys.exit(main(sys.argv[1:]))"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KERAS_")} | {"HOME": str(home)}
    command = [sys.executable, "-W", "error", "-c", code, str(weights_folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)


def test_the_command_line_prints_it_and_nothing_else(tmp_path):
    folder, home, ecg = tmp_path / "weights", tmp_path / "home", tmp_path / "ecg.xml"
    folder.mkdir()
    home.mkdir()
    (home / ".keras").mkdir()
    (home / ".keras" / "keras.json").write_text('{"backend": "tensorflow", "floatx": "float16"}')
    for shipped in weights.FOLDER.iterdir():
        if shipped.name != lvm_ai.FOLDER:
            (folder / shipped.name).symlink_to(shipped)
    save_2021(network(zero_net(z=0.5)), folder / lvm_ai.FOLDER / PUBLISHED)
    ecg.write_bytes(EXAMPLES[0].data())
    done = command_line(
        folder, home, "estimate", str(ecg), "--json", "--sex", "male", "--height", "170", "--weight", "70"
    )
    assert (done.stderr, done.returncode) == ("", 0)
    (line,) = done.stdout.splitlines()
    second = json.loads(line)["second_opinion"]
    assert list(second) == [
        "file", "sha256", "published", "lvm_g", "lvmi_g_m2", "lvh_probability", "imputed", "withheld", "warnings",
        "reference",
    ]  # fmt: skip
    assert second["file"] == PUBLISHED
    assert second["published"] is False
    assert second["lvm_g"] == pytest.approx(102.10)
    assert second["lvmi_g_m2"] == pytest.approx(102.10 / (0.007184 * 70**0.425 * 170**0.725))
    assert second["lvh_probability"] == 0.5
    assert second["withheld"] is None
    assert {k: second["reference"][k] for k in ("limit_g_m2", "modality", "above")} == {
        "limit_g_m2": 72, "modality": "CMR", "above": False,
    }  # fmt: skip
    assert [path.name for path in (home / ".keras").iterdir()] == ["keras.json"]


def test_the_command_line_without_and_with_a_file_that_cannot_be_used(tmp_path, monkeypatch, capsys):
    ecg = tmp_path / "ecg.xml"
    ecg.write_bytes(EXAMPLES[0].data())
    monkeypatch.setattr(lvm_ai, "find", lambda: None)
    assert main(["estimate", str(ecg), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["second_opinion"] is None
    nonsense = tmp_path / PUBLISHED
    nonsense.write_bytes(b"nonsense")
    monkeypatch.setattr(lvm_ai, "find", lambda: nonsense)
    assert main(["estimate", str(ecg), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["lvm_g"] > 0
    assert row["second_opinion"]["lvm_g"] is None
    assert row["second_opinion"]["withheld"].startswith("The LVM-AI file")
    assert main(["estimate", str(ecg), "--json", "--age", "12"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["second_opinion"]["withheld"] == row["withheld"]
    assert main(["estimate", str(ecg)]) == 0
    assert "second_opinion:\n  file: " in capsys.readouterr().out
