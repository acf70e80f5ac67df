"""Searches with known answers: classes of candidates, each with the number of its solutions.

| family | what is unknown | how many there are |
|---|---|---|
| `parity_blocks` | which of n bits make up A and B, and how | pairs of disjoint non-empty sets |
| `quotient_map` | maps of n states to 8 values, given maps respected | one |
| `hidden_alignment` | which of n hidden nodes carry a parity | parts of a chain, times those of dead nodes |
| `conjunction_from_parity` | maps of blocks by which an AND is a parity | none |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from tauomega.solvers.search.sketch import Sketch
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.kernel import Value
from tauomega.theory.policy import Depth
from tauomega.theory.scm import SCM

__all__ = [
    "Searched",
    "conjunction_from_parity",
    "hidden_alignment",
    "parity_blocks",
    "quotient_map",
]


@final
@dataclass(frozen=True, slots=True)
class Searched:
    """A class, the definition asked of it, and how many solutions there are (`None`: not known)."""

    sketch: Sketch
    definition: Definition
    number: int | None


def parity_blocks(free: int, *, polarity: bool = True) -> Searched:
    r"""Bits X and a noise bit Z whose parity is Y, against $Y = A \oplus B \oplus V$.

    The low-level model has `free` + 2 bits. Two disjoint non-empty sets of bits are the blocks of A and
    B, and their maps must be parities; what is left over is absorbed by V. With `polarity`, A and B are
    0 where their bits are; without, each of the parities may be negated.
    """
    inputs = f"X[1..{free}]"
    whole = " xor ".join(f"X[{k}]" for k in range(1, free + 1))
    low = SCM.from_text(f"U[1..{free}], N : bool\nX[i] = U[i]\nZ = N\nY = {whole} xor Z")
    high = SCM.from_text("UA, UB, V : bool\nA = UA\nB = UB\nY = A xor B xor V")
    tau = {"A": f"?({inputs})", "B": f"?({inputs})", "Y": "Y"}
    claim = Abstraction.from_text(low, high, tau)
    zero: dict[tuple[Value, ...], Value] = {(0,) * free: 0}
    pinned = {"A": zero, "B": zero} if polarity else {}
    pairs = 3**free - 2 * 2**free + 1
    return Searched(Sketch(claim, pinned=pinned), Constructive(), pairs if polarity else 4 * pairs)


def quotient_map(states: int) -> Searched:
    """States that three maps move, and their classes mod 8; the map of the states and of one image is sought.

    `states` is a power of 2, at least 8. As x ↦ x + 1 is read mod 8, the map of x is forced; x ↦ 3x + 1
    is a permutation, so that the map of its image is forced, too.
    """
    last = states - 1
    below = "".join(
        f"{name} : 0..{last} = ({step}) mod {states}\n"
        for name, step in (("F", "3*X + 1"), ("G", "X + 1"), ("H", "5*X + 3"))
    )
    above = "".join(
        f"{name} : 0..7 = ({step}) mod 8\n"
        for name, step in (("P", "3*S + 1"), ("Q", "S + 1"), ("R", "5*S + 3"))
    )
    low = SCM.from_text(f"U : 0..{last}\nX = U\n{below}")
    high = SCM.from_text(f"V : 0..7\nS = V\n{above}")
    tau = {"S": "?(X)", "P": "?(F)", "Q": "G mod 8", "R": "H mod 8"}
    claim = Abstraction.from_text(low, high, tau, tau_u={"V": "U mod 8"})
    return Searched(Sketch(claim), Constructive(), 1)


def hidden_alignment(hidden: int) -> Searched:
    r"""A parity that goes through a chain of three hidden nodes, and dead nodes beside it: where is it?

    Four inputs; $y = (a \oplus b) \wedge (c \vee d)$. The site of the parity may consist of any hidden
    nodes: of the chain at least one, of the way of the disjunction none, of the dead ones any. There
    are 16 bases and 16 sources.
    """
    dead = hidden - 5
    nodes = ["h1 = a xor b", "h2 = h1", "h3 = h2"]
    nodes += ["g1 = c or d", "g2 = g1"]
    sources = ("a", "b", "c", "d", "h1", "g1")
    nodes += [f"z{k} = {sources[k % 6]} and not {sources[(k + 1) % 6]}" for k in range(dead)]
    low = SCM.from_text("input a, b, c, d : bool\n" + "\n".join(nodes) + "\ny = h3 and g2")
    high = SCM.from_text("input a, b, c, d : bool\nP = a xor b\nO = c or d\nout = P and O")
    claim = Abstraction.from_text(low, high, {"out": "y"})
    sketch = Sketch(claim, {"P": ()})
    return Searched(sketch, InterchangeConsistency(joint=Depth(1)), 7 * 2**dead)


def conjunction_from_parity(bits: int) -> Searched:
    """An AND of bits below, a parity of two blocks above: no maps of the blocks make it one."""
    low = SCM.from_text(f"U[1..{bits}] : bool\nX[i] = U[i]\nY = all(X[1..{bits}])")
    high = SCM.from_text("UA, UB : bool\nA = UA\nB = UB\nY = A xor B")
    half = bits // 2
    tau = {"A": f"?(X[1..{half}])", "B": f"?(X[{half + 1}..{bits}])", "Y": "Y"}
    return Searched(Sketch(Abstraction.from_text(low, high, tau)), Constructive(), 0)
