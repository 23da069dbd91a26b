"""One front door: bytes of a file in, a Recording out.

A dialect is a module of this package with

    READS                the files it reads, as messages name them
    recognises(root)     whether an XML root is of its kind, whatever the version
    parse(root)          the Recording, or a ReadError

opening with a docstring that is its table of supported input. Modules are found here by themselves: a new dialect
touches no other file.
"""

import pkgutil
import re
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from lvm.errors import NotAnEcgError
from lvm.read import xml
from lvm.recording import Recording

__all__ = ["read"]


class Dialect(Protocol):
    READS: str

    def recognises(self, root: xml.Element) -> bool: ...

    def parse(self, root: xml.Element) -> Recording: ...


@cache
def dialects() -> tuple[Dialect, ...]:
    """All dialects of this package, by module name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return tuple(cast(Dialect, module) for module in modules if hasattr(module, "recognises"))


def read(data: bytes) -> Recording:
    """Read one ECG file of any supported dialect; raises ReadError and nothing else, whatever the bytes."""
    accepted = " or ".join(dialect.READS for dialect in dialects())
    root = xml.parse(data, accepted)
    for dialect in dialects():
        if dialect.recognises(root):
            return dialect.parse(root)
    name = re.sub(r"[^A-Za-z0-9_.-]", "", xml.local_name(root))[:60]
    raise NotAnEcgError(
        f"The file is XML with the root element <{name}>, which is no ECG format read here. "
        f"Export the ECG as {accepted}."
    )
