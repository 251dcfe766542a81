"""Which rows of trials, offers, referrals, costs and loyalty events count."""

from __future__ import annotations

from tests.oracle.cleaning import FAMILY_TABLES, Judging, Row

PURPOSES = ("acquisition", "retention", "cogs")
OFFER_TYPES = ("upsell", "cross_sell")
OUTCOMES = ("accepted", "declined", "expired", "open")


def judge_growth(judging: Judging) -> None:
    """Every table of growth, words of a fixed list in lower case from here on."""
    judge = judging.judge
    judge.keep("trials", judge.parsed("trials"), _trial_rules, judging.orphan)
    judge.keep("offers", judge.parsed("offers"), _offer_rules, judging.orphan)

    referrals = judge.parsed("referrals")
    for row in referrals:
        for side in ("referrer_customer_id", "referred_customer_id"):
            if row[side]:
                row[side] = judging.staged.survivor(row[side])
    judge.keep(
        "referrals",
        referrals,
        _referral_rules,
        lambda row: judging.orphan({"customer_id": row["referrer_customer_id"]}),
    )

    judge.keep(
        "costs",
        judge.parsed("costs"),
        lambda row: _cost_rules(row) or judging.currency_rule(row, row["incurred_at"].day),
        judging.orphan,
    )
    judge.keep("loyalty_events", judge.parsed("loyalty_events"), kept_rule=judging.orphan)


def _trial_rules(row: Row) -> str | None:
    start, end, converted = row["trial_start_at"], row["trial_end_at"], row["converted_at"]
    if end.instant < start.instant:
        return "end_before_start"
    if converted and converted.instant < start.instant:
        return "converted_before_start"
    return None


def _offer_rules(row: Row) -> str | None:
    row["offer_type"] = row["offer_type"].lower()
    row["outcome"] = row["outcome"] and row["outcome"].lower()
    if row["offer_type"] not in OFFER_TYPES:
        return "unknown_offer_type"
    if row["outcome"] and row["outcome"] not in OUTCOMES:
        return "unknown_outcome"
    if row["responded_at"] and row["responded_at"].instant < row["presented_at"].instant:
        return "answer_before_offer"
    return None


def _referral_rules(row: Row) -> str | None:
    """Both sides are those who survived their merges."""
    if row["referrer_customer_id"] == row["referred_customer_id"]:
        return "self_referral"
    if row["converted_at"] and row["converted_at"].instant < row["referred_at"].instant:
        return "converted_before_referral"
    return None


def _cost_rules(row: Row) -> str | None:
    row["purpose"] = row["purpose"].lower()
    start, end = row["period_start"], row["period_end"]
    if row["purpose"] not in PURPOSES:
        return "unknown_purpose"
    if start and end and end.instant < start.instant:
        return "end_before_start"
    if row["amount"] < 0:
        return "negative_amount"
    return None


FAMILY_TABLES.append(judge_growth)
