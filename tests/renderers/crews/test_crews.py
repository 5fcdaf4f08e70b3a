"""Crews: whoever renders, the segments are the same; who dies is replaced, and what kills is told."""

import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest
from musicvis.compiler.plan import BarMark
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.crews import processes
from musicvis.renderers.crews.inline import InlineCrew
from musicvis.renderers.crews.job import Studio
from musicvis.renderers.crews.local import local_crew
from musicvis.renderers.crews.processes import ProcessCrew, _Worker
from musicvis.renderers.crews.threads import ThreadCrew, gpu_gate
from musicvis.renderers.film.segment_nodes import VIDEO, SegmentJob, is_whole, segment_jobs
from musicvis.renderers.generators.identity import Recipe
from musicvis.store.store import Store
from musicvis.tests.renderers.crews.own import plan

RECIPE = Recipe("cpu")


def nobody(said: object) -> None:
    pass


def made(store: Store, jobs: Sequence[SegmentJob]) -> list[bytes]:
    entries = [store.get(job.node.key) for job in jobs]
    return [entry.files[VIDEO].read_bytes() for entry in entries if entry is not None]


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The segments as one process makes them, one after the other."""
    jobs = segment_jobs(plan(), RECIPE)
    with Store(tmp_path_factory.mktemp("serial") / "cache") as store:
        InlineCrew(Studio(RECIPE, store)).work(jobs, nobody, nobody)
        return made(store, jobs)


def test_segments_have_the_names_of_their_bars_and_keys_of_their_own(serial: list[bytes]) -> None:
    jobs = segment_jobs(plan(), RECIPE)
    assert [job.node.name for job in jobs] == ["bar 1", "bar 2", "bar 3", "bar 4"]
    assert [job.frame_count for job in jobs] == [6, 6, 6, 6]
    assert len({job.node.key for job in jobs}) == len(set(serial)) == 4


def test_music_that_looks_the_same_is_one_segment_wherever_it_stands(tmp_path: Path) -> None:
    one = plan(2)
    rows = [0, 1, 2, 3, 4, 5] * 2

    twice = replace(one, picture=replace(one.picture, noise=one.picture.noise[rows]))
    keys = [job.node.key for job in segment_jobs(twice, RECIPE)]
    assert keys[0] == keys[1] == segment_jobs(one, RECIPE)[0].node.key


def test_a_bar_of_a_whole_number_of_frames_is_known_as_such() -> None:

    assert is_whole(plan())
    shifted = (*plan().bars[:3], BarMark(4, 1, Fraction(100, 61)))
    assert not is_whole(replace(plan(), bars=shifted))


def test_several_processes_make_the_same_bytes(tmp_path: Path, serial: list[bytes]) -> None:
    jobs, frames, said = segment_jobs(plan(), RECIPE), [], []
    with Store(tmp_path / "cache") as store:
        ProcessCrew(RECIPE, store.folder, 2).work(jobs, frames.append, said.append)
        assert made(store, jobs) == serial
    assert sum(frames) == 24
    assert said == ["picture by the embedded generator, 32x32 on cpu"]


def test_threads_before_one_generator_make_the_same_bytes(tmp_path: Path, serial: list[bytes]) -> None:
    jobs, frames = segment_jobs(plan(), RECIPE), []
    with Store(tmp_path / "cache") as store:
        crew = ThreadCrew(Studio(RECIPE, store, gate=gpu_gate()), 3)
        crew.work(jobs, frames.append, nobody)
        assert made(store, jobs) == serial
    assert sum(frames) == 24


def test_a_thread_that_fails_stops_the_others_and_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Studio, *arguments: object, **options: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Studio, "render", full)
    with Store(tmp_path / "cache") as store, pytest.raises(OSError, match="No space left"):
        ThreadCrew(Studio(RECIPE, store, gate=gpu_gate()), 2).work(
            segment_jobs(plan(), RECIPE), nobody, nobody
        )


def test_a_process_that_is_killed_is_replaced_and_nothing_is_missing(
    tmp_path: Path, serial: list[bytes]
) -> None:
    jobs, frames, killed = segment_jobs(plan(), RECIPE), [], []

    def kill_one(count: int) -> None:
        frames.append(count)
        if not killed:
            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()

    with Store(tmp_path / "cache") as store:
        ProcessCrew(RECIPE, store.folder, 2).work(jobs, kill_one, nobody)
        assert made(store, jobs) == serial
    assert killed[0].exitcode == -signal.SIGKILL
    # Frames of a segment that was lost are counted off again.
    assert sum(frames) == 24


def test_a_segment_that_kills_three_processes_is_reported_and_the_others_are_kept(tmp_path: Path) -> None:
    jobs, dead = segment_jobs(plan(), RECIPE), []

    class Deadly(ProcessCrew):
        """The third segment ends whatever process it is given to."""

        @staticmethod
        def _give(worker: _Worker, waiting: deque[SegmentJob], busy: deque[SegmentJob]) -> None:
            ProcessCrew._give(worker, waiting, busy)
            if worker.job is jobs[2]:
                worker.process.kill()
                dead.append(worker.process)

    with Store(tmp_path / "cache") as store:
        with pytest.raises(PieceError) as refused:
            Deadly(RECIPE, store.folder, 1).work(jobs, nobody, nobody)
        assert len(dead) == 3
        assert [k for k, job in enumerate(jobs) if store.get(job.node.key) is not None] == [0, 1]
    (finding,) = refused.value.diagnostics
    assert finding.code == "MV910" and "bar 3" in finding.message and "SIGKILL" in finding.message


def test_a_script_that_renders_again_in_each_process_is_told_how_to_say_that_it_should_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (job,) = segment_jobs(plan(1, 24, 512), RECIPE)
    script = ModuleType("__main__")
    script.__file__ = "film.py"
    monkeypatch.setitem(sys.modules, "__main__", script)
    assert '`if __name__ == "__main__":`' in processes._deadly(job, 1).hint
    assert "memory" in processes._deadly(job, -9).hint
    script.__file__ = "/usr/bin/musicvis"
    assert "memory" in processes._deadly(job, 1).hint


def test_a_process_that_dies_before_it_is_given_work_is_replaced_too(
    tmp_path: Path, serial: list[bytes]
) -> None:
    class Unlucky(ProcessCrew):
        born = 0

        def _started(self) -> _Worker:
            worker = super()._started()
            self.born += 1
            if self.born == 1:
                worker.process.kill()
                worker.process.join()
            return worker

    jobs = segment_jobs(plan(), RECIPE)
    with Store(tmp_path / "cache") as store:
        Unlucky(RECIPE, store.folder, 1).work(jobs, nobody, nobody)
        assert made(store, jobs) == serial


def test_an_exception_of_a_process_arrives_and_no_process_is_left(tmp_path: Path) -> None:
    missing = Recipe("cpu", codec="no_such_codec")
    jobs = segment_jobs(plan(), missing)
    with Store(tmp_path / "cache") as store, pytest.raises(Exception, match="no_such_codec"):
        ProcessCrew(missing, store.folder, 2).work(jobs, nobody, nobody)
    assert multiprocessing.active_children() == []


def test_two_builds_at_once_share_the_work(tmp_path: Path, serial: list[bytes]) -> None:
    counts: list[int] = [0, 0]
    jobs = segment_jobs(plan(), RECIPE)

    def build(number: int) -> None:
        with Store(tmp_path / "cache") as store:
            crew = InlineCrew(Studio(RECIPE, store))
            order = jobs if number else jobs[::-1]
            crew.work(order, lambda count: counts.__setitem__(number, counts[number] + count), nobody)

    threads = [threading.Thread(target=build, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Store(tmp_path / "cache") as store:
        assert made(store, jobs) == serial
    # Nothing was rendered twice.
    assert sum(counts) == 24


def test_the_crew_fits_the_work(tmp_path: Path) -> None:
    jobs = segment_jobs(plan(), RECIPE)
    with Store(tmp_path / "cache") as store:
        assert isinstance(local_crew(RECIPE, store, jobs, 2), ProcessCrew)
        assert isinstance(local_crew(RECIPE, store, jobs, 1), InlineCrew)
        assert isinstance(local_crew(RECIPE, store, jobs[:1], 8), InlineCrew)
        assert isinstance(local_crew(Recipe("cuda"), store, jobs, 8), ThreadCrew)
