"""`musicvis listen`: a recording becomes a score that can be edited."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from ..api.making.heard import default_score
from ..api.making.listen import Task, heard_score
from ..api.making.listening import METHODS, Listening, parse_meter
from .heard import Patience, parse_mark, parse_seconds, parse_stem, parse_tempi, usage
from .output import JSON, echo_json, format_option
from .report import TerminalReporter, tell_end, tell_findings

Output = click.Path(dir_okay=False, path_type=Path)


def checked(parse: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A callback that keeps the text of an option, and refuses one that cannot be read."""

    def check(context: click.Context, parameter: click.Parameter, given: Any) -> Any:
        for text in given if isinstance(given, tuple) else (given,):
            try:
                if text is not None:
                    parse(text)
            except ValueError as error:
                raise usage(error) from None
        return given

    return check


def listening_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options with which a user guides the listener."""
    options = (
        click.option(
            "--tempo",
            metavar="BPM[..BPM]",
            callback=checked(parse_tempi),
            help="Detect beats only within this range of tempi, or near this tempo.",
        ),
        click.option(
            "--meter", metavar="N/N", callback=checked(parse_meter), help="The metre, e.g. 3/4 or 6/8."
        ),
        click.option(
            "--first", metavar="TIME", callback=checked(parse_seconds), help="The time at which a bar begins."
        ),
        click.option("--double", "level", flag_value="double", help="Count twice as many beats."),
        click.option("--half", "level", flag_value="half", help="Count every second beat."),
        click.option("--triple", "level", flag_value="triple", help="Count three beats instead of one."),
        click.option(
            "--mark",
            "marks",
            metavar="NAME=TIME",
            multiple=True,
            callback=checked(parse_mark),
            help="Add a rehearsal mark at the beat nearest to this time, e.g. A=0:12.4. Repeatable.",
        ),
        click.option(
            "--notes",
            type=click.Choice(METHODS),
            default="auto",
            show_default=True,
            help="How to detect notes; auto takes basic-pitch if it is installed, otherwise nmf.",
        ),
        click.option(
            "--longest",
            type=click.FloatRange(0.1, 600.0),
            default=60.0,
            show_default=True,
            metavar="MINUTES",
            help="Refuse recordings that are longer.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command(short_help="Detect the notes of a recording, and write a score.")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=Output, help="The score, a .mid.  [default: RECORDING.heard.mid]")
@listening_options
@click.option(
    "--stem",
    "stems",
    metavar="NAME=FILE",
    multiple=True,
    callback=checked(parse_stem),
    help="A stem of the recording; its notes become a part of this name. Repeatable.",
)
@click.option("--clicks", type=Output, help="Write the recording with clicks on the detected beats, as .wav.")
@click.option("--plot", type=Output, help="Draw what was detected, as .png.")
@click.option(
    "--spectrum", type=Output, help="Write the .spectrum file that `visuals.mapping: spectrum` needs."
)
@click.option(
    "--frame-length",
    type=click.IntRange(64, 8192),
    default=512,
    show_default=True,
    help="Samples per row of the spectrum, at 22050 Hz.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare the detected bars with those of this score; write no score.",
)
@click.option("--replace", is_flag=True, help="Overwrite existing files.")
@format_option("One object: files, bars, beats, notes, against, findings.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def listen(
    recording: Path, output: Path | None, quiet: bool, replace: bool, form: str, **options: Any
) -> None:
    """Detect the beats, bars and notes of a recording, and write them as a MIDI file.

    RECORDING is an mp3, m4a, ogg, opus, flac, wav or aiff file, or a video with sound. The detected
    bars can be wrong: check them with --clicks and --plot, and correct them with --half, --double,
    --meter and --first. With --stem, beats come from RECORDING, and notes from the stems.
    """
    from ..api.errors import RequestError
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import PieceError, has_errors

    reporter, findings = TerminalReporter(quiet), Findings()
    against = options["against"]
    if against is not None and output is not None:
        raise click.UsageError("--against writes no score: leave out -o")
    try:
        task = Task(
            recording,
            None if against is not None else output or default_score(recording),
            [parse_stem(text) for text in options["stems"]],
            options["clicks"],
            options["plot"],
            options["spectrum"],
            options["frame_length"],
            against,
            replace,
            listening_of(options),
        )
        heard = heard_score(task, findings, Patience(reporter))
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except PieceError as error:
        tell_findings((*findings, *error.diagnostics), {})
        sys.exit(int(has_errors(error.diagnostics)))
    except ModuleNotFoundError as error:
        _end(missing_text(error))
    except FileExistsError as error:
        message = f"{error.filename} already exists; to overwrite it, add --replace"
        raise click.ClickException(message) from None
    except OSError as error:
        message = f"{error.filename or recording}: {error.strerror or error}"
        if left := [str(path) for path in task.outputs if path.exists() and str(path) != error.filename]:
            tell_end(f"{message}; {' and '.join(left)} {'stay' if len(left) > 1 else 'stays'}")
            sys.exit(1)
        _end(message)
    tell_findings(findings, {})
    if heard.against is not None and form != JSON:
        click.echo("\n".join(heard.against))
    for line in heard.said:
        reporter.message(line)
    for path in heard.files:
        reporter.message(f"wrote {path}")
    if form == JSON:
        echo_json(
            {
                "files": [str(path) for path in heard.files],
                "bars": heard.bars,
                "beats": len(heard.beats_s),
                "notes": heard.notes,
                "against": heard.against,
            }
        )


def listening_of(options: dict[str, Any]) -> Listening:
    """The listener's settings from the options. Raises RequestError for contradictions."""
    return Listening(
        tempo_bpm=parse_tempi(options["tempo"]) if options["tempo"] else None,
        meter=options["meter"],
        first_s=parse_seconds(options["first"]) if options["first"] else None,
        level=options["level"] or "",
        marks=tuple(parse_mark(text) for text in options["marks"]),
        notes=options["notes"],
        longest_s=options["longest"] * 60.0,
    )


def missing_text(error: ModuleNotFoundError) -> str:
    """The message about a missing package, with the command that installs it."""
    from ..dsl.installing import install_command, pip_command

    if error.name in ("onnxruntime", "basic_pitch"):
        first, second = pip_command("onnxruntime"), pip_command("--no-deps", "basic-pitch")
        return f"basic-pitch is missing; type:\n  {first}\n  {second}"
    return f"{error.name} is missing; to listen, type: {install_command('render')}"


def _end(text: str) -> NoReturn:
    tell_end(f"{text}; nothing was written")
    sys.exit(1)
