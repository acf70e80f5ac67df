"""The values a variable can take, exactly: finite sets, integer ranges, intervals, the reals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["BOOL", "Domain", "Finite", "Interval", "Range", "Reals", "Value", "as_range", "exact"]

Value = int | Fraction | str
"""An exact number or a label. Booleans are the numbers 0 and 1; an integral `Fraction` is an `int`."""


def exact(number: int | Fraction) -> int | Fraction:
    """The number in its one normal form: an `int` where it is integral."""
    if isinstance(number, Fraction) and number.denominator == 1:
        return number.numerator
    return int(number) if isinstance(number, bool) else number


@dataclass(frozen=True, slots=True)
class Finite:
    """A finite set of at least one value, in the order in which it was written."""

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.values or len(set(self.values)) != len(self.values):
            raise ValueError(
                f"a finite domain lists each value once, at least one: {self.values!r}"
            )

    @property
    def size(self) -> int:
        """The number of values."""
        return len(self.values)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.values)

    def __contains__(self, value: object) -> bool:
        return value in self.values

    def index(self, value: Value) -> int:
        """The position of a value, from 0; `ValueError` if it is not a member."""
        return self.values.index(value)

    def __str__(self) -> str:
        if self.values == (0, 1):
            return "bool"
        return "{" + ", ".join(str(value) for value in self.values) + "}"


@dataclass(frozen=True, slots=True)
class Range:
    """The integers from `low` to `high`, both included."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"the range {self.low}..{self.high} is empty")

    @property
    def size(self) -> int:
        """The number of values."""
        return self.high - self.low + 1

    def __iter__(self) -> Iterator[Value]:
        return iter(range(self.low, self.high + 1))

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high

    def index(self, value: Value) -> int:
        """The position of a value, from 0; `ValueError` if it is not a member."""
        return range(self.low, self.high + 1).index(value)  # type: ignore[arg-type]  # no int, no member

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"


@dataclass(frozen=True, slots=True)
class Interval:
    """The real numbers between `low` and `high`, both included."""

    low: Fraction | int
    high: Fraction | int

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | Fraction) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"[{self.low}, {self.high}]"


@dataclass(frozen=True, slots=True)
class Reals:
    """All real numbers. Values that occur in computations are rational."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | Fraction)

    def __str__(self) -> str:
        return "real"


Domain = Finite | Range | Interval | Reals
"""A variable's domain. `Finite((0, 1))`, spelled `bool`, is the only form of {0, 1}."""

BOOL = Finite((0, 1))


def as_range(domain: Domain) -> Range | None:
    """The domain as a range of integers, if its values are 0, 1, 2 and so on, or written as a range."""
    if isinstance(domain, Finite) and domain.values == tuple(range(domain.size)):
        return Range(0, domain.size - 1)
    return domain if isinstance(domain, Range) else None
