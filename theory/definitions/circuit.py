"""Circuit error: how often a circuit's output differs from that of the model it was cut from."""

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
    Expected,
    Max,
    Mean,
    Metric,
    Part,
    Read,
    Run,
    Sup,
    Var,
)
from ..definition import Role, context_map, fixed_tau_u, high_model, require
from ..errors import InputError
from ..implying import ONTO, Related, Relative
from ..policy import TauUPolicy

__all__ = ["Circuit"]


@final
@dataclass(frozen=True, slots=True)
class Circuit:
    r"""A circuit with the outputs of its model; its distance is the circuit error.

    $$\mathbb{E}_u\, d\bigl(\tau M(u), C(u)\bigr)$$
    where C, the model in the place of the high-level one, is M with what is outside the circuit
    ablated, in the same contexts. **This compares two low-level models and is no abstraction**: a circuit
    without error need not be one of the full model, nor has an abstraction of the full model to be one
    of the circuit, since ablating makes another model. It is `similar` at the empty intervention alone.

    The variables above that have a τ are compared, inputs apart; the circuit may have others, its own inner ones.
    `theory.ablating.circuit_claim` makes the claim of a model, or network, and what is ablated of it; so does
    the table [circuit] of a task (`theory.circuit_table`).

    With resampled ablation (`theory.resampling`) the circuit reads a second context, drawn like the first, and contexts
    are pairs.

    Similarity: the metric on what τ reads (outputs). Law over (u, i): the contexts uniform, or by their
    own law; no intervention. Statistic: the mean, or the sup. Layer: 1 in each context. Composes additively, by the
    triangle inequality, along a chain of ablations.

    Attributes:
        metric: `discrete` (accuracy), or a distance of states.
        weighted: whether contexts count by their law; uniformly otherwise.
        worst: whether the largest distance counts, over all contexts, in the place of the mean.

    Source: circuit error as in Méloux et al. (2025), arXiv:2502.20914, from their code; similar models as
    in Beckers, Eberhardt & Halpern (2019), Def. 3.1.
    """

    name: ClassVar[str] = "circuit"
    statement: ClassVar[str] = "in every context, the circuit's outputs are those of its model"
    source: ClassVar[str] = "Méloux et al. (2025), from their code"
    stronger: ClassVar[Related] = (Relative("similar", "ce1_circuit", ONTO),)
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH})
    holds_on: ClassVar[str] = "ce1_circuit"
    fails_on: ClassVar[str] = "xor_almost"

    metric: Metric = Metric.DISCRETE
    weighted: bool = False
    worst: bool = False
    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """The mean distance of the outputs, or the largest."""
        require(self, claim)
        context_map(claim, fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.IDENTITY))
        read = tuple(name for name in claim.tau if name not in high_model(claim).inputs)
        if not read:
            raise InputError(
                ["circuit compares outputs, and none has a τ; write [abstraction.tau]"]
            )
        u = Var("u")
        low, high = ApplyMap(TAU, Run(LOW, u)), Run(HIGH, ApplyMap(TAU_U, u))
        gap = Dist(self.metric, Read(read, low), Read(read, high))
        if self.weighted and self.worst:
            raise InputError(["the largest distance has no weights; leave weighted out, or worst"])
        if self.worst:
            return Max((Part("outputs", Sup("u", Contexts(LOW), gap)),))
        if not self.weighted:
            return Max((Part("outputs", Mean("u", Contexts(LOW), gap)),))
        lacking = claim.scm.without_law()
        if lacking:
            listed = ", ".join(map(repr, lacking))
            raise InputError([f"weighted = true needs a law for {listed}; write ~ uniform"])
        return Max((Part("outputs", Expected("u", LOW, gap)),))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        if self.worst:
            return "in every context, the circuit gives the outputs of its model"
        how = "by their law" if self.weighted else "uniform"
        return f"in the mean over contexts ({how}), the circuit gives the outputs of its model"
