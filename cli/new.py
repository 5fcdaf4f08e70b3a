"""`musicvis new`: a piece for a score, with a manifest that compiles as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from ..dsl.findings.span import MANIFEST
from ..dsl.text.typed import typed
from .beside import Beside, recordings_beside
from .discover import Step, missing
from .files import write_new
from .names import piece_folder, safe_name
from .new_recording import new_from_recordings, recording_options, recordings_of, score_folder
from .new_words import with_palette, with_proposals
from .next_step import folder_step, is_score, step_for
from .output import JSON, echo_json, format_option
from .report import tell_findings
from .schema import schema_text

if TYPE_CHECKING:
    from ..compiler.score.model import Score


NAMED = 5
"""More names than that are not listed."""


@click.command(short_help="Make a piece for a score, ready to compile.")
@click.argument("score", type=click.Path(path_type=Path), required=False, metavar="SCORE")
@click.argument("others", type=click.Path(path_type=Path), nargs=-1, metavar="[DIR]")
@click.option("--by-lyrics", is_flag=True, help="Propose a class for each sung word, by its meaning.")
@click.option(
    "--classes-from",
    "words_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="TEXT",
    help="Choose the classes by the meaning of a text file.",
)
@recording_options
@format_option("One object: folder, files, findings.")
def new(
    score: Path | None,
    others: tuple[Path, ...],
    by_lyrics: bool,
    words_file: Path | None,
    form: str,
    **options: Any,
) -> None:
    """Make a piece for a score: a folder with a manifest, ready to compile.

    SCORE is a MuseScore, MusicXML, MIDI, ABC or Humdrum file. It is copied into DIR/scores, unless it
    is in DIR already. The manifest holds the score's parts, bars, metres and tempi, a subject for each pitch
    class that occurs, and a lane for each part. Existing files are never overwritten. Without DIR, the
    folder gets the name of the score, in the current folder. A recording (.wav, .flac) with the name of
    a part, beside the score or in a folder stems there, replaces the built-in instrument.

    SCORE may also be a recording (mp3, m4a, ogg, opus, flac, wav, a video), or several: the stems of
    one piece. musicvis then detects beats, bars and notes, and writes them as a score.
    """
    from ..compiler.write.first_manifest import EFFECTS_SCHEMA, PIECE_SCHEMA, draft, part_names
    from ..dsl.findings.plain import shown

    for path in filter(None, (score, *others)):
        try:
            path.stat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise click.UsageError(f"{path}: {error.strerror}") from None
    if score is None or score.is_dir():
        if step := folder_step(score or Path(), "musicvis new"):
            raise Step(step)
        raise click.UsageError("name a score or a recording, as: musicvis new waltz.mscz")
    if not score.exists():
        raise click.UsageError(missing(score, "check its name and its folder"))
    recordings, folder = recordings_of((score, *others))
    if recordings:
        if by_lyrics or words_file is not None:
            option = "--by-lyrics" if by_lyrics else "--classes-from"
            raise click.UsageError(f"{option} is for scores: a recording has no words to read")
        made = new_from_recordings(recordings, folder, options)
        if form == JSON:
            echo_json(made_record(made))
        return
    if not is_score(score) and (step := step_for(score, "musicvis compile")):
        raise Step(step)
    if by_lyrics and words_file is not None:
        raise click.UsageError("--by-lyrics and --classes-from both choose the classes: leave one out")
    folder = score_folder(others, options)
    folder = folder or Path(piece_folder(score))
    data, read = score_in(score)
    parts = part_names(read)
    beside = recordings_beside(score, parts)
    stems = {part: stem_name(path, folder) for part, path in beside.parts.items()}
    name = name_in(score, folder)
    copied = name is None
    name = name or PurePosixPath("scores") / safe_name(score)
    written = draft(read, str(name), score.stem, {part: str(stem) for part, (stem, _) in stems.items()})
    if words_file is not None:
        written = replace(written, manifest=with_palette(written.manifest, words_file, read))
    if by_lyrics:
        written = replace(written, manifest=with_proposals(written.manifest, read))
    files: dict[Path, bytes | Path] = {folder / name: data} if copied else {}
    files |= {folder / stem: beside.parts[part] for part, (stem, is_copied) in stems.items() if is_copied}
    files |= {
        folder / PIECE_SCHEMA: schema_text("piece").encode(),
        folder / EFFECTS_SCHEMA: schema_text("effects").encode(),
        folder / "effects.yaml": written.effects.encode(),
        folder / MANIFEST: written.manifest.encode(),
    }
    try:
        write_new(files, folder)
    except click.ClickException as error:
        if (folder / MANIFEST).exists():
            second = f"{folder.resolve().name}-2"
            other = folder.with_name(second) if folder.name else Path("..", second)
            again = typed("musicvis", "new", score, other)
            message = f"{error.message}\n{folder} is already a piece; to make another one, type:\n  {again}"
            raise click.ClickException(message) from None
        raise
    place = Path(MANIFEST) if folder == Path() else folder / MANIFEST
    click.echo(shown(f"wrote {place} and {len(files) - 1} files beside it"), err=True)
    for line in recording_lines(beside, parts):
        click.echo(shown(line), err=True)
    click.echo("hear and see it in your browser while you write; then the whole film:", err=True)
    click.echo(shown(f"  {typed('musicvis', 'watch', folder)}"), err=True)
    click.echo(shown(f"  {typed('musicvis', 'compile', folder)}"), err=True)
    if form == JSON:
        echo_json(made_record(tuple(files)))


def made_record(files: Sequence[Path]) -> dict[str, Any]:
    """The folder of a new piece and its files, the manifest last."""
    manifest = next(path for path in files if path.name == MANIFEST)
    others = [str(path) for path in files if path != manifest]
    return {"folder": str(manifest.parent), "files": [*others, str(manifest)]}


def stem_name(recording: Path, folder: Path) -> tuple[PurePosixPath, bool]:
    """How a piece in `folder` names a recording, and whether it must be copied there."""
    from ..dsl.findings.span import Span
    from ..dsl.text.files import MAX_AUDIO_BYTES, fault_inside

    try:
        name = PurePosixPath(recording.absolute().relative_to(folder.absolute()).as_posix())
    except ValueError:
        return PurePosixPath("stems") / safe_name(recording), True
    if fault_inside(folder, name, MAX_AUDIO_BYTES, Span("")) is not None:
        return PurePosixPath("stems") / safe_name(recording), True
    return name, False


def recording_lines(beside: Beside, parts: Mapping[str, object]) -> list[str]:
    """What became of the recordings beside the score, in words."""
    lines = [f"{path.name} sounds for the part {part}" for part, path in beside.parts.items()]
    silent = [part for part in parts if part not in beside.parts]
    if lines and silent:
        lines.append(
            f"the built-in instruments play {', '.join(silent[:NAMED])}" + "..." * (len(silent) > NAMED)
        )
    lines += [f"{path.name} is left out: {reason}" for path, reason in beside.refused]
    if beside.others:
        names = ", ".join(path.name for path in beside.others[:NAMED])
        lines.append(
            f"not used: {names}{'...' * (len(beside.others) > NAMED)}; a recording that is called like a "
            f"part ({', '.join(list(parts)[:NAMED])}) sounds in its place"
        )
    return lines


def score_in(path: Path) -> tuple[bytes, "Score"]:
    """The bytes of a score file and what they mean. Raises PieceError where that is nothing."""
    from ..compiler.score.read import read_score
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span
    from ..dsl.text.files import MAX_SCORE_BYTES, read_named

    data = read_named(path, MAX_SCORE_BYTES, Span(str(path)))
    if isinstance(data, Diagnostic):
        raise PieceError([data])
    score = read_score(data, str(path))
    if not score.notes:
        raise PieceError([Diagnostic("MV323", Span(str(path)), f"{path} has no notes", "write some music")])
    tell_findings(score.findings, {})
    return data, score


def name_in(score: Path, folder: Path) -> PurePosixPath | None:
    """How a piece in `folder` names a score that is inside it already; None where it must be copied."""
    from ..dsl.findings.span import Span
    from ..dsl.text.files import MAX_SCORE_BYTES, fault_inside

    try:
        name = PurePosixPath(score.absolute().relative_to(folder.absolute()).as_posix())
    except ValueError:
        return None
    return name if fault_inside(folder, name, MAX_SCORE_BYTES, Span("")) is None else None
