"""The samples of SCP-ECG: Huffman codes or 16-bit integers, and differences between samples (EN 1064, 5.5 and 5.9).

A code is a prefix of 1 to 16 bits; where it is longer than that, the rest is a signed number that is added to the
code's value. A code may instead switch to another table. Every lead begins with the first table.
"""

import struct
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lvm.errors import DamagedFileError, UnsupportedError
from lvm.language import said

Steps = NDArray[np.int64]

DEFAULT_TABLE = 19999  # stands for the number of tables where the file uses the standard's own

_AHEAD = 16  # bits: of a prefix, and of what follows it, at most
_BEYOND = 64  # bits behind the end, more than the longest code
_NOWHERE = -(2**40)
_MAX_TABLES, _MAX_CODES = 4, 512


@dataclass(frozen=True)
class Code:
    """One code; `prefix` holds its bits with the first one read as the most significant."""

    prefix: int
    prefix_bits: int
    all_bits: int
    value: int
    switches: bool = False  # to the table of number `value`, from 1


@dataclass(frozen=True, eq=False)
class Table:
    """The codes of a table."""

    codes: tuple[Code, ...]

    @cached_property
    def lookup(self) -> Steps:
        """(2^16,) index of the code with which 16 bits begin, -1 for none; a shorter code goes before a longer one."""
        found = np.full(2**_AHEAD, -1)
        for index, code in sorted(enumerate(self.codes), key=lambda item: -item[1].prefix_bits):
            room = _AHEAD - code.prefix_bits
            found[code.prefix << room : (code.prefix + 1) << room] = index
        return found


def _default() -> Table:
    """0; 100, 101, 1100, 1101 and so on for 1, -1, 2, -2 to -8; 8 and 16 bits behind nine ones and a 0 or 1."""
    codes = [Code(0, 1, 1, 0)]
    for size in range(1, 9):
        ones = (2**size - 1) << 2
        codes += [Code(ones, size + 2, size + 2, size), Code(ones + 1, size + 2, size + 2, -size)]
    return Table((*codes, Code(0b1111111110, 10, 18, 0), Code(0b1111111111, 10, 26, 0)))


DEFAULT = _default()


def tables(body: bytes) -> tuple[Table, ...]:
    """The tables of section 2; none where its samples are not compressed.

    Raises DamagedFileError where they are cut short or cannot be codes, UnsupportedError where they go beyond what is
    decoded here.
    """
    try:
        (count,) = struct.unpack_from("<H", body)
        if count == DEFAULT_TABLE:
            return (DEFAULT,)
        if count > _MAX_TABLES:
            raise _unsupported()
        found, at = [], 2
        for _ in range(count):
            (size,) = struct.unpack_from("<H", body, at)
            if size > _MAX_CODES:
                raise _unsupported()
            found.append(Table(tuple(_code(*struct.unpack_from("<BBBhI", body, at + 2 + 9 * k)) for k in range(size))))
            at += 2 + 9 * size
    except struct.error:
        raise _damaged() from None
    if any(code.switches and not 1 <= code.value <= count for table in found for code in table.codes):
        raise _damaged()
    return tuple(found)


def _code(prefix_bits: int, all_bits: int, mode: int, value: int, stored: int) -> Code:
    """A code as section 2 stores it: the first bit read is the least significant of `stored`."""
    if not 1 <= prefix_bits <= all_bits:
        raise _damaged()
    if max(prefix_bits, all_bits - prefix_bits) > _AHEAD:
        raise _unsupported()
    prefix = int(f"{stored % 2**prefix_bits:0{prefix_bits}b}"[::-1], 2)
    return Code(prefix, prefix_bits, all_bits, value, switches=mode == 0)


def decoded(data: bytes, count: int, using: tuple[Table, ...]) -> Steps | None:
    """(count,) numbers out of the bytes of one lead; None where these end before, or hold what is no code.

    Where the code that begins at a bit would end is looked up for all bits at once; only the way from code to code is
    walked one by one. A state is a table and a bit, as one number: table * stride + bit.
    """
    if not using:
        return np.frombuffer(data, "<i2", count).astype(np.int64) if 2 * count <= len(data) else None
    ahead = _ahead(data)  # (stride,)
    stride = ahead.size
    after, is_sample = [], []
    for number, table in enumerate(using):
        jumps = [code.all_bits + stride * (code.value - 1 - number if code.switches else 0) for code in table.codes]
        after.append(
            np.arange(number * stride, (number + 1) * stride) + np.array([*jumps, _NOWHERE])[table.lookup][ahead]
        )
        is_sample.append(np.array([*(not code.switches for code in table.codes), False])[table.lookup][ahead])
        after[-1][8 * len(data) :], is_sample[-1][8 * len(data) :] = _NOWHERE, False
    states = _walk(np.concatenate(after).tolist(), np.concatenate(is_sample).tobytes(), count)
    if states is None or states[-1] % stride > 8 * len(data):
        return None
    numbers, bits = np.divmod(np.array(states[:-1], dtype=np.int64), stride)  # (count,) each
    values = np.zeros(count, dtype=np.int64)
    for number, table in enumerate(using):
        here = numbers == number
        values[here] = _values(table, ahead, bits[here])
    return values


def _values(table: Table, ahead: Steps, bits: Steps) -> Steps:
    """The numbers whose codes begin at these bits."""
    columns = [(code.prefix_bits, code.all_bits, code.value) for code in table.codes]
    prefix_bits, all_bits, values = np.array(columns, np.int64).reshape(-1, 3)[table.lookup[ahead[bits]]].T
    rest_bits = all_bits - prefix_bits
    rest = ahead[bits + prefix_bits] >> (_AHEAD - rest_bits)
    rest -= (2 * rest >> rest_bits) << rest_bits  # two's complement; nothing where there is no rest
    return np.asarray(values + rest)


def _walk(after: list[int], is_sample: bytes, count: int) -> list[int] | None:
    """The states in which the first `count` samples begin, and that behind the last of them."""
    states: list[int] = []
    state = 0
    while len(states) < count:
        if is_sample[state]:
            states.append(state)
        state = after[state]
        if state < 0:
            break
    return [*states, state] if len(states) == count else None


def _ahead(data: bytes) -> Steps:
    """(stride,) the 16 bits that begin at each bit; zeros behind the end, for codes that go beyond it."""
    padded = np.frombuffer(data + bytes(_BEYOND // 8 + 2), np.uint8).astype(np.int64)
    three = (padded[:-2] << 16) | (padded[1:-1] << 8) | padded[2:]
    return ((three[:, None] >> (8 - np.arange(8))) & 0xFFFF).ravel()


def summed(numbers: Steps, order: int) -> Steps:
    """Samples out of their first or second differences; `order` 0 leaves them. Wraps as 16-bit devices do.

    The first sample, and for second differences the second one too, are stored as they are.
    """
    if order == 1:
        numbers = np.cumsum(numbers)
    elif order == 2 and numbers.size > 1:
        slopes = np.cumsum([numbers[1] - numbers[0], *numbers[2:]])
        numbers = numbers[0] + np.append(0, np.cumsum(slopes))
    return numbers.astype(np.int16).astype(np.int64)


def _damaged() -> DamagedFileError:
    return DamagedFileError(
        said(
            "Section 2 of the SCP-ECG file, its Huffman tables, contradicts itself. Export the ECG again from the "
            "source."
        )
    )


def _unsupported() -> UnsupportedError:
    return UnsupportedError(
        said(
            "The SCP-ECG file has more than {max_tables} Huffman tables, or {max_codes} codes in one, or codes of "
            "more than {ahead} bits, which are not decoded here. Export the ECG with the default table, or in "
            "another format.",
            max_tables=_MAX_TABLES,
            max_codes=_MAX_CODES,
            ahead=_AHEAD,
        )
    )
