"""A first manifest for a score: its real title, parts, metres and tempi, and movement at real places.

What it says is little, and all of it holds: it passes `musicvis check` and compiles as it is.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from glob import escape
from types import MappingProxyType

from ...dsl.findings.collector import Findings
from ...dsl.model.visuals import LAYERS_MOST
from ...dsl.text.format import formatted, scalar_text
from ...dsl.values.pitch_classes import PITCH_CLASSES
from ...dsl.values.position import number_text
from ..notes.parts import parts_of
from ..score.model import Measure, Note, Score
from ..time.clock import Clock
from .drums import drum_rules

PIECE_SCHEMA, EFFECTS_SCHEMA = ".musicvis/piece.schema.json", ".musicvis/effects.schema.json"
SUBJECTS = (
    "seashore",
    "candle",
    "castle",
    "balloon",
    "mushroom",
    "jellyfish",
    "harp",
    "monastery",
    "volcano",
    "beacon",
    "suspension bridge",
    "great grey owl",
)
"""One for each pitch class from C: the embedded generator draws each of them, no two alike, and none turns
into something else beside its mirror image. tests/cli/test_new.py holds them to the table of subjects."""
"""The loudness at which the large video sites play music; without a target, a film is as soft as its
instruments."""
EARS = (-0.5, 0.5, -0.25, 0.25, -0.7, 0.7)
SHAPES = ("half_cosine", "smoothstep", "half_cosine", "quarter_sine")
TITLE_MOST, TITLE_SHOWN = 200, 60
CHANGES_MOST = 40
"""The most changes of metre or tempo that are listed: nobody would read more."""
FINEST_BEAT = 24
"""The finest parts of a beat at which a tempo is listed. A fermata ends a 480th before the next note."""
PLACEHOLDERS = frozenset(
    (
        "title",
        "untitled",
        "untitled score",
        "new score",
        "my first score",
        "score",
        "full score",
        "new song",
        "song",
        "sequence",
        "conductor",
        "conductor track",
        "control track",
        "master track",
        "tempo",
        "tempo track",
        "tempo map",
        "midi",
    )
)
"""Placeholder titles that programs write."""
_NUMBERED = re.compile(r"(?i)(?:track|untitled|score|sequence|song|midi|staff|partitur) ?#?[0-9]+")
_LANE_NAME = re.compile(r"[^#|\s](?:[^#|]{0,118}[^#|\s])?")


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a manifest and of its lanes."""

    manifest: str
    effects: str


@dataclass(frozen=True, slots=True)
class _Player:
    """A part as the manifest will name it, with its notes; no globs where the score's own names serve."""

    name: str
    globs: tuple[str, ...]
    notes: tuple[Note, ...]
    is_drums: bool
    """Whether its keys are drums, and nobody sings on them."""


def draft(
    score: Score, score_file: str, fallback_title: str, stems: Mapping[str, str] = MappingProxyType({})
) -> Draft:
    """The first manifest and lanes of a score that is at `score_file` of the piece.

    stems   recordings inside the piece by the names of the parts that they play

    Raises ValueError for a score without notes.
    """
    if not score.notes:
        raise ValueError("the score has no notes")
    clock = Clock.from_score(score)
    players = _players(score)
    title = title_of(score, fallback_title)
    named = any(player.globs for player in players)
    manifest = "\n".join(
        (
            *_head(title, score, score_file),
            *_expect(score, clock),
            *(_parts(players) if named else ()),
            *_audio(players, stems),
            *_rest(title, score, players),
        )
    )
    return Draft(
        formatted(manifest, "piece.yaml"), formatted("\n".join(_effects(players, clock)), "effects.yaml")
    )


def title_of(score: Score, fallback: str) -> str:
    """The title that a score gives itself, unless a program put it there; else the fallback."""
    written = _one_line(score.title)[:TITLE_MOST].strip()
    names = {track.name.casefold().strip() for track in score.tracks}
    if written.casefold() in PLACEHOLDERS | names or _NUMBERED.fullmatch(written):
        written = ""
    return written or _one_line(fallback.replace("_", " "))[:TITLE_MOST].strip() or "A piece"


def part_names(score: Score) -> dict[str, tuple[str, ...]]:
    """The parts that play, as the first manifest names them, each with its names in the score."""
    return {
        player.name: tuple(sorted({score.tracks[note.track].name for note in player.notes}))
        for player in _players(score)
    }


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _players(score: Score) -> tuple[_Player, ...]:
    """The tracks that play, those of one name together; the score's own names where one cannot be written."""
    playing = sorted({note.track for note in score.notes})
    names = {i: score.tracks[i].name for i in playing}
    if any(not name.strip() or len(escape(name)) > 200 for name in names.values()):
        cuts = parts_of((), score, Findings())
        return tuple(_player(cut.name, (), score, cut.tracks) for cut in cuts)
    groups: dict[str, list[int]] = {}
    for i, track in enumerate(score.tracks):
        if track.name.casefold() in {name.casefold() for name in names.values()}:
            groups.setdefault(track.name.casefold(), []).append(i)
    players: list[_Player] = []
    for tracks in groups.values():
        name = _short(score.tracks[tracks[0]].name, {player.name for player in players})
        glob = escape(score.tracks[tracks[0]].name)
        players.append(_player(name, (glob,), score, frozenset(tracks)))
    return tuple(players)


def _player(name: str, globs: tuple[str, ...], score: Score, tracks: frozenset[int]) -> _Player:
    notes = tuple(note for note in score.notes if note.track in tracks)
    is_drums = all(score.tracks[note.track].is_drums and not note.lyric for note in notes)
    return _Player(name, globs, notes, is_drums)


def _short(name: str, taken: set[str]) -> str:
    """A short name of its own for a part: small letters, digits and hyphens."""
    base = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")[:60].strip("-") or "part"
    number, found = 2, base
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found


def _head(title: str, score: Score, score_file: str) -> Iterator[str]:
    seed = int(score.digest[:8] or "0", 16) % 10_000
    said = (
        "All times are places in the score, bar|beat: change the score, and sound and picture",
        "move with it.",
    )
    yield from head_lines(title, seed, said)
    yield f"  file: {scalar_text(score_file)}"
    yield "  tail: 3s                       # ring-out after the last bar line"


def head_lines(title: str, seed: int, said: Sequence[str]) -> Iterator[str]:
    """The lines of a manifest down to the key `score`; `said` are the last lines of its first comment."""
    first, *rest = said
    yield from (
        f"# yaml-language-server: $schema={PIECE_SCHEMA}",
        "#",
        f"# {title}: the manifest. `musicvis check` says what is wrong with it, `musicvis compile` makes",
        f"# the film. {first}",
        *(f"# {line}" for line in rest),
        "",
        "musicvis: 1                      # the version of this language",
        f"title: {scalar_text(title)}",
        f"seed: {str(seed).ljust(27)}# the same seed makes the same film, another one another",
        "",
        "score:",
    )


def _expect(score: Score, clock: Clock) -> Iterator[str]:
    """Writes `expect` from today's score, so that a later, breaking edit is found before rendering."""
    first = [measure for measure in score.measures if measure.pass_number == 1]
    bars = sorted(first, key=lambda measure: measure.bar)
    yield "  expect:                        # an edited score that breaks these fails here, not in the film"
    yield f"    bars: {len({measure.bar for measure in score.measures})}"
    meters = dict(_meters(bars))
    if len(meters) <= CHANGES_MOST:
        yield f"    meter: {_map(meters)}"
    tempi = dict(_tempi(clock))
    if 0 < len(tempi) <= CHANGES_MOST:
        yield f"    tempo: {_map(tempi)}          # quarter notes a minute"


def _meters(bars: Sequence[Measure]) -> Iterator[tuple[str, str]]:
    before = ""
    for measure in bars:
        if str(measure.meter) != before:
            before = str(measure.meter)
            yield str(measure.bar), before


def _tempi(clock: Clock) -> Iterator[tuple[str, str]]:
    """The tempi of a score by their places, without those that fermatas and pauses make for a moment."""
    starts = [(clock.position(start), start < clock.end_qn) for start in clock.tempo_starts_qn]
    paces = clock.seconds_per_quarter
    is_moment = [position.beat.denominator > FINEST_BEAT for position, _ in starts]
    before = None
    for i, ((position, is_inside), pace) in enumerate(zip(starts, paces, strict=True)):
        is_held = 0 < i < len(paces) - 1 and is_moment[i + 1] and paces[i + 1] == paces[i - 1]
        if not is_inside or position.pass_number > 1 or is_moment[i] or is_held or pace == before:
            continue
        before = pace
        place = str(position.bar) if position.beat == 1 else str(position)
        yield place, number_text(Fraction(round(60 / pace * 100), 100))


def _map(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"


def _parts(players: Sequence[_Player]) -> Iterator[str]:
    width = max(len(scalar_text(player.name)) for player in players) + 1
    yield from (
        "",
        "parts:                           # who plays: tracks of the score, * stands for any text",
    )
    for player in players:
        key = f"{scalar_text(player.name)}:".ljust(width)
        yield f"  {key} {{tracks: {scalar_text(player.globs[0])}}}"


def _audio(players: Sequence[_Player], stems: Mapping[str, str]) -> Iterator[str]:
    yield from (
        "",
        "audio:                           # every part is a bus of its own, and goes through this chain",
        "  chain: [{reverb: {room_size: 55%, damping: 50%, wet: 25%, dry: 45%}}]",
        "  master: {loudness: auto}       # -14 LUFS as video sites play, or less where that would crush it",
    )
    if stems:
        yield "  buses:                         # file: a recording; part: the built-in instruments"
        for player in players:
            file = stems.get(player.name)
            source = f"part: {scalar_text(player.name)}" if file is None else f"file: {scalar_text(file)}"
            yield f"    {scalar_text(player.name)}: {{stems: [{{{source}}}]}}"


def _rest(title: str, score: Score, players: Sequence[_Player]) -> Iterator[str]:
    counts = Counter(note.pitch % 12 for player in players if not player.is_drums for note in player.notes)
    yield from (
        "",
        "effects: effects.yaml            # the lanes: who moves when, and how",
        "",
        "visuals:",
        "  depth: 0.8                     # how much of its class a note shows",
        "  truncation: 0.9                # how far a picture may stray from the typical one",
        "  motion: {amount: 0.5, jitter: 0.5}",
        "  envelope: {release: 4b}        # how long what a note shows takes to go",
    )
    if counts:
        said = "what each pitch class shows; `musicvis classes drum` searches"
        yield f"  classes:                       # {said}"
    for pitch_class in sorted(counts):
        entry = f"{PITCH_CLASSES[pitch_class]}: {SUBJECTS[pitch_class]}"
        count = counts[pitch_class]
        yield f"    {entry.ljust(29)}# {count} note{'' if count == 1 else 's'}"
    if 1 < len(players) <= LAYERS_MOST:
        yield "  # layers: parts                # each part a picture of its own, where it is heard"
    yield "  rules:                         # exceptions by note; later rules win"
    for player in players:
        if player.is_drums:
            yield from drum_rules(escape(player.name), player.notes)
    everywhere = all(note.beat == 1 for note in score.notes)
    where = "{beat: 1}" if any(note.beat == 1 for note in score.notes) and not everywhere else "{chord: top}"
    yield f"    - where: {where}"
    yield "      kick: 1.5                  # these notes move the picture half as far again"
    yield from video_lines(title)


def video_lines(title: str) -> Iterator[str]:
    """The block `video` of a first manifest: size, rate, title and fades."""
    yield from (
        "",
        "video:",
        "  size: 1920x1080",
        "  fps: 30",
        "  post:                          # what happens to the finished picture",
        "    - {at: 1|1, fade_in: 1s}",
        f"    - {{at: 1|1, for: 3s, title: {scalar_text(title[:TITLE_SHOWN])}}}",
        "    - {at: end, fade_out: 3s}",
    )


def _effects(players: Sequence[_Player], clock: Clock) -> Iterator[str]:
    yield from (
        f"# yaml-language-server: $schema={EFFECTS_SCHEMA}",
        "#",
        "# Where each part stands between the ears: -1 is left, 0 the middle, 1 right.",
        "# A point says what happens from its place until the next point: hold a value, glide `to` one, or",
        "# swing `via` one and back. Any parameter moves the same way: visuals.depth, or PART.gain.",
    )
    for player, ear in zip(players, (EARS[i % len(EARS)] for i in range(len(players))), strict=True):
        points = list(_points(player, ear, clock))
        if points and _LANE_NAME.fullmatch(player.name):
            count = len(player.notes)
            yield from (
                "",
                f"{scalar_text(player.name)}:  # {count} note{'' if count == 1 else 's'}",
                *points,
            )


def _points(player: _Player, ear: float, clock: Clock) -> Iterator[str]:
    """Up to four glides, each from the start of a bar where the part begins a note."""
    heard = {(note.bar, note.pass_number) for note in player.notes}
    bars = [m.bar for m in clock.measures if m.pass_number == 1 and (m.bar, 1) in heard]
    places = list(dict.fromkeys(bars[len(bars) * i // 4] for i in range(4))) if bars else []
    goals = (ear, -ear / 2, ear / 2, 0.0)
    for i, bar in enumerate(places):
        goal = 0.0 if i == len(places) - 1 and i else goals[i]
        yield f"  - {{at: {bar}|1, to: {goal:g}, shape: {SHAPES[i]}}}"
