"""Laws of what is still expected of a customer that hold whatever the data, through the SQL; and what others have published.

V3 are laws of the shifted beta-geometric distribution, V4 of BG/NBD, V5 of Gamma-Gamma; U1 to U4 are about any metric.
"""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.books import Book, Rows
from tests.comparison import family_differences, is_close
from tests.compiled import Project, project
from tests.conftest import VARIABLES
from tests.oracle import compute
from tests.oracle.lifetime import Buying
from tests.oracle.values import plus_months
from tests.test_laws import AS_OF, cast
from tests.trained_models import CDNOW, contract, mark_of, write_models

Raw = dict[str, Rows]
METRIC = "predicted_customer_lifetime_value"
MART = ["customer_lifetime_values"]
TODAY = "2024-06-15"
# undiscounted months of one year, and purchases of 39 weeks as published
YEAR = {"reporting_currency": "USD", "clv_discount_rate": 0, "clv_horizon_years": 1, "purchase_horizon_days": 273}
TWICE = {"reporting_currency": "USD", "clv_discount_rate": 0.5, "clv_horizon_years": 1, "purchase_horizon_days": 546}
CAST_MODEL = [
    contract(1, 0.7, 5),
    contract(12, 0.668, 3.806),
    contract(1, 0.3, 9, "product_family", "Core"),
    contract(12, 0.704, 1.182, "product_family", "Analytics"),
]
CAST_MARK = mark_of("2023-01-01", "mary_cancels_in_march")


def told(raw: Raw, seeds: Path, as_of: str = TODAY, variables: dict[str, Any] | None = None) -> dict[str, dict]:
    """customer_lifetime_values, by customer."""
    with project(variables or YEAR).with_seeds(seeds).run(raw, as_of, MART) as built:
        rows = built.records("select * from marts.customer_lifetime_values")
    return {row["customer_id"]: row for row in rows}


def day(weeks: float) -> str:
    """So many weeks before today."""
    return str(date.fromisoformat(TODAY) - timedelta(days=round(7 * weeks)))


def shop(**days_by_customer: list[tuple[str, Any]]) -> Book:
    """A company that first sold to somebody called `first`, and then took orders: day and amount."""
    book = Book(created_at="2010-01-01").sell("first", 100, "2010-01-01", plan="basic")
    for customer_id, orders in days_by_customer.items():
        book.customer(customer_id)
        for ordered_at, amount in orders:
            book.order(customer_id, ordered_at, amount)
    return book


MARK = mark_of("2010-01-01", "first")


def close_to(one: dict, other: dict, *names: str) -> None:
    for name in names:
        assert is_close(float(one[name]), float(other[name])), (name, one[name], other[name])


# -- V3: contracts -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def payers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """Two columns of customers billed by the year, the k-th one day before its k-th decision is a month away or less.

    Such a customer has served 12 k - 1 months; each of the twelve to come is paid with the probability r(k).
    """
    book = shop().plan("addon_year", "year", family="extra")
    for k in range(1, 13):
        start = str(plus_months(date.fromisoformat(TODAY), 1 - 12 * k))
        book.sell(f"high end {k}", 1200, start, plan="yearly").sell(f"regular {k}", 1200, start, plan="addon_year")
    for months in range(12):
        book.sell(f"monthly {months}", 100, str(plus_months(date.fromisoformat(TODAY), -months)))
    parameters = [
        contract(12, 0.668, 3.806, "product_family", "core"),
        contract(12, 0.704, 1.182, "product_family", "extra"),
        contract(1, 0.704, 1.182),
    ]
    return told(book.raw, write_models(tmp_path_factory.mktemp("models"), MARK, parameters))


def retention(payers: dict[str, dict], who: str) -> list[float]:
    return [payers[f"{who} {k}"]["expected_discounted_months"] / 12 for k in range(1, 13)]


@pytest.mark.parametrize(
    ("who", "churn", "year_12"),
    # Fader and Hardie 2007, "How to project customer retention": mean churn, and the projection of year 12 in percent
    [("high end", 0.15, 37.8), ("regular", 0.37, 17.0)],
)
def test_v3_published_survival(payers: dict[str, dict], who: str, churn: float, year_12: float) -> None:
    rates = retention(payers, who)
    assert round(1 - rates[0], 2) == churn
    assert round(100 * math.prod(rates), 1) == year_12


@pytest.mark.parametrize("who", ["high end", "regular"])
def test_v3_who_has_stayed_longer_is_likelier_to_stay(payers: dict[str, dict], who: str) -> None:
    rates = retention(payers, who)
    assert rates == sorted(set(rates))
    assert rates[0] > 0 and rates[-1] < 1


def test_v3_every_month_served_adds_to_what_is_expected(payers: dict[str, dict]) -> None:
    served = {payers[f"monthly {n}"]["months_served"]: payers[f"monthly {n}"] for n in range(12)}
    assert list(served) == list(range(12))
    months = [one["expected_discounted_months"] for one in served.values()]
    assert months == sorted(set(months))
    assert months[-1] < 12


def test_v1_a_higher_discount_makes_it_less(payers: dict[str, dict], tmp_path: Path) -> None:
    """The same model at 50 % a year: what the first month brings loses 1 - 1.5^(-1/12), the last a third."""
    book = shop().sell("monthly 0", 100, TODAY)
    seeds = write_models(tmp_path, MARK, [contract(1, 0.704, 1.182)])
    dear = told(book.raw, seeds, variables=TWICE)["monthly 0"]["expected_discounted_months"]
    cheap = payers["monthly 0"]["expected_discounted_months"]
    assert cheap / 1.5 < dear < cheap * 1.5 ** (-1 / 12)


def test_v1_value_is_linear_in_what_is_paid_and_in_margin(tmp_path: Path) -> None:
    seeds = write_models(tmp_path, MARK, [contract(1, 0.704, 1.182)])

    def values(price: int, cogs: int) -> dict:
        book = shop().sell("a", price, "2024-02-01")
        book.add("invoices", invoice_id="n", customer_id="a", status="paid", issued_at="2024-06-01", currency="USD")
        book.raw["invoices"][0]["total_excluding_tax"] = 100
        book.add("invoice_lines", invoice_line_id="l", invoice_id="n", kind="recurring", amount=100)
        book.add("costs", cost_id="k", purpose="cogs", category="other", amount=cogs, currency="USD")
        book.raw["costs"][0]["incurred_at"] = "2024-06-02"
        return told(book.raw, seeds)["a"]

    whole, more, dearer = values(100, 0), values(300, 0), values(100, 25)
    assert whole["contract_value"] == pytest.approx(100 * whole["expected_discounted_months"])
    assert more["contract_value"] == pytest.approx(3 * whole["contract_value"])
    assert dearer["contract_value"] == pytest.approx(0.75 * whole["contract_value"])
    assert dearer["lifetime_value"] == dearer["contract_value"]


# -- V4, V5: purchases -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"), MARK, [], CDNOW)


def weekly(weeks: list[float], amount: Any = 10) -> list[tuple[str, Any]]:
    return [(day(one), amount) for one in weeks]


def test_published_customer(cdnow: Path) -> None:
    """Fader, Hardie and Lee 2005: x = 2, t_x = 30.43 and T = 38.86 weeks, which are 213 and 272 days."""
    orders = [(day(272 / 7), 10), (day(150 / 7), 22.35), (day(59 / 7), 22.35)]
    one = told(shop(published=orders).raw, cdnow)["published"]
    assert (one["repeat_purchases"], one["recency_weeks"] * 7, one["age_weeks"] * 7) == (2, 213, 272)
    assert round(one["expected_purchases"], 3) == 1.226
    assert round(one["probability_alive"], 3) == 0.727
    # note 025: the customer with x = 2 and a mean of 22.35
    assert one["expected_amount"] == pytest.approx(24.65, rel=0.001)


def test_v4_who_never_came_back_is_alive_and_silence_kills(cdnow: Path) -> None:
    """The same orders, seen from later and later days."""
    raw = shop(once=weekly([40]), twice=weekly([40, 30]), often=weekly([40, 38, 36, 34, 32, 30])).raw
    seen = [told(raw, cdnow, as_of) for as_of in (day(30), day(20), TODAY, "2030-01-01")]
    assert [one["once"]["probability_alive"] for one in seen] == [1, 1, 1, 1]
    for who in ("twice", "often"):
        alive = [one[who]["probability_alive"] for one in seen]
        assert alive == sorted(set(alive), reverse=True)
        assert alive[-1] >= 0 and alive[0] < 1
    # who used to come more often is missed sooner
    assert all(one["often"]["probability_alive"] < one["twice"]["probability_alive"] for one in seen[1:])


def test_v4_time_has_no_unit_of_its_own(cdnow: Path, tmp_path: Path) -> None:
    """Everything twice as slow, alpha twice as large, twice the horizon: the same."""
    slow = write_models(tmp_path, MARK, [], CDNOW | {"alpha": 2 * CDNOW["alpha"]})
    weeks = {"a": [40, 33, 12], "b": [10], "c": [50, 49, 48, 47, 2]}
    fast = told(shop(**{who: weekly(each) for who, each in weeks.items()}).raw, cdnow)
    slower = shop(**{who: weekly([2 * one for one in each]) for who, each in weeks.items()}).raw
    for who, one in told(slower, slow, variables=TWICE).items():
        if who in weeks:
            close_to(one, fast[who], "probability_alive", "expected_purchases", "expected_amount")


@pytest.mark.parametrize(
    ("r", "alpha", "a", "b"),
    [
        # the usual formula divides by a - 1, and by b + x - 1 with a next to 1; large a and b: customers who are all alike
        (0.24, 4.4, 1, 2.4),
        (0.4, 1, 1.0000001, 0.5),
        (3, 40, 0.9999, 1000),
        (0.4, 4.6, 90, 96),
        (20, 0.3, 0.2, 0.02),
        (0.05, 300, 400, 0.5),
    ],
)
def test_no_parameters_lose_digits(tmp_path: Path, r: float, alpha: float, a: float, b: float) -> None:
    """The series of the SQL against the integral that it stands for."""
    weeks = {"a": [40, 33, 12], "b": [10], "c": [50, 49, 48, 47, 2], "d": [700, 1], "e": [0], "f": [*range(60, 20, -1)]}
    wanted = Buying(r, alpha, a, b, 3, 3, 10)
    seeds = write_models(tmp_path, MARK, [], wanted._asdict())
    for one in told(shop(**{who: weekly(each) for who, each in weeks.items()}).raw, seeds).values():
        if one["repeat_purchases"] is not None:
            history = one["repeat_purchases"], one["recency_weeks"], one["age_weeks"]
            expected = wanted.purchases(*history, 39)
            assert math.isclose(one["expected_purchases"], expected, rel_tol=1e-9, abs_tol=1e-10), history
            assert math.isclose(one["probability_alive"], wanted.is_alive(*history), rel_tol=1e-9, abs_tol=1e-10)


def test_v5_amounts_lie_between_everybody_and_oneself(cdnow: Path) -> None:
    """The more purchases of one's own, the nearer to their mean: 80 above everybody's 35, 5 below."""
    customers = {"nobody": weekly([60])}
    for amount in (80, 5):
        for k in (1, 3, 12, 50):
            customers[f"{amount}_{k}"] = weekly([60 - n for n in range(k + 1)], amount)
    found = {who: one["expected_amount"] for who, one in told(shop(**customers).raw, cdnow).items()}
    everybody = found["nobody"]
    assert everybody == pytest.approx(6.25 * 15.44 / 2.74)
    assert everybody < found["80_1"] < found["80_3"] < found["80_12"] < found["80_50"] < 80
    assert everybody > found["5_1"] > found["5_3"] > found["5_12"] > found["5_50"] > 5
    assert found["80_50"] == pytest.approx(80, rel=0.01)


def test_v5_the_first_purchase_and_what_was_free_say_nothing_of_amounts(cdnow: Path) -> None:
    plain = weekly([30, 20])
    found = told(shop(plain=plain, dear=[(day(30), 999), plain[1]], free=[*plain, (day(10), 0)]).raw, cdnow)
    close_to(found["dear"], found["plain"], "expected_amount", "expected_purchases")
    close_to(found["free"], found["plain"], "expected_amount")
    assert found["free"]["repeat_purchases"] == 2


def test_v5_money_has_no_unit_of_its_own(cdnow: Path, tmp_path: Path) -> None:
    """Hundredfold amounts, and v with them."""
    cents = write_models(tmp_path, MARK, [], CDNOW | {"v": 100 * CDNOW["v"]})
    orders = {"a": weekly([40, 33, 12], 17), "b": weekly([10], 3), "c": [*weekly([9, 8], 50), (day(3), 2)]}
    plain = told(shop(**orders).raw, cdnow)
    for who, one in told(
        shop(**{who: [(d, 100 * m) for d, m in each] for who, each in orders.items()}).raw, cents
    ).items():
        if who in orders:
            close_to(one, plain[who], "probability_alive", "expected_purchases")
            assert one["expected_amount"] == pytest.approx(100 * plain[who]["expected_amount"])


# -- universal ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"), CAST_MARK, CAST_MODEL, CDNOW)


@pytest.fixture(scope="module")
def sound() -> Project:
    return project(VARIABLES).of_family("growth")


def everything(sound: Project, raw: Raw, seeds: Path, as_of: str = AS_OF) -> tuple[dict, list]:
    """The metric in every cell, and the mart."""
    with sound.with_seeds(seeds).run(raw, as_of, ["metrics", *MART]) as built:
        cells = {key: row for key, row in built.metrics().items() if key[0] == METRIC}
        rows = built.query("select * from marts.customer_lifetime_values order by customer_id")
    return cells, rows


@pytest.fixture(scope="module")
def of_cast(sound: Project, seeds: Path) -> tuple[dict, list]:
    return everything(sound, cast(), seeds)


def assert_alike(one: tuple[dict, list], other: tuple[dict, list]) -> None:
    assert one[0].keys() == other[0].keys()
    for key, row in one[0].items():
        assert row[:4] == other[0][key][:4] and is_close(row[4], other[0][key][4]), key
    assert len(one[1]) == len(other[1])
    for mine, theirs in zip(one[1], other[1], strict=True):
        for a, b in zip(mine, theirs, strict=True):
            assert is_close(a, b) if isinstance(a, float) and isinstance(b, float) else a == b, (mine, theirs)


def test_the_cast_agrees_with_the_reference(sound: Project, seeds: Path) -> None:
    """Every metric of growth in every segment, every customer's value and every spell."""
    expected = compute(cast(), AS_OF, VARIABLES | {"seeds": str(seeds)}, "growth")
    models = ["metrics", "rejected_rows", "int_contract_spells", *MART]
    with sound.with_seeds(seeds).run(cast(), AS_OF, models) as built:
        differences = family_differences("growth", built.query, expected)
        differences += family_differences("lifetime", built.query, expected)
    assert not differences, "\n".join(differences)


def test_the_cast_has_something_to_tell(of_cast: tuple[dict, list]) -> None:
    cells, rows = of_cast
    assert sum(row[4] is not None for row in cells.values()) > 100
    assert len(rows) > 10


def test_contract_values_average_to_the_metric(sound: Project, seeds: Path) -> None:
    with sound.with_seeds(seeds).run(cast(), AS_OF, ["metrics", *MART]) as built:
        ((mean, n),) = built.query(
            "select avg(contract_value), count(contract_value) from marts.customer_lifetime_values"
        )
        value = built.value(METRIC, f"{AS_OF[:7]}-01")
    assert n > 5
    assert is_close(mean, value)


def test_u1_order_of_rows_is_nothing(sound: Project, seeds: Path, of_cast: tuple[dict, list]) -> None:
    raw = cast()
    for rows in raw.values():
        random.Random(5).shuffle(rows)
    assert_alike(of_cast, everything(sound, raw, seeds))


def test_u2_a_row_that_comes_twice_counts_once(sound: Project, seeds: Path, of_cast: tuple[dict, list]) -> None:
    raw = {table: [*rows, *map(dict, rows)] for table, rows in cast().items()}
    assert_alike(of_cast, everything(sound, raw, seeds))


def test_u3_what_comes_later_is_not_read(sound: Project, seeds: Path) -> None:
    """As of May 2023: the orders and churns of later days do not matter."""
    raw, as_of = cast(), "2023-05-31"
    early = {table: [dict(row) for row in rows] for table, rows in raw.items()}
    early["orders"] = [row for row in early["orders"] if row["ordered_at"][:10] <= as_of]
    raw["orders"].append(
        early["orders"][0] | {"order_id": "later", "ordered_at": "2023-06-01", "amount": "1000", "is_refunded": None}
    )
    for row in early["subscriptions"]:
        if row["ended_at"] and row["ended_at"][:10] > as_of:
            row["ended_at"] = None
    assert_alike(everything(sound, early, seeds, as_of), everything(sound, raw, seeds, as_of))


def test_u4_test_customers_are_nobody(sound: Project, seeds: Path, of_cast: tuple[dict, list]) -> None:
    """Not even where they paid before everybody else: the company is still the same."""
    raw = cast()
    raw["customers"].append({"customer_id": "aaa", "name": "aaa", "created_at": "2023-01-01", "is_test": "true"})
    raw["subscriptions"].append(
        {"subscription_id": "test", "customer_id": "aaa", "status": "active", "started_at": "2023-01-01"}
    )
    item = dict.fromkeys(raw["subscription_items"][0])
    item |= {"item_version_id": "test", "subscription_id": "test", "plan_id": raw["plans"][0]["plan_id"]}
    item |= {"quantity": "1", "unit_amount": "7", "currency": "USD", "effective_from": "2023-01-01"}
    raw["subscription_items"].append(item)
    raw["orders"].append(
        raw["orders"][0] | {"order_id": "test", "customer_id": "aaa", "ordered_at": "2023-02-01", "is_refunded": None}
    )
    assert_alike(of_cast, everything(sound, raw, seeds))


@pytest.mark.parametrize(
    "mark", [mark_of("2023-01-01", "somebody_else"), mark_of("2023-01-02", "mary_cancels_in_march")]
)
def test_a_model_of_another_company_is_none(sound: Project, tmp_path: Path, mark: str) -> None:
    cells, rows = everything(sound, cast(), write_models(tmp_path, mark, CAST_MODEL, CDNOW))
    assert cells == {}
    assert {row[-1] for row in rows} == {None}


def test_without_costs_there_is_no_value_but_there_are_months(sound: Project, seeds: Path) -> None:
    raw = {table: rows for table, rows in cast().items() if table != "costs"}
    with sound.with_seeds(seeds).run(raw, AS_OF, ["metrics", *MART]) as built:
        assert not any(key[0] == METRIC for key in built.metrics())
        ((values, months),) = built.query(
            "select count(lifetime_value), count(expected_discounted_months) from marts.customer_lifetime_values"
        )
    assert values == 0
    assert months > 5
