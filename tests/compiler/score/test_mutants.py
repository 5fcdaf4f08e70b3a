"""Files damaged at random, from a fixed seed: each is read or refused by a PieceError, and nothing else
escapes.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from musicvis.compiler.score.read import read_score
from musicvis.dsl.diagnostics import PieceError

DATA = Path(__file__).parent / "data"
WILD = [
    "0",
    "-1",
    "999999999",
    "99999999999999999999",
    "",
    "abc",
    "1/0",
    "1/1000000000",
    "1e309",
    "nan",
    "inf",
    "²",
    "measure",
    "128th",
    "start",
    "127",
]


def damaged_bytes(rng: random.Random, data: bytes) -> bytes:
    content = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(content) or 1)
        kind = rng.random()
        if kind < 0.6 and content:
            content[place] = rng.choice([0, 1, 127, 128, 255, rng.randrange(256)])
        elif kind < 0.75:
            del content[place : place + rng.randint(1, 20)]
        elif kind < 0.9:
            content[place:place] = rng.randbytes(rng.randint(1, 8))
        else:
            del content[place:]
    return bytes(content)


def damaged_xml(rng: random.Random, data: bytes) -> bytes:
    """Well-formed for the most part: other values, and elements left out, doubled or renamed."""
    text = data.decode()
    for _ in range(rng.randint(1, 3)):
        kind = rng.random()
        if kind < 0.5:
            found = rng.choice(list(re.finditer(r">([^<>]{1,40})<", text)))
            text = text[: found.start(1)] + rng.choice(WILD) + text[found.end(1) :]
        elif kind < 0.6:
            found = rng.choice(list(re.finditer(r'="([^"]*)"', text)))
            text = text[: found.start(1)] + rng.choice(WILD) + text[found.end(1) :]
        else:
            elements = list(
                re.finditer(
                    r"<(\w+)[^<>/]*>[^<>]*</\1>|<(Chord|Measure|Note|note|voice)\b.*?</\2>", text, re.S
                )
            )
            found = rng.choice(elements)
            text = text[: found.start()] + found.group() * rng.choice([0, 0, 2, 3]) + text[found.end() :]
    return text.encode()


CASES: list[tuple[str, str, int, Callable[[random.Random, bytes], bytes]]] = [
    ("*.mscx", ".mscx", 300, damaged_xml),
    ("musescore2/*.mscx", ".mscx", 150, damaged_xml),
    ("waltz.mscz", ".mscz", 200, damaged_bytes),
    ("waltz.mid", ".mid", 400, damaged_bytes),
    ("waltz.musicxml", ".musicxml", 25, damaged_xml),
    ("waltz.mxl", ".mxl", 100, damaged_bytes),
]


@pytest.mark.parametrize(("pattern", "suffix", "count", "damage"), CASES, ids=[case[0] for case in CASES])
def test_damaged_files_are_read_or_refused(
    pattern: str, suffix: str, count: int, damage: Callable[[random.Random, bytes], bytes]
) -> None:
    rng = random.Random(2024)
    sources = [path.read_bytes() for path in sorted(DATA.glob(pattern))]
    refused = 0
    for _ in range(count):
        try:
            read_score(damage(rng, rng.choice(sources)), f"a{suffix}")
        except PieceError as error:
            refused += 1
            assert all(d.span.file == f"a{suffix}" and d.code.startswith("MV4") for d in error.diagnostics)
    # Both ends are met: damage that matters, and damage that does not.
    assert 0 < refused < count
