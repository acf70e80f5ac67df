r"""Which operations a machine computes as sums of products: of how many, from what, and how large.

Each is $\sum_i x_i w_i + b$ for every number of its result, so that what is known of such sums in every order
(`precision.sums`, `precision.grid`) is known of it. Operations that are not listed compute something else in the
middle (softmax, normalisation) or are not derived here. $A = \sum_i |x_i w_i| + |b|$ is what the operation's own
rule gives for the sizes of its numbers, in an arithmetic in which nothing is subtracted (`sizes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any, final

import numpy as np

from .arithmetic import Arithmetic, NotEvaluatedError
from .rule_parts import Rule, each
from .window_rules import average_divisor, windows_of

__all__ = ["EXACT", "SUMS", "SumShape", "array_of", "sizes"]

Arguments = Mapping[str, Any]

EXACT = (
    *("neg", "abs", "relu", "relu6", "hardtanh", "clamp", "clamp_min", "clamp_max"),
    *("maximum", "minimum", "max_pool1d", "max_pool2d"),
)
"""Operations whose results are among their arguments, but for the sign: nothing to round."""


@final
@dataclass(frozen=True, slots=True)
class SumShape:
    """How an operation is a sum of products.

    Attributes:
        terms: the number of products of each sum; a product of more than two numbers that are not 1 is
            rounded once more than an addition would, and counts as one more.
        products: the arguments of each product; a product is one number of each.
        shift: what is added to the sum of products, also as a product.
        divisor: what the sum is divided by afterwards; a multiple of them, if places have several.
    """

    terms: Callable[[Arguments], int]
    products: tuple[str, ...]
    shift: tuple[str, ...] = ()
    divisor: Callable[[Arguments], int] = lambda given: 1


def array_of(value: Any) -> Any:
    """An argument as an array of numbers; a scalar is one."""
    return value if isinstance(value, np.ndarray) else np.array([value], dtype=object)


def _inner(name: str, axis: int) -> Callable[[Arguments], int]:
    return lambda given: int(given[name].shape[axis])


def _over_axes(given: Arguments) -> int:
    array, dims = given["self"], given.get("dim")
    if dims is None or dims == []:
        return int(array.size)
    return prod(array.shape[d] for d in (dims if isinstance(dims, list | tuple) else [dims]))


def _window(given: Arguments) -> int:
    return int(prod(given["weight"].shape[1:]))


def _scaled_terms(given: Arguments) -> int:
    return int(given["mat1"].shape[-1]) + (abs(Fraction(given.get("alpha", 1))) != 1)


def _kernel(rank: int) -> Callable[[Arguments], int]:
    return lambda given: prod(windows_of(given, rank).kernel)


def _divisors(rank: int) -> Callable[[Arguments], int]:
    def multiple(given: Arguments) -> int:
        windows = windows_of(given, rank)
        places = product(*map(range, windows.counts))
        return lcm(*{average_divisor(windows, given, place) for place in places})

    return multiple


_ADDED = SumShape(lambda given: 1, ("other", "alpha"), ("self",))
_CONV = SumShape(_window, ("input", "weight"), ("bias",))
SUMS: Mapping[str, SumShape] = {
    "add": _ADDED,
    "sub": _ADDED,
    "rsub": SumShape(lambda given: 1, ("self", "alpha"), ("other",)),
    "mul": SumShape(lambda given: 1, ("self", "other")),
    "square": SumShape(lambda given: 1, ("self", "self")),
    "leaky_relu": SumShape(lambda given: 1, ("self", "negative_slope")),
    "linear": SumShape(_inner("input", -1), ("input", "weight"), ("bias",)),
    "addmm": SumShape(_scaled_terms, ("mat1", "mat2", "alpha"), ("self", "beta")),
    "mm": SumShape(_inner("self", -1), ("self", "mat2")),
    "bmm": SumShape(_inner("self", -1), ("self", "mat2")),
    "matmul": SumShape(_inner("self", -1), ("self", "other")),
    "sum": SumShape(_over_axes, ("self",)),
    "cumsum": SumShape(lambda given: int(given["self"].shape[given["dim"]]), ("self",)),
    "mean": SumShape(_over_axes, ("self",), (), _over_axes),
    "conv1d": _CONV,
    "conv2d": _CONV,
    "conv3d": _CONV,
    "avg_pool1d": SumShape(_kernel(1), ("self",), (), _divisors(1)),
    "avg_pool2d": SumShape(_kernel(2), ("self",), (), _divisors(2)),
}
"""Operation -> its sums."""


@final
class _Size:
    """A bound on how large a number is: what is negated is as large, what is subtracted adds to it."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __add__(self, other: _Size) -> _Size:
        if not isinstance(other, _Size):
            return NotImplemented  # an array adds each of its sizes
        return _Size(self.value + other.value)

    __sub__ = __add__

    def __neg__(self) -> _Size:
        return self

    def __mul__(self, other: _Size) -> _Size:
        if not isinstance(other, _Size):
            return NotImplemented
        return _Size(self.value * other.value)


@final
class _Sizes:
    """The arithmetic of sizes."""

    def __init__(self, scalar: Callable[[Fraction], Any]) -> None:
        self._scalar = scalar

    def number(self, value: Fraction) -> _Size:
        return _Size(self._scalar(abs(value)))

    def maximum(self, a: _Size, b: _Size) -> _Size:
        return a if a.value >= b.value else b

    def function(self, name: str, x: _Size) -> _Size:
        raise NotEvaluatedError(f"{name} is no sum")


def sizes(
    rule: Rule,
    given: Arguments,
    size: Callable[[Any], Any],
    scalar: Callable[[Fraction], Any],
) -> Any:
    r"""$A = \sum_i |x_i w_i| + |b|$ of every sum of an operation.

    Args:
        rule: of the operation, which is one of `SUMS`.
        given: its arguments.
        size: a number of the arithmetic at hand -> a bound of its magnitude.
        scalar: a rational that is not negative -> a bound of the same kind.

    Returns:
        An array of such bounds, of the shape of the result.
    """
    sized = {
        name: each(lambda number: _Size(size(number)), value)
        if isinstance(value, np.ndarray) and value.dtype == object
        else value
        for name, value in given.items()
    }
    own: Arithmetic = _Sizes(scalar)
    return each(lambda found: found.value, rule(own, sized))
