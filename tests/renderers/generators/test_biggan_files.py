"""Folders of BigGAN that are none: what is refused, and that nothing of it is run."""

import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.generators.biggan.architecture import (
    config_text,
    read_architecture,
    released,
    tensor_shapes,
)
from musicvis.renderers.generators.biggan.generator import BigGan
from musicvis.renderers.generators.biggan.weights import sha256_of, write_safetensors

NARROW = released(128, channel_width=4)

Spoil = Callable[[dict[str, torch.Tensor]], dict[str, Any]]
FIRST = "generator.gen_z.bias"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda s: {k: v for k, v in s.items() if k != FIRST}, "it lacks generator.gen_z.bias"),
        (
            lambda s: {**s, "extra": torch.zeros(1)},
            "it holds extra, which are not in the configuration",
        ),
        (lambda s: {**s, FIRST: torch.zeros(7)}, r"generator.gen_z.bias has shape \(7,\), not \(1024,\)"),
        (lambda s: {**s, FIRST: torch.zeros(1024, dtype=torch.int64)}, "is torch.int64, not floating point"),
        (lambda s: {**s, FIRST: torch.full((1024,), float("nan"))}, "holds values that are not finite"),
        (lambda s: {**s, FIRST: torch.zeros(1).expand(1024)}, "is not stored plainly"),
        (lambda s: {**s, FIRST: torch.zeros(1).expand(2**38)}, "has shape"),
        (lambda s: {**s, FIRST: "text"}, "it is not a table of named tensors"),
    ],
)
def test_weights_that_do_not_fit_are_refused(folder: Path, network: Any, spoil: Spoil, reason: str) -> None:
    torch.save(spoil(network.state_dict()), folder / "pytorch_model.bin")
    with pytest.raises(PieceError, match=reason):
        BigGan(folder, 32)


class Planted:
    """A pickle that makes a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("as_zip", [True, False])
def test_a_pickle_with_code_is_refused_and_not_run(
    folder: Path, as_zip: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    planted = folder / "planted"
    if as_zip:
        torch.save({"a": Planted(planted)}, folder / "pytorch_model.bin")
    else:
        (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"a": Planted(planted)}))
    with pytest.raises(PieceError, match="holds only tensors"):
        BigGan(folder, 32)
    assert not planted.exists()


def test_files_cut_short_or_altered_are_findings_and_never_anything_else(folder: Path) -> None:
    whole = (folder / "pytorch_model.bin").read_bytes()
    random = np.random.default_rng(0)
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 10):
        (folder / "pytorch_model.bin").write_bytes(whole[:length])
        with pytest.raises(PieceError):
            BigGan(folder, 32)
    for _ in range(12):
        altered = bytearray(whole)
        for place in random.integers(0, 4000, 8):
            altered[place] = random.integers(256)
        (folder / "pytorch_model.bin").write_bytes(altered)
        try:
            BigGan(folder, 32)
        except PieceError as error:
            assert error.diagnostics[0].code == "MV903"


def test_a_checkpoint_that_unpacks_to_gigabytes_is_refused_unread(folder: Path) -> None:
    path = folder / "pytorch_model.bin"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"")
    # The directory at the end says how large an entry becomes: at offset 24 of its record.
    raw = bytearray(path.read_bytes())
    record = raw.index(b"PK\x01\x02")
    raw[record + 24 : record + 28] = struct.pack("<I", 2**32 - 2)
    path.write_bytes(raw)
    with pytest.raises(PieceError, match="unpacks to more than 2048 MiB"):
        BigGan(folder, 32)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda h, d: (2**63, h, d),
        lambda h, d: (len(h) + len(d) + 1, h, d),
        lambda h, d: (len(h), h, d[:-4]),
        lambda h, d: (len(h), h, d + b"1234"),
        lambda h, d: (len(h), h.replace(b"F32", b"I64", 1), d),
        lambda h, d: (len(h), h.replace(b'"shape":[', b'"shape":[-', 1), d),
        lambda h, d: (len(h), b"[" * len(h), d),
        lambda h, d: (0, b"", b""),
    ],
)
def test_broken_safetensors_are_findings(folder: Path, network: Any, spoil: Callable[..., Any]) -> None:
    path = folder / "model.safetensors"
    write_safetensors(path, network.state_dict())
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    length, header, data = spoil(raw[8 : 8 + size], raw[8 + size :])
    path.write_bytes(struct.pack("<Q", length) + header + data)
    with pytest.raises(PieceError, match="not a safetensors file"):
        BigGan(folder, 32)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"z_dim": 140}, "z_dim is 140, not 128"),
        ({"num_classes": 10}, "num_classes is 10, not 1000"),
        ({"channel_width": 10**9}, "channel_width is 1000000000, not a whole number from 4 to 256"),
        ({"channel_width": True}, "channel_width is true"),
        ({"n_stats": 1}, "n_stats is 1"),
        ({"eps": "small"}, "eps is .small., not a number between 0 and 1"),
        ({"layers": []}, "layers is not a list"),
        (
            {"layers": [[True, 16, 4]]},
            r"layer 1 is \[true, 16, 4\], not \[true or false, 16, 16 or half of it\]",
        ),
        ({"layers": [[True, 16, 8]]}, "the layers end at 8 pixels and 8 times the channel width"),
        ({"output_dim": 64}, "the layers end at 128 pixels"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(json.loads(config_text(NARROW)) | changes))
    with pytest.raises(PieceError, match=reason):
        read_architecture(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "\x00", "1" * 70_000])
def test_an_invalid_configuration_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(PieceError, match="these weights cannot be used"):
        read_architecture(tmp_path)


@pytest.mark.parametrize("resolution_px", [128, 256, 512])
def test_the_released_architectures_call_for_the_tensors_of_the_package(resolution_px: int) -> None:
    pytest.importorskip("pytorch_pretrained_biggan")
    from pytorch_pretrained_biggan.config import BigGANConfig
    from pytorch_pretrained_biggan.model import BigGAN

    config = json.loads(config_text(released(resolution_px)))
    with torch.device("meta"):
        state = BigGAN(BigGANConfig.from_dict(config)).state_dict()
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == tensor_shapes(
        released(resolution_px)
    )


def test_the_default_of_the_package_is_the_released_128() -> None:
    pytest.importorskip("pytorch_pretrained_biggan")
    from pytorch_pretrained_biggan.config import BigGANConfig

    written = json.loads(config_text(released(128)))
    assert written == json.loads(json.dumps(BigGANConfig().to_dict()))


def test_a_configuration_that_is_written_reads_back(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(config_text(released(512)))
    assert read_architecture(tmp_path) == released(512)


def test_other_weights_than_pinned_are_refused_and_the_pinned_ones_load(folder: Path) -> None:
    digest = sha256_of(folder / "pytorch_model.bin")
    assert BigGan(folder, 32, sha256=digest.upper()).network_size_px == 32
    with pytest.raises(PieceError, match="SHA-256 of these weights is") as caught:
        BigGan(folder, 32, sha256="0" * 64)
    assert caught.value.diagnostics[0].code == "MV905"


def test_the_same_tensors_are_the_same_bytes_whatever_their_order(tmp_path: Path, network: Any) -> None:
    state = network.state_dict()
    write_safetensors(tmp_path / "a", state)
    write_safetensors(tmp_path / "b", dict(reversed(state.items())))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_another_program_reads_the_safetensors_that_we_write(tmp_path: Path, network: Any) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    write_safetensors(tmp_path / "a", network.state_dict())
    found = safetensors.load_file(tmp_path / "a")
    assert all(torch.equal(found[name], tensor) for name, tensor in network.state_dict().items())
