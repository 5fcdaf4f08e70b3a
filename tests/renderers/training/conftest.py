"""Pictures that are made here, and a model that has learned them for a few seconds."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from musicvis.renderers.training.corpus import Corpus, corpus_of
from musicvis.renderers.training.save import save_model, save_state
from musicvis.renderers.training.train import Options, Training, run
from PIL import Image

STEPS = 60


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums of floats go in one order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def painted(name: str, share: float, size_px: int = 64) -> Image.Image:
    """A frame of a class: a light disc that goes round, or bars that turn."""
    y, x = np.mgrid[-1 : 1 : size_px * 1j, -1 : 1 : size_px * 1j]
    angle = 2 * np.pi * share
    if name == "disc":
        light = np.exp(-8 * ((x - 0.5 * np.cos(angle)) ** 2 + (y - 0.5 * np.sin(angle)) ** 2))
        colours = np.stack([light, 0.3 * light + 0.2, 0.4 - 0.3 * light], 2)
    else:
        bars = 0.5 + 0.5 * np.sin(6 * (x * np.cos(angle / 2) + y * np.sin(angle / 2)))
        colours = np.stack([0.2 * bars, 0.7 * bars, 0.9 * bars + 0.1], 2)
    return Image.fromarray((255 * colours.clip(0, 1)).astype(np.uint8))


def write_frames(folder: Path, names: tuple[str, ...] = ("bars", "disc"), count: int = 24) -> Path:
    """A folder of frames for each class."""
    for name in names:
        (folder / name).mkdir(parents=True)
        for number in range(count):
            painted(name, number / count).save(folder / name / f"{number:03}.png")
    return folder


@pytest.fixture(scope="session")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of 24 frames."""
    return write_frames(tmp_path_factory.mktemp("frames") / "all")


@pytest.fixture(scope="session")
def corpus(frames: Path) -> Corpus:
    """The same as a corpus of 32 pixels."""
    return corpus_of([frames], 32)


@pytest.fixture(scope="session")
def trained(corpus: Corpus) -> Training:
    """A GLO after some steps."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    training = Training.begun(corpus, Options("glo", 32, STEPS, seed=1))
    assert run(training, lambda *told: None)
    torch.set_num_threads(threads)
    return training


@pytest.fixture(scope="session")
def model(trained: Training, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder."""
    folder = tmp_path_factory.mktemp("models") / "mine"
    folder.mkdir()
    save_state(trained, folder)
    save_model(trained, folder, "mine", {"loss": trained.losses[-1]})
    return folder
