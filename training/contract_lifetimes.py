"""How long contracts last: the shifted beta-geometric distribution (Fader and Hardie, 2007), by maximum likelihood.

At every renewal a customer leaves with a chance that is its own and stays the same; over customers these chances are spread as a beta
distribution with the parameters alpha and beta. So the loyal remain, and the share that renews rises with age.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

# The parameters lie between e^-7 and e^7: beyond, the customers are all alike or all opposites, and the likelihood is flat.
EDGES = (-7.0, 7.0)
STARTS = ((0.0, 0.0), (-0.5, 1.5), (0.7, 3.0), (3.0, 6.0))


@dataclass(frozen=True)
class ContractFit:
    """The parameters that explain best when customers left."""

    alpha: float
    beta: float
    customers: int
    churned: int
    log_likelihood: float

    def survival(self, renewals: int) -> np.ndarray:
        """Share of customers still there after 0, 1, ... `renewals` renewals."""
        k = np.arange(1, renewals + 1)
        return np.concatenate([[1.0], np.cumprod((self.beta + k - 1) / (self.alpha + self.beta + k - 1))])

    @property
    def mean_churn(self) -> float:
        """Mean chance of leaving at a renewal, over new customers."""
        return self.alpha / (self.alpha + self.beta)


def log_likelihood(alpha: float, beta: float, left: np.ndarray, stayed: np.ndarray) -> float:
    """Of `left[n]` customers who renewed n times and then left, and `stayed[n]` who renewed n times and are there."""
    k = np.arange(1, len(left))
    survival = np.concatenate([[0.0], np.cumsum(np.log((beta + k - 1) / (alpha + beta + k - 1)))])
    leaving = np.log(alpha / (alpha + beta + np.arange(len(left))))
    return float(np.sum(left * (survival + leaving)) + np.sum(stayed * survival))


def fit(renewals: np.ndarray, has_left: np.ndarray, weights: np.ndarray | None = None) -> ContractFit | None:
    """The fit to customers who each renewed `renewals` times and then left, or are still there; None where nobody came to a renewal.

    `weights`: how many customers each of them stands for.
    """
    renewals, has_left = np.asarray(renewals, dtype=np.int64), np.asarray(has_left, dtype=bool)
    weights = np.ones(len(renewals)) if weights is None else np.asarray(weights, dtype=float)
    # who has neither left nor renewed says nothing
    telling = has_left | (renewals > 0)
    if not telling.any():
        return None
    size = int(renewals[telling].max()) + 1
    left, stayed = (
        np.bincount(renewals[telling], weights[telling] * of[telling], size) for of in (has_left, ~has_left)
    )

    def cost(logs: np.ndarray) -> float:
        return -log_likelihood(*np.exp(logs), left, stayed) / weights[telling].sum()

    # the surface is one long valley, which a simplex walks down without slopes
    runs = [
        minimize(
            cost,
            start,
            method="Nelder-Mead",
            bounds=(EDGES, EDGES),
            options={"xatol": 1e-8, "fatol": 1e-14, "maxiter": 4000},
        )
        for start in STARTS
    ]
    best = min(runs, key=lambda run: run.fun)
    alpha, beta = (float(value) for value in np.exp(best.x))
    return ContractFit(
        alpha, beta, round(weights.sum()), round(weights[has_left].sum()), log_likelihood(alpha, beta, left, stayed)
    )


def naive_churn(renewals: np.ndarray, has_left: np.ndarray) -> float:
    """One chance of leaving for everybody at every renewal: those who left / all renewals that were decided."""
    decided = np.sum(renewals) + np.sum(has_left)
    return float(np.sum(has_left) / decided) if decided else 0.0
