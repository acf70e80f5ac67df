"""What each operation does with arrays of numbers: one rule for all arithmetics.

A rule takes the arithmetic, the arguments by the names of PyTorch's schema (arrays of numbers, tensors of
integers, constants), and gives an array. Arrays are numpy arrays of objects. Scalars that PyTorch casts
to the type of the tensor (a slope, an ε) are rounded to it, like weights, before they come here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from .arithmetic import Arithmetic

__all__ = ["RULES"]

Array = npt.NDArray[Any]
Arguments = Mapping[str, Any]
Rule = Callable[[Arithmetic, Arguments], Array]


def _number(own: Arithmetic, value: Any) -> Any:
    return own.number(Fraction(value)) if isinstance(value, int | float | Fraction) else value


def _each(function: Callable[[Any], Any], array: Array) -> Array:
    found = np.empty(array.shape, dtype=object)
    for place, value in np.ndenumerate(array):
        found[place] = function(value)
    return found


def _maximum(own: Arithmetic, a: Array, b: Any) -> Array:
    left, right = np.broadcast_arrays(a, np.array(b, dtype=object))
    found = np.empty(left.shape, dtype=object)
    for place in np.ndindex(*left.shape):
        found[place] = own.maximum(left[place], right[place])
    return found


def _minimum(own: Arithmetic, a: Array, b: Any) -> Array:
    return -_maximum(own, -a, -np.array(b, dtype=object))


def _total(own: Arithmetic, array: Array, axes: tuple[int, ...], *, keep: bool) -> Array:
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


def _axes(given: Arguments, array: Array, name: str = "dim") -> tuple[int, ...]:
    dims = given.get(name)
    if dims is None or dims == []:
        return tuple(range(array.ndim))
    listed = dims if isinstance(dims, list | tuple) else [dims]
    return tuple(d % array.ndim for d in listed)


# ---------------------------------------------------------------- sums and products


def _add(own: Arithmetic, given: Arguments) -> Array:
    other = _number(own, given["other"])
    alpha = given.get("alpha", 1)
    return given["self"] + (other if alpha == 1 else other * _number(own, alpha))  # type: ignore[no-any-return]


def _sub(own: Arithmetic, given: Arguments) -> Array:
    return given["self"] - _number(own, given["other"]) * _number(own, given.get("alpha", 1))  # type: ignore[no-any-return]


def _linear(own: Arithmetic, given: Arguments) -> Array:
    found: Array = given["input"] @ given["weight"].T
    bias = given.get("bias")
    return found if bias is None else found + bias


def _addmm(own: Arithmetic, given: Arguments) -> Array:
    beta, alpha = (_number(own, given.get(word, 1)) for word in ("beta", "alpha"))
    found: Array = given["self"] * beta + (given["mat1"] @ given["mat2"]) * alpha
    return found


def _mean(own: Arithmetic, given: Arguments) -> Array:
    array = given["self"]
    axes = _axes(given, array)
    count = prod(array.shape[axis] for axis in axes)
    total = _total(own, array, axes, keep=given.get("keepdim", False))
    return total * _number(own, Fraction(1, count))  # type: ignore[no-any-return]


def _cumsum(own: Arithmetic, given: Arguments) -> Array:
    moved = np.moveaxis(given["self"], given["dim"], 0)
    found = [moved[0]]
    for part in moved[1:]:
        found.append(found[-1] + part)
    return np.moveaxis(np.stack(found), 0, given["dim"])


def _conv(own: Arithmetic, given: Arguments) -> Array:
    x, weight, bias = given["input"], given["weight"], given.get("bias")
    rank, groups = weight.ndim - 2, given.get("groups", 1)
    stride, padding, dilation = (
        _spread(given.get(word, default), rank)
        for word, default in (("stride", 1), ("padding", 0), ("dilation", 1))
    )
    zero = own.number(Fraction(0))
    x = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)], constant_values=zero)
    kernel = weight.shape[2:]
    sizes = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation, strict=True)
    ]
    outs, ins = weight.shape[0] // groups, weight.shape[1]
    found = np.empty((x.shape[0], weight.shape[0], *sizes), dtype=object)
    for place in np.ndindex(*sizes):
        window = tuple(
            slice(i * s, i * s + d * (k - 1) + 1, d)
            for i, s, d, k in zip(place, stride, dilation, kernel, strict=True)
        )
        for g in range(groups):
            part = x[(slice(None), slice(g * ins, (g + 1) * ins), *window)]
            own_weight = weight[g * outs : (g + 1) * outs].reshape(outs, -1)
            key = (slice(None), slice(g * outs, (g + 1) * outs), *place)
            found[key] = part.reshape(len(x), -1) @ own_weight.T
    if bias is not None:
        found = found + bias.reshape(1, -1, *([1] * rank))
    return found


def _spread(value: Any, rank: int) -> list[int]:
    listed = list(value) if isinstance(value, list | tuple) else [value]
    return listed * rank if len(listed) == 1 else listed


def _windows(given: Arguments, rank: int) -> tuple[list[int], ...]:
    kernel = _spread(given["kernel_size"], rank)
    stride = _spread(given.get("stride") or kernel, rank)
    padding = _spread(given.get("padding", 0), rank)
    dilation = _spread(given.get("dilation", 1), rank)
    return kernel, stride, padding, dilation


def _pool(rank: int, *, average: bool) -> Rule:
    def rule(own: Arithmetic, given: Arguments) -> Array:
        x = given["self"]
        kernel, stride, padding, dilation = _windows(given, rank)
        lead = x.shape[: x.ndim - rank]
        sizes = [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(
                x.shape[-rank:], kernel, stride, padding, dilation, strict=True
            )
        ]
        found = np.empty((*lead, *sizes), dtype=object)
        for place in np.ndindex(*sizes):
            inside = []
            for offset in product(*(range(k) for k in kernel)):
                at = [
                    i * s - p + o * d
                    for i, s, p, o, d in zip(place, stride, padding, offset, dilation, strict=True)
                ]
                if all(0 <= a < n for a, n in zip(at, x.shape[-rank:], strict=True)):
                    inside.append(x[(..., *at)])
            if average:  # padded zeros count, as PyTorch's default has it
                total = inside[0]
                for part in inside[1:]:
                    total = total + part
                value = total * own.number(Fraction(1, prod(kernel)))
            else:
                value = inside[0]
                for part in inside[1:]:
                    value = _maximum(own, value, part)
            found[(..., *place)] = value
        return found

    return rule


def _adaptive(own: Arithmetic, given: Arguments) -> Array:
    x, wanted = given["self"], list(given["output_size"])
    rank = len(wanted)
    found = np.empty((*x.shape[:-rank], *wanted), dtype=object)
    for place in np.ndindex(*wanted):
        window = tuple(
            slice(i * n // w, -(-(i + 1) * n // w))
            for i, w, n in zip(place, wanted, x.shape[-rank:], strict=True)
        )
        part = x[(..., *window)]
        axes = tuple(range(part.ndim - rank, part.ndim))
        count = prod(part.shape[axis] for axis in axes)
        found[(..., *place)] = _total(own, part, axes, keep=False) * own.number(Fraction(1, count))
    return found


def _batch_norm(own: Arithmetic, given: Arguments) -> Array:
    x = given["input"]
    shape = (1, -1, *([1] * (x.ndim - 2)))
    mean, var = (given[word].reshape(shape) for word in ("running_mean", "running_var"))
    spread = _each(lambda v: own.function("sqrt", v), var + _number(own, given["eps"]))
    found = (x - mean) / spread
    return _scaled(found, given, shape)


def _scaled(value: Array, given: Arguments, shape: tuple[int, ...] | None = None) -> Array:
    weight, bias = given.get("weight"), given.get("bias")
    if weight is not None:
        value = value * (weight if shape is None else weight.reshape(shape))
    return value if bias is None else value + (bias if shape is None else bias.reshape(shape))


# ---------------------------------------------------------------- cases


def _relu(own: Arithmetic, given: Arguments) -> Array:
    return _maximum(own, given["self"], own.number(Fraction(0)))


def _leaky(own: Arithmetic, given: Arguments) -> Array:
    slope = Fraction(given["negative_slope"])
    if 0 <= slope <= 1:
        return _maximum(own, given["self"], given["self"] * own.number(slope))
    zero = own.number(Fraction(0))
    positive = _maximum(own, given["self"], zero)
    return positive + (given["self"] - positive) * own.number(slope)  # type: ignore[no-any-return]


def _clamp(own: Arithmetic, given: Arguments) -> Array:
    value = given["self"]
    low, high = (given.get(a, given.get(b)) for a, b in (("min", "min_val"), ("max", "max_val")))
    if low is not None:
        value = _maximum(own, value, _number(own, low))
    return value if high is None else _minimum(own, value, _number(own, high))


def _abs(own: Arithmetic, given: Arguments) -> Array:
    return _maximum(own, given["self"], -given["self"])


# ---------------------------------------------------------------- smooth functions


def _function(name: str) -> Rule:
    return lambda own, given: _each(lambda v: own.function(name, v), given["self"])


def _sigmoid(own: Arithmetic, given: Arguments) -> Array:
    one = own.number(Fraction(1))
    return one / (_each(lambda v: own.function("exp", -v), given["self"]) + one)  # type: ignore[no-any-return]


def _gelu(own: Arithmetic, given: Arguments) -> Array:
    x, half, one = given["self"], own.number(Fraction(1, 2)), own.number(Fraction(1))
    two = own.function("sqrt", own.number(Fraction(2)))
    if given.get("approximate", "none") == "none":
        inner = _each(lambda v: own.function("erf", v / two), x)
    else:
        pi = own.number(Fraction(4)) * own.function("atan", one)
        scale = own.function("sqrt", own.number(Fraction(2)) / pi)
        cubic = own.number(Fraction(0.044715))
        inner = _each(lambda v: own.function("tanh", (v + v * v * v * cubic) * scale), x)
    return x * half * (inner + one)  # type: ignore[no-any-return]


def _pow(own: Arithmetic, given: Arguments) -> Array:
    exponent = Fraction(given["exponent"])
    base = given["self"]
    if exponent == Fraction(1, 2):
        return _each(lambda v: own.function("sqrt", v), base)
    if exponent.denominator != 1 or not 1 <= exponent <= 16:
        return _each(
            lambda v: own.function("exp", own.function("log", v) * own.number(exponent)), base
        )
    found: Array = base
    for _ in range(exponent.numerator - 1):
        found = found * base
    return found


def _rsqrt(own: Arithmetic, given: Arguments) -> Array:
    one = own.number(Fraction(1))
    return _each(lambda v: one / own.function("sqrt", v), given["self"])


def _softmax(own: Arithmetic, given: Arguments) -> Array:
    x = given["self"]
    axis = given["dim"] % x.ndim
    powers = _exponentials(own, x, axis)
    return powers / _total(own, powers, (axis,), keep=True)


def _exponentials(own: Arithmetic, x: Array, axis: int) -> Array:
    """exp(x - x_0), which changes no quotient and keeps numbers in range."""
    lead = np.take(x, [0], axis)
    return _each(lambda v: own.function("exp", v), x - lead)


def _log_softmax(own: Arithmetic, given: Arguments) -> Array:
    return _each(lambda v: own.function("log", v), _softmax(own, given))


def _layer_norm(own: Arithmetic, given: Arguments) -> Array:
    x = given["input"]
    axes = tuple(range(x.ndim - len(given["normalized_shape"]), x.ndim))
    share = own.number(Fraction(1, prod(x.shape[a] for a in axes)))
    centred = x - _total(own, x, axes, keep=True) * share
    var = _total(own, centred * centred, axes, keep=True) * share
    spread = _each(lambda v: own.function("sqrt", v), var + _number(own, given.get("eps", 1e-5)))
    return _scaled(centred / spread, given)


def _attention(own: Arithmetic, given: Arguments) -> Array:
    query, key, value = given["query"], given["key"], given["value"]
    if given.get("enable_gqa", False):
        key, value = (np.repeat(a, query.shape[1] // a.shape[1], axis=1) for a in (key, value))
    scale = given.get("scale")
    factor = (
        own.number(Fraction(1)) / own.function("sqrt", own.number(Fraction(query.shape[-1])))
        if scale is None
        else own.number(Fraction(scale))
    )
    scores = (query @ np.swapaxes(key, -1, -2)) * factor
    mask = given.get("attn_mask")
    if given.get("is_causal", False):
        mask = np.tril(np.ones(scores.shape[-2:], dtype=bool))
    if mask is not None and mask.dtype == object:
        scores, mask = scores + mask, None
    lead = np.broadcast_to(True if mask is None else np.asarray(mask, bool), scores.shape)
    powers = np.full(scores.shape, own.number(Fraction(0)), dtype=object)
    for place in np.ndindex(*scores.shape[:-1]):
        seen = np.flatnonzero(lead[place])
        first = scores[(*place, seen[0])]
        for j in seen:
            powers[(*place, j)] = own.function("exp", scores[(*place, j)] - first)
    weights = powers / _total(own, powers, (powers.ndim - 1,), keep=True)
    return weights @ value  # type: ignore[no-any-return]


RULES: dict[str, Rule] = {
    "add": _add,
    "sub": _sub,
    "rsub": lambda own, g: _number(own, g["other"]) - g["self"] * _number(own, g.get("alpha", 1)),
    "neg": lambda own, g: -g["self"],
    "mul": lambda own, g: g["self"] * _number(own, g["other"]),
    "div": lambda own, g: g["self"] / _number(own, g["other"]),
    "square": lambda own, g: g["self"] * g["self"],
    "reciprocal": lambda own, g: own.number(Fraction(1)) / g["self"],
    "linear": _linear,
    "addmm": _addmm,
    "mm": lambda own, g: g["self"] @ g["mat2"],
    "bmm": lambda own, g: g["self"] @ g["mat2"],
    "matmul": lambda own, g: g["self"] @ g["other"],
    "sum": lambda own, g: _total(own, g["self"], _axes(g, g["self"]), keep=g.get("keepdim", False)),
    "mean": _mean,
    "cumsum": _cumsum,
    "conv1d": _conv,
    "conv2d": _conv,
    "conv3d": _conv,
    "avg_pool1d": _pool(1, average=True),
    "avg_pool2d": _pool(2, average=True),
    "max_pool1d": _pool(1, average=False),
    "max_pool2d": _pool(2, average=False),
    "adaptive_avg_pool1d": _adaptive,
    "adaptive_avg_pool2d": _adaptive,
    "batch_norm": _batch_norm,
    "relu": _relu,
    "leaky_relu": _leaky,
    "relu6": lambda own, g: _clamp(own, {**g, "min": 0, "max": 6}),
    "hardtanh": lambda own, g: _clamp(own, {"min_val": -1, "max_val": 1, **g}),
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": _clamp,
    "abs": _abs,
    "maximum": lambda own, g: _maximum(own, g["self"], g["other"]),
    "minimum": lambda own, g: _minimum(own, g["self"], g["other"]),
    "exp": _function("exp"),
    "log": _function("log"),
    "sqrt": _function("sqrt"),
    "tanh": _function("tanh"),
    "erf": _function("erf"),
    "sin": _function("sin"),
    "cos": _function("cos"),
    "rsqrt": _rsqrt,
    "pow": _pow,
    "sigmoid": _sigmoid,
    "silu": lambda own, g: g["self"] * _sigmoid(own, g),
    "gelu": _gelu,
    "softmax": _softmax,
    "_softmax": _softmax,
    "log_softmax": _log_softmax,
    "layer_norm": _layer_norm,
    "scaled_dot_product_attention": _attention,
}
"""Operation -> its rule. What only moves entries needs none."""
