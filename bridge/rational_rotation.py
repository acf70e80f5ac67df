r"""Orthogonal matrices of rational numbers, exactly: Cayley transforms of skew-symmetric ones.

A rotation that was learnt in floating point is orthogonal only to the last bit or so: $R^\top$ is then
not its inverse, and what an exchange of its features does depends on how it is written down. For a
rational skew-symmetric $A$ the matrix
$$R = (I - A)(I + A)^{-1}$$
is rational and $R^\top R = I$ holds exactly, so that $R^{-1} = R^\top$ over the reals. Every orthogonal matrix
without the eigenvalue -1 is of this form with a real A; some signs of its rows always remove that
eigenvalue, and the sign of a feature changes no exchange. So rounding A to multiples of $2^{-g}$ brings
any rotation to an exact one nearby.

Source: Cayley (1846); that signs suffice: Liebeck & Osborne (1991), Amer. Math. Monthly 98(2), 131-133.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError

__all__ = ["cayley", "inverse_cayley", "skew_of"]

Rows = tuple[tuple[Fraction, ...], ...]
Array = npt.NDArray[Any]


def cayley(skew: Sequence[Sequence[Fraction | int]]) -> Rows:
    """The orthogonal matrix of a skew-symmetric one, exactly.

    Args:
        skew: the part of A above the diagonal: d-1 rows of d-1, d-2, …, 1 numbers.

    Raises:
        InputError: rows of other lengths.

    Example:
        >>> cayley([[Fraction(1, 2)]])
        ((Fraction(3, 5), Fraction(-4, 5)), (Fraction(4, 5), Fraction(3, 5)))
    """
    from flint import fmpq, fmpq_mat

    size = len(skew) + 1
    lengths = [len(row) for row in skew]
    if lengths != list(range(size - 1, 0, -1)):
        raise InputError(
            [
                "a rotation of d features has d-1 rows of d-1, d-2, …, 1 numbers; "
                f"given rows of {', '.join(map(str, lengths)) or 'none'}"
            ]
        )
    above = [[fmpq(0)] * size for _ in range(size)]
    for i, row in enumerate(skew):
        for j, value in enumerate(row, i + 1):
            exact = Fraction(value)
            above[i][j] = fmpq(exact.numerator, exact.denominator)
            above[j][i] = -above[i][j]
    matrix = fmpq_mat(size, size, [x for row in above for x in row])
    one = fmpq_mat(size, size, [fmpq(int(i == j)) for i in range(size) for j in range(size)])
    found = (one - matrix) * (one + matrix).inv()
    return tuple(
        tuple(Fraction(int(found[i, j].p), int(found[i, j].q)) for j in range(size))
        for i in range(size)
    )


def inverse_cayley(rotation: Rows) -> Rows | None:
    """The skew-symmetric matrix whose Cayley transform is an orthogonal matrix, exactly.

    Args:
        rotation: an exactly orthogonal matrix.

    Returns:
        Its part above the diagonal; `None` if -1 is an eigenvalue of the rotation.
    """
    from flint import fmpq, fmpq_mat

    size = len(rotation)
    one = fmpq_mat(size, size, [fmpq(int(i == j)) for i in range(size) for j in range(size)])
    given = fmpq_mat(
        size, size, [fmpq(x.numerator, x.denominator) for row in rotation for x in row]
    )
    if (one + given).rank() < size:
        return None
    found = (one - given) * (one + given).inv()
    return tuple(
        tuple(Fraction(int(found[i, j].p), int(found[i, j].q)) for j in range(i + 1, size))
        for i in range(size - 1)
    )


def skew_of(rotation: Array, grid: int = 12) -> Rows:
    r"""The skew-symmetric matrix, rounded to multiples of $2^{-grid}$, of a rotation in floating point.

    Args:
        rotation: shape (d, d), orthogonal up to rounding; row i gives feature i. Rows whose sign keeps
            the transform away from its pole are taken with the other sign.
        grid: how finely A is rounded.

    Returns:
        The part of A above the diagonal, as `cayley` reads it.

    Raises:
        InputError: a matrix that is not square, or not orthogonal to 1e-4.
    """
    wide = np.array(rotation, dtype=np.float64)
    size = len(wide)
    if wide.shape != (size, size) or not np.abs(wide @ wide.T - np.eye(size)).max() <= 1e-4:
        raise InputError(["a rotation is a square matrix with orthonormal rows"])
    # The determinants of a leading minor of I + R for both signs of its last row add up to twice the
    # minor before it, so that the larger is at least that one: in the end det(I + R) >= 1.
    for row in range(size):
        block = wide[: row + 1, : row + 1] + np.eye(row + 1)
        other = block.copy()
        other[row] -= 2 * wide[row, : row + 1]
        if abs(np.linalg.det(other)) > abs(np.linalg.det(block)):
            wide[row] = -wide[row]
    matrix = np.linalg.solve((np.eye(size) + wide).T, (np.eye(size) - wide).T).T
    matrix = np.clip((matrix - matrix.T) / 2, -(2.0**20), 2.0**20)
    scale = 2**grid
    return tuple(
        tuple(Fraction(round(matrix[i, j] * scale), scale) for j in range(i + 1, size))
        for i in range(size - 1)
    )
