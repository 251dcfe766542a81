"""
Companies that the project's tests build and compare with the independent reference, kept, with what the tests asked of them.

A test is run as it is, on the project as it is; what it builds is not thrown away, and every question it puts to what was built is written
down with its answer. Since the test passes, the answers are those of the reference. A change of a model that changes an answer is one that the
test notices.
"""

from __future__ import annotations

import copy
import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import duckdb

from mutation.project import compiled
from tests import compiled as runner
from tests.compiled import Built, Model, Project

# what cannot even be understood is no mutant; what fails on data is one that the build notices
NOT_SQL = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException, duckdb.NotImplementedException)
SECONDS_OF_A_MUTANT = 120
# floating numbers of a mutant that are as close as this are taken for equal; the tests themselves are stricter
CLOSE = 1e-6


class Invalid(Exception):
    """The mutant is no SQL: a type that does not fit, a name that is not there."""


class Enough(BaseException):
    """As many companies of a test as were asked for."""


@contextmanager
def interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float = SECONDS_OF_A_MUTANT) -> Iterator[None]:
    """What has not ended by then never will: a recursion without its end, a join without its condition."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@dataclass
class Company:
    """A built company and the questions of the test that built it."""

    test: str
    project: Project
    connection: duckdb.DuckDBPyConnection = field(repr=False)
    wanted: list[Model] = field(repr=False)
    given: Any = field(repr=False)  # its raw tables
    questions: list[str] = field(default_factory=list, repr=False)
    _rows: dict[int, int] = field(default_factory=dict, repr=False)  # of each answer
    _before: dict[str, tuple] = field(default_factory=dict, repr=False)  # fingerprints of tables

    @cached_property
    def needed(self) -> list[Model]:
        """The models that the questions are about and those they are made from, in order."""
        asked = [model.name for model in self.wanted if any(model.relation in question for question in self.questions)]
        built = {model.name for model in self.wanted}
        return [model for model in self.project.wanted(asked) if model.name in built]

    @cached_property
    def names(self) -> frozenset[str]:
        """Of those models."""
        return frozenset(model.name for model in self.needed)

    def notices(self, name: str, sql: str) -> str | None:
        """What of the company changes with other SQL in one model, in words; None where nothing does."""
        self._fingerprint(self.project.by_name[name])
        self.connection.execute("begin")
        try:
            with interrupted_after(self.connection):
                return self._notices(name, sql)
        except duckdb.InterruptException:
            return "the build does not end"
        finally:
            self.connection.execute("rollback")

    def _notices(self, name: str, sql: str) -> str | None:
        changed: set[str] = set()
        for model in self.needed:
            is_mutant = model.name == name
            if not is_mutant and not model.parents & changed:
                continue
            kind = "view" if model.is_view else "table"
            try:
                self.connection.execute(
                    f"create or replace {kind} {model.relation} as {sql if is_mutant else model.sql}"
                )
                # of a view downstream, what is built on it will tell
                if (model.is_view and not is_mutant) or self._is_changed(model):
                    changed.add(model.name)
            except NOT_SQL as error:
                if is_mutant:
                    raise Invalid(str(error)) from None
                return f"{model.name} cannot be built"
            except duckdb.InterruptException:
                raise
            except duckdb.Error:
                return f"{model.name} cannot be built"
        relations = {model.name: model.relation for model in self.needed if model.name in changed}
        for number, question in enumerate(self.questions):
            for asked, relation in relations.items():
                if relation in question and self._is_answered_otherwise(number, question):
                    return f"{asked} differs"
        return None

    def _fingerprint(self, model: Model) -> tuple:
        """Of its rows in the project as it is; taken outside of the transaction in which a mutant is built."""
        if model.name not in self._before:
            self._before[model.name] = self._content(model)
        return self._before[model.name]

    def _is_changed(self, model: Model) -> bool:
        return model.name not in self._before or self._content(model) != self._before[model.name]

    def _content(self, model: Model) -> tuple:
        names = [row[0] for row in self.connection.execute(f"describe {model.relation}").fetchall()]
        columns = ", ".join(f'"{name}"' for name in names)
        found = self.connection.execute(f"select count(*), sum(hash({columns})) from {model.relation}").fetchone()
        return (*names, *found)

    def keep(self) -> None:
        """The answers to all questions and the fingerprints of all tables, of the project as it is."""
        self.connection.execute("create schema answers")
        for number, question in enumerate(self.questions):
            self.connection.execute(f"create table answers.answer_{number} as {question}")
            self._rows[number] = self.connection.execute(f"select count(*) from answers.answer_{number}").fetchone()[0]
        for model in self.needed:
            if not model.is_view:
                self._fingerprint(model)

    def _is_answered_otherwise(self, number: int, question: str) -> bool:
        answer = f"select * from answers.answer_{number}"
        try:
            if not self._rows[number]:
                return bool(self.connection.execute(f"select 1 from ({question}) limit 1").fetchall())
            lost = self.connection.execute(f"({answer}) except all ({question})").fetchall()
            come = self.connection.execute(f"({question}) except all ({answer})").fetchall()
        except duckdb.InterruptException:
            raise
        except duckdb.Error:
            # a type or a name that the question does not expect
            return True
        if len(lost) != len(come):
            return True
        pairs = zip(sorted(lost, key=_exact_part), sorted(come, key=_exact_part), strict=True)
        return not all(_is_close(one, other) for row, twin in pairs for one, other in zip(row, twin, strict=True))


def _exact_part(row: tuple) -> str:
    return str([None if isinstance(value, float) else value for value in row])


def _is_close(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return one == other


class _Kept(Built):
    """A built company that is not closed and remembers what it is asked."""

    def __init__(self, company: Company) -> None:
        super().__init__(company.connection)
        self._company = company

    def __exit__(self, *_: object) -> None:
        self._company.keep()

    def query(self, sql: str) -> list[tuple]:
        if "information_schema" not in sql and sql not in self._company.questions:
            self._company.questions.append(sql)
        return super().query(sql)


def of_test(name: str, test: Callable[..., None], arguments: Mapping[str, Any], most: int | None) -> list[Company]:
    """The companies that a test builds, at most so many."""
    companies: list[Company] = []
    build = Project.run

    def run(self: Project, raw: Any, as_of: str | None = None, models: Any = None) -> Built:
        if most is not None and len(companies) == most:
            raise Enough
        built = build(self, raw, as_of, models)
        built.connection.execute("set enable_progress_bar = false")
        companies.append(Company(name, self, built.connection, self.wanted(models), raw))
        return _Kept(companies[-1])

    with _instead(Project, "run", run), _projects(compiled):
        try:
            test(**arguments)
        except Enough:
            pass
        except AssertionError:
            # a company on which the project itself fails says nothing about mutants
            companies = [one for one in companies[:-1] if one.given != companies[-1].given]
    return companies


def really_fails(
    test: Callable[..., None], arguments: Mapping[str, Any], name: str, change: Callable[[Project], str | None]
) -> bool:
    """Whether the test itself fails, run from its beginning, where a model has other SQL: what the short way is held to."""

    def broken(variables: Mapping[str, Any]) -> Project:
        project = compiled(variables)
        sql = change(project)
        if sql is None:
            return project
        other = copy.copy(project)
        other.models = [replace(one, sql=sql) if one.name == name else one for one in project.models]
        other.by_name = {one.name: one for one in other.models}
        return other

    with _projects(broken):
        try:
            test(**arguments)
        except (AssertionError, RuntimeError):
            # a figure differs, or the company cannot be built
            return True
    return False


@contextmanager
def _projects(made: Callable[[Mapping[str, Any]], Project]) -> Iterator[None]:
    """What tests take for the project of their variables is made so."""
    usual = runner._project

    def project(variables: str, *_: Any) -> Project:
        with _instead(runner, "_project", usual):
            return made(json.loads(variables))

    with _instead(runner, "_project", project):
        yield


@contextmanager
def _instead(place: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        setattr(place, name, before)
