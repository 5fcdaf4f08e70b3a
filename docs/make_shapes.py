"""The picture of every shape in docs/language.md, drawn from lanes as a composer writes them.

python docs/make_shapes.py [OUTPUT.png]: without an argument, docs/shapes.png.
"""

import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.lanes.parameters import Target
from musicvis.compiler.lanes.resolve import Lanes
from musicvis.compiler.score.model import Measure, Meter, Score, TempoMark
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.model.audio import Audio
from musicvis.dsl.model.lane import Shape
from musicvis.dsl.model.shapes import SWINGS
from musicvis.dsl.read.lanes import lane_kinds, read_lanes
from musicvis.dsl.read.reader import Reading
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.dsl.text.yaml_source import root_node
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
BARS = 4
COLUMNS = 4
CELL_PX, PLOT_PX = (240, 170), (204, 96)
MARGIN_PX = 18
SCALE = 2
"""Drawn twice as large and shrunk, so that lines are smooth."""
INK, LINE, GROUND, RULE = "#24302f", "#c75349", "#fbfaf7", "#d9d4c9"

ROUNDS = {Shape.ORBIT: "turns: 1, shape: orbit", Shape.SPIRAL: "turns: 3, shape: spiral, distance: 4..0.5"}
FARTHEST = 4.5
CYCLES: Mapping[Shape, str] = {
    Shape.SAWTOOTH: "4",
    Shape.TRIANGLE: "4",
    Shape.SINE: "4",
    Shape.DRIFT: "8",
}


def lane_text(shape: Shape) -> str:
    """A lane of four bars in that shape, as it stands in effects.yaml."""
    if shape is Shape.HOLD:
        return "x:\n  - {at: 1|1, hold: 0.3}\n  - {at: 3|1, hold: 0.8}\n"
    if shape is Shape.THROUGH:
        return (
            "x:\n"
            "  - {at: 1|1, from: 0.1, to: 0.7, shape: through}\n"
            "  - {at: 2|1, to: 0.3, shape: through}\n"
            "  - {at: 3|1, to: 1, shape: through}\n"
        )
    if shape in SWINGS:
        return f"x:\n  - {{at: 1|1, via: 1, shape: {shape}}}\n"
    start = "0.05" if shape is Shape.GEOMETRIC else "0"
    cycles = f", cycles: {CYCLES[shape]}" if shape in CYCLES else ""
    return f"x:\n  - {{at: 1|1, from: {start}, to: 1, shape: {shape}{cycles}}}\n"


def curves_of(text: str, *names: str) -> tuple[Curve, ...]:
    """The curves of lanes over four bars of 4/4 at one beat a second."""
    meter = Meter(4, 4)
    measures = tuple(Measure(i + 1, 1, Fraction(4 * i), Fraction(4), meter) for i in range(BARS))
    clock = Clock.from_score(Score("", (), (), measures, (TempoMark(Fraction(0), Fraction(60)),)))
    source, _ = parse_source(text, "effects.yaml")
    reading = Reading()
    lanes = Lanes(read_lanes(root_node(source), lane_kinds(Audio()), reading), clock, clock.end_qn, 5)
    curves = tuple(lanes.curve(Target(name, -9999.0, 9999.0, float(name == "x.distance"))) for name in names)
    assert not reading.findings and not lanes.findings, (text, reading.findings, lanes.findings)
    return curves


def way_around(shape: Shape, count: int) -> NDArray[np.float64]:
    """Where a sound goes around the head, from above: (count, 2), to the right and to the front."""
    azimuth, distance = curves_of(f"x.azimuth: [{{at: 1|1, {ROUNDS[shape]}}}]", "x.azimuth", "x.distance")
    times_s = np.linspace(0.0, 4 * BARS, count, endpoint=False)
    angle, radius = np.radians(azimuth.values(times_s)), distance.values(times_s)
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def sheet(shapes: Sequence[Shape]) -> Image.Image:
    """Every shape in a cell of its own, its name above."""
    rows = -(-len(shapes) // COLUMNS)
    size = (CELL_PX[0] * COLUMNS * SCALE, CELL_PX[1] * rows * SCALE)
    image = Image.new("RGB", size, GROUND)
    draw = ImageDraw.Draw(image)
    for i, shape in enumerate(shapes):
        row, column = divmod(i, COLUMNS)
        draw_cell(draw, shape, column * CELL_PX[0] + MARGIN_PX, row * CELL_PX[1] + MARGIN_PX)
    small = image.resize((size[0] // SCALE, size[1] // SCALE), Image.Resampling.LANCZOS)
    return small.quantize(64)


def draw_cell(draw: ImageDraw.ImageDraw, shape: Shape, left_px: int, top_px: int) -> None:
    """The name of a shape, the lines of 0 and 1, its bars, and its curve."""
    width, height = PLOT_PX
    top = top_px + 28
    draw.text((left_px * SCALE, top_px * SCALE), shape.value, INK, ImageFont.load_default(17 * SCALE))
    if shape in ROUNDS:
        draw_round(draw, shape, left_px + width / 2, top + height / 2)
        return

    def at(share: float, value: float) -> tuple[float, float]:
        return (left_px + share * width) * SCALE, (top + (1 - value) * height) * SCALE

    for value in (0.0, 1.0):
        draw.line([at(0, value), at(1, value)], RULE, SCALE)
    for bar in range(BARS + 1):
        draw.line([at(bar / BARS, 0), at(bar / BARS, 1)], RULE, SCALE)
    shares = np.linspace(0.0, 1.0, 4 * width, endpoint=False)
    (curve,) = curves_of(lane_text(shape), "x")
    values = curve.values(shares * BARS * 4)
    breaks = np.flatnonzero(np.abs(np.diff(values)) > 0.2) + 1
    for part in np.split(np.arange(shares.size), breaks):
        points = [at(float(shares[k]), float(values[k])) for k in part]
        if len(points) > 1:
            draw.line(points, LINE, 2 * SCALE, joint="curve")


def draw_round(draw: ImageDraw.ImageDraw, shape: Shape, x_px: float, y_px: float) -> None:
    """A head from above, its nose in front, and the way of a sound around it."""
    unit_px = PLOT_PX[1] / 2 / FARTHEST * (1.0 if shape is Shape.SPIRAL else 3.0)

    def at(right: float, front: float) -> tuple[float, float]:
        return (x_px + right * unit_px) * SCALE, (y_px - front * unit_px) * SCALE

    head_px, nose_px = 7, 11
    box = [
        (x_px - head_px) * SCALE,
        (y_px - head_px) * SCALE,
        (x_px + head_px) * SCALE,
        (y_px + head_px) * SCALE,
    ]
    draw.ellipse(box, RULE)
    draw.line([(x_px * SCALE, y_px * SCALE), (x_px * SCALE, (y_px - nose_px) * SCALE)], RULE, 3 * SCALE)
    points = [at(right, front) for right, front in way_around(shape, 600).tolist()]
    draw.line(points, LINE, 2 * SCALE, joint="curve")


def main(arguments: Sequence[str]) -> None:
    output = Path(arguments[0]) if arguments else ROOT / "docs/shapes.png"
    sheet(tuple(Shape)).save(output, optimize=True)
    print(f"{output}: {len(Shape)} shapes")


if __name__ == "__main__":
    main(sys.argv[1:])
