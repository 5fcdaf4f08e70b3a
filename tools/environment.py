"""Makes the folder in which musicvis runs: an environment of Python with the packages of the extras named.

    python tools/environment.py .venv render

It needs nothing but Python itself, says what it fetches before it does, and repairs a folder that an earlier
attempt left half made. It is written for old Pythons too, so that it can say which one is needed.
"""

import argparse
import ctypes
import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
"""PyTorch's own address of its builds for CPUs."""
PROBE_S = 5.0
OLD_MAC_TORCH = "2.11.0"
"""The last torch for macOS 13 and before; later wheels begin at macOS 14."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the environment goes, such as .venv")
    parser.add_argument("extras", nargs="?", default="render", help="extras of musicvis, with commas between")
    parser.add_argument("--newest", action="store_true", help="the newest versions, not constraints.txt's")
    parser.add_argument("--torch-index", default=TORCH_INDEX, help="where PyTorch for CPUs comes from")
    asked = parser.parse_args()
    refusal = unusable(sys.version_info[:2], sys.platform, platform.machine(), has_ensurepip())
    if refusal:
        sys.exit(refusal)
    python = str(python_of(asked.folder))
    if not works(python):
        remade(asked.folder)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install"]
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as scratch:
        if not asked.newest:
            constraints = Path(scratch) / "constraints.txt"
            pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
            constraints.write_text(
                constraints_for(pins, sys.platform, platform.mac_ver()[0]), encoding="utf-8"
            )
            # For what packages are built with as well; which of the two names pip reads depends on its age.
            environment.update(PIP_CONSTRAINT=str(constraints), PIP_BUILD_CONSTRAINT=str(constraints))
        if "render" in asked.extras.split(","):
            fetch_torch(pip, asked, environment)
        upgrade = ["--upgrade", "--upgrade-strategy", "eager"] if asked.newest else []
        wanted = ["--editable", f"{ROOT}[{asked.extras}]"]
        done = subprocess.call([*pip, *upgrade, *wanted], env=environment)
    if done:
        sys.exit("pip stopped; the same command goes on from here")


def unusable(version: tuple, system: str, machine: str, has_pip: bool) -> str:
    """Why nothing can be installed here, and what to do; empty where it can."""
    if version < OLDEST:
        return (
            f"musicvis needs Python 3.11 or newer, and this is {version[0]}.{version[1]}; "
            "type: make PYTHON=python3.12"
        )
    if system == "darwin" and machine == "x86_64":
        return (
            "PyTorch has no versions for Intel Macs since 2.2.2, and compiling needs 2.10 or newer.\n"
            "To check pieces on this Mac, type: python3 -m venv .venv && .venv/bin/python -m pip install -e ."
        )
    if not has_pip:
        return (
            "this Python cannot make environments: its module ensurepip is missing.\n"
            "On Debian and Ubuntu, type: sudo apt install python3-venv, "
            f"or: sudo apt install python{version[0]}.{version[1]}-venv"
        )
    return ""


def has_ensurepip() -> bool:
    """Whether this Python can put pip into an environment; Debian packs that part apart."""
    try:
        importlib.import_module("ensurepip")
    except ImportError:
        return False
    return True


def python_of(folder: Path) -> Path:
    """The Python inside an environment."""
    return folder / "Scripts/python.exe" if os.name == "nt" else folder / "bin/python"


def works(python: str) -> bool:
    """Whether an environment is whole enough to install into."""
    if not Path(python).is_file():
        return False
    code = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.call([python, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def remade(folder: Path) -> None:
    """A new environment in place of whatever is there; only what is an environment is removed."""
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / "pyvenv.cfg").is_file():
            sys.exit(f"{folder} is not an environment of Python: move it away, and type the same again")
        say(f"{folder} was left half made: making it again")
        shutil.rmtree(folder)
    say(f"making {folder} with Python {platform.python_version()}")
    if subprocess.call([sys.executable, "-m", "venv", str(folder)]):
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit(f"{folder} could not be made; on Debian and Ubuntu, type: sudo apt install python3-venv")


def constraints_for(text: str, system: str, mac_release: str) -> str:
    """The constraints for this machine: macOS 13 and before have an older torch."""
    major = mac_release.split(".")[0]
    if system == "darwin" and major.isdigit() and int(major) < 14:
        text = re.sub(r"(?m)^torch==\S+", "torch==" + OLD_MAC_TORCH, text)
    return text


def fetch_torch(pip: list, asked: argparse.Namespace, environment: dict) -> None:
    """torch first, as a build for CPUs where no NVIDIA driver is: pip alone would take CUDA's on Linux."""
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    if subprocess.call([pip[0], "-c", code]) == 0 and not asked.newest:
        return
    if not sys.platform.startswith("linux"):
        say(f"fetching about 0.4 GB of packages, PyTorch among them; {asked.folder} becomes 1.5 GB")
    elif has_nvidia_driver():
        say("an NVIDIA driver is here: fetching PyTorch with CUDA and the other packages, about 3 GB;")
        say(f"{asked.folder} becomes about 7 GB")
    elif answers(asked.torch_index):
        say(f"no NVIDIA driver here: fetching PyTorch for CPUs, about 0.2 GB, from {asked.torch_index},")
        say(f"then about 0.3 GB of other packages; {asked.folder} becomes 1.7 GB")
        # Its own index holds torch alone in the version wanted: what it needs comes with the rest.
        wanted = ["--no-deps", "--upgrade", "--index-url", asked.torch_index, "torch>=2.10"]
        if subprocess.call([*pip, *wanted], env=environment):
            say("PyTorch for CPUs did not come: fetching the one that pip finds, about 3 GB with CUDA")
    else:
        say(f"{asked.torch_index} does not answer: fetching the PyTorch that pip finds.")
        say(f"It may be the one with CUDA: about 3 GB, and {asked.folder} becomes 7 GB.")
        say("To name another address: make TORCH_INDEX=...")


def has_nvidia_driver() -> bool:
    """Whether the library of an NVIDIA driver can be loaded."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def answers(index: str) -> bool:
    """Whether an index of packages can be reached within five seconds."""
    if not index:
        return False
    try:
        request = urllib.request.Request(index.rstrip("/") + "/torch/", method="HEAD")
        urllib.request.urlopen(request, timeout=PROBE_S).close()
    except (OSError, ValueError):
        return False
    return True


def say(text: str) -> None:
    """A line that stands on the screen before what comes next begins."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
