"""Damage, from a generator of random numbers: bytes, archives, elements of XML, words of YAML and JSON."""

import io
import random
import re
import zipfile
from xml.etree import ElementTree

BYTES = (0, 1, 0x2F, 0x51, 0x58, 0x7F, 0x80, 0xF0, 0xF7, 0xFF)


def _apart(text: str) -> tuple[str, ...]:
    return tuple(text.split(";"))


NUMBERS = _apart(
    "0;-1;1;2;127;128;65535;999999999;99999999999999999999;1/0;0/1;-1/4;1/1000000000;999999/7;1e309;nan;inf;"
    "0x7f;1_000;\u00b2;\u0663;3.0000000001;measure;128th;start;abc;"
)
WORDS = _apart(
    "null;-1;0;3;1e9;0123;999999999999999999999;[];{};[1];{a: 1};4:3;7.10;2|1;9|9;2|1..1|1;1..2;'@B';end;"
    "end-1s;100%;6Hz;4 Hz;-3dB;2/b;1/32;1b;../;/etc/passwd;~;vibes;marimba;lanes.yaml;waltz.mid;good.wav;"
    "drum;per_bar;per_beat;sine;geometric;straight;\u00e9;\u6625;none;yes;pink;binaural;reverb;tremolo;"
    "by pitch -0.6..0.6;>=C4"
)
BREAKING = _apart(
    "x';\";:;-;#;,;|;>;?;!;&a;*a;<<:;!!python/name:os.system;%;@;`;.nan;1e309;\u202e;\u2028;\ud83d;\x1b[2J;\t"
)
PIECES = (
    "\n",
    "  ",
    "\t",
    "\0",
    "\r",
    "{a: 1}",
    " to: 1",
    " - ",
    "---\n",
    "...\n",
    "%YAML 1.1\n---\n",
    "\ufeff",
)


def altered(rng: random.Random, data: bytes) -> bytes:
    """One byte that is another: what is left makes sense more often than not."""
    content = bytearray(data)
    place = rng.randrange(len(content))
    content[place] = rng.choice(
        (content[place] ^ 1 << rng.randrange(8), rng.randrange(128), rng.randrange(256))
    )
    return bytes(content)


def damaged_bytes(rng: random.Random, data: bytes) -> bytes:
    """A few bytes changed, left out, put in, doubled, or the end cut off."""
    content = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        place = rng.randrange(len(content) or 1)
        match rng.randrange(9) if content else 3:
            case 0 | 1:
                content[place] ^= 1 << rng.randrange(8)
            case 2:
                content[place] = rng.choice(BYTES)
            case 3:
                content[place:place] = rng.randbytes(rng.choice((1, 3, 10)))
            case 4:
                del content[place : place + rng.choice((1, 2, 8, 64))]
            case 5:
                other = rng.randrange(len(content))
                content[place:place] = content[other : other + rng.choice((1, 4, 64, 512))]
            case 6:
                content[place : place + 4] = rng.choice((b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", bytes(4)))
            case 7 if rng.random() < 0.3:
                del content[place:]
            case _:
                content[place] = rng.randrange(128)
    return bytes(content)


def damaged_xml(rng: random.Random, data: bytes) -> bytes:
    """Well-formed XML with other values, and elements left out, doubled, moved, renamed or nested."""
    root = ElementTree.fromstring(data)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        parents = [node for node in root.iter() if len(node)]
        parent = rng.choice(parents) if parents else root
        child = rng.choice(list(parent)) if len(parent) else root
        other = rng.choice(list(root.iter()))
        match rng.randrange(10):
            case 0 | 1 | 2:
                child.text = rng.choice(NUMBERS)
            case 3 if child.attrib:
                child.set(rng.choice(list(child.attrib)), rng.choice(NUMBERS))
            case 4 if child is not root:
                parent.remove(child)
            case 5 if child is not root:
                parent[:] = [*parent, *[child] * rng.choice((1, 2, 40))]
            case 6 if child is not root:
                # Into another element, but never into itself.
                if other not in list(child.iter()):
                    other.append(child)
            case 7:
                child.tag, other.tag = other.tag, child.tag
            case 8:
                child.text, other.text = other.text, child.text
            case _:
                children = list(parent)
                rng.shuffle(children)
                parent[:] = children
    return ElementTree.tostring(root)


def rezipped(rng: random.Random, data: bytes, suffix: str) -> bytes:
    """An archive that is sound, with a document in it that is not."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            content = source.read(info)
            chosen = info.filename.endswith(suffix) or rng.random() < 0.1
            if chosen and content.lstrip().startswith(b"<"):
                content = rng.choice((damaged_xml, damaged_bytes))(rng, content)
            target.writestr(info.filename, content)
    return out.getvalue()


def damaged_text(rng: random.Random, text: str) -> str:
    """Words put in, spans cut out, values replaced, lines doubled, moved or indented otherwise."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        place = rng.randrange(len(text) + 1)
        lines = text.splitlines(keepends=True) or [""]
        number = rng.randrange(len(lines))
        values = list(re.finditer(r"[:\[{,] ?([^\s,\]}{\[]+)", text))
        match rng.randrange(12):
            case 0:
                text = text[:place] + rng.choice((*WORDS, *BREAKING, *PIECES)) + text[place:]
            case 1:
                text = text[:place] + text[place + rng.randrange(1, 30) :]
            case 2 | 3 | 6 | 7 | 8 | 9 if values:
                found = rng.choice(values)
                words = BREAKING if rng.random() < 0.1 else WORDS
                text = text[: found.start(1)] + rng.choice(words) + text[found.end(1) :]
            case 4:
                lines.insert(rng.randrange(len(lines)), lines[number])
                text = "".join(lines)
            case 5:
                lines[number] = " " * rng.randrange(6) + lines[number].lstrip(" ")
                text = "".join(lines)
            case _:
                text = "".join(lines[:number] + lines[number + 1 :])
    return text
