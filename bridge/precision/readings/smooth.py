r"""How far softmax, normalisation, attention and smooth functions may be from their values: under declared assumptions.

No standard says how a library computes these. What is assumed, and named in every verdict that rests on it, with u
the unit of the format ($2^{-24}$ for float32):

* exp, tanh, erf, sigmoid, sqrt, rsqrt and powers are within $8u$ of their size, sin and cos within $8u$; GELU and SiLU
  within $16u\,|x|$: a few units in the last place, as vectorised libraries document.
* Softmax subtracts some number that is at most the largest in size, sums in any order and any blocks, and rescales
  a partial result at most once for each entry. With $|x| \le X$, n entries and $\delta = 4uX$ each power is within a
  factor $e^{\pm(\delta + 16u)}$, each rescaling adds such a factor, and the sum $1 \pm \gamma$: in all a factor
  within $e^{\pm((n + 4)(\delta + 16u) + 2\gamma_{n+2})}$.
* LayerNorm's variance is within $8(n + 2)u$ of the mean square of its entries: so are the two-pass formula, Welford's
  and Chan's updates and $E[x^2] - E[x]^2$ (Chan, Golub & LeVeque 1983). With a variance of at least v and
  $L = v + \epsilon - \delta_v > 0$, the reciprocal root is within $(\delta_v / 2L + 8u) L^{-1/2}$, the mean within
  $\gamma_{n+2} \sum|x|/n$; what is left are at most 16 roundings of $|w| (|x| + |\mu|) r + |b|$.
* Attention is the product of queries and keys, softmax, and a product with the values, in any order.

Only for formats that store sums as they are accumulated: narrower ones round in the middle in ways that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import prod
from typing import Any, Protocol

import numpy as np

from ...graph.arithmetic import Arithmetic, NotEvaluatedError
from ...graph.rule_parts import total_of
from ...graph.rules import attention_scores, attention_values, attention_weights
from ..formats import Format
from ..sums import INFLATE, growth, sum_error

__all__ = ["ASSUMED", "SMOOTH", "sizes_of"]

Array = Any
Arguments = Mapping[str, Any]
Rule = Callable[[Arithmetic, Arguments], Array]
LIBRARY, COMPOSED = 8, 16
"""Units that a function of the library, and one that is made of several operations, may be off."""

ASSUMED = (
    "assumed of the library: exp, tanh, erf, sqrt, sin, cos and powers to 8u, GELU and SiLU to 16u |x|; softmax in any "
    "order and blocks; the variance of LayerNorm to 8(n + 2)u of the mean square; bridge.precision.readings.smooth"
)


class Rounding(Arithmetic, Protocol):
    """Forms in a format, and how they are widened."""

    @property
    def form(self) -> Format:
        """The format."""
        ...

    def widened(self, value: Array, error: Array) -> Array:
        """Forms that may be off by so much."""
        ...


def sizes_of(array: Array) -> Array:
    """The largest size of every form, as float64."""
    found = np.empty(array.shape)
    for place, form in np.ndenumerate(array):
        found[place] = max(abs(form.low), abs(form.high))
    return found


def _function(units: int, bound: str) -> Callable[[Rounding, Rule, Arguments], Array]:
    """A function off by some units of its value, of its argument, or of 1."""

    def smooth(own: Rounding, rule: Rule, given: Arguments) -> Array:
        value = rule(own, given)
        size = np.ones(value.shape)
        if bound != "one":
            size = sizes_of(value if bound == "value" else given["self"])
        return own.widened(value, units * own.form.unit * size * INFLATE + 2.0**own.form.least)

    return smooth


def _factor(form: Format, count: int, size: float) -> float:
    """How far, relatively, a softmax of so many entries of at most a size may be off."""
    shift = 4 * form.unit * size
    exponent = (count + 4) * (shift + COMPOSED * form.unit) + 2 * growth(form, count + 2)
    if not exponent < 1:
        raise NotEvaluatedError(f"entries of size {size:.3g} leave no bound in {form.name}")
    return float(np.expm1(exponent)) * INFLATE


def _softmax(own: Rounding, rule: Rule, given: Arguments) -> Array:
    x, value = given["self"], rule(own, given)
    off = _factor(own.form, x.shape[given["dim"]], float(sizes_of(x).max(initial=0.0)))
    return own.widened(value, off * sizes_of(value) * INFLATE + 2.0**own.form.least)


def _layer_norm(own: Rounding, rule: Rule, given: Arguments) -> Array:
    x, value, unit = given["input"], rule(own, given), own.form.unit
    axes = tuple(range(x.ndim - len(given["normalized_shape"]), x.ndim))
    count = prod(x.shape[axis] for axis in axes)
    share = own.number(Fraction(1, count))
    centred = x - total_of(own, x, axes, keep=True) * share
    spread = total_of(own, centred * centred, axes, keep=True) * share
    size = sizes_of(x)
    mean = size.sum(axes, keepdims=True) / count * INFLATE
    square = (size * size).sum(axes, keepdims=True) / count * INFLATE
    least = np.empty(spread.shape)
    for place, form in np.ndenumerate(spread):
        least[place] = max(form.low, 0.0)
    off_variance = 8 * (count + 2) * unit * square * INFLATE
    left = (least + float(given["eps"])) * (1 - 2.0**-40) - off_variance
    if not bool((left > 0).all()):
        raise NotEvaluatedError("a variance may vanish, so that its root has no bound")
    root = 1 / np.sqrt(left) * (1 + 2.0**-20)
    off_root = (off_variance / (2 * left) + LIBRARY * unit) * root * (1 + 2.0**-10)
    off_mean = growth(own.form, count + 2) * mean * INFLATE
    weight, bias = (given.get(word) for word in ("weight", "bias"))
    factor = 1.0 if weight is None else sizes_of(weight)
    shift = 0.0 if bias is None else sizes_of(bias)
    reach = size + mean
    error = factor * (reach * off_root + off_mean * (root + off_root))
    error = error + COMPOSED * unit * (factor * reach * (root + off_root) + shift)
    return own.widened(value, error * (1 + 2.0**-10) + 8 * 2.0**own.form.least * (1 + factor))


class _Sizes:
    """Sizes of sums of products, and the root that scales them."""

    def number(self, value: Fraction) -> float:
        return abs(float(value)) * INFLATE

    def maximum(self, a: float, b: float) -> float:
        return max(a, b)

    def function(self, name: str, x: float) -> float:
        assert name == "sqrt"
        return float(np.sqrt(x) * (1 - 2.0**-20))


def _attention(own: Rounding, rule: Rule, given: Arguments) -> Array:
    form = own.form
    held = {w: sizes_of(given[w]).astype(object) for w in ("query", "key", "value")}
    scores = attention_scores(own, given)
    absolute = np.array(attention_scores(_Sizes(), {**given, **held}), float) * INFLATE
    width = given["query"].shape[-1]
    operands = width * max(held["query"].max(), held["key"].max()) * INFLATE
    scores = own.widened(scores, sum_error(form, width + 4, absolute, operands, operands))
    mask = given.get("attn_mask")
    added = sizes_of(mask).max() if mask is not None and mask.dtype == object else 0.0
    count = scores.shape[-1]
    off = _factor(form, count, float(sizes_of(scores).max(initial=0.0) + added))
    weights = attention_weights(own, scores, given)
    weights = own.widened(weights, off * sizes_of(weights) * INFLATE + 2.0**form.least)
    values = attention_values(given)
    reach = sizes_of(weights) @ sizes_of(values) * INFLATE
    most = count * max(1.0, float(held["value"].max())) * INFLATE
    error = sum_error(form, count + 2, reach, most, most) + off * reach
    return own.widened(weights @ values, error * INFLATE)


SMOOTH: Mapping[str, Callable[[Rounding, Rule, Arguments], Array]] = {
    **dict.fromkeys(
        ("exp", "tanh", "erf", "sigmoid", "sqrt", "rsqrt", "pow"), _function(LIBRARY, "value")
    ),
    **dict.fromkeys(("sin", "cos"), _function(LIBRARY, "one")),
    **dict.fromkeys(("gelu", "silu"), _function(COMPOSED, "argument")),
    "softmax": _softmax,
    "_softmax": _softmax,
    "layer_norm": _layer_norm,
    "scaled_dot_product_attention": _attention,
}
"""Operation -> its forms, widened by what may be off."""
