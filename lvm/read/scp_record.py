"""The sections of an SCP-ECG record, found and checked."""

import binascii
import struct
from functools import cached_property

from lvm.errors import DamagedFileError
from lvm.language import mark, said
from lvm.read import scp_huffman

_HEADER, _POINTER = 16, 10  # bytes
_HOLDS = {
    0: mark("its pointers"),
    1: mark("the patient and the acquisition"),
    2: mark("its Huffman tables"),
    3: mark("its leads"),
    4: mark("the places of the QRS complexes"),
    5: mark("the reference beat"),
    6: mark("the rhythm"),
    7: mark("the measurements"),
    8: mark("the report"),
    11: mark("the statements"),
}
_MAX_POINTERS = 1024
_BEGINS = ((2, "I"), (8, "H"), (10, "I"), (22, "H"), (28, "I"))


def is_record(data: bytes) -> bool:
    """Whether it names the format, as records do since 1.x, or begins with a section 0 that points to itself."""
    if data[16:22] == b"SCPECG":
        return True
    if len(data) < 6 + _HEADER + _POINTER:
        return False
    length, number, size, first, index = (fields(0, data, at, form)[0] for at, form in _BEGINS)
    return number == first == 0 and index == 7 and 0 < size - _HEADER <= length and (size - _HEADER) % _POINTER == 0


class Record:
    """A record whose checksums all agree.

    sections : what follows the header of each section that is used here; nothing for one that the record does not have.
    Raises DamagedFileError where the record is cut short, or a section or the whole fails its checksum.
    """

    def __init__(self, data: bytes) -> None:
        length, size = (fields(0, data, at, "I")[0] for at in (2, 10))
        if not 6 + _HEADER <= 6 + size <= length <= len(data):
            raise DamagedFileError(
                said(
                    "The SCP-ECG file is shorter than it states, or its section 0 is damaged. Copy it again from the "
                    "source."
                )
            )
        data = data[:length]
        pointers = data[6 + _HEADER : 6 + size][: _MAX_POINTERS * _POINTER]
        pointers = pointers[: len(pointers) // _POINTER * _POINTER]
        places = {
            number: (index - 1, size) for number, size, index in reversed([*struct.iter_unpack("<HII", pointers)])
        }
        places[0] = (6, size)
        self.sections = {number: _section(data, number, *places.get(number, (0, 0))) for number in _HOLDS}
        if binascii.crc_hqx(data[2:], 0xFFFF) != fields(0, data, 0, "H")[0]:
            raise DamagedFileError(
                said("The SCP-ECG file fails its checksum: something in it was altered. Copy it again from the source.")
            )

    @cached_property
    def tables(self) -> tuple[scp_huffman.Table, ...]:
        """The Huffman tables of section 2; none where samples are not compressed."""
        return scp_huffman.tables(self.sections[2]) if self.sections[2] else ()

    @cached_property
    def flags_and_leads(self) -> tuple[int, list[tuple[int, ...]]]:
        """The flags of section 3, and of each lead its first and last sample, from 1, and its number."""
        if not self.sections[3]:
            raise damaged(3, mark("is missing"))
        count, flags = fields(3, self.sections[3], 0, "BB")
        return flags, [fields(3, self.sections[3], 2 + 9 * k, "IIB") for k in range(count)]


def _section(data: bytes, number: int, start: int, size: int) -> bytes:
    if size == 0:
        return b""
    part = data[start : start + size] if start >= 0 else b""
    if len(part) < max(size, _HEADER):
        raise damaged(number, mark("does not lie within the file"))
    if (number, size) != struct.unpack_from("<HI", part, 2):
        raise damaged(number, mark("is not where section 0 points to"))
    if binascii.crc_hqx(part[2:], 0xFFFF) != struct.unpack_from("<H", part)[0]:
        raise damaged(number, mark("fails its checksum"))
    return part[_HEADER:]


def damaged(number: int, what: str) -> DamagedFileError:
    """What is wrong with a section, with its number and what it holds."""
    return DamagedFileError(
        said(
            "Section {number} of the SCP-ECG file, {holds}, {what}. Export the ECG again from the source.",
            number=number,
            holds=_HOLDS[number],
            what=what,
        )
    )


def fields(number: int, body: bytes, at: int, form: str) -> tuple[int, ...]:
    """Little-endian integers of a section; raises DamagedFileError where it ends before."""
    try:
        return struct.unpack_from("<" + form, body, at)
    except struct.error:
        raise damaged(number, mark("ends too early")) from None
