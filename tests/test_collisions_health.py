"""Random customers and random configurations of the score, drawn so that things fall on the edges of its windows: SQL and reference must agree.

More examples: `COLLISION_EXAMPLES=500 pytest tests/test_collisions_health.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.comparison import family_differences
from tests.compiled import project
from tests.conftest import IS_LONG
from tests.health_books import bands, configure
from tests.oracle import compute
from tests.oracle.health import MEASURES
from tests.test_collisions import PLANS

Rows = list[dict[str, Any]]

AS_OF = ["2024-04-30", "2024-05-31", "2024-06-15", "2024-06-30"]
# The score days and the first and last days of the windows that end with them.
DAYS = sorted(
    {
        str(date.fromisoformat(day) + timedelta(days))
        for day in AS_OF
        for days in (1, 0, 0, -1, -7, -8, -10, -20, -27, -28, -40, -89, -90, -111, -112)
    }
)
LATE = [day for day in DAYS if day >= "2024-03-20"]
TIMES = ["", "", "T00:00:00Z", "T03:30:00Z", "T12:00:00Z", "T23:59:59.999999Z", "T23:30:00-05:00"]
PAYERS = ["c1", "c2", "c3"]

SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "New York": {
        "reporting_currency": "EUR",
        "reporting_timezone": "America/New_York",
        "fiscal_year_start_month": 2,
        "history_start": "2024-03-16",
        "segments": ["country", "plan"],
        "active_event_names": ["work"],
        "severe_severities": ["low", "1"],
        "health_minimum_coverage": "0.25",
        "health_trend_points": 20,
        "churn_timing": "at_request",
        "usage_mrr": True,
    },
}

MOMENTS = [day + time for day in (*DAYS, *LATE, *LATE) for time in TIMES]
LATE_MOMENTS = [day + time for day in LATE for time in TIMES]
NAMED = [*PAYERS, *PAYERS, *PAYERS, "c4", "ghost"]
SOMEBODY = [*PAYERS, *PAYERS, None, "c4"]

# One of these. All is drawn from one seed: drawn and shrunk one by one, so many rows would be too much for one example.
Pick = Callable[[Sequence[Any]], Any]


def after(start: str) -> list[str]:
    return [day + time for day in DAYS if day > start[:10] for time in ("", "T09:00:00Z")] or [start]


def people(pick: Pick) -> dict[str, Rows]:
    """Users, most of them with a licence, and what they did with what."""
    users = [
        {
            "user_id": f"u{number}",
            "customer_id": pick([*PAYERS, "c1", "c2", "c4"]),
            "created_at": pick(["2023-12-01", "2023-12-01", "2023-12-01", pick(LATE)]),
            "is_licensed": pick(["true", "true", "true", "false", None]),
            "is_internal": pick([*[None] * 5, "true"]),
            "is_bot": pick([*[None] * 5, "true"]),
        }
        for number in range(pick([7, 7, 7, 7, 4, 0]))
    ]
    events = [
        {
            "event_id": f"e{number}",
            "user_id": pick([*3 * [user["user_id"] for user in users], None, "u9"]),
            "customer_id": pick(NAMED),
            "event_name": pick(["work", "work", "login"]),
            "feature": pick([None, "chat", "sums", "plan", "plan"]),
            "occurred_at": pick(MOMENTS),
            "event_count": pick([None, None, "3", "0.5", "0", "-1", "7"]),
        }
        for number in range(pick([60, 60, 60, 60, 15, 0]))
    ]
    entitlements = []
    for _ in range(pick([8, 8, 8, 4, 0])):
        begin = pick(MOMENTS)
        entitlements.append(
            {
                "customer_id": pick(NAMED),
                "feature": pick(["chat", "sums", "plan", "rest"]),
                "entitled_from": begin,
                "entitled_to": pick([None, pick(after(begin))]),
            }
        )
    return {"users": users, "usage_events": events, "entitlements": entitlements}


def desk(pick: Pick) -> dict[str, Rows]:
    """Tickets, and their changes of status."""
    tables: dict[str, Rows] = {"tickets": [], "ticket_messages": [], "ticket_status_changes": []}
    for number in range(pick([9, 9, 9, 4, 0])):
        created = pick(MOMENTS)
        tables["tickets"].append(
            {
                "ticket_id": f"t{number}",
                "customer_id": pick(SOMEBODY),
                "severity": pick(["Urgent", "critical", "1", "low", None]),
                "status": "open",
                "created_at": created,
                "created_by": "customer",
                "merged_into_ticket_id": pick([*[None] * 8, "t1"]),
                "is_spam": pick([*[None] * 8, "true"]),
            }
        )
        tables["ticket_status_changes"] += [
            {
                "ticket_id": f"t{number}",
                "status": pick(["solved", "solved", "Closed", "open", "pending"]),
                "changed_at": changed,
            }
            for changed in [pick([created, *after(created)]) for _ in range(pick([0, 1, 2, 3, 4]))]
        ]
        if pick([True, False]):
            tables["ticket_messages"].append(
                {
                    "message_id": f"m{number}",
                    "ticket_id": f"t{number}",
                    "author_type": "customer",
                    "is_public": "true",
                    "sent_at": pick(after(created)),
                    "body": pick(["This is great, thank you very much!", "I hate this terrible bug."]),
                }
            )
    return tables


def words(pick: Pick) -> dict[str, Rows]:
    """Answers to surveys, and labelled feedback."""
    surveys = []
    for number in range(pick([12, 12, 12, 5, 0])):
        kind, low, high = pick([("nps", 0, 10), ("nps", 0, 10), ("csat", 1, 5), ("csat", 1, 7)])
        surveys.append(
            {
                "response_id": f"w{number}",
                "survey_type": kind,
                "customer_id": pick(NAMED),
                "ticket_id": pick([None, "t0", "t1"]),
                "scale_min": low,
                "scale_max": high,
                "score": pick([None, high, high - 1, high - 2, low]),
                "sent_at": "2023-12-31",
                "responded_at": pick(MOMENTS),
            }
        )
    feedback = [
        {
            "feedback_id": f"f{number}",
            "customer_id": pick(SOMEBODY),
            "channel": "other",
            "sentiment_label": pick(["positive", "neutral", "negative"]),
            "received_at": pick(MOMENTS),
        }
        for number in range(pick([9, 9, 9, 4, 0]))
    ]
    return {"survey_responses": surveys, "feedback": feedback}


def bills_and_touches(pick: Pick) -> dict[str, Rows]:
    invoices, lines = [], []
    for number in range(pick([9, 9, 9, 4, 0])):
        issued = pick(MOMENTS)
        invoices.append(
            {
                "invoice_id": f"n{number}",
                "customer_id": pick(NAMED),
                "status": pick(["open", "open", "paid", "paid", "uncollectible", "draft", "void"]),
                "issued_at": issued,
                "due_at": pick([None, pick(MOMENTS), pick(after(issued))]),
                "paid_at": pick([None, pick(after(issued))]),
                "currency": "EUR",
                "total_excluding_tax": "10",
            }
        )
        lines.append(
            {
                "invoice_line_id": f"l{number}",
                "invoice_id": f"n{number}",
                "kind": pick(["usage", "recurring"]),
                "amount": "10",
                "period_start": issued[:10],
                "period_end": pick(after(issued)),
            }
        )
    touches = [
        {
            "touch_id": f"h{number}",
            "customer_id": pick(NAMED),
            "csm_id": "amy",
            "kind": "call",
            "occurred_at": pick(MOMENTS),
        }
        for number in range(pick([9, 9, 9, 4, 0]))
    ]
    return {"invoices": invoices, "invoice_lines": lines, "csm_touches": touches}


def contracts(pick: Pick) -> dict[str, Rows]:
    """Everybody of c1, c2, c3 pays for some time; some scheduled to leave, some with a change of MRR or away in between."""
    tables: dict[str, Rows] = {"subscriptions": [], "subscription_items": [], "subscription_pauses": []}
    for number, customer_id in enumerate(PAYERS):
        begin = pick(["2023-12-15", "2024-02-29", "2024-03-16", "2024-03-31T12:00:00Z", "2024-04-30"])
        end = pick([None, None, pick(LATE), "2024-12-31"])
        tables["subscriptions"].append(
            {
                "subscription_id": f"a{number}",
                "customer_id": customer_id,
                "status": "active",
                "started_at": begin,
                "canceled_at": pick([None, pick(LATE_MOMENTS)]) if end else None,
                "ended_at": end,
            }
        )
        change = pick([None, pick(LATE_MOMENTS)])
        for position, (first, last) in enumerate([(begin, change), (change, None)] if change else [(begin, None)]):
            tables["subscription_items"].append(
                {
                    "item_version_id": f"a{number}.{position}",
                    "subscription_id": f"a{number}",
                    "plan_id": pick(["basic_month", "basic_month", "basic_year", "addon_week"]),
                    "quantity": "1",
                    "unit_amount": pick(["10", "30", "33.3333333333", "120"]),
                    "currency": pick(["EUR", "EUR", "USD"]),
                    "effective_from": first,
                    "effective_to": last,
                }
            )
        if pick([True, False, False, False]):
            paused = pick(LATE_MOMENTS)
            tables["subscription_pauses"].append(
                {"subscription_id": f"a{number}", "paused_at": paused, "resumed_at": pick(after(paused))}
            )
    return tables


def configurations(pick: Pick) -> dict[str, Rows]:
    """One or two versions, profiles by country or tenure, any measures, weighed and judged anyhow."""
    change = pick([None, "2024-05-31", "2024-06-01"])
    versions = [{"valid_to": change}]
    if change:
        versions.append({"config_version": "v2", "valid_from": pick([change, "2024-06-10"])})
    found: dict[str, Rows] = {name: [] for name in ("profiles", "measures", "caps", "bands")}
    for number in range(1, 1 + len(versions)):
        of_version = {"config_version": f"v{number}"}
        profiles = pick(
            [
                [{}],
                [{"profile": "german", "priority": 1, "segment_name": "country", "segment_value": "DE"}, {}],
                [{"profile": "young", "priority": 1, "tenure_to": 121}, {"tenure_from": 91}],
                [{"profile": "a", "priority": 7}, {"profile": "b", "priority": 7}, {}],
                [{"profile": "basic", "segment_name": "plan", "segment_value": "Basic", "tenure_from": 30}],
            ]
        )
        found["profiles"] += [profile | of_version for profile in profiles]
        for profile in profiles:
            of_profile = {**of_version, "profile": profile.get("profile", "standard")}
            found["measures"] += [row | of_profile for row in measures(pick)]
        found["caps"] += [
            {
                **of_version,
                "cap": f"cap {position}",
                "measure": pick(MEASURES),
                "above": pick([-1, 0, "0.5", 7, 30]),
                "max_score": pick([0, 20, 20, 50, "66.6666666667"]),
            }
            for position in range(pick([0, 1, 2, 3]))
        ]
        found["bands"] += bands(f"v{number}")
    overrides = []
    for _ in range(pick([0, 1, 2, 3])):
        score, most = pick([(90, None), (0, None), (None, 30), (None, "12.5")])
        starts = pick(LATE)
        overrides.append(
            {
                "customer_id": pick(PAYERS),
                "score": score,
                "max_score": most,
                "reason": f"{pick('ab')}{len(overrides)}",
                "starts_on": starts,
                "expires_on": pick(after(starts))[:10],
            }
        )
    return {"versions": versions, "overrides": overrides, **found}


def measures(pick: Pick) -> Rows:
    """Between one and all measures of a profile."""
    group_weights = {group: pick([1, 1, 3, "0.7", 40]) for group in ("one", "two", "three")}
    rows = []
    for measure in sorted({pick(MEASURES) for _ in range(pick([20, 10, 3]))}):
        group = pick(["one", "two", "three"])
        red_at, green_at = pick(
            [(0, 1), (0, 1), (1, 0), (30, 0), ("0.2", "0.7"), (4, 9), (-30, 40), (96, 24), ("0.8", 1)]
        )
        rows.append(
            {
                "measure_group": group,
                "group_weight": group_weights[group],
                "measure": measure,
                "weight": pick([1, 1, 2, 3, "0.3", 0]),
                "method": pick(["linear_clamp", "linear_clamp", "step", "percentile", "own_trend"]),
                "red_at": red_at,
                "green_at": green_at,
                "half_life_days": pick([None, None, 7, 90]),
                "max_age_days": pick([None, None, 0, 20]),
                "min_observations": pick([1, 1, 1, 0, 2, 4]),
                "missing_policy": pick(["skip", "skip", "skip", "penalise"]),
            }
        )
    return rows


def around(pick: Pick) -> dict[str, Rows]:
    """Moves, hand-overs, rates, and now and then a merge."""
    raw: dict[str, Rows] = {
        "customer_attributes": [
            {"customer_id": pick(PAYERS), "attribute": "country", "value": value, "valid_from": pick(LATE_MOMENTS)}
            for value in pick([["DE"], ["DE", "FR"], []])
        ],
        "csm_assignments": [
            {"customer_id": pick(PAYERS), "csm_id": "amy", "assigned_from": pick(LATE_MOMENTS)} for _ in range(2)
        ],
        "exchange_rates": [
            {"rate_date": day, "currency": "USD", "rate_to_reporting": pick(["1.1", "0.9", "1.0833333333"])}
            for day in ("2023-11-01", *pick([["2024-05-31"], ["2024-03-02", "2024-06-15"], []]))
        ],
    }
    if pick([True, False, False, False]):
        one, other = pick([("c3", "c2"), ("ghost", "c1"), ("c1", "c3"), ("c4", "c2")])
        raw["customer_merges"] = [{"from_customer_id": one, "into_customer_id": other, "merged_at": pick(LATE_MOMENTS)}]
    return raw


def company(pick: Pick) -> tuple[dict[str, Rows], dict[str, Rows], str]:
    """Raw tables, configuration, as-of day."""
    raw: dict[str, Rows] = {
        "plans": PLANS,
        "customers": [
            {
                "customer_id": customer_id,
                "name": customer_id,
                "created_at": "2023-12-01",
                "country": country,
                "is_test": customer_id == "c4",
            }
            for customer_id, country in (("c1", "DE"), ("c2", None), ("c3", "FR"), ("c4", "DE"))
        ],
    }
    for part in (contracts, people, desk, words, bills_and_touches, around):
        raw |= part(pick)
    return with_duplicates(raw, pick), configurations(pick), pick(AS_OF)


def with_duplicates(raw: dict[str, Rows], pick: Pick) -> dict[str, Rows]:
    """Some row comes twice: alike, older, or of the same age but different."""
    change = {"users": ("is_licensed", "false"), "usage_events": ("feature", "chat"), "tickets": ("severity", "low")}
    change |= {"survey_responses": ("score", 1), "invoices": ("paid_at", None), "csm_touches": ("kind", "mail")}
    table = pick([*change])
    if not raw.get(table) or pick([True, False]):
        return raw
    row = pick(raw[table])
    column, other = change[table]
    twins = [dict(row), {**row, "loaded_at": "2024-06-01"}, {**row, column: other}]
    twin = pick([*twins, {**row, column: other, "updated_at": "2024-06-01"}])
    return {**raw, table: [*raw[table], twin]}


EXAMPLES = int(os.environ.get("COLLISION_EXAMPLES", "25" if IS_LONG else "5"))
MODELS = ["metrics", "rejected_rows", "int_customer_evidence", "customer_health", "customer_health_measures"]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_sql_and_oracle_agree_on_health(name: str, seed: int, tmp_path: Path) -> None:
    """All evidence, every score and what it is made of, the metrics, and what was rejected."""
    raw, configuration, as_of = company(Random(f"{name} {seed}").choice)
    seeds = configure(tmp_path, **configuration)
    with project(SETTINGS[name]).of_family("health").with_seeds(seeds).run(raw, as_of, MODELS) as built:
        expected = compute(raw, as_of, SETTINGS[name] | {"seeds": str(seeds)}, only="health")
        differences = family_differences("health", built.query, expected)
    if differences:
        rows = {key: rows for key, rows in raw.items() if rows}
        differences.append(f"{as_of=} {SETTINGS[name]}\n{json.dumps(configuration)}\n{json.dumps(rows)}")
    assert not differences, "\n".join(differences)
