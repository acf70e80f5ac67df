"""Leaving out a variable that nobody intervenes on is exact.

Statement: If Z is substituted into the mechanisms that read it, the model that is left has, under
every intervention on the other variables, the solutions of the full model without Z.
Source: Rubenstein et al. (2017), marginalisation of variables, arXiv:1707.00819; here acyclic.
Shown: for every acyclic model of at most four binary variables in one context, up to the names of the
variables, every variable left out, every intervention on the rest. With an intervention on Z the
square breaks, and a cyclic Z = ¬Z has nothing to substitute.
Not shown: more variables or values; cyclic models with unique solutions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]

Setting = tuple[int | None, ...]


def all_models(n: int) -> list[Any]:
    """Mechanism k of every model, as an array (models, rows): rows are settings of variables < k."""
    widths = [2 ** (2**k) for k in range(n)]
    codes = np.indices(widths).reshape(n, -1)
    return [codes[k][:, None] >> np.arange(2**k) & 1 for k in range(n)]


def solve(tables: list[Any], setting: Setting, *, without: int | None = None) -> list[Any]:
    """The solution of every model; `without` is never set, and is substituted where it is read.

    The marginal model keeps, for each variable after Z, the mechanism with F_Z put in for Z; it is
    evaluated here by computing F_Z from the other arguments, whatever Z itself is in the state.
    """
    models = np.arange(len(tables[0]))
    state: list[Any] = []
    for k, table in enumerate(tables):
        arguments = list(state)
        if without is not None and k > without:
            row = sum((v << p for p, v in enumerate(arguments[:without])), np.zeros_like(models))
            arguments[without] = tables[without][models, row]
        row = sum((v << p for p, v in enumerate(arguments)), np.zeros_like(models))
        fixed = setting[k]
        if k == without:
            state.append(np.full_like(models, 9))  # never read: it must not matter
        else:
            state.append(table[models, row] if fixed is None else np.full_like(models, fixed))
    return state


def agree(n: int, *, on_z: bool) -> tuple[bool, int, str]:
    """Whether the squares commute in all models; the number of squares; the first that does not."""
    tables, count = all_models(n), 0
    for z in range(n):
        for setting in product((None, 0, 1), repeat=n):
            if (setting[z] is not None) is not on_z:
                continue
            full, rest = solve(tables, setting), solve(tables, setting, without=z)
            count += len(tables[0])
            for k in range(n):
                if k != z and (wrong := np.flatnonzero(full[k] != rest[k])).size:
                    shown = [t[wrong[0]].tolist() for t in tables]
                    return False, count, f"tables {shown}, Z = X{z + 1}, do{setting}: X{k + 1}"
    return True, count, ""


def prove() -> Iterator[Step]:
    """Three and four variables; an intervention on Z; a Z that has no solution."""
    for n in (2, 3, 4):
        right, count, seen = agree(n, on_z=False)
        what = f"all acyclic models of {n} binary variables, each variable left out"
        yield Step(Kind.PROVED, what, right, Scope.UP_TO_SIZE, seen, count)
    right, _, seen = agree(2, on_z=True)
    yield instance(Kind.DROPPED, "no intervention on Z", not right, seen)
    solutions = [z for z in (0, 1) if z == 1 - z]
    seen = f"Z = ¬Z has {len(solutions)} solutions"
    yield instance(Kind.DROPPED, "acyclic (Z has one solution)", not solutions, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
