"""A transformation's error depends on how settings are realised below.

Statement: For X ∈ {0, 1, 2}, Y = [X = 2], with 1 and 2 merged, realising X' = 1 by 1 with weight 1 - p and by
2 with weight p gives error 0 exactly if the high-level model says P(Y' = 1 | do(X' = 1)) = p; a
deterministic high-level model has error 0 for one kernel at most.
Source: Rischel & Weichwald (2021), Defs. 2.4 and 2.11 (kernels f^i), arXiv:2103.15758; the example is CE14.
Shown: all p and q with denominator 12, √JSD decided exactly at 0; for every p the IC error, which asks
the same of every setting of the fibre, is positive.
Not shown: other models.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from tauomega.proofs.stochastic import Matrix, kernel_distance, matrix, times
from tauomega.proofs.theorem import Step, Theorem, dropped, every, main, satisfiable
from tauomega.theory.quantity import lower

__all__ = ["THEOREM"]

MECHANISM = matrix([(1, 1, 0), (0, 0, 1)])
"""P(Y | do(X)), columns X = 0, 1, 2."""
GRID = [Fraction(n, 12) for n in range(13)]


def realise(p: Fraction) -> Matrix:
    """The kernel from X' to X."""
    return ((Fraction(1), Fraction(0)), (Fraction(0), 1 - p), (Fraction(0), p))


def above(q: Fraction) -> Matrix:
    """P(Y' | do(X'))."""
    return ((Fraction(1), 1 - q), (Fraction(0), q))


def is_exact(p: Fraction, q: Fraction) -> bool:
    """Whether the error of the transformation on do(X') is 0."""
    return kernel_distance(above(q), times(MECHANISM, realise(p))) == 0


def ic_error(q: Fraction) -> bool:
    """Whether every setting of a fibre leads to the law above, certified."""
    merge = matrix([(1, 0, 0), (0, 1, 1)])
    return lower(kernel_distance(times(above(q), merge), MECHANISM)) > 0


def prove() -> Iterator[Step]:
    """Exact iff the mixture is the one above; IC never."""
    grid = list(product(GRID, GRID))
    yield every(
        "error 0 iff q = p: 13 × 13 pairs",
        grid,
        lambda case: is_exact(*case) == (case[0] == case[1]),
    )
    yield every("IC is positive whatever q is", GRID, ic_error)
    mixed = [case for case in grid if 0 < case[0] < 1]
    yield satisfiable("a mixture that is exact", mixed, lambda case: is_exact(*case), show=str)
    yield dropped(
        "the kernel fixed (q fixed at 1/2, any kernel)",
        GRID,
        lambda p: is_exact(p, Fraction(1, 2)),
        show=lambda p: f"p = {p}: positive error",
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
