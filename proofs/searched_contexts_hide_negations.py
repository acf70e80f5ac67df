"""A searched map of contexts may negate what a network computes.

Statement: L: Y = ¬U and H: Y = V are a constructive abstraction with the map of contexts V = ¬U, and none
if contexts are inputs that both models share; so for networks τ_U is never searched.
Source: Beckers, Eberhardt & Halpern (2019), Def. 2.5 ("some onto τ_U"), arXiv:1906.11583, against Geiger
et al. (2024), Def. 1 (inputs are shared), arXiv:2303.02536; the example ours.
Shown: the claim decided both ways. Over all pairs of unary Boolean functions: which pairs are
abstractions with a searched τ_U, and which with the identity.
Not shown: how many more functions a search identifies for larger inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from tauomega.proofs.deciding import claim, decided
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, main
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.family import Block
from tauomega.theory.policy import TauUPolicy

__all__ = ["THEOREM"]

Function = tuple[int, int]


def with_search(pair: tuple[Function, Function]) -> bool:
    """Some permutation of the two inputs makes the outputs agree."""
    low, high = pair
    return any(all(low[u] == high[t[u]] for u in (0, 1)) for t in permutations((0, 1)))


def same_multiset(pair: tuple[Function, Function]) -> bool:
    """A search sees only how often each output occurs."""
    return with_search(pair) == (sorted(pair[0]) == sorted(pair[1]))


def only_equal(pair: tuple[Function, Function]) -> bool | None:
    """Where a search succeeds, the functions are equal."""
    return pair[0] == pair[1] if with_search(pair) else None


def prove() -> Iterator[Step]:
    """The claim with a searched and with a shared context, and all unary functions."""
    negation = claim("U : bool\nY = not U", "U : bool\nY = U", {"Y": "Y"})
    yield decided(
        Kind.PROVED,
        "τ_U searched: constructive",
        ("Y = ¬U against Y = U", negation, Constructive(Block()), "holds"),
    )
    yield decided(
        Kind.DROPPED,
        "τ_U searched (the identity instead)",
        (
            "Y = ¬U against Y = U",
            negation,
            Constructive(Block(), tau_u=TauUPolicy.IDENTITY),
            "fails",
        ),
    )
    functions = list(product((0, 1), (0, 1)))
    pairs = list(product(functions, functions))
    yield every("a search compares multisets of outputs only", pairs, same_multiset)
    yield dropped("τ_U = identity (functions may differ)", pairs, only_equal)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
