"""Every candidate filled in and decided: what a search means, and the twin of every other one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Hole, format_expression
from tauomega.theory.verdict import Verdict

from ..checking import check
from ..deciding_facts import decide_facts
from ..engine import Budget
from .sketch import NOWHERE, Candidate, Place, Sketch

__all__ = ["decided", "filled_words", "literally", "reads_of"]


def literally(
    sketch: Sketch, definition: Definition, budget: Budget
) -> Iterator[tuple[Candidate, Abstraction, Verdict]]:
    """Every candidate that a definition applies to, with the verdict on it.

    Candidates that the definition refuses as bad input do not satisfy it, unless it refuses all.

    Raises:
        InputError: the definition refuses every candidate; what it says of the first.
    """
    refused: InputError | None = None
    accepted = False
    for number, candidate in enumerate(sketch.candidates()):
        if budget.spent:
            return
        try:
            filled = fill(sketch, candidate)
            if filled is None:
                continue
            verdict = decided(filled, definition, budget)
        except InputError as error:
            refused = refused or error
            continue
        accepted = True
        if budget.progress is not None:
            budget.progress(number + 1, sketch.size)
        yield candidate, filled, verdict
    if refused is not None and not accepted:
        raise refused


def fill(sketch: Sketch, candidate: Candidate) -> Abstraction | None:
    """The filled claim, or `None` if a site is empty."""
    filled = sketch.fill(candidate)
    return None if any(not filled.sites[name] for name in sketch.sites) else filled


def decided(filled: Abstraction, definition: Definition, budget: Budget) -> Verdict:
    """A filled claim, decided in what is left of the budget."""
    return check(filled, definition, timeout=max(0.1, budget.left))


def reads_of(sketch: Sketch, candidate: Candidate, filled: Abstraction) -> frozenset[str]:
    """What a candidate reads: low-level variables by τ or in sites, and arguments of mechanisms.

    An argument k of the hole of X is called `X(k)`.
    """
    found: set[str] = set()
    tau = {n: filled.tau[n] for n, e in sketch.claim.tau.items() if isinstance(e, Hole)}
    if tau:
        bare = replace(filled, high=None, tau=tau, tau_u=None, omega=None, sites={})
        for support in decide_facts(bare, Budget()).supports.values():
            found.update(support)
    for unknown, table in zip(sketch.unknowns, candidate, strict=True):
        if unknown.place is Place.SITES:
            members = zip(unknown.keys, table, strict=True)
            found.update(str(key[0]) for key, owner in members if owner != NOWHERE)
        elif unknown.place in (Place.LOW, Place.HIGH):
            found.update(f"{unknown.name}({k})" for k in unknown.read(table))
    return frozenset(found)


def filled_words(
    sketch: Sketch, candidate: Candidate, filled: Abstraction
) -> tuple[tuple[str, str], ...]:
    """What stands in each hole: its place with the variable, and the expression or the variables."""
    found = []
    for unknown, table in zip(sketch.unknowns, candidate, strict=True):
        if unknown.place is Place.SITES:
            for name in sketch.sites:
                found.append((f"site of {name}", ", ".join(filled.sites[name])))
        elif unknown.place is Place.OMEGA:
            for i, text in zip(sketch.omega, table, strict=True):
                found.append((f"ω of {i.describe()}", str(text) or "no intervention"))
        else:
            text = format_expression(unknown.expression(table))
            found.append((f"{unknown.place.value} of {unknown.name}", text))
    return tuple(found)
