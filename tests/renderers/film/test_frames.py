"""What is made, in what order, and how often, with a generator that counts."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.plan import PicturePlan, Steering, TitlePlan
from musicvis.renderers.encoding import X264, Quality
from musicvis.renderers.film.frames import (
    Shot,
    Workshop,
    image_count,
    made_chunk,
    render_segment,
    shots_of,
)
from musicvis.renderers.film.slices import slice_of
from musicvis.renderers.picture.controls import FrameControls

LOSSLESS = Quality("ultrafast", 0)
CPU = torch.device("cpu")


class GreyGenerator:
    """A Generator whose image is plain grey, as bright as the first noise says; it counts what it makes."""

    size_px = (16, 16)
    device = CPU

    def __init__(self) -> None:
        self.made: list[float] = []
        self.lock = threading.Lock()

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        with self.lock:
            self.made += noise[:, 0].tolist()
        return noise[:, 0, None, None, None].expand(-1, 3, 16, 16)


def picture(
    greys: list[float], brightness: list[float] | None = None, titles: tuple[TitlePlan, ...] = ()
) -> PicturePlan:
    """A film of 32x18 whose frames are so grey, -1 black .. 1 white."""
    noise = np.zeros((len(greys), 128), np.float32)
    noise[:, 0] = greys
    return PicturePlan(
        noise=noise,
        class_indices=np.array([5]),
        class_weights=np.ones((len(greys), 1), np.float32),
        brightness=np.array(brightness or [1.0] * len(greys), np.float32),
        fps=Fraction(30),
        width_px=32,
        height_px=18,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=16,
        generator_seed=1,
        titles=titles,
    )


def lumas(path: Path) -> list[int]:
    """The level of the first pixel of every frame."""
    with av.open(str(path)) as file:
        return [int(frame.to_ndarray()[0, 0]) for frame in file.decode(video=0)]


def film_of(
    plan: PicturePlan, path: Path, generator: GreyGenerator | None = None
) -> tuple[list[int], GreyGenerator]:
    generator = generator or GreyGenerator()
    counts: list[int] = []
    workshop = Workshop.of(plan, generator)
    made = render_segment(workshop, path, LOSSLESS, X264, gate=nullcontext(), on_frames=counts.append)
    assert sum(counts) == plan.frame_count
    assert made.image_count == len(generator.made)
    return lumas(path), generator


def level(grey: float, brightness: float = 1.0) -> int:
    """BT.709, limited range: 16 + 219 E'."""
    return round(16 + 219 * brightness * (grey + 1) / 2)


def test_frames_come_in_order(tmp_path: Path) -> None:
    greys = [float(g) for g in np.linspace(-1, 1, 40)]
    found, _ = film_of(picture(greys), tmp_path / "film.mp4")
    assert found == [level(g) for g in greys]


def test_slices_are_what_their_frames_are_in_the_whole(tmp_path: Path) -> None:
    greys = [0.0, 0.0, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.0, 0.2]
    fade = [0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0]
    plan = picture(greys, fade, (TitlePlan("H", 3, 7, "#FFFFFF", None),))
    whole, _ = film_of(plan, tmp_path / "film.mp4")
    parts = [film_of(slice_of(plan, a, b), tmp_path / "part.mp4")[0] for a, b in ((0, 4), (4, 9), (9, 10))]
    assert [luma for part in parts for luma in part] == whole


def test_an_image_equal_to_the_one_before_is_not_made_again(tmp_path: Path) -> None:
    greys = [0.0, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.0]
    found, generator = film_of(picture(greys), tmp_path / "film.mp4")
    assert found == [level(g) for g in greys]
    assert sorted(generator.made) == [-0.5, 0.0, 0.0, 0.5, 0.5]


def test_a_still_picture_under_a_moving_camera_is_made_for_each_of_its_places(tmp_path: Path) -> None:
    zoom = np.array([1.0, 1.0, 1.5, 1.5, 1.5, 1.0], np.float32)
    plan = replace(picture([0.5] * 6), steering=Steering.of({"zoom": zoom}))
    found, generator = film_of(plan, tmp_path / "film.mp4")
    assert found == [level(0.5)] * 6
    assert generator.made == [0.5] * 3


def test_a_generator_without_a_camera_gets_one_and_another_uses_its_own(tmp_path: Path) -> None:
    class Steered(GreyGenerator):
        def steered(
            self, noise: torch.Tensor, classes: torch.Tensor, controls: FrameControls
        ) -> torch.Tensor:
            assert controls.hue_deg is None
            assert controls.rotation_deg is None
            assert controls.zoom is not None
            return self.images(noise, classes) - (controls.zoom - 1)[:, None, None, None]

    class Ramp(GreyGenerator):
        def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
            return torch.linspace(-1, 1, 16).expand(len(noise), 3, 16, 16) + 0 * super().images(
                noise, classes
            )

    zoom = np.array([1.25, 1.5], np.float32)
    plan = replace(picture([0.5] * 2), steering=Steering.of({"zoom": zoom}))
    assert film_of(plan, tmp_path / "own.mp4", generator=Steered())[0] == [level(0.25), level(0.0)]
    half_turn = Steering.of({"rotation_deg": np.array([0.0, 180.0], np.float32)})
    turned = replace(picture([0.0] * 2), steering=half_turn)
    left, right = (
        made_chunk(Workshop.of(turned, Ramp()), [Shot(k, k + 1, False, False)], None)[1] for k in (0, 1)
    )
    assert left is not None
    assert right is not None
    torch.testing.assert_close(right, left.flip(1, 2), atol=1e-5, rtol=0)


def test_a_fade_over_a_still_picture_makes_one_image(tmp_path: Path) -> None:
    fade = [round(0.1 * k, 1) for k in range(1, 11)]
    found, generator = film_of(picture([1.0] * 10, fade), tmp_path / "film.mp4")
    assert found == [level(1.0, b) for b in fade]
    assert generator.made == [1.0]


def test_black_frames_make_no_image_and_what_follows_is_made_again(tmp_path: Path) -> None:
    found, generator = film_of(
        picture([0.3, 0.3, 0.3, 0.3, 0.9], [1.0, 0.0, 0.0, 1.0, 0.0]), tmp_path / "film.mp4"
    )
    assert found == [level(0.3), 16, 16, level(0.3), 16]
    assert len(generator.made) == 2


def test_a_title_shows_on_its_frames_and_on_no_other(tmp_path: Path) -> None:
    plan = picture([0.0] * 12, titles=(TitlePlan("HHHHHHHH", 3, 7, "#FFFFFF", None),))
    film_of(plan, tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as file:
        brightest = [int(frame.to_ndarray()[:18].max()) for frame in file.decode(video=0)]
    assert [k for k, value in enumerate(brightest) if value > level(0.0) + 20] == [3, 4, 5, 6]


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.5]), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=30
    ),
    st.integers(-2, 32),
    st.integers(1, 10),
)
def test_shots_are_every_frame_once_and_alike_inside(
    frames: list[tuple[float, float]], first: int, length: int
) -> None:
    plan = picture(
        [g for g, _ in frames],
        [b for _, b in frames],
        (TitlePlan("T", first, first + length, "white", None),),
    )
    shots = shots_of(plan)
    assert [k for shot in shots for k in range(shot.first, shot.end)] == list(range(len(frames)))
    for shot in shots:
        looks = {
            (None if frames[k][1] == 0 else frames[k], first <= k < first + length)
            for k in range(shot.first, shot.end)
        }
        assert len(looks) == 1
        assert shot.is_black == (frames[shot.first][1] == 0)
        if shot.same_image_as_before:
            assert frames[shot.first][0] == frames[shot.first - 1][0]
    assert image_count(shots) <= len(shots)


class FailingGenerator(GreyGenerator):
    """Fails at the eleventh image."""

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        if noise[0, 0] > 0.1:
            raise RuntimeError("out of paint")
        return super().images(noise, classes)


def test_a_generator_that_fails_stops_the_segment_with_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="out of paint"):
        film_of(picture([k / 100 for k in range(30)]), tmp_path / "f.mp4", FailingGenerator())


def test_many_shots_at_once_are_those_made_one_by_one() -> None:
    """A GPU gets sixteen shots at a time, a CPU one; both see the same frames."""
    greys = [0.0, 0.5, 0.5, 0.5, 0.1, 0.9, 0.9, 0.2]
    plan = picture(greys, [1.0, 1.0, 0.4, 0.0, 1.0, 0.5, 1.0, 0.0])
    shots = shots_of(plan)
    together, _ = made_chunk(Workshop.of(plan, GreyGenerator()), shots, None)
    image: torch.Tensor | None = None
    alone = []
    for shot in shots:
        planes, image = made_chunk(Workshop.of(plan, GreyGenerator()), [shot], image)
        alone += planes
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one, other)


def test_a_black_passage_is_one_shot_whatever_moves_behind_it() -> None:
    shots = shots_of(picture([0.1, 0.2, 0.3, 0.4], [1.0, 0.0, 0.0, 0.0]))
    assert shots == [Shot(0, 1, False, False), Shot(1, 4, True, False)]


class BatchGenerator(GreyGenerator):
    """A generator that makes four images at once, as BigGAN on a GPU; it counts them by call."""

    frames_at_once = 4

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def images_at(self, noise: torch.Tensor, classes: torch.Tensor, truncation: torch.Tensor) -> torch.Tensor:
        self.calls.append(len(noise))
        return self.images(noise, classes)


def test_images_are_made_in_chunks_and_one_is_carried_into_the_next(tmp_path: Path) -> None:
    """Frame 4 begins the second chunk with the image of frame 3, under another brightness."""
    greys = [0.0, 0.1, 0.2, 0.3, 0.3, 0.3, 0.4, 0.5, 0.6]
    fade = [1.0, 1.0, 1.0, 1.0, 0.9, 0.8, 1.0, 1.0, 1.0]
    plan = replace(picture(greys, fade), truncation=np.ones(9, np.float32))
    generator = BatchGenerator()
    found, _ = film_of(plan, tmp_path / "film.mp4", generator)
    assert found == [level(g, b) for g, b in zip(greys, fade, strict=True)]
    assert generator.calls == [4, 2, 1]


def test_changes_outside_a_segment_do_not_change_its_bytes(tmp_path: Path) -> None:
    greys = [0.0, 0.1, 0.1, 0.2, 0.3, 0.3, 0.4]
    found = []
    # The same seven frames: in a short film, and later in a longer one with other frames around them.
    for before, after in (([], []), ([-0.9, 0.0, 0.0], [0.4, 0.9])):
        count = len(before) + len(greys) + len(after)
        title = TitlePlan("T", len(before) + 2, len(before) + 4, "white", None)
        plan = picture([*before, *greys, *after], titles=(title,))
        plan = replace(plan, truncation=np.ones(count, np.float32))
        part = slice_of(plan, len(before), len(before) + len(greys))
        film_of(part, tmp_path / "film.mp4", BatchGenerator())
        found.append((tmp_path / "film.mp4").read_bytes())
    assert found[0] == found[1]


class Gate:
    """Counts who is inside."""

    def __init__(self) -> None:
        self.inside = 0

    def __enter__(self) -> None:
        self.inside += 1

    def __exit__(self, *_: object) -> None:
        self.inside -= 1


def test_images_are_made_inside_the_gate_and_reported_outside(tmp_path: Path) -> None:
    gate = Gate()
    seen: list[tuple[str, int]] = []

    class Watched(GreyGenerator):
        def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
            seen.append(("made", gate.inside))
            return super().images(noise, classes)

    workshop = Workshop.of(picture([0.0, 0.5]), Watched())
    render_segment(
        workshop,
        tmp_path / "film.mp4",
        LOSSLESS,
        X264,
        gate=gate,
        on_frames=lambda _: seen.append(("encoded", gate.inside)),
    )
    assert seen == [("made", 1), ("encoded", 0)] * 2


def test_segments_rendered_by_several_threads_are_those_rendered_alone(tmp_path: Path) -> None:
    plan = picture([float(g) for g in np.linspace(-1, 1, 120)])
    generator, gate = GreyGenerator(), threading.BoundedSemaphore(2)
    alone, _ = film_of(plan, tmp_path / "alone.mp4")
    paths = [tmp_path / f"{k}.mp4" for k in range(4)]

    def render(path: Path) -> int:
        workshop = Workshop.of(plan, generator)
        made = render_segment(workshop, path, LOSSLESS, X264, gate=gate, on_frames=lambda _: None)
        return made.image_count

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render, paths)) == [120] * 4
    assert {path.read_bytes() for path in paths} == {(tmp_path / "alone.mp4").read_bytes()}
    assert alone == [level(float(g)) for g in np.linspace(-1, 1, 120)]
