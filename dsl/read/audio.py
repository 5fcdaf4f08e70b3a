"""Reads `audio`: stems, named chains, buses, returns, and the master."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ..form.wording import did_you_mean
from ..model.audio import Audio, Bus, Effect, Master, Return, Send, Spread, Stem, Vst3
from ..model.plugins import VST3, plugin
from ..text.yaml_source import Node
from ..values.units import Unit
from .reader import Reading, named, texts

MAX_LINKS = 64
MAX_NESTING = 16
MAX_GAIN = 16.0
MAX_OFFSET_S = 600.0

# The default of a return: no direct sound, which is in the mix already.
_WET = {"dry": 0.0, "mix": 1.0}


def read_audio(node: Node | None, reading: Reading) -> Audio:
    """The `audio` block. A bus without a chain has the default one; without stems, the part of its name."""
    if node is None:
        return Audio()
    chains = Chains(dict(named(node.get("chains"))), reading)
    written = node.get("chain")
    default_chain = chains.read(written) if written else ()
    buses = tuple(_bus(name, bus, chains, default_chain, reading) for name, bus in named(node.get("buses")))
    returns = tuple(_return(name, back, chains, reading) for name, back in named(node.get("returns")))
    _check_sends(buses, returns, reading)
    master = node.get("master")
    sounds = node.get("sounds")
    return Audio(
        buses,
        default_chain,
        returns,
        _master(master, reading) if master else Master(),
        reading.file(sounds) if sounds and sounds.text != "built-in" else None,
    )


class Chains:
    """Named chains, each read once, so that its faults are reported once."""

    def __init__(self, nodes: dict[str, Node], reading: Reading) -> None:
        self._nodes = nodes
        self._reading = reading
        self._done: dict[str, tuple[Effect, ...]] = {}
        for name in nodes:
            self._named(name, ())

    def read(self, node: Node) -> tuple[Effect, ...]:
        """The links of a chain in order, with named chains in it expanded."""
        return self._links(node, ())

    def _named(self, name: str, inside: tuple[str, ...]) -> tuple[Effect, ...]:
        if name not in self._done:
            self._done[name] = self._links(self._nodes[name], (*inside, name))
        return self._done[name]

    def _links(self, node: Node, inside: tuple[str, ...]) -> tuple[Effect, ...]:
        links: list[Effect] = []
        for link in node.each():
            if isinstance(link.value, dict):
                links.append(_effect(link, self._reading))
            elif link.text in inside:
                circle = " > ".join((*inside[inside.index(link.text) :], link.text))
                message = f"the chain `{link.text}` contains itself: {circle}"
                self._reading.find("MV213", link.span, message, "remove one of the links")
            elif len(inside) > MAX_NESTING:
                message = f"chains are nested more than {MAX_NESTING} levels deep"
                self._reading.find("MV105", link.span, message, "write some of them out")
            elif link.text in self._nodes:
                links += self._named(link.text, inside)
            else:
                self._unknown(link)
            if len(links) > MAX_LINKS:
                self._reading.find(
                    "MV105", link.span, f"the chain holds more than {MAX_LINKS} effects", "leave some out"
                )
                return ()
        self._check_labels(links)
        return tuple(links)

    def _unknown(self, link: Node) -> None:
        if plugin(link.text) is not None:
            hint = f"write an effect with its parameters: {{{link.text}: {{}}}}"
        else:
            hint = did_you_mean(link.text, self._nodes) or "define it under audio.chains"
        self._reading.find("MV211", link.span, f"no chain is called `{link.text}`", hint)

    def _check_labels(self, links: Sequence[Effect]) -> None:
        labels: dict[str, Effect] = {}
        for effect in links:
            if effect.label and labels.setdefault(effect.label, effect) is not effect:
                message = f"two links of one chain have the label `{effect.label}`"
                self._reading.find("MV212", effect.span, message, "give each its own")


def _effect(link: Node, reading: Reading) -> Effect:
    label = link.get("label")
    name, body = next((key, value) for key, value in link.items() if key != "label")
    if name == VST3:
        return _vst3(link, body, label.text if label else "", reading)
    described = plugin(name)
    assert described is not None, "the schema lets only plugins of the table through"
    written = dict(body.items()) if isinstance(body.value, dict) else {described.main: body}
    values: list[tuple[str, float]] = []
    per_beat: list[str] = []
    for key, node in written.items():
        parameter = described.parameter(key)
        assert parameter is not None, "the schema lets only parameters of the table through"
        if parameter.unit is Unit.CHOICE:
            values.append((key, float(parameter.choices.index(node.text))))
            continue
        quantity = reading.quantity(node, parameter.unit, parameter.low, parameter.high)
        values.append((key, quantity.value))
        if quantity.per_beat:
            per_beat.append(key)
    return Effect(name, tuple(values), link.span, label.text if label else "", tuple(per_beat))


def _vst3(link: Node, body: Node, label: str, reading: Reading) -> Effect:
    file, preset = body.get("file"), body.get("preset")
    assert file is not None, "the schema demands it"
    numbers: list[tuple[str, float]] = []
    words: list[tuple[str, str | bool]] = []
    for name, node in named(body.get("parameters")):
        if isinstance(node.value, str | bool):
            words.append((name, node.value))
        else:
            numbers.append((name, float(node.text)))
    described = Vst3(reading.file(file), reading.file(preset) if preset else None, tuple(words))
    return Effect(VST3, tuple(numbers), link.span, label, vst3=described)


def _bus(name: str, node: Node, chains: Chains, default_chain: tuple[Effect, ...], reading: Reading) -> Bus:
    stems, chain, space, level = node.get("stems"), node.get("chain"), node.get("space"), node.get("level")
    ear, sofa = ear_lane(node.get("ear")), node.get("sofa")
    own_part = (Stem(node.key_span, part=name),)
    return Bus(
        name=name,
        span=node.key_span,
        stems=tuple(_stem(stem, reading) for stem in stems.each()) if stems else own_part,
        chain=chains.read(chain) if chain else default_chain,
        gain=reading.number(node.get("gain"), 1.0, Unit.GAIN, MAX_GAIN),
        ear=ear.text if ear else None,
        space=space.text if space else "balance",
        width_deg=reading.number(node.get("width"), 0.0, Unit.NUMBER, 180.0),
        level=level.text if level else "pink",
        sofa=reading.file(sofa) if sofa else None,
        spread=_spread(node.get("ear"), reading),
        sends=tuple(_send(to, send, reading) for to, send in named(node.get("sends"))),
    )


def _send(name: str, node: Node, reading: Reading) -> Send:
    level, before = (node.get("level"), node.get("before")) if isinstance(node.value, dict) else (node, None)
    return Send(
        name,
        node.key_span,
        reading.number(level, 1.0, Unit.GAIN, MAX_GAIN),
        before is not None and before.value is True,
    )


def _return(name: str, node: Node, chains: Chains, reading: Reading) -> Return:
    chain = node.get("chain")
    assert chain is not None, "the schema demands it"
    return Return(
        name,
        node.key_span,
        tuple(_wet(effect, name, reading) for effect in chains.read(chain)),
        reading.number(node.get("gain"), 1.0, Unit.GAIN, MAX_GAIN),
    )


def _wet(effect: Effect, name: str, reading: Reading) -> Effect:
    """The effect with no direct sound by default; a warning if the manifest writes some."""
    described = plugin(effect.plugin)
    written = dict(effect.parameters)
    added = []
    for key, wet in _WET.items():
        if described is None or described.parameter(key) is None:
            continue
        if key not in written:
            added.append((key, wet))
        elif written[key] != wet:
            message = f"the {effect.plugin} in the return `{name}` also gives direct sound, which doubles it"
            hint = f"write {key}: {wet:g} there, or leave `{key}` out"
            reading.findings.warn("MV505", effect.span, message, hint)
    return replace(effect, parameters=(*effect.parameters, *added))


def _check_sends(buses: Sequence[Bus], returns: Sequence[Return], reading: Reading) -> None:
    known = {back.name for back in returns}
    for bus in buses:
        for send in bus.sends:
            if send.to not in known:
                hint = did_you_mean(send.to, known) or "define it under audio.returns"
                reading.find("MV211", send.span, f"no return is called `{send.to}`", hint)
    for back in returns:
        if any(bus.name == back.name for bus in buses):
            message = f"a bus and a return are both called `{back.name}`"
            reading.find("MV212", back.span, message, "give each its own name")


def _master(node: Node, reading: Reading) -> Master:
    loudness, ceiling, dither = node.get("loudness"), node.get("ceiling"), node.get("dither")
    usual = Master()
    target, most_reduction_db = usual.loudness_lufs, usual.most_reduction_db
    if loudness is not None and loudness.text != "auto":
        target, most_reduction_db = None, None
        if loudness.text != "none":
            target = reading.quantity(loudness, Unit.LOUDNESS, -70.0, 0.0).value
    return Master(
        target,
        most_reduction_db,
        reading.quantity(ceiling, Unit.PEAK, -20.0, 0.0).value if ceiling else usual.ceiling_dbtp,
        dither is None or dither.value is True,
    )


_SPREAD = re.compile(r"by (?P<by>pitch|order) (?P<first>[^. ]*\.?[^. ]+) ?\.\. ?(?P<last>[^ ]+)\Z")


def ear_lane(node: Node | None) -> Node | None:
    """The name of the lane that a value of `ear` contains, if any."""
    if node is None or isinstance(node.value, dict):
        return node and node.get("lane")
    return None if node.text.startswith("by ") else node


def _spread(node: Node | None, reading: Reading) -> Spread | None:
    """Reads `spread`, the places of a bus's notes: {by: pitch, from: -0.6, to: 0.6}, or `by pitch
    -0.6..0.6`.
    """
    if node is None:
        return None
    if isinstance(node.value, dict):
        by, first, last = node.get("by"), node.get("from"), node.get("to")
        assert by and first and last, "the schema demands them"
        return Spread(by.text, float(first.text), float(last.text))
    if not node.text.startswith("by "):
        return None
    found = _SPREAD.match(node.text)
    try:
        ends = (float(found["first"]), float(found["last"])) if found else ()
    except ValueError:
        ends = ()
    if found is None or len(ends) != 2 or not all(-1.0 <= end <= 1.0 for end in ends):
        message = f"`{node.text}` does not say how notes stand apart"
        reading.find("MV205", node.span, message, "write by pitch -0.6..0.6, or by order -0.6..0.6")
        return None
    return Spread(found["by"], *ends)


def _stem(node: Node, reading: Reading) -> Stem:
    part, score, file, by = node.get("part"), node.get("score"), node.get("file"), node.get("by")
    soundfont, offset = node.get("soundfont"), node.get("offset")
    align, plays = node.get("align"), node.get("plays")
    _check_player(node, reading)
    return Stem(
        span=node.span,
        gain=reading.number(node.get("gain"), 1.0, Unit.GAIN, MAX_GAIN),
        part=part.text if part else None,
        score=reading.file(score) if score else None,
        file=reading.file(file) if file else None,
        tracks=texts(node.get("tracks")),
        by=by.text if by else "",
        soundfont=reading.file(soundfont) if soundfont else None,
        offset_s=(
            reading.quantity(offset, Unit.SECONDS, -MAX_OFFSET_S, MAX_OFFSET_S).value if offset else None
        ),
        aligned=align is not None,
        plays=plays.text if plays else None,
    )


def _check_player(node: Node, reading: Reading) -> None:
    """Checks that the keys of a stem which choose its player fit together."""
    by = node.get("by")
    player = by.text if by else ""

    def refuse(key: str, message: str, hint: str) -> None:
        found = node.get(key)
        if found is not None:
            reading.find("MV210", found.key_span, message, hint)

    if player == "musescore":
        refuse("part", "MuseScore plays whole scores, not a part of one", "write score: FILE.mscz for `part`")
        refuse(
            "tracks", "MuseScore plays whole scores, not some tracks", "save the tracks as their own score"
        )
    if player == "fluidsynth" and node.get("soundfont") is None:
        message = "fluidsynth needs sounds, and no soundfont is named"
        reading.find(
            "MV203",
            node.span,
            message,
            "add `soundfont: NAME.sf2`; to see which there are, type: musicvis sounds list",
        )
    if player != "fluidsynth":
        refuse("soundfont", "only fluidsynth plays a soundfont", "add `by: fluidsynth`, or leave it out")
    if not player and node.get("file") is None:
        for key in ("offset", "align"):
            message = f"the built-in instruments play on time, so `{key}` has no effect"
            refuse(key, message, f"leave out `{key}`")
