"""Published worked examples of growth and team, from raw rows through the models to the figure.

The docstring of each says where it was published, and which trap it holds.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.books import Book
from tests.compiled import project, run
from tests.conftest import VARIABLES

START, FEBRUARY_END = "2024-01-01", "2024-02-29"


def figures(
    book: Book, *names: str, month: str = "2024-02-01", as_of: str = FEBRUARY_END, **variables: Any
) -> dict[str, Any]:
    """Values of metrics of a month, all customers."""
    with (
        project(VARIABLES | variables)
        .of_family("growth", "team", "revenue", "retention")
        .run(book.raw, as_of, ["metrics"]) as built
    ):
        return {name: built.value(name, month) for name in names}


def sold(book: Book, name: str, count: int, amount: Any, start: str = START, end: str | None = None) -> Book:
    """The same subscription for so many customers."""
    for number in range(count):
        book.sell(f"{name}_{number}", amount, start, end, subscription_id=f"{name}_{number}")
    return book


def cost(book: Book, purpose: str, amount: Any, day: str = "2024-02-05", **more: Any) -> Book:
    """A cost of a day."""
    row = {"cost_id": f"c{len(book.raw.get('costs', [])) + 1}", "incurred_at": day, "purpose": purpose}
    return book.add("costs", **row | {"category": "other", "amount": amount, "currency": book.currency} | more)


def invoiced(book: Book, customer_id: str, amount: Any) -> Book:
    """A paid invoice for the service of February."""
    number = f"i{len(book.raw.get('invoices', [])) + 1}"
    book.add(
        "invoices",
        **{"invoice_id": number, "customer_id": customer_id, "issued_at": "2024-02-01", "status": "paid"},
        **{"currency": book.currency, "total_excluding_tax": amount, "tax": 0, "amount_refunded": 0},
        amount_credited=0,
    )
    return book.add(
        "invoice_lines",
        **{"invoice_line_id": number, "invoice_id": number, "kind": "recurring", "amount": amount},
        **{"period_start": "2024-02-01", "period_end": "2024-03-01"},
    )


def test_e21b_lifetime_revenue_of_an_average_account() -> None:
    """E21b. https://docs.stripe.com/billing/subscriptions/analytics/glossary

    MRR 50,000 of 100 subscribers, 10 of 110 lost: 500 / (10/110) = 5,500. The page rounds churn to 9% first and prints 5,555.
    """
    book = sold(sold(Book(), "stay", 100, 500), "leave", 10, 500, end="2024-02-10")
    assert figures(book, "average_revenue_per_account", "customer_lifetime_value_without_margin") == {
        "average_revenue_per_account": 500,
        "customer_lifetime_value_without_margin": pytest.approx(5500, rel=1e-12),
    }


@pytest.mark.parametrize(("leave", "value"), [(5, 2000), (0, None)])
def test_e22_five_of_a_hundred(leave: int, value: float | None) -> None:
    """E22. https://help.chartmogul.com/hc/en-us/articles/203359061-Metric-Customer-Lifetime-Value-LTV-

    Accounts of 100 and 5% churn are worth 2,000. Nobody lost: no value, where an old page shows 0.
    """
    book = sold(sold(Book(), "stay", 100 - leave, 100), "leave", leave, 100, end="2024-02-10")
    assert figures(book, "customer_lifetime_value_without_margin")["customer_lifetime_value_without_margin"] == value


def test_e23a_twenty_years_of_visits() -> None:
    """E23a. https://slidetodoc.com/starbucks-clv-calculation-case-study-case-study-starbucks

    Five customers spend 3.5, 8.5, 5, 6.5 and 6 at each of 4, 3, 5, 6 and 3 visits a week: 24.30 a week on average, 25,272 in twenty years.
    The mean spending times the mean number of visits, 5.90 x 4.20, makes 25,771.20 of the same customers.
    """
    book = Book(created_at="2023-01-01")
    visits = [("3.5", 4), ("8.5", 3), ("5", 5), ("6.5", 6), ("6", 3)]
    for number, (amount, times) in enumerate(visits):
        book.customer(f"visitor_{number}")
        for week in range(52):
            for weekday in range(times):
                day = date(2023, 1, 1) + timedelta(days=7 * week + weekday)
                book.order(f"visitor_{number}", day.isoformat(), amount)
    with run(book.raw, "2023-12-31", VARIABLES | {"assumed_lifespan_years": 20}, models=["metrics"]) as built:
        assert built.value("customer_lifetime_value_purchases", "2023-01-01", "year") == pytest.approx(
            25_272, rel=1e-12
        )
        spending = [
            built.value(name, "2023-01-01", "year") for name in ("average_purchase_value", "purchase_frequency")
        ]
        assert spending[0] * spending[1] / 52 == pytest.approx(24.30, rel=1e-12)


def test_e24a_trials_that_ended() -> None:
    """E24a. https://docs.stripe.com/billing/subscriptions/analytics/glossary

    100 trials ended, 15 conversions: 15%. A person with two trials counts twice; a conversion after the end makes the rate pass 1 in a month
    in which few trials end.
    """
    book = Book()
    for number in range(101):
        customer = f"c{min(number, 98)}"
        if number < 99:
            book.customer(customer)
        book.add(
            "trials",
            **{"trial_id": f"t{number}", "customer_id": customer, "trial_start_at": "2024-01-25"},
            trial_end_at="2024-02-08" if number < 100 else "2024-03-26",
            converted_at="2024-02-08" if number < 15 else "2024-03-25" if number < 17 else None,
        )
    with run(book.raw, "2024-03-31", VARIABLES, models=["metrics"]) as built:
        assert built.cell("trial_conversion_rate_of_ended", "month", "2024-02-01") == (15, 100, 0.15)
        assert built.value("trial_conversion_rate_of_ended", "2024-03-01") == 2
        # 17 in all, 15 of them by the end and by the end of the grace; the one whose grace still runs is left out
        assert built.cell("trial_conversion_rate_strict", "month", "2024-01-01") == (15, 100, 0.15)
        assert built.cell("trial_conversion_rate", "month", "2024-01-01") == (15, 100, 0.15)
        assert built.cell("trial_conversion_rate_ever", "month", "2024-01-01") == (17, 100, 0.17)


@pytest.mark.parametrize(
    ("cost_of_one", "amount", "margin", "months"), [(200, 50, 75, 16 / 3), (600, 120, 80, 6.25)], ids=["E36a", "E36b"]
)
def test_e36_payback(cost_of_one: int, amount: int, margin: int, months: float) -> None:
    """E36a. https://scoutmytool.com/calc/business-finance/cac-payback-period
    E36b. https://www.callculator.cc/callculator946_pre_seed_payback_calculator

    200 for an account of 50 at 75%: 5.33 months; 600, 120, 80%: 6.25. Without the margin the first would be 4.
    """
    book = sold(sold(Book(), "old", 2, amount), "new", 2, amount, "2024-02-10")
    cost(invoiced(book, "old_0", 1000), "cogs", 10 * (100 - margin))
    cost(book, "acquisition", 2 * cost_of_one)
    assert figures(book, "customer_acquisition_cost", "gross_margin_rate", "cac_payback_months_all_accounts") == {
        "customer_acquisition_cost": cost_of_one,
        "gross_margin_rate": margin / 100,
        "cac_payback_months_all_accounts": pytest.approx(months, rel=1e-12),
    }


def test_e37_cost_of_those_who_stayed() -> None:
    """E37. https://kpiexamples.operately.com/finance/customer-retention-cost

    10,000 for 500 retained customers: 20. Neither the 20 who left nor the 40 who came are among these; the mean of 520 and 540 is 530.
    """
    book = sold(sold(sold(Book(), "stay", 500, 10), "leave", 20, 10, end="2024-02-10"), "new", 40, 10, "2024-02-10")
    cost(book, "retention", 10_000)
    assert figures(
        book,
        "customer_retention_cost",
        "customer_retention_cost_per_retained_customer",
        "customer_retention_cost_per_customer",
    ) == {
        "customer_retention_cost": 10_000,
        "customer_retention_cost_per_retained_customer": 20,
        "customer_retention_cost_per_customer": pytest.approx(10_000 / 530, rel=1e-12),
    }


def test_e38_referred_customers_among_all() -> None:
    """E38. https://www.zapscale.com/blog/customer-referral-rate

    50 of 1,000 customers came by referral: 5% of all customers, but all of the month's newcomers. Scaled to 1 of 20.
    """
    book = sold(sold(Book(), "old", 19, 10), "new", 1, 10, "2024-02-10")
    for number in range(2):
        book.add(
            "referrals",
            **{"referral_id": f"r{number}", "referrer_customer_id": "old_0", "referred_customer_id": "new_0"},
            referred_at="2024-02-02",
        )
    found = figures(book, "referred_new_customers", "referred_new_customer_rate", "referral_rate", "paying_customers")
    assert found["referred_new_customers"] / found["paying_customers"] == 0.05
    assert (found["referred_new_customer_rate"], found["referral_rate"]) == (1, 0.05)


def test_e43a_half_of_the_upsell_offers() -> None:
    """E43a. https://www.shno.co/startup-metrics/upsell-rate-cross-sell-rate

    500 upsell offers, 250 accepted: 50%. Those still open are in neither part, an expired one was not accepted.
    """
    book = Book().customer("a").customer("b")
    for number in range(510):
        outcome = "accepted" if number < 250 else "expired" if number < 400 else "declined" if number < 500 else "open"
        book.add(
            "offers",
            **{"offer_id": f"o{number}", "customer_id": "ab"[number % 2], "offer_type": "upsell"},
            **{"presented_at": "2024-02-03", "outcome": outcome},
        )
    with run(book.raw, FEBRUARY_END, VARIABLES, models=["metrics"]) as built:
        assert built.cell("upsell_conversion_rate", "month", "2024-02-01") == (250, 500, 0.5)
        assert built.cell("customer_offer_conversion_rate", "month", "2024-02-01") == (2, 2, 1)
        assert built.cell("cross_sell_conversion_rate", "month", "2024-02-01") == (0, 0, None)
        complete = dict(
            built.query(
                "select metric_name, is_complete from marts.metrics"
                " where period_type = 'month' and period_start = '2024-02-01' and segment_name = 'all'"
            )
        )
        assert not complete["upsell_conversion_rate"] and complete["cross_sell_conversion_rate"]


def test_e44_accounts_of_a_manager() -> None:
    """E44. https://metrickittools.com/glossary/csm-to-account-ratio

    200 accounts and 5 managers: 40. A sixth without customers on the closing day is no capacity; 7 accounts of nobody are no load.
    """
    book = sold(sold(Book(), "managed", 200, 25), "alone", 7, 25)
    for number in range(6):
        book.add("csms", csm_id=f"m{number}", name=f"Manager {number}", fte=1)
    for number in range(200):
        book.add("csm_assignments", customer_id=f"managed_{number}", csm_id=f"m{number % 5}", assigned_from=START)
    book.add("csm_assignments", customer_id="alone_0", csm_id="m5", assigned_from=START, assigned_to=FEBRUARY_END)
    with run(book.raw, FEBRUARY_END, VARIABLES | {"segments": ["country"]}, models=["metrics"]) as built:
        assert built.cell("accounts_per_csm", "month", "2024-02-01") == (200, 5, 40)
        assert built.cell("mrr_per_csm", "month", "2024-02-01") == (5000, 5, 1000)
