"""What random interventions with at most two targets cannot see: one node with three mediators.

Statement: Let Y read three mediators A, B, C of roots that are always set. Interventions with at most two
targets leave some combination of (A, B, C) untested iff it differs in all three places from all
combinations of clean runs. With binary mediators that really depend on their roots nothing is missed;
with three values each, one node with three copies of a root is enough to hide an error.
Source: a question of ours on causal abstraction error (Méloux, Pimentel, Portet & Peyrard 2026,
arXiv:2607.00267) with max_int = 2; faithful noise is vacuous as no variable is unmapped.
Shown: all triples of functions of a root with 2, 3 or 4 values; the smallest hidden error has score 0 in
exact arithmetic with at most two targets and a positive score with three.
Not shown: more mediators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from tauomega.proofs.intervention_scores import System, mean_squares
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main

__all__ = ["THEOREM"]

Mediators = tuple[tuple[int, ...], ...]
NAMES = ("A", "B", "C")


def triples(roots: int, values: int) -> Iterator[Mediators]:
    """All triples of functions of the root."""
    return product(product(range(values), repeat=roots), repeat=3)


def untested(found: Mediators, values: int) -> list[tuple[int, ...]]:
    """Combinations that at most two changes of clean ones do not reach."""
    clean = set(zip(*found, strict=True))
    return [
        t
        for t in product(range(values), repeat=3)
        if all(all(a != b for a, b in zip(t, s, strict=True)) for s in clean)
    ]


def nothing_missed(found: Mediators, values: int) -> bool | None:
    """Every combination is tested, if every mediator depends on the root."""
    if any(len(set(function)) == 1 for function in found):
        return None
    return not untested(found, values)


def model(wrong_at: tuple[int, ...] | None) -> Callable[[Mapping[str, int]], dict[str, int]]:
    """A = B = C = x, Y = 0, except at one combination."""

    def run(setting: Mapping[str, int]) -> dict[str, int]:
        values = {name: setting.get(name, setting["x"]) for name in NAMES}
        y = int(tuple(values[name] for name in NAMES) == wrong_at)
        return {"x": setting["x"], **values, "Y": setting.get("Y", y)}

    return run


def prove() -> Iterator[Step]:
    """Binary mediators; three values; and the two scores of the hidden error."""
    for roots in (2, 3, 4):
        what = f"binary mediators of a root with {roots} values: no combination is missed"
        yield every(what, triples(roots, 2), lambda m: nothing_missed(m, 2))
    what = "binary (three values, a root with two)"
    yield dropped(
        what, triples(2, 3), lambda m: nothing_missed(m, 3), show=lambda m: f"{m}: {untested(m, 3)}"
    )
    constant = ((0, 0), (0, 0), (0, 0))
    seen = f"constants: missed {untested(constant, 2)}"
    yield instance(Kind.DROPPED, "mediators depend on the root", bool(untested(constant, 2)), seen)
    domains = {"x": range(2), **dict.fromkeys(NAMES, range(3)), "Y": range(2)}
    system = System(domains, ("x",), model((2, 2, 2)), model(None), {})
    errors = [mean_squares(system, most=most)["Y"] for most in (2, 3)]
    seen = f"an error at (2, 2, 2): {errors[0]} with at most two targets, {errors[1]} with three"
    yield instance(Kind.PROVED, "score 0 and not consistent", errors[0] == 0 < errors[1], seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
