"""The picture of docs/how-to/the-score.md: two frames with their scores.

python docs/make_score.py writes docs/the-score.jpg; it needs the extras render and score.
"""

from pathlib import Path
from typing import Any

import musicvis as mv
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs/the-score.jpg"
HEIGHT_PX = 540
GAP_PX = 8
# Piece, size, bar, what is set.
FRAMES: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("impassive", "960x540", 8, {"show": "page", "parts": ["Marimba", "Vibraphone"], "height": "42%"}),
    ("paper-boat", "540x960", 9, {"parts": ["voice", "harp"], "place": "top", "height": "18%"}),
)


def frame(piece: str, size: str, bar: int, score: dict[str, Any]) -> Image.Image:
    """The frame in the middle of a bar."""
    plan = mv.load(ROOT / "pieces" / piece, set={"video.size": size, "video.score": score}).plan()
    starts = {mark.bar: mark.start_s for mark in reversed(plan.bars)}
    middle_s = (starts[bar] + starts[bar + 1]) / 2
    return Image.fromarray(np.asarray(plan.frame(int(middle_s * plan.picture.fps))))


if __name__ == "__main__":
    pictures = [frame(*asked) for asked in FRAMES]
    pictures = [
        p.resize((p.width * HEIGHT_PX // p.height, HEIGHT_PX), Image.Resampling.LANCZOS) for p in pictures
    ]
    sheet = Image.new(
        "RGB", (sum(p.width for p in pictures) + GAP_PX * (len(pictures) - 1), HEIGHT_PX), "white"
    )
    left_px = 0
    for picture in pictures:
        sheet.paste(picture, (left_px, 0))
        left_px += picture.width + GAP_PX
    sheet.save(TARGET, quality=88)
    print(TARGET)
