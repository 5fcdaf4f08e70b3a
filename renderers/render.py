"""Renders a plan to a film or its sound; results in the store are not made again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ..dsl.findings.collector import Findings
from ..dsl.findings.plain import counted
from .kept_files import refuse_sources
from .request import Only, RenderReport, Reporter, Request

if TYPE_CHECKING:
    from ..compiler.plan import Flashing, Plan
    from ..store.graph import Task
    from ..store.store import Entry, Store
    from .crews.local import Crew
    from .film.join import Part
    from .film.segment_nodes import SegmentJob
    from .generators.identity import Recipe
    from .generators.protocol import Generator
    from .sound.mix.render import SoundRender

SOUND_STEPS = 1000
SEGMENTS_NAMED = 6
"""More segments than that are not named one by one."""


def render(
    plan: Plan,
    output: Path | None,
    request: Request | None = None,
    *,
    reporter: Reporter,
    store: Store | None = None,
    generator: Generator | None = None,
) -> RenderReport:
    """Render a plan to a film (`encoding.CONTAINERS`), or to its sound (.wav, .flac).

    A .gif, a .webp or an .apng is a picture that moves, without a sound.

    The file appears when it is whole; until then, and if anything fails, what was there stays as it was.
    What is finished before that is in the store, and the next call goes on from there.

    output      a folder `stems` beside it takes the buses; None where only frames are wanted
    store       None for one that is gone afterwards
    generator   in place of the one that the plan names; its images are kept in no other store than that

    Raises PieceError for input that cannot be used, OSError where a file cannot be written, StoreError where
    the store cannot be used, ModuleNotFoundError where an extra is missing.
    """
    request = request or Request()
    _check_suffix(output, request.only)
    from ..store.store import temporary_store
    from .generators.sources import is_cached

    # No key identifies the images of another generator, or of one without a version.
    keeps = store is not None and generator is None and is_cached(plan.picture)
    with nullcontext(store) if store is not None and keeps else temporary_store() as kept:
        return _Build(plan, output, request, reporter, kept, generator).run()


class _Build:
    """One call of `render`."""

    def __init__(
        self,
        plan: Plan,
        output: Path | None,
        request: Request,
        reporter: Reporter,
        store: Store,
        generator: Generator | None,
    ) -> None:
        self.plan, self.output, self.request = plan, output, request
        self.reporter, self.store, self.generator = reporter, store, generator
        self.frames_made = 0
        self._findings = Findings()
        self._cluster: Crew | None = None

    def run(self) -> RenderReport:
        """Renders all that is requested, sound first, as its faults are found sooner."""
        refuse_sources(self.plan, self.output, self._stem_folder, self.request)
        only = self.request.only
        if only in ("stems", "audio"):
            return self._sound_alone()
        # A codec that cannot be written is reported before anything is rendered.
        self._recipe()
        if self.generator is None:
            from .generators.sources import check_weights

            # A picture that cannot be painted is reported before anything is rendered.
            check_weights(self.plan.picture)
        if self.request.ray is not None:
            from .crews.ray import ray_crew
            from .generators.sources import check_everywhere

            check_everywhere(self.plan.picture)

            # An address that cannot be used is reported before anything is rendered.
            self._cluster = ray_crew(self.request.ray, self._recipe(), self.store, self.request.workers)
        from .picture.legible import letters_told

        self._findings += letters_told(self.plan.picture.titles, self.reporter.message)
        if self.plan.picture.score is not None:
            from .engraving.words import unknown_letters

            self._findings += unknown_letters(self.plan.picture.score.text)
        if only == "frames":
            started_s = time.perf_counter()
            jobs, missing = self._segments()
            return self._report(jobs, missing, picture_s=time.perf_counter() - started_s)
        assert self.output is not None
        from .encoding import MOVING_PICTURES

        if only == "video" or self.output.suffix.lower() in MOVING_PICTURES:
            return self._film(self.output, None, 0.0)
        started_s = time.perf_counter()
        with self._heard() as sound:
            return self._film(self.output, sound, time.perf_counter() - started_s)

    def _sound_alone(self) -> RenderReport:
        from ..store.writing import published
        from .sound.export import write_sound

        plan, count = self.plan, self.plan.sound.heard_count
        started_s = time.perf_counter()
        with self._heard() as sound:
            sound_s = time.perf_counter() - started_s
            byte_count = 0
            if self.output is not None and self.request.only == "audio":
                with published(self.output, self.request.root) as partial:
                    write_sound(
                        partial,
                        sound,
                        plan.sound.sample_rate_hz,
                        self.request.bits,
                        lambda done: self.reporter.progress("file", done, count),
                    )
                    byte_count = partial.stat().st_size
        return RenderReport(
            self.output,
            sample_count=count,
            byte_count=byte_count,
            stem_folder=self._stem_folder,
            sound_s=sound_s,
            findings=tuple(self._findings),
        )

    @property
    def _stem_folder(self) -> Path | None:
        return self.output.parent / "stems" if self.request.stems and self.output is not None else None

    def _heard(self) -> SoundRender:
        """The finished sound; reports its figures."""
        from .crews.local import core_count
        from .sound.mix.render import SoundRender, StemExport
        from .sound.mix.report import raised_finding, report_lines

        export = None
        if self._stem_folder is not None:
            from ..store.writing import make_folders

            # The name of this folder is ours: links beside the film must not redirect it.
            root = self.request.root or self._stem_folder.parent
            make_folders(self._stem_folder, root)
            export = StemExport(self._stem_folder, self.request.stems, root)
        sound = SoundRender(
            self.plan.sound,
            lambda share: self.reporter.progress("sound", round(share * SOUND_STEPS), SOUND_STEPS),
            store=self.store,
            workers=self.request.workers or core_count(),
            export=export,
        )
        for line in report_lines(sound.report):
            self.reporter.message(line)
        if raised := raised_finding(sound.report, self.plan.sound):
            self._findings.add(raised)
        return sound

    def _film(self, output: Path, sound: SoundRender | None, sound_s: float) -> RenderReport:
        """Segments and sound, joined to one file."""
        from ..store.graph import Build
        from .film.graph import film_task, parts_of, segment_task, track_task
        from .film.segment_nodes import FAINT
        from .picture.legible import hard_to_read

        plan = self.plan
        started_s = time.perf_counter()
        jobs, missing = self._segments()
        segments = [segment_task(job) for job in jobs]
        facts = [self.store.facts(job.node.key) or {} for job in jobs]
        self._findings += hard_to_read(pair for known in facts for pair in known.get(FAINT, ()))
        track = None if sound is None else track_task(plan, sound.graph.mix, output.suffix.lower())
        film = film_task(plan, segments, track, output, self.request.root, self._verify)
        build = Build(self.store) if sound is None else sound.build
        entries = [build.entry(segment) for segment in segments]
        with _told():
            build.entry(film)
            self._findings += hard_to_read(pair for entry in entries for pair in entry.facts.get(FAINT, ()))
            was_there = film not in build.made
            if was_there:
                self._verify(output, parts_of(segments, entries))
        self._tell_flashes(segments, entries)
        self._remember([*segments, film], sound)
        return self._report(
            jobs,
            missing,
            was_there=was_there,
            sound_s=sound_s,
            picture_s=time.perf_counter() - started_s,
        )

    def _tell_flashes(self, segments: Sequence[Task], entries: Sequence[Entry]) -> None:
        """Reports the worst flashing of the film, with a warning if it may be harmful."""
        from .film.flashes import LOOKS, film_flashing

        picture = self.plan.picture
        looks = [(entry.facts.get(LOOKS), task.frames) for task, entry in zip(segments, entries, strict=True)]
        found = film_flashing(looks, picture.fps)
        if found is not None:
            self.reporter.message(_said_of_flashes(found, self.plan))

    def _verify(self, film: Path, parts: Sequence[Part]) -> None:
        """Compares every frame with that of its segment, if the request asks for it."""
        from .encoding import MOVING_PICTURES

        if self.request.verify and film.suffix.lower() not in MOVING_PICTURES:
            from .film.check import verify_film

            count = verify_film(film, [part.file for part in parts])
            self.reporter.message(f"verified: {counted(count, 'frame')}, each equal to its segment")

    def _segments(self) -> tuple[tuple[SegmentJob, ...], tuple[SegmentJob, ...]]:
        """All segments, now in the store; and those that were missing before."""
        from .build.disk_space import check_room
        from .crews.local import local_crew
        from .film.segment_nodes import segment_jobs

        recipe = self._recipe()
        jobs = segment_jobs(self.plan, recipe)
        there = {job.node.key: entry for job in jobs if (entry := self.store.get(job.node.key)) is not None}
        # Music that returns may look the same: such segments are one.
        missing = tuple({job.node.key: job for job in jobs if job.node.key not in there}.values())
        check_room(self.store.folder, missing, [_size(entry) for entry in there.values()])
        if there:
            self.reporter.message(_kept(jobs, missing))
        index, count = self.request.shard
        begin = len(missing) * index // count
        crew = self._cluster or local_crew(recipe, self.store, missing, self.request.workers, self.generator)
        self._work(crew, (*missing[begin:], *missing[:begin]))
        return jobs, missing

    def _remember(self, picture: Sequence[Task], sound: SoundRender | None) -> None:
        """Records what this film was made of, from which the next build derives its reasons."""
        if self.request.film is None or self.store.is_read_only:
            return
        from ..store.graph import walked
        from .build.forecast import seen_tasks
        from .build.history import remember
        from .sound.mix.graph import sound_graph

        graph = sound_graph(self.plan.sound) if sound is None else sound.graph
        found = walked([graph.mix, *seen_tasks(self.plan.picture), *picture], self.store)
        remember(self.store, self.request.film, [known.node for known in found if known.node is not None])

    def _work(self, crew: Crew, missing: tuple[SegmentJob, ...]) -> None:
        total = sum(job.frame_count for job in missing)
        done = 0

        def on_frames(count: int) -> None:
            nonlocal done
            done += count
            self.frames_made = done
            self.reporter.progress("frames", done, total)

        if missing:
            crew.work(missing, on_frames, self.reporter.message)
            # Counts the segments that another build has rendered in the meantime.
            self.reporter.progress("frames", total, total)

    def _recipe(self) -> Recipe:
        from .film.codec import chosen_codec
        from .generators.identity import Recipe, decided_device

        device = self.generator.device.type if self.generator is not None else None
        asked = self.request.device
        # On a cluster it is the other machines that need the device.
        is_elsewhere = self.request.ray is not None and asked.startswith("cuda")
        decided = device or (asked if is_elsewhere else decided_device(asked))
        suffix = self.output.suffix.lower() if self.output is not None else f".{self.plan.container}"
        # The machines of a cluster are not asked what their cards can encode.
        asked_of = "cpu" if self.request.ray is not None else decided
        codec = chosen_codec(asked_of, self.plan.picture, suffix, self.plan.codec)
        return Recipe(decided, self.request.precision, self.request.backend, codec)

    def _report(
        self,
        jobs: tuple[SegmentJob, ...],
        missing: tuple[SegmentJob, ...],
        *,
        was_there: bool = False,
        sound_s: float = 0.0,
        picture_s: float = 0.0,
    ) -> RenderReport:
        from .encoding import MOVING_PICTURES

        is_silent = self.output is not None and self.output.suffix.lower() in MOVING_PICTURES
        heard = self.request.only is None and not is_silent
        return RenderReport(
            output=self.output,
            was_there=was_there,
            frame_count=self.plan.picture.frame_count,
            frames_made=self.frames_made,
            segment_count=len(jobs),
            segments_made=len(missing),
            sample_count=self.plan.sound.heard_count if heard else 0,
            byte_count=self.output.stat().st_size if self.output is not None else 0,
            stem_folder=self._stem_folder if heard else None,
            sound_s=sound_s,
            picture_s=picture_s,
            findings=tuple(self._findings),
        )


def _check_suffix(output: Path | None, only: Only | None) -> None:
    from .encoding import CONTAINERS, SOUND_SUFFIXES

    if output is None or only in ("stems", "frames"):
        return
    suffixes = SOUND_SUFFIXES if only == "audio" else tuple(CONTAINERS)
    if output.suffix.lower() not in suffixes:
        what = "sound" if only == "audio" else "film"
        raise ValueError(f"a {what} ends in {' or '.join(suffixes)}, not {output.suffix or 'nothing'}")


def _said_of_flashes(found: Flashing, plan: Plan) -> str:
    if not found.count:
        return "flashes: none"
    most = f"flashes: at most {found.count} in a second"
    if found.is_safe:
        return most
    at_s = found.frame / plan.picture.fps
    bars = [mark.bar for mark in plan.bars if mark.start_s <= at_s]
    where = f"bar {bars[-1]}, " if bars else ""
    return (
        f"warning: {most}, from {where}{float(at_s):.1f} s of the film, over a quarter of the picture: more "
        "than 3 may harm people with epilepsy (WCAG 2.3.1, ITU-R BT.1702); let less change at once there"
    )


def _kept(jobs: Sequence[SegmentJob], missing: Sequence[SegmentJob]) -> str:
    """A sentence about the amount of work."""
    if not missing:
        return "the one segment is cached" if len(jobs) == 1 else f"all {len(jobs)} segments are cached"
    names = list(dict.fromkeys(job.node.name for job in missing))
    said = ", ".join(names[:SEGMENTS_NAMED]) + (" ..." if len(names) > SEGMENTS_NAMED else "")
    segments = "1 segment is" if len(jobs) == 1 else f"{len(jobs)} segments are"
    return f"{len(jobs) - len(missing)} of {segments} cached; to render: {said}"


@contextmanager
def _told() -> Iterator[None]:
    """Segments that do not fit together are a finding."""
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import THE_MANIFEST
    from .film.join import JoinError

    try:
        yield
    except JoinError as error:
        hint = "type musicvis clean --all, and compile again"
        raise PieceError([Diagnostic("MV915", THE_MANIFEST, str(error), hint)]) from error


def _size(entry: Entry) -> int:
    return sum(path.stat().st_size for path in entry.files.values())
