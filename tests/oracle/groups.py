"""A cell of the report: the customers, events and terms of one period that stand in one segment.

Who stands where: opening customers under the day before the period, closing figures and what accrued under the closing
day, dated units under their own day (a churn event under the day before it).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property

from tests.oracle.company import ONE_DAY, ZERO, Company, Customer, Period, Term
from tests.oracle.movements import Fact
from tests.oracle.values import round10


@dataclass
class CustomerRenewal:
    is_renewed: bool


@dataclass
class Purchases:
    is_repeat: bool


@dataclass(eq=False)
class Group:
    company: Company
    period: Period
    segment: tuple[str, str]  # name, value
    opening: list[Fact] = field(default_factory=list)
    closing: list[Fact] = field(default_factory=list)
    churn_days: list[date] = field(default_factory=list)
    terms_due: list[Term] = field(default_factory=list)
    terms_pending: list[Term] = field(default_factory=list)
    customers_due: list[CustomerRenewal] = field(default_factory=list)
    purchasers: list[Purchases] = field(default_factory=list)
    first_purchasers: list[Purchases] = field(default_factory=list)

    # -- amounts ---------------------------------------------------------------------------------------------------

    @cached_property
    def opening_mrr(self) -> Decimal:
        return total(one.opening for one in self.opening)

    @cached_property
    def closing_mrr(self) -> Decimal:
        return total(one.closing for one in self.closing)

    def at_opening(self, amount: str) -> Decimal:
        """An amount of the movements of those who stand here at the opening."""
        return total(getattr(one.movement, amount) for one in self.opening if one.movement)

    def at_close(self, amount: str) -> Decimal:
        """An amount of the movements of those who stand here at the close."""
        return total(getattr(one.movement, amount) for one in self.closing if one.movement)

    @cached_property
    def new_mrr(self) -> Decimal:
        return self.at_close("new")

    @cached_property
    def reactivation_mrr(self) -> Decimal:
        return self.at_close("reactivation")

    @cached_property
    def resumed_mrr(self) -> Decimal:
        return self.at_close("resumed")

    @cached_property
    def expansion_mrr(self) -> Decimal:
        return self.at_opening("expansion")

    @cached_property
    def contraction_mrr(self) -> Decimal:
        return self.at_opening("contraction")

    @cached_property
    def churned_mrr(self) -> Decimal:
        return self.at_opening("churn")

    @cached_property
    def paused_mrr(self) -> Decimal:
        return self.at_opening("paused")

    @cached_property
    def fx_mrr(self) -> Decimal:
        return self.at_opening("fx")

    @cached_property
    def parts(self) -> dict[str, Decimal]:
        """Product components of opening customers: by kind, the positive ones; all negative ones under `negative`."""
        sums = dict.fromkeys(("quantity", "list", "discount", "plan_change", "cross_sell", "drop", "negative"), ZERO)
        for one in self.opening:
            for kind, amount in one.parts:
                sums[kind if amount > 0 else "negative"] += amount
        return sums

    @cached_property
    def retained_by_family(self) -> Decimal:
        return total(one.retained_by_family for one in self.opening)

    @cached_property
    def transferred_in(self) -> Decimal:
        return total(one.closing for one in self.closing if one.opening > 0 and self.has_moved(one))

    @cached_property
    def transferred_out(self) -> Decimal:
        return total(one.closing for one in self.opening if one.opening > 0 and self.has_moved(one))

    def has_moved(self, one: Fact) -> bool:
        name = self.segment[0]
        return one.opening_segments[name] != one.closing_segments[name]

    @cached_property
    def average_mrr(self) -> Decimal:
        """Each customer's mean over the days of the period, rounded, summed."""
        return total(mean_of_days(sum(one.month_sums), self.period.days) for one in self.closing if any(one.month_sums))

    @cached_property
    def monthly_averages(self) -> Decimal:
        """Each customer's mean of each month of the period, rounded, summed."""
        first, close = self.period.first, self.period.close
        lengths = [(min(close, last_of_month(month)) - max(first, month)).days + 1 for month in self.period.months]
        return total(
            mean_of_days(amount, days)
            for one in self.closing
            if any(one.month_sums)
            for amount, days in zip(one.month_sums, lengths, strict=True)
        )

    @cached_property
    def committed_mrr(self) -> Decimal:
        return total(one.committed for one in self.closing)

    @cached_property
    def recurring_revenue(self) -> Decimal:
        return total(one.recurring_revenue for one in self.closing)

    @cached_property
    def all_revenue(self) -> Decimal:
        return total(one.all_revenue for one in self.closing)

    # -- customers -------------------------------------------------------------------------------------------------

    @cached_property
    def opening_customers(self) -> int:
        return sum(one.opening > 0 for one in self.opening)

    @cached_property
    def closing_customers(self) -> int:
        return sum(one.closing > 0 for one in self.closing)

    @cached_property
    def classes_at_opening(self) -> Counter[str]:
        return Counter(one.movement.movement_class for one in self.opening if one.movement)

    @cached_property
    def classes_at_close(self) -> Counter[str]:
        return Counter(one.movement.movement_class for one in self.closing if one.movement)

    @cached_property
    def churned_customers(self) -> int:
        return self.classes_at_opening["churn"]

    @cached_property
    def involuntary_customers(self) -> int:
        return sum(one.is_involuntary for one in self.opening)

    @cached_property
    def paused_customers(self) -> int:
        return self.classes_at_opening["paused"]

    @cached_property
    def resumed_customers(self) -> int:
        return self.classes_at_close["resumed"]

    @cached_property
    def reactivated_customers(self) -> int:
        return self.classes_at_close["reactivation"]

    @cached_property
    def customers_of_class_new(self) -> int:
        return self.classes_at_close["new"]

    @cached_property
    def new_customers(self) -> int:
        return sum(one.is_first_paid for one in self.closing)

    @cached_property
    def joined_and_left_customers(self) -> int:
        return sum(one.is_first_paid and one.closing == 0 and not one.is_paused_at_close for one in self.closing)

    @cached_property
    def churned_from_paused_customers(self) -> int:
        return sum(one.is_paused_at_opening and one.closing == 0 and not one.is_paused_at_close for one in self.opening)

    @cached_property
    def contracted_customers(self) -> int:
        return sum(one.closing > 0 or one.is_paused_at_close for one in self.closing)

    @cached_property
    def retained_customers(self) -> int:
        return sum(one.opening > 0 and one.closing > 0 for one in self.opening)

    @cached_property
    def served_customers(self) -> int:
        return sum(one.is_served for one in self.closing)

    @cached_property
    def churn_events(self) -> int:
        return len(self.churn_days)

    # -- users -----------------------------------------------------------------------------------------------------

    @cached_property
    def users_for_arpu(self) -> int:
        return sum(one.users.per_user for one in self.closing)

    @cached_property
    def opening_users(self) -> int:
        return sum(one.users.opening for one in self.opening)

    @cached_property
    def closing_users(self) -> int:
        return sum(one.users.closing for one in self.closing)

    @cached_property
    def total_users(self) -> int:
        return sum(one.users.total for one in self.closing)

    # -- terms and purchases ---------------------------------------------------------------------------------------

    @cached_property
    def renewed_terms(self) -> int:
        return sum(term.is_renewed for term in self.terms_due)

    @cached_property
    def value_due(self) -> Decimal:
        return total(term.old_value for term in self.terms_due)

    @cached_property
    def value_renewed(self) -> Decimal:
        return total(term.new_value for term in self.terms_due)

    @cached_property
    def value_kept(self) -> Decimal:
        return total(min(term.old_value, term.new_value) for term in self.terms_due)

    # -- does the segment exist in this period? --------------------------------------------------------------------

    @cached_property
    def has_revenue(self) -> bool:
        """Any non-zero figure that a metric of revenue reads."""
        return bool(
            self.opening_mrr
            or self.closing_mrr
            or self.average_mrr
            or self.committed_mrr
            or self.new_mrr
            or self.expansion_mrr
            or self.contraction_mrr
            or self.churned_mrr
            or self.reactivation_mrr
            or self.resumed_mrr
            or self.paused_mrr
            or self.fx_mrr
            or any(self.parts.values())
            or self.transferred_in
            or self.transferred_out
            or self.closing_customers
            or self.recurring_revenue
            or self.all_revenue
            or self.users_for_arpu
            or self.opening_users
            or self.closing_users
            or self.total_users
        )

    @cached_property
    def has_retention(self) -> bool:
        """Any non-zero figure that a metric of retention reads."""
        return bool(
            self.opening_mrr
            or self.closing_mrr
            or self.opening_customers
            or self.closing_customers
            or self.new_customers
            or self.served_customers
            or self.contracted_customers
            or self.churned_from_paused_customers
            or self.joined_and_left_customers
            or self.churn_days
            or self.terms_due
            or self.terms_pending
            or self.customers_due
            or self.purchasers
            or self.first_purchasers
        )


def total(amounts) -> Decimal:
    return sum(amounts, ZERO)


@cache
def mean_of_days(amount: Decimal, days: int) -> Decimal:
    """A customer's, rounded: the same in every segment that the customer is in."""
    return round10(Fraction(amount) / days)


def last_of_month(month: date) -> date:
    return (month.replace(day=28) + 4 * ONE_DAY).replace(day=1) - ONE_DAY


@dataclass
class PeriodUnits:
    """Units of a period that stand under a day of their own, and whether any still waits for its window."""

    churn_events: list[tuple[Customer, date]] = field(default_factory=list)
    terms_due: list[Term] = field(default_factory=list)
    terms_pending: list[Term] = field(default_factory=list)
    customers_due: list[tuple[Customer, date, CustomerRenewal]] = field(default_factory=list)
    purchasers: list[tuple[Customer, date, Purchases]] = field(default_factory=list)
    first_purchasers: list[tuple[Customer, date, Purchases]] = field(default_factory=list)
    is_first_purchase_pending: bool = False


def units_of(company: Company, period: Period) -> PeriodUnits:
    units = PeriodUnits()
    by_customer: dict[str, list[Term]] = {}
    for term in company.terms:
        if period.holds(term.end):
            (units.terms_pending if term.is_pending else units.terms_due).append(term)
            by_customer.setdefault(term.customer.customer_id, []).append(term)
    for terms in by_customer.values():
        if not any(term.is_pending for term in terms):
            renewal = CustomerRenewal(any(term.is_renewed for term in terms))
            units.customers_due.append((terms[0].customer, min(term.end for term in terms), renewal))
    window = company.settings.repeat_window_days
    for customer in company.customers.values():
        units.churn_events += [(customer, day) for day in customer.churn_days if period.holds(day)]
        days = [day for day in customer.purchase_days if period.holds(day)]
        if not days:
            continue
        units.purchasers.append((customer, days[0], Purchases(len(days) >= 2)))
        first = customer.purchase_days[0]
        if first == days[0]:
            if (company.as_of - first).days < window:
                units.is_first_purchase_pending = True
                continue
            is_repeat = len(customer.purchase_days) > 1 and (customer.purchase_days[1] - first).days <= window
            units.first_purchasers.append((customer, first, Purchases(is_repeat)))
    return units


def groups_of(company: Company, period: Period, facts: list[Fact], units: PeriodUnits, name: str) -> list[Group]:
    """The groups of one segment; `all` is there whatever happens."""
    groups: dict[str, Group] = {}

    def group(value: str) -> Group:
        if value not in groups:
            groups[value] = Group(company, period, (name, value))
        return groups[value]

    if name == "all":
        group("all")
    for one in facts:
        group(one.opening_segments[name]).opening.append(one)
        group(one.closing_segments[name]).closing.append(one)
    for customer, day in units.churn_events:
        group(customer.segments(day - ONE_DAY)[name]).churn_days.append(day)
    for term in units.terms_due:
        group(term.customer.segments(term.end)[name]).terms_due.append(term)
    for term in units.terms_pending:
        group(term.customer.segments(term.end)[name]).terms_pending.append(term)
    for customer, day, renewal in units.customers_due:
        group(customer.segments(day)[name]).customers_due.append(renewal)
    for customer, day, purchases in units.purchasers:
        group(customer.segments(day)[name]).purchasers.append(purchases)
    for customer, day, purchases in units.first_purchasers:
        group(customer.segments(day)[name]).first_purchasers.append(purchases)
    return list(groups.values())
