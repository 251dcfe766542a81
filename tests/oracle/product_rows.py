"""Which rows of the tables of product use and onboarding count; users and usage events are judged with the rest of the company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

from tests.oracle.cleaning import FAMILY_TABLES, Judging, Row, Staged
from tests.oracle.values import Moment

OUTCOME_TYPES = ("cost_saving", "efficiency_gain", "revenue_growth")


def judge_product(judging: Judging) -> None:
    judge, staged = judging.judge, judging.staged
    longest = timedelta(hours=staged.settings.max_session_hours)

    def session_rule(row: Row) -> str | None:
        if rule := _ends_first(row["started_at"], row["ended_at"]):
            return rule
        if row["ended_at"].instant - row["started_at"].instant > longest:
            return "session_too_long"
        return "unknown_user" if row["user_id"] and row["user_id"] not in judging.user_ids else None

    judge.keep("sessions", judge.parsed("sessions"), session_rule, judging.orphan)
    judge.keep("features", judge.parsed("features"))
    judge.keep(
        "entitlements",
        judge.parsed("entitlements"),
        lambda row: _ends_first(row["entitled_from"], row["entitled_to"]),
        judging.orphan,
    )
    judge.keep(
        "journeys",
        judge.parsed("journeys"),
        lambda row: "negative_target" if (row["target_days"] or 0) < 0 else None,
    )
    judge.keep("first_touches", judge.parsed("first_touches"), kept_rule=judging.orphan)
    judge.keep("milestones", judge.parsed("milestones"), _value_before_start(staged), judging.orphan)
    _list_those_before_their_predecessor(staged)
    judge.keep("outcomes", judge.parsed("outcomes"), _outcome_rules(judging), judging.orphan)


FAMILY_TABLES.append(judge_product)


def _ends_first(start: Moment, end: Moment | None) -> str | None:
    return "end_before_start" if end and end.instant < start.instant else None


def earliest(moments: list[Moment | None]) -> Moment | None:
    return min((moment for moment in moments if moment), default=None)


def _value_before_start(staged: Staged) -> Callable[[Row], str | None]:
    """A value moment reached before the customer's first interaction (or creation): an error of the data."""
    value_moments = {row["milestone"] for row in staged["journeys"] if row["is_value_moment"]}
    starts = {row["customer_id"]: row["created_at"].instant for row in staged["customers"]}
    touches: dict[str, list[Moment | None]] = defaultdict(list)
    for row in staged["first_touches"]:
        touches[row["customer_id"]].append(row["first_interaction_at"])
    for customer_id, moments in touches.items():
        if first := earliest(moments):
            starts[customer_id] = first.instant

    def rule_of(row: Row) -> str | None:
        start = starts.get(row["customer_id"])
        if row["milestone"] in value_moments and start and row["reached_at"].instant < start:
            return "value_before_start"
        return None

    return rule_of


def _list_those_before_their_predecessor(staged: Staged) -> None:
    """Kept, but listed: reached before the customer first reached the step before it in the same journey."""
    steps: dict[str, list[Row]] = defaultdict(list)
    for row in staged["journeys"]:
        steps[row["journey"]].append(row)
    predecessors: dict[str, set[str]] = defaultdict(set)
    for journey in steps.values():
        journey.sort(key=lambda row: row["step_rank"])
        for before, step in pairwise(journey):
            predecessors[step["milestone"]].add(before["milestone"])
    first: dict[tuple[str, str], datetime] = {}
    for row in staged["milestones"]:
        key = row["customer_id"], row["milestone"]
        first[key] = min(row["reached_at"].instant, first.get(key, row["reached_at"].instant))
    for row in staged["milestones"]:
        before = [first.get((row["customer_id"], milestone)) for milestone in predecessors[row["milestone"]]]
        if any(instant and row["reached_at"].instant < instant for instant in before):
            staged.rejected.append(("milestones", row["_key"], "before_predecessor", True))


def _outcome_rules(judging: Judging) -> Callable[[Row], str | None]:
    def rule_of(row: Row) -> str | None:
        row["outcome_type"], row["unit"] = row["outcome_type"].lower(), row["unit"].lower()
        if row["outcome_type"] not in OUTCOME_TYPES:
            return "unknown_outcome_type"
        if row["unit"] not in ("money", "ratio"):
            return "unknown_unit"
        if row["unit"] == "ratio":
            return None
        if not row["currency"]:
            return "unknown_currency"
        return judging.currency_rule(row, row["measured_at"].day)

    return rule_of
