"""The graph of a film: its segments, the sound track, and the file that they are joined to."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...store.graph import Digests, Progress, Task
from ...store.store import Entry, Made, Store
from ...store.values.keys import file_digest
from ...store.writing import published
from .film_nodes import TRACK, film_node, track_node
from .join import Named, Part, join
from .segment_nodes import VIDEO, SegmentJob

if TYPE_CHECKING:
    from ...compiler.plan import Plan
    from ...store.node import Node


def segment_task(job: SegmentJob) -> Task:
    """A segment. A crew makes many of them at once; one that is missing afterwards has gone."""

    def make(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        raise OSError(5, f"a finished segment ({job.node.name}) has gone from the cache; compile again")

    node = job.node
    return Task(node.stage, node.name, (VIDEO,), lambda inputs: node, make, frames=job.frame_count)


def track_task(plan: Plan, mix: Task, suffix: str) -> Task:
    """The sound as a film with that suffix holds it, encoded once."""
    from ..encoding import CONTAINERS

    container = CONTAINERS[suffix]

    def node(inputs: Sequence[Digests]) -> Node:
        from ..sound.mix.nodes import MIX

        return track_node(inputs[0][MIX], plan, suffix)

    def make(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        from ..sound.mix.mixed import Mixed
        from .track import BIT_RATES, write_track, write_track_under

        started_s = time.perf_counter()
        sound = Mixed(plan.sound, entries[0])
        path = store.scratch(container.track_suffix)
        rate_hz = plan.sound.sample_rate_hz
        if container.audio_codec not in BIT_RATES:
            # A lossless codec gets dithered integers; a lossy one takes the floats.
            write_track(path, sound.whole_numbers(24), container, rate_hz)
        else:
            write_track_under(path, sound.blocks, container, rate_hz, plan.sound.master.ceiling_dbtp)
        return {TRACK: path}, {"seconds": round(time.perf_counter() - started_s, 3)}

    return Task("track", "sound track", (TRACK,), node, make, (mix,))


def film_task(
    plan: Plan,
    segments: Sequence[Task],
    track: Task | None,
    output: Path,
    root: Path | None = None,
    verify: Callable[[Path, Sequence[Part]], None] = lambda film, parts: None,
) -> Task:
    """The finished file at its user's place; the store keeps only its digest.

    root     the folder of the piece, in which nothing is written through a link
    verify   called with the joined file before it gets its name, and the parts that it was joined from

    Making it raises JoinError where segments do not fit together.
    """
    suffix = output.suffix.lower()

    def node(inputs: Sequence[Digests]) -> Node:
        videos = [(files[VIDEO], task.frames) for files, task in zip(inputs, segments, strict=False)]
        return film_node(videos, None if track is None else inputs[-1][TRACK], plan, suffix)

    def make(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        from ..encoding import MOVING_PICTURES
        from .moving import moving_picture

        parts = parts_of(segments, entries[: len(segments)])
        with published(output, root) as partial:
            if suffix in MOVING_PICTURES:
                moving_picture([part.file for part in parts], partial, plan.picture)
            else:
                named = Named(plan.title, plan.chapters, plan.duration_s)
                join(
                    parts,
                    None if track is None else entries[-1].files[TRACK],
                    partial,
                    plan.picture.fps,
                    named,
                )
                verify(partial, parts)
            facts = {"size": partial.stat().st_size, "sha256": file_digest(partial)}
        return {}, facts

    def is_unchanged(facts: Mapping[str, Any]) -> bool:
        try:
            is_as_long = output.stat().st_size == facts.get("size")
            return is_as_long and file_digest(output) == facts.get("sha256")
        except OSError:
            return False

    needs = (*segments, *(() if track is None else (track,)))
    return Task("film", plan.title, (), node, make, needs, is_unchanged=is_unchanged)


def parts_of(segments: Sequence[Task], entries: Sequence[Entry]) -> list[Part]:
    """Segments as they are joined."""
    return [Part(entry.files[VIDEO], task.frames) for task, entry in zip(segments, entries, strict=True)]
