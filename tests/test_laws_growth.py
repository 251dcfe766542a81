"""Laws of growth and team that hold whatever the data: change the cast, build both, compare.

V are laws of cost and lifetime value, A9 those of trials, T6 and T7 of offers and managers; U2 and U3 are about any metric.
"""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tests.books import Rows
from tests.compiled import project
from tests.conftest import VARIABLES
from tests.test_laws import AS_OF, assert_equal_cells, cast, named

Raw = dict[str, Rows]
Cells = dict[tuple, tuple]
MONEY = "unit_amount discount_amount amount total_excluding_tax tax amount_refunded amount_credited".split()
OF_ACQUISITION = named(
    "customer_acquisition_cost",
    "customer_acquisition_cost_lagged",
    "cac_payback_months",
    "cac_payback_months_all_accounts",
    "clv_to_cac_ratio",
)
OF_TRIALS = (
    "trial_conversion_rate",
    "trial_conversion_rate_strict",
    "trial_conversion_rate_ever",
    "trial_conversion_rate_of_ended",
)
OF_OFFERS = (
    "offer_conversion_rate",
    "upsell_conversion_rate",
    "cross_sell_conversion_rate",
    "customer_offer_conversion_rate",
)


def cells(raw: Raw, as_of: str = AS_OF, family: str = "growth", **variables: Any) -> Cells:
    with project(VARIABLES | variables).of_family(family).run(raw, as_of, ["metrics"]) as built:
        return built.metrics()


@cache
def cast_cells(family: str = "growth") -> Cells:
    return cells(cast(), family=family)


def month(one: Cells, name: str, start: str, segment: str = "all", value: str = "all") -> tuple:
    """Numerator, denominator, value."""
    return one[name, "month", date.fromisoformat(start), segment, value][2:5]


def with_rows(table: str, *rows: dict[str, Any]) -> Raw:
    """The cast and further rows."""
    raw = cast()
    raw[table] = [*raw[table], *rows]
    return raw


def cost(cost_id: str, purpose: str, amount: Any, day: str, **more: Any) -> dict[str, Any]:
    row = {"cost_id": cost_id, "purpose": purpose, "category": "other", "amount": str(amount), "currency": "USD"}
    return row | {"incurred_at": day} | more


def offer(offer_id: str, day: str, outcome: str, **more: Any) -> dict[str, Any]:
    row = {"offer_id": offer_id, "customer_id": "ursula_upgrades_mid_month", "offer_type": "upsell"}
    return row | {"presented_at": day, "outcome": outcome} | more


# -- universal ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["growth", "team"])
def test_u2_a_row_that_comes_twice_counts_once(family: str) -> None:
    tables = ("costs", "offers", "referrals", "csms", "csm_touches", "csm_assignments")
    raw = {table: [*rows, *map(dict, rows)] if table in tables else rows for table, rows in cast().items()}
    assert_equal_cells(cast_cells(family), cells(raw, family=family))


def test_u3_what_is_said_of_later_days_is_not_read() -> None:
    """As of May 2023: later costs, referrals, offers, trials and answers to offers."""
    raw, as_of = cast(), "2023-05-31"
    early = {table: [dict(row) for row in rows] for table, rows in raw.items()}
    for table, column in (("costs", "incurred_at"), ("referrals", "referred_at"), ("offers", "presented_at")):
        early[table] = [row for row in early[table] if row[column] <= as_of]
    early["orders"] = [row for row in early["orders"] if row["ordered_at"] <= as_of]
    for day in ("2023-06-01", "2023-06-30"):
        raw["costs"] += [
            cost(f"late {day} {purpose}", purpose, 500, day, period_start="2023-01-01", period_end="2023-06-01")
            for purpose in ("cogs", "retention", "acquisition")
        ]
        raw["offers"].append(offer(f"late {day}", day, "accepted"))
        raw["referrals"].append(
            {
                "referral_id": f"late {day}",
                "referrer_customer_id": "peter_prepaid_year",
                "referred_customer_id": "fred_free_then_paid",
                "referred_at": day,
            }
        )
    assert_equal_cells(cells(early, as_of), cells(raw, as_of))


@pytest.mark.parametrize("family", ["growth", "team"])
def test_u4_test_customers_are_nobody(family: str) -> None:
    raw, who = cast(), "test_account"
    raw["costs"] += [
        cost(f"test {purpose}", purpose, 99, "2023-05-05", customer_id=who) for purpose in ("cogs", "acquisition")
    ]
    raw["offers"].append(offer("test", "2023-05-05", "accepted", customer_id=who))
    raw["referrals"].append(
        {
            "referral_id": "test",
            "referrer_customer_id": who,
            "referred_customer_id": "fred_free_then_paid",
            "referred_at": "2023-05-05",
        }
    )
    raw["csm_assignments"].append({"customer_id": who, "csm_id": "amy", "assigned_from": "2023-01-01"})
    raw["csm_touches"].append(
        {"touch_id": "test", "customer_id": who, "csm_id": "amy", "kind": "call", "occurred_at": "2023-05-05"}
    )
    raw["orders"].append(
        {"order_id": "test", "customer_id": who, "ordered_at": "2023-05-05", "amount": "9", "currency": "USD"}
    )
    assert_equal_cells(cast_cells(family), cells(raw, family=family))


# -- costs and lifetime value ------------------------------------------------------------------------------------------


def test_v1_lifetime_value_falls_by_the_share_of_new_cost() -> None:
    """October 2023: cost of a tenth of the recurring revenue takes a tenth of it, whatever it was."""
    revenue = month(cast_cells(), "gross_margin_rate", "2023-10-01")[1]
    more = cells(with_rows("costs", cost("more", "cogs", revenue / 10, "2023-10-05")))
    before, gross = (
        month(cast_cells(), name, "2023-10-01")[2]
        for name in ("customer_lifetime_value", "customer_lifetime_value_without_margin")
    )
    assert before < gross
    assert math.isclose(month(more, "customer_lifetime_value", "2023-10-01")[2], before - gross / 10, rel_tol=1e-8)
    assert month(more, "customer_lifetime_value_without_margin", "2023-10-01")[2] == gross


def test_v1_lifetime_value_falls_as_more_customers_leave() -> None:
    raw = cast()
    for row in raw["subscriptions"]:
        if row["subscription_id"] in ("fred_1", "petra_1"):
            row["ended_at"] = "2023-10-20"
    name = "customer_lifespan_months"
    assert 0 < month(cells(raw), name, "2023-10-01")[2] < month(cast_cells(), name, "2023-10-01")[2]


def test_v2_who_never_paid_has_no_lifetime_value() -> None:
    """A customer, a user of ours for years, who never paid: nothing changes."""
    raw = with_rows(
        "customers", {"customer_id": "visitor", "name": "Visitor", "created_at": "2023-02-01", "country": "US"}
    )
    assert_equal_cells(cast_cells(), cells(raw))


def test_v6_value_to_cost_knows_no_currency() -> None:
    """Seven times the money, costs too: ratios, times and counts stay, amounts are seven times."""
    raw = cast()
    raw["costs"].append(cost("october", "acquisition", 120, "2023-11-05"))
    raw["costs"].append(cost("november", "cogs", 10, "2023-11-05"))
    before = cells(raw)
    for rows in raw.values():
        for row in rows:
            for column in MONEY:
                if row.get(column):
                    row[column] = str(Decimal(row[column]) * 7)
    after = cells(raw)
    keys = [
        key
        for key in before
        if before[key][4] and key[0] in ("clv_to_cac_ratio", "cac_payback_months", "gross_margin_rate")
    ]
    assert any(key[0] == "clv_to_cac_ratio" for key in keys)
    for key in keys:
        assert math.isclose(before[key][4], after[key][4], rel_tol=1e-7), key
    amount = month(before, "customer_acquisition_cost", "2023-11-01")[0]
    assert month(after, "customer_acquisition_cost", "2023-11-01")[0] == 7 * amount == 840


def test_v7_a_cost_in_two_halves_is_the_cost() -> None:
    """Half of it now, half of it later in the month; and hosting as two half-years."""
    raw = cast()
    for row in [*raw["costs"]]:
        if row["cost_id"] == "ads_2023_04":
            row["amount"] = "150"
            raw["costs"].append({**row, "cost_id": "second half", "incurred_at": "2023-04-30"})
        if row["cost_id"] == "hosting_2023":
            row |= {"amount": "181", "period_end": "2023-07-01"}
            raw["costs"].append(
                {
                    **row,
                    "cost_id": "second half year",
                    "amount": "184",
                    "period_start": "2023-07-01",
                    "period_end": "2024-01-01",
                }
            )
    assert_equal_cells(cast_cells(), cells(raw))


@pytest.mark.parametrize("purpose", ["cogs", "retention"])
def test_v7_other_cost_is_no_acquisition_cost(purpose: str) -> None:
    """And acquisition cost is none of the others'."""
    after = cells(with_rows("costs", cost("more", purpose, 500, "2023-05-05")))
    for key, cell in cast_cells().items():
        if key[0].startswith("customer_acquisition_cost"):
            assert after[key] == cell
    more = cells(with_rows("costs", cost("more", "acquisition", 500, "2023-05-05", acquisition_channel="search")))
    assert_equal_cells(cast_cells(), more, OF_ACQUISITION)


def test_v7_acquisition_cost_moved_to_another_channel_is_as_much() -> None:
    raw = cast()
    for row in raw["costs"]:
        if row["purpose"] == "acquisition":
            row["acquisition_channel"] = "word of mouth"
    after = cells(raw)
    for key, cell in cast_cells().items():
        if OF_ACQUISITION(key) and key[3] == "all":
            assert after[key] == cell, key


def test_v7_cost_of_customers_adds_to_cost_of_nobody() -> None:
    """The whole company's figures do not ask whose a cost is."""
    raw = cast()
    for row in raw["costs"]:
        if row["customer_id"] is None:
            row["customer_id"] = "rita_refunded"
    after = cells(raw)
    wrong = [key for key, cell in cast_cells().items() if key[3] == "all" and after[key][2:4] != cell[2:4]]
    assert not wrong


# -- purchases and referrals -------------------------------------------------------------------------------------------


def test_an_order_in_two_halves_on_one_day_is_one_purchase() -> None:
    raw = cast()
    for row in [*raw["orders"]]:
        row["amount"] = str(Decimal(row["amount"]) / 2)
        raw["orders"].append({**row, "order_id": f"{row['order_id']}_half"})
    assert_equal_cells(cast_cells(), cells(raw))


def test_an_order_sent_back_is_none() -> None:
    row = {"order_id": "back", "customer_id": "ursula_upgrades_mid_month", "amount": "70", "currency": "USD"}
    raw = with_rows("orders", row | {"ordered_at": "2023-03-31", "is_refunded": "true"})
    assert_equal_cells(cast_cells(), cells(raw))


def test_a_second_referral_of_the_same_two_is_nothing() -> None:
    raw = cast()
    raw["referrals"] += [{**row, "referral_id": f"{row['referral_id']}_again"} for row in raw["referrals"]]
    assert_equal_cells(cast_cells(), cells(raw))


# -- trials ------------------------------------------------------------------------------------------------------------


def trials() -> Raw:
    """The cast with a table of trials: one converts in its trial, one in its grace, one a year later, one never."""
    raw = cast()
    ends = {
        "ursula_upgrades_mid_month": "2023-03-10",
        "tom_trial_converts": "2023-03-20",
        "fred_free_then_paid": "2024-04-01",
    }
    raw["trials"] = [
        {
            "trial_id": name,
            "customer_id": name,
            "trial_start_at": "2023-03-01",
            "trial_end_at": "2023-03-15",
            "converted_at": converted,
        }
        for name, converted in [*ends.items(), ("nora_trial_not_converted", None)]
    ]
    return raw


def test_a9_trials_are_ordered_and_ever_never_falls() -> None:
    """Seen later and later: in the trial <= with grace <= ever, and only the last one moves."""
    seen = [cells(trials(), as_of) for as_of in ("2023-04-01", "2023-12-31", "2024-06-20")]
    grace, strict, ever = ([month(one, name, "2023-03-01")[:2] for one in seen] for name in OF_TRIALS[:3])
    assert strict == [(1, 4)] * 3
    assert grace == [(2, 4)] * 3
    assert ever == [(2, 4), (2, 4), (3, 4)]


@pytest.mark.parametrize(("days", "converted"), [(0, 1), (4, 1), (5, 2), (30, 2), (400, 3)])
def test_a9_a_longer_grace_never_converts_fewer(days: int, converted: int) -> None:
    one = cells(trials(), "2024-06-20", trial_grace_days=days)
    assert month(one, "trial_conversion_rate", "2023-03-01")[:2] == (converted, 4)
    assert month(one, "trial_conversion_rate_strict", "2023-03-01")[:2] == (1, 4)


def test_a9_trials_are_no_other_metric() -> None:
    """In the whole company; a segment where only trials are has rows because of them."""
    assert_equal_cells(cast_cells(), cells(trials()), lambda key: key[0] in OF_TRIALS or key[3] != "all")


# -- offers ------------------------------------------------------------------------------------------------------------


def test_t6_an_offer_sent_again_is_nothing() -> None:
    """The same id a second time, with the same answer or a newer one."""
    raw = cast()
    again = [{**row, "loaded_at": "2024-01-01"} for row in raw["offers"]]
    assert_equal_cells(cast_cells(), cells({**raw, "offers": raw["offers"] + again}))
    for row in raw["offers"]:
        row["updated_at"] = "2023-06-01"
    old = [{**row, "outcome": "declined", "updated_at": "2023-01-01"} for row in raw["offers"]]
    assert_equal_cells(cast_cells(), cells({**raw, "offers": raw["offers"] + old}))


def test_t6_an_open_offer_only_makes_its_period_wait() -> None:
    after = cells(with_rows("offers", offer("waiting", "2023-03-31", "open")))
    key = ("offer_conversion_rate", "month", date(2023, 3, 1), "all", "all")
    assert (cast_cells()[key][1], after[key][1]) == (True, False)
    assert {key: cell[2:] for key, cell in cast_cells().items()} == {key: cell[2:] for key, cell in after.items()}
    changed = {key[0] for key, cell in after.items() if cell[1] != cast_cells()[key][1]}
    assert changed == {"offer_conversion_rate", "upsell_conversion_rate", "customer_offer_conversion_rate"}


@pytest.mark.parametrize(("outcome", "accepted"), [("accepted", 2), ("declined", 1), ("expired", 1)])
def test_t6_each_answer_moves_the_rate_its_way(outcome: str, accepted: int) -> None:
    after = cells(with_rows("offers", offer("more", "2023-03-31", outcome)))
    assert month(after, "offer_conversion_rate", "2023-03-01")[:2] == (accepted, 3)
    # Ursula accepted one already
    assert month(after, "customer_offer_conversion_rate", "2023-03-01")[:2] == (1, 2)
    assert_equal_cells(cast_cells(), after, named(*OF_OFFERS))


# -- the team ----------------------------------------------------------------------------------------------------------


def accounts(one: Cells, start: str = "2023-10-01") -> dict[str, Any]:
    """Accounts by manager, and of all of them."""
    return {
        key[4]: cell[2]
        for key, cell in one.items()
        if key[:3] == ("accounts_per_csm", "month", date.fromisoformat(start))
    }


def test_t7_a_customer_of_nobody_given_to_a_manager() -> None:
    """What one gets the others, and nobody, lose."""
    before = accounts(cast_cells("team"))
    given = {"customer_id": "tina_two_subscriptions", "csm_id": "amy", "assigned_from": "2023-10-31"}
    after = accounts(cells(with_rows("csm_assignments", given), family="team"))
    assert before == {"all": 2, "amy": 1, "bob": 1, "(unknown)": 14}
    assert after == {"all": 3, "amy": 2, "bob": 1, "(unknown)": 13}


def test_t7_two_halves_of_a_manager_are_one() -> None:
    """Amy as two people of half her time, who share her customers: the team is as it was."""
    raw = cast()
    for row in raw["csms"]:
        if row["csm_id"] == "amy":
            row["fte"] = "0.5"
    raw["csms"].append({**raw["csms"][0], "csm_id": "ann", "fte": "0.5"})
    raw["csm_assignments"].append(
        {"customer_id": "gustav_paused_today", "csm_id": "ann", "assigned_from": "2023-02-01"}
    )
    after = cells(raw, family="team")
    # Gustav is no customer yet: Ann works for nobody who pays, and counts
    for name in ("accounts_per_csm", "mrr_per_csm"):
        assert month(after, name, "2023-10-01") == month(cast_cells("team"), name, "2023-10-01")


def test_t7_whoever_touches_the_customer_is_its_managers() -> None:
    raw = cast()
    for row in raw["csm_touches"]:
        row["csm_id"] = "somebody else"
    assert_equal_cells(cast_cells("team"), cells(raw, family="team"))


def test_t7_managers_without_customers_are_not_at_work() -> None:
    raw = with_rows("csms", {"csm_id": "idle", "name": "Idle", "fte": "1"})
    assert_equal_cells(cast_cells("team"), cells(raw, family="team"))
