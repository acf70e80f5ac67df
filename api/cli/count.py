"""`tauomega count`: how many explanations a network has."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from tauomega.theory.errors import InputError

from .counterexample_json import Json
from .counts_json import counts_to_json
from .exit_code import ExitCode
from .line import write
from .network_file import load_network
from .progress import shown_progress
from .report_json import canonical, faults_to_json
from .seconds import SECONDS

if TYPE_CHECKING:
    from tauomega.bridge.identifiability import Counts, Options

__all__ = ["command"]

WHAT = ("circuits", "interpretations", "mappings", "all")


@click.command(name="count")
@click.argument("what", type=click.Choice(WHAT))
@click.argument("network")
@click.option(
    "--gate",
    "gates",
    multiple=True,
    required=True,
    metavar="GATE",
    help="What the output should compute: XOR, AND, OR, IMP, NAND, NOR, NIMP, MAJORITY. "
    "Once for each output, in their order, where there are several.",
)
@click.option("--output", type=int, help="Count this output only, from 0.")
@click.option(
    "--convention",
    type=click.Choice(("published", "exact")),
    default="published",
    show_default=True,
    help="The authors' procedure, or what the question means.",
)
@click.option(
    "--pairs",
    type=click.Choice(("published-AB", "published-BA", "all")),
    help="Which (source, base) pairs an interchange is tested on.",
)
@click.option("--joint/--single", default=None, help="Interchange sets of nodes, or one at a time.")
@click.option("--depth", type=int, help="The largest depth of a formula; hidden layers + 1.")
@click.option("--full-mask/--no-full-mask", default=None, help="Circuits with all units on.")
@click.option(
    "--min-sparsity", metavar="X", help="Keep circuits with more than X of the units off."
)
@click.option(
    "--correct", type=click.Choice(("rounded", "threshold")), help="The rule of being right."
)
@click.option("--fillings", type=click.Choice(("each", "one")), help="Unseen patterns of parents.")
@click.option("--parity", type=click.Choice(("not-of-two", "allowed")), help="XOR of two parents.")
@click.option("--placements", type=click.Choice(("first", "all")), help="NOTs of a skeleton.")
@click.option(
    "--arithmetic", type=click.Choice(("stored", "exact")), help="Values that thresholds separate."
)
@click.option("--minimal/--no-minimal", default=None, help="Count minimal perfect circuits too.")
@click.option("--classes/--no-classes", default=None, help="Count formulas up to relabelling too.")
@click.option("--silence/--no-silence", default=None, help="Count mappings that are silent too.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=2_000_000,
    help="The most circuits to list.  [default: 2000000]",
)
@click.option("--timeout", type=SECONDS, default=600.0, help="Time for all of it.  [default: 10m]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
def command(
    what: str,
    network: str,
    gates: tuple[str, ...],
    output: int | None,
    convention: str,
    limit: int,
    timeout: float,
    as_json: bool,
    **switches: Any,
) -> ExitCode:
    """Count the explanations of NETWORK, a TOML file with a [low] network table.

    Circuits, interpretations and mappings as Méloux et al. (2025) enumerate them, or exactly.
    Exit status: 0 all was counted, 2 bad input, 3 some part was not, 130 interrupted.
    """
    try:
        options = _options(convention, switches)
        model = load_network(network)
        jobs = _jobs(gates, output, model.network.widths[-1])
        parts = WHAT[:3] if what == "all" else (what,)
        from tauomega.bridge.identifiability import count

        with shown_progress(f"counting {network}") as progress:
            found = [
                count(
                    model,
                    gate,
                    options=options,
                    parts=parts,
                    output=index,
                    limit=limit,
                    timeout=timeout,
                    progress=progress,
                )
                for index, gate in jobs
            ]
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise
    _print(found, network, convention, as_json)
    return ExitCode.UNKNOWN if any(counts.unknown for counts in found) else ExitCode.HOLDS


def _print(found: list[Counts], name: str, convention: str, as_json: bool) -> None:
    if not as_json:
        for counts in found:
            write(counts.lines(title=f"{name}: {convention}"))
        return
    objects: list[Json] = [counts_to_json(counts) | {"convention": convention} for counts in found]
    click.echo(canonical(objects[0] if len(objects) == 1 else {"outputs": objects}))


def _jobs(gates: tuple[str, ...], output: int | None, outputs: int) -> list[tuple[int, str]]:
    if output is not None:
        if len(gates) != 1:
            raise InputError([f"--output takes one --gate; {len(gates)} were given"])
        return [(output, gates[0].upper())]
    if len(gates) != outputs:
        raise InputError(
            [f"the network has {outputs} outputs, and {len(gates)} gates were given; "
             "write --gate once for each output, or --output INDEX"]
        )  # fmt: skip
    return [(index, gate.upper()) for index, gate in enumerate(gates)]


def _options(convention: str, switches: dict[str, Any]) -> Options:
    """The convention's switches, with those that were given in place of its own."""
    from tauomega.bridge.identifiability import Convention

    given: dict[str, Any] = {name: value for name, value in switches.items() if value is not None}
    if given.get("joint"):
        given.setdefault("pairs", "all")
    elif given.get("pairs", "all") != "all":
        given.setdefault("joint", False)
    sparsity = given.get("min_sparsity")
    if sparsity is not None:
        try:
            given["min_sparsity"] = Fraction(sparsity)
        except (ValueError, ZeroDivisionError) as error:
            raise InputError(
                [f"--min-sparsity is a number such as 0.3, not {sparsity!r}"]
            ) from error
    return replace(Convention(convention).options(), **given)
