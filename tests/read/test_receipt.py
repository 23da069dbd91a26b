import pytest

from lvm.read import receipt, xml

PATHS = {
    "birth date": ("patient/born",),
    "name": ("patient/last", "patient/first"),
    "device serial number": ("device@serial",),
}


def test_only_the_kind_of_what_a_file_holds_is_kept():
    root = xml.parse(b'<x><patient><first>Ann</first><born> </born></patient><device serial="7"/></x>', "")
    assert receipt.in_xml(root, PATHS) == ("name", "device serial number")


def test_unknown_values_are_nothing_to_leave_out():
    root = xml.parse(b'<x><patient><first>---</first><last/></patient><device serial=""/></x>', "")
    assert receipt.in_xml(root, PATHS) == ()


def test_kinds_come_once_and_in_order():
    assert receipt.left_out(["birth date", "name", "birth date"]) == ("name", "birth date")
    with pytest.raises(ValueError, match="not in KINDS"):
        receipt.left_out(["shoe size"])
