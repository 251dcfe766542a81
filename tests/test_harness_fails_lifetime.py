"""Breaks one rule of lifetimes, or of the judgement of scores, at a time in the compiled SQL; the comparison fails, and says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.comparison import family_differences, metric_differences, validity_differences
from tests.compiled import Project, project
from tests.conftest import VARIABLES
from tests.health_books import configure
from tests.oracle import Result, compute
from tests.test_health_validity import SINCE_TOUCH, Company, small
from tests.test_laws import AS_OF, cast
from tests.test_laws_lifetime import CAST_MARK, CAST_MODEL, METRIC
from tests.trained_models import CDNOW, contract, write_models

MODELS = ["metrics", "rejected_rows", "int_contract_spells", "customer_lifetime_values"]
MARTS = ["health_validity", "health_band_churn", "health_forewarning"]
EVENTUALLY = "2024-05-31"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of the cast, and a newer one of another company."""
    others = {
        "prediction_models": [{"kind": "contract_lifetime", "model_version": "fit 2", "trained_on": "another's"}],
        "contract_lifetimes": [contract(1, 1, 1) | {"model_version": "fit 2"}],
    }
    return write_models(tmp_path_factory.mktemp("models"), CAST_MARK, CAST_MODEL, CDNOW, more=others)


@pytest.fixture(scope="module")
def sound(seeds: Path) -> Project:
    return project(VARIABLES).of_family("growth").with_seeds(seeds)


@pytest.fixture(scope="module")
def expected(seeds: Path) -> Result:
    return compute(cast(), AS_OF, VARIABLES | {"seeds": str(seeds)}, only="growth")


def differences(broken: Project, expected: Result) -> str:
    with broken.run(cast(), AS_OF, MODELS) as built:
        found = metric_differences(built.query, expected, [METRIC])
        return "\n".join(found + family_differences("lifetime", built.query, expected))


def test_the_sound_project_breaks_nothing(sound: Project, expected: Result) -> None:
    assert differences(sound, expected) == ""


@pytest.mark.parametrize(
    ("model", "old", "new", "complaints"),
    [
        # who has stayed so far is likelier to stay: forgotten
        (
            "int_expected_months",
            "exp(later.log_survival - now.log_survival)",
            "exp(later.log_survival)",
            [f"{METRIC}: statistic: value", "customer_lifetime_values: expected_discounted_months"],
        ),
        # the first month to come is paid today, not in a month
        (
            "int_expected_months",
            "-cast(steps.month_number as double precision) / 12",
            "-cast(steps.month_number - 1 as double precision) / 12",
            [f"{METRIC}: statistic: value", "customer_lifetime_values: contract_value"],
        ),
        # what is known of all comes before what is known of the customer's own segment
        (
            "int_customer_lifetimes",
            "case when expected_months.segment_name = 'all' then 1 else 0 end",
            "case when expected_months.segment_name = 'all' then 0 else 1 end",
            ["customer_lifetime_values: parameter_segment_name", "customer_lifetime_values: alpha"],
        ),
        # calendar months, whatever the day
        (
            "int_customer_contracts",
            "> score_days.score_day then 1",
            "> score_days.score_day then 0",
            ["customer_lifetime_values: months_served"],
        ),
        # another company's model
        (
            "int_models_in_force",
            "inner join company on models.trained_on = company.mark",
            "inner join company on true",
            [f"{METRIC}: statistic: value", "customer_lifetime_values: beta"],
        ),
        # revenue instead of gross profit
        (
            "predicted_customer_lifetime_value",
            "as double precision) * company_margins.gross_margin_rate / segment_lifetimes.customers",
            "as double precision) / segment_lifetimes.customers",
            [f"{METRIC}: statistic: value"],
        ),
        # the first purchase counts among the repeated ones
        (
            "int_purchase_summaries",
            "count(*) - 1 as frequency",
            "count(*) as frequency",
            ["customer_lifetime_values: repeat_purchases", "customer_lifetime_values: expected_purchases"],
        ),
        # days for weeks
        (
            "int_purchase_summaries",
            "as double precision) / 7 as age_weeks",
            "as double precision) as age_weeks",
            ["customer_lifetime_values: age_weeks", "customer_lifetime_values: probability_alive"],
        ),
        # everybody's mean amount, whatever the customer's own
        (
            "int_purchase_expectations",
            "coalesce(alive.paid_repeat_purchases * alive.mean_repeat_amount, 0)",
            "0",
            ["customer_lifetime_values: expected_amount"],
        ),
        # who left once never came
        (
            "int_contract_spells",
            "left join first_churns",
            "inner join first_churns",
            ["int_contract_spells: rows"],
        ),
    ],
)
def test_a_rule_that_is_broken(
    sound: Project, expected: Result, model: str, old: str, new: str, complaints: list[str]
) -> None:
    found = differences(sound.altered(model, old, new), expected)
    for complaint in complaints:
        assert complaint in found, found


# -- what came of the scores -------------------------------------------------------------------------------------------


def watched() -> Company:
    """As by hand, and somebody who comes back."""
    book = small()
    book.sell("fay", 60, "2023-10-01", "2024-02-10").sell("fay", 60, "2024-02-20").touch("fay", "2024-01-31")
    return book


@pytest.mark.parametrize(
    ("model", "old", "new", "complaints"),
    [
        ("int_health_outcomes", "where is_known", "where true", ["health_validity: rows", "health_band_churn: rows"]),
        ("int_health_outcomes", "order by score desc)", "order by score)", ["health_validity: auc"]),
        ("int_health_outcomes", "where is_banded", "where true", ["health_validity: customers"]),
        (
            "health_forewarning",
            "max(months.closing_day) as score_day",
            "min(months.closing_day) as score_day",
            ["health_forewarning: "],
        ),
        (
            "health_forewarning",
            "sum(score_days.mrr) as churned_mrr",
            "cast(count(*) as decimal(38, 10)) as churned_mrr",
            ["health_forewarning: churned_mrr"],
        ),
        (
            "health_band_churn",
            "3.8414588206941254 / (4 * n * n)",
            "3.8414588206941254 / (2 * n * n)",
            ["health_band_churn: lower_bound", "health_band_churn: upper_bound"],
        ),
    ],
)
def test_a_rule_of_the_judgement_that_is_broken(
    tmp_path: Path, model: str, old: str, new: str, complaints: list[str]
) -> None:
    folder = configure(tmp_path, [SINCE_TOUCH])
    expected = compute(watched().raw, EVENTUALLY, VARIABLES | {"seeds": str(folder)}, "health")
    broken = project(VARIABLES).with_seeds(folder).altered(model, old, new)
    with broken.run(watched().raw, EVENTUALLY, MARTS) as built:
        found = "\n".join(validity_differences(built.query, expected))
    for complaint in complaints:
        assert complaint in found, found
