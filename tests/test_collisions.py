"""Random small companies, drawn so that things fall on one day: SQL and oracle must agree on every cell.

A failure prints the smallest such company found, as JSON of the raw tables, to be given to `run` and `compute`. More examples, another
draw each time: `COLLISION_EXAMPLES=2000 pytest tests/test_collisions.py`.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.comparison import all_differences
from tests.compiled import run
from tests.conftest import IS_LONG
from tests.oracle import compute

Rows = list[dict[str, Any]]

# Month ends, first days, a leap day, neighbours, 30 and 90 days apart; over a turn of a year.
DAYS = [
    *("2023-11-30", "2023-12-01", "2023-12-31", "2024-01-01", "2024-01-02", "2024-01-30", "2024-01-31", "2024-02-01"),
    *("2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02", "2024-03-30", "2024-03-31", "2024-04-01", "2024-04-15"),
    *("2024-04-30", "2024-05-01", "2024-05-31", "2024-07-01"),
]
AS_OF = ["2024-02-29", "2024-03-01", "2024-03-31", "2024-04-15", "2024-05-31", "2024-06-30"]
TIMES = ["", "T00:00:00Z", "T09:00:00Z", "T15:30:00Z", "T23:30:00Z", "T23:30:00-05:00"]
CUSTOMERS = ["c1", "c2", "c3", "c4"]

SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "short windows": {
        "reporting_currency": "EUR",
        "max_pause_days": 30,
        "reactivation_min_gap_days": 31,
        "committed_horizon_days": 30,
        "renewal_grace_days": 1,
        "repeat_window_days": 30,
    },
    "other policies": {
        "reporting_currency": "EUR",
        "churn_timing": "at_request",
        "discount_policy": "permanent",
        "trial_counts_as_mrr": True,
        "usage_mrr": True,
        "fiscal_year_start_month": 2,
        "reporting_timezone": "America/New_York",
        "history_start": "2024-01-02",
    },
}

moments = st.builds(str.__add__, st.sampled_from(DAYS), st.sampled_from(["", *TIMES]))
days = st.sampled_from(DAYS)
at_some_time = st.one_of(st.none(), moments)
amounts = st.sampled_from(["0", "10", "9.99", "33.3333333333", "120", "1e2"])
currencies = st.sampled_from(["EUR", "EUR", "EUR", "USD", "GBP"])
customers = st.sampled_from([*CUSTOMERS, *CUSTOMERS, "c1", "c2", "ghost"])

PLANS: Rows = [
    {
        "plan_id": plan_id,
        "plan_name": name,
        "product_family": family,
        "billing_interval": interval,
        "interval_count": count,
        "currency": "EUR",
        "is_free": name == "Free",
    }
    for plan_id, name, family, interval, count in [
        ("basic_month", "Basic", "Core", "month", 1),
        ("basic_year", "Basic", "Core", "year", 1),
        ("pro_quarter", "Pro", "Core", "month", 3),
        ("addon_week", "Add-on", "Extra", "week", 2),
        ("addon_day", "Add-on", "Extra", "day", 30),
        ("free", "Free", "Core", "month", 1),
    ]
]


def after(start: str) -> st.SearchStrategy[str | None]:
    """Mostly a later day or none; now and then any, which makes a row that is rejected."""
    following = [day for day in DAYS if day > start[:10]] or [start[:10]]
    return st.sampled_from(
        [*(day + time for day in following for time in ("", "T09:00:00Z")), None, None, None, start, DAYS[0]]
    )


@st.composite
def item_versions(draw: st.DrawFn, subscription_id: str, start: str, first: int) -> Rows:
    """One item and its versions, each ending where the next begins; now and then with a gap or an overlap."""
    starts = sorted([start, *draw(st.lists(moments.filter(lambda moment: moment > start), max_size=2))])
    item_id = draw(st.sampled_from([None, f"i{first}"]))
    rows = []
    for position, begin in enumerate(starts):
        end = starts[position + 1] if position + 1 < len(starts) else draw(after(begin))
        end = draw(st.sampled_from([end, end, end, end, end, None, begin]))
        discount = draw(
            st.sampled_from([{}, {}, {"discount_percent": "10"}, {"discount_percent": "100"}, {"discount_amount": "5"}])
        )
        rows.append(
            {
                "item_version_id": f"v{first}.{position}",
                "item_id": item_id,
                "created_at": draw(st.sampled_from([None, begin, "2024-01-01", "2024-04-01"])),
                "subscription_id": subscription_id,
                "plan_id": draw(st.sampled_from([plan["plan_id"] for plan in PLANS] + ["basic_month"])),
                "quantity": draw(st.sampled_from(["1", "1", "2", "3", "0", "0.5"])),
                "unit_amount": draw(amounts),
                "currency": draw(currencies),
                "effective_from": begin,
                "effective_to": end,
                "discount_ends_at": draw(after(begin)) if discount else None,
                **discount,
            }
        )
    return rows


@st.composite
def subscription(draw: st.DrawFn, number: int) -> dict[str, Rows]:
    """A subscription with its items, pauses and changes of status."""
    start = draw(moments)
    subscription_id = f"s{number}"
    trial = draw(st.sampled_from([{}, {}, {}, {"trial_start_at": start, "trial_end_at": draw(after(start))}]))
    row = {
        "subscription_id": subscription_id,
        "customer_id": draw(customers),
        "status": draw(st.sampled_from([*["active"] * 8, "trialing", "canceled", "paused", "incomplete"])),
        "started_at": start,
        "canceled_at": draw(after(start)),
        "ended_at": draw(after(start)),
        "cancel_reason": draw(st.sampled_from([None, "unused", "card_expired"])),
        "is_involuntary": draw(st.sampled_from([None, None, "true", "false"])),
        **trial,
    }
    items = draw(item_versions(subscription_id, start, 10 * number))
    if draw(st.booleans()):
        items += draw(item_versions(subscription_id, start, 10 * number + 1))
    pauses = [
        {"subscription_id": subscription_id, "paused_at": paused, "resumed_at": draw(after(paused))}
        for paused in draw(st.lists(moments, max_size=2))
    ]
    return {"subscriptions": [row], "subscription_items": items, "subscription_pauses": pauses}


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, Rows]:
    """Invoices whose lines lie over month ends."""
    tables: dict[str, Rows] = {"invoices": [], "invoice_lines": []}
    for number in range(draw(st.integers(0, 2))):
        tables["invoices"].append(
            {
                "invoice_id": f"n{number}",
                "customer_id": draw(customers),
                "status": draw(st.sampled_from(["paid", "open", "draft", "void"])),
                "issued_at": draw(moments),
                "currency": draw(currencies),
                "total_excluding_tax": draw(amounts),
                "tax": draw(st.sampled_from([None, "7.3"])),
                "amount_refunded": draw(st.sampled_from([None, "3"])),
                "amount_credited": draw(st.sampled_from([None, None, "1.1"])),
                "refunded_at": draw(at_some_time),
            }
        )
        for line in range(draw(st.integers(1, 2))):
            begin = draw(at_some_time)
            tables["invoice_lines"].append(
                {
                    "invoice_line_id": f"l{number}.{line}",
                    "invoice_id": draw(st.sampled_from([f"n{number}", f"n{number}", "n9"])),
                    "subscription_id": draw(st.sampled_from([None, "s1", "s2"])),
                    "plan_id": draw(st.sampled_from([None, "basic_month", "addon_week"])),
                    "kind": draw(
                        st.sampled_from(["recurring", "recurring", "proration", "usage", "one_off", "credit"])
                    ),
                    "amount": draw(st.sampled_from(["10", "33.33", "-7"])),
                    "period_start": begin,
                    "period_end": draw(after(begin)) if begin else None,
                }
            )
    return tables


@st.composite
def usage(draw: st.DrawFn) -> dict[str, Rows]:
    """Users, and what some of them did."""
    tables: dict[str, Rows] = {"users": [], "usage_events": []}
    for number in range(draw(st.integers(0, 3))):
        flags = {
            name: draw(st.sampled_from([None, "true", "false"])) for name in ("is_internal", "is_bot", "is_licensed")
        }
        tables["users"].append(
            {"user_id": f"u{number}", "customer_id": draw(customers), "created_at": draw(moments), **flags}
        )
    for number in range(draw(st.integers(0, 2))):
        tables["usage_events"].append(
            {
                "event_id": f"e{number}",
                "user_id": draw(st.sampled_from([None, "u0", "u1", "u9"])),
                "customer_id": draw(customers),
                "event_name": "login",
                "occurred_at": draw(moments),
            }
        )
    return tables


@st.composite
def around_customers(draw: st.DrawFn) -> dict[str, Rows]:
    """Hand-overs, changes of attributes, merges, rates, terms and orders."""

    def some(most: int) -> range:
        return range(draw(st.integers(0, most)))

    return {
        "customer_attributes": [
            {
                "customer_id": draw(customers),
                "attribute": draw(st.sampled_from(["country", "company_size"])),
                "value": draw(st.sampled_from(["FR", "1-10", "11-50"])),
                "valid_from": draw(moments),
            }
            for _ in some(2)
        ],
        "customer_merges": [
            {"from_customer_id": one, "into_customer_id": other, "merged_at": draw(moments)}
            for one, other in draw(
                st.lists(st.tuples(customers, customers), max_size=2, unique_by=lambda pair: pair[0])
            )
        ],
        "csm_assignments": [
            {
                "customer_id": draw(customers),
                "csm_id": draw(st.sampled_from(["amy", "bob"])),
                "assigned_from": begin,
                "assigned_to": draw(after(begin)),
            }
            for begin in draw(st.lists(moments, max_size=3))
        ],
        "exchange_rates": [
            {
                "rate_date": day,
                "currency": currency,
                "rate_to_reporting": draw(st.sampled_from(["1.1", "0.9", "1.0833333333"])),
            }
            for day, currency in draw(
                st.lists(st.tuples(days, st.sampled_from(["USD", "GBP"])), max_size=4, unique=True)
            )
        ],
        "contract_terms": [
            {
                "term_id": f"t{number}",
                "customer_id": draw(customers),
                "subscription_id": draw(st.sampled_from([None, "s1", "s2"])),
                "term_start": begin,
                "term_end": draw(after(begin).filter(bool)),
                "amount": draw(amounts),
                "currency": draw(currencies),
                "renewed_to_term_id": draw(st.sampled_from([None, None, None, "t1", "t2", "t9"])),
                "auto_renew": draw(st.sampled_from([None, "true", "false"])),
            }
            for number, begin in enumerate(draw(st.lists(days, max_size=4)))
        ],
        "orders": [
            {
                "order_id": f"o{number}",
                "customer_id": draw(customers),
                "ordered_at": draw(moments),
                "amount": draw(amounts),
                "currency": draw(currencies),
                "is_refunded": draw(st.sampled_from([None, None, "true"])),
            }
            for number in some(4)
        ],
    }


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Rows]:
    """Every table that revenue and retention read."""
    raw: dict[str, Rows] = {
        "plans": PLANS,
        "customers": [
            {
                "customer_id": customer_id,
                "name": customer_id,
                "created_at": draw(moments),
                "country": draw(st.sampled_from([None, "DE"])),
                "is_test": draw(st.sampled_from([None, None, None, "true"])) if customer_id == "c4" else None,
            }
            for customer_id in CUSTOMERS
        ],
    }
    parts = [draw(subscription(number)) for number in range(1, 1 + draw(st.integers(2, 5)))]
    parts += [draw(around_customers()), draw(invoices()), draw(usage())]
    for part in parts:
        for table, rows in part.items():
            raw[table] = raw.get(table, []) + rows
    return draw(with_duplicates(raw))


@st.composite
def with_duplicates(draw: st.DrawFn, raw: dict[str, Rows]) -> dict[str, Rows]:
    """Some row comes twice: alike, older, or of the same age but different."""
    table = draw(st.sampled_from(["customers", "subscriptions", "subscription_items", "orders", "users"]))
    if not raw.get(table) or not draw(st.booleans()):
        return raw
    row = draw(st.sampled_from(raw[table]))
    change = {"customers": "country", "subscriptions": "cancel_reason", "subscription_items": "unit_amount"}
    column = change.get(table, "created_at" if table == "users" else "ordered_at")
    other = {"country": "SE", "cancel_reason": "moved", "unit_amount": "77"}.get(column, "2024-03-31")
    twin = draw(
        st.sampled_from(
            [
                dict(row),
                {**row, "loaded_at": "2024-06-01"},
                {**row, column: other},
                {**row, column: other, "updated_at": "2024-06-01"},
            ]
        )
    )
    return {**raw, table: [*raw[table], twin]}


EXAMPLES = int(os.environ.get("COLLISION_EXAMPLES", "0"))


def examples(usually: int) -> settings:
    """
    So many random companies, the same each time, and five times as many in make test-long; as many as COLLISION_EXAMPLES says, drawn anew, where it
    is given.
    """
    return settings(
        derandomize=not EXAMPLES,
        max_examples=EXAMPLES or (5 * usually if IS_LONG else usually),
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        # shrinking takes minutes: it is for whoever asks for more examples
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


@pytest.mark.parametrize("name", SETTINGS)
@examples(6)
@given(raw=companies(), as_of=st.sampled_from(AS_OF))
def test_sql_and_oracle_agree(name: str, raw: dict[str, Rows], as_of: str) -> None:
    """Every cell of every metric, movements, cohorts, survival, churn reasons and rejected rows."""
    with run(raw, as_of, SETTINGS[name]) as built:
        differences = all_differences(built.query, compute(raw, as_of, SETTINGS[name]))
    if differences:
        note(
            f"as_of={as_of!r} variables={SETTINGS[name]!r}\n{json.dumps({key: rows for key, rows in raw.items() if rows})}"
        )
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize(("as_of", "expected"), [("2024-02-29", 0), ("2024-04-20", "91.25")])
def test_a_contract_in_a_currency_without_a_rate_so_far(as_of: str, expected: Any) -> None:
    """Signed in January, from the end of April; the first rate, 0.9, is of the middle of April. 100 for 30 days are 100 * 365 / 12 / 30 a month."""
    raw = {
        "customers": [{"customer_id": "c1", "name": "C", "created_at": "2024-01-01"}],
        "plans": [
            {
                "plan_id": "p",
                "plan_name": "P",
                "product_family": "F",
                "billing_interval": "day",
                "interval_count": 30,
                "unit_amount": "100",
                "currency": "GBP",
            }
        ],
        "subscriptions": [
            {"subscription_id": "s1", "customer_id": "c1", "status": "active", "started_at": "2024-04-10"},
        ],
        "subscription_items": [
            {
                "item_version_id": "v1",
                "subscription_id": "s1",
                "plan_id": "p",
                "quantity": 1,
                "unit_amount": "100",
                "currency": "GBP",
                "created_at": "2024-01-01",
                "effective_from": "2024-04-30",
            }
        ],
        "exchange_rates": [{"rate_date": "2024-04-15", "currency": "GBP", "rate_to_reporting": "0.9"}],
    }
    variables = {"reporting_currency": "EUR"}
    with run(raw, as_of, variables) as built:
        assert not all_differences(built.query, compute(raw, as_of, variables))
        committed = built.query(
            "select sum(numerator) from marts.metrics where metric_name = 'committed_mrr' and segment_name = 'all'"
            f" and period_type = 'month' and period_start = date_trunc('month', date '{as_of}')"
        )
    assert (committed[0][0] or 0) == Decimal(expected)
