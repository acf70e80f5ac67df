r"""An alignment on machines: every order of summation in a floating-point format, not only the reals.

What a machine computes for an interchange of linear features is
$$h_b + \sum_v \bigl((h_{s_v} - h_b) A_v^\top\bigr) B_v^\top,$$
with $A_v$ the rows of the map and $B_v$ the columns of its inverse that belong to v, stored in the format, and
with the network before and after in the same format. Every rounding of it, in any order of summation, is a
column of an enclosure (`precision.enclosure`); τ compares stored outputs, which rounds nothing. What is
settled here is about these operations and the *rounded* matrices: a statement of its own, beside the one
over the reals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError, OutOfReachError

from ..boxes.batched_bounds import known_of
from ..feature_map import FeatureMap
from ..precision.enclosure import Enclosure, activated, linear
from ..precision.formats import FORMATS, rounded
from ..precision.orders import OrdersNetwork, stored_network, stored_row
from ..precision.sums import INFLATE
from .alignment import Alignment
from .lesson import expected_signs
from .question import AlignmentQuestion

__all__ = ["MOST_PAIRS", "Orders", "settle_orders"]

Array = npt.NDArray[Any]
MOST_PAIRS = 2**18
ROWS = 1024
"""Interchanges enclosed at a time."""
OWN = 2.0**-52


@final
@dataclass(frozen=True, slots=True)
class Orders:
    """How many interchanges are settled for every order of summation.

    Attributes:
        dtype: the format.
        total: how many interchanges there are.
        agreeing: how many agree in every order.
        failing: how many disagree in every order.
        assumption: what is assumed of the machine.
    """

    dtype: str
    total: int
    agreeing: int
    failing: int
    assumption: str

    @property
    def holds(self) -> bool:
        """Whether all agree, whatever the order."""
        return self.agreeing == self.total


def settle_orders(
    question: AlignmentQuestion,
    alignment: Alignment,
    dtype: str = "float32",
    *,
    told: Callable[[int, int | None], None] | None = None,
) -> Orders:
    """Enclose every interchange, whatever the order in which its sums are computed.

    Args:
        question: what was aligned.
        alignment: a linear map.
        dtype: a format of `precision.formats`.
        told: how many are done, and in all.

    Raises:
        InputError: a map that is not linear; a sum that may overflow.
        OutOfReachError: more than 2^18 interchanges.
    """
    if not isinstance(alignment.map, FeatureMap):
        raise InputError(["only linear features are enclosed in other arithmetics"])
    count = len(question.contexts)
    total = sum(count ** (1 + len(kind)) for kind in question.kinds)
    if total > MOST_PAIRS:
        raise OutOfReachError("interchanges to enclose", total, MOST_PAIRS)
    enclosing = _Enclosing(question, alignment, alignment.map, dtype)
    agreeing = failing = done = 0
    for kind in question.kinds:
        codes, signs = expected_signs(question, kind)
        table = signs.numpy()
        for bases, sources in _chunks(count, len(kind), ROWS):
            origins = tuple(code.numpy()[s] for code, s in zip(codes, sources, strict=True))
            wanted = table[(*origins, bases)]
            said = enclosing.said(kind, bases, sources)
            agreeing += int((said == wanted).all(axis=1).sum())
            failing += int((said == -wanted).any(axis=1).sum())
            done += len(bases)
            if told is not None:
                told(done, total)
    assumption = FORMATS[dtype].assumption
    return Orders(dtype, total, agreeing, failing, assumption)


def _chunks(count: int, sources: int, rows: int) -> Iterator[tuple[Array, list[Array]]]:
    shape = (count,) * (sources + 1)
    for start in range(0, count ** (sources + 1), rows):
        numbers = np.arange(start, min(start + rows, count ** (sources + 1)))
        *origins, bases = np.unravel_index(numbers, shape)
        yield bases, list(origins)


@final
class _Enclosing:
    """The clean layer of every context, and what follows an exchange."""

    def __init__(
        self, question: AlignmentQuestion, alignment: Alignment, features: FeatureMap, dtype: str
    ) -> None:
        self.form = FORMATS[dtype]
        self.question = question
        points = [tuple(c.values()) for c in question.model.as_scm().contexts()]
        given = np.stack([stored_row(question.model.row(p), dtype) for p in points])
        network = question.model.network
        self.clean = OrdersNetwork(network, dtype).clean(given)[question.layer]
        self.layers = [
            (weight, bias, layer.activation)
            for (weight, bias), layer in zip(
                stored_network(network, dtype), network.layers, strict=True
            )
        ][question.layer + 1 :]
        matrix, inverse = (_stored(x, dtype) for x in (features.matrix, features.inverse))
        self.blocks = {
            name: (matrix[list(chosen)], inverse[:, list(chosen)])
            for name, chosen in alignment.features
        }
        names = network.unit_names(len(network.layers) - 1)
        self.rows = np.array([[float(dict(f).get(n, 0)) for n in names] for f, _ in question.forms])
        self.shift = np.array([float(c) for _, c in question.forms])

    def said(self, kind: Sequence[str], bases: Array, sources: Sequence[Array]) -> Array:
        """What τ reads in every order: 1, -1, or 0 where that depends on it; (pairs, compared)."""
        value = self._exchanged(kind, bases, sources)
        for weight, bias, activation in self.layers:
            value = linear(value, weight, bias, self.form)
            value = activated(value, activation.name, float(activation.slope), self.form)
        low, high = self._forms(value)
        return np.stack([known_of(c, low, high) for c in self.question.conditions], axis=1)

    def _exchanged(self, kind: Sequence[str], bases: Array, sources: Sequence[Array]) -> Enclosure:
        """The layer after the exchange: each operation rounds, and stores, what it computes.

        The values are carried side by side, [base, source, …]; a block that an operation leaves alone
        is multiplied by 1, which is exact: the rounding that is added for it only enlarges.
        """
        value = _joined([self.clean.taken(bases), *(self.clean.taken(s) for s in sources)])
        width, blocks = self.question.width, [self.blocks[name] for name in kind]
        one, count = np.eye(width), len(blocks)
        differences = np.eye(width * (1 + count))
        differences[width:, :width] = np.tile(-one, (count, 1))
        steps = [differences, _diagonal([one, *(f for f, _ in blocks)])]
        steps.append(_diagonal([one, *(b for _, b in blocks)]))
        for left in range(count, 0, -1):  # one addition for each variable
            added = np.hstack([one, one, np.zeros((width, width * (left - 1)))])
            rest = np.hstack(
                [np.zeros((width * (left - 1), 2 * width)), np.eye(width * (left - 1))]
            )
            steps.append(np.vstack([added, rest]))
        for weight in steps:
            value = linear(value, weight, np.zeros(len(weight)), self.form)
        return value

    def _forms(self, outputs: Enclosure) -> tuple[Array, Array]:
        """Ends that enclose the forms of stored outputs; nothing is rounded but in this computation."""
        size = np.abs(self.rows)
        centre = outputs.centre @ self.rows.T + self.shift
        columns = np.einsum("oi,ris->ros", self.rows, outputs.forms)
        terms = (self.rows.shape[1] + 3) * OWN
        reach = (np.abs(outputs.centre) + outputs.radius) @ size.T + np.abs(self.shift)
        rest = outputs.rest @ size.T + terms * reach
        found = Enclosure(centre, columns, rest * INFLATE)
        return found.bounds


def _diagonal(blocks: Sequence[Array]) -> Array:
    rows, columns = (sum(b.shape[axis] for b in blocks) for axis in (0, 1))
    found = np.zeros((rows, columns))
    row = column = 0
    for block in blocks:
        found[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return found


def _joined(parts: Sequence[Enclosure]) -> Enclosure:
    """The units of several runs side by side, each with roundings of its own."""
    rows, columns = len(parts[0].centre), [p.forms.shape[2] for p in parts]
    width = parts[0].centre.shape[1]
    forms = np.zeros((rows, width * len(parts), sum(columns)))
    for k, part in enumerate(parts):
        first = sum(columns[:k])
        forms[:, k * width : (k + 1) * width, first : first + columns[k]] = part.forms
    return Enclosure(
        np.concatenate([p.centre for p in parts], axis=1),
        forms,
        np.concatenate([p.rest for p in parts], axis=1),
    )


def _stored(rows: Sequence[Sequence[Any]], dtype: str) -> Array:
    """Rational numbers as the format stores them, in float64."""
    return rounded(np.array([[float(x) for x in row] for row in rows]), FORMATS[dtype])
