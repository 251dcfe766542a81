"""Cases that other implementations are known to get wrong, each in one company of a customer or two."""

from __future__ import annotations

from decimal import Decimal

from tests.books import Book
from tests.compiled import Built, project, run
from tests.conftest import VARIABLES

MODELS = ["metrics", "mrr_movements"]


def build(book: Book, as_of: str) -> Built:
    return project(VARIABLES).of_family("revenue", "retention").run(book.raw, as_of, MODELS)


def movements(built: Built, period_type: str) -> list[tuple[str, Decimal]]:
    """Movement and amount in the order of time; transfers between segments left out."""
    return built.query(
        f"select movement, amount from marts.mrr_movements where period_type = '{period_type}' and movement <> 'transfer'"
        " order by period_start, movement"
    )


def months(built: Built, metric: str, *starts: str) -> list[float]:
    return [built.value(metric, start) for start in starts]


def test_a_prepaid_customer_has_not_churned_in_the_current_month() -> None:
    """Paid for a year, no invoice this month, the year over on the 25th: on the 20th the customer pays, and is no churn."""
    book = Book(created_at="2023-06-25").sell("a", 960, "2023-06-25", "2024-06-25", plan="yearly")
    with build(book, "2024-06-20") as built:
        assert months(built, "mrr", "2024-05-01", "2024-06-01") == [80, 80]
        assert built.value("churned_mrr", "2024-06-01") == built.value("churn_events", "2024-06-01") == 0


def test_an_open_ended_subscription_lasts() -> None:
    """No end is no end: neither today nor the day it started."""
    with build(Book(created_at="2022-03-31").sell("a", 100, "2022-03-31"), "2024-06-20") as built:
        assert built.query(
            "select distinct value from marts.metrics where metric_name = 'mrr' and segment_name = 'all'"
        ) == [(100,)]
        assert movements(built, "day") == [("new", 100)]


def test_a_renewal_into_an_open_end() -> None:
    """A year, then the same without an end, as a second subscription and as a second version: no movement, no gap."""
    book = (
        Book(created_at="2023-02-10")
        .sell("a", 960, "2023-02-10", "2024-02-10", plan="yearly")
        .sell("a", 960, "2024-02-10", plan="yearly")
    )
    book.subscription("s", "b", "2023-02-10").item("s", 960, "2023-02-10", "2024-02-10", plan="yearly")
    book.item("s", 960, "2024-02-10", plan="yearly")
    with build(book, "2024-06-20") as built:
        assert months(built, "mrr", "2024-01-01", "2024-02-01", "2024-06-01") == [160, 160, 160]
        assert movements(built, "day") == [("new", 80), ("new", 80)]


def test_a_year_cancelled_in_march_counts_until_it_is_over() -> None:
    """Asked in March, served to the end of December: revenue until then, churn in January."""
    book = Book(created_at="2023-01-01").sell(
        "a", 960, "2023-01-01", "2024-01-01", plan="yearly", canceled_at="2023-03-14", status="canceled"
    )
    with build(book, "2024-06-20") as built:
        assert months(built, "mrr", "2023-03-01", "2023-12-01", "2024-01-01") == [80, 80, 0]
        assert months(built, "churned_mrr", "2023-03-01", "2024-01-01") == [0, 80]
    with run(book.raw, "2024-06-20", VARIABLES | {"churn_timing": "at_request"}, models=["metrics"]) as built:
        assert built.value("churned_mrr", "2023-03-01") == 80


def test_from_monthly_to_annual_on_one_item() -> None:
    """250 a month, then 2,400 a year: 250, then 200, on every day; not a day without, not 2,400."""
    book = Book().subscription("s", "a", "2024-01-15").item("s", 250, "2024-01-15", "2024-03-15", item_id="i")
    book.item("s", 2400, "2024-03-15", plan="yearly", item_id="i")
    with build(book, "2024-04-30") as built:
        assert months(built, "mrr", "2024-02-01", "2024-03-01", "2024-04-01") == [250, 200, 200]
        assert movements(built, "day") == [("new", 250), ("contraction", -50)]
        march = Decimal(14 * 250 + 17 * 200) / 31
        assert round(built.numerator("average_mrr", "2024-03-01"), 6) == round(march, 6)


def test_a_trial_is_no_revenue() -> None:
    """In trial 0; the first paid day is the day after. A trial whose end has passed while the status still says trialing is 0 too."""
    trial = {"trial_start_at": "2024-01-20", "trial_end_at": "2024-02-03"}
    book = (
        Book()
        .sell("converts", 100, "2024-01-20", **trial)
        .sell("overruns", 70, "2024-01-20", status="trialing", **trial)
    )
    with build(book, "2024-03-31") as built:
        assert months(built, "mrr", "2024-01-01", "2024-02-01", "2024-03-01") == [0, 100, 100]
        assert months(built, "new_customers", "2024-01-01", "2024-02-01") == [0, 1]


def test_a_replaced_subscription_is_no_movement() -> None:
    """One ends at nine, another begins at half past three of the same day."""
    book = Book().sell("a", 100, "2024-01-01", "2024-02-14T09:00:00Z").sell("a", 100, "2024-02-14T15:30:00Z")
    with build(book, "2024-03-31") as built:
        assert movements(built, "month") == [("new", 100)]
        assert movements(built, "day") == [("new", 100)]
        assert built.value("churn_events", "2024-02-01") == 0


def test_a_customer_who_comes_back_is_a_reactivation() -> None:
    """The class is reached, and is neither new nor expansion."""
    book = Book().sell("a", 100, "2024-01-01", "2024-02-10").sell("a", 60, "2024-04-05")
    with build(book, "2024-04-30") as built:
        assert movements(built, "month") == [("new", 100), ("churn", -100), ("reactivation", 60)]
        assert [built.value(name, "2024-04-01") for name in ("reactivation_mrr", "new_mrr", "expansion_mrr")] == [
            60,
            0,
            0,
        ]
        assert [built.value(name, "2024-04-01") for name in ("reactivated_customers", "new_customers")] == [1, 0]


def test_the_first_paid_month_after_a_free_one_is_new() -> None:
    """There was a subscription of 0 before; there was no customer."""
    book = Book().subscription("s", "a", "2024-01-01").item("s", 0, "2024-01-01", "2024-03-10", plan="free")
    book.item("s", 100, "2024-03-10")
    with build(book, "2024-03-31") as built:
        assert movements(built, "month") == [("new", 100)]
        assert months(built, "new_customers", "2024-01-01", "2024-03-01") == [0, 1]
        assert built.value("expansion_mrr", "2024-03-01") == 0


def test_todays_paused_status_does_not_rewrite_the_past() -> None:
    """Status `paused` since this month: last year's months stay as they were, and this one is a pause and no churn."""
    book = Book(created_at="2023-12-04").sell("a", 100, "2023-12-04", status="paused").pause("s1", "2024-06-03")
    with build(book, "2024-06-20") as built:
        assert months(built, "mrr", "2023-12-01", "2024-05-01", "2024-06-01") == [100, 100, 0]
        assert months(built, "paused_mrr", "2024-05-01", "2024-06-01") == [0, 100]
        assert months(built, "churned_mrr", "2024-05-01", "2024-06-01") == [0, 0]


def test_one_of_two_subscriptions_ends() -> None:
    """The customer stays: contraction, no churn."""
    book = Book().sell("a", 100, "2024-01-01").sell("a", 40, "2024-01-01", "2024-02-10", plan="addon")
    with build(book, "2024-02-29") as built:
        assert months(built, "contraction_mrr", "2024-02-01") == [40]
        assert months(built, "churned_mrr", "2024-02-01") == months(built, "churn_events", "2024-02-01") == [0]
        assert built.value("customer_churn_rate", "2024-02-01") == 0
