"""What an engine is: something that bounds the defect of one clause from both sides."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from typing import Protocol, final, runtime_checkable

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Part
from tauomega.theory.policy import OmegaPolicy, TauUPolicy
from tauomega.theory.quantity import Number
from tauomega.theory.verdict import INFINITE, Evidence, Witness

from .facts import Facts

__all__ = [
    "Answer",
    "Budget",
    "Engine",
    "Interrupted",
    "Measurer",
    "Problem",
    "counting_looks",
    "is_counting_looks",
]


LOOKS = 500
"""How many looks at a budget stand for a second: engines look every few milliseconds."""

_LOOKED: ContextVar[Iterator[int] | None] = ContextVar("looked", default=None)


def _now() -> float:
    looks = _LOOKED.get()
    return time.monotonic() if looks is None else next(looks) / LOOKS


@contextmanager
def counting_looks() -> Iterator[None]:
    """Let budgets end after so many looks at them, whatever the time: the same on every machine.

    What never looks at its budget is not stopped by it then.
    """
    token = _LOOKED.set(count())
    try:
        yield
    finally:
        _LOOKED.reset(token)


def is_counting_looks() -> bool:
    """Whether budgets are of looks for now."""
    return _LOOKED.get() is not None


@final
@dataclass(frozen=True, slots=True)
class Budget:
    """What an engine may spend: wall-clock seconds from `start`, bytes of memory.

    While looks are counted (`counting_looks`), seconds are so many looks at a budget instead.

    `progress` is told now and then how many squares were examined out of how many (or `None`);
    `narrowed`, the bounds between which a distance is known to lie.
    """

    seconds: float = 60.0
    memory: int = 1_000_000_000
    start: float = field(default_factory=_now)
    progress: Callable[[int, int | None], None] | None = None
    narrowed: Callable[[Number, Number], None] | None = None

    @property
    def left(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self.seconds - self.used)

    def charge(self, looks: int) -> None:
        """Count what was done since the last look as so many looks, if these are counted: it took that long."""
        counted = _LOOKED.get()
        for _ in range(looks if counted is not None else 0):
            next(counted)  # type: ignore[arg-type]  # none are counted else

    @property
    def used(self) -> float:
        """Seconds since `start`."""
        return _now() - self.start

    @property
    def spent(self) -> bool:
        """Whether the time is over."""
        return self.left <= 0.0


@final
@dataclass(frozen=True, slots=True)
class Problem:
    """One clause of a definition, asked of a claim.

    `omega` and `tau_u` say how the free maps ω and τ_U of the clause are fixed; `facts` are the
    supports and the roles that the clause's families are built from; `tolerance` is α.
    """

    claim: Abstraction
    part: Part
    facts: Facts
    omega: OmegaPolicy
    tau_u: TauUPolicy
    semantics: str = "exact"
    tolerance: Fraction = Fraction(0)
    whole: bool = False
    """Whether the exact value is asked for, not only whether it exceeds the tolerance."""


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """Bounds on the defect, with what they rest on.

    `evidence` is present when the clause holds (`hi` is within the tolerance); `point`, when it
    fails: the values of the suprema's variables, by name, from the outside in, as far as no infimum
    intervenes. `reason` is present when neither. `minimal` says whether `point` is the first in the
    canonical order (fewest targets, then lexicographically least). `value` is the defect's value where
    it was computed, `lo` and `hi` its ends; `measures` are shares that were counted on the way.
    """

    lo: Fraction | float = Fraction(0)
    hi: Fraction | float = INFINITE
    examined: int = 0
    total: int | None = None
    evidence: Evidence | None = None
    witness: Witness | None = None
    point: Mapping[str, object] | None = None
    minimal: bool = True
    reason: str = ""
    value: Number | None = None
    measures: tuple[tuple[str, Fraction], ...] = ()


class Interrupted(KeyboardInterrupt):
    """An interrupt that brings what was known by then, so that it need not be lost."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.reason)
        self.answer = answer


class Engine(Protocol):
    """An engine: named, pure, and honest about what it does not cover."""

    @property
    def name(self) -> str:
        """How `--engine` calls it."""
        ...

    def accepts(self, problem: Problem) -> str | None:
        """Why the engine does not cover this problem, or `None` if it does."""
        ...

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """Bounds on the defect, within the budget; never a guess.

        Raises:
            InputError: evaluation met a state at which a map or mechanism has no value.
        """
        ...


@runtime_checkable
class Measurer(Protocol):
    """An engine that also counts: the shares of interchanges that agree, exactly."""

    def accepts(self, problem: Problem) -> str | None:
        """Why the engine does not cover this problem, or `None` if it does."""
        ...

    def measures(self, problem: Problem) -> tuple[tuple[str, Fraction], ...]:
        """Interchange accuracy, and the accuracy without an interchange; nothing if out of reach."""
        ...
