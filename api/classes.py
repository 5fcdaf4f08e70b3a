"""The classes that pictures can show: searched by name or by meaning, and drawn."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import missing_packages_told
from .output import checked_output, refuse_sources
from .stills import SUFFIXES

LIKE_COUNT = 10


def classes(text: str = "") -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The classes of ImageNet that are called like a text: index and names, the best first; "" for all.

    Those of a piece's own generator, pictures and videos are in `Piece.classes`.
    """
    from ..compiler.classes.table import imagenet

    found = imagenet().search(text) if text else enumerate(imagenet().names)
    return tuple((index, tuple(names)) for index, names in found)


def classes_like(words: str) -> tuple[tuple[int, tuple[str, ...], float], ...]:
    """The ten classes nearest in meaning to English words: index, names, score; as `musicvis classes --like`.

    Scores go up to 1; below 0.5 a class hardly fits. Empty where no word is known.
    """
    from ..compiler.classes.table import imagenet
    from ..compiler.words.table import ranked

    return tuple((index, tuple(imagenet().names[index]), score) for index, score in ranked(words, LIKE_COUNT))


def draw_classes(path: str | os.PathLike[str]) -> Path:
    """Draw all motifs of the embedded generator, plain and mirrored, into a .png or .jpg. Returns its path.

    Raises RequestError for a path that cannot be written.
    """
    output = sheet_output(Path(path))
    with missing_packages_told():
        import torch

        from ..renderers.generators.embedded.sheet import write_sheet

        before = torch.get_num_threads()
        # Threads within an operation slow the painter down.
        torch.set_num_threads(1)
        try:
            write_sheet(output)
        finally:
            torch.set_num_threads(before)
    return output


def sheet_output(path: Path) -> Path:
    """The file of a sheet, checked as `checked_output` does; it replaces no picture of a piece around it.

    Raises RequestError.
    """
    from ..dsl.findings.span import MANIFEST
    from ..dsl.load import load_piece
    from .sources import sources_of

    output = checked_output(path, None, SUFFIXES, "a sheet")
    for folder in output.resolve().parents if output.exists() else ():
        if (folder / MANIFEST).is_file():
            refuse_sources(output, sources_of(load_piece(folder / MANIFEST)))
    return output
