"""`musicvis new`: a piece for a score, with a manifest that compiles as it is."""

import re
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from .discover import MANIFEST
from .files import write_new
from .new_recording import new_from_recordings, recording_options, recordings_of, score_folder
from .report import tell_findings
from .schema import schema_text

if TYPE_CHECKING:
    from ..compiler.score.model import Score


@click.command(short_help="Make a piece for a score, ready to compile.")
@click.argument("score", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("others", type=click.Path(path_type=Path), nargs=-1, metavar="[DIR]")
@recording_options
def new(score: Path, others: tuple[Path, ...], **options: Any) -> None:
    """Make a piece for a score: a folder with a manifest that compiles as it is.

    SCORE is a MuseScore, MusicXML or MIDI file. It is copied into DIR/scores, unless it lies in DIR already.
    The manifest holds the score's real parts, bars, metres and tempi, a subject for each pitch class that
    occurs, and a lane for each part. Nothing is ever overwritten.
    Without DIR, the folder is called like the score, here.

    SCORE may be a recording, too (mp3, m4a, ogg, opus, flac, wav, a video), or several, the stems of one
    piece: their beats, bars and notes are heard and written as a score.
    """
    from ..compiler.write.first_manifest import EFFECTS_SCHEMA, PIECE_SCHEMA, draft

    recordings, folder = recordings_of((score, *others))
    if recordings:
        new_from_recordings(recordings, folder, options)
        return
    folder = score_folder(others, options)
    folder = folder or Path(piece_folder(score))
    data, read = score_in(score)
    name = name_in(score, folder)
    copied = name is None
    name = name or PurePosixPath("scores") / safe_name(score)
    written = draft(read, str(name), folder.resolve().name)
    files = {folder / name: data} if copied else {}
    files |= {
        folder / PIECE_SCHEMA: schema_text("piece").encode(),
        folder / EFFECTS_SCHEMA: schema_text("effects").encode(),
        folder / "effects.yaml": written.effects.encode(),
        folder / MANIFEST: written.manifest.encode(),
    }
    write_new(files)
    shown = Path(MANIFEST) if folder == Path() else folder / MANIFEST
    click.echo(f"wrote {shown} and {len(files) - 1} files beside it; a first look:", err=True)
    click.echo(f"  musicvis compile {folder} --draft", err=True)


def score_in(path: Path) -> tuple[bytes, "Score"]:
    """The bytes of a score file and what they mean; on a fault, says it and ends the command with code 1."""
    from ..compiler.score.read import read_score
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span
    from ..dsl.text.files import MAX_SCORE_BYTES, read_named

    try:
        data = read_named(path, MAX_SCORE_BYTES, Span(str(path)))
        if isinstance(data, Diagnostic):
            raise PieceError([data])
        score = read_score(data, str(path))
        if not score.notes:
            raise PieceError(
                [Diagnostic("MV323", Span(str(path)), f"{path} has no notes", "write some music")]
            )
    except PieceError as error:
        tell_findings(error.diagnostics, {})
        sys.exit(1)
    tell_findings(score.findings, {})
    return data, score


def name_in(score: Path, folder: Path) -> PurePosixPath | None:
    """How a piece in `folder` names a score that lies inside it already; None where it must be copied."""
    from ..dsl.findings.span import Span
    from ..dsl.text.files import MAX_SCORE_BYTES, fault_inside

    try:
        name = PurePosixPath(score.absolute().relative_to(folder.absolute()).as_posix())
    except ValueError:
        return None
    return name if fault_inside(folder, name, MAX_SCORE_BYTES, Span("")) is None else None


def safe_name(score: Path) -> str:
    """The name of a score's copy: its own, without what some systems or the language refuse."""
    from ..dsl.findings.span import Span
    from ..dsl.text.files import name_fault

    stem = re.sub(r"[^\w .,()'&+=!~-]", "-", score.stem).strip(" .-~")[:100].rstrip(" .") or "score"
    name = f"{stem}{score.suffix.lower()}"
    return name if name_fault(name, Span("")) is None else f"score-{name}"


def piece_folder(score: Path) -> str:
    """The folder of a piece that is not named: called like its score."""
    return safe_name(score).rpartition(".")[0]
