"""What `musicvis check` costs from a cold start: CPU seconds of the whole process, user and system.

python -m benchmarks.check [PIECE] [RUNS]: the median of 7 runs on the example piece, if not said else. Beside
it what an empty Python takes on this machine, so that figures of two machines can be compared.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def cpu_s(*command: str) -> float:
    """User and system seconds of a process that ends without an error."""
    # As it is installed: with its bytecode on disk.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before = os.times()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    piece = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "pieces/impassive")
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    check = (sys.executable, "-m", "musicvis", "check", piece)
    cpu_s(*check)
    times_s = [cpu_s(*check) for _ in range(runs)]
    empty_s = statistics.median(cpu_s(sys.executable, "-c", "") for _ in range(runs))
    print(f"musicvis check {Path(piece).name}: {statistics.median(times_s):.2f} s of CPU", end=" ")
    print(f"(median of {runs}, {min(times_s):.2f} to {max(times_s):.2f}); an empty Python {empty_s:.2f} s")


if __name__ == "__main__":
    main()
