"""`find`, `enumerate_all`, `count_all`: the front of the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from fractions import Fraction

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.asking import asked_claim, asked_definition
from tauomega.theory.definition import Definition, Role
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import Hard
from tauomega.theory.verdict import Fails, Holds, Question, Run

from ..engine import Budget
from ..problems import policies_of
from ..question import question_of
from .apart import evidence_of, found_apart
from .counting import counted
from .literal import decided, filled_words, reads_of
from .results import (
    Counted,
    Ending,
    Found,
    NoneExists,
    SearchResult,
    Solution,
    Undecided,
    Unfinished,
)
from .sketch import Candidate, Place, Sketch, named

__all__ = ["count_all", "enumerate_all", "find", "sketch_of"]

MOST_LISTED = 10_000
Progress = Callable[[int, int | None], None]


def find(
    claim: Abstraction | Sketch,
    definition: Definition | str,
    *,
    sites: Mapping[str, Sequence[str]] | None = None,
    omega: Sequence[Hard] = (),
    timeout: float = 60.0,
    progress: Progress | None = None,
) -> SearchResult:
    r"""A candidate that satisfies a definition, one that reads as little as possible; or that there is none.

    Args:
        claim: a claim with holes `?(…)` in τ, τ_U or mechanisms.
        definition: the notion, with its parameters; or its name, with the defaults.
        sites: high-level variable -> the low-level variables that its site may consist of.
        omega: low-level interventions whose ω is to be found.
        timeout: wall-clock seconds for everything.
        progress: called now and then with (candidates examined, candidates in all or `None`).

    Returns:
        `Found` with one solution, `NoneExists` with its evidence, or `Undecided`.

    Raises:
        InputError: there is nothing to find; the claim lacks what the definition needs; a hole is too
            large.

    Example:
        >>> from tauomega.theory.definitions.constructive import Constructive
        >>> from tauomega.theory.scm import SCM
        >>> low = SCM.from_text("U[1..3] : bool\nX[i] = U[i]\nW = sum(X[1..3]) >= 2")
        >>> high = SCM.from_text("T0 : 0..3\nT = T0\nW = T >= 2")
        >>> claim = Abstraction.from_text(low, high, {"T": "?(X[1], X[2], X[3])", "W": "W"})
        >>> result = find(claim, Constructive())
        >>> result.solutions[0].verdict.name
        'holds'
    """
    return enumerate_all(
        claim, definition, sites=sites, omega=omega, limit=1, timeout=timeout, progress=progress
    )


def enumerate_all(
    claim: Abstraction | Sketch,
    definition: Definition | str,
    *,
    sites: Mapping[str, Sequence[str]] | None = None,
    omega: Sequence[Hard] = (),
    limit: int = MOST_LISTED,
    up_to_relabelling: bool = False,
    known: Iterable[Candidate] = (),
    timeout: float = 60.0,
    progress: Progress | None = None,
    shown: Callable[[Solution], None] | None = None,
) -> SearchResult:
    """All candidates that satisfy a definition, those that read the least first.

    Args:
        claim: as in `find`.
        definition: as in `find`.
        sites: as in `find`.
        omega: as in `find`.
        limit: how many solutions to stop after.
        up_to_relabelling: whether of solutions that differ by a relabelling of the high level only
            one is wanted.
        known: solutions that were found before; they are not found again, nor returned.
        timeout: as in `find`.
        progress: as in `find`.
        shown: called with every solution as soon as it is decided.

    Returns:
        `Found`; its evidence says that there are no others. `NoneExists`, `Undecided`.

    Raises:
        InputError: as in `find`.
    """
    sketch, definition = sketch_of(asked_claim(claim), sites, omega), asked_definition(definition)
    budget = Budget(timeout, progress=progress)
    question = _question(sketch, definition)
    before = list(known)
    solutions: list[Solution] = []
    reads = [reads_of(sketch, c, sketch.fill(c)) for c in before]
    ending: Ending = Unfinished(f"stopped after {limit:,} solution{'s' if limit > 1 else ''}")
    searching = found_apart(
        sketch, definition, budget, known=before, up_to_relabelling=up_to_relabelling
    )
    with closing(searching):
        while len(solutions) < limit:
            try:
                candidate = next(searching)
            except StopIteration as stop:
                ending = stop.value
                break
            solution = _decided(sketch, candidate, definition, budget, reads)
            if isinstance(solution, str):
                ending = Unfinished(solution)
                break
            solutions.append(solution)
            reads.append(solution.reads)
            if shown is not None:
                shown(solution)
    evidence, reason = evidence_of(ending, budget)
    run = Run((), budget.used)
    if solutions or before:
        return Found(question, tuple(solutions), sketch.size, evidence, reason, run)
    if evidence is not None:
        _require_sense(sketch, definition, budget)
        return NoneExists(question, sketch.size, evidence, run)
    return Undecided(question, sketch.size, reason, run)


def _decided(
    sketch: Sketch,
    candidate: Candidate,
    definition: Definition,
    budget: Budget,
    before: Sequence[frozenset[str]],
) -> Solution | str:
    """A candidate that a search proposes, decided by `check`; or why that was not possible."""
    filled = sketch.fill(candidate)
    verdict = decided(filled, definition, budget)
    match verdict:
        case Holds():
            reads = reads_of(sketch, candidate, filled)
            minimal = not any(other < reads for other in before)
            words = filled_words(sketch, candidate, filled)
            return Solution(candidate, filled, verdict, len(reads), minimal, reads, words)
        case Fails():
            raise AssertionError(
                f"a candidate that meets all demands fails: this is a bug of tauomega: {filled}"
            )
        case _:
            return f"a candidate is undecided: {verdict.reason}"


def count_all(
    claim: Abstraction | Sketch,
    definition: Definition | str,
    *,
    sites: Mapping[str, Sequence[str]] | None = None,
    omega: Sequence[Hard] = (),
    up_to_relabelling: bool = False,
    timeout: float = 60.0,
    progress: Progress | None = None,
) -> Counted | Undecided:
    """How many candidates satisfy a definition.

    Up to 10,000 are listed; more are counted by a projected model counter on all demands at once.

    Args:
        claim: as in `find`.
        definition: as in `find`.
        sites: as in `find`.
        omega: as in `find`.
        up_to_relabelling: as in `enumerate_all`.
        timeout: as in `find`.
        progress: as in `find`.

    Raises:
        InputError: as in `find`.
        MissingDependencyError: there are more than 10,000, and pyganak is not installed.
    """
    sketch, definition = sketch_of(asked_claim(claim), sites, omega), asked_definition(definition)
    budget = Budget(timeout, progress=progress)
    question = _question(sketch, definition)
    found = counted(sketch, definition, budget, up_to_relabelling=up_to_relabelling)
    run = Run((), budget.used)
    if isinstance(found, str):
        return Undecided(question, sketch.size, found, run)
    number, evidence = found
    if not number:
        _require_sense(sketch, definition, budget)
    return Counted(question, number, sketch.size, evidence, run)


def sketch_of(
    claim: Abstraction | Sketch,
    sites: Mapping[str, Sequence[str]] | None = None,
    omega: Sequence[Hard] = (),
) -> Sketch:
    """The class of a claim with holes.

    Raises:
        InputError: there is nothing to find, or a hole is too large.
    """
    if isinstance(claim, Sketch):
        return claim
    return Sketch(claim, {} if sites is None else sites, tuple(omega))


def _require_sense(sketch: Sketch, definition: Definition, budget: Budget) -> None:
    """Of a class without solutions: that `check` does not refuse its claims as bad input.

    What makes it refuse does not depend on what is unknown, unless that is τ.

    Raises:
        InputError: it does.
    """
    if not any(u.place is Place.TAU for u in sketch.unknowns):
        first = tuple(tuple(values[-1] for values in u.values) for u in sketch.unknowns)
        decided(sketch.fill(first), definition, budget)


def _question(sketch: Sketch, definition: Definition) -> Question:
    """What the solutions satisfy, in words.

    Raises:
        InputError: the claim lacks what the definition needs; sites to be found where it knows none.
    """
    if sketch.sites and Role.SITES not in definition.needs:
        raise InputError([f"{definition.name} knows no sites, so none are found for it"])
    claim = named(sketch)
    omega, tau_u = policies_of(claim, definition.defect(claim))
    return question_of(claim, definition, omega, tau_u, Fraction(0))
