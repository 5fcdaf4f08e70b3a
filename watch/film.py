"""The picture of one version as far as it is rendered: its segments, and the best rendering of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..compiler.plan import PicturePlan, Plan
from ..renderers.film.segment_nodes import SegmentJob, SegmentReads, segment_jobs
from ..renderers.film.slices import slice_of, thinned
from ..renderers.generators.identity import Recipe
from ..store.store import Store
from .queue import Task, Whole, rank
from .session import segments_shown
from .wire import events, requests

COARSE_STEP = 3
"""A coarse segment has every third frame."""


@dataclass(slots=True)
class Film:
    """The segments of a version, and the jobs that make them at each level."""

    plan: Plan
    recipe: Recipe
    jobs: tuple[SegmentJob, ...]
    segments: list[events.Segment]
    full: tuple[SegmentJob, ...] = ()
    """Segments in the film's own quality, if requested."""
    full_there: set[int] = field(default_factory=set)
    durations: dict[str, Fraction] = field(default_factory=dict)
    """The length of each available media file, by its key."""
    failed: set[Task] = field(default_factory=set)
    """Tasks that failed; they are not tried again until the piece changes."""
    _made: dict[Task, SegmentJob] = field(default_factory=dict)
    _reads: dict[int, SegmentReads] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan, recipe: Recipe, store: Store) -> Film:
        """The film of a plan, with what the store has of it. Raises PieceError as `segment_jobs` does."""
        jobs = segment_jobs(plan, recipe)
        film = cls(plan, recipe, jobs, list(segments_shown(jobs, store)))
        for job in jobs:
            film.durations[job.node.key] = job.frame_count / job.picture.fps
        return film

    def take_over(self, before: Film) -> None:
        """Takes over segments of an earlier film that look the same, so that their drafts are not made
        again.
        """
        known = {segment.key: segment for segment in before.segments}
        for k, segment in enumerate(self.segments):
            other = known.get(segment.key)
            if other is not None and rank(other.level) > rank(segment.level):
                self.segments[k] = replace(segment, level=other.level, media=other.media, state=other.state)
                self.durations[other.media] = before.durations[other.media]

    def job(self, task: Task, looks: Sequence[requests.Look]) -> SegmentJob:
        """The render job for a task; for a still, its frame at the playhead."""
        if task.level == "draft":
            return self.jobs[task.index]
        if task.level == "full":
            return self.full[task.index]
        found = self._made.get(task)
        if found is None:
            found = self._made[task] = self._preview(task, looks)
            self.durations[found.node.key] = self._length(task.index)
        return found

    def got(self, task: Task, key: str) -> events.Segment | None:
        """Records a finished task; returns the segment as shown now, None if a better one is shown."""
        if task.level == "full":
            self.full_there.add(task.index)
            return None
        segment = self.segments[task.index]
        if rank(segment.level) >= rank(task.level):
            return None
        state: events.State = "kept" if task.level == "draft" else "waiting"
        self.segments[task.index] = replace(segment, level=task.level, media=key, state=state)
        return self.segments[task.index]

    def draft_of(self, key: str) -> Task | None:
        """The task that a key is the draft of."""
        index = next((k for k, job in enumerate(self.jobs) if job.node.key == key), None)
        return None if index is None else Task(index, "draft")

    def begun(self, task: Task) -> events.Segment | None:
        """A task is in work."""
        return self._state(task, "rendering")

    def given_up(self, task: Task) -> events.Segment | None:
        """A task is not in work any more, and not done."""
        return self._state(task, "stale")

    def with_full(self, plan: Plan) -> None:
        """The segments in the film's own quality, too."""
        self.full = segment_jobs(plan, self.recipe)
        self.full_there.clear()
        for job in self.full:
            self.durations[job.node.key] = job.frame_count / job.picture.fps

    def wholes(self) -> list[Whole]:
        """The paths of the segments in the film's own quality."""
        found, first = [], 0
        for k, job in enumerate(self.full):
            end = first + job.frame_count
            fps = job.picture.fps
            found.append(Whole(float(first / fps), float(end / fps), k in self.full_there))
            first = end
        return found

    def full_news(self, task: Task) -> events.SegmentNews:
        """The event about a segment in the film's own quality; the sender adds the version."""
        whole = self.wholes()[task.index]
        key = self.full[task.index].node.key
        middle = (whole.s + whole.end_s) / 2
        first = next((s.first for s in self.segments if s.s <= middle < s.end_s), 0)
        return events.SegmentNews(0, first, key, "kept", "full", key, whole.s, whole.end_s)

    def news(self, segment: events.Segment) -> events.SegmentNews:
        """The event about a segment; the sender adds the version."""
        return events.SegmentNews(
            version=0,
            first=segment.first,
            key=segment.key,
            state=segment.state,
            level=segment.level,
            media=segment.media,
            s=segment.s,
            end_s=segment.end_s,
        )

    def _state(self, task: Task, state: events.State) -> events.Segment | None:
        if task.level == "full":
            return None
        segment = self.segments[task.index]
        if segment.state in (state, "kept"):
            return None
        self.segments[task.index] = replace(segment, state=state)
        return self.segments[task.index]

    def _length(self, index: int) -> Fraction:
        job = self.jobs[index]
        return job.frame_count / job.picture.fps

    def _preview(self, task: Task, looks: Sequence[requests.Look]) -> SegmentJob:
        whole = self.jobs[task.index].picture
        name = self.jobs[task.index].node.name
        if task.level == "coarse":
            part, step = thinned(whole, COARSE_STEP), COARSE_STEP
        else:
            segment = self.segments[task.index]
            first = segment.first
            look = next((look for look in looks if segment.s <= look.s < segment.end_s), looks[0])
            frame = int(look.s * float(whole.fps)) - first
            frame = min(max(frame, 0), whole.frame_count - 1)
            part, step = slice_of(whole, frame, frame + 1), 1
        return SegmentJob(self._reads_of(whole, step).node(part, name), part)

    def _reads_of(self, picture: PicturePlan, step: int) -> SegmentReads:
        if step not in self._reads:
            self._reads[step] = SegmentReads(replace(picture, fps=picture.fps / step), self.recipe)
        return self._reads[step]
