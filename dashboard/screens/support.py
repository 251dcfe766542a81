"""Support: how fast tickets and calls are answered and solved."""

import streamlit as st

from dashboard import data
from dashboard.components import heading, nothing, nowhere, tiles, trend
from dashboard.formats import plain, words
from dashboard.views import View

TICKETS = ("average_first_response_time", "average_resolution_time", "ticket_resolution_rate", "tickets_per_customer")
CALLS = ("call_volume", "call_service_level", "average_speed_of_answer", "call_abandonment_rate")
# the five published service levels, the metric first
LEVELS = {
    "answered_within_of_answered_or_abandoned_after": "Service level",
    "answered_within_of_offered": "Of all offered",
    "answered_within_of_answered": "Of answered",
    "answered_within_or_abandoned_of_offered": "Given up is served",
    "answered_or_abandoned_within_of_offered": "Short waits",
}
QUEUES = 30


def queues(view: View) -> None:
    """The calls of each queue in the chosen period."""
    st.subheader(f"Calls by queue, {view.period.label}", anchor=False)
    found = data.frame(
        f"select queue, calls, answered_calls, abandoned_calls, {', '.join(LEVELS)} from marts.call_service_levels"
        " where period_type = ? and period_start = ? order by scope, calls desc, queue limit ?",
        view.period_type,
        view.period.start,
        QUEUES,
    )
    if found.empty:
        nothing("calls")
        return
    level = {
        name: st.column_config.NumberColumn(label, format="percent", help=plain(words(name)))
        for name, label in LEVELS.items()
    }
    counts = {name: st.column_config.NumberColumn(words(name), format="localized") for name in found.columns[1:4]}
    st.dataframe(
        found,
        hide_index=True,
        width="stretch",
        column_config={"queue": st.column_config.TextColumn("Queue")} | counts | level,
    )
    st.caption(
        plain("Five published service levels beside each other, the first of them the metric. The whole company.")
    )


view = st.session_state["view"]
heading("Support", view)
if not nowhere(TICKETS + CALLS, "ticket and no call"):
    tiles(TICKETS, view)
    left, right = st.columns(2)
    with left:
        trend("First response", ["average_first_response_time", "median_first_response_time"], view)
        trend("Tickets resolved in time", ["ticket_resolution_rate"], view)
    with right:
        trend("Resolution", ["average_resolution_time", "median_resolution_time"], view)
        trend("Resolved at first contact", ["first_contact_resolution_rate"], view)
    tiles(CALLS, view)
    left, right = st.columns(2)
    with left:
        trend("Call service level", ["call_service_level"], view)
    with right:
        trend("Calls abandoned", ["call_abandonment_rate"], view)
    queues(view)
