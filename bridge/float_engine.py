"""Interchange claims about what PyTorch computes, bit for bit.

Semantics `ieee(dtype, device, batch=B)`: every run is a batch of B copies of one row, on one thread, through
`torch.nn.functional.linear`. A row computed in a batch of another size may have other bits; those are
other semantics. Complete enumeration under this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, final

from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.ranging import Swap
from tauomega.theory.errors import EvaluationError
from tauomega.theory.kernel import Value, exact
from tauomega.theory.verdict import Enumeration

from .dyadic import exact_float
from .interchange_by_interchange import Interchanges, Judged, Known, decide, is_of_interchanges
from .network_model import NetworkModel
from .precision.machine import Machine, absent, pinned
from .precision.semantics import Ieee, parse_semantics

if TYPE_CHECKING:
    import torch

__all__ = ["FLOAT", "FloatEngine"]


@final
@dataclass(frozen=True, slots=True)
class FloatEngine:
    """Decides interchange claims about a network in float32, by running it."""

    @property
    def name(self) -> str:
        """`float`."""
        return "float"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts interchanges on a network whose semantics is what a device that is here computes."""
        if not isinstance(problem.claim.low, NetworkModel):
            return "runs networks"
        meaning = parse_semantics(problem.semantics)
        if not isinstance(meaning, Ieee):
            return f"runs ieee semantics; {problem.semantics} is another"
        if not is_of_interchanges(problem):
            return f"under {problem.semantics} only interchange claims are decided"
        return absent(meaning.device)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 or 1, after running every interchange."""
        with pinned():
            return _decide(problem, budget)


def _decide(problem: Problem, budget: Budget) -> Answer:
    model = problem.claim.low
    assert isinstance(model, NetworkModel)
    meaning = parse_semantics(model.semantics)
    assert isinstance(meaning, Ieee)
    asked = Interchanges(problem, budget)
    made = partial(Machine, model.network, meaning.dtype, meaning.batch, meaning.device)
    runner = made()
    clean: dict[tuple[Value, ...], dict[str, torch.Tensor]] = {}

    def source_run(point: tuple[Value, ...]) -> dict[str, torch.Tensor]:
        if point not in clean:
            clean[point] = runner.run(_row(model, point))
        return clean[point]

    def judged(chunk: Sequence[Swap]) -> Iterator[Judged]:
        for swap in chunk:
            patches = {
                unit: source_run(source)[unit]
                for name, source in swap.sources
                for unit in asked.claim.sites[name]
            }
            values = runner.run(_row(model, swap.base), patches)
            read, wanted = _read(problem, swap, values), asked.wanted(swap)
            if all(read[name] == wanted[name] for name in asked.names):
                yield Known.AGREES
                continue
            again = made().run(_row(model, swap.base), patches)
            same = all(again[name].equal(value) for name, value in values.items())
            assert same, "a replay differs"
            yield {"float": {name: exact(exact_float(value)) for name, value in values.items()}}

    return decide(
        asked,
        budget,
        judged,
        evidence=lambda examined: Enumeration(examined, f"interchanges, {meaning}{_where(runner)}"),
    )


def _where(runner: Machine) -> str:
    """Which device it was, where a name does not say it."""
    return "" if runner.device.type == "cpu" else f" on {runner}"


def _row(model: NetworkModel, point: tuple[Value, ...]) -> list[Fraction]:
    row = model.row(point)
    for name, given, value in zip(model.domains, point, row, strict=True):
        if exact_float(float(value)) != value:
            raise EvaluationError(f"the input {name} = {given} is no float: {value}")
    return row


def _read(problem: Problem, swap: Swap, values: dict[str, torch.Tensor]) -> dict[str, Value]:
    claim = problem.claim
    state: dict[str, Value] = dict(zip(claim.scm.roots, swap.base, strict=True))
    state |= {name: exact(exact_float(value)) for name, value in values.items()}
    return claim.read(state)


FLOAT = FloatEngine()
