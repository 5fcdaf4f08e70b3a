"""What a film costs, stage by stage: python benchmarks/film.py [--frames 120] [--size 1920x1080].

Stages are timed alone, on one core, as the median over frames; the last lines time the whole, on every core.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from musicvis.compiler.plan import PicturePlan, Plan, SoundPlan, TitlePlan
from musicvis.renderers.encoding import QUALITIES
from musicvis.renderers.film.segment_writer import PictureFormat, SegmentWriter
from musicvis.renderers.generators.choose import choose_generator
from musicvis.renderers.picture.chain import Finish, finished
from musicvis.renderers.picture.colour import above_black, quantised
from musicvis.renderers.picture.mirror import mirrored, strips_for
from musicvis.renderers.picture.title import overlay_of
from musicvis.renderers.picture.upscale import resized
from musicvis.renderers.render import render
from musicvis.renderers.request import Request

FPS = Fraction(30)
CLASSES = (429, 663, 947, 815)


def wandering_picture(frame_count: int, width_px: int, height_px: int, resolution: int) -> PicturePlan:
    """Latents that move as a lively piece does: a random walk of the noise, four classes that come and go."""
    random = np.random.default_rng(1)
    walk = np.cumsum(random.standard_normal((frame_count, 128)) * 0.03, 0) + random.standard_normal(128) * 0.7
    time_s = np.arange(frame_count)[:, None] / float(FPS)
    weights = 0.2 + 0.2 * np.sin(2 * np.pi * (time_s / 3 + np.arange(4) / 4))
    return PicturePlan(
        noise=walk.clip(-2, 2).astype(np.float32),
        class_indices=np.array(sorted(CLASSES)),
        class_weights=weights.astype(np.float32),
        brightness=np.ones(frame_count, np.float32),
        fps=FPS,
        width_px=width_px,
        height_px=height_px,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=resolution,
        generator_seed=1,
        titles=(TitlePlan("Benchmark", 0, frame_count // 4, "#C75349", "#E2DCD2"),),
    )


def median_ms(work: Callable[[], object], rounds: int = 15) -> float:
    """The median time of a call, after two calls that warm up."""
    times_ms = []
    for _ in range(rounds + 2):
        started_s = time.perf_counter()
        work()
        times_ms.append((time.perf_counter() - started_s) * 1e3)
    return statistics.median(times_ms[2:])


def stage_rows(picture: PicturePlan) -> list[tuple[str, float]]:
    """Milliseconds per frame of each stage, alone, on one core."""
    finish = Finish(picture.width_px, picture.height_px, picture.frame, picture.upscale)
    device = torch.device("cpu")
    started_s = time.perf_counter()
    generator, _ = choose_generator(picture, device)
    rows = [("generator, made once", (time.perf_counter() - started_s) * 1e3)]
    noise = torch.from_numpy(picture.noise)
    classes = torch.from_numpy(picture.classes(0, picture.frame_count))
    frames = iter(range(10**9))

    def next_image() -> torch.Tensor:
        k = next(frames) % picture.frame_count
        return generator.images(noise[k : k + 1], classes[k : k + 1])

    with torch.inference_mode():
        image = next_image()
        one = torch.ones(1)
        rows.append(("image", median_ms(next_image)))
        planes = quantised(above_black(image) + 128)
        strips = strips_for(*generator.size_px, Fraction(finish.width_px, finish.height_px))
        folded = mirrored(planes, strips)
        half = finish.height_px // 2, finish.width_px // 2
        rows.append(("  colour", median_ms(lambda: quantised(above_black(image) + 128))))
        rows.append(("  mirror", median_ms(lambda: mirrored(planes, strips))))
        rows.append(
            (
                "  upscale",
                median_ms(lambda: resized(folded[:, :1], finish.height_px, finish.width_px, "bicubic"))
                + median_ms(lambda: resized(folded[:, 1:], *half, "bicubic")),
            )
        )
        rows.append(("finish, all of it", median_ms(lambda: finished(image, one, [[]], finish))))
        overlay = overlay_of(picture.titles[0], finish.width_px, finish.height_px, device)
        assert overlay is not None
        frame = finished(image, one, [[]], finish)[0]
        rows.append(("title, where there is one", median_ms(lambda: overlay.blend_onto(frame))))
        some = [finished(next_image(), one, [[]], finish)[0].numpy() for _ in range(30)]
    for name, quality in QUALITIES.items():
        with tempfile.TemporaryDirectory() as folder:
            picture_format = PictureFormat(finish.width_px, finish.height_px, FPS)
            started_s = time.perf_counter()
            with SegmentWriter(Path(folder) / "film.mp4", picture_format, quality) as writer:
                for planes_of_frame in some:
                    writer.write_frame(planes_of_frame)
            rows.append((f"encoder, {name}", (time.perf_counter() - started_s) * 1e3 / len(some)))
    return rows


class Silent:
    """A Reporter that nobody hears."""

    def progress(self, stage: str, done: int, total: int) -> None:
        pass

    def message(self, text: str) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--resolution", type=int, default=512)
    parser.add_argument("--quality", choices=QUALITIES, default="master")
    arguments = parser.parse_args()
    width_px, height_px = map(int, arguments.size.split("x"))
    picture = wandering_picture(arguments.frames, width_px, height_px, arguments.resolution)
    picture = replace(picture, quality=arguments.quality)
    torch.set_num_threads(1)
    for name, value_ms in stage_rows(picture):
        print(f"{name:32s} {value_ms:9.1f} ms")
    duration_s = arguments.frames / FPS
    plan = Plan("Benchmark", 1, duration_s, picture, SoundPlan(48_000, round(duration_s * 48_000), ()))
    with tempfile.TemporaryDirectory() as folder:
        request = Request(device="cpu")
        report = render(plan, Path(folder) / "film.mp4", request, reporter=Silent())
    # Those of the processes that rendered segments.
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s, megabytes = spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024
    frame_ms = 1e3 * report.picture_s / report.frame_count
    print(f"{'whole film, every core':32s} {frame_ms:9.1f} ms a frame of wall time")
    print(f"{'':32s} {cpu_s * 1e3 / report.frame_count:9.1f} ms a frame of CPU time")
    print(f"{'':32s} {1e3 / frame_ms:9.1f} frames per second")
    print(f"{'':32s} {report.byte_count * 8 / float(duration_s) / 1e6:9.1f} Mbit/s")
    print(f"{'largest memory of a process':32s} {megabytes:9.0f} MB")


if __name__ == "__main__":
    main()
