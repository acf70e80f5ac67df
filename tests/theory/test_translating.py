"""Bijective translation (Geiger et al. 2025, section 2.3.1)."""

from __future__ import annotations

import random

import pytest

from tauomega import check
from tauomega.theory.definitions.exact_transformation import ExactTransformation
from tauomega.theory.errors import InputError
from tauomega.theory.family import Given
from tauomega.theory.intervention import NOTHING
from tauomega.theory.policy import OmegaPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.translating import translate


def random_model(rng: random.Random) -> SCM:
    lines = ["U, V : bool"]
    for k, name in enumerate("XYZ"):
        first, second = rng.sample(["U", "V", *"XYZ"[:k]], k=2)
        rows = "; ".join(f"{a}, {b}: {rng.randint(0, 1)}" for a in (0, 1) for b in (0, 1))
        lines.append(f"{name} : bool = table({first}, {second}) {{{rows}}}")
    return SCM.from_text("\n".join(lines))


def test_solutions_are_translated_and_interventions_are_changes() -> None:
    there = {"A": "X xor Y", "B": "Y", "C": "Y xor Z"}
    back = {"X": "A xor B", "Y": "B", "Z": "B xor C"}
    rng = random.Random(1)
    family = Given((NOTHING,))
    for _ in range(40):
        model = random_model(rng)
        claim = translate(model, there, back)
        assert claim.high is not None
        definition = ExactTransformation(family, OmegaPolicy.DERIVED)
        assert check(claim, definition).name == "holds"
        again = translate(claim.scm, there, back)
        assert again.high == claim.high
        for context in model.contexts():
            (solution,) = claim.high.solutions(context)
            assert solution == claim.read(model.run(context))


def test_what_is_no_bijection_is_said() -> None:
    model = SCM.from_text("U, V : bool\nX = U\nY = V")
    with pytest.raises(InputError, match="does not lead back at X = 0, Y = 1"):
        translate(model, {"A": "X", "B": "X"}, {"X": "A", "Y": "B"})
    with pytest.raises(InputError, match="back gives nothing for 'Y'"):
        translate(model, {"A": "X"}, {"X": "A"})
    with pytest.raises(InputError, match="the name 'U' is taken"):
        translate(model, {"U": "X", "B": "Y"}, {"X": "U", "Y": "B"})
