"""From text to staged rows: duplicates folded, rows that break a rule rejected and listed, merges followed.

Every table is judged in the same order: missing_key, unordered_duplicate, unparseable_date, unparseable_number,
unparseable_boolean, missing_value, then its own rules; the first that applies is reported. Folded rows are not judged.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.raw import Raw, RawRow
from tests.oracle.settings import OracleError, Settings
from tests.oracle.values import (
    FOREVER,
    Moment,
    Unparseable,
    parse_boolean,
    parse_moment,
    parse_number,
)

Row = dict[str, Any]
ATTRIBUTES = ("country", "industry", "company_size", "acquisition_channel")

# table: (key columns, or none where the whole row is the key; all columns); `!` marks a required value, `:type` anything but text.
TABLES: dict[str, tuple[str, str]] = {
    "exchange_rates": ("rate_date currency", "rate_date!:time currency! rate_to_reporting!:number"),
    "customers": (
        "customer_id",
        (
            "customer_id! name! created_at!:time country industry company_size acquisition_channel parent_customer_id "
            "email is_test:boolean"
        ),
    ),
    "customer_merges": ("from_customer_id", "from_customer_id! into_customer_id! merged_at!:time"),
    "customer_attributes": ("customer_id attribute valid_from", "customer_id! attribute! value! valid_from!:time"),
    "plans": (
        "plan_id",
        (
            "plan_id! plan_name! product_family! tier_rank:number billing_interval! interval_count!:number "
            "unit_amount:number currency! is_free:boolean"
        ),
    ),
    "subscriptions": (
        "subscription_id",
        (
            "subscription_id! customer_id! status started_at!:time trial_start_at:time trial_end_at:time "
            "canceled_at:time ended_at:time cancel_reason cancel_comment is_involuntary:boolean"
        ),
    ),
    "subscription_items": (
        "item_version_id",
        (
            "item_version_id! item_id created_at:time subscription_id! plan_id! quantity!:number unit_amount!:number "
            "discount_percent:number discount_amount:number currency! effective_from!:time effective_to:time "
            "discount_ends_at:time is_reconstructed:boolean"
        ),
    ),
    "subscription_status_changes": ("subscription_id status changed_at", "subscription_id! status! changed_at!:time"),
    "subscription_pauses": ("subscription_id paused_at", "subscription_id! paused_at!:time resumed_at:time"),
    "contract_terms": (
        "term_id",
        (
            "term_id! customer_id! subscription_id term_start!:time term_end!:time amount!:number currency! "
            "renewed_to_term_id auto_renew:boolean"
        ),
    ),
    "invoices": (
        "invoice_id",
        (
            "invoice_id! customer_id! subscription_id status! issued_at!:time due_at:time paid_at:time currency! "
            "total_excluding_tax!:number tax:number amount_refunded:number amount_credited:number refunded_at:time"
        ),
    ),
    "invoice_lines": (
        "invoice_line_id",
        (
            "invoice_line_id! invoice_id! subscription_id plan_id kind! quantity:number amount!:number "
            "period_start:time period_end:time"
        ),
    ),
    "orders": ("order_id", "order_id! customer_id! ordered_at!:time amount!:number currency! is_refunded:boolean"),
    "users": (
        "user_id",
        (
            "user_id! customer_id! created_at!:time is_internal:boolean is_bot:boolean is_licensed:boolean "
            "deactivated_at:time"
        ),
    ),
    "usage_events": (
        "event_id",
        "event_id! user_id customer_id! event_name! feature occurred_at!:time event_count:number",
    ),
    "csm_assignments": (
        "customer_id csm_id assigned_from",
        "customer_id! csm_id! assigned_from!:time assigned_to:time",
    ),
    "tickets": (
        "ticket_id",
        (
            "ticket_id! customer_id requester_id assignee_id channel severity status! created_at!:time "
            "created_by! merged_into_ticket_id is_spam:boolean"
        ),
    ),
    "ticket_messages": (
        "message_id",
        ("message_id! ticket_id! author_id author_type! is_public!:boolean sent_at!:time body"),
    ),
    "ticket_status_changes": (
        "ticket_id status changed_at",
        ("ticket_id! status! changed_at!:time"),
    ),
    "calls": (
        "call_id",
        (
            "call_id! customer_id agent_id direction! queued_at!:time answered_at:time ended_at!:time "
            "hold_seconds:number wrap_seconds:number is_abandoned!:boolean is_resolved:boolean queue "
            "transferred_from_call_id"
        ),
    ),
    "survey_responses": (
        "response_id",
        (
            "response_id! survey_type! customer_id! respondent_id ticket_id survey_kind question question_version "
            "scale_min!:number scale_max!:number direction score:number comment channel sent_at!:time "
            "delivered_at:time responded_at:time"
        ),
    ),
    "feedback": (
        "feedback_id",
        (
            "feedback_id! customer_id channel! rating:number rating_min:number rating_max:number text "
            "sentiment_label theme received_at!:time"
        ),
    ),
    "sessions": (
        "session_id",
        ("session_id! user_id customer_id! started_at!:time ended_at!:time"),
    ),
    "features": (
        "feature",
        ("feature! released_at!:time is_core:boolean"),
    ),
    "entitlements": (
        "customer_id feature entitled_from",
        ("customer_id! feature! entitled_from!:time entitled_to:time"),
    ),
    "journeys": (
        "journey step_rank",
        ("journey! step_rank!:number milestone! is_required!:boolean is_value_moment!:boolean target_days:number"),
    ),
    "milestones": (
        "customer_id milestone reached_at",
        ("customer_id! user_id milestone! reached_at!:time"),
    ),
    "first_touches": (
        "customer_id",
        ("customer_id! first_interaction_at:time signed_at:time"),
    ),
    "outcomes": (
        "outcome_id",
        (
            "outcome_id! customer_id! outcome_type! baseline:number value!:number unit! currency "
            "is_self_reported:boolean measured_at!:time"
        ),
    ),
    "trials": (
        "trial_id",
        ("trial_id! customer_id! subscription_id trial_start_at!:time trial_end_at!:time converted_at:time"),
    ),
    "offers": (
        "offer_id",
        (
            "offer_id! customer_id! offer_type! product_family presented_at!:time responded_at:time outcome "
            "amount:number currency"
        ),
    ),
    "referrals": (
        "referral_id",
        ("referral_id! referrer_customer_id! referred_customer_id referred_at!:time converted_at:time"),
    ),
    "costs": (
        "cost_id",
        (
            "cost_id! incurred_at!:time purpose! category! acquisition_channel customer_id period_start:time "
            "period_end:time amount!:number currency!"
        ),
    ),
    "loyalty_events": (
        "",
        ("customer_id! event_name! points:number occurred_at!:time"),
    ),
    "csms": (
        "csm_id",
        ("csm_id! name! fte!:number team employed_from:time employed_to:time"),
    ),
    "csm_touches": (
        "touch_id",
        ("touch_id! customer_id! csm_id! kind! occurred_at!:time"),
    ),
}

# of the columns that hold anything but text
KINDS: dict[str, dict[str, str]] = {
    table: {name.rstrip("!"): kind for name, _, kind in (column.partition(":") for column in columns.split()) if kind}
    for table, (_, columns) in TABLES.items()
}


@dataclass
class Counts:
    rows_in: int = 0
    staged: int = 0
    folded: int = 0
    rejected: int = 0


@dataclass
class Rates:
    """Rate of a day: the latest one not after it."""

    reporting: str = ""
    by_currency: dict[str, tuple[list[date], list[Decimal]]] = field(default_factory=dict)

    def __contains__(self, currency: str) -> bool:
        return currency == self.reporting or currency in self.by_currency

    def has(self, currency: str, day: date) -> bool:
        return currency == self.reporting or self.by_currency[currency][0][0] <= day

    def on(self, currency: str, day: date) -> Decimal:
        """The first rate known where the day lies before all of them (an opening rate of a currency that is new)."""
        if currency == self.reporting:
            return Decimal(1)
        days, rates = self.by_currency[currency]
        return rates[max(bisect_right(days, day) - 1, 0)]


@dataclass
class Staged:
    """What was kept, every id already that of the surviving customer, and what became of every other row."""

    settings: Settings
    as_of: date
    tables: dict[str, list[Row]] = field(default_factory=dict)
    rejected: list[tuple[str, str, str, bool]] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=dict)
    survivors: dict[str, str] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def survivor(self, customer_id: str) -> str:
        return self.survivors.get(customer_id, customer_id)


def key_columns(table: str) -> list[str]:
    keys, columns = TABLES[table]
    return keys.split() or [name.split(":")[0].rstrip("!") for name in columns.split()]


def key_of(table: str, row: RawRow) -> str:
    """The key as one text, its columns joined by a bar."""
    return "|".join(row.get(name) or "" for name in key_columns(table))


def clean(raw: Raw, settings: Settings, as_of: date) -> Staged:
    """All tables, in the order in which they need one another."""
    staged = Staged(settings, as_of)
    judge = _Judge(raw, staged)
    judge.keep("customers", judge.parsed("customers"))
    merges = judge.parsed("customer_merges")
    judge.keep("customer_merges", merges, _merge_rules(merges))
    staged.survivors = _survivors(staged["customer_merges"], as_of)
    known = {row["customer_id"] for row in staged["customers"]}
    is_test = {row["customer_id"]: bool(row["is_test"]) for row in staged["customers"]}

    def orphan(row: Row) -> str | None:
        return None if row["customer_id"] in known else "unknown_customer"

    def counted(row: Row) -> bool:
        return not is_test.get(row["customer_id"], False)

    judge.keep("plans", judge.parsed("plans"), _plan_rules)
    judge.keep("subscriptions", judge.parsed("subscriptions"), _subscription_rules, orphan)
    subscriptions = {row["subscription_id"]: row for row in staged["subscriptions"]}
    plans = {row["plan_id"]: row for row in staged["plans"]}
    judge.keep("subscription_status_changes", judge.parsed("subscription_status_changes"))
    judge.keep("subscription_pauses", judge.parsed("subscription_pauses"), _pause_rules(subscriptions))

    items = judge.parsed("subscription_items")
    item_rules = _item_rules(subscriptions, plans, judge.never_started())
    terms, invoices, orders = judge.parsed("contract_terms"), judge.parsed("invoices"), judge.parsed("orders")
    rates = judge.parsed("exchange_rates")
    reporting = settings.reporting_currency or _one_currency(
        [row for row in items if not item_rules(row) and counted(subscriptions[row["subscription_id"]])],
        [*staged["plans"], *(row for row in (*terms, *invoices, *orders) if counted(row))],
    )
    judge.keep("exchange_rates", rates, _rate_rules)
    staged.rates = _rates(staged["exchange_rates"], reporting)

    def currency_rule(row: Row, day: date | None) -> str | None:
        if not is_currency(row["currency"]) or row["currency"] not in staged.rates:
            return "unknown_currency"
        if day is not None and not staged.rates.has(row["currency"], day):
            return "no_exchange_rate"
        return None

    def judged_item(row: Row) -> str | None:
        return item_rules(row) or currency_rule(row, first_day_in_force(row, subscriptions, settings))

    sound_versions = [row for row in items if row["item_id"] and not judged_item(row)]
    overlapping = _later_starting(
        sound_versions, "item_id", "effective_from", "effective_to", "item_version_id", "item_version_id"
    )
    judge.keep(
        "subscription_items",
        items,
        lambda row: judged_item(row) or ("overlapping_version" if row["_key"] in overlapping else None),
    )
    judge.keep(
        "contract_terms",
        terms,
        lambda row: (
            _ends_first(row["term_start"], row["term_end"]) or _negative(row) or currency_rule(row, row["term_end"].day)
        ),
        orphan,
    )
    judge.keep("invoices", invoices, lambda row: currency_rule(row, row["issued_at"].day), orphan)
    invoice_ids = {row["invoice_id"] for row in staged["invoices"]}
    judge.keep(
        "invoice_lines",
        judge.parsed("invoice_lines"),
        lambda row: (
            _ends_first(row["period_start"], row["period_end"])
            or (None if row["invoice_id"] in invoice_ids else "invoice_line_without_invoice")
        ),
    )
    judge.keep("orders", orders, lambda row: _negative(row) or currency_rule(row, row["ordered_at"].day), orphan)
    judge.keep("users", judge.parsed("users"), kept_rule=orphan)
    user_ids = {row["user_id"] for row in staged["users"]}
    judge.keep(
        "usage_events",
        judge.parsed("usage_events"),
        lambda row: (
            "unknown_user"
            if row["user_id"] and row["user_id"] not in user_ids
            else "negative_count"
            if (row["event_count"] or 0) < 0
            else None
        ),
        orphan,
    )
    judge.keep(
        "customer_attributes",
        judge.parsed("customer_attributes", follow_merges=False),
        lambda row: None if row["attribute"] in ATTRIBUTES else "unknown_attribute",
        orphan,
    )
    assignments = judge.parsed("csm_assignments")
    sound_assignments = [row for row in assignments if not _ends_first(row["assigned_from"], row["assigned_to"])]
    overlapping_assignments = _later_starting(
        sound_assignments, "customer_id", "assigned_from", "assigned_to", "csm_id", "_key"
    )
    judge.keep(
        "csm_assignments",
        assignments,
        lambda row: (
            _ends_first(row["assigned_from"], row["assigned_to"])
            or ("overlapping_assignment" if row["_key"] in overlapping_assignments else None)
        ),
        orphan,
    )
    judging = Judging(judge, staged, user_ids, lambda row: orphan(row) if row["customer_id"] else None, currency_rule)
    for judge_tables in FAMILY_TABLES:
        judge_tables(judging)
    return staged


@dataclass
class Judging:
    """What a family needs to judge its own raw tables (its module appends a function to FAMILY_TABLES)."""

    judge: _Judge
    staged: Staged
    user_ids: set[str]
    orphan: Callable[[Row], str | None]  # kept, but listed: a customer is named and unknown
    currency_rule: Callable[[Row, date | None], str | None]


FAMILY_TABLES: list[Callable[[Judging], None]] = []


class _Judge:
    """The part of judging that all tables share."""

    def __init__(self, raw: Raw, staged: Staged) -> None:
        self.raw, self.staged = raw, staged
        self.zone = staged.settings.zone

    def parsed(self, table: str, follow_merges: bool = True) -> list[Row]:
        """Unfolded rows that can be read; what cannot is rejected on the way."""
        rows = self.raw.get(table, [])
        counts = self.staged.counts
        if table in self.raw:
            counts[table] = Counts(rows_in=len(rows))
        if rows:
            self.staged.present.add(table)
        self.staged.columns[table] = {name for row in rows for name in row}
        result = []
        for row in self.unfolded(table, rows):
            parsed, rule = self.parse(table, row)
            if rule:
                self.reject(table, key_of(table, row), rule)
                continue
            if follow_merges and table not in ("customers", "customer_merges") and "customer_id" in parsed:
                parsed["customer_id"] = self.staged.survivor(parsed["customer_id"])
            result.append(parsed)
        return result

    def keep(
        self,
        table: str,
        rows: list[Row],
        rule_of: Callable[[Row], str | None] = lambda row: None,
        kept_rule: Callable[[Row], str | None] = lambda row: None,
    ) -> None:
        kept = []
        for row in rows:
            if rule := rule_of(row):
                self.reject(table, row["_key"], rule)
                continue
            kept.append(row)
            if rule := kept_rule(row):
                self.staged.rejected.append((table, row["_key"], rule, True))
        self.staged.tables[table] = kept
        if table in self.staged.counts:
            self.staged.counts[table].staged = len(kept)

    def reject(self, table: str, key: str, rule: str) -> None:
        self.staged.rejected.append((table, key, rule, False))
        self.staged.counts[table].rejected += 1

    def never_started(self) -> set[str]:
        return {
            key for table, key, rule, _ in self.staged.rejected if (table, rule) == ("subscriptions", "never_started")
        }

    def unfolded(self, table: str, rows: Iterable[RawRow]) -> list[RawRow]:
        """One row a key: equal rows folded, else the newest by updated_at, then loaded_at; no order, no row."""
        keys, columns = key_columns(table), [name.split(":")[0].rstrip("!") for name in TABLES[table][1].split()]
        by_key: dict[tuple[str | None, ...], list[RawRow]] = defaultdict(list)
        for row in rows:
            key = tuple(self.comparable(table, name, row.get(name)) for name in keys)
            if None in key and TABLES[table][0]:
                self.reject(table, key_of(table, row), "missing_key")
            else:
                by_key[key].append(row)
        result = []
        for same_key in by_key.values():
            if len(same_key) > 1:
                newest = max(map(self.age, same_key))
                candidates = [row for row in same_key if self.age(row) == newest]
                contents = {tuple(row.get(name) for name in columns) for row in same_key}
                if len(contents) > 1:
                    contents = {tuple(row.get(name) for name in columns) for row in candidates}
                if len(contents) > 1:
                    for row in same_key:
                        self.reject(table, key_of(table, row), "unordered_duplicate")
                    continue
                self.staged.counts[table].folded += len(same_key) - 1
                same_key = candidates
            result.append(same_key[0])
        return result

    def comparable(self, table: str, name: str, text: str | None) -> Any:
        """A part of a key as parsed, so that two spellings of one instant are one key; as it came where it cannot be read."""
        kind = KINDS[table].get(name)
        if text and name == "currency":
            return text.upper()
        if text and name == "status":
            return text.lower()
        if text is None or kind is None or not TABLES[table][0]:
            return text
        try:
            value = self.read(text, kind)
        except Unparseable:
            return text
        if isinstance(value, Moment):
            return value.day if name == "rate_date" else value.instant
        return value

    def age(self, row: RawRow) -> tuple[datetime, datetime]:
        """What orders two rows of one key; a missing time is older than any."""
        return self.recorded(row.get("updated_at")), self.recorded(row.get("loaded_at"))

    def recorded(self, text: str | None) -> datetime:
        try:
            return parse_moment(text, self.zone).instant if text else datetime.min.replace(tzinfo=UTC)
        except Unparseable:
            return datetime.min.replace(tzinfo=UTC)

    def parse(self, table: str, row: RawRow) -> tuple[Row, str | None]:
        parsed: Row = {"_key": key_of(table, row)}
        broken = set()
        for column in TABLES[table][1].split():
            name, _, kind = column.partition(":")
            required, name = name.endswith("!"), name.rstrip("!")
            text = row.get(name)
            try:
                parsed[name] = None if text is None else self.read(text, kind)
            except Unparseable:
                broken.add({"time": "unparseable_date"}.get(kind, f"unparseable_{kind}"))
            if required and text is None:
                broken.add("missing_value")
        if parsed.get("currency"):
            parsed["currency"] = parsed["currency"].upper()
        for rule in ("unparseable_date", "unparseable_number", "unparseable_boolean", "missing_value"):
            if rule in broken:
                return parsed, rule
        return parsed, None

    def read(self, text: str, kind: str) -> Any:
        match kind:
            case "time":
                return parse_moment(text, self.zone)
            case "number":
                return parse_number(text)
            case "boolean":
                return parse_boolean(text)
        return text


# The tables' own rules, in the order in which they are reported.


def _ends_first(start: Moment | None, end: Moment | None) -> str | None:
    return "end_before_start" if start and end and end.instant < start.instant else None


def _negative(row: Row) -> str | None:
    return "negative_amount" if row["amount"] < 0 else None


def is_currency(code: str) -> bool:
    return re.fullmatch("[A-Za-z]{3}", code) is not None


def _plan_rules(row: Row) -> str | None:
    row["billing_interval"] = row["billing_interval"].lower()
    if row["billing_interval"] not in ("day", "week", "month", "year") or row["interval_count"] < 1:
        return "unknown_billing_interval"
    return None


def _subscription_rules(row: Row) -> str | None:
    if row["status"] in ("incomplete", "future"):
        return "never_started"
    if rule := _ends_first(row["started_at"], row["ended_at"]):
        return rule
    if rule := _ends_first(row["trial_start_at"], row["trial_end_at"]):
        return rule
    if row["trial_start_at"] and not row["trial_end_at"] and row["status"] != "trialing":
        return "trial_without_end"
    return None


def _pause_rules(subscriptions: dict[str, Row]) -> Callable[[Row], str | None]:
    def rule_of(row: Row) -> str | None:
        if rule := _ends_first(row["paused_at"], row["resumed_at"]):
            return rule
        return None if row["subscription_id"] in subscriptions else "unknown_subscription"

    return rule_of


def _item_rules(
    subscriptions: dict[str, Row], plans: dict[str, Row], never_started: set[str]
) -> Callable[[Row], str | None]:
    """Those that come before the currency."""

    def rule_of(row: Row) -> str | None:
        if rule := _ends_first(row["effective_from"], row["effective_to"]):
            return rule
        if row["quantity"] < 0:
            return "negative_quantity"
        if row["unit_amount"] < 0:
            return "negative_price"
        if not 0 <= (row["discount_percent"] or 0) <= 100 or (row["discount_amount"] or 0) < 0:
            return "discount_out_of_range"
        if row["subscription_id"] in never_started:
            return "never_started"
        if row["subscription_id"] not in subscriptions:
            return "unknown_subscription"
        if row["plan_id"] not in plans:
            return "unknown_plan"
        if plans[row["plan_id"]]["is_free"] and row["unit_amount"] > 0:
            return "free_plan_with_price"
        return None

    return rule_of


def _rate_rules(row: Row) -> str | None:
    if row["rate_to_reporting"] <= 0:
        return "rate_not_positive"
    return None if is_currency(row["currency"]) else "unknown_currency"


def _merge_rules(merges: list[Row]) -> Callable[[Row], str | None]:
    into = {row["from_customer_id"]: row["into_customer_id"] for row in merges}

    def rule_of(row: Row) -> str | None:
        """A row stands on a cycle if following the merges leads back to it."""
        start, seen = row["from_customer_id"], set()
        customer = into.get(start)
        while customer is not None and customer not in seen:
            if customer == start:
                return "merge_cycle"
            seen.add(customer)
            customer = into.get(customer)
        return None

    return rule_of


def _survivors(merges: list[Row], as_of: date) -> dict[str, str]:
    into = {row["from_customer_id"]: row["into_customer_id"] for row in merges if row["merged_at"].day <= as_of}

    def last(customer: str) -> str:
        while customer in into:
            customer = into[customer]
        return customer

    return {customer: last(customer) for customer in into}


def end_of_service(subscription: Row, settings: Settings) -> date:
    """First day without service; with churn_timing = at_request the day on which the customer asked, if earlier."""
    ends = [subscription["ended_at"]]
    if settings.churn_timing == "at_request":
        ends.append(subscription["canceled_at"])
    return min((end.day for end in ends if end), default=FOREVER)


def first_day_in_force(item: Row, subscriptions: dict[str, Row], settings: Settings) -> date | None:
    subscription = subscriptions[item["subscription_id"]]
    start = max(item["effective_from"].day, subscription["started_at"].day)
    end = min(item["effective_to"].day if item["effective_to"] else FOREVER, end_of_service(subscription, settings))
    return start if start < end else None


def _later_starting(rows: list[Row], group: str, start: str, end: str, tie: str, name: str) -> set[str]:
    """Of intervals that overlap, the later-starting: it begins before the latest end of those kept before it."""
    by_group: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_group[row[group]].append(row)
    late = set()
    forever = datetime.max.replace(tzinfo=UTC)
    for same_group in by_group.values():
        latest_end = datetime.min.replace(tzinfo=UTC)
        for row in sorted(same_group, key=lambda row: (row[start].instant, row[tie])):
            if row[start].instant < latest_end:
                late.add(row[name])
            else:
                latest_end = max(latest_end, row[end].instant if row[end] else forever)
    return late


def _one_currency(items: list[Row], others: list[Row]) -> str:
    """The one currency billed: items decide where there are any."""
    for rows in (items, others):
        found = sorted({row["currency"] for row in rows if is_currency(row["currency"])})
        if len(found) > 1:
            raise OracleError(f"reporting_currency is empty and several currencies are billed: {', '.join(found)}")
        if found:
            return found[0]
    return ""


def _rates(rows: list[Row], reporting: str) -> Rates:
    by_currency: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: row["rate_date"].instant):
        by_currency[row["currency"]][row["rate_date"].day] = row["rate_to_reporting"]
    return Rates(reporting, {currency: (list(rates), list(rates.values())) for currency, rates in by_currency.items()})


def default_as_of(raw: Raw, settings: Settings, today: date | None = None) -> date:
    """The latest day, not after today, of the facts that cannot lie in the future: of staged rows."""
    today = today or datetime.now(settings.zone).date()
    staged = clean(raw, settings, FOREVER)
    days = {
        row[column].day
        for table, column in (
            ("customers", "created_at"),
            ("subscriptions", "started_at"),
            ("invoices", "issued_at"),
            ("usage_events", "occurred_at"),
            ("tickets", "created_at"),
            ("ticket_messages", "sent_at"),
            ("survey_responses", "sent_at"),
        )
        for row in staged[table]
    }
    return max((day for day in days if day <= today), default=today)


def month_factor(plan: Row, settings: Settings) -> Fraction:
    """What a billing interval's amount is worth a month."""
    of_one = {
        "month": Fraction(1),
        "year": Fraction(1, 12),
        "week": settings.week_to_month,
        "day": settings.day_to_month,
    }[plan["billing_interval"]]
    return of_one / Fraction(plan["interval_count"])
