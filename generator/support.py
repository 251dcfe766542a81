"""Tickets with their messages and status history, and telephone calls. The dissatisfied need more help, and wait."""

from dataclasses import dataclass

import numpy as np

from generator import days, store
from generator.company import Customers
from generator.config import Settings
from generator.days import NONE
from generator.product import Users
from generator.service import Spans, draw_days

CHANNELS = ["email", "chat", "web", "phone"]
SEVERITIES = ["low", "normal", "high", "urgent", "critical"]
STATUSES = ["new", "open", "pending", "on_hold", "solved", "closed"]
NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED = range(6)
AGENTS = 14
BODIES = [
    "The export fails with an error since this morning.", "Thank you, that solved it!", "This is the third time I ask.",
    "How do I add a user?", "I am very disappointed with the delay.", "Great, works perfectly now.",
    "Could you send the invoice again?", "The dashboard is slow, but usable.",
    "Der Export bricht seit heute Morgen mit einem Fehler ab.",
]  # fmt: skip
REPLIES = ["We are looking into it.", "Please try again now.", "Here is the guide for that.", "This is fixed."]
QUEUES = ["support", "billing"]


@dataclass
class Tickets:
    """What surveys need to know of tickets: number, position of the customer, first solve (or none)."""

    number: np.ndarray
    customer: np.ndarray
    user: np.ndarray
    solved: np.ndarray


def add_tickets(tables: store.Store, settings: Settings, customers: Customers, spans: Spans, users: Users) -> Tickets:
    """Write `tickets`, `ticket_messages` and `ticket_status_changes`."""
    rng = settings.stream(40)
    at, day = draw_days(rng, spans, customers, 0.042 * settings.activity * settings.tickets, -0.45)
    who, n = spans.customer[at], len(at)
    trait = customers.trait[who]
    user = users.first[who]
    created = days.instant(day, rng.integers(66_000, 86_000, n) - 20_000 * (day > users.created[user]))
    severity = np.clip((rng.normal(1.2, 1.0, n) - 0.3 * trait).astype(np.int64), 0, 4)
    by_agent = rng.random(n) < 0.06
    # Turns of the conversation: reply after reply, then solved, perhaps reopened, solved again, closed.
    horizon = (settings.last + 1) * days.DAY_SECONDS - 1
    reply = created + (600 + rng.exponential(9_000 * np.exp(-0.3 * trait))).astype(np.int64)
    answers = rng.integers(1, 4, n)
    solved = reply + (1_800 + rng.exponential(60_000 * np.exp(0.2 * severity - 0.2 * trait))).astype(np.int64)
    never = rng.random(n) < 0.04
    reopened = np.where(rng.random(n) < 0.10 + 0.05 * (trait < 0), solved + rng.integers(3_600, 9 * 86_400, n), NONE)
    again = np.where(reopened == NONE, NONE, reopened + rng.integers(7_200, 4 * 86_400, n))
    closed = np.where(rng.random(n) < 0.8, np.maximum(solved, again) + 5 * 86_400, NONE)
    for times in (solved, reopened, again, closed):
        times[never | (times > horizon)] = NONE
    spam = rng.random(n) < 0.01
    merged = (rng.random(n) < 0.012) & (np.arange(n) > 0) & ~spam
    changes = [
        (np.full(n, True), NEW, created),
        ((reply <= horizon), OPEN, reply),
        ((solved != NONE) & (rng.random(n) < 0.25), PENDING, reply + 900),
        ((solved != NONE), SOLVED, solved),
        ((reopened != NONE), OPEN, reopened),
        ((again != NONE), SOLVED, again),
        ((closed != NONE), CLOSED, closed),
    ]
    ticket = np.concatenate([np.flatnonzero(chosen) for chosen, _, _ in changes])
    status = np.concatenate([np.full(chosen.sum(), code) for chosen, code, _ in changes])
    time = np.concatenate([times[chosen] for chosen, _, times in changes])
    order = np.lexsort((time, ticket))
    ticket, status, time = ticket[order], status[order], time[order]
    tables.add(
        "ticket_status_changes",
        {
            "ticket_id": store.ident("tkt", ticket),
            "status": store.label(status, STATUSES),
            "changed_at": store.instant(time),
        },
    )
    final = np.zeros(n, dtype=np.int64)
    final[ticket] = status
    assignee = np.where(reply <= horizon, rng.integers(0, AGENTS, n), -1)
    tables.add(
        "tickets",
        {
            "ticket_id": store.ident("tkt", np.arange(n)),
            "customer_id": store.ident("cus", np.where(rng.random(n) < 0.01, -1, customers.number[who])),
            "requester_id": store.ident("usr", user),
            "assignee_id": store.ident("agt", assignee, 2),
            "channel": store.label(rng.integers(0, len(CHANNELS), n), CHANNELS),
            "severity": store.label(np.where(rng.random(n) < 0.02, -1, severity), SEVERITIES),
            "status": store.label(final, STATUSES),
            "created_at": store.instant(created),
            "created_by": store.label(by_agent.astype(int), ["customer", "agent"]),
            "merged_into_ticket_id": store.ident("tkt", np.where(merged, np.arange(n) - 1, -1)),
            "is_spam": store.flag(spam),
        },
    )
    _add_messages(tables, rng, horizon, user, assignee, (created, reply, solved, reopened, again), answers, by_agent)
    return Tickets(np.arange(n), who, user, solved)


def _add_messages(tables, rng, horizon: int, user, assignee, times, answers, by_agent) -> None:
    """Write `ticket_messages`: a first reply, some back and forth until the solve, a bot's receipt, internal notes."""
    created, reply, solved, reopened, again = times
    n = len(created)
    until = np.where(solved == NONE, reply + 40_000, solved)
    rows = [(np.flatnonzero(rng.random(n) < 0.5), 2, created + 20), (np.flatnonzero(~by_agent), 1, reply)]
    rows.append((np.flatnonzero(by_agent), 1, np.maximum(reply, created + 60)))
    for turn in (1, 2):
        longer = np.flatnonzero(answers > turn)
        gap = (until - reply) * turn // 4
        rows += [(longer, 0, reply + gap + 60), (longer, 1, reply + gap + (until - reply) // 8 + 90)]
    rows.append((np.flatnonzero(solved != NONE), 1, solved - 30))
    rows.append((np.flatnonzero(reopened != NONE), 0, reopened))
    rows.append((np.flatnonzero(again != NONE), 1, again - 60))
    ticket = np.concatenate([row[0] for row in rows])
    author = np.concatenate([np.full(len(row[0]), row[1]) for row in rows])
    sent = np.concatenate([row[2][row[0]] for row in rows])
    past = sent <= horizon
    ticket, author, sent = ticket[past], author[past], sent[past]
    order = np.lexsort((sent, ticket))
    ticket, author, sent = ticket[order], author[order], sent[order]
    n = len(ticket)
    body = np.where(author == 1, len(BODIES) + rng.integers(0, len(REPLIES), n), rng.integers(0, len(BODIES), n))
    number = np.where(author == 0, user[ticket], assignee[ticket])
    tables.add(
        "ticket_messages",
        {
            "message_id": store.ident("msg", np.arange(n)),
            "ticket_id": store.ident("tkt", ticket),
            "author_id": store.Column(
                np.where(author == 2, -1, number * 2 + author),
                "case when {c} < 0 then null when {c} % 2 = 1 then 'agt_' || lpad(({c} // 2)::varchar, 2, '0') "
                "else 'usr_' || lpad(({c} // 2)::varchar, 6, '0') end",
            ),
            "author_type": store.label(author, ["customer", "agent", "bot"]),
            "is_public": store.flag((author != 1) | (rng.random(n) > 0.08)),
            "sent_at": store.instant(sent),
            "body": store.label(np.where(author == 2, -1, body), BODIES + REPLIES),
        },
    )


def add_calls(tables: store.Store, settings: Settings, customers: Customers, spans: Spans) -> None:
    """Write `calls`: answered, abandoned, transferred (a second leg), outbound."""
    rng = settings.stream(41)
    at, day = draw_days(rng, spans, customers, 0.018 * settings.activity, -0.3)
    who, n = spans.customer[at], len(at)
    queued = days.instant(day, rng.integers(66_500, 72_000, n))
    wait = rng.exponential(22, n).astype(np.int64)
    outbound = rng.random(n) < 0.12
    abandoned = ~outbound & (rng.random(n) < np.clip(wait / 400, 0.02, 0.5))
    talk = 60 + rng.exponential(300, n).astype(np.int64)
    answered = np.where(abandoned, NONE, queued + wait)
    ended = np.where(abandoned, queued + wait, queued + wait + talk)
    hold = np.where(rng.random(n) < 0.3, talk // 5, 0)
    transferred = np.flatnonzero(~abandoned & ~outbound & (rng.random(n) < 0.08))
    legs = np.concatenate([np.arange(n), transferred])
    is_leg = np.arange(len(legs)) >= n
    leg_queued = np.where(is_leg, ended[legs], queued[legs])
    leg_answered = np.where(is_leg, ended[legs] + 15, answered[legs])
    leg_ended = np.where(is_leg, ended[legs] + 15 + talk[legs] // 2, ended[legs])
    known = ~abandoned[legs] & (rng.random(len(legs)) < 0.85)
    resolved = np.where(known, (rng.random(len(legs)) < 0.78).astype(int), -1)
    tables.add(
        "calls",
        {
            "call_id": store.ident("cal", np.arange(len(legs))),
            "customer_id": store.ident("cus", np.where(rng.random(len(legs)) < 0.03, -1, customers.number[who[legs]])),
            "agent_id": store.ident("agt", np.where(abandoned[legs], -1, rng.integers(0, AGENTS, len(legs))), 2),
            "direction": store.label(outbound[legs].astype(int), ["inbound", "outbound"]),
            "queued_at": store.instant(leg_queued),
            "answered_at": store.instant(leg_answered),
            "ended_at": store.instant(leg_ended),
            "hold_seconds": store.whole(np.where(abandoned[legs], NONE, np.where(is_leg, 0, hold[legs]))),
            "wrap_seconds": store.whole(np.where(abandoned[legs], NONE, rng.integers(0, 90, len(legs)))),
            "is_abandoned": store.flag(abandoned[legs]),
            "is_resolved": store.Column(resolved, "case when {c} >= 0 then {c} = 1 end"),
            "queue": store.label(rng.integers(0, 2, len(legs)), QUEUES),
            "transferred_from_call_id": store.ident("cal", np.where(is_leg, legs, -1)),
        },
    )
