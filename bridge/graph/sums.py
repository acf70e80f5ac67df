r"""Which operations a machine computes as sums of products: of how many, from what, and how large.

Each is $\sum_i x_i w_i + b$ for every number of its result, so that what is known of such sums in every order
(`precision.sums`, `precision.grid`) is known of it. Operations that are not listed compute something else in the
middle (softmax, normalisation) or are not derived here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, final

import numpy as np

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
        terms: the number of products of each sum.
        products: the arguments of each product; a product is one number of each.
        shift: what is added to the sum of products, also as a product.
        divisor: what the sum is divided by afterwards.
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


def _kernel(rank: int) -> Callable[[Arguments], int]:
    def count(given: Arguments) -> int:
        sizes = given["kernel_size"]
        listed = list(sizes) if isinstance(sizes, list | tuple) else [sizes]
        return int(prod(listed * rank if len(listed) == 1 else listed))

    return count


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
    "addmm": SumShape(_inner("mat1", -1), ("mat1", "mat2", "alpha"), ("self", "beta")),
    "mm": SumShape(_inner("self", -1), ("self", "mat2")),
    "bmm": SumShape(_inner("self", -1), ("self", "mat2")),
    "matmul": SumShape(_inner("self", -1), ("self", "other")),
    "sum": SumShape(_over_axes, ("self",)),
    "cumsum": SumShape(lambda given: int(given["self"].shape[given["dim"]]), ("self",)),
    "mean": SumShape(_over_axes, ("self",), (), _over_axes),
    "conv1d": _CONV,
    "conv2d": _CONV,
    "conv3d": _CONV,
    "avg_pool1d": SumShape(_kernel(1), ("self",), (), _kernel(1)),
    "avg_pool2d": SumShape(_kernel(2), ("self",), (), _kernel(2)),
}
"""Operation -> its sums."""


def sizes(given: Arguments, size: Callable[[Any], Any], signs: bool = False) -> dict[str, Any]:
    """The arguments with every number replaced by its size, so that the rule adds up what it subtracted."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, np.ndarray) and value.dtype == object:
            sized = np.empty(value.shape, dtype=object)
            for place, number in np.ndenumerate(value):
                sized[place] = size(number)
            found[name] = sized
        elif isinstance(value, Fraction | float) or name in ("alpha", "beta", "other"):
            found[name] = abs(value) if isinstance(value, int | float | Fraction) else value
        else:
            found[name] = value
    if signs:
        found["alpha"] = -abs(Fraction(given.get("alpha", 1)))
    return found
