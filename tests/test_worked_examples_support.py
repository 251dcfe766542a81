"""Tickets and calls worked by hand, from raw rows through the models to the figure: published examples, and the edges of their definitions.

The docstring of each published one says where it was published, and which trap it holds.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.books import Book
from tests.compiled import Built, Project, project
from tests.conftest import VARIABLES

FEBRUARY, FEBRUARY_END, MARCH, MARCH_END = "2024-02-01", "2024-02-29", "2024-03-01", "2024-03-31"
HOUR = 3600
BERLIN = {"business_timezone": "Europe/Berlin"}
AGENT, CUSTOMER, BOT = "agent", "customer", "bot"


def desk() -> Book:
    """A company with one paying customer, a."""
    return Book().sell("a", 10, "2024-01-01")


def ticket(
    book: Book,
    ticket_id: str,
    created: str,
    changes: dict[str, str] | None = None,
    messages: list[tuple[str, str]] | None = None,
    **more: Any,
) -> Book:
    """A ticket with its changes of status (instant: status) and its messages (author, instant)."""
    row = {"ticket_id": ticket_id, "customer_id": "a", "created_by": CUSTOMER, "status": "open", "created_at": created}
    book.add("tickets", **row | more)
    for instant, status in (changes or {}).items():
        book.add("ticket_status_changes", ticket_id=ticket_id, status=status, changed_at=instant)
    for author, instant in messages or []:
        message(book, ticket_id, author, instant)
    return book


def message(book: Book, ticket_id: str, author: str, instant: str, **more: Any) -> Book:
    """A public message."""
    number = len(book.raw.get("ticket_messages", [])) + 1
    row = {"message_id": f"m{number:04}", "ticket_id": ticket_id, "author_type": author, "is_public": True}
    return book.add("ticket_messages", **row | {"sent_at": instant} | more)


def call(book: Book, wait: int, talk: int | None = None, **more: Any) -> Book:
    """An inbound call of noon, 10 February, answered after so many seconds, or given up where nobody talked."""
    answered = f"2024-02-10T12:{wait // 60:02}:{wait % 60:02}Z"
    end = wait + (talk or 0)
    row = {
        "call_id": f"c{len(book.raw.get('calls', [])) + 1:02}",
        "customer_id": "a",
        "direction": "inbound",
        "queued_at": "2024-02-10T12:00:00Z",
        "answered_at": answered if talk is not None else None,
        "ended_at": f"2024-02-10T12:{end // 60:02}:{end % 60:02}Z",
        "is_abandoned": talk is None,
    }
    return book.add("calls", **row | more)


def built(book: Book, as_of: str = MARCH_END, models: tuple[str, ...] = ("metrics",), **variables: Any) -> Built:
    """A book through the models."""
    return project(VARIABLES | variables).of_family("support").run(book.raw, as_of, models)


def parts(book: Book, *names: str, month: str = FEBRUARY, as_of: str = MARCH_END, **variables: Any) -> dict:
    """Numerator and denominator of metrics of a month, all customers."""
    with built(book, as_of, **variables) as company:
        cells = {name: company.cell(name, "month", month) for name in names}
    return {name: (float(cell[0]), float(cell[1])) for name, cell in cells.items()}


# -- published ---------------------------------------------------------------------------------------------------------


def test_e34a_first_contact_resolution() -> None:
    """E34a. https://www.zapscale.com/blog/first-contact-resolution-rate-fcr

    70 of 100 tickets at the first contact: 70 %. Of the others some took the customer a second message, some were opened again within a week. What is
    opened again later counts as settled, and a ticket that was never solved is in the denominator of all tickets alone.
    """
    book = desk()
    for number in range(101):
        name, created, reply = f"t{number:03}", "2024-02-05T09:00:00Z", (AGENT, "2024-02-05T10:00:00Z")
        again = [(CUSTOMER, "2024-02-05T11:00:00Z"), (AGENT, "2024-02-05T11:30:00Z")] if 70 <= number < 90 else []
        changes = {"2024-02-05T12:00:00Z": "solved"} if number < 100 else {}
        if 90 <= number < 100:
            changes["2024-02-12T23:00:00Z"] = "open"
        elif number < 10:
            changes["2024-02-13T00:30:00Z"] = "open"
        ticket(book, name, created, changes, [reply, *again])
    assert parts(book, "first_contact_resolution_rate", "first_contact_resolution_rate_of_all") == {
        "first_contact_resolution_rate": (70, 100),
        "first_contact_resolution_rate_of_all": (70, 101),
    }


# -- responses ---------------------------------------------------------------------------------------------------------


def test_a_reply_answers_all_that_waits() -> None:
    """Created at 9:00, and more at 9:10: the reply of 9:30 took 30 minutes. 9:40 adds nothing. 10:00 is answered at 10:20 by a human, not by the bot
    of 10:01, nor by the note of 10:02. What is asked at 11:00 waits, and the first response is the half hour.
    """
    book = ticket(desk(), "t", "2024-02-05T09:00:00Z")
    for author, time in (
        (CUSTOMER, "09:10"),
        (AGENT, "09:30"),
        (AGENT, "09:40"),
        (CUSTOMER, "10:00"),
        (BOT, "10:01"),
        (AGENT, "10:20"),
        (CUSTOMER, "11:00"),
    ):
        message(book, "t", author, f"2024-02-05T{time}:00Z")
    message(book, "t", AGENT, "2024-02-05T10:02:00Z", is_public=False)
    with built(book) as company:
        assert company.cell("average_response_time", "month", FEBRUARY)[:2] == (50 * 60, 2)
        assert company.value("median_response_time", FEBRUARY) == 25 * 60
        assert company.cell("average_first_response_time", "month", FEBRUARY)[:2] == (30 * 60, 1)


def test_an_agents_own_ticket_is_answered_by_the_second_message() -> None:
    """The agent's opening message answers nobody; it is no reply, and no first response."""
    opened = "2024-02-05T09:00:00Z"
    book = ticket(desk(), "t", opened, None, [(AGENT, opened), (AGENT, "2024-02-05T09:20:00Z")], created_by=AGENT)
    assert parts(book, "average_first_response_time", "average_response_time") == {
        "average_first_response_time": (20 * 60, 1),
        "average_response_time": (0, 0),
    }


def test_spam_merged_tickets_and_tests_are_no_tickets() -> None:
    """One ticket of a customer, and one of nobody known, are left of five."""
    book = ticket(desk().customer("x", is_test=True), "t1", "2024-02-05T09:00:00Z")
    ticket(book, "t2", "2024-02-05T09:00:00Z", is_spam=True)
    ticket(book, "t3", "2024-02-05T09:00:00Z", merged_into_ticket_id="t1")
    ticket(book, "t4", "2024-02-05T09:00:00Z", customer_id="x")
    ticket(book, "t5", "2024-02-05T09:00:00Z", customer_id=None)
    with built(book) as company:
        assert company.cell("tickets_per_customer", "month", FEBRUARY) == (2, 1, 2)
        unknown = company.cell("tickets_per_customer", "month", FEBRUARY, segment="country", segment_value="(unknown)")
        assert unknown == (1, 0, None)


# -- resolutions -------------------------------------------------------------------------------------------------------


def test_a_later_reopening_does_not_restate_the_month() -> None:
    """Solved after two hours in February, opened in March and solved after 48 days: February keeps the two hours, March has the 48 days, the two
    months together have them alone. Closing is no second solve.
    """
    changes = {
        "2024-02-05T11:00:00Z": "solved",
        "2024-02-06T11:00:00Z": "closed",
        "2024-03-20T09:00:00Z": "open",
        "2024-03-24T09:00:00Z": "solved",
    }
    with built(ticket(desk(), "t", "2024-02-05T09:00:00Z", changes)) as company:
        assert company.cell("average_resolution_time", "month", FEBRUARY)[:2] == (2 * HOUR, 1)
        assert company.cell("average_resolution_time", "month", MARCH)[:2] == (48 * 24 * HOUR, 1)
        assert company.cell("average_resolution_time", "quarter", "2024-01-01")[:2] == (48 * 24 * HOUR, 1)
        assert company.cell("average_first_resolution_time", "quarter", "2024-01-01")[:2] == (2 * HOUR, 1)
        assert company.value("median_resolution_time", "2024-01-01", "quarter") == 48 * 24 * HOUR


def test_open_at_the_close_is_not_solved() -> None:
    """Solved and opened again within the month: in no resolution time of it, but first solved in it."""
    changes = {"2024-02-05T11:00:00Z": "solved", "2024-02-29T11:00:00Z": "pending", "2024-03-01T11:00:00Z": "solved"}
    book = ticket(desk(), "t", "2024-02-05T09:00:00Z", changes)
    assert parts(
        book, "average_resolution_time", "average_first_resolution_time", "average_resolution_time_business"
    ) == {
        "average_resolution_time": (0, 0),
        "average_first_resolution_time": (2 * HOUR, 1),
        "average_resolution_time_business": (0, 0),
    }


@pytest.mark.parametrize(
    ("as_of", "expected", "is_complete"), [("2024-03-05", (0, 0), False), ("2024-03-06", (1, 2), True)]
)
def test_resolution_waits_for_the_window(as_of: str, expected: tuple, is_complete: bool) -> None:
    """Thirty days from 5 February are over on 6 March; solved on that day is in time, and before it nothing is known, not even the early one."""
    book = ticket(desk(), "early", "2024-02-05T09:00:00Z", {"2024-02-05T11:00:00Z": "solved"})
    ticket(book, "never", "2024-02-05T09:00:00Z", {"2024-02-05T09:00:00Z": "new"})
    with built(book, as_of) as company:
        row = company.metrics()["ticket_resolution_rate", "month", date(2024, 2, 1), "all", "all"]
        assert (row[1], float(row[2]), float(row[3])) == (is_complete, *map(float, expected))


def test_thread_and_touch_are_counted_up_to_the_solve() -> None:
    """Creation, a reply, thanks of the instant of the solve: three messages, one touch. What follows the solve is not counted."""
    book = ticket(
        desk(),
        "t",
        "2024-02-05T09:00:00Z",
        {"2024-02-05T11:00:00Z": "solved"},
        [(AGENT, "2024-02-05T10:00:00Z"), (CUSTOMER, "2024-02-05T11:00:00Z"), (AGENT, "2024-02-05T11:00:01Z")],
    )
    assert parts(book, "conversation_thread_length", "one_touch_resolution_rate", "first_contact_resolution_rate") == {
        "conversation_thread_length": (3, 1),
        "one_touch_resolution_rate": (1, 1),
        "first_contact_resolution_rate": (0, 1),
    }


# -- business hours ----------------------------------------------------------------------------------------------------


# from, to, business hours between them
Times = dict[str, tuple[str, str, float]]

IN_UTC: Times = {
    "within a day": ("2024-02-05T10:00:00Z", "2024-02-05T12:30:00Z", 2.5),
    "before opening": ("2024-02-05T03:00:00Z", "2024-02-05T08:59:59Z", 0),
    "over night": ("2024-02-05T16:00:00Z", "2024-02-06T10:00:00Z", 2),
    "over a weekend": ("2024-02-09T16:30:00Z", "2024-02-12T09:30:00Z", 1),
    "on a weekend": ("2024-02-10T12:00:00Z", "2024-02-11T12:00:00Z", 0),
    "a week": ("2024-01-01T00:00:00Z", "2024-01-08T00:00:00Z", 40),
    "a day, both ends": ("2024-02-05T09:00:00Z", "2024-02-05T17:00:00Z", 8),
    "no time": ("2024-02-05T10:00:00Z", "2024-02-05T10:00:00Z", 0),
}
IN_BERLIN: Times = {
    "16:30 winter time to 9:30 summer time": ("2024-03-29T15:30:00Z", "2024-04-01T07:30:00Z", 1),
    "16:30 summer time to 9:30 winter time": ("2024-10-25T14:30:00Z", "2024-10-28T08:30:00Z", 1),
    "a summer day": ("2024-07-01T07:00:00Z", "2024-07-01T15:00:00Z", 8),
    "the same UTC hours of a winter day": ("2024-12-02T07:00:00Z", "2024-12-02T15:00:00Z", 7),
}
ROUND_THE_CLOCK: Times = {
    "the Sunday that lacks an hour": ("2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z", 23),
    "the Sunday that has one more": ("2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z", 25),
    "past midnight of Sunday into Monday": ("2024-10-26T21:00:00Z", "2024-10-28T01:00:00Z", 25 + 1),
    "a holiday": ("2024-05-01T00:00:00Z", "2024-05-01T22:00:00Z", 0),
}


def assert_business_hours(times: Times, compiled: Project) -> None:
    """A ticket solved for each pair of instants, in one company."""
    book = desk()
    for name, (created, solved, _) in times.items():
        ticket(book, name, created, {solved: "solved"})
    with compiled.run(book.raw, "2024-12-31", models=["tickets"]) as company:
        rows = company.query("select ticket_id, resolution_business_seconds from marts.tickets")
    assert {name: float(seconds) / HOUR for name, seconds in rows} == {name: row[2] for name, row in times.items()}


def test_business_time() -> None:
    """Monday to Friday, 9:00 to 17:00 UTC."""
    assert_business_hours(IN_UTC, project(VARIABLES))


@pytest.mark.parametrize("reporting", ["UTC", "America/New_York"])
def test_business_time_follows_the_clock_of_its_zone(reporting: str) -> None:
    """Monday to Friday, 9:00 to 17:00 in Berlin, whatever the reporting zone."""
    assert_business_hours(IN_BERLIN, project(VARIABLES | BERLIN | {"reporting_timezone": reporting}))


def test_business_time_of_round_the_clock_days(tmp_path: Path) -> None:
    """Sunday 0:00 to 24:00, Monday 0:00 to 1:00 and from 20:00, Wednesday all day but for 1 May, in Berlin."""
    business_hours, holidays = tmp_path / "hours.csv", tmp_path / "holidays.csv"
    lines = ["iso_weekday,opens_at,closes_at", "7,00:00,24:00", "1,00:00,01:00", "1,20:00,24:00", "3,00:00,24:00"]
    business_hours.write_text("\n".join(lines))
    holidays.write_text("holiday_date,holiday_name\n2024-05-01,Labour Day\n")
    compiled = project(VARIABLES | BERLIN | {"reporting_timezone": "UTC"})
    compiled = compiled.seeded("business_hours", business_hours).seeded("business_holidays", holidays)
    assert_business_hours(ROUND_THE_CLOCK, compiled)


def test_overlapping_hours_are_named(tmp_path: Path) -> None:
    """The line that begins before the one before it has ended."""
    file = tmp_path / "hours.csv"
    file.write_text("iso_weekday,opens_at,closes_at\n1,09:00,12:30\n1,12:00,17:00\n2,09:00,12:00\n2,12:00,17:00\n")
    compiled = project(VARIABLES).seeded("business_hours", file)
    with compiled.run(desk().raw, MARCH_END, models=["int_as_of"]) as company:
        rows = company.records(compiled.invariants["business_hours_do_not_overlap"])
    assert [(row["iso_weekday"], str(row["opens_at"])[:5], str(row["overlaps_opens_at"])[:5]) for row in rows] == [
        (1, "12:00", "09:00")
    ]


# -- calls -------------------------------------------------------------------------------------------------------------


def switchboard() -> Book:
    """Answered after 5, 10 and 40 seconds, given up after 2, 15 and 60; the third was transferred; one was outbound."""
    book = call(call(desk(), 5, 100, wrap_seconds=20, hold_seconds=30, is_resolved=True), 10, 200, is_resolved=False)
    call(book, 40, 60, queue="billing", is_resolved=None)
    call(book, 110, 50, wrap_seconds=10, transferred_from_call_id="c03", is_resolved=True, queue="support")
    for wait in (2, 15, 60):
        call(book, wait)
    return call(book, 1, 500, direction="outbound")


def test_calls() -> None:
    """Hold lies within the call. Handling: 100 + 20, 200, 60 + 50 + 10. Waiting: 5 + 10 + 40, the transfer's own is none. Six calls, half of them
    given up; outcomes of three are known, one is settled without a transfer.
    """
    book = switchboard()
    with built(book) as company:
        assert company.cell("call_volume", "month", FEBRUARY) == (6, None, 6)
    assert parts(
        book,
        "average_handle_time",
        "average_speed_of_answer",
        "call_abandonment_rate",
        "call_service_level",
        "call_first_contact_resolution_rate",
    ) == {
        "average_handle_time": (440, 3),
        "average_speed_of_answer": (55, 3),
        "call_abandonment_rate": (3, 6),
        "call_service_level": (2, 3 + 1),
        "call_first_contact_resolution_rate": (1, 3),
    }


def test_short_abandons_are_in_the_volume_alone() -> None:
    """Who gave up after 2 seconds is in no rate where shorter waits than 5 do not count."""
    book = switchboard()
    with built(book, short_abandon_seconds=5) as company:
        assert company.cell("call_volume", "month", FEBRUARY)[0] == 6
        assert company.cell("call_abandonment_rate", "month", FEBRUARY)[:2] == (2, 5)


def test_the_five_published_service_levels() -> None:
    """A = 3 answered, 2 of them in time; B = 3 abandoned, 2 of them within the time: 2/3, (2 + 3)/6, 2/6, (2 + 2)/6, and 2/(3 + 1). By queue the
    call of billing stands apart, transferred or not.
    """
    with built(switchboard(), models=("call_service_levels",)) as company:
        rows = company.query(
            "select scope, queue, calls, round(answered_within_of_answered, 9), round(answered_within_or_abandoned_of_offered, 9),"
            " round(answered_within_of_offered, 9), round(answered_or_abandoned_within_of_offered, 9),"
            " round(answered_within_of_answered_or_abandoned_after, 9)"
            " from marts.call_service_levels where period_type = 'month' order by 1, 2"
        )
    assert rows == [
        ("all", "all", 6, 0.666666667, 0.833333333, 0.333333333, 0.666666667, 0.5),
        ("queue", "(unknown)", 5, 1.0, 1.0, 0.4, 0.8, 0.666666667),
        ("queue", "billing", 1, 0.0, 0.0, 0.0, 0.0, 0.0),
    ]


# -- the laws of the family, seen to fail ------------------------------------------------------------------------------


def busy_desk() -> Book:
    """Tickets and calls enough for every law to have something to hold."""
    book = switchboard()
    for number in range(12):
        day = f"2024-02-{number + 1:02}"
        changes = {f"{day}T{10 + number % 5}:00:00Z": "solved"}
        if number % 3 == 0:
            changes |= {"2024-02-20T09:00:00Z": "open", "2024-03-05T09:00:00Z": "solved"}
        replies = [
            (AGENT, f"{day}T09:{number:02}:30Z"),
            (CUSTOMER, f"{day}T09:40:00Z"),
            (AGENT, f"{day}T09:{41 + number}:00Z"),
        ]
        ticket(book, f"t{number:02}", f"{day}T08:30:00Z", changes, replies[: 1 if number % 2 else 3])
    return book


# law: the model that is altered, what it says, what it says instead
BREAKS = {
    "support_medians_are_medians": (
        "int_segment_medians__support",
        "where 2 * units_before <= all_units and",
        "where 2 * units_before < all_units - 1 and",
    ),
    "tickets_open_the_averages": (
        "int_segment_periods__support_resolutions",
        "turns.is_first and turns.is_one_touch",
        "turns.is_one_touch",
    ),
    "ticket_times_are_in_order": ("tickets", "last_turns.resolution_seconds,", "60 as resolution_seconds,"),
    "service_levels_are_in_order": (
        "call_service_levels",
        "answered_calls + abandoned_calls - abandoned_within_calls",
        "answered_calls - abandoned_within_calls",
    ),
    "calls_of_queues_add_to_call_metrics": (
        "int_segment_periods__support_calls",
        "calls.is_answered and calls.is_within_threshold",
        "calls.is_answered",
    ),
    "support_shares_lie_in_zero_to_one": (
        "int_segment_periods__support_calls",
        "sum(coalesce(calls.handle_seconds, 0))",
        "-sum(coalesce(calls.handle_seconds, 0))",
    ),
}


def broken_by(compiled: Project, law: str) -> list:
    """Rows that break a law of the project."""
    with compiled.run(busy_desk().raw, MARCH_END) as company:
        return company.query(compiled.invariants[law])


@pytest.mark.parametrize("law", BREAKS)
def test_a_broken_model_breaks_its_law(law: str) -> None:
    """The law holds, and notices when it does not."""
    compiled = project(VARIABLES)
    assert broken_by(compiled, law) == []
    assert broken_by(compiled.altered(*BREAKS[law]), law), law
