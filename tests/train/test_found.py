"""Real ECGs, of which nobody knows the mass, beside made-up answers."""

import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from lvm.analysis import analyse
from lvm.cohort.simulate import Heart
from lvm.cohort.source import Source, criteria_of
from lvm.recording import Patient
from tests.helpers import recording
from tests.train.answers import ORIGIN, block, by_name, made, rows
from tests.train.planted import examples


@pytest.fixture(scope="module")
def real():
    """Twelve real ECGs, of men and women by turns, each of a patient of the table, at three voltages."""
    analyses = [analyse(recording(Heart(qrs_gain=gain, seed=k), Patient())) for k, gain in enumerate((0.8, 1.3, 2.2))]
    codes = ["NORM", "NORM", "LVH", "VCLVH", "NORM", "LVH", "LVH", "NORM", "NORM", "NORM", "LVH", "LVH IMI"]
    ages = [30, 40, 50, 60, 70, 80, 65, 55, 45, 35, None, 75]
    return tuple(
        Source(f"p{k}", ("male", "female")[k % 2], frozenset(codes[k].split()), analyses[k * 5 % 3], ORIGIN, ages[k])
        for k in range(12)
    )


def with_real(sources, **more):
    found = made(**more)
    data = examples(n=len(sources), beats=1, sexes=("male", "female"))
    data = replace(data, patient=np.array([s.patient for s in sources]), row=np.arange(len(sources)))
    said = {key: replace(s, real_g=s.real_g[:, : len(sources)]) for key, s in found.said.items()}
    return replace(found, sources=sources, real=data, said=said)


def auc(cell):
    value, low, high = map(float, re.fullmatch(r"(\d\.\d\d) \((\d\.\d\d)–(\d\.\d\d)\)", cell).groups())
    assert low <= value <= high
    return value


def test_real_ecgs_are_a_block_of_their_own(real):
    of = by_name(with_real(real))
    assert [[block.kind for block in table.blocks] for table in of.values()] == [
        ["paper", "cohort"], *[["paper", "cohort", "real"]] * 7
    ]  # fmt: skip
    assert "men: 6 ECGs, 3 of them coded LVH; women: 6 ECGs, 3 of them coded LVH." in block(of["Table 2"], "real").note
    own = [[block.kind for block in table.blocks] for table in by_name(with_real(real, kind="own")).values()]
    assert own == [["paper", "own"], *[["paper", "own", "real"]] * 7]
    for table in of.values():
        assert not any(" g" in cell for block in table.blocks[2:] for row in block.rows for cell in row)


def test_areas_on_real_ecgs_are_those_of_scikit_learn(real):
    found = with_real(real)
    of = by_name(found)
    by_sex = {sex: [k for k, s in enumerate(real) if s.sex == sex] for sex in ("male", "female")}
    lvh = np.array([s.coded_lvh for s in real])
    criteria = [criteria_of(s.analysis, s.sex) for s in real]
    age = np.array([np.nan if s.age_years is None else s.age_years for s in real])
    for column, at in enumerate(by_sex.values()):
        for label, key in [("ECG only", "ecg"), ("Model 2: model 1, axes and QRS duration", "model2")]:
            said_g = found.said[f"elvmassnet-all-{key}"].real_g
            unmet = np.array([said_g[k // 4, k] for k in range(12)])  # patients 0 to 3 were tested in the first fold
            cell = rows(of["Table 2"], "real")[label][column]
            assert auc(cell) == pytest.approx(roc_auc_score(lvh[at], unmet[at]), abs=0.006)
        for name in ("Cornell product", "Sokolow-Lyon"):
            values = [criteria[k][name] for k in at]
            cell = rows(of["Table 3"], "real")[f"Criterion: {name}"][column]
            assert auc(cell) == pytest.approx(roc_auc_score(lvh[at], values), abs=0.006)
        known = [k for k in at if not np.isnan(age[k])]
        cell = rows(of["Encoders"], "real")["The patient’s age alone, no ECG"][column]
        assert auc(cell) == pytest.approx(roc_auc_score(lvh[known], age[known]), abs=0.006)


def test_real_ecgs_by_sex(real):
    found = with_real(real)
    table = by_name(found)["Table 4"]
    cells = rows(table, "real")["eLVMass-Net, model 2"]
    for k, sex in enumerate(("male", "female")):
        assert cells[2 * k] == found.real_area("elvmassnet-all-model2", sex)
        assert cells[2 * k + 1] == found.real_area(f"elvmassnet-{sex}-model2", sex)
        assert auc(cells[2 * k]) >= 0
    assert cells[0] != cells[1]
    assert rows(table, "real")["ecgAI"][1] == "–"  # not trained


def test_real_ecgs_that_nobody_met_are_judged_by_all(real):
    strangers = tuple(replace(s, patient=f"stranger {s.patient}") for s in real)
    found = with_real(strangers)
    men = range(0, 12, 2)
    mean = found.said["elvmassnet-all-ecg"].real_g.mean(axis=0)
    expected = roc_auc_score([real[k].coded_lvh for k in men], mean[list(men)])
    assert auc(found.real_area("elvmassnet-all-ecg", "male")) == pytest.approx(expected, abs=0.006)


def test_real_ecgs_of_one_sex(real):
    men = tuple(s for s in real if s.sex == "male")
    found = with_real(men)
    assert found.real_area("age", "female") == found.real_area("elvmassnet-all-ecg", "female") == "–"
    unmet = [found.said["elvmassnet-all-ecg"].real_g[2 * k // 4, k] for k in range(6)]  # patients 0, 2, ... 10
    expected = roc_auc_score([s.coded_lvh for s in men], unmet)
    assert auc(found.real_area("elvmassnet-all-ecg", "male")) == pytest.approx(expected, abs=0.006)
    assert "men: 6 ECGs, 3 of them coded LVH; women: 0 ECGs" in found.real_note()


def test_one_class_alone_has_no_area(real):
    normal = tuple(s for s in real if s.normal)
    found = with_real(normal)
    assert found.real_area("age", "male") == found.real_area("Sokolow-Lyon", "female") == "–"


def test_a_network_of_women_says_nothing_of_men(real):
    found = with_real(real)
    found.said["elvmassnet-female-model2"].real_g[:, ::2] = np.nan
    assert found.real_area("elvmassnet-female-model2", "male") == "–"
    assert auc(found.real_area("elvmassnet-female-model2", "female")) >= 0
