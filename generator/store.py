"""Where tables wait until they are written: a DuckDB database in memory, filled from arrays of numbers.

Columns are handed over as numbers and become ids, labels, dates and money in SQL, which is many times faster than
making a Python object for each value.
"""

from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np

from generator.days import NONE

# Tables that are written as CSV, as many sources deliver them: every value is text there.
CSV_TABLES = {
    "customers", "customer_merges", "csms", "exchange_rates", "orders", "subscription_pauses", "journeys", "offers",
    "feedback",
}  # fmt: skip
# Columns of Parquet files that hold text although they mean a number, a date or a boolean.
TEXT_COLUMNS = {
    "subscription_items": ["quantity", "discount_ends_at"],
    "subscriptions": ["is_involuntary", "canceled_at"],
    "users": ["created_at"],
    "contract_terms": ["term_end"],
    "survey_responses": ["score"],
}
# Instants of these rows are written with an offset of two hours instead of in UTC, as some sources do.
OFFSET_ROWS = {("customers", "created_at"): "customer_id like '%7'"}


class Column(NamedTuple):
    """Values of one column and the SQL that turns them into what is written; `{c}` stands for the value."""

    values: np.ndarray
    sql: str


def ident(prefix: str, numbers: np.ndarray, width: int = 6) -> Column:
    """Ids such as `cus_000012`; null where the number is negative."""
    return Column(
        np.asarray(numbers, dtype=np.int64),
        f"case when {{c}} >= 0 then '{prefix}_' || case when {{c}} < {10**width} "
        f"then lpad({{c}}::varchar, {width}, '0') else {{c}}::varchar end end",
    )


def label(codes: np.ndarray, labels: list[str]) -> Column:
    """One of a few texts; null where the code is negative."""
    quoted = ", ".join("'" + text.replace("'", "''") + "'" for text in labels)
    return Column(np.asarray(codes, dtype=np.int64), f"case when {{c}} >= 0 then ([{quoted}])[{{c}} + 1] end")


def day(values: np.ndarray) -> Column:
    """Calendar dates from days since 1970."""
    sql = f"case when {{c}} <> {NONE} then date '1970-01-01' + {{c}}::integer end"
    return Column(np.asarray(values, dtype=np.int64), sql)


def instant(values: np.ndarray) -> Column:
    """UTC instants from seconds since 1970."""
    sql = f"case when {{c}} <> {NONE} then make_timestamp({{c}} * 1000000) end"
    return Column(np.asarray(values, dtype=np.int64), sql)


def cents(values: np.ndarray) -> Column:
    """Money from hundredths, exactly; null where `NONE`."""
    sql = f"case when {{c}} <> {NONE} then ({{c}}::decimal(18, 0) * 0.01)::decimal(18, 2) end"
    return Column(np.asarray(values, dtype=np.int64), sql)


def whole(values: np.ndarray) -> Column:
    """Whole numbers; null where `NONE`."""
    return Column(np.asarray(values, dtype=np.int64), f"case when {{c}} <> {NONE} then {{c}}::integer end")


def decimal(values: np.ndarray, digits: int) -> Column:
    """Numbers with a fixed number of decimals; null where not a number."""
    sql = f"case when not isnan({{c}}) then {{c}}::decimal(24, {digits}) end"
    return Column(np.asarray(values, dtype=np.float64), sql)


def flag(values: np.ndarray) -> Column:
    """Booleans."""
    return Column(np.asarray(values, dtype=np.int8), "{c} = 1")


def text(values: list[str | None]) -> Column:
    """Free text, `None` for null, for small tables. Handed over as numbers too: DuckDB is slow on arrays of objects."""
    known = list(dict.fromkeys(value for value in values if value is not None))
    place = {value: number for number, value in enumerate(known)}
    return label(np.array([place.get(value, -1) for value in values], dtype=np.int64), known or [""])


class Store:
    """All tables of one company."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("set timezone = 'UTC'")

    def add(self, table: str, columns: dict[str, Column]) -> None:
        """Append rows to a table, which is created by its first rows."""
        self.con.register("arrays", {name: column.values for name, column in columns.items()})
        select = ", ".join(f"{column.sql.format(c=name)} as {name}" for name, column in columns.items())
        if table in self.tables():
            self.con.execute(f"insert into {table} by name select {select} from arrays")
        else:
            self.con.execute(f"create table {table} as select {select} from arrays")
        self.con.unregister("arrays")

    def tables(self) -> list[str]:
        """Names of the tables so far."""
        listed = self.con.execute("select table_name from duckdb_tables() where not temporary order by 1")
        return [row[0] for row in listed.fetchall()]

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns, in order."""
        return [row[0] for row in self.con.execute(f"describe {table}").fetchall()]

    def count(self, table: str) -> int:
        """Number of rows of a table."""
        return self.con.execute(f"select count(*) from {table}").fetchone()[0]

    def use_text(self) -> None:
        """Turn the columns that are delivered as text into text, ISO 8601 for dates and instants."""
        for table in self.tables():
            described = self.con.execute(f"describe {table}").fetchall()
            wanted = [row[0] for row in described] if table in CSV_TABLES else TEXT_COLUMNS.get(table, [])
            for name, kind in ((row[0], row[1]) for row in described if row[0] in wanted and row[1] != "VARCHAR"):
                using = f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ')" if kind == "TIMESTAMP" else f"{name}::varchar"
                if (table, name) in OFFSET_ROWS:
                    shifted = f"strftime({name} + interval 2 hour, '%Y-%m-%dT%H:%M:%S+02:00')"
                    using = f"case when {OFFSET_ROWS[table, name]} then {shifted} else {using} end"
                self.con.execute(f"alter table {table} alter {name} type varchar using {using}")

    def write(self, directory: Path) -> None:
        """Write one file a table; files of an earlier run in the other format are replaced."""
        directory.mkdir(parents=True, exist_ok=True)
        for table in self.tables():
            kind, other = ("csv", "parquet") if table in CSV_TABLES else ("parquet", "csv")
            (directory / f"{table}.{other}").unlink(missing_ok=True)
            path = str(directory / f"{table}.{kind}").replace("'", "''")
            options = "format csv, header" if kind == "csv" else "format parquet, compression zstd"
            self.con.execute(f"copy {table} to '{path}' ({options})")
