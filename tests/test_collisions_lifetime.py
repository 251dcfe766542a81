"""Random small companies that buy and subscribe, with models of their own: SQL and oracle must agree on what is still expected of them.

As in `test_collisions`, things fall on one day. More examples, another draw each time:
`COLLISION_EXAMPLES=2000 pytest tests/test_collisions_lifetime.py`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tests.comparison import family_differences, metric_differences
from tests.compiled import project
from tests.oracle import compute
from tests.oracle.trained import company_mark
from tests.test_collisions import AS_OF, CUSTOMERS, PLANS, Rows, around_customers, examples, invoices, subscription
from tests.test_collisions_growth import CHANNELS, costs, moments
from tests.trained_models import contract, write_models

METRIC = "predicted_customer_lifetime_value"
MODELS = ["metrics", "rejected_rows", "int_contract_spells", "customer_lifetime_values"]
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "other horizon": {
        "reporting_currency": "EUR",
        "clv_discount_rate": 0,
        "clv_horizon_years": 2,
        "clv_segment": "acquisition_channel",
        "fiscal_year_start_month": 2,
        "usage_mrr": True,
        "reactivation_min_gap_days": 31,
        "day_to_month": "30",
        "week_to_month": "4.345",
        "segments": ["plan", "country"],
    },
    "history cut, another zone": {
        "reporting_currency": "EUR",
        "reporting_timezone": "America/New_York",
        "history_start": "2023-12-15",
        "clv_discount_rate": 1.5,
        "clv_horizon_years": 3,
        "clv_segment": None,
        "churn_timing": "at_request",
        "segments": ["plan"],
    },
}
LATE = "2025-01-02"  # a year after most of what is drawn

numbers = st.sampled_from([0.05, 0.4, 1, 2.5, 30])


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """Parameters by interval, for everybody, for a segment value, or for another segment; purchases or none."""
    kinds = [("all", "all"), ("product_family", "Core"), ("product_family", "Extra"), ("acquisition_channel", "fair")]
    keys = st.tuples(st.sampled_from([1, 1, 3, 12]), st.sampled_from([*kinds, ("all", "all")]))
    found = draw(st.lists(keys, min_size=4, max_size=8, unique=True)) if draw(st.sampled_from([1, 1, 1, 1, 0])) else []
    buying = {name: draw(numbers) for name in ("r", "p", "v")} | {"alpha": draw(st.sampled_from([1, 4.414, 30]))}
    buying |= {"a": draw(st.sampled_from([0.3, 0.793, 2.5])), "b": draw(st.sampled_from([0.45, 2.426, 8]))}
    buying["q"] = draw(st.sampled_from([1.5, 3.74]))
    return {
        "contracts": [contract(months, draw(numbers), draw(numbers), *segment) for months, segment in found],
        "purchases": draw(st.sampled_from([buying, buying, buying, None])),
    }


@st.composite
def stayers(draw: st.DrawFn) -> dict[str, Rows]:
    """Customers who mostly stay, on any plan, and a year of revenue and of cost: without them there is little to predict."""
    tables: dict[str, Rows] = {"subscriptions": [], "subscription_items": []}
    for number in range(draw(st.integers(1, 4))):
        start = draw(moments)
        tables["subscriptions"].append(
            {
                "subscription_id": f"y{number}",
                "customer_id": draw(st.sampled_from(CUSTOMERS)),
                "status": "active",
                "started_at": start,
                "ended_at": draw(st.sampled_from([None, None, None, "2024-06-01"])),
            }
        )
        tables["subscription_items"].append(
            {
                "item_version_id": f"y{number}.0",
                "subscription_id": f"y{number}",
                "plan_id": draw(st.sampled_from([plan["plan_id"] for plan in PLANS if plan["plan_id"] != "free"])),
                "quantity": "1",
                "unit_amount": draw(st.sampled_from(["10", "120", "30"])),
                "currency": "EUR",
                "effective_from": start,
            }
        )
    year = {"period_start": "2023-12-01", "period_end": "2025-02-01"}
    bill = {"invoice_id": "year", "customer_id": draw(st.sampled_from(CUSTOMERS)), "status": "paid"}
    bill |= {"issued_at": "2023-12-01", "currency": "EUR", "total_excluding_tax": "1000"}
    hosting = {
        "cost_id": "year",
        "incurred_at": "2023-12-01",
        "purpose": "cogs",
        "category": "hosting",
        "currency": "EUR",
    }
    return tables | {
        "invoices": [bill],
        "invoice_lines": [
            {"invoice_line_id": "year", "invoice_id": "year", "kind": "recurring", "amount": "1000"} | year
        ],
        "costs": [hosting | year | {"amount": draw(st.sampled_from(["0", "300", "1200"]))}],
    }


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Rows]:
    """Subscriptions, bills and costs for a margin, and many orders."""
    raw: dict[str, Rows] = {
        "plans": PLANS,
        "customers": [
            {
                "customer_id": customer_id,
                "name": customer_id,
                "created_at": draw(moments),
                "country": draw(st.sampled_from([None, "DE"])),
                "acquisition_channel": draw(st.sampled_from(CHANNELS)),
                "is_test": draw(st.sampled_from([None, None, None, "true"])) if customer_id == "c4" else None,
            }
            for customer_id in CUSTOMERS
        ],
        "orders": [
            {
                "order_id": f"q{number}",
                "customer_id": draw(st.sampled_from(CUSTOMERS)),
                "ordered_at": draw(moments),
                "amount": draw(st.sampled_from(["0", "10", "9.99", "33.3333333333"])),
                "currency": draw(st.sampled_from(["EUR", "EUR", "USD"])),
                "is_refunded": draw(st.sampled_from([None, None, None, "true"])),
            }
            for number in range(draw(st.integers(0, 12)))
        ],
    }
    parts = [draw(subscription(number)) for number in range(1, 1 + draw(st.integers(0, 2)))]
    parts += [draw(around_customers()), draw(invoices()), {"costs": draw(costs())}]
    if draw(st.sampled_from([True, True, True, False])):
        parts.append(draw(stayers()))
    for part in parts:
        for table, rows in part.items():
            raw[table] = raw.get(table, []) + rows
    return raw


@pytest.mark.parametrize("name", SETTINGS)
@examples(4)
@given(raw=companies(), model=models(), as_of=st.sampled_from([*AS_OF, LATE]))
def test_sql_and_oracle_agree(name: str, raw: dict[str, Rows], model: dict[str, Any], as_of: str) -> None:
    """The metric in every cell, the spells, and every customer's value with all that it is made of."""
    variables = SETTINGS[name]
    first = compute(raw, as_of, variables, "growth")
    mark = company_mark(first.gathered["growth"].company) if first.gathered else None
    with tempfile.TemporaryDirectory() as folder:
        seeds = write_models(Path(folder), mark or "nobody", **model)
        expected = compute(raw, as_of, variables | {"seeds": str(seeds)}, "growth")
        with project(variables).of_family("growth").with_seeds(seeds).run(raw, as_of, MODELS) as built:
            differences = family_differences("lifetime", built.query, expected)
            differences += metric_differences(built.query, expected, [METRIC])
    if differences:
        note(
            f"as_of={as_of!r} variables={variables!r} model={model!r}\n"
            f"{json.dumps({key: rows for key, rows in raw.items() if rows})}"
        )
    assert not differences, "\n".join(differences)
