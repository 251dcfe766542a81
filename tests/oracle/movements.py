"""One customer in one period: opening, closing, and the one movement between them.

A customer with opening MRR is valued at the opening rates and what the rates did is `fx`; one without has no fx.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.company import ZERO, Customer, Item, Period, convert
from tests.oracle.settings import SEGMENTS
from tests.oracle.values import plus_days, round10

DUST = Decimal("0.000001")


@dataclass(frozen=True)
class Movement:
    """Class and amounts; the amounts other than the one of the class (and fx) are zero."""

    movement_class: str  # new, reactivation, resumed, expansion, contraction, unchanged, churn, paused
    opening: Decimal
    closing: Decimal
    new: Decimal = ZERO
    reactivation: Decimal = ZERO
    resumed: Decimal = ZERO
    expansion: Decimal = ZERO
    contraction: Decimal = ZERO
    churn: Decimal = ZERO
    paused: Decimal = ZERO
    fx: Decimal = ZERO


@dataclass(eq=False)
class Fact:
    """What every metric of revenue and retention asks about one customer in one period."""

    customer: Customer
    opening: Decimal
    closing: Decimal
    movement: Movement | None
    opening_segments: dict[str, str]
    closing_segments: dict[str, str]
    is_paused_at_opening: bool
    is_paused_at_close: bool
    is_first_paid: bool  # first paid day in the period
    is_served: bool  # paying at the opening or on any day
    is_involuntary: bool
    churn_reason: str | None
    parts: list[tuple[str, Decimal]]  # product components, signed
    retained_by_family: Decimal
    month_sums: tuple[Decimal, ...]  # MRR of each day summed, by month of the period
    committed: Decimal
    recurring_revenue: Decimal
    all_revenue: Decimal
    users: UserCounts


@dataclass
class UserCounts:
    per_user: int = 0  # of a customer paying at the close: licensed, else active, else all
    opening: int = 0  # of a customer paying at the opening
    closing: int = 0  # of a customer paying at the close
    total: int = 0  # of any customer

    def any(self) -> bool:
        return bool(self.per_user or self.opening or self.closing or self.total)


@dataclass
class UserPolicy:
    is_license_known: bool
    is_usage_known: bool


def fact(customer: Customer, period: Period, policy: UserPolicy) -> Fact | None:
    """None where there is nothing to say."""
    before, after = customer.state(period.opening), customer.state(period.close)
    opening, closing = customer.mrr(period.opening), customer.mrr(period.close)
    first_paid = customer.first_paid_day
    is_first_paid = first_paid is not None and period.holds(first_paid)
    movement = None
    if opening > 0 or closing > 0:
        movement = _movement(customer, period, opening, closing, is_first_paid)
    is_churn = movement is not None and movement.movement_class == "churn"
    reason, is_involuntary = customer.why_churned(period.close) if is_churn else (None, False)
    result = Fact(
        customer,
        opening,
        closing,
        movement,
        before.segments,
        after.segments,
        before.status == "paused",
        after.status == "paused",
        is_first_paid,
        first_paid is not None and first_paid <= period.close and customer.paid_in(period.opening, period.close),
        is_involuntary,
        reason,
        product_components(customer, period) if opening > 0 and closing > 0 else [],
        retained_by_family(customer, period) if opening > 0 and closing > 0 else ZERO,
        tuple(customer.month_sums.get(month, ZERO) for month in period.months),
        customer.committed_mrr(period.close),
        sum((customer.recurring_revenue.get(month, ZERO) for month in period.months), ZERO),
        sum((customer.all_revenue.get(month, ZERO) for month in period.months), ZERO),
        count_users(customer, period, opening > 0, closing > 0, policy),
    )
    has_left = any(period.first <= day <= period.close for day in customer.churn_days)
    return result if has_left or _says_something(result) else None


def _says_something(one: Fact) -> bool:
    return bool(
        one.movement
        or one.is_paused_at_opening
        or one.is_paused_at_close
        or one.is_first_paid
        or one.is_served
        or any(one.month_sums)
        or one.committed
        or one.recurring_revenue
        or one.all_revenue
        or one.users.any()
    )


def _movement(customer: Customer, period: Period, opening: Decimal, closing: Decimal, is_first_paid: bool) -> Movement:
    if opening > 0 and closing > 0:
        at_opening_rates = customer.mrr(period.close, period.opening)
        change = at_opening_rates - opening
        return Movement(
            "expansion" if change > 0 else "contraction" if change < 0 else "unchanged",
            opening,
            closing,
            expansion=max(change, ZERO),
            contraction=max(-change, ZERO),
            fx=closing - at_opening_rates,
        )
    if opening > 0:
        if customer.state(period.close).status == "paused":
            return Movement("paused", opening, closing, paused=opening)
        return Movement("churn", opening, closing, churn=opening)
    if customer.state(period.opening).status == "paused":
        return Movement("resumed", opening, closing, resumed=closing)
    if is_first_paid:
        return Movement("new", opening, closing, new=closing)
    return Movement("reactivation", opening, closing, reactivation=closing)


# -- days --------------------------------------------------------------------------------------------------------------


def _booked(amount: Decimal, opening: Decimal, closing: Decimal, segments: dict[str, str]) -> dict[str, Any]:
    """What is booked on one day under one movement: signed change, MRR before and after it, and the attributes it counts for."""
    named = {name: segments[name] for name in SEGMENTS}
    return {"amount": amount, "opening_mrr": opening, "closing_mrr": closing} | named


def days_of(customer: Customer) -> dict[tuple[date, str], dict[str, Any]]:
    """
    By day and movement, one day after the other from the first opening to the as-of day, each as a period of its own. What the rates did on a day
    on which nothing else moved waits for the day before the next movement, the end of a month or the as-of day.
    """
    company = customer.company
    periods = company.periods
    day, as_of = min(period.opening for period in periods), company.as_of
    closes = {period.close for period in periods if period.period_type == "month"}
    found: dict[tuple[date, str], dict[str, Any]] = {}
    booked = customer.mrr(day)
    while day < as_of:
        before, day = day, plus_days(day, 1)
        opening, closing = customer.mrr(before), customer.mrr(day)
        period = Period("day", day, plus_days(day, 1), day, (), day)
        one = None
        if opening > 0 or closing > 0:
            one = _movement(customer, period, opening, closing, customer.first_paid_day == day)
        old, new = customer.segments(before), customer.segments(day)
        if one and one.movement_class != "unchanged":
            if opening != booked:
                found[before, "fx"] = _booked(opening - booked, booked, opening, old)
            amount = closing - opening - one.fx
            is_won = one.movement_class in ("new", "reactivation", "resumed")
            found[day, one.movement_class] = _booked(amount, opening, closing, new if is_won else old)
            if one.fx:
                found[day, "fx"] = _booked(one.fx, opening, closing, old)
            booked = closing
        elif day in closes and closing != booked:
            found[day, "fx"] = _booked(closing - booked, booked, closing, old)
            booked = closing
    return found


# -- product components ------------------------------------------------------------------------------------------------


@dataclass
class Holding:
    """What a customer holds of one plan on a day, at the opening rates."""

    family: str
    quantity: Decimal = ZERO
    list_mrr: Decimal = ZERO
    net_mrr: Decimal = ZERO

    @property
    def net_share(self) -> Fraction:
        return Fraction(self.net_mrr) / Fraction(self.list_mrr) if self.list_mrr else Fraction(1)


def holdings(customer: Customer, held: list[tuple[Item, Decimal]], rate_day: date) -> dict[str | None, Holding]:
    rates = customer.company.rates
    plans: dict[str | None, Holding] = {}
    for item, price in held:
        holding = plans.setdefault(item.plan_id, Holding(item.family))
        holding.quantity += item.quantity
        holding.list_mrr += convert(item.list_mrr, item.currency, rates, rate_day)
        holding.net_mrr += convert(price, item.currency, rates, rate_day)
    return plans


def product_components(customer: Customer, period: Period) -> list[tuple[str, Decimal]]:
    """The parts of closing - opening (at opening rates): quantity, list, discount, plan_change, cross_sell, drop."""
    held_before, held_after = customer.state(period.opening).held, customer.state(period.close).held
    if held_before == held_after:
        return []
    before, after = holdings(customer, held_before, period.opening), holdings(customer, held_after, period.opening)
    families_before = {holding.family for holding in before.values()}
    families_after = {holding.family for holding in after.values()}
    parts: list[tuple[str, Decimal]] = []
    changed: dict[str, Decimal] = defaultdict(Decimal)
    for plan in {**before, **after}:
        if plan in before and plan in after:
            parts += split(before[plan], after[plan])
        elif plan in after:
            changed[after[plan].family] += after[plan].net_mrr
        else:
            changed[before[plan].family] -= before[plan].net_mrr
    for family, amount in changed.items():
        kind = "plan_change"
        if family not in families_before:
            kind = "cross_sell"
        elif family not in families_after:
            kind = "drop"
        parts.append((kind, amount))
    return parts


def split(before: Holding, after: Holding) -> list[tuple[str, Decimal]]:
    """The change of one plan held at both ends, as quantity, list price and discount."""
    q0, q1 = Fraction(before.quantity), Fraction(after.quantity)
    l0, l1 = Fraction(before.list_mrr), Fraction(after.list_mrr)
    k0, k1 = before.net_share, after.net_share
    change = after.net_mrr - before.net_mrr
    if q0 == 0 and q1 == 0:
        return []
    if k1 >= k0:
        discount = Fraction(after.net_mrr - round10(k0 * l1)) * (min(q0, q1) / q1 if q1 else 0)
    else:
        discount = Fraction(round10(k1 * l0) - before.net_mrr) * (min(q0, q1) / q0 if q0 else 0)
    discount_part = _unless_dust(round10(discount))
    if q0 != q1:
        list_part = _unless_dust(round10(Fraction(round10((l1 * q0 - l0 * q1) / max(q0, q1))) * min(k0, k1)))
        quantity_part = change - list_part - discount_part
    elif abs(l1 - l0) >= DUST:
        list_part, quantity_part = change - discount_part, ZERO
    else:
        list_part, quantity_part, discount_part = ZERO, ZERO, change
    return [("quantity", quantity_part), ("list", list_part), ("discount", discount_part)]


def _unless_dust(part: Decimal) -> Decimal:
    """A part smaller than a millionth is the rounding of a price, not a change of it."""
    return part if abs(part) >= DUST else ZERO


def retained_by_family(customer: Customer, period: Period) -> Decimal:
    """Sum over product families of the smaller of opening and closing MRR, at the opening rates."""
    rates = customer.company.rates
    ends = []
    for held in (customer.state(period.opening).held, customer.state(period.close).held):
        families: dict[str, Decimal] = defaultdict(Decimal)
        for item, price in held:
            families[item.family] += convert(price, item.currency, rates, period.opening)
        ends.append(families)
    return sum((min(amount, ends[1].get(family, ZERO)) for family, amount in ends[0].items()), ZERO)


# -- users -------------------------------------------------------------------------------------------------------------


def count_users(
    customer: Customer, period: Period, pays_at_opening: bool, pays_at_close: bool, policy: UserPolicy
) -> UserCounts:
    counts = UserCounts()
    for user in customer.users:
        if user.created <= period.opening and pays_at_opening:
            counts.opening += 1
        if user.created > period.close:
            continue
        counts.total += 1
        if not pays_at_close:
            continue
        counts.closing += 1
        if policy.is_license_known:
            counts.per_user += user.is_licensed
        elif policy.is_usage_known:
            counts.per_user += user.is_active(period.first, period.close)
        else:
            counts.per_user += 1
    return counts
