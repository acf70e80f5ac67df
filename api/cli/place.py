"""`tauomega place`: every notion decided of one claim; the strongest that hold, the weakest that fail."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from tauomega.loading import load
from tauomega.theory.errors import InputError

from .exit_code import ExitCode
from .line import Line, output_width, write
from .progress import shown_progress
from .report_json import Json, canonical, faults_to_json
from .seconds import SECONDS

if TYPE_CHECKING:
    from tauomega.proofs.atlas.claims import ClaimPlacement, Row

__all__ = ["command"]

SCHEMA = "tauomega/placement/1"


@click.command(name="place")
@click.argument("task")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
@click.option("--all", "every", is_flag=True, help="Print every notion, not only the extreme ones.")
@click.option("--timeout", type=SECONDS, default=60.0, help="Time for all notions.  [default: 60s]")
def command(task: str, as_json: bool, every: bool, timeout: float) -> ExitCode:
    """Decide every notion of the claim in TASK, a TOML file or a shipped example.

    Prints the strongest notions that hold and the weakest that fail; the task's own definition plays no
    role. What follows from another row by a proved implication is not decided again, and says by which
    proof. Exit status: 0 everything settled, 2 bad input, 3 something is unknown, 130 interrupted.
    """
    from tauomega.proofs.atlas.claims import place

    try:
        read = load(task)
        with shown_progress(f"placing {task}") as progress:
            found = place(read.claim, timeout=timeout, progress=progress)
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise
    if as_json:
        click.echo(canonical(_as_json(found)))
    else:
        write(_lines(found, task, output_width(), every=every))
    return ExitCode.UNKNOWN if found.unknown else ExitCode.HOLDS


def _lines(found: ClaimPlacement, title: str, width: int, *, every: bool) -> Iterator[Line]:
    from tauomega.proofs.atlas.claims import INCLUSION

    counts = {
        word: sum(row.verdict == word for row in found.rows)
        for word in ("holds", "fails", "unknown", "does not apply")
    }
    yield Line(
        f"{title}: {counts['holds']} notions hold, {counts['fails']} fail, {counts['unknown']} unknown, "
        f"{counts['does not apply']} do not apply",
        "bold",
    )
    for heading, groups in (
        ("strongest that hold", found.strongest),
        ("weakest that fail", found.weakest),
    ):
        yield Line(f"  {heading}", "bold")
        for group in groups or (("none",),):
            for text in wrap(" = ".join(group), width - 4, subsequent_indent="    "):
                yield Line(f"    {text}")
    for row in found.unknown:
        yield Line(f"  unknown: {row.key}: {row.reason}", "bold yellow")
    followed = [row for row in found.rows if row.scripts]
    if followed:
        scripts = sorted({script for row in followed for script in row.scripts})
        hint = "" if scripts == [INCLUSION] else " (tauomega prove NAME)"
        text = f"{len(followed)} of them follow from others, by: {', '.join(scripts)}{hint}"
        for line in wrap(text, width - 2):
            yield Line(f"  {line}")
    elif not found.pruned:
        yield Line("  the claim gives ω, τ_U, I_H, inert variables or a network: all are decided")
    if every:
        for row in found.rows:
            yield Line(_row(row))


def _row(row: Row) -> str:
    how = f"  from {row.source}, by {', '.join(row.scripts)}" if row.scripts else ""
    reason = f"  ({row.reason})" if row.reason else ""
    return f"  {row.verdict:<14}  {row.key}{how}{reason}"


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
