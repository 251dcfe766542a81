"""Churn: a logistic regression on the snapshots of the warehouse, tried on later ones than those it was fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

BASE_RATE, HAZARD, LOGISTIC = "base rate", "hazard", "logistic"
RIVALS = (BASE_RATE, HAZARD, LOGISTIC)
# Fewer customers who churned teach nothing that would hold; the oldest window may have a few less.
LEAST_CHURNED = 30
LEAST_CHURNED_IN_WINDOW = 20
LEAST_WINDOWS, MOST_WINDOWS = 3, 5
LONGEST_WINDOW = 6  # snapshot days, that is months
# How far coefficients may go from 0, as scikit-learn counts it: smaller pulls harder.
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
FOLDS = 5
BINS = 10
CLIP = 1e-15


@dataclass(frozen=True)
class Snapshots:
    """Customers on days, with what was known of them then and whether they churned within the horizon; sorted by day, then customer."""

    customer: np.ndarray
    day: np.ndarray
    features: tuple[str, ...]
    values: np.ndarray
    churned: np.ndarray
    hazard: np.ndarray
    horizon_days: int

    def __len__(self) -> int:
        return len(self.day)

    def where(self, chosen: np.ndarray) -> Snapshots:
        """Some of them."""
        return Snapshots(
            self.customer[chosen],
            self.day[chosen],
            self.features,
            self.values[chosen],
            self.churned[chosen],
            self.hazard[chosen],
            self.horizon_days,
        )

    @property
    def churned_customers(self) -> int:
        """How many customers churned; one that churns within the horizon of several days counts once."""
        return len(set(self.customer[self.churned]))


class NotTrained(Exception):
    """No model of this kind is written; the message says why."""


@dataclass(frozen=True)
class Model:
    """Coefficients of the standardised features; what is missing counts as the mean."""

    intercept: float
    features: tuple[str, ...]
    coefficients: np.ndarray
    means: np.ndarray
    scales: np.ndarray

    def probability(self, snapshots: Snapshots) -> np.ndarray:
        """Of churn within the horizon."""
        columns = [snapshots.features.index(feature) for feature in self.features]
        standardised = np.nan_to_num((snapshots.values[:, columns] - self.means) / self.scales, nan=0.0)
        return 1 / (1 + np.exp(-(self.intercept + standardised @ self.coefficients)))


@dataclass(frozen=True)
class Judged:
    """How well a rival told the churn of a window."""

    window: int
    trained_through: np.datetime64
    tested_from: np.datetime64
    tested_through: np.datetime64
    rival: str
    snapshots: int
    churned: int
    auc: float
    brier: float
    log_loss: float


@dataclass(frozen=True)
class Backtest:
    """Every window, and the tested snapshots of all of them with what each rival said."""

    windows: list[Judged]
    overall: dict[str, Judged]
    tested: Snapshots
    said: dict[str, np.ndarray]

    @property
    def is_won(self) -> bool:
        """Whether the regression sorts better than the hazard and is less often surprised."""
        hazard, logistic = self.overall[HAZARD], self.overall[LOGISTIC]
        return logistic.auc > hazard.auc and logistic.log_loss < hazard.log_loss


@dataclass(frozen=True)
class Bin:
    """A bin (lower, upper] of a feature; number 0 is for what is missing."""

    feature: str
    number: int
    lower: float | None
    upper: float | None
    share: float


def fit(snapshots: Snapshots) -> Model:
    """The regression on all of the snapshots; features that are never there, or always the same, are left out."""
    known = ~np.isnan(snapshots.values)
    counts = known.sum(axis=0)
    filled = np.where(known, snapshots.values, 0.0)
    means = filled.sum(axis=0) / np.maximum(counts, 1)
    spread = np.sqrt((np.where(known, snapshots.values - means, 0.0) ** 2).sum(axis=0) / np.maximum(counts, 1))
    used = np.flatnonzero(spread > 1e-9)
    # what is written down is rounded, so that the same data give the same file on every machine
    means, scales = (np.round(values[used], 8) for values in (means, spread))
    standardised = np.nan_to_num((snapshots.values[:, used] - means) / scales, nan=0.0)
    regression = _regression(
        standardised, snapshots.churned, strength(standardised, snapshots.churned, snapshots.customer)
    )
    return Model(
        round(float(regression.intercept_[0]), 6),
        tuple(snapshots.features[column] for column in used),
        np.round(regression.coef_[0], 6),
        means,
        scales,
    )


def strength(standardised: np.ndarray, churned: np.ndarray, customer: np.ndarray) -> float:
    """The hardest pull that surprises hardly more than the best one (by one standard error), on customers that were not fitted to.

    A customer's snapshots are much alike, so that they stay together: told apart by days only, the regression would remember who churned.
    """
    _, place = np.unique(customer.astype(str), return_inverse=True)
    folds = [
        (place % FOLDS == number, place % FOLDS != number)
        for number in range(FOLDS)
        if (place % FOLDS == number).any()
        and 0 < churned[place % FOLDS != number].sum() < np.sum(place % FOLDS != number)
    ]
    if len(folds) < 2:
        return STRENGTHS[0]
    surprise = np.array(
        [
            [
                log_loss(
                    churned[held],
                    _regression(standardised[rest], churned[rest], pull).predict_proba(standardised[held])[:, 1],
                )
                for held, rest in folds
            ]
            for pull in STRENGTHS
        ]
    )
    means, errors = surprise.mean(axis=1), surprise.std(axis=1, ddof=1) / np.sqrt(len(folds))
    best = int(np.argmin(means))
    return STRENGTHS[int(np.flatnonzero(means <= means[best] + errors[best])[0])]


def _regression(standardised: np.ndarray, churned: np.ndarray, pull: float) -> LogisticRegression:
    return LogisticRegression(C=pull, solver="newton-cholesky", max_iter=100, tol=1e-8).fit(standardised, churned)


def spans(snapshots: Snapshots) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rolling windows: days to fit to and days to test on, whose outcomes have no day in common; the oldest first."""
    days = np.unique(snapshots.day)
    for length in range(LONGEST_WINDOW, 0, -1):
        found: list[tuple[np.ndarray, np.ndarray]] = []
        end = len(days)
        while end - length > 0 and len(found) < MOST_WINDOWS:
            tested = days[end - length : end]
            fitted = days[days + np.timedelta64(snapshots.horizon_days, "D") <= tested[0]]
            if snapshots.where(np.isin(snapshots.day, fitted)).churned_customers < LEAST_CHURNED_IN_WINDOW:
                break
            found.append((fitted, tested))
            end -= length
        if len(found) >= LEAST_WINDOWS:
            return found[::-1]
    return []


def judged(window: int, fitted: np.ndarray, tested: Snapshots, rival: str, probability: np.ndarray) -> Judged:
    """The measures of one rival; AUC is 0.5 where all churned or nobody did."""
    both = 0 < tested.churned.sum() < len(tested)
    return Judged(
        window, fitted[-1], tested.day[0], tested.day[-1], rival, len(tested), int(tested.churned.sum()),
        float(roc_auc_score(tested.churned, probability)) if both else 0.5,
        float(np.mean((probability - tested.churned) ** 2)),
        log_loss(tested.churned, probability),
    )  # fmt: skip


def log_loss(churned: np.ndarray, probability: np.ndarray) -> float:
    """The mean surprise: the negative logarithm of what had been said of what came."""
    clipped = np.clip(probability, CLIP, 1 - CLIP)
    return float(-np.mean(np.where(churned, np.log(clipped), np.log(1 - clipped))))


def backtest(snapshots: Snapshots) -> Backtest:
    """Fit to the past of each window and judge its days; a refusal where the data are too few for that."""
    if not len(snapshots):
        raise NotTrained(
            f"no outcome is known yet: the first is {snapshots.horizon_days} days after the first month's end"
        )
    if not snapshots.churned.any() or snapshots.churned.all():
        raise NotTrained("nobody churned" if not snapshots.churned.any() else "everybody churned")
    if snapshots.churned_customers < LEAST_CHURNED:
        raise NotTrained(f"{snapshots.churned_customers} customers churned, at least {LEAST_CHURNED} are needed")
    windows = spans(snapshots)
    if not windows:
        raise NotTrained(
            f"the history of {len(np.unique(snapshots.day))} month ends is too short for {LEAST_WINDOWS} windows, each tested after its training"
        )
    found, parts, said = [], [], {rival: [] for rival in RIVALS}
    for number, (fitted, tested_days) in enumerate(windows, 1):
        training = snapshots.where(np.isin(snapshots.day, fitted))
        tested = snapshots.where(np.isin(snapshots.day, tested_days))
        rate = float(training.churned.mean())
        told = {
            BASE_RATE: np.full(len(tested), rate),
            HAZARD: np.where(np.isnan(tested.hazard), rate, tested.hazard),
            LOGISTIC: fit(training).probability(tested),
        }
        parts.append(tested)
        for rival, probability in told.items():
            said[rival].append(probability)
            found.append(judged(number, fitted, tested, rival, probability))
    tested = snapshots.where(np.isin(snapshots.day, np.concatenate([days for _, days in windows])))
    said = {rival: np.concatenate(values) for rival, values in said.items()}
    overall = {rival: judged(0, windows[-1][0], tested, rival, values) for rival, values in said.items()}
    return Backtest(found, overall, tested, said)


def bins(snapshots: Snapshots, model: Model) -> list[Bin]:
    """How each feature is distributed: about ten bins of like size, cut between its values, and one for what is missing."""
    found = []
    for feature in model.features:
        values = snapshots.values[:, snapshots.features.index(feature)]
        known = np.sort(values[~np.isnan(values)])
        distinct = np.unique(known)
        at = known[(np.arange(1, BINS) * len(known)) // BINS]
        place = np.unique(np.searchsorted(distinct, at))
        place = place[place < len(distinct) - 1]
        # halfway to the next value, so that rounding moves no value to another bin
        edges = np.unique(np.round((distinct[place] + distinct[place + 1]) / 2, 10))
        counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
        bounds = [None, *(float(edge) for edge in edges), None]
        found.append(Bin(feature, 0, None, None, float(np.isnan(values).mean())))
        found += [
            Bin(feature, number + 1, bounds[number], bounds[number + 1], count / len(values))
            for number, count in enumerate(counts)
        ]
    return found
