"""The project's dbt data tests as a test of the cast: laws of tests/invariants, grains, conditions, columns that are never null."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from tests.compiled import CATALOG, ROOT, Project, folder_tables, project
from tests.conftest import CAST, VARIABLES


def test_the_cast_passes_every_data_test() -> None:
    """As dbt builds it in the fixture `cast_database`, where a data test that fails stops the build."""
    built_project = project(VARIABLES)
    tables = {name: query for name, query in folder_tables(CAST).items() if name in built_project.tables}
    with built_project.run(tables) as built:
        failed = [name for name, sql in data_tests(built_project) if built.query(f"select * from ({sql}) limit 1")]
    assert not failed


def data_tests(of: Project) -> Iterator[tuple[str, str]]:
    """Name and SQL of each; a row that it finds is a fault."""
    yield from of.invariants.items()
    for model, test, argument in _declared():
        if model not in of.by_name:
            continue
        relation = '"{}"."{}"."{}"'.format(CATALOG, *of.by_name[model].relation.split("."))
        name = f"{test} of {model}"
        if test == "unique_grain":
            columns = ", ".join(argument)
            is_null = "".join(f" or {column} is null" for column in argument)
            yield name, f"select {columns} from {relation} group by {columns} having count(*) > 1{is_null}"
        elif test == "holds":
            yield name, f"select 1 from {relation} where not coalesce({argument}, false)"
        else:
            yield f"{name}.{argument}", f"select 1 from {relation} where {argument} is null"


@cache
def _declared() -> tuple[tuple[str, str, Any], ...]:
    """Model, test and what it is about, as the YAML of the models has them; those that Jinja or a condition is part of are left out."""
    found: list[tuple[str, str, Any]] = []
    for file in sorted((ROOT / "models").rglob("*.yml")):
        for model in (yaml.load(file.read_text(), yaml.CSafeLoader) or {}).get("models", ()):
            for test in model.get("data_tests", ()):
                for kind, argument in (("unique_grain", "columns"), ("holds", "condition")):
                    if isinstance(test, dict) and kind in test and "config" not in test[kind]:
                        value = test[kind].get("arguments", test[kind]).get(argument)
                        if value and "{{" not in str(value):
                            found.append((model["name"], kind, value))
            found += [
                (model["name"], "not_null", column["name"])
                for column in model.get("columns", ())
                if "not_null" in column.get("data_tests", ())
            ]
    return tuple(found)
