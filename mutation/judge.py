"""Whether the project's tests notice a mutant: its unit tests first, then the companies that are compared with the reference."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mutation import data_tests
from mutation.companies import Company, Invalid, of_test, really_fails
from mutation.operators import Mutant, Statement
from mutation.project import compiled
from mutation.unit_tests import Bench
from tests import (
    test_collisions,
    test_collisions_growth,
    test_collisions_product,
    test_collisions_support,
    test_collisions_voice,
    test_oracle,
    test_rare_rows,
)
from tests.compiled import ROOT, Project
from tests.conftest import VARIABLES

FAMILIES = ("revenue", "retention", "voice", "support", "growth", "team", "product", "health")


@dataclass(frozen=True)
class Source:
    """A test that builds companies and compares them with the reference."""

    test: Callable[..., None]
    arguments: tuple[tuple[str, Any], ...]
    families: tuple[str, ...] = FAMILIES

    @property
    def name(self) -> str:
        """As pytest has it."""
        words = "-".join(str(value) for _, value in self.arguments)
        test = f"{self.test.__module__.split('.')[-1]}.py::{self.test.__name__}"
        return f"{test}[{words}]" if words else test


def _cast(name: str, as_of: str) -> Source:
    return Source(test_oracle.test_cast, (("name", name), ("as_of", as_of)))


def _random(module: Any, test: str, name: str, *families: str) -> Source:
    return Source(getattr(module, test), (("name", name),), families)


# what comes later is asked only about what nothing before has noticed
SOURCES = (
    _cast("defaults", "2023-09-01"),
    _cast("defaults", "2024-06-20"),
    Source(test_rare_rows.test_rare_rows, (("name", "defaults"), ("as_of", "2024-05-31"))),
    Source(test_rare_rows.test_rare_rows, (("name", "policies"), ("as_of", "2024-05-31"))),
    Source(data_tests.test_the_cast_passes_every_data_test, ()),
    _cast("policies", "2024-06-20"),
    _cast("fiscal year, zone", "2023-09-01"),
    _cast("pauses", "2023-09-01"),
    _random(test_collisions, "test_sql_and_oracle_agree", "short windows", "revenue", "retention"),
    _random(test_collisions, "test_sql_and_oracle_agree", "other policies", "revenue", "retention"),
    _random(test_collisions, "test_sql_and_oracle_agree", "defaults", "revenue", "retention"),
    _random(test_collisions_growth, "test_sql_and_oracle_agree", "defaults", "growth", "team"),
    _random(test_collisions_product, "test_sql_and_oracle_agree_on_product", "defaults", "product"),
    _random(test_collisions_support, "test_sql_and_oracle_agree_on_support", "defaults", "support"),
    _random(test_collisions_voice, "test_sql_and_reference_agree", "defaults", "voice"),
)


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    state: str  # killed, survived, invalid
    by: str
    seconds: float


class Judge:
    """The project's tests, each ready to be asked about other SQL of a model. What a test needs is made when it is first asked."""

    def __init__(self, sources: Iterable[Source] = SOURCES, most: int | None = None) -> None:
        self.project: Project = compiled(VARIABLES)
        self._sources = tuple(sources)
        self._most = most
        self._companies: dict[Source, list[Company]] = {}
        self._statements: dict[tuple[int, str], Statement] = {}
        self._families: dict[str, frozenset[str]] = {}

    @cached_property
    def bench(self) -> Bench:
        """Where unit tests are run."""
        return Bench(VARIABLES)

    def statement(self, model: str, project: Project | None = None) -> Statement:
        """The SQL of a model, as variables make it."""
        project = project or self.project
        sql = project.by_name[model].sql
        key = hash(sql), model
        if key not in self._statements:
            self._statements[key] = Statement(model, sql)
        return self._statements[key]

    def verdict(self, mutant: Mutant) -> Verdict:
        """Whether a test fails, and which."""
        began = time.monotonic()
        try:
            by = self._noticed_by(mutant)
            state = "killed" if by else "survived"
        except Invalid as error:
            state, by = "invalid", str(error).split("\n")[0]
        return Verdict(mutant, state, by or "", time.monotonic() - began)

    def _noticed_by(self, mutant: Mutant) -> str | None:
        for test, project in self.bench.tests(mutant.model):
            sql = self.statement(mutant.model, project).sql(mutant)
            if sql is not None and self.bench.fails(test, sql):
                return f"unit test {test.name}"
        for source in self._sources:
            if not self._reached(mutant.model) & set(source.families):
                continue
            for number, company in enumerate(self.companies(source)):
                if mutant.model not in company.names:
                    continue
                sql = self.statement(mutant.model, company.project).sql(mutant)
                if sql is not None and (what := company.notices(mutant.model, sql)):
                    return f"{source.name}, company {number + 1}: {what}"
        return None

    def really_noticed(self, mutant: Mutant, source: Source) -> bool:
        """Whether the test itself fails with the mutant, the long way."""
        return really_fails(
            source.test,
            dict(source.arguments),
            mutant.model,
            lambda project: self.statement(mutant.model, project).sql(mutant),
        )

    def companies(self, source: Source) -> list[Company]:
        """What a test builds."""
        if source not in self._companies:
            self._companies[source] = of_test(source.name, source.test, dict(source.arguments), self._most)
        return self._companies[source]

    def _reached(self, model: str) -> frozenset[str]:
        """The families whose figures are made from a model."""
        if not self._families:
            made_from = {
                family: {one.name for one in self.project.wanted([f"int_metric_cells__{family}"])}
                for family in FAMILIES
            }
            for one in self.project.models:
                self._families[one.name] = frozenset(family for family in FAMILIES if one.name in made_from[family])
        # what no metric is made from may be a mart of its own
        return self._families[model] or frozenset(FAMILIES)


def paths() -> dict[str, str]:
    """Every model's file, below models/."""
    return {file.stem: str(file.relative_to(ROOT / "models")) for file in sorted((ROOT / "models").rglob("*.sql"))}


def selected(patterns: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """The models whose name or file one of the patterns describes: int_churn_events, marts/metrics, intermediate/mrr, *retention*."""
    found = []
    for name, path in known.items():
        if any(fnmatch.fnmatch(name, one) or fnmatch.fnmatch(path, f"{one.rstrip('/')}/*") for one in patterns):
            found.append(name)
    return found
