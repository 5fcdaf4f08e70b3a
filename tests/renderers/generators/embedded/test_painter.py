"""The contract of EmbeddedGenerator: shapes, sameness, sizes, the optional lanes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torch.nn.functional as nnf
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.protocol import Generator, SteeredGenerator
from musicvis.renderers.picture.camera import moved
from musicvis.renderers.picture.controls import FrameControls

Noise = Callable[..., torch.Tensor]
OneHot = Callable[[Sequence[int]], torch.Tensor]


@pytest.fixture(scope="module")
def vectors(
    noise: Noise, one_hot: OneHot, project_classes: tuple[int, ...]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Twelve frames: seven single classes, and five mixes with room for the void."""
    classes = one_hot(project_classes)
    classes[7:] = 0.5 * classes[7:] + 0.3 * classes[:5]
    return noise(12, 9), classes


@pytest.fixture(scope="module")
def pictures(painter: EmbeddedGenerator, vectors: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    return painter.images(*vectors)


def test_images_are_float32_planes_between_minus_one_and_one(
    painter: EmbeddedGenerator, pictures: torch.Tensor
) -> None:
    generator: Generator = painter
    assert generator.size_px == (128, 128)
    assert generator.device == torch.device("cpu")
    assert pictures.dtype == torch.float32
    assert pictures.shape == (12, 3, 128, 128)
    assert -1 <= pictures.min() < -0.8
    assert 0.8 < pictures.max() <= 1


def test_images_can_be_changed_in_place_by_who_gets_them(pictures: torch.Tensor) -> None:
    assert not pictures.is_inference()
    assert not pictures.requires_grad


def test_no_frames_give_no_images(painter: EmbeddedGenerator) -> None:
    assert painter.images(torch.zeros(0, 128), torch.zeros(0, 1000)).shape == (0, 3, 128, 128)


def test_vectors_of_another_size_are_refused(painter: EmbeddedGenerator) -> None:
    with pytest.raises(ValueError, match=r"noise must have shape \(n, 128\), not \(1, 140\)"):
        painter.images(torch.zeros(1, 140), torch.zeros(1, 1000))
    with pytest.raises(ValueError, match=r"classes must have shape \(2, 1000\), not \(1, 1000\)"):
        painter.images(torch.zeros(2, 128), torch.zeros(1, 1000))


def test_the_vectors_are_left_as_they_were(
    painter: EmbeddedGenerator, vectors: tuple[torch.Tensor, torch.Tensor]
) -> None:
    before = [v.clone() for v in vectors]
    ones = torch.ones(12)
    painter.steered(*vectors, FrameControls(hue_deg=ones, zoom=ones, rotation_deg=ones))
    assert all(torch.equal(a, b) for a, b in zip(before, vectors, strict=True))


def test_a_second_instance_with_the_same_seed_paints_the_same_bits(
    vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    assert torch.equal(EmbeddedGenerator(0, (128, 128)).images(*vectors), pictures)


def test_another_seed_changes_every_class(
    vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    other = EmbeddedGenerator(1, (128, 128)).images(*vectors)
    assert (other - pictures).abs().mean((1, 2, 3)).min() >= 0.1


def test_frames_do_not_depend_on_how_a_call_is_split(
    painter: EmbeddedGenerator, vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    noise, classes = vectors
    for step in (1, 5):
        split = [painter.images(noise[i : i + step], classes[i : i + step]) for i in range(0, 12, step)]
        assert torch.equal(torch.cat(split), pictures)


def test_two_threads_can_share_one_instance(
    vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    fresh = EmbeddedGenerator(0, (128, 128))  # so that both threads find palettes missing
    noise, classes = vectors

    def frame(i: int) -> torch.Tensor:
        return fresh.images(noise[i : i + 1], classes[i : i + 1])

    with ThreadPoolExecutor(2, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        assert torch.equal(torch.cat(list(pool.map(frame, range(12)))), pictures)


def test_frames_painted_together_as_a_gpu_does_equal_single_ones(
    painter: EmbeddedGenerator, vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    together = torch.empty(12, 3, 128, 128)
    with torch.inference_mode():
        painter._paint(*vectors, FrameControls(), together)
    # Rounding moves single pixels to the next palette entry, no more.
    assert (together * 2 - 1 - pictures).abs().max() <= 0.02


def test_two_threads_inside_an_operation_change_no_8_bit_value(
    painter: EmbeddedGenerator, vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    noise, classes = vectors
    torch.set_num_threads(2)
    try:
        threaded = painter.images(noise[6:10], classes[6:10])
    finally:
        torch.set_num_threads(1)
    as_bytes = [((images + 1) * 127.5 + 0.5).byte() for images in (threaded, pictures[6:10])]
    assert (as_bytes[0] != as_bytes[1]).float().mean() <= 1e-4


def test_sizes_show_the_same_picture(
    vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    def thumbnails(images: torch.Tensor) -> torch.Tensor:
        return nnf.interpolate(images, size=(64, 64), mode="area")

    noise, classes = vectors
    some = slice(0, 12, 2)
    reference = thumbnails(EmbeddedGenerator(0, (512, 512)).images(noise[some], classes[some]))
    middle = thumbnails(EmbeddedGenerator(0, (256, 256)).images(noise[some], classes[some]))
    # Of a range of 2.
    assert (thumbnails(pictures[some]) - reference).abs().mean((1, 2, 3)).max() <= 0.1
    assert (middle - reference).abs().mean((1, 2, 3)).max() <= 0.05


def test_a_wide_frame_contains_the_square_one(
    vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    wide = EmbeddedGenerator(0, (128, 228)).images(*vectors)
    assert wide.shape == (12, 3, 128, 228)
    assert (wide[..., 50:178] - pictures).abs().mean((1, 2, 3)).max() <= 0.02


def test_supersampling_is_the_mean_of_a_larger_picture(
    vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    halved = EmbeddedGenerator(0, (64, 64), supersampling=2).images(*vectors)
    assert halved.shape == (12, 3, 64, 64)
    torch.testing.assert_close(halved, nnf.avg_pool2d(pictures, 2), atol=1e-5, rtol=0)


def test_pan_moves_the_subject_right(painter: EmbeddedGenerator, one_hot: OneHot) -> None:
    calm, drum = torch.zeros(1, 128), one_hot([541])
    still = painter.images(calm, drum)
    panned = EmbeddedGenerator(0, (128, 128), pan=(0.5, 0.0)).images(calm, drum)
    # Half a unit is 32 of 128 px. What is left is vignette and glare, which stay with the frame.
    moved = (panned[..., 32:] - still[..., :-32]).abs().mean()
    assert moved <= 0.05
    assert (panned - still).abs().mean() >= 5 * moved


@pytest.mark.parametrize(
    ("lane", "values"), [("hue_deg", (0.0, 20.0)), ("zoom", (1.0, 1.3)), ("rotation_deg", (0.0, 20.0))]
)
def test_a_lane_moves_its_own_frame_and_nothing_else(
    painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot, lane: str, values: tuple[float, float]
) -> None:
    vectors = noise(2, 4), one_hot([909, 909])
    plain = painter.images(*vectors)
    nothing = painter.steered(*vectors, FrameControls(**{lane: torch.full((2,), values[0])}))
    moved = painter.steered(*vectors, FrameControls(**{lane: torch.tensor(values)}))
    assert torch.equal(nothing, plain)
    assert torch.equal(moved[0], plain[0])
    assert (moved[1] - plain[1]).abs().mean() >= 0.01


def test_zooming_out_shrinks_the_subject_by_the_documented_factor(one_hot: OneHot) -> None:
    calm, drum = torch.zeros(1, 128), one_hot([541])
    generator = EmbeddedGenerator(0, (128, 128))
    near = generator.images(calm, drum)
    far = generator.steered(calm, drum, FrameControls(zoom=torch.tensor([1 / 1.28])))
    size = 100  # of 128 px
    shrunk = nnf.interpolate(near, size=(size, size), mode="area")
    start = (128 - size) // 2
    centre = far[..., start : start + size, start : start + size]
    # The middle, where vignettes of both agree.
    inner = slice(size // 4, -size // 4)
    assert (centre - shrunk)[..., inner, inner].abs().mean() <= 0.08
    assert (near[..., start : start + size, start : start + size] - shrunk)[
        ..., inner, inner
    ].abs().mean() >= 0.1


def test_a_steered_camera_looks_at_the_subject_wherever_it_is_panned(one_hot: OneHot) -> None:
    """Its middle, 51 px of 128 to the right of the picture's, stays where it is while all around turns."""
    calm, drum = torch.zeros(1, 128), one_hot([541])
    generator = EmbeddedGenerator(0, (128, 128), pan=(0.4, 0.0))
    assert isinstance(generator, SteeredGenerator)
    plain = generator.images(calm, drum)
    near = generator.steered(calm, drum, FrameControls(zoom=torch.tensor([2.0])))
    middle = 64 + round(0.4 * 64)
    twice = nnf.interpolate(
        plain[..., 64 - 8 : 64 + 8, middle - 8 : middle + 8], size=(32, 32), mode="bilinear"
    )
    seen = near[..., 64 - 16 : 64 + 16, middle - 16 : middle + 16]
    elsewhere = plain[..., 64 - 16 : 64 + 16, middle - 16 : middle + 16]
    assert (seen - twice).abs().mean() <= 0.1
    assert (elsewhere - twice).abs().mean() >= 2 * (seen - twice).abs().mean()


def test_a_hue_turns_as_that_of_a_finished_image(
    painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot
) -> None:
    vectors = noise(1, 4), one_hot([909])
    controls = FrameControls(hue_deg=torch.tensor([120.0]))
    own, plain = painter.steered(*vectors, controls), painter.images(*vectors)
    # A third of a turn makes red green, green blue and blue red, here before the light falls on it.
    assert (own - moved(plain, controls)).abs().mean() < 0.3 * (own - plain).abs().mean()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_paints_what_the_cpu_paints(
    vectors: tuple[torch.Tensor, torch.Tensor], pictures: torch.Tensor
) -> None:
    difference = (EmbeddedGenerator(0, (128, 128), device="cuda").images(*vectors).cpu() - pictures).abs()
    assert difference.mean() <= 4 / 255
    assert difference.flatten().kthvalue(int(0.999 * difference.numel())).values <= 0.2


@pytest.mark.parametrize("degrees", [90.0, 180.0, -90.0])
def test_a_turn_turns_all_of_the_picture_borders_between_classes_included(
    painter: EmbeddedGenerator, noise: Noise, degrees: float
) -> None:
    mix = torch.zeros(1, 1000)
    mix[0, [429, 663, 978]] = torch.tensor([0.35, 0.3, 0.25])
    vectors = noise(1, 4), mix
    plain = painter.images(*vectors)
    turned = painter.steered(*vectors, FrameControls(rotation_deg=torch.tensor([degrees])))
    wanted = torch.rot90(plain, -round(degrees / 90), (2, 3))
    # In levels of 255: what is left is the film's own, its vignette and the squares of its bloom.
    assert (turned - wanted).abs().mean() * 127.5 < 4 < (turned - plain).abs().mean() * 127.5 / 5


def test_a_camera_nears_all_of_the_picture(painter: EmbeddedGenerator, noise: Noise) -> None:
    mix = torch.zeros(1, 1000)
    mix[0, [429, 663, 978]] = torch.tensor([0.35, 0.3, 0.25])
    vectors = noise(1, 4), mix
    plain = painter.images(*vectors)
    near = painter.steered(*vectors, FrameControls(zoom=torch.tensor([2.0])))
    side = plain.shape[-1]
    middle = plain[:, :, side // 4 : -side // 4, side // 4 : -side // 4]
    shrunk = torch.nn.functional.avg_pool2d(near, 2)
    assert (shrunk - middle).abs().mean() < 0.3 * (plain[:, :, ::2, ::2] - middle).abs().mean()
