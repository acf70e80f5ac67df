"""Distributed abstraction: some relabelling of a finite hidden layer makes every interchange right."""

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
    Base,
    Defect,
    Dist,
    Inf,
    Interchange,
    Max,
    Metric,
    Part,
    Read,
    Relabelled,
    Relabellings,
    Run,
    Sup,
    Swaps,
    Var,
)
from ..definition import Role, context_map, fixed_tau_u, require
from ..implying import Related
from ..policy import Depth, Sources, TauUPolicy
from .interchange import InterchangeConsistency

__all__ = ["Distributed"]


@final
@dataclass(frozen=True, slots=True)
class Distributed:
    r"""Input-restricted distributed abstraction of one hidden layer, in the finite version.

    There is a bijection φ from hidden states (values of the variables of all sites together) to latents: a label
    for each high-level variable that has a site, and a rest. The hidden state of every run is labelled by what the
    high-level variables are in that run; and for every base b, every set S of these variables and sources $s_n$, the
    hidden state $\varphi^{-1}(\text{labels of } s_S,\ \text{other labels and rest of } b)$ gives the output of
    the high-level model with S set as in its runs on the sources.

    φ may be any bijection, so this says little of a network: it holds of every algorithm that the network
    solves, if the layer tells inputs apart and enough hidden states give each output (Theorem 1;
    `sutter_2025_finite_room` proves it by counting). `room_enough` and `room_short` differ in one hidden
    state. Sites say only which variables form the layer, and which variables above are looked for in it.

    Attributes:
        tau_u: `inputs`, `identity`, or given by the claim.

    Source: Sutter, Minder, Hofmann & Pimentel (2025), Def. 7 and Theorem 1, arXiv:2507.08802; one layer, finite,
    with labels for blocks: ours.
    """

    name: ClassVar[str] = "distributed"
    statement: ClassVar[str] = (
        "some relabelling of the hidden states makes every interchange of their labels right"
    )
    source: ClassVar[str] = "Sutter et al. (2025), Def. 7, one finite layer"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.SITES})
    holds_on: ClassVar[str] = "room_enough"
    fails_on: ClassVar[str] = "room_short"

    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """∞ if no relabelling has room for the latents that are asked for; else 1 if each gets an output wrong."""
        require(self, claim)
        context_map(claim, fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.INPUTS))
        read = InterchangeConsistency().scored_variables(claim)
        x = Var("x")
        low = ApplyMap(TAU, Run(LOW, Base(x), Relabelled(x, "f")))
        high = Run(HIGH, ApplyMap(TAU_U, Base(x)), Interchange(HIGH, x))
        wrong = Dist(Metric.DISCRETE, Read(read, low), Read(read, high))
        right = Sup("x", Swaps(Depth(None), Sources()), wrong)
        return Max((Part("relabelling", Inf("f", Relabellings(), right)),))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        nodes = ", ".join(claim.sites)
        return (
            f"some bijection of the hidden states to labels of {nodes} and a rest carries the labels of every run, "
            "and the outputs agree after every interchange of labels, the rest being the base's"
        )
