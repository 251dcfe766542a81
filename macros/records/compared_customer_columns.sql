{# The columns of customer_periods in which customers are compared with what was published before. #}
{% macro compared_customer_columns() %}
    {% set columns = [
        'movement', 'opening_mrr', 'closing_mrr', 'is_paused_at_opening', 'is_paused_at_closing', 'is_first_paid_in_period', 'is_served',
        'closing_mrr_at_opening_rate', 'retained_product_mrr', 'gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr', 'cross_sell_mrr',
        'price_increase_mrr', 'discount_expiry_mrr', 'monthly_average_mrr', 'average_mrr', 'committed_mrr', 'invoiced_recurring_revenue',
        'invoiced_revenue', 'total_users', 'opening_users_of_paying', 'closing_users_of_paying', 'revenue_users', 'churn_events', 'last_churn_day',
        'churn_reason', 'is_involuntary_churn'
    ] %}
    {% for name in ('plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm') %}
        {% do columns.extend(['opening_' ~ name, 'closing_' ~ name]) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
