"""The same company on PostgreSQL and on DuckDB: every cell of every table in schema marts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import VARIABLES, Built
from tests.harness import Result, dbt_build

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


@pytest.fixture(scope="session")
def on_postgres(
    sample_database: Built,
    postgres_raw: Callable[[Path, str], dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Result:
    """The sample company on PostgreSQL, by `dbt build --warn-error --target postgres`."""
    environment = postgres_raw(sample_database.raw, "sample") | {"DBT_WARN_ERROR": "true"}
    build = dbt_build(
        sample_database.raw,
        tmp_path_factory.mktemp("postgres_build"),
        vars=VARIABLES,
        target="postgres",
        env=environment,
    )
    assert build.success, build.messages[-6000:]
    return build


def columns_of(query: Callable[[str], list[tuple]]) -> dict[str, list[tuple[str, str]]]:
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in query(COLUMNS):
        tables.setdefault(table, []).append((column, _kind(kind.lower())))
    return tables


def _kind(kind: str) -> str:
    if kind.startswith(("decimal", "numeric")):
        return "decimal"
    return KINDS.get(kind, kind)


def test_same_tables_and_columns(sample_database: Built, on_postgres: Result) -> None:
    assert columns_of(on_postgres.query) == columns_of(sample_database.query)


def test_every_cell_is_the_same(sample_database: Built, on_postgres: Result) -> None:
    """Money, counts, dates and texts exactly, floating numbers to nine digits, JSON as parsed."""
    differences = []
    tables = columns_of(sample_database.query)
    assert {"metrics", "mrr_movements", "customer_periods", "rejected_rows"} <= tables.keys()
    for table, columns in tables.items():
        # when a build was made and recorded a row differs by nature
        columns = [column for column in columns if column[0] not in ("built_at", "recorded_at")]
        # floating numbers may differ in the last digit, so that they must not decide the order
        names = ", ".join(f'"{name}"' for name, _ in columns)
        exact = [position for position, (_, kind) in enumerate(columns) if kind != "double precision"]
        sides = [
            sorted(
                ([_plain(value) for value in row] for row in query(f"select {names} from marts.{table}")),
                key=lambda row: _order(row, exact),
            )
            for query in (sample_database.query, on_postgres.query)
        ]
        if len(sides[0]) != len(sides[1]):
            differences.append(f"{table}: {len(sides[0])} rows on DuckDB, {len(sides[1])} on PostgreSQL")
            continue
        wrong = [pair for pair in zip(*sides, strict=True) if not all(map(_same, *pair))]
        if wrong:
            differences.append(f"{table}: {len(wrong)} of {len(sides[0])} rows differ")
            differences += [f"    DuckDB {one}\n    PostgreSQL {other}" for one, other in wrong[:3]]
    assert not differences, "\n".join(differences)


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
