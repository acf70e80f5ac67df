"""Interchange claims under `all-orders(dtype)`: every interchange enclosed, then compared.

It holds if, for every interchange, τ has one value on the whole enclosure and it is the high-level one.
It fails if one order of summation gives another value: the order of this machine is tried where the
enclosure does not settle it, and is the witness. Else it is unknown, and how many interchanges stay open
is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.interpreter import Interpreter
from tauomega.solvers.ranging import Swap, swaps
from tauomega.theory.defect import Dist, Read, Sup, Swaps
from tauomega.theory.errors import EvaluationError
from tauomega.theory.kernel import Value, evaluate, exact, free_names, is_number
from tauomega.theory.verdict import INFINITE, Enumeration

from ..dyadic import exact_float
from ..graph.arithmetic import NotEvaluatedError
from ..network_model import NetworkModel
from .boxes import Box, box_of
from .enclosure import Enclosure
from .formats import FORMATS
from .machine import Machine, one_thread
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
        match problem.part.defect:
            case Sup(space=Swaps(), body=Dist(left=Read())):
                return None
            case _:
                return "under all-orders only interchange claims are decided"

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 where every enclosure agrees, 1 where this machine's order does not."""
        try:
            with one_thread():
                return _Deciding(problem).answer(budget)
        except NotEvaluatedError as error:
            return Answer(reason=f"τ is not decided: {error}")


@final
class _Deciding:
    """One problem: its network as enclosures and as a machine, and the high-level side."""

    def __init__(self, problem: Problem) -> None:
        match problem.part.defect:
            case Sup(space=Swaps() as space, body=Dist(left=Read(names=names), right=above)):
                self.space, self.names, self.above = space, names, above
            case _:
                raise AssertionError("accepts() admitted another shape")
        self.problem, self.claim = problem, problem.claim
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

    def answer(self, budget: Budget) -> Answer:
        interpreter = Interpreter(self.problem, budget, {})
        examined = undecided = 0
        for chunk in self._chunks():
            if budget.spent:
                return Answer(examined=examined, reason=f"{budget.seconds:g} s are over")
            read = self._images(chunk)
            for run, swap in enumerate(chunk):
                examined += 1
                wanted: Any = interpreter.term(self.above, {"x": swap})
                settled = all(
                    read[name][0][run] == read[name][1][run] == float(wanted[name])
                    for name in self.names
                )
                if settled:
                    continue
                values = self._ran(swap)
                if self._differs(swap, values, wanted):
                    point = {"x": swap, "float": values}
                    first = undecided == 0  # else an earlier one may fail in another order
                    return Answer(Fraction(1), INFINITE, examined, point=point, minimal=first)
                undecided += 1
            if budget.progress is not None:
                budget.progress(examined, None)
        if undecided:
            return Answer(
                examined=examined,
                reason=f"{undecided:,} of {examined:,} interchanges are not settled for every order of "
                f"summation in {self.form.name}; this machine's order agrees on all of them",
            )
        what = f"interchanges, every order of summation in {self.form.name}"
        assumption = (
            f"assumed of the machine: {self.form.assumption}; no overflow, which was checked"
        )
        return Answer(
            Fraction(0), Fraction(0), examined, examined, Enumeration(examined, what, (assumption,))
        )

    def _chunks(self) -> Iterator[list[Swap]]:
        widths = self.model.network.widths
        roundings = (1 + len(self.claim.sites)) * sum(widths)
        size = max(1, CHUNK_NUMBERS // (roundings * max(widths)))
        listed = iter(swaps(self.claim, self.space.depth, self.space.sources))
        while chunk := list(islice(listed, min(size, 4096))):
            yield from _by_sites(chunk)

    def _images(self, chunk: list[Swap]) -> dict[str, Box]:
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
        return {name: box_of(self.claim.tau[name], boxes, len(chunk)) for name in self.names}

    def _boxes(
        self, found: list[Enclosure | None], bases: Array, chunk: list[Swap]
    ) -> dict[str, Box]:
        used = {n for name in self.names for n in free_names(self.claim.tau[name])}
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

    def _differs(
        self, swap: Swap, values: Mapping[str, Value], wanted: Mapping[str, Value]
    ) -> bool:
        state = dict(zip(self.claim.scm.roots, swap.base, strict=True)) | dict(values)
        try:
            return any(evaluate(self.claim.tau[n], state) != wanted[n] for n in self.names)
        except EvaluationError:
            return False


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
