"""Campaigns against the store; each returns what it saw, for a test to judge and a table to print."""

from __future__ import annotations

import errno
import itertools
import os
import random
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musicvis.store.errors import StoreError
from musicvis.store.evict import keep_within
from musicvis.store.store import Store
from musicvis.tests.store.faults import (
    Build,
    WatchedSystem,
    assert_right,
    content,
    forked,
    leftovers,
    node,
    published,
    wrong_files,
)

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT)
DAMAGES = ("bit", "cut", "zeros", "longer", "swapped", "empty", "folder")


@dataclass
class Seen:
    """The results of a campaign; `faults` is empty if every promise was kept."""

    trials: int = 0
    faults: list[str] = field(default_factory=list)
    most_repeated: int = 0
    """Entries that were made again though they had been begun before."""
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def kills(folder: Path, to_first_fault: bool = False) -> Seen:
    """SIGKILL before, after and in the middle of every call of a build; then the build again.

    to_first_fault   end there: for a store that is careless on purpose
    """
    seen = Seen()
    whole = WatchedSystem()
    store = folder / "cache"
    Build(store, whole).run()
    for when, number in itertools.product(("within", "after", "before"), range(1, whole.count + 1)):
        if to_first_fault and seen.faults:
            break
        shutil.rmtree(store, ignore_errors=True)
        status = forked(lambda w=when, n=number: Build(store, _deadly(w, n)).run())  # type: ignore[misc]
        if not os.WIFSIGNALED(status):
            # Only a write has a middle, and a call that fails (the folder is there already) no end.
            assert when != "before" and status == 0, (when, number, status)
            continue
        seen.trials += 1
        place = f"{when} call {number}"
        if store.exists():
            seen.faults += [f"{place}: {name} is not whole" for name in wrong_files(store)]
        _go_on(store, seen, place)
    return seen


def _deadly(when: str, number: int) -> WatchedSystem:
    def before(name: str, count: int, arguments: tuple[Any, ...]) -> None:
        if count != number or when == "after":
            return
        if when == "within":
            if name != "write":
                return
            os.write(arguments[0], arguments[1][: len(arguments[1]) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    def after(name: str, count: int, arguments: tuple[Any, ...]) -> None:
        if count == number and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    return WatchedSystem(before, after)


def _go_on(store: Path, seen: Seen, place: str) -> None:
    """A build after a fault must be right, make only what is missing, and leave nothing behind."""
    there = published(store) if store.exists() else []
    again = Build(store)
    try:
        again.run()
    except Exception as error:
        seen.faults.append(f"{place}: the next build ended with {error!r}")
        return
    if again.begun != [number for number in range(4) if number not in there]:
        seen.faults.append(f"{place}: {there} were there, and {again.begun} were made")
    # What was being made, and was not finished.
    seen.most_repeated = max(seen.most_repeated, int(bool(again.begun)))
    if left := leftovers(store):
        seen.faults.append(f"{place}: {len(left)} things were left behind")


def errors(folder: Path, kinds: tuple[int, ...] = ERRORS) -> Seen:
    """Every call of a build fails once, with each of several errors; then the build again."""
    seen = Seen()
    whole = WatchedSystem()
    store = folder / "cache"
    Build(store, whole).run()
    for kind, number in itertools.product(kinds, range(1, whole.count + 1)):
        shutil.rmtree(store, ignore_errors=True)

        def fail(name: str, count: int, _: tuple[Any, ...], k: int = kind, n: int = number) -> None:
            if count == n:
                raise OSError(k, os.strerror(k))

        seen.trials += 1
        place = f"{errno.errorcode[kind]} at call {number}"
        try:
            Build(store, WatchedSystem(fail)).run()
            seen.count("went on, and was right")
        except OSError as error:
            seen.count(f"stopped: {errno.errorcode.get(error.errno or 0, '?')}")
        except StoreError:
            seen.count("stopped: the store could not be opened")
        except Exception as error:
            seen.faults.append(f"{place}: {error!r}")
        if store.exists():
            seen.faults += [f"{place}: {name} is not whole" for name in wrong_files(store)]
        _go_on(store, seen, place)
    return seen


class Recorder(WatchedSystem):
    """Remembers what each call does to names and bytes, as a file system that keeps promises would."""

    def __init__(self) -> None:
        super().__init__(after=self._remember)
        self.calls: list[tuple[Any, ...]] = []
        self._files: dict[str, int] = {}
        self._opened: dict[int, int] = {}

    def finish(self, number: int) -> None:
        """Entry `number` is published now."""
        self.calls.append(("published", number))

    def _new(self, path: str) -> int:
        file = self._files[path] = len(self._files) + len(self.calls) + 1
        self.calls.append(("names", str(Path(path).parent), [("link", path, file)]))
        return file

    def _remember(self, name: str, _: int, arguments: tuple[Any, ...]) -> None:
        match name:
            case "create":
                path = str(arguments[0])
                self._new(path)
            case "write":
                path = str(Path(f"/proc/self/fd/{arguments[0]}").readlink())
                self.calls.append(("data", self._files[path], Path(path).read_bytes()))
            case "sync":
                path = str(Path(f"/proc/self/fd/{arguments[0]}").readlink())
                self.calls.append(("sync", self._files[path]))
            case "sync_file":
                self.calls.append(("sync", self._files[str(arguments[0])]))
            case "sync_folder":
                self.calls.append(("sync names", str(arguments[0])))
            case "make_folder":
                path = str(arguments[0])
                self.calls.append(("names", str(Path(path).parent), [("folder", path)]))
            case "rename":
                old, new = map(str, arguments)
                file = self._files.pop(old)
                self._files[new] = file
                self.calls.append(("names", str(Path(new).parent), [("link", new, file), ("unlink", old)]))
            case "remove":
                path = str(arguments[0])
                self._files.pop(path, None)
                self.calls.append(("names", str(Path(path).parent), [("unlink", path)]))


def power_cuts(
    folder: Path, system: type[Recorder] = Recorder, most: int = 120, to_first_fault: bool = False
) -> Seen:
    """Every state that a power cut may leave after each prefix of a build's calls, read by the store.

    Names that were not synchronised are there or not, in any combination; bytes that were not are missing,
    cut in half or there: the strictest reading of POSIX, after Pillai et al., OSDI 2014.
    """
    seen = Seen()
    home = folder / "home"
    home.mkdir()
    recorder = system()
    with Store(home / "cache", recorder) as store:
        build = Build(home / "cache", recorder)
        for number in range(4):
            # The third is published over a damaged blob.
            if number == 2:
                store.blob(_digest(content(99))).write_bytes(b"rotten")
            store.put(node(number).key, *build._make(store, number))
            recorder.finish(number)
        calls = list(recorder.calls)
    known: dict[int, tuple[int, list[str]]] = {}
    chance = random.Random(0)
    trial = folder / "after"
    for length in range(len(calls) + 1):
        sure = {call[1] for call in calls[:length] if call[0] == "published"}
        for files in _states(calls[:length], str(home), chance, most):
            if to_first_fault and seen.faults:
                return seen
            seen.trials += 1
            relevant = {p: d for p, d in files.items() if "/blobs/" in p or "/records/" in p}
            state = hash((frozenset(relevant.items()), frozenset(sure)))
            if state not in known:
                known[state] = _read_after(trial, home, relevant, sure)
            seen.faults += [f"after call {length}: {fault}" for fault in known[state][1]]
    seen.counts["different states"] = len(known)
    return seen


def _states(
    calls: list[tuple[Any, ...]], root: str, chance: random.Random, most: int
) -> Iterator[dict[str, bytes]]:
    lasting: list[tuple[int, tuple[Any, ...]]] = []
    waiting: list[tuple[int, tuple[Any, ...]]] = []
    data: dict[int, bytes] = {}
    synced: dict[int, bytes] = {}
    for place, call in enumerate(calls):
        match call[0]:
            case "names":
                waiting.append((place, call))
            case "data":
                data[call[1]] = call[2]
            case "sync":
                synced[call[1]] = data.get(call[1], b"")
            case "sync names":
                lasting += [one for one in waiting if one[1][1] == call[1]]
                waiting = [one for one in waiting if one[1][1] != call[1]]
    count = len(waiting)
    choices = range(1 << count) if count <= 7 else [chance.getrandbits(count) for _ in range(most)]
    dirty = [file for file in data if synced.get(file) != data[file]]
    for choice in choices:
        chosen = sorted(lasting + [one for k, one in enumerate(waiting) if choice >> k & 1])
        for kinds in itertools.product(("missing", "half", "whole"), repeat=min(len(dirty), 3)):
            yield _tree(chosen, dict(zip(dirty[-3:], kinds, strict=False)), data, synced, root)


def _tree(
    chosen: list[tuple[int, tuple[Any, ...]]],
    kinds: dict[int, str],
    data: dict[int, bytes],
    synced: dict[int, bytes],
    root: str,
) -> dict[str, bytes]:
    names: dict[str, int] = {}
    folders = {root}
    for _, (_, _, changes) in chosen:
        for change in changes:
            match change:
                case ("folder", path):
                    folders.add(path)
                case ("link", path, file):
                    names[path] = file
                case ("unlink", path):
                    names.pop(path, None)
    tree = {}
    for path, file in names.items():
        above = itertools.takewhile(lambda p: str(p) != root, Path(path).parents)
        if all(str(parent) in folders for parent in above):
            whole = data.get(file, b"")
            part = {"missing": b"", "half": whole[: len(whole) // 2], "whole": whole}
            tree[path] = part[kinds[file]] if file in kinds else synced.get(file, b"")
    return tree


def _read_after(trial: Path, home: Path, files: dict[str, bytes], sure: set[int]) -> tuple[int, list[str]]:
    """The store's reading of such a disk: never wrong bytes, and everything that was published."""
    shutil.rmtree(trial, ignore_errors=True)
    for path, data in files.items():
        target = trial / Path(path).relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (trial / "cache").mkdir(parents=True, exist_ok=True)
    faults = []
    with Store(trial / "cache") as store:
        for number in range(4):
            entry = store.get(node(number).key)
            if entry is None:
                if number in sure:
                    faults.append(f"entry {number} was lost")
                continue
            try:
                assert_right(entry, number)
            except AssertionError:
                faults.append(f"entry {number} is wrong")
    return len(files), faults


def damages(folder: Path, trials: int, seed: int = 7) -> Seen:
    """Files of a full store are damaged in every way; each must be noticed, and the next build right."""
    seen = Seen()
    chance = random.Random(seed)
    original, store = folder / "whole", folder / "cache"
    Build(original).run()
    for trial in range(trials):
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(original, store)
        files = sorted([*(store / "blobs").glob("*/*"), *(store / "records").glob("*/*")])
        victim, kind = chance.choice(files), DAMAGES[trial % len(DAMAGES)]
        _damage(victim, kind, chance.choice([f for f in files if f != victim]), chance)
        seen.trials += 1
        again = Build(store)
        try:
            again.run()
        except Exception as error:
            seen.faults.append(f"{kind} of {victim.name}: {error!r}")
            continue
        if not again.begun:
            seen.faults.append(f"{kind} of {victim.name} was not noticed")
        seen.count(kind)
    return seen


def _damage(victim: Path, kind: str, other: Path, chance: random.Random) -> None:
    data = bytearray(victim.read_bytes())
    match kind:
        case "bit":
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case "cut":
            data = data[: chance.randrange(len(data))]
        case "zeros":
            first = chance.randrange(len(data))
            data[first : first + 64] = bytes(len(data[first : first + 64]))
        case "longer":
            data += b"x"
        case "swapped":
            data = bytearray(other.read_bytes())
        case "empty":
            data = bytearray()
    victim.unlink()
    if kind == "folder":
        victim.mkdir()
    else:
        victim.write_bytes(data)


def evictions(folder: Path, rounds: int = 20) -> Seen:
    """Eviction to nothing while another process builds, again and again, and once while it is frozen."""
    seen = Seen()
    store = folder / "cache"
    ready, go = os.pipe()
    over, end = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.close(end)
            with Store(store) as building:
                os.write(go, b"!")
                build = Build(store)
                for number in range(40):
                    building.put(node(number).key, *build._make(building, number))
                    entry = building.get(node(number).key)
                    assert entry is not None
                # The build lasts as long as the trial: on a busy machine it was over before the first round.
                os.read(over, 1)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(over)
    os.read(ready, 1)
    for trial in range(rounds):
        if trial == rounds // 2:
            os.kill(process, signal.SIGSTOP)
        with Store(store) as other:
            seen.trials += 1
            if keep_within(other, 0) is not None:
                seen.faults.append(f"round {trial}: evicted under a build")
        if trial == rounds // 2:
            os.kill(process, signal.SIGCONT)
    os.close(end)
    if os.waitpid(process, 0)[1]:
        seen.faults.append("the build failed")
    for pipe in (ready, go):
        os.close(pipe)
    return seen


def _digest(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()
