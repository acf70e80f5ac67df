"""Acyclic models have one solution under every intervention; cyclic ones may have none or several.

Statement: If the dependences between variables are acyclic, every hard intervention leaves exactly one
solution. Some cyclic models have that too (uniquely solvable), others have none or two.
Source: Bongers, Forré, Peters & Mooij (2021), Annals of Statistics, solvability of acyclic and simple
models; finite case.
Shown: all 4,096 tables of three binary variables that read the other two, literally: every state is
tried under every one of 27 interventions. CE16: X = ¬Y, Y = X has no solution, X = Y, Y = X has two.
Not shown: latent noise, infinite ranges.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main, satisfiable

__all__ = ["THEOREM"]

Table = tuple[int, ...]
"""The value at (first other, second other) = 00, 01, 10, 11."""
Model = tuple[Table, ...]
STATES = list(product((0, 1), repeat=3))
SETTINGS = list(product((None, 0, 1), repeat=3))


def value(model: Model, k: int, state: tuple[int, ...]) -> int:
    """F_k at a state."""
    first, second = (state[p] for p in range(3) if p != k)
    return model[k][2 * first + second]


def reads(model: Model, k: int) -> set[int]:
    """The variables that F_k depends on."""
    others = [p for p in range(3) if p != k]
    found = set()
    for state in STATES:
        for p in others:
            flipped = (*state[:p], 1 - state[p], *state[p + 1 :])
            if value(model, k, state) != value(model, k, flipped):
                found.add(p)
    return found


def is_acyclic(model: Model) -> bool:
    """Some order puts everything that is read first."""
    parents = [reads(model, k) for k in range(3)]
    return any(
        all(parents[v] <= set(order[:position]) for position, v in enumerate(order))
        for order in permutations(range(3))
    )


def solutions(model: Model, setting: tuple[int | None, ...]) -> int:
    """How many states satisfy all mechanisms that are left."""
    return sum(
        all(
            state[k] == (value(model, k, state) if fixed is None else fixed)
            for k, fixed in enumerate(setting)
        )
        for state in STATES
    )


def one_each(model: Model) -> bool:
    """One solution under every intervention."""
    return all(solutions(model, setting) == 1 for setting in SETTINGS)


def models() -> Iterator[Model]:
    """All models."""
    return product(product((0, 1), repeat=4), repeat=3)


def prove() -> Iterator[Step]:
    """Acyclic ones; a cyclic one without; a cyclic one with; CE16."""
    what = "acyclic ⇒ one solution under each of 27 interventions: 3 binary variables"
    yield every(what, models(), lambda m: one_each(m) if is_acyclic(m) else None)
    cyclic = [m for m in models() if not is_acyclic(m)]
    yield dropped("acyclic", cyclic, one_each)
    yield satisfiable("a cyclic model that is uniquely solvable all the same", cyclic, one_each)
    copy, negate, zero = (0, 0, 1, 1), (1, 1, 0, 0), (0, 0, 0, 0)
    none, two = (solutions((first, copy, zero), (None,) * 3) for first in (negate, copy))
    fixed = solutions((negate, copy, zero), (0, None, None))
    seen = f"X = ¬Y, Y = X: {none} solutions, {fixed} after do(X = 0); X = Y, Y = X: {two}"
    yield instance(Kind.DROPPED, "acyclic (CE16)", (none, fixed, two) == (0, 1, 2), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
