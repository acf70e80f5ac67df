"""Boxes that commute make the laws under block interventions agree.

Statement: Go through the high-level variables in causal order. If τ pushes the law of the earlier blocks to the
law of the earlier variables, and the kernel of the next block given its parents' blocks, gathered by τ, is the
high-level kernel at τ of the setting, then τ pushes the law with the next block to the law with the next
variable. A block that is set is a kernel that is one point on both levels. So a Φ-abstraction has equal laws
under every block intervention (Corollary 5).
Source: Otsuka & Saigo (2022), Theorem 4 and Corollary 5, PMLR 177, in the Markovian models of Def. 1.
Shown: the step for one block more, for all weights, kernels and finite fibres, by induction in exact
arithmetic; steps compose in otsuka_2022_naturality.
Not shown: that Markovian models factorise, which is what Markovian means; infinite fibres.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.arithmetic import identity
from tauomega.proofs.theorem import Step, Theorem, main

__all__ = ["THEOREM"]


def next_block() -> Iterator[Step]:
    """One fibre {x : τ(x) = y} of the earlier blocks, setting by setting; k(x) is K(τ(b) = y' | x)."""
    joint, so_far, weight, kernel, wanted, above = z3.Reals("J P p k h q")
    hypotheses = {
        "the joint weight so far is P h": joint == so_far * wanted,
        "the box commutes at the next setting": kernel == wanted,
    }
    one_more = joint + weight * kernel == (so_far + weight) * wanted
    yield from identity("the joint weight of a fibre, n settings ⇒ n + 1", hypotheses, one_more)
    whole = {
        "the joint weight is P h": joint == so_far * wanted,
        "the earlier law is pushed": so_far == above,
    }
    yield from identity("the law with the next block is pushed", whole, joint == above * wanted)


def prove() -> Iterator[Step]:
    """One more block in causal order."""
    yield from next_block()


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
