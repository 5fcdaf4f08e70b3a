"""The signatures of a part in MusicXML: metres, keys, clefs, transpositions and measure repeats."""

from collections.abc import Callable

from ..guard.xml import Node
from ..playback.written import CLEF_SIGNS, Clef, Place, Transposition
from .bars import COMMON, Bar, meter_of
from .values import decimal, whole


class Signatures:
    """The signatures of one part as its walk passes them."""

    def __init__(self, staves: tuple[int, ...], notice: Callable[[str, str, str], None]) -> None:
        """staves   those of the part, by their numbers in the score
        notice   reports a message, a hint and a code about the place that is read
        """
        self.staves = staves
        self.notice = notice
        self.meter = COMMON
        self.keys: dict[int, list[tuple[int, int]]] = {staff: [] for staff in staves}
        """For each staff, from which bar on how many sharps."""
        self.clefs: list[Clef] = []
        self.transpositions: list[Transposition] = []
        self._shifts: dict[int, int] = {}
        """Semitones by the number of the staff in its part; 0 for all others."""
        self.repeats_back: dict[int, int] = {}
        """Staves whose music is so many bars back."""

    def read(self, node: Node, bar: Bar, place: Place) -> None:
        """Reads one child of <attributes>."""
        tag = node.tag
        if tag == "time":
            self.time(node, bar)
        elif tag == "transpose":
            self.transpose(node, place.bar_index)
        elif tag == "clef":
            self.clef(node, place)
        elif tag == "key":
            self.key(node, place.bar_index)
        elif tag == "measure-style":
            for sign in node.each("measure-repeat"):
                self.measure_repeat(sign, node.attributes.get("number", ""))

    def shift(self, staff: int) -> int:
        """The semitones from what is written on a staff to what sounds."""
        if not self._shifts:
            return 0
        return self._shifts.get(self.staves.index(staff) + 1, self._shifts.get(0, 0))

    def time(self, node: Node, bar: Bar) -> None:
        if node.has("senza-misura"):
            return
        meter = meter_of(node)
        if meter is None:
            self.notice("an impossible time signature is ignored", "correct it", "MV422")
            return
        self.meter = meter
        bar.meter = bar.meter or meter
        if meter.bar_qn != bar.meter.bar_qn:
            message = "a staff has a time signature of its own, bars and beats follow the others"
            self.notice(message, "", "MV455")

    def transpose(self, node: Node, bar_index: int) -> None:
        chromatic = decimal(node.value("chromatic", "0"))
        octaves = whole(node.value("octave-change", "0"), -9, 9)
        if chromatic is None or octaves is None or abs(chromatic) > 127:
            self.notice("a transposition without a number is left out", "write its semitones", "MV422")
            return
        staff = whole(node.attributes.get("number", ""), 1, len(self.staves))
        shift = round(chromatic) + 12 * octaves
        if staff is None:
            self._shifts = {}
        self._shifts[staff or 0] = shift
        steps = (whole(node.value("diatonic", "0"), -99, 99) or 0) + 7 * octaves
        for index in self._meant(node.attributes.get("number", "")):
            self.transpositions.append(Transposition(index, bar_index, shift, steps))

    def clef(self, node: Node, place: Place) -> None:
        staff = whole(node.attributes.get("number", "1"), 1, len(self.staves)) or 1
        sign = node.value("sign")[:20]
        line = whole(node.value("line", "2"), 1, 5) or 2
        octaves = whole(node.value("clef-octave-change", "0"), -3, 3) or 0
        if sign in CLEF_SIGNS:
            self.clefs.append(Clef(self.staves[staff - 1], place, sign, line, octaves))

    def key(self, node: Node, bar_index: int) -> None:
        """The sharps of a key, which ornaments ask for; 0 for a key that is drawn in other ways."""
        fifths = whole(node.value("fifths", "0"), -7, 7) or 0
        for index in self._meant(node.attributes.get("number", "")):
            self.keys[index].append((bar_index, fifths))

    def measure_repeat(self, node: Node, number: str) -> None:
        starts = node.attributes.get("type") == "start"
        back = whole(node.text, 1, 64) or 1
        for index in self._meant(number):
            if starts:
                self.repeats_back[index] = back
            else:
                self.repeats_back.pop(index, None)

    def _meant(self, number: str) -> tuple[int, ...]:
        """The staff that has this number in the part; all staves if there is none."""
        staff = whole(number, 1, len(self.staves))
        return self.staves if staff is None else (self.staves[staff - 1],)
