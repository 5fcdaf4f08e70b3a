"""What layers cost beside one picture, and how near they are: python -m benchmarks.layers PIECE [--frames 8]

The embedded generator paints rows spread over the film on one core, with layers and without them in turns;
`visuals.layers: parts` where the piece has no layers of its own. Each figure is the least CPU time of some
rounds, because other programs also use the caches of the machine. The benchmark also paints the layers on
every pixel, and compares the pictures.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from musicvis.api.variant import Variant
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.plan import PicturePlan
from musicvis.renderers.encoding import QUALITIES
from musicvis.renderers.film import frames
from musicvis.renderers.film.flashes import look_at
from musicvis.renderers.film.segment_writer import PictureFormat, SegmentWriter
from musicvis.renderers.generators.choose import choose_generator

from benchmarks.machine import described
from benchmarks.stages import chunk, compare, rows_of
from benchmarks.timing import cpu_ms, table

IN_A_ROW = 4
"""Frames that are finished and encoded together."""


def picture_of(manifest: Path, layers: bool) -> PicturePlan:
    """The plan of the picture, with layers or without."""
    plan = compile_piece(Variant().loaded(manifest)).plan
    if plan is None:
        raise SystemExit("this piece has errors: musicvis check says which")
    if layers and not plan.picture.streams:
        plan = compile_piece(Variant(overrides=("visuals.layers=parts",)).loaded(manifest)).plan
    assert plan is not None
    return replace(plan.picture, generator="embedded", streams=plan.picture.streams if layers else ())


def finished(workshop: frames.Workshop, first: int) -> None:
    """Some frames in a row, painted, finished, looked at and encoded."""
    picture = workshop.picture
    form = PictureFormat(picture.width_px, picture.height_px, picture.fps)
    with (
        tempfile.TemporaryDirectory() as name,
        SegmentWriter(Path(name) / "film.mp4", form, QUALITIES[picture.quality]) as writer,
    ):
        for frame in range(first, first + IN_A_ROW):
            planes, _ = chunk(workshop, frame)
            look_at(planes)
            writer.write_frame(planes)


def least_ms(works: dict[str, Callable[[int], object]], rows: list[int], rounds: int) -> dict[str, float]:
    """The least CPU time of each work on each row, in turns; the mean over the rows."""
    times: dict[str, list[list[float]]] = {name: [[] for _ in rows] for name in works}
    for _ in range(rounds):
        for k, row in enumerate(rows):
            for name, work in works.items():
                times[name][k].append(cpu_ms(lambda work=work, row=row: work(row)))
    return {name: statistics.mean(min(of_row) for of_row in found) for name, found in times.items()}


def main() -> None:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("piece", type=Path)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    folder = arguments.piece
    manifest = folder / "piece.yaml" if folder.is_dir() else folder
    torch.set_num_threads(1)
    shops = {
        layers: frames.Workshop.of(picture, choose_generator(picture, torch.device("cpu"))[0])
        for layers in (False, True)
        for picture in [picture_of(manifest, layers)]
    }
    rows = rows_of(shops[True].picture, arguments.frames)
    works: dict[str, Callable[[int], object]] = {}
    for layers, shop in shops.items():
        works[f"images {layers}"] = partial(image, shop)
        works[f"frames {layers}"] = partial(finished, shop)
    found = least_ms(works, rows, arguments.rounds)
    cells = []
    for name, count in (("images", 1), ("frames", IN_A_ROW)):
        one, several = (found[f"{name} {layers}"] / count for layers in (False, True))
        cells.append([name, f"{one:.1f}", f"{several:.1f}", f"{several / one:.2f}"])
    picture = shops[True].picture
    said = f"{len(picture.streams)} layers, {picture.resolution} pixels, {len(rows)} frames"
    print(f"{described()}\n\n{said}\n")
    print(table(["one core", "ms without layers", "ms with them", "ratio"], cells))
    compare(shops[True], rows)


def image(workshop: frames.Workshop, frame: int) -> None:
    """An image of the generator's, before anything is done to it."""
    frames._images_of(workshop, [frames.Shot(frame, frame + 1, False, False)], None)


if __name__ == "__main__":
    main()
