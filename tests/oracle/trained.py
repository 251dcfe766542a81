"""Which trained model counts: the newest of its kind that was trained on this company's own data."""

from __future__ import annotations

import csv
import hashlib
from typing import NamedTuple

from tests.oracle.company import Company
from tests.oracle.settings import Settings


class Model(NamedTuple):
    version: str
    trained_through: str
    horizon_days: int | None


def company_mark(company: Company) -> str | None:
    """Tells one company's data from another's: who paid first, and when; else who bought first. None where nobody did."""
    paid = [(one.first_paid_day, one.customer_id) for one in company.customers.values() if one.first_paid_day]
    bought = [(min(one.purchase_days), one.customer_id) for one in company.customers.values() if one.purchase_days]
    if not (paid or bought):
        return None
    day, customer_id = min(paid or bought)
    return hashlib.md5(f"{day.isoformat()}|{customer_id}".encode()).hexdigest()


def model_in_force(company: Company, kind: str) -> Model | None:
    """kind: churn, contract_lifetime or purchase_lifetime. A churn model must have been trained for the same horizon."""
    mark = company_mark(company)
    models = [
        Model(row["model_version"], row["trained_through"], int(row["horizon_days"]) if row["horizon_days"] else None)
        for row in seed_rows(company.settings, "prediction_models")
        if row["kind"] == kind and mark and row["trained_on"] == mark
    ]
    if kind == "churn":
        models = [one for one in models if one.horizon_days == company.settings.churn_horizon_days]
    return max(models, key=lambda one: one.version, default=None)


def seed_rows(settings: Settings, name: str) -> list[dict[str, str]]:
    with settings.seed(name).open(newline="") as file:
        return list(csv.DictReader(file))
