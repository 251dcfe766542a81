"""The reference of support against tickets and calls small enough to be worked by hand, in the comments."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import CAST, VARIABLES
from tests.desk import Desk
from tests.oracle import METRICS, Result, compute
from tests.oracle.support import BusinessTime

HOUR = 3600
WEEK = [(day, "09:00", "17:00") for day in range(1, 6)]
OF_SUPPORT = {name for name, metric in METRICS.items() if metric.family == "support"}


def bare() -> Desk:
    """One customer, who pays from 1 January 2024 on."""
    return Desk().sell("c", 100, "2024-01-01")


def desk() -> Desk:
    """The same with a ticket that is spam, so that no table is empty."""
    return bare().ticket("spam", "2024-01-02", ("bot", "2024-01-02"), ("open", "2024-01-02"), is_spam=True)


def count(book: Desk, as_of: str = "2024-06-30", **variables: object) -> Result:
    return compute(book.raw, as_of, variables, only="support")


def parts(result: Result, metric: str, start: str = "2024-03-01", period: str = "month", **segment: str) -> tuple:
    """Numerator and denominator; the segment as country="DE"."""
    name, value = next(iter(segment.items()), ("all", "all"))
    cell = result.cell(metric, period, start, name, value)
    return cell.numerator, cell.denominator


def value(result: Result, metric: str, start: str = "2024-03-01", period: str = "month", **segment: str) -> object:
    name, of = next(iter(segment.items()), ("all", "all"))
    return result.cell(metric, period, start, name, of).value


# -- answers -----------------------------------------------------------------------------------------------------------


def test_one_answer_to_two_messages() -> None:
    # 9:00 and 9:10 ask, 10:00 answers: one reply after an hour. 10:05 answers nothing. 11:00 asks, 11:30 answers: half an hour.
    book = desk().ticket(
        *("t", "2024-03-04T09:00:00Z", ("customer", "2024-03-04T09:10:00Z"), ("agent", "2024-03-04T10:00:00Z")),
        *(("agent", "2024-03-04T10:05:00Z"), ("customer", "2024-03-04T11:00:00Z"), ("agent", "2024-03-04T11:30:00Z")),
    )
    result = count(book)
    assert parts(result, "average_response_time") == (5400, 2)
    assert value(result, "median_response_time") == 2700
    assert parts(result, "average_first_response_time") == (HOUR, 1)
    assert value(result, "median_first_response_time") == HOUR


def test_bots_and_notes_answer_nothing_and_ask_nothing() -> None:
    # The receipt at 9:01 and the note at 9:30 are none; the first reply is that of 12:00.
    book = desk().ticket(
        *("t", "2024-03-04T09:00:00Z", ("bot", "2024-03-04T09:01:00Z"), ("note", "2024-03-04T09:30:00Z")),
        ("agent", "2024-03-04T12:00:00Z"),
    )
    assert parts(count(book), "average_response_time") == (3 * HOUR, 1)
    assert parts(count(book), "average_first_response_time") == (3 * HOUR, 1)


def test_opened_by_an_agent() -> None:
    # 9:00 agent opens and writes, customer at 11:00, agent at 12:00: a reply of an hour; first response is the second
    # agent message, three hours after creation.
    book = desk().ticket(
        *("t", "2024-03-04T09:00:00Z", ("agent", "2024-03-04T09:00:00Z"), ("customer", "2024-03-04T11:00:00Z")),
        *[("agent", "2024-03-04T12:00:00Z")],
        created_by="agent",
    )
    assert parts(count(book), "average_response_time") == (HOUR, 1)
    assert parts(count(book), "average_first_response_time") == (3 * HOUR, 1)


def test_opened_by_an_agent_and_never_followed_up() -> None:
    book = desk().ticket("t", "2024-03-04T09:00:00Z", ("agent", "2024-03-04T09:00:00Z"), created_by="agent")
    assert parts(count(book), "average_first_response_time") == (0, 0)
    assert value(count(book), "average_first_response_time") is None
    assert value(count(book), "median_first_response_time") is None
    assert value(count(book), "average_first_response_time_business") is None


def test_a_customer_is_before_an_agent_at_one_instant() -> None:
    # Both at 10:00: the agent answers at once what was asked at 9:00, one run.
    book = desk().ticket(
        "t", "2024-03-04T09:00:00Z", ("agent", "2024-03-04T10:00:00Z"), ("customer", "2024-03-04T10:00:00Z")
    )
    assert parts(count(book), "average_response_time") == (HOUR, 1)


def test_the_message_that_made_the_ticket_is_not_counted_twice() -> None:
    # The first row is the ticket's own message: two messages in all. A note of the customer's at that instant is none.
    book = desk().ticket(
        *("t", "2024-03-04T09:00:00Z", ("customer", "2024-03-04T09:00:00Z"), ("agent", "2024-03-04T09:30:00Z")),
        ("solved", "2024-03-04T09:30:00Z"),
    )
    assert parts(count(book), "conversation_thread_length") == (2, 1)
    assert parts(count(book), "first_contact_resolution_rate") == (1, 1)
    hidden = desk().ticket("t", "2024-03-04T09:00:00Z", ("solved", "2024-03-04T10:00:00Z"))
    hidden.message("t", "customer", "2024-03-04T09:00:00Z", is_public=False)
    assert parts(count(hidden), "conversation_thread_length") == (1, 1)


def test_two_messages_at_the_instant_of_creation_are_two() -> None:
    book = desk().ticket(
        *("t", "2024-03-04T09:00:00Z", ("customer", "2024-03-04T09:00:00Z"), ("customer", "2024-03-04T09:00:00Z")),
        ("solved", "2024-03-04T10:00:00Z"),
    )
    assert parts(count(book), "conversation_thread_length") == (2, 1)


def test_a_reply_counts_in_the_month_of_the_reply_a_first_response_in_that_of_the_ticket() -> None:
    # Asked on 29 February 2024, answered on 1 March: 24 hours.
    book = desk().ticket("t", "2024-02-29T12:00:00Z", ("agent", "2024-03-01T12:00:00Z"))
    result = count(book)
    assert parts(result, "average_response_time", "2024-02-01") == (0, 0)
    assert parts(result, "average_response_time", "2024-03-01") == (24 * HOUR, 1)
    assert parts(result, "average_first_response_time", "2024-02-01") == (24 * HOUR, 1)
    assert parts(result, "average_first_response_time", "2024-03-01") == (0, 0)


def test_a_reply_after_the_as_of_day_has_not_come() -> None:
    book = desk().ticket("t", "2024-03-30T12:00:00Z", ("agent", "2024-04-01T00:00:00Z"))
    assert parts(count(book, "2024-03-31"), "average_first_response_time") == (0, 0)
    assert parts(count(book, "2024-04-01"), "average_first_response_time") == (36 * HOUR, 1)


def test_microseconds() -> None:
    # 9:00:00.000001 to 9:00:01: 0.999999 seconds.
    book = desk().ticket("t", "2024-03-04T09:00:00.000001Z", ("agent", "2024-03-04T09:00:01Z"))
    assert parts(count(book), "average_response_time") == (Decimal("0.999999"), 1)


def test_median_of_four_is_the_mean_of_the_middle_two() -> None:
    # 1, 2, 4 and 10 hours: 3 hours.
    book = desk()
    for hours in (1, 2, 4, 10):
        book.ticket(f"t{hours}", "2024-03-04T00:00:00Z", ("agent", f"2024-03-04T{hours:02}:00:00Z"))
    assert value(count(book), "median_response_time") == 3 * HOUR
    assert parts(count(book), "average_response_time") == (17 * HOUR, 4)


# -- which tickets count -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "counted"),
    [
        ({}, 1),
        ({"is_spam": "true"}, 0),
        ({"is_spam": "false"}, 1),
        ({"merged_into_ticket_id": "other"}, 0),
        ({"merged_into_ticket_id": "t"}, 1),  # into itself is into none
        ({"customer_id": "test"}, 0),
        ({"customer_id": None}, 1),
        ({"customer_id": "nobody_knows"}, 1),
        ({"created_by": "AGENT"}, 1),
        ({"created_by": "robot"}, 0),  # rejected
    ],
)
def test_spam_merged_and_test_tickets_are_in_nothing(more: dict, counted: int) -> None:
    book = desk().customer("test", is_test=True)
    book.ticket(
        "t", "2024-03-04T09:00:00Z", ("agent", "2024-03-04T10:00:00Z"), ("solved", "2024-03-04T11:00:00Z"), **more
    ).ticket("other", "2024-04-04T09:00:00Z", ("agent", "2024-04-04T10:00:00Z"), ("solved", "2024-04-04T11:00:00Z"))
    result = count(book)
    assert parts(result, "tickets_per_customer") == (counted, 1)
    assert parts(result, "average_resolution_time") == (2 * HOUR * counted, counted)
    assert parts(result, "ticket_resolution_rate") == (counted, counted)
    assert parts(result, "one_touch_resolution_rate")[1] == counted


def test_a_ticket_without_a_customer_is_unknown_everywhere() -> None:
    result = count(desk().ticket("t", "2024-03-04", customer_id=None).ticket("u", "2024-03-04"))
    assert parts(result, "tickets_per_customer") == (2, 1)
    assert parts(result, "tickets_per_customer", country="DE") == (1, 1)
    for segment in ("plan", "product_family", "country", "industry", "company_size", "acquisition_channel", "csm"):
        known = {"industry", "company_size", "acquisition_channel", "csm"}
        # where the customer's own attribute is not known either, both stand there
        assert parts(result, "tickets_per_customer", **{segment: "(unknown)"}) == (
            (2, 1) if segment in known else (1, 0)
        )


def test_a_ticket_stands_where_its_day_puts_it() -> None:
    """Attributes change between creation, reply and resolution: each unit stands under those of its own day."""
    book = desk().ticket(
        *("t", "2024-03-04T09:00:00Z", ("agent", "2024-03-06T09:00:00Z"), ("solved", "2024-03-08T09:00:00Z"))
    )
    for day, country in (("2024-03-05", "FR"), ("2024-03-07", "SE")):
        book.add("customer_attributes", customer_id="c", attribute="country", value=country, valid_from=day)
    result = count(book)
    assert parts(result, "ticket_resolution_rate", country="DE") == (1, 1)
    assert parts(result, "average_first_response_time", country="DE") == (48 * HOUR, 1)
    assert parts(result, "average_response_time", country="FR") == (48 * HOUR, 1)
    assert parts(result, "average_resolution_time", country="SE") == (96 * HOUR, 1)
    # the customer pays in SE at the close, where no ticket was created
    assert parts(result, "tickets_per_customer", country="SE") == (0, 1)
    assert parts(result, "tickets_per_customer", country="DE") == (1, 0)
    assert value(result, "tickets_per_customer", country="DE") is None


def test_merged_customers_are_one() -> None:
    book = (
        desk()
        .customer("old")
        .add("customer_merges", from_customer_id="old", into_customer_id="c", merged_at="2024-05-01")
    )
    result = count(book.ticket("t", "2024-03-04", customer_id="old"))
    assert parts(result, "tickets_per_customer", plan="basic") == (1, 1)


def test_a_row_that_comes_twice_is_one_ticket() -> None:
    book = desk().ticket("t", "2024-03-04T09:00:00Z", ("solved", "2024-03-05T09:00:00Z"))
    for rows in (book.raw["tickets"], book.raw["ticket_status_changes"]):
        rows.append({**rows[0], "loaded_at": "2024-05-01"})
    assert parts(count(book), "average_resolution_time") == (24 * HOUR, 1)
    assert parts(count(book), "tickets_per_customer") == (1, 1)


def test_what_is_rejected_and_why() -> None:
    book = bare().ticket(
        "t", "2024-03-04T09:00:00Z", ("customer", "2024-03-04T08:59:59Z"), ("open", "2024-03-04T08:59:59Z")
    )
    book.message("none", "customer", "2024-03-05").message("t", "alien", "2024-03-05")
    book.add("ticket_status_changes", ticket_id="t", status="lost", changed_at="2024-03-05")
    book.add("ticket_status_changes", ticket_id="none", status="open", changed_at="2024-03-05")
    book.ticket("u", "2024-03-04", created_by="robot").ticket("v", "2024-03-04", customer_id="ghost")
    book.call("k1", "2024-03-04T09:00:00Z", None, "2024-03-04T08:00:00Z").call(
        "k2", "2024-03-04", "2024-03-05", "2024-03-04"
    )
    book.call("k3", "2024-03-04", "2024-03-04", "2024-03-04", wrap_seconds=-1).call(
        "k4", "2024-03-04", None, "2024-03-04", direction="up"
    )
    book.call("k5", "2024-03-04", "2024-03-04", "2024-03-04", is_abandoned=True)
    book.call("k6", "2024-03-04", None, "2024-03-04", transferred_from_call_id="k7")
    book.call("k7", "2024-03-04", None, "2024-03-04", transferred_from_call_id="k6")
    book.call("k8", "2024-03-04", None, "2024-03-04", transferred_from_call_id="k8")
    book.call("k9", "2024-03-04", None, "2024-03-04", transferred_from_call_id="k8", customer_id="ghost")
    assert count(book).rejected == [
        ("calls", "k1", "end_before_start", False),
        ("calls", "k2", "end_before_start", False),
        ("calls", "k3", "negative_duration", False),
        ("calls", "k4", "unknown_direction", False),
        ("calls", "k5", "abandoned_and_answered", False),
        ("calls", "k6", "transfer_cycle", False),
        ("calls", "k7", "transfer_cycle", False),
        ("calls", "k8", "transfer_cycle", False),
        ("calls", "k9", "unknown_customer", True),
        ("ticket_messages", "m001", "before_ticket_created", False),
        ("ticket_messages", "m002", "unknown_ticket", False),
        ("ticket_messages", "m003", "unknown_author_type", False),
        ("ticket_status_changes", "none|open|2024-03-05", "unknown_ticket", False),
        ("ticket_status_changes", "t|lost|2024-03-05", "unknown_status", False),
        ("ticket_status_changes", "t|open|2024-03-04T08:59:59Z", "before_ticket_created", False),
        ("tickets", "u", "unknown_creator", False),
        ("tickets", "v", "unknown_customer", True),
    ]


# -- resolution --------------------------------------------------------------------------------------------------------


def test_solved_then_closed_is_one_turn() -> None:
    book = desk().ticket(
        "t", "2024-03-04T09:00:00Z", ("solved", "2024-03-04T11:00:00Z"), ("closed", "2024-03-09T11:00:00Z")
    )
    assert parts(count(book), "average_resolution_time") == (2 * HOUR, 1)
    assert parts(count(book), "average_first_resolution_time") == (2 * HOUR, 1)


def test_closed_at_once_is_resolved() -> None:
    book = desk().ticket("t", "2024-03-04T09:00:00Z", ("closed", "2024-03-04T09:00:00Z"))
    assert parts(count(book), "average_resolution_time") == (0, 1)
    assert value(count(book), "average_resolution_time") == 0


def test_reopened_across_a_month_end() -> None:
    # Created 28 March 9:00, solved on the 29th (24 h), open again on 2 April, solved on the 4th (168 h).
    book = desk().ticket(
        *("t", "2024-03-28T09:00:00Z", ("solved", "2024-03-29T09:00:00Z"), ("open", "2024-04-02T09:00:00Z")),
        ("solved", "2024-04-04T09:00:00Z"),
    )
    result = count(book)
    assert parts(result, "average_resolution_time", "2024-03-01") == (24 * HOUR, 1)  # March is not restated
    assert parts(result, "average_resolution_time", "2024-04-01") == (168 * HOUR, 1)
    assert parts(result, "average_first_resolution_time", "2024-03-01") == (24 * HOUR, 1)
    assert parts(result, "average_first_resolution_time", "2024-04-01") == (0, 0)
    # the year and the quarters: one ticket, by its last turn
    assert parts(result, "average_resolution_time", "2024-01-01", "quarter") == (24 * HOUR, 1)
    assert parts(result, "average_resolution_time", "2024-01-01", "year") == (168 * HOUR, 1)
    # reopened 4 days after it was first solved: no first contact
    assert parts(result, "first_contact_resolution_rate") == (0, 1)
    # seen on 1 April the ticket is solved; on 2 April it is open, and in no figure of April or of the open quarter
    assert parts(count(book, "2024-04-01"), "average_resolution_time", "2024-01-01", "year") == (24 * HOUR, 1)
    assert parts(count(book, "2024-04-02"), "average_resolution_time", "2024-01-01", "year") == (0, 0)
    assert parts(count(book, "2024-04-02"), "average_resolution_time", "2024-03-01") == (24 * HOUR, 1)


def test_solved_opened_and_solved_on_one_day() -> None:
    # 10:00, again at 15:00: the last turn counts; first resolution after one hour.
    book = desk().ticket(
        *("t", "2024-03-04T09:00:00Z", ("solved", "2024-03-04T10:00:00Z"), ("open", "2024-03-04T12:00:00Z")),
        ("solved", "2024-03-04T15:00:00Z"),
    )
    assert parts(count(book), "average_resolution_time") == (6 * HOUR, 1)
    assert parts(count(book), "average_first_resolution_time") == (HOUR, 1)


def test_changes_at_one_instant_follow_the_order_of_the_statuses() -> None:
    # Open and solved at 10:00: solved is the last word, and there was no return after it.
    book = desk().ticket(
        "t", "2024-03-04T09:00:00Z", ("solved", "2024-03-04T10:00:00Z"), ("open", "2024-03-04T10:00:00Z")
    )
    assert parts(count(book), "average_resolution_time") == (HOUR, 1)
    assert parts(count(book), "first_contact_resolution_rate") == (1, 1)


def test_the_status_of_the_ticket_is_not_read() -> None:
    book = desk().ticket("t", "2024-03-04T09:00:00Z", status="solved").ticket("u", "2024-03-04", ("open", "2024-03-05"))
    assert parts(count(book), "average_resolution_time") == (0, 0)
    assert parts(count(book), "ticket_resolution_rate") == (0, 2)


def test_resolution_window_on_its_last_day() -> None:
    # Created 1 March: solved on the 31st (30 days after) is in time, on 1 April it is not. Pending to the 30th of March.
    book = desk().ticket("in_time", "2024-03-01T00:00:00Z", ("solved", "2024-03-31T23:59:59Z"))
    book.ticket("late", "2024-03-01T23:59:59Z", ("solved", "2024-04-01T00:00:00Z"))
    assert parts(count(book), "ticket_resolution_rate") == (1, 2)
    early = count(book, "2024-03-30")
    assert parts(early, "ticket_resolution_rate") == (0, 0)
    assert value(early, "ticket_resolution_rate") is None
    assert parts(count(book, "2024-03-31"), "ticket_resolution_rate") == (1, 2)
    assert count(book, "2024-03-31").cell("ticket_resolution_rate", "month", "2024-03-01").is_complete


def test_a_period_is_incomplete_while_a_ticket_waits() -> None:
    # Created 20 March, 30 days: known on 19 April. First contact of all: 7 days more, 26 April.
    book = desk().ticket("t", "2024-03-20T09:00:00Z", ("solved", "2024-03-20T10:00:00Z"))

    def complete(as_of: str, metric: str) -> bool:
        return count(book, as_of).cell(metric, "month", "2024-03-01").is_complete

    assert [complete(day, "ticket_resolution_rate") for day in ("2024-04-18", "2024-04-19")] == [False, True]
    assert [complete(day, "first_contact_resolution_rate_of_all") for day in ("2024-04-25", "2024-04-26")] == [
        False,
        True,
    ]
    # first contact: solved on the 20th, known on the 27th; the month is over on the 31st
    assert [complete(day, "first_contact_resolution_rate") for day in ("2024-03-30", "2024-03-31")] == [False, True]
    assert complete("2024-04-01", "average_resolution_time")
    assert complete("2024-04-01", "one_touch_resolution_rate")


def test_first_contact_waits_for_its_window() -> None:
    # Solved on 31 March; pending to 6 April, known on the 7th.
    book = desk().ticket(
        "t", "2024-03-31T09:00:00Z", ("agent", "2024-03-31T10:00:00Z"), ("solved", "2024-03-31T10:00:00Z")
    )
    waiting, known = count(book, "2024-04-06"), count(book, "2024-04-07")
    assert parts(waiting, "first_contact_resolution_rate") == (0, 0)
    assert not waiting.cell("first_contact_resolution_rate", "month", "2024-03-01").is_complete
    assert parts(waiting, "one_touch_resolution_rate") == (1, 1)  # waits for nothing
    assert parts(known, "first_contact_resolution_rate") == (1, 1)
    assert known.cell("first_contact_resolution_rate", "month", "2024-03-01").is_complete


@pytest.mark.parametrize(("reopened", "is_first_contact"), [("2024-03-12", 0), ("2024-03-13", 1)])
def test_a_return_on_the_last_day_of_the_window(reopened: str, is_first_contact: int) -> None:
    # Solved on 5 March: 7 days later is the 12th.
    for status in ("new", "open", "pending", "on_hold", "ON_HOLD"):
        book = desk().ticket("t", "2024-03-04", ("solved", "2024-03-05T12:00:00Z"), (status, f"{reopened}T23:00:00Z"))
        assert parts(count(book), "first_contact_resolution_rate") == (is_first_contact, 1)
        assert parts(count(book), "first_contact_resolution_rate_of_all") == (is_first_contact, 1)


def test_contacts_before_the_first_solve() -> None:
    # Two customer messages in a row are one contact; one after an answer is a second; one after the solve is none yet.
    steps = {
        "two_in_a_row": [("customer", "2024-03-04T09:30:00Z"), ("agent", "2024-03-04T10:00:00Z")],
        "asked_again": [
            ("agent", "2024-03-04T09:30:00Z"),
            ("customer", "2024-03-04T10:00:00Z"),
            ("agent", "2024-03-04T11:00:00Z"),
        ],
        "thanks_after": [("agent", "2024-03-04T10:00:00Z"), ("customer", "2024-03-04T12:00:01Z")],
        "at_the_instant": [("agent", "2024-03-04T10:00:00Z"), ("customer", "2024-03-04T12:00:00Z")],
    }
    for name, thread in steps.items():
        book = desk().ticket("t", "2024-03-04T09:00:00Z", *thread, ("solved", "2024-03-04T12:00:00Z"))
        expected = {"two_in_a_row": 1, "asked_again": 0, "thanks_after": 1, "at_the_instant": 0}[name]
        assert parts(count(book), "first_contact_resolution_rate") == (expected, 1), name
        touches = {"two_in_a_row": 1, "asked_again": 0, "thanks_after": 1, "at_the_instant": 1}[name]
        assert parts(count(book), "one_touch_resolution_rate") == (touches, 1), name
        messages = {"two_in_a_row": 3, "asked_again": 4, "thanks_after": 2, "at_the_instant": 3}[name]
        assert parts(count(book), "conversation_thread_length") == (messages, 1), name


def test_opened_by_an_agent_and_no_word_of_the_customer() -> None:
    # No contact at all is not one contact; the opening message is the one touch.
    book = desk().ticket(
        *("t", "2024-03-04T09:00:00Z", ("agent", "2024-03-04T09:00:00Z"), ("solved", "2024-03-05T09:00:00Z")),
        created_by="agent",
    )
    assert parts(count(book), "first_contact_resolution_rate") == (0, 1)
    assert parts(count(book), "one_touch_resolution_rate") == (1, 1)


def test_first_contact_of_all_counts_the_unsolved_and_the_late() -> None:
    # Of four tickets of March: solved at once; solved after 31 days; never solved; at once, but opened again.
    book = (
        desk()
        .ticket("once", "2024-03-01", ("solved", "2024-03-02"))
        .ticket("late", "2024-03-01", ("solved", "2024-04-01"))
    )
    book.ticket("never", "2024-03-01", ("open", "2024-03-02"))
    book.ticket("again", "2024-03-01", ("solved", "2024-03-02"), ("open", "2024-03-03")).message(
        "once", "agent", "2024-03-01"
    )
    result = count(book)
    assert parts(result, "first_contact_resolution_rate_of_all") == (1, 4)
    assert parts(result, "first_contact_resolution_rate") == (1, 2)  # two were first solved in March
    assert parts(result, "first_contact_resolution_rate", "2024-04-01") == (1, 1)
    # pending to 1 March + 30 + 7 days
    assert parts(count(book, "2024-04-06"), "first_contact_resolution_rate_of_all") == (0, 0)
    assert parts(count(book, "2024-04-07"), "first_contact_resolution_rate_of_all") == (1, 4)


def test_windows_are_variables() -> None:
    book = (
        desk()
        .ticket("t", "2024-03-04", ("solved", "2024-03-06"), ("open", "2024-03-08"))
        .message("t", "agent", "2024-03-05")
    )
    result = count(book, resolution_window_days=1, fcr_reopen_days=1)
    assert parts(result, "ticket_resolution_rate") == (0, 1)
    assert parts(result, "first_contact_resolution_rate") == (1, 1)
    assert parts(result, "first_contact_resolution_rate_of_all") == (0, 1)
    assert parts(count(book, resolution_window_days=2), "ticket_resolution_rate") == (1, 1)


def test_days_are_local_durations_are_not() -> None:
    # 02:00 UTC on 1 April is 31 March in New York; the hour between is an hour anywhere.
    book = desk().ticket(
        "t", "2024-04-01T02:00:00Z", ("agent", "2024-04-01T03:00:00Z"), ("solved", "2024-04-01T05:00:00Z")
    )
    result = count(book, reporting_timezone="America/New_York")
    assert parts(result, "average_response_time", "2024-03-01") == (HOUR, 1)
    assert parts(result, "average_resolution_time", "2024-03-01") == (0, 0)  # 1:00 on 1 April there
    assert parts(result, "average_resolution_time", "2024-04-01") == (3 * HOUR, 1)
    # an hour that the clock skips (10 March, 2:00 to 3:00 in New York): 1:30 to 3:30 there is one hour
    book = desk().ticket("t", "2024-03-10T06:30:00Z", ("agent", "2024-03-10T07:30:00Z"))
    assert parts(count(book, reporting_timezone="America/New_York"), "average_response_time") == (HOUR, 1)


def test_history_start_cuts_what_came_before() -> None:
    book = (
        desk()
        .ticket("t", "2024-03-04", ("solved", "2024-03-20T00:00:00Z"))
        .ticket("u", "2024-03-15")
        .message("t", "agent", "2024-03-10")
    )
    result = count(book, history_start="2024-03-15")
    assert parts(result, "tickets_per_customer") == (1, 1)
    assert parts(result, "average_resolution_time") == (16 * 24 * HOUR, 1)
    assert parts(result, "average_response_time") == (0, 0)


# -- absence and zero --------------------------------------------------------------------------------------------------


def test_nobody_pays() -> None:
    """Nobody pays, so the ratio is null, and no error."""
    book = Desk().customer("c").ticket("t", "2024-03-04")
    assert parts(count(book), "tickets_per_customer") == (1, 0)
    assert value(count(book), "tickets_per_customer") is None


def test_which_metrics_exist_without_which_table() -> None:
    def names(book: Desk) -> set[str]:
        return {key[0] for key in count(book).metrics} & OF_SUPPORT

    of_calls = {name for name in OF_SUPPORT if "call" in name} | {"average_handle_time", "average_speed_of_answer"}
    of_messages = {name for name in OF_SUPPORT if "response" in name}
    of_changes = {name for name in OF_SUPPORT if "resolution_time" in name} | {"ticket_resolution_rate"}
    assert names(bare()) == set()
    assert names(bare().call("k", "2024-03-04", None, "2024-03-04")) == of_calls
    assert names(bare().ticket("t", "2024-03-04")) == {"tickets_per_customer"}
    assert names(bare().ticket("t", "2024-03-04", ("bot", "2024-03-04"))) == of_messages | {"tickets_per_customer"}
    assert names(bare().ticket("t", "2024-03-04", ("open", "2024-03-04"))) == of_changes | {"tickets_per_customer"}
    both = bare().ticket("t", "2024-03-04", ("open", "2024-03-04"), ("agent", "2024-03-04"))
    assert names(both) == OF_SUPPORT - of_calls
    # a table of which every row is rejected is none
    assert names(bare().call("k", "2024-03-04", None, "2024-03-03")) == set()


def test_a_paying_customer_makes_the_segment_exist_without_a_ticket() -> None:
    result = count(desk().ticket("t", "2024-03-04", customer_id=None))
    assert parts(result, "tickets_per_customer", "2024-05-01", country="DE") == (0, 1)
    assert ("tickets_per_customer", "month", date(2024, 5, 1), "country", "(unknown)") not in result.metrics
    assert ("tickets_per_customer", "month", date(2024, 3, 1), "country", "(unknown)") in result.metrics


# -- business time -----------------------------------------------------------------------------------------------------


def business(zone: str, start: str, end: str, hours: list = WEEK, holidays: tuple[str, ...] = ()) -> float:
    """Hours of business time between two local times; the offset may be given."""

    def instant(text: str) -> datetime:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)

    calendar = BusinessTime(ZoneInfo(zone), hours, [date.fromisoformat(day) for day in holidays])
    return calendar.between(instant(start), instant(end)) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2024-03-04T10:00", "2024-03-04T12:00", 2),  # Monday
        ("2024-03-04T08:00", "2024-03-04T10:00", 1),  # from 9
        ("2024-03-04T16:00", "2024-03-04T23:00", 1),  # to 17
        ("2024-03-04T18:00", "2024-03-05T08:00", 0),
        ("2024-03-08T16:00", "2024-03-11T10:00", 2),  # Friday to Monday
        ("2024-03-09T10:00", "2024-03-10T10:00", 0),  # weekend
        ("2024-03-04T09:00", "2024-03-11T09:00", 40),  # a week
        ("2024-03-04T10:00", "2024-03-04T10:00", 0),
    ],
)
def test_business_hours_of_a_week(start: str, end: str, hours: float) -> None:
    assert business("UTC", start, end) == hours
    assert business("Asia/Kolkata", start, end) == hours


def test_business_holidays() -> None:
    # Thursday to Monday with Good Friday off: 7 + 0 + 1
    assert business("Europe/Berlin", "2024-03-28T10:00", "2024-04-01T10:00", WEEK, ("2024-03-29",)) == 8
    # the holiday is a day of the zone of the hours: Monday 00:30 in Berlin is Sunday in UTC
    night = [(7, "00:00", "24:00"), (1, "00:00", "24:00")]
    assert business("Europe/Berlin", "2024-03-10T22:30+00:00", "2024-03-11T00:00+00:00", night, ("2024-03-11",)) == 0.5


def test_several_stretches_a_day_and_midnight() -> None:
    hours = [(1, "08:00", "12:00"), (1, "13:00", "17:30"), (1, "22:00", "24:00"), (2, "00:00", "02:00")]
    assert business("UTC", "2024-03-04T00:00", "2024-03-06T00:00", hours) == 4 + 4.5 + 2 + 2
    assert business("UTC", "2024-03-04T11:00", "2024-03-04T14:00", hours) == 2  # lunch is none
    assert business("UTC", "2024-03-04T23:00", "2024-03-05T01:00", hours) == 2  # through midnight


@pytest.mark.parametrize(
    ("hours", "start", "end", "expected"),
    [
        # New York, 10 March 2024: 2:00 to 3:00 is skipped
        (("00:00", "24:00"), "2024-03-10T00:00", "2024-03-11T00:00", 23),
        (("01:00", "04:00"), "2024-03-10T00:00", "2024-03-11T00:00", 2),
        (("02:30", "05:00"), "2024-03-10T00:00", "2024-03-11T00:00", 1.5),  # 2:30 standard is 3:30 daylight
        (("01:00", "02:30"), "2024-03-10T00:00", "2024-03-11T00:00", 1.5),  # to 3:30 daylight
        (("02:30", "03:15"), "2024-03-10T00:00", "2024-03-11T00:00", 0),  # ends before it begins
        (("02:10", "02:40"), "2024-03-10T00:00", "2024-03-11T00:00", 0.5),
        # 3 November 2024: 1:00 to 2:00 comes twice, first in daylight time
        (("00:00", "24:00"), "2024-11-03T00:00", "2024-11-04T00:00", 25),
        (("00:00", "03:00"), "2024-11-03T00:00", "2024-11-04T00:00", 4),
        (("01:30", "03:00"), "2024-11-03T00:00", "2024-11-04T00:00", 1.5),  # from the second 1:30
        (("00:00", "01:30"), "2024-11-03T00:00", "2024-11-04T00:00", 2.5),  # to the second 1:30
        (("00:00", "03:00"), "2024-11-03T01:30-04:00", "2024-11-03T01:30-05:00", 1),
    ],
)
def test_business_hours_while_the_clock_changes(hours: tuple, start: str, end: str, expected: float) -> None:
    assert business("America/New_York", start, end, [(7, *hours)]) == expected


def test_stretches_that_a_clock_change_lays_over_each_other_count_once() -> None:
    # 2:00-3:00 standard is 3:00-4:00 daylight, which is open anyway.
    assert (
        business(
            "America/New_York", "2024-03-10T00:00", "2024-03-11T00:00", [(7, "02:00", "02:59"), (7, "03:00", "04:00")]
        )
        == 1
    )


def test_business_time_in_metrics() -> None:
    # Friday 8 March 2024 16:00 UTC to Monday 10:00: 2 hours in UTC. In New York 11:00 to Monday 6:00: 11:00-17:00, 6 hours.
    book = desk().ticket(
        "t", "2024-03-08T16:00:00Z", ("agent", "2024-03-11T10:00:00Z"), ("solved", "2024-03-11T10:00:00Z")
    )
    assert parts(count(book), "average_first_response_time_business") == (2 * HOUR, 1)
    assert parts(count(book), "average_resolution_time_business") == (2 * HOUR, 1)
    for variables in ({"business_timezone": "America/New_York"}, {"reporting_timezone": "America/New_York"}):
        assert parts(count(book, **variables), "average_first_response_time_business") == (6 * HOUR, 1)
    own = {"business_timezone": "UTC", "reporting_timezone": "America/New_York"}
    assert parts(count(book, **own), "average_first_response_time_business") == (2 * HOUR, 1)


# -- calls -------------------------------------------------------------------------------------------------------------


def test_one_call() -> None:
    # Waits 15 s, talks 300 s (30 of them on hold), 45 s of work after it: 345.
    book = desk().call(
        "k", "2024-03-04T09:00:00Z", "2024-03-04T09:00:15Z", "2024-03-04T09:05:15Z",
        hold_seconds=30, wrap_seconds=45, is_resolved=True,
    )  # fmt: skip
    result = count(book)
    assert parts(result, "call_volume") == (1, None)
    assert parts(result, "average_handle_time") == (345, 1)
    assert parts(result, "average_speed_of_answer") == (15, 1)
    assert parts(result, "call_abandonment_rate") == (0, 1)
    assert parts(result, "call_service_level") == (1, 1)
    assert parts(result, "call_first_contact_resolution_rate") == (1, 1)


def test_transferred_calls_are_one() -> None:
    # Three legs on two days, in a chain: 60 + 120 + 30 s, wrap 10 + 0 + 5. The wait is the root's, 20 s.
    book = desk().call("k1", "2024-03-31T23:00:00Z", "2024-03-31T23:00:20Z", "2024-03-31T23:01:20Z", wrap_seconds=10)
    book.call(
        "k2",
        "2024-03-31T23:01:20Z",
        "2024-03-31T23:10:00Z",
        "2024-03-31T23:12:00Z",
        transferred_from_call_id="k1",
        is_resolved=False,
    )
    book.call(
        "k3", "2024-04-01T00:00:00Z", "2024-04-01T00:00:10Z", "2024-04-01T00:00:40Z",
        transferred_from_call_id="k2", wrap_seconds=5, is_resolved=True, direction="outbound",
    )  # fmt: skip
    result = count(book)
    assert parts(result, "call_volume") == (1, None)
    assert parts(result, "call_volume", "2024-04-01") == (0, None)
    assert parts(result, "average_handle_time") == (225, 1)
    assert parts(result, "average_speed_of_answer") == (20, 1)
    assert parts(result, "call_service_level") == (1, 1)  # at most 20
    assert parts(result, "call_first_contact_resolution_rate") == (0, 1)  # resolved, but transferred
    # on 31 March the third leg has not been
    assert parts(count(book, "2024-03-31"), "average_handle_time") == (190, 1)


def test_a_chain_leads_as_far_as_staged_rows_do() -> None:
    book = desk().call("k2", "2024-03-04", "2024-03-04", "2024-03-04", transferred_from_call_id="lost")
    book.call("out", "2024-03-05", "2024-03-05", "2024-03-05", direction="outbound")
    book.call("in", "2024-03-05", "2024-03-05", "2024-03-05", transferred_from_call_id="out")
    assert parts(count(book), "call_volume") == (1, None)  # k2 is a root; `in` belongs to a call that we made


def test_a_call_that_has_not_ended_is_in_nothing() -> None:
    book = desk().call("k", "2024-03-31T23:50:00Z", "2024-03-31T23:55:00Z", "2024-04-01T00:10:00Z")
    book.call(
        "leg", "2024-03-31T23:56:00Z", "2024-03-31T23:57:00Z", "2024-03-31T23:58:00Z", transferred_from_call_id="k"
    )
    assert parts(count(book, "2024-03-31"), "call_volume") == (0, None)
    assert parts(count(book, "2024-04-01"), "call_volume") == (1, None)
    assert parts(count(book, "2024-04-01"), "average_handle_time") == (15 * 60 + 60, 1)


def test_service_level_and_abandonment() -> None:
    # Answered after 10, 20, 21 s; given up after 2, 5, 20, 30 s.
    book = desk()
    for wait in (10, 20, 21):
        book.call(f"a{wait}", "2024-03-04T09:00:00Z", f"2024-03-04T09:00:{wait}Z", "2024-03-04T09:01:00Z")
    for wait in (2, 5, 20, 30):
        book.call(f"b{wait}", "2024-03-04T09:00:00Z", None, f"2024-03-04T09:00:{wait:02}Z")
    result = count(book)
    assert parts(result, "call_volume") == (7, None)
    assert parts(result, "call_abandonment_rate") == (4, 7)
    assert parts(result, "call_service_level") == (2, 4)  # of 3 answered and the one given up after 30
    assert parts(result, "average_speed_of_answer") == (51, 3)
    strict = count(book, short_abandon_seconds=5, service_level_seconds=10)
    assert parts(strict, "call_volume") == (7, None)
    assert parts(strict, "call_abandonment_rate") == (3, 6)  # 5 s is not short
    assert parts(strict, "call_service_level") == (1, 5)
    # abandoned sooner than counts, later than the threshold: in neither
    assert parts(count(book, short_abandon_seconds=31), "call_service_level") == (2, 3)


def test_answered_is_said_by_the_answer() -> None:
    # Neither answered nor marked as abandoned: abandoned.
    book = desk().call("k", "2024-03-04T09:00:00Z", None, "2024-03-04T09:01:00Z", is_abandoned=False)
    assert parts(count(book), "call_abandonment_rate") == (1, 1)
    assert value(count(book), "average_handle_time") is None


def test_outbound_and_test_calls_are_in_nothing() -> None:
    book = (
        desk().customer("test", is_test=True).call("k", "2024-03-04", "2024-03-04", "2024-03-04", direction="Outbound")
    )
    book.call("t", "2024-03-04", "2024-03-04", "2024-03-04", customer_id="test").call(
        "n", "2024-04-04", None, "2024-04-04", customer_id=None
    )
    result = count(book)
    assert parts(result, "call_volume") == (0, None)
    assert value(result, "call_service_level") is None
    assert parts(result, "call_volume", "2024-04-01", country="(unknown)") == (1, None)
    assert parts(result, "call_volume", "2024-04-01", country="DE") == (0, None)  # a customer pays there


def test_resolution_of_calls() -> None:
    # Resolved, not, nobody said; and given up with a note, which is none of the answered.
    book = desk().call("k1", "2024-03-04", "2024-03-04", "2024-03-04", is_resolved="yes")
    book.call("k2", "2024-03-04", "2024-03-04", "2024-03-04", is_resolved="no").call(
        "k3", "2024-03-04", "2024-03-04", "2024-03-04"
    )
    book.call("k4", "2024-03-04", None, "2024-03-04", is_resolved="yes")
    assert parts(count(book), "call_first_contact_resolution_rate") == (1, 2)


# -- the cast ----------------------------------------------------------------------------------------------------------


def test_cast_has_the_figures_that_were_worked_by_hand() -> None:
    """expected_support.csv: from the stories of its README alone."""
    result = compute(CAST, "2024-06-20", VARIABLES, only="support")
    with (CAST / "expected_support.csv").open() as file:
        for row in csv.DictReader(file):
            cell = result.cell(row["metric_name"], row["period_type"], row["period_start"])
            for name in ("numerator", "denominator", "value"):
                figure = getattr(cell, name)
                assert row[name] == "" if figure is None else float(figure) == pytest.approx(float(row[name])), row
