"""What each note shows: its classes and how they act, from the manifest's rules; later rules win."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from fractions import Fraction

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.findings.span import Span
from ...dsl.model.piece import LIGHTS, OTHER, ClassWeight, Envelope, Light, Rule, Visuals
from ...dsl.values.pitch_classes import PITCH_CLASSES
from ...dsl.values.subjects import DRAWN, IMAGENET_COUNT, subjects
from ..classes.table import ClassTable, imagenet
from ..recent import recent
from ..score.part_note import PartNote
from ..time.clock import Clock
from ..words.sung import Sung, glob_key, listed, sung_words
from .durations import Durations
from .layering import LayerOfParts
from .melody import melody, sparks_by_itself
from .selectors import selected

DEFAULT_CLASS_COUNT = 12
BY_WORDS = ("lyric", "meaning")
QUESTIONS_MOST = 5_000_000
"""Limit of matches of rules and notes, one for each key that a rule sets; so many take about 20 s."""

ACTIONS = ("classes", "depth", "kick", "attack", "release", "truncation", "hue_deg", "layer", *LIGHTS)
"""What a rule may say of a note, by the names of its fields."""

Weights = tuple[tuple[int, float], ...]
"""Class indices of the generator's own table and their shares."""

Entry = tuple[str, tuple[ClassWeight, ...]]
"""A key of classes, and what is written under it."""


@dataclass(frozen=True, slots=True)
class VisualNote:
    """A note as the picture sees it; times are exact seconds of the piece.

    `depth`, `truncation` and `hue_deg` are None where the piece's own lane or value holds.
    """

    onset_s: Fraction
    end_s: Fraction
    """When the key is let go."""
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
    """How far in front its classes stand."""
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
    """All notes as the picture sees them, and how much each rule and class had to do."""

    notes: tuple[VisualNote, ...]
    rule_matches: tuple[int, ...]
    """How many notes each rule of the manifest means."""
    unused_keys: tuple[Entry, ...]
    """Keys of classes, of the piece or of a layer, that no note has for which they hold."""
    findings: tuple[Diagnostic, ...]
    hidden_keys: tuple[Entry, ...] = ()
    """Keys that notes have, each of which shows the class of a rule instead."""
    idle_rules: tuple[int, ...] = ()
    """Indices of rules of which nothing is left on any note: later rules say it otherwise."""
    classless: tuple[int, ...] = ()
    """Indices of the notes that have no key of `visuals.classes`, nor a rule with a class."""
    words: tuple[str, ...] = ()
    """The words that are sung, where classes go by them."""
    starts: tuple[ClipStart, ...] = ()
    """Of the piece's own videos."""


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
            # Not asked: that one means nothing must not be said.
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
    """What holds for the notes of a layer: how a note names its key, the classes of each, the envelope."""

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
        self.key_of, self.by_key = _by_key(notes, visuals, parts, seed, table, findings)
        self.envelope = visuals.envelope or Envelope()


def _too_much(rules: Sequence[Rule], note_count: int) -> Diagnostic | None:
    """A finding where to ask the rules of every note would take minutes."""
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


def class_weights(written: Sequence[ClassWeight], table: ClassTable, findings: Findings) -> Weights:
    """Names to indices; what cannot be resolved is left out and reported."""
    found: list[tuple[int, float]] = []
    for entry in written:
        if entry.picture is not None:
            if entry.name in table.pictures:
                found.append((table.picture(entry.name), entry.weight))
            continue
        if entry.is_like and not table.is_imagenet:
            findings.add(_no_meanings("`like`", entry.span, table))
            continue
        if entry.is_like:
            from ..words.meaning import class_like

            index = class_like(entry.name, entry.span, findings)
        else:
            index = table.index(entry.name, entry.span, findings)
        if index is not None:
            found.append((index, entry.weight))
    return tuple(found)


def _by_key(
    notes: Sequence[PartNote],
    visuals: Visuals,
    parts: Sequence[str],
    seed: int,
    classes: ClassTable,
    findings: Findings,
) -> tuple["_KeyOf", dict[str, Weights]]:
    """How a note names its key, and the classes of each key."""
    table = {key: class_weights(written, classes, findings) for key, written in visuals.classes}
    if not visuals.classes and visuals.classes_by != "meaning":
        table = {str(i): ((index, 1.0),) for i, index in enumerate(default_classes(seed, classes))}
    is_list = bool(table) and all(key.isdecimal() for key in table)
    length = len(table) if is_list else 0
    sung = sung_words(notes) if visuals.classes_by in BY_WORDS else None
    syllables = () if sung is None else tuple(dict.fromkeys(s for s in sung.syllables_at if s is not None))
    found = _KeyOf(visuals.classes_by, length, tuple(parts), syllables, tuple(table), sung)
    if visuals.classes_by == "meaning" and not classes.is_imagenet:
        findings.add(_no_meanings("`classes_by: meaning`", visuals.classes_span, classes))
    elif visuals.classes_by == "meaning" and sung is not None and not is_list:
        from ..words.meaning import classes_by_meaning

        exact = frozenset(word.key for word in sung.words if found.of_word(word.key))
        meant = classes_by_meaning(sung, exact, visuals.classes_span, findings)
        table |= {f"={index}": ((index, 1.0),) for index in meant.values()}
        found.known.update({("", word): f"={index}" for word, index in meant.items()})
        found.before.update(_shown_before(sung, found))
    return found, table


def _shown_before(sung: Sung, key_of: "_KeyOf") -> dict[int, str]:
    """For each word without a key of its own, by its number: the key of the last word before it that has one.

    Each singer goes on from words of their own; before the first of them with a key there is nothing.
    """
    found: dict[int, str] = {}
    last: dict[tuple[str, int, int, int], str] = {}
    for number, word in enumerate(sung.words):
        if own := key_of.of_known(word.key):
            last[word.singer] = own
        elif word.singer in last:
            found[number] = last[word.singer]
    return found


def spectrum_classes(
    visuals: Visuals, seed: int, classes: ClassTable, findings: Findings
) -> tuple[tuple[Weights, ...], tuple[Weights, ...]]:
    """What the 12 pitch classes show where a spectrum moves the picture: by pitch class from C, or by power.

    A list of 12 goes from C, unless it is to be sorted; a shorter one always goes by power.
    """
    table = {key: class_weights(written, classes, findings) for key, written in visuals.classes}
    if not table:
        table = {str(i): ((index, 1.0),) for i, index in enumerate(default_classes(seed, classes))}
    if not all(key.isdecimal() for key in table):
        return tuple(table.get(name, ()) for name in PITCH_CLASSES), ()
    listed = tuple(table[str(number)] for number in range(len(table)))
    is_sorted = len(listed) < len(PITCH_CLASSES) or (
        visuals.spectrum is not None and visuals.spectrum.sort_classes_by_power
    )
    return ((), listed) if is_sorted else (listed, ())


@dataclass(frozen=True, slots=True)
class _KeyOf:
    """The key of `visuals.classes` that a note has, or "": a key, or its place in a list of so many classes.

    Keys of parts and lyrics are globs, capitals aside: of several that fit, the one without `*` and `?`
    holds, else the first. What has no key has the key OTHER, where there is one.

    In a list, pitch classes count from C, parts from the first, lyrics by their first occurrence, loudness
    from soft to loud in equal steps of velocity; what goes past the end of the list begins it again.
    """

    by: str
    list_length: int
    parts: tuple[str, ...]
    syllables: tuple[str, ...]
    keys: tuple[str, ...]
    sung: Sung | None = None
    known: dict[tuple[str, str], str] = field(default_factory=dict)
    """The keys that were looked for: of a syllable under ("syllable", ""), of a word under ("", "word")."""
    before: dict[int, str] = field(default_factory=dict)
    """By meaning, the key that a word without one goes on with, by its number."""

    def __call__(self, index: int, entry: PartNote) -> str:
        note = entry.note
        if self.by == "loudness":
            steps = max(self.list_length, 1)
            return str(min((note.velocity - 1) * steps // 127, steps - 1))
        if self.sung is not None:
            return self._sung_key(self.sung, index)
        return self._known(PITCH_CLASSES[note.pitch % 12] if self.by == "pitch" else entry.part)

    def of_word(self, word: str) -> str:
        """The key that a word has by itself, or ""."""
        return self._fitting(word, is_word=True)

    def _sung_key(self, sung: Sung, index: int) -> str:
        syllable = sung.syllables_at[index]
        if syllable is None:
            return self._other
        if self.list_length:
            return str(self.syllables.index(syllable) % self.list_length)
        for word in sung.words_at[index]:
            if own := self.of_known(sung.words[word].key):
                return own
        if self.by == "lyric":
            return self._known(syllable)
        return next((self.before[word] for word in sung.words_at[index] if word in self.before), self._other)

    def of_known(self, word: str) -> str:
        """The key of a word, looked for once, or ""."""
        if ("", word) not in self.known:
            self.known["", word] = self.of_word(word)
        return self.known["", word]

    def _known(self, name: str) -> str:
        if (name, "") not in self.known:
            self.known[name, ""] = self._key(name)
        return self.known[name, ""]

    @property
    def _other(self) -> str:
        return OTHER if OTHER in self.keys else ""

    def _key(self, name: str) -> str:
        if self.list_length:
            order = self.parts if self.by == "part" else PITCH_CLASSES
            return str(order.index(name) % self.list_length)
        if self.by == "pitch":
            return name if name in self.keys else self._other
        return self._fitting(name, is_word=False) or self._other

    def _fitting(self, name: str, *, is_word: bool) -> str:
        compared = glob_key if is_word else str.casefold
        meant = name.casefold()
        keys = [key for key in self.keys if key != OTHER]
        same = (key for key in keys if compared(key) == meant)
        fitting = (key for key in keys if fnmatchcase(meant, compared(key)))
        return next(same, None) or next(fitting, "")


def _no_meanings(what: str, span: Span, table: ClassTable) -> Diagnostic:
    message = f"{what} looks words up among the ImageNet classes, and here are {table.said}"
    return Diagnostic("MV610", span, message, "name a class: `musicvis classes --piece PIECE` lists them")


def default_classes(seed: int, table: ClassTable | None = None) -> tuple[int, ...]:
    """Twelve classes for a piece that names none, drawn by the piece's seed; of fewer, all.

    Of the built-in generators' classes they are twelve that the embedded one draws as different things.
    """
    import numpy as np

    draw = np.random.Generator(np.random.Philox(seed))
    if table is None or table.is_imagenet:
        by_motif: dict[str, list[int]] = {}
        for subject in subjects().values():
            if subject.look == DRAWN and subject.index < IMAGENET_COUNT:
                by_motif.setdefault(subject.motif, []).append(subject.index)
        motifs = draw.choice(sorted(by_motif), DEFAULT_CLASS_COUNT, replace=False)
        return tuple(int(draw.choice(by_motif[str(motif)])) for motif in motifs)
    if len(table) <= DEFAULT_CLASS_COUNT:
        return tuple(range(len(table)))
    return tuple(int(index) for index in draw.choice(len(table), DEFAULT_CLASS_COUNT, replace=False))
