"""The sizes of a BigGAN-deep, from config.json, and the name and shape of each tensor that they call for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.text.files import open_known
from ..protocol import CLASS_COUNT, NOISE_SIZE

CONFIG, PICKLED, SAFE = "config.json", "pytorch_model.bin", "model.safetensors"
MOST_WEIGHT_BYTES = 2 * 1024**3
MOST_CONFIG_BYTES = 64 * 1024

CONDITION_SIZE = 2 * NOISE_SIZE
"""The noise, then the classes' embedding."""
START_SIDE_PX, START_CHANNELS = 4, 16
BOTTLENECK = 4
"""The inner layers of a block have a quarter of its channels."""

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of a BigGAN-deep, as config.json of pytorch-pretrained-biggan gives them.

    layers      each: whether it doubles the size, and its channels in and out in units of channel_width
    n_stats     for so many truncations from 0 to 1, evenly spaced, there are statistics of the batch norms
    """

    output_dim: int
    channel_width: int
    layers: tuple[tuple[bool, int, int], ...]
    attention_layer_position: int
    eps: float
    n_stats: int

    def entries(self) -> Iterator[tuple[str, bool | None, int, int]]:
        """The network's layers in order: name, whether it doubles (None: attention), channels in and out."""
        names = (f"generator.layers.{index}." for index in range(len(self.layers) + 1))
        for position, (doubles, before, after) in enumerate(self.layers):
            channels = before * self.channel_width
            if position == self.attention_layer_position:
                yield next(names), None, channels, channels
            yield next(names), doubles, channels, after * self.channel_width

    def sides_px(self) -> Iterator[int]:
        """The side of the images that each entry makes."""
        side_px = START_SIDE_PX
        for _, doubles, _, _ in self.entries():
            side_px *= 2 if doubles else 1
            yield side_px


def released(resolution_px: int, channel_width: int = 128) -> Architecture:
    """The architecture of the weights that were released for 128, 256 or 512 pixels."""
    widths = {
        128: ((16, 16), (16, 8), (8, 4), (4, 2), (2, 1)),
        256: ((16, 16), (16, 8), (8, 8), (8, 4), (4, 2), (2, 1)),
        512: ((16, 16), (16, 8), (8, 8), (8, 4), (4, 2), (2, 1), (1, 1)),
    }[resolution_px]
    layers = tuple(
        layer for before, after in widths for layer in ((False, before, before), (True, before, after))
    )
    return Architecture(resolution_px, channel_width, layers, 8, 1e-4, 51)


def read_architecture(folder: Path) -> Architecture:
    """The architecture that config.json describes.

    Raises PieceError where it is missing, is not such a file, or its sizes do not fit each other.
    """
    path = folder / CONFIG
    try:
        raw = json.loads(_bytes_of(path, MOST_CONFIG_BYTES).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise unusable(path, "it is not JSON") from error
    if not isinstance(raw, dict):
        raise unusable(path, "it is not a JSON object")
    for key, wanted in (("z_dim", NOISE_SIZE), ("class_embed_dim", NOISE_SIZE), ("num_classes", CLASS_COUNT)):
        if raw.get(key, wanted) != wanted:
            raise unusable(path, f"{key} is {raw[key]!r}, not {wanted}")
    return Architecture(
        output_dim=_whole(path, raw, "output_dim", 8, 1024),
        channel_width=_whole(path, raw, "channel_width", 4, 256),
        layers=_layers(path, raw),
        attention_layer_position=_whole(path, raw, "attention_layer_position", 0, 64),
        eps=_small(path, raw, "eps"),
        n_stats=_whole(path, raw, "n_stats", 2, 1001),
    )


def config_text(architecture: Architecture) -> str:
    """config.json for an architecture."""
    return json.dumps(
        {
            "output_dim": architecture.output_dim,
            "z_dim": NOISE_SIZE,
            "class_embed_dim": NOISE_SIZE,
            "channel_width": architecture.channel_width,
            "num_classes": CLASS_COUNT,
            "layers": [list(layer) for layer in architecture.layers],
            "attention_layer_position": architecture.attention_layer_position,
            "eps": architecture.eps,
            "n_stats": architecture.n_stats,
        },
        indent=2,
    )


def tensor_shapes(architecture: Architecture) -> dict[str, Shape]:
    """Name and shape of every tensor of the network, as pytorch-pretrained-biggan stores it."""
    channels = architecture.channel_width
    start = START_CHANNELS * channels * START_SIDE_PX**2
    shapes: dict[str, Shape] = {"embeddings.weight": (NOISE_SIZE, CLASS_COUNT)}
    shapes |= _normalised("generator.gen_z.", (start, CONDITION_SIZE), biased=True)
    for name, doubles, before, after in architecture.entries():
        if doubles is None:
            for key, shape in attention_shapes(before).items():
                shapes |= _normalised(f"{name}snconv1x1_{key}.", shape, biased=False)
            shapes[f"{name}gamma"] = (1,)
            continue
        sizes = block_channels(before, after)
        for index, (size, following) in enumerate(pairwise(sizes)):
            side = 3 if index in (1, 2) else 1
            shapes |= _statistics(f"{name}bn_{index}.", size, architecture.n_stats)
            for key in ("scale", "offset"):
                shapes |= _normalised(f"{name}bn_{index}.{key}.", (size, CONDITION_SIZE), biased=False)
            shapes |= _normalised(f"{name}conv_{index}.", (following, size, side, side), biased=True)
    shapes |= _statistics("generator.bn.", channels, architecture.n_stats)
    shapes |= {"generator.bn.weight": (channels,), "generator.bn.bias": (channels,)}
    return shapes | _normalised("generator.conv_to_rgb.", (channels, channels, 3, 3), biased=True)


def block_channels(before: int, after: int) -> tuple[int, int, int, int, int]:
    """The channels in front of each of a block's four convolutions, and behind the last."""
    inner = before // BOTTLENECK
    return before, inner, inner, inner, after


def attention_shapes(channels: int) -> dict[str, Shape]:
    """The four 1x1 convolutions of the self-attention (Zhang et al. 2018)."""
    return {
        "theta": (channels // 8, channels, 1, 1),
        "phi": (channels // 8, channels, 1, 1),
        "g": (channels // 2, channels, 1, 1),
        "o_conv": (channels, channels // 2, 1, 1),
    }


def unusable(path: Path, reason: str) -> PieceError:
    """The finding for weights that cannot be used."""
    hint = (
        f"the folder of BigGAN holds {CONFIG} and {PICKLED} or {SAFE}; without one, write generator: embedded"
    )
    return PieceError([Diagnostic("MV903", Span(str(path)), f"these weights cannot be used: {reason}", hint)])


def size_of(path: Path, most: int) -> int:
    """The size of a file in bytes. Raises PieceError if there is none or it is larger than `most`."""
    if not path.is_file():
        raise unusable(path, "there is no such file")
    size = path.stat().st_size
    if size > most:
        raise unusable(path, f"it is larger than {most >> 10} KiB")
    return size


def _normalised(name: str, shape: Shape, *, biased: bool) -> dict[str, Shape]:
    """A weight under spectral normalisation, and the two vectors that its norm is found with."""
    width = 1
    for size in shape[1:]:
        width *= size
    found = {f"{name}weight_orig": shape, f"{name}weight_u": shape[:1], f"{name}weight_v": (width,)}
    return {f"{name}bias": shape[:1], **found} if biased else found


def _statistics(name: str, channels: int, n_stats: int) -> dict[str, Shape]:
    return {f"{name}running_means": (n_stats, channels), f"{name}running_vars": (n_stats, channels)}


def _layers(path: Path, raw: Mapping[str, Any]) -> tuple[tuple[bool, int, int], ...]:
    layers = raw.get("layers")
    if not isinstance(layers, list) or not 1 <= len(layers) <= 64:
        raise unusable(path, "layers is not a list of 1 to 64 layers")
    found: list[tuple[bool, int, int]] = []
    channels = START_CHANNELS
    for number, layer in enumerate(layers, start=1):
        match layer:
            case [bool(doubles), int(before), int(after)] if before == channels and after in (
                before,
                before / 2,
            ):
                found.append((doubles, before, after))
                channels = after
            case _:
                wanted = f"[true or false, {channels}, {channels} or half of it]"
                raise unusable(path, f"layer {number} is {json.dumps(layer)[:60]}, not {wanted}")
    size_px = START_SIDE_PX * 2 ** sum(doubles for doubles, _, _ in found)
    if channels != 1 or size_px != raw.get("output_dim"):
        raise unusable(path, f"the layers end at {size_px} pixels and {channels} times the channel width")
    return tuple(found)


def _whole(path: Path, raw: Mapping[str, Any], key: str, least: int, most: int) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise unusable(path, f"{key} is {json.dumps(value)[:60]}, not a whole number from {least} to {most}")
    return value


def _small(path: Path, raw: Mapping[str, Any], key: str) -> float:
    value = raw.get(key)
    if not isinstance(value, float) or not 0 < value < 1:
        raise unusable(path, f"{key} is {json.dumps(value)[:60]}, not a number between 0 and 1")
    return value


def _bytes_of(path: Path, most: int) -> bytes:
    size_of(path, most)
    try:
        with os.fdopen(open_known(path), "rb") as file:
            return file.read(most)
    except OSError as error:
        raise unusable(path, error.strerror or str(error)) from error
