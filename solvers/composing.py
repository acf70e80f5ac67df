r"""Composition: two abstractions in a row, with their evidence, or with the bound on their distances.

If both hold over `block`, the composition does ($\omega_{\tau_2} \omega_{\tau_1} = \omega_{\tau_2 \tau_1}$ on
unions of whole blocks), and nothing need be computed again. If they hold up to $\alpha_1$ and $\alpha_2$, and
$\tau_2$ is K-Lipschitz between the metrics on the middle and the high level, the composition holds up to
$K \alpha_1 + \alpha_2$.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Metric
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.family import Block
from tauomega.theory.kernel import Finite, Range, Value
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.quantity import INFINITE
from tauomega.theory.verdict import ClauseResult, Holds, Verdict

from .checking import check, weakest
from .distance import distance
from .metrics import state_distance
from .problems import policies_of
from .question import question_of

__all__ = ["ComposedDistance", "check_composition", "compose_distances", "lipschitz"]

COMPOSED = "composition of abstractions over blocks (Beckers & Halpern (2019), Thm. 3.9)"
MOST_PAIRS = 2**20
METRICS = (Metric.DISCRETE, Metric.HAMMING, Metric.L1, Metric.SUP)


def check_composition(
    first: Abstraction,
    second: Abstraction,
    definition: Constructive | TauAbstraction,
    *,
    timeout: float = 60.0,
) -> Verdict:
    """Decide the composition from its parts: if both hold so does it, by their evidence.

    If one of them does not hold, that says nothing of the composition, which is then decided itself.

    Args:
        first: the lower claim.
        second: the upper claim, whose low-level model is the first's high-level one.
        definition: a notion that composes, over `block`, with contexts searched or given.
        timeout: seconds for each question.

    Raises:
        InputError: the claims do not fit together, or the family is another.
    """
    whole = first >> second
    if not isinstance(definition.family, Block):
        raise InputError([f'evidence is composed over family = "block", not "{definition.family}"'])
    verdicts = [check(part, definition, timeout=timeout) for part in (first, second)]
    proved = [v for v in verdicts if isinstance(v, Holds)]
    if len(proved) < 2:
        return check(whole, definition, timeout=timeout)
    defect = definition.defect(whole)
    question = question_of(whole, definition, *policies_of(whole, defect), Fraction(0))
    evidence = weakest([v.evidence for v in proved], (COMPOSED,))
    clauses = tuple(
        ClauseResult(f"{word}: {clause.name}", clause.verdict, clause.evidence)
        for word, verdict in zip(("first", "second"), proved, strict=True)
        for clause in verdict.clauses
    )
    return Holds(question, clauses, evidence)


@final
@dataclass(frozen=True, slots=True)
class ComposedDistance:
    r"""$d(\text{first} \gg \text{second}) \le K \alpha_1 + \alpha_2$, all three exact."""

    first: Fraction
    second: Fraction
    lipschitz: Fraction

    @property
    def bound(self) -> Fraction:
        r"""$K \alpha_1 + \alpha_2$."""
        return self.lipschitz * self.first + self.second


def compose_distances(
    first: Abstraction,
    second: Abstraction,
    *,
    metric: Metric = Metric.DISCRETE,
    tau_u: TauUPolicy | None = None,
) -> ComposedDistance:
    r"""A bound on $d_\tau$ of the composition, from $d_\tau$ of the parts, over `block`.

    Args:
        first: the lower claim.
        second: the upper claim.
        metric: `discrete`, `hamming`, `l1` or `sup`, on the states of the middle and of the high level.
        tau_u: as in `approximate`.

    Raises:
        InputError: the claims do not fit together, another metric, or a part at infinite distance.
    """
    if metric not in METRICS:
        raise InputError([f"{metric.value} is not composed; choose discrete, hamming, l1 or sup"])
    _ = first >> second  # that they fit together
    definition: Definition = Approximate(Block(), metric, None, tau_u)
    found = []
    for word, claim in (("first", first), ("second", second)):
        value = distance(claim, definition).value
        if not isinstance(value, Fraction) or value == INFINITE:
            raise InputError([f"the {word} claim has no finite distance"])
        found.append(value)
    return ComposedDistance(found[0], found[1], lipschitz(second, metric))


def lipschitz(claim: Abstraction, metric: Metric) -> Fraction:
    r"""The least K with $d(\tau(x), \tau(x')) \le K\, d(x, x')$ for all low-level states; exact.

    Raises:
        OutOfReachError: more than 2^20 pairs of states, or infinitely many.
    """
    names = claim.scm.endogenous
    states = _states(claim, names)
    read = [claim.read(state) for state in states]
    best = Fraction(0)
    for i, k in combinations(range(len(states)), 2):
        far = state_distance(metric, read[i], read[k])
        near = state_distance(metric, states[i], states[k])
        assert isinstance(far, Fraction)
        assert isinstance(near, Fraction)
        best = max(best, far / near)
    return best


def _states(claim: Abstraction, names: Sequence[str]) -> list[dict[str, Value]]:
    domains = [claim.scm.domain(name) for name in names]
    finite = [d for d in domains if isinstance(d, Finite | Range)]
    size = prod(d.size for d in finite)
    if len(finite) < len(domains) or size * size > 2 * MOST_PAIRS:
        raise OutOfReachError("pairs of states", size * size, 2 * MOST_PAIRS)
    return [dict(zip(names, values, strict=True)) for values in product(*finite)]
