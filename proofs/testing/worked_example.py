"""A new notion of abstraction in thirty lines, and what a theorist learns of it in a minute.

*On the output* asks that all block squares commute as far as the last high-level variable is
concerned, as when only an output is scored. Searching its laws finds that it is not closed under
composition: the second claim may read what the first did not compare.

    python -m tauomega.proofs.testing.worked_example
    tauomega check ce1 --definition proofs/testing/worked_example.py:OnTheOutput
    tauomega atlas --with proofs/testing/worked_example.py:OnTheOutput
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import ClassVar

from tauomega.proofs.testing.laws import definition_laws
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    Contexts,
    Defect,
    Dist,
    Interventions,
    Max,
    Metric,
    Part,
    Read,
    Run,
    Sup,
    Var,
)
from tauomega.theory.definition import Role, context_map, high_model, require, tau_onto
from tauomega.theory.family import Block, Family
from tauomega.theory.implying import Related
from tauomega.theory.policy import TauUPolicy, Undefined

__all__ = ["OnTheOutput", "main"]


@dataclass(frozen=True, slots=True)
class OnTheOutput:
    """Block squares commute at the last high-level variable; high-level contexts are the low ones."""

    name: ClassVar[str] = "on-the-output"
    statement: ClassVar[str] = "every block square commutes at the last high-level variable"
    source: ClassVar[str] = "this worked example"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "ce22_block"
    fails_on: ClassVar[str] = "ce1"

    family: Family = Block()

    def defect(self, claim: Abstraction) -> Defect:
        """The greatest distance over the family and all contexts."""
        require(self, claim)
        context_map(claim, TauUPolicy.IDENTITY)
        output = (high_model(claim).endogenous[-1],)
        low = Read(output, ApplyMap(TAU, Run(LOW, Var("u"), Var("i"))))
        high = Run(HIGH, ApplyMap(TAU_U, Var("u")), ApplyMap(OMEGA, Var("i")))
        square = Dist(Metric.DISCRETE, low, Read(output, high))
        family = Interventions(self.family, Undefined.EXCLUDE)
        squares = Sup("i", family, Sup("u", Contexts(LOW), square))
        return Max((tau_onto(), Part("squares", squares)))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return "τ is onto, and every block square commutes at the last high-level variable"


def main() -> int:
    """Search a counterexample to every law, and print what was found."""
    for law in definition_laws(OnTheOutput()):
        sys.stdout.write(f"{law.search()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
