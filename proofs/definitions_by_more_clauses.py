"""Notions of laws, soft notions and similar models are others with clauses added.

Statement: Over every family, probabilistic is exact with ω_τ and one clause more, τ onto; low-soft is
τ-abstraction and one more, the allowed states. The layers of Q-τ consistency are observational, probabilistic
and counterfactual with the clause that τ is a block map (and onto, on layer 1). Constructive with contexts of
one name has the clause of similar models.
Source: Rubenstein et al. (2017), Def. 3, arXiv:1707.00819; Beckers, Eberhardt & Halpern (2019), Defs. 3.1 and
4.3, arXiv:1906.11583; Massidda et al. (2023), Def. 9, arXiv:2211.12270; Xia & Bareinboim (2024), arXiv:2401.02602.
Shown: by comparing clauses, as this package writes them, equal as expressions, on every shipped example with
both models; for exact on those that leave ω to the definition, as a given ω must preserve order besides.
Not shown: that the clauses are those of the papers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tauomega import SCM, Abstraction, check
from tauomega.proofs.definitions_within_definitions import claims, defects
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.counterfactual import Counterfactual
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.low_soft import LowSoft
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.probabilistic import Probabilistic
from tauomega.theory.definitions.query_consistency import QueryConsistency
from tauomega.theory.definitions.similar import Similar
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Family, Reach, Single, TauMax
from tauomega.theory.policy import OmegaPolicy, TauUPolicy

__all__ = ["THEOREM"]

Make = Callable[[Family], Definition]
FAMILIES: tuple[Family, ...] = (Block(), TauMax(), Reach(1), Single(1))


def derived(family: Family) -> Definition:
    """Exact with ω_τ."""
    return Exact(family, OmegaPolicy.DERIVED)


def same_contexts(family: Family) -> Definition:
    """Constructive, with contexts of one name."""
    return Constructive(family, tau_u=TauUPolicy.IDENTITY)


def layer(number: int) -> Make:
    """Q-τ consistency on a layer, which has one family."""
    return lambda _: QueryConsistency(number)


INCLUSIONS: tuple[tuple[Make, Make, int | None, str], ...] = (
    (Probabilistic, derived, 1, "τ onto"),
    (LowSoft, TauAbstraction, 1, "the allowed states"),
    (layer(1), lambda _: Observational(), 2, "block map, τ onto"),
    (layer(2), lambda _: Probabilistic(Block()), 1, "block map"),
    (layer(3), lambda _: Counterfactual(Block()), 1, "block map"),
    (same_contexts, Similar, None, "and others"),
)


def contained(strong: Make, weak: Make, more: int | None, what: str) -> Step:
    """The clauses of the weaker notion are among those of the stronger one, which has so many more."""
    met, wrong = 0, ""
    for name, claim in claims():
        if weak is derived and claim.omega is not None:
            continue
        for family in FAMILIES:
            try:
                own, other = defects(strong(family), claim), defects(weak(family), claim)
            except InputError:
                continue
            met += 1
            if not other <= own or (more is not None and len(own - other) != more):
                wrong = wrong or f"{name}, {family}"
    pair = strong(Block()).name, weak(Block()).name
    said = f"{pair[0]} is {pair[1]} with {'more clauses' if more is None else more}: {what}"
    return Step(Kind.PROVED, said, met > 0 and not wrong, Scope.IDENTITY, wrong, met)


def prove() -> Iterator[Step]:
    """The inclusions, and a claim at which an added clause matters."""
    for inclusion in INCLUSIONS:
        yield contained(*inclusion)
    low, high = SCM.from_text("U : bool ~ 1/2\nX = U"), SCM.from_text("V : bool ~ 0\nY = V")
    constant = Abstraction.from_text(low, high, {"Y": "0"})
    found = tuple(check(constant, made(TauMax())).name for made in (derived, Probabilistic))
    seen = f"constant τ: exact {found[0]}, probabilistic {found[1]}"
    yield instance(Kind.DROPPED, "τ onto", found == ("holds", "fails"), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
