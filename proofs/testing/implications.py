"""The proved implications among notions, each as two definitions that may be asked of one claim.

They are read off the atlas (`proofs/atlas/proved.py`), the `stronger` and `weaker` of every definition,
and `A2`, which gives those of the specification that neither lists, with what they need of a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from typing import Any, final

from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Metric
from tauomega.theory.definition import Definition
from tauomega.theory.definitions import definitions, find_definition
from tauomega.theory.definitions.alpha import Alpha, AlphaError
from tauomega.theory.definitions.cae import CausalAbstractionError, Silence
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.counterfactual import Counterfactual
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.exact_transformation import ExactTransformation
from tauomega.theory.definitions.input_restricted import InputRestricted
from tauomega.theory.definitions.mechanism import MechanismLevel
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.rischel_weichwald import RischelWeichwald
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.family import Block, Given, Reach, TauMax
from tauomega.theory.intervention import NOTHING
from tauomega.theory.policy import OmegaPolicy, TauUPolicy

from ..atlas.claims import is_related
from ..atlas.facts import Fact
from ..atlas.notion import Asked
from ..atlas.notions import NOTIONS
from ..atlas.proved import ARROWS
from .readings import NotReadError, Plain

__all__ = ["Implication", "implications", "of_definition"]


@final
@dataclass(frozen=True, slots=True)
class Implication:
    """`strong` implies `weak` on claims to which both apply, and of which the condition is true.

    `source` is a theorem script, a definition's own word, or a row of theory A.2; `also` are further
    premises that must hold of the claim.
    """

    source: str
    strong: Asked
    weak: Asked
    condition: Callable[[Abstraction], bool] | None = None
    also: tuple[Definition, ...] = ()

    def __str__(self) -> str:
        return f"{self.strong.key} => {self.weak.key} ({self.source})"


def _same_contexts(claim: Abstraction) -> bool:
    """Whether the models have the same roots with the same laws: then the identity pushes law to law."""
    low, high = claim.scm, claim.high
    return (
        high is not None
        and set(high.roots) == set(low.roots)
        and all(low[r].law == high[r].law and low.domain(r) == high.domain(r) for r in low.roots)
    )


def _a2() -> Iterator[Implication]:
    same = TauUPolicy.IDENTITY
    pointwise = Asked("uniform[block, same contexts]", Uniform(Block(), tau_u=same))
    block = Asked("constructive[block]", Constructive(Block()))
    taumax = Asked("constructive[taumax]", Constructive(TauMax()))
    mechanism = Asked("mechanism", MechanismLevel())
    plain = Asked("cae[silence none]", CausalAbstractionError(max_int=3))
    noise = Asked("cae[silence noise]", CausalAbstractionError(max_int=3, silence=Silence.NOISE))
    exact = Asked("exact[block]", Exact(Block(), OmegaPolicy.DERIVED))
    ic = Asked("alpha[IC, all]", Alpha(AlphaError.IC, "all", Metric.TV))
    error = Asked("rischel-weichwald[fibres]", RischelWeichwald(Metric.TV))
    layer3 = Asked("counterfactual[block]", Counterfactual(Block()))
    yield Implication("A.2 #2", pointwise, exact, _same_contexts)
    onto = Asked("tau-abstraction[block, same contexts]", TauAbstraction(Block(), tau_u=same))
    yield Implication("A.2 #3", onto, layer3, _same_contexts)
    solutions = Asked("exact-transformation[block]", ExactTransformation(Block(), tau_u=same))
    yield Implication(
        "definitions/exact", exact, Asked("observational", Observational()), _plain_and_onto
    )
    yield Implication("definitions/exact-transformation", onto, solutions, _is_plain)
    yield Implication("A.2 #15", block, mechanism)
    yield Implication("A.2 #15", mechanism, block)
    yield Implication("A.2 #18", ic, exact, also=(Observational(),))
    yield Implication("A.2 #18", exact, error, _on_fibres)
    reached = Asked("input-restricted", InputRestricted())
    block_same = Asked("constructive[block, same contexts]", Constructive(Block(), tau_u=same))
    once = Asked("constructive[reach, same contexts]", Constructive(Reach(1), tau_u=same))
    yield Implication("A.2 #7", block_same, reached)
    yield Implication("A.2 #7", reached, once)
    yield Implication("A.2 #22", taumax, noise)
    yield Implication("A.2 #22", noise, plain)
    yield Implication("A.2 #22", block, plain)


def _on_fibres(claim: Abstraction) -> bool:
    return not claim.kernels


def _from_atlas() -> Iterator[Implication]:
    known = {n.key: Asked(n.key, n.definition, n.sites) for n in NOTIONS}
    for arrow in ARROWS:
        strong, weak = known[arrow.strong], known[arrow.weak]
        yield Implication(arrow.script, strong, weak, partial(_is_related, arrow.given))


def _onto(claim: Abstraction) -> bool:
    try:
        return Plain(claim).onto
    except NotReadError:
        return False


def _is_plain(claim: Abstraction) -> bool:
    """Whether ω, τ_U and I_H are left to the definition: one family may reach a declared I_H, another not."""
    return (claim.omega, claim.tau_u, claim.high_interventions) == (None, None, None)


def _plain_and_onto(claim: Abstraction) -> bool:
    return _is_plain(claim) and _onto(claim)


def _is_related(given: frozenset[Fact], claim: Abstraction) -> bool:
    """Whether the atlas speaks of a claim, and what an arrow asks of it is so."""
    if not is_related(claim) or (Fact.ONTO in given and not _onto(claim)):
        return False
    assert given <= {Fact.ONTO, Fact.BLOCKS}, given
    return Fact.BLOCKS not in given or decide_facts(claim, Budget(5)).is_block_map


def _lists_nothing(claim: Abstraction) -> bool:
    """Whether the empty intervention is among those listed: only then are unchanged mechanisms compared."""
    return claim.omega is None or any(i == NOTHING for i, _ in claim.omega)


CONDITIONS = {
    ("similar", "circuit"): _onto,
    ("constructive-soft", "mechanism"): _lists_nothing,
    ("phi-abstraction", "exact"): _is_plain,
    ("phi-abstraction", "query-consistency"): _is_plain,
}
"""Where τ is not onto, ω_τ of the empty intervention is not the empty one, and a circuit is not run under it.
Φ reads no ω, and the others one that is listed, which may be wrong.
Steps under ∅ are what mechanisms are compared by, and a list need not have it."""
SAID_WITH_CONDITIONS = {
    ("uniform", "exact"),
    ("exact", "observational"),
    ("tau-abstraction", "exact-transformation"),
}
"""What holds of some law above only, where ω(∅) = ∅ only, for the same τ_U only: `_a2` has them with that condition."""


def of_definition(asked: Definition) -> Iterator[Implication]:
    """What a definition, as it is by default, says that it implies; and what others say.

    Where its default family is that which a claim lists, `asked` has that list.
    """
    name = asked.name
    strong: Any = type(asked)()
    if isinstance(getattr(strong, "family", None), Given):
        strong = replace(strong, family=asked.family)  # type: ignore[attr-defined]  # the same class
    weaker = {other for other, _ in strong.weaker}
    weaker |= {kind.name for kind in definitions() if name in {n for n, _ in kind.stronger}}
    weaker -= {other for first, other in SAID_WITH_CONDITIONS if first == name}
    for other in sorted(weaker):
        first, second = Asked(name, strong), Asked(other, _alike(strong, other))
        yield Implication(f"definitions/{name}", first, second, CONDITIONS.get((name, other)))


def _alike(strong: Definition, other: str) -> Definition:
    """A definition with the parameters that it shares with another one."""
    weak: Any = find_definition(other)()
    own: Any = strong
    shared = {f.name for f in fields(weak)} & {f.name for f in fields(own)}
    return replace(weak, **{name: getattr(own, name) for name in shared})  # type: ignore[no-any-return]


@cache
def implications() -> tuple[Implication, ...]:
    """Those between notions with fixed parameters."""
    return (*_from_atlas(), *(replace(a, condition=_and_plain(a.condition)) for a in _a2()))


def _and_plain(
    condition: Callable[[Abstraction], bool] | None,
) -> Callable[[Abstraction], bool]:
    """The condition, of a plain claim: one notion may read a listed ω, and the other derive its own."""
    return lambda claim: _is_plain(claim) and (condition is None or condition(claim))
