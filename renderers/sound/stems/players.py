"""Stems that other programs play: MuseScore whole scores, FluidSynth notes with a soundfont.

Both are asked for a file, and the file is read with the same suspicion as a recording from anywhere.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

from ....compiler.plan import ChannelPlan, SoundingNote, StemPlan
from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.text.files import open_plain
from ....store.sandbox import Ended, run_program
from ....store.values.array_types import F32
from ..block import BLOCK
from ..wave import write_wav

MUSESCORE = ("mscore", "musescore", "mscore4portable", "MuseScore4", "mscore3", "musescore3", "MuseScore3")
_MUSESCORE_PLACES = (
    "/Applications/MuseScore 4.app/Contents/MacOS/mscore",
    "/Applications/MuseScore 3.app/Contents/MacOS/mscore",
    "C:/Program Files/MuseScore 4/bin/MuseScore4.exe",
    "C:/Program Files/MuseScore 3/bin/MuseScore3.exe",
)
FLUIDSYNTH = ("fluidsynth",)
TINY_PLAYER = Path(__file__).with_name("tiny_player.py")

# By default MuseScore 3 brings every export to -0.1 dBFS, and so loses the balance between stems.
_MUSESCORE_INI = "[export]\naudio\\sampleRate=48000\naudio\\normalize=false\n"
_MUSESCORE_DEADLINE_S = 600.0
_FLUIDSYNTH_DEADLINE_S = 600.0
_RING_S = 3.0
_NOT_LOADED = "Failed to load"
"""The text that FluidSynth prints for a soundfont that it cannot read; its exit code is 0 nevertheless."""

_TICKS_PER_QUARTER = 24_000
_TICKS_PER_S = 2 * _TICKS_PER_QUARTER
"""At MIDI's own tempo, 120: a tick is 21 µs."""
_DRUMS = 9
_BEND_SEMITONES = 24
"""The range of the wheel that we ask FluidSynth for; a bend beyond it stops there."""


def played(stem: StemPlan, folder: Path, sample_rate_hz: int) -> tuple[Path, float]:
    """A wav file of the stem in `folder`, made where it is not there yet, and where second 0 of its notes is.

    Raises PieceError where the program is missing or leaves no sound.
    """
    key = hashlib.sha256(repr(_asked(stem)).encode()).hexdigest()[:16]
    made = folder / f"{stem.by}-{key}.wav"
    lead_s = max(0.0, -min((note.onset_s for note in stem.notes or ()), default=0.0))
    if not made.exists():
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            if stem.by == "musescore":
                _by_musescore(stem, Path(scratch), made)
            elif stem.by == "fluidsynth":
                _by_fluidsynth(stem, Path(scratch), made, lead_s, sample_rate_hz)
            else:
                raise ValueError(f"no program is called {stem.by!r}")
    return made, lead_s


def _asked(stem: StemPlan) -> tuple[object, ...]:
    return stem.by, stem.score, stem.soundfont, stem.notes, stem.channels


def program_named(names: Sequence[str], places: Sequence[str] = ()) -> Path | None:
    """The first of these programs that is installed."""
    found = (shutil.which(name) for name in names)
    there = (place for place in places if Path(place).is_file())
    return next((Path(path).resolve() for path in (*found, *there) if path), None)


def musescore() -> Path | None:
    """MuseScore; None where it is not installed."""
    return program_named(MUSESCORE, _MUSESCORE_PLACES)


def program_of(stem: StemPlan) -> Path | None:
    """The program that plays a stem; None where it is not installed.

    Raises ValueError for a stem that no program plays.
    """
    match stem.by:
        case "musescore":
            return musescore()
        case "fluidsynth":
            return program_named(FLUIDSYNTH)
        case other:
            raise ValueError(f"no program is called {other!r}")


def _by_musescore(stem: StemPlan, scratch: Path, made: Path) -> None:
    program = program_of(stem)
    if program is None:
        raise _missing(stem, "MuseScore")
    assert stem.score is not None
    source = scratch / f"in{stem.score.suffix.lower()}"
    _copied(stem.score, source)
    for version in ("3", "4"):
        (scratch / "MuseScore").mkdir(exist_ok=True)
        (scratch / "MuseScore" / f"MuseScore{version}.ini").write_text(_MUSESCORE_INI)
    # -f: a score of a newer version is read all the same.
    ended = run_program(
        program,
        ["-f", source.name, "-o", "out.wav"],
        scratch,
        _MUSESCORE_DEADLINE_S,
        {"QT_QPA_PLATFORM": "offscreen"},
    )
    _take(stem, scratch / "out.wav", made, "MuseScore", ended)


def tiny_version() -> str | None:
    """The version of tinysoundfont, which plays where FluidSynth is not installed; None without it."""
    try:
        return metadata.version("tinysoundfont")
    except metadata.PackageNotFoundError:
        return None


def _by_fluidsynth(stem: StemPlan, scratch: Path, made: Path, lead_s: float, sample_rate_hz: int) -> None:
    program, name = program_of(stem), "FluidSynth"
    if program is None and tiny_version() is None:
        raise _missing(stem, name)
    assert stem.soundfont is not None and stem.notes is not None
    font = f"font{stem.soundfont.suffix.lower()}"
    _copied(stem.soundfont, scratch / font)
    _write_midi(scratch / "in.mid", stem.notes, stem.channels, lead_s)
    if program is None:
        name = "TinySoundFont"
        arguments = ["-I", str(TINY_PLAYER), str(sample_rate_hz), font, "in.mid", "out.raw"]
        program = Path(sys.executable)
    else:
        arguments = _fluidsynth_arguments(font, sample_rate_hz)
    ended = run_program(program, arguments, scratch, _FLUIDSYNTH_DEADLINE_S)
    if _NOT_LOADED in ended.said:
        message = f"{name} cannot read the soundfont {stem.soundfont.name}"
        raise _fault(stem, "MV513", message, "name another soundfont, or fetch this one again")
    raw = scratch / "out.raw"
    if raw.is_file() and raw.stat().st_size >= 8:
        write_wav(scratch / "out.wav", _raw_blocks(raw), sample_rate_hz)
    _take(stem, scratch / "out.wav", made, name, ended)


def _fluidsynth_arguments(font: str, sample_rate_hz: int) -> list[str]:
    """Without its own room and chorus, which the chain of the bus gives.

    Where it cannot read a font, FluidSynth plays the default of the system: so the font is the default, too.
    """
    form = ["-T", "raw", "-O", "float", "-r", str(sample_rate_hz), "-g", "0.5", "-R", "0", "-C", "0"]
    return ["-ni", "-F", "out.raw", *form, "-o", f"synth.default-soundfont={font}", font, "in.mid"]


def _copied(file: Path, copy: Path) -> None:
    """A file of the piece beside the program that reads it, opened without following a link."""
    with os.fdopen(open_plain(file), "rb") as source, copy.open("xb") as target:
        shutil.copyfileobj(source, target, 1 << 20)


Part = tuple[int, int | None]
"""A program and the channel that moves it."""


def _write_midi(
    path: Path, notes: Sequence[SoundingNote], moved_by: Sequence[ChannelPlan], lead_s: float
) -> None:
    """The notes as a MIDI file, each part on a channel of its own, second 0 of them at lead_s."""
    import mido

    parts = sorted({_part(note) for note in notes if not note.is_drums}, key=str)
    channels = [channel for channel in range(16) if channel != _DRUMS]
    channel_of = {part: channels[k % len(channels)] for k, part in enumerate(parts)}
    events: list[tuple[int, int, mido.Message]] = []
    drums = {_part(note) for note in notes if note.is_drums}
    for part, channel in [*channel_of.items(), *((part, _DRUMS) for part in sorted(drums, key=str))]:
        if part[1] is not None:
            events += [
                (_tick(time_s, lead_s), 1, message) for time_s, message in _moves(moved_by[part[1]], channel)
            ]
    for note in notes:
        channel = _DRUMS if note.is_drums else channel_of[_part(note)]
        start = round((note.onset_s + lead_s) * _TICKS_PER_S)
        end = max(start + 1, round((note.onset_s + lead_s + note.length_s) * _TICKS_PER_S))
        if not note.is_drums:
            # Before each note: more parts than channels may share one.
            events.append((start, 1, mido.Message("program_change", channel=channel, program=note.program)))
        key = {"channel": channel, "note": note.pitch}
        events.append((start, 2, mido.Message("note_on", velocity=note.velocity, **key)))
        events.append((end, 0, mido.Message("note_off", velocity=64, **key)))
    events.sort(key=lambda event: event[:2])
    track = mido.MidiTrack()
    now = 0
    for tick, _, message in events:
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=round(_RING_S * _TICKS_PER_S)))
    file = mido.MidiFile(type=0, ticks_per_beat=_TICKS_PER_QUARTER)
    file.tracks.append(track)
    file.save(str(path))


def _part(note: SoundingNote) -> Part:
    return note.program, note.channel


def _tick(time_s: float, lead_s: float) -> int:
    return max(0, round((time_s + lead_s) * _TICKS_PER_S))


def _moves(plan: ChannelPlan, channel: int) -> Iterator[tuple[float, Any]]:
    """The controller movements of a channel as MIDI messages, each with its time in seconds."""
    import mido

    def control(number: int, value: float) -> Any:
        data = min(127, max(0, round(value)))
        return mido.Message("control_change", channel=channel, control=number, value=data)

    begun_s = plan.bend[0][0]
    # Registered parameter 0: the range of the pitch wheel.
    for number, value in ((101, 0), (100, 0), (6, _BEND_SEMITONES), (38, 0)):
        yield begun_s, control(number, value)
    for time_s, gain in plan.gain:
        yield time_s, control(7, 100.0 * sqrt(gain))
    for time_s, ear in plan.ear:
        yield time_s, control(10, 64.0 + 63.0 * ear)
    for time_s, bend in plan.bend:
        wheel = min(8191, max(-8192, round(8192.0 * bend / _BEND_SEMITONES)))
        yield time_s, mido.Message("pitchwheel", channel=channel, pitch=wheel)


def _raw_blocks(path: Path) -> Iterator[F32]:
    with path.open("rb") as file:
        while raw := file.read(BLOCK * 8):
            yield np.frombuffer(raw[: len(raw) // 8 * 8], "<f4").reshape(-1, 2)


def _take(stem: StemPlan, out: Path, made: Path, program: str, ended: Ended) -> None:
    """Moves the program's output into place as the stem; raises PieceError MV511 if there is none."""
    if out.is_symlink() or not out.is_file() or not out.stat().st_size or ended.is_late:
        why = "took longer than ten minutes" if ended.is_late else f"ended with code {ended.exit_code}"
        last = next((line.strip() for line in reversed(ended.said.splitlines()) if line.strip()), "")
        hint = f"it said: {last[:200]}" if last else "open the score in it and see whether it plays"
        raise _fault(stem, "MV511", f"{program} made no sound of {stem.name}: it {why}", hint)
    out.rename(made)


def _missing(stem: StemPlan, program: str) -> PieceError:
    hint = f"install {program}, or leave out `by` and `sounds`, and the built-in instruments play"
    return _fault(stem, "MV510", f"{stem.name} is to be played by {program}, which is not installed", hint)


def _fault(stem: StemPlan, code: str, message: str, hint: str) -> PieceError:
    return PieceError([Diagnostic(code, Span(str(stem.score or stem.soundfont or stem.name)), message, hint)])
