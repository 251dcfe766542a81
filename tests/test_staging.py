"""From raw rows to staged rows: what is believed, what is folded, what is rejected, and what stops a build."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from tests.harness import Result, dbt_build, write_raw

STAGING = (
    "staging int_as_of int_billed_currencies int_reporting_currency int_exchange_rate_spans rejected_rows "
    "rows_in_are_rows_out"
)


class Case(NamedTuple):
    """A raw row and the rule that it breaks; None where it is staged, `folded` where it is a copy."""

    table: str
    row: dict[str, Any]
    rule: str | None = None
    is_kept: bool = False


# Every row goes into one company, so each case has keys of its own.
CASES = [
    Case("customers", {"customer_id": "c1"}),
    Case("customers", {"customer_id": "c2", "is_test": "YES", "country": "  "}),
    Case("customers", {"customer_id": "c-away"}),
    Case("customers", {"customer_id": " "}, "missing_key"),
    Case("customers", {"customer_id": "c-date", "created_at": "2026-02-30"}, "unparseable_date"),
    Case("customers", {"customer_id": "c-time", "created_at": "2026-01-01 25:00"}, "unparseable_date"),
    Case("customers", {"customer_id": "c-words", "created_at": "1 January 2026"}, "unparseable_date"),
    Case("customers", {"customer_id": "c-flag", "is_test": "maybe"}, "unparseable_boolean"),
    Case("customers", {"customer_id": "c-name", "name": ""}, "missing_value"),
    # the first rule that applies is reported
    Case("customers", {"customer_id": "c-both", "name": "", "is_test": "maybe"}, "unparseable_boolean"),
    # of duplicates, the newest counts
    Case("customers", {"customer_id": "d-copy", "name": "Same"}),
    Case("customers", {"customer_id": "d-copy", "name": "Same"}, "folded"),
    Case("customers", {"customer_id": "d-updated", "name": "Old", "updated_at": "2026-01-01"}, "folded"),
    Case("customers", {"customer_id": "d-updated", "name": "New", "updated_at": "2026-01-02T00:00:00Z"}),
    Case(
        "customers",
        {"customer_id": "d-loaded", "name": "Old", "updated_at": "2026-01-01", "loaded_at": "2026-01-01"},
        "folded",
    ),
    Case(
        "customers", {"customer_id": "d-loaded", "name": "New", "updated_at": "2026-01-01", "loaded_at": "2026-01-02"}
    ),
    Case("customers", {"customer_id": "d-copy-loaded", "name": "Same", "loaded_at": "2026-01-01"}, "folded"),
    Case("customers", {"customer_id": "d-copy-loaded", "name": "Same", "loaded_at": "2026-01-02"}),
    # no time tells: all rows of the key are out, older ones too
    Case("customers", {"customer_id": "d-tie", "name": "One"}, "unordered_duplicate"),
    Case("customers", {"customer_id": "d-tie", "name": "Two"}, "unordered_duplicate"),
    Case("customers", {"customer_id": "d-tie-2", "name": "One", "updated_at": "2026-01-01"}, "unordered_duplicate"),
    Case("customers", {"customer_id": "d-tie-2", "name": "Two", "updated_at": "2026-01-02"}, "unordered_duplicate"),
    Case("customers", {"customer_id": "d-tie-2", "name": "Three", "updated_at": "2026-01-02"}, "unordered_duplicate"),
    # a folded row is not judged; the newest is, and nothing takes its place
    Case("customers", {"customer_id": "d-judged", "created_at": "?", "updated_at": "2026-01-01"}, "folded"),
    Case("customers", {"customer_id": "d-judged", "updated_at": "2026-01-02"}),
    Case("customers", {"customer_id": "d-broken", "updated_at": "2026-01-01"}, "folded"),
    Case("customers", {"customer_id": "d-broken", "created_at": "?", "updated_at": "2026-01-02"}, "unparseable_date"),
    Case("customer_attributes", {"customer_id": "c1"}),
    Case("customer_attributes", {"customer_id": "c2", "attribute": "mood"}, "unknown_attribute"),
    Case("customer_attributes", {"customer_id": "c2", "value": ""}, "missing_value"),
    Case("customer_attributes", {"customer_id": "c-none"}, "unknown_customer", True),
    Case("customer_merges", {"from_customer_id": "c-away", "into_customer_id": "c-middle"}),
    Case("customer_merges", {"from_customer_id": "c-middle", "into_customer_id": "c1"}),
    Case("customer_merges", {"from_customer_id": "c2", "into_customer_id": "c1", "merged_at": "2026-12-01"}),
    Case("customer_merges", {"from_customer_id": "m1", "into_customer_id": "m2"}, "merge_cycle"),
    Case("customer_merges", {"from_customer_id": "m2", "into_customer_id": "m3"}, "merge_cycle"),
    Case("customer_merges", {"from_customer_id": "m3", "into_customer_id": "m1"}, "merge_cycle"),
    Case("customer_merges", {"from_customer_id": "m4", "into_customer_id": "m1"}),  # leads to the cycle, is not in it
    Case("customer_merges", {"from_customer_id": "m5", "into_customer_id": "m5"}, "merge_cycle"),
    Case("plans", {"plan_id": "p1", "billing_interval": "MONTH", "currency": "eur"}),
    Case("plans", {"plan_id": "p-free", "is_free": "1", "unit_amount": ""}),
    Case("plans", {"plan_id": "p-interval", "billing_interval": "fortnight"}, "unknown_billing_interval"),
    Case("plans", {"plan_id": "p-count", "interval_count": 0}, "unknown_billing_interval"),
    Case("plans", {"plan_id": "p-number", "unit_amount": "1,000.00"}, "unparseable_number"),
    Case("subscriptions", {"subscription_id": "s1"}),
    Case("subscriptions", {"subscription_id": "s-away", "customer_id": "c-away"}),
    Case("subscriptions", {"subscription_id": "s-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("subscriptions", {"subscription_id": "s-incomplete", "status": "Incomplete"}, "never_started"),
    Case("subscriptions", {"subscription_id": "s-future", "status": "future"}, "never_started"),
    Case("subscriptions", {"subscription_id": "s-ended", "ended_at": "2025-12-31T23:59:59Z"}, "end_before_start"),
    Case("subscriptions", {"subscription_id": "s-short", "ended_at": "2026-01-01"}),  # of no length, and valid
    Case("subscriptions", {"subscription_id": "s-trial", "trial_end_at": "2025-12-31"}),
    Case(
        "subscriptions",
        {"subscription_id": "s-trial-2", "trial_start_at": "2026-02-01", "trial_end_at": "2026-01-31"},
        "end_before_start",
    ),
    Case("subscriptions", {"subscription_id": "s-open-trial", "trial_start_at": "2026-01-01"}, "trial_without_end"),
    Case("subscriptions", {"subscription_id": "s-trialing", "trial_start_at": "2026-01-01", "status": "trialing"}),
    Case("subscription_items", {"item_version_id": "v1"}),
    Case("subscription_items", {"item_version_id": "v-orphan", "subscription_id": "s-orphan"}),
    Case("subscription_items", {"item_version_id": "v-end", "effective_to": "2025-12-01"}, "end_before_start"),
    Case("subscription_items", {"item_version_id": "v-quantity", "quantity": "-1"}, "negative_quantity"),
    Case("subscription_items", {"item_version_id": "v-price", "unit_amount": "-0.01"}, "negative_price"),
    Case("subscription_items", {"item_version_id": "v-percent", "discount_percent": "100.5"}, "discount_out_of_range"),
    Case("subscription_items", {"item_version_id": "v-percent-2", "discount_percent": "-1"}, "discount_out_of_range"),
    Case("subscription_items", {"item_version_id": "v-amount", "discount_amount": "-1"}, "discount_out_of_range"),
    Case("subscription_items", {"item_version_id": "v-all", "discount_percent": "100"}),
    Case("subscription_items", {"item_version_id": "v-never", "subscription_id": "s-future"}, "never_started"),
    Case("subscription_items", {"item_version_id": "v-sub", "subscription_id": "s-none"}, "unknown_subscription"),
    Case("subscription_items", {"item_version_id": "v-sub-2", "subscription_id": "s-ended"}, "unknown_subscription"),
    Case("subscription_items", {"item_version_id": "v-plan", "plan_id": "p-none"}, "unknown_plan"),
    Case("subscription_items", {"item_version_id": "v-plan-2", "plan_id": "p-count"}, "unknown_plan"),
    Case("subscription_items", {"item_version_id": "v-free", "plan_id": "p-free"}, "free_plan_with_price"),
    Case("subscription_items", {"item_version_id": "v-free-2", "plan_id": "p-free", "unit_amount": "0"}),
    Case("subscription_items", {"item_version_id": "v-code", "currency": "EURO"}, "unknown_currency"),
    Case("subscription_items", {"item_version_id": "v-norate", "currency": "GBP"}, "unknown_currency"),
    Case("subscription_items", {"item_version_id": "v-early", "currency": "usd"}, "no_exchange_rate"),
    Case("subscription_items", {"item_version_id": "v-rate", "currency": "usd", "effective_from": "2026-02-01"}),
    # in force on no day: no rate is needed
    Case("subscription_items", {"item_version_id": "v-noday", "currency": "usd", "effective_to": "2026-01-01"}),
    # the second overlaps the first and is out, the third overlaps only the second
    Case(
        "subscription_items",
        {"item_version_id": "o1", "item_id": "i1", "effective_from": "2026-01-01", "effective_to": "2026-02-01"},
    ),
    Case(
        "subscription_items",
        {"item_version_id": "o2", "item_id": "i1", "effective_from": "2026-01-15", "effective_to": "2026-03-01"},
        "overlapping_version",
    ),
    Case(
        "subscription_items",
        {"item_version_id": "o3", "item_id": "i1", "effective_from": "2026-02-01", "effective_to": "2026-04-01"},
    ),
    # of one start, the smaller id stays; what broke another rule is not compared
    Case("subscription_items", {"item_version_id": "o4", "item_id": "i2", "quantity": -1}, "negative_quantity"),
    Case("subscription_items", {"item_version_id": "o5", "item_id": "i2"}),
    Case("subscription_items", {"item_version_id": "o6", "item_id": "i2"}, "overlapping_version"),
    # an overlap is one of instants, not of days
    Case(
        "subscription_items",
        {"item_version_id": "o7", "item_id": "i3", "effective_to": "2026-01-10T12:00:00Z"},
    ),
    Case("subscription_items", {"item_version_id": "o8", "item_id": "i3", "effective_from": "2026-01-10T12:00:00Z"}),
    Case("subscription_status_changes", {}),
    Case("subscription_status_changes", {"changed_at": ""}, "missing_key"),
    Case("subscription_status_changes", {"changed_at": "soon"}, "unparseable_date"),
    Case("subscription_pauses", {"resumed_at": "2026-01-10"}),
    Case("subscription_pauses", {"paused_at": "2026-02-01", "resumed_at": "2026-01-31"}, "end_before_start"),
    Case("subscription_pauses", {"subscription_id": "s-none"}, "unknown_subscription"),
    # one instant, spelt twice
    Case("subscription_pauses", {"paused_at": "2026-03-01T01:00+01:00"}, "unordered_duplicate"),
    Case("subscription_pauses", {"paused_at": "2026-03-01 00:00:00"}, "unordered_duplicate"),
    Case("contract_terms", {"term_id": "t1"}),
    Case("contract_terms", {"term_id": "t-end", "term_end": "2025-12-31"}, "end_before_start"),
    Case("contract_terms", {"term_id": "t-amount", "amount": "-1"}, "negative_amount"),
    Case("contract_terms", {"term_id": "t-code", "currency": "E"}, "unknown_currency"),
    Case("contract_terms", {"term_id": "t-rate", "currency": "USD", "term_end": "2026-01-31"}, "no_exchange_rate"),
    Case("contract_terms", {"term_id": "t-rate-2", "currency": "USD", "term_end": "2026-02-01"}),
    Case("contract_terms", {"term_id": "t-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("invoices", {"invoice_id": "n1", "tax": "1.90", "customer_id": "c-middle"}),  # of the survivor: known
    Case("invoices", {"invoice_id": "n-code", "currency": "XYZ"}, "unknown_currency"),
    Case("invoices", {"invoice_id": "n-rate", "currency": "USD"}, "no_exchange_rate"),
    Case("invoices", {"invoice_id": "n-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("invoice_lines", {"invoice_line_id": "l1", "invoice_id": "n1", "amount": "-3.5"}),
    Case(
        "invoice_lines",
        {"invoice_line_id": "l-end", "invoice_id": "n1", "period_start": "2026-02-01", "period_end": "2026-01-01"},
        "end_before_start",
    ),
    Case("invoice_lines", {"invoice_line_id": "l-none", "invoice_id": "n-none"}, "invoice_line_without_invoice"),
    Case("invoice_lines", {"invoice_line_id": "l-code", "invoice_id": "n-code"}, "invoice_line_without_invoice"),
    Case("orders", {"order_id": "r1", "amount": "1e2"}),
    Case("orders", {"order_id": "r-amount", "amount": "-1"}, "negative_amount"),
    Case("orders", {"order_id": "r-code", "currency": "??"}, "unknown_currency"),
    Case("orders", {"order_id": "r-rate", "currency": "USD"}, "no_exchange_rate"),
    Case("orders", {"order_id": "r-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("exchange_rates", {"rate_date": "2026-02-01"}),
    Case("exchange_rates", {"rate_date": "2026-03-01", "rate_to_reporting": "0.8"}),
    Case("exchange_rates", {"rate_date": "2026-02-02", "rate_to_reporting": "0"}, "rate_not_positive"),
    Case("exchange_rates", {"rate_date": "2026-02-03", "currency": "US"}, "unknown_currency"),
    Case("users", {"user_id": "u1", "customer_id": "c-away"}),
    Case("users", {"user_id": "u-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("users", {"user_id": "u-date", "created_at": "n/a"}, "unparseable_date"),
    Case("usage_events", {"event_id": "e1", "user_id": "u1", "event_count": "3"}),
    Case("usage_events", {"event_id": "e2"}),
    Case("usage_events", {"event_id": "e-user", "user_id": "u-none"}, "unknown_user"),
    Case("usage_events", {"event_id": "e-user-2", "user_id": "u-date"}, "unknown_user"),
    Case("csm_assignments", {"assigned_to": "2026-02-01"}),
    Case("csm_assignments", {"csm_id": "m2", "assigned_from": "2026-02-01"}),
    Case("csm_assignments", {"csm_id": "m3", "assigned_from": "2026-03-01"}, "overlapping_assignment"),
    # the customer was merged into c1, who has a manager
    Case(
        "csm_assignments",
        {"csm_id": "m4", "customer_id": "c-away", "assigned_from": "2026-04-01"},
        "overlapping_assignment",
    ),
    Case(
        "csm_assignments",
        {"csm_id": "m5", "assigned_from": "2026-05-01", "assigned_to": "2026-04-01"},
        "end_before_start",
    ),
    Case("csm_assignments", {"customer_id": "c-none"}, "unknown_customer", True),
]
KEYS = {
    "customer_attributes": ("customer_id", "attribute", "valid_from"),
    "customer_merges": ("from_customer_id",),
    "subscription_status_changes": ("subscription_id", "status", "changed_at"),
    "subscription_pauses": ("subscription_id", "paused_at"),
    "csm_assignments": ("customer_id", "csm_id", "assigned_from"),
    "exchange_rates": ("rate_date", "currency"),
}


def dirty_company(folder: Path) -> Path:
    tables: dict[str, list[dict[str, Any]]] = {}
    for case in CASES:
        tables.setdefault(case.table, []).append(case.row)
    return write_raw(folder, tables, parquet=["usage_events"])


def expected_rejects() -> Counter:
    from tests.harness import DEFAULTS

    expected: Counter = Counter()
    for case in CASES:
        if case.rule in (None, "folded"):
            continue
        row = {**DEFAULTS[case.table], **case.row}
        names = KEYS.get(case.table) or (next(iter(case.row)),)
        expected[(case.table, "|".join(str(row[name]).strip() for name in names), case.rule, case.is_kept)] += 1
    return expected


def rejects(result: Result) -> Counter:
    return Counter(result.query("select source_table, row_key, rule, is_kept from marts.rejected_rows"))


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("dirty")
    raw = dirty_company(folder / "raw")
    result = dbt_build(
        raw, folder / "duckdb", select=STAGING, env={"AS_OF": "2026-06-30"}, vars={"reporting_currency": "eur"}
    )
    assert result.success, result.messages
    return raw, result


def test_each_row_that_breaks_a_rule_is_listed_with_it_and_no_other_row_is(dirty: tuple[Path, Result]) -> None:
    assert rejects(dirty[1]) == expected_rejects()


def test_every_documented_rule_has_a_case() -> None:
    import yaml

    from tests.harness import PROJECT

    model = yaml.safe_load((PROJECT / "models/marts/rejected_rows.yml").read_text())["models"][0]
    rule = next(column for column in model["columns"] if column["name"] == "rule")
    documented = set(rule["data_tests"][0]["accepted_values"]["arguments"]["values"])
    assert documented == {case.rule for case in CASES} - {None, "folded"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("d-copy", "Same"),
        ("d-updated", "New"),
        ("d-loaded", "New"),
        ("d-copy-loaded", "Same"),
        ("d-judged", "Customer"),
    ],
)
def test_of_duplicates_the_newest_is_staged(dirty: tuple[Path, Result], key: str, name: str) -> None:
    query = f"select customer_name from staging.stg_billing__customers where customer_id = '{key}'"
    assert dirty[1].query(query) == [(name,)]


def test_merges_lead_to_the_end_of_the_chain_and_only_those_made_by_the_as_of_day_count(
    dirty: tuple[Path, Result],
) -> None:
    merges = dirty[1].query("select * from staging.stg_billing__customer_merges order by 1")
    assert merges == [("c-away", "c1"), ("c-middle", "c1"), ("m4", "m1")]
    for table, column, key in [
        ("billing__subscriptions", "subscription_id", "s-away"),
        ("billing__invoices", "invoice_id", "n1"),
        ("product__users", "user_id", "u1"),
    ]:
        assert dirty[1].query(f"select customer_id from staging.stg_{table} where {column} = '{key}'") == [("c1",)]
    away = "select count(*) from staging.stg_billing__customers where customer_id in ('c-away', 'c-middle')"
    assert dirty[1].query(away) == [(0,)]


def test_codes_are_spelt_one_way_and_missing_flags_are_false(dirty: tuple[Path, Result]) -> None:
    query = dirty[1].query
    assert query("select billing_interval, currency, is_free from staging.stg_billing__plans where plan_id = 'p1'") == [
        ("month", "EUR", False)
    ]
    assert query("select is_test, country from staging.stg_billing__customers where customer_id = 'c2'") == [
        (True, None)
    ]
    assert query("select is_test from staging.stg_billing__customers where customer_id = 'c1'") == [(False,)]
    assert query("select is_involuntary from staging.stg_billing__subscriptions where subscription_id = 's1'") == [
        (None,)
    ]
    assert query("select event_id, event_count from staging.stg_product__usage_events order by 1") == [
        ("e1", 3),
        ("e2", 1),
    ]


def test_exchange_rates_become_spans_of_days(dirty: tuple[Path, Result]) -> None:
    spans = dirty[1].query(
        "select currency, cast(rate as varchar), valid_from, valid_to from intermediate.int_exchange_rate_spans order by 1, 3"
    )
    assert spans == [
        ("EUR", "1.0000000000", date(1, 1, 1), date(9999, 12, 31)),
        ("USD", "0.9000000000", date(1, 1, 1), date(2026, 3, 1)),
        ("USD", "0.8000000000", date(2026, 3, 1), date(9999, 12, 31)),
    ]


def test_postgresql_stages_and_rejects_the_same_rows(
    dirty: tuple[Path, Result],
    postgres_raw: Callable[[Path, str], Mapping[str, str]],
    tmp_path: Path,
) -> None:
    raw, on_duckdb = dirty
    environment = {**postgres_raw(raw, "dirty"), "AS_OF": "2026-06-30"}
    on_postgres = dbt_build(
        raw, tmp_path, select=STAGING, env=environment, vars={"reporting_currency": "eur"}, target="postgres"
    )
    assert on_postgres.success, on_postgres.messages
    everything = "select * from marts.rejected_rows"
    assert Counter(on_postgres.query(everything)) == Counter(on_duckdb.query(everything))

    # only the names of types differ between the engines
    columns = """
        select table_schema, table_name, column_name, lower(data_type), numeric_precision, numeric_scale
        from information_schema.columns
        where table_schema in ('staging', 'intermediate', 'marts') and table_name not like 'base%'
    """
    names = {"character varying": "varchar", "text": "varchar", "timestamp without time zone": "timestamp"}

    def shapes(result: Result) -> dict[tuple, tuple]:
        return {
            row[:3]: ("decimal", *row[4:])
            if row[3].startswith(("numeric", "decimal"))
            else (names.get(row[3], row[3]),)
            for row in result.query(columns)
        }

    assert shapes(on_postgres) == shapes(on_duckdb)
    for (table,) in on_duckdb.query("select table_name from information_schema.tables where table_name like 'stg_%'"):
        staged = f"select * from staging.{table}"
        assert Counter(on_postgres.query(staged)) == Counter(on_duckdb.query(staged)), table


# Time


TIMES = {
    # key: what the extract says, UTC instant, day in Berlin
    "date": ("2026-07-01", datetime(2026, 6, 30, 22), date(2026, 7, 1)),
    "date in winter": ("2026-01-01", datetime(2025, 12, 31, 23), date(2026, 1, 1)),
    "date of the change to summer time": ("2026-03-29", datetime(2026, 3, 28, 23), date(2026, 3, 29)),
    "day after the change": ("2026-03-30", datetime(2026, 3, 29, 22), date(2026, 3, 30)),
    "utc before midnight": ("2026-06-30T22:30:00Z", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
    "winter, not yet midnight": ("2026-01-31T22:30:00Z", datetime(2026, 1, 31, 22, 30), date(2026, 1, 31)),
    "no offset is utc": ("2026-06-30 22:30", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
    "with an offset": ("2026-07-01T00:30:00+05:30", datetime(2026, 6, 30, 19), date(2026, 6, 30)),
    "offset without colon": ("2026-07-01 00:30:00.25 -0700", datetime(2026, 7, 1, 7, 30, 0, 250000), date(2026, 7, 1)),
    "offset of hours": ("2026-07-01T00:30:00+02", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
    "no seconds": ("2026-07-01T00:30Z", datetime(2026, 7, 1, 0, 30), date(2026, 7, 1)),
    "nanoseconds": ("2026-07-01T00:30:00.123456789Z", datetime(2026, 7, 1, 0, 30, 0, 123456), date(2026, 7, 1)),
    "midnight with a time": ("2026-07-01 00:00:00", datetime(2026, 7, 1), date(2026, 7, 1)),
}


@pytest.fixture(scope="module")
def berlin_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [{"customer_id": key, "created_at": text} for key, (text, _, _) in TIMES.items()]
    return write_raw(tmp_path_factory.mktemp("berlin") / "raw", {"customers": rows})


def staged_times(result: Result) -> dict[str, tuple]:
    assert result.success, result.messages
    rows = result.query("select customer_id, created_at, created_date from staging.stg_billing__customers")
    return {row[0]: row[1:] for row in rows}


EXPECTED_TIMES = {key: (instant, day) for key, (_, instant, day) in TIMES.items()}
CUSTOMERS = "+stg_billing__customers"


def test_a_date_is_that_local_day_and_an_instant_is_shifted(berlin_raw: Path, tmp_path: Path) -> None:
    result = dbt_build(berlin_raw, tmp_path, select=CUSTOMERS, vars={"reporting_timezone": "Europe/Berlin"})
    assert staged_times(result) == EXPECTED_TIMES


def test_the_as_of_day_is_the_latest_local_day_of_a_fact_and_not_after_today(tmp_path: Path) -> None:
    raw = write_raw(
        tmp_path / "raw",
        {
            "subscriptions": [{"ended_at": "2025-12-31", "started_at": "2025-01-01"}],  # a scheduled day, no fact
            "customers": [{"created_at": "2025-01-01"}, {"customer_id": "c2", "created_at": "2999-01-01"}],
            "users": [{"user_id": "u1"}],
            "usage_events": [
                {"event_id": "e1", "occurred_at": "2025-03-30T22:30:00Z"},
                {"event_id": "e2", "occurred_at": "2025-05-01", "user_id": "u-none"},  # rejected
            ],
        },
    )
    result = dbt_build(raw, tmp_path / "b", select="+int_as_of", vars={"reporting_timezone": "Europe/Berlin"})
    assert result.success, result.messages
    assert result.query("select as_of_day from intermediate.int_as_of") == [(date(2025, 3, 31),)]


def test_postgresql_reads_the_same_times(
    berlin_raw: Path, tmp_path: Path, postgres_raw: Callable[[Path, str], Mapping[str, str]]
) -> None:
    environment = postgres_raw(berlin_raw, "berlin")
    result = dbt_build(
        berlin_raw,
        tmp_path,
        select=CUSTOMERS,
        env=environment,
        vars={"reporting_timezone": "Europe/Berlin"},
        target="postgres",
    )
    assert staged_times(result) == EXPECTED_TIMES


# What stops a build, and what does not


def refusal(raw: Path, tmp_path: Path, **options: Any) -> str:
    """Why a build did not start."""
    result = dbt_build(raw, tmp_path, select="base_billing__customers", command="run", **options)
    assert not result.success
    return result.messages


def test_all_faults_of_the_raw_tables_are_told_at_once(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "raw", {"subscriptions": []})
    (raw / "plans.csv").unlink()
    (raw / "customers.csv").write_text("customer_id,created_at,country,industry,company_size\nc1,2026-01-01,,,\n")
    message = refusal(raw, tmp_path / "build")
    assert "raw.plans: the table is missing" in message
    assert f"Expected plans.parquet or plans.csv in {raw}" in message
    assert "raw.customers: column name is missing. Expected a text." in message
    assert "raw.customers: column acquisition_channel is missing. Expected a text (may be empty)." in message
    assert "raw.subscriptions: the table is empty. Expected at least one row." in message
    assert "email" not in message


def test_an_optional_table_must_have_its_columns_too(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "raw", {})
    (raw / "orders.csv").write_text("order_id,customer_id\n")
    assert "raw.orders: column ordered_at is missing. Expected an instant." in refusal(raw, tmp_path / "build")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "RAW_DATA_DIR: no files in " + str(tmp_path / "nowhere") in refusal(tmp_path / "nowhere", tmp_path / "build")


def test_a_table_may_not_stand_in_two_files(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "raw", {})
    shutil.copy(raw / "plans.csv", raw / "plans.copy")
    with duckdb.connect() as writer:
        writer.execute(f"copy (select * from '{raw}/plans.csv') to '{raw}/plans.parquet'")
    message = refusal(raw, tmp_path / "build")
    assert "table plans stands in more than one file" in message
    assert "plans.csv" in message and "plans.parquet" in message


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "raw", {})
    (raw / "orders.parquet").write_text("this is no parquet file")
    assert "orders.parquet" in refusal(raw, tmp_path / "build")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {
                "discount_policy": "some",
                "churn_timing": "whenever",
                "fiscal_year_start_month": 13,
                "segments": ["plan", "colour"],
                "reporting_timezone": "Berlin",
                "reporting_currency": "Euro",
                "week_to_month": "many",
                "max_pause_days": 0,
                "past_due_counts": False,
                "history_start": "2026-13-01",
            },
            [
                "discount_policy is some. Expected one of: all, permanent.",
                "churn_timing is whenever. Expected one of: end_of_service, at_request.",
                "fiscal_year_start_month is 13.",
                "segments is ['plan', 'colour'].",
                "reporting_timezone is Berlin. Expected a name such as UTC or Europe/Berlin.",
                "reporting_currency is Euro.",
                "week_to_month is many.",
                "max_pause_days is 0. Expected a whole number of days, 1 or more.",
                "past_due_counts=false: raw.subscription_status_changes is needed",
                "history_start is 2026-13-01.",
            ],
        ),
    ],
)
def test_variables_that_make_no_sense_are_refused(
    tmp_path: Path, variables: Mapping[str, Any], message: list[str]
) -> None:
    told = refusal(write_raw(tmp_path / "raw", {}), tmp_path / "build", vars=variables)
    assert [part for part in message if part not in told] == []


def test_an_as_of_day_must_be_a_day(tmp_path: Path) -> None:
    told = refusal(write_raw(tmp_path / "raw", {}), tmp_path / "build", env={"AS_OF": "2026-02-30"})
    assert "AS_OF (or the variable as_of) is '2026-02-30', which is no day. Expected YYYY-MM-DD" in told


def test_several_currencies_and_no_reporting_currency_stop_the_build(tmp_path: Path) -> None:
    items = [{"item_version_id": "v1"}, {"item_version_id": "v2", "currency": "USD"}]
    raw = write_raw(tmp_path / "raw", {"subscription_items": items, "exchange_rates": [{}]})
    result = dbt_build(raw, tmp_path / "build", select=STAGING)
    assert not result.success
    assert "Several currencies are billed: EUR, USD. Say in which one to report: REPORTING_CURRENCY=EUR" in result.messages


def test_the_one_currency_billed_is_reported_whatever_test_customers_and_rejected_rows_pay(tmp_path: Path) -> None:
    raw = write_raw(
        tmp_path / "raw",
        {
            "customers": [{"customer_id": "c1"}, {"customer_id": "c2", "is_test": "true"}],
            "subscriptions": [{"subscription_id": "s1"}, {"subscription_id": "s2", "customer_id": "c2"}],
            "subscription_items": [
                {"item_version_id": "v1", "currency": "chf"},
                {"item_version_id": "v2", "currency": "USD", "subscription_id": "s2"},
                {"item_version_id": "v3", "currency": "GBP", "quantity": "-1"},
                {"item_version_id": "v4", "currency": "old", "updated_at": "2026-01-01"},
                {"item_version_id": "v4", "currency": "CHF", "updated_at": "2026-01-02"},
            ],
        },
    )
    result = dbt_build(raw, tmp_path / "build", select=STAGING)
    assert result.success, result.messages
    assert result.query("select * from intermediate.int_reporting_currency") == [("CHF",)]
    assert rejects(result) == Counter(
        {
            ("subscription_items", "v2", "unknown_currency", False): 1,
            ("subscription_items", "v3", "negative_quantity", False): 1,
        }
    )
    # the optional tables are missing, and the build says what it does without them
    assert "missing: no customer is ever paused" in result.messages
    assert "4 of 36 raw tables found: customers, plans, subscription_items, subscriptions" in result.messages
