"""What stands in the report, as it stands in the marts: values are read, and no more is done to them than to take one from another."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from report.marts import Marts

CONTENTS = Path(__file__).parent / "contents.yml"
MONTH, TRAILING = "month", "trailing_year"
MONTHS_SHOWN = 25
COHORTS_SHOWN = 24
CUSTOMERS_SHOWN = 15
REVISIONS_SHOWN = 30
# the movements that lead from the opening MRR to the closing one, as they are added
BRIDGE = {
    "opening_mrr": 1, "new_mrr": 1, "expansion_mrr": 1, "reactivation_mrr": 1, "resumed_mrr": 1, "contraction_mrr": -1, "churned_mrr": -1,
    "paused_mrr": -1, "fx_mrr": 1, "mrr": 1,
}  # fmt: skip


class Month(NamedTuple):
    """A month that the marts have."""

    start: datetime.date
    end: datetime.date  # the first day after it
    is_over: bool


class Figure(NamedTuple):
    """A metric and the period type over which it is taken."""

    metric: str
    over: str = MONTH


class Cell(NamedTuple):
    """A row of marts.metrics, of the whole company."""

    value: float | None
    lower: float | None
    upper: float | None
    sample_size: int | None
    is_small: bool
    is_complete: bool


NOTHING = Cell(None, None, None, None, False, True)


class Definition(NamedTuple):
    """A row of marts.metric_definitions."""

    metric: str
    label: str
    description: str
    formula: str
    unit: str
    kind: str
    better: str
    interval_method: str | None
    source: str
    owner: str


class Build(NamedTuple):
    """A row of marts.builds."""

    build_id: int
    built_at: datetime.datetime
    as_of: datetime.date
    project_version: str | None
    variables: dict[str, Any] | None
    closed_through: datetime.date | None
    code: str | None
    seeds: str | None
    settings: str | None


class Cohort(NamedTuple):
    """A row of marts.cohort_retention."""

    month: datetime.date
    age: int
    customers: int
    customer_retention: float | None
    revenue_retention: float | None


class AtRisk(NamedTuple):
    """A customer at risk at the close of the month."""

    customer_id: str
    name: str | None
    plan: str
    csm: str
    mrr: float
    health: float | None
    colour: str | None
    probability: float | None
    is_predicted: bool
    lost_by: list[str]
    likelier_by: list[str]


class Restated(NamedTuple):
    """A figure of the whole company that had been published, and is another now."""

    metric: str
    over: str
    period_start: datetime.date
    period_end: datetime.date
    is_closed: bool
    before: float | None
    now: float | None
    causes: str


class Changed(NamedTuple):
    """A build and what it differed in from the one before."""

    build: Build
    differences: list[str]


@dataclass(frozen=True)
class Company:
    """Every metric of the whole company up to a month."""

    month: Month
    definitions: dict[str, Definition]
    cells: dict[tuple[str, str, datetime.date], Cell]  # by metric, period type and the first day after the period

    def cell(self, figure: Figure, months_before: int = 0) -> Cell:
        """The figure of the period that ends so many months before the end of the month."""
        return self.cells.get((figure.metric, figure.over, before(self.month.end, months_before)), NOTHING)

    def series(self, figure: Figure, months: int = MONTHS_SHOWN) -> list[tuple[datetime.date, Cell]]:
        """The figure at each of so many months up to this one, by the first day of the month; without those that have none."""
        found = [(before(self.month.end, n + 1), self.cell(figure, n)) for n in reversed(range(months))]
        return [(month, cell) for month, cell in found if cell.value is not None]

    def has(self, figure: Figure) -> bool:
        """Whether there is anything to show of it in this month, the month before or the year before."""
        return any(self.cell(figure, n).value is not None for n in (0, 1, 12))


@dataclass(frozen=True)
class Group:
    """Figures under a heading."""

    title: str
    figures: list[Figure]
    missing: list[str]  # raw tables without which it is empty, and that had no rows


@dataclass(frozen=True)
class Records:
    """What the builds recorded since the month began."""

    builds: list[Build]  # all of them
    since: list[Changed]  # those that reported a day of the month or a later one, the latest first
    base: Build | None  # the last one before those
    variables: list[tuple[str, Any, Any]]  # what a setting was in it, and is now
    restated: list[Restated]
    restated_cells: int  # of every metric, period and segment
    restated_metrics: int
    closed_cells: int
    closed_at: datetime.datetime | None  # when the books of the month were closed
    differing: list[Restated]  # closed figures that would be others today
    differing_cells: int


@dataclass(frozen=True)
class Report:
    """All that the page says."""

    month: Month | None
    currency: str | None
    build: Build
    company: Company | None = None
    tiles: list[Figure] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    as_numbers: frozenset[str] = frozenset()
    cohorts: list[Cohort] = field(default_factory=list)
    reasons: list[tuple[str, int, float]] = field(default_factory=list)
    themes: list[tuple[str, str, int]] = field(default_factory=list)
    at_risk: list[AtRisk] = field(default_factory=list)
    at_risk_listed: int = 0
    records: Records | None = None
    shows_personal_data: bool = False


class Unknown(Exception):
    """What stands in contents.yml is no metric."""


def before(end: datetime.date, months: int) -> datetime.date:
    """The first of a month, so many months earlier."""
    count = end.year * 12 + end.month - 1 - months
    return end.replace(year=count // 12, month=count % 12 + 1)


def months(marts: Marts) -> list[Month]:
    """The months that the marts have, the earliest first."""
    rows = marts.rows(
        "select period_start, period_end, max(case when is_complete then 1 else 0 end) from marts.metrics"
        " where period_type = 'month' and segment_name = 'all' group by period_start, period_end order by period_start"
    )
    return [Month(start, end, bool(is_over)) for start, end, is_over in rows]


def read(marts: Marts, month: Month | None, currency: str | None) -> Report:
    """The report of a month; of a company without any, what can be said of it."""
    builds = _builds(marts)
    if not month:
        return Report(None, currency, builds[-1])
    contents = yaml.safe_load(CONTENTS.read_text())
    definitions = _definitions(marts)
    tiles = [_figure(given, definitions) for given in contents["tiles"]]
    missing = _missing_tables(marts, builds[-1])
    groups = [
        Group(
            group["title"],
            [_figure(given, definitions) for given in group["figures"]],
            [table for table in group["needs"] if table in missing],
        )
        for group in contents["groups"]
    ]
    at_risk, listed = _at_risk(marts, month, builds[-1])
    return Report(
        month,
        currency,
        builds[-1],
        Company(month, definitions, _cells(marts, month)),
        tiles,
        groups,
        frozenset(contents["as_numbers"]),
        _cohorts(marts, month),
        _reasons(marts, month),
        _themes(marts, month),
        at_risk,
        listed,
        _records(marts, month, builds, {figure.metric for group in groups for figure in group.figures} | set(BRIDGE)),
        marts.shows_personal_data,
    )


def _figure(given: str | dict[str, str], definitions: dict[str, Definition]) -> Figure:
    figure = Figure(given) if isinstance(given, str) else Figure(given["metric"], given["over"])
    if figure.metric not in definitions:
        raise Unknown(f"{figure.metric} is no metric")
    if figure.over not in (MONTH, TRAILING):
        raise Unknown(f"{figure.metric} is taken over {figure.over}. Expected {MONTH} or {TRAILING}")
    return figure


def _definitions(marts: Marts) -> dict[str, Definition]:
    columns = "metric_name, label, description, formula, unit, kind, better, interval_method, source, owner"
    return {row[0]: Definition(*row) for row in marts.rows(f"select {columns} from marts.metric_definitions")}


def _cells(marts: Marts, month: Month) -> dict[tuple[str, str, datetime.date], Cell]:
    rows = marts.rows(
        "select metric_name, period_type, period_end, value, lower_bound, upper_bound, sample_size, is_small_sample, is_complete from marts.metrics"
        " where segment_name = 'all' and segment_value = 'all' and period_type in ('month', 'trailing_year') and period_end > ? and period_end <= ?",
        before(month.end, MONTHS_SHOWN),
        month.end,
    )
    return {
        (metric, over, end): Cell(
            _number(value), _number(lower), _number(upper), size and int(size), bool(is_small), bool(is_complete)
        )
        for metric, over, end, value, lower, upper, size, is_small, is_complete in rows
    }


def _builds(marts: Marts) -> list[Build]:
    rows = marts.rows(
        "select build_id, built_at, as_of_day, project_version, variables, closed_through, code_fingerprint, seeds_fingerprint, settings_fingerprint"
        " from marts.builds order by build_id"
    )
    return [Build(*row[:4], json.loads(row[4]) if row[4] else None, *row[5:]) for row in rows]


def _missing_tables(marts: Marts, build: Build) -> set[str]:
    rows = marts.rows("select table_name from marts.build_inputs where build_id = ? and row_count = 0", build.build_id)
    return {table for (table,) in rows}


def _cohorts(marts: Marts, month: Month) -> list[Cohort]:
    """Of the months that are over, up to the one of the report: what came later was not known at its end."""
    rows = marts.rows(
        "select cohort_month, age_months, cohort_customers, customer_retention_rate, revenue_retention_rate from marts.cohort_retention"
        " where month_start <= ? and cohort_month > ? and retained_customers is not null order by cohort_month, age_months",
        month.start,
        before(month.start, COHORTS_SHOWN),
    )
    return [Cohort(day, int(age), int(size), _number(kept), _number(revenue)) for day, age, size, kept, revenue in rows]


def _reasons(marts: Marts, month: Month) -> list[tuple[str, int, float]]:
    """Why customers left in the twelve months: reason, customers, MRR."""
    rows = marts.rows(
        "select churn_reason, churned_customers, churned_mrr from marts.churn_reasons"
        " where period_type = 'trailing_year' and period_start = ? and segment_name = 'all' order by churned_mrr desc, churn_reason",
        before(month.end, 12),
    )
    return [(reason, int(customers), float(mrr)) for reason, customers, mrr in rows]


def _themes(marts: Marts, month: Month) -> list[tuple[str, str, int]]:
    """What customers wrote about in the twelve months: theme, sentiment, texts."""
    rows = marts.rows(
        "select theme, sentiment_label, sum(texts) from marts.feedback_themes"
        " where period_type = 'trailing_year' and period_end = ? and theme <> '(none)' group by theme, sentiment_label order by 1, 2",
        month.end,
    )
    return [(theme, sentiment, int(texts)) for theme, sentiment, texts in rows]


def _at_risk(marts: Marts, month: Month, build: Build) -> tuple[list[AtRisk], int]:
    """The customers of at_risk_customers at the close of the month, those that pay most; and how many there are."""
    close = min(month.end - datetime.timedelta(days=1), build.as_of)
    rows = marts.rows(
        """
        select
            predictions.customer_id, predictions.plan, predictions.csm, predictions.mrr, health.score, health.colour, predictions.probability,
            predictions.risk_tier, reason_1, reason_1_contribution, reason_2, reason_2_contribution, reason_3, reason_3_contribution
        from marts.churn_predictions as predictions
        left join (
            select records.* from marts.customer_health_history as records
            inner join (
                select customer_id, max(record_number) as record_number from marts.customer_health_history where score_day = ? group by customer_id
            ) as latest on records.customer_id = latest.customer_id and records.record_number = latest.record_number
            where records.score_day = ? and not records.is_gone
        ) as health on predictions.customer_id = health.customer_id
        where predictions.score_day = ? and (health.colour = 'red' or predictions.risk_tier = 'high')
        order by predictions.mrr desc, predictions.customer_id
        """,
        close,
        close,
        close,
    )
    lost: dict[str, list[str]] = {}
    for customer, measure in marts.rows(
        "select customer_id, measure from marts.customer_health_measures"
        " where score_day = ? and points_lost_rank <= 3 and points_lost > 0 order by customer_id, points_lost_rank",
        close,
    ):
        lost.setdefault(customer, []).append(measure)
    names = {}
    managers = {}
    if marts.shows_personal_data:
        names = dict(marts.rows("select customer_id, customer_name from marts.customers"))
        managers = dict(
            marts.rows(
                "select csm_id, max(csm_name) from marts.csm_scorecard where csm_name is not null group by csm_id"
            )
        )
    shown = [
        AtRisk(
            customer,
            names.get(customer),
            plan,
            managers.get(csm, csm),
            float(mrr),
            _number(score),
            colour,
            _number(probability),
            tier == "high",
            lost.get(customer, []),
            [reason for reason, adds in zip(reasons[::2], reasons[1::2], strict=True) if reason and adds and adds > 0],
        )
        for customer, plan, csm, mrr, score, colour, probability, tier, *reasons in rows[:CUSTOMERS_SHOWN]
    ]
    return shown, len(rows)


def _records(marts: Marts, month: Month, builds: Sequence[Build], metrics: set[str]) -> Records:
    since = [build for build in builds if build.as_of >= month.start] or [builds[-1]]
    base = next((build for build in reversed(builds) if build.build_id < since[0].build_id), None)
    inputs: dict[int, dict[str, Any]] = {}
    for build_id, table, *seen in marts.rows(
        "select build_id, table_name, fingerprint, row_count from marts.build_inputs"
    ):
        inputs.setdefault(build_id, {})[table] = seen
    earlier = dict(zip((build.build_id for build in builds), [None, *builds], strict=False))
    changed = [
        Changed(build, _differences(before_it, build, inputs))
        if (before_it := earlier[build.build_id])
        else Changed(build, [])
        for build in since
    ]
    first = since[0].build_id if base else since[0].build_id + 1
    cells, restated_metrics, closed = marts.rows(
        "select count(*), count(distinct metric_name), coalesce(sum(case when is_closed then 1 else 0 end), 0) from marts.metric_revisions"
        " where build_id >= ?",
        first,
    )[0]
    restated: dict[tuple, Restated] = {}
    for metric, over, start, end, is_closed, old, new, tables, *causes in marts.rows(
        "select metric_name, period_type, period_start, period_end, is_closed, old_value, new_value, changed_tables, is_code_changed,"
        " are_seeds_changed, are_settings_changed, is_as_of_day_changed from marts.metric_revisions"
        " where build_id >= ? and segment_name = 'all' and period_type in ('month', 'trailing_year')"
        " order by build_id",
        first,
    ):
        words = ("the code", "the seeds", "the settings", "the as-of day")
        named = [
            *filter(None, (tables or "").split(", ")),
            *(word for word, is_so in zip(words, causes, strict=True) if is_so),
        ]
        known = restated.get((metric, over, start))
        restated[metric, over, start] = Restated(
            metric,
            over,
            start,
            end,
            bool(is_closed),
            known.before if known else _number(old),
            _number(new),
            ", ".join(dict.fromkeys([*(known.causes.split(", ") if known and known.causes else []), *named])),
        )
    closed_at = marts.rows(
        "select min(closed_at) from marts.metrics_as_closed where period_type = 'month' and period_start = ?",
        month.start,
    )[0][0]
    differing = marts.rows(
        "select metric_name, period_type, period_start, period_end, closed_value, current_value from marts.closed_metric_differences"
        " where segment_name = 'all' and period_type in ('month', 'trailing_year') order by period_start desc, metric_name, period_type"
    )
    differing_cells = marts.rows("select count(*) from marts.closed_metric_differences")[0][0]
    return Records(
        list(builds),
        changed[::-1],
        base,
        _settings(base, builds[-1]),
        # closed ones first, then the latest
        sorted(
            (row for row in restated.values() if row.metric in metrics and row.before != row.now),
            key=lambda row: (not row.is_closed, -row.period_end.toordinal(), row.metric, row.over),
        ),
        int(cells),
        int(restated_metrics),
        int(closed),
        closed_at,
        [
            Restated(metric, over, start, end, True, _number(old), _number(new), "")
            for metric, over, start, end, old, new in differing
            if metric in metrics
        ],
        int(differing_cells),
    )


def _differences(old: Build, new: Build, inputs: dict[int, dict[str, Any]]) -> list[str]:
    """In what two builds differ, in words."""
    found = []
    if old.project_version != new.project_version and None not in (old.project_version, new.project_version):
        found.append(f"version {old.project_version} became {new.project_version}")
    for what, ours, theirs in (("the code", old.code, new.code), ("the seeds", old.seeds, new.seeds)):
        if ours and theirs and ours != theirs:
            found.append(f"{what} changed")
    if names := [name for name, _, _ in _settings(old, new)]:
        found.append(f"settings changed: {', '.join(names)}")
    tables = sorted(
        table
        for table in inputs.get(new.build_id, {}).keys() & inputs.get(old.build_id, {}).keys()
        if inputs[new.build_id][table] != inputs[old.build_id][table]
    )
    if tables:
        found.append(f"raw tables changed: {', '.join(tables) if len(tables) <= 4 else len(tables)}")
    if old.as_of != new.as_of:
        found.append(f"the as-of day moved from {old.as_of} to {new.as_of}")
    if not (old.code and new.code):
        found.append("one of the two recorded no fingerprints, so that nothing is known of code, seeds and settings")
    return found or ["nothing"]


def _settings(old: Build | None, new: Build) -> list[tuple[str, Any, Any]]:
    """The settings that differ, but for the as-of day, which is no definition."""
    if not (old and old.variables and new.variables):
        return []
    names = sorted((old.variables.keys() | new.variables.keys()) - {"as_of"})
    pairs = [(name, old.variables.get(name), new.variables.get(name)) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
