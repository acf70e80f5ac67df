"""Some approximate abstractions do not split into an exact abstraction and an approximation.

Statement: (Example 5.3) A τ-√2-approximate abstraction with no model similar to the low-level one of
which the high-level one is an abstraction. (Example 5.4) One with no acyclic model similar to the
high-level one. The criteria PC1 and PC2 decide the latter: equal images and contexts answer alike,
and some order of the variables explains all differences.
Source: Beckers, Eberhardt & Halpern (2019), Examples 5.3 and 5.4, PC1, PC2, arXiv:1906.11583.
Shown: both examples, against all 488 acyclic worlds of three binary variables, and all worlds with
values (4, 2); PC1 and PC2 against exhaustive search, for every world and onto map (2, 2) → (2, 2) and
every block map (2, 2, 2) → (2, 2), over TAUMAX, one context.
Not shown: the complexity claims of Theorems 5.3 and 5.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations

from tauomega import distance, load
from tauomega.proofs.small_models import Shape, World, omega, onto_maps, support, worlds
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, every, instance, main
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.family import Given
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.quantity import Ball

__all__ = ["THEOREM"]

Case = tuple[Shape, tuple[int, ...], World]
BITS2, BITS3 = Shape((2, 2)), Shape((2, 2, 2))


def example_5_3(settings: tuple[tuple[int | None, ...], ...]) -> list[World]:
    """Worlds in which (a⊕b, b⊕c) = (0, 0), the only outcome above, under all the settings."""
    numbers = [BITS3.number(setting) for setting in settings]
    fits = {n for n, (a, b, c) in enumerate(BITS3.states) if a == b == c}
    return [world for world in worlds(BITS3) if all(world[n] in fits for n in numbers)]


def example_5_4(*, with_block: bool) -> list[World]:
    """Worlds over Y1 ∈ {0, 1}² and Y2 that answer as X2 = X1, X3 = X2 does through ((x1, x3), x2)."""
    high = Shape((4, 2))
    wanted: dict[tuple[int | None, ...], tuple[int, ...]]
    wanted = {(None, None): (0, 0)} | {(None, b): (b, b) for b in (0, 1)}
    if with_block:  # setting (X1, X3) to (a, c): then X2 = a
        wanted |= {(2 * a + c, None): (2 * a + c, a) for a in (0, 1) for c in (0, 1)}
    states = {high.number(s): high.states.index(image) for s, image in wanted.items()}
    return [w for w in worlds(high) if all(w[n] == state for n, state in states.items())]


def demanded(case: Case) -> dict[int, int] | None:
    """What a world above must answer under each ω(i); `None` if two i's with one image differ (PC1)."""
    low, tau, world = case
    found: dict[int, int] = {}
    for i, image in enumerate(omega(low, BITS2, tau)):
        if image is not None and found.setdefault(image, tau[world[i]]) != tau[world[i]]:
            return None
    return found


def explained(answers: Mapping[int, int]) -> bool:
    """PC2: in some order, equal values of what comes before and no intervention give equal values."""
    for order in permutations(range(len(BITS2.sizes))):
        seen: dict[tuple[int, tuple[int, ...]], int] = {}
        if all(
            seen.setdefault((v, tuple(BITS2.states[s][w] for w in order[:p])), BITS2.states[s][v])
            == BITS2.states[s][v]
            for j, s in answers.items()
            for p, v in enumerate(order)
            if BITS2.interventions[j][v] is None
        ):
            return True
    return False


def criteria_decide(case: Case) -> bool:
    """PC1 and PC2 hold iff some acyclic world above answers as demanded."""
    answers = demanded(case)
    exists = answers is not None and any(
        all(world[j] == state for j, state in answers.items()) for world in worlds(BITS2)
    )
    return exists == (answers is not None and explained(answers))


def cases() -> Iterator[Case]:
    """Worlds and maps for the twin test of the criteria."""
    for low in (BITS2, BITS3):
        for tau in onto_maps(low, BITS2):
            reads = support(low, BITS2, tau)
            if low is BITS2 or not reads[0] & reads[1]:
                yield from ((low, tau, world) for world in worlds(low))


def prove() -> Iterator[Step]:
    """Both examples, the criteria, and what happens without the offending interventions."""
    settings = ((None,) * 3, *((a, None, None) for a in (0, 1)), *((None, b, None) for b in (0, 1)))
    family = Given((NOTHING, *(Hard(((x, v),)) for x in "AB" for v in (0, 1))))
    value = distance(load("ce19").claim, Approximate(family)).value
    right = isinstance(value, Ball) and value.form == "√2"
    yield instance(Kind.PROVED, "Example 5.3: the distance is √2", right, str(value))
    found = example_5_3(settings)
    what = "Example 5.3: no similar acyclic M'_L among all worlds"
    yield Step(Kind.PROVED, what, not found, Scope.UP_TO_SIZE, "", len(worlds(BITS3)))
    fewer = example_5_3(settings[:3])
    seen = f"without do(B): {len(fewer)} worlds fit"
    yield instance(Kind.DROPPED, "interventions on B", bool(fewer), seen)
    what = "Example 5.4: no similar acyclic M'_H among all worlds"
    total = len(worlds(Shape((4, 2))))
    yield Step(Kind.PROVED, what, not example_5_4(with_block=True), Scope.UP_TO_SIZE, "", total)
    fewer = example_5_4(with_block=False)
    seen = f"without do(X1, X3): {len(fewer)} worlds fit"
    yield instance(Kind.DROPPED, "interventions on the block {X1, X3}", bool(fewer), seen)
    yield every("PC1 and PC2 decide whether an acyclic M'_H exists", cases(), criteria_decide)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
