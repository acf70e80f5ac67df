"""The labels that a high-level model gives under every interchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, final

from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value
from tauomega.theory.scm import SCM

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Codes", "Expectation"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """What the label of an interchange depends on.

    Attributes:
        sources: for each site the number of its high-level value in each input's run, shape (inputs,).
        bases: the number of each input's context, shape (inputs,).
        table: the label for each combination, shape (values of each site …, contexts).
    """

    sources: tuple[Tensor, ...]
    bases: Tensor
    table: Tensor


@final
@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """A high-level model and the context that each input of the network stands for.

    Attributes:
        high: the model.
        contexts: the context of each input, in the order of the inputs.
        output: the variable whose value is the label.
        label: the label of a value; the value itself by default.
    """

    high: SCM
    contexts: Sequence[Mapping[str, Value]]
    output: str
    label: Callable[[Value], int] = int
    _found: dict[tuple[str, ...], Codes] = field(default_factory=dict, init=False, repr=False)

    def codes(self, sites: Sequence[str]) -> Codes:
        """What an interchange of some variables depends on; computed once."""
        key = tuple(sites)
        if key not in self._found:
            self._found[key] = self._codes(key)
        return self._found[key]

    def _codes(self, sites: tuple[str, ...]) -> Codes:
        import torch

        keys = [tuple(c.items()) for c in self.contexts]
        distinct = list(dict.fromkeys(keys))
        runs = {key: self.high.run(dict(key)) for key in distinct}
        place = {key: number for number, key in enumerate(distinct)}
        bases = [place[key] for key in keys]
        values = {n: list(dict.fromkeys(run[n] for run in runs.values())) for n in sites}
        sources = [[values[n].index(runs[key][n]) for key in keys] for n in sites]
        table = []
        for chosen in product(*values.values()):
            hard = Hard(tuple(zip(sites, chosen, strict=True)))
            table += [self.label(self.high.run(dict(key), hard)[self.output]) for key in distinct]
        shape = [*(len(v) for v in values.values()), len(distinct)]
        numbers = tuple(map(torch.tensor, sources))
        return Codes(numbers, torch.tensor(bases), torch.tensor(table).reshape(shape))
