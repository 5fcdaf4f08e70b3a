"""`musicvis notes` and `musicvis classes`: what the score says, and what the picture can show."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .discover import MANIFEST
from .report import tell_findings

if TYPE_CHECKING:
    from ..compiler.compile import NoteRow

COLUMNS = (
    ("bar|beat", 12),
    ("pass", 4),
    ("seconds", 9),
    ("part", 18),
    ("st/v", 4),
    ("pitch", 5),
    ("vel", 3),
    ("length", 7),
    ("lyric", 12),
)


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="PIECE_OR_SCORE")
@click.option("--json", "as_json", is_flag=True, help="An array of objects, one for each note.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values with a header.")
def notes(source: Path, as_json: bool, as_csv: bool) -> None:
    """List every note of a piece or of a score file, in playing order.

    The score can be MuseScore (.mscz, .mscx), MusicXML (.musicxml, .mxl) or MIDI (.mid). Lengths and
    onsets are exact, in quarter notes.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    rows = note_rows(source)
    records = [note_record(row) for row in rows]
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=1))
    elif as_csv:
        click.echo(csv_text(records), nl=False)
    else:
        click.echo("\n".join(table_lines(rows)))


@click.command()
@click.argument("text")
def classes(text: str) -> None:
    """Search the 1000 ImageNet classes by name, as `musicvis classes drum`."""
    from ..compiler.classes import search

    found = search(text)
    for index, names in found:
        click.echo(f"{index:4d}  {', '.join(names)}")
    if not found:
        click.echo(f"no class is called anything like {text!r}", err=True)
        sys.exit(1)


def note_rows(source: Path) -> "Sequence[NoteRow]":
    """The notes of a piece or a score file; on a fault, says it and ends the command with code 1."""
    from ..compiler.compile import piece_notes, score_notes
    from ..dsl.diagnostics import PieceError
    from ..dsl.load import load_piece

    is_piece = source.is_dir() or source.suffix.lower() in (".yaml", ".yml")
    if source.is_dir() and not (source / MANIFEST).is_file():
        raise click.UsageError(f"{source} holds no {MANIFEST}")
    files: Mapping[str, str] = {}
    try:
        if is_piece:
            loaded = load_piece(source)
            files = loaded.files
            rows, diagnostics = piece_notes(loaded)
        else:
            rows, diagnostics = score_notes(source)
    except PieceError as error:
        tell_findings(error.diagnostics, files)
        sys.exit(1)
    tell_findings(diagnostics, files)
    return rows


def note_record(row: "NoteRow") -> dict[str, object]:
    """One note as plain values; exact times as text such as "7/3"."""
    note = row.note
    return {
        "bar": note.bar,
        "pass": note.pass_number,
        "beat": str(note.beat),
        "onset_in_bar_qn": str(note.onset_in_bar_qn),
        "onset_qn": str(note.onset_qn),
        "length_qn": str(note.length_qn),
        "gate_qn": str(note.gate_qn),
        "onset_s": float(row.onset_s),
        "part": row.part,
        "track": row.track,
        "staff": note.staff,
        "voice": note.voice,
        "pitch": note.pitch,
        "velocity": note.velocity,
        "grace": note.grace,
        "lyric": note.lyric,
        "articulations": list(note.articulations),
    }


def csv_text(records: Iterable[dict[str, object]]) -> str:
    """Comma-separated values, a header first; several articulations stand in one cell with spaces between."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for record in records:
        flat = {k: " ".join(v) if isinstance(v, list) else v for k, v in record.items()}
        if writer is None:
            writer = csv.DictWriter(out, fieldnames=list(flat), lineterminator="\n")
            writer.writeheader()
        writer.writerow(flat)
    return out.getvalue()


def table_lines(rows: "Sequence[NoteRow]") -> list[str]:
    """The notes as a table of fixed columns, for a person."""
    lines = ["  ".join(name.ljust(width) for name, width in COLUMNS).rstrip()]
    for row in rows:
        note = row.note
        cells = (
            f"{note.bar}|{note.beat}" + ("*" if note.grace else ""),
            str(note.pass_number),
            f"{float(row.onset_s):.3f}",
            row.part,
            f"{note.staff}/{note.voice}",
            pitch_name(note.pitch),
            str(note.velocity),
            str(note.length_qn),
            note.lyric or "",
        )
        lines.append(
            "  ".join(cell.ljust(width) for cell, (_, width) in zip(cells, COLUMNS, strict=True)).rstrip()
        )
    lines.append(f"{len(rows)} notes; * marks a grace note")
    return lines


def pitch_name(pitch: int) -> str:
    """The name of a MIDI pitch: 60 is C4."""
    return ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")[pitch % 12] + str(
        pitch // 12 - 1
    )
