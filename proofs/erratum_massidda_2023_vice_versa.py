"""Soft and hard abstraction differ even when all interventions are hard.

Statement: As printed, "soft τ-abstraction implies τ-abstraction, and vice versa, when all interventions
are hard". The vice versa is false: a block with a chain inside is read after the chain has settled by
one notion and in mid-step by the other.
Source: Massidda, Geiger, Icard & Bacciu (2023), section on soft abstraction, arXiv:2211.12270, sentence
read; false as printed (the appendix proves the other direction).
Shown: the smallest counterexample by search over acyclic worlds and onto maps, one context; none with
one variable below. Forwards: no exception over the same space. Repaired for maps variable by variable:
over BLOCK both notions agree, for all worlds (2, 2) → (2, 2), (3, 2) → (2, 2).
Not shown: more variables; several contexts, which are searched one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tauomega.proofs.parallel_steps import is_abstraction, is_soft_abstraction
from tauomega.proofs.small_models import Shape, World, onto_maps, support, worlds
from tauomega.proofs.theorem import Step, Theorem, every, main, refuted

__all__ = ["THEOREM"]

Case = tuple[Shape, Shape, tuple[int, ...], tuple[World, World]]
NOTHING = [0]


def cases(*shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> Iterator[Case]:
    """All onto maps and pairs of worlds, smallest shapes first."""
    for low, high in shapes:
        below, above = Shape(low), Shape(high)
        for tau in onto_maps(below, above):
            for pair in product(worlds(below), worlds(above)):
                yield below, above, tau, pair


def printed(case: Case) -> bool | None:
    """τ-abstraction over {∅} implies soft τ-abstraction over {∅}."""
    if not is_abstraction(*case, NOTHING):
        return None
    return is_soft_abstraction(*case, NOTHING)


def forwards(case: Case) -> bool | None:
    """The direction that holds."""
    return is_abstraction(*case, NOTHING) if is_soft_abstraction(*case, NOTHING) else None


def repaired(case: Case) -> bool | None:
    """With blocks of one variable, over BLOCK: all settings of all variables."""
    low, high, tau, _ = case
    reads = support(low, high, tau)
    if any(len(read) != 1 for read in reads) or reads[0] & reads[1]:
        return None
    family = list(range(len(low.interventions)))
    return is_abstraction(*case, family) == is_soft_abstraction(*case, family)


def shown(case: Case) -> str:
    """A case in words."""
    low, _, tau, (below, above) = case
    return f"values {low.sizes} below, τ = {tau}, responses {below} and {above}"


def prove() -> Iterator[Step]:
    """The printed claim refuted; the other direction; the repair."""
    yield every(
        "one variable below: the notions agree over {∅}", cases(((2,), (2,)), ((3,), (2,))), printed
    )
    small = (((2,), (2,)), ((3,), (2,)), ((2, 2), (2,)))
    yield refuted("τ-abstraction ⇒ soft τ-abstraction, I = {∅}", cases(*small), printed, show=shown)
    yield every("soft ⇒ τ-abstraction, I = {∅}", cases(*small, ((2, 2), (2, 2))), forwards)
    pairs = (((2, 2), (2, 2)), ((3, 2), (2, 2)))
    yield every(
        "blocks of one variable, over BLOCK: soft iff τ-abstraction", cases(*pairs), repaired
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
