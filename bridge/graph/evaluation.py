r"""A graph in another arithmetic: exact values, certified balls, interval bounds, terms for solvers.

Integers (tokens, positions, masks, sizes) are computed by PyTorch, which is exact for them. Operations
that only move entries are run by PyTorch too, on the numbers of the entries instead of the entries:
whatever a view, a slice or a look-up does, it does to them. Everything else has one rule, in `rules`.
Casts between types are the identity: this is the semantics `real`, in which the stored weights are exact
and nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError

from .arithmetic import RATIONAL, TERMS, Arithmetic, Balls, NotEvaluatedError, Term, Watching
from .computing import computed
from .network import CapturedNetwork
from .node import Node, Ref
from .operations import OpKind
from .rules import RULES

if TYPE_CHECKING:
    from torch import Tensor

    from tauomega.theory.kernel import Expression

    from .sites import Slice

__all__ = ["Interval", "certified", "evaluate_graph", "exact_values", "interval_of", "terms_of"]

Array = npt.NDArray[Any]
_CASTS = ("to", "_to_copy", "type_as")
_MASKED = ("scaled_dot_product_attention",)
"""Operations that are told by truth values where to look; everywhere else these are 0 and 1."""
_FILLS = ("value", "fill_value", "self", "other")
LARGEST_PRECISION = 4096
LARGEST_EXPONENT = 2**16
"""Of an end of an enclosure: beyond, its exact digits would not fit."""


@final
@dataclass(frozen=True, slots=True)
class Interval:
    """A certified enclosure of a real number, with exact rational ends."""

    low: Fraction
    high: Fraction


def exact_values(
    network: CapturedNetwork,
    inputs: Sequence[Tensor],
    patches: Mapping[Slice, Array] | None = None,
) -> dict[str, Array]:
    """Every value of a network of sums, products and cases, as exact rationals (`flint.fmpq`).

    Raises:
        NotEvaluatedError: an operation that is not rational (softmax, a square root, …), by name.
    """
    return evaluate_graph(network, RATIONAL, inputs, patches)


def certified(
    network: CapturedNetwork,
    inputs: Sequence[Tensor],
    *,
    bits: int = 128,
    radius: Fraction | int = 0,
    patches: Mapping[Slice, Array] | None = None,
) -> dict[str, list[Interval]]:
    """The outputs as certified enclosures: of a point, or of a box of a radius around it.

    Args:
        network: any network whose operations have rules.
        inputs: as `CapturedNetwork.values` takes them.
        bits: the working precision; more bits make the enclosures of points smaller.
        radius: how far each real input may be from the given one.
        patches: slice -> balls that replace it (from a source's run in the same arithmetic).

    Returns:
        output -> an interval for each number, in row-major order.

    Raises:
        InputError: a precision of fewer than 2 bits, or of too many.
        NotEvaluatedError: an operation without a rule, or an enclosure that is not finite.
    """
    import flint

    if not 2 <= bits <= LARGEST_PRECISION:
        raise InputError([f"a precision of {bits} bits; use 2 to {LARGEST_PRECISION:,}"])
    with flint.ctx.workprec(bits):
        values = evaluate_graph(network, Balls(bits), inputs, patches, radius=Fraction(radius))
        return {
            name: [interval_of(v) for v in values[node].reshape(-1)]
            for name, node in network.outputs.items()
        }


def terms_of(network: CapturedNetwork, rows: Mapping[str, Array]) -> dict[str, list[Expression]]:
    """The outputs as expressions in the expressions of the inputs, for solvers.

    Args:
        network: a network of sums, products and cases.
        rows: input -> an array of `Term`s, shape (rows, …).

    Raises:
        NotEvaluatedError: an operation that the grammar has no term for, by name.
    """
    values = evaluate_graph(network, TERMS, [], None, given=rows)
    return {
        name: [term.expression for term in values[node].reshape(-1) if isinstance(term, Term)]
        for name, node in network.outputs.items()
    }


def evaluate_graph(
    network: CapturedNetwork,
    own: Arithmetic,
    inputs: Sequence[Tensor],
    patches: Mapping[Slice, Array] | None = None,
    *,
    radius: Fraction = Fraction(0),
    given: Mapping[str, Array] | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The value of every node: arrays of numbers, or tensors and sizes where these are integers.

    `known` are values of an earlier evaluation that need not be computed again: for a patched run, those
    of the base but for the descendants of the patches.

    Raises:
        NotEvaluatedError: an operation without a rule in this arithmetic, by name and module.
    """
    values: dict[str, Any] = dict(known or {})
    if given is None and known is None:
        for name, tensor in zip(network.inputs, inputs, strict=True):
            values[name] = _widened(_lifted(tensor, own), own, radius)
    values |= given or {}
    for name, tensor in network.constants.items():
        if name not in values:
            values[name] = _lifted(tensor, own)
    at: dict[str, list[tuple[Slice, Array]]] = {}
    for site, array in (patches or {}).items():
        at.setdefault(site.node, []).append((site, array))
    for node in network.nodes:
        if node.name not in values:
            try:
                values[node.name] = _value(node, values, own)
            except NotEvaluatedError as error:
                where = f" in {node.module!r}" if node.module else ""
                raise NotEvaluatedError(f"{node.operation.name}{where}: {error}") from error
        for site, array in at.get(node.name, ()):
            changed = values[node.name].copy()
            changed[site.key] = array
            values[node.name] = changed
    return values


def _value(node: Node, values: Mapping[str, Any], own: Arithmetic) -> Any:
    import torch

    parents = [values[parent] for parent in node.parents]
    floating = node.dtype is not None and node.dtype.is_floating_point
    numbers = any(_is_numbers(parent) for parent in parents)
    kind = node.operation.kind
    if node.operation.name in _CASTS and (numbers or _is_float(parents[0])) and floating:
        return parents[0]
    if node.operation.name == "sym_size":
        (source,) = parents
        dim = node.arguments["dim"]
        assert isinstance(dim, int)
        return int(source.shape[dim])
    if kind is OpKind.MOVING and numbers:
        return _moved(node, values, own)
    if kind in (OpKind.MOVING, OpKind.DISCRETE) or not floating:
        if numbers and not (kind is OpKind.DISCRETE and _only_shapes(node)):
            raise NotEvaluatedError("it turns numbers into integers")
        with torch.no_grad():
            return computed(node, {**values, **_shapes(node, values)})
    rule = RULES.get(node.operation.name)
    if rule is None:
        raise NotEvaluatedError("it has no rule in exact arithmetic")
    stated = {n: _argument(v, values, own, node) for n, v in node.arguments.items()}
    arguments = {n: _cast(v, node) for n, v in _defaults(node.target)} | stated
    return own.applied(node, rule, arguments) if isinstance(own, Watching) else rule(own, arguments)


def _argument(argument: object, values: Mapping[str, Any], own: Arithmetic, node: Node) -> Any:
    import torch

    match argument:
        case Ref(name):
            found = values[name]
            if isinstance(found, torch.Tensor):
                if found.dtype is torch.bool and node.operation.name in _MASKED:
                    return found.numpy()
                return _lifted(found.double(), own)
            return found
        case tuple():
            return [_argument(part, values, own, node) for part in argument]
        case bool() | int() | str() | None:
            return argument
        case float():
            return _cast(argument, node)
        case _:
            return argument


@lru_cache(maxsize=2**10)
def _defaults(target: object) -> tuple[tuple[str, float], ...]:
    """The numbers that an operator takes where none are given, such as an ε: they are cast like any other."""
    schema: Any = getattr(target, "_schema", None)
    named = ((a.name, a.default_value) for a in (() if schema is None else schema.arguments))
    return tuple((name, value) for name, value in named if isinstance(value, float))


def _cast(value: float, node: Node) -> Fraction | float:
    """A scalar as the type of the tensor holds it, exactly."""
    import torch

    stored = float(torch.tensor(value, dtype=torch.float64).to(node.dtype))
    return Fraction(*stored.as_integer_ratio()) if np.isfinite(stored) else stored


# ---------------------------------------------------------------- moving


def _moved(node: Node, values: Mapping[str, Any], own: Arithmetic) -> Any:
    """Run the operation on the numbers of the entries; 0 stands for the number 0."""
    import torch

    if node.operation.name == "getitem":
        return values[node.parents[0]][node.arguments["1"]]
    if node.operation.name.endswith("_like"):
        with torch.no_grad():
            return computed(node, {**values, **_shapes(node, values)})
    flat: list[Array] = [np.array([own.number(Fraction(0))], dtype=object)]
    count = 1
    places: dict[str, Any] = dict(values)
    for parent in node.parents:
        if _is_numbers(values[parent]) or _is_float(values[parent]):
            array = _lifted(values[parent], own)
            places[parent] = torch.arange(count, count + array.size).reshape(array.shape)
            flat.append(array.reshape(-1))
            count += array.size
    arguments = dict(node.arguments)
    for word in _FILLS:
        fill = arguments.get(word)
        if isinstance(fill, int | float) and not isinstance(fill, bool):
            if not np.isfinite(fill):
                raise NotEvaluatedError(f"it puts {fill}, which is no number")
            flat.append(np.array([own.number(Fraction(fill))], dtype=object))
            arguments[word] = count
            count += 1
    moved = Node(
        node.name, node.operation, arguments, node.target, node.shape, node.dtype, node.module
    )
    with torch.no_grad():
        found = computed(moved, places)
    pool = np.concatenate(flat)
    if isinstance(found, tuple | list):
        return tuple(pool[part.numpy()] for part in found)
    return pool[found.numpy()]


def _is_numbers(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(_is_numbers(part) for part in value)
    return isinstance(value, np.ndarray)


def _is_float(value: Any) -> bool:
    """Whether it is a tensor of constants such as 0 and 1, on which PyTorch is exact until it calculates."""
    import torch

    return isinstance(value, torch.Tensor) and value.is_floating_point()


def _only_shapes(node: Node) -> bool:
    return node.operation.name in ("sym_size", "new_full")


def _shapes(node: Node, values: Mapping[str, Any]) -> dict[str, Any]:
    """Tensors of zeros in the place of numbers of which only the shape is read."""
    import torch

    return {
        parent: torch.zeros(values[parent].shape)
        for parent in node.parents
        if isinstance(values[parent], np.ndarray)
    }


def _lifted(value: Any, own: Arithmetic) -> Any:
    """A tensor of floats as numbers, exactly; integers and sizes as they are."""
    import torch

    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        return value
    if not bool(torch.isfinite(value).all()):
        raise NotEvaluatedError("an infinite constant is no number")
    wide = value.detach().double()
    found = np.empty(tuple(wide.shape), dtype=object)
    known: dict[float, Any] = {}
    for place in np.ndindex(*found.shape):
        number = float(wide[place])
        if number not in known:
            known[number] = own.number(Fraction(*number.as_integer_ratio()))
        found[place] = known[number]
    return found


def _widened(value: Any, own: Arithmetic, radius: Fraction) -> Any:
    import flint

    if not radius or not isinstance(value, np.ndarray):
        return value
    around = own.number(radius)
    interval = flint.arb(0, around.upper())
    return value + interval


def interval_of(ball: Any) -> Interval:
    """The ends of a finite ball as exact rationals.

    Raises:
        NotEvaluatedError: it is not finite.
    """
    if not ball.is_finite():
        raise NotEvaluatedError("an enclosure is not finite; use more bits or a smaller box")
    ends = []
    for end in (ball.lower(), ball.upper()):
        mantissa, exponent = end.mid().man_exp()
        if abs(int(exponent)) > LARGEST_EXPONENT:
            raise NotEvaluatedError(f"an enclosure reaches 2^{int(exponent):,}; use a smaller box")
        ends.append(Fraction(int(mantissa)) * Fraction(2) ** int(exponent))
    return Interval(*ends)
