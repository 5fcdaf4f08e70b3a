"""A real Chromium, told what to do over a pipe by the DevTools protocol: as much of it as our tests need."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--remote-debugging-pipe",
)
PATIENCE_S = 60.0
KEYS = {" ": ("Space", 32), "Enter": ("Enter", 13), "Tab": ("Tab", 9), "Escape": ("Escape", 27)}
MODIFIERS = {"Alt": 1, "Ctrl": 2, "Shift": 8}


def chromium() -> str | None:
    """The browser of this machine, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """One browser with one page; a context manager that ends it.

    `errors` collects what the page's console and its exceptions say, `requests` every address it asks.
    """

    def __init__(self, profile: Path, size: tuple[int, int] = (1440, 900)) -> None:
        executable = chromium()
        assert executable is not None
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # The browser reads from descriptor 3 and writes to 4: ours must not lie there.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs_in, theirs_out)]
        os.close(theirs_in)
        os.close(theirs_out)

        def lay() -> None:
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        window = f"--window-size={size[0]},{size[1]}"
        self._process = subprocess.Popen(
            [executable, *FLAGS, window, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=lay,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in ends:
            os.close(end)
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._answers: dict[int, Queue[dict[str, Any]]] = {}
        self._numbers = count(1)
        self._session = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._attach(size)
        except BaseException:
            self.__exit__()
            raise

    def _attach(self, size: tuple[int, int]) -> None:
        target = self.call("Target.createTarget", url="about:blank")
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(*size)
        self.scheme("dark")

    def scheme(self, name: str, *, calm: bool = False) -> None:
        """Sets the system's preference: "dark" or "light"; `calm` for less motion."""
        wishes = {
            "prefers-color-scheme": name,
            "prefers-reduced-motion": "reduce" if calm else "no-preference",
        }
        features = [{"name": wish, "value": value} for wish, value in wishes.items()]
        self.call("Emulation.setEmulatedMedia", features=features)

    @contextmanager
    def tab(self, size: tuple[int, int] = (1440, 900)) -> Iterator[Self]:
        """Another page of this browser, with its cookies; what is wrong in it is among `errors`, too."""
        other = copy(self)
        other._session = ""
        other._attach(size)
        try:
            yield other
        finally:
            other.call("Page.close")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._out)
        self._reader.join(5)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser something, and its answer; raises RuntimeError where it refuses."""
        number = next(self._numbers)
        answer: Queue[dict[str, Any]] = Queue()
        self._answers[number] = answer
        asked = {"id": number, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._out, json.dumps(asked).encode() + b"\0")
        try:
            said = answer.get(timeout=PATIENCE_S)
        except Empty:
            raise RuntimeError(f"{method}: no answer") from None
        if "error" in said:
            raise RuntimeError(f"{method}: {said['error']}")
        result: dict[str, Any] = said["result"]
        return result

    def _read(self) -> None:
        rest = b""
        with os.fdopen(self._in, "rb", buffering=0) as pipe:
            while piece := pipe.read(1 << 16):
                *whole, rest = (rest + piece).split(b"\0")
                for message in whole:
                    self._hear(json.loads(message))

    def _hear(self, said: dict[str, Any]) -> None:
        if "id" in said:
            self._answers.pop(said["id"]).put(said)
            return
        about = said["params"]
        match said["method"]:
            case "Network.requestWillBeSent":
                self.requests.append(about["request"]["url"])
            case "Runtime.exceptionThrown":
                details = about["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description") or details["text"])
            case "Runtime.consoleAPICalled" if about["type"] in ("error", "warning"):
                self.errors.append(" ".join(str(one.get("value", one)) for one in about["args"]))
            case "Log.entryAdded" if about["entry"]["level"] == "error":
                self.errors.append(f"{about['entry']['text']} {about['entry'].get('url', '')}")

    def open(self, address: str) -> None:
        self.call("Page.navigate", url=address)

    def resize(self, width: int, height: int, scale: float = 1.0) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=scale, mobile=False,
        )  # fmt: skip

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited."""
        said = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in said:
            raise RuntimeError(f"{expression}: {said['exceptionDetails'].get('exception')}")
        return said["result"].get("value")

    def _value_now(self, expression: str) -> Any:
        """The value; None while one page goes and the next one comes, where nothing can be asked."""
        try:
            return self.value(expression)
        except RuntimeError as error:
            if "navigated or closed" in str(error) or "context" in str(error):
                return None
            raise

    def wait(self, expression: str, patience_s: float = PATIENCE_S) -> Any:
        """The value of an expression as soon as it is true."""
        until = time.monotonic() + patience_s
        while not (found := self._value_now(expression)):
            if time.monotonic() > until:
                shown = self.value("document.body.innerText.slice(0, 1000)")
                raise TimeoutError(f"never true: {expression}; the page shows: {shown} {self.errors}")
            time.sleep(0.02)
        return found

    def press(self, key: str) -> None:
        """A key, as "Shift+ArrowLeft"."""
        *held, name = key.split("+") if len(key) > 1 else [key]
        modifiers = sum(MODIFIERS[one] for one in held)
        code, number = KEYS.get(name, (name, ord(name.upper()) if len(name) == 1 else 0))
        about: dict[str, Any] = {
            "key": name, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers,
        }  # fmt: skip
        text = {"Enter": "\r"}.get(name, name if len(name) == 1 else "")
        if text and not modifiers & 3:
            about["text"] = text
        self.call("Input.dispatchKeyEvent", type="keyDown", **about)
        about.pop("text", None)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def mouse(self, kind: str, x: float, y: float, *, is_down: bool = False, **more: Any) -> None:
        self.call(
            "Input.dispatchMouseEvent",
            type=kind, x=x, y=y, buttons=int(is_down), button="left" if is_down else "none", **more,
        )  # fmt: skip

    def menu(self, x: float, y: float) -> None:
        """Click with the right button."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="right", clickCount=1)

    def twice(self, x: float, y: float) -> None:
        """Click twice."""
        for clicks in (1, 2):
            for kind in ("mousePressed", "mouseReleased"):
                about = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": clicks}
                self.call("Input.dispatchMouseEvent", **about)

    def drag(self, points: Sequence[tuple[float, float]]) -> None:
        """Press at the first point, move through the others, let go at the last; one point is a click."""
        (x, y), *others = points
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, is_down=True, clickCount=1)
        for x, y in others:
            self.mouse("mouseMoved", x, y, is_down=True)
        self.call(
            "Input.dispatchMouseEvent",
            type="mouseReleased", x=x, y=y, buttons=0, button="left", clickCount=1,
        )  # fmt: skip

    def centre(self, selector: str) -> tuple[float, float]:
        """The middle of an element on the screen."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        x, y = self.value(f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({box})")
        return x, y

    def click(self, selector: str) -> None:
        self.drag([self.centre(selector)])

    def picture(self, path: Path, quality: int = 0) -> None:
        """The page as it looks: a PNG, or a JPEG of a quality from 1 to 100."""
        about: dict[str, Any] = {"format": "jpeg", "quality": quality} if quality else {"format": "png"}
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", **about)["data"]))
