"""One front door: bytes of a file in, a Recording out.

A dialect is a module of this package that opens with a docstring, its table of supported input, and has

    READS                 the files it reads, as messages name them
    recognises(root), parse(root)                    for XML: whether a root element is of its kind, whatever the
                                                     version; the Recording, or a ReadError
    recognises_bytes(data), parse_bytes(data, beside)    the same for any other file; see source.Beside

Modules are found here by themselves: a new dialect touches no other file.
"""

import pkgutil
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType

from lvm.errors import NotAnEcgError
from lvm.language import listed, mark, said
from lvm.read import plausible, source, xml
from lvm.recording import Recording

__all__ = ["accepted", "read", "read_together"]

_OTHERS = (
    (b"%PDF-", mark("a PDF document: a printed ECG holds no samples")),
    (b"\x1f\x8b", mark("a gzip archive: unpack it first")),
    (b"7z\xbc\xaf", mark("a 7z archive: unpack it first")),
    (b"Rar!", mark("a RAR archive: unpack it first")),
    (b"\x89PNG", mark("a picture: it holds no samples")),
    (b"\xff\xd8\xff", mark("a picture: it holds no samples")),
    (b"PK\x03\x04", mark("a zip archive within a zip archive: unpack it first")),
    (b"\xd0\xcf\x11\xe0", mark("an Office document: it holds no samples")),
)


@cache
def dialects() -> tuple[ModuleType, ...]:
    """All dialects of this package, by module name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return tuple(module for module in modules if hasattr(module, "READS"))


def accepted() -> str:
    """The kinds of file that can be read, for messages and labels."""
    *names, last = sorted(dialect.READS for dialect in dialects())
    return said("{names} or {last}", names=listed(names), last=last)


def read(data: bytes, beside: source.Beside = source.nothing_beside) -> Recording:
    """Read one ECG file of any supported dialect, or a zip archive with one.

    beside : gives the files that came with this one, by name; a WFDB header needs its signal file.
    Raises ReadError and nothing else, whatever the bytes.
    """
    source.check_size(len(data))
    if source.is_zip(data):
        files = source.unpacked(data)
        data, beside = source.the_ecg(files), files.get
    return plausible.checked(_recording(data, beside))


def read_together(files: Mapping[str, bytes]) -> Recording:
    """Read files that were given together, by name: one ECG file, or a WFDB header with its signal files."""
    source.check_size(sum(len(content) for content in files.values()))
    return read(source.the_ecg(files), files.get)


def _recording(data: bytes, beside: source.Beside) -> Recording:
    if not data.strip(b"\0 \t\r\n"):
        raise NotAnEcgError(said("The file is empty. Export the ECG again as {formats}.", formats=accepted()))
    for dialect in dialects():
        if hasattr(dialect, "recognises_bytes") and dialect.recognises_bytes(data):
            recording: Recording = dialect.parse_bytes(data, beside)
            return recording
    for magic, what in _OTHERS:
        if data.startswith(magic):
            raise NotAnEcgError(
                said("The file is {what}. Please give the ECG as {formats}.", what=what, formats=accepted())
            )
    root = xml.parse(data, accepted())
    for dialect in dialects():
        if hasattr(dialect, "recognises") and dialect.recognises(root):
            recording = dialect.parse(root)
            return recording
    name = re.sub(r"[^A-Za-z0-9_.-]", "", xml.local_name(root))[:60]
    raise NotAnEcgError(
        said(
            "The file is XML with the root element <{name}>, which is no ECG format read here. Export the ECG as "
            "{formats}.",
            name=name,
            formats=accepted(),
        )
    )
