"""The names of what a network's behaviour can mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import final

from tauomega.theory.errors import InputError

from .formats import FORMATS

__all__ = ["ALL", "AllOrders", "ExactGrid", "Ieee", "Real", "Semantics", "parse_semantics"]


@final
@dataclass(frozen=True, slots=True)
class Real:
    """The stored weights as exact dyadic rationals; exact arithmetic."""

    def __str__(self) -> str:
        return "real"


@final
@dataclass(frozen=True, slots=True)
class ExactGrid:
    """What every order of summation computes, where an audit proves that none of them rounds.

    Over boxes: at the inputs of the finest dyadic grid for which it does.
    """

    def __str__(self) -> str:
        return "exact-grid"


@final
@dataclass(frozen=True, slots=True)
class AllOrders:
    """Whatever any order of summation can compute in a format: a sound enclosure."""

    dtype: str

    def __str__(self) -> str:
        return f"all-orders({self.dtype})"


@final
@dataclass(frozen=True, slots=True)
class Ieee:
    """What PyTorch computes here on a device: every run is `batch` copies of one row, on one thread.

    On a GPU no product rounds its operands (no TF32) and no sum is of a narrower type.
    """

    dtype: str
    device: str
    batch: int

    def __str__(self) -> str:
        return f"ieee({self.dtype}, {self.device}, batch={self.batch})"


Semantics = Real | ExactGrid | AllOrders | Ieee

RUN = ("float64", "float32", "float16", "bfloat16")
DEVICES = ("cpu", "cuda")
LARGEST_BATCH = 4096
ALL: tuple[Semantics, ...] = (
    Real(),
    ExactGrid(),
    *(AllOrders(name) for name in FORMATS if name != "float64"),
    Ieee("float32", "cpu", 1),
)
"""What `--semantics all` shows, in order."""

_ORDERS = re.compile(r"all-orders\((\w+)\)")
_IEEE = re.compile(r"ieee\((\w+), *(\w+), *batch=(\d{1,6})\)")


def parse_semantics(text: str) -> Semantics:
    """Read the name of a semantics.

    Raises:
        InputError: no such semantics, format, device or number of rows.
    """
    simple: dict[str, Semantics] = {"real": Real(), "exact-grid": ExactGrid()}
    if text in simple:
        return simple[text]
    orders, ieee = _ORDERS.fullmatch(text), _IEEE.fullmatch(text)
    if orders and orders[1] in FORMATS:
        return AllOrders(orders[1])
    if ieee:
        dtype, device, batch = ieee[1], ieee[2], int(ieee[3])
        faults = []
        if dtype not in RUN:
            faults.append(f"{text}: runs are in {', '.join(RUN)}; not {dtype!r}")
        if device not in DEVICES:
            faults.append(f"{text}: runs are on {' or '.join(DEVICES)}; not {device!r}")
        if not 1 <= batch <= LARGEST_BATCH:
            faults.append(f"{text}: a batch has 1 to {LARGEST_BATCH:,} rows")
        if faults:
            raise InputError(faults)
        return Ieee(dtype, device, batch)
    formats = ", ".join(FORMATS)
    raise InputError(
        [
            f'semantics {text!r} is not known; write "real", "exact-grid", "all-orders(F)" with F one of '
            f'{formats}, or "ieee(float32, cpu, batch=1)", where cpu may be cuda'
        ]
    )
