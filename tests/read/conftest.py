"""Small files of both dialects, made here, so that most tests need no real file."""

import base64
from collections.abc import Callable

import numpy as np
import pytest

from lvm.cohort.muse import write_muse
from lvm.recording import LEADS, Measurements, Patient, Signal


@pytest.fixture
def signal_mv() -> Signal:
    """(12, 5000) at 500 Hz: noise on slow waves, limb leads that agree with each other."""
    rng = np.random.default_rng(7)
    t = np.arange(5000) / 500
    own = 0.5 * np.sin(2 * np.pi * t * rng.uniform(0.8, 3, (8, 1))) + rng.normal(0, 0.02, (8, t.size))
    one, two = own[:2]
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.stack([*limb, *own[2:]]).astype(np.float32)


@pytest.fixture
def muse(signal_mv: Signal) -> bytes:
    patient = Patient("female", 63.0, 164.5, 71.2)
    return write_muse(signal_mv, 500.0, patient, Measurements(50, -12, 40, 66, 160, 94, 402), "Synthetic")


def lzw(data: bytes) -> bytes:
    strings = {bytes([k]): k for k in range(256)}
    codes, seen = [], b""
    for k in range(len(data)):
        longer = seen + data[k : k + 1]
        if longer in strings:
            seen = longer
            continue
        codes.append(strings[seen])
        if len(strings) < 1023:
            strings[longer] = len(strings)
        seen = data[k : k + 1]
    bits = "".join(f"{code:010b}" for code in [*codes, strings[seen], 1023])
    return int(bits + "0" * (-len(bits) % 8), 2).to_bytes((len(bits) + 7) // 8, "big")


def xli(samples: np.ndarray) -> bytes:
    """Compress (leads, T) integers as Philips devices do."""
    one, two, three, avr, avl, avf = samples[:6]
    stored = [one, two, two - one - three, -avr - (one + two) // 2, (one - three) // 2 - avl, (two + three) // 2 - avf]
    out = b""
    for lead in [*stored, *samples[6:]]:
        errors = 2 * lead[1:-1] - lead[:-2] - lead[2:]
        words = np.concatenate((lead[:2], errors[1:] + 64, [64])).astype(">i2").view(np.uint8).reshape(-1, 2)
        packed = lzw(words.T.tobytes())
        out += len(packed).to_bytes(4, "little") + b"\0\0" + int(errors[0]).to_bytes(2, "little", signed=True) + packed
    return out


@pytest.fixture
def sierra() -> Callable[..., str]:
    """Builds a Sierra 1.04 document of (leads, T) integers at 500 Hz, 5 uV a step."""

    def build(
        samples: np.ndarray,
        patient: str = "<sex>Male</sex>",
        more: str = "",
        labels: str = " ".join(LEADS),
        namespace: str = ' xmlns="http://www3.medical.philips.com"',
    ) -> str:
        return f"""<?xml version="1.0" encoding="utf-8"?>
<restingecgdata{namespace}>
<documentinfo><documenttype>PhilipsECG</documenttype><documentversion>1.04</documentversion></documentinfo>
<dataacquisition date="2020-03-01" time="10:20:30"><signalcharacteristics><samplingrate>500</samplingrate>
<resolution>5</resolution></signalcharacteristics></dataacquisition>
<patient><generalpatientdata>{patient}</generalpatientdata></patient>{more}
<waveforms><parsedwaveforms dataencoding="Base64" compression="XLI" numberofleads="{len(samples)}" leadlabels="{labels}"
 durationperchannel="{samples.shape[1] * 2}" samplespersecond="500" resolution="5">
{base64.encodebytes(xli(samples)).decode()}</parsedwaveforms></waveforms></restingecgdata>"""

    return build


@pytest.fixture
def steps(signal_mv: Signal) -> np.ndarray:
    """(12, 5000) integers, 5 uV a step."""
    return np.rint(signal_mv * 200).astype(np.int64)
