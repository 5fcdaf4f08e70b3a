"""Lines of words as files for players: SubRip (.srt), WebVTT (.vtt) and LRC (.lrc)."""

from collections.abc import Sequence
from fractions import Fraction

from ..picture.lyric_lines import Line


def srt(lines: Sequence[Line]) -> str:
    """SubRip: numbered lines, with a comma before the thousandths."""
    return "\n".join(
        f"{number}\n{_clock(line.start_s, ',')} --> {_clock(line.end_s, ',')}\n{line.text}\n"
        for number, line in enumerate(lines, 1)
    )


def vtt(lines: Sequence[Line]) -> str:
    """WebVTT, with the time of each word: https://www.w3.org/TR/webvtt1/."""
    cues = []
    for line in lines:
        times = ["", *(f"<{_clock(word.onset_s, '.')}>" for word in line.words[1:])]
        words = "".join(time + _plain(piece) for time, piece in zip(times, line.pieces, strict=True))
        cues.append(f"{_clock(line.start_s, '.')} --> {_clock(line.end_s, '.')}\n{words}\n")
    return "WEBVTT\n\n" + "\n".join(cues)


def lrc(lines: Sequence[Line]) -> str:
    """LRC, with the time of each word as A2 writes it; hundredths of a second."""
    return "".join(
        f"[{_minutes(line.words[0].onset_s)}] "
        + "".join(
            f"<{_minutes(word.onset_s)}> {piece}" for word, piece in zip(line.words, line.pieces, strict=True)
        )
        + "\n"
        for line in lines
    )


def srt_clock(time_s: Fraction) -> str:
    """A time as SubRip writes it: 00:01:02,345."""
    return _clock(time_s, ",")


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(time_s: Fraction, point: str) -> str:
    whole = round(time_s * 1000)
    seconds, ms = divmod(whole, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{ms:03d}"


def _minutes(time_s: Fraction) -> str:
    whole = round(time_s * 100)
    return f"{whole // 6000:02d}:{whole // 100 % 60:02d}.{whole % 100:02d}"
