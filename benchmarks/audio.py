"""What the sound does, measured, beside its threshold: the tables of docs/audio.md and audio-space.md.

python -m benchmarks.audio [--quick]: measures, writes the tables into the documents, and says which threshold
is missed. It takes about five minutes on one core, with --quick, which leaves out ten minutes of sixteen
buses and the comparison with pydub, one.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from . import audio_files, audio_master, audio_signal

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "audio.md"
BEGIN, END = "<!-- measured by benchmarks/audio.py -->", "<!-- end of what is measured -->"


def rows(is_quick: bool) -> Iterator["audio_signal.Row"]:
    """Every check, in the order of the table."""
    yield from audio_signal.rows()
    yield from audio_master.rows()
    yield from audio_files.rows(is_quick)


def table(found: Sequence["audio_signal.Row"]) -> str:
    """The rows as Markdown."""
    lines = ["| check | threshold | measured |", "|---|---|---|"]
    lines += [
        f"| {row.name} | {row.threshold} | {row.found}{'' if row.is_met else ' (missed)'} |" for row in found
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    is_quick = "--quick" in arguments
    found = []
    for row in rows(is_quick):
        found.append(row)
        print(f"{'' if row.is_met else 'MISSED '}{row.name}: {row.found} ({row.threshold})", flush=True)
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", encoding="utf-8")
    of_space = [sys.executable, str(Path(__file__).with_name("audio_space.py"))]
    ended = subprocess.run([*of_space, *([] if is_quick else ["--yardstick"])], check=False)
    return 0 if all(row.is_met for row in found) and ended.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
