"""Constructive abstractions are strong: block maps reach every high-level intervention.

Statement: If τ is a block map whose factors are onto, every hard high-level intervention is ω_τ of a
union of whole blocks; so over BLOCK and over TAUMAX constructive ⇒ strong, and over BLOCK a
τ-abstraction by a block map is strong.
Source: Lemma C; Beckers, Eberhardt & Halpern (2019), Def. 2.6, arXiv:1906.11583, and Beckers &
Halpern (2019), Def. 3.15, arXiv:1812.03789; proof ours.
Shown: for all models with two blocks, the rest of the variables being one of them; for all block maps
of three blocks with (2, 2, 2) and (2, 3, 2) values below. With a factor that misses a value, the
intervention that sets it is not reached. SINGLE(1) reaches all only if there is one variable above.
Not shown: infinite ranges.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import z3

from tauomega.proofs.small_models import Shape, omega
from tauomega.proofs.theorem import Step, Theorem, dropped, every, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]

Case = tuple[Shape, Shape, tuple[int, ...]]
HIGH = Shape((2, 2, 2))


def theory(world: World) -> Theory:
    """The intervention Y_1 ← x above is the image of some whole setting of block 1."""
    block_1, block_2, value_1, value_2 = (world.sort(n) for n in ("A", "B", "X", "Y"))
    tau_1, tau_2 = world.function("τ1", block_1, value_1), world.function("τ2", block_2, value_2)
    exists, forall = world.exists, world.forall
    hypotheses = {
        "τ1 onto": forall(value_1, body=lambda x: exists(block_1, body=lambda a: tau_1(a) == x)),
        "τ2 onto": forall(value_2, body=lambda y: exists(block_2, body=lambda b: tau_2(b) == y)),
    }
    reached = forall(
        value_1,
        body=lambda w: exists(
            block_1,
            body=lambda a: forall(
                value_1,
                value_2,
                body=lambda x, y: (
                    exists(block_2, body=lambda b: z3.And(tau_1(a) == x, tau_2(b) == y)) == (x == w)
                ),
            ),
        ),
    )
    return Theory(hypotheses, reached)


def cases(low: tuple[int, ...], *, onto: bool) -> Iterator[Case]:
    """Every map of three blocks of one variable each, its factors onto or not."""
    shape = Shape(low)
    factors = [list(product(range(2), repeat=size)) for size in low]
    for chosen in product(*factors):
        if onto and any(len(set(factor)) < 2 for factor in chosen):
            continue
        images = (
            tuple(factor[value] for factor, value in zip(chosen, state, strict=True))
            for state in shape.states
        )
        yield shape, HIGH, tuple(HIGH.states.index(image) for image in images)


def reaches_all(case: Case) -> bool:
    """ω_τ is onto all high-level interventions."""
    return set(omega(*case)) >= set(range(len(HIGH.interventions)))


def single_block(world: World) -> Theory:
    """Setting block 1 alone leaves every value of Y_2 possible: no Y_2 ← w is its image."""
    block_2, value_2 = world.sort("B"), world.sort("Y")
    tau_2 = world.function("τ2", block_2, value_2)
    exists, forall = world.exists, world.forall
    hypotheses = {
        "τ2 onto": forall(value_2, body=lambda y: exists(block_2, body=lambda b: tau_2(b) == y)),
        "Y_2 has two values": exists(value_2, value_2, body=lambda y, z: y != z),
    }
    others = forall(value_2, body=lambda w: exists(block_2, body=lambda b: tau_2(b) != w))
    return Theory(hypotheses, others)


def prove() -> Iterator[Step]:
    """Two blocks for all models, three blocks by exhaustion, and what single blocks reach."""
    yield from proof("(Y_1 ← x) = ω_τ(Z_1 ← a) for some a", theory, drop=("τ1 onto", "τ2 onto"))
    what = "ω_τ reaches all 27 interventions above: all onto block maps of (2, 2, 2) and (2, 3, 2)"
    onto = [*cases((2, 2, 2), onto=True), *cases((2, 3, 2), onto=True)]
    yield every(what, onto, reaches_all)
    some = cases((2, 2, 2), onto=False)
    yield dropped("each factor onto", some, reaches_all, show=lambda case: f"τ = {case[2]}")
    what = "setting one of two blocks reaches no intervention on both"
    yield from proof(what, single_block, drop=("τ2 onto",))


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
