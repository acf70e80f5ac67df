"""Definition 4.4 at distance 0: one map of contexts, one coupling, or a coupling for each intervention."""

from __future__ import annotations

from itertools import product

import numpy as np

from tauomega.theory.definitions.probabilistic_approximate import Matching, ProbabilisticApproximate

from ..facts import Fact
from ..meeting import Meeting, Pairs
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _mapped(meeting: Meeting, rows: Array, pairs: Pairs) -> Array:
    """Some map of contexts pushes the law below to the law above, and squares commute almost surely."""
    low, high = meeting.responses(rows, pairs)
    below, above = meeting.probabilities
    answer = np.zeros((len(rows), meeting.shape[1]), dtype=bool)
    for images in product(range(len(above)), repeat=len(below)):
        pushed = np.zeros(len(above), dtype=np.int64)
        np.add.at(pushed, list(images), below)
        if (pushed == above).all():
            likely = [k for k, p in enumerate(below) if p]
            same = low[:, None, likely] == high[None, :, [images[k] for k in likely]]
            answer |= same.all(axis=2)
    return answer


def _notion(matching: Matching) -> Notion:
    def reading(meeting: Meeting) -> Array:
        ask = {
            Matching.MAP: lambda rows, pairs: _mapped(meeting, rows, pairs),
            Matching.COUPLING: meeting.joint_laws,
            Matching.COUPLING_EACH: meeting.equal_laws,
        }[matching]
        return meeting.over("block", ask)

    definition = ProbabilisticApproximate(matching=matching)
    return Notion(
        f"probabilistic-approximate[{matching.value}]",
        definition,
        reading,
        clauses=frozenset({Fact.ONTO}),
        needs=frozenset({Fact.BLOCKS}),
    )


NOTIONS = tuple(map(_notion, Matching))
_COUPLINGS = "couplings_at_distance_zero"
_MAP, _ONE, _EACH = (f"probabilistic-approximate[{matching.value}]" for matching in Matching)
ARROWS = (
    Arrow(_MAP, _ONE, _COUPLINGS),
    Arrow(_ONE, "counterfactual[block]", _COUPLINGS),
    Arrow(_EACH, "probabilistic[block]", _COUPLINGS),
)
