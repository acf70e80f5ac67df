"""`tauomega common`: what two models have in common."""

from __future__ import annotations

import click

from tauomega.loading import load
from tauomega.theory.errors import InputError

from .check import exit_code_of
from .exit_code import ExitCode
from .line import output_width, write
from .report_json import canonical
from .seconds import SECONDS
from .semantics import require_table

__all__ = ["command"]


@click.command(name="common")
@click.argument("first")
@click.argument("second")
@click.option("--timeout", type=SECONDS, default=60.0, help="Time for everything.  [default: 60s]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
def command(first: str, second: str, as_json: bool, timeout: float) -> ExitCode:
    """Find the finest model that abstracts the low-level models of two tasks, FIRST and SECOND.

    They must have the same roots. The block that a τ reads in the first is aligned with the block that the τ of the
    same name reads in the second. Exit status: 0 found, 1 only the trivial model abstracts both, 2 bad input, 3 not
    known.
    """
    from tauomega.solvers.deadline import within
    from tauomega.solvers.search.coarsening_text import common as report
    from tauomega.solvers.search.coarsest import blocks_of
    from tauomega.solvers.search.common import common

    from .coarsening_json import answering, common_to_json

    with answering(f"{first}, {second}", as_json=as_json), within(timeout) as budget:
        one, two = (load(task).claim for task in (first, second))
        for claim in (one, two):
            require_table(claim)
        pair = blocks_of(one, budget), blocks_of(two, budget)
        alone = sorted(pair[0].keys() ^ pair[1].keys())
        if alone:
            raise InputError([f"only one of the two tasks has a τ of {name!r}" for name in alone])
        blocks = {name: (pair[0][name], pair[1][name]) for name in pair[0]}
        found = common(one.scm, two.scm, blocks, timeout=timeout)
    if as_json:
        click.echo(canonical(common_to_json(found)))
    else:
        write(report(found, width=output_width(), models=(first, second)))
    if found.is_trivial:
        return ExitCode.FAILS
    if not found.verdicts:
        return ExitCode.UNKNOWN
    return max(exit_code_of(verdict) for verdict in found.verdicts)
