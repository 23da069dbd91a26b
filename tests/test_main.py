import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lvm.__main__ import main
from lvm.cohort.examples import EXAMPLES

ROOT = Path(__file__).parents[1]


@pytest.fixture
def ecg(tmp_path):
    file = tmp_path / "ecg.xml"
    file.write_bytes(EXAMPLES[0].data())
    return str(file)


def objects(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_read(ecg, capsys, tmp_path):
    out = tmp_path / "samples.npy"
    assert main(["read", ecg, "--json", "--samples", str(out)]) == 0
    (row,) = objects(capsys)
    assert list(row) == [
        "file", "format", "version", "sampling_rate_hz", "duration_s", "leads", "derived_leads", "patient", "device",
        "acquired_at", "pacemaker", "warnings",
    ]  # fmt: skip
    assert row["file"] == ecg
    assert row["leads"] == ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    assert row["derived_leads"] == ["III", "aVR", "aVL", "aVF"]
    samples = np.load(out)
    assert samples.dtype == np.float32
    assert samples.shape == (12, round(row["duration_s"] * row["sampling_rate_hz"]))


def test_beats(ecg, capsys):
    assert main(["beats", ecg, "--json"]) == 0
    (row,) = objects(capsys)
    assert len(row["beats"]) >= 8
    assert row["beats"][row["chosen_beat"]]["usable"]
    assert set(row["beats"][0]) == {
        "r_s", "p_onset_s", "p_offset_s", "qrs_onset_s", "qrs_offset_s", "t_onset_s", "t_offset_s", "usable", "reason"
    }  # fmt: skip
    assert row["quality"] == {"usable": True, "issues": []}


def test_estimate(ecg, capsys):
    arguments = ["--sex", "female", "--age", "60", "--height", "160", "--weight", "60"]
    assert main(["estimate", ecg, "--json", *arguments]) == 0
    (row,) = objects(capsys)
    assert row["inputs"]["sex"] == {"value": "female", "source": "typed"}
    assert row["model"]["bundle"] == "female-model2"
    assert len(row["model"]["sha256"]) == 64
    assert row["interval_g"][0] < row["lvm_g"] < row["interval_g"][1]
    assert row["reference"]["modality"] == "CT"
    assert row["reference"]["limit_g_m2"] == 65
    assert row["reference"]["above"] == (row["lvmi_g_m2"] > 65)
    assert len(row["per_fold_g"]) == 5
    assert len(row["per_beat_g"]) >= 6
    assert {c["name"] for c in row["criteria"]} >= {"Sokolow-Lyon", "Cornell voltage"}
    assert row["withheld"] is None


def test_a_bundle_can_be_named(ecg, capsys):
    assert main(["estimate", ecg, "--json", "--sex", "male", "--bundle", "male-model1"]) == 0
    (row,) = objects(capsys)
    assert row["model"]["bundle"] == "male-model1"
    assert main(["estimate", ecg, "--json", "--bundle", "no-such"]) == 2
    assert "There is no weights bundle of that name" in capsys.readouterr().err


def test_explain(ecg, capsys):
    assert main(["explain", ecg, "--json", "--threshold", "0.1"]) == 0
    (row,) = objects(capsys)
    assert row["method"] == "gradient"
    assert [(c["segment"], c["group"]) for c in row["table"]] == [
        (segment, group)
        for segment in ("PR interval", "QRS interval", "ST segment", "T wave", "TP interval")
        for group in ("limb", "precordial")
    ]
    assert sum(c["share"] for c in row["table"]) == pytest.approx(1)
    assert row["baseline"]["lvm_g"] > 0


def test_for_people_says_the_same(ecg, capsys):
    assert main(["estimate", ecg]) == 0
    text = capsys.readouterr().out
    assert "lvm_g: " in text
    assert "  qrs_duration_ms:\n    value: " in text
    assert "Sokolow-Lyon" in text


def test_samples_that_cannot_be_written(ecg, tmp_path, capsys):
    assert main(["read", ecg, "--samples", str(tmp_path / "no-folder" / "x.npy")]) == 2
    assert "The samples cannot be written: No such file or directory." in capsys.readouterr().err


def test_nobody_reading_the_output_is_no_error(ecg):
    command = f"{shlex.quote(sys.executable)} -m lvm beats {shlex.quote(ecg)} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=ROOT, check=False)
    assert done.stderr == b""


def test_one_bad_file_is_one_line_and_status_2(tmp_path, capsys):
    bad = tmp_path / "page.xml"
    bad.write_text("<html><body>Please log in</body></html>")
    assert main(["estimate", str(bad), "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "Traceback" not in printed.err


def test_one_bad_file_does_not_stop_the_rest(ecg, tmp_path, capsys):
    missing = str(tmp_path / "missing.xml")
    assert main(["read", missing, ecg, "--json"]) == 0
    first, second = objects(capsys)
    assert first["file"] == missing
    assert first["error"].startswith("The file cannot be opened")
    assert second["file"] == ecg
    assert main(["read", missing, missing, "--json"]) == 2


def test_unknown_sex_is_withheld_not_guessed(capsys, shared):
    file = str(shared / "ecg-files" / "ge_muse_xml" / "braveheart_example1.xml")
    assert main(["estimate", file, "--json"]) == 0
    (row,) = objects(capsys)
    assert row["lvm_g"] is None
    assert row["withheld"].startswith("The sex is not in the file")
    assert main(["explain", file, "--json"]) == 2
    assert "no estimate to explain" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "options", "lvm_g", "beats", "qrs_precordial"),
    [
        (
            "ge_muse_xml/braveheart_example1.xml",
            ["--sex", "male", "--age", "60", "--height", "170", "--weight", "70"],
            *(112.3, 8, 0.287),
        ),
        (
            "philips_sierra_xml/3191723_ZZDEMOPTONLY_1_04_orig.xml",
            ["--height", "170", "--weight", "70"],
            *(115.0, 14, 0.306),
        ),
        ("philips_sierra_xml/2020-5-18_1_04_01.xml", ["--sex", "female"], 90.6, 10, 0.374),
        ("philips_sierra_xml/129DYPRG_1_03.xml", [], 142.9, 6, 0.251),
    ],
)
def test_real_files_through_the_whole_chain(shared, capsys, file, options, lvm_g, beats, qrs_precordial):
    assert main(["estimate", str(shared / "ecg-files" / file), "--json", *options]) == 0
    (row,) = objects(capsys)
    assert row["lvm_g"] == pytest.approx(lvm_g, abs=0.2)
    assert len(row["per_fold_g"]) == 5
    assert len(row["per_beat_g"]) == beats
    for name in ("p_axis_deg", "qrs_axis_deg", "t_axis_deg", "qrs_duration_ms"):
        assert row["inputs"][name]["source"] == "device"
    assert main(["explain", str(shared / "ecg-files" / file), "--json", *options]) == 0
    (row,) = objects(capsys)
    assert sum(c["share"] for c in row["table"]) == pytest.approx(1)
    assert row["table"][3]["share"] == pytest.approx(qrs_precordial, abs=0.005)


@pytest.mark.parametrize(
    "words", [["--age", "-1"], ["--height", "1.70"], ["--weight", "nan"], ["--sex", "unknown"]], ids=lambda w: w[0]
)
def test_implausible_options_are_refused(ecg, words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["estimate", ecg, *words])
    assert stop.value.code == 2
    assert words[0] in capsys.readouterr().err
