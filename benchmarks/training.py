"""What training gives in a given time: python -m benchmarks.training [SECONDS] [FOLDER] [--size N].

GLO and VAE on the same frames for the same time of computing, as a table; then ways between pairs of frames,
straight and by arc length. Without a FOLDER the frames are films that the embedded generator paints. Every
tenth frame is held back: a VAE can encode what it has not seen, a GLO cannot.
"""

import argparse
import math
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as nnf
from musicvis.renderers.generators.choose import device_named
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.trained.walk import look
from musicvis.renderers.training.corpus import Corpus, corpus_of
from musicvis.renderers.training.figures import measured, sharpness
from musicvis.renderers.training.train import Options, Training, number_of, seconds_a_step
from PIL import Image

CLASSES = {"daisy": 985, "seashore": 978, "castle": 483, "jellyfish": 107}
FRAMES = 100
PAIRS, STEPS = 10, 24


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="What training gives in a given time.")
    parser.add_argument("seconds", type=float, nargs="?", default=60.0)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--device", default="auto")
    asked = parser.parse_args()
    device = str(device_named(asked.device))
    if device == "cpu":
        torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        folder = asked.folder or painted(Path(place))
        corpus = corpus_of([folder], asked.size)
    seen, held = split(corpus)
    print(f"{len(seen)} frames, {len(held)} held back, {asked.size} px, {asked.seconds:g} s on {device}\n")
    print("| model | steps | s/pass | PSNR seen | PSNR held | sharpness seen / drawn | ms a frame |")
    print("|---|---|---|---|---|---|---|")
    trained = {model: row(model, seen, held, asked.seconds, device) for model in ("glo", "vae")}
    print("\n| way of GLO | largest step / mean (worst) | to the nearest frame |\n|---|---|---|")
    walks(trained["glo"])


def painted(folder: Path) -> Path:
    """Films of four classes, each once round."""
    generator = EmbeddedGenerator(3, (96, 96))
    random = torch.Generator().manual_seed(1)
    for name, index in CLASSES.items():
        (folder / name).mkdir()
        axes = 0.7 * torch.randn(2, 128, generator=random)
        for number in range(FRAMES):
            angle = 2 * math.pi * number / FRAMES
            noise = (axes[0] * math.cos(angle) + axes[1] * math.sin(angle))[None]
            classes = nnf.one_hot(torch.tensor([index]), 1000).float()
            rows = ((generator.images(noise, classes)[0] + 1) * 127.5).byte().permute(1, 2, 0).numpy()
            Image.fromarray(rows).save(folder / name / f"{number:03}.png")
    return folder


def split(corpus: Corpus) -> tuple[Corpus, Corpus]:
    """All frames but each tenth, and these."""
    held = np.arange(len(corpus)) % 10 == 5
    return tuple(  # type: ignore[return-value]
        replace(corpus, frames=corpus.frames[kept], labels=corpus.labels[kept]) for kept in (~held, held)
    )


def row(model: str, seen: Corpus, held: Corpus, seconds: float, device: str) -> Training:
    """Train for that time, and print the figures."""
    options = Options(model, seen.size_px, 1, seed=1, device=device)
    steps = max(1, round(seconds / seconds_a_step(seen, options)))
    training = Training.begun(seen, replace(options, steps=steps))
    started_s = time.process_time() if device == "cpu" else time.perf_counter()
    while training.step < steps:
        training.take_step()
    took_s = (time.process_time() if device == "cpu" else time.perf_counter()) - started_s
    found = measured(training)
    psnr_held = "-"
    if model == "vae":
        other = Training(held, training.options, training.learner, training.optimiser)
        psnr_held = f"{measured(other)['psnr_db']:.1f}"
    drawn, ms = samples(training)
    real = sharpness(training.frames(torch.arange(min(256, len(seen)))).cpu())
    print(
        f"| {model} | {steps} | {took_s / training.passes:.2f} | {found['psnr_db']:.1f} | {psnr_held} "
        f"| {found['sharpness']:.2f} / {sharpness(drawn) / real:.2f} | {ms:.1f} |",
        flush=True,
    )
    return training


def samples(training: Training) -> tuple[torch.Tensor, float]:
    """32 images drawn from the classes, and the milliseconds that each took."""
    count = len(training.corpus.classes)
    codes, labels = training.codes(), torch.from_numpy(training.corpus.labels)
    mean, factor = training.learner.density(codes, labels, count)
    picked = torch.arange(32) * count // 32
    noise = torch.randn(32, codes.shape[1], generator=torch.Generator().manual_seed(number_of(1, "bench")))
    drawn = mean[picked] + torch.einsum("nij,nj->ni", factor[picked], noise)
    started_s = time.perf_counter()
    images = training.decoded(drawn, nnf.one_hot(picked, count).float())
    return images, 1000.0 * (time.perf_counter() - started_s) / 32


def walks(training: Training) -> None:
    """Straight ways between pairs of frames, at an even pace of the code and of the picture."""
    codes, labels = training.codes(), torch.from_numpy(training.corpus.labels)
    shares = nnf.one_hot(labels, len(training.corpus.classes)).float()
    real = look(training.frames(torch.arange(len(codes))).cpu())
    random = np.random.default_rng(2)
    found: dict[str, list[tuple[float, float]]] = {"straight": [], "by arc length": []}
    for pair in range(PAIRS):
        label = pair % len(training.corpus.classes)
        one, two = random.choice(np.flatnonzero(training.corpus.labels == label), 2, replace=False).tolist()

        def between(along: np.ndarray, one: int = one, two: int = two) -> torch.Tensor:
            share = torch.from_numpy(along.astype(np.float32))[:, None]
            mixed = (torch.lerp(some[one], some[two], share) for some in (codes, shares))
            return training.decoded(*mixed)

        dense = np.linspace(0, 1, 33)
        steps = look(between(dense)).diff(dim=0).norm(dim=1).numpy()
        length = np.concatenate([[0.0], np.cumsum(steps)])
        even = np.linspace(0, 1, STEPS)
        by_length = np.interp(even * length[-1], length, dense)
        for name, along in (("straight", even), ("by arc length", by_length)):
            looks = look(between(along))
            moved = looks.diff(dim=0).norm(dim=1)
            far = float(torch.cdist(looks, real).min(1).values.mean())
            found[name].append((float(moved.max() / moved.mean()), far))
    for name, pairs in found.items():
        evenness, far = np.array(pairs).T
        print(f"| {name} | {evenness.mean():.2f} ({evenness.max():.2f}) | {far.mean():.3f} |")


if __name__ == "__main__":
    main()
