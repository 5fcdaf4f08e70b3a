"""A piece for recordings: the detected notes become the score, each recording a bus of its own."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ...dsl.findings.plain import counted
from ...dsl.findings.span import MANIFEST
from ..errors import RequestError
from ..names import safe_name
from ..schema import schema_text
from .heard import Progress, apart, heard_lines, stem_track, track_name, written_score, written_track
from .listening import STEMS_MOST, Listening
from .made import NewPiece

if TYPE_CHECKING:
    from ...compiler.score.midi.write import WrittenTrack
    from ...dsl.findings.collector import Findings
    from ...renderers.sound.listening.decode import Recording
    from ...renderers.sound.listening.hear import Heard

FRAME_LENGTH = 512


@dataclass(frozen=True, slots=True)
class Wanted:
    """The request for a piece from recordings.

    folder    None for one that is called like the recording
    clock     which of several recordings has the beats; None for their sum
    mapping   what moves the picture: "notes", or "spectrum"
    """

    recordings: Sequence[Path]
    folder: Path | None = None
    clock: Path | None = None
    mapping: str = "notes"
    listening: Listening = field(default_factory=Listening)

    def check(self) -> Path:
        """Checks the request; returns the folder. Raises RequestError, FileExistsError if a piece is
        there.
        """
        for path in self.recordings:
            if not path.is_file():
                raise RequestError(f"{path} is not a file")
        if len(self.recordings) > STEMS_MOST:
            raise RequestError(f"at most {STEMS_MOST} recordings make a piece")
        known = {path.resolve() for path in self.recordings}
        if len(known) < len(self.recordings):
            raise RequestError("a recording is named twice")
        if self.mapping not in ("notes", "spectrum"):
            raise RequestError(f"there is no mapping {self.mapping!r}", "the mappings are notes and spectrum")
        if self.clock is not None and len(self.recordings) == 1:
            raise RequestError("the clock chooses among several recordings, and this is one")
        if self.clock is not None and not (self.clock.is_file() and self.clock.resolve() in known):
            raise RequestError(f"the clock {self.clock} is not one of the recordings")
        folder = self.folder or Path(folder_name(self.recordings))
        if (folder / MANIFEST).exists():
            raise FileExistsError(17, "it already exists", str(folder / MANIFEST))
        return folder


def piece_of_recordings(wanted: Wanted, findings: Findings, progress: Progress | None) -> NewPiece:
    """Makes a folder with a piece that compiles: the detected score, the recordings, a manifest.

    Warnings go to `findings` as they are found. Raises PieceError for a recording that cannot be used,
    RequestError, FileExistsError, ModuleNotFoundError, and OSError; then nothing is written.
    """
    folder = wanted.check()
    with tempfile.TemporaryDirectory(prefix="musicvis-new-") as scratch:
        return _made(wanted, folder, Path(scratch), findings, progress)


def _made(
    wanted: Wanted, folder: Path, scratch: Path, findings: Findings, progress: Progress | None
) -> NewPiece:
    from ...compiler.score.midi.write import midi_bytes
    from ...compiler.score.read import read_score
    from ...compiler.write.first_manifest import EFFECTS_SCHEMA, PIECE_SCHEMA
    from ...compiler.write.heard_manifest import HeardBus, heard_manifest
    from ...store.writing import write_new

    recordings, listening = wanted.recordings, wanted.listening
    sources, heard, tracks = _heard(wanted, findings, progress)
    placed = _placed(sources, folder, scratch, listening.longest_s)
    meter = listening.meter_of(heard)
    score_name = (
        PurePosixPath("scores") / f"{_safe_stem(recordings[0] if len(recordings) == 1 else folder)}.heard.mid"
    )
    sounding = [track for track in tracks if track.notes]
    named = [(each.name.name, each.sha256) for each in placed]
    marks = listening.marks_within(heard.length_s)
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
    if wanted.mapping == "spectrum":
        from ...renderers.sound.listening.spectrum import write_spectrum

        spectrum = str(score_name.with_name(score_name.name.replace(".heard.mid", ".spectrum")))
        # The digest is that of the recording in the piece, which may be a copy in another format.
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
    name = sources[0].name if len(sources) == 1 else f"{len(sources)} stems"
    said = heard_lines(heard, name, meter, count)
    for each in placed:
        if each.data is not None and each.name.suffix == ".flac" and not is_plain(each.name, recordings):
            said.append(f"{each.name} holds the sound of the recording, as the mix reads it")
    said.append(f"wrote {folder / MANIFEST} and {counted(len(files) - 1, 'file')} beside it")
    return NewPiece(folder, tuple(files), tuple(said), tuple(findings))


def _heard(
    wanted: Wanted, findings: Findings, progress: Progress | None
) -> tuple[list[Recording], Heard, list[WrittenTrack]]:
    """The detected beats and notes of all recordings: one clock for all, and each one's notes as a part."""
    from ...renderers.sound.listening.decode import check_audible, recording
    from ...renderers.sound.listening.hear import hear
    from ...renderers.sound.listening.together import misfits

    recordings, longest_s = wanted.recordings, wanted.listening.longest_s
    wishes = wanted.listening.wishes()
    if len(recordings) == 1:
        source = recording(recordings[0], longest_s, progress)
        heard = hear(source, wishes, progress)
        findings += (*source.findings, *heard.findings)
        return [source], heard, [written_track(heard, track_name(recordings[0]))]
    sources = [recording(path, longest_s, progress, is_stem=True) for path in recordings]
    by_path = {path.resolve(): source for path, source in zip(recordings, sources, strict=True)}
    leader = _sum(sources) if wanted.clock is None else by_path[wanted.clock.resolve()]
    check_audible(leader)
    heard = hear(leader, wishes, progress, with_notes=False)
    findings += [*(f for s in sources for f in s.findings), *misfits(sources), *heard.findings]
    names = apart([track_name(path) for path in recordings])
    tracks = [
        stem_track(source, name, heard.method, progress) for source, name in zip(sources, names, strict=True)
    ]
    return sources, heard, tracks


@dataclass(frozen=True, slots=True)
class _Placed:
    """A recording in the piece: its name, the file that it is copied from, its level."""

    name: PurePosixPath
    data: Path | None
    """None where it is in the folder already."""
    gain: float
    sha256: str


def folder_name(recordings: Sequence[Path]) -> str:
    """The default name of a piece's folder: its recording's name, or the words that its stems share."""
    if len(recordings) == 1:
        return _safe_stem(recordings[0])
    words = [re.split(r"[\s_.-]+", path.stem) for path in recordings]
    shared = [first for first, *others in zip(*words, strict=False) if set(others) == {first}]
    begin = " ".join(shared if words[0][: len(shared)] == shared else []).strip()
    return _safe_stem(Path(f"{begin}.wav")) if begin else "band"


def is_plain(name: PurePosixPath, recordings: Sequence[Path]) -> bool:
    """Whether a file of the piece is a copy of a recording with the same suffix."""
    return any(path.suffix.lower() == name.suffix and _safe_stem(path) == name.stem for path in recordings)


def _sum(sources: Sequence[Recording]) -> Recording:
    from ...renderers.sound.listening.hear import summed

    return sources[0] if len(sources) == 1 else summed(sources)


def _placed(sources: Sequence[Recording], folder: Path, scratch: Path, longest_s: float) -> list[_Placed]:
    """The path of each recording in the piece: it stays, is copied, or becomes a FLAC file."""
    from ...renderers.sound.listening.convert import gain_of, needs_conversion, write_flac
    from ...renderers.sound.listening.decode import sha256_of

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
    """The name of a recording relative to the piece in `folder`; None if it is outside and must be copied."""
    from ...dsl.findings.span import Span
    from ...dsl.text.audio_headers import SUFFIXES
    from ...dsl.text.files import MAX_AUDIO_BYTES, fault_inside

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
