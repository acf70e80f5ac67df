r"""`exact-grid`: an audit that no sum of a network rounds, whatever the order of summation.

Let the inputs of a layer be multiples of $2^{-f}$ and its weights of $2^{-g}$. Every partial sum of
products and bias, in any order and with or without fused operations, is then a multiple of $q = 2^{-(f +
g)}$ (or of the bias's finer grid) of size at most $A = \sum |w_i| \max |x_i| + |b|$. If $A < 2^p q$ it is
an integer below $2^p$ times a power of two, so a format of precision $p$ holds it, and no rounding ever
happens: the result is the real one on any device, in any order, at any batch size (Higham, 2nd ed., §2.1:
sums whose result is representable are exact). ReLUs keep the grid; a leaky ReLU multiplies it by the
slope's, which seldom fits.

The condition is sufficient, not necessary. It bounds $|x_i|$ by what any interchange can produce.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import final

from ..network import Network

__all__ = ["PRECISION", "GridAudit", "LayerAudit", "audit_grid", "audit_over"]

PRECISION = {"float16": 11, "float32": 24, "float64": 53}
LEAST = {"float16": -24, "float32": -149, "float64": -1074}
LARGEST = {"float16": 15, "float32": 127, "float64": 1023}


@final
@dataclass(frozen=True, slots=True)
class LayerAudit:
    """How many bits the largest partial sum of a layer needs on its grid, and the grid's exponent."""

    name: str
    bits: int
    exponent: int


@final
@dataclass(frozen=True, slots=True)
class GridAudit:
    """The audit of a network: exact iff every layer fits.

    Attributes:
        precision: the bits of the accumulator.
        layers: one entry for each layer.
        faults: what does not fit, in words.
    """

    precision: int
    layers: tuple[LayerAudit, ...]
    faults: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether no sum rounds."""
        return not self.faults

    def __str__(self) -> str:
        needed = max(layer.bits for layer in self.layers)
        return f"the largest partial sum needs {needed} of {self.precision} bits"


def audit_grid(network: Network, rows: Sequence[Sequence[Fraction]]) -> GridAudit:
    """Audit a network on some inputs and all interchanges between them.

    Args:
        network: the network.
        rows: the inputs, shape (rows, inputs), exact.

    Returns:
        the audit for the type of the weights, in which sums are then exact wherever they are accumulated.
    """
    scale = lcm(*(x.denominator for row in rows for x in row), 1)
    bound = [max(abs(row[j]) for row in rows) for j in range(network.inputs)]
    return audit_over(network, scale, bound)


def audit_over(network: Network, scale: int, bound: Sequence[Fraction]) -> GridAudit:
    """Audit a network on all inputs that are multiples of 1/scale and no larger than a bound each.

    Args:
        network: the network.
        scale: of the inputs; a grid only if it is a power of two.
        bound: of the size of each input.
    """
    form = network.dtype
    precision, least, largest = PRECISION[form], LEAST[form], LARGEST[form]
    faults: list[str] = []
    layers: list[LayerAudit] = []
    if scale & (scale - 1) or max(bound) * scale >= 2**precision:
        faults.append(f"the inputs are no {form} numbers")
    for k, (weight, bias) in enumerate(network.exact()):
        common = lcm(*(x.denominator for row in weight for x in row), 1)
        grid = lcm(scale * common, *(x.denominator for x in bias))
        sums = [
            abs(b) + sum(abs(w) * v for w, v in zip(row, bound, strict=True))
            for row, b in zip(weight, bias, strict=True)
        ]
        slope = network.layers[k].activation.slope
        bits = _bits(max(sums), grid)
        if network.layers[k].activation.name == "leaky_relu":
            bits = max(bits, _bits(max(sums) * abs(slope), grid * slope.denominator))
            grid *= slope.denominator
        exponent = -(grid.bit_length() - 1)
        layers.append(LayerAudit(f"layers.{k}", bits, exponent))
        if bits > precision:
            faults.append(
                f"layers.{k} needs {bits} bits for its largest partial sum, of {precision}"
            )
        if exponent < least or max(sums) >= 2**largest:
            faults.append(f"layers.{k} leaves the range of {form}")
        scale, bound = grid, sums
    return GridAudit(precision, tuple(layers), tuple(faults))


def _bits(largest: Fraction, grid: int) -> int:
    """The bits of the integer `largest * grid`, rounded up."""
    return int(-(-largest * grid // 1)).bit_length()
