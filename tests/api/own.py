"""Pieces whose notes show pictures and videos of their own."""

from pathlib import Path
from typing import Any

import musicvis as mv


def loaded(folder: Path, classes: Any, fps: int, **changes: Any) -> mv.Piece:
    """The piece with these classes and other `visuals`, small, in full depth, without its rules and lanes."""
    visuals = {
        "generator": "embedded",
        "resolution": 128,
        "classes": classes,
        "depth": 1,
        "rules": [],
    } | changes
    sets = {"visuals": visuals, "video": {"size": "64x36", "fps": fps}, "effects": {}}
    return mv.load(folder, set=sets, cache=folder.parent / "cache")
