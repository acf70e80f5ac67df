"""The abstract invariance condition: whether *some* high-level model abstracts, for given blocks."""

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
    Contexts,
    Defect,
    Dist,
    Inf,
    Interventions,
    Max,
    Metric,
    Models,
    Part,
    Relation,
    Run,
    Sup,
    Var,
    Violated,
)
from ..definition import Role, require, tau_onto
from ..errors import InputError
from ..family import Block
from ..implying import Related

__all__ = ["Invariance"]


@final
@dataclass(frozen=True, slots=True)
class Invariance:
    r"""The abstract invariance condition (AIC): a high-level model with these blocks exists.

    $$\exists M_H\, \forall u\, \forall i \in \mathrm{BLOCK}: \quad
      \tau(M_L(u, i)) = M_H(u, \omega_\tau(i)),$$
    with the low-level contexts kept. Equivalently (Theorem AIC): whenever two settings of the
    other blocks have equal τ, the solution of block $j$ has equal $\tau_j$ under both. The model
    is then unique; it may be cyclic with unique solutions, and the verdict says so.

    The values of a high-level variable are those of the given high-level model, if there is one
    (its mechanisms are not read), else the image of its τ.

    Source: Xia & Bareinboim (2024), arXiv:2401.02602, "abstract invariance condition".
    """

    name: ClassVar[str] = "invariance"
    statement: ClassVar[str] = "some high-level model makes the blocks a constructive abstraction"
    source: ClassVar[str] = "Xia & Bareinboim (2024), abstract invariance condition"
    stronger: ClassVar[Related] = (("constructive", "copies_not"),)
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.TAU})
    holds_on: ClassVar[str] = "copies_not"
    fails_on: ClassVar[str] = "ce14"

    def defect(self, claim: Abstraction) -> Defect:
        """1 if every high-level model over the blocks has a square that does not commute."""
        require(self, claim)
        if claim.omega is not None:
            raise InputError(
                ["invariance is about ω_τ, which τ determines; leave [[abstraction.omega]] out"]
            )
        blocks = Part("block map", Violated(Relation.BLOCK_MAP, (TAU,)))
        square = Dist(
            Metric.DISCRETE,
            ApplyMap(TAU, Run(LOW, Var("u"), Var("i"))),
            Run(HIGH, Var("u"), ApplyMap(OMEGA, Var("i")), model="h"),
        )
        body = Sup("i", Interventions(Block()), Sup("u", Contexts(LOW), square))
        return Max((blocks, tau_onto(), Part("invariance", Inf("h", Models(), body))))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return (
            "each τ reads a block of its own and is onto, and some high-level model with the low-level contexts "
            "agrees with τ of the low-level solution in every context, for every block intervention"
        )
