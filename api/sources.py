"""The files that a piece is made from, by what its manifest names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..compiler.classes.own_pictures import written_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

    from ..dsl.load import Loaded
    from ..dsl.model.piece import Piece


def sources_of(loaded: Loaded) -> tuple[Path, ...]:
    """The files that a piece is made from, even missing ones; of a broken piece those that could be read."""
    found = [Path(name) for name in loaded.files if not name.startswith("--")]
    piece = loaded.piece or loaded.rest
    if piece is not None:
        found += [loaded.root / name for name in _named(piece) if name is not None]
    return tuple(dict.fromkeys(found))


def _named(piece: Piece) -> Iterator[PurePosixPath | None]:
    yield piece.score.file
    yield piece.audio.sounds
    for bus in piece.audio.buses:
        for stem in bus.stems:
            yield from (stem.score, stem.file, stem.soundfont)
    video = piece.video
    yield from (post.font for post in video.post)
    yield from (said.font for said in (video.lyrics, video.ending) if said is not None)
    yield piece.visuals.spectrum.file if piece.visuals.spectrum is not None else None
    yield from (entry.picture for entry in written_pictures(piece.visuals))
