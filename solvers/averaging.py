"""Averages read literally: functions of a value, means of draws, expectations under a coupling."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never, final

from tauomega.theory.defect import (
    HIGH,
    LOW,
    AtLeast,
    Average,
    Coupled,
    Couplings,
    Defect,
    Max,
    Mean,
    Sampled,
    Side,
    Space,
    Sup,
    Tanh,
    Via,
)
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Value
from tauomega.theory.quantity import INFINITE, Ball, Number, lower, mean, upper
from tauomega.theory.scm import SCM

from .couplings import Costs, least_over_couplings, least_over_maps
from .draws import draws
from .metrics import ball_of
from .query_terms import Blocks

__all__ = ["Reader", "average", "monotone_value", "over_couplings", "tanh"]

Environment = dict[str, object]
ONE, ZERO = Fraction(1), Fraction(0)


@final
@dataclass(frozen=True, slots=True)
class Reader:
    """What is asked of the interpreter whose words these are.

    Attributes:
        blocks: the claim's blocks.
        value: the value of a defect.
        elements: the elements of a space.
        model: one of the two models.
        tick: stops when the time is over.
    """

    blocks: Blocks
    value: Callable[[Defect, Environment], tuple[Number, Environment]]
    elements: Callable[[Space, Environment], Iterable[object]]
    model: Callable[[Side], SCM]
    tick: Callable[[], None]


def average(reader: Reader, defect: Via | Average | Sampled | Coupled, env: Environment) -> Number:
    """The value of a word of averages."""
    match defect:
        case Via(monotone=monotone, body=body):
            return monotone_value(monotone, reader.value(body, env)[0])
        case Average(parts=parts):
            share = Fraction(1, len(parts))
            return mean((share, reader.value(part.defect, env)[0]) for part in parts)
        case Sampled(variable=name, draws=spec, body=body):
            drawn = draws(reader.blocks, spec)
            return mean((p, reader.value(body, env | {name: d})[0]) for d, p in drawn.items())
        case Coupled():
            plan = env[defect.coupling]
            assert isinstance(plan, dict)
            return mean(
                (p, reader.value(defect.body, env | {defect.low: u, defect.high: w})[0])
                for (u, w), p in plan.items()
            )
        case _:
            assert_never(defect)


def over_couplings(
    reader: Reader, name: str, space: Couplings, body: Defect, env: Environment
) -> Number:
    """The infimum of a body over couplings, of which it is a largest of linear functionals."""
    laws = []
    for side in (LOW, HIGH):
        model = reader.model(side)
        laws.append([(tuple(c.values()), model.probability(c)) for c in model.contexts()])
    low, high = laws
    forms = _forms(reader, name, body, env, [u for u, _ in low], [w for w, _ in high])
    search = least_over_maps if space.maps else least_over_couplings
    return search(forms, [p for _, p in low], [q for _, q in high], reader.tick)


Values = tuple[Value, ...]


def _forms(
    reader: Reader,
    name: str,
    body: Defect,
    env: Environment,
    lows: list[Values],
    highs: list[Values],
) -> list[Costs]:
    def go(node: Defect, env: Environment) -> list[Costs]:
        match node:
            case Coupled(coupling=coupling) if coupling == name:
                return [
                    [
                        [
                            reader.value(node.body, env | {node.low: u, node.high: w})[0]
                            for w in highs
                        ]
                        for u in lows
                    ]
                ]
            case Sup(variable=variable, space=space, body=inner):
                found = []
                for element in reader.elements(space, env):
                    found += go(inner, env | {variable: element})
                if not found:
                    raise InputError(
                        [f"there is nothing to check: {type(space).__name__} is empty"]
                    )
                return found
            case Mean(variable=variable, space=space, body=inner):
                each = [go(inner, env | {variable: e}) for e in reader.elements(space, env)]
                return [_mean([forms[0] for forms in each])]
            case Max(parts=parts):
                return [form for part in parts for form in go(part.defect, env)]
            case _:
                raise AssertionError(f"not linear in a coupling: {node}")

    return go(body, env)


def _mean(forms: list[Costs]) -> Costs:
    share = Fraction(1, len(forms))
    rows = zip(*forms, strict=True)
    return [[mean((share, c) for c in costs) for costs in zip(*row, strict=True)] for row in rows]


def monotone_value(monotone: Tanh | AtLeast, number: Number) -> Number:
    """A monotone function of a value."""
    return tanh(number) if isinstance(monotone, Tanh) else _at_least(number, monotone)


def _at_least(number: Number, step: AtLeast) -> Number:
    if lower(number) >= step.threshold:
        return ONE
    return ZERO if upper(number) < step.threshold else Ball(ZERO, ONE)


def tanh(number: Number) -> Number:
    """The hyperbolic tangent: 0 at 0, 1 at ∞, else a certified ball."""
    if number == 0:
        return ZERO
    if number == INFINITE:
        return ONE
    ends = [_tanh(Fraction(end)) for end in (lower(number), upper(number))]
    form = f"tanh({number})" if isinstance(number, Fraction) else ""
    return Ball(ends[0].lo, ends[1].hi, form)


def _tanh(number: Fraction) -> Ball:
    from flint import arb, fmpq

    return ball_of(lambda: arb(fmpq(number.numerator, number.denominator)).tanh())
