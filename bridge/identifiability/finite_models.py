"""The same questions for finite structural causal models: where a formula may be, and what is found unaided.

A model has no weights to leave out, so it has no circuits; but it has interchanges. `ModelRuns` runs it
under them as `PatchedRuns` runs a network, and whatever asks for runs takes either: `Mapper` for the
minimal mappings of formulas, `coarsest_labels` and `covers` for the order, `discovered` for algorithms
without a hypothesis. A site is any set of variables, which need not be in one layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Expression, Value, evaluate, parse_expression
from tauomega.theory.scm import SCM

from .patched_runs import Ints, Site, Units

__all__ = ["ModelRuns", "ModelShape"]

MOST_UNITS, MOST_INPUTS = 12, 5


@final
@dataclass(frozen=True, slots=True)
class ModelShape:
    """What a model looks like to those who ask for runs: one layer, of all its inner variables."""

    inputs: int
    hidden: tuple[int, ...]

    @property
    def points(self) -> int:
        """The number of inputs vectors."""
        return 1 << self.inputs


@final
@dataclass(slots=True, eq=False)
class ModelRuns:
    r"""Runs a finite model with variables set to the values that they have in other runs.

    Attributes:
        scm: the model; its roots have the values 0 and 1.
        output: an expression in its variables: the output bit is whether it is not 0.
        units: the variables that sites are made of, in the order of the bits of `Units`: those with
            mechanisms, the output's own left out if `output` is one of them.

    Raises:
        InputError: roots with other values, no unit or none left, an output that cannot be read.
        OutOfReachError: more than 12 units or 5 inputs.

    Example:
        >>> low = SCM.from_text("input A, B : bool\nN = not (A and B)\nO = A or B\nY = N and O")
        >>> ModelRuns.of(low, "Y").units
        ('N', 'O')
    """

    scm: SCM
    output: Expression
    units: tuple[str, ...]
    network: ModelShape = field(init=False)
    clean: tuple[Mapping[str, Value], ...] = field(init=False)
    _remembered: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        roots = self.scm.roots
        faults = [
            f"{name} has the domain {self.scm.domain(name)}; runs are over roots in {{0, 1}}"
            for name in roots
            if str(self.scm.domain(name)) != "bool"
        ]
        unknown = [u for u in self.units if u not in self.scm.endogenous or u in roots]
        faults += [f"{name!r} has no mechanism, so it is no unit" for name in unknown]
        if not self.units:
            faults.append("the model has no variable between its roots and the output")
        if faults:
            raise InputError(faults)
        for what, size, limit in (
            ("variables that sites are made of", len(self.units), MOST_UNITS),
            ("inputs of a model", len(roots), MOST_INPUTS),
        ):
            if size > limit:
                raise OutOfReachError(what, size, limit)
        self.network = ModelShape(len(roots), (len(self.units),))
        self.clean = tuple(self.scm.run(self._context(base)) for base in range(self.network.points))

    @classmethod
    def of(cls, scm: SCM, output: str, units: Sequence[str] | None = None) -> ModelRuns:
        """From the text of the output, such as `Y` or `output[0] > 1/2`."""
        read = parse_expression(output, scm.scope)
        inner = [n for n in scm.order if n not in scm.roots and n != output]
        return cls(scm, read, tuple(inner if units is None else units))

    def above(self, bases: Ints, patches: Sequence[tuple[Site, Ints]]) -> npt.NDArray[np.bool_]:
        """Whether the output is on; as `PatchedRuns.above`."""
        found = np.empty(len(bases), np.bool_)
        for run, base in enumerate(bases.tolist()):
            chosen = tuple(
                (units, int(sources[run])) for (_, units), sources in patches if sources[run] >= 0
            )
            key = (base, *chosen)
            if key not in self._remembered:
                self._remembered[key] = self._run(base, chosen)
            found[run] = self._remembered[key]
        return found

    def table(self, layer: int) -> npt.NDArray[np.bool_]:
        """The output's bits for all sets of units, shape (2^units, sources, bases)."""
        points = self.network.points
        grid = list(product(range(points), repeat=2))
        sources, bases = (np.array(column) for column in zip(*grid, strict=True))
        return np.stack(
            [
                self.above(bases, [((layer, units), sources)]).reshape(points, points)
                for units in range(1 << len(self.units))
            ]
        )

    def site(self, units: Units) -> Site:
        """All units are in one layer."""
        assert units < 1 << len(self.units), "units of the model"
        return 0, units

    def names(self, units: Units) -> tuple[str, ...]:
        """The variables of a site."""
        return tuple(name for k, name in enumerate(self.units) if units >> k & 1)

    def _context(self, point: int) -> dict[str, Value]:
        count = len(self.scm.roots)
        return {name: point >> count - 1 - k & 1 for k, name in enumerate(self.scm.roots)}

    def _run(self, base: int, patches: tuple[tuple[Units, int], ...]) -> bool:
        values = {
            name: self.clean[source][name]
            for units, source in patches
            for name in self.names(units)
        }
        state = self.scm.run(self._context(base), Hard(tuple(sorted(values.items()))))
        return evaluate(self.output, state) != 0
