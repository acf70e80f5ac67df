"""F T = Γ G alone does not make a linear abstraction: Γ must respect the blocks.

Statement: For x = x W + e and y = y M + u with F = (1 - W)^-1 and G = (1 - M)^-1, F T = Γ G says that the
models agree without interventions; with Γ block-diagonal it forces the mechanisms to agree, without
that it does not.
Source: Massidda, Magliacane & Bacciu (2024), arXiv:2406.00394 (formulas from the authors' code); the
example ours.
Shown: two variables, T = 1: with Γ diagonal F T = Γ G forces m = w and Γ = 1, for all real w. With a
triangular Γ the models W = 0, m = 1 satisfy F T = Γ G, and do(x1) has an effect above and none below.
Not shown: more variables.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]


def total(weight: sp.Expr) -> sp.Matrix:
    """(1 - W)^-1 for one edge x1 → x2."""
    return (sp.eye(2) - sp.Matrix([[0, weight], [0, 0]])).inv()


def effect(weight: sp.Expr) -> sp.Expr:
    """What do(x1 = 1) changes in x2, compared with do(x1 = 0)."""
    return weight


def prove() -> Iterator[Step]:
    """Diagonal Γ forces equal models; triangular Γ does not."""
    w, m, g1, g2, g = sp.symbols("w m g1 g2 g")
    equations = total(w) - sp.diag(g1, g2) * total(m)
    found = sp.solve(list(equations), [m, g1, g2], dict=True)
    right = found == [{m: w, g1: 1, g2: 1}]
    yield Step(Kind.PROVED, "Γ diagonal: m = w and Γ = 1", right, Scope.IDENTITY, f"{found}")
    gamma = sp.Matrix([[1, g], [0, 1]])
    solved = sp.solve(list(total(sp.Integer(0)) - gamma * total(m)), [g], dict=True)
    seen = f"W = 0, any m: Γ = [[1, {solved[0][g] if solved else '?'}], [0, 1]]"
    below, above = effect(sp.Integer(0)), effect(sp.Integer(1))
    square = sp.Matrix([[1, -1], [0, 1]]) * total(sp.Integer(1)) == total(sp.Integer(0))
    right = square and below != above and solved == [{g: -m}]
    seen += f"; with m = 1, do(x1) moves x2 by {below} below and y2 by {above} above"
    yield instance(Kind.DROPPED, "Γ block-diagonal", bool(right), seen)
    same = sp.eye(2) * total(w) == total(w)
    yield instance(Kind.SATISFIABLE, "a model and itself, Γ = 1", bool(same), "m = w")


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
