"""Limits and standard errors, worked again from the textbook formulas and the counts that stand beside them."""

from __future__ import annotations

from math import exp, isclose, log, sqrt
from statistics import NormalDist, fmean, pstdev, stdev

from tests.conftest import Built

Z = NormalDist().inv_cdf(0.975)
# which metrics have which limits, by DECISIONS.md
WILSON = {
    "customer_churn_rate",
    "voluntary_churn_rate",
    "involuntary_churn_rate",
    "customer_retention_rate",
    "renewal_rate",
    "customer_renewal_rate",
    "repeat_purchase_ratio",
    "repeat_purchase_ratio_within_90_days",
    "promoter_share",
    "passive_share",
    "detractor_share",
    "nps_comment_share",
    "customer_satisfaction_score",
    "customer_effort_score_positive_share",
    "survey_response_rate",
    "ticket_resolution_rate",
    "first_contact_resolution_rate",
    "first_contact_resolution_rate_of_all",
    "one_touch_resolution_rate",
    "call_abandonment_rate",
    "call_service_level",
    "call_first_contact_resolution_rate",
    "product_adoption_rate",
    "journey_completion_rate",
    "customer_success_rate",
    "trial_conversion_rate",
    "trial_conversion_rate_strict",
    "trial_conversion_rate_ever",
    "offer_conversion_rate",
    "upsell_conversion_rate",
    "cross_sell_conversion_rate",
    "customer_offer_conversion_rate",
    "healthy_customer_share",
}
MULTINOMIAL = {"net_promoter_score", "net_sentiment", "net_sentiment_excluding_neutral"}
MEAN = {
    "net_promoter_score_by_account",
    "customer_satisfaction_mean",
    "customer_satisfaction_normalised_mean",
    "customer_effort_score",
    "customer_effort_index",
    "customer_loyalty_score",
    "customer_loyalty_index",
    "sentiment_polarity",
    "review_rating",
    "customer_health_score",
}


def wilson(k: float, n: float) -> tuple[float, float]:
    """The two shares p at which k of n lies exactly z standard errors away: roots of (k/n - p)^2 = z^2 p (1 - p) / n."""
    a, b, c = 1 + Z**2 / n, -(2 * k / n + Z**2 / n), (k / n) ** 2
    root = sqrt(max(b**2 - 4 * a * c, 0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def test_wilson_limits(sample_database: Built) -> None:
    """Every share of units has the limits of Wilson's score interval and its number of units; what is neither a share nor a mean has none."""
    rows = sample_database.query("""
        select metric_name, numerator, denominator, lower_bound, upper_bound, sample_size from marts.metrics
    """)
    checked = set()
    for name, numerator, denominator, lower, upper, size in rows:
        if name in MULTINOMIAL | MEAN and denominator:
            continue
        if name not in WILSON or not denominator:
            assert lower is None and upper is None and size is None, name
            continue
        checked.add(name)
        expected = wilson(float(numerator), float(denominator))
        assert isclose(lower, expected[0], rel_tol=1e-9, abs_tol=1e-9), (name, numerator, denominator, lower, expected)
        assert isclose(upper, expected[1], rel_tol=1e-9, abs_tol=1e-9), (name, numerator, denominator, upper, expected)
        assert size == denominator
    assert len(checked) >= 15 and checked == WILSON & {row[0] for row in rows}


def test_multinomial_limits(sample_database: Built) -> None:
    """Votes of 100, 0 and -100, written out and their spread taken; never beyond 100."""
    counts = {
        "net_promoter_score": ("promoter_share", "detractor_share"),
        "net_sentiment": ("net_sentiment_excluding_neutral", None),
        "net_sentiment_excluding_neutral": ("net_sentiment_excluding_neutral", None),
    }
    assert set(counts) == MULTINOMIAL
    cells = {
        row[:5]: row[5:]
        for row in sample_database.query("""
            select metric_name, period_type, period_start, segment_name, segment_value,
                numerator, denominator, lower_bound, upper_bound, sample_size
            from marts.metrics
        """)
    }
    compared, clipped = 0, 0
    for name, (first, second) in counts.items():
        for key in [key for key in cells if key[0] == name]:
            numerator, n, lower, upper, size = cells[key]
            if not n:
                assert lower is None and upper is None and size is None, key
                continue
            if second:
                ups, downs = int(cells[first, *key[1:]][0]), int(cells[second, *key[1:]][0])
            else:
                either, net = int(cells[first, *key[1:]][1]), int(numerator) // 100
                ups, downs = (either + net) // 2, (either - net) // 2
            votes = [100] * ups + [-100] * downs + [0] * (int(n) - ups - downs)
            middle, half = fmean(votes), Z * pstdev(votes) / sqrt(len(votes))
            assert isclose(lower, max(middle - half, -100), rel_tol=1e-9, abs_tol=1e-9), key
            assert isclose(upper, min(middle + half, 100), rel_tol=1e-9, abs_tol=1e-9), key
            assert size == n
            clipped += middle + half > 100 or middle - half < -100
            compared += 1
    assert compared > 1000 and clipped


def test_limits_of_means(sample_database: Built) -> None:
    """The textbook's mean +- z s / sqrt(n), from the answers and scores of each month; one answer has no spread and no limits."""
    answers = sample_database.query("""
        select 'customer_effort_score', answer_month, ease_points from intermediate.int_survey_answers where ease_points is not null
        union all
        select 'customer_loyalty_index', answer_month, loyalty_points from intermediate.int_survey_answers where survey_type = 'loyalty'
        union all
        select 'sentiment_polarity', cast(date_trunc('month', text_day) as date), polarity from intermediate.int_texts
        where sentiment_label is not null
        union all
        select 'customer_health_score', cast(date_trunc('month', score_day) as date), score from marts.customer_health where is_banded
    """)
    months: dict[tuple, list[float]] = {}
    for name, month, score in answers:
        months.setdefault((name, month), []).append(float(score))
    cells = sample_database.query("""
        select metric_name, period_start, value, lower_bound, upper_bound, sample_size from marts.metrics
        where segment_name = 'all' and period_type = 'month'
    """)
    compared, alone = set(), 0
    for name, month, value, lower, upper, size in cells:
        scores = months.get((name, month))
        if scores is None:
            continue
        assert size == len(scores), (name, month)
        assert isclose(value, fmean(scores), rel_tol=1e-9), (name, month)
        if len(scores) == 1:
            assert lower is None and upper is None, (name, month)
            alone += 1
            continue
        half = Z * stdev(scores) / sqrt(len(scores))
        assert isclose(lower, value - half, rel_tol=1e-9, abs_tol=1e-9), (name, month)
        assert isclose(upper, value + half, rel_tol=1e-9, abs_tol=1e-9), (name, month)
        compared.add(name)
    assert compared == {
        "customer_effort_score",
        "customer_loyalty_index",
        "sentiment_polarity",
        "customer_health_score",
    }
    assert alone


def test_every_limit_is_of_a_known_kind(sample_database: Built) -> None:
    """The YAML of a metric and the lists above say the same."""
    methods = dict(sample_database.query("select metric_name, interval_method from marts.metric_definitions"))
    kinds = {"wilson": WILSON, "multinomial": MULTINOMIAL, "mean": MEAN}
    for name, method in methods.items():
        assert [kind for kind, names in kinds.items() if name in names] == ([method] if method else []), name


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
