"""`make train` from a database to the seeds: what is read, what is written, and how it stops."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from training import churn, contract_lifetimes, holdout, purchase_lifetimes, seeds
from training.database import Database, Refusal

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2024, 3, 31)
HEADERS = {name: (ROOT / f"seeds/{name}.csv").read_text().splitlines()[0] for name in seeds.COLUMNS}
TABLES = """
    create schema intermediate;
    create table intermediate.int_company_mark (mark varchar);
    create table intermediate.int_as_of (as_of_day date);
    create table intermediate.int_churn_features (customer_id varchar, score_day date, feature varchar, value double);
    create table intermediate.int_churn_labels (customer_id varchar, score_day date, is_known boolean, has_churned boolean, horizon_days integer);
    create table intermediate.int_churn_hazards (customer_id varchar, score_day date, probability decimal(38, 10));
    create table intermediate.int_contract_spells (
        customer_id varchar, billing_months integer, segment_name varchar, segment_value varchar, first_paid_day date, first_churn_day date
    );
    create table intermediate.int_purchases (customer_id varchar, purchase_day date, amount decimal(38, 10), purchase_number bigint);
    insert into intermediate.int_company_mark values ('0123456789abcdef0123456789abcdef');
    insert into intermediate.int_as_of values (date '2024-03-31');
"""


def database(folder: Path, *statements: str) -> Path:
    """A database with the tables that training reads, and the rows of the statements."""
    path = folder / "company.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in (TABLES, *statements):
            connection.execute(statement)
    return path


# 120 customers on 27 month ends; the unused churn more, the hazard is one share for all.
CHURN_ROWS = """
    create temp table shown as
        select
            'C' || lpad(c::varchar, 3, '0') as customer_id, (date '2022-01-01' + to_months(m::integer + 1))::date - 1 as score_day,
            hash(c * 1000 + m) % 1000 / 1000.0 as draw, (hash(c * 77 + m) % 5) as use
        from range(120) as customers (c), range(27) as months (m);
    insert into intermediate.int_churn_labels
        select
            customer_id, score_day, score_day + 90 <= date '2024-03-31',
            case when score_day + 90 <= date '2024-03-31' then draw < 0.02 + 0.04 * use end, 90
        from shown;
    insert into intermediate.int_churn_features
        select customer_id, score_day, 'days_since_use', use from shown union all
        select customer_id, score_day, 'tenure', case when draw > 0.5 then 1 end from shown where draw > 0.5;
    insert into intermediate.int_churn_hazards select customer_id, score_day, 0.1 from shown;
"""
SPELL_ROWS = """
    insert into intermediate.int_contract_spells
        select
            'C' || lpad(c::varchar, 3, '0'), 1, 'product_family', case when c % 3 = 0 then 'Core' else 'Connect' end,
            date '2022-01-10' + (c % 300)::integer, case when c % 2 = 0 then date '2022-01-10' + (c % 300 + 20 + c * 7 % 400)::integer end
        from range(120) as customers (c);
"""
PURCHASE_ROWS = """
    insert into intermediate.int_purchases
        select
            'C' || lpad(c::varchar, 3, '0'), date '2022-02-01' + (c + n * (20 + c % 50))::integer, 20 + c % 7 * 5 + n % 3, n + 1
        from range(120) as customers (c), range(6) as numbers (n) where n <= c % 6;
"""


def train(path: Path, folder: Path) -> subprocess.CompletedProcess:
    """The command, as make runs it."""
    return subprocess.run(
        [sys.executable, "scripts/train.py", "--seeds", str(folder)],
        cwd=ROOT,
        env={**os.environ, "DUCKDB_PATH": str(path), "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


def empty_seeds(folder: Path) -> Path:
    folder.mkdir()
    for name, header in HEADERS.items():
        (folder / f"{name}.csv").write_text(header + "\n")
    return folder


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, subprocess.CompletedProcess]:
    """The command on a company with everything."""
    folder = tmp_path_factory.mktemp("trained")
    path = database(folder, CHURN_ROWS, SPELL_ROWS, PURCHASE_ROWS)
    written = empty_seeds(folder / "seeds")
    return path, written, train(path, written)


def test_columns_are_those_of_the_seeds() -> None:
    assert {name: columns.replace(" ", ",") for name, columns in seeds.COLUMNS.items()} == HEADERS


def test_a_model_of_each_kind_is_written(trained: tuple) -> None:
    _, folder, run = trained
    assert run.returncode == 0, run.stdout + run.stderr
    models = {row["kind"]: row for row in rows_of(folder, "prediction_models")}
    assert set(models) == {"churn", "contract_lifetime", "purchase_lifetime"}
    for row in models.values():
        assert (row["model_version"], row["trained_on"]) == ("2024-03-31-01234567", "0123456789abcdef0123456789abcdef")
    learned = models["churn"]
    # the latest month end whose 90 days have passed is 31 December 2023 (2024-03-30); the earliest is 31 January 2022
    assert (learned["trained_from"], learned["trained_through"], learned["horizon_days"]) == (
        "2022-01-31",
        "2024-03-30",
        "90",
    )
    assert learned["units"] == str(120 * 24)
    assert models["contract_lifetime"]["events"] == "60"
    assert models["purchase_lifetime"]["units"] == "120"
    assert models["purchase_lifetime"]["horizon_days"] == ""


def test_what_is_written_is_what_was_fitted(trained: tuple) -> None:
    """The coefficients of the file, on the features of the database, give the probabilities of the fit."""
    path, folder, _ = trained
    with Database(path) as source:
        snapshots = source.snapshots()
    model = churn.fit(snapshots)
    rows = {row["feature"]: row for row in rows_of(folder, "churn_coefficients")}
    # tenure is 1 wherever it is there, and says nothing
    assert set(rows) == {"(intercept)", "days_since_use"}
    one = rows["days_since_use"]
    use = snapshots.values[:, snapshots.features.index("days_since_use")]
    log_odds = float(rows["(intercept)"]["coefficient"]) + float(one["coefficient"]) * (
        use - float(one["mean"])
    ) / float(one["scale"])
    assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(model.probability(snapshots), abs=1e-9)
    assert float(one["coefficient"]) > 0.15
    bins = rows_of(folder, "churn_feature_bins")
    assert sum(float(row["share"]) for row in bins) == pytest.approx(1)
    backtest = rows_of(folder, "churn_backtest")
    assert {row["model"] for row in backtest} == {"base rate", "hazard", "logistic"}
    assert len(backtest) == 3 * len({row["window_number"] for row in backtest}) >= 9
    for row in backtest:
        assert date.fromisoformat(row["trained_through"]) + (date(2022, 4, 1) - date(2022, 1, 1)) <= date.fromisoformat(
            row["tested_from"]
        )


def test_lifetimes_are_written_as_fitted(trained: tuple) -> None:
    path, folder, _ = trained
    with Database(path) as source:
        spells, bought = source.spells(AS_OF), source.purchases(AS_OF)
    lifetimes = {(row["segment_name"], row["segment_value"]): row for row in rows_of(folder, "contract_lifetimes")}
    assert set(lifetimes) == {("all", "all"), ("product_family", "Connect"), ("product_family", "Core")}
    fit = contract_lifetimes.fit(spells.renewals, spells.has_left)
    assert float(lifetimes["all", "all"]["alpha"]) == pytest.approx(fit.alpha, rel=1e-6)
    assert [int(lifetimes["product_family", value]["customers"]) for value in ("Core", "Connect")] == [40, 80]
    (row,) = rows_of(folder, "purchase_lifetimes")
    purchase = purchase_lifetimes.fit_purchases(bought.x, bought.t_x, bought.age)
    assert float(row["r"]) == pytest.approx(purchase.r, rel=1e-5)
    assert (row["customers"], row["repeat_customers"]) == ("120", "100")
    held = {(row["kind"], row["estimate"]): row for row in rows_of(folder, "lifetime_backtest")}
    assert set(held) == {(kind, name) for kind, names in (("contract_lifetime", ("shifted beta-geometric", "naive")),
                                                          ("purchase_lifetime", ("BG/NBD", "naive"))) for name in names}  # fmt: skip


def test_training_again_writes_the_same(trained: tuple) -> None:
    path, folder, _ = trained
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert train(path, folder).returncode == 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_other_models_stay(tmp_path: Path) -> None:
    """Of another company, or of an earlier day; only rows of the same version and kind are replaced."""
    folder = empty_seeds(tmp_path / "seeds")

    def row(kind: str, version: str, note: str) -> dict:
        return {"kind": kind, "model_version": version, "trained_on": "m", "trained_from": date(2022, 1, 1), "trained_through": AS_OF,
                "horizon_days": None, "units": 5, "events": 2, "note": note}  # fmt: skip

    seeds.write(folder, "churn", {"prediction_models": [row("churn", "v1", "first")]})
    seeds.write(folder, "purchase_lifetime", {"prediction_models": [row("purchase_lifetime", "v1", "other kind")]})
    seeds.write(folder, "churn", {"prediction_models": [row("churn", "v2", "newer")]})
    seeds.write(folder, "churn", {"prediction_models": [row("churn", "v1", "again, with a comma")]})
    assert [(one["kind"], one["model_version"], one["note"]) for one in rows_of(folder, "prediction_models")] == [
        ("purchase_lifetime", "v1", "other kind"),
        ("churn", "v2", "newer"),
        ("churn", "v1", "again, with a comma"),
    ]
    assert not [file for file in folder.iterdir() if file.suffix == ".new"]


def test_a_churn_model_that_the_hazard_beats_is_not_written(tmp_path: Path) -> None:
    """The table of shares is given the answers; lifetimes, of which there are no data, are not written either, and the command fails."""
    better = """
        update intermediate.int_churn_hazards as hazards set probability = case when labels.has_churned then 0.3 else 0.05 end
        from intermediate.int_churn_labels as labels
        where labels.customer_id = hazards.customer_id and labels.score_day = hazards.score_day
    """
    folder = empty_seeds(tmp_path / "seeds")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    run = train(database(tmp_path, CHURN_ROWS, better), folder)
    assert run.returncode == 1
    assert "does not beat the hazard table" in run.stdout
    assert "0 customers bought again, at least 30 are needed" in run.stdout
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_a_company_where_nobody_churned_has_no_model(tmp_path: Path) -> None:
    run = train(
        database(tmp_path, CHURN_ROWS, "update intermediate.int_churn_labels set has_churned = false"),
        empty_seeds(tmp_path / "seeds"),
    )
    assert run.returncode == 1
    assert "No model is written: nobody churned." in run.stdout
    assert "Nothing was written." in run.stdout


def test_without_a_database_it_says_what_to_do(tmp_path: Path) -> None:
    run = train(tmp_path / "none.duckdb", empty_seeds(tmp_path / "seeds"))
    assert (run.returncode, "make build" in run.stdout) == (1, True)


def test_a_database_of_an_older_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"no int_churn_hazards.*make build"):
        Database(database(tmp_path, "drop table intermediate.int_churn_hazards"))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.duckdb").write_text("nothing of the kind")
    with pytest.raises(Refusal, match="cannot be opened"):
        Database(tmp_path / "text.duckdb")


def test_a_company_that_nobody_has_paid_is_refused(tmp_path: Path) -> None:
    with (
        Database(database(tmp_path, "delete from intermediate.int_company_mark")) as source,
        pytest.raises(Refusal, match="ever paid"),
    ):
        source.company()


def test_renewals_by_hand(tmp_path: Path) -> None:
    """Who leaves on the day of a renewal has not renewed; who leaves a day later has. Months end where they end."""
    cases = {
        "on the first renewal": ("2023-01-31", "2023-02-28", 1, 0, True),
        "the day after it": ("2023-01-31", "2023-03-01", 1, 1, True),
        "within the first month": ("2023-01-31", "2023-02-10", 1, 0, True),
        "after twelve months of a year": ("2023-01-15", "2024-01-15", 12, 0, True),
        "in the second year": ("2023-01-15", "2024-01-16", 12, 1, True),
        "still there, renewed today": ("2024-02-29", None, 1, 1, False),
        "still there, to renew tomorrow": ("2023-04-01", None, 12, 0, False),
        "still there, three quarters": ("2023-06-30", None, 3, 3, False),
    }
    rows = ", ".join(
        f"('{name}', {months}, 'all', 'all', '{paid}', nullif('{left}', 'None'))"
        for name, (paid, left, months, *_) in cases.items()
    )
    with Database(database(tmp_path, f"insert into intermediate.int_contract_spells values {rows}")) as source:
        spells, earlier = source.spells(AS_OF), source.spells(date(2023, 2, 27))
        later = source.spells(AS_OF, begun_by=date(2023, 2, 27))
    found = dict(zip(sorted(cases), zip(spells.renewals, spells.has_left, strict=True), strict=True))
    assert found == {name: (renewals, has_left) for name, (*_, renewals, has_left) in cases.items()}
    # on 27 February 2023 five had begun and one had left; the same five as they stand in the end
    assert earlier.has_left.sum() == 1
    assert len(later.has_left) == len(earlier.has_left) == 5
    assert sorted(later.renewals_due) == [1, 1, 14, 14, 14]


def test_purchases_by_hand(tmp_path: Path) -> None:
    """Weeks from the first purchase; free ones count as purchases and not for the mean; what comes later is counted apart."""
    rows = """
        insert into intermediate.int_purchases values
        ('A', date '2024-01-01', 90, 1), ('A', date '2024-01-15', 10, 2), ('A', date '2024-02-05', 0, 3), ('A', date '2024-03-04', 30, 4),
        ('B', date '2024-02-12', 50, 1), ('C', date '2024-03-18', 5, 1)
    """
    with Database(database(tmp_path, rows)) as source:
        found, all_of_them = source.purchases(date(2024, 2, 19)), source.purchases(AS_OF)
        assert source.first_day("int_purchases") == date(2024, 1, 1)
    assert [list(values) for values in (found.x, found.t_x, found.age, found.paid, found.mean, found.later)] == [
        [2, 0], [5, 0], [7, 1], [1, 0], [10, 0], [1, 0],
    ]  # fmt: skip
    assert list(all_of_them.x) == [3, 0, 0]
    assert all_of_them.mean[0] == 20


def test_the_holdout_asks_only_who_was_there(trained: tuple) -> None:
    """Fitted to the first half; those who had left by then are not asked about, and the actual ones are counted at the end."""
    path, _, _ = trained
    half = date(2022, 9, 30)
    with Database(path) as source:
        first, second = source.spells(half), source.spells(AS_OF, begun_by=half)
        (there,) = source._one("""select count(*) from intermediate.int_contract_spells
            where first_paid_day <= date '2022-09-30' and (first_churn_day is null or first_churn_day > date '2022-09-30')""")
        (still,) = source._one("""select count(*) from intermediate.int_contract_spells
            where first_paid_day <= date '2022-09-30' and (first_churn_day is null or first_churn_day > date '2024-03-31')""")
    held = holdout.contracts_held_out(first, second)
    assert [one.estimate for one in held] == ["shifted beta-geometric", "naive"]
    assert {(one.customers, one.actual) for one in held} == {(there, still)}
    assert all(0 < one.predicted < there for one in held)
