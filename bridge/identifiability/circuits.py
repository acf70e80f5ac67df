"""Circuits of a network: how many there are, and which of them compute the gate.

A circuit is a set of edges in which every input is used, every active hidden unit has an edge in and an
edge out, and the output has an edge in; an inactive edge has weight 0, an inactive unit the value 0,
and biases of active units stay.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import comb, inf, prod
from types import ModuleType
from typing import final

import numpy as np

from tauomega.theory.errors import OutOfReachError, UndecidedError

from .circuit_scan import Scanned
from .correctness import Box, correct_box, is_correct
from .counted_network import CountedNetwork
from .options import Options

__all__ = ["Circuit", "CircuitCount", "Progress", "checked", "count_circuits", "list_circuits"]

Circuit = tuple[tuple[int, ...], ...]
"""For every layer and unit, the units of the layer before that it reads, as bits (bit i is unit i)."""
Progress = Callable[[int, int | None], None]
LARGEST = 30_000_000_000
"""The most circuits that are evaluated: some minutes."""


@final
@dataclass(frozen=True, slots=True)
class CircuitCount:
    """How many circuits were checked, how many are perfect, and how far values are from thresholds.

    Attributes:
        margin: the smallest distance of an output's pre-activation to a threshold, over all checked
            circuits and inputs, up to `error`.
        recomputed: the circuits that were within the error of a threshold, decided exactly.
    """

    checked: int
    perfect: int
    margin: float
    recomputed: int
    kernel: str


def checked(inputs: int, hidden: tuple[int, ...], most: int) -> int:
    r"""The number of circuits, in closed form.

    $$\sum_{k_1..k_d,\ \sum k_l \le most} \prod_l \binom{h_l}{k_l} \, C(n, k_1) C(k_1, k_2) \cdots C(k_d, 1)$$
    where $C(m, n) = \sum_i (-1)^i \binom{m}{i} (2^{m-i} - 1)^n$ counts n x m 0/1 matrices without a
    zero row or column.

    Example:
        >>> checked(2, (3, 3), 5), checked(2, (3, 3), 6)
        (3000, 9625)
    """
    total = 0
    for on in product(*(range(1, h + 1) for h in hidden)):
        if sum(on) <= most:
            choices = prod(comb(h, k) for h, k in zip(hidden, on, strict=True))
            total += choices * prod(_matrices(m, n) for m, n in pairwise((inputs, *on, 1)))
    return total


def _matrices(m: int, n: int) -> int:
    return sum((-1) ** i * comb(m, i) * (2 ** (m - i) - 1) ** n for i in range(m + 1))


def count_circuits(
    network: CountedNetwork,
    table: tuple[int, ...],
    options: Options,
    *,
    timeout: float = inf,
    progress: Progress | None = None,
    kernel: ModuleType | None = None,
) -> CircuitCount:
    """Count the perfect circuits without building any of them.

    Complexity: 2 floating additions an input a circuit, in compiled code.

    Args:
        network: the network.
        table: the gate's truth table, in the order of the rows.
        options: `full_mask`, `min_sparsity` and `correct` matter here.
        timeout: seconds.
        progress: told (states done, states).
        kernel: `circuit_kernel` or its twin `circuit_numpy`; the compiled one if it is installed.

    Raises:
        OutOfReachError: more circuits than can be evaluated.
        UndecidedError: the time was up.
    """
    scan = _Scan(network, table, options, kernel or fastest_kernel())
    deadline = time.monotonic() + timeout
    found = scan.run(timeout, progress)
    recomputed = 0
    perfect = found[0]
    if found[0] != found[1]:
        circuits = [c for c, unsure in scan.listed(deadline) if unsure]
        recomputed = len(circuits)
        perfect += sum(_is_perfect(network, table, options, c) for c in circuits)
    total = checked(network.inputs, network.hidden, scan.most)
    return CircuitCount(total, perfect, found[2], recomputed, scan.name)


def list_circuits(
    network: CountedNetwork,
    table: tuple[int, ...],
    options: Options,
    *,
    limit: int = 10_000_000,
    timeout: float = inf,
    kernel: ModuleType | None = None,
) -> list[Circuit]:
    """The perfect circuits, sorted.

    Args:
        network: the network.
        table: the target, an output for each input.
        options: what counts as a circuit, and as right.
        limit: the most circuits that are listed.
        timeout: seconds.
        kernel: the module that scans states; compiled where numba is installed.

    Raises:
        OutOfReachError: more than `limit` of them, or too many circuits to evaluate.
        UndecidedError: the time was up.
    """
    scan = _Scan(network, table, options, kernel or fastest_kernel())
    deadline = time.monotonic() + timeout
    close = scan.run(timeout, None)[1]
    if close > limit:
        raise OutOfReachError("perfect circuits to list", close, limit)
    return sorted(
        circuit
        for circuit, unsure in scan.listed(deadline)
        if not unsure or _is_perfect(network, table, options, circuit)
    )


def fastest_kernel() -> ModuleType:
    """The compiled scan if numba (the extra `fast`) is installed, else the numpy one."""
    try:
        from . import circuit_kernel
    except ImportError:
        from . import circuit_numpy

        return circuit_numpy
    return circuit_kernel


def _is_perfect(
    network: CountedNetwork, table: tuple[int, ...], options: Options, circuit: Circuit
) -> bool:
    slope = Fraction(*network.exact.slopes[-1])
    values = network.exact_output(circuit)
    return all(
        is_correct(value, target, slope, options.correct)
        for value, target in zip(values, table, strict=True)
    )


class _Scan:
    """The arguments of the kernel, and the states cut into parts for the cores."""

    def __init__(
        self, network: CountedNetwork, table: tuple[int, ...], options: Options, kernel: ModuleType
    ) -> None:
        self.kernel = kernel
        self.close: list[tuple[tuple[int, int], int]] = []
        self.name = kernel.__name__.rsplit("_", 1)[-1].replace("kernel", "numba")
        self.widths = (network.inputs, *network.hidden)
        self.most = options.most_active(network.hidden)
        self.states = 2 ** sum(a * b for a, b in pairwise(self.widths[:-1]))
        self.work = checked(network.inputs, network.hidden, sum(network.hidden))
        if self.work > LARGEST or self.states > 2**40 or self.widths[-1] * self.widths[-2] > 60:
            raise OutOfReachError("circuits to evaluate", self.work, LARGEST)
        box: Box = correct_box(network, table, options.correct)
        width = max(*self.widths, 1)
        layers = len(network.weights)
        weights, biases = np.zeros((layers, width, width)), np.zeros((layers, width))
        for k, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
            weights[k, : weight.shape[0], : weight.shape[1]] = weight
            biases[k, : len(bias)] = bias
        self.given = Scanned(
            np.array(self.widths, np.int64),
            weights,
            biases,
            np.array(network.slopes),
            network.rows,
            box.centre,
            box.radius,
            self.most,
            box.error,
        )

    def run(self, timeout: float, progress: Progress | None) -> tuple[int, int, float]:
        """Surely perfect, possibly perfect, margin; what each part has is kept for `listed`."""
        deadline = time.monotonic() + timeout
        parts = self._parts()
        found = (
            [self._scan(parts[0], deadline)]
            if len(parts) == 1
            else list(self._scan_all(parts, deadline, progress))
        )
        self.close = [
            (part, close) for part, (_, close, _) in zip(parts, found, strict=True) if close
        ]
        sure, close, margin = zip(*found, strict=True)
        return sum(sure), sum(close), min(margin)

    def listed(self, deadline: float = inf) -> Iterator[tuple[Circuit, bool]]:
        """The possibly perfect circuits, and whether each needs an exact decision."""
        for part, count in self.close:
            found = np.empty((count, 3), np.int64)
            unsure = np.empty(count, np.bool_)
            total = self.kernel.list_states(*part, self.given, found, unsure)
            assert total == count, (total, count)
            for number, (place, flag) in enumerate(zip(found, unsure.tolist(), strict=True)):
                if number % 4096 == 0 and time.monotonic() > deadline:
                    raise UndecidedError("the time was up before all perfect circuits were listed")
                yield self._circuit(*place.tolist()), flag

    def _scan_all(
        self, parts: list[tuple[int, int]], deadline: float, progress: Progress | None
    ) -> Iterator[tuple[int, int, float]]:
        with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
            jobs = [pool.submit(self._scan, part, deadline) for part in parts]
            try:
                for (_, stop), job in zip(parts, jobs, strict=True):
                    yield job.result()
                    if progress is not None:
                        progress(stop, self.states)
            finally:  # also when interrupted: parts not begun are dropped
                for job in jobs:
                    job.cancel()

    def _scan(self, part: tuple[int, int], deadline: float) -> tuple[int, int, float]:
        if time.monotonic() > deadline:
            raise UndecidedError("the time was up before all circuits were evaluated")
        found: tuple[int, int, float] = self.kernel.scan_states(*part, self.given)
        return found

    def _parts(self) -> list[tuple[int, int]]:
        count = max(1, min(self.states, self.work // 50_000_000 + self.states // 200_000))
        if count == 1:
            return [(0, self.states)]
        count = min(self.states, max(count, 16))
        edges = [self.states * i // count for i in range(count + 1)]
        return list(pairwise(edges))

    def _circuit(self, state: int, left: int, right: int) -> Circuit:
        layers: list[tuple[int, ...]] = []
        active = (1 << self.widths[0]) - 1
        for below, here in pairwise(self.widths[:-1]):
            masks = tuple(state >> below * u & ((1 << below) - 1) for u in range(here))
            state >>= below * here
            active = sum(1 << u for u, mask in enumerate(masks) if mask)
            layers.append(masks)
        chosen = [i for i in range(self.widths[-2]) if active >> i & 1]
        half, k = self.widths[-1] // 2, len(chosen)
        last = tuple(
            _spread(
                (left >> k * u if u < half else right >> k * (u - half)) & ((1 << k) - 1), chosen
            )
            for u in range(self.widths[-1])
        )
        on = sum(1 << u for u, mask in enumerate(last) if mask)
        return (*layers, last, (on,))


def _spread(mask: int, chosen: list[int]) -> int:
    return sum(1 << i for s, i in enumerate(chosen) if mask >> s & 1)
