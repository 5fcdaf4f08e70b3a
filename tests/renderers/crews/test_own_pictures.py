"""Crews with pictures and videos of the piece's own: the same bytes, each video decoded once in a store."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from musicvis.compiler.plan import Plan
from musicvis.renderers.crews.inline import InlineCrew
from musicvis.renderers.crews.job import Studio
from musicvis.renderers.crews.processes import ProcessCrew
from musicvis.renderers.film.segment_nodes import VIDEO, SegmentJob, segment_jobs
from musicvis.renderers.generators.identity import Recipe
from musicvis.store.store import Store

from .own import film, trained_film

RECIPE = Recipe("cpu")


def nobody(said: object) -> None:
    pass


def digests(store: Store, jobs: Sequence[SegmentJob]) -> list[str]:
    entries = [store.get(job.node.key) for job in jobs]
    return [entry.files[VIDEO].name for entry in entries if entry is not None]


def clips_in(store: Store) -> int:
    """The number of decoded videos in a store."""
    return sum(b"pictures" in path.read_bytes() for path in (store.folder / "records").rglob("*.json"))


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return film(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def serial(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    jobs = segment_jobs(plan, RECIPE)
    with Store(tmp_path_factory.mktemp("serial") / "cache") as store:
        InlineCrew(Studio(RECIPE, store)).work(jobs, nobody, nobody)
        assert clips_in(store) == 1
        return digests(store, jobs)


def test_two_processes_make_the_same_bytes_and_decode_the_video_once(
    plan: Plan, serial: list[str], tmp_path: Path
) -> None:
    jobs = segment_jobs(plan, RECIPE)
    with Store(tmp_path / "cache") as store:
        ProcessCrew(RECIPE, store.folder, 2).work(jobs, nobody, nobody)
        assert digests(store, jobs) == serial and len(set(serial)) == 3
        assert clips_in(store) == 1


@pytest.mark.slow
def test_two_processes_make_the_same_bytes_of_a_trained_model(tmp_path: Path) -> None:
    jobs = segment_jobs(trained_film(tmp_path), RECIPE)
    with Store(tmp_path / "one") as store:
        InlineCrew(Studio(RECIPE, store)).work(jobs, nobody, nobody)
        serial = digests(store, jobs)
    with Store(tmp_path / "two") as store:
        ProcessCrew(RECIPE, store.folder, 2).work(jobs, nobody, nobody)
        assert digests(store, jobs) == serial and len(set(serial)) == 3


def test_a_studio_whose_store_is_another_for_each_segment_makes_the_same_bytes(
    plan: Plan, serial: list[str], tmp_path: Path
) -> None:
    # So do machines of a cluster that do not see the folder of the one that asks.
    jobs = segment_jobs(plan, RECIPE)
    found = []
    studio: Studio | None = None
    for number, job in enumerate(jobs):
        with Store(tmp_path / str(number)) as store:
            studio = studio or Studio(RECIPE, store)
            studio.store = store
            assert studio.render(job, wait=True, on_frames=nobody)
            found += digests(store, [job])
    assert found == serial
