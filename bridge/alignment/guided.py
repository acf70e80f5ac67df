r"""Counterexample-guided alignment: train, decide exactly, train again on what went wrong.

A round trains a map on interchanges drawn from all pairs, half of every batch from the failures known so
far; freezes it to rational numbers; and decides every interchange. If all agree, the alignment is proved.
Else the failing pairs join the known ones. Where some rounds bring nothing better, a fresh map is started,
and the failures are kept. A class of finitely many maps is gone through instead, so that it ends in a
proof, or in the impossibility of any.

What a score on sampled pairs suggests is thereby decided: it becomes a theorem about the rational map, or
a pair that refutes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import final

import torch

from tauomega.theory.errors import InputError, OutOfReachError

from ..boxes.box_engine import MOST_TUPLES
from ..precision.machine import pinned
from .alignment import Alignment
from .alignment_class import AlignmentClass, FiniteAlignmentClass, Learner
from .ceiling import Ceiling, ceiling_of
from .deciding import Decided, decide_alignment
from .finite import decide_members
from .fitting import Fitting, fit
from .lesson import AllPairs, Failure
from .over_boxes import decide_over_boxes, too_many_boxes
from .question import AlignmentQuestion

__all__ = ["Aligned", "Guidance", "Outcome", "Round", "Search", "align", "concluded"]

SAMPLED = 2_000
MOST_KNOWN = 8_192
MOST_BOUNDED = 1_024


class Outcome(Enum):
    """What a search for an alignment ends in."""

    PROVED = "proved"
    """Every interchange agrees, exactly."""
    IMPOSSIBLE = "impossible"
    """No map of the class is one: every member is refuted, or an upper bound is below 1."""
    UNKNOWN = "unknown"
    """The best that was found fails, and says nothing of the rest of the class."""


@final
@dataclass(frozen=True, slots=True)
class Guidance:
    """How long and how an alignment is looked for.

    Attributes:
        fitting: the training of one round.
        rounds: how many rounds at most.
        patience: how many rounds without a better map before a fresh start.
        keep: how many failing pairs of each set of variables join the known ones.
        seed: of every random choice.
        radius: how far an input may lie from its code: every input in these boxes is decided; `None`
            for the codes alone.

    Raises:
        InputError: a number that is not positive.
    """

    fitting: Fitting = Fitting()
    rounds: int = 12
    patience: int = 3
    keep: int = 512
    seed: int = 0
    radius: Fraction | None = None

    def __post_init__(self) -> None:
        faults = [
            f"{name} is at least 1, not {value}"
            for name, value in (
                ("rounds", self.rounds),
                ("patience", self.patience),
                ("keep", self.keep),
            )
            if value < 1
        ]
        if self.radius is not None and self.radius < 0:
            faults.append(f"radius is at least 0, not {self.radius}")
        if self.seed < 0:
            faults.append(f"seed is at least 0, not {self.seed}")
        if faults:
            raise InputError(faults)


@final
@dataclass(frozen=True, slots=True)
class Round:
    """One round: which start it belongs to, and how good its map is.

    Attributes:
        start: the number of the fresh start.
        sampled: accuracy on 2,000 random pairs in float32: what training alone would report.
        accuracy: accuracy on all pairs, exactly, each set of variables weighing the same.
        failing: how many pairs disagree.
        known: how many failures the round was trained on.
    """

    start: int
    sampled: Fraction
    accuracy: Fraction
    failing: int
    known: int


@final
@dataclass(frozen=True, slots=True)
class Aligned:
    """What came of a search.

    Attributes:
        class_name: the class of maps.
        outcome: proved, impossible or unknown.
        alignment: the proved one, or the best.
        decided: every interchange under it, with failing pairs.
        rounds: in order; none for a finite class.
        members: how many maps a finite class has; `None` for the others.
        reason: why it is unknown, or "".
        ceiling: upper bounds for the class, where they were asked for.
    """

    class_name: str
    outcome: Outcome
    alignment: Alignment
    decided: Decided
    rounds: tuple[Round, ...]
    members: int | None = None
    reason: str = ""
    ceiling: Ceiling | None = None


@final
@dataclass(slots=True)
class Search:
    """Where a search stands between two rounds: all that its continuation depends on.

    Attributes:
        start: the number of the present start.
        stale: rounds of it since it was last better.
        parameters: of the present map; none before its first round.
        failures: the known ones, oldest first.
        best: the start and the parameters of the best map.
        rounds: so far.
    """

    start: int = 0
    stale: int = 0
    parameters: list[torch.Tensor] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    best: tuple[int, list[torch.Tensor]] | None = None
    rounds: list[Round] = field(default_factory=list)


def align(
    question: AlignmentQuestion,
    kind: AlignmentClass,
    guidance: Guidance,
    *,
    search: Search | None = None,
    saved: Callable[[Search], None] = lambda search: None,
    stop: Callable[[], bool] = lambda: False,
    told: Callable[[int, int | None], None] | None = None,
) -> Aligned:
    """Look for an alignment of a class until it is proved, refuted for the class, or given up.

    It runs on one thread, so that its course depends on its arguments alone.

    Args:
        question: what is to be aligned.
        kind: the class of maps.
        guidance: how.
        search: where an earlier search stood; it is continued, and changed.
        saved: called after every round.
        stop: asked often; at least one round is made.
        told: steps done, and in all.

    Raises:
        InputError: over boxes, where a class is trained, this one has finitely many members to go through.
        OutOfReachError: too many pairs to decide, or members to go through.
    """
    if guidance.radius is not None:
        many = too_many_boxes(question)
        if many is not None:
            raise OutOfReachError("tuples of boxes", many, MOST_TUPLES)
        if isinstance(kind, FiniteAlignmentClass):
            raise InputError(
                [f"over boxes a class is trained; {kind.name!r} is gone through at the codes"]
            )
    with pinned():
        if isinstance(kind, FiniteAlignmentClass):
            return _gone_through(question, kind, guidance, told)
        return _searched(question, kind, guidance, search, saved, stop, told)


def concluded(question: AlignmentQuestion, found: Aligned) -> Aligned:
    """A search that ended without a proof, with upper bounds for its class: below 1 they are the answer.

    Complexity: the square of the number of contexts; from 1,024 contexts on it is left out.
    """
    if found.outcome is not Outcome.UNKNOWN or len(question.contexts) > MOST_BOUNDED:
        return found
    ceiling = ceiling_of(question, found.class_name)
    if ceiling.accuracy == 1:
        return replace(found, ceiling=ceiling)
    return replace(found, outcome=Outcome.IMPOSSIBLE, reason="", ceiling=ceiling)


def _searched(
    question: AlignmentQuestion,
    kind: AlignmentClass,
    guidance: Guidance,
    search: Search | None,
    saved: Callable[[Search], None],
    stop: Callable[[], bool],
    told: Callable[[int, int | None], None] | None,
) -> Aligned:
    state = search if search is not None else Search()
    best: tuple[Alignment, Decided] | None = None
    if state.best is not None:
        learner = _learner(question, kind, guidance, *state.best)
        alignment = learner.frozen(question.variables)
        best = alignment, _decided(question, alignment, guidance, 0, stop)
    reason = f"{guidance.rounds} rounds are over"
    while best is None or not best[1].holds:
        if len(state.rounds) >= guidance.rounds and best is not None:
            break
        if best is not None and stop():
            reason = "the time is over"
            break
        alignment, decided = _round(question, kind, guidance, state, stop, told)
        if best is None or decided.accuracy > best[1].accuracy:
            best = alignment, decided
            state.best = state.start, [p.clone() for p in state.parameters]
            state.stale = 0
        else:
            state.stale += 1
        if state.stale >= guidance.patience:
            state.start, state.stale, state.parameters = state.start + 1, 0, []
        saved(state)
    alignment, decided = best
    rounds = tuple(state.rounds)
    if decided.holds:
        return Aligned(kind.name, Outcome.PROVED, alignment, decided, rounds)
    return Aligned(kind.name, Outcome.UNKNOWN, alignment, decided, rounds, reason=reason)


def _round(
    question: AlignmentQuestion,
    kind: AlignmentClass,
    guidance: Guidance,
    state: Search,
    stop: Callable[[], bool],
    told: Callable[[int, int | None], None] | None,
) -> tuple[Alignment, Decided]:
    """Train, freeze, decide; the state moves on."""
    number = len(state.rounds)
    lesson = AllPairs(question, state.failures)
    learner = _learner(question, kind, guidance, state.start, state.parameters)
    each = guidance.fitting.steps

    def steps(done: int) -> None:
        if told is not None:
            told(number * each + done, guidance.rounds * each)

    fit(learner, lesson, guidance.fitting, _generator(guidance, 1, number), stop=stop, told=steps)
    state.parameters = [p.detach().clone() for p in learner.parameters]
    alignment = learner.frozen(question.variables)
    decided = _decided(question, alignment, guidance, number, stop)
    failing = sum(c.total - c.agreeing for c in decided.counts)
    sampled = _sampled(learner, AllPairs(question), _generator(guidance, 2, number))
    state.rounds.append(Round(state.start, sampled, decided.accuracy, failing, len(state.failures)))
    known = dict.fromkeys([*state.failures, *decided.failures])
    state.failures = list(known)[-MOST_KNOWN:]
    return alignment, decided


def _decided(
    question: AlignmentQuestion,
    alignment: Alignment,
    guidance: Guidance,
    seed: int,
    stop: Callable[[], bool],
) -> Decided:
    if guidance.radius is None:
        return decide_alignment(question, alignment, keep=guidance.keep, seed=seed)
    return decide_over_boxes(question, alignment, guidance.radius, keep=guidance.keep, stop=stop)


def _learner(
    question: AlignmentQuestion,
    kind: AlignmentClass,
    guidance: Guidance,
    start: int,
    parameters: list[torch.Tensor],
) -> Learner:
    lesson = AllPairs(question)
    learner = kind.start(lesson.activations, lesson.sizes, _generator(guidance, 0, start))
    if parameters:
        if [p.shape for p in parameters] != [p.shape for p in learner.parameters]:
            raise InputError(["the search to be continued has parameters of another shape"])
        with torch.no_grad():
            for mine, given in zip(learner.parameters, parameters, strict=True):
                mine.copy_(given)
    learner.prepare(1.0)
    return learner


def _generator(guidance: Guidance, use: int, number: int) -> torch.Generator:
    return torch.Generator().manual_seed((guidance.seed * 1_000_003 + number) * 8 + use)


@torch.no_grad()
def _sampled(learner: Learner, lesson: AllPairs, generator: torch.Generator) -> Fraction:
    """The share of random pairs that agree, in float32, each set of variables in turn."""
    agreeing = total = 0
    for step in range(lesson.kinds):
        batch = lesson.draw(step, SAMPLED // lesson.kinds, generator)
        pairs = list(zip(batch.variables, batch.sources, strict=True))
        margins = lesson.margins(learner.exchanged(batch.base, pairs))
        agreeing += int(((margins > 0) == (batch.wanted > 0)).all(dim=1).sum())
        total += len(batch.base)
    return Fraction(agreeing, total)


def _gone_through(
    question: AlignmentQuestion,
    kind: FiniteAlignmentClass,
    guidance: Guidance,
    told: Callable[[int, int | None], None] | None,
) -> Aligned:
    members, alignment = decide_members(question, kind, told=told)
    decided = decide_alignment(question, alignment, keep=guidance.keep)
    outcome = Outcome.PROVED if decided.holds else Outcome.IMPOSSIBLE
    return Aligned(kind.name, outcome, alignment, decided, (), members)
