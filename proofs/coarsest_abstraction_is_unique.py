"""For given blocks there is one coarsest valid abstraction.

Statement: Fix the blocks, the partition of the output's values, U_H = U_L and τ_U = identity. Partitions of
the blocks' values that are stable under block interventions are closed under joins: so there is a
coarsest one, and explanations differ only in where (the blocks) and in how fine.
Source: a theorem in the manner of Myhill and Nerode; ours. Stability is the abstract invariance condition
of Xia & Bareinboim (2024), arXiv:2401.02602.
Shown: one elementary step of the join, for all models with two other blocks, z3; chains of steps follow by
induction. By exhaustion for all pairs of mechanisms of two blocks with three values (729 models, all
625 pairs of partition vectors). If the blocks may vary there is no coarsest one: a chain of copies.
Not shown: infinite ranges.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import z3

from tauomega.proofs.partitions import Partition, join, partitions
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]

Vector = tuple[Partition, Partition]
Model = tuple[tuple[int, ...], tuple[int, ...]]
"""The value that each block takes when the other one is set."""
VALUES = range(3)


def elementary(world: World) -> Theory:
    """Blocks 1 and 2 act on block 3; E and F are stable; J contains both, on every block."""
    contexts = world.sort("U")
    sort = [world.sort(name) for name in ("A", "B", "C")]
    act = world.function("Z3", contexts, sort[0], sort[1], sort[2])
    relations = {
        name: [world.relation(f"{name}{k + 1}", s, s) for k, s in enumerate(sort)] for name in "EFJ"
    }

    def stable(name: str) -> z3.BoolRef:
        first, second, third = relations[name]
        return world.forall(
            contexts,
            sort[0],
            sort[0],
            sort[1],
            sort[1],
            body=lambda u, a, c, b, d: z3.Implies(
                z3.And(first(a, c), second(b, d)), third(act(u, a, b), act(u, c, d))
            ),
        )

    third = {name: relations[name][2] for name in "EFJ"}
    hypotheses = {f"{name} is stable": stable(name) for name in "EF"}
    for name in "EF":
        hypotheses[f"J contains {name} on block 3"] = world.forall(
            sort[2], sort[2], body=lambda x, y, n=name: z3.Implies(third[n](x, y), third["J"](x, y))
        )
        hypotheses[f"{name} is reflexive on block 2"] = world.forall(
            sort[1], body=lambda x, n=name: relations[n][1](x, x)
        )
    step = world.forall(
        contexts,
        sort[0],
        sort[0],
        sort[1],
        body=lambda u, a, c, b: z3.Implies(
            z3.Or(relations["E"][0](a, c), relations["F"][0](a, c)),
            third["J"](act(u, a, b), act(u, c, b)),
        ),
    )
    return Theory(hypotheses, step)


def is_stable(model: Model, vector: Vector) -> bool:
    """Values of one block that are not told apart lead to values of the other that are not."""
    return all(
        vector[1 - k][model[k][a]] == vector[1 - k][model[k][b]]
        for k in (0, 1)
        for a, b in product(VALUES, repeat=2)
        if vector[k][a] == vector[k][b]
    )


def closed(model: Model) -> bool:
    """Joins of stable vectors are stable."""
    stable = [v for v in product(partitions(3), partitions(3)) if is_stable(model, v)]
    return all(
        is_stable(model, (join(v[0], w[0]), join(v[1], w[1]))) for v, w in product(stable, stable)
    )


def prove() -> Iterator[Step]:
    """The step, the exhaustion, unions instead of joins, and blocks that vary."""
    names = tuple(elementary(World(1)).hypotheses)
    yield from proof("an elementary step of the join is respected", elementary, drop=names)
    models = list(product(product(VALUES, repeat=3), product(VALUES, repeat=3)))
    yield every("joins of stable partition vectors are stable: 729 models", models, closed)
    every_vector = list(product(partitions(3), partitions(3)))
    what = "stable (any partitions)"
    yield dropped(what, models, lambda m: all(is_stable(m, v) for v in every_vector))
    states = list(product((0, 1), repeat=2))  # of A and B in x → A → B → O
    comparable = any(
        all(s[1 - k] == t[1 - k] for s, t in product(states, states) if s[k] == t[k])
        for k in (0, 1)
    )
    seen = "x → A → B → O, copies: the explanations at A and at B do not refine each other"
    yield instance(Kind.DROPPED, "fixed blocks", not comparable, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
