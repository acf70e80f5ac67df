"""Clean and patched runs of a captured network in an arithmetic, every clean run once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, final

import numpy as np
import numpy.typing as npt

from ...graph.arithmetic import Arithmetic
from ...graph.evaluation import evaluate_graph
from .reading import Exchange

if TYPE_CHECKING:
    from ...captured_model import CapturedModel

__all__ = ["PatchedRuns"]

Array = npt.NDArray[Any]


@final
class PatchedRuns:
    """The runs of a model's inputs in one arithmetic.

    Of a clean run only what patched runs can read is kept: what descends from a site, what these read, and
    the outputs.
    """

    def __init__(self, model: CapturedModel, own: Arithmetic) -> None:
        self.model, self.own = model, own
        self._network = network = model.network
        starts = {site.node for site in model.slices.values()}
        ends = {part.node for part in model.parts}
        later = network.descendants(starts)
        read = {parent for name in later for parent in network.by_name[name].parents}
        self._kept = starts | ends | later | read
        self._clean: dict[int, dict[str, Any]] = {}

    def clean(self, row: int) -> Mapping[str, Any]:
        """The values of an input's own run."""
        if row not in self._clean:
            tensors = [tensor[row : row + 1] for tensor in self.model.inputs.tensors]
            values = evaluate_graph(self._network, self.own, tensors)
            self._clean[row] = {n: v for n, v in values.items() if n in self._kept}
        return self._clean[row]

    def patched(self, exchange: Exchange) -> Mapping[str, Any]:
        """The base's values when each site has what its source's own run gives it."""
        base = self.clean(exchange.base)
        if exchange.is_clean:
            return base
        slices = {self.model.slices[name]: source for name, source in exchange.sources}
        patches: dict[Any, Array] = {
            site: self.clean(source)[site.node][site.key] for site, source in slices.items()
        }
        later = self._network.descendants({site.node for site in slices})
        known = {name: value for name, value in base.items() if name not in later}
        missing = [n.name for n in self._network.nodes if n.name not in later | set(known)]
        known |= dict.fromkeys(missing)  # read by nothing that is computed anew
        return evaluate_graph(self._network, self.own, [], patches, known=known)

    def numbers(self, values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        """The numbers of these variables in a run, as the arithmetic has them."""
        found: dict[str, Any] = {}
        for name in names:
            part, place = self.model.place(name)
            held = np.asarray(values[part.node][part.key], dtype=object)
            found[name] = held.reshape(-1)[place]
        return found
