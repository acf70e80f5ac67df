"""Interchange claims under `all-orders(dtype)`: every interchange enclosed, then compared.

It holds if, for every interchange, τ has one value on the whole enclosure and it is the high-level one.
It fails if one order of summation gives another value: the order of this machine is tried where the
enclosure does not settle it, and is the witness. Else it is unknown, and how many interchanges stay open
is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.ranging import Swap
from tauomega.theory.kernel import Value, exact, free_names, is_number
from tauomega.theory.verdict import Enumeration

from ..dyadic import exact_float
from ..graph.arithmetic import NotEvaluatedError
from ..interchange_by_interchange import Interchanges, Judged, Known, decide, is_of_interchanges
from ..network_model import NetworkModel
from .boxes import Box, box_of
from .enclosure import Enclosure
from .formats import FORMATS
from .machine import Machine, pinned
from .orders import OrdersNetwork, stored_row
from .semantics import AllOrders, parse_semantics

__all__ = ["ORDERS", "OrdersEngine"]

Array = npt.NDArray[Any]
CHUNK_NUMBERS = 4_000_000
"""Entries of the linear forms that are held at a time: 32 MB."""


@final
@dataclass(frozen=True, slots=True)
class OrdersEngine:
    """Decides interchange claims about whatever order of summation a machine chooses."""

    @property
    def name(self) -> str:
        """`orders`."""
        return "orders"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts interchanges on a network under `all-orders`."""
        model = problem.claim.low
        if not isinstance(model, NetworkModel):
            return "runs networks"
        if not isinstance(parse_semantics(model.semantics), AllOrders):
            return f"decides all-orders; {problem.semantics} is another semantics"
        if not is_of_interchanges(problem):
            return "under all-orders only interchange claims are decided"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 where every enclosure agrees, 1 where this machine's order does not."""
        try:
            with pinned():
                return _Deciding(problem, budget).answer()
        except NotEvaluatedError as error:
            return Answer(reason=f"τ is not decided: {error}")


@final
class _Deciding:
    """One problem: its network as enclosures and as a machine, and the high-level side."""

    def __init__(self, problem: Problem, budget: Budget) -> None:
        self.asked, self.budget = Interchanges(problem, budget), budget
        self.claim = problem.claim
        model = self.claim.low
        assert isinstance(model, NetworkModel)
        self.model = model
        semantics = parse_semantics(model.semantics)
        assert isinstance(semantics, AllOrders)
        self.form = FORMATS[semantics.dtype]
        self.points = [tuple(context.values()) for context in model.as_scm().contexts()]
        self.place = {point: i for i, point in enumerate(self.points)}
        self.network = OrdersNetwork(model.network, semantics.dtype)
        rows = np.stack([stored_row(model.row(point), semantics.dtype) for point in self.points])
        self.clean = self.network.clean(rows)
        self.units = {
            name: (k, j)
            for k in range(len(model.network.layers))
            for j, name in enumerate(model.network.unit_names(k))
        }
        self.machine = Machine(model.network, semantics.dtype)
        self._runs: dict[tuple[Value, ...], dict[str, Any]] = {}

    def answer(self) -> Answer:
        dtype = self.form.name
        assumed = f"assumed of the machine: {self.form.assumption}; no overflow, which was checked"
        what = f"interchanges, every order of summation in {dtype}"
        return decide(
            self.asked,
            self.budget,
            self._judged,
            evidence=lambda examined: Enumeration(examined, what, (assumed,)),
            unsettled=f"for every order of summation in {dtype}; this machine's order agrees on all of them",
            chunks=self._chunks(),
        )

    def _judged(self, chunk: Sequence[Swap]) -> Iterator[Judged]:
        read = self._images(chunk)
        for run, swap in enumerate(chunk):
            wanted = self.asked.wanted(swap)
            if all(low[run] == high[run] == float(wanted[n]) for n, (low, high) in read.items()):
                yield Known.AGREES
                continue
            values = self._ran(swap)
            yield {"float": values} if self.asked.differs(swap, values) else Known.OPEN

    def _chunks(self) -> Iterator[list[Swap]]:
        widths = self.model.network.widths
        roundings = (1 + len(self.claim.sites)) * sum(widths)
        size = max(1, CHUNK_NUMBERS // (roundings * max(widths)))
        listed = iter(self.asked)
        while chunk := list(islice(listed, min(size, 4096))):
            yield from _by_sites(chunk)

    def _images(self, chunk: Sequence[Swap]) -> dict[str, Box]:
        """The intervals of the scored variables; every swap sets the same variables."""
        bases = np.array([self.place[swap.base] for swap in chunk])
        patches: dict[int, list[tuple[Array, Array]]] = {}
        for number, (name, _) in enumerate(chunk[0].sources):
            rows = np.array([self.place[swap.sources[number][1]] for swap in chunk])
            by_layer: dict[int, list[int]] = {}
            for unit in self.claim.sites[name]:
                layer, place = self.units[unit]
                by_layer.setdefault(layer, []).append(place)
            for layer, places in by_layer.items():
                patches.setdefault(layer, []).append((np.array(places), rows))
        found = self.network.patched(self.clean, bases, patches)
        boxes = self._boxes(found, bases, chunk)
        return {name: box_of(e, boxes, len(chunk)) for name, e in self.asked.tau.items()}

    def _boxes(
        self, found: list[Enclosure | None], bases: Array, chunk: Sequence[Swap]
    ) -> dict[str, Box]:
        used = {name for e in self.asked.tau.values() for name in free_names(e)}
        boxes: dict[str, Box] = {}
        for name in used:
            if name in self.units:
                layer, unit = self.units[name]
                value = found[layer] or self.clean[layer].taken(bases)
                low, high = value.bounds
                boxes[name] = low[:, unit], high[:, unit]
                continue
            root = self.claim.scm.roots.index(name)
            given = [swap.base[root] for swap in chunk]
            if not all(map(is_number, given)):
                raise NotEvaluatedError("labels are not read over intervals")
            ends = np.array([float(Fraction(v)) for v in given])
            boxes[name] = np.nextafter(ends, -np.inf), np.nextafter(ends, np.inf)
        return boxes

    def _source_run(self, point: tuple[Value, ...]) -> dict[str, Any]:
        if point not in self._runs:
            self._runs[point] = self.machine.run(self.model.row(point))
        return self._runs[point]

    def _ran(self, swap: Swap) -> Mapping[str, Value]:
        """What this machine computes, exactly."""
        patches = {
            unit: self._source_run(source)[unit]
            for name, source in swap.sources
            for unit in self.claim.sites[name]
        }
        values = self.machine.run(self.model.row(swap.base), patches)
        return {name: exact(exact_float(value.double())) for name, value in values.items()}


def _by_sites(chunk: list[Swap]) -> Iterator[list[Swap]]:
    """The swaps in runs that set the same variables."""
    start = 0
    for stop in range(1, len(chunk) + 1):
        same = stop < len(chunk) and [n for n, _ in chunk[stop].sources] == [
            n for n, _ in chunk[start].sources
        ]
        if not same:
            yield chunk[start:stop]
            start = stop


ORDERS = OrdersEngine()
