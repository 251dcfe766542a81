"""Metric explorer: any metric, its rival definitions, its segments, what it means, its SQL and its rows."""

import streamlit as st

from dashboard import charts, data, formats, views
from dashboard.components import by_segment, draw, drawable, heading, labels_of, nothing, series
from dashboard.formats import plain
from dashboard.views import View
from inputs import PROJECT

ROWS = 400
HEIGHT = 400
COLUMNS = "period_start, period_end, is_complete, segment_name, segment_value, numerator, denominator, value, lower_bound, upper_bound, sample_size"


def choose() -> str:
    """A metric, by family and label."""
    definitions = data.definitions()
    order = sorted(definitions.values(), key=lambda row: (row["family"], row["label"]))
    labels = {
        row["metric_name"]: f"{row['family'].capitalize()} · {row['label']} ({row['metric_name']})" for row in order
    }
    return views.option("Metric", "metric", list(labels), labels, "mrr" if "mrr" in labels else None, "stretch")


def rivals(metric: str) -> list[str]:
    """The metric, and every other published way to count the same."""
    definitions = data.definitions()
    head = definitions[metric]["variant_of"] or metric
    family = [name for name, row in definitions.items() if head in (name, row["variant_of"])]
    return [metric, *(name for name in family if name != metric)]


def beside_each_other(metric: str, view: View) -> None:
    """The metric and its rivals of the same unit on one chart."""
    definitions = data.definitions()
    names = rivals(metric)
    drawn = [name for name in names if definitions[name]["unit"] == definitions[metric]["unit"]][: charts.MOST_SERIES]
    found = series(drawn, view)
    found = found[found["value"].notna()]
    if found.empty:
        nothing(definitions[metric]["label"])
        return
    found = found.sort_values("metric_name", key=lambda column: column.map(drawn.index), kind="stable")
    scale = formats.scale(definitions[metric], found["value"])
    table = drawable(found, [definitions[name]["label"] for name in found["metric_name"]], view, scale)
    draw(charts.lines(table, labels_of(found, view), scale.axis, height=HEIGHT))
    if others := [definitions[name]["label"] for name in names if name not in drawn]:
        st.caption(plain(f"In another unit, and so not drawn: {', '.join(others)}."))


def cut(metric: str, segment: str, view: View) -> None:
    """The metric by the values of a segment."""
    found = by_segment(metric, segment, view)
    if found.empty:
        nothing(f"this metric by {formats.SEGMENTS.get(segment, segment).lower()}")
        return
    scale = formats.scale(data.definitions()[metric], found["value"])
    table = drawable(found, found["segment_value"], view, scale).drop(columns=["lower", "upper"])
    draw(charts.lines(table, labels_of(found, view), scale.axis, height=HEIGHT))
    if found["segment_value"].nunique() == charts.MOST_SERIES:
        st.caption(plain(f"The {charts.MOST_SERIES} largest at most."))


def segments_of(metric: str) -> list[str]:
    """By which segments the metric is there."""
    found = data.rows(
        "select distinct segment_name from marts.metrics where metric_name = ? and segment_name <> 'all'", metric
    )
    order = list(formats.SEGMENTS)
    return sorted(
        (row["segment_name"] for row in found), key=lambda name: order.index(name) if name in order else len(order)
    )


def meaning(metric: str) -> None:
    """The definition as it was signed off."""
    definition = data.definitions()[metric]
    st.markdown(plain(definition["description"]))
    facts = {
        "Formula": definition["formula"],
        "Unit": definition["unit"],
        "Kind": definition["kind"],
        "Good news": definition["better"],
        "Limits": {"wilson": "95%, Wilson", "multinomial": "95%, multinomial", "mean": "95%, of a mean"}.get(
            definition["interval_method"], "none"
        ),
        "Awaits outcomes": f"{definition['window_days']} days" if definition["window_days"] is not None else "no",
        "Defined by": definition["source"],
        "Owner": definition["owner"],
    }
    st.markdown("\n".join(f"- **{label}**: {plain(value)}" for label, value in facts.items()))
    others = [name for name in rivals(metric) if name != metric]
    if others:
        st.markdown("**Rival definitions**")
        rows = [(name, data.definitions()[name]) for name in others]
        st.markdown("\n".join(f"- {plain(row['label'])} (`{name}`): {plain(row['description'])}" for name, row in rows))


def rows_of(metric: str, segment: str | None, view: View) -> None:
    """Its rows, to be read and taken away."""
    condition, parameters = (
        ("segment_name = ?", [segment])
        if segment
        else ("segment_name = ? and segment_value = ?", [view.segment, view.value])
    )
    sql = (
        f"select {COLUMNS}\nfrom marts.metrics\nwhere metric_name = ? and period_type = ? and {condition}\n"
        "order by period_start desc, segment_value"
    )
    found = data.frame(sql, metric, view.period_type, *parameters)
    shown = found.head(ROWS).dropna(axis="columns", how="all")
    st.dataframe(
        shown if segment else shown.drop(columns=["segment_name", "segment_value"]), hide_index=True, width="stretch"
    )
    if len(found) > ROWS:
        st.caption(plain(f"The first {ROWS} of {len(found):,} rows; the file has them all."))
    st.download_button(
        "Download as CSV",
        found.to_csv(index=False).encode(),
        file_name=f"{metric}_{view.period_type}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    st.markdown("**The question that was asked**")
    asked = sql
    for value in (metric, view.period_type, *parameters):
        asked = asked.replace("?", "'" + str(value).replace("'", "''") + "'", 1)
    st.code(asked, language="sql")


view = st.session_state["view"]
heading("Metric explorer", view)
left, right = st.columns([3, 1])
with left:
    metric = choose()
with right:
    segment = views.option(
        "Cut by", "cut", ["none", *segments_of(metric)], formats.SEGMENTS | {"none": "Not cut: rival definitions"}
    )
segment = None if segment == "none" else segment
if segment:
    cut(metric, segment, view)
else:
    beside_each_other(metric, view)
chart_side, text_side = st.columns([3, 2])
with text_side:
    st.subheader("Definition", anchor=False)
    meaning(metric)
with chart_side:
    st.subheader("Rows", anchor=False)
    rows_of(metric, segment, view)
if path := data.sql_files().get(metric):
    st.subheader("SQL", anchor=False)
    st.caption(plain(path))
    st.code((PROJECT / path).read_text(), language="sql", height=460)
