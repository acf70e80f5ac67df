"""Total probabilities over millions of contexts, exactly: residues modulo primes, and the remainders put together.

The weight of a context is a product of integers that may have hundreds of digits. Modulo a prime below 2^31 it
is one machine word, sums of 2^22 of them stay below 2^53, and enough primes determine the total (Chinese
remainder theorem). Where few classes are told apart, the contexts are a grid of two halves, and the total of a
class is a matrix between two vectors: one matrix product for all primes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm, prod
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel import Finite, FiniteLaw, Range
from tauomega.theory.scm import SCM

__all__ = ["ContextWeights"]

Array = npt.NDArray[Any]
FEW = 24
"""Classes up to which one matrix product a class is quicker than counting them all."""
DENSE = 2**16
"""Codes below which they are counted in place, without sorting."""
LARGEST = 2**31 - 1
_primes = [LARGEST]


@final
@dataclass(frozen=True, slots=True)
class ContextWeights:
    """Integer weights of a model's contexts, lexicographically, and their sum.

    Attributes:
        total: the sum of all weights; a probability is a weight over it.
        primes: enough of them that their product exceeds the total.
        left: residues of the first half of the roots, one row a prime.
        right: residues of the second half.
    """

    total: int
    primes: tuple[int, ...]
    left: Array
    right: Array

    @classmethod
    def of(cls, model: SCM) -> ContextWeights:
        """The weights by the laws of the roots."""
        numerators: list[list[int]] = []
        total = 1
        for name in model.roots:
            law, domain = model[name].law, model.domain(name)
            assert isinstance(law, FiniteLaw)
            assert isinstance(domain, Finite | Range)
            common = lcm(*(p.denominator for p in law.probabilities))
            numerators.append([int(p * common) for p in law.probabilities])
            total *= common
        primes = _enough(total)
        middle, sizes = 0, [len(row) for row in numerators]
        while middle < len(sizes) and prod(sizes[: middle + 1]) <= prod(sizes[middle + 1 :]):
            middle += 1
        return cls(
            total,
            primes,
            _residues(numerators[:middle], primes),
            _residues(numerators[middle:], primes),
        )

    def sums(self, codes: Array) -> dict[int, int]:
        """The total weight of each code, where it is positive, by code.

        Args:
            codes: one integer a context, shape `(contexts,)`, at least 0.
        """
        if codes.size and int(codes.max()) < DENSE:
            present = np.flatnonzero(np.bincount(codes.astype(np.int64)))
            where = codes
        else:
            present, where = np.unique(codes, return_inverse=True)
            where = where.reshape(-1)
        labels = present if where is codes else np.arange(len(present))
        if len(present) <= FEW:
            residues = [self._class_sum(where == label) for label in labels.tolist()]
        else:
            residues = self._all_sums(where, labels)
        found = {}
        for code, row in zip(present.tolist(), residues, strict=True):
            total = _combined(row, self.primes)
            if total:
                found[code] = total
        return found

    def _class_sum(self, inside: Array) -> list[int]:
        """One class: (left) (indicator) (right), modulo each prime."""
        grid = inside.reshape(self.left.shape[1], self.right.shape[1]).astype(np.float64)
        # exact: sums of 2^22 residues are below 2^53
        inner = grid @ self.right.T.astype(np.float64)
        found = []
        for row, prime in enumerate(self.primes):
            column = inner[:, row].astype(np.int64) % prime
            found.append(int(((self.left[row] * column) % prime).sum()) % prime)
        return found

    def _all_sums(self, where: Array, labels: Array) -> list[list[int]]:
        """All classes at once, a prime at a time."""
        columns = []
        for row, prime in enumerate(self.primes):
            weights = np.multiply.outer(self.left[row], self.right[row]).reshape(-1) % prime
            sums = np.bincount(where, weights=weights.astype(np.float64))
            columns.append([int(sums[label]) % prime for label in labels.tolist()])
        return [list(row) for row in zip(*columns, strict=True)]


def _residues(numerators: list[list[int]], primes: tuple[int, ...]) -> Array:
    rows = []
    for prime in primes:
        weights = np.ones(1, dtype=np.int64)
        for row in numerators:
            factors = np.array([n % prime for n in row], dtype=np.int64)
            weights = np.multiply.outer(weights, factors).reshape(-1) % prime
        rows.append(weights)
    return np.array(rows)


def _enough(total: int) -> tuple[int, ...]:
    """Primes below 2^31, from above, whose product exceeds the total."""
    count, product = 0, 1
    while product <= total:
        if count == len(_primes):
            _primes.append(_prime_below(_primes[-1]))
        product *= _primes[count]
        count += 1
    return tuple(_primes[:count])


def _prime_below(number: int) -> int:
    from sympy import prevprime

    return int(prevprime(number))


def _combined(residues: list[int], primes: tuple[int, ...]) -> int:
    """The number below the product of the primes with these residues."""
    value, modulus = 0, 1
    for residue, prime in zip(residues, primes, strict=True):
        value += modulus * (((residue - value) * pow(modulus, -1, prime)) % prime)
        modulus *= prime
    return value
