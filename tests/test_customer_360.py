"""The mart customer_360 against plain Python, and every reason to call a customer, one after the other."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.churn_models import write_model
from tests.compiled import Built, folder_tables, project
from tests.conftest import CAST, VARIABLES
from tests.desk import Desk
from tests.health_books import configure
from tests.oracle import compute
from tests.oracle.customer_360 import customer_360

# what the churn model of these tests is made of: weight, mean, scale
COEFFICIENTS = {"tenure": (-1.5, 2.5, 1.0), "mrr_change": (-3.0, 0.0, 0.2), "days_since_touch": (0.5, 3.0, 1.0)}


def rows(built: Built) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in built.records("select * from marts.customer_360")}


def differences(found: dict[str, dict[str, Any]], expected: dict[str, dict[str, Any]]) -> list[str]:
    """What the mart says otherwise than the reference."""
    wrong = []
    for customer_id, row in found.items():
        for name, value in expected[customer_id].items():
            told = row[name]
            is_statistic = isinstance(value, float) and told is not None
            if told != (pytest.approx(value, rel=1e-9, abs=1e-9) if is_statistic else value):
                wrong.append(f"{customer_id}.{name}: {told}, expected {value}")
    return wrong


@pytest.mark.parametrize("with_model", [False, True])
@pytest.mark.parametrize("as_of", [None, "2024-02-14"])
def test_the_cast_as_plain_python_sees_it(as_of: str | None, with_model: bool, tmp_path: Path) -> None:
    result = compute(CAST, as_of, VARIABLES)
    variables, sql = dict(VARIABLES), project(VARIABLES)
    if with_model:
        write_model(tmp_path, result.gathered["health"].predictions.mark, -0.5, COEFFICIENTS)
        variables["seeds"] = str(tmp_path)
        result, sql = compute(CAST, as_of, variables), sql.with_seeds(tmp_path)
    raw = {name: table for name, table in folder_tables(CAST).items() if not name.startswith("expected_")}
    with sql.run(raw, str(result.as_of), ["customer_360"]) as built:
        found = rows(built)
        assert set(found) == {row[0] for row in built.query("select customer_id from marts.customers")}
    assert not differences(found, customer_360(result))
    assert any(row["health_score"] is not None for row in found.values())
    assert any(row["churn_probability"] is not None for row in found.values()) == with_model


# -- every reason, and who has it not by a hair ------------------------------------------------------------------------

AS_OF = "2024-06-30"
EXPECTED = {
    # every subscription is cancelled, though one runs on; with an invoice past due besides
    "cancelled": ("cancellation scheduled", "Every subscription that pays is cancelled."),
    "half cancelled": (None, None),
    # 1 to 90 days
    "due": ("invoice past due", "An invoice was due on 2024-06-29 and is not paid."),
    "long due": ("invoice past due", "An invoice was due on 2024-04-01 and is not paid."),
    "due today": (None, None),
    "given up": (None, None),
    "severe": ("severe ticket open", "Severe tickets open: 2, the oldest since 2024-06-20."),
    # 85 of 100 before: a quarter of the way from 80 to 100
    "red": ("health red", "Health is red at 25.0 of 100, most points lost by mrr_change."),
    # the only one with an MRR above 1000
    "predicted": ("churn predicted", "The probability of churn within 90 days is 73.1 %."),
    "renewal": ("renewal without touch", "Renewal is on 2024-09-28, and nobody was in touch for 30 days."),
    "renewal later": (None, None),
    "renewal, touched": (None, None),
    # 3 actions, and 20 in thrice the time: 9 / 20
    "usage": ("usage falling", "Usage is at 45 % of what it was in the 84 days before."),
    "little usage": (None, None),
    "detractor": ("detractor without touch", "The last NPS answer was 6 on 2024-04-02, and nobody was in touch since."),
    "detractor long ago": (None, None),
    "detractor, touched": (None, None),
    "promoter": ("ask for a referral", "Healthy, and the last NPS answer was 9 on 2024-06-01."),
    "passive": (None, None),
    # 97 of 100: 85, which is yellow where green begins above 90
    "yellow promoter": (None, None),
    "left": (None, None),
    "never paid": (None, None),
}


def company() -> Desk:
    book = Desk()
    for customer in EXPECTED:
        if customer in ("left", "never paid"):
            continue
        book.sell(customer, 2000 if customer == "predicted" else 100, "2024-01-01")
    book.raw["subscriptions"][0] |= {"canceled_at": "2024-06-01", "ended_at": "2024-12-31"}
    book.raw["subscriptions"][1] |= {"canceled_at": "2024-06-01", "ended_at": "2024-12-31"}
    book.sell("half cancelled", 10, "2024-01-01")
    book.sell("left", 100, "2024-01-01", "2024-05-01").customer("never paid")
    for customer, changed in (("red", 85), ("yellow promoter", 97)):
        item = next(
            one for one in book.raw["subscription_items"] if one["subscription_id"] == subscription(book, customer)
        )
        item["effective_to"] = "2024-05-01"
        book.item(item["subscription_id"], changed, "2024-05-01")
    dues = {
        "cancelled": "06-10",
        "due": "06-29",
        "long due": "04-01",
        "due today": "06-30",
        "given up": "03-31",
        "left": "06-10",
    }
    for number, (customer, day) in enumerate(dues.items()):
        book.add(
            "invoices",
            **{"invoice_id": f"i{number}", "customer_id": customer, "status": "open", "issued_at": "2024-03-01"},
            **{"due_at": f"2024-{day}", "currency": "USD", "total_excluding_tax": 10},
        )
    for number, (day, severity) in enumerate((("20", "Urgent"), ("25", "urgent"), ("10", "low"))):
        book.ticket(f"t{number}", f"2024-06-{day}", ("open", f"2024-06-{day}"), customer_id="severe", severity=severity)
    for customer, end in (("renewal", "09-28"), ("renewal later", "09-29"), ("renewal, touched", "09-28")):
        book.term(customer, 1200, "2024-01-01", f"2024-{end}")
    touches = {"renewal": "05-31", "renewal, touched": "06-01", "detractor": "04-01", "detractor, touched": "06-01"}
    for number, (customer, day) in enumerate(touches.items()):
        book.add(
            "csm_touches",
            touch_id=f"c{number}",
            csm_id="Ann",
            kind="call",
            customer_id=customer,
            occurred_at=f"2024-{day}",
        )
    answers = {"detractor": (6, "04-02"), "detractor long ago": (6, "04-01"), "detractor, touched": (3, "06-01")}
    answers |= {
        "promoter": (9, "06-01"),
        "passive": (8, "06-01"),
        "yellow promoter": (10, "06-01"),
        "left": (3, "06-01"),
    }
    for number, (customer, (score, day)) in enumerate(answers.items()):
        book.add(
            "survey_responses",
            **{
                "response_id": f"r{number}",
                "survey_type": "nps",
                "customer_id": customer,
                "scale_min": 0,
                "scale_max": 10,
            },
            **{"score": score, "sent_at": "2024-03-01", "responded_at": f"2024-{day}"},
        )
    for customer, before, lately in (("usage", 20, 3), ("little usage", 9, 1)):
        book.add("users", user_id=customer, customer_id=customer, created_at="2024-01-01")
        for day, count in (("2024-05-01", before), ("2024-06-29", lately)):
            row = {"event_id": f"{customer} {day}", "user_id": customer, "customer_id": customer, "event_name": "open"}
            book.add("usage_events", **row, occurred_at=day, event_count=count)
    return book


def subscription(book: Desk, customer: str) -> str:
    return next(row["subscription_id"] for row in book.raw["subscriptions"] if row["customer_id"] == customer)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Health is the change of MRR alone; churn is predicted where the MRR is large: ln 2001 is 7.6, that of 101 4.6."""
    bands = [
        ("colour", "green", 90, 100),
        ("colour", "yellow", 50, 90),
        ("colour", "red", None, 50),
        ("letter", "A", None, 100),
    ]
    columns = ("scheme", "band", "lower_exclusive", "upper_inclusive")
    folder = configure(
        tmp_path_factory.mktemp("seeds"),
        [{"measure": "mrr_change", "red_at": "0.8", "green_at": 1}],
        bands=[dict(zip(columns, band, strict=True)) for band in bands],
    )
    mark = compute(company().raw, AS_OF, only="health").gathered["health"].predictions.mark
    return write_model(folder, mark, 0.0, {"mrr": (1.0, math.log(2001) - 1, 1.0), "tenure": (0, 0, 1)})


def test_every_reason(seeds: Path) -> None:
    with project().with_seeds(seeds).run(company().raw, AS_OF, ["customer_360"]) as built:
        found = rows(built)
    told = {one: (row["next_best_reason_kind"], row["next_best_reason"]) for one, row in found.items()}
    assert told == EXPECTED
    assert {one: row["state"] for one, row in found.items() if row["state"] != "paying"} == {
        "left": "churned",
        "never paid": "never paid",
    }
    assert found["left"]["mrr_change"] == -100
    assert found["left"]["latest_nps"] == 3
    assert found["left"]["days_past_due"] == 20
    assert not differences(found, customer_360(compute(company().raw, AS_OF, {"seeds": str(seeds)})))


def test_what_is_not_connected_is_not_known() -> None:
    book = Desk().sell("c", 100, "2024-01-01").term("c", 1200, "2024-01-01", "2024-07-01")
    with project().run(book.raw, AS_OF, ["customer_360"]) as built:
        found = rows(built)["c"]
    for name in (
        "open_tickets",
        "open_severe_tickets",
        "days_past_due",
        "churn_probability",
        "lifetime_value",
        "next_best_reason",
    ):
        assert found[name] is None, name
    assert found["next_renewal_day"].isoformat() == "2024-07-01"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("when days_past_due between 1 and 90", "when days_past_due between 1 and 91"),
        ("when not is_paying then null", "when false then null"),
        ("coalesce(days_since_touch, 30) >= 30", "coalesce(days_since_touch, 30) > 30"),
        ("actions_before >= 10", "actions_before >= 9"),
        ("latest_nps <= 6 and nps_age_days < 90", "latest_nps <= 6 and nps_age_days <= 90"),
        ("coalesce(last_touch_day < latest_nps_day, true)", "coalesce(last_touch_day <= latest_nps_day, true)"),
        ("when health_band = 'green' and", "when"),
        ("|| worst_measure", "|| health_band"),
    ],
)
def test_a_broken_rule_is_noticed(seeds: Path, old: str, new: str) -> None:
    broken = project().altered("customer_360", old, new).with_seeds(seeds)
    with broken.run(company().raw, AS_OF, ["customer_360"]) as built:
        assert differences(rows(built), customer_360(compute(company().raw, AS_OF, {"seeds": str(seeds)})))
