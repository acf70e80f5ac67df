"""tauomega decides whether one causal model is an abstraction of another.

The answer is a proof, a counterexample, or "unknown, and why".

| folder | imported as | what it is |
|---|---|---|
| `theory/` | `tauomega.theory` | what things are, exactly: models, claims, definitions, verdicts |
| `solvers/` | `tauomega.solvers` | how a question is decided: engines, reductions, search |
| `bridge/` | `tauomega.bridge` | where networks come in: PyTorch, sites, interchange |
| `proofs/` | `tauomega.proofs` | theorems as scripts, certificates, help for tests |
| `api/` | `tauomega` | this facade, and the command in `tauomega.cli` |

Importing the package imports none of them: each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tauomega.bridge.exhaustive.sweep import sweep
    from tauomega.bridge.graph.replay import interchanged
    from tauomega.bridge.graph.site_check import check_site
    from tauomega.bridge.identifiability import count
    from tauomega.bridge.network import Network
    from tauomega.bridge.precision.extraction import extract
    from tauomega.loading import load
    from tauomega.proofs.atlas.claims import place
    from tauomega.solvers.checking import check
    from tauomega.solvers.distance import distance
    from tauomega.solvers.estimating import estimate
    from tauomega.solvers.search.coarsest import coarsest
    from tauomega.solvers.search.common import common
    from tauomega.solvers.search.finding import count_all, enumerate_all, find
    from tauomega.theory import definitions, family, policy
    from tauomega.theory.abstraction import Abstraction
    from tauomega.theory.intervention import Hard, Intervention
    from tauomega.theory.scm import SCM
    from tauomega.theory.verdict import Fails, Holds, Unknown, Verdict

__all__ = [
    "SCM",
    "Abstraction",
    "Fails",
    "Hard",
    "Holds",
    "Intervention",
    "Network",
    "Unknown",
    "Verdict",
    "__version__",
    "check",
    "check_site",
    "coarsest",
    "common",
    "count",
    "count_all",
    "definitions",
    "distance",
    "enumerate_all",
    "estimate",
    "extract",
    "family",
    "find",
    "interchanged",
    "load",
    "place",
    "policy",
    "sweep",
]

__version__ = "0.1.0"

if not TYPE_CHECKING:  # for checkers the imports above are the facade: misspelt names are errors
    _HOME = {
        "Abstraction": "tauomega.theory.abstraction",
        "Fails": "tauomega.theory.verdict",
        "Hard": "tauomega.theory.intervention",
        "Holds": "tauomega.theory.verdict",
        "Intervention": "tauomega.theory.intervention",
        "Network": "tauomega.bridge.network",
        "SCM": "tauomega.theory.scm",
        "Unknown": "tauomega.theory.verdict",
        "Verdict": "tauomega.theory.verdict",
        "check": "tauomega.solvers.checking",
        "check_site": "tauomega.bridge.graph.site_check",
        "count": "tauomega.bridge.identifiability",
        "coarsest": "tauomega.solvers.search.coarsest",
        "common": "tauomega.solvers.search.common",
        "count_all": "tauomega.solvers.search.finding",
        "distance": "tauomega.solvers.distance",
        "estimate": "tauomega.solvers.estimating",
        "extract": "tauomega.bridge.precision.extraction",
        "family": "tauomega.theory",  # modules of it
        "enumerate_all": "tauomega.solvers.search.finding",
        "find": "tauomega.solvers.search.finding",
        "definitions": "tauomega.theory",
        "interchanged": "tauomega.bridge.graph.replay",
        "load": "tauomega.loading",
        "place": "tauomega.proofs.atlas.claims",
        "policy": "tauomega.theory",
        "sweep": "tauomega.bridge.exhaustive.sweep",
    }

    def __getattr__(name):
        """The public name, imported now (PEP 562)."""
        from importlib import import_module

        if name not in _HOME:
            raise AttributeError(f"module 'tauomega' has no attribute {name!r}")
        home = import_module(_HOME[name])
        value = getattr(home, name, None) or import_module(f"{_HOME[name]}.{name}")
        globals()[name] = value
        return value

    def __dir__():
        """The public names, loaded or not."""
        return sorted(__all__)
