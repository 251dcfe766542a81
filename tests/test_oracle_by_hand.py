"""The reference against companies small enough to be worked by hand, in the comments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.oracle import METRICS, OracleError, Result, compute

Rows = list[dict]


def plan(plan_id: str, interval: str = "month", count: int = 1, family: str = "core", **more: str) -> dict:
    """A price; its name is its id unless given."""
    row = {"plan_id": plan_id, "plan_name": plan_id, "product_family": family, "billing_interval": interval}
    return row | {"interval_count": count, "currency": "USD"} | more


def customer(customer_id: str, created_at: str = "2024-01-01", **more: str) -> dict:
    return {"customer_id": customer_id, "name": customer_id, "created_at": created_at} | more


PLANS = [plan("basic"), plan("pro"), plan("yearly", "year"), plan("weekly", "week"), plan("addon", family="extra")]


class Book:
    """A company in the making: customers appear when they are first named."""

    def __init__(self) -> None:
        self.tables: dict[str, Rows] = {
            "customers": [],
            "plans": [*PLANS],
            "subscriptions": [],
            "subscription_items": [],
        }

    def add(self, table: str, *rows: dict) -> Book:
        self.tables.setdefault(table, []).extend(rows)
        return self

    def customer(self, customer_id: str, **more: str) -> Book:
        return self.add("customers", customer(customer_id, **more))

    def subscription(self, subscription_id: str, start: str, end: str | None = None, **more: str) -> Book:
        """The customer is the part of the id before the dot: `a.1` is the first subscription of `a`."""
        customer_id = subscription_id.split(".")[0]
        if customer_id not in {row["customer_id"] for row in self.tables["customers"]}:
            self.customer(customer_id)
        row = {"subscription_id": subscription_id, "customer_id": customer_id, "status": "active", "started_at": start}
        return self.add("subscriptions", row | {"ended_at": end} | more)

    def item(self, version: str, price: str, start: str, end: str | None = None, **more: str) -> Book:
        """The subscription is the part of the id before the slash: `a.1/2` is on `a.1`."""
        row = {"item_version_id": version, "subscription_id": version.split("/")[0], "plan_id": "basic", "quantity": 1}
        row |= {"unit_amount": price, "currency": "USD", "effective_from": start, "effective_to": end}
        return self.add("subscription_items", row | more)

    def sells(self, name: str, price: str, start: str, end: str | None = None, **more: str) -> Book:
        """A subscription with one item for all of its life."""
        return self.subscription(name, start, end).item(f"{name}/1", price, start, None, **more)

    def pause(self, subscription_id: str, start: str, end: str | None = None) -> Book:
        return self.add(
            "subscription_pauses", {"subscription_id": subscription_id, "paused_at": start, "resumed_at": end}
        )

    def rates(self, currency: str, **by_day: str) -> Book:
        """Rates by day, written d20240101="1.1"."""
        return self.add(
            "exchange_rates",
            *(
                {"rate_date": f"{d[1:5]}-{d[5:7]}-{d[7:]}", "currency": currency, "rate_to_reporting": rate}
                for d, rate in by_day.items()
            ),
        )

    def invoice(self, invoice_id: str, total: str, issued: str, *lines: dict, **more: str) -> Book:
        """The customer is the part of the id before the dot."""
        row = {"invoice_id": invoice_id, "customer_id": invoice_id.split(".")[0], "status": "paid"}
        row |= {"issued_at": issued, "currency": "USD", "total_excluding_tax": total}
        self.add("invoices", row | more)
        for position, line in enumerate(lines):
            self.add("invoice_lines", {"invoice_line_id": f"{invoice_id}/{position}", "invoice_id": invoice_id} | line)
        return self

    def term(self, term_id: str, start: str, end: str, amount: str, **more: str) -> Book:
        """The customer is the part of the id before the dot."""
        row = {"term_id": term_id, "customer_id": term_id.split(".")[0], "term_start": start, "term_end": end}
        return self.add("contract_terms", row | {"amount": amount, "currency": "USD"} | more)

    def orders(self, customer_id: str, *days: str, **more: str) -> Book:
        rows = [
            {"order_id": f"{customer_id}-{day}-{len(self.tables.get('orders', []))}-{n}", "customer_id": customer_id}
            | {"ordered_at": day, "amount": "10", "currency": "USD"}
            | more
            for n, day in enumerate(days)
        ]
        return self.add("orders", *rows)

    def count(self, as_of: str, **variables: object) -> Result:
        return compute(self.tables, as_of, variables)


def figure(result: Result, metric: str, start: str, period: str = "month", **segment: str) -> object:
    """The value of a cell; the segment as country="DE"."""
    name, value = next(iter(segment.items()), ("all", "all"))
    return result.cell(metric, period, start, name, value).value


def exact(result: Result, metric: str, start: str, period: str = "month", **segment: str) -> tuple:
    name, value = next(iter(segment.items()), ("all", "all"))
    cell = result.cell(metric, period, start, name, value)
    return cell.numerator, cell.denominator


# -- MRR of an item ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "more", "expected"),
    [
        ("1200", {"plan_id": "yearly"}, "100"),  # 1200 / 12
        ("100", {"plan_id": "yearly"}, "8.3333333333"),  # 100 / 12, rounded to ten decimals
        ("200", {"plan_id": "yearly"}, "16.6666666667"),  # away from zero
        ("12", {"plan_id": "weekly"}, "52"),  # 12 x 52 / 12
        ("10", {"quantity": "3"}, "30"),
        ("10", {"quantity": "3", "discount_percent": "10"}, "27"),
        # percent first, then the amount off the whole quantity: 3 x 10 x 0.9 - 5
        ("10", {"quantity": "3", "discount_percent": "10", "discount_amount": "5"}, "22"),
        ("10", {"discount_amount": "15"}, "0"),  # floor
        ("120", {"plan_id": "yearly", "discount_amount": "60"}, "5"),  # off the billing interval: (120 - 60) / 12
        ("1e2", {}, "100"),
    ],
)
def test_mrr_of_an_item(price: str, more: dict, expected: str) -> None:
    result = Book().sells("a.1", price, "2024-01-10", **more).count("2024-01-31")
    assert figure(result, "mrr", "2024-01-01") == Decimal(expected)
    assert figure(result, "arr", "2024-01-01") == 12 * Decimal(expected)


def test_week_factor_and_interval_count() -> None:
    # 90 for three months = 30; 13 a week at 13/3 weeks a month = 169/3
    book = Book().add("plans", plan("three", count=3)).sells("a.1", "90", "2024-01-01", plan_id="three")
    assert figure(book.count("2024-01-31"), "mrr", "2024-01-01") == 30
    week = Book().sells("a.1", "13", "2024-01-01", plan_id="weekly")
    assert figure(week.count("2024-01-31", week_to_month="13/3"), "mrr", "2024-01-01") == Decimal("56.3333333333")


def test_middle_of_a_month_is_not_prorated_in_mrr_but_in_the_average() -> None:
    # 31 a month from 21 January: 11 of 31 days, so the average is 11; the close is 31
    result = Book().sells("a.1", "31", "2024-01-21").count("2024-01-31")
    assert figure(result, "mrr", "2024-01-01") == 31
    assert figure(result, "average_mrr", "2024-01-01") == 11


def test_leap_day() -> None:
    # 29 February 2024 is a day of service: 29 a month on the last of 29 days
    result = Book().customer("z").sells("a.1", "29", "2024-02-29", "2024-03-01").count("2024-03-31")
    assert figure(result, "average_mrr", "2024-02-01") == 1
    assert figure(result, "mrr", "2024-02-01") == 29
    assert figure(result, "churn_events", "2024-03-01") == 1
    # the first quarter has 91 days: 29 / 91, rounded
    assert figure(result, "average_mrr", "2024-01-01", "quarter") == Decimal("0.3186813187")


def test_service_through_the_last_day_of_a_month_churns_on_the_first_of_the_next() -> None:
    result = Book().sells("a.1", "50", "2024-01-01", "2024-02-01").count("2024-02-29")
    assert figure(result, "mrr", "2024-01-01") == 50
    assert figure(result, "churned_customers", "2024-01-01") == 0
    assert figure(result, "churned_mrr", "2024-02-01") == 50
    assert figure(result, "customer_churn_rate", "2024-02-01") == 1
    assert figure(result, "customer_churn_rate", "2024-01-01") is None  # nobody at the opening


def test_discount_that_ends() -> None:
    # half price until 15 February: 50, then 100; the change is a discount that ended, not a price increase
    book = Book().sells("a.1", "100", "2024-01-01", discount_percent="50", discount_ends_at="2024-02-15")
    result = book.count("2024-02-29")
    assert figure(result, "mrr", "2024-01-01") == 50
    assert figure(result, "discount_expiry_mrr", "2024-02-01") == 50
    assert figure(result, "price_increase_mrr", "2024-02-01") == 0
    assert figure(result, "expansion_mrr", "2024-02-01") == 50
    permanent = book.count("2024-02-29", discount_policy="permanent")
    assert figure(permanent, "mrr", "2024-01-01") == 100


def test_trial_counts_nothing_and_its_end_is_new() -> None:
    # trial through 14 February: not a customer in January, new in February
    book = Book().subscription("a.1", "2024-01-10", trial_start_at="2024-01-10", trial_end_at="2024-02-15")
    result = book.item("a.1/1", "40", "2024-01-10").count("2024-02-29")
    assert figure(result, "paying_customers", "2024-01-01") == 0
    assert figure(result, "new_mrr", "2024-02-01") == 40
    # 15 of 29 days
    assert figure(result, "average_mrr", "2024-02-01") == Decimal("20.6896551724")


def test_a_trial_that_has_not_converted_lasts_until_now() -> None:
    book = Book().subscription("a.1", "2024-01-01", status="trialing", trial_end_at="2024-01-15")
    result = book.item("a.1/1", "40", "2024-01-01").count("2024-02-29")
    assert figure(result, "mrr", "2024-02-01") == 0
    assert result.movements == {}


def test_a_trial_that_ends_before_the_start_is_none() -> None:
    # a: ended before the start; b: on it; c: began and ended before it. Only d ends before it begins
    book = Book().subscription("a.1", "2024-02-01", trial_end_at="2024-01-15")
    book.subscription("b.1", "2024-02-01", trial_end_at="2024-02-01")
    book.subscription("c.1", "2024-02-01", trial_start_at="2024-01-10", trial_end_at="2024-01-20")
    book.subscription("d.1", "2024-02-01", trial_start_at="2024-01-20", trial_end_at="2024-01-15")
    for name in "abcd":
        book.item(f"{name}.1/1", "10", "2024-02-01")
    result = book.count("2024-02-29")
    assert [row[:3] for row in result.rejected] == [
        ("subscription_items", "d.1/1", "unknown_subscription"),
        ("subscriptions", "d.1", "end_before_start"),
    ]
    assert figure(result, "mrr", "2024-02-01") == 30
    assert figure(result, "average_mrr", "2024-02-01") == 30
    assert figure(result, "committed_mrr", "2024-02-01") == 30


# -- movements ---------------------------------------------------------------------------------------------------------


def test_new_expansion_contraction_churn_and_the_bridge() -> None:
    # January: a 100, b 100, c 100. February: a 150, b 70, c gone, d 30 new.
    book = Book().subscription("a.1", "2024-01-05").item("a.1/1", "100", "2024-01-05", "2024-02-10")
    book.item("a.1/2", "150", "2024-02-10")
    book.subscription("b.1", "2024-01-05").item("b.1/1", "100", "2024-01-05", "2024-02-10")
    book.item("b.1/2", "70", "2024-02-10")
    book.sells("c.1", "100", "2024-01-05", "2024-02-20").sells("d.1", "30", "2024-02-20")
    result = book.count("2024-02-29")
    february = "2024-02-01"
    expected = {
        "opening_mrr": 300,
        "new_mrr": 30,
        "expansion_mrr": 50,
        "contraction_mrr": 30,
        "churned_mrr": 100,
        "mrr": 250,
        "net_new_mrr": -50,
        "price_increase_mrr": 50,
        "gross_contraction_mrr": 30,
        "opening_customers": 3,
        "paying_customers": 3,
        "new_customers": 1,
        "churned_customers": 1,
    }
    assert {name: figure(result, name, february) for name in expected} == expected
    assert exact(result, "net_revenue_retention", february) == (220, 300)  # 300 - 100 - 30 + 50
    assert exact(result, "gross_revenue_retention", february) == (170, 300)
    assert exact(result, "quick_ratio", february) == (80, 130)  # (30 + 50) / (30 + 100)
    assert exact(result, "gross_revenue_churn_rate", february) == (130, 300)
    assert exact(result, "customer_shrinkage_rate", february) == (0, 3)
    assert exact(result, "average_selling_price", february) == (30, 1)
    movement = result.movements["month", date(2024, 2, 1), "b"]
    assert (movement.movement_class, movement.contraction) == ("contraction", 30)


def test_leaving_and_coming_back_within_a_month_is_an_event_but_no_movement() -> None:
    # a stops on 10 February and pays again from 20 February
    book = Book().sells("a.1", "10", "2024-01-01", "2024-02-10").sells("a.2", "10", "2024-02-20")
    result = book.count("2024-02-29")
    assert figure(result, "churned_customers", "2024-02-01") == 0
    assert figure(result, "churn_events", "2024-02-01") == 1
    assert figure(result, "reactivated_customers", "2024-02-01") == 0
    assert exact(result, "customer_churn_rate_basic", "2024-02-01") == (1, 1)
    assert figure(result, "customer_churn_rate_daily", "2024-02-01") == 1
    # with a gap of 11 days the return on day 10 drops the event; with one of 10 days it does not
    assert figure(book.count("2024-02-29", reactivation_min_gap_days=11), "churn_events", "2024-02-01") == 0
    assert figure(book.count("2024-02-29", reactivation_min_gap_days=10), "churn_events", "2024-02-01") == 1


def test_coming_back_in_a_later_month_is_a_reactivation() -> None:
    book = Book().sells("a.1", "10", "2024-01-01", "2024-02-10").sells("a.2", "15", "2024-03-20")
    result = book.count("2024-03-31")
    assert figure(result, "reactivation_mrr", "2024-03-01") == 15
    assert figure(result, "new_customers", "2024-03-01") == 0
    # over the quarter the customer is new: it did not pay on 31 December and first paid in January
    assert figure(result, "new_mrr", "2024-01-01", "quarter") == 15


def test_joined_and_left() -> None:
    result = Book().customer("z").sells("a.1", "10", "2024-01-05", "2024-01-20").count("2024-01-31")
    assert figure(result, "new_customers", "2024-01-01") == 1
    assert figure(result, "joined_and_left_customers", "2024-01-01") == 1
    assert figure(result, "new_mrr", "2024-01-01") == 0
    assert exact(result, "customer_churn_rate_of_total", "2024-01-01") == (1, 1)
    assert exact(result, "customer_churn_rate_of_start_and_new", "2024-01-01") == (1, 1)
    assert exact(result, "customer_churn_rate_of_average", "2024-01-01") == (1, 0)


def test_a_quarter_is_not_the_sum_of_its_months() -> None:
    # up 20 in February and down 20 in March: the quarter sees neither; opening of April's quarter is March's close
    book = Book().subscription("a.1", "2023-12-01").item("a.1/1", "50", "2023-12-01", "2024-02-10")
    book.item("a.1/2", "70", "2024-02-10", "2024-03-10").item("a.1/3", "50", "2024-03-10")
    result = book.count("2024-04-30")
    assert figure(result, "expansion_mrr", "2024-02-01") == 20
    assert figure(result, "contraction_mrr", "2024-03-01") == 20
    assert figure(result, "expansion_mrr", "2024-01-01", "quarter") == 0
    assert figure(result, "contraction_mrr", "2024-01-01", "quarter") == 0
    assert figure(result, "opening_mrr", "2024-04-01", "quarter") == 50
    assert not result.cell("mrr", "quarter", "2024-04-01").is_complete


def test_trailing_year_exists_once_twelve_months_do() -> None:
    # the spine starts in March 2023, so the first trailing year ends with February 2024
    result = Book().customer("z", created_at="2023-03-15").sells("a.1", "10", "2023-06-01").count("2024-03-31")
    starts = sorted(key[2] for key in result.metrics if key[:2] == ("mrr", "trailing_year") and key[3] == "all")
    assert starts == [date(2023, 3, 1), date(2023, 4, 1)]
    cell = result.cell("new_mrr", "trailing_year", "2023-03-01")
    assert (cell.period_end, cell.is_complete, cell.value) == (date(2024, 3, 1), True, 10)
    # a fiscal year from April: the one that began in April 2022 holds March 2023 alone
    fiscal = Book().customer("z", created_at="2023-03-15").count("2024-03-31", fiscal_year_start_month=4)
    years = sorted(key[2] for key in fiscal.metrics if key[:2] == ("mrr", "year"))
    assert years == [date(2022, 4, 1), date(2023, 4, 1)]


def test_annualised_churn_knows_the_length_of_its_period() -> None:
    # one of two leaves: 1 - 0.5^12 for a month, 1 - 0.5^4 for a quarter
    book = Book().sells("a.1", "1", "2023-12-01").sells("b.1", "1", "2023-12-01", "2024-01-15")
    result = book.count("2024-03-31")
    assert figure(result, "customer_churn_rate_annualised", "2024-01-01") == pytest.approx(1 - 0.5**12)
    assert figure(result, "customer_churn_rate_annualised", "2024-01-01", "quarter") == pytest.approx(1 - 0.5**4)


# -- pauses ------------------------------------------------------------------------------------------------------------


def test_pause_resumption_and_lapse_on_the_exact_day() -> None:
    # paused on 10 January; with 30 days the pause lapses on 9 February
    book = Book().sells("a.1", "80", "2023-12-01").pause("a.1", "2024-01-10")
    result = book.count("2024-02-29", max_pause_days=30)
    assert figure(result, "paused_mrr", "2024-01-01") == 80
    assert figure(result, "churned_customers", "2024-01-01") == 0
    assert figure(result, "contracted_customers", "2024-01-01") == 1
    assert figure(result, "churned_from_paused_customers", "2024-02-01") == 1
    assert figure(result, "churn_events", "2024-02-01") == 1
    assert figure(book.count("2024-02-08", max_pause_days=30), "churn_events", "2024-02-01") == 0
    assert figure(book.count("2024-02-09", max_pause_days=30), "churn_events", "2024-02-01") == 1
    # over the quarter the customer left, because its pause expired
    assert result.churn_reasons["quarter", date(2024, 1, 1), "all", "pause_expired"] == (1, 80)
    # resumed after the lapse: reactivation; before it: resumed
    late = Book().sells("a.1", "80", "2023-12-01").pause("a.1", "2024-01-10", "2024-03-05")
    assert figure(late.count("2024-03-31", max_pause_days=30), "reactivation_mrr", "2024-03-01") == 80
    assert figure(late.count("2024-03-31"), "resumed_mrr", "2024-03-01") == 80
    assert exact(late.count("2024-03-31"), "net_revenue_retention", "2024-01-01") == (0, 80)


def test_cancelling_while_paused_is_a_churn_event() -> None:
    result = Book().sells("a.1", "80", "2023-12-01", "2024-02-10").pause("a.1", "2024-01-10").count("2024-02-29")
    assert figure(result, "churn_events", "2024-02-01") == 1
    assert figure(result, "churned_mrr", "2024-02-01") == 0
    assert figure(result, "churned_customers", "2024-02-01") == 0
    assert figure(result, "churned_customers", "2024-01-01", "quarter") == 1


def test_one_of_two_items_paused_is_contraction() -> None:
    book = Book().sells("a.1", "80", "2023-12-01").sells("a.2", "20", "2023-12-01").pause("a.2", "2024-01-10")
    result = book.count("2024-01-31")
    assert figure(result, "contraction_mrr", "2024-01-01") == 20
    assert figure(result, "paused_customers", "2024-01-01") == 0


# -- currencies --------------------------------------------------------------------------------------------------------


def test_movements_at_the_opening_rate_and_fx_apart() -> None:
    # 100 EUR at 1.00, then 120 EUR at 0.95: expansion 20 x 1.00, fx 120 x -0.05; b is new at the closing rate
    book = Book().subscription("a.1", "2023-12-01").item("a.1/1", "100", "2023-12-01", "2024-01-15", currency="EUR")
    book.item("a.1/2", "120", "2024-01-15", currency="EUR").sells("b.1", "10", "2024-01-20", currency="EUR")
    book.rates("EUR", d20231201="1.00", d20240131="0.95")
    result = book.count("2024-01-31", reporting_currency="USD")
    assert figure(result, "opening_mrr", "2024-01-01") == 100
    assert figure(result, "expansion_mrr", "2024-01-01") == 20
    assert figure(result, "fx_mrr", "2024-01-01") == -6
    assert figure(result, "new_mrr", "2024-01-01") == Decimal("9.5")
    assert figure(result, "mrr", "2024-01-01") == Decimal("123.5")
    assert exact(result, "net_revenue_retention", "2024-01-01") == (120, 100)
    # 14 days of 100, 16 of 120 and 11 of 10 at 1.00; on the 31st 130 at 0.95
    average = (14 * 100 + 16 * 120 + 11 * 10 + Decimal("123.5")) / 31
    assert figure(result, "average_mrr", "2024-01-01") == round(average, 10)


def test_an_equal_value_in_another_currency_is_no_movement() -> None:
    # 100 EUR at 1.10 = 110 USD
    book = Book().subscription("a.1", "2023-12-01").item("a.1/1", "100", "2023-12-01", "2024-01-15", currency="EUR")
    book.item("a.1/2", "110", "2024-01-15").rates("EUR", d20231201="1.1", d20240110="1.5")
    result = book.count("2024-01-31", reporting_currency="USD")
    assert result.movements["month", date(2024, 1, 1), "a"].movement_class == "unchanged"
    assert figure(result, "fx_mrr", "2024-01-01") == 0


def test_a_gap_in_the_rates_is_filled_from_before_and_an_early_row_is_rejected() -> None:
    # the rate of 2 January holds until the 20th; b starts on the 1st, before any rate
    book = Book().sells("a.1", "10", "2024-01-05", currency="EUR").sells("b.1", "10", "2024-01-01", currency="EUR")
    book.sells("c.1", "10", "2024-01-01", currency="XYZ").rates("EUR", d20240102="2", d20240120="3")
    result = book.count("2024-01-19", reporting_currency="USD")
    assert figure(result, "mrr", "2024-01-01") == 20
    assert ("subscription_items", "b.1/1", "no_exchange_rate", False) in result.rejected
    assert ("subscription_items", "c.1/1", "unknown_currency", False) in result.rejected


def test_several_currencies_need_a_reporting_currency() -> None:
    book = Book().sells("a.1", "10", "2024-01-05", currency="EUR").sells("b.1", "10", "2024-01-01")
    with pytest.raises(OracleError, match="EUR, USD"):
        book.rates("EUR", d20240102="2").count("2024-01-19")


# -- product components ------------------------------------------------------------------------------------------------


def test_price_and_quantity_and_discount() -> None:
    # 2 x 10 less 50% = 10 becomes 3 x 12 less 25% = 27.
    # list part: (12 - 10) x least(0.5, 0.75) x 2 = 2; discount part: (0.75 - 0.5) x 12 x 2 = 6; quantity: 1 x 9 = 9
    book = Book().subscription("a.1", "2023-12-01")
    book.item("a.1/1", "10", "2023-12-01", "2024-01-15", quantity="2", discount_percent="50")
    book.item("a.1/2", "12", "2024-01-15", quantity="3", discount_percent="25")
    result = book.count("2024-01-31")
    assert figure(result, "price_increase_mrr", "2024-01-01") == 2
    assert figure(result, "discount_expiry_mrr", "2024-01-01") == 6
    assert figure(result, "upsell_mrr", "2024-01-01") == 9
    assert figure(result, "gross_expansion_mrr", "2024-01-01") == 17
    assert figure(result, "expansion_mrr", "2024-01-01") == 17


def test_plan_change_cross_sell_and_gross_retention_by_product() -> None:
    # a: basic 30 becomes pro 50 (plan change +20) and the add-on 15 is new to it; b: loses its add-on of 5, basic +2
    book = Book().subscription("a.1", "2023-12-01").item("a.1/1", "30", "2023-12-01", "2024-01-15")
    book.item("a.1/2", "50", "2024-01-15", plan_id="pro").item("a.1/3", "15", "2024-01-15", plan_id="addon")
    book.subscription("b.1", "2023-12-01").item("b.1/1", "5", "2023-12-01", "2024-01-15", plan_id="addon")
    book.item("b.1/2", "10", "2023-12-01", "2024-01-15").item("b.1/3", "12", "2024-01-15")
    result = book.count("2024-01-31")
    assert figure(result, "upsell_mrr", "2024-01-01") == 20
    assert figure(result, "cross_sell_mrr", "2024-01-01") == 15
    assert figure(result, "price_increase_mrr", "2024-01-01") == 2
    assert figure(result, "gross_contraction_mrr", "2024-01-01") == 5
    assert figure(result, "contraction_mrr", "2024-01-01") == 3
    assert exact(result, "gross_revenue_retention", "2024-01-01") == (42, 45)  # 30 + 12
    assert exact(result, "gross_revenue_retention_by_product", "2024-01-01") == (40, 45)  # 30 + 10


# -- committed MRR -----------------------------------------------------------------------------------------------------


def test_committed_mrr_knows_what_was_known() -> None:
    # a asked on 20 January to end on 1 March; b asked only in February
    book = Book().subscription("a.1", "2024-01-01", "2024-03-01", canceled_at="2024-01-20")
    book.item("a.1/1", "10", "2024-01-01").subscription("b.1", "2024-01-01", "2024-03-01", canceled_at="2024-02-10")
    book.item("b.1/1", "7", "2024-01-01")
    # c doubles on 1 March, entered on 5 February; d is half price until 1 March
    book.subscription("c.1", "2024-01-01").item("c.1/1", "3", "2024-01-01", "2024-03-01", created_at="2024-01-01")
    book.item("c.1/2", "6", "2024-03-01", created_at="2024-02-05")
    book.sells("d.1", "100", "2024-01-01", discount_percent="50", discount_ends_at="2024-03-01")
    result = book.count("2024-02-15")
    # 31 January: a gone, b still 7, c 3 with an end that was not yet known, d 100
    assert figure(result, "committed_mrr", "2024-01-01") == 110
    # 15 February: b gone, c 6
    assert figure(result, "committed_mrr", "2024-02-01") == 106


@pytest.mark.parametrize("as_of", ["2024-06-30", "2024-12-31"])
@pytest.mark.parametrize("request_day", ["2024-08-10", None])
def test_committed_mrr_does_not_foresee_an_end(as_of: str, request_day: str | None) -> None:
    # June looks at 28 September: the end of 15 August, asked for on 10 August or never, was not known on 30 June,
    # whether the data end there or in December
    book = Book().subscription("a.1", "2024-01-01", "2024-08-15", canceled_at=request_day)
    result = book.item("a.1/1", "100", "2024-01-01").count(as_of)
    assert figure(result, "committed_mrr", "2024-06-01") == 100
    if as_of == "2024-12-31":
        assert figure(result, "committed_mrr", "2024-07-01") == 100  # asked on 10 August: not known on 31 July either
        assert figure(result, "committed_mrr", "2024-08-01") == 0  # it has ended


@pytest.mark.parametrize("as_of", ["2024-03-31", "2024-12-31"])
def test_committed_mrr_knows_a_version_that_has_begun(as_of: str) -> None:
    # 100 until 20 March, then 120, entered on 5 April: on 29 February nobody knew, on 31 March it is in force
    book = Book().subscription("a.1", "2024-01-01").item("a.1/1", "100", "2024-01-01", "2024-03-20")
    result = book.item("a.1/2", "120", "2024-03-20", created_at="2024-04-05").count(as_of)
    assert figure(result, "committed_mrr", "2024-02-01") == 100
    assert figure(result, "committed_mrr", "2024-03-01") == 120


def test_committed_mrr_on_the_as_of_day() -> None:
    # a ends its item on 15 August with nothing in its place: not known, 100. b has a successor of 1 August without a
    # day of entry: known on the as-of day, 70. c has one that was entered a day later: 5 stays. Sum 175
    book = Book().subscription("a.1", "2024-01-01").item("a.1/1", "100", "2024-01-01", "2024-08-15")
    book.subscription("b.1", "2024-01-01").item("b.1/1", "50", "2024-01-01", "2024-08-01")
    book.item("b.1/2", "70", "2024-08-01").subscription("c.1", "2024-01-01")
    book.item("c.1/1", "5", "2024-01-01", "2024-08-01").item("c.1/2", "9", "2024-08-01", created_at="2024-07-01")
    assert figure(book.count("2024-06-30"), "committed_mrr", "2024-06-01") == 175


# -- segments ----------------------------------------------------------------------------------------------------------


def test_opening_figures_stand_under_the_opening_attribute_and_closing_ones_under_the_closing() -> None:
    # a moves from DE to FR on 15 January and grows from 10 to 14
    book = Book().customer("a", country="DE").subscription("a.1", "2023-12-01")
    book.item("a.1/1", "10", "2023-12-01", "2024-01-20").item("a.1/2", "14", "2024-01-20")
    book.add("customer_attributes", _attribute("a", "country", "FR", "2024-01-15"))
    result = book.count("2024-02-29")
    assert figure(result, "opening_mrr", "2024-01-01", country="DE") == 10
    assert figure(result, "expansion_mrr", "2024-01-01", country="DE") == 4
    assert figure(result, "mrr", "2024-01-01", country="DE") == 0
    assert figure(result, "mrr", "2024-01-01", country="FR") == 14
    assert figure(result, "transferred_mrr", "2024-01-01", country="FR") == 14
    assert figure(result, "transferred_mrr", "2024-01-01", country="DE") == -14
    assert figure(result, "transferred_mrr", "2024-01-01") == 0
    assert figure(result, "mrr", "2024-01-01", csm="(unknown)") == 14
    assert ("mrr", "month", date(2024, 2, 1), "country", "DE") not in result.metrics  # nothing of DE in February


def _attribute(customer_id: str, attribute: str, value: str, valid_from: str) -> dict:
    return {"customer_id": customer_id, "attribute": attribute, "value": value, "valid_from": valid_from}


def test_one_plan_a_customer_and_day() -> None:
    # pro 20 outweighs basic 10 + 5; at a tie the smaller name; after the end the last one before
    book = Book().sells("a.1", "20", "2024-01-01", "2024-02-10", plan_id="pro").sells("a.2", "10", "2024-01-01")
    book.sells("a.3", "5", "2024-01-01")
    book.sells("b.1", "8", "2024-01-01", "2024-02-05", plan_id="pro").sells("b.2", "8", "2024-01-01", "2024-02-05")
    result = book.count("2024-02-29", segments=["plan"])
    assert figure(result, "mrr", "2024-01-01", plan="pro") == 35
    assert figure(result, "mrr", "2024-01-01", plan="basic") == 16
    assert figure(result, "mrr", "2024-02-01", plan="basic") == 15
    assert figure(result, "churned_mrr", "2024-02-01", plan="basic") == 16


# -- cleaning ----------------------------------------------------------------------------------------------------------


def test_duplicates() -> None:
    # equal but for loaded_at: folded; a newer change wins; two contents without an order: none is kept
    book = Book().sells("a.1", "10", "2024-01-01")
    first = book.tables["subscription_items"][0]
    book.add("subscription_items", first | {"loaded_at": "2024-05-01"})
    book.subscription("b.1", "2024-01-01").item("b.1/1", "10", "2024-01-01", updated_at="2024-01-02 10:00:00")
    book.item("b.1/1", "30", "2024-01-01", updated_at="2024-01-02T12:00:00+01:00")
    book.subscription("c.1", "2024-01-01").item("c.1/1", "5", "2024-01-01").item("c.1/1", "6", "2024-01-01")
    result = book.count("2024-01-31")
    assert figure(result, "mrr", "2024-01-01") == 40  # 12:00+01:00 is 11:00 in UTC
    counts = result.counts["subscription_items"]
    assert (counts.rows_in, counts.staged, counts.folded, counts.rejected) == (6, 2, 2, 2)
    assert result.rejected == [("subscription_items", "c.1/1", "unordered_duplicate", False)] * 2


def test_rejected_rows_and_their_rules() -> None:
    book = Book().sells("a.1", "10", "2024-01-01")
    book.item("a.1/2", "x", "2024-01-01").item("a.1/3", "-1", "2024-01-01").item("a.1/4", "1", "2024-02-30")
    book.item("a.1/5", "1", "2024-02-01", "2024-01-01").item("nobody/1", "1", "2024-01-01")
    book.item("a.1/6", "1", "2024-01-01", discount_percent="101").item("a.1/7", "1", "2024-01-01", plan_id="no")
    book.item("a.1/8", "", "2024-01-01").item("a.1/9", "1,000", "nonsense", currency="")
    book.subscription("f.1", "2024-01-01", status="future").item("f.1/1", "1", "2024-01-01")
    rules = {key: rule for _, key, rule, _ in book.count("2024-01-31").rejected}
    assert rules == {
        "a.1/2": "unparseable_number",
        "a.1/3": "negative_price",
        "a.1/4": "unparseable_date",
        "a.1/5": "end_before_start",
        "a.1/6": "discount_out_of_range",
        "a.1/7": "unknown_plan",
        "a.1/8": "missing_value",
        "a.1/9": "unparseable_date",
        "nobody/1": "unknown_subscription",
        "f.1": "never_started",
        "f.1/1": "never_started",
    }


def test_overlapping_versions_of_one_item() -> None:
    # the second overlaps the first and goes; the third begins where the first ends
    book = Book().subscription("a.1", "2024-01-01")
    book.item("a.1/1", "10", "2024-01-01", "2024-03-01", item_id="i").item("a.1/2", "99", "2024-02-01", item_id="i")
    book.item("a.1/3", "12", "2024-03-01", item_id="i")
    result = book.count("2024-03-31")
    assert result.rejected == [("subscription_items", "a.1/2", "overlapping_version", False)]
    assert figure(result, "mrr", "2024-02-01") == 10
    assert figure(result, "mrr", "2024-03-01") == 12


def test_merges_join_histories() -> None:
    # a leaves in January; b, which a became, pays from February on: one customer that never was new again
    book = Book().sells("a.1", "10", "2023-12-01", "2024-02-01").sells("b.1", "12", "2024-02-01")
    merge = {"from_customer_id": "a", "into_customer_id": "b", "merged_at": "2024-02-10"}
    result = book.add("customer_merges", merge).count("2024-02-29")
    assert figure(result, "churned_customers", "2024-02-01") == 0
    assert figure(result, "expansion_mrr", "2024-02-01") == 2
    assert figure(result, "new_customers", "2023-12-01") == 1
    # not yet merged on the 9th
    assert figure(book.count("2024-02-09"), "churned_customers", "2024-02-01") == 1


def test_a_cycle_of_merges_is_rejected() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").sells("b.1", "12", "2024-01-01").sells("c.1", "1", "2024-01-01")
    for one, other in (("a", "b"), ("b", "a"), ("c", "a")):
        row = {"from_customer_id": one, "into_customer_id": other, "merged_at": "2024-01-01"}
        book.add("customer_merges", row)
    result = book.count("2024-01-31")
    assert [row[1:3] for row in result.rejected] == [("a", "merge_cycle"), ("b", "merge_cycle")]
    assert figure(result, "paying_customers", "2024-01-01") == 2


def test_test_customers_are_out_and_unknown_ones_are_in() -> None:
    book = Book().customer("t", is_test="yes").sells("t.1", "10", "2024-01-01").sells("a.1", "5", "2024-01-01")
    del book.tables["customers"][1]
    result = book.count("2024-01-31")
    assert figure(result, "mrr", "2024-01-01") == 5
    assert figure(result, "mrr", "2024-01-01", country="(unknown)") == 5
    assert ("subscriptions", "a.1", "unknown_customer", True) in result.rejected
    assert result.counts["subscriptions"].staged == 2


def test_a_time_zone_moves_an_instant_but_not_a_date() -> None:
    # 1 February 03:00 UTC is 31 January in New York; the date 1 February is 1 February there
    book = Book().subscription("a.1", "2024-02-01 03:00:00").item("a.1/1", "10", "2024-02-01 03:00:00")
    book.sells("b.1", "7", "2024-02-01").customer("z", created_at="2024-01-01")
    assert figure(book.count("2024-02-29"), "mrr", "2024-01-01") == 0
    west = book.count("2024-02-29", reporting_timezone="America/New_York")
    assert figure(west, "mrr", "2024-01-01") == 10
    assert figure(west, "new_mrr", "2024-02-01") == 7


def test_default_as_of_day() -> None:
    # the invoice of 5 March is the latest fact; the scheduled end and the unreadable ticket are none
    book = Book().sells("a.1", "10", "2024-01-01", "2024-12-31").invoice("a.1", "1", "2024-03-05 23:00:00")
    book.add("tickets", {"ticket_id": "1", "created_at": "soon"})
    assert compute(book.tables).as_of == date(2024, 3, 5)
    assert compute(book.tables, variables={"reporting_timezone": "Europe/Berlin"}).as_of == date(2024, 3, 6)
    book.add("tickets", {"ticket_id": "2", "status": "open", "created_by": "agent", "created_at": "2024-03-09"})
    assert compute(book.tables).as_of == date(2024, 3, 9)


def test_files_read_as_they_stand(tmp_path: Path) -> None:
    # a timestamp of a Parquet file is an instant in UTC even at midnight; a date is a date
    import duckdb

    tables = {
        "customers": "select 'a' as customer_id, 'A' as name, date '2024-01-01' as created_at",
        "subscriptions": "select 'a.1' as subscription_id, 'a' as customer_id, timestamp '2024-02-01' as started_at",
    }
    with duckdb.connect() as files:
        for table, query in tables.items():
            files.execute(f"copy ({query}) to '{tmp_path / table}.parquet'")
    (tmp_path / "plans.csv").write_text(
        "plan_id,plan_name,product_family,billing_interval,interval_count,currency\nbasic,Basic,core,Month,1,usd\n"
    )
    (tmp_path / "subscription_items.csv").write_text(
        "item_version_id,subscription_id,plan_id,quantity,unit_amount,currency,effective_from,effective_to\n"
        "i,a.1,basic,1,10,USD,2024-01-01,\n"
    )
    result = compute(tmp_path, "2024-02-29", {"reporting_timezone": "America/New_York"})
    assert figure(result, "mrr", "2024-01-01") == 10
    assert result.rejected == []


# -- why customers left ------------------------------------------------------------------------------------------------


def test_voluntary_and_involuntary() -> None:
    # a: payment_failed by reason; b: told so by the flag; c: says false whatever the reason; d: no reason
    book = Book().subscription("a.1", "2023-12-01", "2024-01-10", cancel_reason="payment_failed")
    book.subscription("b.1", "2023-12-01", "2024-01-10", cancel_reason="price", is_involuntary="true")
    book.subscription("c.1", "2023-12-01", "2024-01-10", cancel_reason="card_expired", is_involuntary="false")
    book.subscription("d.1", "2023-12-01", "2024-01-10")
    for name in "abcd":
        book.item(f"{name}.1/1", "10", "2023-12-01")
    result = book.count("2024-01-31")
    assert exact(result, "involuntary_churn_rate", "2024-01-01") == (2, 4)
    assert exact(result, "voluntary_churn_rate", "2024-01-01") == (2, 4)
    reasons = {key[3]: value for key, value in result.churn_reasons.items() if key[0] == "month"}
    assert reasons == {"payment_failed": (1, 10), "price": (1, 10), "card_expired": (1, 10), "(unknown)": (1, 10)}


def test_the_subscription_that_was_lost_explains_the_churn() -> None:
    # the item ends on 10 March, its subscription on the 15th by a failed payment: involuntary
    book = Book().subscription("a.1", "2024-01-01", "2024-03-15", cancel_reason="payment_failed", is_involuntary="true")
    result = book.item("a.1/1", "10", "2024-01-01", "2024-03-10").count("2024-03-31")
    assert exact(result, "involuntary_churn_rate", "2024-03-01") == (1, 1)
    assert result.churn_reasons["month", date(2024, 3, 1), "all", "payment_failed"] == (1, 10)


def test_a_subscription_lost_long_ago_explains_nothing() -> None:
    # s0 failed in May 2023; s1 runs on and drops to 0 in April 2024: no reason is known
    book = Book().subscription("a.s0", "2023-01-01", "2023-05-10", cancel_reason="payment_failed")
    book.item("a.s0/1", "10", "2023-01-01").subscription("a.s1", "2023-01-01")
    book.item("a.s1/1", "20", "2023-01-01", "2024-04-10").item("a.s1/2", "0", "2024-04-10")
    result = book.count("2024-04-30")
    assert exact(result, "involuntary_churn_rate", "2024-04-01") == (0, 1)
    assert result.churn_reasons["month", date(2024, 4, 1), "all", "(unknown)"] == (1, 20)


def test_the_latest_end_of_those_lost_and_a_pause_that_lapsed() -> None:
    # a: both items end on 10 January, the subscriptions on the 12th and the 14th: the later one's reason.
    # b: one end, two subscriptions: the reason of the smaller id, involuntary because the other one is
    # c: its pause of 1 January lapses on the 11th; that the subscription ends on the 20th comes too late
    # d: the pause lapses on the day on which the subscription ends
    book = Book().subscription("a.1", "2023-12-01", "2024-01-12", cancel_reason="payment_failed")
    book.subscription("a.2", "2023-12-01", "2024-01-14", cancel_reason="price")
    book.item("a.1/1", "1", "2023-12-01", "2024-01-10").item("a.2/1", "1", "2023-12-01", "2024-01-10")
    book.subscription("b.1", "2023-12-01", "2024-01-10", cancel_reason="budget")
    book.subscription("b.2", "2023-12-01", "2024-01-10", cancel_reason="non_payment")
    book.item("b.1/1", "1", "2023-12-01").item("b.2/1", "1", "2023-12-01")
    for name, end in (("c.1", "2024-01-20"), ("d.1", "2024-01-11")):
        book.subscription(name, "2023-12-01", end, cancel_reason="card_expired").item(f"{name}/1", "2", "2023-12-01")
        book.pause(name, "2024-01-01")
    result = book.count("2024-01-31", max_pause_days=10)
    reasons = {key[3]: value for key, value in result.churn_reasons.items() if key[0] == "month"}
    assert reasons == {"price": (1, 2), "budget": (1, 2), "pause_expired": (1, 2), "card_expired": (1, 2)}
    assert exact(result, "involuntary_churn_rate", "2024-01-01") == (2, 4)  # b and d


@pytest.mark.parametrize("reasons", [[], ""])
def test_no_reason_may_be_involuntary(reasons: object) -> None:
    # a: by its reason, which no longer counts; b: by its flag
    book = Book().subscription("a.1", "2023-12-01", "2024-01-10", cancel_reason="payment_failed")
    book.subscription("b.1", "2023-12-01", "2024-01-10", is_involuntary="true")
    book.item("a.1/1", "1", "2023-12-01").item("b.1/1", "1", "2023-12-01")
    result = book.count("2024-01-31", involuntary_reasons=reasons)
    assert exact(result, "involuntary_churn_rate", "2024-01-01") == (1, 2)


# -- renewals ----------------------------------------------------------------------------------------------------------


def test_renewal_and_the_edges_of_its_grace() -> None:
    # all due on 1 January 2024, grace 30 days: the last day in time is 31 January
    book = Book()
    for name, following in (("in", "2024-01-31"), ("late", "2024-02-01"), ("early", "2023-12-15"), ("none", None)):
        book.customer(name).term(f"{name}.1", "2023-01-01", "2024-01-01", "1200")
        if following:
            book.term(f"{name}.2", following, "2025-06-01", "1800")
    pending = book.count("2024-01-30")
    assert exact(pending, "renewal_rate", "2024-01-01") == (0, 0)
    assert figure(pending, "renewals_pending", "2024-01-01") == 4
    closed = book.count("2024-01-31")
    assert exact(closed, "renewal_rate", "2024-01-01") == (2, 4)
    assert exact(closed, "customer_renewal_rate", "2024-01-01") == (2, 4)
    assert figure(closed, "renewals_pending", "2024-01-01") == 0
    assert closed.cell("renewal_rate", "month", "2024-01-01").is_complete


def test_value_of_renewals() -> None:
    # 1200 a year = 100 a month, renewed for half a year at 900 = 150 a month; b: 100 a month renewed at 80
    book = Book().customer("a").term("a.1", "2023-01-01", "2024-01-01", "1200")
    book.term("a.2", "2024-01-01", "2024-07-01", "900")
    book.customer("b").term("b.1", "2023-01-01", "2024-01-01", "1200").term("b.2", "2024-01-01", "2025-01-01", "960")
    result = book.count("2024-06-30")
    assert exact(result, "gross_renewal_value_rate", "2024-01-01") == (180, 200)
    assert exact(result, "net_renewal_value_rate", "2024-01-01") == (230, 200)


def test_a_successor_of_two_terms_is_shared_and_short_automatic_terms_are_out() -> None:
    # 100 and 300 a month become 200 a month: 50 and 150. The monthly automatic term is no unit.
    book = Book().customer("a").term("a.1", "2023-01-01", "2024-01-01", "1200", renewed_to_term_id="a.3")
    book.term("a.2", "2023-01-01", "2024-01-01", "3600", renewed_to_term_id="a.3")
    book.term("a.3", "2024-01-01", "2025-01-01", "2400")
    book.customer("m").term("m.1", "2023-12-01", "2024-01-01", "10", auto_renew="true")
    result = book.count("2024-06-30")
    assert exact(result, "net_renewal_value_rate", "2024-01-01") == (200, 400)
    assert exact(result, "renewal_rate", "2024-01-01") == (2, 2)


def test_a_month_and_some_days_of_a_term() -> None:
    # 31 January to 5 March: one month to 29 February, and 5 days of 12 / 365.25 months
    book = Book().customer("a").term("a.1", "2024-01-31", "2024-03-05", "100")
    result = book.count("2024-12-31")
    assert exact(result, "net_renewal_value_rate", "2024-03-01") == (0, Decimal("85.8906525573"))


def test_a_named_successor_that_starts_too_late_leaves_the_next_term() -> None:
    # all due on 1 January. a names a term of March, but another follows on the 10th: renewed at 150 of 100 a month.
    # b names a term of March and has no other: lost. c names a term of another customer, which starts on the last
    # day in time, though one of its own follows earlier: 80. d names nothing that exists: the term of the 10th, 20
    book = Book().customer("a").term("a.1", "2023-01-01", "2024-01-01", "1200", renewed_to_term_id="a.3")
    book.term("a.2", "2024-01-10", "2025-01-10", "1800").term("a.3", "2024-03-01", "2025-03-01", "3600")
    book.customer("b").term("b.1", "2023-01-01", "2024-01-01", "1200", renewed_to_term_id="b.2")
    book.term("b.2", "2024-03-01", "2025-03-01", "3600")
    book.customer("c").term("c.1", "2023-01-01", "2024-01-01", "1200", renewed_to_term_id="z.1")
    book.term("c.2", "2024-01-10", "2025-01-10", "12").customer("z").term("z.1", "2024-01-31", "2025-01-31", "960")
    book.customer("d").term("d.1", "2023-01-01", "2024-01-01", "1200", renewed_to_term_id="gone")
    book.term("d.2", "2024-01-10", "2025-01-10", "240")
    result = book.count("2024-06-30")
    assert exact(result, "renewal_rate", "2024-01-01") == (3, 4)
    assert exact(result, "net_renewal_value_rate", "2024-01-01") == (250, 400)


# -- invoices and users ------------------------------------------------------------------------------------------------


def _line(kind: str, amount: str, start: str | None = None, end: str | None = None) -> dict:
    return {"kind": kind, "amount": amount, "period_start": start, "period_end": end}


def test_invoices_spread_over_their_days_less_refunds() -> None:
    # 60 from 15 January to 14 February: 17 of 30 days in January; a tenth was refunded (with tax: 6.6 of 66)
    book = Book().sells("a.1", "60", "2024-01-15", "2024-02-14")
    book.invoice("a.1", "60", "2024-01-15", _line("recurring", "60", "2024-01-15", "2024-02-14"), tax="6")
    book.tables["invoices"][0]["amount_refunded"] = "6.6"
    # a credit counts as -abs; one-off is not recurring; a draft counts nowhere
    book.invoice("a.2", "15", "2024-02-20", _line("credit", "5"), _line("one_off", "20"))
    book.invoice("a.3", "99", "2024-02-20", _line("recurring", "99"), status="draft")
    book.add("users", {"user_id": "u", "customer_id": "a", "created_at": "2024-01-01"})
    result = book.count("2024-02-29")
    assert figure(result, "invoiced_recurring_revenue", "2024-01-01") == Decimal("30.6")  # 54 x 17 / 30
    assert figure(result, "invoiced_recurring_revenue", "2024-02-01") == Decimal("18.4")  # 54 x 13 / 30 - 5
    assert exact(result, "average_revenue_per_total_user", "2024-02-01") == (Decimal("38.4"), 1)
    # January's average is 60 x 17 / 31 = 32.9032258065
    gap = Decimal("32.9032258065")
    assert exact(result, "mrr_invoice_gap_rate", "2024-01-01") == (gap - Decimal("30.6"), gap)
    # a refund after the as-of day has not happened
    book.tables["invoices"][0]["refunded_at"] = "2024-03-01"
    assert figure(book.count("2024-02-29"), "invoiced_recurring_revenue", "2024-01-01") == 34


def test_users_licensed_active_or_all() -> None:
    book = Book().sells("a.1", "60", "2024-01-01")
    for name in ("u1", "u2", "u3"):
        book.add("users", {"user_id": name, "customer_id": "a", "created_at": "2024-01-01"})
    assert exact(book.count("2024-01-31"), "average_revenue_per_user", "2024-01-01") == (60, 3)
    event = {"event_id": "1", "user_id": "u1", "customer_id": "a", "event_name": "x", "occurred_at": "2024-01-05"}
    book.add("usage_events", event)
    assert exact(book.count("2024-01-31"), "average_revenue_per_user", "2024-01-01") == (60, 1)
    for user, flag in zip(book.tables["users"], ("true", "true", None), strict=True):
        user["is_licensed"] = flag
    assert exact(book.count("2024-01-31"), "average_revenue_per_user", "2024-01-01") == (60, 2)


def test_users_on_average_whatever_their_licence() -> None:
    # of a, u1 was there on 31 December, u2 and u3 came in January: (1 + 3) / 2. Neither the bot nor the users of z,
    # who pays nothing, count
    book = Book().sells("a.1", "60", "2023-12-01").customer("z")
    book.invoice("a.1", "60", "2024-01-01", _line("recurring", "60", "2024-01-01", "2024-02-01"))
    for name, day, flag in (("u1", "2023-12-31", "false"), ("u2", "2024-01-01", "true"), ("u3", "2024-01-31", None)):
        book.add("users", {"user_id": name, "customer_id": "a", "created_at": day, "is_licensed": flag})
    book.add("users", {"user_id": "bot", "customer_id": "a", "created_at": "2023-12-01", "is_bot": "true"})
    book.add("users", {"user_id": "u4", "customer_id": "z", "created_at": "2023-12-01", "is_licensed": "true"})
    result = book.count("2024-01-31")
    assert exact(result, "average_revenue_per_average_user", "2024-01-01") == (60, 2)
    assert exact(result, "average_revenue_per_user", "2024-01-01") == (60, 1)  # the licensed one


# -- shares, purchases, curves -----------------------------------------------------------------------------------------


def test_top_decile_rounds_up_and_breaks_ties() -> None:
    # eleven customers: the top two of 30, 20, 20 and eight of 10 = 50 of 150
    book = Book()
    for position, price in enumerate(["30", "20", "20", *["10"] * 8]):
        book.sells(f"c{position}.1", price, "2024-01-01")
    assert figure(book.count("2024-01-31"), "top_decile_revenue_share", "2024-01-01") == pytest.approx(50 / 150)


def test_repeat_purchases_by_day_and_window() -> None:
    # a: twice on one day; b: on two days; c: the second one refunded; d: again after 90 days; e: after 91
    book = Book().orders("a", "2024-01-02", "2024-01-02").orders("b", "2024-01-02", "2024-01-09")
    book.orders("c", "2024-01-02").orders("c", "2024-01-09", is_refunded="true")
    book.orders("d", "2024-01-01", "2024-03-31").orders("e", "2024-01-01", "2024-04-01")
    result = book.count("2024-04-30")
    assert exact(result, "repeat_purchase_ratio", "2024-01-01") == (1, 5)
    assert exact(result, "repeat_purchase_ratio_within_90_days", "2024-01-01") == (2, 5)
    # on 31 March the windows of 1 January are closed, those of 2 January are not
    earlier = book.count("2024-03-31")
    assert exact(earlier, "repeat_purchase_ratio_within_90_days", "2024-01-01") == (1, 2)
    assert not earlier.cell("repeat_purchase_ratio_within_90_days", "month", "2024-01-01").is_complete
    assert earlier.cell("repeat_purchase_ratio", "month", "2024-01-01").is_complete


def test_survival_and_cohorts() -> None:
    # first paid in January: a leaves in January (age 0), b in March (age 2), c stays; d joins in March.
    # as of 31 March: at risk 4, 2, 2; S(0) = 3/4, S(1) = 3/4, S(2) = 3/4 x 1/2. d is censored at age 0.
    book = Book().sells("a.1", "1", "2024-01-05", "2024-01-20").sells("b.1", "2", "2024-01-05", "2024-03-10")
    book.sells("c.1", "4", "2024-01-05").sells("d.1", "8", "2024-03-05")
    result = book.count("2024-03-31")
    assert [tuple(age) for age in result.survival.values()] == [(4, 1, 1, 0.75), (2, 0, 0, 0.75), (2, 1, 1, 0.375)]
    january = date(2024, 1, 1)
    assert [tuple(result.cohorts[january, age]) for age in (0, 1, 2)] == [(3, 2, 6, 6), (3, 2, 6, 6), (3, 1, 4, 4)]
    open_month = book.count("2024-03-30")
    assert tuple(open_month.cohorts[january, 2]) == (3, None, None, None)


def test_history_start_moves_the_spine_and_enters_survival_late() -> None:
    # a paid from November 2023, history from January: opening, not new; at risk from age 2
    book = Book().sells("a.1", "1", "2023-11-05", "2024-02-10").sells("b.1", "2", "2024-01-05")
    result = book.count("2024-02-29", history_start="2024-01-01")
    assert min(key[2] for key in result.metrics if key[1] == "month") == date(2024, 1, 1)
    assert figure(result, "opening_customers", "2024-01-01") == 1
    assert figure(result, "new_customers", "2024-01-01") == 1
    assert [tuple(age)[:3] for age in result.survival.values()] == [(1, 0, 0), (1, 0, 1), (1, 0, 0), (1, 1, 0)]


def test_history_start_cuts_the_year_and_the_quarter_that_hold_it() -> None:
    # both paid from 10 January, c2 until 10 February; history from 1 March: the year opens on 29 February
    book = Book().sells("c1.1", "10", "2024-01-10").sells("c2.1", "10", "2024-01-10", "2024-02-10")
    result = book.count("2024-12-31", history_start="2024-03-01")
    expected = {"opening_customers": 1, "new_customers": 0, "churn_events": 0, "joined_and_left_customers": 0}
    expected |= {"opening_mrr": 10, "new_mrr": 0, "net_new_mrr": 0, "churned_customers": 0}
    expected |= {"average_mrr": 10}  # 10 on each of 306 days (31 in the quarter)
    for period in ("quarter", "year"):
        assert {name: figure(result, name, "2024-01-01", period) for name in expected} == expected
        assert exact(result, "customer_churn_rate_of_total", "2024-01-01", period) == (0, 1)
    assert figure(result, "customer_churn_rate_daily", "2024-01-01", "year") == 0


def test_history_start_in_the_middle_of_a_month() -> None:
    # history from 15 March, so that month has 17 days. b first paid on the 5th: an opening customer; c left on the
    # 10th: no event; d is new on the 20th
    book = Book().sells("a.1", "10", "2024-01-10").sells("b.1", "20", "2024-03-05")
    book.sells("c.1", "30", "2024-01-10", "2024-03-10").sells("d.1", "17", "2024-03-20")
    book.invoice(
        "a.1", "51", "2024-03-01", _line("recurring", "31", "2024-03-01", "2024-04-01"), _line("one_off", "20")
    )
    book.invoice("a.2", "4", "2024-03-15", _line("one_off", "4"))
    for name, day in (("early", "2024-03-14"), ("late", "2024-03-15")):
        book.add("users", {"user_id": name, "customer_id": "a", "created_at": day})
        event = {"event_id": name, "user_id": name, "customer_id": "a", "event_name": "x", "occurred_at": day}
        book.add("usage_events", event)
    book.orders("a", "2024-03-10", "2024-03-20").orders("b", "2024-03-16", "2024-03-20")
    book.term("a.x", "2023-03-14", "2024-03-14", "120").term("b.x", "2023-03-15", "2024-03-15", "120")
    result = book.count("2024-06-30", history_start="2024-03-15")
    march = "2024-03-01"
    expected = {
        "opening_customers": 2,
        "opening_mrr": 30,
        "new_customers": 1,
        "new_mrr": 17,
        "churn_events": 0,
        "mrr": 47,
        "average_mrr": 42,  # 10 + 20 + 17 x 12 / 17
        "invoiced_recurring_revenue": 17,  # 31 x 17 / 31
    }
    assert {name: figure(result, name, march) for name in expected} == expected
    assert exact(result, "customer_churn_rate_of_total", march) == (0, 3)
    assert exact(result, "mrr_invoice_gap_rate", march) == (25, 42)
    # the one-off charge of 1 March lies before; both users are there at the close, one was at the opening
    assert exact(result, "average_revenue_per_total_user", march) == (21, 2)
    assert exact(result, "average_revenue_per_average_user", march) == (17, Decimal("1.5"))
    assert exact(result, "average_revenue_per_user", march) == (47, 1)  # the early one was active on the 14th only
    assert exact(result, "repeat_purchase_ratio", march) == (1, 2)  # a bought on one counted day
    assert exact(result, "repeat_purchase_ratio_within_90_days", march) == (1, 1)  # a's first purchase lies before
    assert exact(result, "renewal_rate", march) == (0, 1)
    # the quarter and the trailing year that begin with March are cut likewise
    assert figure(result, "opening_mrr", "2024-01-01", "quarter") == 30
    assert figure(result, "average_mrr", "2024-01-01", "quarter") == 42
    trailing = book.count("2025-02-28", history_start="2024-03-15")
    assert figure(trailing, "opening_mrr", march, "trailing_year") == 30
    assert figure(trailing, "churn_events", march, "trailing_year") == 0
    # who first paid in March counts into its cohort from the 15th on
    assert result.cohorts[date(2024, 3, 1), 0].cohort_customers == 1


# -- what is there at all ----------------------------------------------------------------------------------------------


def test_metrics_of_missing_tables_are_absent() -> None:
    result = Book().sells("a.1", "1", "2024-01-05").count("2024-01-31")
    present = {key[0] for key in result.metrics}
    absent = {name for name, metric in METRICS.items() if metric.needs or metric.any_of}
    # it had no trial, and no model was trained on it
    absent |= {name for name in METRICS if name.startswith(("trial_", "predicted_"))} | {"expected_churned_mrr"}
    assert present == set(METRICS) - absent
    assert "renewal_rate" in absent


def test_nothing_in_nothing_out() -> None:
    assert compute({}, "2024-01-31").metrics == {}
    # customers that never bought anything: every figure of `all` is there, and is zero or null
    result = Book().customer("a").count("2024-01-31")
    assert figure(result, "mrr", "2024-01-01") == 0
    assert figure(result, "net_revenue_retention", "2024-01-01") is None
    assert {key[3] for key in result.metrics} == {"all"}


def test_every_metric_says_what_it_answers() -> None:
    assert all((metric.function.__doc__ or "").rstrip().endswith(("?", ".")) for metric in METRICS.values())


def test_past_due_policy_needs_its_table() -> None:
    # past due from 10 to 20 January: it counts 0 on these days
    book = Book().sells("a.1", "31", "2024-01-01")
    with pytest.raises(OracleError, match="subscription_status_changes"):
        book.count("2024-01-31", past_due_counts=False)
    for status, day in (("past_due", "2024-01-10"), ("active", "2024-01-20")):
        book.add("subscription_status_changes", {"subscription_id": "a.1", "status": status, "changed_at": day})
    result = book.count("2024-01-31", past_due_counts=False)
    assert figure(result, "average_mrr", "2024-01-01") == 21
    assert figure(result, "churn_events", "2024-01-01") == 1


def test_churn_at_the_request() -> None:
    book = Book().subscription("a.1", "2024-01-01", "2024-03-01", canceled_at="2024-01-20")
    book.item("a.1/1", "10", "2024-01-01")
    assert figure(book.count("2024-01-31"), "mrr", "2024-01-01") == 10
    assert figure(book.count("2024-01-31", churn_timing="at_request"), "mrr", "2024-01-01") == 0


def test_usage_lines_as_mrr_if_asked_for() -> None:
    # 31 for the 31 days of January: 1 a day x 365/12
    book = Book().sells("a.1", "10", "2024-01-01")
    book.invoice("a.1", "31", "2024-01-31", _line("usage", "31", "2024-01-01", "2024-02-01"))
    assert figure(book.count("2024-01-31"), "mrr", "2024-01-01") == 10
    assert figure(book.count("2024-01-31", usage_mrr=True), "mrr", "2024-01-01") == Decimal("40.4166666667")
