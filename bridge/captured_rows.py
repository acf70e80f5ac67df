"""What a captured network reads in a task: an expression for each entry, a row for each combination of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
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

if TYPE_CHECKING:
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


def rows_of(columns: list[Expression], domains: Mapping[str, Domain], *, integers: bool) -> Tensor:
    """What the network reads for each combination of inputs, the first varying slowest."""
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
            if isinstance(value, str) or not _fits(value, integers=integers):
                kind = "integer of 64 bits" if integers else "number that float64 has"
                faults.append(
                    f"entry {number} of what the network reads is {text} at {state}: no {kind}"
                )
                value = 0
            values.append(value)
        rows.append([int(v) if integers else float(v) for v in values])
    if faults:
        raise InputError(faults[:10])
    return torch.tensor(rows, dtype=torch.int64 if integers else torch.float64)


def _fits(value: Fraction | int, *, integers: bool) -> bool:
    if integers:
        return value == int(value) and -(2**63) <= value < 2**63
    return -(2**1023) < value < 2**1023
