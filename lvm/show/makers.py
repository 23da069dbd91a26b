"""Who made a measurement: the user, who typed it or moved a boundary, the device, or we."""

from collections.abc import Sequence

from lvm.analysis import Analysis
from lvm.language import mark, tr
from lvm.measure import qtc_fridericia_ms
from lvm.recording import Measurements, Typed

_TYPED, _BY_HAND, DEVICE, _COMPUTED = mark("typed"), mark("by hand"), mark("device"), mark("computed")


def best(
    analysis: Analysis,
    by_hand: Measurements = Measurements(),  # noqa: B008 - frozen
    typed: Typed = Typed(),  # noqa: B008 - frozen
) -> tuple[Measurements, dict[str, str]]:
    """What the user set by hand, filled up with the device's measurements and ours; and who made each that is known.

    typed : which of what is set by hand was typed; the rest follows from boundaries.
    """
    makers = {_BY_HAND: by_hand, DEVICE: analysis.recording.device, _COMPUTED: analysis.measured}
    values: dict[str, float] = {}
    who: dict[str, str] = {}
    for name in Measurements.__dataclass_fields__:
        for maker, of in makers.items():
            if name not in values and getattr(of, name) is not None:
                values[name], who[name] = getattr(of, name), maker
        if who.get(name) == _BY_HAND and getattr(typed, name, None) is not None:
            who[name] = _TYPED
    return Measurements(**values), who


def qtcf(analysis: Analysis, m: Measurements, who: dict[str, str]) -> tuple[float | None, str]:
    """QTc by Fridericia, and who made it: of a QT and a rate of one maker, unless the QT is the user's."""
    if who.get("qt_interval_ms") == _BY_HAND:
        return qtc_fridericia_ms(m.qt_interval_ms, m.heart_rate_bpm), _BY_HAND
    device, ours = (
        qtc_fridericia_ms(of.qt_interval_ms, of.heart_rate_bpm) for of in (analysis.recording.device, analysis.measured)
    )
    return (ours, _COMPUTED) if device is None else (device, DEVICE)


def with_makers(values: Sequence[tuple[str, str | None]]) -> tuple[str, str]:
    """Who made most of the values, and all of them: ('device', '172, 110 (typed), 408 ms').

    values : each with who made it; None for one that is not known.
    """
    every = [maker for _, maker in values if maker is not None]
    most = max(every, key=every.count) if every else mark("not known")
    texts = (
        value if maker in (None, most) else tr("{value} ({who})", value=value, who=maker) for value, maker in values
    )
    return most, ", ".join(texts)
