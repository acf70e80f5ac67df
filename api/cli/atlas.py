"""`tauomega atlas`: which notion implies which, and what tells two of them apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

from .exit_code import ExitCode
from .line import Line, write
from .progress import shown_progress
from .report_json import canonical
from .seconds import SECONDS
from .user_definition import named_definition

if TYPE_CHECKING:
    from tauomega.proofs.atlas.building import Atlas
    from tauomega.proofs.atlas.placing import Placement

__all__ = ["command"]


@click.command(name="atlas")
@click.argument("pair", metavar="[STRONG WEAK]", nargs=-1)
@click.option("--json", "form", flag_value="json", help="Print one JSON value.")
@click.option("--html", "form", flag_value="html", help="Print a page.")
@click.option("--svg", "form", flag_value="svg", help="Print the proved order as a picture.")
@click.option("--rebuild", is_flag=True, help="Search the whole space again; a minute or two.")
@click.option(
    "--with", "own", metavar="FILE.py:NAME", help="Place your own notion; this runs FILE.py."
)
@click.option("--timeout", type=SECONDS, default=20.0, help="Time to place it in.  [default: 20s]")
def command(
    pair: tuple[str, ...], form: str | None, rebuild: bool, own: str | None, timeout: float
) -> ExitCode:
    """Show which notion implies which, or the one cell "STRONG implies WEAK".

    Every ordered pair of notions is proved for all models, vacuous (the first holds of no claim to which the
    second applies), refuted by a smallest counterexample (or a known one beyond the space that is searched),
    or open up to the bound of the search, which is stated.
    """
    from tauomega.proofs.atlas.building import atlas, build, to_json
    from tauomega.proofs.atlas.drawing import page, picture

    if rebuild:
        with shown_progress("searching") as progress:
            found = build(progress=progress)
    else:
        found = atlas()
    if own is not None:
        from tauomega.proofs.atlas.placing import place

        definition = named_definition(own)()
        write(_placement(place(definition, found, seconds=timeout), found))
        return ExitCode.HOLDS
    match form:
        case "json":
            click.echo(canonical(to_json(found)))
        case "html":
            click.echo(page(found))
        case "svg":
            click.echo(picture(found))
        case _:
            write(_one(found, pair) if pair else _all(found))
    return ExitCode.HOLDS


def _all(found: Atlas) -> Iterator[Line]:
    answers = [cell.answer for cell in found.cells]
    for strong in found.notions:
        yield Line(strong, "bold")
        implied = found.implied(strong)
        yield Line(f"  implies       {', '.join(implied) or 'none of the others'}")
        others = [c.weak for c in found.cells if (c.strong, c.answer) == (strong, "open")]
        if others:
            yield Line(f"  open          {', '.join(others)}")
    yield Line("")
    counts = {word: answers.count(word) for word in ("proved", "vacuous", "refuted", "open")}
    yield Line(
        f"{len(answers)} ordered pairs of {len(found.notions)} notions: {counts['proved']} proved for all "
        f"models, {counts['vacuous']} vacuous, {counts['refuted']} refuted by {len(found.witnesses)} "
        f"counterexamples, {counts['open']} open"
    )
    yield Line(f"searched {found.claims:,} claims: {found.bound}")


def _one(found: Atlas, pair: tuple[str, ...]) -> Iterator[Line]:
    from tauomega.proofs.atlas.building import described

    if len(pair) != 2:
        raise InputError(["name two notions, STRONG and WEAK, as tauomega atlas lists them"])
    for key in pair:
        if key not in found.notions:
            raise InputError([f"no notion {key!r}{nearest(key, found.notions)}"])
    if pair[0] == pair[1]:
        raise InputError(["name two different notions"])
    cell = found.cell(*pair)
    yield Line(f"{cell.strong} ⇒ {cell.weak}: {cell.answer}", "bold")
    if cell.answer == "vacuous":
        yield Line(
            "  the first holds of no claim to which the second applies; "
            f"tauomega prove {' '.join(cell.scripts)}"
        )
    elif cell.scripts:
        yield Line(f"  for all models; tauomega prove {' '.join(cell.scripts)}")
    elif cell.witness is None:
        yield Line(f"  no proof, and no counterexample among {found.claims:,} claims:")
        yield Line(f"  {found.bound}")
    else:
        witness = found.witnesses[cell.witness]
        place = (
            "smallest in the space searched"
            if witness.smallest
            else "beyond the space searched, not known to be smallest"
        )
        yield Line(
            f"  the first holds and the second fails; {place}: "
            f"{witness.variables} variables, {witness.values} values, {witness.contexts} contexts"
        )
        for line in described(witness).splitlines():
            yield Line(f"  {line}")


def _placement(placed: Placement, found: Atlas) -> Iterator[Line]:
    yield Line(placed.name, "bold")
    yield Line(
        f"  decided on {placed.examined:,} claims: applies to {placed.applied:,}, holds on "
        f"{placed.held:,}"
    )
    for word, refuting in (
        ("implies", placed.below),
        ("is implied by", placed.above),
    ):
        kept = [key for key in found.notions if key not in refuting]
        yield Line(f"  {word}, with no counterexample there (which is no proof):")
        yield Line(f"    {', '.join(kept) or 'none'}")
    for word, refuting in (("does not imply", placed.below), ("is not implied by", placed.above)):
        for key, claim in refuting.items():
            low, high = (" | ".join(str(m).strip().splitlines()) for m in (claim.scm, claim.high))
            yield Line(f"  {word} {key}:")
            tau = "; ".join(f"{name} = {text}" for name, text in claim.tau_text.items())
            yield Line(f"    {low}  →  {high};  τ: {tau}")
