"""Structural causal models: exogenous variables, mechanisms, inputs; solved exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, final

from .errors import EvaluationError, Fault, InputError
from .intervening import faults_of
from .intervention import NOTHING, Compound, Hard, Intervention, compound
from .kernel import (
    ConditionalLaw,
    Declaration,
    Domain,
    Finite,
    FiniteLaw,
    Interval,
    Kind,
    Program,
    Range,
    Reals,
    Scope,
    Source,
    Value,
    Variable,
    complete,
    evaluate,
    format_program,
    parse_intervention,
    parse_program,
)
from .kernel.errors import nearest
from .kernel.program import INNER, ROOTS
from .reports.readable import Printed
from .solving import solution_of, solutions_of, step_of

__all__ = ["SCM", "Context", "State", "is_finite", "size_of"]

Context = Mapping[str, Value]
"""A value for every exogenous variable and for the hidden copy of every input, by name."""
State = Mapping[str, Value]
"""A value for every endogenous variable (inputs included), by name."""


def is_finite(domain: Domain) -> bool:
    """Whether the domain has finitely many values."""
    return isinstance(domain, Finite | Range)


def size_of(domain: Domain) -> int | None:
    """The number of values, or `None` for the reals and intervals."""
    return domain.size if isinstance(domain, Finite | Range) else None


@final
@dataclass(frozen=True, slots=True)
class SCM(Printed):
    r"""A structural causal model $M = (U, V, R, F)$, acyclic unless its text has the line `cyclic`.

    Exogenous variables $U$ are independent, each with a law or none; an `input` is a settable
    root: an endogenous variable whose mechanism copies a hidden exogenous one of the same name.
    $M(u, X \leftarrow x)$, the solution in context $u$ under an intervention, is `run(u, i)`.

    Write models as text (`SCM.from_text`), from Python callables (`SCM.from_functions`), or from
    sympy equations (`SCM.from_equations`).

    Source: Beckers, Eberhardt & Halpern (2019), Defs. 2.1-2.2, arXiv:1906.11583.

    Example:
        >>> model = SCM.from_text("U : bool ~ 1/3\nX = U\nY = not X")
        >>> model.run({"U": 1}, Hard((("X", 0),)))
        {'X': 0, 'Y': 1}
    """

    program: Program
    _roots: tuple[tuple[str, Domain], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_roots", tuple((n, self.domain(n)) for n in self.roots))

    @classmethod
    def from_text(cls, text: str, *, source: Source | None = None) -> SCM:
        """Read a model in the line grammar.

        Raises:
            InputError: the text is not a model; all faults found are listed, each with its place.
        """
        return cls(parse_program(text, Source() if source is None else source))

    @classmethod
    def from_functions(
        cls,
        exogenous: Mapping[str, Domain],
        mechanisms: Mapping[str, tuple[Domain, Callable[..., Value]]],
        *,
        laws: Mapping[str, FiniteLaw] | None = None,
    ) -> SCM:
        """A model whose mechanisms are Python callables on finite domains.

        Each callable's parameters name its parents. It is called once for every combination of
        its parents' values and kept as a table: what the callable did then is the mechanism.

        Raises:
            InputError: a parent is unknown or not finite, or a table would exceed 2^16 rows.
        """
        from .tabulating import tabulate

        known = dict(exogenous) | {name: domain for name, (domain, _) in mechanisms.items()}
        declared = [
            Declaration(name, Kind.EXOGENOUS, domain, (laws or {}).get(name))
            for name, domain in exogenous.items()
        ]
        for name, (domain, function) in mechanisms.items():
            mechanism = tabulate(name, function, known)
            declared.append(Declaration(name, Kind.ENDOGENOUS, domain, None, mechanism))
        return cls(complete(declared))

    @classmethod
    def from_equations(
        cls, equations: Sequence[Any], domains: Mapping[Any, str | Domain], **more: Any
    ) -> SCM:
        """A model from `sympy.Eq(X, …)`; see `theory.symbolic.equations.program_from_equations`."""
        from .symbolic.equations import program_from_equations

        return cls(program_from_equations(equations, domains, **more))

    def solution(self, intervention: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Every endogenous variable in closed form under an intervention, as sympy expressions."""
        from .symbolic.solution import solution

        return solution(self.program, intervention)

    def to_latex(self) -> str:
        """The model as LaTeX."""
        from .symbolic.latex import program_to_latex

        return program_to_latex(self.program)

    def as_scm(self) -> SCM:
        """The model itself (networks translate themselves here)."""
        return self

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables, in the order of declaration."""
        return self.program.variables

    @property
    def roots(self) -> tuple[str, ...]:
        """The exogenous variables and the inputs, in the order of declaration."""
        return tuple(self.program.domains(*ROOTS))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs, in the order of declaration."""
        return tuple(self.program.domains(Kind.INPUT))

    @property
    def endogenous(self) -> tuple[str, ...]:
        """Inputs and variables with mechanisms, in the order of declaration."""
        return tuple(self.program.domains(*INNER))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters, read "for all values"."""
        return tuple(self.program.domains(Kind.PARAMETER))

    @property
    def order(self) -> tuple[str, ...]:
        """The endogenous variables, parents first."""
        return self.program.order

    def __contains__(self, name: object) -> bool:
        return name in self.program.by_name

    def __getitem__(self, name: str) -> Variable:
        return self.program.by_name[name]

    def domain(self, name: str) -> Domain:
        """The domain of a variable."""
        return self.program.by_name[name].domain

    @property
    def scope(self) -> Scope:
        """The names that an abstraction map or an intervention may mention."""
        domains = {name: self.domain(name) for name in self.endogenous}
        families = dict(self.program.families)
        return Scope(domains, families, network=any("." in name for name in domains))

    def context_count(self) -> int | None:
        """The number of contexts, or `None` if a root has infinitely many values."""
        sizes = [size_of(self.domain(name)) for name in self.roots]
        return None if None in sizes else prod(s for s in sizes if s is not None)

    def contexts(self) -> Iterator[dict[str, Value]]:
        """All contexts, lexicographically: the first declared root varies slowest.

        Raises:
            InputError: a root has infinitely many values.
        """
        domains: list[Finite | Range] = []
        for name in self.roots:
            domain = self.domain(name)
            if isinstance(domain, Interval | Reals):
                raise InputError(
                    [f"{name!r} has infinitely many values; its contexts cannot be listed"]
                )
            domains.append(domain)
        for values in product(*domains):
            yield dict(zip(self.roots, values, strict=True))

    def probability(self, context: Context) -> Fraction:
        """The probability of a context; every root needs a finite law.

        Raises:
            InputError: roots without a law, all named.
        """
        missing = self.without_law()
        if missing:
            raise InputError([f"{name!r} has no law; write {name} : … ~ …" for name in missing])
        total = Fraction(1)
        for name in self.roots:
            law, domain = self[name].law, self.domain(name)
            assert isinstance(law, FiniteLaw)
            assert isinstance(domain, Finite | Range)
            total *= law.probabilities[domain.index(context[name])]
        return total

    @property
    def conditional(self) -> tuple[str, ...]:
        """The variables with a conditional law in place of a mechanism; a model with some is layer 2."""
        return tuple(v.name for v in self.variables if isinstance(v.law, ConditionalLaw))

    def without_law(self) -> tuple[str, ...]:
        """The roots that have no finite law."""
        return tuple(n for n in self.roots if not isinstance(self[n].law, FiniteLaw))

    @property
    def cyclic(self) -> bool:
        """Whether mechanisms may depend on one another in a circle."""
        return self.program.cyclic

    def run(
        self,
        context: Context,
        intervention: Intervention = NOTHING,
        *,
        parameters: Context | None = None,
    ) -> dict[str, Value]:
        r"""The solution $M(u, i)$: a value for every endogenous variable, in order of declaration.

        Raises:
            InputError: the context is none of this model's, or the intervention sets what it cannot.
            EvaluationError: a mechanism has no value at its parents' values, or leaves its domain.
            NotSolvableError: the model is cyclic and has no solution, or several.
        """
        self._require(context, intervention)
        if self.cyclic or isinstance(intervention, Compound):
            return solution_of(self.program, context, intervention, parameters or {})
        values: dict[str, Value] = dict(context) | dict(parameters or {})
        fixed = dict(intervention.items)
        for name in self.order:
            variable = self.program.by_name[name]
            if name in fixed:
                values[name] = fixed[name]
            elif isinstance(variable.law, ConditionalLaw):
                raise EvaluationError(
                    f"{name!r} has a conditional law and no mechanism, so a context does not determine "
                    "it; compare laws (layer 2), or give it a mechanism"
                )
            elif variable.mechanism is not None:
                value = evaluate(variable.mechanism, values)
                if value not in variable.domain:
                    shown = ", ".join(f"{k} = {v}" for k, v in values.items())
                    raise EvaluationError(
                        f"the mechanism of {name!r} gives {value}, outside {variable.domain}, at {shown}"
                    )
                values[name] = value
        return {name: values[name] for name in self.endogenous}

    def _require(self, context: Context, intervention: Intervention) -> None:
        """Nothing, if there is such a context, and such values can be set."""
        faults: list[str] = []
        for name, domain in self._roots:
            if name not in context:
                given = ", ".join(context) or "nothing"
                faults.append(f"the context has no value of {name!r}; it gives {given}")
            elif context[name] not in domain:
                faults.append(f"the context has {name} = {context[name]!r}, outside {domain}")
        hard = intervention.hard if isinstance(intervention, Compound) else intervention
        for name, value in hard.items:
            variable = self.program.by_name.get(name)
            if variable is None or variable.kind not in (Kind.ENDOGENOUS, Kind.INPUT):
                faults.append(f"{name!r} cannot be set{nearest(name, self.endogenous)}")
            elif value not in variable.domain:
                faults.append(f"{name} = {value!r} cannot be set, outside {variable.domain}")
        if faults:
            raise InputError(faults)

    def solutions(
        self,
        context: Context,
        intervention: Intervention = NOTHING,
        *,
        parameters: Context | None = None,
    ) -> tuple[dict[str, Value], ...]:
        """Every solution in a context: one if the model is acyclic, any number if it is not.

        Raises:
            EvaluationError: a mechanism has no value somewhere.
            OutOfReachError: the variables that break the cycles have more than 2^20 values together.
        """
        return solutions_of(self.program, context, intervention, parameters or {})

    def step(
        self,
        state: State,
        context: Context,
        intervention: Intervention = NOTHING,
        *,
        parameters: Context | None = None,
    ) -> dict[str, Value]:
        r"""One simultaneous step $F^i(x, u)$ of all mechanisms, at any state $x$, realised or not.

        Source: Massidda, Geiger, Icard & Bacciu (2023), Def. 11, arXiv:2211.12270.

        Example:
            >>> model = SCM.from_text("U : bool\nX = U\nY = X")
            >>> model.step({"X": 0, "Y": 0}, {"U": 1})
            {'X': 1, 'Y': 0}
        """
        return step_of(self.program, state, context, intervention, parameters or {})

    def intervention(self, text: str, *, source: Source | None = None) -> Intervention:
        r"""Read an intervention on this model; `""` is the empty one.

        Items are joined by `,`: `X[2..3] = 0` sets variables, `X := 2*U` replaces a mechanism, `X := self + 3`
        changes it, `X -> Y = 0` holds X at a value for the child Y only, `X ~ 1/3` draws X from a law.

        Raises:
            InputError: an unknown target, a value outside its domain, a target touched twice, an
                edge that is not there, rules that form a cycle, …

        Example:
            >>> model = SCM.from_text("U : 0..3\nX = U\nY = X")
            >>> model.run({"U": 1}, model.intervention("X := (self + 3) mod 4"))
            {'X': 0, 'Y': 0}
        """
        where = Source() if source is None else source
        readable = {v.name: v.domain for v in self.variables}
        values, changes = parse_intervention(text, self.scope, where, readable=readable)
        found = compound(Hard(values), changes)
        faults = [Fault(m, text, (0, len(text)), where) for m in faults_of(self.program, found)]
        if faults:
            raise InputError(faults)
        return found

    def __str__(self) -> str:
        return format_program(self.program)
