"""Laws of churn prediction that hold whatever the data: change a company or its model, build both, compare.

P1 says that no later day is read, P2 what AUC and Brier score do, P3 that nothing is told where nothing can be, P4 who is judged.
"""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests import conftest
from tests.books import Book, Rows
from tests.churn_models import write_model
from tests.comparison import PREDICTION_MODELS, is_close
from tests.compiled import Built, Project, project
from tests.oracle import compute
from tests.oracle.predictions import Predictions, area_under_curve
from tests.test_collisions_predictions import FEATURES, Company

Raw = dict[str, Rows]
VARIABLES = {"reporting_currency": "EUR"}
AS_OF = "2024-06-15"
CUT = "2024-02-29"
# what each row is dated by; one that is later than the cut was not there yet
DATED = {
    "subscriptions": "started_at",
    "subscription_items": "effective_from",
    "subscription_pauses": "paused_at",
    "contract_terms": "term_start",
    "users": "created_at",
    "usage_events": "occurred_at",
    "tickets": "created_at",
    "ticket_status_changes": "changed_at",
    "survey_responses": "responded_at",
    "feedback": "received_at",
    "invoices": "issued_at",
    "csm_touches": "occurred_at",
}
# what a row that was there says of later days by agreement, not because they came
AGREED = {"term_end", "due_at", "period_end"}


def company(seed: int = 7) -> Raw:
    return copy.deepcopy(_company(seed))


@cache
def _company(seed: int) -> Raw:
    return Company(seed, size=40).raw


def predictions(raw: Raw, as_of: str = AS_OF, **variables: Any) -> Predictions:
    return compute(raw, as_of, VARIABLES | variables, "health").gathered["health"].predictions


@cache
def mark(seed: int = 7) -> str:
    return predictions(company(seed)).mark


def built(
    raw: Raw, seeds: Path, as_of: str = AS_OF, compiled: Project | None = None, models: list[str] | None = None
) -> Built:
    return (compiled or project(VARIABLES)).with_seeds(seeds).run(raw, as_of, models or PREDICTION_MODELS)


def full_model(folder: Path, seed: int = 7, factor: float = 1.0, **more: Any) -> Path:
    """All features, each with a weight of its own."""
    draw = random.Random(seed)
    coefficients = {
        name: (factor * round(draw.uniform(-1, 1), 3), sum(ends) / 2, 1.0) for name, ends in FEATURES.items()
    }
    return write_model(folder, mark(seed), factor * -1.0, coefficients, **more)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The company with a model of all features."""
    with built(company(), full_model(tmp_path_factory.mktemp("sound"))) as one:
        yield one


def rows(one: Built, mart: str, columns: str, where: str = "true") -> dict[tuple, tuple]:
    """By the first two columns."""
    found = one.query(f"select {columns} from {mart} where {where}")
    assert len({row[:2] for row in found}) == len(found) > 0
    return {row[:2]: row[2:] for row in found}


def quality(one: Built, columns: str, model: str = "logistic") -> dict[tuple, tuple]:
    return rows(one, "marts.churn_prediction_quality", f"sample, last_day, {columns}", f"model = '{model}'")


def whole(found: dict[tuple, tuple]) -> tuple:
    """Of all days together."""
    return next(row for (sample, _), row in found.items() if sample == "all")


# -- P1: no later day is read ------------------------------------------------------------------------------------------


def as_it_was(raw: Raw) -> Raw:
    """Without all that is dated after the cut."""
    past: Raw = {}
    for table, all_rows in raw.items():
        column = DATED.get(table)
        past[table] = []
        for row in all_rows:
            if column and row[column] > CUT:
                continue
            dates = {name for name in row if name.endswith(("_at", "_to", "_end")) and name not in AGREED}
            past[table].append(row | {name: None for name in dates if row[name] and row[name] > CUT})
            if table == "invoices" and row["paid_at"] and row["paid_at"] > CUT and row["status"] == "paid":
                past[table][-1]["status"] = "open"
    return past


def what_is_said(one: Built) -> list[dict[tuple, tuple]]:
    """Of all days by the cut: evidence turned into features, hazards, probabilities and reasons."""
    return [
        {
            row[:3]: row[3]
            for row in one.query(
                f"select customer_id, score_day, feature, value from intermediate.int_churn_features where score_day <= '{CUT}'"
            )
        },
        rows(
            one,
            "marts.churn_predictions",
            "customer_id, score_day, hazard, probability, risk_tier, reason_1, reason_2, reason_3, tenure_months, mrr",
            f"score_day <= '{CUT}'",
        ),
    ]


@pytest.mark.parametrize("seed", [7, 8])
def test_p1_what_is_said_of_a_day_is_unchanged_by_all_that_comes_after_it(seed: int, tmp_path: Path) -> None:
    """Every row dated after 29 February is deleted, every later day in a row emptied; what is said of February stays."""
    raw = company(seed)
    past = as_it_was(raw)
    assert sum(map(len, past.values())) < 0.8 * sum(map(len, raw.values()))
    seeds = full_model(tmp_path, seed)
    with built(raw, seeds) as one, built(past, seeds) as other:
        assert what_is_said(one) == what_is_said(other)
        assert len(what_is_said(one)[1]) > 50


def test_p1_labels_that_were_known_stay(tmp_path: Path) -> None:
    """A label whose horizon is over by the as-of day does not change as days go by."""
    seeds = full_model(tmp_path)
    columns = "customer_id, score_day, has_churned"
    with built(company(), seeds, "2024-05-15") as early, built(company(), seeds, "2024-06-30") as late:
        known = rows(early, "marts.churn_predictions", columns, "is_known")
        later = rows(late, "marts.churn_predictions", columns, "is_known")
    assert len(known) > 50
    assert known.items() < later.items()


# -- P2: what AUC and Brier score do -----------------------------------------------------------------------------------


def test_p2_a_strictly_increasing_transform_changes_no_order(sound: Built, tmp_path: Path) -> None:
    """All log-odds doubled: the same AUC, lift and share of MRR, other Brier scores."""
    columns = "auc, top_decile_lift, top_decile_churned_mrr_share"
    with built(company(), full_model(tmp_path, factor=2.0)) as twice:
        assert quality(sound, columns) == quality(twice, columns)
        assert quality(sound, "brier") != quality(twice, "brier")
        assert quality(sound, "auc, brier", "hazard") == quality(twice, "auc, brier", "hazard")


def test_p2_the_opposite_has_the_opposite_auc(sound: Built, tmp_path: Path) -> None:
    """p becomes 1 - p: AUC 1 - AUC, and who was likeliest to leave is likeliest to stay."""
    with built(company(), full_model(tmp_path, factor=-1.0)) as other:
        aucs, opposite = quality(sound, "auc, mean_probability"), quality(other, "auc, mean_probability")
    assert aucs.keys() == opposite.keys()
    for key, (auc, mean) in aucs.items():
        other_auc, other_mean = opposite[key]
        assert mean + other_mean == pytest.approx(1)
        assert auc is other_auc is None or auc + other_auc == pytest.approx(1)
    assert len([auc for auc, _ in aucs.values() if auc is not None]) > 4


def test_p2_a_constant_tells_nothing(tmp_path: Path) -> None:
    """The same probability for all: AUC 0.5, Brier (p - r)^2 + r (1 - r)."""
    with built(company(), write_model(tmp_path, mark(), 0.0)) as one:
        found = quality(one, "churned_share, mean_probability, auc, brier, brier_skill")
    for share, mean, auc, brier, skill in found.values():
        assert mean == 0.5
        assert brier == pytest.approx((0.5 - share) ** 2 + share * (1 - share)) == pytest.approx(0.25)
        assert auc == (0.5 if 0 < share < 1 else None)
        assert skill is None or skill <= 0


def test_p2_the_base_rate_has_no_skill(tmp_path: Path) -> None:
    """The intercept that gives the churned share of all: skill 0 over all, and calibrated in the whole."""
    known = [one for one in predictions(company()).snapshots if one.is_known]
    churned = sum(one.has_churned for one in known)
    assert len(known) > 100 > churned > 10
    with built(company(), write_model(tmp_path, mark(), math.log(churned / (len(known) - churned)))) as one:
        found = whole(quality(one, "churned_share, mean_probability, auc, brier_skill"))
    assert found == pytest.approx((churned / len(known), churned / len(known), 0.5, 0), abs=1e-9)


def test_p2_scores_lie_where_they_must(sound: Built) -> None:
    columns = "auc, brier, log_loss, top_decile_lift, churned_share, top_decile_churned_mrr_share"
    found = [*quality(sound, columns).values(), *quality(sound, columns, "hazard").values()]
    limits = sound.query("select lower_bound, churned_share, upper_bound from marts.churn_prediction_calibration")
    for auc, brier, loss, lift, share, captured in found:
        assert 0 <= brier <= 1 and loss >= brier  # -ln(1 - e) >= e >= e^2
        if auc is not None:
            assert 0 <= auc <= 1 and 0 <= lift <= 1 / share + 1e-9 and 0 <= captured <= 1
    assert all(0 <= lower <= share <= upper <= 1 for lower, share, upper in limits)


def test_p2_deciles_add_to_all(sound: Built) -> None:
    """Snapshots and churned of the deciles; from one decile to the next no probability rises."""
    wrong = sound.query(
        "with deciles as (select model, sample, first_day, last_day, sum(snapshots) as n, sum(churned) as churned"
        " from marts.churn_prediction_calibration group by all)"
        " select * from deciles full join marts.churn_prediction_quality as whole"
        " on (deciles.model, deciles.sample, deciles.first_day, deciles.last_day, deciles.n, deciles.churned)"
        " = (whole.model, whole.sample, whole.first_day, whole.last_day, whole.snapshots, whole.churned)"
        " where deciles.model is null or whole.model is null"
    )
    wrong += sound.query(
        "select * from marts.churn_prediction_calibration qualify highest_probability >"
        " lag(lowest_probability) over (partition by model, sample, last_day order by decile)"
    )
    assert not wrong


def test_p2_auc_of_the_published_example(tmp_path: Path) -> None:
    """Probabilities 0.1, 0.4, 0.35, 0.8 of whom the last two left: AUC 0.75 (scikit-learn's example), Brier 0.158125.

    The model asks for ln(1 + MRR) - 5 alone; MRR is e^5 p / (1 - p) - 1, to the cent.
    """
    book = Book("EUR")
    for name, mrr, end in (
        ("one", "15.49", None),
        ("two", "97.94", None),
        ("three", "78.91", "2024-02-10"),
        ("four", "592.65", "2024-03-10"),
    ):
        book.sell(name, mrr, "2024-01-10", end)
    write_model(tmp_path, predictions(book.raw).mark, -5.0, {"mrr": (1.0, 0.0, 1.0)})
    with built(book.raw, tmp_path, "2024-04-30") as one:
        auc, brier, lift = quality(one, "auc, brier, top_decile_lift")["day", date(2024, 1, 31)]
    assert auc == 0.75
    assert brier == pytest.approx(0.158125, abs=1e-4)
    assert lift == 2


# -- P3: nothing is told where nothing can be --------------------------------------------------------------------------


def test_p3_shuffled_outcomes_are_told_by_nobody() -> None:
    """Outcomes dealt anew among the snapshots: AUC near 0.5, on average at it. One far from it would read them."""
    told = predictions(company())
    known = [one for one in told.snapshots if one.is_known]
    outcomes = [one.has_churned for one in known]
    deal, aucs = random.Random(1).shuffle, []
    for _ in range(40):
        deal(outcomes)
        pairs = [(one.features["mrr"], has_churned) for one, has_churned in zip(known, outcomes, strict=True)]
        aucs.append(area_under_curve(pairs))
    left = sum(outcomes)
    error = ((len(known) + 1) / (12 * left * (len(known) - left))) ** 0.5
    assert all(abs(auc - 0.5) < 4 * error for auc in aucs)
    assert abs(sum(aucs) / len(aucs) - 0.5) < 4 * error / len(aucs) ** 0.5


def test_p3_the_model_of_the_sample_company_tells_more_than_the_hazard_and_not_too_much(
    sample_database: conftest.Built,
) -> None:
    """Its features know no outcome: AUC above the hazard's, far below 1. And it is calibrated in the whole where it was trained."""
    rows = sample_database.query(
        "select model, auc, mean_probability, churned_share, brier_skill"
        " from marts.churn_prediction_quality where sample = 'training'"
    )
    found = {row[0]: row[1:] for row in rows}
    assert found["hazard"][0] < found["logistic"][0] < 0.9
    assert found["logistic"][1] == pytest.approx(found["logistic"][2], rel=1e-5)
    assert found["logistic"][3] > found["hazard"][3]


# -- P4: who is judged -------------------------------------------------------------------------------------------------


def test_p4_whose_outcome_is_not_known_is_not_judged(sound: Built, tmp_path: Path) -> None:
    """Everybody leaves on the last day: no horizon that is over holds it, so that nobody is judged otherwise."""
    raw = company()
    for row in raw["subscriptions"]:
        if row["started_at"] < AS_OF and not (row["ended_at"] and row["ended_at"] <= AS_OF):
            row["ended_at"] = AS_OF
    columns = "snapshots, churned, auc, brier, log_loss, top_decile_lift, top_decile_churned_mrr_share"
    with built(raw, full_model(tmp_path)) as other:
        assert quality(sound, columns) == quality(other, columns)
        assert quality(sound, columns, "hazard") == quality(other, columns, "hazard")
        left = other.query("select count(*) from intermediate.int_churn_events where churn_day = '" + AS_OF + "'")
    assert left[0][0] > 10
    judged = sum(row[0] for key, row in quality(sound, "snapshots").items() if key[0] == "day")
    told = sound.query("select sum(case when is_known then 1 else 0 end), count(*) from marts.churn_predictions")[0]
    assert judged == told[0] < told[1]


def test_p4_samples_add_to_all(tmp_path: Path) -> None:
    """Days add to all, and so do those trained on and those after."""
    seeds = full_model(tmp_path, trained_through="2023-12-31")
    with built(company(), seeds) as one:
        for model in ("logistic", "hazard"):
            found = quality(one, "snapshots, churned", model)
            for parts in (("day",), ("training", "after training")):
                summed = zip(*(row for key, row in found.items() if key[0] in parts), strict=True)
                assert tuple(map(sum, summed)) == whole(found)


# -- models ------------------------------------------------------------------------------------------------------------


def test_a_model_of_another_company_predicts_nothing(tmp_path: Path) -> None:
    """Whoever takes the seeds to other data has no predictions of them, and is told why."""
    write_model(tmp_path, "f" * 32, 5.0)
    with built(company(), tmp_path) as one:
        assert one.query("select count(probability), count(*) > 0 from marts.churn_predictions") == [(0, True)]
        assert one.query("select distinct model from marts.churn_prediction_quality") == [("hazard",)]
        assert one.query("select count(*) from marts.churn_feature_stability") == [(0,)]
        statuses = dict(one.query("select kind, status from marts.trained_models"))
    assert statuses == {
        "churn": "trained on another company",
        "contract_lifetime": "not trained",
        "purchase_lifetime": "not trained",
    }


def test_a_row_more_at_the_start_makes_it_another_company(sound: Built, tmp_path: Path) -> None:
    """Who paid first tells companies apart."""
    raw = company()
    first = {"subscription_id": "first", "customer_id": "c1", "status": "active", "started_at": "2020-01-01"}
    item = {"item_version_id": "first", "subscription_id": "first", "plan_id": "half", "quantity": "1"}
    item |= {"unit_amount": "1", "currency": "EUR", "effective_from": "2020-01-01", "effective_to": "2020-02-01"}
    raw["subscriptions"].append(first)
    raw["subscription_items"].append(item)
    raw["exchange_rates"].append({"rate_date": "2019-01-01", "currency": "USD", "rate_to_reporting": "1"})
    with built(raw, full_model(tmp_path)) as other:
        assert sound.query("select is_in_force from marts.trained_models where kind = 'churn'") == [(True,)]
        assert other.query("select is_in_force from marts.trained_models where kind = 'churn'") == [(False,)]


def test_contributions_add_to_the_log_odds(sound: Built) -> None:
    """Exactly; and a feature that is missing contributes nothing."""
    wrong = sound.query(
        "select probabilities.customer_id from intermediate.int_churn_probabilities as probabilities"
        " inner join intermediate.int_churn_contributions as parts using (customer_id, score_day)"
        " group by probabilities.customer_id, score_day, log_odds having log_odds <> -1 + sum(parts.contribution)"
    )
    told = sound.query(
        "select count(*), sum(abs(contribution)) from intermediate.int_churn_contributions where value is null"
    )[0]
    assert not wrong
    assert told[0] > 100 and told[1] == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: {table: [*found, *map(dict, found)] for table, found in raw.items()},
        lambda raw: {table: list(reversed(found)) for table, found in raw.items()},
    ],
    ids=["rows twice", "rows in another order"],
)
def test_rows_twice_or_in_another_order_change_nothing(
    change: Callable[[Raw], Raw], sound: Built, tmp_path: Path
) -> None:
    columns = (
        "customer_id, score_day, probability, log_odds, hazard, reason_1, reason_2, reason_3, has_churned, is_known"
    )
    with built(change(company()), full_model(tmp_path)) as other:
        assert rows(sound, "marts.churn_predictions", columns) == rows(other, "marts.churn_predictions", columns)
        figures = "auc, brier, log_loss, top_decile_lift"
        first, second = quality(sound, figures), quality(other, figures)
    assert first.keys() == second.keys()
    for key, row in first.items():
        assert all(map(is_close, row, second[key]))
