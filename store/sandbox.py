"""Another program, run on a file of a piece as if the file wanted to break out.

The program sees a temporary folder with our own file names, an environment made from nothing, no network
where Linux can take it away, and limits on memory, time and disk. It gets a session of its own, which is
ended as a whole at the deadline. Its exit code is reported, not believed: what counts is the file it leaves.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MEMORY_BYTES = 4 << 30
FILE_BYTES = 4 << 30
OPEN_FILES = 256
_TOLD_BYTES = 4096

# Sets the limits and becomes the program: unlike a function run in the forked child, it cannot meet a lock
# that another thread of ours held.
_LAUNCHER = """
import ctypes, os, resource, sys
user, group = os.geteuid(), os.getegid()
try:
    # CLONE_NEWUSER, CLONE_NEWNET and CLONE_NEWIPC (unshare(2)): no network, where Linux lets anyone do so.
    if ctypes.CDLL(None).unshare(0x10000000 | 0x40000000 | 0x08000000) == 0:
        maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
        for name, text in maps.items():
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
except (OSError, AttributeError):
    pass
memory, seconds, size, files = map(int, sys.argv[1:5])
for kind, limit in (
    (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds),
    (resource.RLIMIT_FSIZE, size), (resource.RLIMIT_NOFILE, files), (resource.RLIMIT_CORE, 0),
):
    _, most = resource.getrlimit(kind)
    limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(kind, (limit, limit))
os.execv(sys.argv[5], sys.argv[5:])
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """The result of running a program."""

    exit_code: int
    is_late: bool
    """Whether it was killed at the deadline."""
    said: str
    """The end of what it wrote to its terminal, at most 4 KiB."""


def run_program(
    program: Path,
    arguments: Sequence[str],
    folder: Path,
    deadline_s: float,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Runs `program` in `folder`, which is its home, too. Raises OSError where it cannot be started."""
    scratch = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        **dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP", "XDG_RUNTIME_DIR"), str(folder)),
        **dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), str(folder)),
        **(environment or {}),
    }
    command = [str(program), *arguments]
    if os.name == "posix":
        limits = [MEMORY_BYTES, round(deadline_s) + 1, FILE_BYTES, OPEN_FILES]
        command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *map(str, limits), *command]
    # A file, not a pipe: a pipe that nobody reads would stop the program, and one that is read may never end.
    with tempfile.TemporaryFile(dir=folder) as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=scratch,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            close_fds=True,
        )
        is_late = False
        try:
            process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            is_late = True
        finally:
            _end_session(process)
        said.seek(max(0, said.seek(0, os.SEEK_END) - _TOLD_BYTES))
        return Ended(process.returncode, is_late, said.read().decode("utf-8", "replace"))


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and everything that it started in its session."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
