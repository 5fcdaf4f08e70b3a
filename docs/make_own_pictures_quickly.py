"""The picture of docs/how-to/own-pictures-quickly.md: two pictures computed here, as notes show them.

python docs/make_own_pictures_quickly.py writes docs/own-pictures-quickly.jpg.
"""

import hashlib
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from musicvis.compiler.plan import OwnPicture
from musicvis.dsl.values.subjects import subject_count
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.picture.mirror import mirrored, strips_for
from PIL import Image

TARGET = Path(__file__).parent / "own-pictures-quickly.jpg"
SIDE_PX, WIDE = 176, Fraction(16, 9)
SEA, ROSE, CASTLE = subject_count(), subject_count() + 1, 483
FADE = ({SEA: 0.9}, {SEA: 0.6, ROSE: 0.2}, {SEA: 0.4, ROSE: 0.45}, {SEA: 0.15, ROSE: 0.7}, {ROSE: 0.9})


def noise(height: int, width: int, fall: float, seed: int) -> np.ndarray:
    """Clouds of unit variance: the larger `fall`, the softer."""
    waves = np.fft.rfft2(np.random.default_rng(seed).standard_normal((height, width)))
    number = np.hypot(np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width)[None] * width)
    number[0, 0] = 1
    field = np.fft.irfft2(waves * number**-fall, s=(height, width))
    return (field - field.mean()) / field.std()


def sea(width: int = 600, height: int = 400) -> np.ndarray:
    """A sunset over water, with a rock."""
    y, x = np.mgrid[0:height, 0:width]
    v, u, horizon = y / height, x / width, 0.48
    up = (horizon - v) / horizon
    sky = np.stack([0.95 - 0.6 * np.abs(up), 0.62 - 0.28 * up, 0.42 + 0.25 * up], -1)
    far = np.hypot((u - 0.62) * 1.5, v - 0.36)
    sky = sky + np.exp(-far / 0.16)[..., None] * np.array([0.35, 0.2, 0.02])
    sun = np.exp(-((far / 0.06) ** 4))[..., None]
    sky = sky * (1 - sun) + sun * np.array([1, 0.95, 0.8])
    near = np.clip((v - horizon) / (1 - horizon), 1e-3, 1)
    wave = np.sin(60 / (near + 0.08) + noise(height, width, 1.6, 5) * 1.6) * 0.5 + 0.5
    water = np.array([0.05, 0.16, 0.28]) + (wave * (0.3 + near))[..., None] * np.array([0.1, 0.2, 0.22])
    path = np.exp(-(((u - 0.62) / (0.03 + 0.12 * near)) ** 2)) * wave**3
    water = water + path[..., None] * np.array([1, 0.7, 0.35])
    image = np.where((v < horizon)[..., None], sky, water)
    rock = v > 0.75 - 0.4 * np.exp(-(((u - 0.15) / 0.11) ** 2)) + 0.015 * noise(height, width, 1.4, 9)
    stone = np.array([0.12, 0.09, 0.08]) + 0.04 * noise(height, width, 1.1, 11)[..., None]
    return np.where(rock[..., None], stone, image)


def rose(side: int = 450) -> np.ndarray:
    """A flower before leaves that are out of focus."""
    y, x = (np.mgrid[0:side, 0:side] - side / 2) / (side / 2)
    image = np.array([0.08, 0.2, 0.1]) + 0.07 * noise(side, side, 2.0, 21)[..., None] * np.array(
        [0.6, 1, 0.4]
    )
    for seed in range(30):
        draw = np.random.default_rng(seed)
        (left, top), radius = draw.uniform(-1.2, 1.2, 2), draw.uniform(0.05, 0.2)
        disc = 1 / (1 + np.exp((np.hypot(x - left, y - top) - radius) * 60))
        image = image + disc[..., None] * np.array([0.2, 0.3, 0.08]) * draw.uniform(0.2, 0.7)
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    rings = (
        (0.78, 9, 0, (0.85, 0.25, 0.45)),
        (0.6, 9, 0.35, (0.95, 0.4, 0.55)),
        (0.4, 8, 0.1, (1, 0.62, 0.7)),
    )
    for reach, petals, turn, colour in rings:
        fold = np.abs(np.cos(petals * (angle + turn) / 2))
        leaf = (1 / (1 + np.exp((radius - reach * (0.72 + 0.28 * fold**0.6)) * 90)))[..., None]
        shade = 0.55 + 0.45 * fold * (radius / reach).clip(0, 1) + 0.04 * np.sin(angle * 140)
        image = image * (1 - leaf) + leaf * np.array(colour) * shade[..., None]
    heart = (1 / (1 + np.exp((radius - 0.16) * 80)))[..., None]
    pollen = np.array([0.95, 0.75, 0.15]) + 0.12 * noise(side, side, 0.6, 33)[..., None]
    return image * (1 - heart) + heart * pollen


def own(file: Path, pixels: np.ndarray, index: int) -> OwnPicture:
    Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8)).save(file)
    return OwnPicture(index, file.name, file, hashlib.sha256(file.read_bytes()).hexdigest())


def classes(shares: dict[int, float]) -> torch.Tensor:
    found = torch.zeros(1, subject_count() + 2)
    for index, share in shares.items():
        found[0, index] = share
    return found


def image_of(images: torch.Tensor) -> Image.Image:
    return Image.fromarray(((images[0] + 1) * 127.5).round().byte().permute(1, 2, 0).contiguous().numpy())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        pictures = (
            own(Path(place) / "sea.png", sea(), SEA),
            own(Path(place) / "rose.png", rose(), ROSE),
        )
        vector = torch.randn(1, 128, generator=torch.Generator().manual_seed(4)).clamp(-2, 2) * 0.5
        plain = EmbeddedGenerator(0, (SIDE_PX, SIDE_PX), pictures=pictures)
        folded = EmbeddedGenerator(0, (SIDE_PX, SIDE_PX), pan=(0.8, 0.0), mirrored=True, pictures=pictures)
        whole = Image.new("RGB", (5 * SIDE_PX, 2 * SIDE_PX))
        for number, shares in enumerate(FADE):
            whole.paste(image_of(plain.images(vector, classes(shares))), (number * SIDE_PX, 0))
        whole.paste(image_of(plain.images(vector, classes({SEA: 0.45, CASTLE: 0.45}))), (0, SIDE_PX))
        strips = strips_for(SIDE_PX, SIDE_PX, WIDE)
        for number, shares in enumerate(({SEA: 0.9}, {SEA: 0.45, ROSE: 0.45})):
            film = image_of(mirrored(folded.images(vector, classes(shares)), strips))
            film = film.resize((2 * SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
            whole.paste(film, (SIDE_PX + number * 2 * SIDE_PX, SIDE_PX))
        whole.save(TARGET, quality=84, optimize=True)
