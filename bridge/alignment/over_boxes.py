"""Deciding an alignment at all inputs near the codes of contexts, by branch and bound with exact leaves."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tauomega.theory.definition import tau_u_policy
from tauomega.theory.policy import TauUPolicy

from ..boxes.box_engine import MOST_TUPLES
from ..boxes.certifying import BoxClaim, Proof, Refutation
from .alignment import Alignment
from .deciding import Counted, Decided
from .lesson import Failure
from .question import AlignmentQuestion

__all__ = ["decide_over_boxes", "too_many_boxes"]


def too_many_boxes(question: AlignmentQuestion) -> int | None:
    """How many tuples of boxes there are, if that is more than are settled."""
    count = len(question.contexts)
    total = sum(count ** (1 + len(kind)) for kind in question.kinds)
    return total if total > MOST_TUPLES else None


def decide_over_boxes(
    question: AlignmentQuestion,
    alignment: Alignment,
    radius: Fraction,
    *,
    keep: int = 512,
    stop: Callable[[], bool] = lambda: False,
) -> Decided:
    """Settle every tuple of boxes; one agrees if it is proved for all inputs in its boxes.

    Args:
        question: what is asked.
        alignment: the map, linear or not: its steps are layers of the product network.
        radius: how far an input may lie from its code, in each coordinate.
        keep: how many refuting inputs of each set of variables are given back.
        stop: asked now and then; what is open then stays undecided.
    """
    claim = question.claim(alignment)
    policy = tau_u_policy(claim, None, TauUPolicy.INPUTS)
    boxes = BoxClaim(claim, radius, tuple(question.tau), policy)
    counts, failures, undecided = [], [], 0
    for kind in question.kinds:
        settled = boxes.settle(kind, stop=stop)
        proved = sum(isinstance(one.outcome, Proof) for one in settled)
        refuted = [one for one in settled if isinstance(one.outcome, Refutation)]
        undecided += len(settled) - proved - len(refuted)
        counts.append(Counted(kind, len(settled), proved))
        for one in refuted[:keep]:
            assert isinstance(one.outcome, Refutation)
            wanted = boxes.expected(one.where)
            rows = one.outcome.rows
            expected = tuple(bool(wanted[name]) for name in question.tau)
            failures.append(Failure(kind, rows[0], tuple(rows[1:]), expected))
    return Decided(tuple(counts), tuple(failures), 0, undecided)
