"""The hypothesis entry point never fails, whatever state the rest of the package is in."""

from __future__ import annotations

import pytest

from tauomega.proofs.testing import hypothesis_plugin


def test_registering_twice_does_no_harm() -> None:
    hypothesis_plugin.register()
    hypothesis_plugin.register()


def test_a_broken_installation_does_not_break_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        hypothesis_plugin, "DRAWN_BY", (("tauomega.there_is_no_such_module", "SCM", "models"),)
    )
    hypothesis_plugin.register()
