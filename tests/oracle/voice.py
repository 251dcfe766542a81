"""The metrics of what customers say: surveys, their texts, reviews, and how loyal they act.

Answers, texts and reviews of `cell` stand where their customer stood on their own day, surveys sent on the day of sending;
`cell.paying` are the customers that pay at the close and stand there on the closing day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, wraps
from typing import Any

from nlp.text_sentiment import sentiment_of
from tests.oracle.cleaning import Row
from tests.oracle.company import UNKNOWN, ZERO, Company, Customer, Period
from tests.oracle.registry import ABSENT, FAMILIES, Family
from tests.oracle.registry import metric as register
from tests.oracle.values import months_between, plus_days, plus_months, round10
from tests.oracle.voice_rows import QUESTIONS, satisfied_from, seed

Figure = Any  # what a metric returns: its parts, with the values summed where it has limits of a mean
ONE_TO_FIVE, ONE_TO_SEVEN, ONE_TO_TEN = ((Decimal(1), Decimal(most)) for most in (5, 7, 10))
POLARITIES = {"positive": Decimal(1), "neutral": ZERO, "negative": Decimal(-1)}


# -- what was said -----------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Said:
    """Something of one day: it stands where its customer stood on that day, or under (unknown) where it names none."""

    customer: Customer | None
    day: date

    @cached_property
    def segments(self) -> dict[str, str]:
        return self.customer.segments(self.day) if self.customer else {"all": "all"}

    def value_of(self, segment: str) -> str:
        return self.segments.get(segment, UNKNOWN)


@dataclass(eq=False)
class Answer(Said):
    row: Row

    @property
    def order(self) -> tuple[datetime, str]:
        return self.row["responded_at"].instant, self.row["response_id"]

    @property
    def score(self) -> Decimal:
        return self.row["score"]

    @property
    def scale(self) -> tuple[Decimal, Decimal]:
        return self.row["scale_min"], self.row["scale_max"]

    @property
    def kind(self) -> str:
        return self.row["survey_kind"] or UNKNOWN

    @property
    def vote(self) -> int:
        """1 for a promoter, 0 for a passive, -1 for a detractor."""
        return 1 if self.score >= 9 else 0 if self.score >= 7 else -1

    def on(self, top: int) -> Decimal:
        """The answer on a scale from 0 to the top."""
        low, high = self.scale
        return round10(Fraction(top) * Fraction(self.score - low) / Fraction(high - low))

    @property
    def is_about_effort(self) -> bool:
        return self.row["direction"] == "effort"

    @property
    def ease(self) -> Decimal:
        """Of 1 to 7, higher is easier."""
        return 8 - self.score if self.is_about_effort else self.score

    @property
    def effort(self) -> Decimal:
        """Of 0 to 100, higher is harder, whatever the scale."""
        low, high = self.scale
        ease = Fraction(self.score - low) / Fraction(high - low)
        return round10(100 * (ease if self.is_about_effort else 1 - ease))


@dataclass
class Vote:
    """A customer's answers of a period as one vote, -100 to 100, with the MRR at the end of the day of the last one."""

    last: Answer
    points: Decimal
    mrr: Decimal


@dataclass(eq=False)
class Survey(Said):
    """A survey delivered, of a type that lists those without an answer too."""

    is_pending: bool
    is_delivered: bool
    is_answered: bool


@dataclass(eq=False)
class Text(Said):
    text_id: str
    channel: str
    words: str | None
    source_label: str | None
    source_theme: str | None
    threshold: Decimal

    @cached_property
    def language(self) -> str | None:
        return sentiment_of(self.words)[0] if self.words else None

    @cached_property
    def polarity(self) -> Decimal | None:
        """The source's label leads; else the words are scored, in a language that can be."""
        if self.source_label:
            return POLARITIES[self.source_label]
        score = sentiment_of(self.words)[1]
        return None if score is None else Decimal(str(score))

    @property
    def label(self) -> str | None:
        if self.source_label or self.polarity is None:
            return self.source_label
        if self.polarity >= self.threshold:
            return "positive"
        return "negative" if self.polarity <= -self.threshold else "neutral"

    def themes(self, phrases: list[tuple[str, str]]) -> set[str]:
        """Those of which a phrase stands in the text, word for word, and the source's own."""
        words = " ".join(re.findall(r"[^\W_]+", (self.words or "").lower()))
        found = {theme for theme, phrase in phrases if f" {phrase} " in f" {words} "}
        return found | ({self.source_theme} if self.source_theme else set())


@dataclass(eq=False)
class Review(Said):
    rating: Decimal  # 0 to 100


class Voice:
    """All that was said by the as-of day, whatever the period."""

    def __init__(self, company: Company) -> None:
        self.company, self.staged, self.settings = company, company.staged, company.settings
        self.periods = {(period.period_type, period.start): period for period in company.periods}
        self.threshold = satisfied_from(self.settings)
        self.weights = {
            name: {row[column]: Fraction(row["weight"]) for row in seed(self.settings, f"{name}_weights")}
            for name, column in (("csi", "component"), ("acsi", "question"), ("loyalty", "component"))
        }
        self.answers: list[Answer] = []
        self.all_texts: list[Text] = []
        self._hear_surveys()
        self._hear_tickets()
        self._hear_feedback()
        self.texts = [text for text in self.all_texts if text.label]
        self._surveys_sent()
        self._loyal_acts()
        self._of_period: dict[Period | None, PeriodVoice] = {}
        self._loyalty: dict[tuple[str, date], Decimal] = {}

    def has(self, *tables: str) -> bool:
        return any(self.staged[table] for table in tables)

    def counted(self, customer_id: str | None) -> bool:
        """Everybody but test customers."""
        return customer_id is None or customer_id in self.company.customers

    def who(self, customer_id: str | None) -> Customer | None:
        return self.company.customers.get(customer_id)

    def _hear_surveys(self) -> None:
        for row in self.staged["survey_responses"]:
            answered = row["responded_at"]
            if not answered or answered.day > self.company.as_of or not self.counted(row["customer_id"]):
                continue
            customer = self.who(row["customer_id"])
            if row["score"] is not None:
                self.answers.append(Answer(customer, answered.day, row))
            self._hear_text(customer, answered.day, "survey", "survey_" + row["survey_type"], row, "comment")

    def _hear_tickets(self) -> None:
        tickets = {
            row["ticket_id"]: row
            for row in self.staged["tickets"]
            if not row["is_spam"]
            and row["merged_into_ticket_id"] in (None, row["ticket_id"])
            and self.counted(row["customer_id"])
        }
        for row in self.staged["ticket_messages"]:
            ticket, day = tickets.get(row["ticket_id"]), row["sent_at"].day
            if ticket and row["is_public"] and row["author_type"].lower() == "customer" and day <= self.company.as_of:
                self._hear_text(self.who(ticket["customer_id"]), day, "ticket_message", "ticket_message", row, "body")

    def _hear_feedback(self) -> None:
        self.feedback: list[Said] = []
        self.reviews: list[Review] = []
        for row in self.staged["feedback"]:
            day = row["received_at"].day
            if day > self.company.as_of or not self.counted(row["customer_id"]):
                continue
            customer = self.who(row["customer_id"])
            self.feedback.append(Said(customer, day))
            self._hear_text(customer, day, "feedback", row["channel"], row, "text")
            if row["channel"] == "review" and row["rating"] is not None:
                low, high = Fraction(row["rating_min"]), Fraction(row["rating_max"])
                self.reviews.append(
                    Review(customer, day, round10(100 * (Fraction(row["rating"]) - low) / (high - low)))
                )

    def _hear_text(
        self, customer: Customer | None, day: date, source: str, channel: str, row: Row, column: str
    ) -> None:
        words, label = row[column], row.get("sentiment_label")
        if words or label:
            text_id, threshold = f"{source}:{row['_key']}", self.settings.sentiment_threshold
            self.all_texts.append(Text(customer, day, text_id, channel, words, label, row.get("theme"), threshold))

    def _surveys_sent(self) -> None:
        """Of types that list unanswered ones too: a list of answers alone would make the rate 1."""
        rows, days = self.staged["survey_responses"], self.settings.survey_response_days
        as_of = self.company.as_of
        lists_deliveries = "delivered_at" in self.staged.columns["survey_responses"]
        rows = [row for row in rows if row["sent_at"].day <= as_of]
        self.types_with_unanswered = {row["survey_type"] for row in rows if row["score"] is None}
        self.surveys: list[Survey] = []
        for row in rows:
            if row["survey_type"] not in self.types_with_unanswered or not self.counted(row["customer_id"]):
                continue
            sent, delivered, answered = row["sent_at"].day, row["delivered_at"], row["responded_at"]
            until = plus_days(sent, days)
            self.surveys.append(
                Survey(
                    self.who(row["customer_id"]),
                    sent,
                    as_of < until,
                    not lists_deliveries or (delivered is not None and delivered.day <= as_of),
                    row["score"] is not None and answered.day <= min(until, as_of),
                )
            )

    def _loyal_acts(self) -> None:
        self.referral_days: dict[str, list[date]] = defaultdict(list)
        for row in self.staged["referrals"]:
            self.referral_days[row["referrer_customer_id"]].append(row["referred_at"].day)
        self.programme_days: dict[str, list[date]] = defaultdict(list)
        for row in self.staged["loyalty_events"]:
            self.programme_days[row["customer_id"]].append(row["occurred_at"].day)

    def loyalty(self, customer: Customer, close: date) -> Decimal:
        """The same in every segment that the customer is in, and computed once."""
        key = customer.customer_id, close
        if key not in self._loyalty:
            self._loyalty[key] = self._loyalty_of(customer, close)
        return self._loyalty[key]

    def _loyalty_of(self, customer: Customer, close: date) -> Decimal:
        """How loyal a paying customer acts, 0 to 100: buys again, stays, refers, takes part."""
        year_ago, quarter_ago = plus_months(close, -12), plus_days(close, -90)
        name, first = customer.customer_id, customer.first_paid_day
        months = months_between(first, close)
        if plus_months(first, months) > close:
            months -= 1
        parts = {"tenure": Fraction(min(months, 36), 36)}
        if self.has("orders"):
            parts["repeat"] = Fraction(min(within(customer.purchase_days, year_ago, close), 2), 2)
        if self.has("referrals"):
            parts["referral"] = Fraction(min(within(self.referral_days[name], year_ago, close), 1))
        if self.has("loyalty_events"):
            parts["programme"] = Fraction(min(within(self.programme_days[name], quarter_ago, close), 5), 5)
        return round10(100 * weighted_mean(parts, self.weights["loyalty"]))

    def of(self, period: Period | None) -> PeriodVoice:
        if period not in self._of_period:
            self._of_period[period] = PeriodVoice(self, period)
        return self._of_period[period]

    def before(self, period: Period) -> Period | None:
        """The period of the same length that ends where this one starts; a year of twelve months: the one a year earlier."""
        return self.periods.get((period.period_type, plus_months(period.start, -period.length_in_months)))


def within(days: Iterable[date], after: date, last: date) -> int:
    """How many of the days lie after the one and not after the other."""
    return sum(after < day <= last for day in days)


def weighted_mean(parts: dict[str, Fraction], weights: dict[str, Fraction]) -> Fraction | None:
    """Over the parts that are there; none without a weight."""
    total = sum(weights.get(name, 0) for name in parts)
    return sum(part * weights.get(name, 0) for name, part in parts.items()) / total if total else None


# -- what was said in one period ---------------------------------------------------------------------------------------


class PeriodVoice:
    """The units of one period, before they are told apart by segment; of no period, nothing."""

    def __init__(self, voice: Voice, period: Period | None) -> None:
        def of_period(units: Iterable[Said]) -> list[Any]:
            return [unit for unit in units if period and period.holds(unit.day)]

        self.answers: dict[str, list[Answer]] = defaultdict(list)
        for answer in of_period(voice.answers):
            self.answers[answer.row["survey_type"]].append(answer)
        self.csat = [answer for answer in self.answers["csat"] if not answer.row["ticket_id"]]
        last_of_ticket: dict[str, Answer] = {}
        for answer in sorted(self.answers["csat"], key=lambda answer: answer.order):
            if answer.row["ticket_id"]:
                last_of_ticket[answer.row["ticket_id"]] = answer
        self.csat += last_of_ticket.values()
        self.texts: list[Text] = of_period(voice.texts)
        self.reviews: list[Review] = of_period(voice.reviews)
        surveys: list[Survey] = of_period(voice.surveys)
        self.is_response_pending = any(survey.is_pending for survey in surveys)
        self.surveys = [survey for survey in surveys if survey.is_delivered and not survey.is_pending]
        answers = [answer for answers in self.answers.values() for answer in answers]
        self.heard = {id(unit.customer) for unit in [*answers, *of_period(voice.feedback)] if unit.customer}
        self.votes = list(votes_of(self.answers["nps"], lambda answer: "all"))
        self.votes_by_kind = list(votes_of(self.answers["nps"], lambda answer: answer.kind))


def votes_of(answers: list[Answer], part: Callable[[Answer], str]) -> Iterable[Vote]:
    """One vote a customer, or a customer and kind of survey."""
    by_voter: dict[tuple[int, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        by_voter[id(answer.customer), part(answer)].append(answer)
    for given in by_voter.values():
        last = max(given, key=lambda answer: answer.order)
        points = round10(Fraction(100 * sum(answer.vote for answer in given), len(given)))
        yield Vote(last, points, last.customer.mrr(last.day))


@dataclass
class VoiceGroup:
    """What stands in one segment value in one period."""

    voice: Voice
    period: Period
    segment: str
    nps: list[Answer] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    csat: list[Answer] = field(default_factory=list)
    ces: list[Answer] = field(default_factory=list)
    ces_before: list[Answer] = field(default_factory=list)
    loyalty: list[Answer] = field(default_factory=list)
    acsi: list[Answer] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    paying: list[Customer] = field(default_factory=list)
    heard: list[Customer] = field(default_factory=list)

    def exists(self) -> bool:
        """Whether any part of a metric is not 0 here."""
        return bool(
            self.nps
            or self.votes
            or self.csat
            or self.ces
            or self.loyalty
            or self.acsi
            or self.texts
            or self.reviews
            or self.surveys
            or self.paying
        )

    @cached_property
    def same_question(self) -> tuple[Fraction, Fraction] | None:
        """Effort of the period before and of this one, over the versions of the question that were answered in both."""
        version = lambda answer: answer.row["question_version"]  # noqa: E731
        both = {version(answer) for answer in self.ces} & {version(answer) for answer in self.ces_before}
        if not both:
            return None
        before, now = (
            mean(answer.effort for answer in answers if version(answer) in both)
            for answers in (self.ces_before, self.ces)
        )
        return before, now


def groups_of(voice: Voice, period: Period, name: str, revenue_groups: dict[str, Any]) -> dict[str, VoiceGroup]:
    said, earlier = voice.of(period), voice.of(voice.before(period))
    groups: dict[str, VoiceGroup] = {}

    def group(value: str) -> VoiceGroup:
        return groups.setdefault(value, VoiceGroup(voice, period, name))

    if name == "survey_kind":
        for answer in said.answers["nps"]:
            group(answer.kind).nps.append(answer)
        for vote in said.votes_by_kind:
            group(vote.last.kind).votes.append(vote)
        return groups

    if name == "all":
        group("all")
    acsi = [one for one in said.answers["acsi"] if one.scale == ONE_TO_TEN and one.row["question"]]
    for attribute, units in (
        ("nps", said.answers["nps"]),
        ("csat", said.csat),
        ("ces", said.answers["ces"]),
        ("ces_before", earlier.answers["ces"]),
        ("loyalty", said.answers["loyalty"]),
        ("acsi", acsi),
        ("texts", said.texts),
        ("reviews", said.reviews),
        ("surveys", said.surveys),
    ):
        for unit in units:
            getattr(group(unit.value_of(name)), attribute).append(unit)
    for vote in said.votes:
        group(vote.last.value_of(name)).votes.append(vote)
    for value, revenue_group in revenue_groups.items():
        for fact in revenue_group.closing:
            if fact.closing > 0:
                group(value).paying.append(fact.customer)
                if id(fact.customer) in said.heard:
                    group(value).heard.append(fact.customer)
    return {value: one for value, one in groups.items() if name == "all" or one.exists()}


def pending(voice: Voice, period: Period) -> set[str]:
    return {"response"} if voice.of(period).is_response_pending else set()


FAMILIES.append(Family("voice", Voice, groups_of, pending, ("survey_kind",)))


def mean(scores: Iterable[Decimal | int]) -> Fraction | None:
    exact = [Fraction(score) for score in scores]
    return sum(exact) / len(exact) if exact else None


def summed(scores: Iterable[Decimal | int]) -> tuple[Decimal, int, list[Decimal]]:
    """A mean: the sum, how many, and the values themselves, for its limits."""
    values = [Decimal(score) for score in scores]
    return sum(values, ZERO), len(values), values


def metric(kind: str, *needs: str, by_survey_kind: bool = False, **more: Any) -> Callable:
    """Registers a function; absent in the segment of NPS unless it is one of its metrics."""

    def decorate(function: Callable[[VoiceGroup], Figure]) -> Callable:
        @wraps(function)
        def figure(cell: VoiceGroup) -> Figure:
            return function(cell) if by_survey_kind or cell.segment != "survey_kind" else ABSENT

        return register("voice", kind, *needs, **more)(figure)

    return decorate


TEXTS = ("survey_responses", "feedback", "ticket_messages")
nps = metric("ratio", "survey_responses", by_survey_kind=True)
survey = metric("ratio", "survey_responses")
survey_statistic = metric("statistic", "survey_responses")
sentiment = metric("ratio", any_of=TEXTS)


# -- would they recommend us? ------------------------------------------------------------------------------------------


@nps
def net_promoter_score(cell: VoiceGroup) -> Figure:
    """By how many points do those who would recommend us outnumber those who would not?"""
    return 100 * sum(answer.vote for answer in cell.nps), len(cell.nps)


@nps
def net_promoter_score_by_account(cell: VoiceGroup) -> Figure:
    """The same with one vote a customer, however many of its people answered?"""
    return summed(vote.points for vote in cell.votes)


@nps
def net_promoter_score_weighted_by_mrr(cell: VoiceGroup) -> Figure:
    """The same with customers weighing what they pay?"""
    return (
        sum((round10(vote.points * vote.mrr) for vote in cell.votes), ZERO),
        sum((vote.mrr for vote in cell.votes), ZERO),
    )


def share_of_votes(cell: VoiceGroup, vote: int) -> Figure:
    return sum(answer.vote == vote for answer in cell.nps), len(cell.nps)


@nps
def promoter_share(cell: VoiceGroup) -> Figure:
    """Which share answers 9 or 10?"""
    return share_of_votes(cell, 1)


@nps
def passive_share(cell: VoiceGroup) -> Figure:
    """Which share answers 7 or 8?"""
    return share_of_votes(cell, 0)


@nps
def detractor_share(cell: VoiceGroup) -> Figure:
    """Which share answers 6 or less?"""
    return share_of_votes(cell, -1)


@nps
def nps_comment_share(cell: VoiceGroup) -> Figure:
    """Which share also says why?"""
    return sum(answer.row["comment"] is not None for answer in cell.nps), len(cell.nps)


# -- were they satisfied? ----------------------------------------------------------------------------------------------


@survey
def customer_satisfaction_score(cell: VoiceGroup) -> Figure:
    """Which share of the last answers to each ticket, and of answers without one, is satisfied?"""
    return sum(answer.score >= cell.voice.threshold[answer.scale] for answer in cell.csat), len(cell.csat)


@survey
def customer_satisfaction_mean(cell: VoiceGroup) -> Figure:
    """What is the mean answer on 1 to 5?"""
    return summed(answer.score for answer in cell.csat if answer.scale == ONE_TO_FIVE)


@survey
def customer_satisfaction_normalised_mean(cell: VoiceGroup) -> Figure:
    """What is the mean answer, every scale put on 0 to 100?"""
    return summed(answer.on(100) for answer in cell.csat)


# -- was it easy? ------------------------------------------------------------------------------------------------------


def ease_of(cell: VoiceGroup) -> list[Decimal]:
    return [answer.ease for answer in cell.ces if answer.scale == ONE_TO_SEVEN]


@survey
def customer_effort_score(cell: VoiceGroup) -> Figure:
    """How easy was it, on 1 to 7?"""
    return summed(ease_of(cell))


@survey
def customer_effort_score_positive_share(cell: VoiceGroup) -> Figure:
    """Which share of the answers on 1 to 7 found it easy?"""
    return sum(ease >= 5 for ease in ease_of(cell)), len(ease_of(cell))


@survey
def customer_effort_index(cell: VoiceGroup) -> Figure:
    """How much effort was it, every scale put on 0 to 100?"""
    return summed(answer.effort for answer in cell.ces)


@survey_statistic
def customer_effort_trend(cell: VoiceGroup) -> Figure:
    """By how many points has effort risen since the period before, as far as the same question was asked?"""
    if cell.same_question is None:
        return None
    before, now = cell.same_question
    return float(now - before)


@survey_statistic
def customer_effort_reduction_rate(cell: VoiceGroup) -> Figure:
    """Which part of the effort of the period before is gone?"""
    if cell.same_question is None:
        return None
    before, now = cell.same_question
    return float((before - now) / before) if before else None


# -- composites --------------------------------------------------------------------------------------------------------


@metric("statistic", any_of=TEXTS)
def customer_satisfaction_index(cell: VoiceGroup) -> Figure:
    """How satisfied are customers when satisfaction, ease, recommendation and mood are put together, 0 to 100?"""
    satisfaction = mean(answer.on(100) for answer in cell.csat)
    effort = mean(answer.effort for answer in cell.ces)
    recommendation = mean(100 * answer.vote for answer in cell.nps)
    mood = mean(100 * _sign(text) for text in cell.texts)
    parts = {
        "customer_satisfaction": satisfaction,
        "ease": None if effort is None else 100 - effort,
        "net_promoter_score": None if recommendation is None else (recommendation + 100) / 2,
        "net_sentiment": None if mood is None else (mood + 100) / 2,
    }
    index = weighted_mean({name: part for name, part in parts.items() if part is not None}, cell.voice.weights["csi"])
    return None if index is None else float(index)


@survey_statistic
def customer_satisfaction_index_acsi(cell: VoiceGroup) -> Figure:
    """The same from three questions alone: satisfaction, expectation met, nearness to the ideal?"""
    means = {name: mean(answer.score for answer in cell.acsi if answer.row["question"] == name) for name in QUESTIONS}
    if None in means.values():
        return None
    index = weighted_mean({name: (one - 1) / 9 * 100 for name, one in means.items()}, cell.voice.weights["acsi"])
    return None if index is None else float(index)


@metric("ratio")
def customer_loyalty_score(cell: VoiceGroup) -> Figure:
    """How loyal do paying customers act, 0 to 100?"""
    return summed(cell.voice.loyalty(customer, cell.period.close) for customer in cell.paying)


@survey
def customer_loyalty_index(cell: VoiceGroup) -> Figure:
    """How loyal do they say they are, 0 to 10?"""
    return summed(answer.on(10) for answer in cell.loyalty)


# -- in which mood do they write? --------------------------------------------------------------------------------------


def _sign(text: Text) -> int:
    return int(POLARITIES[text.label])


@sentiment
def net_sentiment(cell: VoiceGroup) -> Figure:
    """By how many points do positive texts outnumber negative ones?"""
    return 100 * sum(map(_sign, cell.texts)), len(cell.texts)


@sentiment
def net_sentiment_excluding_neutral(cell: VoiceGroup) -> Figure:
    """The same among the texts that take a side?"""
    return 100 * sum(map(_sign, cell.texts)), sum(text.label != "neutral" for text in cell.texts)


@sentiment
def sentiment_polarity(cell: VoiceGroup) -> Figure:
    """What is the mean mood, -1 to 1?"""
    return summed(text.polarity for text in cell.texts)


# -- whom do we hear from? ---------------------------------------------------------------------------------------------


@metric("ratio", any_of=("survey_responses", "feedback"))
def feedback_coverage_rate(cell: VoiceGroup) -> Figure:
    """Which share of the paying customers answered a survey or gave feedback?"""
    return len(cell.heard), len(cell.paying)


@metric("ratio", "feedback")
def review_rating(cell: VoiceGroup) -> Figure:
    """What is the mean rating in reviews, 0 to 100?"""
    return summed(review.rating for review in cell.reviews)


@metric("ratio", "survey_responses", window="response")
def survey_response_rate(cell: VoiceGroup) -> Figure:
    """Which share of the surveys delivered was answered in time?"""
    if not cell.voice.types_with_unanswered:
        return ABSENT
    return sum(survey.is_answered for survey in cell.surveys), len(cell.surveys)


# -- what else is published --------------------------------------------------------------------------------------------


def followed_by_churn(voice: Voice, text: Text) -> bool | None:
    """Whether a customer who paid on the day left within the horizon; not known while it runs, nor of others."""
    customer, until = text.customer, plus_days(text.day, voice.settings.churn_horizon_days)
    if customer is None or customer.state(text.day).status != "paying" or until > voice.company.as_of:
        return None
    return any(text.day < day <= until for day in customer.churn_days)


def phrases_of(voice: Voice) -> list[tuple[str, str]]:
    return [(row["theme"], row["phrase"]) for row in seed(voice.settings, "theme_phrases")]


def texts_told(voice: Voice) -> dict[tuple, dict[str, Any]]:
    """The rows of the mart feedback."""
    phrases = phrases_of(voice)
    return {
        (text.text_id,): {
            "channel": text.channel,
            "customer_id": text.customer.customer_id if text.customer else None,
            "said_date": text.day,
            "text": text.words,
            "language": text.language,
            "polarity": None if text.polarity is None else float(text.polarity),
            "sentiment_label": text.label or "unscored",
            "is_source_label": text.source_label is not None,
            "themes": ", ".join(sorted(text.themes(phrases))) or None,
            "plan": text.value_of("plan"),
            "country": text.value_of("country"),
            "csm": text.value_of("csm"),
            "is_followed_by_churn": followed_by_churn(voice, text),
        }
        for text in voice.all_texts
    }


def themes_told(voice: Voice) -> dict[tuple, dict[str, Any]]:
    """The rows of the mart feedback_themes: by period, theme, channel and mood."""
    phrases = phrases_of(voice)
    fates = {text: followed_by_churn(voice, text) for text in voice.all_texts}
    themes = {text: text.themes(phrases) or {"(none)"} for text in voice.all_texts}
    wanted = {}
    for period in voice.company.periods:
        rows: dict[tuple, list[Text]] = defaultdict(list)
        for text in voice.all_texts:
            if period.holds(text.day):
                for theme in themes[text]:
                    rows[theme, text.channel, text.label or "unscored"].append(text)
        for key, texts in rows.items():
            customers = {text.customer for text in texts if text.customer}
            answers = [answer for answer in voice.of(period).csat if answer.customer in customers]
            satisfied = [answer for answer in answers if answer.score >= voice.threshold[answer.scale]]
            watched = {text.customer for text in texts if fates[text] is not None}
            churned = {text.customer for text in texts if fates[text]}
            wanted[period.period_type, period.start, *key] = {
                "period_end": period.end,
                "is_complete": plus_days(period.end, -1) <= voice.company.as_of,
                "texts": len(texts),
                "customers": len(customers),
                "watched_customers": len(watched),
                "churned_customers": len(churned),
                "churned_share": len(churned) / len(watched) if watched else None,
                "csat_answers": len(answers),
                "csat_satisfied_answers": len(satisfied),
                "customer_satisfaction_score": len(satisfied) / len(answers) if answers else None,
            }
    return wanted
