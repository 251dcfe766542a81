"""Dirty rows: at least two of every kind that staging judges, and of the kinds later families must withstand.

A dirty row is a copy of a good one with a fault put in. Where the table has an id, the copy's id is the name of the
kind and a number (`negative_quantity_1`), so that a listing of rejected rows can be read against this page. Faults with
an interplay (never started, orphans, cycles) are whole small stories at the end.
"""

from typing import NamedTuple

from generator.config import LAST_DAY, Settings
from generator.store import Store

# Copies are taken from the first rows of a table, which is fast however long the table is.
SOURCE_ROWS = 3_000


class Dirt(NamedTuple):
    """One kind: its rule, the table, the faults as `column: SQL` (`{k}` is 1, 2, ...), which rows may be copied."""

    rule: str
    table: str
    faults: dict[str, str]
    where: str = "true"
    rows: int = 2


# The id of each table, where it has one.
IDS = {
    "customers": "customer_id", "plans": "plan_id", "subscriptions": "subscription_id",
    "subscription_items": "item_version_id", "contract_terms": "term_id", "invoices": "invoice_id",
    "invoice_lines": "invoice_line_id", "orders": "order_id", "users": "user_id", "usage_events": "event_id",
    "sessions": "session_id", "tickets": "ticket_id", "ticket_messages": "message_id", "calls": "call_id",
    "survey_responses": "response_id", "feedback": "feedback_id", "offers": "offer_id", "costs": "cost_id",
    "referrals": "referral_id", "outcomes": "outcome_id", "trials": "trial_id", "csms": "csm_id",
    "csm_touches": "touch_id",
}  # fmt: skip

# A column of each table whose change makes two rows of a key differ; the tables with `updated_at` come first.
CONTENT = {
    "customers": ("name", "'Renamed ' || {k}"),
    "subscriptions": ("cancel_comment", "'note ' || {k}"),
    "subscription_items": ("quantity", "({k} + 1000)::varchar"),
    "invoices": ("tax", "{k}"),
    "orders": ("amount", "({k} + 10)::varchar"),
    "plans": ("plan_name", "'Renamed ' || {k}"),
    "contract_terms": ("amount", "{k}"),
    "invoice_lines": ("amount", "{k}"),
    "users": ("is_licensed", "{k} % 2 = 0"),
    "usage_events": ("event_count", "{k} + 10"),
    "tickets": ("severity", "'severity ' || {k}"),
    "survey_responses": ("comment", "'comment ' || {k}"),
}
WITH_CHANGE_TIME = ["customers", "subscriptions", "subscription_items", "invoices", "orders"]

# Items and subscriptions that are copied belong to a line of their own, so that only the fault itself is at work.
OWN_ITEM = {"item_id": "'own_' || '{rule}_' || {k}"}
RATE_DATE = "(date '{first}' - 20 - {k}::integer)::varchar"

KINDS = [
    # plans
    Dirt("unknown_billing_interval", "plans", {"billing_interval": "case {k} when 1 then 'fortnight' else 'month' end",
                                               "interval_count": "case {k} when 1 then 1 else 0 end"}),
    Dirt("missing_value", "plans", {"currency": "null"}),
    # customers
    Dirt("unparseable_date", "customers", {"created_at": "case {k} when 1 then '31/31/2023' else 'yesterday' end"}),
    Dirt("unparseable_boolean", "customers", {"is_test": "'perhaps'"}),
    # subscriptions
    Dirt("missing_value", "subscriptions", {"started_at": "null"}),
    Dirt("unparseable_date", "subscriptions", {"canceled_at": "'2023-02-30'"}),
    Dirt("unparseable_boolean", "subscriptions", {"is_involuntary": "'maybe'"}),
    Dirt("end_before_start", "subscriptions",
         {"ended_at": "case {k} when 1 then started_at - interval 2 day end",
          "trial_start_at": "case {k} when 2 then started_at end",
          "trial_end_at": "case {k} when 2 then started_at - interval 1 day end"}),
    Dirt("trial_without_end", "subscriptions", {"trial_start_at": "started_at", "trial_end_at": "null",
                                                "status": "'active'"}),
    # subscription_items
    Dirt("missing_value", "subscription_items", {"unit_amount": "null"} | OWN_ITEM),
    Dirt("unparseable_number", "subscription_items",
         {"quantity": "case {k} when 1 then 'ten' else '1,000' end"} | OWN_ITEM),
    Dirt("unparseable_date", "subscription_items", {"discount_ends_at": "'end of year'"} | OWN_ITEM),
    Dirt("end_before_start", "subscription_items", {"effective_to": "effective_from - interval 3 day"} | OWN_ITEM),
    Dirt("negative_quantity", "subscription_items", {"quantity": "'-2'"} | OWN_ITEM),
    Dirt("negative_price", "subscription_items", {"unit_amount": "-9.5"} | OWN_ITEM),
    Dirt("discount_out_of_range", "subscription_items",
         {"discount_percent": "case {k} when 1 then 120 end",
          "discount_amount": "case {k} when 2 then -5 end"} | OWN_ITEM),
    Dirt("unknown_subscription", "subscription_items", {"subscription_id": "'nowhere_' || {k}"} | OWN_ITEM),
    Dirt("unknown_plan", "subscription_items", {"plan_id": "'plan_nobody_knows'"} | OWN_ITEM),
    Dirt("free_plan_with_price", "subscription_items",
         {"plan_id": "'core_free_usd'", "currency": "'USD'", "unit_amount": "10"} | OWN_ITEM),
    Dirt("unknown_currency", "subscription_items",
         {"currency": "case {k} when 1 then 'DOLLAR' else 'CHF' end"} | OWN_ITEM),
    Dirt("no_exchange_rate", "subscription_items", {"currency": "'SEK'"} | OWN_ITEM, "effective_from < '{late}'"),
    Dirt("overlapping_version", "subscription_items", {"effective_from": "effective_from + interval 10 day"},
         "effective_to is null or effective_to > effective_from + interval 30 day"),
    # subscription_pauses
    Dirt("end_before_start", "subscription_pauses", {"resumed_at": "'2021-01-01T00:00:00Z'",
                                                     "paused_at": "'2024-03-0' || {k} || 'T08:00:00Z'"}),
    Dirt("unknown_subscription", "subscription_pauses", {"subscription_id": "'unknown_subscription_' || {k}"}),
    Dirt("unparseable_date", "subscription_pauses", {"resumed_at": "'unparseable_date ' || {k}",
                                                     "paused_at": "'2024-04-0' || {k} || 'T08:00:00Z'"}),
    Dirt("missing_key", "subscription_pauses", {"paused_at": "null"}),
    # subscription_status_changes
    Dirt("unknown_subscription", "subscription_status_changes", {"subscription_id": "'unknown_subscription_' || {k}"}),
    # contract_terms
    Dirt("unparseable_date", "contract_terms", {"term_end": "'Q3 2024'"}),
    Dirt("end_before_start", "contract_terms", {"term_end": "(term_start - 7)::varchar"}),
    Dirt("negative_amount", "contract_terms", {"amount": "-100"}),
    Dirt("unknown_currency", "contract_terms", {"currency": "case {k} when 1 then 'EURO' else 'CHF' end"}),
    Dirt("no_exchange_rate", "contract_terms", {"currency": "'SEK'"}, "term_end < '{late}'"),
    Dirt("unknown_customer", "contract_terms", {"customer_id": "'nobody_' || {k}", "subscription_id": "null",
                                                "renewed_to_term_id": "null"}),
    # invoices and lines
    Dirt("missing_value", "invoices", {"issued_at": "null"}),
    Dirt("unknown_currency", "invoices", {"currency": "case {k} when 1 then 'X' else 'CHF' end"}),
    Dirt("no_exchange_rate", "invoices", {"currency": "'SEK'"}, "issued_at < '{late}'"),
    Dirt("unknown_customer", "invoices", {"customer_id": "'nobody_' || {k}", "subscription_id": "null"}),
    Dirt("end_before_start", "invoice_lines", {"period_end": "period_start - 1"}, "period_start is not null"),
    Dirt("invoice_line_without_invoice", "invoice_lines", {"invoice_id": "'no_such_invoice_' || {k}"}),
    # orders
    Dirt("unparseable_number", "orders", {"amount": "case {k} when 1 then '12,50' else 'free' end"}),
    Dirt("unparseable_date", "orders", {"ordered_at": "'soon'"}),
    Dirt("unparseable_boolean", "orders", {"is_refunded": "'partly'"}),
    Dirt("negative_amount", "orders", {"amount": "'-20.00'"}),
    Dirt("unknown_currency", "orders", {"currency": "case {k} when 1 then 'POUND' else 'CHF' end"}),
    Dirt("no_exchange_rate", "orders", {"currency": "'SEK'"}, "ordered_at < '{late}'"),
    Dirt("unknown_customer", "orders", {"customer_id": "'nobody_' || {k}"}),
    # exchange_rates
    Dirt("rate_not_positive", "exchange_rates", {"rate_to_reporting": "case {k} when 1 then '0' else '-1.1' end",
                                                 "rate_date": RATE_DATE}),
    Dirt("unknown_currency", "exchange_rates", {"currency": "case {k} when 1 then 'EURO' else 'E' || {k} end",
                                                "rate_date": RATE_DATE}),
    Dirt("unparseable_number", "exchange_rates", {"rate_to_reporting": "'n/a'", "rate_date": RATE_DATE,
                                                  "currency": "'GBP'"}),
    # customers' surroundings
    Dirt("unknown_attribute", "customer_attributes", {"attribute": "'favourite_colour'", "value": "'green ' || {k}"}),
    Dirt("unknown_customer", "customer_attributes", {"customer_id": "'nobody_' || {k}"}),
    Dirt("unknown_customer", "users", {"customer_id": "'nobody_' || {k}"}),
    Dirt("unparseable_date", "users", {"created_at": "'2024-13-01'"}),
    Dirt("unknown_user", "usage_events", {"user_id": "'stranger_' || {k}"}),
    Dirt("end_before_start", "csm_assignments", {"assigned_to": "assigned_from - 30"}),
    Dirt("overlapping_assignment", "csm_assignments",
         {"assigned_from": "assigned_from + 5", "csm_id": "case csm_id when 'csm_00' then 'csm_01' else 'csm_00' end"},
         "assigned_to is null or assigned_to > assigned_from + 30"),
    Dirt("unknown_customer", "csm_assignments", {"customer_id": "'nobody_' || {k}"}),
    # support, voice, product, growth
    Dirt("session_end_before_start", "sessions", {"ended_at": "started_at - interval 1 minute"}),
    Dirt("session_too_long", "sessions", {"ended_at": "started_at + interval 30 hour"}),
    Dirt("call_end_before_queue", "calls", {"ended_at": "queued_at - interval 2 minute"}),
    Dirt("answer_before_sending", "survey_responses", {"responded_at": "sent_at - interval 1 day"},
         "responded_at is not null"),
    Dirt("score_off_scale", "survey_responses", {"score": "case {k} when 1 then '42' else '-1' end"},
         "responded_at is not null"),
    Dirt("score_not_whole", "survey_responses", {"score": "case {k} when 1 then '3.5' else 'good' end"},
         "responded_at is not null"),
    Dirt("nps_scale", "survey_responses", {"scale_min": "1", "scale_max": "5", "score": "'4'"},
         "survey_type = 'nps' and responded_at is not null"),
    Dirt("unknown_scale", "survey_responses", {"scale_max": "6", "score": "'4'"},
         "survey_type = 'csat' and responded_at is not null"),
    Dirt("rating_off_scale", "feedback", {"rating": "'9'", "rating_min": "'1'", "rating_max": "'5'"},
         "channel = 'review'"),
    Dirt("answer_before_offer", "offers", {"responded_at": "'2020-01-01T00:00:00Z'"}, "responded_at is not null"),
    Dirt("negative_amount", "costs", {"amount": "-50"}),
    Dirt("end_before_start", "entitlements", {"entitled_to": "entitled_from - 10", "customer_id": "'nobody_' || {k}"}),
    Dirt("milestone_before_predecessor", "milestones", {"reached_at": "reached_at - interval 200 day"},
         "milestone = 'weekly_habit'"),
    Dirt("value_before_start", "milestones", {"reached_at": "timestamp '2021-06-01' + interval 1 day * {k}"},
         "milestone = 'first_report' and customer_id in "
         "(select customer_id from first_touches where first_interaction_at is not null)"),
]  # fmt: skip


class Soil:
    """Puts the dirty rows into the tables of one company."""

    def __init__(self, tables: Store, settings: Settings) -> None:
        self.tables, self.con = tables, tables.con
        self.present = set(tables.tables())
        self.dates = {"first": settings_date(settings.first), "late": settings_date(settings.last - 45)}
        self.taken: dict[str, int] = {}

    def copy(self, dirt: Dirt) -> None:
        """Copy a few good rows with the kind's faults; each kind takes other rows than the kinds before it."""
        if dirt.table not in self.present:
            return
        faults = dict(dirt.faults)
        if dirt.table in IDS:
            faults.setdefault(IDS[dirt.table], f"'{dirt.rule}_' || {{k}}")
        replaced = ", ".join(f"{sql} as {column}" for column, sql in faults.items())
        replaced = replaced.replace("{k}", "k").replace("{rule}", dirt.rule).replace("{first}", self.dates["first"])
        where = dirt.where.replace("{late}", self.dates["late"])
        first = f"(select * from {dirt.table} limit {SOURCE_ROWS})"
        source = f"(select * from {first} where ({where}) and {self.good(dirt.table)})"
        (found,) = self.con.execute(f"select count(*) from {source}").fetchone()
        skip = min(self.taken.get(dirt.table, 0), max(found - dirt.rows, 0))
        self.taken[dirt.table] = skip + dirt.rows
        self.con.execute(
            f"insert into {dirt.table} select * exclude (k) replace ({replaced}) from "
            f"(select *, row_number() over () as k from (select * from {source} limit {dirt.rows} offset {skip}))"
        )

    def good(self, table: str) -> str:
        """A condition that tells the rows made by the generator from the dirty ones."""
        return f"{IDS[table]} similar to '[a-z]{{3}}_[0-9]+'" if table in IDS and table != "plans" else "true"

    def keys_and_duplicates(self) -> None:
        """Rows without a key; duplicates that fold, that are superseded, and that cannot be ordered."""
        for table, key in IDS.items():
            self.copy(Dirt("missing_key", table, {key: "null"}))
        for table, (column, sql) in CONTENT.items():
            key, own = IDS[table], OWN_ITEM if table == "subscription_items" else {}
            self.copy(Dirt("identical_duplicate", table, {key: key}))
            if table in WITH_CHANGE_TIME:
                older = "'2020-01-01T00:00:00Z'"
                self.copy(Dirt("superseded", table, {key: key, column: sql, "updated_at": older}))
            # Each of two keys comes twice, with other content.
            tied = {key: "'unordered_duplicate_' || ((k + 1) // 2)::varchar", column: sql} | own
            if "updated_at" in self.tables.columns(table):
                tied["updated_at"] = "'2024-01-01T00:00:00Z'"
            self.copy(Dirt("unordered_duplicate", table, tied, rows=4))

    def insert(self, table: str, select: str) -> None:
        """Add the rows of a query, where the table is there."""
        if table in self.present:
            self.con.execute(f"insert into {table} by name {select}")

    def late_currency(self) -> None:
        """A fourth currency whose rates begin too late for most rows in it."""
        self.insert(
            "exchange_rates",
            f"select (date '{self.dates['late']}' + k::integer)::varchar as rate_date, 'SEK' as currency, "
            f"'0.095' as rate_to_reporting from range(0, 46) as t(k)",
        )

    def stories(self) -> None:
        """Faults of several tables together: subscriptions never started or of nobody, cycles, impossible solves."""
        for rule, change in (
            ("never_started", "case {k} when 1 then 'incomplete' else 'future' end as status"),
            ("unknown_customer", "'nobody_' || {k} as customer_id"),
        ):
            column, sql = change.rsplit(" as ", 1)[1], change.rsplit(" as ", 1)[0]
            self.copy(Dirt(rule, "subscriptions", {column: sql}, "status = 'active' and trial_start_at is null"))
            self.insert(
                "subscription_items",
                f"select * exclude (k, started_at) replace ('{rule}_' || k as item_version_id, "
                f"'{rule}_' || k as item_id, '{rule}_' || k as subscription_id, started_at as effective_from, "
                f"null as effective_to) from (select v.*, "
                f"b.started_at, b.k from (select *, right(subscription_id, 1) as k from subscriptions "
                f"where subscription_id in ('{rule}_1', '{rule}_2')) as b, (select * from subscription_items "
                f"where currency = 'USD' and discount_percent is null limit 1) as v order by b.k)",
            )
        self.insert(
            "customer_merges",
            "select customer_id as from_customer_id, coalesce(lead(customer_id) over (order by customer_id), "
            "first(customer_id) over (order by customer_id)) as into_customer_id, '2024-01-01T00:00:00Z' as merged_at "
            "from (select customer_id from customers where customer_id similar to 'cus_[0-9]+' and customer_id not in "
            "(select from_customer_id from customer_merges union select into_customer_id from customer_merges) "
            "order by customer_id limit 2)",
        )
        self.copy(Dirt("solved_before_created", "tickets", {"status": "'solved'"}))
        self.insert(
            "ticket_status_changes",
            "select ticket_id, 'solved' as status, created_at - interval 1 day as changed_at from tickets "
            "where ticket_id in ('solved_before_created_1', 'solved_before_created_2') order by ticket_id",
        )


def settings_date(day: int) -> str:
    """A day since 1970 as ISO text."""
    return str(LAST_DAY.fromordinal(LAST_DAY.fromisoformat("1970-01-01").toordinal() + int(day)))


def soil(tables: Store, settings: Settings) -> None:
    """Put every kind of dirty row into the tables."""
    work = Soil(tables, settings)
    work.late_currency()
    for dirt in KINDS:
        work.copy(dirt)
    work.keys_and_duplicates()
    work.stories()
