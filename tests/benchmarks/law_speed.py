"""Equality of two laws over 2^20 contexts: exact rationals against the same sums in floating point.

    python tests/benchmarks/law_speed.py [VOTERS]

Independent votes with parameters over 97 and 101; the majority as a count below and as a sum above
(engines.md §2 has the same task). `exact` is what `check(..., engines=["table"])` does, by residues modulo
primes; `float` is the same table and the same sums with 64-bit floats, which proves nothing. Both include
setting up, running both models, and weighing every context. Least of three runs in one process.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from tauomega import SCM, Abstraction
from tauomega.solvers import laws_on_columns
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Answer, Budget
from tauomega.solvers.exact_sums import ContextWeights
from tauomega.solvers.portfolio import get_engine
from tauomega.solvers.problems import problem_of
from tauomega.theory.defect import clauses
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.kernel import FiniteLaw

RUNS = 3


class FloatWeights:
    """The weights as 64-bit floats, with the interface of the exact ones."""

    total = 1

    def __init__(self, model: SCM) -> None:
        weights = np.ones(1)
        for name in model.roots:
            law = model[name].law
            assert isinstance(law, FiniteLaw)
            factors = np.array([float(p) for p in law.probabilities])
            weights = np.multiply.outer(weights, factors).reshape(-1)
        self.weights = weights

    @classmethod
    def of(cls, model: SCM) -> FloatWeights:
        """The weights of a model."""
        return cls(model)

    def sums(self, codes: np.ndarray) -> dict[int, Fraction]:
        """The totals, rounded to ten digits so that equal laws compare equal."""
        sums = np.bincount(codes, weights=self.weights)
        return {code: Fraction(round(total, 10)) for code, total in enumerate(sums.tolist())}


def least(action: Callable[[], Answer]) -> tuple[float, Answer]:
    """The least time of some runs, and the answer."""
    best, answer = float("inf"), Answer()
    for _ in range(RUNS):
        start = time.perf_counter()
        answer = action()
        best = min(best, time.perf_counter() - start)
    return best, answer


def main(voters: int) -> None:
    """Print both times and their ratio."""
    laws = [f"U{k} : bool ~ {k + 1}/{97 if k % 2 else 101}" for k in range(voters)]
    listed, needed = ", ".join(f"U{k}" for k in range(voters)), voters // 2 + 1
    low = SCM.from_text("\n".join([*laws, f"W = count({listed}) >= {needed}"]))
    high = SCM.from_text("\n".join([*laws, f"W = sum({listed}) >= {needed}"]))
    claim = Abstraction.from_text(low, high, {"W": "W"})
    budget = Budget(600)
    (part,) = clauses(Observational().defect(claim))
    problem = problem_of(claim, part, decide_facts(claim, budget), Fraction(0))

    def run() -> Answer:
        return get_engine("table").bounds(problem, budget)

    exact, answer = least(run)
    assert answer.evidence is not None, "the laws are equal"
    digits = len(str(ContextWeights.of(low).total))
    setattr(laws_on_columns, "ContextWeights", FloatWeights)  # noqa: B010 - a planted stand-in
    rounded, _ = least(run)
    sys.stdout.write(
        f"{2**voters:,} contexts, denominators of {digits} digits: exact {exact:.3f} s, float "
        f"{rounded:.3f} s, ratio {exact / rounded:.2f}\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
