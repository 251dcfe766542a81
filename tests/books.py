"""Small companies in the making, written down as the raw tables that a billing system would deliver."""

from __future__ import annotations

import copy
from typing import Any

Rows = list[dict[str, Any]]


class Book:
    """Raw tables that grow row by row; every method returns the book.

    Plans of one currency stand in it from the start: basic and pro (monthly, family core), yearly (core), addon (monthly, family
    extra) and free. Customers appear when they are first sold something.
    """

    def __init__(self, currency: str = "USD", created_at: str = "2024-01-01") -> None:
        self.currency, self.created_at = currency, created_at
        self.raw: dict[str, Rows] = {"customers": [], "plans": [], "subscriptions": [], "subscription_items": []}
        self.plan("basic").plan("pro").plan("yearly", "year").plan("addon", family="extra").plan("free", is_free=True)

    def add(self, table: str, **row: Any) -> Book:
        """A row as it comes."""
        self.raw.setdefault(table, []).append(row)
        return self

    def plan(self, plan_id: str, interval: str = "month", count: int = 1, family: str = "core", **more: Any) -> Book:
        row = {"plan_id": plan_id, "plan_name": plan_id, "product_family": family, "billing_interval": interval}
        return self.add("plans", **row | {"interval_count": count, "currency": self.currency, "is_free": False} | more)

    def customer(self, customer_id: str, **more: Any) -> Book:
        row = {"customer_id": customer_id, "name": customer_id, "created_at": self.created_at, "country": "DE"}
        return self.add("customers", **row | more)

    def subscription(
        self, subscription_id: str, customer_id: str, start: str, end: str | None = None, **more: Any
    ) -> Book:
        if not any(row["customer_id"] == customer_id for row in self.raw["customers"]):
            self.customer(customer_id)
        row = {"subscription_id": subscription_id, "customer_id": customer_id, "started_at": start, "ended_at": end}
        return self.add("subscriptions", **row | {"status": "active"} | more)

    def item(
        self, subscription_id: str, amount: Any, start: str, end: str | None = None, plan: str = "basic", **more: Any
    ) -> Book:
        row = {
            "item_version_id": f"v{len(self.raw['subscription_items']) + 1}",
            "subscription_id": subscription_id,
            "plan_id": plan,
            "quantity": 1,
            "unit_amount": amount,
            "currency": self.currency,
            "effective_from": start,
            "effective_to": end,
        }
        return self.add("subscription_items", **row | more)

    def sell(
        self,
        customer_id: str,
        amount: Any,
        start: str,
        end: str | None = None,
        plan: str = "basic",
        quantity: Any = 1,
        item: dict[str, Any] | None = None,
        **subscription: Any,
    ) -> Book:
        """A subscription of one item."""
        subscription_id = subscription.pop("subscription_id", f"s{len(self.raw['subscriptions']) + 1}")
        self.subscription(subscription_id, customer_id, start, end, **subscription)
        return self.item(subscription_id, amount, start, None, plan, **{"quantity": quantity, **(item or {})})

    def pause(self, subscription_id: str, start: str, end: str | None = None) -> Book:
        return self.add("subscription_pauses", subscription_id=subscription_id, paused_at=start, resumed_at=end)

    def rate(self, currency: str, day: str, rate: Any) -> Book:
        return self.add("exchange_rates", rate_date=day, currency=currency, rate_to_reporting=rate)

    def term(self, customer_id: str, amount: Any, start: str, end: str, **more: Any) -> Book:
        row = {"term_id": f"t{len(self.raw.get('contract_terms', [])) + 1}", "customer_id": customer_id}
        row |= {"term_start": start, "term_end": end, "amount": amount, "currency": self.currency}
        return self.add("contract_terms", **row | more)

    def order(self, customer_id: str, day: str, amount: Any = 10, **more: Any) -> Book:
        row = {"order_id": f"o{len(self.raw.get('orders', [])) + 1}", "customer_id": customer_id, "ordered_at": day}
        return self.add("orders", **row | {"amount": amount, "currency": self.currency} | more)

    def copy(self) -> Book:
        return copy.deepcopy(self)
