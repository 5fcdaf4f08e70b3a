"""A whole film with BigGAN, stage by stage and together, beside the shape of the audio-driven pipeline."""

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from musicvis.compiler.plan import BarMark, PicturePlan, Plan, SoundPlan
from musicvis.renderers.crews.local import core_count
from musicvis.renderers.encoding import QUALITIES
from musicvis.renderers.film.frames import Workshop
from musicvis.renderers.film.segment_writer import PictureFormat, SegmentWriter
from musicvis.renderers.generators.biggan.generator import BigGan
from musicvis.renderers.generators.biggan.precision import Computing, backend_for
from musicvis.renderers.picture.chain import finished
from musicvis.renderers.render import render
from musicvis.renderers.request import Request
from musicvis.store.evict import entries
from musicvis.store.store import temporary_store
from PIL import Image

from .film import FPS, Silent, wandering_picture
from .networks import PACKAGE, package_works, random_network, written
from .timing import cpu_ms_in_turns, elsewhere, in_turns, table

SEGMENTS_EACH = 3
YARDSTICK_FRAMES = 3
YARDSTICK_FPS = 43
"""22050 samples a second in hops of 512."""


def pipeline_tables(resolution_px: int, frame_count: int) -> str:
    """The stages of a 1080p film on one core each, the whole on every core, and the yardstick."""
    network = random_network(resolution_px)
    with tempfile.TemporaryDirectory() as name:
        folder = written(network, resolution_px, Path(name))
        picture = wandering_picture(frame_count, 1920, 1080, resolution_px)
        picture = replace(
            picture,
            titles=(),
            weights=folder,
            generator="biggan",
            truncation=np.full(frame_count, 0.9, np.float32),
        )
        stages_ms = stage_times_ms(picture, folder)
        cores = core_count()
        wall_s, images = film_s(picture, Path(name) / "film.mp4", cores)
    alone_ms = sum(stages_ms.values())
    rows = [[stage, f"{time_ms:.1f}", f"{time_ms / alone_ms:.0%}"] for stage, time_ms in stages_ms.items()]
    rows.append(["sum", f"{alone_ms:.1f}", "100%"])
    wall_ms = wall_s * 1e3 / frame_count
    said = (
        f"## A film of 1920x1080 from {resolution_px} pixels\n\n"
        + table(["one core, alone", "ms/frame", "share"], rows)
        + f"\n{cores} processes together made {images} images in {wall_ms:.0f} ms of wall time a frame, so "
        f"a film minute takes {wall_ms * 60 * float(FPS) / 1e3:.0f} s. The same stages one after another "
        f"on one core would take {alone_ms / wall_ms:.2f} times as long.\n"
    )
    return said + "\n" + yardstick(network, picture, stages_ms, resolution_px)


def stage_times_ms(picture: PicturePlan, folder: Path) -> dict[str, float]:
    """CPU time of each stage of a frame, with one thread."""
    computing = Computing("auto", "auto", 1)
    generator = BigGan(folder, picture.resolution, "cpu", computing)
    workshop = Workshop.of(picture, generator)
    count = min(8, picture.frame_count)
    noise, classes = torch.from_numpy(picture.noise[:count]), torch.from_numpy(picture.classes(0, count))
    truncation = torch.ones(count)
    one = torch.ones(1)
    with torch.inference_mode(), tempfile.TemporaryDirectory() as name:
        conditions = generator._conditioning.conditions(noise, classes, truncation)
        image = generator.images_at(noise[:1], classes[:1], truncation[:1])
        planes = finished(image, one, [[]], workshop.finish)[0].numpy()
        picture_format = PictureFormat(picture.width_px, picture.height_px, FPS)
        times_ms = cpu_ms_in_turns(
            {
                "conditions, of 8 at once": lambda: generator._conditioning.conditions(
                    noise, classes, truncation
                ),
                f"network, {generator.computing_said}": lambda: generator._runtime.images(conditions),
                "colour, mirror, 1080p, yuv420p": lambda: finished(image, one, [[]], workshop.finish),
            },
            rounds=5,
        )
        for stage in list(times_ms)[:2]:
            times_ms[stage] /= count
        moving = [np.roll(planes, 16 * k, 1) for k in range(24)]
        started_s = time.process_time()
        with SegmentWriter(Path(name) / "film.mp4", picture_format, QUALITIES["master"]) as writer:
            for frame in moving:
                writer.write_frame(frame)
        times_ms["x264"] = (time.process_time() - started_s) * 1e3 / len(moving)
    return times_ms


def film_s(picture: PicturePlan, path: Path, processes: int) -> tuple[float, int]:
    """Wall time of a film without the start of its processes, and how many images it took."""
    duration_s = picture.frame_count / FPS
    count = processes * SEGMENTS_EACH
    bars = tuple(BarMark(k + 1, 1, duration_s * k / count) for k in range(count))
    sound = SoundPlan(48_000, round(duration_s * 48_000), ())
    plan = Plan("Benchmark", 1, duration_s, picture, sound, bars)
    request = Request(only="video", device="cpu", workers=processes)
    with temporary_store() as store:
        render(plan, path, request, reporter=Silent(), store=store)
        facts = [record.facts for _, record, _ in entries(store) if "frames" in record.facts]
    # A network's first images take longer: of each process, that is in one segment of several.
    frame_s = statistics.median(said["seconds"] / said["frames"] for said in facts)
    return frame_s * picture.frame_count / processes, sum(said["images"] for said in facts)


def yardstick(network: Any, picture: PicturePlan, stages_ms: dict[str, float], resolution_px: int) -> str:
    """The audio-driven pipeline's own shape: batches through the network in training mode, float images
    through PIL into a list that holds the film, then an encoder at the network's size, without finishing.
    """
    count = min(YARDSTICK_FRAMES, picture.frame_count)
    noise, classes = torch.from_numpy(picture.noise[:count]), torch.from_numpy(picture.classes(0, count))
    network.eval()
    with torch.no_grad():
        made = [network(noise[k : k + 1], classes[k : k + 1], 0.9) for k in range(count)]
    with elsewhere(package_works, resolution_px) as package:
        network_ms = in_turns({PACKAGE[0]: lambda: package(PACKAGE[0])}, count)[PACKAGE[0]]
    started_s = time.process_time()
    frames: list[Image.Image] = []
    for batch in made:
        for values in batch.numpy().transpose(0, 2, 3, 1):
            low, high = values.min(), values.max()
            frames.append(Image.fromarray(((values - low) / (high - low) * 255).astype(np.uint8)))
    images_ms = (time.process_time() - started_s) * 1e3 / count
    with tempfile.TemporaryDirectory() as name:
        started_s = time.process_time()
        with av.open(str(Path(name) / "film.mp4"), "w") as film:
            stream = film.add_stream("libx264", rate=Fraction(YARDSTICK_FPS), options={"preset": "medium"})
            stream.width = stream.height = resolution_px
            stream.pix_fmt = "yuv420p"
            for frame in frames:
                film.mux(stream.encode(av.VideoFrame.from_image(frame)))
            film.mux(stream.encode(None))
        encoder_ms = (time.process_time() - started_s) * 1e3 / count
    total_ms = network_ms + images_ms + encoder_ms
    ours_ms = sum(stages_ms.values())
    held_mb = frames[0].width * frames[0].height * 3 / 1e6
    return (
        f"The audio-driven pipeline on one core, without mirror and 1080p, takes {total_ms:.0f} ms a frame: "
        f"network {network_ms:.0f} ms, images through PIL {images_ms:.1f} ms, encoder {encoder_ms:.1f} ms. "
        f"It keeps every frame in memory, {held_mb * 60 * YARDSTICK_FPS:.0f} MB for a film minute at its "
        f"{YARDSTICK_FPS} fps. musicvis finishes a 1080p frame in {ours_ms:.0f} ms: "
        f"{total_ms / ours_ms:.1f} times as fast, and "
        f"{total_ms * YARDSTICK_FPS / ours_ms / float(FPS):.1f} times for a film minute at {FPS} fps.\n"
    )


def memory_table(resolution_px: int) -> str:
    """The largest memory of a process that makes images one by one: the package, and ours."""
    rows = []
    for variant in ("package", "torch", "openvino"):
        if variant == "openvino" and backend_for("auto", torch.device("cpu")) != "openvino":
            continue
        command = [sys.executable, "-m", "benchmarks.pipeline", str(resolution_px), variant]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append([variant, done.stdout.strip()])
    return "## Memory\n\n" + table([f"{resolution_px} pixels, batch 1, weights loaded", "MB"], rows)


def _largest_memory_mb(resolution_px: int, variant: str) -> float:
    torch.set_num_threads(1)
    noise, classes = torch.zeros(1, 128), torch.zeros(1, 1000)
    if variant == "package":
        network = random_network(resolution_px)
        with torch.no_grad():
            network(noise, classes, 1.0)
    else:
        from musicvis.renderers.generators.biggan.architecture import (
            CONFIG,
            SAFE,
            config_text,
            released,
            tensor_shapes,
        )
        from musicvis.renderers.generators.biggan.weights import write_safetensors

        architecture = released(resolution_px)
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / CONFIG).write_text(config_text(architecture), encoding="utf-8")
            tensors = {k: torch.full(shape, 0.01) for k, shape in tensor_shapes(architecture).items()}
            write_safetensors(Path(name) / SAFE, tensors)
            del tensors
            generator = BigGan(Path(name), resolution_px, "cpu", Computing("auto", variant, 1))
        generator.images(noise, classes)
    # The largest since this program began; getrusage counts the process that started it as well.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    print(f"{_largest_memory_mb(int(sys.argv[1]), sys.argv[2]):.0f}")
