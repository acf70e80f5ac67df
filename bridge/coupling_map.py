r"""Invertible non-linear coordinates of a layer: additive couplings, exactly.

The units are split into halves $(x, y)$. A coupling is $y \mapsto y + F(x)$, and the next one $x \mapsto x +
G(y)$, with $F(x) = V \mathrm{relu}(W x + c)$: each is undone by subtracting, whatever F is (a RevNet). With
ReLUs inside, the map and its inverse are ReLU networks with rational weights, so that the inverse is exact
over the reals and claims about such features are decided like others.

Source: Dinh et al. (2014), arXiv:1410.8516; Gomez et al. (2017), arXiv:1707.04585; as alignment maps: Sutter
et al. (2025), arXiv:2507.08802.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tauomega.theory.errors import InputError

from .coordinates import Rows, Step

__all__ = ["Coupling", "CouplingMap"]

ZERO, ONE = Fraction(0), Fraction(1)


@final
@dataclass(frozen=True, slots=True)
class Coupling:
    """V relu(W x + c): `inner` is W (hidden, |x|), `shift` c (hidden,), `outer` V (|y|, hidden)."""

    inner: Rows
    shift: tuple[Fraction, ...]
    outer: Rows


@final
@dataclass(frozen=True, slots=True)
class CouplingMap:
    """Couplings in turn: the first changes the second half, the next the first half, and so on.

    Attributes:
        width: the number of units; the first half has width // 2 of them.
        couplings: in order.

    Raises:
        InputError: shapes that do not fit.
    """

    width: int
    couplings: tuple[Coupling, ...]

    def __post_init__(self) -> None:
        faults = []
        for k, one in enumerate(self.couplings):
            read, changed = (len(half) for half in self._halves(k))
            hidden = len(one.inner)
            fits = (
                all(len(row) == read for row in one.inner)
                and len(one.shift) == hidden
                and len(one.outer) == changed
                and all(len(row) == hidden for row in one.outer)
            )
            if not fits:
                faults.append(f"coupling {k} does not read {read} units and change {changed}")
        if self.width < 2:
            faults.append("couplings need at least two units")
        if faults:
            raise InputError(faults)

    @property
    def forward(self) -> tuple[Step, ...]:
        """Every coupling, added."""
        return tuple(s for k in range(len(self.couplings)) for s in self._steps(k, ONE))

    @property
    def backward(self) -> tuple[Step, ...]:
        """Every coupling, subtracted, the last first."""
        return tuple(s for k in reversed(range(len(self.couplings))) for s in self._steps(k, -ONE))

    def _halves(self, k: int) -> tuple[range, range]:
        """The units that coupling k reads, and those that it changes."""
        first, second = range(self.width // 2), range(self.width // 2, self.width)
        return (first, second) if k % 2 == 0 else (second, first)

    def _steps(self, k: int, sign: Fraction) -> tuple[Step, Step]:
        """Positive and negative parts of all units beside the hidden ones; then their sum."""
        one, (read, changed) = self.couplings[k], self._halves(k)
        width, hidden = self.width, len(one.inner)
        rows: list[list[Fraction]] = []
        for j in range(width):
            for part in (ONE, -ONE):
                rows.append([part if i == j else ZERO for i in range(width)])
        for row in one.inner:
            given = dict(zip(read, row, strict=True))
            rows.append([given.get(i, ZERO) for i in range(width)])
        back = []
        for j in range(width):
            line = [ZERO] * (2 * width + hidden)
            line[2 * j], line[2 * j + 1] = ONE, -ONE
            if j in changed:
                for h, value in enumerate(one.outer[j - changed.start]):
                    line[2 * width + h] = sign * value
            back.append(tuple(line))
        shift = (*(ZERO,) * (2 * width), *one.shift)
        return Step(tuple(map(tuple, rows)), shift, True), Step(tuple(back), (ZERO,) * width)
