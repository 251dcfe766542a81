"""Cohorts by first paid month, survival of customers, and why customers left."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tests.oracle.company import ONE_DAY, ZERO, Company
from tests.oracle.values import first_of_month, months_between, plus_months


class CohortAge(NamedTuple):
    """None where the month has not closed yet."""

    cohort_customers: int
    retained_customers: int | None
    mrr_at_cohort_rates: Decimal | None
    mrr: Decimal | None


class SurvivalAge(NamedTuple):
    at_risk: int
    events: int
    censored: int
    survival: float


def cohorts_of(company: Company) -> dict[tuple[date, int], CohortAge]:
    """Of the customers who first paid in a month: how many pay, and how much, at the close of each later month?"""
    members = defaultdict(list)
    for customer in company.customers.values():
        if customer.first_paid_day and customer.first_paid_day >= company.history_start:
            members[first_of_month(customer.first_paid_day)].append(customer)
    result = {}
    for cohort, customers in members.items():
        if cohort not in company.months:
            continue
        rate_day = min(plus_months(cohort, 1) - ONE_DAY, company.as_of)
        for month in company.months:
            if month < cohort:
                continue
            close = plus_months(month, 1) - ONE_DAY
            cell = CohortAge(len(customers), None, None, None)
            if close <= company.as_of:
                cell = CohortAge(
                    len(customers),
                    sum(one.state(close).status == "paying" for one in customers),
                    sum((one.mrr(close, rate_day) for one in customers), ZERO),
                    sum((one.mrr(close) for one in customers), ZERO),
                )
            result[cohort, months_between(cohort, month)] = cell
    return result


def survival_of(company: Company) -> dict[int, SurvivalAge]:
    """Kaplan-Meier: which share of customers is still there so many months after the first paid month?"""
    history_start = company.settings.history_start
    entries, events, exits = Counter(), Counter(), Counter()
    for customer in company.customers.values():
        paid = customer.first_paid_day
        if paid is None:
            continue
        left = next((day for day in customer.churn_days if day > paid), None)
        entry = 0
        if history_start and paid < history_start:
            if left and left < history_start:
                continue
            entry = months_between(paid, history_start)
        entries[entry] += 1
        (events if left else exits)[months_between(paid, left or company.as_of)] += 1
    result, at_risk, survival = {}, 0, Fraction(1)
    for age in range(max([*events, *exits], default=-1) + 1):
        at_risk += entries[age]
        if at_risk:
            survival *= 1 - Fraction(events[age], at_risk)
        result[age] = SurvivalAge(at_risk, events[age], exits[age], float(survival))
        at_risk -= events[age] + exits[age]
    return result
