"""The proved implications among notions, each as two definitions that may be asked of one claim.

They are read off the atlas (`proofs/atlas/proved.py`), the `stronger` and `weaker` of every definition,
and `A2`, which gives those of the specification that neither lists, with what they need of a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from operator import itemgetter
from typing import Any, final

from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Metric
from tauomega.theory.definition import Definition
from tauomega.theory.definitions import consequences, find_definition
from tauomega.theory.definitions.alpha import Alpha, AlphaError
from tauomega.theory.definitions.cae import CausalAbstractionError, Silence
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.counterfactual import Counterfactual
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.input_restricted import InputRestricted
from tauomega.theory.definitions.mechanism import MechanismLevel
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.rischel_weichwald import NO_KERNELS, RischelWeichwald
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import SAME_CONTEXTS, Uniform
from tauomega.theory.family import Block, Given, Reach, TauMax
from tauomega.theory.implying import LEFT_OPEN, ONTO
from tauomega.theory.policy import OmegaPolicy, TauUPolicy

from ..atlas.claims import is_related
from ..atlas.facts import Fact
from ..atlas.notion import Arrow, Asked
from ..atlas.notions import NOTIONS
from ..atlas.proved import ARROWS

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
    yield Implication("A.2 #2", pointwise, exact, SAME_CONTEXTS.holds)
    onto = Asked("tau-abstraction[block, same contexts]", TauAbstraction(Block(), tau_u=same))
    yield Implication("A.2 #3", onto, layer3, SAME_CONTEXTS.holds)
    yield Implication("A.2 #15", block, mechanism)
    yield Implication("A.2 #15", mechanism, block)
    yield Implication("A.2 #18", ic, exact, also=(Observational(),))
    yield Implication("A.2 #18", exact, error, NO_KERNELS.holds)
    reached = Asked("input-restricted", InputRestricted())
    block_same = Asked("constructive[block, same contexts]", Constructive(Block(), tau_u=same))
    once = Asked("constructive[reach, same contexts]", Constructive(Reach(1), tau_u=same))
    yield Implication("A.2 #7", block_same, reached)
    yield Implication("A.2 #7", reached, once)
    yield Implication("A.2 #22", taumax, noise)
    yield Implication("A.2 #22", noise, plain)
    yield Implication("A.2 #22", block, plain)


def _from_atlas() -> Iterator[Implication]:
    known = {n.key: Asked(n.key, n.definition, n.sites) for n in NOTIONS}
    for arrow in ARROWS:
        strong, weak = known[arrow.strong], known[arrow.weak]
        yield Implication(arrow.script, strong, weak, partial(_is_related, arrow))


def _is_related(arrow: Arrow, claim: Abstraction) -> bool:
    """Whether the atlas speaks of a claim, and what an arrow asks of it is so."""
    ends = (notion for notion in NOTIONS if notion.key in (arrow.strong, arrow.weak))
    if not is_related(claim) or any(n.only and not n.only.holds(claim) for n in ends):
        return False
    assert arrow.given <= {Fact.ONTO, Fact.BLOCKS}, arrow.given
    if Fact.ONTO in arrow.given and not ONTO.holds(claim):
        return False
    return Fact.BLOCKS not in arrow.given or decide_facts(claim, Budget(5)).is_block_map


def of_definition(asked: Definition) -> Iterator[Implication]:
    """What a definition, as it is by default, says that it implies; and what others say.

    Where its default family is that which a claim lists, `asked` has that list.
    """
    name = asked.name
    strong: Any = type(asked)()
    if isinstance(getattr(strong, "family", None), Given):
        strong = replace(strong, family=asked.family)  # type: ignore[attr-defined]  # the same class
    for other, condition in sorted(consequences(type(asked)).items(), key=itemgetter(0)):
        asked_as = strong if condition is None else replace(strong, **dict(condition.parameters))
        yield Implication(
            f"definitions/{name}",
            Asked(name, asked_as),
            Asked(other, _alike(asked_as, other)),
            None if condition is None else condition.holds,
        )


def _alike(strong: Definition, other: str) -> Definition:
    """A definition with the parameters that it shares with another one."""
    weak: Any = find_definition(other)()
    own: Any = strong
    shared = {f.name for f in fields(weak)} & {f.name for f in fields(own)}
    made: Definition = replace(weak, **{name: getattr(own, name) for name in shared})
    return made


@cache
def implications() -> tuple[Implication, ...]:
    """Those between notions with fixed parameters."""
    return (*_from_atlas(), *(replace(a, condition=_and_plain(a.condition)) for a in _a2()))


def _and_plain(
    condition: Callable[[Abstraction], bool] | None,
) -> Callable[[Abstraction], bool]:
    """The condition, of a plain claim: one notion may read a listed ω, and the other derive its own."""
    return lambda claim: LEFT_OPEN.holds(claim) and (condition is None or condition(claim))
