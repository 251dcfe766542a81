{%- set opening = [
    'opening_mrr', 'expansion_mrr', 'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'gross_expansion_mrr', 'gross_contraction_mrr',
    'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr', 'opening_users_of_paying'
] -%}
{%- set closing = [
    'closing_mrr', 'closing_customers', 'new_mrr', 'customers_of_class_new', 'reactivation_mrr', 'resumed_mrr', 'average_mrr', 'monthly_average_mrr',
    'committed_mrr', 'invoiced_recurring_revenue', 'invoiced_revenue', 'total_users', 'closing_users_of_paying', 'revenue_users'
] -%}
{{ family_segment_periods({
    'int_segment_periods__opening': opening,
    'int_segment_periods__closing': closing,
    'int_segment_periods__transfers': ['transferred_mrr']
}) }}
