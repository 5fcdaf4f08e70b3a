"""The smallest soundfont: a head and what it says of itself, without a sample."""

import struct


def chunk(name: bytes, data: bytes) -> bytes:
    """One piece of a RIFF file."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


FONT = chunk(
    b"RIFF",
    b"sfbk"
    + chunk(
        b"LIST",
        b"INFO"
        + chunk(b"ifil", struct.pack("<HH", 2, 1))
        + chunk(b"INAM", b"Small Sounds\0\0")
        + chunk(b"ICOP", b"CC0\0"),
    ),
)
