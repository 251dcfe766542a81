"""Laws of use, adoption and onboarding that hold whatever the data: change a company, build both, compare.

The company is the hand-made cast; what is compared are its metrics of the family product alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from tests import test_laws
from tests.oracle import METRICS
from tests.test_laws import AS_OF, VARIABLES, Cells, Raw, assert_equal_cells, cast, named

PRODUCT = {name for name, metric in METRICS.items() if metric.family == "product"}
SHARES = {
    *("recurring_active_user_rate", "product_stickiness", "weekly_stickiness", "customer_engagement_rate"),
    *("product_adoption_rate", "new_user_share", "feature_adoption_rate", "feature_adoption_rate_of_active_users"),
    *("adoption_funnel_conversion_rate", "journey_completion_rate", "customer_success_rate"),
}
MARCH = ("month", date(2024, 3, 1), "all", "all")


def product_cells(raw: Raw, as_of: str = AS_OF, variables: dict[str, Any] | None = None) -> Cells:
    return {key: cell for key, cell in test_laws.cells(raw, as_of, variables).items() if key[0] in PRODUCT}


@cache
def before() -> Cells:
    return product_cells(cast())


def changed(change: Callable[[Raw], object]) -> Cells:
    """The cells of the cast after a change."""
    raw = cast()
    change(raw)
    return product_cells(raw)


def each(cells: Cells, name: str) -> dict[tuple, tuple]:
    """(numerator, denominator, value) of a metric, by period and segment."""
    return {key[1:]: cell[2:5] for key, cell in cells.items() if key[0] == name}


def event(user_id: str, moment: str, **more: Any) -> dict[str, Any]:
    row = {"event_id": f"more {user_id} {moment}", "user_id": user_id, "customer_id": "peter_prepaid_year"}
    return row | {"event_name": "act", "occurred_at": moment} | more


def session(user_id: str, start: str, end: str) -> dict[str, Any]:
    row = {"session_id": f"more {user_id} {start}", "user_id": user_id, "customer_id": "peter_prepaid_year"}
    return row | {"started_at": start, "ended_at": end}


# -- activity ----------------------------------------------------------------------------------------------------------


def test_a1_a_week_holds_no_more_users_than_28_days() -> None:
    """Weekly users are among the monthly ones, and each of them was active on a day at least."""
    weekly, monthly = each(before(), "weekly_active_users"), each(before(), "monthly_active_users")
    in_28, in_7 = each(before(), "product_stickiness"), each(before(), "weekly_stickiness")
    assert monthly.keys() == weekly.keys()
    assert any(cell[0] > 0 for cell in monthly.values())
    for key, cell in monthly.items():
        assert 0 <= weekly[key][0] <= cell[0] <= in_28[key][0]
        assert weekly[key][0] <= in_7[key][0] <= in_28[key][0]


def test_a2_stickiness_lies_between_one_day_and_all_days() -> None:
    for name, days in (("product_stickiness", 28), ("weekly_stickiness", 7)):
        users = each(before(), {28: "monthly_active_users", 7: "weekly_active_users"}[days])
        for key, (numerator, denominator, value) in each(before(), name).items():
            assert denominator == days * users[key][0]
            assert (value is None) == (users[key][0] == 0)
            assert value is None or 1 / days <= value + 1e-12 <= 1 + 2e-12, (key, numerator)


def test_a3_another_event_of_an_active_day_makes_nobody_more_active() -> None:
    """Only the number of actions grows, and a customer may become engaged by it."""
    after = changed(
        lambda raw: raw["usage_events"].extend(
            event(row["user_id"], row["occurred_at"], event_id=f"again {row['event_id']}")
            for row in cast()["usage_events"]
            if row["user_id"]
        )
    )
    counted = named("actions_per_active_user", "customer_engagement_rate")
    assert_equal_cells(before(), after, counted)
    more = each(after, "actions_per_active_user")
    assert all(more[key][0] >= cell[0] for key, cell in each(before(), "actions_per_active_user").items())
    assert more[MARCH][0] == each(before(), "actions_per_active_user")[MARCH][0] + 9


@pytest.mark.parametrize("flag", ["is_bot", "is_internal"])
def test_a4_who_is_no_user_changes_nothing(flag: str) -> None:
    """A bot, or one of our own, that does everything at all hours."""

    def add(raw: Raw) -> None:
        row = {"user_id": "busy", "customer_id": "peter_prepaid_year", "created_at": "2024-03-01", flag: "true"}
        raw["users"].append({"is_bot": "false", "is_internal": "false", "is_licensed": "true"} | row)
        for day in range(1, 32):
            raw["usage_events"].append(event("busy", f"2024-03-{day:02}T09:00:00Z", event_name="login", feature="new"))
            raw["sessions"].append(session("busy", f"2024-03-{day:02}T09:00:00Z", f"2024-03-{day:02}T19:00:00Z"))

    assert_equal_cells(before(), changed(add))


def test_a4_a_test_customer_changes_nothing() -> None:
    def add(raw: Raw) -> None:
        for row in [*raw["usage_events"], *raw["sessions"]]:
            if row["user_id"] == "tina_user":
                key = "event_id" if "event_id" in row else "session_id"
                raw["usage_events" if key == "event_id" else "sessions"].append(
                    {**row, key: f"test {row[key]}", "user_id": "test_user", "customer_id": "test_account"}
                )
        for table in ("entitlements", "milestones", "outcomes", "first_touches"):
            for row in [*raw[table]]:
                if row["customer_id"] == "ursula_upgrades_mid_month" or table == "outcomes":
                    more = {"outcome_id": f"test {row['outcome_id']}"} if table == "outcomes" else {}
                    raw[table].append({**row, "customer_id": "test_account", **more})

    assert_equal_cells(before(), changed(add))


def test_a_row_of_three_actions_is_three_rows_of_one() -> None:
    def split(raw: Raw) -> None:
        row = next(row for row in raw["usage_events"] if row["event_count"] == "3")
        raw["usage_events"].remove(row)
        raw["usage_events"].extend({**row, "event_id": f"part {number}", "event_count": None} for number in range(3))

    assert_equal_cells(before(), changed(split))


def test_u3_what_happens_after_the_as_of_day_is_nothing() -> None:
    """The last day of March with and without all that came later; what is entitled later is no matter of March."""
    later = cast()
    earlier = {
        table: [
            row
            for row in rows
            if not any(
                (row.get(column) or "")[:10] > "2024-03-31"
                for column in (
                    "occurred_at",
                    "ended_at",
                    "reached_at",
                    "measured_at",
                    "entitled_from",
                    "first_interaction_at",
                )
            )
            or table not in PRODUCT_TABLES
        ]
        for table, rows in later.items()
    }
    later["usage_events"].append(event("peter_user", "2024-04-01T00:00:00Z", event_name="login", feature="later"))
    later["milestones"].append(
        {"customer_id": "peter_prepaid_year", "milestone": "first_report", "reached_at": "2024-04-01T00:00:00Z"}
    )
    assert earlier["usage_events"] != cast()["usage_events"]
    assert_equal_cells(product_cells(earlier, "2024-03-31"), product_cells(later, "2024-03-31"))


PRODUCT_TABLES = ("usage_events", "sessions", "entitlements", "milestones", "first_touches", "outcomes")


# -- sessions ----------------------------------------------------------------------------------------------------------


def test_a5_a_session_of_no_length_lowers_the_mean_and_adds_no_time() -> None:
    after = changed(
        lambda raw: raw["sessions"].append(session("ursula_user", "2024-03-05T09:00:00Z", "2024-03-05T09:00:00Z"))
    )
    old, new = each(before(), "average_session_duration")[MARCH], each(after, "average_session_duration")[MARCH]
    assert new[:2] == (old[0], old[1] + 1)
    assert new[2] < old[2]
    assert_equal_cells(before(), after, named("average_session_duration", "median_session_duration"))


def test_a5_time_is_time_by_session_and_by_user() -> None:
    """Mean times number of sessions, or times number of users: the same seconds."""
    by_user = each(before(), "average_time_on_platform")
    assert any(cell[0] for cell in by_user.values())
    for key, cell in each(before(), "average_session_duration").items():
        assert cell[0] == by_user[key][0] >= 0


def test_sessions_cut_from_events_of_one_instant_have_no_length() -> None:
    """Without the table: as many sessions as there are stretches of events, and never more than events."""

    def drop(raw: Raw) -> None:
        del raw["sessions"]

    after = changed(drop)
    sessions, actions = each(after, "average_session_duration"), each(after, "actions_per_active_user")
    assert sessions[MARCH][1] > 0
    assert all(cell[1] <= actions[key][0] for key, cell in sessions.items())
    others = ("average_session_duration", "median_session_duration", "average_time_on_platform")
    assert_equal_cells(before(), after, named(*others))


# -- adoption ----------------------------------------------------------------------------------------------------------


def test_a6_shares_lie_between_0_and_1() -> None:
    found = {}
    for key, cell in before().items():
        if key[0] in SHARES and cell[4] is not None:
            assert 0 <= cell[2] <= cell[3], key
            found.setdefault(key[0], set()).add(cell[4])
    assert found.keys() == SHARES


def test_a6_features_add_up_to_all() -> None:
    """Pairs of a customer and a feature, and of a user and a feature, by feature."""
    for name in ("feature_adoption_rate", "feature_adoption_rate_of_active_users"):
        cells = each(before(), name)
        for (period_type, start, segment, _), cell in cells.items():
            if segment == "all":
                parts = [one for key, one in cells.items() if key[:3] == (period_type, start, "feature")]
                assert sum(part[0] for part in parts) == cell[0]
                assert sum(part[1] for part in parts) == cell[1]


def test_a6_an_entitlement_in_two_adjoining_halves_is_one() -> None:
    def split(raw: Raw) -> None:
        for row in [*raw["entitlements"]]:
            if row["customer_id"] == "ursula_upgrades_mid_month" and row["feature"] == "reports":
                raw["entitlements"].append({**row, "entitled_from": "2024-03-10T12:00:00Z"})
                row["entitled_to"] = "2024-03-10T12:00:00Z"

    assert_equal_cells(before(), changed(split))


def test_a6_a_feature_that_nobody_uses_lowers_the_rate() -> None:
    row = {"customer_id": "peter_prepaid_year", "feature": "unused", "entitled_from": "2024-01-01"}
    after = each(changed(lambda raw: raw["entitlements"].append(row)), "feature_adoption_rate")
    old = each(before(), "feature_adoption_rate")
    assert after[MARCH][:2] == (old[MARCH][0], old[MARCH][1] + 1)
    assert after[(*MARCH[:2], "feature", "unused")][:2] == (0, 1)


def test_a_longer_time_to_adopt_loses_nobody() -> None:
    """The same users, none of them pending: who has adopted within 20 days has within 25."""
    shares = [
        each(product_cells(cast(), variables=VARIABLES | {"adoption_days": days}), "product_adoption_rate")
        for days in (4, 15, 29)
    ]
    for shorter, longer in pairwise(shares):
        for key, cell in shorter.items():
            assert cell[0] <= longer[key][0]
            assert cell[1] == longer[key][1]


# -- onboarding --------------------------------------------------------------------------------------------------------


def test_reaching_a_step_again_is_nothing() -> None:
    assert_equal_cells(
        before(),
        changed(
            lambda raw: raw["milestones"].extend(
                {**row, "reached_at": "2024-06-19T23:00:00Z"}
                for row in cast()["milestones"]
                if row["customer_id"] != "peter_prepaid_year" and row["customer_id"] != "quentin_seats_and_price"
            )
        ),
    )


def test_a7_another_required_step_completes_no_journey() -> None:
    """The numerator can only fall; who is due on which day is the longest target's affair."""

    def require(raw: Raw) -> None:
        raw["journeys"][3] |= {"is_required": "true", "target_days": "60"}

    old, new = each(before(), "journey_completion_rate"), each(changed(require), "journey_completion_rate")
    assert all(new[key][1] == cell[1] and new[key][0] <= cell[0] for key, cell in old.items())
    assert any(new[key][0] < cell[0] for key, cell in old.items())


def test_a7_completion_is_no_more_than_any_single_step() -> None:
    """Each required step alone is done at least as often as all of them."""
    whole = sum(
        cell[0]
        for key, cell in each(before(), "journey_completion_rate").items()
        if key[0] == "year" and key[2] == "all"
    )
    for step in (1, 2):

        def alone(raw: Raw, step: int = step) -> None:
            for position, row in enumerate(raw["journeys"]):
                row["is_required"] = str(position == step).lower()

        done = each(changed(alone), "journey_completion_rate")
        assert sum(cell[0] for key, cell in done.items() if key[0] == "year" and key[2] == "all") >= whole > 0


def test_a8_an_unfinished_customer_never_shortens_the_wait() -> None:
    def add(raw: Raw) -> None:
        row = {**raw["customers"][0], "customer_id": "waiting", "name": "Waiting", "created_at": "2023-01-15"}
        raw["customers"].append(row)

    old, new = each(before(), "time_to_value"), each(changed(add), "time_to_value")
    january = ("month", date(2023, 1, 1), "all", "all")
    assert old[january][2] == 51
    assert all(new[key][2] is None or new[key][2] >= cell[2] for key, cell in old.items() if cell[2] is not None)


def test_a8_start_and_value_moved_together_leave_the_wait() -> None:
    """Ursula three days later, from first talk to report: her 20 days, and all that follows from them."""

    def move(raw: Raw) -> None:
        for table, columns in (("first_touches", ["first_interaction_at"]), ("milestones", ["reached_at"])):
            for row in raw[table]:
                if row["customer_id"] == "ursula_upgrades_mid_month":
                    for column in columns:
                        moment = datetime.fromisoformat(row[column].replace("Z", "")) + timedelta(days=3)
                        row[column] = f"{moment.isoformat()}Z"

    after = changed(move)
    for name in ("time_to_value", "time_to_value_mean"):
        assert each(after, name) == each(before(), name)


def test_funnel_needs_no_order_of_instants() -> None:
    """Ursula reaches the two steps in the middle the other way round."""

    def swap(raw: Raw) -> None:
        rows = {row["milestone"]: row for row in raw["milestones"] if row["customer_id"] == "ursula_upgrades_mid_month"}
        one, other = rows["connected_data"], rows["customised_theme"]
        one["reached_at"], other["reached_at"] = other["reached_at"], one["reached_at"]

    name = "adoption_funnel_conversion_rate"
    assert each(changed(swap), name) == each(before(), name)


# -- impact ------------------------------------------------------------------------------------------------------------


def test_impact_is_the_same_in_any_money() -> None:
    """Three times the prices and three times the gains."""

    def scale(raw: Raw) -> None:
        for row in raw["subscription_items"]:
            row["unit_amount"] = str(3 * Decimal(row["unit_amount"]))
            if row.get("discount_amount"):
                row["discount_amount"] = str(3 * Decimal(row["discount_amount"]))
        for row in raw["outcomes"]:
            if row["unit"] == "money":
                row["value"] = str(3 * Decimal(row["value"]))

    after = changed(scale)
    assert_equal_cells(before(), after, named("customer_reported_value"))
    worth = each(after, "customer_reported_value")
    assert all(worth[key][0] == 3 * cell[0] for key, cell in each(before(), "customer_reported_value").items())


def test_an_earlier_result_of_the_same_kind_is_nothing_to_the_score() -> None:
    row = {**cast()["outcomes"][1], "outcome_id": "sooner", "value": "1", "measured_at": "2024-03-01"}
    after = changed(lambda raw: raw["outcomes"].append(row))
    assert each(after, "customer_impact_score") == each(before(), "customer_impact_score")
    assert each(after, "customer_reported_value")[MARCH][0] == each(before(), "customer_reported_value")[MARCH][0] + 1
