"""A statement's circuit, with what every circuit engine does first: collapse, then random draws."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import final

from tauomega.theory.intervention import Hard
from tauomega.theory.kernel.blasting import NotBlastedError
from tauomega.theory.kernel.circuit import FALSE, Circuit
from tauomega.theory.kernel.commuting import Commuting, Interchange, Squares, squares_of
from tauomega.theory.kernel.commuting_circuit import Built, build

from .circuits import values_of
from .engine import Problem
from .points import Point, choices_of, fields_of, read_point
from .ranging import Swap
from .statements import NotStatedError, squares_count, statement_of

__all__ = [
    "DRAWS",
    "Miter",
    "assembled",
    "drawn_model",
    "forget",
    "miter_of",
    "point_of",
    "satisfied",
]

WIDTH, SEED = 2**12, 1
DRAWS = 2**15
"""Random squares that are looked at before anything else is tried."""


@final
@dataclass(frozen=True, slots=True)
class Miter:
    """A statement as literals that cannot all be true iff it holds.

    Squares are ordered by the number of `choices` (targets, each with its literal) that are made, then
    by which, the first ones first, then by the numbers that the `fields` have (the lowest bit first).
    `cone` lists the gates they depend on, `free` the variables among them in this order.
    """

    statement: Commuting
    asked: Squares
    built: Built
    choices: tuple[tuple[str, int], ...]
    fields: tuple[tuple[int, ...], ...]
    cone: tuple[int, ...]
    free: tuple[int, ...]
    squares: int

    @property
    def circuit(self) -> Circuit:
        """The circuit."""
        return self.built.blaster.circuit

    @property
    def literals(self) -> tuple[int, ...]:
        """The literals that must not all be true."""
        return self.built.literals

    @property
    def collapsed(self) -> bool:
        """Whether building the circuit already showed that the statement holds."""
        return FALSE in self.literals

    def point(self, model: frozenset[int]) -> Point:
        """The square that a satisfying assignment, the set of its true variables, stands for."""
        return read_point(self.statement, self.asked, self.built, lambda f: f in model)


def miter_of(problem: Problem) -> Miter:
    """The circuit of a clause.

    Raises:
        NotStatedError: some expression has no circuit, or ω_τ is not known to be defined.
        InputError: the family is empty, or ω is undefined on it.
    """
    if _LAST and _LAST[0][0] is problem:
        return _LAST[0][1]
    statement = statement_of(problem)
    try:
        squares = squares_of(statement)
        built = build(squares)
    except NotBlastedError as error:
        raise NotStatedError(f"no circuit: {error}") from error
    found = assembled(statement, squares, built)
    _LAST[:] = [(problem, found)]
    return found


def assembled(statement: Commuting, squares: Squares, built: Built) -> Miter:
    """What the literals of a built statement depend on, in the canonical order."""
    cone = tuple(built.blaster.circuit.cone(built.literals))
    inside = set(cone)
    choices = choices_of(statement, squares, built)
    fields = fields_of(statement, squares, built)
    order = [*(f for _, f in choices), *(f for bits in fields for f in bits)]
    free = tuple(f for f in dict.fromkeys(order) if f in inside)
    count = squares_count(statement)
    return Miter(statement, squares, built, choices, fields, cone, free, count)


_LAST: list[tuple[Problem, Miter]] = []
"""The circuit built last: engines are asked one after another about the same problem."""


def forget() -> None:
    """Forget the circuit built last."""
    _LAST.clear()


def drawn_model(miter: Miter, draws: int = DRAWS) -> frozenset[int] | None:
    """A satisfying assignment among random ones, if there is one, from a fixed seed.

    Contexts and values are uniform; targets come none, few or half of them at a time.
    """
    rng = random.Random(SEED)  # noqa: S311  # reproducible draws, no secret
    masks = {f for _, f in miter.choices}
    for number in range(draws // WIDTH):
        rate = (0, 5, 2, 1)[number % 4]  # each target is set in a draw with chance 2^-rate
        given = {}
        for f in miter.free:
            word = rng.getrandbits(WIDTH)
            if f in masks:
                word = 0 if rate == 0 else word
                for _ in range(rate - 1):
                    word &= rng.getrandbits(WIDTH)
            given[f] = word
        hit = satisfied(miter, given, WIDTH)
        if hit:
            column = (hit & -hit).bit_length() - 1
            return frozenset(f for f, word in given.items() if word >> column & 1)
    return None


def satisfied(miter: Miter, given: dict[int, int], width: int) -> int:
    """Which of `width` assignments make all literals true, one bit each."""
    values = values_of(miter.circuit, miter.cone, given, width)
    ones = (1 << width) - 1
    hit = ones
    for f in miter.literals:
        hit &= values[f] if f > 0 else values[-f] ^ ones
    return hit


def point_of(miter: Miter, model: frozenset[int], problem: Problem) -> dict[str, object]:
    """The point of a failing clause, as `explain` reads it."""
    square = miter.point(model)
    context = dict(square.context)
    roots = problem.claim.scm.roots
    values = tuple(context[name] for name in roots)
    point: dict[str, object]
    if isinstance(miter.statement.family, Interchange):
        sources = tuple(
            (name, tuple(dict(items)[r] for r in roots)) for name, items in square.sources
        )
        point = {"x": Swap(values, sources)}
    else:
        point = {"i": Hard(square.low), "j": Hard(square.high), "u": values}
    parameters = {name: value for name, value in context.items() if name not in roots}
    return point | ({"parameters": parameters} if parameters else {})
