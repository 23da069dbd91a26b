"""Body surface area, LV mass index, and the upper limit of normal for a stated modality."""

from dataclasses import dataclass

from lvm.recording import Sex

BSA_FORMULA = "Du Bois"


@dataclass(frozen=True)
class Limit:
    """Upper limit of the LV mass index; limits of different modalities are not interchangeable."""

    limit_g_m2: float
    modality: str
    source: str


# 97.5th percentile of 569 healthy people of the Copenhagen study.
CT_LIMITS: dict[Sex, Limit] = {
    "male": Limit(80.0, "CT", "Fuchs 2016, Eur Heart J Cardiovasc Imaging 17:1009"),
    "female": Limit(65.0, "CT", "Fuchs 2016, Eur Heart J Cardiovasc Imaging 17:1009"),
}


def bsa_m2(height_cm: float, weight_kg: float) -> float:
    """Body surface area after Du Bois 1916."""
    return float(0.007184 * weight_kg**0.425 * height_cm**0.725)
