r"""`all-orders(F)`: affine forms, each operation widened by what any order of its sums can round.

A value is a form over the roundings before it (`graph.affine`): errors keep their signs through later layers, as in
`precision.enclosure`, for every graph of sums, products and cases. The local error of an operation is that of
`precision.sums` with $A = \sum_i |x_i w_i| + |b|$ from the ends of the forms. What a library computes in
ways and to accuracies that nobody guarantees - softmax, normalisation, smooth functions - is bounded by the assumptions
of `smooth`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Any, final

import numpy as np

from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Value, exact

from ...dyadic import exact_float
from ...graph.affine import AffineForms, Form
from ...graph.arithmetic import Arithmetic, NotEvaluatedError
from ...graph.capture import capture
from ...graph.evaluation import Interval
from ...graph.node import Node
from ...graph.replay import interchanged_values
from ...graph.sums import EXACT, SUMS, array_of, sizes
from ..extraction import InputTable
from ..formats import FORMATS, Format
from ..semantics import AllOrders, Semantics
from ..sums import INFLATE, linear_error
from .patched_runs import PatchedRuns
from .reading import Exchange
from .smooth import ASSUMED, SMOOTH
from .uniform import require_one_type

if TYPE_CHECKING:
    from torch import Tensor

    from ...captured_model import CapturedModel
    from ...graph.sites import Site

__all__ = ["ALL_ORDERS"]

Rule = Callable[[Arithmetic, Mapping[str, Any]], Any]
SYMBOLS = (0, 2048)
"""Roundings that are told apart, by effort: none (intervals, whose runs are kept), then as many as matter."""


@final
class _Rounded:
    """Forms of what any order of summation computes in a format."""

    def __init__(self, form: Format, symbols: int) -> None:
        self.form = form
        self._own = AffineForms(symbols)
        self.leans_on_libraries = False

    def number(self, value: Fraction) -> Form:
        return self._own.number(value)

    def maximum(self, a: Form, b: Form) -> Form:
        return self._own.maximum(a, b)

    def function(self, name: str, x: Form) -> Form:
        return self._own.function(name, x)

    def applied(self, node: Node, rule: Rule, given: Mapping[str, Any]) -> Any:
        """The real value of the forms, and around it what rounding may do."""
        name = node.operation.name
        if name in EXACT:
            return _widened(rule(self, given), 2.0**self.form.least)
        if name in SMOOTH and self.form.stores_sums:
            self.leans_on_libraries = True
            return SMOOTH[name](self, rule, given)
        shape = SUMS.get(name)
        if shape is None:
            raise NotEvaluatedError(
                f"no bound for every order of summation in {self.form.name} is derived for it"
            )
        value = rule(self, given)
        terms = shape.terms(given) + 2 * (shape.divisor(given) > 1)
        total = sizes(rule, given, _size, lambda value: float(value) * INFLATE)
        absolute = np.array(total, dtype=np.float64) * INFLATE
        most = terms * max((_most(given.get(word)) for word in shape.products), default=0.0)
        operands = np.full_like(absolute, (most + _most_of(given, shape.shift)) * INFLATE)
        every = np.ones(absolute.shape, dtype=bool)
        local = linear_error(
            self.form, terms, absolute, operands, operands, absolute, absolute, every
        )
        largest = min(
            self.form.largest, 2.0**127 if self.form.sum_precision == 24 else self.form.largest
        )
        if not bool((absolute + local < largest).all()):
            raise NotEvaluatedError(
                f"a sum may exceed {largest:.6g}, the range of {self.form.name}"
            )
        return _widened(value, local)

    def widened(self, value: Any, error: Any) -> Any:
        """Forms that may be off by so much.

        Raises:
            NotEvaluatedError: the error is not finite.
        """
        if not bool(np.isfinite(error).all()):
            raise NotEvaluatedError("an error is not finite; use smaller inputs")
        return _widened(value, error)


def _size(form: Form) -> float:
    return max(abs(form.low), abs(form.high))


def _most(value: Any) -> float:
    """The largest size of the numbers of an argument; 1 of what is not there."""
    if value is None:
        return 1.0
    return max(
        (
            _size(v) if isinstance(v, Form) else float(abs(v)) * INFLATE
            for v in array_of(value).reshape(-1)
        ),
        default=0.0,
    )


def _most_of(given: Mapping[str, Any], words: Iterable[str]) -> float:
    return max((_most(given[w]) for w in words if given.get(w) is not None), default=0.0)


def _widened(value: Any, local: Any) -> Any:
    found = np.empty(value.shape, dtype=object)
    errors = np.broadcast_to(local, value.shape)
    for place, form in np.ndenumerate(value):
        error = float(errors[place])
        found[place] = form.between(-error, error, -inf, inf, symbol=True)
    return found


@final
class _Orders:
    """A network under every order of summation in a format."""

    efforts = len(SYMBOLS)

    def __init__(self, model: CapturedModel, form: Format) -> None:
        require_one_type(model.network)
        self._model, self._form = model, form
        self._intervals = PatchedRuns(model, _Rounded(form, SYMBOLS[0]))
        self._leans = False

    @property
    def assumed(self) -> tuple[str, ...]:
        """What is assumed of the machine."""
        machine = f"assumed of the machine: {self._form.assumption}; no overflow, which was checked"
        return (machine, ASSUMED) if self._leans else (machine,)

    def enclosed(
        self, exchange: Exchange, names: Iterable[str], effort: int
    ) -> Mapping[str, Interval]:
        """The ends of forms; with symbols, the runs are made anew, so that there are few of them."""
        runs = self._intervals
        if SYMBOLS[effort]:
            runs = PatchedRuns(self._model, _Rounded(self._form, SYMBOLS[effort]))
        numbers = runs.numbers(runs.patched(exchange), list(names))
        own = runs.own
        assert isinstance(own, _Rounded)
        self._leans |= own.leans_on_libraries
        return {n: Interval(Fraction(v.low), Fraction(v.high)) for n, v in numbers.items()}

    def witness(self, exchange: Exchange) -> Mapping[str, Value] | None:
        """What this machine's order computes, one row at a time; nothing for TensorFloat-32, which no CPU has."""
        if self._form.operand:
            return None
        model = self._model
        rows = [tensor[exchange.base : exchange.base + 1] for tensor in model.inputs.tensors]
        sources: dict[Site, list[Tensor]] = {
            model.slices[name]: [tensor[row : row + 1] for tensor in model.inputs.tensors]
            for name, row in exchange.sources
        }
        values = interchanged_values(model.network, rows, sources)
        found: dict[str, Value] = {}
        for name in model.numbers:
            part, place = model.place(name)
            held = part.read(values[part.node]).reshape(-1)[place]
            found[name] = exact(exact_float(float(held)))
        return found


@final
class _Meaning:
    """The semantics `all-orders(F)`."""

    def covers(self, semantics: Semantics) -> bool:
        """Whether it is `all-orders` of some format."""
        return isinstance(semantics, AllOrders)

    def reading(self, model: CapturedModel, semantics: Semantics) -> _Orders:
        """A network of sums, products and cases, as the format stores it."""
        assert isinstance(semantics, AllOrders)
        form = FORMATS[semantics.dtype]
        return _Orders(_stored(model, "float32" if form.operand else form.name), form)


def _stored(model: CapturedModel, dtype: str) -> CapturedModel:
    """The model with weights and inputs rounded once to a type, captured again as a module of that type."""
    import torch

    if str(model.network.dtype) == f"torch.{dtype}":
        return model
    if model.module is None:
        own = str(model.network.dtype).removeprefix("torch.")
        raise NotEvaluatedError(
            f"the weights are {own}, and in {dtype} they would be others; capture module.to(torch.{dtype})"
        )
    wanted: torch.dtype = getattr(torch, dtype)
    tensors = [t.to(wanted) if t.is_floating_point() else t for t in model.inputs.tensors]
    try:
        module = copy.deepcopy(model.module).to(wanted)
        rows = [torch.cat([t, t])[:2] for t in tensors]
        return replace(
            model,
            network=capture(module, rows),
            inputs=InputTable(model.inputs.domains, tensors),
            module=None,
        )
    except InputError as error:
        raise NotEvaluatedError(f"the module is not captured in {dtype}: {error}") from error


ALL_ORDERS = _Meaning()
