"""Every example in a docstring runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tauomega

FOLDERS = ("bridge", "proofs", "solvers", "theory")


def names() -> list[str]:
    """All our modules; in an editable installation each folder has a path of its own."""
    packages = [tauomega, *(importlib.import_module(f"tauomega.{name}") for name in FOLDERS)]
    found = {package.__name__ for package in packages}
    for package in packages:
        walked = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        found |= {module.name for module in walked}
    return sorted(name for name in found if not name.endswith("__main__"))


NAMES = names()


def test_the_modules_of_every_folder_are_found() -> None:
    assert {"tauomega.theory.scm", "tauomega.cli", "tauomega.proofs.testing"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_examples_in_docstrings(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert 0 == failed
