"""musicvis compiles a written score into a music video.

`import musicvis as mv` loads nothing; each name of `__all__` is loaded when it is asked for:

    piece = mv.load("pieces/impassive")
    film = piece.plan(bars="5..8", draft=True).render("out.mp4")

What `__all__` does not name is not public and may change.

The tree is the flow, and imports run one way: `cli` and `api` ask `renderers` and `compiler`, `renderers` see
of `compiler` only `compiler/plan.py`, `compiler` reads what `dsl` has parsed, and `dsl` knows nothing of the
others. A piece becomes text, then a `Piece`, then with its `Score` and `Clock` a `Plan`, then a film.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import generators
    from .api.errors import MissingPackageError, RequestError
    from .api.notes import FilmNote
    from .api.piece import Piece, load, read_score
    from .api.plan import Film, Plan
    from .compiler.lanes.curve import Curve
    from .compiler.plan import BarMark, PicturePlan
    from .compiler.reports.explain import Moment
    from .compiler.score.model import Measure, Note, Score
    from .dsl.findings.diagnostics import Diagnostic as Finding
    from .dsl.findings.diagnostics import MusicvisError, PieceError, Severity
    from .dsl.model.generators import GeneratorKind
    from .renderers.generators.protocol import Generator, GeneratorRequest
    from .store.errors import StoreError

__all__ = [
    "BarMark",
    "Curve",
    "Film",
    "FilmNote",
    "Finding",
    "Generator",
    "GeneratorKind",
    "GeneratorRequest",
    "Measure",
    "MissingPackageError",
    "Moment",
    "MusicvisError",
    "Note",
    "PicturePlan",
    "Piece",
    "PieceError",
    "Plan",
    "RequestError",
    "Score",
    "Severity",
    "StoreError",
    "generators",
    "load",
    "read_score",
]

_HOMES = {
    "BarMark": "compiler.plan",
    "Curve": "compiler.lanes.curve",
    "Film": "api.plan",
    "FilmNote": "api.notes",
    "Finding": "dsl.findings.diagnostics:Diagnostic",
    "Generator": "renderers.generators.protocol",
    "GeneratorKind": "dsl.model.generators",
    "GeneratorRequest": "renderers.generators.protocol",
    "Measure": "compiler.score.model",
    "MissingPackageError": "api.errors",
    "Moment": "compiler.reports.explain",
    "MusicvisError": "dsl.findings.diagnostics",
    "Note": "compiler.score.model",
    "PicturePlan": "compiler.plan",
    "Piece": "api.piece",
    "PieceError": "dsl.findings.diagnostics",
    "Plan": "api.plan",
    "RequestError": "api.errors",
    "Score": "compiler.score.model",
    "Severity": "dsl.findings.diagnostics",
    "StoreError": "store.errors",
    "generators": "api.generators:",
    "load": "api.piece",
    "read_score": "api.piece",
}
"""The module of each public name, and its name there where that differs; a bare colon is that module."""


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, colon, there = home.partition(":")
    value = import_module(f".{module}", __name__)
    if there or not colon:
        value = getattr(value, there or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
