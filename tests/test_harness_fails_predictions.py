"""Breaks one rule of churn prediction at a time, in the compiled SQL, and sees the comparison or the law fail, and say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import test_laws_predictions as laws
from tests.comparison import PREDICTION_MODELS, prediction_differences
from tests.compiled import Project, project
from tests.oracle import Result, compute
from tests.test_laws_predictions import AS_OF, VARIABLES, company, full_model

# whether a plan is yearly, as in training: 0 up to and with 0, 1 above it
BINS = {"is_yearly": [(0, None, None, 0.0), (1, None, 0.0, 0.7), (2, 0.0, None, 0.3)]}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return full_model(tmp_path_factory.mktemp("model"), bins=BINS)


@pytest.fixture(scope="module")
def expected(seeds: Path) -> Result:
    return compute(company(), AS_OF, VARIABLES | {"seeds": str(seeds)}, "health")


def differences(broken: Project, seeds: Path, expected: Result) -> str:
    with broken.with_seeds(seeds).run(company(), AS_OF, PREDICTION_MODELS) as built:
        return "\n".join(prediction_differences(built.query, expected))


def test_the_sound_project_breaks_nothing(seeds: Path, expected: Result) -> None:
    assert differences(project(VARIABLES), seeds, expected) == ""


@pytest.mark.parametrize(
    ("model", "old", "new", "said"),
    [
        # a churn of any later day, however late
        (
            "int_churn_labels",
            "coalesce(contracts.next_churn_day <=",
            "coalesce(contracts.next_churn_day > contracts.score_day or contracts.next_churn_day <=",
            ["churn_predictions: has_churned: "],
        ),
        # outcomes of snapshots whose horizon is not over
        (
            "int_churn_judged",
            "where labels.is_known",
            "",
            ["churn_prediction_quality: rows: ", "SQL only"],
        ),
        # equal predictions are all put where the last of them is
        (
            "int_churn_judged",
            "where placed.is_split",
            "where placed.is_split and false",
            ["churn_prediction_quality: "],
        ),
        # of equal predictions the last customer comes first
        (
            "int_churn_judged",
            "order by predictions.customer_id, predictions.score_day",
            "order by predictions.customer_id desc, predictions.score_day",
            ["churn_prediction_quality: "],
        ),
        # ties get the lowest of their ranks
        (
            "churn_prediction_quality",
            "- (n - 1) / 2 as mid_rank",
            "- (n - 1) as mid_rank",
            ["churn_prediction_quality: auc: "],
        ),
        # what is missing counts as 0, not as nothing
        (
            "int_churn_contributions",
            "(features.value - coefficients.mean)",
            "(coalesce(features.value, 0) - coefficients.mean)",
            ["churn_predictions: log_odds: ", "churn_prediction_quality: brier: "],
        ),
        # a term that ends on the day is still in force
        (
            "int_customer_contracts",
            "and score_days.score_day < terms.term_end_date",
            "and score_days.score_day <= terms.term_end_date",
            ["churn_predictions: is_renewal_due: ", "int_churn_features: value: "],
        ),
        # an NPS answer of any age
        (
            "int_churn_features",
            "when age_days <= 180 then raw end",
            "when true then raw end",
            ["int_churn_features: value: "],
        ),
        # reasons for churn alone, not against it
        (
            "int_churn_reasons",
            "order by abs(contribution) desc",
            "order by contribution desc",
            ["churn_predictions: reason_1: "],
        ),
        # an upper edge that is outside its bin
        (
            "churn_feature_stability",
            "and latest.value <= coalesce(bins.upper_inclusive, latest.value)",
            "and latest.value < coalesce(bins.upper_inclusive, latest.value + 1)",
            ["churn_feature_stability: stability_index: "],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_a_broken_rule_is_said(model: str, old: str, new: str, said: list[str], seeds: Path, expected: Result) -> None:
    found = differences(project(VARIABLES).altered(model, old, new), seeds, expected)
    for words in said:
        assert words in found


def test_a_hazard_that_knows_the_future(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcomes of the next 400 days: the law of leakage sees February's hazards move with what came after February."""
    broken = project(VARIABLES).altered(
        "int_churn_hazard_rates",
        "<= score_days.score_day group by score_days.score_day, outcomes.tenure_band",
        "<= score_days.score_day + 400 group by score_days.score_day, outcomes.tenure_band",
    )
    through(broken, monkeypatch)
    with pytest.raises(AssertionError):
        laws.test_p1_what_is_said_of_a_day_is_unchanged_by_all_that_comes_after_it(7, tmp_path)


def test_features_of_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every day gets the customer's last MRR: the law of leakage."""
    broken = project(VARIABLES).altered(
        "int_churn_features",
        "ln(1 + cast(mrr as double precision))",
        "ln(1 + cast(last_value(mrr) over (partition by customer_id order by score_day"
        " rows between unbounded preceding and unbounded following) as double precision))",
    )
    through(broken, monkeypatch)
    with pytest.raises(AssertionError):
        laws.test_p1_what_is_said_of_a_day_is_unchanged_by_all_that_comes_after_it(7, tmp_path)


def test_a_model_that_any_company_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = project(VARIABLES).altered(
        "int_models_in_force", "inner join company on models.trained_on = company.mark", "cross join company"
    )
    through(broken, monkeypatch)
    with pytest.raises(AssertionError):
        laws.test_a_model_of_another_company_predicts_nothing(tmp_path)


def through(broken: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The laws build with the broken project."""
    monkeypatch.setattr(laws, "project", lambda variables: broken)
