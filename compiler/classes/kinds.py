"""The kind of generator that a piece names: built in, registered, installed, or a trained model."""

from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.model.generators import MOST_CLASSES, WALK, GeneratorKind, kind_named
from ...dsl.model.visuals import ClassWeight, Visuals
from ...dsl.read.visuals import unknown_generator
from ...dsl.text.model_file import read_model
from ...store.values.keys import digest_of


def kind_of(visuals: Visuals, root: Path) -> tuple[GeneratorKind, str, str] | Diagnostic:
    """The kind, and what a plan that is made with it asks of the disk with the answer; or what is wrong.

    root   the folder of the piece
    """
    name, span = visuals.generator, visuals.generator_span
    try:
        kind = kind_named(name)
    except (ValueError, ImportError, AttributeError) as error:
        message = f"the generator {name} is installed but cannot be used: {error}"
        return Diagnostic("MV614", span, message, "ask the author of the package, or use another generator")
    if kind is not None and kind.make is None and visuals.weights is not None:
        trained = read_model(root, visuals.weights, visuals.weights_span)
        if not isinstance(trained, Diagnostic):
            message = f"`{visuals.weights}` holds the model {trained[0].name}, which {name} cannot use"
            return Diagnostic("MV612", span, message, f"write generator: {trained[0].name}")
    if kind is not None:
        wrong = _resolution_fault(kind, visuals)
        return wrong or (kind, *_registered_answer(kind))
    if visuals.weights is None:
        return unknown_generator(name, span)
    found = read_model(root, visuals.weights, visuals.weights_span)
    if isinstance(found, Diagnostic):
        if found.code != "MV001":
            return found
        message = f"no generator is called {name}, and `{visuals.weights}` holds no trained model"
        return Diagnostic("MV613", span, message, unknown_generator(name, span).hint)
    model, digest = found
    if model.name != name:
        message = f"the model in {visuals.weights} is called {model.name}, not {name}"
        return Diagnostic("MV612", span, message, f"write generator: {model.name}")
    wrong = _resolution_fault(model.kind, visuals)
    return wrong or (model.kind, f"model {visuals.weights}", digest)


def stand_in(visuals: Visuals) -> GeneratorKind:
    """A kind that accepts every class, for a piece whose real kind has an error that is reported already."""
    written = (entry for entry in visuals.all_classes if not entry.is_like and entry.picture is None)
    names = dict.fromkeys(_plain(entry) for entry in written)
    listed = [(name,) for name in names][:MOST_CLASSES]
    listed += [(f"class {number}",) for number in range(len(listed), MOST_CLASSES)]
    return GeneratorKind(visuals.generator, classes=tuple(listed), controls=frozenset((WALK,)))


def registered_digest(name: str) -> str | None:
    """The answer to what a registered kind is like today; None where it is not known."""
    kind = kind_named(name)
    return None if kind is None else _registered_answer(kind)[1]


def _plain(entry: ClassWeight) -> str:
    return " ".join(entry.name.casefold().replace("-", " ").replace("_", " ").split())


def _registered_answer(kind: GeneratorKind) -> tuple[str, str]:
    """Nothing is asked of a built-in kind: the compiler's own version says what it is."""
    if kind.make is None:
        return "", ""
    said = kind.latent_size, kind.classes, tuple(sorted(kind.controls)), kind.resolutions_px
    return f"generator {kind.name}", digest_of(said)


def _resolution_fault(kind: GeneratorKind, visuals: Visuals) -> Diagnostic | None:
    sizes = kind.resolutions_px
    if not sizes or visuals.resolution in sizes:
        return None
    message = f"{kind.name} does not make {visuals.resolution} pixels"
    listed = " or ".join(map(str, sizes))
    span = visuals.resolution_span or visuals.generator_span
    return Diagnostic("MV615", span, message, f"write resolution: {listed}")
