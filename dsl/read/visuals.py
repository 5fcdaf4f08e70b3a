"""The picture: the generator, classes, rules, motion and envelopes."""

from dataclasses import replace

from ..findings.diagnostics import Diagnostic, Edit
from ..findings.plain import escaped
from ..findings.span import Span
from ..form.wording import did_you_mean, meant
from ..model.generators import is_known, known_names
from ..model.parameters import STEERED
from ..model.visuals import LIGHTS, OTHER, ClassWeight, Envelope, Light, Motion, Rule, SpectrumRef, Visuals
from ..text.yaml_source import Node
from ..values.nearest import is_slip_of
from ..values.pitch_classes import PITCH_CLASSES
from ..values.position import Duration
from ..values.selector import pitch_class
from ..values.units import Unit
from .audio import MAX_OFFSET_S
from .classes import read_weights
from .reader import Reading, signed, text_of
from .where import read_where


def read_visuals(node: Node | None, reading: Reading) -> Visuals:
    """The `visuals` block."""
    usual = Visuals()
    if node is None:
        return usual
    motion, weights, envelope = node.get("motion"), node.get("weights"), node.get("envelope")
    by = text_of(node, "classes_by", usual.classes_by)
    keep = node.get("keep")
    rules, spectrum, generator = node.get("rules"), node.get("spectrum"), node.get("generator")
    play = node.get("play")
    return Visuals(
        generator=_generator(generator, weights, reading) if generator else usual.generator,
        generator_span=generator.span if generator else usual.generator_span,
        weights=reading.file(weights) if weights else None,
        weights_span=weights.span if weights else usual.weights_span,
        weights_sha256=text_of(node, "weights_sha256", "") or None,
        resolution=int(reading.number(node.get("resolution"), usual.resolution)),
        resolution_span=size.span if (size := node.get("resolution")) else None,
        truncation=reading.number(node.get("truncation"), usual.truncation),
        depth=reading.share(node.get("depth"), usual.depth),
        steering=_steering(node),
        motion=read_motion(motion, reading) if motion else usual.motion,
        envelope=read_envelope(envelope, reading) if envelope else None,
        classes=read_classes(node.get("classes"), by, reading),
        classes_by=by,
        classes_span=found.span if (found := node.get("classes_by")) else usual.classes_span,
        keep=int(keep.value) if keep else None,
        rules=tuple(read_rule(rule, reading) for rule in rules.each()) if rules else (),
        mapping=text_of(node, "mapping", usual.mapping),
        spectrum=_spectrum(spectrum, reading) if spectrum else None,
        plays=bool(play.value) if play else usual.plays,
    )


def unknown_generator(name: str, span: Span) -> Diagnostic:
    """The finding for a name that no generator has."""
    names = known_names()
    hint = did_you_mean(name, names) or "name a generator, or with `weights` a model that was trained"
    near = meant(name, names)
    edits = (Edit(span, near),) if near and is_slip_of(name, near, names) else ()
    return Diagnostic("MV201", span, f"`{escaped(name)}` is not known here", hint, edits=edits)


def _generator(node: Node, weights: Node | None, reading: Reading) -> str:
    """A name that is known; beside `weights` it may be that of a model, which the compiler looks for."""
    if weights is None and not is_known(node.text):
        reading.findings.add(unknown_generator(node.text, node.span))
    return node.text


def _spectrum(node: Node, reading: Reading) -> SpectrumRef:
    file, offset, sort = node.get("file"), node.get("offset"), node.get("sort_classes_by_power")
    usual = SpectrumRef(None, node.key_span)
    return SpectrumRef(
        file=reading.file(file) if file else None,
        span=file.span if file else node.key_span,
        offset_s=reading.quantity(offset, Unit.SECONDS, -MAX_OFFSET_S, MAX_OFFSET_S).value
        if offset
        else None,
        pitch_sensitivity=signed(node.get("pitch_sensitivity"), usual.pitch_sensitivity),
        tempo_sensitivity=signed(node.get("tempo_sensitivity"), usual.tempo_sensitivity),
        smooth_factor=signed(node.get("smooth_factor"), usual.smooth_factor),
        num_classes=int(signed(node.get("num_classes"), usual.num_classes)),
        sort_classes_by_power=bool(sort.value) if sort else False,
    )


def read_motion(node: Node, reading: Reading) -> Motion:
    """Reads the movement of the noise."""
    usual = Motion()
    return Motion(
        amount=reading.number(node.get("amount"), usual.amount),
        jitter=reading.share(node.get("jitter"), usual.jitter),
        memory=text_of(node, "memory", usual.memory),
        walk=text_of(node, "walk", usual.walk),
        walk_span=walk.span if (walk := node.get("walk")) else usual.walk_span,
        hold=_lasting(node.get("hold"), reading) or usual.hold,
        move=_lasting(node.get("move"), reading) or usual.move,
    )


def _lasting(node: Node | None, reading: Reading) -> Duration | None:
    """A duration above 0, where one is written."""
    found = reading.duration(node)
    if node is not None and found is not None and found.value == 0:
        reading.find("MV206", node.span, "the time must be greater than 0", "write 1bar, 2b or 1/4")
    return found


def read_envelope(node: Node, reading: Reading) -> Envelope:
    """Reads an envelope: the rise and fall of a class."""
    usual = Envelope()
    return Envelope(
        attack=reading.duration(node.get("attack")) or usual.attack,
        release=reading.duration(node.get("release")) or usual.release,
        smooth=reading.share(node.get("smooth"), usual.smooth),
    )


def read_classes(
    node: Node | None, by: str, reading: Reading
) -> tuple[tuple[str, tuple[ClassWeight, ...]], ...]:
    """Reads the classes of notes by their keys, as in Visuals.classes."""
    if node is None:
        return ()
    is_map = isinstance(node.value, dict)
    if is_map and by == "loudness":
        message = "with classes_by: loudness, classes is a list without keys"
        reading.find("MV210", node.key_span, message, "write a list, from soft to loud")
    found: dict[str, tuple[ClassWeight, ...]] = {}
    for written, entry in node.items():
        key = written
        if is_map and by == "pitch" and written != OTHER:
            number = pitch_class(written)
            if number is None:
                message = f"`{written}` is not a pitch class"
                reading.find("MV114", entry.key_span, message, "write C, C#, Db ... B, or other")
                continue
            key = PITCH_CLASSES[number]
        if key in found:
            reading.find(
                "MV212", entry.key_span, f"`{written}` is {key}, and {key} has its class already", "keep one"
            )
        found[key] = read_weights(entry, reading)
    return tuple(found.items())


def read_rule(node: Node, reading: Reading) -> Rule:
    """A rule of the piece or of a layer."""
    where, classes = node.get("where"), node.get("class")
    assert where is not None, "the schema demands it"
    depth, kick, truncation = node.get("depth"), node.get("kick"), node.get("truncation")
    hue, layer = node.get("hue"), node.get("layer")
    return Rule(
        where=read_where(where, reading),
        span=where.key_span,
        pointer=node.pointer,
        classes=read_weights(classes, reading) if classes else None,
        depth=reading.share(depth, 0.0) if depth else None,
        kick=reading.number(kick, 0.0) if kick else None,
        attack=reading.duration(node.get("attack")),
        release=reading.duration(node.get("release")),
        truncation=reading.number(truncation, 0.0) if truncation else None,
        hue_deg=signed(hue, 0.0) if hue else None,
        layer=int(layer.value) if layer else None,
        spark=_light("spark", node, reading),
        ring=_light("ring", node, reading),
        glow=_light("glow", node, reading),
    )


def _light(shape: str, rule: Node, reading: Reading) -> Light | None:
    """A light of the stage: `true` for one as usual, `false` for none."""
    node = rule.get(shape)
    if node is None:
        return None
    usual = LIGHTS[shape]
    if isinstance(node.value, bool):
        return usual if node.value else replace(usual, strength=0.0)
    color = node.get("color")
    return Light(
        size=reading.share(node.get("size"), usual.size),
        decay=reading.duration(node.get("decay")) or usual.decay,
        strength=signed(node.get("strength"), usual.strength),
        color=None if color is None or color.text == "accent" else color.text,
    )


def _steering(node: Node) -> tuple[tuple[str, float], ...]:
    """Reads the per-frame controls by fields of STEERED; the schema has checked their bounds."""
    found = []
    for parameter in STEERED:
        here: Node | None = node
        for key in parameter.name.split(".")[1:]:
            here = here and here.get(key)
        if here is not None:
            found.append((parameter.field, float(here.value)))
    return tuple(found)
