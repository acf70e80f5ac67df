r"""How far a computed sum of products can be from its value, whatever the order.

**Claim.** Let $s = \sum_{i \le n} x_i w_i + b$ and $A = \sum_i |x_i w_i| + |b|$. Let $\hat s$ be computed by any
binary tree of additions over the products and b (and zeros), each product and each sum rounded to nearest
with unit $u$, or a product and a sum fused with one rounding, with or without gradual underflow. If nothing
overflows, then with $\gamma = (1 + u)^{n + 1} - 1$
$$|\hat s - s| \le \gamma A + (1 + \gamma)
  \bigl(\omega (2n + 1) + \omega' (\textstyle\sum_i (|x_i| + |w_i|) + n\omega' + 1)\bigr).$$

*Derivation.* A tree over $n + 1$ terms has $n$ inner nodes, so a term passes at most $n$ additions, and a
product one rounding before: at most $n + 1$ factors $(1 + \delta)$ with $|\delta| \le u$, fewer if fused.
Their product differs from 1 by at most $(1 + u)^{n + 1} - 1$; summing over terms gives $\gamma A$.
Underflow: a sum of floating-point numbers that is subnormal is exact unless flushed; a product may lose
half the smallest subnormal number; flushing loses less than $\omega$, the smallest normal number of the
accumulator. So each of the at most $2n + 1$ operations loses less than $\omega$ besides, and what it
loses passes the same additions: the factor $1 + \gamma$. Operands that are subnormal in their own format,
of smallest normal number $\omega' \ge \omega$, and read as zeros change the product $x_i w_i$ by less
than $\omega' |w_i|$, $\omega' |x_i|$ or $\omega'^2$, and b by less than $\omega'$. ∎ Without underflow
this is Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §4.2 with Lemma 3.1, where
$\gamma$ is bounded by $mu / (1 - mu)$, $m = n + 1$. It cannot be improved
much: of $10^6$ sums of `adversarial`, the worst comes within 3 % of it in every format.

**Operands cut** with relative error at most $\theta$ change $x_i w_i$ by at most $(2\theta + \theta^2)
|x_i w_i|$ first; then the claim holds with $(1 + \theta)^2 A$ for $A$. TensorFloat-32 has $\theta =
2^{-10}$: truncating a significand in $[1, 2)$ to ten fractional bits loses less than $2^{-10}$.

**Truncating accumulators** (tensor cores) align several terms and cut what lies below the last place of
the largest. What is used here is a *declared assumption*, not a guarantee of hardware: $u = 2^{-23}$ and
twice the terms, because a cut of several terms at once counts once for each of two (Fasi et al. 2021,
PeerJ CS 7:e330; Khattak & Mikaitis 2025, arXiv:2512.07004).

**Storage.** A format of precision $p$ that is narrower than its accumulator rounds the result: error at
most $2^{-p} |v| + \omega'$ for a value $v$. PyTorch may store the sum of products first and add the bias
after: two storage roundings, and between them one of float32 ($p$ is 8 for bfloat16: $2^{-8}$, not
$2^{-9}$). `linear_error` bounds both ways of doing it, the second dominating: each step adds to an upper
bound of what came before. A bias of 0 changes nothing that is stored.

All bounds are computed in float64 from non-negative terms and inflated by $1 + 2^{-30}$, which covers
their own rounding: a float64 sum of fewer than $2^{20}$ non-negative terms, and a few products, is off by
less than $2^{-32}$ of its value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..namespace import library_of
from .formats import Format

__all__ = ["INFLATE", "growth", "linear_error", "stored_error", "sum_error"]

Array = Any
"""Of NumPy or of PyTorch, on any device, in float64."""
INFLATE = 1.0 + 2.0**-30
MOST_TERMS = 2**20


def growth(form: Format, terms: int) -> float:
    """γ of a sum of so many products and a bias.

    Example:
        >>> from tauomega.bridge.precision.formats import FORMATS
        >>> growth(FORMATS["float32"], 1) > 2 * 2.0**-24
        True
    """
    assert terms < MOST_TERMS, "longer sums are refused before"
    bits, count = form.sum_precision, terms + 1
    if form.truncates:
        bits, count = bits - 1, 2 * count
    return float(np.expm1(count * np.log1p(2.0**-bits))) * INFLATE


def sum_error(
    form: Format, terms: int, absolute: Array, operands: Array | float, weights: Array | float
) -> Array:
    r"""The bound of the claim.

    Args:
        form: the format.
        terms: n.
        absolute: an upper bound of A.
        operands: an upper bound of $\sum |x_i|$.
        weights: $\sum |w_i|$.
    """
    gamma, omega = growth(form, terms), 2.0**form.sum_least
    flushed = max(omega, 2.0**form.least)
    cut = (1.0 + form.operand) ** 2
    lost = omega * (2 * terms + 1) + flushed * (operands + weights + terms * flushed + 1)
    error = (cut - 1.0 + gamma * cut) * absolute + (1.0 + gamma) * lost
    return error * INFLATE


def stored_error(form: Format, size: Array, error: Array) -> Array:
    """The error after storing a value of at most `size`, computed with some error.

    Two roundings: of the accumulator's format, in which an elementwise operation is computed, and of
    the storage.
    """
    unit = 2.0**-form.sum_precision
    if not form.stores_sums:
        unit = (1.0 + unit) * (1.0 + form.unit) - 1.0
    grown = error + unit * (size + error) + 2.0 ** (form.least + 1)
    return grown * INFLATE


def linear_error(
    form: Format,
    terms: int,
    absolute: Array,
    operands: Array,
    weights: Array,
    before: Array,
    after: Array,
    biased: Array,
) -> Array:
    """The local error of W x + b, as one kernel or as a product stored and a bias added.

    Args:
        form: the format.
        terms: the number of columns of W.
        absolute: bounds |W| |x| + |b|.
        operands: bounds the sum of |x|.
        weights: the sums of |W| over columns.
        before: bounds |W x|.
        after: bounds |W x + b|.
        biased: which entries of b are not 0: adding 0 to what is stored changes nothing.
    """
    error = sum_error(form, terms, absolute, operands, weights)
    if form.stores_sums:
        return error
    library = library_of(before)
    once = stored_error(form, library.maximum(before, after), error)
    return library.where(biased, stored_error(form, after, stored_error(form, before, error)), once)
