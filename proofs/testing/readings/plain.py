"""A finite claim as sets and functions, for readings: the models are run, nothing else is shared with engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import inf, log, sqrt
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Metric
from tauomega.theory.family import All, Block, Family, Given, Reach, Single, TauMax
from tauomega.theory.intervention import NOTHING, Hard, Intervention
from tauomega.theory.kernel import ConditionalLaw, Finite, Range, Value, evaluate, free_names
from tauomega.theory.policy import HighFamily, TauUPolicy
from tauomega.theory.scm import SCM

__all__ = [
    "Key",
    "Law",
    "NotReadError",
    "Plain",
    "State",
    "distance",
    "finite",
    "key",
    "of_laws",
    "subsets",
]

State = Mapping[str, Value]
Key = frozenset[tuple[str, Value]]
Law = dict[Key, Fraction]
Number = Fraction | float
MOST = 20_000


class NotReadError(Exception):
    """A reading does not go through this claim: it is too large for it, or of another kind."""


def key(state: State) -> Key:
    """A state as something that can be in a set."""
    return frozenset(state.items())


def subsets(names: Sequence[str], most: int | None = None) -> Iterator[tuple[str, ...]]:
    """All subsets with at most so many elements."""
    for chosen in product((False, True), repeat=len(names)):
        if most is None or sum(chosen) <= most:
            yield tuple(n for n, c in zip(names, chosen, strict=True) if c)


def states(model: SCM, names: Iterable[str]) -> Iterator[dict[str, Value]]:
    """All combinations of values of some variables."""
    listed = list(names)
    for values in product(*(finite(model, name) for name in listed)):
        yield dict(zip(listed, values, strict=True))


def finite(model: SCM, name: str) -> list[Value]:
    """The values of a variable that has finitely many."""
    domain = model.domain(name)
    if not isinstance(domain, Finite | Range):
        raise NotReadError(f"{name} has infinitely many values")
    return list(domain)


def settings(model: SCM, names: Sequence[str]) -> list[Hard]:
    """All hard interventions on these variables: each at a value, or left alone."""
    return [
        Hard.from_mapping(state) for chosen in subsets(names) for state in states(model, chosen)
    ]


@final
class Plain:
    """The claim, its blocks, its families and its maps, each by the sentence that defines it."""

    def __init__(self, claim: Abstraction) -> None:
        if claim.high is None or claim.scm.parameters or claim.high.parameters:
            raise NotReadError("no high-level model, or parameters")
        self.claim, self.low, self.high = claim, claim.scm, claim.high
        self.names = self.high.endogenous
        self._runs: dict[object, dict[str, Value]] = {}
        self._omega: dict[Intervention, Intervention | None] = {}

    # ------------------------------------------------------------ models and τ

    @cached_property
    def low_contexts(self) -> list[dict[str, Value]]:
        """The contexts below."""
        return list(self.low.contexts())

    @cached_property
    def high_contexts(self) -> list[dict[str, Value]]:
        """The contexts above."""
        return list(self.high.contexts())

    @cached_property
    def low_states(self) -> list[dict[str, Value]]:
        """All endogenous states below."""
        return list(states(self.low, self.low.endogenous))

    @cached_property
    def high_states(self) -> list[dict[str, Value]]:
        """All endogenous states above."""
        return list(states(self.high, self.names))

    def high_parents(self, name: str) -> set[str]:
        """The endogenous variables in the equation of a high-level variable."""
        rule, law = self.high[name].mechanism, self.high[name].law
        if isinstance(law, ConditionalLaw):
            return set(law.parents)
        return set() if rule is None else set(free_names(rule)) & set(self.names)

    def run(self, model: SCM, context: State, i: Intervention = NOTHING) -> dict[str, Value]:
        """The solution; each is computed once."""
        place = (model is self.low, key(context), i)
        if place not in self._runs:
            self._runs[place] = model.run(context, i)
        return self._runs[place]

    def seen(self, context: State, i: Intervention = NOTHING) -> dict[str, Value]:
        """τ of the low-level solution."""
        return self.claim.read(self.run(self.low, context, i))

    def law(self, model: SCM, i: Intervention = NOTHING) -> Law:
        """The law of the solutions; those below read through τ."""
        found: Law = {}
        for solution, p in self.outcomes(model, i):
            place = key(self.claim.read(solution) if model is self.low else solution)
            found[place] = found.get(place, Fraction(0)) + p
        return found

    def outcomes(self, model: SCM, i: Intervention) -> Iterator[tuple[State, Fraction]]:
        """The states that may come out, each with a probability: of its context, or variable by variable."""
        if not model.conditional:
            yield from ((self.run(model, u, i), model.probability(u)) for u in model.contexts())
            return
        if not isinstance(i, Hard):
            raise NotReadError("conditional laws under interventions that are not hard")
        listed: list[tuple[dict[str, Value], Fraction]] = [
            (u, model.probability(u)) for u in model.contexts()
        ]
        for name in model.order:
            law, rule = model[name].law, model[name].mechanism
            following = []
            for values, p in listed:
                if name in i.targets:
                    following.append(({**values, name: dict(i.items)[name]}, p))
                elif isinstance(law, ConditionalLaw):
                    row = zip(finite(model, name), law.at(values).probabilities, strict=True)
                    following += [({**values, name: v}, p * q) for v, q in row if q]
                elif rule is not None:
                    following.append(({**values, name: evaluate(rule, values)}, p))
                else:
                    following.append((values, p))
            listed = following
        yield from (({n: v[n] for n in model.endogenous}, p) for v, p in listed)

    @cached_property
    def onto(self) -> bool:
        """Whether every high-level state is τ of something."""
        read = (self.claim.read_where_defined(s) for s in self.low_states)
        return {key(y) for y in read if y is not None} == set(map(key, self.high_states))

    @cached_property
    def blocks(self) -> dict[str, tuple[str, ...]]:
        """High-level variable -> the low-level variables that make a difference to its τ."""
        image = {key(s): self.claim.read(s) for s in self.low_states}
        return {
            name: tuple(
                v
                for v in self.low.endogenous
                if any(
                    image[key(s)][name] != image[key({**s, v: other})][name]
                    for s in self.low_states
                    for other in finite(self.low, v)
                )
            )
            for name in self.names
        }

    @cached_property
    def is_block_map(self) -> bool:
        """Whether no low-level variable is in two blocks."""
        read = [v for block in self.blocks.values() for v in block]
        return len(read) == len(set(read))

    @cached_property
    def settable(self) -> tuple[str, ...]:
        """The variables that interventions may set: those that τ reads, and the inert ones."""
        allowed = {v for block in self.blocks.values() for v in block} | self.claim.inert
        return tuple(v for v in self.low.endogenous if v in allowed)

    def tau_of(self, name: str, values: State) -> Value:
        """τ of one variable, at values of its block; the rest does not matter."""
        return evaluate(self.claim.tau[name], {**self.low_states[0], **values})

    # ------------------------------------------------------------ interventions

    @cached_property
    def high_hard(self) -> list[Hard]:
        """All hard interventions above."""
        return settings(self.high, self.names)

    @cached_property
    def _restrictions(self) -> dict[frozenset[Key], Hard]:
        return {
            frozenset(key(s) for s in self.high_states if set(j.items) <= set(s.items())): j
            for j in self.high_hard
        }

    def omega(self, i: Intervention) -> Intervention | None:
        """The given ω, or ω_τ: τ of all states that extend i are all states that extend ω_τ(i)."""
        if self.claim.omega is not None:
            return dict(self.claim.omega).get(i)
        if i not in self._omega:
            if not isinstance(i, Hard):
                raise NotReadError("ω_τ is defined on hard interventions")
            allowed = [s for s in self.low_states if set(i.items) <= set(s.items())]
            image = frozenset(key(self.claim.read(s)) for s in allowed)
            self._omega[i] = self._restrictions.get(image)
        return self._omega[i]

    def family(self, family: Family) -> list[Intervention]:
        """The interventions of a family at which ω is defined."""
        return [i for i in self.listed(family) if self.omega(i) is not None]

    def listed(self, family: Family) -> list[Intervention]:
        """The interventions of a family."""
        match family:
            case Given(interventions=None):
                return [i for i, _ in self.claim.omega or ()]
            case Given(interventions=listed):
                return list(dict.fromkeys(listed or ()))
            case All() | TauMax():
                return list(settings(self.low, self.settable))
            case Block():
                return self.unions(self.block_values, None)
            case Single(k=k):
                return self.unions(self.block_values, k)
            case Reach(depth=depth):
                return self._reached(depth)
            case _:
                raise NotReadError(f"the family {family}")

    @cached_property
    def block_values(self) -> dict[str, list[Hard]]:
        """High-level variable -> all settings of its block."""
        return {
            name: [Hard.from_mapping(s) for s in states(self.low, block)]
            for name, block in self.blocks.items()
            if block
        }

    def unions(self, values: Mapping[str, Sequence[Hard]], most: int | None) -> list[Intervention]:
        """Some whole blocks, each at one of its values."""
        if not self.is_block_map:
            raise NotReadError("blocks that share variables")
        return [
            Hard(tuple(item for part in parts for item in part.items))
            for chosen in subsets(list(values), most)
            for parts in product(*(values[name] for name in chosen))
        ]

    def _reached(self, depth: int | None) -> list[Intervention]:
        family: list[Intervention] = [NOTHING]
        reached: dict[str, list[Hard]] = {}
        rounds = 0
        while depth is None or rounds < depth:
            runs = [self.run(self.low, u, i) for u in self.low_contexts for i in family]
            found = {
                n: list(dict.fromkeys(Hard.from_mapping({v: s[v] for v in block}) for s in runs))
                for n, block in self.blocks.items()
                if block
            }
            merged = {n: list(dict.fromkeys([*reached.get(n, []), *found[n]])) for n in found}
            if merged == reached:
                break
            reached, rounds = merged, rounds + 1
            family = self.unions(reached, None)
        return family

    def omega_is_wanted(self, family: Sequence[Intervention], high: HighFamily) -> bool:
        """Whether ω maps a family into and onto what I_H is declared to be."""
        images = {self.omega(i) for i in family}
        if self.claim.high_interventions is not None and high is not HighFamily.ALL:
            return images == set(self.claim.high_interventions)
        return high is HighFamily.IMAGE or images == set(self.high_hard)

    # ------------------------------------------------------------ contexts

    def context_maps(self, policy: TauUPolicy) -> Iterator[list[State]]:
        """The maps of contexts that a policy allows, each as the images of the low-level contexts."""
        if policy in (TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO):
            if len(self.high_contexts) ** len(self.low_contexts) > MOST:
                raise NotReadError("too many maps of contexts")
            for images in product(self.high_contexts, repeat=len(self.low_contexts)):
                onto = len(set(map(key, images))) == len(self.high_contexts)
                if onto or policy is TauUPolicy.SEARCHED:
                    yield list(images)
            return
        given = self.claim.tau_u or {}
        yield [
            {r: evaluate(given[r], {**u}) if r in given else u[r] for r in self.high.roots}
            for u in self.low_contexts
        ]

    def least_over_maps(
        self, policy: TauUPolicy, cost: Callable[[State, State], Number], *, onto: bool = False
    ) -> Number:
        """The least, over maps of contexts, of the largest cost of a context and its image."""
        best: Number = inf
        known: dict[object, Number] = {}
        for images in self.context_maps(policy):
            if onto and len(set(map(key, images))) < len(self.high_contexts):
                continue
            worst: Number = Fraction(0)
            for u, w in zip(self.low_contexts, images, strict=True):
                place = key(u), key(w)
                if place not in known:
                    known[place] = cost(u, w)
                worst = max(worst, known[place])
            best = min(best, worst)
        return best


# ---------------------------------------------------------------- distances


def distance(metric: Metric, x: State, y: State) -> Number:
    """The distance of two states."""
    if metric is Metric.DISCRETE:
        return Fraction(x != y)
    if metric is Metric.HAMMING:
        return Fraction(sum(x[n] != y[n] for n in x))
    if any(isinstance(v, str) for v in (*x.values(), *y.values())):
        raise NotReadError("labels in a metric of numbers")
    gaps = [abs(Fraction(x[n]) - Fraction(y[n])) for n in x]
    match metric:
        case Metric.L1:
            return sum(gaps, Fraction(0))
        case Metric.SUP:
            return max(gaps, default=Fraction(0))
        case Metric.SQUARED:
            return sum((g * g for g in gaps), Fraction(0))
        case Metric.EUCLIDEAN:
            square = sum((g * g for g in gaps), Fraction(0))
            return sqrt(square) if square else Fraction(0)
        case _:
            raise NotReadError("a distance of laws between states")


def of_laws(metric: Metric, p: Law, q: Law) -> Number:
    """The distance of two laws; 0 exactly where they are equal."""
    every = {s for law in (p, q) for s, w in law.items() if w}
    pairs = [(p.get(s, Fraction(0)), q.get(s, Fraction(0))) for s in every]
    if all(a == b for a, b in pairs):
        return Fraction(0)

    def kl(both: Sequence[tuple[Fraction, Fraction]]) -> float:
        return sum(float(a) * log(a / b) if b else inf for a, b in both if a)

    match metric:
        case Metric.DISCRETE:
            return Fraction(1)
        case Metric.TV:
            return sum((abs(a - b) for a, b in pairs), Fraction(0)) / 2
        case Metric.KL:
            return kl(pairs)
        case Metric.SQRT_JSD:
            halves = [(a, b, (a + b) / 2) for a, b in pairs]
            return sqrt(
                (kl([(a, m) for a, _, m in halves]) + kl([(b, m) for _, b, m in halves])) / 2
            )
        case _:
            raise NotReadError(f"{metric.value} between laws")
