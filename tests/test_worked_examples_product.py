"""Published worked examples of product use, from raw rows through the models to the figure, and the edges of the definitions.

The docstring of each published one says where it was published, and which trap it holds.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.books import Book
from tests.compiled import Built, Project, Table, folder_tables, project
from tests.conftest import CAST, VARIABLES

FEBRUARY, FEBRUARY_END, MARCH_END = "2024-02-01", "2024-02-29", "2024-03-31"


class Office(Book):
    """A book of people at work: the customer of a user is the part of its id before the slash, `a/1` works for `a`."""

    def user(self, user_id: str, created: str = "2024-01-01", **more: Any) -> Office:
        row = {"user_id": user_id, "customer_id": user_id.split("/")[0], "created_at": created}
        self.add("users", **row | more)
        return self

    def does(self, user_id: str | None, *moments: str, name: str = "act", **more: Any) -> Office:
        """An event at each moment."""
        for moment in moments:
            row = {"event_id": f"e{len(self.raw.get('usage_events', []))}", "user_id": user_id, "event_name": name}
            self.add(
                "usage_events", **row | {"customer_id": (user_id or "a").split("/")[0], "occurred_at": moment} | more
            )
        return self

    def journey(self, *steps: str, name: str = "onboarding") -> Office:
        """Steps in order, as `milestone`, `milestone:14` (target days), `milestone!` (value moment), `milestone?` (not required)."""
        for rank, step in enumerate(steps, start=1):
            milestone, _, target = step.partition(":")
            flags = {"is_required": "?" not in milestone, "is_value_moment": "!" in milestone}
            row = {"journey": name, "step_rank": rank, "milestone": milestone.rstrip("!?"), "target_days": target}
            self.add("journeys", **row | flags)
        return self

    def reaches(self, customer_id: str, **days: str) -> Office:
        """A milestone on each day: value="2024-01-20"."""
        for milestone, day in days.items():
            self.add("milestones", customer_id=customer_id, milestone=milestone, reached_at=day)
        return self

    def outcome(self, customer_id: str, value: Any, day: str = "2024-02-10", **more: Any) -> Office:
        """A saving in money, unless said otherwise."""
        row = {"outcome_id": f"o{len(self.raw.get('outcomes', []))}", "customer_id": customer_id, "value": value}
        row |= {"outcome_type": "cost_saving", "unit": "money", "currency": self.currency, "measured_at": day}
        self.add("outcomes", **row | more)
        return self


def office(*customers: str, price: Any = 100) -> Office:
    """Customers who pay from January on, and one user for each."""
    book = Office()
    for customer_id in customers or ("a",):
        book.sell(customer_id, price, "2024-01-01")
        book.user(f"{customer_id}/1")
    return book


def built(book: Book, as_of: str = FEBRUARY_END, **variables: Any) -> Built:
    """The metrics of a book."""
    return project(VARIABLES | variables).of_family("product").run(book.raw, as_of, ["metrics"])


def figures(book: Book, *names: str, month: str = FEBRUARY, as_of: str = FEBRUARY_END, **variables: Any) -> dict:
    """Values of metrics of a month, all customers."""
    with built(book, as_of, **variables) as company:
        return {name: company.value(name, month) for name in names}


def parts(company: Built, name: str, month: str = FEBRUARY, **where: str) -> tuple[Decimal, Decimal]:
    """Numerator and denominator of a metric of a month."""
    return company.cell(name, "month", month, **where)[:2]


def rows_of(numbers: int, columns: str) -> str:
    """As many raw rows as numbers, from 0; `n` stands for the number."""
    return f"select {columns} from (select unnest(range({numbers})) as n)"


# -- published ---------------------------------------------------------------------------------------------------------


def test_e40_product_stickiness() -> None:
    """E40. https://pitchkit.net/resources/glossary/dau-mau and https://www.runfutureproof.com/terms/dau-mau-ratio, a hundredth of it.

    150 of 500 users come each day, others every day: 0.3. Both parts look at 28 days; a month's mean over 28 days' users could pass 1.
    """
    raw: dict[str, Table] = dict(Office().sell("a", 100, "2024-01-01").raw)
    raw["users"] = rows_of(500, "'u' || n as user_id, 'a' as customer_id, '2024-01-01' as created_at")
    raw["usage_events"] = rows_of(
        28 * 150,
        "'e' || n as event_id, 'u' || n % 500 as user_id, 'a' as customer_id, 'act' as event_name, "
        "cast(date '2024-02-02' + cast(n // 150 as integer) as varchar) as occurred_at",
    )
    with project(VARIABLES).of_family("product").run(raw, FEBRUARY_END, ["metrics"]) as company:
        assert company.value("product_stickiness", FEBRUARY) == pytest.approx(0.3, abs=1e-12)
        assert company.numerator("monthly_active_users", FEBRUARY) == 500
        assert parts(company, "daily_active_users") == (4200, 29)


def test_e41_average_session_duration() -> None:
    """E41a. https://support.google.com/analytics/answer/1006253: hits at 10:00, 10:05 and 10:10 are one session of 600 seconds.

    The visit of the next day is a single hit: no time, yet a session.
    """
    hits = [f"2024-02-10T10:{minute}:00Z" for minute in ("00", "05", "10")]
    assert figures(office().does("a/1", *hits), "average_session_duration") == {"average_session_duration": 600}
    both = figures(
        office().does("a/1", *hits, "2024-02-11T10:00:00Z"), "average_session_duration", "average_time_on_platform"
    )
    assert both == {"average_session_duration": 300, "average_time_on_platform": 600}


def test_e42_feature_adoption_rate_of_active_users() -> None:
    """E42. https://metrickittools.com/glossary/feature-adoption: 800 of 2,000 active users used it: 40%."""
    raw: dict[str, Table] = dict(Office().sell("a", 100, "2024-01-01").raw)
    raw["users"] = rows_of(2000, "'u' || n as user_id, 'a' as customer_id, '2024-01-01' as created_at")
    raw["usage_events"] = rows_of(
        2000,
        "'e' || n as event_id, 'u' || n as user_id, 'a' as customer_id, 'act' as event_name, '2024-02-10' as occurred_at, "
        "case when n < 800 then 'reports' end as feature",
    )
    with project(VARIABLES).of_family("product").run(raw, FEBRUARY_END, ["metrics"]) as company:
        name = "feature_adoption_rate_of_active_users"
        assert parts(company, name, segment="feature", segment_value="reports") == (800, 2000)
        assert company.value(name, FEBRUARY) == pytest.approx(0.4, abs=1e-12)


# -- sessions ----------------------------------------------------------------------------------------------------------


def test_thirty_minutes_begin_a_new_session_and_midnight_does_not() -> None:
    """A pause of 30 minutes parts, one of a microsecond less does not; a session counts whole on the day it starts."""
    moments = ["2024-02-10T10:00:00Z", "2024-02-10T10:29:59.999999Z", "2024-02-10T10:59:59.999999Z"]
    with built(office().does("a/1", *moments)) as company:
        assert parts(company, "average_session_duration") == (Decimal("1799.999999"), 2)
    over_midnight = office().does("a/1", "2024-02-29T23:50:00Z", "2024-03-01T00:10:00Z")
    with built(over_midnight, MARCH_END) as company:
        assert parts(company, "average_session_duration") == (1200, 1)
        assert parts(company, "average_session_duration", "2024-03-01") == (0, 0)


def test_events_of_one_instant_begin_one_session() -> None:
    """A login and what it opens, logged at one instant a fortnight after the last visit: no session of a fortnight, whichever row is first."""
    book = office().does("a/1", "2024-02-01T09:00:00Z")
    for _ in range(5):
        book.does("a/1", "2024-02-15T09:00:00Z").does("a/1", "2024-02-15T09:00:00Z", name="login")
    with built(book) as company:
        assert parts(company, "average_session_duration") == (0, 2)


def test_a_source_that_cuts_sessions_is_believed() -> None:
    """With one session in the table, events make none; the one that a bot had is none either."""
    book = office().user("a/bot", is_bot=True).does("a/1", "2024-02-10T10:00:00Z", "2024-02-20T10:00:00Z")
    for number, (user_id, seconds) in enumerate([("a/1", 30), ("a/1", 45), ("a/1", 50), ("a/1", 10), ("a/bot", 59)]):
        book.add(
            "sessions",
            session_id=f"s{number}",
            user_id=user_id,
            customer_id="a",
            started_at="2024-02-10T10:00:00Z",
            ended_at=f"2024-02-10T10:00:{seconds}Z",
        )
    assert figures(book, "average_session_duration", "median_session_duration") == {
        "average_session_duration": 33.75,
        "median_session_duration": 37.5,
    }


# -- activity ----------------------------------------------------------------------------------------------------------


def test_windows_look_back_behind_the_month_and_behind_history() -> None:
    """On 5 February the 28 days begin on 9 January and the 7 days on 30 January, also where history begins on 1 February."""
    book = office("a", "b", "c", "d")
    for customer_id, day in {"a": "2024-01-08", "b": "2024-01-09", "c": "2024-01-29", "d": "2024-01-30"}.items():
        book.does(f"{customer_id}/1", day)
    for variables in ({}, {"history_start": FEBRUARY}):
        with built(book, "2024-02-05", **variables) as company:
            assert company.numerator("monthly_active_users", FEBRUARY) == 3
            assert company.numerator("weekly_active_users", FEBRUARY) == 1
            assert company.numerator("active_users", FEBRUARY) == 0
            assert parts(company, "daily_active_users") == (0, 5)


def test_only_what_counts_makes_active() -> None:
    """Views do not count and logins are counted apart: of two users one is active, and has the actions of a batch of three."""
    book = office().user("a/2").does("a/1", "2024-02-10", event_count=3).does("a/1", "2024-02-11", name="login")
    book.does("a/2", "2024-02-10", "2024-02-12", name="login").does(None, "2024-02-13")
    names = ("active_users", "actions_per_active_user", "login_frequency", "customer_engagement_rate")
    assert figures(book, *names, active_event_names=["act"], engagement_min_actions=3) == {
        "active_users": 1,
        "actions_per_active_user": 3,
        "login_frequency": pytest.approx(7 * 3 / 29),
        "customer_engagement_rate": 1,
    }


def test_free_users_are_recurring_only_literally() -> None:
    """One paying customer with two users, one of them active; a free customer with an active one: 1/2, literally 2/2."""
    book = office().user("a/2").sell("f", 0, "2024-01-01", plan="free").user("f/1")
    book.does("a/1", "2024-02-10").does("f/1", "2024-02-10")
    with built(book) as company:
        assert parts(company, "recurring_active_user_rate") == (1, 2)
        assert parts(company, "recurring_active_user_rate_unrestricted") == (2, 2)
        assert company.numerator("active_customers", FEBRUARY) == 2


def test_adoption_waits_for_the_window_and_counts_its_last_day() -> None:
    """Created 30 January, third day on 29 February, the 30th after: adopted. The other came on two days. Pending until that very day."""
    book = office().user("a/2", "2024-01-30").user("a/3", "2024-01-30")
    book.does("a/2", "2024-01-30", "2024-01-31", "2024-01-31", "2024-02-29").does("a/3", "2024-02-01", "2024-02-02")
    with built(book, "2024-02-28") as company:
        # only the user of the office itself, created on 1 January, has had its time
        assert parts(company, "product_adoption_rate", "2024-01-01") == (0, 1)
    with built(book, FEBRUARY_END) as company:
        assert parts(company, "product_adoption_rate", "2024-01-01") == (1, 3)
        assert company.value("median_days_to_adoption", "2024-01-01") == 30


# -- features ----------------------------------------------------------------------------------------------------------


def test_features_count_on_entitled_days_alone() -> None:
    """Entitled to x until the 10th and to y all along; x was used on the 10th, y on the 20th: one of two. A feature never used is one of all."""
    book = office().does("a/1", "2024-02-10", feature="x").does("a/1", "2024-02-20", feature="y")
    for feature, end in {"x": "2024-02-10", "y": None}.items():
        book.add("entitlements", customer_id="a", feature=feature, entitled_from="2024-01-01", entitled_to=end)
    with built(book) as company:
        assert parts(company, "feature_adoption_rate") == (1, 2)
        assert parts(company, "feature_adoption_rate", segment="feature", segment_value="x") == (0, 1)
        # the user used both of the features that anybody has used, entitled or not
        assert parts(company, "feature_adoption_rate_of_active_users") == (2, 2)


def test_without_entitlements_every_payer_may_use_what_is_released() -> None:
    """Two payers; x is released, y will be: 1 of 2 pairs. Without a list of features x and z, which was used, are there: 2 of 4."""
    book = office("a", "b").does("a/1", "2024-02-10", feature="x").does("a/1", "2024-02-11", feature="z")
    with built(book) as company:
        assert parts(company, "feature_adoption_rate") == (2, 4)
    book.add("features", feature="x", released_at="2024-01-01").add("features", feature="y", released_at="2024-03-01")
    with built(book) as company:
        assert parts(company, "feature_adoption_rate") == (1, 2)


# -- journeys and value ------------------------------------------------------------------------------------------------


def test_funnel_step_by_step() -> None:
    """Of four customers who entered in February all reached the third step, two not the second: it counts for two, and the last for one."""
    book = office("a", "b", "c", "d").journey("in", "then?", "more", "out")
    for customer_id in "abcd":
        book.reaches(customer_id, **{"in": "2024-02-05", "more": "2024-02-06"})
    book.reaches("a", then="2024-02-20", out="2024-02-19").reaches("b", then="2024-03-02")
    with project(VARIABLES).of_family("product").run(book.raw, MARCH_END, ["metrics", "adoption_funnel"]) as company:
        rows = company.query(
            "select step_number, milestone, customers, dropped_customers, step_conversion_rate, cumulative_conversion_rate "
            f"from marts.adoption_funnel where period_type = 'month' and segment_name = 'all' and period_start = '{FEBRUARY}' order by 1"
        )
        assert parts(company, "adoption_funnel_conversion_rate") == (1, 4)
    assert rows == [
        (1, "in", 4, 0, 1, 1),
        (2, "then", 2, 2, 0.5, 0.5),
        (3, "more", 2, 0, 1, 0.5),
        (4, "out", 1, 1, 0.5, 0.25),
    ]


def test_journeys_are_judged_on_the_day_they_are_due() -> None:
    """Due 20 days after the start. One was done in time, one reached the step of 10 days on the 11th day, one is not due yet."""
    book = office("a", "b", "c").journey("in", "early:10", "late:20")
    book.reaches("a", **{"in": "2024-02-01", "early": "2024-02-11", "late": "2024-02-21"})
    book.reaches("b", **{"in": "2024-02-01", "early": "2024-02-12", "late": "2024-02-12"})
    book.reaches("c", **{"in": "2024-02-20", "early": "2024-02-20", "late": "2024-02-20"})
    # the first step has no target: it would be due after 90 days, so that the journey is
    with built(book, "2024-06-30") as company:
        assert parts(company, "journey_completion_rate", "2024-05-01") == (2, 3)
    book.raw["journeys"][0]["target_days"] = 0
    with built(book, FEBRUARY_END) as company:
        assert parts(company, "journey_completion_rate") == (1, 2)


def test_value_waits_for_those_who_are_not_there() -> None:
    """Four customers started in February: there after 10 and 20 days, and two waiting, since 29 and 5 days on 5 March."""
    book = office("a", "b", "c", "d").journey("in", "value!:15")
    for customer_id, day in {"a": "2024-02-01", "b": "2024-02-01", "c": "2024-02-05", "d": "2024-02-29"}.items():
        book.add("first_touches", customer_id=customer_id, first_interaction_at=day, signed_at="2024-02-15")
    book.reaches("a", value="2024-02-11").reaches("b", value="2024-02-21")
    with built(book, "2024-03-05") as company:
        # 5 days: one of four is lost from sight; 10: 2/3 wait on; 20: 1/3
        assert company.value("time_to_value", FEBRUARY) == 20
        assert parts(company, "time_to_value_mean") == (30, 2)
        # value before the signing counts as 0 days: 3/4 wait on; after 6 days 1/2 do
        assert company.value("time_to_value_from_purchase", FEBRUARY) == 6
        # of the target days 16, 16 and 20 February the first was kept; that of 15 March is to come
        assert parts(company, "customer_success_rate") == (1, 3)


# -- outcomes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, 10**9])
def test_impact_is_measured_by_what_the_customer_pays(scale: int) -> None:
    """Money of 1.5 years of MRR is 50 on the scale from 0 to 3 years, an efficiency of 1/3 a third; in large money too.

    The earlier report of the same kind counts nothing, what went worse is not below 0, and who pays nothing has no yardstick.
    """
    book = office(price=100 * scale).outcome("a", 9999 * scale, "2024-02-09").outcome("a", 1800 * scale)
    book.outcome("a", "0.3333333333", unit="ratio", outcome_type="efficiency_gain", currency=None)
    book.outcome("a", -50 * scale, outcome_type="revenue_growth")
    book.sell("f", 0, "2024-01-01", plan="free").outcome("f", 1000 * scale)
    with built(book) as company:
        # (50 + 33.33333333 + 0) / 3, rounded
        assert parts(company, "customer_impact_score") == (Decimal("27.7777777767"), 1)
        assert company.numerator("customer_reported_value", FEBRUARY) == 12749 * scale


def test_impact_is_rounded_once() -> None:
    """1,000 of 12 x 700, on a scale of 3 years: 1000 / 25200 is 3.968253968253968... of 100."""
    with built(office(price=700).outcome("a", 1000)) as company:
        assert parts(company, "customer_impact_score") == (Decimal("3.9682539683"), 1)


# -- what the laws notice ----------------------------------------------------------------------------------------------

# law: the model that is broken, what stands there, what it is made to say
BREAKS = {
    "active_users_of_windows_are_in_order": ("int_customer_usage_windows", "week_days > 0", "week_days >= 0"),
    "months_of_activity_add_to_longer_periods": (
        "int_user_periods",
        "sum(user_months.active_days)",
        "max(user_months.active_days)",
    ),
    "product_shares_lie_in_zero_to_one": (
        "int_customer_period_features",
        "entitled.feature is not null as is_entitled",
        "false as is_entitled",
    ),
    "features_add_to_all_pairs": (
        "int_segment_periods__features",
        "case when features.is_used then",
        "case when features.is_entitled then",
    ),
    "session_time_is_the_same_by_session_and_by_user": (
        "average_time_on_platform",
        "cast(session_seconds as decimal(38, 10))",
        "cast(sessions as decimal(38, 10))",
    ),
    "medians_of_sessions_and_adoption_are_medians": (
        "median_session_duration",
        "2 * sessions_so_far >= all_sessions",
        "2 * sessions_so_far > all_sessions",
    ),
    "adoption_funnel_leads_to_its_conversion_rate": (
        "adoption_funnel",
        "progress.steps_reached >= steps.step_number",
        "progress.steps_reached > steps.step_number",
    ),
}


def broken_by(compiled: Project, law: str) -> list:
    """Rows that break a law of the project."""
    tables = {name: query for name, query in folder_tables(CAST).items() if name in compiled.tables}
    with compiled.run(tables, "2024-06-20", models=["metrics", "adoption_funnel"]) as company:
        return company.query(compiled.invariants[law])


@pytest.mark.parametrize("law", BREAKS)
def test_a_broken_model_breaks_its_law(law: str) -> None:
    """The law holds, and notices when it does not."""
    compiled = project(VARIABLES)
    assert broken_by(compiled, law) == []
    assert broken_by(compiled.altered(*BREAKS[law]), law), law
