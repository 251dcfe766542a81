"""The project variables that the reference reads, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
SEGMENTS = ("plan", "product_family", "country", "industry", "company_size", "acquisition_channel", "csm")


class OracleError(ValueError):
    """The configuration asks for something that the data cannot answer."""


@dataclass
class Settings:
    reporting_timezone: str = "UTC"
    reporting_currency: str = ""
    fiscal_year_start_month: int = 1
    history_start: date | None = None
    segments: tuple[str, ...] = SEGMENTS
    week_to_month: Fraction = Fraction(52, 12)
    day_to_month: Fraction = Fraction(365, 12)
    usage_mrr: bool = False
    trial_counts_as_mrr: bool = False
    past_due_counts: bool = True
    discount_policy: str = "all"
    churn_timing: str = "end_of_service"
    max_pause_days: int = 90
    reactivation_min_gap_days: int = 0
    committed_horizon_days: int = 90
    renewal_grace_days: int = 30
    renewal_auto_min_days: int = 60
    repeat_window_days: int = 90
    involuntary_reasons: tuple[str, ...] = ("payment_failed", "non_payment", "card_expired")
    minimum_sample: int = 30
    trial_grace_days: int = 7
    lifespan_cap_months: int = 60
    assumed_lifespan_years: Fraction | None = None
    active_event_names: tuple[str, ...] = ()
    login_event_names: tuple[str, ...] = ("login",)
    engagement_min_actions: int = 5
    session_gap_minutes: int = 30
    max_session_hours: int = 24
    adoption_days: int = 30
    adoption_active_days: int = 3
    adoption_journey: str = ""
    journey_target_days: int = 90
    business_timezone: str = ""
    fcr_reopen_days: int = 7
    resolution_window_days: int = 30
    service_level_seconds: int = 20
    short_abandon_seconds: int = 0
    survey_response_days: int = 30
    churn_horizon_days: int = 90
    sentiment_threshold: Decimal = Decimal("0.05")
    clv_discount_rate: Decimal = Decimal("0.10")
    clv_horizon_years: int = 25
    clv_segment: str = "product_family"
    purchase_horizon_days: int = 365
    severe_severities: tuple[str, ...] = ("urgent", "critical", "1", "sev1")
    health_minimum_coverage: Decimal = Decimal("0.5")
    health_trend_points: Decimal = Decimal(3)
    risk_threshold: Decimal = Decimal("0.5")
    seeds: str = ""  # a folder of seeds instead of the project's own
    zone: tzinfo = field(init=False)
    business_zone: tzinfo = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.reporting_timezone)
        self.business_zone = ZoneInfo(self.business_timezone or self.reporting_timezone)

    def seed(self, name: str) -> Path:
        """The file of a seed: of the folder given, where it has it, else the project's."""
        own = Path(self.seeds) / f"{name}.csv" if self.seeds else None
        return own if own and own.exists() else SEEDS / f"{name}.csv"

    def qualifies(self, event_name: str) -> bool:
        """Whether such an event makes a user active."""
        return not self.active_event_names or event_name in self.active_event_names


def settings_from(variables: dict[str, Any] | None) -> Settings:
    """Variables of other families are accepted and ignored."""
    known = {entry.name: entry for entry in fields(Settings) if entry.init}
    chosen: dict[str, Any] = {}
    for name, value in (variables or {}).items():
        if name not in known:
            continue
        if name == "history_start":
            chosen[name] = date.fromisoformat(str(value)) if value else None
        elif name == "clv_segment":
            chosen[name] = str(value or "").strip()
        elif value is None:
            continue
        elif name == "assumed_lifespan_years":
            chosen[name] = Fraction(str(value)) if str(value).strip() else None
        elif isinstance(known[name].default, tuple):
            parts = value.split(",") if isinstance(value, str) else value
            chosen[name] = tuple(part.strip() for part in parts if part.strip())
        elif name in ("week_to_month", "day_to_month"):
            chosen[name] = value if isinstance(value, Fraction) else Fraction(str(value).replace(" ", ""))
        elif isinstance(known[name].default, Decimal):
            chosen[name] = Decimal(str(value))
        elif isinstance(known[name].default, bool):
            chosen[name] = value if isinstance(value, bool) else str(value).lower() == "true"
        elif isinstance(known[name].default, int):
            chosen[name] = int(value)
        else:
            chosen[name] = str(value)
    if "reporting_currency" in chosen:
        chosen["reporting_currency"] = chosen["reporting_currency"].strip().upper()
    return Settings(**chosen)
