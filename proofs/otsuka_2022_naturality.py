"""Naturality composes box by box, survives cutting, and Figure 3 is natural for the joint box.

Statement: If α commutes with every box, it commutes with every composite and with the model in which a
variable was cut and set. In Figure 3, α_{Y⊗Z} (f ⊗ g) = h α_X.
Source: Otsuka & Saigo (2022), Def. 1, Theorem 4, Corollary 5, Figure 3 (PMLR 177).
Shown: composition and cutting for all models (kernels as functions between sorts of laws); Figure 3 by
exact rational matrices, where f ⊗ g is the joint kernel of two boxes with one input. Swapping two
columns of f breaks it.
Not shown: the string-diagram category itself; tensor products other than Figure 3's.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.stochastic import Matrix, matrix, times
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]

F = matrix([(".4", ".4", ".1"), (".2", ".1", ".3"), (".4", ".5", ".6")])
G = matrix([(".2", ".2", ".5"), (".4", ".5", ".4"), (".4", ".3", ".1")])
H = matrix([(".4", ".1"), (".6", ".9")])
ALPHA_X = matrix([(1, 1, 0), (0, 0, 1)])
ALPHA_YZ = matrix(
    [
        [int(y == 0) for y in range(3) for _ in range(3)],
        [int(y > 0) for y in range(3) for _ in range(3)],
    ]
)


def joint(f: Matrix, g: Matrix) -> Matrix:
    """The kernel x ↦ f(x) ⊗ g(x), rows (y, z) lexicographically."""
    return tuple(
        tuple(p * q for p, q in zip(f_row, g_row, strict=True)) for f_row in f for g_row in g
    )


def composite(world: World) -> Theory:
    """Two boxes in a row below and above, and the second one with its input cut and set."""
    low = [world.sort(name) for name in ("A", "B", "C")]
    high = [world.sort(name) for name in ("X", "Y", "Z")]
    alpha = [world.function(f"α{k}", low[k], high[k]) for k in range(3)]
    below = [world.function(f"f{k}", low[k], low[k + 1]) for k in range(2)]
    above = [world.function(f"h{k}", high[k], high[k + 1]) for k in range(2)]
    set_low, set_high = world.function("b", low[1]), world.function("y", high[1])
    forall = world.forall
    hypotheses = {
        "α natural for the first box": forall(
            low[0], body=lambda a: alpha[1](below[0](a)) == above[0](alpha[0](a))
        ),
        "α natural for the second box": forall(
            low[1], body=lambda b: alpha[2](below[1](b)) == above[1](alpha[1](b))
        ),
        "the value set above is α of the value set below": alpha[1](set_low) == set_high,
    }
    whole = forall(
        low[0],
        body=lambda a: alpha[2](below[1](below[0](a))) == above[1](above[0](alpha[0](a))),
    )
    cut = alpha[2](below[1](set_low)) == above[1](set_high)
    return Theory(hypotheses, z3.And(whole, cut))


def prove() -> Iterator[Step]:
    """Composition and cutting; Figure 3; Figure 3 with columns swapped; boxes taken one by one."""
    names = tuple(composite(World(1)).hypotheses)
    yield from proof("the composite and the cut model are natural", composite, drop=names)
    left, right_ = times(ALPHA_YZ, joint(F, G)), times(H, ALPHA_X)
    seen = f"both are {[[str(x) for x in row] for row in left]}"
    yield instance(Kind.PROVED, "Figure 3: α (f ⊗ g) = h α", left == right_, seen)
    swapped = tuple((a, c, b) for a, b, c in F)
    found = times(ALPHA_YZ, joint(swapped, G)) == right_
    yield instance(Kind.DROPPED, "f as printed (two columns swapped)", not found, "")
    first, second, _ = zip(*G, strict=True)
    seen = f"g(x1) = {[str(p) for p in first]}, g(x2) = {[str(p) for p in second]}, and α merges x1, x2"
    what = "the joint box (g with its own output kept is not natural)"
    yield instance(Kind.DROPPED, what, first != second, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
