"""The reference of customer health against companies small enough to be worked by hand, in the comments."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk
from tests.health_books import (
    answer,
    bands,
    configure,
    invoice,
    nps,
    paying,
    said,
    severe,
    since_touch,
    touch,
    use,
    user,
)
from tests.oracle import Result, compute
from tests.oracle.health import Health, Score, Told

AS_OF = "2024-06-30"
NOTHING = None, True


def gathered(book: Desk, as_of: str = AS_OF, **variables: Any) -> Health:
    return compute(book.raw, as_of, variables, only="health").gathered["health"]


def evidence(book: Desk, measure: str, as_of: str = AS_OF, **variables: Any) -> tuple:
    """Raw value, observations, age and whether connected, of customer c on the as-of day."""
    health = gathered(book, as_of, **variables)
    one = health.evidence(health.company.customers["c"], health.company.as_of)[measure]
    return one.raw_value, one.observations, one.age_days, one.is_connected


def raw(book: Desk, measure: str, as_of: str = AS_OF, **variables: Any) -> tuple[Decimal | None, bool]:
    """Raw value and whether connected."""
    return evidence(book, measure, as_of, **variables)[::3]


# -- use ---------------------------------------------------------------------------------------------------------------


def test_the_window_of_28_days_ends_with_the_score_day() -> None:
    # 30 June back to 3 June are 28 days: an event on the 3rd counts, one on the 2nd does not. One of two licences is used.
    book = user(user(paying(), "a"), "b")
    assert evidence(use(book.copy(), "a", "2024-06-03"), "active_user_share") == (Decimal("0.5"), 2, 0, True)
    assert evidence(use(book.copy(), "a", "2024-06-02"), "active_user_share") == (0, 2, 0, True)
    # 23:30 of 2 June in New York is 3 June in UTC
    book = use(book, "a", "2024-06-03T03:30:00Z")
    assert raw(book, "active_user_share")[0] == Decimal("0.5")
    assert raw(book, "active_user_share", reporting_timezone="America/New_York")[0] == 0


def test_licences_of_people_alone() -> None:
    # Of five users one is ours, one a bot, one has no licence, one comes on 1 July: a is the only one that is asked for.
    book = user(user(user(paying(), "a"), "ours", is_internal="true"), "bot", is_bot="true")
    book = user(user(book, "guest", is_licensed="false"), "late", "2024-07-01")
    book = use(
        use(use(use(book, "ours", "2024-06-20"), "bot", "2024-06-20"), "guest", "2024-06-20"), "late", "2024-06-20"
    )
    assert evidence(book, "active_user_share", "2024-07-10")[:2] == (Decimal("0.5"), 2)
    assert evidence(book, "active_user_share")[:2] == (0, 1)
    # the guest's day counts where no licence is asked for: 1 day of 1 user in 4 weeks
    assert evidence(book, "active_days_per_user")[:2] == (Decimal("0.25"), 1)


def test_nobody_has_a_licence() -> None:
    book = use(user(paying(), "a", is_licensed=None), "a", "2024-06-20")
    assert evidence(book, "active_user_share") == (None, 0, None, True)


def test_active_days_a_user_and_week() -> None:
    # a on three days (twice on the 10th), b on one, z on none: 4 user-days of 2 users in 4 weeks = 0.5
    book = user(user(user(paying(), "a"), "b"), "z")
    use(book, "a", "2024-06-10T08:00:00Z", "2024-06-10T09:00:00Z", "2024-06-11", "2024-06-30")
    use(book, "b", "2024-06-12")
    assert evidence(book, "active_days_per_user") == (Decimal("0.5"), 2, 0, True)
    assert evidence(book, "active_days_per_user", "2024-05-31") == (None, 0, None, False)  # no event by then
    assert evidence(book, "active_days_per_user", active_event_names="other") == (None, 0, None, True)


def test_breadth_of_features() -> None:
    # On 30 June c may use plan, chat (both from today) and sums; export ended with the 29th. Used within 28 days by people:
    # plan; chat by a bot only, sums on 2 June. 1 of 3. What is used without a right counts nowhere.
    book = user(user(paying(), "a"), "bot", is_bot="true")
    for feature, start, end in (
        *(("plan", "2024-01-01", None), ("chat", "2024-06-30", "2024-07-01"), ("sums", "2024-01-01", "2025-01-01")),
        *(("export", "2024-01-01", "2024-06-30"), ("plan", "2024-02-01", None), ("later", "2024-07-01", None)),
    ):
        book.add("entitlements", customer_id="c", feature=feature, entitled_from=start, entitled_to=end)
    use(book, "a", "2024-06-03", feature="plan")
    use(book, "bot", "2024-06-10", feature="chat")
    use(book, "a", "2024-06-02", feature="sums")
    use(book, "a", "2024-06-10", feature="export")
    use(book, "a", "2024-06-10", feature="later")
    assert evidence(book, "feature_breadth") == (Decimal("0.3333333333"), 3, 0, True)
    # a feature's use counts whether or not such an event makes active
    assert raw(book, "feature_breadth", active_event_names="login")[0] == Decimal("0.3333333333")


def test_breadth_needs_a_right_of_somebody_by_the_day() -> None:
    book = use(user(paying(), "a"), "a", "2024-06-10", feature="plan")
    assert evidence(book, "feature_breadth") == (None, 0, None, False)
    book.add("entitlements", customer_id="other", feature="plan", entitled_from="2024-06-30")
    assert evidence(book, "feature_breadth") == (None, 0, None, True)
    assert raw(book, "feature_breadth", "2024-06-29") == (None, False)


def test_trend_of_use() -> None:
    # 28 days: 3 June to 30 June, 2 + 1 = 3 actions. 84 days before: 11 March to 2 June, 4 + 5 = 9.5 actions with the half;
    # 10 March is outside. 3 / (9.5 / 3) = 9 / 9.5 = 0.9473684211; observations 9.
    book = user(paying(), "a")
    use(book, "a", "2024-06-03", event_count="2")
    use(book, "a", "2024-06-30")
    use(book, "a", "2024-06-02", event_count="4")
    use(book, "a", "2024-03-11", event_count="5.5")
    use(book, "a", "2024-03-10", event_count="100")
    assert evidence(book, "usage_trend") == (Decimal("0.9473684211"), 9, 0, True)
    assert evidence(book, "usage_trend", "2024-03-31") == (None, 0, None, True)  # nothing in the 84 days before 4 March


def test_days_since_use() -> None:
    book = user(user(paying(), "a"), "late", "2024-06-29")
    use(book, "a", "2024-05-31T23:59:59Z")
    use(book, "late", "2024-06-01")
    assert evidence(book, "days_since_use", "2024-06-28") == (28, 1, 0, True)  # the late one is nobody yet
    assert evidence(book, "days_since_use") == (29, 1, 0, True)
    assert raw(book, "days_since_use", "2024-05-30") == (None, False)


def test_somebody_elses_event_connects() -> None:
    # Users and events are delivered; that c has none of them is silence, not a missing feed.
    book = use(user(paying(), "x", customer="other"), "x", "2024-06-20", customer="other")
    assert raw(book, "usage_trend") == NOTHING
    assert raw(book, "usage_trend", "2024-06-19") == (None, False)


# -- tickets -----------------------------------------------------------------------------------------------------------


def test_open_tickets_and_the_oldest_severe_one() -> None:
    # Severe and open at the end of 30 June: t1 (9 days old), t2 (reopened, 20 days old). t3 was solved that day, t4 is not
    # severe, t5 comes the day after, spam and merged ones are none.
    book = severe(paying(), "t1", "2024-06-21", ("open", "2024-06-21"))
    severe(book, "t2", "2024-06-10", ("solved", "2024-06-11"), ("open", "2024-06-12"), severity="sev1")
    severe(book, "t3", "2024-06-01", ("solved", "2024-06-30T23:00:00Z"))
    book.ticket("t4", "2024-03-01", severity="low")
    severe(book, "t5", "2024-07-01")
    severe(book, "t6", "2024-01-01", is_spam="true")
    severe(book, "t7", "2024-01-01", merged_into_ticket_id="t1")
    assert evidence(book, "open_severe_tickets", "2024-06-30") == (2, 1, 0, True)
    assert evidence(book, "oldest_severe_ticket_days", "2024-06-30") == (20, 1, 0, True)
    assert evidence(book, "open_tickets", "2024-06-30") == (3, 1, 0, True)
    # on the 29th t3 was open still: 28 days
    assert [raw(book, name, "2024-06-29")[0] for name in ("open_severe_tickets", "oldest_severe_ticket_days")] == [
        3,
        28,
    ]
    assert raw(book, "open_severe_tickets", severe_severities=["low"])[0] == 1


def test_no_history_of_status_is_no_silence() -> None:
    # Tickets without a history of status seem open for ever: not connected. Their age is there all the same, for a cap.
    book = severe(paying(), "t1", "2024-06-21")
    assert evidence(book, "oldest_severe_ticket_days") == (9, 1, 0, False)
    assert evidence(paying(), "oldest_severe_ticket_days") == (0, 1, 0, False)


def test_resolution_and_reopening() -> None:
    # t1: 12 h and stays. t2: solved after 24 h, reopened, solved again after 36 h: the last turn counts. t3: open again.
    # t4 was solved on 1 April, 91 days ago (2 April is the first of 90). Median of 12 and 36 = 24.
    book = paying().ticket("t1", "2024-06-01", ("solved", "2024-06-01T12:00:00Z"), ("closed", "2024-06-05"))
    book.ticket(
        "t2",
        "2024-06-01",
        ("solved", "2024-06-02"),
        ("open", "2024-06-02T06:00:00Z"),
        ("solved", "2024-06-02T12:00:00Z"),
    )
    book.ticket("t3", "2024-06-01", ("solved", "2024-06-02"), ("pending", "2024-06-20"))
    book.ticket("t4", "2024-03-31", ("solved", "2024-04-01"))
    assert evidence(book, "median_resolution_hours") == (24, 2, 0, True)
    # first turns within 90 days: t1, t2, t3; reopened: t2, t3
    assert evidence(book, "reopen_rate") == (Decimal("0.6666666667"), 3, 0, True)
    # up to 19 June t3 is resolved: 12, 24, 36; reopened by then: t2 alone. t4 counts on 30 June less 1 day.
    assert evidence(book, "median_resolution_hours", "2024-06-19")[:2] == (24, 4)
    assert evidence(book, "reopen_rate", "2024-06-19")[:2] == (Decimal("0.25"), 4)


def test_hours_to_the_microsecond() -> None:
    # 1 s is 1/3600 of an hour, 0.0002777778
    book = paying().ticket("t", "2024-06-01T10:00:00Z", ("solved", "2024-06-01T10:00:01Z"))
    assert raw(book, "median_resolution_hours")[0] == Decimal("0.0002777778")


# -- what they say -----------------------------------------------------------------------------------------------------


def test_the_latest_nps_answer() -> None:
    # 9 on 1 June, then 3 and 8 at one instant of the 10th (r3 is greater); a 0 comes on 1 July, one is not answered.
    book = answer(answer(answer(paying(), "nps", 9, "2024-06-01"), "nps", 3, "2024-06-10"), "nps", 8, "2024-06-10")
    answer(answer(book, "nps", 0, "2024-07-01"), "nps", None, None)
    assert evidence(book, "latest_nps") == (8, 1, 20, True)
    assert evidence(book, "latest_nps", "2024-06-09") == (9, 1, 8, True)
    assert evidence(book, "latest_nps", "2024-05-31") == (None, 0, None, True)


def test_share_of_the_satisfied() -> None:
    # Of ticket t the last answer counts (2, not satisfied), the others each: 4 and 5 are, 3 is not: 2 of 4. One of 1 April
    # is outside of the 90 days from 2 April on.
    book = answer(answer(paying(), "csat", 5, "2024-06-01", ticket_id="t"), "csat", 2, "2024-06-02", ticket_id="t")
    answer(answer(answer(book, "csat", 4, "2024-04-02"), "csat", 5, "2024-06-03"), "csat", 3, "2024-06-03")
    answer(book, "csat", 5, "2024-04-01")
    assert evidence(book, "csat_share") == (Decimal("0.5"), 4, 0, True)
    # an answer of somebody else about t is the last of it: 4, 5 are satisfied, 3 is not
    other = answer(book.copy(), "csat", 5, "2024-06-20", ticket_id="t", customer_id="other")
    assert evidence(other, "csat_share")[:2] == (Decimal("0.6666666667"), 3)
    # within 90 days of 1 June the first answer of t is its last
    assert evidence(book, "csat_share", "2024-06-01")[:2] == (1, 3)


def test_net_sentiment() -> None:
    # Labels of the source: 2 positive, 1 negative, 1 neutral: 100 x 1/4. A text in no language that can be scored is out.
    book = paying()
    for label, day in (
        ("positive", "2024-04-02"),
        ("positive", "2024-06-30"),
        ("negative", "2024-05-01"),
        ("neutral", "2024-05-01"),
    ):
        book.add(
            "feedback",
            feedback_id=f"{label}{day}",
            customer_id="c",
            channel="other",
            sentiment_label=label,
            received_at=day,
        )
    book.add(
        "feedback",
        feedback_id="old",
        customer_id="c",
        channel="other",
        sentiment_label="negative",
        received_at="2024-04-01",
    )
    book.add("feedback", feedback_id="none", customer_id="c", channel="other", text="12345", received_at="2024-06-01")
    assert evidence(book, "net_sentiment") == (25, 4, 0, True)
    assert evidence(paying(), "net_sentiment") == (None, 0, None, True)


# -- money and people --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_at", "status", "paid_at", "days"),
    [
        ("2024-06-29", "open", None, 1),
        ("2024-06-30", "open", None, 0),  # due today is not past due
        (None, "open", None, 0),
        ("2024-06-10", "uncollectible", None, 20),
        ("2024-06-10", "void", None, 0),
        ("2024-06-10", "draft", None, 0),
        ("2024-06-10", "paid", None, 0),  # nobody says when
        ("2024-06-10", "paid", "2024-06-30", 0),
        ("2024-06-10", "paid", "2024-07-01", 20),  # not paid yet
        ("2024-06-10", "open", "2024-06-20", 0),
    ],
)
def test_days_past_due(due_at: str | None, status: str, paid_at: str | None, days: int) -> None:
    assert evidence(invoice(paying(), due_at, status, paid_at), "days_past_due") == (days, 1, 0, True)


def test_the_oldest_invoice_and_those_not_issued_yet() -> None:
    book = invoice(invoice(paying(), "2024-06-20"), "2024-06-05")
    invoice(book, "2024-05-01", issued_at="2024-07-01")
    assert raw(book, "days_past_due") == (25, True)
    assert raw(paying(), "days_past_due") == (0, False)


def test_change_of_mrr_leaves_out_exchange_rates() -> None:
    # 30 June less 90 days is 1 April. 100 USD until 1 April, 80 from the 2nd on.
    book = (
        Desk()
        .subscription("s", "c", "2024-01-01")
        .item("s", 100, "2024-01-01", "2024-04-02")
        .item("s", 80, "2024-04-02")
    )
    assert evidence(book, "mrr_change") == (Decimal("0.8"), 1, 0, True)
    assert raw(book, "mrr_change", "2024-07-01")[0] == 1  # compared with 2 April
    assert raw(book, "mrr_change", "2024-03-30") == NOTHING  # nothing was paid on 31 December
    # 100 EUR on both days, at other rates: 1, since both are taken at that of 30 June
    euros = Desk("EUR").sell("c", 100, "2024-01-01").rate("EUR", "2024-01-01", "1.1").rate("EUR", "2024-06-01", "0.9")
    assert raw(euros, "mrr_change", reporting_currency="USD")[0] == 1


def test_mrr_of_a_quarter_ago_before_history_start() -> None:
    assert raw(paying(), "mrr_change", history_start="2024-06-01")[0] == 1


def test_days_since_the_last_touch() -> None:
    book = paying()
    for number, day in enumerate(("2024-05-01", "2024-06-25", "2024-07-01")):
        book.add("csm_touches", touch_id=f"h{number}", customer_id="c", csm_id="m", kind="call", occurred_at=day)
    assert evidence(book, "days_since_touch") == (5, 1, 5, True)
    assert raw(book, "days_since_touch", "2024-04-30") == NOTHING


def test_whether_every_subscription_is_to_end() -> None:
    book = Desk().sell("c", 100, "2024-01-01", "2024-12-31", canceled_at="2024-06-30")
    assert evidence(book, "cancellation_scheduled") == (1, 1, 0, True)
    assert raw(book, "cancellation_scheduled", "2024-06-29")[0] == 0  # not asked yet
    # a free one does not keep the customer, one that is paid does
    assert raw(book.copy().sell("c", 0, "2024-01-01", plan="free"), "cancellation_scheduled")[0] == 1
    assert raw(book.copy().sell("c", 1, "2024-01-01"), "cancellation_scheduled")[0] == 0


def test_customers_merged_are_one() -> None:
    # The touch, the ticket and the answer of the old account are of the one that it became.
    book = answer(paying().customer("old"), "nps", 7, "2024-06-20", customer_id="old")
    book.add("customer_merges", from_customer_id="old", into_customer_id="c", merged_at="2024-06-29")
    book.add("csm_touches", touch_id="h", customer_id="old", csm_id="m", kind="call", occurred_at="2024-06-28")
    severe(book, "t", "2024-06-10", ("open", "2024-06-10"), customer_id="old")
    assert [raw(book, name)[0] for name in ("latest_nps", "days_since_touch", "open_severe_tickets")] == [7, 2, 1]


# -- who has a score, and when -----------------------------------------------------------------------------------------


def counted(folder: Path, book: Desk, as_of: str = AS_OF, **variables: Any) -> Result:
    return compute(book.raw, as_of, variables | {"seeds": str(folder)}, only="health")


def score(folder: Path, book: Desk, customer: str = "c", as_of: str = AS_OF, **variables: Any) -> Score | None:
    """The score on the as-of day."""
    result = counted(folder, book, as_of, **variables)
    return result.gathered["health"].scores[result.as_of].get(customer)


def rows(one: Score) -> dict[str, Told]:
    return {row.name: row for row in one.rows}


def test_score_days_are_month_ends_and_the_as_of_day(tmp_path: Path) -> None:
    # c pays from 15 January to the end of March: scores at the ends of January (2024 has a 29 February) and February;
    # the end of March is its last paid day; on 30 April it is no customer.
    book = said(Desk().sell("c", 100, "2024-01-15", "2024-04-01"), 7, day="2024-01-20")
    result = counted(configure(tmp_path, [nps()]), book, "2024-04-10")
    scored = {str(day) for day, scores in result.gathered["health"].scores.items() if scores}
    assert scored == {"2024-01-31", "2024-02-29", "2024-03-31"}
    assert {str(day) for day in result.gathered["health"].scores} == {*scored, "2024-04-10"}


def test_no_version_no_score(tmp_path: Path) -> None:
    # v1 until 1 May, nothing until 1 June, then v2 that turns the measure round: 70, no row, 30.
    versions = [{"valid_to": "2024-05-01"}, {"config_version": "v2", "valid_from": "2024-06-01"}]
    measures = [nps(), nps(config_version="v2", red_at=10, green_at=0)]
    profiles = [{}, {"config_version": "v2"}]
    folder = configure(tmp_path, measures, versions=versions, profiles=profiles, bands=[*bands(), *bands("v2")])
    scores = counted(folder, said(paying(), 7, day="2024-04-01")).gathered["health"].scores
    found = {str(day)[5:7]: one["c"].score for day, one in scores.items() if one}
    assert found == {"01": None, "02": None, "03": None, "04": 70, "06": 30}
    # nothing to compare with at the end of May
    assert scores[max(scores)]["c"].score_change is None


def test_profiles(tmp_path: Path) -> None:
    # c is of DE, d of FR. The profile of DE counts first; the young one from the day of first payment to the 90th.
    profiles = [
        {"profile": "german", "priority": 1, "segment_name": "country", "segment_value": "DE"},
        {"profile": "young", "priority": 2, "tenure_from": 0, "tenure_to": 91},
        {"profile": "old", "priority": 2, "tenure_from": 91},
    ]
    measures = [nps(profile=one) for one in ("german", "young", "old")]
    folder = configure(tmp_path, measures, profiles=profiles)
    book = paying().customer("d", country="FR").sell("d", 100, "2024-04-01").customer("e", country="FR")
    book.sell("e", 100, "2024-03-31")
    # 1 April to 30 June are 90 days, 31 March to 30 June 91
    assert [score(folder, book, one).profile for one in "cde"] == ["german", "young", "old"]
    nobody = configure(tmp_path / "none", [nps(profile="german")], profiles=profiles[:1])
    assert score(nobody, book, "d") is None
    # of two of the same priority, the smaller name
    twins = [{"profile": "b", "priority": 1}, {"profile": "a", "priority": 1}]
    assert score(configure(tmp_path / "twins", [], profiles=twins), book).profile == "a"


def test_attributes_of_the_day(tmp_path: Path) -> None:
    # c moves to AT on 30 June: that is its country at the end of that day.
    profiles = [{"profile": "austrian", "priority": 1, "segment_name": "country", "segment_value": "AT"}, {}]
    folder = configure(tmp_path, [nps()], profiles=profiles)
    book = paying().add(
        "customer_attributes", customer_id="c", attribute="country", value="AT", valid_from="2024-06-30"
    )
    assert score(folder, book).profile == "austrian"
    assert score(folder, book, as_of="2024-06-29").profile == "standard"


# -- from evidence to a score ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "red_at", "green_at", "linear", "step"),
    [
        (7, 4, 9, 60, 50),
        (4, 4, 9, 0, 0),
        (2, 4, 9, 0, 0),
        (9, 4, 9, 100, 100),
        (10, 4, 9, 100, 100),
        (7, 9, 4, 40, 50),  # less is better
        (9, 9, 4, 0, 0),
        (3, 9, 4, 100, 100),
        (5, 4, 7, Decimal("33.3333333333"), 50),
    ],
)
def test_linear_and_step(tmp_path: Path, value: int, red_at: int, green_at: int, linear: Any, step: int) -> None:
    book, edges = said(paying(), value), {"red_at": red_at, "green_at": green_at}
    assert score(configure(tmp_path, [nps(**edges)]), book).score == linear
    assert score(configure(tmp_path, [nps(**edges, method="step")]), book).score == step


def test_percentile(tmp_path: Path) -> None:
    # Answers 3, 7, 7, 9: 100 x (0 + 1/2)/4 = 12.5; (1 + 2/2)/4 = 50 twice; (3 + 1/2)/4 = 87.5. Who is silent is not asked.
    book = (
        paying()
        .sell("d", 1, "2024-01-01")
        .sell("e", 1, "2024-01-01")
        .sell("f", 1, "2024-01-01")
        .sell("g", 1, "2024-01-01")
    )
    for customer, value in (("c", 3), ("d", 7), ("e", 7), ("f", 9)):
        said(book, value, customer)
    folder = configure(tmp_path, [nps(method="percentile")])
    assert [score(folder, book, one).score for one in "cdefg"] == [Decimal("12.5"), 50, 50, Decimal("87.5"), None]
    # where less is better, the other way round; of an old answer nothing is said
    folder = configure(tmp_path, [nps(method="percentile", red_at=10, green_at=0)])
    assert [score(folder, book, one).score for one in "cdef"] == [Decimal("87.5"), 50, 50, Decimal("12.5")]
    folder = configure(tmp_path, [nps(method="percentile", max_age_days=10)])
    book.raw["survey_responses"][0]["responded_at"] = "2024-06-19"
    assert [score(folder, book, one).score for one in "cf"] == [None, Decimal("83.3333333333")]


def test_own_trend(tmp_path: Path) -> None:
    # Touches: 31 days ago on 31 March, 10 on 30 April, 20 on 31 May, 29 on 30 June. Mean of the three before: 61/3.
    # 29 / (61/3) = 1.4262295082; from 2 (0) to 1 (100): 57.37704918.
    book = touch(touch(touch(touch(paying(), "2024-02-29"), "2024-04-20"), "2024-05-11"), "2024-06-01")
    folder = configure(tmp_path, [since_touch(method="own_trend", red_at=2, green_at=1)])
    assert rows(score(folder, book))["days_since_touch"].evidence.raw_value == 29
    assert score(folder, book).score == Decimal("57.3770491800")
    # the first day with a value has nothing before it: missing
    assert rows(score(folder, book, as_of="2024-02-29"))["days_since_touch"].status == "missing"
    # on 31 March only the end of February is before it, with 0 days: a mean of 0
    assert rows(score(folder, book, as_of="2024-03-31"))["days_since_touch"].status == "missing"
    # on 30 April 0 and 31 are, so a mean of 15.5: 10 / 15.5 = 0.6451612903, better than 1
    assert score(folder, book, as_of="2024-04-30").score == 100


def test_own_trend_reads_the_last_three_score_days_of_the_calendar(tmp_path: Path) -> None:
    # c is away in April and May: of the three before 30 June only 31 March counts, 31 days; now it is 122 days.
    book = touch(Desk().sell("c", 100, "2024-01-01", "2024-04-10").sell("c", 100, "2024-06-05"), "2024-02-29")
    folder = configure(tmp_path, [since_touch(method="own_trend", red_at=5, green_at=3)])
    # 122 / 31 = 3.9354838710; (5 - 3.935483871) / 2 = 53.22580645
    assert score(folder, book).score == Decimal("53.2258064500")


def test_weights(tmp_path: Path) -> None:
    # Group one (weight 3): NPS 70 with weight 2, touch 40 with weight 1 -> 60. Group two (1): past due 0 days -> 100.
    # 0.75 x 60 + 0.25 x 100 = 70; shares 0.5, 0.25, 0.25.
    book = invoice(touch(said(paying(), 7), "2024-05-01"), "2024-07-30")
    measures = [
        nps(group_weight=3, weight=2),
        since_touch(group_weight=3),
        {"measure": "days_past_due", "measure_group": "two", "red_at": 30, "green_at": 0},
    ]
    one = score(configure(tmp_path, measures), book)
    assert one.score == one.uncapped_score == 70
    told = rows(one)
    assert [(told[name].weight_share, told[name].contribution, told[name].points_lost) for name in told] == [
        (Decimal("0.5"), 35, 15),
        (Decimal("0.25"), 10, 15),
        (Decimal("0.25"), 25, 0),
    ]
    assert one.coverage == 1


def test_what_is_missing_gives_its_weight_to_the_rest(tmp_path: Path) -> None:
    # NPS 70 (weight 1) of a group with a silent measure (weight 4): the score is 70, coverage 1/5; without a band.
    measures = [nps(), since_touch(weight=4)]
    one = score(configure(tmp_path, measures), said(paying(), 7))
    assert (one.score, one.coverage, one.is_banded, one.colour) == (70, Decimal("0.2"), False, "insufficient data")
    assert (one.health_rank, one.tier, one.letter) == (None, None, "insufficient data")
    assert rows(one)["days_since_touch"].status == "missing"
    # enough for a smaller minimum, and exactly enough
    assert score(tmp_path, said(paying(), 7), health_minimum_coverage="0.2").colour == "yellow"


def test_what_is_missing_may_count_as_nothing(tmp_path: Path) -> None:
    # The silent measure weighs 1 of 4 with 0 points: 0.75 x 70 = 52.5; all of it is covered.
    measures = [nps(weight=3), since_touch(missing_policy="penalise", half_life_days=1)]
    one = score(configure(tmp_path, measures), said(paying(), 7))
    assert (one.score, one.coverage) == (Decimal("52.5"), 1)
    told = rows(one)["days_since_touch"]
    assert (told.is_penalised, told.normalised_score, told.effective_weight, told.points_lost) == (True, 0, 1, 25)
    # a feed that is not there is nobody's fault
    measures = [nps(weight=3), {"measure": "days_past_due", "missing_policy": "penalise"}]
    one = score(configure(tmp_path, measures), said(paying(), 7))
    assert (one.score, one.coverage) == (70, Decimal("0.75"))
    assert rows(one)["days_past_due"].status == "not_connected"


def test_old_evidence_weighs_less_and_then_nothing(tmp_path: Path) -> None:
    # NPS of 91 days ago: 0.5^(91/91) of its weight 1, against 1 of the touch: shares 1/3, 2/3. 40 and 99 points.
    book = touch(said(paying(), 4, day="2024-03-31"), "2024-06-29")
    measures = [nps(half_life_days=91, max_age_days=91), since_touch()]
    one = score(configure(tmp_path, measures), book)
    assert rows(one)["latest_nps"].effective_weight == Decimal("0.5")

    # the first by name (days_since_touch) is rounded, the last (latest_nps) has the rest
    assert rows(one)["days_since_touch"].weight_share == Decimal("0.6666666667")
    assert rows(one)["latest_nps"].weight_share == Decimal("0.3333333333")
    assert one.score == Decimal("66.0000000033") + Decimal("13.3333333320")
    assert one.coverage == Decimal("0.75")
    # 92 days: stale, the touch is all that is left
    stale = score(tmp_path, book, as_of="2024-07-01")
    assert (rows(stale)["latest_nps"].status, stale.score, stale.coverage) == ("stale", 98, Decimal("0.5"))
    assert stale.is_banded


def test_half_a_half_life(tmp_path: Path) -> None:
    # 45 days of a half-life of 90: 2^-0.5 = 0.7071067812
    folder = configure(tmp_path, [nps(half_life_days=90)])
    one = score(folder, said(paying(), 4, day="2024-05-16"))
    assert rows(one)["latest_nps"].effective_weight == one.coverage == Decimal("0.7071067812")


def test_too_few_observations(tmp_path: Path) -> None:
    book = answer(answer(paying(), "csat", 5, "2024-06-01"), "csat", 1, "2024-06-02")
    enough, too_few = ({"measure": "csat_share", "green_at": 1, "min_observations": least} for least in (2, 3))
    assert score(configure(tmp_path, [enough]), book).score == 50
    assert score(configure(tmp_path, [too_few]), book).score is None


def test_nothing_present(tmp_path: Path) -> None:
    # A row, but no score; not even a cap makes one.
    caps = [{"cap": "leaving", "measure": "cancellation_scheduled", "above": -1, "max_score": 20}]
    one = score(configure(tmp_path, [nps()], caps=caps), paying())
    assert (one.score, one.uncapped_score, one.coverage, one.colour) == (None, None, 0, "insufficient data")
    assert (one.bound_by, one.effective_score, one.score_change) == (None, None, None)


def test_a_group_without_weight_is_not_there(tmp_path: Path) -> None:
    # The group of the touch weighs 9, its measure 0: nothing present in it.
    measures = [nps(), since_touch(measure_group="two", group_weight=9, weight=0)]
    measures += [{"measure": "mrr_change", "measure_group": "two", "group_weight": 9}]
    book = touch(said(Desk().sell("c", 100, "2024-05-01"), 7), "2024-06-30")
    one = score(configure(tmp_path, measures), book)
    assert (one.score, one.coverage) == (70, Decimal("0.1"))


# -- caps and overrides ------------------------------------------------------------------------------------------------


def leaving() -> Desk:
    return said(Desk().sell("c", 100, "2024-01-01", "2024-12-31", canceled_at="2024-06-30"), 9)


def test_the_lowest_cap_binds(tmp_path: Path) -> None:
    caps = [
        {"cap": "leaving", "measure": "cancellation_scheduled", "above": 0, "max_score": 20},
        {"cap": "gone soon", "measure": "cancellation_scheduled", "above": 0, "max_score": 20},
        {"cap": "mild", "measure": "cancellation_scheduled", "above": 0, "max_score": 60},
        {"cap": "edge", "measure": "cancellation_scheduled", "above": 1, "max_score": 1},  # 1 is not above 1
        {"cap": "nothing said", "measure": "days_since_touch", "above": -1, "max_score": 1},
    ]
    one = score(configure(tmp_path, [nps()], caps=caps), leaving())
    assert (one.uncapped_score, one.score, one.bound_by) == (90, 20, ("gone soon", -70))
    assert (one.colour, one.letter) == ("red", "F")


def test_a_cap_above_the_score_does_nothing(tmp_path: Path) -> None:
    caps = [{"cap": "leaving", "measure": "cancellation_scheduled", "above": 0, "max_score": 90}]
    one = score(configure(tmp_path, [nps()], caps=caps), leaving())
    assert (one.score, one.bound_by) == (90, None)


def test_a_cap_reads_what_is_not_connected(tmp_path: Path) -> None:
    # No history of status: the ticket is open for 9 days as far as anybody can see.
    caps = [{"cap": "severe", "measure": "oldest_severe_ticket_days", "above": 7, "max_score": 60}]
    book = severe(said(paying(), 9), "t", "2024-06-21")
    assert score(configure(tmp_path, [nps()], caps=caps), book).score == 60


def test_overrides(tmp_path: Path) -> None:
    # In June two are in force; the one that starts last counts, and of two that start at once the greater reason.
    overrides = [
        {"customer_id": "c", "score": 90, "starts_on": "2024-06-01", "expires_on": "2024-07-01", "reason": "b"},
        {"customer_id": "c", "max_score": 30, "starts_on": "2024-06-30", "expires_on": "2024-07-01", "reason": "a"},
        {"customer_id": "c", "max_score": 80, "starts_on": "2024-06-30", "expires_on": "2024-07-01", "reason": "b"},
        {"customer_id": "c", "score": 1, "starts_on": "2024-05-01", "expires_on": "2024-06-29", "reason": "b"},
    ]
    folder = configure(tmp_path, [nps()], overrides=overrides)
    book = said(paying(), 7)
    assert score(folder, book).effective_score == 70  # at most 80
    answer(book, "nps", 9, "2024-06-30")
    assert score(folder, book).effective_score == 80
    assert score(folder, book, as_of="2024-05-31").effective_score == 1
    assert score(folder, book, as_of="2024-06-29").effective_score == 90  # without an answer, too
    assert score(folder, book, as_of="2024-07-01").effective_score == 90  # all expired: the score itself
    assert score(folder, book).score == 90
    # no metric reads it
    assert counted(folder, book).cell("customer_health_score", "month", "2024-06-01").numerator == 90


# -- bands, ranks, changes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "red_at", "green_at", "colour", "letter"),
    [
        (0, 0, 10, "red", "F"),
        (5, 0, 10, "red", "F"),  # 50 exactly
        (6, 0, 10, "yellow", "B"),
        (3, 0, 4, "yellow", "B"),  # 75 exactly
        (8, 0, 10, "green", "B"),  # 80 exactly
        (10, 0, 10, "green", "A"),
    ],
)
def test_bands(tmp_path: Path, answered: int, red_at: int, green_at: int, colour: str, letter: str) -> None:
    one = score(configure(tmp_path, [nps(red_at=red_at, green_at=green_at)]), said(paying(), answered))
    assert (one.colour, one.letter) == (colour, letter)


def test_ranks(tmp_path: Path) -> None:
    # 90, 70, 70, 20 and one without a score: ranks 1, 2, 2, 3; percentiles 87.5, 50, 50, 12.5; tiers 5 - 4, 5 - 2, 5 - 0.
    book = paying()
    for customer, value in (("c", 9), ("d", 7), ("e", 7), ("f", 2), ("g", None)):
        if customer != "c":
            book.sell(customer, 1, "2024-01-01")
        if value is not None:
            said(book, value, customer)
    scores = counted(configure(tmp_path, [nps()]), book).gathered["health"].scores
    found = [(one.health_rank, one.percentile, one.tier) for _, one in sorted(scores[max(scores)].items())]
    assert found == [(1, Fraction("87.5"), 1), (2, 50, 3), (2, 50, 3), (3, Fraction("12.5"), 5), (None, None, None)]


def test_ranks_within_a_profile(tmp_path: Path) -> None:
    profiles = [{"profile": "german", "priority": 1, "segment_name": "country", "segment_value": "DE"}, {}]
    folder = configure(tmp_path, [nps(), nps(profile="german")], profiles=profiles)
    book = said(said(paying().customer("d", country="FR").sell("d", 1, "2024-01-01"), 9), 2, "d")
    assert [(one.health_rank, one.percentile) for one in (score(folder, book), score(folder, book, "d"))] == [
        (1, 50)
    ] * 2


@pytest.mark.parametrize(("now", "change", "trend"), [(9, 30, "up"), (6, 0, "flat"), (3, -30, "down"), (7, 10, "flat")])
def test_trends(tmp_path: Path, now: int, change: int, trend: str) -> None:
    book = said(said(paying(), 6, day="2024-05-10"), now, day="2024-06-10")
    one = score(configure(tmp_path, [nps()]), book, health_trend_points=30)
    assert (one.score_change, one.trend) == (change, trend)


def test_change_by_measure_cap_and_what_is_gone(tmp_path: Path) -> None:
    # May, v1: NPS 60 and touch (1 day ago) 99, half each: 30 + 49.5 = 79.5, capped at 20: -59.5.
    # June, v2 has no touch and no cap: NPS 60 alone. +30 for NPS, -49.5 for the touch that is gone, +59.5 for the cap: 40.
    versions = [{"valid_to": "2024-06-01"}, {"config_version": "v2", "valid_from": "2024-06-01"}]
    caps = [{"cap": "leaving", "measure": "cancellation_scheduled", "above": -1, "max_score": 20}]
    folder = configure(
        tmp_path,
        [nps(), since_touch(), nps(config_version="v2")],
        versions=versions,
        profiles=[{}, {"config_version": "v2"}],
        caps=caps,
        bands=[*bands(), *bands("v2")],
    )
    one = score(folder, touch(said(paying(), 6, day="2024-05-30"), "2024-05-30"))
    assert (one.score, one.score_change) == (60, 40)
    assert {row.name: row.change for row in one.rows} == {"latest_nps": 30}
    assert one.gone == {"days_since_touch": ("one", Decimal("-49.5")), "leaving": ("(cap)", Decimal("59.5"))}


def test_a_measure_that_falls_silent_takes_its_points_along(tmp_path: Path) -> None:
    # May: NPS 60 x 1/2 + touch 99 x 1/2; June: NPS is stale, touch 69 x 1.
    folder = configure(tmp_path, [nps(max_age_days=20), since_touch()])
    one = score(folder, touch(said(paying(), 6, day="2024-05-30"), "2024-05-30"))
    told = rows(one)
    assert (told["latest_nps"].status, told["latest_nps"].contribution, told["latest_nps"].change) == ("stale", 0, -30)
    assert (told["days_since_touch"].contribution, told["days_since_touch"].change) == (69, Decimal("19.5"))
    assert one.score_change == Decimal("-10.5")


def test_back_after_a_month_without_a_score(tmp_path: Path) -> None:
    book = said(Desk().sell("c", 100, "2024-01-01", "2024-05-10").sell("c", 100, "2024-06-05"), 7, day="2024-03-01")
    assert score(configure(tmp_path, [nps()]), book).score_change is None


# -- metrics -----------------------------------------------------------------------------------------------------------


def portfolio() -> Desk:
    """DE: c pays 100 at 90 points, d 300 at 60. FR: e pays 50 at 10 points, f 50 and nobody knows."""
    book = said(paying(), 9).sell("d", 300, "2024-01-01").customer("e", country="FR").customer("f", country="FR")
    book.sell("e", 50, "2024-01-01").sell("f", 50, "2024-01-01")
    return said(said(book, 6, "d"), 1, "e")


def parts(result: Result, metric: str, start: str = "2024-06-01", period: str = "month", **segment: str) -> tuple:
    name, value = next(iter(segment.items()), ("all", "all"))
    cell = result.cell(metric, period, start, name, value)
    return cell.numerator, cell.denominator


def test_metrics_worked(tmp_path: Path) -> None:
    result = counted(configure(tmp_path, [nps()]), portfolio())
    assert parts(result, "customer_health_score") == (160, 3)
    assert parts(result, "customer_health_index") == (90 * 100 + 60 * 300 + 10 * 50, 450)
    assert parts(result, "portfolio_quality_index") == (100 + 60 + 40, 3)
    assert parts(result, "healthy_customer_share") == (1, 3)
    assert parts(result, "at_risk_customers") == (1, None)
    assert parts(result, "mrr_at_risk") == (50, None)
    assert parts(result, "mrr_at_risk_rate") == (50, 500)
    assert parts(result, "customer_health_score", country="DE") == (150, 2)
    assert parts(result, "customer_health_score", country="FR") == (10, 1)
    assert parts(result, "mrr_at_risk_rate", country="FR") == (50, 100)
    # a year closes on the as-of day, too; in May nobody had answered
    assert parts(result, "customer_health_score", "2024-01-01", "year") == (160, 3)
    assert parts(result, "customer_health_score", "2024-05-01") == (0, 0)
    assert result.cell("customer_health_score", "month", "2024-05-01").value is None
    assert parts(result, "mrr_at_risk_rate", "2024-05-01") == (0, 500)


def test_portfolio_of_ten(tmp_path: Path) -> None:
    # Totango's example: 5 good, 3 average, 2 poor: (500 + 180 + 80) / 10 = 76
    book = paying()
    for number in range(10):
        book.sell(f"k{number}", 1, "2024-01-01")
        said(book, 9 if number < 5 else 6 if number < 8 else 2, f"k{number}")
    cell = counted(configure(tmp_path, [nps()]), book).cell("portfolio_quality_index", "month", "2024-06-01")
    assert cell.value == 76


def test_an_index_in_another_currency_is_rounded_by_customer(tmp_path: Path) -> None:
    # 1 EUR at 0.3333333333 is 0.3333333333 USD; x 33.3333333333 points = 11.11111110999999988889, rounded 11.1111111100
    book = said(Desk("EUR").sell("c", 1, "2024-01-01").rate("EUR", "2024-01-01", "0.3333333333"), 5)
    folder = configure(tmp_path, [nps(red_at=4, green_at=7)])
    result = counted(folder, book, reporting_currency="USD")
    assert parts(result, "customer_health_index") == (Decimal("11.1111111100"), Decimal("0.3333333333"))


def test_test_customers_and_those_who_pause_have_no_score(tmp_path: Path) -> None:
    book = said(paying().customer("t", is_test="true").sell("t", 1, "2024-01-01"), 9, "t")
    book.sell("p", 1, "2024-01-01", subscription_id="paused").pause("paused", "2024-06-01")
    result = counted(configure(tmp_path, [nps()]), book)
    assert set(result.gathered["health"].scores[result.as_of]) == {"c"}
    assert parts(result, "mrr_at_risk_rate") == (0, 100)


def test_every_period_has_a_row_of_all_and_segments_where_somebody_pays(tmp_path: Path) -> None:
    book = Desk().customer("c", created_at="2023-12-01").sell("c", 100, "2024-01-15", "2024-03-01")
    result = counted(configure(tmp_path, [nps()]), book, "2024-03-31")
    months = {(key[2].month, key[4]) for key in result.metrics if key[0] == "mrr_at_risk" and key[1] == "month"}
    assert {month for month, value in months if value == "all"} == {12, 1, 2, 3}
    assert {month for month, value in months if value == "DE"} == {1, 2}
    assert result.cell("mrr_at_risk_rate", "month", "2024-03-01").value is None


def test_what_comes_later_is_not_known_yet(tmp_path: Path) -> None:
    # Seen from the end of July, the scores of May and June are what they were on those days.
    book = said(said(portfolio(), 2, "c", "2024-07-10"), 10, "f", "2024-07-01")
    folder = configure(tmp_path, [nps()])
    later, then = counted(folder, book, "2024-07-31"), counted(folder, book, "2024-06-30")
    for metric in ("customer_health_score", "mrr_at_risk_rate", "healthy_customer_share"):
        assert parts(later, metric) == parts(then, metric)
    assert parts(later, "customer_health_score", "2024-07-01") == (20 + 60 + 10 + 100, 4)
