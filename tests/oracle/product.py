"""The metrics of product use and onboarding, one function a metric.

`cell.uses` are the customers that stand in the segment on the period's closing day, each with what its people did in the
period; units with a day of their own (a created user, a journey due, an outcome) stand where their customer stood on it.
"""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, wraps
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import median
from typing import Any

from tests.oracle.cleaning import Row
from tests.oracle.company import ONE_DAY, ZERO, Company, Customer, Period, convert
from tests.oracle.product_rows import earliest
from tests.oracle.registry import ABSENT, FAMILIES, Family, Ratio
from tests.oracle.registry import metric as register
from tests.oracle.values import FOREVER, Moment, plus_days, round10

IMPACT_SCALE = Path(__file__).resolve().parents[2] / "seeds" / "impact_scale.csv"
Span = tuple[date, date]  # first day in, first day out


# -- people and what they did ------------------------------------------------------------------------------------------


class DaySums:
    """Amounts by day, to be summed over any stretch of days."""

    def __init__(self, entries: Iterable[tuple[date, Decimal]] = ()) -> None:
        entries = sorted(entries, key=lambda entry: entry[0])
        self.days = [day for day, _ in entries]
        self.sums = list(accumulate((amount for _, amount in entries), initial=ZERO))

    def between(self, first: date, last: date) -> Decimal:
        return self.sums[bisect_right(self.days, last)] - self.sums[bisect_left(self.days, first)]


def count_between(days: list[date], first: date, last: date) -> int:
    """How many of these sorted days lie from the first to the last."""
    return max(bisect_right(days, last) - bisect_left(days, first), 0)


@dataclass
class Session:
    day: date
    seconds: Decimal


@dataclass(eq=False)
class Person:
    """A counted user."""

    customer: Customer
    created: date
    active_days: list[date]
    actions: DaySums
    logins: DaySums
    feature_days: dict[str, list[date]]
    sessions: list[Session] = field(default_factory=list)


@dataclass
class Adoption:
    """A user in the first days after creation."""

    customer: Customer
    created: date
    is_pending: bool
    days: int | None  # to the last of the active days that were asked for; None: not in time


@dataclass
class Entrant:
    """A customer that reached the first step of the funnel."""

    customer: Customer
    day: date
    steps: int  # reached, all before them too
    is_through: bool


@dataclass
class Walk:
    """A customer on a journey."""

    customer: Customer
    due: date
    is_complete: bool


@dataclass
class Wait:
    """From a start to the first value moment, or to the as-of day where that has not come."""

    customer: Customer
    start: date
    days: int
    is_over: bool


@dataclass
class Goal:
    customer: Customer
    due: date
    is_reached: bool


@dataclass
class Outcome:
    day: date
    order: tuple[datetime, str]
    kind: tuple[str, str]  # type, unit
    score: Decimal
    weight: Decimal


@dataclass
class Impact:
    """What a customer's outcomes of a period amount to, under the day of the last of them."""

    customer: Customer
    day: date
    score: Decimal


class Gathered:
    """Everything about use and onboarding that does not depend on the period."""

    def __init__(self, company: Company) -> None:
        self.company, self.settings, self.as_of = company, company.settings, company.as_of
        self.staged = company.staged
        self.has_login = False
        self.people = self._people()
        self.people_of: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            self.people_of[person.customer.customer_id].append(person)
        self.first_seen: dict[str, date] = {}
        self.feature_days: dict[tuple[str, str], list[date]] = defaultdict(list)
        for person in self.people:
            for feature, days in person.feature_days.items():
                self.first_seen[feature] = min(days[0], self.first_seen.get(feature, FOREVER))
                self.feature_days[person.customer.customer_id, feature] += days
        self.adoptions = [self._adoption(person) for person in self.people]
        self.entitlements = self._entitlements()
        self.released = {row["feature"]: row["released_at"].day for row in self.staged["features"]}
        self.journeys = self._journeys()
        self.reached = self._reached()
        self.entrants = self._entrants()
        self.walks = self._walks()
        self.starts = self._starts()
        self.waits, self.waits_from_purchase, self.goals = self._waits()
        self.outcomes, self.reported = self._outcomes()
        self._facts: tuple[Period | None, Facts | None] = None, None

    def facts(self, period: Period) -> Facts:
        if self._facts[0] is not period:
            self._facts = period, Facts(self, period)
        return self._facts[1]

    # -- users ---------------------------------------------------------------------------------------------------------

    def _people(self) -> list[Person]:
        events: dict[str, list[Row]] = defaultdict(list)
        for row in self.staged["usage_events"]:
            if row["user_id"] and row["occurred_at"].day <= self.as_of:
                events[row["user_id"]].append(row)
        sessions: dict[str, list[Row]] = defaultdict(list)
        for row in self.staged["sessions"]:
            if row["user_id"] and row["ended_at"].day <= self.as_of:
                sessions[row["user_id"]].append(row)
        people = []
        for row in self.staged["users"]:
            customer = self.company.customers.get(row["customer_id"])
            if customer is None or row["is_internal"] or row["is_bot"] or row["created_at"].day > self.as_of:
                continue
            person = self._person(customer, row["created_at"].day, events[row["user_id"]])
            if self.staged["sessions"]:
                person.sessions = [
                    Session(one["started_at"].day, seconds(one["ended_at"].instant - one["started_at"].instant))
                    for one in sessions[row["user_id"]]
                ]
            else:
                person.sessions = self._cut([one["occurred_at"] for one in events[row["user_id"]]])
            people.append(person)
        return people

    def _person(self, customer: Customer, created: date, events: list[Row]) -> Person:
        def amounts(rows: list[Row]) -> DaySums:
            return DaySums(
                (row["occurred_at"].day, Decimal(1) if row["event_count"] is None else row["event_count"])
                for row in rows
            )

        qualifying = [row for row in events if self.settings.qualifies(row["event_name"])]
        logins = [row for row in events if row["event_name"] in self.settings.login_event_names]
        self.has_login = self.has_login or bool(logins)
        feature_days: dict[str, set[date]] = defaultdict(set)
        for row in events:
            if row["feature"]:
                feature_days[row["feature"]].add(row["occurred_at"].day)
        return Person(
            customer,
            created,
            sorted({row["occurred_at"].day for row in qualifying}),
            amounts(qualifying),
            amounts(logins),
            {feature: sorted(days) for feature, days in feature_days.items()},
        )

    def _cut(self, moments: list[Moment]) -> list[Session]:
        """Sessions from events: a pause of session_gap_minutes or more begins a new one."""
        gap = timedelta(minutes=self.settings.session_gap_minutes)
        sessions = []
        moments = sorted(moments)
        start = moments[0] if moments else None
        for moment, following in pairwise([*moments, None]):
            if following is None or following.instant - moment.instant >= gap:
                sessions.append(Session(start.day, seconds(moment.instant - start.instant)))
                start = following
        return sessions

    def _adoption(self, person: Person) -> Adoption:
        last = plus_days(person.created, self.settings.adoption_days)
        days = [day for day in person.active_days if person.created <= day <= last]
        wanted = self.settings.adoption_active_days
        reached = (days[wanted - 1] - person.created).days if len(days) >= wanted else None
        return Adoption(person.customer, person.created, self.as_of < last, reached)

    def _entitlements(self) -> dict[str, dict[str, list[Span]]]:
        """By customer and feature: the first day on which it may be used, and the first on which it no longer may."""
        spans: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
        for row in self.staged["entitlements"]:
            if row["customer_id"] in self.company.customers:
                end = row["entitled_to"].day if row["entitled_to"] else FOREVER
                spans[row["customer_id"]][row["feature"]].append((row["entitled_from"].day, end))
        return spans

    # -- onboarding ----------------------------------------------------------------------------------------------------

    def _journeys(self) -> dict[str, list[Row]]:
        """Steps in their order."""
        journeys: dict[str, list[Row]] = defaultdict(list)
        for row in self.staged["journeys"]:
            journeys[row["journey"]].append(row)
        return {name: sorted(steps, key=lambda step: step["step_rank"]) for name, steps in journeys.items()}

    def _reached(self) -> dict[str, dict[str, Moment]]:
        """By customer and milestone: the first time."""
        reached: dict[str, dict[str, Moment]] = defaultdict(dict)
        for row in self.staged["milestones"]:
            if row["customer_id"] in self.company.customers and row["reached_at"].day <= self.as_of:
                mine = reached[row["customer_id"]]
                mine[row["milestone"]] = min(row["reached_at"], mine.get(row["milestone"], row["reached_at"]))
        return reached

    def target(self, step: Row) -> int:
        days = step["target_days"]
        return self.settings.journey_target_days if days is None else int(days)

    @cached_property
    def funnel(self) -> list[Row]:
        name = self.settings.adoption_journey or min(self.journeys, default="")
        return self.journeys.get(name, [])

    def _entrants(self) -> list[Entrant]:
        entrants = []
        for customer_id, reached in self.reached.items():
            steps = 0
            while steps < len(self.funnel) and self.funnel[steps]["milestone"] in reached:
                steps += 1
            if steps:
                first = reached[self.funnel[0]["milestone"]].day
                customer = self.company.customers[customer_id]
                entrants.append(Entrant(customer, first, steps, steps == len(self.funnel)))
        return entrants

    def _walks(self) -> list[Walk]:
        walks = []
        for steps in self.journeys.values():
            required = [step for step in steps if step["is_required"]]
            if not required:
                continue
            for customer_id, reached in self.reached.items():
                if steps[0]["milestone"] not in reached:
                    continue
                start = reached[steps[0]["milestone"]].day
                is_complete = all(
                    step["milestone"] in reached
                    and reached[step["milestone"]].day <= plus_days(start, self.target(step))
                    for step in required
                )
                due = plus_days(start, max(map(self.target, required)))
                walks.append(Walk(self.company.customers[customer_id], due, is_complete))
        return walks

    def _starts(self) -> dict[str, tuple[date | None, date | None]]:
        """By customer: day of the first interaction (or creation), day of signing (or first payment)."""
        interactions: dict[str, list[Moment | None]] = defaultdict(list)
        signings: dict[str, list[Moment | None]] = defaultdict(list)
        for row in self.staged["first_touches"]:
            interactions[row["customer_id"]].append(row["first_interaction_at"])
            signings[row["customer_id"]].append(row["signed_at"])
        starts = {}
        for customer_id, customer in self.company.customers.items():
            first = earliest(interactions[customer_id])
            if first is None or first.day > self.as_of:
                first = customer.row["created_at"] if customer.row else None
            signed = earliest(signings[customer_id])
            is_signed = signed and signed.day <= self.as_of
            starts[customer_id] = first and first.day, signed.day if is_signed else customer.first_paid_day
        return starts

    def _waits(self) -> tuple[list[Wait], list[Wait], list[Goal]]:
        steps = [step for journey in self.journeys.values() for step in journey if step["is_value_moment"]]
        waits: list[Wait] = []
        from_purchase: list[Wait] = []
        goals: list[Goal] = []
        for customer_id, (start, purchase) in self.starts.items():
            customer, reached = self.company.customers[customer_id], self.reached.get(customer_id, {})
            value = min(
                (reached[step["milestone"]].day for step in steps if step["milestone"] in reached), default=None
            )
            for origin, those in ((start, waits), (purchase, from_purchase)):
                if origin is not None and origin <= self.as_of:
                    end = value or self.as_of
                    those.append(Wait(customer, origin, max((end - origin).days, 0), value is not None))
            if start and steps:
                due = plus_days(start, max(map(self.target, steps)))
                goals.append(Goal(customer, due, value is not None and value <= due))
        return waits, from_purchase, goals

    # -- outcomes ------------------------------------------------------------------------------------------------------

    def _outcomes(self) -> tuple[dict[str, list[Outcome]], list[tuple[Customer, date, Decimal]]]:
        """By customer what can be scored; and every sum of money reported."""
        with IMPACT_SCALE.open(newline="") as file:
            scale = {(row["outcome_type"], row["unit"]): row for row in csv.DictReader(file)}
        outcomes: dict[str, list[Outcome]] = defaultdict(list)
        reported = []
        for row in self.staged["outcomes"]:
            customer, day = self.company.customers.get(row["customer_id"]), row["measured_at"].day
            if customer is None or day > self.as_of:
                continue
            kind = row["outcome_type"], row["unit"]
            measure = Fraction(row["value"])
            if row["unit"] == "money":
                amount = convert(row["value"], row["currency"], self.company.rates, day)
                reported.append((customer, day, amount))
                mrr = customer.mrr(day)
                if mrr <= 0:
                    continue
                measure = Fraction(amount) / Fraction(12 * mrr)
            if kind in scale:
                zero, full = Fraction(scale[kind]["zero_at"]), Fraction(scale[kind]["full_at"])
                score = round10(100 * min(max((measure - zero) / (full - zero), Fraction(0)), Fraction(1)))
                order = row["measured_at"].instant, row["outcome_id"]
                outcomes[row["customer_id"]].append(Outcome(day, order, kind, score, Decimal(scale[kind]["weight"])))
        return outcomes, reported


def seconds(length: timedelta) -> Decimal:
    """Exact to the microsecond."""
    return Decimal(length // timedelta(microseconds=1)).scaleb(-6)


# -- one period --------------------------------------------------------------------------------------------------------


@dataclass
class Use:
    """What the people of one customer did in one period."""

    customer: Customer
    is_paying: bool
    user_days: int = 0
    user_days_of_28: int = 0
    user_days_of_7: int = 0
    active: int = 0
    active_in_28: int = 0
    active_in_7: int = 0
    users: int = 0  # created by the close
    new_users: int = 0
    active_known_users: int = 0  # both active and created by the close
    actions: Decimal = ZERO
    actions_of_28: Decimal = ZERO
    logins: Decimal = ZERO
    session_seconds: list[Decimal] = field(default_factory=list)
    entitled: list[str] = field(default_factory=list)  # features
    used: list[str] = field(default_factory=list)  # of those, used on a day on which they were
    tried: list[str] = field(default_factory=list)  # a feature for every active user who used it


class Facts:
    """What happened in a period, customer by customer and unit by unit."""

    def __init__(self, gathered: Gathered, period: Period) -> None:
        self.gathered, self.period = gathered, period
        self.features_seen = [name for name, day in gathered.first_seen.items() if day <= period.close]
        self.uses = [self._use(customer) for customer in gathered.company.customers.values()]
        self.adoptions = [one for one in gathered.adoptions if self.holds(one.created) and not one.is_pending]
        self.entrants = [one for one in gathered.entrants if self.holds(one.day)]
        self.walks = [one for one in gathered.walks if self.holds(one.due)]
        self.waits = [one for one in gathered.waits if self.holds(one.start)]
        self.waits_from_purchase = [one for one in gathered.waits_from_purchase if self.holds(one.start)]
        self.goals = [one for one in gathered.goals if self.holds(one.due)]
        self.impacts = [one for customer_id in gathered.outcomes if (one := self._impact(customer_id))]
        self.reported = [one for one in gathered.reported if self.holds(one[1])]

    def holds(self, day: date) -> bool:
        return self.period.first <= day <= self.period.close

    def _use(self, customer: Customer) -> Use:
        first, close = self.period.first, self.period.close
        use = Use(customer, customer.mrr(close) > 0)
        month_ago, week_ago = close - 27 * ONE_DAY, close - 6 * ONE_DAY
        for person in self.gathered.people_of.get(customer.customer_id, ()):
            days = count_between(person.active_days, first, close)
            use.user_days += days
            use.active += days > 0
            of_28 = count_between(person.active_days, month_ago, close)
            use.user_days_of_28 += of_28
            use.active_in_28 += of_28 > 0
            of_7 = count_between(person.active_days, week_ago, close)
            use.user_days_of_7 += of_7
            use.active_in_7 += of_7 > 0
            is_known = person.created <= close
            use.users += is_known
            use.new_users += first <= person.created <= close
            use.active_known_users += is_known and days > 0
            use.actions += person.actions.between(first, close)
            use.actions_of_28 += person.actions.between(month_ago, close)
            use.logins += person.logins.between(first, close)
            use.session_seconds += [one.seconds for one in person.sessions if first <= one.day <= close]
            if days:
                use.tried += [
                    feature
                    for feature, feature_days in person.feature_days.items()
                    if count_between(feature_days, first, close)
                ]
        for feature, spans in self._may_use(use):
            days = self.gathered.feature_days.get((customer.customer_id, feature), ())
            use.entitled.append(feature)
            if any(start <= day < end for day in days if first <= day <= close for start, end in spans):
                use.used.append(feature)
        return use

    def _may_use(self, use: Use) -> Iterable[tuple[str, list[Span]]]:
        """Features that a customer may use on any day of the period, each with the days on which it may."""
        gathered, first, close = self.gathered, self.period.first, self.period.close
        if gathered.staged["entitlements"]:
            for feature, spans in gathered.entitlements.get(use.customer.customer_id, {}).items():
                if spans := [(start, end) for start, end in spans if start < end and start <= close and end > first]:
                    yield feature, spans
        elif use.is_paying:
            features = self.features_seen
            if gathered.staged["features"]:
                features = [feature for feature, day in gathered.released.items() if day <= close]
            for feature in features:
                yield feature, [(date.min, FOREVER)]

    def _impact(self, customer_id: str) -> Impact | None:
        """Of several outcomes of one type and unit the last counts; their weighted mean."""
        those = [one for one in self.gathered.outcomes[customer_id] if self.holds(one.day)]
        if not those:
            return None
        those.sort(key=lambda one: one.order)
        last = {one.kind: one for one in those}.values()
        weights = sum(Fraction(one.weight) for one in last)
        if not weights:
            return None  # kinds to which the seed gives no weight
        score = sum((Fraction(one.weight) * Fraction(one.score) for one in last), Fraction(0)) / weights
        return Impact(self.gathered.company.customers[customer_id], those[-1].day, round10(score))


@dataclass(eq=False)
class Group:
    """A cell of the report."""

    facts: Facts
    segment: tuple[str, str]
    uses: list[Use] = field(default_factory=list)
    adoptions: list[Adoption] = field(default_factory=list)
    entrants: list[Entrant] = field(default_factory=list)
    walks: list[Walk] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    waits_from_purchase: list[Wait] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    impacts: list[Impact] = field(default_factory=list)
    reported: list[Decimal] = field(default_factory=list)

    @property
    def days(self) -> int:
        return self.facts.period.days

    def sum(self, name: str) -> Any:
        return sum(getattr(use, name) for use in self.uses)

    @cached_property
    def active_users(self) -> int:
        return self.sum("active")

    @cached_property
    def paying_customers(self) -> int:
        return sum(use.is_paying for use in self.uses)

    @cached_property
    def users_of_paying(self) -> int:
        return sum(use.users for use in self.uses if use.is_paying)

    @cached_property
    def session_seconds(self) -> list[Decimal]:
        return [length for use in self.uses for length in use.session_seconds]

    @property
    def has_any(self) -> bool:
        """Any part that a metric reads is not 0."""
        return bool(
            any(
                use.is_paying
                or use.users
                or use.user_days
                or use.user_days_of_28
                or use.user_days_of_7
                or use.logins
                or use.session_seconds
                or use.entitled
                for use in self.uses
            )
            or self.adoptions
            or self.entrants
            or self.walks
            or self.waits
            or self.waits_from_purchase
            or self.goals
            or self.impacts
            or sum(self.reported)
        )


@dataclass(eq=False)
class FeatureGroup:
    """A cell of the segment `feature`, which the two metrics of feature adoption alone have."""

    entitled: int = 0
    used: int = 0
    active_users: int = 0
    tried: int = 0

    @property
    def has_any(self) -> bool:
        return bool(self.entitled or self.used or self.active_users or self.tried)


def groups_of(gathered: Gathered, period: Period, name: str, _: dict[str, Any]) -> dict[str, Group | FeatureGroup]:
    """The groups of one segment; `all` is there whatever happens."""
    facts = gathered.facts(period)
    groups: dict[str, Any] = _features(facts) if name == "feature" else _groups(facts, name)
    return {value: group for value, group in groups.items() if name == "all" or group.has_any}


def _features(facts: Facts) -> dict[str, FeatureGroup]:
    groups: dict[str, FeatureGroup] = defaultdict(FeatureGroup)
    active_users = sum(use.active for use in facts.uses)
    for feature in facts.features_seen:
        groups[feature] = FeatureGroup()
    for use in facts.uses:
        for feature in use.entitled:
            groups[feature].entitled += 1
        for feature in use.used:
            groups[feature].used += 1
        for feature in use.tried:
            groups[feature].tried += 1
    for group in groups.values():
        group.active_users = active_users
    return groups


def _groups(facts: Facts, name: str) -> dict[str, Group]:
    groups: dict[str, Group] = {}

    def group(customer: Customer, day: date) -> Group:
        value = customer.segments(day)[name]
        if value not in groups:
            groups[value] = Group(facts, (name, value))
        return groups[value]

    close = facts.period.close
    if name == "all":
        groups["all"] = Group(facts, ("all", "all"))
    for use in facts.uses:
        group(use.customer, close).uses.append(use)
    for one in facts.adoptions:
        group(one.customer, one.created).adoptions.append(one)
    for one in facts.entrants:
        group(one.customer, one.day).entrants.append(one)
    for one in facts.walks:
        group(one.customer, one.due).walks.append(one)
    for one in facts.waits:
        group(one.customer, close).waits.append(one)
    for one in facts.waits_from_purchase:
        group(one.customer, close).waits_from_purchase.append(one)
    for one in facts.goals:
        group(one.customer, one.due).goals.append(one)
    for one in facts.impacts:
        group(one.customer, one.day).impacts.append(one)
    for customer, day, amount in facts.reported:
        group(customer, day).reported.append(amount)
    return groups


def pending_windows(gathered: Gathered, period: Period) -> set[str]:
    """A user created in the period may still adopt the product."""
    waits = any(one.is_pending and period.holds(one.created) for one in gathered.adoptions)
    return {"adoption"} if waits else set()


FAMILIES.append(Family("product", Gathered, groups_of, pending_windows, ("feature",)))


def funnel_steps(gathered: Gathered) -> dict[tuple[str, date, str, str, int], dict[str, Any]]:
    """The mart adoption_funnel: by period, segment and step, where anybody has entered."""
    rows = {}
    for period in gathered.company.periods:
        groups: dict[tuple[str, str], list[Entrant]] = defaultdict(list)
        for one in gathered.entrants:
            if period.first <= one.day <= period.close:
                stands = one.customer.segments(one.day)
                for name in ("all", *gathered.settings.segments):
                    groups[name, stands[name]].append(one)
        for segment, entrants in groups.items():
            before = len(entrants)
            for number, step in enumerate(gathered.funnel, start=1):
                customers = sum(one.steps >= number for one in entrants)
                rows[period.period_type, period.start, *segment, number] = {
                    "period_end": period.end,
                    "journey": step["journey"],
                    "milestone": step["milestone"],
                    "is_required": step["is_required"],
                    "customers": customers,
                    "dropped_customers": before - customers,
                    "step_conversion_rate": customers / before if before else None,
                    "cumulative_conversion_rate": customers / len(entrants),
                    "drop_off_rate": 1 - customers / before if before else None,
                }
                before = customers
    return rows


def metric(kind: str, *needs: str, window: str | None = None) -> Callable:
    """A metric that the segment `feature` does not have."""

    def decorate(function: Callable[[Group], Any]) -> Callable[[Any], Any]:
        @wraps(function)
        def figure(cell: Any) -> Any:
            return ABSENT if isinstance(cell, FeatureGroup) else function(cell)

        return register("product", kind, *needs, window=window)(figure)

    return decorate


USAGE = ("users", "usage_events")
ONBOARDING = ("journeys", "milestones")


# -- who is active -----------------------------------------------------------------------------------------------------


@metric("ratio", *USAGE)
def daily_active_users(cell: Group) -> Ratio:
    """How many users were active on a day, on average over the days of the period?"""
    return cell.sum("user_days"), cell.days


@metric("count", *USAGE)
def weekly_active_users(cell: Group) -> int:
    """How many users were active in the seven days up to the close?"""
    return cell.sum("active_in_7")


@metric("count", *USAGE)
def monthly_active_users(cell: Group) -> int:
    """How many users were active in the 28 days up to the close?"""
    return cell.sum("active_in_28")


@metric("count", *USAGE)
def active_users(cell: Group) -> int:
    """How many users were active in the period?"""
    return cell.active_users


@metric("count", *USAGE)
def active_customers(cell: Group) -> int:
    """Of how many customers was anybody active in the period?"""
    return sum(use.active > 0 for use in cell.uses)


@metric("ratio", *USAGE)
def recurring_active_user_rate(cell: Group) -> Ratio:
    """Which share of the users of paying customers was active?"""
    return sum(use.active_known_users for use in cell.uses if use.is_paying), cell.users_of_paying


@metric("ratio", *USAGE)
def recurring_active_user_rate_unrestricted(cell: Group) -> Ratio:
    """How many users, of whomever, were active for each user of a paying customer?"""
    return cell.active_users, cell.users_of_paying


@metric("ratio", *USAGE)
def product_stickiness(cell: Group) -> Ratio:
    """On which share of the last 28 days was a user of these days active?"""
    return cell.sum("user_days_of_28"), 28 * cell.sum("active_in_28")


@metric("ratio", *USAGE)
def weekly_stickiness(cell: Group) -> Ratio:
    """On which share of the last seven days was a user of these days active?"""
    return cell.sum("user_days_of_7"), 7 * cell.sum("active_in_7")


# -- how much they do --------------------------------------------------------------------------------------------------


@metric("ratio", *USAGE)
def customer_engagement_rate(cell: Group) -> Ratio:
    """Which share of the paying customers acted often enough in the last 28 days?"""
    enough = cell.facts.gathered.settings.engagement_min_actions
    return sum(use.is_paying and use.actions_of_28 >= enough for use in cell.uses), cell.paying_customers


@metric("ratio", *USAGE)
def actions_per_active_user(cell: Group) -> Ratio:
    """How often did an active user act?"""
    return cell.sum("actions"), cell.active_users


@metric("ratio", *USAGE)
def login_frequency(cell: Group) -> Ratio | object:
    """How often a week did an active user log in?"""
    if not cell.facts.gathered.has_login:
        return ABSENT
    return 7 * cell.sum("logins"), cell.active_users * cell.days


def _knows_sessions(cell: Group) -> bool:
    staged = cell.facts.gathered.staged
    return bool(staged["sessions"] or staged["usage_events"])


@metric("ratio", "users")
def average_session_duration(cell: Group) -> Ratio | object:
    """How long is a session?"""
    if not _knows_sessions(cell):
        return ABSENT
    return sum(cell.session_seconds, ZERO), len(cell.session_seconds)


@metric("statistic", "users")
def median_session_duration(cell: Group) -> float | object | None:
    """How long is the session in the middle?"""
    if not _knows_sessions(cell):
        return ABSENT
    return float(median(cell.session_seconds)) if cell.session_seconds else None


@metric("ratio", *USAGE)
def average_time_on_platform(cell: Group) -> Ratio:
    """How long did an active user stay, all sessions together?"""
    return sum(cell.session_seconds, ZERO), cell.active_users


# -- adoption ----------------------------------------------------------------------------------------------------------


@metric("ratio", *USAGE, window="adoption")
def product_adoption_rate(cell: Group) -> Ratio:
    """Which share of the users created in the period was active on enough of their first days?"""
    return sum(one.days is not None for one in cell.adoptions), len(cell.adoptions)


@metric("statistic", *USAGE, window="adoption")
def median_days_to_adoption(cell: Group) -> float | None:
    """After how many days had the adopter in the middle been active often enough?"""
    days = [one.days for one in cell.adoptions if one.days is not None]
    return float(median(days)) if days else None


@metric("ratio", "users")
def new_user_share(cell: Group) -> Ratio:
    """Which share of the users at the close was created in the period?"""
    return cell.sum("new_users"), cell.sum("users")


@register("product", "ratio", *USAGE)
def feature_adoption_rate(cell: Group | FeatureGroup) -> Ratio:
    """Which share of the features that customers may use did they use?"""
    if isinstance(cell, FeatureGroup):
        return cell.used, cell.entitled
    return sum(len(use.used) for use in cell.uses), sum(len(use.entitled) for use in cell.uses)


@register("product", "ratio", *USAGE)
def feature_adoption_rate_of_active_users(cell: Group | FeatureGroup) -> Ratio:
    """Which share of the features known by use did an active user use?"""
    if isinstance(cell, FeatureGroup):
        return cell.tried, cell.active_users
    return sum(len(use.tried) for use in cell.uses), cell.active_users * len(cell.facts.features_seen)


# -- onboarding --------------------------------------------------------------------------------------------------------


@metric("ratio", *ONBOARDING)
def adoption_funnel_conversion_rate(cell: Group) -> Ratio:
    """Which share of the customers that entered the funnel in the period has come through all of it?"""
    return sum(one.is_through for one in cell.entrants), len(cell.entrants)


@metric("ratio", *ONBOARDING)
def journey_completion_rate(cell: Group) -> Ratio:
    """Which share of the journeys due in the period was completed in time?"""
    return sum(one.is_complete for one in cell.walks), len(cell.walks)


def _median_wait(waits: list[Wait]) -> float | None:
    """Kaplan-Meier: the first day by which at most half of those at risk still wait."""
    waiting = Fraction(1)
    for days in sorted({one.days for one in waits if one.is_over}):
        at_risk = sum(one.days >= days for one in waits)
        there = sum(one.days == days and one.is_over for one in waits)
        waiting *= 1 - Fraction(there, at_risk)
        if waiting <= Fraction(1, 2):
            return float(days)
    return None


@metric("statistic", *ONBOARDING)
def time_to_value(cell: Group) -> float | None:
    """After how many days has half of the customers that started in the period found value?"""
    return _median_wait(cell.waits)


@metric("statistic", *ONBOARDING)
def time_to_value_from_purchase(cell: Group) -> float | None:
    """After how many days has half of the customers that bought in the period found value?"""
    return _median_wait(cell.waits_from_purchase)


@metric("ratio", *ONBOARDING)
def time_to_value_mean(cell: Group) -> Ratio:
    """How many days did those of them take that have found value?"""
    there = [one.days for one in cell.waits if one.is_over]
    return sum(there), len(there)


@metric("ratio", *ONBOARDING)
def customer_success_rate(cell: Group) -> Ratio:
    """Which share of the customers whose target day lies in the period had found value by it?"""
    return sum(one.is_reached for one in cell.goals), len(cell.goals)


# -- impact ------------------------------------------------------------------------------------------------------------


@metric("ratio", "outcomes")
def customer_impact_score(cell: Group) -> Ratio:
    """How good, from 0 to 100, are the results that customers reported?"""
    return sum((one.score for one in cell.impacts), ZERO), len(cell.impacts)


@metric("amount", "outcomes")
def customer_reported_value(cell: Group) -> Decimal:
    """How much money did customers say that they saved or earned?"""
    return sum(cell.reported, ZERO)
