"""What sounds, as written: stems, chains with names, buses."""

from collections.abc import Sequence

from .piece import Audio, Bus, Effect, Stem
from .plugins import Unit, plugin
from .reading import Reading, named, texts
from .source import Node
from .wording import did_you_mean

MAX_LINKS = 64
MAX_NESTING = 16
MAX_GAIN = 16.0


def read_audio(node: Node | None, reading: Reading) -> Audio:
    """The `audio` block. A bus without a chain has the default one; without stems, the part of its name."""
    if node is None:
        return Audio()
    chains = Chains(dict(named(node.get("chains"))), reading)
    written = node.get("chain")
    default_chain = chains.read(written) if written else ()
    buses = tuple(_bus(name, bus, chains, default_chain, reading) for name, bus in named(node.get("buses")))
    return Audio(buses, default_chain)


class Chains:
    """Named chains, each read once, so that a fault in one is told once however often it is used."""

    def __init__(self, nodes: dict[str, Node], reading: Reading) -> None:
        self._nodes = nodes
        self._reading = reading
        self._done: dict[str, tuple[Effect, ...]] = {}
        for name in nodes:
            self._named(name, ())

    def read(self, node: Node) -> tuple[Effect, ...]:
        """The links of a chain in order, the named chains in it written out."""
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
                message = f"the chain `{link.text}` holds itself: {circle}"
                self._reading.find("MV213", link.span, message, "leave one of them out")
            elif len(inside) > MAX_NESTING:
                message = f"chains stand in chains more than {MAX_NESTING} deep"
                self._reading.find("MV105", link.span, message, "write some of them out")
            elif link.text in self._nodes:
                links += self._named(link.text, inside)
            else:
                self._unknown(link)
            if len(links) > MAX_LINKS:
                self._reading.find("MV105", link.span, f"the chain holds more than {MAX_LINKS} effects")
                return ()
        self._check_labels(links)
        return tuple(links)

    def _unknown(self, link: Node) -> None:
        if plugin(link.text) is not None:
            hint = f"a plugin stands with its parameters: {{{link.text}: {{}}}}"
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


def _bus(name: str, node: Node, chains: Chains, default_chain: tuple[Effect, ...], reading: Reading) -> Bus:
    stems, chain, ear, space = node.get("stems"), node.get("chain"), node.get("ear"), node.get("space")
    own_part = (Stem(node.key_span, part=name),)
    return Bus(
        name=name,
        span=node.key_span,
        stems=tuple(_stem(stem, reading) for stem in stems.each()) if stems else own_part,
        chain=chains.read(chain) if chain else default_chain,
        gain=reading.number(node.get("gain"), 1.0, Unit.GAIN, MAX_GAIN),
        ear=ear.text if ear else None,
        space=space.text if space else "balance",
    )


def _stem(node: Node, reading: Reading) -> Stem:
    part, score, file = node.get("part"), node.get("score"), node.get("file")
    return Stem(
        span=node.span,
        gain=reading.number(node.get("gain"), 1.0, Unit.GAIN, MAX_GAIN),
        part=part.text if part else None,
        score=reading.file(score) if score else None,
        file=reading.file(file) if file else None,
        tracks=texts(node.get("tracks")),
    )
