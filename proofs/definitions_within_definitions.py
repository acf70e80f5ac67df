"""Some definitions are others with clauses added.

Statement: strong ⇒ τ-abstraction, and constructive ⇒ τ-abstraction, over every family; a claim that
is constructive with the low-level contexts above is constructive; over a family that needs a block
map, a τ-abstraction is constructive.
Source: Beckers & Halpern (2019), Defs. 3.13 and 3.15, arXiv:1812.03789; Beckers, Eberhardt & Halpern
(2019), Defs. 2.5 and 2.6, arXiv:1906.11583.
Shown: by comparing clauses, as this package writes them: on every shipped example with both models the
clauses of the weaker notion are among those of the stronger one, equal as expressions. With a fixed
τ_U the clause is an instance of "some onto τ_U", by the rule for "some".
Not shown: that the clauses are those of the papers.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega import Abstraction, check, load
from tauomega.loading import example_names
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main
from tauomega.theory.defect import Defect, clauses
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.strong import Strong
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Family, Given, Reach, Single, TauMax
from tauomega.theory.intervention import NOTHING

__all__ = ["THEOREM"]

FAMILIES: tuple[Family, ...] = (Block(), TauMax(), Reach(1), Single(1))


def claims() -> Iterator[tuple[str, Abstraction]]:
    """The shipped examples that have a high-level model and a τ for each of its variables."""
    for name in example_names():
        try:
            claim = load(name).claim
            TauAbstraction().defect(claim)
        except InputError:
            continue
        yield name, claim


def defects(definition: Definition, claim: Abstraction) -> set[Defect]:
    """The clauses of a definition for a claim, without their names."""
    return {part.defect for part in clauses(definition.defect(claim))}


def contained(strong: type[Strong] | type[Constructive]) -> Step:
    """The clauses of τ-abstraction are among those of the stronger notion."""
    met, wrong = 0, ""
    for name, claim in claims():
        for family in FAMILIES:
            met += 1
            if not defects(TauAbstraction(family), claim) <= defects(strong(family), claim):
                wrong = wrong or f"{name}, {family}"
    what = f"{strong.name} has all clauses of tau-abstraction, and more"
    return Step(Kind.PROVED, what, met > 0 and not wrong, Scope.IDENTITY, wrong, met)


def block_maps_only() -> Step:
    """Constructive adds the clause "block map" alone, which those families presuppose."""
    met, wrong = 0, ""
    for name, claim in claims():
        for family in (Block(), Reach(1), Single(1)):
            met += 1
            more = defects(Constructive(family), claim) - defects(TauAbstraction(family), claim)
            if len(more) != 1:
                wrong = wrong or f"{name}, {family}: {len(more)} more clauses"
    what = "constructive adds one clause to tau-abstraction over block, reach and single"
    return Step(Kind.PROVED, what, met > 0 and not wrong, Scope.IDENTITY, wrong, met)


def prove() -> Iterator[Step]:
    """The inclusions, and a claim for each clause that is added."""
    yield contained(Strong)
    yield contained(Constructive)
    yield block_maps_only()
    only = Given((NOTHING,))
    pairs: list[tuple[str, Definition, Definition]] = [
        ("ce4", TauAbstraction(only), Strong(only)),
        ("ce5", TauAbstraction(TauMax()), Constructive(TauMax())),
    ]
    for example, weak, strong in pairs:
        claim = load(example).claim
        found = check(claim, weak).name, check(claim, strong).name
        seen = f"{example}: {weak.name} {found[0]}, {strong.name} {found[1]}"
        what = f"the clause that {strong.name} adds"
        yield instance(Kind.DROPPED, what, found == ("holds", "fails"), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
