"""Laws of support that hold whatever the data: change the desk, build both, compare.

T1 to T5 are about tickets and calls; U2 and U3 are about any metric, here where only a message or a leg is changed.
"""

from __future__ import annotations

import copy
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.books import Rows
from tests.compiled import project
from tests.conftest import VARIABLES
from tests.oracle import METRICS
from tests.test_laws import AS_OF, alike, assert_equal_cells, cast, named

Raw = dict[str, Rows]
Cells = dict[tuple, tuple]
BUSINESS = {
    "average_first_response_time_business": "average_first_response_time",
    "average_resolution_time_business": "average_resolution_time",
}
OF_CALLS = {name for name, metric in METRICS.items() if metric.family == "support" and metric.needs == ("calls",)}


def cells(raw: Raw, as_of: str = AS_OF, hours: Path | None = None, **variables: Any) -> Cells:
    """The cells of support, with the business hours of a file if one is given."""
    one = project(VARIABLES | variables).of_family("support")
    with (one.seeded("business_hours", hours) if hours else one).run(raw, as_of, ["metrics"]) as built:
        return built.metrics()


@cache
def cast_cells() -> Cells:
    return cells(cast())


@cache
def narrow() -> Cells:
    """Every window of support short."""
    return cells(cast(), fcr_reopen_days=3, service_level_seconds=9, short_abandon_seconds=4)


@cache
def wide() -> Cells:
    """Every window of support long."""
    return cells(cast(), fcr_reopen_days=4, service_level_seconds=45, short_abandon_seconds=46)


def month(one: Cells, name: str, start: str = "2023-03-01") -> tuple[Decimal, Decimal]:
    return one[name, "month", date.fromisoformat(start), "all", "all"][2:4]


def message(ticket_id: str, author: str, sent_at: str, is_public: bool = True) -> dict[str, Any]:
    return {
        "message_id": f"more_{ticket_id}_{sent_at}",
        "ticket_id": ticket_id,
        "author_type": author,
        "is_public": is_public,
        "sent_at": sent_at,
    }


def copies(raw: Raw, name: str, **changes: Any) -> Raw:
    """The desk with every ticket, its messages and its changes of status a second time, under other ids."""
    raw = copy.deepcopy(raw)
    for table in ("tickets", "ticket_messages", "ticket_status_changes"):
        for row in [*raw[table]]:
            again = {key: f"{name}_{text}" if key in ("ticket_id", "message_id") else text for key, text in row.items()}
            raw[table].append(again | (changes if table == "tickets" else {}))
    return raw


# -- what counts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes", [{"is_spam": "true"}, {"merged_into_ticket_id": "two_questions"}, {"customer_id": "test_account"}]
)
def test_spam_merged_and_test_tickets_change_nothing(changes: dict[str, str]) -> None:
    assert_equal_cells(cast_cells(), cells(copies(cast(), "more", **changes)))


def test_every_ticket_twice_leaves_every_mean_and_share_alone() -> None:
    """Sums and numbers double, so means, shares and medians stay; only tickets per customer doubles."""
    twice = cells(copies(cast(), "twin"))
    for key, cell in cast_cells().items():
        if key[0] in OF_CALLS:
            assert twice[key] == cell
        elif key[0] == "tickets_per_customer":
            assert twice[key][2:4] == (2 * cell[2], cell[3]), key
        else:
            assert alike(twice[key][4], cell[4]), key


def test_bots_and_notes_change_nothing() -> None:
    raw = cast()
    for row in [*raw["tickets"]]:
        raw["ticket_messages"] += [
            message(row["ticket_id"], "bot", "2024-06-19T10:00:00Z"),
            message(row["ticket_id"], "bot", row["created_at"]),
            message(row["ticket_id"], "agent", "2024-06-19T11:00:00Z", is_public=False),
            message(row["ticket_id"], "customer", "2024-06-19T12:00:00Z", is_public=False),
        ]
    assert_equal_cells(cast_cells(), cells(raw))


def test_a_second_answer_in_a_row_answers_nothing() -> None:
    """It makes a thread longer and a touch more, and no reply."""
    raw = cast()
    raw["ticket_messages"].append(message("two_questions", "agent", "2023-03-06T11:00:00Z"))
    after = cells(raw)
    assert_equal_cells(cast_cells(), after, named("conversation_thread_length", "one_touch_resolution_rate"))
    assert month(after, "conversation_thread_length") == (10, 4)
    assert month(after, "one_touch_resolution_rate") == (1, 4)


def test_u3_what_is_said_after_the_as_of_day_is_nothing() -> None:
    raw = cast()
    before = cells(raw, "2023-04-10")
    raw["ticket_messages"] += [
        message("came_back", "customer", "2023-04-11"),
        message("nobody_we_know", "agent", "2023-04-11"),
    ]
    raw["ticket_status_changes"].append({"ticket_id": "two_questions", "status": "open", "changed_at": "2023-04-11"})
    raw["calls"].append(
        {**raw["calls"][1], "call_id": "late", "queued_at": "2023-04-10", "answered_at": None, "ended_at": "2023-04-11"}
    )
    assert_equal_cells(before, cells(raw, "2023-04-10"))


# -- tickets -----------------------------------------------------------------------------------------------------------


def test_t1_first_resolution_is_not_after_the_last() -> None:
    """Of one and the same ticket, by year: answered before it was solved, solved for the first time before the last."""
    raw = cast()
    raw["tickets"] = [row for row in raw["tickets"] if row["ticket_id"] == "came_back"]
    one = cells(raw)
    key = ("year", date(2023, 1, 1), "all", "all")
    response, first, last = (
        one[name, *key][4]
        for name in ("average_first_response_time", "average_first_resolution_time", "average_resolution_time")
    )
    assert 0 < response <= first < last


def test_t2_business_time_is_part_of_the_time_and_round_the_clock_all_of_it(tmp_path: Path) -> None:
    """Open day and night: every second counts. Two halves of the day: each second counts in one of them."""

    def of_hours(name: str, *hours: tuple[str, str]) -> Cells:
        file = tmp_path / f"{name}.csv"
        rows = [f"{day},{opens},{closes}" for day in range(1, 8) for opens, closes in hours]
        file.write_text("\n".join(["iso_weekday,opens_at,closes_at", *rows]) + "\n")
        return cells(raw, hours=file, business_timezone="America/New_York")

    raw = cast()
    # over the nights in which the clocks of New York change, 12 March and 5 November 2023
    raw["tickets"] += [
        {**raw["tickets"][0], "ticket_id": f"night_{day}", "created_at": f"{day}T20:00:00Z"}
        for day in ("2023-03-11", "2023-11-04")
    ]
    raw["ticket_status_changes"] += [
        {"ticket_id": "night_2023-03-11", "status": "solved", "changed_at": "2023-03-13T08:00:00Z"},
        {"ticket_id": "night_2023-11-04", "status": "solved", "changed_at": "2023-11-06T08:00:00Z"},
    ]
    whole = of_hours("whole", ("00:00", "24:00"))
    parts = [of_hours("early", ("00:00", "01:15")), of_hours("late", ("01:15", "09:30"), ("09:30", "24:00"))]
    office = cells(raw)
    compared = 0
    for key, cell in whole.items():
        if key[0] in BUSINESS:
            elapsed = whole[BUSINESS[key[0]], *key[1:]]
            assert cell[2:4] == elapsed[2:4], key
            assert sum(part[key][2] for part in parts) == cell[2], key
            assert 0 <= office[key][2] <= cell[2], key
            compared += cell[2] > 0
    assert compared > 50


def test_t3_a_return_can_only_lower_first_contact_resolution() -> None:
    raw = cast()
    raw["ticket_status_changes"].append(
        {"ticket_id": "two_questions", "status": "open", "changed_at": "2023-03-13T23:00:00Z"}
    )
    before, after = cast_cells(), cells(raw)
    for name in ("first_contact_resolution_rate", "first_contact_resolution_rate_of_all"):
        assert month(after, name) == (month(before, name)[0] - 1, month(before, name)[1])
        assert all(after[key][4] <= cell[4] for key, cell in before.items() if key[0] == name and cell[4] is not None)


def test_t3_a_longer_window_can_only_lower_first_contact_resolution() -> None:
    """The same tickets, none pending: came_back returns on the fourth day."""
    shares = [month(one, "first_contact_resolution_rate") for one in (narrow(), wide())]
    assert shares == [(4, 4), (3, 4)]


def test_t4_unresolved_tickets_lower_the_rate_and_no_time() -> None:
    raw = cast()
    for number in range(3):
        raw["tickets"].append(
            {**raw["tickets"][0], "ticket_id": f"open_{number}", "created_at": "2023-03-20T09:00:00Z"}
        )
    before, after = cast_cells(), cells(raw)
    moved = named("ticket_resolution_rate", "first_contact_resolution_rate_of_all", "tickets_per_customer")
    assert_equal_cells(before, after, moved)
    for name in ("ticket_resolution_rate", "first_contact_resolution_rate_of_all"):
        assert month(after, name) == (month(before, name)[0], month(before, name)[1] + 3)


def test_weeks_later_everything_is_weeks_later() -> None:
    """Fewer than the days to the month's end: the figures of the month stay, durations and business time too."""
    raw = cast()
    for table, columns in (
        ("tickets", ("created_at",)),
        ("ticket_messages", ("sent_at",)),
        ("ticket_status_changes", ("changed_at",)),
    ):
        for row in raw[table]:
            for column in columns:
                day = date.fromisoformat(row[column][:10])
                if day < date(2023, 3, 20):
                    row[column] = f"{day + timedelta(weeks=2)}{row[column][10:]}"
    # Ursula's plan is another one by then, so only the whole is the same
    after = cells(raw)
    for key, cell in cast_cells().items():
        if key[3] == "all":
            assert after[key] == cell, key


# -- calls -------------------------------------------------------------------------------------------------------------


def test_a_call_cut_into_legs_is_handled_as_long() -> None:
    """Handed on at once in the middle: one call, as long, waited for as long; only first contact is lost."""
    raw = cast()
    call = next(row for row in raw["calls"] if row["call_id"] == "helped_at_once")
    half = "2023-03-15T09:01:30Z"
    second = {
        **call,
        "call_id": "second_half",
        "queued_at": half,
        "answered_at": half,
        "transferred_from_call_id": call["call_id"],
    }
    call |= {"ended_at": half, "wrap_seconds": None, "is_resolved": None}
    raw["calls"].append(second)
    assert_equal_cells(cast_cells(), cells(raw), named("call_first_contact_resolution_rate"))
    assert month(cells(raw), "call_first_contact_resolution_rate") == (0, 2)


def test_t5_abandoned_and_answered_are_all() -> None:
    for key, cell in cast_cells().items():
        if key[0] == "call_abandonment_rate":
            answered = cast_cells()["average_speed_of_answer", *key[1:]][3]
            assert cell[3] - cell[2] == answered, key
            assert cell[3] == cast_cells()["call_volume", *key[1:]][2], key


def test_a_longer_threshold_can_only_raise_the_service_level() -> None:
    """Answered after 10 and 30 s, given up after 45: none, the first, both of them within 9, 20, 45 s."""
    levels = [month(one, "call_service_level") for one in (narrow(), cast_cells(), wide())]
    assert levels == [(0, 3), (1, 3), (2, 2)]
    shares = [part / whole for part, whole in levels]
    assert shares == sorted(shares)


def test_short_calls_that_do_not_count_can_only_lower_abandonment() -> None:
    """Given up after 3 and 45 s: counted are both, the second, neither."""
    several = (cast_cells(), narrow(), wide())
    assert [month(one, "call_abandonment_rate") for one in several] == [(2, 4), (1, 3), (0, 2)]
    assert [month(one, "call_volume")[0] for one in several] == [4, 4, 4]


def test_outbound_calls_change_nothing() -> None:
    raw = cast()
    raw["calls"] += [
        {**row, "call_id": f"out_{row['call_id']}", "direction": "outbound", "transferred_from_call_id": None}
        for row in [*raw["calls"]]
    ]
    assert_equal_cells(cast_cells(), cells(raw))
