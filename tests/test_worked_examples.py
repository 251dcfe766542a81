"""Published worked examples of revenue and retention, from raw subscriptions through the models to the figure.

The docstring of each says where it was published, and which trap it holds.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Book
from tests.compiled import project, run
from tests.conftest import VARIABLES

FEBRUARY_END, MARCH_END = "2024-02-29", "2024-03-31"


def figures(
    book: Book, *names: str, month: str = "2024-02-01", as_of: str = FEBRUARY_END, **variables: Any
) -> dict[str, float]:
    """Values of metrics of a month, all customers."""
    with project(VARIABLES | variables).of_family("revenue", "retention").run(book.raw, as_of, ["metrics"]) as built:
        return {name: built.value(name, month) for name in names}


def sold(book: Book, name: str, count: int, amount: Any, start: str, end: str | None = None, **more: Any) -> Book:
    """The same subscription for so many customers."""
    for number in range(count):
        book.sell(f"{name}_{number}", amount, start, end, subscription_id=f"{name}_{number}", **more)
    return book


def changed(book: Book, name: str, before: Any, after: Any, **more: Any) -> Book:
    """A customer whose one item has another price from 10 February on."""
    book.subscription(name, name, "2024-01-01")
    book.item(name, before, "2024-01-01", "2024-02-10", **more)
    return book.item(name, after, "2024-02-10", **more)


def test_e01_months_and_years_together() -> None:
    """E01. https://docs.stripe.com/billing/subscriptions/analytics/glossary

    100 subscriptions at 100 a month and 50 at 600 a year are 12,500. The sum of what is billed, 40,000, is no MRR.
    """
    book = sold(sold(Book(), "month", 100, 100, "2024-01-01"), "year", 50, 600, "2024-01-01", plan="yearly")
    assert figures(book, "mrr") == {"mrr": 12_500}


def test_e02_a_year_paid_at_once() -> None:
    """E02. https://support.stripe.com/questions/billing-analytics

    1,200 a year is 100 in each of twelve months, not 1,200 in one and nothing in eleven.
    """
    book = Book().sell("a", 1200, "2024-01-01", "2025-01-01", plan="yearly")
    with run(book.raw, "2025-01-31", VARIABLES, models=["metrics"]) as built:
        assert [built.value("mrr", f"2024-{month:02}-01") for month in range(1, 13)] == [100] * 12
        assert built.value("mrr", "2025-01-01") == 0


def test_e03a_a_discount_counts() -> None:
    """E03a. https://www.paddle.com/help/profitwell-metrics/measure/subscription-metrics/discounts

    120 a year less 10 % is 9 a month. A tool that ignores discounts with an end says 10: `discount_policy: permanent`.
    """
    book = Book().sell(
        "a", 120, "2024-01-01", plan="yearly", item={"discount_percent": 10, "discount_ends_at": "2025-01-01"}
    )
    assert figures(book, "mrr") == {"mrr": 9}
    assert figures(book, "mrr", discount_policy="permanent") == {"mrr": 10}


def test_e03b_a_discount_ends() -> None:
    """E03b. https://www.paddle.com/help/profitwell-metrics/measure/subscription-metrics/discounts

    10 a month with 10 % off: 9, then 10. The end is expansion, and discount_expiry_mrr rather than an upsell.
    """
    book = Book().sell("a", 10, "2024-01-01", item={"discount_percent": 10, "discount_ends_at": "2024-02-15"})
    assert figures(book, "mrr", month="2024-01-01") == {"mrr": 9}
    assert figures(book, "mrr", "expansion_mrr", "discount_expiry_mrr", "upsell_mrr", "price_increase_mrr") == {
        "mrr": 10,
        "expansion_mrr": 1,
        "discount_expiry_mrr": 1,
        "upsell_mrr": 0,
        "price_increase_mrr": 0,
    }


def test_e05_a_quarter_at_once() -> None:
    """E05. https://dev.chartmogul.com/docs/how-mrr-is-calculated-from-prorated-invoices

    90 for three months are 30 a month: the interval's count divides too.
    """
    book = Book().plan("quarterly", count=3).sell("a", 90, "2024-01-01", plan="quarterly")
    assert figures(book, "mrr") == {"mrr": 30}


def test_e07_the_bridge_with_exchange_rates() -> None:
    """E07. https://docs.stripe.com/billing/subscriptions/analytics/glossary

    1,000 + 100 new + 50 expansion - 40 contraction - 60 churn - 5 exchange rates = 1,045. Without a row of its own for exchange rates there is a
    gap of 5.
    """
    book = Book().rate("EUR", "2024-01-01", 1).rate("EUR", "2024-02-20", "0.95")
    book.sell("euro", 100, "2024-01-01", item={"currency": "EUR"}).sell("same", 600, "2024-01-01")
    changed(changed(book, "up", 100, 150), "down", 140, 100).sell("gone", 60, "2024-01-01", "2024-02-10")
    book.sell("newcomer", 100, "2024-02-10")
    assert figures(
        book,
        "opening_mrr",
        "new_mrr",
        "expansion_mrr",
        "contraction_mrr",
        "churned_mrr",
        "fx_mrr",
        "mrr",
        "net_new_mrr",
    ) == {
        "opening_mrr": 1000,
        "new_mrr": 100,
        "expansion_mrr": 50,
        "contraction_mrr": 40,
        "churned_mrr": 60,
        "fx_mrr": -5,
        "mrr": 1045,
        "net_new_mrr": 45,
    }


def test_e08a_gross_revenue_churn() -> None:
    """E08a. https://help.chartmogul.com/hc/en-us/articles/203359341-Metric-MRR-Churn-Rate

    Of 100, 10 churn and 10 contraction are 20 %, whatever the expansion.
    """
    assert figures(_e08(), "gross_revenue_churn_rate") == {"gross_revenue_churn_rate": 0.2}


def test_e08b_net_revenue_churn() -> None:
    """E08b. https://help.chartmogul.com/hc/en-us/articles/4414075567250-Chart-Net-MRR-Churn-Rate

    The same less 10 expansion: 10 %. The page offsets reactivation too; here that is a variant of retention of its own.
    """
    assert figures(_e08(), "net_revenue_churn_rate") == {"net_revenue_churn_rate": 0.1}


def _e08() -> Book:
    book = Book().sell("same", 40, "2024-01-01").sell("gone", 10, "2024-01-01", "2024-02-10")
    return changed(changed(book, "down", 30, 20), "up", 20, 30)


def test_e09_negative_churn() -> None:
    """E09. https://help.chartmogul.com/hc/en-us/articles/4414075567250-Metric-Net-MRR-Churn-Rate

    From 100 to 120, of which 10 are new: net churn of -10 %. New customers are no expansion.
    """
    book = changed(Book(), "up", 100, 110).sell("newcomer", 10, "2024-02-10")
    assert figures(book, "net_revenue_churn_rate") == {"net_revenue_churn_rate": -0.1}


def test_e10_who_joined_and_left_in_one_month() -> None:
    """E10. https://help.chartmogul.com/hc/en-us/articles/203359321-Metric-Customer-Churn-rate

    100 at the start, 11 leave, one of whom joined in the same month: 10 %, not 11 %.
    """
    book = sold(sold(Book(), "stays", 90, 10, "2024-01-01"), "goes", 10, 10, "2024-01-01", "2024-02-15")
    book.sell("short", 10, "2024-02-03", "2024-02-20")
    assert figures(book, "customer_churn_rate", "churn_events", "joined_and_left_customers") == {
        "customer_churn_rate": 0.1,
        "churn_events": 11,
        "joined_and_left_customers": 1,
    }


def test_e12_three_churn_rates_of_one_month() -> None:
    """E12. Shopify technology blog, "Defining churn rate".

    1,000 at the start of whom 50 leave, 500 new of whom 12 leave: 6.2 % by the basic definition, 5.0 % of those who were there, 4.13 % of all who
    were there or came.
    """
    book = sold(sold(Book(), "stays", 950, 10, "2024-01-01"), "goes", 50, 10, "2024-01-01", "2024-02-15")
    sold(sold(book, "new", 488, 10, "2024-02-02"), "short", 12, 10, "2024-02-02", "2024-02-20")
    assert figures(
        book, "customer_churn_rate_basic", "customer_churn_rate", "customer_churn_rate_of_start_and_new"
    ) == pytest.approx(
        {
            "customer_churn_rate_basic": 0.062,
            "customer_churn_rate": 0.05,
            "customer_churn_rate_of_start_and_new": 62 / 1500,
        },
        rel=1e-12,
    )


def test_e14_retention_is_not_shrinkage() -> None:
    """E14. https://agilebrandguide.com/wiki/measurements/retention-rate

    1,000 at the start, 250 new, 1,100 at the end: 85 % retained. (start - end) / start says -10 % and is no churn. (The page's working prints 1,110.)
    """
    book = sold(sold(Book(), "stays", 850, 10, "2024-01-01"), "goes", 150, 10, "2024-01-01", "2024-02-15")
    sold(book, "new", 250, 10, "2024-02-02")
    assert figures(
        book, "customer_retention_rate", "customer_retention_rate_from_counts", "customer_shrinkage_rate"
    ) == pytest.approx(
        {"customer_retention_rate": 0.85, "customer_retention_rate_from_counts": 0.85, "customer_shrinkage_rate": -0.1},
        rel=1e-12,
    )


def test_e15_churn_of_customers() -> None:
    """E15. https://churnmiser.com/blog/how-to-calculate-customer-churn-rate-shopify

    300 of 2,000 lost: 15 %, and 85 % retained.
    """
    book = sold(sold(Book(), "stays", 1700, 10, "2024-01-01"), "goes", 300, 10, "2024-01-01", "2024-02-15")
    assert figures(book, "customer_churn_rate", "customer_retention_rate") == {
        "customer_churn_rate": 0.15,
        "customer_retention_rate": 0.85,
    }


def test_e16_renewals() -> None:
    """E16. https://churnzero.com/churnopedia/renewal-rate

    98 of 100 contracts renewed: 98 %. The page goes on to a renewal rate of 105 %; a rate of contracts cannot exceed 1.
    """
    book = Book("USD", "2023-02-10")
    for number in range(100):
        book.sell(f"c{number}", 100, "2023-02-10", None if number < 98 else "2024-02-10")
        book.term(f"c{number}", 1200, "2023-02-10", "2024-02-10")
        if number < 98:
            book.term(f"c{number}", 2400, "2024-02-10", "2025-02-10")
    assert figures(book, "renewal_rate", as_of=MARCH_END) == {"renewal_rate": 0.98}


def test_e19_a_cohort_that_loses_a_tenth_each_month() -> None:
    """E19. https://docs.stripe.com/billing/subscriptions/analytics/glossary

    0.9, 0.81, 0.729, 0.6561, 0.59049: nothing is rounded on the way, which 100,000 customers show to the last digit.
    """
    left = [10_000, 19_000, 27_100, 34_390, 40_951]
    end = " ".join(f"when i < {count} then '2024-{month:02}-15'" for month, count in enumerate(left, start=2))
    raw = {
        "customers": "select 'c' || i as customer_id, 'c' || i as name, '2024-01-01' as created_at from range(100000) as r (i)",
        "plans": Book().raw["plans"],
        "subscriptions": "select 's' || i as subscription_id, 'c' || i as customer_id, 'active' as status, '2024-01-01' as started_at,"
        f" case {end} end as ended_at from range(100000) as r (i)",
        "subscription_items": "select 'v' || i as item_version_id, 's' || i as subscription_id, 'basic' as plan_id, '1' as quantity,"
        " '10' as unit_amount, 'USD' as currency, '2024-01-01' as effective_from from range(100000) as r (i)",
    }
    with run(raw, "2024-06-30", VARIABLES, models=["cohort_retention"]) as built:
        rows = built.query(
            "select age_months, retained_customers, customer_retention_rate, revenue_retention_rate from marts.cohort_retention"
            " where cohort_month = date '2024-01-01' order by 1"
        )
    assert rows[0] == (0, 100_000, 1, 1)
    for (age, customers, of_customers, of_revenue), share in zip(
        rows[1:], [0.9, 0.81, 0.729, 0.6561, 0.59049], strict=True
    ):
        assert customers == round(100_000 * share), age
        assert (of_customers, of_revenue) == pytest.approx((share, share), rel=1e-12)


def test_e21a_revenue_per_account() -> None:
    """E21a. https://docs.stripe.com/billing/subscriptions/analytics/glossary

    50,000 from 100 subscribers: 500. Accounts on a free plan, on trial or wholly discounted are no subscribers.
    """
    book = sold(Book(), "pays", 100, 500, "2024-01-01").sell("free", 0, "2024-01-01", plan="free")
    book.sell("tries", 500, "2024-02-20", trial_start_at="2024-02-20", trial_end_at="2024-03-20", status="trialing")
    book.sell("given", 500, "2024-01-01", item={"discount_percent": 100})
    assert figures(book, "mrr", "average_revenue_per_account") == {"mrr": 50_000, "average_revenue_per_account": 500}


def test_e39_repeat_purchases() -> None:
    """E39. https://www.fructifi.com/repeat-purchase-rate

    300 of 1,000 buyers bought more than once: 30 %. Two orders of one day are one purchase.
    """
    book = Book().sell("subscriber", 10, "2024-01-01")
    for number in range(1000):
        book.customer(f"b{number}").order(f"b{number}", "2024-02-03")
        if number < 300:
            book.order(f"b{number}", "2024-02-17")
        elif number < 350:
            book.order(f"b{number}", "2024-02-03")
    assert figures(book, "repeat_purchase_ratio") == {"repeat_purchase_ratio": 0.3}


def test_e45_churn_of_a_month_as_churn_of_a_year() -> None:
    """E45. https://churnkey.co/blog/convert-annual-churn-to-monthly-churn

    5 % a month are 1 - 0.95^12 = 45.96 % a year; times twelve would be 60 %.
    """
    book = sold(Book(), "stays", 19, 10, "2024-01-01").sell("goes", 10, "2024-01-01", "2024-02-15")
    assert figures(book, "customer_churn_rate_annualised") == pytest.approx(
        {"customer_churn_rate_annualised": 1 - 0.95**12}, rel=1e-12
    )
    assert pytest.approx(0.459639, abs=1e-6) == 1 - 0.95**12


def test_e49a_expansion_from_upgrades_and_seats() -> None:
    """E49a. https://www.mrrsucks.com/learn/expansion-revenue

    15 upgrades of 150 and 5 customers with seats for 80 more: 2,650.
    """
    book = Book()
    for number in range(15):
        name = f"upgrade_{number}"
        book.subscription(name, name, "2024-01-01").item(name, 100, "2024-01-01", "2024-02-10").item(
            name, 250, "2024-02-10", plan="pro"
        )
    for number in range(5):
        name = f"seats_{number}"
        book.subscription(name, name, "2024-01-01").item(name, 40, "2024-01-01", "2024-02-10").item(
            name, 40, "2024-02-10", quantity=3
        )
    assert figures(book, "expansion_mrr", "upsell_mrr") == {"expansion_mrr": 2650, "upsell_mrr": 2650}


def test_e49b_expansion_as_a_share_of_opening_revenue() -> None:
    """E49b. https://upzelo.com/glossary/expansion-mrr

    The same customers from 5,000 to 6,000: 20 %. Divided by total revenue it would be less, and lower still with every new customer.
    """
    book = changed(Book(), "up", 5000, 6000).sell("newcomer", 4000, "2024-02-10")
    assert figures(book, "expansion_revenue_rate", "expansion_share_of_revenue") == {
        "expansion_revenue_rate": 0.2,
        "expansion_share_of_revenue": 0.1,
    }


@pytest.mark.parametrize(
    ("lost", "up", "down", "gross", "net"),
    [
        pytest.param(18, (50, 58), (52, 48), (102 - 4) / 120, (102 - 4 + 8) / 120, id="E50Jan"),
        pytest.param(24, (60, 72), (66, 61), (126 - 5) / 150, (126 - 5 + 12) / 150, id="E50Mar"),
    ],
)
def test_e50_value_of_renewals(lost: int, up: tuple, down: tuple, gross: float, net: float) -> None:
    """E50. https://codingace.net/crmp/renewal_percentage.html

    January: due 120, renewed 102, expansion 8, contraction 4; March: 150, 126, 12, 5. Net 88.33 % and 88.67 % as published. The published gross,
    85 % and 84 %, forgets the contraction; it is 81.67 % and 80.67 %.
    """
    book = Book("USD", "2023-02-10").sell("subscriber", 1, "2023-02-10")
    for name, (old, new) in {"lost": (lost, 0), "up": up, "down": down}.items():
        book.customer(name).term(name, 12 * old, "2023-02-10", "2024-02-10")
        if new:
            book.term(name, 12 * new, "2024-02-10", "2025-02-10")
    assert figures(book, "gross_renewal_value_rate", "net_renewal_value_rate", as_of=MARCH_END) == pytest.approx(
        {"gross_renewal_value_rate": gross, "net_renewal_value_rate": net}, rel=1e-12
    )
