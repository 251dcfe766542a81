"""The metrics of support, one function a metric.

Every unit (a ticket created, a reply, a turn into resolved, a call) stands in the period that holds its local day, under
its customer's attributes of that day; `cell` holds those of one period and segment value.
"""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.cleaning import Row
from tests.oracle.company import ONE_DAY, UNKNOWN, Company, Customer, Period
from tests.oracle.registry import FAMILIES, Family, Ratio, metric
from tests.oracle.settings import SEGMENTS, Settings
from tests.oracle.support_rows import STATUSES
from tests.oracle.values import FOREVER, Moment, plus_days

RESOLVED = ("solved", "closed")


def seconds(length: timedelta) -> Decimal:
    """To the microsecond."""
    return Decimal(length // timedelta(microseconds=1)).scaleb(-6)


# -- business time -----------------------------------------------------------------------------------------------------


class BusinessTime:
    """The open hours of each local day, as instants."""

    def __init__(self, zone: ZoneInfo, hours: Iterable[tuple[int, str, str]], holidays: Iterable[date]) -> None:
        self.zone = zone
        self.hours: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for weekday, opens, closes in hours:
            self.hours[weekday].append((opens, closes))
        self.holidays = set(holidays)
        self._open: dict[date, list[tuple[datetime, datetime]]] = {}

    @classmethod
    def of_seeds(cls, settings: Settings) -> BusinessTime:
        with settings.seed("business_hours").open(newline="") as file:
            hours = [(int(row["iso_weekday"]), row["opens_at"], row["closes_at"]) for row in csv.DictReader(file)]
        with settings.seed("business_holidays").open(newline="") as file:
            holidays = [date.fromisoformat(row["holiday_date"]) for row in csv.DictReader(file)]
        return cls(settings.business_zone, hours, holidays)

    def instant(self, day: date, clock: str) -> datetime:
        """When the clock shows it; what a clock change skips or shows twice is read in standard time."""
        hour, minute, *rest = (int(part) for part in clock.split(":"))
        if hour == 24:
            return datetime.combine(day + ONE_DAY, time(), self.zone).astimezone(UTC)
        local = datetime.combine(day, time(hour, minute, *rest), self.zone)
        standard = min(local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset())
        return local.replace(tzinfo=UTC) - standard

    def open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        if day not in self._open:
            spans = [] if day in self.holidays else self.hours[day.isoweekday()]
            self._open[day] = [(self.instant(day, opens), self.instant(day, closes)) for opens, closes in spans]
        return self._open[day]

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Day by day; an instant of several stretches counts once."""
        spans: list[tuple[datetime, datetime]] = []
        day, last = start.astimezone(self.zone).date() - ONE_DAY, end.astimezone(self.zone).date()
        while day <= last:
            spans += self.open_on(day)
            day += ONE_DAY
        total, counted_to = timedelta(), start
        for opens, closes in sorted(spans):
            opens, closes = max(opens, counted_to), min(closes, end)
            if opens < closes:
                total += closes - opens
                counted_to = closes
        return total


# -- tickets -----------------------------------------------------------------------------------------------------------


@dataclass
class Unit:
    """Something that counts on a day, for a customer or for nobody."""

    day: date
    segments: dict[str, str]
    is_known: bool = True  # the outcome window has closed


@dataclass
class Reply(Unit):
    seconds: Decimal = Decimal(0)


@dataclass
class FirstResponse(Unit):
    seconds: Decimal = Decimal(0)
    business_seconds: Decimal = Decimal(0)


@dataclass
class Turn(Unit):
    """A change into resolved, as long as it is the last word: on closing days before `reopened`."""

    seconds: Decimal = Decimal(0)
    business_seconds: Decimal = Decimal(0)
    messages: int = 0
    reopened: date = FOREVER


@dataclass
class FirstTurn(Unit):
    seconds: Decimal = Decimal(0)
    is_first_contact: bool = False
    is_one_touch: bool = False


@dataclass
class Created(Unit):
    """A ticket by its creation, and whether it was resolved in time."""

    is_success: bool = False


@dataclass(eq=False)
class Ticket:
    """A counted ticket as it was known on the as-of day."""

    row: Row
    customer: Customer | None
    messages: list[tuple[datetime, str, date]]  # instant, author, day; in order
    history: list[tuple[Moment, str]]  # changes of status, in order

    @property
    def created(self) -> Moment:
        return self.row["created_at"]

    @property
    def is_by_customer(self) -> bool:
        return self.row["created_by"].lower() == "customer"

    def segments(self, day: date) -> dict[str, str]:
        return segments_of(self.customer, day)

    def replies(self) -> Iterator[tuple[datetime, datetime, date]]:
        """Waiting since, answered at, on which day."""
        waiting_since = None
        for instant, author, day in self.messages:
            if author == "customer":
                waiting_since = waiting_since or instant
            elif waiting_since:
                yield waiting_since, instant, day
                waiting_since = None

    def first_response(self) -> datetime | None:
        replies = [instant for instant, author, _ in self.messages if author == "agent"]
        position = 0 if self.is_by_customer else 1
        return replies[position] if len(replies) > position else None

    def turns(self) -> Iterator[tuple[Moment, date]]:
        """Each change into resolved, with the day on which the ticket is next changed back."""
        turn = None
        for moment, status in self.history:
            if status in RESOLVED and turn is None:
                turn = moment
            elif status not in RESOLVED and turn is not None:
                yield turn, moment.day
                turn = None
        if turn is not None:
            yield turn, FOREVER

    def authors_until(self, instant: datetime) -> list[str]:
        return [author for sent, author, _ in self.messages if sent <= instant]


def runs_of_customer(authors: list[str]) -> int:
    """Customer messages in a row are one contact."""
    return sum(
        author == "customer" and (position == 0 or authors[position - 1] != "customer")
        for position, author in enumerate(authors)
    )


@dataclass
class Call(Unit):
    """A root call with the legs it was transferred to."""

    queue: str = UNKNOWN
    is_answered: bool = False
    waited: Decimal = Decimal(0)
    handled: Decimal = Decimal(0)
    is_transferred: bool = False
    is_resolved: bool | None = None  # None: nobody said


def segments_of(customer: Customer | None, day: date) -> dict[str, str]:
    """Where a unit stands; without a customer, under (unknown) of every segment."""
    return customer.segments(day) if customer else defaultdict(lambda: UNKNOWN, {"all": "all"})


# -- gathered once a company -------------------------------------------------------------------------------------------


class Gathered:
    """Every unit, sorted by day."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.settings = company.settings
        self.as_of = company.as_of
        self.business = BusinessTime.of_seeds(self.settings)
        self.tickets = list(self._tickets())
        self.units: dict[str, list[Any]] = {
            "created": list(self._created()),
            "in_time": list(self._resolved_in_time()),
            "of_all": list(self._first_contact_of_all()),
            "replies": list(self._replies()),
            "first_responses": list(self._first_responses()),
            "turns": list(self._turns()),
            "first_turns": list(self._first_turns()),
            "calls": list(self._calls()),
        }
        self.days: dict[str, list[date]] = {}
        for kind, units in self.units.items():
            units.sort(key=lambda unit: unit.day)
            self.days[kind] = [unit.day for unit in units]

    def of_period(self, kind: str, period: Period) -> list[Any]:
        days = self.days[kind]
        return self.units[kind][bisect_left(days, period.first) : bisect_right(days, period.close)]

    def owner(self, row: Row) -> tuple[bool, Customer | None]:
        """Whether the row counts (not of a test customer), and for whom."""
        if not row["customer_id"]:
            return True, None
        customer = self.company.customers.get(row["customer_id"])
        return customer is not None, customer

    def _tickets(self) -> Iterator[Ticket]:
        staged = self.company.staged
        messages: dict[str, list[Row]] = defaultdict(list)
        for row in staged["ticket_messages"]:
            if row["sent_at"].day <= self.as_of and row["is_public"] and row["author_type"].lower() != "bot":
                messages[row["ticket_id"]].append(row)
        changes: dict[str, list[Row]] = defaultdict(list)
        for row in staged["ticket_status_changes"]:
            if row["changed_at"].day <= self.as_of:
                changes[row["ticket_id"]].append(row)
        for row in staged["tickets"]:
            is_counted, customer = self.owner(row)
            is_merged = row["merged_into_ticket_id"] not in (None, row["ticket_id"])
            if not is_counted or row["is_spam"] or is_merged or row["created_at"].day > self.as_of:
                continue
            said = [
                (
                    one["sent_at"].instant,
                    ("customer", "agent").index(one["author_type"].lower()),
                    one["message_id"],
                    one,
                )
                for one in messages[row["ticket_id"]]
            ]
            thread = [
                (instant, ("customer", "agent")[rank], one["sent_at"].day)
                for instant, rank, _, one in sorted(said, key=lambda entry: entry[:3])
            ]
            created = row["created_at"]
            if row["created_by"].lower() == "customer" and (created.instant, "customer", created.day) not in thread:
                thread.insert(0, (created.instant, "customer", created.day))
            history = sorted(
                ((one["changed_at"], one["status"].lower()) for one in changes[row["ticket_id"]]),
                key=lambda change: (change[0].instant, STATUSES.index(change[1])),
            )
            yield Ticket(row, customer, thread, history)

    def _created(self) -> Iterator[Created]:
        for ticket in self.tickets:
            yield Created(ticket.created.day, ticket.segments(ticket.created.day))

    def _resolved_in_time(self) -> Iterator[Created]:
        for ticket in self.tickets:
            day = ticket.created.day
            due = plus_days(day, self.settings.resolution_window_days)
            is_in_time = any(turn.day <= due for turn, _ in ticket.turns())
            yield Created(day, ticket.segments(day), due <= self.as_of, is_in_time)

    def _first_contact_of_all(self) -> Iterator[Created]:
        for ticket in self.tickets:
            day = ticket.created.day
            due = plus_days(day, self.settings.resolution_window_days)
            first = next((turn for turn, _ in ticket.turns() if turn.day <= due), None)
            is_known = plus_days(due, self.settings.fcr_reopen_days) <= self.as_of
            is_success = first is not None and self.is_first_contact(ticket, first)
            yield Created(day, ticket.segments(day), is_known, is_success)

    def is_first_contact(self, ticket: Ticket, turn: Moment) -> bool:
        """One run of customer messages up to the first turn, and not reopened within the window."""
        reopened = next(day for first, day in ticket.turns() if first is turn)
        is_reopened = reopened <= plus_days(turn.day, self.settings.fcr_reopen_days) and reopened < FOREVER
        return runs_of_customer(ticket.authors_until(turn.instant)) == 1 and not is_reopened

    def _replies(self) -> Iterator[Reply]:
        for ticket in self.tickets:
            for since, instant, day in ticket.replies():
                yield Reply(day, ticket.segments(day), seconds=seconds(instant - since))

    def _first_responses(self) -> Iterator[FirstResponse]:
        for ticket in self.tickets:
            if (response := ticket.first_response()) is not None:
                start, day = ticket.created
                yield FirstResponse(
                    day,
                    ticket.segments(day),
                    seconds=seconds(response - start),
                    business_seconds=seconds(self.business.between(start, response)),
                )

    def _turns(self) -> Iterator[Turn]:
        for ticket in self.tickets:
            for turn, reopened in ticket.turns():
                yield Turn(
                    turn.day,
                    ticket.segments(turn.day),
                    seconds=seconds(turn.instant - ticket.created.instant),
                    business_seconds=seconds(self.business.between(ticket.created.instant, turn.instant)),
                    messages=len(ticket.authors_until(turn.instant)),
                    reopened=reopened,
                )

    def _first_turns(self) -> Iterator[FirstTurn]:
        for ticket in self.tickets:
            turn = next((turn for turn, _ in ticket.turns()), None)
            if turn is not None:
                yield FirstTurn(
                    turn.day,
                    ticket.segments(turn.day),
                    plus_days(turn.day, self.settings.fcr_reopen_days) <= self.as_of,
                    seconds(turn.instant - ticket.created.instant),
                    self.is_first_contact(ticket, turn),
                    ticket.authors_until(turn.instant).count("agent") == 1,
                )

    def _calls(self) -> Iterator[Call]:
        rows = {row["call_id"]: row for row in self.company.staged["calls"]}
        legs: dict[str, list[Row]] = defaultdict(list)
        for row in rows.values():
            if row["ended_at"].day <= self.as_of:
                legs[_root_of(row, rows)["call_id"]].append(row)
        for root_id, parts in legs.items():
            root = rows[root_id]
            is_counted, customer = self.owner(root)
            if not is_counted or root not in parts or root["direction"].lower() != "inbound":
                continue
            said = [part["is_resolved"] for part in parts if part["is_resolved"] is not None]
            day = root["queued_at"].day
            yield Call(
                day,
                segments_of(customer, day),
                queue=root["queue"] or UNKNOWN,
                is_answered=root["answered_at"] is not None,
                waited=seconds((root["answered_at"] or root["ended_at"]).instant - root["queued_at"].instant),
                handled=sum((_handled(part) for part in parts if part["answered_at"]), Decimal(0)),
                is_transferred=len(parts) > 1,
                is_resolved=any(said) if said else None,
            )


def _root_of(leg: Row, rows: dict[str, Row]) -> Row:
    while leg["transferred_from_call_id"] in rows:
        leg = rows[leg["transferred_from_call_id"]]
    return leg


def _handled(leg: Row) -> Decimal:
    """Talking, on hold, and the work after it; hold lies within the first."""
    return seconds(leg["ended_at"].instant - leg["answered_at"].instant) + (leg["wrap_seconds"] or 0)


# -- what is published of single tickets, and of calls by queue -------------------------------------------------------


def told(gathered: Gathered, ticket: Ticket) -> dict[str, Any]:
    """One row of the mart tickets: what became of the ticket by the as-of day, under the attributes of its creation."""
    settings, created, as_of = gathered.settings, ticket.created, gathered.as_of
    turns = list(ticket.turns())
    first, last = (turns[0], turns[-1]) if turns else (None, None)
    is_resolved = last is not None and last[1] == FOREVER
    response = ticket.first_response()
    replies = [seconds(instant - since) for since, instant, _ in ticket.replies()]
    authors = [author for _, author, _ in ticket.messages]
    due = plus_days(created.day, settings.resolution_window_days)
    reopened = first[1] if first and first[1] < FOREVER else None

    def taken(end: datetime | None, by: Any = lambda start, end: end - start) -> Decimal | None:
        return None if end is None else seconds(by(created.instant, end))

    first_at, last_at = first and first[0].instant, last[0].instant if is_resolved else None
    is_first_contact = first and gathered.is_first_contact(ticket, first[0])
    return {
        "customer_id": ticket.customer.customer_id if ticket.customer else None,
        "created_by": ticket.row["created_by"].lower(),
        "created_date": created.day,
        "first_response_seconds": taken(response),
        "first_response_business_seconds": taken(response, gathered.business.between),
        "first_solved_date": first and first[0].day,
        "first_resolution_seconds": taken(first_at),
        "first_resolution_business_seconds": taken(first_at, gathered.business.between),
        "last_solved_date": last[0].day if is_resolved else None,
        "resolution_seconds": taken(last_at),
        "resolution_business_seconds": taken(last_at, gathered.business.between),
        "messages_to_last_solve": len(ticket.authors_until(last_at)) if is_resolved else None,
        "messages": len(authors),
        "customer_runs": runs_of_customer(authors),
        "replies": len(replies),
        "response_seconds": sum(replies, Decimal(0)),
        "solves": len(turns),
        "first_reopened_date": reopened,
        "is_reopened": reopened is not None,
        "is_resolved_in_window": first is not None and first[0].day <= due,
        "is_resolution_pending": due > as_of,
        "is_first_contact": is_first_contact,
        "is_first_contact_pending": first and plus_days(first[0].day, settings.fcr_reopen_days) > as_of,
        "is_first_contact_in_window": bool(is_first_contact and first[0].day <= due),
        "is_first_contact_in_window_pending": plus_days(due, settings.fcr_reopen_days) > as_of,
        "is_one_touch": first and ticket.authors_until(first_at).count("agent") == 1,
    } | {name: ticket.segments(created.day)[name] for name in SEGMENTS}


def service_levels(gathered: Gathered) -> dict[tuple[str, date, str, str], dict[str, Any]]:
    """The mart call_service_levels: by period, scope and queue; the five published forms of the level."""
    settings, levels = gathered.settings, {}
    for period in gathered.company.periods:
        by_queue: dict[tuple[str, str], list[Call]] = defaultdict(list)
        for call in gathered.of_period("calls", period):
            by_queue["all", "all"].append(call)
            by_queue["queue", call.queue].append(call)
        for key, calls in by_queue.items():
            answered = [call for call in calls if call.is_answered]
            abandoned = [
                call for call in calls if not call.is_answered and call.waited >= settings.short_abandon_seconds
            ]
            in_time, gone_in_time = (
                sum(call.waited <= settings.service_level_seconds for call in some) for some in (answered, abandoned)
            )
            a, b = len(answered), len(abandoned)
            levels[period.period_type, period.start, *key] = {
                "calls": len(calls),
                "short_abandoned_calls": len(calls) - a - b,
                "offered_calls": a + b,
                "answered_calls": a,
                "answered_within_calls": in_time,
                "abandoned_calls": b,
                "abandoned_within_calls": gone_in_time,
                "answered_within_of_answered": in_time / a if a else None,
                "answered_within_or_abandoned_of_offered": (in_time + b) / (a + b) if a + b else None,
                "answered_within_of_offered": in_time / (a + b) if a + b else None,
                "answered_or_abandoned_within_of_offered": (in_time + gone_in_time) / (a + b) if a + b else None,
                "answered_within_of_answered_or_abandoned_after": (
                    in_time / (a + b - gone_in_time) if a + b - gone_in_time else None
                ),
            }
    return levels


# -- one segment value in one period -----------------------------------------------------------------------------------


@dataclass(eq=False)
class Group:
    gathered: Gathered
    closing_customers: int = 0
    created: list[Created] = field(default_factory=list)
    in_time: list[Created] = field(default_factory=list)
    of_all: list[Created] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    first_responses: list[FirstResponse] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    first_turns: list[FirstTurn] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    @property
    def answered(self) -> list[Call]:
        return [call for call in self.calls if call.is_answered]

    @property
    def abandoned(self) -> list[Call]:
        """Those who did not hang up too soon to count."""
        shortest = self.gathered.settings.short_abandon_seconds
        return [call for call in self.calls if not call.is_answered and call.waited >= shortest]


def groups_of(gathered: Gathered, period: Period, name: str, revenue_groups: dict[str, Any]) -> dict[str, Group]:
    groups: dict[str, Group] = defaultdict(lambda: Group(gathered))
    if name == "all":
        groups["all"] = Group(gathered)
    for value, paying in revenue_groups.items():
        if paying.closing_customers:
            groups[value].closing_customers = paying.closing_customers
    for kind in gathered.units:
        for unit in gathered.of_period(kind, period):
            if kind == "turns" and unit.reopened <= period.close:
                continue
            getattr(groups[unit.segments[name]], kind).append(unit)
    return groups


def pending_windows(gathered: Gathered, period: Period) -> set[str]:
    """Windows of which a unit of the period still waits."""
    kinds = {"resolution": "in_time", "first contact": "first_turns", "first contact of all": "of_all"}
    return {
        window for window, kind in kinds.items() if not all(unit.is_known for unit in gathered.of_period(kind, period))
    }


FAMILIES.append(Family("support", Gathered, groups_of, pending_windows))

count = partial(metric, "support", "count")
ratio = partial(metric, "support", "ratio")
statistic = partial(metric, "support", "statistic")
MESSAGES = ("tickets", "ticket_messages")
CHANGES = ("tickets", "ticket_status_changes")
BOTH = ("tickets", "ticket_messages", "ticket_status_changes")


def mean_of(units: list[Any], name: str = "seconds") -> Ratio:
    return sum((getattr(unit, name) for unit in units), Decimal(0)), len(units)


def median_of(units: list[Any]) -> float | None:
    return float(median(unit.seconds for unit in units)) if units else None


def share_of(units: list[Any], name: str = "is_success") -> Ratio:
    """Of the units whose window has closed."""
    known = [unit for unit in units if unit.is_known]
    return sum(getattr(unit, name) for unit in known), len(known)


# -- answers -----------------------------------------------------------------------------------------------------------


@ratio(*MESSAGES)
def average_response_time(cell: Group) -> Ratio:
    """How long does a customer wait for an answer, each answer counted?"""
    return mean_of(cell.replies)


@statistic(*MESSAGES)
def median_response_time(cell: Group) -> float | None:
    """How long does the waiting customer in the middle wait for an answer?"""
    return median_of(cell.replies)


@ratio(*MESSAGES)
def average_first_response_time(cell: Group) -> Ratio:
    """How long did the period's tickets wait for a first answer by a person?"""
    return mean_of(cell.first_responses)


@statistic(*MESSAGES)
def median_first_response_time(cell: Group) -> float | None:
    """How long did the ticket in the middle wait for a first answer?"""
    return median_of(cell.first_responses)


@ratio(*MESSAGES)
def average_first_response_time_business(cell: Group) -> Ratio:
    """How much of the wait for a first answer lay within business hours?"""
    return mean_of(cell.first_responses, "business_seconds")


# -- resolution --------------------------------------------------------------------------------------------------------


@ratio(*CHANGES)
def average_resolution_time(cell: Group) -> Ratio:
    """How old were the tickets that were resolved for good in the period, as far as its close knows?"""
    return mean_of(cell.turns)


@statistic(*CHANGES)
def median_resolution_time(cell: Group) -> float | None:
    """How old was the resolved ticket in the middle?"""
    return median_of(cell.turns)


@ratio(*CHANGES)
def average_resolution_time_business(cell: Group) -> Ratio:
    """How much of the way to resolution lay within business hours?"""
    return mean_of(cell.turns, "business_seconds")


@ratio(*CHANGES)
def average_first_resolution_time(cell: Group) -> Ratio:
    """How old were the tickets that were resolved for the first time in the period?"""
    return mean_of(cell.first_turns)


@ratio(*CHANGES, window="resolution")
def ticket_resolution_rate(cell: Group) -> Ratio:
    """Which share of the tickets created was resolved within the window?"""
    return share_of(cell.in_time)


@ratio(*BOTH, window="first contact")
def first_contact_resolution_rate(cell: Group) -> Ratio:
    """Which share of the tickets first resolved took one contact and stayed resolved?"""
    return share_of(cell.first_turns, "is_first_contact")


@ratio(*BOTH, window="first contact of all")
def first_contact_resolution_rate_of_all(cell: Group) -> Ratio:
    """Which share of all tickets created was resolved with one contact, in time, and stayed so?"""
    return share_of(cell.of_all)


@ratio(*BOTH)
def one_touch_resolution_rate(cell: Group) -> Ratio:
    """Which share of the tickets first resolved took one answer?"""
    return mean_of(cell.first_turns, "is_one_touch")


@ratio(*BOTH)
def conversation_thread_length(cell: Group) -> Ratio:
    """How many messages does a resolved ticket take?"""
    return mean_of(cell.turns, "messages")


@ratio("tickets")
def tickets_per_customer(cell: Group) -> Ratio:
    """How many tickets does a paying customer raise?"""
    return len(cell.created), cell.closing_customers


# -- calls -------------------------------------------------------------------------------------------------------------


@count("calls")
def call_volume(cell: Group) -> int:
    """How many calls came in, however often transferred?"""
    return len(cell.calls)


@ratio("calls")
def average_handle_time(cell: Group) -> Ratio:
    """How long is an answered call worked on, by everybody it was transferred to?"""
    return mean_of(cell.answered, "handled")


@ratio("calls")
def call_abandonment_rate(cell: Group) -> Ratio:
    """Which share of callers hung up before they were answered?"""
    return len(cell.abandoned), len(cell.answered) + len(cell.abandoned)


@ratio("calls")
def average_speed_of_answer(cell: Group) -> Ratio:
    """How long does an answered caller wait?"""
    return mean_of(cell.answered, "waited")


@ratio("calls")
def call_service_level(cell: Group) -> Ratio:
    """Which share of calls was answered within the threshold, of those answered or abandoned after it?"""
    threshold = cell.gathered.settings.service_level_seconds
    in_time = sum(call.waited <= threshold for call in cell.answered)
    return in_time, len(cell.answered) + sum(call.waited > threshold for call in cell.abandoned)


@ratio("calls")
def call_first_contact_resolution_rate(cell: Group) -> Ratio:
    """Which share of answered calls, of those whose outcome was noted, was resolved without a transfer?"""
    noted = [call for call in cell.answered if call.is_resolved is not None]
    return sum(call.is_resolved and not call.is_transferred for call in noted), len(noted)
