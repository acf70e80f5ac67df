r"""$\omega_\tau$, literally: what a low-level intervention means above.

$\omega_\tau(i) = j$ iff $\tau(\mathrm{Rst}(i)) = \mathrm{Rst}(j)$, where $\mathrm{Rst}(i)$ is the
set of states that extend $i$ (Beckers, Eberhardt & Halpern (2019), Def. 2.3). It is a function only
if every high-level variable has two values or more (CE15).
"""

from __future__ import annotations

from itertools import product
from math import prod

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Domain, Finite, Range, Value, evaluate

from .facts import Facts

__all__ = ["any_value", "check_unambiguous", "omega_tau", "values_of"]

LIMIT = 2**20


def check_unambiguous(facts: Facts) -> None:
    """Refuse a derived ω where it is no function.

    Raises:
        InputError: a high-level variable has one value only, so that ω_τ is ambiguous.
    """
    single = [name for name, domain in facts.high_domains.items() if domain.size == 1]
    if single:
        raise InputError(
            [
                f"ω_τ is ambiguous: {name!r} has one value only, so setting it and leaving it alone "
                "allow the same states (CE15); list ω under [[abstraction.omega]], or drop the variable"
                for name in single
            ]
        )


def values_of(domain: Domain) -> Finite | Range:
    """A finite domain.

    Raises:
        OutOfReachError: the domain is infinite.
    """
    if isinstance(domain, Finite | Range):
        return domain
    raise OutOfReachError(f"listing the values of {domain}", 2**63, LIMIT)


def omega_tau(claim: Abstraction, facts: Facts, intervention: Hard) -> Hard | None:
    r"""$\omega_\tau(i)$: the $j$ with $\tau(\mathrm{Rst}(i)) = \mathrm{Rst}(j)$, or `None` if there is none.

    Raises:
        OutOfReachError: too many states that the intervention allows.

    Source: Beckers, Eberhardt & Halpern (2019), Def. 2.3, arXiv:1906.11583.

    Complexity: the number of states of the mapped variables that the intervention leaves free.
    """
    fixed = dict(intervention.items)
    scm = claim.scm
    free = [name for name in scm.endogenous if name in facts.mapped and name not in fixed]
    domains = [values_of(scm.domain(name)) for name in free]
    if prod(domain.size for domain in domains) > LIMIT:
        raise OutOfReachError("ω_τ: states to read", prod(d.size for d in domains), LIMIT)
    image: set[tuple[Value, ...]] = set()
    base: dict[str, Value] = {name: any_value(scm.domain(name)) for name in scm.endogenous} | fixed
    for values in product(*domains):
        state = base | dict(zip(free, values, strict=True))
        image.add(tuple(evaluate(e, state) for e in claim.tau.values()))
    return _as_restriction(claim, facts, image)


def _as_restriction(claim: Abstraction, facts: Facts, image: set[tuple[Value, ...]]) -> Hard | None:
    """The partial assignment whose extensions are exactly `image`, if there is one."""
    fixed: list[tuple[str, Value]] = []
    count = 1
    for position, name in enumerate(claim.tau):
        seen = {row[position] for row in image}
        if len(seen) == 1:
            fixed.append((name, next(iter(seen))))
            continue
        domain = facts.high_domains.get(name)
        if domain is None or len(seen) != domain.size:
            return None
        count *= domain.size
    return Hard(tuple(fixed)) if len(image) == count else None


def any_value(domain: Domain) -> Value:
    """Some value of a domain."""
    return next(iter(domain)) if isinstance(domain, Finite | Range) else 0
