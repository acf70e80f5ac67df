"""The notions of the atlas: a definition with its parameters, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.strong import Strong
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Family, Reach, Single, TauMax
from tauomega.theory.policy import Depth, OmegaPolicy, Scored, TauUPolicy

__all__ = ["FAMILIES", "NOTIONS", "Notion", "verdict"]

FAMILIES: dict[str, Family] = {
    "single:1": Single(1),
    "reach": Reach(1),
    "block": Block(),
    "taumax": TauMax(),
}


@final
@dataclass(frozen=True, slots=True)
class Notion:
    """A definition with its parameters.

    `key` names the notion in the data. `sites` says that the claim is given the blocks of τ as
    sites first, as interchange needs them.
    """

    key: str
    definition: Definition
    sites: bool = False


def _listed() -> tuple[Notion, ...]:
    same = TauUPolicy.IDENTITY
    found = [Notion("observational", Observational())]
    for name, family in FAMILIES.items():
        found.append(Notion(f"exact[{name}]", Exact(family, OmegaPolicy.DERIVED)))
    found.append(Notion("exact[block, ω searched]", Exact(Block())))
    for name, family in FAMILIES.items():
        found.append(Notion(f"uniform[{name}]", Uniform(family)))
    for name, family in FAMILIES.items():
        found.append(Notion(f"tau-abstraction[{name}]", TauAbstraction(family)))
    for name, family in FAMILIES.items():
        found.append(Notion(f"strong[{name}]", Strong(family)))
    for name, family in FAMILIES.items():
        found.append(Notion(f"constructive[{name}]", Constructive(family)))
    for name, family in FAMILIES.items():
        definition = Constructive(family, tau_u=same)
        found.append(Notion(f"constructive[{name}, same contexts]", definition))
    found.append(Notion("invariance", Invariance()))
    for name, depth in (("each site alone", Depth(1)), ("all sites", Depth(None))):
        swaps = InterchangeConsistency(joint=depth, scored=Scored.MAPPED, tau_u=same)
        found.append(Notion(f"interchange[{name}]", swaps, sites=True))
    return tuple(found)


NOTIONS = _listed()
"""Weakest family first within a definition."""


def verdict(claim: Abstraction, notion: Notion) -> bool | None:
    """What `check` says: holds, fails, or `None` where the notion does not apply to the claim.

    Raises:
        AssertionError: the verdict is `unknown`, which small claims never are.
    """
    from tauomega.solvers.checking import check
    from tauomega.solvers.deciding_facts import decide_facts
    from tauomega.solvers.engine import Budget

    try:
        if notion.sites:
            facts = decide_facts(claim, Budget(20))
            if not facts.is_block_map or not all(facts.supports.values()):
                return None
            sites = {name: tuple(sorted(reads)) for name, reads in facts.supports.items()}
            claim = replace(claim, sites=sites)
        name = check(claim, notion.definition, timeout=30).name
    except InputError:
        return None
    assert name != "unknown", (notion.key, claim)
    return name == "holds"
