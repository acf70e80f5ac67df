r"""The 20° toy network, exactly: $H = R(20°)x$, $O = H_1 + H_2 - 9/5$, read as $O > 0$.

Numbers are balls of 128 bits (Arb); a sign that a ball does not settle is an error, never a guess.
Latents are $R(\theta) H$ for a rotation by $\theta$, and interventions set latents.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

__all__ = ["INPUTS", "fires", "latent", "output", "rational", "rotation"]

INPUTS = [(a, b) for a, b in product((0, 1), repeat=2)]
Pair = tuple[Any, Any]


def rotation(steps: int) -> Pair:
    """The cosine and sine of `steps` times 20°."""
    from flint import arb, fmpq

    turn = fmpq(steps, 9)
    return arb.cos_pi_fmpq(turn), arb.sin_pi_fmpq(turn)


def turned(vector: Pair, by: Pair) -> Pair:
    """The vector rotated."""
    (x, y), (c, s) = vector, by
    return c * x - s * y, s * x + c * y


def latent(x: tuple[int, int], by: Pair) -> Pair:
    """The rotated hidden state of an input."""
    return turned(turned(x, rotation(1)), by)


def output(values: Pair, by: Pair) -> Any:
    """O when the latents have these values."""
    from flint import arb, fmpq

    c, s = by
    first, second = turned(values, (c, -s))
    return first + second - arb(fmpq(9, 5))


def fires(values: Pair, by: Pair) -> int:
    """Whether O > 0, certified.

    Raises:
        ArithmeticError: the ball contains 0.
    """
    value = output(values, by)
    if value > 0:
        return 1
    if value < 0:
        return 0
    raise ArithmeticError(f"the sign of {value} is not settled")


def rational(value: str) -> Any:
    """A rational number as a ball."""
    from flint import arb, fmpq

    exact = Fraction(value)
    return arb(fmpq(exact.numerator, exact.denominator))
