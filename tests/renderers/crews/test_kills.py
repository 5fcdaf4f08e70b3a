"""Renders that are killed at random: each kill costs at most the segment in work, and no film is another."""

import tempfile
from pathlib import Path

import pytest
from musicvis.tests.renderers.crews.campaigns import random_kills


def tried(kills: int) -> None:
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        seen = random_kills(Path(folder), kills)
    assert seen.faults == [] and seen.trials >= kills and seen.repeated <= seen.trials


def test_kills_at_random_instants_cost_at_most_the_segment_in_work() -> None:
    tried(15)


@pytest.mark.slow
def test_three_hundred_of_them_do_not_cost_more() -> None:
    tried(300)
