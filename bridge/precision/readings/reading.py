"""What a semantics says of a captured network: enclosures of what its patched runs give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, final, runtime_checkable

from tauomega.theory.kernel import Value

from ...graph.evaluation import Interval
from ..semantics import Semantics

if TYPE_CHECKING:
    from ...captured_model import CapturedModel

__all__ = ["Exchange", "Meaning", "Reading", "exactly"]


@final
@dataclass(frozen=True, slots=True)
class Exchange:
    """An interchange by the numbers of its inputs: a base, and the source of each site that is set."""

    base: int
    sources: tuple[tuple[str, int], ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every source is the base, so that nothing is changed."""
        return all(source == self.base for _, source in self.sources)


class Reading(Protocol):
    """One network under one semantics.

    Attributes:
        efforts: how many times an enclosure may be asked for, each time a smaller one.
        assumed: what a verdict rests on beside the enclosures, in words.
    """

    @property
    def efforts(self) -> int:
        """How many times an enclosure may be asked for."""
        ...

    @property
    def assumed(self) -> tuple[str, ...]:
        """What a verdict rests on beside the enclosures."""
        ...

    def enclosed(
        self, exchange: Exchange, names: Iterable[str], effort: int
    ) -> Mapping[str, Interval]:
        """Where these variables (`output[j]`, `P[j]`) lie after an interchange, with exact ends.

        Raises:
            NotEvaluatedError: an operation that this semantics cannot speak about, by name.
        """
        ...

    def witness(self, exchange: Exchange) -> Mapping[str, Value] | None:
        """The exact value of every variable in one run that the semantics allows; `None` if they are not rational."""
        ...


@runtime_checkable
class Meaning(Protocol):
    """A semantics of captured networks."""

    def covers(self, semantics: Semantics) -> bool:
        """Whether this file is about it."""
        ...

    def reading(self, model: CapturedModel, semantics: Semantics) -> Reading:
        """The network under this semantics.

        Raises:
            NotEvaluatedError: it says nothing about this network; why.
        """
        ...


def exactly(value: Fraction | int) -> Interval:
    """A number that is known."""
    return Interval(Fraction(value), Fraction(value))
