"""One mutation of a set of files, chosen by a random generator: the same seed gives the same bytes again.

bytes       flip, delete, insert, duplicate, truncate, splice with another file
XML         texts and attributes to extreme values, elements dropped, doubled, swapped, wrapped, renamed, re-encoded
Base64      altered inside and packed again, so that the decoder behind it is reached
checksums   MUSE's CRC-32 and SCP-ECG's CRC-CCITT made right again after a change
DICOM       length fields, and values in place
zip         wrapped, and the archive altered
"""

import base64
import binascii
import copy
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
from lxml import etree

from lvm.read.source import MAX_BYTES
from lvm.read.xml import MAX_TAGS
from tests.fuzz.seeds import Files

Random = np.random.Generator

ODD = (
    "", " ", "0", "-0", "1", "-1", "0.0", "1e-9", "-1e-9", "1e9", "1e11", "1e300", "1e999", "-1e999", "NaN", "nan",
    "inf", "-inf", "---", "Failed", "999", "32767", "-32768", "65536", "2147483648", "4294967296",
    "18446744073709551616", "99999999999999999999", "0x10", "1_000",
    "1,5", "1,000", "4.88,4.88", "٣", "Ω", "é", "\u2028", "500", "1000", "250",
    "uV", "mV", "V", "YEARS", "DAYS", "NONE", "I", "V1", "Lead I", "RHYTHM", "Rhythm", "Median",
    "0000-00-00", "00-00-0000",
    "99999999", "20200230", "1 1 1", "1,1,1", ",", ",,,,", ";", "A", "AAAA", "%s%n", "../../etc/hostname", "x" * 3000,
    "1" * 400, "9" * 20 + "e-20", "1 " * 2000, "-," * 2000,
)  # fmt: skip
_NUMBERS = (b"0", b"-1", b"9999", b"1e9", b"4294967295", b"99999999999999999999", b"0.0000001", b"nan", b"")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\r\n]{200,}")
_VR = re.compile(rb"(AE|AS|CS|DA|DS|DT|IS|LO|LT|OB|OW|PN|SH|SL|SQ|SS|ST|TM|UI|UL|US|UT|FD|FL)")


def mutated(files: Files, rng: Random, other: Files) -> tuple[str, Files]:
    """The kind of mutation and the files after it. `other` is spliced in by some kinds."""
    name = str(rng.choice(sorted(files)))
    data = files[name]
    kinds = [*_ANY]
    if b"<" in data[:200].replace(b"\0", b""):
        kinds += _XML * 2
    if data[128:132] == b"DICM":
        kinds += [_dicom_length, _dicom_length, _in_place] * 2
    if _is_scp(data):
        kinds += [_scp] * 8
    kind = kinds[int(rng.integers(len(kinds)))]
    if rng.random() < 0.01:
        kind = _inflate
    out = kind(data, rng, other[str(rng.choice(sorted(other)))])
    if rng.random() < 0.04:
        return f"zip of {kind.__name__}", {"ecg.zip": _zipped(files | {name: out}, rng)}
    return kind.__name__.strip("_"), files | {name: out}


def _at(data: bytes, rng: Random) -> int:
    return int(rng.integers(len(data) + 1))


def _flip(data: bytes, rng: Random, other: bytes) -> bytes:
    out = bytearray(data)
    for at in rng.integers(0, max(1, len(out)), int(rng.integers(1, 8))).tolist():
        if at < len(out):
            out[at] ^= 1 << int(rng.integers(8))
    return bytes(out)


def _delete(data: bytes, rng: Random, other: bytes) -> bytes:
    at = _at(data, rng)
    return data[:at] + data[at + int(rng.choice([1, 2, 10, 100, 5000])) :]


def _insert(data: bytes, rng: Random, other: bytes) -> bytes:
    at = _at(data, rng)
    new = bytes(rng.integers(0, 256, int(rng.choice([1, 4, 60, 2000])), dtype=np.uint8))
    return data[:at] + (new if rng.random() < 0.5 else new[:1] * len(new)) + data[at:]


def _duplicate(data: bytes, rng: Random, other: bytes) -> bytes:
    at, length = _at(data, rng), int(rng.choice([1, 20, 400, 20_000]))
    return data[: at + length] + data[at : at + length] * int(rng.integers(1, 6)) + data[at + length :]


def _truncate(data: bytes, rng: Random, other: bytes) -> bytes:
    return data[: _at(data, rng)]


def _splice(data: bytes, rng: Random, other: bytes) -> bytes:
    return data[: _at(data, rng)] + other[_at(other, rng) :]


def _graft(data: bytes, rng: Random, other: bytes) -> bytes:
    at, frm = _at(data, rng), _at(other, rng)
    return data[:at] + other[frm : frm + int(rng.choice([10, 300, 10_000]))] + data[at:]


def _number(data: bytes, rng: Random, other: bytes) -> bytes:
    """Another number in place of one, wherever digits stand."""
    start = _at(data, rng)
    found = re.compile(rb"-?\d+(\.\d+)?").search(data, start) or re.search(rb"-?\d+(\.\d+)?", data)
    if found is None:
        return data
    return data[: found.start()] + _NUMBERS[int(rng.integers(len(_NUMBERS)))] + data[found.end() :]


def _in_place(data: bytes, rng: Random, other: bytes) -> bytes:
    """Extreme bytes over 1, 2, 4 or 8 of them; the length stays."""
    size = int(rng.choice([1, 2, 4, 8]))
    at = int(rng.integers(max(1, len(data) - size)))
    if rng.random() < 0.5:
        at = int(rng.integers(min(len(data), 2000)))  # headers are at the front
    new = rng.choice(
        [b"\0" * 8, b"\xff" * 8, b"\x7f" * 8, b"\0\0\0\x80" * 2, b"\xff\xff\xff\x7f" * 2, b"\1" + b"\0" * 7]
    )
    return data[:at] + bytes(new).ljust(8, b"\0")[:size] + data[at + size :]


def _base64(data: bytes, rng: Random, other: bytes) -> bytes:
    blocks = list(_BASE64.finditer(data))
    if not blocks:
        return _in_place(data, rng, other)
    block = blocks[int(rng.integers(len(blocks)))]
    text = b"".join(block[0].split())
    try:
        inner = base64.b64decode(text[: len(text) // 4 * 4])
    except binascii.Error:
        return _flip(data, rng, other)
    change = (_in_place, _flip, _delete, _truncate, _insert, _duplicate)[int(rng.integers(6))]
    packed = base64.b64encode(change(inner, rng, other))
    out = data[: block.start()] + packed + data[block.end() :]
    return _muse_repaired(out) if b"LeadDataCRC32" in data else out


def _muse_repaired(data: bytes) -> bytes:
    """MUSE with the checksum and the count of every lead made those of its samples."""

    def repair(found: re.Match[bytes]) -> bytes:
        lead = found[0]
        text = re.search(rb"<WaveFormData>([^<]*)<", lead)
        try:
            samples = base64.b64decode(text[1] if text else b"")
        except binascii.Error:
            return lead
        lead = re.sub(rb"(<LeadSampleCountTotal>)[^<]*", rb"\g<1>%d" % (len(samples) // 2), lead)
        return re.sub(rb"(<LeadDataCRC32>)[^<]*", rb"\g<1>%d" % zlib.crc32(samples), lead)

    return re.sub(rb"<LeadData>.*?</LeadData>", repair, data, flags=re.DOTALL)


def _parsed(data: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, recover=True)
    try:
        root: etree._Element | None = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _xml(change: Callable[[etree._Element, list[etree._Element], Random], None]) -> Callable[..., bytes]:
    """A mutation of the tree, written out again in one of several encodings."""

    def kind(data: bytes, rng: Random, other: bytes) -> bytes:
        root = _parsed(data)
        if root is None:
            return _flip(data, rng, other)
        try:
            for _ in range(int(rng.integers(1, 4))):
                elements = [found for found in root.iter() if isinstance(found.tag, str)]
                change(elements[int(rng.integers(len(elements)))], elements, rng)
            encoding = str(rng.choice(["UTF-8", "UTF-8", "ISO-8859-1", "UTF-16", "US-ASCII", "windows-1252"]))
            return bytes(etree.tostring(root, encoding=encoding, xml_declaration=bool(rng.random() < 0.7)))
        except ValueError:  # what was recovered of a file already damaged may not be writable
            return _flip(data, rng, other)

    kind.__name__ = change.__name__
    return kind


def _odd(rng: Random) -> str:
    return ODD[int(rng.integers(len(ODD)))]


def _text(element: etree._Element, elements: list[etree._Element], rng: Random) -> None:
    leaves = [found for found in elements if len(found) == 0]
    leaves[int(rng.integers(len(leaves)))].text = _odd(rng)


def _attribute(element: etree._Element, elements: list[etree._Element], rng: Random) -> None:
    having = [found for found in elements if found.attrib] or elements
    chosen = having[int(rng.integers(len(having)))]
    names = sorted(chosen.attrib) or ["value"]
    chosen.set(names[int(rng.integers(len(names)))], _odd(rng))


def _drop(element: etree._Element, elements: list[etree._Element], rng: Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _twice(element: etree._Element, elements: list[etree._Element], rng: Random) -> None:
    parent = element.getparent()
    if parent is not None:
        for _ in range(int(rng.choice([1, 1, 2, 30]))):
            parent.insert(int(rng.integers(len(parent) + 1)), copy.deepcopy(element))


def _swap(element: etree._Element, elements: list[etree._Element], rng: Random) -> None:
    two = elements[int(rng.integers(len(elements)))]
    element.text, two.text = two.text, element.text
    if rng.random() < 0.3:
        element.tag, two.tag = two.tag, element.tag


def _move(element: etree._Element, elements: list[etree._Element], rng: Random) -> None:
    to = elements[int(rng.integers(len(elements)))]
    if element.getparent() is not None and element is not to and element not in to.iterancestors():
        to.append(element)


def _rename(element: etree._Element, elements: list[etree._Element], rng: Random) -> None:
    tag = str(elements[int(rng.integers(len(elements)))].tag)
    element.tag = tag if rng.random() < 0.5 else "{urn:other}" + tag.rpartition("}")[2]


def _nest(element: etree._Element, elements: list[etree._Element], rng: Random) -> None:
    for _ in range(int(rng.choice([1, 5, 100]))):
        inner = etree.SubElement(element, element.tag)
        inner.text, element.text, element = element.text, None, inner


def _inflate(data: bytes, rng: Random, other: bytes) -> bytes:
    room = MAX_BYTES - len(data) - 1000
    root = _parsed(data) if data[:100].lstrip().startswith((b"<", b"\xef\xbb\xbf<")) else None
    if root is None:
        at, length = _at(data, rng), int(rng.choice([1, 12, 500]))
        unit = data[at : at + length] or b"1,"
        return data[:at] + unit * (room // len(unit)) + data[at:]
    elements = [found for found in root.iter() if isinstance(found.tag, str)]
    element = elements[int(rng.integers(len(elements)))]
    if rng.random() < 0.5 and element.getparent() is not None:
        alone = copy.deepcopy(element) if rng.random() < 0.5 else etree.Element(element.tag)
        size = len(etree.tostring(alone))
        tags = 2 + 2 * len(list(alone.iter()))
        text = etree.tostring(alone) * min(room // size, (MAX_TAGS - 6000) // tags)
        mark = etree.Comment("here")
        element.addnext(mark)
        return bytes(etree.tostring(root)).replace(b"<!--here-->", text)
    unit = str(rng.choice(["1", "1 ", "1,", "A", "a-", "no paced ", "-", " ", "1.", "0 0\n", "é"]))
    long = unit * (room // 2 // len(unit))
    if element.attrib and rng.random() < 0.5:
        element.set(str(rng.choice(sorted(element.attrib))), long)
    else:
        leaves = [found for found in elements if len(found) == 0]
        leaves[int(rng.integers(len(leaves)))].text = long
    return bytes(etree.tostring(root))


def _dicom_length(data: bytes, rng: Random, other: bytes) -> bytes:
    """Another length for one element of explicit VR."""
    found = _VR.search(data, min(_at(data, rng), len(data))) or _VR.search(data, 132)
    if found is None:
        return _in_place(data, rng, other)
    at, wide = (found.end() + 2, 4) if found[0] in (b"OB", b"OW", b"SQ", b"UT") else (found.end(), 2)
    length = int(rng.choice([0, 1, 2, 3, 7, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, 0x10000])) & (256**wide - 1)
    return data[:at] + length.to_bytes(wide, "little") + data[at + wide :]


def _is_scp(data: bytes) -> bool:
    return len(data) > 32 and (data[16:22] == b"SCPECG" or int.from_bytes(data[2:6], "little") == len(data))


def scp_sections(data: bytes) -> list[tuple[int, int]]:
    """(start, length) of the sections to which section 0 points."""
    size = int.from_bytes(data[10:14], "little")
    entries = range(22, min(6 + size, len(data)) - 9, 10)
    found = [struct.unpack_from("<HII", data, at) for at in entries]
    return [(index - 1, length) for _, length, index in found if 16 <= length <= len(data) - index + 1 and index > 0]


def _scp(data: bytes, rng: Random, other: bytes) -> bytes:
    """A change inside one section that keeps the length, with the checksums made right again."""
    sections = [part for part in scp_sections(data) if part[1] > 17]
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        if not sections:
            return _in_place(data, rng, other)
        start, length = sections[int(rng.integers(len(sections)))]
        reach = length if rng.random() < 0.4 else min(length, 120)
        size = int(rng.choice([1, 2, 4]))
        at = start + int(rng.integers(16 if rng.random() < 0.9 else 2, max(17, reach - size)))
        value = rng.choice(
            [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, int(rng.integers(2**32))]
        )
        out[at : at + size] = (int(value) & (256**size - 1)).to_bytes(size, "little")
    return scp_repaired(bytes(out), sections)


def scp_repaired(data: bytes, sections: list[tuple[int, int]]) -> bytes:
    """SCP-ECG with the CRC-CCITT of these sections and of the whole made right."""
    out = bytearray(data)
    for start, length in sections:
        out[start : start + 2] = binascii.crc_hqx(bytes(out[start + 2 : start + length]), 0xFFFF).to_bytes(2, "little")
    out[:2] = binascii.crc_hqx(bytes(out[2:]), 0xFFFF).to_bytes(2, "little")
    return bytes(out)


def _zipped(files: Files, rng: Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", int(rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    packed = out.getvalue()
    if rng.random() < 0.5:
        return packed
    if rng.random() < 0.5:  # the directory at its end is where the lengths are
        at = len(packed) - 1 - int(rng.integers(min(len(packed), 200)))
        return packed[:at] + bytes([int(rng.integers(256))]) + packed[at + 1 :]
    return _flip(packed, rng, b"")


_ANY = [_flip, _delete, _insert, _duplicate, _truncate, _splice, _graft, _number, _number, _in_place, _base64]
_XML = [_xml(change) for change in (_text, _text, _attribute, _drop, _twice, _swap, _move, _rename, _nest)]
_XML += [_base64, _base64, _number]
