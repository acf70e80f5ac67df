r"""The least that a coupling of two laws achieves, exactly: a linear program over the rationals.

For cost matrices $C_k \ge 0$ and laws p, q,
$$\min_\pi \max_k \sum_{u,w} \pi(u,w) C_k(u,w), \qquad \pi \ge 0, \quad \pi 1 = p, \quad 1^T \pi = q.$$
The simplex method runs in exact arithmetic from the north-west corner, and what it says is
proved again by duality, without it: $\lambda \ge 0$, $\sum \lambda = 1$ and
$\alpha_u + \beta_w \le \sum_k \lambda_k C_k(u,w)$ give the lower bound $\alpha p + \beta q$.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from tauomega.theory.errors import OutOfReachError
from tauomega.theory.quantity import INFINITE, Ball, Number, greatest, least, lower, mean, upper

__all__ = ["Costs", "least_over_couplings", "least_over_maps"]

Costs = Sequence[Sequence[Number]]
"""A cost for each low-level and each high-level context."""
Law = Sequence[Fraction]
Exact = list[list[Fraction]]

MOST = 2**20
"""Entries of the simplex tableau, after equal contexts are merged."""
PATIENCE = 40
"""Steps of length 0 in a row before the rule that cannot cycle."""


def least_over_couplings(
    forms: Sequence[Costs], p: Law, q: Law, tick: Callable[[], None] = lambda: None
) -> Number:
    """The least largest expectation over all couplings of p and q; one always exists.

    Costs that are enclosures give an enclosure: the value is monotone in the costs.

    Raises:
        OutOfReachError: the program is too large.
    """
    forms, p, q = _merged(forms, p, q)
    ends = []
    for end in (lower, upper):
        exact = [[[Fraction(end(c)) for c in row] for row in form] for form in forms]
        ends.append(_solved(exact, p, q, tick))
        if all(isinstance(c, Fraction) for form in forms for row in form for c in row):
            return ends[0]
    return ends[0] if ends[0] == ends[1] else Ball(ends[0], ends[1])


def least_over_maps(
    forms: Sequence[Costs], p: Law, q: Law, tick: Callable[[], None] = lambda: None
) -> Number:
    """The least largest expectation over the maps that push p to q; ∞ if there is none."""
    best: Number = INFINITE
    charged = [u for u, weight in enumerate(p) if weight]
    for images in _maps(charged, p, q, tick):
        found = greatest(
            mean((p[u], form[u][w]) for u, w in zip(charged, images, strict=True)) for form in forms
        )
        best = least(best, found)
        if best == 0:
            break
    return best


def _maps(
    charged: Sequence[int], p: Law, q: Law, tick: Callable[[], None]
) -> Iterator[tuple[int, ...]]:
    """Every way to send low-level contexts to high-level ones that fills each exactly."""
    room = list(q)
    images: list[int] = []

    def go() -> Iterator[tuple[int, ...]]:
        tick()
        if len(images) == len(charged):
            yield tuple(images)
            return
        weight = p[charged[len(images)]]
        for w, left in enumerate(room):
            if left >= weight:
                room[w] -= weight
                images.append(w)
                yield from go()
                images.pop()
                room[w] += weight

    yield from go()


def _merged(forms: Sequence[Costs], p: Law, q: Law) -> tuple[list[Costs], Law, Law]:
    """Contexts of probability 0 left out, and contexts with equal costs taken together."""
    rows: dict[object, list[int]] = {}
    for u, weight in enumerate(p):
        if weight:
            rows.setdefault(tuple(tuple(form[u]) for form in forms), []).append(u)
    columns: dict[object, list[int]] = {}
    firsts = [group[0] for group in rows.values()]
    for w, weight in enumerate(q):
        if weight:
            key = tuple(tuple(form[u][w] for u in firsts) for form in forms)
            columns.setdefault(key, []).append(w)
    heads = [group[0] for group in columns.values()]
    return (
        [[[form[u][w] for w in heads] for u in firsts] for form in forms],
        [sum((p[u] for u in group), Fraction(0)) for group in rows.values()],
        [sum((q[w] for w in group), Fraction(0)) for group in columns.values()],
    )


# ---------------------------------------------------------------- the linear program


def _solved(forms: Sequence[Exact], p: Law, q: Law, tick: Callable[[], None]) -> Fraction:
    """The value of the program, proved by a primal and a dual solution."""
    rows, columns = len(p), len(q)
    size = (rows + columns + len(forms)) * (rows * columns + rows + columns + 2 * len(forms))
    if size > MOST:
        raise OutOfReachError("entries of the linear program", size, MOST)
    tableau = _Tableau(forms, p, q)
    while (entering := tableau.entering()) is not None:
        tick()
        tableau.pivot(tableau.leaving(entering), entering)
    plan, weights, below, above = tableau.solution()
    value = max(_expectation(plan, form) for form in forms)
    _check(plan, p, q)
    assert all(weight >= 0 for weight in weights), "a dual weight is negative"
    assert sum(weights) == 1, "the dual weights do not sum to 1"
    for u in range(rows):
        for w in range(columns):
            mixed = sum(
                (k * form[u][w] for k, form in zip(weights, forms, strict=True)), Fraction(0)
            )
            assert below[u] + above[w] <= mixed, "the dual solution is not feasible"
    bound = sum((a * b for a, b in zip((*below, *above), (*p, *q), strict=True)), Fraction(0))
    assert bound == value, "the primal and the dual value differ"
    return value


def _expectation(plan: Exact, form: Exact) -> Fraction:
    return sum(
        (
            x * c
            for row, costs in zip(plan, form, strict=True)
            for x, c in zip(row, costs, strict=True)
        ),
        Fraction(0),
    )


def _check(plan: Exact, p: Law, q: Law) -> None:
    assert all(x >= 0 for row in plan for x in row), "a coupling has a negative entry"
    assert [sum(row) for row in plan] == list(p), "the first marginal is wrong"
    assert [sum(column) for column in zip(*plan, strict=True)] == list(q), (
        "the second marginal is wrong"
    )


class _Tableau:
    """The dense simplex tableau, in flint's rationals.

    Columns: the plan, the bound t, a slack for each form, a unit column for each row, the right side.
    Rows: the first marginal, the second but its last entry, one for each form. The last row is the
    objective: t, in reduced costs.
    """

    def __init__(self, forms: Sequence[Exact], p: Law, q: Law) -> None:
        self.rows, self.columns, self.count = len(p), len(q), len(forms)
        self.plan = self.rows * self.columns
        marginals = self.rows + self.columns - 1
        self.height = marginals + self.count
        self.real = self.plan + 1 + self.count
        width = self.real + self.height + 1
        table: list[list[Any]] = [[_rational(Fraction(0))] * width for _ in range(self.height + 1)]
        one = _rational(Fraction(1))
        for u in range(self.rows):
            for w in range(self.columns):
                place = u * self.columns + w
                table[u][place] = one
                if w < self.columns - 1:
                    table[self.rows + w][place] = one
                for k, form in enumerate(forms):
                    table[marginals + k][place] = _rational(form[u][w])
        for u, weight in enumerate(p):
            table[u][-1] = _rational(weight)
        for w, weight in enumerate(q[:-1]):
            table[self.rows + w][-1] = _rational(weight)
        for k in range(self.count):
            table[marginals + k][self.plan] = -one
            table[marginals + k][self.plan + 1 + k] = one
        for row in range(self.height):
            table[row][self.real + row] = one
        table[-1][self.plan] = one
        self.table = table
        self.basis = [-1] * self.height
        self.idle = 0
        self._start(forms, p, q)

    def _start(self, forms: Sequence[Exact], p: Law, q: Law) -> None:
        """A feasible basis: the north-west corner, t at the largest expectation, the other slacks."""
        corner, plan = _north_west(p, q)
        costs = [_expectation(plan, form) for form in forms]
        largest = costs.index(max(costs))
        chosen = [u * self.columns + w for u, w in corner] + [self.plan]
        chosen += [self.plan + 1 + k for k in range(self.count) if k != largest]
        for column in chosen:
            row = next(
                r for r in range(self.height) if self.basis[r] < 0 and self.table[r][column] != 0
            )
            self.pivot(row, column)

    def entering(self) -> int | None:
        """A column that lowers t, or `None` at the optimum.

        The steepest one; after many steps that did not move, the first (Bland), so that none repeats.
        """
        costs = self.table[-1]
        if self.idle > PATIENCE:
            return next((c for c in range(self.real) if costs[c] < 0), None)
        steepest = min(range(self.real), key=costs.__getitem__)
        return steepest if costs[steepest] < 0 else None

    def leaving(self, column: int) -> int:
        """The row that first hits 0; of several, the one whose variable comes first (Bland)."""
        rows = [r for r in range(self.height) if self.table[r][column] > 0]
        assert rows, "t is bounded below by 0"
        return min(rows, key=lambda r: (self.table[r][-1] / self.table[r][column], self.basis[r]))

    def pivot(self, row: int, column: int) -> None:
        """Make a column basic in a row."""
        table = self.table
        self.idle = 0 if table[row][-1] > 0 else self.idle + 1
        factor = table[row][column]
        table[row] = [entry / factor for entry in table[row]]
        source = [(c, entry) for c, entry in enumerate(table[row]) if entry != 0]
        for r, line in enumerate(table):
            scale = line[column]
            if r != row and scale != 0:
                for c, entry in source:
                    line[c] -= scale * entry
        self.basis[row] = column

    def solution(self) -> tuple[Exact, list[Fraction], list[Fraction], list[Fraction]]:
        """The coupling, the weights of the forms, and the two potentials."""
        plan = [[Fraction(0)] * self.columns for _ in range(self.rows)]
        for row, column in enumerate(self.basis):
            if column < self.plan:
                plan[column // self.columns][column % self.columns] = _fraction(self.table[row][-1])
        duals = [-_fraction(self.table[-1][self.real + row]) for row in range(self.height)]
        marginals = self.rows + self.columns - 1
        weights = [-y for y in duals[marginals:]]
        return plan, weights, duals[: self.rows], [*duals[self.rows : marginals], Fraction(0)]


def _north_west(p: Law, q: Law) -> tuple[list[tuple[int, int]], Exact]:
    left, right = list(p), list(q)
    plan = [[Fraction(0)] * len(q) for _ in p]
    u = w = 0
    corner = []
    while True:
        corner.append((u, w))
        moved = min(left[u], right[w])
        plan[u][w] += moved
        left[u] -= moved
        right[w] -= moved
        if u == len(p) - 1 and w == len(q) - 1:
            return corner, plan
        if w == len(q) - 1 or (left[u] == 0 and u < len(p) - 1):
            u += 1
        else:
            w += 1


def _rational(number: Fraction) -> Any:
    from flint import fmpq

    return fmpq(number.numerator, number.denominator)


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))
