"""Interchange claims decided one interchange after another, whatever a run of the network is.

A claim holds if every interchange certainly agrees: the scored variables have the values that the high-level model
gives them. It fails at the first for which a run is known that has others. Else it is unknown: how many interchanges
stay open is said, with the first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import Any, final

from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.interpreter import Interpreter
from tauomega.solvers.ranging import Swap, swaps
from tauomega.theory.defect import Dist, Read, Sup, Swaps
from tauomega.theory.errors import EvaluationError
from tauomega.theory.kernel import Value, evaluate
from tauomega.theory.verdict import INFINITE, Evidence

__all__ = ["Interchanges", "Judged", "Known", "decide", "is_of_interchanges"]

TOLD_EVERY = 16


class Known(Enum):
    """What is known of an interchange for which no run is known to fail."""

    AGREES = "agrees"
    OPEN = "open"


Judged = Known | Mapping[str, object]
"""What is known of an interchange; of one that fails, the values of the run by which it does."""


def is_of_interchanges(problem: Problem) -> bool:
    """Whether a clause compares what patched runs are read as, over all interchanges."""
    match problem.part.defect:
        case Sup(space=Swaps(), body=Dist(left=Read())):
            return True
        case _:
            return False


@final
class Interchanges:
    """The interchanges of a claim, and what the high-level model gives for each.

    Attributes:
        claim: the claim.
        names: the scored variables.
        tau: their τ.
    """

    def __init__(self, problem: Problem, budget: Budget) -> None:
        match problem.part.defect:
            case Sup(space=Swaps() as space, body=Dist(left=Read(names=names), right=above)):
                self._space, self.names, self._above = space, names, above
            case _:
                raise AssertionError("accepts() admitted another shape")
        self.claim = problem.claim
        self.tau = {name: self.claim.tau[name] for name in names}
        self._interpreter = Interpreter(problem, budget, {})

    def __iter__(self) -> Iterator[Swap]:
        return iter(swaps(self.claim, self._space.depth, self._space.sources))

    def wanted(self, swap: Swap) -> Mapping[str, Value]:
        """The values that the high-level model gives the scored variables."""
        found: Any = self._interpreter.term(self._above, {"x": swap})
        return found  # type: ignore[no-any-return]  # the term is a reading of a high-level state

    def differs(self, swap: Swap, values: Mapping[str, Value]) -> bool:
        """Whether τ reads other values off a run; not where it has none there.

        Args:
            swap: the interchange.
            values: the values of the units, or whatever else τ reads beside the inputs.
        """
        state = dict(zip(self.claim.scm.roots, swap.base, strict=True)) | dict(values)
        wanted = self.wanted(swap)
        try:
            return any(evaluate(e, state) != wanted[name] for name, e in self.tau.items())
        except EvaluationError:
            return False

    def shown(self, swap: Swap) -> str:
        """An interchange in words."""
        roots = self.claim.scm.roots
        base, *sources = (
            ", ".join(f"{n} = {v}" for n, v in zip(roots, point, strict=True))
            for point in (swap.base, *(point for _, point in swap.sources))
        )
        names = [name for name, _ in swap.sources]
        listed = "; ".join(f"{n} from {s}" for n, s in zip(names, sources, strict=True))
        return f"base {base}; {listed}"


def decide(
    asked: Interchanges,
    budget: Budget,
    judge: Callable[[Sequence[Swap]], Iterator[Judged]],
    *,
    evidence: Callable[[int], Evidence],
    unsettled: str = "",
    chunks: Iterable[Sequence[Swap]] | None = None,
) -> Answer:
    """0 where every interchange agrees, 1 where one does not.

    Args:
        asked: the interchanges.
        budget: looked at once for each chunk.
        judge: what is known of the interchanges of a chunk, in their order.
        evidence: of a claim that holds, from the number of interchanges.
        unsettled: how an open interchange is left, after "are not settled".
        chunks: the interchanges in their order, as many at a time as are run together; one by one by default.
    """
    examined = undecided = 0
    first = ""
    for chunk in ([swap] for swap in asked) if chunks is None else chunks:
        if budget.spent:
            return Answer(examined=examined, reason=f"{budget.seconds:g} s are over")
        for swap, known in zip(chunk, judge(chunk), strict=True):
            examined += 1
            if isinstance(known, Mapping):
                point = {"x": swap, **known}
                # an interchange that was left open before may fail in another run
                minimal = not undecided
                return Answer(Fraction(1), INFINITE, examined, point=point, minimal=minimal)
            if known is Known.OPEN:
                undecided += 1
                first = first or asked.shown(swap)
            if budget.progress is not None and examined % TOLD_EVERY == 0:
                budget.progress(examined, None)
    if undecided:
        count = f"{undecided:,} of {examined:,} interchanges are not settled"
        return Answer(examined=examined, reason=f"{count} {unsettled}; the first: {first}")
    return Answer(Fraction(0), Fraction(0), examined, examined, evidence(examined))
