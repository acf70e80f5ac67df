r"""Column-stochastic matrices over ℚ: abstraction maps, their pseudo-inverses, distances of kernels.

A kernel from $A$ to $B$ is a matrix with a column for every value of $A$; a map is a 0/1 kernel, and
its Moore-Penrose inverse, if it is onto, spreads every value uniformly over its fibre.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from tauomega.solvers.metrics import law_distance
from tauomega.theory.defect import Metric
from tauomega.theory.kernel import Value
from tauomega.theory.quantity import Number, greatest

__all__ = [
    "Law",
    "Matrix",
    "identity",
    "kernel_distance",
    "law",
    "matrix",
    "onto",
    "pseudo_inverse",
    "times",
]

Matrix = tuple[tuple[Fraction, ...], ...]
"""Rows."""
Law = dict[tuple[tuple[str, Value], ...], Fraction]


def matrix(rows: Sequence[Sequence[object]]) -> Matrix:
    """Numbers or decimal strings, exactly."""
    return tuple(tuple(Fraction(str(x)) for x in row) for row in rows)


def identity(n: int) -> Matrix:
    """The identity on n values."""
    return tuple(tuple(Fraction(i == j) for j in range(n)) for i in range(n))


def times(left: Matrix, *others: Matrix) -> Matrix:
    """The product."""
    for right in others:
        columns = list(zip(*right, strict=True))
        left = tuple(
            tuple(sum(a * b for a, b in zip(row, column, strict=True)) for column in columns)
            for row in left
        )
    return left


def onto(low: int, high: int) -> Iterator[Matrix]:
    """Every map from `low` values onto `high` values, as a 0/1 matrix."""
    for images in product(range(high), repeat=low):
        if len(set(images)) == high:
            yield tuple(tuple(Fraction(image == row) for image in images) for row in range(high))


def pseudo_inverse(alpha: Matrix) -> Matrix:
    """The inverse that spreads a value uniformly over its fibre."""
    return tuple(tuple(row[x] / sum(row) for row in alpha) for x in range(len(alpha[0])))


def kernel_distance(left: Matrix, right: Matrix, metric: Metric = Metric.SQRT_JSD) -> Number:
    """The largest distance of two columns; exact or a certified ball."""
    pairs = zip(zip(*left, strict=True), zip(*right, strict=True), strict=True)
    return greatest(law_distance(metric, law(p), law(q)) for p, q in pairs)


def law(weights: Sequence[Fraction], *, unit: int = 1) -> Law:
    """A law on 0, 1, 2, … (times `unit`), as the metrics take it."""
    return {(("x", unit * n),): weight for n, weight in enumerate(weights)}
