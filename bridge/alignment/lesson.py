r"""What an alignment is learnt from: interchanges of a layer, drawn from all pairs, and known failures.

The network is split at the layer once. Every input is run up to it, and an interchange starts there: a step
of training costs the map and the rest of the network, for as many rows as the batch has. What is learnt is
the sign of the margins of τ, `margins`: the value of a form for a comparison, the minimum of a conjunction,
the maximum of a disjunction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, final

import torch

from tauomega.theory.kernel.halfspaces import Condition

from ..exhaustive.expectation import Expectation
from .question import AlignmentQuestion

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "AllPairs",
    "Batch",
    "Failure",
    "Lesson",
    "ListedPairs",
    "expected_signs",
    "margins_of",
    "prefix",
]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Interchanges of some variables together.

    Attributes:
        variables: their numbers.
        base: the layer's values of the bases, shape (rows, units).
        sources: those of each variable's sources, same shape.
        wanted: the signs that the margins should have, shape (rows, compared variables), 1 or -1.
    """

    variables: tuple[int, ...]
    base: Tensor
    sources: tuple[Tensor, ...]
    wanted: Tensor


class Lesson(Protocol):
    """Where batches come from.

    Attributes:
        sizes: the number of features of each variable.
        activations: values of the layer on inputs, shape (inputs, units).
    """

    sizes: tuple[int, ...]
    activations: Tensor

    def draw(self, step: int, rows: int, generator: torch.Generator) -> Batch:
        """The batch of a step."""
        ...

    def margins(self, values: Tensor) -> Tensor:
        """The margins of τ for values of the layer, shape (rows, compared variables)."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Failure:
    """An interchange that an alignment got wrong: rows of inputs, and what τ should read."""

    variables: tuple[str, ...]
    base: tuple[Fraction, ...]
    sources: tuple[tuple[Fraction, ...], ...]
    expected: tuple[bool, ...]


@final
class AllPairs:
    """All interchanges of a question, a set of variables for each step in turn.

    Where failures are known, half of every batch is drawn from those of its set of variables.
    """

    def __init__(self, question: AlignmentQuestion, failures: Sequence[Failure] = ()) -> None:
        self.sizes = tuple(question.sizes.values())
        points = [tuple(c.values()) for c in question.model.as_scm().contexts()]
        rows = [[float(x) for x in question.model.row(point)] for point in points]
        run = prefix(question)
        self.activations = run(torch.tensor(rows))
        self._margins = margins_of(question)
        number = {name: k for k, name in enumerate(question.variables)}
        self._tables = [
            (tuple(number[n] for n in kind), *expected_signs(question, kind))
            for kind in question.kinds
        ]
        self._failures: dict[tuple[int, ...], tuple[list[Tensor], Tensor]] = {}
        for kind in question.kinds:
            mine = [f for f in failures if f.variables == kind]
            if not mine:
                continue
            columns = [run(_rows([f.base for f in mine]))]
            columns += [run(_rows([f.sources[v] for f in mine])) for v in range(len(kind))]
            wanted = torch.tensor([f.expected for f in mine]).float() * 2 - 1
            self._failures[tuple(number[n] for n in kind)] = columns, wanted

    @property
    def kinds(self) -> int:
        """How many sets of variables are exchanged together."""
        return len(self._tables)

    def margins(self, values: Tensor) -> Tensor:
        """The margins of τ."""
        return self._margins(values)

    def draw(self, step: int, rows: int, generator: torch.Generator) -> Batch:
        """Bases and sources drawn uniformly and independently."""
        variables, codes, table = self._tables[step % len(self._tables)]
        known = self._failures.get(variables)
        again = rows // 2 if known else 0
        count = len(self.activations)
        drawn = [
            torch.randint(count, (rows - again,), generator=generator)
            for _ in range(len(variables) + 1)
        ]
        origins = [code[source] for code, source in zip(codes, drawn[1:], strict=True)]
        wanted = table[(*origins, drawn[0])]
        columns = [self.activations.index_select(0, d) for d in drawn]
        if known:
            chosen = torch.randint(len(known[1]), (again,), generator=generator)
            columns = [
                torch.cat([c, k.index_select(0, chosen)])
                for c, k in zip(columns, known[0], strict=True)
            ]
            wanted = torch.cat([wanted, known[1].index_select(0, chosen)])
        return Batch(variables, columns[0], tuple(columns[1:]), wanted)


@final
class ListedPairs:
    """Interchanges that are given: one list for each set of variables that is exchanged together.

    Args:
        activations: values of the layer on the inputs that the lists number.
        sizes: the number of features of each variable.
        lists: the variables' numbers; bases, shape (pairs,); sources, shape (pairs, variables); and
            what the margin's sign should be, shape (pairs, compared variables).
        margins: the rest of the network.
    """

    def __init__(
        self,
        activations: Tensor,
        sizes: Sequence[int],
        lists: Sequence[tuple[tuple[int, ...], Tensor, Tensor, Tensor]],
        margins: Callable[[Tensor], Tensor],
    ) -> None:
        self.activations, self.sizes = activations, tuple(sizes)
        self._lists, self._margins = list(lists), margins

    def margins(self, values: Tensor) -> Tensor:
        """The margins of τ."""
        return self._margins(values)

    def draw(self, step: int, rows: int, generator: torch.Generator) -> Batch:
        """A list at random, by length; pairs at random from it."""
        lengths = torch.tensor([float(len(bases)) for _, bases, _, _ in self._lists])
        which = int(torch.multinomial(lengths, 1, generator=generator))
        variables, bases, sources, wanted = self._lists[which]
        chosen = torch.randint(len(bases), (rows,), generator=generator)
        origins = sources.index_select(0, chosen)
        return Batch(
            variables,
            self.activations.index_select(0, bases.index_select(0, chosen)),
            tuple(self.activations.index_select(0, o) for o in origins.unbind(1)),
            wanted.index_select(0, chosen),
        )


def prefix(question: AlignmentQuestion) -> Callable[[Tensor], Tensor]:
    """The network up to the layer, float32, without gradients."""
    from ..patching import NetworkRunner

    runner = NetworkRunner(question.model.network)

    @torch.no_grad()
    def run(rows: Tensor) -> Tensor:
        return runner.activations(question.layer, rows)

    return run


def margins_of(question: AlignmentQuestion) -> Callable[[Tensor], Tensor]:
    """The network after the layer, read by τ: margins, differentiable in the layer's values."""
    network = question.model.network
    steps = [
        (
            torch.tensor(x.weight, dtype=torch.float32),
            torch.tensor(x.bias, dtype=torch.float32),
            x.activation,
        )
        for x in network.layers[question.layer + 1 :]
    ]
    names = network.unit_names(len(network.layers) - 1)
    forms, conditions = question.forms, question.conditions
    rows = torch.tensor([[float(dict(f).get(n, 0)) for n in names] for f, _ in forms])
    shift = torch.tensor([float(c) for _, c in forms])

    def run(values: Tensor) -> Tensor:
        for weight, bias, activation in steps:
            values = torch.nn.functional.linear(values, weight, bias)
            if activation.name == "relu":
                values = values.relu()
            elif activation.name == "leaky_relu":
                values = torch.nn.functional.leaky_relu(values, float(activation.slope))
        found = values @ rows.T + shift
        return torch.stack([_margin(c, found) for c in conditions], dim=1)

    return run


def _margin(condition: Condition, forms: Tensor) -> Tensor:
    if condition.kind == "leaf":
        value = forms[:, condition.form]
        return -value if condition.negated else value
    if not condition.parts:
        return forms.new_full((len(forms),), 1.0 if condition.kind == "all" else -1.0)
    parts = torch.stack([_margin(part, forms) for part in condition.parts])
    return parts.amin(0) if condition.kind == "all" else parts.amax(0)


def expected_signs(question: AlignmentQuestion, kind: Sequence[str]) -> tuple[list[Tensor], Tensor]:
    """The code of each context as a source of each variable; signs by (codes …, base, compared)."""
    tables, codes = [], None
    for name in question.tau:
        found = Expectation(question.high, question.contexts, name).codes(kind)
        codes = found.sources
        tables.append(found.table[..., found.bases])
    assert codes is not None
    signs = torch.stack(tables, dim=-1).float() * 2 - 1
    return list(codes), signs


def _rows(rows: Sequence[Sequence[Fraction]]) -> Tensor:
    return torch.tensor([[float(x) for x in row] for row in rows])
