"""Linear T-abstraction: blocks of a linear model, read by one row of weights each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import TAU, Defect, Max, Part, Relation, Violated
from ..definition import Role, require
from ..errors import InputError
from ..family import Block
from ..implying import Related
from ..linear import linear_faults, noise_map
from ..policy import HighFamily, TauUPolicy, Undefined
from ..squares import Squares

__all__ = ["TAbstraction"]


@final
@dataclass(frozen=True, slots=True)
class TAbstraction:
    r"""Linear T-abstraction.

    Both models are linear, $x = xW + e$ and $y = yM + u$, every variable with noise of its own; $y = xT$
    reads each low-level variable at most once, so that T has blocks; and the noise map Γ is
    block-diagonal. The models commute, $FT = \Gamma G$ with $F = (I - W)^{-1}$ and $G = (I - M)^{-1}$,
    under every block intervention. Block by block this is (Lemma L)
    $$W_{ab}\, s_b = m_{ab}\, t_a \quad\text{with}\quad s_b = (I - W_{bb})^{-1} t_b,$$
    one identity a pair of blocks in place of exponentially many patterns. Γ has the one choice
    $\Gamma_b = s_b$, and is written as τ_U. The weights may be parameters: then the identity is for all of
    their values.

    $FT = \Gamma G$ alone, with another Γ, is not enough (`linear_shear`): without blocks the noise hides an
    effect that an intervention shows.

    Weaker: constructive (linear claims are a special case of it).

    Source: Massidda, Magliacane & Bacciu (2024), arXiv:2406.00394, "T-abstraction".
    """

    name: ClassVar[str] = "t-abstraction"
    statement: ClassVar[str] = (
        "linear models, blocks read by weights of their own, noise mapped block by block; every square commutes"
    )
    source: ClassVar[str] = "Massidda, Magliacane & Bacciu (2024), T-abstraction"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = (("constructive", "voting"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "linear_blocks"
    fails_on: ClassVar[str] = "ce18"

    def defect(self, claim: Abstraction) -> Defect:
        """Whether T has no blocks or is not onto, or a block does not do what is claimed."""
        require(self, claim)
        faults = list(linear_faults(claim))
        if faults:
            raise InputError(faults)
        if claim.tau_u is None:
            forced = noise_map(claim)
            shown = "; ".join(f'{name} = "{text}"' for name, text in forced.items())
            raise InputError(
                [f"t-abstraction needs Γ, which has one choice; write [abstraction.tau_u] {shown}"]
            )
        blocks = Part("block map", Violated(Relation.BLOCK_MAP, (TAU,)))
        return Max((blocks, *self._squares(claim).parts()))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return "both models are linear, T has blocks; " + self._squares(claim).sentence()

    def _squares(self, claim: Abstraction) -> Squares:
        return Squares(claim, Block(), None, TauUPolicy.GIVEN, HighFamily.IMAGE, Undefined.ERROR)
