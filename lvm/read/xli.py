"""XLI, the compression of Philips Sierra files: for each lead an LZW stream, then second differences.

    chunk         size (int32 LE), 2 bytes unused, start (int16 LE), then `size` bytes of LZW
    LZW           10-bit codes, most significant bit first; strings from 256; 1023 ends
    bytes         the high bytes of all samples, then their low bytes
    samples       s[0], s[1] as stored; then s[n] = 2 s[n-1] - s[n-2] - e[n-1], with e[1] the chunk's start and
                  e[n] = stored[n] - 64
    limb leads    III, aVR, aVL and aVF are stored as their difference from what I and II predict

Checked against the sierraecg package, sample by sample.
"""

import numpy as np
from numpy.typing import NDArray

from lvm.errors import DamagedFileError
from lvm.language import said
from lvm.read import xml

_HEADER_BYTES = 8
_CODE_BITS = 10
_FIRST_STRING, _END = 256, 1023
_BYTES = [bytes([code]) for code in range(_FIRST_STRING)]
_BIT_WEIGHTS = 1 << np.arange(_CODE_BITS - 1, -1, -1)
_ZERO_DIFFERENCE = 64


def decode(text: str, labels: list[str], max_samples: int) -> list[NDArray[np.int64]]:
    """Stored samples of each labelled lead, from Base64 text; limb leads still as differences (see reconstruct)."""
    try:
        data = xml.base64_in(text)
    except ValueError:
        raise DamagedFileError(
            said("The samples of the Philips file are no valid Base64. Copy the file again.")
        ) from None
    leads, offset = [], 0
    for label in labels:
        start = offset + _HEADER_BYTES
        size = int.from_bytes(data[offset : offset + 4], "little", signed=True)
        offset = start + size
        if size <= 0 or offset > len(data):
            raise _damaged(label)
        first = int.from_bytes(data[start - 2 : start], "little", signed=True)
        unpacked = _lzw(data[start:offset], label, max_bytes=2 * max_samples)
        leads.append(_sum_twice(unpacked, first, label))
    return leads


def _damaged(label: str) -> DamagedFileError:
    return DamagedFileError(
        said("The compressed samples of lead {label} are damaged or cut short. Copy the file again.", label=label)
    )


def _lzw(chunk: bytes, label: str, max_bytes: int) -> bytes:
    # a code gives at least a byte: more codes than this could never be used, and would only cost memory
    bits = np.unpackbits(np.frombuffer(chunk[: 2 * max_bytes], dtype=np.uint8))
    whole = bits.size - bits.size % _CODE_BITS
    codes = bits[:whole].reshape(-1, _CODE_BITS) @ _BIT_WEIGHTS  # (codes,)
    ends = np.flatnonzero(codes == _END)
    if ends.size:
        codes = codes[: ends[0]]

    strings = _BYTES.copy()
    out: list[bytes] = []
    written, previous = 0, b""
    for code in codes.tolist():
        if code < len(strings):
            string = strings[code]
        elif code == len(strings) and previous:
            string = previous + previous[:1]
        else:
            raise _damaged(label)
        if previous and len(strings) < _END:
            strings.append(previous + string[:1])
        out.append(string)
        written += len(string)
        if written > max_bytes:
            raise _damaged(label)
        previous = string
    return b"".join(out)


def _sum_twice(unpacked: bytes, first: int, label: str) -> NDArray[np.int64]:
    halves = np.frombuffer(unpacked + b"\0" * (len(unpacked) % 2), dtype=np.uint8).reshape(2, -1).astype(np.uint16)
    stored = (halves[0] << 8 | halves[1]).astype(np.uint16).view(np.int16).astype(np.int64)
    if stored.size < 3:
        raise _damaged(label)
    errors = np.concatenate(([first], stored[2:-1] - _ZERO_DIFFERENCE))
    slopes = stored[1] - stored[0] - np.cumsum(errors)
    samples = np.concatenate((stored[:2], stored[1] + np.cumsum(slopes)))
    if np.abs(samples).max() > np.iinfo(np.int16).max:
        raise _damaged(label)
    return samples


def reconstruct(samples: NDArray[np.int64]) -> NDArray[np.int64]:
    """Turn the stored differences of III, aVR, aVL and aVF, rows 2 to 5 of (leads, T), into these leads."""
    lead_i, lead_ii = samples[0], samples[1]
    lead_iii = lead_ii - lead_i - samples[2]
    avr = -samples[3] - (lead_i + lead_ii) // 2
    avl = (lead_i - lead_iii) // 2 - samples[4]
    avf = (lead_ii + lead_iii) // 2 - samples[5]
    return np.concatenate((np.stack((lead_i, lead_ii, lead_iii, avr, avl, avf)), samples[6:]))
