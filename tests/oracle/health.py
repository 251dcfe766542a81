"""Customer health: the evidence of every customer and score day, the score made of it, why it is what it is, and the metrics.

A score day is the closing day of a month of the spine. `Health.evidence` is what is known of a paying customer at the end of
such a day; `Health.scores` is what the configuration makes of it.
"""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property, partial
from itertools import pairwise
from statistics import median
from typing import Any

from tests.oracle.cleaning import Row
from tests.oracle.company import ZERO, Company, Customer, Period
from tests.oracle.predictions import Predictions
from tests.oracle.registry import ABSENT, FAMILIES, Family
from tests.oracle.registry import metric as register
from tests.oracle.settings import SEGMENTS, Settings
from tests.oracle.support_rows import STATUSES
from tests.oracle.values import FOREVER, Moment, round10
from tests.oracle.voice import Answer, Text, Voice

USAGE = ("users", "usage_events")
TICKETS = ("tickets", "ticket_status_changes")
# the tables of which a row must be dated by the day before a measure says anything; the others need their own rows alone
TABLES_OF = {
    "active_user_share": USAGE,
    "active_days_per_user": USAGE,
    "usage_trend": USAGE,
    "days_since_use": USAGE,
    "feature_breadth": (*USAGE, "entitlements"),
    "open_severe_tickets": TICKETS,
    "oldest_severe_ticket_days": TICKETS,
    "open_tickets": TICKETS,
    "median_resolution_hours": TICKETS,
    "reopen_rate": TICKETS,
    "days_past_due": ("invoices",),
}
DAY_OF = {
    "users": "created_at",
    "usage_events": "occurred_at",
    "entitlements": "entitled_from",
    "tickets": "created_at",
    "ticket_status_changes": "changed_at",
    "invoices": "issued_at",
}
MEASURES = (
    *("active_user_share", "active_days_per_user", "feature_breadth", "usage_trend"),
    *("open_severe_tickets", "oldest_severe_ticket_days", "open_tickets", "median_resolution_hours", "reopen_rate"),
    *("latest_nps", "csat_share", "net_sentiment"),
    *("days_past_due", "mrr_change", "days_since_touch", "days_since_use", "cancellation_scheduled"),
)
RESOLVED = ("solved", "closed")
INSUFFICIENT = "insufficient data"
CAP = "(cap)"
WIDE = Context(prec=60)


# -- evidence ----------------------------------------------------------------------------------------------------------


@dataclass
class Evidence:
    """One measure of one customer on one score day."""

    raw_value: Decimal | None
    observations: int  # none without a value
    age_days: int | None
    is_connected: bool


def quotient(part: Any, whole: Any, factor: int = 1) -> Decimal | None:
    return round10(factor * Fraction(part) / Fraction(whole)) if whole else None


@dataclass
class Person:
    """A user that is nobody's of our own and no machine, with what it did by day."""

    created: date
    is_licensed: bool
    active_days: set[date] = field(default_factory=set)
    actions: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    features: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))

    def days_active(self, first: date, last: date) -> int:
        return sum(first <= day <= last for day in self.active_days)


@dataclass
class Case:
    """A ticket, with its changes of status in order."""

    created: Moment
    is_severe: bool
    changes: list[tuple[Moment, str]]

    def known(self, day: date) -> list[tuple[Moment, str]]:
        return [change for change in self.changes if change[0].day <= day]

    def is_resolved(self, day: date) -> bool:
        known = self.known(day)
        return bool(known) and known[-1][1] in RESOLVED

    def turns(self, day: date) -> list[Moment]:
        """Changes into resolved from what is not."""
        turns, before = [], ""
        for moment, status in self.known(day):
            if status in RESOLVED and before not in RESOLVED:
                turns.append(moment)
            before = status
        return turns

    def is_reopened(self, day: date) -> bool:
        statuses = [status for _, status in self.known(day)]
        return any(one in RESOLVED and following not in RESOLVED for one, following in pairwise(statuses))


class Known:
    """The rows of one customer, whatever the day."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        self.entitlements: list[tuple[str, date, date]] = []
        self.cases: list[Case] = []
        self.answers: list[Answer] = []
        self.texts: list[Text] = []
        self.invoices: list[Row] = []
        self.touches: list[date] = []


class Health:
    def __init__(self, company: Company) -> None:
        self.company, self.staged, self.settings = company, company.staged, company.settings
        self.voice = Voice(company)
        self.known: dict[str, Known] = defaultdict(Known)
        self._gather()
        self.first_rows = {
            table: min((row[column].day for row in self.staged[table]), default=FOREVER)
            for table, column in DAY_OF.items()
        }
        self.score_days = [period.close for period in company.periods if period.period_type == "month"]
        self.paying: dict[date, list[Customer]] = {
            day: [one for one in company.customers.values() if one.state(day).status == "paying"]
            for day in self.score_days
        }
        self._csat: dict[date, set[int]] = {}
        self._evidence: dict[tuple[str, date], dict[str, Evidence]] = {}

    @cached_property
    def predictions(self) -> Predictions:
        return Predictions(self.company, self.evidence)

    @cached_property
    def probabilities(self) -> dict[tuple[str, date], Decimal]:
        """By customer and score day; none without a model in force."""
        return {
            (one.customer.customer_id, one.day): one.score.probability
            for one in self.predictions.snapshots
            if one.score
        }

    # -- gathering -----------------------------------------------------------------------------------------------------

    def _gather(self) -> None:
        self._gather_use()
        self._gather_cases()
        for answer in self.voice.answers:
            if answer.customer:
                self.known[answer.customer.customer_id].answers.append(answer)
        for text in self.voice.texts:
            if text.customer:
                self.known[text.customer.customer_id].texts.append(text)
        for row in self.staged["invoices"]:
            self.known[row["customer_id"]].invoices.append(row)
        for row in self.staged["csm_touches"]:
            self.known[row["customer_id"]].touches.append(row["occurred_at"].day)

    def _gather_use(self) -> None:
        people: dict[str, Person] = {}
        for row in self.staged["users"]:
            if not row["is_internal"] and not row["is_bot"]:
                person = Person(row["created_at"].day, bool(row["is_licensed"]))
                people[row["user_id"]] = person
                self.known[row["customer_id"]].people.append(person)
        for row in self.staged["usage_events"]:
            person, day = people.get(row["user_id"]), row["occurred_at"].day
            if person is None:
                continue
            if row["feature"]:
                person.features[row["feature"]].add(day)
            if self.settings.qualifies(row["event_name"]):
                person.active_days.add(day)
                person.actions[day] += 1 if row["event_count"] is None else row["event_count"]
        for row in self.staged["entitlements"]:
            end = row["entitled_to"].day if row["entitled_to"] else FOREVER
            self.known[row["customer_id"]].entitlements.append((row["feature"], row["entitled_from"].day, end))

    def _gather_cases(self) -> None:
        changes: dict[str, list[tuple[Moment, str]]] = defaultdict(list)
        for row in self.staged["ticket_status_changes"]:
            changes[row["ticket_id"]].append((row["changed_at"], row["status"].lower()))
        for row in self.staged["tickets"]:
            is_merged = row["merged_into_ticket_id"] not in (None, row["ticket_id"])
            if not row["customer_id"] or row["is_spam"] or is_merged:
                continue
            history = sorted(changes[row["ticket_id"]], key=lambda one: (one[0].instant, STATUSES.index(one[1])))
            is_severe = (row["severity"] or "").lower() in self.settings.severe_severities
            self.known[row["customer_id"]].cases.append(Case(row["created_at"], is_severe, history))

    # -- what is known of a customer at the end of a day ---------------------------------------------------------------

    def evidence(self, customer: Customer, day: date) -> dict[str, Evidence]:
        """Every measure by name."""
        key = customer.customer_id, day
        if key not in self._evidence:
            known = self.known[customer.customer_id]
            told = {
                **self._use(known, day),
                **self._desk(known, day),
                **self._words(known, day),
                **self._money(known, customer, day),
                **self._relationship(known, customer, day),
            }
            self._evidence[key] = {
                measure: Evidence(
                    *(told[measure] if told[measure][0] is not None else (None, 0, None)),
                    self.is_connected(measure, day),
                )
                for measure in MEASURES
            }
        return self._evidence[key]

    def is_connected(self, measure: str, day: date) -> bool:
        return all(self.first_rows[table] <= day for table in TABLES_OF.get(measure, ()))

    def _use(self, known: Known, day: date) -> dict[str, tuple]:
        people = [person for person in known.people if person.created <= day]
        first, before = day - timedelta(27), day - timedelta(111)
        licensed = [person for person in people if person.is_licensed]
        active = [person for person in people if person.days_active(first, day)]
        user_days = sum(person.days_active(first, day) for person in active)
        entitled = {feature for feature, start, end in known.entitlements if start <= day < end}
        used = {
            feature
            for feature in entitled
            if any(first <= one <= day for person in people for one in person.features.get(feature, ()))
        }
        actions, actions_before = ZERO, ZERO
        for person in people:
            for one, amount in person.actions.items():
                if first <= one <= day:
                    actions += amount
                elif before <= one < first:
                    actions_before += amount
        last_use = max((one for person in people for one in person.active_days if one <= day), default=None)
        return {
            "active_user_share": (
                quotient(sum(person.days_active(first, day) > 0 for person in licensed), len(licensed)),
                len(licensed),
                0,
            ),
            "active_days_per_user": (quotient(user_days, 4 * len(active)), len(active), 0),
            "feature_breadth": (quotient(len(used), len(entitled)), len(entitled), 0),
            "usage_trend": (quotient(actions, actions_before, 3), int(actions_before), 0),
            "days_since_use": (Decimal((day - last_use).days) if last_use else None, 1, 0),
        }

    def _desk(self, known: Known, day: date) -> dict[str, tuple]:
        cases = [case for case in known.cases if case.created.day <= day]
        still_open = [case for case in cases if not case.is_resolved(day)]
        severe = [case for case in still_open if case.is_severe]
        first = day - timedelta(89)
        hours = [
            Fraction((turns[-1].instant - case.created.instant) // timedelta(microseconds=1), 3_600_000_000)
            for case in cases
            if case.is_resolved(day) and (turns := case.turns(day))[-1].day >= first
        ]
        first_resolved = [case for case in cases if (turns := case.turns(day)) and turns[0].day >= first]
        return {
            "open_severe_tickets": (Decimal(len(severe)), 1, 0),
            "oldest_severe_ticket_days": (
                Decimal(max(((day - case.created.day).days for case in severe), default=0)),
                1,
                0,
            ),
            "open_tickets": (Decimal(len(still_open)), 1, 0),
            "median_resolution_hours": (round10(median(hours)) if hours else None, len(hours), 0),
            "reopen_rate": (
                quotient(sum(case.is_reopened(day) for case in first_resolved), len(first_resolved)),
                len(first_resolved),
                0,
            ),
        }

    def _words(self, known: Known, day: date) -> dict[str, tuple]:
        first = day - timedelta(89)
        said = sorted((one for one in known.answers if one.day <= day), key=lambda one: one.order)
        nps = [one for one in said if one.row["survey_type"] == "nps"]
        csat = [one for one in known.answers if id(one) in self._csat_of(day)]
        satisfied = sum(one.score >= self.voice.threshold[one.scale] for one in csat)
        labels = [text.label for text in known.texts if first <= text.day <= day]
        balance = labels.count("positive") - labels.count("negative")
        return {
            "latest_nps": (round10(nps[-1].score), 1, (day - nps[-1].day).days) if nps else (None, 0, 0),
            "csat_share": (quotient(satisfied, len(csat)), len(csat), 0),
            "net_sentiment": (quotient(balance, len(labels), 100), len(labels), 0),
        }

    def _csat_of(self, day: date) -> set[int]:
        """The answers that count within 90 days: the last one about a ticket, whoever gave it, and those about none."""
        if day not in self._csat:
            first = day - timedelta(89)
            of_ticket: dict[Any, Answer] = {}
            for one in sorted(self.voice.answers, key=lambda one: one.order):
                if one.row["survey_type"] == "csat" and first <= one.day <= day:
                    of_ticket[one.row["ticket_id"] or id(one)] = one
            self._csat[day] = {id(one) for one in of_ticket.values()}
        return self._csat[day]

    def _money(self, known: Known, customer: Customer, day: date) -> dict[str, tuple]:
        due = [
            row["due_at"].day
            for row in known.invoices
            if row["issued_at"].day <= day
            and row["status"] in ("open", "paid", "uncollectible")
            and row["due_at"]
            and row["due_at"].day < day
            and not _is_paid(row, day)
        ]
        past_due = (day - min(due)).days if due else 0
        before = customer.mrr(day - timedelta(90), day)
        return {
            "days_past_due": (Decimal(past_due), 1, 0),
            "mrr_change": (quotient(customer.mrr(day), before), 1, 0),
        }

    def _relationship(self, known: Known, customer: Customer, day: date) -> dict[str, tuple]:
        last = max((one for one in known.touches if one <= day), default=None)
        since = (day - last).days if last else 0
        paid_by = [item.subscription for item, price in customer.state(day).held if price > 0 and item.subscription]
        is_leaving = bool(paid_by) and all(one.canceled and one.canceled <= day for one in paid_by)
        return {
            "days_since_touch": (Decimal(since) if last else None, 1, since),
            "cancellation_scheduled": (Decimal(is_leaving), 1, 0),
        }

    # -- scores --------------------------------------------------------------------------------------------------------

    @cached_property
    def scores(self) -> dict[date, dict[str, Score]]:
        """By score day and customer; nobody without a version in force or a profile that fits."""
        configuration = Configuration(self.settings)
        scores: dict[date, dict[str, Score]] = {}
        for position, day in enumerate(self.score_days):
            scores[day] = self._scores_of(day, configuration, self.score_days[max(position - 3, 0) : position])
            before = scores[self.score_days[position - 1]] if position else {}
            for customer_id, score in scores[day].items():
                score.compare(before.get(customer_id), self.settings.health_trend_points)
        return scores

    def _scores_of(self, day: date, configuration: Configuration, days_before: list[date]) -> dict[str, Score]:
        version = configuration.version_on(day)
        if version is None:
            return {}
        scores = {}
        for customer in self.paying[day]:
            profile = version.profile_of(customer, day)
            if profile is not None:
                override = configuration.override(customer.customer_id, day)
                scores[customer.customer_id] = Score(customer, day, version, profile, override)
        for score in scores.values():
            for entry in version.measures[score.profile]:
                score.rows.append(self._judged(score.customer, day, entry, days_before))
        for profile in {score.profile for score in scores.values()}:
            alike = [score for score in scores.values() if score.profile == profile]
            _rank_percentiles(alike)
            for score in alike:
                score.weigh()
                score.cap(version, self.evidence(score.customer, day))
                score.band(version, self.settings.health_minimum_coverage)
            _rank([score for score in alike if score.is_banded])
        return scores

    def _judged(self, customer: Customer, day: date, entry: Entry, days_before: list[date]) -> Told:
        evidence = self.evidence(customer, day).get(entry.measure, Evidence(None, 0, None, True))
        told = Told(entry, evidence)
        value = evidence.raw_value
        if entry.method == "own_trend" and value is not None:
            own = [
                self.evidence(customer, one).get(entry.measure) for one in days_before if customer in self.paying[one]
            ]
            values = [one.raw_value for one in own if one is not None and one.raw_value is not None]
            value = quotient(value * len(values), sum(values, ZERO)) if sum(values, ZERO) > 0 else None
        if not evidence.is_connected:
            told.status = "not_connected"
        elif value is None or evidence.observations < entry.min_observations:
            told.status = "missing"
        elif entry.max_age_days is not None and evidence.age_days > entry.max_age_days:
            told.status = "stale"
        else:
            told.status = "ok"
            told.normalised_score = entry.normalised(value)
        if told.status in ("missing", "stale") and entry.is_penalised:
            told.is_penalised, told.normalised_score = True, ZERO
        return told


def _is_paid(invoice: Row, day: date) -> bool:
    if invoice["paid_at"]:
        return invoice["paid_at"].day <= day
    return invoice["status"] == "paid"


# -- configuration -----------------------------------------------------------------------------------------------------


def _rows(settings: Settings, name: str) -> list[dict[str, str | None]]:
    with settings.seed(name).open(newline="") as file:
        return [{key: value.strip() or None for key, value in row.items()} for row in csv.DictReader(file)]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)


def _day(text: str | None, otherwise: date | None = None) -> date | None:
    return date.fromisoformat(text) if text else otherwise


@dataclass
class Entry:
    """How a measure of a profile becomes a score, and what it weighs."""

    group: str
    group_weight: Decimal
    measure: str
    weight: Decimal
    method: str
    red_at: Decimal
    green_at: Decimal
    half_life_days: int | None
    max_age_days: int | None
    min_observations: int
    is_penalised: bool

    def normalised(self, value: Decimal) -> Decimal | None:
        """Of 100; a percentile needs the others."""
        is_less_better = self.red_at > self.green_at
        if self.method == "percentile":
            return None
        if self.method == "step":
            x, red, green = (-one if is_less_better else one for one in (value, self.red_at, self.green_at))
            return Decimal(0 if x <= red else 100 if x >= green else 50)
        share = Fraction(value - self.red_at) / Fraction(self.green_at - self.red_at)
        return round10(100 * min(max(share, Fraction(0)), Fraction(1)))

    def faded(self, age: int) -> Decimal:
        """What is left of 1 at that age, to many digits."""
        if self.half_life_days is None:
            return Decimal(1)
        return WIDE.power(Decimal("0.5"), WIDE.divide(Decimal(age), Decimal(self.half_life_days)))


@dataclass
class Profile:
    name: str
    priority: int
    segment: tuple[str | None, str | None]
    tenure: tuple[int | None, int | None]

    def fits(self, customer: Customer, day: date) -> bool:
        name, value = self.segment
        first, end = self.tenure
        days = (day - customer.first_paid_day).days
        return (
            (not name or customer.segments(day)[name] == value)
            and (first is None or first <= days)
            and (end is None or days < end)
        )


@dataclass
class Version:
    name: str
    first: date
    end: date
    profiles: list[Profile] = field(default_factory=list)
    measures: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    bands: dict[str, list[tuple[str, Decimal | None, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    caps: list[tuple[str, str, Decimal, Decimal]] = field(default_factory=list)

    def profile_of(self, customer: Customer, day: date) -> str | None:
        fitting = [one for one in self.profiles if one.fits(customer, day)]
        return min(fitting, key=lambda one: (one.priority, one.name)).name if fitting else None

    def band(self, scheme: str, score: Decimal) -> str | None:
        for name, lower, upper in self.bands[scheme]:
            if (lower is None or lower < score) and score <= upper:
                return name
        return None


@dataclass
class Override:
    customer_id: str
    score: Decimal | None
    max_score: Decimal | None
    reason: str
    author: str | None
    first: date
    end: date


class Configuration:
    """The seeds, by version."""

    def __init__(self, settings: Settings) -> None:
        rows = partial(_rows, settings)
        self.versions = {
            row["config_version"]: Version(
                row["config_version"], _day(row["valid_from"]), _day(row["valid_to"], FOREVER)
            )
            for row in rows("health_versions")
        }
        for row in rows("health_profiles"):
            if version := self.versions.get(row["config_version"]):
                version.profiles.append(
                    Profile(
                        row["profile"],
                        int(row["priority"]),
                        (row["segment_name"], row["segment_value"]),
                        (_whole(row["tenure_from"]), _whole(row["tenure_to"])),
                    )
                )
        for row in rows("health_measures"):
            if version := self.versions.get(row["config_version"]):
                version.measures[row["profile"]].append(
                    Entry(
                        row["measure_group"],
                        Decimal(row["group_weight"]),
                        row["measure"],
                        Decimal(row["weight"]),
                        row["method"],
                        Decimal(row["red_at"]),
                        Decimal(row["green_at"]),
                        _whole(row["half_life_days"]),
                        _whole(row["max_age_days"]),
                        _whole(row["min_observations"]) or 0,
                        row["missing_policy"] == "penalise",
                    )
                )
        for row in rows("health_bands"):
            if version := self.versions.get(row["config_version"]):
                band = row["band"], _number(row["lower_exclusive"]), Decimal(row["upper_inclusive"])
                version.bands[row["scheme"]].append(band)
        for row in rows("health_caps"):
            if version := self.versions.get(row["config_version"]):
                version.caps.append((row["cap"], row["measure"], Decimal(row["above"]), Decimal(row["max_score"])))
        self.overrides = [
            Override(
                row["customer_id"],
                _number(row["score"]),
                _number(row["max_score"]),
                row["reason"] or "",
                row["author"],
                _day(row["starts_on"]),
                _day(row["expires_on"]),
            )
            for row in rows("health_overrides")
        ]

    def version_on(self, day: date) -> Version | None:
        return next((one for one in self.versions.values() if one.first <= day < one.end), None)

    def override(self, customer_id: str, day: date) -> Override | None:
        in_force = [one for one in self.overrides if one.customer_id == customer_id and one.first <= day < one.end]
        return max(in_force, key=lambda one: (one.first, one.reason), default=None)


# -- one score, and why ------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """A measure of a score: a row of the explanation."""

    entry: Entry
    evidence: Evidence
    status: str = ""
    is_penalised: bool = False
    normalised_score: Decimal | None = None
    effective_weight: Decimal | None = None
    weight_share: Decimal = ZERO
    contribution: Decimal = ZERO
    change: Decimal | None = None

    @property
    def name(self) -> str:
        return self.entry.measure

    @property
    def points_lost(self) -> Decimal:
        return 100 * self.weight_share - self.contribution

    @property
    def is_said(self) -> bool:
        """Present, but for a weight of nothing."""
        return self.status == "ok" or self.is_penalised


@dataclass
class Score:
    customer: Customer
    day: date
    version: Version
    profile: str
    override: Override | None
    rows: list[Told] = field(default_factory=list)
    present: list[Told] = field(default_factory=list)
    coverage: Decimal = ZERO
    uncapped_score: Decimal | None = None
    bound_by: tuple[str, Decimal] | None = None  # name of the cap, what it takes away (below 0)
    cap_evidence: Evidence | None = None  # of the measure that it reads
    score: Decimal | None = None
    is_banded: bool = False
    colour: str = INSUFFICIENT
    letter: str = INSUFFICIENT
    health_rank: int | None = None
    percentile: Fraction | None = None
    tier: int | None = None
    score_change: Decimal | None = None
    trend: str | None = None
    gone: dict[str, tuple[str, Decimal]] = field(default_factory=dict)  # group and change of what has no row any more
    cap_change: Decimal | None = None

    def weigh(self) -> None:
        """Shares of the groups present, and within them of the measures present."""
        groups: dict[str, list[Told]] = defaultdict(list)
        for row in self.rows:
            if row.is_said:
                age = 0 if row.is_penalised else row.evidence.age_days
                row.effective_weight = round10(WIDE.multiply(row.entry.weight, row.entry.faded(age)))
                groups[row.entry.group].append(row)
        groups = {name: rows for name, rows in groups.items() if sum(row.effective_weight for row in rows)}
        weight_of_all = sum(rows[0].entry.group_weight for rows in groups.values())
        if not weight_of_all:
            return
        for rows in groups.values():
            weight_of_group = sum(row.effective_weight for row in rows)
            for row in rows:
                share = Fraction(row.entry.group_weight) / Fraction(weight_of_all)
                row.weight_share = round10(share * Fraction(row.effective_weight) / Fraction(weight_of_group))
        self.present = sorted(
            (row for rows in groups.values() for row in rows), key=lambda row: (row.entry.group, row.name)
        )
        self.present[-1].weight_share = 1 - sum((row.weight_share for row in self.present[:-1]), ZERO)
        for row in self.present:
            row.contribution = round10(row.weight_share * row.normalised_score)
        self.uncapped_score = self.score = sum((row.contribution for row in self.present), ZERO)
        self._cover()

    def _cover(self) -> None:
        group_weights = {row.entry.group: row.entry.group_weight for row in self.rows}
        for row in self.present:
            weights = sum(one.entry.weight for one in self.rows if one.entry.group == row.entry.group)
            share = Fraction(row.entry.group_weight) / Fraction(sum(group_weights.values()))
            share *= Fraction(row.entry.weight) / Fraction(weights)
            age = 0 if row.is_penalised else row.evidence.age_days
            self.coverage += round10(share * Fraction(row.entry.faded(age)))

    def cap(self, version: Version, evidence: dict[str, Evidence]) -> None:
        if self.score is None:
            return
        binding = [
            (most, name, measure)
            for name, measure, above, most in version.caps
            if measure in evidence and evidence[measure].raw_value is not None and evidence[measure].raw_value > above
        ]
        if binding and min(binding)[0] < self.score:
            most, name, measure = min(binding)
            self.cap_evidence = evidence[measure]
            self.bound_by = name, most - self.uncapped_score
            self.score = most

    def band(self, version: Version, minimum: Decimal) -> None:
        if self.score is not None and self.coverage >= minimum:
            self.is_banded = True
            self.colour, self.letter = (version.band(scheme, self.score) for scheme in ("colour", "letter"))

    @property
    def effective_score(self) -> Decimal | None:
        if self.override is None:
            return self.score
        if self.override.score is not None:
            return self.override.score
        return None if self.score is None else min(self.override.max_score, self.score)

    def parts(self) -> dict[str, tuple[str, Decimal]]:
        """What adds to the score, by name, with its group."""
        parts = {row.name: (row.entry.group, row.contribution) for row in self.rows}
        return parts | ({self.bound_by[0]: (CAP, self.bound_by[1])} if self.bound_by else {})

    def losses(self) -> list[tuple[Decimal, str]]:
        """Measures and the cap by what they cost, the dearest first."""
        losses = [(row.points_lost, row.name) for row in self.rows]
        losses += [(-self.bound_by[1], self.bound_by[0])] if self.bound_by else []
        return sorted((one for one in losses if one[0] > 0), key=lambda one: (-one[0], one[1]))

    def compare(self, before: Score | None, flat_below: Decimal) -> None:
        if before is None or before.score is None or self.score is None:
            return
        self.score_change = self.score - before.score
        self.trend = "up" if self.score_change >= flat_below else "down" if -self.score_change >= flat_below else "flat"
        parts, parts_before = self.parts(), before.parts()
        for row in self.rows:
            row.change = row.contribution - parts_before.get(row.name, ("", ZERO))[1]
        if self.bound_by:
            self.cap_change = self.bound_by[1] - parts_before.get(self.bound_by[0], ("", ZERO))[1]
        self.gone = {
            name: (group, -amount) for name, (group, amount) in parts_before.items() if name not in parts and amount
        }


def _rank_percentiles(scores: list[Score]) -> None:
    """Measures that are compared with those of the others of the profile."""
    by_measure: dict[str, list[Told]] = defaultdict(list)
    for score in scores:
        for row in score.rows:
            if row.entry.method == "percentile" and row.status == "ok":
                by_measure[row.name].append(row)
    for rows in by_measure.values():
        sign = -1 if rows[0].entry.red_at > rows[0].entry.green_at else 1
        values = sorted(sign * row.evidence.raw_value for row in rows)
        for row in rows:
            row.normalised_score = round10(100 * mid_rank(values, sign * row.evidence.raw_value))


def mid_rank(ordered: list[Decimal], value: Decimal) -> Fraction:
    """Which share is smaller, half of those equal (itself among them) included."""
    lower, up_to = bisect_left(ordered, value), bisect_right(ordered, value)
    return Fraction(lower + up_to, 2 * len(ordered))


def _rank(banded: list[Score]) -> None:
    """Among the banded customers of one profile."""
    ordered = sorted(score.score for score in banded)
    distinct = sorted(set(ordered), reverse=True)
    for score in banded:
        score.health_rank = 1 + distinct.index(score.score)
        score.percentile = 100 * mid_rank(ordered, score.score)
        score.tier = max(5 - int(score.percentile * 5 / 100), 1)


# -- what is published of each score -----------------------------------------------------------------------------------


def told(health: Health) -> dict[tuple[str, date], dict[str, Any]]:
    """The mart customer_health."""
    return {(name, day): _score_told(one) for day, scores in health.scores.items() for name, one in scores.items()}


def _score_told(one: Score) -> dict[str, Any]:
    override = one.override
    return {
        "config_version": one.version.name,
        "profile": one.profile,
        "mrr": one.customer.mrr(one.day),
        "score": one.score,
        "uncapped_score": one.uncapped_score,
        "cap": one.bound_by[0] if one.bound_by else None,
        "coverage": one.coverage,
        "is_banded": one.is_banded,
        "colour": one.colour,
        "letter": one.letter,
        "health_rank": one.health_rank,
        "score_percentile": None if one.percentile is None else round10(one.percentile),
        "tier": one.tier,
        "score_change": one.score_change,
        "trend": one.trend,
        "reasons": ", ".join(name for _, name in one.losses()[:3]) or None,
        "effective_score": one.effective_score,
        "override_reason": override.reason if override else None,
        "override_author": override.author if override else None,
        "override_expires_on": override.end if override else None,
    } | {name: one.customer.segments(one.day)[name] for name in SEGMENTS}


def measures_told(health: Health) -> dict[tuple[str, date, str, str], dict[str, Any]]:
    """The mart customer_health_measures: measures, the cap that binds, and what is gone since the day before."""
    rows = {}
    for day, scores in health.scores.items():
        for customer_id, one in scores.items():
            ranks = {name: position for position, (_, name) in enumerate(one.losses(), start=1)}
            for row in one.rows:
                rows[customer_id, day, row.entry.group, row.name] = {
                    "status": row.status,
                    "is_penalised": row.is_penalised,
                    "raw_value": row.evidence.raw_value,
                    "observations": row.evidence.observations,
                    "age_days": row.evidence.age_days,
                    "normalised_score": row.normalised_score,
                    "weight": row.entry.weight,
                    "effective_weight": row.effective_weight,
                    "weight_share": row.weight_share,
                    "contribution": row.contribution,
                    "points_lost": row.points_lost,
                    "points_lost_rank": ranks.get(row.name),
                    "contribution_change": row.change,
                }
            if one.bound_by:
                name, taken = one.bound_by
                rows[customer_id, day, CAP, name] = _nothing_told("ok", one.cap_change) | {
                    "raw_value": one.cap_evidence.raw_value,
                    "observations": one.cap_evidence.observations,
                    "age_days": one.cap_evidence.age_days,
                    "contribution": taken,
                    "points_lost": -taken,
                    "points_lost_rank": ranks[name],
                }
            for name, (group, change) in one.gone.items():
                rows[customer_id, day, group, name] = _nothing_told("gone", change)
    return rows


def _nothing_told(status: str, change: Decimal | None) -> dict[str, Any]:
    names = ("raw_value", "observations", "age_days", "normalised_score", "weight", "effective_weight")
    row = {"status": status, "is_penalised": False} | dict.fromkeys(names)
    row |= {"weight_share": ZERO, "contribution": ZERO, "points_lost": ZERO, "points_lost_rank": None}
    return row | {"contribution_change": change}


# -- one segment value in one period -----------------------------------------------------------------------------------


@dataclass
class Payer:
    """A customer that pays at the close, with its score and its probability of churn, if it has them."""

    mrr: Decimal
    score: Score | None
    probability: Decimal | None

    @property
    def is_banded(self) -> bool:
        return self.score is not None and self.score.is_banded


@dataclass
class Group:
    settings: Settings
    is_predicted: bool  # a churn model is in force
    payers: list[Payer] = field(default_factory=list)

    @property
    def banded(self) -> list[Payer]:
        return [one for one in self.payers if one.is_banded]

    @property
    def at_risk(self) -> list[Payer]:
        return [
            one
            for one in self.payers
            if (one.is_banded and one.score.colour == "red")
            or (one.probability is not None and one.probability >= self.settings.risk_threshold)
        ]


def groups_of(health: Health, period: Period, name: str, revenue_groups: dict[str, Any]) -> dict[str, Group]:
    new_group = partial(Group, health.settings, health.predictions.churn_model is not None)
    groups: dict[str, Group] = {"all": new_group()} if name == "all" else {}
    scores = health.scores[period.close]
    for value, revenue_group in revenue_groups.items():
        for fact in revenue_group.closing:
            if fact.closing > 0:
                customer_id = fact.customer.customer_id
                probability = health.probabilities.get((customer_id, period.close))
                payer = Payer(fact.closing, scores.get(customer_id), probability)
                groups.setdefault(value, new_group()).payers.append(payer)
    return groups


FAMILIES.append(Family("health", Health, groups_of))

ratio = partial(register, "health", "ratio")
Figures = tuple[Decimal | int, Decimal | int]


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


@ratio()
def customer_health_score(cell: Group) -> tuple[Decimal, int, list[Decimal]]:
    """How healthy is a customer on average?"""
    scores = [one.score.score for one in cell.banded]
    return total(scores), len(scores), scores


@ratio()
def customer_health_index(cell: Group) -> Figures:
    """How healthy is the revenue?"""
    return total(round10(one.score.score * one.mrr) for one in cell.banded), total(one.mrr for one in cell.banded)


@ratio()
def portfolio_quality_index(cell: Group) -> Figures:
    """How good is the portfolio, at 100 for green, 60 for yellow, 40 for red?"""
    points = {"green": 100, "yellow": 60, "red": 40}
    return sum(points.get(one.score.colour, 0) for one in cell.banded), len(cell.banded)


@ratio()
def healthy_customer_share(cell: Group) -> Figures:
    """Which share of the customers with enough evidence is green?"""
    return sum(one.score.colour == "green" for one in cell.banded), len(cell.banded)


@register("health", "count")
def at_risk_customers(cell: Group) -> int:
    """How many customers are red, or predicted to leave?"""
    return len(cell.at_risk)


@register("health", "amount")
def mrr_at_risk(cell: Group) -> Decimal:
    """How much MRR do they pay?"""
    return total(one.mrr for one in cell.at_risk)


@ratio()
def mrr_at_risk_rate(cell: Group) -> Figures:
    """Which share of the MRR is that?"""
    return total(one.mrr for one in cell.at_risk), total(one.mrr for one in cell.payers)


@ratio()
def predicted_churn_rate(cell: Group) -> Figures | object:
    """Which share of the customers is expected to leave?"""
    if not cell.is_predicted:
        return ABSENT
    probabilities = [one.probability for one in cell.payers if one.probability is not None]
    return total(probabilities), len(probabilities)


@register("health", "amount")
def expected_churned_mrr(cell: Group) -> Decimal | object:
    """How much MRR is expected to leave with them?"""
    if not cell.is_predicted:
        return ABSENT
    return total(round10(one.probability * one.mrr) for one in cell.payers if one.probability is not None)
