"""Whether ω is free or derived from τ changes the verdict.

Statement: A claim may be an exact (τ, ω)-transformation for some ω while ω_τ is undefined at ∅, because τ
is not onto; then it is no τ-abstraction.
Source: Rubenstein et al. (2017), Def. 3, arXiv:1707.00819, against Beckers, Eberhardt & Halpern (2019),
Def. 2.3, arXiv:1906.11583; the example (CE3) ours.
Shown: CE3, decided as claims; ω_τ of its map at ∅. Over all maps of up to two binary variables to two:
ω_τ(∅) is defined iff τ is onto a set of states that some high-level intervention describes.
Not shown: other examples.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.proofs.deciding import decided
from tauomega.proofs.small_models import Shape, maps, omega
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import Given

__all__ = ["THEOREM"]

BIT, PAIR = Shape((2,)), Shape((2, 2))
Case = tuple[Shape, tuple[int, ...]]


def cases() -> Iterator[Case]:
    """All maps to two binary variables."""
    for low in (BIT, PAIR):
        yield from ((low, tau) for tau in maps(low, PAIR))


def defined_iff_described(case: Case) -> bool:
    """ω_τ(∅) exists iff the image of τ is all the states that agree with some partial setting."""
    low, tau = case
    image = sum(1 << state for state in set(tau))
    described = any(mask == image for mask in PAIR.restrictions)
    return (omega(low, PAIR, tau)[0] is not None) == described


def prove() -> Iterator[Step]:
    """CE3 by both definitions, its ω_τ, and the rule."""
    yield decided(
        Kind.PROVED,
        "exact with a free ω",
        ("CE3", "ce3_exact", Exact(Given()), "holds"),
    )
    yield decided(
        Kind.DROPPED,
        "free ω (ω_τ instead)",
        ("CE3", "ce3_tau_abstraction", TauAbstraction(), "fails"),
    )
    diagonal = (0, 3)  # τ(x) = (x, x)
    images = omega(BIT, PAIR, diagonal)
    shown = ["undefined" if i is None else PAIR.shown(PAIR.interventions[i], "Y") for i in images]
    right = images[0] is None and all(i is not None for i in images[1:])
    seen = f"ω_τ of ∅, X←0, X←1: {'; '.join(shown)}"
    yield instance(Kind.PROVED, "τ(x) = (x, x) leaves ω_τ(∅) undefined", right, seen)
    yield every("ω_τ(∅) is defined iff the image is a setting's", cases(), defined_iff_described)
    yield dropped(
        "τ onto",
        cases(),
        lambda case: omega(case[0], PAIR, case[1])[0] is not None,
        show=lambda case: f"τ = {case[1]}",
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
