"""
The published marts, read. A page reads with one connection, opened when it first needs one and closed when it is done, so that nobody who builds
waits for a reader. What was read is kept until something else is published.
"""

import contextlib
import functools
import json
import os
import re
import threading
from collections.abc import Hashable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
import yaml

from console import Stop
from inputs import PROJECT
from published import DuckDB, PostgreSQL, Published, Readable, published
from report.marts import personal_marts

RESULTS_KEPT = 2_000
# of marts.metric_definitions
DEFINED = "metric_name, label, family, description, formula, unit, kind, window_days, interval_method, better, variant_of, source, owner"


class Reading:
    """What one view of a page reads with."""

    def __init__(self, source: Published) -> None:
        self.source = source
        self.open_ones = contextlib.ExitStack()
        self.connection: Readable | None = None
        self.publication: Hashable = None

    def begin(self) -> None:
        """Find out what is published. A server says so itself; a file is not opened for that."""
        if isinstance(self.source, PostgreSQL):
            self._open()
        self.publication = _publication(self.source, self.connection)

    def execute(self, sql: str, parameters: tuple) -> tuple[list[str], list[tuple]]:
        """Names and rows of a result."""
        if not self.connection:
            self._open()
        cursor = self.connection.execute(sql, parameters)
        return [column[0] for column in cursor.description], cursor.fetchall()

    def _open(self) -> None:
        # DuckDB opens a file once in a process: with somebody else in it, it would go on to show the file that was replaced
        self.open_ones.enter_context(_one_at_a_time)
        self.connection = self.open_ones.enter_context(_opened(self.source))
        if isinstance(self.source, DuckDB) and _publication(self.source, None) != self.publication:
            # replaced just now: what was read so far is of the one before
            st.rerun()


_one_at_a_time = threading.RLock()
_current = threading.local()


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Within it the marts can be asked; all that is asked is answered by one publication."""
    _current.reading = now = Reading(_source())
    with now.open_ones:
        try:
            now.begin()
            yield
        except now.source.errors as error:
            message = str(error).strip().splitlines()[0]
            raise Stop(f"{now.source.name} could not be read: {message}") from None


def publication() -> Hashable:
    """What tells the publication that is there from every other."""
    source = _source()
    if isinstance(source, DuckDB):
        return _publication(source, None)
    with _opened(source) as connection:
        return _publication(source, connection)


def shown_publication() -> Hashable:
    """The one that this page shows."""
    return _current.reading.publication


def name() -> str:
    """The database in words."""
    return _current.reading.source.name


def rows(sql: str, *parameters: Any) -> list[dict[str, Any]]:
    """The rows of a query; `?` stands for a parameter."""
    if not shows_personal_data() and (named := set(re.findall(r"\w+", sql)) & _personal_columns()):
        raise ValueError(f"{', '.join(sorted(named))} holds personal data, which is not shown")
    reading = _current.reading
    names, found = _kept(reading.source.name, reading.publication, _role(), sql, parameters)
    return [dict(zip(names, row, strict=True)) for row in found]


def frame(sql: str, *parameters: Any) -> pd.DataFrame:
    """The same as a table, with floating numbers for decimals."""
    found = rows(sql, *parameters)
    table = pd.DataFrame(found) if found else pd.DataFrame(columns=_names(sql, parameters))
    for column in table.columns:
        if any(isinstance(value, Decimal) for value in table[column]):
            table[column] = table[column].map(lambda value: None if value is None else float(value)).astype("float64")
    return table


def _names(sql: str, parameters: tuple) -> list[str]:
    reading = _current.reading
    return _kept(reading.source.name, reading.publication, _role(), sql, parameters)[0]


@functools.lru_cache(RESULTS_KEPT)
def _kept(source: str, publication: Hashable, role: str, sql: str, parameters: tuple) -> tuple[list[str], list[tuple]]:
    """A result, asked for once a publication."""
    return _current.reading.execute(sql, parameters)


# Personal data ---------------------------------------------------------------------------------------------------------------


def shows_personal_data() -> bool:
    """Whether SHOW_PERSONAL_DATA allows it."""
    return os.environ.get("SHOW_PERSONAL_DATA", "") == "1"


@functools.cache
def _personal_columns() -> frozenset[str]:
    return frozenset().union(*personal_marts().values())


def shown_columns(mart: str, wanted: str) -> str:
    """Of these columns of a mart those that may be shown."""
    hidden = [] if shows_personal_data() else personal_marts().get(mart, [])
    return ", ".join(column for column in wanted.split(", ") if column not in hidden)


def may_read(mart: str) -> bool:
    """Whether the mart is there for this reader. On PostgreSQL, roles decide."""
    return _is_readable("marts", mart)


def not_readable(mart: str) -> str:
    """Why a mart is not shown."""
    if isinstance(_current.reading.source, PostgreSQL):
        return (
            f"marts.{mart} holds personal data, which {_role()} does not read. Who is in support_reporter starts the dashboard with"
            " SHOW_PERSONAL_DATA=1."
        )
    return f"There is no marts.{mart}: another version built it. make build makes it anew."


def _is_readable(schema: str, table: str) -> bool:
    if isinstance(_current.reading.source, PostgreSQL):
        sql = (
            "select 1 from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace where nspname = ? and relname = ?"
            " and has_schema_privilege(pg_namespace.oid, 'usage') and has_table_privilege(pg_class.oid, 'select')"
        )
    else:
        sql = "select 1 from information_schema.tables where table_schema = ? and table_name = ?"
    return bool(rows(sql, schema, table))


# What pages share ------------------------------------------------------------------------------------------------------------


def definitions() -> dict[str, dict[str, Any]]:
    """Every metric's row of marts.metric_definitions."""
    return {
        row["metric_name"]: row for row in rows(f"select {DEFINED} from marts.metric_definitions order by metric_name")
    }


def build() -> dict[str, Any] | None:
    """The build that is shown."""
    found = rows(
        "select build_id, built_at, as_of_day, project_version, variables from marts.builds order by build_id desc limit 1"
    )
    return found[0] if found else None


def currency() -> str:
    """The reporting currency; empty where this reader cannot know it."""
    if _is_readable("intermediate", "int_reporting_currency"):
        found = rows("select reporting_currency from intermediate.int_reporting_currency")
        return (found[0]["reporting_currency"] if found else None) or ""
    variables = (build() or {}).get("variables")
    return (json.loads(variables).get("reporting_currency") if variables else None) or ""


@functools.cache
def sql_files() -> dict[str, str]:
    """The SQL file of each metric, by the YAML beside it."""
    return {
        metric["name"]: path.with_suffix(".sql").relative_to(PROJECT).as_posix()
        for path, model in _described("metrics/*/*.yml")
        for metric in model["config"]["meta"]["metrics"]
    }


def _described(pattern: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The models of the YAML files of the marts, as they stand there."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted((PROJECT / "models/marts").glob(pattern)):
        for model in yaml.load(path.read_text(), loader)["models"]:
            yield path, model


# Where they are --------------------------------------------------------------------------------------------------------------


def _source() -> Published:
    source = published()
    if not isinstance(source, DuckDB | PostgreSQL):
        raise Stop("The dashboard reads DuckDB and PostgreSQL: make dashboard TARGET=duckdb, or TARGET=postgres.")
    return source


def _role() -> str:
    """As whom a server is read."""
    return "support_reporter" if shows_personal_data() else "reporter"


@contextlib.contextmanager
def _opened(source: Published) -> Iterator[Readable]:
    """A connection that reads, on a server as reporter."""
    with source.open() as connection:
        if isinstance(source, PostgreSQL):
            try:
                connection.execute(f"set role {_role()}")
            except source.errors as error:
                raise Stop(
                    f"{source.name} is to be read as {_role()}, and is not: {str(error).strip().splitlines()[0]}. Somebody who may has to run:"
                    f" grant {_role()} to {source.server.user};"
                ) from None
        yield connection


def _publication(source: Published, connection: Readable | None) -> Hashable:
    if isinstance(source, DuckDB):
        seen = source.file(PROJECT, ()).stat()
        return seen.st_ino, seen.st_mtime_ns, seen.st_size
    return connection.execute(
        "select cast('marts.builds'::regclass as oid), max(build_id) from marts.builds"
    ).fetchone()
