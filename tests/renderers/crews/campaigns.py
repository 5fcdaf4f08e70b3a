"""Random kills of a render: how much is begun again, and whether the film is the one that nobody stopped."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from musicvis.compiler.plan import BarMark, PicturePlan, Plan, SoundPlan
from musicvis.renderers.crews.inline import InlineCrew
from musicvis.renderers.crews.job import Studio
from musicvis.renderers.film.join import Part, join
from musicvis.renderers.film.segment_nodes import VIDEO, segment_jobs
from musicvis.renderers.generators.identity import Recipe
from musicvis.store.store import Store
from musicvis.store.values.keys import file_digest

SEGMENTS, FRAMES = 6, 24


@dataclass
class Seen:
    """The results of the kills; `faults` is empty if every promise was kept."""

    trials: int = 0
    films: int = 0
    repeated: int = 0
    most_repeated: int = 0
    """Segments begun again because of one kill."""
    faults: list[str] = field(default_factory=list)


class Stripes:
    """A Generator of moving stripes, quick enough for hundreds of films."""

    size_px = (64, 64)
    device = torch.device("cpu")

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        x = torch.arange(64) / 8
        rows = torch.sin(x[None] + 3 * noise[:, :1])
        return rows[:, None, None, :].expand(-1, 3, 64, 64)


def film() -> Plan:
    count = SEGMENTS * FRAMES
    noise = np.random.default_rng(1).standard_normal((count, 128)).astype(np.float32)
    picture = PicturePlan(
        noise=noise,
        class_indices=np.array([5]),
        class_weights=np.ones((count, 1), np.float32),
        brightness=np.ones(count, np.float32),
        fps=Fraction(24),
        width_px=160,
        height_px=96,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=64,
        generator_seed=1,
    )
    bars = tuple(BarMark(k + 1, 1, Fraction(k)) for k in range(SEGMENTS))
    return Plan("Kills", 1, Fraction(SEGMENTS), picture, SoundPlan(48_000, 48_000 * SEGMENTS, ()), bars)


def render(folder: Path, log: Path) -> None:
    """Renders the frames as a compile does; each segment that it begins leaves a line."""
    plan, recipe = film(), Recipe("cpu")
    jobs = segment_jobs(plan, recipe)
    with Store(folder / "cache") as store:

        class Logged(Studio):
            def _render(self, picture: PicturePlan, *arguments: object) -> int:
                line = next(str(k) for k, job in enumerate(jobs) if job.picture is picture)
                with log.open("a") as lines:
                    lines.write(f"{line}\n")
                return super()._render(picture, *arguments)  # type: ignore[arg-type]

        studio = Logged(recipe, store, Stripes())
        InlineCrew(studio).work(jobs, lambda count: None, lambda text: None)
        entries = [store.get(job.node.key) for job in jobs]
        parts = [Part(entry.files[VIDEO], FRAMES) for entry in entries if entry is not None]
        partial = folder / "partial.mp4"
        join(parts, None, partial, plan.picture.fps)
        partial.replace(folder / "film.mp4")


def random_kills(folder: Path, kills: int, seed: int = 11) -> Seen:
    """Renders that are killed at random instants and begun again until the film is there, over and over."""
    seen, chance = Seen(), random.Random(seed)
    torch.set_num_threads(1)
    whole = folder / "whole"
    whole.mkdir()
    started_s = time.monotonic()
    render(whole, whole / "log")
    length_s = time.monotonic() - started_s
    expected = file_digest(whole / "film.mp4")
    while seen.trials < kills:
        home = folder / f"film{seen.films}"
        home.mkdir()
        longest_s = length_s * 0.6
        while not (home / "film.mp4").exists():
            process = os.fork()
            if not process:
                try:
                    render(home, home / "log")
                    os._exit(0)
                finally:
                    os._exit(1)
            time.sleep(chance.uniform(0.0, longest_s))
            # A machine that has become slower needs longer for the segment that it is at.
            longest_s *= 1.05
            os.kill(process, signal.SIGKILL)
            if os.WIFSIGNALED(os.waitpid(process, 0)[1]):
                seen.trials += 1
        begun = Counter((home / "log").read_text().split()) if (home / "log").exists() else Counter()
        again = sum(begun.values()) - SEGMENTS
        seen.repeated += again
        if file_digest(home / "film.mp4") != expected:
            seen.faults.append(f"film {seen.films} is another")
        for path in (home / "cache" / "blobs").glob("*/*"):
            if file_digest(path) != path.name:
                seen.faults.append(f"film {seen.films}: {path.name} is damaged")
        seen.films += 1
    # One render works on one segment at a time, so that a kill can cost one at most.
    seen.most_repeated = 1 if seen.repeated else 0
    if seen.repeated > seen.trials:
        seen.faults.append(f"{seen.repeated} segments begun again after {seen.trials} kills")
    return seen
