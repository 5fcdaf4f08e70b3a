"""Who renders what: stale work is stopped, wanted work goes on, what fails is told and not tried for ever."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from musicvis.dsl.findings.diagnostics import Diagnostic, PieceError
from musicvis.dsl.findings.span import Span
from musicvis.renderers.generators.identity import Recipe
from musicvis.store.store import Store
from musicvis.watch import pictures as module
from musicvis.watch.film import Film
from musicvis.watch.pictures import Pictures
from musicvis.watch.session import Session
from musicvis.watch.trouble import Troubles
from musicvis.watch.wire import events, requests
from musicvis.watch.workers import Died, Ended, Failed, Job, Stopped, Word


class FakeHand:
    """A process that does nothing but what the test says."""

    all: ClassVar["list[FakeHand]"] = []

    def __init__(self, target: object, arguments: object, hear: Callable[[Any, Word], object]) -> None:
        self.job: Job | None = None
        self.given: list[Job] = []
        self.stops = 0
        self.is_closed = False
        FakeHand.all.append(self)

    def give(self, job: Job) -> None:
        """Take a job."""
        self.job = job
        self.given.append(job)

    def stop(self) -> None:
        """Count it."""
        self.stops += 1

    def close(self) -> None:
        """Remember it."""
        self.is_closed = True


class Stage:
    """Pictures with one fake process, in an event loop of the test's own."""

    def __init__(self, piece: Path, store: Store) -> None:
        self.piece, self.store = piece, store
        self.session = Session(piece / "piece.yaml")
        self.news: list[events.SegmentNews] = []
        self.troubles: list[str] = []
        self.pictures = Pictures(store, self.news.append, Troubles(self.troubles.append))
        self.pictures._hand_count = 1

    def read(self) -> Film:
        """The piece as it is now, shown."""
        plan = self.session.read(lambda lanes: None).plan
        assert plan is not None
        film = Film.of(plan, Recipe("cpu"), self.store)
        self.pictures.show(film)
        self.pictures.pump()
        return film

    @property
    def hand(self) -> FakeHand:
        """The process."""
        return FakeHand.all[-1]

    def hear(self, word: Word) -> None:
        """The process says something."""
        self.pictures._heard(self.hand, word)  # type: ignore[arg-type]

    def done(self) -> None:
        """The job in work is finished."""
        assert self.hand.job is not None
        key = self.hand.job.name
        path = self.store.scratch(".mp4")
        path.write_bytes(key.encode())
        self.store.put(key, {"video": path}, {})
        self.hear(Ended(key))

    @property
    def working(self) -> str:
        """The running jobs: the number of the segment and the level's first letter."""
        _, task = self.pictures._tasks[self.hand]  # type: ignore[index]
        return f"{task.index}{task.level[0]}"


@pytest.fixture
def stage(piece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The small piece on a stage, read once."""
    monkeypatch.setattr(module, "Hand", FakeHand)
    FakeHand.all.clear()

    async def made() -> Stage:
        return Stage(piece, Store(tmp_path / "cache"))

    with asyncio.Runner() as runner:
        found = runner.run(made())
        found.pictures._loop = runner.get_loop()
        found.read()
        yield found


def edit_zoom(piece: Path) -> None:
    """Every picture becomes another."""
    effects = piece / "effects.yaml"
    effects.write_text(effects.read_text().replace("to: 1.5", "to: 1.25"))


def test_the_segment_at_the_playhead_comes_first_at_each_level(stage: Stage) -> None:
    seen = []
    for _ in range(3):
        seen.append(stage.working)
        stage.done()
    assert seen == ["0s", "0c", "0d"]
    levels = [(news.first, news.level, news.state) for news in stage.news if news.media]
    assert levels == [
        (0, "still", "waiting"),
        (0, "still", "rendering"),
        (0, "coarse", "waiting"),
        (0, "coarse", "rendering"),
        (0, "draft", "kept"),
    ]
    assert stage.working.endswith("c")


def test_a_save_stops_what_it_makes_stale(stage: Stage) -> None:
    stage.done()
    stage.done()
    assert stage.working == "0d"
    edit_zoom(stage.piece)
    stage.read()
    assert stage.hand.stops == 1
    stage.hear(Stopped(stage.hand.given[-1].name))
    assert stage.working == "0s"


def test_a_save_that_changes_no_picture_lets_it_go_on(stage: Stage) -> None:
    stage.done()
    stage.done()
    effects = stage.piece / "effects.yaml"
    effects.write_text(effects.read_text().replace("to: 0.5", "to: 0.25"))
    film = stage.read()
    assert stage.hand.stops == 0 and film.segments[0].level == "coarse"
    stage.done()
    assert film.segments[0].level == "draft"


def test_the_visible_segment_is_rendered_next_and_stops_a_draft_elsewhere(stage: Stage) -> None:
    stage.done()
    stage.done()
    assert stage.working == "0d"
    film = stage.pictures.film
    assert film is not None
    there = film.segments[2]
    stage.pictures.look(requests.Look(there.s + 0.01, there.s, there.end_s))
    assert stage.hand.stops == 1
    stage.hear(Stopped(stage.hand.given[-1].name))
    assert stage.working == "2s"


def test_a_second_page_does_not_take_the_playhead_of_the_first_away(stage: Stage) -> None:
    film = stage.pictures.film
    assert film is not None
    ends = film.segments[1], film.segments[-1]
    assert ends[0] is not ends[1]
    stage.hear(Stopped(stage.hand.given[-1].name))
    for page, segment in zip("ab", ends, strict=True):
        stage.pictures.look(requests.Look(segment.s + 0.01, segment.s, segment.end_s, page=page))
    # What was in work at the beginning is nobody's now; then each has its turn, stage by stage.
    made = []
    for _ in range(5):
        made.append(stage.working)
        stage.done()
    last = len(film.segments) - 1
    assert {f"1{level}" for level in "sc"} | {f"{last}{level}" for level in "sc"} <= set(made)
    assert {look.page for look in stage.pictures.looks} == {"a", "b"}
    stage.pictures.gone("b")
    assert [look.page for look in stage.pictures.looks] == ["a"]


def test_cached_segments_are_not_rendered(stage: Stage) -> None:
    film = stage.pictures.film
    assert film is not None
    for task_level in ("coarse", "draft"):
        for k in range(len(film.jobs)):
            job = film.job(module.Task(k, task_level), (requests.Look(0, 0, 0),))  # type: ignore[arg-type]
            path = stage.store.scratch()
            path.write_bytes(b"x")
            stage.store.put(job.node.key, {"video": path}, {})
    stage.done()
    assert {segment.level for segment in film.segments} == {"draft"}
    assert stage.hand.job is None


def test_a_failure_is_reported_and_tried_again_only_after_a_save(stage: Stage) -> None:
    error = PieceError([Diagnostic("MV900", Span("x"), "there are no weights", "fetch them")])
    failed = stage.hand.given[-1].name
    stage.hear(Failed(failed, error))
    assert stage.troubles == ["there are no weights; fetch them"]
    assert stage.hand.given[-1].name != failed
    names = {job.name for job in stage.hand.given[1:]}
    assert failed not in names
    stage.done()
    assert stage.troubles[-1] == ""


def test_a_process_that_dies_three_times_on_a_segment_is_reported(stage: Stage) -> None:
    name = stage.hand.given[-1].name
    for _ in range(3):
        assert stage.hand.given[-1].name == name
        stage.hear(Died(name))
    assert "ended 3 times" in stage.troubles[-1]
    assert stage.hand.given[-1].name != name


def test_a_full_disk_is_reported_and_work_goes_on_when_there_is_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 0
    monkeypatch.setattr(module, "free_bytes", lambda folder: room)
    stage.done()
    assert "full" in stage.troubles[-1] and stage.hand.job is None
    room = 1 << 40
    stage.pictures.pump()
    assert stage.troubles[-1] == "" and stage.working == "0c"


def test_media_of_this_version_and_the_one_before_can_be_asked_for(stage: Stage) -> None:
    film = stage.pictures.film
    assert film is not None
    key = film.jobs[0].node.key
    edit_zoom(stage.piece)
    stage.read()
    assert stage.pictures.duration_of(key) == film.jobs[0].frame_count / film.plan.picture.fps
    assert stage.pictures.duration_of("0" * 64) is None


def test_closing_ends_the_process(stage: Stage) -> None:
    stage.pictures.close()
    assert stage.hand.is_closed
