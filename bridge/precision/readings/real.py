"""`real`: the stored weights as exact rationals, values in certified balls of more and more bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, final

import flint

from tauomega.theory.kernel import Value

from ...graph.arithmetic import Balls
from ...graph.evaluation import Interval, interval_of
from ..semantics import Real, Semantics
from .patched_runs import PatchedRuns
from .reading import Exchange

if TYPE_CHECKING:
    from ...captured_model import CapturedModel

__all__ = ["REAL"]

PRECISIONS = (64, 128, 256, 1024)


@final
class _Balls:
    """A network in real arithmetic."""

    assumed = ("values are enclosed by certified balls (Arb)",)
    efforts = len(PRECISIONS)

    def __init__(self, model: CapturedModel) -> None:
        self._runs = {bits: PatchedRuns(model, Balls(bits)) for bits in PRECISIONS}

    def enclosed(
        self, exchange: Exchange, names: Iterable[str], effort: int
    ) -> Mapping[str, Interval]:
        """Balls of so many bits, as intervals."""
        bits = PRECISIONS[effort]
        runs = self._runs[bits]
        with flint.ctx.workprec(bits):
            numbers: dict[str, Any] = runs.numbers(runs.patched(exchange), list(names))
            return {name: interval_of(ball) for name, ball in numbers.items()}

    def witness(self, exchange: Exchange) -> Mapping[str, Value] | None:
        """None: the values are irrational; what is read of them is certain."""
        return None


@final
class _Meaning:
    """The semantics `real`."""

    def covers(self, semantics: Semantics) -> bool:
        """Whether it is `real`."""
        return isinstance(semantics, Real)

    def reading(self, model: CapturedModel, semantics: Semantics) -> _Balls:
        """Any network whose operations have rules."""
        return _Balls(model)


REAL = _Meaning()
