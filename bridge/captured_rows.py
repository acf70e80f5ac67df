"""What a captured network reads in a task: an expression for each entry, a row for each combination of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import isfinite
from typing import TYPE_CHECKING

from tauomega.theory.errors import EvaluationError, Fault, InputError
from tauomega.theory.kernel import (
    Domain,
    Expression,
    Finite,
    Range,
    Scope,
    evaluate,
    parse_expression,
)
from tauomega.theory.toml_source import Locate

from .dyadic import exact_float

if TYPE_CHECKING:
    import torch
    from torch import Tensor

__all__ = ["columns_of", "rows_of"]

LONGEST = 4096


def columns_of(
    table: Mapping[str, object],
    key: str,
    domains: Mapping[str, Domain],
    locate: Locate,
    faults: list[Fault | str],
) -> list[Expression]:
    """The expressions of a list of entries; what is wrong with it is added to the faults."""
    given = table[key]
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given) or not given:
        faults.append(f'{key} is a list of strings, such as {key} = ["A", "B + 2", "5"]')
        return []
    if len(given) > LONGEST:
        faults.append(f"{key} has {len(given):,} entries; at most {LONGEST:,}")
        return []
    scope, found = Scope(dict(domains)), []
    for number, text in enumerate(given):
        try:
            found.append(parse_expression(text, scope, locate("low", key, number)))
        except InputError as error:
            faults.extend(error.faults)
    return found


def rows_of(columns: list[Expression], domains: Mapping[str, Domain], dtype: torch.dtype) -> Tensor:
    """What the network reads for each combination of inputs, the first varying slowest.

    Raises:
        InputError: entries that are no numbers of this type: what is written is what is read.
    """
    import torch

    faults, rows = [], []
    for point in product(*(list(d) for d in domains.values() if isinstance(d, Finite | Range))):
        state = dict(zip(domains, point, strict=True))
        values = []
        for number, expression in enumerate(columns):
            try:
                value = evaluate(expression, state)
            except EvaluationError as error:
                value, text = "", str(error)
            else:
                text = str(value)
            nearest = None if isinstance(value, str) else _nearest(value, dtype)
            if nearest is None or nearest != value:
                kind = "integer of 64 bits" if dtype == torch.int64 else f"number of {dtype}"
                near = "" if nearest is None else f"; the nearest is {exact_float(nearest)}"
                faults.append(
                    f"entry {number} of what the network reads is {text} at {state}: no {kind}{near}"
                )
            values.append(nearest or 0)
        rows.append(values)
    if faults:
        raise InputError(faults[:10])
    return torch.tensor(rows, dtype=dtype)


def _nearest(value: Fraction | int, dtype: torch.dtype) -> float | int | None:
    """What a type makes of a number; `None` where it has nothing finite near it."""
    import torch

    if dtype == torch.int64:
        return int(value) if value == int(value) and -(2**63) <= value < 2**63 else None
    if not -(2**1023) < value < 2**1023:
        return None
    rounded = float(torch.tensor(float(value), dtype=torch.float64).to(dtype))
    return rounded if isfinite(rounded) else None
