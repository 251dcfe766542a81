"""Whatever happens to the extract between builds, going on from the last build gives what a full refresh gives, cell by cell.

A random history: a small generated company, dirty rows and several currencies included, is built as of some day; then, again and again, rows of
any table arrive late, are corrected, back-dated, copied, moved to another key or deleted, days pass or none, and it is built on. Customers with
rows of every kind are in one company, so that each history is many.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from tests import compiled
from tests.conftest import IS_LONG, VARIABLES
from tests.harness import DATABASE, PROJECT, _environment, manifest_in, places_in

sys.path.insert(0, str(PROJECT / "scripts"))

import increments

HISTORIES = int(os.environ.get("INCREMENT_HISTORIES", "200" if IS_LONG else "1"))
BUILDS = 3
CUSTOMERS, MONTHS = 40, 9
LAST_DAY = datetime.date(2025, 5, 13)
# records of what was published, and what changed since the last build, are not functions of the raw rows; of components those stay that no
# period asks for any more
EXEMPT = {
    "builds", "build_inputs", "metric_revisions", "metrics_as_closed", "customer_health_history", "customer_revisions",
    "int_customer_fingerprints", "int_changed_customers", "int_evidence_fingerprints", "int_changed_evidence", "int_changed_event_days",
    "int_mrr_components", "int_customer_changes", "int_build_changes",
}  # fmt: skip

# stands for the rows of a table, in any order
DIGEST = "count(*), sum(hash(rows)::uhugeint)"

# what goes on from the last build, what it is made from, and records that compare only what may have changed
SELECTION = (
    "+config.materialized:by_customer", "+config.materialized:by_day", "+config.materialized:summed_over_customers",
    "+int_segment_periods__opening", "+int_segment_periods__closing", "+int_segment_periods__transfers",
    "+customer_periods", "+mrr_movements", "+mrr_movement_details", "+cohort_retention", "+customer_health",
    "+customer_health_history",
)  # fmt: skip

Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    """A generated company, every table as text."""
    from generator import config
    from generator.build import write

    folder = tmp_path_factory.mktemp("company")
    write(config.Settings(CUSTOMERS, MONTHS, config.DEFAULT_SEED, False, "all"), folder)
    tables = {}
    with duckdb.connect() as reader:
        reader.execute("set timezone = 'UTC'")
        for name, query in compiled.folder_tables(folder).items():
            cursor = reader.execute(f"select columns(*)::varchar from ({query})")
            names = [column[0] for column in cursor.description]
            tables[name] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return tables


class Extract:
    """The raw rows as they stand, and those that are still to come."""

    def __init__(self, company: dict[str, Table], chance: random.Random) -> None:
        self.chance = chance
        self.rows = {name: [dict(row) for row in rows] for name, rows in company.items()}
        self.late = {name: [] for name in company}
        for name, rows in self.rows.items():
            if name not in ("plans", "exchange_rates"):
                for row in [row for row in rows if chance.random() < 0.05]:
                    rows.remove(row)
                    self.late[name].append(row)

    def change(self) -> list[str]:
        """A day's work of the source systems; what happened, in words."""
        told = []
        tables = [name for name, rows in self.rows.items() if rows]
        for _ in range(self.chance.randint(0, 12)):
            name = self.chance.choice(
                tables if self.chance.random() < 0.5 else [one for one in BILLING if self.rows.get(one)]
            )
            told.append(
                f"{getattr(self, self.chance.choice(['arrive', 'delete', 'correct', 'copy', 'replace']))(name)} {name}"
            )
        return told

    def arrive(self, name: str) -> str:
        arriving = [row for row in self.late[name] if self.chance.random() < 0.5]
        self.late[name] = [row for row in self.late[name] if row not in arriving]
        self.rows[name] += arriving
        return f"{len(arriving)} late"

    def delete(self, name: str) -> str:
        row = self.rows[name].pop(self.chance.randrange(len(self.rows[name])))
        return f"deleted {next(iter(row.values()))} of"

    def correct(self, name: str) -> str:
        """One value becomes that of another row: a date earlier or later, another customer, another key, nothing."""
        row = self.chance.choice(self.rows[name])
        column = self.chance.choice(list(row))
        row[column] = self.chance.choice(self.rows[name])[column] if self.chance.random() < 0.9 else None
        return f"{column} of {next(iter(row.values()))} in"

    def copy(self, name: str) -> str:
        row = dict(self.chance.choice(self.rows[name]))
        if self.chance.random() < 0.5 and "updated_at" in row:
            row["updated_at"] = LAST_DAY.isoformat()
        self.rows[name].append(row)
        return f"copied {next(iter(row.values()))} of"

    def replace(self, name: str) -> str:
        """A row of a new key, with values of several others."""
        row = {column: self.chance.choice(self.rows[name])[column] for column in self.rows[name][0]}
        first = next(iter(row))
        row[first] = (
            f"{row[first]} {self.chance.randrange(1000)}"
            if first.endswith("_id") and first != "customer_id"
            else row[first]
        )
        self.rows[name].append(row)
        return f"new {row[first]} in"

    def write(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, rows in self.rows.items():
            with (folder / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]) if rows else ["customer_id"])
                writer.writeheader()
                writer.writerows(rows)


BILLING = (
    "customers", "subscriptions", "subscription_items", "subscription_items", "subscription_pauses", "subscription_status_changes",
    "customer_merges", "customer_attributes", "invoices", "invoice_lines", "csm_assignments", "contract_terms", "users",
)  # fmt: skip


class Builder:
    """dbt in this process on one database, its project read once."""

    def __init__(self, folder: Path) -> None:
        self.manifest = None
        self.begin(folder)

    def begin(self, folder: Path) -> None:
        """In an empty folder, with no database."""
        folder.mkdir(exist_ok=True)
        self.folder, self.raw = folder, folder / "raw"
        self.database = folder / DATABASE

    def dbt(self, command: str, as_of: str, *further: str) -> None:
        environment = {
            "DUCKDB_PATH": str(self.database), "RAW_DATA_DIR": str(self.raw), "AS_OF": as_of, "DBT_TARGET": "duckdb",
            "DBT_LOG_LEVEL_FILE": "info",
        }  # fmt: skip
        places = places_in(self.folder)
        messages: list[str] = []
        with _environment(environment):
            self.manifest = self.manifest or manifest_in(environment, places)
            outcome = dbtRunner(
                manifest=self.manifest,
                callbacks=[lambda event: event.info.level == "error" and messages.append(event.info.msg)],
            ).invoke([command, *places, "--no-write-json", "--vars", json.dumps(VARIABLES), *further])
        assert outcome.success, "\n".join([*messages, str(outcome.exception or "")])

    def build(self, as_of: str, *further: str) -> None:
        if self.database.exists():
            with duckdb.connect(str(self.database)) as work:
                increments.begin(work)
        else:
            self.dbt("seed", as_of)
        self.dbt("run", as_of, *further)

    def models(self) -> list[str]:
        """The tables that the database holds."""
        with duckdb.connect(str(self.database)) as made:
            return [
                name
                for (name,) in made.execute(
                    "select table_name from duckdb_tables() union select view_name from duckdb_views()"
                ).fetchall()
            ]

    def differences(self, fresh: compiled.Built) -> list[str]:
        """Tables in which the database differs from a fresh build of the same rows."""
        # dbt in this process keeps the file attached, so a copy is looked at
        with duckdb.connect(str(self.database)) as made:
            made.execute("checkpoint")
        looked_at = shutil.copyfile(self.database, self.folder / "made.duckdb")
        fresh.connection.execute(f"attach '{looked_at}' as made")
        tables = fresh.query(
            "select schema_name, table_name from duckdb_tables() where database_name = 'made' and schema_name in ('marts', 'intermediate')"
            " union select schema_name, view_name from duckdb_views() where database_name = 'made' and schema_name = 'marts'"
        )
        found = []
        for schema, table in sorted(tables):
            if table in EXEMPT:
                continue
            columns = fresh.query(
                f"select column_name, column_type from (describe made.{schema}.{table}) where column_name <> 'raw_row'"
            )
            chosen = ", ".join(f"round({name}, 9) as {name}" if kind == "DOUBLE" else name for name, kind in columns)
            one, other = (f"select {chosen} from {catalog}.{schema}.{table}" for catalog in ("made", fresh.catalog))
            # the rows in any order, each as often as it is there; row by row only where these differ, since that takes five times as long
            if fresh.query(f"select {DIGEST} from ({one}) as rows") == fresh.query(
                f"select {DIGEST} from ({other}) as rows"
            ):
                continue
            surplus = [fresh.query(f"{a} except all {b}") for a, b in ((one, other), (other, one))]
            if any(surplus):
                rows = [row for side in surplus for row in side[:2]]
                found.append(f"{schema}.{table}: {len(surplus[0])} too many, {len(surplus[1])} too few, such as {rows}")
        fresh.connection.execute("detach made")
        found += [
            f"customer_health_history does not end with today's score: {row}" for row in self.unrecorded(looked_at)
        ]
        return found

    def unrecorded(self, database: Path) -> list[tuple]:
        """Scores that the records of health do not end with, or records that end with another: the law of tests/invariants, on this database."""
        law = (PROJECT / "tests/invariants/last_records_are_todays_scores.sql").read_text()
        for schema, name in (
            ("marts", "customer_health_history"),
            ("marts", "customer_health"),
            ("intermediate", "int_months"),
        ):
            law = law.replace("{{ ref('" + name + "') }}", f"{schema}.{name}")
        with duckdb.connect(str(database), read_only=True) as made:
            return made.execute(f"{law} limit 3").fetchall()


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    yield Builder(tmp_path_factory.mktemp("increments"))


@pytest.mark.parametrize("history", range(HISTORIES))
def test_going_on_from_the_last_build_is_a_full_refresh(
    history: int, company: dict[str, Table], builder: Builder, tmp_path: Path
) -> None:
    # once with every model; the others are made anew by every build
    selection = () if history == 0 else ("--select", *SELECTION)
    builder.begin(tmp_path)
    chance = random.Random(history)
    extract = Extract(company, chance)
    day = LAST_DAY - datetime.timedelta(days=chance.choice([3, 30, 70, 150]))
    told = [f"as of {day}"]
    extract.write(builder.raw)
    builder.build(day.isoformat(), *selection)
    # a history alone has two later builds; of many each has its own number, whoever asks for them
    for _ in range(chance.randint(1, BUILDS) if HISTORIES > 1 else 2):
        day = min(day + datetime.timedelta(days=chance.choice([0, 1, 1, 2, 17, 31, 60, -20])), LAST_DAY)
        told += [*extract.change(), f"as of {day}"]
        extract.write(builder.raw)
        builder.build(day.isoformat(), *selection)
    with compiled.project(VARIABLES).run(
        compiled.folder_tables(builder.raw), day.isoformat(), builder.models()
    ) as fresh:
        found = builder.differences(fresh)
    assert not found, "\n".join([f"history {history}: " + "; ".join(told), *found])
