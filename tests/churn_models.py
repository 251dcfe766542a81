"""Churn models of a test's own, as the seed files that `make train` would write."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from training.seeds import COLUMNS


def write_model(
    folder: Path,
    trained_on: str | None,
    intercept: float | None = -1.0,
    coefficients: Mapping[str, tuple[float, float, float]] | None = None,
    bins: Mapping[str, Iterable[tuple[int, float | None, float | None, float]]] | None = None,
    version: str = "m1",
    kind: str = "churn",
    **more: Any,
) -> Path:
    """Adds a model to the seeds in a folder: weight, mean and scale of each feature; number, edges and share of its bins."""
    model = {"kind": kind, "model_version": version, "trained_on": trained_on, "trained_from": "2024-01-31"}
    model |= {"trained_through": "2024-03-31", "horizon_days": 90, "units": 1, "events": 1, "note": "of a test"} | more
    _append(folder, "prediction_models", [model])
    if intercept is not None:
        own = {"model_version": version, "feature": "(intercept)", "coefficient": intercept}
        _append(folder, "churn_coefficients", [own])
    rows = [
        {"model_version": version, "feature": feature, "coefficient": weight, "mean": mean, "scale": scale}
        for feature, (weight, mean, scale) in (coefficients or {}).items()
    ]
    _append(folder, "churn_coefficients", rows)
    rows = [
        {"model_version": version, "feature": feature, "bin": number, "lower_exclusive": lower}
        | {"upper_inclusive": upper, "share": share}
        for feature, edges in (bins or {}).items()
        for number, lower, upper, share in edges
    ]
    _append(folder, "churn_feature_bins", rows)
    return folder


def _append(folder: Path, seed: str, rows: Iterable[Mapping[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{seed}.csv"
    is_new = not file.exists()
    with file.open("a", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS[seed].split())
        if is_new:
            writer.writeheader()
        writer.writerows(rows)
