"""The words that are sung, as files for players."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.load import Loaded

SUFFIXES = {".srt": "", ".vtt": "", ".lrc": ""}
"""The suffixes of subtitles, as for `checked_output`."""


def subtitle_texts(loaded: "Loaded") -> "tuple[dict[str, str], Sequence[Diagnostic]]":
    """The text of each kind of file, .srt, .vtt and .lrc, and findings; no text if nobody sings.

    They have the lines and the times of the words on the screen, as `video.lyrics` says; without that key,
    those of all parts. Raises PieceError for a piece whose score cannot be read.
    """
    from ..compiler.heard_piece import hear
    from ..compiler.picture.lyric_lines import lyric_lines
    from ..compiler.write.subtitles import lrc, srt, vtt
    from ..dsl.findings.collector import Findings
    from ..dsl.model.video import Lyrics

    findings = Findings()
    heard = hear(loaded, findings)
    lyrics = heard.piece.video.lyrics or Lyrics(heard.piece.span)
    lines = lyric_lines(lyrics, heard.notes, heard.clock, findings)
    if not lines:
        return {}, findings
    return dict(zip(SUFFIXES, (srt(lines), vtt(lines), lrc(lines)), strict=True)), findings
