"""Interchange claims about what PyTorch computes, bit for bit.

Semantics `ieee(dtype, cpu, batch=B)`: every run is a batch of B copies of one row, on one thread, through
`torch.nn.functional.linear`. A row computed in a batch of another size may have other bits; those are
other semantics. Complete enumeration under this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, final

from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.interpreter import Interpreter
from tauomega.solvers.ranging import Swap, swaps
from tauomega.theory.defect import Dist, Read, Sup, Swaps
from tauomega.theory.errors import EvaluationError
from tauomega.theory.kernel import Value, exact
from tauomega.theory.verdict import INFINITE, Enumeration

from .dyadic import exact_float
from .network_model import NetworkModel
from .precision.machine import Machine, one_thread
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
        """Accepts interchanges on a network whose semantics is what a CPU computes."""
        if not isinstance(problem.claim.low, NetworkModel):
            return "runs networks"
        if not isinstance(parse_semantics(problem.semantics), Ieee):
            return f"runs ieee semantics; {problem.semantics} is another"
        match problem.part.defect:
            case Sup(space=Swaps(), body=Dist(left=Read())):
                return None
            case _:
                return f"under {problem.semantics} only interchange claims are decided"

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 or 1, after running every interchange."""
        with one_thread():
            return _decide(problem, budget)


def _decide(problem: Problem, budget: Budget) -> Answer:
    claim = problem.claim
    model = claim.low
    assert isinstance(model, NetworkModel)
    match problem.part.defect:
        case Sup(space=Swaps() as space, body=Dist(left=Read(names=names), right=above)):
            pass
        case _:
            raise AssertionError("accepts() admitted another shape")
    meaning = parse_semantics(model.semantics)
    assert isinstance(meaning, Ieee)
    runner = Machine(model.network, meaning.dtype, meaning.batch)
    interpreter = Interpreter(problem, budget, {})
    clean: dict[tuple[Value, ...], dict[str, torch.Tensor]] = {}

    def source_run(point: tuple[Value, ...]) -> dict[str, torch.Tensor]:
        if point not in clean:
            clean[point] = runner.run(_row(model, point))
        return clean[point]

    examined = 0
    for swap in swaps(claim, space.depth, space.sources):
        if budget.spent:
            return Answer(examined=examined, reason=f"{budget.seconds:g} s are over")
        examined += 1
        patches = {
            unit: source_run(source)[unit]
            for name, source in swap.sources
            for unit in claim.sites[name]
        }
        values = runner.run(_row(model, swap.base), patches)
        read = _read(problem, swap, values)
        wanted = interpreter.term(above, {"x": swap})
        assert isinstance(wanted, dict)
        if any(read[name] != wanted[name] for name in names):
            shown = {name: exact(exact_float(value)) for name, value in values.items()}
            again = Machine(model.network, meaning.dtype, meaning.batch).run(
                _row(model, swap.base), patches
            )
            assert all(again[name].equal(value) for name, value in values.items()), (
                "a replay differs"
            )
            point = {"x": swap, "float": shown}
            return Answer(Fraction(1), INFINITE, examined, point=point)
        if budget.progress is not None and examined % 256 == 0:
            budget.progress(examined, None)
    return Answer(
        Fraction(0),
        Fraction(0),
        examined,
        examined,
        Enumeration(examined, f"interchanges, {meaning}"),
    )


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
