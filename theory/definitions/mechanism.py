"""Mechanism-level abstraction: each high-level mechanism is what its block does, the others held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    TAU,
    TAU_U,
    ApplyMap,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    Inf,
    Map,
    Max,
    Metric,
    Part,
    Queries,
    Read,
    Relation,
    Run,
    Settings,
    Step,
    Sup,
    Var,
    Violated,
)
from ..definition import Role, context_map, high_model, require, tau_onto, tau_u_onto, tau_u_policy
from ..implying import Condition, Related, Relative
from ..intervention import NOTHING
from ..policy import TauUPolicy
from ..wording import tau_u_words

__all__ = ["LISTS_NOTHING", "MechanismLevel"]

LISTS_NOTHING = Condition(
    "∅ is among the interventions that ω lists",
    lambda claim: claim.omega is None or any(i == NOTHING for i, _ in claim.omega),
)
"""Steps under ∅ are what mechanisms are compared by."""


@final
@dataclass(frozen=True, slots=True)
class MechanismLevel:
    r"""Mechanism-level abstraction.

    τ is a block map, onto, and for some $\tau_U$ onto the high-level contexts, for every high-level
    variable $Y_j$, every context $u$ and every setting $a$ of the blocks of the others,
    $$\tau_j\bigl(Z_j \text{ of } M_L(u, Z_{\ne j} \leftarrow a)\bigr) = F_{Y_j}(\tau(a), \tau_U(u)).$$

    In acyclic models this is constructive abstraction over `block`: a solution under any block
    intervention is one under "all blocks but one held at the values they have" as well. So neither is
    stronger, and what is called strictly stronger elsewhere must ask more of noise or of unread
    variables, as constructive-soft does (CE13 separates: `ce13_mechanism`).

    Attributes:
        tau_u: `searched-onto` (the definition), another policy, or given by the claim.

    Source: after Lorenz & Tull (2026), arXiv:2602.16612, "mechanism-level"; the statement is ours, their
    text was not read in full. The equivalence: proofs/mechanism_level_is_constructive.py.
    """

    name: ClassVar[str] = "mechanism"
    statement: ClassVar[str] = (
        "each high-level mechanism is what its block does while the other blocks are held"
    )
    source: ClassVar[str] = "Lorenz & Tull (2026), mechanism-level abstraction"
    stronger: ClassVar[Related] = (Relative("constructive-soft", "ce13_mechanism", LISTS_NOTHING),)
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "ce13_mechanism"
    fails_on: ClassVar[str] = "ce7_mechanism"

    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ is no block map or misses a value, or some mechanism differs."""
        require(self, claim)
        policy = self._policy(claim)
        searched = policy in (TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO)
        parts = [Part("block map", Violated(Relation.BLOCK_MAP, (TAU,))), tau_onto()]
        names = high_model(claim).endogenous
        contexts = Var("t") if searched else TAU_U
        mechanisms = tuple(_mechanism(name, names, contexts) for name in names)
        if searched:
            maps = ContextMaps(onto=policy is TauUPolicy.SEARCHED_ONTO)
            return Max((*parts, Part("mechanisms", Inf("t", maps, Max(mechanisms)))))
        context_map(claim, policy)
        return Max((*parts, tau_u_onto(), *mechanisms))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return (
            f"each τ reads a block of its own and is onto, and with {tau_u_words(self._policy(claim))}, in every "
            "context, however the blocks of the other variables are set, τ of a block equals what its "
            "high-level mechanism gives"
        )

    def _policy(self, claim: Abstraction) -> TauUPolicy:
        return tau_u_policy(claim, self.tau_u, TauUPolicy.SEARCHED_ONTO)


def _mechanism(name: str, names: tuple[str, ...], contexts: Map | Var) -> Part:
    """One high-level mechanism against its block."""
    others = tuple(other for other in names if other != name)
    state = ApplyMap(TAU, Run(LOW, Var("u"), Var("x")))
    above = Step(HIGH, state, ApplyMap(contexts, Var("u")))
    body: Defect = Dist(Metric.DISCRETE, Read((name,), state), Read((name,), above))
    body = Sup("x", Settings(LOW, Var("q")), Sup("u", Contexts(LOW), body))
    return Part(f"mechanism of {name}", Sup("q", Queries(((others, (name,)),)), body))
