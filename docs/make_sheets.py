"""Contact sheets of a finished film: frames at even steps, each with its time, as the pictures in docs/.

python docs/make_sheets.py [FILM] [OUTPUT.jpg]: without arguments, the film of the example piece. The film of
pieces/lantern-pond gives docs/lantern-pond.jpg.
"""

import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
COLUMNS, ROWS = 4, 6
CELL_PX = (480, 270)
GAP_PX = 4


def frames_at(film: Path, shares: Sequence[Fraction]) -> list[tuple[float, Image.Image]]:
    """The frames at the given shares 0..1 of the film's frames, in order, each with its time in seconds."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        # Matroska keeps no count of frames.
        count = stream.frames or int(Fraction(container.duration, av.time_base) * stream.average_rate)
        wanted = {int(share * (count - 1)) for share in shares}
        stream.thread_type = "AUTO"
        return [
            (float(frame.time or 0.0), frame.to_image().resize(CELL_PX, Image.Resampling.LANCZOS))
            for index, frame in enumerate(container.decode(stream))
            if index in wanted
        ]


def contact_sheet(frames: Sequence[tuple[float, Image.Image]]) -> Image.Image:
    """Frames in rows from left to right, their times in the corner."""
    width, height = CELL_PX
    rows = -(-len(frames) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (width + GAP_PX) - GAP_PX, rows * (height + GAP_PX) - GAP_PX))
    font = ImageFont.load_default(16)
    for index, (time_s, image) in enumerate(frames):
        row, column = divmod(index, COLUMNS)
        corner = (10, height - 26)
        ImageDraw.Draw(image).text(
            corner, f"{time_s:.1f} s", (255, 255, 255), font, stroke_width=2, stroke_fill=(0, 0, 0)
        )
        sheet.paste(image, (column * (width + GAP_PX), row * (height + GAP_PX)))
    return sheet


def main(arguments: Sequence[str]) -> None:
    film = Path(arguments[0]) if arguments else ROOT / "pieces/impassive/build/impassive.mp4"
    output = Path(arguments[1]) if len(arguments) > 1 else ROOT / "docs/impassive.jpg"
    cells = COLUMNS * ROWS
    frames = frames_at(film, [Fraction(2 * i + 1, 2 * cells) for i in range(cells)])
    contact_sheet(frames).save(output, quality=82, optimize=True)
    print(f"{output}: {len(frames)} frames")


if __name__ == "__main__":
    main(sys.argv[1:])
