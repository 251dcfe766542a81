"""The raw tables as rows of text. DuckDB serves as a reader of Parquet files and for nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

RawRow = dict[str, str | None]
Raw = dict[str, list[RawRow]]

TABLES = (
    "customers",
    "customer_attributes",
    "customer_merges",
    "plans",
    "subscriptions",
    "subscription_items",
    "subscription_status_changes",
    "subscription_pauses",
    "contract_terms",
    "invoices",
    "invoice_lines",
    "orders",
    "exchange_rates",
    "users",
    "usage_events",
    "csm_assignments",
    "tickets",
    "ticket_messages",
    "ticket_status_changes",
    "calls",
    "survey_responses",
    "feedback",
    "sessions",
    "features",
    "entitlements",
    "journeys",
    "milestones",
    "first_touches",
    "outcomes",
    "trials",
    "offers",
    "referrals",
    "costs",
    "loyalty_events",
    "csms",
    "csm_touches",
)


def read_folder(path: str | Path) -> Raw:
    """Every table of the folder that the oracle reads; a missing file is a missing table."""
    folder = Path(path)
    raw: Raw = {}
    for table in TABLES:
        if (file := folder / f"{table}.parquet").exists():
            raw[table] = _read_parquet(file)
        elif (file := folder / f"{table}.csv").exists():
            raw[table] = _read_csv(file)
    return raw


def as_text(raw: Raw) -> Raw:
    """A company made in memory, in the same shape as one that was read: text, trimmed, blank is None."""
    return {
        table: [{name: _clean(value) for name, value in row.items()} for row in rows] for table, rows in raw.items()
    }


def _clean(value: object) -> str | None:
    return None if value is None else str(value).strip() or None


def _read_csv(file: Path) -> list[RawRow]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [{name: value or None for name, value in row.items() if name} for row in csv.DictReader(lines)]


def _read_parquet(file: Path) -> list[RawRow]:
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1}) as reader:
        rows = reader.execute("select columns(*)::varchar from read_parquet(?)", [str(file)])
        names = [description[0] for description in rows.description]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
