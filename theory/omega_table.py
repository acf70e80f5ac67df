"""The list [[abstraction.omega]] of a task: pairs of interventions, or interventions whose ω is to be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import InputError
from .intervention import Hard, Intervention
from .scm import SCM
from .toml_source import Faults

__all__ = ["HOLE", "read_omega"]

HOLE = "?"
"""What stands for what is to be found."""
Pairs = list[tuple[Intervention, Intervention]]


def read_omega(
    rows: object, low: SCM, high: SCM | None, noted: Faults
) -> tuple[Pairs, list[Hard]] | None:
    """The pairs, and the interventions whose image is left open; what is wrong is noted."""
    if high is None:
        noted.faults.append("[[abstraction.omega]] needs a high-level model; write [high]")
        return None
    if not isinstance(rows, list):
        noted.fault(
            "ω is a list of tables [[abstraction.omega]] with low and high", "abstraction", "omega"
        )
        return None
    pairs: Pairs = []
    wanted: list[Hard] = []
    for index, row in enumerate(rows):
        where = ("abstraction", "omega", index)
        if not isinstance(row, dict) or set(row) != {"low", "high"}:
            noted.fault("each [[abstraction.omega]] has low = … and high = …", *where)
            continue
        images = _read_row(row, low, high, noted, where)
        if images is None:
            continue
        source, image = images
        if source in (*(i for i, _ in pairs), *wanted):
            noted.fault(f"ω lists {source.describe()} twice", *where)
        if image is not None:
            pairs.append((source, image))
        elif isinstance(source, Hard):
            wanted.append(source)
        else:
            noted.fault(f"ω is searched at hard interventions, not {source}", *where)
    return pairs, wanted


def _read_row(
    row: Mapping[str, Any], low: SCM, high: SCM, noted: Faults, where: tuple[str | int, ...]
) -> tuple[Intervention, Intervention | None] | None:
    """An intervention and its image, which is `None` where it is to be found."""
    sides: list[Intervention] = []
    to_find = row["high"] == HOLE
    for side, model in (("low", low), ("high", high))[: 1 if to_find else 2]:
        try:
            sides.append(model.intervention(str(row[side]), source=noted.locate(*where, side)))
        except InputError as error:
            noted.faults.extend(error.faults)
    if len(sides) < 2 - to_find:
        return None
    return sides[0], None if to_find else sides[1]
