"""Whole blocks and silent parts are all that TAUMAX asks.

Statement: For a block map with factors onto high-level ranges of two values or more, squares commute on all
of dom ω_τ iff they do where each block is untouched, silently touched, or set whole, with any setting
of unread variables.
Source: of Beckers, Eberhardt & Halpern (2019), Def. 2.6, arXiv:1906.11583; the reduction and its proof
ours.
Shown: the step that leaves out a fixing part, for all models: completing it with the values that it leads
to changes neither the run nor the image. The equivalence for all acyclic worlds of three binary
variables, all onto block maps to one or two binary variables, all worlds above, in one context. Without
silent parts there are exceptions.
Not shown: more variables or values.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.proofs.constructive_over_taumax_does_not_compose import block_maps
from tauomega.proofs.small_models import Shape, World, omega, support, worlds
from tauomega.proofs.theorem import Step, Theorem, dropped, every, main
from tauomega.proofs.uninterpreted import Theory, proof
from tauomega.proofs.uninterpreted import World as Reading

__all__ = ["THEOREM"]

LOW = Shape((2, 2, 2))
Pairs = list[tuple[int, int]]
Case = tuple[tuple[int, ...], World, World, Pairs, Pairs, Pairs]


def completion(world: Reading) -> Theory:
    """P: settings that fix a block in part; B: settings that set it whole."""
    low_u, high_u, part, whole = (world.sort(n) for n in ("U", "W", "P", "B"))
    state, high_i = world.sort("V"), world.sort("J")
    run_part = world.function("τM_L(u, part)", low_u, part, state)
    run_whole = world.function("τM_L(u, whole)", low_u, whole, state)
    leads_to = world.function("completed", low_u, part, whole)
    solve = world.function("M_H", high_u, high_i, state)
    tau_u = world.function("τ_U", low_u, high_u)
    omega_part = world.function("ω(part)", part, high_i)
    omega_whole = world.function("ω(whole)", whole, high_i)
    forall = world.forall
    hypotheses = {
        "setting a block to what it would be changes nothing": forall(
            low_u, part, body=lambda u, i: run_part(u, i) == run_whole(u, leads_to(u, i))
        ),
        "the part fixes the value above": forall(
            low_u, part, body=lambda u, i: omega_part(i) == omega_whole(leads_to(u, i))
        ),
        "squares commute on whole settings": forall(
            low_u, whole, body=lambda u, b: run_whole(u, b) == solve(tau_u(u), omega_whole(b))
        ),
    }
    commute = forall(
        low_u, part, body=lambda u, i: run_part(u, i) == solve(tau_u(u), omega_part(i))
    )
    return Theory(hypotheses, commute)


def families(high: Shape, tau: tuple[int, ...]) -> tuple[Pairs, Pairs, Pairs]:
    """TAUMAX; blocks and silence; whole blocks with any setting of unread variables."""
    reads = support(LOW, high, tau)
    images = omega(LOW, high, tau)
    everything: Pairs = []
    quiet: Pairs = []
    whole: Pairs = []
    for number, image in enumerate(images):
        if image is None:
            continue
        everything.append((number, image))
        setting = LOW.interventions[number]
        targets = {k for k, value in enumerate(setting) if value is not None}
        partly = [j for j, block in enumerate(reads) if block & targets and not block <= targets]
        if not any(high.interventions[image][j] is not None for j in partly):
            quiet.append((number, image))
            if not partly:
                whole.append((number, image))
    return everything, quiet, whole


def cases() -> Iterator[Case]:
    """All worlds, block maps and worlds above that commute where nothing is set."""
    for high in (Shape((2,)), Shape((2, 2))):
        for tau in block_maps(LOW, high):
            found = families(high, tau)
            for world in worlds(LOW):
                for above in worlds(high):
                    if tau[world[0]] == above[0]:
                        yield (tau, world, above, *found)


def commute(case: Case, pairs: Pairs) -> bool:
    """All squares on these interventions."""
    tau, world, above = case[:3]
    return all(tau[world[i]] == above[j] for i, j in pairs)


def same(case: Case, family: int) -> bool | None:
    """TAUMAX follows from the smaller family, if that holds."""
    taumax, *smaller = case[3:]
    return commute(case, taumax) if commute(case, smaller[family]) else None


def prove() -> Iterator[Step]:
    """Completion for all models, the equivalence by exhaustion, and without silence."""
    names = tuple(completion(Reading(1)).hypotheses)
    yield from proof("squares commute on fixing parts", completion, drop=names)
    what = "blocks and silence ⇒ TAUMAX: 3 binary variables to 1 or 2"
    yield every(what, cases(), lambda case: same(case, 0))
    shown = "τ = {0[0]}, responses {0[1]} and {0[2]}".format
    yield dropped("silent parts", cases(), lambda case: same(case, 1), show=shown)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
