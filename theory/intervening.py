r"""What an intervention makes of a model: the mechanisms that hold under it.

An intervention acts on the table of mechanisms. A hard one puts a constant in place of a mechanism, a
soft one a rule, an interventional a function of the old mechanism, an edge the old mechanism with one
parent held at a value, a stochastic one a law.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import final

from .errors import InputError
from .intervention import Compound, Edge, Hard, Intervention, Interventional, Soft, Stochastic
from .kernel import (
    SELF,
    ConditionalLaw,
    Constant,
    Expression,
    FiniteLaw,
    Kind,
    Program,
    Reference,
    Variable,
    free_names,
    substitute,
)
from .kernel.ordering import cut_cycles, parents_first
from .kernel.program import INNER

__all__ = ["Intervened", "faults_of", "intervened", "new_parents"]

Rule = Expression | FiniteLaw | ConditionalLaw


@final
@dataclass(frozen=True, slots=True)
class Intervened:
    """The mechanisms of a model under an intervention.

    Attributes:
        rules: endogenous variable -> its mechanism, or its law. An input that is left alone has
            none; in the rule of an input, its own name stands for its hidden copy.
        order: the endogenous variables, parents first.
        cut: variables whose values determine all others by `order`; empty if acyclic.
    """

    rules: Mapping[str, Rule]
    order: tuple[str, ...]
    cut: tuple[str, ...] = ()

    @property
    def random(self) -> tuple[str, ...]:
        """The variables with a law in place of a mechanism."""
        return tuple(
            n for n, rule in self.rules.items() if isinstance(rule, FiniteLaw | ConditionalLaw)
        )


@lru_cache(maxsize=1024)
def intervened(program: Program, intervention: Intervention) -> Intervened:
    """The model's mechanisms under an intervention.

    Raises:
        InputError: the intervention makes a cycle in an acyclic model.
    """
    names = tuple(program.domains(*INNER))
    rules: dict[str, Rule] = {}
    for name in names:
        variable = program.by_name[name]
        if isinstance(variable.law, ConditionalLaw):
            rules[name] = variable.law
        elif variable.mechanism is not None:
            rules[name] = variable.mechanism
    hard = intervention if isinstance(intervention, Hard) else intervention.hard
    for name, value in hard.items:
        rules[name] = Constant(value)
    for change in intervention.changes if isinstance(intervention, Compound) else ():
        name = change.target
        old = rules.get(name, Reference(name))  # an input: its hidden copy
        match change:
            case Soft(rule=rule):
                rules[name] = rule
            case Stochastic(law=law):
                rules[name] = law
            case Interventional(rule=rule):
                rules[name] = substitute(rule, {SELF: _mechanism(name, old)})
            case Edge(parent=parent, value=value):
                rules[name] = substitute(_mechanism(name, old), {parent: Constant(value)})
    inner = frozenset(names)
    parents = {name: _read(program.by_name[name], rules.get(name), inner) for name in names}
    order, cycle = parents_first(parents)
    if order is not None:
        return Intervened(rules, order)
    if not program.cyclic:
        shown = " -> ".join(cycle)
        raise InputError(
            [
                f"{intervention.describe()} makes the mechanisms a cycle: {shown}; the model is acyclic"
            ]
        )
    cut, broken = cut_cycles(parents)
    return Intervened(rules, broken, cut)


def _mechanism(name: str, rule: Rule) -> Expression:
    if isinstance(rule, FiniteLaw | ConditionalLaw):
        raise InputError(
            [
                f"{name!r} has a conditional law and no mechanism, so there is no 'self' and no edge to change"
            ]
        )
    return rule


def _read(variable: Variable, rule: Rule | None, inner: frozenset[str]) -> frozenset[str]:
    """The endogenous variables that a rule reads; an input's own name is its hidden copy."""
    match rule:
        case None | FiniteLaw():
            return frozenset()
        case ConditionalLaw(parents=parents):
            return inner.intersection(parents)
        case _:
            own = {variable.name} if variable.kind is Kind.INPUT else set()
            return (free_names(rule) & inner) - own


def faults_of(program: Program, intervention: Intervention) -> Iterator[str]:
    """What is wrong with an intervention on a model, beyond names and domains."""
    for change in intervention.changes if isinstance(intervention, Compound) else ():
        match change:
            case Edge(parent=parent, target=target) if parent not in parents_of(program, target):
                yield f"{parent!r} is no parent of {target!r}, so there is no edge {parent} -> {target}"
            case _:
                pass
    try:
        intervened(program, intervention)
    except InputError as error:
        yield from (fault.message for fault in error.faults)


def parents_of(program: Program, name: str) -> frozenset[str]:
    """The variables that a mechanism mentions; of an input, its hidden copy."""
    variable = program.by_name[name]
    if isinstance(variable.law, ConditionalLaw):
        return frozenset(variable.law.parents)
    return frozenset({name}) if variable.mechanism is None else free_names(variable.mechanism)


def new_parents(program: Program, intervention: Intervention) -> dict[str, frozenset[str]]:
    """Target -> the variables that its rule reads and its mechanism did not; none for a soft intervention.

    Massidda et al. (2023), Def. 6, ask that there are none.
    """
    found: dict[str, frozenset[str]] = {}
    for change in intervention.changes if isinstance(intervention, Compound) else ():
        if isinstance(change, Soft | Interventional):
            more = free_names(change.rule) - parents_of(program, change.target) - {SELF}
            if more:
                found[change.target] = more
    return found
