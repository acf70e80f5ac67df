r"""The equilibria of a contracting linear process are a cyclic linear model.

Statement: For X_{t+1} = A X_t + E with E fixed in time and every principal submatrix of A contracting,
the limits under clamping any coordinates forever solve Y_i = (Σ_{j≠i} A_ij Y_j + E_i)/(1 - A_ii) for
the free coordinates.
Source: Rubenstein et al. (2017), dynamic process to equilibrium, arXiv:1707.00819; the formula
re-derived.
Shown: for all real 2×2 and 3×3 matrices and every set of clamped coordinates, that a fixed point of
the clamped process solves the equations and conversely (1 - A_ii ≠ 0). For A = [[0,1/2],[1/4,0]] the
process converges to it: the spectral radii of all principal submatrices are below 1. Without
contraction ([[0,2],[1,0]]) the equations have a solution and the process has no limit.
Not shown: larger matrices; that clamping preserves the order of interventions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

import sympy as sp

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]


def subsets(n: int) -> Iterator[tuple[int, ...]]:
    """All sets of coordinates."""
    return chain.from_iterable(combinations(range(n), k) for k in range(n + 1))


def same_solutions(n: int) -> Step:
    """(fixed point of the clamped process) and (equilibrium equation) differ by the factor 1 - A_ii."""
    a = sp.Matrix(n, n, sp.symbols(f"a:{n * n}", real=True))
    e, y = sp.Matrix(sp.symbols(f"e:{n}")), sp.Matrix(sp.symbols(f"y:{n}"))
    count, wrong = 0, ""
    for clamped in subsets(n):
        for i in set(range(n)) - set(clamped):
            step = (a * y)[i] + e[i] - y[i]
            rest = sum(a[i, j] * y[j] for j in range(n) if j != i) + e[i]
            equation = rest / (1 - a[i, i]) - y[i]
            count += 1
            if sp.simplify(step - (1 - a[i, i]) * equation) != 0:
                wrong = wrong or f"clamped {clamped}, coordinate {i}"
    what = f"{n}×{n}: fixed points of the clamped process are the equilibria, every clamping"
    return Step(Kind.PROVED, what, not wrong and count > 0, Scope.IDENTITY, wrong, count)


def contracting(matrix: sp.Matrix) -> bool:
    """Every eigenvalue of every principal submatrix is inside the unit circle."""
    for kept in subsets(matrix.rows):
        block = matrix.extract(list(kept), list(kept))
        if kept and any(abs(value) >= 1 for value in block.eigenvals()):
            return False
    return True


def limit(matrix: sp.Matrix, noise: sp.Matrix) -> sp.Matrix | None:
    """The limit of X_t from 0, by the closed form of the powers of A; `None` if some entry has none."""
    if not contracting(matrix):
        return None
    return (sp.eye(matrix.rows) - matrix).inv() * noise


def prove() -> Iterator[Step]:
    """The identity, a contracting instance with its limit, and one that does not contract."""
    yield same_solutions(2)
    yield same_solutions(3)
    noise = sp.Matrix(sp.symbols("E1 E2"))
    good = sp.Matrix([[0, sp.Rational(1, 2)], [sp.Rational(1, 4), 0]])
    reached = limit(good, noise)
    y1, y2 = sp.symbols("Y1 Y2")
    wanted = sp.solve([y2 / 2 + noise[0] - y1, y1 / 4 + noise[1] - y2], [y1, y2])
    right = (
        reached is not None
        and sp.simplify(reached - sp.Matrix([wanted[y1], wanted[y2]])).is_zero_matrix
    )
    determinant = (sp.eye(2) - good).det()
    seen = f"limit {list(reached or ())}, det(I - A) = {determinant}"
    right = bool(right) and determinant == sp.Rational(7, 8)
    yield instance(Kind.SATISFIABLE, "A = [[0,1/2],[1/4,0]] converges to it", right, seen)
    bad = sp.Matrix([[0, 2], [1, 0]])
    powers = [(bad**t)[0, 1] for t in (1, 3, 5, 7)]
    solvable = (sp.eye(2) - bad).det() != 0
    right = limit(bad, noise) is None and solvable and powers == sorted(set(powers))
    seen = f"A = [[0,2],[1,0]]: the equations have one solution; A^t has entries {powers}"
    yield instance(Kind.DROPPED, "contraction", right, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
