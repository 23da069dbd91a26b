"""Real files of every dialect, and edits of them by what they mean: a lead gone, renamed or cut, the rhythm gone."""

import base64
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from lxml import etree

from lvm.errors import ReadError
from lvm.read import read
from lvm.recording import Recording

FILES = {
    "Philips": "philips_sierra_xml/3191723_ZZDEMOPTONLY_1_04_utf8_jsfixture.xml",
    "MUSE": "ge_muse_xml/braveheart_example2.xml",
    "aECG": "hl7_aecg/sierra-tools_ad4d3d80_converted_to_aecg.xml",
    "CardioSoft": "ge_cardiosoft_xml/ecgprocess_example-XML1.xml",
    "Schiller": "schiller_sema_xml/cvrg_schiller.xml",
    "DICOM": "dicom_waveform/pydicom_waveform_ecg.dcm",
    "SCP": "scp_ecg/ecgtoolkit_Example.scp",
}

Element = etree._Element
Real = Callable[[str], bytes]  # the bytes of the real file of a dialect; a fixture

XML_KINDS = ("Philips", "MUSE", "aECG", "CardioSoft", "Schiller")
BY_LEAD = ("MUSE", "aECG", "CardioSoft", "Schiller")  # Philips packs all its leads into one text


@dataclass
class Lead:
    """One stored lead: its element, the element (and attribute) with its name, and the one with its samples."""

    block: Element
    named: Element
    attribute: str | None
    samples: Element

    @property
    def name(self) -> str:
        written = self.named.get(self.attribute) if self.attribute else self.named.text
        return (written or "").removeprefix("MDC_ECG_LEAD_").upper()

    def rename(self, name: str) -> None:
        if self.attribute:
            self.named.set(self.attribute, name)
        else:
            self.named.text = name


def parsed(data: bytes) -> Element:
    return etree.fromstring(
        data.lstrip(b"\xef\xbb\xbf"), etree.XMLParser(load_dtd=False, no_network=True, huge_tree=True)
    )


def written(root: Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def rhythm(kind: str, root: Element) -> Element:
    """The block of the rhythm's samples."""
    if kind == "Philips":
        return root.find(".//{*}parsedwaveforms")
    if kind == "MUSE":
        return next(found for found in root.findall("Waveform") if found.findtext("WaveformType") == "Rhythm")
    if kind == "aECG":
        return next(
            found for found in root.findall("{*}component/{*}series") if found.find("{*}code").get("code") == "RHYTHM"
        )
    if kind == "CardioSoft":
        return root.find("StripData")
    return next(found for found in root.iter("wavedata") if found.findtext("type") == "ECG_RHYTHMS")


def leads(kind: str, root: Element) -> Iterator[Lead]:
    """Those of the rhythm."""
    block = rhythm(kind, root)
    if kind == "MUSE":
        for found in block.findall("LeadData"):
            yield Lead(found, found.find("LeadID"), None, found.find("WaveFormData"))
    elif kind == "aECG":
        for found in block.findall("{*}component/{*}sequenceSet/{*}component"):
            code = found.find("{*}sequence/{*}code")
            if code.get("code").startswith("MDC_ECG_LEAD"):
                yield Lead(found, code, "code", found.find("{*}sequence/{*}value/{*}digits"))
    elif kind == "CardioSoft":
        for found in block.findall("WaveformData"):
            yield Lead(found, found, "lead", found)
    else:
        for found in block.findall("channel"):
            yield Lead(found, found.find("name"), None, found.find("data"))


def lead(kind: str, root: Element, name: str) -> Lead:
    return next(found for found in leads(kind, root) if found.name == name.upper())


def remove(element: Element) -> None:
    element.getparent().remove(element)


def without(kind: str, data: bytes, *names: str) -> bytes:
    root = parsed(data)
    for name in names:
        remove(lead(kind, root, name).block)
    return written(root)


def cut(kind: str, data: bytes, name: str, samples: int) -> bytes:
    """One lead shorter by some samples; MUSE's count and checksum are made right again."""
    root = parsed(data)
    one = lead(kind, root, name)
    if kind == "MUSE":
        stored = base64.b64decode(one.samples.text)[: -2 * samples]
        one.samples.text = base64.b64encode(stored).decode()
        one.block.find("LeadSampleCountTotal").text = str(len(stored) // 2)
        one.block.find("LeadDataCRC32").text = str(zlib.crc32(stored))
    else:
        between = " " if kind == "aECG" else ","
        one.samples.text = between.join(re.split(r"[\s,]+", one.samples.text.strip(" \t\r\n,"))[:-samples])
    return written(root)


def replaced(data: bytes, pattern: str, by: str, count: int = 0) -> bytes:
    """A regular expression replaced in a file; an error where it is not there."""
    out, found = re.subn(pattern.encode(), by.encode(), data, count=count, flags=re.DOTALL)
    if not found:
        raise ValueError(f"{pattern} is not in the file")
    return out


def text_of(data: bytes) -> str:
    return data.decode("utf-8-sig")


def same(one: Recording, two: Recording) -> bool:
    return (
        np.array_equal(one.signal_mv, two.signal_mv)
        and (one.patient, one.device, one.sampling_rate_hz) == (two.patient, two.device, two.sampling_rate_hz)
        and (one.warnings, one.derived_leads, one.findings) == (two.warnings, two.derived_leads, two.findings)
    )


def refused(data: bytes, error: type[ReadError], message: str) -> None:
    with pytest.raises(error) as caught:
        read(data)
    assert re.search(message, str(caught.value)), str(caught.value)
