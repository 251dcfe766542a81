"""The simulated billing history as the raw tables of subscriptions."""

from dataclasses import dataclass

import numpy as np

from generator import catalogue, days, store
from generator.billing import (
    ACTIVE_STATUS,
    CANCELED,
    ENDED,
    NOT_CONVERTED,
    PAST_DUE,
    PAUSED_STATUS,
    PAYMENT_FAILED,
    REASONS,
    REPLACED,
    STATUSES,
    TRIALING,
    UNPAID,
    Ledger,
)
from generator.config import Settings
from generator.days import NONE

COMMENTS = ["The new manager prefers another tool", "We could not justify the price", "Nobody logged in any more"]


@dataclass
class Offsets:
    """How many rows of each kind earlier blocks have written, so that ids go on."""

    subscription: int = 0
    version: int = 0
    item: int = 0
    invoice: int = 0
    line: int = 0
    term: int = 0


def add_billing(tables: store.Store, settings: Settings, block: int, ledger: Ledger, offsets: Offsets) -> None:
    """Write subscriptions, item versions, pauses and status changes of a block."""
    rng = settings.stream(11, block)
    _add_subscriptions(tables, settings, rng, ledger, offsets)
    _add_items(tables, settings, rng, ledger, offsets)
    second = ledger.s_second[ledger.p_sub]
    tables.add(
        "subscription_pauses",
        {
            "subscription_id": store.ident("sub", offsets.subscription + ledger.p_sub),
            "paused_at": store.instant(days.instant(ledger.p_from, second)),
            "resumed_at": store.instant(days.instant(ledger.p_to, second)),
        },
    )
    _add_status_changes(tables, settings, rng, ledger, offsets)


def _add_subscriptions(tables, settings: Settings, rng, ledger: Ledger, offsets: Offsets) -> None:
    """Write `subscriptions`."""
    n, second = len(ledger.s_number), ledger.s_second
    known = np.where(rng.random(n) < 0.08, -1, ledger.s_reason)
    known = np.where(np.isin(ledger.s_reason, [REPLACED, NOT_CONVERTED]), ledger.s_reason, known)
    left = (ledger.s_reason >= 0) & (ledger.s_reason < PAYMENT_FAILED)
    comment = np.where(left & (rng.random(n) < 0.15), rng.integers(0, len(COMMENTS), n), -1)
    trial = ledger.s_trial_end != NONE
    day = np.where(ledger.s_ended > ledger.s_start, ledger.s_ended, ledger.s_start)
    changed = np.minimum(np.maximum(day, ledger.s_canceled), settings.last)
    tables.add(
        "subscriptions",
        {
            "subscription_id": store.ident("sub", offsets.subscription + ledger.s_number),
            "customer_id": store.ident("cus", ledger.s_customer),
            "status": store.label(ledger.s_status, STATUSES),
            "started_at": store.instant(days.instant(ledger.s_start, second)),
            "trial_start_at": store.instant(days.instant(np.where(trial, ledger.s_start, NONE), second)),
            "trial_end_at": store.instant(days.instant(ledger.s_trial_end, second)),
            "canceled_at": store.instant(days.instant(ledger.s_canceled, second)),
            "ended_at": store.instant(days.instant(ledger.s_ended, second)),
            "cancel_reason": store.label(known, REASONS),
            "cancel_comment": store.label(comment, COMMENTS),
            "is_involuntary": store.flag(ledger.s_reason == PAYMENT_FAILED),
            "updated_at": store.instant(days.instant(changed, second)),
        },
    )


def _add_items(tables, settings: Settings, rng, ledger: Ledger, offsets: Offsets) -> None:
    """Write `subscription_items`."""
    n = len(ledger.v_sub)
    second = ledger.s_second[ledger.v_sub]
    percent = np.where(ledger.v_percent > 0, ledger.v_percent.astype(float), np.nan)
    tables.add(
        "subscription_items",
        {
            "item_version_id": store.ident("ver", offsets.version + np.arange(n), 7),
            "item_id": store.ident("itm", offsets.item + ledger.v_item),
            "created_at": store.instant(days.instant(ledger.v_created, second)),
            "subscription_id": store.ident("sub", offsets.subscription + ledger.v_sub),
            "plan_id": store.label(ledger.v_plan, catalogue.PLAN_IDS),
            "quantity": store.whole(ledger.v_quantity),
            "unit_amount": store.cents(ledger.v_unit),
            "discount_percent": store.decimal(percent, 2),
            "discount_amount": store.cents(np.where(ledger.v_amount > 0, ledger.v_amount, NONE)),
            "currency": store.label(ledger.v_currency, catalogue.CURRENCIES),
            "effective_from": store.instant(days.instant(ledger.v_from, second)),
            "effective_to": store.instant(days.instant(ledger.v_to, second)),
            "discount_ends_at": store.day(ledger.v_discount_end),
            "is_reconstructed": store.flag(rng.random(n) < 0.01),
            "updated_at": store.instant(days.instant(np.minimum(ledger.v_from, settings.last), second)),
        },
    )


def _add_status_changes(tables, settings: Settings, rng, ledger: Ledger, offsets: Offsets) -> None:
    """Write `subscription_status_changes`: trial, payment, pause, arrears and end of each subscription."""
    last, end = settings.last, np.where(ledger.s_ended == NONE, 2**40, ledger.s_ended)
    subs = ledger.s_number
    trial = ledger.s_trial_end != NONE
    pays_from = np.where(trial, ledger.s_trial_end, ledger.s_start)
    converts = (pays_from < end) & (pays_from <= last) & (ledger.s_status != TRIALING)
    failed = ledger.s_reason == PAYMENT_FAILED
    arrears = np.isin(ledger.s_status, [PAST_DUE, UNPAID])
    # Some were late once, and paid.
    late = converts & ~failed & (rng.random(len(subs)) < 0.05) & (np.minimum(end, last) > pays_from + 60)
    late_day = pays_from + 31
    over = ended = (end <= last) & (ledger.s_ended != NONE)
    pause_end = end[ledger.p_sub]
    resumed = (ledger.p_to != NONE) & (ledger.p_to < pause_end)
    rows = [
        (subs[trial], TRIALING, ledger.s_start[trial]),
        (subs[converts], ACTIVE_STATUS, pays_from[converts]),
        (subs[late], PAST_DUE, late_day[late]),
        (subs[late], ACTIVE_STATUS, late_day[late] + 9),
        (subs[failed & over], PAST_DUE, np.maximum(end - 21, pays_from)[failed & over]),
        (subs[arrears], PAST_DUE, np.full(arrears.sum(), last - 25)),
        (subs[ledger.s_status == UNPAID], UNPAID, np.full((ledger.s_status == UNPAID).sum(), last - 4)),
        (ledger.p_sub, PAUSED_STATUS, ledger.p_from),
        (ledger.p_sub[resumed], ACTIVE_STATUS, ledger.p_to[resumed]),
        (subs[ended], CANCELED, end[ended]),
    ]
    number = np.concatenate([row[0] for row in rows])
    status = np.concatenate([np.full(len(row[0]), row[1]) for row in rows])
    day = np.concatenate([row[2] for row in rows])
    status = np.where((status == CANCELED) & (ledger.s_reason[number] == REPLACED), ENDED, status)
    order = np.lexsort((day, number))
    tables.add(
        "subscription_status_changes",
        {
            "subscription_id": store.ident("sub", offsets.subscription + number[order]),
            "status": store.label(status[order], STATUSES),
            "changed_at": store.instant(days.instant(day, ledger.s_second[number])[order]),
        },
    )
