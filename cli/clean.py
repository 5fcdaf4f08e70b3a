"""`musicvis clean`: removes or checks cached results."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from .cache import cache_option, kept, size_option
from .output import JSON, echo_json, format_option
from .report import tell_end


@click.command()
@cache_option
@size_option("Largest size of the cache afterwards, e.g. 5GB.  [default: 20GB]")
@click.option("--all", "everything", is_flag=True, help="Remove everything.")
@click.option("--verify", is_flag=True, help="Check every byte, and remove damaged entries.")
@format_option("One object: cache, freed_bytes, kept_bytes, kept_entries, damaged.")
def clean(cache_dir: Path | None, cache_limit: int | None, everything: bool, verify: bool, form: str) -> None:
    """Remove cached work of earlier compiles.

    The entries that were unused longest go first. Removed work is rendered again when it is needed.
    Nothing else is changed.
    """
    from ..api.machine.clean import cleaned, damaged_in
    from ..dsl.findings.plain import shown
    from ..store.place import cache_limit as usual_limit
    from ..store.place import size_said

    if everything and cache_limit is not None:
        raise click.UsageError("--all leaves nothing: leave out --cache-limit")
    damaged: int | None = None
    with kept(cache_dir) as store:
        if verify:
            damaged = damaged_in(store)
            found = f"damaged: {damaged} of the files" if damaged else "every file is intact"
            if form != JSON:
                click.echo(shown(f"{store.folder}: {found}"))
        done = cleaned(store, 0 if everything else usual_limit(cache_limit), damaged)
    if done is None:
        text = f"{store.folder} is in use by a compile, or can only be read; nothing was removed"
        tell_end(text, is_error=False)
        sys.exit(1)
    if form == JSON:
        echo_json(asdict(done) | {"cache": str(done.cache)})
        return
    click.echo(
        shown(
            f"{store.folder}: {size_said(done.freed_bytes)} removed, {size_said(done.kept_bytes)} "
            f"in {done.kept_entries} entr{'y' if done.kept_entries == 1 else 'ies'} left"
        )
    )
