"""Consistency on whole blocks does not give consistency on everything that ω_τ is defined on.

Statement: Constructive over TAUMAX (Beckers, Eberhardt & Halpern) is strictly stronger than over BLOCK
(Geiger et al.): silent interventions, which ω_τ maps to ∅, and unread variables make the difference.
Source: Beckers, Eberhardt & Halpern (2019), Def. 2.6, arXiv:1906.11583, and Geiger et al. (2025),
arXiv:2301.04709; the examples (CE6, CE22) ours.
Shown: CE6 and CE22 decided over both families; without the silent intervention CE6 holds. Every
Boolean τ of two or three variables that reads two of them leaves a partial setting silent; among
all maps of three binary variables this is counted.
Not shown: more than three variables a block.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega import load
from tauomega.proofs.deciding import decided
from tauomega.proofs.small_models import Shape, maps, omega, support
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, main
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.family import Block, Given, TauMax
from tauomega.theory.intervention import NOTHING, Hard

__all__ = ["THEOREM"]

BIT = Shape((2,))
Case = tuple[Shape, tuple[int, ...]]


def cases() -> Iterator[Case]:
    """All maps of two and three binary variables to one."""
    for n in (2, 3):
        low = Shape((2,) * n)
        yield from ((low, tau) for tau in maps(low, BIT))


def has_silent_part(case: Case) -> bool | None:
    """Some non-empty setting of variables that τ reads is mapped to ∅, if τ reads two or more."""
    low, tau = case
    (reads,) = support(low, BIT, tau)
    if len(reads) < 2:
        return None
    images = omega(low, BIT, tau)
    return any(
        image == 0 and any(setting[k] is not None for k in reads)
        for setting, image in zip(low.interventions, images, strict=True)
    )


def one_variable(case: Case) -> bool | None:
    """The same, for a τ that reads exactly one variable: then no setting of it is silent."""
    low, tau = case
    (reads,) = support(low, BIT, tau)
    if len(reads) != 1:
        return None
    (k,) = reads
    images = omega(low, BIT, tau)
    return any(
        image == 0 and setting[k] is not None
        for setting, image in zip(low.interventions, images, strict=True)
    )


def prove() -> Iterator[Step]:
    """The two examples over both families, and how silence comes about."""
    for name, block in (("ce6", "ce6"), ("ce22", "ce22_block")):
        yield decided(
            Kind.PROVED,
            f"{name.upper()} separates the families",
            ("over BLOCK", block, Constructive(Block()), "holds"),
            ("over TAUMAX", name, Constructive(TauMax()), "fails"),
        )
    whole = [Hard((("X[1]", a), ("X[2]", b))) for a in (0, 1) for b in (0, 1)]
    fixing = [Hard((("X[1]", 0),)), Hard((("X[2]", 0),))]
    quiet = Given((NOTHING, *whole, *fixing))
    loud = Given((NOTHING, *whole, *fixing, Hard((("X[1]", 1),))))
    claim = load("ce6").claim
    yield decided(
        Kind.DROPPED,
        "the silent X1 ← 1 in the family",
        ("CE6 without it", claim, Constructive(quiet), "holds"),
        ("CE6 with blocks only", claim, Constructive(Given((NOTHING, *whole))), "holds"),
        ("CE6 with it", claim, Constructive(loud), "fails"),
    )
    yield every("a Boolean τ that reads two variables has a silent part", cases(), has_silent_part)
    yield dropped(
        "τ reads two variables", cases(), one_variable, show=lambda case: f"τ = {case[1]}"
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
