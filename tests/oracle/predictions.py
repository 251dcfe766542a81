"""Who is expected to leave: snapshots of paying customers, what was known of them, and what a trained model makes of it.

A snapshot is a customer that pays at the end of a score day. What is said of it reads nothing later than that day; whether it
left within the horizon is another question, asked of the days after.
"""

from __future__ import annotations

import csv
import hashlib
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

from tests.oracle.cleaning import month_factor
from tests.oracle.company import ZERO, Company, Customer, Item, convert
from tests.oracle.settings import Settings
from tests.oracle.values import months_between, plus_days, plus_months, round10

INTERCEPT = "(intercept)"
LEAST_PROBABILITY = 1e-15  # nothing is more certain than that, nor than 1 less it
LEAST_SHARE = 0.0001
PRIOR = 20  # snapshots of the whole that every cell of the hazard table is given


class Evidence(Protocol):
    """What is known of one measure of a customer on a day."""

    raw_value: Decimal | None
    age_days: int | None
    is_connected: bool


# logistic or hazard; day, all, training or after training; its first and last day
Sample = tuple[str, str, date, date]
# customer, score day: evidence by measure
Known = Callable[[Customer, date], dict[str, Evidence]]


@dataclass(frozen=True)
class Model:
    """A row of the seed prediction_models."""

    kind: str
    version: str
    trained_on: str
    trained_through: date
    horizon_days: int | None


@dataclass(frozen=True)
class Coefficient:
    weight: float
    mean: float
    scale: float


@dataclass(frozen=True)
class Bin:
    number: int  # 0: missing
    lower: float | None  # itself outside
    upper: float | None  # itself inside
    share: float

    def holds(self, value: float | None) -> bool:
        if self.number == 0 or value is None:
            return self.number == 0 and value is None
        return (self.lower is None or value > self.lower) and (self.upper is None or value <= self.upper)


@dataclass
class Score:
    """What the model says of a snapshot."""

    log_odds: Decimal
    contributions: dict[str, Decimal]  # by feature that is there

    @property
    def probability(self) -> Decimal:
        likelier = 1 / (1 + math.exp(-float(abs(self.log_odds))))
        return round10(Fraction(likelier if self.log_odds >= 0 else 1 - likelier))

    @property
    def reasons(self) -> list[str]:
        """What moves it most, upwards or downwards."""
        moving = [name for name, amount in self.contributions.items() if amount]
        return sorted(moving, key=lambda name: (-abs(self.contributions[name]), name))[:3]


@dataclass(eq=False)
class Snapshot:
    customer: Customer
    day: date
    mrr: Decimal
    tenure_months: int
    billing_months: int
    is_renewal_due: bool
    features: dict[str, float | None]
    is_known: bool  # whether it left is known by now
    has_churned: bool
    score: Score | None = None
    hazard: Decimal | None = None

    @property
    def cell(self) -> tuple[int, bool, bool]:
        """Row of the hazard table: tenure band, long interval, renewal due."""
        return bisect_right((3, 12, 24), self.tenure_months), self.billing_months >= 6, self.is_renewal_due


class Predictions:
    def __init__(self, company: Company, known: Known) -> None:
        self.company, self.settings = company, company.settings
        self.horizon = self.settings.churn_horizon_days
        self.plan_months = {row["plan_id"]: billing_months(row, self.settings) for row in company.staged["plans"]}
        self.terms: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for row in company.staged["contract_terms"]:
            self.terms[row["customer_id"]].append((row["term_start"].day, row["term_end"].day))
        self.score_days = [period.close for period in company.periods if period.period_type == "month"]
        self.snapshots = [
            self._snapshot(customer, day, known)
            for day in self.score_days
            for customer in company.customers.values()
            if customer.state(day).status == "paying"
        ]
        self._give_hazards()
        if model := self.churn_model:
            for one in self.snapshots:
                one.score = score(self.coefficients(model), one.features)

    # -- what was known on the day ---------------------------------------------------------------------------------

    def _snapshot(self, customer: Customer, day: date, known: Known) -> Snapshot:
        mrr, until = customer.mrr(day), plus_days(day, self.horizon)
        tenure = whole_months(customer.first_paid_day, day)
        interval = self._billing_months(customer, day)
        is_due = self._is_renewal_due(customer, day, interval)
        return Snapshot(
            customer,
            day,
            mrr,
            tenure,
            interval,
            is_due,
            features(known(customer, day), mrr, tenure, interval, is_due),
            until <= self.company.as_of,
            any(day < event <= until for event in customer.churn_days),
        )

    def _billing_months(self, customer: Customer, day: date) -> int:
        """Of what the customer pays most for; of what it pays as much for, the longest."""
        rates = self.company.rates

        def rank(entry: tuple[Item, Decimal]) -> tuple[Decimal, int]:
            item, price = entry
            return convert(price, item.currency, rates, day), self.plan_months.get(item.plan_id, 1)

        return max(map(rank, customer.state(day).held))[1]

    def _is_renewal_due(self, customer: Customer, day: date, interval: int) -> bool:
        until = plus_days(day, self.horizon)
        in_force = [end for start, end in self.terms[customer.customer_id] if start <= day < end]
        if in_force:
            return any(end <= until for end in in_force)
        if interval < 6:
            return False
        anniversaries, number = [], 1
        while (falls := plus_months(customer.first_paid_day, number * interval)) <= until:
            anniversaries.append(falls)
            number += 1
        return any(day < falls for falls in anniversaries)

    # -- the hazard table ------------------------------------------------------------------------------------------

    def _give_hazards(self) -> None:
        """Of those like it whose outcome was known by then, how many left; drawn to the share of all."""
        for day in self.score_days:
            before = [one for one in self.snapshots if plus_days(one.day, self.horizon) <= day]
            if not before:
                continue
            whole = Fraction(sum(one.has_churned for one in before), len(before))
            cells: dict[tuple, list[bool]] = defaultdict(list)
            for one in before:
                cells[one.cell].append(one.has_churned)
            for one in self.on(day):
                alike = cells.get(one.cell, [])
                one.hazard = round10((sum(alike) + PRIOR * whole) / (len(alike) + PRIOR))

    def on(self, day: date) -> list[Snapshot]:
        return self._by_day.get(day, [])

    @cached_property
    def _by_day(self) -> dict[date, list[Snapshot]]:
        days: dict[date, list[Snapshot]] = defaultdict(list)
        for one in self.snapshots:
            days[one.day].append(one)
        return days

    # -- models ----------------------------------------------------------------------------------------------------

    @cached_property
    def mark(self) -> str | None:
        """By what a model knows its company again: who paid first, and when."""
        first = min(
            (
                (customer.first_paid_day, customer.customer_id)
                for customer in self.company.customers.values()
                if customer.first_paid_day
            ),
            default=None,
        )
        return first and hashlib.md5(f"{first[0]}|{first[1]}".encode(), usedforsecurity=False).hexdigest()

    def model(self, kind: str) -> Model | None:
        """The newest of this company; one of churn for the horizon asked for."""
        fitting = [
            one
            for one in models(self.settings)
            if one.kind == kind
            and one.trained_on == self.mark
            and (kind != "churn" or one.horizon_days == self.horizon)
        ]
        return max(fitting, key=lambda one: one.version, default=None)

    @cached_property
    def churn_model(self) -> Model | None:
        return self.model("churn")

    def coefficients(self, model: Model) -> dict[str, Coefficient]:
        return self._coefficients[model.version]

    @cached_property
    def _coefficients(self) -> dict[str, dict[str, Coefficient]]:
        found: dict[str, dict[str, Coefficient]] = defaultdict(dict)
        for row in _rows(self.settings, "churn_coefficients"):
            numbers = (_number(row[name]) for name in ("coefficient", "mean", "scale"))
            weight, mean, scale = numbers
            found[row["model_version"]][row["feature"]] = Coefficient(weight or 0.0, mean or 0.0, scale or 1.0)
        return found

    @cached_property
    def bins(self) -> dict[str, list[Bin]]:
        """Of the model in force, by feature."""
        found: dict[str, list[Bin]] = defaultdict(list)
        for row in _rows(self.settings, "churn_feature_bins"):
            if self.churn_model and row["model_version"] == self.churn_model.version:
                edges = _number(row["lower_exclusive"]), _number(row["upper_inclusive"])
                found[row["feature"]].append(Bin(int(row["bin"]), *edges, float(row["share"])))
        return found

    # -- how good they were, and whether the customers are still the same -------------------------------------------

    def quality(self) -> dict[Sample, Quality]:
        """By rival, sample, its first and last day; training and after training only where there is a model."""
        found: dict[tuple[str, str, date | None], list[Judged]] = defaultdict(list)
        for one in self.snapshots:
            if not one.is_known:
                continue
            samples: list[tuple[str, date | None]] = [("day", one.day), ("all", None)]
            if self.churn_model:
                is_trained_on = one.day <= self.churn_model.trained_through
                samples.append(("training" if is_trained_on else "after training", None))
            for rival, probability in (("hazard", one.hazard), ("logistic", one.score and one.score.probability)):
                if probability is not None:
                    for sample in samples:
                        found[rival, *sample].append(Judged(one, probability))
        return {
            (rival, sample, ones[0].snapshot.day, ones[-1].snapshot.day): Quality(ones)
            for (rival, sample, _), ones in found.items()
        }

    def stability(self) -> dict[str, float]:
        """By feature: how far the customers of the last score day with any are from those of the training."""
        now = self.on(max((one.day for one in self.snapshots), default=date.min))
        return {
            name: stability_index(bins, [one.features.get(name) for one in now]) for name, bins in self.bins.items()
        }

    def tier(self, probability: Decimal) -> str:
        threshold = self.settings.risk_threshold
        return "high" if probability >= threshold else "medium" if probability >= threshold / 2 else "low"

    # -- what is published -----------------------------------------------------------------------------------------

    def snapshots_told(self) -> dict[tuple[date, str], dict[str, Any]]:
        """The mart churn_predictions."""
        return {(one.day, one.customer.customer_id): self._told(one) for one in self.snapshots}

    def _told(self, one: Snapshot) -> dict[str, Any]:
        model, said = self.churn_model, one.score
        reasons = [*(said.reasons if said else []), None, None, None]
        row = {
            "model_version": model and model.version,
            "probability": said and said.probability,
            "log_odds": said and said.log_odds,
            "risk_tier": said and self.tier(said.probability),
            "hazard": one.hazard,
            "tenure_months": one.tenure_months,
            "billing_months": one.billing_months,
            "is_renewal_due": one.is_renewal_due,
            "mrr": one.mrr,
            "expected_churned_mrr": said and round10(said.probability * one.mrr),
            "is_after_training": model and one.day > model.trained_through,
            "is_known": one.is_known,
            "has_churned": one.has_churned if one.is_known else None,
        }
        for number, name in enumerate(reasons[:3], 1):
            row |= {f"reason_{number}": name, f"reason_{number}_contribution": name and said.contributions[name]}
        return row | {name: value for name, value in one.customer.segments(one.day).items() if name != "all"}

    def quality_told(self) -> dict[Sample, dict[str, Any]]:
        """The mart churn_prediction_quality."""
        return {
            key: {
                "model_version": self.churn_model.version if key[0] == "logistic" else None,
                "snapshots": len(one.pairs),
                "churned": one.churned,
                "churned_share": one.churned / len(one.pairs),
                "mean_probability": math.fsum(p for p, _ in one.pairs) / len(one.pairs),
                "auc": one.auc,
                "brier": one.brier,
                "brier_skill": one.skill,
                "log_loss": one.log_loss,
                "top_decile_lift": one.lift,
                "top_decile_churned_mrr_share": one.captured_mrr_share,
                "is_small_sample": len(one.pairs) < self.settings.minimum_sample,
            }
            for key, one in self.quality().items()
        }

    def calibration_told(self) -> dict[tuple[str, str, date, date, int], dict[str, Any]]:
        """The mart churn_prediction_calibration, but for its limits."""
        told = {}
        for key, quality in self.quality().items():
            for number, decile in enumerate(quality.deciles, 1):
                if decile:
                    churned = sum(one.snapshot.has_churned for one in decile)
                    told[*key, number] = {
                        "snapshots": len(decile),
                        "churned": churned,
                        "lowest_probability": min(one.probability for one in decile),
                        "highest_probability": max(one.probability for one in decile),
                        "mean_probability": float(sum(one.probability for one in decile)) / len(decile),
                        "churned_share": churned / len(decile),
                        "is_small_sample": len(decile) < self.settings.minimum_sample,
                    }
        return told

    def stability_told(self) -> dict[tuple[str], dict[str, Any]]:
        """The mart churn_feature_stability."""
        if not self.snapshots:
            return {}
        last = self.snapshots[-1].day
        told = {}
        for name, index in self.stability().items():
            values = [one.features[name] for one in self.on(last)]
            told[(name,)] = {
                "score_day": last,
                "customers": len(values),
                "missing_share": values.count(None) / len(values),
                "stability_index": index,
                "status": "stable" if index < 0.1 else "shifting" if index < 0.25 else "shifted",
            }
        return told

    def models_told(self) -> dict[tuple[str], dict[str, Any]]:
        """The mart trained_models: the model in force, or the newest that might have been."""
        told = {}
        for kind in ("churn", "contract_lifetime", "purchase_lifetime"):
            known = [one for one in models(self.settings) if one.kind == kind]
            own = [one for one in known if self.mark and one.trained_on == self.mark]
            in_force = self.model(kind)
            status = "not trained"
            if in_force:
                status = "in force"
            elif own:
                status = "trained for another horizon"
            elif known:
                status = "trained on another company"
            shown = in_force or max(own or known, key=lambda one: one.version, default=None)
            told[(kind,)] = {
                "status": status,
                "is_in_force": in_force is not None,
                "model_version": shown and shown.version,
                "trained_through": shown and shown.trained_through,
                "horizon_days": shown and shown.horizon_days,
            }
        return told


def features(
    known: dict[str, Evidence], mrr: Decimal, tenure: int, interval: int, is_due: bool
) -> dict[str, float | None]:
    """What a model may read of a snapshot; None where it is not known."""

    def exact(name: str) -> Decimal | None:
        one = known.get(name)
        return one.raw_value if one and one.is_connected else None

    def raw(name: str, greatest: int | None = None) -> float | None:
        value = exact(name)
        if value is None:
            return None
        return float(value if greatest is None else min(value, greatest))

    def log(value: float | None) -> float | None:
        return None if value is None else math.log(1 + value)

    change, sentiment, nps = exact("mrr_change"), raw("net_sentiment"), raw("latest_nps")
    return {
        "tenure": log(float(tenure)),
        "mrr": log(float(mrr)),
        "is_yearly": float(interval >= 12),
        "renewal_due": float(is_due),
        "mrr_change": None if change is None else float(min(change - 1, 1)),
        "active_user_share": raw("active_user_share", 1),
        "usage_trend": raw("usage_trend", 3),
        "days_since_use": log(raw("days_since_use", 90)),
        "open_tickets": log(raw("open_tickets")),
        "latest_nps": nps if nps is not None and known["latest_nps"].age_days <= 180 else None,
        "csat_share": raw("csat_share"),
        "net_sentiment": None if sentiment is None else sentiment / 100,
        "days_past_due": log(raw("days_past_due", 90)),
        "days_since_touch": log(raw("days_since_touch", 180)),
    }


def billing_months(plan: dict[str, Any], settings: Settings) -> int:
    """Whole months between two bills of a plan, at least one."""
    return max(1, int(1 / month_factor(plan, settings) + Fraction(1, 2)))


def whole_months(first: date, day: date) -> int:
    """Whole calendar months from one day to another; the last day of a short month completes one."""
    months = months_between(first, day)
    return months - (plus_months(first, months) > day)


def score(coefficients: dict[str, Coefficient], values: dict[str, float | None]) -> Score:
    """What is missing says nothing."""
    contributions = {
        name: round10(Fraction(one.weight * (values[name] - one.mean) / one.scale))
        for name, one in coefficients.items()
        if name != INTERCEPT and values.get(name) is not None
    }
    intercept = coefficients[INTERCEPT].weight if INTERCEPT in coefficients else 0.0
    return Score(round10(Fraction(intercept)) + sum(contributions.values()), contributions)


@dataclass(frozen=True)
class Judged:
    """A snapshot whose outcome is known, and what was said of it."""

    snapshot: Snapshot
    probability: Decimal


@dataclass
class Quality:
    """How well the probabilities told who left. None where there is nobody to tell apart."""

    ones: Sequence[Judged]
    pairs: list[tuple[float, bool]] = field(init=False)

    def __post_init__(self) -> None:
        self.pairs = [(float(one.probability), one.snapshot.has_churned) for one in self.ones]

    @property
    def churned(self) -> int:
        return sum(has_churned for _, has_churned in self.pairs)

    @property
    def has_both(self) -> bool:
        return 0 < self.churned < len(self.pairs)

    @property
    def auc(self) -> float | None:
        return area_under_curve(self.pairs)

    @property
    def brier(self) -> float:
        return math.fsum((p - has_churned) ** 2 for p, has_churned in self.pairs) / len(self.pairs)

    @property
    def skill(self) -> float | None:
        rate = self.churned / len(self.pairs)
        return 1 - self.brier / (rate * (1 - rate)) if self.has_both else None

    @property
    def log_loss(self) -> float:
        losses = []
        for p, has_churned in self.pairs:
            clipped = max(min(p, 1 - LEAST_PROBABILITY), LEAST_PROBABILITY)
            losses.append(-math.log(clipped if has_churned else 1 - clipped))
        return math.fsum(losses) / len(losses)

    @property
    def deciles(self) -> list[list[Judged]]:
        """The likeliest to leave first; the first ones take one more where ten does not divide."""
        ranked = sorted(
            self.ones, key=lambda one: (-one.probability, one.snapshot.customer.customer_id, one.snapshot.day)
        )
        size, more = divmod(len(ranked), 10)
        deciles, start = [], 0
        for number in range(10):
            end = start + size + (number < more)
            deciles.append(ranked[start:end])
            start = end
        return deciles

    @property
    def lift(self) -> float | None:
        """Of the tenth that was likeliest: how many times the share of all."""
        if not self.has_both:
            return None
        top = self.deciles[0]
        return (sum(one.snapshot.has_churned for one in top) / len(top)) / (self.churned / len(self.pairs))

    @property
    def captured_mrr_share(self) -> float | None:
        """Of the MRR of those who left, what stood in that tenth."""
        if not self.has_both:
            return None
        return float(lost_mrr(self.deciles[0])) / float(lost_mrr(self.ones))


def lost_mrr(ones: Iterable[Judged]) -> Decimal:
    """MRR of those who left, as they paid it on the day of the snapshot."""
    return sum((one.snapshot.mrr for one in ones if one.snapshot.has_churned), ZERO)


def area_under_curve(pairs: Iterable[tuple[float, bool]]) -> float | None:
    """Of all pairs of one who left and one who stayed, how often the first was rated higher; a draw is half."""
    pairs = list(pairs)
    stayed = sorted(p for p, has_churned in pairs if not has_churned)
    left = [p for p, has_churned in pairs if has_churned]
    if not stayed or not left:
        return None
    won = sum(Fraction(bisect_left(stayed, p) + bisect_right(stayed, p), 2) for p in left)
    return float(won / (len(stayed) * len(left)))


def stability_index(bins: Sequence[Bin], values: Sequence[float | None]) -> float | None:
    """Population stability index; None where there is nobody now."""
    if not values:
        return None
    index = 0.0
    for one in bins:
        now = max(sum(map(one.holds, values)) / len(values), LEAST_SHARE)
        then = max(one.share, LEAST_SHARE)
        index += (now - then) * math.log(now / then)
    return index


def models(settings: Settings) -> list[Model]:
    return [
        Model(
            row["kind"],
            row["model_version"],
            row["trained_on"],
            date.fromisoformat(row["trained_through"]),
            int(row["horizon_days"]) if row["horizon_days"] else None,
        )
        for row in _rows(settings, "prediction_models")
    ]


def _rows(settings: Settings, seed: str) -> list[dict[str, str]]:
    with settings.seed(seed).open() as file:
        return list(csv.DictReader(file))


def _number(text: str | None) -> float | None:
    return float(text) if text else None
