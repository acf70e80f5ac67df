r"""Claims that one model abstracts another: τ, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar, Protocol, final, runtime_checkable

from .errors import EvaluationError, Fault, InputError, Source
from .intervention import NOTHING, Intervention
from .kernel import (
    Domain,
    Expression,
    Reference,
    Value,
    evaluate,
    format_expression,
    free_names,
    parse_expression,
    substitute,
)
from .kernel.errors import nearest
from .reports.readable import Readable
from .scm import SCM, State

__all__ = ["Abstraction", "LowModel", "ReadsRows", "Site"]


class LowModel(Protocol):
    """What can stand below: an SCM, or something that says which SCM it is."""

    def as_scm(self) -> SCM:
        """The model as a structural causal model with exact values."""
        ...


@runtime_checkable
class ReadsRows(Protocol):
    """A low-level model that computes at any row of numbers, not only where a context is encoded."""

    def row(self, point: Sequence[Value]) -> list[Fraction]:
        """The numbers that encode a context."""
        ...

    def run_row(
        self, row: Sequence[Fraction], fixed: Mapping[str, Fraction]
    ) -> Mapping[str, Value]:
        """The exact value of every variable at a row, with some set to given values."""
        ...


def require_models(low: object, high: object) -> None:
    """Nothing, if these are models.

    Raises:
        InputError: one of them is something else; what to write.
    """
    write = "write SCM.from_text(…)"
    faults = []
    if not hasattr(low, "as_scm"):
        more = f"{write}, or Network.from_module(…).as_model(…)"
        faults.append(f"the low-level model is a {type(low).__name__}; {more}")
    if not (high is None or isinstance(high, SCM)):
        faults.append(f"the high-level model is a {type(high).__name__}; {write}")
    if faults:
        raise InputError(faults)


Site = tuple[str, ...]
"""The low-level variables that together realise one high-level variable."""

Kernel = Mapping[Value, Sequence[Fraction]]
"""Value of a high-level variable -> probabilities of its block's values."""

_NO_KERNELS: Mapping[str, Kernel] = MappingProxyType({})
_NO_SITES: Mapping[str, Site] = MappingProxyType({})


@final
@dataclass(frozen=True, slots=True, eq=False)
class Abstraction(Readable):
    r"""A claim: the high-level model, read through τ, is what the low-level model does.

    $\tau$ gives the value of each high-level variable in a low-level state. What else a
    definition asks about may be part of the claim: $\omega$ (which high-level intervention each
    low-level one stands for), $\tau_U$ (contexts), sites for interchange, the roles of the
    low-level variables that no τ reads (`inert`: claimed to have no effect; `internal`: mediators,
    marginalised; unread variables are internal unless said otherwise), and $I_H$.

    Build it from text with `Abstraction.from_text`.

    Attributes:
        low: the low-level model.
        high: the high-level model; `None` for definitions that ask whether one exists.
        tau: high-level variable -> expression in low-level variables.
        omega: pairs (low-level intervention, high-level intervention), or `None`.
        tau_u: high-level root -> expression in low-level roots, or `None`.
        sites: high-level variable -> low-level variables.
        inert: low-level variables claimed to have no effect.
        internal: low-level variables that are mediators.
        high_interventions: the declared $I_H$, or `None`.
        kernels: high-level variable -> value -> the probabilities of its block's values, in
            lexicographic order: how a setting is realised below, where a definition asks for it;
            uniformly on the fibres of τ where nothing is given.
        partial: whether τ may have no value at some states (Geiger et al. (2025)); a table without some
            rows, or a division by zero, has none there.
        high_domains: high-level variable -> domain where there is no high-level model.

    Raises:
        InputError: names that do not exist, roles that contradict τ; all faults at once.
    """

    REPORT: ClassVar[str] = "tauomega.theory.reports.claim_text:report"

    low: LowModel
    high: SCM | None
    tau: Mapping[str, Expression]
    omega: tuple[tuple[Intervention, Intervention], ...] | None = None
    tau_u: Mapping[str, Expression] | None = None
    sites: Mapping[str, Site] = field(default_factory=lambda: _NO_SITES)
    inert: frozenset[str] = frozenset()
    internal: frozenset[str] = frozenset()
    high_interventions: tuple[Intervention, ...] | None = None
    kernels: Mapping[str, Kernel] = field(default_factory=lambda: _NO_KERNELS)
    partial: bool = False
    scm: SCM = field(init=False, repr=False)

    def __post_init__(self) -> None:
        require_models(self.low, self.high)
        object.__setattr__(self, "scm", self.low.as_scm())
        faults = list(_faults(self))
        if faults:
            raise InputError(faults)
        tau = dict(self.tau)
        if self.high is not None:  # an input realised by the low-level input of the same name
            for name in self.high.inputs:
                if name not in tau and name in self.scm.inputs:
                    tau[name] = Reference(name)
            tau = {name: tau[name] for name in self.high.endogenous if name in tau}
        object.__setattr__(self, "tau", MappingProxyType(tau))
        object.__setattr__(self, "sites", MappingProxyType(dict(self.sites)))

    @classmethod
    def from_text(
        cls,
        low: LowModel,
        high: SCM | None,
        tau: Mapping[str, str],
        *,
        omega: Sequence[tuple[str, str]] | None = None,
        tau_u: Mapping[str, str] | None = None,
        sites: Mapping[str, Sequence[str]] | None = None,
        inert: Sequence[str] = (),
        internal: Sequence[str] = (),
        high_interventions: Sequence[str] | None = None,
        partial: bool = False,
        kernels: Mapping[str, Kernel] | None = None,
    ) -> Abstraction:
        r"""Read a claim whose maps and interventions are strings in the models' own words.

        Args:
            low: the low-level model.
            high: the high-level model, or `None` for definitions that need none.
            tau: high-level variable -> expression in low-level variables.
            omega: pairs of interventions, low and high, where ω is given.
            tau_u: high-level root -> expression in low-level roots, where τ_U is given.
            sites: high-level variable -> the low-level variables that an interchange sets.
            inert: unread low-level variables that are claimed to have no effect.
            internal: unread low-level variables that mediate.
            high_interventions: $I_H$, where it is declared.
            partial: whether τ may lack a value at some states.
            kernels: high-level variable -> value -> probabilities of its block's values.

        Raises:
            InputError: all faults of the texts; else all of the claim.

        Example:
            >>> low = SCM.from_text("U1, U2 : bool\nX1 = U1\nX2 = U2")
            >>> high = SCM.from_text("U : bool\nY = U")
            >>> Abstraction.from_text(low, high, {"Y": "X1 and X2"}).tau_text
            {'Y': 'X1 and X2'}
        """
        require_models(low, high)
        scm = low.as_scm()
        network = not isinstance(low, SCM)
        scope = replace(scm.scope, network=network)
        faults: list[Fault] = []

        def attempt(text: str, where: str, scope: object = scope) -> Expression | None:
            some = partial and where.startswith("tau.")
            try:
                return parse_expression(text, scope, Source(where), partial=some)  # type: ignore[arg-type]  # a Scope
            except InputError as error:
                faults.extend(error.faults)
                return None

        def read(model: SCM, text: str, where: str) -> Intervention:
            try:
                return model.intervention(text, source=Source(where))
            except InputError as error:
                faults.extend(error.faults)
                return NOTHING

        maps = {name: attempt(text, f"tau.{name}") for name, text in tau.items()}
        roots = replace(scm.scope, domains={name: scm.domain(name) for name in scm.roots})
        contexts = {n: attempt(t, f"tau_u.{n}", roots) for n, t in (tau_u or {}).items()}
        pairs = declared = None
        if high is not None and omega is not None:
            pairs = tuple((read(scm, i, "omega"), read(high, j, "omega")) for i, j in omega)
        if high is not None and high_interventions is not None:
            declared = tuple(read(high, text, "high.interventions") for text in high_interventions)
        if faults:
            raise InputError(faults)
        return cls(
            low,
            high,
            {name: e for name, e in maps.items() if e is not None},
            omega=pairs,
            tau_u=None if tau_u is None else {n: e for n, e in contexts.items() if e is not None},
            sites={name: tuple(site) for name, site in (sites or {}).items()},
            inert=frozenset(inert),
            internal=frozenset(internal),
            high_interventions=declared,
            partial=partial,
            kernels=kernels or {},
        )

    @classmethod
    def identity(cls, model: SCM) -> Abstraction:
        """The claim that a model abstracts itself: τ, τ_U the identity."""
        tau = {name: Reference(name) for name in model.endogenous}
        return cls(model, model, tau, tau_u={name: Reference(name) for name in model.roots})

    def __rshift__(self, other: Abstraction) -> Abstraction:
        r"""The composition: first this claim, then `other`, whose low level is this high level.

        $\tau = \tau_2 \circ \tau_1$, and likewise $\tau_U$ and $\omega$ where both are given.

        Raises:
            InputError: the models in the middle differ, or only one claim gives τ_U or ω.
        """
        faults = []
        if self.high is None or other.scm != self.high:
            faults.append(
                "composition needs the second claim's low-level model to be the first's high"
            )
        for word in ("omega", "tau_u"):
            if (getattr(self, word) is None) != (getattr(other, word) is None):
                faults.append(
                    f"only one of the two claims gives {word}; give it in both or in neither"
                )
        if other.sites or self.sites:
            faults.append("claims with sites are not composed; give τ for the variables instead")
        if other.kernels or self.kernels:
            faults.append("claims with kernels are not composed; compose the kernels by hand")
        if faults:
            raise InputError(faults)
        omega = None
        if self.omega is not None and other.omega is not None:
            second = dict(other.omega)
            lost = [j for _, j in self.omega if j not in second]
            if lost:
                raise InputError([f"the second ω does not list {j.describe()}" for j in lost])
            omega = tuple((i, second[j]) for i, j in self.omega)
        tau_u = None
        if self.tau_u is not None and other.tau_u is not None:
            tau_u = {name: substitute(e, self.tau_u) for name, e in other.tau_u.items()}
        return Abstraction(
            self.low,
            other.high,
            {name: substitute(e, self.tau) for name, e in other.tau.items()},
            omega=omega,
            tau_u=tau_u,
            inert=self.inert,
            internal=self.internal,
            high_interventions=other.high_interventions,
            partial=self.partial or other.partial,
        )

    @property
    def scope_domains(self) -> Mapping[str, Domain]:
        """The domains of the low-level variables that a τ may read."""
        return {name: self.scm.domain(name) for name in self.scm.endogenous}

    @property
    def tau_text(self) -> dict[str, str]:
        """τ as text."""
        return {name: format_expression(e) for name, e in self.tau.items()}

    def to_latex(self) -> str:
        """τ as LaTeX."""
        from .symbolic.latex import map_to_latex

        return map_to_latex(self.tau)

    def read(self, state: State) -> dict[str, Value]:
        """τ at a low-level state: the value of every high-level variable that has one.

        Raises:
            InputError: a value outside the domain of its variable.
            EvaluationError: τ has no value at the state.
        """
        values = {name: evaluate(e, state) for name, e in self.tau.items()}
        if self.high is None:
            return values
        for name, value in values.items():
            domain = self.high.domain(name)
            if value not in domain:
                shown = ", ".join(f"{k} = {v}" for k, v in state.items() if v is not None)
                raise InputError([f"τ of {name!r} gives {value}, outside {domain}, at {shown}"])
        return values

    def read_where_defined(self, state: State) -> dict[str, Value] | None:
        """τ at a state; `None` where a partial τ has no value."""
        if not self.partial:
            return self.read(state)
        try:
            return self.read(state)
        except EvaluationError:
            return None


def _faults(claim: Abstraction) -> Iterator[str]:
    """What is wrong with a claim beyond the types of its parts."""
    below = dict.fromkeys(claim.scm.endogenous)
    if claim.high is not None:
        yield from _faults_above(claim, claim.high)
    for name, expression in claim.tau.items():
        for used in sorted(free_names(expression) - below.keys()):
            hint = nearest(used, below)
            yield f"τ of {name!r} reads {used!r}, no low-level variable{hint}"
    for role, names in (("inert", claim.inert), ("internal", claim.internal)):
        for name in sorted(names - below.keys()):
            yield f"{role}: {name!r} is no low-level variable{nearest(name, below)}"
    for name in sorted(claim.inert & claim.internal):
        yield f"{name!r} is declared both inert and internal; choose one"
    for name, kernel in claim.kernels.items():
        if claim.high is None or name not in claim.high.endogenous:
            yield f"a kernel is given for {name!r}, no high-level variable"
        else:
            yield from _kernel_faults(name, kernel, claim.high.domain(name))
    taken: dict[str, str] = {}
    for name, site in claim.sites.items():
        for variable in site:
            if variable not in below:
                hint = nearest(variable, below)
                yield f"the site of {name!r}: {variable!r} is no low-level variable{hint}"
            elif variable in taken:
                yield f"{variable!r} is in the sites of {taken[variable]!r} and {name!r}"
            taken.setdefault(variable, name)


def _faults_above(claim: Abstraction, high: SCM) -> Iterator[str]:
    """What names of the high-level model are wrong, or missing."""
    for word, keys in (("τ", claim.tau), ("a site", claim.sites)):
        for name in keys:
            if name not in high.endogenous:
                hint = nearest(name, high.endogenous)
                yield f"{word} is given for {name!r}, no high-level variable{hint}"
    for name in sorted(set(high.parameters) & set(claim.scm.parameters)):
        if high.domain(name) != claim.scm.domain(name):
            yield f"the parameter {name!r} has two domains in the two models"
    if claim.tau_u is None:
        return
    for name in claim.tau_u:
        if name not in high.roots:
            yield f"tau_u is given for {name!r}, no high-level root{nearest(name, high.roots)}"
    by_name = set(high.inputs) & set(claim.scm.inputs)
    for name in high.roots:
        if name not in claim.tau_u and name not in by_name:
            yield f"tau_u is given, but not for {name!r}"


def _kernel_faults(name: str, kernel: Kernel, domain: Domain) -> Iterator[str]:
    for value, weights in kernel.items():
        if value not in domain:
            yield f"the kernel of {name!r} has a row for {value}, outside {domain}"
        if any(w < 0 for w in weights) or sum(weights) != 1:
            shown = ", ".join(map(str, weights))
            yield (
                f"the kernel of {name!r} at {value}: probabilities are non-negative and sum to 1, "
                f"not ({shown})"
            )
