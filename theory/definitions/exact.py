"""Exact transformations: laws commute with interventions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import Defect, Interventions, Max
from ..definition import Role, equal_laws, high_family, omega_parts, omega_policy, require
from ..family import Block, Family
from ..implying import LEFT_OPEN, ONTO, Condition, Related, Relative
from ..policy import HighFamily, OmegaPolicy, Undefined
from ..wording import family_words, omega_words

__all__ = ["Exact"]

_DERIVED = Condition("ω is derived", lambda claim: True, (("omega", OmegaPolicy.DERIVED),))


@final
@dataclass(frozen=True, slots=True)
class Exact:
    r"""An exact (τ, ω)-transformation.

    There is an order-preserving ω from $I_L$ onto $I_H$ such that
    $$\forall i \in I_L: \quad \tau_\# P_L^{i} = P_H^{\omega(i)}.$$

    τ need not be onto and the contexts of the two models are unrelated: this is a notion of
    layer 2, for the two given laws. Stronger: uniform transformations (CE2 separates). Weaker:
    observational consistency (CE1 separates).

    It implies `observational` where ω(∅) = ∅, as for $\omega_\tau$ of a τ onto; an ω that is searched for may
    send ∅ elsewhere, if nothing is asked of I_H.

    Attributes:
        family: $I_L$.
        omega: `searched` (the definition), `derived` ($\omega_\tau$), or given by the claim.
        high_family: $I_H$, if the claim declares none.
        undefined: what to do where a derived ω is undefined.

    Source: Rubenstein et al. (2017), Def. 3, arXiv:1707.00819.
    """

    name: ClassVar[str] = "exact"
    statement: ClassVar[str] = (
        "some order-preserving ω onto I_H makes τ of every interventional law a high-level one"
    )
    source: ClassVar[str] = "Rubenstein et al. (2017), Def. 3"
    stronger: ClassVar[Related] = (("uniform", "ce2"),)
    weaker: ClassVar[Related] = (Relative("observational", "ce1", _DERIVED & LEFT_OPEN & ONTO),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "ce2"
    fails_on: ClassVar[str] = "ce1"

    family: Family = Block()
    omega: OmegaPolicy | None = None
    high_family: HighFamily = HighFamily.IMAGE
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """What is wrong with ω, and whether some law differs."""
        require(self, claim)
        policy = omega_policy(claim, self.omega, OmegaPolicy.SEARCHED)
        high = high_family(claim, self.high_family)
        family = Interventions(self.family, self.undefined)
        laws = equal_laws(family, policy, high)
        if policy is OmegaPolicy.SEARCHED:
            return Max((laws,))
        return Max((*omega_parts(family, policy, high, monotone=True), laws))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        policy = omega_policy(claim, self.omega, OmegaPolicy.SEARCHED)
        return (
            f"for {family_words(self.family)} and {omega_words(policy)}, τ of the low-level law "
            "equals the high-level law"
        )
