"""What a frame of a piece costs, stage by stage, on one core: python -m benchmarks.stages PIECE [--frames 24]

Real rows of the film, spread over all of it, by the embedded generator. CPU times of one thread; the pictures
are also painted on every pixel, in turns, and compared.
"""

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from musicvis.api.variant import Variant
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.plan import PicturePlan
from musicvis.renderers.encoding import QUALITIES
from musicvis.renderers.film import frames
from musicvis.renderers.film.flashes import look_at
from musicvis.renderers.film.segment_writer import PictureFormat, SegmentWriter
from musicvis.renderers.generators.choose import choose_generator
from musicvis.renderers.generators.embedded import fused, painter, sparse
from musicvis.renderers.generators.embedded.atlas import Atlas
from musicvis.renderers.generators.embedded.strokes import Easel

from benchmarks.machine import described
from benchmarks.timing import table

IMAGE, FINISH = "image, all of it", "colour, mirror, stage, size"
TIMED: tuple[tuple[object, str, str], ...] = (
    (Easel, "surfaces", "motifs, first pass"),
    (sparse.Sketch, "_between", "motifs, between the nodes"),
    (Atlas, "_lookup", "of both, textures"),
    (Easel, "gates", "borders between classes"),
    (painter, "lit_relief", "light"),
    (fused, "lit_relief", "light"),
    (frames, "_images_of", IMAGE),
    (frames, "finished", FINISH),
)
ENCODED = 30
"""Frames in a row that are encoded."""


@contextmanager
def timed(spent_s: Counter[str]) -> Iterator[None]:
    """While it lasts, the functions above add their CPU time."""

    def wrapped(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            started_s = time.process_time()
            result = function(*arguments, **named)
            spent_s[name] += time.process_time() - started_s
            return result

        return call

    originals = [(where, name, getattr(where, name)) for where, name, _ in TIMED]
    for (where, name, function), (_, _, said) in zip(originals, TIMED, strict=True):
        setattr(where, name, wrapped(function, said))
    try:
        yield
    finally:
        for where, name, function in originals:
            setattr(where, name, function)


def rows_of(picture: PicturePlan, count: int) -> list[int]:
    """Frames that are not black, spread over the film."""
    lit = np.flatnonzero(picture.brightness > 0)
    return [int(k) for k in lit[np.linspace(0, len(lit) - 1, count + 2).astype(int)[1:-1]]]


def chunk(workshop: frames.Workshop, frame: int) -> tuple[Any, torch.Tensor]:
    planes, image = frames.made_chunk(workshop, [frames.Shot(frame, frame + 1, False, False)], None)
    assert image is not None
    return planes[0], image


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("piece", type=Path)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--draft", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.piece
    manifest = folder / "piece.yaml" if folder.is_dir() else folder
    plan = compile_piece(Variant(arguments.draft).loaded(manifest)).plan
    if plan is None:
        raise SystemExit("this piece has errors: musicvis check says which")
    torch.set_num_threads(1)
    picture = replace(plan.picture, generator="embedded")
    workshop = frames.Workshop.of(picture, choose_generator(picture, torch.device("cpu"))[0])
    rows = rows_of(picture, arguments.frames)
    chunk(workshop, rows[0])
    spent_s: Counter[str] = Counter()
    with timed(spent_s):
        made = [chunk(workshop, frame) for frame in rows]
    started_s = time.process_time()
    for planes, _ in made:
        look_at(planes)
    spent_s["looks for flashes"] = time.process_time() - started_s
    frame_ms = {name: 1e3 * value / len(rows) for name, value in spent_s.items()}
    frame_ms["encoder"] = encoder_ms(workshop, rows[len(rows) // 3])
    total_ms = sum(frame_ms[k] for k in (IMAGE, FINISH, "looks for flashes", "encoder"))
    print(f"{described()}\n\n{plan.title}, {picture.width_px}x{picture.height_px}, {len(rows)} frames\n")
    said = dict.fromkeys(said for _, _, said in TIMED if said in frame_ms)
    order = [*said, "looks for flashes", "encoder"]
    cells = [[name, f"{frame_ms[name]:.1f}", f"{frame_ms[name] / total_ms:.0%}"] for name in order]
    print(table(["one core", "ms a frame", "share"], [*cells, ["sum", f"{total_ms:.1f}", "100%"]]))
    compare(workshop, rows)


def encoder_ms(workshop: frames.Workshop, first: int) -> float:
    """The CPU time of encoding a frame, of some in a row."""
    picture = workshop.picture
    some = [chunk(workshop, frame)[0] for frame in range(first, first + ENCODED)]
    form = PictureFormat(picture.width_px, picture.height_px, picture.fps)
    with tempfile.TemporaryDirectory() as name:
        started_s = time.process_time()
        with SegmentWriter(Path(name) / "film.mp4", form, QUALITIES[picture.quality]) as writer:
            for planes in some:
                writer.write_frame(planes)
        return (time.process_time() - started_s) * 1e3 / len(some)


def compare(workshop: frames.Workshop, rows: list[int]) -> None:
    """Images as they are made beside images painted on every pixel: how long they take, how far they are."""
    least_px, ratios, psnr_db, levels = painter.LEAST_PX, [], [], []
    for frame in rows:
        images, spent_s = [], []
        for asked_px in (least_px, 10**9):
            painter.LEAST_PX = asked_px
            started_s = time.process_time()
            images.append(chunk(workshop, frame)[1])
            spent_s.append(time.process_time() - started_s)
        painter.LEAST_PX = least_px
        apart = (images[0] - images[1]) / 2
        ratios.append(spent_s[1] / spent_s[0])
        levels.append(float(apart.abs().mean() * 255))
        psnr_db.append(float(-10 * torch.log10(apart.square().mean().clamp(min=1e-12))))
    print(f"painting every pixel takes {statistics.median(ratios):.2f} times as long, with the finish")
    print(f"PSNR {statistics.mean(psnr_db):.1f} dB, worst {min(psnr_db):.1f} dB")
    print(f"mean difference {statistics.mean(levels):.2f} of 255 levels, most {max(levels):.2f}")


if __name__ == "__main__":
    main()
