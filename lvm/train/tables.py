"""The papers' tables, made here: every system by cross-validation on one table, beside what the papers report."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lvm import paper
from lvm.evaluation import Block, Evaluation, Points, Table
from lvm.net import lvmai
from lvm.net.config import Config
from lvm.recording import SEXES
from lvm.train.folds import Fold
from lvm.train.found import AGE, BEST, BODY, CRITERIA, UNKNOWN, WHO, Found
from lvm.train.scores import NOTHING, RULE, by_fold, paired_p
from lvm.train.systems import MODEL_2
from lvm.train.table_1 import ours as table_1

_Array = NDArray[np.float64]
_MODELS = {"ecg": "ECG only", "model1": "Model 1: ECG, age, sex, height, weight"}
_MODELS["model2"] = "Model 2: model 1, axes and QRS duration"
_ERROR = ("Mean absolute error", "Mean absolute percentage error")
_TEST = (
    "P: paired t-test over the folds, corrected for their overlapping training parts (Nadeau & Bengio 2003), not for "
    "the number of comparisons."
)


def _over_folds(values: _Array, unit: str = "") -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return UNKNOWN
    sd = f" ± {known.std(ddof=1):.2f}" if len(known) > 1 else ""
    missing = f" ({len(known)} of {len(values)} folds)" if len(known) < len(values) else ""
    return f"{known.mean():.2f}{sd}{unit}{missing}"


def _p(one: _Array, other: _Array, folds: Sequence[Fold]) -> str:
    found = paired_p(one, other, folds)
    return UNKNOWN if found is None else "< 0.001" if found < 0.001 else f"{found:.3f}"


def _about_lvm_ai(found: Found) -> str:
    heavy_g = lvmai.grams(1)
    men = found.examples.lvm_g[found.examples.of_sex("male")]
    share = f"; of the men here {np.mean(men > heavy_g) * 100:.0f} % are" if len(men) else ""
    return (
        f"LVM-AI’s asymmetric loss was made for UK Biobank, where few hearts are above {heavy_g:.0f} g{share}. How "
        "many filters LVM-AI has is told under how this was made."
    )


def _about_baselines(found: Found) -> str:
    best = (
        f" “{BEST}”: the median of the true mass for somebody of that body and that score of the ECG, from which the "
        "mass was drawn; it is the best in grams, and nearly in %."
    )
    return f" “{BODY}”: a line on these, without any ECG.{best if found.cohort is not None else ''}"


def _baselines(found: Found) -> list[tuple[str, str]]:
    return [(BODY, BODY), *([(BEST, BEST)] if found.cohort is not None else [])]


def _on_masses(found: Found, heading: str, rows: Sequence[tuple[str, str]], against: tuple[str, str]) -> Block:
    """Errors of (label, key), and P against one of them."""
    name, reference = against[0], found.scores(against[1])
    lines = []
    for label, key in [*rows, *_baselines(found)]:
        s = found.scores(key)
        p = _p(s.mae_g, reference.mae_g, found.folds)
        lines.append((label, _over_folds(s.mae_g, " g"), _over_folds(s.mape_percent, " %"), p))
    note = f"± is the SD over {len(found.folds)} folds. {_TEST}{_about_baselines(found)}"
    return Block(found.kind, (heading, *_ERROR, f"P, against {name}"), tuple(lines), note)


def _on_real(found: Found, heading: str, rows: Sequence[tuple[str, str]]) -> list[Block]:
    """AUCs of (label, key), of two criteria and of age; none without real ECGs."""
    if not len(found.real):
        return []
    more = [*((f"Criterion: {name}", name) for name in CRITERIA), ("The patient’s age alone, no ECG", AGE)]
    lines = tuple((label, *(found.real_area(key, sex) for sex in SEXES)) for label, key in [*rows, *more])
    return [Block("real", (heading, "Men", "Women"), lines, found.real_note())]


def _simple(
    found: Found, published: Table, heading: str, rows: Sequence[tuple[str, str]], against: tuple[str, str]
) -> Table:
    own = [_on_masses(found, heading, rows, against), *_on_real(found, heading, rows)]
    return Table(published.name, published.title, (*published.blocks, *own))


def _table_3(found: Found, published: Table) -> Table:
    rows = [
        ("ecgAI", "ecgai-all-all-features", "ecgai-all-original"),
        ("LVM-AI, symmetric loss", "lvm-ai-all-all-features", "lvm-ai-all-original"),
        ("LVM-AI, asymmetric loss", "", "lvm-ai-all-original-asymmetric"),
        *((f"eLVMass-Net, model {k}", f"elvmassnet-all-model{k}", "") for k in (1, 2)),
        *((label, key, "") for label, key in _baselines(found)),
    ]
    best, lines = found.scores(MODEL_2), []
    for label, key, original in rows:
        s, o = found.scores(key), found.scores(original)
        errors = [cell for x in (s, o) for cell in (_over_folds(x.mae_g, " g"), _over_folds(x.mape_percent, " %"))]
        lines.append((label, *errors, _p((s if key else o).mae_g, best.mae_g, found.folds)))
    columns = ("System", *_ERROR, "The same, original setting", "In %, original setting", "P, against model 2")
    note = (
        "All features: the ECG, age, sex, height, weight, axes and QRS duration. Original setting of ecgAI: its "
        "profile of the ECG; of LVM-AI: the ECG, age, sex and BMI. P is of all features, or else of "
        "the original setting. ± is the SD over "
        f"{len(found.folds)} folds. {_TEST} {_about_lvm_ai(found)}{_about_baselines(found)}"
    )
    both = [(f"{label}, all features", key) for label, key, _ in rows if key in found.said]
    both += [(f"{label}, original setting", key) for label, _, key in rows if key in found.said]
    real = _on_real(found, "System", both)
    return Table(
        published.name, published.title, (*published.blocks, Block(found.kind, columns, tuple(lines), note), *real)
    )


_BY_SEX = {
    "ecgAI": "ecgai-{}-all-features",
    "LVM-AI": "lvm-ai-{}-all-features",
    "eLVMass-Net, model 1": "elvmassnet-{}-model1",
    "eLVMass-Net, model 2": "elvmassnet-{}-model2",
}


def _by_sex(found: Found, measure: str, unit: str) -> list[tuple[str, ...]]:
    """Each system for both sexes and for one, on the same people, and the baselines."""
    lines = []
    for label, key in [*_BY_SEX.items(), *_baselines(found)]:
        cells = [_over_folds(getattr(found.scores(key.format("all")), measure), unit)]
        for sex in SEXES:
            own = found.scores(key.format(sex), sex) if key in _BY_SEX.values() else NOTHING
            both, one = (getattr(s, measure) for s in (found.scores(key.format("all"), sex), own))
            cells += [_over_folds(both, unit), _over_folds(one, unit), _p(one, both, found.folds_of(sex))]
        lines.append((label, *cells))
    return lines


def _columns_by_sex() -> tuple[str, ...]:
    of = ((f"Not sex-specific: {WHO[s]}", f"Trained on {WHO[s]}", f"P, {WHO[s]}") for s in SEXES)
    return "System", "Not sex-specific: all", *(name for names in of for name in names)


def _real_by_sex(found: Found) -> list[Block]:
    if not len(found.real):
        return []
    lines = [
        (label, *(found.real_area(key.format(of), sex) for sex in SEXES for of in ("all", sex)))
        for label, key in _BY_SEX.items()
    ]
    of = ((f"Not sex-specific: {WHO[s]}", f"Trained on {WHO[s]}") for s in SEXES)
    return [Block("real", ("System", *(name for names in of for name in names)), tuple(lines), found.real_note())]


def _table_4(found: Found, published: Table) -> Table:
    lines = _by_sex(found, "mae_g", " g") + _by_sex(found, "mape_percent", " %")
    note = (
        "Mean absolute error in g, then in % of the true mass. P compares the two before it, on the same people. ± is "
        f"the SD over {len(found.folds)} folds. {_TEST} {_about_lvm_ai(found)}{_about_baselines(found)}"
    )
    own = Block(found.kind, _columns_by_sex(), tuple(lines), note)
    return Table(published.name, published.title, (*published.blocks, own, *_real_by_sex(found)))


def _hypertrophy(found: Found, published: Table) -> Table:
    lines = _by_sex(found, "lvh_c", "")
    limits = " and ".join(f"{lvmai.LVH_LIMIT_G_M2[sex]:.0f}" for sex in SEXES)
    said = found.said.get("lvm-ai-all-all-features")
    if said is not None:
        own = {
            who: _over_folds(by_fold(said.grams, found.examples, found.folds_of(who), said.lvh).lvh_c)
            for who in found.people
        }
        men, women = (own.get(sex, UNKNOWN) for sex in SEXES)
        lines.insert(2, ("LVM-AI, its LVH output", own.get("all", UNKNOWN), men, *[UNKNOWN] * 2, women, *[UNKNOWN] * 2))
    note = (
        f"c-statistic of the estimated mass over the body surface, for {RULE}; of all: both over the limit of the sex. "
        f"The paper’s cut-off is not public. LVM-AI’s LVH output was taught its own limits, {limits} g/m². P compares "
        f"the two before it, on the same people. ± is the SD over {len(found.folds)} folds. {_TEST}"
    )
    block = Block(found.kind, _columns_by_sex(), tuple(lines), note)
    return Table(published.name, published.title, (*published.blocks, block, *_real_by_sex(found)))


def points(found: Found) -> tuple[Points, ...]:
    """Of the systems trained on one sex."""
    listed = []
    for label, key in reversed(_BY_SEX.items()):
        for sex in SEXES:
            said = found.said.get(key.format(sex))
            rows = np.flatnonzero(np.isfinite(said.grams)) if said is not None else np.empty(0, dtype=np.intp)
            if said is not None and len(rows):
                rows = rows[np.argsort(said.grams[rows])]  # in no order in which patients could be found again
                estimate, truth = said.grams[rows].tolist(), found.examples.lvm_g[rows].tolist()
                listed.append(Points(sex, f"{label}, trained on one sex", tuple(estimate), tuple(truth)))
    return tuple(listed)


def evaluation(found: Found, made: dict[str, str]) -> Evaluation:
    """All tables. made : facts of how, by name."""
    published = {table.name: table for table in paper.TABLES}
    model_2 = f"{MODEL_2}-{{}}".format
    narrow = f"EfficientNet in one dimension, B0 at {Config().width_multiplier:g} of its width"
    tables = (
        table_1(found.examples, found.kind, found.cohort, published["Table 1"]),
        _simple(
            found,
            published["Table 2"],
            "Inputs",
            [(label, f"elvmassnet-all-{key}") for key, label in _MODELS.items()],
            ("model 2", MODEL_2),
        ),
        _table_3(found, published["Table 3"]),
        _table_4(found, published["Table 4"]),
        _simple(
            found,
            published["Table S1"],
            "What of the recording is used",
            [
                ("The full signal", model_2("full-signal")),
                ("A random piece of it", model_2("crop")),
                ("A single heartbeat", MODEL_2),
            ],
            ("a heartbeat", MODEL_2),
        ),
        _simple(
            found,
            published["Table S2"],
            "Lead groups",
            [
                ("None: all leads together", model_2("groups1")),
                ("Two: limb and precordial", MODEL_2),
                ("Four: V1 to V4; I, aVL, V5, V6; II, III, aVF; aVR", model_2("groups4")),
            ],
            ("two", MODEL_2),
        ),
        _simple(
            found,
            published["Encoders"],
            "Encoder",
            [("Temporal convolutional network", MODEL_2), (narrow, model_2("efficientnet"))],
            ("the first", MODEL_2),
        ),
        _hypertrophy(found, published["LV hypertrophy"]),
    )
    return Evaluation("Every system that the papers compare", found.kind, made, tables, points(found))
