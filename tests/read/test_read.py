import pytest

import lvm.read
from lvm.errors import DamagedFileError, NotAnEcgError
from lvm.language import speaking, tr
from lvm.read import accepted, dialects, read, read_together
from tests.fuzz.big import zipped


def test_public_names():
    assert lvm.read.__all__ == ["accepted", "read", "read_together"]


def test_dialects_are_found_by_themselves():
    names = [dialect.__name__ for dialect in dialects()]
    assert {"lvm.read.muse", "lvm.read.philips"} <= set(names)
    assert names == sorted(names)
    assert all("patient  " in (dialect.__doc__ or "") for dialect in dialects())
    assert all(dialect.READS in accepted() for dialect in dialects())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty"),
        (b" \r\n\t", "The file is empty"),
        (b"\0" * 100, "The file is empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (zipped({"ecg.zip": zipped({"ecg.xml": b"<RestingECG/>"})}), "a zip archive within a zip archive"),
        (zipped({"folder/": b""}), "no file in it"),
        (zipped({"a.xml": b"<RestingECG/>", "b.xml": b"<RestingECG/>"}), "2 files came together"),
        (zipped({f"{k}.xml": b"" for k in range(21)}), "holds 21 files"),
        (b"\x1f\x8b\x08\0", "a gzip archive"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a web page"),
        (b"<!-- portal -->\n<HTML><p>Log in", "a web page"),
        (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "a web page"),
        (b"What is this?", "no ECG of a kind"),
        (b"\1\2\3\4" * 50, "no ECG of a kind"),
        (b"<Holter/>", "root element <Holter>"),
        (b"<a:Observation xmlns:a='urn:hl7-org:v3'/>", "root element <Observation>"),
        (b"<" + b"x" * 500 + b"/>", "root element <x{60}>"),
        (b"<RestingECG>" + b"<a/>" * 200_000, "more than 20000 XML elements"),
        (b"<x>" + b" " * 5 * 2**20 + b"</x>", "larger than 5 MB"),
    ],
)
def test_not_an_ecg(data: bytes, message: str):
    with pytest.raises(NotAnEcgError, match=message) as caught:
        read(data)
    assert len(str(caught.value)) < 500


def test_truncated(muse: bytes):
    for length in (60, 500, 5000, len(muse) - 5):
        with pytest.raises(DamagedFileError, match=r"damaged or breaks off at line \d+"):
            read(muse[:length])


def test_an_unknown_element_shows_nothing_of_its_content():
    with pytest.raises(NotAnEcgError) as caught:
        read(b"<ecg patient='Doe'><name>John</name></ecg>")
    assert "Doe" not in str(caught.value)
    assert "John" not in str(caught.value)


def test_deep_nesting_is_refused():
    with pytest.raises(DamagedFileError):
        read(b"<RestingECG>" + b"<a>" * 30_000)


def test_files_given_together(muse: bytes):
    assert read_together({"ecg.xml": muse}).format == "GE MUSE XML"
    with pytest.raises(NotAnEcgError, match="3 files came together"):
        read_together({"a.xml": muse, "b.xml": muse, "c.xml": muse})
    with pytest.raises(NotAnEcgError, match="larger than 5 MB"):
        read_together({"a.xml": muse, "b.xml": b" " * 5 * 2**20})


def test_a_refusal_can_be_said_in_another_language(monkeypatch: pytest.MonkeyPatch):
    spoken = {
        "The file is {what}. Please give the ECG as {formats}.": "檔案為{what}。請提供{formats}。",
        "a gzip archive: unpack it first": "gzip 壓縮檔：請先解壓縮",
        "{names} or {last}": "{names}或{last}",
        "{one}, {other}": "{one}、{other}",
    }
    monkeypatch.setattr("lvm.language.catalog", lambda language: spoken if language == "zh_TW" else {})
    with pytest.raises(NotAnEcgError) as caught:
        read(b"\x1f\x8b\x08\0")
    with speaking("zh_TW"):
        said = tr(caught.value.args[0])
    assert said.startswith("檔案為gzip 壓縮檔：請先解壓縮。請提供CSV with its rate and unit、DICOM 12-lead ECG、")
    assert said.endswith("Schiller SEMA XML或WFDB (.hea with its .dat)。")
