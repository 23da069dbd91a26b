import pytest

from lvm.reference import BSA_FORMULA, CT_LIMITS, bsa_m2


@pytest.mark.parametrize(
    ("height_cm", "weight_kg", "expected_m2"), [(170, 70, 1.8097), (180, 80, 1.9964), (160, 55, 1.5632)]
)
def test_body_surface_area_after_du_bois(height_cm, weight_kg, expected_m2):
    assert BSA_FORMULA == "Du Bois"
    assert bsa_m2(height_cm, weight_kg) == pytest.approx(expected_m2, abs=5e-5)


def test_limits_are_those_of_the_copenhagen_study_and_of_ct():
    assert CT_LIMITS["male"].limit_g_m2 == 80.0
    assert CT_LIMITS["female"].limit_g_m2 == 65.0
    for limit in CT_LIMITS.values():
        assert limit.modality == "CT"
        assert limit.source.startswith("Fuchs 2016")
