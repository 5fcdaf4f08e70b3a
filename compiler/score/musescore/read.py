"""A MuseScore score (.mscx, of MuseScore 2, 3 or 4) on paper: parts, bars, chords and marks put together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ....dsl.findings.collector import Findings
from ....dsl.findings.diagnostics import Diagnostic
from ..guard.faults import fault, warning
from ..guard.sightings import Sightings
from ..guard.xml import Node
from ..playback.articulations import gate_percent, velocity_percents
from ..playback.sorted_times import Timeline
from ..playback.written import (
    MAX_TEXT_CHARACTERS,
    GraceChord,
    Place,
    WrittenBar,
    WrittenChord,
    WrittenNote,
    WrittenScore,
    bar_starts,
)
from .bars import LocalMeter, read_bars, section_breaks, staff_measures
from .chords import RawChord
from .finish import with_surroundings
from .marks import Layout, Marks, read_marks
from .parts import Instrument, Part, read_parts
from .seen import clefs_of, keys_of, slurs_of, transpositions_of
from .values import Writer, whole_child
from .voices import Ground, Paper, read_measure

_VERSIONS = (1, 2, 3, 4)
MAX_INSTRUMENT_CHANGES = 512


def read_mscx(root: Node, name: str, findings: Findings, style: Node | None = None) -> WrittenScore:
    """The score on paper; `style`: the root of the archive's style file.

    Raises PieceError MV406 for a file that is no score of MuseScore 2 to 4, MV407 for one that makes no
    sense.
    """
    score = _score(root, name)
    parts = read_parts(score, name)
    staff_count = sum(len(part.staves) for part in parts)
    columns = staff_measures(score, staff_count, name)
    breaks = section_breaks(score, len(columns[0]))
    bars, local_meters = read_bars(columns, breaks, name)
    starts = bar_starts(bars, name)
    paper = Paper(onsets=[[] for _ in bars])
    writer = _writer(root)
    division = whole_child(name, score, "Division", 480, 1, 100_000)
    for staff, column in enumerate(columns):
        stretches = {meter.bar_index: meter.stretch for meter in local_meters if meter.staff == staff}
        stretch = Fraction(1)
        for index, measure in enumerate(column):
            stretch = stretches.get(index, stretch)
            read_measure(
                measure,
                Ground(name, bars[index], index, starts[index], staff, stretch, division, writer),
                paper,
            )
    bar_repeats = _bar_repeats(columns, paper, name)
    onsets = [sorted(set(bar_onsets)) for bar_onsets in paper.onsets]
    layout = Layout(name, parts, tuple(bars), starts, onsets, writer.major_version)
    marks = read_marks(paper.marks, layout, (style or score).child("Style"))
    tracks, track_of = _tracks(parts, marks, layout)
    percussion = frozenset(staff for part in parts for staff in part.percussion_staves)
    raw = with_surroundings(paper, bars, marks, layout, percussion)
    findings += _meter_findings(local_meters, layout)
    findings += marks.sightings.findings(name)
    if writer.major_version == 1:
        findings.add(
            warning(
                "MV463",
                name,
                "a file of MuseScore 1: its notes are read, its lines (slurs, hairpins, ottavas, endings), "
                "two-note tremolos and jumps are not",
                "open it in MuseScore 2 or 3 and save it again",
            )
        )
    chords = _Finish(parts, marks, layout, track_of, tracks).chords(raw, bars, findings)
    transpositions = transpositions_of(score, name)
    return WrittenScore(
        title=_title(score),
        tracks=tuple(instrument.track for instrument in tracks),
        staff_tracks=tuple(
            (track_of[i][0][1], number)
            for i, part in enumerate(parts)
            for number, _ in enumerate(part.staves, start=1)
        ),
        bars=tuple(bars),
        chords=tuple(chords),
        voltas=tuple(marks.voltas),
        tempi=tuple(marks.tempi),
        gradual_tempi=tuple(marks.gradual_tempi),
        holds=tuple(marks.holds),
        pauses=tuple(marks.pauses),
        dynamics=tuple(marks.dynamics),
        hairpins=tuple(marks.hairpins),
        marks=tuple(marks.rehearsal),
        bar_repeats=bar_repeats,
        slurs=tuple(slurs_of(marks)),
        keys=tuple(keys_of(paper.marks, transpositions, layout)),
        clefs=tuple(clefs_of(score, paper.marks, name)),
        transpositions=tuple(transpositions),
        swings=tuple(
            dict.fromkeys((layout.place(time), swing) for row in marks.swings.values() for time, swing in row)
        ),
        texts=tuple(dict.fromkeys(marks.texts)),
        composer=_composer(score),
    )


def _score(root: Node, name: str) -> Node:
    if root.tag != "museScore":
        raise fault("MV406", name, f"its root element is <{root.tag[:40]}>, not <museScore>", line=root.line)
    version = root.attributes.get("version", "")
    major = version.partition(".")[0]
    if not major.isdecimal() or int(major[:6]) not in _VERSIONS:
        is_newer = major.isdecimal() and int(major[:6]) > max(_VERSIONS)
        raise fault(
            "MV406",
            name,
            f"a file of MuseScore version {version[:20]!r}; versions 1 to 4 are read",
            "export it as MusicXML" if is_newer else "open it in MuseScore and save it again",
            line=root.line,
        )
    score = root if int(major) == 1 else root.child("Score")
    if score is None:
        raise fault("MV406", name, "it holds no <Score>", line=root.line)
    return score


def _writer(root: Node) -> Writer:
    program = re.match(r"(\d{1,4})\.(\d{1,4})", root.value("programVersion"))
    is_old = program is not None and (int(program[1]), int(program[2])) < (3, 6)
    return Writer(int(root.attributes["version"].partition(".")[0]), is_old)


def _bar_repeats(columns: Sequence[Sequence[Node]], paper: Paper, name: str) -> dict[tuple[int, int], int]:
    """The number of bars back to the music that each measure repeat stands for.

    MuseScore 4 counts the bars of a repeat of two or four bars in each of them; in older files a sign is one
    bar's.
    """
    back = dict(paper.bar_repeats)
    for staff, column in enumerate(columns):
        group: list[int] = []
        for index, measure in enumerate([*column, None]):
            count = 0 if measure is None else whole_child(name, measure, "measureRepeatCount", 0, 0, 4)
            if count <= 1:
                back.update({(staff, member): len(group) for member in group})
                group = []
            if count:
                group.append(index)
    return back


def _composer(score: Node) -> str:
    """The composer on the page, else in the score's properties."""
    for staff in score.each("Staff"):
        for box in staff.each("VBox"):
            for text in box.each("Text"):
                words = text.child("text")
                if text.value("style").lower() == "composer" and words is not None:
                    return " ".join(words.all_text().split())[:MAX_TEXT_CHARACTERS]
    named = {tag.attributes.get("name"): tag.all_text() for tag in score.each("metaTag")}
    return " ".join(named.get("composer", "").split())[:MAX_TEXT_CHARACTERS]


def _title(score: Node) -> str:
    """The title on the page, else the movement's or the work's in the score's properties.

    A work may be a collection, and the movement the piece in it.
    """
    for staff in score.each("Staff"):
        for box in staff.each("VBox"):
            for text in box.each("Text"):
                words = text.child("text")
                if text.value("style").lower() == "title" and words is not None:
                    return words.all_text()
    named = {tag.attributes.get("name"): tag.all_text().strip() for tag in score.each("metaTag")}
    return named.get("movementTitle") or named.get("workTitle") or ""


def _tracks(
    parts: Sequence[Part], marks: Marks, layout: Layout
) -> tuple[list[Instrument], dict[int, list[tuple[Fraction, int]]]]:
    """All instruments as tracks, and for each part from which time on which track plays."""
    tracks = [part.instrument for part in parts]
    track_of = {index: [(Fraction(0), index)] for index in range(len(parts))}
    if len(marks.instruments) > MAX_INSTRUMENT_CHANGES:
        message = f"{len(marks.instruments)} instrument changes, at most {MAX_INSTRUMENT_CHANGES}"
        raise fault("MV408", layout.name, message)
    for index, place, instrument in sorted(marks.instruments, key=lambda change: layout.time(change[1])):
        if instrument not in tracks:
            tracks.append(instrument)
        track_of[index].append((layout.time(place), tracks.index(instrument)))
    return tracks, track_of


def _meter_findings(local_meters: Sequence[LocalMeter], layout: Layout) -> Iterator[Diagnostic]:
    seen = Sightings()
    for meter in local_meters:
        if meter.stretch != 1:
            seen.add(
                "MV455",
                "a staff has a time signature of its own, bars and beats follow the others",
                layout.sighting(Place(meter.bar_index, Fraction(0)), meter.staff),
            )
    yield from seen.findings(layout.name)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines over one staff: where they begin, where they end, what they say."""

    starts: Timeline
    ends: list[Fraction]
    values: list[int]

    def at(self, time: Fraction) -> int | None:
        """The value of a line that covers this time; the one begun last."""
        index = self.starts.last_by(time)
        # Lines seldom overlap more than a few deep.
        for back in range(index, max(index - 16, -1), -1):
            if time < self.ends[back]:
                return self.values[back]
        return None


def _lines(spans: Sequence[tuple[int, Fraction, Fraction, int]]) -> dict[int, _Lines]:
    lines: dict[int, _Lines] = {}
    for staff, start, end, value in sorted(spans):
        line = lines.setdefault(staff, _Lines(Timeline(), [], []))
        line.starts.append(start)
        line.ends.append(end)
        line.values.append(value)
    return lines


class _Finish:
    """Turns chords as read into chords on paper, once slurs, ottavas and instruments are known."""

    def __init__(
        self,
        parts: Sequence[Part],
        marks: Marks,
        layout: Layout,
        track_of: dict[int, list[tuple[Fraction, int]]],
        tracks: Sequence[Instrument],
    ) -> None:
        time = layout.time
        self.layout = layout
        self.parts = parts
        self.tracks = tracks
        self.track_of = track_of
        self.part_of = {staff: index for index, part in enumerate(parts) for staff in part.staves}
        self.percussion = {staff for part in parts for staff in part.percussion_staves}
        self.sounding = {staff for part in parts for staff in part.primary_staves}
        self.slurs = _lines([(staff, time(start), time(end), 1) for staff, start, end in marks.slurs])
        self.ottavas = _lines(
            [(staff, time(start), time(end), shift) for staff, start, end, shift in marks.ottavas]
        )
        self.trills = _lines(
            [(staff * 4 + voice, time(start), time(end), 1) for staff, voice, start, end, _ in marks.trills]
        )
        self.holds = {time(hold.start) for hold in marks.holds}

    def chords(
        self, raw: Sequence[RawChord], bars: Sequence[WrittenBar], findings: Findings
    ) -> list[WrittenChord]:
        finished = []
        late = Sightings()
        muted = [part for part in self.parts if part.instrument.is_muted]
        silent = {staff for part in muted for staff in part.staves}
        findings.extend(
            warning(
                "MV458",
                self.layout.name,
                f"{part.instrument.track.name} is muted in the mixer and not played",
            )
            for part in muted
        )
        for chord in raw:
            if chord.staff not in self.sounding or chord.staff in silent:
                continue
            if not 0 <= chord.place.offset_qn < bars[chord.place.bar_index].length_qn:
                late.add(
                    "MV456",
                    "chords stand outside their bars and are not played",
                    self.layout.sighting(chord.place, chord.staff),
                    "repair the bar in MuseScore",
                )
                continue
            finished.append(self.finish(chord))
        findings.extend(late.findings(self.layout.name))
        return finished

    def finish(self, chord: RawChord) -> WrittenChord:
        start = self.layout.time(chord.place)
        changes = self.track_of[self.part_of[chord.staff]]
        track = changes[-1][1] if len(changes) == 1 else _track_at(changes, start)
        instrument = self.tracks[track]
        slurred = _value(self.slurs, chord.staff, start) is not None
        shift = _value(self.ottavas, chord.staff, start) or 0
        articulations = chord.articulations
        if slurred:
            articulations += ("slur",)
        if self.holds and start in self.holds and "fermata" not in articulations:
            articulations += ("fermata",)
        if _value(self.trills, chord.staff * 4 + chord.voice, start) and "trill" not in articulations:
            articulations += ("trill",)
        return WrittenChord(
            place=chord.place,
            length_qn=chord.length_qn,
            staff=chord.staff,
            voice=chord.voice,
            notes=_shifted(chord.notes, shift),
            track=track,
            face_qn=chord.face_qn,
            dots=chord.dots,
            graces_before=_shifted_graces(chord.graces_before, shift),
            graces_after=_shifted_graces(chord.graces_after, shift),
            articulations=articulations,
            gate_percent=gate_percent(instrument.gates, chord.table_names, slurred),
            velocity_percents=velocity_percents(instrument.velocities, chord.table_names),
            tremolo=chord.tremolo,
            lyrics=chord.lyrics,
            syllabics=chord.syllabics,
            ornament=chord.ornament,
            arpeggio=chord.arpeggio,
            late_qn=chord.late_qn,
            longer_qn=chord.longer_qn,
            has_flams=instrument.track.is_drums and chord.staff in self.percussion,
            shown_staff=self.shown_staff(chord),
        )

    def shown_staff(self, chord: RawChord) -> int | None:
        shown = chord.staff + chord.staff_move
        same_part = self.part_of.get(shown) == self.part_of[chord.staff]
        return shown if chord.staff_move and same_part else None


def _track_at(changes: Sequence[tuple[Fraction, int]], time: Fraction) -> int:
    """The track that plays a part from its last instrument change on."""
    return [track for start, track in changes if start <= time][-1]


def _value(lines: dict[int, _Lines], key: int, time: Fraction) -> int | None:
    line = lines.get(key)
    return None if line is None else line.at(time)


def _shifted(notes: tuple[WrittenNote, ...], semitones: int) -> tuple[WrittenNote, ...]:
    if not semitones:
        return notes
    return tuple(
        replace(note, pitch=pitch, shift=pitch - note.pitch)
        for note in notes
        for pitch in [min(max(note.pitch + semitones, 0), 127)]
    )


def _shifted_graces(graces: tuple[GraceChord, ...], semitones: int) -> tuple[GraceChord, ...]:
    return (
        tuple(replace(grace, notes=_shifted(grace.notes, semitones)) for grace in graces)
        if semitones
        else graces
    )
