"""What a search says: solutions, and whether these are all, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.verdict import Evidence, Question, Run, Verdict

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
class Solution:
    """One filled claim that satisfies the definition.

    Attributes:
        candidate: a value for every unknown cell.
        claim: the claim, filled in.
        verdict: what `check` says of it: it holds.
        cost: how many low-level variables it reads or puts in sites, and arguments its mechanisms read.
        minimal: whether no solution reads a proper part of what it reads.
        reads: those variables and arguments.
    """

    candidate: Candidate
    claim: Abstraction
    verdict: Verdict
    cost: int
    minimal: bool
    reads: frozenset[str]


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
class Found:
    """Solutions, minimal ones first; `evidence` says why there are no others, where that is so."""

    question: Question
    solutions: tuple[Solution, ...]
    candidates: int
    evidence: Evidence | None = None
    reason: str = ""
    run: Run = field(default=Run(), compare=False)


@final
@dataclass(frozen=True, slots=True)
class NoneExists:
    """No candidate of the class satisfies the definition, by this evidence."""

    question: Question
    candidates: int
    evidence: Evidence
    run: Run = field(default=Run(), compare=False)


@final
@dataclass(frozen=True, slots=True)
class Undecided:
    """No solution was found, and none was ruled out: why."""

    question: Question
    candidates: int
    reason: str
    run: Run = field(default=Run(), compare=False)


@final
@dataclass(frozen=True, slots=True)
class Counted:
    """How many solutions there are among how many candidates."""

    question: Question
    number: int
    candidates: int
    evidence: Evidence
    run: Run = field(default=Run(), compare=False)


SearchResult = Found | NoneExists | Undecided
