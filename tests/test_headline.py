"""What the headline says of the churn model: nothing where it is in force and still of the same kind of customers."""

from __future__ import annotations

import sys

import duckdb
import pytest

from tests.harness import PROJECT

sys.path.insert(0, str(PROJECT / "scripts"))
import headline


def said(
    capsys: pytest.CaptureFixture[str], status: str, stability: str = "stable", score_day: str = "2025-06-30"
) -> str:
    with duckdb.connect() as database:
        database.execute("create schema marts")
        database.execute(
            "create table marts.trained_models as select 'churn' as kind, ? as status, date '2025-05-01' as trained_through",
            [status],
        )
        database.execute(
            "create table marts.churn_feature_stability as"
            " select unnest(['tenure', 'mrr']) as feature, ? as status, cast(? as date) as score_day, unnest([0.1, 0.4]) as stability_index",
            [stability, score_day],
        )
        headline.show_model(database)
    return capsys.readouterr().out


def test_nothing_where_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "in force") == ""
    assert said(capsys, "in force", "shifting") == ""


def test_no_model_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "trained on another company")
    assert text.startswith("No churn is predicted, since the model is trained on another company: make train")


def test_customers_have_changed_since_training(capsys: pytest.CaptureFixture[str]) -> None:
    """The one that changed most comes first; within a month of the last day learned from there is nothing new to learn."""
    assert "by mrr, tenure: make train" in said(capsys, "in force", "shifted")
    assert said(capsys, "in force", "shifted", "2025-06-01") == ""
    assert said(capsys, "in force", "shifted", "2025-06-02") != ""
