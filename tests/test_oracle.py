"""Every cell of marts.metrics, and of the marts beside it, against the oracle: nothing missing, nothing extra, no figure off."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.comparison import assert_same
from tests.compiled import Project, folder_tables, project
from tests.conftest import CAST, IS_LONG, VARIABLES, Built
from tests.oracle import METRICS, compute

# Every variable that changes a figure of revenue, retention, growth or team is away from its default in one of these.
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": VARIABLES,
    "fiscal year, zone": VARIABLES
    | {
        "fiscal_year_start_month": 4,
        "reporting_timezone": "America/New_York",
        "reactivation_min_gap_days": 10,
        "renewal_grace_days": 5,
        "involuntary_reasons": ["unused"],
    },
    "policies": VARIABLES
    | {
        "churn_timing": "at_request",
        "discount_policy": "permanent",
        "trial_counts_as_mrr": True,
        "past_due_counts": False,
        "usage_mrr": True,
        "repeat_window_days": 30,
        "renewal_auto_min_days": 400,
        "trial_grace_days": 2,
        "lifespan_cap_months": 9,
        "assumed_lifespan_years": 2.5,
        "minimum_sample": 1,
    },
    "pauses": VARIABLES
    | {"max_pause_days": 30, "committed_horizon_days": 30, "week_to_month": "4.345", "day_to_month": "30"},
    "euros": {"reporting_currency": "EUR", "history_start": "2023-06-01", "segments": ["country", "csm"]},
}
# A month's last day, the day after it, a leap day, open months, the day the data end.
AS_OF = ["2023-08-31", "2023-09-01", "2024-02-29", "2024-06-20", "2024-09-15"]


def compare(compiled: Project, folder: Path, as_of: str | None, variables: dict[str, Any]) -> None:
    """One build of a folder against the oracle."""
    tables = {name: query for name, query in folder_tables(folder).items() if name in compiled.tables}
    with compiled.run(tables, as_of) as built:
        assert_same(built.query, compute(folder, as_of, variables), f"as of {as_of or 'the last day'}, {variables}")


@pytest.mark.parametrize(
    ("name", "as_of"),
    [("defaults", day) for day in AS_OF[:: 1 if IS_LONG else 2]]
    + [(name, day) for name in [*SETTINGS][1:] for day in AS_OF[1::2]],
)
def test_cast(name: str, as_of: str) -> None:
    """The hand-made cast, on several days, under several settings."""
    compare(project(SETTINGS[name]), CAST, as_of, SETTINGS[name])


@pytest.mark.parametrize("name", ["fiscal year, zone", "policies", "pauses"])
def test_generated_company_under_other_settings(small_raw: Path, name: str) -> None:
    """A smaller generated company, dirty rows included, on a day in the middle of its history."""
    compare(project(SETTINGS[name]), small_raw, "2024-12-31", SETTINGS[name])


def test_sample_company(sample_database: Built) -> None:
    """The generated company as dbt itself builds it, dirty rows included."""
    assert_same(sample_database.query, compute(sample_database.raw, variables=VARIABLES))


def test_cast_as_dbt_builds_it(cast_database: Built) -> None:
    """The same by dbt itself, with every dbt test."""
    assert_same(cast_database.query, compute(CAST, variables=VARIABLES))


def test_every_metric_of_the_oracle_is_built(sample_database: Built) -> None:
    """The sample company has every table, so every metric has rows."""
    built = {name for (name,) in sample_database.query("select distinct metric_name from marts.metrics")}
    assert built == set(METRICS)


def test_cast_has_the_mrr_that_was_worked_by_hand(cast_database: Built) -> None:
    """expected_mrr.csv: closing MRR and class of every customer and month, from the definitions alone."""
    with (CAST / "expected_mrr.csv").open() as file:
        expected = {
            (row["customer_id"], date.fromisoformat(row["month_start"])): (
                Decimal(row["closing_mrr"]),
                row["movement_class"],
            )
            for row in csv.DictReader(file)
        }
    rows = cast_database.query(
        "select customer_id, period_start, closing_mrr, movement from marts.customer_periods where period_type = 'month'"
    )
    built = {row[:2]: row[2:] for row in rows}
    wrong = [
        f"{key}: expected {wanted}, built {built.get(key)}"
        for key, wanted in expected.items()
        if built.get(key) != wanted
    ]
    extra = [f"{key}: built {found}, not expected" for key, found in built.items() if found[0] and key not in expected]
    assert not wrong + extra, "\n".join((wrong + extra)[:20])
