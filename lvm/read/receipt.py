"""Which identifying facts a file holds. Readers look whether they are there and keep only that, by these names."""

from collections.abc import Iterable, Mapping

from lvm.language import mark
from lvm.read import xml

KINDS = (
    mark("name"),
    mark("patient number"),
    mark("birth date"),
    mark("address or telephone"),
    mark("order or visit number"),
    mark("physician or technician"),
    mark("hospital or department"),
    mark("device serial number"),
    mark("free text"),
    mark("race"),
)


def left_out(present: Iterable[str]) -> tuple[str, ...]:
    """The kinds that a file holds, each once, in the order of KINDS."""
    kinds = set(present)
    if kinds - set(KINDS):
        raise ValueError("a reader names a kind of fact that is not in KINDS")
    return tuple(kind for kind in KINDS if kind in kinds)


def in_xml(root: xml.Element, paths: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The kinds for which any of the paths holds a text, or an attribute where a path ends in @name."""

    def holds(path: str) -> bool:
        elements, _, attribute = path.partition("@")
        if attribute:
            return any(xml.known(found.get(attribute)) for found in xml.children(root, elements))
        return xml.text(root, elements) is not None

    return left_out(kind for kind, places in paths.items() if any(holds(place) for place in places))
