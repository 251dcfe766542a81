"""One company on DuckDB and on Spark, where a worker is lost while it is built: every cell of every table in schema marts."""

from __future__ import annotations

import datetime
import os
import re
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from tests.engines import OF_METRICS, Columns, columns_of, compared, kind_of
from tests.harness import PROJECT
from tests.publishing import build as build_on_duckdb
from tests.spark.conftest import Cluster, lives

CUSTOMERS = 150
MODELS_BEFORE_THE_LOSS = 60
SECONDS_OF_PATIENCE = 3000
CURRENCY = {"REPORTING_CURRENCY": "USD"}
ENGINES = ("DuckDB", "Spark")


class OnDuckDB(NamedTuple):
    """A database of the company."""

    path: Path

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.path), read_only=True) as database:
            return database.execute(sql).fetchall()


class OnSpark(NamedTuple):
    """The company as it is published by a cluster that has lost a worker meanwhile."""

    cluster: Cluster
    said: str
    made_before: int  # models, when the worker was lost
    made_after: int  # models that dbt counted later
    log: str  # of the Thrift server

    def query(self, sql: str) -> list[tuple]:
        return self.cluster.query(sql.replace('"', "`"))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated company."""
    folder = tmp_path_factory.mktemp("company") / "raw"
    command = [sys.executable, "-m", "generator", str(folder), "--customers", str(CUSTOMERS)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def on_duckdb(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> OnDuckDB:
    path = tmp_path_factory.mktemp("duckdb") / "company.duckdb"
    done = build_on_duckdb(PROJECT, raw, path, **CURRENCY)
    assert done.returncode == 0, done.stdout + done.stderr
    return OnDuckDB(path)


@pytest.fixture(scope="module")
def on_spark(raw: Path, empty_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> OnSpark:
    """Built whole, with all tests; a worker and its executor are killed when some dozens of models are made."""
    cluster = empty_cluster
    file = tmp_path_factory.mktemp("said") / "said"
    worker = cluster.processes["worker1"]
    building = cluster.begin(raw=raw, said=file, **CURRENCY)
    patience = threading.Timer(SECONDS_OF_PATIENCE, building.kill)
    patience.start()
    made_before = 0
    try:
        while building.poll() is None:
            time.sleep(0.5)
            made = models_made(file.read_text())
            if not made_before and made and made[-1] >= MODELS_BEFORE_THE_LOSS:
                assert lives(worker)
                os.killpg(worker, signal.SIGKILL)
                made_before = made[-1]
    finally:
        patience.cancel()
        building.kill()
        building.wait()
    said = file.read_text()
    assert building.returncode == 0, said[-6000:]
    log = (cluster.folder / ".spark/logs/thrift.log").read_text(errors="replace")
    return OnSpark(cluster, said, made_before, models_made(said)[-1], log)


def models_made(said: str) -> list[int]:
    """How many models dbt had made, each time it said so."""
    return [int(number) for number in re.findall(r"(\d+) of \d+ models", said)]


def test_a_worker_was_lost_in_the_middle(on_spark: OnSpark) -> None:
    assert MODELS_BEFORE_THE_LOSS <= on_spark.made_before < on_spark.made_after
    assert "Lost executor" in on_spark.log, "the Thrift server has noticed"
    total, tests = re.search(r"Built and published in .* (\d+) models, ([\d,]+) tests", on_spark.said).groups()
    assert int(total) > on_spark.made_before + 100, "most of the models were still to be made"
    assert int(tests.replace(",", "")) > 700


def test_same_tables_and_columns(on_duckdb: OnDuckDB, on_spark: OnSpark) -> None:
    """In whatever order: what a table is divided by stands last in it."""
    with on_spark.cluster.session() as session:
        marts = [name for _, name, _ in session.rows("show views in marts") if name != "published_build"]
        found = {
            name: sorted((column, kind_of(kind)) for column, kind, _ in session.rows(f"describe marts.{name}"))
            for name in marts
        }
    assert found == {name: sorted(columns) for name, columns in columns_of(on_duckdb.query).items()}


def test_every_cell_is_the_same(on_duckdb: OnDuckDB, on_spark: OnSpark) -> None:
    columns = columns_of(on_duckdb.query)
    comparison = compared(on_duckdb.query, on_spark.query, columns, ENGINES)
    assert not comparison.found, "\n".join(comparison.found)
    files = {
        file.stem for folder in ("marts", "marts/semantic") for file in (PROJECT / "models" / folder).glob("*.sql")
    }
    assert columns.keys() == files
    assert comparison.marts == len(files - OF_METRICS)
    assert comparison.cells > 1_000_000


def test_a_cell_that_differs_is_found(on_duckdb: OnDuckDB) -> None:
    """One of each column of a table with every kind of value."""
    columns = columns_of(on_duckdb.query)
    table = "customer_periods"
    assert {kind for _, kind in columns[table]} >= {"text", "date", "decimal", "boolean"}
    rows = on_duckdb.query(f"select * from marts.{table} limit 50")
    one_table: Columns = {name: columns[table] if name == table else [] for name in columns}
    others = columns.keys() - {table}

    def differing(column: int) -> list[str]:
        changed = [tuple(other_than(value) if n == column else value for n, value in enumerate(rows[0])), *rows[1:]]
        return compared(lambda _: rows, lambda _: changed, one_table, ENGINES, without=others).found

    for number, (name, _) in enumerate(columns[table]):
        assert differing(number)[0] == f"{table}: 1 of 50 rows differ", name
    fewer = compared(lambda _: rows, lambda _: rows[1:], one_table, ENGINES, without=others).found
    assert fewer == [f"{table}: 50 rows on DuckDB, 49 on Spark"]


def other_than(value: Any) -> Any:
    """Another value of the same kind, as near as can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, Decimal)):
        return value + Decimal("0.0000000001")
    if isinstance(value, float):
        return value * (1 + 1e-8) + 1e-8
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value + datetime.timedelta(days=1)
    return f"{value} " if value is not None else ""


def test_the_next_command_starts_the_worker_again(on_spark: OnSpark) -> None:
    asked = on_spark.cluster.run("query", "select count(*) as months from marts.metrics where metric_name = 'mrr'")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert "worker1 of the cluster was lost, and is started again." in asked.stdout
    assert lives(on_spark.cluster.processes["worker1"])
