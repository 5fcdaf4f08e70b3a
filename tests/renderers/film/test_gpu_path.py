"""The path of a GPU, on a machine without one: device by device, and the same frames as on the CPU."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from musicvis.compiler.plan import PicturePlan, Steering, TitlePlan
from musicvis.renderers.film.frames import Workshop, made_chunk, shots_of
from musicvis.renderers.generators.biggan import gpu
from musicvis.renderers.generators.biggan.architecture import config_text, released
from musicvis.renderers.generators.biggan.generator import BigGan
from musicvis.renderers.generators.biggan.weights import write_safetensors
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.protocol import Generator
from musicvis.tests.renderers.generators.random_weights import random_weights
from musicvis.tests.renderers.pretended_gpu import GPU, pretend_a_gpu

COUNT = 6
STEPS = np.linspace(0, 1, COUNT, dtype=np.float32)
CAMERA = {"steering": Steering.of({"hue_deg": 90 * STEPS, "zoom": 1 + STEPS, "rotation_deg": 30 * STEPS})}
TRUNCATION = {"truncation": 0.3 + 0.7 * STEPS}
ROUNDING_LEVELS = 3


def picture(frame: str, upscale: str, lanes: dict[str, np.ndarray]) -> PicturePlan:
    random = np.random.default_rng(8)
    return PicturePlan(
        noise=random.standard_normal((COUNT, 128)).astype(np.float32).clip(-1.4, 1.4),
        class_indices=np.array([281, 429, 663, 947]),
        class_weights=random.dirichlet(np.ones(4), COUNT).astype(np.float32),
        brightness=np.array([0, 0.5, 1, 1, 1, 0.2], np.float32),
        fps=Fraction(12),
        width_px=96,
        height_px=54,
        frame=frame,
        upscale=upscale,
        generator="auto",
        weights=None,
        resolution=128,
        generator_seed=1,
        titles=(TitlePlan("Ear to ear", 1, 4, "#FFCC00", "#000000"),),
        **lanes,
    )


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A narrow biggan-deep-128."""
    folder = tmp_path_factory.mktemp("weights")
    architecture = released(128, channel_width=4)
    (folder / "config.json").write_text(config_text(architecture))
    write_safetensors(folder / "model.safetensors", random_weights(architecture))
    return folder


def embedded(device: torch.device) -> Generator:
    return EmbeddedGenerator(1, (48, 64), device, (0.8, 0.0))


@pytest.mark.parametrize(
    ("frame", "upscale", "lanes"),
    [("mirror", "bicubic", CAMERA), ("fit", "lanczos", {}), ("fill", "bicubic", TRUNCATION)],
    ids=["mirror", "fit", "fill"],
)
@pytest.mark.parametrize("kind", ["embedded", "biggan"])
def test_a_gpu_makes_the_frames_of_the_cpu(
    monkeypatch: pytest.MonkeyPatch,
    weights: Path,
    kind: str,
    frame: str,
    upscale: str,
    lanes: dict[str, np.ndarray],
) -> None:
    def generator(device: torch.device) -> Generator:
        return embedded(device) if kind == "embedded" else BigGan(weights, 128, device)

    def refuse(*_: object) -> None:
        raise RuntimeError("there is nothing to record a graph of")

    monkeypatch.setattr(gpu, "recorded", refuse)
    plan = picture(frame, upscale, lanes)
    shots = shots_of(plan)
    expected, _ = made_chunk(Workshop.of(plan, generator(torch.device("cpu"))), shots, None)
    with pretend_a_gpu(monkeypatch):
        found, image = made_chunk(Workshop.of(plan, generator(GPU)), shots, None)
        assert image is not None and image.device == GPU
    difference = np.abs(np.array(found).astype(int) - np.array(expected).astype(int))
    assert difference.max() <= ROUNDING_LEVELS


def test_the_pretended_gpu_refuses_what_a_real_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with pretend_a_gpu(monkeypatch):
        here, there = torch.arange(3.0), torch.arange(3.0).to(GPU)
        assert (there + there * 2).cpu().tolist() == [0, 3, 6]
        assert there[torch.tensor([2])].device == torch.zeros(1, device=GPU).device == GPU
        assert (there + torch.tensor(1.0)).device == GPU and there.cpu().device.type == "cpu"
        for wrong in (lambda: here + there, lambda: there.numpy(), lambda: torch.cat([there, here])):
            with pytest.raises(RuntimeError, match="different devices"):
                wrong()
        with pytest.raises(RuntimeError, match="different devices"):
            there[:] = here
