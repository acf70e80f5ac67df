"""`tauomega demo`: shipped claims, decided here and now, with their verdicts announced."""

from __future__ import annotations

import click

from tauomega.loading import load
from tauomega.theory.reports.verdict_text import report

from .exit_code import ExitCode
from .line import Line, output_width, write
from .progress import shown_progress

__all__ = ["CLAIMS", "command"]

CLAIMS = (
    ("voting", "holds", "Three voters and a majority: is a count of votes what they do?"),
    ("ce1", "fails", "Two models with the same law: are they the same causal model?"),
    (
        "xor_nand_or",
        "holds",
        "A network trained on XOR: are these two units NAND and OR, exchanged alone and together?",
    ),
    (
        "xor_half_test_forward",
        "holds",
        "The same network and a published formula, tested on half of the (source, base) pairs.",
    ),
    ("xor_half_test", "fails", "The same formula at the same units, tested on all pairs."),
)
"""Example, announced verdict, question."""


@click.command(name="demo")
def command() -> ExitCode:
    """Decide shipped claims. Exit status 0 iff each comes out as announced."""
    from tauomega.solvers.checking import check

    width = output_width()
    agreed = 0
    for number, (name, announced, question) in enumerate(CLAIMS, start=1):
        write([Line(f"{number}. {question}", "bold"), Line(f"   tauomega check {name}", "dim")])
        task = load(name)
        with shown_progress(name) as progress:
            verdict = check(task.claim, task.definition, at_most=task.at_most, progress=progress)
        write(report(verdict, width=width))
        agreed += verdict.name == announced
        if verdict.name != announced:
            write([Line(f"announced: {announced}", "bold red")])
        click.echo()
    write([Line(f"{agreed} of {len(CLAIMS)} claims came out as announced", "bold")])
    return ExitCode.HOLDS if agreed == len(CLAIMS) else ExitCode.FAILS
