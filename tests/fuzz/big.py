"""The worst that was thought of, for every way in: inputs as large as is read at all, or that unfold to much.

Each is made only when it is asked for, BIG[name](): the bytes of a file, or several files by name.
"""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator

import numpy as np

from lvm.read import source, xml
from lvm.recording import LEADS
from tests.fuzz import seeds
from tests.fuzz.seeds import Files

ROOM = source.MAX_BYTES - 1000
TAGS = xml.MAX_TAGS - 4000

BUILT = seeds.built()
TEXTS = {name: files[name].decode() for name, files in BUILT.items() if name.endswith(".xml") and "utf16" not in name}


def grown(text: str, mark: str, unit: str, tail: str = "") -> bytes:
    """`unit` again and again before `mark`, up to the size that is read at all; as many tags as pass, at most."""
    many = (ROOM - len(text.encode())) // len(unit.encode())
    many = min(many, TAGS // unit.count("<")) if "<" in unit else many
    assert mark in text
    return text.replace(mark, unit * many + tail + mark, 1).encode()


def statement(unit: str, tail: str = "") -> bytes:
    return grown(TEXTS["muse.xml"].replace("Synthetic", " "), "</StmtText>", unit, tail)


def zipped(members: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def lzma_of_4_gb() -> bytes:
    data = bytearray(zipped({"a.xml": b"x" * 100_000}, zipfile.ZIP_LZMA))
    at = data.index(b"a.xml") + len(b"a.xml") + 5  # behind version, size of properties and lc/lp/pb: the dictionary
    data[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(data)


def longest_lzw() -> str:
    """Codes that each give a new string, to the last sample that is read, for 24 leads."""
    packed = seeds.pack10([0, *(256 + k for k in range(766)), *[1021] * 3000])
    labels = " ".join([*LEADS, *(f"X{k}" for k in range(12))])
    samples = np.zeros((24, 1), np.int64)
    text = seeds.sierra(samples, labels=labels, packed=seeds.xli_chunk(packed) * 24)
    return text.replace('samplespersecond="500"', 'samplespersecond="2000"').replace(">500<", ">2000<")


def most_codes() -> str:
    """As many codes as the file can hold, each one byte."""
    count = (ROOM * 3 // 4 - 3000) // 24 // 5 * 4 * 94 // 100
    text = seeds.sierra(np.zeros((24, 1), np.int64), packed=seeds.xli_chunk(b"\0" * (count * 10 // 8)) * 24)
    labels = " ".join([*LEADS, *(f"X{k}" for k in range(12))])
    text = text.replace(" ".join(LEADS), labels).replace('durationperchannel="2"', "")
    return text.replace('samplespersecond="500"', 'samplespersecond="2000"').replace(">500<", ">2000<")


def wide_dicom() -> bytes:
    """Five MB of items in a sequence."""
    data = BUILT["ecg.dcm"]["ecg.dcm"]
    items = b"\xfe\xff\x00\xe0\0\0\0\0" * (ROOM // 8 - len(data) // 8)
    return data + struct.pack("<HH2sHI", 0x5400, 0x0100, b"SQ", 0, len(items)) + items


def deep_dicom() -> bytes:
    head = b"\0\x54\0\1SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    return BUILT["ecg.dcm"]["ecg.dcm"] + head * 200_000


def big() -> Iterator[tuple[str, Callable[[], Files | bytes]]]:
    """Inputs of five MB, or of little that unfolds to much, for every way in."""
    muse, sierra, aecg = TEXTS["muse.xml"], TEXTS["sierra.xml"], TEXTS["aecg.xml"]
    cardiosoft, schiller, mortara = TEXTS["cardiosoft.xml"], TEXTS["schiller.xml"], TEXTS["mortara.xml"]
    declared = "<!DOCTYPE RestingECG ["
    yield "declarations", lambda: b"<?xml " * (ROOM // 6)
    yield "a declaration without end", lambda: b"<?xml " + b"a?" * (ROOM // 2)
    yield "deep", lambda: b"<RestingECG>" + b"<a>" * TAGS
    yield "too many tags", lambda: b"<RestingECG>" + b"<a/>" * (ROOM // 4)
    yield "attributes", lambda: ("<RestingECG" + "".join(f" a{k:x}=''" for k in range(480_000)) + "/>").encode()
    yield (
        "prefixes",
        lambda: ("<RestingECG" + "".join(f" xmlns:a{k:x}='u{k:x}'" for k in range(220_000)) + "/>").encode(),
    )
    yield "default attributes", lambda: f"{declared}<!ATTLIST a x CDATA '{'y' * 10**6}'>]>{'<a/>' * TAGS}".encode()
    yield (
        "attribute types",
        lambda: (
            declared + "".join(f"<!ATTLIST a x{k:x} CDATA 'y'>" for k in range(TAGS)) + "]><RestingECG/>"
        ).encode(),
    )
    yield "nested content model", lambda: f"{declared}<!ELEMENT a {'(' * 2_000_000}b{')' * 2_000_000}>]><a/>".encode()
    yield "entity references", lambda: grown("<!DOCTYPE a SYSTEM 'a'><RestingECG></RestingECG>", "</", "&a;")
    yield "one attribute", lambda: grown("<RestingECG a=''/>", "'/", "x")
    yield "one name", lambda: b"<" + b"x" * ROOM + b"/>"
    yield "utf-16", lambda: b"\xff\xfe<\0a\0>\0" + b"\x41\x30" * (ROOM // 2)
    yield (
        "gb18030",
        lambda: b"<?xml version='1.0' encoding='gb18030'?><a>" + b"\x81\x30\x81\x30" * (ROOM // 4) + b"</a>",
    )
    yield "nothing but spaces", lambda: b" " * ROOM
    yield "zeros", lambda: b"\0" * ROOM + b"<"

    for unit in ("no paced ", "electronic ", "a", "a-", "no ", "not ", "a.fib no ", "inc bundle branch block "):
        yield f"statement of '{unit}'", lambda unit=unit: statement(unit, "paced")
    for tag in ("TestDemographics", "PatientDemographics", "RestingECGMeasurements", "Waveform", "Diagnosis", "Order"):
        yield f"MUSE {tag}", lambda tag=tag: grown(muse, "</RestingECG>", f"<{tag}/>")
    yield "MUSE nested", lambda: grown(muse, "</RestingECG>", "<TestDemographics><AcquisitionDate/></TestDemographics>")
    yield (
        "MUSE medians",
        lambda: grown(muse, "</RestingECG>", "<Waveform><WaveformType>Median</WaveformType><LeadData/></Waveform>"),
    )
    yield "MUSE leads", lambda: grown(muse, "</Waveform>", "<LeadData><LeadID>Q</LeadID></LeadData>")
    yield "MUSE samples", lambda: grown(muse, "</WaveFormData>", "AAAA")
    yield "MUSE text in pieces", lambda: grown(muse, "</PatientAge>", "1<b/>")
    yield "MUSE number", lambda: grown(muse, "</PatientAge>", "1")
    yield "MUSE version", lambda: grown(muse, "</MuseVersion>", "9")
    yield "MUSE lead name", lambda: grown(muse, "I</LeadID>", "lead_ -")

    yield "LZW of the longest strings", lambda: longest_lzw().encode()
    yield "LZW of the most codes", lambda: most_codes().encode()
    yield "Philips samples", lambda: grown(sierra, "</parsedwaveforms>", "AAAA")
    yield (
        "Philips labels",
        lambda: grown(sierra, '" durationper' if '" durationper' in sierra else '"\n duration', ", V1"),
    )
    yield (
        "Philips measurements",
        lambda: grown(sierra, "</restingecgdata>", "<interpretations><interpretation/></interpretations>"),
    )
    yield "Philips patients", lambda: grown(sierra, "</patient>", "<generalpatientdata/>")
    yield (
        "Philips beats",
        lambda: grown(
            sierra,
            "</restingecgdata>",
            '<repbeats dataencoding="Base64" resolution="5"><repbeat leadname="I"/></repbeats>',
        ),
    )

    for unit in ("1 ", "1", "-", "1.5e3 ", "\u0661 ", "1, "):
        yield f"aECG digits '{unit}'", lambda unit=unit: grown(aecg, "</digits>", unit)
    yield "aECG digits of every lead", lambda: seeds.aecg(seeds.steps(), lambda text: "1 " * (ROOM // 25))
    yield "aECG series", lambda: grown(aecg, "</AnnotatedECG>", "<component><series/></component>")
    yield (
        "aECG annotations",
        lambda: grown(
            aecg, "</annotationSet>", '<component><annotation><code code="MDC_ECG_WAVC"/></annotation></component>'
        ),
    )
    yield (
        "aECG nested annotations",
        lambda: aecg.replace(
            "</annotationSet>", "<component><annotation>" * 100 + "</annotation></component>" * 100 + "</annotationSet>"
        ).encode(),
    )
    yield (
        "aECG sequences",
        lambda: grown(
            aecg, "</sequenceSet>", '<component><sequence><code code="MDC_ECG_LEAD_I"/></sequence></component>'
        ),
    )
    for unit in ("1,", "1", ",", "-", "1.5,", "\t"):
        yield f"CardioSoft samples '{unit}'", lambda unit=unit: grown(cardiosoft, "</WaveformData></StripData>", unit)
        yield f"Schiller samples '{unit}'", lambda unit=unit: grown(schiller, "</data></channel></wavedata><anno", unit)
    yield "CardioSoft strips", lambda: grown(cardiosoft, "</CardiologyXML>", "<StripData><WaveformData/></StripData>")
    yield "CardioSoft leads", lambda: grown(cardiosoft, "</StripData>", '<WaveformData lead="X">1</WaveformData>')
    yield "Schiller waves", lambda: grown(schiller, "</event>", "<wavedata><type>ECG_RHYTHMS</type></wavedata>")
    yield (
        "Schiller annotations",
        lambda: grown(schiller, "</event>", "<annotation_global><name>A</name></annotation_global>"),
    )
    yield "Mortara samples", lambda: grown(mortara, '"/></ECG>' if '"/></ECG>' in mortara else '"/>\n</ECG>', "AAAA")
    yield "Mortara channels", lambda: grown(mortara, "</ECG>", '<CHANNEL NAME="I"/>')

    for unit in ("1,", "1;", "0.1", ",", "\n", "1,2\n", '"', "a,", "1e5,", "#\n", "0.5,0.5,0.5\n"):
        yield (
            f"table of '{unit}'",
            lambda unit=unit: (",".join(LEADS) + "\n" + unit * ((ROOM - 100) // len(unit))).encode(),
        )
        yield (
            f"table after '{unit}'",
            lambda unit=unit: BUILT["table.csv"]["table.csv"] + unit.encode() * (4_000_000 // len(unit)),
        )
    yield "table of one long head", lambda: ",".join(f"V{k}" for k in range(660_000)).encode() + b"\n1,2"
    for line in ("rec.dat 16 200/mV 16 0 0 0 0 I\n", "# age: 61\n", "a\n", " "):
        yield (
            f"WFDB lines '{line.strip()}'",
            lambda line=line: {
                **BUILT["wfdb"],
                "rec.hea": BUILT["wfdb"]["rec.hea"] + line.encode() * (3_000_000 // len(line)),
            },
        )
    yield (
        "WFDB counts",
        lambda: {
            **BUILT["wfdb"],
            "rec.hea": BUILT["wfdb"]["rec.hea"].replace(b"rec 12 500 1000", b"rec 12 500 99999999999"),
        },
    )
    yield (
        "WFDB signals",
        lambda: {**BUILT["wfdb"], "rec.hea": BUILT["wfdb"]["rec.hea"].replace(b"rec 12", b"rec 99999999")},
    )
    yield "DICOM items", wide_dicom
    yield "DICOM depth", deep_dicom
    yield (
        "DICOM channels",
        lambda: BUILT["ecg.dcm"]["ecg.dcm"].replace(
            b"\x3a\x00\x05\x00US\x02\x00\x0c\x00", b"\x3a\x00\x05\x00US\x02\x00\xff\xff"
        ),
    )
    yield (
        "SCP sections",
        lambda: (
            b"\0\0"
            + struct.pack("<I", ROOM)
            + b"\0\0\0\0"
            + struct.pack("<I", ROOM)
            + (b"\x0d\x0dSCPECG" + struct.pack("<HII", 6, ROOM - 100, 7) * ((ROOM - 22) // 10))
        ),
    )

    yield "zip of many files", lambda: zipped({f"{k:x}": b"" for k in range(40_000)})
    yield "zip of many folders", lambda: zipped({f"{'d' * 2000}{k}/": b"" for k in range(900)})
    yield "zip bomb", lambda: zipped({"a.xml": b" " * 100 * 2**20})
    yield "zip bombs", lambda: zipped({f"{k}.xml": b" " * 10 * 2**20 for k in range(20)})
    yield "zip in LZMA", lzma_of_4_gb
    yield "zip in bzip2", lambda: zipped({"a.xml": b" " * 50 * 2**20}, zipfile.ZIP_BZIP2)


BIG = dict(big())
