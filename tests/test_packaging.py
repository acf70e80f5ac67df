"""The package as a user gets it: light to import, complete, one version."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, version
from importlib.resources import files
from pathlib import Path

import pytest

import tauomega

ROOT = Path(__file__).resolve().parents[1]

HEAVY = ("torch", "sympy", "z3", "numpy", "scipy", "networkx", "hypothesis", "rich", "flint")

FRESH = """
import sys
{statement}
print(sorted(set({heavy!r}) & set(sys.modules)))
"""


def loaded_by(statement: str, *, heavy: tuple[str, ...] = HEAVY) -> list[str]:
    """Which heavy modules a statement loads in a fresh interpreter."""
    program = FRESH.format(statement=statement, heavy=heavy)
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    listed = ast.literal_eval(result.stdout.splitlines()[-1])
    assert isinstance(listed, list)
    return listed


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert [] == loaded_by("import tauomega; dir(tauomega)", heavy=(*HEAVY, "click"))


@pytest.mark.parametrize("name", ["SCM", "Abstraction", "Hard", "Holds", "definitions"])
def test_theory_loads_nothing_heavy(name: str) -> None:
    assert [] == loaded_by(f"from tauomega import {name}")


def test_the_help_of_the_command_loads_nothing_heavy() -> None:
    statement = "from tauomega.cli.__main__ import main; assert main(['--help']) == 0"
    assert [] == loaded_by(statement)


def test_the_hypothesis_plugin_loads_nothing_heavy_of_ours() -> None:
    assert [] == loaded_by("import hypothesis.strategies", heavy=("torch", "sympy", "z3", "numpy"))


def test_every_public_name_exists() -> None:
    for name in tauomega.__all__:
        assert getattr(tauomega, name) is not None, name
    assert sorted(tauomega.__all__) == dir(tauomega)


def test_the_table_of_the_facade_is_its_list() -> None:
    table = vars(tauomega)["_HOME"]
    assert set(tauomega.__all__) - {"__version__"} == set(table)
    for name, home in table.items():
        value = getattr(tauomega, name)
        assert f"{home}.{name}" == getattr(value, "__name__", None) or home in sys.modules


def test_a_misspelt_name_is_an_attribute_error() -> None:
    misspelt = "chek"
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        getattr(tauomega, misspelt)


def test_there_is_one_version() -> None:
    assert version("tauomega") == tauomega.__version__
    project = ROOT / "pyproject.toml"
    settings = tomllib.loads(project.read_text(encoding="utf-8"))
    assert settings["project"]["version"] == tauomega.__version__


def test_the_entry_points_load() -> None:
    for group in ("console_scripts", "pytest11", "hypothesis"):
        found = [entry for entry in entry_points(group=group) if entry.name == "tauomega"]
        assert 1 == len(found), group
        assert found[0].load() is not None


@pytest.mark.parametrize(
    "package", ["", ".bridge", ".cli", ".proofs", ".solvers", ".theory", ".theory.kernel"]
)
def test_packages_say_that_they_are_typed(package: str) -> None:
    assert files(f"tauomega{package}").joinpath("py.typed").is_file()


def files_of(folder: Path) -> dict[str, bytes]:
    """What a folder of the package holds, but for what Python makes of it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("folder", ["api", "bridge", "proofs", "solvers", "theory"])
def test_what_is_installed_is_the_checkout_byte_for_byte(folder: str) -> None:
    """So what the tests of a checkout show of the code is so of a wheel's: `.ci/run` names the checkout."""
    checkout = os.environ.get("TAUOMEGA_CHECKOUT")
    if checkout is None:
        pytest.skip(
            "this test compares an installed wheel with the checkout that it was built from"
        )
    installed = files_of(Path(str(files("tauomega"))))
    others = ("bridge", "proofs", "solvers", "theory")
    if folder == "api":
        found = {name: data for name, data in installed.items() if name.split("/")[0] not in others}
    else:
        start = f"{folder}/"
        found = {n.removeprefix(start): d for n, d in installed.items() if n.startswith(start)}
    built_from = files_of(Path(checkout) / folder)
    assert sorted(built_from) == sorted(found)
    assert [] == [name for name, data in built_from.items() if found[name] != data]


def test_torch_is_pinned() -> None:
    pins = ROOT / "constraints.txt"
    if not pins.is_file():
        pytest.skip("this test reads a checkout")
    lines = pins.read_text(encoding="utf-8").splitlines()
    assert "torch==2.13.0" in lines
    assert all("==" in line for line in lines if line and not line.startswith("#"))
