"""What reads networks, as tasks need it; the bridge supplies it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from .abstraction import LowModel
from .errors import Source
from .scm import SCM
from .toml_source import Locate

__all__ = ["NetworkReader"]


class NetworkReader(Protocol):
    """Reads `[low]` with `kind = "network"`; the bridge supplies it."""

    def read(
        self,
        table: Mapping[str, object],
        high: SCM | None,
        directory: Path,
        semantics: str | None,
        locate: Locate,
        sites: Mapping[str, object] | None = None,
    ) -> LowModel:
        """The network as a low-level model; `sites` is what the claim says of them."""
        ...

    def site(self, text: str, low: LowModel, source: Source) -> tuple[str, ...]:
        """The units that a site string names."""
        ...
