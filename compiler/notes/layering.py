"""The layers of a picture as written, matched with the parts: which notes play in which layer."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.visuals import LAYERS_MOST, PictureLayer, Visuals
from ...dsl.values.nearest import nearest
from ..score.part_note import PartNote

REST = "rest"
"""The layer of the parts that no layer names."""
PAINTED = ("auto", "embedded")
KEPT_TOGETHER = 4
"""The number of classes that can be seen at once in all layers together, by default."""


@dataclass(frozen=True, slots=True)
class LayerOfParts:
    """A layer and its parts; `visuals` has the settings for their notes.

    Without layers, a piece is one of these with all parts, and without a name.
    """

    name: str
    parts: frozenset[str]
    visuals: Visuals
    written: PictureLayer | None = None


def layers_of(visuals: Visuals, parts: Sequence[str], findings: Findings) -> tuple[LayerOfParts, ...]:
    """The layers of a piece, back to front, each with at least one part; every part is in one."""
    everything = (LayerOfParts("", frozenset(parts), visuals),)
    written = _written(visuals, parts)
    if not written:
        return everything
    found: list[LayerOfParts] = []
    taken: dict[str, str] = {}
    named = {part for layer in written for glob in layer.parts for part in _fitting(glob, parts)}
    for layer in written:
        mine = []
        for glob in layer.parts:
            fitting = _fitting(glob, parts)
            if not fitting:
                findings.add(_unknown(layer, glob, parts, named))
            mine += [part for part in fitting if part not in mine]
        for part in mine:
            if part in taken:
                message = f"the part {part} is in the layer {taken[part]} and in {layer.name}"
                hint = "leave it out of one of them: a part is seen in one place"
                findings.add(Diagnostic("MV631", layer.parts_span, message, hint))
            taken.setdefault(part, layer.name)
        own = frozenset(part for part in mine if taken[part] == layer.name)
        if own:
            found.append(LayerOfParts(layer.name, own, visuals.of_layer(layer), layer))
    rest = frozenset(parts) - taken.keys()
    if rest and found:
        behind = PictureLayer(REST, visuals.layers_span, tuple(sorted(rest)), visuals.layers_span, "back")
        found.insert(0, LayerOfParts(REST, rest, visuals, behind))
    if len(found) > LAYERS_MOST:
        findings.add(_too_many(visuals, found))
        return everything
    return tuple(_with_keep(found)) or everything


def layer_findings(
    visuals: Visuals, layers: Sequence[LayerOfParts], notes: Sequence[PartNote], is_loop: bool = False
) -> Iterator[Diagnostic]:
    """Warnings about layers: settings that are probably a mistake, or that cost more than the viewer sees."""
    if layers[0].written is None:
        return
    span = visuals.layers_span
    reasons = {
        "a spectrum moves the picture as one": visuals.mapping == "spectrum",
        "a walk leads the picture as one": bool(visuals.motion.walk),
        "the picture of a loop is closed as one": is_loop,
    }
    for what in (what for what, holds in reasons.items() if holds):
        message = f"{what}, so it has no layers"
        hint = "leave out `layers`, or the loop" if is_loop else "leave out `layers`, or that"
        yield Diagnostic("MV635", span, message, hint)
        return
    if len(layers) == 1:
        message = f"the layer {layers[0].name} holds all parts, so there is nothing beside it"
        hint = "divide the parts among two layers, or leave out `layers`"
        yield Diagnostic("MV632", span, message, hint, Severity.WARNING)
    playing = {entry.part for entry in notes}
    for layer in layers:
        assert layer.written is not None
        if not layer.parts & playing:
            message = f"no note sounds in the layer {layer.name}"
            hint = "leave it out, or give it a part that plays"
            yield Diagnostic("MV637", layer.written.span, message, hint, Severity.WARNING)
        if not any(weight.weight > 0 for _, weights in layer.visuals.classes for weight in weights) and (
            layer.visuals.classes
        ):
            message = f"all shares of the classes of the layer {layer.name} are 0, so it shows nothing"
            yield Diagnostic("MV634", layer.written.classes_span, message, "write a share above 0")
    if visuals.classes and all(layer.written is not None and layer.written.classes for layer in layers):
        first = next((weights[0].span for _, weights in visuals.classes if weights), visuals.classes_span)
        message = "no part shows `visuals.classes`: every part is in a layer that has classes of its own"
        hint = "remove them, or leave the `classes` of a layer out"
        yield Diagnostic("MV341", first, message, hint, Severity.NOTE)
    if len(layers) > 1 and visuals.generator not in PAINTED:
        count = len(layers)
        message = (
            f"{visuals.generator} makes an image for each of the {count} layers, which takes {count} times "
            "as long, and they are laid over each other as pictures, each with its own light"
        )
        hint = "use the embedded generator, which paints all layers in one landscape, or leave out `layers`"
        yield Diagnostic("MV636", span, message, hint, Severity.NOTE)


def _written(visuals: Visuals, parts: Sequence[str]) -> tuple[PictureLayer, ...]:
    if not visuals.layer_each_part:
        return visuals.layers
    span = visuals.layers_span
    return tuple(PictureLayer(part, span, (_literal(part),), span) for part in parts)


def _literal(part: str) -> str:
    """A glob that matches only this part."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in part)


def _with_keep(found: Sequence[LayerOfParts]) -> Iterator[LayerOfParts]:
    """Limits the classes per layer, so that all layers together show about as many as one picture."""
    for layer in found:
        is_said = len(found) == 1 or layer.visuals.keep is not None
        keep = layer.visuals.keep if is_said else max(KEPT_TOGETHER // len(found), 1)
        yield replace(layer, visuals=replace(layer.visuals, keep=keep))


def _fitting(glob: str, parts: Sequence[str]) -> list[str]:
    """The parts that a layer means: the one of exactly this name, or all that fit, in any case of letters."""
    for part in parts:
        if glob in (part, _literal(part)):
            return [part]
    return [part for part in parts if fnmatchcase(part.casefold(), glob.casefold())]


def _unknown(layer: PictureLayer, glob: str, parts: Sequence[str], named: Set[str]) -> Diagnostic:
    near = nearest(glob.strip("*"), parts, 1, 0.4)
    hint = "the parts are " + (", ".join(parts[:12]) or "none")
    # A part that a layer has already would be in two.
    if near and near[0] not in named:
        hint = f"did you mean {near[0]}?"
    return Diagnostic("MV630", layer.parts_span, f"no part is called {glob}, so the layer lacks it", hint)


def _too_many(visuals: Visuals, found: Sequence[LayerOfParts]) -> Diagnostic:
    message = f"{len(found)} layers; at most {LAYERS_MOST} are allowed"
    if visuals.layer_each_part:
        hint = "name them, each with parts that belong together: `strings: {parts: [violin, viola]}`"
    else:
        hint = "put parts that belong together into one layer"
    return Diagnostic("MV633", visuals.layers_span, message, hint)
