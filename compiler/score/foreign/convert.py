"""The process that converts a score by music21: `python -m ...convert FORMAT SOURCE TARGET`.

It runs inside store/sandbox.py, since music21 was written for files that one trusts.
"""

import sys
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
    # Not music21's `parse`: that one looks for pickles of files that it has read before.
    converter = converters[kind]()
    converter.parseData(source.read_text(encoding="utf-8"))
    _name_parts(converter.stream)
    document = GeneralObjectExporter(converter.stream).parse()
    # The target appears whole or not at all.
    half = target.with_suffix(".half")
    half.write_bytes(document)
    half.replace(target)


def _name_parts(score: Any) -> None:
    """Names the parts that the file does not name: music21 gives them names of chance, new ones each time."""
    for number, part in enumerate(score.parts, 1):
        part.id = f"P{number}"
        if not part.partName:
            part.partName = f"Part {number}"


if __name__ == "__main__":
    convert(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
