"""Files that `musicvis import` cannot read, recognised by their first bytes, for the error message."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ....dsl.findings.diagnostics import Diagnostic
from ....dsl.findings.span import Span

ZIP = b"PK\x03\x04"
_HEAD = 4096
_SCORE = "name it as `score` in piece.yaml; `musicvis new FILE` writes one"
_READS = "schedules of Deforum or Parseq, a .dawproject, or an original effects.json"
_OURS = f"it holds no lanes; import reads {_READS}"


@dataclass(frozen=True, slots=True)
class _Stranger:
    says: str
    begins: re.Pattern[bytes]
    hint: str


def _known(says: str, begins: bytes, hint: str) -> _Stranger:
    return _Stranger(says, re.compile(begins, re.DOTALL), hint)


_STRANGERS: Sequence[_Stranger] = (
    _known("a MIDI file", rb"MThd", f"{_SCORE}; its controllers can move lanes: `vibes.gain: {{cc: 11}}`"),
    _known(
        "a Live set of Ableton", rb"\x1f\x8b", "export its automation as a DAWproject or as MIDI controllers"
    ),
    _known("a recording of network packets", rb"\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4|\n\r\r\n", _OURS),
    _known("a recording of OSC bundles", rb"....#bundle\0", _OURS),
    _known(
        "a sound file",
        rb"RIFF....WAVE|RF64|fLaC|OggS|ID3",
        "name it as a stem; see docs/how-to/own-recordings.md",
    ),
    _known(
        "a picture or a film", rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|....ftyp|\x1a\x45\xdf\xa3", _READS
    ),
    _known(
        "a Reaper project",
        rb"\s*<REAPER_PROJECT",
        "save its automation as MIDI controllers, or as a DAWproject",
    ),
    _known("a MusicXML score", rb"\s*<.{0,1000}<score-(partwise|timewise)", _SCORE),
    _known("a MuseScore score", rb"\s*<.{0,200}<museScore", _SCORE),
    _known("a file of timing tracks of xLights", rb"\s*<.{0,200}<timings?[ >/]", _OURS),
    _known("an edit list", rb"\s*TITLE:.{0,400}\bFCM:|\s*TITLE:.{0,400}\b001  ", _OURS),
    _known("a file of subtitles", rb"\s*\d+\s*\n\d\d:\d\d:\d\d,\d{3} --> |\s*WEBVTT", _OURS),
    _known("a file of labels of Audacity", rb"\d+\.\d+\t\d+\.\d+\t", _OURS),
    _known(
        "a table of values",
        rb"frame,seconds,bar",
        f"a lane needs no table: write its points, or bring {_READS}",
    ),
    _known("a piece of musicvis", rb"(.*\n)?musicvis: *\d", "name its folder: `musicvis check FOLDER`"),
    _known(
        "a file of lanes in today's form",
        rb"(\s*#[^\n]*\n)*\s*[\w.\"-]+:[ \t]*(#[^\n]*)?\n\s*- *\{? *(at|\"at\") *:",
        "name the file as `effects` in piece.yaml",
    ),
)
_DEFORUM = ("animation_mode", "max_frames", "diffusion_cadence", "seed_behavior", "strength_schedule")
"""Keys of a settings file of Deforum; two of them are one."""


def stranger(data: bytes, name: str) -> Diagnostic | None:
    """MV686 for a file that is known and not read; None for what could be an original effects.json."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if data.startswith(ZIP):
        return _archive(data, name)
    for known in _STRANGERS:
        if known.begins.match(head):
            return _finding(name, known.says, known.hint)
    return _json(data, name)


def _archive(data: bytes, name: str) -> Diagnostic:
    if b".mscx" in data[-65536:] or b".mscx" in data[:_HEAD]:
        return _finding(name, "a MuseScore score", _SCORE)
    if b"META-INF/container.xml" in data[:_HEAD]:
        return _finding(name, "a compressed MusicXML score", _SCORE)
    return _finding(name, "an archive without a project of DAWproject", f"import reads {_READS}")


def _json(data: bytes, name: str) -> Diagnostic | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, list):
        return _finding(name, "a list of JSON", f"import reads {_READS}") if document else None
    if not isinstance(document, dict):
        return None
    if "OTIO_SCHEMA" in document:
        return _finding(name, "a timeline of OpenTimelineIO", _OURS)
    if "nbformat" in document:
        return _finding(name, "a notebook", f"import reads {_READS}")
    if sum(key in document for key in _DEFORUM) >= 2:
        hint = 'write schedules in it, as `"zoom": "0:(1.0), 30:(1.2)"`, and save it again'
        return _finding(name, "a settings file of Deforum without a schedule", hint)
    if "managedFields" in document or "rendered_frames" in document or "keyframes" in document:
        hint = "in Parseq, write keyframes, render, and save the document again"
        return _finding(name, "a document of Parseq without keyframes and without rendered frames", hint)
    # Sets of an original effects.json are lists of segments, each with its `effect`.
    sets = [value for value in document.values() if isinstance(value, list)]
    segments = [segment for value in sets for segment in value[:50] if isinstance(segment, dict)]
    if document and not any(
        "effect" in segment or "m1" in segment or "ear_i" in segment for segment in segments
    ):
        keys = ", ".join(str(key)[:30] for key in list(document)[:4])
        return _finding(
            name, f"JSON of a kind that is not known, with the keys {keys}", f"import reads {_READS}"
        )
    return None


def _finding(name: str, says: str, hint: str) -> Diagnostic:
    return Diagnostic("MV686", Span(name, 1, 1, 1, 2), f"this is {says}", hint)
