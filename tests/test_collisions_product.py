"""Random small companies that use their product, drawn so that things fall on one day: SQL and oracle must agree on every cell.

Days lie 7, 28 and 30 days apart and on both sides of a month's end, events half an hour apart and around midnight. More examples, another
draw each time: `COLLISION_EXAMPLES=300 pytest tests/test_collisions_product.py`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tests.comparison import family_differences
from tests.compiled import project
from tests.oracle import compute
from tests.test_collisions import (
    CUSTOMERS,
    PLANS,
    Rows,
    around_customers,
    currencies,
    customers,
    examples,
    subscription,
)

DAYS = [
    *("2023-12-31", "2024-01-01", "2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02", "2024-02-22", "2024-02-23"),
    *("2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04", "2024-03-24", "2024-03-25"),
    *("2024-03-31", "2024-04-01", "2024-04-02", "2024-05-01"),
]
TIMES = [
    "",
    "",
    "T00:00:00Z",
    "T09:00:00Z",
    "T09:29:59.999999Z",
    "T09:30:00Z",
    "T23:45:00Z",
    "T03:30:00Z",
    "T23:30:00-05:00",
]
AS_OF = ["2024-02-29", "2024-03-01", "2024-03-02", "2024-03-31", "2024-04-01", "2024-06-01"]
USERS = ["u0", "u1", "u2", "u3"]
FEATURES = ["x", "y", "z"]
MILESTONES = ["m1", "m2", "m3", "m4"]

SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "short windows": {
        "reporting_currency": "EUR",
        "active_event_names": ["act", "login"],
        "login_event_names": ["login", "view"],
        "engagement_min_actions": 2,
        "session_gap_minutes": 60,
        "max_session_hours": 9,
        "adoption_days": 1,
        "adoption_active_days": 1,
        "adoption_journey": "b",
        "journey_target_days": 1,
    },
    "another zone": {
        "reporting_currency": "EUR",
        "reporting_timezone": "America/New_York",
        "fiscal_year_start_month": 2,
        "history_start": "2024-01-10",
        "adoption_days": 29,
        "adoption_active_days": 2,
        "journey_target_days": 30,
    },
}

days = st.sampled_from(DAYS)
moments = st.builds(str.__add__, days, st.sampled_from(TIMES))
at_some_time = st.one_of(st.none(), moments)
flags = st.sampled_from([None, None, None, "true", "no"])


@st.composite
def people(draw: st.DrawFn) -> dict[str, Rows]:
    """Users, what they did, and for how long."""
    users = [
        {
            "user_id": user_id,
            "customer_id": draw(customers),
            "created_at": draw(moments),
            "is_bot": draw(flags) if user_id == "u3" else None,
            "is_internal": draw(flags) if user_id == "u3" else None,
        }
        for user_id in USERS[: draw(st.integers(0, 4))]
    ]
    names = st.sampled_from([*USERS, "u0", "u0", "u1", None, "u9"])
    events = [
        {
            "event_id": f"e{number}",
            "user_id": draw(names),
            "customer_id": draw(customers),
            "event_name": draw(st.sampled_from(["act", "act", "login", "view"])),
            "feature": draw(st.sampled_from([None, *FEATURES])),
            "occurred_at": draw(moments),
            "event_count": draw(st.sampled_from([None, None, None, "1", "2", "3.0", "0", "-1", "many"])),
        }
        for number in range(draw(st.integers(0, 12)))
    ]
    sessions = []
    for number in range(draw(st.sampled_from([0, 0, 0, 1, 2, 4]))):
        start = draw(moments)
        end = draw(st.sampled_from([start, start[:10] + "T23:59:59.5Z", draw(moments)]))
        sessions.append(
            {
                "session_id": f"n{number}",
                "user_id": draw(names),
                "customer_id": draw(customers),
                "started_at": start,
                "ended_at": end,
            }
        )
    return {"users": users, "usage_events": events, "sessions": sessions}


@st.composite
def features(draw: st.DrawFn) -> dict[str, Rows]:
    """What is released, and who may use it."""
    return {
        "features": [
            {"feature": name, "released_at": draw(moments)} for name in FEATURES[: draw(st.sampled_from([0, 0, 2, 3]))]
        ],
        "entitlements": [
            {
                "customer_id": draw(customers),
                "feature": draw(st.sampled_from(FEATURES)),
                "entitled_from": draw(moments),
                "entitled_to": draw(at_some_time),
            }
            for _ in range(draw(st.sampled_from([0, 0, 1, 3, 6])))
        ],
    }


@st.composite
def onboarding(draw: st.DrawFn) -> dict[str, Rows]:
    """Journeys, how far customers came, and when they began."""
    journeys = [
        {
            "journey": name,
            "step_rank": draw(st.sampled_from([str(rank), str(rank), f"{rank}.0", "10"])),
            "milestone": draw(st.sampled_from([MILESTONES[rank - 1]] * 3 + MILESTONES)),
            "is_required": draw(st.sampled_from(["true", "true", "false"])),
            "is_value_moment": draw(st.sampled_from(["true", "false", "false"])),
            "target_days": draw(st.sampled_from([None, None, "0", "1", "28", "30", "2.9", "-1"])),
        }
        for name in ("b", "a")
        for rank in range(1, 1 + draw(st.integers(0, 4)))
    ]
    milestones = [
        {
            "customer_id": draw(customers),
            "milestone": draw(st.sampled_from([*MILESTONES, "m1", "m9"])),
            "reached_at": draw(moments),
        }
        for _ in range(draw(st.integers(0, 9)))
    ]
    touches = [
        {
            "customer_id": customer_id,
            "first_interaction_at": draw(at_some_time),
            "signed_at": draw(at_some_time),
        }
        for customer_id in draw(st.lists(customers, max_size=4))
    ]
    return {"journeys": journeys, "milestones": milestones, "first_touches": touches}


@st.composite
def outcomes(draw: st.DrawFn) -> dict[str, Rows]:
    """Results, some of them of a kind or a currency that cannot be read."""
    return {
        "outcomes": [
            {
                "outcome_id": f"o{number}",
                "customer_id": draw(customers),
                "outcome_type": draw(st.sampled_from(["cost_saving", "Cost_Saving", "revenue_growth", "joy"])),
                "value": draw(st.sampled_from(["0.5", "0.3333333333", "-1", "2", "100", "77.77", "0"])),
                "unit": draw(st.sampled_from(["ratio", "money", "money", "Money", "hours"])),
                "currency": draw(st.one_of(st.none(), currencies)),
                "measured_at": draw(moments),
            }
            for number in range(draw(st.integers(0, 6)))
        ]
    }


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Rows]:
    """Every table that the metrics of product read."""
    raw: dict[str, Rows] = {
        "plans": PLANS,
        "customers": [
            {
                "customer_id": customer_id,
                "name": customer_id,
                "created_at": draw(moments),
                "country": draw(st.sampled_from([None, "DE"])),
                "is_test": draw(flags) if customer_id == "c4" else None,
            }
            for customer_id in CUSTOMERS
        ],
    }
    parts = [draw(subscription(number)) for number in range(1, 1 + draw(st.integers(1, 3)))]
    around = draw(around_customers())
    parts += [{name: around[name] for name in ("customer_attributes", "customer_merges", "exchange_rates")}]
    parts += [draw(people()), draw(features()), draw(onboarding()), draw(outcomes())]
    for part in parts:
        for table, rows in part.items():
            raw[table] = raw.get(table, []) + rows
    # some row comes twice: alike, newer, or of the same age and different
    table = draw(
        st.sampled_from(["sessions", "entitlements", "milestones", "outcomes", "usage_events", "users", "journeys"])
    )
    if raw[table] and draw(st.booleans()):
        row = draw(st.sampled_from(raw[table]))
        change = draw(st.sampled_from([{}, {"loaded_at": "2024-06-01"}, {"customer_id": "c1"}]))
        if table == "journeys":
            change = {key: value for key, value in change.items() if key != "customer_id"}
        raw[table] = [*raw[table], {**row, **change}]
    return raw


quickly = examples(6)


@pytest.mark.parametrize("name", SETTINGS)
@quickly
@given(raw=companies(), as_of=st.sampled_from(AS_OF))
def test_sql_and_oracle_agree_on_product(name: str, raw: dict[str, Rows], as_of: str) -> None:
    """Every cell of the family, its mart, and what became of every row."""
    family = project(SETTINGS[name]).of_family("product")
    with family.run(raw, as_of, ["metrics", "rejected_rows", "adoption_funnel"]) as built:
        found = family_differences("product", built.query, compute(raw, as_of, SETTINGS[name], only="product"))
    fail_on(found, name, raw, as_of)


@pytest.mark.parametrize("name", ["short windows"])
@quickly
@given(raw=companies(), as_of=st.sampled_from(AS_OF))
def test_sql_and_oracle_agree_on_revenue_per_active_user(name: str, raw: dict[str, Rows], as_of: str) -> None:
    """Where no licences are known, revenue per user asks who was active."""
    compiled = project(SETTINGS[name], without=["users.is_licensed"])
    with compiled.run(raw, as_of, ["average_revenue_per_user"]) as built:
        rows = built.query(
            "select period_type, period_start, segment_name, segment_value, denominator"
            " from metrics.average_revenue_per_user where metric_name = 'average_revenue_per_user'"
        )
    metrics = compute(raw, as_of, SETTINGS[name], only="revenue").metrics
    expected = {key[1:]: cell.denominator for key, cell in metrics.items() if key[0] == "average_revenue_per_user"}
    found = {row[:4]: row[4] for row in rows}
    wrong = [key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key)]
    fail_on([f"{key}: SQL {found.get(key)}, oracle {expected.get(key)}" for key in wrong], name, raw, as_of)


def fail_on(differences: list[str], name: str, raw: dict[str, Rows], as_of: str) -> None:
    if differences:
        filled = {table: rows for table, rows in raw.items() if rows}
        note(f"as_of={as_of!r} variables={SETTINGS[name]!r}\n{json.dumps(filled)}")
    assert not differences, "\n".join(differences)
