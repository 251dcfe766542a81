"""The bench measures what it says: its inputs are what its page tells, and its arithmetic is right. Nothing here is held to a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from benchmark import billing, changes, measure, report, yardstick
from tests.harness import PROJECT

CUSTOMERS = 3000


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small company's extract, and that of its next day."""
    before, after = tmp_path_factory.mktemp("before"), tmp_path_factory.mktemp("after")
    billing.write(CUSTOMERS, before)
    changes.write(before, after, billing.AS_OF)
    return before, after


def rows(folder: Path, table: str) -> set[tuple]:
    with duckdb.connect() as database:
        return set(database.execute(f"from '{folder / table}.parquet'").fetchall())


def test_the_same_company_every_time(extracts: tuple[Path, Path], tmp_path: Path) -> None:
    billing.write(CUSTOMERS, tmp_path)
    assert all(
        rows(tmp_path, table) == rows(extracts[0], table)
        for table in ("customers", "subscriptions", "subscription_items")
    )
    assert len(rows(tmp_path, "customers")) == CUSTOMERS


def test_a_customer_in_a_hundred_has_changed(extracts: tuple[Path, Path]) -> None:
    before, after = extracts
    with duckdb.connect() as database:
        owners = dict(
            database.execute(f"select subscription_id, customer_id from '{before}/subscriptions.parquet'").fetchall()
        )
        columns = [
            column[0] for column in database.execute(f"from '{before}/subscription_items.parquet' limit 0").description
        ]
    place = columns.index("subscription_id")
    touched = {owners[row[place]] for row in rows(before, "subscription_items") ^ rows(after, "subscription_items")}
    touched |= {owners[row[0]] for row in rows(before, "subscriptions") ^ rows(after, "subscriptions")}
    assert CUSTOMERS / 200 < len(touched) < CUSTOMERS / 50
    assert (before / "customers.parquet").samefile(after / "customers.parquet")


def test_the_yardstick_writes_a_row_a_customer_and_month(
    extracts: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["yardstick", str(extracts[0]), str(tmp_path / "scan.duckdb"), billing.AS_OF])
    yardstick.main()
    with duckdb.connect(str(tmp_path / "scan.duckdb")) as database:
        found, distinct = database.execute(
            "select count(*), count(distinct (customer_id, month_start)) from customer_months where amount > 0"
        ).fetchone()
    assert found == distinct > 10 * CUSTOMERS


def test_a_process_and_its_children_are_measured(tmp_path: Path) -> None:
    child = "import time; x = bytearray(300_000_000); print(sum(x[::4096])); time.sleep(0.5)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    used = measure.run([sys.executable, "-c", code], tmp_path, dict(os.environ), tmp_path / "log", [])
    assert used.code == 0
    assert used.peak_bytes > 300_000_000
    assert used.cpu_seconds > 0
    failed = measure.run(
        [sys.executable, "-c", "raise SystemExit(3)"], tmp_path, dict(os.environ), tmp_path / "log", []
    )
    assert failed.code == 3


def test_growth_is_the_slope_between_two_sizes() -> None:
    # ten times the customers at a hundred times the time, and at ten times
    assert report.slope(10, 1, 100, 100) == pytest.approx(2)
    runs = [
        {
            "input": "billing",
            "run": "full",
            "code": 0,
            "customers": size,
            "cpu_seconds": size / 10,
            "peak_bytes": size**2,
        }
        for size in (1000, 10)
    ]
    assert report.exponents(runs) == [("billing", "full", 10, 1000, pytest.approx(1), pytest.approx(2))]
    assert report.exponents([run | {"code": 1} for run in runs]) == []


def test_a_run_is_kept_and_written_into_the_page(tmp_path: Path) -> None:
    """The whole command on a company of 50, with its results read back."""
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    command = [sys.executable, str(PROJECT / "scripts/bench.py"), "--sizes", "50", "--runs", "scan", "movements"]
    before = set((PROJECT / ".bench/results").glob("*.json"))
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "What a run costs" in done.stdout
    (kept,) = set((PROJECT / ".bench/results").glob("*.json")) - before
    runs = json.loads(kept.read_text())["runs"]
    assert [run["run"] for run in runs] == ["scan", "movements"]
    assert all(run["code"] == 0 for run in runs)
    assert runs[1]["models"] > 50
    assert "marts" in runs[1]["layers"]
    kept.unlink()
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write_page(page, {"cores": 2}, runs)
    assert page.read_text().startswith("before\n") and page.read_text().endswith("after\n")
    assert "| billing | 50 | movements |" in page.read_text()
    assert "old" not in page.read_text()
