"""
Two built databases beside each other, in SQL: metrics cell by cell, definitions field by field, customers by period, all other marts row by row.

Counts and money are compared exactly, floating numbers to nine digits, as metric_revisions does. Whatever is not a function of raw rows, code and
settings, but a record of what was published, is not compared.
"""

import contextlib
import datetime
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from published import RECORDS

KEY = ("metric_name", "period_type", "period_start", "segment_name", "segment_value")
# rows of a customer in a period
CUSTOMER_KEY = ("period_type", "period_start", "customer_id")
APART = ("metrics", "metric_definitions")
NOT_COMPARED = (*RECORDS, "closed_metric_differences")
CELLS_SHOWN = 5
MONTHS_SHOWN = 3
CUSTOMERS_SHOWN = 10
# of a new metric
MONTHS_OF_NEW = 6
SEGMENTS_OF_NEW = 6
# written with the figures themselves
NOT_A_FIELD = ("metric_name", "description")


@dataclass(frozen=True)
class Cell:
    """A figure of a period and segment on both sides."""

    period_type: str
    period_start: datetime.date
    segment_name: str
    segment_value: str
    before: float | None
    now: float | None


@dataclass(frozen=True)
class Moved:
    """The customers whose rows of a mart differ in the periods of a metric's cells that differ."""

    mart: str
    count: int
    sample: list[str]


@dataclass(frozen=True)
class Metric:
    """A metric of which figures differ."""

    name: str
    unit: str
    cells: int  # on both sides together
    changed: int
    added: int
    removed: int
    columns: list[str]  # those that differ
    largest: list[Cell]
    headline: Cell | None  # the whole company in the latest complete month
    recent: list[Cell] = field(default_factory=list)  # the latest months of the whole company that differ
    moved: list[Moved] = field(default_factory=list)

    @property
    def differing(self) -> int:
        """How many cells are others than before."""
        return self.changed + self.added + self.removed


@dataclass(frozen=True)
class Figure:
    """A figure of one side with the parts it is divided from."""

    period_start: datetime.date
    segment_name: str
    segment_value: str
    numerator: float | None
    denominator: float | None
    value: float | None


@dataclass(frozen=True)
class Added:
    """A metric that the base does not have."""

    name: str
    unit: str
    description: str
    definition: dict[str, str]  # the other fields that say something
    cells: int
    empty: int  # cells without a value
    value: float | None  # of the whole company in the latest complete month
    months: list[Figure]  # of the whole company up to that month, the latest first
    segments: dict[str, list[Figure]]  # of that month, those first on which most rests


@dataclass(frozen=True)
class Field:
    """What a definition says of a metric, before and now."""

    metric: str
    name: str
    before: str | None
    now: str | None


@dataclass(frozen=True)
class Mart:
    """A mart of which rows differ."""

    name: str
    rows_before: int
    rows_now: int
    gone: int  # rows that only the base has
    new: int  # rows that only the head has
    columns: str  # columns that came or went, in words


@dataclass(frozen=True)
class Comparison:
    """Everything that differs."""

    metrics: list[Metric]
    metrics_added: list[Added]
    metrics_removed: list[str]
    definitions: list[Field]
    marts: list[Mart]
    marts_added: list[str]
    marts_removed: list[str]
    month: datetime.date | None  # the latest that is complete, of the head


@contextlib.contextmanager
def both(base: Path, head: Path, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which the databases are `base` and `head`; neither is written to."""
    with duckdb.connect(str(scratch / "comparison.duckdb")) as connection:
        for name, path in (("base", base), ("head", head)):
            quoted = str(path).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {name} (read_only)")
        if limit := os.environ.get("DUCKDB_MEMORY_LIMIT"):
            connection.execute(f"set memory_limit = '{limit}'")
        yield connection


def compare(connection: duckdb.DuckDBPyConnection, related: dict[str, set[str]] | None = None) -> Comparison:
    """
    Everything that differs. Of customers those of marts that share a changed file with the metric: `related`, by name of a metric or mart; not given:
    of every mart.
    """
    before, now = _marts(connection, "base"), _marts(connection, "head")
    shared = sorted((before.keys() & now.keys()) - {*APART, *NOT_COMPARED})
    definitions = {side: _definitions(connection, side, marts) for side, marts in (("base", before), ("head", now))}
    by_customer = [mart for mart in shared if set(CUSTOMER_KEY) <= before[mart].keys() & now[mart].keys()]
    _differing_cells(connection, before["metrics"], now["metrics"])
    _moved_customers(connection, by_customer, before, now)
    month = connection.execute(
        "select max(period_start) from head.marts.metrics where period_type = 'month' and segment_name = 'all' and is_complete"
    ).fetchone()[0]
    names = {side: _names(connection, side) | definitions[side].keys() for side in ("base", "head")}
    return Comparison(
        metrics=[_with_customers(connection, one, by_customer, related) for one in _metrics(connection, month, definitions)
                 if one.name in names["base"] & names["head"]],
        metrics_added=_added(connection, sorted(names["head"] - names["base"]), definitions["head"], month),
        metrics_removed=sorted(names["base"] - names["head"]),
        definitions=_fields(definitions["base"], definitions["head"]),
        marts=[one for mart in shared if (one := _mart(connection, mart, before[mart], now[mart], names["base"] & names["head"]))],
        marts_added=sorted(now.keys() - before.keys() - {*NOT_COMPARED}),
        marts_removed=sorted(before.keys() - now.keys() - {*NOT_COMPARED}),
        month=month,
    )  # fmt: skip


def _marts(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, dict[str, str]]:
    """The types of the columns of every mart, tables and views."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = ? and schema_name = 'marts' order by column_index",
        [side],
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _names(connection: duckdb.DuckDBPyConnection, side: str) -> set[str]:
    return {name for (name,) in connection.execute(f"select distinct metric_name from {side}.marts.metrics").fetchall()}


def _differing_cells(connection: duckdb.DuckDBPyConnection, before: dict[str, str], now: dict[str, str]) -> None:
    """Table differing: a row for each cell of marts.metrics that is not the same on both sides, with the names of the columns that differ."""
    columns = [column for column in now if column in before and column not in KEY]
    tests = ", ".join(
        f"case when {_differ(f'base_cells.{column}', f'head_cells.{column}', before[column], now[column])} then '{column}' end"
        for column in columns
    )
    connection.execute(f"""
        create table differing as
        with cells as (
            select
                {', '.join(KEY)},
                base_cells.value as before,
                head_cells.value as now,
                base_cells.numerator as numerator_before,
                head_cells.numerator as numerator_now,
                case when base_cells.is_there is null then 'added' when head_cells.is_there is null then 'removed' else 'changed' end as fate,
                list_filter([{tests}], name -> name is not null) as columns
            from (select *, true as is_there from base.marts.metrics) as base_cells
            full join (select *, true as is_there from head.marts.metrics) as head_cells using ({', '.join(KEY)})
        )
        select * from cells where fate <> 'changed' or len(columns) > 0
    """)  # fmt: skip


def _differ(one: str, other: str, *kinds: str) -> str:
    """Whether two values differ: floating numbers to nine digits, all else exactly."""
    if not {"DOUBLE", "FLOAT"} & set(kinds):
        return f"{one} is distinct from {other}"
    return (
        f"(({one} is null) <> ({other} is null)"
        f" or coalesce(abs({one} - {other}) > 1e-9 * greatest(abs({one}), abs({other})), false))"
    )


def _metrics(
    connection: duckdb.DuckDBPyConnection,
    month: datetime.date | None,
    definitions: dict[str, dict[str, dict[str, Any]]],
) -> list[Metric]:
    """The metrics of which cells differ, those first of which most do."""
    cells = dict(connection.execute("""
        select metric_name, max(cells)
        from (
            select metric_name, count(*) as cells from base.marts.metrics group by all
            union all
            select metric_name, count(*) from head.marts.metrics group by all
        )
        group by all
    """).fetchall())  # fmt: skip
    counts = connection.execute("""
        select
            metric_name,
            count(*) filter (where fate = 'changed'),
            count(*) filter (where fate = 'added'),
            count(*) filter (where fate = 'removed'),
            list_sort(list_distinct(flatten(list(columns) filter (where fate = 'changed'))))
        from differing
        group by metric_name
        order by count(*) desc, metric_name
    """).fetchall()
    # the longest period says the least about where, so that months come first among equals
    largest = _cells_by_metric(connection, f"""
        select metric_name, period_type, period_start, segment_name, segment_value, before, now
        from differing
        qualify row_number() over (
            partition by metric_name
            order by
                abs(coalesce(now, 0) - coalesce(before, 0)) desc,
                abs(coalesce(numerator_now, 0) - coalesce(numerator_before, 0)) desc,
                segment_name <> 'all',
                list_position(['month', 'quarter', 'year', 'trailing_year'], period_type),
                period_start desc,
                segment_name,
                segment_value
        ) <= {CELLS_SHOWN}
        order by abs(coalesce(now, 0) - coalesce(before, 0)) desc, segment_name <> 'all', period_start desc, segment_name, segment_value
    """)  # fmt: skip
    recent = _cells_by_metric(connection, f"""
        select metric_name, period_type, period_start, segment_name, segment_value, before, now
        from differing
        where period_type = 'month' and segment_name = 'all' and period_start <= ?
        qualify row_number() over (partition by metric_name order by period_start desc) <= {MONTHS_SHOWN}
        order by period_start desc
    """, [month])  # fmt: skip
    headline = _cells_by_metric(connection, """
        select distinct
            metric_name, period_type, period_start, segment_name, segment_value, base_cells.value, head_cells.value
        from (select * from base.marts.metrics where period_type = 'month' and segment_name = 'all' and period_start = ?) as base_cells
        full join (select * from head.marts.metrics where period_type = 'month' and segment_name = 'all' and period_start = ?) as head_cells
            using (metric_name, period_type, period_start, segment_name, segment_value)
    """, [month, month])  # fmt: skip
    return [
        Metric(
            name=name,
            unit=(definitions["head"].get(name) or definitions["base"].get(name) or {}).get("unit") or "",
            cells=cells[name],
            changed=changed,
            added=added,
            removed=removed,
            columns=columns or [],
            largest=largest.get(name, []),
            headline=next(iter(headline.get(name, [])), None),
            recent=recent.get(name, []),
        )
        for name, changed, added, removed, columns in counts
    ]


def _cells_by_metric(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()
) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for name, *values in connection.execute(sql, parameters).fetchall():
        found.setdefault(name, []).append(Cell(*values))
    return found


def _moved_customers(
    connection: duckdb.DuckDBPyConnection,
    marts: list[str],
    before: dict[str, dict[str, str]],
    now: dict[str, dict[str, str]],
) -> None:
    """Table moved: the customers and periods of which a mart has other rows than before."""
    connection.execute(
        "create table moved (mart varchar, period_type varchar, period_start date, customer_id varchar, differing_rows bigint)"
    )
    for mart in marts:
        columns = [column for column in now[mart] if column in before[mart]]
        connection.execute(f"""
            insert into moved
            select '{mart}', {", ".join(CUSTOMER_KEY)}, sum(abs(rows_now - rows_before))
            from ({_counted_rows(mart, columns, before[mart], now[mart], CUSTOMER_KEY)})
            where rows_now <> rows_before
            group by all
        """)


def _counted_rows(
    mart: str,
    columns: list[str],
    before: dict[str, str],
    now: dict[str, str],
    key: Sequence[str] = (),
    rows: str = "true",
) -> str:
    """A query with one line for each content that a row of the mart has on either side, and how often it is there."""
    words = ", ".join(
        # written with nine digits, so that what differs by rounding is one content
        f"format('{{:.8e}}', cast({column} as double))" if {"DOUBLE", "FLOAT"} & {before[column], now[column]}
        else f"cast({column} as varchar)" if before[column] != now[column]
        else f'"{column}"'
        for column in columns
    )  # fmt: skip
    names = "".join(f"{name}, " for name in key)
    return f"""
        select {names}content, count(*) filter (where is_now) as rows_now, count(*) filter (where not is_now) as rows_before
        from (
            select {names}hash({words}) as content, false as is_now from base.marts.{mart} where {rows}
            union all
            select {names}hash({words}), true from head.marts.{mart} where {rows}
        )
        group by all
    """


def _with_customers(
    connection: duckdb.DuckDBPyConnection, metric: Metric, marts: list[str], related: dict[str, set[str]] | None
) -> Metric:
    """The metric with the customers that moved in its periods."""
    found = []
    for mart in marts:
        if related is not None and not related.get(metric.name, set()) & related.get(mart, set()):
            continue
        customers = connection.execute(
            """
            select customer_id
            from moved
            where mart = ? and (period_type, period_start) in (select (period_type, period_start) from differing where metric_name = ?)
            group by customer_id
            order by sum(differing_rows) desc, customer_id
            """,
            [mart, metric.name],
        ).fetchall()
        found.append(Moved(mart, len(customers), [str(one) for (one,) in customers[:CUSTOMERS_SHOWN]]))
    return Metric(**{**metric.__dict__, "moved": found})


def _added(
    connection: duckdb.DuckDBPyConnection,
    names: list[str],
    definitions: dict[str, dict[str, Any]],
    month: datetime.date | None,
) -> list[Added]:
    """What there is to say of new metrics."""
    figure = "period_start, segment_name, segment_value, cast(numerator as double), cast(denominator as double), value"
    found = []
    for name in names:
        cells, empty = connection.execute(
            "select count(*), count(*) filter (where value is null) from head.marts.metrics where metric_name = ?",
            [name],
        ).fetchone()
        rows = connection.execute(
            f"select {figure} from head.marts.metrics where metric_name = ? and period_type = 'month' and segment_name = 'all' and period_start <= ?"
            f" order by period_start desc limit {MONTHS_OF_NEW}",
            [name, month],
        ).fetchall()
        months = [Figure(*row) for row in rows]
        segments: dict[str, list[Figure]] = {}
        for row in connection.execute(
            f"select {figure} from head.marts.metrics where metric_name = ? and period_type = 'month' and segment_name <> 'all' and period_start = ?"
            " order by segment_name, coalesce(denominator, numerator, value) desc nulls last, segment_value",
            [name, month],
        ).fetchall():
            segments.setdefault(row[1], []).append(Figure(*row))
        row = definitions.get(name, {})
        fields = {key: _text(value) for key, value in row.items() if key not in NOT_A_FIELD and value is not None}
        found.append(
            Added(
                name=name,
                unit=row.get("unit") or "",
                description=row.get("description") or "",
                definition=fields,
                cells=cells,
                empty=empty,
                value=next((one.value for one in months if one.period_start == month), None),
                months=months,
                segments=segments,
            )
        )
    return found


def _definitions(
    connection: duckdb.DuckDBPyConnection, side: str, marts: dict[str, dict[str, str]]
) -> dict[str, dict[str, Any]]:
    """The rows of metric_definitions by metric."""
    if "metric_definitions" not in marts:
        return {}
    result = connection.execute(f"select * from {side}.marts.metric_definitions")
    names = [column[0] for column in result.description]
    return {row["metric_name"]: row for row in (dict(zip(names, values, strict=True)) for values in result.fetchall())}


def _fields(before: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> list[Field]:
    """What the definitions of metrics that both sides have say differently."""
    return [
        Field(name, key, _text(before[name].get(key)), _text(now[name].get(key)))
        for name in sorted(before.keys() & now.keys())
        for key in dict.fromkeys([*before[name], *now[name]])
        if before[name].get(key) != now[name].get(key)
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _mart(
    connection: duckdb.DuckDBPyConnection, mart: str, before: dict[str, str], now: dict[str, str], metrics: set[str]
) -> Mart | None:
    """
    How many rows differ in the columns that both sides have; None where none does and no column came or went. Of a mart with rows of metrics those of
    the metrics that both sides have: what is new or gone is told by its name.
    """
    columns = [column for column in now if column in before]
    names = ", ".join(f"'{name}'" for name in sorted(metrics))
    rows_of = f"metric_name in ({names})" if metrics and "metric_name" in columns else "true"
    new, gone = connection.execute(
        "select coalesce(sum(greatest(rows_now - rows_before, 0)), 0), coalesce(sum(greatest(rows_before - rows_now, 0)), 0)"
        f" from ({_counted_rows(mart, columns, before, now, rows=rows_of)})"
    ).fetchone()
    words = [f"new: {', '.join(f'`{one}`' for one in now if one not in before)}"] if now.keys() - before.keys() else []
    words += (
        [f"gone: {', '.join(f'`{one}`' for one in before if one not in now)}"] if before.keys() - now.keys() else []
    )
    words += [f"`{one}`: {before[one].lower()}, now {now[one].lower()}" for one in columns if before[one] != now[one]]
    if not (new or gone or words):
        return None
    rows = [
        connection.execute(f"select count(*) from {side}.marts.{mart} where {rows_of}").fetchone()[0]
        for side in ("base", "head")
    ]
    return Mart(mart, *rows, int(gone), int(new), "; ".join(words))
