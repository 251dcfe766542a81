"""
Raw tables on PostgreSQL: the files of a folder, copied into schema `raw`, CSV as text and Parquet with its own types; and schema `nlp`, what the
Python of nlp/ says of the texts in them. Every table that is loaded carries a mark, so that nobody else's is ever replaced.
"""

import csv
import io
import re
import tempfile
from pathlib import Path

import duckdb

from console import Stop
from inputs import TEXTS, sources_of
from postgres_schemas import mark, relations, unmarked
from postgres_server import driver

TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "UTINYINT": "integer",
    "USMALLINT": "integer",
    "BIGINT": "bigint",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric",
    "HUGEINT": "numeric",
    "FLOAT": "double precision",
    "DOUBLE": "double precision",
}


def load(cursor, folder: Path, source: str) -> int:
    """Every raw file as a table of schema `raw`, in the place of those that were loaded before; how many. The transaction is the caller's."""
    sources = sources_of(folder)
    cursor.execute("create schema if not exists raw")
    _drop_tables(cursor, "raw")
    with duckdb.connect() as reader, tempfile.TemporaryDirectory() as scratch:
        reader.execute("set timezone = 'UTC'")
        for table, query in sources.items():
            _copy(reader, cursor, table, query, Path(scratch) / "rows.csv")
            mark(cursor, "table", f'raw."{table}"')
            cursor.execute(f'analyze raw."{table}"')
    mark(cursor, "schema", "raw", f"loaded from {source}")
    return len(sources)


def score_texts(cursor) -> None:
    """Schema `nlp`, table `text_scores`: language and polarity of every text in schema `raw`. One that somebody else wrote stays."""
    from nlp.text_sentiment import sentiment_of

    if unmarked(cursor, "nlp"):
        return
    texts: set[str] = set()
    for table, column in TEXTS.items():
        cursor.execute(
            "select 1 from pg_attribute where attrelid = to_regclass(%s) and attname = %s and not attisdropped",
            [f"raw.{table}", column],
        )
        if cursor.fetchone():
            cursor.execute(f"select distinct {column}::text from raw.{table} where {column} is not null")
            texts |= {row[0].strip() for row in cursor.fetchall()}
    cursor.execute("create schema if not exists nlp")
    mark(cursor, "schema", "nlp")
    _drop_tables(cursor, "nlp")
    cursor.execute("create table nlp.text_scores (text text, language text, polarity numeric)")
    mark(cursor, "table", "nlp.text_scores")
    rows = io.StringIO()
    csv.writer(rows).writerows((text, *sentiment_of(text)) for text in sorted(texts) if text)
    rows.seek(0)
    cursor.copy_expert("copy nlp.text_scores from stdin (format csv)", rows)


def _drop_tables(cursor, schema: str) -> None:
    """Without the tables that were loaded before; what hangs on them is somebody's, so that then nothing is dropped."""
    psycopg2 = driver()
    for name in relations(cursor, schema):
        try:
            cursor.execute(f'drop table {schema}."{name}"')
        except psycopg2.Error as error:
            raise Stop(f"{schema}.{name} cannot be replaced: {str(error).strip()}") from None


def _copy(reader: duckdb.DuckDBPyConnection, cursor, table: str, query: str, scratch: Path) -> None:
    """One raw table, through a CSV file in which an empty text is not null."""
    psycopg2 = driver()
    types = reader.execute(f"describe select * from {query}").fetchall()
    columns = ", ".join('"{}" {}'.format(row[0].replace('"', '""'), postgres_type(row[1])) for row in types)
    cursor.execute(f'create table raw."{table}" ({columns})')
    reader.execute(f"copy (select columns(*)::varchar from {query}) to '{scratch}' (format csv, header false)")
    try:
        with scratch.open("rb") as rows:
            cursor.copy_expert(f'copy raw."{table}" from stdin (format csv)', rows)
    except psycopg2.Error as error:
        raise Stop(f"raw.{table} could not be loaded: {str(error).strip()}") from None


def postgres_type(duckdb_type: str) -> str:
    """The type of a column of Parquet on PostgreSQL; text for what has no counterpart."""
    if match := re.fullmatch(r"DECIMAL(\(.*\))", duckdb_type):
        return f"numeric{match[1]}"
    return TYPES.get(duckdb_type, "text")
