"""Every constructive abstraction is a marginalisation, a merge of variables and a merge of values.

Statement: τ of a constructive abstraction is the composite of leaving out the unread variables, taking
each block as one variable, and merging values; each step is consistent on interventions on whole
blocks.
Source: Geiger et al. (2025), decomposition of constructive abstractions (Proposition 40 of the arXiv
version), arXiv:2301.04709.
Shown: all acyclic worlds of three binary variables, all onto block maps to two binary variables, one
context: the composite maps and interventions are τ and ω_τ; the merged model, as the responses of
blocks, answers as the first and is what an acyclic model does; merging its values answers as the last.
Merging values before variables fails where the merged values act differently (CE23).
Not shown: more variables, values or contexts.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.proofs.constructive_over_taumax_does_not_compose import block_maps, squares
from tauomega.proofs.small_models import Shape, World, support, worlds
from tauomega.proofs.theorem import Kind, Step, Theorem, every, instance, main

__all__ = ["THEOREM"]

LOW, HIGH = Shape((2, 2, 2)), Shape((2, 2))
Case = tuple[tuple[int, ...], World, World]


def cases() -> Iterator[Case]:
    """All maps and pairs of worlds that are consistent on whole blocks."""
    for tau in block_maps(LOW, HIGH):
        pairs = squares(LOW, HIGH, tau, "block")
        above: dict[tuple[int, ...], World] = {}
        for world in worlds(HIGH):
            above[tuple(world[j] for _, j in pairs)] = world
        for world in worlds(LOW):
            seen = tuple(tau[world[i]] for i, _ in pairs)
            if seen in above:
                yield tau, world, above[seen]


def blocks_of(tau: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The variables that each high-level variable reads."""
    return tuple(tuple(sorted(reads)) for reads in support(LOW, HIGH, tau))


def merged(case: Case) -> tuple[Shape, World]:
    """Unread variables left out and blocks taken as variables: the responses to setting blocks."""
    tau, world, _ = case
    blocks = blocks_of(tau)
    shape = Shape(tuple(2 ** len(block) for block in blocks))
    answers = []
    for setting in shape.interventions:
        full: list[int | None] = [None] * 3
        for block, value in zip(blocks, setting, strict=True):
            for place, variable in enumerate(block):
                full[variable] = None if value is None else value >> place & 1
        state = LOW.states[world[LOW.number(tuple(full))]]
        answers.append(shape.states.index(coded(blocks, state)))
    return shape, tuple(answers)


def coded(blocks: tuple[tuple[int, ...], ...], state: tuple[int, ...]) -> tuple[int, ...]:
    """The values of the blocks as numbers."""
    return tuple(sum(state[v] << place for place, v in enumerate(block)) for block in blocks)


def decomposes(case: Case) -> bool:
    """The merged model is acyclic, values merge block by block, and all block squares commute."""
    tau, _, above = case
    blocks = blocks_of(tau)
    shape, between = merged(case)
    if between not in worlds(shape):
        return False
    values: dict[tuple[int, int], int] = {}
    for number, state in enumerate(LOW.states):
        for j, code in enumerate(coded(blocks, state)):
            if (
                values.setdefault((j, code), HIGH.states[tau[number]][j])
                != HIGH.states[tau[number]][j]
            ):
                return False
    for number, setting in enumerate(shape.interventions):
        image = tuple(None if v is None else values[j, v] for j, v in enumerate(setting))
        read = tuple(values[j, v] for j, v in enumerate(shape.states[between[number]]))
        if read != HIGH.states[above[HIGH.number(image)]]:
            return False
    return True


def prove() -> Iterator[Step]:
    """The decomposition, a cyclic model between, and the wrong order of merges."""
    yield every("merge variables, then values: τ, ω and all squares", cases(), decomposes)
    # S = X1 + X2 merged to [S ≥ 1]
    sums = {s: {t for t in range(3) if min(t, 1) == s} for s in (0, 1)}
    coarse = {s: {int(t >= 1) for t in sums[s]} for s in sums}
    fine = {s: set(sums[s]) for s in sums}
    right = all(len(found) == 1 for found in coarse.values()) and len(fine[1]) > 1
    seen = f"S' ↦ values of [Y ≥ 1]: {coarse}; of Y itself: {fine}"
    yield instance(Kind.DROPPED, "values merged last, with Y's (CE23)", right, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
