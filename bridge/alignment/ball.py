r"""Pairs that no orthogonal subspace gets right: the rest of the network bounded on a ball.

For an orthogonal projection P the value $h_b + P(h_s - h_b)$ lies on the sphere over the diameter $[h_b, h_s]$
(Thales). Linear relaxations of the ReLUs bound the forms of the outputs on that ball: an affine form with
factors a is at least its value in the centre less $|a|$ times the radius. Float64 says which pairs are worth a
proof; the bounds are then evaluated in rational numbers, with square roots rounded up.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.halfspaces import known

from ..exact_layers import ExactLayer
from ..network import Activation
from .question import AlignmentQuestion

__all__ = ["MOST_PROVED", "out_of_reach"]

Array = npt.NDArray[Any]
Rows = tuple[tuple[Fraction, ...], ...]
MOST_PROVED = 512
"""Pairs of each variable that are proved out of reach; more would only lower the bound further."""


def out_of_reach(
    question: AlignmentQuestion, layers: Sequence[ExactLayer], values: Rows, wanted: Array
) -> list[tuple[int, int]]:
    """Pairs (base, source), proved: on the whole ball τ reads something else than is wanted."""
    forms = _form_layer(question, layers[-1].names)
    floats = [(_array(x.weight), _array([x.bias])[0]) for x in (*layers, forms)]
    slopes = [_slope(x) for x in layers]
    points = _array(values)
    found: list[tuple[int, int]] = []
    for source in range(len(values)):
        middle, radius = (points + points[source]) / 2, _lengths(points - points[source]) / 2
        low, high = _bounds(floats, [float(s) for s in slopes], middle, radius)
        scale = 1e-9 * (1 + np.abs(low) + np.abs(high))
        for base in range(len(values)):
            ends = list(zip(low[base] - scale[base], high[base] + scale[base], strict=True))
            if _agrees(question, ends, wanted[source, base]) is not False:
                continue
            if len(found) < MOST_PROVED and _is_proved(
                question,
                (*layers, forms),
                slopes,
                values[base],
                values[source],
                wanted[source, base],
            ):
                found.append((base, source))
    return found


def _agrees(
    question: AlignmentQuestion, ends: Sequence[tuple[Any, Any]], wanted: Array
) -> bool | None:
    """Whether the outcome is certainly, possibly (`None`) or never the wanted one."""
    signs = [(-1 if low <= 0 else 1, 1 if high >= 0 else -1) for low, high in ends]
    read = [known(c, signs) for c in question.conditions]
    if any(x is not None and x != bool(w) for x, w in zip(read, wanted, strict=True)):
        return False
    return None if None in read else True


def _is_proved(
    question: AlignmentQuestion,
    layers: Sequence[ExactLayer],
    slopes: Sequence[Fraction],
    base: Sequence[Fraction],
    source: Sequence[Fraction],
    wanted: Array,
) -> bool:
    """The same bounds in rational numbers, for one pair."""
    middle = [(a + b) / 2 for a, b in zip(base, source, strict=True)]
    squared = sum(((a - b) ** 2 for a, b in zip(base, source, strict=True)), Fraction(0)) / 4
    lines: list[list[tuple[Fraction, Fraction, Fraction]]] = []
    low: list[Fraction] = []
    high: list[Fraction] = []
    for k, layer in enumerate(layers):
        ends = [
            [
                _least(layers, lines, k, [sign * w for w in row], sign * shift, middle, squared)
                for row, shift in zip(layer.weight, layer.bias, strict=True)
            ]
            for sign in (1, -1)
        ]
        low, high = ends[0], [-x for x in ends[1]]
        if k < len(slopes):
            lines.append([_line(a, b, slopes[k]) for a, b in zip(low, high, strict=True)])
    return _agrees(question, list(zip(low, high, strict=True)), wanted) is False


def _least(
    layers: Sequence[ExactLayer],
    lines: Sequence[Sequence[tuple[Fraction, Fraction, Fraction]]],
    k: int,
    factors: list[Fraction],
    constant: Fraction,
    middle: Sequence[Fraction],
    squared: Fraction,
) -> Fraction:
    """A lower bound, over the ball, of an affine form of the values that layer k reads."""
    for j in range(k - 1, -1, -1):
        moved = []
        for factor, (below, above, intercept) in zip(factors, lines[j], strict=True):
            constant += 0 if factor >= 0 else factor * intercept
            moved.append(factor * (below if factor >= 0 else above))
        constant += sum(f * b for f, b in zip(moved, layers[j].bias, strict=True))
        columns = zip(*layers[j].weight, strict=True)
        factors = [
            sum((f * w for f, w in zip(moved, c, strict=True) if f and w), Fraction(0))
            for c in columns
        ]
    centre = sum((f * m for f, m in zip(factors, middle, strict=True)), constant)
    return centre - _root(squared * sum((f * f for f in factors), Fraction(0)))


def _line(low: Fraction, high: Fraction, slope: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Of a unit with such sums: slope below; slope and intercept above."""
    one, zero = Fraction(1), Fraction(0)
    if low >= 0:
        return one, one, zero
    if high <= 0:
        return slope, slope, zero
    chord = (high - slope * low) / (high - low)
    return (one if high > -low else slope), chord, high - chord * high


def _root(value: Fraction) -> Fraction:
    """An upper bound of a square root, within 2^-40 of it relative to 1 + itself."""
    scaled = value * (1 << 80)
    return Fraction(isqrt(-(-scaled.numerator // scaled.denominator)) + 1, 1 << 40)


def _bounds(
    layers: Sequence[tuple[Array, Array]], slopes: Sequence[float], middle: Array, radius: Array
) -> tuple[Array, Array]:
    """The bounds in float64 for many balls: which pairs are worth a proof."""
    lines: list[tuple[Array, Array, Array]] = []
    low = high = middle
    for k, (weight, bias) in enumerate(layers):
        ends = []
        for sign in (1.0, -1.0):
            factors = np.broadcast_to(sign * weight, (len(middle), *weight.shape))
            constant = np.broadcast_to(sign * bias, (len(middle), len(bias)))
            for j in range(k - 1, -1, -1):
                below, above, intercept = (x[:, None] for x in lines[j])
                constant = constant + np.where(factors >= 0, 0, factors * intercept).sum(axis=2)
                factors = factors * np.where(factors >= 0, below, above)
                constant, factors = constant + factors @ layers[j][1], factors @ layers[j][0]
            centre = constant + (factors * middle[:, None]).sum(axis=2)
            ends.append(centre - _lengths(factors) * radius[:, None])
        low, high = ends[0], -ends[1]
        if k < len(slopes):
            slope, open_ = slopes[k], (low < 0) & (high > 0)
            width = np.where(open_, high - low, 1.0)
            flat = np.where(low >= 0, 1.0, slope)
            chord = np.where(open_, (high - slope * low) / width, flat)
            below = np.where(open_, np.where(high > -low, 1.0, slope), flat)
            lines.append((below, chord, np.where(open_, high - chord * high, 0.0)))
    return low, high


def _form_layer(question: AlignmentQuestion, names: Sequence[str]) -> ExactLayer:
    rows = tuple(tuple(dict(f).get(n, Fraction(0)) for n in names) for f, _ in question.forms)
    shift = tuple(c for _, c in question.forms)
    return ExactLayer(tuple(f"form {k}" for k in range(len(rows))), rows, shift, Activation())


def _slope(layer: ExactLayer) -> Fraction:
    return Fraction(1) if layer.activation.name == "identity" else layer.activation.slope


def _array(rows: Sequence[Sequence[Fraction]]) -> Array:
    return np.array([[float(x) for x in row] for row in rows])


def _lengths(rows: Array) -> Array:
    found: Array = np.sqrt((rows * rows).sum(axis=-1))
    return found
