"""The marts customer_periods, mrr_movement_details and customers: what stands in every column of one customer."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.company import ONE_DAY, UNKNOWN, ZERO, Customer, Period, convert
from tests.oracle.groups import last_of_month
from tests.oracle.movements import Fact
from tests.oracle.settings import SEGMENTS
from tests.oracle.values import first_of_month, round10

# signed product components that are part of a column, where they are positive
UPWARDS = {
    "upsell_mrr": ("quantity", "plan_change"),
    "cross_sell_mrr": ("cross_sell",),
    "price_increase_mrr": ("list",),
    "discount_expiry_mrr": ("discount",),
}


def told(one: Fact, period: Period) -> dict[str, Any]:
    """By column."""
    customer, moved = one.customer, one.movement
    pays, paid = one.closing > 0, one.opening > 0
    amounts = {
        name: getattr(moved, name) if moved else ZERO
        for name in ("new", "reactivation", "resumed", "expansion", "contraction", "churn", "paused", "fx")
    }
    is_churn = moved is not None and moved.movement_class == "churn"
    row = {
        "movement": moved.movement_class if moved and moved.movement_class != "unchanged" else "none",
        "is_complete": period.end - ONE_DAY <= customer.company.as_of,
        "is_paying_at_opening": paid,
        "is_paying_at_closing": pays,
        "is_paused_at_opening": one.is_paused_at_opening,
        "is_paused_at_closing": one.is_paused_at_close,
        "is_first_paid_in_period": one.is_first_paid,
        "is_served": one.is_served,
        "opening_mrr": one.opening,
        "closing_mrr": one.closing,
        "new_mrr": amounts["new"],
        "reactivation_mrr": amounts["reactivation"],
        "resumed_mrr": amounts["resumed"],
        "expansion_mrr": amounts["expansion"],
        "contraction_mrr": amounts["contraction"],
        "churned_mrr": amounts["churn"],
        "paused_mrr": amounts["paused"],
        "fx_mrr": amounts["fx"],
        "retained_mrr": one.opening - amounts["contraction"] - amounts["churn"] - amounts["paused"],
        "retained_product_mrr": one.retained_by_family,
        "gross_expansion_mrr": sum((amount for _, amount in one.parts if amount > 0), ZERO),
        "gross_contraction_mrr": -sum((amount for _, amount in one.parts if amount < 0), ZERO),
        "average_mrr": round10(Fraction(sum(one.month_sums)) / period.days),
        "monthly_average_mrr": sum(
            (
                round10(
                    Fraction(amount) / ((min(period.close, last_of_month(month)) - max(period.first, month)).days + 1)
                )
                for month, amount in zip(period.months, one.month_sums, strict=True)
            ),
            ZERO,
        ),
        "committed_mrr": one.committed,
        "invoiced_recurring_revenue": one.recurring_revenue,
        "invoiced_revenue": one.all_revenue,
        "total_users": one.users.total,
        "opening_users_of_paying": one.users.opening,
        "closing_users_of_paying": one.users.closing,
        "revenue_users": one.users.per_user,
        "churn_events": sum(period.first <= day <= period.close for day in customer.churn_days),
        "last_churn_day": max(
            (day for day in customer.all_churn_days if period.first <= day <= period.close), default=None
        ),
        "churn_reason": one.churn_reason if is_churn else None,
        "is_involuntary_churn": one.is_involuntary if is_churn else None,
    }
    for name, kinds in UPWARDS.items():
        row[name] = sum((amount for kind, amount in one.parts if kind in kinds and amount > 0), ZERO)
    for name in SEGMENTS:
        row[f"opening_{name}"] = one.opening_segments[name]
        row[f"closing_{name}"] = one.closing_segments[name]
    return {name: Decimal(value) if type(value) is int else value for name, value in row.items()}


def standing(customer: Customer) -> dict[str, Any]:
    """The mart customers, as of the last day: where a customer stands, and how often it left."""
    day = customer.company.as_of
    left = [one for one in customer.churn_days if one <= day]
    paid = customer.first_paid_day
    return {
        "first_paid_day": paid,
        "cohort_month": paid and first_of_month(paid),
        "is_paying": customer.mrr(day) > 0,
        "is_paused": customer.state(day).status == "paused",
        "mrr": customer.mrr(day),
        "churn_events": len(left),
        "last_churn_day": left[-1] if left else None,
        "last_churn_reason": customer.why_churned(left[-1])[0] if left else None,
    } | {name: customer.segments(day)[name] for name in SEGMENTS}


# what the mart calls the product components
COMPONENTS = {"list": "list_price", "drop": "product_drop"}


def detailed(one: Fact, period: Period) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
    """The mart mrr_movement_details: amounts by component, and what is sold by family and plan at both ends."""
    found: dict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for place, day in enumerate((period.opening, period.close)):
        for item, price in one.customer.state(day).held:
            if price:
                amount = convert(price, item.currency, one.customer.company.rates, day)
                found["as_sold", item.family, item.plan_id or UNKNOWN][place] += amount
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for kind, amount in one.parts:
        sums[(COMPONENTS.get(kind, kind),)] += amount
    if moved := one.movement:
        if one.opening > 0 and one.closing > 0:
            sums[("fx",)] += moved.fx
        else:
            sums[(moved.movement_class,)] += one.closing - one.opening
    return {key: tuple(ends) for key, ends in found.items()} | {
        key: (amount,) for key, amount in sums.items() if amount
    }
