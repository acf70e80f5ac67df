"""Coordinates of a layer as tasks write them: `[low.features]`, with exact numbers as text.

| key | what |
|---|---|
| `rotation` | a skew-symmetric matrix above its diagonal; the features are its Cayley transform's rows |
| `matrix` | an invertible matrix; the features are its rows |
| `couplings` | a list of `{ inner, shift, outer }`: additive couplings of halves of the layer |
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tauomega.theory.errors import InputError
from tauomega.theory.exact_text import exact_number
from tauomega.theory.kernel.errors import nearest

from .coordinates import Coordinates, Rows
from .coupling_map import Coupling, CouplingMap
from .feature_map import FeatureMap
from .rational_rotation import inverse_cayley

__all__ = ["MOST_FEATURES", "features_of", "features_to_data"]

MOST_FEATURES = 128
"""Units that a layer with features may have: its exact inverse is computed when a task is read."""
MOST_COUPLINGS = 64
KINDS = ("rotation", "matrix", "couplings")


def features_of(data: object, width: int) -> Coordinates:
    """Read the coordinates of a layer.

    Args:
        data: a table with one of the keys.
        width: the number of units of the layer.

    Raises:
        InputError: another key, shapes that do not fit the layer, no exact numbers, no inverse.
    """
    if width > MOST_FEATURES:
        raise InputError([f"features are of layers of at most {MOST_FEATURES} units, not {width}"])
    if not isinstance(data, dict) or len(data) != 1 or next(iter(data)) not in KINDS:
        given = ", ".join(map(str, data)) if isinstance(data, dict) else repr(data)
        hint = nearest(given, KINDS)
        raise InputError([f"features are given by one of {', '.join(KINDS)}; not {given}{hint}"])
    ((kind, value),) = data.items()
    if kind == "rotation":
        if not isinstance(value, list) or len(value) != width - 1:
            raise InputError([f"a rotation of {width} units has {width - 1} rows"])
        return FeatureMap.from_skew(
            [_numbers(row, width - 1 - i, "a row of a rotation") for i, row in enumerate(value)]
        )
    if kind == "matrix":
        return FeatureMap.from_matrix(_matrix(value, width, width, "a matrix"))
    if not isinstance(value, list) or len(value) > MOST_COUPLINGS:
        raise InputError([f"couplings is a list of at most {MOST_COUPLINGS} tables"])
    return CouplingMap(width, tuple(_coupling(one, k, width) for k, one in enumerate(value)))


def features_to_data(features: Coordinates) -> dict[str, Any]:
    """What `features_of` reads back as the same coordinates."""
    match features:
        case CouplingMap(couplings=couplings):
            return {
                "couplings": [
                    {
                        "inner": _text(c.inner),
                        "shift": _text((c.shift,))[0],
                        "outer": _text(c.outer),
                    }
                    for c in couplings
                ]
            }
        case FeatureMap(matrix=matrix, inverse=inverse):
            skew = inverse_cayley(matrix) if tuple(zip(*matrix, strict=True)) == inverse else None
            return {"matrix": _text(matrix)} if skew is None else {"rotation": _text(skew)}
        case _:
            raise TypeError(f"no text for {type(features).__name__}")


def _coupling(data: object, k: int, width: int) -> Coupling:
    keys = {"inner", "shift", "outer"}
    if not isinstance(data, Mapping) or set(data) != keys:
        raise InputError([f"coupling {k} is a table with {', '.join(sorted(keys))}"])
    read = width // 2 if k % 2 == 0 else width - width // 2
    shift = data["shift"]
    hidden = len(shift) if isinstance(shift, list) else 0
    if hidden > MOST_FEATURES * 4:
        raise InputError([f"coupling {k} has more than {MOST_FEATURES * 4} hidden units"])
    return Coupling(
        _matrix(data["inner"], hidden, read, f"inner of coupling {k}"),
        tuple(_numbers(shift, hidden, f"shift of coupling {k}")),
        _matrix(data["outer"], width - read, hidden, f"outer of coupling {k}"),
    )


def _matrix(value: object, rows: int, columns: int, word: str) -> Rows:
    if not isinstance(value, list) or len(value) != rows:
        raise InputError([f"{word} has {rows} rows of {columns} numbers"])
    return tuple(tuple(_numbers(row, columns, f"a row of {word}")) for row in value)


def _numbers(value: object, count: int, word: str) -> list[Fraction]:
    if not isinstance(value, list) or len(value) != count:
        raise InputError([f"{word} has {count} numbers"])
    try:
        return [exact_number(x) for x in value]
    except ValueError as error:
        raise InputError([f'{word}: {error}; write integers, or text such as "1/4096"']) from error


def _text(rows: Rows) -> list[list[str]]:
    return [[str(x) for x in row] for row in rows]
