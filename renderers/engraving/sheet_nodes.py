"""Sheets in the store: a score is engraved once for a size, whoever renders the frames that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...store.graph import Progress, Task
from ...store.node import Node
from ...store.packages import packages
from ...store.values.files import read, written
from ...store.values.keys import digest_of
from .sheet import Sheet, draw_sheet, layer_px
from .words import faces_of

if TYPE_CHECKING:
    from ...compiler.plan import ScorePlan
    from ...store.store import Made, Store

SHEET_VERSION = 2
"""Raised when a score is engraved or drawn in another way."""
VIEW_VERSION = 2
"""Raised when a frame shows its part of the sheet, the cursor or lit notes in another way."""


def sheet_node(score: ScorePlan, width_px: int, height_px: int) -> Node:
    """The node of a sheet: the notes, the size, and the programs and fonts that make it."""
    reads = {
        "notation": digest_of(score.text),
        "size": "{}x{} of {}x{}".format(*layer_px(score, width_px, height_px), width_px, height_px),
        "mode": score.mode,
        "letters": digest_of(faces_of(score.text).read()),
        "drawn by": packages("verovio", "resvg-py", "pillow", "matplotlib"),
    }
    return Node.of("sheet", SHEET_VERSION, score.mode, reads)


def sheet_task(score: ScorePlan, width_px: int, height_px: int) -> Task:
    """The sheet as a task of the build."""
    node = sheet_node(score, width_px, height_px)

    def make(store: Store, entries: Any, progress: Progress) -> Made:
        return written(draw_sheet(score, width_px, height_px), Sheet, store.scratch), {}

    return Task(node.stage, node.name, (), lambda inputs: node, make)


def kept_sheet(store: Store, score: ScorePlan, width_px: int, height_px: int) -> Sheet:
    """The sheet, from the store or drawn now. Raises PieceError as `draw_sheet` does."""
    from ...store.store import made

    node = sheet_node(score, width_px, height_px)
    drawn: list[Sheet] = []

    def make() -> Made:
        drawn.append(draw_sheet(score, width_px, height_px))
        return written(drawn[0], Sheet, store.scratch), {}

    entry = made(store, node, make)
    if drawn or entry is None:
        return drawn[0] if drawn else draw_sheet(score, width_px, height_px)
    return read(entry.files, Sheet)
