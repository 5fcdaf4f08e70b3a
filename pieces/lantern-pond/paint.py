"""The pictures and the videos of The Lantern Pond, drawn by formulas: nobody's photographs.

Run it to draw them anew: `python pieces/lantern-pond/paint.py`. It needs numpy, Pillow and av.
The same program gives the same pictures; how small they are packed follows the versions of Pillow and FFmpeg.

    photos/pond.jpg      dusk over a pond: hills, the moon and its path, reeds
    photos/lily.jpg      a water lily among its leaves, seen from above
    clips/rings.mp4      3 s: a drop falls, and its rings go over the water; two more fall after it
    clips/lanterns.mp4   2 s: paper lanterns on the water, rocking; its end meets its beginning
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PHOTO_PX, CLIP_PX, FPS = (800, 450), (640, 360), 24
DUSK = np.array([(0.05, 0.07, 0.20), (0.20, 0.20, 0.42), (0.58, 0.38, 0.48), (0.96, 0.66, 0.46)])
"""The sky from its top to the horizon."""


def grid(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Places: across from -16/9 to 16/9, down from -1 to 1, each of shape (height, width)."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    return (2 * x + 1 - width) / height, (2 * y + 1 - height) / height


def clouds(size: tuple[int, int], fall: float, seed: int, flat: float = 1.0) -> np.ndarray:
    """A field of unit variance: the larger `fall`, the softer; `flat` above 1 draws it out across."""
    width, height = size
    waves = np.fft.rfft2(np.random.default_rng(seed).standard_normal((height, width)))
    down, across = np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width)[None] * width
    number = np.hypot(down, across * flat)
    number[0, 0] = 1
    field = np.fft.irfft2(waves * number**-fall, s=(height, width))
    return (field - field.mean()) / field.std()


def soft(edge: np.ndarray, width: float) -> np.ndarray:
    """1 where edge is above 0, 0 below, and between over that width."""
    t = np.clip(edge / width + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def over(image: np.ndarray, share: np.ndarray, colour: object) -> np.ndarray:
    """A colour laid over an image, so much of it at each place."""
    share = share[..., None]
    return image * (1 - share) + np.asarray(colour) * share


def ramp(stops: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Colours between stops: `at` goes from 0 to 1."""
    place = np.clip(at, 0, 1) * (len(stops) - 1)
    return np.stack([np.interp(place, np.arange(len(stops)), stops[:, k]) for k in range(3)], -1)


# The pond


def sky(x: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Dusk without the moon: `up` is 0 at the horizon and 1 at the top."""
    image = ramp(DUSK, 1 - up)
    glow = np.exp(-(((x + 0.5) / 0.9) ** 2) - (up / 0.25) ** 2)
    return image + glow[..., None] * np.array([0.10, 0.06, 0.0])


def pond(size: tuple[int, int] = PHOTO_PX) -> np.ndarray:
    """Dusk over a pond, float64 (height, width, 3), 0 to 1."""
    x, y = grid(size)
    horizon = -0.12
    moon_x, moon_up = 0.62, 0.56
    wind = clouds(size, 1.5, 3, flat=0.12)
    fine = clouds(size, 1.25, 4, flat=0.10)
    near = np.clip((y - horizon) / (1 - horizon), 0, 1)

    def scene(across: np.ndarray, up: np.ndarray, is_water: bool) -> np.ndarray:
        image = sky(across, up)
        veil = np.exp(-(((up - 0.34 - 0.05 * np.sin(across * 2.1)) / 0.05) ** 2))
        image = image + veil[..., None] * np.array([0.10, 0.05, 0.04])
        far = np.hypot(across - moon_x, (up - moon_up) * 0.88)
        image = image + np.exp(-far / 0.16)[..., None] * np.array([0.30, 0.26, 0.20])
        face = 0.94 + 0.05 * np.sin(across * 60) * np.sin(up * 47)
        image = over(image, soft(0.085 - far, 0.012), np.array([1.0, 0.95, 0.82])) if not is_water else image
        image = np.where(far[..., None] < 0.085, image * face[..., None], image)
        for height, seed, colour in ((0.16, 1, (0.33, 0.26, 0.38)), (0.085, 2, (0.13, 0.12, 0.22))):
            ridge = height + sum(
                0.6 * height / n * np.sin(across * (1.3 * n + seed) + seed * 7 * n) for n in (1, 2, 3, 5)
            )
            tops = np.random.default_rng(seed).standard_normal(160)
            tops = np.convolve(np.repeat(tops, 6), np.hanning(9) / 4.0, "same")
            trees = 0.011 * np.interp(across, np.linspace(-2, 2, len(tops)), tops)
            image = over(image, soft(ridge + trees - up, 0.012), colour)
        return image

    air = scene(x, np.clip((horizon - y) / (horizon + 1), 0, 1), False)
    stars = np.random.default_rng(8)
    for _ in range(46):
        left, top, light = stars.uniform(-1.75, 1.75), stars.uniform(-1, -0.62), stars.uniform(0.2, 0.8)
        spark = np.exp(-((x - left) ** 2 + (y - top) ** 2) / 0.000016)
        air = air + (spark * light)[..., None]
    ripple = (0.022 + 0.10 * near) * (0.7 * wind + 0.35 * fine)
    mirrored = np.clip((y - horizon) / 1.05 * 0.98 + ripple, 0, 1)
    water = scene(x + ripple * 0.4, mirrored, True)
    water = water * (0.86 - 0.50 * near)[..., None] + near[..., None] * np.array([0.00, 0.035, 0.06])
    path = np.exp(-(((x - moon_x) / (0.04 + 0.13 * near)) ** 2))
    path = path * (0.25 + 0.75 * soft(wind + 0.8 * fine - 0.3, 2.2))
    water = water + (path * (0.85 - 0.35 * near))[..., None] * np.array([0.95, 0.82, 0.58])
    image = np.where((y < horizon)[..., None], air, water)
    return np.clip(reeds(image, x, y), 0, 1)


def reeds(image: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Blades and cattails before the water, on both sides."""
    draw = np.random.default_rng(21)
    for number in range(64):
        side = -1 if number % 3 else 1
        foot = side * (1.86 - abs(draw.normal(0, 0.26)))
        height, lean, width = (
            draw.uniform(0.5, 1.45),
            draw.normal(-0.04 * side, 0.22),
            draw.uniform(0.010, 0.020),
        )
        along = np.clip((1.06 - y) / height, 0, None)
        middle = foot + lean * along**2
        blade = soft(width * (1 - along**1.6) - np.abs(x - middle), 0.006) * (along < 1)
        depth = draw.uniform(0.3, 1.0)
        colour = np.array([0.035, 0.06, 0.075]) * (0.5 + depth) + np.array([0.03, 0.012, 0.0]) * depth
        light = 0.10 * soft(x - middle, 0.01) * np.clip(along, 0, 1)
        image = over(image, blade, colour + light[..., None] * np.array([0.9, 0.6, 0.45]))
        if number % 5 == 0 and height > 0.8:
            top = 1.06 - 0.93 * height
            inside = 1 - ((x - foot - lean * 0.86) / 0.026) ** 2 - ((y - top) / 0.105) ** 2
            image = over(image, soft(inside, 0.35), np.array([0.17, 0.09, 0.06]))
    return image


# The lily


def lily(size: tuple[int, int] = PHOTO_PX) -> np.ndarray:
    """A water lily from above, float64 (height, width, 3), 0 to 1."""
    x, y = grid(size)
    deep = clouds(size, 1.9, 31, flat=0.5)
    image = np.array([0.015, 0.075, 0.095]) + (0.5 + 0.5 * np.tanh(deep))[..., None] * np.array(
        [0.03, 0.10, 0.12]
    )
    shine = soft(clouds(size, 1.7, 33, flat=0.3) - 1.1, 1.4)
    image = image + shine[..., None] * np.array([0.34, 0.24, 0.27])
    pads = (
        (-0.62, 0.42, 0.62, 0.4),
        (0.78, 0.50, 0.52, 2.6),
        (0.95, -0.62, 0.44, 4.4),
        (-1.25, -0.42, 0.50, 5.3),
    )
    pads += (
        (-0.15, -0.80, 0.36, 1.2),
        (1.62, 0.06, 0.34, 3.5),
        (-1.70, 0.62, 0.36, 0.2),
        (0.25, 0.98, 0.30, 5.6),
    )
    for left, top, reach, turn in pads:
        image = pad(image, x - left, (y - top) / 0.86, reach, turn)
    return np.clip(flower(image, x - 0.04, (y + 0.02) / 0.90), 0, 1)


def pad(image: np.ndarray, x: np.ndarray, y: np.ndarray, reach: float, turn: float) -> np.ndarray:
    """A round leaf with a notch and veins, its rim light, its shadow on the water."""
    radius, angle = np.hypot(x, y), np.arctan2(y, x) - turn
    angle = (angle + np.pi) % (2 * np.pi) - np.pi
    rim = reach * (1 + 0.015 * np.sin(angle * 9 + turn) + 0.01 * np.sin(angle * 23))
    inside = soft(rim - radius, 0.012) * soft(np.abs(angle) - 0.12 - 0.10 * radius / reach, 0.05)
    shadow = soft(rim * 1.02 - np.hypot(x - 0.03, y - 0.045), 0.10)
    image = image * (1 - 0.55 * shadow)[..., None]
    vein = np.abs(np.sin(angle * 8.5)) ** 14 * np.clip(radius / reach, 0, 1)
    tone = 0.55 + 0.30 * np.cos(angle - 2.2) * radius / reach + 0.22 * vein + 0.05 * np.sin(angle * 61)
    edge = np.exp(-(((radius - rim * 0.97) / 0.018) ** 2))
    green = tone[..., None] * np.array([0.20, 0.42, 0.22]) + edge[..., None] * np.array([0.26, 0.16, 0.12])
    return over(image, inside, green)


def flower(image: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Four rings of pointed petals, the outer ones first, and the stamens."""
    shadow = soft(0.66 - np.hypot(x - 0.05, y - 0.08), 0.35)
    image = image * (1 - 0.6 * shadow)[..., None]
    rings = ((9, 0.66, 0.20, 0.0), (9, 0.57, 0.19, 0.36), (8, 0.45, 0.17, 0.15), (7, 0.31, 0.14, 0.5))
    for ring, (count, reach, width, turn) in enumerate(rings):
        for number in range(count):
            angle = turn + 2 * np.pi * number / count
            along = (x * np.cos(angle) + y * np.sin(angle)) / reach
            across = (y * np.cos(angle) - x * np.sin(angle)) / width
            open_to = np.clip(np.sin(np.pi * np.clip(along, 0, 1) ** 1.15), 0, 1) ** 0.75
            inside = soft(open_to - np.abs(across), 0.07) * (along > 0) * (along < 1)
            fold = 1 - 0.30 * np.abs(across) - 0.16 * (across < 0)
            lines = 0.025 * np.sin(across * 26) * np.clip(along, 0, 1)
            light = fold + lines + 0.10 * np.cos(angle + 2.4) + 0.05 * ring
            tip = np.clip(along, 0, 1) ** 1.5
            pink = (1 - tip)[..., None] * np.array([0.80, 0.40, 0.55]) + tip[..., None] * np.array(
                [1.0, 0.80, 0.86]
            )
            dark = soft(np.abs(across) - open_to + 0.10, 0.10) * 0.25
            image = over(image, inside, pink * (light - dark)[..., None])
    draw = np.random.default_rng(5)
    for number in range(64):
        angle, reach = number * 2.39996, 0.15 * np.sqrt((number + 1) / 64)
        spot = np.hypot(x - reach * np.cos(angle), y - reach * np.sin(angle))
        gold = np.array([0.98, 0.72, 0.18]) * draw.uniform(0.7, 1.1)
        image = over(image, soft(0.017 - spot, 0.012), gold)
    return image


# The rings

DROPS = ((0.0, 0.0, 2.6, 1.0), (0.85, -0.95, 3.6, 0.55), (1.55, 0.85, 2.1, 0.45))
"""When a drop falls, where (across, away), and how large it is."""


def rings(t_s: float, size: tuple[int, int] = CLIP_PX) -> np.ndarray:
    """The water so long after the first drop fell, float64 (height, width, 3), 0 to 1."""
    x, y = grid(size)
    # A camera above the water: what is high in the picture is far away.
    away = 3.4 / (y + 1.75)
    across = x * away * 0.52
    slope_x, slope_z = np.zeros_like(x), np.zeros_like(x)
    for begin_s, left, far, force in DROPS:
        since = t_s - begin_s
        if since <= 0:
            continue
        dx, dz = across - left, away - far
        radius = np.hypot(dx, dz) + 1e-6
        front = 0.85 * since
        packet = np.exp(-(((radius - front * 0.72) / (0.10 + 0.30 * front)) ** 2)) * soft(
            front - radius, 0.12
        )
        fade = force * np.exp(-since / 1.5) / (0.35 + radius)
        wave = np.cos(26 * (radius - front)) * packet * fade
        slope_x, slope_z = slope_x + wave * dx / radius, slope_z + wave * dz / radius
    breath = (
        0.10
        * np.sin(across * 3 + away * 2.2 + 2 * np.pi * t_s / 3)
        * np.sin(away * 5.1 - 2 * np.pi * t_s / 3)
    )
    slope_z = slope_z + breath * 0.35
    # The mirror image of the dusk, bent by the slope; far water mirrors what stands near the horizon.
    up = np.clip(0.62 - 0.105 * away + 0.42 * slope_z + 0.16 * y, 0, 1)
    image = sky(across * 0.4 + 0.9 * slope_x, up) * np.array([0.62, 0.70, 0.86])
    image = image * (0.58 + 0.25 * np.clip(-y, 0, 1))[..., None]
    moon = np.exp(-(((across - 0.75 + 1.2 * slope_x) / 0.16) ** 2) - ((y - 0.25 + 1.2 * slope_z) / 0.42) ** 2)
    streaks = 0.6 + 0.4 * np.sin(away * 38 + 2.5 * np.sin(across * 9) + 2 * np.pi * t_s / 1.5)
    image = image + (moon * streaks)[..., None] * np.array([0.66, 0.58, 0.44])
    glint = np.clip(slope_z * 1.5 + slope_x * 0.7, 0, None) ** 2
    image = image + glint[..., None] * np.array([0.75, 0.62, 0.55])
    for begin_s, left, far, force in DROPS:
        since = t_s - begin_s
        if 0 <= since < 0.35:
            crown = np.hypot(across - left, (away - far) * 1.0)
            light = force * (1 - since / 0.35) ** 2
            image = image + (np.exp(-((crown / 0.07) ** 2)) * light)[..., None] * np.array([1.0, 0.95, 0.9])
    return np.clip(image, 0, 1)


# The lanterns

LANTERNS = (
    (-0.95, 0.10, 0.30, 0.0),
    (0.12, 0.30, 0.40, 0.37),
    (1.12, 0.02, 0.26, 0.71),
    (0.58, -0.14, 0.17, 0.2),
)
"""Across, down, size, and how far each is in its rocking."""


def lanterns(t_s: float, size: tuple[int, int] = CLIP_PX) -> np.ndarray:
    """Paper lanterns at a time of their 2 seconds, float64 (height, width, 3), 0 to 1."""
    x, y = grid(size)
    turn = np.pi * t_s
    shore = -0.30
    image = np.where(
        (y < shore)[..., None],
        ramp(np.array([(0.02, 0.03, 0.09), (0.06, 0.07, 0.16), (0.15, 0.11, 0.20)]), (y + 1) / (shore + 1)),
        ramp(
            np.array([(0.10, 0.08, 0.15), (0.03, 0.05, 0.10), (0.01, 0.02, 0.05)]), (y - shore) / (1 - shore)
        ),
    )
    lights = np.random.default_rng(12)
    for _ in range(26):
        left, top, reach = (
            lights.uniform(-1.8, 1.8),
            shore - abs(lights.normal(0, 0.13)),
            lights.uniform(0.02, 0.06),
        )
        disc = soft(reach - np.hypot(x - left, y - top), 0.02)
        image = image + disc[..., None] * np.array([0.50, 0.28, 0.10]) * lights.uniform(0.15, 0.8)
    ripple = 0.035 * np.sin(y * 46 + 3 * np.sin(x * 2.2) - 2 * turn) + 0.02 * np.sin(
        y * 91 + x * 5 + 4 * turn
    )
    for left, top, reach, phase in sorted(LANTERNS, key=lambda lantern: lantern[1]):
        sway = turn + 2 * np.pi * phase
        flame = 1 + 0.10 * np.sin(2 * sway) + 0.05 * np.sin(6 * sway)
        bob = top + 0.018 * np.sin(sway * 2 + 1)
        tilt = 0.07 * np.sin(sway * 2)
        foot = bob + reach
        glow = np.exp(-np.hypot(x - left, (y - bob) * 0.9) / (reach * 1.1)) * flame
        image = image + glow[..., None] * np.array([0.40, 0.17, 0.05])
        below = np.clip((y - foot) / (1 - foot + 1e-6), 0, 1)
        path = np.exp(-(((x - left + ripple * (0.4 + below)) / (reach * (0.5 + 0.25 * below))) ** 2))
        path = path * soft(y - foot, 0.05) * np.exp(-(y - foot).clip(0) / (reach * 1.9))
        broken = 0.65 + 0.35 * np.sin(y * 70 + 4 * np.sin(x * 6) - 4 * turn)
        image = image + (path * broken * flame)[..., None] * np.array([0.95, 0.45, 0.13])
        image = lantern(image, x - left - tilt * (y - foot), y - bob, reach, flame)
    return np.clip(image, 0, 1)


def lantern(image: np.ndarray, x: np.ndarray, y: np.ndarray, reach: float, flame: float) -> np.ndarray:
    """One lantern: a box of paper with ribs, lit from inside, on a dark foot."""
    u, v = x / reach, y / reach
    half = 0.66 + 0.10 * np.cos(v * 1.5)
    inside = soft(half - np.abs(u), 0.06) * soft(1.0 - np.abs(v), 0.06)
    warm = np.exp(-((u / 0.62) ** 2) - ((v - 0.25) / 0.75) ** 2)
    paper = warm[..., None] * np.array([1.0, 0.80, 0.42]) + (1 - warm)[..., None] * np.array(
        [0.78, 0.27, 0.08]
    )
    ribs = 1 - 0.28 * np.exp(-((((v * 2.5) % 1 - 0.5) / 0.07) ** 2))
    posts = 1 - 0.45 * np.exp(-(((np.abs(u) - half * 0.52) / 0.03) ** 2))
    image = over(image, inside, paper * (ribs * posts * (0.85 + 0.15 * flame))[..., None])
    frame = soft(0.075 - np.abs(np.abs(v) - 0.98), 0.04) * soft(half + 0.06 - np.abs(u), 0.05)
    return over(image, frame, np.array([0.11, 0.05, 0.03]))


# Files


def whole(image: np.ndarray) -> np.ndarray:
    """Whole numbers from 0 to 255."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def write_photo(path: Path, image: np.ndarray) -> None:
    """A picture as JPEG."""
    from PIL import Image

    Image.fromarray(whole(image)).save(path, quality=88, optimize=True, progressive=True)


def write_clip(path: Path, frame: Callable[[float], np.ndarray], length_s: float) -> None:
    """A video as H.264, without a sound."""
    import av

    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=FPS)
        stream.width, stream.height = CLIP_PX
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "22", "preset": "slow"}
        for number in range(round(length_s * FPS)):
            image = av.VideoFrame.from_ndarray(whole(frame(number / FPS)), format="rgb24")
            box.mux(stream.encode(image))
        box.mux(stream.encode())


if __name__ == "__main__":
    write_photo(HERE / "photos/pond.jpg", pond())
    write_photo(HERE / "photos/lily.jpg", lily())
    write_clip(HERE / "clips/rings.mp4", rings, 3.0)
    write_clip(HERE / "clips/lanterns.mp4", lanterns, 2.0)
