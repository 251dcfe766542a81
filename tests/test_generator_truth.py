"""The chances that the generator tells: those its dice were thrown with, of the customers that pay, and no die is thrown otherwise for them."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from generator import billing, company, truth
from generator.config import DEFAULT_CUSTOMERS, DEFAULT_MONTHS, DEFAULT_SEED, Settings
from tests.conftest import Built

SMALL = Settings(120, 14, 3)


def test_looking_ahead_changes_nothing() -> None:
    customers = company.draw_customers(SMALL, 0, 0, SMALL.customers)
    plain = billing.simulate(SMALL, 0, customers)
    watched = truth.Watched(SMALL, 0, customers, np.arange(len(customers)), 5)
    ledger = watched.run()
    assert watched.found
    for one in fields(plain):
        assert np.array_equal(getattr(plain, one.name), getattr(ledger, one.name)), one.name


def test_the_same_company_has_the_same_truth(tmp_path: Path) -> None:
    assert truth.probabilities(SMALL, 10) == truth.probabilities(SMALL, 10)
    written = truth.write(SMALL, tmp_path / "deep" / "truth.csv")
    with (tmp_path / "deep" / "truth.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == written > 300
    assert {row["horizon_days"] for row in rows} == {"90"}
    assert len({(row["customer_id"], row["score_day"]) for row in rows}) == written
    assert all(0 <= float(row["probability"]) <= 1 for row in rows)
    # the horizon of the latest day ends on or before the last day with facts, 13 May 2025
    assert max(row["score_day"] for row in rows) == "2025-01-31"


def test_nobody_churns_where_nobody_leaves_or_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for chance in ("CHURN", "PAUSE", "NEW_DISCOUNT"):
        monkeypatch.setattr(billing, chance, 0.0)
    assert {probability for *_, probability in truth.probabilities(SMALL, 20)} == {0.0}


def test_churn_of_three_months_is_what_the_monthly_chance_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each, billed monthly, all alike, with nothing else to happen: 1 - 0.9^(90 / 30.4) of them are gone within 90 days."""
    for chance in ("PAUSE", "UPGRADE", "DOWNGRADE", "MORE", "FEWER", "REPLACE", "SWITCH_CURRENCY", "TO_YEARLY"):
        monkeypatch.setattr(billing, chance, 0.0)
    for chance in ("OTHER_FAMILY", "NEW_DISCOUNT"):
        monkeypatch.setattr(billing, chance, 0.0)
    monkeypatch.setattr(billing, "CHURN", 0.1)
    settings = Settings(300, 8, 1)
    customers = company.draw_customers(settings, 0, 0, settings.customers)
    customers.trait[:] = 0
    # the size at which the chance is multiplied by 1.1
    customers.size[:] = 1
    watched = truth.Watched(settings, 0, customers, np.arange(len(customers)), 200)
    watched._draw_lines()
    watched.interval[:], watched.parent[:] = billing.MONTHLY, -1
    # neither free nor a second product
    watched.tier[:] = 1
    watched.birth[len(np.flatnonzero(customers.subscribes)) :] = 2**40
    watched.run()
    found = np.concatenate([values for day, _, values in watched.found])
    assert found.mean() == pytest.approx(1 - (1 - 0.11 / 30.4 * 30) ** 3, abs=0.02)


def test_the_sample_company_churns_as_its_truth_says(sample_database: Built) -> None:
    """Sum of the chances against the customers who did churn, and by thirds; few customers pay in the one and not in the other."""
    settings = Settings(DEFAULT_CUSTOMERS, DEFAULT_MONTHS, DEFAULT_SEED)
    told = {(customer, day): chance for customer, day, chance in truth.probabilities(settings, 100)}
    came = {
        (customer, str(day)): churned
        for customer, day, churned in sample_database.query(
            "select customer_id, score_day, has_churned from intermediate.int_churn_labels where is_known and day(score_day + 1) = 1"
        )
    }
    both = sorted(told.keys() & came.keys(), key=told.get)
    assert len(both) > 0.97 * max(len(told), len(came))
    chance, churned = np.array([told[key] for key in both]), np.array([came[key] for key in both], dtype=float)
    assert chance.sum() == pytest.approx(churned.sum(), abs=3 * np.sqrt(np.sum(chance * (1 - chance))))
    thirds = [
        (part_chance.mean(), part.mean())
        for part_chance, part in zip(np.array_split(chance, 3), np.array_split(churned, 3), strict=True)
    ]
    for expected, observed in thirds:
        assert observed == pytest.approx(expected, abs=0.03)
    assert thirds[0][1] < thirds[1][1] < thirds[2][1]
