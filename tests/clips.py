"""Small videos for tests, each frame of a colour that tells which one it is."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

Colour = tuple[int, int, int]


def write_clip(
    path: Path,
    colours: Sequence[Colour],
    rate: int = 10,
    size: tuple[int, int] = (64, 48),
    codec: str = "libx264",
    times_s: Sequence[float] = (),
) -> Path:
    """A video of flat frames; with times_s each is shown from its own time on."""
    path.parent.mkdir(exist_ok=True)
    with av.open(str(path), "w") as box:
        stream = box.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        if codec == "libx264":
            stream.options = {"crf": "10", "preset": "ultrafast"}
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number, colour in enumerate(colours):
            image = np.full((size[1], size[0], 3), colour, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            time_s = times_s[number] if times_s else number / rate
            frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
            box.mux(stream.encode(frame))
        box.mux(stream.encode())
    return path
