"""What a definition of abstraction is, and the pieces from which the square-shaped ones are built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import ClassVar, Protocol, runtime_checkable

from .abstraction import Abstraction
from .defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    HighInterventions,
    Inf,
    Interventions,
    Law,
    Map,
    Metric,
    OmegaMaps,
    Part,
    Push,
    Relation,
    Run,
    States,
    Sup,
    Term,
    Var,
    Violated,
)
from .errors import InputError
from .implying import Related
from .kernel import Expression, Reference
from .policy import HighFamily, OmegaPolicy, TauUPolicy
from .scm import SCM

__all__ = [
    "Definition",
    "Role",
    "compatible_contexts",
    "context_map",
    "equal_laws",
    "fixed_tau_u",
    "high_family",
    "high_model",
    "omega_parts",
    "omega_policy",
    "require",
    "tau_onto",
    "tau_u_onto",
    "tau_u_policy",
]


class Role(Enum):
    """What a claim must carry for a definition to apply."""

    HIGH = "high"
    TAU = "tau"
    LAWS = "laws"
    SITES = "sites"
    PARTIAL = "partial"
    """Not needed, but understood: a τ without a value at some states."""


@runtime_checkable
class Definition(Protocol):
    """A notion of abstraction: a frozen dataclass whose fields are its parameters.

    Attributes:
        name: how tasks and tables call it.
        statement: the notion in one sentence.
        source: the paper, with the number of the definition.
        stronger: notions that imply it, each with the example that separates the two.
        weaker: notions that it implies, likewise.
        needs: what a claim must carry.
        holds_on: a shipped example that satisfies it.
        fails_on: a shipped example that does not.
    """

    name: ClassVar[str]
    statement: ClassVar[str]
    source: ClassVar[str]
    stronger: ClassVar[Related]
    weaker: ClassVar[Related]
    needs: ClassVar[frozenset[Role]]
    holds_on: ClassVar[str]
    fails_on: ClassVar[str]

    def defect(self, claim: Abstraction) -> Defect:
        """How far the claim is from satisfying the notion; 0 iff it does.

        Raises:
            InputError: the claim lacks what the notion needs; all that is missing, at once.
        """
        ...

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in one sentence of words, with its quantifiers."""
        ...


def require(definition: Definition, claim: Abstraction) -> None:
    """Check that a claim carries what a definition needs.

    Raises:
        InputError: everything that is missing, and what to write.
    """
    faults = list(_missing(definition, claim))
    if faults:
        raise InputError(faults)


def _missing(definition: Definition, claim: Abstraction) -> Iterator[str]:
    name = definition.name
    if claim.partial and Role.PARTIAL not in definition.needs:
        yield f"{name} reads τ at every state, and this one is partial; ask for exact-transformation"
    if Role.HIGH in definition.needs and claim.high is None:
        yield f"{name} needs a high-level model; write [high] with text = …"
    if Role.TAU in definition.needs:
        if claim.high is not None:
            for variable in claim.high.endogenous:
                if variable not in claim.tau:
                    yield f"{name} needs τ for {variable!r}; write {variable} = … under [abstraction.tau]"
        elif not claim.tau:
            yield f"{name} needs τ; write [abstraction.tau]"
    if Role.LAWS in definition.needs:
        for side, model in (("low", claim.scm), ("high", claim.high)):
            for variable in model.roots if model is not None else ():
                if model is None or model[variable].law is not None:
                    continue
                yield (
                    f"{name} needs a law for {variable!r} of the {side}-level model; "
                    f"write {variable} : … ~ uniform, or the probabilities"
                )
    if Role.SITES in definition.needs and not claim.sites:
        yield f'{name} needs sites; write [abstraction.sites] with name = ["…"]'


# ---------------------------------------------------------------- policies, resolved for a claim


def high_model(claim: Abstraction) -> SCM:
    """The high-level model of a claim that was checked to have one."""
    assert claim.high is not None
    return claim.high


def omega_policy(
    claim: Abstraction, asked: OmegaPolicy | None, default: OmegaPolicy
) -> OmegaPolicy:
    """A given ω counts; else what was asked; else the definition's default.

    Raises:
        InputError: a given ω is asked for, and the claim lists none.
    """
    if claim.omega is not None:
        return OmegaPolicy.GIVEN
    if asked is OmegaPolicy.GIVEN:
        raise InputError(["omega = given, but the claim lists no ω; write [[abstraction.omega]]"])
    return default if asked is None else asked


def tau_u_policy(claim: Abstraction, asked: TauUPolicy | None, default: TauUPolicy) -> TauUPolicy:
    """A given τ_U counts; a network below has its inputs; else what was asked, or the default.

    Raises:
        InputError: a given τ_U is asked for, and the claim has none; or, of a network, another than its inputs.
    """
    if claim.tau_u is not None:
        return TauUPolicy.GIVEN
    if asked is TauUPolicy.GIVEN:
        raise InputError(["tau_u = given, but the claim has no τ_U; write [abstraction.tau_u]"])
    if not isinstance(claim.low, SCM):
        if asked not in (None, TauUPolicy.INPUTS):
            message = "a network below always has tau_u = inputs; leave the key out"
            raise InputError([message])
        return TauUPolicy.INPUTS
    return default if asked is None else asked


def fixed_tau_u(
    name: str, claim: Abstraction, asked: TauUPolicy | None, default: TauUPolicy
) -> TauUPolicy:
    """The same, in a definition that matches contexts by one map and searches for none.

    Raises:
        InputError: a search is asked for.
    """
    if asked in (TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO) and claim.tau_u is None:
        raise InputError(
            [
                f'{name} matches contexts by a fixed τ_U; write tau_u = "{default.value}", or give the map'
            ]
        )
    return tau_u_policy(claim, asked, default)


def high_family(claim: Abstraction, asked: HighFamily) -> HighFamily:
    """All, if that is asked; else a declared I_H counts; else what was asked.

    Raises:
        InputError: a declared I_H is asked for, and the claim declares none.
    """
    if asked is HighFamily.DECLARED and claim.high_interventions is None:
        raise InputError(
            [
                "high_family = declared, but the claim declares no I_H; write [high] interventions = […]"
            ]
        )
    declared = claim.high_interventions is not None and asked is not HighFamily.ALL
    return HighFamily.DECLARED if declared else asked


def context_map(claim: Abstraction, policy: TauUPolicy) -> Mapping[str, Expression]:
    """The fixed τ_U of a claim: high-level root -> expression in low-level roots.

    Raises:
        InputError: a high-level root has no low-level root of its name, or is no input.
    """
    given = claim.tau_u or {}
    faults = []
    for root in high_model(claim).roots:
        if root in given:
            continue
        inputs_only = policy is TauUPolicy.INPUTS
        if inputs_only and root not in high_model(claim).inputs:
            faults.append(
                f"tau_u = inputs, but the high-level root {root!r} is no input; write "
                f'[abstraction.tau_u] {root} = …, or tau_u = "searched-onto"'
            )
        elif root not in (claim.scm.inputs if inputs_only else claim.scm.roots):
            word = "input" if inputs_only else "root"
            faults.append(
                f"tau_u = {policy.value}, but the low-level model has no {word} {root!r}; write "
                f"[abstraction.tau_u] {root} = …"
            )
    if faults:
        raise InputError(faults)
    return {root: given.get(root, Reference(root)) for root in high_model(claim).roots}


# ---------------------------------------------------------------- pieces

U, LOW_I, J, K, Y, X, T, W = "u", "i", "j", "k", "y", "x", "t", "w"


def tau_onto() -> Part:
    r"""$\forall y \exists x: \tau(x) = y$."""
    body = Dist(Metric.DISCRETE, ApplyMap(TAU, Var(X)), Var(Y))
    return Part("τ onto", Sup(Y, States(HIGH), Inf(X, States(LOW), body)))


def tau_u_onto() -> Part:
    r"""$\forall w \exists u: \tau_U(u) = w$, for a fixed τ_U."""
    body = Dist(Metric.DISCRETE, ApplyMap(TAU_U, Var(U)), Var(W))
    return Part("τ_U onto", Sup(W, Contexts(HIGH), Inf(U, Contexts(LOW), body)))


def omega_parts(
    family: Interventions, policy: OmegaPolicy, high: HighFamily, *, monotone: bool
) -> tuple[Part, ...]:
    """What is asked of a given or derived ω: into I_H, onto I_H, order-preserving."""
    parts = []
    image = ApplyMap(OMEGA, Var(LOW_I))
    if monotone and policy is OmegaPolicy.GIVEN:
        order = Violated(
            Relation.ORDER_PRESERVED, (Var(LOW_I), Var(K), image, ApplyMap(OMEGA, Var(K)))
        )
        parts.append(Part("ω order-preserving", Sup(LOW_I, family, Sup(K, family, order))))
    if high is HighFamily.DECLARED:
        into = Inf(J, HighInterventions(high), Dist(Metric.DISCRETE, image, Var(J)))
        parts.append(Part("ω into I_H", Sup(LOW_I, family, into)))
    if high is not HighFamily.IMAGE:
        onto = Inf(LOW_I, family, Dist(Metric.DISCRETE, image, Var(J)))
        parts.append(Part("ω onto I_H", Sup(J, HighInterventions(high), onto)))
    return tuple(parts)


def compatible_contexts(
    family: Interventions,
    tau_u: TauUPolicy,
    omega: OmegaPolicy,
    high: HighFamily,
    *,
    name: str = "squares",
    metric: Metric = Metric.DISCRETE,
) -> Part:
    r"""$\exists\tau_U \forall i \forall u: \tau(M_L(u, i)) = M_H(\tau_U(u), \omega(i))$.

    Args:
        family: what $i$ ranges over.
        tau_u: whether $\tau_U$ is fixed, or some map (onto the high-level contexts, if that is said).
        omega: whether $\omega$ is fixed, or some order-preserving map, outermost.
        high: what such an $\omega$ maps to.
        name: of the clause.
        metric: the distance of the two states, in place of whether they differ.
    """
    searched = tau_u in (TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO)
    omega_map: Map | Var = Var(W) if omega is OmegaPolicy.SEARCHED else OMEGA
    tau_u_map: Map | Var = Var(T) if searched else TAU_U
    low = ApplyMap(TAU, Run(LOW, Var(U), Var(LOW_I)))
    above = Run(HIGH, ApplyMap(tau_u_map, Var(U)), ApplyMap(omega_map, Var(LOW_I)))
    body: Defect = Dist(metric, low, above)
    body = Sup(LOW_I, family, Sup(U, Contexts(LOW), body))
    if searched:
        body = Inf(T, ContextMaps(onto=tau_u is TauUPolicy.SEARCHED_ONTO), body)
    if omega is OmegaPolicy.SEARCHED:
        body = Inf(W, OmegaMaps(family, high), body)
    return Part(name, body)


def equal_laws(
    family: Interventions,
    omega: OmegaPolicy,
    high: HighFamily,
    *,
    metric: Metric = Metric.DISCRETE,
) -> Part:
    r"""$\forall i: \tau_\# P_L^i = P_H^{\omega(i)}$, for the models' own laws."""
    omega_map: Map | Var = Var(W) if omega is OmegaPolicy.SEARCHED else OMEGA
    image: Term = ApplyMap(omega_map, Var(LOW_I))
    gap = Dist(metric, Push(TAU, Law(LOW, Var(LOW_I))), Law(HIGH, image))
    body: Defect = Sup(LOW_I, family, gap)
    if omega is OmegaPolicy.SEARCHED:
        body = Inf(W, OmegaMaps(family, high), body)
    return Part("laws", body)
