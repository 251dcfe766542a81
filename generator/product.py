"""Users and what they do: sessions, events, features, trials, journeys and outcomes."""

from dataclasses import dataclass

import numpy as np

from generator import catalogue, days, store
from generator.billing import Ledger
from generator.billing_tables import Offsets
from generator.catalogue import CURRENCIES, FEATURES
from generator.company import Customers
from generator.config import Settings
from generator.days import NONE
from generator.service import Spans, draw_days

EVENTS = ["login", "view", "edit", "share", "comment", "export"]
SESSIONS_A_WEEK = 0.85
MOST_EVENTS = 55_000
JOURNEY = "onboarding"
# Milestone, required, value moment, target days, usual days after the step before, share that gets that far.
STEPS = [
    ("invited_team", True, False, 14, 3, 0.97),
    ("connected_data", True, False, 30, 7, 0.88),
    ("customised_theme", False, False, None, 6, 0.45),
    ("first_report", True, True, 45, 12, 0.80),
    ("weekly_habit", True, False, 90, 25, 0.62),
]
OUTCOME_TYPES = ["cost_saving", "efficiency_gain", "revenue_growth"]


@dataclass
class Users:
    """All users, sorted by customer, the first of each being there from its creation on."""

    customer: np.ndarray
    created: np.ndarray
    second: np.ndarray
    first: np.ndarray
    count: np.ndarray


def add_users(tables: store.Store, settings: Settings, customers: Customers) -> Users:
    """Write `users`: a few a customer; some are unlicensed, of the vendor's own staff, or bots."""
    rng, n = settings.stream(30), len(customers)
    count = 1 + rng.poisson(np.array([0.8, 1.6, 2.6, 4.0, 6.0])[customers.size] * settings.activity)
    who = np.repeat(np.arange(n), count)
    first = np.cumsum(count) - count
    is_first = np.zeros(len(who), dtype=bool)
    is_first[first] = True
    room = np.maximum(settings.last - customers.created[who], 1)
    created = customers.created[who] + np.where(is_first, 0, (rng.random(len(who)) ** 1.8 * room).astype(np.int64))
    second = np.where(is_first, customers.second[who] + 30, rng.integers(64_900, 86_000, len(who)))
    gone = ~is_first & (rng.random(len(who)) < 0.08) & (created < settings.last - 30)
    role = np.where(is_first, 1.0, rng.random(len(who)))
    tables.add(
        "users",
        {
            "user_id": store.ident("usr", np.arange(len(who))),
            "customer_id": store.ident("cus", customers.number[who]),
            "created_at": store.instant(days.instant(created, second)),
            "is_internal": store.flag(role < 0.02),
            "is_bot": store.flag((role >= 0.02) & (role < 0.035)),
            "is_licensed": store.flag((role > 0.14) | is_first),
            "deactivated_at": store.day(np.where(gone, np.minimum(created + 300, settings.last), NONE)),
        },
    )
    return Users(who, created, second, first, count)


def add_usage(
    tables: store.Store, settings: Settings, customers: Customers, spans: Spans, users: Users, released
) -> None:
    """Write `sessions` and the `usage_events` within them: a login first, then what the tier allows."""
    rng = settings.stream(31)
    expected = float(np.sum(spans.end - spans.begin)) / 7 * SESSIONS_A_WEEK * 3.6
    scale = min(1.0, MOST_EVENTS / max(expected, 1.0) * max(1.0, settings.customers / 400))
    at, day = draw_days(rng, spans, customers, SESSIONS_A_WEEK * scale * settings.activity, 0.7)
    who = spans.customer[at]
    # The first users are the busiest; who is not there yet leaves it to the first.
    pick = (rng.random(len(at)) ** 1.7 * users.count[who]).astype(np.int64)
    user = users.first[who] + pick
    user = np.where(users.created[user] < day, user, users.first[who])
    second = rng.integers(6 * 3600, 21 * 3600, len(at))
    second = np.where(users.created[user] == day, np.maximum(second, users.second[user] + 300), second)
    begin = days.instant(day, second)
    length = np.minimum(rng.exponential(1300, len(at)).astype(np.int64), 9000)
    length = np.where(rng.random(len(at)) < 0.03, 0, length)
    n = len(at)
    tables.add(
        "sessions",
        {
            "session_id": store.ident("ses", np.arange(n)),
            "user_id": store.ident("usr", user),
            "customer_id": store.ident("cus", customers.number[who]),
            "started_at": store.instant(begin),
            "ended_at": store.instant(begin + length),
        },
    )
    count = 1 + rng.poisson(2.4, n)
    session = np.repeat(np.arange(n), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    kind = np.where(place == 0, 0, rng.integers(1, len(EVENTS), len(session)))
    allowed = catalogue.features_of_tier(spans.tier[at])[session]
    feature = (rng.random(len(session)) ** 1.5 * allowed).astype(np.int64)
    feature = np.where(released[feature] <= day[session], feature, 0)
    feature = np.where((kind == 0) | (rng.random(len(session)) < 0.1), -1, feature)
    tables.add(
        "usage_events",
        {
            "event_id": store.ident("evt", np.arange(len(session)), 7),
            "user_id": store.ident("usr", np.where(rng.random(len(session)) < 0.01, -1, user[session])),
            "customer_id": store.ident("cus", customers.number[who][session]),
            "event_name": store.label(kind, EVENTS),
            "feature": store.label(feature, [name for name, _, _ in FEATURES]),
            "occurred_at": store.instant(begin[session] + (length[session] * place) // count[session]),
            "event_count": store.whole(np.where((kind > 0) & (rng.random(len(kind)) < 0.04), 3, 1)),
        },
    )


def add_entitlements(tables: store.Store, settings: Settings, customers: Customers, spans: Spans, released) -> None:
    """Write `entitlements`: the features of the first subscription's tier, from its start or the feature's release."""
    order = np.lexsort((spans.begin, spans.customer))
    first = order[np.unique(spans.customer[order], return_index=True)[1]]
    allowed = catalogue.features_of_tier(spans.tier[first])
    at = np.repeat(first, allowed)
    feature = np.arange(allowed.sum()) - np.repeat(np.cumsum(allowed) - allowed, allowed)
    begin = np.maximum(spans.begin[at], released[feature])
    end = np.where(spans.leaves[at], spans.end[at], NONE)
    kept = (end == NONE) | (begin < end)
    tables.add(
        "entitlements",
        {
            "customer_id": store.ident("cus", customers.number[spans.customer[at][kept]]),
            "feature": store.label(feature[kept], [name for name, _, _ in FEATURES]),
            "entitled_from": store.day(begin[kept]),
            "entitled_to": store.day(end[kept]),
        },
    )


def add_trials(tables: store.Store, settings: Settings, ledger: Ledger, offsets: Offsets, number: int) -> int:
    """Write a block's `trials`: those of the subscriptions; a few converted late or early. Returns the next number."""
    rng = settings.stream(32, number)
    sub = np.flatnonzero(ledger.s_trial_end != NONE)
    end = ledger.s_trial_end[sub]
    ended = ledger.s_ended[sub]
    converts = ((ended == NONE) | (ended > end)) & (end <= settings.last) & (ledger.s_status[sub] != 0)
    shift = rng.choice([0, 0, 0, 0, -3, 4, 12], len(sub))
    converted = np.where(converts & (end + shift <= settings.last), end + shift, NONE)
    tables.add(
        "trials",
        {
            "trial_id": store.ident("tri", number + np.arange(len(sub))),
            "customer_id": store.ident("cus", ledger.s_customer[sub]),
            "subscription_id": store.ident("sub", offsets.subscription + sub),
            "trial_start_at": store.instant(days.instant(ledger.s_start[sub], ledger.s_second[sub])),
            "trial_end_at": store.instant(days.instant(end, ledger.s_second[sub])),
            "converted_at": store.instant(days.instant(converted, ledger.s_second[sub])),
        },
    )
    return number + len(sub)


def add_journeys(tables: store.Store) -> None:
    """Write `journeys`: onboarding, and a shorter one for the second product."""
    steps = [(JOURNEY, rank + 1, *step[:4]) for rank, step in enumerate(STEPS)]
    steps += [
        ("rollout", 1, "connected_data", True, False, 30),
        ("rollout", 2, "weekly_habit", True, True, 120),
    ]
    tables.add(
        "journeys",
        {
            "journey": store.text([step[0] for step in steps]),
            "step_rank": store.whole(np.array([step[1] for step in steps])),
            "milestone": store.text([step[2] for step in steps]),
            "is_required": store.flag([step[3] for step in steps]),
            "is_value_moment": store.flag([step[4] for step in steps]),
            "target_days": store.whole(np.array([NONE if step[5] is None else step[5] for step in steps])),
        },
    )


def add_milestones(tables: store.Store, settings: Settings, customers: Customers, spans: Spans) -> None:
    """Write `milestones`, step after step until a customer stalls or leaves, and `first_touches`."""
    rng = settings.stream(33)
    served = np.unique(spans.customer)
    end = np.full(len(customers), 0)
    np.maximum.at(end, spans.customer, spans.end)
    begin = np.full(len(customers), 2**40)
    np.minimum.at(begin, spans.customer, spans.begin)
    going, day = served, begin[served]
    for milestone, required, _, _, usual, share in STEPS:
        chance = np.clip(share + 0.06 * customers.trait[going], 0, 1) * settings.activity
        reached = rng.random(len(going)) < chance
        wait = 1 + rng.exponential(usual * np.exp(-0.2 * customers.trait[going])).astype(np.int64)
        reached &= day + wait < end[going]
        tables.add(
            "milestones",
            {
                "customer_id": store.ident("cus", customers.number[going[reached]]),
                "milestone": store.label(np.zeros(reached.sum()), [milestone]),
                "reached_at": store.instant(days.instant((day + wait)[reached], 70_000)),
            },
        )
        if required:
            going, day = going[reached], (day + wait)[reached]
        else:
            day = np.where(reached, day + wait, day)
    n = len(served)
    ahead = np.where(rng.random(n) < 0.5, 0, rng.integers(0, 30, n))
    first = np.where(rng.random(n) < 0.1, NONE, customers.created[served] - ahead)
    signed = np.where(rng.random(n) < 0.1, NONE, begin[served])
    second = customers.second[served]
    tables.add(
        "first_touches",
        {
            "customer_id": store.ident("cus", customers.number[served]),
            "first_interaction_at": store.instant(days.instant(first, second)),
            "signed_at": store.day(signed),
        },
    )


def add_outcomes(tables: store.Store, settings: Settings, customers: Customers, spans: Spans) -> None:
    """Write `outcomes`: money and ratios that customers report, larger for the satisfied."""
    rng = settings.stream(34)
    at, day = draw_days(rng, spans, customers, 0.012 * settings.activity, 0.3)
    who, n = spans.customer[at], len(at)
    kind = rng.integers(0, 3, n)
    money = (kind != 1) & (rng.random(n) < 0.7)
    level = np.exp(0.4 * customers.trait[who])
    currency = customers.currency[who]
    value = np.where(
        money,
        np.round(rng.lognormal(8, 0.8, n) * level * catalogue.PRICE_LEVEL[currency], 2),
        np.round(np.clip(rng.normal(0.12, 0.06, n) * level, -0.1, 0.9), 3),
    )
    tables.add(
        "outcomes",
        {
            "outcome_id": store.ident("out", np.arange(n)),
            "customer_id": store.ident("cus", customers.number[who]),
            "outcome_type": store.label(kind, OUTCOME_TYPES),
            "baseline": store.decimal(np.where(rng.random(n) < 0.5, np.round(value * 4, 2), np.nan), 4),
            "value": store.decimal(value, 4),
            "unit": store.label(money.astype(int), ["ratio", "money"]),
            "currency": store.label(np.where(money, currency, -1), CURRENCIES),
            "is_self_reported": store.flag(rng.random(n) < 0.8),
            "measured_at": store.day(day),
        },
    )
