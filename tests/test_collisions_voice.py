"""Random small companies of customers who answer, write and act: SQL and reference must agree on every figure of the voice.

Days are drawn so that answers fall on month ends, tie, and meet changes of plan, of CSM and of attributes; some rows are dirty. A failure prints
the smallest such company found. More examples: `COLLISION_EXAMPLES=2000 pytest tests/test_collisions_voice.py`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.comparison import metric_differences, rejected_differences
from tests.compiled import Project, project
from tests.oracle import METRICS, compute
from tests.test_collisions import (
    AS_OF,
    CUSTOMERS,
    DAYS,
    EXAMPLES,
    PLANS,
    Rows,
    after,
    around_customers,
    customers,
    moments,
    subscription,
)

NAMES = {name for name, metric in METRICS.items() if metric.family == "voice"}
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "other choices": {
        "reporting_currency": "EUR",
        "survey_response_days": 1,
        "sentiment_threshold": 0.5,
        "fiscal_year_start_month": 2,
        "reporting_timezone": "America/New_York",
        "history_start": "2023-12-15",
    },
    "no column of deliveries": {"reporting_currency": "EUR", "survey_response_days": 0},
}
WITHOUT = {"no column of deliveries": ["survey_responses.delivered_at"]}
# a year before the ends of February, March and April
LONG_AGO = ["2023-02-28", "2023-03-01", "2023-03-31", "2023-04-15", "2023-04-30"]
SCALES = {
    "nps": [("0", "10")] * 6 + [("1", "10"), ("0", "10.0")],
    "csat": [("1", "5")] * 3 + [("1", "5.0"), ("0", "10"), ("1", "2"), ("0", "5")],
    "ces": [("1", "7")] * 3 + [("1", "5"), ("0", "10"), ("7", "1")],
    "loyalty": [("0", "10"), ("1", "7"), ("1", "4")],
    "acsi": [("1", "10")] * 5 + [("1", "5")],
}
# praise, blame, neither, in German, and nothing that could be told a language
WORDS = [
    "I love this product, it is wonderful and the support is great!",
    "This is terrible. The reports are wrong and nobody answers my mails.",
    "We use the export on the first day of every month for our own report.",
    "It is not bad at all, but the invoices are confusing.",
    "Der Service war wirklich gut und die Antwort kam sehr schnell, vielen Dank dafür.",
    ":-)",
    "  ",
]
words = st.sampled_from([None, *WORDS])


@st.composite
def surveys(draw: st.DrawFn) -> Rows:
    rows = []
    for number in range(draw(st.integers(2, 9))):
        kind = draw(st.sampled_from([*("nps",) * 5, *("csat",) * 4, *("ces",) * 4, *("acsi",) * 3, "loyalty"]))
        low, high = draw(st.sampled_from(SCALES[kind]))
        sent = draw(moments)
        answered = draw(st.one_of(st.just(sent), after(sent), after(sent)))
        score = draw(st.sampled_from([None, *map(str, range(11)), low, high, high, "3.5"]))
        rows.append(
            {
                "response_id": draw(st.sampled_from([f"r{number}", f"r{number}", f"R{9 - number}"])),
                "survey_type": draw(st.sampled_from([kind, kind, kind, kind.upper(), "poll"])),
                "customer_id": draw(customers),
                "ticket_id": draw(st.sampled_from([None, "t1", "t1", "t2"])),
                "survey_kind": draw(st.sampled_from([None, "relationship", "transactional", "all"])),
                "question": draw(st.sampled_from(["satisfaction", "Expectation", "performance", None, "joy"])),
                "question_version": draw(st.sampled_from([None, "v1", "v1", "v2"])),
                "scale_min": low,
                "scale_max": high,
                "direction": draw(st.sampled_from([None, "ease", "effort", "Effort", "up"])),
                "score": score
                if draw(st.booleans()) or score is None
                else str(min(int(float(score)), int(float(high)))),
                "comment": draw(words),
                "sent_at": sent,
                "delivered_at": draw(st.sampled_from([sent, sent, None, DAYS[-1]])),
                "responded_at": answered,
            }
        )
    return rows


@st.composite
def other_voices(draw: st.DrawFn) -> dict[str, Rows]:
    """Feedback, tickets and their messages, referrals and the loyalty programme."""
    tables: dict[str, Rows] = {
        name: [] for name in ("feedback", "tickets", "ticket_messages", "referrals", "loyalty_events")
    }
    somebody = st.one_of(st.none(), customers)
    for number in range(draw(st.integers(0, 4))):
        tables["feedback"].append(
            {
                "feedback_id": f"f{number}",
                "customer_id": draw(somebody),
                "channel": draw(st.sampled_from(["review", "review", "Review", "interview", "letter"])),
                "rating": draw(st.sampled_from([None, "1", "4", "4.5", "5", "8"])),
                "rating_min": draw(st.sampled_from([None, None, "0", "3", "9"])),
                "rating_max": draw(st.sampled_from([None, None, "7", "10"])),
                "text": draw(words),
                "sentiment_label": draw(st.sampled_from([None, None, "positive", "Neutral", "negative", "angry"])),
                "received_at": draw(moments),
            }
        )
    for name in draw(st.lists(st.sampled_from(["t1", "t2", "t3"]), max_size=2, unique=True)):
        created = draw(moments)
        tables["tickets"].append(
            {
                "ticket_id": name,
                "customer_id": draw(somebody),
                "status": "open",
                "created_at": created,
                "created_by": "customer",
                "merged_into_ticket_id": draw(st.sampled_from([None, None, None, "t1"])),
                "is_spam": draw(st.sampled_from([None, None, "false", "true"])),
            }
        )
        for number in range(draw(st.integers(0, 2))):
            tables["ticket_messages"].append(
                {
                    "message_id": f"{name}.{number}",
                    "ticket_id": name,
                    "author_type": draw(st.sampled_from(["customer", "Customer", "customer", "agent", "bot"])),
                    "is_public": draw(st.sampled_from(["true", "true", "false"])),
                    "sent_at": draw(after(created).filter(bool)),
                    "body": draw(words),
                }
            )
    for number in range(draw(st.integers(0, 2))):
        tables["referrals"].append(
            {
                "referral_id": f"x{number}",
                "referrer_customer_id": draw(customers),
                "referred_at": draw(st.one_of(st.sampled_from(LONG_AGO), moments)),
            }
        )
    for _ in range(draw(st.integers(0, 6))):
        tables["loyalty_events"].append(
            {
                "customer_id": draw(st.sampled_from(["c1", "c1", "c2", "ghost"])),
                "event_name": draw(st.sampled_from(["visit", "points"])),
                "occurred_at": draw(moments),
            }
        )
    return tables


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Rows]:
    raw: dict[str, Rows] = {
        "plans": PLANS,
        "customers": [
            {
                "customer_id": customer_id,
                "name": customer_id,
                "created_at": draw(moments),
                "country": draw(st.sampled_from([None, "DE"])),
                "is_test": draw(st.sampled_from([None, None, "true"])) if customer_id == "c4" else None,
            }
            for customer_id in CUSTOMERS
        ],
        "survey_responses": draw(st.one_of(surveys(), surveys(), surveys(), st.just([]))),
    }
    parts = [draw(subscription(number)) for number in range(1, 1 + draw(st.integers(1, 3)))]
    for part in [*parts, draw(around_customers()), draw(other_voices())]:
        for table, rows in part.items():
            raw[table] = raw.get(table, []) + rows
    for day in draw(st.lists(st.sampled_from(LONG_AGO), max_size=2)):
        row = {"order_id": f"old{day}", "customer_id": "c1", "ordered_at": day, "amount": "1", "currency": "EUR"}
        raw["orders"] = [*raw["orders"], row]
    if raw["survey_responses"] and draw(st.booleans()):
        row = draw(st.sampled_from(raw["survey_responses"]))
        change = draw(st.sampled_from([{}, {"score": "5"}, {"score": "5", "updated_at": "2024-06-01"}]))
        raw["survey_responses"] = [*raw["survey_responses"], row | change]
    return raw


def built_with(name: str) -> Project:
    return project(SETTINGS[name], without=WITHOUT.get(name, ()))


@pytest.mark.parametrize("name", SETTINGS)
@settings(
    derandomize=not EXAMPLES,
    max_examples=EXAMPLES or 20,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(raw=companies(), as_of=st.sampled_from(AS_OF))
def test_sql_and_reference_agree(name: str, raw: dict[str, Rows], as_of: str) -> None:
    """Every cell of every metric of the voice, and what became of every raw row."""
    without = [column.split(".") for column in WITHOUT.get(name, ())]
    raw = {
        table: [{key: value for key, value in row.items() if [table, key] not in without} for row in rows]
        for table, rows in raw.items()
    }
    bases = [model.name for model in built_with(name).models if model.name.startswith("base_")]
    with built_with(name).run(raw, as_of, ["metrics", "rejected_rows", *bases]) as built:
        expected = compute(raw, as_of, SETTINGS[name])
        differences = metric_differences(built.query, expected, NAMES) + rejected_differences(built.query, expected)
    if differences:
        note(f"as_of={as_of!r} setting={name!r}\n{json.dumps({key: rows for key, rows in raw.items() if rows})}")
    assert not differences, "\n".join(differences)
