"""What the papers report, as data: measured on their patients, none of it here.

Pan 2026 names a table by its number; of Tables S1 and S2 and of the encoders the public text only says which was best.
P values of Tables 2 to 4: abstract of the preprint, medRxiv 2024.02.19.24303061.
"""

from itertools import product
from typing import Literal

from lvm import written
from lvm.cohort.mass import TABLE_1 as _BY_SEX
from lvm.evaluation import Block, Table
from lvm.language import mark
from lvm.net.config import Sexes
from lvm.recording import LEAD_GROUPS
from lvm.waves import SEGMENTS

Third = Literal["low", "middle", "high"]  # of the LV mass
THIRDS: tuple[Third, ...] = ("low", "middle", "high")

SOURCE = mark("Pan 2026, Eur Heart J Digital Health 7(1):ztaf122; CT cohort of 1,459 patients.")
_OVER_FOLDS = mark("± is the SD over five folds.")
_NO_FIGURE = mark("no figure is public")
_COMPARED, _BEST, _OVERFITTED = (
    f"{what}; {_NO_FIGURE}" for what in (mark("compared"), mark("best"), mark("overfitted"))
)
_ERRORS = (mark("Mean absolute error"), mark("Mean absolute percentage error"))


_MAY_BE_CHANCE = mark("What axes and QRS duration add may be chance: P = 0.82 in grams, 0.85 in %.")
_ALL_FEATURES = mark("All systems were given all features, and once more those of their original setting.")
_SDS_IN_2 = mark("The SDs of eLVMass-Net are in Table 2.")
_LVM_AI_P = mark("LVM-AI against model 2: P = 0.04 in grams, 0.07 in %.")
_BOTH_ERRORS = mark("Mean absolute error, and mean absolute percentage error.")
_SDS_IN_3 = mark("The SDs of those that are not sex-specific are in Tables 2 and 3.")
_BY_SEX_P = mark("Model 2 by sex against model 2 for both, in %: P = 0.48 for men, 0.71 for women.")
_OF_ESTIMATE = mark("Of the estimated mass; 0.5 is chance, 1 perfect.")
_SPECIFIC_P = mark("Each sex-specific network against the one that is not: P < 0.01.")
_NO_LIMIT = mark("From which mass on it was hypertrophy is not in the public text.")


def _paper(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], more: str = "", source: str = SOURCE) -> Block:
    return Block("paper", columns, rows, f"{source} {more}".rstrip())


PATIENTS = {  # rows of Table 1: title and unit
    "lvm_g": (mark("LV mass"), " g"),
    "lvmi_g_m2": (mark("LV mass index"), " g/m²"),
    "age_years": (mark("Age"), " years"),
    "height_cm": (mark("Height"), " cm"),
    "weight_kg": (mark("Weight"), " kg"),
    "qrs_duration_ms": (mark("QRS duration"), " ms"),
    "p_axis_deg": (mark("P axis"), "°"),
    "qrs_axis_deg": (mark("QRS axis"), "°"),
    "t_axis_deg": (mark("T axis"), "°"),
}


def _patients() -> tuple[tuple[str, ...], ...]:
    """Table 1, from the numbers that the cohort is drawn from."""
    by_sex = tuple(_BY_SEX.values())
    return tuple(
        (title, *(f"{t[name][0]:.2f} ± {t[name][1]:.2f}{unit}" for t in by_sex))
        for name, (title, unit) in PATIENTS.items()
    )


TABLE_1 = _paper(
    (mark("Patients"), written.MEN_N.format(n=940), written.WOMEN_N.format(n=519)),
    _patients(),
    mark("Mean ± SD over patients."),
)
TABLE_2 = _paper(
    (mark("Inputs"), *_ERRORS),
    (
        (mark("ECG only"), "19.22 ± 0.91 g", "17.39 ± 1.39 %"),
        (mark("Model 1: ECG, age, sex, height, weight"), "14.56 ± 0.53 g", "13.03 ± 1.00 %"),
        (mark("Model 2: model 1, axes and QRS duration"), "14.33 ± 0.71 g", "12.90 ± 1.12 %"),
    ),
    f"{_OVER_FOLDS} {_MAY_BE_CHANCE}",
)
TABLE_3 = _paper(
    (mark("System"), *_ERRORS, mark("The same in its original setting")),
    (
        ("ecgAI", "21.28 ± 0.36 g", "19.12 %", "29.62 ± 0.93 g, 26.85 %"),
        ("LVM-AI", "19.51 ± 0.82 g", "17.62 %", "19.58 ± 0.94 g, 17.52 %"),
        ("eLVMass-Net, model 1", "14.56 g", "13.03 %", "–"),
        ("eLVMass-Net, model 2", "14.33 g", "12.90 %", "–"),
    ),
    f"{_ALL_FEATURES} {_OVER_FOLDS} {_SDS_IN_2} {_LVM_AI_P}",
)
TABLE_4 = _paper(
    (mark("System"), mark("Not sex-specific"), mark("Men"), mark("Women")),
    (
        ("ecgAI", "21.28 g, 19.12 %", "23.93 ± 0.29 g, 19.34 %", "15.92 ± 1.13 g, 18.42 %"),
        ("LVM-AI", "19.51 g, 17.62 %", "21.13 ± 1.06 g, 16.42 %", "13.33 ± 1.45 g, 14.85 %"),
        ("eLVMass-Net, model 1", "14.56 g, 13.03 %", "16.41 ± 0.63 g, 12.74 %", "11.12 ± 0.63 g, 12.64 %"),
        (
            "eLVMass-Net, model 2",
            "14.33 g, 12.90 %",
            "16.05 ± 0.75 g, 12.55 ± 0.88 %",
            "11.02 ± 0.71 g, 12.52 ± 0.34 %",
        ),
    ),
    f"{_BOTH_ERRORS} {_OVER_FOLDS} {_SDS_IN_3} {_BY_SEX_P}",
)
TABLE_S1 = _paper(
    (mark("What of the recording is used"), mark("In the paper")),
    (
        (mark("The full signal"), _COMPARED),
        (mark("A random piece of it"), _COMPARED),
        (mark("A single heartbeat"), _BEST),
    ),
)
TABLE_S2 = _paper(
    (mark("Lead groups"), mark("In the paper")),
    (
        (mark("None: all leads together"), _COMPARED),
        (mark("Two, by electrical orientation: limb and precordial"), _BEST),
        (mark("Four, by anatomy: V1 to V4; I, aVL, V5, V6; II, III, aVF; aVR"), _COMPARED),
    ),
)
ENCODERS = _paper(
    (mark("Encoder"), mark("In the paper")),
    (
        (mark("Temporal convolutional network"), _BEST),
        (mark("EfficientNet, in one dimension"), _OVERFITTED),
    ),
)
LVH = _paper(
    ("eLVMass-Net", mark("c-statistic for LV hypertrophy")),
    (
        (mark("Trained on men"), "0.77 ± 0.05"),
        (mark("Trained on women"), "0.75 ± 0.05"),
        (mark("Not sex-specific"), "0.70 ± 0.02"),
    ),
    f"{_OF_ESTIMATE} {_SPECIFIC_P} {_NO_LIMIT}",
)
OTHERS = _paper(
    (mark("System"), mark("Trained on"), mark("True LV mass"), mark("What it reached on its own patients")),
    (
        (
            "LVM-AI",
            mark("whole 10 s ECGs of 32,239 people, UK Biobank"),
            "MRI",
            mark(
                "r 0.79 in UK Biobank, 0.60 in Mass General Brigham; c-statistic for LV hypertrophy 0.653 and 0.621, "
                "of any ECG rule 0.618 and 0.588"
            ),
        ),
        (
            "ecgAI",
            mark("36,186 ECGs in sinus rhythm, cut into waves and segments"),
            "–",
            mark("its error in Table 3 is with a finder of waves that was trained on other data"),
        ),
    ),
    mark("Other patients and another truth than in the tables above: not to be set against them."),
    mark("Khurshid 2021, Circ Cardiovasc Imaging 14:e012281; Tison 2019, Circ Cardiovasc Qual Outcomes 12:e005289."),
)

TABLES = (
    Table("Table 1", mark("The patients"), (TABLE_1,)),
    Table("Table 2", mark("What each set of inputs adds"), (TABLE_2,)),
    Table("Table 3", mark("Against other systems"), (TABLE_3,)),
    Table("Table 4", mark("What training by sex adds"), (TABLE_4,)),
    Table("Table S1", mark("How much of the recording is used"), (TABLE_S1,)),
    Table("Table S2", mark("How the leads are grouped"), (TABLE_S2,)),
    Table(mark("Encoders"), mark("Which network reads the beat"), (ENCODERS,)),
    Table(mark("LV hypertrophy"), mark("Told from the estimated mass"), (LVH,)),
    Table(mark("Other systems"), mark("What their own papers report"), (OTHERS,)),
)

# Low, middle and high LV mass, limb and precordial each, in %; the last row is the paper's own total.
_IMPORTANCE: dict[Sexes, tuple[str, ...]] = {
    "all": (
        "3.52 0.52 3.16 0.06 3.90 0.00",
        "34.32 42.90 37.96 41.78 53.28 17.52",
        "0.00 11.08 0.00 16.62 0.04 0.08",
        "0.00 6.52 0.00 0.00 2.76 22.42",
        "0.00 1.18 0.48 0.00 0.00 0.00",
        "37.84 62.16 41.58 58.42 59.98 40.02",
    ),
    "male": (
        "1.0 0.0 0.5 0.0 0.2 0.0",
        "34.8 53.7 39.0 22.8 49.2 9.2",
        "0.0 10.5 0.0 7.4 0.0 0.0",
        "0.0 0.0 0.0 30.3 7.0 34.5",
        "0.0 0.0 0.0 0.0 0.0 0.0",
        "35.8 64.2 39.5 60.5 56.4 43.6",
    ),
    "female": (
        "0.0 0.0 4.4 0.0 1.5 0.4",
        "36.5 49.2 34.5 30.8 54.7 26.3",
        "0.0 0.0 0.0 8.4 0.0 1.2",
        "0.0 14.3 0.0 21.9 0.0 16.0",
        "0.0 0.0 0.0 0.0 0.0 0.0",
        "36.5 63.5 38.9 61.1 56.2 43.8",
    ),
}
_THIRDS = (mark("Low"), mark("Middle"), mark("High"))
IMPORTANCE_COLUMNS = tuple(f"{third}: {group}" for third, group in product(_THIRDS, LEAD_GROUPS[2]))


def importance(sexes: Sexes, third: Third) -> dict[tuple[str, str], float]:
    """The paper's share of each segment in limb and precordial leads, on average over five patients; about 1 in all."""
    first = 2 * THIRDS.index(third)
    rows = zip(SEGMENTS, _IMPORTANCE[sexes], strict=False)
    return {
        (segment, group): float(percent) / 100
        for segment, row in rows
        for group, percent in zip(LEAD_GROUPS[2], row.split()[first : first + 2], strict=True)
    }


def importance_rows(who: str = "") -> tuple[str, ...]:
    """Names of a table's rows: the segments and their total, of somebody."""
    return tuple(f"{who}, {name}" for name in (*SEGMENTS, mark("total"))) if who else (*SEGMENTS, mark("Total"))


def _importance(of: dict[str, Sexes]) -> Block:
    rows = tuple(
        (name, *(f"{percent} %" for percent in row.split()))
        for who, sexes in of.items()
        for name, row in zip(importance_rows(who), _IMPORTANCE[sexes], strict=True)
    )
    share = mark("Share of the importance, on average over five patients each with a low, a middle and a high LV mass.")
    rule = mark("Small scores were cut off by a rule that is not published.")
    return Block("paper", (mark("Segment"), *IMPORTANCE_COLUMNS), rows, f"{SOURCE} {share} {rule}", "importance")


IMPORTANCE_OF: dict[str, dict[str, Sexes]] = {
    "Table 5": {"": "all"},
    "Table 6": {mark("Men"): "male", mark("Women"): "female"},
}
TABLE_5, TABLE_6 = map(_importance, IMPORTANCE_OF.values())
SALIENCY = (
    Table("Table 5", mark("Importance of each segment, networks of both sexes"), (TABLE_5,)),
    Table("Table 6", mark("Importance of each segment, networks of one sex"), (TABLE_6,)),
)
