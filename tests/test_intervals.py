"""Limits and standard errors, worked again from the textbook formulas and the counts that stand beside them."""

from __future__ import annotations

from math import exp, isclose, log, sqrt
from statistics import NormalDist

from tests.conftest import Built

Z = NormalDist().inv_cdf(0.975)
WITH_LIMITS = {
    "customer_churn_rate",
    "voluntary_churn_rate",
    "involuntary_churn_rate",
    "customer_retention_rate",
    "renewal_rate",
    "customer_renewal_rate",
    "repeat_purchase_ratio",
    "repeat_purchase_ratio_within_90_days",
}


def wilson(k: float, n: float) -> tuple[float, float]:
    """The two shares p at which k of n lies exactly z standard errors away: roots of (k/n - p)^2 = z^2 p (1 - p) / n."""
    a, b, c = 1 + Z**2 / n, -(2 * k / n + Z**2 / n), (k / n) ** 2
    root = sqrt(max(b**2 - 4 * a * c, 0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def test_wilson_limits(cast_database: Built) -> None:
    """Every share of units has the limits of Wilson's score interval and its number of units; nothing else has any."""
    rows = cast_database.query("""
        select metric_name, numerator, denominator, lower_bound, upper_bound, sample_size from marts.metrics
    """)
    checked = set()
    for name, numerator, denominator, lower, upper, size in rows:
        if name not in WITH_LIMITS or not denominator:
            assert lower is None and upper is None, name
            continue
        checked.add(name)
        expected = wilson(float(numerator), float(denominator))
        assert isclose(lower, expected[0], rel_tol=1e-9, abs_tol=1e-9), (name, numerator, denominator, lower, expected)
        assert isclose(upper, expected[1], rel_tol=1e-9, abs_tol=1e-9), (name, numerator, denominator, upper, expected)
        assert size == denominator
    assert checked == WITH_LIMITS


def test_one_interval_by_hand() -> None:
    """10 of 100, as in every textbook: 0.0552 to 0.1744."""
    assert [round(limit, 4) for limit in wilson(10, 100)] == [0.0552, 0.1744]


def test_survival_limits(sample_database: Built) -> None:
    """S(t) is the product of 1 - d/n, Greenwood's error and the limits on the scale of log(-log S) follow from the same counts."""
    rows = sample_database.query("""
        select segment_name, segment_value, age_months, at_risk, events, survival, standard_error, lower_bound, upper_bound
        from marts.survival_curves order by 1, 2, 3
    """)
    curve, survival, variance, compared = None, 1.0, 0.0, 0
    for segment, value, _age, at_risk, events, found, error, lower, upper in rows:
        if (segment, value) != curve:
            curve, survival, variance = (segment, value), 1.0, 0.0
        if at_risk and events:
            survival *= 1 - events / at_risk
            variance += events / (at_risk * (at_risk - events)) if at_risk > events else float("inf")
        assert isclose(found, survival, rel_tol=1e-9, abs_tol=1e-12), (curve, _age)
        if not 0 < survival < 1:
            assert lower is None and upper is None, (curve, _age)
            continue
        assert isclose(error, survival * sqrt(variance), rel_tol=1e-9), (curve, _age)
        spread = Z * sqrt(variance) / log(survival)
        limits = sorted((survival ** exp(spread), survival ** exp(-spread)))
        assert isclose(lower, limits[0], rel_tol=1e-9) and isclose(upper, limits[1], rel_tol=1e-9), (curve, _age)
        compared += 1
    assert compared > 100
