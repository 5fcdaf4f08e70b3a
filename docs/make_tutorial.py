"""The pictures of docs/tutorial.md: its steps, followed in a temporary folder.

python docs/make_tutorial.py [--whole]: prints each command with its output, and writes docs/tutorial-*.jpg
and .png. With --whole the last step, the whole film, is done, too; it takes minutes and makes no picture.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from make_sheets import COLUMNS, contact_sheet, frames_at
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SCORE = ROOT / "tests/compiler/score/data/waltz.mscx"
SHEET_PX = 960
"""Width of a picture in the page."""
FENCED = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)


def shown(folder: Path, *arguments: str) -> None:
    """Run musicvis in a folder, and print the command and what it says."""
    print(f"\n$ musicvis {' '.join(arguments)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "musicvis", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout, end="", flush=True)


def save_sheet(film: Path, name: str, rows: int) -> None:
    """Save frames of a film, at even steps, as docs/NAME.jpg."""
    cells = COLUMNS * rows
    sheet = contact_sheet(frames_at(film, [Fraction(2 * i + 1, 2 * cells) for i in range(cells)]))
    small = sheet.resize((SHEET_PX, sheet.height * SHEET_PX // sheet.width), Image.Resampling.LANCZOS)
    small.save(ROOT / f"docs/{name}.jpg", quality=80, optimize=True)


def with_rule(manifest: str, rule: str) -> str:
    """The manifest with a rule at the end of its block `visuals`. Raises ValueError where there is none."""
    found = re.search(r"^visuals:\n(?:(?:[ \t]+.*|#.*)?\n)*", manifest, re.MULTILINE)
    if found is None:
        raise ValueError("the manifest has no block visuals")
    return f"{manifest[: found.end()].rstrip()}\n{rule}\n{manifest[found.end() :]}"


def main(arguments: Sequence[str]) -> None:
    movement, rule = FENCED.findall((ROOT / "docs/tutorial.md").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        piece = folder / "waltz"
        shutil.copy(SCORE, folder)
        shown(folder, "new", "waltz.mscx")
        shown(folder, "compile", "waltz", "--draft")
        save_sheet(piece / "build/waltz-draft.mp4", "tutorial-draft", 2)

        (piece / "effects.yaml").write_text(movement, encoding="utf-8")
        shown(folder, "plot", "waltz", "-o", "plot.png")
        with Image.open(folder / "plot.png") as plot:
            small = plot.resize((SHEET_PX, plot.height * SHEET_PX // plot.width), Image.Resampling.LANCZOS)
            small.quantize(64).save(ROOT / "docs/tutorial-plot.png", optimize=True)

        manifest = piece / "piece.yaml"
        manifest.write_text(with_rule(manifest.read_text(encoding="utf-8"), rule), encoding="utf-8")
        shown(folder, "check", "waltz")
        shown(folder, "check", "waltz", "--fix", "--yes")
        shown(folder, "plan", "waltz", "--draft")
        shown(folder, "compile", "waltz", "--draft")
        save_sheet(piece / "build/waltz-draft.mp4", "tutorial-rule", 2)
        if "--whole" in arguments:
            shown(folder, "compile", "waltz")


if __name__ == "__main__":
    main(sys.argv[1:])
