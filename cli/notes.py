"""`musicvis notes`: every note of a score or a piece, and what it shows."""

import csv
import io
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..api.kinds import is_score
from ..dsl.findings.span import MANIFEST
from ..dsl.values.pitch_classes import pitch_name
from .complete import bar_words, part_words
from .discover import Step, piece_here
from .next_step import folder_step, step_for
from .output import JSON, TEXT, echo_json, format_option
from .place_words import range_callback
from .report import tell_findings

if TYPE_CHECKING:
    from ..compiler.reports.note_list import NoteRow
    from ..dsl.findings.span import Span

Record = dict[str, Any]
COLUMNS = ("bar|beat", "seconds", "part", "pitch", "vel", "length", "lyric", "word", "classes", "rules")
SHRINKING = ("classes", "part", "lyric", "word")
"""Columns that give way, in this order, where the terminal is narrow."""
LEAST_WIDTH = 8
CSV = "csv"
EXACT = ("beat", "onset_in_bar_qn", "onset_qn", "length_qn", "gate_qn")
"""Columns of exact times, which are fractions in JSON."""
FORMULA = ("=", "+", "-", "@")
"""The characters at which a spreadsheet begins a formula (CWE-1236)."""


@click.command(short_help="List every note of a piece or of a score.")
@click.argument(
    "source", type=click.Path(exists=True, path_type=Path), required=False, metavar="[PIECE_OR_SCORE]"
)
@click.option(
    "--part", metavar="GLOB", shell_complete=part_words, help="Only parts with a matching name, e.g. 'vib*'."
)
@click.option(
    "--bars",
    metavar="RANGE",
    callback=range_callback,
    shell_complete=bar_words,
    help="Only notes that begin in this range: 5..8 is bars 5, 6 and 7; also 6:6..7:3.",
)
@format_option("An array of objects, one for each note.", (TEXT, JSON, CSV), None)
@click.option(
    "--csv", "as_csv", is_flag=True, help="Comma-separated values with a header; beats as decimals."
)
def notes(source: Path | None, part: str | None, bars: str | None, form: str | None, as_csv: bool) -> None:
    """List every note of a piece or of a score file, in playing order.

    For a piece, the list also has the classes that each note shows and the rules that match it. The
    score can be MuseScore (.mscz, .mscx), MusicXML (.musicxml, .mxl), MIDI (.mid), ABC (.abc) or Humdrum
    (.krn). Lengths and onsets are in quarter notes; JSON has them as exact text such as "7/3". Without a
    name, it lists the piece around the current folder.
    """
    if as_csv and form not in (None, CSV):
        raise click.UsageError(f"--csv and --format {form} exclude each other")
    from ..dsl.findings.plain import counted, shown

    rows, rules = note_rows(source or piece_here(Path.cwd()), bars)
    if part is not None:
        rows = [row for row in rows if fnmatchcase(row.part.casefold(), part.casefold())]
    records = [note_record(row, rules) for row in rows]
    if form == JSON:
        echo_json(records)
    elif as_csv or form == CSV:
        click.echo(csv_text(records), nl=False)
    else:
        click.echo("\n".join(map(shown, table_lines(records, shutil.get_terminal_size().columns))))
        click.echo(f"{counted(len(rows), 'note')}; * marks a grace note", err=True)


def note_rows(source: Path, bars: str | None) -> tuple[Sequence["NoteRow"], Sequence["Span"]]:
    """The notes of a piece or a score file, and where the rules are.

    On a fault, says it and ends the command with code 1.
    """
    from ..compiler.reports.note_list import piece_notes, score_notes
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span
    from ..dsl.load import load_piece
    from ..dsl.values.position import parse_range

    is_piece = source.is_dir() or source.suffix.lower() in (".yaml", ".yml")
    if source.is_dir() and not (source / MANIFEST).is_file():
        if step := folder_step(source, "musicvis notes"):
            raise Step(step)
        raise click.UsageError(f"{source} has no {MANIFEST}")
    if not is_piece and not is_score(source) and (step := step_for(source, "musicvis notes")):
        raise Step(step)
    files: Mapping[str, str] = {}
    rules: Sequence[Span] = ()
    try:
        if is_piece:
            loaded = load_piece(source, bars=bars)
            files = loaded.files
            rows, diagnostics = piece_notes(loaded)
            rules = [rule.span for rule in loaded.piece.visuals.rules] if loaded.piece is not None else ()
        else:
            files = {"--bars": bars or ""}
            selection = parse_range(bars, Span("--bars", 1, 1, 1, len(bars) + 1)) if bars else None
            if isinstance(selection, Diagnostic):
                raise PieceError([selection])
            rows, diagnostics = score_notes(source, selection)
    except PieceError as error:
        tell_findings(error.diagnostics, files)
        sys.exit(1)
    tell_findings(diagnostics, files)
    return rows, rules


def note_record(row: "NoteRow", rules: Sequence["Span"]) -> Record:
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
        "word": row.word,
        "articulations": list(note.articulations),
        "classes": [
            {"name": name, "index": index, "weight": weight}
            for name, (index, weight) in zip(row.class_names, row.classes, strict=True)
        ],
        "rules": [{"number": number, "line": rules[number - 1].line} for number in row.rules],
    }


def csv_text(records: Iterable[Record]) -> str:
    """Comma-separated values, a header first; what is a list in JSON is in one cell."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for record in records:
        flat = record | {
            "articulations": " ".join(record["articulations"]),
            "classes": classes_text(record),
            "rules": rules_text(record),
        }
        flat = {key: csv_cell(key, value) for key, value in flat.items()}
        if writer is None:
            writer = csv.DictWriter(out, fieldnames=list(flat), lineterminator="\n")
            writer.writeheader()
        writer.writerow(flat)
    return out.getvalue()


def csv_cell(column: str, value: Any) -> Any:
    """A value as a cell of a table that no spreadsheet takes for a formula; exact times as decimals."""
    from fractions import Fraction

    from ..dsl.findings.plain import escaped

    if column in EXACT:
        return f"{float(Fraction(value)):.6f}".rstrip("0").rstrip(".")
    if not isinstance(value, str):
        return value
    text = escaped(value)
    is_number = re.fullmatch(r"[-+]?[0-9./]+", text) is not None
    return f"'{text}" if text.lstrip()[:1] in FORMULA and text.strip() and not is_number else text


def table_lines(records: Sequence[Record], width: int) -> list[str]:
    """The notes as a table no wider than that, for a person; empty columns are left out."""
    rows = [COLUMNS, *(table_cells(record) for record in records)]
    widths = [max(map(len, column)) if any(column[1:]) else 0 for column in zip(*rows, strict=True)]
    for name in SHRINKING:
        column = COLUMNS.index(name)
        spare = sum(size + 2 for size in widths if size) - 2 - width
        if spare > 0:
            widths[column] = min(widths[column], max(widths[column] - spare, LEAST_WIDTH))
    return [
        "  ".join(
            clipped(cell, size).ljust(size) for cell, size in zip(row, widths, strict=True) if size
        ).rstrip()
        for row in rows
    ]


def table_cells(record: Record) -> tuple[str, ...]:
    """The cells of a note, in the order of COLUMNS."""
    from fractions import Fraction

    from ..compiler.time.clock import Position

    place = Position(record["bar"], record["pass"], Fraction(record["beat"]))
    return (
        f"{place}{'*' if record['grace'] else ''}",
        f"{record['onset_s']:.3f}",
        record["part"],
        pitch_name(record["pitch"]),
        str(record["velocity"]),
        record["length_qn"],
        record["lyric"] or "",
        record["word"] or "",
        classes_text(record),
        rules_text(record),
    )


def classes_text(record: Record) -> str:
    """The classes of a note: a name, or several with their shares."""
    shown = record["classes"]
    if len(shown) == 1 and shown[0]["weight"] == 1:
        return str(shown[0]["name"])
    return ", ".join(f"{entry['name']} {entry['weight']:.0%}" for entry in shown)


def rules_text(record: Record) -> str:
    """The numbers of the rules that mean a note."""
    return " ".join(str(rule["number"]) for rule in record["rules"])


def clipped(text: str, width: int) -> str:
    """A text clipped to a number of columns."""
    return text if len(text) <= width else text[: width - 1] + "…"
