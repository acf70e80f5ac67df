"""What a scan of circuits is given: `circuit_kernel` and `circuit_numpy` are its two readings."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Scanned"]

Array = npt.NDArray[Any]


class Scanned(NamedTuple):
    """A network, and when a circuit of it is right. A named tuple, which compiled code can read.

    Attributes:
        widths: units of every layer, inputs first, without the output, shape (layers,).
        weights: shape (layers, units, units), padded.
        biases: shape (layers, units), padded.
        slopes: shape (layers,).
        rows: what the network reads, shape (points, inputs).
        centre: the output is right at row x iff |pre-activation - centre| < radius, shape (points,).
        radius: see `centre`.
        most: the most hidden units on.
        error: the largest error of a pre-activation.
    """

    widths: npt.NDArray[np.int64]
    weights: Array
    biases: Array
    slopes: Array
    rows: Array
    centre: Array
    radius: Array
    most: int
    error: float
