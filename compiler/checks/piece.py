"""Warnings about what is allowed but hardly intended: idle rules, unseen classes, stems that do not fit."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.audio import Bus
from ...dsl.model.generators import BUILT_IN
from ...dsl.model.lane import Lane
from ...dsl.model.piece import Piece
from ..lanes.parameters import ear_target, gain_target, place_targets, plugin_targets
from ..notes.casting import Cast
from ..notes.class_keys import BY_WORDS
from ..plan import SoundPlan
from ..sound.plan_sound import Sources, has_recording, stem_intervals
from ..time.clock import Clock
from ..words.sung import nearest_words
from .controllers import played_twice
from .lanes import Interval, Moved, lane_findings, sounding_of
from .subjects import subject_notes

RING_OUT_S = Fraction(1, 2)
"""The least ring-out that the last note needs after its key is released."""
LONGEST_TAIL_S = 30
"""A recording that goes on for longer after the score is that of another score."""


def lint(
    piece: Piece, clock: Clock, shown: Cast, buses: Sequence[Bus], sound: SoundPlan, sources: Sources
) -> Iterator[Diagnostic]:
    """Warnings that need the score."""
    if not sources.score.notes:
        yield Diagnostic(
            "MV327",
            piece.score.span,
            f"{piece.score.file} has no notes",
            "check that it is the right score, and that its parts are not muted",
            Severity.WARNING,
        )
    if piece.visuals.mapping == "notes":
        yield from _idle_rules(piece, shown)
        yield from _unseen_classes(piece, shown, shown.words)
        if piece.visuals.generator in BUILT_IN:
            yield from subject_notes(piece, shown)
    yield from _small_mirrors(piece)
    yield from _unused_returns(piece, buses)
    yield from played_twice(piece, buses)
    yield from _past_the_end(piece.lanes, clock)
    written = {lane.name: lane for lane in piece.lanes if lane.mode == "set" and lane.mirror_of is None}
    held: list[Interval] = []
    for bus, plan in zip(buses, sound.buses, strict=True):
        own = stem_intervals(bus, sources)
        held += own
        moving = [(ear_target(bus).name, plan.ear), (gain_target(bus).name, plan.gain)]
        for link, effect in zip(bus.chain, plan.chain, strict=False):
            names = {name: target.name for name, target in plugin_targets(bus, link)}
            moving += [(names[name], curve) for name, curve in effect.automation if name in names]
        around = (plan.azimuth_deg, plan.elevation_deg, plan.distance)
        moving += [
            (target.name, curve)
            for target, curve in zip(place_targets(bus)[1:], around, strict=True)
            if curve is not None
        ]
        for number, (name, curve) in enumerate(moving):
            # A lane of a rate may be given as cycles per beat: then its segments are not those of its points.
            if name in written and len(curve.segments) == len(written[name].points):
                sounding = None if has_recording(bus) else sounding_of(own)
                moved = Moved(
                    written[name], curve, bus.name, sounding, is_ear=number == 0, is_level=number < 2
                )
                yield from lane_findings(moved, clock)
    yield from _cut_off(piece, clock, held)
    last_onset_s = max(
        (clock.seconds(note.onset_qn) for note in sources.score.notes[-1:]), default=Fraction(0)
    )
    yield from _recordings(buses, clock, last_onset_s, sources)
    yield from _unused_sounds(piece, buses)


def _idle_rules(piece: Piece, shown: Cast) -> Iterator[Diagnostic]:
    # A faulty selector matches nothing because of its fault.
    faulty = {finding.span for finding in shown.findings}
    for rule, count in zip(piece.visuals.rules, shown.rule_matches, strict=True):
        spans = {rule.span, *(span for _, span in rule.where.spans)}
        if not count and not spans & faulty:
            yield Diagnostic(
                "MV340",
                rule.span,
                "this rule matches no note",
                "`musicvis notes` lists what the parts play there",
                Severity.WARNING,
            )
    for number in shown.idle_rules:
        yield Diagnostic(
            "MV351",
            piece.visuals.rules[number].span,
            "this rule has no effect: later rules override all its keys, for each of its notes",
            "move it after them, or remove it",
            Severity.WARNING,
        )


def _unseen_classes(piece: Piece, shown: Cast, words: Collection[str]) -> Iterator[Diagnostic]:
    reasons = {entry: f"no note has {entry[0]}" for entry in shown.unused_keys}
    reasons |= {entry: f"rules give every note with {entry[0]} another class" for entry in shown.hidden_keys}
    for (key, weights), reason in reasons.items():
        # The classes of a list are numbered; a score need not reach all of them.
        if key.isdecimal() or not weights:
            continue
        yield Diagnostic(
            "MV341",
            weights[0].span,
            f"{weights[0].name} is never shown: {reason}",
            nearest_words(key, words)
            if (key, weights) in shown.unused_keys and piece.visuals.classes_by in BY_WORDS
            else "give this class to another key, or leave it",
            Severity.NOTE,
        )


def _small_mirrors(piece: Piece) -> Iterator[Diagnostic]:
    """A note on an upright film that is mirrored only because nothing else is written."""
    video, spans = piece.video, dict(piece.spans)
    if video.height_px <= video.width_px or video.frame != "mirror" or "/video/frame" in spans:
        return
    if video.background != "picture":
        return
    count = 2 * video.height_px / video.width_px
    yield Diagnostic(
        "MV368",
        # Not of the size, which --draft and --size write.
        spans.get("/video", piece.span),
        f"this upright film shows {count:.1f} mirrored pictures, one above the other",
        "write `video.frame: fill` for one large picture, or `frame: mirror` if this is what you want",
        Severity.NOTE,
    )


def _unused_returns(piece: Piece, buses: Sequence[Bus]) -> Iterator[Diagnostic]:
    named = {send.to for bus in buses for send in bus.sends}
    for back in piece.audio.returns:
        if back.name not in named:
            yield Diagnostic(
                "MV354",
                back.span,
                f"no bus sends to the return {back.name}, so it is silent",
                f"add `sends: {{{back.name}: 30%}}` to a bus, or leave it out",
                Severity.WARNING,
            )


def _past_the_end(lanes: Iterable[Lane], clock: Clock) -> Iterator[Diagnostic]:
    for lane in lanes:
        for point in lane.points:
            at = clock.at(point.at)
            if at is not None and at >= clock.end_qn:
                yield Diagnostic(
                    "MV343",
                    point.span,
                    f"{lane.name} has a point at {point.at.text}, after the end of the last bar",
                    "move it before the end of the last bar",
                    Severity.WARNING,
                    clock.musical_place(at),
                )


def _cut_off(piece: Piece, clock: Clock, held: Iterable[Interval]) -> Iterator[Diagnostic]:
    """Warns of a note that is released shortly before the last sample, so that its ring is cut off."""
    end_s = clock.end_s + piece.score.tail_s
    # What sounds after the end belongs to a stem of another length, which is reported.
    last_s = max((end for _, end in held if end <= end_s), default=None)
    if (
        last_s is not None
        and end_s - last_s < RING_OUT_S
        and piece.limit_s is None
        and piece.selection is None
    ):
        left_ms = max(float(end_s - last_s), 0.0) * 1000
        yield Diagnostic(
            "MV349",
            dict(piece.spans).get("/score/tail", piece.score.span),
            f"the film ends {left_ms:.0f} ms after the last note is let go, so its ring-out is cut off",
            "write a longer score.tail, e.g. 3s",
            Severity.WARNING,
            clock.musical_place(clock.end_qn),
        )


def _unused_sounds(piece: Piece, buses: Sequence[Bus]) -> Iterator[Diagnostic]:
    """A warning where all buses are recordings, or name who plays them."""
    at = dict(piece.spans).get("/audio/sounds")
    if at is None or piece.audio.sounds is None:
        return
    if any(stem.soundfont_span == at for bus in buses for stem in bus.stems):
        return
    message = "audio.sounds has no effect: every bus is a recording or names its player"
    yield Diagnostic("MV551", at, message, "leave it out, or let a bus play a part", Severity.WARNING)


def _recordings(
    buses: Sequence[Bus], clock: Clock, last_onset_s: Fraction, sources: Sources
) -> Iterator[Diagnostic]:
    for stem in (stem for bus in buses for stem in bus.stems if stem.file is not None):
        known = sources.recording(stem.file, stem.span) if stem.file is not None else None
        if known is None:
            continue
        form, silent = known
        if silent:
            yield Diagnostic(
                "MV326",
                stem.span,
                f"{stem.file} is silent from its first sample to its last",
                "export the stem again, with its part unmuted",
                Severity.WARNING,
            )
        length_s = form.length_s
        # The offset is the time of bar 1 in the recording; the rest after it is what is left.
        until_s = length_s - (stem.offset_s or 0.0)
        if not length_s or last_onset_s < until_s <= clock.end_s + LONGEST_TAIL_S:
            continue
        is_short = until_s <= last_onset_s
        end_s = float(last_onset_s if is_short else clock.end_s)
        end_text = "the last note of the score begins" if is_short else "the score ends"
        from_bar_1 = f", {until_s:.2f} s of it from bar 1 on" if stem.offset_s else ""
        yield Diagnostic(
            "MV325",
            stem.span,
            f"{stem.file} lasts {length_s:.2f} s{from_bar_1}, and {end_text} at {end_s:.2f} s",
            _HEARD_HINT
            if sources.score.heard is not None
            else _rate_hint(until_s / float(clock.end_s), form.sample_rate_hz),
            Severity.WARNING,
        )


_HEARD_HINT = "check that the score was detected from it, and that its offset is where bar 1 begins"


def _rate_hint(ratio: float, rate_hz: int) -> str:
    for wrong, right in ((48_000, 44_100), (44_100, 48_000)):
        if rate_hz == wrong and abs(ratio * wrong / right - 1) < 0.03:
            return f"it may hold {right} samples a second and say {wrong}: export it again at {wrong} Hz"
    return "export it from the same version of the score, from its first bar to its last"
