"""`tauomega coarsest`: the coarsest abstraction that still tells what is to be kept."""

from __future__ import annotations

import click

from tauomega.loading import load
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import nearest

from .exit_code import ExitCode
from .repair import show
from .seconds import SECONDS
from .semantics import require_table

__all__ = ["command"]


@click.command(name="coarsest")
@click.argument("task")
@click.option(
    "--keep",
    "kept",
    metavar="NAME",
    multiple=True,
    required=True,
    help="A high-level variable whose τ must not be lost; may be repeated.",
)
@click.option("--timeout", type=SECONDS, default=60.0, help="Time for everything.  [default: 60s]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
def command(task: str, kept: tuple[str, ...], as_json: bool, timeout: float) -> ExitCode:
    """Find the coarsest abstraction with the blocks of TASK's τ that keeps the named variables.

    The other blocks keep only what these depend on. The high-level model, if there is one, is not read.
    Exit status: 0 it is an abstraction, 1 there is none, 2 bad input, 3 not known.
    """
    from tauomega.solvers.deadline import within
    from tauomega.solvers.search.coarsest import blocks_of, coarsest

    from .coarsening_json import answering

    with answering(task, as_json=as_json), within(timeout) as budget:
        claim = load(task).claim
        require_table(claim)
        wrong = [name for name in kept if name not in claim.tau]
        if wrong:
            raise InputError([f"no τ of {name!r}{nearest(name, claim.tau)}" for name in wrong])
        blocks = blocks_of(claim, budget)
        keep = {name: claim.tau[name] for name in kept}
        found = coarsest(claim.scm, blocks, keep, timeout=timeout)
    return show(found, task, as_json=as_json)
