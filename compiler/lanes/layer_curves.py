"""The lanes of the picture's layers: a layer's own parameters, or those of the whole picture."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..notes.layering import LayerOfParts
from .curve import Curve
from .parameters import visual_targets
from .resolve import Lanes

OF_A_LAYER = {
    "depth": "depth",
    "truncation": "truncation",
    "hue": "hue_deg",
    "motion.amount": "motion",
    "motion.jitter": "motion",
}
"""The parameters that a layer can have lanes of its own for, by the ends of their names, and the key that
sets each."""


def layer_curves(
    layers: Sequence[LayerOfParts], lanes: Lanes, common: Mapping[str, Curve]
) -> dict[str, Curve]:
    """The curves of layers, by names as `visuals.layers.vibes.depth`.

    A layer that writes a value, or has a lane, goes by that alone; else by what the whole picture has.
    """
    found = {}
    for layer in layers:
        if layer.written is None:
            continue
        targets = {target.name: target for target in visual_targets(layer.visuals)}
        for key, field in OF_A_LAYER.items():
            name = f"visuals.layers.{layer.name}.{key}"
            curve = lanes.curve(replace(targets[f"visuals.{key}"], name=name))
            is_own = getattr(layer.written, field) is not None or lanes.first(name) is not None
            found[name] = curve if is_own else common[f"visuals.{key}"]
    return found
