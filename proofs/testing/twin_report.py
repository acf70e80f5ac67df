"""What a run of `twins` found: a matrix of definitions and engines, disagreements, implications."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tauomega.solvers.portfolio import engine_names

__all__ = ["report"]

Entry = Mapping[str, Any]
READ = ("reading", "value")


def report(entries: Sequence[Entry], seed: int, claims: int = 0) -> str:
    """A row for each definition with its verdicts and disagreements; the matrix; the implications.

    A cell counts claims of which the engine and the literal interpreter decided the same clause. A cell with
    fewer than `claims` is named again, and why; one with a dot stands for an engine that accepted no clause.
    """
    by_name: dict[str, list[Entry]] = {}
    for e in entries:
        by_name.setdefault(e["definition"], []).append(e)
    lines = [f"seed {seed}", ""]
    for name, own in by_name.items():
        lines += _verdicts(name, own)
    lines += ["", *_matrix(by_name), "", *_short(by_name, claims), "", *_implications(entries)]
    return "\n".join(lines) + "\n"


def _verdicts(name: str, own: Sequence[Entry]) -> Iterator[str]:
    verdicts = Counter(e["verdict"] for e in own)
    wrong = [(e["claim"], w) for e in own for w in (*e["wrong"], *e["violated"])]
    seen = "" if any(e["engines"] for e in own) else "; nothing compared"
    yield f"{name}: {verdicts['holds']} hold, {verdicts['fails']} fail{seen}; {len(wrong)} wrong"
    yield from (f"    claim {number}: {what}" for number, what in wrong[:5])


def _counts(own: Sequence[Entry], key: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for e in own:
        found.update(dict.fromkeys(e[key], 1))
    return found


def _matrix(by_name: Mapping[str, Sequence[Entry]]) -> Iterator[str]:
    """Definitions against the engines that accept one of them, and against the readings."""
    said = {name: _counts(own, "engines") for name, own in by_name.items()}
    accepted = {name: _counts(own, "accepted") for name, own in by_name.items()}
    columns = [n for n in engine_names() if any(accepted[d][n] for d in by_name)]
    heads = [*columns, *(c for c in READ if any(said[d][c] for d in by_name))]
    wide = max((len(name) for name in by_name), default=0)
    yield "compared with the literal interpreter (reading, value: with the printed formula):"
    yield "  ".join(["".ljust(wide), *heads])
    for name in by_name:
        cells = [
            (str(said[name][c]) if c in READ or accepted[name][c] else "·").rjust(len(c))
            for c in heads
        ]
        yield "  ".join([name.ljust(wide), *cells])


def _short(by_name: Mapping[str, Sequence[Entry]], claims: int) -> Iterator[str]:
    """The pairs that were compared too seldom, each with what it failed by."""
    pairs = 0
    found = []
    for name, own in by_name.items():
        said, accepted = _counts(own, "engines"), _counts(own, "accepted")
        for engine, asked in accepted.items():
            pairs += 1
            if said[engine] < claims:
                drawn = sum(e["for"] == engine for e in own)
                found.append(
                    f"    {name}, {engine}: {said[engine]} compared; accepted {asked} claims of {len(own)} "
                    f"({drawn} drawn for it), on the others no verdict of both"
                )
    few = f"{len(found)} compared fewer than {claims} times"
    yield f"{pairs} pairs of a definition and an engine that accepts it, {few}"
    yield from found


def _implications(entries: Sequence[Entry]) -> Iterator[str]:
    held: Counter[str] = Counter()
    for e in entries:
        held.update(e["held"])
    violated = sum(len(e["violated"]) for e in entries)
    yield f"{len(held)} implications, {held.total():,} premises that held, {violated} violated"
    yield from (f"    {count:>6,}  {arrow}" for arrow, count in held.most_common())
