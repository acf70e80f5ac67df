"""A network under explanation: its domain, how its outputs are read, and a counter of its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import AbstractionError, InputError
from tauomega.theory.kernel import (
    Domain,
    Expression,
    Finite,
    Range,
    Reference,
    Value,
    evaluate,
    exact,
    free_names,
)

from .counterfactuals import Counterfactual
from .dyadic import exact_float
from .explanation import Explanation, Place, Units
from .network_model import NetworkModel
from .patching import NetworkRunner, Runner

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["BudgetSpentError", "Subject"]

Point = tuple[Value, ...]
Image = tuple[Value, ...]


class BudgetSpentError(AbstractionError, RuntimeError):
    """A method asked for more runs than it may have."""


@final
class Subject:
    """What a method may run and patch.

    Attributes:
        runner: float32 runs.
        exact: the network as a model that `check` decides about; `None` for a module that was not
            captured.
        inputs: input -> finite domain, in column order.
        tau: compared variable -> expression in `output[k]`.
        runs: how many rows were run so far.
        limit: how many may be run; `None` for any number.

    Raises:
        InputError: a τ reads something else than outputs.
    """

    def __init__(
        self,
        runner: Runner,
        inputs: Mapping[str, Domain],
        encode: Mapping[str, Expression],
        tau: Mapping[str, Expression],
        *,
        exact_model: NetworkModel | None = None,
        limit: int | None = None,
    ) -> None:
        self.runner = runner
        self.inputs = dict(inputs)
        self.encode = dict(encode)
        self.tau = dict(tau)
        self.exact = exact_model
        self.runs = 0
        self.limit = limit
        self._rows: dict[Point, list[float]] = {}
        self._images: dict[tuple[float, ...], Image] = {}
        wrong = [
            f"τ of {name!r} reads {used!r}; methods read outputs only, such as output[0]"
            for name, expression in tau.items()
            for used in sorted(free_names(expression))
            if not used.startswith("output[")
        ]
        if wrong:
            raise InputError(wrong)

    @classmethod
    def from_model(
        cls, model: NetworkModel, tau: Mapping[str, Expression], *, limit: int | None = None
    ) -> Subject:
        """A captured network."""
        runner = NetworkRunner(model.network)
        return cls(runner, model.domains, model.encode, tau, exact_model=model, limit=limit)

    @classmethod
    def from_claim(cls, claim: Abstraction) -> Subject:
        """The network of a claim, read as the claim reads its outputs."""
        assert isinstance(claim.low, NetworkModel)
        tau = {name: e for name, e in claim.tau.items() if name not in claim.low.domains}
        return cls.from_model(claim.low, tau)

    @property
    def points(self) -> list[Point]:
        """Every context, the first input varying slowest."""
        from itertools import product

        domains = list(self.inputs.values())
        return list(product(*(list(d) for d in domains if isinstance(d, Finite | Range))))

    @property
    def widths(self) -> tuple[int, ...]:
        """The number of units of each hidden layer."""
        return tuple(width for _, width in self.runner.hidden)

    def tensor(self, points: Sequence[Point]) -> Tensor:
        """What the network reads, shape (points, inputs)."""
        import torch

        return torch.tensor([self._row(point) for point in points], dtype=torch.float32)

    def activations(self, layer: int, points: Sequence[Point]) -> Tensor:
        """The units of a hidden layer, shape (points, units)."""
        import torch

        self.spend(len(points))
        with torch.no_grad():
            return self.runner.activations(layer, self.tensor(points))

    def images(self, outputs: Tensor) -> list[Image]:
        """τ of rows of outputs."""
        return [self._image(tuple(row)) for row in outputs.detach().tolist()]

    def patched(self, places: Mapping[str, Place], pairs: Sequence[Counterfactual]) -> Tensor:
        """The outputs of interchanges of all these places at once, shape (pairs, outputs).

        Every pair has a source for each of the variables.
        """
        import torch

        self.spend(len(pairs))
        patches: list[tuple[int, Tensor, Tensor]] = []
        with torch.no_grad():
            for layer in sorted({place.layer for place in places.values()}):
                width = self.widths[layer]
                put, taken = torch.zeros(len(pairs), width), torch.zeros(width, width)
                for name, place in places.items():
                    if place.layer != layer:
                        continue
                    sources = [dict(pair.swap.sources)[name] for pair in pairs]
                    projector = _projector(place, width)
                    put += self.activations(layer, sources) @ projector
                    taken += projector
                patches.append((layer, put, taken))
            return self.runner.resumed(self.tensor([p.swap.base for p in pairs]), patches)

    def agreement(self, explanation: Explanation, pairs: Sequence[Counterfactual]) -> list[bool]:
        """For each pair, whether the patched run gives what is expected.

        Pairs about other variables than the explanation's are not looked at.
        """
        places = dict(explanation.places)
        chosen = [pair for pair in pairs if set(pair.variables) <= set(places) and pair.variables]
        found: dict[int, bool] = {}
        for variables in dict.fromkeys(pair.variables for pair in chosen):
            group = [pair for pair in chosen if pair.variables == variables]
            outputs = self.patched({name: places[name] for name in variables}, group)
            for pair, image in zip(group, self.images(outputs), strict=True):
                found[id(pair)] = image == pair.expected
        return [found[id(pair)] for pair in chosen]

    def spend(self, rows: int) -> None:
        """Count rows.

        Raises:
            BudgetSpentError: these would be more than the limit.
        """
        self.runs += rows
        if self.limit is not None and self.runs > self.limit:
            raise BudgetSpentError(f"more than {self.limit:,} runs")

    def _row(self, point: Point) -> list[float]:
        if point not in self._rows:
            state = dict(zip(self.inputs, point, strict=True))
            row = []
            for name in self.inputs:
                value = evaluate(self.encode.get(name, Reference(name)), state)
                if isinstance(value, str):
                    raise InputError([f"the input {name} = {value} is no number; encode it"])
                row.append(float(Fraction(value)))
            self._rows[point] = row
        return self._rows[point]

    def _image(self, row: tuple[float, ...]) -> Image:
        if row not in self._images:
            state = {f"output[{j}]": exact(exact_float(x)) for j, x in enumerate(row)}
            self._images[row] = tuple(evaluate(e, state) for e in self.tau.values())
        return self._images[row]


def _projector(place: Place, width: int) -> Any:
    import torch

    if isinstance(place, Units):
        chosen = torch.zeros(width)
        chosen[list(place.units)] = 1.0
        return torch.diag(chosen)
    basis = torch.tensor([[float(x) for x in row] for row in place.basis], dtype=torch.float64)
    return (torch.linalg.pinv(basis) @ basis).float()
