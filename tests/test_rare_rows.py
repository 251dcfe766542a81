"""
One company of rare rows: what random companies meet seldom, and the cast not at all, each in a customer of its own. SQL and oracle must agree
on every cell of it, in every segment: each customer has attributes of its own, and half of them have others from a day on.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.comparison import assert_same
from tests.compiled import run
from tests.oracle import compute

Row = dict[str, Any]
ATTRIBUTES = ("country", "industry", "company_size", "acquisition_channel")
# name: family, billing interval
PLANS = {
    "Basic": ("Core", "month"),
    "Pro": ("Core", "month"),
    "Yearly": ("Core", "year"),
    "Chat": ("Extra", "month"),
    "Data": ("More", "month"),
}
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "policies": {
        "reporting_currency": "EUR",
        "usage_mrr": True,
        "past_due_counts": False,
        "discount_policy": "permanent",
        "churn_timing": "at_request",
        "max_pause_days": 30,
        "committed_horizon_days": 30,
    },
}


class Company:
    """The raw tables, row by row."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {
            "plans": [],
            "customers": [],
            "subscriptions": [],
            "subscription_items": [],
        }
        for name, (family, interval) in PLANS.items():
            self.add(
                "plans",
                plan_id=name.lower(),
                plan_name=name,
                product_family=family,
                billing_interval=interval,
                interval_count=1,
                unit_amount="10",
                currency="EUR",
            )

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)

    def customer(self, name: str, moves_on: str | None = None) -> None:
        """A customer whose attributes are its own; from the day on which it moves, others."""
        self.add(
            "customers",
            customer_id=name,
            name=name,
            created_at="2024-01-01",
            **{one: f"{one} of {name}" for one in ATTRIBUTES},
        )
        self.add(
            "csm_assignments",
            customer_id=name,
            csm_id=f"csm of {name}",
            assigned_from="2024-01-01",
            assigned_to=moves_on,
        )
        if moves_on:
            self.add("csm_assignments", customer_id=name, csm_id=f"next of {name}", assigned_from=moves_on)
            for one in ATTRIBUTES:
                self.add(
                    "customer_attributes", customer_id=name, attribute=one, value=f"next of {name}", valid_from=moves_on
                )

    def subscription(self, customer: str, start: str = "2024-01-10", number: int = 1, **more: Any) -> str:
        name = f"{customer} {number}"
        self.add(
            "subscriptions",
            **{"subscription_id": name, "customer_id": customer, "status": "active", "started_at": start} | more,
        )
        return name

    def item(
        self,
        subscription: str,
        plan: str,
        amount: str,
        start: str = "2024-01-10",
        end: str | None = None,
        quantity: str = "1",
        **more: Any,
    ) -> None:
        number = len(self.tables["subscription_items"])
        row = {
            "item_version_id": f"v{number}",
            "subscription_id": subscription,
            "plan_id": plan,
            "quantity": quantity,
            "unit_amount": amount,
            "currency": "EUR",
            "effective_from": start,
            "effective_to": end,
        }
        self.add("subscription_items", **row | more)

    def change(
        self, customer: str, before: Row, after: Row, day: str = "2024-02-15", moves_on: str | None = None
    ) -> None:
        """A customer with one item that becomes another one on a day."""
        self.customer(customer, moves_on)
        name = self.subscription(customer)
        self.item(name, **{"plan": "basic", "amount": "10", "end": day} | before)
        self.item(name, **{"plan": "basic", "amount": "10", "start": day} | after)


def company() -> dict[str, list[Row]]:
    """Every rare row."""
    made = Company()
    # quantity, list price and discount of one plan in every order
    tenth, fifth = {"discount_percent": "10"}, {"discount_percent": "20"}
    made.change("more for less", {"quantity": "2", **tenth}, {"quantity": "3", **fifth})
    made.change("less for more", {"quantity": "3", **fifth}, {"quantity": "2", **tenth})
    made.change("more for more", {"quantity": "2", **fifth}, {"quantity": "5", "amount": "12", **tenth})
    made.change("less for less", {"quantity": "5", "amount": "12", **tenth}, {"quantity": "2", **fifth})
    made.change("dearer", {"quantity": "4"}, {"quantity": "4", "amount": "11"})
    made.change("cheaper", {"quantity": "4", "amount": "11"}, {"quantity": "4", "amount": "9"})
    made.change("nothing to something", {"amount": "0"}, {"amount": "7"})
    made.change("something to nothing", {"amount": "7"}, {"amount": "0"})
    made.change("given away", {"amount": "7"}, {"amount": "7", "discount_percent": "100"})
    made.change("none of it", {"quantity": "0"}, {"quantity": "2"})
    made.change("none of it left", {"quantity": "2"}, {"quantity": "0"})
    # another plan of the family, another family, both at once, with and without a discount
    made.change("moved up", {}, {"plan": "pro", "amount": "25"}, moves_on="2024-02-15")
    made.change("moved down", {"plan": "pro", "amount": "25", **tenth}, {"plan": "basic"}, moves_on="2024-03-01")
    made.change("other family", {}, {"plan": "chat", "amount": "30", **fifth}, moves_on="2024-02-29")
    made.change("to a year", {}, {"plan": "yearly", "amount": "96"}, moves_on="2024-02-01")
    for customer, plans in (("adds", ("chat",)), ("adds two", ("chat", "data")), ("adds and swaps", ("pro", "chat"))):
        made.customer(customer, "2024-03-20")
        name = made.subscription(customer)
        made.item(name, "basic", "10", end="2024-03-05" if "swaps" in customer else None)
        for plan in plans:
            made.item(name, plan, "15", start="2024-03-05", end="2024-05-05" if plan == "chat" else None)
    # two items of one plan are together more than the largest item
    made.customer("two of one")
    name = made.subscription("two of one")
    made.item(name, "basic", "8")
    made.item(name, "basic", "8")
    made.item(name, "pro", "12", end="2024-04-01")
    made.customer("two of one, free")
    name = made.subscription("two of one, free")
    for plan, amount in (("basic", "8"), ("basic", "8"), ("pro", "12")):
        made.item(name, plan, amount, discount_percent="100")
    # rates move on the day of a change, before it, against it, and on quiet days
    dollars = {"currency": "USD"}
    for number, day in enumerate(
        ("2024-01-01", "2024-01-20", "2024-02-15", "2024-02-16", "2024-03-10", "2024-03-31", "2024-04-30", "2024-05-02")
    ):
        made.add(
            "exchange_rates",
            rate_date=day,
            currency="USD",
            rate_to_reporting=("0.8", "0.9", "1", "0.95", "0.5", "1.25", "0.9", "1.1")[number],
        )
    made.change("grows on a new rate", dollars, {"amount": "14", **dollars}, moves_on="2024-02-16")
    made.change("shrinks as much as the rate grows", {"amount": "10", **dollars}, {"amount": "9", **dollars})
    made.change(
        "grows as much as the rate shrinks", {"amount": "10", **dollars}, {"amount": "20", **dollars}, day="2024-03-10"
    )
    made.change("changes its currency", dollars, {"amount": "9"}, day="2024-03-31", moves_on="2024-03-31")
    made.change("leaves on a new rate", dollars, {"amount": "0", **dollars}, day="2024-04-30")
    made.change(
        "returns on a new rate",
        {"end": "2024-01-20", **dollars},
        {"start": "2024-03-10", **dollars},
        moves_on="2024-03-10",
    )
    made.change("quiet", {"end": "2024-05-03", **dollars}, {"start": "2024-05-03", **dollars})
    # trial, pause and unpaid time over each other
    for customer, trial, pause, due in (
        ("trial and due", ("2024-01-10", "2024-02-20"), None, "2024-02-10"),
        ("trial and pause", ("2024-01-10", "2024-02-20"), ("2024-02-10", "2024-03-05"), None),
        ("pause and due", None, ("2024-02-10", "2024-03-31"), "2024-03-01"),
        ("long pause", None, ("2024-02-10", None), None),
        ("all three", ("2024-01-10", "2024-01-31"), ("2024-01-20", "2024-02-29"), "2024-02-20"),
        ("due and paid", None, None, "2024-02-29"),
    ):
        made.customer(customer, "2024-02-25")
        more = {"trial_start_at": trial[0], "trial_end_at": trial[1]} if trial else {}
        name = made.subscription(customer, **more)
        made.item(name, "basic", "10")
        made.item(name, "chat", "0")
        if pause:
            made.add("subscription_pauses", subscription_id=name, paused_at=pause[0], resumed_at=pause[1])
        if due:
            made.add("subscription_status_changes", subscription_id=name, status="past_due", changed_at=due)
            made.add("subscription_status_changes", subscription_id=name, status="active", changed_at="2024-03-20")
    # resumed on the very day on which its attributes are others
    made.customer("resumes as it moves", "2024-03-05")
    name = made.subscription("resumes as it moves")
    made.item(name, "basic", "10")
    made.add("subscription_pauses", subscription_id=name, paused_at="2024-02-20", resumed_at="2024-03-05")
    # the same beside a subscription that pays
    for customer, more in (
        ("pays and tries", {"trial_start_at": "2024-01-10", "trial_end_at": "2024-03-05"}),
        ("pays and is due", {}),
        ("pays and pauses", {}),
        ("leaves and lapses", {}),
    ):
        made.customer(customer, "2024-03-01")
        # the other one is paused from the 10th of February, for 90 days or 30
        end = "2024-03-11" if customer == "leaves and lapses" else None
        made.item(made.subscription(customer, ended_at=end, cancel_reason=end and "price"), "basic", "10", end=end)
        other = made.subscription(customer, number=2, **more)
        made.item(other, "chat", "5", end="2024-04-10")
        made.item(other, "chat", "6", start="2024-04-10", quantity="2")
        if "due" in customer:
            for day, status in (("2024-02-29", "past_due"), ("2024-04-20", "active")):
                made.add("subscription_status_changes", subscription_id=other, status=status, changed_at=day)
        if "pauses" in customer or "lapses" in customer:
            made.add("subscription_pauses", subscription_id=other, paused_at="2024-02-10", resumed_at=None)
    # what is paused ends on the very day on which the pause lapses, after 90 days or 30, and the subscription another day
    for customer, end in (("ends as it lapses", "2024-04-14"), ("ends as it lapses early", "2024-02-14")):
        made.customer(customer, "2024-02-01")
        name = made.subscription(customer, cancel_reason="price", ended_at="2024-05-30")
        made.item(name, "basic", "10", end=end)
        made.add("subscription_pauses", subscription_id=name, paused_at="2024-01-15", resumed_at=None)
    # who left, why, and which of two subscriptions said so; asked for before or after the end
    for customer, ends in (
        ("both end", (("2024-03-10", "price", None), ("2024-04-12", "quality", "true"))),
        ("both end at once", (("2024-03-10", "price", "true"), ("2024-03-10", "quality", None))),
        ("ends unsaid", (("2024-03-31", None, None),)),
        ("ends by failure", (("2024-03-31", "card_expired", None),)),
        ("one stays", (("2024-03-10", "price", None), (None, None, None))),
        ("ends again", (("2024-02-20", "price", None), ("2024-05-20", "moved", "false"))),
    ):
        made.customer(customer, "2024-03-01")
        for number, (end, reason, is_involuntary) in enumerate(ends, start=1):
            start = "2024-04-01" if customer == "ends again" and number == 2 else "2024-01-10"
            asked = {"canceled_at": "2024-02-25" if end > "2024-02-25" else end} if end and number == 1 else {}
            name = made.subscription(
                customer, start, number, ended_at=end, cancel_reason=reason, is_involuntary=is_involuntary, **asked
            )
            made.item(name, "basic", "10", start=start, end=end)
    # usage that was billed, on invoices of every status
    made.customer("by usage", "2024-03-15")
    made.item(made.subscription("by usage"), "basic", "1")
    for month, status in enumerate(("paid", "open", "uncollectible", "void", "draft"), start=1):
        made.add(
            "invoices",
            invoice_id=f"n{month}",
            customer_id="by usage",
            status=status,
            issued_at=f"2024-0{month}-28",
            currency="EUR",
            total_excluding_tax="31",
        )
        made.add(
            "invoice_lines",
            invoice_line_id=f"l{month}",
            invoice_id=f"n{month}",
            subscription_id="by usage 1",
            plan_id="data",
            kind="usage",
            amount="31",
            period_start=f"2024-0{month}-01",
            period_end=f"2024-0{month + 1}-01",
        )
    # contracts: renewed at once, late, in another currency, shared by two, of nothing, ended
    for customer, terms in (
        ("renews", (("2024-01-10", "2024-03-10", "20", "EUR"), ("2024-03-10", "2024-05-10", "30", "EUR"))),
        ("renews for less", (("2024-01-10", "2024-03-10", "30", "USD"), ("2024-03-10", "2024-05-10", "20", "USD"))),
        (
            "renews in another currency",
            (("2024-01-10", "2024-02-29", "20", "USD"), ("2024-02-29", "2024-05-31", "20", "EUR")),
        ),
        ("renews late", (("2024-01-10", "2024-03-01", "20", "EUR"), ("2024-03-20", "2024-05-31", "20", "EUR"))),
        (
            "two that end at once",
            (
                ("2024-01-10", "2024-03-10", "20", "EUR"),
                ("2024-01-10", "2024-03-10", "5", "EUR"),
                ("2024-03-10", "2024-06-10", "25", "EUR"),
            ),
        ),
        ("does not renew", (("2024-01-10", "2024-03-10", "20", "EUR"),)),
        ("for nothing", (("2024-01-10", "2024-03-10", "0", "EUR"), ("2024-03-10", "2024-05-10", "10", "EUR"))),
    ):
        made.customer(customer, "2024-03-10")
        last = max(end for _, end, _, _ in terms)
        name = made.subscription(customer, ended_at=last if customer == "does not renew" else None)
        made.item(name, "pro", "10", end=last if customer == "does not renew" else None)
        for number, (start, end, amount, currency) in enumerate(terms):
            made.add(
                "contract_terms",
                term_id=f"{customer} {number}",
                customer_id=customer,
                subscription_id=name,
                term_start=start,
                term_end=end,
                amount=amount,
                currency=currency,
                auto_renew=("true", "false", None)[number],
            )
    # bought more than once
    for customer, days in (
        ("buys again", ("2024-01-15", "2024-02-10", "2024-05-01")),
        ("buys twice a day", ("2024-02-29", "2024-02-29")),
        ("buys once", ("2024-03-31",)),
    ):
        made.customer(customer)
        for number, day in enumerate(days):
            made.add(
                "orders",
                order_id=f"{customer} {number}",
                customer_id=customer,
                ordered_at=day,
                amount="20",
                currency=("EUR", "USD", "EUR")[number],
            )
    # known from other tables alone, the first of several days
    for day in ("2024-03-03", "2024-02-02"):
        made.add("csm_assignments", customer_id="unseen", csm_id=f"m {day}", assigned_from=day)
        made.add("users", user_id=f"u {day}", customer_id="unseen", created_at=day)
        made.add(
            "tickets", ticket_id=f"k {day}", customer_id="unseen", created_at=day, status="open", created_by="customer"
        )
    return made.tables


@pytest.mark.parametrize("as_of", ["2024-02-20", "2024-05-31"])
@pytest.mark.parametrize("name", SETTINGS)
def test_rare_rows(name: str, as_of: str) -> None:
    """In the middle of a month in which much changes, and at the end."""
    raw = company()
    with run(raw, as_of, SETTINGS[name]) as built:
        assert_same(built.query, compute(raw, as_of, SETTINGS[name]), f"{name}, as of {as_of}")
