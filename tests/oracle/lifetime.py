"""What is still expected of a customer: of its contract (shifted beta-geometric) and of its purchases (BG/NBD, Gamma-Gamma).

The parameters are given, as a model that was fitted elsewhere; here they are applied, each formula by the integral or the
product that it stands for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.oracle.cleaning import month_factor
from tests.oracle.company import Company, Customer, convert
from tests.oracle.trained import model_in_force, seed_rows
from tests.oracle.values import first_of_month, plus_months, round10

if TYPE_CHECKING:
    from tests.oracle.growth import Growth


class Beta(NamedTuple):
    """How the probabilities of leaving at a decision are spread over customers."""

    alpha: float
    beta: float

    def survival(self, decisions: int, after: int = 0) -> float:
        """Share of those who stayed at `after` decisions that stays at all of the first `decisions`."""
        share = 1.0
        for k in range(after + 1, decisions + 1):
            share *= (self.beta + k - 1) / (self.alpha + self.beta + k - 1)
        return share


class Buying(NamedTuple):
    r: float
    alpha: float
    a: float
    b: float
    p: float
    q: float
    v: float

    def is_alive(self, x: int, recency: float, age: float) -> float:
        """Probability that a customer has not stopped for good."""
        if x == 0:
            return 1.0
        quiet = (self.r + x) * math.log((self.alpha + age) / (self.alpha + recency))
        return 1 / (1 + self.a / (self.b + x - 1) * math.exp(quiet))

    def purchases(self, x: int, recency: float, age: float, weeks: float) -> float:
        """Expected purchases within so many weeks.

        One who is alive buys at rate l and stops after a purchase with probability s: (1 - exp(-l s t)) / s purchases.
        Over l ~ Gamma(r + x, alpha + T) and s ~ Beta(a, b + x); the integral over s by the rule of double exponentials, of
        what stopping takes away.
        """
        shape, odds = self.r + x, weeks / (self.alpha + age)
        first, second = self.a, self.b + x
        scale = math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second)
        total, step = shape * odds, 1 / 32
        for number in range(-int(7 / step), int(7 / step) + 1):
            u = number * step
            v = math.pi * math.sinh(u)
            log_s, log_rest = -_softplus(-v), -_softplus(v)
            s = math.exp(log_s)
            bought = -math.expm1(-shape * math.log1p(odds * s)) / s if s > 1e-300 else shape * odds
            weight = math.exp(first * log_s + second * log_rest - scale) * math.pi * math.cosh(u)
            total += weight * (bought - shape * odds) * step
        return self.is_alive(x, recency, age) * total

    def amount(self, k: int, mean: float | None) -> float | None:
        """Expected mean amount of a purchase: between that of everybody and the customer's own."""
        weight = self.p * k + self.q - 1
        return self.p * (self.v + k * (mean or 0)) / weight if weight > 0 else None


def _softplus(v: float) -> float:
    return max(v, 0.0) + math.log1p(math.exp(-abs(v)))


COLUMNS = (
    "mrr first_paid_day billing_months months_served parameter_segment_name parameter_segment_value alpha beta "
    "expected_discounted_months contract_value first_order_day repeat_purchases recency_weeks age_weeks "
    "mean_repeat_amount probability_alive expected_purchases expected_amount purchase_value"
).split()


@dataclass(frozen=True)
class Bought:
    """What a customer bought so far."""

    first_day: date
    x: int  # repeat purchases
    recency: float  # weeks from the first to the last purchase
    age: float  # weeks from the first purchase to the as-of day
    k: int  # repeat purchases that cost something
    mean: Decimal | None  # of these


class Lifetimes:
    """What the model in force says of the company's customers."""

    def __init__(self, growth: Growth) -> None:
        self.growth = growth
        self.company: Company = growth.company
        self.settings = self.company.settings
        self._months: dict[tuple[Beta, int, int], Decimal] = {}
        self._revenue: dict[tuple[Customer, date], Decimal | None] = {}
        self.plans = {row["plan_id"]: row for row in self.company.staged["plans"]}

    # -- contracts -----------------------------------------------------------------------------------------------------

    @cached_property
    def contract_model(self) -> str | None:
        model = model_in_force(self.company, "contract_lifetime")
        return model.version if model else None

    @cached_property
    def contract_parameters(self) -> dict[tuple[int, str, str], Beta]:
        return {
            (int(row["billing_months"]), row["segment_name"], row["segment_value"]): Beta(
                float(row["alpha"]), float(row["beta"])
            )
            for row in seed_rows(self.settings, "contract_lifetimes")
            if row["model_version"] == self.contract_model
        }

    def billing_months(self, customer: Customer, day: date) -> int | None:
        """Months between two bills of the item that pays most on the day; None for who does not pay."""
        paying = [
            (
                -convert(price, item.currency, self.company.rates, day),
                -self.interval_of(item.plan_id),
                item.version_id,
            )
            for item, price in customer.state(day).held
            if price > 0
        ]
        return -min(paying)[1] if paying else None

    def interval_of(self, plan_id: str | None) -> int:
        plan = self.plans.get(plan_id)
        if plan is None:
            return 1
        months = 1 / month_factor(plan, self.settings)
        return max(math.floor(months + Fraction(1, 2)), 1)

    def fitting(self, customer: Customer, day: date) -> tuple[int, str, str] | None:
        """Whose parameters count: those of its own segment value before those of all."""
        interval = self.billing_months(customer, day)
        own = self.settings.clv_segment
        keys = [(interval, own, customer.segments(day)[own])] if own else []
        return next((key for key in (*keys, (interval, "all", "all")) if key in self.contract_parameters), None)

    def expected_months(self, customer: Customer, day: date) -> Decimal | None:
        """Months that are still to be paid, each discounted and weighed with the chance that it comes."""
        fitting = self.fitting(customer, day)
        if fitting is None:
            return None
        key = self.contract_parameters[fitting], fitting[0], months_served(customer, day)
        if key not in self._months:
            self._months[key] = self._expected(*key)
        return self._months[key]

    def _expected(self, spread: Beta, interval: int, served: int) -> Decimal:
        stayed = served // interval
        growth = 1 + float(self.settings.clv_discount_rate)
        months = range(1, 12 * self.settings.clv_horizon_years + 1)
        return _rounded(
            math.fsum(spread.survival((served + t) // interval, stayed) / growth ** (t / 12) for t in months)
        )

    def expected_revenue(self, customer: Customer, day: date) -> Decimal | None:
        if (customer, day) not in self._revenue:
            months = self.expected_months(customer, day)
            self._revenue[customer, day] = None if months is None else round10(customer.mrr(day) * months)
        return self._revenue[customer, day]

    def predicted(self, customers: Iterable[Customer], day: date, margin: Fraction | None) -> float | None:
        """Mean gross profit still expected of those whom the model knows."""
        if margin is None:
            return None
        revenue = [told for one in customers if (told := self.expected_revenue(one, day)) is not None]
        return float(margin) * float(sum(revenue)) / len(revenue) if revenue else None

    def spells(self) -> dict[str, dict[str, Any]]:
        """What a fit reads: from the first paid day to the first time that the customer left."""
        found = {}
        for customer in self.company.customers.values():
            paid = customer.first_paid_day
            if paid is None or paid < self.company.history_start:
                continue
            own = self.settings.clv_segment
            found[customer.customer_id] = {
                "first_paid_day": paid,
                "first_churn_day": next((day for day in customer.churn_days if day > paid), None),
                "billing_months": self.billing_months(customer, paid),
                "segment_value": customer.segments(paid)[own] if own else "all",
            }
        return found

    # -- purchases -----------------------------------------------------------------------------------------------------

    @cached_property
    def buying(self) -> Buying | None:
        model = model_in_force(self.company, "purchase_lifetime")
        for row in seed_rows(self.settings, "purchase_lifetimes"):
            if model and row["model_version"] == model.version:
                return Buying(*(float(row[name]) for name in Buying._fields))
        return None

    @cached_property
    def bought(self) -> dict[Customer, Bought]:
        by_customer: dict[Customer, list] = {}
        for purchase in self.growth.purchases:
            by_customer.setdefault(purchase.customer, []).append(purchase)
        found = {}
        for customer, purchases in by_customer.items():
            first, *repeats = sorted(purchases, key=lambda purchase: purchase.day)
            paid = [one.amount for one in repeats if one.amount > 0]
            last = repeats[-1] if repeats else first
            found[customer] = Bought(
                first.day,
                len(repeats),
                (last.day - first.day).days / 7,
                (self.company.as_of - first.day).days / 7,
                len(paid),
                round10(sum(map(Fraction, paid)) / len(paid)) if paid else None,
            )
        return found

    # -- both ----------------------------------------------------------------------------------------------------------

    @cached_property
    def margin(self) -> Fraction | None:
        """The company's, of the month that holds the as-of day."""
        staged = self.company.staged
        if not staged["costs"] or not staged["invoice_lines"]:
            return None
        return self.growth.whole["month", first_of_month(self.company.as_of)].company_margin

    def values(self) -> dict[str, dict[str, Any]]:
        """The mart customer_lifetime_values: whoever pays on the as-of day, or has bought something by then."""
        day, margin = self.company.as_of, self.margin
        found = {}
        for customer in self.company.customers.values():
            told = dict.fromkeys(COLUMNS)
            if is_paying := customer.state(day).status == "paying":
                told |= self._of_contract(customer, day, margin)
            if bought := self.bought.get(customer):
                told |= self._of_purchases(bought, margin)
            values = [told[name] for name in ("contract_value", "purchase_value") if told[name] is not None]
            told |= {"gross_margin_rate": None if margin is None else float(margin)}
            told |= {"lifetime_value": math.fsum(values) if values else None}
            if is_paying or bought:
                found[customer.customer_id] = told
        return found

    def _of_contract(self, customer: Customer, day: date, margin: Fraction | None) -> dict[str, Any]:
        fitting, revenue = self.fitting(customer, day), self.expected_revenue(customer, day)
        _, segment_name, segment_value = fitting or (None, None, None)
        alpha, beta = self.contract_parameters.get(fitting, (None, None))
        return {
            "mrr": customer.mrr(day),
            "first_paid_day": customer.first_paid_day,
            "billing_months": self.billing_months(customer, day),
            "months_served": months_served(customer, day),
            "parameter_segment_name": segment_name,
            "parameter_segment_value": segment_value,
            "alpha": alpha,
            "beta": beta,
            "expected_discounted_months": _float(self.expected_months(customer, day)),
            "contract_value": None if revenue is None or margin is None else float(revenue) * float(margin),
        }

    def _of_purchases(self, bought: Bought, margin: Fraction | None) -> dict[str, Any]:
        told: dict[str, Any] = {
            "first_order_day": bought.first_day,
            "repeat_purchases": bought.x,
            "recency_weeks": bought.recency,
            "age_weeks": bought.age,
            "mean_repeat_amount": bought.mean,
        }
        alive = expected = amount = value = None
        if self.buying:
            history = bought.x, bought.recency, bought.age
            alive = _rounded(self.buying.is_alive(*history))
            expected = _rounded(self.buying.purchases(*history, self.settings.purchase_horizon_days / 7))
            amount = self.buying.amount(bought.k, _float(bought.mean))
            amount = None if amount is None else _rounded(amount)
            if margin is not None and amount is not None:
                value = float(expected) * float(amount) * float(margin)
        return told | {
            "probability_alive": _float(alive),
            "expected_purchases": _float(expected),
            "expected_amount": _float(amount),
            "purchase_value": value,
        }


def _rounded(value: float) -> Decimal:
    return round10(Fraction(value))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def months_served(customer: Customer, day: date) -> int:
    """The most whole months that, added to the first paid day, do not pass the day."""
    months = 0
    while plus_months(customer.first_paid_day, months + 1) <= day:
        months += 1
    return months
