"""The first line of a .spectrum file of `musicvis listen --spectrum`: the kind and amount of its data.

    musicvis spectrum 1 HOP ROWS SHA256

Then ROWS times 13 little-endian floats of 32 bits: the power of a row, and its 12 pitch classes from C.
Row n is at n·HOP samples of 22,050 a second. SHA256 is that of the recording.
"""

import re
from dataclasses import dataclass

COLUMNS = 13
MAX_SPECTRUM_BYTES = 256 << 20
LINE_BYTES_MOST = 128
SPECTRUM_RATE_HZ = 22_050
_LINE = re.compile(rb"musicvis spectrum 1 ([1-9]\d{1,4}) ([1-9]\d{0,7}) ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class SpectrumHeader:
    """The values in the first line; `start` is where the numbers begin."""

    hop: int
    row_count: int
    sha256: str
    start: int


def header_line(hop: int, row_count: int, sha256: str) -> bytes:
    """The first line."""
    return f"musicvis spectrum 1 {hop} {row_count} {sha256}\n".encode("ascii")


def spectrum_header(data: bytes) -> SpectrumHeader:
    """The header of a file's bytes; raises ValueError with the fault in words."""
    found = _LINE.match(data[:LINE_BYTES_MOST])
    if found is None:
        raise ValueError("its first line is not that of a spectrum")
    header = SpectrumHeader(int(found[1]), int(found[2]), found[3].decode(), found.end())
    size = header.start + header.row_count * COLUMNS * 4
    if len(data) != size:
        raise ValueError(f"it has {len(data)} bytes and should have {size}")
    return header
