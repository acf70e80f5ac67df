r"""Exact linear bounds of affine forms in units $\phi(z) = \max(z, \alpha z)$ over a box, in integers.

A unit with $0 \le \alpha \le 1$ and $l \le z \le u$ satisfies
$$\lambda z \;\le\; \phi(z) \;\le\; s z + t \qquad (\lambda \in \{\alpha, 1\},\ s \text{ any},\
  t = \max(\phi(l) - s l,\, \phi(u) - s u)),$$
because $\phi$ is convex. A form is bounded by putting these lines in the place of its units, those that read
other units first, down to the inputs, where a linear form attains its bounds at a corner of the box (CROWN).
Ends of boxes and bounds of $z$ are integers over $2^{40}$, rounded outward; all else is exact.

Source: Zhang et al. (2018), arXiv:1811.00866, Theorem 3.2; here without floating point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from .expression import Apply, Constant, Expression, Operator
from .reaching import Unit, Weights, weights_of

__all__ = ["Bounds", "Interval", "bounds_over", "levels_of", "outward", "truth"]

GRID, SLOPE = 40, 20
"""Bounds are integers over 2^GRID, slopes of upper lines over 2^SLOPE."""
Interval = tuple[int, int]
"""Lower and upper end, over 2^GRID."""
Bounds = Callable[[Weights], Interval]
"""What bounds a form."""
Line = tuple[int, int]
"""Slope and intercept, over 2^SLOPE q and 2^GRID 2^SLOPE q."""


def outward(low: Fraction, high: Fraction) -> Interval:
    """The smallest interval over the grid that contains [low, high]."""
    return (low.numerator << GRID) // low.denominator, -(
        (-high.numerator << GRID) // high.denominator
    )


@dataclass(frozen=True, slots=True)
class Level:
    """Units that read no other of them: a constant and weights each, over `denominator`; slopes, over `q`."""

    rows: Mapping[str, tuple[int, Mapping[str, int]]]
    denominator: int
    slopes: Mapping[str, int]
    q: int


def levels_of(units: dict[str, Unit], wanted: Iterable[str]) -> tuple[list[Level], set[str]]:
    """The units that some names depend on, by how far they are from the inputs; and those inputs.

    Args:
        units: in an order in which they can be computed.
        wanted: units and inputs.
    """
    read = set(wanted)
    for name in reversed(units):
        read |= units[name].form[1].keys() if name in read else set()
    depth: dict[str, int] = {}
    groups: list[dict[str, Unit]] = []
    for name in filter(read.__contains__, units):
        depth[name] = 1 + max((depth.get(n, -1) for n in units[name].form[1]), default=-1)
        if depth[name] == len(groups):
            groups.append({})
        groups[depth[name]][name] = units[name]
    return [_level(group) for group in groups], read - units.keys()


def _level(units: Mapping[str, Unit]) -> Level:
    forms = {name: _integers(unit.form) for name, unit in units.items()}
    d, q = lcm(*(f[2] for f in forms.values())), lcm(*(u.slope.denominator for u in units.values()))
    rows = {
        name: (constant * (d // own), {n: w * (d // own) for n, w in weights.items()})
        for name, (constant, weights, own) in forms.items()
    }
    return Level(rows, d, {name: int(u.slope * q) for name, u in units.items()}, q)


def bounds_over(levels: Sequence[Level], box: Mapping[str, Interval]) -> Bounds:
    """What bounds a form over a box of inputs."""
    known: list[tuple[Level, dict[str, tuple[Line, Line]]]] = []

    def bounds(constant: int, weights: Mapping[str, int], denominator: int) -> Interval:
        below = _least(constant, weights, denominator, known, box)
        turned = {n: -w for n, w in weights.items()}
        return below, -_least(-constant, turned, denominator, known, box)

    for level in levels:
        ends = {n: bounds(c, row, level.denominator) for n, (c, row) in level.rows.items()}
        known.append((level, {n: _lines(*ends[n], level.slopes[n], level.q) for n in ends}))
    return lambda form: bounds(*_integers(form))


def _integers(form: Weights) -> tuple[int, dict[str, int], int]:
    d = lcm(form[0].denominator, *(w.denominator for w in form[1].values()))
    return int(form[0] * d), {n: int(w * d) for n, w in form[1].items()}, d


def _lines(low: int, high: int, p: int, q: int) -> tuple[Line, Line]:
    """The line below and the line above the activation of slope p / q on an interval."""
    one = 1 << SLOPE
    if low >= 0 or high <= 0 or p == q:
        line = one * (p if high <= 0 and low < 0 else q), 0
        return line, line
    # the chord from (l, p l / q) to (u, u), rounded; any slope is sound with its intercept
    s = (one * (q * high - p * low)) // (high - low)
    t = max(one * p * low - s * low, one * q * high - s * high)
    return (one * (q if high > -low else p), 0), (s, t)


def _least(
    constant: int,
    weights: Mapping[str, int],
    denominator: int,
    known: Sequence[tuple[Level, Mapping[str, tuple[Line, Line]]]],
    box: Mapping[str, Interval],
) -> int:
    """A lower bound of the form (constant + weights) / denominator, over 2^GRID."""
    constant <<= GRID
    left = dict(weights)
    for level, lines in reversed(known):
        here = [(name, left.pop(name)) for name in level.rows if name in left]
        if not here:
            continue
        factor = level.denominator * level.q << SLOPE
        constant, denominator = constant * factor, denominator * factor
        left = {n: a * factor for n, a in left.items()}
        for name, a in here:
            slope, shift = lines[name][a < 0]
            bias, row = level.rows[name]
            constant += a * (shift * level.denominator + (slope * bias << GRID))
            for n, w in row.items():
                left[n] = left.get(n, 0) + a * slope * w
    return (constant + sum(a * box[n][a < 0] for n, a in left.items())) // denominator


def truth(condition: Expression, forms: Mapping[str, Weights], bounds: Bounds) -> bool | None:
    """What bounds say of a condition, with forms for its names: true, false, or nothing.

    Nothing is said of what is no comparison of affine forms.
    """
    match condition:
        case Constant(value=0 | 1 as value):
            return bool(value)
        case Apply(operator=Operator.NOT | Operator.XOR as operator, arguments=parts):
            values = [truth(part, forms, bounds) for part in parts]
            odd = sum(map(bool, values)) % 2 == 1
            return None if None in values else odd != (operator is Operator.NOT)
        case Apply(operator=Operator.AND | Operator.OR as operator, arguments=parts):
            decisive = operator is Operator.OR
            values = [truth(part, forms, bounds) for part in parts]
            return decisive if decisive in values else None if None in values else not decisive
        case Apply(operator=operator, arguments=(left, right)) if operator in _ABOVE:
            turned, negated = _ABOVE[operator]
            more, less = (right, left) if turned else (left, right)
            form = weights_of(Apply(Operator.ADD, (more, Apply(Operator.NEG, (less,)))), forms)
            low, high = (0, 1) if form is None else bounds(form)
            return None if low <= 0 < high else (low > 0) != negated
    return None


_ABOVE = {
    Operator.GT: (False, False),
    Operator.LT: (True, False),
    Operator.LE: (False, True),
    Operator.GE: (True, True),
}
"""A comparison -> whether it asks if the right is above the left, and whether it asks that this is not so."""
