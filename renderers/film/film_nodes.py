"""The end of a build: the sound encoded once, and the film joined from what is in the store."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...store.node import Node
from ...store.packages import packages
from ...store.store import made
from ...store.values.keys import digest_of, file_digest
from ..crews.job import VIDEO, SegmentJob

if TYPE_CHECKING:
    from ...compiler.plan import Plan
    from ...store.store import Entry, Store
    from ..sound.mix.render import SoundRender

TRACK_VERSION = 2
FILM_VERSION = 1
TRACK = "track"


def track_node(sound_digest: str, plan: Plan, suffix: str) -> Node:
    """The sound as a film with that suffix holds it."""
    from ..encoding import CONTAINERS

    reads = {
        "sound": sound_digest,
        "codec": CONTAINERS[suffix].audio_codec,
        "dither": digest_of((plan.sound.seed, plan.sound.master and plan.sound.master.is_dithered)),
        "ceiling": str(_ceiling_dbtp(plan)),
        "encoder": packages("av"),
    }
    return Node.of("track", TRACK_VERSION, "sound track", reads)


def encoded_track(store: Store, node: Node, plan: Plan, sound: SoundRender, suffix: str) -> Path:
    """The sound track, encoded where it is not in the store yet."""
    from ..encoding import CONTAINERS
    from .track import write_track, write_track_under

    container = CONTAINERS[suffix]

    def make() -> tuple[dict[str, Path], dict[str, float]]:
        started_s = time.perf_counter()
        path = store.scratch(container.track_suffix)
        rate_hz = plan.sound.sample_rate_hz
        if container.audio_codec == "flac":
            # Lossless, and so dithered; AAC takes floats as they are.
            write_track(path, sound.whole_numbers(24), container, rate_hz)
        else:
            write_track_under(path, sound.blocks, container, rate_hz, _ceiling_dbtp(plan))
        return {TRACK: path}, {"seconds": round(time.perf_counter() - started_s, 3)}

    entry = made(store, node, make)
    assert entry is not None  # only a build that does not wait gets none
    return entry.files[TRACK]


def _ceiling_dbtp(plan: Plan) -> float:
    from ..sound.master.master import PLAIN_CEILING_DBTP

    master = plan.sound.master
    return PLAIN_CEILING_DBTP if master is None else master.ceiling_dbtp


def film_node(
    jobs: Sequence[SegmentJob], entries: Sequence[Entry], track: Path | None, plan: Plan, suffix: str
) -> Node:
    """The finished file: exactly these segments, this track and this title."""
    segments = [(entry.files[VIDEO].name, job.frame_count) for job, entry in zip(jobs, entries, strict=True)]
    reads = {
        "container": suffix,
        "segments": digest_of(segments),
        "track": track.name if track is not None else "none",
        "title": plan.title,
        "muxer": packages("av"),
    }
    return Node.of("film", FILM_VERSION, plan.title, reads)


def remember_film(store: Store, node: Node, film: Path) -> None:
    """Keep what the finished film is, byte for byte; it lies outside the store, where its user wants it."""
    if store.is_read_only:
        return
    store.put(node.key, {}, {"size": film.stat().st_size, "sha256": file_digest(film)})


def is_up_to_date(store: Store, node: Node, output: Path) -> bool:
    """Whether a file is, byte for byte, what joining would write."""
    facts = store.facts(node.key)
    if facts is None:
        return False
    try:
        return output.stat().st_size == facts.get("size") and file_digest(output) == facts.get("sha256")
    except OSError:
        return False
