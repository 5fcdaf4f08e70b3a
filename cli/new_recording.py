"""`musicvis new` for recordings: the detected notes become the score, each recording a bus of its own."""

import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from ..dsl.findings.span import MANIFEST
from ..dsl.text.typed import typed
from .files import write_new
from .heard import (
    STEMS_MOST,
    Patience,
    apart,
    heard_lines,
    meter_of,
    stem_track,
    track_name,
    written_score,
    written_track,
)
from .listen import listening_options, marks_of, missing_text, wishes_of
from .names import safe_name
from .next_step import is_recording
from .report import TerminalReporter, tell_end, tell_findings
from .schema import schema_text

if TYPE_CHECKING:
    from ..compiler.score.midi.write import WrittenTrack
    from ..renderers.sound.listening.decode import Recording
    from ..renderers.sound.listening.hear import Heard, Wishes

FRAME_LENGTH = 512


@dataclass(frozen=True, slots=True)
class _Placed:
    """A recording in the piece: its name there, what it is copied from, its level."""

    name: PurePosixPath
    data: Path | None
    """None where it is in the folder already."""
    gain: float
    sha256: str


def recordings_of(paths: Sequence[Path]) -> tuple[tuple[Path, ...], Path | None]:
    """The recordings among the arguments of `new`, and the folder after them; none where it is a score."""
    if not paths or not is_recording(paths[0]):
        return (), None
    recordings = tuple(path for path in paths if is_recording(path) and not path.is_dir())
    rest = paths[len(recordings) :]
    if paths[: len(recordings)] != recordings or len(rest) > 1:
        raise click.UsageError("name the recordings first, then at most one folder")
    return recordings, rest[0] if rest else None


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


def new_from_recordings(
    recordings: Sequence[Path], folder: Path | None, options: dict[str, Any]
) -> tuple[Path, ...]:
    """A folder with a piece that compiles as it is: the heard score, the recordings, a manifest.

    Returns the files that were written.
    """
    from ..dsl.findings.plain import shown

    for path in recordings:
        if not path.is_file():
            raise click.UsageError(f"{path} is not a file")
    if len(recordings) > STEMS_MOST:
        raise click.UsageError(f"at most {STEMS_MOST} recordings make a piece")
    if len({path.resolve() for path in recordings}) < len(recordings):
        raise click.UsageError("a recording is named twice")
    reporter = TerminalReporter(False)
    folder = folder or Path(folder_name(recordings))
    if (folder / MANIFEST).exists():
        other = folder.with_name(f"{folder.resolve().name}-2") if folder.name else Path("..", "song-2")
        again = typed("musicvis", "new", *recordings, other)
        message = f"{folder / MANIFEST} already exists; nothing was written"
        raise click.ClickException(f"{message}\nto make another piece, type:\n  {again}")
    try:
        with tempfile.TemporaryDirectory(prefix="musicvis-new-") as scratch:
            written = _make(recordings, folder, options, Path(scratch), reporter)
    except ModuleNotFoundError as error:
        tell_end(f"{missing_text(error)}; nothing was written")
        sys.exit(1)
    except OSError as error:
        reason = error.strerror or error
        tell_end(f"{error.filename or folder}: {reason}; nothing was written")
        sys.exit(1)
    click.echo("hear and see it in your browser while you write:", err=True)
    click.echo(shown(f"  {typed('musicvis', 'watch', folder)}"), err=True)
    return written


def folder_name(recordings: Sequence[Path]) -> str:
    """What a piece is called whose folder is not named: its recording, or the words that its stems share."""
    if len(recordings) == 1:
        return _safe_stem(recordings[0])
    words = [re.split(r"[\s_.-]+", path.stem) for path in recordings]
    shared = [first for first, *others in zip(*words, strict=False) if set(others) == {first}]
    begin = " ".join(shared if words[0][: len(shared)] == shared else []).strip()
    return _safe_stem(Path(f"{begin}.wav")) if begin else "band"


def _make(
    recordings: Sequence[Path],
    folder: Path,
    options: dict[str, Any],
    scratch: Path,
    reporter: TerminalReporter,
) -> tuple[Path, ...]:
    from ..compiler.score.midi.write import midi_bytes
    from ..compiler.score.read import read_score
    from ..compiler.write.first_manifest import EFFECTS_SCHEMA, PIECE_SCHEMA
    from ..compiler.write.heard_manifest import HeardBus, heard_manifest

    wishes, longest_s = wishes_of(options), options["longest"] * 60.0
    sources, heard, tracks = _heard(recordings, options["clock"], wishes, longest_s, reporter)
    placed = _placed(sources, folder, scratch, longest_s)
    meter = meter_of(heard, options["meter"])
    score_name = (
        PurePosixPath("scores") / f"{_safe_stem(recordings[0] if len(recordings) == 1 else folder)}.heard.mid"
    )
    sounding = [track for track in tracks if track.notes]
    named = [(each.name.name, each.sha256) for each in placed]
    marks = marks_of(options, heard.length_s)
    data = midi_bytes(written_score(heard, meter, sounding, named, marks))
    score = read_score(data, str(score_name))
    offset_s = float(heard.beats_s[0])
    buses = [
        HeardBus(track.name, str(each.name), offset_s, each.gain)
        for track, each in zip(tracks, placed, strict=True)
    ]
    files: dict[Path, bytes | Path] = {
        folder / each.name: each.data for each in placed if each.data is not None
    }
    spectrum = ""
    if options["mapping"] == "spectrum":
        from ..renderers.sound.listening.spectrum import write_spectrum

        spectrum = str(score_name.with_name(score_name.name.replace(".heard.mid", ".spectrum")))
        # Its digest is that of the recording in the piece, which may be a copy in another form.
        heard_in = replace(_sum(sources), sha256=placed[0].sha256)
        write_spectrum(heard_in, scratch / "analysis.spectrum", FRAME_LENGTH)
        files[folder / spectrum] = scratch / "analysis.spectrum"
    length_s = max(source.length_s for source in sources)
    title = track_name(recordings[0]) if len(recordings) == 1 else track_name(folder.resolve())
    manifest = heard_manifest(score, str(score_name), title, buses, length_s, spectrum)
    files |= {
        folder / score_name: data,
        folder / PIECE_SCHEMA: schema_text("piece").encode(),
        folder / EFFECTS_SCHEMA: schema_text("effects").encode(),
        folder / MANIFEST: manifest.encode(),
    }
    write_new(files, folder)
    count = sum(len(track.notes) for track in tracks)
    title = sources[0].name if len(sources) == 1 else f"{len(sources)} stems"
    for line in heard_lines(heard, title, meter, count):
        reporter.message(line)
    for each in placed:
        if each.data is not None and each.name.suffix == ".flac" and not is_plain(each.name, recordings):
            reporter.message(f"{each.name} holds the sound of the recording, as the mix reads it")
    reporter.message(f"wrote {folder / MANIFEST} and {len(files) - 1} files beside it")
    return tuple(files)


def is_plain(name: PurePosixPath, recordings: Sequence[Path]) -> bool:
    """Whether a file of the piece is a copy of a recording with the same ending."""
    return any(path.suffix.lower() == name.suffix and _safe_stem(path) == name.stem for path in recordings)


def _heard(
    recordings: Sequence[Path],
    clock: Path | None,
    wishes: "Wishes",
    longest_s: float,
    reporter: TerminalReporter,
) -> tuple[list["Recording"], "Heard", list["WrittenTrack"]]:
    """All recordings, one clock for all, and the notes of each as a part of its own."""
    from ..renderers.sound.listening.decode import recording
    from ..renderers.sound.listening.hear import hear
    from ..renderers.sound.listening.together import misfits

    progress = Patience(reporter)
    if len(recordings) == 1:
        if clock is not None:
            raise click.UsageError("--clock chooses among several recordings")
        source = recording(recordings[0], longest_s, progress)
        heard = hear(source, wishes, progress)
        tell_findings((*source.findings, *heard.findings), {})
        return [source], heard, [written_track(heard, track_name(recordings[0]))]
    sources = [recording(path, longest_s, progress, is_stem=True) for path in recordings]
    by_path = {path.resolve(): source for path, source in zip(recordings, sources, strict=True)}
    if clock is not None and clock.resolve() not in by_path:
        raise click.UsageError(f"--clock: {clock} is not one of the recordings")
    leader = _sum(sources) if clock is None else by_path[clock.resolve()]
    from ..renderers.sound.listening.decode import check_audible

    check_audible(leader)
    heard = hear(leader, wishes, progress, with_notes=False)
    tell_findings([*(f for s in sources for f in s.findings), *misfits(sources), *heard.findings], {})
    names = apart([track_name(path) for path in recordings])
    tracks = [
        stem_track(source, name, heard.method, progress) for source, name in zip(sources, names, strict=True)
    ]
    return sources, heard, tracks


def _sum(sources: Sequence["Recording"]) -> "Recording":
    from ..renderers.sound.listening.hear import summed

    return sources[0] if len(sources) == 1 else summed(sources)


def _placed(sources: Sequence["Recording"], folder: Path, scratch: Path, longest_s: float) -> list[_Placed]:
    """Where each recording goes: it stays where it is, is copied, or becomes a FLAC file of the piece."""
    from ..renderers.sound.listening.convert import gain_of, needs_conversion, write_flac
    from ..renderers.sound.listening.decode import sha256_of

    found: list[_Placed] = []
    for number, source in enumerate(sources):
        taken = {each.name for each in found}
        if needs_conversion(source):
            converted = scratch / f"{number}.flac"
            write_flac(source, converted, longest_s)
            name = _free(PurePosixPath("stems") / f"{_safe_stem(source.path)}.flac", taken)
            found.append(_Placed(name, converted, gain_of(source), sha256_of(converted)))
            continue
        inside = _inside(source.path, folder)
        suffix = f".{source.kind}"
        name = inside or _free(PurePosixPath("stems") / f"{_safe_stem(source.path)}{suffix}", taken)
        found.append(_Placed(name, None if inside else source.path, 1.0, source.sha256))
    return found


def _inside(path: Path, folder: Path) -> PurePosixPath | None:
    """How a piece in `folder` names a recording that is inside it already; None where it must be copied."""
    from ..dsl.findings.span import Span
    from ..dsl.text.audio_headers import SUFFIXES
    from ..dsl.text.files import MAX_AUDIO_BYTES, fault_inside

    try:
        name = PurePosixPath(path.absolute().relative_to(folder.absolute()).as_posix())
    except ValueError:
        return None
    is_named_so = name.suffix.lower() in SUFFIXES
    return name if is_named_so and fault_inside(folder, name, MAX_AUDIO_BYTES, Span("")) is None else None


def _free(name: PurePosixPath, taken: set[PurePosixPath]) -> PurePosixPath:
    number, found = 2, name
    while found in taken:
        found, number = name.with_stem(f"{name.stem}-{number}"), number + 1
    return found


def _safe_stem(path: Path) -> str:

    return safe_name(Path(path.resolve().name if path == Path() else path.name)).rpartition(".")[0] or "song"
