"""Notes about subjects: drawn as something similar, only patterns, or unknown to BigGAN."""

from collections.abc import Iterable, Iterator

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ...dsl.model.piece import Piece
from ...dsl.model.visuals import ClassWeight
from ...dsl.values.subjects import DRAWN, IMAGENET_COUNT, PATTERN, Subject, look_of, subject_count, subjects
from ..classes.own_pictures import written_pictures
from ..classes.table import imagenet
from ..notes.casting import Cast

NAMED_MOST = 6
PAINTED, NETWORK = ("auto", "embedded"), ("auto", "biggan")


def subject_notes(piece: Piece, shown: Cast) -> Iterator[Diagnostic]:
    """Notes on the classes that a piece shows, where it writes any."""
    visuals = piece.visuals
    if not visuals.classes:
        return
    shown_classes = {index for note in shown.notes for index, _ in note.classes}
    # The piece's own pictures come after them, and need no remark.
    used = sorted(index for index in shown_classes if index < subject_count())
    name, written = imagenet().name, _Written(piece)
    if visuals.generator in PAINTED:
        others = [index for index in used if look_of(index) not in (DRAWN, PATTERN)]
        if others:
            said = listed([f"{name(i)} {look_of(i)}" for i in others[:NAMED_MOST]])
            message = f"the embedded generator draws {said}"
            hint = "`musicvis classes WORD` says how a subject is shown; --sheet draws all"
            yield Diagnostic("MV690", written.of(others), message, hint, Severity.NOTE)
        patterns = [index for index in used if look_of(index) == PATTERN]
        if patterns:
            said = listed([name(index) for index in patterns[:NAMED_MOST]])
            message = f"the embedded generator shows only a pattern in matching colours for {said}"
            hint = "`musicvis classes WORD` says how a subject is shown; choose one that is drawn"
            yield Diagnostic("MV691", written.of(patterns), message, hint, Severity.NOTE)
    own = [index for index in used if index >= IMAGENET_COUNT]
    # A piece with own pictures is never painted by BigGAN.
    if own and visuals.generator in NETWORK and not written_pictures(visuals):
        said = listed([stand_ins_said(subjects()[index]) for index in own[:NAMED_MOST]])
        message = f"if BigGAN paints, it shows {said}"
        hint = "generator: embedded draws the subjects themselves"
        yield Diagnostic("MV692", written.of(own), message, hint, Severity.NOTE)


class _Written:
    """Where a piece names its subjects."""

    def __init__(self, piece: Piece) -> None:
        visuals = piece.visuals
        classes = [*visuals.classes, *(entry for layer in visuals.layers for entry in layer.classes)]
        weights = [weight for _, shown in classes for weight in shown]
        weights += [weight for rule in visuals.rules for weight in rule.classes or ()]
        self._weights = [weight for weight in weights if not weight.is_like and weight.picture is None]
        self._classes = dict(piece.spans).get("/visuals/classes", visuals.classes_span)

    def of(self, indices: Iterable[int]) -> Span:
        """The first place that names one of the subjects; that of all classes where none does by its name."""
        wanted = set(indices)
        named = (weight for weight in self._weights if self._index(weight) in wanted)
        return next((weight.span for weight in named), self._classes)

    def _index(self, weight: ClassWeight) -> int | None:
        return imagenet().index(weight.name, weight.span, Findings())


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def stand_ins_said(subject: Subject) -> str:
    """`alp 50 % and spotlight 50 % for moon`."""
    parts = [f"{imagenet().name(index)} {share:.0%}" for index, share in subject.stand_ins]
    return f"{listed(parts)} for {subject.names[0]}"
