import pytest

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import estimate
from lvm.explain import explain, subject_of
from lvm.read import read
from lvm.show import explained
from lvm.weights import load


@pytest.fixture(scope="module")
def case():
    """The woman whose height is not in the file."""
    analysis = analyse(read(EXAMPLES[3].data()))
    e = estimate(analysis)
    return e, subject_of(analysis, e, load(e.card.name))


def test_a_picture_says_by_what_it_was_made_and_what_it_is_not(case):
    e, subject = case
    x = explain(subject)
    said = explained.on_picture(x, e, 5)
    assert said[0].startswith("SmoothGrad, weights female-model2. Beat 6, estimate ")
    assert said[1] == "Not trained on any measured LV mass: a demonstration on a semi-synthetic cohort."
    assert said[2] == explained.SENSITIVE
    odd = explained.on_picture(x, e, 5, shuffled=True, edited=True)
    assert "female-model2, shuffled: a network that has learned nothing." in odd[0]
    assert odd[2].endswith("Boundaries were moved by hand.")


def test_above_a_table_stands_whose_it_is_by_label(case):
    e, subject = case
    x = explain(subject)
    said = explained.on_table("Uploaded ECG", x, e, 5, edited=True)
    assert said == ["Uploaded ECG.", *explained.on_picture(x, e, 5, edited=True)]


def test_what_is_imputed_is_not_called_the_patient_s(case):
    e, _ = case
    assert explained.named(e, "height_cm") == "Height (not known)"
    assert explained.named(e, "weight_kg") == "Weight"


def test_the_steps_say_where_they_start_and_how_exact_they_are(case):
    _, subject = case
    x = explain(subject, "shapley")
    said = explained.steps(x, None)
    assert f"whose estimate is the cohort’s mean estimate, {x.baseline_lvm_g:.1f} g, and add up to this one" in said
    assert "Patient values first" in said
    assert explained.steps(x, 0.04).endswith("each is right to about 0.1 g.")
