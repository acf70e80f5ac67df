"""Readings of what is said of all states and of sets of solutions: soft notions, exact transformations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tauomega.theory.definition import tau_u_policy
from tauomega.theory.intervening import parents_of
from tauomega.theory.intervention import Intervention
from tauomega.theory.kernel import Value
from tauomega.theory.policy import HighFamily, TauUPolicy
from tauomega.theory.scm import SCM

from .plain import Key, NotReadError, Plain, State, finite, key, states

if TYPE_CHECKING:
    from tauomega.theory.definitions.constructive_soft import ConstructiveSoft
    from tauomega.theory.definitions.exact_transformation import ExactTransformation
    from tauomega.theory.definitions.low_soft import LowSoft
    from tauomega.theory.definitions.soft import SoftAbstraction

__all__ = ["READINGS"]

ZERO, ONE = Fraction(0), Fraction(1)
FIXED = (TauUPolicy.GIVEN, TauUPolicy.IDENTITY, TauUPolicy.INPUTS)


def allowed(model: SCM, i: Intervention) -> frozenset[Key]:
    """Rst(i): the states whose targets have values that their new mechanisms take, jointly."""
    every = list(states(model, model.endogenous))
    targets = [n for n in model.endogenous if n in i.targets]
    taken = set()
    for u in model.contexts():
        for x in every:
            stepped = model.step(x, u, i)
            taken.add(tuple(stepped[t] for t in targets))
    return frozenset(key(x) for x in every if tuple(x[t] for t in targets) in taken)


def seen(p: Plain, below: frozenset[Key]) -> frozenset[Key]:
    """τ of a set of states."""
    return frozenset(key(p.claim.read(dict(x))) for x in below)


def _images(p: Plain, d: Any) -> list[tuple[Intervention, Intervention]] | None:
    """The listed interventions with their ω; nothing if a condition on maps fails before."""
    family = p.family(d.family)
    if not p.onto or not p.omega_is_wanted(family, HighFamily.IMAGE):
        return None
    pairs = [(i, j) for i in family if (j := p.omega(i)) is not None]
    same = all(seen(p, allowed(p.low, i)) == allowed(p.high, j) for i, j in pairs)
    return pairs if same else None


def _over_maps(p: Plain, d: Any, wrong: Any) -> Fraction:
    policy = tau_u_policy(p.claim, d.tau_u, TauUPolicy.SEARCHED_ONTO)
    return Fraction(p.least_over_maps(policy, wrong, onto=policy in FIXED) != 0)


def low_soft(p: Plain, d: LowSoft) -> Fraction:
    """Allowed states go to allowed states; with some τ_U onto, every square commutes."""
    pairs = _images(p, d)
    if pairs is None:
        return ONE
    return _over_maps(
        p, d, lambda u, w: Fraction(any(p.seen(u, i) != p.run(p.high, w, j) for i, j in pairs))
    )


def soft(p: Plain, d: SoftAbstraction) -> Fraction:
    """Allowed states go to allowed states; one step of all mechanisms commutes with τ, at every state."""
    pairs = _images(p, d)
    if pairs is None:
        return ONE

    def wrong(u: State, w: State) -> Fraction:
        return Fraction(
            any(
                p.claim.read(p.low.step(x, u, i)) != p.high.step(p.claim.read(x), w, j)
                for i, j in pairs
                for x in p.low_states
            )
        )

    return _over_maps(p, d, wrong)


def constructive_soft(p: Plain, d: ConstructiveSoft) -> Fraction:
    """Aligned maps onto; steps commute, with the ω given, or with the table that Theorem 14 forces."""
    if p.low.inputs or p.high.inputs:
        raise NotReadError("inputs, whose noise is hidden")
    (images,) = p.context_maps(tau_u_policy(p.claim, d.tau_u, TauUPolicy.IDENTITY))
    noise_onto = len(set(map(key, images))) == len(p.high_contexts)
    if not (p.is_block_map and p.onto and noise_onto and _noise_in_blocks(p, images)):
        return ONE
    if p.claim.omega is not None:
        return soft(p, d)  # type: ignore[arg-type]  # the same fields, τ_U fixed
    listed = p.listed(d.family)
    return Fraction(not all(_has_forced_image(p, i, images) for i in listed))


def _noise_in_blocks(p: Plain, images: Sequence[State]) -> bool:
    image = {key(u): w for u, w in zip(p.low_contexts, images, strict=True)}
    readers = [
        (r, above)
        for above in p.high.roots
        for r in p.low.roots
        if any(
            image[key(u)][above] != image[key({**u, r: v})][above]
            for u in p.low_contexts
            for v in finite(p.low, r)
        )
    ]
    return len(readers) == len({r for r, _ in readers})


def _has_forced_image(p: Plain, i: Intervention, images: Sequence[State]) -> bool:
    """Whether g_Y(y, w) = τ_Y of the step is a function of what Y's mechanism reads, and steps commute."""
    touched = [n for n in p.names if set(p.blocks[n]) & i.targets]
    tables: dict[tuple[str, object], Value] = {}
    reached = set()
    for u, w in zip(p.low_contexts, images, strict=True):
        for x in p.low_states:
            y = p.claim.read(x)
            after = p.claim.read(p.low.step(x, u, i))
            usual = p.high.step(y, w)
            for n in p.names:
                if n not in touched:
                    if after[n] != usual[n]:
                        return False
                    continue
                read = {m: v for m, v in {**w, **y}.items() if m in parents_of(p.high.program, n)}
                if tables.setdefault((n, key(read)), after[n]) != after[n]:
                    return False
            reached.add(tuple(after[n] for n in touched))
    above = frozenset(key(y) for y in p.high_states if tuple(y[n] for n in touched) in reached)
    return seen(p, allowed(p.low, i)) == above


def exact_transformation(p: Plain, d: ExactTransformation) -> Fraction:
    """τ onto, ω monotone and as wanted; both models solvable, and the sets of solutions correspond."""
    family = p.family(d.family)
    if not p.onto or not p.omega_is_wanted(family, d.high_family):
        return ONE
    if p.claim.omega is not None and not _is_monotone(p, family):
        return ONE
    (images,) = p.context_maps(tau_u_policy(p.claim, d.tau_u, TauUPolicy.IDENTITY))
    for i in family:
        j = p.omega(i)
        assert j is not None
        for u, w in zip(p.low_contexts, images, strict=True):
            below, above = list(_solve(p.low, u, i)), list(_solve(p.high, w, j))
            read = [y for x in below if (y := p.claim.read_where_defined(x)) is not None]
            if not below or not above or set(map(key, read)) != set(map(key, above)):
                return ONE
    return ZERO


def _solve(model: SCM, u: State, i: Intervention) -> Iterator[dict[str, Value]]:
    for x in states(model, model.endogenous):
        if model.step(x, u, i) == x:
            yield x


def _is_monotone(p: Plain, family: Sequence[Intervention]) -> bool:
    """I ⊑ k (fewer states are allowed) implies the same of their images."""
    below = {i: allowed(p.low, i) for i in family}
    above = {i: allowed(p.high, j) for i in family if (j := p.omega(i)) is not None}
    return all(above[k] <= above[i] for i in family for k in family if below[k] <= below[i])


READINGS = {
    "low-soft": low_soft,
    "soft": soft,
    "constructive-soft": constructive_soft,
    "exact-transformation": exact_transformation,
}
