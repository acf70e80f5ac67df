"""What `coarsest`, `repair` and `common` found, as a program reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from tauomega.solvers.search.coarsest import Coarsening
from tauomega.solvers.search.common import CommonAbstraction
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import InputError, OutOfReachError, UndecidedError

from .counterexample_json import Json
from .exit_code import ExitCode
from .report_json import canonical, faults_to_json, verdict_to_json

__all__ = ["answering", "coarsening_to_json", "common_to_json"]


@contextmanager
def answering(target: str, *, as_json: bool) -> Iterator[None]:
    """Faults as JSON if that was asked for; a search that is out of reach, or of time, ends as unknown."""
    try:
        yield
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise
    except (OutOfReachError, UndecidedError) as error:
        if as_json:
            click.echo(canonical({"verdict": "unknown", "reason": str(error)}))
        else:
            click.echo(f"{target}: UNKNOWN: {error}")
        raise click.exceptions.Exit(ExitCode.UNKNOWN) from error


def coarsening_to_json(found: Coarsening) -> dict[str, Json]:
    """The result as JSON."""
    return {
        "schema": "tauomega/coarsening/1",
        "blocks": {name: list(members) for name, members in found.blocks.items()},
        "classes": {name: list(classes) for name, classes in found.classes.items()},
        "added": dict(found.added),
        "dropped": list(found.dropped),
        **_claim_to_json(found.claim),
        "verdict": verdict_to_json(found.verdict),
    }


def _claim_to_json(claim: Abstraction) -> dict[str, Json]:
    high = None if claim.high is None else str(claim.high)
    return {"high": high, "tau": dict(claim.tau_text)}


def common_to_json(found: CommonAbstraction) -> dict[str, Json]:
    """The result as JSON; class -1 is a state that no run reaches."""
    names = tuple(found.classes)
    return {
        "schema": "tauomega/common/1",
        "trivial": found.is_trivial,
        "classes": {n: [list(a), list(b)] for n, (a, b) in found.classes.items()},
        "family": str(found.family),
        "claims": [_claim_to_json(claim) for claim in found.claims or ()],
        "verdicts": [verdict_to_json(verdict) for verdict in found.verdicts],
        "merges": [
            {
                "block": names[m.block],
                "states": [list(m.first), list(m.second)],
                "context": m.context,
                "others": None if m.left is None else [list(m.left), list(m.right or ())],
            }
            for m in found.merges
        ],
    }
