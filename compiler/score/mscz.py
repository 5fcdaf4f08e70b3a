"""A MuseScore archive (.mscz): the score inside it, under the guards for archives and XML."""

from .archive import root_document


def mscx_of(data: bytes, name: str) -> bytes:
    """The .mscx document of a .mscz file. Raises PieceError MV402 where the archive is not to be trusted."""
    return root_document(data, name, (".mscx",))
