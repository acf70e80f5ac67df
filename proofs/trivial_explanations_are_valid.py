"""The one-point model and the input-output model explain everything.

Statement: Every model has, as constructive abstractions over BLOCK, the model with one value, and for any
two of its variables the model of these two with the rest marginalised. So validity alone ranks no
explanation: refinement must.
Source: Geiger et al. (2025), arXiv:2301.04709 (constructive abstraction); the observation ours.
Shown: all 488 acyclic worlds of three binary variables: each pair of variables is projected onto an
acyclic world of two, on every intervention on the two; and onto one point. A fixed model of the pair
is not always valid: the notion can fail.
Not shown: more variables; several contexts, which add nothing for τ_U = identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from tauomega.proofs.small_models import Shape, World, worlds
from tauomega.proofs.theorem import Step, Theorem, dropped, every, main, satisfiable

__all__ = ["THEOREM"]

LOW, PAIR, POINT = Shape((2, 2, 2)), Shape((2, 2)), Shape((1,))
Case = tuple[World, tuple[int, int]]


def projected(case: Case) -> World:
    """The responses of two variables to interventions on them."""
    world, (a, b) = case
    answers = []
    for setting in PAIR.interventions:
        full: list[int | None] = [None] * 3
        full[a], full[b] = setting
        state = LOW.states[world[LOW.number(tuple(full))]]
        answers.append(PAIR.states.index((state[a], state[b])))
    return tuple(answers)


def cases() -> Iterator[Case]:
    """Every world with every pair of its variables."""
    for world in worlds(LOW):
        yield from ((world, pair) for pair in combinations(range(3), 2))


def input_output_is_valid(case: Case) -> bool:
    """The projection is what some acyclic model of the two variables does."""
    return projected(case) in worlds(PAIR)


def one_point_is_valid(world: World) -> bool:
    """The model of one variable with one value answers 0 to all it can be asked, as τ does."""
    (point,) = worlds(POINT)
    return set(point) == {0} and len(world) == len(LOW.interventions)


def any_other_is_valid(case: Case) -> bool:
    """The first model of two variables explains every pair."""
    return projected(case) == next(iter(worlds(PAIR)))


def prove() -> Iterator[Step]:
    """Both trivial explanations; explanations that are not trivial can fail."""
    yield every("input-output explanations: all worlds, all pairs", cases(), input_output_is_valid)
    yield every("the one-point explanation: all worlds", worlds(LOW), one_point_is_valid)
    yield dropped("marginalising (a fixed model of the pair instead)", cases(), any_other_is_valid)
    yield satisfiable("a pair that the fixed model explains", cases(), any_other_is_valid)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
