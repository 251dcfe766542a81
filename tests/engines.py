"""One company on two engines: every cell of every table in schema marts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

Query = Callable[[str], list[tuple]]
COLUMNS = (
    "select table_name, column_name, data_type from information_schema.columns where table_schema = 'marts'"
    " order by table_name, ordinal_position"
)
KINDS = {
    "varchar": "text",
    "character varying": "text",
    "bigint": "integer",
    "hugeint": "integer",
    "double": "double precision",
    "timestamp without time zone": "timestamp",
}


def columns_of(query: Query) -> dict[str, list[tuple[str, str]]]:
    """By mart its columns and what kind of values they hold."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in query(COLUMNS):
        tables.setdefault(table, []).append((column, _kind(kind.lower())))
    return tables


def _kind(kind: str) -> str:
    if kind.startswith(("decimal", "numeric")):
        return "decimal"
    return KINDS.get(kind, kind)


def differences(duckdb: Query, postgres: Query, without: Collection[str] = ()) -> list[str]:
    """Money, counts, dates and texts exactly, floating numbers to nine digits, JSON as parsed."""
    found = []
    tables = columns_of(duckdb)
    assert {"metrics", "mrr_movements", "customer_periods", "rejected_rows"} <= tables.keys()
    for table in tables.keys() - set(without):
        # when a build was made and recorded a row differs by nature
        columns = [column for column in tables[table] if column[0] not in ("built_at", "recorded_at")]
        # floating numbers may differ in the last digit, so that they must not decide the order
        names = ", ".join(f'"{name}"' for name, _ in columns)
        exact = [position for position, (_, kind) in enumerate(columns) if kind != "double precision"]
        sides = [
            sorted(
                ([_plain(value) for value in row] for row in query(f"select {names} from marts.{table}")),
                key=lambda row: _order(row, exact),
            )
            for query in (duckdb, postgres)
        ]
        if len(sides[0]) != len(sides[1]):
            found.append(f"{table}: {len(sides[0])} rows on DuckDB, {len(sides[1])} on PostgreSQL")
            continue
        wrong = [pair for pair in zip(*sides, strict=True) if not all(map(_same, *pair))]
        if wrong:
            found.append(f"{table}: {len(wrong)} of {len(sides[0])} rows differ")
            found += [f"    DuckDB {one}\n    PostgreSQL {other}" for one, other in wrong[:3]]
    return found


def _plain(value: Any) -> Any:
    """One form for what both engines mean."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return value
    return Decimal(value).normalize()


def _order(row: list[Any], exact: list[int]) -> list[tuple[bool, str]]:
    return [(row[position] is None, str(row[position])) for position in exact]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other
