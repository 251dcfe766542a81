"""What pages are put together from: tiles, trends, cuts by a segment, sentences where there is nothing."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import charts, data, formats
from dashboard.formats import Scale, plain
from dashboard.views import View

SERIES_OF = (
    "select metric_name, period_start, is_complete, value, lower_bound, upper_bound, sample_size, is_small_sample from marts.metrics"
    " where period_type = ? and segment_name = ? and segment_value = ? and metric_name in ({names}) order by period_start"
)


def heading(title: str, view: View) -> None:
    """The page's title, and what is looked at."""
    segment = "" if view.is_whole_company else f" · {formats.SEGMENTS.get(view.segment, view.segment)}: {view.value}"
    money = f" · money in {data.currency()}" if data.currency() else ""
    unfinished = "" if view.period.is_complete else " · still open: its figures will change"
    st.title(title)
    st.caption(plain(f"{view.period.label}{segment}{money}{unfinished}"))


def nothing(what: str) -> None:
    """In the place of a chart for which there are no rows."""
    st.info(plain(f"Nothing to show: this build has no {what} for this choice."))


def draw(chart: alt.TopLevelMixin) -> None:
    """A chart as wide as its place."""
    st.altair_chart(chart, width="stretch")


def series(names: Sequence[str], view: View) -> pd.DataFrame:
    """Metrics over the periods, for the chosen segment, as marts.metrics has them."""
    marks = ", ".join("?" for _ in names)
    return data.frame(SERIES_OF.format(names=marks), view.period_type, view.segment, view.value, *names)


def known(names: Sequence[str]) -> list[str]:
    """Those metrics that this build defines."""
    return [name for name in names if name in data.definitions()]


# Tiles -----------------------------------------------------------------------------------------------------------------------


def tiles(names: Sequence[str], view: View) -> None:
    """A tile a metric: its value, its change against the period before and the year before, its limits, its course."""
    names = known(names)
    found = series(names, view)
    for place, name in zip(st.columns(len(names) or 1), names, strict=False):
        with place:
            _tile(data.definitions()[name], found[found["metric_name"] == name], view)


def _tile(definition: dict[str, Any], course: pd.DataFrame, view: View) -> None:
    values = {row.period_start: row for row in course.itertuples()}
    now = values.get(view.period.start)
    before, year_before = (values.get(period.start) if period else None for period in (view.before, view.year_before))
    scale = formats.scale(definition, course["value"])
    change = scale.change(_difference(now, before))
    label, metric = plain(definition["label"]), definition["metric_name"]
    with st.container(border=True, height="stretch", gap="xsmall", key=f"tile-{metric}"):
        st.metric(
            label,
            plain(scale.text(now.value if now else None)),
            delta=change or None,
            delta_color=_colour_of_change(change, definition["better"]),
            delta_arrow="auto" if any(digit in change for digit in "123456789") else "off",
            delta_description=f"vs {view.before.short}" if change and view.before else None,
            help=_explained(definition),
            chart_data=_course(course, view, scale),
            chart_type="line",
        )
        st.caption("  \n".join(map(plain, _small_print(now, year_before, view, scale))) or "&nbsp;")


def _difference(now: Any, before: Any) -> float | None:
    if now is None or before is None or pd.isna(now.value) or pd.isna(before.value):
        return None
    return now.value - before.value


def _colour_of_change(change: str, better: str) -> str:
    """Blue is good news and orange bad, which every eye can tell apart."""
    if better == "neither" or not any(digit in change for digit in "123456789"):
        return "gray"
    return "blue" if change.startswith("+") == (better == "higher") else "orange"


def _course(course: pd.DataFrame, view: View, scale: Scale) -> list[float] | None:
    """The values up to the chosen period."""
    until = course[(course["period_start"] <= view.period.start) & course["value"].notna()]
    values = [scale.of(value) for value in until["value"]]
    return values if len(values) > 1 else None


def _small_print(now: Any, year_before: Any, view: View, scale: Scale) -> list[str]:
    """Against the year before, and the limits where there are some."""
    parts = []
    if (change := scale.change(_difference(now, year_before))) and view.year_before:
        parts.append(f"{change} vs {view.year_before.short}")
    if now and not pd.isna(now.lower_bound):
        small = ", few" if now.is_small_sample else ""
        parts.append(
            f"95%: {scale.text(now.lower_bound)} to {scale.text(now.upper_bound)} (n = {now.sample_size:,.0f}{small})"
        )
    if now and not now.is_complete and view.period.is_complete:
        parts.append("outcomes still awaited")
    return parts


def _explained(definition: dict[str, Any]) -> str:
    """The definition, as a hint."""
    return plain(definition["description"]) + "\n\n" + plain(f"Formula: {definition['formula']}.")


# Trends ----------------------------------------------------------------------------------------------------------------------


def trend(title: str, names: Sequence[str], view: View, limits: bool = True) -> None:
    """Metrics of one unit over the periods, one line each, with the limits of the first."""
    names = known(names)
    found = series(names, view)
    found = found[found["value"].notna()]
    _subheading(title, names)
    if found.empty:
        nothing(f"figures of “{title}”")
        return
    definitions = data.definitions()
    scale = formats.scale(definitions[names[0]], found["value"])
    table = drawable(found, found["metric_name"].map(lambda name: definitions[name]["label"]), view, scale)
    order = [definitions[name]["label"] for name in names]
    table = table.sort_values("series", key=lambda labels: labels.map(order.index), kind="stable")
    if not limits:
        table = table.drop(columns=["lower", "upper"])
    draw(charts.lines(table, labels_of(found, view), scale.axis))


def _subheading(title: str, names: Sequence[str]) -> None:
    definitions = data.definitions()
    explained = "\n\n".join(
        f"**{plain(definitions[name]['label'])}**: {plain(definitions[name]['description'])}" for name in names
    )
    st.subheader(title, help=explained or None, anchor=False)


def drawable(found: pd.DataFrame, names: Any, view: View, scale: Scale) -> pd.DataFrame:
    """Rows of marts.metrics as charts.lines takes them."""
    return pd.DataFrame(
        {
            "series": list(names),
            "period": [view.label_of(start) for start in found["period_start"]],
            "value": [scale.of(value) for value in found["value"]],
            "text": [scale.text(value) for value in found["value"]],
            "lower": [scale.of(value) for value in found["lower_bound"]],
            "upper": [scale.of(value) for value in found["upper_bound"]],
            "limits": [
                "" if pd.isna(low) else f"{scale.text(low)} to {scale.text(high)}"
                for low, high in zip(found["lower_bound"], found["upper_bound"], strict=True)
            ],
            "is_complete": [bool(value) for value in found["is_complete"]],
        }
    )


def labels_of(found: pd.DataFrame, view: View) -> list[str]:
    """The periods from the first of these rows to the last, without a gap."""
    first, last = found["period_start"].min(), found["period_start"].max()
    return [period.short for period in view.periods if first <= period.start <= last]


def by_segment(metric: str, segment: str, view: View) -> pd.DataFrame:
    """A metric over the periods for the values of a segment; those that were largest in the chosen period first, the rest left out."""
    found = data.frame(
        "select segment_value, period_start, is_complete, value, lower_bound, upper_bound from marts.metrics"
        " where period_type = ? and segment_name = ? and metric_name = ? order by period_start",
        view.period_type,
        segment,
        metric,
    )
    found = found[found["value"].notna()]
    now = found[found["period_start"] == view.period.start].set_index("segment_value")["value"].abs()
    total = found.groupby("segment_value")["value"].max().abs()
    order = sorted(total.index, key=lambda value: (-now.get(value, 0.0), -total[value], value))[: charts.MOST_SERIES]
    found = found[found["segment_value"].isin(order)]
    return found.sort_values(
        ["segment_value", "period_start"],
        key=lambda column: column.map(order.index) if column.name == "segment_value" else column,
    )


def nowhere(names: Sequence[str], table: str) -> bool:
    """True, with a sentence, where a whole family has no row."""
    marks = ", ".join("?" for _ in names)
    if data.rows(f"select 1 from marts.metrics where metric_name in ({marks}) and value is not null limit 1", *names):
        return False
    st.info(plain(f"There is nothing to show here: the raw data of this build has no {table}."))
    return True


def texts(found: pd.DataFrame, row_height: int | None = None) -> None:
    """Rows of marts.feedback, as far as they may be shown."""
    st.dataframe(
        found.fillna(""),
        hide_index=True,
        width="stretch",
        row_height=row_height,
        column_config={
            "said_date": st.column_config.DateColumn("Day", width=95),
            "channel": st.column_config.TextColumn("Channel", width=110),
            "sentiment_label": st.column_config.TextColumn("Mood", width=80),
            "themes": st.column_config.TextColumn("Themes", width=140),
            "customer_id": st.column_config.TextColumn("Customer", width=100),
            "text": st.column_config.TextColumn("Text", width="large"),
        },
    )
