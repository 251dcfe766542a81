"""
The project's dbt unit tests, asked of SQL that is no file: the rows that are given become tables once, and a model's SQL is run on them.

As dbt does it: a given row holds what it names and null elsewhere, of the types that the relation has; of what comes out the columns that the
first expected row names are compared, in no order. Tests that override macros speak of one branch of a model, such as the incremental one, and
are left out, but for those that say which columns the extract has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import yaml

from mutation.companies import NOT_SQL, Invalid, interrupted_after
from mutation.project import compiled
from tests.compiled import CATALOG, ROOT, Project

# what a test says of the extract: that it has the columns, as it has all of them here
KNOWN = "raw_columns"


@dataclass(frozen=True)
class UnitTest:
    """One unit test as its YAML has it."""

    name: str
    model: str
    given: tuple[tuple[str, Any], ...]  # model or seed, its rows or a query
    expected: tuple[Mapping[str, Any], ...]
    variables: tuple[tuple[str, Any], ...]


@cache
def unit_tests() -> dict[str, list[UnitTest]]:
    """The unit tests of every model that can be asked of its SQL."""
    found: dict[str, list[UnitTest]] = defaultdict(list)
    for file in sorted((ROOT / "models").rglob("*.yml")):
        text = file.read_text()
        if "\nunit_tests:" not in text:
            continue
        for one in yaml.load(text, yaml.CSafeLoader)["unit_tests"]:
            overrides = one.get("overrides") or {}
            inputs = [(part["input"], part.get("rows") or []) for part in one["given"]]
            macros = set(overrides.get("macros") or {}) - {KNOWN}
            if macros or any(not name.startswith("ref(") for name, _ in inputs):
                continue
            found[one["model"]].append(
                UnitTest(
                    one["name"],
                    one["model"],
                    tuple((re.findall(r"'(\w+)'", name)[-1], rows) for name, rows in inputs),
                    tuple(one["expect"].get("rows") or ()),
                    tuple((overrides.get("vars") or {}).items()),
                )
            )
    return found


class Bench:
    """A company without rows, for the types of its tables, and the tables of what unit tests give and expect."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.project: Project = compiled(variables)
        self._variables = variables
        self._connection = self.project.run({}, "2024-01-31").connection
        self._connection.execute("create schema given; create schema expected")
        self._relations = {relation.split(".")[1]: relation for relation, _ in self.project.seeds}
        self._relations |= {model.name: model.relation for model in self.project.models}
        self._made: set[str] = set()

    def tests(self, model: str) -> list[tuple[UnitTest, Project]]:
        """The unit tests of a model, each with the project that its variables make."""
        return [
            (test, compiled({**self._variables, **dict(test.variables)}) if test.variables else self.project)
            for test in unit_tests().get(model, ())
        ]

    def fails(self, test: UnitTest, sql: str) -> bool:
        """Whether the test fails with this SQL in the place of its model's."""
        self._make(test)
        for number, (name, _) in enumerate(test.given):
            sql = sql.replace(_quoted(self._relations[name]), f'"given"."{test.name}__{number}"')
        columns = ", ".join(f'"{name}"' for name in test.expected[0]) if test.expected else "1 as nothing"
        actual = f"select {columns} from ({sql})"
        expected = f'select * from "expected"."{test.name}"'
        try:
            with interrupted_after(self._connection):
                different = f"(({actual}) except all ({expected})) union all (({expected}) except all ({actual}))"
                return bool(self._connection.execute(f"{different} limit 1").fetchall())
        except NOT_SQL as error:
            raise Invalid(str(error)) from None
        except duckdb.Error:
            # it fails on the rows that are given, or does not end
            return True

    def _make(self, test: UnitTest) -> None:
        if test.name in self._made:
            return
        for number, (name, rows) in enumerate(test.given):
            self._table(f'"given"."{test.name}__{number}"', self._types(name), rows)
        types = self._types(test.model)
        if test.expected:
            names = {name: types[name] for name in test.expected[0]}
            self._table(f'"expected"."{test.name}"', names, test.expected)
        else:
            self._connection.execute(f'create table "expected"."{test.name}" as select 1 as nothing limit 0')
        self._made.add(test.name)

    def _types(self, name: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self._connection.execute(f"describe {self._relations[name]}").fetchall()}

    def _table(self, name: str, types: Mapping[str, str], rows: Any) -> None:
        if isinstance(rows, str):
            self._connection.execute(f"create table {name} as {rows}")
            return
        columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        self._connection.execute(f"create table {name} ({columns})")
        named = list(dict.fromkeys(column for row in rows for column in row))
        values = ", ".join("({})".format(", ".join(_literal(row.get(column)) for column in named)) for row in rows)
        if rows:
            columns = ", ".join(f'"{column}"' for column in named)
            self._connection.execute(f"insert into {name} ({columns}) values {values}")


def _quoted(relation: str) -> str:
    return '"{}"."{}"."{}"'.format(CATALOG, *relation.split("."))


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    # as text, which becomes whatever the column is
    if isinstance(value, bool):
        value = str(value).lower()
    return "'{}'".format(str(value).replace("'", "''"))
