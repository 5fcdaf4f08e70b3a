"""What the last build of a piece was made of, to say why something is to be made anew.

It decides nothing: what is stale is decided by keys alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...store.keys import digest_of
from ...store.node import Node

if TYPE_CHECKING:
    from ...store.store import Store

SHORT = 16
"""Digits of a digest that tell two builds apart."""

Past = tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
"""Stage, name and reads of each node, digests shortened."""


def remember(store: Store, film: str, nodes: Sequence[Node]) -> None:
    """Keep what this film was made of; `film` is whatever tells the films of a user apart."""
    said = [[node.stage, node.name, [[what, _short(value)] for what, value in node.reads]] for node in nodes]
    store.put(_key(film), {}, {"nodes": said})


def remembered(store: Store, film: str) -> Past:
    """What the last build of a film was made of; nothing where there was none."""
    facts = store.facts(_key(film))
    try:
        return tuple(
            (str(stage), str(name), tuple((str(what), str(value)) for what, value in reads))
            for stage, name, reads in (facts or {}).get("nodes", ())
        )
    except (TypeError, ValueError):
        return ()


def past_of(nodes: Sequence[Node]) -> Past:
    """Nodes as they would be remembered."""
    return tuple(
        (node.stage, node.name, tuple((what, _short(value)) for what, value in node.reads)) for node in nodes
    )


def changes(node: Node, past: Past) -> tuple[str, ...]:
    """What a node reads otherwise than the one most like it in a past build; empty where none is like it.

    The one of the same name counts first: "bar 6" is compared with the bar 6 of the last time.
    """
    own = past_of([node])[0][2]
    alike = [(name == node.name, dict(reads)) for stage, name, reads in past if stage == node.stage]
    if not alike:
        return ()
    found = [(not same_name, _differing(dict(own), reads)) for same_name, reads in alike]
    return min(found, key=lambda pair: (pair[0], len(pair[1])))[1]


def _differing(own: dict[str, str], other: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(what for what in own.keys() | other.keys() if own.get(what) != other.get(what)))


def _short(value: str) -> str:
    return value if len(value) <= SHORT else digest_of(value)[:SHORT]


def _key(film: str) -> str:
    return digest_of(("last build", 1, film))
