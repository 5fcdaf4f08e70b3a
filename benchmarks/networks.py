"""BigGAN of full size with random weights: the package's own, and ours in every precision and runtime."""

import json
import math
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from musicvis.renderers.crews.local import core_count
from musicvis.renderers.generators.biggan.architecture import (
    CONFIG,
    SAFE,
    Architecture,
    attention_shapes,
    block_channels,
    config_text,
    released,
)
from musicvis.renderers.generators.biggan.generator import FRAMES_AT_ONCE_ON_CPU, BigGan
from musicvis.renderers.generators.biggan.precision import Computing
from musicvis.renderers.generators.biggan.weights import write_safetensors

from .timing import cpu_ms, elsewhere, in_turns, table, together_ms

FILM_FPS = 30
POWER_STEPS = 15
CHUNK = FRAMES_AT_ONCE_ON_CPU
"""Images of one call of ours, as the film asks for them."""
PACKAGE = ("package as shipped (training mode)", "package, evaluation")
VARIANTS = (("fp32", "torch"), ("bf16", "torch"), ("fp32", "openvino"), ("bf16", "openvino"))


def random_network(resolution_px: int) -> Any:
    """The package's network, its spectral norms settled, and its statistics those of its own activations.

    So every layer gets values of unit variance, as in a trained network. Raises ModuleNotFoundError where
    the package is missing.
    """
    from pytorch_pretrained_biggan.config import BigGANConfig
    from pytorch_pretrained_biggan.model import BigGAN

    torch.manual_seed(0)
    network = BigGAN(BigGANConfig.from_dict(json.loads(config_text(released(resolution_px)))))
    last = network.generator.bn
    with torch.no_grad():
        last.weight.normal_(1, 0.1)
        last.bias.normal_(0, 0.1)
        network.embeddings.weight.normal_(0, 0.3)
        for module in network.modules():
            if hasattr(module, "gamma"):
                module.gamma.fill_(0.7)
            if hasattr(module, "weight_u"):
                _settle(module)
        network.eval()
        noise, classes = vectors(4)
        hooks = [
            module.register_forward_pre_hook(_take_statistics)
            for module in network.modules()
            if hasattr(module, "running_means")
        ]
        made = network(noise, classes, 1.0)
        for hook in hooks:
            hook.remove()
        contrast = 0.8 / torch.atanh(made.clamp(-0.999, 0.999)).std()
        last.weight.mul_(contrast)
        last.bias.mul_(contrast)
    return network


def vectors(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise and class vectors like a film's."""
    random = torch.Generator().manual_seed(1)
    classes = torch.zeros(count, 1000)
    classes[:, torch.randperm(1000, generator=random)[:12]] = torch.rand(count, 12, generator=random) / 6
    return torch.randn(count, 128, generator=random).clamp(-2, 2), classes


def written(network: Any, resolution_px: int, folder: Path) -> Path:
    """The folder, with the network's weights in it."""
    (folder / CONFIG).write_text(config_text(released(resolution_px)), encoding="utf-8")
    write_safetensors(folder / SAFE, network.state_dict())
    return folder


def compared(resolution_px: int, peaks_gflops: dict[str, float], rounds: int) -> str:
    """One table: the package as its users run it (in training mode), in evaluation, and ours."""
    network = random_network(resolution_px)
    noise, classes = vectors(CHUNK)
    with torch.no_grad():
        # The package four by four is the reference, and one by one it errs as float32 does by itself.
        reference, one_by_one = (
            torch.cat([network(noise[k : k + n], classes[k : k + n], 1.0) for k in range(0, CHUNK, n)])
            for n in (4, 1)
        )
    cores = core_count()
    works: dict[str, Callable[[], torch.Tensor]] = {}
    walls_ms = {name: together_ms(package_works, 1, name, resolution_px, cores) for name in PACKAGE}
    with tempfile.TemporaryDirectory() as name:
        folder = written(network, resolution_px, Path(name))
        for precision, backend in VARIANTS:
            if backend == "openvino" and find_spec("openvino") is None:
                continue
            title = f"ours, {precision}, {backend}"
            arguments = resolution_px, folder, precision, backend
            walls_ms[title] = together_ms(our_work, cores, title, *arguments) / CHUNK
            works |= our_work(*arguments)
    found = {PACKAGE[1]: one_by_one} | {name: work() for name, work in works.items()}

    # Our runtime tells the allocator to keep its memory, which speeds the package up as well: it gets a
    # process of its own.
    with elsewhere(package_works, resolution_px) as package:
        timers = {name: lambda name=name: package(name) for name in PACKAGE}
        timers |= {name: lambda work=work: cpu_ms(work) / CHUNK for name, work in works.items()}
        times_ms = in_turns(timers, rounds)
    gflop = least_gflop(released(resolution_px))
    rows = []
    for name, time_ms in times_ms.items():
        made = found.get(name)
        peak = peaks_gflops["bf16" if "bf16" in name else "fp32"]
        rows.append(
            [
                name,
                f"{time_ms:.0f}",
                f"{times_ms[PACKAGE[0]] / time_ms:.1f}",
                f"{gflop / time_ms * 1e3 / peak:.0%}",
                f"{walls_ms[name]:.0f}",
                f"{walls_ms[PACKAGE[0]] / walls_ms[name]:.1f}",
                f"{walls_ms[name] * FILM_FPS * 60 / 1e3:.0f}",
                f"{psnr_db(made, reference):.1f}" if made is not None else "",
                f"{float((made - reference).abs().max()):.1e}" if made is not None else "",
            ]
        )
    head = [
        "",
        "CPU ms/frame",
        "x shipped",
        "of peak",
        f"ms/frame, {cores} cores",
        "x shipped",
        "s/film minute",
        "PSNR dB",
        "largest error",
    ]
    return f"### {resolution_px} pixels, at least {gflop:.1f} GFLOP an image\n\n" + table(head, rows)


def our_work(
    resolution_px: int, folder: Path, precision: str, backend: str
) -> dict[str, Callable[[], torch.Tensor]]:
    """A chunk of images by us, with one thread."""
    torch.set_num_threads(1)
    generator = BigGan(folder, resolution_px, "cpu", Computing(precision, backend, 1))
    noise, classes = vectors(CHUNK)
    truncation = torch.ones(CHUNK)
    return {f"ours, {precision}, {backend}": lambda: generator.images_at(noise, classes, truncation)}


def package_works(resolution_px: int, threads: int = 1) -> dict[str, Callable[[], torch.Tensor]]:
    """One image by the package, as its users run it, in training mode, and in evaluation."""
    torch.set_num_threads(threads)
    network = random_network(resolution_px)
    noise, classes = vectors(1)

    def image(training: bool) -> torch.Tensor:
        network.train(training)
        with torch.no_grad():
            made: torch.Tensor = network(noise, classes, 1.0)
        return made

    return dict(zip(PACKAGE, (lambda: image(True), lambda: image(False)), strict=True))


def psnr_db(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Of images in [-1, 1]."""
    return 10 * math.log10(4 / float((found.double() - expected.double()).square().mean()))


def least_gflop(architecture: Architecture) -> float:
    """The work of one image without what is thrown away: three colours, and doublings at the small size."""
    products, side_px = 0, 4
    for _, doubles, before, after in architecture.entries():
        if doubles is None:
            places = side_px**2
            products += sum(a * b for a, b, *_ in attention_shapes(before).values()) * places
            products += (before // 8 + before // 2) * places * places // 4
            continue
        for index, (size, following) in enumerate(pairwise(block_channels(before, after))):
            # A doubling and a 3x3 convolution are a 4x4 convolution over the small image.
            taps = (1, 16 if doubles else 9, 9, 1)[index]
            products += taps * size * following * side_px**2
            if index == 1 and doubles:
                side_px *= 2
    products += 9 * architecture.channel_width * 3 * side_px**2
    return 2 * products / 1e9


def _settle(module: Any) -> None:
    """Power iterations until the stored vectors are those of the largest singular value."""
    weight = module.weight_orig.flatten(1)
    for _ in range(POWER_STEPS):
        module.weight_v.copy_(torch.nn.functional.normalize(weight.T @ module.weight_u, dim=0))
        module.weight_u.copy_(torch.nn.functional.normalize(weight @ module.weight_v, dim=0))


def _take_statistics(module: Any, inputs: tuple[torch.Tensor, ...]) -> None:
    x = inputs[0]
    rows = len(module.running_means)
    module.running_means.copy_(x.mean((0, 2, 3)) * (1 + 0.02 * torch.rand(rows, 1)))
    module.running_vars.copy_(x.var((0, 2, 3)) * (1 + 0.02 * torch.rand(rows, 1)))
