import pytest

from lvm.read.statements import findings, pacemaker


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Electronic ventricular pacemaker", ("paced rhythm",)),
        ("AV dual-paced rhythm", ("paced rhythm",)),
        ("Ventricular-paced complexes", ("paced rhythm",)),
        ("VENTRICULAR PACED RHYTHM", ("paced rhythm",)),
        ("wandering atrial pacemaker", ()),
        ("Left bundle branch block", ("bundle branch block",)),
        ("RBBB and LAFB", ("bundle branch block",)),
        ("Incomplete right bundle branch block", ()),
        ("QRSd >115mS, not LBBB/RBBB", ()),
        ("no longer in left bundle-branch block", ()),
        ("Atrial fibrillation\nwith rapid ventricular response", ("atrial fibrillation",)),
        ("AFIB", ("atrial fibrillation",)),
        ("Sinus rhythm, no atrial fibrillation", ()),
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
