"""How long a save takes until it is seen and heard: `python -m benchmarks.watch [PIECE]`, `make bench-watch`.

A server is started over a copy of the piece, and asked as a page asks. It saves one point of a lane of the
picture and one of an ear, several times, and prints the medians from the save to each message, and to the
media that the message names; then what the server takes while nothing happens.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import median
from typing import Any

REPEATS = 3
PATIENCE_S = 120.0
IDLE_S = 10.0


class Page:
    """A page as the server sees it: one connection for events, others for what it asks."""

    def __init__(self, address: str) -> None:
        found = re.fullmatch(r"http://([\d.]+):(\d+)(/open\?token=.+)", address)
        assert found is not None, address
        self._host, self._port = found[1], int(found[2])
        answer = self._ask("GET", found[3])
        self._cookie = (answer.getheader("set-cookie") or "").split(";")[0]
        self.messages: list[tuple[float, str, dict[str, Any]]] = []
        """When each was read, its event, and what it says."""
        threading.Thread(target=self._listen, daemon=True).start()

    def get(self, path: str) -> bytes:
        """What a path answers; raises where it is refused."""
        answer = self._ask("GET", path)
        data = answer.read()
        assert answer.status == 200, (path, answer.status, data[:200])
        return data

    def post(self, path: str, body: dict[str, Any]) -> None:
        """Send a request."""
        self._ask("POST", path, json.dumps(body).encode()).read()

    def wait(self, since: int, fits: Any) -> tuple[float, dict[str, Any]]:
        """The first message from the since-th on that fits: when it came, and what it says."""
        end_s = time.monotonic() + PATIENCE_S
        place = since
        while time.monotonic() < end_s:
            while place < len(self.messages):
                at_s, event, said = self.messages[place]
                place += 1
                if fits(event, said):
                    return at_s, said
            time.sleep(0.002)
        raise TimeoutError(f"nothing of {len(self.messages) - since} messages fits")

    def last(self, event: str) -> dict[str, Any]:
        """The last message of a kind."""
        return next(said for _, kind, said in reversed(self.messages) if kind == event)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> HTTPResponse:
        connection = HTTPConnection(self._host, self._port, timeout=PATIENCE_S)
        headers = {"content-type": "application/json"} if body is not None else {}
        if hasattr(self, "_cookie"):
            headers["cookie"] = self._cookie
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def _listen(self) -> None:
        answer = self._ask("GET", "/events")
        event = ""
        while line := answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                self.messages.append((time.monotonic(), event, json.loads(value)))


def server(piece: Path, cache: Path) -> tuple[subprocess.Popen[str], str]:
    """A server over a piece, and the address of its page."""
    process = subprocess.Popen(
        [sys.executable, "-m", "musicvis", "watch", str(piece), "--no-open", "--cache-dir", str(cache)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found is not None, "the server gave no address"
    return process, found[0]


def processes(root: int) -> list[int]:
    """A process and all below it, on Linux."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(words[1]), []).append(int(stat.parent.name))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def cpu_s(process: int) -> float:
    """The CPU time that a process has taken."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process: int) -> float:
    """The memory that a process holds."""
    text = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    return int(found[1]) / 1000 if found else 0.0


def edits(text: str, lane: str, key: str) -> Iterator[str]:
    """A text with one number of a lane's first point that has such a key, another each time."""
    begin = text.index(f"\n{lane}:")
    found = re.compile(rf"{key}: (-?[\d.]+)").search(text, begin)
    assert found is not None, (lane, key)
    for k in range(1, 1000):
        value = float(found[1]) * (1 - k / 2000) + k / 5000
        yield f"{text[: found.start(1)]}{value:.4f}{text[found.end(1) :]}"


def measured(page: Page, path: Path, text: str, is_sound: bool) -> dict[str, float]:
    """Save, and how long each thing takes that follows, in seconds."""
    since = len(page.messages)
    keys = {segment["first"]: segment["key"] for segment in page.last("piece")["segments"]}
    before = page.last("sound")["digest"]
    path.write_text(text)
    saved_s = time.monotonic()
    took = {}
    at_s, lanes = page.wait(since, lambda event, said: event == "lanes")
    version = lanes["version"]
    took["lanes"] = at_s - saved_s
    at_s, _ = page.wait(since, lambda event, said: event == "piece" and said["version"] >= version)
    took["findings"] = at_s - saved_s
    if is_sound:
        _, said = page.wait(since, lambda event, said: event == "sound" and said["digest"] != before)
        changed = said["chunks"][0]
        page.get(f"/media/sound/{changed}")
        took["first sound"] = time.monotonic() - saved_s
        at_s, _ = page.wait(
            since,
            lambda event, said: event == "sound" and said["digest"] != before and not said["provisional"],
        )
        took["exact sound"] = at_s - saved_s
    else:

        def is_new(event: str, said: dict[str, Any]) -> bool:
            return event == "segment" and bool(said["media"]) and keys.get(said["first"]) != said["key"]

        _, said = page.wait(since, is_new)
        page.get(f"/media/segment/{said['media']}")
        took["first picture"] = time.monotonic() - saved_s
    return took


def main(arguments: list[str]) -> None:
    """Print the figures."""
    source = Path(arguments[0] if arguments else "pieces/impassive")
    with tempfile.TemporaryDirectory() as folder:
        piece = Path(folder) / source.name
        shutil.copytree(source, piece, ignore=shutil.ignore_patterns("build"))
        process, address = server(piece, Path(folder) / "cache")
        try:
            report(Page(address), piece / "effects.yaml", process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def report(page: Page, path: Path, server_id: int) -> None:
    """Measure one piece whose lanes stand in a file."""
    started_s = time.monotonic()
    page.wait(0, lambda event, said: event == "piece")
    duration_s = page.last("piece")["duration_s"]
    middle_s = duration_s / 3
    page.post("/look", {"s": middle_s, "a": middle_s - 2, "b": middle_s + 4})
    page.wait(0, lambda event, said: event == "sound" and not said["provisional"])
    print(f"first sound of an empty cache      {time.monotonic() - started_s:7.2f} s")
    page.wait(0, lambda event, said: event == "segment" and said["level"] == "draft")
    wait_for_drafts(page)
    print(f"all of the film drafted            {time.monotonic() - started_s:7.2f} s")
    for name, lane, key, is_sound in (
        ("zoom", "visuals.zoom", "to", False),
        ("ear", "vibes", "to", True),
        ("ear, binaural", "vibes-8d", "to", True),
    ):
        found: dict[str, list[float]] = {}
        text = path.read_text()
        cpu_before_s = cpu_s(server_id)
        for edit in [edit for edit, _ in zip(edits(text, lane, key), range(REPEATS), strict=False)]:
            for what, took_s in measured(page, path, edit, is_sound).items():
                found.setdefault(what, []).append(took_s)
            wait_for_drafts(page)
        for what, times_s in found.items():
            print(
                f"{name}: save to {what:14} {median(times_s):9.3f} s  "
                f"({min(times_s):.3f} to {max(times_s):.3f})"
            )
        print(f"{name}: CPU of the server a save   {(cpu_s(server_id) - cpu_before_s) / REPEATS:9.3f} s")
    idle_before_s = {each: cpu_s(each) for each in processes(server_id)}
    time.sleep(IDLE_S)
    idle = sum(cpu_s(each) - before_s for each, before_s in idle_before_s.items()) / IDLE_S
    print(f"idle                               {idle:9.1%} of a core")
    for each in processes(server_id):
        print(f"memory of process {each:<8}         {memory_mb(each):9.0f} MB")


def wait_for_drafts(page: Page) -> None:
    """Wait until every segment of the last version is drafted."""
    end_s = time.monotonic() + 4 * PATIENCE_S
    while time.monotonic() < end_s:
        state = {segment["first"]: segment["level"] for segment in page.last("piece")["segments"]}
        version = page.last("piece")["version"]
        for _, event, said in page.messages:
            if event == "segment" and said["version"] >= version and said["first"] in state:
                state[said["first"]] = said["level"]
        if all(level == "draft" for level in state.values()):
            return
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1:])
