"""Committed terms of yearly plans, year by year, and of a few monthly ones that renew by themselves."""

import numpy as np

from generator import catalogue, days, store
from generator.billing import Ledger
from generator.billing_tables import Offsets
from generator.catalogue import MONTHLY, YEARLY
from generator.config import Settings
from generator.days import NONE


def _runs(ledger: Ledger, interval: int, horizon: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First version, first paid day and last day of each unbroken run of versions of one interval."""
    at = np.flatnonzero(ledger.v_interval == interval)
    sub = ledger.v_sub[at]
    begins = np.ones(len(at), dtype=bool)
    begins[1:] = (ledger.v_item[at][1:] != ledger.v_item[at][:-1]) | (np.diff(at) > 1)
    first = np.flatnonzero(begins)
    end = np.maximum.reduceat(ledger.v_end(horizon)[at], first) if len(first) else np.zeros(0, dtype=np.int64)
    paid_from = np.where(ledger.s_trial_end[sub] == NONE, ledger.s_start[sub], ledger.s_trial_end[sub])
    return at[first], np.maximum(ledger.v_from[at], paid_from)[first], end


def add_terms(tables: store.Store, settings: Settings, block: int, ledger: Ledger, offsets: Offsets) -> None:
    """Write `contract_terms`. Next terms start in time, early, late within the grace, or too late; their predecessors
    name them or leave them to be found; the last one is followed by nothing.
    """
    rng = settings.stream(13, block)
    far = settings.last + 4000
    parts = []
    for interval, months, share in ((YEARLY, 12, 1.0), (MONTHLY, 1, 0.04)):
        version, begin, end = _runs(ledger, interval, far)
        kept = (
            (rng.random(len(version)) < share) & (begin <= settings.last) & (ledger.v_tier[version] > 0) & (end > begin)
        )
        version, begin, end = version[kept], begin[kept], end[kept]
        until = np.minimum(end, settings.last)
        # Terms that begin by the last day or the end of the run: a renewal of a running service is signed by then.
        count = np.maximum(1, -(-(days.month_of(until - 1) - days.month_of(begin)) // months) + 1)
        run = np.repeat(np.arange(len(version)), count)
        k = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        start, stop = (days.add_months(begin[run], j * months) for j in (k, k + 1))
        exists = (k == 0) | (start < until[run])
        parts.append((version[run[exists]], k[exists], start[exists], stop[exists], np.full(exists.sum(), months)))
    version, k, start, stop, months = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    n = len(version)
    follows = np.zeros(n, dtype=bool)
    follows[1:] = k[1:] > 0
    # Late (grace is 30 days; some miss it) and early starts of the next yearly term.
    draw = rng.random(n)
    shift = np.select([draw < 0.06, draw < 0.10, draw < 0.25], [rng.integers(3, 25, n), 45, -15], 0)
    start = np.where(follows & (months == 12), np.minimum(start + shift, np.maximum(settings.last, start)), start)
    value = ledger.v_net[version] * (100 + 4 * np.minimum(k, 5) * (rng.random(n) < 0.5)) // 100
    value = np.where(rng.random(n) < 0.12, value * 8 // 10, value)
    named = np.zeros(n, dtype=bool)
    named[:-1] = follows[1:] & (rng.random(n - 1) < 0.6)
    number = offsets.term + np.arange(n)
    sub = ledger.v_sub[version]
    without_sub = rng.random(n) < 0.02
    auto = (months == 1) | (rng.random(n) < 0.3)
    tables.add(
        "contract_terms",
        {
            "term_id": store.ident("trm", number),
            "customer_id": store.ident("cus", ledger.s_customer[sub]),
            "subscription_id": store.ident("sub", np.where(without_sub, -1, offsets.subscription + sub)),
            "term_start": store.day(start),
            "term_end": store.day(stop),
            "amount": store.cents(value),
            "currency": store.label(ledger.v_currency[version], catalogue.CURRENCIES),
            "renewed_to_term_id": store.ident("trm", np.where(named, number + 1, -1)),
            "auto_renew": store.flag(auto),
        },
    )
    offsets.term += n
