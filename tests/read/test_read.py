import io
import re
import zipfile

import numpy as np
import pytest

import lvm.read
from lvm.errors import DamagedFileError, NotAnEcgError, ReadError
from lvm.read import accepted, dialects, read, read_together, xml
from lvm.recording import Recording


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


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
        (b"<CardiologyXML/>", "root element <CardiologyXML>"),
        (b"<a:AnnotatedECG xmlns:a='urn:hl7-org:v3'/>", "root element <AnnotatedECG>"),
        (b"<" + b"x" * 500 + b"/>", "root element <x{60}>"),
        (b"<RestingECG>" + b"<a/>" * 200_000, "more than 100000 XML elements"),
        (b"<x>" + b" " * 5 * 2**20 + b"</x>", "larger than 5 MB"),
    ],
)
def test_not_an_ecg(data: bytes, message: str):
    with pytest.raises(NotAnEcgError, match=message) as caught:
        read(data)
    assert str(caught.value).count(".") <= 5


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
        read(b"<RestingECG>" + b"<a>" * 100_000)


def test_a_zip_archive_is_read_in_memory(muse: bytes):
    plain = read(muse)
    packed = read(zipped({"__MACOSX/._ecg.xml": b"x", "folder/ecg.xml": muse, "folder/.hidden": b"x"}))
    np.testing.assert_array_equal(packed.signal_mv, plain.signal_mv)


def test_a_zip_bomb_is_refused_before_it_unfolds():
    with pytest.raises(NotAnEcgError, match=r"unpacked, larger than 5 MB"):
        read(zipped({"ecg.xml": b"<x>" + b" " * 50 * 2**20 + b"</x>"}))


def test_a_damaged_zip_archive_is_refused(muse: bytes):
    packed = zipped({"ecg.xml": muse})
    with pytest.raises(DamagedFileError, match="zip archive is damaged"):
        read(packed[: len(packed) // 2])


def test_files_given_together(muse: bytes):
    assert read_together({"ecg.xml": muse}).format == "GE MUSE XML"
    with pytest.raises(NotAnEcgError, match="3 files came together"):
        read_together({"a.xml": muse, "b.xml": muse, "c.xml": muse})
    with pytest.raises(NotAnEcgError, match="larger than 5 MB"):
        read_together({"a.xml": muse, "b.xml": b" " * 5 * 2**20})


def attempt(data: bytes) -> bool:
    """Whether it was read; anything but a Recording or a ReadError fails the test."""
    try:
        recording = read(data)
    except ReadError:
        return False
    assert isinstance(recording, Recording)
    assert np.isfinite(recording.signal_mv).all()
    return True


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    out = bytearray(data)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, len(out)))
        match rng.integers(0, 8):
            case 0:
                out[at] = int(rng.integers(0, 256))
            case 1:
                del out[at : at + int(rng.integers(1, 200))]
            case 2:
                out[at:at] = bytes(rng.integers(0, 256, int(rng.integers(1, 50)), dtype=np.uint8))
            case 3:
                out[at : at + 4] = b"9999"
            case 4:
                out[at:at] = out[at : at + int(rng.integers(1, 500))]
            case 5:
                end = out.find(b"<", at)
                start = out.rfind(b">", 0, end)
                if 0 <= start < end:
                    out[start + 1 : end] = rng.choice(
                        [b"", b"0", b"-1", b"1e300", b"NaN", b"---", b"99999999", b"\xff"]
                    )
            case _:
                out[at : at + 1] = b"A"
    return bytes(out)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_bytes_give_a_recording_or_a_read_error(muse: bytes, sierra, steps, seed: int):
    rng = np.random.default_rng(seed)
    unchecked = re.sub(rb"<LeadDataCRC32>\d+", b"<LeadDataCRC32>0", muse)
    files = [muse, unchecked, sierra(steps).encode(), sierra(steps).encode("utf-16")]
    read_well = [attempt(mutated(files[k % 4], rng)) for k in range(120)]
    assert any(read_well)
    assert not all(read_well)


def test_mutated_values_of_every_element(muse: bytes, sierra, steps):
    """Every element and attribute once with each odd value: the headers are where arithmetic can go wrong."""
    for data in (muse, sierra(steps).encode()):
        for element in range(len(list(xml.parse(data, "").iter()))):
            for value in ("", "-1", "1e11", "-1e-9", "Ω"):
                root = xml.parse(data, "")
                found = list(root.iter())[element]
                found.text = value
                for name in found.attrib:
                    found.set(name, value)
                for dialect in dialects():
                    if dialect.recognises(root):
                        try:
                            dialect.parse(root)
                        except ReadError:
                            continue


def test_random_bytes():
    rng = np.random.default_rng(0)
    for length in range(1, 200):
        assert not attempt(bytes(rng.integers(0, 256, length, dtype=np.uint8)))
        assert not attempt(b"<" + bytes(rng.integers(32, 127, length, dtype=np.uint8)))
