"""What is looked at: the type of period, the period, the segment. All of it stands in the address, so that a view can be sent."""

import datetime
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import data, formats

# whose periods are those of the whole spine
SPINE_METRIC = "mrr"
WIDTH_ON_PAGE = 300


@dataclass(frozen=True)
class Period:
    """One period of the spine."""

    start: datetime.date
    end: datetime.date
    is_complete: bool
    label: str
    short: str


@dataclass(frozen=True)
class View:
    """The choice of the side bar."""

    period_type: str
    periods: tuple[Period, ...]  # all of that type, oldest first
    period: Period
    segment: str
    value: str

    @property
    def before(self) -> Period | None:
        """The period before."""
        place = self.periods.index(self.period)
        return self.periods[place - 1] if place else None

    @property
    def year_before(self) -> Period | None:
        """The period a year before, where that is another one than the period before."""
        starts = {period.start: period for period in self.periods}
        found = starts.get(self.period.start.replace(year=self.period.start.year - 1))
        return None if found == self.before else found

    @property
    def is_whole_company(self) -> bool:
        """No segment is chosen."""
        return self.segment == "all"

    def label_of(self, start: datetime.date) -> str:
        """The short label of the period that starts on that day."""
        return next((period.short for period in self.periods if period.start == start), str(start))


def choose() -> View:
    """The side bar. Where no period is there, a sentence, and the page ends."""
    definitions_missing = not data.definitions()
    period_type = _choice("Period type", "period_type", list(formats.PERIOD_TYPES), "month", formats.PERIOD_TYPES)
    periods = _periods(period_type)
    if definitions_missing or not periods:
        st.info(
            "There is nothing to show yet: the build has no figure of any period. It needs at least one subscription that has begun."
        )
        st.stop()
    starts = {str(period.start): period for period in reversed(periods)}
    latest = next((start for start, period in starts.items() if period.is_complete), next(iter(starts)))
    labels = {start: period.label + ("" if period.is_complete else " (open)") for start, period in starts.items()}
    start = _choice("Period", "period", list(starts), latest, labels)
    segments = _segments()
    segment = _choice("Segment", "segment", ["all", *segments], "all", formats.SEGMENTS)
    value = "all"
    if segment != "all":
        values = segments[segment]
        value = _choice(formats.SEGMENTS.get(segment, segment), "value", values, values[0])
    return View(period_type, periods, starts[start], segment, value)


def cut(view: View, key: str = "by", label: str = "Cut by", add_none: bool = False) -> str:
    """A choice of the attribute by which a chart is cut."""
    names = (["none"] if add_none else []) + list(_segments())
    shown = formats.SEGMENTS | {"none": "Not cut"}
    return _choice(label, key, names, names[0] if names else "all", shown, st, WIDTH_ON_PAGE) if names else "all"


def option(
    label: str,
    key: str,
    options: list[str],
    labels: dict[str, str] | None = None,
    default: str | None = None,
    width: int | str = WIDTH_ON_PAGE,
) -> str:
    """A choice on a page that stands in the address, too."""
    return _choice(label, key, options, default or options[0], labels, st, width)


def score_days(view: View, count: int) -> list[datetime.date]:
    """The days of health scores up to the end of the chosen period, the latest first: last days of months, of the open month the as-of day."""
    build = data.build()
    months = [period for period in _periods("month") if period.start < view.period.end]
    return (
        [min(month.end - datetime.timedelta(days=1), build["as_of_day"]) for month in reversed(months[-count:])]
        if build
        else []
    )


def _choice(
    label: str,
    key: str,
    options: list[str],
    default: str,
    labels: dict[str, str] | None = None,
    place: Any = st.sidebar,
    width: int | str = "stretch",
) -> str:
    """A select box whose value stands in the address, the default too: next month it may be another one."""
    state = st.session_state
    written = state.setdefault("written to the address", {})
    asked = st.query_params.get(key)
    if asked in options and asked != written.get(key):
        # a link was followed, or the browser went back
        state[key] = asked
    elif state.get(key) not in options:
        state[key] = default
    chosen = place.selectbox(
        label,
        options,
        key=key,
        format_func=lambda option: (labels or {}).get(option, option),
        persist_state="session",
        width=width,
    )
    st.query_params[key] = written[key] = chosen
    return chosen


def _periods(period_type: str) -> tuple[Period, ...]:
    found = data.rows(
        "select period_start, period_end, is_complete from marts.metrics"
        " where metric_name = ? and period_type = ? and segment_name = 'all' order by period_start",
        SPINE_METRIC,
        period_type,
    )
    return tuple(
        Period(
            row["period_start"],
            row["period_end"],
            row["is_complete"],
            formats.period(period_type, row["period_start"], row["period_end"]),
            formats.short_period(period_type, row["period_start"], row["period_end"]),
        )
        for row in found
    )


def _segments() -> dict[str, list[Any]]:
    """The values of each segment, in alphabetical order."""
    found = data.rows(
        "select distinct segment_name, segment_value from marts.metrics where metric_name = ? and segment_name <> 'all'"
        " order by segment_name, segment_value",
        SPINE_METRIC,
    )
    values: dict[str, list[Any]] = {name: [] for name in formats.SEGMENTS}
    for row in found:
        values.setdefault(row["segment_name"], []).append(row["segment_value"])
    return {name: those for name, those in values.items() if those}
