"""Retention: what becomes of each cohort, how long customers stay, and why they leave."""

import pandas as pd
import streamlit as st

from dashboard import charts, data, views
from dashboard.components import draw, heading, nothing, tiles, trend
from dashboard.formats import plain, words
from dashboard.views import View

# more would not be read on one screen
COHORTS = 24
RATES = {"customers": "customer_retention_rate", "revenue": "revenue_retention_rate"}
REASONS = 12


def cohorts() -> None:
    """Of the customers, or of the revenue, of each month: what was left of it so many months later."""
    st.subheader("Cohorts", anchor=False)
    what = views.option("Kept", "cohorts", list(RATES), {"customers": "Customers", "revenue": "Revenue"})
    found = data.frame(
        f"select cohort_month, age_months, cohort_customers, retained_customers, {RATES[what]} as rate from marts.cohort_retention"
        " where cohort_customers > 0 and cohort_month in"
        " (select distinct cohort_month from marts.cohort_retention where cohort_customers > 0 order by cohort_month desc limit ?)"
        " order by cohort_month, age_months",
        COHORTS,
    )
    found = found[found["rate"].notna() & (found["age_months"] < COHORTS)]
    if found.empty:
        nothing("cohorts")
        return
    table = pd.DataFrame(
        {
            "row": [
                f"{month:%b %Y} ({size:,})"
                for month, size in zip(found["cohort_month"], found["cohort_customers"], strict=True)
            ],
            "column": found["age_months"],
            "value": found["rate"],
            "text": [f"{100 * rate:.0f}" for rate in found["rate"]],
            "hint": [
                f"{100 * row.rate:.1f}% ({row.retained_customers:,} of {row.cohort_customers:,} customers)"
                for row in found.itertuples()
            ],
        }
    )
    # revenue may grow: what is above is as bright as 150%
    top = 1.0 if what == "customers" else 1.5
    draw(charts.heat_map(table, "Months since the month of the first payment", "Kept", top))
    st.caption(
        plain(
            "Percent of the cohort; its size stands in brackets. Months that are not over are blank. The whole company, "
            + (
                "returned customers included."
                if what == "customers"
                else "at the exchange rates of the cohort's month; brightest from 150%."
            )
        )
    )


def stay(view: View) -> None:
    """The Kaplan-Meier curve of the chosen segment, or of the values of one."""
    st.subheader("How long customers stay", anchor=False)
    segment = views.cut(view, "survival_by", "Curves by", add_none=True)
    columns = "segment_value, age_months, survival, lower_bound, upper_bound, at_risk"
    if segment == "none":
        found = data.frame(
            f"select {columns} from marts.survival_curves where segment_name = ? and segment_value = ? order by age_months",
            view.segment,
            view.value,
        )
    else:
        found = data.frame(
            f"select {columns} from marts.survival_curves where segment_name = ? and segment_value in (select segment_value"
            " from marts.survival_curves where segment_name = ? and age_months = 0 order by at_risk desc, segment_value limit ?)"
            " order by segment_value, age_months",
            segment,
            segment,
            charts.MOST_SERIES,
        )
    found = found[found["survival"].notna()]
    if found.empty:
        nothing("survival")
        return
    table = pd.DataFrame(
        {
            "age": found["age_months"],
            "series": ["Customers" if value == "all" else value for value in found["segment_value"]],
            "value": found["survival"],
            "lower": found["lower_bound"],
            "upper": found["upper_bound"],
            "hint": [
                f"{100 * row.survival:.1f}%"
                + (
                    ""
                    if pd.isna(row.lower_bound)
                    else f", 95%: {100 * row.lower_bound:.1f} to {100 * row.upper_bound:.1f}%"
                )
                + f", {row.at_risk:,} seen"
                for row in found.itertuples()
            ],
        }
    )
    draw(charts.survival(table))
    st.caption(
        plain(
            "Share of customers who have not left by that age (Kaplan-Meier), as of the as-of day. The band holds 95% limits."
        )
    )


def reasons(view: View) -> None:
    """Why the churned customers of the chosen period left."""
    st.subheader(f"Why customers left, {view.period.label}", anchor=False)
    found = data.frame(
        "select churn_reason, churned_customers, churned_mrr, share_of_churned_customers from marts.churn_reasons"
        " where period_type = ? and period_start = ? and segment_name = ? and segment_value = ?"
        " order by churned_customers desc, churned_mrr desc, churn_reason limit ?",
        view.period_type,
        view.period.start,
        view.segment,
        view.value,
        REASONS,
    )
    found = found[found["churned_customers"] > 0]
    if found.empty:
        st.info(plain(f"Nobody left in {view.period.label}, of this choice."))
        return
    table = pd.DataFrame(
        {
            "name": [words(reason) for reason in found["churn_reason"]],
            "value": found["churned_customers"],
            "text": [
                f"{row.churned_customers:,} ({100 * row.share_of_churned_customers:.0f}%), MRR {row.churned_mrr:,.0f}"
                for row in found.itertuples()
            ],
        }
    )
    draw(charts.bars(table, "customers", bar=34))


view = st.session_state["view"]
heading("Retention", view)
tiles(["customer_retention_rate", "customer_churn_rate", "churned_customers", "renewal_rate"], view)
cohorts()
left, right = st.columns(2)
with left:
    stay(view)
with right:
    reasons(view)
left, right = st.columns(2)
with left:
    trend("Customer churn", ["customer_churn_rate"], view)
with right:
    trend("Revenue churn", ["gross_revenue_churn_rate", "net_revenue_churn_rate"], view)
