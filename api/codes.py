"""The meaning of a finding's code."""

from ..dsl.findings.codes import CODES, Code
from .errors import RequestError


def explain(code: str) -> Code:
    """The meaning of a code such as "MV204", and how to fix it; as `musicvis explain`.

    Everything that acts at a place of a piece is in `Piece.explain`. Raises RequestError where there is no
    such code.
    """
    found = CODES.get(code.upper())
    if found is None:
        raise RequestError(f"there is no code {code}", f"they go from {min(CODES)} to {max(CODES)}")
    return found
