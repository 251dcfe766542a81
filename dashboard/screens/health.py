"""Health: how customers are scored, how that changes, and whom to call."""

import datetime

import pandas as pd
import streamlit as st

from dashboard import charts, data
from dashboard.components import draw, heading, nothing, nowhere, tiles, trend
from dashboard.formats import plain
from dashboard.views import View, score_days

# of Okabe and Ito's colours those that say the same and can be told apart
BANDS = {"green": charts.GREEN, "yellow": charts.ORANGE, "red": charts.VERMILLION, "insufficient data": charts.GREY}
ELSEWHERE = "not scored"
AT_RISK = 50
SCORE_DAYS = 12
TILES = ("customer_health_score", "healthy_customer_share", "at_risk_customers", "mrr_at_risk")


def where(view: View) -> tuple[str, list[str]]:
    """The chosen segment as a condition on the columns of a mart."""
    return ("", []) if view.is_whole_company else (f" and {view.segment} = ?", [view.value])


def distribution(view: View, days: list[datetime.date]) -> None:
    """Customers by band on the last score days."""
    st.subheader("Customers by health", anchor=False)
    condition, parameters = where(view)
    found = data.frame(
        "select score_day, colour, count(*) as customers, sum(mrr) as mrr from marts.customer_health where score_day >= ? and score_day <= ?"
        f"{condition} group by score_day, colour order by score_day",
        days[-1],
        days[0],
        *parameters,
    )
    if found.empty:
        nothing("health scores")
        return
    found = found.sort_values("colour", key=lambda names: names.map(_rank), kind="stable")
    labels = [f"{day:%d %b %Y}" for day in sorted(set(found["score_day"]))]
    table = pd.DataFrame(
        {
            "period": [f"{day:%d %b %Y}" for day in found["score_day"]],
            "series": [band.capitalize() for band in found["colour"]],
            "value": found["customers"],
            "text": [f"{row.customers:,} customers, MRR {row.mrr:,.0f}" for row in found.itertuples()],
        }
    )
    colours = {band.capitalize(): BANDS.get(band, charts.SKY) for band in found["colour"]}
    draw(charts.stacked(table, labels, "customers", colours))


def _rank(band: str) -> int:
    order = [*BANDS, ELSEWHERE]
    return order.index(band) if band in order else len(order)


def movements(view: View, days: list[datetime.date]) -> None:
    """From which band to which customers went between the last two score days."""
    st.subheader(
        f"From band to band, {days[1]:%d %b} to {days[0]:%d %b %Y}" if len(days) > 1 else "From band to band",
        anchor=False,
    )
    if len(days) < 2:
        nothing("movements between bands, for which two score days are needed,")
        return
    condition, parameters = where(view)
    found = data.frame(
        f"""
        with earlier as (select customer_id, colour from marts.customer_health where score_day = ?{condition}),
        later as (select customer_id, colour from marts.customer_health where score_day = ?{condition})
        select coalesce(earlier.colour, '{ELSEWHERE}') as was, coalesce(later.colour, '{ELSEWHERE}') as became, count(*) as customers
        from earlier full outer join later on earlier.customer_id = later.customer_id
        group by 1, 2
        """,
        days[1],
        *parameters,
        days[0],
        *parameters,
    )
    if found.empty:
        nothing("health scores")
        return
    order = [band.capitalize() for band in sorted({*found["was"], *found["became"]}, key=_rank)]
    table = pd.DataFrame(
        {
            "row": [band.capitalize() for band in found["was"]],
            "column": [band.capitalize() for band in found["became"]],
            "value": found["customers"],
            "hint": [f"{row.customers:,} customers from {row.was} to {row.became}" for row in found.itertuples()],
        }
    )
    draw(charts.counts_map(table, order, "was", "became"))
    st.caption("Not scored: customers who did not pay then, or to whom no profile applies.")


def at_risk(view: View) -> None:
    """Customers to call, those of the largest MRR first; one that is chosen is opened."""
    st.subheader("At risk", anchor=False)
    condition, parameters = where(view)
    columns = data.shown_columns(
        "customer_360",
        "customer_id, customer_name, mrr, health_band, health_score, health_score_change, churn_probability, next_best_reason, health_reasons, csm",
    )
    found = data.frame(
        f"select {columns} from marts.customer_360 where state = 'paying' and (health_band = 'red' or churn_risk_tier = 'high')"
        f"{condition} order by mrr desc, customer_id limit ?",
        *parameters,
        AT_RISK,
    )
    if found.empty:
        st.info("Nobody is at risk: no customer of this choice is red, and of none is churn likely.")
        return
    # without a trained model there is no number in it at all
    found["churn_probability"] = 100 * pd.to_numeric(found["churn_probability"])
    chosen = st.dataframe(
        found,
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key="at_risk",
        column_config={
            "customer_id": st.column_config.TextColumn("Customer", width=95),
            "customer_name": st.column_config.TextColumn("Name"),
            "mrr": st.column_config.NumberColumn("MRR", format="%,.0f", width=80),
            "health_band": st.column_config.TextColumn("Health", width=75),
            "health_score": st.column_config.NumberColumn("Score", format="%.1f", width=65),
            "health_score_change": st.column_config.NumberColumn("Change", format="%+.1f", width=70),
            "churn_probability": st.column_config.NumberColumn("Churn", format="%.1f%%", width=75),
            "next_best_reason": st.column_config.TextColumn("Why to call", width="large"),
            "health_reasons": st.column_config.TextColumn("Most points lost by", width="medium"),
            "csm": st.column_config.TextColumn("CSM", width=80),
        },
    )
    st.caption(
        plain(
            "On the as-of day, whatever period is chosen: customers whose health is red or whose churn is likely,"
            f" the {AT_RISK} of the largest MRR at most. A row that is ticked opens the customer."
        )
    )
    if picked := chosen.selection.rows:
        st.switch_page("screens/customer.py", query_params={"customer": found["customer_id"].iloc[picked[0]]})


def validity() -> None:
    """Whether low scores told who would leave."""
    st.subheader("Who left, by health", anchor=False)
    found = data.frame(
        "select score_day, colour, churned_share, lower_bound, upper_bound, churned, customers from marts.health_band_churn"
        " where profile = 'all' and score_day in (select distinct score_day from marts.health_band_churn order by score_day desc limit ?)"
        " order by score_day",
        SCORE_DAYS,
    )
    if found.empty:
        nothing("scores whose outcome is known")
        return
    found = found.sort_values("colour", key=lambda names: names.map(_rank), kind="stable").sort_values(
        "score_day", kind="stable"
    )
    table = pd.DataFrame(
        {
            "period": [f"{day:%d %b %Y}" for day in found["score_day"]],
            "series": [band.capitalize() for band in found["colour"]],
            "value": found["churned_share"],
            "lower": found["lower_bound"],
            "upper": found["upper_bound"],
            "text": [
                f"{row.churned:,} of {row.customers:,} left ({100 * row.churned_share:.1f}%)"
                for row in found.itertuples()
            ],
        }
    )
    draw(charts.intervals(table, {band.capitalize(): BANDS.get(band, charts.SKY) for band in found["colour"]}))
    st.caption(
        plain("Share that left within the churn horizon after the score day, with 95% limits. The whole company.")
    )


view = st.session_state["view"]
heading("Health", view)
if not nowhere(TILES, "evidence of health"):
    tiles(TILES, view)
    days = score_days(view, SCORE_DAYS)
    left, right = st.columns(2)
    if data.may_read("customer_health") and days:
        with left:
            distribution(view, days)
        with right:
            movements(view, days)
    elif not data.may_read("customer_health"):
        st.info(plain(data.not_readable("customer_health")))
    if data.may_read("customer_360"):
        at_risk(view)
    left, right = st.columns(2)
    with left:
        trend("Health score", ["customer_health_score"], view)
    with right:
        validity()
