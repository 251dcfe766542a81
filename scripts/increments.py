"""What a build takes over from the last one, so that it makes only what changed: kept in schemas of the work file that are never published."""

import duckdb

# what the tables made by customer are compared with; see macros/increments
COMPARED_WITH = ("int_as_of", "int_periods", "int_reporting_currency", "int_customer_fingerprints")
SCHEMAS = ("before", "changed", "open", "retired")


def begin(work: duckdb.DuckDBPyConnection) -> None:
    """Puts aside what the last build knew; the next dbt run then goes on from it."""
    end(work)
    for schema in SCHEMAS:
        work.execute(f"create schema {schema}")
    for table in COMPARED_WITH:
        work.execute(f"create table before.{table} as from intermediate.{table}")


def end(work: duckdb.DuckDBPyConnection) -> None:
    """Removes what only the build itself needed; the next dbt run then makes everything anew."""
    for schema in SCHEMAS:
        work.execute(f"drop schema if exists {schema} cascade")
