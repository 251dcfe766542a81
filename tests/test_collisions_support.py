"""Random support desks, drawn so that things fall on one instant or into the hours of a clock change: SQL and reference must agree.

More examples, another draw each time: `COLLISION_EXAMPLES=2000 pytest tests/test_collisions_support.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tests.comparison import family_differences
from tests.compiled import Project, project
from tests.oracle import compute
from tests.test_collisions import PLANS, examples

Rows = list[dict[str, Any]]

# Month ends, a leap day, weekends, and the days on which the clocks change in New York and in Europe; with as-of days.
STRETCHES = [
    (
        ["2023-10-27", "2023-10-28", "2023-10-29", "2023-10-31", "2023-11-03", "2023-11-05", "2023-11-06"],
        ["2023-11-05", "2023-11-06", "2023-11-12", "2024-01-31"],
    ),
    (
        ["2024-02-29", "2024-03-01", "2024-03-08", "2024-03-09", "2024-03-10", "2024-03-11", "2024-03-12"],
        ["2024-03-10", "2024-03-12", "2024-03-13", "2024-04-15", "2024-04-30"],
    ),
    (
        ["2024-03-28", "2024-03-29", "2024-03-30", "2024-03-31", "2024-04-01", "2024-04-02", "2024-04-07"],
        ["2024-03-31", "2024-04-01", "2024-04-08", "2024-05-08", "2024-06-30"],
    ),
]
# around a day's local ends and the hours that clocks skip or show twice there
TIMES = [
    *(
        "",
        "",
        "T00:00:00Z",
        "T00:30:00Z",
        "T01:00:00Z",
        "T01:30:00Z",
        "T02:15:00Z",
        "T04:30:00Z",
        "T05:45:00Z",
        "T06:30:00Z",
    ),
    *("T07:30:00Z", "T09:00:00Z", "T09:00:00Z", "T09:00:20Z", "T09:00:20.000001Z", "T12:15:00Z", "T17:00:00Z"),
    *("T23:30:00-05:00", "T23:59:59.999999Z"),
]
CALENDAR = Path(__file__).parent / "calendar"

SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "short windows": {
        "reporting_currency": "EUR",
        "fcr_reopen_days": 1,
        "resolution_window_days": 2,
        "service_level_seconds": 0,
        "short_abandon_seconds": 20,
    },
    "New York": {
        "reporting_currency": "EUR",
        "reporting_timezone": "America/New_York",
        "fiscal_year_start_month": 2,
        "history_start": "2024-01-31",
        "segments": ["country", "plan"],
    },
    "Berlin's hours": {"reporting_currency": "EUR", "business_timezone": "Europe/Berlin", "fcr_reopen_days": 0},
}
# hours of the tests' own, with stretches that begin or end while a clock changes
OWN_HOURS = ("New York", "Berlin's hours")

customers = st.sampled_from(["c1", "c1", "c1", "c2", "c2", "c3", "test", "ghost", "old", None])


def soon(start: str, moments: list[str]) -> st.SearchStrategy[str]:
    """Mostly one of the next moments; now and then any, which may make a row that is rejected."""
    following = [moment for moment in moments if moment >= start] or [start]
    return st.sampled_from([*following[:40], *following[:40], start, moments[0], moments[-1]])


@st.composite
def ticket(draw: st.DrawFn, number: int, moments: list[str]) -> dict[str, Rows]:
    """A ticket, what was said in it and what became of it."""
    created = draw(st.sampled_from(moments))
    ticket_id = f"t{number}"
    row = {
        "ticket_id": ticket_id,
        "customer_id": draw(customers),
        "status": "open",
        "created_at": created,
        "created_by": draw(st.sampled_from([*["customer"] * 5, "agent", "agent", "Customer", "robot"])),
        "merged_into_ticket_id": draw(st.sampled_from([*[None] * 8, "t1", "t9"])),
        "is_spam": draw(st.sampled_from([*[None] * 5, "false", "true"])),
    }
    messages = [
        {
            "message_id": f"m{number}.{position}",
            "ticket_id": draw(st.sampled_from([*[ticket_id] * 8, "t0", "t9"])),
            "author_type": draw(
                st.sampled_from(
                    ["customer", "customer", "customer", "agent", "agent", "agent", "bot", "Agent", "alien"]
                )
            ),
            "is_public": draw(st.sampled_from([*["true"] * 6, "false"])),
            "sent_at": sent,
        }
        for position, sent in enumerate(draw(st.lists(soon(created, moments), min_size=1, max_size=6)))
    ]
    changes = [
        {
            "ticket_id": ticket_id,
            "status": draw(
                st.sampled_from(
                    [
                        "solved",
                        "solved",
                        "solved",
                        "closed",
                        "open",
                        "open",
                        "pending",
                        "on_hold",
                        "new",
                        "Solved",
                        "lost",
                    ]
                )
            ),
            "changed_at": changed,
        }
        for changed in draw(st.lists(soon(created, moments), min_size=1, max_size=5))
    ]
    return {"tickets": [row], "ticket_messages": messages, "ticket_status_changes": changes}


@st.composite
def calls(draw: st.DrawFn, moments: list[str]) -> Rows:
    """Calls whose legs hang on each other in any order."""
    rows = []
    for number in range(draw(st.integers(2, 6))):
        queued = draw(st.sampled_from(moments))
        is_answered = draw(st.sampled_from([True, True, False]))
        answered = draw(st.one_of(st.just(queued), soon(queued, moments))) if is_answered else None
        rows.append(
            {
                "call_id": f"k{number}",
                "customer_id": draw(customers),
                "direction": draw(st.sampled_from([*["inbound"] * 7, "Inbound", "outbound", "sideways"])),
                "queued_at": queued,
                "answered_at": answered,
                "ended_at": draw(st.one_of(st.just(answered or queued), soon(answered or queued, moments))),
                "hold_seconds": draw(st.sampled_from([None, "5", "-1", "0"])) if draw(st.booleans()) else None,
                "wrap_seconds": draw(st.sampled_from([None, "30", "0.5"])),
                "is_abandoned": draw(st.sampled_from(["true", "false"]))
                if not is_answered
                else draw(st.sampled_from([*["false"] * 9, "true"])),
                "is_resolved": draw(st.sampled_from([None, "true", "false"])),
                "queue": draw(st.sampled_from([None, "billing"])),
                "transferred_from_call_id": draw(st.sampled_from([*[None] * 4, "k0", "k1", "k2", "k5", "k9"])),
            }
        )
    return rows


@st.composite
def desks(draw: st.DrawFn) -> tuple[dict[str, Rows], str]:
    """A few customers, two of whom pay, and all that they asked in a few days; with the as-of day."""
    days, as_of_days = draw(st.sampled_from(STRETCHES))
    moments = sorted({day + time for day in days for time in TIMES})
    raw: dict[str, Rows] = {
        "plans": PLANS,
        "customers": [
            {
                "customer_id": name,
                "name": name,
                "created_at": "2023-10-01",
                "country": country,
                "is_test": name == "test",
            }
            for name, country in (("c1", "DE"), ("c2", None), ("c3", "FR"), ("test", "DE"), ("old", "SE"))
        ],
        "customer_attributes": [
            {"customer_id": "c1", "attribute": "country", "value": "AT", "valid_from": draw(st.sampled_from(moments))}
        ],
        "customer_merges": [
            {"from_customer_id": "old", "into_customer_id": "c3", "merged_at": draw(st.sampled_from(moments))}
        ],
        "subscriptions": [],
        "subscription_items": [],
        "calls": draw(calls(moments)),
    }
    for name in ("c1", "c2"):
        start = draw(st.sampled_from(moments))
        raw["subscriptions"].append(
            {
                "subscription_id": name,
                "customer_id": name,
                "status": "active",
                "started_at": start,
                "ended_at": draw(soon(start, moments)),
            }
        )
        raw["subscription_items"].append(
            {
                **{"item_version_id": name, "subscription_id": name, "plan_id": "basic_month", "quantity": "1"},
                **{"unit_amount": "10", "currency": "EUR", "effective_from": start},
            }
        )
    for number in range(draw(st.integers(1, 4))):
        for table, rows in draw(ticket(number, moments)).items():
            raw[table] = raw.get(table, []) + rows
    table = draw(st.sampled_from(["tickets", "ticket_messages", "ticket_status_changes", "calls"]))
    if raw.get(table):
        row = draw(st.sampled_from(raw[table]))
        change = {"tickets": "channel", "ticket_messages": "author_id", "calls": "agent_id"}.get(table)
        twins = [dict(row), {**row, "loaded_at": "2024-06-01"}]
        twins += [{**row, change: "other"}, {**row, change: "other", "updated_at": "2024-06-01"}] if change else []
        raw[table] = raw[table] + draw(st.lists(st.sampled_from(twins), max_size=1))
    return raw, draw(st.sampled_from(as_of_days))


def built_with(name: str) -> Project:
    """The family alone, with its own variables and hours."""
    sound = project(SETTINGS[name]).of_family("support")
    return sound.with_seeds(CALENDAR) if name in OWN_HOURS else sound


@pytest.mark.parametrize("name", SETTINGS)
@examples(6)
@given(desk=desks())
def test_sql_and_oracle_agree_on_support(name: str, desk: tuple[dict[str, Rows], str]) -> None:
    """Every cell of the family, its marts, and what was rejected."""
    raw, as_of = desk
    variables = SETTINGS[name] | ({"seeds": str(CALENDAR)} if name in OWN_HOURS else {})
    with built_with(name).run(raw, as_of, ["metrics", "rejected_rows", "tickets", "call_service_levels"]) as built:
        differences = family_differences("support", built.query, compute(raw, as_of, variables, only="support"))
    if differences:
        note(f"as_of={as_of!r} variables={variables!r}\n{json.dumps({key: rows for key, rows in raw.items() if rows})}")
    assert not differences, "\n".join(differences)
