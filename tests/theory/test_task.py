"""Tasks: every fault of a file together, each with its place and what to write instead."""

from __future__ import annotations

import pytest

from tauomega import check
from tauomega.theory.errors import InputError
from tauomega.theory.task import read_task

GOOD = '''definition = "constructive"

[low]
text = """
U[1..3] : bool
X[i] = U[i]
W = sum(X[1..3]) >= 2
"""

[high]
text = """
T0 : 0..3
T = T0
W = T >= 2
"""

[abstraction.tau]
T = "sum(X[1..3])"
W = "W"
'''


def faults(text: str) -> str:
    with pytest.raises(InputError) as error:
        task = read_task(text, name="task.toml")
        check(task.claim, task.definition)
    return str(error.value)


def test_the_voting_task_holds_and_one_changed_line_fails() -> None:
    task = read_task(GOOD)
    assert check(task.claim, task.definition).name == "holds"
    changed = read_task(GOOD.replace("W = T >= 2", "W = T >= 1"))
    assert check(changed.claim, changed.definition).name == "fails"


def test_several_faults_of_one_file_are_reported_together() -> None:
    text = (
        GOOD.replace('definition = "constructive"', 'definition = "constructiv"')
        .replace("W = T >= 2", "W = S >= 2")
        .replace("X[i] = U[i]", "X[i] = V[i]")
    )
    message = faults(text)
    assert "unknown definition 'constructiv'" in message
    assert "did you mean 'constructive'?" in message
    assert "task.toml:14:5: unknown name 'S'" in message
    assert "task.toml:6:1: nothing says over what 'i' runs" in message


def test_a_fault_inside_a_toml_string_has_the_place_in_the_file() -> None:
    message = faults(GOOD.replace('T = "sum(X[1..3])"', 'T = "sum(X[4], W)"'))
    expected = (
        "task.toml:18:10: 'X[4]' is not in the family X[1] .. X[3]\n    sum(X[4], W)\n        ^^^^"
    )
    assert message == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('definition = "constructive"', 'definition = "constructive"\nfamly = "block"', "has no parameter 'famly'"),
        ('definition = "constructive"', 'definition = "constructive"\nfamily = "blok"', "did you mean 'block'?"),
        ('definition = "constructive"', "", 'write definition = "constructive"'),
        ('definition = "constructive"', 'definition = "observational"', "needs a law for 'U[1]' of the low-level"),
        ('definition = "constructive"', 'definition = "interchange"', "interchange needs sites"),
        ('W = "W"\n', "", "needs τ for 'W'; write W = … under [abstraction.tau]"),
        ('W = "W"', 'W = "W"\nV = "W"', "'V' is no high-level variable"),
        ('T = "sum(X[1..3])"', 'T = "2*sum(X[1..3])"', "τ of 'T': the value 4 is outside 0..3, at X[1] = 0, X[2] = 1, X[3] = 1"),
        ("[high]", "[hihg]", "has no parameter 'hihg'"),
        ("[abstraction.tau]", '[abstraction]\ninert = ["Q"]\n[abstraction.tau]', "inert: 'Q' is no low-level variable"),
        ("[abstraction.tau]", '[abstraction]\ninert = ["W"]\n[abstraction.tau]', "'W' is declared inert, but τ of W reads it"),
        ('definition = "constructive"', 'definition = "constructive"\nfamily = "given"', 'needs interventions = ["", …]'),
        ('definition = "constructive"', 'definition = "tau-abstraction"\nfamily = "given"\ninterventions = ["X[1] = 1, X[2] = 0"]', "ω_τ is undefined at do(X[1] = 1, X[2] = 0)"),
        ('definition = "constructive"', 'definition = "constructive"\nat_most = 0.5', "at_most is an exact number"),
        ('definition = "constructive"', 'definition = "constructive"\nschema = "x"', "schema is 'tauomega/task/1'"),
        ("W = T >= 2", "W = T >= 2\nT = 0", "'T' has two equations"),
    ],
)  # fmt: skip
def test_bad_input_says_what_to_write_instead(old: str, new: str, message: str) -> None:
    assert message in faults(GOOD.replace(old, new, 1))


def test_an_undefined_omega_can_be_excluded() -> None:
    text = GOOD.replace(
        'definition = "constructive"',
        'definition = "tau-abstraction"\nundefined = "exclude"\nfamily = "given"\n'
        'interventions = ["", "X[1] = 1, X[2] = 0"]',
    )
    task = read_task(text)
    assert check(task.claim, task.definition).name == "holds"


def test_a_cyclic_model_names_the_cycle() -> None:
    text = GOOD.replace("X[i] = U[i]", "X[1..3] : bool\nX[i] = W")
    assert "form a cycle: W -> X[1] -> W" in faults(text)
