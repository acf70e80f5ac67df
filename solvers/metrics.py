r"""Distances of values and of laws, exactly: rationals where they are rational, certified balls where not.

Logarithms and square roots are enclosed by ball arithmetic (Arb, through python-flint) at 160 bits; two
equal laws have distance exactly 0 in every metric, decided before any logarithm is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isqrt, lcm
from typing import TYPE_CHECKING, Any

from tauomega.theory.defect import Metric
from tauomega.theory.errors import EvaluationError
from tauomega.theory.kernel import Value
from tauomega.theory.quantity import INFINITE, Ball, Number

if TYPE_CHECKING:
    from flint import arb

__all__ = ["ball_of", "law_distance", "square_root", "state_distance"]

State = tuple[tuple[str, Value], ...]
LawTable = Mapping[State, Fraction]
ONE, ZERO = Fraction(1), Fraction(0)
BITS = 160


def state_distance(metric: Metric, left: Mapping[str, Value], right: Mapping[str, Value]) -> Number:
    """The distance of two states of the same variables.

    Raises:
        EvaluationError: a label in a metric of numbers, or a metric of laws.
    """
    if metric is Metric.DISCRETE:
        return ZERO if left == right else ONE
    gaps = [abs(_number(left[name], metric) - _number(right[name], metric)) for name in left]
    match metric:
        case Metric.HAMMING:
            return Fraction(sum(left[name] != right[name] for name in left))
        case Metric.L1:
            return sum(gaps, ZERO)
        case Metric.SQUARED:
            return sum((gap * gap for gap in gaps), ZERO)
        case Metric.SUP:
            return max(gaps, default=ZERO)
        case Metric.EUCLIDEAN:
            return square_root(sum((gap * gap for gap in gaps), ZERO))
        case _:
            raise EvaluationError(f"{metric.value} is a distance of laws, not of values")


def law_distance(metric: Metric, left: LawTable, right: LawTable) -> Number:
    """The distance of two laws of the same variables.

    Raises:
        EvaluationError: a metric of values, or labels under a Wasserstein distance.
    """
    p = {state: weight for state, weight in left.items() if weight}
    q = {state: weight for state, weight in right.items() if weight}
    if p == q:
        return ZERO
    match metric:
        case Metric.DISCRETE:
            return ONE
        case Metric.TV:
            return (
                sum((abs(p.get(s, ZERO) - q.get(s, ZERO)) for s in p.keys() | q.keys()), ZERO) / 2
            )
        case Metric.KL:
            return INFINITE if any(s not in q for s in p) else _enclosed(_divergence, p, q)
        case Metric.SQRT_JSD:
            return _enclosed(_root_of_jensen_shannon, p, q)
        case Metric.W1:
            return _transport(p, q)
        case _:
            raise EvaluationError(f"{metric.value} is a distance of values, not of laws")


def square_root(number: Fraction) -> Number:
    """The square root of a non-negative rational: rational if it is, else a ball with its form."""
    top, bottom = isqrt(number.numerator), isqrt(number.denominator)
    if top * top == number.numerator and bottom * bottom == number.denominator:
        return Fraction(top, bottom)
    scale = 1 << BITS
    low = isqrt(number.numerator * scale * scale // number.denominator)
    form = f"√({number})" if number.denominator > 1 else f"√{number}"
    return Ball(Fraction(low, scale), Fraction(low + 1, scale), form)


def _enclosed(value: Callable[[LawTable, LawTable], arb], p: LawTable, q: LawTable) -> Number:
    """A value by ball arithmetic, with both ends exact; that of two different laws is positive."""
    return ball_of(lambda: value(p, q))


def ball_of(value: Callable[[], arb]) -> Ball:
    """What ball arithmetic at 160 bits gives, with both ends exact; nothing below 0."""
    from flint import ctx

    with ctx.workprec(BITS):
        found = value()
    middle, radius = _dyadic(found.mid()), _dyadic(found.rad())
    return Ball(max(ZERO, middle - radius), middle + radius)


def _root_of_jensen_shannon(p: LawTable, q: LawTable) -> arb:
    middle = {s: (p.get(s, ZERO) + q.get(s, ZERO)) / 2 for s in p.keys() | q.keys()}
    return ((_divergence(p, middle) + _divergence(q, middle)) / 2).sqrt()


def _divergence(p: Mapping[State, Fraction], q: Mapping[State, Fraction]) -> arb:
    r"""$\sum_x p(x) \ln (p(x) / q(x))$ in nats; q is positive where p is."""
    from flint import arb, fmpq

    total = arb(0)
    for state, weight in sorted(p.items(), key=lambda item: str(item[0])):
        ratio = weight / q[state]
        exact = arb(fmpq(ratio.numerator, ratio.denominator))
        total += arb(fmpq(weight.numerator, weight.denominator)) * exact.log()
    return total


def _dyadic(number: Any) -> Fraction:
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _transport(p: LawTable, q: LawTable) -> Number:
    r"""The Wasserstein-1 distance for $\sum_X |x_X - y_X|$.

    Where only one variable varies it is the area between the two distribution functions.
    """
    states = [*p, *q]
    varying = [k for k in range(len(states[0])) if len({state[k][1] for state in states}) > 1]
    if len(varying) == 1:
        return _area(p, q, varying[0])
    return _cheapest_flow(p, q)


def _area(p: LawTable, q: LawTable, place: int) -> Fraction:
    r"""$\int |F_p - F_q|$ for laws that differ in one number only."""
    steps: dict[Fraction, Fraction] = {}
    for law, sign in ((p, 1), (q, -1)):
        for state, weight in law.items():
            at = _number(state[place][1], Metric.W1)
            steps[at] = steps.get(at, ZERO) + sign * weight
    total, height, before = ZERO, ZERO, ZERO
    for at, step in sorted(steps.items()):
        total += abs(height) * (at - before)
        height, before = height + step, at
    return total


def _cheapest_flow(p: LawTable, q: LawTable) -> Number:
    """The cheapest way to move one law onto the other: a minimum-cost flow in integers."""
    import networkx as nx

    scale = lcm(*(w.denominator for law in (p, q) for w in law.values()))
    costs = {
        (s, t): sum(
            (
                abs(_number(a, Metric.W1) - _number(b, Metric.W1))
                for (_, a), (_, b) in zip(s, t, strict=True)
            ),
            ZERO,
        )
        for s in p
        for t in q
    }
    unit = lcm(*(cost.denominator for cost in costs.values()))
    graph: Any = nx.DiGraph()
    for s, weight in p.items():
        graph.add_node(("p", s), demand=-int(weight * scale))
    for t, weight in q.items():
        graph.add_node(("q", t), demand=int(weight * scale))
    for (s, t), cost in costs.items():
        graph.add_edge(("p", s), ("q", t), weight=int(cost * unit))
    total, _ = nx.network_simplex(graph)
    return Fraction(total, scale * unit)


def _number(value: Value, metric: Metric) -> Fraction:
    if isinstance(value, str):
        if metric is Metric.HAMMING:
            return ZERO
        raise EvaluationError(f"{metric.value} compares numbers, and {value!r} is a label")
    return Fraction(value)
