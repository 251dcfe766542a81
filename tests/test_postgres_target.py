"""`make build TARGET=postgres`, seen from outside: what is published, when, to whom, and what is said where it cannot be."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import psycopg2
import pytest
import yaml

from tests.engines import differences
from tests.few_models import project_of_few_models
from tests.harness import (
    PROJECT,
    REQUIRED,
    contract,
    load_postgres,
    postgres_environment,
    postgres_query,
    write_raw,
)
from tests.publishing import build as build_on_duckdb
from tests.publishing import copy_of_project, settings, without_tests
from training.database import NEEDED, Database

sys.path.insert(0, str(PROJECT / "scripts"))
import postgres_schemas
from postgres_server import Server
from published import RECORDS, PostgreSQL

Environment = dict[str, str]
Databases = Callable[[str], Environment]
# what a role may not even look into
CLOSED = ("raw", "staging", "intermediate", "seeds", "nlp")
# columns whose name says that a person, or what a person wrote, is in them; and names of things
OF_PERSONS = re.compile("(^|_)(name|email|phone|author|text|comment|body|subject|raw_row|reason|reasons|row_key)$")
OF_THINGS = {
    "churn_reason", "last_churn_reason", "metric_name", "parameter_segment_name", "segment_name", "table_name",
}  # fmt: skip


def run(
    project: Path,
    environment: Environment,
    raw: Path | None = None,
    script: str = "build",
    arguments: tuple[str, ...] = (),
    **more: str,
) -> subprocess.CompletedProcess:
    """A command of the project with TARGET=postgres."""
    return subprocess.run(
        [sys.executable, str(project / f"scripts/{script}.py"), *arguments],
        cwd=project,
        env=settings(raw, Path("unused.duckdb")) | environment | {"DBT_TARGET": "postgres"} | more,
        text=True,
        capture_output=True,
        timeout=300,
    )


@contextlib.contextmanager
def connected(environment: Environment, user: str = "", **options: Any) -> Iterator[Any]:
    """A connection, as another user where one is named."""
    connection = psycopg2.connect(
        host=environment["POSTGRES_HOST"],
        port=environment["POSTGRES_PORT"],
        user=user or environment["POSTGRES_USER"],
        dbname=environment["POSTGRES_DB"],
        **options,
    )
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture(scope="module")
def new_database(postgres_uri: str) -> Databases:
    """Makes a database of that name; the environment in which it is found."""

    def new(name: str) -> Environment:
        environment = postgres_environment(postgres_uri, name)
        postgres_query({**environment, "POSTGRES_DB": "postgres"}, f"create database {name}")
        return environment

    return new


def raw_of(folder: Path, *amounts: str) -> Path:
    """Raw files of items at these prices."""
    items = [{"item_version_id": f"v{number}", "unit_amount": amount} for number, amount in enumerate(amounts)]
    return write_raw(folder, {"subscription_items": items})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a handful of models; MRR is the sum of all prices."""
    return project_of_few_models(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def few(project: Path, new_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A database of one build: MRR is 10."""
    environment = new_database("few")
    done = run(project, environment, raw_of(tmp_path_factory.mktemp("raw") / "ten", "10.00"))
    assert done.returncode == 0, done.stdout + done.stderr
    return environment


IS_SLEEPING = "select 1 from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()"
BUILD_AND_MRR = "select (select max(build_id) from marts.builds), (select max(value) from marts.metrics)"


def published(environment: Environment) -> tuple[int, float]:
    """The number of the published build, and its MRR."""
    return postgres_query(environment, BUILD_AND_MRR)[0]


def schemas_of(environment: Environment) -> set[str]:
    """The schemas that are there."""
    found = postgres_query(
        environment, r"select nspname from pg_namespace where nspname !~ '^pg_|^information_schema$'"
    )
    return {name for (name,) in found}


class Company(NamedTuple):
    """A small company, built whole."""

    project: Path
    environment: Environment
    said: str

    def query(self, sql: str) -> list[tuple]:
        return postgres_query(self.environment, sql)


@pytest.fixture(scope="module")
def company(small_raw: Path, new_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """As the sample company, with nothing set; without dbt's tests, which test_postgres.py runs."""
    whole = without_tests(copy_of_project(tmp_path_factory.mktemp("whole")))
    shutil.copytree(small_raw, whole / "sample_data")
    environment = new_database("company")
    done = run(whole, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return Company(whole, environment, done.stdout)


# what is published, and how it is read


def test_a_build_publishes_and_says_how_to_connect(company: Company) -> None:
    host = company.environment["POSTGRES_HOST"]
    assert f"Building company at {host} from sample_data" in company.said
    assert "36 raw tables loaded into schema raw" in company.said
    assert "the latest complete month (money in USD)" in company.said
    assert f"psql -h {host} -p 5432 -U postgres company" in company.said
    assert f"postgresql+psycopg2://postgres@/company?host={host}&port=5432" in company.said
    assert f"make ask TARGET=postgres POSTGRES_HOST={host} POSTGRES_DB=company Q=what_moved_mrr" in company.said
    expected = {"raw", "nlp", *postgres_schemas.PUBLISHED}
    assert schemas_of(company.environment) - {"public"} == expected, "neither work schemas nor old ones are left"


def test_every_schema_of_the_project_is_published(company: Company) -> None:
    manifest = json.loads(next(company.project.glob(".build/*/target/manifest.json")).read_text())
    written = {node["schema"] for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")}
    made = (*postgres_schemas.PUBLISHED, *postgres_schemas.SCAFFOLDING)
    assert written == {name + postgres_schemas.WORK for name in made}


def test_texts_are_scored(company: Company) -> None:
    assert company.query("select count(*) > 5 and count(polarity) > 5 from nlp.text_scores") == [(True,)]
    assert company.query("select count(*) > 0 from marts.feedback where sentiment_label = 'positive'") == [(True,)]


def test_query_prints_what_duckdb_would(company: Company) -> None:
    sql = "select 40 + 2 as answer, 1.50 as price, date '2026-01-31' as day, null as nothing, true as so"
    done = run(company.project, company.environment, script="query", SQL=sql)
    assert done.returncode == 0, done.stdout
    for text in ("answer", "int64", "42", "decimal(38,2)", "1.50", "2026-01-31", "NULL", "true"):
        assert text in done.stdout
    wrong = run(company.project, company.environment, script="query", SQL="select * from nowhere")
    assert (wrong.returncode, wrong.stdout.strip()) == (1, 'relation "nowhere" does not exist')
    writing = run(company.project, company.environment, script="query", SQL="drop schema marts cascade")
    assert "cannot execute DROP SCHEMA in a read-only transaction" in writing.stdout


@pytest.fixture
def question(project: Path) -> Iterator[str]:
    """An analysis of the few models."""
    (project / "analyses").mkdir()
    (project / "analyses/what_is_mrr.sql").write_text("select max(value) as figure from {{ ref('metrics') }}")
    page = {"version": 2, "analyses": [{"name": "what_is_mrr", "description": "The greatest."}]}
    (project / "analyses/_analyses.yml").write_text(yaml.safe_dump(page))
    yield "what_is_mrr"
    shutil.rmtree(project / "analyses")


def test_questions_are_answered(project: Path, few: Environment, question: str) -> None:
    done = run(project, few, script="ask", Q=question)
    assert done.returncode == 0, done.stdout
    assert "What is MRR  (money in EUR, as of" in done.stdout
    assert "The greatest." in done.stdout
    assert "10.0" in done.stdout


def test_what_people_filter_by_is_indexed(company: Company) -> None:
    definitions = {
        (schema, table, re.search(r"\((.*)\)", definition)[1])
        for schema, table, definition in company.query("select schemaname, tablename, indexdef from pg_indexes")
    }
    assert ("marts", "metrics", "metric_name, period_type, segment_name, period_start") in definitions
    for table in ("customers", "customer_360", "tickets", "feedback"):
        assert ("marts", table, "customer_id") in definitions
    assert ("intermediate", "int_customer_period_changes", "customer_id") in definitions
    plan = company.query(
        "explain select * from marts.metrics where metric_name = 'mrr' and period_type = 'month' and segment_name = 'all'"
    )
    assert any("Index" in line for (line,) in plan), plan


# late rows


class Late(NamedTuple):
    """The company built again when rows had changed, and another one, on DuckDB, that was never built from others."""

    company: Company
    fresh: Path
    said: str


@pytest.fixture(scope="module")
def late(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Late:
    """Subscriptions are gone, prices and comments are corrected, days of usage are missing."""
    raw = company.project / "sample_data"
    with duckdb.connect() as changing:
        for table, query in {
            "subscriptions": "select * from {file} where hash(subscription_id) % 20 > 0",
            "subscription_items": "select * replace (unit_amount * 2 as unit_amount) from {file}",
            "usage_events": "select * from {file} where hash(occurred_at) % 10 > 0",
        }.items():
            file = raw / f"{table}.parquet"
            changing.execute(f"create table {table} as {query.format(file=repr(str(file)))}")
            changing.execute(f"copy {table} to '{file}' (format parquet)")
    again = run(company.project, company.environment)
    assert again.returncode == 0, again.stdout + again.stderr
    fresh = tmp_path_factory.mktemp("fresh") / "fresh.duckdb"
    built = build_on_duckdb(company.project, None, fresh)
    assert built.returncode == 0, built.stdout
    return Late(company, fresh, again.stdout)


def test_a_build_after_late_rows_is_a_fresh_one(late: Late) -> None:
    """But for the records, which say what the second build changed."""
    with duckdb.connect(str(late.fresh), read_only=True) as fresh:
        found = differences(lambda sql: fresh.execute(sql).fetchall(), late.company.query, without=RECORDS)
    assert not found, "\n".join(found)
    assert late.company.query("select count(*) from marts.builds") == [(2,)]
    assert re.search(r"published figures of \d+ metrics changed since the build", late.said)


def test_training_reads_either_target(late: Late, tmp_path: Path) -> None:
    """The same snapshots, contracts and purchases; the command tells whose."""
    server = {name.removeprefix("POSTGRES_").lower(): value for name, value in late.company.environment.items()}
    copied = PostgreSQL(Server(server["host"], int(server["port"]), server["user"], "", server["db"])).file(
        tmp_path, NEEDED
    )
    with Database(copied) as one, Database(late.fresh) as other:
        day = one.company().as_of
        assert one.company() == other.company()
        assert len(one.snapshots()) > 100
        for read in (Database.snapshots, lambda source: source.spells(day), lambda source: source.purchases(day)):
            for ours, theirs in zip(vars(read(one)).values(), vars(read(other)).values(), strict=True):
                if isinstance(ours, np.ndarray) and ours.dtype.kind == "f":
                    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
                else:
                    assert np.array_equal(ours, theirs)
    shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    arguments = ("--seeds", str(tmp_path / "seeds"))
    done = run(late.company.project, late.company.environment, script="train", arguments=arguments)
    assert f"Training on company at {server['host']}, as of {day}" in done.stdout, done.stdout + done.stderr


# who may read what


def marts() -> dict[str, dict]:
    """The marts as their YAML describes them."""
    folders = (PROJECT / "models/marts", PROJECT / "models/marts/semantic")
    pages = [yaml.safe_load(file.read_text()) for folder in folders for file in folder.glob("*.yml")]
    return {model["name"]: model for page in pages for model in page.get("models", [])}


def is_personal(described: dict) -> bool:
    return bool(described.get("config", {}).get("meta", {}).get("contains_pii"))


def test_marts_with_personal_columns_are_marked() -> None:
    """A mart is marked where a column is, and a column whose name speaks of persons or of what they wrote is."""
    wrong = []
    for name, mart in marts().items():
        columns = [column["name"] for column in mart["columns"] if is_personal(column)]
        speaking = [
            column["name"]
            for column in mart["columns"]
            if OF_PERSONS.search(column["name"]) and column["name"] not in OF_THINGS
        ]
        if is_personal(mart) != (mart.get("config", {}).get("grants") == {"select": ["support_reporter"]}):
            wrong.append(f"{name}: its mark and its grants differ")
        if is_personal(mart) != bool(columns):
            wrong.append(f"{name}: the mart is {'' if is_personal(mart) else 'not '}marked, its columns are: {columns}")
        if speaking and not is_personal(mart):
            wrong.append(f"{name}: {speaking} and no mark")
    assert not wrong


def test_what_is_not_marked_holds_nothing_personal(company: Company) -> None:
    """No value of a raw column that is personal data stands in a mart that is not marked."""
    personal = {
        value.strip()
        for table, columns in contract().items()
        for column, meta in columns.items()
        if meta.get("contains_pii")
        and company.query(
            f"select 1 from pg_attribute where attrelid = to_regclass('raw.{table}') and attname = '{column}'"
        )
        for (value,) in company.query(f"select distinct {column}::text from raw.{table} where {column} is not null")
        if len(value.strip()) > 3
    }
    assert len(personal) > 100
    found, marked = [], {name for name, mart in marts().items() if is_personal(mart)}
    for schema, table, column in company.query(
        "select table_schema, table_name, column_name from information_schema.columns"
        " where table_schema in ('marts', 'metrics') and data_type in ('text', 'character varying')"
    ):
        if table not in marked and (schema == "marts" or column == "segment_value"):
            values = {value for (value,) in company.query(f'select distinct "{column}" from {schema}."{table}"')}
            found += [f"{schema}.{table}.{column}: {value}" for value in sorted((values & personal) - {None})]
    assert not found


@pytest.fixture(scope="module")
def readers(few: Environment) -> dict[str, str]:
    """By role, which the build has created, a user that logs in and is nothing but its member; and one that is nobody's."""
    users = {"reporter": "anna", "support_reporter": "ben", "": "nobody_in_particular"}
    for role, user in users.items():
        postgres_query(few, f"create user {user} {f'in role {role}' if role else ''}")
    return users


@pytest.mark.parametrize("role", ["reporter", "support_reporter", ""])
def test_roles_read_what_they_may(company: Company, readers: dict[str, str], role: str) -> None:
    """Logged in as a member, every table and view of every schema is tried."""
    personal = {f"marts.{name}" for name, mart in marts().items() if is_personal(mart)}
    assert {"marts.customers", "marts.feedback", "marts.rejected_rows", "marts.csm_scorecard"} <= personal
    wrong = []
    tables = company.query(
        "select nspname, relname from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace"
        " where relkind in ('r', 'v') and nspname !~ '^pg_|^information_schema$'"
    )
    assert {schema for schema, _ in tables} == {*CLOSED, "marts", "metrics"}
    with connected(company.environment, readers[role]) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for schema, table in tables:
            name = f"{schema}.{table}"
            expected = bool(role) and schema not in CLOSED and (role == "support_reporter" or name not in personal)
            try:
                cursor.execute(f'select * from {schema}."{table}" limit 0')
                reads = True
            except psycopg2.errors.InsufficientPrivilege:
                reads = False
            if reads != expected:
                wrong.append(f"{role or 'nobody'} {'reads' if reads else 'does not read'} {name}")
    assert not wrong


def test_a_reporter_can_write_nothing(company: Company, readers: dict[str, str]) -> None:
    with connected(company.environment, readers["support_reporter"]) as connection, connection.cursor() as cursor:
        for sql in ("delete from marts.builds", "create table marts.mine (a int)", "create schema mine"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(sql)
            connection.rollback()


# one moment


def test_readers_see_one_build_or_the_next(
    project: Path, few: Environment, readers: dict[str, str], tmp_path: Path
) -> None:
    """
    While a second build is made and published: a statement and a transaction see one build, none fails; records are kept, somebody's view over the
    marts reads the new ones, a reporter goes on reading.
    """
    postgres_query(few, "create schema own; create view own.figures as select max(value) as mrr from marts.metrics")
    number, before = published(few)
    after = before + 15
    pairs: set[tuple[int, float]] = set()
    errors: list[str] = []
    rounds = itertools.count()
    done = threading.Event()

    def read(pause: float, user: str) -> None:
        with connected(few, user) as connection, connection.cursor() as cursor:
            while not done.is_set():
                try:
                    if pause:
                        # a transaction of two statements
                        cursor.execute("select max(build_id) from marts.builds")
                        build_id = cursor.fetchone()[0]
                        time.sleep(pause)
                        cursor.execute("select max(value) from marts.metrics")
                        pairs.add((build_id, cursor.fetchone()[0]))
                    else:
                        cursor.execute(BUILD_AND_MRR)
                        pairs.add(cursor.fetchone())
                    connection.commit()
                    next(rounds)
                except psycopg2.Error as error:
                    errors.append(str(error))
                    connection.rollback()
                # half of the time nobody is in the middle of reading
                time.sleep(pause or 0.001)

    threads = [
        threading.Thread(target=read, args=(pause, user))
        for pause, user in ((0, ""), (0, readers["reporter"]), (0.15, ""))
    ]
    for thread in threads:
        thread.start()
    try:
        second = run(project, few, raw_of(tmp_path / "raw", *[str(before), "15.00"]))
        time.sleep(0.5)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert second.returncode == 0, second.stdout + second.stderr
    assert not errors, errors[:3]
    assert pairs == {(number, before), (number + 1, after)}
    assert next(rounds) > 300
    assert postgres_query(few, "select mrr from own.figures") == [(after,)]
    assert postgres_query(few, "select count(*), count(distinct build_id) from marts.builds") == [
        (number + 1, number + 1)
    ]
    revised = postgres_query(few, "select count(*) > 0 from marts.metric_revisions where new_value is not null")
    assert revised == [(True,)], "what was published before was compared with"
    postgres_query(few, "drop schema own cascade")


def test_who_is_in_the_middle_of_reading_is_waited_for(project: Path, few: Environment, tmp_path: Path) -> None:
    """A transaction that has read one table finds the others of the same build, and the switch comes after it."""
    number, before = published(few)
    with connected(few) as reader, reader.cursor() as cursor:
        cursor.execute("select max(build_id) from marts.builds")
        assert cursor.fetchone() == (number,)
        building = subprocess.Popen(
            [sys.executable, "-u", str(project / "scripts/build.py")],
            cwd=project,
            env=settings(raw_of(tmp_path / "raw", "41.00"), Path("unused.duckdb")) | few | {"DBT_TARGET": "postgres"},
            stdout=subprocess.PIPE,
            text=True,
        )
        said = list(itertools.takewhile(lambda line: "Waiting for those who are reading" not in line, building.stdout))
        assert building.poll() is None, "".join(said)
        cursor.execute("select max(value) from marts.metrics")
        assert cursor.fetchone() == (before,)
        # others are let in meanwhile
        assert published(few) == (number, before)
        reader.commit()
        building.communicate(timeout=60)
    assert building.returncode == 0
    assert published(few) == (number + 1, 41.0)


def test_who_stays_in_the_middle_of_reading_is_named(project: Path, few: Environment, tmp_path: Path) -> None:
    before = published(few)
    with connected(few) as reader, reader.cursor() as cursor:
        cursor.execute("select count(*) from marts.metrics")
        done = run(project, few, raw_of(tmp_path / "raw", "77.00"), POSTGRES_PUBLISH_WAIT="1")
    assert done.returncode == 1
    assert "Waiting for those who are reading, up to 1 s" in done.stdout
    assert "for 1 s somebody has been in the middle of reading. Nothing was published." in done.stdout
    assert re.search(r"process \d+ of postgres, since \d\d:\d\d:\d\d", done.stdout)
    assert published(few) == before


def test_a_failing_build_publishes_nothing(project: Path, few: Environment, tmp_path: Path) -> None:
    before = published(few)
    raw = raw_of(tmp_path / "raw", "99.00")
    broken = project / "tests/invariants/there_are_no_figures.sql"
    broken.write_text("select * from {{ ref('metrics') }}\n")
    try:
        failed = run(project, few, raw)
    finally:
        broken.unlink()
    assert failed.returncode == 1
    assert "test there_are_no_figures" in failed.stdout
    assert "The published schemas are as they were: built 2" in failed.stdout
    assert "marts__work" in schemas_of(few), "what was built is there to be looked into"
    assert published(few) == before
    again = run(project, few, raw)
    assert again.returncode == 0, again.stdout
    assert published(few) == (before[0] + 1, 99.0)
    expected = {"raw", "nlp", "public", *postgres_schemas.PUBLISHED}
    assert schemas_of(few) == expected, "nothing has to be cleaned by hand"
    unchanged = run(project, few, raw)
    assert "Nothing has changed since the build of" in unchanged.stdout
    assert published(few) == (before[0] + 1, 99.0)


def test_what_somebody_keeps_in_the_marts_is_not_dropped(project: Path, few: Environment, tmp_path: Path) -> None:
    before = published(few)
    for make, drop, message in (
        (
            "create table marts.targets as select 1 as a",
            "drop table marts.targets",
            "would be replaced with it: targets",
        ),
        (
            "create materialized view public.kept as select * from marts.metrics",
            "drop materialized view public.kept",
            "public.kept would be dropped with the marts that it reads",
        ),
    ):
        postgres_query(few, make)
        done = run(project, few, raw_of(tmp_path / "raw", "5.00"))
        postgres_query(few, drop)
        assert done.returncode == 1
        assert message in done.stdout
    assert published(few) == before


def test_two_builds_do_not_meet(project: Path, few: Environment, tmp_path: Path) -> None:
    """The second is refused while dbt works for the first, even where the first has been killed."""
    before = published(few)
    slow = ("--vars", "{seconds: 12}")
    first = subprocess.Popen(
        [sys.executable, str(project / "scripts/build.py"), *slow],
        cwd=project,
        env=settings(raw_of(tmp_path / "raw", "6.00"), Path("unused.duckdb")) | few | {"DBT_TARGET": "postgres"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while not postgres_query(few, IS_SLEEPING):
            assert time.monotonic() < until and first.poll() is None
            time.sleep(0.2)
        second = run(project, few, raw_of(tmp_path / "other", "7.00"))
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        third = run(project, few, raw_of(tmp_path / "other", "7.00"))
    finally:
        first.kill()
        first.wait()
    for refused in (second, third):
        assert refused.returncode == 1
        assert re.search(r"Another build of few at .* is running \(process \d+ of postgres, since ", refused.stdout)
    assert published(few) == before
    until = time.monotonic() + 60
    while (fourth := run(project, few, raw_of(tmp_path / "other", "7.00"))).returncode and time.monotonic() < until:
        assert "Another build" in fourth.stdout, fourth.stdout
        time.sleep(1)
    assert published(few) == (before[0] + 1, 7.0)


# what is somebody's own


def test_own_raw_tables_are_used_and_never_replaced(project: Path, new_database: Databases, tmp_path: Path) -> None:
    environment = new_database("own_raw")
    postgres_query(environment, "create schema raw")
    empty = run(project, environment, None)
    assert empty.returncode == 1
    assert "Schema raw of own_raw at" in empty.stdout
    assert "is empty. Fill it, drop it for the sample company" in empty.stdout
    # filled as by a pipeline: without the project's marks
    load_postgres(raw_of(tmp_path / "filled", "21.50"), environment)
    for kind, name in [("schema", "raw"), ("schema", "nlp"), *(("table", f"raw.{name}") for name in REQUIRED)]:
        postgres_query(environment, f"comment on {kind} {name} is null")
    postgres_query(environment, "alter table raw.subscription_items rename to items")
    missing = run(project, environment, None)
    assert missing.returncode == 1
    assert "raw.subscription_items: the table is missing and nothing can be counted without it." in missing.stdout
    assert "Expected a table subscription_items in schema raw." in missing.stdout
    assert "Nothing was published." in missing.stdout
    postgres_query(environment, "alter table raw.items rename to subscription_items")
    tables = "select oid, relname from pg_class where relnamespace = to_regnamespace('raw') order by 1"
    before = postgres_query(environment, tables)
    refused = run(project, environment, raw_of(tmp_path / "raw", "10.00"))
    assert refused.returncode == 1
    assert "Schema raw holds tables that this project did not load (customers, plans" in refused.stdout
    built = run(project, environment, None)
    assert built.returncode == 0, built.stdout
    assert "from schema raw as it is" in built.stdout
    assert published(environment) == (1, 21.5)
    assert postgres_query(environment, tables) == before
    # the company's own tables are gone: the sample does not take their place
    postgres_query(environment, "drop schema raw cascade")
    sample = run(project, environment, None)
    assert sample.returncode == 1
    assert "was built from schema raw, and the sample company would replace it" in sample.stdout
    assert published(environment) == (1, 21.5)
    assert "raw" not in schemas_of(environment)


def test_the_sample_does_not_replace_a_company(project: Path, few: Environment) -> None:
    before = postgres_query(few, "select oid from pg_class where relnamespace = to_regnamespace('raw') order by 1")
    done = run(project, few, None)
    assert done.returncode == 1
    assert re.search(r"few at .* was built from .*, and the sample company would replace it", done.stdout)
    assert (
        postgres_query(few, "select oid from pg_class where relnamespace = to_regnamespace('raw') order by 1") == before
    )


def test_schemas_of_somebody_else_are_not_replaced(project: Path, new_database: Databases, tmp_path: Path) -> None:
    environment = new_database("somebodys")
    postgres_query(environment, "create schema marts; create table marts.metrics as select 'mine' as a")
    done = run(project, environment, raw_of(tmp_path / "raw", "10.00"))
    assert done.returncode == 1
    assert "Schema marts of somebodys at" in done.stdout
    assert "was not made by make build, and is not replaced" in done.stdout
    assert postgres_query(environment, "select a from marts.metrics") == [("mine",)]
    assert schemas_of(environment) == {"marts", "public"}


# what stands against it


@pytest.fixture(scope="module")
def locked_user(postgres_uri: str) -> str:
    """A user of whom a password is asked, and who may create neither schemas nor roles."""
    environment = postgres_environment(postgres_uri, "postgres")
    rules = Path(postgres_query(environment, "show hba_file")[0][0])
    rules.write_text("local all locked scram-sha-256\n" + rules.read_text())
    postgres_query(environment, "create user locked password 'right'")
    postgres_query(environment, "select pg_reload_conf()")
    until = time.monotonic() + 30
    while may_connect({**environment, "POSTGRES_USER": "locked"}):
        assert time.monotonic() < until
        time.sleep(0.2)
    return "locked"


def may_connect(environment: Environment) -> bool:
    try:
        with connected(environment):
            return True
    except psycopg2.OperationalError:
        return False


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": "1"}, "No PostgreSQL server answers at 127.0.0.1, port 1: "),
        (
            {"POSTGRES_DB": "nowhere"},
            "has no database nowhere. Create it (createdb nowhere), or name another: POSTGRES_DB.",
        ),
        (
            {"POSTGRES_USER": "locked", "POSTGRES_PASSWORD": "wrong"},
            "does not let locked in: password authentication failed",
        ),
        ({"POSTGRES_USER": "locked"}, "does not let locked in: "),
        (
            {"POSTGRES_USER": "locked", "POSTGRES_PASSWORD": "right"},
            "locked may not create schemas in few at",
        ),
        ({"POSTGRES_PORT": "many"}, "POSTGRES_PORT is many. Expected a number"),
        ({"POSTGRES_HOST": ""}, "POSTGRES_PORT is given, and POSTGRES_HOST is not."),
        ({"POSTGRES_PUBLISH_WAIT": "long"}, "POSTGRES_PUBLISH_WAIT is long. Expected a number of seconds"),
    ],
)
def test_what_stands_against_it_is_said(
    project: Path, few: Environment, locked_user: str, tmp_path: Path, given: Environment, message: str
) -> None:
    before = published(few)
    done = run(project, {**few, **given}, raw_of(tmp_path / "raw", "10.00"))
    assert done.returncode == 1
    assert message in done.stdout
    assert "Traceback" not in done.stderr
    assert published(few) == before


def test_who_may_not_create_roles_is_told_what_to_run(
    project: Path, new_database: Databases, locked_user: str, tmp_path: Path
) -> None:
    """The build is published all the same; roles that are there are let in by a user who may not create any."""
    environment = new_database("modest")
    postgres_query(environment, f"grant create on database modest to {locked_user}")
    modest = {**environment, "POSTGRES_USER": locked_user, "POSTGRES_PASSWORD": "right"}
    files = (project / "scripts/postgres_schemas.py", project / "dbt_project.yml")
    before = [file.read_text() for file in files]
    for file, text in zip(files, before, strict=True):
        file.write_text(re.sub(r"([(\[]\"?)reporter", r"\1nobody_yet", text))
        assert "nobody_yet" in file.read_text()
    try:
        done = run(project, modest, raw_of(tmp_path / "raw", "10.00"))
    finally:
        for file, text in zip(files, before, strict=True):
            file.write_text(text)
    assert done.returncode == 0, done.stdout
    assert (
        "Somebody who may has to run: create role nobody_yet; then: make build TARGET=postgres FORCE=1" in done.stdout
    )


def test_nothing_is_published_yet(project: Path, new_database: Databases, question: str) -> None:
    environment = new_database("nothing_yet")
    for script, more in (("query", {"SQL": "select 1"}), ("ask", {"Q": question}), ("train", {})):
        done = run(project, environment, script=script, **more)
        assert done.returncode == 1
        assert "Nothing is published in nothing_yet at" in done.stdout


@pytest.mark.parametrize("script", ["build", "query"])
def test_an_unknown_target_is_told_with_those_there_are(project: Path, few: Environment, script: str) -> None:
    done = run(project, few, script=script, arguments=("select 1",) if script == "query" else (), DBT_TARGET="oracle")
    assert done.returncode == 1
    assert "TARGET is oracle. Expected one of: duckdb, postgres" in done.stdout


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that is not pytest's: see postgres_uri."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def with_a_lost_server(project: Path, folder: Path) -> None:
    """A build whose server is killed while dbt works."""
    building = subprocess.Popen(
        [sys.executable, str(project / "scripts/build.py"), "--vars", "{seconds: 60}"],
        cwd=folder,
        env=settings(raw_of(folder / "other", "20.00"), Path("unused.duckdb")) | {"DBT_TARGET": "postgres"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    own = {
        "POSTGRES_HOST": str(folder / ".postgres"),
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": "customer_success",
    }
    until = time.monotonic() + 60
    while not postgres_query(own, IS_SLEEPING):
        assert time.monotonic() < until and building.poll() is None
        time.sleep(0.2)
    os.kill(int((folder / ".postgres/postmaster.pid").read_text().splitlines()[0]), signal.SIGQUIT)
    said, _ = building.communicate(timeout=60)
    assert building.returncode == 1
    assert said.rstrip().endswith(
        "The connection to customer_success at .postgres was lost in the middle of the build. When the server is back, build again.\n"
        "The published schemas are as they were."
    )
    assert "Traceback" not in said


def test_without_a_host_a_server_of_its_own_is_started(project: Path, folder: Path) -> None:
    """In .postgres of the current folder; it goes on running until it is stopped, and is found again."""
    raw = raw_of(folder / "raw", "10.00")

    def command(script: str, *arguments: str, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, str(project / f"scripts/{script}.py"), *arguments],
            cwd=folder,
            env=settings(raw, Path("unused.duckdb")) | {"DBT_TARGET": "postgres"} | more,
            text=True,
            capture_output=True,
            timeout=300,
        )

    try:
        built = command("build")
        assert built.returncode == 0, built.stdout + built.stderr
        assert "Building customer_success at .postgres from" in built.stdout
        assert "psql -h " in built.stdout
        assert (folder / ".postgres/postmaster.pid").exists(), "it goes on running"
        with_a_lost_server(project, folder)
        asked = command("query", SQL="select max(value) as figure from marts.metrics")
        assert "10.0" in asked.stdout, "started again, with what was published\n" + asked.stdout
    finally:
        stopped = command("postgres_server")
    assert "Stopped the server in .postgres" in stopped.stdout, stopped.stdout + stopped.stderr
    assert not (folder / ".postgres/postmaster.pid").exists()
    assert "No server runs in .postgres" in command("postgres_server").stdout
