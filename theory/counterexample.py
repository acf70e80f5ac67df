"""Counterexamples: why a claim is false, each with everything needed to replay it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar, final

from .intervention import Intervention
from .kernel.domain import Value
from .quantity import Number
from .reports.readable import Readable

__all__ = [
    "BoxPoint",
    "Collision",
    "CountGap",
    "Counterexample",
    "Gap",
    "GraphGap",
    "LawGap",
    "MomentGap",
    "NoContextMap",
    "NoOmega",
    "NotABlockMap",
    "NotMonotone",
    "NotOnto",
    "NotSolvable",
    "Square",
    "Way",
]

Values = tuple[tuple[str, Value], ...]
"""Names and values, in the order of the model."""


def as_values(mapping: Mapping[str, Value]) -> Values:
    """A mapping as a tuple of pairs."""
    return tuple(mapping.items())


@final
@dataclass(frozen=True, slots=True)
class Way:
    """One way round a square: a context, an intervention and what the model then gives."""

    context: Values
    intervention: Intervention
    result: Values


class _Shown(Readable):
    """A counterexample, which `print` shows."""

    __slots__ = ()

    REPORT: ClassVar[str] = "tauomega.theory.reports.verdict_text:counterexample"


@final
@dataclass(frozen=True, slots=True)
class Square(_Shown):
    """A square that does not commute: both ways round, and the variables in which they differ.

    `low.result` is the low-level solution, `image` its τ, `high.result` the high-level solution;
    `sources` names the source context of each interchanged site, if the square is an interchange.
    """

    low: Way
    image: Values
    high: Way
    differs: tuple[str, ...]
    sources: tuple[tuple[str, Values], ...] = ()
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class LawGap(_Shown):
    """Two laws that differ: an event (high-level values) and its probability under each."""

    low: Intervention
    high: Intervention
    event: Values
    p_low: Fraction
    p_high: Fraction
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class MomentGap(_Shown):
    """Two normal laws that differ: a mean (one name) or a covariance (two names) under each."""

    low: Intervention
    high: Intervention
    names: tuple[str, ...]
    value_low: Fraction
    value_high: Fraction
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class NoContextMap(_Shown):
    """A low-level context that no high-level context matches under all `separators` at once.

    For each separator: the low-level intervention, the high-level one, and τ of the solution.
    """

    context: Values
    separators: tuple[tuple[Intervention, Intervention, Values], ...]
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class CountGap(_Shown):
    """A class of contexts with equal responses that is too rare below for τ_U to be onto.

    `response` gives the high-level result for each high-level intervention; `low` contexts below
    and `high` contexts above respond like that, and `low < high`.
    """

    response: tuple[tuple[Intervention, Values], ...]
    low: int
    high: int
    example: Values
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class NoOmega(_Shown):
    """Low-level interventions for which no map ω into I_H is possible, with the reason."""

    core: tuple[Intervention, ...]
    reason: str
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class NotOnto(_Shown):
    """A value that a map misses: `map` is `τ`, `τ of Y`, `τ_U` or `ω`; `value` says which one."""

    map: str
    value: Values
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class NotMonotone(_Shown):
    """Two interventions in order whose images under ω are not."""

    lower: Intervention
    upper: Intervention
    lower_image: Intervention
    upper_image: Intervention
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class NotABlockMap(_Shown):
    """Low-level variables that the τ of more than one high-level variable reads; or τ_U, of roots."""

    variables: tuple[tuple[str, tuple[str, ...]], ...]
    minimal: bool = True
    map: str = "τ"


@final
@dataclass(frozen=True, slots=True)
class Collision(_Shown):
    """Two low-level runs that look alike above in `equal`, and must not: `variable` differs."""

    first: Way
    second: Way
    equal: Values
    variable: str
    values: tuple[Value, Value]
    minimal: bool = True


@final
@dataclass(frozen=True, slots=True)
class NotSolvable(_Shown):
    """A context and an intervention with no solution, or with several.

    `above` says that it is the high-level model that has them.
    """

    context: Values
    intervention: Intervention
    solutions: int
    minimal: bool = True
    above: bool = False


@final
@dataclass(frozen=True, slots=True)
class Gap(_Shown):
    """A distance that is too large: its value, and where it is attained.

    `where` names bound things and says what they are, `point` has the things themselves by the names that the
    defect binds; `infimum` says that it is the least of many, so that nothing does better.
    """

    where: tuple[tuple[str, str], ...]
    value: Number
    infimum: bool = False
    minimal: bool = True
    point: tuple[tuple[str, object], ...] = field(default=(), compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True)
class BoxPoint(_Shown):
    """Inputs of a network near the codes of contexts whose interchange reads otherwise than above.

    `base` and `sources` name the contexts; `row` and each source's row are what the network reads;
    `low` is what its outputs read as, `high` the high-level counterfactual.
    """

    base: Values
    row: tuple[Fraction, ...]
    sources: tuple[tuple[str, Values, tuple[Fraction, ...]], ...]
    radius: Fraction
    low: Values
    high: Values
    differs: tuple[str, ...]
    minimal: bool = False


@final
@dataclass(frozen=True, slots=True)
class GraphGap(_Shown):
    """What is wrong with the graphs of the two models: edges, cycles and shared noise, in words."""

    faults: tuple[str, ...]
    minimal: bool = True


Counterexample = (
    BoxPoint
    | Gap
    | GraphGap
    | Square
    | LawGap
    | MomentGap
    | NoContextMap
    | CountGap
    | NoOmega
    | NotOnto
    | NotMonotone
    | NotABlockMap
    | Collision
    | NotSolvable
)
