import json
from dataclasses import asdict, replace

import pytest

from lvm.criteria import CRITERIA, bandwidth_note, judge
from lvm.heart import Heart
from lvm.measure import Amplitudes
from lvm.recording import LEADS


def heart(sex="male", qrs_duration_ms=100.0, **waves_mv):
    """All waves 0 but those named, as in heart(SV1=1.2, RV5=2.3)."""
    r, s = dict.fromkeys(LEADS, 0.0), dict.fromkeys(LEADS, 0.0)
    for wave, mv in waves_mv.items():
        (r if wave[0] == "R" else s)[wave[1:]] = mv
    return Heart(Amplitudes(r, s, None), qrs_duration_ms, sex)


def result(name, of):
    return {result.name: result for result in judge(of)}[name]


QRS = "QRS duration"
LIMITS = [
    ("Sokolow-Lyon", heart(SV1=1.5, RV5=2.0, RV6=1.0), 3.5, True, ("SV1", "RV5")),
    ("Sokolow-Lyon", heart("female", SV1=1.25, RV5=1.0, RV6=2.25), 3.5, True, ("SV1", "RV6")),
    ("Sokolow-Lyon", heart(SV1=1.5, RV5=1.99), 3.49, False, ("SV1", "RV5")),
    ("Sokolow-Lyon product", heart(qrs_duration_ms=106, SV1=1.5, RV6=2.0), 3710.0, True, ("SV1", "RV6", QRS)),
    ("Sokolow-Lyon product", heart("female", 105, SV1=1.5, RV6=2.0), 3675.0, False, ("SV1", "RV6", QRS)),
    ("Cornell voltage", heart(RaVL=1.25, SV3=1.5625), 2.8125, True, ("RaVL", "SV3")),
    ("Cornell voltage", heart(RaVL=1.25, SV3=1.54), 2.79, False, ("RaVL", "SV3")),
    ("Cornell voltage", heart("female", RaVL=0.5, SV3=1.5), 2.0, True, ("RaVL", "SV3")),
    ("Cornell voltage", heart("female", RaVL=0.5, SV3=1.49), 1.99, False, ("RaVL", "SV3")),
    ("Cornell product", heart(qrs_duration_ms=122, RaVL=1.0, SV3=1.0), 2440.0, True, ("RaVL", "SV3", QRS)),
    ("Cornell product", heart(qrs_duration_ms=121, RaVL=1.0, SV3=1.0), 2420.0, False, ("RaVL", "SV3", QRS)),
    ("Cornell product", heart("female", 100, RaVL=0.5, SV3=1.2), 2500.0, True, ("RaVL", "SV3", QRS)),
    ("Cornell product", heart("female", 100, RaVL=0.5, SV3=1.1), 2400.0, False, ("RaVL", "SV3", QRS)),
    ("Peguero-Lo Presti", heart(SV2=2.0, SV3=1.5, SV4=0.8125), 2.8125, True, ("SV2", "SV4")),
    ("Peguero-Lo Presti", heart(SV2=2.0, SV3=1.5, SV4=0.79), 2.79, False, ("SV2", "SV4")),
    ("Peguero-Lo Presti", heart("female", SIII=1.5, SV4=0.8125), 2.3125, True, ("SIII", "SV4")),
    ("Peguero-Lo Presti", heart("female", SIII=1.5, SV4=0.79), 2.29, False, ("SIII", "SV4")),
    ("Peguero-Lo Presti", heart(SV3=1.0, SV4=1.5), 3.0, True, ("SV4", "SV4")),
    ("R in aVL", heart(RaVL=1.11), 1.11, True, ("RaVL",)),
    ("R in aVL", heart(RaVL=1.1), 1.1, False, ("RaVL",)),
    ("Gubner-Ungerleider", heart(RI=1.25, SIII=1.25), 2.5, True, ("RI", "SIII")),
    ("Gubner-Ungerleider", heart("female", RI=1.25, SIII=1.24), 2.49, False, ("RI", "SIII")),
    ("Lewis", heart(RI=1.25, SIII=1.0, RIII=0.25, SI=0.25), 1.75, True, ("RI", "SIII", "-RIII", "-SI")),
    ("Lewis", heart("female", RI=1.25, SIII=1.0, RIII=0.25, SI=0.31), 1.69, False, ("RI", "SIII", "-RIII", "-SI")),
    ("Lewis", heart(RIII=1.0, SI=0.5), -1.5, False, ("RI", "SIII", "-RIII", "-SI")),
]


@pytest.mark.parametrize(("name", "of", "value", "met", "leads"), LIMITS)
def test_both_sides_of_each_limit(name, of, value, met, leads):
    found = result(name, of)
    assert found.value == pytest.approx(value)
    assert found.met is met
    assert found.leads == leads


@pytest.mark.parametrize(
    ("name", "male", "female", "unit"),
    [
        ("Sokolow-Lyon", 3.5, 3.5, "mV"),
        ("Sokolow-Lyon product", 3710.0, 3710.0, "mm·ms"),
        ("Cornell voltage", 2.8, 2.0, "mV"),
        ("Cornell product", 2440.0, 2440.0, "mm·ms"),
        ("Peguero-Lo Presti", 2.8, 2.3, "mV"),
        ("R in aVL", 1.1, 1.1, "mV"),
        ("Gubner-Ungerleider", 2.5, 2.5, "mV"),
        ("Lewis", 1.7, 1.7, "mV"),
        ("Romhilt-Estes", 4.0, 4.0, "points"),
    ],
)
def test_limits_of_the_literature(name, male, female, unit):
    assert (result(name, heart("male")).threshold, result(name, heart("female")).threshold) == (male, female)
    assert result(name, heart()).unit == unit


def test_results_come_in_the_order_of_the_criteria_each_with_its_source():
    results = judge(heart())
    assert [r.name for r in results] == [c.name for c in CRITERIA]
    assert all(r.source.split()[-1].isdigit() for r in results)
    assert len({r.name for r in results}) == 9


def test_without_qrs_duration_the_products_are_unknown_and_the_voltages_are_judged():
    of = replace(heart(RaVL=1.5, SV3=1.5), qrs_duration_ms=None)
    for name in ("Cornell product", "Sokolow-Lyon product"):
        assert (result(name, of).value, result(name, of).met) == (None, None)
        assert result(name, of).leads[-1] == QRS
    assert result("Cornell voltage", of).met is True


def without(of, *leads):
    return replace(of, amplitudes=of.amplitudes.without(leads))


@pytest.mark.parametrize(
    ("lead", "unknown"),
    [
        ("V1", {"Sokolow-Lyon", "Sokolow-Lyon product", "Peguero-Lo Presti"}),
        ("V2", {"Peguero-Lo Presti"}),
        ("V3", {"Cornell voltage", "Cornell product", "Peguero-Lo Presti"}),
        ("V5", {"Sokolow-Lyon", "Sokolow-Lyon product", "Peguero-Lo Presti"}),
        ("aVL", {"Cornell voltage", "Cornell product", "Peguero-Lo Presti", "R in aVL"}),
        ("III", {"Gubner-Ungerleider", "Lewis", "Peguero-Lo Presti"}),
    ],
)
def test_what_needs_a_lead_that_is_missing_is_unknown(lead, unknown):
    results = judge(without(heart(RV5=5.0, RV6=6.0, SV2=3.0), lead))
    found = {r.name for r in results if r.value is None}
    assert found == unknown | {"Romhilt-Estes"}
    assert all((r.met is None) == (r.value is None) for r in results)


def test_nothing_is_met_by_nothing():
    assert [r.met for r in judge(heart("female"))] == [False] * 8 + [None]


def test_in_women_the_cornell_product_says_what_is_added():
    assert result("Cornell product", heart("female")).notes == (
        "Cornell product: in women 0.8 mV are added to the voltage.",
    )
    assert result("Cornell product", heart("male")).notes == ()


HIGH = {"SV1": 2.0, "RV5": 3.0, "RaVL": 1.5, "SV3": 2.0, "SV4": 1.0, "RI": 2.0, "SIII": 1.5}


@pytest.mark.parametrize("bandwidth_hz", [None, 150.0, 200.0, 400.0])
def test_a_diagnostic_bandwidth_needs_no_note(bandwidth_hz):
    results = judge(replace(heart(**HIGH), bandwidth_hz=bandwidth_hz))
    assert [r.met for r in results][:8] == [True] * 8
    assert not any("hold frequencies" in note for r in results for note in r.notes)


@pytest.mark.parametrize("bandwidth_hz", [149.0, 100.0, 41.0])
def test_with_less_bandwidth_voltages_may_read_low(bandwidth_hz):
    results = judge(replace(heart(**HIGH), bandwidth_hz=bandwidth_hz))
    assert [r.met for r in results][:8] == [True] * 8
    for r in results:
        assert r.notes[0] == (
            f"Voltages may read low: the samples hold frequencies up to {bandwidth_hz:.0f} Hz, "
            "and voltages need 150 Hz (AHA 2007)."
        )


@pytest.mark.parametrize("bandwidth_hz", [40.0, 35.0])
def test_at_40_hz_the_value_is_there_and_nothing_is_met_or_not_met(bandwidth_hz):
    high = [replace(heart(**waves), bandwidth_hz=bandwidth_hz) for waves in (HIGH, {})]
    for of in high:
        results = judge(of)
        assert [r.met for r in results] == [None] * 9
        assert all(r.value is not None for r in results[:8])
        assert all("Voltages are not valid" in r.notes[0] for r in results)
        assert f"up to {bandwidth_hz:.0f} Hz" in results[0].notes[0]
    assert result("Cornell voltage", high[0]).value == 3.5


def test_the_note_on_the_bandwidth_by_itself():
    assert bandwidth_note(None) == bandwidth_note(150) == ""
    assert bandwidth_note(40.1).startswith("Voltages may read low")
    assert bandwidth_note(40).startswith("Voltages are not valid")


def test_results_can_be_written_as_json():
    rows = json.loads(json.dumps([asdict(r) for r in judge(heart())], allow_nan=False))
    assert set(rows[0]) >= {"name", "value", "unit", "threshold", "met", "leads", "notes"}
    assert rows[-1]["grades"] == [[4.0, "probable"], [5.0, "definite"]]
    assert rows[-1]["points"][0]["name"] == "High voltage"
