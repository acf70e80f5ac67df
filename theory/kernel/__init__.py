"""The kernel: the grammar, exact numbers, models. Standard library only.

| module | what it holds |
|---|---|
| `tokens`, `parsing`, `raw` | text to trees, by precedence |
| `resolving`, `mentioned`, `scope`, `vectors`, `statements`, `reading` | names, families, lines, models |
| `completing`, `ordering`, `imaging` | order, cycles, inferred domains, what must be so |
| `domain`, `law`, `expression`, `program` | the values that all this makes |
| `evaluation`, `tabled`, `printing`, `change`, `intervening` | values and solutions; text again; interventions |
| `circuit`, `words`, `blasting` | gates, exact numbers as gates, expressions as gates |
| `commuting`, `commuting_circuit` | that squares commute: as data and as one model; as a circuit |
| `clausal`, `diagram`, `reaching` | refutations, decision diagrams, ranges of weighted sums |
| `errors`, `failure` | faults with their places; evaluation without a value |
| `public` | the names that the package itself has, and where they are defined |

Importing the package imports no module: each name is loaded when it is first used, so that the checker of
certificates loads what it needs and no more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .public import *  # noqa: F403  # its __all__ is what the package exports
else:

    def __getattr__(name):
        """The public name, imported now (PEP 562)."""
        value = globals()[name] = import_module(f"{__name__}.public").loaded(name)
        return value

    def __dir__():
        """The public names, loaded or not."""
        return sorted(import_module(f"{__name__}.public").__all__)
