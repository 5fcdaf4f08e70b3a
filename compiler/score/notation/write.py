"""The door: a written score as a MusicXML 4.0 file."""

from collections.abc import Collection
from math import lcm

from ..guard.faults import fault
from ..playback.written import WrittenScore
from .bar import BarWriter, Part
from .elements import Element, add, document

MAX_DIVISIONS = 1 << 20


def musicxml(score: WrittenScore, name: str, parts: Collection[int] | None = None) -> str:
    """The score as MusicXML. Notes have ids (`notes.note_id`), so that they are found in what is engraved.

    name    of the score's file, for findings
    parts   indices of the parts that are written; None for all

    Raises PieceError MV660 where its rhythms have no common measure that MusicXML can count in.
    """
    chosen = [
        _part(score, index, track, staves)
        for index, (track, staves) in enumerate(parts_of_score(score))
        if parts is None or index in parts
    ]
    root = Element("score-partwise", {"version": "4.0"})
    if score.title:
        add(add(root, "work"), "work-title", score.title)
    identification = add(root, "identification")
    if score.composer:
        add(identification, "creator", score.composer, type="composer")
    add(add(identification, "encoding"), "software", "musicvis")
    listing = add(root, "part-list")
    for part in chosen:
        _list(listing, part)
    writer = BarWriter(score, chosen, _divisions(score, name))
    for part in chosen:
        node = add(root, "part", id=part.identity)
        for index in range(len(score.bars)):
            writer.write(add(node, "measure"), part, index)
    return document(root)


def parts_of_score(score: WrittenScore) -> list[tuple[int, tuple[int, ...]]]:
    """(track, staves) of each part, in order."""
    found: list[tuple[int, list[int]]] = []
    for staff, (track, number) in enumerate(score.staff_tracks):
        if number == 1 or not found:
            found.append((track, []))
        found[-1][1].append(staff)
    return [(track, tuple(staves)) for track, staves in found]


def _divisions(score: WrittenScore, name: str) -> int:
    """Into how many divisions a quarter note is cut, so that all places and lengths are whole numbers."""
    found = 1
    times = {bar.length_qn.denominator for bar in score.bars}
    for chord in score.chords:
        times.add(chord.length_qn.denominator)
        times.add(chord.place.offset_qn.denominator)
    for denominator in times:
        found = lcm(found, denominator)
        if found > MAX_DIVISIONS:
            message = f"its rhythms cut a quarter note into more than {MAX_DIVISIONS} divisions"
            raise fault("MV660", name, message, "write nested tuplets in simpler values")
    return found


def _part(score: WrittenScore, index: int, track: int, staves: tuple[int, ...]) -> Part:
    identity = f"P{index + 1}"
    keys: set[tuple[int, int]] = set()
    if not score.tracks[track].is_drums:
        keys.add((track, -1))
    for chord in score.chords:
        if chord.staff in staves:
            is_drums = score.tracks[chord.track].is_drums
            graces = (*chord.graces_before, *chord.graces_after)
            heads = (*chord.notes, *(note for grace in graces for note in grace.notes))
            keys |= {(chord.track, note.pitch if is_drums else -1) for note in heads}
    keys = keys or {(track, -1)}
    # The first instrument of a part is the one that it is named after.
    order = sorted(keys, key=lambda key: (key[0] != track, key))
    ids = {key: f"{identity}-I{number}" for number, key in enumerate(order, start=1)}
    needs = len(ids) > 1 or score.tracks[track].is_drums
    return Part(
        identity,
        score.tracks[track],
        staves,
        ids if needs else {},
        [(identity_, score.tracks[t], None if key < 0 else key) for (t, key), identity_ in ids.items()],
    )


def _list(listing: Element, part: Part) -> None:
    """A part and its instruments; MIDI channels are those that a player may take, 10 for drums."""
    node = add(listing, "score-part", id=part.identity)
    add(node, "part-name", part.track.name)
    for identity, track, key in part.listed:
        instrument = add(node, "score-instrument", id=identity)
        add(instrument, "instrument-name", track.name if key is None else f"{track.name} {key}")
        if track.instrument:
            add(instrument, "instrument-sound", track.instrument)
    channel = 0
    for identity, track, key in part.listed:
        midi = add(node, "midi-instrument", id=identity)
        channel = channel % 9 + 1
        add(midi, "midi-channel", 10 if track.is_drums else channel)
        add(midi, "midi-program", track.program + 1)
        if key is not None:
            add(midi, "midi-unpitched", key + 1)
