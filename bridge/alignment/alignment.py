"""An alignment: coordinates of a layer, and which of them carry which variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from tauomega.theory.errors import InputError

from ..coordinates import Coordinates
from ..exact_layers import feature_names

__all__ = ["Alignment"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Rational coordinates with their exact inverse, and disjoint sets of features.

    An interchange of a variable sets its features to what a source has and maps back; the claim is
    about the rational numbers in `map`, not about the floats that they were rounded from.

    Attributes:
        class_name: the class of maps that it was looked for in.
        map: the coordinates.
        features: variable -> the numbers of its features.

    Raises:
        InputError: no feature for a variable, one that does not exist, or one for two variables.
    """

    class_name: str
    map: Coordinates
    features: tuple[tuple[str, tuple[int, ...]], ...]

    def __post_init__(self) -> None:
        taken = [k for _, chosen in self.features for k in chosen]
        faults = [f"{name!r} has no feature" for name, chosen in self.features if not chosen]
        if len(set(taken)) < len(taken):
            faults.append("a feature is given to two variables")
        if not all(0 <= k < self.map.width for k in taken):
            faults.append(f"features are numbered 0 to {self.map.width - 1}")
        if faults:
            raise InputError(faults)

    def sites(self, layer: int) -> dict[str, tuple[str, ...]]:
        """Variable -> the names of its features, in a layer."""
        names = feature_names(layer, self.map.width)
        return {name: tuple(names[k] for k in chosen) for name, chosen in self.features}
