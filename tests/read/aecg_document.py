"""Made-up aECG documents, whole and in parts."""

import numpy as np

from lvm.recording import LEADS


def sequence(code: str, value: str) -> str:
    return f'<component><sequence><code code="{code}"/><value>{value}</value></sequence></component>'


def lead(name: str, row: np.ndarray, scale: str = 'value="5" unit="uV"', origin: str = 'value="0" unit="uV"') -> str:
    digits = " ".join(str(step) for step in row)
    code = "MDC_ECG_LEAD_" + name.upper()
    return sequence(code, f"<origin {origin}/><scale {scale}/><digits>{digits}</digits>")


def annotation(code: str, value: str) -> str:
    return f'<component><annotation><code code="{code}"/><value {value}/></annotation></component>'


def document(
    steps: np.ndarray,
    leads: str | None = None,
    time: str = sequence("TIME_ABSOLUTE", '<head value="20200301102030"/><increment value="0.002" unit="s"/>'),
    person: str = '<name>Doe</name><administrativeGenderCode code="F"/><birthTime value="19570302"/>',
    control: str = "",
    annotations: str = "",
    derivation: str = "",
    code: str = "RHYTHM",
) -> str:
    """An aECG document at 500 Hz, 5 uV a step. steps : (12, T) integers."""
    if leads is None:
        leads = "".join(lead(name, row) for name, row in zip(LEADS, steps, strict=True))
    return f"""<?xml version="1.0"?><AnnotatedECG xmlns="urn:hl7-org:v3"><id root="1.2" extension="77"/>
<effectiveTime><low value="20200301102030"/></effectiveTime>
<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>
<subjectDemographicPerson>{person}</subjectDemographicPerson></trialSubject></subject>
</subjectAssignment></componentOf></timepointEvent></componentOf>{control}
<component><series><code code="{code}"/><component><sequenceSet>{time}{leads}</sequenceSet></component>
<subjectOf><annotationSet>{annotations}</annotationSet></subjectOf>{derivation}</series></component></AnnotatedECG>"""


def observed(code: str, value: str, unit: str) -> str:
    return (
        f'<controlVariable><relatedObservation><code code="{code}"/><value value="{value}" unit="{unit}"/>'
        "</relatedObservation></controlVariable>"
    )


def within(code: str, value: str, inner: str) -> str:
    return annotation(code, value).replace("</annotation>", f"{inner}</annotation>")


def bounded(*leads: str) -> str:
    bounds = "".join(
        f'<component><boundary><code code="MDC_ECG_LEAD_{name}"/></boundary></component>' for name in leads
    )
    return f"<support><supportingROI>{bounds}</supportingROI></support>"
