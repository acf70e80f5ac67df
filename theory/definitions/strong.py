"""Strong τ-abstraction: every high-level intervention is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import Defect, Max
from ..definition import Role, require
from ..family import Block, Family
from ..implying import Related
from ..policy import HighFamily, OmegaPolicy, TauUPolicy, Undefined
from ..squares import Squares

__all__ = ["Strong"]


@final
@dataclass(frozen=True, slots=True)
class Strong:
    r"""A strong τ-abstraction: a τ-abstraction whose $I_H$ is all hard high-level interventions.

    Constructive abstractions are strong (Lemma C); strong ones need not be constructive, and can
    even create a causal edge (CE5). Weaker: τ-abstraction (CE4 separates).

    Attributes:
        family: $I_L$; `taumax` for all interventions on which ω_τ is defined.
        omega: `derived` (the definition), `searched`, or given by the claim.
        tau_u: `searched-onto` (the definition), another policy, or given by the claim.
        undefined: what to do where ω_τ is undefined.

    Source: Beckers & Halpern (2019), Def. 3.15, arXiv:1812.03789.
    """

    name: ClassVar[str] = "strong"
    statement: ClassVar[str] = "a τ-abstraction in which ω reaches every high-level intervention"
    source: ClassVar[str] = "Beckers & Halpern (2019), Def. 3.15"
    stronger: ClassVar[Related] = (("constructive", "ce5"),)
    weaker: ClassVar[Related] = (("tau-abstraction", "ce4"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "ce5"
    fails_on: ClassVar[str] = "ce4"

    family: Family = Block()
    omega: OmegaPolicy | None = None
    tau_u: TauUPolicy | None = None
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """As for τ-abstraction, and whether ω misses a high-level intervention."""
        require(self, claim)
        return Max(self._squares(claim).parts())

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return self._squares(claim).sentence()

    def _squares(self, claim: Abstraction) -> Squares:
        return Squares(claim, self.family, self.omega, self.tau_u, HighFamily.ALL, self.undefined)
