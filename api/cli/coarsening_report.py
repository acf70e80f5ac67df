"""What `coarsest`, `repair` and `common` found, as a person and as a program reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

from tauomega.solvers.search.coarsest import Coarsening
from tauomega.solvers.search.common import CommonAbstraction
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import InputError, OutOfReachError, UndecidedError

from .counterexample_json import Json
from .exit_code import ExitCode
from .line import Line
from .report_json import canonical, faults_to_json, verdict_to_json
from .report_text import report

__all__ = ["answering", "coarsening_lines", "coarsening_to_json", "common_lines", "common_to_json"]

WIDEST = 160
"""Characters of a line of a model or a map that is shown; `--json` has all of it."""
Blocks = Mapping[str, Sequence[str]]


@contextmanager
def answering(target: str, *, as_json: bool) -> Iterator[None]:
    """Faults as JSON if that was asked for; a search that is out of reach, or of time, ends as unknown."""
    try:
        yield
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise
    except (OutOfReachError, UndecidedError) as error:
        if as_json:
            click.echo(canonical({"verdict": "unknown", "reason": str(error)}))
        else:
            click.echo(f"{target}: UNKNOWN: {error}")
        raise click.exceptions.Exit(ExitCode.UNKNOWN) from error


def coarsening_lines(found: Coarsening, blocks: Blocks, title: str, width: int) -> Iterator[Line]:
    """The blocks with their classes, the model and the maps, and what the claim was decided to be."""
    yield Line(f"{title}: the coarsest abstraction with these blocks", "bold")
    for name, members in blocks.items():
        classes = found.classes[name]
        more = found.added[name]
        words = f"{more} more than was asked" if more else "as many as were asked"
        words = "one class: left out" if name in found.dropped else words
        yield Line(
            f"  {name} = {', '.join(members)}: {max(classes) + 1} classes of {len(classes)} states, {words}"
        )
    yield Line("")
    yield from _claim_lines(found.claim)
    yield from report(found.verdict, width=width, title="decided")


def _claim_lines(claim: Abstraction) -> Iterator[Line]:
    if claim.high is None:
        yield Line("no high-level model: its mechanisms form a cycle", "bold yellow")
    else:
        yield Line("high-level model", "bold")
        yield from (_short(f"  {line}") for line in str(claim.high).splitlines())
    yield Line("")
    yield Line("τ", "bold")
    yield from (_short(f"  {name} = {text}") for name, text in claim.tau_text.items())
    yield Line("")


def _short(text: str) -> Line:
    return Line(text if len(text) <= WIDEST else f"{text[:WIDEST]}… (in full with --json)")


def coarsening_to_json(found: Coarsening, blocks: Blocks) -> dict[str, Json]:
    """The result as JSON."""
    return {
        "schema": "tauomega/coarsening/1",
        "blocks": {name: list(members) for name, members in blocks.items()},
        "classes": {name: list(classes) for name, classes in found.classes.items()},
        "added": dict(found.added),
        "dropped": list(found.dropped),
        **_claim_to_json(found.claim),
        "verdict": verdict_to_json(found.verdict),
    }


def _claim_to_json(claim: Abstraction) -> dict[str, Json]:
    high = None if claim.high is None else str(claim.high)
    return {"high": high, "tau": dict(claim.tau_text)}


def common_lines(found: CommonAbstraction, titles: tuple[str, str], width: int) -> Iterator[Line]:
    """The classes of each pair of blocks, the common model, and why nothing finer is common."""
    both = " and ".join(titles)
    if found.is_trivial:
        yield Line(f"{both}: only the trivial model abstracts both", "bold red")
    else:
        yield Line(f"{both}: the finest model that abstracts both", "bold green")
    for name, (first, second) in found.classes.items():
        number = 1 + max((*first, *second))
        sizes = f"{_states(first)} and {_states(second)}"
        yield Line(
            f"  {name}: {number} classes of {sizes}"
            if number > 1
            else f"  {name}: {sizes}, all merged"
        )
    yield Line(
        f"  {len(found.merges)} merges, each forced by earlier ones: nothing finer is common"
    )
    yield Line("")
    if found.claims is not None:
        yield from _claim_lines(found.claims[0])
    elif not found.is_trivial:
        yield Line("no high-level model: its mechanisms form a cycle", "bold yellow")
    for title, verdict in zip(titles, found.verdicts, strict=False):
        yield from report(verdict, width=width, title=title)


def _states(classes: Sequence[int]) -> str:
    never = sum(c < 0 for c in classes)
    return f"{len(classes)} states" + (f" ({never} that no run reaches)" if never else "")


def common_to_json(found: CommonAbstraction) -> dict[str, Json]:
    """The result as JSON; class -1 is a state that no run reaches."""
    names = tuple(found.classes)
    return {
        "schema": "tauomega/common/1",
        "trivial": found.is_trivial,
        "classes": {n: [list(a), list(b)] for n, (a, b) in found.classes.items()},
        "family": str(found.family),
        "claims": [_claim_to_json(claim) for claim in found.claims or ()],
        "verdicts": [verdict_to_json(verdict) for verdict in found.verdicts],
        "merges": [
            {
                "block": names[m.block],
                "states": [list(m.first), list(m.second)],
                "context": m.context,
                "others": None if m.left is None else [list(m.left), list(m.right or ())],
            }
            for m in found.merges
        ],
    }
