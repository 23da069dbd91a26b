import shutil

import pytest

from lvm import segmenter
from lvm.__main__ import main
from lvm.errors import LvmError
from lvm.train import segmenter_bundle
from lvm.train.segmenter import Recipe, train_fold
from lvm.train.segmenter_bundle import train_segmenter

QUICK = Recipe(steps=2, first_steps=2, batch=2, times=1024)


@pytest.fixture
def part_of_ludb(shared, tmp_path):
    """Ten records."""
    folder = tmp_path / "ludb"
    (folder / "data").mkdir(parents=True)
    for number in range(1, 11):
        for file in (shared / "ecg-data" / "ludb" / "data").glob(f"{number}.*"):
            shutil.copy(file, folder / "data")
    return folder


def test_a_bundle_from_ludb_to_use(part_of_ludb, tmp_path, capsys):
    card = train_segmenter(part_of_ludb, part_of_ludb, tmp_path / "weights", QUICK)
    assert [len(test) for test in card["test_records_by_fold"]] == [2] * 5
    assert sorted(n for test in card["test_records_by_fold"] for n in test) == list(range(1, 11))
    metrics = card["metrics"]
    assert set(metrics["ludb_out_of_fold"]) == {
        "p_onset", "p_offset", "qrs_onset", "qrs_offset", "t_onset", "t_offset"
    }  # fmt: skip
    assert "10 recordings with cardiologists’ marks" in card["training_data"]
    assert len(segmenter.load(tmp_path / "weights").folds) == 5
    assert sorted(p.name for p in (tmp_path / "weights").iterdir()) == ["segmenter"]
    assert "step" not in capsys.readouterr().out


def test_a_run_goes_on_with_the_networks_that_are_there(part_of_ludb, tmp_path, monkeypatch):
    trained = []

    def stops(test, *args):
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append(test)
        return train_fold(test, *args)

    monkeypatch.setattr(segmenter_bundle, "train_fold", stops)
    with pytest.raises(KeyboardInterrupt):
        train_segmenter(part_of_ludb, None, tmp_path / "weights", QUICK)
    trained.clear()
    train_segmenter(part_of_ludb, None, tmp_path / "weights", QUICK)
    assert len(trained) == 2
    assert len(segmenter.load(tmp_path / "weights").folds) == 5


def test_a_folder_without_ludb_is_refused(tmp_path, capsys):
    with pytest.raises(LvmError, match="no LUDB records"):
        train_segmenter(tmp_path, None, tmp_path / "weights", QUICK)
    assert main(["segmenter", "--ludb", str(tmp_path)]) == 2
    assert "no LUDB records" in capsys.readouterr().err
    assert not (tmp_path / "weights").exists()
