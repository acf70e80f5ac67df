"""A quotient of an acyclic model has one solution, even if it is cyclic; of a cyclic one it may have two.

Statement: Let a block map satisfy the abstract invariance condition, so that every block's mechanism above is
defined. If the low-level model is acyclic, the mechanisms above have exactly one solution. If it is
cyclic and uniquely solvable under every intervention, they may have two; the smallest such model has
two variables with three values each.
Source: the caveat on cyclic quotients of invariance (Xia & Bareinboim 2024, arXiv:2401.02602); ours.
Shown: all acyclic worlds of three binary variables with all onto block maps to two binary variables; all
pairs of mechanisms of two variables with values up to (3, 3) and maps onto two values each. The reason:
updating all blocks at once keeps the labels and settles an acyclic model in as many steps as it has
variables, so a solution above is the label of the one below.
Not shown: more variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tauomega.proofs.constructive_over_taumax_does_not_compose import block_maps
from tauomega.proofs.small_models import Shape, World, support, worlds
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, dropped, every, instance, main

__all__ = ["THEOREM"]

LOW, HIGH = Shape((2, 2, 2)), Shape((2, 2))
Mechanism = tuple[int, ...]
Labels = tuple[int, ...]


def quotient(tau: tuple[int, ...], world: World) -> list[dict[int, int]] | None:
    """For each block, label of the other block ↦ own label; `None` if the condition fails."""
    reads = [sorted(block) for block in support(LOW, HIGH, tau)]
    made: list[dict[int, int]] = [{}, {}]
    for j in (0, 1):
        other = reads[1 - j]
        for values in product((0, 1), repeat=len(other)):
            setting: list[int | None] = [None] * 3
            for variable, value in zip(other, values, strict=True):
                setting[variable] = value
            seen = HIGH.states[tau[world[LOW.number(tuple(setting))]]]
            if made[j].setdefault(seen[1 - j], seen[j]) != seen[j]:
                return None
    return made


def acyclic_cases() -> Iterator[list[dict[int, int]]]:
    """The mechanisms above, wherever they are defined."""
    for tau, world in product(block_maps(LOW, HIGH), worlds(LOW)):
        found = quotient(tau, world)
        if found is not None:
            yield found


def solutions(made: list[dict[int, int]]) -> int:
    """How many pairs of labels satisfy both mechanisms."""
    return sum(made[0][b] == a and made[1][a] == b for a, b in product((0, 1), repeat=2))


def cyclic_cases(sizes: tuple[int, int]) -> Iterator[tuple[Mechanism, Mechanism, Labels, Labels]]:
    """X1 = f(X2), X2 = g(X1) with one solution, and labels that both mechanisms respect."""
    first, second = (range(size) for size in sizes)
    for f, g in product(product(first, repeat=sizes[1]), product(second, repeat=sizes[0])):
        if sum(f[g[x]] == x for x in first) != 1:
            continue
        for a, b in product(product((0, 1), repeat=sizes[0]), product((0, 1), repeat=sizes[1])):
            if len(set(a)) == len(set(b)) == 2 and respects(f, b, a) and respects(g, a, b):
                yield f, g, a, b


def respects(mechanism: Mechanism, before: Labels, after: Labels) -> bool:
    """Values with one label lead to values with one label."""
    pairs = {(before[x], after[y]) for x, y in enumerate(mechanism)}
    return len({label for label, _ in pairs}) == len(pairs)


def one_solution(case: tuple[Mechanism, Mechanism, Labels, Labels]) -> bool:
    """The labels have one solution too."""
    f, g, a, b = case
    above = [{b[y]: a[x] for y, x in enumerate(f)}, {a[x]: b[y] for x, y in enumerate(g)}]
    return solutions(above) == 1


def prove() -> Iterator[Step]:
    """Acyclic models; the small cyclic ones; the smallest exception."""
    yield every("acyclic: one solution above", acyclic_cases(), lambda made: solutions(made) == 1)
    cyclic = sum(all(len(set(part.values())) == 2 for part in made) for made in acyclic_cases())
    what = "with two blocks no such quotient is cyclic"
    yield Step(Kind.PROVED, what, cyclic == 0, Scope.UP_TO_SIZE, f"{cyclic} are", 41472)
    for sizes in ((2, 2), (2, 3), (3, 2)):
        yield every(
            f"cyclic, values {sizes}: one solution above", cyclic_cases(sizes), one_solution
        )
    shown = "X1 = {0[0]}[X2], X2 = {0[1]}[X1], labels {0[2]} and {0[3]}".format
    yield dropped("acyclic (values (3, 3))", cyclic_cases((3, 3)), one_solution, show=shown)
    both = [{0: 0, 1: 1}, {0: 0, 1: 1}]
    yield instance(
        Kind.SATISFIABLE, "two copies of each other have two solutions", solutions(both) == 2
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
