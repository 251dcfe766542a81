"""What came of the health scores: who left within the horizon after a score, and what of the MRR lost had been red in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from statistics import NormalDist, fmean
from typing import Any

from tests.oracle.company import ZERO
from tests.oracle.health import Health, Score
from tests.oracle.values import first_of_month, plus_days

DAYS_OF_WARNING = 60
Z = NormalDist().inv_cdf(0.975)


def outcomes(health: Health) -> dict[tuple[date, str], list[tuple[Score, bool]]]:
    """By score day and profile, and over all profiles: the banded customers, and whether each of them left."""
    horizon = health.settings.churn_horizon_days
    found = defaultdict(list)
    for day, scores in health.scores.items():
        last = plus_days(day, horizon)
        if last > health.company.as_of:
            continue
        for score in scores.values():
            if score.is_banded:
                has_left = any(day < event <= last for event in score.customer.churn_days)
                for profile in {"all", score.profile}:
                    found[day, profile].append((score, has_left))
    return found


def validity_told(health: Health) -> dict[tuple, dict[str, Any]]:
    """The mart health_validity."""
    told = {}
    for key, cases in outcomes(health).items():
        left = [score.score for score, has_left in cases if has_left]
        kept = [score.score for score, has_left in cases if not has_left]
        told[key] = {
            "customers": len(cases),
            "churned": len(left),
            "churned_share": len(left) / len(cases),
            "mean_score_of_churned": _mean(left),
            "mean_score_of_kept": _mean(kept),
            "auc": pairs_in_order(left, kept),
            "is_small_sample": len(cases) < health.settings.minimum_sample,
        }
    return told


def pairs_in_order(left: list[Decimal], kept: list[Decimal]) -> float | None:
    """Of all pairs of one who left and one who stayed: the share in which the latter scored better; as good: half."""
    if not left or not kept:
        return None
    return sum((stayer > leaver) + (stayer == leaver) / 2 for leaver in left for stayer in kept) / len(left) / len(kept)


def _mean(scores: Iterable[Decimal]) -> float | None:
    scores = [float(score) for score in scores]
    return fmean(scores) if scores else None


def bands_told(health: Health) -> dict[tuple, dict[str, Any]]:
    """The mart health_band_churn."""
    by_colour = defaultdict(list)
    for key, cases in outcomes(health).items():
        for score, has_left in cases:
            by_colour[*key, score.colour].append(has_left)
    told = {}
    for key, left in by_colour.items():
        lower, upper = wilson(sum(left), len(left))
        told[key] = {
            "customers": len(left),
            "churned": sum(left),
            "churned_share": sum(left) / len(left),
            "lower_bound": lower,
            "upper_bound": upper,
            "is_small_sample": len(left) < health.settings.minimum_sample,
        }
    return told


def wilson(k: int, n: int) -> tuple[float, float]:
    middle, half = k + Z**2 / 2, Z * (k * (n - k) / n + Z**2 / 4) ** 0.5
    return max((middle - half) / (n + Z**2), 0.0), min((middle + half) / (n + Z**2), 1.0)


def forewarning_told(health: Health) -> dict[tuple, dict[str, Any]]:
    """The mart health_forewarning."""
    warned = defaultdict(list)
    for customer in health.company.customers.values():
        for event in customer.churn_days:
            in_time = [day for day in health.score_days if day <= plus_days(event, -DAYS_OF_WARNING)]
            score = health.scores[max(in_time)].get(customer.customer_id) if in_time else None
            if score and score.is_banded:
                warned[first_of_month(event)].append((score.colour == "red", customer.mrr(score.day)))
    told = {}
    for month, events in warned.items():
        red = [mrr for is_red, mrr in events if is_red]
        mrr = sum((mrr for _, mrr in events), ZERO)
        told[(month,)] = {
            "churn_events": len(events),
            "red_churn_events": len(red),
            "churned_mrr": mrr,
            "red_churned_mrr": sum(red, ZERO),
            "red_share_of_churned_mrr": float(sum(red, ZERO)) / float(mrr),
            "is_small_sample": len(events) < health.settings.minimum_sample,
        }
    return told
