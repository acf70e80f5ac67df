"""`tauomega distance` and `check --at-most`: exact values, and every error word for word."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode
from tauomega.solvers.engine import Answer, Budget, Interrupted, Problem

TASK = """
definition = "rischel-weichwald"
metric = "tv"
[low]
text = "U : bool ~ 1/2\\nA = U\\nB = U"
[high]
text = "V : bool ~ 1/2\\nY = V"
[abstraction.tau]
Y = "A and B"
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "task.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_value_is_printed_in_its_closed_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["distance", "ce19"])
    assert capsys.readouterr().out.startswith("ce19: √2 ≈ 1.414213562\n")


def test_an_interrupt_prints_the_bounds_that_are_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(problem: Problem, budget: Budget) -> None:
        raise Interrupted(Answer(Fraction(2), Fraction(7, 2), reason="interrupted"))

    monkeypatch.setattr("tauomega.solvers.distance._measured", interrupted)
    assert ExitCode.INTERRUPTED == main(["distance", "ce19"])
    shown = capsys.readouterr().out
    assert shown.startswith("ce19: unknown\n")
    assert ": interrupted" in shown
    assert ExitCode.INTERRUPTED == main(["distance", "ce19", "--json"])
    assert json.loads(capsys.readouterr().out)["distance"] is None


def test_the_enclosure_is_exact_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["distance", "ce19", "--json"])
    found = json.loads(capsys.readouterr().out)
    low, high = Fraction(found["distance"]["lo"]), Fraction(found["distance"]["hi"])
    assert low**2 < 2 < high**2
    assert "tauomega/distance/1" == found["schema"]


def test_a_tolerance_on_the_command_line_replaces_the_tasks() -> None:
    assert ExitCode.HOLDS == main(["check", "ce19", "--at-most", "3/2"])
    assert ExitCode.FAILS == main(["check", "ce19", "--at-most", "1.4"])
    assert ExitCode.FAILS == main(["check", "ce19_within", "--at-most", "0"])


@pytest.mark.parametrize("text", ["1e9", "-1", "nan", "inf", "1/0", "one", "9" * 101])
def test_a_tolerance_is_an_exact_number(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.BAD_INPUT == main(["check", "ce19", "--at-most", text])
    assert f"{text!r} is no exact number at least 0, such as 1/10 or 0.1" in capsys.readouterr().err


def test_a_tolerance_that_allows_everything_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.BAD_INPUT == main(["check", "ce6", "--at-most", "2"])
    assert capsys.readouterr().err == (
        "error: constructive measures no distance here: its defect is 0 or 1, so at_most = 2 allows "
        "everything; give a metric, or a tolerance below 1\n"
    )


def test_what_is_required_besides_is_required_exactly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """τ misses a value: no tolerance mends that, and the distance is ∞."""
    text = TASK.replace("rischel-weichwald", "probabilistic").replace("A and B", "0 * A")
    task = written(tmp_path, text)
    assert ExitCode.FAILS == main(["check", task, "--at-most", "5"])
    assert "misses Y = 1" in capsys.readouterr().out
    assert ExitCode.HOLDS == main(["distance", task])
    assert capsys.readouterr().out.startswith(f"{task}: ∞\n")


def test_kernels_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Y = 0 uniformly on the fibre, or by a kernel that misses τ in half of the cases."""
    assert ExitCode.HOLDS == main(["distance", written(tmp_path, TASK)])
    assert ": 0\n" in capsys.readouterr().out
    kernels = '[abstraction.kernels.Y]\n0 = [1, 0, 0, 0]\n1 = ["1/2", 0, 0, "1/2"]\n'
    assert ExitCode.HOLDS == main(["distance", written(tmp_path, TASK + kernels)])
    assert ": 1/2\n" in capsys.readouterr().out


FAULTS = [
    (
        '[abstraction.kernels.Y]\n0 = ["1/2", 0, 0, 0]\n1 = [0, 0, 0, 1]\n',
        "the kernel of 'Y' at 0: probabilities are non-negative and sum to 1, not (1/2, 0, 0, 0)",
    ),
    (
        "[abstraction.kernels.Y]\n0 = [2, -1, 0, 0]\n1 = [0, 0, 0, 1]\n",
        "the kernel of 'Y' at 0: probabilities are non-negative and sum to 1, not (2, -1, 0, 0)",
    ),
    (
        "[abstraction.kernels.Y]\n0 = [1, 0]\n1 = [0, 0, 0, 1]\n",
        "the kernel of 'Y' at 0 has 2 probabilities, but its block (A, B) has 4 values",
    ),
    ("[abstraction.kernels.Y]\n0 = [1, 0, 0, 0]\n", "the kernel of 'Y' has no row for 1"),
    ("[abstraction.kernels.Y]\n2 = [1, 0, 0, 0]\n", "2 is no value of 'Y': its domain is bool"),
    ("[abstraction.kernels.Z]\n0 = [1]\n", "'Z' is no high-level variable"),
    (
        "[abstraction.kernels.Y]\n0 = [0.5, 0.5, 0, 0]\n1 = [0, 0, 0, 1]\n",
        "the kernel of 'Y' at 0 lists exact probabilities such as \"1/3\", not [0.5, 0.5, 0, 0]",
    ),
]


@pytest.mark.parametrize(("kernels", "message"), FAULTS)
def test_a_kernel_that_is_none_is_refused(
    kernels: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.BAD_INPUT == main(["distance", written(tmp_path, TASK + kernels)])
    assert message in capsys.readouterr().err


def test_a_law_that_does_not_sum_to_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TASK.replace("V : bool ~ 1/2", "V : bool ~ (1/2, 1/3)")
    assert ExitCode.BAD_INPUT == main(["distance", written(tmp_path, text)])
    assert (
        "probabilities are non-negative and sum to 1; these sum to 5/6" in capsys.readouterr().err
    )


def test_a_conditional_law_that_does_not_sum_to_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TASK.replace("Y = V", "Y | V : bool ~ {0: (1/2, 1/3); 1: 1}")
    assert ExitCode.BAD_INPUT == main(["distance", written(tmp_path, text)])
    assert (
        "probabilities are non-negative and sum to 1; these sum to 5/6" in capsys.readouterr().err
    )


def test_an_empty_set_of_pairs_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No variable above has parents: there is nothing to check."""
    text = TASK.replace('"rischel-weichwald"', '"alpha"\npairs = "parental"')
    assert ExitCode.BAD_INPUT == main(["distance", written(tmp_path, text)])
    assert "there is nothing to check: Queries is empty" in capsys.readouterr().err


def test_an_empty_family_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = TASK.replace('"rischel-weichwald"', '"probabilistic"\nfamily = "given"')
    text = text.replace("[low]", "interventions = []\n[low]", 1)
    assert ExitCode.BAD_INPUT == main(["distance", written(tmp_path, text)])
    assert "there is nothing to check" in capsys.readouterr().err
