"""A claim compiled to columns: both models, τ and τ_U as functions of numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.defect import TAU_U, mentions
from tauomega.theory.definition import context_map
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import Expression, Finite, Kind, Range, Value
from tauomega.theory.kernel.expression import Constant, substitute
from tauomega.theory.scm import SCM

from .columns import Columns, compile_column
from .engine import Problem

__all__ = ["Machine", "ModelColumns"]

Array = npt.NDArray[Any]
Function = Callable[[Columns], Array]


@final
@dataclass(frozen=True, slots=True)
class ModelColumns:
    """A model as functions of columns."""

    model: SCM
    mechanisms: Mapping[str, Function]

    @classmethod
    def from_model(cls, model: SCM, parameters: Mapping[str, Value]) -> ModelColumns:
        """Compile every mechanism, with the parameters replaced by their values.

        Raises:
            NotVectorisedError: a mechanism cannot be compiled.
        """
        domains = finite_domains(model)
        fixed = {name: Constant(parameters[name]) for name in model.parameters}
        mechanisms: dict[str, Function] = {}
        for name in model.order:
            variable = model[name]
            if variable.kind is Kind.ENDOGENOUS:
                assert variable.mechanism is not None
                mechanism = substitute(variable.mechanism, fixed) if fixed else variable.mechanism
                mechanisms[name] = compile_column(mechanism, domains, domains[name])
        return cls(model, mechanisms)

    def run(self, contexts: Columns, settings: Columns) -> dict[str, Array]:
        """The solutions: contexts of shape (1, n), settings of shape (m, 1) with -1 for "not set".

        Columns keep the smallest shape that holds them.
        """
        values: dict[str, Array] = dict(contexts)
        for name in self.model.order:
            setting = settings.get(name)
            mechanism = self.mechanisms.get(name)
            if setting is None:
                if mechanism is not None:
                    values[name] = mechanism(values)
            elif (setting >= 0).all():
                values[name] = setting
            else:
                natural = values[name] if mechanism is None else mechanism(values)
                values[name] = np.where(setting >= 0, setting, natural)
        return values


def finite_domains(model: SCM) -> dict[str, Finite | Range]:
    """The domain of every variable, all finite.

    Raises:
        OutOfReachError: a domain is infinite.
    """
    found: dict[str, Finite | Range] = {}
    for variable in model.variables:
        if not isinstance(variable.domain, Finite | Range):
            raise OutOfReachError(f"values of {variable.name!r}", 2**63, 2**62)
        found[variable.name] = variable.domain
    return found


@final
@dataclass(frozen=True, slots=True)
class Machine:
    """A claim on columns."""

    low: ModelColumns
    high: ModelColumns | None
    tau: Mapping[str, Function]
    tau_u: Mapping[str, Function]
    radix: Mapping[str, int]

    @classmethod
    def from_problem(cls, problem: Problem, parameters: Mapping[str, Value]) -> Machine:
        """Compile a problem.

        Raises:
            NotVectorisedError: something cannot be compiled.
            OutOfReachError: a domain is infinite, or a high-level state exceeds 62 bits.
        """
        claim, facts = problem.claim, problem.facts
        low = ModelColumns.from_model(claim.scm, parameters)
        high = None if claim.high is None else ModelColumns.from_model(claim.high, parameters)
        domains = finite_domains(claim.scm)
        tau = {
            name: compile_column(expression, domains, facts.high_domains[name])
            for name, expression in claim.tau.items()
        }
        fixed: dict[str, Function] = {}
        if claim.high is not None and mentions(problem.part.defect, TAU_U):
            above = finite_domains(claim.high)
            maps: Mapping[str, Expression] = context_map(claim, problem.tau_u)
            fixed = {name: compile_column(e, domains, above[name]) for name, e in maps.items()}
        radix = {name: facts.high_domains[name].size for name in claim.tau}
        total = 1
        for size in radix.values():
            total *= size
        if total > 2**61:
            raise OutOfReachError("high-level states", total, 2**61)
        return cls(low, high, tau, fixed, radix)

    def image(self, low: Columns) -> dict[str, Array]:
        """τ of low-level solutions."""
        return {name: function(low) for name, function in self.tau.items()}

    def context(self, low: Columns) -> dict[str, Array]:
        """τ_U of low-level contexts."""
        return {name: function(low) for name, function in self.tau_u.items()}

    def code(self, states: Columns) -> Array:
        """High-level states as single integers."""
        total: Array = np.zeros((1, 1), dtype=np.int64)
        for name, size in self.radix.items():
            total = total * size + states[name]
        return total

    def state(self, problem: Problem, code: int) -> tuple[tuple[str, Value], ...]:
        """The high-level state that a code stands for."""
        values: list[tuple[str, Value]] = []
        for name in reversed(list(self.radix)):
            code, digit = divmod(code, self.radix[name])
            domain = problem.facts.high_domains[name]
            value = domain.low + digit if isinstance(domain, Range) else domain.values[digit]
            values.append((name, value))
        return tuple(reversed(values))

    @property
    def states(self) -> int:
        """The number of high-level states: codes are below it."""
        total = 1
        for size in self.radix.values():
            total *= size
        return total
