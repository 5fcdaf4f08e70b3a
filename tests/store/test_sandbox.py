"""Programs that misbehave: they are ended at their deadline, with everything that they started."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from musicvis.store import sandbox as program
from musicvis.store.sandbox import Ended, run_program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and sessions are those of POSIX")


def python(code: str, folder: Path, deadline_s: float = 20.0) -> Ended:
    return run_program(Path(sys.executable), ["-I", "-S", "-c", code], folder, deadline_s)


def test_a_program_runs_in_its_folder_with_an_environment_made_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "of mine")
    ended = python("import os; print(os.getcwd(), os.environ.get('SECRET'), os.environ['HOME'])", tmp_path)
    assert ended.exit_code == 0 and not ended.is_late
    assert ended.said.split() == [str(tmp_path), "None", str(tmp_path)]


def test_a_program_and_its_children_are_ended_at_the_deadline(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(60)'])\n"
        "open('child', 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    # A busy machine takes longer until there is a child.
    for deadline_s in (0.5, 2.0, 8.0, 32.0):
        assert python(code, tmp_path, deadline_s).is_late
        if (tmp_path / "child").exists():
            break
    child = int((tmp_path / "child").read_text())
    # The orphan is reaped by whoever adopts it, which takes a moment.
    end_s = time.monotonic() + 60.0
    while is_alive(child) and time.monotonic() < end_s:
        time.sleep(0.02)
    assert not is_alive(child), "the child outlived its session"


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_memory_and_the_size_of_files_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "MEMORY_BYTES", 256 << 20)
    monkeypatch.setattr(program, "FILE_BYTES", 1 << 20)
    assert "MemoryError" in python("x = bytearray(1 << 30)", tmp_path).said
    ended = python("f = open('big', 'wb')\nfor _ in range(64): f.write(bytes(1 << 16)), f.flush()", tmp_path)
    assert ended.exit_code != 0 and (tmp_path / "big").stat().st_size <= 1 << 20


def test_a_flood_of_words_is_cut(tmp_path: Path) -> None:
    ended = python("print('x' * 100_000 + 'end')", tmp_path)
    assert len(ended.said) <= 4096 and ended.said.endswith("end\n")


def test_a_program_that_is_not_there_ends_with_a_code(tmp_path: Path) -> None:
    assert run_program(tmp_path / "nothing", [], tmp_path, 5.0).exit_code != 0


def test_a_program_meets_nobody_on_the_network(tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-r", "-n", "true"]).returncode:
        pytest.skip("this system lets nobody give up the network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = "import os, socket; open('user', 'w').write(str(os.getuid())); "
        ended = python(code + f"socket.create_connection(('127.0.0.1', {port}), 5)", tmp_path)
    assert ended.exit_code != 0 and "OSError" in ended.said
    # The program is who it was, so that files it writes are ours.
    assert (tmp_path / "user").read_text() == str(os.getuid())
    assert (tmp_path / "user").stat().st_uid == os.getuid()


def test_a_program_that_floods_its_output_or_loops_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "FILE_BYTES", 1 << 20)
    flood = python("while True: print('x' * 1000)", tmp_path)
    assert flood.exit_code != 0 and len(flood.said) <= 4096
    # The limit of the processor's time is a second above the deadline, and the deadline comes first.
    assert python("while True: pass", tmp_path, deadline_s=1.0).is_late


def test_nothing_can_be_asked_of_the_user_and_a_crash_is_an_exit_code(tmp_path: Path) -> None:
    assert "EOFError" in python("input()", tmp_path).said
    assert python("import os; os.kill(os.getpid(), 11)", tmp_path).exit_code != 0
