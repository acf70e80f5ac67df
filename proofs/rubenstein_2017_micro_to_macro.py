r"""A linear macro model exists exactly if all column sums are equal.

Statement: Let W_j = E_j (j ≤ n) and Z_i = Σ_j A_ij W_j + F_i (i ≤ m), and let τ be the two means. Some
coefficient c makes mean Z = c mean W + mean F exact for all values of W iff all column sums of A are equal; then
c = a n / m, where a is that sum.
Source: Rubenstein et al. (2017), micro- to macro-level, arXiv:1707.00819; the formula re-derived.
Shown: for all real A with (m, n) = (2, 2), (2, 3), (3, 2), by comparing coefficients of W in the mean
of Z. The published kind of instance: columns that sum to 3 give c = 3; changing one entry, two settings
of W with equal means lead to means of Z that differ by -1/2.
Not shown: other sizes; non-linear macro models.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]


def macro_coefficient(matrix: sp.Matrix) -> sp.Expr | None:
    """The c with mean(A w) = c mean(w) for all w, or `None` where the coefficients of w contradict."""
    rows, columns = matrix.shape
    c = sp.Symbol("c")
    w = sp.Matrix(sp.symbols(f"w:{columns}"))
    gap = sp.expand(sum(matrix * w) / rows - c * sum(w) / columns)
    found = sp.solve([gap.coeff(name) for name in w], c, dict=True)
    return found[0][c] if found else None


def equivalence(rows: int, columns: int) -> Step:
    """Substitute equal sums: c = a n / m. Let one sum differ: no c."""
    entries = sp.Matrix(rows, columns, sp.symbols(f"a:{rows * columns}", real=True))
    a, gap = sp.symbols("a δ", real=True)
    equal, other = entries.copy(), entries.copy()
    for j in range(columns):
        rest = sum(entries[i, j] for i in range(rows - 1))
        equal[rows - 1, j] = a - rest
        other[rows - 1, j] = a - rest + (gap if j == 0 else 0)
    found = macro_coefficient(equal)
    right = found is not None and sp.simplify(found - a * columns / rows) == 0
    # With a difference δ the coefficients of w_0 and w_1 ask for c's that differ by δ n / m.
    demands = [sum(other[i, j] for i in range(rows)) * sp.Rational(columns, rows) for j in (0, 1)]
    apart = sp.simplify(demands[0] - demands[1] - gap * columns / rows) == 0
    what = f"A of shape ({rows}, {columns}): some c iff equal column sums; then c = a n/m"
    seen = f"c = {found}; a column sum that is off by δ asks for another c, by δ n/m"
    return Step(Kind.PROVED, what, right and apart, Scope.IDENTITY, seen)


def prove() -> Iterator[Step]:
    """The equivalence for three shapes, the instance, and the broken instance."""
    for shape in ((2, 2), (2, 3), (3, 2)):
        yield equivalence(*shape)
    good, bad = sp.Matrix([[1, 3], [2, 0]]), sp.Matrix([[1, 3], [2, 1]])
    c = macro_coefficient(good)
    yield instance(
        Kind.SATISFIABLE,
        "A = [[1,3],[2,0]], columns sum to 3",
        c == 3,
        f"mean Z = {c} mean W + mean F",
    )
    settings = sp.Matrix([1, -1]), sp.Matrix([0, 0])
    means = [sum(bad * w) / sp.Integer(2) for w in settings]
    right = macro_coefficient(bad) is None and means[0] - means[1] == -sp.Rational(1, 2)
    seen = f"A = [[1,3],[2,1]]: do(W=(1,-1)) and do(W=(0,0)) give mean Z {means[0]} and {means[1]}"
    yield instance(Kind.DROPPED, "equal column sums", right, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
