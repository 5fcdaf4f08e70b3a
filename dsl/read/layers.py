"""Layers of the picture, as written: parts with streams of their own, and where each is."""

from dataclasses import replace

from ..model.visuals import PictureLayer, Rule, Visuals
from ..text.yaml_source import Node
from .reader import Reading, named, signed, texts
from .visuals import read_classes, read_envelope, read_motion, read_rule

SIDES = {"left": (1, 3), "middle": (2, 3), "right": (3, 3)}
"""Places by name, as sectors."""


def with_layers(visuals: Visuals, node: Node | None, reading: Reading) -> Visuals:
    """The visuals with their layers. The rules in layers become rules of the piece, after all others."""
    written = None if node is None else node.get("layers")
    if written is None:
        return visuals
    if isinstance(written.value, str):
        return replace(visuals, layer_each_part=True, layers_span=written.span)
    layers: list[PictureLayer] = []
    rules: list[Rule] = []
    for name, entry in named(written):
        layer = _layer(name, entry, reading)
        layers.append(layer)
        own = entry.get("rules")
        read = [read_rule(rule, reading) for rule in own.each()] if own else []
        rules += [replace(rule, where=replace(rule.where, within=layer.parts)) for rule in read]
    return replace(
        visuals, layers=tuple(layers), rules=(*visuals.rules, *rules), layers_span=written.key_span
    )


def _layer(name: str, node: Node, reading: Reading) -> PictureLayer:
    parts, place = node.get("parts"), node.get("place")
    classes_by, keep = node.get("classes_by"), node.get("keep")
    motion, envelope = node.get("motion"), node.get("envelope")
    width, depth, hue = node.get("width"), node.get("depth"), node.get("hue")
    truncation, classes = node.get("truncation"), node.get("classes")
    by = classes_by.text if classes_by else "pitch"
    where, sector = _place(place, reading) if place else ("ear", (1, 1))
    return PictureLayer(
        name,
        node.key_span,
        # Without `parts`, it is the part of its own name.
        parts=texts(parts) if parts else (name,),
        parts_span=parts.span if parts else node.key_span,
        place=where,
        sector=sector,
        width=reading.share(width, 0.0) if width else None,
        depth=reading.share(depth, 0.0) if depth else None,
        truncation=reading.number(truncation, 0.0) if truncation else None,
        hue_deg=signed(hue, 0.0) if hue else None,
        keep=int(keep.value) if keep else None,
        motion=read_motion(motion, reading) if motion else None,
        envelope=read_envelope(envelope, reading) if envelope else None,
        classes=read_classes(classes, by, reading),
        classes_by=by,
        classes_span=classes_by.span if classes_by else classes.key_span if classes else node.key_span,
    )


def _place(node: Node, reading: Reading) -> tuple[str, tuple[int, int]]:
    """The kind of place, and which sector it is."""
    if node.text in SIDES:
        return "sector", SIDES[node.text]
    if "/" not in node.text:
        return node.text, (1, 1)
    number, count = map(int, node.text.split("/"))
    if not 1 <= number <= count:
        message = f"{node.text} is not a sector: the last is {count}/{count}"
        reading.find("MV206", node.span, message, f"write a number from 1 to {count} before the /")
        return "sector", (1, 1)
    return "sector", (number, count)
