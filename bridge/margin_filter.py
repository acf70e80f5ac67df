r"""Patched runs in float64 with one proved error bound for all of them: what is clear needs no more.

Interchanges of sites in one layer L reach the next layer as sums of a share of the base and a share of
each source, $z = Z_b[b] + \sum_v Z_v[s_v]$. The shares are computed exactly, once for every context, and
rounded once. From there on plain float64 follows the network, and a bound that holds for *every* pair
follows the layers:
$$M_{k+1} = |W| M_k + |c|, \qquad
  e_{k+1} = |W| e_k + \gamma_{n+3} (|W| (M_k + e_k) + |c|) + \eta,$$
where $M_k$ bounds the values of layer k, $e_k$ what rounding has done to them, n the terms of a sum, $\gamma_n
= nu/(1-nu)$, $u = 2^{-53}$ (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §3.1, in any
order of summation; three more roundings for the weight, the slope and the bound itself). $\eta = 2^{-1000}$
covers underflow. (Leaky) ReLUs with slopes in [0, 1] do not enlarge an error. A form of the outputs that
lies further from 0 than its error has its sign proved; the other pairs are left to exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel import Expression
from tauomega.theory.kernel.halfspaces import Condition, Form, NotAffineError, condition_of

from .boxes.batched_bounds import TRUE, known_of
from .exact_layers import ExactLayer
from .integer_runs import IntegerNetwork

__all__ = ["MarginFilter"]

Array = npt.NDArray[Any]
UNIT = 2.0**-53
UNDERFLOW = 2.0**-1000
INFLATE = 1.0 + 2.0**-30
LARGEST = 2.0**500


@final
class MarginFilter:
    """The layers after a patched one, in float64, and τ as conditions on forms of the outputs."""

    def __init__(
        self,
        layers: Sequence[ExactLayer],
        forms: Sequence[Form],
        conditions: Sequence[Condition],
    ) -> None:
        names = layers[-1].names
        rows = [[dict(factors).get(n, 0) for n in names] for factors, _ in forms]
        self._conditions = tuple(conditions)
        self._slopes = [
            1.0 if x.activation.name == "identity" else float(x.activation.slope) for x in layers
        ]
        self._steps = [
            *(
                (np.array([[float(w) for w in row] for row in x.weight]), _floats(x.bias))
                for x in layers
            ),
            (
                np.array([[float(w) for w in row] for row in rows]).reshape(len(forms), len(names)),
                _floats([shift for _, shift in forms]),
            ),
        ]

    @classmethod
    def of(cls, layers: Sequence[ExactLayer], tau: Mapping[str, Expression]) -> MarginFilter | None:
        """The filter, or `None` where τ is no formula over affine forms of the outputs."""
        forms: list[Form] = []
        try:
            conditions = [condition_of(expression, forms) for expression in tau.values()]
        except NotAffineError:
            return None
        outputs = set(layers[-1].names)
        convex = all(0 <= x.activation.slope <= 1 for x in layers)
        if not convex or any(n not in outputs for factors, _ in forms for n, _ in factors):
            return None
        return cls(layers, forms, conditions)

    def prepare(
        self,
        network: IntegerNetwork,
        clean: Sequence[Array],
        layer: int,
        sites: Sequence[Sequence[int]],
    ) -> Patched | None:
        """The shares of a base and of each source, for sites in one layer.

        Args:
            network: the exact network.
            clean: its clean runs.
            layer: the layer.
            sites: the units of each site, disjoint.

        Returns:
            What decides pairs; `None` for the last layer, or for numbers beyond 2^500.
        """
        if layer + 1 >= len(network.names):
            return None
        taken = {unit for units in sites for unit in units}
        kept = [j for j in range(len(network.names[layer])) if j not in taken]
        shares = [network.share(clean, layer, kept, bias=True)]
        shares += [network.share(clean, layer, list(units), bias=False) for units in sites]
        most = sum(np.abs(share).max(axis=0) for share in shares) * INFLATE
        error = (len(shares) + 1) * UNIT * most * INFLATE + UNDERFLOW
        for weight, bias in self._steps[layer + 2 :]:
            if not most.max() < LARGEST:
                return None
            size, terms = np.abs(weight), weight.shape[1] + 3
            growth = terms * UNIT / (1 - terms * UNIT)
            error = error + UNIT * (most + error)  # the product with a slope
            total = (size @ (most + error) + np.abs(bias)) * INFLATE
            error = (size @ error + growth * total + UNDERFLOW) * INFLATE
            most = total
        return Patched(self, layer, shares, error)

    def outputs(self, layer: int, sums: Array) -> Array:
        """The forms, from what the layer after `layer` sums to; `sums` is overwritten."""
        values = sums
        for k in range(layer + 1, len(self._slopes)):
            slope = self._slopes[k]
            if slope == 0:
                np.maximum(values, 0, out=values)
            elif slope != 1:
                values = np.maximum(values, slope * values)
            weight, bias = self._steps[k + 1]
            values = values @ weight.T
            values += bias
        return values

    def images(self, forms: Array, error: Array) -> tuple[Array, Array]:
        """What the conditions read, shape (pairs, conditions), and which pairs are clear."""
        said = np.stack([known_of(c, forms - error, forms + error) for c in self._conditions], 1)
        return said == TRUE, (said != 0).all(axis=1)


@final
class Patched:
    """Interchanges of some sites in one layer.

    Attributes:
        error: how far each form can be from its exact value, for every pair.
    """

    def __init__(
        self, owner: MarginFilter, layer: int, shares: Sequence[Array], error: Array
    ) -> None:
        self._owner, self._layer, self._shares, self.error = owner, layer, shares, error

    def forms(self, bases: Array, sources: Sequence[Array]) -> Array:
        """The forms of the outputs in float64, shape (pairs, forms)."""
        sums = self._shares[0][bases]
        for share, chosen in zip(self._shares[1:], sources, strict=True):
            sums += share[chosen]
        return self._owner.outputs(self._layer, sums)

    def images(self, bases: Array, sources: Sequence[Array]) -> tuple[Array, Array]:
        """What τ reads, shape (pairs, variables), Boolean, and for which pairs that is proved."""
        return self._owner.images(self.forms(bases, sources), self.error)


def _floats(values: Sequence[Any]) -> Array:
    return np.array([float(x) for x in values], dtype=np.float64)
