"""The same company on PostgreSQL and on DuckDB: every cell of every table in schema marts."""

from __future__ import annotations

from tests.conftest import Built
from tests.engines import columns_of, differences
from tests.harness import Result


def test_same_tables_and_columns(sample_database: Built, on_postgres: Result) -> None:
    assert columns_of(on_postgres.query) == columns_of(sample_database.query)


def test_every_cell_is_the_same(sample_database: Built, on_postgres: Result) -> None:
    found = differences(sample_database.query, on_postgres.query)
    assert not found, "\n".join(found)


def test_duckdb_makes_no_indexes(sample_database: Built) -> None:
    """What the models say of indexes is for PostgreSQL."""
    assert sample_database.query("select count(*) from duckdb_indexes()") == [(0,)]
