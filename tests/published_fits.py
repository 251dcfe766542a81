"""Data that published fits were made with: survivors of two groups of contracts, and the purchases of CDNOW's customers."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import numpy as np

# Percent of 1,000 customers still there after 0, 1, ... 12 years (Fader and Hardie, 2007, table 1); seven years are fitted, five held out.
REGULAR = (100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3)
HIGH_END = (100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4)
FITTED_YEARS = 7


def contracts(percent: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Renewals, whether they left then, and how many of the 1,000 customers, after the fitted years."""
    there = np.array([round(10 * share) for share in percent[: FITTED_YEARS + 1]])
    renewals = np.append(np.arange(FITTED_YEARS), FITTED_YEARS)
    return renewals, np.append(np.ones(FITTED_YEARS, dtype=bool), False), np.append(-np.diff(there), there[-1])


def cdnow() -> dict[str, np.ndarray]:
    """The 2,357 customers of the CDNOW sample: repeat purchases x, weeks t_x and T, mean amount zbar of the repeat purchases."""
    package = importlib.util.find_spec("lifetimes")
    file = Path(package.submodule_search_locations[0], "datasets/cdnow_customers_summary_with_transactions.csv")
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")}
