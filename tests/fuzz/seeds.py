"""Small whole files of every dialect, made here: where fuzzing starts, and what tests mutate and inflate.

Each is a set of files by name, as a user gives them: one file, or a WFDB header with its samples.
"""

import base64
import io
from collections.abc import Callable

import numpy as np

from lvm.cohort.muse import write_muse
from lvm.recording import LEADS, Measurements, Patient, Signal

Files = dict[str, bytes]

STEP_UV = 5
RATE_HZ = 500
NAMESPACE = ' xmlns="http://www3.medical.philips.com"'


def steps(seconds: float = 2.0) -> np.ndarray:
    """(12, T) integers of 5 uV at 500 Hz: an R wave each 0.8 s on slow waves, limb leads that agree."""
    rng = np.random.default_rng(7)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    own = 20 * np.sin(2 * np.pi * t * rng.uniform(0.8, 3, (8, 1))) + rng.normal(0, 4, (8, t.size))
    own += rng.uniform(100, 250, (8, 1)) * np.exp(-(((t % 0.8) - 0.4) ** 2) / 2e-4)
    one, two = own[:2]
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.rint(np.stack([*limb, *own[2:]])).astype(np.int64)


def lzw(data: bytes) -> bytes:
    """Ten-bit LZW, as lvm.read.xli unpacks it."""
    strings = {bytes([k]): k for k in range(256)}
    codes, seen = [], b""
    for k in range(len(data)):
        longer = seen + data[k : k + 1]
        if longer in strings:
            seen = longer
            continue
        codes.append(strings[seen])
        if len(strings) < 1023:
            strings[longer] = len(strings)
        seen = data[k : k + 1]
    return pack10([*codes, strings[seen], 1023])


def pack10(codes: list[int]) -> bytes:
    """Ten bits a code, most significant first."""
    bits = "".join(f"{code:010b}" for code in codes)
    return int(bits + "0" * (-len(bits) % 8), 2).to_bytes((len(bits) + 7) // 8, "big")


def xli_chunk(packed: bytes, start: int = 0) -> bytes:
    return len(packed).to_bytes(4, "little") + b"\0\0" + start.to_bytes(2, "little", signed=True) + packed


def xli(samples: np.ndarray) -> bytes:
    """Compress (leads, T) integers as Philips devices do."""
    one, two, three, avr, avl, avf = samples[:6]
    stored = [one, two, two - one - three, -avr - (one + two) // 2, (one - three) // 2 - avl, (two + three) // 2 - avf]
    out = b""
    for lead in [*stored, *samples[6:]]:
        errors = 2 * lead[1:-1] - lead[:-2] - lead[2:]
        words = np.concatenate((lead[:2], errors[1:] + 64, [64])).astype(">i2").view(np.uint8).reshape(-1, 2)
        out += xli_chunk(lzw(words.T.tobytes()), int(errors[0]))
    return out


def sierra(
    samples: np.ndarray,
    patient: str = "<sex>Male</sex>",
    more: str = "",
    labels: str = " ".join(LEADS),
    namespace: str = NAMESPACE,
    packed: bytes | None = None,
) -> str:
    """A Sierra 1.04 document of (leads, T) integers at 500 Hz, 5 uV a step; `packed` replaces their compression."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<restingecgdata{namespace}>
<documentinfo><documenttype>PhilipsECG</documenttype><documentversion>1.04</documentversion></documentinfo>
<dataacquisition date="2020-03-01" time="10:20:30"><signalcharacteristics><samplingrate>500</samplingrate>
<resolution>5</resolution></signalcharacteristics></dataacquisition>
<patient><generalpatientdata>{patient}</generalpatientdata></patient>{more}
<waveforms><parsedwaveforms dataencoding="Base64" compression="XLI" numberofleads="{len(samples)}" leadlabels="{labels}"
 durationperchannel="{samples.shape[1] * 2}" samplespersecond="500" resolution="5">
{base64.encodebytes(xli(samples) if packed is None else packed).decode()}</parsedwaveforms></waveforms>
</restingecgdata>"""


def muse(samples: np.ndarray) -> bytes:
    device = Measurements(50, -12, 40, 66, 160, 94, 402)
    millivolts: Signal = (samples * (STEP_UV / 1000)).astype(np.float32)
    return write_muse(millivolts, RATE_HZ, Patient("female", 63.0, 164.5, 71.2), device, "Synthetic")


def aecg(samples: np.ndarray, digits: Callable[[str], str] = lambda text: text) -> bytes:
    """HL7 aECG; `digits` may put something else in place of the samples' text."""
    leads = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{name.upper() if name[0] == "V" else name}"/>'
        f'<value><origin value="0" unit="uV"/><scale value="5" unit="uV"/><digits>{digits(_row(row, " "))}</digits>'
        "</value></sequence></component>"
        for name, row in zip(LEADS, samples, strict=True)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><AnnotatedECG xmlns="urn:hl7-org:v3"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><code code="93000"/><effectiveTime><low value="20200301102030"/>
</effectiveTime><componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>
<subjectDemographicPerson><administrativeGenderCode code="F"/><birthTime value="19600301"/></subjectDemographicPerson>
</trialSubject></subject></subjectAssignment></componentOf></timepointEvent></componentOf><component><series>
<code code="RHYTHM"/><component><sequenceSet><component><sequence><code code="TIME_ABSOLUTE"/>
<value xsi:type="GLIST_TS"><head value="20200301102030.000"/><increment value="0.002" unit="s"/></value></sequence>
</component>{leads}</sequenceSet></component><subjectOf><annotationSet><component><annotation>
<code code="MDC_ECG_ANGLE_QRS_FRONT"/><value value="30" unit="deg"/></annotation></component></annotationSet>
</subjectOf></series></component></AnnotatedECG>""".encode()


def cardiosoft(samples: np.ndarray) -> bytes:
    leads = "".join(
        f'<WaveformData lead="{name}">\t\t{_row(row, ",")}</WaveformData>'
        for name, row in zip(LEADS, samples, strict=True)
    )
    return f"""<?xml version="1.0" encoding="ISO-8859-1" ?><CardiologyXML><ObservationType>RestECG</ObservationType>
<ObservationDateTime><Hour>14</Hour><Minute>19</Minute><Second>39</Second><Day>19</Day><Month>7</Month><Year>2018</Year>
</ObservationDateTime><PatientInfo><Age units="YEARS">53</Age><BirthDateTime><Day>1</Day><Month>1</Month>
<Year>1965</Year></BirthDateTime><Gender>MALE</Gender><Height units="CENTIMETERS">175</Height>
<Weight units="KILOGRAMS">75.0</Weight><PaceMaker>no</PaceMaker></PatientInfo><Interpretation><Diagnosis>
<DiagnosisText>Sinus bradycardia</DiagnosisText></Diagnosis></Interpretation><RestingECGMeasurements>
<VentricularRate units="BPM">50</VentricularRate><PQInterval units="ms">174</PQInterval>
<QRSDuration units="ms">92</QRSDuration><QTInterval units="ms">440</QTInterval><PAxis units="degrees">56</PAxis>
<RAxis units="degrees">55</RAxis><TAxis units="degrees">45</TAxis><MedianSamples><NumberOfLeads>12</NumberOfLeads>
<SampleRate units="Hz">500</SampleRate><ChannelSampleCountTotal>{samples.shape[1]}</ChannelSampleCountTotal>
<Resolution units="uVperLsb">5</Resolution><FirstValid units="Sample">0</FirstValid>
<LastValid units="Sample">599</LastValid>{leads}</MedianSamples></RestingECGMeasurements><StripData>
<NumberOfLeads>12</NumberOfLeads><SampleRate units="Hz">500</SampleRate>
<ChannelSampleCountTotal>{samples.shape[1]}</ChannelSampleCountTotal><Resolution units="uVperLsb">5</Resolution>
{leads}</StripData></CardiologyXML>""".encode()


def schiller(samples: np.ndarray) -> bytes:
    leads = "".join(
        f"<channel><name>{name.upper()}</name><data>{_row(row, ',')}</data></channel>"
        for name, row in zip(LEADS, samples, strict=True)
    )
    blocks = "".join(
        f"<wavedata><type>{kind}</type><resolution><samplerate><exponent>1</exponent><value>500</value></samplerate>"
        f"<yres><unitperbit>5.0</unitperbit><units>UV</units></yres></resolution>{leads}</wavedata>"
        for kind in ("ECG_AVERAGES", "ECG_RHYTHMS")
    )
    return f"""\ufeff<?xml version="1.0" encoding="UTF-8"?>
<com.xiriuz.sema.xml.schillerEDI.SchillerEDI><patdata><birthdate>19600301</birthdate><gender>MALE</gender><weight>
<value>85.0</value><unit>kg</unit></weight><height><value>180.0</value><unit>cm</unit></height><pacemaker>
<value>OFF</value></pacemaker></patdata><examdescript><startdatetime><date>20060502</date><time>140610000</time>
</startdatetime><rectype>RESTING_ECG</rectype></examdescript><eventdata><event>{blocks}<annotation_global>
<name>AXIS_QRS</name><value>40</value></annotation_global></event></eventdata>
</com.xiriuz.sema.xml.schillerEDI.SchillerEDI>""".encode()


def mortara(samples: np.ndarray) -> bytes:
    channels = "".join(
        f'<CHANNEL OFFSET="{40 * k}" BITS="16" FORMAT="SIGNED" UNITS_PER_MV="200" DURATION="{row.size}" '
        f'SAMPLE_FREQ="500" NAME="{name}" ENCODING="BASE64" DATA="{base64.b64encode(row.astype("<i2")).decode()}"/>'
        for k, (name, row) in enumerate(zip(LEADS, samples, strict=True))
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><ECG ACQUISITION_TIME="20200301102030" NUM_QRS="2">
<SUBJECT AGE="54" AGE_UNITS="YEARS" GENDER="Female" HEIGHT="170" HEIGHT_UNITS="CM" WEIGHT="70" WEIGHT_UNITS="KG"/>
{channels}</ECG>""".encode()


def wfdb(samples: np.ndarray) -> Files:
    header = f"rec 12 {RATE_HZ} {samples.shape[1]}\n"
    header += "".join(f"rec.dat 16 200/mV 16 0 {row[0]} 0 0 {name}\n" for name, row in zip(LEADS, samples, strict=True))
    return {"rec.hea": f"{header}# age: 61\n# sex: female\n".encode(), "rec.dat": samples.T.astype("<i2").tobytes()}


def csv(samples: np.ndarray) -> bytes:
    millivolts = samples * (STEP_UV / 1000)
    rows = (
        f"{k / RATE_HZ:.3f}," + ",".join(f"{value:.3f}" for value in row) for k, row in enumerate(millivolts.T.tolist())
    )
    return ("time_s," + ",".join(f"{lead}_mV" for lead in LEADS) + "\n" + "\n".join(rows) + "\n").encode()


def dicom(samples: np.ndarray) -> bytes:
    """A 12-lead ECG waveform object, explicit VR little endian."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.sequence import Sequence
    from pydicom.uid import ExplicitVRLittleEndian, TwelveLeadECGWaveformStorage

    def coded(value: str, scheme: str, meaning: str) -> Sequence:
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
        return Sequence([code])

    channels = []
    for name in LEADS:
        channel = Dataset()
        channel.ChannelSourceSequence = coded(f"MDC_ECG_LEAD_{name}", "MDC", f"Lead {name}")
        channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = STEP_UV, 1
        channel.ChannelBaseline, channel.WaveformBitsStored = 0, 16
        channel.ChannelSensitivityUnitsSequence = coded("uV", "UCUM", "microvolt")
        channels.append(channel)
    group = Dataset()
    group.WaveformOriginality, group.NumberOfWaveformChannels = "ORIGINAL", len(LEADS)
    group.NumberOfWaveformSamples, group.SamplingFrequency = samples.shape[1], RATE_HZ
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.ChannelDefinitionSequence = Sequence(channels)
    group.WaveformData = samples.T.astype("<i2").tobytes()
    group["WaveformData"].VR = "OW"
    whole = Dataset()
    whole.file_meta = FileMetaDataset()
    whole.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    whole.file_meta.MediaStorageSOPClassUID = whole.SOPClassUID = TwelveLeadECGWaveformStorage
    whole.file_meta.MediaStorageSOPInstanceUID = whole.SOPInstanceUID = "1.2.3.4"
    whole.Modality, whole.PatientSex, whole.PatientAge = "ECG", "F", "042Y"
    whole.PatientSize, whole.PatientWeight, whole.AcquisitionDateTime = 1.7, 70, "20200301102030"
    whole.WaveformSequence = Sequence([group])
    out = io.BytesIO()
    whole.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _row(row: np.ndarray, between: str) -> str:
    return between.join(map(str, row.tolist()))


def built() -> dict[str, Files]:
    """A small file of every dialect."""
    samples = steps()
    alone = {
        "muse.xml": muse(samples),
        "sierra.xml": sierra(samples).encode(),
        "sierra-utf16.xml": sierra(samples).encode("utf-16"),
        "aecg.xml": aecg(samples),
        "cardiosoft.xml": cardiosoft(samples),
        "schiller.xml": schiller(samples),
        "mortara.xml": mortara(samples),
        "table.csv": csv(samples),
        "ecg.dcm": dicom(samples),
    }
    return {name: {name: data} for name, data in alone.items()} | {"wfdb": wfdb(samples)}
