"""Run `musicvis` as on a system without POSIX: its modules and calls are hidden, from musicvis alone.

Run as a script: it hides them before musicvis is imported, with or without Windows's locks, and runs one
command after the other, with + between them, to the first that fails. Libraries still see a POSIX system, so
this says nothing of them, nor of paths.
"""

import builtins
import importlib
import os
import shutil
import sys
import types
from collections import namedtuple
from typing import Any

MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "syslog")
CALLS = ("geteuid", "getuid", "getegid", "getgid", "killpg", "setsid", "getpgid", "sched_getaffinity")
CALLS += ("statvfs", "O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_CLOEXEC", "ST_RDONLY", "mkfifo", "chown")


def windows_locks() -> types.ModuleType:
    """Locks of bytes as msvcrt has them: each byte is held by one descriptor of this process."""
    module: Any = types.ModuleType("msvcrt")
    module.LK_UNLCK, module.LK_NBLCK = 0, 2
    held: dict[tuple[int, int], int] = {}

    def locking(descriptor: int, mode: int, count: int) -> None:
        first = os.lseek(descriptor, 0, os.SEEK_CUR)
        file = os.fstat(descriptor).st_ino
        wanted = [(file, place) for place in range(first, first + count)]
        if mode == module.LK_UNLCK:
            for place in wanted:
                if held.pop(place, None) != descriptor:
                    raise OSError(13, "this byte is not locked")
        elif any(place in held for place in wanted):
            raise OSError(13, "another process holds the lock")
        else:
            held.update(dict.fromkeys(wanted, descriptor))

    module.locking, module.held = locking, held
    return module


def hide(locks: types.ModuleType | None) -> None:
    """From here on, musicvis sees no POSIX."""
    usual_import, usual_module = builtins.__import__, importlib.import_module

    def refuse(name: str) -> None:
        if name.split(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    def hidden_import(name: str, globals: Any = None, *rest: Any) -> Any:
        if globals and str(globals.get("__name__", "")).startswith("musicvis"):
            refuse(name)
        return usual_import(name, globals, *rest)

    def hidden_module(name: str, package: str | None = None) -> Any:
        if sys._getframe(1).f_globals.get("__name__", "").startswith("musicvis"):
            refuse(name)
            if name == "msvcrt" and locks is not None:
                return locks
        return usual_module(name, package)

    builtins.__import__, importlib.import_module = hidden_import, hidden_module
    disk = namedtuple("disk", "total used free")(1 << 40, 0, 1 << 40)
    shutil.disk_usage = lambda path: disk  # type: ignore[assignment]
    os.supports_dir_fd.clear()
    for name in CALLS:
        if hasattr(os, name):
            delattr(os, name)


if __name__ == "__main__":
    module = windows_locks() if sys.argv[1] == "msvcrt" else None
    hide(module)
    from musicvis.cli.command import main

    lines: list[list[str]] = [[]]
    for word in sys.argv[2:]:
        if word == "+":
            lines.append([])
        else:
            lines[-1].append(word)
    try:
        for line in lines:
            try:
                main(line)
            except SystemExit as end:
                print(f"ended: {line[0]}", file=sys.stderr)
                if end.code:
                    raise
    finally:
        if module is not None and module.held:  # type: ignore[attr-defined]
            print("LOCKS ARE LEFT", file=sys.stderr)
