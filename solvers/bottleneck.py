r"""The least largest distance that a map of contexts achieves: a bottleneck assignment.

$D(u, w) = \max_i d(\tau M_L(u, i), M_H(w, \omega(i)))$ does not depend on the map. With tolerance α a map
exists iff every u has some w with $D(u, w) \le \alpha$; one onto exists iff, moreover, the high-level
contexts can be matched to different low-level ones in that way. So the distance is one of the values of D,
found by bisection and augmenting paths; what proves that nothing is nearer is one context without a
counterpart, or a set of high-level contexts with too few (Hall's theorem).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tauomega.theory.defect import (
    HIGH,
    LOW,
    ContextMaps,
    Contexts,
    Dist,
    Inf,
    Interventions,
    Metric,
    Sup,
)
from tauomega.theory.definition import high_model
from tauomega.theory.intervention import Intervention
from tauomega.theory.kernel import Value
from tauomega.theory.quantity import INFINITE, Ball, Number, greatest, lower, upper
from tauomega.theory.verdict import Enumeration

from .engine import Answer, Budget, Problem
from .interpreter import Interpreter, OutOfTimeError
from .metrics import state_distance
from .settled import nothing_to_check, settled_family, settled_omega

__all__ = ["BOTTLENECK", "Bottleneck", "is_hall_witness"]

MOST = 2**22
Values = tuple[Value, ...]
Table = list[list[Number]]
"""D, by low-level and by high-level context."""


@final
@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Bounds clauses of the shape inf over maps of contexts, sup over squares, of a distance."""

    @property
    def name(self) -> str:
        """`bottleneck`."""
        return "bottleneck"

    def accepts(self, problem: Problem) -> str | None:
        """Refuses other shapes, and what is infinite."""
        if _shape(problem) is None:
            return "only distances under a searched map of contexts are assignments"
        claim = problem.claim
        high = high_model(claim)
        below, above = claim.scm.context_count(), high.context_count()
        if below is None or above is None:
            return "a root has infinitely many values"
        if below * above > MOST:
            return f"there are more than {MOST:,} pairs of contexts"
        if claim.scm.parameters or high.parameters:
            return "a parameter is read for all values"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value, and what proves that nothing is nearer."""
        shape = _shape(problem)
        assert shape is not None
        onto, metric, space = shape
        interpreter = Interpreter(problem, budget, {})
        lows, highs = _contexts(problem)
        try:
            family = settled_family(problem, space)
            if not family:
                raise nothing_to_check(space.family)
            table = _table(interpreter, family, lows, highs, metric)
        except OutOfTimeError:
            return Answer(examined=interpreter.examined, reason=f"{budget.seconds:g} s are over")
        value, stuck = _bottleneck(table, onto=onto)
        point: dict[str, object] | None = None
        match stuck:
            case int():
                point = {"lonely": lows[stuck]}
            case [*rare]:
                point = {"rare": tuple(highs[w] for w in rare)}
        examined = len(lows) * len(highs) * len(family)
        low, high = lower(value), upper(value)
        if low > problem.tolerance:
            return Answer(low, high, examined, examined, point=point, value=value)
        if high > problem.tolerance:
            reason = f"the value {value} is not told apart from {problem.tolerance}"
            return Answer(low, high, examined, examined, reason=reason, value=value)
        evidence = Enumeration(examined, "distances")
        return Answer(low, high, examined, examined, evidence, value=value)


BOTTLENECK = Bottleneck()


def is_hall_witness(problem: Problem, point: Mapping[str, object], value: Number) -> bool:
    """Whether contexts prove, by plain evaluation, that no map of contexts is nearer than `value`."""
    shape = _shape(problem)
    assert shape is not None
    onto, metric, space = shape
    interpreter = Interpreter(problem, Budget(), {})
    family = settled_family(problem, space)
    lows, highs = _contexts(problem)
    if "lonely" in point:
        context = point["lonely"]
        assert isinstance(context, tuple)
        (row,) = _table(interpreter, family, [context], highs, metric)
        return all(upper(number) >= lower(value) for number in row)
    rare = point.get("rare")
    if not isinstance(rare, tuple) or not onto or len(set(rare)) < len(rare):
        return False
    table = _table(interpreter, family, lows, list(rare), metric)
    nearer = [row for row in table if any(upper(number) < lower(value) for number in row)]
    return len(nearer) < len(rare)


def _shape(problem: Problem) -> tuple[bool, Metric, Interventions] | None:
    match problem.part.defect:
        case Inf(
            space=ContextMaps(onto=onto),
            body=Sup(
                space=Interventions() as family,
                body=Sup(space=Contexts(side=side), body=Dist(metric=metric)),
            ),
        ) if side is LOW and metric in _OF_STATES:
            return onto, metric, family
        case _:
            return None


_OF_STATES = (Metric.HAMMING, Metric.L1, Metric.EUCLIDEAN, Metric.SUP)


def _contexts(problem: Problem) -> tuple[list[Values], list[Values]]:
    claim = problem.claim
    assert claim.high is not None
    low, high = ([tuple(c.values()) for c in m.contexts()] for m in (claim.scm, claim.high))
    return low, high


def _table(
    interpreter: Interpreter,
    family: Sequence[Intervention],
    lows: Sequence[Values],
    highs: Sequence[Values],
    metric: Metric,
) -> Table:
    problem = interpreter.problem
    images = [settled_omega(problem, i) for i in family]
    assert all(image is not None for image in images), "excluded when the family was listed"
    below = [[problem.claim.read(interpreter.run(LOW, u, i)) for i in family] for u in lows]
    above = [[interpreter.run(HIGH, w, j) for j in images if j is not None] for w in highs]
    known: dict[tuple[Values, Values], Number] = {}
    table: Table = []
    for row in below:
        found: list[Number] = []
        for other in above:
            interpreter.tick()
            gaps = []
            for left, right in zip(row, other, strict=True):
                key = tuple(left.values()), tuple(right.values())
                if key not in known:
                    known[key] = state_distance(metric, left, right)
                gaps.append(known[key])
            found.append(greatest(gaps))
        table.append(found)
    return table


def _bottleneck(table: Table, *, onto: bool) -> tuple[Number, int | list[int] | None]:
    """The least feasible threshold, and the obstacle just below it."""
    listed = sorted({n for row in table for n in row}, key=lambda n: (lower(n), upper(n)))
    levels: list[list[Number]] = []
    for number in listed:  # enclosures that overlap are one level: they are not told apart
        if levels and lower(number) <= max(map(upper, levels[-1])):
            levels[-1].append(number)
        else:
            levels.append([number])
    rank = {number: place for place, level in enumerate(levels) for number in level}
    ranks = [[rank[number] for number in row] for row in table]
    first, last = 0, len(levels)  # `last` stands for ∞
    obstacles: dict[int, int | list[int]] = {}
    while first < last:
        middle = (first + last) // 2
        obstacle = _obstacle(ranks, middle, onto=onto)
        if obstacle is None:
            last = middle
        else:
            obstacles[middle] = obstacle
            first = middle + 1
    stuck = obstacles.get(first - 1, 0)  # no distance is below the first level
    if first == len(levels):
        return INFINITE, stuck
    level = levels[first]
    if len(level) == 1:
        return level[0], stuck
    return Ball(Fraction(min(map(lower, level))), Fraction(max(map(upper, level)))), stuck


def _obstacle(ranks: list[list[int]], allowed: int, *, onto: bool) -> int | list[int] | None:
    """What keeps a map of contexts from staying within a threshold, or `None`."""
    for u, row in enumerate(ranks):
        if min(row) > allowed:
            return u
    if not onto:
        return None
    width = len(ranks[0])
    near = [[u for u, row in enumerate(ranks) if row[w] <= allowed] for w in range(width)]
    partner: dict[int, int] = {}
    for start in range(width):
        reached = _augment(start, near, partner)
        if reached is not None:
            return reached
    return None


def _augment(start: int, near: list[list[int]], partner: dict[int, int]) -> list[int] | None:
    """Match one more high-level context; or the contexts that have too few between them."""
    origin: dict[int, int] = {}
    queue, seen = [start], {start}
    for here in queue:
        for u in near[here]:
            if u in origin:
                continue
            origin[u] = here
            if u not in partner:
                _flip(u, origin, partner)
                return None
            if partner[u] not in seen:
                seen.add(partner[u])
                queue.append(partner[u])
    return sorted(seen)


def _flip(u: int, origin: Mapping[int, int], partner: dict[int, int]) -> None:
    """Match along the path by which a free low-level context was reached."""
    own = {w: k for k, w in partner.items()}
    free: int | None = u
    while free is not None:
        w = origin[free]
        partner[free] = w
        free = own.get(w)
