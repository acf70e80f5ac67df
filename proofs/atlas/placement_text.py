"""Where a claim stands, in words."""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.theory.reports.line import Line, paragraph

from .claims import INCLUSION, ClaimPlacement, Row

__all__ = ["report"]


def report(
    found: ClaimPlacement, title: str = "", width: int = 100, *, every: bool = False
) -> Iterator[Line]:
    """The strongest notions that hold, the weakest that fail, and what is unknown; or every notion."""
    counts = {
        word: sum(row.verdict == word for row in found.rows)
        for word in ("holds", "fails", "unknown", "does not apply")
    }
    yield Line(
        f"{title or 'placed'}: {counts['holds']} notions hold, {counts['fails']} fail, {counts['unknown']} unknown, "
        f"{counts['does not apply']} do not apply",
        "bold",
    )
    for heading, groups in (
        ("strongest that hold", found.strongest),
        ("weakest that fail", found.weakest),
    ):
        yield Line(f"  {heading}", "bold")
        for group in groups or (("none",),):
            yield from paragraph(" = ".join(group), width, indent="    ")
    yield from _unknown(found, width)
    followed = [row for row in found.rows if row.scripts]
    if followed:
        scripts = sorted({script for row in followed for script in row.scripts})
        hint = "" if scripts == [INCLUSION] else " (tauomega prove NAME)"
        text = f"{len(followed)} of them follow from others, by: {', '.join(scripts)}{hint}"
        yield from paragraph(text, width, indent="  ")
    elif not found.pruned:
        yield Line("  the claim gives ω, τ_U, I_H, inert variables or a network: all are decided")
    if every:
        for row in found.rows:
            yield Line(_row(row))


def _unknown(found: ClaimPlacement, width: int) -> Iterator[Line]:
    """What is unknown, those for one reason together."""
    keys: dict[str, list[str]] = {}
    for row in found.unknown:
        keys.setdefault(row.reason, []).append(row.key)
    if keys:
        yield Line("  unknown", "bold yellow")
    for reason, named in keys.items():
        yield from paragraph(", ".join(named), width, indent="    ")
        yield from paragraph(reason, width, indent="      ")


def _row(row: Row) -> str:
    how = f"  from {row.source}, by {', '.join(row.scripts)}" if row.scripts else ""
    reason = f"  ({row.reason})" if row.reason else ""
    return f"  {row.verdict:<14}  {row.key}{how}{reason}"
