"""How figures, periods and texts are written."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PERIOD_TYPES = {"month": "Month", "quarter": "Quarter", "year": "Year", "trailing_year": "Trailing year"}
SEGMENTS = {
    "all": "Whole company",
    "plan": "Plan",
    "product_family": "Product family",
    "country": "Country",
    "industry": "Industry",
    "company_size": "Company size",
    "acquisition_channel": "Acquisition channel",
    "csm": "CSM",
    "survey_kind": "Kind of survey",
    "feature": "Feature",
}
NOTHING = "-"
ACRONYMS = ("arr", "csat", "csm", "mrr", "nps")
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True)
class Scale:
    """How the values of one chart or tile are written: times `factor`, with so many decimals, and the unit behind it."""

    factor: float = 1
    decimals: int = 0
    suffix: str = ""
    change_suffix: str | None = None
    axis: str = ""

    def of(self, value: float | None) -> float | None:
        """The number that is drawn."""
        return None if value is None or value != value else float(value) * self.factor

    def text(self, value: float | None) -> str:
        """A value in words; a dash where there is none."""
        number = self.of(value)
        return NOTHING if number is None else _unsigned_zero(f"{number:,.{self.decimals}f}") + self.suffix

    def change(self, value: float | None) -> str:
        """A difference of two values, with its sign; empty where there is none."""
        number = self.of(value)
        if number is None:
            return ""
        suffix = self.suffix if self.change_suffix is None else self.change_suffix
        return _unsigned_zero(f"{number:+,.{self.decimals}f}") + suffix


def _unsigned_zero(text: str) -> str:
    """What rounds to nothing has no sign."""
    return text if re.search("[1-9]", text) else text.lstrip("+-")


def scale(definition: dict[str, Any], values: Iterable[float | None]) -> Scale:
    """The scale that suits a metric at the size of these values."""
    sizes = [abs(float(value)) for value in values if value is not None and value == value]
    largest, unit = max(sizes, default=0.0), definition["unit"]
    if unit == "ratio":
        return _of_ratio(definition)
    if unit == "money":
        if largest >= 10_000_000:
            return Scale(1e-6, 2, " M", axis="millions")
        return Scale(decimals=0 if largest >= 1_000 else 2)
    if unit == "seconds":
        return _of_seconds(largest)
    if unit == "count":
        return Scale(decimals=0 if definition["kind"] == "count" else 1)
    if unit in ("points", "score"):
        return Scale(decimals=2 if largest < 10 else 1, axis=unit)
    return Scale(decimals=1, suffix=f" {unit}", axis=unit)


def _of_ratio(definition: dict[str, Any]) -> Scale:
    """A share is written as a percentage; so many of one for one of another, which names call _per_ or _ratio, is not."""
    metric = definition["metric_name"]
    is_share = definition["interval_method"] == "wilson" or not ("_per_" in metric or metric.endswith("_ratio"))
    return Scale(100, 1, "%", " pp", "%") if is_share else Scale(decimals=2)


def _of_seconds(largest: float) -> Scale:
    for limit, length, unit in ((3 * MINUTE, 1, "s"), (2 * HOUR, MINUTE, "min"), (4 * DAY, HOUR, "h")):
        if largest < limit:
            return Scale(1 / length, 0 if length == 1 else 1, f" {unit}", axis=unit)
    return Scale(1 / DAY, 1, " d", axis="days")


def period(period_type: str, start: datetime.date, end: datetime.date) -> str:
    """A period by its months; `end` is the first day after it."""
    last = end - datetime.timedelta(days=1)
    if period_type == "month":
        return f"{start:%b %Y}"
    if period_type == "trailing_year":
        return f"12 months to {last:%b %Y}"
    if period_type == "year" and start.year == last.year:
        return f"{start:%Y}"
    return f"{start:%b} to {last:%b %Y}" if start.year == last.year else f"{start:%b %Y} to {last:%b %Y}"


def short_period(period_type: str, start: datetime.date, end: datetime.date) -> str:
    """The same where there is little room."""
    return period(period_type, start, end).replace("12 months to", "12m to")


def words(identifier: str) -> str:
    """A name of the data as people write it."""
    text = identifier.replace("_", " ").strip()
    text = text[:1].upper() + text[1:]
    return re.sub(rf"\b({'|'.join(ACRONYMS)})\b", lambda found: found[0].upper(), text, flags=re.IGNORECASE)


def plain(text: Any) -> str:
    """A text that shows as it is where Streamlit would read Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", str(text).replace("\n", " "))
