"""The contents of a plan before rendering: bars, notes, lanes and latents, and their export to files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..dsl.findings.plain import counted
from .errors import RequestError

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
    from .notes import FilmNote


@dataclass(frozen=True, slots=True)
class Means:
    """The means with which a plan is rendered here.

    film        what tells this film from the others of its user
    cache       the folder of finished work; None for the usual one
    device      where the picture is computed: auto, cpu, cuda or cuda:N
    precision   of BigGAN: fp32, bf16 or auto
    backend     of BigGAN: torch, openvino or auto
    generator   in place of the one that the piece names
    """

    film: str
    cache: Path | None = None
    device: str = "auto"
    precision: str = "auto"
    backend: str = "auto"
    generator: Generator | None = None


class Planned:
    """A piece, planned: all that is known without rendering. Times are seconds from the first frame."""

    def __init__(
        self,
        compiled: CompiledPlan,
        loaded: Loaded,
        findings: tuple[Diagnostic, ...],
        means: Means,
    ) -> None:
        self._plan, self._loaded, self._means = compiled, loaded, means
        self.findings = findings
        """Warnings and notes of the compile that no comment ignores."""

    def __repr__(self) -> str:
        picture = self.picture
        size = f"{picture.width_px}x{picture.height_px}"
        frames = counted(self.frame_count, "frame")
        return f"<Plan {self.title!r}: {frames} of {size} at {float(picture.fps):.6g} fps>"

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
        """The number of frames of the film."""
        return self.picture.frame_count

    @property
    def bars(self) -> tuple[BarMark, ...]:
        """The beginning of each bar: bar, pass_number, start_s."""
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
    def sample_rate_hz(self) -> int:
        """Sample rate of `sound`."""
        return self._plan.sound.sample_rate_hz

    @property
    def lanes(self) -> tuple[str, ...]:
        """The names of the parameters that lanes move, in the order of the piece."""
        return tuple(dict.fromkeys(lane.name for lane in self._heard.piece.lanes))

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

        lanes = [lane for lane in self._heard.piece.lanes if lane.name == name]
        # Units are those of the lane that sets; without one, those of the parameter itself.
        for lane in sorted(lanes, key=lambda lane: lane.mode != "set"):
            return LaneCurves(self._heard).of(lane).seen_from(self._start_s)
        raise RequestError(f"there is no lane {name!r}", listed("lanes", self.lanes))

    def frame_at(self, place: str) -> int:
        """The number of the frame at a place, as "7|3"; `frame` and `still` take it.

        Raises PieceError where the piece has no such place, RequestError where the film does not show it.
        """
        from .stills import frame_at

        number = frame_at(self._heard, place, self._start_s, self.picture)
        if number is None:
            raise RequestError(f"{place} is not in this film", f"it has {counted(self.frame_count, 'frame')}")
        return number

    def channels(
        self,
        lanes: Iterable[str] | Mapping[str, str] | None = None,
        parts: Iterable[str] | Mapping[str, str] | None = None,
    ) -> list[str]:
        """The content of each DMX channel that `export` writes for artnet. Raises as `export` does."""
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
            end_s=self._heard.clock.end_s - self._start_s,
        )

    def frame_times_s(self) -> NDArray[np.float64]:
        """The time that each frame shows, its middle, in seconds from the first frame: float64 (frames,)."""
        import numpy as np

        return np.asarray((np.arange(self.frame_count) + 0.5) / float(self.picture.fps), np.float64)

    @cached_property
    def _heard(self) -> Heard:
        from ..compiler.heard_piece import hear
        from ..dsl.findings.collector import Findings

        return hear(self._loaded, Findings())

    @cached_property
    def _start_s(self) -> Fraction:
        """The time of the first frame in the piece, in seconds."""
        from .stills import start_of

        return start_of(self._heard)


def listed(what: str, names: tuple[str, ...]) -> str:
    """A sentence with the available names, or that the piece has none."""
    return f"the {what} are {', '.join(names)}" if names else f"the piece has no {what}"
