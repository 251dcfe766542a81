"""A support desk in the making: tickets told as threads, calls as legs, written down as raw tables."""

from __future__ import annotations

from typing import Any

from tests.books import Book


class Desk(Book):
    """A book with tickets and calls.

    A thread is a list of steps in short: `("customer", when)`, `("agent", when)`, `("bot", when)` are public messages,
    `("note", when)` is one of an agent that nobody outside sees; any other first word is a status.
    """

    def ticket(self, ticket_id: str, created_at: str, *steps: tuple[str, str], **more: Any) -> Desk:
        """A ticket of the customer `c`, unless another (or none) is given."""
        row = {"ticket_id": ticket_id, "customer_id": "c", "status": "open", "created_at": created_at}
        self.add("tickets", **row | {"created_by": "customer"} | more)
        for what, when in steps:
            if what in ("customer", "agent", "bot", "note"):
                self.message(ticket_id, what, when)
            else:
                self.add("ticket_status_changes", ticket_id=ticket_id, status=what, changed_at=when)
        return self

    def message(self, ticket_id: str, author: str, sent_at: str, **more: Any) -> Desk:
        row = {"message_id": f"m{len(self.raw.get('ticket_messages', [])) + 1:03}", "ticket_id": ticket_id}
        row |= {"author_type": "agent" if author == "note" else author, "is_public": author != "note"}
        return self.add("ticket_messages", **row | {"sent_at": sent_at} | more)

    def call(self, call_id: str, queued_at: str, answered_at: str | None, ended_at: str, **more: Any) -> Desk:
        """An inbound call of the customer `c`; abandoned where it was not answered."""
        row = {"call_id": call_id, "customer_id": "c", "direction": "inbound", "queued_at": queued_at}
        row |= {"answered_at": answered_at, "ended_at": ended_at, "is_abandoned": answered_at is None}
        return self.add("calls", **row | more)
