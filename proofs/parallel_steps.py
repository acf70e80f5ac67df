r"""One simultaneous step of all mechanisms: what soft abstraction (Massidda et al. 2023) compares.

A world (`small_models`) determines its mechanisms: $F_X$ at a state is the value of X under $do$ of all
the other variables.
"""

from __future__ import annotations

from tauomega.proofs.small_models import Shape, World, omega

__all__ = ["is_abstraction", "is_soft_abstraction", "step"]


def step(shape: Shape, world: World, intervention: int, state: int) -> int:
    """The state after one step of all mechanisms, those of the targets being constant."""
    setting, values = shape.interventions[intervention], shape.states[state]
    after = []
    for k, fixed in enumerate(setting):
        others: tuple[int | None, ...] = (*values[:k], None, *values[k + 1 :])
        free = shape.states[world[shape.number(others)]][k]
        after.append(free if fixed is None else fixed)
    return shape.states.index(tuple(after))


def is_abstraction(
    low: Shape, high: Shape, tau: tuple[int, ...], pair: tuple[World, World], family: list[int]
) -> bool:
    """Whether the solutions commute, with ω_τ, on low-level interventions of dom ω_τ."""
    below, above = pair
    images = omega(low, high, tau)
    return all(tau[below[i]] == above[images[i]] for i in family)  # type: ignore[index]  # defined


def is_soft_abstraction(
    low: Shape, high: Shape, tau: tuple[int, ...], pair: tuple[World, World], family: list[int]
) -> bool:
    """Whether one step commutes in every state (Def. 11, hard interventions, one context)."""
    below, above = pair
    images = omega(low, high, tau)
    return all(
        tau[step(low, below, i, x)] == step(high, above, images[i], tau[x])  # type: ignore[arg-type]  # defined
        for i in family
        for x in range(len(low.states))
    )
