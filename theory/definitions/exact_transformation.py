"""Exact transformations in the deterministic style: sets of solutions, partial maps, cyclic models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    Contexts,
    Defect,
    Dist,
    Image,
    Interventions,
    Max,
    Metric,
    Part,
    Relation,
    Solutions,
    Sup,
    Term,
    Var,
    Violated,
)
from ..definition import (
    Role,
    context_map,
    fixed_tau_u,
    high_family,
    omega_parts,
    omega_policy,
    require,
    tau_onto,
)
from ..errors import InputError
from ..family import Family, Given
from ..implying import LEFT_OPEN, Condition, Related, Relative
from ..policy import HighFamily, OmegaPolicy, TauUPolicy, Undefined
from ..wording import family_words, omega_words, tau_u_words

__all__ = ["ExactTransformation"]

_IDENTITY = Condition("τ_U is the identity", lambda claim: True, (("tau_u", TauUPolicy.IDENTITY),))


@final
@dataclass(frozen=True, slots=True)
class ExactTransformation:
    r"""An exact transformation under partial maps.

    (τ, ω) are partial and onto, ω preserves order, and for every $i$ in the domain of ω
    $$\tau(\mathrm{Solve}(L_i)) = \mathrm{Solve}(H_{\omega(i)}),$$
    an equality of *sets* of solutions: the models may be cyclic. The source has no exogenous variables; we
    ask for the equality in every context, matched by a fixed $\tau_U$. Solutions at which τ is undefined are
    left out of its image. Where a model has no solution the equality could hold vacuously (CE16), so there
    must be one on both sides: that is a clause of its own.

    Stronger: tau-abstraction with the same $\tau_U$ (`two_fixed_points` separates: each model has two
    solutions, so that $M(u, i)$ is no function).

    Attributes:
        family: the domain of ω; by default the interventions that ω lists.
        omega: `derived` (total τ only), or given by the claim.
        tau_u: `identity`, or given by the claim.
        high_family: $I_H$, if the claim declares none.
        undefined: what to do where a derived ω is undefined.

    Source: Geiger et al. (2025), Def. 25 ("exact transformation"), arXiv:2301.04709.
    """

    name: ClassVar[str] = "exact-transformation"
    statement: ClassVar[str] = (
        "τ of the solutions are the solutions above, as sets; τ and ω may be partial, models cyclic"
    )
    source: ClassVar[str] = "Geiger et al. (2025), Def. 25"
    stronger: ClassVar[Related] = (
        Relative("tau-abstraction", "two_fixed_points", _IDENTITY & LEFT_OPEN),
    )
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.PARTIAL})
    holds_on: ClassVar[str] = "two_fixed_points"
    fails_on: ClassVar[str] = "ce16_solutions"

    family: Family = Given()
    omega: OmegaPolicy | None = None
    tau_u: TauUPolicy | None = None
    high_family: HighFamily = HighFamily.IMAGE
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """Whether a map is not onto, a model has no solution, or the sets of solutions differ."""
        require(self, claim)
        policy = self._omega(claim)
        context_map(claim, self._tau_u(claim))
        family = Interventions(self.family, self.undefined)
        high = high_family(claim, self.high_family)
        below = Solutions(LOW, Var("u"), Var("i"))
        above = Solutions(HIGH, ApplyMap(TAU_U, Var("u")), ApplyMap(OMEGA, Var("i")))
        equal = Dist(Metric.DISCRETE, Image(TAU, below), above)
        return Max(
            (
                tau_onto(),
                *omega_parts(family, policy, high, monotone=True),
                _everywhere("solvable below", family, _solved(below)),
                _everywhere("solvable above", family, _solved(above)),
                _everywhere("solutions", family, equal),
            )
        )

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        partial = "partial " if claim.partial else ""
        return (
            f"the {partial}τ is onto, and with {tau_u_words(self._tau_u(claim))}, in every context, for "
            f"{family_words(self.family)} and {omega_words(self._omega(claim))}, both models have solutions, and "
            "τ of the low-level ones are the high-level ones"
        )

    def _omega(self, claim: Abstraction) -> OmegaPolicy:
        policy = omega_policy(claim, self.omega, OmegaPolicy.DERIVED)
        if policy is OmegaPolicy.SEARCHED:
            raise InputError(['exact-transformation asks of a given ω; write omega = "derived"'])
        if claim.partial and policy is not OmegaPolicy.GIVEN:
            raise InputError(["a partial τ derives no ω; list it under [[abstraction.omega]]"])
        return policy

    def _tau_u(self, claim: Abstraction) -> TauUPolicy:
        return fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.IDENTITY)


def _solved(solutions: Term) -> Defect:
    return Violated(Relation.SOLVED, (solutions,))


def _everywhere(name: str, family: Interventions, body: Defect) -> Part:
    return Part(name, Sup("i", family, Sup("u", Contexts(LOW), body)))
