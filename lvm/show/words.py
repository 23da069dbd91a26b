"""Numbers, sentences and descriptions in a clinician's words; "–" stands for what is not known."""

from lvm.analysis import Analysis
from lvm.estimate import NAMES, Estimate, Input
from lvm.recording import Measurements, Recording, Typed
from lvm.show.quality import marks

UNKNOWN = "–"
SOURCES = {
    "device": "from the file",
    "computed": "computed here",
    "typed": "typed",
    "imputed": "imputed",
    None: "not known",
}
SEXES = {"male": "man", "female": "woman"}


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
    return f"{sum(b.usable for b in analysis.beats)} of {len(analysis.beats)} beats usable"


def best(analysis: Analysis) -> tuple[Measurements, str]:
    """The device's measurements, filled up with ours, and who made them."""
    device, ours = analysis.recording.device, analysis.measured
    names = tuple(Measurements.__dataclass_fields__)
    values = {n: getattr(ours, n) if getattr(device, n) is None else getattr(device, n) for n in names}
    by_device = [n for n in names if getattr(device, n) is not None]
    by_us = [n for n in names if getattr(device, n) is None and values[n] is not None]
    who = [text for text, has in (("device", by_device), ("computed", by_us)) if has]
    return Measurements(**values), ", ".join(who) or "not known"


def header(
    label: str, analysis: Analysis, inputs: dict[str, Input], estimate: Estimate | None, weights: str = ""
) -> list[tuple[str, str]]:
    """The facts that follow the user from page to page: (title, value). weights : named where not the standard ones."""
    m, who = best(analysis)
    sex = inputs["sex"].value

    def known(name: str) -> float | None:
        found = inputs[name]
        return float(found.value) if found.value is not None and found.source != "imputed" else None

    person = [SEXES.get(str(sex), "sex not known"), number(known("age_years"), "years")]
    if known("age_years") is None:
        person = ["sex and age not known"] if sex is None else [person[0], "age not known"]
    size = known("height_cm"), known("weight_kg")
    items = [
        (label, ", ".join(person)),
        ("Size", "not known" if size == (None, None) else f"{number(size[0], 'cm')}, {number(size[1], 'kg')}"),
        ("Rate", number(m.heart_rate_bpm, "/min")),
        (
            f"PR, QRS, QT ({who})",
            f"{number(m.pr_interval_ms)}, {number(m.qrs_duration_ms)}, {number(m.qt_interval_ms, 'ms')}",
        ),
        (
            "P, QRS, T axis",
            f"{number(m.p_axis_deg, '°')}, {number(m.qrs_axis_deg, '°')}, {number(m.t_axis_deg, '°')}",
        ),
        ("Signal", usable(analysis)),
    ]
    if estimate is not None:
        items.append((f"LV mass ({weights})" if weights else "LV mass", mass(estimate)))
    return items


def mass(estimate: Estimate) -> str:
    """'142 g (118–170 g)', '142 g, outside scope', or 'withheld'."""
    if estimate.lvm_g is None:
        return "withheld"
    grams, against = number(estimate.lvm_g, "g"), marks(estimate)
    return f"{grams}, {against}" if against else f"{grams} ({span(estimate.interval_g)})"


def source(found: Input, untouched: Input) -> str:
    """Where a value is from; of a typed one also what stood there before."""
    if found.source == "imputed" and found.value is not None:
        return f"imputed: {_plain(float(found.value))}"
    if found.source != "typed":
        return SOURCES[found.source]
    where = "computed" if untouched.source == "computed" else "file"
    before = untouched.value
    return f"typed; {where}: {'none' if before is None else before if isinstance(before, str) else _plain(before)}"


def _plain(value: float) -> str:
    """Without a unit, and with a decimal only where there is one."""
    return number(value, digits=0 if round(value, 1).is_integer() else 1)


def left_out(recording: Recording) -> str:
    """The receipt: which identifying facts the file holds and the reader did not keep."""
    if recording.left_out:
        return f"Left out on purpose, never kept: {', '.join(recording.left_out)}."
    return "The file holds none of the identifying facts that this reader looks for, such as a name or patient number."


def lead_names(leads: tuple[str, ...]) -> str:
    return ", ".join(leads[:-1]) + " and " + leads[-1] if len(leads) > 1 else "".join(leads)


def missing(analysis: Analysis) -> list[str]:
    """What the file lacks that the estimate can use, in words."""
    patient, device = analysis.recording.patient, analysis.recording.device
    names = {"sex": "sex", "age_years": "age", "height_cm": "height", "weight_kg": "weight"}
    measures = {
        "p_axis_deg": "P axis",
        "qrs_axis_deg": "QRS axis",
        "t_axis_deg": "T axis",
        "qrs_duration_ms": "QRS duration",
    }
    lacking = []
    asked = [text for name, text in names.items() if getattr(patient, name) is None]
    if asked:
        lacking.append(f"Not in the file: {lead_names(tuple(asked))}. Enter on the page LV mass.")
    computed = [
        text for n, text in measures.items() if getattr(device, n) is None and getattr(analysis.measured, n) is not None
    ]
    unknown = [
        text for n, text in measures.items() if getattr(device, n) is None and getattr(analysis.measured, n) is None
    ]
    if computed:
        lacking.append(f"Not measured by the device, so computed here: {lead_names(tuple(computed))}.")
    if unknown:
        lacking.append(f"Neither in the file nor measurable: {lead_names(tuple(unknown))}.")
    return lacking


def interval_name(estimate: Estimate) -> str:
    return f"{(estimate.interval_level or 0) * 100:.0f} % interval"


def limit_g(estimate: Estimate) -> float | None:
    """The upper limit of normal in grams for this patient's body surface."""
    if estimate.limit is None or estimate.bsa_m2 is None:
        return None
    return estimate.limit.limit_g_m2 * estimate.bsa_m2


def verdict(estimate: Estimate) -> str:
    """Whether the index passes the reference limit, with whose limit it is."""
    limit, sex = estimate.limit, estimate.inputs["sex"].value
    if limit is None:
        return "There is no reference limit without the sex."
    group = "men" if sex == "male" else "women"
    whose = f"the {limit.modality} limit for {group}, {limit.limit_g_m2:.0f} g/m² ({limit.source})"
    if estimate.lvmi_g_m2 is None:
        lacking = [NAMES[n] for n in ("height_cm", "weight_kg") if estimate.inputs[n].source in (None, "imputed")]
        return f"To compare with {whose}, enter {lead_names(tuple(lacking)) or 'height and weight'}."
    size = f"{estimate.lvmi_g_m2:.0f} g/m² at {estimate.bsa_m2:.2f} m² ({estimate.bsa_formula})"
    side = "**above**" if estimate.above_limit else "**not above**"
    straddle = ""
    limit_mass = limit_g(estimate)
    if estimate.interval_g and limit_mass and estimate.interval_g[0] < limit_mass < estimate.interval_g[1]:
        straddle = " The limit lies inside the interval: this estimate does not settle it."
    mark = f", {marks(estimate)}" if estimate.overridden else ""
    return f"{size}{mark}: {side} {whose}.{straddle}"


def bandwidth(recording: Recording) -> str:
    """'up to 150 Hz (low-pass filter)': up to where the samples hold the signal, and why."""
    hz, filtered = recording.bandwidth_hz, recording.low_pass_hz
    if filtered is None:
        return f"up to {number(hz, 'Hz')} (by the sampling rate; no low-pass filter stated)"
    by = "low-pass filter" if hz == filtered else f"by the sampling rate; low-pass filter {number(filtered, 'Hz')}"
    return f"up to {number(hz, 'Hz')} ({by})"


def usable_beats(analysis: Analysis) -> list[int]:
    """Indices of the usable beats."""
    return [i for i, b in enumerate(analysis.beats) if b.usable]


def why_this_beat(analysis: Analysis, beat: int | None) -> str:
    if beat is None or beat == analysis.chosen:
        return analysis.chosen_reason
    by_rule = "" if analysis.chosen is None else f" By rule it would be beat {analysis.chosen + 1}."
    return f"Beat {beat + 1} was chosen by hand.{by_rule}"


INPUT_SETS = {
    "model 2": "Model 2: ECG, patient, axes and QRS duration",
    "model 1": "Model 1: ECG and patient",
}
TRAINED_ON = (
    "The networks that come with this application were trained on a semi-synthetic cohort: ECGs changed by computer, "
    "with LV masses drawn from published relations. They have never seen a measured LV mass."
)
AMPLITUDES = (
    "Medians over the usable beats, from the level at QRS onset. R is the tallest and R′ the second upright wave, S "
    "the deepest after the first; a QS complex counts as S. Waves below 0.05 mV do not count: 0.00 stands for none."
)


def anything_typed(typed: Typed) -> bool:
    return typed != Typed()


def how_sure(estimate: Estimate) -> str:
    """What the interval is, and how far folds and beats are apart."""
    folds, beats = estimate.per_fold_g, estimate.per_beat_g
    here = "for this ECG that does not hold" if estimate.overridden else "for a real patient that is unproven"
    return (
        f"In the training cohort {(estimate.interval_level or 0) * 100:.0f} % of the true masses lay in this range "
        f"around the estimate; {here}. "
        f"{len(folds)} networks (folds) give {span((min(folds), max(folds)))}, "
        f"{len(beats)} usable beats {span((min(beats), max(beats)))}."
    )


def cautions(warnings: tuple[str, ...]) -> str:
    """Several warnings as one list."""
    return warnings[0] if len(warnings) == 1 else "\n".join(f"- {warning}" for warning in warnings)


def input_name(name: str) -> str:
    """'QRS duration', 'Age': the name of an input as a table begins with it."""
    text = NAMES.get(name, name)
    return text[0].upper() + text[1:]
