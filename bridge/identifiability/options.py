"""What is counted: the switches between the published procedure and the exact question."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import final

from tauomega.theory.errors import InputError, OutOfReachError

__all__ = [
    "Arithmetic",
    "Convention",
    "Correct",
    "Fillings",
    "Options",
    "Pairs",
    "Parity",
    "Placements",
]


DEEPEST = 4
"""The largest depth of formulas that are listed."""


class Pairs(StrEnum):
    """The (source, base) pairs that an interchange is tested on.

    `published-AB`: the source strictly before the base, inputs listed with the first variable most
    significant; `published-BA`: the same with the variables in reverse; `all`: every ordered pair of
    different inputs.
    """

    AB = "published-AB"
    BA = "published-BA"
    ALL = "all"


class Correct(StrEnum):
    """When an output is right: rounded half to even it is the target, or above 1/2 iff it is 1."""

    ROUNDED = "rounded"
    THRESHOLD = "threshold"


class Arithmetic(StrEnum):
    """Values of units that interpretations separate.

    `stored`: in the type of the weights, one operation after another (products summed in the order of
    the units, then the bias), which is what PyTorch gives for the published networks bit for bit;
    thresholds are midpoints in that type. `exact`: of the stored weights as rational numbers.
    """

    STORED = "stored"
    EXACT = "exact"


class Fillings(StrEnum):
    """Values of a local table at parent patterns that no input gives: each counts, or all as one."""

    EACH = "each"
    ONE = "one"


class Parity(StrEnum):
    """Whether a node of exactly two parents may compute XOR or XNOR."""

    NOT_OF_TWO = "not-of-two"
    ALLOWED = "allowed"


class Placements(StrEnum):
    """Of a skeleton, the first placement of NOTs that gives the gate, or all of them."""

    FIRST = "first"
    ALL = "all"


_KINDS: dict[str, type[StrEnum]] = {
    "arithmetic": Arithmetic,
    "correct": Correct,
    "fillings": Fillings,
    "parity": Parity,
    "pairs": Pairs,
    "placements": Placements,
}


@final
@dataclass(frozen=True, slots=True)
class Options:
    r"""Each difference between the two conventions, as a switch of its own.

    Attributes:
        full_mask: count circuits with every hidden unit on, the whole network among them.
        min_sparsity: keep circuits with (units off) / (units) above it; `None` is the published
            rule, 0 up to width 3, 1/5 for width 4, 3/10 beyond; 0 keeps all.
        correct: when an output of a circuit is right.
        minimal: count the circuits that contain no other perfect one too.
        arithmetic: the values that interpretations separate.
        fillings: whether unseen parent patterns make interpretations differ.
        parity: whether a node of two parents may be XOR or XNOR.
        pairs: the tested (source, base) pairs.
        joint: test every subset of nodes at once, each with its own source.
        depth: the largest depth of a formula; `None` is the number of hidden layers plus one.
        placements: which placements of NOTs a skeleton stands for.
        classes: count formulas up to relabelling of values (De Morgan) too.
        silence: count the mappings whose unread units have no effect too.

    Raises:
        InputError: a switch with another value, a depth below 0 or above 4, a sparsity outside
            [0, 1), joint interchanges of published pairs; all at once.
    """

    full_mask: bool = False
    min_sparsity: Fraction | None = None
    correct: Correct = Correct.ROUNDED
    minimal: bool = False
    arithmetic: Arithmetic = Arithmetic.STORED
    fillings: Fillings = Fillings.EACH
    parity: Parity = Parity.NOT_OF_TWO
    pairs: Pairs = Pairs.AB
    joint: bool = False
    depth: int | None = None
    placements: Placements = Placements.FIRST
    classes: bool = False
    silence: bool = False

    def __post_init__(self) -> None:
        faults = []
        for name, kind in _KINDS.items():  # strings are read as what they name
            given = getattr(self, name)
            try:
                object.__setattr__(self, name, kind(given))
            except ValueError:
                listed = ", ".join(kind)
                faults.append(f"{name} is one of {listed}, not {given!r}")
        if self.depth is not None and not 0 <= self.depth <= DEEPEST:
            faults.append(f"depth is 0 to {DEEPEST}, not {self.depth}")
        if self.min_sparsity is not None and not 0 <= self.min_sparsity < 1:
            faults.append(f"min_sparsity is at least 0 and below 1, not {self.min_sparsity}")
        if self.joint and self.pairs is not Pairs.ALL:
            faults.append(
                f"joint interchanges have a source for each node, so they are not of the pairs "
                f"{self.pairs}; write pairs all"
            )
        if faults:
            raise InputError(faults)

    def depth_for(self, hidden_layers: int) -> int:
        """The largest depth of a formula for a network.

        Raises:
            OutOfReachError: five, for four hidden layers: there are 57 million skeletons of two
                variables; with a `depth` of 4 or less, those to that depth are tried.
        """
        depth = hidden_layers + 1 if self.depth is None else self.depth
        if depth > DEEPEST:
            raise OutOfReachError("the depth of formulas", depth, DEEPEST)
        return depth

    def most_active(self, hidden: tuple[int, ...]) -> int:
        """The most hidden units that a counted circuit may have on.

        Example:
            >>> Options().most_active((4, 4)), Options(full_mask=True).most_active((3, 3))
            (6, 6)
        """
        units = sum(hidden)
        sparsity = self.min_sparsity
        if sparsity is None:
            width = max(hidden)
            sparsity = (
                Fraction(0) if width <= 3 else Fraction(1, 5) if width == 4 else Fraction(3, 10)
            )
        most = units if self.full_mask else units - 1
        while sparsity > 0 and not Fraction(units - most, units) > sparsity:
            most -= 1
        return most


class Convention(StrEnum):
    """The two presets.

    Source: Méloux, Maniu, Portet & Peyrard (2025), arXiv:2502.20914, for `published`.
    """

    PUBLISHED = "published"
    EXACT = "exact"

    def options(self) -> Options:
        """The switches of the convention."""
        if self is Convention.PUBLISHED:
            return Options()
        return Options(
            full_mask=True,
            min_sparsity=Fraction(0),
            minimal=True,
            arithmetic=Arithmetic.EXACT,
            fillings=Fillings.ONE,
            parity=Parity.ALLOWED,
            pairs=Pairs.ALL,
            joint=True,
            classes=True,
            silence=True,
        )
