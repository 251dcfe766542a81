"""From raw rows to staged rows: what is believed, what is folded, what is rejected, and what stops a build."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from tests.harness import Result, dbt_build, write_raw

STAGING = (
    "csat_top_box staging int_as_of int_billed_currencies int_reporting_currency int_exchange_rate_spans rejected_rows "
    "rows_in_are_rows_out"
)


class Case(NamedTuple):
    """A raw row and the rule that it breaks; None where it is staged, `folded` where it is a copy."""

    table: str
    row: dict[str, Any]
    rule: str | None = None
    is_kept: bool = False

    @property
    def fate(self) -> str:
        if self.rule is None or self.is_kept:
            return "staged"
        return "folded" if self.rule == "folded" else "rejected"


# Every row goes into one company, so each case has keys of its own.
CASES = [
    Case("customers", {"customer_id": "c1"}),
    Case("customers", {"customer_id": "c2", "is_test": "YES", "country": "  "}),
    Case("customers", {"customer_id": "c-away"}),
    Case("customers", {"customer_id": " "}, "missing_key"),
    Case("customers", {"customer_id": "c-date", "created_at": "2026-02-30"}, "unparseable_date"),
    Case("customers", {"customer_id": "c-time", "created_at": "2026-01-01 25:00"}, "unparseable_date"),
    Case("customers", {"customer_id": "c-words", "created_at": "1 January 2026"}, "unparseable_date"),
    Case("customers", {"customer_id": "c-flag", "is_test": "maybe"}, "unparseable_boolean"),
    Case("customers", {"customer_id": "c-name", "name": ""}, "missing_value"),
    # the first rule that applies is reported
    Case("customers", {"customer_id": "c-both", "name": "", "is_test": "maybe"}, "unparseable_boolean"),
    # of duplicates, the newest counts
    Case("customers", {"customer_id": "d-copy", "name": "Same"}),
    Case("customers", {"customer_id": "d-copy", "name": "Same"}, "folded"),
    Case("customers", {"customer_id": "d-copy", "name": " Same\t"}, "folded"),
    Case("customers", {"customer_id": "d-updated", "name": "Old", "updated_at": "2026-01-01"}, "folded"),
    Case("customers", {"customer_id": "d-updated", "name": "New", "updated_at": "2026-01-02T00:00:00Z"}),
    Case(
        "customers",
        {"customer_id": "d-loaded", "name": "Old", "updated_at": "2026-01-01", "loaded_at": "2026-01-01"},
        "folded",
    ),
    Case(
        "customers", {"customer_id": "d-loaded", "name": "New", "updated_at": "2026-01-01", "loaded_at": "2026-01-02"}
    ),
    Case("customers", {"customer_id": "d-copy-loaded", "name": "Same", "loaded_at": "2026-01-01"}, "folded"),
    Case("customers", {"customer_id": "d-copy-loaded", "name": "Same", "loaded_at": "2026-01-02"}),
    # no time tells: all rows of the key are out, older ones too
    Case("customers", {"customer_id": "d-tie", "name": "One"}, "unordered_duplicate"),
    Case("customers", {"customer_id": "d-tie", "name": "Two"}, "unordered_duplicate"),
    Case("customers", {"customer_id": "d-tie-2", "name": "One", "updated_at": "2026-01-01"}, "unordered_duplicate"),
    Case("customers", {"customer_id": "d-tie-2", "name": "Two", "updated_at": "2026-01-02"}, "unordered_duplicate"),
    Case("customers", {"customer_id": "d-tie-2", "name": "Three", "updated_at": "2026-01-02"}, "unordered_duplicate"),
    # a folded row is not judged; the newest is, and nothing takes its place
    Case("customers", {"customer_id": "d-judged", "created_at": "?", "updated_at": "2026-01-01"}, "folded"),
    Case("customers", {"customer_id": "d-judged", "updated_at": "2026-01-02"}),
    Case("customers", {"customer_id": "d-broken", "updated_at": "2026-01-01"}, "folded"),
    Case("customers", {"customer_id": "d-broken", "created_at": "?", "updated_at": "2026-01-02"}, "unparseable_date"),
    Case("customer_attributes", {"customer_id": "c1"}),
    Case("customer_attributes", {"customer_id": "c2", "attribute": "mood"}, "unknown_attribute"),
    Case("customer_attributes", {"customer_id": "c2", "value": ""}, "missing_value"),
    Case("customer_attributes", {"customer_id": "c-none"}, "unknown_customer", True),
    Case("customer_merges", {"from_customer_id": "c-away", "into_customer_id": "c-middle"}),
    Case("customer_merges", {"from_customer_id": "c-middle", "into_customer_id": "c1"}),
    Case("customer_merges", {"from_customer_id": "c2", "into_customer_id": "c1", "merged_at": "2026-12-01"}),
    Case("customer_merges", {"from_customer_id": "m1", "into_customer_id": "m2"}, "merge_cycle"),
    Case("customer_merges", {"from_customer_id": "m2", "into_customer_id": "m3"}, "merge_cycle"),
    Case("customer_merges", {"from_customer_id": "m3", "into_customer_id": "m1"}, "merge_cycle"),
    Case("customer_merges", {"from_customer_id": "m4", "into_customer_id": "m1"}),  # leads to the cycle, is not in it
    Case("customer_merges", {"from_customer_id": "m5", "into_customer_id": "m5"}, "merge_cycle"),
    Case("plans", {"plan_id": "p1", "billing_interval": "MONTH", "currency": "eur"}),
    Case("plans", {"plan_id": "p-free", "is_free": "1", "unit_amount": ""}),
    Case("plans", {"plan_id": "p-interval", "billing_interval": "fortnight"}, "unknown_billing_interval"),
    Case("plans", {"plan_id": "p-count", "interval_count": 0}, "unknown_billing_interval"),
    Case("plans", {"plan_id": "p-number", "unit_amount": "1,000.00"}, "unparseable_number"),
    Case("subscriptions", {"subscription_id": "s1"}),
    Case("subscriptions", {"subscription_id": "s-away", "customer_id": "c-away"}),
    Case("subscriptions", {"subscription_id": "s-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("subscriptions", {"subscription_id": "s-incomplete", "status": "Incomplete"}, "never_started"),
    Case("subscriptions", {"subscription_id": "s-future", "status": "future"}, "never_started"),
    Case("subscriptions", {"subscription_id": "s-ended", "ended_at": "2025-12-31T23:59:59Z"}, "end_before_start"),
    Case("subscriptions", {"subscription_id": "s-short", "ended_at": "2026-01-01"}),  # of no length, and valid
    Case("subscriptions", {"subscription_id": "s-trial", "trial_end_at": "2025-12-31"}),
    Case(
        "subscriptions",
        {"subscription_id": "s-trial-2", "trial_start_at": "2026-02-01", "trial_end_at": "2026-01-31"},
        "end_before_start",
    ),
    Case("subscriptions", {"subscription_id": "s-open-trial", "trial_start_at": "2026-01-01"}, "trial_without_end"),
    Case("subscriptions", {"subscription_id": "s-trialing", "trial_start_at": "2026-01-01", "status": "trialing"}),
    Case("subscription_items", {"item_version_id": "v1"}),
    Case("subscription_items", {"item_version_id": "v-orphan", "subscription_id": "s-orphan"}),
    Case("subscription_items", {"item_version_id": "v-end", "effective_to": "2025-12-01"}, "end_before_start"),
    Case("subscription_items", {"item_version_id": "v-quantity", "quantity": "-1"}, "negative_quantity"),
    Case("subscription_items", {"item_version_id": "v-price", "unit_amount": "-0.01"}, "negative_price"),
    Case("subscription_items", {"item_version_id": "v-percent", "discount_percent": "100.5"}, "discount_out_of_range"),
    Case("subscription_items", {"item_version_id": "v-percent-2", "discount_percent": "-1"}, "discount_out_of_range"),
    Case("subscription_items", {"item_version_id": "v-amount", "discount_amount": "-1"}, "discount_out_of_range"),
    Case("subscription_items", {"item_version_id": "v-all", "discount_percent": "100"}),
    Case("subscription_items", {"item_version_id": "v-never", "subscription_id": "s-future"}, "never_started"),
    Case("subscription_items", {"item_version_id": "v-sub", "subscription_id": "s-none"}, "unknown_subscription"),
    Case("subscription_items", {"item_version_id": "v-sub-2", "subscription_id": "s-ended"}, "unknown_subscription"),
    Case("subscription_items", {"item_version_id": "v-plan", "plan_id": "p-none"}, "unknown_plan"),
    Case("subscription_items", {"item_version_id": "v-plan-2", "plan_id": "p-count"}, "unknown_plan"),
    Case("subscription_items", {"item_version_id": "v-free", "plan_id": "p-free"}, "free_plan_with_price"),
    Case("subscription_items", {"item_version_id": "v-free-2", "plan_id": "p-free", "unit_amount": "0"}),
    Case("subscription_items", {"item_version_id": "v-code", "currency": "EURO"}, "unknown_currency"),
    Case("subscription_items", {"item_version_id": "v-norate", "currency": "GBP"}, "unknown_currency"),
    Case("subscription_items", {"item_version_id": "v-early", "currency": "usd"}, "no_exchange_rate"),
    Case("subscription_items", {"item_version_id": "v-rate", "currency": "usd", "effective_from": "2026-02-01"}),
    # in force on no day: no rate is needed
    Case("subscription_items", {"item_version_id": "v-noday", "currency": "usd", "effective_to": "2026-01-01"}),
    # the second overlaps the first and is out, the third overlaps only the second
    Case(
        "subscription_items",
        {"item_version_id": "o1", "item_id": "i1", "effective_from": "2026-01-01", "effective_to": "2026-02-01"},
    ),
    Case(
        "subscription_items",
        {"item_version_id": "o2", "item_id": "i1", "effective_from": "2026-01-15", "effective_to": "2026-03-01"},
        "overlapping_version",
    ),
    Case(
        "subscription_items",
        {"item_version_id": "o3", "item_id": "i1", "effective_from": "2026-02-01", "effective_to": "2026-04-01"},
    ),
    # of one start, the smaller id stays; what broke another rule is not compared
    Case("subscription_items", {"item_version_id": "o4", "item_id": "i2", "quantity": -1}, "negative_quantity"),
    Case("subscription_items", {"item_version_id": "o5", "item_id": "i2"}),
    Case("subscription_items", {"item_version_id": "o6", "item_id": "i2"}, "overlapping_version"),
    # an overlap is one of instants, not of days
    Case(
        "subscription_items",
        {"item_version_id": "o7", "item_id": "i3", "effective_to": "2026-01-10T12:00:00Z"},
    ),
    Case("subscription_items", {"item_version_id": "o8", "item_id": "i3", "effective_from": "2026-01-10T12:00:00Z"}),
    Case("subscription_status_changes", {}),
    Case("subscription_status_changes", {"changed_at": ""}, "missing_key"),
    Case("subscription_status_changes", {"changed_at": "soon"}, "unparseable_date"),
    Case("subscription_pauses", {"resumed_at": "2026-01-10"}),
    Case("subscription_pauses", {"paused_at": "2026-02-01", "resumed_at": "2026-01-31"}, "end_before_start"),
    Case("subscription_pauses", {"subscription_id": "s-none"}, "unknown_subscription"),
    # one instant, spelt twice
    Case("subscription_pauses", {"paused_at": "2026-03-01T01:00+01:00"}, "unordered_duplicate"),
    Case("subscription_pauses", {"paused_at": "2026-03-01 00:00:00"}, "unordered_duplicate"),
    Case("contract_terms", {"term_id": "t1"}),
    Case("contract_terms", {"term_id": "t-end", "term_end": "2025-12-31"}, "end_before_start"),
    Case("contract_terms", {"term_id": "t-amount", "amount": "-1"}, "negative_amount"),
    Case("contract_terms", {"term_id": "t-code", "currency": "E"}, "unknown_currency"),
    Case("contract_terms", {"term_id": "t-rate", "currency": "USD", "term_end": "2026-01-31"}, "no_exchange_rate"),
    Case("contract_terms", {"term_id": "t-rate-2", "currency": "USD", "term_end": "2026-02-01"}),
    Case("contract_terms", {"term_id": "t-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("invoices", {"invoice_id": "n1", "tax": "1.90", "customer_id": "c-middle"}),  # of the survivor: known
    Case("invoices", {"invoice_id": "n-code", "currency": "XYZ"}, "unknown_currency"),
    Case("invoices", {"invoice_id": "n-rate", "currency": "USD"}, "no_exchange_rate"),
    Case("invoices", {"invoice_id": "n-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("invoice_lines", {"invoice_line_id": "l1", "invoice_id": "n1", "amount": "-3.5"}),
    Case(
        "invoice_lines",
        {"invoice_line_id": "l-end", "invoice_id": "n1", "period_start": "2026-02-01", "period_end": "2026-01-01"},
        "end_before_start",
    ),
    Case("invoice_lines", {"invoice_line_id": "l-none", "invoice_id": "n-none"}, "invoice_line_without_invoice"),
    Case("invoice_lines", {"invoice_line_id": "l-code", "invoice_id": "n-code"}, "invoice_line_without_invoice"),
    Case("orders", {"order_id": "r1", "amount": "1e2"}),
    Case("orders", {"order_id": "r-amount", "amount": "-1"}, "negative_amount"),
    Case("orders", {"order_id": "r-code", "currency": "??"}, "unknown_currency"),
    Case("orders", {"order_id": "r-rate", "currency": "USD"}, "no_exchange_rate"),
    Case("orders", {"order_id": "r-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("exchange_rates", {"rate_date": "2026-02-01"}),
    Case("exchange_rates", {"rate_date": "2026-03-01", "rate_to_reporting": "0.8"}),
    Case("exchange_rates", {"rate_date": "2026-02-02", "rate_to_reporting": "0"}, "rate_not_positive"),
    Case("exchange_rates", {"rate_date": "2026-02-03", "currency": "US"}, "unknown_currency"),
    Case("users", {"user_id": "u1", "customer_id": "c-away"}),
    Case("users", {"user_id": "u-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("users", {"user_id": "u-date", "created_at": "n/a"}, "unparseable_date"),
    Case("usage_events", {"event_id": "e1", "user_id": "u1", "event_count": "3"}),
    Case("usage_events", {"event_id": "e2"}),
    Case("usage_events", {"event_id": "e-user", "user_id": "u-none"}, "unknown_user"),
    Case("usage_events", {"event_id": "e-user-2", "user_id": "u-date"}, "unknown_user"),
    Case("usage_events", {"event_id": "e-user-3", "user_id": "u-none", "event_count": "-1"}, "unknown_user"),
    Case("usage_events", {"event_id": "e-count", "event_count": "-1"}, "negative_count"),
    Case("usage_events", {"event_id": "e-zero", "event_count": "0"}),
    Case("usage_events", {"event_id": "e-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("csm_assignments", {"assigned_to": "2026-02-01"}),
    Case("csm_assignments", {"csm_id": "m2", "assigned_from": "2026-02-01"}),
    Case("csm_assignments", {"csm_id": "m3", "assigned_from": "2026-03-01"}, "overlapping_assignment"),
    # the customer was merged into c1, who has a manager
    Case(
        "csm_assignments",
        {"csm_id": "m4", "customer_id": "c-away", "assigned_from": "2026-04-01"},
        "overlapping_assignment",
    ),
    Case(
        "csm_assignments",
        {"csm_id": "m5", "assigned_from": "2026-05-01", "assigned_to": "2026-04-01"},
        "end_before_start",
    ),
    Case("csm_assignments", {"customer_id": "c-none"}, "unknown_customer", True),
    # of no length, and of one customer once merged
    Case("csm_assignments", {"csm_id": "m9", "assigned_from": "2025-01-01", "assigned_to": "2025-01-01"}),
    Case(
        "csm_assignments",
        {"customer_id": "c-away", "csm_id": "m9", "assigned_from": "2025-01-01", "assigned_to": "2025-01-01"},
    ),
    # support; here and below, a row that breaks a rule breaks the next one of its table too, where one row can
    Case("tickets", {"ticket_id": "k1"}),  # names no customer
    Case("tickets", {"ticket_id": "k2", "created_by": "AGENT", "customer_id": "c-away"}),
    Case("tickets", {"ticket_id": "k-bot", "created_by": "bot"}, "unknown_creator"),
    Case("tickets", {"ticket_id": "k-spam", "is_spam": "maybe"}, "unparseable_boolean"),
    Case("tickets", {"ticket_id": "k-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("ticket_messages", {"message_id": "a1", "author_type": "BOT", "sent_at": "2026-01-10"}),
    Case("ticket_messages", {"message_id": "a2", "ticket_id": "k-orphan"}),
    Case("ticket_messages", {"message_id": "a-none", "ticket_id": "k-none", "author_type": "?"}, "unknown_ticket"),
    Case("ticket_messages", {"message_id": "a-bot", "ticket_id": "k-bot"}, "unknown_ticket"),
    Case("ticket_messages", {"message_id": "a-by", "author_type": "?", "sent_at": "2026-01-09"}, "unknown_author_type"),
    Case("ticket_messages", {"message_id": "a-at", "sent_at": "2026-01-09T23:59:59Z"}, "before_ticket_created"),
    Case("ticket_status_changes", {}),
    Case("ticket_status_changes", {"status": "On_Hold", "changed_at": "2026-01-10"}, "folded"),
    Case("ticket_status_changes", {"status": "on_hold", "changed_at": "2026-01-10", "updated_at": "2026-02-01"}),
    Case("ticket_status_changes", {"status": "ON_HOLD", "changed_at": "2026-01-10T00:00:00Z"}, "folded"),
    Case("ticket_status_changes", {"ticket_id": "k-none", "status": "merged"}, "unknown_ticket"),
    Case("ticket_status_changes", {"ticket_id": "k-bot"}, "unknown_ticket"),
    Case("ticket_status_changes", {"status": "merged", "changed_at": "2026-01-09"}, "unknown_status"),
    Case("ticket_status_changes", {"changed_at": "2026-01-09T23:59:59Z"}, "before_ticket_created"),
    # all at one instant: of no length, and valid
    Case(
        "calls",
        {
            "call_id": "h1",
            "direction": "Outbound",
            "queued_at": "2026-01-10T08:00:00Z",
            "answered_at": "2026-01-10T08:00:00Z",
            "ended_at": "2026-01-10T08:00:00Z",
            "hold_seconds": 0,
            "wrap_seconds": 0,
        },
    ),
    Case("calls", {"call_id": "h2", "is_abandoned": "true", "customer_id": "c-away"}),
    Case("calls", {"call_id": "h-way", "direction": "?", "answered_at": "2026-01-10T07:00:00Z"}, "unknown_direction"),
    Case("calls", {"call_id": "h-answer", "answered_at": "2026-01-10T07:59:59Z"}, "end_before_start"),
    Case("calls", {"call_id": "h-end", "ended_at": "2026-01-10T07:59:59Z", "hold_seconds": -1}, "end_before_start"),
    Case("calls", {"call_id": "h-end-2", "answered_at": "2026-01-10T08:05:01Z"}, "end_before_start"),
    Case("calls", {"call_id": "h-hold", "hold_seconds": -1}, "negative_duration"),
    Case(
        "calls",
        {"call_id": "h-wrap", "wrap_seconds": "-0.5", "is_abandoned": "true", "answered_at": "2026-01-10T08:01:00Z"},
        "negative_duration",
    ),
    Case(
        "calls",
        {
            "call_id": "h-both",
            "is_abandoned": "true",
            "answered_at": "2026-01-10T08:01:00Z",
            "transferred_from_call_id": "h-both",
        },
        "abandoned_and_answered",
    ),
    Case("calls", {"call_id": "h-self", "transferred_from_call_id": "h-self"}, "transfer_cycle"),
    Case("calls", {"call_id": "h3", "transferred_from_call_id": "h5"}, "transfer_cycle"),
    Case("calls", {"call_id": "h4", "transferred_from_call_id": "h3"}, "transfer_cycle"),
    Case("calls", {"call_id": "h5", "transferred_from_call_id": "h4", "direction": "?"}, "unknown_direction"),
    Case("calls", {"call_id": "h6", "transferred_from_call_id": "h5"}),  # comes from the cycle, is not in it
    Case("calls", {"call_id": "h7", "transferred_from_call_id": "h8"}),  # h8 cannot be read: no cycle
    Case("calls", {"call_id": "h8", "transferred_from_call_id": "h7", "queued_at": "?"}, "unparseable_date"),
    Case("calls", {"call_id": "h9", "transferred_from_call_id": "h-none"}),
    Case("calls", {"call_id": "h-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    # voice
    Case("survey_responses", {"response_id": "q1"}),
    Case("survey_responses", {"response_id": "q2", "survey_type": "NPS", "score": 10, "responded_at": "2026-01-10"}),
    Case("survey_responses", {"response_id": "q3", "survey_type": "CSAT", "scale_min": "1.0", "scale_max": 5}),
    Case("survey_responses", {"response_id": "q4", "survey_type": "loyalty", "scale_min": -2, "scale_max": 2}),
    Case("survey_responses", {"response_id": "q5", "survey_type": "acsi", "question": "Expectation"}),
    Case("survey_responses", {"response_id": "q6", "survey_type": "acsi", "direction": "?"}),
    Case("survey_responses", {"response_id": "q7", "survey_type": "ces", "direction": "EFFORT"}),
    Case("survey_responses", {"response_id": "q8", "survey_type": "ces", "question": "?"}),
    Case("survey_responses", {"response_id": "q-type", "survey_type": "?", "scale_min": 10}, "unknown_survey_type"),
    Case("survey_responses", {"response_id": "q-order", "scale_min": 10, "scale_max": 10}, "scale_out_of_order"),
    Case("survey_responses", {"response_id": "q-order-2", "survey_type": "ces", "scale_min": 11}, "scale_out_of_order"),
    Case("survey_responses", {"response_id": "q-nps", "scale_min": 1, "score": 0}, "nps_scale"),
    Case("survey_responses", {"response_id": "q-nps-2", "scale_max": 9}, "nps_scale"),
    Case(
        "survey_responses",
        {"response_id": "q-csat", "survey_type": "csat", "scale_max": 5, "score": 6},
        "csat_scale",
    ),
    Case("survey_responses", {"response_id": "q-high", "score": 11}, "score_off_scale"),
    Case(
        "survey_responses",
        {"response_id": "q-low", "survey_type": "acsi", "score": -1, "question": "price"},
        "score_off_scale",
    ),
    Case(
        "survey_responses",
        {"response_id": "q-half", "survey_type": "ces", "score": "7.5", "direction": "up"},
        "score_off_scale",
    ),
    Case(
        "survey_responses",
        {"response_id": "q-question", "survey_type": "acsi", "question": "price", "score": 1},
        "unknown_question",
    ),
    Case(
        "survey_responses",
        {"response_id": "q-way", "survey_type": "ces", "direction": "up", "score": 1},
        "unknown_direction",
    ),
    Case("survey_responses", {"response_id": "q-time", "score": 0}, "answer_without_time"),
    Case("survey_responses", {"response_id": "q-before", "responded_at": "2026-01-09T23:59:59Z"}, "answer_before_sent"),
    Case("survey_responses", {"response_id": "q-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("feedback", {"feedback_id": "f1", "channel": "Focus_Group", "rating": 5, "sentiment_label": "NEUTRAL"}),
    Case("feedback", {"feedback_id": "f2", "rating": 1, "customer_id": "c-away"}),
    Case("feedback", {"feedback_id": "f3", "rating": 10, "rating_max": 10}),
    Case("feedback", {"feedback_id": "f-channel", "channel": "email", "rating": 6}, "unknown_channel"),
    Case("feedback", {"feedback_id": "f-high", "rating": "5.1", "sentiment_label": "mixed"}, "rating_off_scale"),
    Case("feedback", {"feedback_id": "f-low", "rating": "0.9"}, "rating_off_scale"),
    Case("feedback", {"feedback_id": "f-bounds", "rating_min": 5}, "rating_off_scale"),
    Case("feedback", {"feedback_id": "f-label", "sentiment_label": "mixed"}, "unknown_label"),
    Case("feedback", {"feedback_id": "f-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    # product
    Case("sessions", {"session_id": "z1", "user_id": "u1", "ended_at": "2026-01-10T08:00:00Z"}),
    Case("sessions", {"session_id": "z2", "ended_at": "2026-01-11T08:00:00Z"}),  # 24 hours
    Case(
        "sessions", {"session_id": "z-end", "ended_at": "2026-01-10T07:59:59Z", "user_id": "u-none"}, "end_before_start"
    ),
    Case(
        "sessions",
        {"session_id": "z-long", "ended_at": "2026-01-11T08:00:00.000001Z", "user_id": "u-none"},
        "session_too_long",
    ),
    Case("sessions", {"session_id": "z-user", "user_id": "u-date"}, "unknown_user"),
    Case("sessions", {"session_id": "z-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("features", {"feature": "reports", "is_core": "y"}),
    Case("features", {"feature": ""}, "missing_key"),
    Case("features", {"feature": "undated", "released_at": ""}, "missing_value"),
    Case("entitlements", {"entitled_to": "2026-01-01"}),
    Case("entitlements", {"entitled_from": "2026-02-01", "entitled_to": "2026-01-31"}, "end_before_start"),
    Case("entitlements", {"customer_id": "c-none"}, "unknown_customer", True),
    Case("journeys", {"step_rank": 1, "milestone": "signup", "target_days": 0}),
    Case("journeys", {"step_rank": 2, "milestone": "setup"}),
    Case("journeys", {"step_rank": 3, "milestone": "rollout", "target_days": "-1"}, "negative_target"),
    Case("journeys", {"step_rank": "last", "milestone": "renewal"}, "unparseable_number"),
    Case("journeys", {"journey": "value", "step_rank": 1, "milestone": "saved", "is_value_moment": "1"}),
    Case("first_touches", {"customer_id": "c1", "signed_at": "2026-01-05"}),
    Case("first_touches", {"customer_id": "c-away", "first_interaction_at": "2025-12-20", "signed_at": "2026-01-06"}),
    Case("first_touches", {"customer_id": "c-none"}, "unknown_customer", True),
    # c1 starts with the first touch of c-away, which was merged into it; c2 with its account, created on 2026-01-01
    Case("milestones", {"milestone": "saved", "reached_at": "2025-12-20"}),
    Case("milestones", {"milestone": "saved", "reached_at": "2025-12-19T23:59:59Z"}, "value_before_start"),
    Case(
        "milestones", {"customer_id": "c-away", "milestone": "saved", "reached_at": "2025-12-19"}, "value_before_start"
    ),
    Case("milestones", {"customer_id": "c2", "milestone": "saved", "reached_at": "2025-12-31"}, "value_before_start"),
    Case("milestones", {"customer_id": "c2", "milestone": "signup", "reached_at": "2025-12-31"}),  # no value moment
    Case("milestones", {"customer_id": "c-none", "milestone": "saved"}, "unknown_customer", True),
    # the first signup counts, and a setup at the same instant is not before it
    Case("milestones", {"milestone": "signup", "reached_at": "2026-01-10"}),
    Case("milestones", {"milestone": "signup", "reached_at": "2026-01-12"}),
    Case("milestones", {"milestone": "setup", "reached_at": "2026-01-10"}),
    Case("milestones", {"milestone": "setup", "reached_at": "2026-01-09T23:59:59Z"}, "before_predecessor", True),
    Case(
        "milestones",
        {"customer_id": "c-away", "milestone": "setup", "reached_at": "2026-01-08"},
        "before_predecessor",
        True,
    ),
    Case("outcomes", {"outcome_id": "w1", "outcome_type": "Revenue_Growth", "unit": "RATIO", "currency": "??"}),
    Case("outcomes", {"outcome_id": "w2", "outcome_type": "efficiency_gain", "unit": "money", "currency": "eur"}),
    Case("outcomes", {"outcome_id": "w-type", "outcome_type": "joy", "unit": "hours"}, "unknown_outcome_type"),
    Case("outcomes", {"outcome_id": "w-unit", "unit": "hours", "currency": "??"}, "unknown_unit"),
    Case("outcomes", {"outcome_id": "w-no-code", "unit": "money"}, "unknown_currency"),
    Case("outcomes", {"outcome_id": "w-code", "unit": "money", "currency": "EURO"}, "unknown_currency"),
    Case("outcomes", {"outcome_id": "w-norate", "unit": "money", "currency": "GBP"}, "unknown_currency"),
    Case(
        "outcomes",
        {"outcome_id": "w-early", "unit": "money", "currency": "USD", "measured_at": "2026-01-31"},
        "no_exchange_rate",
    ),
    Case("outcomes", {"outcome_id": "w-rate", "unit": "money", "currency": "USD", "measured_at": "2026-02-01"}),
    Case("outcomes", {"outcome_id": "w-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    # growth
    Case("trials", {"trial_id": "y1", "trial_end_at": "2026-01-01", "converted_at": "2026-01-01"}),
    Case(
        "trials",
        {"trial_id": "y-end", "trial_end_at": "2025-12-31", "converted_at": "2025-12-31"},
        "end_before_start",
    ),
    Case("trials", {"trial_id": "y-paid", "converted_at": "2025-12-31T23:59:59Z"}, "converted_before_start"),
    Case("trials", {"trial_id": "y-open", "trial_end_at": ""}, "missing_value"),
    Case("trials", {"trial_id": "y-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("offers", {"offer_id": "x1", "outcome": "ACCEPTED", "responded_at": "2026-01-10"}),
    Case("offers", {"offer_id": "x2", "offer_type": "Cross_Sell"}),
    Case("offers", {"offer_id": "x-type", "offer_type": "gift", "outcome": "lost"}, "unknown_offer_type"),
    Case("offers", {"offer_id": "x-out", "outcome": "lost", "responded_at": "2026-01-09"}, "unknown_outcome"),
    Case("offers", {"offer_id": "x-before", "responded_at": "2026-01-09T23:59:59Z"}, "answer_before_offer"),
    Case("offers", {"offer_id": "x-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("referrals", {"referral_id": "g1", "referred_customer_id": "c2", "converted_at": "2026-01-10"}),
    Case("referrals", {"referral_id": "g2"}),
    Case("referrals", {"referral_id": "g3", "referred_customer_id": "c-none"}),  # only the referrer must be known
    Case(
        "referrals",
        {"referral_id": "g-self", "referred_customer_id": "c1", "converted_at": "2026-01-09"},
        "self_referral",
    ),
    Case("referrals", {"referral_id": "g-merged", "referred_customer_id": "c-away"}, "self_referral"),
    Case("referrals", {"referral_id": "g-paid", "converted_at": "2026-01-09T23:59:59Z"}, "converted_before_referral"),
    Case("referrals", {"referral_id": "g-orphan", "referrer_customer_id": "c-none"}, "unknown_customer", True),
    Case("costs", {"cost_id": "b1", "purpose": "Acquisition", "amount": 0}),  # names no customer
    Case("costs", {"cost_id": "b2", "customer_id": "c-away", "period_start": "2026-01-10", "period_end": "2026-01-10"}),
    Case(
        "costs",
        {"cost_id": "b-why", "purpose": "fun", "period_start": "2026-02-01", "period_end": "2026-01-01"},
        "unknown_purpose",
    ),
    Case(
        "costs",
        {"cost_id": "b-end", "period_start": "2026-02-01", "period_end": "2026-01-31", "amount": -1},
        "end_before_start",
    ),
    Case("costs", {"cost_id": "b-amount", "amount": "-0.01", "currency": "??"}, "negative_amount"),
    Case("costs", {"cost_id": "b-code", "currency": "??"}, "unknown_currency"),
    Case("costs", {"cost_id": "b-norate", "currency": "GBP"}, "unknown_currency"),
    Case("costs", {"cost_id": "b-early", "currency": "USD", "incurred_at": "2026-01-31"}, "no_exchange_rate"),
    Case("costs", {"cost_id": "b-rate", "currency": "USD", "incurred_at": "2026-02-01"}),
    Case("costs", {"cost_id": "b-orphan", "customer_id": "c-none"}, "unknown_customer", True),
    Case("loyalty_events", {}),
    Case("loyalty_events", {"points": "-5"}),  # the key is the whole row
    Case("loyalty_events", {"points": "many"}, "unparseable_number"),
    Case("loyalty_events", {"event_name": ""}, "missing_value"),
    Case("loyalty_events", {"customer_id": "c-none"}, "unknown_customer", True),
    # team
    Case("csms", {"csm_id": "m1"}),
    Case("csms", {"csm_id": "m2", "fte": 0}),
    Case("csms", {"csm_id": "m-fte", "fte": "-0.1"}, "negative_fte"),
    Case("csm_touches", {"touch_id": "j1", "csm_id": "m-none"}),
    Case("csm_touches", {"touch_id": "j-orphan", "customer_id": "c-none"}, "unknown_customer", True),
]
# of each table, its first valid row comes once more
CASES += [case._replace(rule="folded") for case in {case.table: case for case in CASES[::-1] if not case.rule}.values()]
KEYS = {
    "customer_attributes": ("customer_id", "attribute", "valid_from"),
    "customer_merges": ("from_customer_id",),
    "subscription_status_changes": ("subscription_id", "status", "changed_at"),
    "subscription_pauses": ("subscription_id", "paused_at"),
    "csm_assignments": ("customer_id", "csm_id", "assigned_from"),
    "exchange_rates": ("rate_date", "currency"),
    "ticket_status_changes": ("ticket_id", "status", "changed_at"),
    "entitlements": ("customer_id", "feature", "entitled_from"),
    "journeys": ("journey", "step_rank"),
    "milestones": ("customer_id", "milestone", "reached_at"),
    "loyalty_events": ("customer_id", "event_name", "points", "occurred_at"),
}


def dirty_company(folder: Path) -> Path:
    tables: dict[str, list[dict[str, Any]]] = {}
    for case in CASES:
        tables.setdefault(case.table, []).append(case.row)
    return write_raw(folder, tables, parquet=["usage_events"])


def expected_rejects() -> Counter:
    from tests.harness import DEFAULTS

    expected: Counter = Counter()
    for case in CASES:
        if case.rule in (None, "folded"):
            continue
        row = {**DEFAULTS[case.table], **case.row}
        names = KEYS.get(case.table) or (next(iter(case.row)),)
        expected[(case.table, "|".join(str(row[name]).strip() for name in names), case.rule, case.is_kept)] += 1
    return expected


def rejects(result: Result) -> Counter:
    return Counter(result.query("select source_table, row_key, rule, is_kept from marts.rejected_rows"))


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("dirty")
    raw = dirty_company(folder / "raw")
    result = dbt_build(
        raw, folder / "duckdb", select=STAGING, env={"AS_OF": "2026-06-30"}, vars={"reporting_currency": "eur"}
    )
    assert result.success, result.messages
    return raw, result


def test_each_row_that_breaks_a_rule_is_listed_with_it_and_no_other_row_is(dirty: tuple[Path, Result]) -> None:
    assert rejects(dirty[1]) == expected_rejects()


def test_each_row_has_one_fate(dirty: tuple[Path, Result]) -> None:
    judged = dirty[1].query("select table_name from information_schema.tables where table_schema = 'staging'")
    bases = {name.split("__")[1]: name for (name,) in judged if name.startswith("base_")}
    fates: Counter = Counter()
    for table in {case.table for case in CASES}:
        fates.update((table, fate) for (fate,) in dirty[1].query(f"select fate from staging.{bases[table]}"))
    assert fates == Counter((case.table, case.fate) for case in CASES)


def test_every_documented_rule_has_a_case() -> None:
    import yaml

    from tests.harness import PROJECT

    model = yaml.safe_load((PROJECT / "models/marts/rejected_rows.yml").read_text())["models"][0]
    rule = next(column for column in model["columns"] if column["name"] == "rule")
    documented = set(rule["data_tests"][0]["accepted_values"]["arguments"]["values"])
    assert documented == {case.rule for case in CASES} - {None, "folded"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("d-copy", "Same"),
        ("d-updated", "New"),
        ("d-loaded", "New"),
        ("d-copy-loaded", "Same"),
        ("d-judged", "Customer"),
    ],
)
def test_of_duplicates_the_newest_is_staged(dirty: tuple[Path, Result], key: str, name: str) -> None:
    query = f"select customer_name from staging.stg_billing__customers where customer_id = '{key}'"
    assert dirty[1].query(query) == [(name,)]


def test_merges_lead_to_the_end_of_the_chain_and_only_those_made_by_the_as_of_day_count(
    dirty: tuple[Path, Result],
) -> None:
    merges = dirty[1].query("select * from staging.stg_billing__customer_merges order by 1")
    assert merges == [("c-away", "c1"), ("c-middle", "c1"), ("m4", "m1")]
    for table, column, key in [
        ("billing__subscriptions", "subscription_id", "s-away"),
        ("billing__invoices", "invoice_id", "n1"),
        ("product__users", "user_id", "u1"),
        ("support__tickets", "ticket_id", "k2"),
        ("support__calls", "call_id", "h2"),
        ("voice__feedback", "feedback_id", "f2"),
        ("growth__costs", "cost_id", "b2"),
    ]:
        assert dirty[1].query(f"select customer_id from staging.stg_{table} where {column} = '{key}'") == [("c1",)]
    away = "select count(*) from staging.stg_billing__customers where customer_id in ('c-away', 'c-middle')"
    assert dirty[1].query(away) == [(0,)]
    # of several first touches, the earliest of each instant
    touches = (
        "select first_interaction_date, signed_date from staging.stg_product__first_touches where customer_id = 'c1'"
    )
    assert dirty[1].query(touches) == [(date(2025, 12, 20), date(2026, 1, 5))]


def test_codes_are_spelt_one_way_and_missing_flags_are_false(dirty: tuple[Path, Result]) -> None:
    query = dirty[1].query
    assert query("select billing_interval, currency, is_free from staging.stg_billing__plans where plan_id = 'p1'") == [
        ("month", "EUR", False)
    ]
    assert query("select is_test, country from staging.stg_billing__customers where customer_id = 'c2'") == [
        (True, None)
    ]
    assert query("select is_test from staging.stg_billing__customers where customer_id = 'c1'") == [(False,)]
    assert query("select is_involuntary from staging.stg_billing__subscriptions where subscription_id = 's1'") == [
        (None,)
    ]
    counts = query("select event_id, event_count from staging.stg_product__usage_events order by 1")
    assert counts == [("e-orphan", 1), ("e-zero", 0), ("e1", 3), ("e2", 1)]
    for table, column, key, code in [
        ("support__tickets", "created_by", "ticket_id = 'k2'", "agent"),
        ("support__ticket_messages", "author_type", "message_id = 'a1'", "bot"),
        ("support__calls", "direction", "call_id = 'h1'", "outbound"),
        ("voice__survey_responses", "survey_type", "response_id = 'q2'", "nps"),
        ("voice__survey_responses", "question", "response_id = 'q5'", "expectation"),
        ("voice__survey_responses", "direction", "response_id = 'q7'", "effort"),
        ("voice__feedback", "channel", "feedback_id = 'f1'", "focus_group"),
        ("voice__feedback", "sentiment_label", "feedback_id = 'f1'", "neutral"),
        ("product__outcomes", "outcome_type", "outcome_id = 'w1'", "revenue_growth"),
        ("product__outcomes", "unit", "outcome_id = 'w1'", "ratio"),
        ("growth__offers", "offer_type", "offer_id = 'x2'", "cross_sell"),
        ("growth__offers", "outcome", "offer_id = 'x1'", "accepted"),
        ("growth__costs", "purpose", "cost_id = 'b1'", "acquisition"),
    ]:
        assert query(f"select {column} from staging.stg_{table} where {key}") == [(code,)]


def test_exchange_rates_become_spans_of_days(dirty: tuple[Path, Result]) -> None:
    spans = dirty[1].query(
        "select currency, cast(rate as varchar), valid_from, valid_to from intermediate.int_exchange_rate_spans order by 1, 3"
    )
    assert spans == [
        ("EUR", "1.0000000000", date(1, 1, 1), date(9999, 12, 31)),
        ("USD", "0.9000000000", date(1, 1, 1), date(2026, 3, 1)),
        ("USD", "0.8000000000", date(2026, 3, 1), date(9999, 12, 31)),
    ]


def test_postgresql_stages_and_rejects_the_same_rows(
    dirty: tuple[Path, Result],
    postgres_raw: Callable[[Path, str], Mapping[str, str]],
    tmp_path: Path,
) -> None:
    raw, on_duckdb = dirty
    environment = {**postgres_raw(raw, "dirty"), "AS_OF": "2026-06-30"}
    on_postgres = dbt_build(
        raw, tmp_path, select=STAGING, env=environment, vars={"reporting_currency": "eur"}, target="postgres"
    )
    assert on_postgres.success, on_postgres.messages
    everything = "select * from marts.rejected_rows"
    assert Counter(on_postgres.query(everything)) == Counter(on_duckdb.query(everything))

    # only the names of types differ between the engines
    columns = """
        select table_schema, table_name, column_name, lower(data_type), numeric_precision, numeric_scale
        from information_schema.columns
        where table_schema in ('staging', 'intermediate', 'marts') and table_name not like 'base%'
    """
    names = {"character varying": "varchar", "text": "varchar", "timestamp without time zone": "timestamp"}

    def shapes(result: Result) -> dict[tuple, tuple]:
        return {
            row[:3]: ("decimal", *row[4:])
            if row[3].startswith(("numeric", "decimal"))
            else (names.get(row[3], row[3]),)
            for row in result.query(columns)
        }

    assert shapes(on_postgres) == shapes(on_duckdb)
    for (table,) in on_duckdb.query("select table_name from information_schema.tables where table_name like 'stg_%'"):
        staged = f"select * from staging.{table}"
        assert Counter(on_postgres.query(staged)) == Counter(on_duckdb.query(staged)), table


# Time


TIMES = {
    # key: what the extract says, UTC instant, day in Berlin
    "date": ("2026-07-01", datetime(2026, 6, 30, 22), date(2026, 7, 1)),
    "date in winter": ("2026-01-01", datetime(2025, 12, 31, 23), date(2026, 1, 1)),
    "date of the change to summer time": ("2026-03-29", datetime(2026, 3, 28, 23), date(2026, 3, 29)),
    "day after the change": ("2026-03-30", datetime(2026, 3, 29, 22), date(2026, 3, 30)),
    "utc before midnight": ("2026-06-30T22:30:00Z", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
    "winter, not yet midnight": ("2026-01-31T22:30:00Z", datetime(2026, 1, 31, 22, 30), date(2026, 1, 31)),
    "no offset is utc": ("2026-06-30 22:30", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
    "with an offset": ("2026-07-01T00:30:00+05:30", datetime(2026, 6, 30, 19), date(2026, 6, 30)),
    "offset without colon": ("2026-07-01 00:30:00.25 -0700", datetime(2026, 7, 1, 7, 30, 0, 250000), date(2026, 7, 1)),
    "offset of hours": ("2026-07-01T00:30:00+02", datetime(2026, 6, 30, 22, 30), date(2026, 7, 1)),
    "no seconds": ("2026-07-01T00:30Z", datetime(2026, 7, 1, 0, 30), date(2026, 7, 1)),
    "nanoseconds": ("2026-07-01T00:30:00.123456789Z", datetime(2026, 7, 1, 0, 30, 0, 123456), date(2026, 7, 1)),
    "midnight with a time": ("2026-07-01 00:00:00", datetime(2026, 7, 1), date(2026, 7, 1)),
}


@pytest.fixture(scope="module")
def berlin_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [{"customer_id": key, "created_at": text} for key, (text, _, _) in TIMES.items()]
    return write_raw(tmp_path_factory.mktemp("berlin") / "raw", {"customers": rows})


def staged_times(result: Result) -> dict[str, tuple]:
    assert result.success, result.messages
    rows = result.query("select customer_id, created_at, created_date from staging.stg_billing__customers")
    return {row[0]: row[1:] for row in rows}


EXPECTED_TIMES = {key: (instant, day) for key, (_, instant, day) in TIMES.items()}
CUSTOMERS = "+stg_billing__customers"


def test_a_date_is_that_local_day_and_an_instant_is_shifted(berlin_raw: Path, tmp_path: Path) -> None:
    result = dbt_build(berlin_raw, tmp_path, select=CUSTOMERS, vars={"reporting_timezone": "Europe/Berlin"})
    assert staged_times(result) == EXPECTED_TIMES


def test_the_as_of_day_is_the_latest_local_day_of_a_fact_and_not_after_today(tmp_path: Path) -> None:
    raw = write_raw(
        tmp_path / "raw",
        {
            "subscriptions": [{"ended_at": "2025-12-31", "started_at": "2025-01-01"}],  # a scheduled day, no fact
            "customers": [{"created_at": "2025-01-01"}, {"customer_id": "c2", "created_at": "2999-01-01"}],
            "users": [{"user_id": "u1"}],
            "usage_events": [
                {"event_id": "e1", "occurred_at": "2025-03-30T22:30:00Z"},
                {"event_id": "e2", "occurred_at": "2025-05-01", "user_id": "u-none"},  # rejected
            ],
        },
    )
    result = dbt_build(raw, tmp_path / "b", select="+int_as_of", vars={"reporting_timezone": "Europe/Berlin"})
    assert result.success, result.messages
    assert result.query("select as_of_day from intermediate.int_as_of") == [(date(2025, 3, 31),)]


def test_postgresql_reads_the_same_times(
    berlin_raw: Path, tmp_path: Path, postgres_raw: Callable[[Path, str], Mapping[str, str]]
) -> None:
    environment = postgres_raw(berlin_raw, "berlin")
    result = dbt_build(
        berlin_raw,
        tmp_path,
        select=CUSTOMERS,
        env=environment,
        vars={"reporting_timezone": "Europe/Berlin"},
        target="postgres",
    )
    assert staged_times(result) == EXPECTED_TIMES


# What stops a build, and what does not


def refusal(raw: Path, tmp_path: Path, **options: Any) -> str:
    """Why a build did not start."""
    result = dbt_build(raw, tmp_path, select="base_billing__customers", command="run", **options)
    assert not result.success
    return result.messages


def test_all_faults_of_the_raw_tables_are_told_at_once(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "raw", {"subscriptions": []})
    (raw / "plans.csv").unlink()
    (raw / "customers.csv").write_text("customer_id,created_at,country,industry,company_size\nc1,2026-01-01,,,\n")
    message = refusal(raw, tmp_path / "build")
    assert "raw.plans: the table is missing" in message
    assert f"Expected plans.parquet or plans.csv in {raw}" in message
    assert "raw.customers: column name is missing. Expected a text." in message
    assert "raw.customers: column acquisition_channel is missing. Expected a text (may be empty)." in message
    assert "raw.subscriptions: the table is empty. Expected at least one row." in message
    assert "email" not in message


def test_an_optional_table_must_have_its_columns_too(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "raw", {})
    (raw / "orders.csv").write_text("order_id,customer_id\n")
    assert "raw.orders: column ordered_at is missing. Expected an instant." in refusal(raw, tmp_path / "build")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "RAW_DATA_DIR: no files in " + str(tmp_path / "nowhere") in refusal(tmp_path / "nowhere", tmp_path / "build")


def test_a_table_may_not_stand_in_two_files(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "raw", {})
    shutil.copy(raw / "plans.csv", raw / "plans.copy")
    with duckdb.connect() as writer:
        writer.execute(f"copy (select * from '{raw}/plans.csv') to '{raw}/plans.parquet'")
    message = refusal(raw, tmp_path / "build")
    assert "table plans stands in more than one file" in message
    assert "plans.csv" in message and "plans.parquet" in message


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "raw", {})
    (raw / "orders.parquet").write_text("this is no parquet file")
    assert "orders.parquet" in refusal(raw, tmp_path / "build")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {
                "discount_policy": "some",
                "churn_timing": "whenever",
                "fiscal_year_start_month": 13,
                "segments": ["plan", "colour"],
                "reporting_timezone": "Berlin",
                "reporting_currency": "Euro",
                "week_to_month": "many",
                "max_pause_days": 0,
                "past_due_counts": False,
                "history_start": "2026-13-01",
            },
            [
                "discount_policy is some. Expected one of: all, permanent.",
                "churn_timing is whenever. Expected one of: end_of_service, at_request.",
                "fiscal_year_start_month is 13.",
                "segments is ['plan', 'colour'].",
                "reporting_timezone is Berlin. Expected a name such as UTC or Europe/Berlin.",
                "reporting_currency is Euro.",
                "week_to_month is many.",
                "max_pause_days is 0. Expected a whole number of days, 1 or more.",
                "past_due_counts=false: raw.subscription_status_changes is needed",
                "history_start is 2026-13-01.",
            ],
        ),
    ],
)
def test_variables_that_make_no_sense_are_refused(
    tmp_path: Path, variables: Mapping[str, Any], message: list[str]
) -> None:
    told = refusal(write_raw(tmp_path / "raw", {}), tmp_path / "build", vars=variables)
    assert [part for part in message if part not in told] == []


def test_an_as_of_day_must_be_a_day(tmp_path: Path) -> None:
    told = refusal(write_raw(tmp_path / "raw", {}), tmp_path / "build", env={"AS_OF": "2026-02-30"})
    assert "AS_OF (or the variable as_of) is '2026-02-30', which is no day. Expected YYYY-MM-DD" in told


def test_several_currencies_and_no_reporting_currency_stop_the_build(tmp_path: Path) -> None:
    items = [{"item_version_id": "v1"}, {"item_version_id": "v2", "currency": "USD"}]
    raw = write_raw(tmp_path / "raw", {"subscription_items": items, "exchange_rates": [{}]})
    result = dbt_build(raw, tmp_path / "build", select=STAGING)
    assert not result.success
    assert (
        "Several currencies are billed: EUR, USD. Say in which one to report: REPORTING_CURRENCY=EUR" in result.messages
    )


def test_the_one_currency_billed_is_reported_whatever_test_customers_and_rejected_rows_pay(tmp_path: Path) -> None:
    raw = write_raw(
        tmp_path / "raw",
        {
            "customers": [{"customer_id": "c1"}, {"customer_id": "c2", "is_test": "true"}],
            "subscriptions": [{"subscription_id": "s1"}, {"subscription_id": "s2", "customer_id": "c2"}],
            "subscription_items": [
                {"item_version_id": "v1", "currency": "chf"},
                {"item_version_id": "v2", "currency": "USD", "subscription_id": "s2"},
                {"item_version_id": "v3", "currency": "GBP", "quantity": "-1"},
                {"item_version_id": "v4", "currency": "old", "updated_at": "2026-01-01"},
                {"item_version_id": "v4", "currency": "CHF", "updated_at": "2026-01-02"},
            ],
        },
    )
    result = dbt_build(raw, tmp_path / "build", select=STAGING)
    assert result.success, result.messages
    assert result.query("select * from intermediate.int_reporting_currency") == [("CHF",)]
    assert rejects(result) == Counter(
        {
            ("subscription_items", "v2", "unknown_currency", False): 1,
            ("subscription_items", "v3", "negative_quantity", False): 1,
        }
    )
    # the optional tables are missing, and the build says what it does without them
    assert "missing: no customer is ever paused" in result.messages
    assert "4 of 36 raw tables found: customers, plans, subscription_items, subscriptions" in result.messages
