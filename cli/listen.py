"""`musicvis listen`: a recording becomes a score that can be edited."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .files import write_new
from .heard import (
    MARKS_MOST,
    STEMS_MOST,
    Patience,
    apart,
    default_score,
    heard_lines,
    meter_of,
    parse_mark,
    parse_meter,
    parse_seconds,
    parse_stem,
    parse_tempi,
    stem_track,
    track_name,
    usage,
    written_score,
    written_track,
)
from .output import JSON, echo_json, format_option
from .report import TerminalReporter, tell_end, tell_findings

if TYPE_CHECKING:
    from ..compiler.score.midi.write import WrittenTrack
    from ..renderers.sound.listening.decode import Recording
    from ..renderers.sound.listening.hear import Heard, Wishes

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
    """The options that say what the listener knows better."""
    options = (
        click.option(
            "--tempo",
            metavar="BPM..BPM",
            callback=checked(parse_tempi),
            help="Detect beats only within this range of tempi.",
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
            type=click.Choice(("auto", "basic-pitch", "nmf", "chroma")),
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
    from ..dsl.findings.diagnostics import PieceError, has_errors

    if recording.is_dir():
        raise click.UsageError(f"{recording} is a folder; name a recording, e.g. song.mp3")
    reporter = TerminalReporter(quiet)
    against, spectrum = options["against"], options["spectrum"]
    if output is not None and output.suffix.lower() not in (".mid", ".midi"):
        raise click.UsageError(f"{output}: a detected score ends in .mid")
    target = output or default_score(recording)
    others = {"--clicks": (options["clicks"], ".wav"), "--plot": (options["plot"], ".png")}
    others["--spectrum"] = (spectrum, ".spectrum")
    for name, (path, suffix) in others.items():
        if path is not None and path.suffix.lower() != suffix:
            raise click.UsageError(f"{path}: {name} writes a file that ends in {suffix}")
    wanted = [path for path, _ in others.values() if path is not None] + ([] if against else [target])
    stems = [parse_stem(text) for text in options["stems"]]
    if len(stems) > STEMS_MOST:
        raise click.UsageError(f"at most {STEMS_MOST} stems can be given")
    read = [recording, *(path for _, path in stems)]
    if len({path.resolve() for path in (*wanted, *read)}) < len(wanted) + len(read):
        raise click.UsageError("two of these files are the same")
    for _, path in stems:
        if not path.is_file():
            raise click.UsageError(f"--stem: {path} is not a file")
    for path in wanted:
        if path.exists() and not replace:
            raise click.ClickException(f"{path} already exists; to overwrite it, add --replace")
    try:
        source, heard = heard_in(
            recording, wishes_of(options), options["longest"] * 60.0, reporter, not stems
        )
        tell_findings((*source.findings, *heard.findings), {})
        played = _stems_in(stems, source, heard, options["longest"] * 60.0, reporter)
        shifts = None if against is None else _shift_lines(heard, against)
        if shifts is not None and form != JSON:
            click.echo("\n".join(shifts))
        if against is None:
            _write_score(source, heard, played, target, options, replace)
        _write_others(recording, source, heard, options)
    except PieceError as error:
        tell_findings(error.diagnostics, {})
        sys.exit(int(has_errors(error.diagnostics)))
    except ModuleNotFoundError as error:
        _end(missing_text(error))
    except OSError as error:
        _end(f"{error.filename or recording}: {error.strerror or error}")
    count = sum(len(track.notes) for _, track in played)
    for line in heard_lines(heard, source.name, meter_of(heard, options["meter"]), count):
        reporter.message(line)
    for path in wanted:
        reporter.message(f"wrote {path}")
    if form == JSON:
        echo_json(
            {
                "files": [str(path) for path in wanted],
                "bars": sum(int(place) == 0 for place in heard.places),
                "beats": len(heard.beats_s),
                "notes": len(heard.notes),
                "against": shifts,
            }
        )


def wishes_of(options: dict[str, Any]) -> "Wishes":
    """What the options say, for the listener."""
    from ..compiler.score.midi.write import beats_of
    from ..compiler.score.model import Meter
    from ..renderers.sound.listening.beats import TEMPI_BPM
    from ..renderers.sound.listening.hear import Wishes

    if len(options["marks"]) > MARKS_MOST:
        raise click.UsageError(f"at most {MARKS_MOST} marks can be given")
    return Wishes(
        tempi_bpm=parse_tempi(options["tempo"]) if options["tempo"] else TEMPI_BPM,
        beats=beats_of(Meter(*parse_meter(options["meter"]))) if options["meter"] else None,
        level=options["level"] or "",
        first_s=parse_seconds(options["first"]) if options["first"] else None,
        notes="" if options["notes"] == "auto" else options["notes"],
    )


def marks_of(options: dict[str, Any], length_s: float) -> list[tuple[str, float]]:
    """The rehearsal marks that were given."""
    marks = [parse_mark(text) for text in options["marks"]]
    for name, time_s in marks:
        if time_s > length_s:
            raise click.UsageError(f"--mark {name}: the recording lasts {length_s:.1f} s")
    return marks


def heard_in(
    path: Path, wishes: "Wishes", longest_s: float, reporter: TerminalReporter, with_notes: bool = True
) -> tuple["Recording", "Heard"]:
    """A recording, and what is heard in it. Raises PieceError, ModuleNotFoundError."""
    from ..renderers.sound.listening.decode import recording
    from ..renderers.sound.listening.hear import hear

    progress = Patience(reporter)
    source = recording(path, longest_s, progress)
    if wishes.first_s is not None and wishes.first_s > source.length_s:
        raise click.UsageError(f"--first: {path.name} lasts {source.length_s:.1f} s")
    return source, hear(source, wishes, progress, with_notes=with_notes)


def _stems_in(
    stems: Sequence[tuple[str, Path]],
    source: "Recording",
    heard: "Heard",
    longest_s: float,
    reporter: TerminalReporter,
) -> "list[tuple[Recording, WrittenTrack]]":
    """What plays: the recording itself, or its stems, each with its notes as a part."""
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span
    from ..renderers.sound.listening.decode import recording
    from ..renderers.sound.listening.together import misfits

    if not stems:
        return [(source, written_track(heard, track_name(Path(source.name))))]
    progress = Patience(reporter)
    sources = [recording(path, longest_s, progress, is_stem=True) for _, path in stems]
    tell_findings([*(f for each in sources for f in each.findings), *misfits([source, *sources])], {})
    names = apart([name for name, _ in stems])
    played = [
        (each, stem_track(each, name, heard.method, progress))
        for each, name in zip(sources, names, strict=True)
    ]
    if not any(track.notes for _, track in played):
        message = "no note was detected in any of the stems"
        hint = "leave --stem out: then the notes of the recording itself are written"
        raise PieceError([Diagnostic("MV543", Span(str(stems[0][1])), message, hint)])
    return played


def missing_text(error: ModuleNotFoundError) -> str:
    """What to type where a package is missing."""
    from ..dsl.installing import install_command, pip_command

    if error.name in ("onnxruntime", "basic_pitch"):
        first, second = pip_command("onnxruntime"), pip_command("--no-deps", "basic-pitch")
        return f"basic-pitch is missing; type:\n  {first}\n  {second}"
    return f"{error.name} is missing; to listen, type: {install_command('render')}"


def _write_score(
    source: "Recording",
    heard: "Heard",
    played: "Sequence[tuple[Recording, WrittenTrack]]",
    target: Path,
    options: dict[str, Any],
    replace: bool,
) -> None:
    from ..compiler.score.midi.write import midi_bytes

    marks = marks_of(options, source.length_s)
    tracks = [track for _, track in played if track.notes]
    meter = meter_of(heard, options["meter"])
    sources = dict.fromkeys((each.name, each.sha256) for each in (source, *(each for each, _ in played)))
    data = midi_bytes(written_score(heard, meter, tracks, list(sources), marks))
    if replace:
        from ..store.writing import published

        with published(target) as partial:
            partial.write_bytes(data)
    else:
        write_new({target: data})


def _write_others(path: Path, source: "Recording", heard: "Heard", options: dict[str, Any]) -> None:
    if options["clicks"] is not None:
        from ..renderers.sound.listening.clicks import write_clicks

        beats_s, places = [float(beat) for beat in heard.beats_s], [int(place) for place in heard.places]
        write_clicks(path, options["clicks"], beats_s, places, options["longest"] * 60.0)
    if options["plot"] is not None:
        from ..renderers.sound.listening.picture import write_picture

        write_picture(source, heard, options["plot"])
    if options["spectrum"] is not None:
        from ..renderers.sound.listening.spectrum import write_spectrum

        write_spectrum(source, options["spectrum"], options["frame_length"])


def _shift_lines(heard: "Heard", against: Path) -> list[str]:
    """How the heard bars stand against those of a written score."""
    import numpy as np

    from ..compiler.reports.bar_shift import bar_shift, classes_of_bars
    from ..compiler.score.read import read_score_file

    score = read_score_file(against)
    starts = [0, *(i for i, place in enumerate(heard.places) if place == 0 and i)]
    frames = np.clip(np.round(heard.beats_s[starts] * 50).astype(int), 0, len(heard.classes) - 1)
    ends = [*frames[1:], len(heard.classes)]
    classes = np.array(
        [heard.classes[a : max(b, a + 1)].mean(axis=0) for a, b in zip(frames, ends, strict=True)], np.float64
    )
    found = bar_shift(classes, classes_of_bars(score))
    counts = f"{len(starts)} bars were detected, {against.name} has {len(score.measures)}"
    if not found.is_told:
        return [
            counts,
            f"the detected bars do not agree with those of {against.name} at any shift: try --half, "
            "--double, --meter or --first",
        ]
    shift = found.bars
    moved = "the same bar" if shift == 0 else f"bar {shift + 1 if shift > 0 else 1} of"
    heard_bar = 1 if shift >= 0 else 1 - shift
    said = f"detected bar {heard_bar} is {moved} {'in ' if shift == 0 else ''}{against.name}"
    lanes = "" if shift == 0 else f"; in lanes, write {abs(shift)} bar{'s' if abs(shift) != 1 else ''} "
    lanes += "" if shift == 0 else ("later" if shift > 0 else "earlier")
    return [counts, f"{said}{lanes}", f"{found.agreeing} of {found.compared} bars agree"]


def _end(text: str) -> None:
    tell_end(f"{text}; nothing was written")
    sys.exit(1)
