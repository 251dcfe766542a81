"""All that is known of each customer on the as-of day, and why to call it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.oracle.company import Customer
from tests.oracle.health import Health, Score
from tests.oracle.lifetime import Lifetimes
from tests.oracle.predictions import Snapshot
from tests.oracle.result import Result
from tests.oracle.settings import SEGMENTS
from tests.oracle.values import plus_months


def customer_360(result: Result) -> dict[str, dict[str, Any]]:
    """Every counted customer by id. The result is one of all families."""
    health: Health = result.gathered["health"]
    lifetimes = Lifetimes(result.gathered["growth"]).values()
    day = health.company.as_of
    snapshots = {one.customer.customer_id: one for one in health.predictions.on(day)}
    scores = health.scores.get(day, {})
    return {
        customer_id: _told(health, customer, day, snapshots.get(customer_id), scores.get(customer_id))
        | {"lifetime_value": lifetimes.get(customer_id, {}).get("lifetime_value")}
        for customer_id, customer in health.company.customers.items()
    }


def _told(
    health: Health, customer: Customer, day: date, snapshot: Snapshot | None, score: Score | None
) -> dict[str, Any]:
    evidence = health.evidence(customer, day)
    value = {measure: one.raw_value for measure, one in evidence.items()}
    touch = None if value["days_since_touch"] is None else day - timedelta(int(value["days_since_touch"]))
    nps_day = None if value["latest_nps"] is None else day - timedelta(evidence["latest_nps"].age_days)
    status = customer.state(day).status
    state = status if status in ("paying", "paused") else "churned" if customer.first_paid_day else "never paid"
    mrr, before = customer.mrr(day), customer.mrr(day - timedelta(90), day)
    told = {"as_of_day": day, "state": state, **{name: customer.segments(day)[name] for name in SEGMENTS}}
    told |= {"mrr": mrr, "mrr_90_days_before": before, "mrr_change": mrr - before}
    told |= {"first_paid_day": customer.first_paid_day, "tenure_months": snapshot and snapshot.tenure_months}
    told |= {"next_renewal_day": snapshot and _renewal(health, customer, day, snapshot.billing_months)}
    told |= {
        "health_score": score and score.score,
        "health_band": score and score.colour,
        "health_letter": score and score.letter,
        "health_coverage": score and score.coverage,
        "health_score_change": score and score.score_change,
        "health_trend": score and score.trend,
        "health_reasons": (", ".join(_losses(score)[:3]) or None) if score else None,
        "effective_health_score": score and score.effective_score,
        "override_reason": score.override.reason if score and score.override else None,
        "override_expires_on": score.override.end if score and score.override else None,
    }
    probability = snapshot.score.probability if snapshot and snapshot.score else None
    told |= {"churn_probability": probability, "churn_risk_tier": _tier(probability, health.settings.risk_threshold)}
    told |= {"latest_nps": value["latest_nps"], "latest_nps_day": nps_day, "csat_share": value["csat_share"]}
    for measure in ("open_tickets", "open_severe_tickets", "days_past_due"):
        told[measure] = int(value[measure]) if evidence[measure].is_connected else None
    told |= {"usage_trend": value["usage_trend"], "last_touch_day": touch}
    for measure in ("days_since_use", "days_since_touch"):
        told[measure] = None if value[measure] is None else int(value[measure])
    kind, sentence = None, None
    if state == "paying":
        has_touches = any(row["occurred_at"].day <= day for row in health.staged["csm_touches"])
        kind, sentence = _reason(health, told, evidence, day, has_touches, _losses(score) if score else [])
    return told | {"next_best_reason_kind": kind, "next_best_reason": sentence}


def _renewal(health: Health, customer: Customer, day: date, interval: int) -> date | None:
    """The end of the term that ends first; where there is none, the next time that a long bill comes."""
    ends = [end for start, end in health.predictions.terms[customer.customer_id] if start <= day < end]
    if ends:
        return min(ends)
    if interval < 6:
        return None
    number = 0
    while (falls := plus_months(customer.first_paid_day, number * interval)) <= day:
        number += 1
    return falls


def _losses(score: Score) -> list[str]:
    """What takes points away, the dearest first."""
    lost = {row.name: row.points_lost for row in score.rows}
    if score.bound_by:
        lost[score.bound_by[0]] = -score.bound_by[1]
    return sorted((name for name, points in lost.items() if points > 0), key=lambda name: (-lost[name], name))


def _tier(probability: Decimal | None, threshold: Decimal) -> str | None:
    if probability is None:
        return None
    return "high" if probability >= threshold else "medium" if probability >= threshold / 2 else "low"


def _shown(number: Decimal, decimals: int = 0) -> str:
    return str(number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def _reason(
    health: Health, told: dict[str, Any], evidence: dict, day: date, has_touches: bool, losses: list[str]
) -> tuple[str | None, str | None]:
    """Of all reasons the first."""
    touch, nps, nps_day = told["last_touch_day"], told["latest_nps"], told["latest_nps_day"]
    said_lately = nps_day is not None and nps_day > day - timedelta(90)
    if evidence["cancellation_scheduled"].raw_value:
        return "cancellation scheduled", "Every subscription that pays is cancelled."
    if told["days_past_due"] and told["days_past_due"] <= 90:
        due = day - timedelta(told["days_past_due"])
        return "invoice past due", f"An invoice was due on {due} and is not paid."
    if told["open_severe_tickets"]:
        oldest = day - timedelta(int(evidence["oldest_severe_ticket_days"].raw_value))
        return "severe ticket open", f"Severe tickets open: {told['open_severe_tickets']}, the oldest since {oldest}."
    if told["health_band"] == "red":
        by = f", most points lost by {losses[0]}" if losses else ""
        return "health red", f"Health is red at {_shown(told['health_score'], 1)} of 100{by}."
    if told["churn_risk_tier"] == "high":
        percent = _shown(100 * told["churn_probability"], 1)
        horizon = health.settings.churn_horizon_days
        return "churn predicted", f"The probability of churn within {horizon} days is {percent} %."
    renewal = told["next_renewal_day"]
    is_renewal_near = renewal is not None and renewal <= day + timedelta(90)
    if has_touches and is_renewal_near and (touch is None or touch <= day - timedelta(30)):
        return "renewal without touch", f"Renewal is on {renewal}, and nobody was in touch for 30 days."
    usage = evidence["usage_trend"]
    if usage.raw_value is not None and usage.raw_value <= Decimal("0.5") and usage.observations >= 10:
        percent = _shown(100 * usage.raw_value)
        return "usage falling", f"Usage is at {percent} % of what it was in the 84 days before."
    if has_touches and said_lately and nps <= 6 and (touch is None or touch < nps_day):
        sentence = f"The last NPS answer was {_shown(nps)} on {nps_day}, and nobody was in touch since."
        return "detractor without touch", sentence
    if told["health_band"] == "green" and said_lately and nps >= 9:
        return "ask for a referral", f"Healthy, and the last NPS answer was {_shown(nps)} on {nps_day}."
    return None, None
