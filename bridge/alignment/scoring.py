"""A score of an alignment, with what it has to be compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import final

from tauomega.theory.kernel import evaluate

from ..exact_layers import exact_layers, run_layers
from .alignment_class import AlignmentClass
from .guided import Aligned, Guidance, align
from .lesson import expected_signs
from .question import AlignmentQuestion

__all__ = ["Score", "nothing_exchanged", "score"]


@final
@dataclass(frozen=True, slots=True)
class Score:
    """An interchange accuracy is relative to a class of maps; these say what the class reaches anyway.

    All are exact, over every pair, each set of variables weighing the same.

    Attributes:
        class_name: the class of maps.
        accuracy: of the alignment.
        nothing: of exchanging nothing at all.
        random_network: what the same search reaches on a network of this shape with random weights.
        permuted_algorithm: and on this network for the high-level model with its contexts permuted.
    """

    class_name: str
    accuracy: Fraction
    nothing: Fraction
    random_network: Fraction
    permuted_algorithm: Fraction


def score(
    question: AlignmentQuestion,
    kind: AlignmentClass,
    found: Aligned,
    guidance: Guidance,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Score:
    """The score of an alignment, beside those of its class's controls: one round of training each.

    Controls are decided at the codes of contexts; over boxes they would not be higher.

    Source: Sutter et al. (2025), arXiv:2507.08802: with maps of an unrestricted class any algorithm is
    an abstraction of nearly any network.
    """
    once = replace(guidance, rounds=1, radius=None)

    def control(other: AlignmentQuestion) -> Fraction:
        return align(other, kind, once, stop=stop).decided.accuracy

    return Score(
        kind.name,
        found.decided.accuracy,
        nothing_exchanged(question),
        control(question.on_random_network(guidance.seed)),
        control(question.on_permuted_algorithm(guidance.seed)),
    )


def nothing_exchanged(question: AlignmentQuestion) -> Fraction:
    """The accuracy of leaving the base as it is, exactly."""
    import torch

    layers = exact_layers(question.model.network, {})
    rows = []
    for context in question.model.as_scm().contexts():
        values = run_layers(layers, question.model.row(tuple(context.values())), {})
        rows.append([bool(evaluate(e, values)) for e in question.tau.values()])
    read = torch.tensor(rows).double() * 2 - 1
    found = Fraction(0)
    for kind in question.kinds:
        codes, signs = expected_signs(question, kind)
        agrees = (signs == read).all(dim=-1).long()
        for code in reversed(codes):  # the last source's axis stands just before the bases'
            agrees = (agrees.movedim(-2, 0).index_select(0, code)).sum(0)
        found += Fraction(int(agrees.sum()), len(rows) ** (1 + len(kind)))
    return found / len(question.kinds)
