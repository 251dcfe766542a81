"""The reference's lifetimes against companies small enough to be worked by hand, in the comments.

With alpha = beta = 1 every decision n + 1 is survived by n + 1 of n + 2: S(k) = 1 / (k + 1).
"""

from __future__ import annotations

from math import log
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import Result
from tests.oracle.lifetime import Beta, Buying
from tests.oracle.lifetime import months_served as served_by
from tests.oracle.trained import company_mark, model_in_force
from tests.test_oracle_by_hand import figure, plan
from tests.test_oracle_by_hand_growth import Book as PlainBook
from tests.test_oracle_by_hand_growth import has_cell
from tests.trained_models import CDNOW, contract, mark_of, write_models

METRIC = "predicted_customer_lifetime_value"
EVEN = contract(1, 1, 1)
MARK = mark_of("2024-01-01", "a")
SIMPLE = {"clv_discount_rate": 0, "clv_horizon_years": 1}


class Book(PlainBook):
    """With a model, and a month of revenue and of cost."""

    folder: Path

    def margin(self, month: str, revenue: str = "100", cogs: str = "0") -> Book:
        end = f"{month}-28"
        line = {"kind": "recurring", "amount": revenue, "period_start": f"{month}-01", "period_end": end}
        number = len(self.tables.get("invoices", []))
        self.invoice(f"a.m{number}", revenue, f"{month}-01", line)
        return self.cost("cogs", cogs, f"{month}-01")

    def model(self, folder: Path, *contracts: dict, mark: str = MARK, **more: Any) -> Book:
        self.folder = write_models(folder, mark, contracts or [EVEN], **more)
        return self

    def told(self, as_of: str, **variables: Any) -> Result:
        return self.count(as_of, seeds=str(self.folder), **(SIMPLE | variables))


def values(result: Result) -> dict[str, dict]:
    return result.gathered["growth"].lifetimes.values()


def harmonic(first: int, last: int) -> float:
    return sum(1 / k for k in range(first, last + 1))


# -- contracts ---------------------------------------------------------------------------------------------------------


def test_a_month_old_customer_billed_by_the_month(tmp_path: Path) -> None:
    """Closing 31 January, first paid on the 1st: no month served. 1/2 + 1/3 + ... + 1/13 = 2.1801 months of 100."""
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01").model(tmp_path)
    assert figure(book.told("2024-01-31"), METRIC, "2024-01-01") == pytest.approx(100 * harmonic(2, 13))


def test_who_has_stayed_stays_longer(tmp_path: Path) -> None:
    """One month served by 29 February: S(1 + t) / S(1) = 2 / (2 + t)."""
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-02").model(tmp_path)
    assert figure(book.told("2024-02-29"), METRIC, "2024-02-01") == pytest.approx(100 * 2 * harmonic(3, 14))


@pytest.mark.parametrize(
    ("as_of", "months"),
    [
        # 11 months served: from the next month on half of them are gone, for all of the twelve
        ("2024-12-31", 6),
        # nothing served: eleven months are paid for, before the twelfth somebody decides
        ("2024-01-31", 11.5),
        # twelve served, one decision survived: 11 months, then S(2) / S(1) = 2/3
        ("2025-01-01", 11 + 2 / 3),
    ],
)
def test_a_yearly_bill_is_decided_once_a_year(tmp_path: Path, as_of: str, months: float) -> None:
    book = Book().sells("a.1", "1200", "2024-01-01", plan_id="yearly").margin(as_of[:7])
    result = book.model(tmp_path, contract(12, 1, 1)).told(as_of)
    assert figure(result, METRIC, f"{as_of[:7]}-01") == pytest.approx(100 * months)


def test_later_money_is_worth_less(tmp_path: Path) -> None:
    """4,095 % a year doubles in a month: sum of 1 / (t + 1) / 2^t."""
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01").model(tmp_path)
    result = book.told("2024-01-31", clv_discount_rate=4095)
    assert figure(result, METRIC, "2024-01-01") == pytest.approx(100 * sum(0.5**t / (t + 1) for t in range(1, 13)))


def test_ten_percent_and_25_years_by_default(tmp_path: Path) -> None:
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01").model(tmp_path)
    result = book.count("2024-01-31", seeds=str(tmp_path))
    months = sum(1.1 ** (-t / 12) / (t + 1) for t in range(1, 301))
    assert figure(result, METRIC, "2024-01-01") == pytest.approx(100 * months)


def test_margin_of_the_company_in_the_period(tmp_path: Path) -> None:
    """January 25 of 100 is cost, February 40 of 100; the quarter 65 of 200."""
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01", cogs="25").margin("2024-02", cogs="40")
    result = book.model(tmp_path).told("2024-02-29")
    assert figure(result, METRIC, "2024-01-01") == pytest.approx(75 * harmonic(2, 13))
    assert figure(result, METRIC, "2024-02-01") == pytest.approx(60 * 2 * harmonic(3, 14))
    assert figure(result, METRIC, "2024-01-01", "quarter") == pytest.approx(67.5 * 2 * harmonic(3, 14))


def test_without_revenue_there_is_no_margin(tmp_path: Path) -> None:
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01").model(tmp_path)
    result = book.told("2024-02-29")
    assert figure(result, METRIC, "2024-02-01") is None
    assert values(result)["a"]["contract_value"] is None
    assert values(result)["a"]["expected_discounted_months"] == pytest.approx(2 * harmonic(3, 14))


def test_a_loss_is_a_loss(tmp_path: Path) -> None:
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01", cogs="150").model(tmp_path)
    assert figure(book.told("2024-01-31"), METRIC, "2024-01-01") == pytest.approx(-50 * harmonic(2, 13))


def test_mean_over_those_who_have_parameters(tmp_path: Path) -> None:
    """Anna 100 and Bert 300 by the month; Carl pays by the year, of which the model knows nothing; Dora has left."""
    book = Book().sells("a.1", "100", "2024-01-01").sells("b.1", "300", "2024-01-15")
    book.sells("c.1", "9900", "2024-01-01", plan_id="yearly").sells("d.1", "50", "2024-01-01", "2024-01-31")
    result = book.margin("2024-01").model(tmp_path).told("2024-01-31")
    assert figure(result, METRIC, "2024-01-01") == pytest.approx(200 * harmonic(2, 13))
    assert figure(result, METRIC, "2024-01-01", plan="yearly") is None
    told = values(result)
    assert set(told) == {"a", "b", "c"}
    assert told["c"]["alpha"] is None and told["c"]["lifetime_value"] is None
    assert told["b"]["lifetime_value"] == pytest.approx(300 * harmonic(2, 13))


def test_a_segment_has_the_parameters_of_its_own(tmp_path: Path) -> None:
    """Family extra stays for ever (beta so large that nobody leaves), everybody else as before."""
    book = Book().sells("a.1", "100", "2024-01-01").sells("b.1", "100", "2024-01-01", plan_id="addon")
    book.margin("2024-01").model(tmp_path, EVEN, contract(1, 1, 1e15, "product_family", "extra"))
    result = book.told("2024-01-31")
    assert figure(result, METRIC, "2024-01-01", product_family="core") == pytest.approx(100 * harmonic(2, 13))
    assert figure(result, METRIC, "2024-01-01", product_family="extra") == pytest.approx(1200)
    assert figure(result, METRIC, "2024-01-01") == pytest.approx(50 * (harmonic(2, 13) + 12))
    # that of another segment, or none asked for
    for other in ("country", "", None):
        result = book.told("2024-01-31", clv_segment=other)
        assert figure(result, METRIC, "2024-01-01", product_family="extra") == pytest.approx(100 * harmonic(2, 13))
    # the segments that are built are another question
    result = book.told("2024-01-31", segments=["country"])
    assert figure(result, METRIC, "2024-01-01") == pytest.approx(50 * (harmonic(2, 13) + 12))


def test_parameters_are_those_of_the_closing_day(tmp_path: Path) -> None:
    """Anna moves from the month to the year on 1 February; she has served one month, of a year."""
    book = Book().subscription("a.1", "2024-01-01").item("a.1/1", "100", "2024-01-01", "2024-02-01")
    book.item("a.1/2", "1200", "2024-02-01", plan_id="yearly").margin("2024-01").margin("2024-02")
    result = book.model(tmp_path, EVEN, contract(12, 1, 1)).told("2024-02-29")
    assert figure(result, METRIC, "2024-01-01") == pytest.approx(100 * harmonic(2, 13))
    assert figure(result, METRIC, "2024-02-01") == pytest.approx(100 * (10 + 2 / 2))


@pytest.mark.parametrize(
    ("first", "day", "months"),
    [
        ("2024-01-01", "2024-01-31", 0),
        ("2024-01-01", "2024-02-01", 1),
        ("2024-01-31", "2024-02-28", 0),
        ("2024-01-31", "2024-02-29", 1),  # the last day of a shorter month
        ("2024-01-31", "2024-03-30", 1),
        ("2024-01-31", "2024-03-31", 2),
        ("2024-02-29", "2025-02-27", 11),
        ("2024-02-29", "2025-02-28", 12),
        ("2024-03-15", "2025-03-14", 11),
    ],
)
def test_months_served(first: str, day: str, months: int) -> None:
    result = Book().sells("a.1", "100", first).count(day)
    company = result.gathered["growth"].company
    assert served_by(company.customers["a"], company.as_of) == months


@pytest.mark.parametrize(
    ("plans", "months"),
    [
        ([("month", 1, "10")], 1),
        ([("month", 3, "10")], 3),
        ([("year", 2, "10")], 24),
        ([("week", 4, "10")], 1),  # 4 x 12 / 52 = 0.92
        ([("week", 26, "10")], 6),
        ([("week", 1, "10")], 1),  # 0.23: at least 1
        ([("day", 90, "10")], 3),  # 90 x 12 / 365 = 2.96
        ([("day", 76, "10")], 2),  # 2.4986
        ([("day", 77, "10")], 3),  # 2.53
        ([("month", 1, "10"), ("year", 1, "240")], 12),  # 20 a month against 10
        ([("month", 1, "21"), ("year", 1, "240")], 1),
        ([("month", 1, "10"), ("year", 1, "120")], 12),  # alike: the longer
        ([("month", 1, "0"), ("year", 1, "120")], 12),
        ([("month", 1, "20"), ("year", 1, "240")], 12),
    ],
)
def test_billing_interval(plans: list[tuple[str, int, str]], months: int) -> None:
    book = Book().subscription("a.1", "2024-01-01")
    for number, (interval, count, price) in enumerate(plans):
        book.add("plans", plan(f"p{number}", interval, count))
        book.item(f"a.1/{number}", price, "2024-01-01", plan_id=f"p{number}")
    lifetimes = book.count("2024-01-31").gathered["growth"].lifetimes
    assert lifetimes.spells()["a"]["billing_months"] == months


def test_which_item_pays_most_at_the_rate_of_the_day() -> None:
    """EUR 10 a month is 12 at first, 8 from 15 January; USD 120 a year is 10 a month."""
    book = Book().subscription("a.1", "2024-01-01").rates("EUR", d20240101="1.2", d20240115="0.8")
    book.item("a.1/1", "10", "2024-01-01", currency="EUR")
    book.item("a.1/2", "120", "2024-01-01", plan_id="yearly")
    lifetimes = book.count("2024-01-31", reporting_currency="USD").gathered["growth"].lifetimes
    customer = lifetimes.company.customers["a"]
    assert lifetimes.billing_months(customer, customer.first_paid_day) == 1
    assert lifetimes.billing_months(customer, lifetimes.company.as_of) == 12


# -- which model counts ------------------------------------------------------------------------------------------------


def test_no_model_no_metric(tmp_path: Path) -> None:
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01").model(tmp_path, mark="somebody else's")
    result = book.told("2024-01-31")
    assert not has_cell(result, METRIC, "2024-01-01")
    assert values(result)["a"]["billing_months"] == 1
    assert values(result)["a"]["lifetime_value"] is None
    book.model(tmp_path)
    assert has_cell(book.told("2024-01-31"), METRIC, "2024-01-01")


def test_mark_of_a_company() -> None:
    """Bert and Anna first paid on one day, Anna is first by name; Zoe, who was first of all, is a test customer."""
    book = Book().sells("b.1", "100", "2024-01-05").sells("a.1", "100", "2024-01-05").sells("c.1", "1", "2024-01-06")
    book.customer("z", is_test="true").sells("z.1", "100", "2024-01-01")
    company = book.count("2024-01-31").gathered["growth"].company
    assert company_mark(company) == mark_of("2024-01-05", "a")
    assert company_mark(Book().customer("a").count("2024-01-31").gathered["growth"].company) is None


def test_mark_of_a_company_of_orders_alone() -> None:
    """Anna's first order was refunded; Bert bought before her second."""
    book = Book().customer("a").orders("a", "2024-01-02", is_refunded="true").orders("a", "2024-01-04")
    book.customer("b").orders("b", "2024-01-03")
    assert company_mark(book.count("2024-01-31").gathered["growth"].company) == mark_of("2024-01-03", "b")


def test_the_newest_model_counts_by_text(tmp_path: Path) -> None:
    """fit 9 follows fit 10; one of another company is newer still, and is none."""
    of = {"kind": "contract_lifetime", "trained_through": "2024-01-01"}
    more = {
        "prediction_models": [
            of | {"model_version": "fit 10", "trained_on": MARK},
            of | {"model_version": "fit 99", "trained_on": "another's"},
        ],
        "contract_lifetimes": [
            contract(1, 5, 1) | {"model_version": "fit 10"},
            contract(1, 7, 1) | {"model_version": "fit 99"},
        ],
    }
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01").model(tmp_path, version="fit 9", more=more)
    result = book.told("2024-01-31")
    company = result.gathered["growth"].company
    assert model_in_force(company, "contract_lifetime").version == "fit 9"
    assert model_in_force(company, "purchase_lifetime") is None
    assert figure(result, METRIC, "2024-01-01") == pytest.approx(100 * harmonic(2, 13))


@pytest.mark.parametrize("table", ["costs", "invoice_lines"])
def test_tables_without_which_there_is_no_metric(tmp_path: Path, table: str) -> None:
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01").model(tmp_path)
    del book.tables[table]
    result = book.told("2024-01-31")
    assert not has_cell(result, METRIC, "2024-01-01")
    assert values(result)["a"]["contract_value"] is None


def test_values_average_to_the_metric(tmp_path: Path) -> None:
    book = Book().sells("a.1", "100", "2024-01-01").sells("b.1", "70", "2024-02-10").sells("c.1", "40", "2024-01-20")
    result = book.margin("2024-02", cogs="30").model(tmp_path).told("2024-02-20")
    contracts = [one["contract_value"] for one in values(result).values()]
    assert figure(result, METRIC, "2024-02-01") == pytest.approx(sum(contracts) / 3)


# -- spells ------------------------------------------------------------------------------------------------------------


def test_spells() -> None:
    """Anna left on 1 March and came back; Bert is there; Carl never paid; Dora's end is still to come."""
    book = Book().sells("a.1", "100", "2024-01-10", "2024-03-01").sells("a.2", "100", "2024-03-15")
    book.sells("b.1", "1200", "2024-02-01", plan_id="yearly").customer("c")
    book.sells("d.1", "10", "2024-02-01", "2024-06-01", plan_id="addon")
    lifetimes = book.count("2024-03-31").gathered["growth"].lifetimes
    found = {key: tuple(map(str, one.values())) for key, one in lifetimes.spells().items()}
    assert found == {
        "a": ("2024-01-10", "2024-03-01", "1", "core"),
        "b": ("2024-02-01", "None", "12", "core"),
        "d": ("2024-02-01", "None", "1", "extra"),
    }
    # a fortnight away is none, if asked for
    lifetimes = book.count("2024-03-31", reactivation_min_gap_days=15).gathered["growth"].lifetimes
    assert lifetimes.spells()["a"]["first_churn_day"] is None


def test_spells_begin_with_history() -> None:
    book = Book().sells("a.1", "100", "2024-01-10").sells("b.1", "100", "2024-02-01").sells("c.1", "100", "2024-02-02")
    lifetimes = book.count("2024-03-31", history_start="2024-02-01").gathered["growth"].lifetimes
    assert set(lifetimes.spells()) == {"b", "c"}
    assert served_by(lifetimes.company.customers["a"], lifetimes.company.as_of) == 2


def test_a_spell_stands_where_it_began() -> None:
    book = Book().subscription("a.1", "2024-01-01").item("a.1/1", "100", "2024-01-01", "2024-02-01", plan_id="addon")
    book.item("a.1/2", "1200", "2024-02-01", plan_id="yearly")
    lifetimes = book.count("2024-03-31").gathered["growth"].lifetimes
    assert lifetimes.spells()["a"]["segment_value"] == "extra"
    assert lifetimes.spells()["a"]["billing_months"] == 1


# -- purchases ---------------------------------------------------------------------------------------------------------


def bought(book: Book, as_of: str, **variables: Any) -> dict[str, tuple]:
    told = book.count(as_of, **variables).gathered["growth"].lifetimes.bought
    return {key.customer_id: (one.x, one.recency, one.age, one.k, one.mean) for key, one in told.items()}


def test_purchases_in_weeks() -> None:
    """Two orders on the first day are one purchase; then after one and three weeks; a week later it is today."""
    book = Book().customer("a").orders("a", "2024-01-01", "2024-01-01", "2024-01-08")
    book.orders("a", "2024-01-22", amount="30").orders("a", "2024-01-22", amount="5")
    assert bought(book, "2024-01-29") == {"a": (2, 3.0, 4.0, 2, (10 + 35) / 2)}
    assert bought(book, "2024-01-31") == {"a": (2, 3.0, 30 / 7, 2, (10 + 35) / 2)}


def test_one_purchase_is_no_repeat() -> None:
    assert bought(Book().customer("a").orders("a", "2024-01-01"), "2024-01-15") == {"a": (0, 0.0, 2.0, 0, None)}


def test_what_is_no_purchase() -> None:
    """Refunded, later, of a test customer."""
    book = Book().customer("a").orders("a", "2024-01-08", "2024-02-01").orders("a", "2024-01-01", is_refunded="true")
    book.customer("z", is_test="true").orders("z", "2024-01-08")
    book.customer("r").orders("r", "2024-01-08", is_refunded="true")
    assert bought(book, "2024-01-15") == {"a": (0, 0.0, 1.0, 0, None)}


def test_what_costs_nothing_is_a_purchase_without_an_amount() -> None:
    book = (
        Book().customer("a").orders("a", "2024-01-01", "2024-01-15", amount="20").orders("a", "2024-01-08", amount="0")
    )
    assert bought(book, "2024-01-15") == {"a": (2, 2.0, 2.0, 1, 20)}


def test_purchases_before_history_count() -> None:
    book = Book().customer("a").orders("a", "2024-01-01", "2024-03-04")
    assert bought(book, "2024-03-11", history_start="2024-02-01") == {"a": (1, 9.0, 10.0, 1, 10)}


def test_alive_by_hand() -> None:
    """One repeat purchase after a week, two weeks of silence: (1 + 3) / (1 + 1) = 2, squared 4: 1 / (1 + 4)."""
    even = Buying(1, 1, 1, 1, 1, 2, 1)
    assert even.is_alive(1, 1, 3) == pytest.approx(0.2)
    # as late as can be: 1 / (1 + 1)
    assert even.is_alive(1, 3, 3) == pytest.approx(0.5)
    # who never came back has not yet had an occasion to stop
    assert even.is_alive(0, 0, 500) == 1


def test_expected_purchases_by_hand() -> None:
    """x = 0, r = 1, so that c / (1 + c s) are expected of a stopping probability s, c = t / (alpha + T).

    s uniform (a = b = 1): ln(1 + c). a = 2: 2 (1 - ln(1 + c) / c). Here c = 6 / (1 + 2).
    """
    assert Buying(1, 1, 1, 1, 1, 2, 1).purchases(0, 0, 2, 6) == pytest.approx(log(3))
    assert Buying(1, 1, 2, 1, 1, 2, 1).purchases(0, 0, 2, 6) == pytest.approx(2 * (1 - log(3) / 2))
    # nobody stops (a next to nothing): (r + x) / (alpha + T) a week
    assert Buying(2, 3, 1e-9, 1, 1, 2, 1).purchases(4, 5, 6, 9) == pytest.approx(9 * 6 / 9)


def test_amount_by_hand() -> None:
    """p = 2, v = 3, q = 2: everybody 6; after two purchases of 9 on average 2 x (3 + 18) / (4 + 1) = 8.4."""
    buying = Buying(1, 1, 1, 1, 2, 2, 3)
    assert buying.amount(0, None) == pytest.approx(6)
    assert buying.amount(2, 9) == pytest.approx(8.4)


def test_published_survival() -> None:
    """Fader and Hardie 2007: projected for year 12, High End 37.8, Regular 17.0; mean churn 0.15 and 0.37."""
    high_end, regular = Beta(0.668, 3.806), Beta(0.704, 1.182)
    assert round(100 * high_end.survival(12), 1) == 37.8
    assert round(100 * regular.survival(12), 1) == 17.0
    assert round(1 - high_end.survival(1), 2) == 0.15
    assert round(1 - regular.survival(1), 2) == 0.37


def test_published_purchases() -> None:
    """Fader, Hardie and Lee 2005: the customer with x = 2, t_x = 30.43, T = 38.86 buys 1.226 times in 39 weeks."""
    cdnow = Buying(**CDNOW)
    assert round(cdnow.purchases(2, 30.43, 38.86, 39), 3) == 1.226
    assert round(cdnow.is_alive(2, 30.43, 38.86), 3) == 0.727


@pytest.mark.parametrize(("k", "mean", "expected"), [(2, 22.35, 24.65), (1, 11.77, 18.91), (0, None, 35.17)])
def test_published_amounts(k: int, mean: float | None, expected: float) -> None:
    """Fader and Hardie, note 025: expected mean amounts of the first customers of CDNOW; parameters to two decimals."""
    assert Buying(**CDNOW).amount(k, mean) == pytest.approx(expected, rel=0.002)


def test_value_of_purchases(tmp_path: Path) -> None:
    """a = 2, r = alpha = b = 1; one order, two weeks ago: c = (365 / 7) / 3. Everybody's mean is 6, margin 0.5."""
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01", cogs="50")
    book.customer("o").orders("o", "2024-01-15", amount="77")
    buying = {"r": 1, "alpha": 1, "a": 2, "b": 1, "p": 2, "q": 2, "v": 3}
    told = values(book.model(tmp_path, purchases=buying).told("2024-01-29"))
    c = 365 / 7 / 3
    assert told["o"]["purchase_value"] == pytest.approx(2 * (1 - log(1 + c) / c) * 6 * 0.5)
    assert told["o"]["lifetime_value"] == told["o"]["purchase_value"]
    assert told["o"]["mrr"] is None
    assert told["a"]["lifetime_value"] == told["a"]["contract_value"]
    # who has both: the sum
    told_both = values(book.orders("a", "2024-01-15").told("2024-01-29"))
    assert told_both["a"]["lifetime_value"] == pytest.approx(told["a"]["lifetime_value"] + told["o"]["lifetime_value"])


def test_purchases_without_a_model(tmp_path: Path) -> None:
    book = Book().sells("a.1", "100", "2024-01-01").margin("2024-01").orders("a", "2024-01-15").model(tmp_path)
    told = values(book.told("2024-01-29"))["a"]
    assert told["repeat_purchases"] == 0 and told["probability_alive"] is None
    assert told["lifetime_value"] == told["contract_value"]
