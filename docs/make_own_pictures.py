"""The contact sheet of docs/how-to/own-pictures.md: pictures of the embedded generator, and what it learned.

python docs/make_own_pictures.py [STEPS] writes docs/own-pictures.png; 700 steps take some minutes.
"""

import math
import sys
import tempfile
from pathlib import Path

import torch
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.training.corpus import corpus_of
from musicvis.renderers.training.figures import measured
from musicvis.renderers.training.sheet import write_sheet
from musicvis.renderers.training.train import Options, Training, run
from PIL import Image

TARGET = Path(__file__).parent / "own-pictures.png"
CLASSES = {"daisy": 985, "seashore": 978}
FRAMES = 40


def paint(folder: Path) -> None:
    """A film of each class that goes round once."""
    generator = EmbeddedGenerator(3, (96, 96))
    random = torch.Generator().manual_seed(1)
    for name, index in CLASSES.items():
        (folder / name).mkdir()
        axes = 0.7 * torch.randn(2, 128, generator=random)
        for number in range(FRAMES):
            angle = 2 * math.pi * number / FRAMES
            noise = (axes[0] * math.cos(angle) + axes[1] * math.sin(angle))[None]
            classes = torch.zeros(1, 1000)
            classes[0, index] = 1.0
            rows = ((generator.images(noise, classes)[0] + 1) * 127.5).byte().permute(1, 2, 0).numpy()
            Image.fromarray(rows).save(folder / name / f"{number:03}.png")


if __name__ == "__main__":
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 700
    with tempfile.TemporaryDirectory() as place:
        paint(Path(place))
        corpus = corpus_of([Path(place)], 64)
    training = Training.begun(corpus, Options("glo", 64, steps, seed=1))
    run(training, lambda *told: None)
    write_sheet(training, TARGET)
    print(TARGET, {key: round(value, 2) for key, value in measured(training).items()})
