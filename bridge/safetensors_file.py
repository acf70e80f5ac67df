"""Weights from a safetensors file: the header is read with limits before anything is allocated."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError

__all__ = ["Stored", "check_safetensors", "read_safetensors"]

Array = npt.NDArray[Any]
LARGEST, LARGEST_MODEL, HEADER = 1_000_000_000, 100_000_000_000, 1_000_000
_DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16}
_SIZES = {
    **{"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1},
    **{"U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1},
}
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def read_safetensors(path: Path, *, sha256: str | None = None) -> dict[str, Array]:
    """The tensors of a file, by name. Nothing in the file is run; nothing is read before its header fits.

    Args:
        path: a regular file of at most 1 GB.
        sha256: the digest that the file must have, in hexadecimal.

    Raises:
        InputError: a pickle, a wrong digest, a header that is too large or contradicts the file;
            all faults of the header at once.
    """
    entries, start = _checked(path, LARGEST, tuple(_DTYPES))
    data = path.read_bytes()
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256.lower():
        raise InputError([f"{path}: sha256 is {hashlib.sha256(data).hexdigest()}, not {sha256}"])
    found: dict[str, Array] = {}
    for name, entry in entries.items():
        first, last = entry["data_offsets"]
        array = np.frombuffer(data[start + first : start + last], dtype=_DTYPES[entry["dtype"]])
        found[name] = array.reshape(entry["shape"])
    return found


@final
@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor of a file: its type, such as `F32`, and its shape."""

    dtype: str
    shape: tuple[int, ...]


def check_safetensors(path: Path) -> dict[str, Stored]:
    """Refuse a file that is no well-formed safetensors file, reading its header alone.

    What another library is about to load is checked by this first.

    Returns:
        the type and the shape of each tensor.

    Raises:
        InputError: as `read_safetensors`, for larger files and all their types.
    """
    entries, _ = _checked(path, LARGEST_MODEL, tuple(_SIZES))
    return {name: Stored(e["dtype"], tuple(e["shape"])) for name, e in entries.items()}


def _checked(
    path: Path, largest: int, dtypes: tuple[str, ...]
) -> tuple[dict[str, Mapping[str, Any]], int]:
    """The entries of the header, and where the data start."""
    if not path.is_file():
        raise InputError(
            [f"there is no file {str(path)!r}; weights are relative to the task's folder"]
        )
    size = path.stat().st_size
    if size > largest:
        raise InputError([f"{path}: {size:,} bytes; the limit is {largest:,}"])
    with path.open("rb") as file:
        lead = file.read(8)
        if lead.startswith(_PICKLES):
            raise InputError(
                [
                    f"{path} is a pickle, which can run code; save the weights with safetensors instead"
                ]
            )
        length = int.from_bytes(lead, "little")
        if len(lead) < 8 or length > min(HEADER, size - 8):
            raise InputError([f"{path} is no safetensors file: its header has {length:,} bytes"])
        header = _header(path, file.read(length))
    start = 8 + length
    faults: list[str] = []
    entries: dict[str, Mapping[str, Any]] = {}
    taken: list[tuple[int, int, str]] = []
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        fault = _entry_fault(entry, size - start, dtypes)
        if fault:
            faults.append(f"{path}: tensor {name!r}: {fault}")
            continue
        entries[name] = entry
        taken.append((*entry["data_offsets"], name))
    taken.sort()
    for (_, stop, name), (begin, _, other) in itertools.pairwise(taken):
        if begin < stop:
            faults.append(f"{path}: tensors {name!r} and {other!r} overlap")
    if faults:
        raise InputError(faults)
    return entries, start


def _header(path: Path, text: bytes) -> Mapping[str, Any]:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise ValueError("a key is written twice")
        return dict(pairs)

    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise InputError([f"{path}: the header is not JSON that can be read: {error}"]) from error
    if not isinstance(header, dict) or len(header) > 10_000:
        raise InputError([f"{path}: the header is not an object of at most 10,000 tensors"])
    return header


def _entry_fault(entry: object, size: int, dtypes: tuple[str, ...]) -> str:
    if not isinstance(entry, dict):
        return "its entry is no object"
    dtype, shape, offsets = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if dtype not in dtypes:
        return f"dtype {dtype!r} is not read; use {', '.join(dtypes)}"
    if not isinstance(shape, list) or len(shape) > 8 or not all(map(_is_count, shape)):
        return f"shape {shape!r} is no list of sizes"
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(_is_count, offsets)):
        return "data_offsets are no two positions"
    start, stop = offsets
    count = 1
    for length in shape:
        count *= length
    if not start <= stop <= size:
        return f"its data [{start}, {stop}) lie outside the file"
    if count * _SIZES[dtype] != stop - start:
        return f"shape {shape} of {dtype} does not fill {stop - start} bytes"
    return ""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40
