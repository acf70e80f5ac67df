"""A wrong sign, a dropped quantifier or a swapped family in a theorem script is noticed.

Each mutant is the script's text with one fragment replaced, run as a module of its own. It is noticed if
the theorem no longer comes out as claimed.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from tauomega.proofs import discovery
from tauomega.proofs.theorem import run

FOLDER = Path(discovery.__file__).parent

MUTANTS = [
    # a wrong sign
    ("pearl_2001_mediation_formula", "te(u) == nde(u) - nie(u)", "te(u) == nde(u) + nie(u)"),
    ("massidda_2024_linear_blocks", "x_b * t_b - M * x_a * t_a", "x_b * t_b + M * x_a * t_a"),
    ("averaging_hides_at_most_a_share", "1 - Fraction(1, m))\n    return (", "1 + Fraction(1, m))\n    return ("),
    ("rubenstein_2017_dynamics_to_equilibrium", "+ e[i] - y[i]", "- e[i] - y[i]"),
    ("beckers_2020_distances_compose", "stretched + m.bound[1]", "stretched - m.bound[1]"),
    ("rischel_2021_errors_add", "<= alpha + beta", "<= alpha - beta"),
    # a dropped or exchanged quantifier
    ("zennaro_2023_four_errors", "ic = world.forall(law_a", "ic = world.exists(law_a"),
    ("xia_2024_invariance", "invariant = world.forall(", "invariant = world.exists("),
    ("massidda_2023_soft_implies_hard", '"one step commutes, in every state": forall(', '"one step commutes, in every state": world.exists('),
    ("interchange_equivalence", '"one label, one row": world.forall(', '"one label, one row": world.exists('),
    ("bongers_2021_unique_solutions", "return all(solutions(model, setting) == 1", "return any(solutions(model, setting) == 1"),
    ("onto_contexts_by_matching", "(all(map(any, relation)) and covered(relation))", "(any(map(any, relation)) and covered(relation))"),
    # a swapped family or direction
    ("beckers_2020_taumax_sees_more", 'name, Constructive(TauMax()), "fails"', 'name, Constructive(Block()), "fails"'),
    ("families_are_nested", '("ce6", Constructive(Block()), Constructive(TauMax()))', '("ce6", Constructive(TauMax()), Constructive(Block()))'),
    ("no_edge_creation", "check(claim, Constructive(TauMax())).name", "check(claim, Strong(TauMax())).name"),
    ("beckers_2019_omega_free_or_derived", 'Exact(Given()), "holds"', 'TauAbstraction(), "holds"'),
    ("searched_contexts_hide_negations", ', tau_u=TauUPolicy.IDENTITY)', ")"),
    ("interchange_without_bypass", "InterchangeConsistency(joint=Depth(None))", "InterchangeConsistency(joint=Depth(1))"),
]  # fmt: skip


def as_claimed(name: str, text: str, folder: Path) -> bool:
    """Run a script's text as a module of its own."""
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"mutant_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
        return run(name, module.THEOREM).as_claimed
    finally:
        del sys.modules[spec.name]


@pytest.mark.parametrize(("name", "good", "bad"), MUTANTS, ids=[m[0] for m in MUTANTS])
def test_a_mutated_script_is_not_as_claimed(name: str, good: str, bad: str, tmp_path: Path) -> None:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert good in text, "the fragment is gone: choose another"
    assert not as_claimed(name, text.replace(good, bad), tmp_path)


def test_an_unmutated_copy_is_as_claimed(tmp_path: Path) -> None:
    name = "pearl_2001_mediation_formula"
    assert as_claimed(name, (FOLDER / f"{name}.py").read_text(encoding="utf-8"), tmp_path)
