"""Breaks one rule of product use at a time, in the compiled SQL, and sees the comparison or the law fail, and say what is wrong."""

from __future__ import annotations

import pytest

from tests import test_laws, test_laws_product
from tests.comparison import family_differences
from tests.compiled import Project, project
from tests.conftest import VARIABLES
from tests.oracle import Result, compute
from tests.test_laws import cast

AS_OF = "2024-06-20"


@pytest.fixture(scope="module")
def sound() -> Project:
    return project(VARIABLES).of_family("product")


@pytest.fixture(scope="module")
def expected() -> Result:
    return compute(cast(), AS_OF, VARIABLES, only="product")


def differences(broken: Project, expected: Result) -> str:
    with broken.run(cast(), AS_OF, ["metrics", "rejected_rows", "adoption_funnel"]) as built:
        return "\n" + "\n".join(family_differences("product", built.query, expected))


def test_the_sound_project_breaks_nothing(sound: Project, expected: Result) -> None:
    assert differences(sound, expected) == "\n"


@pytest.mark.parametrize(
    ("model", "old", "new", "told"),
    [
        # the 25th is the first of the seven days up to 31 March
        (
            "int_customer_usage_windows",
            "numbers.n < 7",
            "numbers.n < 6",
            [
                "\nweekly_active_users: count: numerator, value",
                "weekly_active_users month 2024-03-01 all all: SQL (2024-04-01, True, 1, None, 1.0)",
            ],
        ),
        # a bot of 40 actions
        (
            "int_users",
            "and not users.is_bot",
            "",
            ["actions_per_active_user month 2024-03-01 all all: SQL (2024-04-01, True, 51, 5, 10.2)"],
        ),
        # 45 minutes over midnight, on the wrong side of it
        (
            "int_sessions",
            "source_sessions.started_date,",
            "source_sessions.ended_date as started_date,",
            ["average_session_duration month 2024-03-01 all all: SQL (2024-04-01, True, 0, 1, 0.0)"],
        ),
        # who has adopted already, but may not be counted before the others can be
        (
            "int_user_adoption",
            "users.window_ends_day > (select as_of_day from as_of) as is_pending",
            "false as is_pending",
            ["product_adoption_rate month 2024-05-01 all all: SQL (2024-06-01, True, 1, 1, 1.0)"],
        ),
        # exports used on the 20th, four days after the entitlement
        (
            "int_entitled_feature_months",
            "and feature_days.used_day < entitlements.entitled_to_date",
            "",
            [
                "feature_adoption_rate month 2024-03-01 all all: SQL (2024-04-01, True, 2, 4, 0.5)",
            ],
        ),
        # a theme is nice to have
        (
            "int_customer_journeys",
            "steps.journey and steps.is_required",
            "steps.journey",
            ["journey_completion_rate month 2023-03-01 all all: SQL (2023-04-01, True, 1, 2, 0.5)"],
        ),
        # those who still wait left out
        (
            "int_segment_value_waits",
            "where waits.start_day <= as_of.as_of_day",
            "where waits.start_day <= as_of.as_of_day and waits.value_day is not null",
            ["time_to_value month 2023-01-01 all all: SQL (2023-02-01, True, None, None, 25.0)"],
        ),
        # Peter's report of the morning before the first talk
        (
            "base_product__milestones",
            "folded.reached_at < starts.start_at",
            "false",
            [
                "\nmilestones: rejected by the oracle only: 1 of them",
                "peter_prepaid_year|first_report|2023-01-20T09:00:00Z: value_before_start",
                "customer_success_rate month 2023-03-01 all all: SQL (2023-04-01, True, 4, 5, 0.8)",
            ],
        ),
        # Tina's first guess instead of what she saved: (66.6666666667 + 90) / 2
        (
            "int_customer_impact",
            "outcomes.outcome_type, outcomes.unit order by outcomes.measured_at desc",
            "outcomes.outcome_type, outcomes.unit order by outcomes.measured_at asc",
            ["customer_impact_score month 2024-03-01 all all: SQL (2024-04-01, True, 105.3395061729, 2,"],
        ),
        # the step before left out: a funnel in which a step is reached by whoever reached it
        (
            "int_adoption_funnel_customers",
            "coalesce(min(case when milestones.customer_id is null then steps.step_number end) - 1, max(steps.step_number))",
            "max(case when milestones.customer_id is not null then steps.step_number else 0 end) + 1",
            ["\nadoption_funnel: customers: "],
        ),
    ],
)
def test_a_broken_rule_is_named(
    sound: Project, expected: Result, model: str, old: str, new: str, told: list[str]
) -> None:
    found = differences(sound.altered(model, old, new), expected)
    for words in told:
        assert words in found


def test_a_law_notices_a_bot(sound: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law A4, which knows nothing of the reference."""
    broken = sound.altered("int_users", "and not users.is_bot", "")
    monkeypatch.setattr(test_laws, "run", lambda raw, as_of, variables, models: broken.run(raw, as_of, models))
    test_laws_product.before.cache_clear()
    try:
        with pytest.raises(AssertionError, match="cells"):
            test_laws_product.test_a4_who_is_no_user_changes_nothing("is_bot")
        test_laws_product.test_a4_who_is_no_user_changes_nothing("is_internal")
    finally:
        test_laws_product.before.cache_clear()
