"""A stage whose output changes must say so by its version: else what was kept of the old goes into new films.

Fingerprints are coarse, so that another processor has the same. Where one differs because the output was
meant to change, raise the version that is named and write the new fingerprint beside it.
"""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from musicvis.compiler.plan import (
    BusPlan,
    Curve,
    EffectPlan,
    MasterPlan,
    PicturePlan,
    SoundingNote,
    SoundPlan,
    StemPlan,
)
from musicvis.renderers.film.frames import Workshop, made_chunk, shots_of
from musicvis.renderers.generators.choose import choose_generator
from musicvis.renderers.generators.identity import EMBEDDED_VERSION
from musicvis.renderers.sound.mix.render import SoundRender
from musicvis.renderers.sound.mix.nodes import BUS_VERSION, MIX_VERSION
from musicvis.renderers.sound.stems.stem_nodes import STEM_VERSION
from musicvis.renderers.film.segment_nodes import SEGMENT_VERSION

KNOWN = json.loads(Path(__file__).with_name("versions.json").read_text(encoding="utf-8"))
FPS = Fraction(12)


def frames() -> list[list[int]]:
    """Three frames of several classes: the mean light of each of 4 x 4 fields, in 256 levels."""
    random = np.random.default_rng(8)
    weights = np.array([[0.5, 0.3, 0.1], [0.1, 0.6, 0.2], [0.0, 0.2, 0.7]], np.float32)
    picture = PicturePlan(
        noise=random.standard_normal((3, 128)).astype(np.float32).clip(-1.4, 1.4),
        class_indices=np.array([429, 663, 947]),
        class_weights=weights,
        brightness=np.array([1.0, 0.5, 1.0], np.float32),
        fps=FPS,
        width_px=64,
        height_px=32,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=64,
        generator_seed=1,
    )
    generator, _ = choose_generator(picture, torch.device("cpu"))
    planes, _ = made_chunk(Workshop.of(picture, generator), shots_of(picture), None)
    return [
        np.rint(one[:32].reshape(4, 8, 4, 16).mean((1, 3))).astype(int).ravel().tolist() for one in planes
    ]


def sound() -> list[float]:
    """The level of each eighth of a second of a note through a chain, moved, mastered; in whole decibels."""
    notes = (SoundingNote(0.1, 0.4, 60, 90, 12, False), SoundingNote(0.5, 0.3, 67, 70, 48, False))
    chain = (EffectPlan("reverb", "hall", (("room_size", 0.5),)),)
    bus = BusPlan("m", (StemPlan("m", 0.7, notes),), chain, Curve.constant_of(0.8), Curve.constant_of(0.4))
    plan = SoundPlan(48_000, 48_000, (bus, replace(bus, space="binaural")), master=MasterPlan(-16.0))
    with SoundRender(plan) as render:
        samples = np.concatenate(list(render.blocks()))
    power = (samples.reshape(8, -1, 2) ** 2).mean(1)
    return np.rint(10 * np.log10(power + 1e-9)).ravel().tolist()


def test_frames_are_those_of_their_version() -> None:
    known = KNOWN["frames"]
    assert known["versions"] == {"EMBEDDED_VERSION": EMBEDDED_VERSION, "SEGMENT_VERSION": SEGMENT_VERSION}
    difference = np.abs(np.subtract(frames(), known["fingerprint"])).max()
    assert difference <= 1, "pictures have changed: raise EMBEDDED_VERSION or SEGMENT_VERSION"


def test_sound_is_that_of_its_version() -> None:
    known = KNOWN["sound"]
    versions = {"STEM_VERSION": STEM_VERSION, "BUS_VERSION": BUS_VERSION, "MIX_VERSION": MIX_VERSION}
    assert known["versions"] == versions
    difference = np.abs(np.subtract(sound(), known["fingerprint"])).max()
    assert difference <= 1, "the sound has changed: raise STEM_VERSION, BUS_VERSION or MIX_VERSION"
