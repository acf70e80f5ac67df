"""Every assignment of a circuit's free bits, 64 to a word."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tauomega.theory.verdict import INFINITE, Certified, Enumeration, Evidence

from .engine import Answer, Budget, Problem
from .least import least_model
from .miter import DRAWS, Miter, drawn_model, miter_of, point_of
from .program import code_of
from .scanning import fastest, scan_in_numpy
from .statements import NotStatedError, refusal

__all__ = ["BITS", "SCAN", "Bits", "held", "opened", "refuted"]

ONE, ZERO = Fraction(1), Fraction(0)
PIECE = 2**30
"""Gates times assignments between two looks at the clock: some hundredths of a second in numpy."""


@final
@dataclass(frozen=True, slots=True)
class Bits:
    """Complete enumeration of a circuit's free bits, however many squares these are.

    There are two of it: `bits` decides at once what takes less than a second, before other engines are
    asked; `scan` goes on to some minutes' work, after them.

    Attributes:
        name: how `--engine` calls it.
        most: how many free bits the circuit may have.
        work: how many gates times assignments may be computed.
        draws: random squares that are looked at first.
        compiled: whether it is worth to compile the scan, where that can be done.
    """

    name: str = "bits"
    most: int = 26
    work: int = 2**34
    draws: int = DRAWS
    compiled: bool = False

    def accepts(self, problem: Problem) -> str | None:
        """Accepts squares with a fixed τ_U, and interchanges, over finite domains."""
        return refusal(problem)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value, if the circuit is small enough."""
        miter = opened(problem, budget, self.draws)
        if isinstance(miter, Answer):
            return miter
        bits, gates = len(miter.free), len(miter.cone)
        if bits > self.most or gates << bits > self.work:
            return Answer(reason=f"the circuit has {bits} free bits and {gates:,} gates")
        return self._scanned(problem, miter, budget)

    def _scanned(self, problem: Problem, miter: Miter, budget: Budget) -> Answer:
        code = code_of(miter.circuit, miter.literals, miter.free)
        total = 1 << len(miter.free)
        scan = fastest(budget) if self.compiled else scan_in_numpy
        allowed = PIECE << (0 if scan is scan_in_numpy else 3)
        step = min(total, 1 << max(12, (allowed // max(1, len(miter.cone))).bit_length() - 1))
        for start in range(0, total, step):
            if budget.spent:
                reason = f"{budget.seconds:g} s are over"
                return Answer(examined=start, total=total, reason=reason)
            hit = scan(code, start, step)
            if hit >= 0:
                model = frozenset(f for k, f in enumerate(miter.free) if hit >> k & 1)
                return refuted(problem, miter, model, budget)
            if budget.progress is not None:
                budget.progress(start + step, total)
        return held(miter, Enumeration(total, "assignments of the circuit's free bits"))


def opened(problem: Problem, budget: Budget, draws: int) -> Miter | Answer:
    """The circuit of a clause; or the answer, where building it or a few random squares decide."""
    try:
        miter = miter_of(problem)
    except NotStatedError as error:
        return Answer(reason=str(error))
    if miter.collapsed:
        built = Certified("circuit that is false as built", len(miter.circuit.gates), "gates")
        return held(miter, built)
    model = drawn_model(miter, draws)
    return miter if model is None else refuted(problem, miter, model, budget)


def held(miter: Miter, evidence: Evidence) -> Answer:
    """The answer that a clause holds."""
    return Answer(ZERO, ZERO, miter.squares, miter.squares, evidence)


def refuted(problem: Problem, miter: Miter, model: frozenset[int], budget: Budget) -> Answer:
    """The answer that a clause fails, at the least square that shows it."""
    least, minimal = least_model(miter, model, budget)
    point = point_of(miter, least, problem)
    return Answer(ONE, INFINITE, 1, miter.squares, point=point, minimal=minimal)


BITS = Bits()
"""The engine."""
SCAN = Bits("scan", 40, 2**44, compiled=True)
"""The engine for more."""
