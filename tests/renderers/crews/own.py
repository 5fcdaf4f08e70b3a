"""Films for tests of crews: of painted subjects, with a picture and a video, and of a trained model."""

import hashlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from musicvis.compiler.plan import BarMark, ClipPlan, OwnPicture, PicturePlan, Plan, SoundPlan
from musicvis.dsl.values.subjects import subject_count
from musicvis.renderers.training.corpus import corpus_of
from musicvis.renderers.training.learners import CODE
from musicvis.renderers.training.save import save_model
from musicvis.renderers.training.train import Options, Training, run
from musicvis.tests.clips import write_clip
from musicvis.tests.renderers.training.conftest import painted
from PIL import Image

CASTLE = 483


def own(index: int, path: Path, clip: ClipPlan | None = None) -> OwnPicture:
    return OwnPicture(index, path.name, path, hashlib.sha256(path.read_bytes()).hexdigest(), clip)


def plan(segments: int = 4, frames: int = 6, resolution: int = 32) -> Plan:
    """A film of bars with so many frames, at 12 frames a second."""
    count = segments * frames
    random = np.random.default_rng(5)
    picture = PicturePlan(
        noise=random.standard_normal((count, 128)).astype(np.float32),
        class_indices=np.array([429, 947]),
        class_weights=np.full((count, 2), 0.4, np.float32),
        brightness=np.ones(count, np.float32),
        fps=Fraction(12),
        width_px=64,
        height_px=36,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=resolution,
        generator_seed=1,
    )
    bars = tuple(BarMark(k + 1, 1, Fraction(k * frames, 12)) for k in range(segments))
    duration_s = Fraction(count, 12)
    return Plan("T", 1, duration_s, picture, SoundPlan(48_000, round(duration_s * 48_000), ()), bars)


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
    picture = replace(
        plan(segments, frames).picture,
        class_indices=np.array([CASTLE, first, first + 1]),
        class_weights=np.full((count, 3), 0.3, np.float32),
        class_count=first + 3,
        pictures=pictures,
        clips=clips,
    )
    return replace(plan(segments, frames), picture=picture)


def trained_film(folder: Path, segments: int = 3, frames: int = 4) -> Plan:
    """The same of a model that has looked at 40 frames for two steps."""
    for name in ("bars", "disc"):
        (folder / "frames" / name).mkdir(parents=True)
        for number in range(20):
            painted(name, number / 20).save(folder / "frames" / name / f"{number}.png")
    training = Training.begun(corpus_of([folder / "frames"], 32), Options("glo", 32, 2, seed=1))
    assert run(training, lambda *told: None)
    (folder / "mine").mkdir()
    save_model(training, folder / "mine", "mine", {})
    count = segments * frames
    random = np.random.default_rng(6)
    whole = film(folder, segments, frames)
    picture = replace(
        whole.picture,
        noise=random.standard_normal((count, CODE)).astype(np.float32),
        class_indices=np.array([0, 1]),
        class_weights=np.full((count, 2), 0.5, np.float32),
        generator="mine",
        weights=folder / "mine",
        class_count=2,
        pictures=(),
        clips=None,
    )
    return replace(whole, picture=picture)
