"""Which Boolean blocks can be constructive over TAUMAX: the unate ones, and few others.

Statement: Say that a block can be redundant if some acyclic mechanism inside it lets no silent part change τ,
as constructive over TAUMAX asks. Every unate τ (monotone up to negating variables) of two or three
binary variables can; no parity of two or three can. Of the 10 functions that read both of two variables
8 can, of the 218 that read all of three 96 can: 72 unate ones and the 24 choices "if x then y else z".
Source: a question of ours on Beckers, Eberhardt & Halpern (2019), Def. 2.6, arXiv:1906.11583: what tells
their notion from that of Geiger et al. (2025), which asks nothing inside a block.
Shown: all these functions against all 12 and 488 acyclic worlds, in one context. A function that can be
redundant needs the right mechanism: some worlds fail it.
Not shown: more variables; several contexts, each of which asks the same of its own world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tauomega.proofs.small_models import Shape, World, maps, omega, support, worlds
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, dropped, every, instance, main

__all__ = ["THEOREM"]

BIT = Shape((2,))
Case = tuple[Shape, tuple[int, ...]]


def functions() -> Iterator[Case]:
    """All functions of two and three binary variables that read them all."""
    for n in (2, 3):
        low = Shape((2,) * n)
        for tau in maps(low, BIT):
            if len(support(low, BIT, tau)[0]) == n:
                yield low, tau


def silent(case: Case) -> list[int]:
    """The interventions that ω_τ maps to ∅, but for ∅."""
    low, tau = case
    return [number for number, image in enumerate(omega(low, BIT, tau)) if image == 0 and number]


def undisturbed(case: Case, world: World) -> bool:
    """No silent part changes τ."""
    tau = case[1]
    return all(tau[world[number]] == tau[world[0]] for number in silent(case))


def possible(case: Case) -> bool:
    """Some acyclic world is undisturbed."""
    return any(undisturbed(case, world) for world in worlds(case[0]))


def directions(case: Case) -> list[set[int]]:
    """For every variable, the signs of the changes of τ when it goes from 0 to 1."""
    low, tau = case
    value = dict(zip(low.states, tau, strict=True))
    found: list[set[int]] = [set() for _ in low.sizes]
    for state, before in value.items():
        for k in range(len(state)):
            if state[k] == 0:
                found[k].add(value[(*state[:k], 1, *state[k + 1 :])] - before)
    return [signs - {0} for signs in found]


def is_unate(case: Case) -> bool:
    """Every variable pushes τ in one direction only."""
    return all(len(signs) == 1 for signs in directions(case))


def is_choice(case: Case) -> bool:
    """Some variable decides which of the two others τ copies or negates."""
    low, tau = case
    if len(low.sizes) != 3:
        return False
    value = dict(zip(low.states, tau, strict=True))
    return any(
        {reads_one(value, k, 0), reads_one(value, k, 1)} == {0, 1, 2} - {k} for k in range(3)
    )


def reads_one(value: dict[tuple[int, ...], int], chooser: int, fixed: int) -> int | None:
    """The only variable that τ reads once the chooser is fixed, if there is just one."""
    rest = [k for k in range(3) if k != chooser]
    found = {
        k
        for k in rest
        for state in value
        if state[chooser] == fixed
        and value[state] != value[(*state[:k], 1 - state[k], *state[k + 1 :])]
    }
    return found.pop() if len(found) == 1 else None


def prove() -> Iterator[Step]:
    """Unate functions; all that can; a parity; and a mechanism that fails."""
    yield every(
        "unate ⇒ can be redundant", functions(), lambda c: possible(c) if is_unate(c) else None
    )
    what = "can be redundant ⇒ unate or a choice"
    yield every(what, functions(), lambda c: is_unate(c) or is_choice(c) if possible(c) else None)
    numbers = Counter(len(c[0].sizes) for c in functions() if possible(c))
    total = Counter(len(c[0].sizes) for c in functions())
    seen = f"two variables: {numbers[2]} of {total[2]}; three: {numbers[3]} of {total[3]}"
    right = (numbers[2], total[2], numbers[3], total[3]) == (8, 10, 96, 218)
    yield Step(Kind.PROVED, "how many can", right, Scope.UP_TO_SIZE, seen, sum(total.values()))
    yield dropped("unate", functions(), possible, show="τ = {0[1]}".format)
    conjunction: Case = (Shape((2, 2)), (0, 0, 0, 1))
    good = sum(undisturbed(conjunction, world) for world in worlds(conjunction[0]))
    seen = f"X1 ∧ X2: undisturbed in {good} of {len(worlds(conjunction[0]))} worlds"
    yield instance(Kind.DROPPED, "the right mechanism", 0 < good < 12, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
