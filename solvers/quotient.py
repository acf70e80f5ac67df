"""High-level models over given blocks that keep the low-level contexts, listed literally."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Finite, Range, Value

from .facts import Facts

__all__ = ["QuotientModel", "quotient_models"]

LIMIT = 2**18
Context = tuple[Value, ...]
Key = tuple[Context, tuple[Value, ...]]


@final
@dataclass(frozen=True, slots=True)
class QuotientModel:
    """A deterministic model for each context: `mechanisms[j]` maps (context, the others) to a value."""

    domains: Mapping[str, Finite | Range]
    mechanisms: Mapping[str, Mapping[Key, Value]]

    def solutions(self, context: Context, intervention: Hard) -> list[dict[str, Value]]:
        """All states that satisfy every mechanism that is not replaced."""
        fixed = dict(intervention.items)
        names = tuple(self.domains)
        found = []
        for values in product(*self.domains.values()):
            state = dict(zip(names, values, strict=True))
            if all(
                state[n] == (fixed[n] if n in fixed else self._next(n, context, state))
                for n in names
            ):
                found.append(state)
        return found

    def run(self, context: Context, intervention: Hard) -> dict[str, Value]:
        """The solution; the model was checked to have exactly one."""
        (state,) = self.solutions(context, intervention)
        return state

    def _next(self, name: str, context: Context, state: Mapping[str, Value]) -> Value:
        others = tuple(value for other, value in state.items() if other != name)
        return self.mechanisms[name][context, others]


def quotient_models(
    claim: Abstraction, facts: Facts, tick: Callable[[], None]
) -> Iterator[QuotientModel]:
    """Every such model that has exactly one solution under every hard intervention.

    `tick` is called between models; it may raise to stop.

    Raises:
        OutOfReachError: there are more than 2^18 models to go through.
    """
    domains = dict(facts.high_domains)
    contexts = [tuple(context.values()) for context in claim.scm.contexts()]
    keys: dict[str, list[Key]] = {
        name: list(product(contexts, product(*(d for o, d in domains.items() if o != name))))
        for name in domains
    }
    count = prod(domains[name].size ** len(keys[name]) for name in domains)
    if count > LIMIT:
        raise OutOfReachError("high-level models", count, LIMIT)
    tables = [
        [
            dict(zip(keys[name], values, strict=True))
            for values in product(domains[name], repeat=len(keys[name]))
        ]
        for name in domains
    ]
    partial = [
        Hard(tuple((n, v) for n, v in zip(domains, values, strict=True) if v is not None))
        for values in product(*((None, *domain) for domain in domains.values()))
    ]
    for chosen in product(*tables):
        model = QuotientModel(domains, dict(zip(domains, chosen, strict=True)))
        if _solvable(model, contexts, partial, tick):
            yield model


def _solvable(
    model: QuotientModel,
    contexts: Sequence[Context],
    interventions: Sequence[Hard],
    tick: Callable[[], None],
) -> bool:
    """Whether there is exactly one solution in every context under every intervention."""
    for context in contexts:
        for intervention in interventions:
            tick()
            if len(model.solutions(context, intervention)) != 1:
                return False
    return True
