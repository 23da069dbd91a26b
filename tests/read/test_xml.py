import codecs
from pathlib import Path

import numpy as np
import pytest

from lvm.errors import DamagedFileError, NotAnEcgError, ReadError
from lvm.read import read, xml

BOMB = '<!DOCTYPE RestingECG [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
EXTERNAL = '<!DOCTYPE RestingECG [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
PARAMETER = '<!DOCTYPE RestingECG [<!ENTITY % more SYSTEM "http://localhost:9/more.dtd"> %more;]>'
MUSE_DOCTYPE = '<!DOCTYPE RestingECG SYSTEM "restecg.dtd">'


def test_muse_doctype_passes_and_nothing_is_loaded(muse: bytes, tmp_path: Path, monkeypatch):
    assert MUSE_DOCTYPE.encode() in muse
    (tmp_path / "restecg.dtd").write_text('<!ENTITY mine "from the DTD">')
    monkeypatch.chdir(tmp_path)
    assert read(muse).format == "GE MUSE XML"
    with pytest.raises(DamagedFileError, match="entity"):
        read(muse.replace(b"Synthetic", b"&mine;"))


@pytest.mark.parametrize("doctype", [BOMB, EXTERNAL, PARAMETER])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_entities_are_refused_in_any_encoding(muse: bytes, doctype: str, encoding: str):
    text = muse.decode("latin-1").replace(MUSE_DOCTYPE, doctype)
    with pytest.raises(NotAnEcgError, match="declares XML entities of its own"):
        read(text.encode(encoding))


def test_an_entity_cannot_hide_in_utf7(muse: bytes):
    """The parser is given the decoded text, so a declared encoding cannot hide what was looked for."""
    text = muse.decode("latin-1").replace("ISO-8859-1", "utf-7").replace(MUSE_DOCTYPE, "+ADw-!DOCTYPE a []>")
    with pytest.raises(ReadError):
        read(text.encode())


def test_character_references_and_predefined_entities(muse: bytes):
    recording = read(muse.replace(b"Synthetic", b"&lt;&amp;&#233; electronic &#x70;acemaker"))
    assert recording.pacemaker is True


@pytest.mark.parametrize(
    "declared", ["ISO-8859-1", "utf-8", "utf-16", "utf-32", "rot13", "zip", "iso-8859-12", "x-none"]
)
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", b""),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_bytes_are_believed_before_the_declaration(muse: bytes, declared: str, encoding: str, bom: bytes):
    text = muse.decode("latin-1").replace("ISO-8859-1", declared)
    np.testing.assert_array_equal(read(bom + text.encode(encoding)).signal_mv, read(muse).signal_mv)


@pytest.mark.parametrize("before", [b"\n\n  ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b" \xef\xbb\xbf"])
def test_bom_or_white_space_before_the_declaration(muse: bytes, before: bytes):
    assert read(before + muse).patient.sex == "female"


def test_no_declaration_at_all(muse: bytes):
    assert read(muse[muse.index(b"<RestingECG") :]).patient.sex == "female"


def test_white_space_before_utf_16(muse: bytes):
    assert read(("\r\n " + muse.decode("latin-1")).encode("utf-16-le")).patient.sex == "female"


def test_latin_1_declared_utf_8(muse: bytes):
    data = muse.replace(b"ISO-8859-1", b"utf-8").replace(b"Synthetic", b"Andr\xe9 Mu\xdfte")
    assert read(data).patient.sex == "female"


@pytest.mark.parametrize("encoding", ["windows-1252", "shift_jis", "gb18030", "koi8-r"])
def test_declared_encodings(muse: bytes, encoding: str):
    text = muse.decode("latin-1").replace("ISO-8859-1", encoding)
    root = xml.parse(text.encode(encoding), "")
    assert xml.text(root, "Diagnosis/DiagnosisStatement/StmtText") == "Synthetic"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4.88", 4.88), ("4,88", 4.88), (" -12 ", -12.0), ("+5", 5.0), (".5", 0.5), ("1e3", 1000.0), ("0,005", 0.005),
        ("4,880", None), ("1_000", None), ("nan", None), ("inf", None), ("1e999", None), ("0x10", None), ("", None),
        ("---", None), ("Failed", None), ("Indeterminate", None), ("12 ms", None), ("٣", None), (None, None),
    ],
)  # fmt: skip
def test_numbers(text: str | None, number: float | None):
    assert xml.number_in(text) == number


def test_lookup_ignores_namespaces_and_takes_the_first_known_value():
    root = xml.parse(b'<r xmlns="a" xmlns:p="b"><p:x><y>---</y></p:x><x><y> 7 </y><y>8</y></x></r>', "")
    assert xml.text(root, "x/y") == "7"
    assert xml.number(root, "x/y") == 7.0
    assert xml.number(root, "x/z") is None


def test_a_path_skips_comments_and_takes_elements_in_document_order():
    root = xml.parse(b"<r><a><b>1</b></a><!-- <a><b>9</b></a> --><c/><a><b>2</b><b>3</b></a></r>", "")
    assert [xml.raw_text(found) for found in xml.children(root, "a/b")] == ["1", "2", "3"]
    assert list(xml.children(root, "a/c")) == []


def test_text_of_an_element_with_others_in_it():
    root = xml.parse(b"<r><a>1<b>2</b>3<![CDATA[<4>]]></a><a/></r>", "")
    assert [xml.raw_text(found) for found in xml.children(root, "a")] == ["123<4>", ""]


def test_a_base64_text_of_other_signs_is_refused():
    for text in ("AAA", "AA!A", "ÄAAA", "AAAA=AAA"):
        with pytest.raises(ValueError, match=r"(?i)padding|base64|data"):
            xml.base64_in(text)
    assert xml.base64_in(" AQ\n I=\t") == b"\x01\x02"
    assert xml.base64_in(None) == b""


def test_default_attributes_do_not_multiply():
    """A million characters by default on each of thousands of elements would fill the memory."""
    bomb = "<!DOCTYPE r [<!ATTLIST a x CDATA '" + "y" * 10**6 + "'>]><r>" + "<a/>" * 5000 + "</r>"
    with pytest.raises(DamagedFileError, match="damaged or breaks off at line 1"):
        read(bomb.encode())
