"""When an output is right: the published rounding rule, or one threshold."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from .counted_network import UNIT, CountedNetwork, Floats
from .options import Correct

__all__ = ["Box", "correct_box", "is_correct"]

HALF = Fraction(1, 2)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A circuit is perfect iff |pre-activation - centre| < radius at every row, up to `error`.

    `centre` and `radius` have shape (rows,).
    """

    centre: Floats
    radius: Floats
    error: float


def is_correct(value: Fraction, target: int, slope: Fraction, rule: Correct) -> bool:
    """Whether an exact pre-activation of the output is right.

    The rounding rule rounds half to even after the output activation: 1 is the open interval
    (1/2, 3/2), 0 the closed interval [-1/2, 1/2]. The threshold rule asks for above 1/2 iff 1.
    """
    output = value if value >= 0 else slope * value
    if rule is Correct.THRESHOLD:
        return (output > HALF) == bool(target)
    return HALF < output < 3 * HALF if target else -HALF <= output <= HALF


def correct_box(network: CountedNetwork, table: tuple[int, ...], rule: Correct) -> Box:
    """The rule as an interval of pre-activations at every row.

    A missing end is put beyond every value that a circuit can give.
    """
    far = 2.0 ** int(np.ceil(np.log2(network.largest + 4)) + 1)
    slope = network.slopes[-1]
    low_of_zero = -far
    if rule is Correct.ROUNDED and slope > 0:
        low_of_zero = max(-far, -0.5 / slope)
    high_of_one = 1.5 if rule is Correct.ROUNDED else far
    ends = [(0.5, high_of_one) if target else (low_of_zero, 0.5) for target in table]
    centre = np.array([(low + high) / 2 for low, high in ends])
    radius = np.array([(high - low) / 2 for low, high in ends])
    error = network.error + 8 * UNIT * (
        network.largest + float(np.abs(centre).max() + radius.max())
    )
    return Box(centre, radius, error)
