"""What is kept from one compile to the next: the same arguments, the same result, and nothing else."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.recent import LONG, recent, same
from musicvis.compiler.score.model import Score
from musicvis.dsl.load import load_piece


@dataclass(frozen=True)
class Thing:
    name: str
    values: Any = None


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (1, 1, True),
        (1, True, False),
        (1, 1.0, False),
        (Fraction(1, 3), Fraction(2, 6), True),
        ((1, [2, {"a": "b"}]), (1, [2, {"a": "b"}]), True),
        ((1, 2), (1, 2, 3), False),
        ({"a": 1}, {"b": 1}, False),
        (np.arange(3), np.arange(3), True),
        (np.arange(3), np.arange(3.0), False),
        (np.zeros(4), np.zeros((2, 2)), False),
        (np.array([np.nan]), np.array([np.nan]), True),
        (Thing("a", np.zeros(2)), Thing("a", np.zeros(2)), True),
        (Thing("a", np.zeros(2)), Thing("a", np.ones(2)), False),
    ],
)
def test_values_are_the_same_where_a_function_cannot_tell_them_apart(
    one: object, other: object, is_same: bool
) -> None:
    assert same(one, other) is is_same


def test_long_lists_are_the_same_by_their_very_entries() -> None:
    notes = [Thing(str(k)) for k in range(LONG + 1)]
    assert same(notes, list(notes))
    assert not same(notes, [*notes[:-1], Thing(notes[-1].name)])


def test_a_score_is_the_same_as_itself_alone() -> None:
    one, other = (Score("", (), (), (), ()) for _ in range(2))
    assert one == other and same(one, one) and not same(one, other)


def test_a_result_is_kept_for_the_last_calls_alone() -> None:
    asked: list[int] = []

    @recent(2)
    def doubled(number: int) -> list[int]:
        asked.append(number)
        return [2 * number]

    first = doubled(1)
    assert doubled(1) is first and doubled(2) == [4] and doubled(1) is first
    doubled(3)
    assert doubled(2) == [4] and asked == [1, 2, 3, 2]


def heard(folder: Path, pitch: int, at_ticks: int, visuals: str) -> tuple[list[tuple[float, int]], float]:
    """The notes of the sound of a piece of two notes, and how much of its first class is seen in all."""
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    for time, played in ((at_ticks, pitch), (240, 72)):
        track.append(mido.Message("note_on", note=played, velocity=90, time=time))
        track.append(mido.Message("note_off", note=played, time=480))
    file.tracks.append(track)
    file.save(folder / "a.mid")
    (folder / "piece.yaml").write_text(f"musicvis: 1\ntitle: T\nscore: a.mid\nvisuals: {visuals}\n")
    plan = compile_piece(load_piece(folder)).plan
    assert plan is not None
    notes = plan.sound.buses[0].stems[0].notes or ()
    seen = float(plan.picture.class_weights[:, 0].sum())
    return [(note.onset_s, note.pitch) for note in notes], seen


def test_another_score_or_manifest_has_nothing_of_the_one_before(tmp_path: Path) -> None:
    plain = "{classes: {C: castle, D: castle}}"
    first = heard(tmp_path, 60, 0, plain)
    assert first[0] == [(0.0, 60), (0.75, 72)]
    assert heard(tmp_path, 62, 0, plain)[0] == [(0.0, 62), (0.75, 72)]
    assert heard(tmp_path, 62, 480, plain)[0] == [(0.5, 62), (1.25, 72)]
    longer = heard(tmp_path, 60, 0, "{classes: {C: castle, D: castle}, envelope: {release: 8b}}")
    assert longer[0] == first[0] and longer[1] > first[1]
    assert heard(tmp_path, 60, 0, plain) == first
