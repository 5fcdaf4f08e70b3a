"""What is rendered of a version at each level: a coarse segment shows every third frame as it is."""

from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import PicturePlan, Ramp, Steering, TitlePlan
from musicvis.dsl.model.parameters import NEUTRAL
from musicvis.renderers.crews.job import VIDEO, Studio
from musicvis.renderers.film.slices import slice_of, thinned
from musicvis.renderers.generators.identity import Recipe
from musicvis.store.store import Store
from musicvis.watch.film import Film
from musicvis.watch.queue import Task
from musicvis.watch.session import Session
from musicvis.watch.wire import events, requests

from .test_media import frames

LOOK = requests.Look(0.5, 0.0, 1.0)
RECIPE = Recipe("cpu")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store of the test's own."""
    return Store(tmp_path / "cache")


@pytest.fixture
def film(piece: Path, store: Store) -> Film:
    """The film of the small piece."""
    plan = Session(piece / "piece.yaml").read(lambda lanes: None).plan
    assert plan is not None
    return Film.of(plan, RECIPE, store)


def picture(film: Film) -> PicturePlan:
    """The first segment, with a title that appears and goes."""
    title = TitlePlan(
        "Hi", 1, 9, "#FFFFFF", None, Ramp(Fraction(1), Fraction(4)), Ramp(Fraction(6), Fraction(3))
    )
    return replace(slice_of(film.plan.picture, 0, 11), titles=(title,))


@pytest.mark.parametrize("step", [2, 3, 5])
def test_a_thinned_picture_shows_the_same_at_the_same_times(film: Film, step: int) -> None:
    whole = picture(film)
    part = thinned(whole, step)
    assert part.fps == whole.fps / step and part.frame_count == -(-11 // step)
    for k in range(part.frame_count):
        assert np.array_equal(part.noise[k], whole.noise[k * step])
        assert np.array_equal(part.class_weights[k], whole.class_weights[k * step])
        (thin,), (title,) = part.titles, whole.titles
        assert (thin.first_frame <= k < thin.end_frame) == (title.first_frame <= k * step < title.end_frame)
        assert thin.opacity(k) == pytest.approx(title.opacity(k * step))


def test_everything_that_a_picture_has_for_each_frame_is_thinned(film: Film) -> None:
    whole = picture(film)
    count = whole.frame_count
    rows = {
        field.name: np.arange(count, dtype=np.float32)
        for field in fields(PicturePlan)
        if "F32 | None" in str(field.type) and field.name != "lights"
    }
    lights = np.zeros((count, 9), np.float32)
    lights[:, 0] = np.arange(count)
    lights[:, 5] = np.arange(count)
    steering = Steering.of({name: np.arange(count) for name in NEUTRAL})
    part = thinned(replace(whole, lights=lights, steering=steering, **rows), 3)
    assert set(rows) == {"truncation", "clips"}
    assert part.steering.names == tuple(NEUTRAL)
    assert part.steering.values.tolist() == [[0.0, 3.0, 6.0, 9.0]] * len(NEUTRAL)
    for name in rows:
        assert getattr(part, name).tolist() == [0.0, 3.0, 6.0, 9.0], name
    assert part.lights is not None
    assert part.lights[:, [0, 5]].tolist() == [[0, 0], [1, 3], [2, 6], [3, 9]]
    # What has as many rows as the whole has frames was forgotten.
    for field in fields(PicturePlan):
        value = getattr(part, field.name)
        assert not (isinstance(value, np.ndarray) and len(value) == count), field.name


def test_coarse_frames_are_pixel_for_pixel_those_of_the_draft(film: Film) -> None:
    from musicvis.renderers.film.stills import stills
    from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator

    whole = slice_of(film.jobs[0].picture, 0, 4)
    generator = EmbeddedGenerator(whole.generator_seed, (whole.resolution, whole.resolution))
    every = list(stills(whole, generator, 0, 4))
    some = list(stills(thinned(whole, 3), generator, 0, 2))
    assert all(np.array_equal(a, b) for a, b in zip(some, every[::3], strict=True))


def test_each_level_has_a_key_and_the_length_of_its_segment(film: Film) -> None:
    levels: tuple[events.Level, ...] = ("still", "coarse", "draft")
    keys = {level: film.job(Task(0, level), [LOOK]).node.key for level in levels}
    assert len(set(keys.values())) == 3
    whole = film.jobs[0]
    assert {film.durations[key] for key in keys.values()} == {whole.frame_count / whole.picture.fps}


def test_a_still_is_the_frame_at_the_playhead(film: Film) -> None:
    index = 1
    first = film.segments[index].first
    fps = float(film.plan.picture.fps)
    look = requests.Look((first + 1.4) / fps, 0.0, 1.0)
    still = film.job(Task(index, "still"), [look]).picture
    assert np.array_equal(still.noise[0], film.plan.picture.noise[first + 1])
    assert still.frame_count == 1


def test_a_better_level_takes_the_place_of_a_worse_one_and_not_the_other_way_round(film: Film) -> None:
    assert film.got(Task(0, "coarse"), "k1") == replace(
        film.segments[0], level="coarse", media="k1", state="waiting"
    )
    assert film.got(Task(0, "still"), "k0") is None
    done = film.got(Task(0, "draft"), "k2")
    assert done is not None and (done.level, done.state, done.media) == ("draft", "kept", "k2")
    assert film.begun(Task(0, "coarse")) is None


def test_what_the_store_has_is_shown_at_once(film: Film, store: Store) -> None:
    assert Studio(RECIPE, store).render(film.jobs[0], wait=True, on_frames=lambda count: None)
    again = Film.of(film.plan, RECIPE, store)
    assert [segment.level for segment in again.segments[:2]] == ["draft", "none"]
    entry = store.get(film.jobs[0].node.key)
    assert entry is not None
    assert len(frames(entry.files[VIDEO])) == film.jobs[0].frame_count


def test_a_segment_that_is_stopped_leaves_nothing_behind(
    film: Film, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StopError(Exception):
        pass

    def half(studio: Studio, picture: PicturePlan, path: Path, on_frames: object) -> int:
        path.write_bytes(b"half a segment")
        raise StopError

    monkeypatch.setattr(Studio, "_render", half)
    with pytest.raises(StopError):
        Studio(RECIPE, store).render(film.jobs[0], wait=True, on_frames=lambda count: None)
    assert list(store.folder.rglob("*.mp4")) == []
    assert not store.has(film.jobs[0].node.key)
