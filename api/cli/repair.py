"""`tauomega repair`: the fewest values that a lossy τ must be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tauomega.loading import load

from .check import exit_code_of
from .exit_code import ExitCode
from .line import output_width, write
from .report_json import canonical
from .seconds import SECONDS
from .semantics import require_table

if TYPE_CHECKING:
    from tauomega.solvers.search.coarsest import Coarsening

__all__ = ["command", "show"]


@click.command(name="repair")
@click.argument("task")
@click.option("--timeout", type=SECONDS, default=60.0, help="Time for everything.  [default: 60s]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
def command(task: str, as_json: bool, timeout: float) -> ExitCode:
    """Find the coarsest refinement of TASK's τ for which some high-level model exists.

    The high-level model of the task, if there is one, is not read. Exit status: 0 it is an abstraction, 1 the
    refinement has no model, 2 bad input, 3 not known.
    """
    from tauomega.solvers.search.coarsest import repair

    from .coarsening_json import answering

    with answering(task, as_json=as_json):
        claim = load(task).claim
        require_table(claim)
        found = repair(claim, timeout=timeout)
    return show(found, task, as_json=as_json)


def show(found: Coarsening, task: str, *, as_json: bool) -> ExitCode:
    """Print what was found."""
    from .coarsening_json import coarsening_to_json

    if as_json:
        click.echo(canonical(coarsening_to_json(found)))
    else:
        write(found.lines(title=task, width=output_width()))
    return exit_code_of(found.verdict)
