r"""All interchanges of a set of sites, exactly, each distinct one run once.

A patched run depends on its sources only through the values that the sites have in them, and the
high-level run only through the values of the variables. So the $N^{k+1}$ interchanges of k sites fall
into (distinct site values) × (bases) runs below and (values of the variables) × (bases) above, and
the comparison is an indexing. Nothing is sampled and nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Expression, Reference, Value, evaluate, exact, free_names
from tauomega.theory.scm import SCM

from .exact_layers import exact_layers
from .integer_runs import IntegerNetwork
from .margin_filter import MarginFilter, Patched
from .network_model import NetworkModel

__all__ = ["InterchangeRuns"]

Array = npt.NDArray[Any]
Image = tuple[Value, ...]
MOST_RUNS = 2**24
CHUNK = 2**22


@final
class InterchangeRuns:
    """A network, a high-level model and the variables that are compared, run clean once.

    Attributes:
        points: the contexts of the network, in canonical order.
        scored: the high-level variables that are compared.
        runs: how many distinct patched runs were made so far.
        left: how many of them a float64 run with a proved error bound left to exact arithmetic.
    """

    def __init__(
        self,
        model: NetworkModel,
        high: SCM,
        tau: Mapping[str, Expression],
        *,
        scored: Sequence[str] | None = None,
        contexts: Mapping[str, Expression] | Sequence[Mapping[str, Value]] | None = None,
    ) -> None:
        r"""Run every context, below and above.

        Args:
            model: the network, with finite input domains.
            high: the high-level model.
            tau: high-level variable -> expression in units, for the compared variables at least.
            scored: the variables that are compared; all of `tau` by default.
            contexts: τ_U, high-level root -> expression in inputs, by default the input of that name;
                or the high-level context of each of the network's, in canonical order.

        Raises:
            InputError: a value of τ outside its domain; an input that is no number.
        """
        self.high = high
        self.scored = tuple(tau) if scored is None else tuple(scored)
        self._tau = {name: tau[name] for name in self.scored}
        scm = model.as_scm()
        self.roots = scm.roots
        self.runs = self.left = 0
        self.points = [tuple(context.values()) for context in scm.contexts()]
        rows = [model.row(point) for point in self.points]
        layers = exact_layers(model.network, model.features)
        self._network = IntegerNetwork(layers, rows)
        self._clean = self._network.clean()
        self._filter = None if self._network.floats else MarginFilter.of(layers, self._tau)
        self._contexts: Sequence[Mapping[str, Value]]
        if contexts is None or isinstance(contexts, Mapping):
            maps = contexts or {root: Reference(root) for root in high.roots}
            states = [dict(zip(self.roots, point, strict=True)) for point in self.points]
            self._contexts = [{r: evaluate(maps[r], s) for r in high.roots} for s in states]
        else:
            self._contexts = contexts
        self._high_clean = [high.run(context) for context in self._contexts]
        self._codes: dict[Image, int] = {}
        used = {name for e in self._tau.values() for name in free_names(e)}
        self._read = [name for name in self._network.place if name in used]
        self._inputs_read = [name for name in self.roots if name in used]
        self._high_codes: dict[tuple[str, ...], tuple[Array, list[Array]]] = {}

    @property
    def in_floats(self) -> bool:
        """Whether float64 was proved to hold every number (else: Python integers)."""
        return self._network.floats

    def clean_mismatch(self) -> Array:
        """The contexts at which the network and the model differ without any interchange, (points,)."""
        low = self._image_codes(self._clean, np.arange(len(self.points)))
        high = np.array([self._code(self._high_image(state)) for state in self._high_clean])
        found: Array = low != high
        return found

    def mismatches(self, sites: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, Array]]:
        """Where the two ways round differ, when all these sites are set at once.

        Args:
            sites: high-level variable -> units (or features), disjoint.

        Yields:
            the number of the first row's source, and an array of shape (sources of the first
            site in this part, sources of the second, …, bases).

        Raises:
            OutOfReachError: more than 2^24 distinct runs.
        """
        low, low_classes = self._low(sites)
        high, high_classes = self._high(tuple(sites))
        count = len(self.points)
        step = max(1, CHUNK // count ** len(sites))
        for start in range(0, count, step):
            part = slice(start, start + step)
            below = np.ix_(low_classes[0][part], *low_classes[1:])
            above = np.ix_(high_classes[0][part], *high_classes[1:])
            yield start, low[below] != high[above]

    def accuracy(self, sites: Mapping[str, Sequence[str]]) -> Fraction:
        """The exact interchange accuracy: the share of the $N^{k+1}$ interchanges that agree.

        Source: Geiger et al. (2024), Def. 5, arXiv:2303.02536, all k sites at once.
        """
        if not sites:
            return 1 - Fraction(int(self.clean_mismatch().sum()), len(self.points))
        wrong = total = 0
        for _, differs in self.mismatches(sites):
            wrong, total = wrong + int(differs.sum()), total + differs.size
        return 1 - Fraction(wrong, total)

    def agrees(self, sites: Mapping[str, Sequence[str]]) -> bool:
        """Whether every interchange of all these sites at once agrees."""
        return not any(differs.any() for _, differs in self.mismatches(sites))

    # ------------------------------------------------------------ below

    def _low(self, sites: Mapping[str, Sequence[str]]) -> tuple[Array, list[Array]]:
        """Image codes by (class of the first site's value, …, base), and the class of each source."""
        count = len(self.points)
        groups: list[list[tuple[int, list[int]]]] = []
        classes: list[Array] = []
        representatives: list[list[int]] = []
        for units in sites.values():
            by_layer: dict[int, list[int]] = {}
            for name in units:
                layer, unit = self._network.place[name]
                by_layer.setdefault(layer, []).append(unit)
            groups.append(sorted(by_layer.items()))
            columns = [self._clean[layer][:, chosen] for layer, chosen in groups[-1]]
            found, first = _classes(np.concatenate(columns, axis=1))
            classes.append(found)
            representatives.append(first)
        shape = (*(len(first) for first in representatives), count)
        runs = int(np.prod(shape, dtype=object))
        if runs > MOST_RUNS:
            raise OutOfReachError("distinct interchanges", runs, MOST_RUNS)
        self.runs += runs
        patched = self._filtered(groups)
        codes = np.empty(runs, dtype=np.int32)
        for start in range(0, runs, 2**17):
            part = np.arange(start, min(start + 2**17, runs))
            if patched is not None:
                codes[part], part = self._proved(patched, part, shape, representatives)
                if not len(part):
                    continue
            *picked, bases = np.unravel_index(part, shape)
            patches: dict[int, tuple[tuple[int, ...], Array]] = {}
            for site, chosen in enumerate(groups):
                sources = np.array(representatives[site])[picked[site]]
                for layer, places in chosen:
                    values = self._clean[layer][sources][:, places]
                    if layer in patches:  # two sites in one layer
                        before, array = patches[layer]
                        patches[layer] = (
                            (*before, *places),
                            np.concatenate([array, values], axis=1),
                        )
                    else:
                        patches[layer] = (tuple(places), values)
            results = self._network.patched(self._clean, bases, patches)
            codes[part] = self._image_codes(results, bases)
        return codes.reshape(shape), classes

    def _filtered(self, groups: Sequence[Sequence[tuple[int, list[int]]]]) -> Patched | None:
        """What decides pairs in float64 with a proof, where the sites lie in one layer."""
        if self._filter is None or len({layer for group in groups for layer, _ in group}) > 1:
            return None
        units = [group[0][1] for group in groups]
        return self._filter.prepare(self._network, self._clean, groups[0][0][0], units)

    def _proved(
        self,
        patched: Patched,
        part: Array,
        shape: tuple[int, ...],
        representatives: Sequence[list[int]],
    ) -> tuple[Array, Array]:
        """The image codes of some runs, and the numbers of those that float64 leaves open."""
        *picked, bases = np.unravel_index(part, shape)
        sources = [np.array(r)[p] for r, p in zip(representatives, picked, strict=True)]
        images, clear = patched.images(bases, sources)
        self.left += int((~clear).sum())
        packed = images @ (1 << np.arange(images.shape[1]))
        table = {int(n): self._code(_bits(int(n), images.shape[1])) for n in np.unique(packed)}
        codes = np.array([table.get(n, -1) for n in range(1 << images.shape[1])])
        return codes[packed], part[~clear]

    def _image_codes(self, layers: Sequence[Array | None], bases: Array) -> Array:
        columns: list[Array] = []
        for name in self._inputs_read:
            place = self.roots.index(name)
            alphabet = {v: i for i, v in enumerate(dict.fromkeys(p[place] for p in self.points))}
            numbers = np.array([alphabet[p[place]] for p in self.points])
            columns.append(numbers[bases])
        for name in self._read:
            layer, unit = self._network.place[name]
            values = layers[layer]
            columns.append((self._clean[layer][bases] if values is None else values)[:, unit])
        if not columns:  # τ is constant
            columns.append(np.zeros(len(bases)))
        found, first = _classes(np.stack(columns, axis=1))
        codes = []
        for row in first:
            point = self.points[int(bases[row])]
            state = {n: point[self.roots.index(n)] for n in self._inputs_read}
            for name, column in zip(self._read, columns[len(self._inputs_read) :], strict=False):
                layer, _ = self._network.place[name]
                state[name] = exact(self._network.value(layer, column[row]))
            codes.append(self._code(self._image(state)))
        return np.array(codes, dtype=np.int32)[found]

    def _image(self, state: Mapping[str, Value]) -> Image:
        values = tuple(evaluate(e, state) for e in self._tau.values())
        for name, value in zip(self._tau, values, strict=True):
            if value not in self.high.domain(name):
                shown = ", ".join(f"{k} = {v}" for k, v in state.items())
                raise InputError(
                    [f"τ of {name!r} gives {value}, outside {self.high.domain(name)}, at {shown}"]
                )
        return values

    # ------------------------------------------------------------ above

    def _high(self, names: tuple[str, ...]) -> tuple[Array, list[Array]]:
        """Image codes by (value of the first variable, …, base), and the value of each source."""
        if names in self._high_codes:
            return self._high_codes[names]
        alphabets = [list(dict.fromkeys(s[name] for s in self._high_clean)) for name in names]
        shape = (*(len(a) for a in alphabets), len(self.points))
        codes = np.empty(shape, dtype=np.int32)
        for index in product(*(range(len(a)) for a in alphabets)):
            values = [a[i] for a, i in zip(alphabets, index, strict=True)]
            setting = Hard(tuple(zip(names, values, strict=True)))
            for base, context in enumerate(self._contexts):
                codes[(*index, base)] = self._code(
                    self._high_image(self.high.run(context, setting))
                )
        classes = [
            np.array([a.index(s[name]) for s in self._high_clean])
            for name, a in zip(names, alphabets, strict=True)
        ]
        self._high_codes[names] = codes, classes
        return codes, classes

    def _high_image(self, state: Mapping[str, Value]) -> Image:
        return tuple(state[name] for name in self.scored)

    def _code(self, image: Image) -> int:
        return self._codes.setdefault(image, len(self._codes))


def _bits(number: int, count: int) -> Image:
    return tuple((number >> k) & 1 for k in range(count))


def _classes(rows: Array) -> tuple[Array, list[int]]:
    """For each row the number of its class of equal rows, and the first row of each class."""
    if rows.dtype != object:
        _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        return inverse.reshape(-1), [int(i) for i in first]
    seen: dict[tuple[object, ...], int] = {}
    representatives: list[int] = []
    numbers = np.empty(len(rows), dtype=np.intp)
    for i, row in enumerate(rows):
        key = tuple(row)
        if key not in seen:
            seen[key] = len(representatives)
            representatives.append(i)
        numbers[i] = seen[key]
    return numbers, representatives
