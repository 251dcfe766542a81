"""Runs the real dbt project on small raw tables, on DuckDB and on PostgreSQL."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import yaml

from tests.shared import once

PROJECT = Path(__file__).resolve().parent.parent
Row = Mapping[str, Any]

# What a row holds where a test does not say: enough to be valid, keys apart. Columns that are not named here are empty.
DEFAULTS: dict[str, dict[str, Any]] = {
    "customers": {"customer_id": "c1", "name": "Customer", "created_at": "2026-01-01"},
    "customer_attributes": {"customer_id": "c1", "attribute": "country", "value": "DE", "valid_from": "2026-01-01"},
    "customer_merges": {"merged_at": "2026-01-01"},
    "plans": {
        "plan_id": "p1",
        "plan_name": "Basic",
        "product_family": "Core",
        "billing_interval": "month",
        "interval_count": 1,
        "unit_amount": "10.00",
        "currency": "EUR",
    },
    "subscriptions": {"subscription_id": "s1", "customer_id": "c1", "status": "active", "started_at": "2026-01-01"},
    "subscription_items": {
        "item_version_id": "v1",
        "subscription_id": "s1",
        "plan_id": "p1",
        "quantity": 1,
        "unit_amount": "10.00",
        "currency": "EUR",
        "effective_from": "2026-01-01",
    },
    "subscription_status_changes": {"subscription_id": "s1", "status": "past_due", "changed_at": "2026-01-10"},
    "subscription_pauses": {"subscription_id": "s1", "paused_at": "2026-01-10"},
    "contract_terms": {
        "customer_id": "c1",
        "term_start": "2026-01-01",
        "term_end": "2027-01-01",
        "amount": "120.00",
        "currency": "EUR",
    },
    "invoices": {
        "customer_id": "c1",
        "status": "paid",
        "issued_at": "2026-01-01",
        "currency": "EUR",
        "total_excluding_tax": "10.00",
    },
    "invoice_lines": {"kind": "recurring", "amount": "10.00"},
    "orders": {"customer_id": "c1", "ordered_at": "2026-01-01", "amount": "10.00", "currency": "EUR"},
    "exchange_rates": {"rate_date": "2026-01-01", "currency": "USD", "rate_to_reporting": "0.9"},
    "users": {"customer_id": "c1", "created_at": "2026-01-01"},
    "usage_events": {"customer_id": "c1", "event_name": "login", "occurred_at": "2026-01-10T08:00:00Z"},
    "csm_assignments": {"customer_id": "c1", "csm_id": "m1", "assigned_from": "2026-01-01"},
    "tickets": {"status": "open", "created_at": "2026-01-10", "created_by": "customer"},
    "ticket_messages": {"ticket_id": "k1", "author_type": "customer", "is_public": "true", "sent_at": "2026-01-11"},
    "ticket_status_changes": {"ticket_id": "k1", "status": "solved", "changed_at": "2026-01-11"},
    "calls": {
        "direction": "inbound",
        "queued_at": "2026-01-10T08:00:00Z",
        "ended_at": "2026-01-10T08:05:00Z",
        "is_abandoned": "false",
    },
    "survey_responses": {
        "survey_type": "nps",
        "customer_id": "c1",
        "scale_min": 0,
        "scale_max": 10,
        "sent_at": "2026-01-10",
    },
    "feedback": {"channel": "review", "received_at": "2026-01-10"},
    "sessions": {"customer_id": "c1", "started_at": "2026-01-10T08:00:00Z", "ended_at": "2026-01-10T09:00:00Z"},
    "features": {"released_at": "2026-01-01"},
    "entitlements": {"customer_id": "c1", "feature": "reports", "entitled_from": "2026-01-01"},
    "journeys": {"journey": "onboarding", "is_required": "true", "is_value_moment": "false"},
    "milestones": {"customer_id": "c1", "milestone": "signup", "reached_at": "2026-01-10"},
    "first_touches": {"customer_id": "c1"},
    "outcomes": {
        "customer_id": "c1",
        "outcome_type": "cost_saving",
        "value": "0.1",
        "unit": "ratio",
        "measured_at": "2026-01-10",
    },
    "trials": {"customer_id": "c1", "trial_start_at": "2026-01-01", "trial_end_at": "2026-01-15"},
    "offers": {"customer_id": "c1", "offer_type": "upsell", "presented_at": "2026-01-10"},
    "referrals": {"referrer_customer_id": "c1", "referred_at": "2026-01-10"},
    "costs": {
        "incurred_at": "2026-01-10",
        "purpose": "cogs",
        "category": "hosting",
        "amount": "10.00",
        "currency": "EUR",
    },
    "loyalty_events": {"customer_id": "c1", "event_name": "login", "points": 5, "occurred_at": "2026-01-10"},
    "csms": {"name": "Manager", "fte": 1},
    "csm_touches": {"customer_id": "c1", "csm_id": "m1", "kind": "call", "occurred_at": "2026-01-10"},
}
REQUIRED = ("customers", "plans", "subscriptions", "subscription_items")


@cache
def contract() -> dict[str, dict[str, dict[str, Any]]]:
    """The raw tables and their columns' meta, as the project declares them."""
    sources = yaml.safe_load((PROJECT / "models/staging/_sources.yml").read_text())["sources"]
    return {
        table["name"]: {column["name"]: column["config"]["meta"] for column in table["columns"]}
        for table in sources[0]["tables"]
    }


def write_raw(folder: Path, tables: Mapping[str, Sequence[Row]], parquet: Iterable[str] = ()) -> Path:
    """Writes raw tables as CSV files, those of `parquet` as typed Parquet files.

    A row needs only what matters to a test: what it does not name comes from DEFAULTS, what it names as "" or None is
    empty. Required tables that are not given hold one valid row; an empty list makes a table of no rows. Optional
    columns are there if a row names them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in {**{name: [{}] for name in REQUIRED}, **tables}.items():
        full = [{**DEFAULTS.get(table, {}), **row} for row in rows]
        columns = [name for name, meta in contract()[table].items() if not meta.get("optional")]
        columns += sorted({name for row in full for name in row} - set(columns))
        with (folder / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(full)
        if table in parquet:
            _typed_parquet(folder / f"{table}.csv", columns, contract()[table])
    return folder


def _typed_parquet(file: Path, columns: Sequence[str], metas: Mapping[str, Mapping[str, Any]]) -> None:
    kinds = {"number": "decimal(18, 4)", "boolean": "boolean", "date": "date", "instant": "timestamp"}
    casts = ", ".join(f"cast({name} as {kinds.get(metas[name]['type'], 'varchar')}) as {name}" for name in columns)
    with duckdb.connect() as writer:
        query = f"select {casts} from read_csv('{file}', header = true, all_varchar = true)"
        writer.execute(f"copy ({query}) to '{file.with_suffix('.parquet')}' (format parquet)")
    file.unlink()


@dataclass
class Result:
    """What came of a dbt run. `messages` is everything that dbt said, `query` looks into what it built."""

    success: bool
    messages: str = field(repr=False)
    query: Callable[[str], list[tuple]]


# the name of DuckDB's file, which stands in the name of every relation
DATABASE = "build.duckdb"
# the project as dbt reads it, by what it is read with
_MANIFESTS: dict[tuple, Any] = {}
READ_LATER = {"RAW_DATA_DIR", "DUCKDB_PATH", "AS_OF", "DBT_WARN_ERROR"}
# where a server is found, too, and the name of a database on it is put in the place of another
OF_A_SERVER = {"POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"}


def dbt_build(
    raw_dir: Path | str,
    workdir: Path,
    select: str | None = None,
    env: Mapping[str, str] | None = None,
    vars: Mapping[str, Any] | None = None,
    target: str = "duckdb",
    command: str = "build",
    more: Sequence[str] = (),
) -> Result:
    """Runs dbt in this process, with files of its own in `workdir`."""
    from dbt.cli.main import dbtRunner

    workdir.mkdir(parents=True, exist_ok=True)
    database = workdir / DATABASE
    environment = {
        "RAW_DATA_DIR": str(raw_dir),
        "DUCKDB_PATH": str(database),
        "DBT_TARGET": target,
        "DBT_LOG_LEVEL_FILE": "info",
        "AS_OF": "",
        **(env or {}),
    }
    places = places_in(workdir)
    arguments = [command, *places, *more]
    if select:
        # a test of more than what is selected is left out; dbt's artifacts, which take longer than a few models, are asked for of whole companies
        arguments += ["--select", *select.split(), "--indirect-selection", "cautious", "--no-write-json"]
    if vars:
        arguments += ["--vars", yaml.safe_dump(dict(vars))]
    messages: list[str] = []
    with _environment(environment):
        outcome = dbtRunner(
            manifest=manifest_in(environment, places),
            callbacks=[lambda event: event.info.level != "debug" and messages.append(event.info.msg)],
        ).invoke(arguments)
    if outcome.exception:
        messages.append(str(outcome.exception))

    def query(sql: str) -> list[tuple]:
        if target == "postgres":
            return postgres_query(environment, sql)
        with duckdb.connect(str(database)) as connection:
            return connection.execute(sql).fetchall()

    return Result(bool(outcome.success), "\n".join(messages), query)


def places_in(folder: Path) -> list[str]:
    """The arguments by which dbt finds the project, and leaves what it writes in this folder."""
    places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--quiet"]
    return [*places, "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]


def manifest_in(environment: Mapping[str, str], places: Sequence[str]) -> Any:
    """
    The project as dbt reads it in this environment, which is set. Read once for all that is named alike: variables, raw data and the as-of day come
    later, and DuckDB's file has one name everywhere. It is the caller's own, which dbt may write into.
    """
    key = tuple(sorted((name, value) for name, value in environment.items() if name not in READ_LATER | OF_A_SERVER))
    if key not in _MANIFESTS:
        _MANIFESTS[key] = once(f"manifest {key}", lambda: _parsed(places))
    manifest = _MANIFESTS[key].deepcopy()
    if environment["DBT_TARGET"] == "postgres":
        _in_database(manifest, environment["POSTGRES_DB"])
    return manifest


def _in_database(manifest: Any, database: str) -> None:
    """Name another database than the one with which the project was read."""
    for node in [*manifest.nodes.values(), *manifest.sources.values()]:
        if node.relation_name:
            node.relation_name = node.relation_name.replace(f'"{node.database}".', f'"{database}".', 1)
        node.database = database


def _parsed(places: Sequence[str]) -> Any:
    """The project as dbt reads it."""
    from dbt.cli.main import dbtRunner

    parsed = dbtRunner().invoke(["--warn-error", "parse", *places])
    assert parsed.success, parsed.exception
    return parsed.result


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def postgres_query(environment: Mapping[str, str], sql: str) -> list[tuple]:
    import psycopg2

    connection = psycopg2.connect(
        host=environment["POSTGRES_HOST"],
        port=environment["POSTGRES_PORT"],
        user=environment["POSTGRES_USER"],
        dbname=environment["POSTGRES_DB"],
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def postgres_environment(uri: str, database: str) -> dict[str, str]:
    """The environment variables with which the target `postgres` finds a server."""
    parts = urlsplit(uri)
    socket = parse_qs(parts.query).get("host", [""])[0]
    return {
        "POSTGRES_HOST": socket or parts.hostname or "localhost",
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "postgres",
        "POSTGRES_PASSWORD": parts.password or "",
        "POSTGRES_DB": database,
    }


def load_postgres(raw_dir: Path, environment: Mapping[str, str]) -> None:
    """Schemas `raw` and `nlp` of a raw folder, as the product loads them."""
    import psycopg2

    sys.path.insert(0, str(PROJECT / "scripts"))
    import load_postgres as product

    connection = psycopg2.connect(
        host=environment["POSTGRES_HOST"],
        port=environment["POSTGRES_PORT"],
        user=environment["POSTGRES_USER"],
        dbname=environment["POSTGRES_DB"],
    )
    with connection, connection.cursor() as cursor:
        product.load(cursor, raw_dir, str(raw_dir))
        product.score_texts(cursor)
    connection.close()
