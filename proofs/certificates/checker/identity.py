r"""Linear models over the reals: both ways round a square as affine forms, equal coefficient by coefficient.

A form is a constant and a weight for each free symbol: `u X` is the value of a root, `set X` the value that
an intervention gives. Equal forms are equal for all values, so one comparison a set of blocks proves
infinitely many squares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from tauomega.theory.kernel.commuting import Blocks, Commuting, roots_of
from tauomega.theory.kernel.domain import Reals
from tauomega.theory.kernel.expression import Expression
from tauomega.theory.kernel.program import Program
from tauomega.theory.kernel.reaching import Weights, plus, times, weights_of

from .decoding import refuse_unless
from .document import RefusedError

__all__ = ["check_identity"]

SUBSETS = 2**12
"""Sets of blocks and inert variables that are compared."""


def check_identity(statement: Commuting) -> int:
    """Check that the squares of a linear statement commute; how many identities were compared.

    Raises:
        RefusedError: a mechanism or map is not affine, a domain is not the reals, or forms differ.
    """
    family = statement.family
    assert isinstance(family, Blocks)
    inner = [v for m in (statement.low, statement.high) for v in m.variables if v.mechanism]
    refuse_unless(all(isinstance(v.domain, Reals) for v in inner), "a domain is not the reals")
    groups = [*family.blocks, *(("", (name,)) for name in family.inert)]
    refuse_unless(1 << len(groups) <= SUBSETS, f"more than {SUBSETS:,} sets of blocks")
    tau = dict(statement.tau)
    count = 0
    for chosen in _subsets(groups, family.most):
        fixed = {v: _symbol(f"set {v}") for _, block in chosen for v in block}
        roots = {n: _symbol(f"u {n}") for n in roots_of(statement.low)}
        below = _run(statement.low, roots, fixed)
        read = {name: _form(tau[name], below) for name in statement.compared}
        contexts = {n: roots.get(n, _symbol(f"u {n}")) for n in roots_of(statement.high)}
        contexts |= {name: _form(e, roots) for name, e in statement.tau_u}
        above = _run(statement.high, contexts, {name: read[name] for name, _ in chosen if name})
        for name in statement.compared:
            refuse_unless(read[name] == above[name], f"the two forms of {name} differ")
            count += 1
    return count


def _subsets(
    groups: list[tuple[str, tuple[str, ...]]], most: int | None
) -> Iterator[tuple[tuple[str, tuple[str, ...]], ...]]:
    for size in range(len(groups) + 1):
        for chosen in combinations(groups, size):
            if most is None or sum(bool(name) for name, _ in chosen) <= most:
                yield chosen


def _symbol(name: str) -> Weights:
    return Fraction(0), {name: Fraction(1)}


def _form(expression: Expression, state: Mapping[str, Weights]) -> Weights:
    found = weights_of(expression)
    if found is None:
        raise RefusedError("an expression is not affine")
    total: Weights = (found[0], {})
    for name, weight in found[1].items():
        total = plus(total, times(state[name], weight))
    return total


def _run(
    program: Program, context: Mapping[str, Weights], fixed: Mapping[str, Weights]
) -> dict[str, Weights]:
    values = dict(context)
    mechanisms = {v.name: v.mechanism for v in program.variables}
    for name in program.order:
        mechanism = mechanisms[name]
        if name in fixed:
            values[name] = fixed[name]
        elif mechanism is not None:
            values[name] = _form(mechanism, values)
    return values
