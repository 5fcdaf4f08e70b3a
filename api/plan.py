"""A plan from Python: what a film will be, one frame or the sound of it, and the film itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .build import Progress, Told, build
from .errors import RequestError, missing_packages_told
from .output import checked_output, film_kinds, sound_kinds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..compiler.heard_piece import Heard
    from ..compiler.lanes.curve import Curve
    from ..compiler.plan import BarMark, Chapter, PicturePlan
    from ..compiler.plan import Plan as CompiledPlan
    from ..compiler.write.bridges.timeline import Timeline
    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.load import Loaded
    from ..renderers.generators.protocol import Generator
    from ..store.store import Store
    from .notes import FilmNote


@dataclass(frozen=True, slots=True)
class Film:
    """A finished film, or its sound.

    path             where it is
    frames           how many it has; 0 for a sound
    seconds          how long it lasts
    sha256           of the file
    was_up_to_date   the file was what it should be already, and was left alone
    """

    path: Path
    frames: int
    seconds: float
    sha256: str
    was_up_to_date: bool


class Plan:
    """A piece, ready to render; `Piece.plan` makes one. All times are seconds from the first frame.

    `frame`, `frames`, `sound`, `render` and `plot` need the extra `render`. They raise MissingPackageError
    without it, PieceError for a file that the piece names and that cannot be used (weights, a recording),
    StoreError where the cache cannot be used, and OSError where a disk is full or broken.
    """

    def __init__(
        self,
        compiled: CompiledPlan,
        loaded: Loaded,
        findings: tuple[Diagnostic, ...],
        film: str,
        cache: Path | None,
        device: str,
        generator: Generator | None,
    ) -> None:
        self._plan, self._loaded, self._film = compiled, loaded, film
        self._cache, self._device, self._own_generator = cache, device, generator
        self.findings = findings
        """Warnings and notes of the compile that no comment ignores."""

    def __repr__(self) -> str:
        picture = self.picture
        size = f"{picture.width_px}x{picture.height_px}"
        return f"<Plan {self.title!r}: {self.frame_count} frames of {size} at {picture.fps} fps>"

    @property
    def title(self) -> str:
        """The title of the piece."""
        return self._plan.title

    @property
    def duration_s(self) -> Fraction:
        """Exact: frame_count / picture.fps. The sound is as long."""
        return self._plan.duration_s

    @property
    def frame_count(self) -> int:
        """How many frames the film has."""
        return self.picture.frame_count

    @property
    def bars(self) -> tuple[BarMark, ...]:
        """Where each bar begins: bar, pass_number, start_s."""
        return self._plan.bars

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The sections of the film by the score's rehearsal marks: title, start_s."""
        return self._plan.chapters

    @property
    def buses(self) -> tuple[str, ...]:
        """The names of the buses, in the order of the mix."""
        return tuple(bus.name for bus in self._plan.sound.buses)

    @property
    def lanes(self) -> tuple[str, ...]:
        """The names of the lanes that the piece writes."""
        return tuple(lane.name for lane in self._heard.piece.lanes if lane.mode == "set")

    @property
    def picture(self) -> PicturePlan:
        """The latents of every frame: noise float32 (frames, size), classes(start, stop) float32 (n, k).

        The built-in generators have a size of 128 and k = 1000 classes.
        """
        return self._plan.picture

    @cached_property
    def notes(self) -> tuple[FilmNote, ...]:
        """Every note that begins in the film: bar, beat, onset_s, part, classes, rules."""
        from .notes import film_notes

        return film_notes(self._loaded, self._start_s, self.duration_s)

    def lane(self, name: str) -> Curve:
        """A lane of the piece with all that is laid over it: lane("vibes").values(times_s), float64 (n,).

        Its unit is that of the lane. The times are seconds from the first frame, an array float64 (n,).

        Raises RequestError where the piece writes no lane of that name.
        """
        from ..compiler.reports.lane_curves import LaneCurves

        for lane in self._heard.piece.lanes:
            if lane.name == name and lane.mode == "set":
                return LaneCurves(self._heard).of(lane).seen_from(self._start_s)
        raise RequestError(f"there is no lane {name!r}", _listed("lanes", self.lanes))

    def frame(self, number: int) -> NDArray[np.uint8]:
        """A finished frame, counted from 0: uint8 (height, width, 3), R'G'B', with titles and fades.

        It is what the encoder of the film is given, so that it differs from the film's by the coding alone.

        Raises RequestError for a frame that the film does not have.
        """
        if not 0 <= number < self.frame_count:
            raise RequestError(
                f"there is no frame {number}", f"the film has frames 0 to {self.frame_count - 1}"
            )
        return next(self.frames(number, number + 1))

    def frames(self, start: int = 0, end: int | None = None) -> Iterator[NDArray[np.uint8]]:
        """Frames start up to, not at, end, each as `frame` gives it; made as they are asked for.

        end   None for the end of the film

        Raises RequestError, at the call, for frames that the film does not have.
        """
        end = self.frame_count if end is None else end
        if not 0 <= start <= end <= self.frame_count:
            message = f"there are no frames {start} up to {end}"
            raise RequestError(message, f"the film has frames 0 to {self.frame_count - 1}")
        return self._stills(start, end)

    def sound(self, bus: str | None = None) -> NDArray[np.float32]:
        """The finished sound: float32 (samples, 2) in [-1, 1] at sample_rate_hz.

        bus   one bus alone, as it goes into the mix: through its chain, at its level and its place, before
              returns, fades and master

        Raises RequestError where there is no bus of that name.
        """
        plan = self._plan.sound
        if bus is not None and bus not in self.buses:
            raise RequestError(f"there is no bus {bus!r}", _listed("buses", self.buses))
        with missing_packages_told(), self._store() as store:
            import numpy as np

            from ..renderers.crews.local import core_count
            from ..renderers.sound.mix.graph import sound_graph
            from ..renderers.sound.mix.nodes import WET
            from ..renderers.sound.mix.render import SoundRender
            from ..renderers.sound.space.choose import sources_ready
            from ..renderers.sound.wave import read_wav
            from ..store.graph import Build

            if bus is None:
                with SoundRender(plan, store=store, workers=core_count()) as render:
                    return np.concatenate([np.zeros((0, 2), np.float32), *render.blocks()])
            alone = replace(plan, buses=tuple(b for b in plan.buses if b.name == bus))
            sources_ready(alone)
            wet = Build(store).entry(sound_graph(alone).buses[0].wet).files[WET]
            blocks = [np.ascontiguousarray(block.T, np.float32) for block in read_wav(wet)]
            return np.concatenate([np.zeros((0, 2), np.float32), *blocks])

    @property
    def sample_rate_hz(self) -> int:
        """Sample rate of `sound`."""
        return self._plan.sound.sample_rate_hz

    def render(
        self, path: str | os.PathLike[str], *, workers: int | None = None, progress: Progress | None = None
    ) -> Film:
        """Render the film (.mp4, .mkv) or its sound (.wav, .flac: 24 bits) to a file.

        The file appears when it is whole, and replaces what was there. What is finished is cached: after a
        stop, the same call goes on from there.

        workers    processes side by side; None for one per core
        progress   called with a stage, how many of its units are finished, and how many there are, as
                   progress("frames", 12, 300)

        Raises RequestError for a path that cannot be written. Messages go to the logger "musicvis".
        """
        if workers is not None and workers < 1:
            raise RequestError(f"{workers} workers cannot render", "workers must be at least 1")
        root = self._loaded.root
        output = checked_output(Path(path), root, film_kinds() | sound_kinds(), "a film or a sound")
        is_sound = output.suffix.lower() in sound_kinds()
        with missing_packages_told(), self._store() as store:
            from ..renderers.request import Request

            request = Request(
                only="audio" if is_sound else None,
                device=self._device,
                workers=workers,
                film=self._film,
                root=root,
            )
            told = Told(progress)
            report = build(
                self._plan,
                output,
                request,
                reporter=told,
                store=store,
                generator=self._own_generator,
            )
            for finding in report.findings:
                told.message(f"{finding.code}: {finding.message}; {finding.hint}")
        frames = 0 if is_sound else report.frame_count
        return Film(output, frames, float(self.duration_s), _sha256(output), report.was_there)

    def still(self, path: str | os.PathLike[str], numbers: int | Iterable[int]) -> Path:
        """Write a frame as a picture, .png or .jpg; of several frames, a sheet. Returns its path.

        Raises RequestError for frames that the film does not have, and for a path that cannot be written.
        """
        root = self._loaded.root
        output = checked_output(Path(path), root, {".png": "", ".jpg": "", ".jpeg": ""}, "a still")
        wanted = [numbers] if isinstance(numbers, int) else list(numbers)
        if not wanted or not all(0 <= number < self.frame_count for number in wanted):
            raise RequestError("there are no such frames", f"the film has frames 0 to {self.frame_count - 1}")
        with missing_packages_told():
            from ..renderers.film.sheet import write_stills

            write_stills(self.picture, wanted, output, root)
        return output

    def plot(self, path: str | os.PathLike[str]) -> Path:
        """Draw the plan as one picture, a .png: bars, notes, ear movement, classes. Returns its path.

        Raises RequestError for a path that cannot be written.
        """
        root = self._loaded.root
        output = checked_output(Path(path), root, {".png": ""}, "a plot")
        with missing_packages_told():
            from ..renderers.plot import plot

            plot(self._plan, output, root)
        return output

    def export(
        self,
        path: str | os.PathLike[str],
        kind: str,
        *,
        lanes: Iterable[str] | Mapping[str, str] | None = None,
        parts: Iterable[str] | Mapping[str, str] | None = None,
        stems: bool = False,
        film: str = "",
    ) -> Path:
        """Write bars, notes and lanes for another program. Returns the path.

        kind    audacity, srt, csv, otio, edl, reaper, xlights, osc, artnet, deforum, parseq or dawproject, as
                `musicvis export --as`
        lanes   which lanes; None for all that the piece writes. {"visuals.zoom": "zoom"} gives a lane another
                name in the file; for artnet {"visuals.zoom": "12:1..2"} is its channel and its range
        parts   whose notes; None for all. For artnet {"harp": "13"} is a part's channel
        stems   for dawproject: each bus as a sound of its own, rendered, as it goes into the mix
        film    the name of the film that otio and edl name; by default that of the file, with .mp4

        Raises RequestError for a kind, a lane or a part that is not there, for what the other program cannot
        hold, and for a path that cannot be written.
        """
        from .export import chosen, export_file

        timeline = chosen(self._timeline(film or f"{Path(path).stem}.mp4"), kind, lanes, parts)
        sounds = ((bus, self.sound(bus)) for bus in self.buses) if stems else None
        return export_file(Path(path), self._loaded.root, kind, timeline, sounds, self.sample_rate_hz)

    def channels(
        self,
        lanes: Iterable[str] | Mapping[str, str] | None = None,
        parts: Iterable[str] | Mapping[str, str] | None = None,
    ) -> list[str]:
        """What `export` writes on each DMX channel for artnet, in words. Raises as `export` does."""
        from .export import channel_lines, chosen

        return channel_lines(chosen(self._timeline(""), "artnet", lanes, parts))

    def _timeline(self, film: str) -> Timeline:
        """All bars, notes and lanes, as bridges read them."""
        from ..compiler.write.bridges.timeline import Cue, Timeline
        from .export import tempi_of

        times_s = self.frame_times_s()
        return Timeline(
            title=self.title,
            film=film,
            fps=self.picture.fps,
            frame_count=self.frame_count,
            bars=self.bars,
            sections=self.chapters,
            tempi=tempi_of(self._heard.clock, self._start_s, self._start_s + self.duration_s),
            cues=[
                Cue(n.onset_s, n.onset_s + n.length_s, n.part, n.pitch, n.velocity, n.lyric)
                for n in self.notes
            ],
            lanes={name: self.lane(name).values(times_s) for name in self.lanes},
        )

    def frame_times_s(self) -> NDArray[np.float64]:
        """The time that each frame shows, its middle, in seconds from the first frame: float64 (frames,)."""
        import numpy as np

        return np.asarray((np.arange(self.frame_count) + 0.5) / float(self.picture.fps), np.float64)

    def _stills(self, start: int, end: int) -> Iterator[NDArray[np.uint8]]:
        with missing_packages_told():
            from ..renderers.film.stills import stills

            yield from stills(self.picture, self._generator, start, end)

    @cached_property
    def _generator(self) -> Generator:
        if self._own_generator is not None:
            return self._own_generator
        from ..renderers.generators.choose import choose_generator, device_named
        from ..renderers.generators.sources import check_weights

        check_weights(self.picture)
        generator, said = choose_generator(self.picture, device_named(self._device))
        Told(None).message(said)
        return generator

    @cached_property
    def _heard(self) -> Heard:
        from ..compiler.heard_piece import hear
        from ..dsl.findings.collector import Findings

        return hear(self._loaded, Findings())

    @cached_property
    def _start_s(self) -> Fraction:
        """Where the first frame is in the piece."""
        from ..compiler.time.passage import film_of
        from ..dsl.findings.collector import Findings

        film = film_of(self._heard.piece, self._heard.clock, Findings())
        assert film is not None  # or there would be no plan
        return film.start_s

    @contextmanager
    def _store(self) -> Iterator[Store]:
        from ..store.place import cache_folder
        from ..store.store import Store

        with Store(cache_folder(self._cache)) as store:
            yield store


def _listed(what: str, names: tuple[str, ...]) -> str:
    """What there is, by name; or that there is nothing."""
    return f"the {what} are {', '.join(names)}" if names else f"the piece has no {what}"


def _sha256(path: Path) -> str:
    from hashlib import file_digest

    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
