"""The cells of the atlas, and the data file that ships with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import high_model
from tauomega.theory.scm import size_of

from ..small_models import Shape
from .larger import larger_claims
from .notion import verdict
from .notions import NOTIONS
from .proved import chain, never_meet
from .searching import profiles
from .space import Size, SmallClaim, bound

__all__ = [
    "Atlas",
    "Cell",
    "Witness",
    "atlas",
    "build",
    "claim_of",
    "described",
    "small_claim_of",
    "to_json",
    "witness_of",
]

SCHEMA = "tauomega/atlas/1"


@final
@dataclass(frozen=True, slots=True)
class Witness:
    """A counterexample, the first in the space unless it is beyond it: as text, with its size.

    `variables`, `values` and `contexts` count both models; `number` tells the claims of the atlas
    apart, and `claim` is the claim itself as whole numbers, for `SmallClaim`; or the name of a claim
    beyond the space, which is then not known to be `smallest`.
    """

    number: int
    variables: int
    values: int
    contexts: int
    low: str
    high: str
    tau: dict[str, str]
    claim: dict[str, Any]
    smallest: bool = True


@final
@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of "strong implies weak".

    `answer` is `proved` (for all models, by `scripts`), `vacuous` (by `scripts`: of no claim to which the
    second applies does the first hold), `refuted` (by the witness of that number) or `open` (none of these:
    no counterexample up to the bound).
    """

    strong: str
    weak: str
    answer: str
    scripts: tuple[str, ...] = ()
    witness: int | None = None


@final
@dataclass(frozen=True, slots=True)
class Atlas:
    """All cells, the counterexamples that they name, and how far the search went."""

    notions: tuple[str, ...]
    cells: tuple[Cell, ...]
    witnesses: tuple[Witness, ...]
    bound: str
    claims: int

    def cell(self, strong: str, weak: str) -> Cell:
        """One cell."""
        return next(c for c in self.cells if (c.strong, c.weak) == (strong, weak))

    def implied(self, strong: str) -> tuple[str, ...]:
        """The notions that a notion is proved to imply."""
        return tuple(c.weak for c in self.cells if c.strong == strong and c.answer == "proved")


def build(*, progress: Callable[[int, int | None], None] | None = None) -> Atlas:
    """Search the whole space and fill every cell: some minutes.

    Raises:
        AssertionError: a proved implication has a counterexample, which is a bug of ours.
    """
    found = profiles(progress=progress)
    first = found.first_separating()
    numbers: dict[int, Witness] = {}
    cells = []
    for i, strong in enumerate(NOTIONS):
        for j, weak in enumerate(NOTIONS):
            if i == j:
                continue
            place = int(first[i, j])
            arrows = chain(strong.key, weak.key)
            apart = never_meet(strong.key, weak.key)
            assert place < 0 or (arrows is None and apart is None), (
                strong.key,
                weak.key,
                found.claims[place],
            )
            if place >= 0:
                numbers.setdefault(place, witness_of(len(numbers), found.claims[place]))
                number = numbers[place].number
                cells.append(Cell(strong.key, weak.key, "refuted", (), number))
            elif apart is not None:
                cells.append(Cell(strong.key, weak.key, "vacuous", (apart,)))
            elif arrows is not None:
                scripts = tuple(dict.fromkeys(arrow.script for arrow in arrows))
                cells.append(Cell(strong.key, weak.key, "proved", scripts))
            else:
                cells.append(Cell(strong.key, weak.key, "open"))
    keys = tuple(notion.key for notion in NOTIONS)
    witnesses = list(numbers.values())
    closed = _with_larger_claims(cells, witnesses)
    return Atlas(keys, closed, tuple(witnesses), bound(), found.examined)


def _with_larger_claims(cells: list[Cell], witnesses: list[Witness]) -> tuple[Cell, ...]:
    """Open cells that a known claim beyond the space refutes; the claims used are added."""
    closed = list(cells)
    for name, claim in larger_claims():
        told = {notion.key: verdict(claim, notion) for notion in NOTIONS}
        number = len(witnesses)
        refuted = [
            place
            for place, cell in enumerate(closed)
            if cell.answer == "open" and told[cell.strong] is True and told[cell.weak] is False
        ]
        for place in refuted:
            closed[place] = replace(closed[place], answer="refuted", witness=number)
        if refuted:
            witnesses.append(_larger(number, name, claim))
    return tuple(closed)


def _larger(number: int, name: str, claim: Abstraction) -> Witness:
    high = high_model(claim)
    models = (claim.scm, high)
    domains = [size_of(model.domain(v)) for model in models for v in model.endogenous]
    contexts = [model.context_count() for model in models]
    return Witness(
        number,
        len(domains),
        sum(filter(None, domains)),
        sum(filter(None, contexts)),
        str(claim.scm).strip(),
        str(high).strip(),
        claim.tau_text,
        {"larger": name},
        smallest=False,
    )


def witness_of(number: int, claim: SmallClaim) -> Witness:
    """A claim of the search space as a counterexample."""
    written = claim.as_claim()
    variables, values, contexts = claim.size.key
    return Witness(
        number,
        variables,
        values,
        contexts,
        str(written.scm).strip(),
        str(written.high).strip(),
        written.tau_text,
        {
            "low_sizes": list(claim.size.low.sizes),
            "high_sizes": list(claim.size.high.sizes),
            "low_law": list(claim.size.low_law),
            "high_law": list(claim.size.high_law),
            "low": [list(world) for world in claim.low],
            "high": [list(world) for world in claim.high],
            "tau": list(claim.tau),
        },
    )


def claim_of(witness: Witness) -> Abstraction:
    """The counterexample as a claim that `check` decides."""
    small = small_claim_of(witness)
    return dict(larger_claims())[witness.claim["larger"]] if small is None else small.as_claim()


def small_claim_of(witness: Witness) -> SmallClaim | None:
    """The counterexample as a claim of the search space, or `None` if it is beyond it."""
    if not witness.smallest:
        return None
    data = witness.claim
    size = Size(
        Shape(tuple(data["low_sizes"])),
        Shape(tuple(data["high_sizes"])),
        tuple(data["low_law"]),
        tuple(data["high_law"]),
    )
    low, high = (tuple(map(tuple, data[side])) for side in ("low", "high"))
    return SmallClaim(size, low, high, tuple(data["tau"]))


def described(witness: Witness) -> str:
    """A counterexample on a few lines."""
    tau = "; ".join(f"{name} = {text}" for name, text in witness.tau.items())
    low, high = (" | ".join(text.splitlines()) for text in (witness.low, witness.high))
    return f"low:  {low}\nhigh: {high}\nτ:    {tau}"


# ---------------------------------------------------------------- the data file


def to_json(found: Atlas) -> dict[str, Any]:
    """The atlas as a JSON object."""
    return {"schema": SCHEMA, **asdict(found)}


@cache
def atlas() -> Atlas:
    """The atlas that ships: `atlas.json`, as `build` made it."""
    text = (files("tauomega.proofs.atlas") / "atlas.json").read_text(encoding="utf-8")
    data = json.loads(text)
    cells = tuple(Cell(**(cell | {"scripts": tuple(cell["scripts"])})) for cell in data["cells"])
    witnesses = tuple(Witness(**witness) for witness in data["witnesses"])
    return Atlas(tuple(data["notions"]), cells, witnesses, data["bound"], data["claims"])
