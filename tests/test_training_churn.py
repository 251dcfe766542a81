"""Training of churn: it learns what is there, is tried only on what it cannot have seen, and writes nothing that a table of shares beats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training import churn
from training.churn import HAZARD, LOGISTIC, NotTrained, Snapshots

HORIZON = 90
MONTHS = 24


def month_ends(count: int) -> np.ndarray:
    starts = np.arange(np.datetime64("2022-02"), np.datetime64("2022-02") + count)
    return starts.astype("datetime64[D]") - 1


def company(customers: int = 100, months: int = MONTHS, seed: int = 1, effect: float = 1.2) -> Snapshots:
    """Made-up snapshots: `use` bears on churn with `effect`, `noise` does not, `never` is always missing, `constant` says nothing.

    A third of `use` is missing. The hazard is the right share of all, the best there is without `use`.
    """
    rng = np.random.default_rng(seed)
    day = np.repeat(month_ends(months), customers)
    customer = np.tile([f"C{number:04d}" for number in range(customers)], months).astype(object)
    use, noise = rng.normal(5, 2, len(day)), rng.normal(0, 1, len(day))
    chance = 1 / (1 + np.exp(2.6 + effect * (use - 5) / 2))
    churned = rng.random(len(day)) < chance
    values = np.column_stack([use, noise, np.full(len(day), np.nan), np.ones(len(day))])
    values[rng.random(len(day)) < 0.33, 0] = np.nan
    return Snapshots(
        customer, day, ("use", "noise", "never", "constant"), values, churned, np.full(len(day), chance.mean()), HORIZON
    )


def test_what_bears_on_churn_is_learned_and_the_rest_is_not() -> None:
    tried = churn.backtest(company())
    assert tried.is_won
    assert tried.overall[LOGISTIC].auc > 0.66
    assert tried.overall[HAZARD].auc == pytest.approx(0.5, abs=0.02)
    model = churn.fit(company())
    assert model.features == ("use", "noise")
    assert model.coefficients[0] < -0.5
    assert abs(model.coefficients[1]) < 0.15


def test_probabilities_are_right_on_average_where_it_was_fitted() -> None:
    """The intercept is free, so that the mean probability is the churned share."""
    snapshots = company()
    assert churn.fit(snapshots).probability(snapshots).mean() == pytest.approx(snapshots.churned.mean(), abs=1e-4)


def test_what_is_missing_counts_as_the_mean() -> None:
    snapshots = company()
    model = churn.fit(snapshots)
    one = snapshots.where(np.array([0]))
    missing = replace(one, values=np.array([[np.nan, 0.4, np.nan, 1.0]]))
    mean = replace(one, values=np.array([[model.means[0], 0.4, 7.0, 1.0]]))
    assert model.probability(missing)[0] == model.probability(mean)[0]


def test_no_window_sees_the_outcomes_that_it_is_tested_on() -> None:
    """The last outcome learned from is known before the first day tested; windows follow one another without gap or overlap."""
    snapshots = company()
    windows = churn.spans(snapshots)
    assert churn.LEAST_WINDOWS <= len(windows) <= churn.MOST_WINDOWS
    for fitted, tested in windows:
        assert fitted.max() + np.timedelta64(HORIZON, "D") <= tested.min()
    tested = np.concatenate([days for _, days in windows])
    days = np.unique(snapshots.day)
    assert list(tested) == list(days[len(days) - len(tested) :])


def test_outcomes_after_the_first_tested_day_change_nothing_that_is_said() -> None:
    """Of the oldest window: turn every later outcome round, and every prediction of it stays."""
    snapshots = company()
    _, tested = churn.spans(snapshots)[0]
    later = snapshots.day + np.timedelta64(HORIZON, "D") > tested[0]
    turned = replace(snapshots, churned=np.where(later, ~snapshots.churned, snapshots.churned))
    count = int(np.isin(snapshots.day, tested).sum())
    said = [churn.backtest(one).said[LOGISTIC][:count] for one in (snapshots, turned)]
    assert np.array_equal(*said)
    # and what came before does change it
    before = replace(snapshots, churned=np.where(later, snapshots.churned, ~snapshots.churned))
    assert not np.array_equal(said[0], churn.backtest(before).said[LOGISTIC][:count])


def test_noise_does_not_win() -> None:
    """Where nothing bears on churn, the share of all is not beaten, whatever the dice."""
    assert not any(churn.backtest(company(seed=seed, effect=0.0)).is_won for seed in range(3))


def test_a_hazard_that_knows_better_is_not_beaten() -> None:
    snapshots = company()
    knowing = replace(snapshots, hazard=np.where(snapshots.churned, 0.3, 0.05))
    assert not churn.backtest(knowing).is_won


@pytest.mark.parametrize(
    ("auc", "log_loss", "is_won"),
    [(0.71, 0.19, True), (0.69, 0.19, False), (0.71, 0.21, False), (0.70, 0.19, False), (0.71, 0.20, False)],
)
def test_sorting_better_is_not_enough_nor_is_being_surprised_less(auc: float, log_loss: float, is_won: bool) -> None:
    """Against a hazard table with an AUC of 0.70 and a log loss of 0.20; a draw is no win."""
    tried = churn.backtest(company())
    hazard = replace(tried.overall[HAZARD], auc=0.70, log_loss=0.20)
    logistic = replace(tried.overall[LOGISTIC], auc=auc, log_loss=log_loss)
    assert replace(tried, overall={HAZARD: hazard, LOGISTIC: logistic}).is_won == is_won


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s: s.where(np.zeros(len(s), dtype=bool)), "no outcome is known"),
        (lambda s: replace(s, churned=np.zeros(len(s), dtype=bool)), "nobody churned"),
        (lambda s: replace(s, churned=np.ones(len(s), dtype=bool)), "everybody churned"),
        (lambda s: replace(s, churned=s.churned & (s.customer < "C0020")), "19 customers churned, at least 30"),
        (lambda s: s.where(s.day < np.datetime64("2022-06-01")), "history of 5 month ends is too short for 3 windows"),
    ],
)
def test_too_little_data_is_said(change, reason: str) -> None:
    with pytest.raises(NotTrained, match=reason):
        churn.backtest(change(company()))


def test_measures_by_hand() -> None:
    """Probabilities .9, .8, .3, .1 of customers of whom the first and third churned."""
    tested = company().where(np.arange(4))
    tested = replace(tested, churned=np.array([True, False, True, False]))
    one = churn.judged(1, tested.day, tested, LOGISTIC, np.array([0.9, 0.8, 0.3, 0.1]))
    assert one.auc == 0.75
    assert one.brier == pytest.approx((0.01 + 0.64 + 0.49 + 0.01) / 4)
    assert one.log_loss == pytest.approx(-np.log([0.9, 0.2, 0.3, 0.9]).mean())
    assert (one.snapshots, one.churned) == (4, 2)
    equal = churn.judged(1, tested.day, tested, LOGISTIC, np.full(4, 0.5))
    assert (equal.auc, equal.brier) == (0.5, 0.25)


def test_certainty_that_was_wrong_costs_much_and_not_everything() -> None:
    assert churn.log_loss(np.array([True]), np.array([0.0])) == pytest.approx(-np.log(1e-15))


def test_bins_hold_every_snapshot_once() -> None:
    snapshots = company()
    flag = np.where(np.arange(len(snapshots)) % 5 == 0, 1.0, 0.0)
    snapshots = replace(
        snapshots, features=(*snapshots.features, "flag"), values=np.column_stack([snapshots.values, flag])
    )
    found = churn.bins(snapshots, churn.fit(snapshots))
    for feature in ("use", "noise", "flag"):
        of_feature = [one for one in found if one.feature == feature]
        values = snapshots.values[:, snapshots.features.index(feature)]
        assert [one.number for one in of_feature] == list(range(len(of_feature)))
        assert sum(one.share for one in of_feature) == pytest.approx(1)
        assert of_feature[0].share == pytest.approx(np.isnan(values).mean())
        assert (of_feature[1].lower, of_feature[-1].upper) == (None, None)
        for one in of_feature[1:]:
            inside = values > (-np.inf if one.lower is None else one.lower)
            inside &= values <= (np.inf if one.upper is None else one.upper)
            assert inside.mean() == pytest.approx(one.share)
    assert [one.share for one in found if one.feature == "flag"] == pytest.approx([0, 0.8, 0.2])
    assert len([one for one in found if one.feature == "noise"]) == churn.BINS + 1


def test_the_pull_is_chosen_by_customers_that_were_not_fitted_to() -> None:
    """A feature that is nothing but the customer's name in numbers predicts its own snapshots only, and gets next to no weight."""
    rng = np.random.default_rng(4)
    customers, months = 60, 20
    named = np.tile(rng.normal(0, 1, (customers, 12)), (months, 1))
    churned = np.tile(rng.random(customers) < 0.3, months)
    customer = np.tile([f"C{number}" for number in range(customers)], months)
    assert churn.strength(named, churned, customer) == churn.STRENGTHS[0]
    own = np.arange(len(customer)).astype(str)
    assert churn.strength(named, churned, own) > churn.STRENGTHS[0]
