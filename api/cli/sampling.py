"""The options that ask for an estimate where nothing exact is found."""

from __future__ import annotations

import click

__all__ = ["DRAWS", "SEED"]

DRAWS = click.option(
    "--estimate",
    "draws",
    type=click.IntRange(min=1),
    metavar="N",
    help="Where nothing exact is found in time: estimate a mean from N draws. It is no verdict.",
)
SEED = click.option(
    "--seed", type=int, default=1, metavar="S", help="The seed of these draws.  [default: 1]"
)
