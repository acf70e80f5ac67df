"""Certificates that are damaged, one after another: `python -m tauomega.proofs.testing.damage`.

Twice as many as asked for: once as they are (`spoiling`), all of which are to be refused; and once by somebody who
knows the format and makes the hashes of the parts anew, so that it is the proof that gives the damage away and not
the seal. What is refused is counted by kind. Once in a while a changed proof with new hashes is a proof again: a
counterexample with another context that refutes as well, a step with another hint. That is counted apart, if
nothing but the proof has changed and the new one is seen to stand without the checker (`standing`);
anything else that is accepted is a fault.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from tauomega.solvers.checking import check
from tauomega.solvers.distance import distance
from tauomega.theory.errors import InputError
from tauomega.theory.task import read_task

from ..certificates.checker.checking import check_certificate
from ..certificates.checker.document import RefusedError, canonical, digest
from ..certificates.reading import read_again
from ..certificates.writing import certificate_of, certificate_of_distance
from .scaling import Scaled, scaled
from .spoiling import FIELDS, Damaged, is_refused_for, leaves, spoiled
from .standing import stands

__all__ = [
    "DAMAGES",
    "Damaged",
    "certificates",
    "damaged",
    "example_text",
    "is_another_proof",
    "is_refused",
    "resealed",
    "task_text",
]

EXAMPLES = (
    *("ce2_uniform", "ce3", "ce3_tau_abstraction", "ce4_tau_abstraction", "ce5_constructive"),
    *("ce6_block", "ce7", "ce7_interchange", "ce8", "ce8_single", "ce9", "voting"),
)
"""Shipped examples with a certificate."""
APPROXIMATE = ("ce19_within", "xor_almost")
"""Those with one that is about a distance, too."""
SCALED = (("adder", 16), ("majority", 15), ("layers", 12), ("ternary", 9), ("parity", 20))


def task_text(member: Scaled) -> str:
    """A member of a family as a task file."""
    claim = member.claim
    assert claim.high is not None
    lines = ['definition = "tau-abstraction"', "[low]", f'text = """\\n{claim.scm}\\n"""']
    if claim.tau_u is None:
        lines.insert(1, 'tau_u = "identity"')
    lines += ["[high]", f'text = """\\n{claim.high}\\n"""', "[abstraction.tau]"]
    return "\n".join([*lines, *(f'"{n}" = "{t}"' for n, t in claim.tau_text.items()), ""])


def certificates(sizes: Sequence[tuple[str, int]] = SCALED) -> list[bytes]:
    """Certificates of every kind: of shipped examples, and of circuits of these families and sizes."""
    texts = [example_text(name) for name in EXAMPLES]
    for family, size in sizes:
        texts += [task_text(scaled(family, size, holds=holds)) for holds in (True, False)]
    made = []
    for text in [*texts, *map(example_text, APPROXIMATE)]:
        task = read_task(text)
        verdict = check(task.claim, task.definition, at_most=task.at_most)
        made.append(certificate_of(task.claim, task.definition, verdict, task=text))
    for text in map(example_text, APPROXIMATE):
        task = read_task(text)
        found = distance(task.claim, task.definition)
        made.append(certificate_of_distance(task.claim, task.definition, found, task=text))
    return made


Damage = Callable[[dict[str, Any], random.Random], None]
"""Changes a certificate in place; raises `LookupError` where it has nothing of the kind."""


def _steps(document: dict[str, Any]) -> list[Any]:
    steps: list[Any] = document["proof"]["squares"]["steps"]
    return steps


def _drop_step(document: dict[str, Any], rng: random.Random) -> None:
    steps = _steps(document)
    del steps[rng.randrange(len(steps))]


def _swap_steps(document: dict[str, Any], rng: random.Random) -> None:
    steps = _steps(document)
    a, b = rng.sample(range(len(steps)), 2) if len(steps) > 1 else (0, 0)
    steps[a], steps[b] = steps[b], steps[a]


def _flip_literal(document: dict[str, Any], rng: random.Random) -> None:
    clause = rng.choice([s for s in _steps(document) if s[0]] or [[[]]])[0]
    place = rng.randrange(len(clause)) if clause else _none()
    clause[place] *= -1


def _none() -> int:
    raise LookupError


def _drop_hint(document: dict[str, Any], rng: random.Random) -> None:
    hints = rng.choice(_steps(document))[1]
    del hints[rng.randrange(len(hints))]


def _other_hint(document: dict[str, Any], rng: random.Random) -> None:
    hints = rng.choice(_steps(document))[1]
    hints[rng.randrange(len(hints))] += rng.choice((-2, -1, 1, 2))


def _other_number(document: dict[str, Any], rng: random.Random) -> None:
    part = rng.choice(("claim", "proof"))
    places = [
        (container, key)
        for container, key in leaves(document[part], [])
        if str(container[key]).lstrip("-").isdigit()
    ]
    container, key = rng.choice(places)
    number = int(container[key]) + rng.choice((-1, 1))
    container[key] = str(number) if isinstance(container[key], str) else number


def _other_name(document: dict[str, Any], rng: random.Random) -> None:
    places = [
        (container, key)
        for container, key in leaves(document["claim"], [])
        if isinstance(container[key], str) and not container[key].lstrip("-").isdigit()
    ]
    container, key = rng.choice(places)
    other = [c[k] for c, k in places if c[k] != container[key]]
    container[key] = rng.choice(other)


def _drop_entry(document: dict[str, Any], rng: random.Random) -> None:
    part = rng.choice(("claim", "proof"))
    container, key = rng.choice(leaves(document[part], []))
    del container[key]


def _other_semantics(document: dict[str, Any], rng: random.Random) -> None:
    """Other semantics, which the statement names as well."""
    old = document["semantics"]
    FIELDS["another semantics"](document, rng)
    said = document["statement"]
    document["statement"] = said.replace(
        f" {old} semantics,", f" {document['semantics']} semantics,"
    )


DAMAGES: dict[str, Damage] = {
    "a step dropped": _drop_step,
    "two steps swapped": _swap_steps,
    "a literal flipped": _flip_literal,
    "a hint dropped": _drop_hint,
    "another hint": _other_hint,
    "another number": _other_number,
    "another name": _other_name,
    "an entry dropped": _drop_entry,
    "another semantics": _other_semantics,
    **{
        kind: FIELDS[kind] for kind in ("another verdict", "another statement", "another parameter")
    },
}
"""Kinds of damage to a part of a certificate, after which the hashes are made anew."""


def damaged(originals: Sequence[bytes], rng: random.Random) -> Damaged:
    """A certificate with one damage, which makes it differ; where only parts are changed, resealed."""
    kinds = [*DAMAGES, "another task's", "a wrong hash", "truncated", "a byte changed"]
    kind = rng.choice(kinds)
    while True:
        data = rng.choice(originals)
        if kind == "truncated":
            return Damaged(kind, data[: rng.randrange(len(data))])
        if kind == "a byte changed":
            place = rng.randrange(len(data))
            other = bytes([(data[place] + rng.randrange(1, 256)) % 256])
            return Damaged(kind, data[:place] + other + data[place + 1 :])
        document = copy.deepcopy(json.loads(data))
        if kind == "a wrong hash":
            name = rng.choice(sorted(document["hashes"]))
            document["hashes"][name] = sha256(rng.randbytes(8)).hexdigest()
            return Damaged(kind, canonical(document))
        try:
            if kind == "another task's":
                other_one = json.loads(rng.choice(originals))
                part = rng.choice(("task", "claim", "proof"))
                document[part] = other_one[part]
            else:
                DAMAGES[kind](document, rng)
        except (LookupError, ValueError, TypeError):
            continue
        made = canonical(resealed(document))
        if made != data:
            return Damaged(kind, made)


def resealed(document: dict[str, Any]) -> dict[str, Any]:
    """The certificate with the hashes of its parts made anew."""
    task = document["task"].encode()
    parts = {name: digest(document[name]) for name in ("claim", "proof")}
    return document | {"hashes": parts | {"task": sha256(task).hexdigest()}}


def is_refused(data: bytes) -> bool:
    """Whether the checker refuses bytes, or the task's text says something else than they do."""
    try:
        check_certificate(data)
        return bool(read_again(json.loads(data)))
    except (RefusedError, InputError):
        return True


def is_another_proof(data: bytes, originals: Sequence[bytes]) -> bool:
    """Whether an accepted certificate claims what an original claims, by another proof, which stands."""
    parts = ("verdict", "definition", "parameters", "semantics", "statement", "task", "claim")
    found = json.loads(data)
    known = [[json.loads(original)[part] for part in parts] for original in originals]
    return [found[part] for part in parts] in known and stands(found)


def example_text(name: str) -> str:
    """The task file of a shipped example."""
    return (files("tauomega.theory.examples") / f"{name}.toml").read_text(encoding="utf-8")


def _lines(count: int, seed: int) -> Iterator[str]:
    originals = certificates()
    sound = sum(not is_refused(data) for data in originals)
    yield f"seed {seed}: {len(originals)} certificates, of which {sound} are accepted undamaged"
    rng = random.Random(seed)  # noqa: S311  # reproducible draws, no secret
    yield from _all_spoiled(originals, count, rng)
    yield from _all_resealed(originals, count, rng)


def _all_spoiled(originals: Sequence[bytes], count: int, rng: random.Random) -> Iterator[str]:
    drawn, refused = Counter[str](), Counter[str]()
    for number in range(count):
        found, original = spoiled(originals, rng)
        drawn[found.kind] += 1
        if is_refused_for(found.data, original):
            refused[found.kind] += 1
        else:
            yield f"ACCEPTED: number {number}, {found.kind}: {found.data[:200]!r}"
    yield from _table(drawn, refused)
    yield f"as they are: {refused.total():,} of {count:,} damaged certificates refused"


def _all_resealed(originals: Sequence[bytes], count: int, rng: random.Random) -> Iterator[str]:
    drawn, refused = Counter[str](), Counter[str]()
    again = 0
    for number in range(count):
        found = damaged(originals, rng)
        drawn[found.kind] += 1
        if is_refused(found.data):
            refused[found.kind] += 1
        elif is_another_proof(found.data, originals):
            again += 1
            yield f"  number {number}, {found.kind}: another proof of the same claim, which stands"
        else:
            yield f"ACCEPTED: number {number}, {found.kind}: {found.data[:200]!r}"
    yield from _table(drawn, refused)
    yield (
        f"with new hashes: {refused.total():,} of {count:,} damaged certificates refused; {again} prove "
        "the same claim again, seen without the checker"
    )


def _table(drawn: Counter[str], refused: Counter[str]) -> Iterator[str]:
    for kind in sorted(drawn):
        yield f"  {kind:<27} {refused[kind]:>6} of {drawn[kind]:>6} refused"


def main(arguments: Sequence[str] | None = None) -> int:
    """Damage certificates and count what is refused; exit status 0 iff everything is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    accepted = False
    for line in _lines(asked.count, asked.seed):
        accepted = accepted or line.startswith("ACCEPTED")
        sys.stdout.write(line + "\n")
    return 1 if accepted else 0


if __name__ == "__main__":
    sys.exit(main())
