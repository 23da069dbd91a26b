"""The low-pass filter that a file states for its samples, dialect by dialect; None where it states none."""

import re

import pytest

from lvm.read import read
from tests.read import aecg_document

FILES = {
    "ge_muse_xml/braveheart_example1.xml": 150.0,
    "ge_cardiosoft_xml/ecgprocess_example-XML1.xml": 100.0,
    "schiller_sema_xml/cvrg_schiller.xml": 150.0,
    "hl7_aecg/hl7_2003-12_Example_aECG.xml": 150.0,
    "hl7_aecg/liryc_hl7aecg_example.xml": 35.0,
    "hl7_aecg/sierra-tools_ad4d3d80_converted_to_aecg.xml": 150.0,
    "dicom_waveform/pydicom_waveform_ecg.dcm": 300.0,
    "dicom_waveform/ecgtoolkit_Example.dcm": None,
    "scp_ecg/ecgtoolkit_Example.scp": None,  # states 0
    "philips_sierra_xml/2020-5-18_1_04_01.xml": None,  # its 100 Hz are those of the display
    "philips_sierra_xml/129DYPRG_1_03.xml": None,
}


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@pytest.mark.parametrize(("file", "low_pass_hz"), FILES.items())
def test_real_files(shared, file, low_pass_hz):
    assert read((shared / "ecg-files" / file).read_bytes()).low_pass_hz == low_pass_hz


def in_rhythm(muse: bytes, elements: str) -> bytes:
    return muse.replace(b"<SampleType>", elements.encode() + b"<SampleType>", 1)


def test_muse_states_it_beside_the_samples(muse):
    assert read(muse).low_pass_hz is None
    assert (
        read(in_rhythm(muse, "<HighPassFilter>16</HighPassFilter><LowPassFilter>40</LowPassFilter>")).low_pass_hz == 40
    )
    assert read(in_rhythm(muse, "<LowPassFilter>0</LowPassFilter>")).low_pass_hz is None
    assert read(in_rhythm(muse, "<LowPassFilter>OFF</LowPassFilter>")).low_pass_hz is None


def test_muse_of_the_median_beat_does_not_count(muse):
    median = "<Waveform><WaveformType>Median</WaveformType><LowPassFilter>40</LowPassFilter></Waveform>"
    both = re.sub(
        rb"(<RestingECG>)", rb"\g<1>" + median.encode(), in_rhythm(muse, "<LowPassFilter>150</LowPassFilter>")
    )
    assert both.count(b"LowPassFilter") == 4
    assert read(both).low_pass_hz == 150


def control(kind: str, cutoff: str, value: str = "40", unit: str = ' unit="Hz"') -> str:
    return (
        f'<controlVariable><controlVariable><code code="MDC_ECG_CTL_VBL_ATTR_FILTER_{kind}"/><component>'
        f'<controlVariable><code code="MDC_ECG_CTL_VBL_ATTR_FILTER_{cutoff}"/><value value="{value}"{unit}/>'
        "</controlVariable></component></controlVariable></controlVariable>"
    )


@pytest.mark.parametrize(
    ("controls", "low_pass_hz"),
    [
        ((), None),
        ((control("LOW_PASS", "CUTOFF_FREQ"),), 40.0),
        ((control("LOW_PASS", "CUTOFF_FREQ", unit=""),), 40.0),
        ((control("LOW_PASS", "CUTOFF_FREQ", "0.04", ' unit="kHz"'),), None),
        ((control("LOW_PASS", "DESCRIPTION"),), None),
        ((control("HIGH_PASS", "CUTOFF_FREQ"),), None),
        ((control("NOTCH", "NOTCH_FREQ", "60"), control("LOW_PASS", "CUTOFF_FREQ", "150")), 150.0),
    ],
)
def test_aecg_states_it_as_a_control_variable_of_the_series(steps, controls, low_pass_hz):
    text = aecg_document.document(steps)
    changed = text.replace("<component><sequenceSet>", "".join(controls) + "<component><sequenceSet>", 1)
    assert read(changed.encode()).low_pass_hz == low_pass_hz
