"""Growth: what a customer costs, when it has paid that back, and what it is worth."""

import streamlit as st

from dashboard.components import heading, tiles, trend

view = st.session_state["view"]
heading("Growth", view)
tiles(["customer_acquisition_cost", "cac_payback_months", "customer_lifetime_value", "clv_to_cac_ratio"], view)
tiles(["new_customers", "trial_conversion_rate", "gross_margin_rate", "referral_rate"], view)
left, right = st.columns(2)
with left:
    trend("Cost of acquisition", ["customer_acquisition_cost", "customer_acquisition_cost_lagged"], view)
    trend("Trials converted", ["trial_conversion_rate"], view)
with right:
    trend("Months until it is paid back", ["cac_payback_months", "cac_payback_months_all_accounts"], view)
    trend("Offers accepted", ["offer_conversion_rate"], view)
trend(
    "Lifetime value",
    ["customer_lifetime_value", "predicted_customer_lifetime_value", "historic_customer_lifetime_value"],
    view,
)
