"""Scores that were read before: for the same bytes a reader gives the same notes, and some take long."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from ...store.node import Node
from ...store.store import Store
from ..score.model import Score
from ..score.read import read_score
from .values import compiler_identity, found, keep

SCORE_VERSION = 3


def kept_reader(store: Store) -> Callable[[bytes, str], Score]:
    """A version of `read_score` that reads from a store first, and writes there what it reads."""

    def read_kept(data: bytes, name: str) -> Score:
        node = score_node(data, name)
        kept = found(store, node, Score)
        if kept is not None and kept.digest == dict(node.reads)["bytes"]:
            return _named(kept, name)
        score = read_score(data, name)
        keep(store, node, _named(score, ""), Score)
        return score

    return read_kept


def score_node(data: bytes, name: str) -> Node:
    """The node of a score: its bytes, its kind, and its reader, but not its name."""
    suffix = PurePath(name).suffix.lower()
    reads = {"bytes": hashlib.sha256(data).hexdigest(), "kind": suffix, "compiler": compiler_identity()}
    return Node.of("score", SCORE_VERSION, PurePath(name).name, reads)


def _named(score: Score, name: str) -> Score:
    """The score with the findings of a file of that name."""
    if not score.findings:
        return score
    findings = tuple(replace(f, span=replace(f.span, file=name)) for f in score.findings)
    return replace(score, findings=findings)
