"""Product: who uses it, how often, and how far new customers come."""

import pandas as pd
import streamlit as st

from dashboard import charts, data, formats
from dashboard.components import draw, heading, nothing, nowhere, tiles, trend
from dashboard.formats import plain, words
from dashboard.views import View

ACTIVES = ("monthly_active_users", "weekly_active_users", "daily_active_users")
TILES = ("monthly_active_users", "product_stickiness", "customer_engagement_rate", "time_to_value")
FEATURES = 15


def funnel(view: View) -> None:
    """How far those have come who began in the chosen period."""
    st.subheader(f"Adoption funnel, begun in {view.period.label}", anchor=False)
    found = data.frame(
        "select milestone, customers, cumulative_conversion_rate from marts.adoption_funnel"
        " where period_type = ? and period_start = ? and segment_name = ? and segment_value = ? order by step_number",
        view.period_type,
        view.period.start,
        view.segment,
        view.value,
    )
    if found.empty:
        nothing("an adoption journey")
        return
    table = pd.DataFrame(
        {
            "name": [words(milestone) for milestone in found["milestone"]],
            "value": found["customers"],
            "text": [f"{row.customers:,} ({100 * row.cumulative_conversion_rate:.0f}%)" for row in found.itertuples()],
        }
    )
    draw(charts.bars(table, "customers", bar=40))
    st.caption("Customers who by the as-of day have reached the step and all before it.")


def features(view: View) -> None:
    """Which features are used, where the entitlement is there."""
    metric = "feature_adoption_rate"
    st.subheader(
        f"Feature adoption, {view.period.label}", help=plain(data.definitions()[metric]["description"]), anchor=False
    )
    found = data.frame(
        "select segment_value, value from marts.metrics where metric_name = ? and period_type = ? and period_start = ?"
        " and segment_name = 'feature' and value is not null order by value desc, segment_value limit ?",
        metric,
        view.period_type,
        view.period.start,
        FEATURES,
    )
    if found.empty:
        nothing("features")
        return
    scale = formats.scale(data.definitions()[metric], found["value"])
    table = pd.DataFrame(
        {
            "name": [words(feature) for feature in found["segment_value"]],
            "value": found["value"].map(scale.of),
            "text": found["value"].map(scale.text),
        }
    )
    draw(charts.bars(table, scale.axis, bar=34))
    st.caption("The whole company, whatever segment is chosen.")


view = st.session_state["view"]
heading("Product", view)
if not nowhere((*ACTIVES, *TILES), "usage event"):
    tiles(TILES, view)
    left, right = st.columns(2)
    with left:
        trend("Active users", ACTIVES, view)
    with right:
        trend("Stickiness", ["product_stickiness", "weekly_stickiness"], view)
    left, right = st.columns(2)
    with left:
        funnel(view)
    with right:
        features(view)
    left, right = st.columns(2)
    with left:
        trend("Days to value", ["time_to_value", "time_to_value_mean"], view)
    with right:
        trend("Customers engaged", ["customer_engagement_rate"], view)
