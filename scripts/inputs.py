"""What a build is given, checked before it starts: the folder of raw files, the database's path and the as-of day."""

import datetime
import os
import re
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import yaml

from console import Stop, shown

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "customer_success.duckdb"
WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
# the columns in which customers write
TEXTS = {"survey_responses": "comment", "ticket_messages": "body", "feedback": "text"}
SCHEMAS = {"raw", "published_before", "staging", "intermediate", "marts", "metrics", "main", "temp", "system"}


@dataclass(frozen=True)
class Target:
    """The published database and the files beside it with which the next one is made."""

    path: Path

    @property
    def folder(self) -> Path:
        """Where everything lies that is not yet, or not, published; on the same file system."""
        return self.path.parent / ".build"

    @property
    def work_file(self) -> Path:
        """The database in the making. Named as the published one, since its views carry the name."""
        return self.folder / self.path.name

    @property
    def work_folder(self) -> Path:
        """dbt's artifacts and log of this database's builds."""
        return self.folder / self.path.stem

    @property
    def source(self) -> Path:
        """Remembers from which folder the published database was built; empty for the sample company."""
        return self.work_folder / "source"

    @property
    def lock(self) -> Path:
        """Held while a build of this database runs."""
        return self.folder / f"{self.path.name}.lock"


def target() -> Target:
    """The database of DUCKDB_PATH, which need not exist."""
    given = os.environ.get("DUCKDB_PATH") or DATABASE
    path = Path.cwd() / Path(given).expanduser()
    if given.startswith(":") or re.match("[a-z]+:", given):
        raise Stop(f"DUCKDB_PATH is {given}. Expected the path of a file.")
    if path.stem.lower() in SCHEMAS:
        raise Stop(
            f"DUCKDB_PATH is {given}: {path.stem} is the name of a schema. Expected another name for the file, such as {DATABASE}."
        )
    return Target(path)


def writable_target() -> Target:
    """The database of DUCKDB_PATH, which can be written."""
    to_write = target()
    folder = to_write.path.parent
    if not folder.is_dir():
        raise Stop(
            f"DUCKDB_PATH is {shown(to_write.path)}: there is no folder {shown(folder)}. Expected one that exists."
        )
    if to_write.path.is_dir():
        raise Stop(
            f"DUCKDB_PATH is {shown(to_write.path)}, a folder. Expected the path of a file, such as {shown(to_write.path / DATABASE)}."
        )
    for needed in (folder, to_write.folder, to_write.work_folder):
        if needed.exists() and not (needed.is_dir() and os.access(needed, os.W_OK)):
            raise Stop(f"DUCKDB_PATH is {shown(to_write.path)}: the folder {shown(needed)} cannot be written.")
    if to_write.path.exists() and not to_write.path.stat().st_mode & WRITABLE:
        raise Stop(
            f"{shown(to_write.path)} is read-only, and is not replaced. Allow it to be written, or choose another DUCKDB_PATH."
        )
    return to_write


def check_as_of() -> None:
    """Stop where AS_OF is set and no day."""
    given = os.environ.get("AS_OF", "").strip()
    if not given:
        return
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
            raise ValueError
        datetime.date.fromisoformat(given)
    except ValueError:
        raise Stop(f"AS_OF is {given}, which is no day. Expected YYYY-MM-DD, such as 2026-03-31.") from None


def raw_folder(given: str) -> Path:
    """The folder of RAW_DATA_DIR, in which there are raw files."""
    folder = Path.cwd() / Path(given).expanduser()
    expected = "Expected a folder of Parquet or CSV files named as the raw tables: customers.parquet, plans.csv, ..."
    if not folder.exists():
        raise Stop(f"RAW_DATA_DIR is {given}: there is no such folder. {expected}")
    if not folder.is_dir():
        raise Stop(f"RAW_DATA_DIR is {given}, a file. {expected}")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise Stop(f"RAW_DATA_DIR is {given}, which cannot be opened. {expected}")
    if re.search(r"['*?\[\]{}]", str(folder)):
        raise Stop(f"RAW_DATA_DIR is {given}. Expected a path without quotes, brackets, asterisks and question marks.")
    if not raw_files(folder):
        raise Stop(f"RAW_DATA_DIR is {given}, which holds no file of a raw table. {expected}")
    return folder


def check_readable(folder: Path) -> None:
    """Stop where raw files cannot be read to their end."""
    faults = [fault for file in raw_files(folder) if (fault := _fault(file))]
    if faults:
        count = "A raw file" if len(faults) == 1 else f"{len(faults)} raw files"
        raise Stop("\n".join([f"{count} of {shown(folder)} cannot be read. Nothing was built.", *faults]))


@cache
def raw_tables() -> list[str]:
    """The names of the raw tables."""
    sources = yaml.safe_load((PROJECT / "models/staging/_sources.yml").read_text())["sources"]
    return [table["name"] for source in sources if source["name"] == "raw" for table in source["tables"]]


def raw_files(folder: Path) -> list[Path]:
    """The files of a folder that are read as raw tables."""
    tables = raw_tables()
    single = [folder / f"{table}.{ending}" for table in tables for ending in ("parquet", "csv", "csv.gz")]
    return [path for path in single if path.exists()] + [
        path for table in tables for path in sorted((folder / table).glob("*.parquet"))
    ]


def sources_of(folder: Path) -> dict[str, str]:
    """How DuckDB reads each raw table of a folder."""
    files: dict[str, list[Path]] = {}
    for path in raw_files(folder):
        files.setdefault(path.relative_to(folder).parts[0], []).append(path)
    found: dict[str, str] = {}
    for name, paths in files.items():
        table = name.split(".")[0]
        if table in found:
            raise Stop(f"{shown(folder)}: table {table} stands in more than one file. Expected one.")
        names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
        found[table] = (
            f"read_parquet([{names}])"
            if paths[0].suffix == ".parquet"
            else f"read_csv({names}, header = true, all_varchar = true, quote = '\"', escape = '\"')"
        )
    return found


def _fault(file: Path) -> str | None:
    """What is wrong with a file, and what was expected; None where it can be read to its end."""
    name = str(file).replace("'", "''")
    if file.name.endswith(".parquet"):
        expected, query = "a Parquet file", f"select * from read_parquet('{name}') limit 0"
    else:
        expected = "CSV: UTF-8, a line of column names first, as many values in every line"
        # counted to the end, since a broken line may stand anywhere
        query = (
            f"select count(*) from read_csv('{name}', header = true, all_varchar = true, quote = '\"', escape = '\"')"
        )
    try:
        if file.is_dir():
            raise ValueError("it is a folder")
        if file.stat().st_size == 0:
            raise ValueError("it is empty")
        with file.open("rb"), duckdb.connect() as connection:
            connection.execute(query)
    except (OSError, ValueError, duckdb.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else _first_lines(str(error))
        return f"  - {shown(file)}\n      {reason}\n      Expected {expected}."
    return None


def _first_lines(message: str) -> str:
    """The part of a DuckDB message that speaks of the file."""
    lines = [line.strip() for line in message.split("\n\n")[0].splitlines() if line.strip()]
    useful = [line for line in lines if not line.startswith("The search space")]
    return "\n      ".join(useful[:3])
