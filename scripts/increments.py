"""
A build that goes on from the last one: it begins with a copy of the published database, and what the last build knew is put aside, so that tables
made by customer (macros/increments) make only what changed. What is put aside is never published.
"""

import duckdb

# what the tables made by customer are compared with
COMPARED_WITH = (
    "int_as_of", "int_periods", "int_reporting_currency", "int_customer_fingerprints", "int_evidence_fingerprints", "int_common_fingerprint",
    "int_event_day_fingerprints",
)  # fmt: skip
SCHEMAS = ("before", "changed", "open", "retired")
# the code is as it was tested, the seeds are those that are there
LEFT_OUT = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "seed"]


def can_begin(database: duckdb.DuckDBPyConnection) -> bool:
    """Whether the database holds what a build needs to go on from it."""
    held = "select count(*) from duckdb_tables() where schema_name = 'intermediate' and list_contains(?, table_name)"
    return database.execute(held, [COMPARED_WITH]).fetchone()[0] == len(COMPARED_WITH)


def begin(work: duckdb.DuckDBPyConnection) -> None:
    """Put aside what the last build knew; the next dbt run goes on from it."""
    end(work)
    for schema in SCHEMAS:
        work.execute(f"create schema {schema}")
    for table in COMPARED_WITH:
        work.execute(f"create table before.{table} as from intermediate.{table}")


def end(work: duckdb.DuckDBPyConnection) -> None:
    """Remove what only the build itself needed; a dbt run then makes everything anew."""
    for schema in SCHEMAS:
        work.execute(f"drop schema if exists {schema} cascade")
