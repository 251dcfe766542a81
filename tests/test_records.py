"""What was published stays known: a sequence of builds of one company, and every difference between two of them accounted for."""

from __future__ import annotations

import itertools
import math
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from tests.few_models import project_of_few_models
from tests.harness import write_raw
from tests.publishing import build, copy_of_project, settings, without_tests

CURRENCY = {"REPORTING_CURRENCY": "USD"}
CLOSED = ["--vars", "{closed_through: 2025-01-31}"]
Cells = dict[tuple, tuple]


class Build(NamedTuple):
    """A published database as it was after a build, and what the build said."""

    database: Path
    said: str

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def cells(self, table: str = "metrics", where: str = "true") -> Cells:
        rows = self.query(
            "select metric_name, period_type, period_start, segment_name, segment_value, is_complete, numerator, denominator, value"
            f" from marts.{table} where {where}"
        )
        return {row[:5]: row[5:] for row in rows}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return without_tests(copy_of_project(tmp_path_factory.mktemp("records")))


@pytest.fixture(scope="module")
def builds(project: Path, small_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Build]:
    """
    The company as it was, its books closed through January 2025; then with rows that came late, were dated back or deleted; then, closed books
    opened again, with the rows that there had been.
    """
    folder = tmp_path_factory.mktemp("builds")
    database, raw = folder / "company.duckdb", folder / "raw"
    shutil.copytree(small_raw, raw)
    made = []

    def built(arguments: list[str]) -> None:
        run = build(project, raw, database, arguments, **CURRENCY)
        assert run.returncode == 0, run.stdout + run.stderr
        shutil.copy(database, folder / f"build_{len(made)}.duckdb")
        made.append(Build(folder / f"build_{len(made)}.duckdb", run.stdout))

    built(CLOSED)
    restate(raw, leaver(made[0]))
    built(CLOSED)
    shutil.rmtree(raw)
    shutil.copytree(small_raw, raw)
    built([])
    return made


def leaver(first: Build) -> str:
    """The largest customer that pays from December to March."""
    rows = first.query(
        "select customer_id from marts.customer_periods where period_type = 'month' and period_start between '2024-12-01' and '2025-03-01'"
        " and movement = 'none' and opening_mrr > 0 group by 1 having count(*) = 4 order by min(opening_mrr) desc, 1 limit 1"
    )
    return rows[0][0]


def restate(raw: Path, customer: str) -> None:
    """A cancellation dated back into closed books, an invoice line deleted, a message that comes late."""
    change(
        raw / "subscriptions",
        f"update t set ended_at = '2025-01-10', canceled_at = '2025-01-10' where customer_id = '{customer}' and ended_at is null",
    )
    change(
        raw / "invoice_lines",
        "delete from t where rowid = (select min(t.rowid) from t inner join invoices using (invoice_id)"
        " where kind = 'recurring' and issued_at >= '2025-02-01' and invoices.status = 'paid')",
        f"create view invoices as from '{file_of(raw / 'invoices')}'",
    )
    change(
        raw / "ticket_status_changes",
        "update t set changed_at = changed_at + interval 1 hour where status = 'solved' and changed_at between '2025-02-05' and '2025-02-20'",
    )


def file_of(table: Path) -> Path:
    (file,) = table.parent.glob(f"{table.name}.*")
    return file


def change(table: Path, sql: str, before: str = "") -> None:
    """Write a raw file anew."""
    file = file_of(table)
    with duckdb.connect() as connection:
        connection.execute(f"create table t as from '{file}'")
        connection.execute(before or "select 1")
        (changed,) = connection.execute(sql).fetchone()
        assert changed > 0, sql
        connection.execute(f"copy t to '{file}'")


def differences(one: Cells, other: Cells) -> dict[tuple, str]:
    """The law in plain words: what was complete, and is another or gone, or appeared in a metric and period that was complete."""
    complete = {key[:3] for key, cell in one.items() if cell[0]}
    found = {}
    for key in one.keys() | other.keys():
        if key[:3] not in complete:
            continue
        if key not in one or key not in other:
            found[key] = "gone" if key in one else "appeared"
        elif not is_same(one[key], other[key]):
            found[key] = "changed"
    return found


def is_same(one: tuple, other: tuple) -> bool:
    if one[1:3] != other[1:3] or (one[3] is None) != (other[3] is None):
        return False
    return one[3] is None or math.isclose(one[3], other[3], rel_tol=1e-9, abs_tol=0)


def revisions(of: Build, build_id: int) -> dict[tuple, str]:
    rows = of.query(
        "select metric_name, period_type, period_start, segment_name, segment_value, revision"
        f" from marts.metric_revisions where build_id = {build_id}"
    )
    found = {row[:5]: row[5] for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("number", [1, 2])
def test_nothing_that_was_settled_changes_in_silence(builds: list[Build], number: int) -> None:
    """Every figure of a complete period is what it was in the build before, or stands in metric_revisions with both figures; nothing else does."""
    before, now = builds[number - 1].cells(), builds[number].cells()
    closed = {key[:3] for key in builds[0].cells("metrics_as_closed")}
    told = revisions(builds[number], number + 1)
    wanted = differences(before, now)
    # of closed periods what was not complete, too
    wanted |= {
        key: told[key]
        for key in told
        if key[:3] in closed and not is_same(before.get(key, (None,) * 4), now.get(key, (None,) * 4))
    }
    assert wanted
    assert told == wanted
    rows = builds[number].query(
        "select metric_name, period_type, period_start, segment_name, segment_value, old_numerator, old_denominator, old_value,"
        f" new_numerator, new_denominator, new_value from marts.metric_revisions where build_id = {number + 1}"
    )
    for row in rows:
        assert row[5:8] == before.get(row[:5], (None,) * 4)[1:]
        assert row[8:] == now.get(row[:5], (None,) * 4)[1:]


def test_the_figures_go_back_when_the_rows_do(builds: list[Build]) -> None:
    assert differences(builds[0].cells(), builds[2].cells()) == {}


def test_causes(builds: list[Build]) -> None:
    rows = builds[2].query(
        "select distinct build_id, previous_build_id, changed_tables, is_code_changed, are_seeds_changed, are_settings_changed,"
        " is_as_of_day_changed from marts.metric_revisions order by all"
    )
    tables = "invoice_lines, subscriptions, ticket_status_changes"
    assert rows == [
        (2, 1, tables, False, False, False, False),
        (3, 2, tables, False, False, True, False),
    ]


def test_records_are_only_added_to(builds: list[Build]) -> None:
    for table in ("builds", "build_inputs", "metric_revisions", "customer_revisions", "metrics_as_closed"):
        for before, now in itertools.pairwise(builds):
            rows, later = (set(one.query(f"select * from marts.{table}")) for one in (before, now))
            assert rows <= later, table
            new = {row[0] for row in later - rows}
            assert new <= {max(one[0] for one in now.query("select build_id from marts.builds"))}


def test_closed_figures_stay(builds: list[Build]) -> None:
    """They are what the first build published, whatever comes, also once the books are opened again."""
    first = builds[0].cells(where="period_end <= '2025-02-01'")
    assert first
    for made in builds:
        assert made.cells("metrics_as_closed") == first


@pytest.mark.parametrize("number", [0, 1, 2])
def test_what_closed_figures_would_be_is_shown(builds: list[Build], number: int) -> None:
    closed = builds[0].cells("metrics_as_closed")
    periods = {key[:3] for key in closed}
    now = {key: cell for key, cell in builds[number].cells().items() if key[:3] in periods}
    wanted = {
        key
        for key in closed.keys() | now.keys()
        if key not in closed or key not in now or not is_same(closed[key], now[key])
    }
    rows = builds[number].query(
        "select metric_name, period_type, period_start, segment_name, segment_value, closed_numerator, closed_denominator, closed_value,"
        " current_numerator, current_denominator, current_value, closed_build_id, differs_since_build_id from marts.closed_metric_differences"
    )
    assert {row[:5] for row in rows} == wanted
    assert bool(wanted) is (number == 1)
    for row in rows:
        assert row[5:8] == closed.get(row[:5], (None,) * 4)[1:]
        assert row[8:11] == now.get(row[:5], (None,) * 4)[1:]
        assert row[11:] == (1, 2)


def test_who_is_behind_it(builds: list[Build]) -> None:
    """The change of churned MRR of January is that of the customers named."""
    made = builds[1]
    customer = leaver(builds[0])
    rows = made.query(
        "select customer_id, old_movement, new_movement, old_opening_mrr, new_closing_mrr from marts.customer_revisions"
        " where build_id = 2 and period_start = '2025-01-01' and old_movement is distinct from new_movement"
    )
    assert [row[:3] for row in rows] == [(customer, "none", "churn")]
    ((old, new),) = made.query(
        "select old_numerator, new_numerator from marts.metric_revisions where build_id = 2 and metric_name = 'churned_mrr'"
        " and period_type = 'month' and period_start = '2025-01-01' and segment_name = 'all'"
    )
    assert new - old == sum((row[3] for row in rows), Decimal(0)) > 0


@pytest.mark.parametrize("number", [1, 2])
def test_every_customer_of_a_restated_month_is_named(builds: list[Build], number: int) -> None:
    columns = "period_start, customer_id, movement, opening_mrr, closing_mrr"
    months = builds[number].query(
        f"select distinct period_start from marts.metric_revisions where build_id = {number + 1} and period_type = 'month'"
    )
    before, now = (
        {
            row[:2]: row[2:]
            for row in one.query(f"select {columns} from marts.customer_periods where period_type = 'month'")
        }
        for one in builds[number - 1 : number + 1]
    )
    rows = builds[number].query(
        "select period_start, customer_id, old_movement, old_opening_mrr, old_closing_mrr, new_movement, new_opening_mrr, new_closing_mrr,"
        f" changed_columns from marts.customer_revisions where build_id = {number + 1}"
    )
    named = {row[:2] for row in rows}
    assert {
        key for key in before.keys() | now.keys() if before.get(key) != now.get(key) and (key[0],) in months
    } <= named
    assert {(month,) for month, _ in named} <= set(months)
    for row in rows:
        assert row[2:5] == before.get(row[:2], (None,) * 3)
        assert row[5:8] == now.get(row[:2], (None,) * 3)
        assert ("movement" in row[8].split(", ")) is (row[2] != row[5])


def test_the_build_says_so(builds: list[Build]) -> None:
    assert "changed since the build" not in builds[0].said
    line = next(line for line in builds[1].said.splitlines() if "changed since the build" in line)
    ((figures, metrics, closed),) = builds[1].query(
        "select count(*), count(distinct metric_name), count_if(is_closed) from marts.metric_revisions where build_id = 2"
    )
    assert line.startswith(
        f"{figures:,} published figures of {metrics} metrics, {closed:,} of them of closed periods, changed since the build of 20"
    )
    assert ", because invoice_lines, subscriptions, ticket_status_changes changed: make ask DUCKDB_PATH=" in line
    assert line.endswith("Q=what_was_restated")
    assert "ticket_status_changes, the settings changed" in builds[2].said


def test_settings_alone_change_figures(tmp_path: Path) -> None:
    """And closed ones, once the books are open again: they stay in metrics_as_closed."""
    few, database = project_of_few_models(tmp_path), tmp_path / "few.duckdb"
    raw = write_raw(tmp_path / "raw", {"subscription_items": [{"unit_amount": "10.00"}]})
    for arguments in (["--vars", "{closed_through: 2026-02-28}"], ["--vars", "{times: 3}"]):
        run = build(few, raw, database, arguments, AS_OF="2026-04-15")
        assert run.returncode == 0, run.stdout + run.stderr
    assert "3 published figures of 1 metric, 2 of them of closed periods, changed since the build of 20" in run.stdout
    assert "because the settings changed" in run.stdout
    made = Build(database, run.stdout)
    assert made.query(
        "select period_start::varchar, old_value, new_value, is_closed, changed_tables, is_code_changed, are_seeds_changed, are_settings_changed"
        " from marts.metric_revisions order by 1"
    ) == [(f"2026-0{month}-01", 10, 30, month < 3, "", False, False, True) for month in (1, 2, 3)]
    assert {cell[3] for cell in made.cells("metrics_as_closed").values()} == {10}
    assert (
        made.query(
            "select closed_value, current_value, closed_build_id, differs_since_build_id from marts.closed_metric_differences"
        )
        == [(10, 30, 1, 2)] * 2
    )


@pytest.mark.parametrize("question", ["what_was_restated", "why_was_it_restated"])
def test_the_questions_are_answered(project: Path, builds: list[Build], question: str) -> None:
    run = subprocess.run(
        [sys.executable, str(project / "scripts/ask.py"), "--vars", "{build_id: 2}"],
        cwd=project,
        env=settings(None, builds[1].database) | {"Q": question},
        text=True,
        capture_output=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert ("churned_mrr" if question == "what_was_restated" else leaver(builds[0])) in run.stdout
