"""What the health score reads, in the making: rows of raw tables, and configurations written down as the seeds of the project."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.desk import Desk

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


# -- evidence ----------------------------------------------------------------------------------------------------------


def paying() -> Desk:
    """Customer c pays 100 from 1 January 2024 on."""
    return Desk().sell("c", 100, "2024-01-01")


def user(book: Desk, user_id: str, created_at: str = "2024-01-01", customer: str = "c", **more: Any) -> Desk:
    row = {"user_id": user_id, "customer_id": customer, "created_at": created_at}
    return book.add("users", **row | {"is_licensed": "true"} | more)


def use(book: Desk, user_id: str | None, *when: str, customer: str = "c", **more: Any) -> Desk:
    for moment in when:
        row = {"event_id": f"e{len(book.raw.get('usage_events', [])) + 1}", "user_id": user_id, "customer_id": customer}
        book.add("usage_events", **row | {"event_name": "open", "occurred_at": moment} | more)
    return book


def severe(book: Desk, name: str, created_at: str, *steps: tuple[str, str], **more: Any) -> Desk:
    return book.ticket(name, created_at, *steps, **{"severity": "Urgent"} | more)


def answer(book: Desk, kind: str, score: Any, responded_at: str | None, **more: Any) -> Desk:
    row = {"response_id": f"r{len(book.raw.get('survey_responses', [])) + 1}", "survey_type": kind, "customer_id": "c"}
    row |= {"scale_min": 0, "scale_max": 10} if kind == "nps" else {"scale_min": 1, "scale_max": 5}
    row |= {"score": score, "sent_at": "2024-01-01", "responded_at": responded_at}
    return book.add("survey_responses", **row | more)


def invoice(book: Desk, due_at: str | None, status: str = "open", paid_at: str | None = None, **more: Any) -> Desk:
    row = {"invoice_id": f"i{len(book.raw.get('invoices', [])) + 1}", "customer_id": "c", "issued_at": "2024-05-01"}
    row |= {"status": status, "due_at": due_at, "paid_at": paid_at, "currency": "USD", "total_excluding_tax": 10}
    return book.add("invoices", **row | more)


def said(book: Desk, value: Any, customer: str = "c", day: str = "2024-06-30") -> Desk:
    """An NPS answer: the simplest evidence there is."""
    return answer(book, "nps", value, day, customer_id=customer)


def nps(**more: Any) -> dict[str, Any]:
    """0 at 0, 100 at 10."""
    return {"measure": "latest_nps", "green_at": 10} | more


def touch(book: Desk, day: str, customer: str = "c") -> Desk:
    number = len(book.raw.get("csm_touches", []))
    return book.add(
        "csm_touches", touch_id=f"h{number}", customer_id=customer, csm_id="m", kind="call", occurred_at=day
    )


def since_touch(**more: Any) -> dict[str, Any]:
    """100 on the day itself, 0 after 100 days."""
    return {"measure": "days_since_touch", "red_at": 100, "green_at": 0} | more
