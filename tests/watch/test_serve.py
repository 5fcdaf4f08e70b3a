"""The server as a user meets it: a process, an address, Ctrl-C; and what it says where something is wrong."""

import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from click.testing import CliRunner
from musicvis.cli.command import main
from musicvis.watch.serve import HOST, listening

PATIENCE_S = 90.0


class Shown:
    """A piece that is shown by a process of its own; a context manager."""

    def __init__(self, piece: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "musicvis", "watch", str(piece), "--no-open", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        found = re.search(
            rf"http://{re.escape(HOST)}:(\d+)(/open\?token=\S+)", self.process.stdout.readline()
        )
        assert found is not None, self.process.stderr.read() if self.process.stderr else ""
        self.port, self.opening = int(found[1]), found[2]
        self.cookie = ""
        self.asked: list[tuple[HTTPConnection, HTTPResponse]] = []

    def __enter__(self) -> Self:
        answer = self.ask("GET", self.opening)
        assert answer.status == 200
        self.cookie = (answer.getheader("set-cookie") or "").split(";")[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self.asked:
            self.close(self.asked[-1][1])
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        """A request, with the cookie."""
        connection = HTTPConnection(HOST, self.port, timeout=PATIENCE_S)
        data = None if body is None else json.dumps(body).encode()
        own = {"content-type": "application/json"} if body is not None else {}
        connection.request(method, path, data, {**own, "cookie": self.cookie, **headers})
        answer = connection.getresponse()
        self.asked.append((connection, answer))
        return answer

    def close(self, answer: HTTPResponse) -> None:
        """Close the connection of an answer."""
        (pair,) = (pair for pair in self.asked if pair[1] is answer)
        self.asked.remove(pair)
        answer.close()
        pair[0].close()

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The messages, beginning with the state."""
        answer, event = self.ask("GET", "/events"), ""
        try:
            while line := answer.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    yield event, json.loads(value)
        finally:
            # A page that is closed.
            self.close(answer)

    def first(
        self, fits: Callable[[str, dict[str, Any]], bool], patience_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """The first message that fits."""
        end_s = time.monotonic() + patience_s
        for event, said in self.events():
            if fits(event, said):
                return said
            assert time.monotonic() < end_s, "it does not come"
        raise AssertionError("the server has ended")

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Tell it to end; its exit code, and what it said on stderr."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, said


def below(process: int) -> list[int]:
    """The processes that a process has started, on Linux."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == process:
            found.append(int(stat.parent.name))
    return found


def is_alive(process: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up in /proc")
def test_ctrl_c_ends_it_with_0_without_a_word_and_leaves_no_process(piece: Path) -> None:
    with Shown(piece) as shown:
        assert shown.first(lambda event, said: event == "piece")["ok"]
        shown.first(lambda event, said: event == "segment")
        workers = below(shown.process.pid)
        assert workers
        code, said = shown.end()
        assert code == 0 and "Traceback" not in said and len(said.splitlines()) == 1
        end_s = time.monotonic() + PATIENCE_S
        while any(map(is_alive, workers)) and time.monotonic() < end_s:
            time.sleep(0.05)
        assert not any(map(is_alive, workers))


def test_a_page_is_shown_follows_a_save_and_takes_an_edit(piece: Path) -> None:
    with Shown(piece) as shown:
        index = shown.ask("GET", "/")
        assert index.status == 200 and b"<html" in index.read()
        effects = piece / "effects.yaml"
        lanes = shown.first(lambda event, said: event == "lanes")
        digest = next(file["digest"] for file in lanes["files"] if file["name"] == "effects.yaml")
        text = effects.read_text()
        changes = [{"pointer": "/near/0/to", "value": 0.25}]
        edit = {"file": "effects.yaml", "digest": digest, "changes": changes}
        answer = shown.ask("POST", "/edit", edit)
        done = json.loads(answer.read())
        assert answer.status == 200 and effects.read_text() == text.replace("to: 0.5, ", "to: 0.25,")

        def is_edited(event: str, said: dict[str, Any]) -> bool:
            return event == "lanes" and done["digest"] in [file["digest"] for file in said["files"]]

        assert shown.first(is_edited)["version"] == 2
        assert shown.ask("POST", "/edit", edit).status == 409
        # An editor of the user's own, in the way that some save: another file takes its place.
        broken = piece / ".effects.yaml.new"
        broken.write_text("near: [")
        broken.replace(effects)
        said = shown.first(lambda event, said: event == "piece" and not said["ok"])
        errors = [found["file"] for found in said["findings"] if found["severity"] == "error"]
        assert errors == ["effects.yaml"] and said["rows"]
        assert shown.ask("GET", "/explain?at=2%7C1").status == 200
        assert shown.ask("GET", "/explain?at=99").status == 404
        assert shown.ask("GET", "/explain?s=nan").status == 400
        effects.write_text(text)
        assert shown.first(lambda event, said: event == "piece" and said["ok"])["version"] >= 4


def test_after_a_hundred_saves_in_a_row_the_last_one_is_shown(piece: Path) -> None:
    with Shown(piece) as shown:
        shown.first(lambda event, said: event == "piece")
        effects = piece / "effects.yaml"
        text = effects.read_text()
        # No pause between them: on a busy machine a pause of a few milliseconds lasts as long as a reading.
        for k in range(100):
            effects.write_text(text.replace("to: 0.5", f"to: 0.{k:03}"))
        digest = hashlib.sha256(effects.read_bytes()).hexdigest()

        def is_last(event: str, said: dict[str, Any]) -> bool:
            return event == "lanes" and digest in [file["digest"] for file in said["files"]]

        # They are not shown one by one: what comes while a version is read counts as one.
        version = shown.first(is_last)["version"]
        assert version < 60
        shown.first(lambda event, said: event == "piece" and said["ok"] and said["version"] >= version)


def test_a_file_that_is_deleted_while_it_is_shown_is_a_finding_and_comes_back(piece: Path) -> None:
    with Shown(piece) as shown:
        shown.first(lambda event, said: event == "piece")
        manifest = piece / "piece.yaml"
        text = manifest.read_text()
        manifest.unlink()
        said = shown.first(lambda event, said: event == "piece" and not said["ok"])
        assert "piece.yaml" in said["findings"][0]["message"]
        manifest.write_text(text)
        shown.first(lambda event, said: event == "piece" and said["ok"])


@pytest.mark.slow
def test_the_whole_film_is_made_as_compile_makes_it(piece: Path) -> None:
    with Shown(piece) as shown:
        shown.first(lambda event, said: event == "piece")
        assert shown.ask("POST", "/render", {}).status == 202
        assert shown.ask("POST", "/render", {}).status == 409
        told = shown.first(
            lambda event, said: event == "progress" and bool(said["file"] or said["error"]), 10 * PATIENCE_S
        )
        assert told["error"] == "" and Path(told["file"]) == piece / "build" / "waltz.mp4"
        assert (piece / "build" / "waltz.mp4").stat().st_size > 1000


def test_a_piece_with_errors_is_shown_with_its_findings(piece: Path) -> None:
    (piece / "piece.yaml").write_text("musicvis: 1\ntitle: [\n")
    with Shown(piece) as shown:
        said = shown.first(lambda event, said: event == "piece")
        assert not said["ok"] and said["findings"]
        assert shown.end()[0] == 0


def test_no_path_of_a_request_leads_to_a_file(piece: Path) -> None:
    with Shown(piece) as shown:
        for path in (
            "/page/..%2f..%2fpiece.yaml",
            "/page/%2e%2e/guard.py",
            "/page/../guard.py",
            "//etc/passwd",
            "/page//etc/passwd",
            "/page/guard.py",
            "/media/segment/..%2f..%2frecords",
            f"/media/segment/{'0' * 64}",
            "/media/sound/x",
            "/meters/x",
            "/piece.yaml",
            "/page/",
        ):
            answer = shown.ask("GET", path)
            assert answer.status == 404, path
            assert b"musicvis: 1" not in answer.read()
        assert shown.ask("GET", "/", origin="http://evil.example").status == 403
        assert shown.ask("POST", "/edit", {"file": "x"}).status == 400
        assert shown.ask("POST", "/look", {"s": 1e999, "a": 0, "b": 1}).status == 400


def test_the_server_listens_on_this_machine_alone() -> None:
    with listening(0) as bound:
        assert bound.getsockname()[0] == "127.0.0.1"


def test_with_once_it_ends_when_the_last_page_is_closed(piece: Path) -> None:
    with Shown(piece, "--once") as shown:
        next(shown.events())
        _, said = shown.process.communicate(timeout=PATIENCE_S)
        assert shown.process.returncode == 0 and "Traceback" not in said


def test_a_port_that_is_in_use_is_reported(piece: Path) -> None:
    with listening(0) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["watch", str(piece), "--no-open", "--port", str(port)])
    assert result.exit_code == 1 and f"port {port} is in use" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", ["starlette", "uvicorn", "watchfiles"])
def test_without_its_packages_it_says_what_to_type(
    piece: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [m for m in sys.modules if m.startswith("musicvis.watch")]:
        monkeypatch.delitem(sys.modules, module)
    for module in [m for m in sys.modules if m.split(".")[0] == name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    result = CliRunner().invoke(main, ["watch", str(piece), "--no-open"])
    assert result.exit_code == 1
    assert f"{name} is missing" in result.stderr and "watch" in result.stderr.split("type:")[1]


def test_where_no_browser_can_be_opened_the_address_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import webbrowser

    from musicvis.cli import watch

    said: list[str] = []
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", lambda address: said.append(address) or False)
    opened: list[Path] = []
    assert watch._open("http://127.0.0.1:1/open?token=secret", opened) is False
    # The key stands in a file that this user alone can read, and in no program's arguments.
    assert "secret" not in said[0] and "secret" in opened[0].read_text()
    assert opened[0].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", ["code", "'", "vi +{line}"])
def test_an_editors_command_that_names_no_file_is_a_wrong_use(piece: Path, command: str) -> None:
    result = CliRunner().invoke(main, ["watch", str(piece), "--editor", command])
    assert result.exit_code == 2 and "--editor" in result.stderr


def test_a_socket_that_is_taken_is_an_error_of_the_system() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with pytest.raises(OSError):
            listening(taken.getsockname()[1]).close()
