"""A training that is killed at any moment goes on from its last save, and ends as if it never was."""

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

from musicvis.renderers.training.save import saved_options
from musicvis.tests.renderers.training.killed import STEPS, work

from .conftest import write_frames


def test_killed_again_and_again_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["musicvis.renderers.training.session", "PIL.Image", "PIL.PngImagePlugin"])
    frames = write_frames(tmp_path / "frames", count=10)
    chance = random.Random(3)
    kills: list[int] = []

    def trained(name: str, *, kill: bool) -> Path:
        """Train until it is done; where asked, kill a process soon after a step that chance picks."""
        folder = tmp_path / name
        while True:
            receiver, sender = context.Pipe(duplex=False)
            last, deadly = 0, chance.randint(1, 3) if kill and len(kills) < 3 else STEPS + 1
            process = context.Process(target=work, args=(frames, folder, sender, deadly), daemon=True)
            process.start()
            sender.close()
            try:
                while True:
                    said = receiver.recv()
                    if said == "done":
                        process.join()
                        return folder
                    last += 1
                    if last == deadly:
                        # Into the writing of what was learned, or into the next step.
                        time.sleep(chance.uniform(0.0, 0.05))
                        assert process.pid is not None
                        os.kill(process.pid, signal.SIGKILL)
                        process.join()
                        kills.append(process.exitcode or 0)
                        break
            except EOFError:
                raise AssertionError(f"the training ended with {process.exitcode}") from None

    whole, resumed = trained("whole", kill=False), trained("killed", kill=True)
    assert kills == [-signal.SIGKILL] * 3
    said = [json.loads((folder / "model.json").read_text()) for folder in (whole, resumed)]
    assert said[0]["sha256"] == said[1]["sha256"] and said[1]["steps"] == STEPS
    for name in ("decoder.safetensors", "codes.safetensors", "sheet.png", "loss.png"):
        assert (whole / name).read_bytes() == (resumed / name).read_bytes(), name
    assert saved_options(resumed)["step"] == STEPS
    # Nothing half-written is left under a name of the model.
    names = {path.name for path in resumed.iterdir() if not path.name.startswith(".")}
    assert names == {path.name for path in whole.iterdir()}
