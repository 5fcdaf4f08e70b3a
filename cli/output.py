"""One habit for programs that listen: `--format json`, or `--json` for short, and JSON on stdout alone.

A command that was asked for JSON prints one document whatever happens. Where it fails, or is used wrongly,
the document is `{"findings": [...]}`; `check` prints an array of findings in either case.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.exceptions import Exit

from ..dsl.findings.collector import Findings

if TYPE_CHECKING:
    from ..dsl.findings.diagnostics import Diagnostic

Command = TypeVar("Command", bound=Callable[..., Any])

TEXT, JSON = "text", "json"
FINDINGS = "findings"
"""The key of an object under which its findings are."""
LISTED = "check"
"""The command whose document is the array of findings itself."""
WORDS_OF_USE = "command line"
"""The file name of findings about wrong use, which concern no file."""
_META = "musicvis.document"


@dataclass(slots=True)
class Document:
    """The JSON document that a command has promised: its findings, and whether it is written."""

    findings: Findings = field(default_factory=Findings)
    """All that was found so far."""
    is_written: bool = False


def format_option(
    help_text: str, forms: tuple[str, ...] = (TEXT, JSON), default: str | None = TEXT
) -> Callable[[Command], Command]:
    """--format and --json; the command takes the form as `form`.

    help_text   what the JSON is, for --json
    default     the form where neither is written; None leaves that to the command
    """

    def decorated(command: Command) -> Command:
        @wraps(command)
        def with_form(*args: Any, form: str | None, as_json: bool, **options: Any) -> Any:
            if as_json and form not in (None, JSON):
                raise click.UsageError(f"--json and --format {form} exclude each other")
            return command(*args, form=JSON if as_json else form or default, **options)

        shown = f"How to write the result.  [default: {default}]" if default else "How to write findings."
        as_json = click.option("--json", "as_json", is_flag=True, help=help_text)
        form = click.option("--format", "form", type=click.Choice(forms), help=shown)
        return cast(Command, form(as_json(with_form)))

    return decorated


def echo_json(value: Any, indent: int = 1) -> None:
    """Print a value as JSON on stdout; an object gets what was found so far under `findings`."""
    from ..dsl.findings.render import finding_record, json_text

    owed = _document()
    if isinstance(value, dict) and FINDINGS not in value:
        value = value | {FINDINGS: [finding_record(d) for d in (owed.findings if owed else ())]}
    click.echo(json_text(value, indent=indent))
    if owed is not None:
        owed.is_written = True


def remember(findings: "Sequence[Diagnostic]") -> None:
    """Keep findings for the document of the command that runs, where it owes one."""
    owed = _document()
    if owed is not None:
        owed.findings.extend(findings)


def echo_findings_json(text: str) -> None:
    """Print findings that are JSON already, as the document."""
    click.echo(text)
    owed = _document()
    if owed is not None:
        owed.is_written = True


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether a command line has --json or --format json."""
    words = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    pairs = itertools.pairwise(words)
    return "--json" in words or "--format=json" in words or ("--format", JSON) in pairs


@contextmanager
def one_document(arguments: Sequence[str], context: click.Context | None = None) -> Iterator[None]:
    """Inside it a command runs; where it fails without a document, and one is owed, the findings are it.

    arguments   the command line, without the name of the program
    """
    if not asks_for_json(arguments):
        yield
        return
    owed = Document()
    if context is not None:
        context.meta[_META] = owed
    try:
        yield
    except (SystemExit, Exit) as end:
        if end.code if isinstance(end, SystemExit) else end.exit_code:
            _finish(owed, arguments)
        raise
    except click.ClickException as error:
        owed.findings.add(_of_click(error))
        _finish(owed, arguments)
        raise
    except click.Abort:
        owed.findings.add(ended("stopped"))
        _finish(owed, arguments)
        raise
    except Exception as error:
        owed.findings.add(ended(f"musicvis itself failed: {error!r}"))
        _finish(owed, arguments)
        raise


def ended(message: str) -> "Diagnostic":
    """A finding that says why a command ended before its work was done."""
    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.findings.span import Span

    hint = "the text on stderr says more; correct it, and type the same command again"
    return Diagnostic("MV571", Span(WORDS_OF_USE), " ".join(message.split()), hint)


def _of_click(error: click.ClickException) -> "Diagnostic":
    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.findings.span import Span

    message = " ".join(error.format_message().split())
    if not isinstance(error, click.UsageError):
        return ended(message)
    path = error.ctx.command_path if error.ctx is not None else "musicvis"
    return Diagnostic("MV570", Span(WORDS_OF_USE), message, f"type `{path} --help` for its words")


def _document() -> Document | None:
    """The document of the running command; None without JSON."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_META)


def _finish(owed: Document, arguments: Sequence[str]) -> None:
    """Print the findings, unless the document is printed already."""
    from ..dsl.findings.render import finding_record, json_text

    if owed.is_written:
        return
    owed.is_written = True
    records = [finding_record(finding) for finding in owed.findings]
    is_list = next((word for word in arguments if not word.startswith("-")), "") == LISTED
    click.echo(json_text(records if is_list else {FINDINGS: records}, indent=2))
