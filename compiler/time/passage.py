"""The passage of the piece that becomes the film, in frames and samples, and whether it is too long."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from ...dsl.findings.collector import Findings
from ...dsl.model.piece import Piece
from ...dsl.read.video import MAX_SIDE_PX
from ...dsl.values.units import ExactSeconds
from .clock import Clock

SAMPLE_RATE_HZ = 48_000
CUT_FADE_IN_S = 0.02
"""For a passage that begins inside the piece: no click, and not heard as a fade."""
CUT_FADE_OUT_S = 0.5

RATE_DENOMINATOR_MOST = 100_000
"""The largest denominator of a loop's rate: a minute is exact to a millionth of a second."""

# The limits of a film's length, frames and pixels, checked before anything of that size is made.
LONGEST_S = Fraction(4 * 3600)
FRAMES_MOST = 1_000_000
PIXELS_MOST = 2 * 10**12


@dataclass(frozen=True, slots=True)
class Film:
    """A stretch of the piece as frames and samples; times are exact, from the start of the piece."""

    start_s: ExactSeconds
    end_s: ExactSeconds
    fps: Fraction
    is_cut_before: bool
    is_cut_after: bool
    is_loop: bool = False
    """Its end meets its beginning."""

    @property
    def frame_count(self) -> int:
        return ceil((self.end_s - self.start_s) * self.fps)

    @property
    def duration_s(self) -> Fraction:
        """The length of all frames in seconds: up to a frame longer than the stretch."""
        return self.frame_count / self.fps

    def frame_at(self, time_s: Fraction) -> int:
        """The first frame that shows what is at a time of the piece: the first whose middle is not before it.

        It may be outside the film.
        """
        return ceil((time_s - self.start_s) * self.fps - Fraction(1, 2))

    @property
    def sample_count(self) -> int:
        return round(self.duration_s * SAMPLE_RATE_HZ)


def film_of(piece: Piece, clock: Clock, findings: Findings) -> Film | None:
    """The film: all of the piece with its ring-out, or the passage asked for; None and findings if not."""
    end_s = ExactSeconds(clock.end_s + piece.score.tail_s)
    start_s = ExactSeconds(Fraction(0))
    is_cut_before = is_cut_after = False
    if piece.selection is not None:
        stretch = clock.locate_range(piece.selection, findings)
        if stretch is None:
            return None
        # On the frames of the whole film, so that what was rendered of it serves the passage, and the other
        # way round: the passage begins with the frame into which its first bar line falls.
        start_s = _on_frames(floor(clock.seconds(stretch[0]) * piece.video.fps), piece)
        is_cut_before = stretch[0] > 0
        # A passage up to the end keeps the ring-out; one that is cut ends where its range ends.
        if stretch[1] < clock.end_qn:
            end_frame = ceil(clock.seconds(stretch[1]) * piece.video.fps - Fraction(1, 2))
            end_s, is_cut_after = _on_frames(end_frame, piece), True
            if end_s <= start_s:
                end_s = _on_frames(floor(start_s * piece.video.fps) + 1, piece)
    if piece.limit_s is not None and start_s + piece.limit_s < end_s:
        end_s, is_cut_after = ExactSeconds(start_s + piece.limit_s), True
    film = Film(start_s, end_s, piece.video.fps, is_cut_before, is_cut_after)
    if piece.is_loop:
        film = _loop(piece, clock)
    faults = _over_budget(piece, film)
    findings += faults
    return None if faults.has_errors else film


def _loop(piece: Piece, clock: Clock) -> Film:
    """The passage from bar line to bar line, without the ring-out, in as many whole frames as come nearest.

    Its rate is then not quite that of the piece: so long is the music, exactly.
    """
    start_s, end_s = ExactSeconds(Fraction(0)), clock.end_s
    if piece.selection is not None:
        stretch = clock.locate_range(piece.selection, Findings())
        assert stretch is not None  # or it was said before
        start_s, end_s = clock.seconds(stretch[0]), min(clock.seconds(stretch[1]), clock.end_s)
    if piece.limit_s is not None:
        end_s = min(end_s, ExactSeconds(start_s + piece.limit_s))
    frames = max(2, round((end_s - start_s) * piece.video.fps))
    fps = (frames / (end_s - start_s)).limit_denominator(RATE_DENOMINATOR_MOST)
    return Film(start_s, ExactSeconds(start_s + frames / fps), fps, False, False, is_loop=True)


def _on_frames(number: int, piece: Piece) -> ExactSeconds:
    """The time at which a frame of the whole film begins."""
    return ExactSeconds(number / piece.video.fps)


def _over_budget(piece: Piece, film: Film) -> Findings:
    spans = dict(piece.spans)
    length = spans.get("/score", piece.score.span)
    fps = spans.get("/video/fps", spans.get("/video", piece.span))
    size = spans.get("/video/size", spans.get("/video", piece.span))
    video = piece.video
    long_s = film.end_s - film.start_s
    faults = Findings()
    if long_s <= 0:
        faults.error("MV601", length, "the film would be 0 s long", "give the score a bar")
    if long_s > LONGEST_S:
        faults.error(
            "MV601",
            length,
            f"the film would last {float(long_s) / 3600:.1f} hours, "
            f"at most {float(LONGEST_S) / 3600:g} are made",
            "compile a passage, e.g. --bars 1..200",
        )
    if film.frame_count > FRAMES_MOST:
        faults.error(
            "MV602",
            fps,
            f"{float(long_s):.0f} s at {float(film.fps):g} frames per second are "
            f"{film.frame_count:,} frames, at most {FRAMES_MOST:,} are made",
            "lower video.fps or compile a passage",
        )
    if max(video.width_px, video.height_px) > MAX_SIDE_PX:
        faults.error(
            "MV603",
            size,
            f"{video.width_px}x{video.height_px} is too large, a side has at most {MAX_SIDE_PX} pixels",
            "write a smaller video.size, e.g. 1920x1080",
        )
    pixels = video.width_px * video.height_px * film.frame_count
    if not faults and pixels > PIXELS_MOST:
        faults.error(
            "MV604",
            size,
            f"{film.frame_count:,} frames of {video.width_px}x{video.height_px} are {pixels:.1e} pixels, "
            f"at most {PIXELS_MOST:.0e} are made",
            "lower video.size or video.fps, or compile a passage",
        )
    return faults
