"""Six-stop palettes in OKLCh, and their tables in linear sRGB.

OKLab: Björn Ottosson, "A perceptual color space for image processing" (2020); matrices as published there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ....store.values.array_types import F64

Lch = tuple[float, float, float]
"""OKLCh lightness 0 to 1, chroma, hue in degrees."""
Stops = tuple[Lch, Lch, Lch, Lch, Lch, Lch, Lch]
"""Six colours from dark to light, then the accent that glows."""

TABLE_SIZE = 512

# One letter each: what the class table in classes.py spells its palettes with.
# fmt: off
ARCHETYPES: dict[str, Stops] = {
    # ash, silver
    "a": (
        (0.12, 0.01, 260), (0.27, 0.02, 255), (0.45, 0.025, 250), (0.63, 0.022, 245),
        (0.8, 0.015, 220), (0.96, 0.008, 200), (0.85, 0.12, 70),
    ),
    # brass
    "b": (
        (0.13, 0.03, 50), (0.29, 0.07, 55), (0.5, 0.11, 70), (0.68, 0.14, 82),
        (0.84, 0.12, 92), (0.96, 0.06, 98), (0.85, 0.15, 75),
    ),
    # crimson and cream
    "c": (
        (0.13, 0.05, 10), (0.3, 0.12, 20), (0.48, 0.19, 26), (0.63, 0.18, 32),
        (0.83, 0.08, 60), (0.96, 0.03, 85), (0.8, 0.16, 50),
    ),
    # dusk
    "d": (
        (0.13, 0.06, 290), (0.27, 0.11, 300), (0.45, 0.15, 340), (0.63, 0.17, 25),
        (0.8, 0.14, 60), (0.95, 0.07, 85), (0.82, 0.16, 45),
    ),
    # earth
    "e": (
        (0.12, 0.02, 60), (0.26, 0.045, 55), (0.42, 0.07, 58), (0.58, 0.08, 65),
        (0.76, 0.07, 78), (0.93, 0.035, 88), (0.82, 0.12, 75),
    ),
    # forest
    "f": (
        (0.12, 0.03, 160), (0.26, 0.06, 155), (0.43, 0.1, 145), (0.6, 0.13, 135),
        (0.79, 0.12, 120), (0.95, 0.06, 110), (0.9, 0.14, 110),
    ),
    # grass
    "g": (
        (0.14, 0.04, 150), (0.32, 0.09, 140), (0.52, 0.15, 130), (0.72, 0.18, 122),
        (0.87, 0.14, 112), (0.97, 0.06, 105), (0.92, 0.17, 105),
    ),
    # honey
    "h": (
        (0.14, 0.04, 45), (0.33, 0.09, 55), (0.56, 0.14, 65), (0.75, 0.16, 78),
        (0.88, 0.13, 90), (0.97, 0.05, 98), (0.88, 0.16, 70),
    ),
    # ink, cyan
    "i": (
        (0.09, 0.03, 275), (0.22, 0.09, 275), (0.42, 0.16, 265), (0.62, 0.16, 240),
        (0.82, 0.12, 205), (0.97, 0.04, 195), (0.88, 0.14, 195),
    ),
    # jade
    "j": (
        (0.12, 0.03, 200), (0.27, 0.06, 195), (0.46, 0.09, 185), (0.64, 0.11, 175),
        (0.82, 0.09, 165), (0.96, 0.04, 150), (0.86, 0.15, 85),
    ),
    # black and white
    "k": (
        (0.08, 0.005, 280), (0.2, 0.01, 280), (0.4, 0.012, 280), (0.66, 0.01, 270),
        (0.86, 0.008, 90), (0.98, 0.006, 95), (0.7, 0.19, 28),
    ),
    # lavender
    "l": (
        (0.15, 0.05, 300), (0.34, 0.09, 300), (0.54, 0.11, 305), (0.7, 0.1, 310),
        (0.84, 0.07, 320), (0.96, 0.03, 340), (0.88, 0.12, 90),
    ),
    # moss
    "m": (
        (0.12, 0.025, 130), (0.27, 0.05, 120), (0.44, 0.07, 112), (0.6, 0.09, 105),
        (0.77, 0.09, 98), (0.94, 0.05, 95), (0.84, 0.14, 85),
    ),
    # navy, steel
    "n": (
        (0.1, 0.03, 265), (0.24, 0.06, 260), (0.42, 0.08, 252), (0.6, 0.08, 245),
        (0.79, 0.05, 235), (0.95, 0.02, 220), (0.84, 0.14, 65),
    ),
    # orange
    "o": (
        (0.15, 0.05, 30), (0.36, 0.12, 38), (0.58, 0.18, 48), (0.74, 0.17, 60),
        (0.87, 0.12, 75), (0.97, 0.05, 90), (0.88, 0.15, 65),
    ),
    # rose
    "p": (
        (0.16, 0.06, 350), (0.36, 0.12, 355), (0.57, 0.17, 0), (0.73, 0.15, 5),
        (0.86, 0.09, 15), (0.97, 0.03, 40), (0.9, 0.1, 80),
    ),
    # rust
    "r": (
        (0.13, 0.03, 30), (0.28, 0.08, 35), (0.44, 0.12, 40), (0.58, 0.12, 50),
        (0.74, 0.08, 70), (0.93, 0.03, 85), (0.75, 0.17, 50),
    ),
    # sand and sea
    "s": (
        (0.17, 0.05, 255), (0.33, 0.08, 235), (0.52, 0.1, 215), (0.7, 0.09, 200),
        (0.86, 0.05, 110), (0.97, 0.03, 85), (0.92, 0.09, 75),
    ),
    # reef
    "t": (
        (0.13, 0.05, 245), (0.29, 0.09, 225), (0.5, 0.12, 205), (0.7, 0.13, 190),
        (0.84, 0.12, 60), (0.96, 0.05, 60), (0.8, 0.16, 40),
    ),
    # ultraviolet
    "u": (
        (0.1, 0.06, 300), (0.25, 0.14, 305), (0.44, 0.22, 325), (0.61, 0.23, 345),
        (0.8, 0.13, 20), (0.97, 0.04, 60), (0.8, 0.15, 220),
    ),
    # violet, gold
    "v": (
        (0.11, 0.05, 290), (0.26, 0.11, 292), (0.44, 0.15, 296), (0.6, 0.13, 320),
        (0.81, 0.12, 80), (0.96, 0.06, 92), (0.86, 0.15, 82),
    ),
    # ice
    "w": (
        (0.22, 0.05, 250), (0.42, 0.06, 245), (0.62, 0.06, 235), (0.79, 0.045, 225),
        (0.91, 0.025, 215), (0.99, 0.008, 200), (0.92, 0.06, 80),
    ),
    # yellow
    "y": (
        (0.16, 0.04, 70), (0.36, 0.09, 78), (0.6, 0.14, 88), (0.8, 0.17, 95),
        (0.91, 0.14, 100), (0.98, 0.06, 104), (0.92, 0.15, 80),
    ),
    # tan coat
    "q": (
        (0.14, 0.03, 55), (0.32, 0.06, 60), (0.52, 0.085, 66), (0.7, 0.09, 74),
        (0.86, 0.07, 82), (0.97, 0.03, 90), (0.85, 0.12, 70),
    ),
    # cream
    "x": (
        (0.2, 0.02, 65), (0.42, 0.03, 70), (0.62, 0.035, 75), (0.8, 0.03, 80),
        (0.92, 0.02, 86), (0.985, 0.008, 95), (0.85, 0.12, 70),
    ),
    # neon night
    "z": (
        (0.06, 0.03, 285), (0.17, 0.09, 285), (0.35, 0.18, 290), (0.56, 0.2, 250),
        (0.8, 0.15, 190), (0.97, 0.05, 170), (0.72, 0.25, 350),
    ),
}
# fmt: on


def palette_table(stops: Stops) -> F64:
    """Shape (TABLE_SIZE, 3), linear sRGB: the six stops joined by Catmull-Rom splines in OKLab."""
    lightness, chroma, hue = np.array(stops[:6], np.float64).T
    radians = np.deg2rad(hue)
    lab = np.stack([lightness, chroma * np.cos(radians), chroma * np.sin(radians)], 1)
    position = np.linspace(0, 5, TABLE_SIZE)
    i = np.minimum(position.astype(int), 4)
    f = (position - i)[:, None]
    knots = np.concatenate([2 * lab[:1] - lab[1:2], lab, 2 * lab[-1:] - lab[-2:-1]])
    p0, p1, p2, p3 = knots[i], knots[i + 1], knots[i + 2], knots[i + 3]
    cubic = 3 * (p1 - p2) + p3 - p0
    c = p1 + 0.5 * f * (p2 - p0 + f * (2 * p0 - 5 * p1 + 4 * p2 - p3 + f * cubic))
    hues = np.rad2deg(np.arctan2(c[:, 2], c[:, 1]))
    return linear_srgb(c[:, 0].clip(0, 1), np.hypot(c[:, 1], c[:, 2]), hues)


def linear_srgb(lightness: ArrayLike, chroma: ArrayLike, hue: ArrayLike) -> F64:
    """OKLCh to linear sRGB in [0, 1], last axis r g b.

    Chroma is lowered until the colour is inside the gamut.
    """
    light, strength, angle = np.broadcast_arrays(
        *(np.asarray(v, np.float64) for v in (lightness, chroma, hue))
    )
    a, b = strength * np.cos(np.deg2rad(angle)), strength * np.sin(np.deg2rad(angle))

    def inside(share: F64) -> NDArray[np.bool_]:
        rgb = _oklab_to_linear(light, share * a, share * b)
        fits: NDArray[np.bool_] = np.all((rgb > -1e-4) & (rgb < 1.0001), -1)
        return fits

    low, high = np.zeros_like(light), np.ones_like(light)
    whole = inside(high)
    for _ in range(18):
        middle = 0.5 * (low + high)
        fits = inside(middle)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    share = np.where(whole, 1.0, low)
    return _oklab_to_linear(light, share * a, share * b).clip(0, 1)


def _oklab_to_linear(lightness: F64, a: F64, b: F64) -> F64:
    l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3  # noqa: E741 (Ottosson's l, m, s)
    m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s
    green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s
    blue = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s
    return np.stack([red, green, blue], -1)
