"""Films of layers, from the manifest to the pixels: two parts, one heard at the left, one at the right."""

from pathlib import Path
from typing import Any

import musicvis as mv
import numpy as np
import pytest
import torch
from mido import Message, MetaMessage, MidiFile, MidiTrack
from musicvis.compiler.plan import PicturePlan
from musicvis.renderers.film.frames import Workshop, made_chunk, shots_of
from musicvis.renderers.film.layered import layered_images, stage_of
from musicvis.renderers.film.segment_nodes import SegmentReads
from musicvis.renderers.film.slices import slice_of, thinned
from musicvis.renderers.generators import identity
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.identity import Recipe
from musicvis.renderers.picture.controls import FrameControls

MANIFEST = """\
musicvis: 1
title: Two
score: {file: two.mid, tail: 0.2s}
effects:
  flute: [{at: 1|1, hold: -0.7}]
  bass:  [{at: 1|1, hold: 0.7}]
visuals:
  generator: embedded
  resolution: 128
  play: false
  classes: {C: monastery, G: mushroom}
video: {size: 64x36, fps: 10}
"""
BOTH = {"visuals.layers": {"flute": {}, "bass": {}}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """At 120 quarters a minute: a flute plays C for a second, a bass G with it."""
    where = tmp_path_factory.mktemp("two")
    midi = MidiFile(ticks_per_beat=480)
    for name, pitch in (("flute", 72), ("bass", 43)):
        track = MidiTrack([MetaMessage("track_name", name=name)])
        track += [Message("note_on", note=pitch, velocity=100, time=0)]
        track += [Message("note_off", note=pitch, time=960)]
        midi.tracks.append(track)
    midi.save(where / "two.mid")
    (where / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    return where


def picture(folder: Path, **changes: Any) -> PicturePlan:
    return mv.load(folder, set=changes).plan().picture


def key(plan: PicturePlan) -> str:
    return SegmentReads(plan, Recipe("cpu")).node(plan, "a").key


def codes(folder: Path, **changes: Any) -> list[str]:
    return [finding.code for finding in mv.load(folder, set=changes).check()]


def test_a_part_that_is_heard_left_is_seen_left(folder: Path) -> None:
    generator = EmbeddedGenerator(0, (128, 128), pan=(0.8, 0.0), mirrored=True)
    one, other = (
        layered_images(generator, plan, [5], FrameControls())
        for flute in ({}, {"classes": {"other": "volcano"}})
        for plan in [picture(folder, **{"visuals.layers": {"flute": flute, "bass": {}}})]
    )
    changed = (one - other).abs().mean((0, 1, 2))
    # Another class of the flute changes the picture at the left, and nothing of its right quarter.
    third = len(changed) // 3
    assert changed[:third].mean() > 0.1
    assert changed[-len(changed) // 4 :].max() < 0.02


def test_a_layer_of_half_the_depth_takes_less_of_its_place(folder: Path) -> None:
    half = {"visuals.layers": {"flute": {"depth": 0.4}, "bass": {}}}
    (full_flute, full_bass), (flute, bass) = (
        picture(folder, **change).streams
        for change in ({"visuals.depth": 0.8, **BOTH}, {"visuals.depth": 0.8, **half})
    )
    assert flute.strength[5] == pytest.approx(full_flute.strength[5] / 2, rel=1e-3)
    assert bass.strength[5] == full_bass.strength[5]
    # In the silence after their last notes, both keep a little, and the same share of each other.
    assert 0 < flute.strength[-1] < 0.05 * flute.strength[5]


def test_one_layer_of_all_parts_makes_the_same_film_as_none(folder: Path) -> None:
    one = {"visuals.layers": {"all": {"parts": "*"}}}
    assert key(picture(folder, **one)) == key(picture(folder))
    assert "MV632" in codes(folder, **one)


def test_the_version_of_layers_is_in_the_keys_of_films_of_layers_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, layered = picture(folder), picture(folder, **BOTH)
    before = key(plain), key(layered)
    monkeypatch.setattr(identity, "LAYERS_VERSION", -1)
    assert key(plain) == before[0]
    assert key(layered) != before[1]


def test_a_layer_has_rules_a_motion_and_lanes_of_its_own(folder: Path) -> None:
    plain = picture(folder, **BOTH)
    ruled = {"rules": [{"where": {"beat": 1}, "class": "volcano"}]}
    flute, bass = picture(folder, **{"visuals.layers": {"flute": ruled, "bass": {}}}).streams
    assert (flute.class_names, bass.class_names) == (("volcano",), plain.streams[1].class_names)
    still = {"visuals.layers": {"flute": {"motion": {"amount": 0, "jitter": 0}}, "bass": {}}}
    flute, bass = picture(folder, **still).streams
    assert np.ptp(flute.noise, axis=0).max() == 0
    np.testing.assert_array_equal(bass.noise, plain.streams[1].noise)
    lane = {"effects": {"visuals.layers.bass.depth": [{"at": "1|1", "hold": "25%"}]}}
    flute, bass = picture(folder, **BOTH, **lane).streams
    np.testing.assert_array_equal(flute.class_weights, plain.streams[0].class_weights)
    assert bass.class_weights.max() == pytest.approx(0.25, abs=1e-4)


def test_layers_have_noises_of_their_own(folder: Path) -> None:
    flute, bass = picture(folder, **BOTH).streams
    assert np.abs(flute.noise - bass.noise).max() > 0.5


def test_frames_of_a_part_of_a_film_are_those_of_the_film(folder: Path) -> None:
    whole = picture(folder, **BOTH)
    part, each = slice_of(whole, 3, 6), thinned(whole, 2)
    for k, stream in enumerate(whole.streams):
        np.testing.assert_array_equal(part.streams[k].strength, stream.strength[3:6])
        np.testing.assert_array_equal(each.streams[k].noise, stream.noise[::2])
    assert key(part) != key(slice_of(whole, 2, 5))
    assert key(slice_of(whole, 3, 6)) == key(part)


class OneAtATime:
    """A generator that paints one picture at a time: white for the mushroom, black for all else."""

    device = torch.device("cpu")
    size_px = (128, 128)
    asked = 0

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        self.asked += len(noise)
        is_white = classes.argmax(1) == 947
        return torch.where(is_white, 1.0, -1.0)[:, None, None, None].expand(-1, 3, 128, 128)


def test_generators_that_paint_one_picture_make_one_for_each_layer(folder: Path) -> None:
    plan, generator = picture(folder, **BOTH), OneAtATime()
    images = layered_images(generator, plan, [5], FrameControls())
    stage = stage_of(plan)
    assert generator.asked == 2
    assert images.shape == (1, 3, stage.height_px, stage.width_px)
    assert images[0, 0, :, :20].max() < -0.9
    assert images[0, 0, :, -20:].min() > 0.9
    # What is finished has the size of the film.
    workshop = Workshop.of(slice_of(plan, 5, 6), generator)
    planes, _ = made_chunk(workshop, shots_of(workshop.picture), None)
    assert planes[0].shape == (54, 64)


def test_in_a_film_that_is_filled_layers_stand_on_the_picture_itself(folder: Path) -> None:
    plan = picture(folder, **BOTH, **{"video.frame": "fill"})
    stage = stage_of(plan)
    assert (stage.height_px, stage.width_px, stage.is_mirrored) == (128, 228, False)
    assert stage_of(picture(folder, **BOTH)).is_mirrored


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        ({"flute": {}, "oboe": {}}, "MV630"),
        ({"flute": {}, "all": {"parts": "*"}}, "MV631"),
        ({"flute": {"classes": {"C": {"drum": 0}}}, "bass": {}}, "MV634"),
        ({"flute": {"place": "3/2"}, "bass": {}}, "MV206"),
    ],
)
def test_faults_of_layers_are_found(folder: Path, layers: dict[str, Any], code: str) -> None:
    assert code in codes(folder, **{"visuals.layers": layers})


def test_layers_need_notes_that_move_them(folder: Path) -> None:
    spectrum = {"visuals.mapping": "spectrum", "visuals.spectrum": {"file": "a.spectrum"}}
    assert "MV635" in codes(folder, **BOTH, **spectrum)


def test_the_forecast_of_another_generator_grows_with_its_layers(folder: Path) -> None:
    found = mv.load(folder, set={**BOTH, "visuals.generator": "biggan"}).check()
    (note,) = [finding for finding in found if finding.code == "MV636"]
    assert "2 times as long" in note.message


def test_the_tone_of_a_film_is_in_its_key_and_seen(folder: Path) -> None:
    plain = picture(folder)
    assert not {"contrast", "saturation"} & set(plain.steering.names)
    grey = picture(folder, **{"visuals.saturation": 0})
    assert key(grey) != key(plain)
    workshop = Workshop.of(slice_of(grey, 5, 6), OneAtATime())
    planes, _ = made_chunk(workshop, shots_of(workshop.picture), None)
    assert set(planes[0][36:].flatten().tolist()) == {128}
