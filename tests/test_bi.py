"""What BI tools stand on: every mart through SQLAlchemy, as who may read it, and the pages of bi/ with their SQL."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import yaml
from sqlalchemy import types

from report.marts import personal_marts
from tests.harness import PROJECT

PAGES = sorted((PROJECT / "bi").glob("*.md"))
BLOCK = re.compile(r"^```sql\n(.*?)^```", re.DOTALL | re.MULTILINE)
# the types of the models' YAML: of SQLAlchemy, of Python where a value comes back, and as information_schema of DuckDB has them
TYPES: dict[str, tuple[type[types.TypeEngine], type, str]] = {
    "varchar": (types.String, str, "VARCHAR"),
    "date": (types.Date, datetime.date, "DATE"),
    "timestamp": (types.DateTime, datetime.datetime, "TIMESTAMP"),
    "boolean": (types.Boolean, bool, "BOOLEAN"),
    "integer": (types.Integer, int, "INTEGER"),
    "bigint": (types.BigInteger, int, "BIGINT"),
    "decimal(38,10)": (types.Numeric, Decimal, "DECIMAL(38,10)"),
    "double precision": (types.Float, float, "DOUBLE"),
}
ROWS = 200


def described() -> dict[str, dict[str, str]]:
    """The marts with their columns' types, as the YAML beside them has it."""
    models = [
        model
        for folder in ("models/marts", "models/marts/semantic")
        for file in (PROJECT / folder).glob("*.yml")
        for model in yaml.safe_load(file.read_text()).get("models", [])
    ]
    return {
        model["name"]: {
            column["name"]: column["data_type"].replace(" ", "").replace("doubleprecision", "double precision")
            for column in model["columns"]
        }
        for model in models
    }


MARTS = described()
PERSONAL = set(personal_marts())


@pytest.fixture(scope="module")
def on_file(sample_file: Path) -> Iterator[sqlalchemy.Engine]:
    """The DuckDB file by duckdb-engine, as a tool is told to open it."""
    engine = sqlalchemy.create_engine(f"duckdb:///{sample_file}", connect_args={"read_only": True})
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def logins(sample_server: dict[str, str], let_in: Callable[[str, str], None]) -> Iterator[dict[str, sqlalchemy.Engine]]:
    """PostgreSQL by psycopg2: the builder, and a login of each role."""
    server = sample_server
    users = {"reporter": "dora", "support_reporter": "emma", "": server["POSTGRES_USER"]}
    engines = {}
    for role, user in users.items():
        if role:
            let_in(user, role)
        url = sqlalchemy.URL.create(
            "postgresql+psycopg2",
            user,
            database=server["POSTGRES_DB"],
            query={"host": server["POSTGRES_HOST"], "port": server["POSTGRES_PORT"]},
        )
        engines[role] = sqlalchemy.create_engine(url)
    yield engines
    for engine in engines.values():
        engine.dispose()


def rows_of(engine: sqlalchemy.Engine, mart: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(sqlalchemy.text(f"select * from marts.{mart} limit {ROWS}"))
        return [dict(row) for row in found.mappings()]


def check_values(mart: str, rows: list[dict[str, Any]]) -> None:
    """Values come as the Python types that belong to the columns' types."""
    for name, kind in MARTS[mart].items():
        wanted = TYPES[kind][1]
        wrong = [row[name] for row in rows if row[name] is not None and type(row[name]) is not wanted]
        assert not wrong, f"{mart}.{name} is {kind}, and comes as {wrong[0]!r}"


# the DuckDB file


def test_every_mart_is_read_from_the_file(on_file: sqlalchemy.Engine) -> None:
    names = sqlalchemy.inspect(on_file)
    assert {*names.get_table_names("marts"), *names.get_view_names("marts")} == MARTS.keys()
    filled = 0
    for mart in MARTS:
        rows = rows_of(on_file, mart)
        check_values(mart, rows)
        filled += bool(rows)
    assert filled > 25


def test_columns_of_the_file_are_those_of_the_yaml(on_file: sqlalchemy.Engine) -> None:
    """By information_schema, as bi/superset.md has it."""
    columns = sqlalchemy.text(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'marts'"
    )
    found: dict[str, dict[str, str]] = {}
    with on_file.connect() as connection:
        for table, name, kind in connection.execute(columns):
            found.setdefault(table, {})[name] = kind
    assert found == {mart: {name: TYPES[kind][2] for name, kind in named.items()} for mart, named in MARTS.items()}


def test_nothing_is_written_to_the_file(on_file: sqlalchemy.Engine) -> None:
    with on_file.connect() as connection, pytest.raises(sqlalchemy.exc.DatabaseError, match="read-only mode"):
        connection.execute(sqlalchemy.text("create table marts.mine as select 1 as a"))


def test_columns_are_still_not_reflected_by_sqlalchemy_2_1(on_file: sqlalchemy.Engine) -> None:
    """Fails once they are: then bi/superset.md has a paragraph too many, and the file can be reflected as PostgreSQL is below."""
    assert tuple(map(int, sqlalchemy.__version__.split(".")[:2])) >= (2, 1)
    with pytest.raises(sqlalchemy.exc.ProgrammingError, match="pg_collation"):
        sqlalchemy.inspect(on_file).get_columns("metrics", schema="marts")


# PostgreSQL


def test_a_reporter_reads_every_mart_without_personal_data(logins: dict[str, sqlalchemy.Engine]) -> None:
    readable = MARTS.keys() - PERSONAL
    assert len(readable) > 25
    for mart in readable:
        check_values(mart, rows_of(logins["reporter"], mart))
    for metric in ("net_revenue_retention", "mrr"):
        with logins["reporter"].connect() as connection:
            assert connection.execute(sqlalchemy.text(f"select count(*) from metrics.{metric}")).scalar() > 100


def test_marts_with_personal_data_are_refused_to_a_reporter(logins: dict[str, sqlalchemy.Engine]) -> None:
    assert {"customers", "customer_360", "csm_scorecard", "feedback"} <= PERSONAL
    for mart in PERSONAL:
        with pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"):
            rows_of(logins["reporter"], mart)
        check_values(mart, rows_of(logins["support_reporter"], mart))


def test_columns_are_reflected_with_the_types_of_the_yaml(logins: dict[str, sqlalchemy.Engine]) -> None:
    names = sqlalchemy.inspect(logins["reporter"])
    assert {*names.get_table_names("marts"), *names.get_view_names("marts")} == MARTS.keys()
    reflected = names.get_multi_columns(schema="marts", kind=sqlalchemy.engine.reflection.ObjectKind.ANY)
    for mart, columns in MARTS.items():
        found = {column["name"]: column["type"] for column in reflected["marts", mart]}
        assert list(found) == list(columns), mart
        for name, kind in columns.items():
            assert isinstance(found[name], TYPES[kind][0]), f"{mart}.{name} is {kind}, and {found[name]!r}"
            if kind.startswith("decimal"):
                assert (found[name].precision, found[name].scale) == (38, 10)


# the pages


def blocks() -> list[tuple[str, str]]:
    """The SQL of the pages, by page and number."""
    return [
        (f"{page.stem} {number}", sql)
        for page in PAGES
        for number, sql in enumerate(BLOCK.findall(page.read_text()), start=1)
    ]


def test_every_tool_has_a_page() -> None:
    """And every page has SQL that is tried, and leads only to what is there."""
    tools = {"metabase", "superset", "power_bi", "tableau", "looker_studio", "excel"}
    assert {page.stem for page in PAGES} == tools | {"README", "aggregation"}
    assert {name.split()[0] for name, _ in blocks()} == {page.stem for page in PAGES}
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
    assert (
        set(
            re.findall(
                r"`(\w+)`",
                re.search(r"personal data, too: (.*?)\.", (PROJECT / "bi/README.md").read_text(), re.DOTALL)[1],
            )
        )
        == PERSONAL
    )


def run(engine: sqlalchemy.Engine, sql: str) -> tuple[list[str], list[tuple]]:
    """Run a block, undo it, and return what it gave."""
    with engine.connect() as connection:
        result = connection.execute(sqlalchemy.text(sql))
        found = (list(result.keys()), [tuple(row) for row in result]) if result.returns_rows else ([], [])
        connection.rollback()
    return found


def check_block(name: str, names: list[str], rows: list[tuple]) -> None:
    """What is recomputed is what is published; what is averaged is not."""
    if "metrics_as_closed" not in name:
        assert rows, name
    if "as_published" not in names:
        return
    pairs = [(row[names.index("as_published")], row[-1]) for row in rows]
    pairs = [(float(published), float(other)) for published, other in pairs if None not in (published, other)]
    assert len(pairs) > 5, name
    is_same = [published == pytest.approx(other, rel=1e-9, abs=1e-12) for published, other in pairs]
    assert names[-1] in ("recomputed", "averaged")
    assert all(is_same) if names[-1] == "recomputed" else not any(is_same[-6:]), (name, pairs)


@pytest.mark.parametrize(("name", "sql"), blocks(), ids=[name for name, _ in blocks()])
def test_sql_of_the_pages_runs(
    name: str,
    sql: str,
    on_file: sqlalchemy.Engine,
    logins: dict[str, sqlalchemy.Engine],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On the file and on PostgreSQL as a member of reporter; what is of one engine alone says so in its first line."""
    monkeypatch.chdir(tmp_path)
    if not sql.startswith("-- PostgreSQL"):
        found = run(on_file, sql)
        if sql.startswith("-- DuckDB"):
            assert [file for file in tmp_path.iterdir() if file.stat().st_size > 1000], "a file is written"
        else:
            check_block(name, *found)
    if sql.startswith("-- PostgreSQL"):
        run(logins[""], sql)
    elif not sql.startswith("-- DuckDB"):
        check_block(name, *run(logins["reporter"], sql))
