"""The marks on the notes of one part of a MusicXML file: slurs, articulations, ornaments, fermatas."""

from dataclasses import replace
from fractions import Fraction

from ..guard.xml import Node
from ..playback.written import Arpeggio, Place
from .chords import (
    Draft,
    Voice,
    add_articulations,
    add_ornaments,
    double_tremolo,
    drawn_double,
    single_tremolo,
    strokes_of_tremolo,
)
from .directions import Directions
from .scale import glissando

_CAESURA_S = Fraction(2)
# How long each form of a fermata makes a note, as MuseScore 4 plays them.
_FERMATAS = {
    "angled": Fraction(3, 2),
    "square": Fraction(3),
    "double-angled": Fraction(5, 4),
    "double-square": Fraction(4),
    "half-curve": Fraction(3, 2),
    "double-dot": Fraction(3),
}


class Marks:
    """The marks of one part as its walk passes them; some have two ends."""

    def __init__(
        self,
        directions: Directions,
        fermatas: list[tuple[Place, Fraction]],
        caesuras: list[tuple[Place, Fraction]],
    ) -> None:
        """fermatas, caesuras   those of all parts, to which this part's are added"""
        self.directions = directions
        self.fermatas = fermatas
        self.caesuras = caesuras
        self.slurs: dict[str, tuple[str, Place]] = {}
        self.early_stops: dict[str, Place] = {}
        """Ends of slurs in this bar that begin in a voice which is written later."""
        self.slur_spans: list[tuple[str, Place, Place]] = []
        self.glissandi: dict[str, tuple[Draft, int]] = {}
        self.trills: dict[str, tuple[str, Place]] = {}
        self.trill_spans: list[tuple[str, Place, Place]] = []

    def notations(
        self, node: Node, draft: Draft, label: str, voice: Voice, ratio: Fraction = Fraction(1)
    ) -> None:
        """Read all marks on a chord; `label` is its voice, `ratio` that of its tuplet."""
        for holder in node.children:
            if holder.tag != "notations":
                continue
            for mark in holder.children:
                tag = mark.tag
                if tag == "slur":
                    self.span(mark, label, self.slurs, self.slur_spans, draft)
                elif tag == "articulations":
                    add_articulations(mark, draft)
                    if mark.has("caesura"):
                        self.caesuras.append(
                            (Place(draft.bar_index, draft.offset_qn + draft.length_qn), _CAESURA_S)
                        )
                elif tag == "ornaments":
                    self.ornaments(mark, draft, label, voice, ratio)
                elif tag == "arpeggiate":
                    draft.arpeggio = Arpeggio(mark.attributes.get("direction") == "down")
                elif tag == "glissando" and draft.notes:
                    self.glissando(mark, draft)
                elif tag == "fermata":
                    self.fermata(mark, Place(draft.bar_index, draft.offset_qn))
                elif tag == "dynamics":
                    self.directions.dynamic(mark, Place(draft.bar_index, draft.offset_qn), draft.staff)

    def of_rest(self, node: Node, place: Place, staff: int) -> None:
        """Read the marks on a rest."""
        for holder in node.each("notations"):
            for mark in holder.children:
                if mark.tag == "fermata":
                    self.fermata(mark, place)
                elif mark.tag == "dynamics":
                    self.directions.dynamic(mark, place, staff)

    def fermata(self, mark: Node, place: Place) -> None:
        """A fermata holds what sounds at its place."""
        self.fermatas.append((place, _FERMATAS.get(mark.text.strip(), Fraction(2))))

    def span(
        self,
        mark: Node,
        label: str,
        open_: dict[str, tuple[str, Place]],
        spans: list[tuple[str, Place, Place]],
        draft: Draft,
    ) -> None:
        """One end of a slur or of a trill's line."""
        number = mark.attributes.get("number", "1")
        kind = mark.attributes.get("type")
        here = Place(draft.bar_index, draft.offset_qn)
        if kind == "stop":
            begun = open_.pop(number, None)
            if begun is not None and begun[1] == here and spans is self.trill_spans:
                draft.articulations.append("trill")
                draft.ornament = draft.ornament or "trill"
            elif begun is not None:
                spans.append((begun[0], begun[1], here))
            elif spans is self.slur_spans:
                self.early_stops[number] = here
        elif kind == "start":
            stop = self.early_stops.pop(number, None) if spans is self.slur_spans else None
            if stop is not None and stop.offset_qn > here.offset_qn:
                spans.append((label, here, stop))
            else:
                open_[number] = (label, here)

    def glissando(self, mark: Node, draft: Draft) -> None:
        """One end of a glissando, on the note that was read last."""
        number = mark.attributes.get("number", "1")
        if mark.attributes.get("type") == "start":
            self.glissandi[number] = (draft, len(draft.notes) - 1)
            return
        begun = self.glissandi.pop(number, None)
        if begun is not None and abs(draft.bar_index - begun[0].bar_index) <= 1:
            first, index = begun
            body = glissando(first.notes[index], draft.notes[-1].pitch)
            first.notes[index] = replace(first.notes[index], glissando=body)

    def ornaments(self, holder: Node, draft: Draft, label: str, voice: Voice, ratio: Fraction) -> None:
        """Ornaments, the line of a trill, and tremolos."""
        add_ornaments(holder, draft)
        for mark in holder.children:
            if mark.tag == "wavy-line":
                self.span(mark, label, self.trills, self.trill_spans, draft)
            elif mark.tag == "tremolo":
                kind = mark.attributes.get("type", "single")
                strokes = strokes_of_tremolo(mark)
                if kind == "start" and strokes:
                    voice.tremolo = (draft, strokes)
                    draft.face_qn = drawn_double(draft.face_qn, ratio, draft.length_qn)
                elif kind == "stop" and voice.tremolo is not None:
                    self.join_tremolo(voice.tremolo, draft)
                    voice.tremolo = None
                elif kind == "single" and strokes:
                    draft.tremolo = single_tremolo(strokes, draft.face_qn, draft.dots)

    def join_tremolo(self, begun: tuple[Draft, int], draft: Draft) -> None:
        """A tremolo between two chords that follow each other, though on two staves."""
        first, strokes = begun
        if first.offset_qn + first.length_qn != draft.offset_qn:
            return
        first.tremolo = double_tremolo(strokes, first)
        if draft.staff != first.staff:
            draft.staff, draft.shown_staff = first.staff, draft.staff
