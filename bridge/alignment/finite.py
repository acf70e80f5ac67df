"""Going through a finite class of maps: every member decided, exactly."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tauomega.theory.errors import OutOfReachError

from ..interchange_runs import InterchangeRuns
from .alignment import Alignment
from .alignment_class import FiniteAlignmentClass
from .question import AlignmentQuestion
from .unit_coordinates import unit_map

__all__ = ["decide_members"]

MOST_MEMBERS = 100_000


def decide_members(
    question: AlignmentQuestion,
    kind: FiniteAlignmentClass,
    *,
    told: Callable[[int, int | None], None] | None = None,
) -> tuple[int, Alignment]:
    """How many members a class has, and the first that agrees on every interchange, or the best.

    Sites that are shared by members are run once.

    Raises:
        OutOfReachError: more than 100,000 members.
    """
    members = kind.members(question.width, tuple(question.sizes.values()))
    if len(members) > MOST_MEMBERS:
        raise OutOfReachError("members of the class", len(members), MOST_MEMBERS)
    runs = InterchangeRuns(question.model, question.high, question.tau, contexts=question.contexts)
    names = question.model.network.unit_names(question.layer)
    known: dict[tuple[tuple[str, tuple[int, ...]], ...], Fraction] = {}

    def accuracy(part: tuple[tuple[str, tuple[int, ...]], ...]) -> Fraction:
        if part not in known:
            sites = {name: tuple(names[j] for j in units) for name, units in part}
            known[part] = runs.accuracy(sites)
        return known[part]

    best: tuple[Fraction, int] = (Fraction(-1), 0)
    for number, blocks in enumerate(members):
        placed = dict(zip(question.variables, blocks, strict=True))
        parts = [tuple((n, placed[n]) for n in variables) for variables in question.kinds]
        score = sum(map(accuracy, parts), Fraction(0)) / len(parts)
        if score > best[0]:
            best = score, number
        if score == 1:
            break
        if told is not None:
            told(number + 1, len(members))
    chosen = tuple(zip(question.variables, members[best[1]], strict=True))
    return len(members), Alignment(kind.name, unit_map(question.width), chosen)
