"""The macros of macros/portable on DuckDB and on PostgreSQL: what every case of portable_cases.py expects, and that each macro has cases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from nlp.duckdb_functions import register
from tests.harness import postgres_environment, postgres_query
from tests.portable_cases import (
    CASES,
    FILES,
    PROJECT,
    Ask,
    Query,
    Sql,
    Table,
    Today,
    add_months,
    answers,
    compiled,
    days_between,
    faults,
    same,
)

# the zone of a session is nobody's reporting zone, and must not matter
SESSION_ZONE = "Asia/Kolkata"


@pytest.fixture(scope="module")
def on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Sql:
    database = tmp_path_factory.mktemp("portable") / "portable.duckdb"
    return compiled({"DBT_TARGET": "duckdb", "DUCKDB_PATH": str(database)})


@pytest.fixture(scope="module")
def ask_duckdb() -> Iterator[Ask]:
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(f"set TimeZone = '{SESSION_ZONE}'")
        register(connection)
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def postgres(postgres_uri: str) -> dict[str, str]:
    """The environment of an empty database."""
    environment = postgres_environment(postgres_uri, "portable")
    postgres_query({**environment, "POSTGRES_DB": "postgres"}, "create database portable")
    return environment


@pytest.fixture(scope="module")
def ask_postgres(postgres: Mapping[str, str]) -> Iterator[Ask]:
    import psycopg2

    connection = psycopg2.connect(
        host=postgres["POSTGRES_HOST"],
        port=postgres["POSTGRES_PORT"],
        user=postgres["POSTGRES_USER"],
        dbname=postgres["POSTGRES_DB"],
        options=f"-c timezone={SESSION_ZONE}",
    )
    connection.autocommit = True

    def ask(sql: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    yield ask
    connection.close()


def test_duckdb(on_duckdb: Sql, ask_duckdb: Ask) -> None:
    found = faults("DuckDB", ask_duckdb, on_duckdb)
    assert not found, "\n".join(found)


def test_postgres(postgres: Mapping[str, str], ask_postgres: Ask) -> None:
    found = faults("PostgreSQL", ask_postgres, compiled({**postgres, "DBT_TARGET": "postgres"}))
    assert not found, "\n".join(found)


# which macros have cases


def defined() -> dict[str, set[str]]:
    """By file of macros/portable the macros that others call: not those of one engine."""
    found = {}
    for file in (PROJECT / "macros/portable").glob("*.sql"):
        names = set(re.findall(r"{%-?\s*macro (\w+)\(", file.read_text()))
        found[file.stem] = {name for name in names if "__" not in name}
    return {file: names for file, names in found.items() if names}


def without_cases(macros: Mapping[str, set[str]], cases: Mapping[str, Mapping[str, list]]) -> list[str]:
    """What of either the other lacks."""
    found = []
    for file in sorted(macros.keys() | cases.keys()):
        there, tried = macros.get(file, set()), {name for name, some in cases.get(file, {}).items() if some}
        found += [f"no case of {name} (macros/portable/{file}.sql)" for name in sorted(there - tried)]
        found += [f"cases of {name}, which is not in macros/portable/{file}.sql" for name in sorted(tried - there)]
    return found


def test_every_macro_has_cases() -> None:
    assert without_cases(defined(), FILES) == []


def test_a_macro_without_cases_is_named() -> None:
    cases = {**FILES, "dates": {**FILES["dates"], "add_weeks": [Query("select 1", [1])], "forever": []}}
    assert without_cases(defined(), cases) == [
        "no case of forever (macros/portable/dates.sql)",
        "cases of add_weeks, which is not in macros/portable/dates.sql",
    ]


@pytest.mark.parametrize("macro", CASES)
def test_cases_call_their_macro(macro: str) -> None:
    for case in CASES[macro]:
        assert re.search(rf"\b{macro}\(", case.jinja), case.jinja
        assert isinstance(case, Query) or case.rows
        assert isinstance(case, Query) or {len(row) for row in case.rows} == {len(case.columns) + 1}, case.jinja


# the comparison can fail


def test_a_wrong_answer_is_named(on_duckdb: Sql, ask_duckdb: Ask) -> None:
    case = add_months[0]
    day = date(2024, 1, 31)
    wrong = Table(case.jinja, case.columns, [(day, 1, date(2024, 2, 29)), (day, 1, date(2024, 3, 2)), (day, None, day)])
    assert faults("DuckDB", ask_duckdb, {wrong: on_duckdb[case]}, {"add_months": [wrong]}) == [
        "add_months on DuckDB: {{ add_months('day', 'months') }} of day = datetime.date(2024, 1, 31), months = 1:"
        " expected datetime.date(2024, 3, 2), got datetime.date(2024, 2, 29)",
        "add_months on DuckDB: {{ add_months('day', 'months') }} of day = datetime.date(2024, 1, 31), months = None:"
        " expected datetime.date(2024, 1, 31), got None",
    ]
    sums = Query("select n as value from counted", [1, 2, 4], "Europe/Berlin")
    assert faults("DuckDB", lambda _: [(1,), (2,), (3,)], {sums: sums.jinja}, {"numbers": [sums]}) == [
        "numbers on DuckDB in Europe/Berlin: select n as value from counted: expected [1, 2, 4], got [1, 2, 3]"
    ]
    assert faults("DuckDB", lambda _: [(1,), (2,)], {sums: sums.jinja}, {"numbers": [sums]}), "a row too few"


def test_a_row_that_an_engine_refuses_is_named(ask_duckdb: Ask) -> None:
    """The others are answered all the same."""
    case = Table("{{ cast_of('t') }}", {"t": "text"}, [("1", 1), ("x", None), ("3", 3)])
    one, refused, three = answers(ask_duckdb, case, "cast(t as integer)")
    assert (one, three) == (1, 3)
    assert isinstance(refused, duckdb.ConversionException)
    (fault,) = faults("DuckDB", ask_duckdb, {case: "cast(t as integer)"}, {"cast_of": [case]})
    assert fault.startswith("cast_of on DuckDB: {{ cast_of('t') }} of t = 'x': expected None, got ConversionException")


def test_a_macro_that_cannot_be_compiled_is_told(tmp_path: Path) -> None:
    case = Table("{{ no_such_macro('day') }}", days_between[0].columns, days_between[0].rows)
    with pytest.raises(RuntimeError, match="no_such_macro"):
        compiled({"DBT_TARGET": "duckdb", "DUCKDB_PATH": str(tmp_path / "portable.duckdb")}, {"no_such_macro": [case]})


@pytest.mark.parametrize(
    ("expected", "got", "is_same"),
    [
        (1, Decimal("1.0000000000"), True),
        (Decimal("0.5"), Decimal("0.50"), True),
        (1, 1.0, False),
        (1, True, False),
        (True, 1, False),
        (True, True, True),
        (1, "1", False),
        ("", None, False),
        (None, None, True),
        (None, 0, False),
        (date(2024, 1, 31), datetime(2024, 1, 31), False),
        (datetime(2024, 1, 31), date(2024, 1, 31), False),
        (Decimal("0.3333333333"), Decimal("0.3333333334"), False),
        (("a", None), ("a", None), True),
        (("a", 1), ("a", True), False),
        (("a",), ("a", None), False),
        (Today("UTC", datetime(2024, 1, 31, 23, 59)), date(2024, 1, 31), True),
        (Today("UTC", datetime(2024, 1, 31, 23, 59)), date(2024, 2, 1), False),
        (Today("UTC", datetime(2024, 1, 31, 23, 59)), datetime(2024, 1, 31), False),
    ],
)
def test_values_are_compared_with_their_kind(expected: Any, got: Any, is_same: bool) -> None:
    assert same(expected, got) is is_same
