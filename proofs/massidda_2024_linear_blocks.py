r"""A linear abstraction is one local linear system a pair of blocks.

Statement: With x = x W + e and y_b = x_b t_b, let s_b = (1 - W_bb)^-1 t_b. Then
y_b = m y_a + e_b s_b for all x_a and e_b iff W_ab s_b = m t_a; and some W_ab has this, for m ≠ 0 and
t_a ≠ 0, iff s_b ≠ 0, that is t_b ≠ 0.
Source: Massidda, Magliacane & Bacciu (2024), arXiv:2406.00394 (formulas from the authors' code); the
equivalence (Lemma L) ours.
Shown: for all real blocks of two variables, by an exact identity; the rational example m = 4 and its
broken row (CE18); the concretisation m t_a c with c s_b = 1.
Not shown: larger blocks; mediating ignored variables.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]

M = sp.Symbol("m")


def symbols(name: str, rows: int, columns: int) -> sp.Matrix:
    """A matrix of independent symbols."""
    return sp.Matrix(rows, columns, sp.symbols(f"{name}:{rows * columns}"))


def noise_weights(inner: sp.Matrix, t: sp.Matrix) -> sp.Matrix:
    """s_b = (1 - W_bb)^-1 t_b."""
    return (sp.eye(inner.rows) - inner).inv() * t


def gap(between: sp.Matrix, inner: sp.Matrix, t_a: sp.Matrix, t_b: sp.Matrix) -> sp.Matrix:
    """y_b - (m y_a + e_b s_b) at any x_a, with x_b solved."""
    x_a, e_b = symbols("x", 1, 2), symbols("e", 1, 2)
    x_b = (x_a * between + e_b) * (sp.eye(2) - inner).inv()
    return sp.expand(x_b * t_b - M * x_a * t_a - e_b * noise_weights(inner, t_b))


def prove() -> Iterator[Step]:
    """The identity behind the equivalence; the concretisation; the example and its broken row."""
    between, t_a, t_b = symbols("w", 2, 2), symbols("a", 2, 1), symbols("b", 2, 1)
    inner = sp.Matrix([[0, sp.Symbol("v")], [0, 0]])
    s_b = noise_weights(inner, t_b)
    local = sp.expand(symbols("x", 1, 2) * (between * s_b - M * t_a))
    right = sp.expand(gap(between, inner, t_a, t_b) - local).is_zero_matrix
    what = "y_b - m y_a - e_b s_b = x_a (W_ab s_b - m t_a), as polynomials"
    yield Step(Kind.PROVED, what, bool(right), Scope.IDENTITY)
    c = symbols("c", 1, 2)
    made = M * t_a * c
    left = sp.expand(made * s_b - M * t_a * (c * s_b)[0])
    what = "W_ab = m t_a c has W_ab s_b = m t_a (c s_b): a concretisation if c s_b = 1"
    yield Step(Kind.PROVED, what, bool(left.is_zero_matrix), Scope.IDENTITY)
    solved = sp.solve(list(s_b), list(t_b), dict=True)
    right = solved == [{t_b[0]: 0, t_b[1]: 0}]
    yield Step(Kind.PROVED, "s_b = 0 iff t_b = 0", right, Scope.IDENTITY, f"{solved}")
    ones, unit = sp.Matrix([1, 1]), sp.Matrix([[0, 1], [0, 0]])
    weights = noise_weights(unit, ones)
    good, bad = sp.Matrix([[2, 0], [1, 2]]), sp.Matrix([[2, 0], [1, 1]])
    right = list(weights) == [2, 1] and good * weights == 4 * ones
    seen = f"s_b = {list(weights)}, W_ab s_b = {list(good * weights)}: m = 4"
    yield instance(Kind.SATISFIABLE, "W_ab = [[2,0],[1,2]]", right, seen)
    ratios = bad * weights
    seen = f"W_ab = [[2,0],[1,1]]: W_ab s_b = {list(ratios)} is no multiple of t_a = [1, 1]"
    yield instance(Kind.DROPPED, "W_ab s_b = m t_a (CE18)", ratios[0] != ratios[1], seen)
    none = between * noise_weights(unit, sp.zeros(2, 1))
    seen = "t_b = 0: W_ab s_b = 0 for every W_ab, and m t_a ≠ 0"
    yield instance(Kind.DROPPED, "s_b ≠ 0", bool(none.is_zero_matrix), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
