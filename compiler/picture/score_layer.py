"""The score beside the picture: what is engraved, and which notes sound on each frame."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction
from importlib.util import find_spec
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, TypeVar

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, PieceError, Severity
from ...dsl.findings.span import Span
from ...dsl.installing import install_command
from ...dsl.model.piece import Piece
from ...dsl.model.video import EngravedScore, Video
from ..lazy_numpy import np
from ..notes.parts import Cut
from ..plan import TALL_MARGIN, ScorePlan
from ..score.model import Score
from ..score.notation.bar import chords_on_paper
from ..score.notation.quantised import quantised
from ..score.notation.write import musicxml, parts_of_score
from ..score.playback.written import WrittenScore
from ..time.clock import Clock
from ..time.passage import Film
from ..time.tempo_arrays import tempo_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Scalar = TypeVar("Scalar", bound=np.generic)

PACKAGES = ("verovio", "resvg_py")
"""The packages that engrave and draw a score; they are not loaded here."""
TURN_S = 0.25
"""The longest time before its first note at which a page is turned."""
TITLE_SHARE, TALL_TITLE_SHARE = 0.3, 0.08
"""The largest share of the height for words: in general, and in a tall film, whose letters are sized by
its width."""
READABLE = 0.02
"""A staff is at least so high, of the film's shorter side: 22 pixels of 1080."""
# What Verovio's pages measure, in staves: around the staves, and from one to the next.
_AROUND, _APART = 170 / 72, 197 / 72


def layer_findings(layer: EngravedScore, video: Video, is_written: bool) -> Iterator[Diagnostic]:
    """The findings about the layer that need no engraving."""
    if any(find_spec(name) is None for name in PACKAGES):
        message = "`video.score` is engraved by Verovio and drawn by resvg, which are not installed"
        yield Diagnostic("MV661", layer.span, message, f"type `{install_command('score')}`")
    if not is_written:
        yield is_quantised(layer.span)
    places = [("words that are sung", video.lyrics.place)] if video.lyrics is not None else []
    places += [("a title", post.place) for post in video.post if post.title is not None]
    for what, place in dict.fromkeys(places):
        if _meet(layer, place, is_tall=video.height_px > video.width_px):
            message = f"the score is covered by {what} at the {place} of the film"
            hint = "write another `place` for one of them, or a smaller `height`"
            yield Diagnostic("MV665", layer.span, message, hint, Severity.WARNING)


def is_quantised(span: Span) -> Diagnostic:
    """MV663."""
    message = "a MIDI file has no notation: musicvis quantises its notes and engraves them"
    hint = "name the MusicXML or MuseScore file for the score as it was written"
    return Diagnostic("MV663", span, message, hint, Severity.WARNING)


def _meet(layer: EngravedScore, place: str, *, is_tall: bool) -> bool:
    """Whether the score overlaps words at that place."""
    if place == layer.place:
        return True
    words, margin = (TALL_TITLE_SHARE, TALL_MARGIN) if is_tall else (TITLE_SHARE, 0.0)
    if "middle" in (place, layer.place):
        return layer.height > 0.5 - words / 2 - margin + 1e-9
    return layer.height > 1 - words - 2 * margin + 1e-9


def too_small(layer: EngravedScore, video: Video, staff_count: int) -> Diagnostic | None:
    """MV714, for a score with too many staves to be readable at this height."""
    short_px = min(video.width_px, video.height_px)
    needed = READABLE * short_px / video.height_px * (_AROUND + _APART * staff_count)
    if layer.height >= needed or not staff_count:
        return None
    staff_px = layer.height * video.height_px / (_AROUND + _APART * staff_count)
    staves = f"each of {staff_count} staves" if staff_count > 1 else "the staff"
    message = f"{staves} of the score is about {staff_px:.0f} pixels high, too small to be read"
    hint = f"write `height: {ceil(100 * needed)}%`" if needed <= 1 else ""
    if staff_count > 1:
        hint = f"{hint}, or fewer `parts`" if hint else "choose fewer `parts`"
    return Diagnostic("MV714", layer.span, message, hint, Severity.WARNING)


def chosen_parts(
    globs: Sequence[str], span: Span, written: WrittenScore, cuts: Sequence[Cut], findings: Findings
) -> list[int] | None:
    """The indices of the parts that are engraved; None for all. By the score's names or the piece's."""
    if not globs:
        return None
    chosen: set[int] = set()
    parts = parts_of_score(written)
    for glob in globs:
        fitting = set()
        for index, (track, _) in enumerate(parts):
            names = {written.tracks[track].name, *(cut.name for cut in cuts if track in cut.tracks)}
            if any(fnmatchcase(name.strip().casefold(), glob.casefold()) for name in names):
                fitting.add(index)
        if not fitting:
            message = f"`{glob}` is not a part of the score"
            names_said = ", ".join(written.tracks[track].name for track, _ in parts[:12])
            findings.error("MV664", span, message, f"its parts are: {names_said}")
        chosen |= fitting
    return sorted(chosen)


def staves_of(paper: WrittenScore, parts: Sequence[int] | None) -> set[int]:
    """The staves of some parts of a score; of all parts for None."""
    listed = enumerate(parts_of_score(paper))
    return {staff for index, (_, staves) in listed if parts is None or index in parts for staff in staves}


@dataclass(frozen=True, slots=True)
class Engraving:
    """The input of the engraving: the written score, and its parts, or None for all."""

    layer: EngravedScore
    paper: WrittenScore
    parts: list[int] | None


def engraving_of(
    piece: Piece, written: WrittenScore | None, score: Score, cuts: Sequence[Cut], findings: Findings
) -> Engraving | None:
    """The engraving that `video.score` asks for, with all findings; None if there is none.

    written   None for a format that holds what sounds and no notation: that is quantised
    """
    layer = piece.video.score
    if layer is None:
        return None
    findings += layer_findings(layer, piece.video, written is not None)
    paper = quantised(score) if written is None else written
    parts = chosen_parts(layer.parts, layer.parts_span, paper, cuts, findings)
    small = too_small(layer, piece.video, len(staves_of(paper, parts)))
    findings += () if small is None else (small,)
    return Engraving(layer, paper, parts)


def score_plan(
    engraving: Engraving, film: Film, clock: Clock, name: str, findings: Findings
) -> ScorePlan | None:
    """The score beside the picture; None, and a finding, where it cannot be written down.

    name   of the score's file
    """
    layer, paper, parts = engraving.layer, engraving.paper, engraving.parts
    try:
        text = musicxml(paper, name, parts)
    except PieceError as error:
        findings += error.diagnostics
        return None
    return ScorePlan(
        text=text,
        mode=layer.show,
        place=layer.place,
        height=layer.height,
        ink=layer.ink,
        lit=layer.lit,
        ground=layer.ground,
        opacity=layer.opacity,
        bar_lengths_qn=_frozen(np.array([float(bar.length_qn) for bar in paper.bars], np.float64)),
        places=_places(film, clock),
        ahead=_ahead(paper, staves_of(paper, parts), film, clock),
        sounding=_sounding(paper, staves_of(paper, parts), film, clock),
    )


def _places(film: Film, clock: Clock) -> "NDArray[np.float64]":
    """The written bar of the middle of each frame, and how far into it that is."""
    middles = np.arange(film.frame_count, dtype=np.float64) + 0.5
    times_s: NDArray[np.float64] = float(film.start_s) + middles / float(film.fps)
    times_qn = tempo_arrays(clock).quarters_at(times_s)
    measures = clock.measures
    starts = np.array([float(measure.start_qn) for measure in measures], np.float64)
    lengths = np.array([float(measure.length_qn) for measure in measures], np.float64)
    played = (starts.searchsorted(times_qn, "right") - 1).clip(0)
    offsets = (times_qn - starts[played]).clip(0, lengths[played])
    bars = np.array([measure.bar - 1 for measure in measures], np.float64)
    return _frozen(np.stack([bars[played], offsets], axis=1))


def _ahead(paper: WrittenScore, staves: set[int], film: Film, clock: Clock) -> "NDArray[np.float64]":
    """On the frames before a bar line, the bar behind it, and how much of the turning of a page has passed.

    A page is turned after its last note has begun, and before the first note of the next one.
    """
    last_qn: dict[int, Fraction] = defaultdict(Fraction)
    for bar, _, chord in chords_on_paper(paper):
        if chord.staff in staves:
            last_qn[bar] = max(last_qn[bar], chord.place.offset_qn)
    found = np.tile(np.array([-1.0, 0.0]), (film.frame_count, 1))
    middles_s = float(film.start_s) + (np.arange(film.frame_count, dtype=np.float64) + 0.5) / float(film.fps)
    for measure, following in pairwise(clock.measures):
        end_s = float(clock.seconds(following.start_qn))
        last_s = float(clock.seconds(measure.start_qn + min(last_qn[measure.bar - 1], measure.length_qn)))
        turn_s = max(end_s - TURN_S, (last_s + end_s) / 2)
        first, end = middles_s.searchsorted([turn_s, end_s])
        found[first:end, 0] = following.bar - 1
        found[first:end, 1] = (middles_s[first:end] - turn_s) / max(end_s - turn_s, 1e-9)
    return _frozen(found)


def _sounding(paper: WrittenScore, staves: set[int], film: Film, clock: Clock) -> "NDArray[np.int64]":
    """The frames on which each note head sounds, once for each time that its bar is played."""
    by_bar: dict[int, list[tuple[int, Fraction, Fraction, int]]] = defaultdict(list)
    for bar, index, chord in chords_on_paper(paper):
        if chord.staff in staves:
            offset = chord.place.offset_qn
            for k, note in enumerate(chord.notes):
                if note.plays:
                    by_bar[bar].append((index, offset, chord.length_qn, k))
    rows = []
    for measure in clock.measures:
        for index, offset, length, k in by_bar.get(measure.bar - 1, ()):
            start = measure.start_qn + offset
            first = film.frame_at(clock.seconds(start))
            end = film.frame_at(clock.seconds(min(start + length, clock.end_qn)))
            first, end = max(first, 0), min(max(end, first + 1), film.frame_count)
            if first < end:
                rows.append((first, end, measure.bar - 1, index, k))
    return _frozen(np.array(sorted(rows), np.int64).reshape(-1, 5))


def _frozen(values: "NDArray[Scalar]") -> "NDArray[Scalar]":
    values.flags.writeable = False
    return values
