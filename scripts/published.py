"""The published database of the chosen target, to be read: what the headline, `make query`, `make ask` and `make train` need of it."""

import contextlib
import datetime
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import duckdb

import inputs
import postgres_schemas
import postgres_server
import spark_schemas
import spark_server
from console import Stop, show, shown
from dbt_build import dbt_environment
from inputs import DATABASE

TARGETS = ("duckdb", "postgres", "spark")
# Marts that are appended to: what is built begins with those that are published.
RECORDS = (
    "builds",
    "build_inputs",
    "customer_health_history",
    "customer_revisions",
    "metric_revisions",
    "metrics_as_closed",
)
# the CSV of PostgreSQL's COPY, as DuckDB reads it: nothing is guessed from the rows, of which there may be none
AS_WRITTEN = (
    "format csv, header false, delimiter ',', quote '\"', escape '\"', auto_detect false, allow_quoted_nulls false"
)


class Readable(Protocol):
    """A connection that reads: `?` stands for a parameter; the result has fetchone and fetchall."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Run a query."""


class Published(Protocol):
    """A published database."""

    name: str  # in words
    setting: str  # what a make command needs to find it
    elsewhere: str  # what a make command is given to build beside it
    hints: Sequence[str]  # how other programs connect
    errors: type[Exception]

    @property
    def is_sample(self) -> bool:
        """Whether it was built from the sample company."""

    def open(self) -> contextlib.AbstractContextManager[Readable]:
        """A connection that sees one build; a Stop where nothing is published."""

    def file(self, scratch: Path, tables: Sequence[str]) -> Path:
        """A DuckDB file with these tables of schema intermediate, to be read."""

    def show(self, database: Readable, sql: str, rows: int) -> None:
        """Print the result of a query."""

    def dbt_environment(self, scratch: Path) -> dict[str, str]:
        """The environment in which dbt compiles for it, without being in a reader's way."""


def chosen() -> str:
    """The target that is asked for."""
    name = os.environ.get("DBT_TARGET") or "duckdb"
    if name not in TARGETS:
        raise Stop(f"TARGET is {name}. Expected one of: {', '.join(TARGETS)}.")
    return name


def published() -> Published:
    """The published database of the chosen target."""
    if chosen() == "postgres":
        return PostgreSQL(postgres_server.server())
    if chosen() == "spark":
        return Spark(spark_server.server())
    return DuckDB(inputs.target().path)


class DuckDB:
    """A DuckDB file."""

    elsewhere = "DUCKDB_PATH=own.duckdb"
    errors = duckdb.Error

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = shown(path)
        self.setting = "" if self.name == DATABASE else f" DUCKDB_PATH={shlex.quote(self.name)}"
        self.hints: Sequence[str] = ()

    @property
    def is_sample(self) -> bool:
        """Said by the file in which a build remembers its folder."""
        source = inputs.Target(self.path).source
        return source.exists() and not source.read_text()

    @contextlib.contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that only reads."""
        self._check()
        with duckdb.connect(str(self.path), read_only=True) as database:
            yield database

    def file(self, scratch: Path, tables: Sequence[str]) -> Path:
        """The database itself."""
        self._check()
        return self.path

    def _check(self) -> None:
        if not self.path.exists():
            raise Stop(f"There is no {self.name} yet: make build{self.setting}")

    def show(self, database: duckdb.DuckDBPyConnection, sql: str, rows: int) -> None:
        """Print the result, where there is one."""
        if (result := database.sql(sql)) is not None:
            show(result, rows)

    def dbt_environment(self, scratch: Path) -> dict[str, str]:
        """A scratch file of the same name."""
        return dbt_environment(scratch / self.path.name, None)


class PostgreSQL:
    """A database on a PostgreSQL server."""

    elsewhere = "POSTGRES_DB=own"

    def __init__(self, server: postgres_server.Server) -> None:
        self.server = server
        self.name = server.name
        self.setting = f" TARGET=postgres{server.setting}"
        self.hints = (server.psql, server.url)
        self.errors = postgres_server.driver().Error

    @property
    def is_sample(self) -> bool:
        """Said by the mark of the marts."""
        with contextlib.closing(postgres_server.connect(self.server)) as connection, connection.cursor() as cursor:
            return postgres_schemas.built_from(cursor) == postgres_schemas.SAMPLE

    @contextlib.contextmanager
    def open(self) -> Iterator["Reader"]:
        """A connection that only reads, in one transaction."""
        with contextlib.closing(postgres_server.connect(self.server)) as connection:
            connection.set_session(readonly=True)
            reader = Reader(connection)
            if not reader.execute("select to_regclass('marts.builds') is not null").fetchone()[0]:
                raise Stop(f"Nothing is published in {self.name} yet: make build{self.setting}")
            # no other build is published while somebody is in the middle of reading the marts
            reader.execute("select 1 from marts.builds limit 1")
            yield reader

    def file(self, scratch: Path, tables: Sequence[str]) -> Path:
        """A copy of the tables."""
        path = scratch / inputs.DATABASE
        with self.open() as reader, duckdb.connect(str(path)) as copy:
            copy.execute("create schema intermediate")
            for table in tables:
                reader.copy(f"intermediate.{table}", copy, scratch / "rows.csv")
        return path

    def show(self, database: "Reader", sql: str, rows: int) -> None:
        """Print the result in DuckDB's box, where there is one."""
        names, found = database.head(sql, rows + 1)
        _show(names, found, rows)

    def dbt_environment(self, scratch: Path) -> dict[str, str]:
        """The server itself; nothing is written to it."""
        return postgres_environment(self.server)


def postgres_environment(server: postgres_server.Server) -> dict[str, str]:
    """The environment for dbt on PostgreSQL."""
    environment = dbt_environment(Path("unused"), None) | server.environment | {"DBT_TARGET": "postgres"}
    environment.pop("DUCKDB_PATH")
    return environment


class Reader:
    """A psycopg2 connection as the readers of DuckDB know one."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Run a query with `?` for parameters."""
        cursor = self._connection.cursor()
        cursor.execute(sql.replace("%", "%%").replace("?", "%s") if parameters else sql, parameters or None)
        return cursor

    def copy(self, table: str, to: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        """Copy a table, where there is such a one, by a CSV file in which an empty text is not null."""
        columns = self.execute(
            "select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum) from pg_attribute"
            " where attrelid = to_regclass(?) and attnum > 0 and not attisdropped",
            [table],
        ).fetchone()[0]
        if columns:
            with self._connection.cursor() as cursor, scratch.open("wb") as rows:
                cursor.copy_expert(f"copy (select * from {table}) to stdout (format csv)", rows)
            to.execute(f"create table {table} ({columns})")
            to.execute(f"copy {table} from '{scratch}' ({AS_WRITTEN})")

    def head(self, sql: str, rows: int) -> tuple[list[str], list[tuple]]:
        """Names and first rows of a result; what is not a select has its rows all at once."""
        is_query = re.match(r"\s*(select|with|values|table)\b", sql, re.IGNORECASE)
        with self._connection.cursor("head" if is_query else None) as cursor:
            try:
                cursor.execute(sql)
            except postgres_server.driver().Error as error:
                # without the words in which the rows were asked for
                raise Stop(error.diag.message_primary or str(error).strip()) from None
            if not is_query and not cursor.description:
                return [], []
            found = cursor.fetchmany(rows)
            return [column.name for column in cursor.description], found


class Spark:
    """The catalogue of a Spark cluster: always the build that was published when it was first looked at."""

    elsewhere = ""
    errors = spark_server.Refused

    def __init__(self, server: spark_server.Server) -> None:
        self.server = server
        self.name = server.name
        self.setting = f" TARGET=spark{server.setting}"
        self.hints = (server.beeline, server.url)
        self._build: spark_schemas.Build | None = None

    @property
    def is_sample(self) -> bool:
        """Said by marts.published_build."""
        with spark_server.connect(self.server) as session:
            return self._of(session).source == postgres_schemas.SAMPLE

    @contextlib.contextmanager
    def open(self) -> Iterator["SparkReader"]:
        """A session in which `marts`, `metrics` and the schemas behind them are those of the build."""
        with spark_server.connect(self.server) as session:
            yield SparkReader(session, self._of(session))

    def _of(self, session: spark_server.Session) -> spark_schemas.Build:
        self._build = self._build or spark_schemas.published(session)
        if not self._build:
            raise Stop(f"Nothing is published in {self.name} yet: make build{self.setting}")
        return self._build

    def file(self, scratch: Path, tables: Sequence[str]) -> Path:
        """A copy of the tables."""
        path = scratch / inputs.DATABASE
        with self.open() as reader, duckdb.connect(str(path)) as copy:
            copy.execute("create schema intermediate")
            for table in tables:
                reader.copy("intermediate", table, copy, scratch / "rows.csv")
        return path

    def show(self, database: "SparkReader", sql: str, rows: int) -> None:
        """Print the result in DuckDB's box."""
        names, found = database.head(sql, rows + 1)
        _show(names, found, rows)

    def dbt_environment(self, scratch: Path) -> dict[str, str]:
        """The server itself, and the schemas of the build; nothing is written to them."""
        with spark_server.connect(self.server) as session:
            return spark_environment(self.server) | {"BUILD_SCHEMA_SUFFIX": self._of(session).suffix}


def spark_environment(server: spark_server.Server) -> dict[str, str]:
    """The environment for dbt on Spark."""
    environment = dbt_environment(Path("unused"), None) | server.environment | {"DBT_TARGET": "spark"}
    environment.pop("DUCKDB_PATH")
    return environment


class SparkReader:
    """A session as the readers of DuckDB know one, of one build."""

    def __init__(self, session: spark_server.Session, build: spark_schemas.Build) -> None:
        self._session = session
        self._build = build
        self._tables: dict[str, list[str]] = {}

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Run a query with `?` for parameters."""
        words = sql.split("?") if parameters else [sql]
        values = [_literal(value) for value in parameters]
        bound = "".join(part + value for part, value in zip(words, [*values, ""], strict=True))
        return self._session.execute(spark_schemas.of_build(bound, self._build.suffix, self._tables_of))

    def _tables_of(self, schema: str) -> list[str]:
        if schema not in self._tables:
            self._tables[schema] = spark_schemas.relations(self._session, schema + self._build.suffix)
        return self._tables[schema]

    def copy(self, schema: str, table: str, to: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        """Copy a table, where there is such a one, by a CSV file in which an empty text is not null."""
        if table not in self._tables_of(schema):
            return
        described = self._session.rows(f"describe {schema}{self._build.suffix}.{table}")
        columns = ", ".join(f'"{name}" {_duckdb_type(kind)}' for name, kind, _ in described)
        result = self.execute(f"select * from {schema}.{table}")
        with scratch.open("w", encoding="utf-8", newline="") as file:
            while rows := result.fetchmany(spark_server.ROWS_AT_A_TIME):
                file.writelines(",".join(map(_as_csv, row)) + "\n" for row in rows)
        to.execute(f"create table {schema}.{table} ({columns})")
        to.execute(f"copy {schema}.{table} from '{scratch}' ({AS_WRITTEN})")

    def head(self, sql: str, rows: int) -> tuple[list[str], list[tuple]]:
        """Names and first rows of a result. Spark has no session that only reads: what is no question is not asked."""
        sql = sql.strip().rstrip(";")
        if re.match(r"(select|with|values|table|from)\b|\(", sql, re.IGNORECASE):
            # between brackets stands nothing that writes
            sql = f"select * from (\n{sql}\n) limit {rows}"
        elif not re.match(r"(show|describe|desc|explain)\b", sql, re.IGNORECASE):
            raise Stop(f"Expected a statement that reads (select, show, describe, explain): {sql[:60]}")
        result = self.execute(sql)
        return result.names, result.fetchmany(rows)


def _literal(value: Any) -> str:
    """A parameter inside an SQL text."""
    if value is None:
        return "null"
    if isinstance(value, datetime.datetime):
        return f"timestamp_ntz '{value}'"
    if isinstance(value, datetime.date):
        return f"date '{value}'"
    return spark_server.literal(value) if isinstance(value, str) else str(value)


def _duckdb_type(kind: str) -> str:
    """DuckDB's name for a type of Spark; text for what has no counterpart."""
    names = {"timestamp_ntz": "timestamp", "int": "integer"}
    is_same = re.fullmatch(r"(tiny|small|big)int|boolean|float|double|date|timestamp|decimal\(.*\)", kind)
    return names.get(kind, kind if is_same else "varchar")


def _as_csv(value: Any) -> str:
    """A value as COPY reads it."""
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'


def _show(names: Sequence[str], found: Sequence[tuple], rows: int) -> None:
    """Print rows in DuckDB's box, where there are columns."""
    if not names:
        return
    values = list(zip(*found, strict=True)) or [()] * len(names)
    types = [_type_of(column) for column in values]
    texts = [_plain(column, kind) for column, kind in zip(values, types, strict=True)]
    with duckdb.connect() as frame:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(_distinct(names), types, strict=True))
        frame.execute(f"create table result ({columns})")
        if found:
            frame.executemany(
                f"insert into result values ({', '.join('?' * len(names))})", list(zip(*texts, strict=True))
            )
        show(frame.table("result"), rows)


def _type_of(values: Sequence[Any]) -> str:
    """The DuckDB type that shows such values as DuckDB would."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {Decimal} and all(value.is_finite() for value in values if value is not None):
        scale = max(max(-value.as_tuple().exponent, 0) for value in values if value is not None)
        whole = max(value.adjusted() + 1 for value in values if value is not None)
        return f"decimal(38, {scale})" if scale + max(whole, 1) <= 38 else "varchar"
    if kinds == {datetime.datetime} and not any(value.tzinfo for value in values if value is not None):
        return "timestamp"
    if kinds == {int}:
        return "bigint" if all(abs(value) < 2**63 for value in values if value is not None) else "hugeint"
    names = {bool: "boolean", float: "double", datetime.date: "date"}
    if len(kinds) == 1:
        return names.get(kinds.pop(), "varchar")
    return "varchar"


def _plain(values: Sequence[Any], kind: str) -> list[Any]:
    """What has no type of its own as text."""
    return [str(value) if kind == "varchar" and value is not None else value for value in values]


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of columns, of which no two are equal."""
    found: list[str] = []
    for name in names:
        quoted, number = name.replace('"', '""'), 1
        while quoted.lower() in (one.lower() for one in found):
            number += 1
            quoted = f"{name}_{number}"
        found.append(quoted)
    return found
