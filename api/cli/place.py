"""`tauomega place`: every notion decided of one claim; the strongest that hold, the weakest that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tauomega.loading import load
from tauomega.theory.errors import InputError

from .exit_code import ExitCode
from .line import output_width, write
from .progress import shown_progress
from .report_json import Json, canonical, faults_to_json
from .seconds import SECONDS
from .user_definition import named_definition

if TYPE_CHECKING:
    from tauomega.proofs.atlas.claims import ClaimPlacement

__all__ = ["command"]

SCHEMA = "tauomega/placement/1"


@click.command(name="place")
@click.argument("task")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
@click.option("--all", "every", is_flag=True, help="Print every notion, not only the extreme ones.")
@click.option(
    "--with",
    "own",
    metavar="FILE.py:NAME",
    multiple=True,
    help="Decide your own notion beside them; this runs FILE.py.",
)
@click.option("--timeout", type=SECONDS, default=60.0, help="Time for all notions.  [default: 60s]")
def command(
    task: str, as_json: bool, every: bool, own: tuple[str, ...], timeout: float
) -> ExitCode:
    """Decide every notion of the claim in TASK, a TOML file or a shipped example.

    Prints the strongest notions that hold and the weakest that fail; the task's own definition plays no
    role. What follows from another row by a proved implication is not decided again, and says by which
    proof. Exit status: 0 everything settled, 2 bad input, 3 something is unknown, 130 interrupted.
    """
    from tauomega.proofs.atlas.claims import place
    from tauomega.proofs.atlas.placement_text import report

    try:
        read = load(task)
        also = [named_definition(name)() for name in own]
        with shown_progress(f"placing {task}") as progress:
            found = place(read.claim, also=also, timeout=timeout, progress=progress)
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise
    if as_json:
        click.echo(canonical(_as_json(found)))
    else:
        write(report(found, task, output_width(), every=every))
    return ExitCode.UNKNOWN if found.unknown else ExitCode.HOLDS


def _as_json(found: ClaimPlacement) -> dict[str, Json]:
    return {
        "schema": SCHEMA,
        "strongest": [list(group) for group in found.strongest],
        "weakest": [list(group) for group in found.weakest],
        "pruned": found.pruned,
        "notions": [
            {
                "notion": row.key,
                "verdict": row.verdict,
                "by": list(row.scripts),
                "from": row.source,
                "reason": row.reason,
            }
            for row in found.rows
        ],
    }
