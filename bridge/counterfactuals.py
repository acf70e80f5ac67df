"""Counterfactual data: bases, sources, and what a high-level model says would come out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import final

from tauomega.solvers.ranging import Swap
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Domain, Finite, Range, Value
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.scm import SCM

__all__ = ["Counterfactual", "Counterfactuals", "read_counterfactuals"]

Image = tuple[Value, ...]
Point = tuple[Value, ...]
LARGEST_FILE, LARGEST_LINE, SHOWN = 100_000_000, 100_000, 20


@final
@dataclass(frozen=True, slots=True)
class Counterfactual:
    """An interchange and the values of the compared variables that the high-level model gives."""

    swap: Swap
    expected: Image

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables whose sites are exchanged."""
        return tuple(name for name, _ in self.swap.sources)


@final
@dataclass(slots=True)
class Counterfactuals:
    """What a high-level model says of interchanges; draws them, too.

    Attributes:
        high: the model, whose roots are the inputs of the network.
        inputs: input -> finite domain, in the order of the network.
        scored: the compared variables.
    """

    high: SCM
    inputs: Mapping[str, Domain]
    scored: tuple[str, ...]
    _clean: dict[Point, Mapping[str, Value]] = field(default_factory=dict)
    _results: dict[tuple[Point, tuple[tuple[str, Value], ...]], Image] = field(default_factory=dict)

    def expected(self, swap: Swap) -> Image:
        """The compared variables after the interchange, in the high-level model."""
        setting = tuple((name, self._state(source)[name]) for name, source in swap.sources)
        key = swap.base, setting
        if key not in self._results:
            state = self.high.run(self._context(swap.base), Hard(setting))
            self._results[key] = tuple(state[name] for name in self.scored)
        return self._results[key]

    def draw(self, variables: Sequence[str], count: int, rng: Random) -> tuple[Counterfactual, ...]:
        """Uniform bases, and for each variable a uniform source, independently, with replacement."""
        found = []
        for _ in range(count):
            base = self._point(rng)
            swap = Swap(base, tuple((name, self._point(rng)) for name in variables))
            found.append(Counterfactual(swap, self.expected(swap)))
        return tuple(found)

    def _point(self, rng: Random) -> Point:
        return tuple(_draw(domain, rng) for domain in self.inputs.values())

    def _context(self, point: Point) -> dict[str, Value]:
        given = dict(zip(self.inputs, point, strict=True))
        return {root: given[root] for root in self.high.roots}

    def _state(self, point: Point) -> Mapping[str, Value]:
        if point not in self._clean:
            self._clean[point] = self.high.run(self._context(point))
        return self._clean[point]


def _draw(domain: Domain, rng: Random) -> Value:
    assert isinstance(domain, Finite | Range)
    return list(domain)[rng.randrange(domain.size)]


def read_counterfactuals(
    path: Path, model: Counterfactuals, variables: Sequence[str]
) -> tuple[Counterfactual, ...]:
    r"""Read pairs, one JSON object a line: `{"base": {…}, "sources": {"n": {…}}, "expected": {…}}`.

    `base` and each source give every input a value of its domain; `expected`, which may be absent,
    must be what the high-level model says. Empty lines are skipped.

    Raises:
        InputError: what is wrong with each line, by number; at most twenty are shown.
    """
    if not path.is_file():
        raise InputError([f"there is no file {str(path)!r}"])
    if path.stat().st_size > LARGEST_FILE:
        raise InputError([f"{path}: {path.stat().st_size:,} bytes; the limit is {LARGEST_FILE:,}"])
    found: list[Counterfactual] = []
    faults: list[str] = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                found.append(_pair(line, model, variables))
            except InputError as error:
                faults += [f"{path}:{number}: {fault.message}" for fault in error.faults]
    if not found and not faults:
        faults.append(f"{path} has no pair; write one JSON object a line")
    if faults:
        more = [f"… and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise InputError(faults[:SHOWN] + more)
    return tuple(found)


_KEYS = ("base", "sources", "expected")


def _pair(line: str, model: Counterfactuals, variables: Sequence[str]) -> Counterfactual:
    if len(line) > LARGEST_LINE:
        raise InputError([f"{len(line):,} characters; the limit is {LARGEST_LINE:,}"])
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError([f"not JSON: {error}"]) from error
    if not isinstance(entry, dict):
        raise InputError(['a pair is an object: {"base": {…}, "sources": {…}}'])
    faults = [f"unknown key {k!r}{nearest(k, _KEYS)}" for k in entry if k not in _KEYS]
    base = _read_point(entry.get("base"), "base", model, faults)
    sources = entry.get("sources")
    if not isinstance(sources, dict) or not sources:
        faults.append('"sources" gives at least one variable the inputs of its source run')
        sources = {}
    for name in sources:
        if name not in variables:
            faults.append(f"source of {name!r}, which is not located{nearest(name, variables)}")
    points = [
        (name, _read_point(sources[name], f"the source of {name!r}", model, faults))
        for name in variables
        if name in sources
    ]
    expected = entry.get("expected")
    if expected is not None and not isinstance(expected, dict):
        faults.append('"expected" gives compared variables their values')
        expected = None
    if faults:
        raise InputError(faults)
    swap = Swap(base, tuple(points))
    image = model.expected(swap)
    for name, value in (expected or {}).items():
        if name not in model.scored:
            faults.append(f"expected {name!r} is not compared{nearest(name, model.scored)}")
        elif _plain(value) != image[model.scored.index(name)]:
            says = image[model.scored.index(name)]
            faults.append(f"expected {name} = {value!r}, but the high-level model gives {says}")
    if faults:
        raise InputError(faults)
    return Counterfactual(swap, image)


def _read_point(entry: object, word: str, model: Counterfactuals, faults: list[str]) -> Point:
    if not isinstance(entry, dict):
        faults.append(f"{word} gives every input a value, not {entry!r}")
        return ()
    for name in entry:
        if name not in model.inputs:
            faults.append(f"{word}: no input {name!r}{nearest(name, model.inputs)}")
    found: list[Value] = []
    for name, domain in model.inputs.items():
        value = _plain(entry.get(name))
        if value is None or value not in domain:
            faults.append(f"{word}: {name} is a value of {domain}, not {entry.get(name)!r}")
        else:
            found.append(value)
    return tuple(found)


def _plain(value: object) -> Value | None:
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | str) else None
