"""Strips of a finished film around three onsets, twelve frames each: docs/strips.jpg.

python docs/make_strips.py: four frames before the first notes of bars 5, 8 and 12 of Impassive, and seven
after. A line marks the frame in which the note begins.
"""

from fractions import Fraction
from pathlib import Path

import av
import musicvis as mv
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
PIECE = ROOT / "pieces/impassive"
BARS = (5, 8, 12)
BEFORE, AFTER = 4, 7
CELL_PX = (160, 90)
MARGIN_PX = 26


def main() -> None:
    plan = mv.load(PIECE).plan()
    starts_s = {mark.bar: Fraction(mark.start_s) for mark in plan.bars}
    first = {bar: int(starts_s[bar] * plan.picture.fps) for bar in BARS}
    wanted = {first[bar] + k for bar in BARS for k in range(-BEFORE, AFTER + 1)}
    with av.open(str(PIECE / "build/impassive.mp4")) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        frames = {
            index: frame.to_image().resize(CELL_PX, Image.Resampling.LANCZOS)
            for index, frame in enumerate(container.decode(stream))
            if index in wanted
        }
    width, height = CELL_PX
    strip_px = height + MARGIN_PX
    sheet = Image.new("RGB", ((BEFORE + AFTER + 1) * width, len(BARS) * strip_px), (16, 16, 16))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for row, bar in enumerate(BARS):
        top = row * strip_px
        for column in range(BEFORE + AFTER + 1):
            sheet.paste(frames[first[bar] + column - BEFORE], (column * width, top + MARGIN_PX - 4))
        at_px = BEFORE * width
        draw.text((at_px + 6, top + 3), f"bar {bar} begins in this frame", (255, 255, 255), font)
        draw.rectangle((at_px, top + MARGIN_PX - 7, at_px + width - 1, top + MARGIN_PX - 5), (230, 120, 80))
    sheet.save(ROOT / "docs/strips.jpg", quality=84, optimize=True)
    print(f"docs/strips.jpg: {len(frames)} frames")


if __name__ == "__main__":
    main()
