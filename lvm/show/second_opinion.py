"""LVM-AI's second opinion in a clinician's words."""

from lvm.estimate import NAMES, Estimate
from lvm.second_opinion import SecondOpinion
from lvm.show.card_values import plain
from lvm.show.quality import marks
from lvm.show.words import lead_names, number

TITLE = "Second opinion: LVM-AI (CMR)"
NOT_CT = (
    "LVM-AI estimates LV mass as CMR measures it. Masses by CMR and by CT are not interchangeable, and neither are "
    "their limits."
)
ABOUT = (
    "LVM-AI (Khurshid et al., Circ Cardiovasc Imaging 2021;14:e012281) reads ten seconds of all leads, and learned "
    "from CMR of 32,239 people of the UK Biobank. Published: correlation with CMR r 0.79 there and 0.60 at Mass "
    "General Brigham; c-statistic for LV hypertrophy 0.653 and 0.621, where any rule of the ECG has 0.618 and 0.588."
)
_WHOSE = {
    True: "the one that the authors published, by its hash",
    False: "not one that the authors published, by its hash or size, so their figures do not hold for it",
    None: "of the name and size of one that the authors published; whether it is that one is not known",
}


def why_none(second: SecondOpinion) -> str:
    return plain(second.withheld)


def metrics(second: SecondOpinion, estimate: Estimate) -> list[tuple[str, str]]:
    """(name, value) of what LVM-AI gives; the mass carries the estimate's mark where that was overridden."""
    found = [
        (", ".join(filter(None, ("LV mass, CMR", marks(estimate)))), number(second.lvm_g, "g")),
        ("LV mass index, CMR", number(second.lvmi_g_m2, "g/m²")),
    ]
    if second.lvh_probability is not None:
        found.append(("LVH probability", number(100 * second.lvh_probability, "%")))
    return found


def verdict(second: SecondOpinion, estimate: Estimate) -> str:
    """The index against LVM-AI's own limit, and how far the mass is from the estimate."""
    limit, sex = second.limit, estimate.inputs["sex"].value
    if limit is None or second.lvm_g is None or estimate.lvm_g is None:
        return ""
    group = "men" if sex == "male" else "women"
    whose = f"the {limit.modality} limit for {group}, {limit.limit_g_m2:.0f} g/m² ({limit.source})"
    if second.lvmi_g_m2 is None:
        lacking = [NAMES[n] for n in ("height_cm", "weight_kg") if estimate.inputs[n].source in (None, "imputed")]
        index = f"To compare with {whose}, enter {lead_names(tuple(lacking))}."
    else:
        side = "**above**" if second.above_limit else "**not above**"
        index = f"{', '.join(filter(None, (number(second.lvmi_g_m2, 'g/m²'), marks(estimate))))}: {side} {whose}."
    off = round(second.lvm_g) - round(estimate.lvm_g)  # of the numbers as they stand on the page
    if off == 0:
        return f"{index} The mass is that of the estimate above."
    return f"{index} The mass is {number(abs(off), 'g')} {'more' if off > 0 else 'less'} than the estimate above."


def notes(second: SecondOpinion) -> list[str]:
    """Where LVM-AI comes from, what was unknown, what is odd, and whose file it is."""
    found = [ABOUT]
    unknown = ["age"] * ("age_years" in second.imputed)
    unknown += ["body-mass index"] * bool({"height_cm", "weight_kg"} & set(second.imputed))
    if unknown:
        found.append(f"Not known, so LVM-AI was given the mean of its training: {lead_names(tuple(unknown))}.")
    if second.lvh_probability is not None and second.limit is not None:
        found.append(
            f"LVH probability: that the index by CMR is above {second.limit.limit_g_m2:.0f} g/m², as LVM-AI gives it."
        )
    found += [plain(warning) for warning in second.warnings]
    found.append(
        f"The file {plain(second.file)} does not come with this application. It is {_WHOSE[second.published]}."
    )
    return found
