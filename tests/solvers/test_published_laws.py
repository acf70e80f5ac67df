"""Published numbers of notions on laws, exact or to the digits that are printed; each says where it stands."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from tauomega import SCM, Abstraction, check, distance, load
from tauomega.solvers.alpha_maps import alpha_maps
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.solvers.interpreter import Interpreter
from tauomega.solvers.problems import problem_of
from tauomega.theory.defect import HIGH, LOW, Interventions, Joint, Metric, clauses
from tauomega.theory.definitions.alpha import Alpha, AlphaError
from tauomega.theory.definitions.counterfactual import Counterfactual
from tauomega.theory.definitions.probabilistic import Probabilistic
from tauomega.theory.definitions.rischel_weichwald import RischelWeichwald
from tauomega.theory.errors import InputError
from tauomega.theory.family import Given
from tauomega.theory.intervention import NOTHING
from tauomega.theory.quantity import INFINITE, Ball, Number, lower, upper

N = 100


def value(claim: Abstraction, definition: object) -> Number:
    found = distance(claim, definition)  # type: ignore[arg-type]  # a definition
    assert found.value is not None, found.reason
    return found.value


def is_printed(number: Number, printed: str) -> bool:
    """Whether every real number in the enclosure rounds to the printed digits."""
    half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
    low, high = lower(number), upper(number)
    return Fraction(printed) - half <= low <= high <= Fraction(printed) + half


# ---------------------------------------------------------------- Rischel & Weichwald (2021)


def powers(base: int | None, exponent: int = 0) -> list[Fraction]:
    """P(n), n ≤ 100, proportional to n^-exponent, or to base^-n."""
    raw = [Fraction(1, base**n if base else n**exponent) for n in range(1, N + 1)]
    return [weight / sum(raw) for weight in raw]


def written(law: list[Fraction]) -> str:
    return f"({', '.join(map(str, law))})"


def air_conditioners() -> tuple[SCM, SCM, SCM]:
    """M, M' without A2, M'' without A1 and A2: Rischel & Weichwald (2021), §1.4."""
    both, first, neither = powers(None, 2), powers(None, 3), powers(100)
    one = [a / 100 + 99 * b / 100 for a, b in zip(both, first, strict=True)]
    none = [a / 100 + 99 * b / 100 for a, b in zip(one, neither, strict=True)]
    temperature = f"T | K : 1..{N} ~"
    return (
        SCM.from_text(
            f"A1 | : 1..{N} ~ uniform\nA2 | : 1..{N} ~ uniform\n"
            f"K = if A1 < {N} then 0 else if A2 < {N} then 1 else 2\n"
            f"{temperature} {{0: {written(neither)}; 1: {written(first)}; 2: {written(both)}}}"
        ),
        SCM.from_text(
            f"A1 | : 1..{N} ~ uniform\nK = A1 == {N}\n"
            f"{temperature} {{0: {written(neither)}; 1: {written(one)}}}"
        ),
        SCM.from_text(f"T | : 1..{N} ~ {written(none)}"),
    )


AIR = {
    Metric.KL: ("0.2195115", "0.3857982", "1.5243668"),
    Metric.SQRT_JSD: ("0.1998444", "0.2155205", "0.3722596"),
    Metric.TV: ("0.2181117", "0.1586589", "0.3767706"),
    Metric.W1: ("1.7944027", "0.3645531", "2.1589558"),
}
"""M to M', M' to M'', M to M'' at do(A1 = 100, A2 = 100). The paper prints 0.22, 0.39, 1.52 (KL) and
0.2, 0.22, 0.37 (√JSD, in nats: in bits it would be 0.24, 0.26, 0.45); TV and W1 are ours."""


@pytest.mark.parametrize("metric", AIR, ids=lambda metric: metric.value)
def test_the_air_conditioners_of_rischel_and_weichwald(metric: Metric) -> None:
    """Rischel & Weichwald (2021), §1.4: KL does not compose, √JSD does."""
    full, half, bare = air_conditioners()
    on, cold = f"A1 = {N}, A2 = {N}", f"A1 = {N}"
    steps = [
        (full, half, {"A1": "A1", "K": "K > 0", "T": "T"}, (on, cold), ["A2"]),
        (half, bare, {"T": "T"}, (cold, ""), ["A1"]),
        (full, bare, {"T": "T"}, (on, ""), ["A1", "A2"]),
    ]
    found = []
    for low, high, tau, omega, inert in steps:
        claim = Abstraction.from_text(low, high, tau, omega=[omega], inert=inert)
        family = Given((low.intervention(omega[0]),))
        found.append(value(claim, Probabilistic(family, metric)))
    assert [True] * 3 == [is_printed(n, text) for n, text in zip(found, AIR[metric], strict=True)]
    sum_of_steps = upper(found[0]) + upper(found[1])
    assert (metric is not Metric.KL) == (lower(found[2]) <= sum_of_steps)


def test_kl_does_not_compose() -> None:
    """CE12: 0.1438 + 0.2251 < 0.8304."""
    laws = [SCM.from_text(f"X | : bool ~ {p}") for p in ("1/2", "3/4", "19/20")]
    pairs = [*pairwise(laws), (laws[0], laws[2])]
    found = [
        value(Abstraction.from_text(a, b, {"X": "X"}), Probabilistic(Given((NOTHING,)), Metric.KL))
        for a, b in pairs
    ]
    assert all(map(is_printed, found, ("0.1438", "0.2251", "0.8304")))
    assert lower(found[2]) > upper(found[0]) + upper(found[1])


def test_a_wasserstein_error_does_not_compose_over_a_stretching_kernel() -> None:
    """CE24; Rischel & Weichwald (2021), §2.4: X = {1, 2}, and Y doubles distances: 2 > 1."""
    one, two = (SCM.from_text(f"X | : 1..2 ~ {law}") for law in ("(1, 0)", "(0, 1)"))
    near, far = (SCM.from_text(f"X | : 1..2 ~ {law}\nY = 2 * X") for law in ("(1, 0)", "(0, 1)"))
    only = Given((NOTHING,))
    plain = Abstraction.from_text(one, two, {"X": "X"})
    assert 1 == value(plain, Probabilistic(only, Metric.W1))
    low, high = (SCM.from_text(f"Y | : {{2, 4}} ~ {law}") for law in ("(1, 0)", "(0, 1)"))
    stretched = Abstraction.from_text(low, high, {"Y": "Y"})
    assert 2 == value(stretched, Probabilistic(only, Metric.W1))
    assert 3 == value(
        Abstraction.from_text(near, far, {"X": "X", "Y": "Y"}), Probabilistic(only, Metric.W1)
    )


# ---------------------------------------------------------------- smoking, tar, cancer


def test_leaving_tar_out_loses_nothing() -> None:
    """Rischel (2020); Zennaro et al. (2023): error 0 with the edge, more than 0 without."""
    for kind in AlphaError:
        assert 0 == value(load("smoking").claim, Alpha(kind))
    assert 0 == value(load("smoking_kernels").claim, RischelWeichwald())
    assert lower(value(load("smoking_no_edge").claim, RischelWeichwald())) > 0
    assert lower(value(load("smoking_no_edge").claim, Alpha())) > 0


def test_equal_laws_answer_a_counterfactual_question_differently() -> None:
    """theory.md D.3 (b): P(C = 0 | do(S = 0); S = 1, C = 1 observed) is 72/85 below, 9/10 above."""
    claim = load("smoking_counterfactual").claim
    setting = claim.scm.intervention("S = 0")
    family = Interventions(Given((NOTHING, setting)))
    (part, *_) = clauses(Counterfactual(Given((NOTHING, setting))).defect(claim))
    problem = problem_of(claim, part, decide_facts(claim, Budget()), Fraction(0))
    interpreter = Interpreter(problem, Budget(), {})
    answers = []
    for side in (LOW, HIGH):
        law = interpreter.term(Joint(side, family), {})
        assert isinstance(law, dict)
        seen = {s: p for s, p in law.items() if dict(s)["S of 0"] == dict(s)["C of 0"] == 1}
        wanted = sum(p for s, p in seen.items() if dict(s)["C of 1"] == 0)
        answers.append(wanted / sum(seen.values()))
    assert [Fraction(72, 85), Fraction(9, 10)] == answers
    assert check(claim, Probabilistic()).name == "holds"
    assert check(claim, Counterfactual()).name == "fails"


# ---------------------------------------------------------------- LUCAS


def test_the_law_of_coughing_and_fatigue_under_smoking() -> None:
    """Zennaro, Turrini & Damoulas (2023), notebooks: the two columns of μ."""
    from tauomega.theory.laws import law_of, marginal

    low = load("lucas_health").claim.scm
    columns = []
    for smoking in (0, 1):
        law = law_of(low, low.intervention(f"Smoking = {smoking}"))
        columns.append([float(p) for p in marginal(law, ("Coughing", "Fatigue")).values()])
    assert columns[0] == pytest.approx([0.32399659, 0.19330332, 0.06956557, 0.41313452], abs=5e-9)
    assert columns[1] == pytest.approx([0.1204845, 0.11009622, 0.08404563, 0.68537365], abs=5e-9)


HEALTH = [
    ("0.7", ".0292006", "0110/1001", ".2424004", "1110/0001"),
    ("0.6", ".004652475", "1010/0101", ".1924124", "1110/0001"),
    ("0.5", ".0263137", "1100/0011", ".1602485", "1110/0001"),
]
"""P(Health = 1 | Smoking = 0); best IC with its matrix, best IIL with its matrix."""


@pytest.mark.parametrize("row", HEALTH, ids=lambda row: row[0])
def test_the_best_of_the_28_health_maps(row: tuple[str, str, str, str, str]) -> None:
    """Zennaro, Turrini & Damoulas (2023): smoking keeps its two values, so IC = ISIL, IIL = ISC."""
    sick, ic, ic_map, iil, iil_map = row
    task = load("lucas_health")
    high = SCM.from_text(f"Smoking | : bool ~ 0.8\nHealth | Smoking : bool ~ {{0: {sick}; 1: 0.8}}")
    claim = Abstraction(task.claim.low, high, task.claim.tau)
    pairs = ((("Smoking",), ("Health",)),)
    stated = {
        "IC": (ic, ic_map),
        "ISIL": (ic, ic_map),
        "IIL": (iil, iil_map),
        "ISC": (iil, iil_map),
    }
    for kind in AlphaError:
        ranked = alpha_maps(claim, Alpha(kind, pairs), blocks={"Health": ("Coughing", "Fatigue")})
        printed, matrix = stated[kind.value]
        assert (28, matrix) == (len(ranked), ranked[0].rows("Health"))
        assert is_printed(ranked[0].error, printed)
        assert upper(ranked[0].error) < lower(ranked[1].error)


LUNG = [
    ("parental", AlphaError.IC, ".3293644", ".6190592"),
    ("parental", AlphaError.IIL, ".3293644", ".6190592"),
    ("parental", AlphaError.ISIL, ".2206783", ".6190592"),
    ("parental", AlphaError.ISC, ".2206783", ".6190592"),
    ((("Environment",), ("LungCancer",)), AlphaError.IC, ".1327653", None),
    ((("Environment",), ("LungCancer",)), AlphaError.IIL, ".1327653", None),
    ((("Environment",), ("LungCancer",)), AlphaError.ISIL, ".1288927", None),
    ((("Environment",), ("LungCancer",)), AlphaError.ISC, ".1288927", None),
]


@pytest.mark.parametrize("row", LUNG, ids=lambda row: f"{row[1].value}-{row[0]}")
def test_the_best_and_worst_of_the_1008_lung_maps(
    row: tuple[object, AlphaError, str, str | None],
) -> None:
    """Zennaro, Turrini & Damoulas (2023): 36 · 14 · 2 maps, over parental pairs and over one pair."""
    pairs, kind, best, worst = row
    asked = "parental" if pairs == "parental" else (pairs,)
    ranked = alpha_maps(load("lucas_lung").claim, Alpha(kind, asked))  # type: ignore[arg-type]
    assert len(ranked) == 36 * 14 * 2
    assert is_printed(ranked[0].error, best)
    assert worst is None or is_printed(ranked[-1].error, worst)


def test_the_shipped_lung_claim_is_one_of_the_1008() -> None:
    claim = load("lucas_lung").claim
    for kind in AlphaError:
        definition = Alpha(kind, "parental")
        own = {"Environment": (0, 1, 1, 2), "Genetics": (0, 1, 1, 1), "LungCancer": (0, 1)}
        (row,) = (row for row in alpha_maps(claim, definition) if row.maps == own)
        assert row.error == value(claim, definition)


# ---------------------------------------------------------------- the four errors told apart


def test_single_variables_do_not_show_an_error_on_pairs() -> None:
    """CE10: 0 on (A, C) and (B, C); √((3/4) ln(4/3)) = 0.464501 nats on ({A, B}, C)."""
    claim = load("ce10").claim
    singles = ((("A",), ("C",)), (("B",), ("C",)))
    assert 0 == value(claim, Alpha(pairs=singles))
    found = value(claim, Alpha(pairs=((("A", "B"), ("C",)),)))
    assert is_printed(found, "0.464501")
    assert isinstance(found, Ball)
    assert found.hi - found.lo < Fraction(1, 10**30)


def test_ic_and_isc_are_incomparable() -> None:
    """CE11: (a) merging targets hides from IC; (b) averaging sources hides from ISC."""
    low = SCM.from_text("A | : {a} ~ uniform\nB | A : bool ~ {a: 0}")
    high = SCM.from_text("A | : {a} ~ uniform\nB | A : 0..0 ~ {a: uniform}")
    merged = Abstraction.from_text(low, high, {"A": "A", "B": "0 * B"})
    pairs = ((("A",), ("B",)),)
    found = alpha_maps(merged, Alpha(AlphaError.IC, pairs), blocks={"A": ("A",), "B": ("B",)})
    assert [0] == [row.error for row in found]
    found = alpha_maps(merged, Alpha(AlphaError.ISC, pairs), blocks={"A": ("A",), "B": ("B",)})
    assert lower(found[0].error) > 0
    low = SCM.from_text("A | : bool ~ 1/2\nB | A : bool ~ {0: 0; 1: 1}")
    high = SCM.from_text("A | : 0..0 ~ uniform\nB | A : bool ~ {0: 1/2}")
    averaged = Abstraction.from_text(low, high, {"A": "0 * A", "B": "B"})
    for kind, error in ((AlphaError.ISC, False), (AlphaError.IC, True)):
        rows = alpha_maps(averaged, Alpha(kind, pairs), blocks={"A": ("A",), "B": ("B",)})
        identity = next(row for row in rows if row.maps["B"] == (0, 1))
        assert error == (lower(identity.error) > 0)


@pytest.mark.parametrize("kind", AlphaError)
def test_a_map_that_reads_nothing_has_no_block_and_no_error(kind: AlphaError) -> None:
    """CE11 as a claim: its answers are those of blocks {A}, {B}, of which a constant τ says nothing."""
    low = SCM.from_text("A | : bool ~ 1/2\nB | A : bool ~ {0: 0; 1: 1}")
    high = SCM.from_text("A | : 0..0 ~ uniform\nB | A : bool ~ {0: 1/2}")
    claim = Abstraction.from_text(low, high, {"A": "0 * A", "B": "B"})
    with pytest.raises(
        InputError, match="τ of 'A' is constant, so no low-level variable is in its block"
    ):
        check(claim, Alpha(kind, ((("A",), ("B",)),)))


def test_a_missing_value_above_is_an_infinite_divergence() -> None:
    low, high = SCM.from_text("X | : bool ~ 1/2"), SCM.from_text("X | : bool ~ 0")
    claim = Abstraction.from_text(low, high, {"X": "X"})
    only = Given((NOTHING,))
    assert INFINITE == value(claim, Probabilistic(only, Metric.KL))
    verdict = check(claim, Probabilistic(only, Metric.KL), at_most=10**9)
    assert verdict.name == "fails"


def test_the_maps_of_listed_blocks_are_checked() -> None:
    claim = load("lucas_health").claim
    with pytest.raises(InputError, match="'Cough' is no low-level variable"):
        alpha_maps(claim, Alpha(), blocks={"Health": ("Cough",)})
    with pytest.raises(InputError, match="'Smoking' is in the blocks of 'Smoking' and 'Health'"):
        alpha_maps(
            claim, Alpha(), blocks={"Smoking": ("Smoking",), "Health": ("Smoking", "Fatigue")}
        )
