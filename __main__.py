"""`python -m musicvis` is the command `musicvis`."""

from .cli.command import main

main()
