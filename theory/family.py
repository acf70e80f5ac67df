"""Families of interventions: which low-level interventions a claim quantifies over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from .errors import Fault, InputError, Source
from .intervention import Intervention
from .kernel.errors import nearest

__all__ = [
    "FAMILIES",
    "All",
    "Block",
    "BlocksAndSilence",
    "Family",
    "Given",
    "Reach",
    "Single",
    "TauMax",
    "parse_family",
]


@final
@dataclass(frozen=True, slots=True)
class Given:
    """Exactly the listed interventions; the empty one counts only if it is listed.

    `None` stands for the interventions that a given ω lists.
    """

    interventions: tuple[Intervention, ...] | None = None

    def __str__(self) -> str:
        return "given"


@final
@dataclass(frozen=True, slots=True)
class All:
    """All hard interventions on mapped and inert variables, the empty one included."""

    def __str__(self) -> str:
        return "all"


@final
@dataclass(frozen=True, slots=True)
class Block:
    """Unions of whole blocks, each with any values, the empty one included.

    The block of a high-level variable is the set of low-level variables that its τ reads.
    Source: Geiger et al. (2025), arXiv:2301.04709, "constructive abstraction".
    """

    def __str__(self) -> str:
        return "block"


@final
@dataclass(frozen=True, slots=True)
class TauMax:
    r"""$I^\tau_L = \mathrm{dom}\,\omega_\tau$: everything that ω_τ gives a meaning to.

    It contains *silent* interventions, which ω_τ maps to the empty one.
    Source: Beckers, Eberhardt & Halpern (2019), Def. 2.3 and 2.6, arXiv:1906.11583.
    """

    def __str__(self) -> str:
        return "taumax"


@final
@dataclass(frozen=True, slots=True)
class Reach:
    """Unions of blocks, each set to values that runs on inputs produce.

    Values are joint within a block and free across blocks. `depth` 1: values of runs that are not
    intervened on. `None`: the fixpoint, in which runs under interventions with reached values
    produce values too. Source: Sutter et al. (2025), arXiv:2507.08802, "input-restricted".
    """

    depth: int | None = 1

    def __str__(self) -> str:
        return {None: "reach:fixpoint", 1: "reach"}.get(self.depth, f"reach:{self.depth}")


@final
@dataclass(frozen=True, slots=True)
class Single:
    """Unions of at most `k` whole blocks, the empty one included."""

    k: int = 1

    def __str__(self) -> str:
        return f"single:{self.k}"


@final
@dataclass(frozen=True, slots=True)
class BlocksAndSilence:
    """What is left of TAUMAX for a block map whose factors are onto: "blocks + silence".

    Each block untouched, partly set with its τ still onto ("silently"), or fully set, with any
    setting of the inert variables. Partial settings that fix the high-level value are left out:
    completing them with the values they lead to gives an equal run.
    """

    def __str__(self) -> str:
        return "blocks and silence"


Family = Given | All | Block | TauMax | Reach | Single | BlocksAndSilence

FAMILIES = ("given", "all", "block", "taumax", "reach", "reach:fixpoint", "single:k")
"""How tasks write them, with k sites."""
_NAMES = ("given", "all", "block", "taumax", "reach", "reach:fixpoint", "single", "single:2")


def parse_family(text: str, source: Source | None = None) -> Family:
    """Read `given`, `all`, `block`, `taumax`, `reach`, `reach:fixpoint`, `reach:2`, `single:2`.

    Raises:
        InputError: the text names no family.
    """
    name, _, argument = text.partition(":")
    number = (
        int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 6 else None
    )
    match name, argument:
        case "given", "":
            return Given()
        case "all", "":
            return All()
        case "block", "":
            return Block()
        case "taumax", "":
            return TauMax()
        case "reach", "":
            return Reach(1)
        case "reach", "fixpoint":
            return Reach(None)
        case "reach", _ if number is not None and number >= 1:
            return Reach(number)
        case "single", "":
            return Single(1)
        case "single", _ if number is not None and number >= 1:
            return Single(number)
        case _:
            known = ", ".join(FAMILIES)
            message = f"unknown family {text!r}: write one of {known}{nearest(text, _NAMES)}"
            raise InputError([Fault(message, text, (0, len(text)), source or Source())])
