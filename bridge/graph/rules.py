"""What each operation does with arrays of numbers: one rule for all arithmetics.

A rule takes the arithmetic, the arguments by the names of PyTorch's schema (arrays of numbers, tensors of
integers, constants), and gives an array. Arrays are numpy arrays of objects. Scalars that PyTorch casts
to the type of the tensor (a slope, an ε) are rounded to it, like weights, before they come here.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np

from .arithmetic import Arithmetic, NotEvaluatedError
from .rule_parts import Arguments, Array, Rule, axes_of, each, maximum, minimum, number, total_of
from .window_rules import adaptive, conv, pool

__all__ = ["RULES", "attention_scores", "attention_values", "attention_weights"]


# ---------------------------------------------------------------- sums and products


def _add(own: Arithmetic, given: Arguments) -> Array:
    other = number(own, given["other"])
    alpha = given.get("alpha", 1)
    found: Array = given["self"] + (other if alpha == 1 else other * number(own, alpha))
    return found


def _sub(own: Arithmetic, given: Arguments) -> Array:
    found: Array = given["self"] - number(own, given["other"]) * number(own, given.get("alpha", 1))
    return found


def _div(own: Arithmetic, given: Arguments) -> Array:
    if given.get("rounding_mode") is not None:
        raise NotEvaluatedError(f"no rule for rounding_mode={given['rounding_mode']!r}")
    found: Array = given["self"] / number(own, given["other"])
    return found


def _linear(own: Arithmetic, given: Arguments) -> Array:
    found: Array = given["input"] @ given["weight"].T
    bias = given.get("bias")
    return found if bias is None else found + bias


def _addmm(own: Arithmetic, given: Arguments) -> Array:
    beta, alpha = (number(own, given.get(word, 1)) for word in ("beta", "alpha"))
    found: Array = given["self"] * beta + (given["mat1"] @ given["mat2"]) * alpha
    return found


def _mean(own: Arithmetic, given: Arguments) -> Array:
    array = given["self"]
    axes = axes_of(given, array)
    count = prod(array.shape[axis] for axis in axes)
    total = total_of(own, array, axes, keep=given.get("keepdim", False))
    found: Array = total * number(own, Fraction(1, count))
    return found


def _cumsum(own: Arithmetic, given: Arguments) -> Array:
    moved = np.moveaxis(given["self"], given["dim"], 0)
    found = [moved[0]]
    for part in moved[1:]:
        found.append(found[-1] + part)
    return np.moveaxis(np.stack(found), 0, given["dim"])


def _batch_norm(own: Arithmetic, given: Arguments) -> Array:
    x = given["input"]
    shape = (1, -1, *([1] * (x.ndim - 2)))
    mean, var = (given[word].reshape(shape) for word in ("running_mean", "running_var"))
    spread = each(lambda v: own.function("sqrt", v), var + number(own, given["eps"]))
    found = (x - mean) / spread
    return _scaled(found, given, shape)


def _scaled(value: Array, given: Arguments, shape: tuple[int, ...] | None = None) -> Array:
    weight, bias = given.get("weight"), given.get("bias")
    if weight is not None:
        value = value * (weight if shape is None else weight.reshape(shape))
    return value if bias is None else value + (bias if shape is None else bias.reshape(shape))


# ---------------------------------------------------------------- cases


def _relu(own: Arithmetic, given: Arguments) -> Array:
    return maximum(own, given["self"], own.number(Fraction(0)))


def _leaky(own: Arithmetic, given: Arguments) -> Array:
    slope = Fraction(given["negative_slope"])
    choose = maximum if slope <= 1 else minimum
    return choose(own, given["self"], given["self"] * own.number(slope))


def _clamp(own: Arithmetic, given: Arguments) -> Array:
    value = given["self"]
    low, high = (given.get(a, given.get(b)) for a, b in (("min", "min_val"), ("max", "max_val")))
    if low is not None:
        value = maximum(own, value, number(own, low))
    return value if high is None else minimum(own, value, number(own, high))


def _abs(own: Arithmetic, given: Arguments) -> Array:
    return maximum(own, given["self"], -given["self"])


# ---------------------------------------------------------------- smooth functions


def _function(name: str) -> Rule:
    return lambda own, given: each(lambda v: own.function(name, v), given["self"])


def _sigmoid(own: Arithmetic, given: Arguments) -> Array:
    one = own.number(Fraction(1))
    found: Array = one / (each(lambda v: own.function("exp", -v), given["self"]) + one)
    return found


def _gelu(own: Arithmetic, given: Arguments) -> Array:
    x, half, one = given["self"], own.number(Fraction(1, 2)), own.number(Fraction(1))
    two = own.function("sqrt", own.number(Fraction(2)))
    if given.get("approximate", "none") == "none":
        inner = each(lambda v: own.function("erf", v / two), x)
    else:
        pi = own.number(Fraction(4)) * own.function("atan", one)
        scale = own.function("sqrt", own.number(Fraction(2)) / pi)
        cubic = own.number(Fraction(0.044715))
        inner = each(lambda v: own.function("tanh", (v + v * v * v * cubic) * scale), x)
    found: Array = x * half * (inner + one)
    return found


def _pow(own: Arithmetic, given: Arguments) -> Array:
    base = given["self"]
    if isinstance(given["exponent"], np.ndarray):
        log = each(lambda v: own.function("log", v), np.array(number(own, base), dtype=object))
        return each(lambda v: own.function("exp", v), log * given["exponent"])
    exponent = Fraction(given["exponent"])
    if exponent == Fraction(1, 2):
        return each(lambda v: own.function("sqrt", v), base)
    if exponent.denominator != 1 or not 1 <= exponent <= 16:
        return each(
            lambda v: own.function("exp", own.function("log", v) * own.number(exponent)), base
        )
    found: Array = base
    for _ in range(exponent.numerator - 1):
        found = found * base
    return found


def _rsqrt(own: Arithmetic, given: Arguments) -> Array:
    one = own.number(Fraction(1))
    return each(lambda v: one / own.function("sqrt", v), given["self"])


def _softmax(own: Arithmetic, given: Arguments) -> Array:
    x = given["self"]
    axis = given["dim"] % x.ndim
    powers = _exponentials(own, x, axis)
    return powers / total_of(own, powers, (axis,), keep=True)


def _exponentials(own: Arithmetic, x: Array, axis: int) -> Array:
    """exp(x - x_0), which changes no quotient and keeps numbers in range."""
    lead = np.take(x, [0], axis)
    return each(lambda v: own.function("exp", v), x - lead)


def _log_softmax(own: Arithmetic, given: Arguments) -> Array:
    return each(lambda v: own.function("log", v), _softmax(own, given))


def _layer_norm(own: Arithmetic, given: Arguments) -> Array:
    x = given["input"]
    axes = tuple(range(x.ndim - len(given["normalized_shape"]), x.ndim))
    share = own.number(Fraction(1, prod(x.shape[a] for a in axes)))
    centred = x - total_of(own, x, axes, keep=True) * share
    var = total_of(own, centred * centred, axes, keep=True) * share
    spread = each(lambda v: own.function("sqrt", v), var + number(own, given.get("eps", 1e-5)))
    return _scaled(centred / spread, given)


def attention_scores(own: Arithmetic, given: Arguments) -> Array:
    """Queries times keys, scaled, without a mask."""
    query, key = given["query"], given["key"]
    if given.get("enable_gqa", False):
        key = np.repeat(key, query.shape[1] // key.shape[1], axis=1)
    scale = given.get("scale")
    factor = (
        own.number(Fraction(1)) / own.function("sqrt", own.number(Fraction(query.shape[-1])))
        if scale is None
        else own.number(Fraction(scale))
    )
    found: Array = (query @ np.swapaxes(key, -1, -2)) * factor
    return found


def attention_weights(own: Arithmetic, scores: Array, given: Arguments) -> Array:
    """What a query takes from each value: the softmax over what the mask lets it see."""
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
    return powers / total_of(own, powers, (powers.ndim - 1,), keep=True)


def attention_values(given: Arguments) -> Array:
    """The values, one of each head of queries."""
    query, value = given["query"], given["value"]
    if given.get("enable_gqa", False):
        value = np.repeat(value, query.shape[1] // value.shape[1], axis=1)
    found: Array = value
    return found


def _attention(own: Arithmetic, given: Arguments) -> Array:
    weights = attention_weights(own, attention_scores(own, given), given)
    return weights @ attention_values(given)


def _shaped(rule: Rule) -> Rule:
    """A rule whose result is an array where it is one number, too: of such, NumPy makes the number itself."""
    return lambda own, given: np.asarray(rule(own, given), dtype=object)


_RULES: dict[str, Rule] = {
    "add": _add,
    "sub": _sub,
    "rsub": lambda own, g: number(own, g["other"]) - g["self"] * number(own, g.get("alpha", 1)),
    "neg": lambda own, g: -g["self"],
    "mul": lambda own, g: g["self"] * number(own, g["other"]),
    "div": _div,
    "square": lambda own, g: g["self"] * g["self"],
    "reciprocal": lambda own, g: own.number(Fraction(1)) / g["self"],
    "linear": _linear,
    "addmm": _addmm,
    "mm": lambda own, g: g["self"] @ g["mat2"],
    "bmm": lambda own, g: g["self"] @ g["mat2"],
    "matmul": lambda own, g: g["self"] @ g["other"],
    "sum": lambda own, g: total_of(
        own, g["self"], axes_of(g, g["self"]), keep=g.get("keepdim", False)
    ),
    "mean": _mean,
    "cumsum": _cumsum,
    "conv1d": conv,
    "conv2d": conv,
    "conv3d": conv,
    "avg_pool1d": pool(1, average=True),
    "avg_pool2d": pool(2, average=True),
    "max_pool1d": pool(1, average=False),
    "max_pool2d": pool(2, average=False),
    "adaptive_avg_pool1d": adaptive,
    "adaptive_avg_pool2d": adaptive,
    "batch_norm": _batch_norm,
    "relu": _relu,
    "leaky_relu": _leaky,
    "relu6": lambda own, g: _clamp(own, {**g, "min": 0, "max": 6}),
    "hardtanh": lambda own, g: _clamp(own, {"min_val": -1, "max_val": 1, **g}),
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": _clamp,
    "abs": _abs,
    "maximum": lambda own, g: maximum(own, g["self"], g["other"]),
    "minimum": lambda own, g: minimum(own, g["self"], g["other"]),
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
RULES: dict[str, Rule] = {name: _shaped(rule) for name, rule in _RULES.items()}
"""Operation -> its rule. What only moves entries needs none."""
