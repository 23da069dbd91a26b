import time

import pytest

from lvm.read.statements import findings, pacemaker


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Electronic ventricular pacemaker", ("paced rhythm",)),
        ("Sinus rhythm has been replaced by atrial fibrillation", ("atrial fibrillation",)),
        ("Since prior tracing atrial fibrillation has replaced sinus rhythm", ("atrial fibrillation",)),
        ("No previous ECG available\r\nAtrial fibrillation", ("atrial fibrillation",)),
        ("Non-specific ST abnormality, left bundle branch block", ("bundle branch block",)),
        ("No P-waves found - atrial fibrillation", ("atrial fibrillation",)),
        ("Cannot exclude LBBB", ("bundle branch block",)),
        ("Vorhofflimmern", ("atrial fibrillation",)),
        ("Kompletter Linksschenkelblock", ("bundle branch block",)),
        ("inkompletter Rechtsschenkelblock", ()),
        ("Fibrillation auriculaire", ("atrial fibrillation",)),
        ("pas de fibrillation auriculaire", ()),
        ("AV dual-paced rhythm", ("paced rhythm",)),
        ("Ventricular-paced complexes", ("paced rhythm",)),
        ("VENTRICULAR PACED RHYTHM", ("paced rhythm",)),
        ("Electronic atrial pacemaker", ("paced rhythm",)),
        ("AV sequential or dual chamber electronic pacemaker", ("paced rhythm",)),
        ("Demand pacemaker; interpretation is based on intrinsic rhythm", ("paced rhythm",)),
        ("Atrial-sensed ventricular-paced rhythm", ("paced rhythm",)),
        ("Pacemaker rhythm - no further analysis", ("paced rhythm",)),
        ("Biventricular pacemaker detected", ("paced rhythm",)),
        ("Demand atrial pacing", ("paced rhythm",)),
        ("Electronic ventricular pacemaker has replaced sinus rhythm", ("paced rhythm",)),
        ("Sinus rhythm has replaced electronic ventricular pacemaker", ()),
        ("No pacemaker spikes", ()),
        ("wandering atrial pacemaker", ()),
        ("Wandering atrial pacemaker rhythm", ()),
        ("junctional pacemaker rhythm", ()),
        ("Left bundle branch block", ("bundle branch block",)),
        ("RBBB and LAFB", ("bundle branch block",)),
        ("CLBBB", ("bundle branch block",)),
        ("Complete right BBB", ("bundle branch block",)),
        ("Probable left bundle branch block", ("bundle branch block",)),
        ("Left bundle branch block is now present", ("bundle branch block",)),
        ("Trifascicular block", ("bundle branch block",)),
        ("Left anterior fascicular block", ()),
        ("Nonspecific intraventricular conduction delay", ()),
        ("Incomplete right bundle branch block", ()),
        ("RBBB, incomplete", ()),
        ("IRBBB", ()),
        ("Left bundle branch block is no longer present", ()),
        ("QRSd >115mS, not LBBB/RBBB", ()),
        ("no longer in left bundle-branch block", ()),
        ("Atrial fibrillation\nwith rapid ventricular response", ("atrial fibrillation",)),
        ("AFIB", ("atrial fibrillation",)),
        ("Atrial flutter/fibrillation", ("atrial fibrillation",)),
        ("Cannot rule out atrial fibrillation", ("atrial fibrillation",)),
        ("Atrial fibrillation, no previous ECG", ("atrial fibrillation",)),
        ("Sinus rhythm, no atrial fibrillation", ()),
        ("Sinus rhythm has replaced atrial fibrillation", ()),
        ("Atrial fibrillation has been replaced by sinus rhythm", ()),
        ("History of atrial fibrillation", ()),
        ("Atrial flutter", ()),
        ("Ventricular fibrillation", ()),
        ("Sinus rhythm", ()),
        ("", ()),
    ],
)
def test_findings(text: str, found: tuple[str, ...]):
    assert findings([text]) == found


def test_one_statement_does_not_deny_another():
    assert findings(["not LBBB", "Left bundle branch block", "Atrial fibrillation"]) == (
        "bundle branch block",
        "atrial fibrillation",
    )


def test_a_paced_rhythm_means_a_pacemaker():
    assert pacemaker(None, ()) is None
    assert pacemaker(False, ("atrial fibrillation",)) is False
    assert pacemaker(False, ("paced rhythm",)) is True


def test_a_flood_of_statements_takes_no_time():
    started = time.perf_counter()
    assert findings([f"{i} " + "not atrial fib " * 1000 for i in range(400)] + ["LBBB"]) == ()
    assert time.perf_counter() - started < 2
