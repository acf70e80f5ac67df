"""What rules are made of: numbers of an arithmetic in arrays of objects, sums and maxima of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from .arithmetic import Arithmetic

__all__ = [
    "Arguments",
    "Array",
    "Rule",
    "axes_of",
    "each",
    "maximum",
    "minimum",
    "number",
    "total_of",
]

Array = npt.NDArray[Any]
Arguments = Mapping[str, Any]
Rule = Callable[[Arithmetic, Arguments], Array]


def number(own: Arithmetic, value: Any) -> Any:
    """A scalar as a number of the arithmetic; what is one already, as it is."""
    return own.number(Fraction(value)) if isinstance(value, int | float | Fraction) else value


def each(function: Callable[[Any], Any], array: Array) -> Array:
    """A function of every entry."""
    found = np.empty(array.shape, dtype=object)
    for place, value in np.ndenumerate(array):
        found[place] = function(value)
    return found


def maximum(own: Arithmetic, a: Array, b: Any) -> Array:
    """The larger entries, broadcast."""
    left, right = np.broadcast_arrays(a, np.array(b, dtype=object))
    found = np.empty(left.shape, dtype=object)
    for place in np.ndindex(*left.shape):
        found[place] = own.maximum(left[place], right[place])
    return found


def minimum(own: Arithmetic, a: Array, b: Any) -> Array:
    """The smaller entries, broadcast."""
    return -maximum(own, -a, -np.array(b, dtype=object))


def total_of(own: Arithmetic, array: Array, axes: tuple[int, ...], *, keep: bool) -> Array:
    """Sums over axes, one term after the other: numbers have no neutral Python 0."""
    moved = np.moveaxis(array, axes, range(len(axes))) if axes else array
    rest = moved.shape[len(axes) :]
    flat = moved.reshape(-1, *rest)
    total: Array = np.array(flat[0], dtype=object)
    for part in flat[1:]:
        total = total + part
    if keep:
        total = total.reshape([1 if i in axes else n for i, n in enumerate(array.shape)])
    return total


def axes_of(given: Arguments, array: Array) -> tuple[int, ...]:
    """The axes that `dim` names, all of them where it names none."""
    dims = given.get("dim")
    if dims is None or dims == []:
        return tuple(range(array.ndim))
    listed = dims if isinstance(dims, list | tuple) else [dims]
    return tuple(d % array.ndim for d in listed)
