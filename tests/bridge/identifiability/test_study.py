"""The study end to end, on a few seeds."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tauomega.bridge.identifiability.study import study
from tauomega.bridge.identifiability.study_page import figure, grid_lines, page, study_lines
from tauomega.bridge.identifiability.weight_grid import grid_law
from tauomega.theory.errors import UndecidedError


def test_both_conventions_side_by_side() -> None:
    runs, found = study(("XOR", "AND"), range(3))
    assert 6 == len(runs)
    assert sum(run.converged for run in runs) == len(found) > 0
    for finding in found:
        assert finding.published.circuits is not None
        assert finding.exact.circuits is not None
        assert finding.published.circuits.perfect <= finding.exact.circuits.perfect
        assert finding.exact.mappings is not None
        assert finding.surviving <= (finding.exact.mappings.classes or 0)
        for algorithm, formula in finding.algorithms:
            assert algorithm.proper
            assert formula is None or finding.surviving > 0
    lines = [*study_lines(found, {"XOR": 3, "AND": 3})]
    assert "XOR: 3 of 3 networks converged" in lines or any("XOR: " in line for line in lines)
    assert any("one algorithm up to relabelling survives" in line for line in lines)
    law = grid_law("XOR", [Fraction(1), Fraction(-1)], [Fraction(-1, 2), Fraction(1, 2)])
    lines += grid_lines(law)
    text = page("a < b", lines, figure(found))
    assert "a &lt; b" in text
    assert "<svg" in text


def test_the_time_is_kept() -> None:
    with pytest.raises(UndecidedError, match="the time was up"):
        study(("XOR",), range(2), timeout=0.0)
