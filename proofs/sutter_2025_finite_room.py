"""With finitely many hidden states, every algorithm fits only if every class has room.

Statement: Let a net map inputs injectively to hidden states and these to classes, and an algorithm compute
the same classes by k(v1, v2) from two inner values. Some bijective relabelling of hidden states into two
sites and a rest makes all input-restricted interventions right iff every class has as many hidden states
as there are combinations of site and rest values that must land in it. So there is no number of hidden
states that suffices for all nets: a class may have one only.
Source: Sutter, Minder, Hofmann & Pimentel (2025), Theorem 1 and its proof, arXiv:2507.08802; the finite
version ours.
Shown: all algorithms with two binary inner values on 2 and 3 inputs and 2 classes, against all
placements of the inputs in sites and rest, and literally against all relabellings for nets of up to 4
hidden states. Dropped in turn: injectivity, room in a class, a class that is reached, solving the task.
Not shown: several layers; continuity, which the theorem does not ask for either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import permutations, product

from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main

__all__ = ["THEOREM"]

Algorithm = tuple[tuple[tuple[int, int], ...], dict[tuple[int, int], int]]
"""The inner values of every input, and the class of every combination."""
Net = tuple[tuple[int, ...], tuple[int, ...]]
"""The hidden state of every input, and the class of every hidden state."""
Latent = tuple[int, int, int]
PAIRS = list(product((0, 1), (0, 1)))


def algorithms(inputs: int) -> Iterator[Algorithm]:
    """All inner values and all functions of them."""
    for values in product(PAIRS, repeat=inputs):
        for row in product((0, 1), repeat=4):
            yield values, dict(zip(PAIRS, row, strict=True))


def placements(algorithm: Algorithm) -> Iterator[tuple[Latent, ...]]:
    """Injective latents (site 1, site 2, rest) of the inputs; sites carry the inner values."""
    values, _ = algorithm
    for rests in product(range(len(values)), repeat=len(values)):
        latents = tuple((a, b, r) for (a, b), r in zip(values, rests, strict=True))
        if len(set(latents)) == len(latents):
            yield latents


def required(algorithm: Algorithm, latents: tuple[Latent, ...]) -> dict[Latent, int]:
    """The class that every reached combination of site and rest values must have."""
    parts = [set(column) for column in zip(*latents, strict=True)]
    return {(a, b, r): algorithm[1][a, b] for a, b, r in product(*parts)}


def by_counting(algorithm: Algorithm, net: Net) -> bool:
    """Some placement leaves every class enough hidden states."""
    room = Counter(net[1])
    demands = (Counter(required(algorithm, found).values()) for found in placements(algorithm))
    return solves(algorithm, net) and any(all(room[c] >= n for c, n in d.items()) for d in demands)


def solves(algorithm: Algorithm, net: Net) -> bool:
    """The net is injective on inputs and computes what the algorithm does."""
    values, classes = algorithm
    runs = [net[1][h] for h in net[0]]
    return len(set(net[0])) == len(net[0]) and runs == [classes[v] for v in values]


def literally(algorithm: Algorithm, net: Net) -> bool:
    """Some assignment of hidden states to the required latents keeps the inputs and has all classes."""
    states = range(len(net[1]))
    for found in placements(algorithm):
        wanted = required(algorithm, found)
        free = [latent for latent in wanted if latent not in found]
        spare = [h for h in states if h not in net[0]]
        if solves(algorithm, net) and any(
            all(net[1][h] == wanted[latent] for latent, h in zip(free, chosen, strict=True))
            for chosen in permutations(spare, len(free))
        ):
            return True
    return False


def nets(inputs: int, hidden: int) -> Iterator[Net]:
    """Inputs at the first hidden states; all classes of hidden states that are onto."""
    for classes in product((0, 1), repeat=hidden):
        if len(set(classes)) == 2:
            yield tuple(range(inputs)), classes


def prove() -> Iterator[Step]:
    """Counting is right; enough room per class suffices; each assumption dropped."""
    for inputs, hidden in ((2, 2), (2, 3), (2, 4), (3, 4)):
        cases = ((a, n) for a in algorithms(inputs) for n in nets(inputs, hidden))
        what = f"counting decides: {inputs} inputs, {hidden} hidden states"
        yield every(what, cases, lambda case: by_counting(*case) == literally(*case))
    for inputs in (2, 3):
        room = 4 * inputs
        classes = tuple(h % 2 for h in range(2 * room))
        found = (
            (a, tuple(2 * x + a[1][v] for x, v in enumerate(a[0]))) for a in algorithms(inputs)
        )
        moved = [(a, (run, classes)) for a, run in found]
        what = f"{room} states in each class: every algorithm that is solved fits, {inputs} inputs"
        yield every(what, moved, lambda case: by_counting(*case) if solves(*case) else None)
    tight = ((a, n) for a in algorithms(2) for n in nets(2, 3) if solves(a, n))
    yield dropped("room in every class", tight, lambda case: by_counting(*case), show=str)
    conjunction: Algorithm = (((0, 0), (1, 1)), {p: p[0] & p[1] for p in PAIRS})
    broken: list[tuple[str, Net]] = [("injective", ((0, 0), (0, 1, 0, 0)))]
    broken.append(("every class is reached by a hidden state", ((0, 1), (0, 0, 0, 0))))
    broken.append(("the task is solved", ((0, 1), (1, 0, 0, 0))))
    for assumption, bad in broken:
        yield instance(Kind.DROPPED, assumption, not by_counting(conjunction, bad), f"net {bad}")


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
