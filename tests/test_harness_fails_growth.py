"""Breaks one rule of growth or of the team at a time, in the compiled SQL, and sees the comparison or the law fail, and say what is wrong."""

from __future__ import annotations

import pytest

from tests import test_laws_growth
from tests.comparison import family_differences
from tests.compiled import Project, project
from tests.conftest import VARIABLES
from tests.oracle import Result, compute
from tests.test_laws import AS_OF, cast

MODELS = {"growth": ["metrics", "rejected_rows"], "team": ["metrics", "rejected_rows", "csm_scorecard"]}


@pytest.fixture(scope="module")
def sound() -> dict[str, Project]:
    return {family: project(VARIABLES).of_family(family) for family in MODELS}


@pytest.fixture(scope="module")
def expected() -> dict[str, Result]:
    return {family: compute(cast(), AS_OF, VARIABLES, only=family) for family in MODELS}


def differences(broken: Project, expected: dict[str, Result], family: str = "growth") -> str:
    with broken.run(cast(), AS_OF, MODELS[family]) as built:
        return "\n".join(family_differences(family, built.query, expected[family]))


@pytest.mark.parametrize("family", MODELS)
def test_the_sound_project_breaks_nothing(sound: dict, expected: dict, family: str) -> None:
    assert differences(sound[family], expected, family) == ""


def test_a_cost_that_is_not_spread(sound: dict, expected: dict) -> None:
    """Hosting of the year, all on the day incurred: 401.50 in January instead of 34.10."""
    broken = sound["growth"].altered(
        "int_cost_months",
        "when costs.period_start_date < costs.period_end_date then costs.period_start_date else",
        "when false then costs.period_start_date else",
    )
    broken = broken.altered(
        "int_cost_months",
        "when costs.period_start_date < costs.period_end_date then costs.period_end_date else",
        "when false then costs.period_end_date else",
    )
    found = differences(broken, expected)
    assert "gross_margin_rate: ratio: numerator, value" in found
    assert "SQL (2023-02-01, True, -319.9657534247, 81.5342465753," in found


def test_cost_of_nobody_that_is_left_out_of_segments(sound: dict, expected: dict) -> None:
    """Segments no longer add: the whole company stays right, the channel `referral` has Petra's 60 alone, not its share of 33."""
    broken = sound["growth"].altered(
        "int_segment_periods__costs", "where unowned.whole <> 0", "where bases.segment_name = 'all'"
    )
    found = differences(broken, expected)
    assert "customer_retention_cost: amount: numerator, value" in found
    assert "customer_retention_cost month 2023-05-01 acquisition_channel referral: SQL (2023-06-01, True, 60," in found
    assert " all all: " not in found


def test_the_wrong_denominator(sound: dict, expected: dict) -> None:
    """CAC over all paying customers: channel `search` has 7 in October 2023, none of them new."""
    broken = sound["growth"].altered(
        "customer_acquisition_cost",
        "cast(new_customers as decimal(38, 10)) as denominator from",
        "cast(closing_customers as decimal(38, 10)) as denominator from",
    )
    found = differences(broken, expected)
    assert "customer_acquisition_cost: ratio: denominator" in found
    assert (
        "acquisition_channel search: SQL (2023-11-01, True, 0, 7, 0.0), oracle (2023-11-01, True, 0, 0, None" in found
    )


def test_an_open_offer_that_counts_as_declined(sound: dict, expected: dict) -> None:
    """June 2024 would have a rate, and be complete once it is over."""
    broken = sound["growth"].altered("int_offers", "offers.outcome is null or offers.outcome = 'open' or", "")
    found = differences(broken, expected)
    assert "offer_conversion_rate month 2024-06-01 all all: SQL (2024-07-01, False, 0, 1, 0.0)" in found


def test_a_trial_with_grace_is_strict(sound: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the cast converts in its grace; law A9 has a trial that does."""
    broken = sound["growth"].altered("int_trials", "converted_day <= end_day", "converted_day <= grace_ends_day")
    through(broken, monkeypatch)
    with pytest.raises(AssertionError):
        test_laws_growth.test_a9_trials_are_ordered_and_ever_never_falls()


def test_an_offer_that_counts_twice(sound: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law T6."""
    broken = sound["growth"].altered(
        "stg_growth__offers", "where fate = 'staged'", "where fate in ('staged', 'folded')"
    )
    through(broken, monkeypatch)
    with pytest.raises(AssertionError, match="cells differ"):
        test_laws_growth.test_t6_an_offer_sent_again_is_nothing()


def test_customers_counted_for_whoever_has_them_in_the_end(sound: dict, expected: dict) -> None:
    """October 2023: Peter was Amy's on the day before; the scorecard would give him to Bob."""
    broken = sound["team"].altered(
        "int_scorecard_customers", "on periods.opening_day = sums.state_day", "on periods.closing_day = sums.state_day"
    )
    found = differences(broken, expected, "team")
    assert "csm_scorecard: opening_customers: " in found
    assert "month 2023-10-01 amy: SQL 1, oracle 2" in found


def test_touches_of_whoever_made_them(sound: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not of the manager whose customer it was: law T7."""
    broken = sound["team"].altered("int_touches", "spans.csm from", "touches.csm_id as csm from")
    through(broken, monkeypatch)
    with pytest.raises(AssertionError):
        test_laws_growth.test_t7_whoever_touches_the_customer_is_its_managers()


def through(broken: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The laws build with the broken project, and have nothing left of the sound one."""

    def cells(raw, as_of=AS_OF, family="growth", **variables):
        with broken.run(raw, as_of, ["metrics"]) as built:
            return built.metrics()

    monkeypatch.setattr(test_laws_growth, "cells", cells)
    monkeypatch.setattr(test_laws_growth, "cast_cells", lambda family="growth": cells(cast()))
