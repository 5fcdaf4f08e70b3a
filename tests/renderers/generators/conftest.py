"""A narrow BigGAN of the real architecture, with random weights, in a folder."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from musicvis.renderers.generators.biggan.architecture import config_text, released
from musicvis.renderers.generators.biggan.library import add
from musicvis.renderers.generators.biggan.weights import write_safetensors
from musicvis.tests.renderers.generators.random_weights import random_weights

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
    pytest.importorskip("pytorch_pretrained_biggan")
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


@pytest.fixture
def narrow_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that holds a narrow biggan-deep-512."""
    architecture = released(512, channel_width=4)
    given = tmp_path / "given"
    given.mkdir()
    (given / "config.json").write_text(config_text(architecture))
    write_safetensors(given / "model.safetensors", random_weights(architecture))
    store = tmp_path / "store"
    monkeypatch.setenv("MUSICVIS_WEIGHTS", str(store))
    add(given, None, store)
    return store
