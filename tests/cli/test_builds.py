"""`musicvis compile`, `plan`, `diff` and `clean` on a small piece: what is made anew after each edit."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest
from click.testing import CliRunner, Result
from musicvis.cli.command import main
from musicvis.compiler.compile import compile_piece
from musicvis.dsl.load import load_piece
from musicvis.renderers.film.segment_nodes import segment_jobs
from musicvis.renderers.generators.identity import Recipe
from musicvis.store.store import Store

DATA = Path(__file__).parents[1] / "compiler/score/data"
Run = Callable[..., Result]

MANIFEST = """\
musicvis: 1
title: Waltz
seed: 3
score: {file: waltz.mscz, tail: 1s}
effects: effects.yaml
visuals:
  resolution: 128
  generator: embedded
  motion: {memory: motif}
  classes: {C: seashore, D: castle, E: lakeside, F: daisy, G: volcano, A: monastery, B: lighthouse,
            other: pier}
video: {size: 64x36, fps: 2}
"""
EFFECTS = """\
visuals.depth:
  - {at: 1|1, hold: 0.7}
Piano:
  - {at: 1|1, hold: 0}
"""
PATIENCE_S = 120.0
SEGMENTS = 7
"""Five bars, one of which is played twice, and the last one with its ring-out in two parts."""


def small_piece(folder: Path, waltz: Path) -> Path:
    """A piece small enough to be rendered in a test; its piano stands in the middle."""
    folder.mkdir()
    (folder / "waltz.mscz").write_bytes(waltz.read_bytes())
    (folder / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "effects.yaml").write_text(EFFECTS, encoding="utf-8")
    return folder


@pytest.fixture
def piece(tmp_path: Path, waltz: Path) -> Path:
    return small_piece(tmp_path / "waltz", waltz)


def edit(piece: Path, old: str, new: str) -> None:
    path = piece / "piece.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the piece's film, rendered once for all tests."""
    home = tmp_path_factory.mktemp("rendered")
    piece = small_piece(home / "waltz", DATA / "waltz.mscz")
    words = ("compile", str(piece), "--cache-dir", str(home / "cache"), "--workers", "1")
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return home / "cache"


@pytest.fixture
def film(piece: Path, rendered: Path, own_cache: Path, run: Run) -> Path:
    """The film of the piece, compiled before, and a cache of the test's own that holds all of it."""
    shutil.rmtree(own_cache)
    shutil.copytree(rendered, own_cache)
    done = run("compile", piece, "--workers", 1)
    assert done.exit_code == 0 and "segments are cached" in done.stderr, done.output
    return piece / "build" / "waltz.mp4"


def stale(run: Run, piece: Path, *options: object) -> list[tuple[str, str, list[str] | None]]:
    """The parts that `musicvis plan` lists: stage, name and reasons."""
    done = run("plan", piece, "--format", "json", *options)
    assert done.exit_code == 0, done.output
    nodes = json.loads(done.stdout)["nodes"]
    return [(node["stage"], node["name"], node["why"]) for node in nodes if not node["is_there"]]


def test_every_part_of_a_film_that_was_never_made_is_new(piece: Path, own_cache: Path, run: Run) -> None:
    found = stale(run, piece)
    assert {"bus", "mix", "segment"} <= {stage for stage, _, _ in found}
    assert {why for _, _, why in found} == {None}


def test_stems_of_one_name_are_one_entry_of_the_text(piece: Path, run: Run) -> None:
    buses = "{Piano: {ear: by pitch -0.6..0.6, stems: [{part: Piano}]}}"
    edit(piece, "effects: effects.yaml\n", f"audio: {{buses: {buses}}}\n")
    found = [name for stage, name, _ in stale(run, piece) if stage == "stem"]
    assert len(found) > 1 and set(found) == {"Piano"}
    (line,) = (line for line in run("plan", piece).stdout.splitlines() if line.strip().startswith("stems"))
    assert line.split() == f"stems 0 of {len(found)} cached; to make: Piano, {len(found)} times (new)".split()


def test_a_second_compile_makes_nothing_and_leaves_the_film_alone(piece: Path, film: Path, run: Run) -> None:
    before = film.stat()
    done = run("compile", piece)
    assert done.exit_code == 0 and f"{film} is up to date" in done.stderr
    assert film.stat().st_mtime_ns == before.st_mtime_ns
    assert stale(run, piece) == []


@pytest.mark.parametrize("fps", ["7", "30000/1001"])
def test_a_passage_is_made_of_segments_of_the_whole_film(piece: Path, fps: str) -> None:
    def jobs(bars: str | None) -> dict[str, int]:
        plan = compile_piece(load_piece(piece, bars=bars, fps=fps)).plan
        assert plan is not None
        return {job.node.key: job.frame_count for job in segment_jobs(plan, Recipe("cpu"))}

    whole, passage = jobs(None), jobs("2..4")
    # All but the frame into which the first bar line falls, where that frame shows the bar before.
    assert sum(count for key, count in passage.items() if key not in whole) <= 1
    assert len(passage.keys() & whole.keys()) >= 2


def test_a_film_that_was_changed_is_joined_again(piece: Path, film: Path, run: Run) -> None:
    whole = film.read_bytes()
    film.write_bytes(whole[:-7])
    done = run("compile", piece, "--verify")
    assert "segments are cached" in done.stderr and "each equal to its segment" in done.stderr
    assert film.read_bytes() == whole


def test_a_comment_and_another_spelling_render_nothing(piece: Path, film: Path, run: Run) -> None:
    edit(piece, "seed: 3", "seed: 3   # a prime")
    (piece / "effects.yaml").write_text(
        "# a remark\n" + (piece / "effects.yaml").read_text().replace("0.7", "70%"), encoding="utf-8"
    )
    assert stale(run, piece) == []
    assert "is up to date" in run("compile", piece).stderr


def test_a_pan_edit_makes_one_bus_and_the_mix_and_no_frame(piece: Path, film: Path, run: Run) -> None:
    lanes = piece / "effects.yaml"
    lanes.write_text(lanes.read_text().replace("hold: 0}", "hold: 0.5}"), encoding="utf-8")
    (bus, mix) = stale(run, piece)
    assert (bus[0], bus[2]) == ("bus", ["ear"])
    assert (mix[0], mix[2]) == ("mix", ["an input changed"])
    assert f"all {SEGMENTS} segments are cached" in run("compile", piece).stderr.replace("\n", " ")
    assert stale(run, piece) == []


def test_a_rule_for_a_bar_renders_the_segments_of_its_notes(piece: Path, film: Path, run: Run) -> None:
    edit(piece, "  classes:", "  rules: [{where: {range: 2..3}, class: mushroom}]\n  classes:")
    changed = stale(run, piece)
    assert changed and all(stage == "segment" for stage, _, _ in changed)
    assert {why for _, _, reasons in changed for why in reasons or ()} == {"classes"}
    # Bar 1 was over before the rule begins.
    assert not any(name.startswith("bar 1") for _, name, _ in changed)


def test_the_way_back_costs_nothing(piece: Path, film: Path, run: Run) -> None:
    first = film.read_bytes()
    edit(piece, "C: seashore", "C: volcano")
    assert run("compile", piece, "--workers", 1).exit_code == 0
    assert film.read_bytes() != first
    edit(piece, "C: volcano", "C: seashore")
    assert stale(run, piece) == []
    assert run("compile", piece).exit_code == 0
    assert film.read_bytes() == first


# Crews are tried without a command on each commit: tests/renderers/crews.
@pytest.mark.slow
def test_processes_make_the_same_bytes(piece: Path, film: Path, run: Run, tmp_path: Path) -> None:
    done = run("compile", piece, "--workers", 2, "--cache-dir", tmp_path / "other", "-o", tmp_path / "f.mp4")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "f.mp4").read_bytes() == film.read_bytes()


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("stems", {"stems"}),
        ("audio", {"waltz.wav"}),
        ("frames", set()),
        ("video", {"waltz-silent.mp4"}),
    ],
)
def test_stages_can_be_made_alone(piece: Path, run: Run, only: str, expected: set[str]) -> None:
    done = run("compile", piece, "--only", only, "--workers", 1)
    assert done.exit_code == 0, done.output
    made = {path.name for path in (piece / "build").glob("*")} - {".gitignore"}
    assert made == expected
    stages = {stage for stage, _, _ in stale(run, piece)}
    sound = {"stem", "bus", "mix"}
    assert stages == ({"segment"} if only in ("stems", "audio") else sound)
    if only == "video":
        with av.open(str(piece / "build" / "waltz-silent.mp4")) as film:
            assert not film.streams.audio


def test_workers_of_a_queue_leave_the_film_to_a_compile(piece: Path, run: Run) -> None:
    for index in range(2):
        done = run("compile", piece, "--worker", "--shard", f"{index}/2", "--workers", 1)
        assert done.exit_code == 0, done.output
    assert "0 frames rendered" in done.stderr
    assert f"all {SEGMENTS} segments are in the cache" in done.stderr
    assert not (piece / "build").exists()
    assert not any(stage == "segment" for stage, _, _ in stale(run, piece))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--shard", "2/2", "--worker"), "is not i/n"),
        (("--shard", "x", "--worker"), "is not i/n"),
        (("--shard", "0/2"), "write --worker too"),
        (("--worker", "--only", "audio"), "a --worker renders frames"),
        (("--only", "frames", "-o", "a.mp4"), "frames go to the cache"),
        (("--only", "stems", "-o", "a.wav"), "stems go to the folder build/stems"),
        (("--cache-limit", "many"), "is not a size"),
        (("--only", "audio", "--verify"), "--verify is for a film"),
        (("--only", "audio", "--ray", "auto"), "--ray renders frames"),
    ],
)
def test_wrong_use_is_reported(piece: Path, run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run("compile", piece, *arguments)
    assert done.exit_code == 2 and said in done.output


def test_a_cache_that_can_only_be_read_gives_the_film_and_nothing_new(
    piece: Path, film: Path, run: Run, own_cache: Path
) -> None:
    if subprocess.run(["mount", "--bind", own_cache, own_cache], capture_output=True).returncode:
        pytest.skip("this user may not mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", own_cache], check=True)
        whole = film.read_bytes()
        film.unlink()
        done = run("compile", piece, "--verify", "--workers", 1)
        assert done.exit_code == 0 and film.read_bytes() == whole, done.output
        edit(piece, "C: seashore", "C: volcano")
        done = run("compile", piece, "--workers", 1)
        assert done.exit_code == 1 and "MV912" in done.stderr and "--cache-dir" in done.stderr
        assert film.read_bytes() == whole
    finally:
        subprocess.run(["umount", own_cache], check=True)


def test_a_cache_of_others_is_a_finding(piece: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o777)
    (tmp_path / "open").chmod(0o777)
    done = run("compile", piece, "--cache-dir", tmp_path / "open")
    assert done.exit_code == 1 and "MV912" in done.stderr and "chmod go-w" in done.stderr
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "diary.txt").write_text("mine")
    done = run("compile", piece, "--cache-dir", tmp_path / "full")
    assert done.exit_code == 1 and "holds other files" in done.stderr
    assert sorted(path.name for path in (tmp_path / "full").iterdir()) == ["diary.txt"]


def test_a_full_disk_is_reported_before_anything_is_rendered(
    piece: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvis.renderers.build import disk_space as budget

    monkeypatch.setattr(budget, "free_bytes", lambda folder: 1_000_000)
    done = run("compile", piece, "--only", "frames")
    assert done.exit_code == 1 and "MV911" in done.stderr and "has 1 MB left" in done.stderr


def test_diff_names_how_the_new_version_differs(piece: Path, film: Path, run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(piece, old)
    assert run("diff", old, piece).exit_code == 0
    edit(piece, "  classes:", "  rules: [{where: {range: 2..3}, class: mushroom}]\n  classes:")
    done = run("diff", old, piece)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert next(line for line in lines if "buses" in line).split() == ["buses", "2", "of", "2", "the", "same"]
    assert "bar 2 (classes)" in next(line for line in lines if "segments" in line)


def test_clean_empties_the_cache_and_nothing_else(piece: Path, film: Path, run: Run, own_cache: Path) -> None:
    whole = film.read_bytes()
    done = run("clean", "--verify", "--all")
    assert done.exit_code == 0 and "every file is intact" in done.output
    assert "in 0 entries left" in done.output
    assert not list((own_cache / "blobs").glob("*/*"))
    assert film.read_bytes() == whole
    # And all of it comes again.
    film.unlink()
    assert run("compile", piece, "--workers", 1).exit_code == 0
    assert film.read_bytes() == whole


def test_clean_keeps_to_its_limit_and_says_what_is_damaged(
    piece: Path, film: Path, run: Run, own_cache: Path
) -> None:
    blob = max((own_cache / "blobs").glob("*/*"), key=lambda path: path.stat().st_size)
    blob.write_bytes(blob.read_bytes()[:-1])
    done = run("clean", "--verify", "--cache-limit", "300kB")
    assert "damaged: 1 " in done.output
    left = sum(path.stat().st_size for path in own_cache.rglob("*") if path.is_file())
    assert left <= 300_000


PASSAGE = ("--only", "frames", "--bars", "1..4", "--fps", "6", "--device", "cpu")
"""Four segments: three bars, of which the second is played twice."""


@contextmanager
def last_segment_in_work(piece: Path, cache: Path) -> Iterator[None]:
    """While this lasts the passage cannot be finished, on a fast machine either: its last segment waits."""
    plan = compile_piece(load_piece(piece, bars="1..4", fps="6")).plan
    assert plan is not None
    with Store(cache) as store, store.lock(segment_jobs(plan, Recipe("cpu"))[-1].node.key, wait=False):
        yield


def test_a_build_folder_that_cannot_be_written_to_is_told_before_anything_is_made(
    piece: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(folder: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(folder / "tmp"))

    monkeypatch.setattr("musicvis.api.build_folder.must_be_writable", read_only)
    done = run("compile", piece, "--only", "audio", "--bars", "1..2")
    assert done.exit_code == 2 and "sound" not in done.stderr
    assert (
        f"{piece / 'build'} cannot be written to: Read-only file system; name the place with -o"
        in done.stderr
    )


def compile_process(piece: Path, cache: Path, workers: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "musicvis", "compile", str(piece), *PASSAGE, "--workers", workers],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MUSICVIS_CACHE": str(cache)},
        start_new_session=True,
    )


def finished(cache: Path) -> int:
    """The number of segments in the store."""
    return sum(b'"video"' in path.read_bytes() for path in (cache / "records").glob("*/*.json"))


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition() and process.poll() is None and time.monotonic() < deadline_s:
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("number", "code", "workers"), [(signal.SIGINT, 130, "2"), (signal.SIGTERM, 75, "1")]
)
def test_a_compile_that_is_stopped_says_so_and_goes_on_from_there(
    piece: Path, own_cache: Path, run: Run, number: signal.Signals, code: int, workers: str
) -> None:
    with last_segment_in_work(piece, own_cache):
        process = compile_process(piece, own_cache, workers)
        wait_for(lambda: finished(own_cache) >= 1, process)
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code, said
    assert "the same command continues" in said and "Traceback" not in said
    kept = finished(own_cache)
    again = run("compile", piece, *PASSAGE, "--workers", 1)
    assert again.exit_code == 0 and f"{kept} of 4 segments are cached" in again.stderr, again.stderr


def test_a_compile_that_is_killed_takes_its_processes_with_it(piece: Path, own_cache: Path) -> None:
    with last_segment_in_work(piece, own_cache):
        process = compile_process(piece, own_cache, "2")
        wait_for(lambda: finished(own_cache) >= 1, process)
        process.kill()
        process.communicate()
        deadline_s = time.monotonic() + PATIENCE_S
        while group_is_alive(process.pid) and time.monotonic() < deadline_s:
            time.sleep(0.02)
        assert not group_is_alive(process.pid)


def group_is_alive(group: int) -> bool:
    """Whether any process of a session still runs; zombies do not count."""
    for state in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = state.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(said[3]) == group and said[0] != "Z":
            return True
    return False


def test_segments_of_another_encoder_are_a_finding_and_the_film_stays(
    piece: Path, film: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvis.renderers.film import join

    before = film.read_bytes()
    edit(piece, "title: Waltz", "title: Polka")
    headers = iter([(b"one", 64, 36), *[(b"two", 64, 36)] * SEGMENTS])
    monkeypatch.setattr(join, "_headers", lambda segment: next(headers))
    done = run("compile", piece)
    assert done.exit_code == 1 and "MV915" in done.stderr and "musicvis clean --all" in done.stderr
    assert film.read_bytes() == before


@pytest.mark.parametrize("rate", ["29.97002997", "1/300000", "4294967295/4294967296"])
def test_a_rate_that_no_file_can_hold_is_a_finding(piece: Path, run: Run, rate: str) -> None:
    done = run("compile", piece, "--fps", rate)
    assert done.exit_code == 1 and "MV206" in done.stderr and "30000/1001" in done.stderr
