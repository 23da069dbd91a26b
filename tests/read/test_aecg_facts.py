from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from lvm.read import read
from lvm.recording import LEADS, Measurements, Patient
from tests.read import aecg_document
from tests.read.aecg_document import annotation, bounded, observed, within

FOLDER = "ecg-files/hl7_aecg"


@pytest.fixture
def document(steps: np.ndarray) -> Callable[..., str]:
    """Builds an aECG document; see aecg_document."""
    return partial(aecg_document.document, steps)


def test_a_contradiction_of_age_and_birth_date_is_named(shared):
    ecg = read((shared / FOLDER / "hl7_2003-12_Example_aECG.xml").read_bytes())
    assert ecg.warnings == ("The file's age and its birth date do not agree; the age was taken. Check it.",)
    assert ecg.left_out == (
        "name", "patient number", "birth date", "order or visit number", "physician or technician",
        "hospital or department", "device serial number", "free text", "race",
    )  # fmt: skip


def test_age_height_and_weight_with_their_units(document):
    control = (
        observed("21612-7", "754", "mo") + observed("8302-2", "68", "[in_i]") + observed("29463-7", "154", "[lb_av]")
    )
    assert read(document(control=control).encode()).patient == Patient("female", 62.0, 172.7, 69.9)
    unknown = observed("21612-7", "", "a") + observed("8302-2", "0", "cm")
    assert read(document(control=unknown, person="").encode()).patient == Patient()


def test_measurements_statements_and_pacemaker(document):
    annotations = "".join(
        [
            annotation("MDC_ECG_HEART_RATE", 'value="66" unit="bpm"'),
            annotation("MDC_ECG_TIME_PD_PR", 'value="0.16" unit="s"'),
            annotation("MDC_ECG_TIME_PD_QRS", 'value="90" unit="ms"'),
            annotation("MDC_ECG_TIME_PD_QRS", 'value="94" unit="ms"'),
            annotation("MDC_ECG_TIME_PD_QRS", 'value="98"'),
            annotation("MDC_ECG_TIME_PD_QT", 'value="0" unit="ms"'),
            annotation("MDC_ECG_ANGLE_P_FRONT", 'value="50" unit="deg"'),
            annotation("MINDRAY_ECG_QRS_AXIS", 'value="-12" unit="deg"'),
            annotation("MDC_ECG_ANGLE_T_FRONT", 'value="999" unit="deg"'),
            annotation("MDC_ECG_RHY", 'code="X" displayName="Atrial fibrillation"'),
        ]
    )
    ecg = read(document(annotations=annotations, person="<Paced>true</Paced><Age>63</Age>").encode())
    assert ecg.device == Measurements(50, -12, None, 66, 160, 94, None)
    assert ecg.findings == ("atrial fibrillation",)
    assert ecg.pacemaker is True
    assert ecg.patient == Patient(age_years=63.0)


def test_patient_from_a_series_and_by_other_words(document):
    person = '<administrativeGenderCode code="1" displayName="Male"/>'
    assert read(document(person=person).encode()).patient == Patient("male")
    undifferentiated = '<administrativeGenderCode code="UN" displayName="Undifferentiated"/>'
    assert read(document(person=undifferentiated).encode()).patient == Patient()
    observed_there = "".join(
        f'<controlVariable><controlVariable><code code="{code}"/><value value="{value}" unit="{unit}"/>'
        "</controlVariable></controlVariable>"
        for code, value, unit in (("30525-0", "61", "a"), ("3137-7", "1.7", "m"), ("3141-9", "70500", "g"))
    )
    text = document(person=person).replace("<component><sequenceSet>", observed_there + "<component><sequenceSet>", 1)
    assert read(text.encode()).patient == Patient("male", 61.0, 170.0, 70.5)


def test_measurements_of_single_leads_are_not_those_of_the_recording(document):
    qrs = annotation("MDC_ECG_TIME_PD_QRS", 'value="120" unit="ms"')
    of_one = within("MATRIX", "", bounded("V1") + qrs)
    of_all = annotation("MDC_ECG_TIME_PD_QRS", 'value="90" unit="ms"').replace(
        "</annotation>", bounded(*(name.upper() for name in LEADS)) + "</annotation>"
    )
    assert read(document(annotations=of_one).encode()).device.qrs_duration_ms is None
    assert read(document(annotations=of_one + of_all).encode()).device.qrs_duration_ms == 90


def test_measurements_of_beats_stand_back_behind_those_of_the_recording(document):
    beats = "".join(
        within("MDC_ECG_BEAT", 'code="MDC_ECG_BEAT_NORMAL"', annotation(code, f'value="{value}"'))
        for code, of_beats in (
            ("MDC_ECG_TIME_PD_QT", (400, 410, 480)),
            ("MDC_ECG_ANGLE_QRS_FRONT", (178, -178, -176)),
            ("MDC_ECG_ANGLE_T_FRONT", (999, 30, 34)),
        )
        for value in of_beats
    )
    assert read(document(annotations=beats).encode()).device == Measurements(None, -178, 32, None, None, None, 410)
    whole = annotation("MDC_ECG_TIME_PD_QT", 'value="404"')
    assert read(document(annotations=beats + whole).encode()).device.qt_interval_ms == 404


def test_the_latest_set_of_annotations_and_last_of_all_the_representative_beat(document):
    def dated(day: str, *found: str) -> str:
        return f'<annotationSet><activityTime value="{day}"/>{"".join(found)}</annotationSet>'

    physician = dated("20200302", annotation("MDC_ECG_TIME_PD_QRS", 'value="110"'))
    device = dated(
        "20200301", annotation("MDC_ECG_TIME_PD_QRS", 'value="120"'), annotation("MDC_ECG_TIME_PD_PR", 'value="160"')
    )
    beat = (
        '<derivation><derivedSeries><code code="REPRESENTATIVE_BEAT"/><subjectOf>{}</subjectOf></derivedSeries>'
        "</derivation>"
    )
    of_beat = "".join(
        annotation(code, f'value="{value}"')
        for code, value in (
            ("MDC_ECG_TIME_PD_QRS", 100),
            ("MDC_ECG_TIME_PD_QT_GL", 400),
            ("MINDRAY_ECG_HEART_RATE", 61),
        )
    )
    text = document(derivation=beat.format(dated("20200303", of_beat)))
    ecg = read(text.replace("<annotationSet></annotationSet>", physician + device).encode())
    assert ecg.device == Measurements(None, None, None, 61, 160, 110, 400)


def test_a_measurement_in_another_unit_is_not_used(document):
    annotations = annotation("MDC_ECG_TIME_PD_QT", 'value="400" unit="mV"') + annotation(
        "MDC_ECG_ANGLE_QRS_FRONT", 'value="-0.5236" unit="rad"'
    )
    device = read(document(annotations=annotations).encode()).device
    assert device.qt_interval_ms is None
    assert device.qrs_axis_deg == pytest.approx(-30, abs=0.01)


NORMAL, PACED, RIGHT, PARTIAL = (
    annotation("MDC_ECG_BEAT", f'code="MDC_ECG_BEAT_{kind}"')
    for kind in ("NORMAL", "PACED", "RBB_BLK_COMP", "RBB_BLK_INCOMP")
)


@pytest.mark.parametrize(
    ("annotations", "findings"),
    [
        (NORMAL * 9 + PACED, ("paced rhythm",)),
        (within("MDC_ECG_WAVC", 'code="MDC_ECG_WAVP_PACE_V"', bounded("II")), ("paced rhythm",)),
        (NORMAL + RIGHT, ("bundle branch block",)),
        (NORMAL * 2 + RIGHT, ()),
        (PARTIAL * 3, ()),
        (annotation("MDC_ECG_RHY", 'code="MDC_ECG_RHY_ATR_FIB"'), ("atrial fibrillation",)),
        (annotation("MDC_ECG_RHY", 'code="MDC_ECG_RHY_ATR_FLUT"'), ()),
        (annotation("MDC_ECG_RHY", 'code="MDC_ECG_RHY_SINUS_RHY" displayName="Sinus Rhythm"'), ()),
    ],
)
def test_findings_by_their_codes(document, annotations, findings):
    ecg = read(document(annotations=annotations).encode())
    assert ecg.findings == findings
    assert ecg.pacemaker is (True if "paced rhythm" in findings else None)


def test_a_statement_behind_thousands_of_other_annotations_is_read(document):
    statement = annotation("MDC_ECG_INTERPRETATION_STATEMENT", "").replace(
        "/></annotation>", ">{}</value></annotation>"
    )
    many = within("MDC_ECG_RHY", 'displayName="Sinus Rhythm"', "") * 2500
    ecg = read(document(annotations=many + statement.format("Electronic ventricular pacemaker")).encode())
    assert ecg.findings == ("paced rhythm",)


def test_every_kind_of_identifying_fact_is_named(document):
    text = (
        document(person='<name><given>A</given></name><birthTime value="19570302"/><raceCode code="x"/><Bed>3</Bed>')
        .replace("<effectiveTime>", "<text>seen by</text><effectiveTime>", 1)
        .replace("<trialSubject>", '<trialSubject><id extension="12"/>')
        .replace("<annotationSet>", "<annotationSet><author><assignedEntity><assignedAuthorType><assignedPerson>"
                 "<name>B</name></assignedPerson></assignedAuthorType></assignedEntity></author>")
        .replace("<component><sequenceSet>", "<author><seriesAuthor><manufacturedSeriesDevice><SerialNumber>9"
                 "</SerialNumber></manufacturedSeriesDevice></seriesAuthor></author><component><sequenceSet>")
    )  # fmt: skip
    assert read(text.encode()).left_out == (
        "name", "patient number", "birth date", "order or visit number", "physician or technician",
        "hospital or department", "device serial number", "free text", "race",
    )  # fmt: skip
