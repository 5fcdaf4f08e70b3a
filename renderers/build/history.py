"""The inputs of a piece's last build, which tell why something is made again.

It decides nothing: what is stale is decided by keys alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...store.values.keys import digest_of
from ...store.node import Node

if TYPE_CHECKING:
    from ...store.store import Store

SHORT = 16
"""Digits of a digest that tell two builds apart."""


@dataclass(frozen=True, slots=True)
class Before:
    """A node of an earlier build: its inputs as shortened digests, and the time that it took."""

    stage: str
    name: str
    reads: tuple[tuple[str, str], ...]
    seconds: float | None = None


Past = tuple[Before, ...]
"""An earlier build."""


def remember(store: Store, film: str, nodes: Sequence[Node]) -> None:
    """Records the inputs of this film; `film` distinguishes a user's films."""
    said = [
        [before.stage, before.name, [list(read) for read in before.reads], _seconds(store, node)]
        for node, before in zip(nodes, past_of(nodes), strict=True)
    ]
    store.put(_key(film), {}, {"nodes": said})


def remembered(store: Store, film: str) -> Past:
    """The record of the last build of a film; empty if there was none."""
    facts = store.facts(_key(film)) or {}
    try:
        return tuple(
            Before(
                str(stage),
                str(name),
                tuple((str(what), str(value)) for what, value in reads),
                None if seconds is None else float(seconds),
            )
            for stage, name, reads, seconds in facts.get("nodes", ())
        )
    except (TypeError, ValueError):
        return ()


def past_of(nodes: Sequence[Node]) -> Past:
    """Nodes as they would be remembered."""
    return tuple(
        Before(node.stage, node.name, tuple((what, _short(value)) for what, value in node.reads))
        for node in nodes
    )


def changes(node: Node, past: Past) -> tuple[str, ...] | None:
    """The inputs in which a node differs from the most similar one of a past build; None without one.

    The one of the same name counts first: "bar 6" is compared with the bar 6 of the last time.
    """
    own = dict(past_of([node])[0].reads)
    alike = [before for before in past if before.stage == node.stage]
    if not alike:
        return None
    found = [(before.name != node.name, _differing(own, dict(before.reads))) for before in alike]
    return min(found, key=lambda pair: (pair[0], len(pair[1])))[1]


def _differing(own: dict[str, str], other: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(what for what in own.keys() | other.keys() if own.get(what) != other.get(what)))


def _seconds(store: Store, node: Node) -> float | None:
    seconds = (store.facts(node.key) or {}).get("seconds")
    return float(seconds) if isinstance(seconds, int | float) else None


def _short(value: str) -> str:
    return value if len(value) <= SHORT else digest_of(value)[:SHORT]


def _key(film: str) -> str:
    return digest_of(("last build", 1, film))
