"""The fewest binary variables from which a strong abstraction creates an edge out of nothing.

Statement: With binary variables below and no edge between them, a strong τ-abstraction over dom ω_τ onto
two binary variables with an edge needs three variables; with values (2, 3) two are enough.
Source: a question of ours, after Beckers & Halpern (2019), Def. 3.15, arXiv:1812.03789; constructive
abstractions create no edge (no_edge_creation).
Shown: all onto maps whose ω_τ reaches every intervention above, all worlds of constants below in one
context, all worlds above: none for (2,) and (2, 2), some for (2, 2, 2) and (2, 3). With an edge
allowed below, (2, 2) has plenty: what is counted is not empty for lack of maps.
Not shown: more contexts, more variables above.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.proofs.small_maps import every_map
from tauomega.proofs.small_models import Shape, World, worlds
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]

HIGH = Shape((2, 2))
Found = tuple[tuple[int, ...], World, World]


def constant(shape: Shape, world: World) -> bool:
    """No mechanism reads another variable: a variable that is not set keeps its value."""
    clean = shape.states[world[0]]
    return all(
        shape.states[state][k] == clean[k]
        for setting, state in zip(shape.interventions, world, strict=True)
        for k, fixed in enumerate(setting)
        if fixed is None
    )


def created(low: tuple[int, ...], *, edgeless: bool = True) -> tuple[int, Found | None]:
    """How many triples (τ, world below, world above with an edge) commute, and the first one."""
    shape = Shape(low)
    maps = every_map(shape, HIGH)
    maps = maps.where(maps.onto & maps.omega_onto)
    below = [w for w in worlds(shape) if constant(shape, w) is edgeless]
    above = [w for w in worlds(HIGH) if not constant(HIGH, w)]
    count, first = 0, None
    for tau, omega in zip(maps.tau.tolist(), maps.omega.tolist(), strict=True):
        inside = [i for i, j in enumerate(omega) if j >= 0]
        wanted = {tuple(w[omega[i]] for i in inside): w for w in above}
        for world in below:
            seen = tuple(tau[world[i]] for i in inside)
            if seen in wanted:
                count += 1
                first = first or (tuple(tau), world, wanted[seen])
    return count, first


def prove() -> Iterator[Step]:
    """Two binary variables; three; two with values (2, 3); and the control."""
    few: tuple[tuple[int, ...], ...] = ((2,), (2, 2))
    many: tuple[tuple[int, ...], ...] = ((2, 3), (2, 2, 2))
    for low in few:
        count, _ = created(low)
        total = 4 ** len(Shape(low).states)
        what = f"no edge out of nothing: values {low}"
        yield Step(Kind.PROVED, what, count == 0, Scope.UP_TO_SIZE, f"{count}", total)
    for low in many:
        count, first = created(low)
        seen = f"{count:,} triples, the first with τ = {first[0] if first else None}"
        yield instance(Kind.DROPPED, f"two binary variables (values {low})", count > 0, seen)
    count, _ = created((2, 2), edgeless=False)
    seen = f"{count:,} triples with values (2, 2)"
    yield instance(Kind.DROPPED, "no edge below", count > 0, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
