"""The analyses compile, run on a built database, and say what the marts say."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from tests.conftest import CAST, Built
from tests.conftest import VARIABLES as BUILD_VARIABLES
from tests.harness import PROJECT, dbt_build

ANALYSES = sorted(file.stem for file in (PROJECT / "analyses").glob("*.sql"))
VARIABLES = {
    "month": "2024-01-01",
    "compared_month": "2023-12-01",
    "period_type": "quarter",
    "period_start": "2023-07-01",
    "segment": "country",
    "top_customers": 3,
    "days_ahead": 30,
    "smallest_gap": 10,
    "sentiment_threshold": 0.1,
    "score_day": "2024-04-30",
    "compared_day": "2023-12-31",
    "build_id": 1,
}
Run = Callable[..., list[dict]]


@pytest.fixture(scope="module")
def run(cast_database: Built, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Rows of an analysis on the cast, with the default variables or with others."""
    compiled: dict[bool, Path] = {}

    def rows(name: str, with_variables: bool = False) -> list[dict]:
        if with_variables not in compiled:
            work = tmp_path_factory.mktemp("analyses")
            result = dbt_build(
                CAST,
                work,
                vars={**BUILD_VARIABLES, **(VARIABLES if with_variables else {})},
                select="path:analyses",
                command="compile",
            )
            assert result.success, result.messages
            compiled[with_variables] = work / "target/compiled/customer_success/analyses"
        sql = (compiled[with_variables] / f"{name}.sql").read_text()
        names = [column[0] for column in cast_database.query(f"describe {sql}")]
        return [dict(zip(names, row, strict=True)) for row in cast_database.query(sql)]

    return rows


def test_each_analysis_is_described() -> None:
    described = yaml.safe_load((PROJECT / "analyses/_analyses.yml").read_text())["analyses"]
    assert sorted(one["name"] for one in described) == ANALYSES
    for one in described:
        assert one["description"].startswith("One row")


@pytest.mark.parametrize("name", ANALYSES)
def test_each_variable_is_described(name: str) -> None:
    described = {
        one["name"]: one["description"]
        for one in yaml.safe_load((PROJECT / "analyses/_analyses.yml").read_text())["analyses"]
    }
    for variable in set(re.findall(r"var\('(\w+)'", (PROJECT / f"analyses/{name}.sql").read_text())):
        assert variable in described[name]
        assert variable in VARIABLES


@pytest.mark.parametrize("with_variables", [False, True])
@pytest.mark.parametrize("name", ANALYSES)
def test_runs(run: Run, name: str, with_variables: bool) -> None:
    run(name, with_variables)


def test_bridge_adds_up(run: Run) -> None:
    lines = {row["line"]: row["amount"] for row in run("what_moved_mrr", True) if row["customer_id"] == "all"}
    closing = lines.pop("closing")
    assert sum(lines.values()) == closing == Decimal(2108)
    assert lines == {"opening": 2199, "expansion": 99, "contraction": -90, "churn": -100}


def test_who_churned(run: Run) -> None:
    (row,) = run("who_churned_and_what_they_had", True)
    assert (row["customer_id"], row["churned_mrr"], row["churn_reason"]) == ("mary_cancels_in_march", 80, "unused")
    assert not row["is_involuntary_churn"]
    assert row["plans_held"]


def test_contributions_add_up(run: Run) -> None:
    rows = run("why_did_net_retention_move", True)
    (whole,) = [row for row in rows if row["level"] == "all"]
    parts = [row for row in rows if row["level"] == "segment"]
    assert sum(row["points_change"] for row in parts) == pytest.approx(whole["points_change"])
    # January 2024: Mary's 80 go, Quentin pays 12 more, of 2468
    assert whole["points"] == pytest.approx(100 * (12 - 80) / 2468)
    assert whole["points_before"] == 0


def test_coming_renewals(run: Run) -> None:
    rows = run("which_renewals_are_coming", True)
    quincy = [row for row in rows if row["customer_id"] == "quincy_renews_this_month"]
    assert [(row["state"], row["days_until_due"], row["amount_local"]) for row in quincy] == [("open", 5, 960)]


def test_void_invoices_leave_a_gap(run: Run) -> None:
    gaps = {row["customer_id"]: row for row in run("where_mrr_and_invoices_part", True)}
    assert gaps["carla_switches_currency"]["finding"] == "MRR without invoices"


@pytest.mark.parametrize("with_variables", [False, True])
def test_parts_of_a_change_of_health_add_up(run: Run, cast_database: Built, with_variables: bool) -> None:
    rows = run("why_did_health_change", with_variables)
    scores = {row["customer_id"]: row for row in rows if row["measure"] == "(score)"}
    assert scores
    for customer_id, score in scores.items():
        parts = [row for row in rows if row["customer_id"] == customer_id and row is not score]
        assert (
            sum(row["points_change"] for row in parts)
            == score["points_change"]
            == score["points"] - score["points_before"]
            != 0
        )
    assert list(scores) == sorted(scores, key=lambda one: (-abs(scores[one]["points_change"]), one))
    if with_variables:
        assert len(scores) <= VARIABLES["top_customers"]
        told = "select score from marts.customer_health where customer_id = '{}' and score_day = date '{}'"
        for customer_id, score in scores.items():
            days = (("points", "score_day"), ("points_before", "compared_day"))
            for points, day in days:
                assert cast_database.query(told.format(customer_id, VARIABLES[day])) == [(score[points],)]


def test_who_is_at_risk_adds_to_the_metric(run: Run, cast_database: Built) -> None:
    rows = run("who_is_at_risk")
    metric = """
        select numerator from marts.metrics
        where metric_name = '{}' and period_type = 'month' and segment_name = 'all' order by period_start desc limit 1
    """
    assert [(len(rows),)] == cast_database.query(metric.format("at_risk_customers"))
    assert sum(row["mrr"] for row in rows) == cast_database.query(metric.format("mrr_at_risk"))[0][0]
    assert [row["mrr"] for row in rows] == sorted((row["mrr"] for row in rows), reverse=True)
    assert all(row["points_lost_by"] for row in rows)
