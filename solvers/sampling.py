"""One random element of a space, by the law with which a mean over it weighs its elements."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from math import lcm

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Contexts, Direction, Draws, Exchanges, Side, Space
from tauomega.theory.definition import high_model
from tauomega.theory.errors import InputError, UndecidedError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import FiniteLaw, Value
from tauomega.theory.scm import SCM

from .draws import PHI, Draw, roots_above
from .omega import values_of
from .query_terms import Blocks
from .ranging import Swap

__all__ = ["context_by_law", "draw_of", "element_of"]

Values = tuple[Value, ...]
MOST_REJECTED = 10_000


def context_by_law(rng: random.Random, model: SCM) -> Values:
    """A context, each root by its own law.

    Raises:
        InputError: a root has no finite law.
    """
    missing = model.without_law()
    if missing:
        raise InputError([f"{name!r} has no law to draw from; write ~ …" for name in missing])
    chosen = []
    for name in model.roots:
        law = model[name].law
        assert isinstance(law, FiniteLaw)
        chosen.append(_by(rng, law, list(values_of(model.domain(name)))))
    return tuple(chosen)


def _by(rng: random.Random, law: FiniteLaw, values: Sequence[Value]) -> Value:
    """A value by a law with rational probabilities, exactly: one of so many equal tickets."""
    tickets = lcm(*(p.denominator for p in law.probabilities))
    ticket = rng.randrange(tickets)
    for value, p in zip(values, law.probabilities, strict=True):
        ticket -= int(p * tickets)
        if ticket < 0:
            return value
    raise AssertionError("the probabilities sum to 1")


def element_of(rng: random.Random, claim: Abstraction, space: Space) -> tuple[object, str]:
    """A uniform element of a space whose elements need not be listed, and what it is, in words.

    Raises:
        UndecidedError: the space is not one to draw from.
    """
    model = claim.scm
    match space:
        case Contexts(side=side):
            drawn_from = model if side is Side.LOW else high_model(claim)
            return _uniform(rng, drawn_from), "contexts, uniform"
        case Exchanges(sites=sites, sources=sources) if sources.name == "all":
            names = sites or tuple(claim.sites)
            origin = tuple((name, _uniform(rng, model)) for name in names)
            what = "a base and a source for each site, uniform and independent"
            return Swap(_uniform(rng, model), origin), what
        case _:
            raise UndecidedError(f"a mean over {type(space).__name__} is not estimated by drawing")


def _uniform(rng: random.Random, model: SCM) -> Values:
    domains: list[Sequence[Value]] = [list(values_of(model.domain(n))) for n in model.roots]
    return tuple(rng.choice(domain) for domain in domains)


def draw_of(rng: random.Random, blocks: Blocks, spec: Draws) -> Draw:
    """An intervention as causal abstraction error draws it, given that it leaves `without` alone.

    That roots determine everything is not looked at here: `require_determined` says so once.

    Raises:
        InputError: every draw sets `without`.
    """
    pool = [*blocks.claim.tau, *([PHI] if spec.noise and blocks.facts.inert else [])]
    for _ in range(MOST_REJECTED):
        count = rng.randint(1, min(len(pool), spec.most))
        chosen = rng.sample(pool, count)
        if not spec.without or spec.without not in chosen:
            return _valued(rng, blocks, spec.direction, chosen)
    raise InputError([f"every draw sets {spec.without!r}, so nothing is compared"])


def _valued(
    rng: random.Random, blocks: Blocks, direction: Direction, chosen: Sequence[str]
) -> Draw:
    set_ = {*chosen, *roots_above(blocks.high)}
    low: dict[str, Value] = {}
    high: dict[str, Value] = {}
    for name in blocks.claim.tau:
        if name not in set_:
            continue
        table: Mapping[Values, Value] = blocks.table(name)
        if direction is Direction.UP:
            part = rng.choice(list(table))
        else:
            label = rng.choice(list(values_of(blocks.high.domain(name))))
            part = rng.choice(blocks.fibre(name, label))
        high[name] = table[part]
        low |= zip(blocks.facts.supports[name], part, strict=True)
    if PHI in chosen:
        low |= {
            v: rng.choice(list(values_of(blocks.claim.scm.domain(v)))) for v in blocks.facts.inert
        }
    return Draw(Hard(tuple(low.items())), Hard(tuple(high.items())))
