"""BigGAN from a folder: a narrow network of the real architecture, and folders that are none."""

import json
import pickle
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from musicvis.dsl.diagnostics import PieceError
from musicvis.renderers.generators.biggan import BigGan, truncation_of
from musicvis.renderers.generators.weights import read_architecture

pytest.importorskip("pytorch_pretrained_biggan")

CONFIG: dict[str, Any] = {
    "output_dim": 32,
    "z_dim": 128,
    "class_embed_dim": 128,
    "channel_width": 4,
    "num_classes": 1000,
    "layers": [[False, 16, 16], [True, 16, 8], [True, 8, 4], [False, 4, 2], [True, 2, 1]],
    "attention_layer_position": 2,
    "eps": 1e-4,
    "n_stats": 51,
}


@pytest.fixture(scope="module")
def network() -> Any:
    """The package's own network with random weights, made to behave as a trained one does.

    Without this its images are NaN: the last norm has no initial values, and the spectral norms only settle
    in training mode.
    """
    from pytorch_pretrained_biggan.config import BigGANConfig
    from pytorch_pretrained_biggan.model import BigGAN

    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = BigGAN(BigGANConfig.from_dict(CONFIG))
        torch.nn.init.ones_(network.generator.bn.weight)
        torch.nn.init.zeros_(network.generator.bn.bias)
        for norm in network.modules():
            if hasattr(norm, "running_means"):  # each row of its own, to tell truncations apart
                norm.running_means.normal_(0, 0.3)
                norm.running_vars.uniform_(0.5, 1.5)
        network.train()
        with torch.no_grad():
            for _ in range(5):
                network(torch.randn(2, 128), torch.rand(2, 1000) / 500, 1.0)
    return network.eval()


@pytest.fixture
def folder(tmp_path: Path, network: Any) -> Path:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    torch.save(network.state_dict(), tmp_path / "pytorch_model.bin")
    return tmp_path


def vectors(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = np.random.default_rng(4)
    classes = np.zeros((count, 1000), np.float32)
    classes[np.arange(count), random.integers(0, 1000, count)] = 0.9
    noise = random.standard_normal((count, 128)).astype(np.float32)
    return torch.from_numpy(noise), torch.from_numpy(classes)


@pytest.mark.parametrize("truncation", [1.0, 0.58, 0.02])
def test_images_are_those_of_the_package(folder: Path, network: Any, truncation: float) -> None:
    noise, classes = vectors(3)
    # The package finds a row of statistics by truncation * 50; exactly whole numbers only: no mixing of rows.
    row = round(truncation * 50)
    for norm in network.modules():
        if hasattr(norm, "running_means"):
            norm.step_size = 1 / 64
    with torch.no_grad():
        expected = network(noise, classes, row / 64)
    found = BigGan(folder, 32, truncation=truncation).images(noise, classes)
    assert found.shape == (3, 3, 32, 32) and found.std() > 0.05
    assert torch.allclose(found, expected, atol=1e-5)


def test_images_have_the_resolution_of_the_plan(folder: Path) -> None:
    generator = BigGan(folder, 80)
    images = generator.images(*vectors(2))
    assert images.shape == (2, 3, *generator.size_px) == (2, 3, 80, 80)
    assert images.min() >= -1 and images.max() <= 1


def test_the_state_of_torchs_own_random_numbers_stays(folder: Path) -> None:
    before = torch.random.get_rng_state()
    BigGan(folder, 32)
    assert torch.equal(before, torch.random.get_rng_state())


def test_safetensors_give_the_same_images(folder: Path, network: Any) -> None:
    pickled = BigGan(folder, 32).images(*vectors(1))
    write_safetensors(folder / "model.safetensors", network.state_dict())
    (folder / "pytorch_model.bin").unlink()
    assert torch.equal(BigGan(folder, 32).images(*vectors(1)), pickled)


def test_weights_of_older_files_without_second_spectral_vectors_load(folder: Path, network: Any) -> None:
    state = network.state_dict()
    old = {name: tensor for name, tensor in state.items() if not name.endswith("weight_v")}
    old |= {n.removesuffix("_orig"): t / 2 for n, t in state.items() if n.endswith("weight_orig")}
    current = BigGan(folder, 32).images(*vectors(1))
    torch.save(old, folder / "pytorch_model.bin")
    # The vectors of the network are those of one more step of the power iteration: nearly the same.
    assert torch.allclose(BigGan(folder, 32).images(*vectors(1)), current, atol=0.05)


@pytest.mark.parametrize(
    ("furthest", "truncation"), [(2.0, 1.0), (1.0, 0.5), (1.01, 0.52), (0.0, 0.02), (9, 1.0)]
)
def test_the_truncation_is_the_least_that_explains_the_noise(furthest: float, truncation: float) -> None:
    noise = np.zeros((4, 128), np.float32)
    noise[2, 7] = -furthest
    assert truncation_of(noise) == pytest.approx(truncation)


def test_a_missing_package_is_a_finding_that_says_what_to_type(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pytorch_pretrained_biggan.config", None)
    with pytest.raises(PieceError) as caught:
        BigGan(folder, 32)
    assert "pip install 'musicvis[gan]'" in caught.value.diagnostics[0].hint


def write_safetensors(path: Path, state: dict[str, torch.Tensor]) -> None:
    header, data = {}, b""
    for name, tensor in state.items():
        raw = tensor.contiguous().numpy().tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


Spoil = Callable[[dict[str, torch.Tensor]], dict[str, Any]]
FIRST = "generator.gen_z.bias"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda s: {k: v for k, v in s.items() if k != FIRST}, "it lacks generator.gen_z.bias"),
        (
            lambda s: {**s, "extra": torch.zeros(1)},
            "it holds extra, which the configuration does not call for",
        ),
        (lambda s: {**s, FIRST: torch.zeros(7)}, r"generator.gen_z.bias has shape \(7,\), not \(1024,\)"),
        (lambda s: {**s, FIRST: torch.zeros(1024, dtype=torch.int64)}, "is torch.int64, not floating point"),
        (lambda s: {**s, FIRST: torch.full((1024,), float("nan"))}, "holds values that are not finite"),
        (lambda s: {**s, FIRST: torch.zeros(1).expand(1024)}, "is not stored plainly"),
        (lambda s: {**s, FIRST: torch.zeros(1).expand(2**38)}, "has shape"),
        (lambda s: {**s, FIRST: "text"}, "it is no table of tensors by name"),
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
    with pytest.raises(PieceError, match="no checkpoint of tensors alone"):
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
        lambda h, d: (len(h), h.replace(b'"shape": [', b'"shape": [-', 1), d),
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
    with pytest.raises(PieceError, match="no safetensors file"):
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
        ({"layers": []}, "layers is no list"),
        (
            {"layers": [[True, 16, 4]]},
            r"layer 1 is \[true, 16, 4\], not \[true or false, 16, 16 or half of it\]",
        ),
        ({"layers": [[True, 16, 8]]}, "the layers end at 8 pixels and 8 times the channel width"),
        ({"output_dim": 64}, "the layers end at 32 pixels"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG | changes))
    with pytest.raises(PieceError, match=reason):
        read_architecture(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "\x00", "1" * 70_000])
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(PieceError, match="these weights cannot be used"):
        read_architecture(tmp_path)
