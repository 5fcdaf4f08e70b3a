"""A recording becomes a score that can be edited: beats, bars and notes that are heard in it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ...dsl.findings.plain import counted
from ...dsl.text.folders import NUL
from ..errors import RequestError, missing_packages_told, taken_files_told
from ..output import checked_output
from .heard import (
    Progress,
    apart,
    default_score,
    heard_lines,
    stem_track,
    track_name,
    written_score,
    written_track,
)
from .listening import STEMS_MOST, Listening

if TYPE_CHECKING:
    from ...compiler.score.midi.write import WrittenTrack
    from ...dsl.findings.collector import Findings
    from ...dsl.findings.diagnostics import Diagnostic
    from ...renderers.sound.listening.decode import Recording
    from ...renderers.sound.listening.hear import Heard

    Played = Sequence[tuple[Recording, WrittenTrack]]

PathLike = str | os.PathLike[str]
FRAME_LENGTH = 512


@dataclass(frozen=True, slots=True)
class HeardScore:
    """The result of listening to a recording.

    score      the score that was written, a .mid; None where it was only compared with another one
    files      all files that were written
    beats_s    when each beat sounds, in seconds of the recording
    bars       how many bars there are
    notes      how many notes the score has
    against    how the bars stand against those of another score, in words
    said       what was heard, in words
    findings   warnings: that the beat does not stand out, that a stem is shorter
    """

    score: Path | None
    files: tuple[Path, ...]
    beats_s: tuple[float, ...]
    bars: int
    notes: int
    against: tuple[str, ...] | None
    said: tuple[str, ...]
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A listening task: the recordings, and the files to write.

    score          None where nothing but `against` is wanted
    stems          by the name of a part, its recording
    clicks         the recording with clicks on the beats, a .wav
    plot           what was heard as a picture, a .png
    spectrum       the file for `visuals.mapping: spectrum`
    frame_length   samples in each row of it, at 22 050 Hz
    against        a score whose bars are compared with those that are heard
    """

    recording: Path
    score: Path | None
    stems: Sequence[tuple[str, Path]] = ()
    clicks: Path | None = None
    plot: Path | None = None
    spectrum: Path | None = None
    frame_length: int = FRAME_LENGTH
    against: Path | None = None
    replace: bool = False
    listening: Listening = field(default_factory=Listening)

    @property
    def outputs(self) -> tuple[Path, ...]:
        """All files that are to be written."""
        wanted = (self.clicks, self.plot, self.spectrum, self.score)
        return tuple(path for path in wanted if path is not None)

    def check(self) -> None:
        """Checks a task. Raises RequestError for contradictions, FileExistsError for files in the way."""
        if self.recording.is_dir():
            raise RequestError(f"{self.recording} is a folder", "name a recording, e.g. song.mp3")
        wanted = {
            "the clicks": (self.clicks, (".wav",)),
            "the plot": (self.plot, (".png",)),
            "the spectrum": (self.spectrum, (".spectrum",)),
            "a detected score": (self.score, (".mid", ".midi")),
        }
        for what, (path, suffixes) in wanted.items():
            if path is not None and path.suffix.lower() not in suffixes:
                verb = "end" if what.endswith("s") else "ends"
                raise RequestError(f"{path}: {what} {verb} in {suffixes[0]}")
        if not 64 <= self.frame_length <= 8192:
            raise RequestError(f"{self.frame_length} samples make no row", "choose 64 to 8192")
        if len(self.stems) > STEMS_MOST:
            raise RequestError(f"at most {STEMS_MOST} stems can be given")
        read = [self.recording, *(path for _, path in self.stems)]
        named = (*self.outputs, *read)
        for path in named:
            if "\0" in str(path):
                raise RequestError(NUL, "name another file")
        if len(set(map(os.path.realpath, named))) < len(named):
            raise RequestError("two of these files are the same")
        for name, path in self.stems:
            if not path.is_file():
                raise RequestError(f"the stem {name}: {path} is not a file")
        for path in self.outputs:
            if path.exists() and not self.replace:
                raise FileExistsError(17, "it already exists", str(path))
            # Checked before it listens, which takes its time.
            if self.replace or path != self.score or path.parent.is_dir():
                checked_output(path, None, {path.suffix.lower(): ""}, "a file")


def listen(
    recording: PathLike,
    output: PathLike | None = None,
    *,
    listening: Listening | None = None,
    stems: Mapping[str, PathLike] | None = None,
    clicks: PathLike | None = None,
    plot: PathLike | None = None,
    spectrum: PathLike | None = None,
    frame_length: int = FRAME_LENGTH,
    against: PathLike | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> HeardScore:
    """Detect the beats, bars and notes of a recording, and write them as a MIDI file; as `musicvis listen`.

    output         the score; None for RECORDING.heard.mid
    listening      what you know of the recording
    stems          by the name of a part, its recording: notes come from these, beats from `recording`
    clicks         also write the recording with clicks on the detected beats, a .wav
    plot           also draw what was detected, a .png
    spectrum       also write the file that `visuals.mapping: spectrum` needs
    frame_length   samples in each row of it, at 22 050 Hz
    against        compare the bars with those of this score; no score is written
    replace        write over files that exist
    progress       called with a stage, how many of its units are finished, and how many there are

    Raises PieceError for a recording that cannot be used or in which nothing is heard, RequestError for
    files that cannot be or exist already, MissingPackageError, and OSError where one cannot be written.
    """
    from ...dsl.findings.collector import Findings

    source = Path(recording)
    if against is not None and output is not None:
        raise RequestError("`against` writes no score", "leave `output` out")
    target = None if against is not None else default_score(source) if output is None else Path(output)
    task = Task(
        source,
        target,
        [(name, Path(path)) for name, path in (stems or {}).items()],
        _path(clicks),
        _path(plot),
        _path(spectrum),
        frame_length,
        _path(against),
        replace,
        listening or Listening(),
    )
    with taken_files_told(), missing_packages_told():
        return heard_score(task, Findings(), progress)


def heard_score(task: Task, findings: Findings, progress: Progress | None) -> HeardScore:
    """Listens to a recording and writes the requested files; adds warnings to `findings`.

    Raises as `listen`, but FileExistsError and ModuleNotFoundError as they are.
    """
    task.check()
    listening = task.listening
    source, heard = heard_in(task.recording, listening, progress, not task.stems)
    findings += (*source.findings, *heard.findings)
    played = _played(task, source, heard, findings, progress)
    against = None if task.against is None else tuple(_shift_lines(heard, task.against))
    if task.score is not None:
        _write_score(task.score, source, heard, played, listening, task.replace)
    _write_others(task, source, heard)
    count = sum(len(track.notes) for _, track in played)
    return HeardScore(
        score=task.score,
        files=task.outputs,
        beats_s=tuple(float(beat_s) for beat_s in heard.beats_s),
        bars=sum(int(place) == 0 for place in heard.places),
        notes=count,
        against=against,
        said=tuple(heard_lines(heard, source.name, listening.meter_of(heard), count)),
        findings=tuple(findings),
    )


def heard_in(
    path: Path, listening: Listening, progress: Progress | None, with_notes: bool = True
) -> tuple[Recording, Heard]:
    """Listens to a recording. Raises PieceError, RequestError, ModuleNotFoundError."""
    from ...renderers.sound.listening.decode import recording
    from ...renderers.sound.listening.hear import hear

    source = recording(path, listening.longest_s, progress)
    if listening.first_s is not None and listening.first_s > source.length_s:
        raise RequestError(
            f"a bar cannot begin at {listening.first_s:.1f} s: {path.name} lasts {source.length_s:.1f} s"
        )
    return source, hear(source, listening.wishes(), progress, with_notes=with_notes)


def _played(
    task: Task, source: Recording, heard: Heard, findings: Findings, progress: Progress | None
) -> Played:
    """The parts that play: the recording itself, or its stems, each with its notes."""
    from ...dsl.findings.diagnostics import Diagnostic, PieceError
    from ...dsl.findings.span import Span
    from ...renderers.sound.listening.decode import recording
    from ...renderers.sound.listening.together import misfits

    if not task.stems:
        return [(source, written_track(heard, track_name(Path(source.name))))]
    longest_s = task.listening.longest_s
    sources = [recording(path, longest_s, progress, is_stem=True) for _, path in task.stems]
    findings += [*(f for each in sources for f in each.findings), *misfits([source, *sources])]
    names = apart([name for name, _ in task.stems])
    played = [
        (each, stem_track(each, name, heard.method, progress))
        for each, name in zip(sources, names, strict=True)
    ]
    if not any(track.notes for _, track in played):
        message = "no note was detected in any of the stems"
        hint = "leave the stems out: then the notes of the recording itself are written"
        raise PieceError([Diagnostic("MV543", Span(str(task.stems[0][1])), message, hint)])
    return played


def _write_score(
    target: Path, source: Recording, heard: Heard, played: Played, listening: Listening, replace: bool
) -> None:
    from ...compiler.score.midi.write import midi_bytes
    from ...store.writing import published, write_new

    marks = listening.marks_within(source.length_s)
    tracks = [track for _, track in played if track.notes]
    sources = dict.fromkeys((each.name, each.sha256) for each in (source, *(each for each, _ in played)))
    data = midi_bytes(written_score(heard, listening.meter_of(heard), tracks, list(sources), marks))
    if replace:
        with published(target) as partial:
            partial.write_bytes(data)
    else:
        write_new({target: data})


def _write_others(task: Task, source: Recording, heard: Heard) -> None:
    if task.clicks is not None:
        from ...renderers.sound.listening.clicks import write_clicks

        beats_s, places = [float(beat) for beat in heard.beats_s], [int(place) for place in heard.places]
        write_clicks(task.recording, task.clicks, beats_s, places, task.listening.longest_s)
    if task.plot is not None:
        from ...renderers.sound.listening.picture import write_picture

        write_picture(source, heard, task.plot)
    if task.spectrum is not None:
        from ...renderers.sound.listening.spectrum import write_spectrum

        write_spectrum(source, task.spectrum, task.frame_length)


def _shift_lines(heard: Heard, against: Path) -> list[str]:
    """The comparison of the detected bars with those of a written score, in words."""
    import numpy as np

    from ...compiler.reports.bar_shift import bar_shift, classes_of_bars
    from ...compiler.score.read import read_score_file

    score = read_score_file(against)
    starts = [0, *(i for i, place in enumerate(heard.places) if place == 0 and i)]
    frames = np.clip(np.round(heard.beats_s[starts] * 50).astype(int), 0, len(heard.classes) - 1)
    ends = [*frames[1:], len(heard.classes)]
    classes = np.array(
        [heard.classes[a : max(b, a + 1)].mean(axis=0) for a, b in zip(frames, ends, strict=True)], np.float64
    )
    found = bar_shift(classes, classes_of_bars(score))
    counts = (
        f"{counted(len(starts), 'detected bar')}, {counted(len(score.measures), 'bar')} in {against.name}"
    )
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


def _path(path: PathLike | None) -> Path | None:
    return None if path is None else Path(path)
