"""`musicvis new`: a piece for a score, with a manifest that compiles as it is."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from ..api.errors import RequestError
from ..api.kinds import is_recording, is_score
from ..api.making import recordings as of_recordings
from ..api.making import score as for_score
from ..api.making.made import NewPiece
from ..api.names import piece_folder
from ..dsl.findings.span import MANIFEST
from ..dsl.text.typed import typed
from .discover import Step, missing
from .heard import Patience
from .listen import listening_of, listening_options, missing_text
from .next_step import folder_step, step_for
from .output import JSON, echo_json, format_option
from .report import TerminalReporter, tell_end, tell_findings


def recording_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of `new` that speak of recordings."""
    command = click.option(
        "--mapping",
        type=click.Choice(("notes", "spectrum")),
        default="notes",
        show_default=True,
        help="What moves the picture of a recording: the detected notes, or its spectrum.",
    )(command)
    command = click.option(
        "--clock",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Which of several recordings to detect beats in.  [default: their sum]",
    )(command)
    return listening_options(command)


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
    class and each kind of drum that occurs, and a lane for each part. Existing files are never
    overwritten. Without DIR, the folder gets the name of the score, in the current folder. A recording
    (.wav, .flac) with the name of a part, beside the score or in a folder stems there, replaces the
    built-in instrument.

    SCORE may also be a recording (mp3, m4a, ogg, opus, flac, wav, a video), or several: the stems of
    one piece. musicvis then detects beats, bars and notes, and writes them as a score.
    """
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import PieceError

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
    if not recordings and not is_score(score) and (step := step_for(score, "musicvis compile")):
        raise Step(step)
    if recordings and (by_lyrics or words_file is not None):
        option = "--by-lyrics" if by_lyrics else "--classes-from"
        raise click.UsageError(f"{option} is for scores: a recording has no words to read")
    if not recordings:
        folder = score_folder(others, options)
    findings = Findings()
    try:
        if recordings:
            wanted = of_recordings.Wanted(
                recordings, folder, options["clock"], options["mapping"], listening_of(options)
            )
            made = of_recordings.piece_of_recordings(wanted, findings, Patience(TerminalReporter(False)))
        else:
            made = for_score.piece_for_score(for_score.Wanted(score, folder, by_lyrics, words_file), findings)
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except PieceError as error:
        tell_findings((*findings, *error.diagnostics), {})
        sys.exit(1)
    except ModuleNotFoundError as error:
        tell_end(f"{missing_text(error)}; nothing was written")
        sys.exit(1)
    except FileExistsError as error:
        usual = of_recordings.folder_name(recordings) if recordings else piece_folder(score)
        _refuse(Path(error.filename), folder or Path(usual), recordings or (score,))
    except OSError as error:
        reason = error.strerror or error
        tell_end(f"{error.filename or score}: {reason}; nothing was written")
        sys.exit(1)
    tell_findings(findings, {})
    tell_made(made, is_heard=bool(recordings))
    if form == JSON:
        echo_json(made_record(made))


def tell_made(made: NewPiece, is_heard: bool) -> None:
    """Prints what was made, and which command to type next."""
    from ..dsl.findings.plain import shown

    for line in made.said:
        click.echo(shown(line), err=True)
    after = "" if is_heard else "; then the whole film"
    click.echo(f"hear and see it in your browser while you write{after}:", err=True)
    click.echo(shown(f"  {typed('musicvis', 'watch', made.folder)}"), err=True)
    if not is_heard:
        click.echo(shown(f"  {typed('musicvis', 'compile', made.folder)}"), err=True)


def made_record(made: NewPiece) -> dict[str, Any]:
    """The folder of a new piece and its files, the manifest last."""
    manifest = made.folder / MANIFEST
    others = [str(path) for path in made.files if path != manifest]
    return {"folder": str(made.folder), "files": [*others, str(manifest)]}


def recordings_of(paths: Sequence[Path]) -> tuple[tuple[Path, ...], Path | None]:
    """The recordings among the arguments of `new`, and the folder after them; none where it is a score."""
    if not paths or not is_recording(paths[0]):
        return (), None
    recordings = tuple(path for path in paths if is_recording(path) and not path.is_dir())
    rest = paths[len(recordings) :]
    if paths[: len(recordings)] != recordings or len(rest) > 1:
        raise click.UsageError("name the recordings first, then at most one folder")
    return recordings, rest[0] if rest else None


def score_folder(others: Sequence[Path], options: dict[str, Any]) -> Path | None:
    """The folder of a piece that is made for a score; options of recordings are refused."""
    usual = {"longest": 60.0, "notes": "auto", "mapping": "notes"}
    for name, value in options.items():
        if value != usual.get(name) and value != () and value is not None:
            raise click.UsageError(
                f"--{value if name == 'level' else name} is for recordings, and this is a score"
            )
    if len(others) > 1:
        raise click.UsageError("a piece is made for one score, or only for recordings")
    if others and others[0].is_file():
        raise click.UsageError(f"{others[0]} is a file; DIR is the folder of the new piece")
    return others[0] if others else None


def _refuse(file: Path, folder: Path, sources: Sequence[Path]) -> NoReturn:
    """Refuses to overwrite a file, and says which command makes another piece."""
    from ..dsl.findings.plain import shown

    lines = [f"{file} already exists; nothing was written"]
    if (folder / MANIFEST).exists():
        second = f"{folder.resolve().name}-2"
        other = folder.with_name(second) if folder.name else Path("..", second)
        again = typed("musicvis", "new", *sources, other)
        lines += [f"{folder} is already a piece; to make another one, type:", f"  {again}"]
    raise click.ClickException("\n".join(map(shown, lines)))
