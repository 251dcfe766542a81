"""The fits of lifetimes give the parameters that were published, find those of made-up customers again, and do not stumble over little data."""

from __future__ import annotations

import numpy as np
import pytest

from tests.published_fits import HIGH_END, REGULAR, cdnow, contracts
from training import contract_lifetimes, purchase_lifetimes


@pytest.mark.parametrize(
    ("percent", "alpha", "beta", "mean_churn", "year_12"),
    [(REGULAR, 0.704, 1.182, 0.37, 17.0), (HIGH_END, 0.668, 3.806, 0.15, 37.8)],
)
def test_contracts_as_published(
    percent: tuple[float, ...], alpha: float, beta: float, mean_churn: float, year_12: float
) -> None:
    """Fader and Hardie, 2007: fitted to seven years, and what it says of the twelfth."""
    fit = contract_lifetimes.fit(*contracts(percent))
    assert (round(fit.alpha, 3), round(fit.beta, 3)) == (alpha, beta)
    assert round(fit.mean_churn, 2) == mean_churn
    assert round(100 * fit.survival(12)[12], 1) == year_12
    assert (fit.customers, fit.churned) == (1000, round(1000 - 10 * percent[7]))


def test_contracts_likelihood_as_published() -> None:
    """-1.611 a customer of High End."""
    assert round(contract_lifetimes.fit(*contracts(HIGH_END)).log_likelihood / 1000, 3) == -1.611


def test_naive_churn_is_far_off_where_the_loyal_remain() -> None:
    """One rate for all ends at a third of the customers that are there after twelve years; the fit is within half a point."""
    renewals, has_left, count = contracts(REGULAR)
    churn = contract_lifetimes.naive_churn(np.repeat(renewals, count), np.repeat(has_left, count))
    fit = contract_lifetimes.fit(renewals, has_left, count)
    assert (1 - churn) ** 12 * 100 < 17.3 / 3
    assert abs(100 * fit.survival(12)[12] - 17.3) < 0.5


def test_contracts_are_found_again() -> None:
    """Customers drawn with known parameters, watched for 1 to 12 renewals."""
    rng = np.random.default_rng(5)
    chance = rng.beta(0.8, 2.5, 20_000)
    leaves_at, watched = rng.geometric(chance) - 1, rng.integers(1, 13, 20_000)
    has_left = leaves_at < watched
    fit = contract_lifetimes.fit(np.where(has_left, leaves_at, watched), has_left)
    assert fit.alpha == pytest.approx(0.8, rel=0.08)
    assert fit.beta == pytest.approx(2.5, rel=0.08)


def test_contracts_of_customers_who_are_all_alike() -> None:
    """The spread shrinks to nothing; the churn is the one chance there is."""
    rng = np.random.default_rng(6)
    leaves_at = rng.geometric(0.2, 5_000) - 1
    fit = contract_lifetimes.fit(np.minimum(leaves_at, 10), leaves_at < 10)
    assert fit.mean_churn == pytest.approx(0.2, abs=0.02)
    assert fit.survival(10) == pytest.approx(0.8 ** np.arange(11), abs=0.02)


def test_contracts_without_a_renewal_have_no_fit() -> None:
    assert contract_lifetimes.fit(np.array([0, 0]), np.array([False, False])) is None
    assert contract_lifetimes.fit(np.array([]), np.array([])) is None


def test_who_has_not_come_to_a_renewal_changes_nothing() -> None:
    renewals, has_left, count = contracts(REGULAR)
    before = contract_lifetimes.fit(renewals, has_left, count)
    after = contract_lifetimes.fit(np.append(renewals, 0), np.append(has_left, False), np.append(count, 400))
    assert (after.alpha, after.beta) == pytest.approx((before.alpha, before.beta), rel=1e-6)


@pytest.fixture(scope="module")
def purchases() -> purchase_lifetimes.PurchaseFit:
    data = cdnow()
    return purchase_lifetimes.fit_purchases(data["x"], data["t_x"], data["T"])


@pytest.fixture(scope="module")
def spend() -> purchase_lifetimes.SpendFit:
    data = cdnow()
    return purchase_lifetimes.fit_spend(data["x"], data["zbar"])


def test_purchases_as_published(purchases: purchase_lifetimes.PurchaseFit) -> None:
    """Fader, Hardie and Lee, 2005: r 0.243, alpha 4.414, a 0.793, b 2.426, log-likelihood -9582.4."""
    assert [round(value, 3) for value in (purchases.r, purchases.alpha, purchases.a, purchases.b)] == [
        0.243,
        4.414,
        0.793,
        2.426,
    ]
    assert round(purchases.log_likelihood, 1) == -9582.4
    assert purchases.customers == 2357


def test_expected_purchases_as_published(purchases: purchase_lifetimes.PurchaseFit) -> None:
    """1.226 within 39 weeks of the customer with two repeat purchases, the last in week 30.43 of 38.86."""
    assert round(float(purchases.expected_purchases(39, 2, 30.43, 38.86)), 3) == 1.226
    assert round(float(purchases.probability_alive(2, 30.43, 38.86)), 3) == 0.727


def test_who_never_came_back_counts_as_alive(purchases: purchase_lifetimes.PurchaseFit) -> None:
    """The model loses customers after repeat purchases only."""
    assert purchases.probability_alive(np.array([0, 1]), np.array([0, 0]), np.array([50, 50]))[0] == 1
    assert purchases.probability_alive(1, 0, 50) < 0.5


def test_expected_purchases_add_up(purchases: purchase_lifetimes.PurchaseFit) -> None:
    """None within no time, more within more time, never more than an unlimited buyer's."""
    found = [float(purchases.expected_purchases(span, 3, 20.0, 30.0)) for span in (1e-9, 1, 4, 13, 52)]
    assert found[0] == pytest.approx(0, abs=1e-6)
    assert found == sorted(found)
    assert found[-1] < 52 * (purchases.r + 3) / (purchases.alpha + 30)


def test_spend_as_published(spend: purchase_lifetimes.SpendFit) -> None:
    """Fader and Hardie, 2013: p 6.25, q 3.74, v 15.45 (15.44 in the note) over 946 customers; their mean is 35.17."""
    assert [round(value, 2) for value in (spend.p, spend.q, spend.v)] == [6.25, 3.74, 15.45]
    assert spend.customers == 946
    assert round(spend.p * spend.v / (spend.q - 1), 2) == 35.17


def test_expected_amounts_as_published(spend: purchase_lifetimes.SpendFit) -> None:
    """Of the first ten customers, to the cent but for the last digit of rounded parameters."""
    data = cdnow()
    expected = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert list(spend.expected_mean(data["x"][:10], data["zbar"][:10])) == pytest.approx(expected, abs=0.01)


def test_purchases_are_found_again() -> None:
    """Customers drawn with known parameters: the mean rate and the mean chance of loss."""
    rng = np.random.default_rng(8)
    rate, loss = rng.gamma(1.2, 1 / 6, 4_000), rng.beta(1.0, 3.0, 4_000)
    age = rng.uniform(20, 120, 4_000)
    x, t_x = np.zeros(4_000), np.zeros(4_000)
    for customer in range(4_000):
        day = rng.exponential(1 / rate[customer])
        while day <= age[customer]:
            x[customer], t_x[customer] = x[customer] + 1, day
            if rng.random() < loss[customer]:
                break
            day += rng.exponential(1 / rate[customer])
    fit = purchase_lifetimes.fit_purchases(x, t_x, age)
    assert fit.r / fit.alpha == pytest.approx(0.2, rel=0.08)
    assert fit.a / (fit.a + fit.b) == pytest.approx(0.25, rel=0.1)


def test_customers_who_are_all_alike_have_parameters_that_the_build_can_use() -> None:
    """The same rate and the same chance of loss for everybody: the spread goes to nothing, and the fit stops where series still converge."""
    rng = np.random.default_rng(9)
    count = np.minimum(rng.geometric(0.5, 3_000), 40)
    age = rng.uniform(60, 100, 3_000)
    t_x = np.array([rng.exponential(2.0, number).sum() for number in count])
    seen = t_x <= age
    fit = purchase_lifetimes.fit_purchases(count[seen], t_x[seen], age[seen])
    assert fit.r <= np.exp(3) * 1.001
    assert fit.a <= np.exp(4.5) * 1.001
    assert fit.r / fit.alpha == pytest.approx(0.5, rel=0.1)
    assert fit.a / (fit.a + fit.b) == pytest.approx(0.5, rel=0.1)
    assert np.isfinite(fit.expected_purchases(52, count[seen], t_x[seen], age[seen])).all()


def test_money_of_another_size_changes_only_its_scale(spend: purchase_lifetimes.SpendFit) -> None:
    data = cdnow()
    yen = purchase_lifetimes.fit_spend(data["x"], 150 * data["zbar"])
    assert (yen.p, yen.q, yen.v / 150) == pytest.approx((spend.p, spend.q, spend.v), rel=1e-4)


def test_too_few_purchases_have_no_fit() -> None:
    assert purchase_lifetimes.fit_purchases(np.array([0, 0]), np.array([0, 0]), np.array([4, 5])) is None
    assert purchase_lifetimes.fit_spend(np.array([1, 0]), np.array([20.0, 0])) is None
