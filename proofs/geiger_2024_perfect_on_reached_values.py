"""The toy network's perfect alignment is perfect on reached values only.

Statement: After rotating by -20° every interchange agrees, and yet with V_k = [Y_k > 1/2] the network is
no constructive abstraction over all values of its latents: at Y = (0.6, 0.6) both variables are true
and O < 0. With V_k defined on the values 0 and 1 only, it is.
Source: Geiger et al. (2024), Def. 1 ("for all low-level interventions") and section 3.6, arXiv:2303.02536,
read in full; discrepancy between Def. 1 and the section, whose claim is about reached values.
Shown: the certified output at the witness; all settings of the latents to 0 and 1, alone and together,
in all four base runs.
Not shown: the set of all wrong values.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tauomega.proofs.rotated_network import INPUTS, fires, latent, output, rational, rotation
from tauomega.proofs.theorem import Kind, Step, Theorem, every, instance, main

__all__ = ["THEOREM"]

TURN = rotation(-1)
Setting = tuple[int | None, int | None]


def agrees(case: tuple[tuple[int, int], Setting]) -> bool:
    """Whether setting latents to 0 or 1 acts as setting the variables does."""
    base, setting = case
    run = latent(base, TURN)
    low = [run[k] if v is None else rational(str(v)) for k, v in enumerate(setting)]
    high = [base[k] if v is None else v for k, v in enumerate(setting)]
    return fires((low[0], low[1]), TURN) == (high[0] and high[1])


def latents_are_inputs(x: tuple[int, int]) -> bool:
    """Rotating back gives the input, up to the radius of a ball."""
    return all(
        abs(value - bit) < rational("1/1000000")
        for value, bit in zip(latent(x, TURN), x, strict=True)
    )


def prove() -> Iterator[Step]:
    """Values 0 and 1; the witness off them."""
    yield every("the latents of clean runs are the inputs", INPUTS, latents_are_inputs)
    settings = list(product((None, 0, 1), (None, 0, 1)))
    yield every("all settings of latents to 0 and 1 agree", product(INPUTS, settings), agrees)
    witness = (rational("3/5"), rational("3/5"))
    value = output(witness, TURN)
    right = fires(witness, TURN) == 0 and rational("3/5") > rational("1/2")
    seen = f"Y = (0.6, 0.6): V1 = V2 = 1, O = {value.str(8)}"
    yield instance(Kind.DROPPED, "reached values only", bool(right), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
