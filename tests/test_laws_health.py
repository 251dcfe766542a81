"""Laws of the health score that hold whatever the data: change the company or the configuration, build both, compare."""

from __future__ import annotations

import copy
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.books import Rows
from tests.compiled import Built, Project, project
from tests.conftest import VARIABLES
from tests.desk import Desk
from tests.health_books import (
    answer,
    configure,
    invoice,
    nps,
    paying,
    said,
    severe,
    since_touch,
    touch,
    use,
    user,
)
from tests.test_laws import cast

Raw = dict[str, Rows]
Scores = dict[str, dict[str, Any]]
AS_OF = "2024-06-30"
MODELS = ["metrics", "customer_health", "customer_health_measures", "int_customer_evidence"]
# the day of a row, and what it says of later days
DATED = {
    "usage_events": ("occurred_at", ()),
    "users": ("created_at", ("deactivated_at",)),
    "sessions": ("started_at", ("ended_at",)),
    "tickets": ("created_at", ()),
    "ticket_messages": ("sent_at", ()),
    "ticket_status_changes": ("changed_at", ()),
    "survey_responses": ("responded_at", ()),
    "feedback": ("received_at", ()),
    "invoices": ("issued_at", ("paid_at",)),
    "csm_touches": ("occurred_at", ()),
    "entitlements": ("entitled_from", ()),
    "csm_assignments": ("assigned_from", ()),
    "customer_attributes": ("valid_from", ()),
    "loyalty_events": ("occurred_at", ()),
    "referrals": ("referred_at", ()),
    "calls": ("queued_at", ()),
    "subscriptions": ("started_at", ("canceled_at",)),
}


def sound() -> Project:
    return project(VARIABLES).of_family("health")


def built(raw: Raw, folder: Path | None = None, as_of: str = AS_OF) -> Built:
    one = sound().with_seeds(folder) if folder else sound()
    return one.run(raw, as_of, MODELS)


def scores(book: Desk, folder: Path, as_of: str = AS_OF) -> Scores:
    """The rows of the as-of day by customer."""
    with built(book.raw, folder, as_of) as one:
        rows = one.records(f"select * from marts.customer_health where score_day = date '{as_of}'")
    return {row["customer_id"]: row for row in rows}


def of(found: Scores, name: str = "score") -> dict[str, Any]:
    return {customer_id: row[name] for customer_id, row in found.items()}


def portfolio() -> Desk:
    """Seven customers with more and less evidence; g asks to leave, h owes for long."""
    book = paying()
    for number, customer in enumerate("defgh"):
        more = {"ended_at": "2024-12-31", "canceled_at": "2024-06-01"} if customer == "g" else {}
        book.sell(customer, 10 * (number + 1), "2024-01-01", more.pop("ended_at", None), **more)
    for customer, value, day in (
        ("c", 9, "2024-06-30"),
        ("d", 3, "2024-05-01"),
        ("e", 7, "2024-06-01"),
        ("g", 10, "2024-06-29"),
    ):
        said(book, value, customer, day)
    for customer, day in (("c", "2024-06-01"), ("d", "2024-06-20"), ("f", "2024-04-01"), ("h", "2024-06-29")):
        touch(book, day, customer)
    answer(book, "csat", 5, "2024-06-02", customer_id="c")
    answer(book, "csat", 2, "2024-06-02", customer_id="d")
    answer(book, "csat", 4, "2024-06-20", customer_id="e")
    invoice(book, "2024-05-10", customer_id="h")
    severe(book, "t", "2024-06-10", ("open", "2024-06-10"), customer_id="e")
    use(user(book, "u", customer="c"), "u", "2024-06-03", "2024-06-04", "2024-05-05", event_count=4)
    return book


CAPS = [
    {"cap": "leaving", "measure": "cancellation_scheduled", "above": 0, "max_score": 20},
    {"cap": "owing", "measure": "days_past_due", "above": 30, "max_score": 49},
]


def weighed(**more: Any) -> Rows:
    """Two groups of three measures."""
    return [
        nps(group_weight=3, weight=2, half_life_days=90) | more,
        since_touch(group_weight=3) | more,
        {"measure": "csat_share", "group_weight": 3, "green_at": 1} | more,
        {"measure": "open_severe_tickets", "measure_group": "two", "red_at": 3, "green_at": 0} | more,
        {"measure": "days_past_due", "measure_group": "two", "weight": 3, "red_at": 60, "green_at": 0} | more,
        {"measure": "usage_trend", "measure_group": "two", "green_at": 1, "red_at": "0.5"} | more,
    ]


@cache
def standard_of_the_cast() -> Built:
    """The cast under the project's own configuration."""
    return built(cast(), None, "2024-06-20")


# -- the identities ----------------------------------------------------------------------------------------------------


def test_h1_a_score_lies_between_its_measures() -> None:
    rows = standard_of_the_cast().records("""
        select scores.score, scores.uncapped_score, min(normalised_score) as worst, max(normalised_score) as best
        from marts.customer_health as scores
        inner join marts.customer_health_measures as parts
            on scores.customer_id = parts.customer_id and scores.score_day = parts.score_day
        where parts.weight_share > 0
        group by scores.customer_id, scores.score_day, scores.score, scores.uncapped_score
    """)
    assert len(rows) > 100
    for row in rows:
        assert 0 <= row["score"] <= row["uncapped_score"] <= 100
        # every share and every product is rounded once
        assert row["worst"] - Decimal("1e-7") <= row["uncapped_score"] <= row["best"] + Decimal("1e-7")


def test_h5_contributions_losses_shares_and_changes_add_up() -> None:
    rows = standard_of_the_cast().records("""
        select scores.score, scores.score_change, sum(contribution) as points, sum(points_lost) as lost,
            sum(weight_share) as share, sum(contribution_change) as change
        from marts.customer_health as scores
        inner join marts.customer_health_measures as parts
            on scores.customer_id = parts.customer_id and scores.score_day = parts.score_day
        where scores.score is not null
        group by scores.customer_id, scores.score_day, scores.score, scores.score_change
    """)
    assert len(rows) > 100
    assert sum(row["score_change"] is not None for row in rows) > 50
    for row in rows:
        assert (row["points"], row["lost"], row["share"]) == (row["score"], 100 - row["score"], 1)
        assert row["change"] == row["score_change"]


def test_h6_colour_letter_rank_and_tier_follow_the_score(tmp_path: Path) -> None:
    found = scores(portfolio(), configure(tmp_path, weighed(), caps=CAPS))
    ordered = sorted((row for row in found.values() if row["is_banded"]), key=lambda row: row["score"])
    assert len(ordered) >= 4
    worst_first = {"colour": ["red", "yellow", "green"], "letter": ["F", "B", "A"]}
    for lower, higher in pairwise(ordered):
        for scheme, names in worst_first.items():
            assert names.index(lower[scheme]) <= names.index(higher[scheme])
        assert lower["health_rank"] >= higher["health_rank"]
        assert (lower["health_rank"] == higher["health_rank"]) == (lower["score"] == higher["score"])
        assert lower["tier"] >= higher["tier"]
        assert lower["score_percentile"] <= higher["score_percentile"]


# -- the configuration -------------------------------------------------------------------------------------------------


def test_h3_only_proportions_of_weights_count(tmp_path: Path) -> None:
    heavier = [
        row | {"weight": 7 * row.get("weight", 1), "group_weight": 3 * row.get("group_weight", 1)} for row in weighed()
    ]
    one = scores(portfolio(), configure(tmp_path / "one", weighed()))
    other = scores(portfolio(), configure(tmp_path / "other", heavier))
    assert one == other


def test_h4_a_measure_that_nobody_has_changes_coverage_alone(tmp_path: Path) -> None:
    silent = {"measure": "net_sentiment", "group_weight": 3, "red_at": -30, "green_at": 40}
    one = scores(portfolio(), configure(tmp_path / "one", weighed()))
    other = scores(portfolio(), configure(tmp_path / "other", [*weighed(), silent]))
    assert of(one) == of(other)
    assert of(one, "reasons") == of(other, "reasons")
    assert all(other[name]["coverage"] < row["coverage"] for name, row in one.items() if row["coverage"])


def test_h4_a_measure_equal_to_its_group_changes_nothing(tmp_path: Path) -> None:
    # 70 for the answer; a touch 30 days ago is 70, too. The other group stays.
    book = invoice(touch(said(paying(), 7), "2024-05-31"), "2024-06-15")
    due = {"measure": "days_past_due", "measure_group": "two", "red_at": 60, "green_at": 0}
    one = scores(book, configure(tmp_path / "one", [nps(), due]))["c"]
    other = scores(book, configure(tmp_path / "other", [nps(), since_touch(weight=5), due]))["c"]
    assert one["score"] == other["score"] == Decimal("72.5")


def test_h7_caps_only_lower(tmp_path: Path) -> None:
    free = scores(portfolio(), configure(tmp_path / "free", weighed()))
    capped = scores(portfolio(), configure(tmp_path / "capped", weighed(), caps=CAPS))
    assert of(free) == of(capped, "uncapped_score")
    assert {name for name, row in capped.items() if row["cap"]} == {"g", "h"}
    for name, row in capped.items():
        assert row["score"] is None or row["score"] <= free[name]["score"]
    assert (capped["g"]["score"], capped["h"]["score"]) == (20, 49)


def test_h7_an_override_that_expired_is_nothing(tmp_path: Path) -> None:
    expired = {"customer_id": "c", "score": 1, "starts_on": "2024-01-01", "expires_on": AS_OF}
    one = scores(portfolio(), configure(tmp_path / "one", weighed()))
    other = scores(portfolio(), configure(tmp_path / "other", weighed(), overrides=[expired]))
    assert one == other
    lasting = scores(
        portfolio(), configure(tmp_path / "lasting", weighed(), overrides=[expired | {"expires_on": "2024-07-01"}])
    )
    assert of(lasting) == of(one)
    assert lasting["c"]["effective_score"] == 1


# -- the evidence ------------------------------------------------------------------------------------------------------


def worse_and_better() -> list[tuple[str, Desk]]:
    """The portfolio, with one thing of customer d better each time."""
    better_answer, touched, satisfied, less_open = (portfolio() for _ in range(4))
    said(better_answer, 6, "d", "2024-05-01T12:00:00Z")
    touch(touched, "2024-06-28", "d")
    answer(satisfied, "csat", 4, "2024-06-03", customer_id="d")
    less_open.add("ticket_status_changes", ticket_id="t", status="solved", changed_at="2024-06-25")
    return [("d", better_answer), ("d", touched), ("d", satisfied), ("e", less_open)]


@pytest.mark.parametrize("number", range(4))
def test_h2_a_better_measure_never_lowers_the_score(tmp_path: Path, number: int) -> None:
    folder = configure(tmp_path, weighed())
    customer, better = worse_and_better()[number]
    one, other = scores(portfolio(), folder), scores(better, folder)
    assert other[customer]["score"] > one[customer]["score"]
    assert other[customer]["score_percentile"] >= one[customer]["score_percentile"]
    assert {name: row for name, row in of(one).items() if name != customer} == {
        name: row for name, row in of(other).items() if name != customer
    }


def test_h9_percentiles_are_the_same_after_any_increasing_change(tmp_path: Path) -> None:
    folder = configure(tmp_path, [nps(method="percentile"), since_touch(measure_group="two", method="percentile")])
    stretched = portfolio()
    larger = {3: 0, 7: 1, 9: 8, 10: 10}
    for row in stretched.raw["survey_responses"]:
        if row["survey_type"] == "nps":
            row["score"] = larger[row["score"]]
    days = {
        "2024-06-29": "2024-06-30",
        "2024-06-20": "2024-06-02",
        "2024-06-01": "2024-05-25",
        "2024-04-01": "2024-02-01",
    }
    for row in stretched.raw["csm_touches"]:
        row["occurred_at"] = days[row["occurred_at"]]
    one, other = scores(portfolio(), folder), scores(stretched, folder)
    for name in ("score", "health_rank", "tier", "colour"):
        assert of(one, name) == of(other, name)
    assert len(set(of(one).values())) > 3


def cut(raw: Raw, day: str) -> Raw:
    """What was in the tables at the end of a day: later rows are not there yet, nor what rows came to say later."""
    raw = copy.deepcopy(raw)
    for table, (column, later) in DATED.items():
        if table not in raw:
            continue
        raw[table] = [row for row in raw[table] if not row.get(column) or row[column][:10] <= day]
        for row in raw[table]:
            for name in later:
                if row.get(name) and row[name][:10] > day:
                    row[name] = None
    known = {row["user_id"] for row in raw.get("users", [])}
    raw["usage_events"] = [row for row in raw.get("usage_events", []) if not row["user_id"] or row["user_id"] in known]
    return raw


@pytest.mark.parametrize("day", ["2023-08-31", "2024-02-29"])
def test_h8_what_comes_later_changes_nothing(day: str) -> None:
    """Evidence, scores and explanations to the day are those of a company in which nothing later has happened.

    Merges alone reach back: both days lie after the one of the cast.
    """
    with built(cut(cast(), day), None, day) as then:
        for relation in (
            "intermediate.int_customer_evidence",
            "marts.customer_health",
            "marts.customer_health_measures",
        ):
            query = f"select * from {relation} where score_day <= date '{day}' order by all"
            known, now = then.query(query), standard_of_the_cast().query(query)
            assert known, relation
            assert known == now, relation


def test_h8_metrics_of_a_month_stay_what_they_were() -> None:
    """Metrics of closed months, too: no unit of this family waits for anything."""
    with built(cut(cast(), "2024-02-29"), None, "2024-02-29") as then:
        closed = {key: cell for key, cell in then.metrics().items() if key[1] == "month"}
    now = standard_of_the_cast().metrics()
    assert {key: now[key] for key in closed} == closed
    assert len({key[0] for key in closed}) == 7


def test_rows_of_a_test_customer_change_nobody(tmp_path: Path) -> None:
    """Nor would any other customer's, but for what shows a feed to be there: that is there by the same day here."""
    book = portfolio()
    folder = configure(tmp_path, weighed())
    one = scores(book, folder)
    book.customer("test", is_test="true").sell("test", 50, "2024-01-01")
    said(touch(invoice(book, "2024-01-10", customer_id="test"), "2024-06-30", "test"), 0, "test")
    severe(book, "x", "2024-06-10", ("open", "2024-06-10"), customer_id="test")
    assert scores(book, folder) == one
