"""`make build`, seen from outside: what is published, when, and what is said. Each build is of a tiny company and in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.few_models import project_of_few_models
from tests.harness import write_raw
from tests.publishing import build, copy_of_project, digest, without_unit_tests

TINY = {
    "customers": [{"customer_id": "c1"}, {"customer_id": "c2", "name": ""}],
    "plans": [{}],
    "subscriptions": [{}],
    "subscription_items": [{"unit_amount": "1234.50"}],
}


# what an earlier build recorded: a score that is another today, one of a customer who is no more, one of an as-of day between month ends
OLD_RECORDS = """
    create table marts.customer_health_history as
    select
        customer_id, cast(score_day as date) as score_day, 1 as record_number, cast('2026-04-02 08:00:00' as timestamp) as recorded_at,
        cast('2026-04-02' as date) as as_of_day, 'v1' as config_version, 'standard' as profile, cast(12.5 as decimal(38, 10)) as score,
        cast(0.5 as decimal(38, 10)) as coverage, 'red' as colour, false as is_gone
    from (values ('c1', '2026-03-31'), ('nobody', '2026-03-31'), ('c1', '2026-04-02')) as records (customer_id, score_day)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project under a path with a blank, which a test may change."""
    return without_unit_tests(copy_of_project(tmp_path_factory.mktemp("project")))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny company."""
    return write_raw(tmp_path_factory.mktemp("raw"), TINY)


@pytest.fixture(scope="module")
def published(
    project: Path, raw: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess]:
    """A database as one build left it, and what the build said."""
    folder = tmp_path_factory.mktemp("published") / "with a blank"
    folder.mkdir()
    database = folder / "tiny-company.duckdb"
    with duckdb.connect(str(database)) as old:
        old.execute(
            "create schema marts; create table old as select 1 as a;"
            " create table marts.builds as select cast(41 as bigint) as build_id, timestamp '2026-04-02 08:00:00' as built_at"
        )
        old.execute(OLD_RECORDS)
    with duckdb.connect(str(database), read_only=True) as reader:
        run = build(project, raw, database, AS_OF="2026-04-15")
        assert run.returncode == 0, run.stdout + run.stderr
        assert reader.execute("select a from old").fetchall() == [(1,)], "who reads the old database goes on reading it"
    return database, run


def test_build_publishes_the_database_of_duckdb_path(published: tuple[Path, subprocess.CompletedProcess]) -> None:
    database, _ = published
    assert not (database.parent / ".build" / database.name).exists(), "nothing is left of the work file"
    assert not database.with_name(database.name + ".wal").exists()
    with duckdb.connect(str(database), read_only=True) as connection:
        schemas = {row[0] for row in connection.execute("select distinct schema_name from duckdb_views()").fetchall()}
        assert "raw" not in schemas, "nothing published reads the raw files"
        assert connection.execute("select count(*) from duckdb_tables() where table_name = 'old'").fetchone() == (0,)
        for schema, view in connection.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall():
            connection.execute(f'select * from "{schema}"."{view}"').fetchall()


def test_records_are_carried_over(published: tuple[Path, subprocess.CompletedProcess]) -> None:
    database, _ = published
    with duckdb.connect(str(database), read_only=True) as connection:
        builds = connection.execute(
            "select build_id, project_version is null from marts.builds order by build_id"
        ).fetchall()
    assert builds == [(41, True), (42, False)]


def test_scores_are_recorded_beside_those_of_before(published: tuple[Path, subprocess.CompletedProcess]) -> None:
    with duckdb.connect(str(published[0]), read_only=True) as connection:
        records = connection.execute(
            "select customer_id, cast(score_day as varchar), record_number, score is not distinct from 12.5, is_gone, cast(as_of_day as varchar)"
            " from marts.customer_health_history where score_day >= '2026-03-01' order by all"
        ).fetchall()
        scores, older = connection.execute(
            "select (select count(*) from marts.customer_health where score_day < '2026-03-01'), count(*)"
            " from marts.customer_health_history where score_day < '2026-03-01' and record_number = 1"
        ).fetchone()
    assert records == [
        ("c1", "2026-03-31", 1, True, False, "2026-04-02"),
        ("c1", "2026-03-31", 2, False, False, "2026-04-15"),
        ("c1", "2026-04-02", 1, True, False, "2026-04-02"),
        ("c1", "2026-04-15", 1, False, False, "2026-04-15"),
        ("nobody", "2026-03-31", 1, True, False, "2026-04-02"),
        ("nobody", "2026-03-31", 2, False, True, "2026-04-15"),
    ]
    assert older == scores > 0


def test_as_of_is_the_last_day(published: tuple[Path, subprocess.CompletedProcess]) -> None:
    database, _ = published
    with duckdb.connect(str(database), read_only=True) as connection:
        assert str(connection.execute("select as_of_day from intermediate.int_as_of").fetchone()[0]) == "2026-04-15"


def test_headline_is_of_the_latest_complete_month(published: tuple[Path, subprocess.CompletedProcess]) -> None:
    said = published[1].stdout
    assert "March 2026, the latest complete month (money in EUR)" in said
    figures = {line.split()[0]: line.split()[1:] for line in said.splitlines() if len(line.split()) > 3}
    assert figures["mrr"] == ["1,234", "1,234", "0"]
    assert figures["arr"] == ["14,814", "14,814", "0"]
    assert figures["net_revenue_retention"] == ["100.0%", "100.0%", "0.0", "pp"]
    assert figures["paying_customers"] == ["1", "1", "0"]
    assert "1 raw row rejected: missing_value 1" in said
    assert "make query" in said


def test_missing_optional_table_is_one_line(published: tuple[Path, subprocess.CompletedProcess]) -> None:
    lines = [line for line in published[1].stdout.splitlines() if line.strip().startswith("raw.invoices ")]
    assert len(lines) == 1
    assert "missing" in lines[0]


def test_query_prints_a_table(project: Path, published: tuple[Path, subprocess.CompletedProcess]) -> None:
    run = subprocess.run(
        [sys.executable, str(project / "scripts/query.py")],
        env=os.environ | {"DUCKDB_PATH": str(published[0]), "SQL": "select 40 + 2 as answer"},
        text=True,
        capture_output=True,
    )
    assert run.returncode == 0, run.stderr
    assert "answer" in run.stdout
    assert "42" in run.stdout


def test_the_sample_does_not_replace_a_company(
    project: Path, published: tuple[Path, subprocess.CompletedProcess], raw: Path
) -> None:
    database, _ = published
    before = digest(database)
    run = build(project, None, database)
    assert run.returncode == 1
    assert f"was built from {raw}, and the sample company would replace it" in run.stdout
    assert digest(database) == before


def test_a_part_is_not_published(project: Path, published: tuple[Path, subprocess.CompletedProcess], raw: Path) -> None:
    database, _ = published
    before = digest(database)
    run = build(project, raw, database, arguments=["--select", "mrr"])
    assert run.returncode == 1
    assert "make build publishes the whole, so --select is not for it" in run.stdout
    assert digest(database) == before


def test_what_builds_nothing_is_not_published(
    project: Path, published: tuple[Path, subprocess.CompletedProcess], raw: Path
) -> None:
    """dbt ends well, having said how it is used."""
    database, _ = published
    before = digest(database)
    run = build(project, raw, database, arguments=["--help"])
    assert run.returncode == 1
    assert "dbt ended without building anything." in run.stdout
    assert digest(database) == before


def test_missing_column_leaves_the_database(
    project: Path, published: tuple[Path, subprocess.CompletedProcess], raw: Path, tmp_path: Path
) -> None:
    database, _ = published
    before = digest(database)
    shutil.copytree(raw, tmp_path / "raw")
    lines = (raw / "subscriptions.csv").read_text().splitlines()
    at = lines[0].split(",").index("started_at")
    rest = [",".join(value for place, value in enumerate(line.split(",")) if place != at) for line in lines]
    (tmp_path / "raw/subscriptions.csv").write_text("\n".join(rest) + "\n")
    run = build(project, tmp_path / "raw", database)
    assert run.returncode == 1
    assert "subscriptions" in run.stdout
    assert "started_at" in run.stdout
    assert f"{database} is as it was" in run.stdout
    assert "dbt.log" in run.stdout
    assert digest(database) == before


def test_failing_test_leaves_the_database(raw: Path, tmp_path: Path) -> None:
    few, database = project_of_few_models(tmp_path), tmp_path / "few.duckdb"
    assert build(few, raw, database).returncode == 0
    before = digest(database)
    broken = few / "tests/invariants/customers_have_no_names.sql"
    broken.write_text("select * from {{ ref('base_billing__customers') }}\n")
    run = build(few, raw, database)
    assert run.returncode == 1
    assert "test customers_have_no_names" in run.stdout
    assert "Got 2 results" in run.stdout
    assert f"{database} is as it was" in run.stdout
    assert (database.parent / ".build" / database.name).exists(), "the work file is there to be looked into"
    assert digest(database) == before


def test_faults_in_seeds_are_told_before_the_build(project: Path, raw: Path, tmp_path: Path) -> None:
    seed = project / "seeds/health_measures.csv"
    before = seed.read_text()
    seed.write_text(before.replace("linear_clamp", "linear", 1))
    try:
        run = build(project, raw, tmp_path / "x.duckdb")
    finally:
        seed.write_text(before)
    assert run.returncode == 1
    assert "There is a fault in the seeds. Nothing was built." in run.stdout
    assert "seeds/health_measures.csv, line 2: method is linear, which is unknown." in run.stdout
    assert not (tmp_path / ".build").exists(), "dbt did not start"


def test_unreadable_files_are_named_at_once(project: Path, raw: Path, tmp_path: Path) -> None:
    shutil.copytree(raw, tmp_path / "raw")
    (tmp_path / "raw/plans.csv").unlink()
    (tmp_path / "raw/plans.parquet").write_text("plan_id,plan_name\n")
    (tmp_path / "raw/users.csv").write_bytes(b"user_id,customer_id,created_at\nu1,\xff\xfe,2026-01-01\n")
    run = build(project, tmp_path / "raw", tmp_path / "x.duckdb")
    assert run.returncode == 1
    assert "plans.parquet" in run.stdout
    assert "Expected a Parquet file" in run.stdout
    assert "users.csv" in run.stdout
    assert "Expected CSV" in run.stdout
    assert "customers.csv" not in run.stdout
    assert not (tmp_path / "x.duckdb").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"AS_OF": "2026-02-30"}, "AS_OF is 2026-02-30, which is no day. Expected YYYY-MM-DD"),
        ({"AS_OF": "March"}, "AS_OF is March, which is no day. Expected YYYY-MM-DD"),
        ({"DUCKDB_PATH": "nowhere/x.duckdb"}, "there is no folder nowhere"),
        ({"DUCKDB_PATH": "metrics.duckdb"}, "metrics is the name of a schema"),
        ({"RAW_DATA_DIR": "nowhere"}, "RAW_DATA_DIR is nowhere: there is no such folder"),
        ({"RAW_DATA_DIR": "models"}, "which holds no file of a raw table"),
    ],
)
def test_wrong_settings_stop_the_build(
    project: Path, raw: Path, tmp_path: Path, settings: dict[str, str], message: str
) -> None:
    run = build(project, raw, tmp_path / "x.duckdb", **settings)
    assert run.returncode == 1
    assert message in run.stdout
    assert "Traceback" not in run.stderr


def test_what_is_no_database_is_not_replaced(project: Path, raw: Path, tmp_path: Path) -> None:
    file = tmp_path / "letters.txt"
    file.write_text("dear Sir or Madam, " * 1000)
    run = build(project, raw, file)
    assert run.returncode == 1
    assert "is no DuckDB database, and is not replaced" in run.stdout
    assert file.read_text().startswith("dear Sir")


def test_two_builds_of_one_database_do_not_meet(project: Path, raw: Path, tmp_path: Path) -> None:
    import fcntl

    (tmp_path / ".build").mkdir()
    with (tmp_path / ".build/x.duckdb.lock").open("w") as lock:
        lock.write("process 1")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = build(project, raw, tmp_path / "x.duckdb")
    assert run.returncode == 1
    assert "Another build of" in run.stdout
    assert "(process 1)" in run.stdout


def test_a_value_in_quotes_far_down_a_csv(tmp_path: Path) -> None:
    """Where no value before it needs quotes, nothing but the standard says what they are."""
    project, raw = project_of_few_models(tmp_path), tmp_path / "raw"
    write_raw(raw, {"subscription_items": [{"unit_amount": "10.00"}]})
    names = [f"customer {number}" for number in range(30_000)] + ['"Smith, ""and"" Sons"']
    lines = [f"cus_{number},{name},2026-01-01,false,DE,,," for number, name in enumerate(names)]
    columns = "customer_id,name,created_at,is_test,country,industry,company_size,acquisition_channel"
    (raw / "customers.csv").write_text("\n".join([columns, *lines]) + "\n")
    for old in raw.glob("customers.parquet"):
        old.unlink()
    run = build(project, raw, tmp_path / "quoted.duckdb")
    assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(str(tmp_path / "quoted.duckdb"), read_only=True) as built:
        assert built.execute("select count(*) from marts.customers").fetchone() == (30_001,)
