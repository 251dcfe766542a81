"""Revenue: what moved MRR, of which segments it is made, and what becomes of it within a year."""

import pandas as pd
import streamlit as st

from dashboard import charts, data, formats, views
from dashboard.components import by_segment, draw, drawable, heading, labels_of, nothing, series, tiles, trend
from dashboard.views import View

# the steps from opening to closing MRR, with the sign that each has in it
BRIDGE = {
    "new_mrr": 1,
    "reactivation_mrr": 1,
    "resumed_mrr": 1,
    "expansion_mrr": 1,
    "contraction_mrr": -1,
    "paused_mrr": -1,
    "churned_mrr": -1,
    "fx_mrr": 1,
    "transferred_mrr": 1,
}
MOVEMENT_COLOURS = {
    "new_mrr": charts.BLUE,
    "reactivation_mrr": charts.SKY,
    "resumed_mrr": charts.PURPLE,
    "expansion_mrr": charts.GREEN,
    "contraction_mrr": charts.ORANGE,
    "paused_mrr": charts.GREY,
    "churned_mrr": charts.VERMILLION,
}


def bridge(view: View) -> None:
    """From the opening MRR of the chosen period to its closing MRR."""
    st.subheader(f"What moved MRR, {view.period.label}", anchor=False)
    definitions = data.definitions()
    found = series(["opening_mrr", *BRIDGE, "mrr"], view)
    now = found[found["period_start"] == view.period.start].set_index("metric_name")["value"].dropna()
    if "mrr" not in now:
        nothing("MRR")
        return
    scale = formats.scale(definitions["mrr"], now)
    level = now.get("opening_mrr", 0.0)
    steps = [("opening_mrr", 0.0, level, "total", scale.text(level))]
    for name, sign in BRIDGE.items():
        if amount := sign * now.get(name, 0.0):
            steps.append((name, level, level + amount, "up" if amount > 0 else "down", scale.change(amount)))
            level += amount
    steps.append(("mrr", 0.0, now["mrr"], "total", scale.text(now["mrr"])))
    table = pd.DataFrame(steps, columns=["step", "start", "end", "kind", "text"])
    table["step"] = [definitions[name]["label"] for name in table["step"]]
    table["start"], table["end"] = table["start"].map(scale.of), table["end"].map(scale.of)
    draw(charts.waterfall(table, scale.axis))
    if charts.axis_of(table)[0] > 0:
        st.caption("The axis does not begin at 0, so that the movements can be seen.")


def movements(view: View) -> None:
    """The same steps over the periods."""
    st.subheader("Movements over time", anchor=False)
    definitions = data.definitions()
    found = series(list(MOVEMENT_COLOURS), view)
    found = found[found["value"].fillna(0) != 0]
    if found.empty:
        nothing("movements of MRR")
        return
    found = found.assign(
        value=[value * BRIDGE[name] for name, value in zip(found["metric_name"], found["value"], strict=True)]
    )
    found = found.sort_values("metric_name", key=lambda names: names.map(list(MOVEMENT_COLOURS).index), kind="stable")
    scale = formats.scale(definitions["mrr"], found["value"])
    table = drawable(found, [definitions[name]["label"] for name in found["metric_name"]], view, scale)
    colours = {definitions[name]["label"]: colour for name, colour in MOVEMENT_COLOURS.items()}
    draw(charts.stacked(table, labels_of(found, view), scale.axis, colours))


def composition(view: View) -> None:
    """MRR by the values of a segment."""
    st.subheader("MRR by segment", anchor=False)
    segment = views.cut(view)
    found = by_segment("mrr", segment, view)
    if found.empty:
        nothing("MRR by segment")
        return
    scale = formats.scale(data.definitions()["mrr"], found["value"])
    table = drawable(found, found["segment_value"], view, scale)
    draw(charts.stacked(table, labels_of(found, view), scale.axis))
    if not view.is_whole_company:
        st.caption("The whole company, whatever segment is chosen.")


view = st.session_state["view"]
heading("Revenue", view)
tiles(["mrr", "net_new_mrr", "mrr_growth_rate", "quick_ratio"], view)
bridge(view)
left, right = st.columns(2)
with left:
    movements(view)
with right:
    composition(view)
left, right = st.columns(2)
with left:
    trend("Net and gross revenue retention", ["net_revenue_retention", "gross_revenue_retention"], view)
    if view.period_type != "trailing_year":
        st.caption("Of the period type that is chosen; over twelve months: period type trailing year.")
with right:
    trend("Revenue a customer and a user", ["average_revenue_per_account", "average_revenue_per_user"], view)
