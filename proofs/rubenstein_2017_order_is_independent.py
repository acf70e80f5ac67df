"""That ω preserves the order is no consequence of equal laws.

Statement: There are models and an ω onto the high-level interventions for which every interventional
law agrees while ω is not order-preserving: Definition 3 asks two independent things.
Source: Rubenstein et al. (2017), Def. 3, arXiv:1707.00819; the example (CE17) ours.
Shown: CE17, decided as a claim: only the clause on the order fails, and with an order-preserving ω
the same models are an exact transformation. All ω from {∅, X1←0, (X1,X2)←0} onto three high-level
interventions of the constant model: those that fail, fail by the order alone.
Not shown: how often this happens in larger models.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from tauomega import check, load
from tauomega.proofs.deciding import decided
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.family import Given

__all__ = ["THEOREM"]

Setting = frozenset[tuple[str, int]]
HIGH: tuple[Setting, ...] = (
    frozenset(),
    frozenset({("Y1", 0)}),
    frozenset({("Y2", 0)}),
    frozenset({("Y1", 0), ("Y2", 0)}),
)


def outcome(setting: Setting) -> tuple[int, int]:
    """Both variables are 0 unless they are set."""
    values = dict(setting)
    return values.get("Y1", 0), values.get("Y2", 0)


def laws_agree(omega: tuple[Setting, ...]) -> bool:
    """Below the state is (0, 0) under all three interventions."""
    return all(outcome(image) == (0, 0) for image in omega)


def monotone(omega: tuple[Setting, ...]) -> bool:
    """The three low-level interventions are a chain, so the images must be one."""
    return omega[0] <= omega[1] <= omega[2]


def prove() -> Iterator[Step]:
    """CE17, its repair, and every ω for the same two models."""
    found = check(load("ce17").claim, Exact(Given()))
    verdicts = {part.name: part.verdict for part in found.clauses}
    right = found.name == "fails" and verdicts["ω order-preserving"] == "fails"
    yield instance(Kind.PROVED, "CE17 is refused by its order", right, f"{verdicts}")
    yield every(
        "every ω from a chain of three into the constant model has equal laws",
        permutations(HIGH, 3),
        laws_agree,
    )
    yield dropped(
        "ω order-preserving (laws agree all the same)",
        permutations(HIGH, 3),
        lambda omega: monotone(omega) if laws_agree(omega) else None,
        show=lambda omega: " ".join(f"{dict(i) or '∅'}" for i in omega),
    )
    yield decided(
        Kind.DROPPED,
        "the wrong ω (an order-preserving one is accepted)",
        ("CE17 with a monotone ω", "ce17_monotone", Exact(Given()), "holds"),
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
