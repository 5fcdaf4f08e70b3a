"""An ABC tune or a Humdrum score (**kern) as a Score: music21 writes it as MusicXML for our reader."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path, PurePath

from ....dsl.findings.collector import Findings
from ....dsl.findings.diagnostics import Diagnostic
from ....dsl.findings.plain import shown
from ....dsl.findings.span import Span
from ....dsl.installing import install_command
from ....store.sandbox import run_program
from ..guard.faults import fault, warning
from ..guard.limits import MAX_XML_CHARACTERS
from ..model import Score
from ..musicxml.read import written_musicxml
from ..playback.play import play
from ..playback.written import WrittenScore

FORMATS = {".abc": "abc", ".krn": "humdrum"}
"""music21's name of the format of each suffix."""
_EXPORT = "export MusicXML from the program that made it"
_NAMES = {"abc": "ABC", "humdrum": "Humdrum"}
# music21 takes about 2 ms a note; a file of this size holds some 200,000.
MAX_TEXT_BYTES = 1 << 20
DEADLINE_S = 120.0
_CONVERT = "musicvis.compiler.score.foreign.convert"
_ABC_TUNE = re.compile(r"^X:", re.MULTILINE)
# music21 leaves out ABC's words, both under the notes and after the tune.
_ABC_WORDS = re.compile(r"^(?:w:|\[w:)", re.MULTILINE)


def read_foreign(data: bytes, name: str, digest: str) -> Score:
    """The score in a file that music21 reads: the first tune, where it holds several.

    Raises PieceError: MV401 for a file that is too large, MV427 where music21 is not installed, MV428 for
    what it cannot read, and all that the MusicXML reader raises. Warnings are MV429 and MV430.
    """
    findings = Findings()
    return play(written_foreign(data, name, findings), name, digest, findings)


def written_foreign(data: bytes, name: str, findings: Findings) -> WrittenScore:
    """The score on paper. Raises as `read_foreign` does."""
    kind = FORMATS[PurePath(name).suffix.lower()]
    if len(data) > MAX_TEXT_BYTES:
        raise fault(
            "MV401", name, f"{len(data)} bytes of {_NAMES[kind]}, at most {MAX_TEXT_BYTES}", "split it"
        )
    if find_spec("music21") is None:
        hint = f"type `{install_command('formats')}`, or {_EXPORT}"
        raise fault("MV427", name, f"music21 reads {_NAMES[kind]}, and it is not installed", hint)
    text = _decoded(data)
    first, count = _first_tune(text) if kind == "abc" else (text, 1)
    findings += _left_out(kind, first, count, name)
    of_the_conversion = Findings()
    written = written_musicxml(_converted(kind, first, name), name, of_the_conversion)
    findings += map(_unplaced, of_the_conversion)
    return written


def _first_tune(text: str) -> tuple[str, int]:
    """The head of a tune book with its first tune, and how many tunes the book holds."""
    starts = [match.start() for match in _ABC_TUNE.finditer(text)]
    return (text if len(starts) < 2 else text[: starts[1]]), max(len(starts), 1)


def _converted(kind: str, text: str, name: str) -> bytes:
    """The MusicXML that music21 makes of the text."""
    with tempfile.TemporaryDirectory(prefix="musicvis-score-") as folder:
        source, target = Path(folder, "source.txt"), Path(folder, "target.musicxml")
        source.write_text(text, encoding="utf-8")
        # The process sees the packages that this one sees, from wherever it was started; -P keeps its own
        # folder out of them.
        packages = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)
        words = ["-P", "-m", _CONVERT, kind, source.name, target.name]
        ended = run_program(Path(sys.executable), words, Path(folder), DEADLINE_S, {"PYTHONPATH": packages})
        if ended.is_late:
            raise fault("MV428", name, f"music21 did not read it within {DEADLINE_S:.0f} s", _EXPORT)
        try:
            if target.stat().st_size > MAX_XML_CHARACTERS:
                raise fault("MV401", name, "music21 makes too much MusicXML of it", "split it")
            return target.read_bytes()
        except OSError:
            message = f"music21 cannot read this {_NAMES[kind]} file: {_reason(ended.said)}"
            raise fault("MV428", name, message, _EXPORT) from None


def _reason(said: str) -> str:
    """The last line of a traceback, without the module of the exception."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return shown(re.sub(r"^[\w.]*\.(?=\w+:)", "", lines[-1])) if lines else "it gave no reason"


def _decoded(data: bytes) -> str:
    """The text: UTF-8, with or without a mark, else Latin-1, in which old tune books are written."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _left_out(kind: str, text: str, count: int, name: str) -> Iterator[Diagnostic]:
    """The contents of the file that the score leaves out."""
    if count > 1:
        message = f"the file holds {count} pieces; musicvis reads the first"
        yield warning("MV429", name, message, "save the one that you mean in a file of its own")
    if kind == "abc" and (words := _ABC_WORDS.search(text)):
        line = text.count("\n", 0, words.start()) + 1
        hint = "open the tune in MuseScore, or convert it to MusicXML, to have its words"
        yield warning("MV430", name, "the words under the notes are not read from ABC", hint, line)


def _unplaced(finding: Diagnostic) -> Diagnostic:
    """A finding of the MusicXML reader without its line, which is in a text that no user sees."""
    return replace(finding, span=Span(finding.span.file))
