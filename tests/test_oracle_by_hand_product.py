"""The reference's figures of use, adoption, onboarding and impact against companies small enough to be worked by hand, in the comments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.conftest import CAST, VARIABLES
from tests.oracle import METRICS, Result, compute
from tests.oracle.product import funnel_steps
from tests.test_oracle_by_hand import Book, exact, figure


class Office(Book):
    """A book of people at work: the customer of a user is the part of its id before the slash, `a/1` works for `a`."""

    def user(self, user_id: str, created: str = "2024-01-01", **more: str) -> Office:
        customer_id = user_id.split("/")[0]
        if customer_id not in {row["customer_id"] for row in self.tables["customers"]}:
            self.customer(customer_id)
        return self.add("users", {"user_id": user_id, "customer_id": customer_id, "created_at": created} | more)

    def does(self, user_id: str | None, *moments: str, name: str = "act", **more: str) -> Office:
        """An event at each moment."""
        events = self.tables.setdefault("usage_events", [])
        for moment in moments:
            row = {"event_id": f"e{len(events)}", "user_id": user_id, "customer_id": (user_id or "a").split("/")[0]}
            events.append(row | {"event_name": name, "occurred_at": moment} | more)
        return self

    def session(self, user_id: str | None, start: str, end: str, **more: str) -> Office:
        number = len(self.tables.get("sessions", []))
        row = {"session_id": f"n{number}", "user_id": user_id, "customer_id": (user_id or "a").split("/")[0]}
        return self.add("sessions", row | {"started_at": start, "ended_at": end} | more)

    def feature(self, name: str, released: str = "2023-01-01") -> Office:
        return self.add("features", {"feature": name, "released_at": released})

    def entitled(self, customer_id: str, feature: str, start: str, end: str | None = None) -> Office:
        row = {"customer_id": customer_id, "feature": feature, "entitled_from": start, "entitled_to": end}
        return self.add("entitlements", row)

    def journey(self, *steps: str, name: str = "onboarding") -> Office:
        """Steps in order, as `milestone`, `milestone:14` (target days), `milestone!` (value moment), `milestone?` (not required)."""
        for rank, step in enumerate(steps, start=1):
            milestone, _, target = step.partition(":")
            row = {
                "journey": name,
                "step_rank": rank,
                "milestone": milestone.rstrip("!?"),
                "target_days": target or None,
            }
            flags = {"is_required": str("?" not in milestone), "is_value_moment": str("!" in milestone)}
            self.add("journeys", row | flags)
        return self

    def reaches(self, customer_id: str, **days: str) -> Office:
        """A milestone at each moment: value="2024-01-20"."""
        if customer_id not in {row["customer_id"] for row in self.tables["customers"]}:
            self.customer(customer_id)
        rows = [{"customer_id": customer_id, "milestone": name, "reached_at": day} for name, day in days.items()]
        return self.add("milestones", *rows)

    def touch(self, customer_id: str, first: str | None, signed: str | None = None) -> Office:
        row = {"customer_id": customer_id, "first_interaction_at": first, "signed_at": signed}
        return self.add("first_touches", row)

    def outcome(
        self, customer_id: str, value: str, day: str, unit: str = "ratio", kind: str = "cost_saving", **more: str
    ) -> Office:
        number = len(self.tables.get("outcomes", []))
        row = {
            "outcome_id": f"o{number}",
            "customer_id": customer_id,
            "outcome_type": kind,
            "value": value,
            "unit": unit,
        }
        return self.add("outcomes", row | {"currency": "USD", "measured_at": day} | more)


@pytest.fixture(scope="module")
def cast() -> Result:
    return compute(CAST, "2024-06-20", VARIABLES)


JANUARY, FEBRUARY, MARCH = "2024-01-01", "2024-02-01", "2024-03-01"
PRODUCT = {name for name, metric in METRICS.items() if metric.family == "product"}


def rules(result: Result, table: str) -> list[tuple[str, bool]]:
    return sorted((rule, is_kept) for name, _, rule, is_kept in result.rejected if name == table)


def present(result: Result, **segment: str) -> set[str]:
    """Product metrics that have rows in January."""
    name, value = next(iter(segment.items()), ("all", "all"))
    return {key[0] for key in result.metrics if key[1:] == ("month", date(2024, 1, 1), name, value)} & PRODUCT


# -- active users ------------------------------------------------------------------------------------------------------


def test_user_days_over_the_days_of_the_month() -> None:
    # one on three days (twice on one of them), the other on one day: 4 / 31
    book = Office().user("a/1").user("a/2").does("a/1", "2024-01-02", "2024-01-02 08:00", "2024-01-03", "2024-01-31")
    result = book.does("a/2", "2024-01-03").count("2024-01-31")
    assert exact(result, "daily_active_users", JANUARY) == (4, 31)
    assert figure(result, "active_users", JANUARY) == 2
    assert figure(result, "active_customers", JANUARY) == 1
    assert exact(result, "actions_per_active_user", JANUARY) == (5, 2)


def test_an_open_month_divides_by_the_days_so_far() -> None:
    result = Office().user("a/1").does("a/1", "2024-01-05").count("2024-01-10")
    assert exact(result, "daily_active_users", JANUARY) == (1, 10)
    assert exact(result, "daily_active_users", "2024-01-01", "year") == (1, 10)


def test_a_leap_february_has_29_days_and_history_start_cuts_the_days() -> None:
    book = Office().user("a/1").does("a/1", "2024-02-09", "2024-02-10", "2024-02-29")
    assert exact(book.count("2024-02-29"), "daily_active_users", FEBRUARY) == (3, 29)
    # from 10 February: 20 days, two of them active; the rolling windows look back all the same
    cut = book.count("2024-02-29", history_start="2024-02-10")
    assert exact(cut, "daily_active_users", FEBRUARY) == (2, 20)
    assert exact(cut, "product_stickiness", FEBRUARY) == (3, 28)


def test_windows_of_7_and_28_days_end_with_the_close() -> None:
    # the 28 days that end with 31 January begin on the 4th, the seven days on the 25th
    book = Office().user("a/1").user("b/1").user("c/1").user("d/1")
    book.does("a/1", "2024-01-04").does("b/1", "2024-01-03").does("c/1", "2024-01-25").does("d/1", "2024-01-24")
    result = book.count("2024-01-31")
    assert figure(result, "monthly_active_users", JANUARY) == 3  # not b
    assert figure(result, "weekly_active_users", JANUARY) == 1  # c
    assert figure(result, "active_users", JANUARY) == 4
    assert exact(result, "product_stickiness", JANUARY) == (3, 84)
    assert exact(result, "weekly_stickiness", JANUARY) == (1, 7)


def test_windows_are_those_of_the_close_whatever_the_period_type() -> None:
    book = Office().user("a/1").does("a/1", "2024-01-15", "2024-03-20")
    result = book.count("2024-03-31")
    assert figure(result, "monthly_active_users", JANUARY, "quarter") == 1
    assert exact(result, "product_stickiness", JANUARY, "quarter") == (1, 28)  # 15 January is long ago
    assert exact(result, "daily_active_users", JANUARY, "quarter") == (2, 91)
    # nobody in the 28 days to 29 February: 2 February is the first of them
    assert figure(result, "monthly_active_users", FEBRUARY) == 0
    assert figure(result, "product_stickiness", FEBRUARY) is None


def test_every_user_every_day_is_as_sticky_as_can_be() -> None:
    book = Office().user("a/1").does("a/1", *(f"2024-02-{day:02}" for day in range(1, 30)))
    result = book.count("2024-02-29")
    assert figure(result, "product_stickiness", FEBRUARY) == 1
    assert figure(result, "weekly_stickiness", FEBRUARY) == 1


def test_who_is_no_user() -> None:
    # a bot, one of our own, a test customer's, one not created yet; events without a user; only a/1 counts
    book = (
        Office().user("a/1").user("a/bot", is_bot="true").user("a/own", is_internal="yes").user("a/late", "2024-02-01")
    )
    book.customer("t", is_test="true").user("t/1")
    for user in ("a/1", "a/bot", "a/own", "a/late", "t/1", None):
        book.does(user, "2024-01-10")
    result = book.count("2024-01-31")
    assert figure(result, "active_users", JANUARY) == 1
    assert exact(result, "actions_per_active_user", JANUARY) == (1, 1)
    assert exact(result, "new_user_share", JANUARY) == (1, 1)
    assert figure(result, "active_customers", JANUARY) == 1


def test_an_event_counts_for_the_customer_of_its_user() -> None:
    # the row says b, the user is of a
    book = Office().customer("b", country="FR").customer("a", country="DE").user("a/1")
    result = book.does("a/1", "2024-01-10", customer_id="b").count("2024-01-31")
    assert figure(result, "active_users", JANUARY, country="DE") == 1
    assert ("active_users", "month", date(2024, 1, 1), "country", "FR") not in result.metrics or (
        figure(result, "active_users", JANUARY, country="FR") == 0
    )


def test_an_unknown_user_is_rejected_and_an_unknown_customer_kept() -> None:
    book = Office().customer("a").does("a/ghost", "2024-01-10")
    book.add("users", {"user_id": "x/1", "customer_id": "x", "created_at": "2024-01-02"}).does("x/1", "2024-01-11")
    result = book.count("2024-01-31")
    assert rules(result, "usage_events") == [("unknown_customer", True), ("unknown_user", False)]
    assert figure(result, "active_users", JANUARY) == 1
    assert figure(result, "active_users", JANUARY, country="(unknown)") == 1


def test_users_of_merged_customers_are_one_customers() -> None:
    book = (
        Office().customer("b", country="FR").user("a/1").user("b/1").does("a/1", "2024-01-05").does("b/1", "2024-01-05")
    )
    book.add("customer_merges", {"from_customer_id": "a", "into_customer_id": "b", "merged_at": "2024-01-20"})
    result = book.count("2024-01-31")
    assert figure(result, "active_users", JANUARY) == 2
    assert figure(result, "active_customers", JANUARY) == 1
    assert figure(result, "active_users", JANUARY, country="FR") == 2
    # before the merge was made they are two
    assert figure(book.count("2024-01-19"), "active_customers", JANUARY) == 2


def test_a_day_is_a_day_of_the_reporting_zone() -> None:
    # 03:30 UTC on 1 February is the evening of 31 January in New York; a date stays where it is
    book = Office().user("a/1").does("a/1", "2024-02-01 03:30:00Z").user("a/2").does("a/2", "2024-02-01")
    result = book.count("2024-02-29", reporting_timezone="America/New_York")
    assert figure(result, "active_users", JANUARY) == 1
    assert figure(result, "active_users", FEBRUARY) == 1
    assert figure(book.count("2024-02-29"), "active_users", FEBRUARY) == 2


def test_a_user_moves_with_its_customer() -> None:
    # a is in DE until 15 January, in FR from then on: all of January stands under FR
    book = (
        Office()
        .customer("a")
        .add(
            "customer_attributes",
            {"customer_id": "a", "attribute": "country", "value": "DE", "valid_from": "2023-12-01"},
            {"customer_id": "a", "attribute": "country", "value": "FR", "valid_from": "2024-01-15"},
        )
    )
    result = book.user("a/1", "2023-12-20").does("a/1", "2024-01-02").count("2024-01-31")
    assert figure(result, "active_users", JANUARY, country="FR") == 1
    assert ("active_users", "month", date(2024, 1, 1), "country", "DE") not in result.metrics


def test_qualifying_events_alone_make_a_user_active() -> None:
    book = Office().user("a/1").user("a/2").sells("a.1", "10", "2024-01-01")
    book.does("a/1", "2024-01-10", name="report").does("a/2", "2024-01-10", name="page_view")
    assert figure(book.count("2024-01-31"), "active_users", JANUARY) == 2
    result = book.count("2024-01-31", active_event_names=["report"])
    assert figure(result, "active_users", JANUARY) == 1
    # revenue per active user reads the same: 10 / 1
    assert exact(result, "average_revenue_per_user", JANUARY) == (10, 1)


def test_nobody() -> None:
    # a user that never did anything, before an event of February
    result = Office().user("a/1").does("a/1", "2024-02-10").count("2024-02-29")
    assert exact(result, "daily_active_users", JANUARY) == (0, 31)
    for metric in ("actions_per_active_user", "average_time_on_platform", "product_stickiness", "weekly_stickiness"):
        assert figure(result, metric, JANUARY) is None
    for metric in ("active_users", "weekly_active_users", "monthly_active_users", "active_customers"):
        assert figure(result, metric, JANUARY) == 0


# -- share of paying users, engagement, actions, logins ----------------------------------------------------------------


def test_active_users_of_paying_customers() -> None:
    # a pays: two users, one active; b does not pay: one active. 1/2, unrestricted 2/2
    book = Office().sells("a.1", "10", "2024-01-10").user("a/1").user("a/2").user("b/1")
    result = book.does("a/1", "2024-01-05").does("b/1", "2024-01-05").count("2024-01-31")
    assert exact(result, "recurring_active_user_rate", JANUARY) == (1, 2)
    assert exact(result, "recurring_active_user_rate_unrestricted", JANUARY) == (2, 2)


def test_a_user_active_before_creation_is_no_user_of_the_close() -> None:
    # a/1, created in February, was active in January: active, but none of January's users
    book = Office().sells("a.1", "10", "2024-01-10").user("a/1", "2024-02-10").does("a/1", "2024-01-20")
    result = book.count("2024-02-29")
    assert exact(result, "recurring_active_user_rate", JANUARY) == (0, 0)
    assert exact(result, "recurring_active_user_rate_unrestricted", JANUARY) == (1, 0)
    assert figure(result, "active_users", JANUARY) == 1


def test_nobody_pays() -> None:
    result = Office().user("a/1").does("a/1", "2024-01-05").count("2024-01-31")
    assert figure(result, "recurring_active_user_rate", JANUARY) is None
    assert figure(result, "customer_engagement_rate", JANUARY) is None


def test_engaged_with_five_actions_in_28_days() -> None:
    # a: 3 + 2 (a row of two) = 5, engaged; b: 4; c: 5, the first on the 29th day before; d: 5 but does not pay
    book = Office()
    for name in "abc":
        book.sells(f"{name}.1", "10", "2024-01-01").user(f"{name}/1")
    book.user("d/1").does("d/1", *["2024-01-20"] * 5)
    book.does("a/1", "2024-01-04", "2024-01-10", "2024-01-31").does("a/1", "2024-01-20", event_count="2")
    book.does("b/1", *["2024-01-20"] * 4).does("c/1", "2024-01-03", *["2024-01-20"] * 4)
    result = book.count("2024-01-31")
    assert exact(result, "customer_engagement_rate", JANUARY) == (1, 3)
    assert exact(book.count("2024-01-31", engagement_min_actions=4), "customer_engagement_rate", JANUARY) == (3, 3)
    # 5 + 4 + 5 + 5 by four users
    assert exact(result, "actions_per_active_user", JANUARY) == (19, 4)


def test_a_row_of_no_actions_makes_active_but_adds_nothing() -> None:
    book = Office().user("a/1").does("a/1", "2024-01-10", event_count="0")
    assert exact(book.count("2024-01-31"), "actions_per_active_user", JANUARY) == (0, 1)
    assert rules(book.does("a/1", "2024-01-11", event_count="-1").count("2024-01-31"), "usage_events") == [
        ("negative_count", False)
    ]


def test_logins_a_week() -> None:
    # a logs in three times (one row of two), b never: 7 x 3 / (2 x 31)
    book = Office().user("a/1").user("b/1").does("b/1", "2024-01-08").does("a/1", "2024-01-08", name="login")
    book.does("a/1", "2024-01-09", name="login", event_count="2")
    assert exact(book.count("2024-01-31"), "login_frequency", JANUARY) == (21, 62)
    # where logins do not qualify, they count all the same
    result = book.count("2024-01-31", active_event_names="act", login_event_names="login, sso")
    assert exact(result, "login_frequency", JANUARY) == (21, 31)


def test_without_any_login_there_is_no_login_frequency() -> None:
    book = (
        Office()
        .user("a/1")
        .user("a/bot", is_bot="true")
        .does("a/1", "2024-01-08")
        .does("a/bot", "2024-01-08", name="login")
    )
    assert "login_frequency" not in present(book.count("2024-01-31"))
    # one in February is one in all the data
    later = book.does("a/1", "2024-02-01", name="login")
    assert "login_frequency" not in present(later.count("2024-01-31"))
    assert exact(later.count("2024-02-10"), "login_frequency", JANUARY) == (0, 31)


# -- sessions ----------------------------------------------------------------------------------------------------------


def test_sessions_stand_on_the_day_on_which_they_start() -> None:
    # over midnight of 31 January: two hours in January; one of no length counts too
    book = Office().user("a/1").does("a/1", "2024-01-10").session("a/1", "2024-01-31 23:00:00Z", "2024-02-01 01:00:00Z")
    book.session("a/1", "2024-01-10 08:00:00Z", "2024-01-10 08:00:00Z").session(
        "a/1", "2024-01-11 08:00:00Z", "2024-01-11 08:10:00.5Z"
    )
    result = book.count("2024-02-29")
    assert exact(result, "average_session_duration", JANUARY) == (Decimal("7800.5"), 3)
    assert figure(result, "median_session_duration", JANUARY) == 600.5
    assert exact(result, "average_time_on_platform", JANUARY) == (Decimal("7800.5"), 1)
    assert exact(result, "average_session_duration", FEBRUARY) == (0, 0)
    assert figure(result, "median_session_duration", FEBRUARY) is None
    # as of 31 January the one over midnight has not ended
    assert exact(book.count("2024-01-31"), "average_session_duration", JANUARY) == (Decimal("600.5"), 2)


def test_the_hour_that_a_clock_skips_is_no_time() -> None:
    # 01:30 to 03:30 on the clock of Berlin on 31 March 2024 is one hour
    book = Office().user("a/1").session("a/1", "2024-03-31T01:30:00+01:00", "2024-03-31T03:30:00+02:00")
    result = book.count("2024-03-31", reporting_timezone="Europe/Berlin")
    assert exact(result, "average_session_duration", MARCH) == (3600, 1)


def test_median_of_an_even_number_lies_between() -> None:
    book = Office().user("a/1")
    for minute in (1, 2, 4, 10):
        book.session("a/1", f"2024-01-{minute + 10} 08:00:00Z", f"2024-01-{minute + 10} 08:{minute:02}:00Z")
    assert figure(book.count("2024-01-31"), "median_session_duration", JANUARY) == 180


def test_sessions_that_do_not_count() -> None:
    # too long by a second, ends first, unknown user; kept but out: without a user, of a bot, of a test customer
    book = Office().user("a/1").user("a/bot", is_bot="true").customer("t", is_test="true").user("t/1")
    book.session("a/1", "2024-01-10 08:00:00Z", "2024-01-11 08:00:00Z").session(
        "a/1", "2024-01-12 08:00:00Z", "2024-01-13 08:00:01Z"
    )
    book.session("a/1", "2024-01-10 08:00:00Z", "2024-01-10 07:59:59Z").session(
        "a/9", "2024-01-10 08:00:00Z", "2024-01-10 09:00:00Z"
    )
    for user in (None, "a/bot", "t/1"):
        book.session(user, "2024-01-10 08:00:00Z", "2024-01-10 09:00:00Z")
    result = book.count("2024-01-31")
    assert rules(result, "sessions") == [
        ("end_before_start", False),
        ("session_too_long", False),
        ("unknown_user", False),
    ]
    assert exact(result, "average_session_duration", JANUARY) == (86400, 1)
    shorter = book.count("2024-01-31", max_session_hours=23)
    assert rules(shorter, "sessions").count(("session_too_long", False)) == 2


def test_sessions_cut_from_events() -> None:
    # 10:00, 10:05, 10:10 and, exactly half an hour later, 10:40: 600 seconds and 0
    book = Office().user("a/1").does("a/1", *(f"2024-01-10 10:{minute}:00Z" for minute in ("10", "00", "40", "05")))
    result = book.count("2024-01-31")
    assert exact(result, "average_session_duration", JANUARY) == (600, 2)
    assert figure(result, "median_session_duration", JANUARY) == 300
    assert exact(book.count("2024-01-31", session_gap_minutes=31), "average_session_duration", JANUARY) == (2400, 1)
    # a table of sessions, of whomever, takes their place
    book.user("a/bot", is_bot="true").session("a/bot", "2024-01-10 08:00:00Z", "2024-01-10 09:00:00Z")
    assert exact(book.count("2024-01-31"), "average_session_duration", JANUARY) == (0, 0)


def test_cut_sessions_know_no_limit_and_take_every_event() -> None:
    # an event every 20 minutes from 31 January 12:00 to 1 February 14:00, of which none qualifies: one session of 26 hours
    moments = [f"2024-01-31 {hour:02}:{minute:02}:00Z" for hour in range(12, 24) for minute in (0, 20, 40)]
    moments += [f"2024-02-01 {hour:02}:{minute:02}:00Z" for hour in range(14) for minute in (0, 20, 40)] + [
        "2024-02-01 14:00:00Z"
    ]
    book = Office().user("a/1").does("a/1", *moments)
    result = book.count("2024-02-29", active_event_names=["report"])
    assert exact(result, "average_session_duration", JANUARY) == (26 * 3600, 1)
    assert exact(result, "average_time_on_platform", JANUARY) == (26 * 3600, 0)


# -- adoption ----------------------------------------------------------------------------------------------------------


def test_adopted_on_three_days_of_the_first_thirty() -> None:
    # created on 1 January, the 31st is the last day of the window; a: 1, 5, 31 January, 30 days; b: third day too late;
    # c: three times on one day
    book = Office().user("a/1").user("b/1").user("c/1").does("a/1", "2024-01-01", "2024-01-05", "2024-01-31")
    book.does("b/1", "2024-01-01", "2024-01-05", "2024-02-01").does("c/1", *["2024-01-02"] * 3)
    result = book.count("2024-01-31")
    assert exact(result, "product_adoption_rate", JANUARY) == (1, 3)
    assert figure(result, "median_days_to_adoption", JANUARY) == 30
    assert result.cell("product_adoption_rate", "month", JANUARY).is_complete
    other = book.count("2024-01-31", adoption_days=5, adoption_active_days=1)
    assert exact(other, "product_adoption_rate", JANUARY) == (3, 3)
    assert figure(other, "median_days_to_adoption", JANUARY) == 0


def test_a_user_waits_until_the_last_day_of_the_window() -> None:
    # created on 31 January: the window closes on 1 March 2024 (29 days in February); whatever has happened so far, pending
    book = Office().user("a/1", "2024-01-31").does("a/1", "2024-01-31", "2024-02-01", "2024-02-02")
    before = book.count("2024-02-29")
    assert exact(before, "product_adoption_rate", JANUARY) == (0, 0)
    assert figure(before, "median_days_to_adoption", JANUARY) is None
    assert not before.cell("product_adoption_rate", "month", JANUARY).is_complete
    assert not before.cell("median_days_to_adoption", "month", JANUARY).is_complete
    assert before.cell("new_user_share", "month", JANUARY).is_complete
    after = book.count("2024-03-01")
    assert exact(after, "product_adoption_rate", JANUARY) == (1, 1)
    assert figure(after, "median_days_to_adoption", JANUARY) == 2
    assert after.cell("product_adoption_rate", "month", JANUARY).is_complete


def test_adoption_starts_with_the_day_of_creation_and_stands_there() -> None:
    # events before creation do not help; the customer was in DE on the day of creation
    book = (
        Office()
        .customer("a")
        .add(
            "customer_attributes",
            {"customer_id": "a", "attribute": "country", "value": "DE", "valid_from": "2023-12-01"},
            {"customer_id": "a", "attribute": "country", "value": "FR", "valid_from": "2024-01-15"},
        )
    )
    book.user("a/1", "2024-01-10").does("a/1", "2024-01-08", "2024-01-09", "2024-01-10", "2024-01-11")
    result = book.count("2024-03-31")
    assert exact(result, "product_adoption_rate", JANUARY) == (0, 1)
    assert exact(result, "product_adoption_rate", JANUARY, country="DE") == (0, 1)
    assert exact(result, "product_adoption_rate", JANUARY, country="FR") == (0, 0)
    assert exact(result, "new_user_share", JANUARY, country="FR") == (1, 1)


def test_median_days_to_adoption_lies_between() -> None:
    # 2 days and 5 days
    book = Office().user("a/1").user("a/2").does("a/1", "2024-01-01", "2024-01-02", "2024-01-03")
    result = book.does("a/2", "2024-01-04", "2024-01-05", "2024-01-06").count("2024-02-29")
    assert figure(result, "median_days_to_adoption", JANUARY) == 3.5


def test_new_user_share() -> None:
    # January: 1 of 1; February: 2 of 3; March: 0 of 3
    book = Office().user("a/1", "2024-01-05").user("a/2", "2024-02-01").user("b/1", "2024-02-29 23:59:59Z")
    result = book.count("2024-03-31")
    assert exact(result, "new_user_share", JANUARY) == (1, 1)
    assert exact(result, "new_user_share", FEBRUARY) == (2, 3)
    assert exact(result, "new_user_share", MARCH) == (0, 3)
    assert exact(result, "new_user_share", JANUARY, "quarter") == (3, 3)
    # the only usage metric that needs no event, but for sessions
    assert present(result) == {"new_user_share"}


# -- features ----------------------------------------------------------------------------------------------------------


def test_entitled_pairs_that_were_used() -> None:
    # a may use x (used), y (not); b may use x (used by a bot only): 1/3; per feature x 1/2, y 0/1
    book = Office().user("a/1").user("b/1").user("b/bot", is_bot="true").entitled("a", "x", "2023-01-01")
    book.entitled("a", "y", "2023-01-01").entitled("b", "x", "2023-01-01")
    book.does("a/1", "2024-01-10", feature="x").does("a/1", "2024-01-11", feature="x").does(
        "b/bot", "2024-01-10", feature="x"
    )
    result = book.count("2024-01-31")
    assert exact(result, "feature_adoption_rate", JANUARY) == (1, 3)
    assert exact(result, "feature_adoption_rate", JANUARY, feature="x") == (1, 2)
    assert exact(result, "feature_adoption_rate", JANUARY, feature="y") == (0, 1)
    assert present(result, feature="x") == {"feature_adoption_rate", "feature_adoption_rate_of_active_users"}
    # one active user, one feature seen
    assert exact(result, "feature_adoption_rate_of_active_users", JANUARY) == (1, 1)
    assert exact(result, "feature_adoption_rate_of_active_users", JANUARY, feature="y") == (0, 1)


def test_an_entitlement_that_ends_in_the_month() -> None:
    # x may be used to the 14th: used on the 15th is not used; y begins on the last day and is used on it; z is gone before
    book = Office().user("a/1").entitled("a", "x", "2024-01-01", "2024-01-15").entitled("a", "y", "2024-01-31")
    book.entitled("a", "z", "2023-01-01", "2024-01-01").entitled("a", "none", "2024-01-10", "2024-01-10")
    book.does("a/1", "2024-01-15", feature="x").does("a/1", "2024-01-31", feature="y").does(
        "a/1", "2024-01-10", feature="z"
    )
    result = book.count("2024-01-31")
    assert exact(result, "feature_adoption_rate", JANUARY) == (1, 2)
    assert exact(result, "feature_adoption_rate", JANUARY, feature="z") == (0, 0)
    # the last day is not yet there: only x is entitled
    assert exact(book.count("2024-01-30"), "feature_adoption_rate", JANUARY) == (0, 1)


def test_two_entitlements_to_one_feature_are_one_pair() -> None:
    # to the 9th and from the 20th: used on the 15th between them is not used, on the 20th it is
    book = Office().user("a/1").entitled("a", "x", "2024-01-01", "2024-01-10").entitled("a", "x", "2024-01-20")
    assert exact(book.does("a/1", "2024-01-15", feature="x").count("2024-01-31"), "feature_adoption_rate", JANUARY) == (
        0,
        1,
    )
    assert exact(book.does("a/1", "2024-01-20", feature="x").count("2024-01-31"), "feature_adoption_rate", JANUARY) == (
        1,
        1,
    )


def test_entitlements_of_merged_customers() -> None:
    # a, merged into b, was entitled; b's user uses it: one pair, used
    book = Office().customer("a").user("b/1").entitled("a", "x", "2024-01-01").entitled("b", "x", "2024-01-01")
    book.add("customer_merges", {"from_customer_id": "a", "into_customer_id": "b", "merged_at": "2024-01-20"})
    result = book.does("b/1", "2024-01-05", feature="x").count("2024-01-31")
    assert exact(result, "feature_adoption_rate", JANUARY) == (1, 1)
    late = (
        Office()
        .user("a/1")
        .does("a/1", "2024-01-05")
        .entitled("a", "x", "2024-01-10", "2024-01-09")
        .entitled("q", "x", "2024-01-02")
    )
    assert rules(late.count("2024-01-31"), "entitlements") == [("end_before_start", False), ("unknown_customer", True)]


def test_without_entitlements_paying_customers_and_released_features() -> None:
    # x and y are released by the close, z is not; a and b pay, c does not: 2 x 2 pairs, of which a used x, b z, c y
    book = (
        Office().sells("a.1", "10", "2024-01-01").sells("b.1", "10", "2024-01-20").user("a/1").user("b/1").user("c/1")
    )
    book.feature("x").feature("y", "2024-01-31").feature("z", "2024-02-01")
    book.does("a/1", "2024-01-05", feature="x").does("b/1", "2024-01-05", feature="z").does(
        "c/1", "2024-01-05", feature="y"
    )
    result = book.count("2024-02-29")
    assert exact(result, "feature_adoption_rate", JANUARY) == (1, 4)
    assert exact(result, "feature_adoption_rate", JANUARY, feature="y") == (0, 2)
    assert exact(result, "feature_adoption_rate", JANUARY, feature="z") == (0, 0)
    assert exact(result, "feature_adoption_rate", FEBRUARY) == (0, 6)
    # without the table of features: those that anybody has used so far, all three by the end of January
    del book.tables["features"]
    assert exact(book.count("2024-02-29"), "feature_adoption_rate", JANUARY) == (2, 6)


def test_features_of_active_users() -> None:
    # three active users x two features ever used (y last year, by a bot's colleague); a used x, b x, c nothing
    book = Office().customer("a").user("a/0", "2023-01-01").does("a/0", "2023-06-01", feature="y")
    for user in ("a/1", "a/2", "a/3"):
        book.user(user)
    book.does("a/1", "2024-01-05", "2024-01-06", feature="x").does("a/2", "2024-01-05", feature="x").does(
        "a/3", "2024-01-05"
    )
    result = book.count("2024-01-31")
    assert exact(result, "feature_adoption_rate_of_active_users", JANUARY) == (2, 6)
    assert exact(result, "feature_adoption_rate_of_active_users", JANUARY, feature="x") == (2, 3)
    assert exact(result, "feature_adoption_rate_of_active_users", JANUARY, feature="y") == (0, 3)
    # who did nothing that qualifies is not active, and no pair either; the feature is known by its use
    report = book.does("a/1", "2024-01-07", name="report").count("2024-01-31", active_event_names=["report"])
    assert exact(report, "feature_adoption_rate_of_active_users", JANUARY) == (1, 2)


# -- funnel and journeys -----------------------------------------------------------------------------------------------


def test_funnel() -> None:
    # a: all three, the second before the first; b: stops after two; c: leaves the second out; d: never begins
    book = Office().journey("one", "two", "three?")
    book.reaches("a", one="2024-01-10", two="2024-01-09", three="2024-03-01").reaches(
        "b", one="2024-01-31", two="2024-02-01"
    )
    book.reaches("c", one="2024-01-05", three="2024-01-06").reaches("d", two="2024-01-05", three="2024-01-06")
    result = book.count("2024-03-31")
    assert exact(result, "adoption_funnel_conversion_rate", JANUARY) == (1, 3)
    # the third step lies after the day
    assert exact(book.count("2024-02-29"), "adoption_funnel_conversion_rate", JANUARY) == (0, 3)
    assert exact(result, "adoption_funnel_conversion_rate", FEBRUARY) == (0, 0)
    assert figure(result, "adoption_funnel_conversion_rate", FEBRUARY) is None


def test_the_funnel_is_the_first_journey_by_name_or_the_one_asked_for() -> None:
    book = Office().journey("start", "end", name="b").journey("start", name="a").reaches("x", start="2024-01-05")
    assert exact(book.count("2024-01-31"), "adoption_funnel_conversion_rate", JANUARY) == (1, 1)
    assert exact(book.count("2024-01-31", adoption_journey="b"), "adoption_funnel_conversion_rate", JANUARY) == (0, 1)
    assert exact(book.count("2024-01-31", adoption_journey="c"), "adoption_funnel_conversion_rate", JANUARY) == (0, 0)


def test_the_first_time_at_the_first_step_counts() -> None:
    book = Office().journey("one").reaches("a", one="2024-02-10").reaches("a", one="2024-01-10")
    result = book.count("2024-02-29")
    assert exact(result, "adoption_funnel_conversion_rate", JANUARY) == (1, 1)
    assert exact(result, "adoption_funnel_conversion_rate", FEBRUARY) == (0, 0)


def test_steps_stand_by_their_rank_not_as_text() -> None:
    # 10 comes after 9
    book = Office().reaches("a", nine="2024-01-05", ten="2024-02-05")
    for rank, milestone in (("10", "ten"), ("9", "nine")):
        book.add(
            "journeys",
            {"journey": "j", "step_rank": rank, "milestone": milestone, "is_required": "1", "is_value_moment": "0"},
        )
    assert exact(book.count("2024-02-29"), "adoption_funnel_conversion_rate", JANUARY) == (1, 1)


def test_journey_is_due_with_its_longest_target() -> None:
    # from 10 January: two within 14 days, three within 30: due on 9 February. a on the last day of each; b two a day late;
    # c has not begun
    book = Office().journey("one:0", "two:14", "three:30", "four?:60")
    book.reaches("a", one="2024-01-10", two="2024-01-24", three="2024-02-09")
    book.reaches("b", one="2024-01-10", two="2024-01-25", three="2024-01-26").reaches("c", two="2024-01-10")
    result = book.count("2024-02-09")
    assert exact(result, "journey_completion_rate", FEBRUARY) == (1, 2)
    assert exact(result, "journey_completion_rate", JANUARY) == (0, 0)
    assert exact(book.count("2024-02-08"), "journey_completion_rate", FEBRUARY) == (0, 0)


def test_a_journey_without_targets_takes_the_default_and_one_without_required_steps_is_none() -> None:
    book = Office().journey("one", "two", name="j").journey("one?", name="k")
    book.reaches("a", one="2024-01-01", two="2024-01-31")
    # 90 days after 1 January 2024: 31 March
    assert exact(book.count("2024-03-31"), "journey_completion_rate", MARCH) == (1, 1)
    # 30 days: 31 January
    assert exact(book.count("2024-03-31", journey_target_days=30), "journey_completion_rate", JANUARY) == (1, 1)
    assert exact(book.count("2024-03-31", journey_target_days=29), "journey_completion_rate", JANUARY) == (0, 1)


def test_two_journeys_are_two_units_and_half_a_day_is_none() -> None:
    # i is due on 11 January (10.9 days: 10), missed; k, whose only step it is, at once
    book = (
        Office()
        .journey("one?", "two:10.9", name="i")
        .journey("one:0", name="k")
        .reaches("a", one="2024-01-01", two="2024-01-12")
    )
    assert exact(book.count("2024-01-31"), "journey_completion_rate", JANUARY) == (1, 2)


def test_a_negative_target_is_no_step() -> None:
    book = Office().journey("one:-1", "two:5").reaches("a", one="2024-01-01", two="2024-01-06")
    result = book.count("2024-01-31")
    assert rules(result, "journeys") == [("negative_target", False)]
    assert exact(result, "journey_completion_rate", JANUARY) == (1, 1)  # from the 6th, due on the 11th


def test_two_spellings_of_a_rank_are_one_key() -> None:
    row = {"journey": "j", "milestone": "one", "is_required": "true", "is_value_moment": "false"}
    book = Office().reaches("a", one="2024-01-01").add("journeys", row | {"step_rank": "1"}, row | {"step_rank": "1.0"})
    assert rules(book.count("2024-01-31"), "journeys") == [("unordered_duplicate", False)] * 2


def test_milestones_out_of_order_are_kept_and_listed() -> None:
    # two before one; three before two although after one; four without three ever: not listed
    book = Office().journey("one", "two", "three", "four", "five")
    book.reaches("a", one="2024-01-10", two="2024-01-09", three="2024-01-08").reaches(
        "b", one="2024-01-10", two="2024-01-10"
    )
    book.reaches("c", five="2024-01-02").reaches("a", two="2024-01-12")
    result = book.count("2024-01-31")
    listed = sorted(key for table, key, rule, _ in result.rejected if rule == "before_predecessor")
    assert listed == ["a|three|2024-01-08", "a|two|2024-01-09"]
    assert exact(result, "adoption_funnel_conversion_rate", JANUARY) == (0, 2)


# -- time to value -----------------------------------------------------------------------------------------------------


def test_time_to_value() -> None:
    # a after 10 days, b after 20, c not yet (30 days): S(10) = 2/3, S(20) = 1/3 <= 1/2
    book = Office().journey("one", "value!").customer("c")
    result = book.reaches("a", value="2024-01-11").reaches("b", value="2024-01-21").count("2024-01-31")
    assert figure(result, "time_to_value", JANUARY) == 20
    assert exact(result, "time_to_value_mean", JANUARY) == (30, 2)


def test_half_is_enough_and_less_is_not() -> None:
    # of two, one after 10 days: S(10) = 1/2
    book = Office().journey("value!").customer("b").reaches("a", value="2024-01-11")
    assert figure(book.count("2024-01-31"), "time_to_value", JANUARY) == 10
    # of three: S(10) = 2/3, never a half
    result = book.customer("c").count("2024-01-31")
    assert figure(result, "time_to_value", JANUARY) is None
    assert exact(result, "time_to_value_mean", JANUARY) == (10, 1)


def test_who_is_censored_on_a_day_was_at_risk_on_it() -> None:
    # as of 31 January: b, created on the 21st, has waited 10 days, as long as a took: S(10) = 1/2
    book = Office().journey("value!").customer("b", created_at="2024-01-21").reaches("a", value="2024-01-11")
    assert figure(book.count("2024-01-31"), "time_to_value", JANUARY) == 10
    # the day before it had not: the same; two days on, of b alone
    assert figure(book.count("2024-01-30"), "time_to_value", JANUARY) == 10


def test_censored_earlier_are_out_of_the_risk() -> None:
    # a 5 days, b censored after 7, c 10 days: S(5) = 2/3, S(10) = 2/3 x 0 = 0
    book = Office().journey("value!").customer("b", created_at="2024-01-24").reaches("a", value="2024-01-06")
    assert figure(book.reaches("c", value="2024-01-11").count("2024-01-31"), "time_to_value", JANUARY) == 10


def test_value_after_the_period_counts_for_the_cohort_of_the_start() -> None:
    book = Office().journey("value!").reaches("a", value="2024-02-10")
    assert figure(book.count("2024-01-31"), "time_to_value", JANUARY) is None
    result = book.count("2024-02-29")
    assert figure(result, "time_to_value", JANUARY) == 40
    assert exact(result, "time_to_value_mean", JANUARY) == (40, 1)
    assert exact(result, "time_to_value_mean", FEBRUARY) == (0, 0)


def test_start_is_the_first_interaction_else_the_creation() -> None:
    # a: first interaction on 20 December 2023, two rows after a merge, the earlier counts; b: created on 1 January
    book = Office().journey("value!").reaches("a", value="2024-01-09").reaches("b", value="2024-01-03").customer("z")
    book.touch("a", "2023-12-20", "2024-01-05").touch("z", "2023-12-24", "2024-01-02")
    book.add("customer_merges", {"from_customer_id": "z", "into_customer_id": "a", "merged_at": "2024-01-20"})
    result = book.count("2024-01-31")
    assert figure(result, "time_to_value", "2023-12-01") == 20
    assert figure(result, "time_to_value", JANUARY) == 2
    # signed on 2 January (the earlier of the two): 7 days; b has never paid
    assert figure(result, "time_to_value_from_purchase", JANUARY) == 7


def test_a_touch_without_times_and_one_still_to_come() -> None:
    # neither says anything: both start with their creation, neither has bought
    book = Office().journey("value!").reaches("a", value="2024-01-04").reaches("b", value="2024-01-08")
    result = book.touch("a", None).touch("b", None, "2024-03-01").count("2024-01-31")
    assert exact(result, "time_to_value_mean", JANUARY) == (10, 2)
    assert figure(result, "time_to_value_from_purchase", JANUARY) is None


def test_value_before_purchase_took_no_days() -> None:
    # value on the 5th; pays from the 20th
    book = Office().journey("value!").reaches("a", value="2024-01-05").sells("a.1", "10", "2024-01-20")
    result = book.count("2024-01-31")
    assert figure(result, "time_to_value_from_purchase", JANUARY) == 0
    assert figure(result, "time_to_value", JANUARY) == 4


def test_value_before_the_start_is_an_error_of_the_data() -> None:
    # an hour before the first interaction; another milestone may lie before it
    book = Office().journey("one", "value!").touch("a", "2024-01-10 12:00:00Z")
    book.reaches("a", one="2023-12-30", value="2024-01-10 11:00:00Z")
    result = book.count("2024-01-31")
    assert rules(result, "milestones") == [("value_before_start", False)]
    assert figure(result, "time_to_value", JANUARY) is None
    # on the same day but later: 0 days
    later = Office().journey("value!").touch("a", "2024-01-10 12:00:00Z").reaches("a", value="2024-01-10 13:00:00Z")
    assert figure(later.count("2024-01-31"), "time_to_value", JANUARY) == 0


def test_the_first_of_several_value_moments() -> None:
    book = Office().journey("one", "two!", "three!").journey("four!", name="other")
    result = book.reaches("a", three="2024-01-05", two="2024-01-09", four="2024-01-04").count("2024-01-31")
    assert figure(result, "time_to_value", JANUARY) == 3


def test_customers_of_no_row_and_test_customers() -> None:
    # x has a touch but no row: starts with it; y has neither: no start; t is a test customer
    book = Office().journey("value!").customer("t", is_test="true").touch("x", "2024-01-02")
    book.add(
        "milestones",
        *({"customer_id": name, "milestone": "value", "reached_at": "2024-01-07"} for name in ("x", "y", "t")),
    )
    result = book.count("2024-01-31")
    assert exact(result, "time_to_value_mean", JANUARY) == (5, 1)
    assert exact(result, "time_to_value_mean", JANUARY, country="(unknown)") == (5, 1)


def test_days_to_value_are_local_days() -> None:
    # 2 January 03:00 UTC is still the 1st in New York; 11 January 05:00 is midnight there: 9 days, and 10 days there
    book = Office().journey("value!").touch("a", "2024-01-02 03:00:00Z").reaches("a", value="2024-01-11 05:00:00Z")
    assert figure(book.count("2024-01-31"), "time_to_value", JANUARY) == 9
    assert figure(book.count("2024-01-31", reporting_timezone="America/New_York"), "time_to_value", JANUARY) == 10


def test_success_by_the_target_day() -> None:
    # target 30 days from 1 January: 31 January. a on that day, b a day late, c never
    book = Office().journey("value!:30").reaches("a", value="2024-01-31").reaches("b", value="2024-02-01").customer("c")
    result = book.count("2024-02-29")
    assert exact(result, "customer_success_rate", JANUARY) == (1, 3)
    assert exact(result, "customer_success_rate", FEBRUARY) == (0, 0)
    assert exact(book.count("2024-01-30"), "customer_success_rate", JANUARY) == (0, 0)


def test_the_longest_target_of_several_value_moments() -> None:
    # 10 and (none given) 90: due on 31 March 2024; any of them by then is success
    book = Office().journey("value!:10", "more!").reaches("a", more="2024-03-31").customer("b")
    result = book.count("2024-03-31")
    assert exact(result, "customer_success_rate", MARCH) == (1, 2)
    short = book.count("2024-03-31", journey_target_days=5)
    assert exact(short, "customer_success_rate", JANUARY) == (0, 2)


def test_without_a_value_moment_nobody_can_succeed_or_fail() -> None:
    result = Office().journey("one").reaches("a", one="2024-01-05").count("2024-01-31")
    assert exact(result, "customer_success_rate", JANUARY) == (0, 0)
    assert figure(result, "time_to_value", JANUARY) is None


# -- impact ------------------------------------------------------------------------------------------------------------


def test_ratios_and_money_on_one_scale() -> None:
    # a saves 0.25 (25 points) and earns 180 a year against 12 x 10 = 120: 1.5 of 3, 50 points; mean 37.5
    book = Office().sells("a.1", "10", "2024-01-01").outcome("a", "0.25", "2024-01-05")
    result = book.outcome("a", "180", "2024-01-06", "money", "revenue_growth").count("2024-01-31")
    assert exact(result, "customer_impact_score", JANUARY) == (Decimal("37.5"), 1)
    assert figure(result, "customer_reported_value", JANUARY) == 180


@pytest.mark.parametrize(
    ("value", "unit", "score"),
    [
        ("-0.5", "ratio", "0"),
        ("1.5", "ratio", "100"),
        ("0.3333333333", "ratio", "33.33333333"),
        ("-5", "money", "0"),
        ("360", "money", "100"),
        ("1000", "money", "100"),
        ("120", "money", "33.3333333333"),
    ],
)
def test_scores_are_clamped_and_rounded(value: str, unit: str, score: str) -> None:
    result = Office().sells("a.1", "10", "2024-01-01").outcome("a", value, "2024-01-05", unit).count("2024-01-31")
    assert exact(result, "customer_impact_score", JANUARY) == (Decimal(score), 1)


def test_of_several_of_one_kind_the_last_counts() -> None:
    # 0.2, then at one instant 0.4 (o1) and 0.6 (o2): 60 points; another kind beside it: 20. Mean 40
    book = (
        Office()
        .customer("a")
        .outcome("a", "0.2", "2024-01-05")
        .outcome("a", "0.4", "2024-01-09")
        .outcome("a", "0.6", "2024-01-09")
    )
    result = book.outcome("a", "0.2", "2024-01-03", kind="Efficiency_Gain").count("2024-02-29")
    assert exact(result, "customer_impact_score", JANUARY) == (40, 1)
    assert exact(result, "customer_impact_score", FEBRUARY) == (0, 0)


def test_money_of_a_customer_who_does_not_pay_is_no_score() -> None:
    # paying on the 5th, not on the 20th: the later report is no score, the earlier counts; b has no score at all
    book = Office().sells("a.1", "10", "2024-01-01", "2024-01-15").customer("b")
    book.outcome("a", "180", "2024-01-05", "money").outcome("a", "360", "2024-01-20", "money").outcome(
        "b", "99", "2024-01-20", "money"
    )
    result = book.count("2024-01-31")
    assert exact(result, "customer_impact_score", JANUARY) == (50, 1)
    assert figure(result, "customer_reported_value", JANUARY) == 639


def test_reported_value_is_converted_on_its_day() -> None:
    # 100 EUR at 1.1 on the 5th, 100 EUR at 1.2 on the 20th
    book = Office().customer("a").rates("EUR", d20240101="1.1", d20240110="1.2")
    book.outcome("a", "100", "2024-01-05", "money", currency="eur").outcome(
        "a", "100", "2024-01-20", "Money", currency="EUR"
    )
    assert figure(book.count("2024-01-31", reporting_currency="USD"), "customer_reported_value", JANUARY) == 230


def test_outcomes_that_are_rejected() -> None:
    book = Office().customer("a").rates("EUR", d20240110="1.2").outcome("a", "1", "2024-01-05", kind="joy")
    book.outcome("a", "1", "2024-01-05", "hours").outcome("a", "1", "2024-01-05", "money", currency="")
    book.outcome("a", "1", "2024-01-05", "money", currency="EUR").outcome(
        "a", "1", "2024-01-05", "money", currency="XYZ"
    )
    book.outcome("a", "1", "2024-01-05", currency="nonsense").outcome("q", "0.5", "2024-01-05")
    result = book.count("2024-01-31", reporting_currency="USD")
    assert rules(result, "outcomes") == [
        ("no_exchange_rate", False),
        ("unknown_currency", False),
        ("unknown_currency", False),
        ("unknown_customer", True),
        ("unknown_outcome_type", False),
        ("unknown_unit", False),
    ]
    assert exact(result, "customer_impact_score", JANUARY) == (150, 2)


def test_a_customer_stands_where_its_last_outcome_puts_it() -> None:
    book = (
        Office()
        .customer("a")
        .add(
            "customer_attributes",
            {"customer_id": "a", "attribute": "country", "value": "DE", "valid_from": "2023-12-01"},
            {"customer_id": "a", "attribute": "country", "value": "FR", "valid_from": "2024-01-15"},
        )
    )
    book.outcome("a", "0.2", "2024-01-05").outcome("a", "0.4", "2024-01-20", kind="efficiency_gain")
    book.outcome("a", "7", "2024-01-06", "money")
    result = book.count("2024-01-31")
    assert exact(result, "customer_impact_score", JANUARY, country="FR") == (30, 1)
    assert exact(result, "customer_impact_score", JANUARY, country="DE") == (0, 0)
    assert figure(result, "customer_reported_value", JANUARY, country="DE") == 7
    assert figure(result, "customer_reported_value", JANUARY, country="FR") == 0


# -- which rows there are ----------------------------------------------------------------------------------------------


def test_without_its_tables_a_metric_is_absent() -> None:
    assert present(Office().customer("a").count("2024-01-31")) == set()
    onboarding = Office().journey("value!").reaches("a", value="2024-01-05").count("2024-01-31")
    assert present(onboarding) == {
        "adoption_funnel_conversion_rate",
        "journey_completion_rate",
        "time_to_value",
        "time_to_value_from_purchase",
        "time_to_value_mean",
        "customer_success_rate",
    }
    impact = Office().customer("a").outcome("a", "0.5", "2024-01-05").count("2024-01-31")
    assert present(impact) == {"customer_impact_score", "customer_reported_value"}
    sessions = Office().user("a/1").session("a/1", "2024-01-10 08:00:00Z", "2024-01-10 09:00:00Z").count("2024-01-31")
    assert present(sessions) == {"new_user_share", "average_session_duration", "median_session_duration"}


def test_a_table_whose_rows_are_all_rejected_is_none() -> None:
    book = Office().user("a/1").does("a/1", "2024-01-10", event_count="-1")
    assert present(book.count("2024-01-31")) == {"new_user_share"}


def test_a_segment_value_has_rows_where_any_part_is_not_zero() -> None:
    # DE: a pays, nothing else; FR: b's user was active on the 29th day up to the close of January; SE: c has neither users nor money
    book = (
        Office()
        .customer("a", country="DE")
        .sells("a.1", "10", "2024-01-10")
        .customer("b", country="FR", created_at="2023-12-01")
    )
    book.user("b/1", "2023-12-05").does("b/1", "2024-01-03").customer("c", country="SE", created_at="2023-11-01")
    result = book.count("2024-01-31")
    assert exact(result, "customer_engagement_rate", JANUARY, country="DE") == (0, 1)
    assert figure(result, "active_users", JANUARY, country="FR") == 1
    assert figure(result, "monthly_active_users", JANUARY, country="FR") == 0
    countries = {key[4] for key in result.metrics if key[0] == "active_users" and key[3] == "country"}
    # c was created in November: a wait for value began, which is a part even though nobody knows what value is
    assert countries == {"DE", "FR", "SE"}
    assert {key[2] for key in result.metrics if key[0] == "active_users" and key[4] == "SE"} == {
        date(2023, 10, 1),
        date(2023, 11, 1),
        date(2023, 1, 1),
    }


@pytest.mark.parametrize(
    ("metric", "start", "parts"),
    [
        ("daily_active_users", "2024-03-01", ("7", "31")),
        ("active_users", "2024-03-01", ("4", None)),
        ("active_customers", "2024-03-01", ("3", None)),
        ("monthly_active_users", "2024-03-01", ("3", None)),
        ("weekly_active_users", "2024-03-01", ("2", None)),
        ("product_stickiness", "2024-03-01", ("6", "84")),
        ("weekly_stickiness", "2024-03-01", ("2", "14")),
        ("recurring_active_user_rate", "2024-03-01", ("3", "5")),
        ("recurring_active_user_rate_unrestricted", "2024-03-01", ("4", "5")),
        ("customer_engagement_rate", "2024-03-01", ("1", "19")),
        ("actions_per_active_user", "2024-03-01", ("11", "4")),
        ("login_frequency", "2024-03-01", ("42", "124")),
        ("average_session_duration", "2024-03-01", ("2700", "2")),
        ("average_time_on_platform", "2024-03-01", ("2700", "4")),
        ("product_adoption_rate", "2024-03-01", ("1", "1")),
        ("product_adoption_rate", "2024-05-01", ("0", "0")),
        ("new_user_share", "2024-03-01", ("1", "7")),
        ("feature_adoption_rate", "2024-03-01", ("1", "4")),
        ("feature_adoption_rate_of_active_users", "2024-03-01", ("3", "8")),
        ("customer_impact_score", "2024-03-01", ("72.8395061729", "2")),
        ("customer_reported_value", "2024-03-01", ("3950", None)),
        ("time_to_value_mean", "2023-01-01", ("96", "3")),
        ("time_to_value_mean", "2023-03-01", ("458", "1")),
        ("adoption_funnel_conversion_rate", "2023-01-01", ("1", "2")),
        ("adoption_funnel_conversion_rate", "2023-02-01", ("0", "2")),
        ("journey_completion_rate", "2023-03-01", ("2", "2")),
        ("journey_completion_rate", "2023-04-01", ("0", "2")),
        ("journey_completion_rate", "2024-06-01", ("1", "1")),
        ("customer_success_rate", "2023-03-01", ("3", "5")),
    ],
)
def test_cast(cast: Result, metric: str, start: str, parts: tuple[str, str | None]) -> None:
    """The figures of the cast's README."""
    assert exact(cast, metric, start) == tuple(part and Decimal(part) for part in parts)


def test_cast_funnel(cast: Result) -> None:
    # January 2023: Ursula all four steps, Dora three. February: Peter two, Mary one; nobody left to take the last step
    steps = funnel_steps(cast.gathered["product"])
    for month, customers, rates in ((1, [2, 2, 2, 1], [1, 1, 1, 0.5]), (2, [2, 1, 0, 0], [1, 0.5, 0, None])):
        rows = [steps["month", date(2023, month, 1), "all", "all", number] for number in (1, 2, 3, 4)]
        assert [row["customers"] for row in rows] == customers
        assert [row["step_conversion_rate"] for row in rows] == rates
    assert ("month", date(2023, 3, 1), "all", "all", 1) not in steps


def test_cast_medians_and_features(cast: Result) -> None:
    assert figure(cast, "median_session_duration", "2024-03-01") == 1350
    assert figure(cast, "median_days_to_adoption", "2024-03-01") == 30
    assert figure(cast, "time_to_value", "2023-01-01") == 51
    assert figure(cast, "time_to_value_from_purchase", "2023-01-01") == 25
    assert figure(cast, "time_to_value_from_purchase", "2023-05-01") == 0
    assert exact(cast, "feature_adoption_rate", "2024-03-01", feature="reports") == (1, 3)
    assert exact(cast, "feature_adoption_rate", "2024-03-01", feature="exports") == (0, 1)
    assert not cast.cell("product_adoption_rate", "month", "2024-05-01").is_complete
    listed = {(key, rule) for table, key, rule, _ in cast.rejected if table in ("sessions", "milestones", "outcomes")}
    assert listed == {
        ("nora_forgets_to_log_out", "session_too_long"),
        ("dora_down_out_and_back|connected_data|2023-01-18T10:00:00Z", "before_predecessor"),
        ("peter_prepaid_year|first_report|2023-01-20T09:00:00Z", "value_before_start"),
        ("carla_in_pounds", "unknown_currency"),
    }


def test_every_metric_of_the_family_is_here() -> None:
    assert len(PRODUCT) == 28
