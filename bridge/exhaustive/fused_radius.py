r"""How far the split sums of a filter may be from the module's, for each base and for each source.

Let every sum of n products (a bias counts as one more) be computed in any order with unit roundoff u, fused
or not: its error is at most $\gamma_n \sum |w_i x_i| + n \eta$ with $\gamma_n = n u / (1 - n u)$ and η the smallest
subnormal (Higham 2002, Section 3.1; Jeannerod & Rump 2013 for any order). What a patched run holds at the
sites is $(I - P) h_b + P h_s$, entry by entry, so with $Z = |W| (I - P) |h_b| + |c| + |W| P |h_s|$ either path computes
the first map within $E = \gamma_m Z + m \eta$ of the exact value of the same weights and the same rounded h, where m is
n and two more for each site, whose part is added. A ReLU does not stretch a difference, and a leaky one by
no more than its slope, where that is above 1; a further map with weights V turns an error E of values of size
at most Z into $|V| E + \gamma (|V| (Z + E) + |d|) + n \eta$. Both paths stay within this of the exact value, so within
twice it of each other.

Every step is linear in (Z, E) but for its constants |c|, |d| and η, and Z is a sum of a base's part and the
sources': so is the radius, where the constants are counted with the base. It is computed once for each base and
each source, in float64, and every step is inflated by $1 + 2^{-20}$ for what float64 itself rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import torch

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Link", "Map", "Radius", "radius_of"]

INFLATED = 1 + 2.0**-20
ROWS = 2**12
"""Rows taken at a time, which bounds the memory."""

Map = tuple["Tensor", "Tensor"]
"""Weights, shape (outputs, inputs), and a bias."""
Link = Map | float
"""A step of what is computed: a linear map, or a ReLU by its slope below 0."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Radius:
    """What the rows of one part bring.

    Attributes:
        each: how much of the radius, shape (rows,), of the weights' type and rounded up so that sums of a
            few of them in that type are no less than the exact sums.
        largest: the largest size that their part of a value reaches.
    """

    each: Tensor
    largest: float


def radius_of(rows: Tensor, chain: Sequence[Link], terms: int, *, constants: bool) -> Radius:
    """The part of the radius that some rows bring.

    Args:
        rows: what is read by the first map of the chain, shape (rows, its inputs).
        chain: everything that is computed of it, a linear map first.
        terms: how many products and additions the first map has in all parts together.
        constants: whether the constants are counted here: with one part, and not with the others.
    """
    parts = [_of_few(part, chain, terms, constants) for part in torch.split(rows, ROWS)]
    each = torch.cat([error.amax(dim=1) for error, _ in parts]) * (2 * INFLATED)
    dtype = rows.dtype
    up = torch.nextafter((each * INFLATED).to(dtype), each.new_tensor(float("inf"), dtype=dtype))
    return Radius(up, max(largest for _, largest in parts))


def _of_few(
    rows: Tensor, chain: Sequence[Link], terms: int, constants: bool
) -> tuple[Tensor, float]:
    """The errors of the outputs of some rows, and the largest size on the way."""
    info = torch.finfo(rows.dtype)
    unit, tiny = info.eps / 2, info.smallest_normal * info.eps * constants
    size = rows.abs().double()
    error = torch.zeros_like(size)
    largest = 0.0
    for place, link in enumerate(chain):
        if isinstance(link, tuple):
            weight, bias = (part.abs().double() for part in link)
            n = terms if place == 0 else weight.shape[1] + 1
            gamma = n * unit / (1 - n * unit)
            size = (size + error) @ weight.T + bias * constants
            error = (error @ weight.T + gamma * size + n * tiny) * INFLATED
            size = size * INFLATED
        elif link:
            steep = max(1.0, abs(link))
            size, error = size * steep, error * steep
            error = (
                error + unit * (size + error) + tiny
            ) * INFLATED  # the slope's product is rounded
        largest = max(largest, float(size.max()))
    return error, largest
