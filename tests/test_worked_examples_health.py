"""Worked examples of health, published and own, from raw rows through the models to the figure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.books import Book
from tests.compiled import Built, project
from tests.conftest import VARIABLES
from tests.health_books import configure

MAY = "2024-05-01"
AS_OF = "2024-05-31"
TEN_POINTS = {"measure_group": "said", "measure": "latest_nps", "green_at": 10}


def built(book: Book, seeds: Path) -> Built:
    """The scores and the metrics of health, with these seeds."""
    models = ["metrics", "customer_health", "customer_health_measures"]
    return project(VARIABLES).with_seeds(seeds).of_family("health").run(book.raw, AS_OF, models)


def said(book: Book, customer_id: str, score: int, day: str = AS_OF) -> Book:
    """An answer from 0 to 10."""
    number = len(book.raw.get("survey_responses", []))
    return book.add(
        "survey_responses",
        **{"response_id": f"r{number}", "survey_type": "nps", "customer_id": customer_id, "score": score},
        **{"scale_min": 0, "scale_max": 10, "sent_at": day, "responded_at": day},
    )


def test_e47_portfolio_of_three_colours(tmp_path: Path) -> None:
    """E47. https://support.totango.com/hc/en-us/articles/360032136152-Managing-Your-Customer-s-Health

    5 good, 3 average and 2 poor customers: (5 x 100 + 3 x 60 + 2 x 40) / 10 = 76. In another place the same vendor gives a poor one 0, which
    would be 68.
    """
    book = Book()
    for number, score in enumerate([9, 9, 9, 8, 8, 7, 6, 6, 5, 0]):
        said(book.sell(f"c{number}", 100, "2024-01-01"), f"c{number}", score)
    with built(book, configure(tmp_path, [TEN_POINTS])) as company:
        assert company.cell("portfolio_quality_index", "month", MAY) == (760, 10, pytest.approx(76))
        assert company.cell("healthy_customer_share", "month", MAY) == (5, 10, pytest.approx(0.5))
        assert company.value("at_risk_customers", MAY) == 2
        assert company.value("mrr_at_risk_rate", MAY) == pytest.approx(0.2)
        # the mean of the scores tells more than the points of three colours
        assert company.cell("customer_health_score", "month", MAY) == (670, 10, pytest.approx(67))


def test_edges_of_the_bands(tmp_path: Path) -> None:
    """75 is yellow and 50 red: the upper edge is inside. 0 is red, too."""
    book = Book()
    for number, past_due in enumerate([0, 25, 50, 100]):
        book.sell(f"c{number}", 100, "2024-01-01")
        if past_due:
            day = {25: "2024-05-06", 50: "2024-04-11", 100: "2024-02-21"}[past_due]
            book.add(
                "invoices",
                **{
                    "invoice_id": f"i{number}",
                    "customer_id": f"c{number}",
                    "status": "open",
                    "issued_at": "2024-02-01",
                },
                **{"due_at": day, "currency": "USD", "total_excluding_tax": 10},
            )
    book.add(
        "invoices",
        **{
            "invoice_id": "i0",
            "customer_id": "c0",
            "status": "paid",
            "issued_at": "2024-02-01",
            "due_at": "2024-02-02",
        },
        **{"currency": "USD", "total_excluding_tax": 10},
    )
    measures = [{"measure": "days_past_due", "red_at": 100, "green_at": 0}]
    with built(book, configure(tmp_path, measures)) as company:
        rows = company.query(
            f"select customer_id, score, colour, letter, health_rank, tier from marts.customer_health where score_day = '{AS_OF}'"
            " order by customer_id"
        )
    assert rows == [
        ("c0", 100, "green", "A", 1, 1),
        ("c1", 75, "yellow", "B", 2, 2),
        ("c2", 50, "red", "F", 3, 4),
        ("c3", 0, "red", "F", 4, 5),
    ]


def test_a_score_explained(tmp_path: Path) -> None:
    """Two groups of weight 3 and 1. A 6 of 60 days ago, at a half-life of 60 days, weighs 1 of 2 beside a rise of MRR of weight 1: both half of
    0.75. The touch of 45 days ago scores half of 0.25: 0.375 x 60 + 0.375 x 100 + 0.25 x 50 = 72.5. A request to cancel holds it at 20.
    """
    book = Book()
    book.sell("c", 100, "2024-01-01", subscription_id="s", canceled_at="2024-05-20", item={"item_version_id": "first"})
    book.raw["subscription_items"][-1]["effective_to"] = "2024-04-15"
    book.item("s", 150, "2024-04-15")
    said(book, "c", 6, "2024-04-01")
    book.add("csm_touches", touch_id="t", customer_id="c", csm_id="m", kind="call", occurred_at="2024-04-16")
    seeds = configure(
        tmp_path,
        [
            {"group_weight": 3, "measure": "latest_nps", "weight": 2, "green_at": 10, "half_life_days": 60},
            {"group_weight": 3, "measure": "mrr_change", "red_at": "0.5", "green_at": 1},
            {"measure_group": "two", "measure": "days_since_touch", "red_at": 90, "green_at": 0},
        ],
        caps=[{"cap": "leaving", "measure": "cancellation_scheduled", "above": 0, "max_score": 20}],
    )
    with built(book, seeds) as company:
        scores = company.records("select * from marts.customer_health order by score_day desc")
        rows = company.query(
            "select measure, raw_value, normalised_score, effective_weight, weight_share, contribution, points_lost, points_lost_rank"
            f" from marts.customer_health_measures where score_day = '{AS_OF}' order by measure"
        )
    half, three_eighths = Decimal("0.5"), Decimal("0.375")
    assert rows == [
        ("days_since_touch", 45, 50, 1, Decimal("0.25"), Decimal("12.5"), Decimal("12.5"), 3),
        ("latest_nps", 6, 60, 1, three_eighths, Decimal("22.5"), 15, 2),
        ("leaving", 1, None, None, 0, Decimal("-52.5"), Decimal("52.5"), 1),
        ("mrr_change", Decimal("1.5"), 100, 1, three_eighths, Decimal("37.5"), 0, None),
    ]
    last, before = scores[:2]
    assert (last["uncapped_score"], last["score"], last["cap"]) == (Decimal("72.5"), 20, "leaving")
    # 0.75 x 2/3 x half of it for its age, 0.75 x 1/3, 0.25
    assert last["coverage"] == half * half + Decimal("0.25") + Decimal("0.25")
    assert last["reasons"] == "leaving, latest_nps, days_since_touch"
    assert last["trend"] == "down" and last["score_change"] == 20 - before["score"]
    assert before["cap"] is None, "on 30 April nobody had asked to leave"


def test_what_a_person_says_is_in_no_metric(tmp_path: Path) -> None:
    """The override stands beside the score until the day before it expires."""
    book = said(Book().sell("c", 100, "2024-01-01"), "c", 9, "2024-04-10")
    override = {"customer_id": "c", "score": 10, "starts_on": "2024-04-30", "expires_on": AS_OF}
    with built(book, configure(tmp_path, [TEN_POINTS], overrides=[override])) as company:
        rows = company.query(
            "select score, effective_score, override_reason from marts.customer_health where score_day >= '2024-04-30' order by score_day"
        )
        assert rows == [(90, 10, "because"), (90, 90, None)]
        assert company.value("customer_health_score", "2024-04-01") == pytest.approx(90)
