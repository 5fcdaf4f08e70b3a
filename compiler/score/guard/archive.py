"""The one score inside a .mscz or .mxl archive, read in memory under limits; nothing is written to disk."""

import io
import struct
import zipfile
import zlib
from itertools import pairwise

from .faults import fault
from .xml import parse_xml

MAX_ENTRIES = 512
MAX_ENTRY_BYTES = 64 << 20
MAX_RATIO = 300
# Below this compressed size a high ratio is harmless: an empty page of XML packs well.
_RATIO_FLOOR_BYTES = 1024
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 1
_SYMLINK = 0o120000
_CONTAINER = "META-INF/container.xml"
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    IndexError,
)


def root_document(data: bytes, name: str, suffixes: tuple[str, ...]) -> bytes:
    """The bytes of the root file that the archive's container names, ending in one of `suffixes`.

    Raises PieceError MV402 for an archive that is broken, bloated, encrypted or does not say which score is
    meant.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _entries(archive, name)
            container = _content(archive, entries, _CONTAINER, name)
            root = _root_name(container, entries, name, suffixes)
            return _content(archive, entries, root, name)
    except _ZIP_ERRORS as error:
        raise fault("MV402", name, f"not a readable zip archive: {error}", "save the score again") from None


def side_document(data: bytes, name: str, path: str) -> bytes | None:
    """The bytes of another file in an archive that `root_document` has read; None where it has none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _entries(archive, name)
            return _content(archive, entries, path, name) if path in entries else None
    except _ZIP_ERRORS as error:
        raise fault("MV402", name, f"not a readable zip archive: {error}", "save the score again") from None


def _entries(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise fault("MV402", name, f"the archive holds {len(infos)} files, at most {MAX_ENTRIES}")
    entries = {info.filename: info for info in infos}
    if len(entries) != len(infos):
        raise fault("MV402", name, "the archive holds two files of one name")
    # Files that share bytes make a small archive large (D. Fifield, "A better zip bomb", 2019).
    begins = sorted((info.header_offset, info.compress_size) for info in infos)
    for (start, size), (following, _) in pairwise(begins):
        if start + _LOCAL_HEADER_BYTES + size > following:
            raise fault("MV402", name, "the files in the archive overlap")
    return entries


def _root_name(
    container: bytes, entries: dict[str, zipfile.ZipInfo], name: str, suffixes: tuple[str, ...]
) -> str:
    named: list[str] = []
    waiting = [parse_xml(container, name)]
    while waiting:
        node = waiting.pop()
        waiting.extend(reversed(node.children))
        if node.tag.rpartition(":")[2] == "rootfile":
            named.append(node.attributes.get("full-path", ""))
    roots = [path for path in named if path.lower().endswith(suffixes)]
    # MuseScore 4 lists the parts' own scores too, in Excerpts/; MusicXML: the first root file is the score.
    top = [path for path in roots if "/" not in path] or roots[:1]
    if suffixes == (".mscx",) and len(top) > 1:
        raise fault("MV402", name, f"the archive names {len(top)} scores, one is expected")
    if not top:
        raise fault("MV402", name, f"the archive's container names no {' or '.join(suffixes)} file")
    if top[0] not in entries:
        # A name with accents may be written in another way in the archive than in its container.
        there = [path for path in entries if path.lower().endswith(suffixes) and "/" not in path]
        if len(there) == 1 and not any(sign in top[0] for sign in ("/", "\\", "..")):
            return there[0]
        raise fault("MV402", name, f"the archive names {top[0][:80]!r}, which it does not hold")
    return top[0]


def _content(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], path: str, name: str) -> bytes:
    info = entries.get(path)
    if info is None:
        raise fault("MV402", name, f"the archive holds no {path}")
    problem = _refusal(info)
    if problem:
        raise fault("MV402", name, f"{path[:80]!r} in the archive {problem}")
    with archive.open(info) as stream:
        content = stream.read(MAX_ENTRY_BYTES + 1)
    if len(content) > MAX_ENTRY_BYTES:
        raise fault(
            "MV402", name, f"{path[:80]!r} in the archive unpacks to more than {MAX_ENTRY_BYTES} bytes"
        )
    return content


def _refusal(info: zipfile.ZipInfo) -> str:
    """The reason for refusing this entry; empty if it may be opened."""
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"is packed by method {info.compress_type}, not by deflate"
    if (info.external_attr >> 16) & 0o170000 == _SYMLINK:
        return "is a symbolic link"
    if info.file_size > MAX_ENTRY_BYTES:
        return f"unpacks to {info.file_size} bytes, at most {MAX_ENTRY_BYTES}"
    if info.file_size > MAX_RATIO * max(info.compress_size, _RATIO_FLOOR_BYTES):
        return f"is packed more than {MAX_RATIO} to 1"
    return ""
