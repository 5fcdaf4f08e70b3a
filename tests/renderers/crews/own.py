"""Films with a picture, a video and a painted subject, and of a trained model, for tests of crews."""

import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
from musicvis.compiler.plan import BarMark, ClipPlan, OwnPicture, PicturePlan, Plan, SoundPlan
from musicvis.dsl.values.subjects import subject_count
from musicvis.tests.clips import write_clip
from PIL import Image

CASTLE = 483


def own(index: int, path: Path, clip: ClipPlan | None = None) -> OwnPicture:
    return OwnPicture(index, path.name, path, hashlib.sha256(path.read_bytes()).hexdigest(), clip)


def film(folder: Path, segments: int = 3, frames: int = 4) -> Plan:
    """Bars of so many frames; each frame shows another moment of the video."""
    first, count = subject_count(), segments * frames
    Image.effect_noise((64, 48), 60).convert("RGB").save(folder / "photo.png")
    colours = [(20 * k, 255 - 20 * k, 120) for k in range(12)]
    video = write_clip(folder / "clip.mp4", colours)
    clip = ClipPlan(0.0, None, False, "back")
    pictures = (own(first, folder / "photo.png"), *(own(first + k, video, clip) for k in (1, 2)))
    clips = np.zeros((count, 3), np.float32)
    clips[:, 1] = np.arange(count) / 8
    random = np.random.default_rng(5)
    picture = PicturePlan(
        noise=random.standard_normal((count, 128)).astype(np.float32),
        class_indices=np.array([CASTLE, first, first + 1]),
        class_weights=np.full((count, 3), 0.3, np.float32),
        brightness=np.ones(count, np.float32),
        fps=Fraction(12),
        width_px=64,
        height_px=36,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=32,
        generator_seed=1,
        class_count=first + 3,
        pictures=pictures,
        clips=clips,
    )
    return planned(picture, segments)


def planned(picture: PicturePlan, segments: int) -> Plan:
    """A picture as a film without a sound."""
    count = picture.frame_count
    frames = count // segments
    bars = tuple(BarMark(k + 1, 1, Fraction(k * frames, 12)) for k in range(segments))
    duration_s = Fraction(count, 12)
    return Plan("T", 1, duration_s, picture, SoundPlan(48_000, round(duration_s * 48_000), ()), bars)
