"""Models as `make train` would write them, with parameters of the test's own choice."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.seeds import COLUMNS

SEEDS = ("prediction_models", "contract_lifetimes", "purchase_lifetimes")
# of the CDNOW sample: Fader, Hardie and Lee 2005; Fader and Hardie, note 025
CDNOW = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "p": 6.25, "q": 3.74, "v": 15.44}


def mark_of(first_paid_day: str, customer_id: str) -> str:
    """Whose data a model was trained on: who paid first."""
    return hashlib.md5(f"{first_paid_day}|{customer_id}".encode()).hexdigest()


def contract(months: int, alpha: float, beta: float, segment: str = "all", value: str = "all") -> dict[str, Any]:
    row = {"billing_months": months, "segment_name": segment, "segment_value": value, "alpha": alpha, "beta": beta}
    return row | {"customers": 100, "churned": 50, "log_likelihood": -1}


def write_models(
    folder: Path,
    mark: str,
    contracts: Iterable[dict[str, Any]] = (),
    purchases: dict[str, float] | None = None,
    version: str = "fit 1",
    more: dict[str, list[dict[str, Any]]] | None = None,
) -> Path:
    """The seeds of a model of contracts and of one of purchases; `more`: further rows by seed."""
    of_model = {"model_version": version, "trained_on": mark, "trained_from": "2023-01-01"}
    of_model |= {"trained_through": "2023-12-31", "horizon_days": None, "units": 100, "events": 50, "note": "by hand"}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SEEDS}
    if contracts := list(contracts):
        rows["prediction_models"].append({"kind": "contract_lifetime"} | of_model)
        rows["contract_lifetimes"] = [{"model_version": version} | row for row in contracts]
    if purchases:
        rows["prediction_models"].append({"kind": "purchase_lifetime"} | of_model)
        told = {"customers": 100, "repeat_customers": 50, "log_likelihood": -1}
        rows["purchase_lifetimes"] = [{"model_version": version} | purchases | told]
    for name, others in (more or {}).items():
        rows[name] += [dict.fromkeys(COLUMNS[name].split()) | row for row in others]
    folder.mkdir(parents=True, exist_ok=True)
    for name in SEEDS:
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name].split())
            writer.writeheader()
            writer.writerows(rows[name])
    return folder
