"""The first nine of the fifteen things an upload must survive, in their order, each on real files altered here.

The others are in test_fifteen_values.py. The real files are no part of the repository: where their folder is absent,
these tests are skipped.
"""

import io
import re
import zipfile

import numpy as np
import pytest

from lvm.errors import DamagedFileError, MissingLeadError, NotAnEcgError, ReadError, UnsupportedError
from lvm.read import accepted, dialects, read
from tests.read import edit
from tests.read.edit import BY_LEAD, XML_KINDS, Real, refused, replaced, same, text_of


# 1. Wrong, missing or multi-byte encoding declaration; UTF-16 without BOM.
@pytest.mark.parametrize("kind", XML_KINDS)
@pytest.mark.parametrize("declared", ["utf-8", "UTF-16", "ISO-8859-15", "Shift_JIS", "gb18030", "no-such", None])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_01_encodings(real: Real, kind: str, declared: str | None, encoding: str):
    data = real(kind)
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text_of(data))
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    assert same(read((declaration + body).encode(encoding)), read(data))


# 2. BOM or white space before <?xml; Latin-1 bytes declared UTF-8.
@pytest.mark.parametrize("kind", XML_KINDS)
def test_02_before_the_declaration_and_latin_1(real: Real, kind: str):
    data = real(kind)
    plain = read(data)
    bare = data.removeprefix(b"\xef\xbb\xbf")
    for before in (b"\xef\xbb\xbf", b"\r\n\t ", b"\xef\xbb\xbf\n", b"\n\xef\xbb\xbf"):
        assert same(read(before + bare), plain)
    declaration, rest = re.match(rb"(<\?xml[^>]*\?>)(.*)", bare, re.DOTALL).groups()
    utf8 = re.sub(rb'encoding="[^"]*"', b'encoding="utf-8"', declaration)
    assert same(read(utf8 + b"<!-- Andr\xe9 M\xfcller, \xb5V -->" + rest), plain)


# 3. MUSE's harmless DOCTYPE must pass, an entity bomb or an external entity must not.
@pytest.mark.parametrize("kind", XML_KINDS)
def test_03_doctype(real: Real, kind: str):
    data = real(kind)
    plain = read(data)
    text = re.sub(r"<!DOCTYPE[^>]*>", "", text_of(data))
    root = re.search(r"<([A-Za-z][\w.:-]*)", text)[1]
    at = text.index(f"<{root}")

    def having(doctype: str) -> bytes:
        return (text[:at] + doctype + text[at:]).encode()

    assert same(read(having(f'<!DOCTYPE {root} SYSTEM "restecg.dtd">')), plain)
    assert same(read(having("")), plain)
    refusal = "declares XML entities of its own in its DOCTYPE. .* could be an attack, so it was not read. Export"
    for inside in (
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY % a SYSTEM "http://localhost:9/a.dtd"> %a;',
    ):
        refused(having(f"<!DOCTYPE {root} [{inside}]>"), NotAnEcgError, refusal)
    referring = text[:at] + re.sub(r"(</?\w[^>]*>)", r"\1&a;", text[at:], count=1)
    with pytest.raises(ReadError, match=r"entity|damaged or breaks off at line"):
        read(referring.encode())


# 4. Not an ECG at all: an HTML login page, a zip, a PDF, nothing, a truncated file.
def test_04_no_ecg(real: Real):
    page = b"\r\n<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form>...</form></body></html>"
    refused(page, NotAnEcgError, r"^The file is a web page, perhaps the login page of the system it came from\. Export")
    refused(
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", NotAnEcgError, r"^The file is a PDF document: a printed ECG holds no samples"
    )
    refused(b"", NotAnEcgError, r"^The file is empty\. Export the ECG again as ")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("readme.txt", "no ECG here")
    refused(archive.getvalue(), NotAnEcgError, "^The file is no ECG of a kind read here")
    with pytest.raises(NotAnEcgError, match=re.escape(f"as {accepted()}.")):
        read(b"")


@pytest.mark.parametrize("kind", XML_KINDS)
def test_04_truncated(real: Real, kind: str):
    data = real(kind)
    for part in (0.02, 0.2, 0.5, 0.9, 0.999):
        refused(
            data[: int(part * len(data))],
            DamagedFileError,
            r"^The XML is damaged or breaks off at line \d+\. Export or copy the file again\.$",
        )


NO_SCP = pytest.mark.skipif(not any(one.__name__ == "lvm.read.scp" for one in dialects()), reason="no SCP-ECG dialect")


@pytest.mark.parametrize("kind", ["DICOM", pytest.param("SCP", marks=NO_SCP)])
def test_04_truncated_without_xml(real: Real, kind: str):
    data = real(kind)
    for part in (0.02, 0.2, 0.5, 0.9, 0.999):
        refused(data[: int(part * len(data))], ReadError, r"(?i)damaged|cut short|breaks off|truncated|shorter|length")


# 5. Right vendor, unknown version or root: say which was found.
def test_05_version_and_root(real: Real):
    newer = replaced(real("Philips"), "<documentversion>1.04<", "<documentversion>1.07.02<")
    refused(newer, UnsupportedError, r"^The Philips file is of type and version PhilipsECG 1\.07\.02; .* 1\.04\.01 can")
    other = real("MUSE").replace(b"RestingECG>", b"StressECG>").replace(b"<!DOCTYPE RestingECG", b"<!DOCTYPE StressECG")
    refused(other, NotAnEcgError, "root element <StressECG>, which is no ECG format read here. Export the ECG as ")


# 6. Namespace prefix, or none.
@pytest.mark.parametrize("kind", XML_KINDS)
def test_06_namespaces(real: Real, kind: str):
    data = real(kind)
    plain = read(data)
    bare = re.sub(r'\s(xmlns(:\w+)?|xsi:\w+|voc:\w+)="[^"]*"', "", re.sub(r"<!DOCTYPE[^>]*>", "", text_of(data)))
    bare = re.sub(r"<(/?)\w+:(?=\w)", r"<\1", re.sub(r'\s\w+:(\w+=")', r" \1", bare))
    root = re.search(r"<([A-Za-z][\w.-]*)", bare)[1]
    assert same(read(bare.encode()), plain)
    prefixed = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1p:", bare).replace(f"<p:{root}", f'<p:{root} xmlns:p="urn:any"', 1)
    assert same(read(prefixed.encode()), plain)


# 7. Only 8 leads (derive four); one precordial missing (refuse, name it); extra leads V3R, V4R, V7; Lead I, AVR.
@pytest.mark.parametrize("kind", BY_LEAD)
def test_07_leads(real: Real, kind: str):
    data = real(kind)
    plain = read(data)
    eight = data if kind == "MUSE" else edit.without(kind, data, "III", "aVR", "aVL", "aVF")
    recording = read(eight)
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")
    length = plain.signal_mv.shape[1]
    rounded_mv = 0.0305 if kind == "aECG" else 0.0105  # Philips rounded each lead by itself, the others hardly did
    np.testing.assert_allclose(recording.signal_mv[:, :length], plain.signal_mv, atol=rounded_mv)
    refused(
        edit.without(kind, data, "V3"),
        MissingLeadError,
        r"^Lead V3 is missing from the file; I, II and V1 to V6 are the least that can be used\. Export all 12 leads",
    )
    refused(edit.without(kind, eight, "II", "V1", "V6"), MissingLeadError, r"^Leads II, V1 and V6 are missing")


@pytest.mark.parametrize("kind", ["MUSE", "CardioSoft", "Schiller"])
def test_07_names_and_further_leads(real: Real, kind: str):
    data = real(kind)
    root = edit.parsed(data)
    for old, new in (("I", "Lead I"), ("II", "LEAD_II"), ("V1", "v1"), ("V6", " V6 ")):
        edit.lead(kind, root, old).rename(new)
    assert same(read(edit.written(root)), read(data))
    root = edit.parsed(data)
    last = edit.lead(kind, root, "V6")
    copies = edit.parsed(edit.written(root))
    for extra in ("V3R", "V4R", "V7"):
        further = edit.lead(kind, copies, "V6")
        further.rename(extra)
        last.block.addnext(further.block)
        copies = edit.parsed(data)
    recording = read(edit.written(root))
    np.testing.assert_array_equal(recording.signal_mv, read(data).signal_mv)
    assert any(re.fullmatch(r"The file's further leads are not used: .*V3R.*\.", said) for said in recording.warnings)


# 8. One lead shorter than the rest.
SHORTER = {
    "MUSE": "Lead V4 has 4900 samples where other leads have 5000. Export the ECG again from the source.",
    "aECG": "Lead V4 has 5400 samples where other leads have 5500. Export the ECG again from the source.",
    "CardioSoft": "Lead V4 holds 4900 samples, not the number that the file states. Export the ECG again from the "
    "source.",
    "Schiller": "Lead V4 holds 4898 samples, not the number that the file states. Export the ECG again from the "
    "source.",
}


@pytest.mark.parametrize("kind", BY_LEAD)
def test_08_a_shorter_lead(real: Real, kind: str):
    refused(edit.cut(kind, real(kind), "V4", 100), DamagedFileError, f"^{re.escape(SHORTER[kind])}$")


# 9. Only a median beat; only a rhythm; their order swapped.
WITHOUT_RHYTHM = {
    "Philips": (DamagedFileError, "The Philips file holds no waveforms. Export it again with its waveforms."),
    "MUSE": (
        UnsupportedError,
        "The MUSE file holds only the median beat; a recording of several heartbeats is needed. "
        "Export it again with its rhythm waveform.",
    ),
    "aECG": (
        UnsupportedError,
        "The aECG file holds only a representative beat; a recording of several heartbeats is needed. "
        "Export it again with its rhythm.",
    ),
    "CardioSoft": (
        UnsupportedError,
        "The CardioSoft file holds only the median beat; a recording of several heartbeats is needed. "
        "Export it again with its rhythm strip.",
    ),
    "Schiller": (
        UnsupportedError,
        "The Schiller file holds only the averaged beat; a recording of several heartbeats is needed. "
        "Export it again with its rhythm.",
    ),
}


def median(kind: str, root: edit.Element) -> edit.Element:
    if kind == "Philips":
        return root.find(".//{*}repbeats")
    if kind == "MUSE":
        return next(found for found in root.findall("Waveform") if found.findtext("WaveformType") == "Median")
    if kind == "aECG":
        return next(iter(root.iter("{*}derivation")))
    if kind == "CardioSoft":
        return root.find("RestingECGMeasurements/MedianSamples")
    return next(found for found in root.iter("wavedata") if found.findtext("type") == "ECG_AVERAGES")


@pytest.mark.parametrize("kind", XML_KINDS)
def test_09_median_and_rhythm(real: Real, kind: str):
    data = real(kind)
    plain = read(data)
    assert plain.representative is not None
    root = edit.parsed(data)
    edit.remove(median(kind, root))
    alone = read(edit.written(root))
    assert alone.representative is None
    np.testing.assert_array_equal(alone.signal_mv, plain.signal_mv)
    root = edit.parsed(data)
    rhythm = edit.rhythm(kind, root)
    if kind == "aECG":  # its series holds the median beat too
        rhythm.find("{*}code").set("code", "REPRESENTATIVE_BEAT")
    else:
        edit.remove(rhythm)
    error, message = WITHOUT_RHYTHM[kind]
    refused(edit.written(root), error, f"^{re.escape(message)}$")
    root = edit.parsed(data)
    two, one = median(kind, root), edit.rhythm(kind, root)
    if two.getparent() is one.getparent():
        two.getparent().insert(0, one)
        assert same(read(edit.written(root)), plain)
        two.getparent().append(one)
        assert same(read(edit.written(root)), plain)
