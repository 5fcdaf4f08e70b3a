"""The order in which bars are played: repeats, endings, and jumps (D.C., D.S., Fine, Coda) unrolled.

The rules are MuseScore's: an ending is chosen by how often its repeat's first bar has been played, a jump is
taken once and in the last pass only, and after a jump repeats are left out unless the jump asks for them.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ....dsl.findings.diagnostics import Diagnostic, MusicalPlace
from ..guard.faults import fault, warning
from .written import Jump, Volta, WrittenBar

MAX_PLAYED_BARS = 100_000
MAX_JUMPS = 500
MAX_VOLTAS = 500


def playing_order(bars: Sequence[WrittenBar], voltas: Sequence[Volta], name: str) -> list[int]:
    """The indices of `bars` in the order they sound.

    Raises PieceError MV408 where that would be more than 100,000 bars, or there are
    more than 500 jumps or endings.
    """
    if sum(bar.jump is not None for bar in bars) > MAX_JUMPS:
        raise fault("MV408", name, f"more than {MAX_JUMPS} jumps (D.C., D.S.)")
    if len(voltas) > MAX_VOLTAS:
        raise fault("MV408", name, f"{len(voltas)} endings, at most {MAX_VOLTAS}")
    order: list[int] = []
    over: list[Volta | None] = [None] * len(bars)
    for volta in _volta_ranges(bars, voltas):
        for index in range(volta.first_bar, volta.last_bar + 1):
            over[index] = volta
    first = 0
    for index, bar in enumerate(bars):
        if bar.section_break_s is not None or index == len(bars) - 1:
            _Section(bars, over, first, index, order, name).play()
            first = index + 1
    return order


class _Section:
    """One run of bars up to a section break; `played` counts each bar in the current run-through."""

    def __init__(
        self,
        bars: Sequence[WrittenBar],
        over: Sequence[Volta | None],
        first: int,
        last: int,
        order: list[int],
        name: str,
    ) -> None:
        self.bars = bars
        self.over = over
        """The ending that each bar is in."""
        self.first = first
        self.last = last
        self.order = order
        self.name = name
        self.played = [0] * len(bars)
        self.pass_counts: dict[int, int] = {}
        self.start = first
        self.taken: set[int] = set()
        self.leave_out_repeats = False
        self.play_until: int | None = None
        self.continue_at: int | None = None
        self.jumped_from: int | None = None
        self.plays_again = False
        """After a jump that asks for repeats, each repeat counts again when it is reached."""
        self.landed: Volta | None = None
        """The ending that the last jump went into, while it is played."""
        self.landed_start: int | None = None
        """The start of the repeat with that ending: its remaining passes are played, whatever the jump
        says of repeats."""

    def play(self) -> None:
        index: int | None = self.first
        volta: Volta | None = None
        while index is not None and index <= self.last:
            if volta is not None and not volta.first_bar <= index <= volta.last_bar:
                volta = None
            if self.landed is not None and not self.landed.first_bar <= index <= self.landed.last_bar:
                self.landed = None
            if volta is None:
                volta = self.over[index]
                if volta not in (None, self.landed) and self.turn(index) not in volta.endings:
                    index = volta.last_bar + 1
                    volta = None
                    continue
            here = index
            index = self.after(here, volta)
            if index != here + 1:
                volta = None

    def after(self, index: int, volta: Volta | None) -> int | None:
        """Plays one bar and says which comes next; None at the end."""
        bar = self.bars[index]
        self.order.append(index)
        if len(self.order) > MAX_PLAYED_BARS:
            raise fault(
                "MV408",
                self.name,
                f"its repeats unroll to more than {MAX_PLAYED_BARS} bars",
                "lower the repeat counts",
            )
        if bar.repeat_start and self.plays_again and self.start != index:
            self.begin_anew(index)
        self.played[index] += 1
        if bar.repeat_start:
            self.start = index
            if self.leave_out_repeats and self.jumped_from is None:
                # What follows the jump has not been played yet; its repeats are.
                self.leave_out_repeats = False
        if index == self.play_until and self.is_last_pass(volta):
            return self.end_jump()
        if bar.jump is not None and index not in self.taken and self.is_last_pass(volta):
            # In the last pass of an ending a jump goes before the repeat sign of its bar.
            target = self.jump(index, bar.jump)
            if target is not None:
                return target
        if self.played[index] < bar.repeat_count and not self.leaves_out_repeats():
            return self.start
        if index == self.jumped_from and self.is_last_pass(volta):
            self.jumped_from = None
        return index + 1

    def turn(self, index: int) -> int:
        """The current pass through the repeat, from 1."""
        if self.leaves_out_repeats():
            start = _repeat_start(self.bars, index, self.first)
            until = None if self.play_until is None else self.over[self.play_until]
            if until is not None and _repeat_start(self.bars, until.first_bar, self.first) == start:
                # Of several endings the one with the Fine or To Coda is meant.
                return max(until.endings, default=0)
            return self.passes(start)
        # An ending on the repeat's first bar is looked up before that bar is counted.
        return self.played[self.start] + (1 if index == self.start else 0)

    def leaves_out_repeats(self) -> bool:
        """Whether the current repeat is played once only, as its last pass."""
        return self.leave_out_repeats and self.start != self.landed_start

    def is_last_pass(self, volta: Volta | None) -> bool:
        if self.leaves_out_repeats():
            return True
        turn = self.played[self.start]
        return turn >= self.passes(self.start) or (
            volta is not None and turn == max(volta.endings, default=0)
        )

    def passes(self, start: int) -> int:
        """The total number of passes through the repeat that starts at this bar."""
        if start not in self.pass_counts:
            count = 1
            for index in range(start, self.last + 1):
                bar = self.bars[index]
                if index > start and bar.repeat_start:
                    break
                count += max(bar.repeat_count - 1, 0)
            self.pass_counts[start] = count
        return self.pass_counts[start]

    def jump(self, index: int, jump: Jump) -> int | None:
        """Sets out on a jump: its target, or None where that is missing.

        Without the bar that it should play until it goes on to the end of the section; without the bar that
        it should go on at, the section ends where it played until.
        """
        self.taken.add(index)
        target = self.label(jump.jump_to, index)
        if target is None:
            return None
        until = self.label(jump.play_until, index)
        onward = self.label(jump.continue_at, index)
        self.leave_out_repeats = not jump.play_repeats
        self.play_until = self.last if until is None else until
        self.continue_at = onward
        self.jumped_from = index
        self.plays_again = jump.play_repeats
        self.land(target)
        if self.landed is not None and self.landed.endings:
            self.count_from_ending(self.landed, target, jump.play_repeats)
        elif jump.play_repeats:
            self.begin_anew(self.start)
            self.played[self.start : target] = [1] * (target - self.start)
        return target

    def count_from_ending(self, ending: Volta, target: int, plays_repeats: bool) -> None:
        """Goes on in an ending as if its first pass were played, or its last where repeats are left out."""
        turn = min(ending.endings) if plays_repeats else max(ending.endings)
        start = self.start
        if turn >= self.passes(start):
            return
        self.landed_start = start
        self.begin_anew(start)
        self.played[start:target] = [turn] * (target - start)
        for index in range(start, self.last + 1):
            if index > start and self.bars[index].repeat_start:
                break
            count = self.bars[index].repeat_count
            volta = self.over[index]
            if count and volta is not None:
                # This sign leads back as often as its ending is still to be played.
                left = sum(number >= turn for number in volta.endings)
                self.played[index] = max(count - 1 - left, 0)

    def end_jump(self) -> int | None:
        target = self.continue_at
        self.play_until = None
        self.continue_at = None
        self.leave_out_repeats = False
        if target is not None:
            self.land(target)
            if self.played[self.start]:
                self.landed = None
            else:
                self.played[self.start : target] = [1] * (target - self.start)
        return target

    def land(self, target: int) -> None:
        """Goes on at a jump's target; an ending that is there is played, whichever it is."""
        self.landed_start = None
        self.start = _repeat_start(self.bars, target, self.first)
        self.landed = self.over[target]

    def begin_anew(self, start: int) -> None:
        """Marks the repeat that starts at this bar as not yet played."""
        self.played[start] = 0
        for index in range(start + 1, self.last + 1):
            if self.bars[index].repeat_start:
                break
            self.played[index] = 0

    def label(self, label: str, here: int) -> int | None:
        """The bar with that marker that is nearest before a bar, else the nearest after it: first in this
        section, then in those before and after it.
        """
        if label == "start":
            return self.first
        if label == "end":
            return self.last
        around = [
            *range(here, self.first - 1, -1),
            *range(here + 1, self.last + 1),
            *range(self.first - 1, -1, -1),
            *range(self.last + 1, len(self.bars)),
        ]
        return next((index for index in around if label and label in self.bars[index].markers), None)


def order_findings(bars: Sequence[WrittenBar], order: Sequence[int], name: str) -> Iterator[Diagnostic]:
    """Warnings of bars that are never played, and of jumps to places that the score does not have."""
    left_out = sorted(set(range(len(bars))) - set(order))
    if left_out:
        shown = _ranges_text(left_out)
        are = "are" if len(left_out) > 1 else "is"
        message = f"{len(left_out)} of {len(bars)} bars {are} never played: {shown}"
        hint = (
            "check the repeat signs, the endings, and where D.C. and D.S. lead: a repeat with "
            "endings needs a start sign of its own"
        )
        yield warning("MV459", name, message, hint).at(MusicalPlace(left_out[0] + 1, "1"))
    markers = {"start", "end"}.union(*(bar.markers for bar in bars))
    missing = [
        (index, label)
        for index, bar in enumerate(bars)
        if bar.jump is not None
        for label in (bar.jump.jump_to, bar.jump.play_until, bar.jump.continue_at)
        if label and label not in markers
    ]
    if missing:
        places = ", ".join(f"{label[:40]!r} (bar {index + 1})" for index, label in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        message = f"a jump leads to a place that is not in the score: {places}{more}"
        hint = "add the missing Segno, Coda or Fine in the score program"
        yield warning("MV460", name, message, hint).at(MusicalPlace(missing[0][0] + 1, "1"))


def _ranges_text(indices: Sequence[int]) -> str:
    """Bar indices as "4, 7-9, ...", by numbers from 1."""
    pieces: list[list[int]] = []
    for index in indices:
        if pieces and index == pieces[-1][1] + 1:
            pieces[-1][1] = index
        else:
            pieces.append([index, index])
    texts = [f"{a + 1}" if a == b else f"{a + 1}-{b + 1}" for a, b in pieces[:4]]
    word = "bar" if len(indices) == 1 else "bars"
    return f"{word} {', '.join(texts)}{', ...' if len(pieces) > 4 else ''}"


def _repeat_start(bars: Sequence[WrittenBar], index: int, first: int) -> int:
    while index > first and not bars[index].repeat_start:
        index -= 1
    return index


def _volta_ranges(bars: Sequence[WrittenBar], voltas: Sequence[Volta]) -> list[Volta]:
    """Voltas in order, none over another; an open one reaches to the next repeat sign, volta, jump or section
    break. Bars under several voltas, as on several staves, are played in the passes that all of them name.
    """
    starts = {volta.first_bar for volta in voltas}
    spans: list[tuple[int, int, Volta]] = []
    for volta in voltas:
        last = min(volta.last_bar, len(bars) - 1)
        if volta.is_open and not any(_lies_in(volta, other) for other in voltas):
            while (
                last + 1 < len(bars)
                and bars[last].section_break_s is None
                and not bars[last].repeat_count
                and bars[last].jump is None
                and not bars[last + 1].repeat_start
                and last + 1 not in starts
            ):
                last += 1
        spans.append((volta.first_bar, last, volta))
    edges = sorted({edge for first, last, _ in spans for edge in (first, last + 1)})
    ranges: list[Volta] = []
    for first, following in pairwise(edges):
        over = [volta for start, last, volta in spans if start <= first <= last]
        if over:
            shared = frozenset.intersection(*(frozenset(volta.endings) for volta in over))
            ranges.append(Volta(first, following - 1, tuple(sorted(shared))))
    return ranges


def _lies_in(volta: Volta, other: Volta) -> bool:
    return other.first_bar < volta.first_bar and volta.last_bar < other.last_bar
