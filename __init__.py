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
    from .api.classes import classes, classes_like, draw_classes
    from .api.codes import explain
    from .api.edits.fix import Fix
    from .api.edits.layout import LaidOut, fmt
    from .api.errors import MissingPackageError, RequestError
    from .api.film import Film
    from .api.lanes_import import ImportedLanes, import_lanes
    from .api.machine import sounds, weights
    from .api.machine.clean import Cleaned, clean
    from .api.machine.doctor import Item as MachineItem
    from .api.machine.doctor import doctor
    from .api.making.listen import HeardScore, listen
    from .api.making.listening import Listening
    from .api.making.made import NewPiece
    from .api.making.new import new
    from .api.notation import Notation
    from .api.notes import FilmNote
    from .api.outlook import Forecast
    from .api.piece import Piece, load, read_score
    from .api.plan import Plan
    from .api.schema import schema
    from .api.train import TrainedModel, train
    from .compiler.lanes.curve import Curve
    from .compiler.plan import BarMark, PicturePlan
    from .compiler.reports.explain import Moment
    from .compiler.score.model import Measure, Note, Score
    from .compiler.sound.soundfonts import Soundfont
    from .dsl.findings.codes import Code
    from .dsl.findings.diagnostics import Diagnostic as Finding
    from .dsl.findings.diagnostics import MusicvisError, PieceError, Severity
    from .dsl.model.generators import GeneratorKind
    from .renderers.build.item import Item as FilmPart
    from .renderers.generators.biggan.library import Entry as Weights
    from .renderers.generators.protocol import Generator, GeneratorRequest
    from .store.errors import StoreError
    from .watch.live import LivePage, watch

__all__ = [
    "BarMark",
    "Cleaned",
    "Code",
    "Curve",
    "Film",
    "FilmNote",
    "FilmPart",
    "Finding",
    "Fix",
    "Forecast",
    "Generator",
    "GeneratorKind",
    "GeneratorRequest",
    "HeardScore",
    "ImportedLanes",
    "LaidOut",
    "Listening",
    "LivePage",
    "MachineItem",
    "Measure",
    "MissingPackageError",
    "Moment",
    "MusicvisError",
    "NewPiece",
    "Notation",
    "Note",
    "PicturePlan",
    "Piece",
    "PieceError",
    "Plan",
    "RequestError",
    "Score",
    "Severity",
    "Soundfont",
    "StoreError",
    "TrainedModel",
    "Weights",
    "classes",
    "classes_like",
    "clean",
    "doctor",
    "draw_classes",
    "explain",
    "fmt",
    "generators",
    "import_lanes",
    "listen",
    "load",
    "new",
    "read_score",
    "schema",
    "sounds",
    "train",
    "watch",
    "weights",
]

_HOMES = {
    "BarMark": "compiler.plan",
    "Cleaned": "api.machine.clean",
    "Code": "dsl.findings.codes",
    "Curve": "compiler.lanes.curve",
    "Film": "api.film",
    "FilmNote": "api.notes",
    "FilmPart": "renderers.build.item:Item",
    "Finding": "dsl.findings.diagnostics:Diagnostic",
    "Fix": "api.edits.fix",
    "Forecast": "api.outlook",
    "Generator": "renderers.generators.protocol",
    "GeneratorKind": "dsl.model.generators",
    "GeneratorRequest": "renderers.generators.protocol",
    "HeardScore": "api.making.listen",
    "ImportedLanes": "api.lanes_import",
    "LaidOut": "api.edits.layout",
    "Listening": "api.making.listening",
    "LivePage": "watch.live",
    "MachineItem": "api.machine.doctor:Item",
    "Measure": "compiler.score.model",
    "MissingPackageError": "api.errors",
    "Moment": "compiler.reports.explain",
    "MusicvisError": "dsl.findings.diagnostics",
    "NewPiece": "api.making.made",
    "Notation": "api.notation",
    "Note": "compiler.score.model",
    "PicturePlan": "compiler.plan",
    "Piece": "api.piece",
    "PieceError": "dsl.findings.diagnostics",
    "Plan": "api.plan",
    "RequestError": "api.errors",
    "Score": "compiler.score.model",
    "Severity": "dsl.findings.diagnostics",
    "Soundfont": "compiler.sound.soundfonts",
    "StoreError": "store.errors",
    "TrainedModel": "api.train",
    "Weights": "renderers.generators.biggan.library:Entry",
    "classes": "api.classes",
    "classes_like": "api.classes",
    "clean": "api.machine.clean",
    "doctor": "api.machine.doctor",
    "draw_classes": "api.classes",
    "explain": "api.codes",
    "fmt": "api.edits.layout",
    "generators": "api.generators:",
    "import_lanes": "api.lanes_import",
    "listen": "api.making.listen",
    "load": "api.piece",
    "new": "api.making.new",
    "read_score": "api.piece",
    "schema": "api.schema",
    "sounds": "api.machine.sounds:",
    "train": "api.train",
    "watch": "watch:",
    "weights": "api.machine.weights:",
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
