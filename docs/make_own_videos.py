"""The picture of videos in docs/how-to/own-pictures-quickly.md: clips of a piece, as notes show them.

python docs/make_own_videos.py writes docs/own-videos.jpg.
"""

import hashlib
from pathlib import Path

import torch
from musicvis.compiler.plan import ClipPlan, OwnPicture
from musicvis.dsl.values.subjects import subject_count
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.picture.controls import FrameControls
from PIL import Image

TARGET = Path(__file__).parent / "own-videos.jpg"
POND = Path(__file__).parents[1] / "pieces/lantern-pond"
WIDTH_PX, HEIGHT_PX, GAP_PX = 256, 144, 4
CLIPS = (("clips/rings.mp4", "hold", False), ("clips/lanterns.mp4", "loop", True))
LAYERS = 2
ROWS = (
    # One note: how far its video is, and how much of it is seen.
    [
        ({0: 0.9}, {0: 0.3}),
        ({0: 0.9}, {0: 0.8}),
        ({0: 0.8}, {0: 1.4}),
        ({0: 0.5}, {0: 2.2}),
        ({0: 0.2}, {0: 2.9}),
    ],
    # The next note begins while the first one fades: each has its own layer.
    [
        ({0: 0.8}, {0: 1.0}),
        ({0: 0.6, 1: 0.2}, {0: 1.2, 1: 0.2}),
        ({0: 0.4, 1: 0.5}, {0: 1.4, 1: 0.4}),
        ({0: 0.1, 1: 0.8}, {0: 1.6, 1: 0.6}),
        ({1: 0.9}, {1: 1.0}),
    ],
    # Another video comes: light regions first.
    [
        ({0: 0.9}, {0: 0.9}),
        ({0: 0.6, 2: 0.25}, {0: 1.1, 2: 0.1}),
        ({0: 0.45, 2: 0.45}, {0: 1.3, 2: 0.3}),
        ({0: 0.2, 2: 0.7}, {0: 1.5, 2: 0.5}),
        ({2: 0.95}, {2: 0.7}),
    ],
)


def main() -> None:
    """Paint the rows."""
    pictures = []
    for name, then, is_stretched in CLIPS:
        path = POND / name
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        clip = ClipPlan(0.0, None, is_stretched, then)
        pictures += [OwnPicture(0, name, path, digest, clip)] * LAYERS
    painter = EmbeddedGenerator(24, (HEIGHT_PX, WIDTH_PX), supersampling=2, pictures=pictures)
    noise = torch.randn(1, 128, generator=torch.Generator().manual_seed(6)).clamp(-2, 2) * 0.4
    size = (5 * (WIDTH_PX + GAP_PX) - GAP_PX, len(ROWS) * (HEIGHT_PX + GAP_PX) - GAP_PX)
    sheet = Image.new("RGB", size, (255, 255, 255))
    for row, cells in enumerate(ROWS):
        for column, (shares, passed) in enumerate(cells):
            classes = torch.zeros(1, subject_count() + len(pictures))
            clips = torch.zeros(1, len(pictures))
            for place, share in shares.items():
                classes[0, subject_count() + place] = share
            for place, seconds in passed.items():
                clips[0, place] = seconds
            image = painter.steered(noise, classes, FrameControls(clips=clips))[0]
            rows = ((image + 1) * 127.5).round().byte().permute(1, 2, 0).contiguous().numpy()
            sheet.paste(Image.fromarray(rows), (column * (WIDTH_PX + GAP_PX), row * (HEIGHT_PX + GAP_PX)))
    sheet.save(TARGET, quality=84, optimize=True)


if __name__ == "__main__":
    main()
