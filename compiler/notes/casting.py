"""Casting: the classes that each note shows and how they act, from the manifest's rules; later rules win."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, fields, replace
from fractions import Fraction

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.model.visuals import LIGHTS, ClassWeight, Envelope, Light, Rule, Visuals
from ..classes.table import ClassTable, imagenet
from ..recent import recent
from ..score.part_note import PartNote
from ..time.clock import Clock
from ..words.sung import listed
from .class_keys import Weights, class_weights, classes_by_key
from .durations import Durations
from .layering import LayerOfParts
from .melody import melody, sparks_by_itself
from .selectors import selected

QUESTIONS_MOST = 5_000_000
"""The limit on pairs of rules and notes, one for each key that a rule sets; that many take about 20 s."""
ACTIONS = ("classes", "depth", "kick", "attack", "release", "truncation", "hue_deg", "layer", *LIGHTS)
"""The actions that a rule can have on a note, by the names of its fields."""
Entry = tuple[str, tuple[ClassWeight, ...]]
"""A key of classes, and its value."""


@dataclass(frozen=True, slots=True)
class VisualNote:
    """A note as the picture sees it; times are exact seconds of the piece.

    `depth`, `truncation` and `hue_deg` are None where the piece's own lane or value holds.
    """

    onset_s: Fraction
    end_s: Fraction
    """The time at which the key is released."""
    velocity: float
    """0..1."""
    classes: Weights
    attack_s: float
    release_s: float
    kick: float = 1.0
    depth: float | None = None
    truncation: float | None = None
    hue_deg: float | None = None
    layer: int = 0
    """Its layer, counted from the back; higher layers lie in front."""
    spark: Light | None = None
    ring: Light | None = None
    glow: Light | None = None


@dataclass(frozen=True, slots=True)
class ClipStart:
    """A note that starts a video.

    index     the class that is its layer of the video
    onset_s   seconds of the piece
    rate      what passes in a second from then on: seconds of the video, or shares of a part with a `for`
    """

    index: int
    onset_s: float
    rate: float


@dataclass(frozen=True, slots=True)
class Cast:
    """All notes as the picture sees them, and the use of each rule and class."""

    notes: tuple[VisualNote, ...]
    rule_matches: tuple[int, ...]
    """The number of notes that each rule of the manifest matches."""
    unused_keys: tuple[Entry, ...]
    """Keys of classes, of the piece or of a layer, that match no note."""
    findings: tuple[Diagnostic, ...]
    hidden_keys: tuple[Entry, ...] = ()
    """Keys that match notes, all of which show the class of a rule instead."""
    idle_rules: tuple[int, ...] = ()
    """Indices of rules without effect: later rules override them on every note."""
    classless: tuple[int, ...] = ()
    """Indices of the notes that match no key of `visuals.classes` and no rule with a class."""
    words: tuple[str, ...] = ()
    """The sung words, if classes are chosen by them."""
    starts: tuple[ClipStart, ...] = ()
    """Starts of the piece's own videos."""


@recent(2)
def cast(
    notes: Sequence[PartNote],
    visuals: Visuals,
    parts: Sequence[str],
    clock: Clock,
    seed: int,
    table: ClassTable | None = None,
    drums: Set[int] = frozenset(),
    layers: Sequence[LayerOfParts] = (),
) -> Cast:
    """Give each note its classes, envelope, kick and lights.

    table    the classes of the generator; None for ImageNet's
    drums    the tracks of the score that have no pitches
    layers   what holds for the parts of each; () for `visuals` alone
    """
    findings = Findings()
    known = imagenet() if table is None else table
    in_layers = list(layers) or [LayerOfParts("", frozenset(parts), visuals)]
    kits = [_Kit(notes, layer.visuals, parts, seed, known, findings) for layer in in_layers]
    number_of = {part: number for number, layer in enumerate(in_layers) for part in layer.parts}
    kit_of = [kits[number_of.get(entry.part, 0)] for entry in notes]
    keys = [kit.key_of(i, entry) for i, (kit, entry) in enumerate(zip(kit_of, notes, strict=True))]
    durations = Durations(clock)
    sparkling = melody(notes, drums) if sparks_by_itself(visuals) else frozenset()
    shown = [
        VisualNote(
            onset_s=clock.seconds(entry.note.onset_qn),
            end_s=clock.seconds(entry.note.onset_qn + entry.note.gate_qn),
            velocity=entry.note.velocity / 127,
            classes=kit.by_key.get(key, ()),
            attack_s=durations.seconds(entry, kit.envelope.attack),
            release_s=durations.seconds(entry, kit.envelope.release),
            spark=LIGHTS["spark"] if number in sparkling else None,
        )
        for number, (entry, key, kit) in enumerate(zip(notes, keys, kit_of, strict=True))
    ]
    matches = []
    last: dict[str, list[int]] = {action: [-1] * len(notes) for action in ACTIONS}
    too_much = _too_much(visuals.rules, len(notes))
    if too_much is not None:
        findings.add(too_much)
    for number, rule in enumerate(visuals.rules):
        if too_much is not None:
            # Not tested, so that no finding reports it as unused.
            matches.append(len(notes))
            continue
        mask = selected(rule.where, notes, clock, rule.span, findings)
        matches.append(sum(mask))
        classes = None if rule.classes is None else class_weights(rule.classes, known, findings)
        said = [last[action] for action in ACTIONS if getattr(rule, action) is not None]
        for i, meant in enumerate(mask):
            if not meant:
                continue
            for of_action in said:
                of_action[i] = number
            entry, was = notes[i], shown[i]
            shown[i] = replace(
                was,
                classes=was.classes if classes is None else classes,
                attack_s=was.attack_s if rule.attack is None else durations.seconds(entry, rule.attack),
                release_s=was.release_s if rule.release is None else durations.seconds(entry, rule.release),
                kick=was.kick if rule.kick is None else rule.kick,
                depth=was.depth if rule.depth is None else rule.depth,
                truncation=was.truncation if rule.truncation is None else rule.truncation,
                hue_deg=was.hue_deg if rule.hue_deg is None else rule.hue_deg,
                layer=was.layer if rule.layer is None else rule.layer,
                spark=was.spark if rule.spark is None else rule.spark,
                ring=was.ring if rule.ring is None else rule.ring,
                glow=was.glow if rule.glow is None else rule.glow,
            )
    # The layers that have no classes of their own share those of the piece.
    tables = {kit.written: kit for kit in kits}
    table_of = {kit: tables[kit.written] for kit in kits}
    heard = {(table_of[kit], key) for kit, key in zip(kit_of, keys, strict=True)}
    own = {(table_of[kit], key) for kit, key, by in zip(kit_of, keys, last["classes"], strict=True) if by < 0}
    entries = [(kit, entry) for written, kit in tables.items() for entry in written]
    unused = tuple(entry for kit, entry in entries if (kit, entry[0]) not in heard)
    hidden = tuple(entry for kit, entry in entries if (kit, entry[0]) in heard - own)
    sung = next((kit.key_of.sung for kit in kits if kit.key_of.sung is not None), None)
    acting = {number for of_action in last.values() for number in of_action}
    return Cast(
        tuple(shown),
        tuple(matches),
        unused,
        tuple(findings),
        hidden_keys=hidden,
        idle_rules=tuple(
            number for number, count in enumerate(matches) if count and number not in acting and not too_much
        ),
        classless=tuple(
            i
            for i, by in enumerate(last["classes"])
            if by < 0 and keys[i] not in kit_of[i].by_key and not too_much
        ),
        words=() if sung is None else tuple(listed(sung.words)),
    )


class _Kit:
    """The settings for one layer's notes: the key of each note, the classes of each key, the envelope."""

    def __init__(
        self,
        notes: Sequence[PartNote],
        visuals: Visuals,
        parts: Sequence[str],
        seed: int,
        table: ClassTable,
        findings: Findings,
    ) -> None:
        self.written = visuals.classes
        self.key_of, self.by_key = classes_by_key(notes, visuals, parts, seed, table, findings)
        self.envelope = visuals.envelope or Envelope()


def _too_much(rules: Sequence[Rule], note_count: int) -> Diagnostic | None:
    """A finding if applying the rules to every note would take minutes."""
    asked = 0
    for rule in rules:
        where = rule.where
        asked += note_count * sum(
            len(value) if isinstance(value, tuple) else 1
            for key in fields(where)
            if key.name != "spans" and (value := getattr(where, key.name)) not in ((), None)
        )
        if asked > QUESTIONS_MOST:
            message = (
                f"the rules ask more than {QUESTIONS_MOST:,} questions of the {note_count:,} notes "
                "of the score, which would take minutes"
            )
            return Diagnostic("MV105", rule.span, message, "write fewer rules, or shorter lists")
    return None
