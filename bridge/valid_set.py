"""All valid explanations of a network by a model, with places in a declared class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import final

import numpy as np

from tauomega.solvers.ranging import Swap
from tauomega.theory.kernel import Expression
from tauomega.theory.scm import SCM

from .explanation import Explanation, Subspace, Units
from .interchange_runs import InterchangeRuns
from .map_class import MapClass
from .network_model import NetworkModel

__all__ = ["ValidSet"]


@final
class ValidSet:
    r"""The explanations that are interchange-consistent for every (source, base) pair, jointly.

    An explanation is valid iff every set of its sites, set together, agrees with the model on every
    interchange. So every restriction of a valid one is valid, and the set is searched upwards: valid
    places of each variable first, then what they combine to.

    Attributes:
        places: variable -> its valid places in the class, in the order of the class.
    """

    def __init__(
        self,
        model: NetworkModel,
        high: SCM,
        tau: Mapping[str, Expression],
        variables: Sequence[str],
        map_class: MapClass,
    ) -> None:
        self.model, self.high, self.tau = model, high, dict(tau)
        self.variables = tuple(variables)
        self.map_class = map_class
        self._runs = InterchangeRuns(model, high, tau)
        self._agreements: dict[Explanation, bool] = {}
        self._places: dict[str, tuple[Units, ...]] | None = None

    @property
    def runs(self) -> int:
        """How many distinct patched runs were made."""
        return self._runs.runs

    @property
    def places(self) -> Mapping[str, tuple[Units, ...]]:
        """Variable -> its valid places."""
        if self._places is None:
            known = list(self.map_class.places(self.model.network))
            self._places = {
                name: tuple(p for p in known if self._agrees(Explanation(((name, p),))))
                for name in self.variables
            }
        return self._places

    @property
    def computes(self) -> bool:
        """Whether the network computes what the model computes, without any interchange."""
        return not self._runs.clean_mismatch().any()

    def is_valid(self, explanation: Explanation) -> bool:
        """Whether every set of its sites, set together, agrees."""
        return self.refutation(explanation) is None and self.computes

    def refutation(self, explanation: Explanation) -> Swap | None:
        """The first interchange, in canonical order, that disagrees."""
        for count in range(1, explanation.rank + 1):
            for chosen in combinations(explanation.places, count):
                part = Explanation(chosen)
                if self._agrees(part):
                    continue
                runs, sites = self._sites(part)
                for start, differs in runs.mismatches(sites):
                    if differs.any():
                        where = np.unravel_index(int(differs.argmax()), differs.shape)
                        origins = (start + int(where[0]), *(int(i) for i in where[1:-1]))
                        sources = zip(part.variables, origins, strict=True)
                        named = tuple((name, runs.points[o]) for name, o in sources)
                        return Swap(runs.points[int(where[-1])], named)
        return None

    def refutes(self, explanation: Explanation, swap: Swap) -> bool:
        """Whether this interchange of some of the explanation's sites disagrees, exactly."""
        places = dict(explanation.places)
        names = tuple(name for name, _ in swap.sources)
        points = {point: number for number, point in enumerate(self._runs.points)}
        if not set(names) <= set(places) or any(
            point not in points for point in (swap.base, *(s for _, s in swap.sources))
        ):
            return False
        part = Explanation(tuple((n, p) for n, p in explanation.places if n in names))
        given = dict(swap.sources)
        index = tuple(points[given[name]] for name in part.variables)
        runs, sites = self._sites(part)
        if not sites:
            return bool(runs.clean_mismatch()[points[swap.base]])
        for start, differs in runs.mismatches(sites):
            if start <= index[0] < start + len(differs):
                return bool(differs[(index[0] - start, *index[1:], points[swap.base])])
        return False

    def valid_part(self, explanation: Explanation) -> Explanation | None:
        """The finest valid restriction (of equals, the first); `None` if not even the empty one is."""
        if not self.computes:
            return None
        return next((e for e in explanation.restrictions() if self.is_valid(e)), None)

    def explanations(self, rank: int) -> Iterator[Explanation]:
        """Every valid explanation of the class that realises `rank` variables."""
        if not self.computes:
            return
        for names in combinations(self.variables, rank):
            yield from self._extend((), names)

    def finest(self, limit: int) -> list[Explanation]:
        """The first `limit` valid explanations of the largest rank there is; none if nothing is valid."""
        for rank in range(len(self.variables), -1, -1):
            found = []
            for explanation in self.explanations(rank):
                found.append(explanation)
                if len(found) == limit:
                    break
            if found:
                return found
        return []

    def counts(self) -> tuple[int, ...]:
        """How many valid explanations realise 0, 1, … variables."""
        ranks = range(len(self.variables) + 1)
        return tuple(sum(1 for _ in self.explanations(rank)) for rank in ranks)

    def _extend(
        self, done: tuple[tuple[str, Units], ...], names: Sequence[str]
    ) -> Iterator[Explanation]:
        if len(done) == len(names):
            yield Explanation(done)
            return
        name = names[len(done)]
        for place in self.places[name]:
            if any(p.layer == place.layer and set(p.units) & set(place.units) for _, p in done):
                continue
            grown = (*done, (name, place))
            # the sets of sites that have the new one in them; the others were tested
            new = (
                Explanation((*chosen, (name, place)))
                for count in range(1, len(done) + 1)
                for chosen in combinations(done, count)
            )
            if all(self._agrees(part) for part in new):
                yield from self._extend(grown, names)

    def _agrees(self, explanation: Explanation) -> bool:
        """Whether setting exactly these sites, all together, agrees."""
        if explanation not in self._agreements:
            runs, sites = self._sites(explanation)
            self._agreements[explanation] = runs.agrees(sites)
        return self._agreements[explanation]

    def _sites(
        self, explanation: Explanation
    ) -> tuple[InterchangeRuns, dict[str, tuple[str, ...]]]:
        if not any(isinstance(place, Subspace) for _, place in explanation.places):
            names = self.model.network.unit_names
            return self._runs, {
                name: tuple(names(place.layer)[j] for j in place.units)
                for name, place in explanation.places
                if isinstance(place, Units)
            }
        model, sites = explanation.sites(self.model)
        return InterchangeRuns(model, self.high, self.tau), sites
