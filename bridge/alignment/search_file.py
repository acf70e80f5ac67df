"""Where a search for an alignment stands, on disk: it goes on from there as if it had not stopped.

The file names the question, the class and the settings by their hash, so that it is not continued as
another search. What it says guides training only: whatever is proved is decided anew.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch

from tauomega.theory.errors import InputError
from tauomega.theory.exact_text import exact_number
from tauomega.theory.whole_file import write_file

from .guided import Guidance, Round, Search
from .lesson import Failure, expected_signs
from .question import AlignmentQuestion

__all__ = ["load_search", "save_search", "search_digest"]

SCHEMA = "tauomega/alignment-search/1"
MOST_BYTES = 256_000_000
MOST_TENSORS, MOST_ROUNDS, MOST_FAILURES = 10_000, 100_000, 100_000


def search_digest(question: AlignmentQuestion, class_name: str, guidance: Guidance) -> str:
    """Which search it is: the network's bits, what is expected, the class, and how it is looked for."""
    found = hashlib.sha256()
    for layer in question.model.network.layers:
        found.update(layer.weight.tobytes() + layer.bias.tobytes())
        found.update(str(layer.activation).encode())
    for kind in question.kinds:
        codes, signs = expected_signs(question, kind)
        for tensor in (*codes, signs):
            found.update(tensor.numpy().tobytes())
    settings = (guidance.fitting, guidance.patience, guidance.keep, guidance.seed, guidance.radius)
    asked = (question.layer, dict(question.sizes), question.kinds, question.forms)
    found.update(repr((asked, question.conditions, class_name, settings)).encode())
    return found.hexdigest()


def save_search(path: Path, digest: str, search: Search) -> None:
    """Write a search down, in full or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    best = search.best
    data = {
        "schema": SCHEMA,
        "search": digest,
        "start": search.start,
        "stale": search.stale,
        "parameters": [p.tolist() for p in search.parameters],
        "best": None if best is None else [best[0], [p.tolist() for p in best[1]]],
        "failures": [
            [
                f.variables,
                [str(x) for x in f.base],
                [[str(x) for x in s] for s in f.sources],
                f.expected,
            ]
            for f in search.failures
        ],
        "rounds": [
            [r.start, str(r.sampled), str(r.accuracy), r.failing, r.known] for r in search.rounds
        ],
    }
    try:
        write_file(path, json.dumps(data).encode())
    except OSError as error:
        raise InputError([f"{path} cannot be written: {error.strerror}"]) from error


def load_search(path: Path, digest: str, question: AlignmentQuestion) -> Search:
    """Read where a search stood.

    Raises:
        InputError: no such file, one of another search, or one that says nonsense.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError([f"{path} has more than {MOST_BYTES:,} bytes"])
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError([f"{path} cannot be read: {error.strerror}"]) from error
    except (ValueError, RecursionError) as error:
        raise InputError([f"{path} is no search for an alignment: {error}"]) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise InputError([f"{path} is no search for an alignment"])
    if data.get("search") != digest:
        raise InputError([f"{path} is of another search: another network, claim, class or setting"])
    try:
        return _search(data, question)
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise InputError([f"{path} is damaged: {error}"]) from error


def _search(data: dict[str, Any], question: AlignmentQuestion) -> Search:
    counts = len(data["parameters"]), len(data["rounds"]), len(data["failures"])
    if any(n > m for n, m in zip(counts, (MOST_TENSORS, MOST_ROUNDS, MOST_FAILURES), strict=True)):
        raise ValueError("it is too long")
    best = data["best"]
    return Search(
        _count(data["start"]),
        _count(data["stale"]),
        _tensors(data["parameters"]),
        [_failure(one, question) for one in data["failures"]],
        None if best is None else (_count(best[0]), _tensors(best[1])),
        [
            Round(_count(a), _share(b), _share(c), _count(d), _count(e))
            for a, b, c, d, e in data["rounds"]
        ],
    )


def _tensors(data: list[Any]) -> list[torch.Tensor]:
    found = [torch.tensor(one, dtype=torch.float32) for one in data]
    if not all(bool(torch.isfinite(tensor).all()) for tensor in found):
        raise ValueError("a parameter is not finite")
    return found


def _failure(data: Any, question: AlignmentQuestion) -> Failure:
    names, base, sources, expected = data
    columns = question.model.network.inputs
    rows = [tuple(exact_number(x) for x in row) for row in (base, *sources)]
    kind = tuple(names)
    wrong = any(len(row) != columns for row in rows) or len(sources) != len(kind)
    if wrong or kind not in question.kinds or len(expected) != len(question.tau):
        raise ValueError("a failure does not fit the question")
    return Failure(kind, rows[0], tuple(rows[1:]), tuple(x is True for x in expected))


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ValueError(f"no count: {value!r}")
    return value


def _share(value: Any) -> Fraction:
    found = exact_number(value)
    if not 0 <= found <= 1:
        raise ValueError(f"no share: {value!r}")
    return found
