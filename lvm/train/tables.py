"""The papers' tables, made here: every system by cross-validation on one table, beside what the papers report."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lvm import paper, written
from lvm.evaluation import Block, Evaluation, Points, Table
from lvm.language import mark
from lvm.net import lvmai
from lvm.net.config import Config
from lvm.recording import SEXES
from lvm.train.folds import Fold
from lvm.train.found import AGE, BEST, BODY, CRITERIA, UNKNOWN, Found
from lvm.train.scores import NOTHING, RULE, by_fold, paired_p
from lvm.train.systems import MODEL_2
from lvm.train.table_1 import ours as table_1

_Array = NDArray[np.float64]
_MODELS = {"ecg": mark("ECG only"), "model1": mark("Model 1: ECG, age, sex, height, weight")}
_MODELS["model2"] = mark("Model 2: model 1, axes and QRS duration")
_ERROR = (mark("Mean absolute error"), mark("Mean absolute percentage error"))
_TEST = mark(
    "P: paired t-test over the folds, corrected for their overlapping training parts (Nadeau & Bengio 2003), not for "
    "the number of comparisons."
)
_FILTERS = mark("How many filters LVM-AI has is told under how this was made.")
_BODY = mark("“Age, sex and body size alone”: a line on these, without any ECG.")
_BEST = mark(
    "“Best possible on these data”: the median of the true mass for somebody of that body and that score of the ECG, "
    "from which the mass was drawn; it is the best in grams, and nearly in %."
)
_ALL_FEATURES = mark("All features: the ECG, age, sex, height, weight, axes and QRS duration.")
_ORIGINAL = mark("Original setting of ecgAI: its profile of the ECG; of LVM-AI: the ECG, age, sex and BMI.")
_P_OF = mark("P is of all features, or else of the original setting.")
_IN_G = mark("Mean absolute error in g, then in % of the true mass.")
_P_COMPARES = mark("P compares the two before it, on the same people.")
_CUT_OFF = mark("The paper’s cut-off is not public.")
_NOT_SPECIFIC = {
    "all": mark("Not sex-specific: all"),
    "male": mark("Not sex-specific: men"),
    "female": mark("Not sex-specific: women"),
}
_TRAINED_ON = {"male": mark("Trained on men"), "female": mark("Trained on women")}
_SYSTEM, _MODEL_2, _ONE_SEX = mark("System"), mark("model 2"), mark("trained on one sex")
_SYMMETRIC, _ASYMMETRIC, _LVH_OUTPUT = mark("symmetric loss"), mark("asymmetric loss"), mark("its LVH output")
_P = {"male": mark("P, men"), "female": mark("P, women")}


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


def _folds(found: Found) -> str:
    return written.OVER_FOLDS.format(n=len(found.folds))


def _about_lvm_ai(found: Found) -> str:
    heavy_g = lvmai.grams(1)
    men = found.examples.lvm_g[found.examples.of_sex("male")]
    if len(men):
        few = written.HEAVY_MEN.format(n=f"{heavy_g:.0f}", n_percent=f"{np.mean(men > heavy_g) * 100:.0f}")
    else:
        few = written.HEAVY.format(n=f"{heavy_g:.0f}")
    return f"{few} {_FILTERS}"


def _about_baselines(found: Found) -> str:
    return f" {_BODY} {_BEST}" if found.cohort is not None else f" {_BODY}"


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
    note = f"{_folds(found)} {_TEST}{_about_baselines(found)}"
    return Block(found.kind, (heading, *_ERROR, written.AGAINST.format(system=name)), tuple(lines), note)


def _on_real(found: Found, heading: str, rows: Sequence[tuple[str, str]]) -> list[Block]:
    """AUCs of (label, key), of two criteria and of age; none without real ECGs."""
    if not len(found.real):
        return []
    more = [
        *((written.CRITERION.format(name=name), name) for name in CRITERIA),
        (mark("The patient’s age alone, no ECG"), AGE),
    ]
    lines = tuple((label, *(found.real_area(key, sex) for sex in SEXES)) for label, key in [*rows, *more])
    return [Block("real", (heading, mark("Men"), mark("Women")), lines, found.real_note())]


def _simple(
    found: Found, published: Table, heading: str, rows: Sequence[tuple[str, str]], against: tuple[str, str]
) -> Table:
    own = [_on_masses(found, heading, rows, against), *_on_real(found, heading, rows)]
    return Table(published.name, published.title, (*published.blocks, *own))


def _table_3(found: Found, published: Table) -> Table:
    rows = [
        ("ecgAI", "ecgai-all-all-features", "ecgai-all-original"),
        (f"LVM-AI, {_SYMMETRIC}", "lvm-ai-all-all-features", "lvm-ai-all-original"),
        (f"LVM-AI, {_ASYMMETRIC}", "", "lvm-ai-all-original-asymmetric"),
        *((f"eLVMass-Net, model {k}", f"elvmassnet-all-model{k}", "") for k in (1, 2)),
        *((label, key, "") for label, key in _baselines(found)),
    ]
    best, lines = found.scores(MODEL_2), []
    for label, key, original in rows:
        s, o = found.scores(key), found.scores(original)
        errors = [cell for x in (s, o) for cell in (_over_folds(x.mae_g, " g"), _over_folds(x.mape_percent, " %"))]
        lines.append((label, *errors, _p((s if key else o).mae_g, best.mae_g, found.folds)))
    in_original = mark("The same, original setting"), mark("In %, original setting")
    columns = (_SYSTEM, *_ERROR, *in_original, written.AGAINST.format(system=_MODEL_2))
    about = f"{_ALL_FEATURES} {_ORIGINAL} {_P_OF} {_folds(found)} {_TEST}"
    note = f"{about} {_about_lvm_ai(found)}{_about_baselines(found)}"
    given, first = mark("all features"), mark("original setting")
    both = [(f"{label}, {given}", key) for label, key, _ in rows if key in found.said]
    both += [(f"{label}, {first}", key) for label, _, key in rows if key in found.said]
    real = _on_real(found, _SYSTEM, both)
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
    of = ((_NOT_SPECIFIC[s], _TRAINED_ON[s], _P[s]) for s in SEXES)
    return _SYSTEM, _NOT_SPECIFIC["all"], *(name for names in of for name in names)


def _real_by_sex(found: Found) -> list[Block]:
    if not len(found.real):
        return []
    lines = [
        (label, *(found.real_area(key.format(of), sex) for sex in SEXES for of in ("all", sex)))
        for label, key in _BY_SEX.items()
    ]
    of = ((_NOT_SPECIFIC[s], _TRAINED_ON[s]) for s in SEXES)
    return [Block("real", (_SYSTEM, *(name for names in of for name in names)), tuple(lines), found.real_note())]


def _table_4(found: Found, published: Table) -> Table:
    lines = _by_sex(found, "mae_g", " g") + _by_sex(found, "mape_percent", " %")
    about = f"{_IN_G} {_P_COMPARES} {_folds(found)} {_TEST}"
    note = f"{about} {_about_lvm_ai(found)}{_about_baselines(found)}"
    own = Block(found.kind, _columns_by_sex(), tuple(lines), note)
    return Table(published.name, published.title, (*published.blocks, own, *_real_by_sex(found)))


def _hypertrophy(found: Found, published: Table) -> Table:
    lines = _by_sex(found, "lvh_c", "")
    limits = [f"{lvmai.LVH_LIMIT_G_M2[sex]:.0f}" for sex in SEXES]
    said = found.said.get("lvm-ai-all-all-features")
    if said is not None:
        own = {
            who: _over_folds(by_fold(said.grams, found.examples, found.folds_of(who), said.lvh).lvh_c)
            for who in found.people
        }
        men, women = (own.get(sex, UNKNOWN) for sex in SEXES)
        lines.insert(2, (f"LVM-AI, {_LVH_OUTPUT}", own.get("all", UNKNOWN), men, *[UNKNOWN] * 2, women, *[UNKNOWN] * 2))
    taught = written.LVM_AI_LIMITS.format(n=limits[0], n_women=limits[1])
    about = f"{written.C_STATISTIC.format(rule=RULE)} {_CUT_OFF} {taught}"
    note = f"{about} {_P_COMPARES} {_folds(found)} {_TEST}"
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
                listed.append(Points(sex, f"{label}, {_ONE_SEX}", tuple(estimate), tuple(truth)))
    return tuple(listed)


def evaluation(found: Found, made: dict[str, str]) -> Evaluation:
    """All tables. made : facts of how, by name."""
    published = {table.name: table for table in paper.TABLES}
    model_2 = f"{MODEL_2}-{{}}".format
    narrow = written.NARROW.format(n=f"{Config().width_multiplier:g}")
    tables = (
        table_1(found.examples, found.kind, found.cohort, published["Table 1"]),
        _simple(
            found,
            published["Table 2"],
            mark("Inputs"),
            [(label, f"elvmassnet-all-{key}") for key, label in _MODELS.items()],
            (_MODEL_2, MODEL_2),
        ),
        _table_3(found, published["Table 3"]),
        _table_4(found, published["Table 4"]),
        _simple(
            found,
            published["Table S1"],
            mark("What of the recording is used"),
            [
                (mark("The full signal"), model_2("full-signal")),
                (mark("A random piece of it"), model_2("crop")),
                (mark("A single heartbeat"), MODEL_2),
            ],
            (mark("a heartbeat"), MODEL_2),
        ),
        _simple(
            found,
            published["Table S2"],
            mark("Lead groups"),
            [
                (mark("None: all leads together"), model_2("groups1")),
                (mark("Two: limb and precordial"), MODEL_2),
                (mark("Four: V1 to V4; I, aVL, V5, V6; II, III, aVF; aVR"), model_2("groups4")),
            ],
            (mark("two"), MODEL_2),
        ),
        _simple(
            found,
            published["Encoders"],
            mark("Encoder"),
            [(mark("Temporal convolutional network"), MODEL_2), (narrow, model_2("efficientnet"))],
            (mark("the first"), MODEL_2),
        ),
        _hypertrophy(found, published["LV hypertrophy"]),
    )
    return Evaluation(mark("Every system that the papers compare"), found.kind, made, tables, points(found))
