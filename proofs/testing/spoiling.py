"""Certificates damaged as they are: bytes and entries dropped, swapped, flipped or added, and nothing mended.

Every single one has to be refused. A reader that forgives - a key given twice, a byte after the end, other spaces -
would let two files with two meanings pass for one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

from ..certificates.checker.checking import check_certificate
from ..certificates.checker.document import RefusedError, canonical

__all__ = ["FIELDS", "SPOILS", "Damaged", "is_refused_for", "leaves", "spoiled"]


@final
@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged certificate: the kind of damage and the bytes."""

    kind: str
    data: bytes


Document = dict[str, Any]


def leaves(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The places of strings and numbers in a JSON value: (container, key)."""
    for key, entry in enumerate(value) if isinstance(value, list) else value.items():
        if isinstance(entry, list | dict):
            leaves(entry, found)
        else:
            found.append((value, key))
    return found


def _tables(value: Any) -> list[Document]:
    """Every object in a JSON value that has a key."""
    found: list[Document] = []
    pending = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, dict) and here:
            found.append(here)
        if isinstance(here, dict | list):
            pending += here.values() if isinstance(here, dict) else here
    return found


# ---------------------------------------------------------------- fields without a hash


def _other_verdict(document: Document, rng: random.Random) -> None:
    document["verdict"] = "holds" if document["verdict"] == "fails" else "fails"


def _other_statement(document: Document, rng: random.Random) -> None:
    words = document["statement"].split(" ")
    del words[rng.randrange(len(words))]
    document["statement"] = " ".join(words)


def _other_parameter(document: Document, rng: random.Random) -> None:
    key = rng.choice(sorted(document["parameters"]))
    words = ["block", "all", "taumax", "single:1", "searched", "identity", "given", "image", "2"]
    words.remove(document["parameters"][key]) if document["parameters"][key] in words else None
    document["parameters"][key] = rng.choice(words)


def _other_semantics(document: Document, rng: random.Random) -> None:
    kinds = [k for k in ("exact", "real", "exact-grid") if k != document["semantics"]]
    document["semantics"] = rng.choice(kinds)


FIELDS = {
    "another verdict": _other_verdict,
    "another statement": _other_statement,
    "another parameter": _other_parameter,
    "another semantics": _other_semantics,
}
"""Changes of what no hash is for: it has to fit what is proved."""

# ---------------------------------------------------------------- bytes


Spoil = Callable[[bytes, bytes, random.Random], bytes]
"""A certificate, the one of another task, and draws -> the certificate, damaged."""


def _piece_of(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice((1, 1, 2, 5, 40)))


def _bytes_dropped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _piece_of(data, rng)
    return data[:start] + data[end:]


def _bytes_twice(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _piece_of(data, rng)
    return data[:end] + data[start:end] + data[end:]


def _bytes_swapped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    (a, b), (c, d) = sorted((_piece_of(data, rng), _piece_of(data, rng)))
    b = min(b, c)
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def _bit_flipped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]


def _byte_changed(data: bytes, _: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + rng.randbytes(1) + data[place + 1 :]


def _truncated(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _more_after_it(data: bytes, other: bytes, rng: random.Random) -> bytes:
    return data + rng.choice((b" ", b"\n", b"{}", b"\0", data, other))


def _more_before_it(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return rng.choice((b" ", b"\n", b"\xef\xbb\xbf", b"//\n")) + data


# ---------------------------------------------------------------- JSON


def _key_twice(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """A key anywhere, once more in the same object: with the same value, or with null."""
    table = rng.choice(_tables(json.loads(data)))
    key = rng.choice(sorted(table))
    entry, empty = (canonical({key: value})[1:-2] for value in (table[key], None))
    again = rng.choice(([entry, entry], [empty, entry], [entry, empty]))
    return data.replace(entry, b",".join(again), 1)


def _keys_in_another_order(data: bytes, _: bytes, rng: random.Random) -> bytes:
    items = list(json.loads(data).items())
    rng.shuffle(items)
    text = json.dumps(dict(items), ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _spaces(data: bytes, _: bytes, rng: random.Random) -> bytes:
    indent = rng.choice((None, 1, 2))
    return json.dumps(json.loads(data), ensure_ascii=rng.random() < 0.5, indent=indent).encode()


def _entry_dropped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    document = json.loads(data)
    container, key = rng.choice(leaves(document, []))
    del container[key]
    return canonical(document)


def _entries_swapped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    document = json.loads(data)
    (one, k), (two, m) = rng.sample(leaves(document, []), 2)
    one[k], two[m] = two[m], one[k]
    return canonical(document)


def _part_dropped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    document = json.loads(data)
    del document[rng.choice(sorted(document))]
    return canonical(document)


def _parts_swapped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    document = json.loads(data)
    one, two = rng.sample(sorted(document), 2)
    document[one], document[two] = document[two], document[one]
    return canonical(document)


def _wrong_hash(data: bytes, _: bytes, rng: random.Random) -> bytes:
    document = json.loads(data)
    document["hashes"][rng.choice(sorted(document["hashes"]))] = rng.randbytes(32).hex()
    return canonical(document)


def _part_of_another(data: bytes, other: bytes, rng: random.Random) -> bytes:
    document, source = json.loads(data), json.loads(other)
    part = rng.choice(sorted(source))
    document[part] = source[part]
    if part in document["hashes"] and rng.random() < 0.5:
        document["hashes"][part] = source["hashes"][part]
    return canonical(document)


def _another(data: bytes, other: bytes, rng: random.Random) -> bytes:
    return other


def _another_field(data: bytes, _: bytes, rng: random.Random) -> bytes:
    document = json.loads(data)
    FIELDS[rng.choice(sorted(FIELDS))](document, rng)
    return canonical(document)


SPOILS: dict[str, Spoil] = {
    "bytes dropped": _bytes_dropped,
    "bytes twice": _bytes_twice,
    "bytes swapped": _bytes_swapped,
    "a bit flipped": _bit_flipped,
    "a byte changed": _byte_changed,
    "truncated": _truncated,
    "more after it": _more_after_it,
    "more before it": _more_before_it,
    "a key twice": _key_twice,
    "keys in another order": _keys_in_another_order,
    "other spaces": _spaces,
    "an entry dropped": _entry_dropped,
    "two entries swapped": _entries_swapped,
    "a part dropped": _part_dropped,
    "two parts swapped": _parts_swapped,
    "a wrong hash": _wrong_hash,
    "another task's part": _part_of_another,
    "another task's certificate": _another,
    "another field": _another_field,
}
"""Kinds of damage after which nothing is mended."""


def spoiled(originals: Sequence[bytes], rng: random.Random) -> tuple[Damaged, bytes]:
    """A certificate that is damaged as it is, and the certificate that it was."""
    kind = rng.choice(sorted(SPOILS))
    while True:
        data, other = rng.sample(list(originals), 2)
        found = SPOILS[kind](data, other, rng)
        if found != data:
            return Damaged(kind, found), data


def is_refused_for(data: bytes, original: bytes) -> bool:
    """Whether the checker refuses bytes as a certificate of what another one states of its task."""
    stated = json.loads(original)
    try:
        found = check_certificate(data)
        return (found.task, found.statement) != (stated["task"], stated["statement"])
    except RefusedError:
        return True
