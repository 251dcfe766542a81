"""The models that lie in seeds/ are those of the sample company as it is made and counted now."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Built
from training import seeds

ROOT = Path(__file__).resolve().parents[1]
STALE = "not what the sample company gives now. make build, make train, make build, and commit seeds/"


def rows_of(folder: Path, seed: str) -> list[dict[str, str]]:
    with (folder / f"{seed}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def trained_anew(database: Built, folder: Path) -> Path:
    """The seeds that training writes now. It reads a copy, since whoever built the database still holds it."""
    database.query("checkpoint")
    ((path,),) = database.query("select path from duckdb_databases() where not internal and path is not null")
    copied = folder / Path(path).name
    shutil.copy(path, copied)
    run = subprocess.run(
        [sys.executable, "scripts/train.py", "--seeds", str(folder)],
        cwd=ROOT,
        env={**os.environ, "DUCKDB_PATH": str(copied), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="module")
def anew(sample_database: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained_anew(sample_database, tmp_path_factory.mktemp("anew"))


@pytest.mark.parametrize("seed", seeds.COLUMNS)
def test_models_of_the_sample_company_are_current(anew: Path, seed: str) -> None:
    """Text is the same; numbers are, but for what another machine's arithmetic may change."""
    found = rows_of(anew, seed)
    marks = {row["model_version"].rpartition("-")[2] for row in found}
    kept = [row for row in rows_of(ROOT / "seeds", seed) if row["model_version"].rpartition("-")[2] in marks]
    assert found
    assert len(kept) == len(found), f"{seed}.csv: {STALE}"
    for one, other in zip(kept, found, strict=True):
        for name in one.keys() - {"note"}:
            try:
                assert float(one[name]) == pytest.approx(float(other[name]), rel=1e-3, abs=1e-6), (
                    f"{seed}.csv, {name} of {one}: {STALE}"
                )
            except ValueError:
                assert one[name] == other[name], f"{seed}.csv, {name} of {one}: {STALE}"


def test_the_sample_company_has_a_model_of_each_kind(sample_database: Built) -> None:
    found = dict(sample_database.query("select kind, is_in_force from marts.trained_models"))
    assert found == {"churn": True, "contract_lifetime": True, "purchase_lifetime": True}


def test_the_model_tells_better_than_the_hazard_on_what_it_had_not_seen() -> None:
    """By the backtest that lies in the seeds: in most windows it sorts better."""
    auc = {(row["window_number"], row["model"]): float(row["auc"]) for row in rows_of(ROOT / "seeds", "churn_backtest")}
    windows = {number for number, _ in auc}
    assert sum(auc[number, "logistic"] > auc[number, "hazard"] for number in windows) > len(windows) / 2
