"""Costs that name no customer: each segment's share to the last digit, also where amounts are those of a very large company."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest

from tests.books import Book
from tests.compiled import run
from tests.conftest import VARIABLES

AS_OF = "2024-02-29"


def invoiced(book: Book, customer_id: str, amount: str) -> Book:
    """A paid invoice for the service of February."""
    number = f"i_{customer_id}"
    common = {"invoice_id": number, "amount_refunded": 0, "amount_credited": 0, "tax": 0}
    book.add("invoices", **common, customer_id=customer_id, issued_at="2024-02-01", status="paid", currency="USD")
    book.raw["invoices"][-1]["total_excluding_tax"] = amount
    period = {"period_start": "2024-02-01", "period_end": "2024-03-01"}
    return book.add(
        "invoice_lines", invoice_line_id=number, invoice_id=number, kind="recurring", amount=amount, **period
    )


def cost(book: Book, purpose: str, amount: str, day: str = "2024-02-05", **more: Any) -> Book:
    """A cost."""
    row = {"cost_id": f"c{len(book.raw.get('costs', []))}", "incurred_at": day, "purpose": purpose, "category": "other"}
    return book.add("costs", **row | {"amount": amount, "currency": "USD"} | more)


def shares(book: Book, measure: str, month: str = "2024-02-01") -> dict[str, Decimal]:
    """A measure of a month by country, and of all."""
    with run(book.raw, AS_OF, VARIABLES, models=["int_segment_periods__costs"]) as built:
        return dict(
            built.query(
                f"select segment_value, {measure} from intermediate.int_segment_periods__costs"
                f" where period_type = 'month' and period_start = '{month}' and segment_name in ('all', 'country')"
            )
        )


def rounded(amount: str, part: str, whole: str) -> Decimal:
    """The same share, by arithmetic that cannot overflow."""
    with localcontext() as context:
        context.prec = 100
        return (Decimal(amount) * Decimal(part) / Decimal(whole)).quantize(Decimal("1e-10"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("100", {"DE": "1", "FR": "2"}),
        ("0.0000000001", {"DE": "1", "FR": "1"}),
        ("2.0000000001", {"DE": "1", "FR": "3"}),
        ("98765432109.8765432109", {"DE": "123456789012.3456789012", "FR": "7.0000000001", "NL": "900000000000.1"}),
        ("999999999999.9999999999", {"DE": "999999999999.9999999999", "FR": "999999999999.9999999998"}),
        ("50", {"DE": "150", "FR": "-50"}),
        ("50", {"DE": "20", "FR": "-60"}),
        ("10", {"DE": "10", "FR": "0"}),
    ],
)
def test_cogs_is_shared_by_revenue(amount: str, parts: dict[str, str]) -> None:
    """Rounded half away from zero, each share once; a country whose credits exceed its revenue has a negative share."""
    book = cost(Book(), "cogs", amount)
    for country, part in parts.items():
        invoiced(book.customer(country, country=country), country, part)
    whole = str(sum(Decimal(part) for part in parts.values()))
    expected = {country: rounded(amount, part, whole) for country, part in parts.items()} | {"all": Decimal(amount)}
    assert shares(book, "cogs") == expected


def test_retention_cost_is_shared_by_customers_of_both_ends() -> None:
    """Two customers who stayed count twice, one who left and one who came once: 4 of 6 and 1 of 6 of what names no customer."""
    book = Book().customer("fr", country="FR").customer("nl", country="NL")
    book.sell("a", 1, "2024-01-01").sell("b", 1, "2024-01-01")
    book.sell("fr", 1, "2024-01-01", "2024-02-10").sell("nl", 1, "2024-02-10")
    cost(cost(book, "retention", "60"), "retention", "7", customer_id="nl")
    assert shares(book, "retention_cost") == {"all": 67, "DE": 40, "FR": 10, "NL": 17}


def test_nothing_to_share_by() -> None:
    """Costs before there is revenue or a customer stand in all and under (unknown), so that countries add up to all."""
    book = cost(cost(Book().customer("a"), "cogs", "5"), "retention", "3")
    assert shares(book, "cogs") == {"all": 5, "(unknown)": 5}
    assert shares(book, "retention_cost") == {"all": 3, "(unknown)": 3}


def test_costs_are_spread_over_their_days() -> None:
    """366 for 2024 is 31 in January and 29 in February; a period of no length counts on the day incurred; costs of tests are out."""
    book = Book().customer("a").customer("test", is_test=True)
    cost(book, "cogs", "366", "2024-01-15", period_start="2024-01-01", period_end="2025-01-01", customer_id="a")
    cost(book, "cogs", "1000", "2024-01-15", period_start="2024-03-01", period_end="2024-03-01", customer_id="a")
    cost(book, "cogs", "500", "2024-01-15", customer_id="test")
    cost(book, "cogs", "700", "2024-03-01", period_start="2024-01-01", period_end="2024-02-01")
    assert shares(book, "cogs", "2024-01-01") == {"all": 1031, "DE": 1031}
    assert shares(book, "cogs", "2024-02-01") == {"all": 29, "DE": 29}
