r"""Coordinates for the units of a layer: linear subspaces as sites, exactly.

A basis that a method learnt is a matrix of floats, hence of rationals, and need not be orthonormal to
the last bit. What it names is its span, which is exact: the coordinates below are the basis and a
rational basis of its orthogonal complement, so that exchanging the first ones is the orthogonal
projection, $h_b + P (h_s - h_b)$ with $P = B^\\top (B B^\\top)^{-1} B$, without a rounding error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, final

from tauomega.theory.errors import InputError

from .coordinates import Rows, Step
from .rational_rotation import cayley

if TYPE_CHECKING:
    from flint import fmpq, fmpq_mat

__all__ = ["FeatureMap"]


@final
@dataclass(frozen=True, slots=True)
class FeatureMap:
    """An invertible exact change of coordinates of a layer: features = `matrix` · units.

    Attributes:
        matrix: shape (width, width); row i gives feature i.
        inverse: the exact inverse, same shape.
    """

    matrix: Rows
    inverse: Rows

    @classmethod
    def from_basis(cls, basis: Sequence[Sequence[Fraction | int]]) -> FeatureMap:
        """Coordinates whose first ones are along `basis`, the rest along its orthogonal complement.

        Args:
            basis: k rows of as many numbers as the layer has units, linearly independent.

        Raises:
            InputError: rows of unequal length, none at all, more than there are units, or dependent.
        """
        from flint import fmpq_mat

        lengths = {len(row) for row in basis}
        if len(lengths) != 1 or not next(iter(lengths)):
            raise InputError(
                [f"a basis has rows of one length, at least one row; given {sorted(lengths)}"]
            )
        width = lengths.pop()
        given = fmpq_mat(len(basis), width, [_fmpq(x) for row in basis for x in row])
        if given.rank() < len(basis):
            raise InputError(
                [
                    f"the {len(basis)} basis vectors are linearly dependent; their rank is {given.rank()}"
                ]
            )
        rows = [*(tuple(map(Fraction, row)) for row in basis), *_complement(given)]
        matrix = fmpq_mat(width, width, [_fmpq(x) for row in rows for x in row])
        return cls(tuple(rows), _rows(matrix.inv()))

    @classmethod
    def from_matrix(cls, matrix: Sequence[Sequence[Fraction | int]]) -> FeatureMap:
        """Features that are the rows of an invertible matrix.

        Raises:
            InputError: a matrix that is not square, or has no inverse.
        """
        from flint import fmpq_mat

        width = len(matrix)
        if not width or any(len(row) != width for row in matrix):
            raise InputError(["as many features as units: a square matrix"])
        given = fmpq_mat(width, width, [_fmpq(x) for row in matrix for x in row])
        if given.rank() < width:
            raise InputError([f"the matrix has no inverse; its rank is {given.rank()} of {width}"])
        return cls(_rows(given), _rows(given.inv()))

    @classmethod
    def from_skew(cls, skew: Sequence[Sequence[Fraction | int]]) -> FeatureMap:
        """A rotation that is exactly orthogonal: the Cayley transform of a skew-symmetric matrix.

        Args:
            skew: its part above the diagonal, as `rational_rotation.cayley` reads it.

        Raises:
            InputError: rows of wrong lengths.
        """
        matrix = cayley(skew)
        return cls(matrix, tuple(zip(*matrix, strict=True)))

    @property
    def width(self) -> int:
        """The number of units, and of features."""
        return len(self.matrix)

    @property
    def forward(self) -> tuple[Step, ...]:
        """The matrix."""
        return (Step(self.matrix, (Fraction(0),) * self.width),)

    @property
    def backward(self) -> tuple[Step, ...]:
        """Its inverse."""
        return (Step(self.inverse, (Fraction(0),) * self.width),)


def _complement(basis: fmpq_mat) -> list[tuple[Fraction, ...]]:
    """A rational basis of the vectors orthogonal to all rows, from the reduced echelon form."""
    width = basis.ncols()
    echelon, rank = basis.rref()
    pivots = []
    for i in range(rank):
        pivots.append(next(j for j in range(width) if echelon[i, j] != 0))
    found = []
    for free in (j for j in range(width) if j not in pivots):
        row = [Fraction(0)] * width
        row[free] = Fraction(1)
        for i, pivot in enumerate(pivots):
            row[pivot] = -_fraction(echelon[i, free])
        found.append(tuple(row))
    return found


def _rows(matrix: fmpq_mat) -> Rows:
    return tuple(
        tuple(_fraction(matrix[i, j]) for j in range(matrix.ncols())) for i in range(matrix.nrows())
    )


def _fmpq(value: Fraction | int) -> fmpq:
    from flint import fmpq

    exact = Fraction(value)
    return fmpq(exact.numerator, exact.denominator)


def _fraction(value: object) -> Fraction:
    return Fraction(int(value.p), int(value.q))  # type: ignore[attr-defined]  # a fmpq
