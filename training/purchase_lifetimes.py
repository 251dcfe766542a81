"""How long and how often customers buy who have no contract, and for how much, by maximum likelihood.

BG/NBD (Fader, Hardie and Lee, 2005): a customer buys at a rate of its own, spread over customers as a gamma distribution (r, alpha), and is lost
after each purchase with a chance of its own, spread as a beta distribution (a, b). Gamma-Gamma (Fader and Hardie, 2013): the amounts of a customer
vary around a mean of its own, whatever its rate (p, q, v).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

# Logarithms of the least and the most that each parameter may be. Beyond, customers are as good as alike in how often they buy (r), when they are
# lost (a, b) or what they spend, the likelihood is flat, and series in these numbers take long.
PURCHASE_EDGES = ((-7.0, 3.0), (-7.0, 7.0), (-7.0, 4.5), (-7.0, 7.0))
SPEND_EDGES = ((-7.0, 7.0), (-7.0, 7.0), (-7.0, 9.0))
PURCHASE_STARTS = ((0.0, 1.0, 0.0, 1.0), (-1.5, 1.5, -0.2, 0.9), (0.5, 3.0, -1.0, 1.5))
SPEND_STARTS = ((1.0, 1.0, 3.0), (1.8, 1.3, 2.7))


@dataclass(frozen=True)
class PurchaseFit:
    """BG/NBD: time in the unit of the fitted ages, weeks here."""

    r: float
    alpha: float
    a: float
    b: float
    customers: int
    log_likelihood: float

    def probability_alive(self, x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Chance that a customer with x repeat purchases, the last at t_x, is not lost at its age."""
        return 1 / (1 + self._odds_of_loss(*(np.asarray(values, dtype=float) for values in (x, t_x, age))))

    def _odds_of_loss(self, x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> np.ndarray:
        grown = ((self.alpha + age) / (self.alpha + t_x)) ** (self.r + x)
        return np.where(x > 0, self.a / (self.b + np.maximum(x, 1) - 1) * grown, 0.0)

    def expected_purchases(self, span: float, x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Purchases expected of such a customer within the `span` to come."""
        x, t_x, age = (np.asarray(values, dtype=float) for values in (x, t_x, age))
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        series = hyp2f1(r + x, b + x, a + b + x - 1, span / (alpha + age + span))
        bracket = 1 - ((alpha + age) / (alpha + age + span)) ** (r + x) * series
        return (a + b + x - 1) / (a - 1) * bracket / (1 + self._odds_of_loss(x, t_x, age))


@dataclass(frozen=True)
class SpendFit:
    """Gamma-Gamma."""

    p: float
    q: float
    v: float
    customers: int
    log_likelihood: float

    def expected_mean(self, x: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Mean amount to expect of a customer with x repeat purchases of that mean: between its own mean and the one of all."""
        x, mean = np.asarray(x, dtype=float), np.asarray(mean, dtype=float)
        return self.p * (self.v + x * mean) / (self.p * x + self.q - 1)


def purchase_log_likelihood(
    parameters: tuple[float, ...], x: np.ndarray, t_x: np.ndarray, age: np.ndarray, counts: np.ndarray | int = 1
) -> float:
    """Of customers with x repeat purchases, the last at t_x, at their age, all counted from the first purchase; `counts` of each."""
    r, alpha, a, b = parameters
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    common += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + age)
    lost = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
    return float(np.sum(counts * (common + np.logaddexp(alive, lost))))


def fit_purchases(x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> PurchaseFit | None:
    """BG/NBD; None where nobody bought again."""
    x, t_x, age = (np.asarray(values, dtype=float) for values in (x, t_x, age))
    if not (x > 0).any():
        return None
    # customers with the same history count together
    rows, counts = np.unique(np.column_stack([x, t_x, age]), axis=0, return_counts=True)

    def cost(logs: np.ndarray) -> float:
        return -purchase_log_likelihood(np.exp(logs), *rows.T, counts) / len(x)

    r, alpha, a, b = _minimum(cost, PURCHASE_STARTS, PURCHASE_EDGES)
    # what is expected divides by a - 1
    parameters = (r, alpha, a if abs(a - 1) > 1e-5 else 1 + 1e-5, b)
    return PurchaseFit(*parameters, len(x), purchase_log_likelihood(parameters, x, t_x, age))


def spend_log_likelihood(parameters: tuple[float, ...], x: np.ndarray, mean: np.ndarray) -> float:
    """Of customers with x repeat purchases of that mean amount."""
    p, q, v = parameters
    terms = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + p * x * np.log(x)
    return float(np.sum(terms + (p * x - 1) * np.log(mean) - (p * x + q) * np.log(v + x * mean)))


def fit_spend(x: np.ndarray, mean: np.ndarray) -> SpendFit | None:
    """Gamma-Gamma over the customers with a repeat purchase of an amount; None where there are fewer than two."""
    x, mean = np.asarray(x, dtype=float), np.asarray(mean, dtype=float)
    counted = (x > 0) & (mean > 0)
    x, mean = x[counted], mean[counted]
    if len(x) < 2:
        return None
    # fitted to amounts of about 30, so that the starts and edges fit any currency
    unit = float(np.mean(mean)) / 30

    def cost(logs: np.ndarray) -> float:
        return -spend_log_likelihood(np.exp(logs), x, mean / unit) / len(x)

    p, q, v = _minimum(cost, SPEND_STARTS, SPEND_EDGES)
    return SpendFit(p, q, v * unit, len(x), spend_log_likelihood((p, q, v * unit), x, mean))


def _minimum(cost, starts, edges) -> tuple[float, ...]:
    """Where the cost is smallest: by slopes from several starts, the best of them walked to the bottom."""
    runs = [minimize(cost, start, method="L-BFGS-B", bounds=edges) for start in starts]
    best = min(runs, key=lambda run: run.fun)
    options = {"xatol": 1e-7, "fatol": 1e-13, "maxiter": 4000}
    best = minimize(cost, best.x, method="Nelder-Mead", bounds=edges, options=options)
    return tuple(float(value) for value in np.exp(best.x))
