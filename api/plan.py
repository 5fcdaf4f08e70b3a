"""A plan from Python: one frame or the sound of a film, and the film itself."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .arguments import names_of
from .build import build
from .errors import RequestError, missing_packages_told
from .film import Film, Progress, Told, sha256_of
from .output import check_wishes, checked_output, film_kinds, refuse_sources, sound_kinds
from .planned import Planned, listed
from .sources import sources_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..renderers.build.item import Item
    from ..renderers.generators.identity import Recipe
    from ..renderers.generators.protocol import Generator
    from ..renderers.sound.stems.checks import Checked
    from ..store.store import Store
    from .outlook import Forecast

_log = logging.getLogger("musicvis")


class Plan(Planned):
    """A piece, ready to render; `Piece.plan` makes one. All times are seconds from the first frame.

    `frame`, `frames`, `sound`, `render` and `plot` need the extra `render`. They raise MissingPackageError
    without it, PieceError for a file that the piece names and that cannot be used (weights, a recording),
    StoreError where the cache cannot be used, and OSError where a disk is full or broken.
    """

    def frame(self, number: int) -> NDArray[np.uint8]:
        """A finished frame, counted from 0: uint8 (height, width, 3), R'G'B', with titles and fades.

        It is what the encoder of the film is given, so that it differs from the film's by the coding alone.

        Raises RequestError for a frame that the film does not have.
        """
        if not 0 <= number < self.frame_count:
            raise RequestError(
                f"there is no frame {number}", f"the film has frames 0 to {self.frame_count - 1}"
            )
        return next(self.frames(index(number), number + 1))

    def frames(self, start: int = 0, end: int | None = None) -> Iterator[NDArray[np.uint8]]:
        """Frames from start to end (exclusive), each as `frame` gives it; made one by one as you iterate.

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
            raise RequestError(f"there is no bus {bus!r}", listed("buses", self.buses))
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

    def render(
        self,
        path: str | os.PathLike[str],
        *,
        workers: int | None = None,
        silent: bool = False,
        stems: Sequence[Literal["dry", "wet"]] = (),
        bits: Literal[16, 24, 32] = 24,
        verify: bool = False,
        ray: str | None = None,
        progress: Progress | None = None,
    ) -> Film:
        """Render the film (.mp4, .mkv, .webm, .mov), an animation (.gif, .webp) or the sound (.wav, .flac).

        The file appears when it is whole, and replaces what was there. What is finished is cached: after a
        stop, the same call goes on from there.

        workers    processes side by side; None for one per core
        silent     a film without its sound
        stems      also keep each bus as a file in the folder `stems` beside the film: before or after its
                   chain
        bits       of the sound, where it is the file: 16, 24, or 32 for the floats of a .wav
        verify     decode the finished film, and compare every frame
        ray        render on the machines of a Ray cluster: "auto", or "HOST:PORT"
        progress   called with a stage, how many of its units are finished, and how many there are, as
                   progress("frames", 12, 300)

        Raises RequestError for a path that cannot be written, and for arguments that do not go together.
        Messages go to the logger "musicvis".
        """
        if workers is not None and workers < 1:
            raise RequestError(f"{workers} workers cannot render", "workers must be at least 1")
        root = self._loaded.root
        output = checked_output(Path(path), root, film_kinds() | sound_kinds(), "a film or a sound")
        is_sound = output.suffix.lower() in sound_kinds()
        kept = names_of(stems)
        check_wishes(output, is_sound, silent, kept, bits, verify, ray)
        with missing_packages_told("ray" if ray else "render"), self._store() as store:
            from ..renderers.request import Request

            request = Request(
                only="audio" if is_sound else "video" if silent else None,
                device=self._means.device,
                precision=self._means.precision,
                backend=self._means.backend,
                workers=workers,
                stems=tuple(kept),
                bits=bits,
                verify=verify,
                ray=ray,
                film=self._means.film,
                root=root,
            )
            reporter = Told(progress)
            report = build(
                self._plan,
                output,
                request,
                reporter=reporter,
                store=store,
                generator=self._means.generator,
            )
            for finding in report.findings:
                reporter.message(f"{finding.code}: {finding.message}; {finding.hint}")
        frames = 0 if is_sound else report.frame_count
        duration_s = float(self.duration_s)
        return Film(output, frames, duration_s, sha256_of(output), report.was_there, report.stem_folder)

    def forecast(self) -> Forecast:
        """What a render would make, why, and about how long it takes; as `musicvis plan`. Renders nothing."""
        from .outlook import forecast_of

        with missing_packages_told(), self._store() as store:
            return forecast_of(self._plan, self._recipe(), store, self._means.film)

    def diff(self, old: Plan) -> tuple[Item, ...]:
        """The parts of this film; `is_there` marks those that another film has, too; as `musicvis diff`.

        Two films are the same where every part is there. Neither is rendered.
        """
        from .outlook import differences

        with missing_packages_told():
            return differences(old._plan, old._recipe(), self._plan, self._recipe())

    def check_stems(self) -> tuple[Checked, ...]:
        """Find each stem's notes in it: bus, stem, alignment, peak_dbfs, findings; as `musicvis stems check`.

        Stems by MuseScore or FluidSynth are rendered first.
        """
        with missing_packages_told():
            from ..renderers.sound.stems.checks import checked_stems

            return tuple(checked_stems(self._plan.sound))

    def still(self, path: str | os.PathLike[str], numbers: int | str | Iterable[int]) -> Path:
        """Write a frame as a picture, .png or .jpg; of several frames, a sheet. Returns its path.

        numbers   a frame, a place as "7|3", or several frames

        Raises RequestError for frames that the film does not have, and for a path that cannot be written,
        PieceError for a place that the piece does not have.
        """
        from .stills import SUFFIXES

        root = self._loaded.root
        output = checked_output(Path(path), root, SUFFIXES, "a still")
        refuse_sources(output, sources_of(self._loaded))
        if isinstance(numbers, str):
            numbers = self.frame_at(numbers)
        wanted = list(numbers) if isinstance(numbers, Iterable) else [index(numbers)]
        if not wanted or not all(0 <= number < self.frame_count for number in wanted):
            raise RequestError("there are no such frames", f"the film has frames 0 to {self.frame_count - 1}")
        with missing_packages_told():
            from ..renderers.film.sheet import write_stills

            write_stills(self.picture, wanted, output, root, self._generator)
        return output

    def sheet(self, path: str | os.PathLike[str], count: int = 12) -> Path:
        """Write a contact sheet, .png or .jpg: frames at even distances through the film. Returns its path.

        Raises RequestError for a sheet of less than 1 or more than 100 frames, and as `still`.
        """
        from .stills import sheet_numbers

        if not 1 <= count <= 100:
            raise RequestError(f"{count} frames make no sheet", "choose 1 to 100")
        return self.still(path, sheet_numbers(self.frame_count, count))

    def plot(self, path: str | os.PathLike[str]) -> Path:
        """Draw the plan as one picture, a .png: bars, notes, ear movement, classes. Returns its path.

        Raises RequestError for a path that cannot be written.
        """
        root = self._loaded.root
        output = checked_output(Path(path), root, {".png": ""}, "a plot")
        refuse_sources(output, sources_of(self._loaded))
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

        if stems and kind != "dawproject":
            raise RequestError(f"{kind} holds no sounds", "leave `stems` out, or export a dawproject")
        loaded = self._loaded
        refuse_sources(Path(path), sources_of(loaded))
        timeline = chosen(self._timeline(film or f"{Path(path).stem}.mp4"), kind, lanes, parts)
        sounds = ((bus, self.sound(bus)) for bus in self.buses) if stems else None
        return export_file(Path(path), loaded.root, kind, timeline, sounds, self.sample_rate_hz)

    def _stills(self, start: int, end: int) -> Iterator[NDArray[np.uint8]]:
        with missing_packages_told():
            from ..renderers.film.stills import stills

            yield from stills(self.picture, self._generator, start, end)

    @cached_property
    def _generator(self) -> Generator:
        if self._means.generator is not None:
            return self._means.generator
        from ..renderers.generators.choose import choose_generator, device_named
        from ..renderers.generators.sources import check_weights

        check_weights(self.picture)
        computing = None
        if (self._means.precision, self._means.backend) != ("auto", "auto"):
            from ..renderers.generators.biggan.precision import Computing

            computing = Computing(self._means.precision, self._means.backend)
        device = device_named(self._means.device)
        generator, said = choose_generator(self.picture, device, computing)
        _log.info(said)
        return generator

    def _recipe(self) -> Recipe:
        from .outlook import recipe_of

        means = self._means
        if means.generator is not None:
            message = "what a generator of your own makes is not cached, and no forecast knows it"
            raise RequestError(message, "register it, and let the piece name it")
        return recipe_of(self._plan, means.device, means.precision, means.backend)

    @contextmanager
    def _store(self) -> Iterator[Store]:
        from ..store.place import cache_folder
        from ..store.store import Store

        with Store(cache_folder(self._means.cache)) as store:
            yield store
