"""Real messages of a piece as one JSON file, for developing the page without a server.

python -m musicvis.watch.example pieces/impassive FILE
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..dsl.findings.span import MANIFEST
from ..renderers.film.segment_nodes import segment_jobs
from ..renderers.generators.identity import Recipe
from .session import Session, segments_shown
from .wire import events, json_text

RATE_HZ, CHUNK_S = 48_000, 2.0


def messages(manifest: Path) -> dict[str, Any]:
    """The messages `lanes`, `piece` and `sound` of a piece of which nothing is rendered, as plain JSON."""
    told: list[events.Lanes] = []
    version = Session(manifest).read(told.append)
    assert version.plan is not None, [finding.message for finding in version.piece.findings]
    jobs = segment_jobs(version.plan, Recipe("cpu"))
    piece = replace(version.piece, segments=segments_shown(jobs, None))
    count = -(-version.plan.sound.sample_count // round(CHUNK_S * RATE_HZ))
    sound = events.Sound(
        version=1,
        digest="0" * 64,
        provisional=False,
        sample_rate_hz=RATE_HZ,
        chunk_s=CHUNK_S,
        duration_s=piece.duration_s,
        chunks=tuple(f"example-{k}" for k in range(count)),
        buses=tuple(row.bus for row in piece.rows),
    )
    return {
        "lanes": json_text.plain(told[0]),
        "piece": json_text.plain(piece),
        "sound": json_text.plain(sound),
    }


def main(arguments: list[str]) -> None:
    """Write the messages of a piece, a folder, to a file."""
    folder, output = map(Path, arguments)
    text = json.dumps(messages(folder / MANIFEST), ensure_ascii=False, separators=(",", ":"))
    output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
