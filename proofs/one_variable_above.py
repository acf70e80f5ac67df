"""With one variable above there are no edges to compare.

Statement: If there is one high-level variable, no edge joins two blocks, below or above: the cluster graph of
any block map is the graph above.
Source: Anand, Ribeiro, Tian & Bareinboim (2023), AAAI, cluster graphs; the remark ours.
Shown: for all graphs. With two variables the graphs can differ.
Not shown: anything else.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """Edges below between variables of different blocks; edges above between different variables."""
    low, high = world.sort("V"), world.sort("Y")
    named = world.relation("variable of M_H", high)
    owner = world.function("block of", low, high)
    below, above = world.relation("→_L", low, low), world.relation("→_H", high, high)
    forall = world.forall

    def between(y: z3.ExprRef, z: z3.ExprRef) -> z3.BoolRef:
        return world.exists(
            low,
            low,
            body=lambda a, b: z3.And(below(a, b), owner(a) == y, owner(b) == z, y != z),
        )

    hypotheses = {
        "one variable above": forall(
            high, high, body=lambda y, z: z3.Implies(z3.And(named(y), named(z)), y == z)
        ),
        "blocks belong to variables": forall(low, body=lambda a: named(owner(a))),
        "edges above join variables": forall(
            high, high, body=lambda y, z: z3.Implies(above(y, z), z3.And(named(y), named(z)))
        ),
    }
    same = forall(high, high, body=lambda y, z: between(y, z) == z3.And(above(y, z), y != z))
    return Theory(hypotheses, same)


def prove() -> Iterator[Step]:
    """The remark, and two variables."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof("the cluster graph is the graph above", theory, drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
