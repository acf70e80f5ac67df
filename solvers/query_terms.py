r"""The words of queries, read literally: laws of blocks, gathered by τ or spread over its fibres.

For a high-level variable $X$ with block $B$ and map $\tau_X$ onto its domain, $\alpha$ is the 0/1 matrix
of $\tau_X$ and $\alpha^+$ its Moore-Penrose inverse: uniform on each fibre.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, combinations, product
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import LOW, BlockImage, Gather, Marginal, Mixed, Spread, Term
from tauomega.theory.errors import EvaluationError, InputError
from tauomega.theory.intervention import Hard, Intervention
from tauomega.theory.kernel import ConditionalLaw, Value, evaluate, free_names
from tauomega.theory.laws import StateLaw, law_of, marginal
from tauomega.theory.scm import SCM

from .facts import Facts
from .omega import any_value, values_of

__all__ = ["Blocks", "Query", "queries", "query_term"]

ZERO = Fraction(0)


@final
@dataclass(frozen=True, slots=True)
class Query:
    """Sources that are set and targets that are looked at: high-level variables, disjoint or not."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]


def queries(
    claim: Abstraction, pairs: str | tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
) -> Iterator[Query]:
    """The queries of a set J, in order of size; `theory.spaces.Queries` says what the names mean.

    Raises:
        InputError: a listed pair names no variable, or its sets intersect.
    """
    assert claim.high is not None
    names = claim.high.endogenous
    if not isinstance(pairs, str):
        faults = [
            f"the pair {', '.join(x)} -> {', '.join(y)}: {name!r} is no high-level variable"
            for x, y in pairs
            for name in (*x, *y)
            if name not in names
        ]
        faults += [
            f"the pair {', '.join(x)} -> {', '.join(y)}: a variable is on both sides"
            for x, y in pairs
            if set(x) & set(y)
        ]
        if faults:
            raise InputError(faults)
        yield from (Query(x, y) for x, y in pairs)
        return
    if pairs == "interventions":
        yield from (Query(x, names) for x in _subsets(names, 0))
        return
    if pairs == "boxes":
        for name in names:
            yield Query(_others_read(claim.high, name), (name,))
        return
    if pairs == "parental":
        for name in names:
            parents = _others_read(claim.high, name)
            if parents:
                yield Query(parents, (name,))
        return
    below = _descendants(claim.high)
    for x in _subsets(names, 1):
        for y in _subsets(tuple(n for n in names if n not in x), 1):
            if pairs == "singles" and len(x) + len(y) > 2:
                continue
            if pairs == "directed" and not any(t in below[s] for s in x for t in y):
                continue
            yield Query(x, y)


def _subsets(names: tuple[str, ...], least: int) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, k) for k in range(least, len(names) + 1))


def _parents(model: SCM, name: str) -> frozenset[str]:
    variable = model[name]
    if variable.mechanism is not None:
        return free_names(variable.mechanism)
    return (
        frozenset(variable.law.parents) if isinstance(variable.law, ConditionalLaw) else frozenset()
    )


def _others_read(model: SCM, name: str) -> tuple[str, ...]:
    """The parents of a variable, in order; not itself, where a cyclic model mentions it."""
    return tuple(n for n in model.endogenous if n != name and n in _parents(model, name))


def _descendants(model: SCM) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in model.endogenous}
    for name in model.order:
        for other in found:
            if any(p == other or p in found[other] for p in _parents(model, name)):
                found[other].add(name)
    return found


@final
class Blocks:
    """A claim's blocks: settings, laws and maps of them, each computed once."""

    def __init__(self, claim: Abstraction, facts: Facts, parameters: Mapping[str, Value]) -> None:
        assert claim.high is not None
        self.claim, self.high, self.facts = claim, claim.high, facts
        self.parameters = parameters
        self._laws: dict[tuple[bool, Intervention], StateLaw] = {}
        self._tables: dict[str, dict[tuple[Value, ...], Value]] = {}

    def law(self, low: bool, setting: Intervention) -> StateLaw:
        """The law of a model under a setting."""
        if (low, setting) not in self._laws:
            model = self.claim.scm if low else self.high
            own = {name: self.parameters[name] for name in model.parameters}
            self._laws[low, setting] = law_of(model, setting, parameters=own)
        return self._laws[low, setting]

    def table(self, name: str) -> dict[tuple[Value, ...], Value]:
        """τ of a high-level variable: values of its block -> value.

        Raises:
            EvaluationError: it reads no variable, so that no block is its own; or leaves the domain.
        """
        if name not in self._tables:
            scm, block = self.claim.scm, self.facts.supports[name]
            read = [values_of(scm.domain(v)) for v in free_names(self.claim.tau[name])]
            if not block and not (read and all(values.size == 1 for values in read)):
                raise EvaluationError(
                    f"τ of {name!r} is constant, so no low-level variable is in its block; leave {name!r} out"
                )
            rest = {n: any_value(scm.domain(n)) for n in scm.endogenous}
            table = {}
            for values in product(*(values_of(scm.domain(v)) for v in block)):
                state = rest | dict(zip(block, values, strict=True))
                table[values] = evaluate(self.claim.tau[name], state)
                if table[values] not in self.high.domain(name):
                    shown = ", ".join(f"{k} = {v}" for k, v in zip(block, values, strict=True))
                    raise EvaluationError(
                        f"τ of {name!r} gives {table[values]}, outside {self.high.domain(name)}, "
                        f"at {shown}"
                    )
            self._tables[name] = table
        return self._tables[name]

    def settings(self, low: bool, query: Query) -> Iterator[Hard]:
        """All settings of the sources; below, of their blocks."""
        if not low:
            options = (values_of(self.high.domain(name)) for name in query.sources)
            for values in product(*options):
                yield Hard(tuple(zip(query.sources, values, strict=True)))
            return
        blocks = [self.facts.supports[name] for name in query.sources]
        for parts in product(*(self.table(name) for name in query.sources)):
            yield Hard(
                tuple(
                    item
                    for block, values in zip(blocks, parts, strict=True)
                    for item in zip(block, values, strict=True)
                )
            )

    def image(self, setting: Hard) -> Hard:
        """τ of each whole block that a low-level setting sets."""
        values = dict(setting.items)
        found = []
        for name, block in self.facts.supports.items():
            if block and all(v in values for v in block):
                found.append((name, self.table(name)[tuple(values[v] for v in block)]))
        return Hard(tuple(found))

    def marginal(self, low: bool, query: Query, law: StateLaw) -> StateLaw:
        """The law of the targets, or of their blocks."""
        if not low:
            return marginal(law, query.targets)
        return marginal(law, tuple(v for name in query.targets for v in self.facts.supports[name]))

    def gather(self, query: Query, law: StateLaw) -> StateLaw:
        """The push-forward of a law under the τ of the targets."""
        found: StateLaw = {}
        for state, weight in law.items():
            values = dict(state)
            key = tuple(
                (name, self.table(name)[tuple(values[v] for v in self.facts.supports[name])])
                for name in query.targets
            )
            found[key] = found.get(key, ZERO) + weight
        return found

    def spread(self, query: Query, law: StateLaw) -> StateLaw:
        """A law of the targets, spread uniformly over the fibres of their τ."""
        found: StateLaw = {}
        for state, weight in law.items():
            values = dict(state)
            fibres = [self.fibre(name, values[name]) for name in query.targets]
            share = weight
            for fibre in fibres:
                share /= len(fibre)
            for parts in product(*fibres):
                key = tuple(
                    item
                    for name, part in zip(query.targets, parts, strict=True)
                    for item in zip(self.facts.supports[name], part, strict=True)
                )
                found[key] = found.get(key, ZERO) + share
        return found

    def mixed(self, setting: Hard, *, uniform: bool = False) -> StateLaw:
        """The low-level law when a high-level setting is realised at random, block by block."""
        choices = [self._realised(name, value, uniform) for name, value in setting.items]
        found: StateLaw = {}
        for parts in product(*choices):
            weight = Fraction(1)
            items: list[tuple[str, Value]] = []
            for (name, _), (values, share) in zip(setting.items, parts, strict=True):
                weight *= share
                items += zip(self.facts.supports[name], values, strict=True)
            for state, p in self.law(True, Hard(tuple(items))).items():
                found[state] = found.get(state, ZERO) + weight * p
        return found

    def fibre(self, name: str, value: Value) -> list[tuple[Value, ...]]:
        """The block values that τ sends to a value.

        Raises:
            InputError: there are none: τ is not onto.
        """
        found = [values for values, image in self.table(name).items() if image == value]
        if not found:
            raise InputError(
                [f"no value of the block of {name!r} is sent to {value}; τ of {name!r} is not onto"]
            )
        return found

    def _realised(
        self, name: str, value: Value, uniform: bool
    ) -> list[tuple[tuple[Value, ...], Fraction]]:
        kernel = None if uniform else self.claim.kernels.get(name)
        if kernel is None:
            fibre = self.fibre(name, value)
            return [(values, Fraction(1, len(fibre))) for values in fibre]
        if value not in kernel:
            raise InputError([f"the kernel of {name!r} has no row for {value}"])
        weights, table = kernel[value], self.table(name)
        if len(weights) != len(table):
            raise InputError(
                [
                    f"the kernel of {name!r} at {value} has {len(weights)} probabilities, but its block "
                    f"({', '.join(self.facts.supports[name])}) has {len(table)} values"
                ]
            )
        return [(v, p) for v, p in zip(table, weights, strict=True) if p]


def query_term(blocks: Blocks, term: Term, value: Callable[[Term], object]) -> object:
    """The value of a word of queries, given the values of its parts."""
    match term:
        case Marginal(side=side, query=query, law=law):
            return blocks.marginal(side is LOW, _query(value(query)), _law(value(law)))
        case Gather(query=query, law=law):
            return blocks.gather(_query(value(query)), _law(value(law)))
        case Spread(query=query, law=law):
            return blocks.spread(_query(value(query)), _law(value(law)))
        case BlockImage(setting=setting):
            return blocks.image(_setting(value(setting)))
        case Mixed(setting=setting, uniform=uniform):
            return blocks.mixed(_setting(value(setting)), uniform=uniform)
        case _:
            raise AssertionError(f"no such term: {term}")


def _query(value: object) -> Query:
    assert isinstance(value, Query)
    return value


def _law(value: object) -> StateLaw:
    assert isinstance(value, dict)
    return value


def _setting(value: object) -> Hard:
    assert isinstance(value, Hard)
    return value
