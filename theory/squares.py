"""The shape that τ-abstraction, strong and constructive abstraction share: τ onto, squares commute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from .abstraction import Abstraction
from .defect import Interventions, Part
from .definition import (
    compatible_contexts,
    context_map,
    high_family,
    omega_parts,
    omega_policy,
    tau_onto,
    tau_u_onto,
    tau_u_policy,
)
from .family import Block, Family, TauMax
from .policy import HighFamily, OmegaPolicy, TauUPolicy, Undefined
from .wording import family_words, omega_words, tau_u_words

__all__ = ["Squares"]


@final
@dataclass(frozen=True, slots=True)
class Squares:
    """The parameters of such a definition, met with a claim."""

    claim: Abstraction
    family: Family
    omega: OmegaPolicy | None
    tau_u: TauUPolicy | None
    high: HighFamily
    undefined: Undefined

    def parts(self, *, silence: bool = False) -> tuple[Part, ...]:
        """τ onto; ω into and onto I_H; τ_U onto, where it is fixed; the squares.

        With `silence`, TAUMAX is decided as two clauses: the block interventions first, then all.
        """
        omega, tau_u, high = self._resolved()
        family = Interventions(self.family, self.undefined)
        parts = [tau_onto()]
        if omega is not OmegaPolicy.SEARCHED:
            parts += omega_parts(family, omega, high, monotone=False)
        if tau_u not in (TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO):
            context_map(self.claim, tau_u)
            parts.append(tau_u_onto())
        if silence and isinstance(self.family, TauMax):
            blocks = Interventions(Block(), self.undefined)
            parts.append(compatible_contexts(blocks, tau_u, omega, high, name="blocks"))
            parts.append(compatible_contexts(family, tau_u, omega, high, name="silence"))
        else:
            name = "blocks" if isinstance(self.family, Block) else "squares"
            parts.append(compatible_contexts(family, tau_u, omega, high, name=name))
        return tuple(parts)

    def sentence(self) -> str:
        """What is claimed, in words."""
        omega, tau_u, high = self._resolved()
        reach = {
            HighFamily.IMAGE: "",
            HighFamily.DECLARED: ", ω onto the declared high-level interventions",
            HighFamily.ALL: ", ω onto all high-level interventions",
        }[high]
        return (
            f"τ is onto{reach}, and with {tau_u_words(tau_u)}, in every context, for "
            f"{family_words(self.family)} and {omega_words(omega)}, "
            "τ of the low-level solution equals the high-level solution"
        )

    def _resolved(self) -> tuple[OmegaPolicy, TauUPolicy, HighFamily]:
        return (
            omega_policy(self.claim, self.omega, OmegaPolicy.DERIVED),
            tau_u_policy(self.claim, self.tau_u, TauUPolicy.SEARCHED_ONTO),
            high_family(self.claim, self.high),
        )
