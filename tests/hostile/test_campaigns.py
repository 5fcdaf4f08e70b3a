"""Damaged files of every kind are read or refused, by the thousand; `pytest -m slow` runs them all."""

import pytest

from .campaigns import CAMPAIGNS
from .watch import Counts, HungError, watchdog


def assert_sound(counts: Counts) -> None:
    assert not counts.foreign, f"{counts}\n" + "\n".join(reason for _, _, reason in counts.foreign[:3])
    assert not counts.hung, str(counts)
    # Both ends are met: damage that matters, and damage that does not.
    assert 0 < counts.accepted < counts.cases == counts.accepted + counts.refused


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_damaged_files_are_read_or_refused_by_hundreds(name: str) -> None:
    assert_sound(CAMPAIGNS[name].run(CAMPAIGNS[name].part))


@pytest.mark.slow
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_damaged_files_are_read_or_refused_by_thousands(name: str) -> None:
    assert_sound(CAMPAIGNS[name].run(CAMPAIGNS[name].full))


def test_every_midi_file_that_is_read_has_the_notes_that_other_programs_count() -> None:
    counts = CAMPAIGNS["midi"].run(100)
    # The others are read with a warning: of a defect each program makes its own.
    assert 10 < counts.checked <= counts.accepted


def test_the_same_numbers_make_the_same_cases() -> None:
    first, again = (CAMPAIGNS["midi"].run(60, seed=9) for _ in range(2))
    assert (first.accepted, first.codes) == (again.accepted, again.codes)
    assert first.codes != CAMPAIGNS["midi"].run(60, seed=10).codes


def test_a_campaign_notices_a_reader_that_breaks_and_one_that_hangs() -> None:
    def broken() -> None:
        raise KeyError("x")

    def endless() -> None:
        raise HungError

    counts = Counts("broken")
    counts.run(1, b"one", broken)
    counts.run(2, b"two", endless)
    assert [case[:2] for case in counts.foreign] == [(1, b"one")] and counts.hung == [(2, b"two")]
    with pytest.raises(AssertionError, match="KeyError"):
        assert_sound(counts)


def test_the_watchdog_ends_what_computes_for_ever() -> None:
    with pytest.raises(HungError), watchdog(0.2):
        while True:
            pass
