"""Distributed abstraction: some relabelling of finite hidden layers makes every setting of labels right."""

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
    Contexts,
    Defect,
    Dist,
    Inf,
    LabelSettings,
    Max,
    Metric,
    Part,
    Read,
    Relabelled,
    Relabellings,
    Run,
    Sup,
    Var,
)
from ..definition import Role, context_map, fixed_tau_u, require
from ..implying import Related
from ..policy import TauUPolicy
from .interchange import InterchangeConsistency

__all__ = ["Distributed"]


@final
@dataclass(frozen=True, slots=True)
class Distributed:
    r"""Input-restricted distributed abstraction, in the finite version.

    Sites form one hidden layer or several: a site is in a later one than those that it depends on, and sites that
    depend on each other are together. For each layer ℓ there is a bijection $\varphi_\ell$ from its hidden states
    (values of the variables of all its sites together) to latents: a label for each high-level variable that has a
    site there, and a rest. For every input u and every setting j of labels, at values that runs produce, on inputs
    or again under such settings, the low-level model is run with the hidden state of each layer in turn replaced by
    $\varphi_\ell^{-1}$(the labels that j sets; the other labels and the rest of the state that is there by then).
    Then all labels are what the high-level variables are under j, and so are the outputs. (So a variable above
    must not depend on another one of its layer, or of a later layer.)

    The bijections may be any, so this says little of a network: it holds of every algorithm that the network
    solves, if the layers tell inputs apart and enough hidden states give each output (Theorem 1;
    `sutter_2025_finite_room` proves it by counting, for one layer). `room_enough` and `room_short` differ in one
    hidden state; `two_layers` needs both its bijections, and in `two_layers_short` the second has no room.
    Sites say only which variables form the layers, and which variables above are looked for in which.

    The engine `bijections` decides layers of hundreds of states; in general that is as hard as colouring a graph, rests
    being colours.

    Attributes:
        tau_u: `inputs`, `identity`, or given by the claim.

    Source: Sutter, Minder, Hofmann & Pimentel (2025), Defs. 6, 7 and Theorem 1, arXiv:2507.08802; finite, with
    labels for blocks: ours.
    """

    name: ClassVar[str] = "distributed"
    statement: ClassVar[str] = (
        "some relabelling of each layer's hidden states makes every setting of labels right"
    )
    source: ClassVar[str] = "Sutter et al. (2025), Defs. 6-7, finite"
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
        u, j = Var("u"), Var("j")
        low = ApplyMap(TAU, Run(LOW, u, Relabelled(u, j, "f")))
        high = Run(HIGH, ApplyMap(TAU_U, u), j)
        wrong = Dist(Metric.DISCRETE, Read(read, low), Read(read, high))
        right = Sup("j", LabelSettings(), Sup("u", Contexts(LOW), wrong))
        return Max((Part("relabelling", Inf("f", Relabellings(), right)),))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        nodes = ", ".join(claim.sites)
        return (
            f"some bijection of each layer's hidden states to labels of {nodes} and a rest carries the labels of every "
            "run, and the outputs agree after every setting of labels to values that runs produce, the rest staying"
        )
