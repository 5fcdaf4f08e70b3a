"""Nodes: stems, buses and the mix, each known by exactly what it reads; names and paths are in none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ....compiler.plan import BusPlan, EffectPlan, SoundPlan, StemPlan
from ....store.node import Node
from ....store.packages import packages
from ....store.values.keys import digest_of, file_digest
from ..stems.players import program_of
from ..stems.recording import recording_format
from .places_of_notes import apart

STEM_VERSION = 2
BUS_VERSION = 1
CHAIN_VERSION = 1
MIX_VERSION = 1
STEM, WET, DRY, MIX, CHAIN = "stem", "wet", "dry", "mix", "chain"
"""Names of files in records."""


class Lookup(Protocol):
    """What is asked of a store where nothing is made."""

    def outputs(self, key: str) -> Mapping[str, str] | None:
        """The digests of a key's files by name."""
        ...

    def has(self, key: str) -> bool:
        """Whether they are there."""
        ...


class Nowhere:
    """A store of nothing, in which everything has a name all the same: for comparing two pieces."""

    def outputs(self, key: str) -> Mapping[str, str]:
        """Names that stand for what would be made."""
        return {name: digest_of((key, name)) for name in (STEM, WET, DRY, MIX)}

    def has(self, key: str) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class Known:
    """A node that can be named now; None while something that it reads is not made yet."""

    stage: str
    name: str
    node: Node | None
    is_there: bool


class FileDigests:
    """Digests of the files that a sound reads, each taken once; and whether they are still what they were."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[str, tuple[tuple[int, int], ...]]] = {}

    def of(self, path: Path) -> str:
        """Of a file; of a folder, as a plugin may be one, that of all that is in it. Raises OSError."""
        if path not in self._known:
            before = _state(path)
            if path.is_dir():
                inner = sorted(found for found in path.rglob("*") if found.is_file())
                digest = digest_of([(str(f.relative_to(path)), file_digest(f.resolve())) for f in inner])
            else:
                digest = file_digest(path)
            self._known[path] = digest, before
        return self._known[path][0]

    def check(self) -> None:
        """Raises OSError where a file was changed since: what was made of it is of neither version."""
        for path, (_, before) in self._known.items():
            if _state(path) != before:
                raise OSError(0, "the file was changed while it was used; compile again", str(path))


def stem_node(stem: StemPlan, plan: SoundPlan, digests: FileDigests) -> Node | None:
    """What is kept of a stem: our synthesiser's samples, or another program's file; None for a recording."""
    if stem.file is not None:
        return None
    rate = str(plan.sample_rate_hz)
    if not stem.by:
        reads = {
            "notes": digest_of((stem.notes, stem.channels)),
            "rate": rate,
            "length": str(plan.sample_count),
            "packages": packages("numpy", "scipy"),
        }
        return Node.of("stem", STEM_VERSION, stem.name, reads)
    program = program_of(stem)
    reads = {"by": stem.by, "program": "none" if program is None else digests.of(program), "rate": rate}
    if stem.by == "musescore":
        assert stem.score is not None
        reads["score"] = f"{digests.of(stem.score)}{stem.score.suffix.lower()}"
    else:
        assert stem.soundfont is not None
        reads |= {"notes": digest_of((stem.notes, stem.channels)), "soundfont": digests.of(stem.soundfont)}
    return Node.of("stem", STEM_VERSION, stem.name, reads)


def stem_source(stem: StemPlan, made: str | None, digests: FileDigests) -> str:
    """What a bus reads of a stem: the digest of what was made of it, and how that is laid into the film.

    Raises PieceError for a file that is no recording, OSError for one that cannot be read.
    """
    if made is None:
        # What is no recording is told here, before anything is rendered.
        recording_format(_file(stem))
    source = made if made is not None else digests.of(_file(stem))
    laid = (stem.file_offset_s, stem.notes if stem.is_aligned else None, stem.reference, stem.is_aligned)
    return digest_of((source, stem.gain, laid if stem.file is not None or stem.by else None))


def dry_node(bus: BusPlan, sources: Sequence[str], plan: SoundPlan) -> Node:
    """The sum of the stems of a bus, for a send that is taken before the chain, or for a listener."""
    reads = {
        "stems": digest_of(list(sources)),
        "rate": str(plan.sample_rate_hz),
        "length": str(plan.sample_count),
        "packages": packages("numpy", "soxr"),
    }
    return Node.of("dry", BUS_VERSION, bus.name, reads)


def bus_node(bus: BusPlan, sources: Sequence[str], plan: SoundPlan, digests: FileDigests) -> Node:
    """What a bus gives to the mix, from what it reads of its stems."""
    placed = (bus.azimuth_deg, bus.elevation_deg, bus.distance, bus.width_deg, bus.level)
    reads = {
        "stems": digest_of(list(sources)),
        "chain": _chain_digest(bus.chain, digests),
        "gain": digest_of(bus.gain),
        "ear": digest_of((bus.ear, bus.ear_offset)),
        "space": digest_of((bus.space, placed, None if bus.sofa is None else digests.of(bus.sofa))),
        "rate": str(plan.sample_rate_hz),
        "length": str(plan.sample_count),
        "packages": packages("numpy", "scipy", "pedalboard", "soxr"),
    }
    return Node.of("bus", BUS_VERSION, bus.name, reads)


def chain_node(part: BusPlan, sources: Sequence[str], plan: SoundPlan, digests: FileDigests) -> Node:
    """A bus, or its part that stands in one place, before it is moved: a lane of its ear is not in it."""
    reads = {
        "stems": digest_of(list(sources)),
        "chain": _chain_digest(part.chain, digests),
        "gain": digest_of(part.gain),
        "measured": part.level,
        "rate": str(plan.sample_rate_hz),
        "length": str(plan.sample_count),
        "packages": packages("numpy", "scipy", "pedalboard", "soxr"),
    }
    return Node.of("chain", CHAIN_VERSION, part.name, reads)


def mix_node(plan: SoundPlan, buses: Sequence[Mapping[str, str]], digests: FileDigests) -> Node:
    """The finished sound, from the digests of its buses' files."""
    numbers = {back.name: k for k, back in enumerate(plan.returns)}
    sends = [
        [(numbers[send.to], send.gain, files[DRY] if send.is_before else files[WET]) for send in bus.sends]
        for bus, files in zip(plan.buses, buses, strict=True)
    ]
    reads = {
        "buses": digest_of([files[WET] for files in buses]),
        "sends": digest_of(sends),
        "returns": digest_of([(_chain_digest(back.chain, digests), back.gain) for back in plan.returns]),
        "master": digest_of(plan.master),
        "fades": digest_of((plan.fade_in_s, plan.fade_out_s)),
        "rate": str(plan.sample_rate_hz),
        "length": str(plan.sample_count),
        "packages": packages("numpy", "scipy", "pedalboard"),
    }
    return Node.of("mix", MIX_VERSION, "mix", reads)


def known_nodes(plan: SoundPlan, store: Lookup, kept: Sequence[bool], digests: FileDigests) -> list[Known]:
    """Every node of a sound, as far as it can be named without making any; the mix comes last.

    kept   for each bus, whether its dry sum is kept too

    Raises PieceError for a file that is no recording, OSError for one that cannot be read.
    """
    found: list[Known] = []
    files: list[dict[str, str] | None] = []
    for bus, keep_dry in zip(plan.buses, kept, strict=True):
        sources: list[str | None] = []
        for part in apart(bus):
            for stem in part.stems:
                node = stem_node(stem, plan, digests)
                made = None
                if node is not None:
                    outputs = store.outputs(node.key)
                    made = None if outputs is None else outputs.get(STEM)
                    found.append(_known(node, store))
                is_known = node is None or made is not None
                sources.append(stem_source(stem, made, digests) if is_known else None)
        names = [source for source in sources if source is not None]
        nodes: list[Node | None] = [None]
        if len(names) == len(sources):
            nodes = [bus_node(bus, names, plan, digests)]
            nodes += [dry_node(bus, names, plan)] if keep_dry else []
        found += [
            Known("bus", bus.name, None, False) if node is None else _known(node, store) for node in nodes
        ]
        files.append(_files(nodes, store))
    named = [one for one in files if one is not None]
    mix = mix_node(plan, named, digests) if len(named) == len(plan.buses) else None
    found.append(Known("mix", "mix", None, False) if mix is None else _known(mix, store))
    return found


def _files(nodes: Sequence[Node | None], store: Lookup) -> dict[str, str] | None:
    """The digests of all files of a bus; None while one is missing."""
    outputs = [None if node is None else store.outputs(node.key) for node in nodes]
    merged: dict[str, str] = {}
    for node, own in zip(nodes, outputs, strict=True):
        name = DRY if node is not None and node.stage == "dry" else WET
        if own is None or name not in own:
            return None
        merged[name] = own[name]
    return merged


def _known(node: Node, store: Lookup) -> Known:
    return Known(node.stage, node.name, node, store.has(node.key))


def _chain_digest(chain: Sequence[EffectPlan], digests: FileDigests) -> str:
    return digest_of(
        [
            (
                effect.plugin,
                effect.constants,
                effect.automation,
                effect.settings,
                None if effect.file is None else digests.of(effect.file),
                None if effect.preset is None else digests.of(effect.preset),
            )
            for effect in chain
        ]
    )


def _file(stem: StemPlan) -> Path:
    if stem.file is None:
        raise ValueError(f"stem {stem.name} has neither notes nor a file")
    return stem.file


def _state(path: Path) -> tuple[tuple[int, int], ...]:
    """Sizes and times of a file, or of all in a folder: other ones say that it was written to."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    states = [file.stat() for file in files]
    return tuple((state.st_size, state.st_mtime_ns) for state in states)
