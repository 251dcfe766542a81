"""Subscriptions, the versions of their items, and pauses: a month-by-month simulation of many customers at once.

A *line* is what one customer has of one product over time: subscriptions one after another, each with one item. A
second line of a customer is a cross-sell. In a month, at most one thing happens to a line, so that versions follow one
another without gap or overlap. Everything is an array over lines; the loop runs over months only.
"""

from dataclasses import dataclass

import numpy as np

from generator import days
from generator.catalogue import (
    CONNECT,
    CORE,
    DAILY,
    INSIGHTS,
    MONTHLY,
    PLAN_OF,
    QUARTERLY,
    SERVICES,
    WEEKLY,
    YEARLY,
    price,
)
from generator.company import Customers
from generator.config import Settings
from generator.days import NONE

WAITING, ACTIVE, PAUSED, GONE = range(4)
VOLUNTARY_REASONS = ["too_expensive", "missing_features", "unused", "switched_to_competitor", "closed_business"]
REASONS = [*VOLUNTARY_REASONS, "payment_failed", "replaced", "trial_not_converted"]
PAYMENT_FAILED, REPLACED, NOT_CONVERTED = (len(VOLUNTARY_REASONS) + k for k in range(3))
STATUSES = ["trialing", "active", "past_due", "paused", "unpaid", "canceled", "ended"]
TRIALING, ACTIVE_STATUS, PAST_DUE, PAUSED_STATUS, UNPAID, CANCELED, ENDED = range(7)

# Chance of an event in a month for a paying line of middling satisfaction.
CHURN, PAUSE, UPGRADE, DOWNGRADE, MORE, FEWER = 0.020, 0.020, 0.016, 0.008, 0.030, 0.012
REPLACE, SWITCH_CURRENCY, TO_YEARLY, OTHER_FAMILY, NEW_DISCOUNT = 0.004, 0.0025, 0.006, 0.002, 0.004
RETURN = 0.022
MEAN_SEATS = np.array([3, 8, 20, 45, 90])


@dataclass
class Ledger:
    """What the simulation wrote down, as arrays: subscriptions `s_`, item versions `v_`, pauses `p_`.

    Days are days, not instants; all of a line happens at one second of the day, `s_second` of its subscription.
    """

    s_number: np.ndarray
    s_customer: np.ndarray
    s_start: np.ndarray
    s_trial_end: np.ndarray
    s_canceled: np.ndarray
    s_ended: np.ndarray
    s_reason: np.ndarray
    s_status: np.ndarray
    s_second: np.ndarray
    v_sub: np.ndarray
    v_item: np.ndarray
    v_family: np.ndarray
    v_tier: np.ndarray
    v_interval: np.ndarray
    v_currency: np.ndarray
    v_quantity: np.ndarray
    v_unit: np.ndarray
    v_percent: np.ndarray
    v_amount: np.ndarray
    v_discount_end: np.ndarray
    v_from: np.ndarray
    v_to: np.ndarray
    v_created: np.ndarray
    p_sub: np.ndarray
    p_from: np.ndarray
    p_to: np.ndarray

    @property
    def v_plan(self) -> np.ndarray:
        """Number of each version's plan."""
        return PLAN_OF[self.v_family, self.v_tier, self.v_interval, self.v_currency]

    @property
    def v_net(self) -> np.ndarray:
        """Price of one interval after discount, in hundredths."""
        net = np.round(self.v_quantity * self.v_unit * (1 - self.v_percent / 100)).astype(np.int64) - self.v_amount
        return np.maximum(net, 0)

    def v_end(self, horizon: int) -> np.ndarray:
        """First day on which a version is not in force any more, at the latest `horizon`."""
        to = np.where(self.v_to == NONE, horizon, self.v_to)
        ended = self.s_ended[self.v_sub]
        return np.minimum(np.minimum(to, np.where(ended == NONE, horizon, ended)), horizon)


class Simulation:
    """The state of all lines of a block, and the rows they have left behind so far."""

    def __init__(self, settings: Settings, block: int, customers: Customers) -> None:
        self.settings, self.customers = settings, customers
        self.rng = settings.stream(10, block)
        self.subs: list[dict] = []
        self.ends: list[tuple] = []
        self.versions: list[dict] = []
        self.pauses: list[tuple] = []
        self.sub_count = 0
        self._draw_lines()

    # -- lines ---------------------------------------------------------------------------------------------------------

    def _draw_lines(self) -> None:
        """One line for each customer that subscribes, a second one for the satisfied and lucky."""
        rng, who = self.rng, self.customers
        first = np.flatnonzero(who.subscribes)
        second = first[rng.random(len(first)) < 0.10 + 0.16 * (who.trait[first] > 0)]
        self.owner = np.concatenate([first, second])
        n, n1 = len(self.owner), len(first)
        position = np.full(len(who), -1)
        position[first] = np.arange(n1)
        self.parent = np.where(np.arange(n) < n1, -1, position[self.owner])
        later = np.where(self.parent >= 0, rng.integers(60, 500, n), rng.integers(0, 20, n))
        self.birth = who.created[self.owner] + later
        self.birth[self.birth > self.settings.last] = 2**40
        self.trait, self.size = who.trait[self.owner], who.size[self.owner]
        self.currency = who.currency[self.owner].copy()
        self.second = days.office_second(rng, n)
        self.family = np.where(
            self.parent >= 0, rng.choice([INSIGHTS, CONNECT], n), rng.choice(3, n, p=[0.6, 0.25, 0.15])
        )
        clash = (self.parent >= 0) & (self.family == self.family[np.maximum(self.parent, 0)])
        self.family = np.where(clash, CORE, self.family)
        self.tier = np.minimum(1 + (rng.random(n) < 0.25 + 0.12 * self.size) + (rng.random(n) < 0.08 * self.size), 3)
        self.interval = rng.choice(5, n, p=[0.66, 0.06, 0.25, 0.025, 0.005])
        self.tier[self.interval >= WEEKLY] = 1
        free = (self.parent < 0) & (rng.random(n) < 0.07)
        self.family[free], self.tier[free], self.interval[free] = CORE, 0, MONTHLY
        self.quantity = np.maximum(1, rng.lognormal(np.log(MEAN_SEATS[self.size]) - 0.2, 0.6).astype(np.int64))
        self.quantity[free] = 1
        self.unit = price(self.family, self.tier, self.interval, self.currency)
        zeros = np.zeros(n, dtype=np.int64)
        self.percent, self.amount, self.discount_end = zeros.copy(), zeros.copy(), np.full(n, NONE)
        self.state, self.next_month = np.full(n, WAITING), zeros.copy()
        self.sub, self.item, self.from_, self.anchor = zeros - 1, zeros - 1, np.full(n, NONE), np.full(n, NONE)
        self.created, self.resume = np.full(n, NONE), np.full(n, NONE)

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _open_subscriptions(self, lines: np.ndarray, day: np.ndarray, trial_days: np.ndarray) -> None:
        """Start a subscription, with its item's first version, on each of the lines."""
        n = len(lines)
        numbers = self.sub_count + np.arange(n)
        self.sub_count += n
        trial_end = np.where(trial_days > 0, day + trial_days, NONE)
        self.subs.append({"line": lines, "start": day, "trial_end": trial_end})
        self.sub[lines], self.item[lines], self.from_[lines], self.created[lines] = numbers, numbers, day, day
        self.anchor[lines] = day
        self.state[lines] = ACTIVE

    def _end_subscriptions(self, lines, day, canceled, reason, to=None) -> None:
        """End the subscriptions; half of the sources also close the item's version."""
        to = np.where(self.sub[lines] % 2 == 0, day, NONE) if to is None else to
        self._write_versions(lines, to)
        self.ends.append((self.sub[lines], day, canceled, reason))
        self.state[lines] = GONE

    def _write_versions(self, lines: np.ndarray, to: np.ndarray) -> None:
        """Write down the versions that now are in force on the lines, with their end."""
        self.versions.append(
            {
                "sub": self.sub[lines], "item": self.item[lines], "family": self.family[lines],
                "tier": self.tier[lines], "interval": self.interval[lines], "currency": self.currency[lines],
                "quantity": self.quantity[lines], "unit": self.unit[lines], "percent": self.percent[lines],
                "amount": self.amount[lines], "discount_end": self.discount_end[lines], "from": self.from_[lines],
                "to": to, "created": self.created[lines],
            }
        )  # fmt: skip

    def _next_version(self, lines: np.ndarray, day: np.ndarray) -> None:
        """Close the versions in force and begin new ones; the caller then changes what they hold."""
        self._write_versions(lines, day)
        self.from_[lines] = day
        ahead = np.where(self.rng.random(len(lines)) < 0.1, self.rng.integers(1, 15, len(lines)), 0)
        # A change can be entered before it takes effect, not before the subscription exists.
        self.created[lines] = np.maximum(day - ahead, self.created[lines])
        past = (self.discount_end[lines] != NONE) & (self.discount_end[lines] <= day)
        gone = lines[past]
        self.percent[gone], self.amount[gone], self.discount_end[gone] = 0, 0, NONE

    def _list_price(self, lines: np.ndarray) -> None:
        """Put the price list's price on the lines."""
        self.unit[lines] = price(self.family[lines], self.tier[lines], self.interval[lines], self.currency[lines])
        # An amount off was agreed for the old price; a percentage carries over.
        self.amount[lines] = 0

    # -- what happens --------------------------------------------------------------------------------------------------

    def _draw_discounts(self, lines: np.ndarray, day: np.ndarray, share: float) -> None:
        """Give some of the lines a discount: percent, amount or everything; most of them for some months."""
        rng, n = self.rng, len(lines)
        chosen = (rng.random(n) < share) & (self.tier[lines] > 0)
        kind = rng.random(n)
        percent = np.where(kind < 0.1, 100, rng.choice([10, 15, 20, 25, 50], n))
        by_amount = chosen & (kind > 0.8)
        self.percent[lines] = np.where(chosen & ~by_amount, percent, 0)
        gross = self.quantity[lines] * self.unit[lines]
        self.amount[lines] = np.where(by_amount, gross // 1000 * 100, 0)
        months = rng.choice([2, 3, 6, 12], n)
        ends = chosen & ((rng.random(n) < 0.75) | (percent == 100))
        self.discount_end[lines] = np.where(ends, days.add_months(day, months), NONE)

    def _births(self, month: int, until: int) -> None:
        """Lines whose first day is in this month; a second line only if the first is in force."""
        lines = np.flatnonzero((self.state == WAITING) & (self.birth < until))
        parent = self.parent[lines]
        alone = (parent >= 0) & ((self.state[parent] != ACTIVE) | (self.tier[parent] == 0))
        self.state[lines[alone]] = GONE
        self.next_month[lines[alone]] = 2**30
        lines = lines[~alone]
        day, rng = self.birth[lines], self.rng
        trial = (rng.random(len(lines)) < 0.38) & (self.parent[lines] < 0) & (self.tier[lines] > 0)
        trial_days = np.where(trial, rng.choice([14, 30], len(lines)), 0)
        self._open_subscriptions(lines, day, trial_days)
        self._draw_discounts(lines, day + trial_days, 0.2)
        trial_end = day + trial_days
        self.anchor[lines] = trial_end
        self.next_month[lines] = days.month_of(trial_end) - days.month_of(self.settings.first) + 1
        converts = rng.random(len(lines)) < 1 / (1 + np.exp(-0.7 - 0.6 * self.trait[lines]))
        fails = trial & ~converts & (trial_end <= self.settings.last)
        asked = np.where(
            rng.random(fails.sum()) < 0.7, trial_end[fails] - rng.integers(1, 8, fails.sum()), trial_end[fails]
        )
        reason = np.full(fails.sum(), NOT_CONVERTED)
        self._end_subscriptions(lines[fails], trial_end[fails], asked, reason, np.full(fails.sum(), NONE))

    def _returns(self, month: int, begin: int, until: int) -> None:
        """Some who left come back with a new subscription, to the plan they had, at today's price."""
        chance = RETURN * np.exp(0.3 * self.trait)
        back = (self.state == GONE) & (self.next_month <= month) & (self.parent < 0)
        lines = np.flatnonzero(back & (self.rng.random(len(chance)) < chance))
        day = self.rng.integers(begin, until, len(lines))
        self.percent[lines], self.amount[lines], self.discount_end[lines] = 0, 0, NONE
        self._list_price(lines)
        self._open_subscriptions(lines, day, np.zeros(len(lines), dtype=np.int64))
        self.next_month[lines] = month + 1

    def _resumes(self, month: int, until: int) -> None:
        """Pauses that end this month."""
        lines = np.flatnonzero((self.state == PAUSED) & (self.resume != NONE) & (self.resume < until))
        self.state[lines] = ACTIVE
        self.next_month[lines] = month + 1

    def _leave(self, lines: np.ndarray, month: int, begin: int, until: int) -> None:
        """Voluntary and involuntary ends, mostly where a paid period ends; second lines often go with the first."""
        rng, n = self.rng, len(lines)
        of_month = self.anchor[lines] - days.month_start(days.month_of(self.anchor[lines]))
        due = np.minimum(begin + of_month, until - 1)
        at_due = (rng.random(n) < 0.75) | (self.interval[lines] == YEARLY)
        day = np.where(at_due, due, rng.integers(begin, until, n))
        failed = rng.random(n) < 0.22
        ahead = np.where(rng.random(n) < 0.6, rng.integers(0, 28, n), 0) * np.where(
            self.interval[lines] == YEARLY, 3, 1
        )
        asked = np.where(failed, NONE, np.maximum(day - ahead, self.from_[lines]))
        reason = np.where(failed, PAYMENT_FAILED, rng.integers(0, len(VOLUNTARY_REASONS), n))
        self._end_subscriptions(lines, day, asked, reason)
        self.next_month[lines] = month + 1
        last = np.full(len(self.state), NONE)
        last[lines] = day
        child = np.flatnonzero((self.parent >= 0) & (self.state == ACTIVE) & (self.next_month <= month))
        child = child[(last[self.parent[child]] != NONE) & (rng.random(len(child)) < 0.7)]
        line_day = last[self.parent[child]]
        again = rng.integers(0, len(VOLUNTARY_REASONS), len(child))
        self._end_subscriptions(child, line_day, np.maximum(line_day - 3, self.from_[child]), again)
        self.next_month[child] = 2**30

    def _pause(self, lines: np.ndarray, month: int, begin: int, until: int) -> None:
        """Pauses: most resume within weeks, some lapse (beyond 90 days) and return, stay, or are cancelled."""
        rng, n = self.rng, len(lines)
        day = rng.integers(begin, until, n)
        fate = rng.random(n)
        length = np.where(fate < 0.7, rng.integers(12, 88, n), rng.integers(95, 220, n))
        stays, cancels = fate >= 0.92, (fate >= 0.84) & (fate < 0.92)
        ended = day + rng.integers(20, 150, n)
        cancels &= ended <= self.settings.last
        resume = np.where(stays | cancels, NONE, day + length)
        self.pauses.append((self.sub[lines], day, resume))
        self.resume[lines], self.state[lines] = resume, PAUSED
        away = lines[cancels]
        self._end_subscriptions(
            away, ended[cancels], ended[cancels], rng.integers(0, len(VOLUNTARY_REASONS), len(away))
        )
        self.next_month[away] = 2**30

    def _change(self, lines: np.ndarray, kind: str, month: int, begin: int, until: int) -> None:
        """A new version of the item: another plan, quantity, price, currency, interval or discount."""
        rng, n = self.rng, len(lines)
        day = rng.integers(begin, until, n)
        self._next_version(lines, day)
        self.next_month[lines] = month + 1
        if kind == "more":
            self.quantity[lines] += np.maximum(1, self.quantity[lines] * rng.integers(5, 40, n) // 100)
        elif kind == "fewer":
            self.quantity[lines] -= np.maximum(1, self.quantity[lines] * rng.integers(5, 40, n) // 100)
        elif kind == "dearer":
            self.unit[lines] = np.round(self.unit[lines] * rng.choice([1.04, 1.06, 1.08], n)).astype(np.int64)
        elif kind == "discount":
            self._draw_discounts(lines, day, 1.0)
        else:
            if kind == "upgrade":
                self.quantity[lines] = np.where(
                    self.tier[lines] == 0, np.maximum(1, MEAN_SEATS[self.size[lines]] // 2), self.quantity[lines]
                )
                self.tier[lines] += 1
            elif kind == "downgrade":
                self.tier[lines] -= 1
            elif kind == "currency":
                self.currency[lines] = np.where(self.currency[lines] == 0, 1, 0)
            elif kind == "yearly":
                self.interval[lines] = YEARLY
                self.anchor[lines] = day
            elif kind == "family":
                self.family[lines] = np.where(self.family[lines] == CORE, INSIGHTS, CORE)
            self._list_price(lines)

    def _replace(self, lines: np.ndarray, month: int, begin: int, until: int) -> None:
        """One subscription ends and another begins at the same moment: no movement, if nothing else changes."""
        day = self.rng.integers(begin, until, len(lines))
        percent, amount, ends = self.percent[lines], self.amount[lines], self.discount_end[lines]
        self._end_subscriptions(lines, day, day, np.full(len(lines), REPLACED))
        self._open_subscriptions(lines, day, np.zeros(len(lines), dtype=np.int64))
        self.percent[lines], self.amount[lines], self.discount_end[lines] = percent, amount, ends
        self.next_month[lines] = month + 1

    def _happenings(self, month: int, begin: int, until: int) -> None:
        """At most one event for each paying line, drawn from its chances."""
        rng, s = self.rng, self.settings
        calendar_month = int(days.month_of(s.first) + month) % 12
        fraction = (until - begin) / 30.4
        lines = np.flatnonzero((self.state == ACTIVE) & (self.next_month <= month))
        trait, tier, interval = self.trait[lines], self.tier[lines], self.interval[lines]
        yearly, free = interval == YEARLY, tier == 0
        churn = CHURN * np.exp(-0.85 * trait) * np.array([1.4, 1.1, 0.9, 0.7, 0.5])[self.size[lines]]
        age = int(days.month_of(s.first) + month) - days.month_of(self.anchor[lines])
        of_month = self.anchor[lines] - days.month_start(days.month_of(self.anchor[lines]))
        anniversary = yearly & (age > 0) & (age % 12 == 0) & (begin + of_month < until)
        churn = np.where(yearly, np.where(anniversary, 1 - (1 - np.minimum(churn, 0.5)) ** 9, 0.0), churn)
        scaled = np.where(yearly, churn / fraction, churn)
        billed = ~free
        seats = self.quantity[lines]
        chances = {
            "leave": scaled,
            "pause": np.where(billed & (interval != DAILY), PAUSE * np.where(yearly, 0.3, 1.0), 0),
            "upgrade": np.where(free, 0.05, UPGRADE * np.exp(0.3 * trait)) * (tier < 3) * (interval < WEEKLY),
            "downgrade": DOWNGRADE * np.exp(-0.3 * trait) * (tier > 1),
            "more": MORE * np.exp(0.2 * trait) * billed,
            "fewer": FEWER * np.exp(-0.2 * trait) * billed * (seats > 2),
            "dearer": (0.45 if calendar_month == 3 else 0.004) * billed * (age > 5),
            "replace": REPLACE * billed,
            "currency": SWITCH_CURRENCY * billed * np.isin(self.currency[lines], [0, 1]),
            "yearly": TO_YEARLY * billed * np.isin(interval, [MONTHLY, QUARTERLY]),
            "family": OTHER_FAMILY * billed * (self.parent[lines] < 0),
            "discount": NEW_DISCOUNT * billed * (self.percent[lines] == 0) * (self.amount[lines] == 0),
        }
        bounds = np.cumsum(np.array(list(chances.values())) * fraction, axis=0)
        event = (rng.random(len(lines)) >= bounds).sum(axis=0)
        for code, kind in enumerate(chances):
            chosen = lines[event == code]
            chosen = chosen[self.state[chosen] == ACTIVE] if code else chosen
            chosen = chosen[self.next_month[chosen] <= month]
            if kind == "leave":
                self._leave(chosen, month, begin, until)
            elif kind == "pause":
                self._pause(chosen, month, begin, until)
            elif kind == "replace":
                self._replace(chosen, month, begin, until)
            else:
                self._change(chosen, kind, month, begin, until)

    def run(self) -> Ledger:
        """All months, then what is scheduled beyond the last day."""
        starts, last = self.settings.month_starts, self.settings.last
        for month, begin in enumerate(starts[:-1]):
            until = min(int(starts[month + 1]), last + 1)
            self._resumes(month, until)
            self._happenings(month, int(begin), until)
            self._returns(month, int(begin), until)
            self._births(month, until)
            self.after_month(month, until)
        return self._finish()

    def after_month(self, month: int, until: int) -> None:
        """Called when a month is over, before anything of the next is drawn; for who wants to look on."""

    # -- the end -------------------------------------------------------------------------------------------------------

    def _schedule(self) -> tuple[np.ndarray, np.ndarray]:
        """Cancellations asked for and versions entered already, that take effect after the last day."""
        rng, last = self.rng, self.settings.last
        active = np.flatnonzero((self.state == ACTIVE) & (self.tier > 0) & (self.from_ < last - 5))
        draw = rng.random(len(active))
        changing, leaving = active[draw < 0.03], active[draw > 0.96]
        day = last + rng.integers(3, 80, len(changing))
        self._next_version(changing, day)
        self.created[changing] = last - rng.integers(0, 5, len(changing))
        self.quantity[changing] += 1 + self.quantity[changing] // 4
        ends = last + rng.integers(2, 70, len(leaving))
        asked = np.maximum(last - rng.integers(0, 20, len(leaving)), self.from_[leaving])
        self.ends.append((self.sub[leaving], ends, asked, rng.integers(0, len(VOLUNTARY_REASONS), len(leaving))))
        return leaving, ends

    def _statuses(self, sub: dict[str, np.ndarray]) -> np.ndarray:
        """Today's status of each subscription."""
        rng, last = self.rng, self.settings.last
        status = np.full(self.sub_count, ACTIVE_STATUS)
        status[(sub["trial_end"] != NONE) & (sub["trial_end"] > last)] = TRIALING
        paused = self.sub[np.flatnonzero(self.state == PAUSED)]
        status[paused] = PAUSED_STATUS
        ended = (sub["ended"] != NONE) & (sub["ended"] <= last)
        status[ended] = np.where(sub["reason"][ended] == REPLACED, ENDED, CANCELED)
        draw = rng.random(self.sub_count)
        fine = (status == ACTIVE_STATUS) & (sub["start"] < last - 60) & (sub["ended"] == NONE)
        status[fine & (draw < 0.02)] = PAST_DUE
        status[fine & (draw > 0.992)] = UNPAID
        # A few trials of long ago that the source still calls trialing: they have not converted.
        stale = fine & (sub["trial_end"] != NONE) & (draw > 0.5) & (draw < 0.54) & (sub["trial_end"] > last - 250)
        status[stale] = TRIALING
        return status

    def _finish(self) -> Ledger:
        """Close the books: open versions, arrays, statuses, add-on items."""
        self._schedule()
        still = np.flatnonzero(np.isin(self.state, [ACTIVE, PAUSED]))
        self._write_versions(still, np.full(len(still), NONE))
        sub = {name: np.concatenate([chunk[name] for chunk in self.subs]) for name in self.subs[0]}
        ended, asked, reason = (np.full(self.sub_count, NONE) for _ in range(3))
        for numbers, day, canceled, why in self.ends:
            ended[numbers], asked[numbers], reason[numbers] = day, canceled, why
        sub |= {"ended": ended, "reason": np.where(reason == NONE, -1, reason)}
        status = self._statuses(sub)
        versions = {name: np.concatenate([chunk[name] for chunk in self.versions]) for name in self.versions[0]}
        nothing = np.zeros(0, dtype=np.int64)
        pauses = [np.concatenate([nothing, *arrays]) for arrays in zip(*self.pauses, strict=True)] or [nothing] * 3
        versions = self._with_add_ons(versions, sub)
        order = np.lexsort((versions["from"], versions["item"]))
        owner = self.owner[sub["line"]]
        # A resumption that lies in the future is not in the data yet.
        resumed = np.where((pauses[2] != NONE) & (pauses[2] <= self.settings.last), pauses[2], NONE)
        return Ledger(
            s_number=np.arange(self.sub_count), s_customer=owner, s_start=sub["start"], s_trial_end=sub["trial_end"],
            s_canceled=asked, s_ended=ended, s_reason=sub["reason"], s_status=status, s_second=self.second[sub["line"]],
            **{f"v_{name}": values[order] for name, values in versions.items()},
            p_sub=pauses[0], p_from=pauses[1], p_to=resumed,
        )  # fmt: skip

    def _with_add_ons(self, versions: dict, sub: dict) -> dict:
        """A second item, onboarding services, on some paid subscriptions: for a while or for good."""
        rng, n = self.rng, self.sub_count
        first = np.full(n, len(versions["sub"]))
        np.minimum.at(first, versions["sub"], np.arange(len(versions["sub"])))
        chosen = np.flatnonzero((rng.random(n) < 0.08) & (versions["tier"][first] > 0))
        source = first[chosen]
        k = len(chosen)
        begin = np.where(rng.random(k) < 0.6, sub["start"][chosen], sub["start"][chosen] + rng.integers(10, 200, k))
        latest = np.where(sub["ended"][chosen] == NONE, self.settings.last, sub["ended"][chosen])
        begin = np.minimum(begin, latest)
        currency = versions["currency"][source]
        family, tier, interval = np.full(k, SERVICES), np.ones(k, dtype=int), np.full(k, MONTHLY)
        zeros = np.zeros(k, dtype=np.int64)
        to = np.where(rng.random(k) < 0.5, begin + rng.integers(60, 400, k), NONE)
        rows = {
            "sub": chosen, "item": n + np.arange(k), "family": family, "tier": tier, "interval": interval,
            "currency": currency, "quantity": np.ones(k, dtype=np.int64),
            "unit": price(family, tier, interval, currency),
            "percent": zeros, "amount": zeros, "discount_end": np.full(k, NONE), "from": begin,
            "to": np.where(to > self.settings.last, NONE, to), "created": begin,
        }  # fmt: skip
        return {name: np.concatenate([values, rows[name]]) for name, values in versions.items()}


def simulate(settings: Settings, block: int, customers: Customers) -> Ledger:
    """The billing history of a block of customers."""
    return Simulation(settings, block, customers).run()
