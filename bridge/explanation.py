r"""Explanations of a network: where each variable of a high-level model is realised, and their order.

An explanation gives some variables of a high-level model a *place*: units of the network, or a linear
subspace of a layer. Explanations of one network by one model are ordered by restriction: one is finer
than another if it realises more variables, the shared ones at the same places. The coarsest one
realises nothing: it says only that input and output agree, and is valid whenever they do. So validity
alone rewards saying nothing, and a score needs the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Expression
from tauomega.theory.scm import SCM

from .exact_layers import feature_names
from .feature_map import FeatureMap
from .network_model import NetworkModel

__all__ = ["Explanation", "Place", "Subspace", "Units"]


@final
@dataclass(frozen=True, slots=True, order=True)
class Units:
    """Units of one hidden layer, by position."""

    layer: int
    units: tuple[int, ...]

    def __str__(self) -> str:
        return f"layers.{self.layer}[{', '.join(_spans(self.units))}]"


@final
@dataclass(frozen=True, slots=True, order=True)
class Subspace:
    """The span of some vectors in the space of a hidden layer's units.

    `basis` has shape (dimension, units); exact; its rows need not be orthonormal.
    """

    layer: int
    basis: tuple[tuple[Fraction, ...], ...]

    def __str__(self) -> str:
        return f"a {len(self.basis)}-dimensional subspace of layers.{self.layer}"


Place = Units | Subspace


@final
@dataclass(frozen=True, slots=True)
class Explanation:
    """Variables of a high-level model with their places, in the order of the model."""

    places: tuple[tuple[str, Place], ...]

    @classmethod
    def of(cls, places: Mapping[str, Place]) -> Explanation:
        """From a mapping."""
        return cls(tuple(places.items()))

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that have a place."""
        return tuple(name for name, _ in self.places)

    @property
    def rank(self) -> int:
        """How many variables are realised: the height in the order."""
        return len(self.places)

    def __le__(self, other: Explanation) -> bool:
        """Whether this one is coarser than or equal to the other."""
        return set(self.places) <= set(other.places)

    def restrictions(self) -> Iterator[Explanation]:
        """All coarser explanations, finest first, itself and the empty one included."""
        for count in range(self.rank, -1, -1):
            for chosen in combinations(self.places, count):
                yield Explanation(chosen)

    def __str__(self) -> str:
        return "; ".join(f"{name} at {place}" for name, place in self.places) or "input and output"

    def sites(self, model: NetworkModel) -> tuple[NetworkModel, dict[str, tuple[str, ...]]]:
        """The network with coordinates for the subspaces, and the site of each variable.

        Raises:
            InputError: units that do not exist or are in two places, subspaces of one layer that
                intersect, or a layer with units and a subspace; all at once.
        """
        faults: list[str] = []
        hidden = model.network.widths[:-1]
        sites: dict[str, tuple[str, ...]] = {}
        bases: dict[int, list[tuple[Fraction, ...]]] = {}
        taken: set[str] = set()
        for name, place in self.places:
            if not 0 <= place.layer < len(hidden):
                faults.append(f"{name}: no hidden layer {place.layer}; there are {len(hidden)}")
                continue
            width = hidden[place.layer]
            match place:
                case Units(layer=layer, units=units):
                    wrong = [j for j in units if not 0 <= j < width]
                    names = model.network.unit_names(layer)
                    sites[name] = tuple(names[j] for j in units if j not in wrong)
                    if wrong or not units or len(set(units)) < len(units):
                        faults.append(f"{name}: {place} is no set of units of {width}")
                    elif taken.intersection(sites[name]):
                        faults.append(f"{name}: {place} shares a unit with another variable")
                    taken.update(sites[name])
                case Subspace(layer=layer, basis=basis):
                    before = bases.setdefault(layer, [])
                    names = feature_names(layer, width)
                    sites[name] = names[len(before) : len(before) + len(basis)]
                    if not basis or any(len(row) != width for row in basis):
                        faults.append(
                            f"{name}: a basis of layers.{layer} has rows of {width} numbers"
                        )
                    before.extend(basis)
        units_in = {p.layer for _, p in self.places if isinstance(p, Units)}
        for layer in sorted(units_in & set(bases)):
            faults.append(f"layers.{layer} has units and a subspace; choose one kind of place")
        features = {}
        for layer, rows in () if faults else bases.items():
            try:
                features[layer] = FeatureMap.from_basis(rows)
            except InputError as error:
                faults += [f"layers.{layer}: {fault.message}" for fault in error.faults]
        if faults:
            raise InputError(faults)
        if features:
            model = NetworkModel(
                model.network, model.domains, model.encode, model.semantics, features
            )
        return model, sites

    def claim(self, model: NetworkModel, high: SCM, tau: Mapping[str, Expression]) -> Abstraction:
        """The explanation as a claim that `check` decides.

        Raises:
            InputError: as `sites`, and whatever is wrong with τ.
        """
        low, sites = self.sites(model)
        return Abstraction(low, high, tau, sites=sites)


def _spans(units: tuple[int, ...]) -> list[str]:
    """Runs of consecutive units as slices."""
    found: list[str] = []
    start = previous = None
    for j in (*units, None):
        if previous is not None and j is not None and j == previous + 1:
            previous = j
            continue
        if start is not None and previous is not None:
            found.append(str(start) if start == previous else f"{start}:{previous + 1}")
        start = previous = j
    return found
