"""The process that converts a score by music21: `python -m ...convert FORMAT SOURCE TARGET`.

It runs inside store/sandbox.py, since music21 was written for files that one trusts.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def convert(kind: str, source: Path, target: Path) -> None:
    """Writes the score in `source` as MusicXML. Raises whatever music21 raises.

    kind   "abc" or "humdrum"
    """
    from music21.converter import subConverters
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    converters: dict[str, Any] = {
        "abc": subConverters.ConverterABC,
        "humdrum": subConverters.ConverterHumdrum,
    }
    # Not music21's `parse`, which loads pickles of files that it has read before.
    converter = converters[kind]()
    text = source.read_text(encoding="utf-8")
    converter.parseData(text)
    _name_parts(converter.stream, kern_names(text) if kind == "humdrum" else [])
    document = GeneralObjectExporter(converter.stream).parse()
    # The target appears whole or not at all.
    half = target.with_suffix(".half")
    half.write_bytes(document)
    half.replace(target)


def kern_names(text: str) -> list[str]:
    """The names of the spines of notes in a Humdrum file (`*I"Violin 1`), in the order of music21's parts.

    Empty for a spine without a name. Spines are from the lowest part to the highest, parts the other way.
    """
    spines: list[str] = []
    names: list[str] = []
    for line in text.splitlines():
        fields = line.split("\t")
        if line.startswith("**") and not spines:
            spines, names = fields, [""] * len(fields)
        elif spines and line.startswith("*") and len(fields) == len(spines):
            for column, field in enumerate(fields):
                if field.startswith('*I"') and not names[column]:
                    names[column] = field[3:].strip()
        elif spines and line[:1] not in ("*", "!", ""):
            break
    return [name for name, spine in zip(names, spines, strict=True) if spine == "**kern"][::-1]


def _name_parts(score: Any, names: Sequence[str]) -> None:
    """Names the parts; those without a name in the file have random names from music21, new each time."""
    parts = list(score.parts)
    if len(names) != len(parts):
        names = [""] * len(parts)
    for number, (part, name) in enumerate(zip(parts, names, strict=True), 1):
        part.id = f"P{number}"
        part.partName = name or part.partName or f"Part {number}"


if __name__ == "__main__":
    convert(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
