"""What a search says: solutions, and whether these are all, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.reports.readable import Readable
from tauomega.theory.verdict import Evidence, Holds, Question, Run

from .sketch import Candidate

__all__ = [
    "Counted",
    "Ending",
    "Exhausted",
    "Found",
    "NoneExists",
    "Refuted",
    "SearchResult",
    "Solution",
    "Undecided",
    "Unfinished",
]


@final
@dataclass(frozen=True, slots=True)
class Solution(Readable):
    """One filled claim that satisfies the definition.

    Attributes:
        candidate: a value for every unknown cell.
        claim: the claim, filled in.
        verdict: what `check` says of it: it holds.
        cost: how many low-level variables it reads or puts in sites, and arguments its mechanisms read.
        minimal: whether no solution reads a proper part of what it reads.
        reads: those variables and arguments.
        filled: what stands in each hole, in words.
    """

    REPORT: ClassVar[str] = "tauomega.solvers.search.solutions_text:solution"

    candidate: Candidate
    claim: Abstraction
    verdict: Holds
    cost: int
    minimal: bool
    reads: frozenset[str]
    filled: tuple[tuple[str, str], ...]


@final
@dataclass(frozen=True, slots=True)
class Refuted:
    """There is nothing more: these clauses cannot be satisfied, CaDiCaL says."""

    clauses: tuple[tuple[int, ...], ...]
    relies_on: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Exhausted:
    """There is nothing more: each of this many candidates was decided."""

    candidates: int


@final
@dataclass(frozen=True, slots=True)
class Unfinished:
    """Whether there is more is not known: why."""

    reason: str


Ending = Refuted | Exhausted | Unfinished
"""How a search ended."""


@final
@dataclass(frozen=True, slots=True)
class Found(Readable):
    """Solutions, minimal ones first; `evidence` says why there are no others, where that is so."""

    REPORT: ClassVar[str] = "tauomega.solvers.search.solutions_text:found"

    question: Question
    solutions: tuple[Solution, ...]
    candidates: int
    evidence: Evidence | None = None
    reason: str = ""
    run: Run = field(default=Run(), compare=False)


@final
@dataclass(frozen=True, slots=True)
class NoneExists(Readable):
    """No candidate of the class satisfies the definition, by this evidence."""

    REPORT: ClassVar[str] = "tauomega.solvers.search.solutions_text:ending"

    question: Question
    candidates: int
    evidence: Evidence
    run: Run = field(default=Run(), compare=False)


@final
@dataclass(frozen=True, slots=True)
class Undecided(Readable):
    """No solution was found, and none was ruled out: why."""

    REPORT: ClassVar[str] = "tauomega.solvers.search.solutions_text:ending"

    question: Question
    candidates: int
    reason: str
    run: Run = field(default=Run(), compare=False)


@final
@dataclass(frozen=True, slots=True)
class Counted(Readable):
    """How many solutions there are among how many candidates."""

    REPORT: ClassVar[str] = "tauomega.solvers.search.solutions_text:number"

    question: Question
    number: int
    candidates: int
    evidence: Evidence
    run: Run = field(default=Run(), compare=False)


SearchResult = Found | NoneExists | Undecided
