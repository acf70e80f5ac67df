"""Every assignment of a circuit's free bits, 2^16 at a time, one bit of an integer each."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tauomega.theory.verdict import INFINITE, Enumeration, Evidence

from .engine import Answer, Budget, Problem
from .least import least_model
from .miter import DRAWS, Miter, drawn_model, miter_of, point_of, satisfied
from .statements import NotStatedError, refusal

__all__ = ["BITS", "Bits", "held", "refuted"]

ONE, ZERO = Fraction(1), Fraction(0)
MOST = 26
CHUNK = 16


@final
@dataclass(frozen=True, slots=True)
class Bits:
    """Complete enumeration of a circuit with at most 26 free bits, however many squares these are.

    Random squares come first, `draws` of them.
    """

    draws: int = DRAWS

    @property
    def name(self) -> str:
        """`bits`."""
        return "bits"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts squares with a fixed τ_U, and interchanges, over finite domains."""
        return refusal(problem)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value, if the circuit has at most 26 free bits."""
        try:
            miter = miter_of(problem)
        except NotStatedError as error:
            return Answer(reason=str(error))
        if miter.collapsed:
            return held(miter, Enumeration(miter.squares, "squares, all equal by construction"))
        model = drawn_model(miter, self.draws)
        if model is not None:
            return refuted(problem, miter, model, budget)
        if len(miter.free) > MOST:
            return Answer(reason=f"the circuit has {len(miter.free)} free bits, more than {MOST}")
        width = 1 << min(CHUNK, len(miter.free))
        total = 1 << len(miter.free)
        low = _columns(miter.free[:CHUNK])
        for start in range(0, total, width):
            if budget.spent:
                reason = f"{budget.seconds:g} s are over"
                return Answer(examined=start, total=total, reason=reason)
            ones = (1 << width) - 1
            high = {
                f: ones if start >> (k + CHUNK) & 1 else 0 for k, f in enumerate(miter.free[CHUNK:])
            }
            hit = satisfied(miter, low | high, width)
            if hit:
                column = (hit & -hit).bit_length() - 1
                found = frozenset(f for f, word in (low | high).items() if word >> column & 1)
                return refuted(problem, miter, found, budget)
            if budget.progress is not None:
                budget.progress(start + width, total)
        return held(miter, Enumeration(total, "assignments of the circuit's free bits"))


def _columns(names: tuple[int, ...]) -> dict[int, int]:
    """Variable k has bit k of the number of the assignment."""
    width = 1 << len(names)
    found = {}
    for k, f in enumerate(names):
        block = ((1 << (1 << k)) - 1) << (1 << k)
        size = 1 << (k + 1)
        while size < width:
            block |= block << size
            size *= 2
        found[f] = block
    return found


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
