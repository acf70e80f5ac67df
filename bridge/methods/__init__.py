"""Interpretability methods behind one protocol, one file each.

| file | method |
|---|---|
| `activation_patching.py` | exchange single units, keep what agrees on sampled pairs |
| `das.py` | distributed alignment search: learn one subspace for a variable |
| `exact_search.py` | every place of the declared class, every interchange |
| `random_control.py` | control: answers and places at random |
| `always_yes.py` | control: "holds", whatever is asked |

A file here that has a frozen dataclass with a `name`, a `summary` and `propose` in its `__all__` is a
method; `methods()` lists them.
"""

from __future__ import annotations

from ..plugins import found_in, named
from .method import Method

__all__ = ["find_method", "methods"]


def methods() -> tuple[Method, ...]:
    """All methods that ship, by name."""
    classes = found_in(
        __name__, __path__, lambda thing: isinstance(thing, type) and hasattr(thing, "propose")
    )
    return tuple(sorted((kind() for kind in classes), key=lambda method: method.name))


def find_method(name: str) -> Method:
    """The method of this name.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    return named(name, methods(), "method")
