"""Invoices and their lines, derived from the items.

A recurring line for each billing period that begins while a version is in force and not paused, a proration where a
version changes within a period, now and then setup, usage and credit.
"""

from dataclasses import dataclass

import numpy as np

from generator import catalogue, days, store
from generator.billing import PAYMENT_FAILED, Ledger
from generator.billing_tables import Offsets
from generator.catalogue import INTERVAL_DAYS, INTERVAL_MONTHS, PLAN_IDS, SERVICES, WEEKLY
from generator.company import COUNTRY_TAX, Customers
from generator.config import Settings
from generator.days import NONE

KINDS = ["recurring", "proration", "usage", "one_off", "credit"]
RECURRING, PRORATION, USAGE, ONE_OFF, CREDIT = range(5)
INVOICE_STATUSES = ["draft", "open", "paid", "void", "uncollectible"]
DRAFT, OPEN, PAID, VOID, UNCOLLECTIBLE = range(5)


@dataclass
class Lines:
    """Invoice lines before they are put on invoices: version, kind, day of issue, amount, service period."""

    version: np.ndarray
    kind: np.ndarray
    issued: np.ndarray
    amount: np.ndarray
    begin: np.ndarray
    end: np.ndarray

    def __len__(self) -> int:
        return len(self.version)

    @staticmethod
    def join(parts: list["Lines"]) -> "Lines":
        """The lines of all parts, one part after another."""
        return Lines(*(np.concatenate([getattr(p, f) for p in parts]) for f in Lines.__dataclass_fields__))


def _anchors(ledger: Ledger) -> np.ndarray:
    """The day from which a version's billing periods are counted: the first paid day, or the day of the last change of
    interval or currency.
    """
    sub = ledger.v_sub
    paid_from = np.where(ledger.s_trial_end[sub] == NONE, ledger.s_start[sub], ledger.s_trial_end[sub])
    own = np.maximum(ledger.v_from, paid_from)
    follows = np.zeros(len(sub), dtype=bool)
    follows[1:] = ledger.v_item[1:] == ledger.v_item[:-1]
    same = np.zeros(len(sub), dtype=bool)
    same[1:] = (ledger.v_interval[1:] == ledger.v_interval[:-1]) & (ledger.v_currency[1:] == ledger.v_currency[:-1])
    begins = ~(follows & same)
    # The last beginning at or before each version, by running maximum over positions.
    position = np.maximum.accumulate(np.where(begins, np.arange(len(sub)), 0))
    return own[position]


def _period_start(anchor: np.ndarray, interval: np.ndarray, k: np.ndarray) -> np.ndarray:
    """First day of the k-th billing period."""
    by_month = days.add_months(anchor, k * INTERVAL_MONTHS[interval])
    return np.where(interval < WEEKLY, by_month, anchor + k * INTERVAL_DAYS[interval])


def _is_paused(ledger: Ledger, sub: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whether the subscriptions are paused on the days."""
    if not len(ledger.p_sub):
        return np.zeros(len(sub), dtype=bool)
    order = np.lexsort((ledger.p_from, ledger.p_sub))
    key = ledger.p_sub[order] * 2**20 + ledger.p_from[order]
    at = np.searchsorted(key, sub * 2**20 + day, side="right") - 1
    found = order[np.maximum(at, 0)]
    until = np.where(ledger.p_to[found] == NONE, 2**40, ledger.p_to[found])
    return (at >= 0) & (ledger.p_sub[found] == sub) & (day < until)


def _net_on(ledger: Ledger, version: np.ndarray, day: np.ndarray) -> np.ndarray:
    """A version's price of one interval on a day: without its discount once that has ended."""
    ended = (ledger.v_discount_end[version] != NONE) & (ledger.v_discount_end[version] <= day)
    return np.where(ended, ledger.v_quantity[version] * ledger.v_unit[version], ledger.v_net[version])


def _recurring(settings: Settings, ledger: Ledger, anchor: np.ndarray) -> Lines:
    """A line for each period that begins within a version."""
    begin, end = np.maximum(ledger.v_from, anchor), ledger.v_end(settings.last + 1)
    interval = ledger.v_interval
    by_month = (days.month_of(begin) - days.month_of(anchor)) // np.maximum(INTERVAL_MONTHS[interval], 1)
    step = np.maximum(INTERVAL_DAYS[interval], 1)
    low = np.where(interval < WEEKLY, by_month, (begin - anchor) // step)
    span = np.maximum(end - begin, 0)
    count = np.where(interval < WEEKLY, span // (28 * np.maximum(INTERVAL_MONTHS[interval], 1)) + 2, span // step + 2)
    count = np.where((span > 0) & (ledger.v_net + ledger.v_amount + ledger.v_percent > 0), count, 0)
    version = np.repeat(np.arange(len(begin)), count)
    k = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + low[version]
    start = _period_start(anchor[version], interval[version], k)
    kept = (start >= begin[version]) & (start < end[version])
    version, k, start = version[kept], k[kept], start[kept]
    kept = ~_is_paused(ledger, ledger.v_sub[version], start)
    version, k, start = version[kept], k[kept], start[kept]
    stop = _period_start(anchor[version], interval[version], k + 1)
    amount = _net_on(ledger, version, start)
    return Lines(version, np.full(len(version), RECURRING), start, amount, start, stop)


def _prorations(settings: Settings, ledger: Ledger, anchor: np.ndarray) -> Lines:
    """Where a version replaces another within a period: the unused part back, that part of the new price charged."""
    follows = np.flatnonzero(ledger.v_item[1:] == ledger.v_item[:-1]) + 1
    day = ledger.v_from[follows]
    old = follows - 1
    follows, old, day = (a[(day <= settings.last) & (day > anchor[old])] for a in (follows, old, day))
    interval = ledger.v_interval[old]
    months = (days.month_of(day) - days.month_of(anchor[old])) // np.maximum(INTERVAL_MONTHS[interval], 1)
    k = np.where(interval < WEEKLY, months, (day - anchor[old]) // np.maximum(INTERVAL_DAYS[interval], 1))
    k = k - (_period_start(anchor[old], interval, k) > day)
    begin, end = _period_start(anchor[old], interval, k), _period_start(anchor[old], interval, k + 1)
    inside = (day > begin) & ~_is_paused(ledger, ledger.v_sub[follows], day) & (ledger.v_end(2**30)[follows] > day)
    part = (end - day) / (end - begin)
    back = -np.round(_net_on(ledger, old, begin) * part).astype(np.int64)
    charge = np.round(_net_on(ledger, follows, day) * part).astype(np.int64)
    starts_anew = anchor[follows] == day
    given, charged = inside & (back != 0), inside & (charge != 0) & ~starts_anew
    kind = np.full(len(follows), PRORATION)
    return Lines.join(
        [
            Lines(old[given], kind[given], day[given], back[given], day[given], end[given]),
            Lines(follows[charged], kind[charged], day[charged], charge[charged], day[charged], end[charged]),
        ]
    )


def _extras(rng: np.random.Generator, ledger: Ledger, recurring: Lines) -> Lines:
    """Setup with the first period, metered usage of the period before, goodwill credit."""
    n = len(recurring)
    tier, draw = ledger.v_tier[recurring.version], rng.random(n)
    first = np.zeros(n, dtype=bool)
    first[np.unique(ledger.v_sub[recurring.version], return_index=True)[1]] = True
    setup = first & (draw < 0.2)
    usage = ~first & (tier == 3) & (draw < 0.35) & (recurring.end - recurring.begin < 32)
    credit = ~first & (draw > 0.993) & (recurring.amount > 0)
    none = np.full(n, NONE)
    parts = [
        (setup, ONE_OFF, 25_000 + rng.integers(0, 20, n) * 2_500, none, none),
        (usage, USAGE, rng.integers(100, 20_000, n), recurring.begin - 28, recurring.begin),
        # Sources write credit with either sign.
        (credit, CREDIT, (recurring.amount // 10 + 1) * np.where(draw > 0.9965, -1, 1), recurring.begin, recurring.end),
    ]
    return Lines.join(
        [
            Lines(recurring.version[m], np.full(m.sum(), kind), recurring.issued[m], amount[m], begin[m], end[m])
            for m, kind, amount, begin, end in parts
        ]
    )


def add_invoices(
    tables: store.Store, settings: Settings, block: int, customers: Customers, ledger: Ledger, offsets: Offsets
) -> None:
    """Write `invoices` and `invoice_lines`: one invoice for all lines of a subscription, currency and day."""
    rng = settings.stream(12, block)
    anchor = _anchors(ledger)
    recurring = _recurring(settings, ledger, anchor)
    lines = Lines.join([recurring, _prorations(settings, ledger, anchor), _extras(rng, ledger, recurring)])
    sub = ledger.v_sub[lines.version]
    key = (sub * 2**20 + lines.issued) * len(catalogue.CURRENCIES) + ledger.v_currency[lines.version]
    order = np.argsort(key, kind="stable")
    lines = Lines(*(getattr(lines, f)[order] for f in Lines.__dataclass_fields__))
    sub, key = sub[order], key[order]
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, dtype=int)
    invoice = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(key))))
    signed = np.where(lines.kind == CREDIT, -np.abs(lines.amount), lines.amount)
    total = np.add.reduceat(signed, starts) if len(starts) else np.zeros(0, dtype=np.int64)
    _add_lines(tables, ledger, offsets, lines, sub, invoice)
    _add_heads(tables, settings, rng, customers, ledger, offsets, lines, starts, sub[starts], total)
    offsets.invoice += len(starts)
    offsets.line += len(lines)


def _add_lines(tables, ledger: Ledger, offsets: Offsets, lines: Lines, sub: np.ndarray, invoice: np.ndarray) -> None:
    """Write `invoice_lines`."""
    recurring = np.isin(lines.kind, [RECURRING, PRORATION])
    tables.add(
        "invoice_lines",
        {
            "invoice_line_id": store.ident("inl", offsets.line + np.arange(len(lines)), 7),
            "invoice_id": store.ident("inv", offsets.invoice + invoice, 7),
            "subscription_id": store.ident("sub", offsets.subscription + sub),
            "plan_id": store.label(np.where(recurring, ledger.v_plan[lines.version], -1), PLAN_IDS),
            "kind": store.label(lines.kind, KINDS),
            "quantity": store.whole(np.where(recurring, ledger.v_quantity[lines.version], NONE)),
            "amount": store.cents(lines.amount),
            "period_start": store.day(lines.begin),
            "period_end": store.day(lines.end),
        },
    )


def _add_heads(tables, settings, rng, customers, ledger, offsets, lines, starts, sub, total) -> None:
    """Write `invoices`: status, due date, payment (late for the dissatisfied), refunds and credits."""
    n, last = len(starts), settings.last
    version, issued = lines.version[starts], lines.issued[starts]
    customer = ledger.s_customer[sub] - customers.number[0]
    tax = np.round(total * COUNTRY_TAX[customers.country[customer]] / 100).astype(np.int64)
    due = issued + np.where(ledger.v_family[version] == SERVICES, 30, 14)
    lateness = rng.exponential(6 * np.exp(-0.6 * customers.trait[customer])) - 9
    paid = np.maximum(issued, due + lateness.astype(np.int64))
    status = np.where(paid > last, OPEN, PAID)
    failed = (ledger.s_reason[sub] == PAYMENT_FAILED) & (issued > ledger.s_ended[sub] - 45)
    status = np.where(failed & (ledger.s_ended[sub] <= last), UNCOLLECTIBLE, status)
    draw = rng.random(n)
    status = np.where(draw < 0.004, VOID, status)
    status = np.where((issued > last - 3) & (draw > 0.7), DRAFT, status)
    paid = np.where(status == PAID, paid, NONE)
    # A refund of all or some of it, and a credit note, both with tax.
    whole = total + tax
    refundable = (status == PAID) & (whole > 0)
    refunded_at = paid + rng.integers(1, 25, n)
    refund = np.where(draw > 0.992, whole, np.where(draw > 0.984, whole // 3, 0))
    refund = np.where(refundable & (refunded_at <= last), refund, 0)
    credited = np.where(refundable & (draw > 0.979) & (draw <= 0.984), whole // 5, NONE)
    second = ledger.s_second[sub]
    tables.add(
        "invoices",
        {
            "invoice_id": store.ident("inv", offsets.invoice + np.arange(n), 7),
            "customer_id": store.ident("cus", ledger.s_customer[sub]),
            "subscription_id": store.ident("sub", offsets.subscription + sub),
            "status": store.label(status, INVOICE_STATUSES),
            "issued_at": store.instant(days.instant(issued, second)),
            "due_at": store.day(due),
            "paid_at": store.instant(days.instant(paid, second)),
            "currency": store.label(ledger.v_currency[version], catalogue.CURRENCIES),
            "total_excluding_tax": store.cents(total),
            "tax": store.cents(tax),
            "amount_refunded": store.cents(np.where(refund > 0, refund, NONE)),
            "amount_credited": store.cents(credited),
            "refunded_at": store.instant(days.instant(np.where(refund > 0, refunded_at, NONE), second)),
            "updated_at": store.instant(days.instant(np.maximum(paid, issued), second)),
        },
    )
