"""The text encoding of a MusicXML file, where it is not as declared, or one that expat does not know."""

import re

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
# Encodings of several bytes a character, which expat leaves to its caller.
_CODECS = frozenset(
    {"shift_jis", "cp932", "euc_jp", "iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "euc_kr", "cp949"}
)
_ALIASES = {"x_sjis": "shift_jis", "sjis": "shift_jis", "windows_31j": "cp932", "x_euc_jp": "euc_jp"}
_UTF_8 = frozenset({"", "utf_8", "utf8"})


def as_utf8(document: bytes) -> tuple[bytes, str | None, bool]:
    """(the document, its encoding if the declaration is to be passed over, whether that is a guess).

    A file of another encoding than it says is read as UTF-8, and where it is not that either, as
    Windows-1252: only names and words depend on it.
    """
    head = document[:400]
    if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return document, None, False
    if head[:1].isspace() and head.lstrip().startswith(b"<?xml"):
        # The declaration must be the very first thing.
        document = document.lstrip()
        head = document[:400]
    match = _DECLARED.match(head.removeprefix(b"\xef\xbb\xbf"))
    declared = "" if match is None else match[1].decode("ascii").lower().replace("-", "_")
    declared = _ALIASES.get(declared, declared)
    if declared in _CODECS:
        try:
            return document.decode(declared).encode("utf-8", "surrogatepass"), "utf-8", False
        except UnicodeDecodeError:
            return document, None, False
    says_utf_16 = declared.startswith(("utf_16", "utf16", "ucs_2", "iso_10646"))
    if declared not in _UTF_8 and not says_utf_16:
        return document, None, False
    try:
        document.decode("utf-8")
    except UnicodeDecodeError:
        return document.decode("cp1252", "replace").encode("utf-8"), "utf-8", True
    return document, "utf-8" if says_utf_16 else None, False
