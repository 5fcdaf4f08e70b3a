"""The format of a recording, by the first bytes of its file and never by its name."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_SNIFFED_BYTES = 1 << 16
_ID3_MOST = 64 << 20


def container_of(file: BinaryIO) -> str:
    """FFmpeg's name for the format of an open file by its first bytes; empty for what is not read."""
    file.seek(0)
    head = file.read(16)
    if head[:3] == b"ID3" and len(head) >= 10:
        # A tag of any length is before the sound; four bytes of seven bits say how long (ID3v2.4, 3.1).
        length = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(10 + min(length, _ID3_MOST))
        head = file.read(16)
        if head[:4] != b"fLaC":
            return "mp3" if not _is_adts(head) else "aac"
    for magic, kind in (
        (b"fLaC", "flac"),
        (b"OggS", "ogg"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"MAC ", "ape"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    ):
        if head.startswith(magic):
            return kind
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return {b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12], "")
    if head[:4] == b"FORM":
        return "aiff" if head[8:12] in (b"AIFF", b"AIFC") else ""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return "mov"
    if _is_adts(head):
        return "aac"
    # A frame of MPEG audio begins with eleven ones, then version, layer, bit rate and rate that exist.
    is_mpeg = len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08
    return "mp3" if is_mpeg and head[1] & 0x06 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else ""


def _is_adts(head: bytes) -> bool:
    # Twelve ones, and layer 0, which MPEG audio does not have (ISO 13818-7, 6.2).
    return len(head) >= 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def says_length(kind: str, path: Path) -> bool:
    """Whether the file states its length; without it, FFmpeg guesses that of an mp3."""
    if kind == "aac":
        return False
    if kind != "mp3":
        return True
    with path.open("rb") as file:
        head = file.read(_SNIFFED_BYTES)
    return any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))
