"""Recordings that name other files: other programs follow them, we do not."""

from pathlib import Path

import av
import pytest
from av.error import FFmpegError
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.sound.stems.recording import recorded

from .samples import flac_bytes


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A sound outside the folder of the piece."""
    folder = tmp_path / "secret"
    folder.mkdir()
    flac_bytes(folder / "secret.flac")
    (tmp_path / "piece").mkdir()
    return folder / "secret.flac"


def playlist(secret: Path) -> str:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n"


def listed(secret: Path) -> str:
    return f"ffconcat version 1.0\nfile '{secret}'\n"


@pytest.mark.parametrize("text", [playlist, listed])
@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.m3u8"])
def test_a_list_of_other_files_is_no_recording(secret: Path, text: object, name: str) -> None:
    path = secret.parents[1] / "piece" / name
    path.write_text(text(secret))  # type: ignore[operator]
    with pytest.raises(PieceError, match="MV501"):
        list(recorded(path, 0.0, 100, 48_000))


def test_a_list_behind_the_first_bytes_of_a_recording_is_read_by_its_own_format(secret: Path) -> None:
    path = secret.parents[1] / "piece" / "a.flac"
    path.write_bytes(b"fLaC" + secret.read_bytes()[4:42] + playlist(secret).encode())
    with pytest.raises(PieceError, match=r"MV50[23]"):
        list(recorded(path, 0.0, 100, 48_000))


def test_the_library_by_itself_would_have_gone_to_the_other_file(secret: Path) -> None:
    path = secret.parents[1] / "piece" / "a.m3u8"
    path.write_text(playlist(secret))
    try:
        with av.open(str(path), options={"allowed_extensions": "ALL", "extension_picky": "0"}) as box:
            assert box.format.name == "hls"
    except FFmpegError:
        pytest.skip("this FFmpeg follows no playlists")


def test_a_score_that_musescore_is_to_play_is_read_by_us_first(tmp_path: Path) -> None:
    from musicvis.compiler.compile import compile_piece
    from musicvis.dsl.load import load_piece

    from .sweep import sound_piece

    folder = sound_piece(tmp_path / "piece")
    (folder / "bad.mscx").write_text('<!DOCTYPE a [<!ENTITY b "c">]><museScore version="3.02"/>')
    buses = "audio: {buses: {vibes: {stems: [{score: bad.mscx, by: musescore}]}}}"
    (folder / "piece.yaml").write_text(f"musicvis: 1\ntitle: W\nscore: waltz.mid\n{buses}\n")
    made = compile_piece(load_piece(folder))
    assert made.plan is None and "MV404" in [finding.code for finding in made.diagnostics]
