"""All motifs, each with a letter for the class table and the four constants of its geometry and light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..canvas import Canvas, Coloured, Surface
from . import (
    architecture,
    beasts,
    birds,
    coats,
    creatures,
    garden,
    household,
    instruments,
    journeys,
    lights,
    machines,
    minerals,
    plants,
    shy_beasts,
    spirits,
    squares,
    stages,
    strings,
    table,
    things,
    towers,
    vehicles,
    waters,
    ways,
    weather,
    winds,
    woven,
)
from . import water_and_air as elements


@dataclass(frozen=True, slots=True)
class Motif:
    """A subject. The constants of all classes in a frame are mixed by weight: they share one land."""

    letter: str
    paint: Callable[[Canvas], Surface | Coloured]
    warp: float = 0.12
    """The strength with which the flow field stirs it, in half picture heights per unit of the field."""
    relief: float = 0.16
    """The steepness of its height under the light."""
    gloss: float = 0.3
    """The strength of its gloss."""
    spin: float = 0.5
    """The range of camera roll; 1 for a motif without an up side."""
    seam: float | None = None
    """The distance of its middle from the seam of a mirrored picture: 0 is on it, for symmetric subjects;
    -0.6 is beside it, as a pair; None follows the camera."""
    wander: tuple[int, ...] = (2, 23)
    """The controls that move it across and lean it, which rest while it is on a seam."""

    @property
    def name(self) -> str:
        """Its name in the table of subjects: that of the function which paints it."""
        return self.paint.__name__


MOTIFS = (
    Motif("A", architecture.cloister, warp=0.05, relief=0.22, gloss=0.25, spin=0.15, seam=0.0, wander=(3,)),
    Motif("B", instruments.bars, warp=0.04, relief=0.26, gloss=0.55, spin=0.2),
    Motif("C", plants.mushrooms, warp=0.10, relief=0.34, gloss=0.55, spin=0.25),
    Motif("D", instruments.disc, warp=0.05, relief=0.22, gloss=0.9, spin=0.6, seam=0.0),
    Motif("E", plants.leaf, warp=0.14, relief=0.24, gloss=0.4),
    Motif("F", creatures.face, warp=0.16, relief=0.22, gloss=0.3),
    Motif("G", machines.gears, warp=0.03, relief=0.24, gloss=0.95, spin=1.0),
    Motif("H", architecture.skyline, warp=0.03, relief=0.20, gloss=0.45, spin=0.12),
    Motif("I", minerals.crystal, warp=0.10, relief=0.42, gloss=1.1),
    Motif("J", coats.stripes, warp=0.20, relief=0.30, gloss=0.5),
    Motif("K", machines.keys, warp=0.04, relief=0.26, gloss=0.5, spin=0.35),
    Motif("L", architecture.shoji, warp=0.06, relief=0.24, gloss=0.2, spin=0.18),
    Motif("M", elements.ridges, warp=0.06, relief=0.14, gloss=0.1, spin=0.1, seam=0.0),
    Motif("N", minerals.bubbles, warp=0.16, relief=0.36, gloss=1.0),
    Motif("O", household.ball, warp=0.05, relief=0.18, gloss=0.45, spin=0.4, seam=0.0),
    Motif("P", plants.dahlia, warp=0.14, relief=0.34, gloss=0.4, spin=1.0, seam=0.0),
    Motif("Q", coats.plumage, warp=0.15, relief=0.24, gloss=0.55),
    Motif("R", coats.scales, warp=0.15, relief=0.32, gloss=0.9),
    Motif("S", machines.screen, warp=0.06, relief=0.12, gloss=0.6, spin=0.1, seam=-0.95),
    Motif("T", creatures.shell, warp=0.06, relief=0.34, gloss=0.7, spin=1.0, seam=-0.75),
    Motif("U", woven.cloth, warp=0.18, relief=0.26, gloss=0.2),
    Motif("V", minerals.cells, warp=0.16, relief=0.32, gloss=0.5),
    Motif("W", woven.web, warp=0.09, relief=0.20, gloss=0.7),
    Motif("X", household.shelves, warp=0.04, relief=0.26, spin=0.15),
    Motif("Y", elements.shore, warp=0.07, relief=0.20, gloss=0.9, spin=0.08, seam=0.0, wander=(3,)),
    Motif("Z", elements.flame, warp=0.30, relief=0.12, gloss=0.1, seam=0.0),
    Motif("b", creatures.butterfly, warp=0.12, relief=0.24, gloss=0.7, spin=0.3, seam=0.0),
    Motif("v", household.vessel, warp=0.05, relief=0.20, gloss=1.1, spin=0.15, seam=-0.75),
    Motif("piano", strings.piano, warp=0.03, relief=0.22, gloss=0.7, spin=0.12, seam=0.0),
    Motif("fiddle", strings.fiddle, warp=0.04, relief=0.22, gloss=0.9, spin=0.2, seam=0.0),
    Motif("harp", strings.harp, warp=0.03, relief=0.22, gloss=0.8, spin=0.12, seam=-0.62),
    Motif("pipes", winds.pipes, warp=0.03, relief=0.22, gloss=0.9, spin=0.1, seam=0.0),
    Motif("brass", winds.brass, warp=0.03, relief=0.20, gloss=1.1, spin=0.2, seam=-0.55),
    Motif("woodwind", winds.woodwind, warp=0.03, relief=0.22, gloss=0.9, spin=0.2, seam=-0.4),
    Motif("bells", stages.bells, warp=0.03, relief=0.22, gloss=0.9, spin=0.1, seam=0.0),
    Motif("stage", stages.stage, warp=0.03, relief=0.22, gloss=0.3, spin=0.08, seam=0.0),
    Motif("candle", lights.candle, warp=0.03, relief=0.18, gloss=0.4, spin=0.1, seam=0.0, wander=(2, 5, 6)),
    Motif("lighthouse", lights.lighthouse, warp=0.03, relief=0.2, gloss=0.4, spin=0.06, seam=0.0),
    Motif("balloon", lights.balloon, warp=0.04, relief=0.2, gloss=0.4, spin=0.2, seam=0.0),
    Motif("castle", towers.castle, warp=0.03, relief=0.22, gloss=0.3, spin=0.08, seam=0.0),
    Motif("church", towers.church, warp=0.03, relief=0.2, gloss=0.3, spin=0.08, seam=0.0),
    Motif("bridge", towers.bridge, warp=0.03, relief=0.2, gloss=0.5, spin=0.06, seam=0.0),
    Motif("cat", beasts.cat, warp=0.04, relief=0.2, gloss=0.4, spin=0.15, seam=0.0),
    Motif("bear", beasts.bear, warp=0.04, relief=0.22, gloss=0.3, spin=0.12, seam=0.0),
    Motif(
        "elephant", beasts.elephant, warp=0.04, relief=0.22, gloss=0.3, spin=0.1, seam=0.0, wander=(2, 6, 23)
    ),
    Motif("horse", beasts.horse, warp=0.04, relief=0.2, gloss=0.5, spin=0.12, seam=-0.62),
    Motif("swan", birds.swan, warp=0.03, relief=0.2, gloss=0.4, spin=0.06, seam=-0.66),
    Motif("songbird", birds.songbird, warp=0.04, relief=0.22, gloss=0.4, spin=0.15, seam=-0.62),
    Motif("owl", birds.owl, warp=0.03, relief=0.22, gloss=0.4, spin=0.1, seam=0.0),
    Motif("flight", birds.flight, warp=0.03, relief=0.18, gloss=0.3, spin=0.2, seam=0.0),
    Motif("ship", vehicles.ship, warp=0.04, relief=0.2, gloss=0.4, spin=0.08, seam=-0.72),
    Motif("locomotive", vehicles.locomotive, warp=0.02, relief=0.2, gloss=0.7, spin=0.05, seam=-0.70),
    Motif("fish", waters.fish, warp=0.05, relief=0.22, gloss=0.8, spin=0.2, seam=-0.66),
    Motif("jellyfish", waters.jellyfish, warp=0.05, relief=0.2, gloss=0.6, spin=0.2, seam=0.0),
    Motif("wave", waters.wave, warp=0.05, relief=0.2, gloss=0.6, spin=0.1, seam=-0.8),
    Motif("river", waters.river, warp=0.04, relief=0.18, gloss=0.4, spin=0.06, seam=-0.8),
    Motif("field", garden.field, warp=0.04, relief=0.2, gloss=0.2, spin=0.06, seam=0.0),
    Motif("fruit", garden.fruit, warp=0.04, relief=0.22, gloss=0.6, spin=0.12, seam=0.0),
    Motif("tree", garden.tree, warp=0.05, relief=0.2, gloss=0.2, spin=0.06, seam=0.0),
    Motif("forest", garden.forest, warp=0.04, relief=0.2, gloss=0.2, spin=0.05),
    Motif("rose", garden.rose, warp=0.06, relief=0.22, gloss=0.4, spin=0.5, seam=0.0),
    Motif("clock", things.clock, warp=0.02, relief=0.2, gloss=0.8, spin=0.2, seam=-0.95),
    Motif("hourglass", things.hourglass, warp=0.02, relief=0.22, gloss=0.9, spin=0.1, seam=0.0),
    Motif("umbrella", things.umbrella, warp=0.03, relief=0.22, gloss=0.6, spin=0.15, seam=0.0),
    Motif("heart", things.heart, warp=0.04, relief=0.22, gloss=0.9, spin=0.15, seam=0.0),
    Motif("moon", weather.moon, warp=0.04, relief=0.16, gloss=0.1, spin=0.1, seam=0.0),
    Motif("sun", weather.sun, warp=0.05, relief=0.16, gloss=0.1, spin=0.1, seam=0.0),
    Motif("stars", weather.stars, warp=0.04, relief=0.14, gloss=0.1, spin=0.1),
    Motif("rain", weather.rain, warp=0.04, relief=0.2, gloss=0.6, spin=0.06),
    Motif("snow", weather.snow, warp=0.03, relief=0.2, gloss=0.2, spin=0.06),
    Motif("lightning", weather.lightning, warp=0.04, relief=0.16, gloss=0.1, spin=0.1, seam=-0.55),
    Motif("rainbow", weather.rainbow, warp=0.04, relief=0.18, gloss=0.2, spin=0.05, seam=0.0),
    Motif("leaves", weather.leaves, warp=0.05, relief=0.22, gloss=0.3, spin=0.5),
    Motif("volcano", weather.volcano, warp=0.04, relief=0.2, gloss=0.2, spin=0.06, seam=0.0),
    Motif("window", ways.window, warp=0.02, relief=0.2, gloss=0.3, spin=0.06, seam=-0.85),
    Motif("door", ways.door, warp=0.02, relief=0.2, gloss=0.3, spin=0.06, seam=-0.75),
    Motif("road", ways.road, warp=0.02, relief=0.18, gloss=0.3, spin=0.05, seam=0.0),
    Motif("pane", ways.pane, warp=0.03, relief=0.24, gloss=1.0, spin=0.05),
    Motif("house", ways.house, warp=0.02, relief=0.2, gloss=0.2, spin=0.05, seam=-0.8),
    Motif("angel", spirits.angel, warp=0.03, relief=0.2, gloss=0.4, spin=0.08, seam=0.0),
    Motif("hands", spirits.hands, warp=0.03, relief=0.2, gloss=0.4, spin=0.08, seam=0.0, wander=(2, 23)),
    Motif("rowboat", journeys.rowboat, warp=0.03, relief=0.18, gloss=0.4, spin=0.06, seam=-0.85),
    Motif("aeroplane", journeys.aeroplane, warp=0.03, relief=0.2, gloss=0.6, spin=0.15, seam=-0.85),
    Motif("car", journeys.car, warp=0.02, relief=0.2, gloss=0.9, spin=0.05, seam=-0.88),
    Motif("hare", shy_beasts.hare, warp=0.04, relief=0.2, gloss=0.3, spin=0.12, seam=0.0),
    Motif("whale", shy_beasts.whale, warp=0.05, relief=0.2, gloss=0.5, spin=0.15, seam=-0.85),
    Motif("turtle", shy_beasts.turtle, warp=0.04, relief=0.22, gloss=0.6, spin=0.3, seam=0.0),
    Motif("bee", shy_beasts.bee, warp=0.03, relief=0.22, gloss=0.6, spin=0.4, seam=0.0),
    Motif("lamp", table.lamp, warp=0.02, relief=0.2, gloss=0.6, spin=0.06, seam=0.0),
    Motif("cup", table.cup, warp=0.03, relief=0.2, gloss=0.8, spin=0.08, seam=-0.85),
    Motif("book", table.book, warp=0.03, relief=0.18, gloss=0.2, spin=0.08, seam=0.0),
    Motif("mask", table.mask, warp=0.03, relief=0.22, gloss=0.8, spin=0.15, seam=0.0),
    Motif("domes", squares.domes, warp=0.02, relief=0.2, gloss=0.5, spin=0.05, seam=0.0),
    Motif("fountain", squares.fountain, warp=0.03, relief=0.2, gloss=0.5, spin=0.06, seam=0.0),
    Motif("*", elements.void, warp=0.35, relief=0.22, gloss=0.5),
)

VOID = "*"
