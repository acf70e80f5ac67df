"""Interchange claims about boxes of inputs: branch and bound, with leaves proved in integers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.theory.counterexample import BoxPoint
from tauomega.theory.defect import BoxSwaps, Dist, Read, Sup
from tauomega.theory.errors import InputError
from tauomega.theory.verdict import INFINITE, Certified

from ..graph.arithmetic import NotEvaluatedError
from ..network_model import NetworkModel
from ..precision.semantics import Ieee, parse_semantics
from .certifying import BoxClaim, Proof, Refutation, Settled
from .grid_inputs import GridInputs
from .rounded import RoundedNetwork

__all__ = ["MEASURES", "RELU", "ReluEngine"]

MEASURES = ("tuples of boxes proved", "tuples of boxes refuted", "tuples of boxes undecided")
MOST_TUPLES = 2**16
ONE, ZERO = Fraction(1), Fraction(0)

BATCH_LOOKS = 60
"""What a batch of boxes counts as, where looks at a budget are counted: it takes tenths of a second."""


@final
@dataclass(frozen=True, slots=True)
class ReluEngine:
    """Decides interchange claims over boxes about networks with (leaky) ReLUs, real or on machines."""

    @property
    def name(self) -> str:
        """`relu`."""
        return "relu"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts interchanges over boxes, under every semantics."""
        match problem.part.defect:
            case Sup(space=BoxSwaps(), body=Dist(left=Read())):
                pass
            case _:
                return "decides interchanges over boxes only"
        model = problem.claim.low
        if not isinstance(model, NetworkModel):
            return "runs networks"
        if any(not 0 <= layer.activation.slope <= 1 for layer in model.network.layers):
            return "an activation with a slope outside [0, 1] is not convex"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0, or 1 at the first refuted tuple; and the share of tuples proved, refuted and neither.

        Every tuple is settled, within the budget, even when one is refuted: the shares are the result.
        """
        match problem.part.defect:
            case Sup(space=BoxSwaps() as space, body=Dist(left=Read(names=names))):
                pass
            case _:
                raise AssertionError("accepts() admitted another shape")
        try:
            boxes = BoxClaim(problem.claim, space.radius, names, problem.tau_u)
        except NotEvaluatedError as error:
            return Answer(reason=str(error))
        chosen = list(boxes.subsets(space.depth))
        total = sum(len(boxes.points) ** (len(sites) + 1) for sites in chosen)
        if total > MOST_TUPLES:
            return Answer(
                total=total,
                reason=f"{total:,} tuples of boxes; at most {MOST_TUPLES:,} are settled",
            )
        settled: list[Settled] = []

        def told(more: int) -> None:
            budget.charge(BATCH_LOOKS)
            if budget.progress is not None:
                budget.progress(len(settled) + more, total)

        for sites in chosen:
            settled += boxes.settle(sites, stop=lambda: budget.spent, told=told)
        return _answer(boxes, settled, budget)


def _answer(boxes: BoxClaim, settled: list[Settled], budget: Budget) -> Answer:
    proofs = [s.outcome for s in settled if isinstance(s.outcome, Proof)]
    refuted = [s for s in settled if isinstance(s.outcome, Refutation)]
    total = len(settled)
    counts = (len(proofs), len(refuted), total - len(proofs) - len(refuted))
    measures = tuple(
        (name, Fraction(count, total)) for name, count in zip(MEASURES, counts, strict=True)
    )
    decided = counts[0] + counts[1]
    if refuted:
        point = {"found": _box_point(boxes, refuted[0])}
        return Answer(ONE, INFINITE, decided, total, point=point, minimal=False, measures=measures)
    if counts[2]:
        why = f"{budget.seconds:g} s are over" if budget.spent else "the limit of boxes is reached"
        reason = f"{counts[2]:,} of {total:,} tuples of boxes are neither proved nor refuted; {why}"
        return Answer(examined=decided, total=total, reason=reason, measures=measures)
    if not total:
        raise InputError(["there is nothing to check: no context, or no site"])
    leaves = sum(proof.leaves for proof in proofs)
    unchecked = "the grid audit" if isinstance(boxes.rounded, GridInputs) else ""
    if isinstance(boxes.rounded, RoundedNetwork):
        unchecked = "the rounding radius"
    evidence = Certified("branch-and-bound tree", leaves, "leaves", _relied_on(boxes), unchecked)
    return Answer(ZERO, ZERO, total, total, evidence, measures=measures)


def _relied_on(boxes: BoxClaim) -> tuple[str, ...]:
    if boxes.rounded is None:
        return ()
    if isinstance(boxes.rounded, GridInputs):
        return (
            f"the grid audit: for every input that is a {boxes.rounded.name}, the finest such grid, "
            f"{boxes.rounded.audit}, so that no order of summation rounds; what holds for all real inputs holds there",
        )
    form = boxes.rounded.form
    meaning = parse_semantics(boxes.model.semantics)
    implied = (
        f"what holds for every order of summation in {form.name} holds for that of {meaning}",
    )
    return (
        *(implied if isinstance(meaning, Ieee) else ()),
        f"every leaf is clear of zero by more than the rounding radius in {form.name}, which is derived and "
        "computed in bridge.boxes.radius, not by the kernel",
        f"assumed of the machine: {form.assumption}; no overflow, which was checked",
    )


def _box_point(boxes: BoxClaim, settled: Settled) -> BoxPoint:
    assert isinstance(settled.outcome, Refutation)
    roots = boxes.claim.scm.roots
    where, rows = settled.where, settled.outcome.rows
    below, wanted = boxes.outcome(where, rows), boxes.expected(where)
    above = tuple((name, wanted[name]) for name in boxes.scored)
    return BoxPoint(
        tuple(zip(roots, where.base, strict=True)),
        rows[0],
        tuple(
            (name, tuple(zip(roots, point, strict=True)), row)
            for (name, point), row in zip(where.sources, rows[1:], strict=True)
        ),
        boxes.radius,
        tuple(below.items()),
        above,
        tuple(name for name, value in above if below[name] != value),
    )


RELU = ReluEngine()
"""The engine."""
