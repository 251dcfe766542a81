"""Breaks one rule of support at a time, in the compiled SQL, and sees the comparison or the law fail, and say what is wrong."""

from __future__ import annotations

import pytest

from tests import test_laws_support
from tests.comparison import family_differences
from tests.compiled import Project, project
from tests.conftest import VARIABLES
from tests.oracle import Result, compute
from tests.test_laws import cast

AS_OF = "2024-06-20"
MODELS = ["metrics", "rejected_rows", "tickets", "call_service_levels"]


@pytest.fixture(scope="module")
def sound() -> Project:
    return project(VARIABLES).of_family("support")


@pytest.fixture(scope="module")
def expected() -> Result:
    return compute(cast(), AS_OF, VARIABLES, only="support")


def differences(broken: Project, expected: Result) -> str:
    with broken.run(cast(), AS_OF, MODELS) as built:
        return "\n".join(family_differences("support", built.query, expected))


def test_the_sound_project_breaks_nothing(sound: Project, expected: Result) -> None:
    assert differences(sound, expected) == ""


def test_waiting_from_the_last_message_instead_of_the_first(sound: Project, expected: Result) -> None:
    """Ursula's second question came 20 minutes after the first: 16,800 s instead of 18,000."""
    broken = sound.altered(
        "int_ticket_messages",
        "min(case when is_customer then sent_at end)",
        "max(case when is_customer then sent_at end)",
    )
    found = differences(broken, expected)
    assert "average_response_time month 2023-03-01 all all: SQL (2023-04-01, True, 16800, 3, 5600.0)" in found
    assert "tickets: response_seconds: 1 of them\n    two_questions: SQL 6000, oracle 7200" in found


def test_a_receipt_of_a_bot_that_counts_as_an_answer(sound: Project, expected: Result) -> None:
    broken = sound.altered(
        "stg_support__ticket_messages",
        "lower(ticket_messages.author_type) as",
        "replace(lower(ticket_messages.author_type), 'bot', 'agent') as",
    )
    found = "\n" + differences(broken, expected)
    assert "two_questions: SQL 30, oracle 7200" in found
    for metric in ("average_first_response_time", "one_touch_resolution_rate", "conversation_thread_length"):
        assert f"\n{metric}: ratio: " in found


def test_a_reopened_ticket_that_restates_its_month(sound: Project, expected: Result) -> None:
    broken = sound.altered(
        "int_segment_periods__support_resolutions",
        "segment_months.reopened_month > periods.closing_day",
        "segment_months.reopened_month is null",
    )
    assert "average_resolution_time month 2023-03-01 all all: SQL (2023-04-01, True, 129600, 3," in differences(
        broken, expected
    )


def test_a_ticket_decided_before_its_window_has_closed(sound: Project, expected: Result) -> None:
    broken = sound.altered(
        "int_ticket_turns", "> as_of.as_of_day as is_reopening_open", "> as_of.as_of_day and false as is_reopening_open"
    )
    found = differences(broken, expected)
    assert "first_contact_resolution_rate month 2024-06-01 all all: SQL (2024-07-01, False, 1, 1, 1.0)" in found
    assert "first_contact_resolution_rate_of_all" not in found


def test_open_on_the_wrong_weekday(sound: Project, expected: Result) -> None:
    broken = sound.altered("int_business_time", "= business_hours.iso_weekday", "= business_hours.iso_weekday + 1")
    found = differences(broken, expected)
    assert "average_resolution_time_business: ratio: numerator, value" in found
    assert "average_resolution_time: " not in found


def test_a_leg_that_counts_as_a_call_of_its_own(sound: Project, expected: Result) -> None:
    broken = sound.altered("int_calls", "where origins.call_id is null", "where true")
    found = differences(broken, expected)
    assert "call_volume month 2023-03-01 all all: SQL (2023-04-01, True, 5, None, 5.0)" in found
    assert "call_service_levels: " in found


def test_a_call_given_up_within_the_threshold_that_is_held_against_the_desk(sound: Project, expected: Result) -> None:
    broken = sound.altered(
        "int_segment_periods__support_calls",
        "calls.is_abandoned and not calls.is_within_threshold",
        "calls.is_abandoned",
    )
    found = differences(broken, expected)
    assert "call_service_level: ratio: denominator, value" in found
    assert "call_abandonment_rate" not in found


def test_a_law_notices_spam_that_counts(sound: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    test_laws_support.cast_cells()
    broken = project(VARIABLES).altered(
        "stg_support__tickets", "coalesce(tickets.is_spam, false) as is_spam", "false as is_spam"
    )
    monkeypatch.setattr(test_laws_support, "project", lambda variables: broken)
    with pytest.raises(AssertionError, match="cells differ"):
        test_laws_support.test_spam_merged_and_test_tickets_change_nothing({"is_spam": "true"})


def test_a_law_notices_a_note_that_counts(sound: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    test_laws_support.cast_cells()
    broken = project(VARIABLES).altered("int_ticket_messages", "messages.is_public and", "")
    monkeypatch.setattr(test_laws_support, "project", lambda variables: broken)
    with pytest.raises(AssertionError, match="cells differ"):
        test_laws_support.test_bots_and_notes_change_nothing()
