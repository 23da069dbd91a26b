import zipfile

import numpy as np
import pytest

from lvm.errors import DamagedFileError, NotAnEcgError
from lvm.read import read
from lvm.read.source import MAX_BYTES, check_size, the_ecg, unpacked
from tests.fuzz.big import lzma_of_4_gb, zipped


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


def test_a_packing_that_asks_for_gigabytes_is_refused():
    for packed in (lzma_of_4_gb(), zipped({"ecg.xml": b"x"}, zipfile.ZIP_BZIP2)):
        with pytest.raises(DamagedFileError, match="packed in an unusual way"):
            read(packed)


def test_names_are_bare_and_each_stands_once(muse: bytes):
    assert unpacked(zipped({"a/b/ecg.hea": b"1", "C:\\c\\ecg.dat": b"2", "a/.DS_Store": b"3"})) == {
        "ecg.hea": b"1",
        "ecg.dat": b"2",
    }
    with pytest.raises(NotAnEcgError, match="The zip archive holds 2 files"):
        read(zipped({"monday/ecg.xml": muse, "tuesday/ecg.xml": muse}))


def test_a_directory_of_thousands_is_not_even_listed():
    with pytest.raises(NotAnEcgError, match="holds more than 1000 files"):
        read(zipped({f"{k}/": b"" for k in range(1001)}))
    with pytest.raises(NotAnEcgError, match="no file in it"):
        read(zipped({f"{k}/": b"" for k in range(1000)}))


def test_the_header_is_the_one_that_is_read():
    assert the_ecg({"a.dat": b"1", "A.HEA": b"2", "a.xyz": b"3"}) == b"2"
    for files in ({"a.hea": b"1", "b.hea": b"2"}, {"a.dat": b"1", "b.dat": b"2"}):
        with pytest.raises(NotAnEcgError, match="2 files came together"):
            the_ecg(files)
    check_size(MAX_BYTES)
    with pytest.raises(NotAnEcgError, match="larger than 5 MB"):
        check_size(MAX_BYTES + 1)
