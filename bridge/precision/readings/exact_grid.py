r"""`exact-grid`: exact values, with a proof for each sum of each run that no order of summation rounds it.

The audit of `precision.grid`, operation by operation: if the products and the shift of a sum are multiples of
$q = 2^{-F}$ and $A = \sum_i |x_i w_i| + |b| < 2^p q$, every partial sum in every order is a multiple of q below
$2^p q$, which the format holds. Here A is that of the run at hand, not of a worst case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, final

import flint

from tauomega.theory.kernel import Value, exact

from ...graph.arithmetic import RATIONAL, Arithmetic, NotEvaluatedError
from ...graph.evaluation import Interval
from ...graph.node import Node
from ...graph.sums import EXACT, SUMS, array_of, sizes
from ..grid import LARGEST, LEAST, PRECISION
from ..semantics import ExactGrid, Semantics
from .patched_runs import PatchedRuns
from .reading import Exchange, exactly
from .uniform import require_one_type

if TYPE_CHECKING:
    from ...captured_model import CapturedModel

__all__ = ["EXACT_GRID"]

Rule = Callable[[Arithmetic, Mapping[str, Any]], Any]


@final
class _GridNumbers:
    """Rationals; every operation is refused unless no order of its sums rounds."""

    def __init__(self, form: str) -> None:
        self.form, self.precision = form, PRECISION[form]
        self.needed = 0

    def number(self, value: Fraction) -> Any:
        return RATIONAL.number(value)

    def maximum(self, a: Any, b: Any) -> Any:
        return RATIONAL.maximum(a, b)

    def function(self, name: str, x: Any) -> Any:
        return RATIONAL.function(name, x)

    def applied(self, node: Node, rule: Rule, given: Mapping[str, Any]) -> Any:
        """The exact value, if all sums that it consists of fit."""
        name = node.operation.name
        if name in EXACT:
            return rule(self, given)
        shape = SUMS.get(name)
        if shape is None:
            raise NotEvaluatedError("its results are rounded, so that they lie on no grid")
        divisor = shape.divisor(given)
        if divisor & (divisor - 1):
            raise NotEvaluatedError(f"it divides by {divisor}, which is no power of two")
        products = sum(_places(given.get(word, 1)) for word in shape.products)
        shift = sum(_places(given.get(word, 1)) for word in shape.shift)
        places = max(products, shift) + divisor.bit_length() - 1
        absolute = sizes(rule, given, abs, RATIONAL.number)
        largest = max(
            (Fraction(int(v.p), int(v.q)) for v in absolute.reshape(-1)), default=Fraction(0)
        )
        bits = int(-(-largest * 2**places // 1)).bit_length()
        self.needed = max(self.needed, bits)
        if bits > self.precision:
            raise NotEvaluatedError(
                f"sums may round: the largest partial sum needs {bits} bits, of {self.precision} in {self.form}"
            )
        if places > -LEAST[self.form] or largest >= 2 ** LARGEST[self.form]:
            raise NotEvaluatedError(f"a sum leaves the range of {self.form}")
        return rule(self, given)


def _places(value: Any) -> int:
    """The binary places after the point of the numbers of an argument; none of what is not there."""
    if value is None or isinstance(value, int):
        return 0
    denominators = {
        int(v.q) if isinstance(v, flint.fmpq) else Fraction(v).denominator
        for v in array_of(value).reshape(-1)
    }
    assert all(d & (d - 1) == 0 for d in denominators), "stored numbers and their sums are dyadic"
    return max(denominators, default=1).bit_length() - 1


@final
class _Grid:
    """A network whose sums are watched."""

    efforts = 1

    def __init__(self, model: CapturedModel) -> None:
        require_one_type(model.network)
        form = str(model.network.dtype).removeprefix("torch.")
        if form not in PRECISION:
            raise NotEvaluatedError(
                f"the audit is for {', '.join(PRECISION)}; the weights are {form}"
            )
        self._own = _GridNumbers(form)
        self._runs = PatchedRuns(model, self._own)

    @property
    def assumed(self) -> tuple[str, ...]:
        """What the audit found."""
        own = self._own
        return (
            f"the grid audit: the largest partial sum needs {own.needed} of {own.precision} bits, so that no "
            "order of summation rounds",
        )

    def enclosed(
        self, exchange: Exchange, names: Iterable[str], effort: int
    ) -> Mapping[str, Interval]:
        """Exact values."""
        values = self._runs.patched(exchange)
        numbers = self._runs.numbers(values, list(names))
        return {n: exactly(Fraction(int(v.p), int(v.q))) for n, v in numbers.items()}

    def witness(self, exchange: Exchange) -> Mapping[str, Value] | None:
        """The exact values."""
        names = list(self._runs.model.numbers)
        return {n: exact(i.low) for n, i in self.enclosed(exchange, names, 0).items()}


@final
class _Meaning:
    """The semantics `exact-grid`."""

    def covers(self, semantics: Semantics) -> bool:
        """Whether it is `exact-grid`."""
        return isinstance(semantics, ExactGrid)

    def reading(self, model: CapturedModel, semantics: Semantics) -> _Grid:
        """A network of sums, products and cases, in one type."""
        return _Grid(model)


EXACT_GRID = _Meaning()
