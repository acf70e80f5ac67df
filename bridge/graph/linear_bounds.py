r"""Bounds of a captured network over boxes of inputs: an interval and a line for each output.

Over a box the output $y$ lies in $[l, h]$ and $y - \sum_k s_k x_k$ in $[b, t]$, for the stored weights in
$\mathbb{R}$. The numbers $s_k, b, t$ are exact rationals, though found in float64: see `affine`. Every network
whose operations have rules has such bounds: softmax, GELU and normalisation too. A patched run is bounded
like any other: its base and its sources are boxes side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError

from .affine import AffineForms, Form
from .arithmetic import Arithmetic
from .evaluation import evaluate_graph
from .network import CapturedNetwork
from .sites import Slice

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "Forms",
    "InputBox",
    "LinearBound",
    "Run",
    "box_around",
    "forms_of",
    "linear_bounds",
    "values_of",
]

Array = npt.NDArray[Any]


@final
@dataclass(frozen=True, slots=True, eq=False)
class InputBox:
    """One row of inputs: numbers that vary between exact bounds, and tensors that do not.

    Attributes:
        centres: input -> exact rationals, of the shape of the input.
        radii: input -> how far each may be from its centre, exact and not negative.
        fixed: inputs of integers (tokens, masks).
    """

    centres: Mapping[str, Array]
    radii: Mapping[str, Array]
    fixed: Mapping[str, Tensor]

    @property
    def volume(self) -> Fraction:
        """The product of the radii that are not 0."""
        every = [radius for radii in self.radii.values() for radius in radii.reshape(-1)]
        return prod((radius for radius in every if radius), start=Fraction(1))

    def halves(self, name: str, place: tuple[int, ...]) -> tuple[InputBox, InputBox]:
        """The two boxes that one input number is split into."""
        half = self.radii[name][place] / 2
        found = []
        for sign in (-1, 1):
            centres, radii = self.centres[name].copy(), self.radii[name].copy()
            centres[place] += sign * half
            radii[place] = half
            found.append(
                InputBox({**self.centres, name: centres}, {**self.radii, name: radii}, self.fixed)
            )
        return found[0], found[1]


def box_around(
    network: CapturedNetwork, inputs: Sequence[Tensor], radius: Fraction | int
) -> InputBox:
    """The box of a radius around one row of inputs; integers do not vary.

    Args:
        network: whose inputs these are.
        inputs: one tensor for each input of the network, of one row.
        radius: of all numbers, exact.

    Raises:
        InputError: another number of tensors, more than one row, a number that is not finite, a
            negative radius.
    """
    faults = []
    if len(inputs) != len(network.inputs):
        faults.append(f"{len(inputs)} tensors for the inputs {', '.join(network.inputs)}")
    if radius < 0:
        faults.append(f"a radius of {radius}; it is at least 0")
    for name, tensor in zip(network.inputs, inputs, strict=False):
        if tensor.ndim and len(tensor) != 1:
            faults.append(f"{name!r} has {len(tensor)} rows; a box is around one")
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            faults.append(f"{name!r} has a number that is not finite")
    if faults:
        raise InputError(faults)
    centres, radii, fixed = {}, {}, {}
    for name, tensor in zip(network.inputs, inputs, strict=True):
        if not tensor.is_floating_point():
            fixed[name] = tensor
            continue
        numbers = tensor.detach().double().numpy()
        centres[name], radii[name] = (np.empty(numbers.shape, dtype=object) for _ in range(2))
        for place, number in np.ndenumerate(numbers):
            centres[name][place] = Fraction(*float(number).as_integer_ratio())
            radii[name][place] = Fraction(radius)
    return InputBox(centres, radii, fixed)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A run over boxes: a base, and what is set in it from sources.

    Attributes:
        base: the box of the base.
        sources: the boxes of the sources.
        sites: what is set, and the number of the source that it is taken from.
    """

    base: InputBox
    sources: tuple[InputBox, ...] = ()
    sites: tuple[tuple[Slice, int], ...] = ()

    @property
    def boxes(self) -> tuple[InputBox, ...]:
        """The base, then the sources."""
        return (self.base, *self.sources)

    @property
    def volume(self) -> Fraction:
        """Of the boxes together."""
        return prod((box.volume for box in self.boxes), start=Fraction(1))

    def halves(self, number: int, name: str, place: tuple[int, ...]) -> tuple[Run, Run]:
        """The two runs that one input number, of one box, is split into."""
        first, second = (
            tuple(half if k == number else box for k, box in enumerate(self.boxes))
            for half in self.boxes[number].halves(name, place)
        )
        return Run(first[0], first[1:], self.sites), Run(second[0], second[1:], self.sites)


@final
@dataclass(frozen=True, slots=True)
class LinearBound:
    """Bounds of one output over a box.

    Attributes:
        low: it is at least this.
        high: it is at most this.
        slopes: the factor of each input number, of the base and then of each source, row-major.
        below: the output without Σ slope · input is at least this.
        above: and at most this.
    """

    low: Fraction
    high: Fraction
    slopes: tuple[Fraction, ...]
    below: Fraction
    above: Fraction


@final
@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """The outputs of a run as affine forms, and the symbols of its input numbers.

    Attributes:
        outputs: output -> its forms, row-major.
        inputs: of every input number: which box, which input, where in it, and its form.
    """

    outputs: Mapping[str, tuple[Form, ...]]
    inputs: tuple[tuple[int, str, tuple[int, ...], Form], ...]


def forms_of(network: CapturedNetwork, run: Run, *, symbols: int = 4096) -> Forms:
    """The outputs of a run over boxes as affine forms; their differences are bounded as such.

    Args:
        network: whose operations all have rules.
        run: the boxes and what is set.
        symbols: see `AffineForms`; fewer are quicker and wider.

    Raises:
        NotEvaluatedError: an operation without a rule or not defined on an enclosure, by name.
    """
    own = AffineForms(symbols)
    inputs: list[tuple[int, str, tuple[int, ...], Form]] = []

    def form_at(number: int, name: str, place: tuple[int, ...]) -> Form:
        box = run.boxes[number]
        form = own.around(box.centres[name][place], box.radii[name][place])
        inputs.append((number, name, place, form))
        return form

    values = values_of(network, run, own, form_at)
    outputs = {name: tuple(_forms(values[node])) for name, node in network.outputs.items()}
    return Forms(outputs, tuple(inputs))


def values_of(
    network: CapturedNetwork,
    run: Run,
    own: Arithmetic,
    number_at: Callable[[int, str, tuple[int, ...]], Any],
) -> dict[str, Any]:
    """The values of a run in an arithmetic, of the base after what is set in it.

    Args:
        network: whose operations have rules.
        run: the boxes and what is set.
        own: the arithmetic.
        number_at: (box, input, place) -> the input number there.

    Raises:
        NotEvaluatedError: an operation that this arithmetic does not have, by name.
    """
    given = []
    for number, box in enumerate(run.boxes):
        arrays: dict[str, Any] = dict(box.fixed)
        for name, centres in box.centres.items():
            arrays[name] = np.empty(centres.shape, dtype=object)
            for place in np.ndindex(*centres.shape):
                arrays[name][place] = number_at(number, name, place)
        given.append(arrays)
    sources = [evaluate_graph(network, own, [], given=arrays) for arrays in given[1:]]
    patches = {site: sources[source][site.node][site.key] for site, source in run.sites}
    return evaluate_graph(network, own, [], patches, given=given[0])


def _forms(value: Any) -> Iterable[Form]:
    if not isinstance(value, np.ndarray):
        raise InputError(["an output does not depend on the numbers of the inputs"])
    return value.reshape(-1).tolist()


def linear_bounds(
    network: CapturedNetwork, run: Run, *, symbols: int = 4096
) -> dict[str, tuple[LinearBound, ...]]:
    """Bounds of every output of a run over boxes, as exact rationals.

    Args:
        network: whose operations all have rules.
        run: the boxes and what is set.
        symbols: see `AffineForms`.

    Returns:
        output -> a bound for each of its numbers, row-major.

    Raises:
        NotEvaluatedError: an operation without a rule or not defined on an enclosure, by name.
    """
    forms = forms_of(network, run, symbols=symbols)
    return {
        name: tuple(_bound(form, [number for *_, number in forms.inputs]) for form in listed)
        for name, listed in forms.outputs.items()
    }


def _bound(form: Form, inputs: Sequence[Form]) -> LinearBound:
    """The factors of input symbols as slopes in the inputs; what else varies, between two bounds."""
    factors = form.factors.tolist()
    slopes, shift = [], Fraction(form.centre)
    for number in inputs:
        symbol = len(number.factors) - 1  # none, of a number that does not vary
        if not 0 <= symbol < len(factors):
            slopes.append(Fraction(0))
            continue
        slopes.append(Fraction(factors[symbol]) / Fraction(number.factors[symbol]))
        shift -= slopes[-1] * Fraction(number.centre)
        factors[symbol] = 0.0
    rest = Fraction(form.rest) + sum((abs(Fraction(a)) for a in factors), Fraction(0))
    low, high = Fraction(form.low), Fraction(form.high)
    return LinearBound(low, high, tuple(slopes), shift - rest, shift + rest)
