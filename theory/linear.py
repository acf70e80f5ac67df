r"""Linear models as matrices, the noise map that a T-abstraction must have, and concretisation.

Source: Massidda, Magliacane & Bacciu (2024), arXiv:2406.00394; the row convention $x = xW + e$ is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from .abstraction import Abstraction
from .errors import InputError
from .kernel import Constant, Expression, Reals, Reference, exact, free_names, substitute
from .kernel.reaching import weights_of
from .scm import SCM

__all__ = ["LinearBlock", "concretise", "linear_faults", "noise_map"]


def linear_faults(claim: Abstraction) -> Iterator[str]:
    """What keeps a claim from being about linear models: domains, mechanisms, τ, noise of its own."""
    for side, model in (("low", claim.scm), ("high", claim.high)):
        if model is None:
            continue
        zero = {name: Constant(1) for name in model.parameters}
        for name in model.endogenous:
            if not isinstance(model.domain(name), Reals):
                yield f"{name!r} of the {side}-level model is not real"
            rule = model[name].mechanism
            if rule is not None and weights_of(substitute(rule, zero)) is None:
                yield f"the mechanism of {name!r} of the {side}-level model is not linear"
    for name, expression in claim.tau.items():
        if weights_of(expression) is None:
            yield f"τ of {name!r} is not linear"
    if claim.high is not None:
        owners = _owners(claim.high)
        for name in claim.high.endogenous:
            if name not in owners.values():
                yield f"{name!r} of the high-level model has no noise of its own"


def _owners(model: SCM) -> dict[str, str]:
    """Root -> the one variable whose mechanism reads it."""
    readers: dict[str, list[str]] = {}
    for name in model.endogenous:
        rule = model[name].mechanism
        used = free_names(rule) if rule is not None else frozenset({name})
        for root in used & set(model.roots):
            readers.setdefault(root, []).append(name)
    return {root: found[0] for root, found in readers.items() if len(found) == 1}


def noise_map(claim: Abstraction) -> dict[str, str]:
    r"""The only Γ for which a claim can be a T-abstraction: $\Gamma_b = s_b$, as text for τ_U.

    $s_b$ is what $\tau_b$ makes of the noise while the other blocks are held, over the weight that the
    high-level mechanism gives its own noise.

    Raises:
        InputError: the claim is not linear, has parameters, or a variable has no noise of its own.
    """
    faults = list(linear_faults(claim))
    if claim.scm.parameters or (claim.high is not None and claim.high.parameters):
        faults.append("Γ depends on the parameters; write [abstraction.tau_u]")
    if faults:
        raise InputError(faults)
    high, low = claim.high, claim.scm
    assert high is not None
    found = {}
    for root, name in _owners(high).items():
        held = {v for other, e in claim.tau.items() if other != name for v in free_names(e)}
        form = _carried(low, claim.tau[name], held)
        rule = high[name].mechanism
        weight = Fraction(1)
        shift = Fraction(0)
        if rule is not None:
            read = weights_of(rule)
            assert read is not None
            weight, shift = read[1][root], read[0]
        terms = {n: w / weight for n, w in form.items() if n in low.roots and n != ""}
        constant = (form.get("", Fraction(0)) - shift) / weight
        found[root] = _text(terms, constant)
    return found


def _carried(model: SCM, functional: Expression, held: set[str]) -> dict[str, Fraction]:
    """A functional of the solution in what is held, the roots and the constant ""."""
    read = weights_of(functional)
    assert read is not None
    found = {"": read[0], **read[1]}
    for name in reversed(model.order):
        rule = model[name].mechanism
        if name in found and name not in held and rule is not None:
            factor = found.pop(name)
            more = weights_of(rule)
            assert more is not None
            for other, weight in (("", more[0]), *more[1].items()):
                found[other] = found.get(other, Fraction(0)) + factor * weight
    return {name: weight for name, weight in found.items() if weight}


def _text(terms: Mapping[str, Fraction], constant: Fraction) -> str:
    shown = [f"{weight} * {name}" for name, weight in terms.items()]
    return " + ".join([*shown, str(constant)] if constant or not shown else shown).replace(
        "+ -", "- "
    )


# ---------------------------------------------------------------- concretisation


@final
@dataclass(frozen=True, slots=True)
class LinearBlock:
    r"""How one high-level variable is realised: its weights t, and the weights within the block.

    `within` is strictly upper triangular, in the row convention: `within[i][k]` is the effect of the
    i-th variable on the k-th. `entry` is c: how much of an effect from outside goes to each variable, with
    $c\, s = 1$; by default all of it goes to the first variable on which s is not zero.
    """

    weights: tuple[Fraction, ...]
    within: tuple[tuple[Fraction, ...], ...]
    entry: tuple[Fraction, ...] | None = None

    def __post_init__(self) -> None:
        size = len(self.weights)
        if self.entry is not None and _inner(self.entry, self.spread) != 1:
            raise ValueError("the entry c of a block has c s = 1")
        square = len(self.within) == size and all(len(row) == size for row in self.within)
        if not size or not square:
            raise ValueError(f"a block of {size} variables needs a {size} by {size} matrix within")
        if any(self.within[i][k] for i in range(size) for k in range(i + 1)):
            raise ValueError("the matrix within a block is strictly upper triangular")

    @property
    def spread(self) -> tuple[Fraction, ...]:
        """$s = (I - W_{bb})^{-1} t$, by back substitution."""
        found = list(self.weights)
        for i in reversed(range(len(found))):
            found[i] += sum(
                (self.within[i][k] * found[k] for k in range(i + 1, len(found))), Fraction(0)
            )
        return tuple(found)


def concretise(high: SCM, blocks: Mapping[str, LinearBlock]) -> Abstraction:
    r"""A low-level linear model of which a high-level one is a T-abstraction.

    The effect of block a on block b is $m_{ab}\, t_a[k]\, c_b$ in row k, where $c_b s_b = 1$.

    Args:
        high: a linear model without parameters, every variable with noise of its own.
        blocks: a block for every high-level variable.

    Raises:
        InputError: the model is not linear, a block is missing, or $s_b = 0$: then there is none.
    """
    faults = [f"no block is given for {n!r}" for n in high.endogenous if n not in blocks]
    for name, block in blocks.items():
        if not any(block.spread):
            faults.append(f"s of the block of {name!r} is zero: no low-level model realises it")
    if high.parameters or high.inputs:
        faults.append("concretisation is of models with exogenous noise and without parameters")
    identity = Abstraction(high, high, {n: Reference(n) for n in high.endogenous})
    faults += list(linear_faults(identity)) if not faults else []
    if faults:
        raise InputError(faults)
    owners = {name: root for root, name in _owners(high).items()}
    lines = [f"E_{n}[1..{len(blocks[n].weights)}] : real" for n in high.endogenous]
    tau, tau_u = {}, {}
    for name in high.order:
        block, rule = blocks[name], high[name].mechanism
        assert rule is not None
        read = weights_of(rule)
        assert read is not None
        spread = block.spread
        entry = block.entry or _first_entry(spread)
        for k in range(len(block.weights)):
            terms = [(Fraction(1), f"E_{name}[{k + 1}]")]
            terms += [
                (block.within[i][k], f"X_{name}[{i + 1}]") for i in range(k) if block.within[i][k]
            ]
            for parent, weight in sorted(read[1].items()) if entry[k] else ():
                for place, t in enumerate(blocks[parent].weights if parent in blocks else ()):
                    terms.append((weight * t * entry[k], f"X_{parent}[{place + 1}]"))
            lines.append(f"X_{name}[{k + 1}] : real = {_sum(terms)}")
        tau[name] = _sum([(t, f"X_{name}[{k + 1}]") for k, t in enumerate(block.weights)])
        own = read[1][owners[name]]
        noise = [(s / own, f"E_{name}[{k + 1}]") for k, s in enumerate(spread)]
        tau_u[owners[name]] = f"{_sum(noise)} - ({exact(read[0] / own)})"
    low = SCM.from_text("\n".join(lines))
    return Abstraction.from_text(low, high, tau, tau_u=tau_u)


def _inner(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def _first_entry(spread: Sequence[Fraction]) -> tuple[Fraction, ...]:
    first = next(k for k, s in enumerate(spread) if s)
    return tuple(1 / s if k == first else Fraction(0) for k, s in enumerate(spread))


def _sum(terms: Sequence[tuple[Fraction, str]]) -> str:
    return " + ".join(f"({weight}) * {name}" for weight, name in terms if weight) or "0"
