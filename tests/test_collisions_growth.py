"""Random small companies with costs, trials, offers, referrals and a team: SQL and oracle must agree on every cell of growth and team.

As in `test_collisions`, whose customers, subscriptions and invoices these companies have, things fall on one day. More examples, another
draw each time: `COLLISION_EXAMPLES=2000 pytest tests/test_collisions_growth.py`.
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
    AS_OF,
    CUSTOMERS,
    PLANS,
    Rows,
    after,
    around_customers,
    currencies,
    customers,
    examples,
    invoices,
    moments,
    subscription,
)

SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "other windows": {
        "reporting_currency": "EUR",
        "trial_grace_days": 1,
        "lifespan_cap_months": 2,
        "assumed_lifespan_years": 2.5,
        "reactivation_min_gap_days": 31,
        "fiscal_year_start_month": 2,
        "trial_counts_as_mrr": True,
    },
    "history cut, another zone": {
        "reporting_currency": "EUR",
        "reporting_timezone": "America/New_York",
        "history_start": "2023-12-15",
        "trial_grace_days": 0,
        "minimum_sample": 1,
        "churn_timing": "at_request",
        "segments": ["acquisition_channel", "csm", "plan"],
    },
}
FAMILIES = {"growth": ["metrics", "rejected_rows"], "team": ["metrics", "rejected_rows", "csm_scorecard"]}
CHANNELS = [None, "search", "fair"]

somebody = st.sampled_from([*CUSTOMERS, *CUSTOMERS, "ghost"])
nobody_too = st.sampled_from([None, None, *CUSTOMERS, "ghost"])
prices = st.sampled_from(["0", "10", "10", "9.99", "33.3333333333", "-1", "ten"])


@st.composite
def costs(draw: st.DrawFn) -> Rows:
    """Some over a stretch of days, some for one customer or one channel."""
    rows = []
    for number in range(draw(st.integers(0, 5))):
        begin = draw(st.one_of(st.none(), moments))
        rows.append(
            {
                "cost_id": draw(st.sampled_from([f"k{number}"] * 9 + [None])),
                "incurred_at": draw(moments),
                "purpose": draw(st.sampled_from(["acquisition", "retention", "COGS", "cogs", "retention", "fun"])),
                "category": "other",
                "acquisition_channel": draw(st.sampled_from(CHANNELS)),
                "customer_id": draw(nobody_too),
                "period_start": begin,
                "period_end": draw(after(begin)) if begin else None,
                "amount": draw(prices),
                "currency": draw(currencies),
            }
        )
    return rows


@st.composite
def trials(draw: st.DrawFn) -> Rows:
    rows = []
    for number in range(draw(st.sampled_from([0, 0, 1, 2, 3]))):
        begin = draw(moments)
        rows.append(
            {
                "trial_id": f"r{number}",
                "customer_id": draw(somebody),
                "trial_start_at": begin,
                "trial_end_at": draw(after(begin)),
                "converted_at": draw(after(begin)),
            }
        )
    return rows


@st.composite
def offers(draw: st.DrawFn) -> Rows:
    rows = []
    for number in range(draw(st.integers(0, 4))):
        begin = draw(moments)
        rows.append(
            {
                "offer_id": f"f{number}",
                "customer_id": draw(somebody),
                "offer_type": draw(st.sampled_from(["upsell", "cross_sell", "Upsell", "gift"])),
                "presented_at": begin,
                "responded_at": draw(after(begin)),
                "outcome": draw(st.sampled_from([None, "open", "accepted", "ACCEPTED", "declined", "expired", "lost"])),
                "amount": draw(st.sampled_from([None, "10", "ten"])),
            }
        )
    return rows


@st.composite
def referrals(draw: st.DrawFn) -> Rows:
    rows = []
    for number in range(draw(st.integers(0, 3))):
        begin = draw(moments)
        rows.append(
            {
                "referral_id": f"p{number}",
                "referrer_customer_id": draw(somebody),
                "referred_customer_id": draw(nobody_too),
                "referred_at": begin,
                "converted_at": draw(after(begin)),
            }
        )
    return rows


@st.composite
def team(draw: st.DrawFn) -> dict[str, Rows]:
    managers = draw(st.lists(st.sampled_from(["amy", "bob", "carl"]), unique=True))
    full = st.sampled_from(["1", "0.5", "0", "-1", "half"])
    return {
        "csms": [{"csm_id": csm, "name": csm, "fte": draw(full)} for csm in managers],
        "csm_touches": [
            {
                "touch_id": f"h{number}",
                "customer_id": draw(somebody),
                "csm_id": "amy",
                "kind": "call",
                "occurred_at": draw(moments),
            }
            for number in range(draw(st.integers(0, 3)))
        ],
    }


@st.composite
def answers(draw: st.DrawFn) -> Rows:
    """What the scorecard asks: NPS, and CSAT of tickets, of which the last answer counts."""
    rows = []
    for number in range(draw(st.sampled_from([0, 0, 2, 4]))):
        kind, low, high = draw(st.sampled_from([("nps", 0, 10), ("csat", 1, 5), ("csat", 1, 5)]))
        sent = draw(moments)
        rows.append(
            {
                "response_id": f"w{number}",
                "survey_type": kind,
                "customer_id": draw(somebody),
                "ticket_id": draw(st.sampled_from([None, "g1", "g2"])),
                "scale_min": low,
                "scale_max": high,
                "score": draw(st.sampled_from([None, high, high - 1, high - 2, low])),
                "sent_at": sent,
                "responded_at": draw(after(sent)),
            }
        )
    return rows


@st.composite
def loyalty(draw: st.DrawFn) -> Rows:
    """No figure of these families, but rows to be judged, and days that begin the spine."""
    return [
        {
            "customer_id": draw(customers),
            "event_name": draw(st.sampled_from(["badge", "badge", None])),
            "points": draw(st.sampled_from([None, "5", "five"])),
            "occurred_at": draw(moments),
        }
        for _ in range(draw(st.sampled_from([0, 0, 1, 3])))
    ]


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Rows]:
    """What growth and team read."""
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
    }
    parts = [draw(subscription(number)) for number in range(1, 1 + draw(st.integers(1, 4)))]
    parts += [draw(around_customers()), draw(invoices()), draw(team())]
    parts += [{"costs": draw(costs()), "trials": draw(trials()), "offers": draw(offers())}]
    parts += [{"referrals": draw(referrals()), "loyalty_events": draw(loyalty()), "survey_responses": draw(answers())}]
    for part in parts:
        for table, rows in part.items():
            raw[table] = raw.get(table, []) + rows
    return draw(with_duplicates(raw))


@st.composite
def with_duplicates(draw: st.DrawFn, raw: dict[str, Rows]) -> dict[str, Rows]:
    """Some row comes twice: alike, older, or of the same age but different."""
    change = {"costs": ("amount", "77"), "trials": ("converted_at", None), "offers": ("outcome", "accepted")}
    change |= {"referrals": ("referred_customer_id", "c1"), "csm_touches": ("occurred_at", "2024-02-29")}
    change |= {"csms": ("fte", "2"), "loyalty_events": ("points", "6")}
    table = draw(st.sampled_from([*change]))
    if not raw.get(table) or not draw(st.booleans()):
        return raw
    row = draw(st.sampled_from(raw[table]))
    column, other = change[table]
    twins = [dict(row), {**row, "loaded_at": "2024-06-01"}, {**row, column: other}]
    twin = draw(st.sampled_from([*twins, {**row, column: other, "updated_at": "2024-06-01"}]))
    return {**raw, table: [*raw[table], twin]}


@pytest.mark.parametrize("name", SETTINGS)
@examples(6)
@given(raw=companies(), as_of=st.sampled_from(AS_OF))
def test_sql_and_oracle_agree(name: str, raw: dict[str, Rows], as_of: str) -> None:
    """Every cell of every metric of both families, the scorecard of the team, and the rejected rows."""
    differences = []
    for family, models in FAMILIES.items():
        with project(SETTINGS[name]).of_family(family).run(raw, as_of, models) as built:
            differences += family_differences(family, built.query, compute(raw, as_of, SETTINGS[name], family))
    if differences:
        note(
            f"as_of={as_of!r} variables={SETTINGS[name]!r}\n{json.dumps({key: rows for key, rows in raw.items() if rows})}"
        )
    assert not differences, "\n".join(differences)
