"""Coarsest and common abstractions in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.reports.line import Line

from .coarsest import Coarsening
from .common import CommonAbstraction

__all__ = ["coarsening", "common"]

WIDEST = 160
"""Characters of a line of a model or a map that is shown; `--json` has all of it."""


def coarsening(found: Coarsening, title: str = "", width: int = 100) -> Iterator[Line]:
    """The blocks with their classes, the model and the maps, and what the claim was decided to be."""
    head = f"{title}: " if title else ""
    yield Line(f"{head}the coarsest abstraction with these blocks", "bold")
    for name, members in found.blocks.items():
        classes = found.classes[name]
        more = found.added[name]
        words = f"{more} more than was asked" if more else "as many as were asked"
        words = "one class: left out" if name in found.dropped else words
        yield Line(
            f"  {name} = {', '.join(members)}: {max(classes) + 1} classes of {len(classes)} states, {words}"
        )
    yield Line("")
    yield from _claim_lines(found.claim)
    yield from found.verdict.lines(title="decided", width=width)


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


def common(
    found: CommonAbstraction,
    title: str = "",
    width: int = 100,
    *,
    models: tuple[str, str] = ("the first", "the second"),
) -> Iterator[Line]:
    """The classes of each pair of blocks, the common model, and why nothing finer is common."""
    both = title or " and ".join(models)
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
    for model, verdict in zip(models, found.verdicts, strict=False):
        yield from verdict.lines(title=model, width=width)


def _states(classes: Sequence[int]) -> str:
    never = sum(c < 0 for c in classes)
    return f"{len(classes)} states" + (f" ({never} that no run reaches)" if never else "")
