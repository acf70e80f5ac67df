"""Interchange claims about what PyTorch computes, one row at a time, bit for bit.

Semantics `ieee(float32, cpu, batch=1)`: every run is a batch of one row, on one thread, through
`torch.nn.functional.linear`. A row computed in a larger batch may have other bits; those are other
semantics. Complete enumeration under this one.
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

from .network import Network, exact_float
from .network_model import IEEE, NetworkModel

if TYPE_CHECKING:
    import torch

__all__ = ["FLOAT", "FloatEngine", "FloatNetwork"]


@final
class FloatNetwork:
    """A network as PyTorch runs it: float32, CPU, batches of one row, patches between layers."""

    def __init__(self, network: Network) -> None:
        import torch

        self.network = network
        self.layers = [
            (
                torch.from_numpy(layer.weight.copy()),
                torch.from_numpy(layer.bias.copy()),
                layer.activation,
            )
            for layer in network.layers
        ]

    def run(
        self, row: list[Fraction], patches: dict[str, torch.Tensor] | None = None
    ) -> dict[str, torch.Tensor]:
        """The value of every unit as a float32 scalar."""
        import torch
        from torch.nn.functional import leaky_relu, linear, relu

        values = torch.tensor([[float(x) for x in row]], dtype=torch.float32)
        found: dict[str, torch.Tensor] = {}
        for k, (weight, bias, activation) in enumerate(self.layers):
            values = linear(values, weight, bias)
            if activation.name == "relu":
                values = relu(values)
            elif activation.name == "leaky_relu":
                values = leaky_relu(values, float(activation.slope))
            for j, name in enumerate(self.network.unit_names(k)):
                if patches and name in patches:
                    values[0, j] = patches[name]
                found[name] = values[0, j].clone()
        return found


@final
@dataclass(frozen=True, slots=True)
class FloatEngine:
    """Decides interchange claims about a network in float32, by running it."""

    @property
    def name(self) -> str:
        """`float`."""
        return "float"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts interchanges on a network whose semantics is the CPU's float32."""
        if problem.semantics != IEEE:
            return f"runs {IEEE}; {problem.semantics} is another semantics"
        if not isinstance(problem.claim.low, NetworkModel):
            return "runs networks"
        match problem.part.defect:
            case Sup(space=Swaps(), body=Dist(left=Read())):
                return None
            case _:
                return f"under {IEEE} only interchange claims are decided"

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 or 1, after running every interchange."""
        import torch

        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with torch.no_grad():
                return _decide(problem, budget)
        finally:
            torch.set_num_threads(threads)


def _decide(problem: Problem, budget: Budget) -> Answer:
    claim = problem.claim
    model = claim.low
    assert isinstance(model, NetworkModel)
    match problem.part.defect:
        case Sup(space=Swaps() as space, body=Dist(left=Read(names=names), right=above)):
            pass
        case _:
            raise AssertionError("accepts() admitted another shape")
    runner = FloatNetwork(model.network)
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
            again = FloatNetwork(model.network).run(_row(model, swap.base), patches)
            assert all(again[name].equal(value) for name, value in values.items()), (
                "a replay differs"
            )
            point = {"x": swap, "float": shown}
            return Answer(Fraction(1), INFINITE, examined, point=point)
        if budget.progress is not None and examined % 256 == 0:
            budget.progress(examined, None)
    return Answer(
        Fraction(0), Fraction(0), examined, examined, Enumeration(examined, f"interchanges, {IEEE}")
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
