"""Intervention kernels as a task writes them: how a high-level value is realised by its block."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from .exact_text import exact_number
from .kernel import Finite, Range, Value
from .scm import SCM

__all__ = ["read_kernels"]


def read_kernels(
    tables: object, high: SCM | None, fault: Callable[..., None]
) -> dict[str, dict[Value, tuple[Fraction, ...]]]:
    r"""The kernels under `[abstraction.kernels.X]`: value of X = list of probabilities.

    The probabilities are those of the block's values, in lexicographic order. They are exact: numbers
    such as `"1/3"`, or integers.

    Args:
        tables: what the task has under `kernels`.
        high: the high-level model.
        fault: told of every fault, with its place.
    """
    found: dict[str, dict[Value, tuple[Fraction, ...]]] = {}
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        fault("kernels are tables [abstraction.kernels.X]: value = [probabilities]", "kernels")
        return found
    for name, rows in tables.items():
        where = ("abstraction", "kernels", name)
        if high is None or name not in high.endogenous:
            fault(f"{name!r} is no high-level variable", *where)
            continue
        domain = high.domain(name)
        known = {str(v): v for v in domain} if isinstance(domain, Finite | Range) else {}
        found[name] = {}
        for key, weights in rows.items():
            if key not in known:
                fault(f"{key} is no value of {name!r}: its domain is {domain}", *where)
            elif not isinstance(weights, list):
                fault(f"the kernel of {name!r} at {key} is a list of probabilities", *where)
            else:
                try:
                    found[name][known[key]] = tuple(map(exact_number, weights))
                except ValueError:
                    fault(
                        f"the kernel of {name!r} at {key} lists exact probabilities such as "
                        f'"1/3", not {weights!r}',
                        *where,
                    )
        for key in sorted(known.keys() - rows.keys()):
            fault(f"the kernel of {name!r} has no row for {key}", *where)
    return found
