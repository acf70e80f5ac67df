"""Input-restricted abstraction: constructive, under values that runs on inputs produce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import TAU, Defect, Max, Part, Relation, Violated
from ..definition import Role, fixed_tau_u, require
from ..family import Reach
from ..implying import Related
from ..policy import HighFamily, TauUPolicy, Undefined
from ..squares import Squares

__all__ = ["InputRestricted"]


@final
@dataclass(frozen=True, slots=True)
class InputRestricted:
    r"""Input-restricted abstraction, in the finite version.

    τ reads a block for each high-level variable and is onto, contexts are the inputs, and every square commutes
    under interventions that set whole blocks to values which runs produce - on inputs, or again under such
    interventions:
    $$\forall i \in \mathrm{REACH}^*\ \forall u: \quad \tau(M_L(u, i)) = M_H(u, \omega_\tau(i)).$$

    Nothing is said of block values that no such run reaches (CE7), which is why it is weaker than constructive
    abstraction over `block`. With the layers relabelled first it is `distributed`.

    Attributes:
        tau_u: `identity`, or given by the claim.

    Source: Sutter, Minder, Hofmann & Pimentel (2025), Def. 7 with φ the identity, arXiv:2507.08802; finite
    models are ours.
    """

    name: ClassVar[str] = "input-restricted"
    statement: ClassVar[str] = (
        "blocks at values that runs on inputs produce, again and again, act like the variables above"
    )
    source: ClassVar[str] = "Sutter et al. (2025), Def. 7 with φ the identity"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "ce7_input_restricted"
    fails_on: ClassVar[str] = "ce8_input_restricted"

    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ is no block map or misses a value, or a reached square does not commute."""
        require(self, claim)
        blocks = Part("block map", Violated(Relation.BLOCK_MAP, (TAU,)))
        return Max((blocks, *self._squares(claim).parts()))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return "each τ reads a block of its own; " + self._squares(claim).sentence()

    def _squares(self, claim: Abstraction) -> Squares:
        tau_u = fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.IDENTITY)
        return Squares(claim, Reach(None), None, tau_u, HighFamily.IMAGE, Undefined.ERROR)
