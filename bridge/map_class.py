"""Classes of places: where a variable may be looked for, declared before anyone looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol, final

from .explanation import Place, Units
from .network import Network

__all__ = ["MapClass", "Slices", "UnitSets"]


class MapClass(Protocol):
    """A finite class of places in the hidden layers of a network."""

    def places(self, network: Network) -> Iterator[Units]:
        """Every place: layer by layer, small before large, then lexicographically."""
        ...

    def contains(self, place: Place, network: Network) -> bool:
        """Whether a place belongs to the class."""
        ...

    def __str__(self) -> str:
        """The class in words."""
        ...


@final
@dataclass(frozen=True, slots=True)
class UnitSets:
    """Every non-empty set of at most `largest` units of one hidden layer."""

    largest: int = 1

    def places(self, network: Network) -> Iterator[Units]:
        """In order of layer, size, units."""
        for layer, width in enumerate(network.widths[:-1]):
            for size in range(1, min(self.largest, width) + 1):
                for units in combinations(range(width), size):
                    yield Units(layer, units)

    def contains(self, place: Place, network: Network) -> bool:
        """By size and range."""
        return (
            _is_inside(place, network)
            and isinstance(place, Units)
            and len(place.units) <= self.largest
        )

    def __str__(self) -> str:
        return (
            "single units"
            if self.largest == 1
            else f"sets of at most {self.largest} units of a layer"
        )


@final
@dataclass(frozen=True, slots=True)
class Slices:
    """Every run of at most `largest` consecutive units of one hidden layer."""

    largest: int = 1

    def places(self, network: Network) -> Iterator[Units]:
        """In order of layer, length, start."""
        for layer, width in enumerate(network.widths[:-1]):
            for size in range(1, min(self.largest, width) + 1):
                for start in range(width - size + 1):
                    yield Units(layer, tuple(range(start, start + size)))

    def contains(self, place: Place, network: Network) -> bool:
        """By length, range and consecutiveness."""
        return (
            _is_inside(place, network)
            and isinstance(place, Units)
            and len(place.units) <= self.largest
            and place.units == tuple(range(place.units[0], place.units[0] + len(place.units)))
        )

    def __str__(self) -> str:
        return f"slices of at most {self.largest} units of a layer"


def _is_inside(place: Place, network: Network) -> bool:
    hidden = network.widths[:-1]
    return (
        isinstance(place, Units)
        and 0 <= place.layer < len(hidden)
        and bool(place.units)
        and all(0 <= j < hidden[place.layer] for j in place.units)
    )
