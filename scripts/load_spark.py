"""
Raw tables on Spark: the files of a folder as tables of schema `raw`, CSV as text and Parquet with its own types; and schema `nlp`, what the Python of
nlp/ says of the texts in them. They pass as Parquet through a folder that the cluster sees, too. Every table carries a mark, so that nobody else's
is ever replaced.
"""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from console import Stop
from inputs import TEXTS, sources_of
from spark_schemas import MADE, mark, marked, relations, unmarked, with_mark
from spark_server import Lost, Refused, Server, Session, identifier

# what Spark reads from Parquet as something else than it is, or not at all; instants are UTC without a zone
CASTS = {
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "UTINYINT": "integer",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "decimal(38, 0)",
    "HUGEINT": "decimal(38, 0)",
    "UHUGEINT": "decimal(38, 0)",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
}
AS_THEY_ARE = {"BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "VARCHAR"}
SCORES = "text varchar, language varchar, polarity decimal(38, 10)"


def load(session: Session, to: Server, folder: Path, source: str) -> tuple[int, int]:
    """Every raw file as a table of schema `raw`, in the place of those that were loaded before; how many, and the bytes of their Parquet."""
    with staging(session, to) as place, duckdb.connect() as reader:
        reader.execute("set timezone = 'UTC'")
        files = {}
        for table, query in sources_of(folder).items():
            files[table] = place / f"{table}.parquet"
            columns = ", ".join(
                cast_of(name, kind) for name, kind, *_ in reader.execute(f"describe select * from {query}").fetchall()
            )
            _write(reader, f"select {columns} from {query}", files[table])
        size = sum(file.stat().st_size for file in files.values())
        begin_schema(session, "raw", f"loaded from {source}")
        # one after the other: Spark divides a large one among its machines, and the catalogue takes one at a time anyhow
        for table, file in files.items():
            session.execute(table_of("raw", table, file))
    return len(files), size


def begin_schema(session: Session, schema: str, text: str = MADE) -> None:
    """A schema without tables; what of it was cut off before goes with its folder."""
    if marked(session, schema) is not None and not unmarked(session, schema):
        session.execute(f"drop schema {schema} cascade")
    session.execute(f"create schema if not exists {schema}")
    mark(session, schema, text)


def table_of(schema: str, table: str, file: Path) -> str:
    """The statement that makes a table of a Parquet file."""
    return f"create table {schema}.{identifier(table)} using parquet {with_mark()} as select * from {as_read(file)}"


def as_read(file: Path) -> str:
    """A Parquet file as Spark reads it, from a file system and no other store."""
    return f"parquet.{identifier(f'file:{file}')}"


def cast_of(name: str, kind: str) -> str:
    """A column of a raw file as Spark shall read it; text for what has no counterpart."""
    column = '"' + name.replace('"', '""') + '"'
    if kind in AS_THEY_ARE or re.fullmatch(r"DECIMAL\(.*\)", kind):
        return column
    if kind == "FLOAT":
        # as it is written, not as what it comes closest to
        return f"cast(cast({column} as varchar) as double) as {column}"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {column}) as {column}"
    return f"cast({column} as {CASTS.get(kind, 'varchar')}) as {column}"


@contextmanager
def staging(session: Session, to: Server) -> Iterator[Path]:
    """A folder for Parquet files that the cluster can read; it is empty, and removed in the end."""
    place = to.staging / f"load_{secrets.token_hex(4)}"
    try:
        place.mkdir(parents=True)
        # the cluster may be somebody else on this machine
        place.chmod(0o755)
        probe = place / "probe.parquet"
        with duckdb.connect() as writer:
            _write(writer, f"select '{place.name}' as word", probe)
        _check_seen(session, to, probe, place.name)
        yield place
    except OSError as error:
        raise Stop(f"{place} cannot be written: {error.strerror or error}. {_expected(to)}") from None
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _check_seen(session: Session, to: Server, probe: Path, word: str) -> None:
    """Stop where the cluster does not read what was written here."""
    try:
        found = session.rows(f"select word from {as_read(probe)}")
    except Lost:
        raise
    except Refused as error:
        raise Stop(
            f"{to.name} cannot read what this machine writes into {probe.parent.parent}: {error}\n{_expected(to)}"
        ) from None
    if found != [(word,)]:
        raise Stop(f"{to.name} reads something else in {probe.parent.parent} than this machine. {_expected(to)}")


def _expected(to: Server) -> str:
    remedy = (
        "" if to.is_own else " under one path, and SPARK_STAGING_DIR with its name; or schema raw filled by yourself"
    )
    return f"Expected a folder that this machine writes and every machine of the cluster reads{remedy}."


def _write(writer: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    """The rows of a query as a Parquet file that anybody may read."""
    writer.execute(f"copy ({query}) to '{str(file).replace(chr(39), chr(39) * 2)}' (format parquet)")
    file.chmod(0o644)


def score_texts(session: Session, to: Server) -> None:
    """Schema `nlp`, table `text_scores`: language and polarity of every text in schema `raw`. One that somebody else wrote stays."""
    from nlp.text_sentiment import sentiment_of

    if unmarked(session, "nlp"):
        return
    texts: set[str] = set()
    there = relations(session, "raw")
    for table, column in TEXTS.items():
        if table in there and column in {row[0] for row in session.rows(f"describe raw.{table}")}:
            found = session.rows(
                f"select distinct cast({column} as string) from raw.{table} where {column} is not null"
            )
            texts |= {row[0].strip() for row in found}
    rows = [(text, *sentiment_of(text)) for text in sorted(texts) if text]
    begin_schema(session, "nlp")
    with staging(session, to) as place, duckdb.connect() as writer:
        writer.execute(f"create table scores ({SCORES})")
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            writer.execute("insert into scores select unnest(?), unnest(?), unnest(?)", columns)
        file = place / "text_scores.parquet"
        _write(writer, "select * from scores", file)
        session.execute(table_of("nlp", "text_scores", file))


def bytes_of(session: Session, schema: str) -> int | None:
    """How large the tables of a schema are; None where Spark does not know of each."""
    found = session.rows(f"show table extended in {schema} like '*'")
    sizes = [re.search(r"^Statistics: (\d+) bytes", about, re.MULTILINE) for *_, about in found]
    return sum(int(size[1]) for size in sizes) if all(sizes) else None
