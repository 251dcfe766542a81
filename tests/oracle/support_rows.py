"""Which rows of the tables of support count: tickets, their messages and changes of status, calls."""

from __future__ import annotations

from tests.oracle.cleaning import FAMILY_TABLES, Judging, Row

STATUSES = ("new", "open", "pending", "on_hold", "solved", "closed")


def judge_support(judging: Judging) -> None:
    judge = judging.judge
    tickets = judge.parsed("tickets")
    judge.keep(
        "tickets",
        tickets,
        lambda row: None if row["created_by"].lower() in ("customer", "agent") else "unknown_creator",
        judging.orphan,
    )
    created = {row["ticket_id"]: row["created_at"].instant for row in judging.staged["tickets"]}

    def message_rule(row: Row) -> str | None:
        if row["ticket_id"] not in created:
            return "unknown_ticket"
        if row["author_type"].lower() not in ("customer", "agent", "bot"):
            return "unknown_author_type"
        return "before_ticket_created" if row["sent_at"].instant < created[row["ticket_id"]] else None

    def change_rule(row: Row) -> str | None:
        if row["ticket_id"] not in created:
            return "unknown_ticket"
        if row["status"].lower() not in STATUSES:
            return "unknown_status"
        return "before_ticket_created" if row["changed_at"].instant < created[row["ticket_id"]] else None

    judge.keep("ticket_messages", judge.parsed("ticket_messages"), message_rule)
    judge.keep("ticket_status_changes", judge.parsed("ticket_status_changes"), change_rule)
    calls = judge.parsed("calls")
    came_from = {row["call_id"]: row["transferred_from_call_id"] for row in calls}
    judge.keep("calls", calls, lambda row: _call_rule(row, came_from), judging.orphan)


FAMILY_TABLES.append(judge_support)


def _call_rule(row: Row, came_from: dict[str, str | None]) -> str | None:
    if row["direction"].lower() not in ("inbound", "outbound"):
        return "unknown_direction"
    times = [moment.instant for moment in (row["queued_at"], row["answered_at"], row["ended_at"]) if moment]
    if times != sorted(times):
        return "end_before_start"
    if (row["hold_seconds"] or 0) < 0 or (row["wrap_seconds"] or 0) < 0:
        return "negative_duration"
    if row["is_abandoned"] and row["answered_at"]:
        return "abandoned_and_answered"
    return "transfer_cycle" if _leads_back(row["call_id"], came_from) else None


def _leads_back(call_id: str, came_from: dict[str, str | None]) -> bool:
    """Whether the calls that it was transferred from lead back to it."""
    seen: set[str] = set()
    earlier = came_from.get(call_id)
    while earlier is not None and earlier not in seen:
        if earlier == call_id:
            return True
        seen.add(earlier)
        earlier = came_from.get(earlier)
    return False
