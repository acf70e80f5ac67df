"""The library that holds an array: the same formulas run on NumPy's arrays and on PyTorch's, on any device."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["below", "copied", "held_like", "library_of", "upwards"]


def library_of(array: Any) -> Any:
    """`numpy` or `torch`: the module whose functions take this array.

    What is called must be in both under one name, with `axis` for an axis. Of `where`, one of the two
    values must be an array: two Python numbers would become PyTorch's default type, float32.
    """
    if isinstance(array, np.ndarray | np.generic):
        return np
    import torch

    return torch


def copied(array: Any) -> Any:
    """The same numbers in memory of their own."""
    return array.copy() if library_of(array) is np else array.clone()


def held_like(values: Any, array: Any) -> Any:
    """NumPy's numbers in float64 where an array is: its library, its device."""
    library = library_of(array)
    if library is np:
        return np.asarray(values, dtype=np.float64)
    return library.as_tensor(np.array(values, dtype=np.float64), device=array.device)


def below(array: Any) -> Any:
    """The next float64 below each number."""
    library = library_of(array)
    return library.nextafter(array, library.full_like(array, -np.inf))


def upwards(array: Any) -> Any:
    """The next float64 above each number."""
    library = library_of(array)
    return library.nextafter(array, library.full_like(array, np.inf))
