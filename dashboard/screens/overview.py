"""Overview: the figures that are asked for first."""

import streamlit as st

from dashboard.components import heading, tiles

GROUPS = {
    "Revenue": ("mrr", "arr", "net_new_mrr", "average_revenue_per_account"),
    "Retention": ("net_revenue_retention", "gross_revenue_retention", "customer_churn_rate", "paying_customers"),
    "Voice and support": (
        "net_promoter_score",
        "customer_satisfaction_score",
        "average_first_response_time",
        "average_resolution_time",
    ),
    "Product and growth": (
        "monthly_active_users",
        "product_stickiness",
        "customer_acquisition_cost",
        "customer_lifetime_value",
    ),
    "Health": ("customer_health_score", "healthy_customer_share", "mrr_at_risk", "expected_churned_mrr"),
}

view = st.session_state["view"]
heading("Overview", view)
for group, names in GROUPS.items():
    st.subheader(group, anchor=False)
    tiles(names, view)
