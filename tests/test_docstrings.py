"""Every example in a docstring runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tauomega

NAMES = sorted(
    module.name
    for module in pkgutil.walk_packages(tauomega.__path__, "tauomega.")
    if not module.name.endswith("__main__")
)


def test_the_modules_of_every_folder_are_found() -> None:
    assert {"tauomega.theory.scm", "tauomega.cli", "tauomega.proofs.testing"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_examples_in_docstrings(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert 0 == failed
