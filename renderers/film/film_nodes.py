"""Nodes of the sound track, and of the film that is joined from the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...store.node import Node
from ...store.packages import packages
from ...store.values.keys import digest_of

if TYPE_CHECKING:
    from ...compiler.plan import Plan

TRACK_VERSION = 2
FILM_VERSION = 1
TRACK = "track"


def track_node(sound_digest: str, plan: Plan, suffix: str) -> Node:
    """The sound as a film with that suffix holds it."""
    from ..encoding import CONTAINERS

    reads = {
        "sound": sound_digest,
        "codec": CONTAINERS[suffix].audio_codec,
        "dither": digest_of((plan.sound.seed, plan.sound.master.is_dithered)),
        "ceiling": str(plan.sound.master.ceiling_dbtp),
        "encoder": packages("av"),
    }
    if plan.sound.unheard_count:
        reads["unheard"] = str(plan.sound.unheard_count)
    return Node.of("track", TRACK_VERSION, "sound track", reads)


def film_node(segments: Sequence[tuple[str, int]], track: str | None, plan: Plan, suffix: str) -> Node:
    """The finished file: exactly these segments, this track and this title.

    segments   the digest and the count of frames of each
    track      the digest of the sound track
    """
    reads = {
        "container": suffix,
        "segments": digest_of(list(segments)),
        "track": track or "none",
        "title": plan.title,
        "muxer": packages("av"),
    }
    if suffix == ".webp":
        reads["pictures"] = "BT.601"
    if plan.chapters:
        reads["chapters"] = digest_of(plan.chapters)
    return Node.of("film", FILM_VERSION, plan.title, reads)
