"""DICOM taken apart by pydicom, fenced: bounded work, one kind of error, nothing in the log, values as written.

Only the structure is left to pydicom. It would convert values too, and warns of odd ones with what the file says.
"""

import io
import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lvm.errors import DamagedFileError
from lvm.language import said
from lvm.read import source, xml

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement, RawDataElement
    from pydicom.dataset import Dataset

# pydicom quotes the file in its warnings and logs them too. For good, because to catch a warning for a while only is
# not safe where several users' threads run.
warnings.filterwarnings("ignore", category=UserWarning, module="pydicom")
logging.getLogger("pydicom").addFilter(lambda record: False)

DICM = slice(128, 132)
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_META_LENGTH = struct.Struct("<HH2sHL")  # (0002,0000) UL: how long the elements are that are never deflated
_MAX_READS = 50_000  # the largest real file takes 3,600; pydicom spends 13 us on an empty item of 8 bytes


def _unreadable() -> tuple[type[Exception], ...]:
    """What pydicom raises on damaged bytes, by its code and by fuzzing; OSError is also our own end of the reads."""
    from pydicom.errors import BytesLengthException

    return (
        *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError),
        *(NotImplementedError, RecursionError, struct.error, BytesLengthException),
    )


class _Bounded(io.BytesIO):
    """Bytes of which only so many reads are left, shared by all parts of one file."""

    def __init__(self, data: bytes, reads: Iterator[int]) -> None:
        super().__init__(data)
        self._reads = reads

    def read(self, size: int | None = -1, /) -> bytes:
        if next(self._reads, None) is None:
            raise OSError
        return super().read(size)


class Item:
    """A dataset or an item of a sequence; its values by pydicom's keywords, as the file writes them."""

    def __init__(self, dataset: "Dataset", reads: Iterator[int]) -> None:
        self._dataset, self._reads = dataset, reads

    def _element(self, keyword: str) -> "DataElement | RawDataElement | None":
        return self._dataset.get_item(keyword, keep_deferred=True)  # without it an empty value is converted

    def bytes(self, keyword: str) -> bytes:
        """Empty where it is absent, or a sequence."""
        element = self._element(keyword)
        return element.value if element is not None and isinstance(element.value, bytes) else b""

    def text(self, keyword: str) -> str | None:
        return xml.known(self.bytes(keyword).decode("latin-1").strip("\0 "))

    def number(self, keyword: str) -> float | None:
        """Of a decimal string."""
        return xml.number_in(self.text(keyword))

    def count(self, keyword: str) -> int:
        """An unsigned integer in binary; 0 where it is absent."""
        little = bool(getattr(self._element(keyword), "is_little_endian", True))
        return int.from_bytes(self.bytes(keyword)[:4], "little" if little else "big")

    def items(self, keyword: str) -> "list[Item]":
        """The items of a sequence. Raises DamagedFileError."""
        from pydicom.filereader import read_sequence

        element = self._element(keyword)
        value: Any = None if element is None else element.value  # bytes, or pydicom's items
        if element is not None and isinstance(value, bytes):
            unknown = element.VR == "UN"  # holds implicit VR little endian
            implicit = unknown or bool(getattr(element, "is_implicit_VR", False))
            little = unknown or bool(getattr(element, "is_little_endian", True))
            try:
                value = read_sequence(_Bounded(value, self._reads), implicit, little, len(value), "iso8859")
            except _unreadable():
                raise damaged() from None
        return [Item(dataset, self._reads) for dataset in value or ()]

    def code(self, keyword: str) -> tuple[str, str]:
        """Value and meaning of the first code of a code sequence."""
        for item in self.items(keyword)[:1]:
            return item.text("CodeValue") or "", item.text("CodeMeaning") or ""
        return "", ""

    @property
    def is_little_endian(self) -> bool:
        return self._dataset.original_encoding[1] is not False


def damaged() -> DamagedFileError:
    return DamagedFileError(said("The DICOM file is damaged or breaks off. Copy or export it again from the source."))


def dataset(data: bytes) -> Item:
    """Raises DamagedFileError, NotAnEcgError where it would inflate without end."""
    from pydicom import dcmread

    if _DEFLATED in data:
        data = _inflated(data)
    reads = iter(range(_MAX_READS))
    try:
        return Item(dcmread(_Bounded(data, reads), force=True), reads)
    except _unreadable():
        raise damaged() from None


def _inflated(data: bytes) -> bytes:
    """A deflated file as a plain one, without its elements of group 2: pydicom would inflate any amount."""
    try:
        *tag, length = _META_LENGTH.unpack_from(data, DICM.stop)
        packed = data[DICM.stop + _META_LENGTH.size + length :]
        inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, source.MAX_BYTES + 1)
    except (struct.error, zlib.error):
        raise damaged() from None
    source.check_size(len(inflated))
    if tag != [2, 0, b"UL", 4] or _DEFLATED in inflated:
        raise damaged()
    return data[: DICM.stop] + inflated
