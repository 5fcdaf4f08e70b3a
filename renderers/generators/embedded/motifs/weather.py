"""Sky and weather: moon, sun, stars, rain, snow, lightning, a rainbow, falling leaves, a volcano."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    Scalar,
    bump,
    cell_hash,
    coverage,
    dome,
    exp,
    frac,
    length,
    mix,
    smoothstep,
    weighted_sum,
)
from .brush import capsule, dark_room, lay, part_of, shine, sky


def _stars(canvas: Canvas, surface: Surface, amount: float) -> None:
    """Stars of three sizes that twinkle."""
    u = canvas.controls
    for depth, (per_unit, size) in enumerate(((13.0, 0.007), (8.0, 0.010), (4.5, 0.014))):
        ax, ay = canvas.far_x * per_unit + 0.3 * depth, canvas.far_y * per_unit + 0.7 * depth
        i, j = torch.floor(ax), torch.floor(ay)
        h = cell_hash(i + 13 * j, 0.3 + 0.2 * depth)
        h2 = cell_hash(i + 13 * j, 0.7 + 0.2 * depth)
        dx, dy = (ax - i - 0.2 - 0.6 * h) / per_unit, (ay - j - 0.2 - 0.6 * h2) / per_unit
        twinkle = 0.55 + 0.45 * torch.sin(TAU * h2 + 1.5 * u[12 + depth])
        r = length(dx, dy)
        star = bump(r, size) * (0.35 + 0.65 * h) * twinkle
        if depth == 2:
            ray = bump(dx * dy, 0.00006) * bump(r, 4.0 * size) * (h > 0.6)
            star = star + 0.6 * ray * twinkle
        shine(surface, amount * star, 0.9)


def _night(canvas: Canvas, low: float = 0.26) -> Surface:
    far_y = canvas.far_y
    cloud = canvas.texture("cloud", canvas.far_x * 0.6 + 0.1 * canvas.controls[8], far_y * 1.2, 0.4)
    tone = weighted_sum(0.06, (0.05, cloud), (low, smoothstep(-0.6, 1.2, far_y)))
    return Surface(0.05 * cloud, tone, 0.02 * cloud)


def _hills(canvas: Canvas, surface: Surface, base: float, tone: float) -> None:
    for number in range(2):
        ridge = canvas.texture(
            "cloud", canvas.x * (0.5 + 0.3 * number) + 2.1 * number, canvas.x * 0 + 0.3, 0.35
        )
        line = base + 0.14 * number - 0.40 * (ridge - 0.3)
        trees = 0.05 * canvas.texture("cloud", canvas.x * 5 + number, canvas.x * 0 + 0.6, 0.8)
        down = canvas.y - line + trees
        lay(
            surface,
            coverage(down, canvas.pixel),
            tone * (1.3 - 0.6 * number) + 0.05 * bump(down, 0.05),
            0.15 + 0.1 * number,
        )


def moon(canvas: Canvas) -> Surface:
    """A full moon with its seas, and craters, over hills, a veil of cloud before it."""
    u, pixel = canvas.controls, canvas.pixel
    surface = _night(canvas)
    _stars(canvas, surface, 0.7)
    cx, cy = canvas.far_x - 0.04 * u[2], canvas.far_y + 0.14
    r = length(cx, cy)
    halo = exp((r - 0.45).clamp(min=0) * -4.0)
    shine(surface, 0.20 * halo, 0.8)
    k = (r / 0.50).clamp(max=1)
    ball = dome(k, 0.05)
    seas = smoothstep(
        0.44,
        0.66,
        canvas.texture(
            "cloud", cx * 1.5 / (0.6 + 0.4 * ball) + 0.43, cy * 1.5 / (0.6 + 0.4 * ball) + 0.2, 0.8
        ),
    )
    crater = canvas.texture("spots", cx * 1.0 / (0.6 + 0.4 * ball), cy * 1.0 / (0.6 + 0.4 * ball), 0.5)
    ring = bump(crater - 0.16, 0.03) - 0.7 * bump(crater - 0.08, 0.05)
    tone = weighted_sum(
        0.86, (-0.24, seas), (0.06, ring), (0.10, ball - 0.7), (-0.10, smoothstep(-0.3, 0.9, (cx + cy) / 0.5))
    )
    lay(
        surface,
        coverage(0.50 - r, pixel),
        tone,
        weighted_sum(0.3, (0.25, ball), (0.03, ring)),
        0.30 - 0.12 * seas,
    )
    veil = canvas.texture("cloud", canvas.far_x * 0.5 + 0.25 * u[9], canvas.far_y * 2.2 + 0.2, 0.45)
    band = smoothstep(0.50, 0.75, veil) * bump(canvas.far_y + 0.02, 0.42)
    lay(surface, 0.55 * band, 0.36 + 0.25 * halo, 0.2, 0.06 * halo)
    _hills(canvas, surface, 0.66, 0.08)
    return surface


def sun(canvas: Canvas) -> Surface:
    """The sun with its rays over a sea of cloud."""
    u = canvas.controls
    far_x, far_y = canvas.far_x, canvas.far_y
    cx, cy = far_x - 0.04 * u[2], far_y + 0.10
    r = length(cx, cy)
    turn = torch.atan2(cy, cx) / TAU
    cloud = canvas.texture("cloud", far_x * 0.6 + 0.1 * u[8], far_y * 1.2, 0.45)
    ray = 0.5 + 0.5 * torch.cos(TAU * (turn * 16 + 0.06 * u[5]))
    fine = 0.5 + 0.5 * torch.cos(TAU * (turn * 24 - 0.08 * u[6]))
    fade = exp(-1.1 * (r - 0.3).clamp(min=0))
    rays = smoothstep(0.35, 0.9, ray) * 0.65 + 0.35 * smoothstep(0.4, 0.9, fine)
    tone = weighted_sum(0.06, (0.26, fade), (0.20, rays * fade), (0.06, cloud))
    surface = Surface(0.05 * cloud, tone, weighted_sum(0.0, (0.12, fade * rays), (0.06, fade)))
    k = (r / 0.34).clamp(max=1)
    grain = canvas.texture("cloud", cx * 2.0 + 0.1 * u[9], cy * 2.0, 0.6)
    lay(
        surface,
        coverage(0.34 - r, canvas.pixel),
        weighted_sum(0.84, (0.14, dome(k, 0.02)), (0.06, grain - 0.5)),
        0.3 + 0.2 * dome(k, 0.02),
        0.35 + 0.2 * dome(k, 0.02),
    )
    shine(surface, 0.30 * exp(-9.0 * (r - 0.34).clamp(min=0)) * (r > 0.34))
    for number in range(3):
        bank = canvas.texture(
            "cloud",
            far_x * (0.7 + 0.2 * number) + 0.3 * number + 0.08 * u[10] * (number + 1),
            far_y * 1.6,
            0.5,
        )
        line = far_y - 0.50 - 0.18 * number + 0.55 * (bank - 0.5)
        puff = smoothstep(0.0, 0.25, line)
        lay(
            surface,
            coverage(line, canvas.pixel * 3),
            weighted_sum(0.62, (-0.26, puff), (0.24, bump(line, 0.06)), (0.10, bank - 0.5)),
            0.2 + 0.1 * number + 0.2 * bank,
            0.10 * bump(line, 0.05),
        )
    return surface


def stars(canvas: Canvas) -> Surface:
    """A night full of stars with the milky way and a shooting star, over dark hills."""
    u = canvas.controls
    surface = _night(canvas, 0.30)
    slant = canvas.far_y + 0.55 * canvas.far_x
    dust = canvas.texture("cloud", canvas.far_x * 0.9, canvas.far_y * 0.9, 0.6)
    lane = canvas.texture("ridge", canvas.far_x * 0.8 + 0.3, canvas.far_y * 0.8, 0.5)
    band = bump(slant + 0.12 + 0.3 * (dust - 0.5), 0.36)
    milky = band * weighted_sum(
        0.1, (0.9, dust), (-0.5, smoothstep(0.5, 0.9, lane) * bump(slant + 0.1, 0.12))
    )
    shine(surface, 0.18 * milky.clamp(min=0), 1.4)
    _stars(canvas, surface, 1.2)
    head = 0.5 + 0.5 * torch.sin(0.9 * u[6])
    hx, hy = -0.7 + 1.1 * head, -0.75 + 0.45 * head
    trail = capsule(canvas.far_x, canvas.far_y, (hx - 0.42, hy - 0.17), (hx, hy), 0.0015, 0.007)
    along = ((canvas.far_x - hx) / 0.42 + 1).clamp(0, 1)
    shine(surface, 0.9 * coverage(trail, canvas.pixel) * along.square(), 0.8)
    _hills(canvas, surface, 0.72, 0.05)
    return surface


def streaks(canvas: Canvas, counts: tuple[float, ...], slope: float) -> Tensor:
    """Streaks of rain in several depths, 0 to 1."""
    u = canvas.controls
    total = torch.zeros_like(canvas.x)
    for depth, per_unit in enumerate(counts):
        along = (canvas.far_x + slope * canvas.far_y) * per_unit + 0.3 * depth
        number = torch.floor(along)
        f = (along - number - 0.5).abs() / per_unit
        h1, h2 = cell_hash(number, 0.21 + 0.17 * depth), cell_hash(number, 0.63 + 0.17 * depth)
        fall = frac(canvas.far_y * (0.75 - 0.12 * depth) - (0.5 + 0.25 * depth) * u[11] + h1)
        streak = bump(fall - 0.5, 0.16 + 0.05 * depth)
        line = coverage(0.0022 + 0.0012 * depth - f, canvas.pixel)
        total = torch.maximum(total, streak * line * (h2 < 0.65) * (0.45 + 0.25 * depth))
    return total


def rain(canvas: Canvas) -> Surface:
    """Rain from heavy clouds on a pond: streaks, rings that widen where drops fall."""
    u, pixel = canvas.controls, canvas.pixel
    far_x, far_y = canvas.far_x, canvas.far_y
    cloud = canvas.texture("cloud", far_x * 0.7 + 0.15 * u[8], far_y * 1.5, 0.5)
    fold = canvas.texture("ridge", far_x * 0.6 + 0.15 * u[8], far_y * 1.1 + 0.4 * cloud, 0.45)
    heavy = smoothstep(0.35, -0.55, far_y + 0.3 * (cloud - 0.5))
    tone = weighted_sum(0.40, (-0.14, heavy), (0.26, (cloud - 0.4) * heavy), (0.12, (fold - 0.5) * heavy))
    surface = Surface(0.25 * cloud * heavy, tone, 0 * tone)
    _hills(canvas, surface, 0.22, 0.20)
    x, y = canvas.x, canvas.y
    shore = 0.30
    below = (y - shore).clamp(min=0)
    pond = coverage(y - shore, pixel)
    z = 1 / (below + 0.22)
    lay(surface, pond, weighted_sum(0.34, (-0.10, below), (0.08, cloud)), 0.05)
    # Rings in a lattice that lies in perspective; each has its own age.
    rings = torch.zeros_like(x)
    for layer in range(2):
        gx, gy = x * z * 0.75 + 0.5 * layer, z * 1.6 + 0.37 * layer
        i, j = torch.floor(gx), torch.floor(gy)
        h, h2 = cell_hash(i + 13 * j, 0.3 + 0.3 * layer), cell_hash(i + 13 * j, 0.5 + 0.3 * layer)
        dx, dy = gx - i - 0.5 - 0.3 * (h - 0.5), gy - j - 0.5 - 0.3 * (h2 - 0.5)
        age = frac(h + h2 + 0.55 * u[12 + layer])
        r = length(dx, dy * 1.1)
        wave_ = bump(r - 0.45 * age, 0.035) + 0.6 * bump(r - 0.28 * age, 0.03)
        rings = rings + wave_ * (1 - age) * smoothstep(0.0, 0.1, age) * smoothstep(0.02, 0.15, below)
    rings = rings.clamp(0, 1.2) * pond
    surface.height.add_(rings, alpha=0.25)
    shine(surface, 0.16 * rings, 1.6)
    falling = streaks(canvas, (24.0, 15.0, 9.0), 0.12)
    shine(surface, 0.26 * falling, 1.4)
    return surface


def snow(canvas: Canvas) -> Surface:
    """Snow that falls on firs by evening, great flakes near, small ones far."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.42, 0.16, 0.12)
    x, y = canvas.x, canvas.y
    for row, (count, base, tall) in enumerate(((3.1, 0.40, 0.55), (1.9, 0.62, 0.90))):
        along = x * count + 0.35 * row + 0.10 * u[2]
        number = torch.floor(along)
        h = cell_hash(number, 0.3 + 0.2 * row)
        tx, ty = (along - number - 0.5) / count + 0.1 * (h - 0.5), y - base
        high = tall * (0.65 + 0.35 * h)
        tier = (ty + high) / high * 5.5
        step = frac(tier)
        half = 0.30 * (ty + high).clamp(min=0) * (0.62 + 0.38 * step)
        needle = canvas.texture("ridge", tx * 2.5 + number, ty * 2.5, 0.8)
        fir = torch.minimum(half + 0.03 * (needle - 0.5) - tx.abs(), torch.minimum(-ty, ty + high))
        white = smoothstep(0.42, 0.05, step + 0.3 * (needle - 0.5))
        lay(
            surface,
            coverage(fir, pixel),
            mix(0.20 - 0.05 * row + 0.08 * needle, 0.82, 0.85 * white),
            0.3 + 0.25 * white + 0.1 * row,
        )
        drift = y - base + 0.03 * torch.sin(3 * x + 2 * row)
        soft = canvas.texture("cloud", x, y * 2.4, 0.5)
        lay(
            surface,
            coverage(drift, pixel),
            weighted_sum(
                0.70 + 0.04 * row,
                (0.18, soft),
                (0.10, bump(drift, 0.06)),
                (-0.20, smoothstep(0.1, 0.6, drift)),
            ),
            0.35 + 0.2 * soft,
        )
    for depth, (per_unit, size) in enumerate(((9.0, 0.010), (5.5, 0.017), (3.0, 0.030))):
        fall_x = canvas.far_x + 0.05 * torch.sin(2.4 * canvas.far_y + 1.1 * u[9] + depth)
        fall_y = canvas.far_y - (0.25 + 0.12 * depth) * u[10]
        ax, ay = fall_x * per_unit + 0.4 * depth, fall_y * per_unit
        i, j = torch.floor(ax), torch.floor(ay)
        h, h2 = cell_hash(i + 13 * j, 0.2 + 0.2 * depth), cell_hash(i + 13 * j, 0.8 + 0.2 * depth)
        r = length((ax - i - 0.25 - 0.5 * h) / per_unit, (ay - j - 0.25 - 0.5 * h2) / per_unit)
        flake = smoothstep(size * (1.0 + 0.2 * depth), size * 0.4, r) * (0.85 - 0.1 * depth)
        lay(surface, flake, 0.97, 0.6 + 0.1 * depth, 0.10)
    return surface


def lightning(canvas: Canvas) -> Surface:
    """A storm by night: a bolt from the clouds with branches, clouds lit from within, rain."""
    u, pixel = canvas.controls, canvas.pixel
    far_x, far_y = canvas.far_x, canvas.far_y
    cloud = canvas.texture("cloud", far_x * 0.7 + 0.1 * u[8], far_y * 1.3, 0.5)
    fold = canvas.texture("ridge", far_x * 0.6 + 0.1 * u[8], far_y * 1.0 + 0.4 * cloud, 0.45)
    heavy = smoothstep(0.25, -0.45, far_y + 0.5 * (cloud - 0.5))
    origin = 0.04 * u[2]
    power = 0.55 + 0.45 * torch.sin(1.3 * u[5])
    lit_ = exp(((far_x - origin).square() * 1.6 + (far_y + 0.55).square() * 2.6) * -1.4) * (0.4 + 0.6 * power)
    tone = weighted_sum(
        0.10, (0.20, (cloud * 0.6 + fold * 0.4) * heavy), (0.44, lit_ * heavy * (0.3 + cloud)), (0.08, lit_)
    )
    surface = Surface(0.3 * cloud * heavy, tone, 0.22 * lit_ * heavy * fold)
    bolt_depth = _bolt(canvas, origin)
    _hills(canvas, surface, 0.66, 0.07)
    bolt = coverage(bolt_depth, pixel)
    around = exp(26.0 * bolt_depth.clamp(max=0))
    shine(surface, (0.34 * around + 0.9 * bolt) * power, 0.55)
    surface.tone.lerp_(torch.ones_like(far_x), bolt)
    shine(surface, 0.10 * streaks(canvas, (24.0, 15.0), 0.25), 1.0)
    return surface


def _zigzag(down: Tensor, shift: Scalar) -> Tensor:
    """A line that breaks again and again: triangle waves of several lengths over the way down."""
    total = torch.zeros_like(down)
    for per_unit, size, turn in ((0.9, 0.20, 0.31), (2.3, 0.11, 1.7), (5.1, 0.05, 0.4), (11.7, 0.018, 2.2)):
        total = total + size * ((frac(down * per_unit + turn + shift) - 0.5).abs() * 4 - 1)
    return total


def _bolt(canvas: Canvas, origin: Tensor) -> Tensor:
    """The depth inside a bolt from the clouds to the hills, with three thin branches."""
    u = canvas.controls
    x, y = canvas.far_x - origin, canvas.far_y
    shift = 0.06 * torch.sin(u[12])
    line = _zigzag(y, shift)
    taper = 0.011 - 0.004 * (y + 0.6).clamp(0, 1.4)
    depth = torch.minimum(taper - (x - line).abs() * 0.62, torch.minimum(y + 0.66, 0.74 - y))
    for start, lean, long in ((-0.30, -0.62, 0.42), (0.02, 0.80, 0.40), (0.22, -0.50, 0.30)):
        past = y - start
        root = _zigzag(torch.full_like(y[:, :1, :1], start), shift)
        branch = (
            root
            + lean * past
            + 0.6
            * (
                _zigzag(1.7 * y + lean, shift)
                - _zigzag(torch.full_like(y[:, :1, :1], 1.7 * start + lean), shift)
            )
        )
        thin = 0.0055 * (1 - past / long)
        depth = torch.maximum(
            depth, torch.minimum(thin - (x - branch).abs() * 0.6, torch.minimum(past, long - past))
        )
    return depth


def rainbow(canvas: Canvas) -> Surface:
    """A rainbow over a green valley after rain; its colours come out of the palette from dark to light."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.04, -0.03, 0.05)
    x, y = canvas.x - 0.04 * u[2], canvas.y
    r = length(x, y - 0.50)
    band = (r - 0.74) / 0.24
    there = smoothstep(0.0, 0.06, band) * smoothstep(1.0, 0.94, band)
    fade = smoothstep(0.62, 0.30, y)
    lay(surface, 0.95 * there * fade, 0.22 + 0.64 * band, 0.12, 0.10 * there)
    shine(surface, 0.10 * exp(-3.0 * (0.74 - r).clamp(min=0)) * (r < 0.74), 0.3)
    for number in range(3):
        ridge = canvas.texture(
            "cloud", canvas.x * (0.45 + 0.2 * number) + 1.7 * number, canvas.x * 0 + 0.4, 0.35
        )
        grass = canvas.texture("ridge", canvas.x * 1.6, canvas.y * 2.2 + number, 0.6)
        line = 0.44 + 0.13 * number - 0.36 * (ridge - 0.35)
        down = y - line
        lay(
            surface,
            coverage(down, pixel),
            weighted_sum(
                0.44 - 0.03 * number,
                (0.06, grass),
                (0.06, bump(down, 0.05)),
                (-0.05, smoothstep(0.0, 0.4, down)),
            ),
            0.15 + 0.12 * number + 0.15 * grass,
        )
    return surface


def leaves(canvas: Canvas) -> Surface:
    """Autumn leaves that fall: pointed lobes, ribs, all turning, before trees out of focus."""
    u = canvas.controls
    surface = dark_room(canvas, bokeh=0.16, lamp=0.14)
    surface.tone.add_(0.03)
    for number in range(9):
        size = 0.26 + 0.18 * ((number * 0.618) % 1)
        across = ((number * 0.377 + 0.12) % 1 - 0.5) * 2.1
        fall = (number * 0.7231 + 0.15) % 1
        at_y = (frac(fall + 0.11 * u[5 + number % 6] + torch.zeros_like(u[5])) - 0.5) * 2.3
        at_x = across + 0.08 * torch.sin(3.0 * at_y + 1.2 * u[3] + number) + 0.04 * u[2]
        found = part_of(
            canvas, surface, at_x - 1.1 * size, at_y - 1.1 * size, at_x + 1.1 * size, at_y + 1.1 * size
        )
        if found is not None:
            spin = 2.4 * number + 0.9 * u[11 + number % 6]
            _maple(found[0], found[1], at_x, at_y, size, spin, (number * 0.293) % 1)
    return surface


def _maple(
    canvas: Canvas, surface: Surface, at_x: Tensor, at_y: Tensor, size: float, spin: Tensor, hue: float
) -> None:
    cos, sin = torch.cos(spin), torch.sin(spin)
    dx, dy = (canvas.x - at_x) / size, (canvas.y - at_y) / size
    x, y = dx * cos + dy * sin, (dy * cos - dx * sin) / (0.72 + 0.28 * torch.cos(spin * 0.7)).clamp(min=0.5)
    r = length(x, y).clamp(min=1e-4)
    turn = torch.atan2(x, -y)
    # Five pointed lobes with teeth, the lowest two short.
    lobe = 1 - 2 * (frac(turn * 5 / TAU + 0.5) - 0.5).abs()
    tooth = 1 - 2 * (frac(turn * 25 / TAU + 0.5) - 0.5).abs()
    long = 0.86 + 0.14 * torch.cos(turn) - 0.22 * smoothstep(-0.5, -1.0, torch.cos(turn))
    outline = long * weighted_sum(0.30, (0.52, lobe.clamp(min=1e-4) ** 1.25), (0.16, tooth * lobe))
    blade = (outline - r) * 0.6
    stem = capsule(x, y, (0.0, 0.1), (0.08, 0.95), 0.035, 0.025)
    rib = bump(torch.sin(turn * 2.5) * r, 0.03) * (r < 0.85)
    tone = weighted_sum(0.48 + 0.28 * hue, (0.16, rib), (0.14, r), (-0.08, tooth * lobe))
    pixel = canvas.pixel / size
    lay(
        surface,
        coverage(torch.maximum(blade, stem), pixel * 1.4),
        tone,
        weighted_sum(0.45 + 0.8 * size, (-0.10, rib), (0.10, 1 - r)),
        0.08 * (1 - rib) * (1 - r).clamp(min=0),
    )


def volcano(canvas: Canvas) -> Surface:
    """A volcano by night: a glowing crater, streams of lava, a fountain of sparks, a cloud of ash."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = _night(canvas, 0.16)
    x, y = canvas.x - 0.04 * u[2], canvas.y
    peak = -0.12
    red = exp((x.square() * 1.2 + (y - peak).square()) * -2.6)
    shine(surface, 0.20 * red, 0.9)
    up = (peak - y).clamp(min=0)
    ash = canvas.texture("cloud", x * 0.9 + 0.1 * u[4], y * 0.8 + 0.35 * u[5], 0.5)
    fine = canvas.texture("ridge", x * 0.8 + 0.3 * ash, y * 0.7 + 0.35 * u[5], 0.5)
    drift = x - 0.10 * up * torch.sin(u[6])
    plume = bump(drift, 0.10 + 0.55 * up.pow(0.8)) * smoothstep(0.0, 0.06, up)
    body = smoothstep(0.40, 0.75, plume * (0.62 + 0.8 * ash))
    lay(
        surface,
        0.95 * body,
        weighted_sum(0.20, (0.26, fine * ash), (0.34, exp(-3.2 * up) * (0.4 + fine))),
        0.3 + 0.3 * ash,
        0.30 * exp(-4.0 * up) * fine,
    )
    rock = canvas.texture("ridge", x * 1.1, y * 1.1 - 0.4 * x.abs(), 0.6)
    gully = canvas.texture("ridge", x / (y - peak + 0.5).clamp(min=0.3) * 0.9 + p[0], y * 0.2, 0.6)
    slope = (
        peak
        + 0.02 * torch.cos(14 * x)
        + 0.95 * (x.abs() - 0.13).clamp(min=0)
        - 0.20 * (x.abs() - 0.13).clamp(min=0).square()
        + 0.05 * (gully - 0.5)
    )
    cone = y - slope
    tone = weighted_sum(
        0.18,
        (0.16, rock),
        (0.16, (gully - 0.5)),
        (0.14, exp(-5 * cone.clamp(min=0))),
        (-0.08, smoothstep(0.0, 0.5, x)),
    )
    lay(surface, coverage(cone, pixel), tone, weighted_sum(0.35, (0.20, rock), (0.16, gully)))
    along = (y - peak).clamp(min=0)
    on_cone = coverage(cone, pixel)
    vein = canvas.texture(
        "ridge",
        (x + 0.05 * torch.sin(9 * y + 0.6 * u[7])) / (along + 0.45) * 0.62 + p[1],
        along * 0.25 - 0.10 * u[5],
        0.7,
    )
    runnel = smoothstep(0.70, 0.90, vein) * exp(-1.5 * along)
    middle = 0.05 * torch.sin(8 * along + 0.5 * u[8]) * along.clamp(max=1) ** 0.5
    river = smoothstep(0.0, -0.03, (x - middle).abs() - 0.035 - 0.05 * along) * smoothstep(1.05, 0.55, along)
    lava = torch.maximum(runnel, river) * on_cone
    crust = smoothstep(0.02, 0.30, canvas.texture("edge", x * 2.0, y * 1.2 - 0.3 * u[5], 1.0))
    lay(surface, lava, 0.54 + 0.38 * crust * lava, 0.42, (0.30 + 0.6 * crust) * lava)
    shine(surface, 0.10 * bump(x, 0.10 + 0.35 * along) * on_cone * exp(-1.5 * along), 0.5)
    for number in range(14):
        angle = (number - 6.5) * 0.115
        life = frac(torch.full_like(u[0], (number * 0.618) % 1) + 0.45 * u[10])
        reach = 0.85 + 0.25 * ((number * 0.37) % 1)
        sx = math.sin(angle) * reach * life * 1.1
        sy = peak - math.cos(angle) * reach * life + 0.75 * life.square()
        r = length(x - sx, y - sy)
        shine(surface, (0.9 * bump(r, 0.013) + 0.25 * bump(r, 0.035)) * (1 - life), 0.9)
    shine(surface, 0.8 * bump(x, 0.10) * bump(y - peak, 0.05), 0.7)
    return surface
