"""Solutions and steps of a model under any intervention, by plain exact evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from .errors import EvaluationError, NotSolvableError, OutOfReachError
from .intervening import Intervened, intervened
from .intervention import Intervention
from .kernel import ConditionalLaw, Finite, FiniteLaw, Kind, Program, Range, Value, evaluate
from .kernel.program import INNER, ROOTS

__all__ = ["MOST_GUESSES", "solution_of", "solutions_of", "step_of"]

MOST_GUESSES = 2**20
Values = Mapping[str, Value]


def solution_of(
    program: Program, context: Values, intervention: Intervention, parameters: Values
) -> dict[str, Value]:
    """The one solution.

    Raises:
        NotSolvableError: there is none, or there are several.
    """
    found = solutions_of(program, context, intervention, parameters)
    if len(found) != 1:
        shown = (
            ", ".join(f"{name} = {context[name]}" for name in program.domains(*ROOTS))
            or "the one context"
        )
        raise NotSolvableError(f"{shown} under {intervention.describe()}", len(found))
    return found[0]


def solutions_of(
    program: Program, context: Values, intervention: Intervention, parameters: Values
) -> tuple[dict[str, Value], ...]:
    """Every state that satisfies all mechanisms: values of the cut variables are guessed and checked.

    Raises:
        OutOfReachError: the cut variables have more than 2^20 values together, or infinitely many.
    """
    plan = intervened(program, intervention)
    domains: list[Finite | Range] = []
    for name in plan.cut:
        domain = program.by_name[name].domain
        if not isinstance(domain, Finite | Range):
            raise OutOfReachError(f"values of {name!r}, which is on a cycle", 2**63, MOST_GUESSES)
        domains.append(domain)
    if prod(d.size for d in domains) > MOST_GUESSES:
        raise OutOfReachError("guesses at a cycle", prod(d.size for d in domains), MOST_GUESSES)
    found = []
    for guess in product(*domains):
        state = _completed(
            program, plan, dict(context) | dict(parameters), dict(zip(plan.cut, guess, strict=True))
        )
        if state is not None:
            found.append(state)
    return tuple(found)


def _completed(
    program: Program, plan: Intervened, values: dict[str, Value], guess: Values
) -> dict[str, Value] | None:
    """The state that a guess leads to, if the guess is confirmed by its own mechanisms."""
    hidden = {name: values[name] for name in program.domains(Kind.INPUT)}
    values.update(guess)
    for name in plan.order:
        if name not in guess:
            values[name] = _next(program, plan, name, values, hidden)
    for name, value in guess.items():
        if _next(program, plan, name, values, hidden) != value:
            return None
    return {name: values[name] for name in program.domains(*INNER)}


def step_of(
    program: Program, state: Values, context: Values, intervention: Intervention, parameters: Values
) -> dict[str, Value]:
    """Every mechanism at the same state."""
    plan = intervened(program, intervention)
    hidden = {name: context[name] for name in program.domains(Kind.INPUT)}
    values = dict(context) | dict(parameters) | dict(state)
    return {name: _next(program, plan, name, values, hidden) for name in program.domains(*INNER)}


def _next(
    program: Program, plan: Intervened, name: str, values: dict[str, Value], hidden: Values
) -> Value:
    """The value that a variable's mechanism gives; an input's own name is its hidden copy."""
    rule = plan.rules.get(name)
    if rule is None:
        return hidden[name]
    if isinstance(rule, FiniteLaw | ConditionalLaw):
        raise EvaluationError(
            f"{name!r} has a law and no mechanism, so a context does not determine it; "
            "compare laws (layer 2), or give it a mechanism"
        )
    variable = program.by_name[name]
    own = variable.kind is Kind.INPUT
    value = evaluate(rule, values | {name: hidden[name]} if own else values)
    if value not in variable.domain:
        shown = ", ".join(f"{k} = {v}" for k, v in values.items())
        raise EvaluationError(
            f"the mechanism of {name!r} gives {value}, outside {variable.domain}, at {shown}"
        )
    return value
