"""Weights of a BigGAN of any architecture, made up."""

import torch
from musicvis.renderers.generators.biggan.architecture import Architecture, tensor_shapes


def random_weights(architecture: Architecture) -> dict[str, torch.Tensor]:
    """Tensors of the true names and shapes, which make pictures that are neither flat nor all noise."""
    random = torch.Generator().manual_seed(7)
    tensors = {
        name: torch.randn(shape, generator=random) for name, shape in tensor_shapes(architecture).items()
    }
    for name, tensor in tensors.items():
        if name.endswith("running_vars"):
            tensor.abs_().add_(0.5)
        elif name.endswith(("running_means", "bias", "embeddings.weight", "gamma")):
            tensor.mul_(0.3)
        elif name.endswith("weight_orig"):
            u, v = (name.removesuffix("_orig") + suffix for suffix in ("_u", "_v"))
            for _ in range(5):
                tensors[v] = torch.nn.functional.normalize(tensor.flatten(1).T @ tensors[u], dim=0)
                tensors[u] = torch.nn.functional.normalize(tensor.flatten(1) @ tensors[v], dim=0)
    tensors["generator.bn.weight"].fill_(1)
    return tensors
