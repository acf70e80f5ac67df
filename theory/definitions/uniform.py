"""Uniform transformations: exact for every law of the low-level contexts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    ApplyMap,
    Defect,
    Dist,
    Inf,
    Interventions,
    Law,
    Laws,
    Map,
    Max,
    Metric,
    OmegaMaps,
    Part,
    Push,
    Sup,
    Var,
)
from ..definition import (
    Role,
    compatible_contexts,
    context_map,
    high_family,
    omega_parts,
    omega_policy,
    require,
    tau_u_policy,
)
from ..family import Block, Family
from ..implying import LEFT_OPEN, Condition, Related, Relative
from ..policy import HighFamily, OmegaPolicy, TauUPolicy, Undefined
from ..wording import family_words, omega_words, tau_u_words

__all__ = ["SAME_CONTEXTS", "Uniform"]


def _same_contexts(claim: Abstraction) -> bool:
    low, high = claim.scm, claim.high
    return (
        high is not None
        and set(high.roots) == set(low.roots)
        and all(low[r].law == high[r].law and low.domain(r) == high.domain(r) for r in low.roots)
    )


SAME_CONTEXTS = Condition(
    "τ_U is the identity of roots with the same laws",
    _same_contexts,
    (("tau_u", TauUPolicy.IDENTITY),),
)
"""Then it pushes the law of the contexts below to that above."""


@final
@dataclass(frozen=True, slots=True)
class Uniform:
    r"""A uniform (τ, ω)-transformation.

    $$\forall P_L\; \exists P_H\; \forall i \in I_L: \quad \tau_\# P_L^{i} = P_H^{\omega(i)}.$$

    For finitely many contexts this is the existence of a compatible map of contexts (Lemma U):
    $\exists\tau_U \forall i \forall u: \tau(M_L(u, i)) = M_H(\tau_U(u), \omega(i))$, a notion of
    layer 3. With τ_U given, or fixed by the names of the inputs, that form is decided.
    Stronger: τ-abstraction (CE3 separates). Weaker: exact transformations (CE2 separates).

    Attributes:
        family: $I_L$.
        omega: `derived` ($\omega_\tau$), `searched`, or given by the claim.
        tau_u: `searched` (the definition), `identity`, `inputs`, or given by the claim.
        high_family: $I_H$, if the claim declares none.
        undefined: what to do where a derived ω is undefined.

    Source: Beckers & Halpern (2019), Def. 3.5, arXiv:1812.03789.
    """

    name: ClassVar[str] = "uniform"
    statement: ClassVar[str] = "for every low-level law some high-level law makes the pair exact"
    source: ClassVar[str] = "Beckers & Halpern (2019), Def. 3.5"
    stronger: ClassVar[Related] = (("tau-abstraction", "ce3"),)
    weaker: ClassVar[Related] = (Relative("exact", "ce2", SAME_CONTEXTS & LEFT_OPEN),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "ce3"
    fails_on: ClassVar[str] = "ce2_uniform"

    family: Family = Block()
    omega: OmegaPolicy | None = None
    tau_u: TauUPolicy | None = None
    high_family: HighFamily = HighFamily.IMAGE
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """What is wrong with ω, and whether some low-level law has no counterpart."""
        require(self, claim)
        omega = omega_policy(claim, self.omega, OmegaPolicy.DERIVED)
        tau_u = tau_u_policy(claim, self.tau_u, TauUPolicy.SEARCHED)
        high = high_family(claim, self.high_family)
        family = Interventions(self.family, self.undefined)
        parts: tuple[Part, ...] = ()
        if omega is not OmegaPolicy.SEARCHED:
            parts = omega_parts(family, omega, high, monotone=True)
        if tau_u is TauUPolicy.SEARCHED:
            return Max((*parts, Part("laws", _laws(family, omega, high))))
        if tau_u is not TauUPolicy.SEARCHED_ONTO:
            context_map(claim, tau_u)
        return Max((*parts, compatible_contexts(family, tau_u, omega, high)))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        omega = omega_policy(claim, self.omega, OmegaPolicy.DERIVED)
        tau_u = tau_u_policy(claim, self.tau_u, TauUPolicy.SEARCHED)
        if tau_u is TauUPolicy.SEARCHED:
            return (
                "for every law of the low-level contexts there is a law of the high-level ones such "
                f"that, for {family_words(self.family)} and {omega_words(omega)}, τ of the "
                "low-level law equals the high-level law"
            )
        return (
            f"with {tau_u_words(tau_u)}, for {family_words(self.family)} and {omega_words(omega)}, "
            "τ of the low-level solution equals the high-level solution in every context"
        )


def _laws(family: Interventions, omega: OmegaPolicy, high: HighFamily) -> Defect:
    omega_map: Map | Var = Var("w") if omega is OmegaPolicy.SEARCHED else OMEGA
    gap = Dist(
        Metric.DISCRETE,
        Push(TAU, Law(LOW, Var("i"), "p")),
        Law(HIGH, ApplyMap(omega_map, Var("i")), "q"),
    )
    exists: Defect = Inf("q", Laws(HIGH), Sup("i", family, gap))
    body: Defect = Sup("p", Laws(LOW), exists)
    if omega is OmegaPolicy.SEARCHED:
        body = Inf("w", OmegaMaps(family, high), body)
    return body
