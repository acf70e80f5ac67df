r"""Exact linear bounds of a (leaky) ReLU network over a box, in integers.

Every number is an integer over a stated denominator; boxes and bounds of pre-activations are integers
over $2^{40}$, rounded outward. A unit with activation $\phi(z) = \max(z, \alpha z)$, $0 \le \alpha \le 1$,
and $l \le z \le u$ satisfies
$$\lambda z \;\le\; \phi(z) \;\le\; s z + t \qquad (\lambda \in \{\alpha, 1\},\ s \text{ any},\
  t = \max(\phi(l) - s l,\, \phi(u) - s u)),$$
because $\phi$ is convex. A row of a layer is bounded by substituting these lines backwards down to the
inputs, where a linear form attains its bounds at a corner of the box (CROWN).

Source: Zhang et al. (2018), arXiv:1811.00866, Theorem 3.2; here without floating point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import mul

__all__ = ["GRID", "IntegerLayer", "Interval", "bounds_over_box", "integer_layers", "outward"]

GRID = 40
"""Bounds are integers over 2^GRID."""
SLOPE = 20
"""Slopes of upper lines are integers over 2^SLOPE."""

Interval = tuple[int, int]
"""Lower and upper end, over 2^GRID."""


@dataclass(frozen=True, slots=True)
class IntegerLayer:
    """z = (weight · x + bias) / denominator, then max(z, p z / q); identity if `slope` is (1, 1).

    `weight` has a row a unit.
    """

    weight: tuple[tuple[int, ...], ...]
    bias: tuple[int, ...]
    denominator: int
    slope: tuple[int, int]


def integer_layers(
    layers: Sequence[tuple[Sequence[Sequence[Fraction]], Sequence[Fraction], Fraction]],
) -> tuple[IntegerLayer, ...]:
    """Layers (weight rows, bias, slope of the activation) over common denominators.

    Raises:
        ValueError: a slope outside [0, 1], where the activation is not convex.
    """
    found = []
    for weight, bias, slope in layers:
        if not 0 <= slope <= 1:
            raise ValueError(f"the slope {slope} of an activation is outside [0, 1]")
        common = lcm(
            *(x.denominator for row in weight for x in row), *(b.denominator for b in bias)
        )
        rows = tuple(tuple(int(x * common) for x in row) for row in weight)
        shift = tuple(int(b * common) for b in bias)
        found.append(IntegerLayer(rows, shift, common, (slope.numerator, slope.denominator)))
    return tuple(found)


def outward(low: Fraction, high: Fraction) -> Interval:
    """The smallest interval over the grid that contains [low, high]."""
    return (low.numerator << GRID) // low.denominator, -(
        (-high.numerator << GRID) // high.denominator
    )


def bounds_over_box(layers: Sequence[IntegerLayer], box: Sequence[Interval]) -> list[Interval]:
    """Bounds of the last layer's pre-activations over a box of inputs.

    The last layer's own activation is not applied.
    """
    lines: list[tuple[Lines, Lines]] = []
    found: list[Interval] = []
    for k in range(len(layers)):
        found = [
            (
                _least(layers, lines, k, row, shift, box, 1),
                -_least(layers, lines, k, row, shift, box, -1),
            )
            for row, shift in zip(layers[k].weight, layers[k].bias, strict=True)
        ]
        lines.append(_lines(found, layers[k].slope))
    return found


Lines = list[tuple[int, int]]
"""A line (slope, intercept) a unit: slopes over 2^SLOPE · q, intercepts over 2^GRID · 2^SLOPE · q."""


def _lines(bounds: Sequence[Interval], slope: tuple[int, int]) -> tuple[Lines, Lines]:
    """For each unit the line below and the line above its activation."""
    p, q = slope
    one = 1 << SLOPE
    below: Lines = []
    above: Lines = []
    for low, high in bounds:
        if low >= 0 or p == q:
            below.append((one * q, 0))
            above.append((one * q, 0))
        elif high <= 0:
            below.append((one * p, 0))
            above.append((one * p, 0))
        else:
            below.append((one * (q if high > -low else p), 0))
            # the chord from (l, p l / q) to (u, u), rounded; any slope is sound with its intercept
            s = (one * (q * high - p * low)) // (high - low)
            t = max(one * p * low - s * low, one * q * high - s * high)
            above.append((s, t))
    return below, above


def _least(
    layers: Sequence[IntegerLayer],
    lines: Sequence[tuple[Lines, Lines]],
    k: int,
    row: Sequence[int],
    shift: int,
    box: Sequence[Interval],
    sign: int,
) -> int:
    """A lower bound of sign · (unit of layer k), over 2^GRID."""
    factors = [sign * a for a in row]
    constant = (sign * shift) << GRID
    denominator = layers[k].denominator
    for j in range(k - 1, -1, -1):
        below, above = lines[j]
        q = layers[j].slope[1] << SLOPE
        chosen = [
            low if a >= 0 else high for a, low, high in zip(factors, below, above, strict=True)
        ]
        constant = constant * q + sum(a * line[1] for a, line in zip(factors, chosen, strict=True))
        factors = [a * line[0] for a, line in zip(factors, chosen, strict=True)]
        denominator *= q
        layer = layers[j]
        constant = constant * layer.denominator + (sum(map(mul, factors, layer.bias)) << GRID)
        columns = zip(*layer.weight, strict=True)
        factors = [sum(map(mul, factors, column)) for column in columns]
        denominator *= layer.denominator
    corner = [low if a >= 0 else high for a, (low, high) in zip(factors, box, strict=True)]
    total: int = constant + sum(map(mul, factors, corner))
    return total // denominator
