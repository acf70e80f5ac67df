"""Results on disk: JSON lines, each with the checksum of its body; one file a worker, merged on reading.

There is no database and no lock, so a shared file system is enough: a line is written and flushed
whole, and a line that was cut off by an interruption fails its checksum, is reported, and its unit is
done again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from tauomega.theory.errors import InputError

__all__ = ["Record", "UnitKey", "append", "read_results"]

Json = Any
SCHEMA = "tauomega/bench/1"
LARGEST_LINE = 50_000_000


@final
@dataclass(frozen=True, slots=True, order=True)
class UnitKey:
    """What a unit of work is a function of; `method` is `truth` for the labels."""

    task: str
    method: str
    seed: int
    task_hash: str
    method_hash: str


@final
@dataclass(frozen=True, slots=True)
class Record:
    """A unit's result; `run` is how it was obtained this time: seconds, worker."""

    key: UnitKey
    result: Json
    run: Json


def append(path: Path, record: Record) -> None:
    """Write one line, whole, and flush it to the disk."""
    body = {
        "schema": SCHEMA,
        "task": record.key.task,
        "method": record.key.method,
        "seed": record.key.seed,
        "task_hash": record.key.task_hash,
        "method_hash": record.key.method_hash,
        "result": record.result,
    }
    line = _text({"body": body, "run": record.run, "sha256": _checksum(body)}) + "\n"
    with path.open("ab") as file:
        if file.tell() and not _ends_whole(path):
            file.write(b"\n")  # after a line that was cut off
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def read_results(directory: Path) -> tuple[dict[UnitKey, Record], list[str]]:
    """All results by key, in order, and what is wrong with the lines that are not used.

    Two lines with one key and different results are a contradiction: work units are pure.

    Raises:
        InputError: no such directory, or a contradiction.
    """
    if not directory.is_dir():
        raise InputError(
            [f"there is no directory {str(directory)!r}; tauomega bench run smoke --output DIR"]
        )
    found: dict[UnitKey, Record] = {}
    damaged: list[str] = []
    contradictions: list[str] = []
    for path in sorted(directory.glob("worker-*.jsonl")):
        for number, line in enumerate(_lines(path), start=1):
            record = _record(line)
            if isinstance(record, str):
                damaged.append(f"{path.name}:{number}: {record}")
                continue
            before = found.setdefault(record.key, record)
            if before.result != record.result:
                key = record.key
                contradictions.append(
                    f"{path.name}:{number}: {key.task}, {key.method}, seed {key.seed} has another "
                    "result than before; a unit of work is a pure function, so one of them is wrong"
                )
    if contradictions:
        raise InputError(contradictions)
    return dict(sorted(found.items())), damaged


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(LARGEST_LINE):
            if line.strip():
                yield line


def _record(line: bytes) -> Record | str:
    try:
        entry = json.loads(line)
        body, run, checksum = entry["body"], entry["run"], entry["sha256"]
        key = UnitKey(*(body[k] for k in ("task", "method", "seed", "task_hash", "method_hash")))
        result = body["result"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "cut off, or no result; the unit will be done again"
    if checksum != _checksum(body):
        return "the checksum does not fit; the unit will be done again"
    if body.get("schema") != SCHEMA:
        return f"schema {body.get('schema')!r}, not {SCHEMA!r}"
    return Record(key, result, run)


def _text(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _checksum(body: Json) -> str:
    return hashlib.sha256(_text(body).encode()).hexdigest()


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
