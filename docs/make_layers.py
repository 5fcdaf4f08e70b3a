"""docs/layers.jpg: moments of the example film, above without layers, below with a layer for each part.

python docs/make_layers.py [OUTPUT.jpg]; it takes about a minute.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import musicvis
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
MOMENTS_S = (5.0, 20.0, 26.0)
CELL_PX = (480, 270)
GAP_PX = 4


def row(layers: object) -> list[Image.Image]:
    """The moments of the example piece with these layers."""
    settings = {"visuals.generator": "embedded", "visuals.layers": layers}
    plan = musicvis.load(ROOT / "pieces/impassive", set=settings).plan()
    return [
        Image.fromarray(plan.frame(round(at_s * plan.picture.fps))).resize(CELL_PX, Image.Resampling.LANCZOS)
        for at_s in MOMENTS_S
    ]


def main(arguments: Sequence[str]) -> None:
    output = Path(arguments[0]) if arguments else ROOT / "docs/layers.jpg"
    width, height = CELL_PX
    sheet = Image.new("RGB", ((width + GAP_PX) * len(MOMENTS_S) - GAP_PX, 2 * height + GAP_PX))
    for down, layers in enumerate(({}, "parts")):
        for across, image in enumerate(row(layers)):
            sheet.paste(image, (across * (width + GAP_PX), down * (height + GAP_PX)))
    sheet.save(output, quality=82, optimize=True)
    print(output)


if __name__ == "__main__":
    main(sys.argv[1:])
