"""LVM-AI's second opinion in a clinician's words."""

from lvm.estimate import NAMES, Estimate
from lvm.language import listed, mark, tr
from lvm.second_opinion import SecondOpinion
from lvm.show.card_values import plain
from lvm.show.quality import marks
from lvm.show.words import lead_names, number

TITLE = mark("Second opinion: LVM-AI (CMR)")
NOT_CT = mark(
    "LVM-AI estimates LV mass as CMR measures it. Masses by CMR and by CT are not interchangeable, and neither are "
    "their limits."
)
ABOUT = mark(
    "LVM-AI (Khurshid et al., Circ Cardiovasc Imaging 2021;14:e012281) reads ten seconds of all leads, and learned "
    "from CMR of 32,239 people of the UK Biobank. Published: correlation with CMR r 0.79 there and 0.60 at Mass "
    "General Brigham; c-statistic for LV hypertrophy 0.653 and 0.621, where any rule of the ECG has 0.618 and 0.588."
)
_WHOSE = {
    True: mark("the one that the authors published, by its hash"),
    False: mark("not one that the authors published, by its hash or size, so their figures do not hold for it"),
    None: mark("of the name and size of one that the authors published; whether it is that one is not known"),
}


def why_none(second: SecondOpinion) -> str:
    return plain(None if second.withheld is None else tr(second.withheld))


def metrics(second: SecondOpinion, estimate: Estimate) -> list[tuple[str, str]]:
    """(name, value) of what LVM-AI gives; the mass carries the estimate's mark where that was overridden."""
    title = mark("LV mass, CMR")
    found = [
        (tr(listed(filter(None, (title, marks(estimate))))), number(second.lvm_g, "g")),
        (tr("LV mass index, CMR"), number(second.lvmi_g_m2, "g/m²")),
    ]
    if second.lvh_probability is not None:
        found.append((tr("LVH probability"), number(100 * second.lvh_probability, "%")))
    return found


def verdict(second: SecondOpinion, estimate: Estimate) -> str:
    """The index against LVM-AI's own limit, and how far the mass is from the estimate."""
    limit, sex = second.limit, estimate.inputs["sex"].value
    if limit is None or second.lvm_g is None or estimate.lvm_g is None:
        return ""
    whose = tr(
        "the {modality} limit for {group}, {limit} ({source})",
        modality=limit.modality, group=mark("men") if sex == "male" else mark("women"),
        limit=number(limit.limit_g_m2, "g/m²"), source=limit.source,
    )  # fmt: skip
    if second.lvmi_g_m2 is None:
        lacking = [tr(NAMES[n]) for n in ("height_cm", "weight_kg") if estimate.inputs[n].source in (None, "imputed")]
        index = tr("To compare with {whose}, enter {lacking}.", whose=whose, lacking=lead_names(tuple(lacking)))
    else:
        size = tr(listed(filter(None, (number(second.lvmi_g_m2, "g/m²"), marks(estimate)))))
        above, below = mark("{size}: **above** {whose}."), mark("{size}: **not above** {whose}.")
        index = tr(above if second.above_limit else below, size=size, whose=whose)
    off = round(second.lvm_g) - round(estimate.lvm_g)  # of the numbers as they stand on the page
    if off == 0:
        return tr("{index} The mass is that of the estimate above.", index=index)
    more = mark("{index} The mass is {grams} more than the estimate above.")
    less = mark("{index} The mass is {grams} less than the estimate above.")
    return tr(more if off > 0 else less, index=index, grams=number(abs(off), "g"))


def notes(second: SecondOpinion) -> list[str]:
    """Where LVM-AI comes from, what was unknown, what is odd, and whose file it is."""
    found = [tr(ABOUT)]
    unknown = [tr(NAMES["age_years"])] * ("age_years" in second.imputed)
    unknown += [tr("body-mass index")] * bool({"height_cm", "weight_kg"} & set(second.imputed))
    if unknown:
        words = lead_names(tuple(unknown))
        found.append(tr("Not known, so LVM-AI was given the mean of its training: {words}.", words=words))
    if second.lvh_probability is not None and second.limit is not None:
        found.append(
            tr(
                "LVH probability: that the index by CMR is above {limit}, as LVM-AI gives it.",
                limit=number(second.limit.limit_g_m2, "g/m²"),
            )
        )
    found += [plain(tr(warning)) for warning in second.warnings]
    found.append(
        tr(
            "The file {file} does not come with this application. It is {whose}.",
            file=plain(second.file),
            whose=_WHOSE[second.published],
        )
    )
    return found
