"""Numbers, sentences and descriptions in a clinician's words; "–" stands for what is not known."""

from collections.abc import Sequence

from lvm.analysis import Analysis
from lvm.estimate import NAMES, Estimate, Input
from lvm.language import listed, mark, tr, with_and
from lvm.net.config import DEMOGRAPHICS, ECG_MEASURES
from lvm.recording import Measurements, Recording, Typed
from lvm.show.makers import best, qtcf, with_makers
from lvm.show.quality import marks

UNKNOWN = "–"
INTERVALS = {"pr_interval_ms": "PR", "qrs_duration_ms": "QRS", "qt_interval_ms": "QT"}
AXES = {"p_axis_deg": "P", "qrs_axis_deg": "QRS", "t_axis_deg": "T"}
SOURCES = {
    "device": mark("from the file"),
    "computed": mark("computed here"),
    "typed": mark("typed"),
    "imputed": mark("imputed"),
    None: mark("not known"),
}
SEXES = {"male": mark("man"), "female": mark("woman")}


def number(value: float | None, unit: str = "", digits: int = 0) -> str:
    """A number with its unit and a true minus sign, or a dash."""
    if value is None:
        return UNKNOWN
    text = f"{value:.{digits}f}".replace("-", "−")
    if not text.strip("−0."):  # no minus before a zero
        text = text.removeprefix("−")
    return f"{text} {unit}".rstrip() if unit != "°" else f"{text}°"


def signed(grams: float) -> str:
    """'+3.1 g', '−0.4 g'; '0.0 g' for what rounds to nothing."""
    text = number(grams, "g", 1)
    return f"+{text}" if round(grams, 1) > 0 else text


def span(interval: tuple[float, float] | None, unit: str = "g") -> str:
    """'112–158 g', or '124 g' where both ends read the same."""
    if interval is None:
        return UNKNOWN
    low, high = (f"{end:.0f}" for end in interval)
    return f"{low} {unit}" if low == high else f"{low}–{high} {unit}"


def usable(analysis: Analysis) -> str:
    """'9 of 11 beats usable'."""
    return tr("{usable} of {number} beats usable", usable=len(usable_beats(analysis)), number=len(analysis.beats))


def _size(height_cm: float | None, weight_kg: float | None) -> str:
    """'172 cm, 84 kg', or '– cm, 84 kg': the units say which is not known."""
    if height_cm is None and weight_kg is None:
        return tr("not known")
    height, weight = number(height_cm) + " cm", number(weight_kg) + " kg"
    return tr(listed((height, weight)))


def header(
    label: str,
    analysis: Analysis,
    inputs: dict[str, Input],
    estimate: Estimate | None,
    weights: str = "",
    by_hand: Measurements = Measurements(),  # noqa: B008 - frozen
    typed: Typed = Typed(),  # noqa: B008 - frozen
) -> list[tuple[str, str]]:
    """The facts that follow the user from page to page: (title, value). weights : named where not the standard ones.

    by_hand, typed : see best.
    """
    m, who = best(analysis, by_hand, typed)
    qtcf_ms, of_qtcf = qtcf(analysis, m, who)
    of_intervals, intervals = with_makers(
        [
            *((number(getattr(m, name)), who.get(name)) for name in INTERVALS),
            (number(qtcf_ms, "ms"), None if qtcf_ms is None else of_qtcf),
        ]
    )
    of_axes, axes = with_makers([(number(getattr(m, name), "°"), who.get(name)) for name in AXES])
    sex = inputs["sex"].value

    def known(name: str) -> float | None:
        found = inputs[name]
        return float(found.value) if found.value is not None and found.source != "imputed" else None

    person = [SEXES.get(str(sex), mark("sex not known")), number(known("age_years"), tr("years"))]
    if known("age_years") is None:
        person = [mark("sex and age not known")] if sex is None else [person[0], mark("age not known")]
    items = [
        (label, tr(listed(person))),
        (tr("Size"), _size(known("height_cm"), known("weight_kg"))),
        (tr("Rate ({who})", who=tr(who.get("heart_rate_bpm", mark("not known")))), number(m.heart_rate_bpm, "/min")),
        (tr("PR, QRS, QT, QTcF ({who})", who=of_intervals), intervals),
        (tr("P, QRS, T axis ({who})", who=of_axes), axes),
        (tr("Usable beats"), tr("{one} of {all}", one=len(usable_beats(analysis)), all=len(analysis.beats))),
    ]
    if estimate is not None:
        title = tr("LV mass ({weights})", weights=weights) if weights else tr("LV mass")
        items.append((title, mass(estimate)))
    return items


def mass(estimate: Estimate) -> str:
    """'142 g (118–170 g)', '142 g, outside scope', or 'withheld'."""
    if estimate.lvm_g is None:
        return tr("withheld")
    grams, against = number(estimate.lvm_g, "g"), marks(estimate)
    return tr(listed((grams, against))) if against else f"{grams} ({span(estimate.interval_g)})"


def source(found: Input, untouched: Input) -> str:
    """Where a value is from; of a typed one also what stood there before."""
    if found.source == "imputed" and found.value is not None:
        return tr("imputed: {value}", value=_plain(float(found.value)))
    if found.source != "typed":
        return tr(SOURCES[found.source])
    before = untouched.value
    value = mark("none") if before is None else before if isinstance(before, str) else _plain(before)
    if untouched.source == "computed":
        return tr("typed; computed: {value}", value=value)
    return tr("typed; file: {value}", value=value)


def _plain(value: float) -> str:
    """Without a unit, and with a decimal only where there is one."""
    return number(value, digits=0 if round(value, 1).is_integer() else 1)


def left_out(recording: Recording) -> str:
    """The receipt: which identifying facts the file holds and the reader did not keep."""
    if recording.left_out:
        return tr("Left out on purpose, never kept: {facts}.", facts=listed(recording.left_out))
    return tr(
        "The file holds none of the identifying facts that this reader looks for, such as a name or patient number."
    )


def lead_names(leads: tuple[str, ...]) -> str:
    """'V1, V2 and V3', or of other names."""
    return tr(with_and(leads))


def missing(analysis: Analysis, typed: Typed = Typed()) -> list[str]:  # noqa: B008 - frozen
    """What the file lacks that the estimate can use, in words, and what of it was typed."""
    recording, computed = analysis.recording, analysis.measured
    patient = [name for name in DEMOGRAPHICS if getattr(recording.patient, name) is None]
    ecg = [name for name in ECG_MEASURES if getattr(recording.device, name) is None]

    def told(sentence: str, of: list[str]) -> list[str]:
        return [tr(sentence, facts=lead_names(tuple(NAMES[name] for name in of)))] if of else []

    def kept(of: list[str], *, is_typed: bool) -> list[str]:
        return [name for name in of if (getattr(typed, name) is not None) is is_typed]

    untyped = kept(ecg, is_typed=False)
    ours = [name for name in untyped if getattr(computed, name) is not None]
    return [
        *told(mark("Not in the file: {facts}. Enter on the page LV mass."), kept(patient, is_typed=False)),
        *told(mark("Not in the file, but typed: {facts}."), kept([*patient, *ecg], is_typed=True)),
        *told(mark("Not measured by the device, so computed here: {facts}."), ours),
        *told(mark("Neither in the file nor measurable: {facts}."), [name for name in untyped if name not in ours]),
    ]


def interval_name(estimate: Estimate) -> str:
    return tr("{level} % interval", level=f"{(estimate.interval_level or 0) * 100:.0f}")


def limit_g(estimate: Estimate) -> float | None:
    """The upper limit of normal in grams for this patient's body surface."""
    if estimate.limit is None or estimate.bsa_m2 is None:
        return None
    return estimate.limit.limit_g_m2 * estimate.bsa_m2


def size_lacking(estimate: Estimate) -> list[str]:
    """What of height and weight is not known."""
    return [name for name in ("height_cm", "weight_kg") if estimate.inputs[name].source in (None, "imputed")]


def needs_size(lacking: Sequence[str]) -> str:
    """In place of an index. lacking : see size_lacking."""
    if list(lacking) == ["height_cm"]:
        return tr("needs the height")
    return tr("needs the weight") if list(lacking) == ["weight_kg"] else tr("needs height and weight")


def verdict(estimate: Estimate) -> str:
    """Whether the index passes the reference limit, with whose limit it is."""
    limit, sex = estimate.limit, estimate.inputs["sex"].value
    if limit is None:
        return tr("There is no reference limit without the sex.")
    group = mark("men") if sex == "male" else mark("women")
    whose = tr(
        "the {modality} limit for {group}, {limit} ({source})",
        modality=limit.modality, group=group, limit=number(limit.limit_g_m2, "g/m²"), source=limit.source,
    )  # fmt: skip
    if estimate.lvmi_g_m2 is None:
        lacking = lead_names(tuple(NAMES[name] for name in size_lacking(estimate))) or mark("height and weight")
        return tr("To compare with {whose}, enter {lacking}.", whose=whose, lacking=lacking)
    size = tr(
        "{index} at {surface} ({formula})",
        index=number(estimate.lvmi_g_m2, "g/m²"), surface=number(estimate.bsa_m2, "m²", 2),
        formula=estimate.bsa_formula,
    )  # fmt: skip
    if estimate.overridden:
        size = tr(listed((size, marks(estimate))))
    above, below = mark("{size}: **above** {whose}."), mark("{size}: **not above** {whose}.")
    told = tr(above if estimate.above_limit else below, size=size, whose=whose)
    limit_mass = limit_g(estimate)
    if estimate.interval_g and limit_mass and estimate.interval_g[0] < limit_mass < estimate.interval_g[1]:
        straddle = tr("The limit lies inside the interval: this estimate does not settle it.")
        return tr("{first} {then}", first=told, then=straddle)
    return told


def bandwidth(recording: Recording) -> str:
    """'up to 150 Hz (low-pass filter)': up to where the samples hold the signal, and why."""
    hz, filtered = recording.bandwidth_hz, recording.low_pass_hz
    if filtered is None:
        return tr("up to {hz} (by the sampling rate; no low-pass filter stated)", hz=number(hz, "Hz"))
    if hz == filtered:
        return tr("up to {hz} (low-pass filter)", hz=number(hz, "Hz"))
    low_pass = number(filtered, "Hz")
    return tr("up to {hz} (by the sampling rate; low-pass filter {low_pass})", hz=number(hz, "Hz"), low_pass=low_pass)


def usable_beats(analysis: Analysis) -> list[int]:
    """Indices of the usable beats."""
    return [i for i, b in enumerate(analysis.beats) if b.usable]


def why_this_beat(analysis: Analysis, beat: int | None) -> str:
    if beat is None or beat == analysis.chosen:
        return tr(analysis.chosen_reason)
    if analysis.chosen is None:
        return tr("Beat {number} was chosen by hand.", number=beat + 1)
    return tr(
        "Beat {number} was chosen by hand. By rule it would be beat {rule}.",
        number=beat + 1, rule=analysis.chosen + 1,
    )  # fmt: skip


INPUT_SETS = {
    "model 2": mark("Model 2: ECG, patient, axes and QRS duration"),
    "model 1": mark("Model 1: ECG and patient"),
}
TRAINED_ON = mark(
    "The networks that come with this application were trained on a semi-synthetic cohort: ECGs changed by computer, "
    "with LV masses drawn from published relations. They have never seen a measured LV mass."
)
AMPLITUDES = mark(
    "Medians over the usable beats, from the level at QRS onset. R is the tallest and R′ the second upright wave, S "
    "the deepest after the first; a QS complex counts as S. Waves below 0.05 mV do not count: 0.00 stands for none."
)


def anything_typed(typed: Typed) -> bool:
    return typed != Typed()


def how_sure(estimate: Estimate) -> str:
    """What the interval is, and how far folds and beats are apart."""
    folds, beats = estimate.per_fold_g, estimate.per_beat_g
    not_here = mark("for this ECG that does not hold")
    return tr(
        "In the training cohort {level} % of the true masses lay in this range around the estimate; {here}. {folds} "
        "networks (folds) give {fold_span}, {beats} usable beats {beat_span}.",
        level=f"{(estimate.interval_level or 0) * 100:.0f}",
        here=not_here if estimate.overridden else mark("for a real patient that is unproven"),
        folds=len(folds), fold_span=span((min(folds), max(folds))),
        beats=len(beats), beat_span=span((min(beats), max(beats))),
    )  # fmt: skip


def cautions(warnings: tuple[str, ...]) -> str:
    """Several warnings as one list."""
    return warnings[0] if len(warnings) == 1 else "\n".join(f"- {warning}" for warning in warnings)


def input_name(name: str) -> str:
    """'QRS duration', 'Age': the name of an input as a table begins with it."""
    text = tr(NAMES.get(name, name))
    return text[0].upper() + text[1:]
