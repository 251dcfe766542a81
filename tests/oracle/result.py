"""From raw tables to every figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any, NamedTuple

# each registers metrics, or judges the tables of a family
from tests.oracle import (  # noqa: F401
    customer_periods,
    growth,
    growth_rows,
    health,
    product,
    retention,
    revenue,
    support,
    support_rows,
    team,
    team_rows,
    voice,
    voice_rows,
)
from tests.oracle.cleaning import Counts, clean, default_as_of
from tests.oracle.company import ONE_DAY, ZERO, Company, Period
from tests.oracle.curves import CohortAge, SurvivalAge, cohorts_of, survival_of
from tests.oracle.groups import Group, PeriodUnits, groups_of, units_of
from tests.oracle.movements import Fact, Movement, UserPolicy, days_of, fact
from tests.oracle.raw import Raw, as_text, read_folder
from tests.oracle.registry import ABSENT, FAMILIES, METRICS, Family, Metric
from tests.oracle.settings import settings_from

EXACT = Context(prec=200)


class Cell(NamedTuple):
    period_end: date
    is_complete: bool
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | float | None
    values: tuple[Decimal, ...] | None = None  # of a mean with limits: what its numerator sums


@dataclass
class Result:
    as_of: date
    # (metric_name, period_type, period_start, segment_name, segment_value)
    metrics: dict[tuple[str, str, date, str, str], Cell] = field(default_factory=dict)
    # (source_table, key, rule, is_kept)
    rejected: list[tuple[str, str, str, bool]] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    # (period_type, period_start, customer_id)
    movements: dict[tuple[str, date, str], Movement] = field(default_factory=dict)
    # (period_type, period_start, customer_id): column
    customer_periods: dict[tuple[str, date, str], dict[str, Any]] = field(default_factory=dict)
    # the same: component, and of what is sold the family and the plan
    details: dict[tuple[str, date, str], dict[tuple[str, ...], tuple[Decimal, ...]]] = field(default_factory=dict)
    # customer_id: column
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    # (customer_id, day, movement): column
    days: dict[tuple[str, date, str], dict[str, Any]] = field(default_factory=dict)
    # (cohort_month, age)
    cohorts: dict[tuple[date, int], CohortAge] = field(default_factory=dict)
    # age
    survival: dict[int, SurvivalAge] = field(default_factory=dict)
    # (period_type, period_start, "all", reason): customers, MRR
    churn_reasons: dict[tuple[str, date, str, str], tuple[int, Decimal]] = field(default_factory=dict)
    # family: what it gathered of the whole company
    gathered: dict[str, Any] = field(default_factory=dict)

    def cell(self, metric: str, period_type: str, start: str, segment: str = "all", value: str = "all") -> Cell:
        """A cell by the text of its first day."""
        return self.metrics[metric, period_type, date.fromisoformat(start), segment, value]


def compute(
    raw: str | Path | Raw, as_of: str | None = None, variables: dict[str, Any] | None = None, only: str | None = None
) -> Result:
    """Every metric (or those of only one family), from a folder of raw tables or from the tables themselves."""
    settings = settings_from(variables)
    tables = as_text(read_folder(raw) if isinstance(raw, str | Path) else raw)
    with localcontext(EXACT):
        day = date.fromisoformat(str(as_of)) if as_of else default_as_of(tables, settings)
        staged = clean(tables, settings, day)
        company = Company(staged)
        result = Result(day, rejected=sorted(staged.rejected), counts=staged.counts)
        if not company.months:
            return result
        policy = UserPolicy("is_licensed" in staged.columns.get("users", ()), bool(staged.tables.get("usage_events")))
        # a table of which no row is staged is as good as none
        metrics = [
            metric
            for metric in METRICS.values()
            if only in (None, metric.family)
            and all(staged.tables.get(table) for table in metric.needs)
            and (not metric.any_of or any(staged.tables.get(table) for table in metric.any_of))
        ]
        families = [(family, family.gather(company)) for family in FAMILIES if only in (None, family.name)]
        result.gathered = {family.name: gathered for family, gathered in families}
        for period in company.periods:
            facts = [one for customer in company.customers.values() if (one := fact(customer, period, policy))]
            units = units_of(company, period)
            groups_by_name = {}
            for name in ("all", *settings.segments):
                groups_by_name[name] = groups_of(company, period, facts, units, name)
                for group in groups_by_name[name]:
                    _report(result, group, metrics, units)
            for family, gathered in families:
                pending = family.pending(gathered, period)
                for name in ("all", *settings.segments, *family.segments):
                    revenue_groups = {group.segment[1]: group for group in groups_by_name.get(name, ())}
                    for value, group in family.groups(gathered, period, name, revenue_groups).items():
                        _report_family(result, family, period, (name, value), group, metrics, pending)
            _list_movements(result, period, facts)
            if only is None:
                for one in facts:
                    key = period.period_type, period.start, one.customer.customer_id
                    result.customer_periods[key] = customer_periods.told(one, period)
                    result.details[key] = customer_periods.detailed(one, period)
        if only is None:
            for name, customer in company.customers.items():
                result.days |= {(name, *key): row for key, row in days_of(customer).items()}
                result.customers[name] = customer_periods.standing(customer)
        result.cohorts = cohorts_of(company)
        result.survival = survival_of(company)
    return result


def _report(result: Result, group: Group, metrics: list[Metric], units: PeriodUnits) -> None:
    """The cells of one segment value in one period: all metrics of a family, or none."""
    period, (name, value) = group.period, group.segment
    is_over = period.end - ONE_DAY <= result.as_of
    waiting = {"renewal": bool(units.terms_pending), "repeat": units.is_first_purchase_pending}
    families = {
        "revenue": name == "all" or group.has_revenue,
        "retention": name == "all" or group.has_retention,
    }
    for metric in metrics:
        if families.get(metric.family):
            is_complete = is_over and not (metric.window and waiting[metric.window])
            result.metrics[metric.name, period.period_type, period.start, name, value] = _cell(
                metric, group, period.end, is_complete
            )


def _report_family(
    result: Result,
    family: Family,
    period: Period,
    segment: tuple[str, str],
    group: Any,
    metrics: list[Metric],
    pending: set[str],
) -> None:
    """The cells of one segment value of another family in one period."""
    is_over = period.end - ONE_DAY <= result.as_of
    for metric in metrics:
        if metric.family != family.name:
            continue
        cell = _cell(metric, group, period.end, is_over and metric.window not in pending)
        if cell is not None:
            result.metrics[metric.name, period.period_type, period.start, *segment] = cell


def _cell(metric: Metric, group: Any, period_end: date, is_complete: bool) -> Cell | None:
    figure = metric.function(group)
    if figure is ABSENT:
        return None
    if metric.kind == "statistic":
        return Cell(period_end, is_complete, None, None, figure)
    if metric.kind == "ratio":
        if figure[0] is None or figure[1] is None:
            return Cell(period_end, is_complete, *figure, None)
        if len(figure) == 3:
            values = tuple(Decimal(value) for value in figure[2])
            value = float(figure[0]) / float(figure[1]) if figure[1] else None
            return Cell(period_end, is_complete, Decimal(figure[0]), Decimal(figure[1]), value, values)
        numerator, denominator = Decimal(figure[0]), Decimal(figure[1])
        value = float(numerator) / float(denominator) if denominator else None
        return Cell(period_end, is_complete, numerator, denominator, value)
    figure = Decimal(figure)
    return Cell(period_end, is_complete, figure, None, figure)


def _list_movements(result: Result, period: Period, facts: list[Fact]) -> None:
    reasons: dict[str, list[Decimal]] = defaultdict(list)
    for one in facts:
        if one.movement:
            result.movements[period.period_type, period.start, one.customer.customer_id] = one.movement
        if one.churn_reason:
            reasons[one.churn_reason].append(one.opening)
    for reason, amounts in reasons.items():
        key = period.period_type, period.start, "all", reason
        result.churn_reasons[key] = len(amounts), sum(amounts, ZERO)
