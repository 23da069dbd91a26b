import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lvm.read
from lvm import explain
from lvm.__main__ import METHODS, main, parser
from lvm.cohort.examples import EXAMPLES
from lvm.recording import LEADS

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
        "file", "format", "version", "sampling_rate_hz", "low_pass_hz", "duration_s", "leads", "derived_leads",
        "patient", "device", "acquired_at", "pacemaker", "findings", "representative_beat", "left_out", "warnings",
    ]  # fmt: skip
    assert row["file"] == ecg
    assert row["leads"] == ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    assert row["derived_leads"] == ["III", "aVR", "aVL", "aVF"]
    assert row["findings"] == []
    assert row["representative_beat"] is None
    assert row["left_out"] == []
    samples = np.load(out)
    assert samples.dtype == np.float32
    assert samples.shape == (12, round(row["duration_s"] * row["sampling_rate_hz"]))


def test_beats(ecg, capsys):
    assert main(["beats", ecg, "--json"]) == 0
    (row,) = objects(capsys)
    assert len(row["beats"]) >= 8
    assert row["beats"][row["chosen_beat"]]["usable"]
    assert set(row["beats"][0]) == {
        "r_s", "p_onset_s", "p_offset_s", "qrs_onset_s", "qrs_offset_s", "t_onset_s", "t_offset_s", "usable", "reason",
        "uncertain", "margins_ms",
    }  # fmt: skip
    assert row["quality"] == {"usable": True, "issues": []}
    from_r_ms = row["average_beat"]["boundaries_from_r_ms"]
    assert from_r_ms["p_onset"] < from_r_ms["qrs_onset"] < 0 < from_r_ms["qrs_offset"] < from_r_ms["t_offset"]
    assert row["timing"]["qtc_fridericia_ms"] > 300
    assert set(row["amplitudes_mv"]["r"]) == set(LEADS)


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
    assert row["out_of_scope"] == []
    assert row["overridden"] is False


def test_an_estimate_out_of_scope_is_withheld_until_it_is_overridden(ecg, capsys):
    assert main(["estimate", ecg, "--json", "--age", "12"]) == 0
    (row,) = objects(capsys)
    (reason,) = row["out_of_scope"]
    assert reason.startswith("Age 12 (set by hand): ")
    assert row["withheld"] == reason
    assert row["lvm_g"] is None
    assert row["overridden"] is False
    assert main(["explain", ecg, "--json", "--age", "12"]) == 2
    assert reason in capsys.readouterr().err
    for command in ("estimate", "explain"):
        assert main([command, ecg, "--json", "--age", "12", "--override-scope"]) == 0
        (row,) = objects(capsys)
        assert row["lvm_g"] > 0
        assert row["overridden"] is True
        assert row["out_of_scope"] == [reason]
        assert row["warnings"][0] == f"Overridden: {reason}"


def test_a_bundle_can_be_named(ecg, capsys):
    assert main(["estimate", ecg, "--json", "--sex", "male", "--bundle", "male-model1"]) == 0
    (row,) = objects(capsys)
    assert row["model"]["bundle"] == "male-model1"
    assert main(["estimate", ecg, "--json", "--bundle", "no-such"]) == 2
    assert "There is no weights bundle of that name" in capsys.readouterr().err


def test_explain(ecg, capsys):
    assert main(["explain", ecg, "--json", "--threshold", "0.1"]) == 0
    (row,) = objects(capsys)
    assert (row["method"], row["threshold"]) == (explain.DEFAULT, 0.1)
    assert [(c["segment"], c["group"]) for c in row["table"]] == [
        (segment, group)
        for segment in ("PR interval", "QRS interval", "ST segment", "T wave", "TP interval")
        for group in ("limb", "precordial")
    ]
    assert sum(c["share"] for c in row["table"]) == pytest.approx(1)
    assert row["baseline"]["lvm_g"] > 0
    trust = row["trust"]
    assert trust["verdict"] in ("good", "caution", "bad")
    assert set(trust["checks"].values()) <= {"good", "caution", "bad", "unknown"}
    assert -1 <= trust["randomised_similarity"] <= 1
    assert trust["agreement_with"] == "shapley"
    assert [d["segment"] for d in trust["deletion"]] == [c["segment"] for c in row["table"]]
    assert trust["largest"] == max(row["table"], key=lambda c: c["share"])["segment"] + " precordial"


@pytest.mark.parametrize("method", METHODS)
def test_explain_by_every_method(ecg, capsys, method):
    assert main(["explain", ecg, "--json", "--method", method]) == 0
    (row,) = objects(capsys)
    parts = [c["grams"] for c in row["table"]] + [s["grams"] for s in row["scalars"]]
    if method == "grad-cam":
        assert set(parts) == {None}
        assert row["baseline"]["lvm_g"] is None
        assert row["trust"]["completeness_gap_g"] is None
        return
    gap_g = row["lvm_g"] - row["baseline"]["lvm_g"] - sum(parts)
    assert gap_g == pytest.approx(row["trust"]["completeness_gap_g"], abs=1e-6)
    if method == "shapley":
        assert abs(gap_g) < 0.1
    if method == "integrated-gradients":
        assert abs(gap_g) < 0.01 * abs(row["lvm_g"] - row["baseline"]["lvm_g"])


def test_explain_in_four_lead_groups(ecg, capsys):
    assert main(["explain", ecg, "--json", "--method", "shapley", "--lead-groups", "4"]) == 0
    (row,) = objects(capsys)
    assert [c["group"] for c in row["table"]][:4] == ["anterior", "lateral", "inferior", "aVR"]
    assert sum(c["share"] for c in row["table"]) == pytest.approx(1)
    assert abs(row["trust"]["completeness_gap_g"]) < 0.1


def test_the_methods_of_the_command_line_are_all_there_are():
    assert set(METHODS) == set(explain.METHODS)
    assert len(METHODS) == 7
    for method in METHODS:
        assert parser().parse_args(["explain", "x", "--method", method]).method == method


def test_what_is_not_said_to_explain_is_left_to_the_library(capsys):
    given = parser().parse_args(["explain", "x"])
    assert (given.method, given.threshold, given.lead_groups) == (None, None, 2)
    given = parser().parse_args(["explain", "x", "--lead-groups", "4", "--threshold", "0"])
    assert (given.threshold, given.lead_groups) == (0.0, 4)
    for wrong in (["--method", "guess"], ["--lead-groups", "3"], ["--threshold", "1.1"]):
        with pytest.raises(SystemExit) as stop:
            main(["explain", "x", *wrong])
        assert stop.value.code == 2
        assert wrong[0] in capsys.readouterr().err


def test_for_people_says_the_same(ecg, capsys):
    assert main(["estimate", ecg]) == 0
    text = capsys.readouterr().out
    assert "lvm_g: " in text
    assert "  qrs_duration_ms:\n    value: " in text
    assert "Sokolow-Lyon" in text


def test_samples_that_cannot_be_written(ecg, tmp_path, capsys):
    assert main(["read", ecg, "--samples", str(tmp_path / "no-folder" / "x.npy")]) == 2
    assert "The samples cannot be written: No such file or directory." in capsys.readouterr().err


def test_the_profile_of_a_recording(ecg, tmp_path, capsys):
    out = tmp_path / "profile.csv.gz"  # a name is only a name
    assert main(["beats", ecg, "--json", "--profile", str(out)]) == 0
    (row,) = objects(capsys)
    header, *lines = out.read_text(encoding="utf-8").splitlines()
    assert header == "lead,segment,highest_mv,lowest_mv,area_mv_ms,slope_mv_per_s,duration_ms"
    assert len(lines) == 72
    values = {tuple(line.split(",")[:2]): line.split(",")[2:] for line in lines}
    assert float(values["V5", "QRS"][0]) == pytest.approx(row["amplitudes_mv"]["r"]["V5"], abs=0.01)
    assert float(values["V5", "QRS"][-1]) == row["measured"]["qrs_duration_ms"]


def test_a_profile_that_cannot_be_written(ecg, tmp_path, capsys):
    assert main(["beats", ecg, "--profile", str(tmp_path / "no-folder" / "x.csv")]) == 2
    assert "The profile cannot be written: No such file or directory." in capsys.readouterr().err


@pytest.mark.parametrize(("command", "option"), [("read", "--samples"), ("beats", "--profile")])
def test_one_file_at_a_time_where_something_is_written(ecg, tmp_path, capsys, command, option):
    out = tmp_path / "out"
    assert main([command, ecg, ecg, option, str(out)]) == 2
    assert capsys.readouterr().err == f"{option} takes one file at a time.\n"
    assert not out.exists()


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
            *(115.4, 8, 0.315),
        ),
        (
            "philips_sierra_xml/3191723_ZZDEMOPTONLY_1_04_orig.xml",
            ["--height", "170", "--weight", "70"],
            *(122.4, 14, 0.376),
        ),
        ("philips_sierra_xml/2020-5-18_1_04_01.xml", ["--sex", "female"], 97.8, 10, 0.244),
        ("philips_sierra_xml/129DYPRG_1_03.xml", ["--override-scope"], 159.8, 6, 0.188),
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
    as_in_the_paper = ["--method", "gradient", "--threshold", "0"]
    assert main(["explain", str(shared / "ecg-files" / file), "--json", *as_in_the_paper, *options]) == 0
    (row,) = objects(capsys)
    assert sum(c["share"] for c in row["table"]) == pytest.approx(1)
    assert row["table"][3]["share"] == pytest.approx(qrs_precordial, abs=0.005)


@pytest.mark.parametrize("file", ["129DYPRG_1_03.xml", "repbeats_example_1_03.xml"])
def test_a_real_file_with_a_wide_qrs_is_withheld(shared, capsys, file):
    path = str(shared / "ecg-files" / "philips_sierra_xml" / file)
    assert main(["estimate", path, "--json"]) == 0
    (row,) = objects(capsys)
    assert row["lvm_g"] is None
    assert row["withheld"] == (
        "QRS 135 ms (device): bundle branch block and a QRS of 120 ms or more were excluded from the paper's patients."
    )
    assert row["criteria"]


def test_the_devices_own_beat_and_what_was_left_out(shared, capsys):
    path = str(shared / "ecg-files" / "philips_sierra_xml" / "2020-5-18_1_04_01.xml")
    assert main(["read", path, "--json"]) == 0
    (row,) = objects(capsys)
    assert row["representative_beat"] == {"sampling_rate_hz": 1000.0, "duration_s": 1.2}
    assert "name" in row["left_out"]


def test_only_regular_files_of_an_ecgs_size_are_opened(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    large = tmp_path / "large.xml"
    large.touch()
    os.truncate(large, 6 * 2**20)
    for path, said in (
        (str(tmp_path), "This is a folder. Give the file of one ECG."),
        (str(tmp_path / "pipe"), "This is no regular file but a device or a pipe."),
        ("/dev/zero", "This is no regular file but a device or a pipe."),
        (str(large), "The file is larger than 5 MB"),
        ("no\0name", "The file cannot be opened: that is no file name."),
        (str(tmp_path / ("x" * 300)), "The file cannot be opened: File name too long."),
    ):
        assert main(["read", path]) == 2
        assert said in capsys.readouterr().err


def test_what_is_too_large_is_never_loaded(tmp_path, monkeypatch):
    large = tmp_path / "large.xml"
    large.touch()
    os.truncate(large, 6 * 2**20)
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("it was opened"))
    assert main(["read", str(large)]) == 2


def test_a_reader_gets_the_files_beside_and_no_others(ecg, tmp_path, monkeypatch):
    given = {}

    def asks(data, beside):
        names = ("signal.dat", "absent", "folder", "huge", "pipe", "", ".", "..", "n\0l", "x" * 300)
        names += ("../ecg/signal.dat", "/etc/hostname", "a\\b", "c:d", str(folder / "signal.dat"), "folder/signal.dat")
        given.update({name: beside(name) for name in names})
        return read(data)

    folder = tmp_path / "ecg"
    for name in (folder, folder / "folder"):
        name.mkdir()
        (name / "signal.dat").write_bytes(b"samples")
    (folder / "huge").touch()
    os.truncate(folder / "huge", 6 * 2**20)
    os.mkfifo(folder / "pipe")
    (folder / "record.hea").write_bytes(Path(ecg).read_bytes())
    read = lvm.read.read
    monkeypatch.setattr(lvm.read, "read", asks)
    assert main(["read", str(folder / "record.hea")]) == 0
    assert given.pop("signal.dat") == b"samples"
    assert set(given.values()) == {None}
    assert len(given) == 15


@pytest.mark.parametrize(
    "words", [["--age", "-1"], ["--height", "1.70"], ["--weight", "nan"], ["--sex", "unknown"]], ids=lambda w: w[0]
)
def test_implausible_options_are_refused(ecg, words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["estimate", ecg, *words])
    assert stop.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_a_wrong_option_is_one_line(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["estimate", "--no-such-option", "x.xml"])
    assert exit_.value.code == 2
    assert capsys.readouterr().err == "python -m lvm: unrecognized arguments: --no-such-option. See --help.\n"
