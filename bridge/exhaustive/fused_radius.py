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

Every step is linear in (Z, E) but for its constants |c|, |d| and η, so what comes out is a sum of |h|, entry by entry,
with nonnegative weights that all pairs share, and a constant: a base's part, which the constants are counted
with, and the sources'. All of it is in float64, and every step is inflated by $1 + 2^{-20}$ for what float64 itself
rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import torch

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Link", "Map", "Radius"]

INFLATED = 1 + 2.0**-20
ROWS = 2**12
"""Rows taken at a time, which bounds the memory."""

Map = tuple["Tensor", "Tensor"]
"""Weights, shape (outputs, inputs), and a bias."""
Link = Map | float
"""A step of what is computed: a linear map, or a ReLU by its slope below 0."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A bound of the entries of a value: weights of |h|, shape (entries, inputs), and constants, shape (entries,)."""

    weight: Tensor
    constant: Tensor

    def __add__(self, other: Bound) -> Bound:
        return Bound(self.weight + other.weight, self.constant + other.constant)

    def times(self, factor: float, more: float = 0.0) -> Bound:
        """A multiple, and a constant more."""
        return Bound(self.weight * factor, self.constant * factor + more)

    def through(self, weight: Tensor) -> Bound:
        """Of a map of the value, from the sizes of its weights."""
        return Bound(weight @ self.weight, weight @ self.constant)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Radius:
    """How far the output of the split sums may be from the module's.

    Attributes:
        error: of each output of either path, from the exact value.
        sizes: of the values after each map and ReLU.
        dtype: of the weights.
    """

    error: Bound
    sizes: tuple[Bound, ...]
    dtype: torch.dtype

    @classmethod
    def of(cls, first: Map, chain: Sequence[Link], sites: int) -> Radius:
        """From the first map and what follows it, for the interchange of so many sites."""
        weight, bias = (part.abs().double() for part in first)
        info = torch.finfo(first[0].dtype)
        unit, tiny = info.eps / 2, info.smallest_normal * info.eps

        def gamma(n: int) -> float:
            return n * unit / (1 - n * unit)

        n = weight.shape[1] + 1 + 2 * sites
        size = Bound(weight, bias)
        error = size.times(gamma(n) * INFLATED, n * tiny * INFLATED)
        sizes = [size]
        for link in chain:
            if isinstance(link, tuple):
                weight, bias = (part.abs().double() for part in link)
                n = weight.shape[1] + 1
                reach = (size + error).through(weight)
                size = Bound(reach.weight, reach.constant + bias).times(INFLATED)
                error = error.through(weight) + size.times(gamma(n), n * tiny)
                error = error.times(INFLATED)
            elif link:
                steep = max(1.0, abs(link))
                size, error = size.times(steep), error.times(steep)
                rounded = (size + error).times(unit, tiny)  # the slope's product
                error = (error + rounded).times(INFLATED)
            sizes.append(size)
        return cls(error, tuple(sizes), first[0].dtype)

    def overflows(self, largest: Tensor) -> bool:
        """Whether a value could reach a quarter of the type's largest number, or is none.

        Args:
            largest: the largest |h| of all bases and sources, shape (inputs,).
        """
        end = torch.finfo(self.dtype).max / 4
        reached = (size.weight @ largest.double() + size.constant for size in self.sizes)
        return not all(float(size.max()) < end for size in reached)

    def of_rows(self, rows: Tensor, columns: Tensor | None = None) -> Tensor:
        """The part of the radius that some rows bring, shape (rows,), of the weights' type.

        It is rounded up, so that sums of a few of them in that type are no less than the exact sums.

        Args:
            rows: what they hold of h, shape (rows, inputs).
            columns: of which inputs, where they are sources; the constants are counted with the bases.
        """
        weight = self.error.weight if columns is None else self.error.weight[:, columns]
        constant = self.error.constant if columns is None else 0.0
        each = [
            (part.abs().double() @ weight.T + constant).amax(dim=1)
            for part in torch.split(rows, ROWS)
        ]
        twice = (torch.cat(each) * (2 * INFLATED**2)).to(self.dtype)
        return torch.nextafter(twice, torch.full_like(twice, float("inf")))
