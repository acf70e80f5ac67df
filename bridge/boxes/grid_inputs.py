r"""The inputs of boxes on a dyadic grid on which an audit proves that no order of summation rounds.

Over a box of real numbers no audit can pass: almost every number has more digits than a format holds. But where the
weights are dyadic there is a finest grid $2^{-f} \mathbb{Z}$ of inputs for which every partial sum of every run fits,
however the runs are exchanged (`precision.grid`). At these inputs what any order computes *is* the real value, so
what is proved over the real boxes holds of every machine at every input on the grid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.relu_bounds import GRID

from ..exact_layers import exact_layers, run_layers
from ..graph.arithmetic import NotEvaluatedError
from ..network import Network
from ..precision.grid import PRECISION, GridAudit, audit_over

__all__ = ["GridInputs"]

Array = npt.NDArray[Any]


@final
class GridInputs:
    """The finest grid of inputs, of at most 40 places, on which a network is exact.

    Attributes:
        places: f, the binary places after the point.
        audit: the audit for it.

    Raises:
        NotEvaluatedError: sums may round even for whole numbers, or weights of a type without an audit.
    """

    def __init__(
        self, network: Network, codes: Sequence[Sequence[Fraction]], radius: Fraction
    ) -> None:
        """Look for it, for inputs within a radius of the codes."""
        if network.dtype not in PRECISION:
            raise NotEvaluatedError(
                f"the audit is for {', '.join(PRECISION)}; the weights are {network.dtype}"
            )
        bound = [max(abs(row[j]) for row in codes) + radius for j in range(network.inputs)]
        audits = (
            (f, audit_over(network, 2**f, bound))
            for f in range(min(PRECISION[network.dtype], GRID), -1, -1)
        )
        found = next(((f, audit) for f, audit in audits if audit.exact), None)
        if found is None:
            faults = "; ".join(audit_over(network, 1, bound).faults)
            raise NotEvaluatedError(
                f"sums may round on every grid of inputs, that of whole numbers too: {faults}; compile the network to "
                "dyadic weights (tauomega.bridge.precision.compiling), or ask for all-orders"
            )
        self.places: int = found[0]
        self.audit: GridAudit = found[1]
        self._layers = exact_layers(network, {})

    @property
    def name(self) -> str:
        """What its inputs are."""
        return f"multiple of 2^-{self.places}" if self.places else "whole number"

    def allowed(self, points: Array, towards: Array) -> Array:
        """Points moved to the grid, towards where they are to go if the nearest lies beyond."""
        step = 1 << (GRID - self.places)
        near = np.rint(points / step).astype(np.int64) * step
        away = np.abs(near - towards) > np.abs(points - towards)
        found: Array = np.where(away, near - np.sign(near - towards) * step, near)
        return found

    def holds(self, value: Fraction) -> bool:
        """Whether a number lies on the grid."""
        return (1 << self.places) % value.denominator == 0

    def empty(self, low: Fraction, high: Fraction) -> bool:
        """Whether no number of the grid lies between two."""
        scale = 1 << self.places
        return ceil(low * scale) > floor(high * scale)

    def run(
        self, row: Sequence[Fraction], patches: Mapping[str, Fraction] | None = None
    ) -> dict[str, Fraction]:
        """What every machine computes: the exact values of all units."""
        return run_layers(self._layers, row, patches or {})
