"""If the sites cut the network, one site at a time is enough up to two sites, and not for three.

Statement: Let an output be a function of k mediators, each a function of the input. Agreement on clean
runs and on every interchange of one mediator implies agreement on every joint interchange iff single
interchanges reach all combinations that joint ones do. They always do for k = 2; the smallest exception
has three binary mediators of an input with three values.
Source: a question of ours on interchange accuracy (Geiger et al. 2024, Def. 5, arXiv:2303.02536).
Shown: all triples of mediators with inputs of up to 3 values, binary or ternary, and all pairs, by
exhaustion; a combination that single interchanges miss is where the output can differ unseen. With an
edge that bypasses the mediators two of them suffice (CE8), decided as claims.
Not shown: larger inputs; four mediators.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tauomega.proofs.deciding import decided
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, main
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.policy import Depth

__all__ = ["THEOREM"]

Mediators = tuple[tuple[int, ...], ...]
"""For every mediator its value at each input."""


def mediators(k: int, inputs: int, values: int) -> Iterator[Mediators]:
    """All tuples of k functions of the input."""
    return product(product(range(values), repeat=inputs), repeat=k)


def joint(found: Mediators) -> set[tuple[int, ...]]:
    """Combinations that clean runs and interchanges of any mediators reach."""
    return set(product(*(set(values) for values in found)))


def single(found: Mediators) -> set[tuple[int, ...]]:
    """Combinations that clean runs and interchanges of one mediator reach."""
    reached = set()
    for base, source in product(range(len(found[0])), repeat=2):
        clean = tuple(values[base] for values in found)
        for site, values in enumerate(found):
            reached.add((*clean[:site], values[source], *clean[site + 1 :]))
    return reached


def enough(found: Mediators) -> bool:
    """Single interchanges reach what joint ones do: then agreement carries over, else it need not."""
    return single(found) == joint(found)


def prove() -> Iterator[Step]:
    """Two mediators; three over two inputs; the smallest exception; and a bypass."""
    for inputs, values in ((2, 2), (3, 2), (3, 3)):
        what = f"two mediators, {inputs} inputs, {values} values: single interchanges reach all"
        yield every(what, mediators(2, inputs, values), enough)
    for values in (2, 3):
        what = f"three mediators, 2 inputs, {values} values: single interchanges reach all"
        yield every(what, mediators(3, 2, values), enough)
    yield dropped(
        "two mediators (three, 3 inputs, 2 values)",
        mediators(3, 3, 2),
        enough,
        show=lambda m: f"mediators {m}: missed {sorted(joint(m) - single(m))}",
    )
    yield decided(
        Kind.DROPPED,
        "no edge bypasses the mediators (CE8)",
        ("each site alone", "ce8", InterchangeConsistency(joint=Depth(1)), "holds"),
        ("both sites", "ce8", InterchangeConsistency(joint=Depth(None)), "fails"),
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
