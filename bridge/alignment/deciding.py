"""Deciding an alignment: every interchange, in exact arithmetic, and which ones it gets wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value

from ..interchange_runs import InterchangeRuns
from .alignment import Alignment
from .lesson import Failure
from .question import AlignmentQuestion

__all__ = ["Counted", "Decided", "decide_alignment"]

Array = npt.NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class Counted:
    """The interchanges of some variables together: how many there are, and how many agree."""

    variables: tuple[str, ...]
    total: int
    agreeing: int

    @property
    def accuracy(self) -> Fraction:
        """Interchange accuracy, exactly."""
        return Fraction(self.agreeing, self.total)


@final
@dataclass(frozen=True, slots=True)
class Decided:
    """Every interchange of an alignment, decided over the reals for the rational numbers of its map.

    Attributes:
        counts: for each set of variables that is exchanged together.
        failures: interchanges that disagree: all, or as many of each set as were asked for, drawn evenly.
        exactly: how many a float64 run with a proved error bound did not settle.
        undecided: over boxes, how many tuples are neither proved nor refuted; they do not agree.
    """

    counts: tuple[Counted, ...]
    failures: tuple[Failure, ...]
    exactly: int
    undecided: int = 0

    @property
    def holds(self) -> bool:
        """Whether all agree."""
        return all(c.agreeing == c.total for c in self.counts)

    @property
    def accuracy(self) -> Fraction:
        """The mean over the sets of variables: each set weighs the same, however many pairs it has."""
        return sum((c.accuracy for c in self.counts), Fraction(0)) / len(self.counts)


def decide_alignment(
    question: AlignmentQuestion, alignment: Alignment, *, keep: int = 512, seed: int = 0
) -> Decided:
    """Run every interchange of the question's sets of variables.

    Args:
        question: what is asked.
        alignment: the map.
        keep: how many failing interchanges of each set are given back.
        seed: which, if there are more.

    Raises:
        OutOfReachError: more than 2^24 distinct runs of one set.
    """
    model = replace(question.model, features={question.layer: alignment.map})
    runs = InterchangeRuns(model, question.high, question.tau, contexts=question.contexts)
    sites = alignment.sites(question.layer)
    rng = np.random.default_rng([seed, 3])
    describe = _Describing(question, [tuple(p) for p in runs.points])
    counts, failures = [], []
    for kind in question.kinds:
        total = wrong = 0
        found: list[Array] = []
        for start, differs in runs.mismatches({name: sites[name] for name in kind}):
            places = np.argwhere(differs)
            total, wrong = total + differs.size, wrong + len(places)
            if len(places) > keep:
                places = places[np.sort(rng.choice(len(places), keep, replace=False))]
            places[:, 0] += start
            found.append(places)
        places = np.concatenate(found)
        if len(places) > keep:
            places = places[np.sort(rng.choice(len(places), keep, replace=False))]
        counts.append(Counted(kind, total, total - wrong))
        failures += [describe.failure(kind, [int(i) for i in place]) for place in places]
    return Decided(tuple(counts), tuple(failures), runs.left)


@final
class _Describing:
    """Interchanges by the numbers of contexts, as rows of inputs and what is expected."""

    def __init__(self, question: AlignmentQuestion, points: Sequence[tuple[Value, ...]]) -> None:
        self.question = question
        self._rows = [tuple(question.model.row(point)) for point in points]
        self._clean = [question.high.run(context) for context in question.contexts]
        self._known: dict[object, tuple[bool, ...]] = {}

    def failure(self, kind: tuple[str, ...], place: Sequence[int]) -> Failure:
        """The interchange of sources `place[:-1]` into the base `place[-1]`."""
        *sources, base = place
        values = tuple(self._clean[s][n] for n, s in zip(kind, sources, strict=True))
        return Failure(
            kind,
            self._rows[base],
            tuple(self._rows[s] for s in sources),
            self._expected(kind, values, base),
        )

    def _expected(
        self, kind: tuple[str, ...], values: tuple[Value, ...], base: int
    ) -> tuple[bool, ...]:
        key = kind, values, base
        if key not in self._known:
            context: Mapping[str, Value] = self.question.contexts[base]
            setting = Hard(tuple(zip(kind, values, strict=True)))
            state = self.question.high.run(context, setting)
            self._known[key] = tuple(bool(state[name]) for name in self.question.tau)
        return self._known[key]
