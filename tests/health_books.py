"""Configurations of the health score in the making, written down as the seeds of the project."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Rows = Iterable[dict[str, Any]]

COLUMNS = {
    "health_versions": "config_version valid_from valid_to note",
    "health_profiles": "config_version profile priority segment_name segment_value tenure_from tenure_to",
    "health_measures": (
        "config_version profile measure_group group_weight measure weight method red_at green_at half_life_days "
        "max_age_days min_observations missing_policy"
    ),
    "health_bands": "config_version scheme band lower_exclusive upper_inclusive",
    "health_caps": "config_version cap measure above max_score",
    "health_overrides": "customer_id score max_score reason author starts_on expires_on",
}
# what a row holds where nobody says
DEFAULTS: dict[str, dict[str, Any]] = {
    "health_versions": {"config_version": "v1", "valid_from": "1900-01-01"},
    "health_profiles": {"config_version": "v1", "profile": "standard", "priority": 100},
    "health_measures": {
        **{"config_version": "v1", "profile": "standard", "measure_group": "one", "group_weight": 1, "weight": 1},
        **{"method": "linear_clamp", "red_at": 0, "green_at": 100, "min_observations": 1, "missing_policy": "skip"},
    },
    "health_bands": {"config_version": "v1"},
    "health_caps": {"config_version": "v1"},
    "health_overrides": {"reason": "because", "author": "Ann"},
}
BANDS = (
    ("colour", "green", 75, 100),
    ("colour", "yellow", 50, 75),
    ("colour", "red", None, 50),
    ("letter", "A", 80, 100),
    ("letter", "B", 50, 80),
    ("letter", "F", None, 50),
)


def bands(version: str = "v1") -> Rows:
    return [
        {"config_version": version, "scheme": scheme, "band": band, "lower_exclusive": lower, "upper_inclusive": upper}
        for scheme, band, lower, upper in BANDS
    ]


STANDARD_BANDS = tuple(bands())


def configure(
    folder: Path,
    measures: Rows,
    *,
    versions: Rows = ({},),
    profiles: Rows = ({},),
    caps: Rows = (),
    overrides: Rows = (),
    bands: Rows = STANDARD_BANDS,
) -> Path:
    """Writes all six seeds of the score into the folder; the rows need only what differs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (
        ("health_versions", versions),
        ("health_profiles", profiles),
        ("health_measures", measures),
        ("health_bands", bands),
        ("health_caps", caps),
        ("health_overrides", overrides),
    ):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name].split(), restval="")
            writer.writeheader()
            writer.writerows(DEFAULTS[name] | row for row in rows)
    return folder
