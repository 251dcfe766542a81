"""`make build TARGET=spark`, seen from outside: what is published, when, and what is said where it cannot be."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
import yaml

from tests.engines import differences
from tests.few_models import project_of_few_models
from tests.harness import PROJECT, write_raw
from tests.publishing import build as build_on_duckdb
from tests.publishing import settings
from tests.spark.conftest import Cluster

sys.path.insert(0, str(PROJECT / "scripts"))
import spark_schemas
from published import RECORDS, Spark
from spark_server import Refused

# of a day with an event nothing is made again while its events are the same
BY_DAY = ("changes/int_event_day_fingerprints", "changes/int_changed_event_days", "product/int_user_event_days")
EVENTS = """
    {{ config(materialized='table') }}
    select
        user_id, event_name, cast(null as varchar) as feature, cast(substring(occurred_at, 1, 10) as date) as occurred_date,
        cast(event_count as bigint) as event_count
    from {{ source('raw', 'usage_events') }}
"""
BUILD_AND_MRR = "select (select max(build_id) from marts.builds), (select max(value) from marts.metrics)"


def raw_of(folder: Path, customers: str, events: str = "u1 2026-01-10 1", **prices: str) -> Path:
    """Raw files of these customers, of items at these prices, and of events: user, day and count."""
    told = [event.split() for event in events.split(", ")]
    return write_raw(
        folder,
        {
            "customers": [{"customer_id": customer} for customer in customers.split()],
            "subscription_items": [{"item_version_id": name, "unit_amount": price} for name, price in prices.items()],
            "usage_events": [
                {"event_id": f"e{number}", "user_id": user, "occurred_at": f"{day} 08:00:00", "event_count": count}
                for number, (user, day, count) in enumerate(told)
            ],
        },
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a handful of models; MRR is the sum of all prices, and there are days of events."""
    made = project_of_few_models(tmp_path_factory.mktemp("project"))
    for name in BY_DAY:
        shutil.copy(PROJECT / f"models/intermediate/{name}.sql", made / "models/intermediate")
    (made / "models/staging/stg_product__usage_events.sql").write_text(EVENTS)
    (made / "models/marts/user_days.sql").write_text("select * from {{ ref('int_user_event_days') }}")
    return made


class Few(NamedTuple):
    """A cluster of one build and more: MRR is 30."""

    cluster: Cluster
    project: Path
    raw: Path
    said: str

    def run(self, script: str, *arguments: str, raw: Path | None = None, **more: str) -> subprocess.CompletedProcess:
        return self.cluster.run(script, *arguments, raw=raw, project=self.project, **more)

    def published(self) -> tuple[int, float]:
        """The number of the published build, and its MRR."""
        with Spark(self.cluster.server).open() as reader:
            return reader.execute(BUILD_AND_MRR).fetchone()

    def build(self) -> spark_schemas.Build:
        """What marts.published_build says."""
        with self.cluster.session() as session:
            return spark_schemas.published(session)


@pytest.fixture(scope="module")
def few(empty_cluster: Cluster, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Few:
    # before anything is built, there is nothing to be asked
    asked = empty_cluster.run("query", "select 1", project=project)
    assert "Nothing is published in Spark at .spark yet: make build TARGET=spark" in asked.stdout, asked.stderr
    raw = raw_of(
        tmp_path_factory.mktemp("raw") / "first",
        "c1 c2",
        "u1 2026-01-10 1, u1 2026-01-11 2, u2 2026-01-11 3, u2 2026-01-12 4",
        v1="10.00",
        v2="20.00",
    )
    done = empty_cluster.run("build", raw=raw, project=project)
    assert done.returncode == 0, done.stdout + done.stderr
    return Few(empty_cluster, project, raw, done.stdout)


def schemas_of(*suffixes: str) -> set[str]:
    """The schemas that there are of a company: those that are read, and those of these builds."""
    of_builds = {schema + suffix for schema in spark_schemas.WRITTEN for suffix in suffixes}
    return {"raw", "nlp", "marts", "metrics"} | of_builds


# what is published, and how it is read


def test_a_build_publishes_and_says_how_to_connect(few: Few) -> None:
    port = few.cluster.server.port
    assert "Building Spark at .spark from" in few.said
    assert "5 raw tables loaded into schema raw" in few.said
    assert f"beeline -u jdbc:hive2://127.0.0.1:{port} -n spark" in few.said
    assert f"hive://spark@127.0.0.1:{port}/marts" in few.said
    assert "make ask TARGET=spark Q=what_moved_mrr" in few.said
    assert few.published() == (1, 30.0)
    build = few.build()
    assert (build.source, build.previous) == (str(few.raw), None)
    assert few.cluster.schemas() == schemas_of(build.suffix), "of each build its own schemas, and nothing else"


def test_where_nothing_has_changed_nothing_is_built(few: Few) -> None:
    before = few.build()
    done = few.run("build", raw=few.raw)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing has changed since the build of" in done.stdout
    assert "Reading the project" not in done.stdout, "dbt has not begun"
    assert few.build() == before


def test_query_prints_what_duckdb_would(few: Few) -> None:
    sql = (
        "select 40 + 2 as answer, 1.50 as price, date '2026-01-31' as day, null as nothing, true as so,"
        " cast(max(value) as varchar) as mrr from marts.metrics"
    )
    done = few.run("query", SQL=sql)
    assert done.returncode == 0, done.stdout + done.stderr
    for text in ("answer", "int64", "42", "decimal(38,2)", "1.50", "2026-01-31", "NULL", "true", "30.0"):
        assert text in done.stdout
    wrong = few.run("query", SQL="select * from nowhere")
    assert wrong.returncode == 1
    assert "`nowhere` cannot be found" in wrong.stdout
    assert "org.apache" not in wrong.stdout and "Traceback" not in wrong.stderr
    writing = few.run("query", SQL="drop schema marts cascade")
    assert writing.returncode == 1
    assert "Expected a statement that reads" in writing.stdout
    assert few.published() == (1, 30.0)


def test_a_server_that_is_named_is_asked_alike(few: Few) -> None:
    """As by somebody who does not know whose it is, with the folder's own cluster as the server."""
    server = few.cluster.server
    named = {"SPARK_HOST": server.host, "SPARK_PORT": str(server.port), "SPARK_USER": "anna"}
    done = few.run("query", SQL="select max(value) as mrr from marts.metrics", **named)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "30.0" in done.stdout


@pytest.fixture
def question(project: Path) -> Iterator[str]:
    """An analysis of the few models."""
    (project / "analyses").mkdir()
    (project / "analyses/what_is_mrr.sql").write_text("select max(value) as figure from {{ ref('metrics') }}")
    page = {"version": 2, "analyses": [{"name": "what_is_mrr", "description": "The greatest."}]}
    (project / "analyses/_analyses.yml").write_text(yaml.safe_dump(page))
    yield "what_is_mrr"
    shutil.rmtree(project / "analyses")


def test_questions_are_answered(few: Few, question: str) -> None:
    done = few.run("ask", Q=question)
    assert done.returncode == 0, done.stdout + done.stderr
    for text in ("What is MRR  (money in EUR, as of 2026-04-15)", "The greatest.", "30.0"):
        assert text in done.stdout


# what is not replaced


def test_the_sample_does_not_replace_a_company(few: Few) -> None:
    before = few.build()
    done = few.run("build")
    assert done.returncode == 1
    assert f"Spark at .spark was built from {few.raw}, and the sample company would replace it." in done.stdout
    assert few.build() == before
    assert few.cluster.query("select count(*) from raw.customers") == [(2,)]


def test_own_raw_tables_are_not_replaced(few: Few) -> None:
    few.cluster.query("create table raw.mine as select 1 as a")
    try:
        done = few.run("build", raw=few.raw, FORCE="1")
        mixed = few.run("build", FORCE="1")
        assert few.cluster.query("select a from raw.mine") == [(1,)]
    finally:
        few.cluster.query("drop table raw.mine")
    assert (done.returncode, mixed.returncode) == (1, 1)
    assert "Schema raw holds tables that this project did not load (mine), and does not replace them." in done.stdout
    assert "beside others (mine). Drop the ones or the others: a build is of one company." in mixed.stdout


def test_somebody_elses_table_is_not_replaced_by_a_mart(few: Few) -> None:
    mart = few.project / "models/marts/tickets.sql"
    mart.write_text("select 1 as a\n")
    few.cluster.query("create table marts.tickets as select 'mine' as a")
    try:
        done = few.run("build", raw=few.raw)
        assert few.cluster.query("select a from marts.tickets") == [("mine",)]
    finally:
        few.cluster.query("drop table marts.tickets")
        mart.unlink()
    assert done.returncode == 1
    assert "holds what this project did not make, under names that it publishes: tickets." in done.stdout


def test_a_failing_build_publishes_nothing(few: Few, tmp_path: Path) -> None:
    before = few.build()
    broken = few.project / "tests/invariants/there_are_no_figures.sql"
    broken.write_text("select * from {{ ref('metrics') }}\n")
    try:
        done = few.run("build", raw=raw_of(tmp_path / "raw", "c1", v1="99.00"))
    finally:
        broken.unlink()
    assert done.returncode == 1
    assert "test there_are_no_figures" in done.stdout
    assert "The published schemas are as they were: built 2" in done.stdout
    left = re.search(
        r"What was built is in the schemas that end in (__\d{8}_\d{6}); the next build removes them", done.stdout
    )
    assert left, done.stdout
    assert few.build() == before
    assert few.published() == (1, 30.0)
    assert few.cluster.schemas() == schemas_of(before.suffix, left[1]), "what was built is there to be looked into"
    assert few.cluster.query(f"select max(value) from marts{left[1]}.metrics") == [(99.0,)]


# the second build: of rows that were late, corrected and deleted, while others read and build


class Second(NamedTuple):
    """What came of the second build, and what those saw who read meanwhile."""

    few: Few
    raw: Path
    before: spark_schemas.Build
    said: str
    refused: list[subprocess.CompletedProcess]
    seen: dict[str, set[tuple]]
    rounds: dict[str, int]
    errors: list[str]


@pytest.fixture(scope="module")
def second(few: Few, tmp_path_factory: pytest.TempPathFactory) -> Second:
    place = tmp_path_factory.mktemp("second")
    # one day stays, one has a corrected count, one is gone, and one came late
    events = "u1 2026-01-10 1, u1 2026-01-11 2, u2 2026-01-11 5, u2 2026-01-09 6"
    raw = raw_of(place / "raw", "c1 c3", events, v1="12.50", v3="15.00")
    few.cluster.query("create table marts.somebodys as select 'mine' as a")
    before, done = few.build(), threading.Event()
    readers = {"commands": as_the_commands_do, "suffix": by_the_suffix, "views": by_the_views}
    seen: dict[str, set[tuple]] = {name: set() for name in readers}
    rounds, errors = dict.fromkeys(readers, 0), []

    def read(name: str) -> None:
        with few.cluster.session() as session:
            while not done.is_set():
                try:
                    seen[name].add(readers[name](few, session))
                    rounds[name] += 1
                except Refused as error:
                    errors.append(f"{name}: {error}")
                time.sleep(0.2)

    threads = [threading.Thread(target=read, args=(name,)) for name in readers]
    building = few.cluster.begin(raw=raw, said=place / "said", project=few.project)
    try:
        for thread in threads:
            thread.start()
        wait_until(lambda: " to go" in (place / "said").read_text() or building.poll() is not None)
        refused = [few.run("build", raw=few.raw), few.run("build", raw=few.raw, FORCE="1")]
        building.wait(timeout=600)
        # the new build is read, too
        time.sleep(3)
    finally:
        done.set()
        for thread in threads:
            thread.join()
        building.kill()
        building.wait()
    said = (place / "said").read_text()
    assert building.returncode == 0, said
    return Second(few, raw, before, said, refused, seen, rounds, errors)


def as_the_commands_do(few: Few, _: object) -> tuple:
    """Number of the build and MRR."""
    return few.published()


def by_the_suffix(_: Few, session: object) -> tuple:
    """The same by two statements, in the schemas that marts.published_build names."""
    ((suffix,),) = session.rows("select suffix from marts.published_build")
    ((number,),) = session.rows(f"select max(build_id) from marts{suffix}.builds")
    time.sleep(0.2)
    ((mrr,),) = session.rows(f"select max(value) from marts{suffix}.metrics")
    return number, mrr


def by_the_views(_: Few, session: object) -> tuple:
    """MRR alone: each view is of one build, and two of them need not be of the same."""
    return session.rows("select max(value) from marts.metrics")[0]


def wait_until(is_so: Callable[[], bool], seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.2)


def test_readers_see_one_build_or_the_next(second: Second) -> None:
    assert not second.errors, second.errors[:3]
    builds = {(1, 30.0), (2, 27.5)}
    assert second.seen == {"commands": builds, "suffix": builds, "views": {(30.0,), (27.5,)}}
    assert min(second.rounds.values()) > 5


def test_a_second_build_is_refused_meanwhile(second: Second) -> None:
    for refused in second.refused:
        assert refused.returncode == 1
        assert re.search(r"Another build of Spark at \.spark is running \(process \d+, since \d\d:", refused.stdout)


def test_a_build_after_late_rows_is_a_fresh_one(second: Second, tmp_path: Path) -> None:
    """As DuckDB has it that was never built from others; but for the records, which say what the second build changed."""
    assert "Event days that have not changed are taken from the build of" in second.said
    fresh = tmp_path / "fresh.duckdb"
    built = build_on_duckdb(second.few.project, second.raw, fresh)
    assert built.returncode == 0, built.stdout
    query = second.few.cluster.query
    with duckdb.connect(str(fresh), read_only=True) as database:
        found = differences(
            lambda sql: database.execute(sql).fetchall(),
            lambda sql: query(sql.replace('"', "`")),
            ("DuckDB", "Spark"),
            without=RECORDS,
        )
    assert not found, "\n".join(found)
    assert query("select customer_id from marts.customers order by 1") == [("c1",), ("c3",)]
    days = query("select user_id, day(occurred_date), cast(actions as int) from marts.user_days order by 2, 1")
    assert days == [("u2", 9, 6), ("u1", 10, 1), ("u1", 11, 2), ("u2", 11, 5)]


def test_records_are_kept(second: Second) -> None:
    query = second.few.cluster.query
    assert query("select build_id from marts.builds order by 1") == [(1,), (2,)]
    revised = "select distinct old_value, new_value from marts.metric_revisions where build_id = 2"
    assert query(revised) == [(30.0, 27.5)], "what was published before was compared with"
    assert "published figures of 1 metric changed since the build of" in second.said


def test_the_build_before_stays_for_those_who_read_it(second: Second) -> None:
    """And nothing of the one that failed in between."""
    build = second.few.build()
    assert build.previous == second.before.suffix
    assert second.few.cluster.schemas() == schemas_of(build.suffix, second.before.suffix)
    assert second.few.cluster.query(f"select max(value) from marts{build.previous}.metrics") == [(30.0,)]


def test_what_else_lies_in_the_marts_stays(second: Second) -> None:
    assert second.few.cluster.query("select a from marts.somebodys") == [("mine",)]


# what stands against it


def asked(folder: Path, **environment: str) -> subprocess.CompletedProcess:
    """A command in a folder where no cluster runs."""
    return subprocess.run(
        [sys.executable, str(PROJECT / "scripts/query.py"), "select 1"],
        cwd=folder,
        env=settings(None, Path("unused.duckdb")) | {"DBT_TARGET": "spark"} | environment,
        text=True,
        capture_output=True,
        timeout=300,
    )


def java_that_says(folder: Path, words: str) -> Path:
    """A folder with such a java in its folder bin."""
    (folder / "bin").mkdir(parents=True)
    java = folder / "bin/java"
    java.write_text(f"#!/bin/sh\necho '{words}' >&2\n")
    java.chmod(0o755)
    return folder


def test_a_missing_java_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = asked(tmp_path, PATH=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "Spark needs Java 17 or newer, and there is no java on the PATH. Install one" in done.stdout
    assert "JAVA_HOME" in done.stdout
    nowhere = asked(tmp_path, JAVA_HOME=str(tmp_path / "nowhere"))
    assert nowhere.returncode == 1
    assert re.search("Spark needs Java 17 or newer, and .*nowhere/bin/java cannot be run", nowhere.stdout)


@pytest.mark.parametrize(
    ("words", "version"),
    [
        ('openjdk version "1.8.0_392"', "8"),
        ('openjdk version "11.0.21" 2023-10-17', "11"),
        ("what is a version?", "of a version that it does not say"),
    ],
)
def test_an_old_java_is_told(tmp_path: Path, words: str, version: str) -> None:
    java = java_that_says(tmp_path / "java", words)
    for environment in ({"PATH": str(java / "bin")}, {"JAVA_HOME": str(java)}):
        done = asked(tmp_path, **environment)
        assert done.returncode == 1
        assert f"Spark needs Java 17 or newer; {java / 'bin/java'} is {version}. Install one" in done.stdout
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"SPARK_HOST": "127.0.0.1", "SPARK_PORT": "1"}, "No Thrift server answers at 127.0.0.1, port 1: "),
        ({"SPARK_HOST": "127.0.0.1", "SPARK_PORT": "many"}, "SPARK_PORT is many. Expected a number, such as 10000."),
        ({"SPARK_PORT": "10000"}, "SPARK_PORT is given, and SPARK_HOST is not. Expected both, or neither"),
        ({"SPARK_PASSWORD": "secret"}, "SPARK_PASSWORD is given, and SPARK_HOST is not."),
    ],
)
def test_what_stands_against_a_connection_is_said(tmp_path: Path, given: dict[str, str], message: str) -> None:
    done = asked(tmp_path, **given)
    assert done.returncode == 1
    assert message in done.stdout
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stdout
    assert not (tmp_path / ".spark").exists(), "no cluster is started instead"


def test_a_server_of_another_kind_is_told(tmp_path: Path) -> None:
    """It hangs up whenever somebody calls."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def hang_up() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=hang_up, daemon=True).start()
        done = asked(tmp_path, SPARK_HOST="127.0.0.1", SPARK_PORT=str(port))
        server.shutdown(socket.SHUT_RDWR)
    assert done.returncode == 1
    assert f"What answers at 127.0.0.1, port {port} is no Thrift server" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_blank_in_the_path_is_told(tmp_path: Path) -> None:
    (tmp_path / "a blank").mkdir()
    done = asked(tmp_path / "a blank")
    assert done.returncode == 1
    assert "has a blank in its path, and a cluster cannot be started there. Name one: SPARK_HOST." in done.stdout


def test_without_java_the_tests_fail(tmp_path: Path) -> None:
    """With what is missing as the reason, and nothing is skipped."""
    java = java_that_says(tmp_path / "java", 'openjdk version "1.8.0_392"')
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--confcutdir",
        "tests/spark",
        "tests/spark",
    ]
    environment = settings(None, Path("unused.duckdb")) | {"JAVA_HOME": str(java)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, text=True, capture_output=True, timeout=300)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "the tests of TARGET=spark cannot run. Spark needs Java 17 or newer; " in said
    assert "skipped" not in said and "passed" not in said
