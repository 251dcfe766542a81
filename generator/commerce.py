"""What customers buy and cost beside their subscriptions: orders, offers, referrals, loyalty, costs."""

import numpy as np

from generator import catalogue, days, store
from generator.catalogue import CURRENCIES, FAMILIES
from generator.company import CHANNELS, Customers
from generator.config import Settings
from generator.days import NONE

ORDERING_SHARE = 0.35
OUTCOMES = ["accepted", "declined", "expired", "open"]
LOYALTY_EVENTS = ["points_earned", "reward_redeemed", "webinar_attended", "review_written"]
# Purpose, category, dollars a month for each customer of the company.
MONTHLY_COSTS = [
    ("acquisition", "sales", 30.0), ("acquisition", "marketing", 42.0), ("acquisition", "salaries", 25.0),
    ("retention", "support", 14.0), ("retention", "account_management", 16.0), ("retention", "loyalty", 3.0),
    ("cogs", "hosting", 55.0), ("cogs", "support", 22.0), ("cogs", "other", 6.0),
]  # fmt: skip


def add_orders(tables: store.Store, settings: Settings, customers: Customers) -> None:
    """Write `orders`: single purchases; the satisfied come back, many of them within ninety days."""
    rng, n = settings.stream(20), len(customers)
    buys = rng.random(n) < ORDERING_SHARE * settings.activity
    count = np.where(buys, 1 + rng.poisson(1.6 * np.exp(0.4 * customers.trait)), 0)
    who = np.repeat(np.arange(n), count)
    gap = rng.exponential(np.where(rng.random(len(who)) < 0.5, 40, 160)).astype(np.int64)
    first = np.concatenate([[True], who[1:] != who[:-1]]) if len(who) else np.zeros(0, dtype=bool)
    # Days since the customer's creation: running sums of the gaps within each customer.
    run = np.cumsum(gap)
    begin = np.maximum.accumulate(np.where(first, run - gap, 0)) if len(who) else run
    day = customers.created[who] + run - begin
    kept = day <= settings.last
    who, day = who[kept], day[kept]
    currency = customers.currency[who]
    dollars = rng.lognormal(4.3, 0.7, len(who))
    tables.add(
        "orders",
        {
            "order_id": store.ident("ord", np.arange(len(who))),
            "customer_id": store.ident("cus", customers.number[who]),
            "ordered_at": store.instant(_later_that_day(rng, customers, who, day)),
            "amount": store.cents(np.round(dollars * catalogue.PRICE_LEVEL[currency]).astype(np.int64) * 100),
            "currency": store.label(currency, CURRENCIES),
            "is_refunded": store.flag(rng.random(len(who)) < 0.05),
            "updated_at": store.instant(days.instant(np.minimum(day + 3, settings.last), 80_000)),
        },
    )


def _later_that_day(rng, customers: Customers, who: np.ndarray, day: np.ndarray) -> np.ndarray:
    """An instant of the day, after the customer's creation where it is that very day."""
    second = np.maximum(days.office_second(rng, len(who)), customers.second[who] + 60)
    return days.instant(day, second)


def add_offers(tables: store.Store, settings: Settings, customers: Customers) -> None:
    """Write `offers`: about one a customer and year, taken by the satisfied; the latest are still open."""
    rng = settings.stream(21)
    who, day = scattered(rng, settings, customers, 1.0 * settings.activity)
    n = len(who)
    wins = rng.random(n) < 1 / (1 + np.exp(0.6 - 0.7 * customers.trait[who]))
    outcome = np.where(wins, 0, rng.choice([1, 2], n))
    answered = day + rng.integers(1, 40, n)
    outcome = np.where(answered > settings.last, 3, outcome)
    outcome = np.where(rng.random(n) < 0.01, -1, outcome)
    cross = rng.random(n) < 0.4
    currency = customers.currency[who]
    amount = np.round(rng.integers(20, 400, n) * catalogue.PRICE_LEVEL[currency]).astype(np.int64) * 100
    second = days.office_second(rng, n)
    replied = days.instant(np.where(np.isin(outcome, [0, 1]), answered, NONE), second)
    tables.add(
        "offers",
        {
            "offer_id": store.ident("off", np.arange(n)),
            "customer_id": store.ident("cus", customers.number[who]),
            "offer_type": store.label(cross.astype(int), ["upsell", "cross_sell"]),
            "product_family": store.label(rng.integers(0, 3, n), FAMILIES),
            "presented_at": store.instant(days.instant(day, second)),
            "responded_at": store.instant(replied),
            "outcome": store.label(outcome, OUTCOMES),
            "amount": store.cents(amount),
            "currency": store.label(currency, CURRENCIES),
        },
    )


def scattered(rng, settings: Settings, customers: Customers, yearly: float, tilt: float = 0.0):
    """Customers and days of events that fall evenly over a customer's time since creation, `yearly` of them a year.

    With `tilt`, more for the satisfied (fewer where negative).
    """
    room = settings.last - customers.created
    count = rng.poisson(np.maximum(room - 1, 0) / 365 * yearly * np.exp(tilt * customers.trait))
    who = np.repeat(np.arange(len(customers)), count)
    day = customers.created[who] + 1 + (rng.random(len(who)) * (room[who] - 1)).astype(np.int64)
    return who, day


def add_referrals(tables: store.Store, settings: Settings, customers: Customers) -> None:
    """Write `referrals`: made by the satisfied; the referred came by that channel, or did not come."""
    rng = settings.stream(22)
    came = np.flatnonzero((customers.channel == CHANNELS.index("referral")) & (rng.random(len(customers)) < 0.7))
    by = rng.integers(0, len(customers), len(came))
    earlier = customers.created[by] < customers.created[came] - 5
    came, by = came[earlier], by[earlier]
    day = np.maximum(customers.created[by] + 1, customers.created[came] - rng.integers(5, 60, len(came)))
    others, other_day = scattered(rng, settings, customers, 0.35 * settings.activity, 0.6)
    n = len(came) + len(others)
    blank = np.full(len(others), -1)
    tables.add(
        "referrals",
        {
            "referral_id": store.ident("ref", np.arange(n)),
            "referrer_customer_id": store.ident("cus", customers.number[np.concatenate([by, others])]),
            "referred_customer_id": store.ident("cus", np.concatenate([customers.number[came], blank])),
            "referred_at": store.instant(days.instant(np.concatenate([day, other_day]), days.office_second(rng, n))),
            "converted_at": store.instant(
                days.instant(np.concatenate([customers.created[came], np.full(len(others), NONE)]), 79_000)
            ),
        },
    )


def add_loyalty_events(tables: store.Store, settings: Settings, customers: Customers) -> None:
    """Write `loyalty_events`: some customers are members of the programme."""
    rng = settings.stream(23)
    who, day = scattered(rng, settings, customers, 5.0 * settings.activity, 0.4)
    member = (customers.number[who] * 7919) % 3 == 0
    who, day = who[member], day[member]
    kind = rng.integers(0, len(LOYALTY_EVENTS), len(who))
    tables.add(
        "loyalty_events",
        {
            "customer_id": store.ident("cus", customers.number[who]),
            "event_name": store.label(kind, LOYALTY_EVENTS),
            "points": store.whole(np.where(kind == 1, -100, np.where(kind == 0, 10, NONE))),
            "occurred_at": store.instant(days.instant(day, rng.integers(0, 86_400, len(who)))),
        },
    )


def add_costs(tables: store.Store, settings: Settings, customers: Customers) -> None:
    """Write `costs`: every month's running costs, acquisition by channel where known, a yearly contract that is spread,
    and costs of single customers.
    """
    rng = settings.stream(24)
    starts = settings.month_starts[:-1]
    rows = [
        (int(start) + 4, purpose, category, channel, None, None, None, dollars * len(customers) * share / 10)
        for start in starts
        for purpose, category, dollars in MONTHLY_COSTS
        for channel, share in _shares(purpose)
        if start + 4 <= settings.last
    ]
    for start in starts[::12]:
        stop = int(days.add_months(start, 12))
        rows.append((int(start), "cogs", "hosting", None, None, int(start), stop, 60.0 * len(customers)))
    owners = rng.choice(len(customers), min(len(customers), 30), replace=False)
    for who in owners:
        day = int(rng.integers(customers.created[who], settings.last + 1))
        rows.append((day, "retention", "account_management", None, int(customers.number[who]), None, None, 400.0))
    noise = rng.lognormal(0, 0.15, len(rows))
    tables.add(
        "costs",
        {
            "cost_id": store.ident("cst", np.arange(len(rows))),
            "incurred_at": store.day(np.array([row[0] for row in rows])),
            "purpose": store.text([row[1] for row in rows]),
            "category": store.text([row[2] for row in rows]),
            "acquisition_channel": store.text([row[3] for row in rows]),
            "customer_id": store.ident("cus", np.array([-1 if row[4] is None else row[4] for row in rows])),
            "period_start": store.day(np.array([NONE if row[5] is None else row[5] for row in rows])),
            "period_end": store.day(np.array([NONE if row[6] is None else row[6] for row in rows])),
            "amount": store.cents(np.round(np.array([row[7] for row in rows]) * noise * 100).astype(np.int64)),
            "currency": store.label(np.where(rng.random(len(rows)) < 0.15, 1, 0), CURRENCIES),
        },
    )


def _shares(purpose: str) -> list[tuple[str | None, float]]:
    """How a monthly cost splits over channels: acquisition to each of them and some to none, the rest whole."""
    if purpose != "acquisition":
        return [(None, 1.0)]
    return [(channel, 0.15) for channel in CHANNELS] + [(None, 0.1)]
