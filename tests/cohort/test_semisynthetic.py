import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.ptbxl import Source, sources
from lvm.cohort.semisynthetic import SCALARS, TABLE_1, TARGET_CORRELATION, build
from lvm.cohort.simulate import Heart
from lvm.errors import CohortError
from tests.helpers import recording


@pytest.fixture(scope="module")
def people():
    """Thirty simulated men of differing voltage, axis and QRS duration."""
    rng = np.random.default_rng(5)
    found = []
    for k in range(30):
        heart = Heart(
            qrs_gain=rng.uniform(0.7, 1.3),
            qrs_axis_deg=rng.uniform(-20, 70),
            qrs_duration_ms=rng.uniform(84, 104),
            seed=k,
        )
        codes = frozenset({"NORM"} if k < 24 else {"LVH"})
        found.append(Source(k, "male", codes, analyse(recording(heart))))
    return found


def test_cohort_has_table_1_and_the_targets(people):
    cohort = build(people, "male", 1500, seed=3)
    table = TABLE_1["male"]
    assert cohort.beats_mv.shape == (1500, 12, 450)
    assert cohort.beats_mv.dtype == np.float32
    assert cohort.lvm_g.mean() == pytest.approx(table["lvm_g"][0], rel=0.01)
    assert cohort.lvm_g.std() == pytest.approx(table["lvm_g"][1], rel=0.10)
    for column, key in (
        ("age_years", "age"),
        ("height_cm", "height"),
        ("weight_kg", "weight"),
    ):
        values = cohort.scalars[:, SCALARS.index(column)]
        assert np.nanmean(values) == pytest.approx(table[key][0], rel=0.05)
    for name, target in TARGET_CORRELATION.items():
        assert cohort.report[f"r_{name}"] == pytest.approx(target, abs=0.08)
    assert np.unique(cohort.patient).size == 30


def test_the_same_seed_gives_the_same_cohort(people):
    one, same, other = (build(people, "male", 60, seed) for seed in (1, 1, 2))
    assert (one.beats_mv == same.beats_mv).all()
    assert (one.lvm_g == same.lvm_g).all()
    assert (one.lvm_g != other.lvm_g).any()


def test_the_truth_is_more_than_the_ecg_and_the_body_tell(people):
    cohort = build(people, "male", 1500, seed=3)
    off = np.log(cohort.lvm_g / cohort.expected_g)
    assert off.std() == pytest.approx(cohort.report["residual_log_sd"], rel=0.1)
    assert abs(np.corrcoef(off, np.log(cohort.expected_g))[0, 1]) < 0.08


def test_no_recording_of_that_sex(people):
    with pytest.raises(CohortError, match="0 female patients have usable recordings"):
        build(people, "female", 10, seed=1)


def test_ptbxl_leaves_out_what_the_paper_does(shared):
    found = sources(shared / "ecg-data" / "ptbxl")
    assert len(found) == 319
    assert not any(s.codes & {"CLBBB", "CRBBB", "AFIB", "AFLT", "PACE"} for s in found)
    assert sum(s.coded_lvh for s in found) == 23


def test_a_folder_without_ptbxl_is_refused(tmp_path):
    with pytest.raises(CohortError, match=r"has no ptbxl_database.csv"):
        sources(tmp_path)
