"""The command `musicvis`: the group, and nothing else."""

import io
import sys
from pathlib import Path

import click

from .. import __version__
from .check import check
from .classes import classes
from .clean import clean
from .compile import compile_command
from .complete import completion
from .doctor import doctor
from .explain import explain
from .export import export
from .fmt import fmt
from .import_effects import import_command
from .interrupts import unwound
from .listen import listen
from .new import new
from .notes import notes
from .pin import pin
from .plan import diff_command, plan_command
from .plot import plot
from .schema import schema
from .sounds import sounds
from .stems import stems
from .still import still
from .subtitles import subtitles
from .terminal import Commands
from .train import train
from .watch import watch
from .weights import weights

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


SECTIONS = {
    "First steps": ("new", "watch", "check", "compile"),
    "While you write": (
        "notes",
        "explain",
        "classes",
        "pin",
        "subtitles",
        "plot",
        "still",
        "fmt",
        "plan",
        "diff",
    ),
    "Sound": ("listen", "stems"),
    "Pictures": ("train",),
    "This machine": ("doctor", "weights", "sounds", "clean", "completion"),
    "Other programs": ("export", "schema", "import"),
}
"""The commands in the order of use, under titles."""


@click.group(context_settings=CONTEXT, cls=Commands, sections=SECTIONS)
@click.version_option(__version__, "-V", "--version", prog_name="musicvis", message="%(prog)s %(version)s")
def main() -> None:
    """Compile a written score into a music video.

    A piece is a folder with a manifest, piece.yaml, and its scores. To begin with a
    score (waltz.mscz) or a recording (song.mp3), type:

    \b
      musicvis new waltz.mscz          makes the piece, a folder called waltz
      musicvis watch waltz             hear and see it in your browser while you write
      musicvis compile waltz           the film
      musicvis check waltz             what is wrong with it, and where
    """
    click.get_current_context().with_resource(unwound())
    try:
        Path.cwd()
    except OSError as error:
        raise click.UsageError(
            f"the current folder cannot be used: {error.strerror}; go to another"
        ) from None
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Characters that the stream cannot encode are escaped; stderr does so by default.
        sys.stdout.reconfigure(errors="backslashreplace")


main.add_command(completion)
main.add_command(new)
main.add_command(listen)
main.add_command(watch)
main.add_command(check)
main.add_command(compile_command)
main.add_command(plan_command)
main.add_command(diff_command)
main.add_command(clean)
main.add_command(import_command)
main.add_command(notes)
main.add_command(classes)
main.add_command(pin)
main.add_command(subtitles)
main.add_command(stems)
main.add_command(plot)
main.add_command(still)
main.add_command(explain)
main.add_command(export)
main.add_command(fmt)
main.add_command(schema)
main.add_command(train)
main.add_command(doctor)
main.add_command(weights)
main.add_command(sounds)
