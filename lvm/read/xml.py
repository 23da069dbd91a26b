"""The one safe XML parser, and how its values are looked up: by local name, whatever the namespace.

passes      any of UTF-8, UTF-16 (LE, BE), ISO-8859-*, Windows-125*, GB, Shift JIS, ..., with or without BOM;
            a declaration that contradicts the bytes; BOM or white space before <?xml; Latin-1 bytes declared
            UTF-8; a DOCTYPE with an outside DTD (MUSE's), which is never loaded
is refused  an entity of its own, inside or outside; HTML; anything truncated
"""

import base64
import codecs
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from lxml import etree

from lvm.errors import DamagedFileError, NotAnEcgError
from lvm.language import said

Element = Any  # an lxml element; lxml has no types

MAX_TAGS = 40_000  # real files hold at most 2,400; every lookup walks them

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SNIFFED = 400
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})""")
# Only these: Python knows codecs that are no text encodings at all.
_EIGHT_BIT = re.compile(
    r"(iso-?8859-?\d{1,2}|latin-?1|windows-?125\d|cp125\d|us-ascii|ascii|koi8-[ru]|shift_jis|euc-jp|euc-kr"
    r"|gb2312|gbk|gb18030|big5)"
)
_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>")
_HTML = re.compile(r"<(!doctype\s+html|html)\b", re.IGNORECASE)
_UNKNOWN = {"", "-", "--", "---", "*", "n/a", "none", "unknown", "failed", "indeterminate"}
_LONGEST_UNKNOWN = max(map(len, _UNKNOWN))
_NUMBER = re.compile(r"[+-]?(\d{1,18}([.,]\d{0,18})?|\.\d{1,18})([eE][+-]?\d{1,3})?", re.ASCII)
_LARGEST = 1e12  # no ECG file holds more, and arithmetic with it stays finite
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def parse(data: bytes, accepted: str) -> Element:
    """Root element of an XML file. `accepted` says in messages which files can be read."""
    text = _decode(data).lstrip("\ufeff \t\r\n")
    declaration = _DECLARATION.match(text)  # not a search: it would try again at every "<?xml" of the file
    text = text[declaration.end() :].lstrip() if declaration else text
    if _HTML.search(text[:_SNIFFED]):
        raise NotAnEcgError(
            said(
                "The file is a web page, perhaps the login page of the system it came from. Export the ECG again as "
                "{accepted}.",
                accepted=accepted,
            )
        )
    if not text.startswith("<"):
        raise NotAnEcgError(
            said("The file is no ECG of a kind read here. Please give it as {accepted}.", accepted=accepted)
        )
    # No declaration can avoid this literal: the parser below is given this same text, whatever the file's encoding.
    if "<!ENTITY" in text:
        raise NotAnEcgError(
            said(
                "The file declares XML entities of its own in its DOCTYPE. No electrocardiograph writes such a file "
                "and it could be an attack, so it was not read. Export the ECG again from the source."
            )
        )
    if text.count("<") > MAX_TAGS:
        raise NotAnEcgError(
            said(
                "The file holds more than {most} XML elements, far more than one resting ECG needs. Export a single "
                "ECG as {accepted}.",
                most=MAX_TAGS // 2,
                accepted=accepted,
            )
        )
    root = _parse_text(text)
    if next(root.iter(etree.Entity), None) is not None:
        raise DamagedFileError(
            said("The file refers to an XML entity that it cannot hold. Export the ECG again from the source.")
        )
    return root


def _decode(data: bytes) -> str:
    """Text of a file. The bytes are believed before the declaration."""
    if data[:_SNIFFED].lstrip().startswith(codecs.BOM_UTF8):
        data = data.lstrip()
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(encoding)
            except UnicodeDecodeError:
                if encoding != "utf-8":
                    return data.decode(encoding, errors="replace")
    head = data[:_SNIFFED]
    at_even, at_odd = head[::2].count(0), head[1::2].count(0)
    if max(at_even, at_odd) > len(head) // 4:
        return data.decode("utf-16-le" if at_odd > at_even else "utf-16-be", errors="replace")
    declared = _DECLARED.search(head)
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if _EIGHT_BIT.fullmatch(encoding):
        try:
            return data.decode(encoding, errors="replace")
        except LookupError:  # such as iso-8859-12, which does not exist
            return data.decode("latin-1")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _parse_text(text: str) -> Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        # libxml2's own words may quote the file: only the line is passed on
        raise DamagedFileError(
            said(
                "The XML is damaged or breaks off at line {line}. Export or copy the file again.",
                line=error.lineno or 1,
            )
        ) from None


def local_name(element: Element) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, path: str) -> Iterator[Element]:
    """All elements at a path of local names, such as "patient/age/years", in document order."""
    name, _, rest = path.partition("/")
    found: Iterator[Element] = element.iterchildren("{*}" + name)  # any namespace or none
    return chain.from_iterable(children(child, rest) for child in found) if rest else found


def raw_text(element: Element) -> str:
    """All of an element's text, as it stands."""
    return "".join(element.itertext()) if len(element) else element.text or ""


def known(value: str | None) -> str | None:
    """A value without the space around it; None where it says that it is not known (`---`, `Failed`, ...)."""
    value = (value or "").strip()
    return None if len(value) <= _LONGEST_UNKNOWN and value.lower() in _UNKNOWN else value


def word(value: str | None) -> str | None:
    """A version or a name of the file's own, as far as it is safe to show: letters, digits and points, at most 16."""
    return re.sub(r"[^A-Za-z0-9.]", "", value or "")[:16] or None


def number_in(value: str | None) -> float | None:
    """A number, with a decimal point or comma; None for anything else. 1,234 could be either, so None."""
    value = known(value)
    if value is None or not _NUMBER.fullmatch(value) or _THOUSANDS.fullmatch(value):
        return None
    number = float(value.replace(",", "."))
    return number if abs(number) < _LARGEST else None


def text(element: Element, path: str) -> str | None:
    """First known text at a path, or None."""
    for child in children(element, path):
        if value := known(raw_text(child)):
            return value
    return None


def number(element: Element, path: str) -> float | None:
    """First number at a path, or None."""
    for child in children(element, path):
        if (value := number_in(raw_text(child))) is not None:
            return value
    return None


def base64_in(value: str | None) -> bytes:
    """The bytes of a Base64 text with any white space in it. Raises ValueError where it is none."""
    packed = (value or "").encode("utf-8", errors="replace").translate(None, b" \t\r\n\f\v")
    return base64.b64decode(packed, validate=True)
