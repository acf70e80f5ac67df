"""Notions on laws against matrices written from their formulas, and the arrows between them.

The twin shares nothing with the interpreter but the models: it runs every context, counts columns of
stochastic matrices with exact rationals, and multiplies them as the papers do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import log, sqrt

import numpy as np
import numpy.typing as npt
import pytest

from tauomega import SCM, Abstraction, check, distance
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.solvers.facts import Facts
from tauomega.solvers.omega import values_of
from tauomega.solvers.query_terms import Query, queries
from tauomega.theory.defect import Metric
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.alpha import Alpha, AlphaError
from tauomega.theory.definitions.counterfactual import Counterfactual
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.phi_abstraction import PhiAbstraction
from tauomega.theory.definitions.probabilistic import Probabilistic
from tauomega.theory.definitions.query_consistency import QueryConsistency
from tauomega.theory.definitions.rischel_weichwald import RischelWeichwald
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.kernel import Value, evaluate
from tauomega.theory.policy import OmegaPolicy
from tauomega.theory.quantity import lower, upper

Matrix = npt.NDArray[np.object_]
Values = tuple[Value, ...]
ZERO = Fraction(0)


def claims(seed: int, count: int) -> Iterator[tuple[Abstraction, Facts]]:
    """Random claims with τ a block map onto, every block non-empty."""
    rng = random.Random(seed)
    while count:
        claim = random_claim(rng)
        try:
            facts = decide_facts(claim, Budget())
            onto = check(claim, Probabilistic()).clauses[0].verdict == "holds"
        except InputError:
            continue
        if onto and facts.is_block_map and all(facts.supports.values()):
            count -= 1
            yield claim, facts


# ---------------------------------------------------------------- the twin


class Matrices:
    """μ, ν, α of a claim for one pair of sets, as matrices of rationals; columns are sources."""

    def __init__(self, claim: Abstraction, facts: Facts, query: Query) -> None:
        assert claim.high is not None
        self.claim, self.facts, self.high = claim, facts, claim.high
        self.a = self.alpha(query.sources)
        self.b = self.alpha(query.targets)
        low = [v for name in query.sources for v in facts.supports[name]]
        below = [v for name in query.targets for v in facts.supports[name]]
        self.mu = self.conditional(claim.scm, low, below)
        self.nu = self.conditional(self.high, list(query.sources), list(query.targets))

    def conditional(self, model: SCM, sources: list[str], targets: list[str]) -> Matrix:
        """P(targets | do(sources)) by running every context."""
        columns = list(product(*(values_of(model.domain(n)) for n in sources)))
        rows = {v: k for k, v in enumerate(product(*(values_of(model.domain(n)) for n in targets)))}
        found = np.full((len(rows), len(columns)), ZERO, dtype=object)
        for k, values in enumerate(columns):
            for context in model.contexts():
                state = model.run(context, Hard(tuple(zip(sources, values, strict=True))))
                found[rows[tuple(state[n] for n in targets)], k] += model.probability(context)
        return found

    def alpha(self, names: tuple[str, ...]) -> Matrix:
        """The 0/1 matrix of the τ of some variables: rows above, columns below."""
        scm = self.claim.scm
        block = [v for name in names for v in self.facts.supports[name]]
        rest = {n: next(iter(values_of(scm.domain(n)))) for n in scm.endogenous}
        rows = {
            v: k for k, v in enumerate(product(*(values_of(self.high.domain(n)) for n in names)))
        }
        columns = list(product(*(values_of(scm.domain(v)) for v in block)))
        found = np.full((len(rows), len(columns)), ZERO, dtype=object)
        for k, values in enumerate(columns):
            state = rest | dict(zip(block, values, strict=True))
            image = tuple(evaluate(self.claim.tau[n], state) for n in names)
            found[rows[image], k] = Fraction(1)
        return found

    def error(self, kind: AlphaError) -> tuple[Matrix, Matrix]:
        """The two matrices whose columns are compared: Zennaro et al. (2023), Defs. 4-7."""
        a, b, mu, nu = self.a, self.b, self.mu, self.nu
        match kind:
            case AlphaError.IC:
                return nu @ a, b @ mu
            case AlphaError.IIL:
                return mu, inverse(b) @ nu @ a
            case AlphaError.ISIL:
                return nu, b @ mu @ inverse(a)
            case AlphaError.ISC:
                return inverse(b) @ nu, mu @ inverse(a)


def inverse(alpha: Matrix) -> Matrix:
    """The Moore-Penrose inverse of a 0/1 matrix with one 1 in a column: uniform on fibres."""
    return np.array([[entry / sum(row) for entry in row] for row in alpha], dtype=object).T


def total_variation(p: Matrix, q: Matrix) -> Fraction:
    """The largest over columns."""
    return max((Fraction(x) / 2 for x in sum(abs(p - q)).tolist()), default=ZERO)


def root_of_divergence(p: Matrix, q: Matrix) -> float:
    """√JSD in nats, in floating point, the largest over columns."""

    def kl(x: list[float], y: list[float]) -> float:
        return sum(a * log(a / b) for a, b in zip(x, y, strict=True) if a)

    found = []
    for x, y in zip(p.T.astype(float).tolist(), q.T.astype(float).tolist(), strict=True):
        middle = [(a + b) / 2 for a, b in zip(x, y, strict=True)]
        found.append(sqrt(max(0.0, (kl(x, middle) + kl(y, middle)) / 2)))
    return max(found)


def value(claim: Abstraction, definition: Definition) -> tuple[Fraction | float, Fraction | float]:
    found = distance(claim, definition).value
    assert found is not None
    return lower(found), upper(found)


@pytest.mark.parametrize(("seed", "count"), [(0, 25), pytest.param(1, 500, marks=pytest.mark.slow)])
def test_the_four_errors_are_the_products_of_matrices(seed: int, count: int) -> None:
    wrong = 0
    for claim, facts in claims(seed, count):
        pairs = list(queries(claim, "all"))[:6]
        if not pairs:
            continue
        listed = tuple((q.sources, q.targets) for q in pairs)
        matrices = [Matrices(claim, facts, q) for q in pairs]
        for kind in AlphaError:
            sides = [m.error(kind) for m in matrices]
            exact = max(total_variation(*pair) for pair in sides)
            assert (exact, exact) == value(claim, Alpha(kind, listed, Metric.TV))
            low, high = value(claim, Alpha(kind, listed))
            assert low - 1e-9 <= max(root_of_divergence(*pair) for pair in sides) <= high + 1e-9
            wrong += exact > 0
    assert wrong > count // 4


@pytest.mark.parametrize(("seed", "count"), [(2, 25), pytest.param(3, 500, marks=pytest.mark.slow)])
def test_the_error_with_kernels_is_the_product_of_matrices(seed: int, count: int) -> None:
    """Rischel & Weichwald (2021), Def. 2.11, with random kernels that may miss τ."""
    rng = random.Random(seed)
    missed = 0
    for claim, facts in claims(seed, count):
        assert claim.high is not None
        names = claim.high.endogenous
        kernels = {name: random_kernel(rng, claim, facts, name) for name in names}
        worst = ZERO
        for query in queries(claim, "interventions"):
            own = Matrices(claim, facts, Query(query.sources, names))
            mixing = np.array([[Fraction(1)]], dtype=object)
            for name in query.sources:
                rows = [list(kernels[name][v]) for v in values_of(claim.high.domain(name))]
                mixing = np.kron(mixing, np.array(rows, dtype=object).T)
            worst = max(worst, total_variation(own.nu, own.b @ own.mu @ mixing))
        found = value(replace(claim, kernels=kernels), RischelWeichwald(Metric.TV))
        assert (worst, worst) == found
        missed += worst > 0
    assert missed > count // 4


def random_kernel(
    rng: random.Random, claim: Abstraction, facts: Facts, name: str
) -> dict[Value, tuple[Fraction, ...]]:
    assert claim.high is not None
    block = facts.supports[name]
    count = len(list(product(*(values_of(claim.scm.domain(v)) for v in block))))
    found = {}
    for label in values_of(claim.high.domain(name)):
        weights = [rng.randint(0, 2) for _ in range(count)]
        weights[rng.randrange(count)] += 1
        found[label] = tuple(Fraction(w, sum(weights)) for w in weights)
    return found


@pytest.mark.parametrize(("seed", "count"), [(4, 25), pytest.param(5, 500, marks=pytest.mark.slow)])
def test_joint_laws_are_counted_response_vectors(seed: int, count: int) -> None:
    differ = 0
    for claim, facts in claims(seed, count):
        assert claim.high is not None
        settings = [NOTHING]
        for block in facts.supports.values():
            options = product(*(values_of(claim.scm.domain(v)) for v in block))
            own = [Hard(tuple(zip(block, values, strict=True))) for values in options]
            settings = [Hard((*s.items, *i.items)) for s in settings for i in (NOTHING, *own)]
        images = [
            Hard(
                tuple(
                    (name, claim.read(dict.fromkeys(claim.scm.endogenous, 0) | dict(s.items))[name])
                    for name, block in facts.supports.items()
                    if set(block) <= s.targets
                )
            )
            for s in settings
        ]
        below: dict[object, Fraction] = {}
        above: dict[object, Fraction] = {}
        for context in claim.scm.contexts():
            key = tuple(tuple(claim.read(claim.scm.run(context, s)).items()) for s in settings)
            below[key] = below.get(key, ZERO) + claim.scm.probability(context)
        for context in claim.high.contexts():
            key = tuple(tuple(claim.high.run(context, j).items()) for j in images)
            above[key] = above.get(key, ZERO) + claim.high.probability(context)
        gap = sum(abs(below.get(k, ZERO) - above.get(k, ZERO)) for k in below.keys() | above.keys())
        assert (gap / 2, gap / 2) == value(claim, Counterfactual(metric=Metric.TV))
        differ += gap > 0
    assert differ > count // 12


# ---------------------------------------------------------------- arrows


def holds(claim: Abstraction, definition: Definition) -> bool:
    verdict = check(claim, definition)
    assert verdict.name != "unknown"
    return verdict.name == "holds"


@pytest.mark.parametrize(("seed", "count"), [(6, 20), pytest.param(7, 500, marks=pytest.mark.slow)])
def test_no_arrow_between_notions_on_laws_is_violated(seed: int, count: int) -> None:
    """theory.md A.2, 3, 16, 17, 18: and each arrow has claims on both of its ends."""
    both = 0
    for claim, _ in claims(seed, count):
        errors = {k: holds(claim, Alpha(k, metric=Metric.TV)) for k in AlphaError if alone(claim)}
        if errors:
            assert not errors[AlphaError.IIL] or (errors[AlphaError.IC] and errors[AlphaError.ISC])
            assert errors[AlphaError.ISIL] or not (errors[AlphaError.IC] or errors[AlphaError.ISC])
        layers = [holds(claim, QueryConsistency(layer)) for layer in (1, 2, 3)]
        assert layers == sorted(layers, reverse=True)
        assert layers[0] == holds(claim, Observational())
        assert layers[1] == holds(claim, Exact(omega=OmegaPolicy.DERIVED))
        assert layers[1] == holds(claim, Probabilistic())
        assert layers[2] == holds(claim, Counterfactual())
        assert not holds(claim, PhiAbstraction()) or layers[1]
        assert not layers[1] or holds(claim, RischelWeichwald())
        if errors:  # 18: IC = 0 on all pairs, and equal laws without intervention, is layer 2
            assert layers[1] == (errors[AlphaError.IC] and layers[0])
        both += layers[1]
    assert 0 < both < count


def alone(claim: Abstraction) -> bool:
    """Whether there is a pair of disjoint sets at all."""
    assert claim.high is not None
    return len(claim.high.endogenous) > 1
