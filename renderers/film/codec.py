"""Finds an encoder of this machine for a picture, and the one that a film needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST
from ..encoding import (
    ALPHA_CODECS,
    CODECS,
    CONTAINERS,
    ENCODINGS,
    MOVING_ENCODERS,
    MOVING_PICTURES,
    NVENC,
    X264,
    Codec,
    codec_for,
)
from ..generators.ground import ALPHA, ground_of

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan


def chosen_codec(device: str, picture: PicturePlan, suffix: str = ".mp4", named: str | None = None) -> str:
    """The codec of the picture, as a `Recipe` names it.

    H.264 is made by NVENC where a GPU has it, which many for computing have not, else by x264.

    suffix   of the film; named: its `video.codec`, None for what the container holds by default

    Raises PieceError (MV702) for a codec that the container cannot hold, (MV703) for one that this machine's
    FFmpeg cannot write, and (MV705) for a file that cannot hold the alpha of its picture.
    """
    if ground_of(picture) == ALPHA:
        return _with_alpha(suffix, named)
    codec = checked_codec(suffix, named)
    if codec.encoder != X264:
        return next(name for name, known in CODECS.items() if known is codec)
    if device.startswith("cuda"):
        from .segment_writer import PictureFormat, nvenc_opens

        if nvenc_opens(PictureFormat(picture.width_px, picture.height_px, picture.fps)):
            return NVENC
    return X264


def checked_codec(suffix: str, named: str | None) -> Codec:
    """The codec of a film with that suffix; raises as `chosen_codec` does."""
    container = CONTAINERS[suffix]
    try:
        codec = codec_for(suffix, named)
    except KeyError:
        fits = [kind for kind, other in CONTAINERS.items() if named in other.codecs and other.audio_codec]
        message = f"a {suffix} film cannot hold {CODECS[named or 'h264'].title}"
        hint = f"name a film that ends in {' or '.join(fits)}, or write video.codec: {container.codecs[0]}"
        raise PieceError([Diagnostic("MV702", THE_MANIFEST, message, hint)]) from None
    wanted = {codec.encoder: codec.title, container.audio_codec: container.audio_codec}
    if suffix in MOVING_PICTURES:
        wanted[MOVING_ENCODERS[suffix]] = suffix[1:].upper()
    for encoder, title in wanted.items():
        if encoder and not has_encoder(encoder):
            message = f"FFmpeg has no encoder for {title} here ({encoder})"
            hint = f"{_others()}; musicvis doctor lists every encoder"
            raise PieceError([Diagnostic("MV703", THE_MANIFEST, message, hint)])
    return codec


def _with_alpha(suffix: str, named: str | None) -> str:
    """The codec of a film with alpha; raises PieceError (MV705) for a file that holds none."""
    codec, segments = ALPHA_CODECS.get(suffix, (None, ""))
    if not segments or named not in (None, codec):
        said = f"a {suffix} film" if not segments or named is None else CODECS[named].title
        message = f"{said} holds no alpha"
        hint = (
            f"name a film that ends in {', '.join(list(ALPHA_CODECS)[:-1])} or {list(ALPHA_CODECS)[-1]} and "
            "leave out video.codec, or write video.background: green"
        )
        raise PieceError([Diagnostic("MV705", THE_MANIFEST, message, hint)])
    checked_codec(suffix, codec)
    encoding = ENCODINGS[segments]
    if not has_encoder(encoding.encoder):
        message = f"FFmpeg has no encoder for {encoding.title} here ({encoding.encoder})"
        raise PieceError([Diagnostic("MV703", THE_MANIFEST, message, "write video.background: green")])
    return segments


def has_encoder(name: str) -> bool:
    """Whether the FFmpeg that av brings was built with an encoder."""
    import av

    try:
        return bool(av.codec.Codec(name, "w").is_encoder)
    except ValueError:  # av's error for an unknown codec is one
        return False


def _others() -> str:
    """The other kinds of film that this machine can write, in words."""
    there = [
        suffix
        for suffix, container in CONTAINERS.items()
        if container.audio_codec
        and has_encoder(container.audio_codec)
        and has_encoder(CODECS[container.codecs[0]].encoder)
    ]
    return f"this machine can write {' or '.join(there)}" if there else "install av anew"
